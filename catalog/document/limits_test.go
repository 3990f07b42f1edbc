package document

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"vigie/catalog/wording"
)

// refusal reads a file that must be refused and gives the code; what it allocates in all is held under a bound.
func refusal(t *testing.T, name string, data []byte, maxMiB uint64) Code {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Read(t.Context(), name, data)
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > maxMiB {
		t.Errorf("%d MiB were allocated before it was refused, at most %d may be", got, maxMiB)
	}
	refused, ok := errors.AsType[*RefusedError](err)
	if !ok {
		t.Fatalf("not refused: %v", err)
	}
	if refused.In(wording.EN) == "" || refused.In(wording.FR) == "" || refused.In(wording.FR) == refused.In(wording.EN) {
		t.Errorf("the refusal is not said in both languages: %q", refused.Text)
	}
	return refused.Code
}

func TestRefused(t *testing.T) {
	const doctype = `<!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/passwd">]>`
	lots := make([]part, MaxParts+1)
	for i := range lots {
		lots[i] = part{"word/media/" + strings.Repeat("x", i%100) + string(rune('a'+i%26)) + strings.Repeat("y", i/100), ""}
	}
	cases := []struct {
		name, file string
		data       []byte
		code       Code
		maxMiB     uint64
	}{
		{"an empty file", "a.txt", nil, NotText, 1},
		{"blanks", "a.txt", []byte(" \n \t"), NotText, 1},
		{"one byte over the size", "a.txt", make([]byte, MaxBytes+1), TooLarge, 1},
		{"bytes that are no text", "a.txt", []byte("\x00\x01\x02\x03\xff\xfe\x00\x00"), NotText, 1},
		{"a picture called a text", "a.md", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), NotText, 1},
		{"UTF-32", "a.txt", []byte("\xff\xfe\x00\x00a\x00\x00\x00"), NotText, 1},
		{"an archive that is no Word document", "a.docx", archive(t, part{"xl/workbook.xml", "<a/>"}), NotText, 1},
		{"a damaged archive", "a.docx", []byte("PK\x03\x04 and then nothing"), Malformed, 1},
		{"an old Office file", "a.doc", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00"), NotText, 1},
		{"text of more than the limit", "a.txt", bytes.Repeat([]byte(strings.Repeat("A sentence of some words, and one more. ", 20)+"\n\n"), 9<<20/802), TooLarge, 640},
		{"paragraphs without end", "a.txt", bytes.Repeat([]byte("x\n\n"), MaxBlocks+1), TooMany, 120},
		{"elements nested too deep", "a.html", []byte(strings.Repeat("<div>", 100_000) + "x"), TooDeep, 8},
		{"a page of only scripts", "a.html", []byte("<html><script>" + strings.Repeat("x", 1<<20) + "</script>"), NotText, 16},
		{"Word: a document type", "a.docx", word(t, "", part{"word/footnotes.xml", doctype + "<a>&x;</a>"}), Forbidden, 2},
		{"Word: entities in the main part", "a.docx", archive(t, part{"word/document.xml", doctype + "<w:document/>"}), Forbidden, 2},
		{"Word: an entity that nobody declared", "a.docx", word(t, "<w:p><w:r><w:t>&x;</w:t></w:r></w:p>"), Malformed, 2},
		{"Word: XML in UTF-16", "a.docx", archive(t, part{"word/document.xml", "\xff\xfe<\x00a\x00/\x00>\x00"}), Malformed, 2},
		{"Word: nested too deep", "a.docx", word(t, strings.Repeat("<w:tbl>", 300)), TooDeep, 4},
		{"Word: a bomb of 36 MiB in 36 KB", "a.docx", archive(t, part{"word/document.xml", wordNS + strings.Repeat("<w:p/>", 6<<20)}), TooLarge, 1},
		{"Word: more parts than a document has", "a.docx", archive(t, lots...), TooMany, 16},
		{"Word: the same part twice", "a.docx", archive(t, part{"word/document.xml", "<a/>"}, part{"Word/Document.xml", "<b/>"}), Malformed, 1},
		{"Word: cut short", "a.docx", word(t, "<w:p><w:r><w:t>x</w:t></w:r></w:p>")[:700], Malformed, 1},
		{"Word: nothing in it", "a.docx", word(t, "<w:p/>"), NotText, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := refusal(t, c.file, c.data, c.maxMiB); got != c.code {
				t.Errorf("refused as %s, want %s", got, c.code)
			}
		})
	}
}

