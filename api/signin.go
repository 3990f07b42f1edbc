package api

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"vigie/api/access"
	"vigie/api/web"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// The cookies that go with what has begun: the second step of signing in, and a visit to the identity provider.
const (
	secondCookie   = "vigie-second"
	providerCookie = "vigie-provider"
	stepSeconds    = 600
)

// accessRoutes are the pages of signing in and of accounts. A demonstration has none.
func (s *server) accessRoutes(e *gin.Engine) {
	if s.Access == nil {
		return
	}
	for _, l := range wording.Langs() {
		root := "/" + string(l)
		page := func(path string, h pageHandler) {
			e.GET(root+path, s.private(l, h))
			e.HEAD(root+path, s.private(l, h))
		}
		form := func(path string, h formHandler) { e.POST(root+path, s.form(l, h)) }
		script := func(path string, h scriptHandler) { e.POST(root+path, s.script(h)) }
		page("/signin", s.signInPage)
		form("/signin", s.signIn)
		page("/signin/code", s.codePage)
		form("/signin/code", s.secondStep)
		script("/signin/passkey/begin", s.beginPasskey)
		script("/signin/passkey/finish", s.finishPasskey)
		e.GET(root+"/signin/provider", s.beginProvider(l))
		page("/welcome", s.welcomePage)
		form("/welcome", s.welcome)
		form("/signout", s.signOut)
		s.ownRoutes(page, form, script)
		s.peopleRoutes(page, form)
		s.adminRoutes(l, page, form)
	}
	e.GET(access.DonePath, s.finishProvider)
}

// who says to pages who looks at them.
func (s *server) who(c *gin.Context) *web.Who {
	p := account.From(c)
	if s.Access == nil || p == nil || p.Token != "" {
		return nil
	}
	return &web.Who{Person: p.Person, Administers: p.May(account.Administer), Group: p.Entity == ""}
}

// private serves a page that nothing between keeps.
func (s *server) private(l wording.Lang, h pageHandler) gin.HandlerFunc {
	return func(c *gin.Context) {
		body, err := h(c, s.pageRequest(c, l))
		if err != nil {
			s.fail(c, err)
			return
		}
		if c.Writer.Written() { // it sent the reader elsewhere
			return
		}
		s.sendForm(c, l, http.StatusOK, body)
	}
}

func (s *server) pageRequest(c *gin.Context, l wording.Lang) web.Request {
	path := strings.TrimPrefix(c.Request.URL.EscapedPath(), "/"+string(l))
	return web.Request{Lang: l, Path: path, Who: s.who(c)}
}

func (s *server) sendForm(c *gin.Context, l wording.Lang, status int, body []byte) {
	c.Header("Content-Language", string(l))
	c.Header("Cache-Control", "no-store")
	c.Data(status, "text/html; charset=utf-8", body)
}

// formHandler does what a form asks: it sends the reader on, or gives a page. An error that a person can mend makes it
// be asked for the page of the form with what was sent and what is wrong with it.
type formHandler func(*gin.Context, web.Request, url.Values) (again func(web.Sent) ([]byte, error), body []byte, err error)

// maxForm bounds a form, in bytes.
const maxForm = 64 << 10

func (s *server) form(l wording.Lang, h formHandler) gin.HandlerFunc {
	return func(c *gin.Context) {
		sentBody := c.Request.Body
		values, err := readForm(c)
		if err != nil {
			if large := (*tooLarge)(nil); errors.As(err, &large) && account.From(c) != nil {
				drain(c, sentBody)
			}
			s.fail(c, err)
			return
		}
		s.draft(c, values)
		again, body, err := h(c, s.pageRequest(c, l), values)
		status := http.StatusOK
		if err != nil {
			sent, code, mendable := refused(err)
			if !mendable || again == nil {
				s.fail(c, err)
				return
			}
			s.afterRefusal(c, err)
			sent.Values, status = values, code
			if body, err = again(sent); err != nil {
				s.fail(c, err)
				return
			}
		}
		if body == nil {
			return
		}
		if err == nil && status == http.StatusOK {
			took(c)
		}
		s.sendForm(c, l, status, body)
	}
}

// afterRefusal says when to come back, and tells the log of what only whoever runs the service can mend.
func (s *server) afterRefusal(c *gin.Context, err error) {
	if f, ok := classifyAccess(err); ok && f.after > 0 {
		c.Header("Retry-After", itoa(f.after))
	}
	if errors.Is(err, access.ErrProvider) {
		s.Log.WarnContext(c, "single sign-on", requestIDKey, c.GetString(requestIDKey), "error", err.Error())
	}
}

