package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"vigie/api/access"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/dictionary"
	"vigie/catalog/store"
)

const phrase = "quatre girafes tricotent dehors"

// house is a server with accounts, on a store of its own.
type house struct {
	*server
	t     testing.TB
	store *store.Store
	clock time.Time
	said  bytes.Buffer // what was logged
}

func openHouse(t testing.TB, set func(*Config)) *house {
	t.Helper()
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, clock: time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)}
	now := func() time.Time { return h.clock }
	if h.store, err = store.Open(context.Background(), store.Options{Dir: t.TempDir(), Dictionary: dict, Now: now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.store.Close() })
	svc, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Service: svc, Log: slog.New(slog.NewTextHandler(&h.said, nil)), Today: func() catalog.Date { return today }}
	if set != nil {
		set(&c)
	}
	if c.Access, err = access.New(h.store, access.Options{Public: c.Public, Crowd: access.CollectLess, Now: now}); err != nil {
		t.Fatal(err)
	}
	if h.server, err = build(c); err != nil {
		t.Fatal(err)
	}
	return h
}

// visitor is a browser: it keeps cookies, and sends what browsers send of their own.
type visitor struct {
	h       *house
	remote  string
	host    string
	tls     bool
	cookies map[string]*http.Cookie
	headers map[string]string
}

func (h *house) visitor() *visitor {
	return &visitor{h: h, remote: "127.0.0.1:50000", host: "localhost:8080", cookies: map[string]*http.Cookie{}, headers: map[string]string{"Sec-Fetch-Site": "same-origin"}}
}

func (v *visitor) send(method, path string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	v.h.t.Helper()
	r := httptest.NewRequest(method, "http://"+v.host+path, body)
	r.RemoteAddr = v.remote
	if v.tls {
		r.TLS = tlsState
	}
	for k, x := range v.headers {
		r.Header.Set(k, x)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	for _, c := range v.cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	w := httptest.NewRecorder()
	v.h.engine.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c
		}
	}
	return w
}

func (v *visitor) get(path string, headers ...string) *httptest.ResponseRecorder {
	return v.send("GET", path, nil, headers...)
}

func (v *visitor) post(path string, form url.Values) *httptest.ResponseRecorder {
	return v.send("POST", path, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

// follow posts a form that must succeed, and opens the page that comes after.
func (v *visitor) follow(path string, form url.Values) *httptest.ResponseRecorder {
	v.h.t.Helper()
	w := v.post(path, form)
	if w.Code != http.StatusSeeOther {
		v.h.t.Fatalf("POST %s: status %d\n%s", path, w.Code, text(w))
	}
	return v.get(w.Header().Get("Location"))
}

// text is what of a page a person reads, roughly: for messages of failed tests.
func text(w *httptest.ResponseRecorder) string {
	_, main, _ := strings.Cut(w.Body.String(), "<main")
	main, _, _ = strings.Cut(main, "</main>")
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(main, " ")), " ")
}

