package pdf

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"vigie/reports/fonts"
	"vigie/reports/tree"
)

func TestSameDocumentSameBytes(t *testing.T) {
	_, first := draw(t, sample("Où est-ce « écrit » ?"))
	for range 5 {
		if _, again := draw(t, sample("Où est-ce « écrit » ?")); !bytes.Equal(first, again) {
			t.Fatal("two runs gave two files")
		}
	}
}

func TestADocumentWithoutADayIsRefused(t *testing.T) {
	d := sample("x")
	d.Day = ""
	if err := Write(&bytes.Buffer{}, d); err == nil || !strings.Contains(err.Error(), "day of the document") {
		t.Errorf("got %v", err)
	}
}

func TestFileIsIdentifiedDatedAndInItsLanguage(t *testing.T) {
	file, data := draw(t, sample("Rapport d’évaluation"))
	info := run(t, "pdfinfo", "-isodates", file)
	for _, want := range []string{"Title:           Rapport d’évaluation", "Subject:         Rapport d’évaluation", "Creator:         Rapport d’évaluation",
		"CreationDate:    2026-11-24T00:00:00Z", "ModDate:         2026-11-24T00:00:00Z", "JavaScript:      no", "Page size:       595.28 x 841.89 pts (A4)"} {
		if !strings.Contains(info, want) {
			t.Errorf("pdfinfo lacks %q:\n%s", want, info)
		}
	}
	for _, want := range []string{"/Lang (fr)", "/ID [<", "/DisplayDocTitle true"} {
		if !bytes.Contains(data, []byte(want)) {
			t.Errorf("the file lacks %s", want)
		}
	}
}

// hostile texts of RELIABILITY S8, and some that a layout could stumble on.
var hostile = map[string]string{
	"operators":       `) Tj ET (x) \) \\( << /JS (app.alert(1)) >> endstream endobj`,
	"bidi overrides":  "abc \u202egnp.exe\u202c \u2066isolate\u2069 \u200fmark",
	"controls":        "nul \x00 bell \x07 esc \x1b del \x7f next \u0085 end",
	"not UTF-8":       "lone \xed\xa0\x80 surrogate \xff\xfe byte",
	"long word":       strings.Repeat("Donaudampfschifffahrt", 500),
	"emoji":           "ok 😀 👩‍👩‍👧 🇫🇷 \U0010ffff end",
	"invisible":       "zero\u200bwidth joiner\u200d soft\u00adhyphen \ufeff",
	"combining":       "e\u0301te\u0301 na\u0308ive",
	"other scripts":   "深度求索 مرحبا Ελλάδα Україна",
	"carriage return": "a\rb\r\nc\nd \u010d \u0d0a \u5c28 \u2829",
	"page alias":      "{nb} page {nb}",
	"address":         "javascript:alert(1)",
	"scheme":          "https://example.org/" + strings.Repeat("a-very-long-path/", 60) + "?q=(x)&y=\\",
	"empty":           "",
	"spaces":          "   ",
	"newlines":        "\n\n\n",
}

func TestHostileTextIsPrintedOrVisiblyReplaced(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			file, data := draw(t, sample(text))
			if out := run(t, "qpdf", "--check", file); !strings.Contains(out, "No syntax or stream encoding errors found") {
				t.Errorf("qpdf: %s", out)
			}
			plain, err := unpacked(t, file)
			if err != nil {
				t.Fatal(err)
			}
			noActiveContent(t, data)
			noActiveContent(t, plain)
			got := squeeze(run(t, "pdftotext", "-raw", file, "-"))
			if want := squeeze(clean(text, fonts.Regular())); !strings.Contains(got, want[:min(len(want), 200)]) {
				t.Errorf("the text is not in the file\n want %q\n in %.600q", want, got)
			}
		})
	}
}

func unpacked(t *testing.T, file string) ([]byte, error) {
	t.Helper()
	return []byte(run(t, "qpdf", "--qdf", "--object-streams=disable", "--stream-data=preserve", file, "-")), nil
}

var uri = regexp.MustCompile(`/URI \(([^)]*)`)

func noActiveContent(t *testing.T, data []byte) {
	t.Helper()
	for _, bad := range []string{"/JS", "/JavaScript", "/Launch", "/OpenAction", "/AA", "/EmbeddedFile", "/SubmitForm"} {
		// A text holding the word is written two bytes a letter, so that only a real key matches.
		if bytes.Contains(data, []byte("\n"+bad)) || bytes.Contains(data, []byte(" "+bad)) || bytes.Contains(data, []byte("<<"+bad)) {
			t.Errorf("the file holds %s", bad)
		}
	}
	for _, m := range uri.FindAllSubmatch(data, -1) {
		if !bytes.HasPrefix(m[1], []byte("https://")) {
			t.Errorf("link to %s", m[1])
		}
	}
}

