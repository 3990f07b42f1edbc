package service

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/framework"
	"vigie/evaluator/ranking"
)

// CompareRequest asks for a comparison. Weights names a set; Weighing, when given, is one of the committee's own and
// takes its place. Members are the weights of single members, named sets or their own, shown side by side.
type CompareRequest struct {
	Offerings    []string
	UseCase      string
	Organisation string
	Weights      string
	Weighing     *evaluator.Weighing
	Members      []string
	MemberOwn    []evaluator.Weighing
	On           catalog.Date
	KnownOn      catalog.Date // empty: the same day
	Conviction   string       // agreed, debated (the default) or no_opinion
	Seed         uint64       // 0: evaluator.DefaultSeed
	Draws        int          // 0: evaluator.DefaultDraws
	Assume       []catalog.Assumption
	Framework    string // as in Request
}

// CompareResult is a comparison and the assessments it ranks, in its order.
type CompareResult struct {
	Comparison *evaluator.Comparison
	Results    []*Result
	Weights    *framework.WeightSet
	Members    []*framework.WeightSet
}

// Compare assesses the offerings and ranks them. Errors are *catalog.InvalidError for a request that makes no
// comparison and *catalog.NotFoundError for ids that name nothing.
func (s *Service) Compare(ctx context.Context, r CompareRequest) (*CompareResult, error) {
	in, results, err := s.candidates(ctx, r)
	if err != nil {
		return nil, err
	}
	c, err := evaluator.Compare(in)
	if err != nil {
		return nil, err
	}
	out := &CompareResult{Comparison: c, Weights: in.Weights, Members: in.Members}
	for _, line := range c.Ranking {
		i := slices.IndexFunc(results, func(x *Result) bool { return x.Assessment.Offering == line.Offering })
		out.Results = append(out.Results, results[i])
	}
	return out, nil
}

// candidates checks a request and assesses its offerings.
func (s *Service) candidates(ctx context.Context, r CompareRequest) (evaluator.CompareInput, []*Result, error) {
	s, err := s.under(ctx, r.Framework)
	if err != nil {
		return evaluator.CompareInput{}, nil, err
	}
	in := evaluator.CompareInput{Framework: s.Framework, Seed: r.Seed, Draws: r.Draws, Version: s.Version}
	if in.Conviction, err = ranking.ParseConviction(r.Conviction); err != nil {
		return in, nil, err
	}
	if err := checkOfferings(r.Offerings); err != nil {
		return in, nil, err
	}
	if in.Weights, err = s.weighing(ctx, r.Weights, r.UseCase, r.Weighing); err != nil {
		return in, nil, err
	}
	if in.Members, err = s.members(ctx, r); err != nil {
		return in, nil, err
	}
	base, err := s.reading(ctx, r.On, r.KnownOn)
	if err != nil {
		return in, nil, err
	}
	facts, err := base.assume(r.Assume)
	if err != nil {
		return in, nil, err
	}
	results, err := parallel(r.Offerings, func(id string) (*Result, error) {
		return s.assessOn(ctx, facts, catalog.Query{Offering: id, UseCase: r.UseCase, Organisation: r.Organisation}, in.Weights)
	})
	if err != nil {
		return in, nil, err
	}
	for _, x := range results {
		in.Candidates = append(in.Candidates, x.judged())
	}
	return in, results, nil
}

// checkOfferings refuses what would only be found out after assessing thousands.
func checkOfferings(ids []string) error {
	var faults []catalog.FieldError
	if n := len(ids); n < evaluator.MinCandidates || n > ranking.MaxCandidates {
		faults = append(faults, catalog.FieldError{Path: "offerings", Text: wording.Textf("expected from %d to %d offerings, found %d",
			"attendu : de %d à %d offres ; trouvé : %d", evaluator.MinCandidates, ranking.MaxCandidates, n)})
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			faults = append(faults, catalog.FieldError{Path: "offerings", Text: wording.Textf("%q is there twice", "« %s » figure deux fois", id)})
		}
		seen[id] = true
	}
	if len(faults) > 0 {
		return &catalog.InvalidError{Fields: faults}
	}
	return nil
}

func (s *Service) weighing(ctx context.Context, id, useCase string, own *evaluator.Weighing) (*framework.WeightSet, error) {
	if own != nil {
		return own.WeightSet(s.Framework.Framework)
	}
	return s.weights(ctx, Request{Weights: id, UseCase: useCase})
}

