package api

import (
	"os"
	"path/filepath"
	"testing"

	"vigie/reports/proof"
)

// Legal finds what an offering is exposed to, checks a licence, hands out the report, and verifies the file that the browser
// saved: on the page, and against the public key of the log alone. All of it without a mouse.
func TestLegalStory(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	type words struct {
		offering, law, licences, use, keep, handed, issue, check, go_, holds, fails, none string
	}
	for lang, w := range map[string]words{
		"fr": {"GPT-5.5 sur Azure", "Droit étranger", "Licences", "Assistant bureautique", "Conserver et remettre", "Rapports remis", "Remettre le rapport en français", "Contrôler un rapport remis",
			"Contrôler ce rapport", "Ce rapport est authentique", "Ne vous fiez pas à ce fichier", "Choisissez le rapport à contrôler"},
		"en": {"GPT-5.5 on Azure", "Foreign law", "Licences", "Internal office assistant", "Keep it and hand out", "Reports handed out", "Hand out the report in English", "Check a report that was",
			"Check this report", "This report holds", "Do not rely on this file", "Choose the report to check"},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			h, _ := keepingHouse(t)
			p := signsIn(t, h, lang, "legal")
			saved := p.downloads()

			// Which laws reach the offering.
			p.search("gpt-5.5", "/"+lang+"/search")
			p.main()
			p.follow(w.offering, "/offerings/azure-openai")
			p.main()
			p.follow(w.law, "/exposure")
			p.until("702")

			// What the licence of an open model allows.
			p.follow(w.licences, "/"+lang+"/licences")
			p.main()
			p.follow("Llama 3.3", "/licences/llama-3.3")
			p.until("Llama")

			// The opinion on its use, and its report.
			p.search("gpt-5.5", "/"+lang+"/search")
			p.main()
			p.follow(w.offering, "/offerings/azure-openai")
			p.main()
			p.follow(w.use, "/assessment?")
			p.main()
			p.follow(w.keep, w.handed)
			p.look("issue-" + lang)
			hash := p.text("#hash")
			p.main()
			p.tab(w.issue)
			p.keys("\r")
			file := saved()
			report, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if v := proof.Verify(report, []string{h.store.PublicKey()}); !v.Holds || !v.Registered || v.Document.Subject != hash {
				t.Errorf("the report of the assessment %s does not hold: %+v", hash, v)
			}

			// Whoever comes back finds it among those handed out, and checks it: as it came, and with one byte changed.
			p.follow(map[string]string{"fr": "L'évaluation", "en": "The assessment"}[lang], "/assessment?")
			p.until(hash)
			p.main()
			p.follow(w.keep, w.handed)
			if got := p.text("table.list tbody code"); len(got) != 64 {
				t.Errorf("the report's hash reads %q", got)
			}
			p.main()
			p.follow(w.check, "/"+lang+"/verify")
			p.follow(w.go_, w.none)
			p.onError()
			p.brings("file", file)
			p.follow(w.go_, w.holds)
			if s := p.stop(); s.Name != w.holds {
				t.Errorf("the answer is not where the focus is: %+v", s)
			}
			p.look("verified-" + lang)
			report[len(report)/2] ^= 1
			changed := filepath.Join(t.TempDir(), "changed.pdf")
			if err := os.WriteFile(changed, report, 0o600); err != nil {
				t.Fatal(err)
			}
			p.brings("file", changed)
			p.follow(w.go_, w.fails)
			p.look("verify-fails-" + lang)
		})
	}
}
