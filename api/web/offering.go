package web

import (
	"context"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/evaluator"
)

// OfferingPage tells what an offering is and lets a use case be chosen.
type OfferingPage struct {
	Base
	Name   string
	Sheet  string // address of all its facts
	Law    string // exposure to foreign law and rights
	Facts  []Fact
	Uses   []Use
	Others []Link
}

// Use is a use case to choose.
type Use struct {
	Link
	Description string
	Verdict     Verdict
	Bar         Bar
	Switches    []string // criteria whose knock-outs it switches on
}

// offeringFacts are the facts that say what an offering is.
var offeringFacts = []string{"offering.vendor", "offering.deployment", "offering.models", "offering.processing_countries", "offering.storage_countries",
	"offering.terms", "offering.sla"}

// Offering makes the page of an offering. The error is a *catalog.NotFoundError for an id that names none.
func (s *Site) Offering(ctx context.Context, r Request, id string, on catalog.Date) ([]byte, error) {
	ref := catalog.Ref{Kind: catalog.Offering, ID: id}
	sheet, err := s.svc.Sheet(ctx, ref, on, on)
	if err != nil {
		return nil, err
	}
	v, err := s.svc.View(ctx, on, on)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, v)
	b := s.base(r, "offerings", sp.Text(sheet.Name))
	p := OfferingPage{Base: b, Name: sp.Text(sheet.Name), Sheet: b.At("/records/offering/" + id), Law: b.At("/offerings/" + id + "/exposure")}
	pen := b.newPen(sp, nil)
	rec, _ := v.Record(ref)
	for _, path := range offeringFacts {
		f := rec.Fact(path)
		p.Facts = append(p.Facts, Fact{Label: sp.Label(path), State: stateClass(f.State, f.Disputed), Value: pen.value(path, f.State, f.Value, f.Disputed)})
	}
	var requests []service.Request
	for _, uc := range v.IDs(catalog.UseCase) {
		requests = append(requests, service.Request{Offering: id, UseCase: uc, On: on})
	}
	results, err := s.svc.AssessAll(ctx, requests)
	if err != nil {
		return nil, err
	}
	for i, uc := range v.IDs(catalog.UseCase) {
		a := results[i].Assessment
		u := Use{Link: Link{sp.Text(v.Name(catalog.Ref{Kind: catalog.UseCase, ID: uc})), b.At(withQuery("/offerings/"+id+"/assessment", "use_case", uc))},
			Verdict: b.verdict(a), Bar: b.bar(a.Score)}
		if rec, ok := v.Record(catalog.Ref{Kind: catalog.UseCase, ID: uc}); ok {
			if f := rec.Fact("use_case.description"); f.State == catalog.Known {
				u.Description = sp.State(f.Path, f.State, f.Value, false)
			}
		}
		for _, k := range a.KnockOuts {
			if k.Status != evaluator.NotApplicable {
				u.Switches = appendNew(u.Switches, s.criterionTitle(sp, k.Criterion))
			}
		}
		p.Uses = append(p.Uses, u)
	}
	return s.render("offering", p)
}

func appendNew(list []string, s string) []string {
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}

func (s *Site) criterionTitle(sp service.Speaker, id string) string {
	if c := s.svc.Framework.Framework.Criterion(id); c != nil {
		return sp.Text(c.Title)
	}
	return id
}

// UseCasesPage explains the use cases: what each is for, what it forbids, what it weighs.
type UseCasesPage struct {
	Base
	Uses []UseCase
}

// UseCase is one of them.
type UseCase struct {
	Link
	Anchor      string
	Description string
	Facts       []Fact
	KnockOuts   []string
	Weights     []Weight
	Reason      string
	Advice      string
	Assess      string // the list of offerings judged for it
}

// Weight is the weight of a family.
type Weight struct {
	Title   string
	Percent string
	Width   float64 // of a bar, from 0 to 100
}

// useCaseFacts are those that decide most.
var useCaseFacts = []string{"use_case.organisation", "use_case.data_classification", "use_case.personal_data", "use_case.criticality", "use_case.required_countries", "use_case.agentic"}

// UseCases makes the page of the use cases.
func (s *Site) UseCases(ctx context.Context, r Request, on catalog.Date) ([]byte, error) {
	v, err := s.svc.View(ctx, on, on)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, v)
	b := s.base(r, "usecases", "")
	b.Title = b.w("usecases.title")
	p := UseCasesPage{Base: b}
	pen := b.newPen(sp, nil)
	for _, id := range v.IDs(catalog.UseCase) {
		ref := catalog.Ref{Kind: catalog.UseCase, ID: id}
		rec, _ := v.Record(ref)
		u := UseCase{Link: b.recordLink(sp, ref), Anchor: id, Assess: b.At(withQuery("/offerings", "use_case", id))}
		if f := rec.Fact("use_case.description"); f.State == catalog.Known {
			u.Description = sp.State(f.Path, f.State, f.Value, false)
		}
		for _, path := range useCaseFacts {
			f := rec.Fact(path)
			u.Facts = append(u.Facts, Fact{Label: sp.Label(path), State: stateClass(f.State, f.Disputed), Value: pen.value(path, f.State, f.Value, f.Disputed)})
		}
		s.weigh(sp, &u, id)
		p.Uses = append(p.Uses, u)
	}
	return s.render("usecases", p)
}

// weigh fills in what the weight set of a use case says.
func (s *Site) weigh(sp service.Speaker, u *UseCase, id string) {
	set, ok := s.svc.Framework.WeightSets[id]
	if !ok {
		return
	}
	u.Reason, u.Advice = sp.Text(set.Reason), sp.Text(set.Advice)
	for _, k := range set.ExpectsKnockOuts {
		if _, c, ok := s.svc.Framework.KnockOut(k); ok {
			u.KnockOuts = appendNew(u.KnockOuts, sp.Text(c.Title))
		}
	}
	most := int64(1)
	for _, f := range s.svc.Framework.Families {
		most = max(most, set.Family(f.ID))
	}
	for _, f := range s.svc.Framework.Families {
		w := set.Family(f.ID)
		u.Weights = append(u.Weights, Weight{Title: sp.Text(f.Title), Percent: sp.Percent(w), Width: float64(w) * 100 / float64(most)})
	}
}
