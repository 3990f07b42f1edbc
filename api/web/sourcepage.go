package web

import (
	"context"
	"errors"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/document"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// SourcePage is a source: what it is, its text, and every fact that was read in it.
type SourcePage struct {
	Base
	Form
	Name     string
	Facts    []Pair
	URL      string
	File     Link
	Text     *TextPane
	TextForm *TextForm
	Cited    []CitedFact
	Earlier  int
	Secret   bool
}

// CitedFact is a fact that cites a source.
type CitedFact struct {
	Record Link
	Fact   Link
}

// TextPane is the text of a document with what was looked for marked.
type TextPane struct {
	Title   string
	Blocks  []TextBlock
	Places  []Link // where what was looked for is
	Missing string // it is not there
	Refused string // why there is no text
	Notes   []string
	Locator string // of the first place found
	More    int    // blocks that are not shown
}

// TextBlock is one heading, paragraph, item or cell.
type TextBlock struct {
	ID   string
	Kind string
	Page string
	Runs []Run
}

// Run is a piece of text, marked or not.
type Run struct {
	Text string
	Mark bool
}

// TextForm chooses a document to read beside a form and looks for words in it.
type TextForm struct {
	Action  string
	Sources []Option
	Find    string
	Hidden  []Pair
}

// Blocks are shown around what was found; a document is read whole on its own page.
const (
	maxBlocks  = 1500
	beside     = 60
	maxPlaces  = 50
	maxFindLen = 2000
)

// text shows the text of a stored file. find is a passage or a locator; around, when not 0, bounds the blocks to those
// near the first place.
func (s *Site) text(ctx context.Context, b Base, sum, find string, around int) (*TextPane, error) {
	doc, err := s.svc.FileText(ctx, sum)
	p := &TextPane{}
	if refused := (*document.RefusedError)(nil); errors.As(err, &refused) {
		p.Refused = refused.In(b.Lang)
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	p.Title = doc.Title
	for _, n := range doc.Notes {
		p.Notes = append(p.Notes, wording.Typeset(b.Lang, n.In(b.Lang)))
	}
	find = strings.TrimSpace(find)
	var places []document.Place
	if find != "" && len(find) <= maxFindLen {
		if places = doc.Find(find); len(places) == 0 {
			places = doc.Locate(find)
		}
		if len(places) == 0 {
			p.Missing = b.w("paper.missing", find)
		}
	}
	places = places[:min(len(places), maxPlaces)]
	from, to := 0, len(doc.Blocks)
	if around > 0 {
		first := 0
		if len(places) > 0 {
			first = places[0].From
			p.Locator = places[0].Label(b.Lang)
		}
		from = max(0, first-around/3)
		to = min(to, from+around)
	}
	to = min(to, from+maxBlocks)
	for i, x := range places {
		if i == 0 {
			p.Locator = x.Label(b.Lang)
		}
		if x.From >= from && x.From < to {
			label := x.Label(b.Lang)
			if label == "" {
				label = b.w("paper.place", itoa(i+1))
			}
			p.Places = append(p.Places, Link{label, "#t-" + doc.Blocks[x.From].ID})
		}
	}
	text, page := doc.Text(), 0
	for _, blk := range doc.Blocks[from:to] {
		x := TextBlock{ID: "t-" + blk.ID, Kind: string(blk.Kind)}
		if blk.Page != page && blk.Page > 0 {
			page = blk.Page
			x.Page = b.w("paper.page", itoa(page))
		}
		x.Runs = runs(text, blk.Start, blk.End, places)
		p.Blocks = append(p.Blocks, x)
	}
	p.More = len(doc.Blocks) - (to - from)
	return p, nil
}

// runs cuts a piece of text where marked places begin and end.
func runs(text string, start, end int, places []document.Place) []Run {
	var out []Run
	at := start
	for _, p := range places {
		lo, hi := max(p.Start, at), min(p.End, end)
		if lo >= hi {
			continue
		}
		if lo > at {
			out = append(out, Run{Text: text[at:lo]})
		}
		out = append(out, Run{text[lo:hi], true})
		at = hi
	}
	if at < end {
		out = append(out, Run{Text: text[at:end]})
	}
	return out
}

// besides shows the text of the source that a form is about to cite, beside it. at is the page of the form.
func (s *Site) besides(ctx context.Context, b Base, at string, q FactQuery) (*TextPane, *TextForm, error) {
	if s.svc.Store == nil {
		return nil, nil, nil
	}
	list, err := s.svc.Sources(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	form := &TextForm{Action: at, Find: q.Find}
	chosen := ""
	for _, x := range list {
		if x.File == "" {
			continue
		}
		form.Sources = append(form.Sources, Option{x.ID, x.Title, x.ID == q.Source})
		if x.ID == q.Source {
			chosen = x.File
		}
	}
	sum := q.Sent.Value("src.file") // sent with the form just now
	if catalog.ValidSHA256(sum) {
		chosen = sum
	}
	if len(form.Sources) == 0 {
		form = nil
	}
	if chosen == "" {
		return nil, form, nil
	}
	pane, err := s.text(ctx, b, chosen, q.Find, beside)
	if _, missing := err.(*catalog.NotFoundError); missing {
		return nil, form, nil
	}
	return pane, form, err
}

// SourceQuery says which source, and what to look for in it.
type SourceQuery struct {
	ID   string
	Find string
	On   catalog.Date
	Done Done
}

// Source makes the page of a source.
func (s *Site) Source(ctx context.Context, r Request, q SourceQuery) ([]byte, error) {
	x, err := s.svc.Source(ctx, q.ID)
	if err != nil {
		return nil, err
	}
	names, err := s.svc.Names(ctx, q.On, q.On)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, names)
	b := s.base(r, "", sp.Said(x.Title))
	p := SourcePage{Base: b, Name: sp.Said(x.Title), URL: webAddress(x.URL), Earlier: len(x.Earlier), Secret: x.Confidential}
	if q.Done == DoneMade {
		p.Done = b.w("source.done")
	}
	add := func(key, value string) {
		if value != "" {
			p.Facts = append(p.Facts, Pair{key, value})
		}
	}
	add(b.w("proven.publisher"), sp.Said(x.Publisher))
	add(b.w("proven.kind"), sp.Strength(x.Kind, x.Signed))
	add(b.w("proven.published"), b.Day(x.Published))
	if x.Undated {
		add(b.w("proven.published"), b.w("source.undated"))
	}
	add(b.w("source.read_on"), b.Day(x.Read))
	add(b.w("source.valid"), b.Day(x.ValidUntil))
	add(b.w("source.copy"), sp.Said(x.Via))
	add(b.w("proven.note"), sp.Said(x.Note))
	if x.File != "" && s.svc.Store != nil {
		f, err := s.svc.File(ctx, x.File)
		switch _, missing := err.(*catalog.NotFoundError); {
		case missing:
		case err != nil:
			return nil, err
		default:
			p.File = Link{b.w("source.file", f.Name), "/api/v1/files/" + f.SHA256 + "/content"}
			if p.Text, err = s.text(ctx, b, x.File, q.Find, 0); err != nil {
				return nil, err
			}
			p.TextForm = &TextForm{Action: b.At("/sources/" + q.ID), Find: q.Find}
		}
	}
	seen := map[store.Cited]bool{}
	for _, c := range x.Cited {
		c.Claim = ""
		if seen[c] {
			continue
		}
		seen[c] = true
		p.Cited = append(p.Cited, CitedFact{Record: Link{sp.Text(sp.Names(c.Record)), b.At(sheetPath(c.Record))}, Fact: Link{sp.Label(c.Path), b.At(factPath(c.Record, c.Path))}})
	}
	return s.render("source", p)
}

// SourcesPage lists the sources that can be cited.
type SourcesPage struct {
	Base
	Search   string
	Rows     []SourceRow
	MayWrite bool
	Cut      bool
}

// SourceRow is one of them.
type SourceRow struct {
	Link
	By, Kind, Day string
	HasText       bool
}

// Sources makes the list of sources.
func (s *Site) Sources(ctx context.Context, r Request, find string, on catalog.Date) ([]byte, error) {
	list, err := s.svc.Sources(ctx, find)
	if err != nil {
		return nil, err
	}
	b := s.base(r, "", "")
	b.Title = b.w("sources.list")
	names, err := s.svc.Names(ctx, on, on)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, names)
	p := SourcesPage{Base: b, Search: find, MayWrite: s.MayWrite(ctx), Cut: len(list) >= 200}
	for _, x := range list {
		p.Rows = append(p.Rows, SourceRow{Link{sp.Said(x.Title), b.At("/sources/" + x.ID)}, sp.Said(x.Publisher), sp.Strength(x.Kind, x.Signed), b.Day(x.Published), x.File != ""})
	}
	return s.render("sources", p)
}

// NewSourcePage is the form of a new source.
type NewSourcePage struct {
	Base
	EntryForm
}

// NewSource makes the form of a new source.
func (s *Site) NewSource(ctx context.Context, r Request, on catalog.Date, sent Sent) ([]byte, error) {
	if err := account.Need(ctx, account.Claim); err != nil {
		return nil, err
	}
	b := s.base(r, "", "")
	b.Title = b.w("source.new")
	d, err := s.newDesk(ctx, b, on)
	if err != nil {
		return nil, err
	}
	p := NewSourcePage{Base: b}
	if p.EntryForm, err = d.entryForm(nil, nil, "", sent, true); err != nil {
		return nil, err
	}
	p.Evidence.Mode = fromNew
	p.Action, p.Go = b.At("/sources/new"), b.w("source.record")
	return s.render("newsource", p)
}

// RecordSource records a new source and gives its id.
func (s *Site) RecordSource(ctx context.Context, l wording.Lang, on catalog.Date, sent Sent) (string, error) {
	d, err := s.newDesk(ctx, s.base(Request{Lang: l}, "", ""), on)
	if err != nil {
		return "", err
	}
	sent.Values = cloneValues(sent.Values)
	sent.Values["from"], sent.Values["as_of"] = []string{fromNew}, []string{string(on)}
	where, faults := d.readEvidence(sent)
	if len(faults) > 0 {
		return "", &catalog.InvalidError{Fields: faults}
	}
	_, err = s.svc.Record(ctx, store.Batch{Key: sent.Value("key"), Sources: []catalog.Source{*where.made}})
	var invalid *catalog.InvalidError
	switch {
	case sentBefore(err):
		err = &SentBeforeError{}
	case errors.As(err, &invalid):
		err = &catalog.InvalidError{Fields: placed(invalid.Fields, nil)}
	}
	return where.source, err
}

func cloneValues(v map[string][]string) map[string][]string {
	out := map[string][]string{}
	for k, x := range v {
		out[k] = slices.Clone(x)
	}
	return out
}
