package web

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
)

// Meant is what a field may mean: a value for it, or a place to go to.
type Meant struct {
	Value string `json:"value,omitempty"` // what the field then holds: the name, with the id where another has the same name
	Label string `json:"label"`
	Note  string `json:"note,omitempty"`  // what tells namesakes apart
	Group string `json:"group,omitempty"` // the kind that it belongs to, in words; those of one follow each other
	Href  string `json:"href,omitempty"`
}

// Meanings is what a field may mean, the likeliest first.
type Meanings struct {
	Said   string  `json:"said"`
	Items  []Meant `json:"items"`
	Create string  `json:"create,omitempty"` // the offer to make what is typed; empty: it is there already, or nothing is typed
}

// shownMeanings is how many of them a reader can take in; looked is how many records are looked at for them.
const (
	shownMeanings = 8
	lookedAt      = 200
)

// tellApart are the facts that tell records of a kind apart, as far as they are known.
var tellApart = map[catalog.Kind][]string{
	catalog.Vendor:       {"vendor.party_kind", "vendor.headquarters_country", "vendor.incorporation_country"},
	catalog.Model:        {"model.provider", "model.release_date"},
	catalog.Offering:     {"offering.vendor", "offering.deployment"},
	catalog.Licence:      {"licence.holder"},
	catalog.Organisation: {"organisation.country"},
	catalog.Terms:        {"terms.contracting_entity", "terms.version_date"},
	catalog.UseCase:      {"use_case.organisation"},
}

// Meanings lists the records of a kind whose name or id begins with, or holds, what is typed.
func (s *Site) Meanings(ctx context.Context, l wording.Lang, kind catalog.Kind, typed string, on catalog.Date) (*Meanings, error) {
	b := s.base(Request{Lang: l}, "", "")
	typed = strings.TrimSpace(typed)
	page, err := s.svc.Page(ctx, service.ListQuery{Kind: kind, On: on, KnownOn: on, Find: typed, Limit: lookedAt})
	if err != nil {
		return nil, err
	}
	names, err := s.svc.Names(ctx, on, on)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(l, names)
	called := map[string]int{}
	exact := false
	want := folded(typed)
	for _, x := range page.Items {
		called[x.Name.In(l)]++
		exact = exact || want == x.ID || want == folded(x.Name.EN) || want == folded(x.Name.FR)
	}
	list := page.Items
	slices.SortStableFunc(list, func(x, y service.Listing) int {
		return cmp.Or(near(want, x, l)-near(want, y, l), cmp.Compare(folded(x.Name.In(l)), folded(y.Name.In(l))), cmp.Compare(x.ID, y.ID))
	})
	out := &Meanings{Items: []Meant{}}
	for _, x := range list[:min(len(list), shownMeanings)] {
		ref := catalog.Ref{Kind: kind, ID: x.ID}
		y := Meant{Value: x.Name.In(l), Label: sp.Text(x.Name)}
		if y.Label == "" {
			y.Value, y.Label = x.ID, x.ID
		}
		if y.Note, err = s.toldApart(ctx, sp, ref, on); err != nil {
			return nil, err
		}
		if called[x.Name.In(l)] > 1 {
			y.Value += " [" + x.ID + "]"
			y.Note = strings.TrimPrefix(y.Note+" · "+x.ID, " · ")
		}
		out.Items = append(out.Items, y)
	}
	switch n := len(list); {
	case n == 0:
		out.Said = b.w("meant.none")
	case n > shownMeanings || page.Next != "":
		out.Said = b.w("meant.more", itoa(shownMeanings))
	default:
		out.Said = b.n("meant.found", n)
	}
	if typed != "" && !exact {
		out.Create = b.w("meant.create", wording.Quoted(typed).In(l))
	}
	return out, nil
}

// near ranks what is typed against a record: its whole name, its beginning, the beginning of a word, anything else.
func near(want string, x service.Listing, l wording.Lang) int {
	name := folded(x.Name.In(l))
	switch {
	case name == want || x.ID == want:
		return 0
	case strings.HasPrefix(name, want):
		return 1
	case strings.Contains(" "+name, " "+want):
		return 2
	}
	return 3
}

// toldApart says what kind of thing a record is and where, in a few words.
func (s *Site) toldApart(ctx context.Context, sp service.Speaker, ref catalog.Ref, on catalog.Date) (string, error) {
	sheet, err := s.svc.Sheet(ctx, ref, on, on)
	if err != nil {
		return "", err
	}
	var parts []string
	for _, path := range tellApart[ref.Kind] {
		if f := factOf(sheet, path); f.State == catalog.Known && !f.Disputed {
			if p := sp.State(path, f.State, f.Value, false); !slices.Contains(parts, p) {
				parts = append(parts, p)
			}
		}
	}
	if len(parts) == 0 {
		parts = append(parts, sp.Text(ref.Kind.Label()))
	}
	return strings.Join(parts, " · "), nil
}