func readForm(c *gin.Context) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, &wrongMedia{accepts: []string{"application/x-www-form-urlencoded"}}
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxForm))
	if err != nil {
		if limit := (*http.MaxBytesError)(nil); errors.As(err, &limit) {
			return nil, &tooLarge{maxForm}
		}
		return nil, errBroken
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errBroken
	}
	return values, nil
}

// refused tells what a person can mend from what they cannot.
func refused(err error) (sent web.Sent, status int, mendable bool) {
	var (
		invalid  *catalog.InvalidError
		conflict *store.ConflictError
	)
	if errors.As(err, &invalid) {
		return web.Sent{Faults: invalid.Fields}, http.StatusUnprocessableEntity, true
	}
	if errors.As(err, &conflict) {
		return web.Sent{Refuse: conflict}, http.StatusConflict, true
	}
	if f, ok := classifyAccess(err); ok {
		return web.Sent{Refuse: f.detail}, f.status, true
	}
	return web.Sent{}, 0, false
}

// classifyAccess knows the refusals of signing in. To guess at passwords all of them look the same but in words that say
// nothing of accounts.
func classifyAccess(err error) (failure, bool) {
	var (
		tooMany *access.TooManyError
		busy    *access.BusyError
	)
	if errors.As(err, &tooMany) {
		return failure{status: http.StatusTooManyRequests, title: wording.Textf("too many tries", "trop d'essais"), detail: tooMany, after: int(tooMany.After.Seconds()) + 1}, true
	}
	if errors.As(err, &busy) {
		return failure{status: http.StatusServiceUnavailable, title: wording.Textf("too busy", "trop de monde"), detail: busy, after: int(busy.After.Seconds()) + 1}, true
	}
	for _, e := range []error{access.ErrWrong, access.ErrWrongCode, access.ErrLink, access.ErrBegin, access.ErrPasskey, access.ErrAgain, access.ErrLast, access.ErrNoRole, access.ErrProvider, access.ErrTaken} {
		if errors.Is(err, e) {
			return failure{status: http.StatusUnprocessableEntity, title: wording.Textf("this was refused", "ceci a été refusé"), detail: e.(catalog.Localised)}, true
		}
	}
	return failure{}, false
}

// goOn sends the reader to another page of the site.
func goOn(c *gin.Context, to string) {
	took(c)
	c.Header("Cache-Control", "no-store")
	c.Redirect(http.StatusSeeOther, to)
	c.Writer.WriteHeaderNow()
}

func home(l wording.Lang) string { return "/" + string(l) + "/" }

// entered gives the browser its session and sends it on; whoever was guessed at learns of it first.
func (s *server) entered(c *gin.Context, r web.Request, e access.Entry, next string) ([]byte, error) {
	if old := s.sessionToken(c); old != "" {
		_ = s.Access.SignOut(c, old) // one browser, one session; the old one would end by itself
	}
	s.setCookie(c, e.Session)
	s.setOneCookie(c, s.stepCookie(c, secondCookie), "", 0)
	if next = ownPath(next); next == "" {
		next = home(r.Lang)
	}
	s.Log.InfoContext(c, "signed in", requestIDKey, c.GetString(requestIDKey), "person", e.Person)
	if e.Failed > 0 {
		r.Who = &web.Who{}
		return s.site.Tries(r, e.Failed, next)
	}
	goOn(c, next)
	return nil, nil
}

// stepCookie is the name of a cookie beside that of the session: like that, it is bound to the host where it can be.
func (s *server) stepCookie(c *gin.Context, name string) string {
	if s.secure(c) {
		return "__Host-" + name
	}
	return name
}

func (s *server) stepToken(c *gin.Context, name string) string {
	x, err := c.Request.Cookie(s.stepCookie(c, name))
	if err != nil || !s.trusted(c) {
		return ""
	}
	return x.Value
}

func (s *server) signInQuery(c *gin.Context, sent web.Sent, next string) (web.SignInQuery, error) {
	q := web.SignInQuery{Sent: sent, Next: ownPath(next), Provider: s.Access.ProviderName(), Passkeys: s.Access.Passkeys(c.Request), Unsafe: !s.trusted(c)}
	var err error
	q.Empty, err = s.Access.NeedsSetup(c)
	return q, err
}

