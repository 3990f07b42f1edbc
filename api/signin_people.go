package api

import (
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"vigie/api/web"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/wording"
)

// peopleRoutes are the pages on which an administrator says who may do what.
func (s *server) peopleRoutes(page func(string, pageHandler), form func(string, formHandler)) {
	page("/people", func(c *gin.Context, r web.Request) ([]byte, error) { return s.peopleWith(c, r, web.Sent{}) })
	form("/people", s.inviteForm)
	page("/people/:id", func(c *gin.Context, r web.Request) ([]byte, error) {
		return s.personWith(c, r, web.Sent{Done: web.Done(c.Query("done"))})
	})
	form("/people/:id", s.personForm(func(c *gin.Context, f url.Values) error {
		return s.Access.ChangeMember(c, c.Param("id"), revisionOf(f), wishOf(f))
	}))
	form("/people/:id/state", s.personForm(func(c *gin.Context, f url.Values) error {
		return s.Access.Suspend(c, c.Param("id"), revisionOf(f), f.Get("out") == "true")
	}))
	form("/people/:id/erase", s.personForm(func(c *gin.Context, f url.Values) error {
		reason := f.Get("reason")
		if n := len(reason); n == 0 || n > 400 {
			return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "reason", Text: wording.Textf("a reason is needed, of at most 200 characters", "il faut un motif, d'au plus 200 caractères")}}}
		}
		return s.Access.Erase(c, c.Param("id"), reason)
	}))
	form("/people/:id/link", func(c *gin.Context, r web.Request, _ url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
		token, err := s.Access.NewLink(c, c.Param("id"))
		if err != nil {
			return func(sent web.Sent) ([]byte, error) { return s.personWith(c, r, sent) }, nil, err
		}
		body, err := s.site.Once(r, web.ShownReset, []string{s.linkAddress(c, r.Lang, token)})
		return nil, body, err
	})
}

func wishOf(f url.Values) account.Wish {
	return account.Wish{Name: f.Get("name"), Email: f.Get("email"), Entity: f.Get("entity"), Roles: f["roles"]}
}

func revisionOf(f url.Values) int64 {
	n, err := strconv.ParseInt(f.Get("revision"), 10, 64)
	if err != nil {
		return -1 // of no account: a conflict
	}
	return n
}

// linkAddress is where somebody opens a link: the configured address, else the one that the administrator uses.
func (s *server) linkAddress(c *gin.Context, l wording.Lang, token string) string {
	at := s.Public
	if at == nil {
		at = &url.URL{Scheme: "http", Host: c.Request.Host}
		if c.Request.TLS != nil {
			at.Scheme = "https"
		}
	}
	return at.Scheme + "://" + at.Host + LinkPath(l, token)
}

// LinkPath is the address of a link on the site, for commands that print one.
func LinkPath(l wording.Lang, token string) string {
	return "/" + string(l) + "/welcome?pass=" + url.QueryEscape(token)
}

func (s *server) peopleWith(c *gin.Context, r web.Request, sent web.Sent) ([]byte, error) {
	list, err := s.Access.Members(c)
	if err != nil {
		return nil, err
	}
	r.Path = "/people"
	return s.site.People(r, web.PeopleQuery{Sent: sent, Members: list})
}

func (s *server) inviteForm(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	_, token, err := s.Access.Invite(c, wishOf(f))
	if err != nil {
		return func(sent web.Sent) ([]byte, error) { return s.peopleWith(c, r, sent) }, nil, err
	}
	body, err := s.site.Once(r, web.ShownInvite, []string{s.linkAddress(c, r.Lang, token)})
	return nil, body, err
}

func (s *server) personWith(c *gin.Context, r web.Request, sent web.Sent) ([]byte, error) {
	m, err := s.Access.Member(c, c.Param("id"))
	if err != nil {
		return nil, err
	}
	r.Path = "/people/" + url.PathEscape(m.Person)
	return s.site.Person(r, web.PersonQuery{Sent: sent, Member: m, Me: account.From(c).Person == m.Person})
}

// personForm is a form of the page of somebody that does one thing and comes back to the page.
func (s *server) personForm(do func(*gin.Context, url.Values) error) formHandler {
	return func(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
		err := do(c, f)
		if err == nil {
			goOn(c, "/"+string(r.Lang)+"/people/"+url.PathEscape(c.Param("id"))+"?done="+string(web.DoneSaved))
			return nil, nil, nil
		}
		return func(sent web.Sent) ([]byte, error) { return s.personWith(c, r, sent) }, nil, err
	}
}
