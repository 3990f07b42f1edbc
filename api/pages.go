package api

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"vigie/api/web"
	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// pageHandler makes a page; its error becomes a page too.
type pageHandler func(*gin.Context, web.Request) ([]byte, error)

func (s *server) page(l wording.Lang, h pageHandler) gin.HandlerFunc {
	return func(c *gin.Context) {
		path := strings.TrimPrefix(c.Request.URL.EscapedPath(), "/"+string(l))
		if path == "" {
			path = "/"
		}
		body, err := h(c, web.Request{Lang: l, Path: path, Query: c.Request.URL.Query(), Who: s.who(c)})
		if err != nil {
			s.fail(c, err)
			return
		}
		c.Header("Content-Language", string(l))
		c.Header("Cache-Control", s.keeping())
		c.Data(http.StatusOK, "text/html; charset=utf-8", body)
	}
}

// keeping says who may keep a page: of a demonstration whoever asks again before showing it, of a house with accounts
// nobody.
func (s *server) keeping() string {
	if s.Access != nil {
		return "no-store"
	}
	return "no-cache"
}

// choose sends a first visitor to the language that the browser prefers.
func (s *server) choose(c *gin.Context) {
	c.Header("Vary", "Accept-Language")
	c.Header("Cache-Control", "no-cache")
	to := "/" + string(preferred(c)) + "/"
	if q := c.Request.URL.RawQuery; q != "" {
		to += "?" + q
	}
	c.Redirect(http.StatusFound, to)
}

func (s *server) asset(c *gin.Context) {
	a, ok := s.site.Asset(c.Request.URL.Path)
	if !ok {
		s.fail(c, errNoRoute)
		return
	}
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	x := accepted(c.GetHeader("Accept-Encoding"))
	if data, smaller := s.packed.of(x, c.Request.URL.Path, a); smaller {
		c.Header("Content-Encoding", x.name)
		a.Data = data
	}
	c.Data(http.StatusOK, a.Type, a.Data)
}

func (s *server) favicon(c *gin.Context) {
	c.Header("Cache-Control", "public, max-age=86400")
	c.Redirect(http.StatusFound, s.site.AssetAddress("vigie.svg"))
}

// startCookie remembers that somebody does not want the guided start any more. It says nothing of who that is.
const startCookie = "vigie_start"

func (s *server) homePage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	start := p.text("start")
	if start != "" && start != "hide" && start != "show" {
		p.bad("start", strict.NotIn(start, []string{"hide", "show"}))
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	shown := start != "hide"
	name := s.stepCookie(c, startCookie)
	switch kept, _ := c.Cookie(name); {
	case start == "hide":
		s.setOneCookie(c, name, "hide", 365*24*3600)
	case start == "show":
		s.setOneCookie(c, name, "", 0)
	default:
		shown = kept != "hide"
	}
	return s.site.Home(c.Request.Context(), r, p.today, shown)
}

func (s *server) useCasesPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	on := p.day("on", p.today)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.UseCases(c.Request.Context(), r, on)
}

func (s *server) offeringPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	on := p.day("on", p.today)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Offering(c.Request.Context(), r, c.Param("id"), on)
}

func (s *server) assessmentPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q := s.question(c, p)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Assessment(c.Request.Context(), r, q)
}

func (s *server) recordsPage(c *gin.Context, r web.Request) ([]byte, error) {
	kind, err := kindParam(c)
	if err != nil {
		return nil, err
	}
	p := s.params(c)
	find, on := p.text("find"), p.day("on", p.today)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Records(c.Request.Context(), r, kind, find, on)
}

func (s *server) recordPage(c *gin.Context, r web.Request) ([]byte, error) {
	kind, err := kindParam(c)
	if err != nil {
		return nil, err
	}
	p := s.params(c)
	on := p.day("on", p.today)
	known := p.day("known_on", on)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Record(c.Request.Context(), r, catalog.Ref{Kind: kind, ID: c.Param("id")}, on, known)
}
