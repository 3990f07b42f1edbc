package api

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// storyWords are what somebody sees in each language on the way.
type storyWords struct {
	vendorMade, recorded, held, factRefused, day, name string
}

var stories = map[string]storyWords{
	"fr": {vendorMade: "La fiche est créée", recorded: "C'est au journal", held: "Votre session a pris fin", factRefused: "Cela n'a pas pu être fait", day: "24 novembre 2026", name: "Aurore IA"},
	"en": {vendorMade: "The record is there", recorded: "It stands in the log", held: "Your session has ended", factRefused: "This could not be done", day: "24 November 2026", name: "Aurora AI"},
}

// signsIn opens a browser of somebody with the roles.
func signsIn(t *testing.T, h *house, lang string, roles ...string) *person {
	t.Helper()
	ctx := browser(t)
	srv := httptest.NewServer(h.engine)
	t.Cleanup(srv.Close)
	p := &person{t: t, ctx: ctx, base: strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)}
	h.joins(h.administrator(), "jean@example.org", "", roles...)
	if err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: broken})
		return err
	}), media(look{scheme: "light"}), chromedp.EmulateViewport(1440, 900)); err != nil {
		t.Fatal(err)
	}
	// The window is in front, as that of somebody who types is.
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	p.open("/" + lang + "/signin")
	p.tab("#email")
	p.keys("jean@example.org")
	p.tab("#password")
	p.keys(phrase + "\r")
	p.do(chromedp.WaitVisible("details.menu"))
	return p
}

// look holds a page against what every page must be, on a small and a large screen.
func (p *person) look(name string) {
	p.t.Helper()
	for _, width := range []int64{360, 1440} {
		p.do(chromedp.EmulateViewport(width, 900))
		wrong, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]string](structure))
		if err != nil {
			p.t.Fatal(err)
		}
		for _, w := range wrong {
			p.t.Errorf("%s at %d: %s", p.at(), width, w)
		}
		if shots := os.Getenv("VIGIE_SHOTS"); shots != "" {
			picture(p.t, p.ctx, filepath.Join(shots, "story-"+name+"-"+itoa(int(width))+".png"))
		}
	}
	if shots := os.Getenv("VIGIE_SHOTS"); shots != "" {
		p.do(media(look{scheme: "dark"}))
		picture(p.t, p.ctx, filepath.Join(shots, "story-"+name+"-dark.png"))
		p.do(media(look{scheme: "light"}))
	}
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		p.t.Fatal(err)
	}
	for _, w := range runAxe(p.t, p.ctx, string(axe), `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]`) {
		p.t.Errorf("%s: %s", p.at(), w)
	}
}

// set puts a value where something may stand already.
func (p *person) set(id, value string) {
	p.t.Helper()
	ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`(() => { const x = document.getElementById(`+quoted(id)+`); if (!x) return false;
		x.focus(); x.value = `+quoted(value)+`; x.dispatchEvent(new Event("change", {bubbles: true})); return x.value === `+quoted(value)+`; })()`))
	if err != nil || !ok {
		p.t.Fatalf("at %s: %q cannot be put into %s: %v", p.at(), value, id, err)
	}
}

// tick presses a box or a button.
func (p *person) tick(selector string) { p.t.Helper(); p.do(chromedp.Click(selector)) }

// upload chooses a file.
func (p *person) upload(id, file string) {
	p.t.Helper()
	p.do(chromedp.SetUploadFiles("#"+id, []string{file}))
}

