package pdf

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"vigie/reports/tree"
)

// tool finds a program that reads PDFs back. Where it is absent the test is skipped, except in CI, where it fails.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is needed (Debian: poppler-utils, qpdf, chromium)", name)
		}
		t.Skipf("%s is not installed (Debian: poppler-utils, qpdf, chromium)", name)
	}
	return path
}

// draw writes a document and keeps the file where tools can read it.
func draw(t testing.TB, d *tree.Document) (file string, data []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, b.Bytes()
}

func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(tool(t, name), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// sample puts one text into every place of a document where a text can stand.
func sample(s string) *tree.Document {
	t := tree.Text{{Text: s}, {Text: s, Style: tree.Strong}, {Text: s, Style: tree.Reference, To: "a"}, {Text: s, Style: tree.Quiet, URL: s}}
	cell := tree.Cell{t, tree.Q(s)}
	r := &tree.Range{Low: 2500, High: 6000}
	return &tree.Document{
		Lang: "fr", Title: s, Subject: s, Keywords: []string{s}, Producer: s, Day: "2026-11-24",
		HeadLeft: s, HeadRight: s, Foot: s, Watermark: s, ToContents: s,
		Cover: []tree.Block{tree.Paragraph{Text: t, Size: tree.Display}, tree.Signatures{Boxes: []string{s, s}, Lines: []string{s, s}}},
		Front: []tree.Section{{ID: s, Title: s, Blocks: []tree.Block{tree.Callout{Mark: tree.MarkFailed, Title: t, Lines: []tree.Text{t}}}}},
		Sections: []tree.Section{{ID: "a", Number: "1", Title: s, Blocks: []tree.Block{
			tree.Paragraph{Text: t}, tree.Heading{Text: t}, tree.List{Items: []tree.Text{t, t}, Ordered: true},
			tree.Table{Caption: s, Columns: []tree.Column{{Title: s, Width: 1}, {Title: s, Width: 2, Align: tree.Right}},
				Rows: []tree.Row{{Group: t, ID: s}, {Cells: []tree.Cell{cell, cell}}, {Cells: []tree.Cell{cell, cell}}}},
			tree.KeyValues{Pairs: []tree.Pair{{Key: s, Value: cell}}},
			tree.IntervalBar{Bars: []tree.Bar{{Label: s, Range: r, Words: s}}},
			tree.FamilyChart{Bars: []tree.Bar{{Label: s, Note: s, Range: r, Words: s, To: "a"}}, Legend: []tree.Text{t}},
			tree.Card{ID: s + "c", Title: t, Right: t, Range: r, Body: []tree.Block{tree.Paragraph{Text: t}}},
			tree.Drawing{Rows: 2, Nodes: []tree.Node{{X: 0.5, Width: 0.4, Lines: []tree.Text{t}}, {Row: 1, X: 0.5, Width: 0.4, Lines: []tree.Text{t}, Shape: tree.Dashed}},
				Edges: []tree.Edge{{From: 0, To: 1, Label: s}}},
		}, Sections: []tree.Section{{ID: "b", Number: "1.1", Title: s}}}},
	}
}
