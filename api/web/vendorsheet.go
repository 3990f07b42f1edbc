package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// WorkSheet is the sheet of a record to be filled in: every fact that the dictionary has for it, known or not.
type WorkSheet struct {
	Base
	Form
	Name     string
	Kind     string
	List     Link
	ID       string
	When     string
	Read     Link // the page to read
	MayWrite bool
	Kept     bool // there is a store: otherwise it is said why nothing can be changed
	Known    string
	Bar      Bar
	Sections []SheetSection
	Links    []SheetLinks
	Next     *NextFacts
	Sources  []Source
	Excel    []Link
	Import   string
	DropAt   string   // where a document is brought in
	AbsentAt string   // where a fact is said to be absent
	Cite     []Option // the sources that the sheet cites
	Chain    string   // the picture of owners and sub-processors; empty: the record has none
	Score    *SheetScore
}

// SheetSection is a section of the dictionary with how far it is filled in.
type SheetSection struct {
	ID     string
	Title  string
	Intro  string
	Known  string
	Bar    Bar
	Lines  []SheetLine
	Fill   string // address of the form of all that is not known; empty: nothing is missing
	Wanted string // how many expected facts are missing; empty: none
	Maybe  string // how many more may be expected; empty: none
}

// SheetLine is one fact: what is recorded, who said so and when, and where to say more.
type SheetLine struct {
	Fact
	Who      string
	Edit     Link
	Settle   string
	Expected string // the fact is expected, or may be, and is not known; empty else
	Absent   string // its path, where one gesture says that it is known to be absent; empty: it cannot be, or it is answered
}

// SheetLinks is the records of one kind that name this one, as a table, and the way to add another.
type SheetLinks struct {
	ID    string
	Title string
	Heads []string
	Rows  []LinkRow
	Add   Link
}

// LinkRow is one of them.
type LinkRow struct {
	Link
	Cells []Cell
	End   *Link
}

// Cell is a cell of a table that becomes a list on small screens.
type Cell struct{ Head, Text string }

// NextFacts is what matters most next for one use.
type NextFacts struct {
	Form     string
	UseCases []Option
	List     []NextFact
	None     bool
}

// NextFact is one question with where to answer it.
type NextFact struct {
	Text    string
	Settles []string
	Answer  Link
	About   *Link
}

// SheetScore is how an offering stands for the chosen use.
type SheetScore struct {
	Verdict Verdict
	Bar     Bar
	Assess  string
}

// sheetPath is the address of the sheet of a record.
func sheetPath(ref catalog.Ref) string {
	return "/records/" + string(ref.Kind) + "/" + url.PathEscape(ref.ID) + "/sheet"
}

func factPath(ref catalog.Ref, path string) string {
	return "/records/" + string(ref.Kind) + "/" + url.PathEscape(ref.ID) + "/facts/" + path
}

// SheetQuery says which sheet, for which use what matters next is told, and what was just done.
type SheetQuery struct {
	Ref     catalog.Ref
	Source  string // the source to cite next
	On      catalog.Date
	UseCase string
	Done    Done
}

// linkColumns are the facts that tell records of a kind apart in a table.
var linkColumns = map[catalog.Kind][]string{
	catalog.Stake:                  {"stake.owner", "stake.owner_country", "stake.percent", "stake.control", "stake.from", "stake.until"},
	catalog.Subprocessing:          {"subprocessing.vendor", "subprocessing.country", "subprocessing.role", "subprocessing.sees_content"},
	catalog.Certification:          {"certification.standard", "certification.held", "certification.valid_until"},
	catalog.Price:                  {"price.input_mtok", "price.output_mtok", "price.seat_month", "price.fixed_month"},
	catalog.Offering:               {"offering.deployment", "offering.processing_countries"},
	catalog.Model:                  {"model.release_date", "model.licence"},
	catalog.BenchmarkResult:        {"benchmark_result.benchmark", "benchmark_result.score", "benchmark_result.date"},
	catalog.EnvironmentalStatement: {"environmental_statement.metric", "environmental_statement.value", "environmental_statement.scope"},
}

