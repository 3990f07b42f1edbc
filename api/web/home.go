package web

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
)

// HomePage is the first page: how to begin, what ends soon.
type HomePage struct {
	Base
	Todo    *Todo // what waits for who looks at it; nil: nobody in particular
	Start   bool  // the guided start is shown
	Hide    string
	Compare string // four offerings side by side, to see what a comparison is
	Read    Link   // an assessment, to see what one is
	Uses    []HomeUse
	Due     []Due
	More    int // others that end soon
	Counts  []Count
}

// HomeUse is a use case to begin with.
type HomeUse struct {
	Link
	Description string
	Guide       string
}

// Due is something that ends, or ended.
type Due struct {
	Day   string
	Class string // soon, expired
	Word  string
	What  string
	Of    Link
	on    catalog.Date
}

// Count says how many records of a kind there are.
type Count struct {
	Link
	N string
}

const (
	dueDays  = 180 // how far ahead the first page looks
	dueShown = 8
)

// tour is what the guided start of the reference catalogue shows. Offerings that a catalogue does not hold are left out.
var tour = struct {
	use       string
	offerings []string
}{"office-assistant", []string{"mistral-api-eu-medium-3.5", "azure-openai-eu-gpt-5.5", "ovh-gpt-oss-120b", "self-hosted-gpt-oss-120b"}}

// Home makes the first page. start shows the guided start.
func (s *Site) Home(ctx context.Context, r Request, on catalog.Date, start bool) ([]byte, error) {
	b := s.base(r, "home", "")
	b.Title, b.Description = b.w("home.title"), b.w("home.lead")
	v, err := s.svc.View(ctx, on, on)
	if large := (*service.TooLargeError)(nil); errors.As(err, &large) {
		return s.largeHome(ctx, b, on)
	}
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, v)
	p := HomePage{Base: b, Hide: b.At("/?start=hide")}
	if p.Todo, err = s.todo(ctx, b, sp, on); err != nil {
		return nil, err
	}
	q := CompareQuery{UseCase: tour.use, On: on, KnownOn: on}
	for _, id := range tour.offerings {
		if _, ok := v.Record(catalog.Ref{Kind: catalog.Offering, ID: id}); ok {
			q.Offerings = append(q.Offerings, id)
		}
	}
	if _, ok := v.Record(catalog.Ref{Kind: catalog.UseCase, ID: tour.use}); ok && len(q.Offerings) == len(tour.offerings) {
		p.Start, p.Compare = start, q.address(b.At("/compare"), nil)
		p.Read = Link{sp.Text(v.Name(catalog.Ref{Kind: catalog.Offering, ID: q.Offerings[0]})), s.assessmentAddress(b, q, q.Offerings[0])}
	}
	for _, id := range v.IDs(catalog.UseCase) {
		ref := catalog.Ref{Kind: catalog.UseCase, ID: id}
		rec, _ := v.Record(ref)
		u := HomeUse{Link: Link{sp.Text(rec.Name()), withQuery(b.At("/offerings"), "use_case", id)}, Guide: withQuery(b.At("/use-cases/guide"), "use_case", id)}
		if f := rec.Fact("use_case.description"); f.State == catalog.Known {
			u.Description = sp.State(f.Path, f.State, f.Value, false)
		}
		p.Uses = append(p.Uses, u)
	}
	p.Due = due(b, sp, v, on, addDays(on, dueDays))
	if len(p.Due) > dueShown {
		p.Due, p.More = p.Due[:dueShown], len(p.Due)-dueShown
	}
	for _, k := range []catalog.Kind{catalog.Offering, catalog.Vendor, catalog.Model, catalog.Licence, catalog.Certification, catalog.Stake} {
		p.Counts = append(p.Counts, Count{Link{b.plural(k), b.At("/records/" + string(k))}, wording.Number(b.Lang, strconv.Itoa(len(v.IDs(k))))})
	}
	return s.render("home", p)
}

// largeHome is the first page of a store that is never read whole: what waits, and the ways in.
func (s *Site) largeHome(ctx context.Context, b Base, on catalog.Date) ([]byte, error) {
	names, err := s.svc.Names(ctx, on, on)
	if err != nil {
		return nil, err
	}
	p := HomePage{Base: b}
	if p.Todo, err = s.todo(ctx, b, s.svc.Speaker(b.Lang, names), on); err != nil {
		return nil, err
	}
	for _, k := range []catalog.Kind{catalog.Offering, catalog.Vendor, catalog.Model, catalog.Licence, catalog.Certification, catalog.Stake} {
		p.Counts = append(p.Counts, Count{Link: Link{b.plural(k), b.At("/records/" + string(k))}})
	}
	return s.render("home", p)
}

// due lists what ends until a day, the first first: certificates, sources, models withdrawn.
func due(b Base, sp service.Speaker, v *catalog.View, on, end catalog.Date) []Due {
	var out []Due
	add := func(day catalog.Date, what string, of Link) {
		if day == "" || day > end || day < on {
			return
		}
		d := Due{Day: b.Day(day), What: what, Of: of, on: day, Class: "soon", Word: b.w("home.ends")}
		if !slices.ContainsFunc(out, func(x Due) bool { return x.on == d.on && x.What == d.What && x.Of == d.Of }) {
			out = append(out, d)
		}
	}
	sources := map[string]bool{}
	for _, k := range catalog.Kinds() {
		for _, id := range v.IDs(k) {
			rec, ok := v.Record(catalog.Ref{Kind: k, ID: id})
			if !ok {
				continue
			}
			link := b.recordLink(sp, rec.Ref())
			for _, f := range rec.Facts {
				switch f.Path {
				case "certification.valid_until":
					if f.State == catalog.Known {
						add(catalog.Date(f.Value.Text), b.w("home.due.certificate"), link)
					}
				case "model.retirement_date":
					if f.State == catalog.Known {
						add(catalog.Date(f.Value.Text), b.w("home.due.model"), link)
					}
				}
				if src, ok := v.Source(f.Source); ok && src.ValidUntil != "" && !sources[src.ID] {
					sources[src.ID] = true
					add(src.ValidUntil, b.w("home.due.source", src.Title), link)
				}
			}
		}
	}
	slices.SortFunc(out, func(x, y Due) int {
		return cmp.Or(cmp.Compare(x.on, y.on), cmp.Compare(x.Of.Text, y.Of.Text), cmp.Compare(x.What, y.What))
	})
	return out
}
