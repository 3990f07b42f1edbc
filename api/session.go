package api

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"vigie/api/access"
	"vigie/catalog/account"
	"vigie/catalog/wording"
)

// The cookie of a session. The prefix makes browsers refuse it from anywhere but this host over HTTPS. On loopback
// without TLS browsers would refuse it themselves, so there it has another name.
const (
	sessionCookie  = "__Host-vigie"
	loopbackCookie = "vigie_session"
)

// The keys of what authenticate leaves for handlers, beside the principal in the request's context.
const sessionKey = "session"

// open are the addresses that anybody may read: what shows that the server lives, what pages are made of, and the ways
// in. Everything else takes somebody signed in; an address that is added is closed until it is listed here.
var open = map[string]bool{"/healthz": true, "/readyz": true, "/metrics": true, "/favicon.ico": true, "/": true, "/static/*file": true, access.DonePath: true,
	feedRoute: true, "/openapi.json": true, "/openapi.yaml": true, "/docs": true, "/docs/docs.css": true, "/docs/operations/:name": true, "/docs/schemas/:name": true}

// openPages are the same for pages, without their language.
var openPages = map[string]bool{
	"/signin": true, "/signin/code": true, "/signin/passkey/begin": true, "/signin/passkey/finish": true, "/signin/provider": true,
	"/welcome": true, "/signed-out": true,
	"/verify": true, // who holds a report need not have an account with who made it
}

func anybody(route string) bool {
	if open[route] {
		return true
	}
	for _, l := range wording.Langs() {
		if rest, ok := strings.CutPrefix(route, "/"+string(l)); ok && openPages[rest] {
			return true
		}
	}
	return false
}

// authenticate finds out who asks, and leaves it in the request's context for account.From. Without accounts, on a
// demonstration, everybody reads. A program's token counts before a browser's cookie, and then alone.
func (s *server) authenticate(c *gin.Context) {
	if s.Access == nil {
		c.Request = c.Request.WithContext(account.With(c.Request.Context(), account.Demonstration()))
		return
	}
	p, err := s.whoAsks(c)
	if err != nil && !errors.Is(err, account.SignedOutError{}) {
		s.fail(c, err)
		c.Abort()
		return
	}
	if p != nil {
		c.Request = c.Request.WithContext(account.With(c.Request.Context(), p))
		return
	}
	if route := c.FullPath(); route == "" || anybody(route) && !bears(c.Request) {
		return
	}
	c.Abort()
	if isPage(c) && (c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead) {
		c.Header("Cache-Control", "no-store")
		c.Redirect(http.StatusSeeOther, signInAddress(languageOf(c), c.Request.URL))
		return
	}
	if s.heldEntries(c) {
		return
	}
	s.fail(c, account.SignedOutError{})
}

func isPage(c *gin.Context) bool {
	for _, l := range wording.Langs() {
		if strings.HasPrefix(c.Request.URL.Path, "/"+string(l)+"/") || c.Request.URL.Path == "/"+string(l) {
			return true
		}
	}
	return false
}

// bears reports whether a request carries a program's token. Such a request is never answered by its cookie, so another
// site's page cannot make a browser send it with rights.
func bears(r *http.Request) bool { return r.Header.Get("Authorization") != "" }

func (s *server) whoAsks(c *gin.Context) (*account.Principal, error) {
	if bears(c.Request) {
		scheme, token, ok := strings.Cut(c.GetHeader("Authorization"), " ")
		if !ok || !strings.EqualFold(scheme, "Bearer") {
			return nil, account.SignedOutError{}
		}
		return s.Access.Bearer(c.Request.Context(), strings.TrimSpace(token))
	}
	token := s.sessionToken(c)
	if token == "" {
		return nil, nil
	}
	p, session, err := s.Access.Session(c.Request.Context(), token)
	if err == nil {
		c.Set(sessionKey, session)
	}
	return p, err
}

// session is the session of a request; nil when a program's token asks.
func session(c *gin.Context) *account.Session {
	v, _ := c.Get(sessionKey)
	x, _ := v.(*account.Session)
	return x
}

// secure reports whether the client's connection is encrypted: here, or by a proxy in front that the configured address
// speaks of.
func (s *server) secure(c *gin.Context) bool {
	return c.Request.TLS != nil || s.Public != nil && s.Public.Scheme == "https"
}

// loopback reports whether a request came from this machine to this machine, with no proxy between: the only place where
// a password may travel without TLS.
func loopback(r *http.Request) bool {
	for _, h := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !from.Addr().Unmap().IsLoopback() {
		return false
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// trusted reports whether passwords and sessions may pass over a request's connection.
func (s *server) trusted(c *gin.Context) bool { return s.secure(c) || loopback(c.Request) }

func (s *server) cookieName(c *gin.Context) string {
	if s.secure(c) {
		return sessionCookie
	}
	return loopbackCookie
}

func (s *server) sessionToken(c *gin.Context) string {
	if !s.trusted(c) {
		return ""
	}
	x, err := c.Request.Cookie(s.cookieName(c))
	if err != nil {
		return ""
	}
	return x.Value
}

// setCookie gives the browser the token of its session, or takes it away when it is empty. It has no age of its own: the
// server ends the session.
func (s *server) setCookie(c *gin.Context, token string) {
	s.setOneCookie(c, s.cookieName(c), token, 0)
}

// setOneCookie gives a cookie for so many seconds; 0: until the browser closes. An empty value takes it away.
func (s *server) setOneCookie(c *gin.Context, name, value string, seconds int) {
	if value == "" {
		seconds = -1
	}
	http.SetCookie(c.Writer, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: seconds, Secure: s.secure(c), HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// client is who is at the other end, for limits and the list of sessions. Addresses in headers count only from proxies
// that are trusted.
func clientOf(c *gin.Context) access.Client {
	return access.Client{Address: c.ClientIP(), Agent: c.Request.UserAgent()}
}

// signInAddress is the page to sign in, with the way back.
func signInAddress(l wording.Lang, back *url.URL) string {
	to := "/" + string(l) + "/signin"
	if back == nil {
		return to
	}
	next := back.EscapedPath()
	if back.RawQuery != "" {
		next += "?" + back.RawQuery
	}
	if next = ownPath(next); next == "" || len(next) > 1000 || next == "/"+string(l)+"/" {
		return to
	}
	return to + "?next=" + url.QueryEscape(next)
}

// ownPath gives an address of this site as it was asked to come back to, or nothing when it leads anywhere else: a path
// alone, that no browser reads as another host.
func ownPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\x00\r\n\t") {
		return ""
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, "\\") {
		return ""
	}
	return next
}