// administrator sets the service up and is signed in.
func (h *house) administrator() *visitor {
	h.t.Helper()
	link, err := h.Access.SetupLink(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	v := h.visitor()
	if w := v.get(LinkPath("fr", link)); w.Code != 200 || !strings.Contains(w.Body.String(), `name="email"`) {
		h.t.Fatalf("the first page: %d %s", w.Code, text(w))
	}
	v.follow("/fr/welcome", url.Values{"pass": {link}, "name": {"Anne Onyme"}, "email": {"anne@example.org"}, "password": {phrase}})
	return v
}

// joins invites somebody with the roles, who then is signed in.
func (h *house) joins(admin *visitor, email, entity string, roles ...string) *visitor {
	h.t.Helper()
	w := admin.post("/fr/people", url.Values{"name": {"Jean Nemarre"}, "email": {email}, "entity": {entity}, "roles": roles})
	link := regexp.MustCompile(`/fr/welcome\?pass=[^<]+`).FindString(w.Body.String())
	if w.Code != 200 || link == "" {
		h.t.Fatalf("invite %s: %d %s", email, w.Code, text(w))
	}
	v := h.visitor()
	u, err := url.Parse(link)
	if err != nil {
		h.t.Fatal(err)
	}
	v.follow("/fr/welcome", url.Values{"pass": {u.Query().Get("pass")}, "password": {phrase}})
	return v
}

// token makes a token of somebody's.
func (v *visitor) token(scopes ...string) string {
	v.h.t.Helper()
	w := v.post("/fr/account/tokens", url.Values{"name": {"tests"}, "days": {"30"}, "scopes": scopes})
	t := regexp.MustCompile(`vigie_[A-Za-z0-9_-]+`).FindString(w.Body.String())
	if w.Code != 200 || t == "" {
		v.h.t.Fatalf("a token: %d %s", w.Code, text(w))
	}
	return t
}

// Whoever is not signed in sees the ways in and nothing else: pages lead to them and back, programs get 401.
func TestSignedOut(t *testing.T) {
	h := openHouse(t, nil)
	h.administrator()
	for path, want := range map[string]string{
		"/fr/":                       "/fr/signin",
		"/fr":                        "/fr/signin?next=%2Ffr",
		"/fr/laws/us-fisa-702":       "/fr/signin?next=%2Ffr%2Flaws%2Fus-fisa-702",
		"/en/records/vendor?on=2026": "/en/signin?next=%2Fen%2Frecords%2Fvendor%3Fon%3D2026",
		"/en/people":                 "/en/signin?next=%2Fen%2Fpeople",
		"/fr/account":                "/fr/signin?next=%2Ffr%2Faccount",
	} {
		w := h.visitor().get(path)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != want || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d to %q, want %q", path, w.Code, w.Header().Get("Location"), want)
		}
	}
	for _, path := range []string{"/api/v1/offerings", "/api/v1/records/vendor/mistral", "/api/v1/laws"} {
		w := h.visitor().get(path)
		if w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") != "Bearer" || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: status %d, %v", path, w.Code, w.Header())
		}
	}
	if w := h.visitor().post("/fr/people", nil); w.Code != http.StatusUnauthorized {
		t.Errorf("a form: status %d", w.Code)
	}
	for _, path := range []string{"/healthz", "/fr/signin", "/en/signin", "/fr/welcome?pass=x", "/favicon.ico"} {
		if w := h.visitor().get(path); w.Code >= 400 || strings.Contains(w.Header().Get("Location"), "signin") {
			t.Errorf("%s: status %d to %q", path, w.Code, w.Header().Get("Location"))
		}
	}
	if w := h.visitor().get("/fr/nothing"); w.Code != http.StatusNotFound {
		t.Errorf("an address that is none: status %d", w.Code)
	}
}

// Every route is either listed as open, or closed to whoever is not signed in: generated from the router, so that a route
// that is added is closed.
func TestEveryRouteIsClosed(t *testing.T) {
	h := openHouse(t, nil)
	h.administrator()
	closed := 0
	for _, r := range h.engine.Routes() {
		if anybody(r.Path) {
			continue
		}
		closed++
		for _, headers := range [][]string{nil, {"Authorization", "Bearer vigie_forged"}, {"Authorization", "Basic YTpi"}, {"Cookie", sessionCookie + "=forged; " + loopbackCookie + "=forged"}} {
			w := h.visitor().send(r.Method, filled(r.Path), nil, headers...)
			page := strings.HasPrefix(r.Path, "/fr") || strings.HasPrefix(r.Path, "/en")
			if page && (r.Method == "GET" || r.Method == "HEAD") {
				if w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Location"), "/signin") {
					t.Errorf("%s %s %v: status %d", r.Method, r.Path, headers, w.Code)
				}
			} else if w.Code != http.StatusUnauthorized {
				t.Errorf("%s %s %v: status %d", r.Method, r.Path, headers, w.Code)
			}
		}
	}
	if closed < 40 {
		t.Errorf("%d routes are closed", closed)
	}
}

// filled gives a route's parameters values of things that exist or not.
func filled(route string) string {
	return regexp.MustCompile(`[:*][a-z_]+`).ReplaceAllStringFunc(route, func(p string) string {
		if p == ":kind" {
			return "vendor"
		}
		return "mistral"
	})
}