// WorkSheet makes the sheet of a record.
func (s *Site) WorkSheet(ctx context.Context, r Request, q SheetQuery) ([]byte, error) {
	sheet, err := s.svc.Sheet(ctx, q.Ref, q.On, q.On)
	if err != nil {
		return nil, err
	}
	names, err := s.svc.Names(ctx, q.On, q.On)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, names)
	b := s.base(r, navOf(q.Ref.Kind), "")
	p := WorkSheet{Base: b, Name: sp.Text(sheet.Name), Kind: sp.Text(q.Ref.Kind.Label()), ID: q.Ref.String(), When: b.Day(q.On), MayWrite: s.MayWrite(ctx), Kept: s.svc.Store != nil,
		List: Link{b.plural(q.Ref.Kind), b.At("/records/" + string(q.Ref.Kind))}, Read: Link{b.w("sheet.read"), b.At(recordPath(q.Ref))}}
	p.Title = b.w("sheet.title", p.Name)
	p.Done = b.sheetDone(q.Done)
	pen := b.newPen(sp, sheet.Sources)
	p.Sources = pen.sources()
	who, err := s.whoSaid(ctx, b, q.Ref)
	if err != nil {
		return nil, err
	}
	expected, err := s.expected(ctx, sheet, q.UseCase)
	if err != nil {
		return nil, err
	}
	known, total := s.sheetSections(&p, pen, sheet, q.Ref, who, expected)
	p.Known, p.Bar = b.w("sheet.known_of", itoa(known), itoa(total)), share(known, total)
	if err := s.sheetLinks(ctx, &p, sp, sheet, q); err != nil {
		return nil, err
	}
	if q.Ref.Kind == catalog.Offering {
		if err := s.nextFacts(ctx, &p, sp, q); err != nil {
			return nil, err
		}
	}
	at := b.At("/records/" + string(q.Ref.Kind) + "/" + url.PathEscape(q.Ref.ID) + "/sheet.xlsx")
	p.Excel = []Link{{b.w("sheet.excel"), at}}
	p.Import = withQuery(b.At("/import"), "about", q.Ref.String())
	p.DropAt, p.AbsentAt = b.At("/sources/new"), b.At("/records/"+string(q.Ref.Kind)+"/"+url.PathEscape(q.Ref.ID)+"/absent")
	for _, x := range sheet.Sources {
		p.Cite = append(p.Cite, Option{Value: x.ID, Label: sp.Tidy(x.Title), Selected: x.ID == q.Source})
	}
	if hasChain(q.Ref.Kind) {
		p.Chain = b.At(chainPath(q.Ref))
	}
	return s.render("sheet", p)
}

// expected tells which facts of a record the dictionary expects, for the use that is thought of.
func (s *Site) expected(ctx context.Context, sheet *service.Sheet, useCase string) (map[string]service.Expected, error) {
	e, err := s.expects()
	if err != nil {
		return nil, err
	}
	return s.svc.Expecting(ctx, e, sheet, useCase)
}

func share(n, of int) Bar {
	if of == 0 {
		of = 1
	}
	x := 100 * float64(n) / float64(of)
	return Bar{Low: x, High: x, Point: true, Words: itoa(n)}
}

// sheetDone says what a form about a record did.
func (b Base) sheetDone(d Done) string {
	switch d {
	case DoneRecorded:
		return b.w("sheet.done_recorded")
	case DoneWithdrawn:
		return b.w("sheet.done_withdrawn")
	case DoneSettled:
		return b.w("sheet.done_settled")
	case DoneMade:
		return b.w("sheet.done_made")
	}
	return ""
}

// What forms about records do.
const (
	DoneRecorded  Done = "recorded"
	DoneWithdrawn Done = "withdrawn"
	DoneSettled   Done = "settled"
	DoneMade      Done = "made"
)

// whoSaid tells, for each claim about a record, who recorded it and when.
func (s *Site) whoSaid(ctx context.Context, b Base, ref catalog.Ref) (map[string]string, error) {
	list, err := s.svc.ClaimsOf(ctx, ref)
	if err != nil {
		return nil, err
	}
	out, people := map[string]string{}, map[string]string{}
	for _, c := range list {
		out[c.Hash] = b.w("sheet.who", s.personName(ctx, b, c.RecordedBy, people), b.Day(catalog.DateOf(c.RecordedAt)))
	}
	return out, nil
}

