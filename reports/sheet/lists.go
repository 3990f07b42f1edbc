package sheet

import (
	"fmt"
	"strings"

	"vigie/evaluator"
)

// ranking lists the offerings by group and rank, with the engine's figures and those of the weights in use.
func (b *book) ranking() {
	c := b.Comparison
	b.head(ranks, b.title(), []string{
		b.say("%s. %s, version %s. Weights: %s (%s). Not registered.", "%s. %s, version %s. Pondérations : %s (%s). Non enregistré.",
			c.On.In(b.l), b.Framework.Title, c.FrameworkVersion, b.Weights.Title, b.Weights.Author),
		b.say("Comparison (SHA-256): %s", "Comparaison (SHA-256) : %s", c.Hash)},
		b.say("Group", "Groupe"), b.say("Rank", "Rang"), b.say("Offering", "Offre"), b.say("Code", "Code"), b.say("Lowest score", "Note la plus basse"), b.say("Highest score", "Note la plus haute"),
		b.say("Mean", "Moyenne"), b.say("Its rank is", "Son rang est"), b.say("Lowest, with your weights", "Plus basse, avec vos poids"), b.say("Highest, with your weights", "Plus haute, avec vos poids"),
		b.say("Mean, with your weights", "Moyenne, avec vos poids"), b.say("Rank, with your weights", "Rang, avec vos poids"), b.say("Assessment (SHA-256)", "Évaluation (SHA-256)"))
	var moved []string
	for _, r := range b.weightRanges() {
		moved = append(moved, fmt.Sprintf("SUMPRODUCT(--(%s<>%s))", b.of(weights, column(3, r[0], r[1])), b.of(weights, column(4, r[0], r[1]))))
	}
	b.formula(ranks, 1, 4, fmt.Sprintf(`IF(%s=0,"%s","%s")`, strings.Join(moved, "+"), b.say("Your weights are those of the set.", "Vos poids sont ceux du jeu."),
		b.say("Your weights are not those of the set: the columns that bear them say something else than the engine.", "Vos poids ne sont pas ceux du jeu : les colonnes qui en dépendent disent autre chose que le moteur.")), "note")
	last := firstLine + len(c.Ranking) - 1
	total := firstLine + len(b.Framework.Families)
	size := map[evaluator.Verdict]int{}
	for _, r := range c.Ranking {
		size[r.Group]++
	}
	for i, r := range c.Ranking {
		n, col := firstLine+i, checkLeads+1+i*perOffering
		b.text(ranks, 1, n, b.t(verdicts[r.Group]), "")
		b.number(ranks, 2, n, float64(r.Rank), "")
		b.text(ranks, 3, n, b.t(r.Name), "")
		b.text(ranks, 4, n, r.Offering, "note")
		for j, x := range []evaluator.Hundredths{r.Score.Low, r.Score.High, r.Mean} {
			b.number(ranks, 5+j, n, float64(x)/100, "points")
			b.formula(ranks, 9+j, n, b.of(check, fixed(col+j, total)), "points")
		}
		word := b.t(words[r.Word])
		if size[r.Group] == 1 {
			word = b.say("alone in its group", "seule de son groupe")
		}
		b.text(ranks, 8, n, word, "")
		b.formula(ranks, 12, n, fmt.Sprintf("1+SUMPRODUCT((%s=%s)*(%s>%s+0.000000001))", column(1, firstLine, last), fixed(1, n), column(11, firstLine, last), fixed(11, n)), "")
		b.text(ranks, 13, n, r.Assessment, "note")
	}
	b.widths(ranks, 14, 7, 48, 28, 10, 10, 10, 16, 12, 12, 12, 12, 68)
	b.freeze(ranks, 3)
}

// reasons tells each score: the bands still possible and what is missing.
func (b *book) reasons() {
	b.head(reasons, b.say("Reasons", "Raisons"), nil, b.say("Family", "Famille"), b.say("Criterion", "Critère"), b.say("Offering", "Offre"), b.say("Low", "Basse"), b.say("High", "Haute"),
		b.say("Answer, or those still possible", "Réponse, ou celles encore possibles"), b.say("Missing facts", "Faits manquants"))
	n := firstLine
	for _, x := range b.lines {
		family, _ := b.Framework.Family(x.Family)
		for i, cell := range x.row.Cells {
			b.text(reasons, 1, n, b.t(family.Title), "wrap")
			b.text(reasons, 2, n, b.t(x.Title), "wrap")
			b.text(reasons, 3, n, b.t(b.Comparison.Ranking[i].Name), "wrap")
			if cell.Low != nil && cell.High != nil {
				b.number(reasons, 4, n, float64(*cell.Low), "wrap")
				b.number(reasons, 5, n, float64(*cell.High), "wrap")
			}
			b.text(reasons, 6, n, b.reason(x.row, cell), "wrap")
			var missing []string
			for _, p := range cell.Missing {
				missing = append(missing, b.label(p))
			}
			b.text(reasons, 7, n, strings.Join(missing, "\n"), "wrap")
			n++
		}
	}
	b.widths(reasons, 28, 32, 40, 8, 8, 80, 50)
	b.freeze(reasons, 3)
	b.keep(b.f.AutoFilter(b.sheet(reasons), at(1, firstLine-1)+":"+at(7, max(n-1, firstLine)), nil))
}

func (b *book) reason(row evaluator.Row, cell evaluator.MatrixCell) string {
	if cell.Applies == evaluator.AppliesNo {
		return b.say("not applicable", "sans objet")
	}
	var out []string
	for _, k := range cell.Bands {
		s := b.t(row.Bands[k].Label)
		if len(cell.Bands) > 1 {
			s = fmt.Sprintf("%d · %s", row.Bands[k].Score, s)
		}
		out = append(out, s)
	}
	if cell.Applies == evaluator.AppliesUnknown {
		out = append(out, b.say("if it applies, which is not known", "si applicable, ce que l'on ignore"))
	}
	return strings.Join(out, "\n")
}

// knockOuts lists what each offering fails, and what cannot be decided yet.
func (b *book) knockOuts() {
	b.head(knockOuts, b.say("Knock-outs", "Critères éliminatoires"), []string{
		b.say("No weight buys a failed knock-out back.", "Aucun poids ne rachète un critère éliminatoire en échec.")},
		b.say("Offering", "Offre"), b.say("Knock-out", "Critère éliminatoire"), b.say("Status", "État"), b.say("What is wrong when it fails", "Ce qui ne va pas en cas d'échec"), b.say("Cure", "Remède"), b.say("Missing facts", "Faits manquants"))
	n := firstLine
	for _, r := range b.Comparison.Ranking {
		for _, k := range r.KnockOuts {
			title := k.ID
			if c := b.Framework.Criterion(k.Criterion); c != nil {
				title = b.t(c.Title)
			}
			status := b.t(statuses[k.Status])
			if k.EvidenceTooWeak {
				status += b.say(", evidence too weak", ", preuves trop faibles")
			}
			var missing []string
			for _, p := range k.Missing {
				missing = append(missing, b.label(p))
			}
			for j, s := range []string{b.t(r.Name), title, status, b.t(k.Text), b.t(k.Cure), strings.Join(missing, "\n")} {
				b.text(knockOuts, 1+j, n, s, "wrap")
			}
			n++
		}
	}
	b.widths(knockOuts, 40, 32, 18, 50, 50, 50)
	b.freeze(knockOuts, 1)
}
