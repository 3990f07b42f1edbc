package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"vigie/api/service"
	"vigie/api/web"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/decision"
)

// decidingRoutes are the pages on which a resolution is recorded, an assessment kept and its report handed out.
func (s *server) decidingRoutes(l wording.Lang, own func(string, pageHandler), form func(string, entryHandler)) {
	if s.svc.Store != nil {
		s.site.KeepDecisions(func(ctx context.Context) (*decision.History, error) {
			h, _, err := s.svc.DecisionHistory(ctx)
			return h, err
		})
	}
	own("/decide", s.decidePage)
	form("/decide", s.decide)
	own("/offerings/:id/kept", s.keptPage)
	form("/offerings/:id/kept", s.keepAssessment)
	s.engine.POST("/"+string(l)+"/offerings/:id/report", s.issueReport(l))
}

// decideQuery reads what is decided on from an address or a form.
func (s *server) decideQuery(p *params) web.DecideQuery {
	q := web.DecideQuery{Rivals: p.texts("rival"), Supersedes: p.text("supersedes")}
	q.Request = service.Request{Offering: p.needed("offering"), UseCase: p.needed("use_case"), Organisation: p.text("organisation"), Weights: s.weightsParam(p), On: p.day("on", p.today)}
	q.KnownOn = q.On
	return q
}

func (s *server) decidePage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q := s.decideQuery(p)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Decide(c, r, q)
}

func (s *server) decide(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	p := &params{values: f, today: s.Today()}
	q := s.decideQuery(p)
	if len(p.faults) > 0 {
		return nil, &catalog.InvalidError{Fields: p.faults}
	}
	again := func(sent web.Sent) ([]byte, error) {
		q.Sent = sent
		return s.site.Decide(c, r, q)
	}
	hash, err := s.site.TakeDecision(c, r.Lang, q, f)
	var changed *service.ChangedError
	if errors.As(err, &changed) {
		err = &web.ChangedError{}
	}
	if err != nil {
		return again, err
	}
	goOn(c, "/"+string(r.Lang)+"/decisions/"+hash[:12])
	return nil, nil
}

// keptRequest reads which assessment is kept or handed out.
func (s *server) keptRequest(c *gin.Context, p *params) service.Request {
	q := service.Request{Offering: c.Param("id"), UseCase: p.needed("use_case"), Organisation: p.text("organisation"), Weights: s.weightsParam(p), On: p.day("on", p.today)}
	q.KnownOn = q.On
	return q
}

func (s *server) keptPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q := s.keptRequest(c, p)
	done := web.Done(p.text("done"))
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Issue(c, r, q, web.Sent{Done: done})
}

func (s *server) keepAssessment(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	p := &params{values: f, today: s.Today()}
	q := s.keptRequest(c, p)
	if len(p.faults) > 0 {
		return nil, &catalog.InvalidError{Fields: p.faults}
	}
	again := func(sent web.Sent) ([]byte, error) { return s.site.Issue(c, r, q, sent) }
	if _, _, err := s.svc.KeepAssessment(c, q); err != nil {
		return again, err
	}
	f.Set("done", "recorded")
	goOn(c, c.Request.URL.EscapedPath()+"?"+f.Encode())
	return nil, nil
}

// issueReport registers the report of an assessment and hands it out.
func (s *server) issueReport(l wording.Lang) gin.HandlerFunc {
	return func(c *gin.Context) {
		f, err := readForm(c)
		if err != nil {
			s.fail(c, err)
			return
		}
		p := &params{values: f, today: s.Today()}
		q := s.keptRequest(c, p)
		if len(p.faults) > 0 {
			s.fail(c, &catalog.InvalidError{Fields: p.faults})
			return
		}
		in := l
		if f.Get("lang") == string(wording.EN) || f.Get("lang") == string(wording.FR) {
			in = wording.Lang(f.Get("lang"))
		}
		issued, err := s.svc.IssueReport(c, q, in)
		if err != nil {
			s.fail(c, err)
			return
		}
		c.Header("Content-Disposition", attachment("vigie."+q.Offering+"."+q.UseCase+"."+string(q.On)+"."+string(in)+".pdf"))
		c.Header("Cache-Control", "no-store")
		c.Data(http.StatusOK, "application/pdf", issued.PDF)
	}
}
