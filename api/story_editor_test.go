package api

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"vigie/api/service"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// editorWords are what somebody who writes a framework sees in each language.
type editorWords struct {
	begun, meant, at, kept, trial, published, changed, why string
}

var editors = map[string]editorWords{
	"fr": {begun: "Le brouillon est créé", meant: "vouliez-vous dire", at: "Caractère ", kept: "Enregistré dans le brouillon", trial: "Essai, non conservé", published: "Publié. Cette version est au journal", changed: "uelqu'un d'autre a modifié ce critère", why: "Un contrat négocié n'est pas toujours meilleur."},
	"en": {begun: "The draft is there", meant: "did you mean", at: "Character ", kept: "Kept in the draft", trial: "Trial, not kept", published: "Published. This version stands in the log", changed: "omebody else changed this criterion", why: "A negotiated contract is not always better."},
}

// enters replaces what stands in a field as somebody does who types, so that what listens to typing hears it.
func (p *person) enters(id, value string) {
	p.t.Helper()
	ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`(() => { const x = document.getElementById(`+quoted(id)+`); if (!x) return false;
		x.focus(); x.value = `+quoted(value)+`; x.dispatchEvent(new Event("input", {bubbles: true})); return true; })()`))
	if err != nil || !ok {
		p.t.Fatalf("at %s: nothing can be typed into %s: %v", p.at(), id, err)
	}
}

// Legal duplicates the framework, breaks a condition and reads what is wrong, mends it, tries the criterion and the draft on a
// real offering, publishes it, compares the two versions, and an offering is judged under the new one. What two people write
// at once is shown to the later one and lost to neither.
func TestFrameworkStory(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := editors[lang]
			h, _ := keepingHouse(t)
			p := signsIn(t, h, lang, "legal")
			p.open("/" + lang + "/frameworks")
			p.look("frameworks-" + lang)
			p.tick(`a[href$="/duplicate"]`)
			p.until("/duplicate")
			p.look("duplicate-" + lang)
			p.tick("main form button[type=submit]")
			p.until(w.begun)
			p.look("draft-" + lang)
			draft, _, _ := strings.Cut(p.at(), "?")

			// A condition is wrong: it is told while it is typed, with the place and what was perhaps meant.
			p.tick(`a[href$="/criteria/prv-dpa"]`)
			p.until("/criteria/prv-dpa")
			p.look("criterion-" + lang)
			p.enters("bands-1-when", `terms.dpaa == "none"`)
			p.until(w.meant)
			p.until(w.at + "1")
			p.tick(`.editor-bar button`)
			p.until(w.kept)
			p.until(w.meant)
			p.look("criterion-faulty-" + lang)
			p.open(draft)
			p.until(w.meant)
			p.look("draft-faulty-" + lang)
			p.open(draft + "/publish")
			p.until(w.meant)
			if n := p.count("form[action$='/publish']"); n != 0 {
				t.Error("a draft with faults can be published")
			}
			p.look("publish-faulty-" + lang)

			// Facts to choose from, beside the form.
			p.tick(`a[href*="/criteria/prv-dpa#"]`)
			p.until("/criteria/prv-dpa")
			p.enters("find-fact", "vendor_role")
			p.until("terms.vendor_role")
			p.until(`"controller"`)

			// Mended, and worth less.
			p.enters("bands-1-when", `terms.dpa == "none" || terms.vendor_role == "controller"`)
			p.enters("bands-4-score", "60")
			p.set("try-offering", "azure-openai-eu-gpt-5.5")
			p.set("try-use", "hr-personal-data")
			p.tick(`#trial button`)
			p.until(w.trial)
			p.look("criterion-tried-" + lang)

			// Somebody else was faster.
			h.changes(t, strings.TrimPrefix(draft, "/"+lang+"/frameworks/drafts/"), "prv-dpa", 33)
			p.enters("stale", "12")
			p.tick(`.editor-bar button`)
			p.until(w.changed)
			if got := p.valueOf("stale"); got != "12" {
				t.Errorf("what was written is %q after a conflict", got)
			}
			p.look("criterion-conflict-" + lang)
			p.tick(`.editor-bar button`)
			p.until(w.kept)

			// Weights, and the whole draft on the same offering.
			p.open(draft + "/about")
			p.look("about-" + lang)
			p.enters("w-0-0", "15")
			p.enters("w-1-0", "7")
			p.tick(`.editor-bar button`)
			p.until(w.kept)
			p.open(draft + "?offering=azure-openai-eu-gpt-5.5&use_case=hr-personal-data")
			p.until(w.trial)
			p.look("draft-tried-" + lang)

			p.open(draft + "/publish")
			p.look("publish-" + lang)
			p.set("reason-fr", "Un contrat négocié n'est pas toujours meilleur.")
			p.set("reason-en", "A negotiated contract is not always better.")
			p.tick(`form[action$='/publish'] button[type=submit]`)
			p.until(w.published)
			p.until(w.why)
			p.look("published-" + lang)
			if !strings.Contains(p.at(), "vigie-baseline@0.2.0") && !strings.Contains(p.at(), "vigie-baseline%400.2.0") {
				t.Errorf("it was published at %s", p.at())
			}
			p.tick(`a[href*="/frameworks/compare"]`)
			p.until("/frameworks/compare")
			p.look("compared-frameworks-" + lang)
			if got := p.text("main"); !strings.Contains(got, "14") || !strings.Contains(got, "60") {
				t.Errorf("what differs is %s", got)
			}
			p.open("/" + lang + "/frameworks")
			p.until(w.why)
			p.look("frameworks-two-" + lang)
			ctx := account.With(t.Context(), &account.Principal{Person: "p", Roles: []account.Role{account.Committee}})
			c, err := h.svc.Compare(ctx, service.CompareRequest{Offerings: compared[:2], UseCase: "hr-personal-data", On: today, Framework: "vigie-baseline@0.2.0"})
			if err != nil || len(c.Results) != 2 || c.Results[0].Assessment.FrameworkVersion != "0.2.0" {
				t.Errorf("%+v, %v", c, err)
			}
			if docs, err := h.svc.Documents(ctx, store.Assessment, nil, 0, 5); err != nil || len(docs) > 1 {
				t.Errorf("trials were kept: %v, %v", docs, err)
			}
		})
	}
}

// changes makes a change as somebody else does on another machine.
func (h *house) changes(t *testing.T, draft, criterion string, score int) {
	t.Helper()
	ctx := account.With(context.Background(), &account.Principal{Person: "other", Roles: []account.Role{account.Committee}})
	if _, err := h.svc.ChangeFramework(ctx, draft, wording.Textf("a band was changed", "un palier a été modifié"), func(d *service.FrameworkDraft) error {
		d.Framework.Criterion(criterion).Bands[2].Score = score
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// valueOf reads what stands in a field.
func (p *person) valueOf(id string) string {
	p.t.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.getElementById(`+quoted(id)+`).value`))
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}