// personName is the name of who recorded something. people keeps those that were read.
func (s *Site) personName(ctx context.Context, b Base, id string, people map[string]string) string {
	if n, ok := people[id]; ok {
		return n
	}
	name := b.w("sheet.by_program")
	if s.svc.Store != nil {
		if p, err := s.svc.Person(ctx, id); err == nil {
			if name = p.Fields["name"]; name == "" {
				name = b.w("sheet.by_erased")
			}
		}
	}
	people[id] = name
	return name
}

func (s *Site) sheetSections(p *WorkSheet, pen *pen, sheet *service.Sheet, ref catalog.Ref, who map[string]string, expected map[string]service.Expected) (known, total int) {
	b := p.Base
	facts := map[string][]catalog.Fact{}
	for _, sec := range sheet.Sections {
		for _, f := range sec.Facts {
			facts[f.Path] = append(facts[f.Path], f)
		}
	}
	for _, sec := range s.svc.Dictionary.Sections {
		if sec.Record != ref.Kind {
			continue
		}
		x := SheetSection{ID: sec.ID, Title: pen.sp.Text(sec.Title), Intro: pen.sp.Text(sec.Intro)}
		have, missing, maybe, of := 0, 0, 0, 0
		for _, def := range sec.Facts {
			list := facts[def.Path]
			if len(list) == 0 {
				list = []catalog.Fact{{Path: def.Path, State: catalog.Unknown}}
			}
			settled := false
			for i, f := range list {
				l := SheetLine{Fact: pen.fact(f), Who: who[f.Claim], Edit: Link{b.w("sheet.correct"), b.At(factPath(ref, def.Path))}}
				if i == 0 {
					l.ID = def.Path
				}
				if f.State == catalog.Unknown {
					l.Edit.Text = b.w("sheet.fill")
					switch {
					case expected[def.Path] == service.IsExpected:
						l.Expected = b.w("sheet.expected")
						missing++
					case expected[def.Path] == service.MaybeExpected:
						l.Expected = b.w("sheet.maybe_expected")
						maybe++
					}
					if p.MayWrite && def.AbsentRule != nil && !def.AbsentRule.Forbidden {
						l.Absent = def.Path
					}
				} else if !f.Disputed {
					settled = true
				}
				if len(f.Contradicts) > 0 {
					l.Settle = b.At(factPath(ref, def.Path)) + "#contradictions"
				}
				x.Lines = append(x.Lines, l)
			}
			// A fact that is expected on a condition counts when the condition holds; one that is answered always does.
			if settled {
				have++
			}
			if settled || def.RequiredWhen == "" || expected[def.Path] == service.IsExpected {
				of++
			}
		}
		x.Known, x.Bar = b.w("sheet.known_of", itoa(have), itoa(of)), share(have, of)
		if missing > 0 {
			x.Wanted = b.n("sheet.wanted", missing)
		}
		if maybe > 0 {
			x.Maybe = b.n("sheet.maybe", maybe)
		}
		if have < len(sec.Facts) {
			x.Fill = b.At("/records/" + string(ref.Kind) + "/" + url.PathEscape(ref.ID) + "/sections/" + sec.ID)
		}
		known, total = known+have, total+of
		p.Sections = append(p.Sections, x)
	}
	return known, total
}

// linksTitle says how records of a kind are linked to the one of the sheet. Links that an organisation added itself are
// called by their label.
func (b Base) linksTitle(sp service.Speaker, def *catalog.FactDef) string {
	if key := "sheet.links." + def.Path; !b.words[key].IsZero() {
		return b.w(key)
	}
	return b.w("sheet.links", b.plural(def.Record), sp.Label(def.Path))
}

