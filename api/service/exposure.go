package service

import (
	"context"
	"slices"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator/jurisdiction"
)

// ExposureRequest asks which foreign laws reach an offering. Without a use case, triggers that look at users and
// persons concerned stay undetermined.
type ExposureRequest struct {
	Request
	LawOn  catalog.Date // law of another day; empty: the day of the facts
	Laws   []string     // only these; empty: all
	Assume []string     // assumptions, as catalog.AssumptionForms shows them
}

// ExposureResult is the answer, and what it was without the assumptions when there are some.
type ExposureResult struct {
	*jurisdiction.Exposures
	Before  *jurisdiction.Exposures `json:"before,omitempty"`
	Dossier *catalog.Dossier        `json:"-"`
}

// Exposure gathers and walks.
func (s *Service) Exposure(ctx context.Context, r ExposureRequest) (*ExposureResult, error) {
	if err := s.checkLaws(r.Laws); err != nil {
		return nil, err
	}
	facts, err := s.reading(ctx, r.On, r.KnownOn)
	if err != nil {
		return nil, err
	}
	d, err := facts.gather(ctx, r.query())
	if err != nil {
		return nil, err
	}
	out := &ExposureResult{Exposures: only(s.Knowledge.Exposure(d, r.LawOn), r.Laws), Dossier: d}
	if len(r.Assume) == 0 {
		return out, nil
	}
	list, err := s.Assumptions(r.Assume)
	if err != nil {
		return nil, err
	}
	if facts, err = facts.assume(list); err != nil {
		return nil, err
	}
	if d, err = facts.gather(ctx, r.query()); err != nil {
		return nil, err
	}
	return &ExposureResult{Exposures: only(s.Knowledge.Exposure(d, r.LawOn), r.Laws), Before: out.Exposures, Dossier: d}, nil
}

// Assumptions reads assumptions as they are written; every fault is reported.
func (s *Service) Assumptions(texts []string) ([]catalog.Assumption, error) {
	var (
		out    []catalog.Assumption
		faults []catalog.FieldError
	)
	for _, t := range texts {
		a, err := catalog.ParseAssumption(t, s.Dictionary)
		if invalid, ok := err.(*catalog.InvalidError); ok {
			faults = append(faults, invalid.Fields...)
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	if len(faults) > 0 {
		return nil, &catalog.InvalidError{Fields: faults}
	}
	return out, nil
}

func (s *Service) checkLaws(ids []string) error {
	var faults []catalog.FieldError
	for _, id := range ids {
		if _, ok := s.Knowledge.Laws.Law(id); !ok {
			faults = append(faults, catalog.FieldError{Path: "law", Text: strict.NotIn(id, s.Knowledge.Laws.IDs())})
		}
	}
	if len(faults) > 0 {
		return &catalog.InvalidError{Fields: faults}
	}
	return nil
}

// only keeps what is said of some laws.
func only(e *jurisdiction.Exposures, laws []string) *jurisdiction.Exposures {
	if len(laws) == 0 {
		return e
	}
	out := *e
	out.Exposures = slices.DeleteFunc(slices.Clone(e.Exposures), func(x jurisdiction.Exposure) bool { return !slices.Contains(laws, x.Law) })
	out.Notes = slices.DeleteFunc(slices.Clone(e.Notes), func(x jurisdiction.LawNote) bool { return !slices.Contains(laws, x.Law) })
	out.Questions = slices.DeleteFunc(slices.Clone(e.Questions), func(q jurisdiction.Question) bool {
		return !slices.ContainsFunc(q.Laws, func(l string) bool { return slices.Contains(laws, l) })
	})
	return &out
}

// Law gives a law by id.
func (s *Service) Law(id string) (*jurisdiction.Law, error) {
	if l, ok := s.Knowledge.Laws.Law(id); ok {
		return l, nil
	}
	return nil, &catalog.NotFoundError{What: wording.Textf("law", "loi"), ID: id, Nearest: wording.NearestFew(id, s.Knowledge.Laws.IDs(), 3)}
}

// ExposureStatus names a status in both languages.
func (s *Service) ExposureStatus(st jurisdiction.Status) wording.Text {
	for _, t := range s.Knowledge.Laws.Vocabulary.Statuses {
		if t.ID == st {
			return t.Label
		}
	}
	return wording.Textf("note only", "note seulement")
}

// ExposureChange is a law whose status assumptions change.
type ExposureChange struct {
	Law    string              `json:"law"`
	Short  wording.Text        `json:"short"`
	Before jurisdiction.Status `json:"before"`
	After  jurisdiction.Status `json:"after"` // empty: the law is gone
}

// Changes lists the laws whose status the assumptions change.
func (r *ExposureResult) Changes() []ExposureChange {
	out := []ExposureChange{}
	if r.Before == nil {
		return out
	}
	for _, b := range r.Before.Exposures {
		c := ExposureChange{Law: b.Law, Short: b.Short, Before: b.Status}
		for _, a := range r.Exposures.Exposures {
			if a.Law == b.Law {
				c.After = a.Status
			}
		}
		if c.After != c.Before {
			out = append(out, c)
		}
	}
	return out
}
