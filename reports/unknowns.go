package reports

import (
	"fmt"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/evaluator"
	"vigie/reports/tree"
)

// unknowns tells what is not known, by effect, where sources contradict each other, and what has gone stale.
func (b *builder) unknowns() tree.Section {
	s := tree.Section{ID: "unknowns", Title: b.say("What we do not know", "Ce que nous ne savons pas"), NewPage: true}
	s.Sections = append(s.Sections,
		tree.Section{ID: "missing", Title: b.say("Missing facts, by effect", "Faits manquants, par effet"), Blocks: b.missingFacts()},
		tree.Section{ID: "contradictions", Title: b.say("Sources that contradict each other", "Sources qui se contredisent"), Blocks: b.contradictions()},
		tree.Section{ID: "stale", Title: b.say("Facts out of date", "Faits périmés"), Blocks: b.stale()})
	return s
}

// A gap is a question to put once: missing facts that ask the same of several records and settle the same.
type gap struct {
	evaluator.MissingFact
	about []catalog.Ref
}

// gaps joins the missing facts that one question covers, in the order of the assessment.
func (b *builder) gaps() []gap {
	var out []gap
	at := map[string]int{}
	for _, m := range b.Assessment.Missing {
		key := strings.Join([]string{m.Path, m.Width.String(), strings.Join(m.Criteria, " "), strings.Join(m.KnockOuts, " "), fmt.Sprint(m.Disputed)}, "\n")
		i, seen := at[key]
		if !seen {
			i = len(out)
			at[key] = i
			out = append(out, gap{MissingFact: m})
		}
		if r := m.Record; !r.IsZero() && r != b.Dossier.Offering && r.Kind != catalog.UseCase {
			out[i].about = append(out[i].about, r)
		}
	}
	return out
}

// question is what to ask to learn a missing fact: the dictionary's question, or its label, and about whom.
func (b *builder) question(g gap) tree.Text {
	const most = 6
	def := b.def(g.Path)
	words := b.label(g.Path)
	if def != nil && !def.Question.IsZero() {
		words = b.t(def.Question)
	}
	out := tree.B(words)
	if len(g.about) == 0 {
		return out
	}
	var names []string
	for i, r := range g.about {
		if i == most && len(g.about) > most+1 {
			names = append(names, b.say("%d more", "%d autres", len(g.about)-most))
			break
		}
		names = append(names, b.name(r))
	}
	return out.Add(tree.Q(" (" + strings.Join(names, b.say("; ", " ; ")) + ")"))
}

// effect is what knowing a missing fact would settle, in words.
func (b *builder) effect(m gap) string {
	var parts []string
	if n := len(m.KnockOuts); n > 0 {
		parts = append(parts, b.say("decides %s", "décide de %s", b.count(n, "knock-out", "knock-outs", "critère éliminatoire", "critères éliminatoires")))
	}
	if m.Width > 0 {
		parts = append(parts, b.say("up to %s points", "jusqu'à %s points", b.tenths((int64(m.Width)+9)/10)))
	}
	if len(parts) == 0 {
		parts = append(parts, b.say("no effect on the total", "sans effet sur le total"))
	}
	return strings.Join(parts, ", ")
}

func (b *builder) missingFacts() []tree.Block {
	if len(b.Assessment.Missing) == 0 {
		return []tree.Block{tree.Paragraph{Text: tree.T(b.say("Every fact that the applicable criteria read is known.", "Tous les faits que lisent les critères applicables sont connus."))}}
	}
	t := tree.Table{Columns: []tree.Column{
		{Title: b.say("No.", "N°"), Width: 6, Align: tree.Right},
		{Title: b.say("Question to put", "Question à poser"), Width: 50},
		{Title: b.say("At stake", "Enjeu"), Width: 21},
		{Title: b.say("Criteria", "Critères"), Width: 23},
	}}
	for i, m := range b.gaps() {
		ask := tree.Cell{b.question(m)}
		if m.Disputed {
			ask = append(ask, tree.Text{{Text: b.say("disputed: see the contradicting sources below", "contesté : voir plus bas les sources qui se contredisent"), Style: tree.Quiet, Mark: tree.MarkWarning}})
		}
		if where := b.where(m.Path); where != "" {
			ask = append(ask, tree.Q(b.say("Usually published in: %s", "Publié d'ordinaire dans : %s", where)))
		}
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{
			tree.C(tree.T(itoa(i + 1))), ask, tree.C(tree.T(b.effect(m))), tree.C(b.criterionLinks(b.concerned(m), 3))}})
	}
	return []tree.Block{
		tree.Paragraph{Text: tree.T(b.say("Those that decide a knock-out come first, then those on which most of the score's interval hangs. The widths do not add up: several facts may hang on one criterion.",
			"D'abord ceux qui décident d'un critère éliminatoire, puis ceux dont dépend la plus grande part de l'intervalle de la note. Les largeurs ne s'additionnent pas : plusieurs faits peuvent porter sur un même critère.")), KeepNext: true},
		t}
}

// where says in which documents a fact is usually published.
func (b *builder) where(path string) string {
	def := b.def(path)
	if def == nil {
		return ""
	}
	var out []string
	for _, code := range def.Where {
		if p, ok := b.Dictionary.Places[code]; ok {
			out = append(out, b.t(p.Lower()))
		}
	}
	return strings.Join(out, b.say("; ", " ; "))
}

// concerned lists the criteria that wait for a missing fact, those of its knock-outs included.
func (b *builder) concerned(m gap) []string {
	out := slices.Clone(m.Criteria)
	for _, id := range m.KnockOuts {
		if _, c, ok := b.Framework.KnockOut(id); ok && !slices.Contains(out, c.ID) {
			out = append(out, c.ID)
		}
	}
	return out
}