// S14: what another site makes a browser send is refused on every route that changes something, whatever cookies it
// brings; the same from this site, and from a program with a token, is not.
func TestCrossSite(t *testing.T) {
	h := openHouse(t, nil)
	admin := h.administrator()
	token := admin.token("read", "administer")
	n := 0
	for _, r := range h.engine.Routes() {
		if r.Method == "GET" || r.Method == "HEAD" || r.Method == "OPTIONS" {
			continue
		}
		n++
		path := filled(r.Path)
		for name, headers := range map[string][]string{
			"cross-site":               {"Sec-Fetch-Site", "cross-site"},
			"same-site":                {"Sec-Fetch-Site", "same-site"},
			"another origin":           {"Sec-Fetch-Site", "", "Origin", "https://elsewhere.example"},
			"no origin":                {"Sec-Fetch-Site", "", "Origin", "null"},
			"another port of the host": {"Sec-Fetch-Site", "", "Origin", "http://localhost:9999"},
		} {
			// Sent as forms of other sites can be: with the session's cookie, and of a type that needs no asking before.
			v := h.visitor()
			v.cookies = admin.cookies
			if w := v.send(r.Method, path, strings.NewReader("a=b"), append([]string{"Content-Type", "text/plain"}, headers...)...); w.Code != http.StatusForbidden {
				t.Errorf("%s %s, %s: status %d", r.Method, path, name, w.Code)
			}
		}
		v := h.visitor()
		v.cookies = map[string]*http.Cookie{loopbackCookie: {Name: loopbackCookie, Value: "x"}}
		for name, headers := range map[string][]string{
			"same origin":            {"Sec-Fetch-Site", "same-origin"},
			"an older browser":       {"Sec-Fetch-Site", "", "Origin", "http://localhost:8080"},
			"a program":              {"Sec-Fetch-Site", ""},
			"a program with a token": {"Sec-Fetch-Site", "", "Authorization", "Bearer " + token},
			"a token, from another site's page that has it": {"Sec-Fetch-Site", "cross-site", "Authorization", "Bearer " + token},
		} {
			if w := v.send(r.Method, path, strings.NewReader("{}"), headers...); w.Code == http.StatusForbidden && strings.Contains(w.Body.String(), "another site") {
				t.Errorf("%s %s, %s: status %d", r.Method, path, name, w.Code)
			}
		}
	}
	if n < 20 {
		t.Errorf("%d routes change something", n)
	}
}

