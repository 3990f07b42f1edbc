package reports

import (
	"fmt"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/phrasebook"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/reports/tree"
)

// differences tells, criterion by criterion, what is not the same for all; what is the same is folded into a list.
func (c *comparer) differences() tree.Section {
	s := tree.Section{ID: "differences", Title: c.say("What differs, criterion by criterion", "Ce qui diffère, critère par critère"), NewPage: true}
	s.Blocks = append(s.Blocks, c.key())
	for _, f := range c.Framework.Families {
		sub := tree.Section{ID: "differences-" + f.ID, Title: c.t(f.Title)}
		var same []string
		for _, row := range c.Comparison.Matrix {
			switch {
			case row.Family != f.ID:
			case row.Same:
				same = append(same, c.sameAnswer(row))
			default:
				sub.Blocks = append(sub.Blocks, c.criterionCard(row))
			}
		}
		if len(same) > 0 {
			sub.Blocks = append(sub.Blocks, tree.Paragraph{Size: tree.Small, Text: tree.Q(c.say("The same for all: ", "Identique pour toutes : ") + strings.Join(same, c.say("; ", " ; ")) + ".")})
		}
		if len(sub.Blocks) > 0 {
			s.Sections = append(s.Sections, sub)
		}
	}
	return s
}

// key says whose each letter is.
func (c *comparer) key() tree.Block {
	var parts []tree.Text
	for _, r := range c.Comparison.Ranking {
		parts = append(parts, c.called(r.Offering))
	}
	return tree.Paragraph{Size: tree.Small, Text: joined(c.say("; ", " ; "), parts)}
}

func (c *comparer) criterionTitle(id string) string {
	if x := c.Framework.Criterion(id); x != nil {
		return c.t(x.Title)
	}
	return id
}

func (c *comparer) sameAnswer(row evaluator.Row) string {
	words := c.say("not applicable", "sans objet")
	if cell := row.Cells[0]; cell.Applies != evaluator.AppliesNo {
		var labels []string
		for _, b := range cell.Bands {
			labels = append(labels, strings.TrimSuffix(c.t(row.Bands[b].Label), "."))
		}
		words = strings.Join(labels, " / ")
	}
	return c.criterionTitle(row.Criterion) + " (" + words + ")"
}

// criterionCard groups the candidates by their answer, the best first, then lists the facts that make the difference.
func (c *comparer) criterionCard(row evaluator.Row) tree.Block {
	card := tree.Card{ID: "criterion-" + row.Criterion, Title: tree.T(c.criterionTitle(row.Criterion)), Right: tree.Q(c.say("weight %d", "poids %d", row.Weight))}
	type answer struct {
		cell evaluator.MatrixCell
		who  []tree.Text
	}
	var answers []answer
	for _, cell := range row.Cells {
		i := slices.IndexFunc(answers, func(a answer) bool { return a.cell.Applies == cell.Applies && slices.Equal(a.cell.Bands, cell.Bands) })
		if i < 0 {
			i = len(answers)
			answers = append(answers, answer{cell: cell})
		}
		answers[i].who = append(answers[i].who, tree.B(c.letter[cell.Offering]))
	}
	slices.SortStableFunc(answers, func(x, y answer) int { return ends(y.cell) - ends(x.cell) })
	t := tree.Table{Columns: []tree.Column{{Title: c.say("Points", "Points"), Width: 13, Align: tree.Right}, {Title: c.say("Answer", "Réponse"), Width: 62}, {Title: c.say("Offerings", "Offres"), Width: 25}}}
	for _, a := range answers {
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(tree.T(pointsOf(a.cell))), c.reason(row, a.cell), tree.C(joined(", ", a.who))}})
	}
	card.Body = []tree.Block{t}
	if facts := c.differingFacts(row); len(facts) > 0 {
		card.Body = append(card.Body, tree.KeyValues{Pairs: facts})
	}
	return card
}

func pointsOf(cell evaluator.MatrixCell) string {
	switch {
	case cell.Low == nil || cell.High == nil:
		return "–"
	case *cell.Low == *cell.High:
		return itoa(*cell.Low)
	}
	return itoa(*cell.Low) + "\u00a0–\u00a0" + itoa(*cell.High)
}

// ends orders answers: by their middle, what does not apply last.
func ends(cell evaluator.MatrixCell) int {
	if cell.Low == nil || cell.High == nil {
		return -1
	}
	return *cell.Low + *cell.High
}

