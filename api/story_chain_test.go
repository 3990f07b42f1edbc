package api

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// chainWords are what somebody sees in each language while they edit a chain.
type chainWords struct {
	over, circle, ended, withdrawn, until, decimal, percent, all string
}

var chains = map[string]chainWords{
	"fr": {over: "totalisent 107,5", circle: "se détiennent en cercle", ended: "Participations qui ont pris fin", withdrawn: "Retiré", until: "23/11/2026", decimal: "12,5", percent: "\u00a0%", all: "done=recorded"},
	"en": {over: "add up to 107.5", circle: "in a circle", ended: "Stakes that have ended", withdrawn: "Withdrawn", until: "23 November 2026", decimal: "12.5", percent: "%", all: "done=recorded"},
}

// says gives what a script on the page finds.
func (p *person) says(expression string) string {
	p.t.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`String(`+expression+`)`))
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// sends gives in the form beside the picture, with no source read.
func (p *person) sends() {
	p.t.Helper()
	p.says(`(document.getElementById("from-none").click(), document.querySelector("#chain-form > p button").click())`)
}

// picks types into a field that completes, waits for what it offers and takes the offer that the key goes to first.
func (p *person) picks(id, typed, key string) {
	p.t.Helper()
	p.do(chromedp.SendKeys("#"+id, typed), chromedp.WaitVisible(`.combo-list:not([hidden]) [role=option]`), chromedp.SendKeys("#"+id, key), chromedp.WaitVisible(`.combo-list [aria-selected=true]`), chromedp.SendKeys("#"+id, "\r"),
		chromedp.WaitNotPresent(`.combo-list:not([hidden])`))
}

// Procurement corrects a chain on its drawing: a share, a new owner that is there, one that is not, an end, a withdrawal.
// What does not add up is told in words.
func TestChainIsEditedOnItsDrawing(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w, recorded := chains[lang], stories[lang].recorded
			h, _ := keepingHouse(t)
			p := signsIn(t, h, lang, "procurement")
			at := "/" + lang + "/records/vendor/mistral/chain"
			p.open("/" + lang + "/records/vendor/mistral/sheet")
			p.do(press(`a[href$="/chain"]`))
			p.until(at)
			p.look("chain-" + lang)

			// A share is chosen in the picture, by keyboard; its form opens beside it and the picture stays.
			p.do(press(`.chain-svg a.label[href*="link=stake"]`), chromedp.WaitVisible("#chain-form"))
			p.until("link=stake")
			p.look("chainshare-" + lang)
			p.set("v-stake-percent", "a lot")
			p.sends()
			p.until(stories[lang].factRefused)
			if got := p.says(`document.getElementById("v-stake-percent").value + document.getElementById("v-stake-percent").getAttribute("aria-invalid")`); got != "a lottrue" {
				t.Errorf("what was typed and refused is %q", got)
			}
			p.look("chainrefused-" + lang)
			// Said without a source, it does not outweigh what was read: the line asks to be settled.
			p.set("v-stake-percent", w.decimal)
			p.sends()
			p.until(recorded)
			if p.count(`.row-do a[href$="facts/stake.percent#contradictions"]`) != 1 {
				t.Error("nothing leads to the contradiction")
			}
			p.do(press(`.chain-svg a.label[href*="link=stake"]`), chromedp.WaitVisible("#chain-form"))
			p.set("v-stake-percent", w.decimal)
			p.tick("#from-existing")
			p.set("source", p.says(`document.querySelector("#source optgroup option").value`))
			p.tick(`#chain-form > p button`)
			p.until(w.decimal + w.percent)
			if got := p.says(`document.querySelector(".chain-svg a.label[href*='link=stake']").textContent`); !strings.Contains(got, w.decimal) {
				t.Errorf("the picture says %q", got)
			}

			// An owner that is in the catalogue, found while typing: the shares are too many now.
			p.do(press(`.chain-add a[href*="add=stake"]`), chromedp.WaitVisible("#v-stake-owner"))
			p.picks("v-stake-owner", "micros", kb.ArrowDown)
			if got := p.says(`document.getElementById("v-stake-owner").value`); got != "Microsoft" {
				t.Errorf("the field holds %q", got)
			}
			p.set("v-stake-percent", "95")
			p.sends()
			p.until(w.over)

			// One that is not: it is made on the way.
			p.do(press(`.chain-add a[href*="add=stake"]`), chromedp.WaitVisible("#v-stake-owner"))
			p.picks("v-stake-owner", "Aurora Nord Capital", kb.ArrowUp)
			if got := p.says(`document.getElementById("new-v-stake-owner").checked`); got != "true" {
				t.Errorf("to be created: %s", got)
			}
			p.sends()
			p.until("Aurora Nord Capital")
			p.look("chainowners-" + lang)

			// Two companies that hold each other.
			p.open("/" + lang + "/records/vendor/microsoft/chain?add=stake&of=vendor/microsoft")
			p.set("v-stake-owner", "Mistral AI")
			p.set("v-stake-percent", "1")
			p.sends()
			p.until(w.circle)

			// The stake of Microsoft ends: it leaves the picture and stays in the list.
			p.open(at)
			p.do(chromedp.Navigate(p.says(`[...document.querySelectorAll("tr")].find(x => x.querySelector("th")?.innerText.includes("Microsoft")).querySelector("a[href*='do=end']").href`)))
			p.set("v-stake-until", w.until)
			p.sends()
			p.until(w.ended)
			if n := p.count(`.chain-svg a[href*="party=vendor%2Fmicrosoft"]`); n != 1 { // it serves still
				t.Errorf("Microsoft stands %d times in the picture", n)
			}

			// The new owner was a mistake: it is withdrawn, with the reason.
			p.do(chromedp.Navigate(p.says(`[...document.querySelectorAll("tr")].find(x => x.querySelector("th")?.innerText.includes("Aurora Nord")).querySelector("a[href*='do=withdraw']").href`)))
			p.look("chainwithdraw-" + lang)
			p.set("reason", "the register of another company was read")
			p.tick(`#chain-form > p button`)
			p.until(w.withdrawn)
			if n := p.count(`.chain-svg a[href*="aurora-nord"]`); n != 0 {
				t.Errorf("who was withdrawn is still drawn")
			}

			// And that is all of them.
			p.do(press(`.chain-add a[href*="complete=owners"]`), chromedp.WaitVisible("#v-vendor-owners_complete-true"))
			p.tick("#v-vendor-owners_complete-true")
			p.sends()
			p.until(w.all)
			if n := p.count(`.chain-svg a[href*="add=stake"]`); n != 0 {
				t.Error("owners that are not known are still drawn")
			}
		})
	}
}
