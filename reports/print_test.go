package reports

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/reports/pdf"
)

// tool finds a program that reads PDFs back. Where it is absent the test is skipped, except in CI, where it fails.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is needed (Debian: poppler-utils, qpdf)", name)
		}
		t.Skipf("%s is not installed (Debian: poppler-utils, qpdf)", name)
	}
	return path
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(tool(t, name), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func print(t *testing.T, in Input, l wording.Lang) (file string, data []byte) {
	t.Helper()
	d, err := Build(in, l)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := pdf.Write(&b, d); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, b.Bytes()
}

func TestARealOfferingPrintsInBothLanguages(t *testing.T) {
	in := real(t)
	for l, want := range map[wording.Lang][]string{
		wording.FR: {"Rapport de diligence raisonnable", "Critères éliminatoires", "24 novembre 2026", "non enregistré", "Ce que ce rapport n’est pas"},
		wording.EN: {"Due-diligence report", "Knock-outs", "24 November 2026", "not registered", "What this report is not"},
	} {
		t.Run(string(l), func(t *testing.T) {
			file, data := print(t, in, l)
			if _, again := print(t, in, l); !bytes.Equal(data, again) {
				t.Error("two runs gave two files")
			}
			if out := run(t, "qpdf", "--check", file); !strings.Contains(out, "No syntax or stream encoding errors found") {
				t.Errorf("qpdf: %s", out)
			}
			pages := pageCount(t, file)
			if pages < 20 || pages > 120 {
				t.Errorf("a report of %d pages", pages)
			}
			text := run(t, "pdftotext", "-layout", file, "-")
			for _, w := range append(want, in.Assessment.Hash[:8], "2 / "+strconv.Itoa(pages)) {
				if !strings.Contains(text, w) {
					t.Errorf("the file does not say %q", w)
				}
			}
			// The opinion is one page: the contents follow on the third.
			if third := run(t, "pdftotext", "-f", "3", "-l", "3", file, "-"); !strings.Contains(third, map[wording.Lang]string{wording.FR: "Sommaire", wording.EN: "Contents"}[l]) {
				t.Errorf("the contents are not on page 3: %.200s", third)
			}
		})
	}
}

func pageCount(t *testing.T, file string) int {
	t.Helper()
	for _, line := range strings.Split(run(t, "pdfinfo", file), "\n") {
		if v, ok := strings.CutPrefix(line, "Pages:"); ok {
			n, err := strconv.Atoi(strings.TrimSpace(v))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("pdfinfo tells no number of pages")
	return 0
}

// TestHostileClaimsArePrintedOrVisiblyReplaced puts a hostile text into every free text of a dossier (RELIABILITY S8).
func TestHostileClaimsArePrintedOrVisiblyReplaced(t *testing.T) {
	for name, text := range map[string]string{
		"operators": `) Tj ET \( << /JS (x) >> endstream`,
		"bidi":      "facture\u202efdp.exe",
		"controls":  "a\x00b\x1bc\u0085d",
		"long word": strings.Repeat("W", 10_000),
		"emoji":     "d'accord 😀🇫🇷",
	} {
		t.Run(name, func(t *testing.T) {
			in := invented(t, "exemplia-paris")
			in.Dossier = poisoned(t, in.Dossier, text)
			in.Program = text
			file, data := print(t, in, wording.FR)
			if out := run(t, "qpdf", "--check", file); !strings.Contains(out, "No syntax or stream encoding errors found") {
				t.Errorf("qpdf: %s", out)
			}
			for _, bad := range []string{"/JavaScript", "/Launch", "/OpenAction", "/EmbeddedFile"} {
				if bytes.Contains(data, []byte(bad+" ")) {
					t.Errorf("the file holds %s", bad)
				}
			}
			got := run(t, "pdftotext", "-raw", file, "-")
			want := map[string]string{"operators": `) Tj ET \( << /JS (x) >> endstream`, "bidi": "facture□fdp.exe", "controls": "a□b□c□d", "long word": "WWWWWWWWWWWWWWWW", "emoji": "□"}[name]
			if !strings.Contains(got, want) {
				t.Errorf("the file does not show %q", want)
			}
		})
	}
}

// poisoned is the dossier with every free text replaced; ids, paths and types stay.
func poisoned(t *testing.T, d *catalog.Dossier, text string) *catalog.Dossier {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var out catalog.Dossier
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	for i := range out.Records {
		for k := range out.Records[i].Facts {
			f := &out.Records[i].Facts[k]
			f.Note, f.Settled = text, text
			if f.Source != "" {
				f.Locator = text
			}
			if f.Value != nil && (f.Value.Type == catalog.TypeText || f.Value.Type == catalog.TypeURL) {
				f.Value.Text, f.Value.FR = text, text
			}
			for c := range f.Contradicts {
				f.Contradicts[c].Note, f.Contradicts[c].Locator = text, text
			}
		}
	}
	for i := range out.Sources {
		s := &out.Sources[i]
		s.Title, s.Publisher, s.URL, s.Via, s.Note = text, text, text, text, text
	}
	out.Assumptions = []catalog.Assumption{{Op: "set", Text: text}}
	return &out
}