// S13: the cookie as browsers want it, a new token each time, none left after signing out.
func TestSessionCookie(t *testing.T) {
	public := &url.URL{Scheme: "https", Host: "vigie.example.org"}
	for _, tt := range []struct {
		name         string
		set          func(*Config)
		remote, host string
		forwarded    bool
		cookie       string
		secure       bool
		refused      bool
	}{
		{"behind a proxy that encrypts", func(c *Config) { c.Public = public }, "10.0.0.1:1", "vigie.example.org", true, "__Host-vigie", true, false},
		{"on this machine", nil, "127.0.0.1:1", "127.0.0.1:8080", false, "vigie_session", false, false},
		{"on this machine, IPv6", nil, "[::1]:1", "[::1]:8080", false, "vigie_session", false, false},
		{"on this machine, by name", nil, "127.0.0.1:1", "localhost:8080", false, "vigie_session", false, false},
		{"from elsewhere, unencrypted", nil, "192.0.2.1:1", "vigie.lan:8080", false, "", false, true},
		{"from elsewhere, under a local name", nil, "192.0.2.1:1", "localhost", false, "", false, true},
		{"by a local proxy that nobody configured", nil, "127.0.0.1:1", "localhost", true, "", false, true},
		{"by a local proxy that keeps the name", nil, "127.0.0.1:1", "vigie.lan", false, "", false, true},
	} {
		h := openHouse(t, tt.set)
		link, err := h.Access.SetupLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Access.UseLink(t.Context(), link, access.Chosen{Name: "A", Email: "a@example.org", Password: phrase}, access.Client{}); err != nil {
			t.Fatal(err)
		}
		v := h.visitor()
		v.remote, v.host = tt.remote, tt.host
		if tt.forwarded {
			v.headers["X-Forwarded-For"] = "192.0.2.200"
		}
		page := v.get("/fr/signin")
		if strings.Contains(page.Body.String(), `type="password"`) == tt.refused {
			t.Errorf("%s: a field for the password: %v", tt.name, !tt.refused)
		}
		w := v.post("/fr/signin", url.Values{"email": {"a@example.org"}, "password": {phrase}})
		if tt.refused {
			if w.Code != http.StatusForbidden || len(w.Result().Cookies()) != 0 {
				t.Errorf("%s: status %d, %v", tt.name, w.Code, w.Result().Cookies())
			}
			continue
		}
		c := v.cookies[tt.cookie]
		if w.Code != http.StatusSeeOther || c == nil {
			t.Errorf("%s: status %d, cookies %v", tt.name, w.Code, v.cookies)
			continue
		}
		if c.Secure != tt.secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || len(c.Value) < 43 {
			t.Errorf("%s: %+v", tt.name, c)
		}
		first := c.Value
		if w := v.get("/fr/account"); w.Code != 200 {
			t.Errorf("%s: the account: status %d", tt.name, w.Code)
		}
		v.follow("/fr/signin", url.Values{"email": {"a@example.org"}, "password": {phrase}})
		if v.cookies[tt.cookie].Value == first {
			t.Errorf("%s: the same token twice", tt.name)
		}
		if _, _, err := h.Access.Session(t.Context(), first); !errors.Is(err, account.SignedOutError{}) {
			t.Errorf("%s: the session before is still good: %v", tt.name, err)
		}
		second := v.cookies[tt.cookie].Value
		out := v.post("/fr/signout", nil)
		if out.Code != http.StatusSeeOther || v.cookies[tt.cookie] != nil || out.Header().Get("Clear-Site-Data") == "" {
			t.Errorf("%s: signed out: status %d, %v", tt.name, out.Code, v.cookies)
		}
		v.cookies[tt.cookie] = &http.Cookie{Name: tt.cookie, Value: second}
		if w := v.get("/fr/account"); w.Code != http.StatusSeeOther {
			t.Errorf("%s: the token after signing out: status %d", tt.name, w.Code)
		}
	}
}

