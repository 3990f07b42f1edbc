package proof

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"vigie/reports"
	"vigie/reports/pdf"
	"vigie/reports/tree"
)

// tool finds a program of another maker. Where it is absent the test is skipped, except in CI, where it fails.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is needed (Debian: poppler-utils, qpdf, openssl)", name)
		}
		t.Skipf("%s is not installed (Debian: poppler-utils, qpdf, openssl)", name)
	}
	return path
}

func run(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(tool(t, name), args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// saved writes a sealed report where tools can read it.
func saved(t testing.TB, sealed []byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "report.pdf"), sealed, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOtherReadersFindTheAttachments(t *testing.T) {
	r := issue(t, newJournal(t, "vigie.example.org"), "exemplia-paris")
	dir := saved(t, r.sealed)
	if out := run(t, dir, "qpdf", "--check", "report.pdf"); !strings.Contains(out, "No syntax or stream encoding errors found") {
		t.Errorf("qpdf: %s", out)
	}
	list := run(t, dir, "pdfdetach", "-list", "report.pdf")
	if want := "3 embedded files\n1: assessment.json\n2: proof.txt\n3: report.json\n"; list != want {
		t.Errorf("pdfdetach lists %q, want %q", list, want)
	}
	run(t, dir, "pdfdetach", "-saveall", "report.pdf")
	for name, want := range map[string][]byte{"assessment.json": r.subject.Body, "report.json": r.document.Bytes(), "proof.txt": r.log.Text()} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s came out otherwise (%v)", name, err)
		}
	}
	listed := run(t, dir, "qpdf", "--list-attachments", "--verbose", "report.pdf")
	for _, want := range []string{"Preuve d'inscription au journal", "Ce qui a été évalué, JSON canonique", "mime type: application/json"} {
		if !strings.Contains(listed, want) {
			t.Errorf("qpdf lists the attachments without %q:\n%s", want, listed)
		}
	}
	info := run(t, dir, "pdfinfo", "-isodates", "report.pdf")
	for _, want := range []string{"Title:           exemplia-paris", "CreationDate:    2026-11-24T00:00:00Z", "Pages:           2", "JavaScript:      no"} {
		if !strings.Contains(info, want) {
			t.Errorf("pdfinfo lacks %q:\n%s", want, info)
		}
	}
	if text := run(t, dir, "pdftotext", "report.pdf", "-"); !strings.Contains(text, "Conservation des données : 30 jours.") {
		t.Errorf("the text is gone: %q", text)
	}
	// The base is a whole file by itself.
	base := saved(t, r.base)
	if out := run(t, base, "qpdf", "--check", "report.pdf"); !strings.Contains(out, "No syntax or stream encoding errors found") {
		t.Errorf("qpdf: %s", out)
	}
}

// TestHostileWordsStayWords puts what could break out of a PDF into everything that is printed or attached and that a
// person, a vendor or a log can choose (RELIABILITY S8). Names of attachments are Vigie's own, never anyone's.
func TestHostileWordsStayWords(t *testing.T) {
	for name, text := range map[string]string{
		"operators":  `) Tj ET (x) \) \\( << /JS (app.alert(1)) >> endstream endobj`,
		"end":        "%%EOF\nstartxref\n0\n%%EOF\n%vigie-seal/1 1 report.json 1 1\n",
		"bidi":       "abc \u202egnp.exe\u202c",
		"nul":        "nul \x00 esc \x1b",
		"emoji":      "ok 😀 🇫🇷",
		"long":       strings.Repeat("W", 10_000),
		"address":    "javascript:alert(1)",
		"name tree":  "(x) 1 0 R] /Launch",
		"attachment": "../../report.json",
	} {
		t.Run(name, func(t *testing.T) {
			a := assessment(text)
			a.Engine, a.UseCase = text, text
			a.Seal()
			s := OfAssessment(a)
			var b bytes.Buffer
			if err := pdf.Write(&b, &tree.Document{Lang: "fr", Title: text, Subject: text, Keywords: []string{text}, Producer: text, Day: "2026-11-24", HeadLeft: text, Foot: text, ToContents: text,
				Sections: []tree.Section{{ID: text, Title: text, Blocks: []tree.Block{tree.Paragraph{Text: tree.Text{{Text: text, URL: text}}}}}}}); err != nil {
				t.Fatal(err)
			}
			d := NewDocument(b.Bytes(), s, "fr", "2026-11-24", text, nil)
			sealed, err := Seal(b.Bytes(), s, d, nil)
			if err != nil {
				t.Fatal(err)
			}
			dir := saved(t, sealed)
			if out := run(t, dir, "qpdf", "--check", "report.pdf"); !strings.Contains(out, "No syntax or stream encoding errors found") {
				t.Errorf("qpdf: %s", out)
			}
			run(t, dir, "pdfdetach", "-saveall", "report.pdf")
			got, err := os.ReadFile(filepath.Join(dir, "assessment.json"))
			if err != nil || !bytes.Equal(got, s.Body) {
				t.Errorf("assessment.json came out otherwise (%v)", err)
			}
			plain := []byte(run(t, dir, "qpdf", "--qdf", "--object-streams=disable", "--stream-data=preserve", "report.pdf", "-"))
			for _, bad := range []string{"/JS", "/JavaScript", "/Launch", "/OpenAction", "/AA", "/SubmitForm", "/GoToR", "/GoToE"} {
				if bytes.Contains(plain, []byte("\n"+bad)) || bytes.Contains(plain, []byte(" "+bad)) || bytes.Contains(plain, []byte("<<"+bad)) {
					t.Errorf("the file holds %s", bad)
				}
			}
			for _, m := range regexp.MustCompile(`/URI \(([^)]*)`).FindAllSubmatch(plain, -1) {
				if !bytes.HasPrefix(m[1], []byte("https://")) {
					t.Errorf("link to %s", m[1])
				}
			}
			for _, l := range Verify(sealed, nil).Lines {
				if strings.ContainsAny(l.Text.EN+l.Text.FR, "\x00\x1b\n\u202e") {
					t.Errorf("the verdict shows %q", l.Text.EN)
				}
			}
		})
	}
}

// A printed moment is one line of words, or what was given.
func TestMomentsAreWritten(t *testing.T) {
	if got := reports.Moment("fr", "2026-11-24T09:05:07.125Z"); got != "24\u00a0novembre\u00a02026 à 09:05 UTC" {
		t.Errorf("got %q", got)
	}
	if got := reports.Moment("en", "2026-11-24T01:05:07+02:00"); got != "23\u00a0November\u00a02026 at 23:05 UTC" {
		t.Errorf("got %q", got)
	}
}
