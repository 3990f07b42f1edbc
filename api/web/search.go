package web

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"vigie/api/service"
	"vigie/catalog"
)

// SearchPage is what was found in everything that has a name.
type SearchPage struct {
	Base
	Query  string
	Count  int
	Groups []Hits
	Form   string
}

// Hits is what was found of one kind.
type Hits struct {
	Title string
	N     int
	List  []Hit
	All   string // address of the whole list; empty: all are shown
}

// Hit is one thing found.
type Hit struct {
	Link
	Note    string
	Outside bool // leads to another site
	rank    int
}

// shownHits is how many things of a kind are shown at once.
const shownHits = 8

// MaxSearch bounds what is searched for, in bytes.
const MaxSearch = 200

// Search looks for words in names and ids of records, titles of sources, laws, licences and criteria. All words must be
// there; accents and capitals do not count.
func (s *Site) Search(ctx context.Context, r Request, query string, on catalog.Date) ([]byte, error) {
	b := s.base(r, "", "")
	b.Title, b.Find = b.w("search.title"), query
	p := SearchPage{Base: b, Query: query, Form: b.At("/search")}
	if words := strings.Fields(folded(query)); len(words) > 0 {
		p.Title = b.w("search.page_title", query)
		v, err := s.svc.View(ctx, on, on)
		if err != nil {
			return nil, err
		}
		f := finder{Base: b, sp: s.svc.Speaker(r.Lang, v), v: v, words: words, whole: strings.Join(words, " ")}
		p.Groups = f.records(query)
		p.Groups = append(p.Groups, f.hits(b.w("nav.laws"), "", f.laws(s)), f.hits(b.w("search.licences"), "", f.licences(s)), f.hits(b.w("search.criteria"), "", f.criteria(s)),
			f.hits(b.w("sources.title"), "", f.sources()))
		p.Groups = slices.DeleteFunc(p.Groups, func(h Hits) bool { return h.N == 0 })
		for _, g := range p.Groups {
			p.Count += g.N
		}
	}
	return s.render("search", p)
}

// folded writes a text without capitals or accents.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}

type finder struct {
	Base
	sp    service.Speaker
	v     *catalog.View
	words []string
	whole string
}

// match ranks a name: it begins with what is searched, a word of it does, or it holds it somewhere. The second result is
// false when a word is missing.
func (f *finder) match(name string, more ...string) (int, bool) {
	n := folded(name)
	all := n + " " + folded(strings.Join(more, " "))
	for _, w := range f.words {
		if !strings.Contains(all, w) {
			return 0, false
		}
	}
	switch {
	case strings.HasPrefix(n, f.whole):
		return 0, true
	case strings.Contains(n, f.whole):
		return 1, true
	}
	return 2, true
}

// hits orders what was found and shows the first.
func (f *finder) hits(title, all string, list []Hit) Hits {
	slices.SortStableFunc(list, func(x, y Hit) int {
		return cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(strings.ToLower(x.Text), strings.ToLower(y.Text)))
	})
	h := Hits{Title: title, N: len(list), List: list}
	if len(list) > shownHits && all != "" {
		h.List, h.All = list[:shownHits], all
	}
	return h
}

func (f *finder) records(query string) []Hits {
	var out []Hits
	for _, k := range catalog.Kinds() {
		list := f.ofKind(k)
		all := withQuery(f.At("/records/"+string(k)), "find", query)
		if k == catalog.Offering {
			all = withQuery(f.At("/offerings"), "find", query)
		}
		out = append(out, f.hits(f.plural(k), all, list))
	}
	return out
}

// note says of a record what tells it from others of its name.
func (f *finder) note(rec *catalog.DossierRecord) string {
	for _, path := range []string{"offering.vendor", "model.provider", "vendor.incorporation_country", "certification.vendor", "terms.vendor", "licence.holder"} {
		if x := rec.Fact(path); x.State == catalog.Known && !x.Disputed {
			return f.sp.State(path, x.State, x.Value, false)
		}
	}
	return ""
}

func (f *finder) laws(s *Site) []Hit {
	var out []Hit
	for _, l := range s.svc.Knowledge.Laws.List {
		name, short := f.sp.Text(l.Name), f.sp.Text(l.Short)
		if rank, ok := f.match(short, name, l.ID); ok {
			out = append(out, Hit{Link: Link{short, f.At("/laws/" + l.ID)}, Note: name, rank: rank})
		}
	}
	return out
}

func (f *finder) licences(s *Site) []Hit {
	var out []Hit
	for _, id := range s.svc.Knowledge.Licences.IDs() {
		l, ok := s.svc.Knowledge.Licences.Rights(id)
		if !ok {
			continue
		}
		if rank, ok := f.match(l.Names[0], append(slices.Clone(l.Names[1:]), id)...); ok {
			out = append(out, Hit{Link: Link{l.Names[0], f.At("/licences/" + url.PathEscape(id))}, rank: rank})
		}
	}
	return out
}

func (f *finder) criteria(s *Site) []Hit {
	var out []Hit
	for _, c := range s.svc.Framework.Framework.Criteria {
		title, question := f.sp.Text(c.Title), f.sp.Text(c.Question)
		if rank, ok := f.match(title, question); ok {
			out = append(out, Hit{Link: Link{title, f.At("/framework") + "#" + c.ID}, Note: question, rank: rank})
		}
	}
	return out
}

// sources finds the documents that facts cite.
func (f *finder) sources() []Hit {
	var out []Hit
	seen := map[string]bool{}
	for _, k := range catalog.Kinds() {
		for _, id := range f.v.IDs(k) {
			rec, _ := f.v.Record(catalog.Ref{Kind: k, ID: id})
			for _, x := range rec.Facts {
				src, ok := f.v.Source(x.Source)
				if !ok || seen[src.ID] {
					continue
				}
				seen[src.ID] = true
				rank, found := f.match(src.Title, src.Publisher)
				if !found {
					continue
				}
				h := Hit{Link: Link{f.sp.Said(src.Title), webAddress(src.URL)}, Note: f.sp.Said(src.Publisher), Outside: true, rank: rank}
				if h.Href == "" {
					h.Href, h.Outside = f.At(recordPath(rec.Ref())), false
				}
				out = append(out, h)
			}
		}
	}
	if len(out) > 40 {
		slices.SortStableFunc(out, func(x, y Hit) int { return cmp.Compare(x.rank, y.rank) })
		out = out[:40]
	}
	return out
}