// An archive whose directory says that a part is small unpacks no more of it than the limit.
func TestArchiveThatLies(t *testing.T) {
	data := word(t, strings.Repeat("<w:p><w:r><w:t>abcdefgh</w:t></w:r></w:p>", 1<<17))
	a, err := OpenArchive(data)
	if err != nil {
		t.Fatal(err)
	}
	a.parts[mainPart].UncompressedSize64 = 1000
	x, err := a.XML(mainPart, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	for {
		tok, err := x.Next()
		if err != nil {
			return // told, by the size that does not fit or by the limit
		}
		if tok == nil {
			t.Fatal("a part that is longer than it says was read to its end")
		}
	}
}

func TestPDFRefused(t *testing.T) {
	need(t, "pdftotext")
	for name, want := range map[string]Code{
		"%PDF-1.7\nnot really": Malformed,
		"%PDF-1.4\n%%EOF":      Malformed,
		"text before %PDF-1.4\n" + strings.Repeat("\x00", 5000): Malformed,
	} {
		if got := refusal(t, "a.pdf", []byte(name), 4); got != want {
			t.Errorf("%.20q: refused as %s, want %s", name, got, want)
		}
	}
	locked, err := os.ReadFile(filepath.Join("testdata", "locked.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	if got := refusal(t, "a.pdf", locked, 4); got != Locked {
		t.Errorf("a locked PDF is refused as %s", got)
	}
}

func TestNoTool(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Read(t.Context(), "a.pdf", []byte("%PDF-1.7\n"))
	refused, ok := errors.AsType[*RefusedError](err)
	if !ok || refused.Code != NoTool || !strings.Contains(refused.In(wording.FR), "apt install poppler-utils") {
		t.Errorf("got %v", err)
	}
}

// The type under which a file is handed out comes from its content, whatever it is called (S11).
func TestMediaTypeFromContent(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"invoice.pdf", "<html><script>alert(1)</script>", "text/html; charset=utf-8"},
		{"page.html", "%PDF-1.7", "application/pdf"},
		{"a.html", "Plain words", "text/plain; charset=utf-8"},
		{"a.svg", "\x00\x01\x02", "application/octet-stream"},
	} {
		f, _ := Recognise(c.name, []byte(c.data))
		if got := f.MediaType(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// What was read is whole, what was not is refused, and every passage can be found and compared.
func fuzzRead(f *testing.F, name string, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Read(t.Context(), name, data)
		if err != nil {
			if _, ok := errors.AsType[*RefusedError](err); !ok {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		whole(t, d)
		d.Locate("section 4.2(b)")
		d.Locate("row x, page 2")
		d.Find(cut(d.Blocks[len(d.Blocks)/2].Text, 300))
		if c := holds(t, d, d); !c.Same() {
			t.Fatalf("it differs from itself: %v", c.Counts)
		}
	})
}

func FuzzHTML(f *testing.F) {
	fuzzRead(f, "a.html", []byte("<html>"+webPage), []byte("<p><table><td><li>x</p></ol>"))
}
func FuzzMarkdown(f *testing.F) { fuzzRead(f, "a.md", []byte(terms), []byte(contract)) }
func FuzzText(f *testing.F) {
	fuzzRead(f, "a.txt", []byte("1. Title\n\n(a) x\n\fPage"), utf16le("Terms of use"), []byte("Dur\xe9e"))
}
func FuzzPDFLines(f *testing.F) {
	f.Add([]byte("<page width=\"1\">\n<line xMin=\"1\" yMin=\"2\" xMax=\"30\" yMax=\"12\">\n<word x>1.</word>\n<word x>T&amp;itle</word>\n</line>\n</page>\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r pdfReader
		b := newBuilder(PDF)
		if r.read(bytes.NewReader(data)) == nil && b.pdfPages(r.pages) == nil {
			if d, err := b.close(); err == nil {
				whole(t, d)
			}
		}
	})
}

// The parts of a Word document are fuzzed, not the archive around them, which the standard library reads.
func FuzzWord(f *testing.F) {
	f.Add([]byte(wordNS+wordBody+"</w:body></w:document>"), []byte("<a/>"))
	f.Fuzz(func(t *testing.T, main, numbering []byte) {
		data := archive(t, part{"word/document.xml", string(main)}, part{"word/numbering.xml", string(numbering)})
		d, err := Read(t.Context(), "a.docx", data)
		if err != nil {
			if _, ok := errors.AsType[*RefusedError](err); !ok {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		whole(t, d)
	})
}