func (c *comparer) reason(row evaluator.Row, cell evaluator.MatrixCell) tree.Cell {
	if cell.Applies == evaluator.AppliesNo {
		return tree.C(tree.Marked(tree.MarkNotApplicable, c.say("not applicable", "sans objet")))
	}
	var out tree.Cell
	for _, b := range cell.Bands {
		text := tree.T(c.t(row.Bands[b].Label))
		if len(cell.Bands) > 1 {
			text = tree.Q(itoa(row.Bands[b].Score) + " · ").Add(text)
		}
		out = append(out, text)
	}
	if cell.Applies == evaluator.AppliesUnknown {
		out = append(out, tree.Text{{Text: c.say("if it applies, which is not known", "si applicable, ce que l'on ignore"), Mark: tree.MarkOpen, Style: tree.Quiet}})
	}
	if len(cell.Missing) > 0 {
		out = append(out, tree.Text{{Text: c.say("missing: ", "il manque : ") + strings.Join(c.labels(cell.Missing), c.say("; ", " ; ")), Mark: tree.MarkUnknown, Style: tree.Quiet}})
	}
	return out
}

// differingFacts are the facts of a row that are not the same for all, the candidates that say the same together.
func (c *comparer) differingFacts(row evaluator.Row) []tree.Pair {
	const most = 4
	var out []tree.Pair
	for i, f := range row.Facts {
		if i == most {
			out = append(out, tree.Pair{Key: c.say("and", "et"), Value: tree.C(tree.Q(c.count(len(row.Facts)-most, "other fact differs", "other facts differ", "autre fait diffère", "autres faits diffèrent")))})
			break
		}
		type said struct {
			cell evaluator.FactCell
			who  []tree.Text
		}
		var all []said
		for _, x := range f.Values {
			j := slices.IndexFunc(all, func(s said) bool {
				return s.cell.State == x.State && slices.EqualFunc(s.cell.Values, x.Values, catalog.Value.Equal)
			})
			if j < 0 {
				j = len(all)
				all = append(all, said{cell: x})
			}
			all[j].who = append(all[j].who, tree.B(c.letter[x.Offering]))
		}
		p := tree.Pair{Key: c.label(f.Path)}
		for _, s := range all {
			p.Value = append(p.Value, joined(", ", s.who).Add(tree.T(wording.Colon(c.l)+" "), c.factOf(f.Path, s.cell)))
		}
		out = append(out, p)
	}
	return out
}

// factOf is what one candidate's facts say, in words; names are those of its own dossier.
func (c *comparer) factOf(path string, cell evaluator.FactCell) tree.Text {
	own := *c.builder
	own.Dossier = c.of[cell.Offering]
	def := own.def(path)
	if len(cell.Values) == 0 || cell.State == catalog.Absent {
		return own.state(def, cell.State, nil, false)
	}
	var parts []tree.Text
	for _, v := range cell.Values {
		parts = append(parts, plain(own.value(def, v)))
	}
	out := joined(c.say("; ", " ; "), parts)
	if cell.State == catalog.Unknown {
		out = out.Add(tree.Q(c.say(" (not known everywhere)", " (inconnu par endroits)")))
	}
	return out
}

// plain drops links to places that this report does not have.
func plain(t tree.Text) tree.Text {
	out := slices.Clone(t)
	for i := range out {
		out[i].To = ""
	}
	return out
}

// figures are the published figures, side by side where their conditions are the same.
func (c *comparer) figures() *tree.Section {
	s := tree.Section{ID: "figures", Title: c.say("Published figures side by side", "Chiffres publiés, côte à côte"), NewPage: true}
	add := func(id, en, fr string, paths []string, list []evaluator.SideBySide) {
		if len(list) == 0 {
			return
		}
		sub := tree.Section{ID: id, Title: c.say(en, fr)}
		for _, x := range list {
			sub.Blocks = append(sub.Blocks, c.sideBySide(paths, x)...)
		}
		s.Sections = append(s.Sections, sub)
	}
	add("benchmarks", "Benchmarks", "Bancs d'essai", []string{"benchmark_result.benchmark"}, c.Comparison.Benchmarks)
	add("environment", "Environment", "Environnement", []string{"environmental_statement.scope", "environmental_statement.metric"}, c.Comparison.Environment)
	if len(s.Sections) == 0 {
		return nil
	}
	s.Blocks = []tree.Block{tree.Paragraph{Text: tree.T(c.say("Figures stand together only where every condition under which they were obtained is stated and the same. The others are shown with the reason why they cannot be compared.",
		"Des chiffres ne sont rapprochés que si chaque condition de leur obtention est dite et la même. Les autres sont donnés avec la raison pour laquelle ils ne se comparent pas."))}}
	return &s
}

