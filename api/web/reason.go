package web

import (
	"context"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
)

// ReasonQuery asks why one offering has its answer to one criterion.
type ReasonQuery struct {
	service.Request
	Criterion string
}

// ReasonPage is one cell of a comparison: the answer, what it rests on, what is missing.
type ReasonPage struct {
	Base
	Offering  Link
	UseCase   string
	Family    string
	Criterion Criterion
	KnockOuts []KnockOutLine
	Whole     string // the place in the assessment
	Alone     bool   // a page of its own: no script
}

// KnockOutLine is where a knock-out of the criterion stands.
type KnockOutLine struct {
	Icon string
	Word string
	Text string
}

// Reason makes the reasons of one cell, as a page of its own or as the part that a page puts beside its matrix. Errors
// are *catalog.NotFoundError for ids that name nothing.
func (s *Site) Reason(ctx context.Context, r Request, q ReasonQuery, alone bool) ([]byte, error) {
	if q.KnownOn == "" {
		q.KnownOn = q.On
	}
	def := s.svc.Framework.Framework.Criterion(q.Criterion)
	if def == nil {
		var ids []string
		for _, c := range s.svc.Framework.Criteria {
			ids = append(ids, c.ID)
		}
		return nil, &catalog.NotFoundError{What: wording.Textf("criterion", "critère"), ID: q.Criterion, Nearest: wording.NearestFew(q.Criterion, ids, 3)}
	}
	res, err := s.svc.Assess(ctx, q.Request)
	if err != nil {
		return nil, err
	}
	names, err := s.svc.Names(ctx, q.On, q.KnownOn)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, names)
	b := s.base(r, "compare", sp.Text(def.Title))
	a, d := res.Assessment, res.Dossier
	pen := b.newPen(sp, d.Sources)
	pen.dossier = d
	for _, x := range a.Derived {
		pen.derived[x.Path] = x
	}
	at := s.assessmentAddress(b, CompareQuery{UseCase: q.UseCase, Organisation: q.Organisation, Weights: q.Weights, On: q.On, KnownOn: q.KnownOn}, q.Offering)
	pen.sourcesAt = at
	p := ReasonPage{Base: b, Offering: Link{sp.Text(d.Name(d.Offering)), at}, UseCase: sp.Text(d.Name(d.UseCase)), Whole: at + "#" + def.ID, Alone: alone}
	if f, ok := s.svc.Framework.Family(def.Family); ok {
		p.Family = sp.Text(f.Title)
	}
	for _, c := range a.Criteria {
		if c.ID == def.ID {
			p.Criterion = s.criterion(pen, c, nil)
		}
	}
	for _, k := range a.KnockOuts {
		if k.Criterion != def.ID {
			continue
		}
		ko, _, _ := s.svc.Framework.KnockOut(k.ID)
		p.KnockOuts = append(p.KnockOuts, KnockOutLine{Icon: string(k.Status), Word: sp.Text(service.StatusText(k.Status)), Text: sp.Text(ko.Text)})
	}
	if !alone {
		return s.part("reason", "reason", p)
	}
	return s.render("reason", p)
}