// A way back leads to a page of this site, whatever it looks like.
func TestWayBack(t *testing.T) {
	for next, want := range map[string]string{
		"/fr/laws": "/fr/laws", "/en/offerings/x?on=2026-01-01": "/en/offerings/x?on=2026-01-01", "/fr/records/vendor/%2F%2Fx": "/fr/records/vendor/%2F%2Fx",
		"": "", "fr/laws": "", "//elsewhere.example/": "", "/\\elsewhere.example/": "", "\\\\elsewhere.example": "", "https://elsewhere.example/": "", "https:/elsewhere.example": "",
		"javascript:alert(1)": "", "/%5celsewhere.example/": "", "/\t/elsewhere.example": "", "/fr/\r\nSet-Cookie: x=1": "", "///elsewhere.example": "", "/%2F/elsewhere.example": "", "http:elsewhere.example": "", "/fr/\x00": "",
	} {
		if got := ownPath(next); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
	h := openHouse(t, nil)
	h.administrator()
	v := h.visitor()
	w := v.post("/fr/signin", url.Values{"email": {"anne@example.org"}, "password": {phrase}, "next": {"//elsewhere.example/"}})
	if w.Header().Get("Location") != "/fr/" {
		t.Errorf("sent to %q", w.Header().Get("Location"))
	}
	w = v.post("/fr/signin", url.Values{"email": {"anne@example.org"}, "password": {phrase}, "next": {"/en/laws?x=1"}})
	if w.Header().Get("Location") != "/en/laws?x=1" {
		t.Errorf("sent to %q", w.Header().Get("Location"))
	}
}

// A form that is refused keeps what was typed, but no password, says what is wrong at the field, and is a 422.
func TestRefusedForms(t *testing.T) {
	h := openHouse(t, nil)
	admin := h.administrator()
	w := h.visitor().post("/fr/signin", url.Values{"email": {"anne@example.org"}, "password": {"a wrong password"}, "next": {"/fr/laws"}})
	body := w.Body.String()
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="anne@example.org"`) || strings.Contains(body, "a wrong password") || !strings.Contains(body, `value="/fr/laws"`) || !strings.Contains(body, `role="alert"`) {
		t.Errorf("status %d: %s", w.Code, text(w))
	}
	w = admin.post("/fr/people", url.Values{"name": {"Jean <b>Nemarre"}, "email": {"not an address"}, "roles": {"legal"}, "entity": {"Filiale !"}})
	body = w.Body.String()
	for _, x := range []string{`value="Jean &lt;b&gt;Nemarre"`, `value="not an address"`, `id="email-error"`, `id="entity-error"`, `href="#email"`, `aria-invalid="true"`, `value="legal" checked`} {
		if !strings.Contains(body, x) {
			t.Errorf("the form of an invitation lacks %s", x)
		}
	}
	if w.Code != http.StatusUnprocessableEntity || strings.Contains(body, "<b>Nemarre") {
		t.Errorf("status %d: %s", w.Code, text(w))
	}
	w = admin.post("/fr/account/password", url.Values{"current": {phrase}, "password": {"court"}})
	if body = w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "12 caractères") || strings.Contains(body, phrase) {
		t.Errorf("status %d: %s", w.Code, text(w))
	}
	if w := admin.post("/fr/people", url.Values{"name": {strings.Repeat("x", maxForm)}}); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of 64 KiB and more: status %d", w.Code)
	}
	for _, kind := range []string{"", "text/plain", "multipart/form-data; boundary=x", "application/json"} {
		if w := h.visitor().send("POST", "/fr/signin", strings.NewReader("email=a"), "Content-Type", kind); w.Code != http.StatusUnsupportedMediaType {
			t.Errorf("a form as %q: status %d", kind, w.Code)
		}
	}
}

// S16: guessing is slowed, and says when to come back; a crowd is told to wait.
func TestGuessing(t *testing.T) {
	h := openHouse(t, nil)
	h.administrator()
	var w *httptest.ResponseRecorder
	for range 6 {
		w = h.visitor().post("/en/signin", url.Values{"email": {"anne@example.org"}, "password": {"wrong"}})
	}
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "too many tries") && !strings.Contains(w.Body.String(), "Too many tries") {
		t.Errorf("status %d, %v: %s", w.Code, w.Header(), text(w))
	}
	// Addresses that a client claims count for nothing where no proxy is trusted.
	v := h.visitor()
	v.headers["X-Forwarded-For"] = "198.51.100.77"
	v.remote = "127.0.0.1:1"
	if w := v.post("/en/signin", url.Values{"email": {"anne@example.org"}, "password": {phrase}}); w.Code == http.StatusSeeOther {
		t.Error("a claimed address gives new tries")
	}
	v = h.visitor()
	h.clock = h.clock.Add(time.Minute)
	page := v.post("/en/signin", url.Values{"email": {"anne@example.org"}, "password": {phrase}})
	if page.Code != 200 || !strings.Contains(page.Body.String(), "tried 5 times") {
		t.Errorf("whoever was guessed at is not told: %d %s", page.Code, text(page))
	}
}

// The whole way of a second factor, as a person goes it.
func TestSecondFactorPages(t *testing.T) {
	h := openHouse(t, nil)
	v := h.administrator()
	w := v.post("/fr/account/totp", nil)
	body := w.Body.String()
	pass := regexp.MustCompile(`name="pass" value="([^"]+)"`).FindStringSubmatch(body)
	secret := regexp.MustCompile(`<code>([A-Z2-7 ]+)</code>`).FindStringSubmatch(body)
	if w.Code != 200 || pass == nil || secret == nil || !strings.Contains(body, `<svg width="224"`) {
		t.Fatalf("status %d: %s", w.Code, text(w))
	}
	if w := v.post("/fr/account/totp/confirm", url.Values{"pass": {pass[1]}, "code": {"000000"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), secret[1]) {
		t.Errorf("a wrong code: status %d %s", w.Code, text(w))
	}
	shared := strings.ReplaceAll(secret[1], " ", "")
	w = v.post("/fr/account/totp/confirm", url.Values{"pass": {pass[1]}, "code": {codeOf(t, shared, h.clock)}})
	codes := regexp.MustCompile(`<code>([a-z0-9-]{19})</code>`).FindAllStringSubmatch(w.Body.String(), -1)
	if w.Code != 200 || len(codes) != 10 || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("status %d: %s", w.Code, text(w))
	}
	h.clock = h.clock.Add(10 * time.Minute)
	b := h.visitor()
	w = b.post("/fr/signin", url.Values{"email": {"anne@example.org"}, "password": {phrase}, "next": {"/fr/laws"}})
	if w.Header().Get("Location") != "/fr/signin/code?next=%2Ffr%2Flaws" || b.cookies[loopbackCookie] != nil {
		t.Fatalf("sent to %q with %v", w.Header().Get("Location"), b.cookies)
	}
	if w := b.get("/fr/laws"); w.Code != http.StatusSeeOther {
		t.Errorf("the password alone opens a page: status %d", w.Code)
	}
	if w := b.get("/fr/signin/code?next=%2Ffr%2Flaws"); w.Code != 200 || !strings.Contains(w.Body.String(), `autocomplete="one-time-code"`) {
		t.Errorf("status %d", w.Code)
	}
	w = b.post("/fr/signin/code", url.Values{"code": {codeOf(t, shared, h.clock)}, "next": {"/fr/laws"}})
	if w.Header().Get("Location") != "/fr/laws" {
		t.Fatalf("status %d %s", w.Code, text(w))
	}
	if w := b.get("/fr/account"); !strings.Contains(w.Body.String(), "Codes de secours restants") {
		t.Errorf("%s", text(w))
	}
	// The recovery codes, for a phone that was lost; then without.
	h.clock = h.clock.Add(10 * time.Minute)
	d := h.visitor()
	d.follow("/fr/signin", url.Values{"email": {"anne@example.org"}, "password": {phrase}})
	d.follow("/fr/signin/code", url.Values{"code": {codes[0][1]}})
	if w := d.follow("/fr/account/totp/remove", nil); !strings.Contains(w.Body.String(), "Les codes ne sont plus demandés") {
		t.Errorf("%s", text(w))
	}
	if w := h.visitor().get("/fr/signin/code"); w.Code != http.StatusSeeOther {
		t.Errorf("a second step without a first: status %d", w.Code)
	}
}

