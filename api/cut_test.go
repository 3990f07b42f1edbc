package api

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"vigie/catalog"
)

// offline cuts the network of a tab, or gives it back. Only addresses that fit the pattern are cut; empty: all.
func (p *person) offline(cut bool, pattern string) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		if _, err := cdp.Call(ctx, tab, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		conditions := []*network.Conditions{}
		if cut {
			conditions = append(conditions, &network.Conditions{URLPattern: pattern, Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
		}
		_, err := cdp.Call(ctx, tab, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: conditions})
		return err
	}))
}

// kept tells how many forms the tab keeps.
func (p *person) kept() int {
	p.t.Helper()
	n, err := chromedp.Run(p.ctx, chromedp.Evaluate[int](`Object.keys(sessionStorage).filter(k => k.startsWith("vigie.draft.")).length`))
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

// types writes into a field as a keyboard does.
func (p *person) types(id, what string) { p.t.Helper(); p.do(chromedp.SendKeys("#"+id, what)) }

func (p *person) value(id string) string {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.getElementById(`+quoted(id)+`).value`))
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

// cutWords are what somebody sees when the network breaks.
var cutWords = map[string]struct{ offline, kept, put, discard, recorded, large, signedOut string }{
	"fr": {"L’envoi n’est pas parti", "n’a pas été enregistré", "Le remettre", "L’abandonner", "C’est au journal", "trop volumineux", "Se connecter"},
	"en": {"This could not be sent", "was not recorded", "Put it back", "Discard", "It stands in the log", "too large", "Sign in"},
}

// A network that breaks in the middle of a save loses nothing: the page says so and keeps what was written; the page
// opened again offers it; sent twice it is recorded once. A pasted text that is too large gets a page that says so.
func TestNetworkCut(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := cutWords[lang]
			h, _ := keepingHouse(t)
			p := signsIn(t, h, lang, "procurement")
			at := "/" + lang + "/records/vendor/mistral/facts/vendor.employees"
			send := `#claim form[enctype] button[type=submit]:not([name])`
			p.open(at)
			if n := p.kept(); n != 0 {
				t.Errorf("%d forms are kept of which nothing was written", n)
			}
			p.set("v-vendor-employees", "")
			p.types("v-vendor-employees", "1234")
			p.tick("#from-none")
			p.offline(true, "")
			p.tick(send)
			p.until(w.offline)
			if got := p.value("v-vendor-employees"); got != "1234" {
				t.Errorf("after the cut the field holds %q", got)
			}
			focused, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.activeElement.getAttribute("role") || ""`))
			if err != nil || focused != "alert" {
				t.Errorf("the focus is on %q: %v", focused, err)
			}
			p.offline(false, "")
			p.look("cut-" + lang)

			// The page is left and opened again.
			p.open("/" + lang + "/laws")
			p.open(at)
			p.until(w.kept)
			if got := p.value("v-vendor-employees"); got == "1234" {
				t.Error("the page puts back what was written without being asked")
			}
			p.look("draft-" + lang)
			p.tick(".draft button")
			if got := p.value("v-vendor-employees"); got != "1234" {
				t.Errorf("put back, the field holds %q", got)
			}
			// It goes out, and the answer is lost: the store has it, the tab does not know.
			p.offline(true, "*://*:*/*/sheet*")
			p.do(chromedp.Click(send))
			p.until("ERR_INTERNET_DISCONNECTED")
			p.offline(false, "")
			p.open(at)
			if n := claims(t, h, "vendor.employees", "1234"); n != 1 {
				t.Errorf("it is recorded %d times", n)
			}
			p.set("v-vendor-employees", "")
			p.types("v-vendor-employees", "1500")
			p.open(at)
			p.until(w.kept)
			p.tick(".draft button.plain-button")
			if p.kept() != 0 || p.value("v-vendor-employees") != "1234" {
				t.Errorf("discarded, %d forms are kept and the field holds %q", p.kept(), p.value("v-vendor-employees"))
			}

			// Five megabytes pasted where the browser was kept from counting.
			if _, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`(() => { const x = document.getElementById("note"); x.removeAttribute("maxlength"); x.value = "x".repeat(5 << 20); return true; })()`)); err != nil {
				t.Fatal(err)
			}
			p.tick(send)
			p.until(w.large)
			p.look("large-" + lang)

			// Signing out forgets everything.
			p.open("/" + lang + "/records/vendor/mistral/facts/vendor.remark")
			p.types("v-vendor-remark", "a secret")
			if p.kept() == 0 {
				t.Error("nothing is kept of what is being written")
			}
			p.tick("details.menu summary")
			p.tick(`form[action$="/signout"] button`)
			p.until(w.signedOut)
			if n := p.kept(); n != 0 {
				t.Errorf("%d forms are kept after signing out", n)
			}
		})
	}
}

// claims counts the claims of a fact of Mistral that say a number.
func claims(t *testing.T, h *house, path, says string) int {
	t.Helper()
	c, err := h.store.Claims(t.Context(), catalog.Ref{Kind: catalog.Vendor, ID: "mistral"}, path)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, x := range c.Claims {
		if x.Value != nil && x.Value.Num == says {
			n++
		}
	}
	return n
}