// criterionLinks names criteria, at most n.
func (b *builder) criterionLinks(ids []string, n int) tree.Text {
	var parts []tree.Text
	for i, id := range ids {
		if i == n && len(ids) > n+1 {
			parts = append(parts, tree.Q(b.say("%d more", "%d autres", len(ids)-n)))
			break
		}
		title := id
		if c := b.Framework.Criterion(id); c != nil {
			title = b.t(c.Title)
		}
		parts = append(parts, tree.Text{{Text: title, To: "criterion-" + id}})
	}
	return joined(b.say("; ", " ; "), parts)
}

// eachFact walks the facts of the dossier in the order of its records.
func (b *builder) eachFact(do func(r catalog.Ref, f catalog.Fact)) {
	for i := range b.Dossier.Records {
		r := &b.Dossier.Records[i]
		for _, f := range r.Facts {
			do(r.Ref(), f)
		}
	}
}

// contradictions sets the claims that differ side by side: the one that holds, then the others.
func (b *builder) contradictions() []tree.Block {
	t := tree.Table{Columns: []tree.Column{
		{Title: b.say("Standing", "Position"), Width: 20},
		{Title: b.say("What it says", "Ce qui est dit"), Width: 38},
		{Title: b.say("Source", "Source"), Width: 25},
		{Title: b.say("As of", "Au"), Width: 17},
	}}
	b.eachFact(func(r catalog.Ref, f catalog.Fact) {
		if len(f.Contradicts) == 0 {
			return
		}
		def := b.def(f.Path)
		t.Rows = append(t.Rows, tree.Row{Group: tree.T(b.label(f.Path) + " — ").Add(b.link(r))})
		if !f.Disputed {
			standing := b.say("holds", "retenu")
			if f.Settled != "" {
				standing = b.say("holds, settled by a reviewer", "retenu, tranché par un relecteur")
			}
			t.Rows = append(t.Rows, b.claimRow(tree.B(standing), def, f.State, f.Value, b.origin(f.Source, f.Kind, f.Signed, f.Locator), f.AsOf, f.Note))
		}
		for _, c := range f.Contradicts {
			standing := tree.T(b.say("differs", "diverge"))
			switch {
			case f.Disputed:
				standing = tree.Marked(tree.MarkWarning, b.say("disputed", "contesté"))
			case c.Newer:
				standing = tree.Marked(tree.MarkWarning, b.say("newer, weaker: to check", "plus récent, moins fort : à vérifier"))
			}
			t.Rows = append(t.Rows, b.claimRow(standing, def, c.State, c.Value, b.origin(c.Source, c.Kind, b.signed(c.Source), c.Locator), c.AsOf, c.Note))
		}
	})
	if len(t.Rows) == 0 {
		return []tree.Block{tree.Paragraph{Text: tree.T(b.say("No recorded source contradicts another on the facts of this dossier.", "Aucune source consignée n'en contredit une autre sur les faits de ce dossier."))}}
	}
	return []tree.Block{
		tree.Paragraph{Text: tree.T(b.say("The stronger source holds, then the newer. Two of equal strength and day that differ leave the fact disputed: it counts as not known until a person settles it.",
			"La source la plus forte l'emporte, puis la plus récente. Deux sources de même force et de même date qui divergent rendent le fait contesté : il compte comme inconnu jusqu'à ce qu'une personne tranche.")), KeepNext: true},
		t}
}

func (b *builder) signed(source string) bool {
	s, _ := b.Dossier.Source(source)
	return s.Signed
}

func (b *builder) claimRow(standing tree.Text, def *catalog.FactDef, st catalog.State, v *catalog.Value, origin tree.Text, asOf catalog.Date, note string) tree.Row {
	said := tree.Cell{b.state(def, st, v, false)}
	if note != "" {
		said = append(said, tree.Q(b.said(note)))
	}
	return tree.Row{Cells: []tree.Cell{tree.C(standing), said, tree.C(origin), tree.C(tree.T(asOf.In(b.l)))}}
}

// stale lists facts older than the dictionary allows, those of one record read together on one line.
func (b *builder) stale() []tree.Block {
	t := tree.Table{Columns: []tree.Column{
		{Title: b.say("About", "Sur"), Width: 30},
		{Title: b.say("Facts", "Faits"), Width: 44},
		{Title: b.say("As of", "Au"), Width: 17},
		{Title: b.say("Source", "Source"), Width: 9},
	}}
	type line struct {
		record catalog.Ref
		asOf   catalog.Date
		source string
	}
	labels := map[line][]string{}
	var order []line
	b.eachFact(func(r catalog.Ref, f catalog.Fact) {
		if !f.Stale || f.Path == r.Kind.NamePath() {
			return
		}
		k := line{r, f.AsOf, f.Source}
		if labels[k] == nil {
			order = append(order, k)
		}
		labels[k] = append(labels[k], b.label(f.Path))
	})
	for _, k := range order {
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(b.link(k.record)), tree.C(tree.T(strings.Join(labels[k], b.say("; ", " ; ")))),
			tree.C(tree.T(k.asOf.In(b.l))), tree.C(b.cite(k.source))}})
	}
	if len(t.Rows) == 0 {
		return []tree.Block{tree.Paragraph{Text: tree.T(b.say("No fact of this dossier is older than the dictionary allows.", "Aucun fait de ce dossier n'est plus ancien que le dictionnaire ne l'admet."))}}
	}
	return []tree.Block{tree.Paragraph{Text: tree.T(b.say("They still count, as the last thing known; read them again before deciding.", "Ils comptent encore, faute de mieux ; à relire avant de décider.")), KeepNext: true}, t}
}
