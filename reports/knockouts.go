package reports

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/evaluator"
	"vigie/reports/tree"
)

// knockOuts tells each knock-out that bears on the use, the open and failed ones first and in full.
func (b *builder) knockOuts() tree.Section {
	s := tree.Section{ID: "knockouts", Title: b.say("Knock-outs", "Critères éliminatoires"), NewPage: true}
	s.Blocks = append(s.Blocks, tree.Paragraph{Text: tree.T(b.say(
		"A knock-out is apart from the score: an offering that fails one is not eligible, whatever its total. One that cannot be decided leaves the answer undetermined, and says what must be learnt.",
		"Un critère éliminatoire est à part de la note : l'offre qui en manque un n'est pas éligible, quel que soit son total. Celui qui ne peut être tranché laisse la réponse indéterminée, et dit ce qu'il faut apprendre."))})
	if len(b.Assessment.KnockOuts) == 0 {
		s.Blocks = append(s.Blocks, tree.Paragraph{Text: tree.T(b.say("This framework has no knock-outs.", "Ce référentiel n'a pas de critère éliminatoire."))})
		return s
	}
	s.Blocks = append(s.Blocks, b.statusTable())
	for _, g := range []struct {
		status evaluator.Status
		en, fr string
	}{
		{evaluator.Open, "Undetermined", "Indéterminés"},
		{evaluator.Failed, "Failed", "Non satisfaits"},
		{evaluator.Passed, "Passed", "Satisfaits"},
	} {
		var cards []tree.Block
		for _, k := range b.Assessment.KnockOuts {
			if k.Status == g.status {
				cards = append(cards, b.knockOut(k))
			}
		}
		if len(cards) > 0 {
			s.Sections = append(s.Sections, tree.Section{ID: "knockouts-" + string(g.status), Title: b.say(g.en, g.fr), Blocks: cards})
		}
	}
	if rows := b.otherKnockOuts(); len(rows) > 0 {
		s.Sections = append(s.Sections, tree.Section{ID: "knockouts-other", Title: b.say("Not applicable to this use", "Sans objet pour ce cas d'usage"),
			Blocks: []tree.Block{tree.List{Items: rows, Small: true}}})
	}
	return s
}

func (b *builder) statusTable() tree.Block {
	t := tree.Table{Columns: []tree.Column{{Width: 1}, {Width: 1}, {Width: 1}, {Width: 1}}}
	var cells []tree.Cell
	for _, g := range []struct {
		status                   evaluator.Status
		one, many, oneFR, manyFR string
	}{
		{evaluator.Open, "undetermined", "undetermined", "indéterminé", "indéterminés"},
		{evaluator.Failed, "failed", "failed", "non satisfait", "non satisfaits"},
		{evaluator.Passed, "passed", "passed", "satisfait", "satisfaits"},
		{evaluator.NotApplicable, "not applicable", "not applicable", "sans objet", "sans objet"},
	} {
		cells = append(cells, tree.C(tree.Text{{Mark: statusWords[g.status].mark, Style: tree.Strong,
			Text: b.count(b.knockOutCount(g.status), g.one, g.many, g.oneFR, g.manyFR)}}))
	}
	t.Rows = []tree.Row{{Cells: cells}}
	return t
}

func (b *builder) otherKnockOuts() []tree.Text {
	var out []tree.Text
	for _, k := range b.Assessment.KnockOuts {
		if k.Status != evaluator.NotApplicable {
			continue
		}
		if ko, c, ok := b.Framework.KnockOut(k.ID); ok {
			out = append(out, tree.T(b.say("%s: “%s” is not asked", "%s : « %s » n'est pas demandé", b.t(c.Title), strings.TrimSuffix(b.t(ko.Text), "."))))
		}
	}
	return out
}