// sheetLinks lists what names this record: owners, sub-processors, certificates, prices…
func (s *Site) sheetLinks(ctx context.Context, p *WorkSheet, sp service.Speaker, sheet *service.Sheet, q SheetQuery) error {
	b := p.Base
	for _, def := range s.svc.Dictionary.Facts() {
		if def.Type != catalog.TypeReference || def.RefersTo != q.Ref.Kind || linkColumns[def.Record] == nil {
			continue
		}
		heads := slices.DeleteFunc(slices.Clone(linkColumns[def.Record]), func(path string) bool { return path == def.Path })
		x := SheetLinks{ID: "links-" + slug(def.Path), Title: b.linksTitle(sp, def),
			Add: Link{b.w("sheet.add", sp.Text(def.Record.Label())), withQuery(b.At("/new/"+string(def.Record)), "v."+def.Path, q.Ref.ID)}}
		for _, h := range heads {
			x.Heads = append(x.Heads, sp.Label(h))
		}
		for _, l := range sheet.Links {
			if l.Path != def.Path {
				continue
			}
			rec, err := s.svc.Sheet(ctx, l.Record, q.On, q.On)
			if err != nil {
				return err
			}
			row := LinkRow{Link: Link{sp.Text(l.Name), b.At(sheetPath(l.Record))}}
			for _, h := range heads {
				f := factOf(rec, h)
				row.Cells = append(row.Cells, Cell{sp.Label(h), sp.State(h, f.State, f.Value, f.Disputed)})
			}
			if def.Record == catalog.Stake && p.MayWrite && factOf(rec, "stake.until").State == catalog.Unknown {
				row.End = &Link{b.w("sheet.end"), b.At(factPath(l.Record, "stake.until"))}
			}
			x.Rows = append(x.Rows, row)
		}
		if len(x.Rows) > 0 || p.MayWrite {
			p.Links = append(p.Links, x)
		}
	}
	return nil
}

// factOf gives a fact of a sheet; one that nobody recorded, or of a record that is not there, is unknown.
func factOf(sheet *service.Sheet, path string) catalog.Fact {
	if sheet == nil {
		return catalog.Fact{Path: path, State: catalog.Unknown}
	}
	for _, sec := range sheet.Sections {
		for _, f := range sec.Facts {
			if f.Path == path {
				return f
			}
		}
	}
	return catalog.Fact{Path: path, State: catalog.Unknown}
}

// nextFacts tells what matters most next for one use, and how the offering stands for it.
func (s *Site) nextFacts(ctx context.Context, p *WorkSheet, sp service.Speaker, q SheetQuery) error {
	b := p.Base
	options, err := s.useCases(ctx, sp, q.UseCase, q.On, q.On)
	if err != nil || len(options) == 0 {
		return err
	}
	if q.UseCase == "" {
		q.UseCase = options[0].Value
		options[0].Selected = true
	}
	agenda, err := s.svc.Questions(ctx, service.Request{Offering: q.Ref.ID, UseCase: q.UseCase, On: q.On}, nil)
	if err != nil {
		return err
	}
	n := &NextFacts{Form: b.At(sheetPath(q.Ref)), UseCases: options, None: len(agenda.Questions) == 0}
	for _, x := range agenda.Questions[:min(len(agenda.Questions), shownQuestions)] {
		def, ok := s.svc.Dictionary.Fact(x.Path)
		if !ok {
			continue
		}
		line := s.askLine(b, sp, x)
		f := NextFact{Text: line.Text, Settles: line.Settles, About: line.About}
		if !x.Record.IsZero() && def.Record == x.Record.Kind {
			f.Answer = Link{b.w("sheet.answer"), b.At(factPath(x.Record, x.Path))}
		}
		n.List = append(n.List, f)
	}
	p.Next = n
	a := agenda.Result.Assessment
	p.Score = &SheetScore{Verdict: Verdict{Class: string(a.Verdict), Word: wording.Typeset(b.Lang, service.VerdictText(a.Verdict).In(b.Lang))}, Bar: b.bar(a.Score),
		Assess: withQuery(b.At("/offerings/"+url.PathEscape(q.Ref.ID)+"/assessment"), "use_case", q.UseCase, "on", string(q.On))}
	return nil
}

// recordRevision is the revision of a record as a form carries it.
func (s *Site) recordRevision(ctx context.Context, ref catalog.Ref) (int64, error) {
	return s.svc.Revision(ctx, ref)
}

// expectation refuses a change when somebody else changed the record since.
func expectation(ref catalog.Ref, revision int64) []store.Expectation {
	return []store.Expectation{{Record: ref, Revision: revision}}
}

func number64(n int64) string { return strconv.FormatInt(n, 10) }
