package web

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
)

// suggested is how many of a kind are offered.
const suggested = 4

// Suggest lists what the search field may mean while somebody types: vendors, models, offerings, sources, laws and
// licences, each with its address, and the whole search last.
func (s *Site) Suggest(ctx context.Context, r Request, query string, on catalog.Date) (*Meanings, error) {
	b := s.base(r, "", "")
	out := &Meanings{Items: []Meant{}}
	if words := strings.Fields(folded(query)); len(words) > 0 {
		v, err := s.svc.View(ctx, on, on)
		// Of a store that is too large nothing is read whole: the search itself pages through it.
		if large := (*service.TooLargeError)(nil); err != nil && !errors.As(err, &large) {
			return nil, err
		}
		if err == nil {
			f := finder{Base: b, sp: s.svc.Speaker(r.Lang, v), v: v, words: words, whole: strings.Join(words, " ")}
			out.Items = f.suggestions(s)
		}
	}
	out.Said = b.w("suggest.none")
	if n := len(out.Items); n > 0 {
		out.Said = b.n("suggest.count", n)
	}
	out.Items = append(out.Items, Meant{Label: b.w("suggest.all"), Href: withQuery(b.At("/search"), "q", query)})
	return out, nil
}

func (f *finder) suggestions(s *Site) []Meant {
	out := []Meant{}
	add := func(title string, list []Hit) {
		h := f.hits(title, "…", list)
		for _, x := range h.List[:min(len(h.List), suggested)] {
			out = append(out, Meant{Label: x.Text, Note: x.Note, Group: title, Href: x.Href})
		}
	}
	for _, k := range []catalog.Kind{catalog.Vendor, catalog.Model, catalog.Offering} {
		add(f.plural(k), f.ofKind(k))
	}
	add(f.w("sources.title"), f.ownSources())
	add(f.w("nav.laws"), f.laws(s))
	add(f.w("search.licences"), f.licences(s))
	return out
}

// ofKind finds records of a kind.
func (f *finder) ofKind(k catalog.Kind) []Hit {
	var list []Hit
	for _, id := range f.v.IDs(k) {
		rec, ok := f.v.Record(catalog.Ref{Kind: k, ID: id})
		if !ok {
			continue
		}
		name := f.sp.Text(rec.Name())
		if rank, ok := f.match(name, id); ok {
			list = append(list, Hit{Link: Link{name, f.At(recordPath(rec.Ref()))}, Note: f.note(rec), rank: rank})
		}
	}
	return list
}

// ownSources finds the sources that facts cite, each with its page here.
func (f *finder) ownSources() []Hit {
	var out []Hit
	seen := map[string]bool{}
	for _, k := range catalog.Kinds() {
		for _, id := range f.v.IDs(k) {
			rec, _ := f.v.Record(catalog.Ref{Kind: k, ID: id})
			for _, x := range rec.Facts {
				if x.Source == "" || seen[x.Source] {
					continue
				}
				seen[x.Source] = true
				src, ok := f.v.Source(x.Source)
				if !ok {
					continue
				}
				if rank, found := f.match(src.Title, src.Publisher); found {
					out = append(out, Hit{Link: Link{f.sp.Tidy(src.Title), f.At("/sources/" + url.PathEscape(src.ID))}, Note: src.Publisher, rank: rank})
				}
			}
		}
	}
	return slices.Clip(out)
}
