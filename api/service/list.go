package service

import (
	"context"
	"strings"

	"vigie/catalog"
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
}

// Listed is one page of a list.
type Listed struct {
	Items []Listing `json:"items"`
	Next  string    `json:"next,omitempty"` // cursor of the page after; empty: this is the last
}

// List lists all records of a kind whose id or name holds the words of find. A large store gives a *TooLargeError: it
// is read with Page.
func (s *Service) List(ctx context.Context, kind catalog.Kind, on, knownOn catalog.Date, find string) ([]Listing, error) {
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
		out = append(out, listing(rec, v.Name))
	}
	return out, nil
}

// listing is the line of a record.
func listing(rec *catalog.DossierRecord, name func(catalog.Ref) wording.Text) Listing {
	l := Listing{Kind: rec.Kind, ID: rec.ID, Name: rec.Name()}
	for _, f := range rec.Facts {
		if f.State != catalog.Unknown {
			l.Facts++
		}
	}
	if f := rec.Fact("offering.vendor"); f.State == catalog.Known {
		n := name(catalog.Ref{Kind: catalog.Vendor, ID: f.Value.Text})
		l.Vendor, l.By = f.Value.Text, &n
	}
	return l
}
