package access

import (
	"bufio"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"vigie/catalog/account"
)

// The provider's program is built once. Where its modules cannot be had the tests are skipped, and fail in CI.
var providerProgram = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "vigie-provider-")
	if err != nil {
		return "", err
	}
	providerFolder = dir
	exe := filepath.Join(dir, "provider")
	cmd := exec.Command("go", "build", "-o", exe, ".")
	cmd.Dir = "testdata/provider"
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return exe, nil
})

var providerFolder string

func TestMain(m *testing.M) {
	code := m.Run()
	if providerFolder != "" {
		os.RemoveAll(providerFolder)
	}
	os.Exit(code)
}

// realProvider starts an identity provider that sends people back to done, and gives its issuer.
func realProvider(t *testing.T, done string) string {
	t.Helper()
	exe, err := providerProgram()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("the identity provider cannot be built: ", err)
	}
	cmd := exec.Command(exe, done)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	issuer, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(issuer)
}

// withProvider is a house whose people sign in at a real provider.
func withProvider(t *testing.T, set func(*Provider)) *house {
	t.Helper()
	public := &url.URL{Scheme: "http", Host: "localhost:9"} // nobody is there: the test reads where it was sent
	p := Provider{Issuer: realProvider(t, public.String()+DonePath), ClientID: "vigie", Secret: "a client's secret", Name: "The house", RolesClaim: "groups",
		Roles: map[string][]account.Role{"vigie-legal": {account.Legal}, "vigie-committee": {account.Committee}}}
	if set != nil {
		set(&p)
	}
	return openWith(t, Options{Public: public, Provider: &p})
}

