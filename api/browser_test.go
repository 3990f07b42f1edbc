package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// browser opens a tab of the machine's Chromium. Without one the test is skipped, and fails in CI.
func browser(t *testing.T) context.Context {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		t.Cleanup(cancel)
		ctx, end := chromedp.NewContext(ctx, chromedp.WithAllocatorOptions(chromedp.ExecPath(path), chromedp.NoSandbox,
			chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true)))
		t.Cleanup(end)
		return ctx
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no Chromium on this machine")
	}
	t.Skip("no Chromium on this machine: pages are not tried in a real browser")
	return nil
}

// broken notes every violation of the policy from the first moment of a page on.
const broken = `window.violations = []; addEventListener("securitypolicyviolation", e => violations.push(e.violatedDirective + " " + e.blockedURI));`

// structure gives what is wrong with a page for someone who cannot see it or has a small screen.
const structure = `(() => {
  const bad = [...window.violations].map(v => "policy: " + v);
  const say = (what, el) => bad.push(what + (el ? ": " + el.outerHTML.slice(0, 120) : ""));
  if (!["fr", "en"].includes(document.documentElement.lang)) say("no language");
  if (!document.title.trim()) say("no title");
  if (document.querySelectorAll("main").length !== 1) say("not one main");
  if (document.querySelectorAll("h1").length !== 1) say("not one h1");
  let last = 1;
  for (const h of document.querySelectorAll("h1,h2,h3,h4,h5,h6")) {
    const level = +h.tagName[1];
    if (level > last + 1) say("a level of heading is skipped", h);
    if (!h.textContent.trim()) say("an empty heading", h);
    last = level;
  }
  for (const x of document.querySelectorAll("input:not([type=hidden]),select,textarea"))
    if ((!x.labels || !x.labels.length) && !(x.getAttribute("aria-label") || "").trim()) say("a field without label", x);
  for (const x of document.querySelectorAll("a[href],button,summary"))
    if (!(x.getAttribute("aria-label") || x.textContent).trim()) say("a control without name", x);
  const ids = new Set();
  for (const x of document.querySelectorAll("[id]")) { if (ids.has(x.id)) say("an id twice", x); ids.add(x.id); }
  for (const x of document.querySelectorAll("a[href^='#']"))
    if (!document.getElementById(decodeURIComponent(x.getAttribute("href").slice(1)))) say("a link to nothing on the page", x);
  for (const x of document.querySelectorAll("[aria-labelledby]"))
    for (const id of x.getAttribute("aria-labelledby").split(" ")) if (!ids.has(id)) say("named by nothing", x);
  for (const x of document.querySelectorAll("svg:not([aria-hidden=true]):not([role=img]):not([role=group][aria-labelledby])")) say("a drawing that is neither hidden nor named", x);
  for (const x of document.querySelectorAll("table")) if (!x.querySelector("th[scope]")) say("a table without headers", x);
  for (const x of document.querySelectorAll("[style],script:not([src]),style")) say("inline", x);
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) say("wider than the screen by " + wide + " px");
  for (const x of document.querySelectorAll("main button, main .button, main input, main select"))
    { const r = x.getBoundingClientRect(); if (r.height && r.height < 24) say("too small to touch", x); }
  return bad;
})()`

// look is one way of looking at a page.
type look struct {
	name   string
	width  int64
	scheme string
	media  string
}

// Each language is seen on a small and a large screen; the rest does not depend on the language.
var looks = map[string][]look{
	"fr": {{"360", 360, "light", ""}, {"768", 768, "light", ""}, {"1440", 1440, "light", ""}, {"dark", 1440, "dark", ""}, {"2560", 2560, "light", ""}, {"print", 794, "light", "print"}},
	"en": {{"360", 360, "light", ""}, {"1440", 1440, "light", ""}, {"dark", 1440, "dark", ""}},
}

