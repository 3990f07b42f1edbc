package reports

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/evaluator"
	"vigie/reports/tree"
)

// opinion is one page: the answer, how firm it is, what speaks for and against, what to learn and what to ask for.
func (b *builder) opinion() tree.Section {
	a := b.Assessment
	v := verdictWords[a.Verdict]
	blocks := []tree.Block{
		tree.Callout{Mark: v.mark, Title: tree.T(b.t(v.words)), Lines: []tree.Text{tree.T(b.verdictReason())}},
		tree.IntervalBar{Bars: []tree.Bar{
			{Label: b.say("Score out of 100", "Note sur 100"), Range: rangeOf(a.Score.Low, a.Score.High), Words: b.interval(a.Score.Low, a.Score.High)},
			{Label: b.say("Contract-grade facts only", "Faits opposables seuls"), Range: rangeOf(a.ContractScore.Low, a.ContractScore.High), Words: b.interval(a.ContractScore.Low, a.ContractScore.High)},
		}},
		tree.Paragraph{Text: tree.T(b.coverageSentence()), Size: tree.Small},
		b.forAndAgainst(),
	}
	if first := b.learnFirst(3); len(first) > 0 {
		blocks = append(blocks, tree.Heading{Text: tree.T(b.say("What must be learnt first", "Ce qu'il faut apprendre d'abord"))}, tree.List{Items: first, Ordered: true})
	}
	if conditions := b.conditions(4); len(conditions) > 0 {
		blocks = append(blocks, tree.Heading{Text: tree.T(b.say("Conditions", "Conditions"))}, tree.List{Items: conditions})
	}
	return tree.Section{ID: "opinion", Title: b.say("Opinion", "Avis"), Blocks: blocks}
}

func (b *builder) knockOutCount(s evaluator.Status) int {
	n := 0
	for _, k := range b.Assessment.KnockOuts {
		if k.Status == s {
			n++
		}
	}
	return n
}

// verdictReason is why the answer is what it is.
func (b *builder) verdictReason() string {
	failed, open := b.knockOutCount(evaluator.Failed), b.knockOutCount(evaluator.Open)
	passed := b.knockOutCount(evaluator.Passed)
	switch b.Assessment.Verdict {
	case evaluator.NotEligible:
		s := b.say("The offering fails %s; no score buys that back.", "L'offre ne satisfait pas à %s ; aucune note ne le rachète.",
			b.count(failed, "knock-out", "knock-outs", "critère éliminatoire", "critères éliminatoires"))
		if open > 0 {
			s += " " + b.say("%s cannot be decided on what is known.", "%s à trancher, faute de faits.",
				b.count(open, "more", "more", "autre reste", "autres restent"))
		}
		return s
	case evaluator.Undetermined:
		return b.say("No knock-out fails, but %s cannot be decided on what is known or on evidence strong enough.",
			"Aucun critère éliminatoire n'est en échec, mais %s faute de faits ou de preuves assez fortes.",
			b.count(open, "of them", "of them", "reste indéterminé", "restent indéterminés"))
	}
	if passed == 0 {
		return b.say("No knock-out bears on this use case.", "Aucun critère éliminatoire ne porte sur ce cas d'usage.")
	}
	return b.say("All %s that bear on this use case are passed, on evidence strong enough.", "Les %s qui portent sur ce cas d'usage sont satisfaits, sur des preuves assez fortes.",
		b.count(passed, "knock-out", "knock-outs", "critère éliminatoire", "critères éliminatoires"))
}

func (b *builder) coverageSentence() string {
	a := b.Assessment
	s := b.say("%d of the %d facts that the applicable criteria read are known.", "%d des %d faits que lisent les critères applicables sont connus.", a.Coverage.Known, a.Coverage.Total)
	if a.Score.IsPoint() {
		return s
	}
	return s + " " + b.say("The score lies somewhere in its interval: a missing fact is never guessed, neither as the worst nor as the best.",
		"La note se trouve quelque part dans son intervalle : un fait manquant n'est jamais deviné, ni au pire ni au mieux.")
}

// A reason speaks for or against, with what it weighs.
type reason struct {
	text   tree.Text
	weight int64
	id     string
}

