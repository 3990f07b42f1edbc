package api

import (
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"vigie/api/access"
	"vigie/api/web"
	"vigie/catalog/account"
	"vigie/catalog/wording"
)

func itoa(n int) string { return strconv.Itoa(n) }

// ownRoutes are the pages of one's own account.
func (s *server) ownRoutes(page func(string, pageHandler), form func(string, formHandler), script func(string, scriptHandler)) {
	page("/account", s.accountPage)
	form("/account/password", s.changePassword)
	form("/account/totp", s.enrolTOTP)
	form("/account/totp/confirm", s.confirmTOTP)
	form("/account/totp/remove", s.own("", func(c *gin.Context, _ url.Values) (web.Done, error) {
		return web.DoneNoTOTP, s.Access.RemoveTOTP(c, session(c))
	}))
	form("/account/codes", s.newCodes)
	script("/account/passkeys/begin", func(c *gin.Context, _ wording.Lang, _ scriptBody) (any, error) {
		return s.Access.AddPasskey(c, c.Request, session(c))
	})
	script("/account/passkeys/finish", func(c *gin.Context, l wording.Lang, in scriptBody) (any, error) {
		err := s.Access.AddedPasskey(c, c.Request, session(c), in.Pass, in.Name, in.Answer)
		return map[string]string{"to": "/" + string(l) + "/account?done=" + string(web.DonePasskey)}, err
	})
	form("/account/passkeys/remove", s.own("", func(c *gin.Context, f url.Values) (web.Done, error) {
		return web.DoneRemoved, s.Access.RemovePasskey(c, session(c), f.Get("id"))
	}))
	form("/account/sessions/end", s.own("", func(c *gin.Context, f url.Values) (web.Done, error) {
		return web.DoneEnded, s.Access.EndSession(c, f.Get("id"))
	}))
	form("/account/sessions/others", s.own("", func(c *gin.Context, _ url.Values) (web.Done, error) {
		return web.DoneEnded, s.Access.EndSessions(c, session(c))
	}))
	form("/account/sessions/all", func(c *gin.Context, r web.Request, _ url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
		if err := s.Access.EndSessions(c, nil); err != nil {
			return nil, nil, err
		}
		s.leave(c, r.Lang)
		return nil, nil, nil
	})
	form("/account/tokens", s.makeToken)
	form("/account/calendar", s.makeFeed)
	form("/account/tokens/end", s.own("", func(c *gin.Context, f url.Values) (web.Done, error) {
		return web.DoneEnded, s.Access.EndToken(c, f.Get("id"))
	}))
}

// accountWith makes the page of one's own account, with what came of a form of one of its sections.
func (s *server) accountWith(c *gin.Context, r web.Request, section string, sent web.Sent) ([]byte, error) {
	own, err := s.Access.Own(c)
	if err != nil {
		return nil, err
	}
	r.Path = "/account"
	now := session(c)
	return s.site.Account(r, web.AccountQuery{Sent: sent, Section: section, Own: own, Current: now, Fresh: s.Access.Fresh(now), Passkeys: s.Access.Passkeys(c.Request), Now: s.Access.Now()})
}

func (s *server) accountPage(c *gin.Context, r web.Request) ([]byte, error) {
	return s.accountWith(c, r, "", web.Sent{Done: web.Done(c.Query("done"))})
}

// own is a form of the account that does one thing and comes back to the page.
func (s *server) own(section string, do func(*gin.Context, url.Values) (web.Done, error)) formHandler {
	return func(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
		again := func(sent web.Sent) ([]byte, error) { return s.accountWith(c, r, section, sent) }
		done, err := do(c, f)
		if err == nil {
			goOn(c, "/"+string(r.Lang)+"/account?done="+string(done))
		}
		return again, nil, err
	}
}

func (s *server) changePassword(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	return s.own("password", func(c *gin.Context, f url.Values) (web.Done, error) {
		now := session(c)
		if now == nil {
			return "", account.SignedOutError{}
		}
		token, err := s.Access.ChangePassword(c, now, f.Get("current"), f.Get("password"), clientOf(c))
		if err == nil {
			s.setCookie(c, token)
		}
		return web.DonePassword, err
	})(c, r, f)
}

func (s *server) enrolTOTP(c *gin.Context, r web.Request, _ url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	again := func(sent web.Sent) ([]byte, error) { return s.accountWith(c, r, "", sent) }
	e, err := s.Access.EnrolTOTP(c, session(c))
	if err != nil {
		return again, nil, err
	}
	body, err := s.site.TOTP(r, e, web.Sent{})
	return nil, body, err
}

func (s *server) confirmTOTP(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	codes, err := s.Access.ConfirmTOTP(c, session(c), f.Get("pass"), f.Get("code"))
	if err != nil {
		return func(sent web.Sent) ([]byte, error) {
			e, err := s.Access.Enrolling(c, f.Get("pass"))
			if err != nil {
				return s.accountWith(c, r, "", sent) // it took too long: from the start
			}
			return s.site.TOTP(r, e, sent)
		}, nil, err
	}
	body, err := s.site.Once(r, web.ShownCodes, codes)
	return nil, body, err
}

func (s *server) newCodes(c *gin.Context, r web.Request, _ url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	codes, err := s.Access.NewRecoveryCodes(c, session(c))
	if err != nil {
		return func(sent web.Sent) ([]byte, error) { return s.accountWith(c, r, "", sent) }, nil, err
	}
	body, err := s.site.Once(r, web.ShownCodes, codes)
	return nil, body, err
}

func (s *server) makeToken(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	days, err := strconv.Atoi(f.Get("days"))
	if err != nil {
		days = 0
	}
	token, _, err := s.Access.MakeToken(c, session(c), access.TokenWish{Name: f.Get("name"), Scopes: f["scopes"], Days: days})
	if err != nil {
		return func(sent web.Sent) ([]byte, error) { return s.accountWith(c, r, "token", sent) }, nil, err
	}
	body, err := s.site.Once(r, web.ShownToken, []string{token})
	return nil, body, err
}
