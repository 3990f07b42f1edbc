package api

import (
	"encoding/base64"
	"testing"

	"github.com/chromedp/chromedp"

	"vigie/reports/proof"
)

// Legal finds what an offering is exposed to, checks a licence, hands out the report, and verifies the file that came out
// against the public key of the log alone.
func TestLegalStory(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	words := map[string]struct{ kept, handed, wrongLang string }{
		"fr": {"au journal", "Rapports remis", "Reports handed out"},
		"en": {"of the log", "Reports handed out", "Rapports remis"},
	}
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			h, _ := keepingHouse(t)
			p := signsIn(t, h, lang, "legal", "procurement")
			p.open("/" + lang + "/offerings/azure-openai-eu-gpt-5.5/exposure?use_case=office-assistant")
			p.until("702")
			p.open("/" + lang + "/licences/llama-3.3?use_case=office-assistant")
			p.until("Llama")
			p.open("/" + lang + "/offerings/azure-openai-eu-gpt-5.5/assessment?use_case=office-assistant")
			p.tick(`.actions a[href*="/kept"]`)
			p.until(words[lang].handed)
			hash := p.text("#hash")
			p.look("issue-" + lang)
			body, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`(async () => {
				const button = document.querySelector("button[name=lang][value=`+lang+`]"), form = new URLSearchParams(new FormData(button.form));
				form.set("lang", "`+lang+`");
				const answer = await fetch(button.form.action, {method: "POST", body: form});
				const bytes = new Uint8Array(await answer.arrayBuffer());
				let s = ""; for (const b of bytes) s += String.fromCharCode(b);
				return btoa(s); })()`, chromedp.EvalAwaitPromise))
			if err != nil {
				t.Fatal(err)
			}
			file, err := base64.StdEncoding.DecodeString(body)
			if err != nil {
				t.Fatal(err)
			}
			v := proof.Verify(file, []string{h.store.PublicKey()})
			if !v.Holds {
				t.Errorf("the report does not hold: %+v", v.Lines)
			}
			p.open(p.at())
			p.until(words[lang].kept)
			if got := p.text("#hash"); got != hash {
				t.Errorf("the assessment has the hash %s, then %s", hash, got)
			}
			if got := p.text("table.list tbody code"); len(got) != 64 {
				t.Errorf("the report's hash reads %q", got)
			}
			file[len(file)/2] ^= 1
			if proof.Verify(file, []string{h.store.PublicKey()}).Holds {
				t.Error("a changed report holds")
			}
		})
	}
}
