package service

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"vigie/catalog"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// Listing is one line of a list of records.
type Listing struct {
	Kind     catalog.Kind  `json:"kind"`
	ID       string        `json:"id"`
	Name     wording.Text  `json:"name"`
	Facts    int           `json:"facts"` // known, or known to be absent
	Vendor   string        `json:"vendor,omitempty"`
	By       *wording.Text `json:"vendor_name,omitempty"`
	Entity   string        `json:"entity,omitempty"`
	Revision int64         `json:"revision,omitempty"` // of the record, for If-Match; 0: not kept in a store

	Shown []catalog.Fact `json:"-"` // those of ListedFacts, in that order; from List only: a page of the API does without
}

// listedFacts are the facts by which records of a kind are told apart in a list.
var listedFacts = map[catalog.Kind][]string{
	catalog.Vendor:                 {"vendor.headquarters_country", "vendor.party_kind"},
	catalog.Model:                  {"model.provider", "model.licence", "model.weights"},
	catalog.Licence:                {"licence.holder", "licence.spdx"},
	catalog.Certification:          {"certification.vendor", "certification.valid_until"},
	catalog.Stake:                  {"stake.percent", "stake.control"},
	catalog.Subprocessing:          {"subprocessing.access"},
	catalog.Offering:               {"offering.deployment"},
	catalog.SLA:                    {"sla.availability_percent"},
	catalog.Price:                  {"price.input_mtok", "price.output_mtok"},
	catalog.BenchmarkResult:        {"benchmark_result.score", "benchmark_result.date"},
	catalog.EnvironmentalStatement: {"environmental_statement.metric", "environmental_statement.scope"},
	catalog.Organisation:           {"organisation.country"},
}

// ListedFacts gives the paths of the facts that a list of records of a kind shows beside their names.
func ListedFacts(kind catalog.Kind) []string { return listedFacts[kind] }

// Listed is one page of a list.
type Listed struct {
	Items []Listing `json:"items"`
	Next  string    `json:"next,omitempty"` // cursor of the page after; empty: this is the last
}

// ListQuery says which page of which records to list, in order of id.
type ListQuery struct {
	Kind        catalog.Kind
	On, KnownOn catalog.Date
	Find        string         // words that the id or the name, in one language or the other, all hold
	Filters     []store.Filter // all must hold
	After       string         // cursor of the page before; empty: the first page
	Limit       int            // at most 200; 0: 50
	shown       bool           // the facts of ListedFacts too
}

// Page lists records a page at a time, however many there are. In a store, which records there are, and what find and
// filters look at, is what is recorded by now; names and numbers of facts are those of the day known on.
func (s *Service) Page(ctx context.Context, q ListQuery) (*Listed, error) {
	if s.Store == nil {
		return s.pageOfFile(q)
	}
	in, err := s.reading(ctx, q.On, q.KnownOn)
	if err != nil {
		return nil, err
	}
	page, err := in.store.List(ctx, store.ListQuery{Kind: q.Kind, On: q.On, Search: q.Find, Filters: q.Filters, After: q.After, Limit: q.Limit})
	if err != nil {
		return nil, err
	}
	out := &Listed{Items: []Listing{}, Next: page.Next}
	refs := make([]catalog.Ref, len(page.Entries))
	for i, e := range page.Entries {
		refs[i] = e.Record
		out.Items = append(out.Items, Listing{Kind: q.Kind, ID: e.Record.ID, Name: e.Name, Facts: int(e.Facts), Entity: e.Entity, Revision: e.Revision})
	}
	if q.Kind != catalog.Offering && in.knownOn == q.On && !q.shown {
		return out, nil
	}
	recs, _, err := in.store.Facts(ctx, in.on, in.knownOn, refs...)
	if err != nil {
		return nil, err
	}
	var vendors []catalog.Ref
	by := map[string]*catalog.DossierRecord{}
	for i := range recs {
		by[recs[i].ID] = &recs[i]
		if f := recs[i].Fact("offering.vendor"); f.State == catalog.Known {
			vendors = append(vendors, catalog.Ref{Kind: catalog.Vendor, ID: f.Value.Text})
		}
	}
	names, err := in.names(ctx, vendors)
	if err != nil {
		return nil, err
	}
	for i := range out.Items {
		x := &out.Items[i]
		if rec := by[x.ID]; rec != nil {
			l := listing(rec, func(r catalog.Ref) wording.Text { return names[r] }, q.shown)
			l.Entity, l.Revision = x.Entity, x.Revision
			*x = l
		}
	}
	return out, nil
}

