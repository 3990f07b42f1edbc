package api

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"vigie/api/service"
	"vigie/api/web"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator/ranking"
)

// committeeRoutes are the pages of the committee.
func (s *server) committeeRoutes(l wording.Lang, page func(string, pageHandler), raw func(string, gin.HandlerFunc)) {
	page("/compare", s.comparePage)
	page("/compare/candidates", s.candidatesPage)
	page("/compare/reason", s.reasonPage)
	page("/compare/questions", s.questionsPage)
	page("/compare/what-if", s.whatIfPage)
	page("/offerings/:id/alternatives", s.alternativesPage)
	page("/offerings/:id/dossier", s.dossierPage)
	page("/use-cases/guide", s.guidePage)
	page("/framework", s.frameworkPage)
	page("/decisions", s.decisionsPage)
	page("/decisions/:id", s.decisionPage)
	raw("/compare/answer", s.compareAnswer(l))
	raw("/compare/report.pdf", s.compareDocument(l, "pdf", "application/pdf", s.svc.ComparisonReport))
	raw("/compare/workbook.xlsx", s.compareDocument(l, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", s.svc.Workbook))
}

// live reports whether a page asks for a part of itself, with a script.
func live(c *gin.Context) bool { return c.GetHeader("HX-Request") == "true" }

// compareQuery reads what the address of a comparison says. Weights are read as they were typed: a page shows what is
// wrong with them beside its fields.
func (s *server) compareQuery(p *params) web.CompareQuery {
	q := web.CompareQuery{Offerings: p.texts("offering"), UseCase: p.text("use_case"), Organisation: p.text("organisation"), Weights: s.weightsParam(p), On: p.day("on", p.today),
		Own: map[string]string{}}
	q.KnownOn = p.day("known_on", q.On)
	conviction, err := ranking.ParseConviction(p.text("conviction"))
	if err != nil {
		p.bad("conviction", strict.NotIn(p.text("conviction"), []string{string(ranking.Agreed), string(ranking.Debated), string(ranking.NoOpinion)}))
	}
	q.Conviction = conviction
	for _, f := range s.svc.Framework.Families {
		if v := p.text("w." + f.ID); v != "" {
			q.Own[f.ID] = v
		}
	}
	for _, x := range []struct {
		name, value string
		to          *bool
	}{{"only", "differences", &q.OnlyDiffs}, {"view", "projector", &q.Projector}} {
		switch v := p.text(x.name); v {
		case "":
		case x.value:
			*x.to = true
		default:
			p.bad(x.name, strict.NotIn(v, []string{x.value}))
		}
	}
	s.site.Settle(&q)
	return q
}

func (s *server) comparePage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q := s.compareQuery(p)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Compare(c.Request.Context(), r, q)
}

func (s *server) candidatesPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q := s.compareQuery(p)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Candidates(c.Request.Context(), r, q)
}

// compareAnswer answers only what moving a weight changes, and the address under which the whole can be shared. Without
// a script nobody asks for it; who does all the same is sent to the whole.
func (s *server) compareAnswer(l wording.Lang) gin.HandlerFunc {
	return func(c *gin.Context) {
		p := s.params(c)
		q := s.compareQuery(p)
		if err := p.err(); err != nil {
			s.fail(c, err)
			return
		}
		if !live(c) {
			c.Redirect(http.StatusSeeOther, "/"+string(l)+"/compare?"+c.Request.URL.RawQuery)
			return
		}
		body, address, err := s.site.CompareAnswer(c.Request.Context(), web.Request{Lang: l, Path: "/compare"}, q)
		if err != nil {
			s.fail(c, err)
			return
		}
		c.Header("HX-Replace-Url", address)
		c.Header("Vary", "HX-Request")
		c.Header("Content-Language", string(l))
		c.Header("Cache-Control", s.keeping())
		c.Data(http.StatusOK, "text/html; charset=utf-8", body)
	}
}

func (s *server) reasonPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q := web.ReasonQuery{Request: service.Request{Offering: p.needed("offering"), UseCase: p.needed("use_case"), Organisation: p.text("organisation"), On: p.day("on", p.today)},
		Criterion: p.needed("criterion")}
	q.KnownOn = p.day("known_on", q.On)
	if err := p.err(); err != nil {
		return nil, err
	}
	c.Header("Vary", "HX-Request")
	return s.site.Reason(c.Request.Context(), r, q, !live(c))
}

// compareDocument writes a comparison under the weights of its address as a file.
func (s *server) compareDocument(l wording.Lang, ext, media string, write func(io.Writer, *service.CompareResult, wording.Lang) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		p := s.params(c)
		q := s.compareQuery(p)
		if len(q.Offerings) == 0 {
			p.needed("offering")
		}
		if q.UseCase == "" {
			p.needed("use_case")
		}
		if err := p.err(); err != nil {
			s.fail(c, err)
			return
		}
		req, err := s.site.CompareRequest(c.Request.Context(), q)
		if err == nil {
			var res *service.CompareResult
			if res, err = s.svc.Compare(c.Request.Context(), req); err == nil {
				var b bytes.Buffer
				if err = write(&b, res, l); err == nil {
					name := strings.Join([]string{"vigie", q.UseCase, string(q.On), string(l), ext}, ".")
					c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
					c.Header("Cache-Control", s.keeping())
					c.Data(http.StatusOK, media, b.Bytes())
					return
				}
			}
		}
		s.fail(c, placed(err, "query.", "offering"))
	}
}

// candidatesOf refuses a page about candidates that names none.
func (s *server) candidatesOf(p *params) web.CompareQuery {
	q := s.compareQuery(p)
	if len(q.Offerings) == 0 {
		p.bad("offering", wording.Textf("offering is needed", "il faut offering"))
	}
	if q.UseCase == "" {
		p.bad("use_case", wording.Textf("use_case is needed", "il faut use_case"))
	}
	return q
}

func (s *server) questionsPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q := s.candidatesOf(p)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Questions(c.Request.Context(), r, q)
}

func (s *server) whatIfPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q := web.WhatIfQuery{CompareQuery: s.candidatesOf(p), Assume: p.texts("assume"), Party: p.text("party"), Owner: p.text("owner"), Share: p.text("share"), Law: p.text("law"),
		LawIs: p.text("law_is"), Price: p.text("price"), Factor: p.text("factor"), Own: p.text("own")}
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.WhatIf(c.Request.Context(), r, q)
}

func (s *server) alternativesPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q := s.question(c, p)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Alternatives(c.Request.Context(), r, q)
}

func (s *server) dossierPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q, part := s.question(c, p), p.text("part")
	if part != "" && !slices.Contains(web.DossierParts(), part) {
		p.bad("part", strict.NotIn(part, web.DossierParts()))
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Dossier(c.Request.Context(), r, q, part)
}

func (s *server) guidePage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q := web.GuideQuery{UseCase: p.text("use_case"), Offering: p.text("offering"), Answers: map[string]string{}, On: p.day("on", p.today)}
	for _, id := range web.GuidedFacts() {
		if v := p.text("a." + id); v != "" {
			q.Answers[id] = v
		}
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Guide(c.Request.Context(), r, q)
}

func (s *server) frameworkPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	weights := s.weightsParam(p)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Framework(c.Request.Context(), r, "", weights, "")
}

func (s *server) decisionsPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q := s.registerQuery(p)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Decisions(c.Request.Context(), r, q)
}

func (s *server) decisionPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	on := p.day("on", p.today)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Decision(c.Request.Context(), r, c.Param("id"), on)
}