// What an administrator does to people, by the pages, and what others may not.
func TestPeoplePages(t *testing.T) {
	h := openHouse(t, nil)
	admin := h.administrator()
	reader := h.joins(admin, "jean@example.org", "", "reader")
	if w := reader.get("/fr/people"); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "administrateur") {
		t.Errorf("a reader sees the people: status %d %s", w.Code, text(w))
	}
	page := admin.get("/fr/people").Body.String()
	ids := regexp.MustCompile(`href="/fr/people/([a-z0-9]+)"`).FindAllStringSubmatch(page, -1)
	if len(ids) != 2 || !strings.Contains(page, "mot de passe seul") {
		t.Fatalf("%d people", len(ids))
	}
	id, own := ids[0][1], ids[1][1]
	if at := strings.Index(page, "anne@"); strings.Index(page, id) < at && at < strings.Index(page, own) {
		id, own = own, id
	}
	if w := reader.get("/fr/people/" + id); w.Code != http.StatusForbidden {
		t.Errorf("a reader sees a person: status %d", w.Code)
	}
	person := admin.get("/fr/people/" + id)
	revision := regexp.MustCompile(`name="revision" value="([0-9]+)"`).FindStringSubmatch(person.Body.String())
	if person.Code != 200 || revision == nil {
		t.Fatalf("status %d", person.Code)
	}
	change := url.Values{"revision": {revision[1]}, "name": {"Jean Nemarre"}, "email": {"jean@example.org"}, "roles": {"procurement", "legal"}}
	if w := admin.follow("/fr/people/"+id, change); !strings.Contains(w.Body.String(), "Enregistré") {
		t.Errorf("%s", text(w))
	}
	if w := reader.get("/fr/account"); w.Code != http.StatusSeeOther {
		t.Errorf("a session outlives a change of roles: status %d", w.Code)
	}
	if w := admin.post("/fr/people/"+id, change); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "modifié entre-temps") {
		t.Errorf("from an old revision: status %d %s", w.Code, text(w))
	}
	if w := admin.post("/fr/people/"+id+"/erase", nil); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("erased without a reason: status %d", w.Code)
	}
	if w := admin.follow("/fr/people/"+id+"/erase", url.Values{"reason": {"left the house"}}); !strings.Contains(w.Body.String(), "a été effacé") || strings.Contains(w.Body.String(), "Nemarre") {
		t.Errorf("%s", text(w))
	}
	if w := admin.post("/fr/people/"+own+"/erase", url.Values{"reason": {"x"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "seul administrateur") {
		t.Errorf("the last administrator: status %d %s", w.Code, text(w))
	}
	if w := admin.get("/fr/people/nobody"); w.Code != http.StatusNotFound {
		t.Errorf("nobody: status %d", w.Code)
	}
}

// A program's token reads the API within its scopes, never pages of the account, and sees what its owner sees.
func TestBearerTokens(t *testing.T) {
	h := openHouse(t, nil)
	admin := h.administrator()
	token := admin.token("read")
	program := h.visitor()
	program.headers = map[string]string{"Authorization": "Bearer " + token}
	if w := program.get("/api/v1/laws"); w.Code != 200 {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	for _, path := range []string{"/fr/account", "/fr/people"} {
		if w := program.get(path); w.Code == 200 {
			t.Errorf("%s opens for a token", path)
		}
	}
	for _, wrong := range []string{"Bearer", "Bearer x", "bearer " + token + "x", "Token " + token, "Bearer " + strings.ToUpper(token)} {
		// A session beside a wrong token does not count.
		admin.headers["Authorization"] = wrong
		if w := admin.get("/api/v1/laws"); w.Code != http.StatusUnauthorized {
			t.Errorf("%q: status %d", wrong, w.Code)
		}
	}
	delete(admin.headers, "Authorization")
	program.headers["Authorization"] = "bearer " + token
	if w := program.get("/api/v1/laws"); w.Code != 200 {
		t.Errorf("schemes are without case: status %d", w.Code)
	}
	page := admin.get("/fr/account").Body.String()
	id := regexp.MustCompile(`action="/fr/account/tokens/end"><input type="hidden" name="id" value="([^"]+)"`).FindStringSubmatch(page)
	if id == nil || strings.Contains(page, token) {
		t.Fatal("the page of the account lists no token, or shows it again")
	}
	admin.follow("/fr/account/tokens/end", url.Values{"id": {id[1]}})
	if w := program.get("/api/v1/laws"); w.Code != http.StatusUnauthorized {
		t.Errorf("a token that was ended: status %d", w.Code)
	}
}

// S20: secrets that pass through the service are in no log, no page and no error but the one answer that gives them.
func TestSecretsStayOut(t *testing.T) {
	h := openHouse(t, nil)
	admin := h.administrator()
	planted := map[string]string{"password": phrase}
	shown := &strings.Builder{}
	keep := func(w *httptest.ResponseRecorder) *httptest.ResponseRecorder {
		fmt.Fprintf(shown, "%v\n%s\n", w.Header().Get("Location"), w.Body)
		return w
	}
	link, err := h.Access.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	planted["link"], planted["session"], planted["token"] = link, admin.cookies[loopbackCookie].Value, admin.token("read")
	for i, x := range []string{"wrong-password-canary", "new-password-canary-1", "guess-canary", "code-canary", "bearer-canary", "cookie-canary", "basic-canary", "query-canary", "next-canary", "body-canary", "email-canary", "pass-canary", "json-canary", "state-canary", "oauth-code-canary", "webauthn-canary"} {
		planted[x] = fmt.Sprintf("%s-%d-zq7", x, i)
	}
	v := h.visitor()
	keep(v.post("/fr/signin", url.Values{"email": {"anne@example.org"}, "password": {planted["wrong-password-canary"]}}))
	keep(v.post("/fr/signin", url.Values{"email": {planted["email-canary"] + "@example.org"}, "password": {planted["guess-canary"]}}))
	v.cookies["vigie-second"] = &http.Cookie{Name: "vigie-second", Value: planted["pass-canary"]}
	keep(v.post("/fr/signin/code", url.Values{"code": {planted["code-canary"]}}))
	keep(v.get("/api/v1/laws", "Authorization", "Bearer "+planted["bearer-canary"]))
	keep(v.get("/api/v1/laws", "Authorization", "Basic "+planted["basic-canary"]))
	keep(v.get("/fr/account", "Cookie", loopbackCookie+"="+planted["cookie-canary"]))
	keep(v.get("/healthz?token=" + planted["query-canary"]))
	keep(v.get("/fr/welcome?pass=" + link))
	keep(v.get(access.DonePath + "?code=" + planted["oauth-code-canary"] + "&state=" + planted["state-canary"]))
	keep(v.send("POST", "/fr/signin/passkey/finish", strings.NewReader(`{"pass":"`+planted["json-canary"]+`","answer":{"id":"`+planted["webauthn-canary"]+`"}}`), "Content-Type", "application/json"))
	keep(v.send("POST", "/fr/signin", strings.NewReader("%zz"+planted["body-canary"]), "Content-Type", "application/x-www-form-urlencoded"))
	keep(admin.post("/fr/account/password", url.Values{"current": {phrase + "x"}, "password": {planted["new-password-canary-1"]}}))
	keep(admin.get("/fr/account"))
	keep(admin.get("/fr/people"))
	log := h.said.String()
	if !strings.Contains(log, "sign-in refused") || !strings.Contains(log, "/fr/welcome") {
		t.Fatalf("the log: %s", log)
	}
	if len(planted) < 20 {
		t.Errorf("%d are planted", len(planted))
	}
	for name, x := range planted {
		if strings.Contains(log, x) {
			t.Errorf("the log holds the %s", name)
		}
		// What somebody typed as an address is shown to them again, and the token of a link stands in its own form.
		if name != "email-canary" && name != "link" && strings.Contains(shown.String(), x) {
			t.Errorf("a page holds the %s", name)
		}
	}
	if strings.Contains(log, "anne@") || strings.Contains(log, "Onyme") {
		t.Error("the log holds what a person is known by")
	}
}

// A demonstration has no accounts: everybody reads, nobody signs in.
func TestDemonstrationHasNoAccounts(t *testing.T) {
	h := testHandler(t)
	for _, path := range []string{"/fr/signin", "/fr/account", "/fr/people", access.DonePath} {
		if w := get(h, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	if w := get(h, "/fr/"); w.Code != 200 || strings.Contains(w.Body.String(), "/fr/account") {
		t.Errorf("status %d", w.Code)
	}
}

// Passkeys' script gets JSON, also when it is refused.
func TestPasskeyScript(t *testing.T) {
	h := openHouse(t, nil)
	h.administrator()
	v := h.visitor()
	w := v.send("POST", "/fr/signin/passkey/begin", strings.NewReader("{}"), "Content-Type", "application/json")
	var begun struct {
		Pass    string
		Options struct{ PublicKey map[string]any }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &begun); err != nil || w.Code != 200 || begun.Pass == "" || begun.Options.PublicKey["rpId"] != "localhost" || begun.Options.PublicKey["userVerification"] != "required" {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	for name, body := range map[string]string{"not JSON": "{", "a key that is none": `{"pass":"` + begun.Pass + `","answer":{"id":"AA","rawId":"AA","type":"public-key","response":{}}}`, "the ceremony again": `{"pass":"` + begun.Pass + `","answer":{}}`} {
		w := v.send("POST", "/fr/signin/passkey/finish", strings.NewReader(body), "Content-Type", "application/json")
		if w.Code < 400 || w.Code >= 500 || !strings.Contains(w.Body.String(), `"message":`) || len(w.Result().Cookies()) > 0 {
			t.Errorf("%s: status %d %s", name, w.Code, w.Body)
		}
	}
	v.host = "127.0.0.1:8080"
	if w := v.send("POST", "/fr/signin/passkey/begin", strings.NewReader("{}"), "Content-Type", "application/json"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("at an address without a name: status %d", w.Code)
	}
	if strings.Contains(v.get("/fr/signin").Body.String(), "passkey.js") {
		t.Error("passkeys are offered where there can be none")
	}
}
