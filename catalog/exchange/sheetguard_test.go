package exchange_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"vigie/catalog"
	"vigie/catalog/exchange"
	"vigie/catalog/wording"
)

// rewrite copies a workbook, with some of its parts replaced or added.
func rewrite(t testing.TB, data []byte, parts map[string]func(w io.Writer)) []byte {
	t.Helper()
	src, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range src.File {
		if parts[f.Name] != nil {
			continue
		}
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	for name, write := range parts {
		p, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		write(p)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func workbook(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const sheetHead = `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`

// Files that would take memory or time without measure are refused before they are opened, at the cell that is too much,
// and with little allocated (S1, S2, S3).
func TestSheetAttacks(t *testing.T) {
	_, dict, _ := builtin(t)
	good := sheet(t, exchange.SheetRequest{About: vendor("lighton"), Lang: wording.FR})
	repeat := func(head, s string, n int) func(io.Writer) {
		return func(w io.Writer) {
			io.WriteString(w, head)
			for range n {
				io.WriteString(w, s)
			}
		}
	}
	text := func(s string) func(io.Writer) { return repeat(s, "", 0) }
	const first = "xl/worksheets/sheet1.xml"
	cases := []struct {
		name   string
		data   []byte
		want   string // in the message
		maxMiB uint64
	}{
		{"a zip bomb: 600 MiB in 600 KB", rewrite(t, good, map[string]func(io.Writer){first: repeat(sheetHead, strings.Repeat(" ", 1<<20), 600)}), "unpacks to more than", 2},
		{"a zip bomb of 64 MiB", rewrite(t, good, map[string]func(io.Writer){first: repeat(sheetHead, strings.Repeat(" ", 1<<20), 64)}), "unpacks to more than", 2},
		{"many parts that add up", rewrite(t, good, map[string]func(io.Writer){
			"xl/media/a": repeat("", strings.Repeat("x", 1<<20), 15), "xl/media/b": repeat("", strings.Repeat("x", 1<<20), 15), "xl/media/c": repeat("", strings.Repeat("x", 1<<20), 15), "xl/media/d": repeat("", strings.Repeat("x", 1<<20), 15)}), "unpacks to more than", 2},
		{"one cell in the last row", workbook(t, func(f *excelize.File) { f.SetCellStr("Sheet1", "XFD1048576", "x") }), `“Sheet1”: row 1048576`, 4},
		{"one cell in the last column", workbook(t, func(f *excelize.File) { f.SetCellStr("Sheet1", "XFD1", "x") }), `“Sheet1” XFD1`, 4},
		{"a million empty rows", rewrite(t, good, map[string]func(io.Writer){first: repeat(sheetHead, "<row/>", 1<<20)}), "row 5001", 16},
		{"cells without end", rewrite(t, good, map[string]func(io.Writer){first: repeat(sheetHead+"<row>", "<c/>", 1<<20)}), "BM1", 16},
		{"rows that go on counting from the end", rewrite(t, good, map[string]func(io.Writer){first: text(sheetHead + `<row r="99999999999999999999">`)}), "a row is numbered", 16},
		{"5 000 sheets", rewrite(t, good, map[string]func(io.Writer){"xl/workbook.xml": repeat("<workbook><sheets>", `<sheet name="s" sheetId="1" id="r"/>`, 5000)}), "more than 120 sheets", 16},
		{"a document type in a worksheet", rewrite(t, good, map[string]func(io.Writer){first: text(`<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + sheetHead + "<row><c><v>&a;</v></c></row></sheetData></worksheet>")}), "<!DOCTYPE…>", 16},
		{"a document type in the shared texts", rewrite(t, good, map[string]func(io.Writer){"xl/sharedStrings.xml": text(`<!DOCTYPE x [<!ENTITY a "b">]><sst/>`)}), "<!DOCTYPE…>", 16},
		{"a document type behind a comment", rewrite(t, good, map[string]func(io.Writer){"xl/styles.xml": text(`<!-- c --><!DOCTYPE x><styleSheet/>`)}), "<!DOCTYPE…>", 16},
		{"entities that grow", rewrite(t, good, map[string]func(io.Writer){"docProps/app.xml": text(`<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>`)}), "<!DOCTYPE…>", 16},
		{"a workbook of others", workbook(t, func(f *excelize.File) { f.SetCellStr("Sheet1", "A1", "x") }), "no sheet that Vigie wrote", 16},
		{"a Word document", rewrite(t, workbook(t, func(*excelize.File) {}), map[string]func(io.Writer){"xl/workbook.xml": text("<x/>")}), "", 16},
		{"no archive", []byte("PK\x03\x04"), "damaged", 1},
		{"names that lead out are looked up, never opened", rewrite(t, good, map[string]func(io.Writer){"../../etc/passwd": text("x"), "/abs": text("x")}), "", 64},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := exchange.ReadSheet(c.data, dict, exchange.ReadOptions{Name: "f.xlsx", Day: today})
			runtime.ReadMemStats(&after)
			if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > c.maxMiB {
				t.Errorf("%d MiB were allocated, at most %d may be", got, c.maxMiB)
			}
			refused, ok := errors.AsType[*exchange.UnreadableError](err)
			switch {
			case c.want == "" && err == nil:
			case !ok:
				t.Fatalf("not refused: %v", err)
			case !strings.Contains(refused.In(wording.EN), c.want) || !strings.HasPrefix(refused.In(wording.EN), "f.xlsx") || refused.In(wording.FR) == refused.In(wording.EN):
				t.Errorf("it says %q", refused.In(wording.EN))
			}
		})
	}
}

func FuzzReadSheet(f *testing.F) {
	cat, dict, shelf := builtin(f)
	good := sheet(f, exchange.SheetRequest{About: catalog.Ref{Kind: catalog.Organisation, ID: cat.IDs(catalog.Organisation)[0]}, Lang: wording.FR})
	z, err := zip.NewReader(bytes.NewReader(good), int64(len(good)))
	if err != nil {
		f.Fatal(err)
	}
	// One part is fuzzed and the rest is good: the archive itself is the standard library's.
	for _, name := range []string{"xl/worksheets/sheet2.xml", "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"} {
		r, err := z.Open(name)
		if err != nil {
			f.Fatal(err)
		}
		part, err := io.ReadAll(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name, part[:min(len(part), 4000)])
	}
	f.Add("xl/sharedStrings.xml", []byte(`<sst><si><t>vigie-sheet/1</t></si></sst>`))
	f.Fuzz(func(t *testing.T, name string, part []byte) {
		if len(name) > 100 {
			return
		}
		data := rewrite(t, good, map[string]func(io.Writer){name: func(w io.Writer) { w.Write(part) }})
		p, err := exchange.ReadSheet(data, dict, exchange.ReadOptions{Name: "f.xlsx", Day: today, Shelf: shelf})
		if err != nil {
			if _, ok := errors.AsType[*exchange.UnreadableError](err); !ok {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		proposes(t, p)
	})
}

// proposes checks what every proposal must be: it fits the dictionary, and goes through its canonical form.
func proposes(t testing.TB, p *exchange.Proposal) {
	t.Helper()
	_, dict, _ := builtin(t)
	data, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := exchange.DecodeProposal(data, dict)
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	if back.Hash() != p.Hash() {
		t.Fatal("another proposal came back")
	}
}