// forAndAgainst are the three criteria that carry most of the score and the three that cost most; a failed knock-out
// stands before any criterion.
func (b *builder) forAndAgainst() tree.Block {
	const most, good, poor = 3, 70, 40
	var pro, con []reason
	failed := map[string]bool{} // criteria whose knock-out already says it
	for _, k := range b.Assessment.KnockOuts {
		if k.Status == evaluator.Failed {
			ko, _, _ := b.Framework.KnockOut(k.ID)
			failed[k.Criterion] = true
			con = append(con, reason{text: tree.Text{{Text: b.t(ko.Text), Mark: tree.MarkFailed, To: "knockout-" + k.ID}}.Add(b.citesOf(k.Facts)), weight: 1 << 40, id: k.ID})
		}
	}
	for _, c := range b.Assessment.Criteria {
		if c.Low == nil || c.Applies != evaluator.AppliesYes || failed[c.ID] {
			continue
		}
		share := b.shareOf(c)
		switch {
		case *c.Low >= good:
			pro = append(pro, reason{b.criterionReason(c), share * int64(*c.Low), c.ID})
		case *c.High <= poor:
			con = append(con, reason{b.criterionReason(c), share * int64(100-*c.High), c.ID})
		}
	}
	order := func(x, y reason) int {
		if x.weight != y.weight {
			return int(min(max(y.weight-x.weight, -1), 1))
		}
		return strings.Compare(x.id, y.id)
	}
	slices.SortStableFunc(pro, order)
	slices.SortStableFunc(con, order)
	t := tree.Table{Columns: []tree.Column{{Title: b.say("For", "Pour"), Width: 1}, {Title: b.say("Against", "Contre"), Width: 1}}}
	for i := range most {
		if i >= len(pro) && i >= len(con) {
			break
		}
		row := tree.Row{Cells: []tree.Cell{nil, nil}}
		if i < len(pro) {
			row.Cells[0] = tree.C(pro[i].text)
		}
		if i < len(con) {
			row.Cells[1] = tree.C(con[i].text)
		}
		t.Rows = append(t.Rows, row)
	}
	if len(t.Rows) == 0 {
		return tree.Paragraph{Text: tree.T(b.say("No criterion is settled clearly enough, for or against, to be put forward.",
			"Aucun critère n'est assez nettement établi, dans un sens ou dans l'autre, pour être mis en avant."))}
	}
	return t
}

func (b *builder) criterionReason(c evaluator.CriterionResult) tree.Text {
	title := c.ID
	if x := b.Framework.Criterion(c.ID); x != nil {
		title = b.t(x.Title)
	}
	out := tree.Text{{Text: title, Style: tree.Strong, To: "criterion-" + c.ID}}
	if len(c.Bands) == 1 {
		out = out.Add(tree.T(b.say(": %s", " : %s", b.t(c.Bands[0].Label))))
	}
	return out.Add(tree.Q(" ("+b.points(c)+")"), b.citesOf(c.Facts))
}

// citesOf are the sources of facts that a criterion read, each once.
func (b *builder) citesOf(facts []evaluator.FactUse) tree.Text {
	var refs []catalog.FactRef
	for _, u := range facts {
		if u.Derived {
			refs = append(refs, b.derived[u.Path].Used...)
		} else if u.State != catalog.Unknown {
			refs = append(refs, catalog.FactRef{Record: u.Record, Path: u.Path})
		}
	}
	cites := b.cites(refs)
	if len(cites) == 0 {
		return nil
	}
	return tree.T(" ").Add(joined(" ", cites[:min(len(cites), 3)]))
}

// learnFirst lists the missing facts that settle most, in the assessment's own order.
func (b *builder) learnFirst(n int) []tree.Text {
	var out []tree.Text
	gaps := b.gaps()
	for _, g := range gaps[:min(n, len(gaps))] {
		out = append(out, b.question(g).Add(tree.Q(" — "+b.effect(g))))
	}
	if more := len(gaps) - len(out); more > 0 && len(out) > 0 {
		last := len(out) - 1
		out[last] = out[last].Add(tree.Text{{Text: b.say(" (and %s)", " (et %s)", b.count(more, "other", "others", "autre", "autres")), To: "unknowns", Style: tree.Quiet}})
	}
	return out
}

// conditions are what would cure the failed knock-outs, then what would decide the open ones.
func (b *builder) conditions(n int) []tree.Text {
	var out []tree.Text
	left := 0
	add := func(t tree.Text) {
		if len(out) < n {
			out = append(out, t)
		} else {
			left++
		}
	}
	for _, status := range []evaluator.Status{evaluator.Failed, evaluator.Open} {
		for _, k := range b.Assessment.KnockOuts {
			if k.Status != status {
				continue
			}
			ko, _, _ := b.Framework.KnockOut(k.ID)
			if status == evaluator.Failed {
				add(tree.Text{{Text: b.t(ko.Cure), Mark: tree.MarkFailed, To: "knockout-" + k.ID}})
				continue
			}
			add(tree.Text{{Text: b.openCondition(k), Mark: tree.MarkOpen, To: "knockout-" + k.ID}})
		}
	}
	if left > 0 {
		out[len(out)-1] = out[len(out)-1].Add(tree.Text{{Text: b.say(" (and %s)", " (et %s)", b.count(left, "other", "others", "autre", "autres")), To: "knockouts", Style: tree.Quiet}})
	}
	return out
}

// openCondition says what must be shown for an open knock-out to be passed.
func (b *builder) openCondition(k evaluator.KnockOutResult) string {
	ko, c, ok := b.Framework.KnockOut(k.ID)
	if !ok {
		return k.ID
	}
	if k.EvidenceTooWeak {
		return b.say("Obtain stronger evidence (%s or better) on: %s", "Obtenir une preuve plus forte (%s ou mieux) sur : %s",
			b.asked(ko.MinEvidence), b.t(c.Title.Lower()))
	}
	return b.say("Show that this is not the case: %s", "Montrer que ce n'est pas le cas : %s", b.t(ko.Text.Lower()))
}