// visit signs in at the provider's own page and gives what it sends back to the service.
func visit(t *testing.T, to, user string) url.Values {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var back *url.URL
	client := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == DonePath {
			back = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	page, err := client.Get(to)
	if err != nil {
		t.Fatal(err)
	}
	page.Body.Close()
	id := page.Request.URL.Query().Get("authRequestID")
	if id == "" {
		t.Fatalf("no page to sign in: %s", page.Request.URL)
	}
	login := *page.Request.URL
	login.RawQuery = ""
	res, err := client.PostForm(login.String(), url.Values{"id": {id}, "username": {user}, "password": {"verysecure"}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if back == nil {
		t.Fatalf("the provider does not send back: %s", res.Status)
	}
	return back.Query()
}

// signs goes the whole way.
func (h *house) signs(user string) (Entry, string, error) {
	h.t.Helper()
	to, token, err := h.BeginProvider(h.t.Context(), "/fr/decisions", here)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.FinishProvider(h.t.Context(), token, visit(h.t, to, user), here)
}

func TestSingleSignOn(t *testing.T) {
	h := withProvider(t, nil)
	e, back, err := h.signs("test-user@localhost")
	if err != nil || back != "/fr/decisions" {
		t.Fatalf("%q %v", back, err)
	}
	ctx, s := h.as(e)
	own, err := h.Own(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if own.Name != "Test User" || own.Email != "test-user@zitadel.ch" || !slices.Equal(own.Roles, []account.Role{account.Committee, account.Legal}) || s.Means != account.ByProvider || own.Password != "" {
		t.Errorf("%+v %+v", own, s)
	}
	// Known but without a role: not let in, and no account is made.
	if _, _, err := h.signs("test-user2"); err != ErrNoRole {
		t.Errorf("somebody without a role: %v", err)
	}
	// The same person again is the same account; rights follow the provider, and with them the sessions.
	h.provider.Roles = map[string][]account.Role{"vigie-legal": {account.Reader}}
	again, _, err := h.signs("test-user@localhost")
	if err != nil || again.Person != e.Person {
		t.Fatalf("%+v %v", again, err)
	}
	if ctx, _ := h.as(again); !slices.Equal(account.From(ctx).Roles, []account.Role{account.Reader}) {
		t.Errorf("%+v", account.From(ctx))
	}
	if _, _, err := h.Session(t.Context(), e.Session); !errors.Is(err, account.SignedOutError{}) {
		t.Errorf("the session before the change of rights: %v", err)
	}
	h.provider.Roles = nil
	if _, _, err := h.signs("test-user@localhost"); err != ErrNoRole {
		t.Errorf("once no group gives a role: %v", err)
	}
	if _, _, err := h.Session(t.Context(), again.Session); !errors.Is(err, account.SignedOutError{}) {
		t.Errorf("a session outlives all roles: %v", err)
	}
	list, err := Everybody(t.Context(), h.store)
	if err != nil || len(list) != 1 {
		t.Errorf("%d accounts: %v", len(list), err)
	}
}

// A code is good once, with the state, the browser and the provider that it was given for.
func TestSingleSignOnRefusesWhatIsNotItsOwn(t *testing.T) {
	h := withProvider(t, nil)
	begin := func() (string, url.Values) {
		to, token, err := h.BeginProvider(t.Context(), "/en/", here)
		if err != nil {
			t.Fatal(err)
		}
		return token, visit(t, to, "test-user@localhost")
	}
	token, answer := begin()
	if _, _, err := h.FinishProvider(t.Context(), token, answer, here); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.FinishProvider(t.Context(), token, answer, here); err != ErrBegin {
		t.Errorf("the same answer again: %v", err)
	}
	_, answer = begin()
	if _, _, err := h.FinishProvider(t.Context(), "another browser", answer, here); err != ErrBegin {
		t.Errorf("in another browser: %v", err)
	}
	for name, change := range map[string]func(url.Values){
		"another state":    func(v url.Values) { v.Set("state", "x") },
		"no code":          func(v url.Values) { v.Del("code") },
		"another code":     func(v url.Values) { v.Set("code", "x") },
		"another provider": func(v url.Values) { v.Set("iss", "https://elsewhere.example") },
		"an error":         func(v url.Values) { v.Del("code"); v.Set("error", "access_denied") },
	} {
		token, answer = begin()
		change(answer)
		if _, _, err := h.FinishProvider(t.Context(), token, answer, here); !errors.Is(err, ErrProvider) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Another's code, put into one's own visit: the proof of the visit that it was given for is missing (PKCE).
	_, stolen := begin()
	token, answer = begin()
	answer.Set("code", stolen.Get("code"))
	if _, _, err := h.FinishProvider(t.Context(), token, answer, here); !errors.Is(err, ErrProvider) {
		t.Errorf("somebody else's code: %v", err)
	}
}

// An account that has a password is not taken over by an address alone, unless the house says that it trusts its provider.
func TestSingleSignOnAdopts(t *testing.T) {
	for _, adopt := range []bool{false, true} {
		h := withProvider(t, func(p *Provider) { p.Adopt = adopt })
		admin, _ := h.setUp()
		id, _, _ := h.joins(admin, "test-user@zitadel.ch", "", "reader")
		e, _, err := h.signs("test-user@localhost")
		if adopt && (err != nil || e.Person != id) {
			t.Errorf("trusted: %+v %v", e, err)
		}
		if !adopt && err != ErrTaken {
			t.Errorf("not trusted: %+v %v", e, err)
		}
	}
}

// A provider that is away, or answers something else, keeps nobody from signing in another way.
func TestProviderAway(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	h := openWith(t, Options{Public: &url.URL{Scheme: "https", Host: "vigie.example.org"}, Provider: &Provider{Issuer: srv.URL, ClientID: "vigie", Name: "x"}})
	if _, _, err := h.BeginProvider(t.Context(), "/", here); !errors.Is(err, ErrProvider) {
		t.Errorf("%v", err)
	}
	h.setUp()
	if _, err := h.SignIn(t.Context(), "anne@example.org", phrase, here); err != nil {
		t.Error(err)
	}
}

func TestClaims(t *testing.T) {
	p := &providing{Provider: Provider{Issuer: "https://id.example", RolesClaim: "realm_access.roles", Roles: map[string][]account.Role{"a": {account.Legal}, "b": {account.Reader, account.Legal}},
		EntityClaim: "company", Entities: map[string]string{"SAS": "filiale", "SA": ""}}}
	for _, tt := range []struct {
		name   string
		claims map[string]any
		roles  string
		entity string
		placed bool
		email  string
	}{
		{"a path", map[string]any{"realm_access": map[string]any{"roles": []any{"a", "b", "c", 7}}, "company": "SAS", "email": " A@B.example "}, "reader legal", "filiale", true, "a@b.example"},
		{"a name with a dot", map[string]any{"realm_access.roles": "a", "company": []any{"x", "SA"}}, "legal", "", true, ""},
		{"nothing", map[string]any{}, "", "", false, ""},
		{"other types", map[string]any{"realm_access": "a", "company": 3.0, "email": true}, "", "", false, ""},
		{"an address that is none", map[string]any{"email": "a b <x@y.example>"}, "", "", false, ""},
	} {
		who := p.read("s", tt.claims)
		var roles []string
		for _, r := range who.roles {
			roles = append(roles, string(r))
		}
		if strings.Join(roles, " ") != tt.roles || who.entity != tt.entity || who.placed != tt.placed || who.email != tt.email {
			t.Errorf("%s: %+v", tt.name, who)
		}
	}
	p.Default = []account.Role{account.Reader}
	if who := p.read("s", nil); !slices.Equal(who.roles, p.Default) {
		t.Errorf("by default: %+v", who)
	}
}
