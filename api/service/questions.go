package service

import (
	"context"

	"vigie/catalog"
	"vigie/evaluator"
)

// Agenda is what to find out about one offering, and the letters that ask for it.
type Agenda struct {
	Result    *Result              `json:"-"`
	Offering  string               `json:"offering"`
	UseCase   string               `json:"use_case"`
	On        catalog.Date         `json:"on"`
	Hash      string               `json:"assessment"` // hash of the assessment asked about
	Questions []evaluator.Question `json:"questions"`  // what settles most first
	Letters   []evaluator.Letter   `json:"letters"`
}

// Questions lists what to find out about an offering. Rivals, if any, are the other candidates: answers that would
// change who leads come first then.
func (s *Service) Questions(ctx context.Context, r Request, rivals []string) (*Agenda, error) {
	s, err := s.under(ctx, r.Framework)
	if err != nil {
		return nil, err
	}
	w, err := s.weights(ctx, r)
	if err != nil {
		return nil, err
	}
	facts, err := s.reading(ctx, r.On, r.KnownOn)
	if err != nil {
		return nil, err
	}
	query := func(id string) catalog.Query {
		return catalog.Query{Offering: id, UseCase: r.UseCase, Organisation: r.Organisation}
	}
	res, err := s.assessOn(ctx, facts, query(r.Offering), w)
	if err != nil {
		return nil, err
	}
	others, err := parallel(rivals, func(id string) (*Result, error) { return s.assessOn(ctx, facts, query(id), w) })
	if err != nil {
		return nil, err
	}
	in := evaluator.CompareInput{Framework: s.Framework, Weights: w}
	var standings []evaluator.Standing
	for _, o := range others {
		if o.Assessment.Offering != r.Offering {
			standings = append(standings, in.StandingOf(o.Assessment))
		}
	}
	questions, err := s.Index().Questions(s.input(res.Dossier, w), res.Assessment, standings)
	if err != nil {
		return nil, err
	}
	return &Agenda{Result: res, Offering: r.Offering, UseCase: r.UseCase, On: r.On, Hash: res.Assessment.Hash, Questions: questions,
		Letters: evaluator.Letters(res.Dossier, s.Dictionary, questions)}, nil
}

// Index is the index from facts to criteria of the framework, made once.
func (s *Service) Index() *evaluator.Index {
	s.indexOnce.Do(func() { s.index = evaluator.NewIndex(s.Framework) })
	return s.index
}