// knockOut is one knock-out: what it says, on which facts, on what evidence, what is missing and what would cure it.
func (b *builder) knockOut(k evaluator.KnockOutResult) tree.Block {
	ko, criterion, ok := b.Framework.KnockOut(k.ID)
	w := statusWords[k.Status]
	card := tree.Card{ID: "knockout-" + k.ID, Title: tree.Text{{Text: k.ID, Mark: w.mark}}, Right: tree.T(b.t(w.words))}
	if !ok {
		return card
	}
	title := b.t(ko.Text)
	switch k.Status { // the text says what is wrong when it fails: it must not read as said of what did not
	case evaluator.Passed:
		title = b.say("Excluded: %s", "Écarté : %s", b.t(ko.Text.Lower()))
	case evaluator.Open:
		title = b.say("To be ruled out: %s", "À écarter : %s", b.t(ko.Text.Lower()))
	}
	card.Title = tree.Text{{Text: title, Mark: w.mark}}
	pairs := []tree.Pair{
		{Key: b.say("Criterion", "Critère"), Value: tree.C(tree.Text{{Text: b.t(criterion.Title), To: "criterion-" + criterion.ID}})},
		{Key: b.say("Evidence asked", "Preuve exigée"), Value: tree.C(tree.T(b.say("%s or better", "%s ou mieux", b.asked(ko.MinEvidence))))},
	}
	if !k.Failure.IsZero() {
		pairs = append(pairs, tree.Pair{Key: b.say("Why it is open", "Pourquoi ouvert"), Value: tree.C(tree.Text{{Mark: tree.MarkWarning, Text: b.say(
			"an expression of the framework could not be answered: %s", "une expression du référentiel n'a pu aboutir : %s", b.t(k.Failure))}})})
	}
	if k.EvidenceTooWeak {
		pairs = append(pairs, tree.Pair{Key: b.say("Why it is open", "Pourquoi ouvert"), Value: tree.C(tree.Text{{Mark: tree.MarkWarning, Text: b.say(
			"evidence too weak: not failed on all the facts, but not decided on those strong enough",
			"preuve trop faible : pas en échec sur l'ensemble des faits, mais non tranché sur ceux qui sont assez forts")}})})
	}
	if len(k.Missing) > 0 {
		pairs = append(pairs, tree.Pair{Key: b.say("Missing", "Il manque"), Value: tree.C(tree.T(strings.Join(b.labels(k.Missing), b.say("; ", " ; "))))})
	}
	if k.Status != evaluator.Passed {
		pairs = append(pairs, tree.Pair{Key: b.say("Cure", "Remède"), Value: tree.C(tree.T(b.t(ko.Cure)))})
	}
	card.Body = append(card.Body, tree.KeyValues{Pairs: pairs})
	if t, any := b.factTable(k.Facts, k.Missing); any {
		card.Body = append(card.Body, t)
	}
	return card
}

// factTable lists facts read, with their sources. A fact not known that is named as missing already, and of which
// nothing more can be said, is not said again.
func (b *builder) factTable(facts []evaluator.FactUse, missing []string) (tree.Table, bool) {
	t := tree.Table{Columns: []tree.Column{{Width: 30}, {Width: 40}, {Width: 30}}}
	seen := map[catalog.FactRef]bool{}
	for _, u := range facts {
		ref := catalog.FactRef{Record: u.Record, Path: u.Path}
		if b.def(u.Path) == nil || seen[ref] {
			continue
		}
		seen[ref] = true
		if d := b.derived[u.Path]; u.State == catalog.Unknown && !u.Disputed && slices.Contains(missing, u.Path) && d.Reason.IsZero() && len(d.Possible) == 0 {
			continue
		}
		t.Rows = append(t.Rows, b.use(u))
	}
	return t, len(t.Rows) > 0
}

// A criterion reads the organisation and its use too; sorting them last keeps what is judged in front.
func aboutUsLast(facts []evaluator.FactUse) []evaluator.FactUse {
	out := slices.Clone(facts)
	slices.SortStableFunc(out, func(x, y evaluator.FactUse) int { return boolInt(aboutUs(x.Path)) - boolInt(aboutUs(y.Path)) })
	return out
}

func aboutUs(path string) bool {
	root, _, _ := strings.Cut(path, ".")
	return root == "organisation" || root == "use_case"
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
