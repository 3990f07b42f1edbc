package api

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"vigie/api/web"
	"vigie/catalog"
	"vigie/catalog/exchange"
	"vigie/catalog/wording"
)

// writingRoutes are the pages on which facts, sources and records are written.
func (s *server) writingRoutes(l wording.Lang, page func(string, pageHandler), raw func(string, gin.HandlerFunc)) {
	root := "/" + string(l)
	own := func(path string, h pageHandler) {
		s.engine.GET(root+path, s.private(l, h))
		s.engine.HEAD(root+path, s.private(l, h))
	}
	form := func(path string, h entryHandler) { s.engine.POST(root+path, s.entry(l, h)) }
	own("/records/:kind/:id/sheet", s.workSheetPage)
	raw("/records/:kind/:id/sheet.xlsx", s.excelSheet(l))
	form("/records/:kind/:id/absent", s.sayAbsent)
	own("/records/:kind/:id/chain", s.chainPage)
	form("/records/:kind/:id/chain", s.changeChain)
	own("/records/:kind/:id/facts/:path", s.factPage)
	form("/records/:kind/:id/facts/:path", s.recordFact)
	form("/records/:kind/:id/facts/:path/settle", s.settleFact)
	form("/records/:kind/:id/facts/:path/withdraw", s.withdrawFact)
	own("/records/:kind/:id/sections/:section", s.sectionPage)
	form("/records/:kind/:id/sections/:section", s.recordSection)
	raw("/suggest/:kind", s.meanings(l))
	own("/new/:kind", s.newRecordPage)
	form("/new/:kind", s.makeRecord)
	own("/sources", s.sourcesPage)
	own("/sources/:id", s.sourcePage)
	form("/sources/:id", s.recordNewSource)
	own("/import", s.importPage)
	form("/import", s.propose)
	own("/proposals/:id", s.proposalPage)
	form("/proposals/:id", s.acceptProposal)
	s.decidingRoutes(l, own, form)
	s.editorRoutes(l, page, raw, own, form)
}

func (s *server) refOf(c *gin.Context) (catalog.Ref, error) {
	kind, err := kindParam(c)
	return catalog.Ref{Kind: kind, ID: c.Param("id")}, err
}

func (s *server) workSheetPage(c *gin.Context, r web.Request) ([]byte, error) {
	ref, err := s.refOf(c)
	if err != nil {
		return nil, err
	}
	p := s.params(c)
	q := web.SheetQuery{Ref: ref, Source: p.text("source"), On: p.day("on", p.today), UseCase: p.text("use_case"), Done: web.Done(p.text("done"))}
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.WorkSheet(c, r, q)
}

func (s *server) excelSheet(l wording.Lang) gin.HandlerFunc {
	return func(c *gin.Context) {
		ref, err := s.refOf(c)
		if err == nil {
			var b strings.Builder
			if err = s.svc.FillSheet(c, &b, exchange.SheetRequest{About: ref, On: s.Today(), Lang: l, Spare: 3}); err == nil {
				c.Header("Content-Disposition", attachment("vigie-"+ref.ID+"-"+string(s.Today())+".xlsx"))
				c.Header("Cache-Control", "no-store")
				c.Data(http.StatusOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []byte(b.String()))
				return
			}
		}
		s.fail(c, err)
	}
}

func (s *server) factPage(c *gin.Context, r web.Request) ([]byte, error) {
	ref, err := s.refOf(c)
	if err != nil {
		return nil, err
	}
	p := s.params(c)
	q := web.FactQuery{Ref: ref, Path: c.Param("path"), On: p.today, Source: p.text("source"), Find: p.sized("find", 2000), Done: web.Done(p.text("done"))}
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Fact(c, r, q)
}

func (s *server) factAgain(c *gin.Context, r web.Request, ref catalog.Ref, form, about string) func(web.Sent) ([]byte, error) {
	return func(sent web.Sent) ([]byte, error) {
		return s.site.Fact(c, r, web.FactQuery{Ref: ref, Path: c.Param("path"), On: s.Today(), Sent: sent, Form: form, About: about})
	}
}

func (s *server) recordFact(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	ref, err := s.refOf(c)
	if err != nil {
		return nil, err
	}
	again := s.factAgain(c, r, ref, "", "")
	if err := refusedFile(c); err != nil {
		return again, err
	}
	if err := s.site.RecordFacts(c, r.Lang, ref, c.Param("path"), "", s.Today(), web.Sent{Values: f}); err != nil {
		return again, err
	}
	to := "/" + string(r.Lang) + "/records/" + string(ref.Kind) + "/" + url.PathEscape(ref.ID) + "/sheet?done=recorded#" + c.Param("path")
	if f.Get("then") == "next" {
		to = s.site.NextUnknown(c, r.Lang, ref, c.Param("path"), s.Today(), f.Get("source"))
	}
	goOn(c, to)
	return nil, nil
}

func (s *server) settleFact(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	ref, err := s.refOf(c)
	if err != nil {
		return nil, err
	}
	if err := s.site.SettleFact(c, ref, c.Param("path"), web.Sent{Values: f}); err != nil {
		return s.factAgain(c, r, ref, web.FormSettle, f.Get("claim")), err
	}
	goOn(c, strings.TrimSuffix(c.Request.URL.EscapedPath(), "/settle")+"?done=settled")
	return nil, nil
}

func (s *server) withdrawFact(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	ref, err := s.refOf(c)
	if err != nil {
		return nil, err
	}
	if err := s.site.WithdrawClaim(c, web.Sent{Values: f}); err != nil {
		return s.factAgain(c, r, ref, web.FormWithdraw, f.Get("claim")), err
	}
	goOn(c, strings.TrimSuffix(c.Request.URL.EscapedPath(), "/withdraw")+"?done=withdrawn")
	return nil, nil
}

