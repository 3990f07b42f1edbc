package web

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
)

// RecordPage is a record with its facts.
type RecordPage struct {
	Base
	Name     string
	Kind     string
	List     Link // of the records of this kind
	ID       string
	When     string
	Assess   string // for an offering: its page
	Sheet    string // to be filled in
	Sections []Section
	Groups   []LinkGroup
	Sources  []Source
}

// Section is the facts of a section of the dictionary.
type Section struct {
	ID    string
	Title string
	Facts []Fact
}

// LinkGroup is the records of one kind that name this one.
type LinkGroup struct {
	Title string
	Links []Link
}

// Record makes the page of a record. The error is a *catalog.NotFoundError for an id that names none.
func (s *Site) Record(ctx context.Context, r Request, ref catalog.Ref, on, knownOn catalog.Date) ([]byte, error) {
	sheet, err := s.svc.Sheet(ctx, ref, on, knownOn)
	if err != nil {
		return nil, err
	}
	names, err := s.svc.Names(ctx, on, knownOn)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, names)
	b := s.base(r, navOf(ref.Kind), sp.Text(sheet.Name))
	pen := b.newPen(sp, sheet.Sources)
	p := RecordPage{Base: b, Name: sp.Text(sheet.Name), ID: ref.String(), When: b.Day(on), Sources: pen.sources(),
		Kind: sp.Text(ref.Kind.Label()), List: Link{b.plural(ref.Kind), b.At("/records/" + string(ref.Kind))}}
	p.Print, p.Sheet = true, b.At(sheetPath(ref))
	if ref.Kind == catalog.Offering {
		p.Assess = b.At(recordPath(ref))
	}
	for _, sec := range sheet.Sections {
		x := Section{ID: sec.ID, Title: sp.Text(sec.Title)}
		for _, f := range sec.Facts {
			x.Facts = append(x.Facts, pen.fact(f))
		}
		p.Sections = append(p.Sections, x)
	}
	byKind := map[catalog.Kind][]Link{}
	seen := map[catalog.Ref]bool{}
	for _, l := range sheet.Links {
		if !seen[l.Record] {
			seen[l.Record] = true
			byKind[l.Record.Kind] = append(byKind[l.Record.Kind], b.recordLink(sp, l.Record))
		}
	}
	for _, k := range catalog.Kinds() {
		if links := byKind[k]; len(links) > 0 {
			slices.SortFunc(links, byText)
			p.Groups = append(p.Groups, LinkGroup{Title: b.plural(k), Links: links})
		}
	}
	return s.render("record", p)
}

// plural names the records of a kind.
func (b Base) plural(k catalog.Kind) string { return b.w("kinds." + string(k)) }

func byText(x, y Link) int { return cmp.Compare(strings.ToLower(x.Text), strings.ToLower(y.Text)) }

func navOf(k catalog.Kind) string {
	switch k {
	case catalog.Offering:
		return "offerings"
	case catalog.UseCase:
		return "usecases"
	case catalog.Vendor, catalog.Stake, catalog.Subprocessing, catalog.Certification:
		return "vendors"
	case catalog.Model, catalog.Licence, catalog.BenchmarkResult:
		return "models"
	}
	return ""
}

// RecordsPage lists the records of a kind.
type RecordsPage struct {
	Base
	Kind  string
	New   string // where a record of this kind is made; empty: nothing can be recorded here
	Find  string
	Kinds []Option
	Heads []string // of the facts beside the names
	Rows  []Row
	Form  string
	Count int
}

// Row is one record of a list.
type Row struct {
	Link
	By    string
	Cells []ListCell // as many as heads
	Facts int
}

// ListCell is a fact of a record in a list.
type ListCell struct {
	Head, Text string
	Unknown    bool
}

// Records makes the list of the records of a kind.
func (s *Site) Records(ctx context.Context, r Request, kind catalog.Kind, find string, on catalog.Date) ([]byte, error) {
	names, err := s.svc.Names(ctx, on, on)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, names)
	b := s.base(r, navOf(kind), "")
	b.Title = b.plural(kind)
	p := RecordsPage{Base: b, Kind: b.Title, Find: find, Form: b.At("/records/" + string(kind))}
	if b.Keeps {
		p.New = b.At("/new/" + string(kind))
	}
	for _, k := range catalog.Kinds() {
		p.Kinds = append(p.Kinds, Option{b.At("/records/" + string(k)), b.plural(k), k == kind})
	}
	list, err := s.svc.List(ctx, kind, on, on, "")
	if err != nil {
		return nil, err
	}
	for _, path := range service.ListedFacts(kind) {
		p.Heads = append(p.Heads, sp.Label(path))
	}
	for _, l := range list {
		x := Row{Link: Link{sp.Text(l.Name), b.At(recordPath(catalog.Ref{Kind: kind, ID: l.ID}))}, Facts: l.Facts}
		if l.By != nil {
			x.By = sp.Text(*l.By)
		}
		for i, f := range l.Shown {
			x.Cells = append(x.Cells, ListCell{p.Heads[i], sp.State(service.ListedFacts(kind)[i], f.State, f.Value, f.Disputed), f.State == catalog.Unknown})
		}
		if !hasWords(x.Text+" "+x.By+" "+l.ID, find) {
			continue
		}
		p.Rows = append(p.Rows, x)
	}
	slices.SortStableFunc(p.Rows, func(x, y Row) int { return byText(x.Link, y.Link) })
	p.Count = len(p.Rows)
	return s.render("records", p)
}
