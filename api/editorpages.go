package api

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"vigie/api/web"
	"vigie/catalog/account"
	"vigie/catalog/wording"
)

// editorRoutes are the pages on which frameworks are listed, written, tried, published and compared.
func (s *server) editorRoutes(l wording.Lang, page func(string, pageHandler), raw func(string, gin.HandlerFunc), own func(string, pageHandler), form func(string, entryHandler)) {
	page("/frameworks", s.frameworksPage)
	page("/frameworks/compare", s.compareFrameworksPage)
	page("/frameworks/:ref", s.oneFrameworkPage)
	own("/frameworks/:ref/duplicate", s.duplicatePage)
	form("/frameworks/:ref/duplicate", s.beginDraft)
	own("/frameworks/drafts/:draft", s.draftPage)
	form("/frameworks/drafts/:draft", s.actOnDraft)
	own("/frameworks/drafts/:draft/about", s.aboutDraftPage)
	form("/frameworks/drafts/:draft/about", s.saveAbout)
	own("/frameworks/drafts/:draft/criteria/:criterion", s.editCriterionPage)
	form("/frameworks/drafts/:draft/criteria/:criterion", s.saveCriterion)
	own("/frameworks/drafts/:draft/publish", s.publishDraftPage)
	form("/frameworks/drafts/:draft/publish", s.publishDraft)
	s.engine.POST("/"+string(l)+"/frameworks/check", s.checkCondition(l))
	raw("/frameworks/facts", s.readableFacts(l))
}

func (s *server) frameworksPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	done := web.Done(p.text("done"))
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Frameworks(c.Request.Context(), r, done)
}

func (s *server) compareFrameworksPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	a, b := p.text("a"), p.text("b")
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.CompareFrameworks(c.Request.Context(), r, a, b)
}

func (s *server) oneFrameworkPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	weights, done := p.text("weights"), web.Done(p.text("done")) // a weight set of another framework is told by that one
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Framework(c.Request.Context(), r, c.Param("ref"), weights, done)
}

func (s *server) duplicatePage(c *gin.Context, r web.Request) ([]byte, error) {
	if err := s.params(c).err(); err != nil {
		return nil, err
	}
	return s.site.Duplicate(c, r, c.Param("ref"), web.Sent{})
}

func (s *server) beginDraft(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	again := func(sent web.Sent) ([]byte, error) { return s.site.Duplicate(c, r, c.Param("ref"), sent) }
	id, err := s.site.BeginDraft(c, c.Param("ref"), web.Sent{Values: f})
	if err != nil {
		return again, err
	}
	goOn(c, "/"+string(r.Lang)+"/frameworks/drafts/"+url.PathEscape(id)+"?done=begun")
	return nil, nil
}

// draftQuery reads which draft is looked at and what it is tried on.
func (s *server) draftQuery(c *gin.Context) (web.DraftQuery, error) {
	p := s.params(c)
	q := web.DraftQuery{ID: c.Param("draft"), Offering: p.text("offering"), UseCase: p.text("use_case"), On: p.today, Done: web.Done(p.text("done"))}
	return q, p.err()
}

func (s *server) draftPage(c *gin.Context, r web.Request) ([]byte, error) {
	q, err := s.draftQuery(c)
	if err != nil {
		return nil, err
	}
	return s.site.Draft(c, r, q)
}

func (s *server) draftAt(r web.Request, c *gin.Context) string {
	return "/" + string(r.Lang) + "/frameworks/drafts/" + url.PathEscape(c.Param("draft"))
}

func (s *server) actOnDraft(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	again := func(sent web.Sent) ([]byte, error) {
		return s.site.Draft(c, r, web.DraftQuery{ID: c.Param("draft"), On: s.Today(), Sent: sent})
	}
	to, done, err := s.site.ActOnDraft(c, c.Param("draft"), web.Sent{Values: f})
	if err != nil {
		return again, err
	}
	at := s.draftAt(r, c)
	if done == "discarded" {
		at, to = "/"+string(r.Lang)+"/frameworks", ""
	}
	goOn(c, place(at, to, "", done))
	return nil, nil
}

// place is an address with what was done and the field to go on at: "#field", or a path below with or without one.
func place(at, below, query string, done web.Done) string {
	path, field, _ := strings.Cut(below, "#")
	q := url.Values{}
	if v, err := url.ParseQuery(query); err == nil && query != "" {
		q = v
	}
	if done != "" {
		q.Set("done", string(done))
	}
	at += path
	if len(q) > 0 {
		at += "?" + q.Encode()
	}
	if field != "" {
		at += "#" + field
	}
	return at
}