// squeeze drops what line breaks change: spaces and newlines.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\n', '\r', '\f', '\u00a0', '\u202f':
			return -1
		}
		return r
	}, s)
}

func FuzzWrite(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 20_000 {
			t.Skip()
		}
		d := sample(s)
		inside(t, d)
		if err := Write(&bytes.Buffer{}, d); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNothingLeavesThePage(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) { inside(t, sample(text)) })
	}
}

func TestNothingLeavesThePageWhateverTheDocument(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { inside(t, randomDocument(t)) })
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

// inside checks that every text, line and box lies between the margins, and that no two chunks share a place.
func inside(t fataler, d *tree.Document) {
	t.Helper()
	pages, _ := compose(d)
	for n, pg := range pages {
		pg.each(func(o op) {
			switch o.kind {
			case opText:
				end := o.x + faceOf(o.face).WidthOf(o.text, o.size)
				if o.x < marginX-0.1 || end > pageWidth-marginX+faceOf(o.face).WidthOf(" ", o.size)+0.1 || o.y < topY || o.y > bottomY+0.1 {
					t.Fatalf("page %d: text %.80q lies at %.1f–%.1f, %.1f", n+1, o.text, o.x, end, o.y)
				}
			case opRect, opFrame:
				if o.x < marginX-0.1 || o.x+o.w > pageWidth-marginX+0.1 || o.y < topY-0.1 || o.y+o.h > bottomY+6 {
					t.Fatalf("page %d: box at %.1f, %.1f of %.1f × %.1f", n+1, o.x, o.y, o.w, o.h)
				}
			}
		})
	}
}

var word = rapid.StringMatching(`[a-zé«»\-/.:;? ]{0,60}`)

func randomDocument(t *rapid.T) *tree.Document {
	text := rapid.Custom(func(t *rapid.T) tree.Text {
		n := rapid.IntRange(0, 4).Draw(t, "spans")
		var out tree.Text
		for range n {
			out = append(out, tree.Span{Text: word.Draw(t, "text"), Style: tree.Style(rapid.IntRange(0, 3).Draw(t, "style")), Mark: tree.Mark(rapid.IntRange(0, 7).Draw(t, "mark"))})
		}
		return out
	})
	block := rapid.Custom(func(t *rapid.T) tree.Block {
		tx := text.Draw(t, "p")
		switch rapid.IntRange(0, 5).Draw(t, "block") {
		case 0:
			return tree.List{Items: rapid.SliceOfN(text, 1, 5).Draw(t, "items"), Ordered: true}
		case 1:
			var rows []tree.Row
			for range rapid.IntRange(0, 60).Draw(t, "rows") {
				if rapid.IntRange(0, 5).Draw(t, "group") == 0 {
					rows = append(rows, tree.Row{Group: tree.B("groupe")})
					continue
				}
				rows = append(rows, tree.Row{Cells: []tree.Cell{{text.Draw(t, "a")}, rapid.SliceOfN(text, 0, 9).Draw(t, "b")}})
			}
			return tree.Table{Columns: []tree.Column{{Title: "Fait", Width: 1}, {Title: "Valeur", Width: 3}}, Rows: rows}
		case 2:
			return tree.Card{ID: "c", Title: tx, Right: tree.T("35 – 80"), Range: &tree.Range{Low: 3500, High: 8000}, Body: []tree.Block{tree.Paragraph{Text: tx}, tree.KeyValues{Pairs: []tree.Pair{{Key: "Réponse", Value: tree.C(tx)}}}}}
		case 3:
			return tree.Callout{Title: tx, Lines: []tree.Text{tx}}
		}
		return tree.Paragraph{Text: tx}
	})
	d := &tree.Document{Lang: "fr", Day: "2026-11-24", ToContents: "Sommaire"}
	for i := range rapid.IntRange(1, 4).Draw(t, "sections") {
		d.Sections = append(d.Sections, tree.Section{ID: fmt.Sprint(i), Number: fmt.Sprint(i + 1), Title: "Section", NewPage: i%2 == 0, Blocks: rapid.SliceOfN(block, 0, 12).Draw(t, "blocks")})
	}
	return d
}