// pageOfFile is Page on a catalogue file.
func (s *Service) pageOfFile(q ListQuery) (*Listed, error) {
	after, err := base64.RawURLEncoding.DecodeString(q.After)
	if err != nil || q.After != "" && !catalog.ValidID(string(after)) {
		return nil, &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "after", Text: wording.Textf("not a cursor that a list gave", "ce n'est pas un curseur donné par une liste")}}}
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit = min(q.Limit, 200)
	if q.KnownOn == "" {
		q.KnownOn = q.On
	}
	v := s.fileView(q.On, q.KnownOn)
	out := &Listed{Items: []Listing{}}
	for _, id := range v.IDs(q.Kind) {
		rec, _ := v.Record(catalog.Ref{Kind: q.Kind, ID: id})
		if id <= string(after) && q.After != "" || !fits(rec, q.Filters) || !holds(rec, q.Find) {
			continue
		}
		if len(out.Items) == q.Limit {
			out.Next = base64.RawURLEncoding.EncodeToString([]byte(out.Items[q.Limit-1].ID))
			break
		}
		out.Items = append(out.Items, listing(rec, v.Name, q.shown))
	}
	return out, nil
}

// fits reports whether the facts of a record pass the filters.
func fits(rec *catalog.DossierRecord, filters []store.Filter) bool {
	for _, f := range filters {
		x := rec.Fact(f.Path)
		if x.State != catalog.Known || !(x.Value.Many && x.Value.Contains(f.Value) || !x.Value.Many && x.Value.Type != catalog.TypeBoolean && x.Value.Text == f.Value ||
			x.Value.Type == catalog.TypeBoolean && strconv.FormatBool(x.Value.Bool) == f.Value) {
			return false
		}
	}
	return true
}

// holds reports whether the id, or the name in one of the languages, holds every word.
func holds(rec *catalog.DossierRecord, find string) bool {
	words := strings.Fields(strings.ToLower(find))
	name := rec.Name()
	for _, text := range []string{rec.ID, strings.ToLower(name.EN) + " " + strings.ToLower(name.FR)} {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			return true
		}
	}
	return false
}

// List lists all records of a kind whose id or name holds find. A kind with very many gives a *TooLargeError: it is read
// with Page.
func (s *Service) List(ctx context.Context, kind catalog.Kind, on, knownOn catalog.Date, find string) ([]Listing, error) {
	if s.Store != nil {
		return s.listStore(ctx, ListQuery{Kind: kind, On: on, KnownOn: knownOn, Find: find, Limit: 200, shown: true})
	}
	v, err := s.View(ctx, on, knownOn)
	if err != nil {
		return nil, err
	}
	find = strings.ToLower(find)
	out := []Listing{}
	for _, id := range v.IDs(kind) {
		ref := catalog.Ref{Kind: kind, ID: id}
		rec, _ := v.Record(ref)
		name := rec.Name()
		if find != "" && !strings.Contains(strings.ToLower(id+" "+name.EN+" "+name.FR), find) {
			continue
		}
		out = append(out, listing(rec, v.Name, true))
	}
	return out, nil
}

// maxList bounds a list that is not read by pages.
const maxList = 5000

func (s *Service) listStore(ctx context.Context, q ListQuery) ([]Listing, error) {
	out := []Listing{}
	for {
		page, err := s.Page(ctx, q)
		if err != nil {
			return nil, err
		}
		out = append(out, page.Items...)
		if q.After = page.Next; q.After == "" {
			return out, nil
		}
		if len(out) > maxList {
			return nil, &TooLargeError{int64(len(out))}
		}
	}
}

// listing is the line of a record.
func listing(rec *catalog.DossierRecord, name func(catalog.Ref) wording.Text, shown bool) Listing {
	l := Listing{Kind: rec.Kind, ID: rec.ID, Name: rec.Name()}
	for i, f := range rec.Facts { // sorted by path; remarks count once, however many there are
		if f.State != catalog.Unknown && (i == 0 || rec.Facts[i-1].Path != f.Path) {
			l.Facts++
		}
	}
	if f := rec.Fact("offering.vendor"); f.State == catalog.Known {
		n := name(catalog.Ref{Kind: catalog.Vendor, ID: f.Value.Text})
		l.Vendor, l.By = f.Value.Text, &n
	}
	if !shown {
		return l
	}
	for _, path := range listedFacts[rec.Kind] {
		l.Shown = append(l.Shown, rec.Fact(path))
	}
	return l
}