func (s *server) signInPage(c *gin.Context, r web.Request) ([]byte, error) {
	q, err := s.signInQuery(c, web.Sent{}, c.Query("next"))
	if err != nil {
		return nil, err
	}
	if q.Next != "" {
		r.Query = url.Values{"next": {q.Next}}
	}
	return s.site.SignIn(r, q)
}

// errUnsafe is a password that was sent over a connection that anybody reads.
var errUnsafe = errors.New("not encrypted")

func (s *server) signIn(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	next := f.Get("next")
	again := func(sent web.Sent) ([]byte, error) {
		q, err := s.signInQuery(c, sent, next)
		if err != nil {
			return nil, err
		}
		return s.site.SignIn(r, q)
	}
	if !s.trusted(c) {
		return nil, nil, errUnsafe
	}
	e, err := s.Access.SignIn(c, f.Get("email"), f.Get("password"), clientOf(c))
	if err != nil {
		s.Log.InfoContext(c, "sign-in refused", requestIDKey, c.GetString(requestIDKey), "why", why(err))
		return again, nil, err
	}
	if e.Second != "" {
		s.setOneCookie(c, s.stepCookie(c, secondCookie), e.Second, stepSeconds)
		to := "/" + string(r.Lang) + "/signin/code"
		if next = ownPath(next); next != "" {
			to += "?next=" + url.QueryEscape(next)
		}
		goOn(c, to)
		return nil, nil, nil
	}
	body, err := s.entered(c, r, e, next)
	return nil, body, err
}

// why names a refusal for the log, without a word that was typed.
func why(err error) string {
	if f, ok := classifyAccess(err); ok && f.detail != nil {
		return f.detail.In(wording.EN)
	}
	return err.Error()
}

func (s *server) codePage(c *gin.Context, r web.Request) ([]byte, error) {
	if s.stepToken(c, secondCookie) == "" {
		goOn(c, signInAddress(r.Lang, nil))
		return nil, nil
	}
	return s.site.Code(r, web.Sent{}, ownPath(c.Query("next")))
}

func (s *server) secondStep(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	next := ownPath(f.Get("next"))
	e, err := s.Access.Second(c, s.stepToken(c, secondCookie), f.Get("code"), clientOf(c))
	if err != nil {
		s.Log.InfoContext(c, "second factor refused", requestIDKey, c.GetString(requestIDKey), "why", why(err))
		return func(sent web.Sent) ([]byte, error) { return s.site.Code(r, sent, next) }, nil, err
	}
	body, err := s.entered(c, r, e, next)
	return nil, body, err
}

func (s *server) welcomeQuery(c *gin.Context, pass string, sent web.Sent) (web.WelcomeQuery, error) {
	q := web.WelcomeQuery{Sent: sent, Pass: pass, Unsafe: !s.trusted(c)}
	link, err := s.Access.LinkOf(c, pass)
	switch {
	case errors.Is(err, access.ErrLink):
		q.Dead, err = true, nil
	case err == nil:
		q.Setup, q.Reset, q.Name, q.Email = link.Sort == account.SetupPass, link.Sort == account.ResetPass, link.Name, link.Email
	}
	return q, err
}

func (s *server) welcomePage(c *gin.Context, r web.Request) ([]byte, error) {
	q, err := s.welcomeQuery(c, c.Query("pass"), web.Sent{})
	if err != nil {
		return nil, err
	}
	return s.site.Welcome(r, q)
}

func (s *server) welcome(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	pass := f.Get("pass")
	again := func(sent web.Sent) ([]byte, error) {
		q, err := s.welcomeQuery(c, pass, sent)
		if err != nil {
			return nil, err
		}
		return s.site.Welcome(r, q)
	}
	if !s.trusted(c) {
		return nil, nil, errUnsafe
	}
	e, err := s.Access.UseLink(c, pass, access.Chosen{Name: f.Get("name"), Email: f.Get("email"), Password: f.Get("password")}, clientOf(c))
	if err != nil {
		return again, nil, err
	}
	body, err := s.entered(c, r, e, "")
	return nil, body, err
}

func (s *server) signOut(c *gin.Context, r web.Request, _ url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	if err := s.Access.SignOut(c, s.sessionToken(c)); err != nil {
		return nil, nil, err
	}
	s.leave(c, r.Lang)
	return nil, nil, nil
}

// leave takes the browser's session away, with whatever it kept of pages.
func (s *server) leave(c *gin.Context, l wording.Lang) {
	s.setCookie(c, "")
	c.Header("Clear-Site-Data", `"cache", "storage"`)
	goOn(c, signInAddress(l, nil))
}