func (s *Service) members(ctx context.Context, r CompareRequest) ([]*framework.WeightSet, error) {
	var out []*framework.WeightSet
	seen := map[string]bool{}
	add := func(w *framework.WeightSet, err error) error {
		if err != nil {
			return err
		}
		if seen[w.ID] {
			return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "members", Text: wording.Textf("%q is there twice", "« %s » figure deux fois", w.ID)}}}
		}
		seen[w.ID] = true
		out = append(out, w)
		return nil
	}
	for _, id := range r.Members {
		if err := add(s.weights(ctx, Request{Weights: id, UseCase: r.UseCase})); err != nil {
			return nil, err
		}
	}
	for _, w := range r.MemberOwn {
		if err := add(w.WeightSet(s.Framework.Framework)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// checkAssumedLaws looks for laws that do not exist, or twice.
func (s *Service) checkAssumedLaws(list []catalog.Assumption) error {
	var ids []string
	for _, l := range s.Knowledge.Laws.List {
		ids = append(ids, l.ID)
	}
	var faults []catalog.FieldError
	seen := map[string]string{}
	for _, a := range list {
		if a.Op != catalog.AssumeLaw {
			continue
		}
		if !slices.Contains(ids, a.Law) {
			faults = append(faults, catalog.FieldError{Path: a.Text, Text: strict.NotIn(a.Law, ids)})
		}
		if prev, twice := seen[a.Law]; twice {
			faults = append(faults, catalog.FieldError{Path: a.Text, Text: wording.Textf("contradicts %q", "contredit « %s »", prev)})
		}
		seen[a.Law] = a.Text
	}
	if len(faults) > 0 {
		return &catalog.InvalidError{Fields: faults}
	}
	return nil
}

// assessOn gathers, perhaps under assumptions, and evaluates under a weight set.
func (s *Service) assessOn(ctx context.Context, in *reading, q catalog.Query, w *framework.WeightSet) (*Result, error) {
	d, err := in.gather(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.judge(d, w)
}

func (s *Service) input(d *catalog.Dossier, w *framework.WeightSet) evaluator.Input {
	return evaluator.Input{Dossier: d, Dictionary: s.Dictionary, Framework: s.Framework, Weights: w, Knowledge: s.Knowledge, Version: s.Version}
}

func (r *Result) judged() evaluator.Judged {
	return evaluator.Judged{Assessment: r.Assessment, Dossier: r.Dossier}
}

// parallel does the same for each input on every processor, and answers in their order. Every error is given; each
// is of its input alone.
func parallel[I, O any](list []I, do func(I) (O, error)) ([]O, error) {
	out, errs := make([]O, len(list)), make([]error, len(list))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(list)) {
		wg.Go(func() {
			for i := range next {
				out[i], errs[i] = do(list[i])
			}
		})
	}
	for i := range list {
		next <- i
	}
	close(next)
	wg.Wait()
	for _, err := range errs { // the first, as it was before there were several processors
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Recourse lists the alternatives, in the whole catalogue, to an offering that is not eligible for a use, or not yet.
func (s *Service) Recourse(ctx context.Context, r Request) (*Result, []evaluator.Alternative, error) {
	s, err := s.under(ctx, r.Framework)
	if err != nil {
		return nil, nil, err
	}
	w, err := s.weights(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	facts, err := s.reading(ctx, r.On, r.KnownOn)
	if err != nil {
		return nil, nil, err
	}
	query := func(id string) catalog.Query {
		return catalog.Query{Offering: id, UseCase: r.UseCase, Organisation: r.Organisation}
	}
	subject, err := s.assessOn(ctx, facts, query(r.Offering), w)
	if err != nil {
		return nil, nil, err
	}
	ids, err := facts.ids(ctx, catalog.Offering)
	if err != nil {
		return nil, nil, err
	}
	others, err := parallel(ids, func(id string) (*Result, error) { return s.assessOn(ctx, facts, query(id), w) })
	if err != nil {
		return nil, nil, err
	}
	return subject, s.recourse(subject, others), nil
}

// Recourse is Service.Recourse on assessments that are kept.
func (c *Cached) Recourse(ctx context.Context, r Request) (*Result, []evaluator.Alternative, error) {
	subject, err := c.Assess(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	facts, err := c.reading(ctx, r.On, r.KnownOn)
	if err != nil {
		return nil, nil, err
	}
	ids, err := facts.ids(ctx, catalog.Offering)
	if err != nil {
		return nil, nil, err
	}
	var requests []Request
	for _, id := range ids {
		other := r
		other.Offering = id
		requests = append(requests, other)
	}
	others, err := c.AssessAll(ctx, requests)
	if err != nil {
		return nil, nil, err
	}
	s, err := c.under(ctx, r.Framework)
	if err != nil {
		return nil, nil, err
	}
	return subject, s.recourse(subject, others), nil
}

func (s *Service) recourse(subject *Result, others []*Result) []evaluator.Alternative {
	in := evaluator.CompareInput{Framework: s.Framework, Weights: subject.Weights}
	var judged []evaluator.Judged
	for _, o := range others {
		judged = append(judged, o.judged())
	}
	return in.Recourse(subject.judged(), judged)
}

// isNotFound reports whether an error says that an id names nothing.
func isNotFound(err error) bool {
	var missing *catalog.NotFoundError
	return errors.As(err, &missing)
}