func (s *server) aboutDraftPage(c *gin.Context, r web.Request) ([]byte, error) {
	q, err := s.draftQuery(c)
	if err != nil {
		return nil, err
	}
	return s.site.AboutDraft(c, r, q)
}

func (s *server) saveAbout(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	again := func(sent web.Sent) ([]byte, error) {
		return s.site.AboutDraft(c, r, web.DraftQuery{ID: c.Param("draft"), On: s.Today(), Sent: sent})
	}
	field, err := s.site.SaveAbout(c, c.Param("draft"), web.Sent{Values: f})
	if err != nil {
		return again, err
	}
	goOn(c, place(s.draftAt(r, c)+"/about", "#"+field, "", "kept"))
	return nil, nil
}

func (s *server) editCriterionPage(c *gin.Context, r web.Request) ([]byte, error) {
	q, err := s.draftQuery(c)
	if err != nil {
		return nil, err
	}
	return s.site.EditCriterion(c, r, web.CriterionQuery{DraftQuery: q, Criterion: c.Param("criterion")})
}

func (s *server) saveCriterion(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	again := func(sent web.Sent) ([]byte, error) {
		return s.site.EditCriterion(c, r, web.CriterionQuery{DraftQuery: web.DraftQuery{ID: c.Param("draft"), On: s.Today(), Sent: sent}, Criterion: c.Param("criterion")})
	}
	field, err := s.site.SaveCriterion(c, c.Param("draft"), c.Param("criterion"), web.Sent{Values: f})
	if err != nil {
		return again, err
	}
	query := ""
	if f.Get("do") == "try" {
		query = url.Values{"offering": {f.Get("offering")}, "use_case": {f.Get("use_case")}}.Encode()
	}
	goOn(c, place(s.draftAt(r, c)+"/criteria/"+url.PathEscape(c.Param("criterion")), "#"+field, query, "kept"))
	return nil, nil
}

func (s *server) publishDraftPage(c *gin.Context, r web.Request) ([]byte, error) {
	q, err := s.draftQuery(c)
	if err != nil {
		return nil, err
	}
	return s.site.PublishDraft(c, r, q)
}

func (s *server) publishDraft(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	again := func(sent web.Sent) ([]byte, error) {
		return s.site.PublishDraft(c, r, web.DraftQuery{ID: c.Param("draft"), On: s.Today(), Sent: sent})
	}
	path, err := s.site.Publish(c, c.Param("draft"), web.Sent{Values: f})
	if err != nil {
		return again, err
	}
	goOn(c, "/"+string(r.Lang)+path+"?done=published")
	return nil, nil
}

// checkCondition answers what is wrong with a condition while it is written. The whole form is sent, as htmx does; the address
// says which field is meant. Nothing of it is kept.
func (s *server) checkCondition(l wording.Lang) gin.HandlerFunc {
	return func(c *gin.Context) {
		err := account.Need(c, account.Read)
		p := s.params(c)
		field := p.needed("field")
		if err == nil {
			err = p.err()
		}
		if err != nil {
			s.fail(c, err)
			return
		}
		values, err := readForm(c)
		if err != nil {
			s.fail(c, err)
			return
		}
		body, err := s.site.CheckCondition(s.pageRequest(c, l), strings.ReplaceAll(field, ".", "-"), values.Get(field))
		s.sendPart(c, l, body, err)
	}
}

func (s *server) readableFacts(l wording.Lang) gin.HandlerFunc {
	return func(c *gin.Context) {
		err := account.Need(c, account.Read)
		p := s.params(c)
		find := p.text("find")
		if err == nil {
			err = p.err()
		}
		if err != nil {
			s.fail(c, err)
			return
		}
		r := s.pageRequest(c, l)
		r.Query = c.Request.URL.Query()
		body, err := s.site.ReadableFacts(r, find, !live(c))
		s.sendPart(c, l, body, err)
	}
}

// sendPart sends what a page puts into itself.
func (s *server) sendPart(c *gin.Context, l wording.Lang, body []byte, err error) {
	if err != nil {
		s.fail(c, err)
		return
	}
	c.Header("Vary", "HX-Request")
	c.Header("Content-Language", string(l))
	c.Header("Cache-Control", s.keeping())
	c.Data(http.StatusOK, "text/html; charset=utf-8", body)
}
