package service

import (
	"context"
	"strings"

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
	return s.agenda(r, res, others)
}

// maxAgendas bounds how many agendas are kept.
const maxAgendas = 64

// Questions is Service.Questions, kept for as long as the assessments that it rests on are the same: it depends on nothing
// else. The result is shared: callers must not change it.
func (c *Cached) Questions(ctx context.Context, r Request, rivals []string) (*Agenda, error) {
	requests := []Request{r}
	for _, id := range rivals {
		if id != r.Offering {
			other := r
			other.Offering = id
			requests = append(requests, other)
		}
	}
	results, err := c.AssessAll(ctx, requests)
	if err != nil {
		return nil, err
	}
	s, err := c.under(ctx, r.Framework)
	if err != nil {
		return nil, err
	}
	var hashes []string
	for _, x := range results {
		hashes = append(hashes, x.Assessment.Hash)
	}
	key := strings.Join(hashes, " ")
	c.mu.Lock()
	kept := c.agendas[key]
	c.mu.Unlock()
	if kept != nil {
		return kept, nil
	}
	made, err := s.agenda(r, results[0], results[1:])
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	room(c.agendas, maxAgendas)
	c.agendas[key] = made
	return made, nil
}

// agenda asks about an offering that is judged, among others that are.
func (s *Service) agenda(r Request, res *Result, others []*Result) (*Agenda, error) {
	in := evaluator.CompareInput{Framework: s.Framework, Weights: res.Weights}
	var standings []evaluator.Standing
	for _, o := range others {
		if o.Assessment.Offering != r.Offering {
			standings = append(standings, in.StandingOf(o.Assessment))
		}
	}
	questions, err := s.Index().Questions(s.input(res.Dossier, res.Weights), res.Assessment, standings)
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
