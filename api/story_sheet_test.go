package api

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"
)

// sheetWords are what somebody sees in each language while they fill a sheet in.
type sheetWords struct {
	settled, withdrawn, known, reviewed, absent, received string
}

var sheets = map[string]sheetWords{
	"fr": {settled: "Tranché.", withdrawn: "Retiré.", known: "Connu", reviewed: "Ce qui est choisi est enregistré", absent: "Absence constatée", received: "vendor-terms.md est bien reçu"},
	"en": {settled: "Settled.", withdrawn: "Withdrawn.", known: "Known", reviewed: "What was chosen is recorded", absent: "Known to be absent", received: "vendor-terms.md has been received"},
}

// filledSheet gives a sheet back with one answer written into it, as somebody does in a spreadsheet.
func filledSheet(t *testing.T, sheet []byte, path, state, answer string) string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(sheet))
	if err != nil {
		t.Fatal(err)
	}
	done := false
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			at := slices.IndexFunc(row, func(c string) bool { return c == "Non connu" || c == "Not known" })
			if at < 0 || !slices.Contains(row, path) {
				continue
			}
			for k, text := range []string{state, answer} {
				cell, err := excelize.CoordinatesToCellName(at+1+k, i+1)
				if err != nil {
					t.Fatal(err)
				}
				if err := f.SetCellStr(name, cell, text); err != nil {
					t.Fatal(err)
				}
			}
			done = true
		}
	}
	if !done {
		t.Fatalf("the sheet has no line %s to fill in", path)
	}
	file := filepath.Join(t.TempDir(), "vendor.xlsx")
	if err := f.SaveAs(file); err != nil {
		t.Fatal(err)
	}
	return file
}

// Legal works on a sheet: a document is dropped on it, an absence is said in one gesture, a contradiction is settled with
// a reason, a claim is withdrawn, and the Excel sheet that came back filled in is reviewed.
func TestSheetStory(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := sheets[lang]
			h, _ := keepingHouse(t)
			p := signsIn(t, h, lang, "legal")
			sheet := "/" + lang + "/records/vendor/mistral/sheet"

			// A document dropped on the sheet is received; what it is remains to be said.
			p.open(sheet)
			p.look("sheet-" + lang)
			p.says(`(() => { const bring = new DataTransfer(); bring.items.add(new File([` + "`# Terms\n\nThe provider hosts in France.\n`" + `], "vendor-terms.md", {type: "text/markdown"}));
				document.querySelector("#drop .drop").dispatchEvent(new DragEvent("drop", {dataTransfer: bring, bubbles: true, cancelable: true})); return 1; })()`)
			p.until(w.received)
			if got := p.says(`document.getElementById("src-title").value`); got != "vendor-terms" {
				t.Errorf("the title begins as %q", got)
			}
			p.look("dropped-" + lang)
			p.set("src-kind", "contract")
			p.tick("#src-undated")
			p.tick(`form[enctype] button[type=submit]`)
			p.until("/sources/vendor-terms")
			p.until("hosts in France")

			// Nobody to be written to in the Union: one gesture on its line.
			p.open(sheet)
			p.do(press(`button[form=absent][value="vendor.eu_representative"]`))
			p.until(stories[lang].recorded)
			if n := p.count(`.fact-absent[id="vendor.eu_representative"]`); n != 1 {
				t.Error("the absence is not on the sheet")
			}

			// Somebody says that it sits elsewhere: the two stand side by side until one is chosen, with the reason.
			fact := "/" + lang + "/records/vendor/mistral/facts/vendor.headquarters_country"
			p.open(fact)
			p.set("v-vendor-headquarters_country", map[string]string{"fr": "Belgique", "en": "Belgium"}[lang])
			p.tick("#from-none")
			p.tick(`#claim form[enctype] button[type=submit]`)
			p.until(stories[lang].recorded)
			p.open(fact)
			p.look("contradiction-" + lang)
			if n := p.count(`#contradictions .side-claim`); n != 2 {
				t.Fatalf("%d claims stand side by side", n)
			}
			p.tick(`#contradictions .side-claim:not(:has(.b-known)) input[type=radio]`)
			p.set("settle-reason", "the register of the day says so")
			p.tick(`#contradictions form button[type=submit]`)
			p.until(w.settled)
			if got := p.text("#history"); !strings.Contains(got, "the register of the day says so") {
				t.Error("the reason is not in the history")
			}

			// It was a mistake: the claim is withdrawn, and what was said stays.
			p.do(press(`#history li:has(.b-known) details summary`))
			p.do(chromedp.WaitVisible(`#history li:has(.b-known) textarea`), chromedp.SendKeys(`#history li:has(.b-known) textarea`, "another company was meant"))
			p.tick(`#history li:has(.b-known) form button[type=submit]`)
			p.until(w.withdrawn)
			p.look("withdrawn-" + lang)
			if got := p.text("#history .is-withdrawn"); !strings.Contains(got, "another company was meant") || !strings.Contains(got, "Jean") && !strings.Contains(got, "jean") {
				t.Errorf("the history says %s", got)
			}

			// The Excel sheet goes out, comes back filled in, and the difference is reviewed.
			data, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`fetch("`+sheet+`.xlsx").then(r => r.arrayBuffer()).then(b => btoa(Array.from(new Uint8Array(b), x => String.fromCharCode(x)).join("")))`, chromedp.EvalAwaitPromise))
			if err != nil {
				t.Fatal(err)
			}
			book, err := base64.StdEncoding.DecodeString(data)
			if err != nil {
				t.Fatal(err)
			}
			p.open("/" + lang + "/import?about=vendor/mistral")
			p.look("import-" + lang)
			p.upload("file", filledSheet(t, book, "vendor.employees", w.known, "1234"))
			p.tick(`form[enctype] button[type=submit]`)
			p.until("/proposals/")
			p.look("proposal-" + lang)
			if got := p.text("main form"); !strings.Contains(got, "1234") {
				t.Errorf("the difference says %s", got)
			}
			p.tick(`main form button[type=submit]`)
			p.until("done=recorded")
			p.open(sheet)
			if got := p.text(`[id="vendor.employees"]`); !strings.Contains(got, "1234") {
				t.Errorf("the sheet says %s", got)
			}
			if os.Getenv("VIGIE_SHOTS") != "" {
				p.look("sheetafter-" + lang)
			}
		})
	}
}
