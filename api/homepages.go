package api

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"vigie/api/web"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// homeRoutes are what the first page and the head of every page ask for besides: suggestions, the calendar and its feed.
func (s *server) homeRoutes(l wording.Lang, page func(string, pageHandler), raw func(string, gin.HandlerFunc)) {
	raw("/search/suggestions", s.suggestions(l))
	page("/calendar", s.calendarPage)
	raw("/decisions.csv", s.decisionsCSV(l))
	if l == wording.FR && s.Access != nil { // one address for all languages, which its file names
		s.engine.GET(feedRoute, s.feed)
		s.engine.HEAD(feedRoute, s.feed)
	}
}

// suggestions answers what was typed so far in the search field.
func (s *server) suggestions(l wording.Lang) gin.HandlerFunc {
	return func(c *gin.Context) {
		p := s.params(c)
		query := p.text("q")
		if err := p.err(); err != nil {
			s.fail(c, err)
			return
		}
		out, err := s.site.Suggest(c.Request.Context(), web.Request{Lang: l, Path: "/search", Who: s.who(c)}, query, p.today)
		if err != nil {
			s.fail(c, err)
			return
		}
		c.Header("Content-Language", string(l))
		c.Header("Cache-Control", s.keeping())
		c.JSON(http.StatusOK, out)
	}
}

// The secret address of a calendar. Calendar programs know no header, so the secret stands in the path: it is kept hashed,
// opens nothing else, ends when its owner says so, and is in no line of the log.
const (
	feedRoot  = "/calendar/"
	feedRoute = feedRoot + ":secret/:file"
)

// feed is the calendar for a program that shows calendars.
func (s *server) feed(c *gin.Context) {
	name, ics := strings.CutSuffix(c.Param("file"), ".ics")
	p, err := s.Access.Feed(c, c.Param("secret"))
	if signedOut := (account.SignedOutError{}); errors.As(err, &signedOut) || !ics || name != string(wording.FR) && name != string(wording.EN) {
		err = errNoRoute
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	data, err := s.calendar(account.With(c.Request.Context(), p), wording.Lang(name))
	if err != nil {
		s.fail(c, err)
		return
	}
	tag := `"` + catalog.MustHash(string(data))[:32] + `"`
	c.Header("ETag", tag)
	c.Header("Cache-Control", "private, no-cache")
	c.Header("Content-Language", name)
	c.Header("Content-Disposition", `inline; filename="vigie.ics"`)
	if c.GetHeader("If-None-Match") == tag {
		c.Status(http.StatusNotModified)
		return
	}
	c.Data(http.StatusOK, mediaCalendar+"; charset=utf-8", data)
}

// makeFeed gives a new secret address of the calendar, shown once.
func (s *server) makeFeed(c *gin.Context, r web.Request, _ url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	secret, err := s.Access.MakeFeed(c, session(c), s.site.FeedName(r.Lang))
	if err != nil {
		return func(sent web.Sent) ([]byte, error) { return s.accountWith(c, r, "feed", sent) }, nil, err
	}
	body, err := s.site.Once(r, web.ShownFeed, []string{s.address(&call{Context: c}, feedRoot+secret+"/"+string(r.Lang)+".ics")})
	return nil, body, err
}

func (s *server) calendarPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	on := p.day("on", p.today)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Calendar(c.Request.Context(), r, on)
}

func (s *server) decisionsCSV(l wording.Lang) gin.HandlerFunc {
	return func(c *gin.Context) {
		p := s.params(c)
		q := s.registerQuery(p)
		if err := p.err(); err != nil {
			s.fail(c, err)
			return
		}
		body, err := s.site.DecisionsCSV(c.Request.Context(), web.Request{Lang: l, Path: "/decisions"}, q)
		if err != nil {
			s.fail(c, err)
			return
		}
		name := map[wording.Lang]string{wording.FR: "decisions-fr", wording.EN: "decisions"}[l]
		c.Header("Content-Disposition", `attachment; filename="vigie-`+name+`-`+string(q.On)+`.csv"`)
		c.Header("Content-Language", string(l))
		c.Header("Cache-Control", s.keeping())
		c.Data(http.StatusOK, "text/csv; charset=utf-8; header=present", body)
	}
}

// registerQuery reads the filters of the register of decisions.
func (s *server) registerQuery(p *params) web.RegisterQuery {
	q := web.RegisterQuery{Find: p.text("find"), Status: p.text("status"), Outcome: p.text("outcome"), UseCase: p.text("use_case"), Hangs: p.text("hangs"), On: p.day("on", p.today)}
	for name, v := range map[string]string{"status": q.Status, "outcome": q.Outcome} {
		if allowed := web.RegisterChoices(name); v != "" && !slices.Contains(allowed, v) {
			p.bad(name, strict.NotIn(v, allowed))
		}
	}
	return q
}
