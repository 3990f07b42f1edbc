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
	"github.com/chromedp/chromedp/kb"
)

// storyWords are what somebody sees in each language on the way.
type storyWords struct {
	vendorMade, recorded, held, factRefused, day, name                          string
	account, sources, newSource, recordSource, contract                         string
	vendors, models, offerings, newRecord, create                               string
	facts, sheet, data, trains, next, backToSheet, fill, openDoc, recordSection string
}

var stories = map[string]storyWords{
	"fr": {vendorMade: "La fiche est créée", recorded: "C'est au journal", held: "Votre session a pris fin", factRefused: "Cela n'a pas pu être fait", day: "24 novembre 2026", name: "Aurore IA",
		account: "Compte", sources: "Sources", newSource: "Nouvelle source", recordSource: "Enregistrer la source", contract: "ontrat",
		vendors: "Fournisseurs", models: "Modèles", offerings: "Offres", newRecord: "Nouvelle fiche", create: "Créer la fiche",
		facts: "Tous les faits de cette offre", sheet: "Ouvrir la fiche à remplir", data: "Les conditions : vos données", trains: "Renseigner Vos conversations", next: "Enregistrer et passer", backToSheet: "Fiche", fill: "Remplir cette rubrique", openDoc: "Ouvrir", recordSection: "Enregistrer ce qui est rempli"},
	"en": {vendorMade: "The record is there", recorded: "It stands in the log", held: "Your session has ended", factRefused: "This could not be done", day: "24 November 2026", name: "Aurora AI",
		account: "Account", sources: "Sources", newSource: "New source", recordSource: "Record the source", contract: "ontract",
		vendors: "Vendors", models: "Models", offerings: "Offerings", newRecord: "New record", create: "Create the record",
		facts: "All facts of this offering", sheet: "Open the sheet", data: "The terms: your data", trains: "Fill in Are your conversations", next: "Record, and go on", backToSheet: "Sheet", fill: "Fill in this section", openDoc: "Open", recordSection: "Record what is filled in"},
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
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		p.t.Fatal(err)
	}
	for _, w := range runAxe(p.t, p.ctx, string(axe), `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]`) {
		p.t.Errorf("%s: %s", p.at(), w)
	}
	p.do(media(look{scheme: "dark"})) // only colours differ
	for _, w := range runAxe(p.t, p.ctx, "", `{type: "rule", values: ["color-contrast"]}`) {
		p.t.Errorf("%s in the dark: %s", p.at(), w)
	}
	if shots := os.Getenv("VIGIE_SHOTS"); shots != "" {
		picture(p.t, p.ctx, filepath.Join(shots, "story-"+name+"-dark.png"))
	}
	p.do(media(look{scheme: "light"}))
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
			t.Parallel()
			w := stories[lang]
			h, _ := keepingHouse(t)
			p := signsIn(t, h, lang, "procurement")
			file := filepath.Join(t.TempDir(), "terms.md")
			if err := os.WriteFile(file, []byte(termsText), 0o600); err != nil {
				t.Fatal(err)
			}
			// The document comes in once.
			p.follow(w.account, w.sources)
			p.follow(w.sources, "/"+lang+"/sources")
			p.main()
			p.follow(w.newSource, "/"+lang+"/sources/new")
			p.main()
			p.write("#src-title", "Aurora service terms")
			p.follow(w.recordSource, w.factRefused)
			p.onError()
			if got := p.text(".errors"); !strings.Contains(got, map[string]string{"fr": "nature", "en": "kind"}[lang]) {
				t.Errorf("what is wrong with a source: %s", got)
			}
			p.look("newsource-" + lang)
			p.choose("#src-kind", w.contract)
			p.brings("src-file", file)
			p.check("#src-undated")
			p.follow(w.recordSource, "/sources/aurora-service-terms")
			p.until("never trains models")
			p.look("source-" + lang)

			// The vendor: refused without a headquarters that exists, then made.
			p.follow(w.vendors, "/"+lang+"/records/vendor")
			p.main()
			p.follow(w.newRecord, "/"+lang+"/new/vendor")
			p.main()
			p.cites()
			p.write("#v-vendor-name", w.name)
			p.write("#v-vendor-headquarters_country", "Frence")
			p.follow(w.create, w.factRefused)
			p.onError()
			p.look("newvendor-" + lang)
			p.write("#v-vendor-headquarters_country", "France")
			p.back("#v-vendor-name")
			if s := p.stop(); s.Value != w.name {
				t.Errorf("the name that was typed is %q after a refusal", s.Value)
			}
			p.follow(w.create, w.vendorMade)
			p.look("vendorsheet-" + lang)

			// The model, whose maker is there and whose licence is not.
			p.follow(w.models, "/"+lang+"/records/model")
			p.main()
			p.follow(w.newRecord, "/"+lang+"/new/model")
			p.main()
			p.cites()
			p.write("#v-model-name", "Aurora 1")
			p.finds("#v-model-provider", w.name, kb.ArrowDown)
			p.write("#v-model-licence", "Aurora Community Licence")
			p.do(chromedp.WaitVisible(`.combo-list:not([hidden]) [role=option]`))
			p.keys(kb.Escape)
			if s := p.stop(); s.Value != "Aurora Community Licence" || p.count(".combo-list:not([hidden])") != 0 {
				t.Errorf("Escape leaves the list open, or what was typed is not kept: %+v", s)
			}
			p.follow(w.create, w.factRefused)
			p.onError()
			p.check("#new-v-model-licence")
			p.follow(w.create, w.vendorMade)

			// The offering, and how it stands.
			p.follow(w.models, "/"+lang+"/records/model")
			p.main()
			p.follow(w.offerings, "/"+lang+"/records/offering")
			p.main()
			p.follow(w.newRecord, "/"+lang+"/new/offering")
			p.main()
			p.cites()
			p.write("#v-offering-name", "Aurora API")
			p.finds("#v-offering-vendor", w.name, kb.ArrowDown)
			p.finds("#v-offering-models-0", "Aurora 1", kb.ArrowDown)
			p.check("#c-v-offering-models")
			p.finds("#v-offering-terms", "Aurora API terms", kb.ArrowUp)
			if s := p.tab("#new-v-offering-terms"); !s.Checked {
				t.Error("terms that were chosen to be created are not")
			}
			p.radio("#v-offering-deployment-public_service", "v-offering-deployment-shared_api")
			p.write("#v-offering-processing_countries-0", "France")
			p.follow(w.create, w.vendorMade)
			p.look("offeringsheet-" + lang)
			before := p.text("#score")

			// A fact of the terms, read beside the form with the quoted passage marked.
			p.main()
			p.follow("Aurora API terms", "/records/terms/aurora-api-terms")
			p.main()
			p.follow(w.sheet, "/sheet")
			p.main()
			p.follow(w.data, w.fill)
			p.follow(w.trains, "/facts/terms.trains_on_customer_data")
			p.main()
			p.choose("#doc", "Aurora service terms")
			p.write("#find", "never trains models")
			p.keys(kb.Enter)
			p.until("find=never")
			if got := p.text(".paper mark"); got != "never trains models" {
				t.Errorf("the marked passage is %q", got)
			}
			p.look("fact-" + lang)
			p.main()
			p.radio("#v-terms-trains_on_customer_data-never_by_contract", "v-terms-trains_on_customer_data-never_by_contract")
			p.follow(w.next, "facts/terms.feedback_use")

			// And several at once, in the form of their section.
			p.main()
			p.follow(w.backToSheet, "/records/terms/aurora-api-terms/sheet")
			p.back(w.fill) // the sheet opens at the line of the fact
			p.keys(kb.Enter)
			p.until("/sections/terms_data")
			p.main()
			p.choose("#doc", "Aurora service terms")
			p.follow(w.openDoc, "source=aurora-service-terms")
			p.look("section-" + lang)
			p.main()
			p.write("#v-terms-retention_days", "30")
			p.write("#l-v-terms-retention_days", "4.3")
			p.follow(w.recordSection, w.recorded)

			// The score of the offering has moved.
			p.search("Aurora API", "/"+lang+"/search")
			p.main()
			p.follow("Aurora API", "/offerings/aurora-api")
			p.main()
			p.follow(w.facts, "/records/offering/aurora-api")
			p.main()
			p.follow(w.sheet, "/records/offering/aurora-api/sheet")
			if after := p.text("#score"); after == before {
				t.Errorf("the score stays %s", after)
			}
		})
	}
}

// cites says that what follows stands in the document that came in, whose title is typed until the list is on it.
func (p *person) cites() {
	p.t.Helper()
	p.radio("#from-new", "from-existing")
	p.tab("#source")
	p.keys("Aurora service")
	if s := p.stop(); !strings.HasPrefix(s.Value, "Aurora service terms") {
		p.t.Errorf("at %s the list of sources is on %q", p.at(), s.Value)
	}
}

// finds types into a field that searches, and takes what a key of the arrows goes to first among what it offers.
func (p *person) finds(want, typed, key string) {
	p.t.Helper()
	p.write(want, typed)
	p.do(chromedp.WaitVisible(`.combo-list:not([hidden]) [role=option]`))
	p.keys(key)
	p.do(chromedp.WaitVisible(`.combo-list:not([hidden]) [aria-selected=true]`))
	p.strikes("Enter", "Enter", "\r", 13)
	if s := p.stop(); s.Value != typed || p.count(".combo-list:not([hidden])") != 0 {
		p.t.Errorf("at %s: %q was chosen, the field holds %+v and its list is open %d times", p.at(), typed, s, p.count(".combo-list:not([hidden])"))
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
