package reports

import (
	"strings"

	"vigie/catalog"
	"vigie/evaluator"
	"vigie/evaluator/framework"
	"vigie/reports/tree"
)

// families draws the score of each family as an interval and says what kind of evidence the result rests on.
func (b *builder) families() tree.Section {
	a := b.Assessment
	chart := tree.FamilyChart{Legend: []tree.Text{
		tree.T(b.say("certain", "acquis")), tree.T(b.say("possible, depending on missing facts", "possible, selon les faits manquants")), tree.T(b.say("not applicable", "sans objet"))}}
	for _, f := range a.Families {
		bar := tree.Bar{Label: b.familyTitle(f.ID), Note: b.say("weight %d%%", "poids %d %%", f.Weight), To: "family-" + f.ID, Words: b.say("not applicable", "sans objet")}
		if f.Low != nil && f.High != nil {
			bar.Range, bar.Words = rangeOf(*f.Low, *f.High), b.interval(*f.Low, *f.High)
		}
		chart.Bars = append(chart.Bars, bar)
	}
	total := tree.Bar{Label: b.say("Total", "Total"), Range: rangeOf(a.Score.Low, a.Score.High), Words: b.interval(a.Score.Low, a.Score.High)}
	chart.Bars = append(chart.Bars, total)
	return tree.Section{ID: "families", Title: b.say("Scores by family", "Notes par famille"), NewPage: true, Blocks: []tree.Block{
		tree.Paragraph{Text: tree.T(b.say("Weights are exchange rates: a point lost in one family may be made up in another, never a failed knock-out. Bands are absolute, not relative to other candidates.",
			"Les poids sont des taux d'échange : un point perdu dans une famille peut être compensé dans une autre, jamais un critère éliminatoire manqué. Les paliers sont absolus, non relatifs aux autres candidats."))},
		chart,
		tree.Heading{Text: tree.T(b.say("What the result rests on", "Sur quoi repose le résultat"))},
		b.evidence(),
		tree.Paragraph{Size: tree.Small, Text: tree.T(b.say("Evidence does not shrink a score, it stands beside it. Counting only facts of contract grade or better, the total lies at %s.",
			"La preuve ne réduit pas la note, elle se lit à côté. En ne comptant que les faits opposables ou mieux, le total se situe à %s.", b.interval(a.ContractScore.Low, a.ContractScore.High)))},
	}}
}

func (b *builder) evidence() tree.Block {
	t := tree.Table{Columns: []tree.Column{{Title: b.say("Kind of source", "Nature de la source"), Width: 70}, {Title: b.say("Share of the result", "Part du résultat"), Width: 30, Align: tree.Right}}}
	for _, s := range b.Assessment.Evidence {
		label := tree.T(b.t(catalog.SourceKind(s.Kind).Label()))
		if s.Kind == "unknown" {
			label = tree.Marked(tree.MarkUnknown, b.say("Not known yet", "Encore inconnu"))
		}
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(label), tree.C(tree.T(b.percent(int64(s.Share))))}})
	}
	if len(t.Rows) == 0 {
		return tree.Paragraph{Text: tree.T(b.say("No criterion applies.", "Aucun critère n'est applicable."))}
	}
	return t
}

func (b *builder) familyTitle(id string) string {
	if f, ok := b.Framework.Family(id); ok {
		return b.t(f.Title)
	}
	return id
}

// criteria tells every criterion: the question, the band hit or those still reachable, the facts used with their
// sources, and what is missing.
func (b *builder) criteria() tree.Section {
	s := tree.Section{ID: "criteria", Title: b.say("Every criterion", "Critère par critère"), NewPage: true}
	for _, f := range b.Assessment.Families {
		sub := tree.Section{ID: "family-" + f.ID, Title: b.familyTitle(f.ID)}
		words := b.say("not applicable: its weight goes to the other families", "sans objet : son poids revient aux autres familles")
		if f.Low != nil && f.High != nil {
			words = b.say("score %s", "note %s", b.interval(*f.Low, *f.High))
		}
		sub.Blocks = append(sub.Blocks, tree.Paragraph{Size: tree.Small, KeepNext: true, Text: tree.Q(b.say("Weight %d%% of the total; %s.", "Poids : %d %% du total ; %s.", f.Weight, words))})
		var aside []string
		for _, c := range b.Assessment.Criteria {
			if c.Family != f.ID {
				continue
			}
			x := b.Framework.Criterion(c.ID)
			switch {
			case x == nil:
			case c.Applies == evaluator.AppliesNo:
				aside = append(aside, b.t(x.Title))
			default:
				sub.Blocks = append(sub.Blocks, b.criterion(c, x))
			}
		}
		if len(aside) > 0 {
			sub.Blocks = append(sub.Blocks, tree.Paragraph{Size: tree.Small, Text: tree.Text{{Mark: tree.MarkNotApplicable, Style: tree.Quiet,
				Text: b.say("Not applicable to this use, weight left to the other criteria of the family: %s.", "Sans objet pour ce cas d'usage, poids laissé aux autres critères de la famille : %s.", strings.Join(aside, b.say("; ", " ; ")))}}})
		}
		s.Sections = append(s.Sections, sub)
	}
	return s
}