func (c *comparer) sideBySide(paths []string, x evaluator.SideBySide) []tree.Block {
	out := []tree.Block{tree.Heading{Text: tree.T(c.topic(paths, x.Topic))}}
	t := tree.Table{Columns: []tree.Column{{Width: 5}, {Title: c.say("Offering", "Offre"), Width: 37}, {Title: c.say("Figure", "Chiffre"), Width: 26, Align: tree.Right}, {Title: c.say("Source", "Source"), Width: 32}}}
	for _, g := range x.Groups {
		head := tree.Marked(tree.MarkPassed, c.say("comparable", "comparables"))
		if !g.Comparable {
			head = tree.Marked(tree.MarkWarning, c.t(g.Reason))
		}
		if with := c.conditions(g); with != "" {
			head = head.Add(tree.Q(" · " + with))
		}
		t.Rows = append(t.Rows, tree.Row{Group: head})
		for _, f := range g.Figures {
			t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(tree.B(c.letter[f.Offering])), tree.C(tree.T(c.nameOf(f.Offering))), tree.C(c.figure(g, f)), tree.C(c.figureSource(f))}})
		}
	}
	out = append(out, t)
	if len(x.Missing) > 0 && len(x.Missing) < len(c.Comparison.Ranking) {
		var who []string
		for _, r := range c.Comparison.Ranking {
			if slices.Contains(x.Missing, r.Offering) {
				who = append(who, c.letter[r.Offering])
			}
		}
		out = append(out, tree.Paragraph{Size: tree.Small, Text: tree.Q(c.say("No figure found for: %s.", "Aucun chiffre trouvé pour : %s.", strings.Join(who, ", ")))})
	}
	return out
}

// topic names what is measured, in words.
func (c *comparer) topic(paths []string, topic string) string {
	parts := []string{topic}
	if len(paths) > 1 {
		parts = strings.SplitN(topic, "/", len(paths))
	}
	for i, p := range parts {
		if def := c.def(paths[i]); def != nil {
			if choice, ok := def.Choice(p); ok {
				parts[i] = c.t(choice.Label())
			}
		}
	}
	return strings.Join(parts, " · ")
}

// isUnit tells the conditions that are written with the figure itself.
func isUnit(path string) bool {
	return strings.HasSuffix(path, ".unit") || strings.HasSuffix(path, ".higher_is_better")
}

func (c *comparer) conditions(g evaluator.FigureGroup) string {
	own := *c.builder
	own.Dossier = c.of[g.Figures[0].Offering]
	var parts []string
	for _, x := range g.Conditions {
		if isUnit(x.Path) || x.State != catalog.Known || x.Value == nil {
			continue
		}
		def := own.def(x.Path)
		if def == nil {
			continue
		}
		parts = append(parts, c.t(def.Label.Lower())+wording.Colon(c.l)+" "+own.value(def, *x.Value).String())
	}
	return strings.Join(parts, c.say("; ", " ; "))
}

// figure is a result with its unit, its margin, and whether it ties with the best.
func (c *comparer) figure(g evaluator.FigureGroup, f evaluator.Figure) tree.Text {
	unit := ""
	for _, x := range g.Conditions {
		if strings.HasSuffix(x.Path, ".unit") && x.State == catalog.Known && x.Value != nil {
			unit = c.value(c.def(x.Path), *x.Value).String()
		}
	}
	s := wording.Number(c.l, f.Score.Num)
	if f.Margin != "" {
		s += "\u00a0±\u00a0" + wording.Number(c.l, f.Margin)
	}
	if unit != "" {
		s += "\u00a0" + unit
	}
	out := tree.T(s)
	if g.Comparable && f.TiesBest && slices.ContainsFunc(g.Figures, func(x evaluator.Figure) bool { return !x.TiesBest }) {
		out = out.Add(tree.Q(c.say(" (best, or level with it)", " (en tête, ou à égalité)")))
	}
	return out
}

// figureSource says where a figure was published, by whom measured and when.
func (c *comparer) figureSource(f evaluator.Figure) tree.Text {
	var parts []string
	if f.Source != "" {
		for _, s := range c.of[f.Offering].Sources {
			if s.ID == f.Source {
				parts = append(parts, curly(wording.Typeset(c.l, phrasebook.Say(c.l, s.Publisher)+", "+phrasebook.Say(c.l, s.Title))))
			}
		}
	}
	if d, ok := catalog.ParseDate(f.Date); ok {
		parts = append(parts, d.In(c.l))
	} else if f.Date != "" {
		parts = append(parts, f.Date)
	}
	return tree.Q(strings.Join(parts, ", "))
}

