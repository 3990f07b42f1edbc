package reports

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/reports/tree"
)

// allFacts lists every fact of the dossier, a table a kind of record, with source, place in it, day, strength and
// what must be said beside it.
func (b *builder) allFacts() tree.Section {
	s := tree.Section{ID: "facts", Title: b.say("All facts and their sources", "Tous les faits et leurs sources"), NewPage: true}
	s.Blocks = []tree.Block{tree.Paragraph{Text: tree.T(b.say(
		"Every fact below is what the strongest claim says on the day of the report. A fact that is not listed was not recorded: it is unknown, not absent. Free text is in the language it was recorded in.",
		"Chaque fait ci-dessous est ce que dit l'allégation la plus forte à la date du rapport. Un fait non listé n'a pas été consigné : il est inconnu, non absent. Les textes libres sont dans la langue où ils ont été consignés."))}}
	var thin []tree.Text
	for _, kind := range catalog.Kinds() {
		t := b.factsOf(kind, &thin)
		if len(t.Rows) > 0 {
			s.Sections = append(s.Sections, tree.Section{ID: "facts-" + string(kind), Title: b.t(kind.Label()), Blocks: []tree.Block{t}})
		}
	}
	if len(thin) > 0 {
		s.Sections = append(s.Sections, tree.Section{ID: "facts-thin", Title: b.say("Known by name only", "Connus de nom seulement"),
			Blocks: []tree.Block{tree.Paragraph{Text: joined(b.say("; ", " ; "), thin), Size: tree.Small}}})
	}
	known := len(s.Sections) > 0
	if t, any := b.computed(); any {
		s.Sections = append(s.Sections, tree.Section{ID: "facts-computed", Title: b.say("Facts that Vigie computes", "Faits que Vigie calcule"), Blocks: []tree.Block{t}})
	}
	if !known {
		s.Blocks = append(s.Blocks, tree.Paragraph{Text: tree.Marked(tree.MarkUnknown, b.say("No fact was known on that day.", "Aucun fait n'était connu à cette date."))})
	}
	return s
}

func (b *builder) factsOf(kind catalog.Kind, thin *[]tree.Text) tree.Table {
	t := tree.Table{Columns: []tree.Column{
		{Title: b.say("Fact", "Fait"), Width: 22},
		{Title: b.say("What holds", "Ce qui est retenu"), Width: 34},
		{Title: b.say("Source, place, strength", "Source, endroit, force"), Width: 27},
		{Title: b.say("As of", "Au"), Width: 17},
	}}
	for _, r := range b.inOrder(kind) {
		if len(r.Facts) == 0 {
			continue
		}
		if onlyName(r) {
			name := tree.T(b.name(r.Ref())).Add(tree.Q(" ("+b.t(kind.Label().Lower())+")"), spaced(b.cite(r.Facts[0].Source)))
			*thin = append(*thin, name)
			continue
		}
		t.Rows = append(t.Rows, tree.Row{ID: anchorOf(r.Ref()), Group: tree.T(b.name(r.Ref()))})
		facts := slices.Clone(r.Facts)
		slices.SortStableFunc(facts, func(x, y catalog.Fact) int { return b.order[x.Path] - b.order[y.Path] })
		for _, f := range facts {
			if f.Path != kind.NamePath() {
				t.Rows = append(t.Rows, b.factRow(f))
			}
		}
	}
	return t
}

// inOrder lists the records of a kind; of parties, those that have a role come first.
func (b *builder) inOrder(kind catalog.Kind) []*catalog.DossierRecord {
	out := b.Dossier.OfKind(kind)
	if kind != catalog.Vendor {
		return out
	}
	place := map[catalog.Ref]int{}
	roles := b.roles()
	for i, r := range roles {
		place[r.ref] = i - len(roles)
	}
	slices.SortStableFunc(out, func(x, y *catalog.DossierRecord) int { return place[x.Ref()] - place[y.Ref()] })
	return out
}

func onlyName(r *catalog.DossierRecord) bool {
	return len(r.Facts) == 1 && r.Facts[0].Path == r.Kind.NamePath()
}

func spaced(t tree.Text) tree.Text {
	if t == nil {
		return nil
	}
	return tree.T(" ").Add(t)
}

func (b *builder) factRow(f catalog.Fact) tree.Row {
	value := tree.Cell{b.state(b.def(f.Path), f.State, f.Value, f.Disputed)}
	if f.Note != "" {
		value = append(value, tree.Q(b.said(f.Note)))
	}
	value = append(value, b.remarks(f)...)
	return tree.Row{Cells: []tree.Cell{tree.C(tree.T(b.label(f.Path))), value, tree.C(b.originOf(f)), tree.C(tree.T(f.AsOf.In(b.l)))}}
}

// sources lists what was read, numbered as everywhere in the report, the strongest kinds first.
func (b *builder) sources() tree.Section {
	s := tree.Section{ID: "sources", Title: b.say("Sources", "Sources"), NewPage: true}
	if len(b.cited) == 0 {
		s.Blocks = []tree.Block{tree.Paragraph{Text: tree.T(b.say("No source is cited.", "Aucune source n'est citée."))}}
		return s
	}
	t := tree.Table{Columns: []tree.Column{
		{Title: b.say("No.", "N°"), Width: 8, Align: tree.Right},
		{Title: b.say("Document", "Document"), Width: 54},
		{Title: b.say("Kind", "Nature"), Width: 17},
		{Title: b.say("Dates", "Dates"), Width: 21},
	}}
	for i, src := range b.cited {
		doc := tree.Cell{tree.B(b.said(src.Title))}
		if src.Publisher != "" {
			doc = append(doc, tree.T(b.said(src.Publisher)))
		}
		if src.URL != "" {
			doc = append(doc, tree.Text{{Text: src.URL, URL: src.URL, Style: tree.Quiet}})
		}
		for _, n := range []string{b.via(src), b.said(src.Note)} {
			if n != "" {
				doc = append(doc, tree.Q(n))
			}
		}
		if src.Confidential {
			doc = append(doc, tree.Q(b.say("confidential", "confidentiel")))
		}
		if src.File != "" {
			doc = append(doc, tree.Q(b.say("stored copy, SHA-256 %s", "copie conservée, SHA-256 %s", grouped(src.File))))
		}
		t.Rows = append(t.Rows, tree.Row{ID: "source-" + itoa(i+1), Cells: []tree.Cell{
			tree.C(tree.T(itoa(i + 1))), doc, tree.C(tree.T(b.strength(src.Kind, src.Signed))), b.dates(src)}})
	}
	s.Blocks = []tree.Block{t}
	return s
}

func (b *builder) via(s catalog.Source) string {
	if s.Via == "" {
		return ""
	}
	return b.say("read through: %s", "lu par l'intermédiaire de : %s", b.said(s.Via))
}

func (b *builder) dates(s catalog.Source) tree.Cell {
	var out tree.Cell
	add := func(en, fr string, d catalog.Date) {
		if d != "" {
			out = append(out, tree.T(b.say(en, fr, d.In(b.l))))
		}
	}
	add("of %s", "du %s", s.Published)
	if s.Undated {
		out = append(out, tree.Marked(tree.MarkUnknown, b.say("not dated", "non daté")))
	}
	add("read on %s", "lu le %s", s.Read)
	add("valid until %s", "valable jusqu'au %s", s.ValidUntil)
	if len(out) == 0 {
		return tree.C(tree.Marked(tree.MarkUnknown, strings.TrimSpace(b.say("not dated", "non daté"))))
	}
	return out
}
