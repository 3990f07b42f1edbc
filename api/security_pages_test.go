package api

import (
	"context"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The addresses of what a page holds that lead on within the site, and what broke its policy.
const (
	links = `[...document.querySelectorAll("a[href]")].map(a => new URL(a.getAttribute("href"), location.href)).filter(u => u.origin === location.origin).map(u => u.pathname + u.search)`
	// What a page keeps in the browser, what it reaches, and what of it could run.
	kept = `[...window.violations.map(v => "policy: " + v),
		...Object.keys(localStorage).map(k => "kept: " + k), ...Object.keys(sessionStorage).map(k => "kept: " + k),
		...performance.getEntriesByType("resource").map(e => new URL(e.name)).filter(u => u.origin !== location.origin && u.protocol !== "data:").map(u => "reached: " + u),
		...[...document.querySelectorAll("iframe,object,embed,script:not([src]),style,[style],[onclick],[onload],[onerror],a[href^='javascript:'],a[href^='data:']")].map(x => "could run: " + x.outerHTML.slice(0, 100)),
		...[...document.querySelectorAll("input[type=password]")].filter(x => x.getAttribute("autocomplete") === "off" || x.onpaste).map(x => "keeps a password manager out: " + x.id)]`
)

// sort is what an address is one of: ids and values left out, names of parameters kept.
func sort(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	parts := strings.Split(u.Path, "/")
	for i, p := range parts {
		if i > 2 && !slices.Contains([]string{"assessment", "exposure", "alternatives", "questions", "what-if", "reason", "text", "candidates"}, p) && !(i == 3 && parts[2] == "records") {
			parts[i] = "…"
		}
	}
	var names []string
	for name := range u.Query() {
		names = append(names, regexp.MustCompile(`\..*`).ReplaceAllString(name, ""))
	}
	slices.Sort(names)
	return strings.Join(parts, "/") + "?" + strings.Join(slices.Compact(names), "&")
}

// crawl opens one page of each sort that links lead to, and says what is wrong with each.
func crawl(t *testing.T, ctx context.Context, base string, from []string) map[string]bool {
	t.Helper()
	seen, queue := map[string]bool{}, from
	for len(queue) > 0 && len(seen) < 110 {
		address := queue[0]
		queue = queue[1:]
		kind := sort(address)
		if seen[kind] || strings.Contains(address, ".csv") || strings.Contains(address, ".pdf") || strings.Contains(address, ".xlsx") || strings.HasPrefix(address, "/api/") || strings.Contains(address, ".ics") {
			continue
		}
		seen[kind] = true
		if err := chromedp.Do(ctx, chromedp.Navigate(base+address)); err != nil {
			if strings.Contains(err.Error(), "ERR_ABORTED") { // a file to save
				continue
			}
			t.Fatalf("%s: %v", address, err)
		}
		wrong, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](kept))
		if err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		for _, w := range wrong {
			t.Errorf("%s: %s", address, w)
		}
		more, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](links))
		if err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		queue = append(queue, more...)
	}
	return seen
}

// watched is a tab that notes every break of the policy from the first moment of a page on.
func watched(t *testing.T) context.Context {
	t.Helper()
	ctx := browser(t)
	if err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: broken})
		return err
	})); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// S17: a browser that follows every sort of link of a demonstration, and of a house as its administrator, meets no break
// of the policy, nothing that could run, nothing of another site, and keeps nothing.
func TestNoPageBreaksThePolicy(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	ctx := watched(t)
	var from []string
	for _, path := range pagesToSee {
		from = append(from, "/fr"+path)
	}
	slices.Sort(from)
	demo := httptest.NewServer(testHandler(t))
	t.Cleanup(demo.Close)
	seen := crawl(t, ctx, demo.URL, append([]string{"/", "/docs"}, from...))
	if len(seen) < 40 {
		t.Errorf("%d sorts of pages of a demonstration were seen", len(seen))
	}

	h, _ := keepingHouse(t)
	srv := httptest.NewServer(h.engine)
	t.Cleanup(srv.Close)
	link, err := h.Access.SetupLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, ctx: ctx, base: srv.URL}
	out := crawl(t, ctx, srv.URL, []string{"/fr/signin", LinkPath("fr", link), "/en/welcome?pass=x"})
	p.open(LinkPath("fr", link))
	p.fill("name", "Anne Onyme", "email", "anne@example.org", "password", phrase)
	p.until("Compte")
	within := crawl(t, ctx, srv.URL, append([]string{"/fr/account", "/fr/people", "/fr/records/vendor/mistral"}, from...))
	if len(within) < 40 || !within["/fr/people?"] {
		t.Errorf("%d sorts of pages were seen signed in", len(within))
	}
	t.Logf("pages: %d of a demonstration, %d signed out, %d signed in", len(seen), len(out), len(within))
}

// The policy itself: nothing by default, no inline, no eval, no other site, no frame around it.
func TestPolicyAllowsLittle(t *testing.T) {
	for _, part := range strings.Split(policy, ";") {
		name, values, _ := strings.Cut(strings.TrimSpace(part), " ")
		if values != "'none'" && values != "'self'" || name == "default-src" && values != "'none'" {
			t.Errorf("%s allows %s", name, values)
		}
	}
	for _, needed := range []string{"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"} {
		if !strings.Contains(policy, needed) {
			t.Errorf("the policy lacks %s", needed)
		}
	}
}