// text reads what an element shows.
func (p *person) text(selector string) string {
	p.t.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.querySelector(`+quoted(selector)+`).innerText`))
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

const termsText = `# Service terms

## 4. Your data

4.1 The provider hosts the service in France and Germany only.

4.2 The provider never trains models on the content of its customers.

4.3 Prompts and outputs are kept for 30 days at most.
`

// Procurement enters a new vendor, model and offering from a document, and sees the score of the offering move.
func TestProcurementStory(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			w := stories[lang]
			h, _ := keepingHouse(t)
			p := signsIn(t, h, lang, "procurement")
			file := filepath.Join(t.TempDir(), "terms.md")
			if err := os.WriteFile(file, []byte(termsText), 0o600); err != nil {
				t.Fatal(err)
			}
			// The document comes in once.
			p.open("/" + lang + "/sources/new")
			p.set("src-title", "Aurora service terms")
			p.tick(`form[enctype] button[type=submit]`)
			p.until(w.factRefused)
			if got := p.text(".errors"); !strings.Contains(got, map[string]string{"fr": "nature", "en": "kind"}[lang]) {
				t.Errorf("what is wrong with a source: %s", got)
			}
			p.look("newsource-" + lang)
			p.upload("src-file", file)
			p.set("src-kind", "contract")
			p.tick("#src-undated")
			p.tick(`form[enctype] button[type=submit]`)
			p.until("/sources/aurora-service-terms")
			p.until("never trains models")
			p.look("source-" + lang)

			// The vendor: refused without a headquarters that exists, then made.
			p.open("/" + lang + "/new/vendor")
			p.tick("#from-existing")
			p.set("source", "aurora-service-terms")
			p.set("v-vendor-name", w.name)
			p.set("v-vendor-headquarters_country", "Frence")
			p.tick(`form[enctype] > p button[type=submit]`)
			p.until(w.factRefused)
			p.look("newvendor-" + lang)
			p.set("v-vendor-headquarters_country", "France")
			p.tick(`form[enctype] > p button[type=submit]`)
			p.until(w.vendorMade)
			p.look("vendorsheet-" + lang)

			// The model, whose maker is there and whose licence is not.
			p.open("/" + lang + "/new/model")
			p.tick("#from-existing")
			p.set("source", "aurora-service-terms")
			p.set("v-model-name", "Aurora 1")
			p.set("v-model-provider", w.name)
			p.set("v-model-licence", "Aurora Community Licence")
			p.tick(`form[enctype] > p button[type=submit]`)
			p.until(w.factRefused)
			p.tick("#new-v-model-licence")
			p.tick(`form[enctype] > p button[type=submit]`)
			p.until(w.vendorMade)

			// The offering, and how it stands.
			p.open("/" + lang + "/new/offering")
			p.tick("#from-existing")
			p.set("source", "aurora-service-terms")
			p.set("v-offering-name", "Aurora API")
			p.set("v-offering-vendor", w.name)
			p.set("v-offering-models-0", "Aurora 1")
			p.tick("#c-v-offering-models")
			p.set("v-offering-terms", "Aurora API terms")
			p.tick("#new-v-offering-terms")
			p.tick("#v-offering-deployment-shared_api")
			p.set("v-offering-processing_countries-0", "France")
			p.tick(`form[enctype] > p button[type=submit]`)
			p.until(w.vendorMade)
			p.look("offeringsheet-" + lang)
			before := p.text("#score")

			// A fact of the terms, read beside the form with the quoted passage marked.
			p.open("/" + lang + "/records/terms/aurora-api-terms/facts/terms.trains_on_customer_data?source=aurora-service-terms&find=never+trains+models")
			if got := p.text(".paper mark"); got != "never trains models" {
				t.Errorf("the marked passage is %q", got)
			}
			p.look("fact-" + lang)
			p.tick("#v-terms-trains_on_customer_data-never_by_contract")
			p.tick(`#claim form[enctype] button[name=then]`)
			p.until("facts/terms.feedback_use")
			p.open("/" + lang + "/records/terms/aurora-api-terms/sections/terms_data?source=aurora-service-terms")
			p.look("section-" + lang)
			p.tick("#from-existing")
			p.set("source", "aurora-service-terms")
			p.set("v-terms-retention_days", "30")
			p.set("l-v-terms-retention_days", "4.3")
			p.tick(`form[enctype] > p button[type=submit]`)
			p.until(w.recorded)
			p.open("/" + lang + "/records/offering/aurora-api/sheet")
			if after := p.text("#score"); after == before {
				t.Errorf("the score stays %s", after)
			}
		})
	}
}

// count tells how many elements fit.
func (p *person) count(selector string) int {
	p.t.Helper()
	n, err := chromedp.Run(p.ctx, chromedp.Evaluate[int](`document.querySelectorAll(`+quoted(selector)+`).length`))
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}