func (s *server) sectionPage(c *gin.Context, r web.Request) ([]byte, error) {
	ref, err := s.refOf(c)
	if err != nil {
		return nil, err
	}
	p := s.params(c)
	q := web.SectionQuery{Ref: ref, Section: c.Param("section"), On: p.today, Source: p.text("source"), Find: p.sized("find", 2000)}
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.FillSection(c, r, q)
}

func (s *server) recordSection(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	ref, err := s.refOf(c)
	if err != nil {
		return nil, err
	}
	again := func(sent web.Sent) ([]byte, error) {
		return s.site.FillSection(c, r, web.SectionQuery{Ref: ref, Section: c.Param("section"), On: s.Today(), Sent: sent})
	}
	if err := refusedFile(c); err != nil {
		return again, err
	}
	if err := s.site.RecordFacts(c, r.Lang, ref, "", c.Param("section"), s.Today(), web.Sent{Values: f}); err != nil {
		return again, err
	}
	goOn(c, "/"+string(r.Lang)+"/records/"+string(ref.Kind)+"/"+url.PathEscape(ref.ID)+"/sheet?done=recorded#s-"+c.Param("section"))
	return nil, nil
}

func (s *server) newRecordPage(c *gin.Context, r web.Request) ([]byte, error) {
	kind, err := kindParam(c)
	if err != nil {
		return nil, err
	}
	given := map[string][]string{}
	p := s.params(c)
	for name := range p.values {
		if strings.HasPrefix(name, "v.") {
			given[name] = p.texts(name)
		}
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.NewRecord(c, r, web.NewRecordQuery{Kind: kind, Given: given, On: p.today})
}

func (s *server) makeRecord(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	kind, err := kindParam(c)
	if err != nil {
		return nil, err
	}
	again := func(sent web.Sent) ([]byte, error) {
		return s.site.NewRecord(c, r, web.NewRecordQuery{Kind: kind, On: s.Today(), Sent: sent})
	}
	if err := refusedFile(c); err != nil {
		return again, err
	}
	ref, err := s.site.MakeRecord(c, r.Lang, kind, s.Today(), web.Sent{Values: f})
	if err != nil {
		return again, err
	}
	goOn(c, "/"+string(r.Lang)+"/records/"+string(kind)+"/"+url.PathEscape(ref.ID)+"/sheet?done=made")
	return nil, nil
}

func (s *server) sourcesPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	find := p.text("find")
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Sources(c, r, find, p.today)
}

// newSource is the address of the form of a new source: no source has this id.
const newSource = "new"

func (s *server) sourcePage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q := web.SourceQuery{ID: c.Param("id"), Find: p.sized("find", 2000), On: p.today, Done: web.Done(p.text("done"))}
	if err := p.err(); err != nil {
		return nil, err
	}
	if q.ID == newSource {
		return s.site.NewSource(c, r, p.today, web.Sent{})
	}
	return s.site.Source(c, r, q)
}

func (s *server) recordNewSource(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	if c.Param("id") != newSource {
		return nil, errNoMethod
	}
	again := func(sent web.Sent) ([]byte, error) { return s.site.NewSource(c, r, s.Today(), sent) }
	if f.Get("begin") != "" {
		return nil, s.beginSource(c, r, f, again)
	}
	if err := refusedFile(c); err != nil {
		return again, err
	}
	id, err := s.site.RecordSource(c, r.Lang, s.Today(), web.Sent{Values: f})
	if err != nil {
		return again, err
	}
	goOn(c, "/"+string(r.Lang)+"/sources/"+url.PathEscape(id)+"?done=made")
	return nil, nil
}

func (s *server) importPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	about := p.text("about")
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Import(c, r, about, web.Sent{})
}

func (s *server) propose(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	again := func(sent web.Sent) ([]byte, error) { return s.site.Import(c, r, f.Get("about"), sent) }
	data, _ := c.Get(importKey)
	body, ok := data.([]byte)
	if !ok {
		return again, &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "file", Text: wording.Textf("choose a file", "choisir un fichier")}}}
	}
	o := exchange.ReadOptions{Name: f.Get("file_name"), Day: s.Today(), Declared: strings.TrimSpace(f.Get("declared"))}
	if kind, id, ok := strings.Cut(f.Get("about"), "/"); ok {
		o.About = catalog.Ref{Kind: catalog.Kind(kind), ID: id}
		if o.About.Kind != catalog.Model { // a sheet says itself what it is about
			o.About = catalog.Ref{}
		}
	}
	p, err := s.svc.Propose(c, body, o)
	if err != nil {
		return again, err
	}
	goOn(c, "/"+string(r.Lang)+"/proposals/"+url.PathEscape(p.ID))
	return nil, nil
}

func (s *server) proposalPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	done := web.Done(p.text("done"))
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Proposal(c, r, c.Param("id"), p.today, web.Sent{Done: done})
}

func (s *server) acceptProposal(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	again := func(sent web.Sent) ([]byte, error) { return s.site.Proposal(c, r, c.Param("id"), s.Today(), sent) }
	var chosen []int
	for _, v := range f["chosen"] {
		n, err := strconv.Atoi(v)
		if err != nil {
			return nil, errBroken
		}
		chosen = append(chosen, n)
	}
	revision, _ := strconv.ParseInt(f.Get("revision"), 10, 64)
	if _, err := s.svc.AcceptProposal(c, c.Param("id"), revision, chosen); err != nil {
		return again, err
	}
	goOn(c, c.Request.URL.EscapedPath()+"?done=recorded")
	return nil, nil
}
