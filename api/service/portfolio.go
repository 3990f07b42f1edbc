package service

import (
	"context"
	"os"
	"path/filepath"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/decision"
	"vigie/evaluator/framework"
	"vigie/evaluator/jurisdiction"
)

// Decide binds what a committee resolved to the assessment of a request and, when rivals are named, to their
// comparison.
func (s *Service) Decide(ctx context.Context, draft decision.Draft, r Request, compared *evaluator.Comparison) (*decision.Decision, error) {
	res, err := s.Assess(ctx, r)
	if err != nil {
		return nil, err
	}
	return decision.New(draft, res.Assessment, compared)
}

// OpenDecisions reads the decisions that a folder holds.
func OpenDecisions(folder string) (*decision.History, error) {
	info, err := os.Stat(folder)
	if err != nil || !info.IsDir() {
		return nil, strict.Faults{{File: folder, Text: wording.Textf("expected a folder of decisions", "attendu : un dossier de décisions")}}
	}
	return decision.LoadFolder(os.DirFS(folder))
}

// SaveDecision writes a decision into a folder; a file that is there already is never overwritten. It gives the path.
func SaveDecision(folder string, d *decision.Decision) (string, error) {
	data, err := d.File()
	if err != nil {
		return "", err
	}
	name := filepath.Join(folder, d.FileName())
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", err
	}
	if _, err := f.Write(data); err != nil {
		return "", firstOf(err, f.Close(), os.Remove(name))
	}
	return name, firstOf(f.Sync(), f.Close())
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Drift says what happened to a decision since it was taken, on the facts of a day. What it saw was kept with it, or is
// gathered again from the catalogue as it was known then; the error tells when the catalogue does not hold that any more.
func (s *Service) Drift(ctx context.Context, d *decision.Decision, on catalog.Date) (*decision.Drift, error) {
	w, err := s.weightsOf(ctx, d)
	if err != nil {
		return nil, err
	}
	q := catalog.Query{Offering: d.Offering, UseCase: d.UseCase, Organisation: d.Organisation}
	then, err := s.decidedOn(ctx, d, w)
	if err != nil {
		return nil, err
	}
	today, err := s.reading(ctx, on, on)
	if err != nil {
		return nil, err
	}
	now, err := s.assessOn(ctx, today, q, w)
	if err != nil {
		return nil, err
	}
	return decision.Since(d, then.judged(), now.judged(), s.Dictionary, s.Framework, decision.LawChanges(s.Knowledge, d.On, on))
}

// decidedOn is what a decision was taken on.
func (s *Service) decidedOn(ctx context.Context, d *decision.Decision, w *framework.WeightSet) (*Result, error) {
	if s.Store != nil {
		kept, err := s.KeptAssessment(ctx, d.Assessment)
		if err == nil || !isNotFound(err) {
			return kept, err
		}
	}
	before, err := s.reading(ctx, d.On, d.KnownOn)
	if err != nil {
		return nil, err
	}
	return s.assessOn(ctx, before, catalog.Query{Offering: d.Offering, UseCase: d.UseCase, Organisation: d.Organisation}, w)
}

// Portfolio adds up every decision in force on a day.
func (s *Service) Portfolio(ctx context.Context, h *decision.History, on catalog.Date) (*decision.Portfolio, error) {
	facts, err := s.reading(ctx, on, on)
	if err != nil {
		return nil, err
	}
	type judged struct {
		res *Result
		law *jurisdiction.Exposures
	}
	var subjects []subject
	at := map[subject]int{}
	inForce := h.InForce(on)
	of := make([]subject, len(inForce))
	for i, d := range inForce {
		w, err := s.weightsOf(ctx, d)
		if err != nil {
			return nil, err
		}
		of[i] = subject{catalog.Query{Offering: d.Offering, UseCase: d.UseCase, Organisation: d.Organisation}, w}
		if _, known := at[of[i]]; !known {
			at[of[i]] = len(subjects)
			subjects = append(subjects, of[i])
		}
	}
	list, err := parallel(subjects, func(k subject) (judged, error) {
		res, err := s.assessOn(ctx, facts, k.query, k.weights)
		if err != nil {
			return judged{}, err
		}
		return judged{res, s.Knowledge.Exposure(res.Dossier, on)}, nil
	})
	if err != nil {
		return nil, err
	}
	holdings := make([]decision.Holding, len(inForce))
	for i, d := range inForce {
		x := list[at[of[i]]]
		holdings[i] = decision.Holding{Decision: d, Judged: x.res.judged(), Exposures: x.law}
	}
	return decision.NewPortfolio(on, holdings), nil
}