// beginProvider sends the reader to the identity provider.
func (s *server) beginProvider(l wording.Lang) gin.HandlerFunc {
	return func(c *gin.Context) {
		back := ownPath(c.Query("next"))
		if back == "" {
			back = home(l)
		}
		to, token, err := s.Access.BeginProvider(c, back, clientOf(c))
		if err != nil {
			s.providerFailed(c, l, err)
			return
		}
		s.setOneCookie(c, s.stepCookie(c, providerCookie), token, stepSeconds)
		goOn(c, to)
	}
}

// finishProvider lets in who comes back from the identity provider.
func (s *server) finishProvider(c *gin.Context) {
	token := s.stepToken(c, providerCookie)
	s.setOneCookie(c, s.stepCookie(c, providerCookie), "", 0)
	e, back, err := s.Access.FinishProvider(c, token, c.Request.URL.Query(), clientOf(c))
	l := preferred(c)
	if strings.HasPrefix(back, "/en/") {
		l = wording.EN
	} else if strings.HasPrefix(back, "/fr/") {
		l = wording.FR
	}
	if err != nil {
		s.providerFailed(c, l, err)
		return
	}
	body, err := s.entered(c, web.Request{Lang: l, Path: "/signin"}, e, back)
	if err != nil {
		s.fail(c, err)
	} else if body != nil {
		s.sendForm(c, l, http.StatusOK, body)
	}
}

func (s *server) providerFailed(c *gin.Context, l wording.Lang, err error) {
	sent, status, mendable := refused(err)
	if !mendable {
		s.fail(c, err)
		return
	}
	s.afterRefusal(c, err)
	q, qerr := s.signInQuery(c, sent, "")
	if qerr != nil {
		s.fail(c, qerr)
		return
	}
	body, qerr := s.site.SignIn(web.Request{Lang: l, Path: "/signin", Who: s.who(c)}, q)
	if qerr != nil {
		s.fail(c, qerr)
		return
	}
	s.sendForm(c, l, status, body)
}

// scriptHandler answers the script of passkeys, in JSON.
type scriptHandler func(*gin.Context, wording.Lang, scriptBody) (any, error)

// scriptBody is what the script sends.
type scriptBody struct {
	Pass   string          `json:"pass"`
	Name   string          `json:"name"`
	Next   string          `json:"next"`
	Answer json.RawMessage `json:"answer"`
}

func (s *server) script(h scriptHandler) gin.HandlerFunc {
	return func(c *gin.Context) {
		l := languageOf(c)
		out, status, err := any(nil), http.StatusOK, error(nil)
		var in scriptBody
		if kind, _, mimeErr := mime.ParseMediaType(c.GetHeader("Content-Type")); mimeErr != nil || kind != "application/json" {
			err = &wrongMedia{accepts: []string{"application/json"}}
		} else if body, readErr := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)); readErr != nil || json.Unmarshal(body, &in) != nil {
			err = errBroken
		} else if !s.trusted(c) {
			err = errUnsafe
		} else {
			out, err = h(c, l, in)
		}
		if err != nil {
			f := classify(err)
			if x, ok := classifyAccess(err); ok {
				f = x
			}
			if f.status == http.StatusInternalServerError {
				s.fail(c, err)
				return
			}
			if f.after > 0 {
				c.Header("Retry-After", itoa(f.after))
			}
			status = f.status
			words := f.title.In(l)
			if f.detail != nil {
				words = f.detail.In(l)
			}
			out = map[string]string{"message": words}
		}
		if c.Writer.Written() {
			return
		}
		c.Header("Cache-Control", "no-store")
		c.JSON(status, out)
	}
}

func (s *server) beginPasskey(c *gin.Context, _ wording.Lang, _ scriptBody) (any, error) {
	return s.Access.BeginPasskey(c, c.Request, clientOf(c))
}

func (s *server) finishPasskey(c *gin.Context, l wording.Lang, in scriptBody) (any, error) {
	e, err := s.Access.FinishPasskey(c, c.Request, in.Pass, in.Answer, clientOf(c))
	if err != nil {
		return nil, err
	}
	if old := s.sessionToken(c); old != "" {
		_ = s.Access.SignOut(c, old)
	}
	s.setCookie(c, e.Session)
	s.Log.InfoContext(c, "signed in", requestIDKey, c.GetString(requestIDKey), "person", e.Person)
	to := ownPath(in.Next)
	if to == "" {
		to = home(l)
	}
	return map[string]string{"to": to}, nil
}
