package api

import (
	"fmt"
	"net/http"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/wording"
)

// assessBody asks for an assessment that is kept.
type assessBody struct {
	Offering     string       `json:"offering" minLength:"1" maxLength:"200"`
	UseCase      string       `json:"use_case" minLength:"1" maxLength:"200"`
	Organisation string       `json:"organisation,omitempty" maxLength:"200"`
	Weights      string       `json:"weights,omitempty" maxLength:"200"`
	Framework    string       `json:"framework,omitempty" maxLength:"200"`
	On           catalog.Date `json:"on,omitempty"`
	KnownOn      catalog.Date `json:"known_on,omitempty"`
}

func (b assessBody) request(today catalog.Date) service.Request {
	r := service.Request{Offering: b.Offering, UseCase: b.UseCase, Organisation: b.Organisation, Weights: b.Weights, Framework: b.Framework, On: or(b.On, today)}
	r.KnownOn = or(b.KnownOn, r.On)
	return r
}

type keepInput struct{ Body assessBody }

type issueInput struct {
	Lang wording.Lang `query:"lang"`
	Body assessBody
}

type issueComparisonInput struct {
	Lang wording.Lang `query:"lang"`
	Body compareBody
}

// jobBody asks for work in the background.
type jobBody struct {
	Kind      string       `json:"kind" enum:"assess_all,rejudge"`
	Offerings []string     `json:"offerings,omitempty" maxItems:"1000"`
	UseCases  []string     `json:"use_cases,omitempty" maxItems:"100"`
	Framework string       `json:"framework,omitempty" maxLength:"200"`
	On        catalog.Date `json:"on,omitempty"`
}

type startInput struct{ Body jobBody }

type verifyInput struct{ Body verifyBody }

type verifyBody struct {
	SkipFiles bool `json:"skip_files,omitempty"`
}

type jobInput struct {
	ID string `path:"job"`
}

func (s *server) keepOperations() {
	add(s, operation{id: "keep-assessment", method: http.MethodPost, path: root + "/assessments", tag: "judging", needs: account.Assess, status: http.StatusCreated, heavy: true, stored: true, errors: []int{http.StatusConflict}},
		func(c *call, in *keepInput) (*service.Kept, error) {
			k, _, err := s.svc.KeepAssessment(c.ctx, in.Body.request(s.Today()))
			if err == nil {
				c.created("documents", "assessment", k.Hash)
			}
			return k, err
		})
	add(s, operation{id: "keep-comparison", method: http.MethodPost, path: root + "/comparisons", tag: "judging", needs: account.Assess, status: http.StatusCreated, heavy: true, stored: true, errors: []int{http.StatusConflict}, limit: maxCompareBody},
		func(c *call, in *compareBodyInput) (*service.Kept, error) {
			r, err := s.compareRequest(c, &in.Body)
			if err != nil {
				return nil, err
			}
			k, _, err := s.svc.KeepComparison(c.ctx, r)
			if err == nil {
				c.created("documents", "comparison", k.Hash)
			}
			return k, placed(err, "body.", "offerings")
		})
	add(s, operation{id: "replay", method: http.MethodGet, path: root + "/assessments/{hash}/replay", tag: "judging", needs: account.Read, heavy: true, stored: true},
		func(c *call, in *hashInput) (*service.Replay, error) { return s.svc.Replay(c.ctx, in.Hash) })
	add(s, operation{id: "issue-report", method: http.MethodPost, path: root + "/reports", tag: "reports", needs: account.Issue, status: http.StatusCreated, heavy: true, stored: true, errors: []int{http.StatusConflict}, media: []string{mediaPDF}},
		func(c *call, in *issueInput) (file, error) {
			r := in.Body.request(s.Today())
			x, err := s.svc.IssueReport(c.ctx, r, in.Lang)
			return c.issued(x, err, in.Lang, fmt.Sprintf("vigie-%s-%s-%s.%s.pdf", r.Offering, r.UseCase, r.On, in.Lang))
		})
	add(s, operation{id: "issue-comparison", method: http.MethodPost, path: root + "/reports/comparison", tag: "reports", needs: account.Issue, status: http.StatusCreated, heavy: true, stored: true, errors: []int{http.StatusConflict}, limit: maxCompareBody, media: []string{mediaPDF}},
		func(c *call, in *issueComparisonInput) (file, error) {
			r, err := s.compareRequest(c, &in.Body)
			if err != nil {
				return file{}, err
			}
			x, err := s.svc.IssueComparison(c.ctx, r, in.Lang)
			return c.issued(x, placed(err, "body.", "offerings"), in.Lang, fmt.Sprintf("vigie-compare-%s-%s.%s.pdf", r.UseCase, r.On, in.Lang))
		})
}

// issued answers a report that was registered, with the address of what registers it.
func (c *call) issued(x *service.Issued, err error, l wording.Lang, name string) (file, error) {
	if err != nil {
		return file{}, err
	}
	c.created("documents", "report", x.Hash)
	c.Header("Cache-Control", "no-store")
	return file{media: mediaPDF, lang: l, name: name, data: x.PDF}, nil
}

func (s *server) jobOperations() {
	jobs := func() (*service.Jobs, error) {
		if s.svc.Jobs == nil {
			return nil, service.NotKeptError{}
		}
		return s.svc.Jobs, nil
	}
	started := func(c *call, kind string, params any) (*service.Job, error) {
		j, err := jobs()
		if err != nil {
			return nil, err
		}
		x, err := j.Start(c.ctx, kind, params)
		if err == nil {
			c.created("jobs", x.ID)
			c.status = http.StatusAccepted
		}
		return x, err
	}
	add(s, operation{id: "start-job", method: http.MethodPost, path: root + "/jobs", tag: "house", needs: account.Assess, status: http.StatusAccepted, stored: true},
		func(c *call, in *startInput) (*service.Job, error) {
			on := or(in.Body.On, s.Today())
			if in.Body.Kind == "rejudge" {
				return started(c, "rejudge", service.RejudgeParams{On: on})
			}
			return started(c, in.Body.Kind, service.AssessAllParams{Offerings: in.Body.Offerings, UseCases: in.Body.UseCases, Framework: in.Body.Framework, On: on})
		})
	add(s, operation{id: "verify-store", method: http.MethodPost, path: root + "/jobs/verification", tag: "house", needs: account.Administer, status: http.StatusAccepted, stored: true},
		func(c *call, in *verifyInput) (*service.Job, error) {
			return started(c, "verify", service.VerifyParams{SkipFiles: in.Body.SkipFiles})
		})
	add(s, operation{id: "list-jobs", method: http.MethodGet, path: root + "/jobs", tag: "house", needs: account.Read, stored: true},
		func(c *call, _ *struct{}) (listOf[*service.Job], error) {
			j, err := jobs()
			if err != nil {
				return listOf[*service.Job]{}, err
			}
			all, err := j.List(c.ctx)
			return listOf[*service.Job]{all}, err
		})
	add(s, operation{id: "get-job", method: http.MethodGet, path: root + "/jobs/{job}", tag: "house", needs: account.Read, stored: true},
		func(c *call, in *jobInput) (*service.Job, error) {
			j, err := jobs()
			if err != nil {
				return nil, err
			}
			return j.Get(c.ctx, in.ID)
		})
	add(s, operation{id: "cancel-job", method: http.MethodPost, path: root + "/jobs/{job}/cancellation", tag: "house", needs: account.Read, stored: true},
		func(c *call, in *jobInput) (*service.Job, error) {
			j, err := jobs()
			if err != nil {
				return nil, err
			}
			return j.Cancel(c.ctx, in.ID)
		})
}
