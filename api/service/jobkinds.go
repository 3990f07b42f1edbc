package service

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// AssessAllParams asks for every assessment of some offerings for some uses. Empty lists mean all there are.
type AssessAllParams struct {
	Offerings []string     `json:"offerings,omitempty"`
	UseCases  []string     `json:"use_cases,omitempty"`
	Framework string       `json:"framework,omitempty"`
	On        catalog.Date `json:"on"`
}

// AssessAllResult counts what came of it.
type AssessAllResult struct {
	Kept     int            `json:"kept"`     // assessments that stand in the log now
	New      int            `json:"new"`      // of these, that did not before
	Verdicts map[string]int `json:"verdicts"` // how many of each
}

// assessAllJob keeps assessments of many offerings for many uses. What stands already is not recorded again, so that it can
// run from its start once more.
var assessAllJob = JobKind{
	ID: "assess_all", Label: wording.Textf("Assess all offerings", "Évaluer toutes les offres"), Need: account.Assess, Resume: true,
	Check: func(_ *Service, raw json.RawMessage) error {
		var p AssessAllParams
		return params(raw, &p, func() catalog.Date { return p.On })
	},
	Run: func(ctx context.Context, s *Service, raw json.RawMessage, progress Progress) (any, string, error) {
		var p AssessAllParams
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, "", err
		}
		in, err := s.reading(ctx, p.On, p.On)
		if err != nil {
			return nil, "", err
		}
		if len(p.Offerings) == 0 {
			if p.Offerings, err = in.ids(ctx, catalog.Offering); err != nil {
				return nil, "", err
			}
		}
		if len(p.UseCases) == 0 {
			if p.UseCases, err = in.ids(ctx, catalog.UseCase); err != nil {
				return nil, "", err
			}
		}
		names, err := s.Names(ctx, p.On, p.On)
		if err != nil {
			return nil, "", err
		}
		out := &AssessAllResult{Verdicts: map[string]int{}}
		total := int64(len(p.Offerings) * len(p.UseCases))
		n := int64(0)
		for _, use := range p.UseCases {
			for _, offering := range p.Offerings {
				if err := ctx.Err(); err != nil {
					return nil, "", err
				}
				kept, res, err := s.KeepAssessment(ctx, Request{Offering: offering, UseCase: use, Framework: p.Framework, On: p.On})
				n++
				if invalid, apart := errors.AsType[*catalog.InvalidError](err); apart && invalid != nil { // of two entities of the group: nobody asks that
					progress(n, total, wording.Text{})
					continue
				}
				if err != nil {
					return nil, "", err
				}
				out.Kept++
				if kept.New {
					out.New++
				}
				out.Verdicts[string(res.Assessment.Verdict)]++
				progress(n, total, wording.Textf("assessed: %s for “%s”", "évalué : %s pour « %s »",
					names.Name(catalog.Ref{Kind: catalog.Offering, ID: offering}), names.Name(catalog.Ref{Kind: catalog.UseCase, ID: use})))
			}
		}
		return out, "/offerings", nil
	},
}

// params reads the parameters of a job and refuses those without a day.
func params(raw json.RawMessage, into any, on func() catalog.Date) error {
	if err := json.Unmarshal(raw, into); err != nil {
		return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "params", Text: wording.Same(err.Error())}}}
	}
	if _, ok := catalog.ParseDate(string(on())); !ok {
		return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "on", Text: wording.Textf("expected a day (YYYY-MM-DD)", "attendu : un jour (AAAA-MM-JJ)")}}}
	}
	return nil
}

// VerifyParams says what to leave out.
type VerifyParams struct {
	SkipFiles bool `json:"skip_files,omitempty"`
}

// verifyJob checks the whole store.
var verifyJob = JobKind{
	ID: "verify", Label: wording.Textf("Verify the store", "Vérifier la base"), Need: account.Administer, Resume: true,
	Run: func(ctx context.Context, s *Service, raw json.RawMessage, progress Progress) (any, string, error) {
		var p VerifyParams
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, "", err
		}
		v, err := s.Store.Verify(ctx, store.VerifyOptions{SkipFiles: p.SkipFiles, Progress: func(done, total int64) {
			progress(done, total, wording.Textf("entries of the log", "entrées du journal"))
		}})
		return v, "", err
	},
}

// RejudgeParams asks what became of every decision in force on a day.
type RejudgeParams struct {
	On catalog.Date `json:"on"`
}

// RejudgeLine is one decision that something happened to.
type RejudgeLine struct {
	Decision string       `json:"decision"`
	Offering string       `json:"offering"`
	UseCase  string       `json:"use_case"`
	Holds    bool         `json:"holds"`
	Summary  wording.Text `json:"summary"`
}

// RejudgeResult lists the decisions that something happened to, those that hold no more first.
type RejudgeResult struct {
	Judged int           `json:"judged"`
	Lines  []RejudgeLine `json:"lines"`
}

// rejudgeJob looks at every decision in force again.
var rejudgeJob = JobKind{
	ID: "rejudge", Label: wording.Textf("Look at every decision again", "Réexaminer toutes les décisions"), Need: account.Assess, Resume: true,
	Check: func(_ *Service, raw json.RawMessage) error {
		var p RejudgeParams
		return params(raw, &p, func() catalog.Date { return p.On })
	},
	Run: func(ctx context.Context, s *Service, raw json.RawMessage, progress Progress) (any, string, error) {
		var p RejudgeParams
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, "", err
		}
		h, _, err := s.history(ctx)
		if err != nil {
			return nil, "", err
		}
		names, err := s.Names(ctx, p.On, p.On)
		if err != nil {
			return nil, "", err
		}
		list := h.InForce(p.On)
		out := &RejudgeResult{Lines: []RejudgeLine{}}
		for i, d := range list {
			if err := ctx.Err(); err != nil {
				return nil, "", err
			}
			x, err := s.Drift(ctx, d, p.On)
			if err != nil {
				return nil, "", err
			}
			out.Judged++
			if x.Any || !x.Holds {
				out.Lines = append(out.Lines, RejudgeLine{Decision: d.Hash, Offering: d.Offering, UseCase: d.UseCase, Holds: x.Holds, Summary: x.Summary})
			}
			progress(int64(i+1), int64(len(list)), wording.Textf("looked at: %s for “%s”", "réexaminé : %s pour « %s »",
				names.Name(catalog.Ref{Kind: catalog.Offering, ID: d.Offering}), names.Name(catalog.Ref{Kind: catalog.UseCase, ID: d.UseCase})))
		}
		slices.SortStableFunc(out.Lines, func(a, b RejudgeLine) int {
			switch {
			case a.Holds == b.Holds:
				return 0
			case b.Holds:
				return -1
			}
			return 1
		})
		return out, "/decisions", nil
	},
}
