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

// SuggestList is what the search field offers while somebody types: the list alone, for the page that shows the rest.
type SuggestList struct {
	Base
	Groups []SuggestGroup
	All    string // address of the whole search
	Says   string // for who does not see the list
	Last   int    // number of the last option, which leads to the whole search
}

// SuggestGroup is what was found of one kind.
type SuggestGroup struct {
	N     int
	Title string
	List  []Suggestion
}

// Suggestion is one thing found; N tells it apart from all others of the list.
type Suggestion struct {
	Hit
	N int
}

// suggested is how many of a kind are offered.
const suggested = 4

// Suggest makes the suggestions for what was typed so far: vendors, models, offerings, sources, laws and licences.
func (s *Site) Suggest(ctx context.Context, r Request, query string, on catalog.Date) ([]byte, error) {
	b := s.base(r, "", "")
	p := SuggestList{Base: b, All: withQuery(b.At("/search"), "q", query)}
	words := strings.Fields(folded(query))
	if len(words) > 0 {
		v, err := s.svc.View(ctx, on, on)
		if large := (*service.TooLargeError)(nil); errors.As(err, &large) {
			words = nil // nothing is read whole there: the search itself pages through it
		} else if err != nil {
			return nil, err
		} else {
			f := finder{Base: b, sp: s.svc.Speaker(r.Lang, v), v: v, words: words, whole: strings.Join(words, " ")}
			p.Groups = f.suggestions(s)
		}
	}
	n := 0
	for i := range p.Groups {
		p.Groups[i].N = i
		for j := range p.Groups[i].List {
			p.Groups[i].List[j].N = n
			n++
		}
	}
	p.Last, p.Says = n, b.w("suggest.none")
	if n > 0 {
		p.Says = b.n("suggest.count", n)
	}
	return s.part("search", "suggestions", p)
}

func (f *finder) suggestions(s *Site) []SuggestGroup {
	var out []SuggestGroup
	add := func(title string, list []Hit) {
		h := f.hits(title, "…", list)
		if len(h.List) == 0 {
			return
		}
		g := SuggestGroup{Title: title}
		for _, x := range h.List[:min(len(h.List), suggested)] {
			g.List = append(g.List, Suggestion{Hit: x})
		}
		out = append(out, g)
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