// TestPagesInABrowser opens every page in both languages on small and large screens, in the dark and on paper. With
// VIGIE_SHOTS=folder it keeps a picture of each; with
// VIGIE_PAGES=home,judged it opens only those. axe-core (testdata, MPL-2.0) finds no violation of WCAG 2.2 A and AA on
// any page, in either language, light and dark.
func TestPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	srv := httptest.NewServer(testHandler(t))
	t.Cleanup(srv.Close)
	shots := os.Getenv("VIGIE_SHOTS")
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	only := os.Getenv("VIGIE_PAGES")
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			ctx := browser(t)
			if err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
				_, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: broken})
				return err
			})); err != nil {
				t.Fatal(err)
			}
			for name, path := range pagesToSee {
				if only != "" && !slices.Contains(strings.Split(only, ","), name) {
					continue
				}
				if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(srv.URL+"/"+lang+path)); err != nil {
					t.Fatalf("%s %s: %v", lang, path, err)
				}
				for _, l := range looks[lang] { // the same page, looked at otherwise: nothing of it depends on how it was opened
					if err := chromedp.Do(ctx, media(l), chromedp.EmulateViewport(l.width, 900)); err != nil {
						t.Fatalf("%s %s at %s: %v", lang, path, l.name, err)
					}
					wrong, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](structure))
					if err != nil {
						t.Fatal(err)
					}
					switch {
					case l.name == "1440":
						wrong = append(wrong, runAxe(t, ctx, string(axe), `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]`)...)
					case l.scheme == "dark": // only colours differ
						wrong = append(wrong, runAxe(t, ctx, "", `{type: "rule", values: ["color-contrast"]}`)...)
					}
					for _, w := range wrong {
						t.Errorf("/%s%s at %s: %s", lang, path, l.name, w)
					}
					if shots != "" {
						picture(t, ctx, filepath.Join(shots, fmt.Sprintf("%s-%s-%s.png", name, lang, l.name)))
					}
				}
			}
		})
	}
}

func media(l look) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: l.media,
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	})
}

func picture(t *testing.T, ctx context.Context, file string) {
	t.Helper()
	img, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, img, 0o644); err != nil {
		t.Fatal(err)
	}
}

// runAxe gives what axe-core finds against some of its rules. It is loaded into the page first, unless it is there already.
func runAxe(t *testing.T, ctx context.Context, axe, rules string) []string {
	t.Helper()
	if axe != "" {
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[json.RawMessage](axe+"; 1")); err != nil {
			t.Fatal(err)
		}
	}
	out, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`axe.run(document, {runOnly: `+rules+`}).then(r =>
		r.violations.flatMap(v => v.nodes.map(n => "axe: " + v.id + ": " + n.html.slice(0, 140) + " " + (n.any[0] ? n.any[0].message : ""))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestKeyboard goes through the first page by keyboard alone: the first stop skips to the content, and every stop is
// visible.
func TestKeyboard(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	ctx := browser(t)
	srv := httptest.NewServer(testHandler(t))
	t.Cleanup(srv.Close)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(srv.URL+"/en/")); err != nil {
		t.Fatal(err)
	}
	var stops []string
	for range 20 {
		if err := chromedp.Do(ctx, chromedp.KeyEvent("\t")); err != nil {
			t.Fatal(err)
		}
		stop, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => { const x = document.activeElement, r = x.getBoundingClientRect(), s = getComputedStyle(x);
			return (r.width > 1 && r.height > 1 && r.top >= 0 && s.outlineStyle !== "none" ? "" : "HIDDEN ") + (x.getAttribute("aria-label") || x.id || x.textContent.trim()); })()`))
		if err != nil {
			t.Fatal(err)
		}
		stops = append(stops, stop)
	}
	for _, stop := range stops {
		if strings.HasPrefix(stop, "HIDDEN") {
			t.Errorf("the keyboard stops where nothing is seen: %s", stop)
		}
	}
	got := strings.Join(stops[:14], " | ")
	want := "Skip to the content | Vigie | q | Search | Français | Offerings | Compare | Use cases | Decisions | Vendors | Models | Licences | Laws | Framework"
	if got != want {
		t.Errorf("first stops of the keyboard:\n got %s\nwant %s", got, want)
	}
}