// next lists what to find out about each candidate, what settles most first.
func (c *comparer) next() *tree.Section {
	const most = 5
	s := tree.Section{ID: "next", Title: c.say("What to find out next", "Ce qu'il faut établir ensuite"), NewPage: true}
	for _, r := range c.Comparison.Ranking {
		i := slices.IndexFunc(c.Next, func(n NextQuestions) bool { return n.Offering == r.Offering })
		if i < 0 || len(c.Next[i].Questions) == 0 {
			continue
		}
		own := *c.builder
		own.Dossier = c.of[r.Offering]
		var list tree.List
		for _, q := range c.Next[i].Questions[:min(most, len(c.Next[i].Questions))] {
			text := own.label(q.Path)
			if !q.Text.IsZero() {
				text = c.t(q.Text)
			}
			item := tree.T(text)
			if !q.Record.IsZero() && q.Record != own.Dossier.Offering {
				item = item.Add(tree.Q(" (" + own.name(q.Record) + ")"))
			}
			list.Items = append(list.Items, item.Add(tree.Q(" — "+c.settles(q))))
		}
		list.Ordered = true
		s.Blocks = append(s.Blocks, tree.Heading{Text: c.called(r.Offering)}, list)
	}
	if len(s.Blocks) == 0 {
		return nil
	}
	return &s
}

// settles says what knowing the answer would do.
func (c *comparer) settles(q evaluator.Question) string {
	var parts []string
	if n := len(q.KnockOuts); n > 0 {
		parts = append(parts, c.say("bears on %s", "porte sur %s", c.count(n, "knock-out", "knock-outs", "critère éliminatoire", "critères éliminatoires")))
	}
	if q.Leader > 0 {
		parts = append(parts, c.say("changes who leads in %s of the answers", "change la première place dans %s des réponses", c.shareOfDraws(float64(q.Leader)/10000)))
	}
	if q.Narrowing > 0 {
		parts = append(parts, c.say("narrows the score by %s on average", "resserre la note de %s en moyenne", c.pointsWord(fmt.Sprintf("%d.%d", (q.Narrowing+5)/100, (q.Narrowing+5)/10%10))))
	}
	return strings.Join(append(parts, c.t(q.Cost.Label())), ", ")
}

// comparisonMethod says how the comparison was made and names everything it was made from.
func (c *comparer) comparisonMethod() tree.Section {
	k := c.Comparison
	p := func(en, fr string) tree.Block { return tree.Paragraph{Text: tree.T(c.say(en, fr))} }
	pairs := []tree.Pair{c.hashPair(c.say("Comparison", "Comparaison"), k.Hash), c.hashPair(c.say("Framework", "Référentiel"), k.FrameworkHash),
		c.hashPair(c.say("Weights", "Pondérations"), k.WeightSetHash), c.hashPair(c.say("Knowledge", "Connaissances"), k.KnowledgeHash),
		{Key: c.say("Draws", "Tirages"), Value: tree.C(tree.T(c.say("%s, seed %s", "%s, graine %s", wording.Number(c.l, itoa(k.Draws)), fmt.Sprint(k.Seed))))},
		{Key: c.say("Engine", "Moteur"), Value: tree.C(tree.T(orUnknown(k.Engine, c.builder)))},
		{Key: c.say("Registration", "Enregistrement"), Value: c.registered(c.ComparisonInput.Registration)}}
	t := tree.Table{Columns: []tree.Column{{Width: 5}, {Title: c.say("Assessment (SHA-256)", "Évaluation (SHA-256)"), Width: 47}, {Title: c.say("Dossier (SHA-256)", "Dossier (SHA-256)"), Width: 47}}}
	for _, r := range k.Ranking {
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(tree.B(c.letter[r.Offering])), tree.C(tree.T(grouped(r.Assessment))), tree.C(tree.T(grouped(r.Dossier)))}})
	}
	return tree.Section{ID: "method", Title: c.say("Method", "Méthode"), NewPage: true, Blocks: []tree.Block{
		p("Eligible, undetermined and not eligible offerings are ranked apart: no score buys a knock-out back. Inside a group the order is by the mean of the scores that each criterion can still reach; it never depends on which other offerings are compared.",
			"Les offres éligibles, indéterminées et non éligibles sont classées à part : aucune note ne rachète un critère éliminatoire. Dans un groupe, l'ordre suit la moyenne des notes que chaque critère peut encore atteindre ; il ne dépend jamais des autres offres comparées."),
		p("Firmness follows stochastic multicriteria acceptability analysis (Lahdelma, Hokkanen and Salminen, 1998): weights from a Dirichlet distribution around the committee's, answers from those still possible, with a fixed seed. The smallest changes of weight are exact, not drawn.",
			"La solidité suit l'analyse stochastique multicritère d'acceptabilité (Lahdelma, Hokkanen et Salminen, 1998) : poids tirés d'une loi de Dirichlet autour de ceux du comité, réponses tirées parmi celles encore possibles, à graine fixe. Les plus petits changements de poids sont exacts, non tirés."),
		tree.KeyValues{Wide: true, Pairs: pairs}, t}}
}
