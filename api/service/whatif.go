package service

import (
	"context"
	"slices"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/decision"
	"vigie/evaluator/framework"
)

// WhatIf says what assumptions make of some offerings for one use. With two or more it tells how their ranking moves.
func (s *Service) WhatIf(ctx context.Context, r CompareRequest) (*evaluator.WhatIf, error) {
	if len(r.Assume) == 0 {
		return nil, noAssumption()
	}
	out := newWhatIf(r.On, r.Assume)
	assumptions := r.Assume
	if len(r.Offerings) == 1 {
		return out, s.whatIfOne(ctx, r, out)
	}
	r.Assume = nil
	before, err := s.Compare(ctx, r)
	if err != nil {
		return nil, err
	}
	r.Assume = assumptions
	after, err := s.Compare(ctx, r)
	if err != nil {
		return nil, err
	}
	for _, x := range before.Results {
		i := slices.IndexFunc(after.Results, func(y *Result) bool { return y.Assessment.Offering == x.Assessment.Offering })
		s.note(out, x, after.Results[i])
	}
	out.Rankings = evaluator.Moves(before.Comparison, after.Comparison)
	evaluator.SortChanges(out.Changes)
	return out, nil
}

func noAssumption() error {
	return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "assume", Text: wording.Textf("a what-if needs at least one assumption; examples: %s",
		"une simulation demande au moins une hypothèse ; exemples : %s", catalog.AssumptionForms)}}}
}

func newWhatIf(on catalog.Date, list []catalog.Assumption) *evaluator.WhatIf {
	return &evaluator.WhatIf{Format: evaluator.WhatIfFormat, Hypothetical: true, On: on, Assumptions: list, Changes: []evaluator.Change{},
		Rankings: []evaluator.RankMove{}, Decisions: []string{}}
}

func (s *Service) whatIfOne(ctx context.Context, r CompareRequest, out *evaluator.WhatIf) error {
	s, err := s.under(ctx, r.Framework)
	if err != nil {
		return err
	}
	w, err := s.weighing(ctx, r.Weights, r.UseCase, r.Weighing)
	if err != nil {
		return err
	}
	q := catalog.Query{Offering: r.Offerings[0], UseCase: r.UseCase, Organisation: r.Organisation}
	facts, err := s.reading(ctx, r.On, r.KnownOn)
	if err != nil {
		return err
	}
	other, err := facts.assume(r.Assume)
	if err != nil {
		return err
	}
	before, err := s.assessOn(ctx, facts, q, w)
	if err != nil {
		return err
	}
	after, err := s.assessOn(ctx, other, q, w)
	if err != nil {
		return err
	}
	s.note(out, before, after)
	return nil
}

func (s *Service) note(out *evaluator.WhatIf, before, after *Result) {
	out.Judged++
	if slices.ContainsFunc(out.Assumptions, func(a catalog.Assumption) bool {
		return evaluator.Reached(a, before.Dossier, s.Dictionary) || evaluator.Reached(a, after.Dossier, s.Dictionary)
	}) {
		out.Touched++
	}
	c := evaluator.Difference(before.Assessment, after.Assessment, s.Framework)
	if c.VerdictChange || c.ScoreBefore != c.ScoreAfter || len(c.KnockOuts)+len(c.Criteria) > 0 {
		out.Changes = append(out.Changes, c)
	}
}

// subject is what decisions share when they are judged alike.
type subject struct {
	query   catalog.Query
	weights *framework.WeightSet
}

// WhatIfDecided says what assumptions make of every decision in force on a day: which verdicts change, and why.
// Dossiers that no assumption reaches are not judged again.
func (s *Service) WhatIfDecided(ctx context.Context, h *decision.History, on catalog.Date, list []catalog.Assumption) (*evaluator.WhatIf, error) {
	if len(list) == 0 {
		return nil, noAssumption()
	}
	facts, err := s.reading(ctx, on, on)
	if err != nil {
		return nil, err
	}
	other, err := facts.assume(list)
	if err != nil {
		return nil, err
	}
	out := newWhatIf(on, list)
	bySubject, decided := map[subject][]string{}, []subject{}
	for _, d := range h.InForce(on) {
		w, err := s.weightsOf(ctx, d)
		if err != nil {
			return nil, err
		}
		k := subject{catalog.Query{Offering: d.Offering, UseCase: d.UseCase, Organisation: d.Organisation}, w}
		if bySubject[k] == nil {
			decided = append(decided, k)
		}
		bySubject[k] = append(bySubject[k], d.Hash)
	}
	type outcome struct {
		touched bool
		change  *evaluator.Change
	}
	outcomes, err := parallel(decided, func(k subject) (o outcome, err error) {
		d, err := facts.gather(ctx, k.query)
		if err != nil {
			return o, err
		}
		o.touched = slices.ContainsFunc(list, func(a catalog.Assumption) bool { return evaluator.Reached(a, d, s.Dictionary) })
		if !o.touched {
			return o, nil
		}
		o.change, err = s.changed(ctx, k, d, other)
		return o, err
	})
	if err != nil {
		return nil, err
	}
	for i, o := range outcomes {
		hashes := bySubject[decided[i]]
		out.Judged += len(hashes)
		if o.touched {
			out.Touched += len(hashes)
		}
		if o.change != nil {
			out.Changes = append(out.Changes, *o.change)
			if o.change.VerdictChange {
				out.Decisions = append(out.Decisions, hashes...)
			}
		}
	}
	slices.Sort(out.Decisions)
	evaluator.SortChanges(out.Changes)
	return out, nil
}

// changed judges a subject under the other view, first in brief; nil when no answer changes.
func (s *Service) changed(ctx context.Context, k subject, d *catalog.Dossier, other *reading) (*evaluator.Change, error) {
	hypothetical, err := other.gather(ctx, k.query)
	if err != nil {
		return nil, err
	}
	x, err := evaluator.Judge(s.input(d, k.weights))
	if err != nil {
		return nil, err
	}
	y, err := evaluator.Judge(s.input(hypothetical, k.weights))
	if err != nil || x.Same(y) {
		return nil, err
	}
	before, err := evaluator.Evaluate(s.input(d, k.weights))
	if err != nil {
		return nil, err
	}
	after, err := evaluator.Evaluate(s.input(hypothetical, k.weights))
	if err != nil {
		return nil, err
	}
	c := evaluator.Difference(before, after, s.Framework)
	return &c, nil
}

// weightsOf gives the weight set of a decision; one that is not on file any more gives way to that of the use.
func (s *Service) weightsOf(ctx context.Context, d *decision.Decision) (*framework.WeightSet, error) {
	if s.Store != nil { // as it was, whatever has been published under its name since
		if in, err := s.ledger(ctx, account.Read); err == nil {
			if w, err := readKept[framework.WeightSet](ctx, in, store.WeightSet, d.WeightHash); err == nil {
				if own := s.Framework.WeightSets[w.ID]; own != nil && own.Hash() == w.Hash() {
					return own, nil
				}
				return w, nil
			}
		}
	}
	w, err := s.weights(ctx, Request{Weights: d.WeightSet, UseCase: d.UseCase})
	if isNotFound(err) {
		return s.weights(ctx, Request{UseCase: d.UseCase})
	}
	return w, err
}
