package web

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/evaluator"
)

// Picker lets the use and the candidates be chosen.
type Picker struct {
	Form     string
	UseCases []Option
	Groups   []PickGroup
	Chosen   int
	Few      bool // some are chosen, but too few
	On       catalog.Date
}

// PickGroup is the offerings of one vendor.
type PickGroup struct {
	Title     string
	Offerings []Option
}

// picker lists every offering by vendor.
func (s *Site) picker(ctx context.Context, b Base, q CompareQuery) (*Picker, error) {
	names, err := s.svc.Names(ctx, q.On, q.KnownOn)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(b.Lang, names)
	p := &Picker{Form: b.At("/compare"), On: q.On}
	if p.UseCases, err = s.useCases(ctx, sp, q.UseCase, q.On, q.KnownOn); err != nil {
		return nil, err
	}
	list, err := s.svc.List(ctx, catalog.Offering, q.On, q.KnownOn, "")
	if err != nil {
		return nil, err
	}
	groups := map[string]*PickGroup{}
	for _, l := range list {
		title := b.w("home.self_hosted")
		if l.By != nil {
			title = sp.Text(*l.By)
		}
		if groups[title] == nil {
			groups[title] = &PickGroup{Title: title}
		}
		chosen := slices.Contains(q.Offerings, l.ID)
		if chosen {
			p.Chosen++
		}
		groups[title].Offerings = append(groups[title].Offerings, Option{l.ID, sp.Text(l.Name), chosen})
	}
	for _, g := range groups {
		slices.SortFunc(g.Offerings, func(x, y Option) int { return cmp.Compare(strings.ToLower(x.Label), strings.ToLower(y.Label)) })
		p.Groups = append(p.Groups, *g)
	}
	slices.SortFunc(p.Groups, func(x, y PickGroup) int { return cmp.Compare(strings.ToLower(x.Title), strings.ToLower(y.Title)) })
	p.Few = len(q.Offerings) > 0 && len(q.Offerings) < evaluator.MinCandidates || len(q.Offerings) == 0 && q.UseCase != ""
	return p, nil
}