func (b *builder) criterion(c evaluator.CriterionResult, x *framework.Criterion) tree.Block {
	card := tree.Card{ID: "criterion-" + c.ID, Title: tree.T(b.t(x.Title)), Right: tree.T(b.points(c)), Range: pointRange(c)}
	add := func(bs ...tree.Block) { card.Body = append(card.Body, bs...) }
	add(tree.Paragraph{Size: tree.Small, Text: tree.Text{{Text: b.t(x.Question) + " "}, {Text: b.t(x.Why), Style: tree.Quiet}}})
	pairs := []tree.Pair{b.bandPair(c)}
	if c.Applies == evaluator.AppliesUnknown {
		pairs = append(pairs, tree.Pair{Key: b.say("Applies", "Applicable"), Value: tree.C(tree.Marked(tree.MarkOpen,
			b.say("not settled: both cases are counted in the interval", "non établi : l'intervalle compte les deux cas")))})
	}
	if !c.Failure.IsZero() {
		pairs = append(pairs, tree.Pair{Key: b.say("Why it is open", "Pourquoi ouvert"), Value: tree.C(tree.Text{{Mark: tree.MarkWarning, Text: b.say(
			"an expression of the framework could not be answered: %s", "une expression du référentiel n'a pu aboutir : %s", b.t(c.Failure))}})})
	}
	if len(c.Missing) > 0 {
		pairs = append(pairs, tree.Pair{Key: b.say("Missing", "Il manque"), Value: tree.C(tree.T(strings.Join(b.labels(c.Missing), b.say("; ", " ; "))))})
	}
	if kos := b.knockOutLinks(c.ID); kos != nil {
		pairs = append(pairs, tree.Pair{Key: b.say("Knock-outs", "Éliminatoires"), Value: kos})
	}
	add(tree.KeyValues{Pairs: pairs})
	if t, any := b.factTable(aboutUsLast(c.Facts), c.Missing); any {
		add(t)
	}
	var foot []string
	foot = append(foot, b.say("Weight %d in the family, %s of the total.", "Poids %d dans la famille, %s du total.", c.Weight, b.percent(b.shareOf(c))))
	if len(x.Origin) > 0 {
		var from []string
		for _, o := range x.Origin {
			from = append(from, b.t(o))
		}
		foot = append(foot, b.say("Origin: %s.", "Origine : %s.", strings.Join(from, b.say("; ", " ; "))))
	}
	if !x.ThresholdNote.IsZero() {
		foot = append(foot, b.t(x.ThresholdNote))
	}
	add(tree.Paragraph{Size: tree.Small, Text: tree.Q(strings.Join(foot, " "))})
	return card
}

// bandPair is the band that settles the criterion, or those that the missing facts leave open.
func (b *builder) bandPair(c evaluator.CriterionResult) tree.Pair {
	if len(c.Bands) == 1 && c.Bands[0].Hit {
		return tree.Pair{Key: b.say("Answer", "Réponse"), Value: tree.C(tree.B(b.t(c.Bands[0].Label)))}
	}
	key := b.say("Still possible", "Encore possible")
	if len(c.Bands) == 1 {
		key = b.say("If it applies", "Si applicable")
	}
	p := tree.Pair{Key: key}
	for _, x := range c.Bands {
		p.Value = append(p.Value, tree.B(itoa(x.Score)).Add(tree.T(" · "+b.t(x.Label))))
	}
	return p
}

func (b *builder) knockOutLinks(criterion string) tree.Cell {
	var out tree.Cell
	for _, k := range b.Assessment.KnockOuts {
		if k.Criterion != criterion || k.Status == evaluator.NotApplicable {
			continue
		}
		ko, _, ok := b.Framework.KnockOut(k.ID)
		if !ok {
			continue
		}
		w := statusWords[k.Status]
		out = append(out, tree.Text{{Text: b.t(w.words), Mark: w.mark, To: "knockout-" + k.ID}, {Text: b.say(" (if failed: %s)", " (si manqué : %s)", strings.TrimSuffix(b.t(ko.Text.Lower()), "."))}})
	}
	return out
}
