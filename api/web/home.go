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

// HomeQuery is the form of the first page.
type HomeQuery struct {
	Find       string
	UseCase    string
	Vendor     string
	Deployment string
	On         catalog.Date
}

// HomePage lists the offerings, judged for a use case once one is chosen.
type HomePage struct {
	Base
	Form        HomeQuery
	UseCases    []Option
	Vendors     []Option
	Deployments []Option
	UseCase     *Link // the chosen one
	Groups      []Group
	Count       int
	Filtered    bool
}

// Group is the offerings of one vendor.
type Group struct {
	Title     string
	Href      string
	Country   string
	Offerings []Card
}

// Card is one offering of a list.
type Card struct {
	Link
	ID         string
	Deployment string
	Models     string
	Places     string
	Verdict    *Verdict
	Bar        *Bar
}

// Home makes the first page. Errors are *catalog.NotFoundError for an unknown use case.
func (s *Site) Home(ctx context.Context, r Request, q HomeQuery) ([]byte, error) {
	b := s.base(r, "offerings", "")
	b.Title = b.w("home.title")
	b.Description = b.w("home.lead")
	v, err := s.svc.View(ctx, q.On, q.On)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, v)
	p := HomePage{Base: b, Form: q, Filtered: q.Find != "" || q.Vendor != "" || q.Deployment != ""}
	for _, id := range v.IDs(catalog.UseCase) {
		name := sp.Text(v.Name(catalog.Ref{Kind: catalog.UseCase, ID: id}))
		p.UseCases = append(p.UseCases, Option{id, name, id == q.UseCase})
		if id == q.UseCase {
			p.UseCase = &Link{name, b.At("/records/use_case/" + id)}
		}
	}
	if q.UseCase != "" && p.UseCase == nil {
		return nil, &catalog.NotFoundError{What: catalog.UseCase.Label().Lower(), ID: q.UseCase, Nearest: wording.NearestFew(q.UseCase, v.IDs(catalog.UseCase), 3)}
	}
	if def := sp.Def("offering.deployment"); def != nil {
		for _, c := range def.Values {
			p.Deployments = append(p.Deployments, Option{c.ID, sp.Text(c.Label()), c.ID == q.Deployment})
		}
	}
	groups := map[string]*Group{}
	vendors := map[string]string{}
	for _, id := range v.IDs(catalog.Offering) {
		ref := catalog.Ref{Kind: catalog.Offering, ID: id}
		rec, _ := v.Record(ref)
		dep, ven := rec.Fact("offering.deployment"), rec.Fact("offering.vendor")
		key, title, href, country := s.servedBy(b, sp, v, dep, ven)
		vendors[key] = title
		card := s.card(b, sp, rec)
		depCode := ""
		if dep.State == catalog.Known {
			depCode = dep.Value.Text
		}
		if q.Vendor != "" && q.Vendor != key || q.Deployment != "" && q.Deployment != depCode ||
			!hasWords(strings.Join([]string{card.Text, title, card.Models, card.Deployment, id}, " "), q.Find) {
			continue
		}
		if groups[key] == nil {
			groups[key] = &Group{Title: title, Href: href, Country: country}
		}
		groups[key].Offerings = append(groups[key].Offerings, card)
		p.Count++
	}
	if q.UseCase != "" {
		if err := s.judge(ctx, b, groups, q); err != nil {
			return nil, err
		}
	}
	for _, g := range groups {
		slices.SortFunc(g.Offerings, func(x, y Card) int { return cmp.Compare(strings.ToLower(x.Text), strings.ToLower(y.Text)) })
		p.Groups = append(p.Groups, *g)
	}
	slices.SortFunc(p.Groups, func(x, y Group) int { return cmp.Compare(strings.ToLower(x.Title), strings.ToLower(y.Title)) })
	for key, title := range vendors {
		p.Vendors = append(p.Vendors, Option{key, title, key == q.Vendor})
	}
	slices.SortFunc(p.Vendors, func(x, y Option) int { return cmp.Compare(strings.ToLower(x.Label), strings.ToLower(y.Label)) })
	return s.render("home", p)
}

// judge assesses the offerings of the list for the use case.
func (s *Site) judge(ctx context.Context, b Base, groups map[string]*Group, q HomeQuery) error {
	var cards []*Card
	var requests []service.Request
	for _, g := range groups {
		for i := range g.Offerings {
			cards = append(cards, &g.Offerings[i])
			requests = append(requests, service.Request{Offering: g.Offerings[i].ID, UseCase: q.UseCase, On: q.On})
		}
	}
	results, err := s.svc.AssessAll(ctx, requests)
	if err != nil {
		return err
	}
	for i, card := range cards {
		a := results[i].Assessment
		verdict, bar := b.verdict(a), b.bar(a.Score)
		bar.Words = service.Whole(a.Score)
		card.Verdict, card.Bar = &verdict, &bar
		card.Href = b.At(withQuery("/offerings/"+card.ID+"/assessment", "use_case", q.UseCase))
	}
	return nil
}

// SelfHosted stands in the vendor filter for offerings that the organisation serves to itself.
const SelfHosted = "self"

func (s *Site) servedBy(b Base, sp service.Speaker, v *catalog.View, dep, ven catalog.Fact) (key, title, href, country string) {
	switch {
	case dep.State == catalog.Known && dep.Value.Text == "self_hosted":
		return SelfHosted, b.w("home.self_hosted"), "", ""
	case ven.State == catalog.Known:
		ref := catalog.Ref{Kind: catalog.Vendor, ID: ven.Value.Text}
		if rec, ok := v.Record(ref); ok {
			if f := rec.Fact("vendor.incorporation_country"); f.State == catalog.Known {
				country = sp.State(f.Path, f.State, f.Value, false)
			}
		}
		return ref.ID, sp.Text(v.Name(ref)), b.At(recordPath(ref)), country
	}
	return "unknown", b.w("home.vendor_unknown"), "", ""
}

func (s *Site) card(b Base, sp service.Speaker, rec *catalog.DossierRecord) Card {
	say := func(path string) string {
		if f := rec.Fact(path); f.State == catalog.Known {
			return sp.State(path, f.State, f.Value, false)
		}
		return ""
	}
	return Card{ID: rec.ID, Link: Link{sp.Text(rec.Name()), b.At(recordPath(rec.Ref()))}, Deployment: say("offering.deployment"),
		Models: say("offering.models"), Places: say("offering.processing_countries")}
}
