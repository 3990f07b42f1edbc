package pdf

import (
	"bytes"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/reports/tree"
)

// plainReport is a report of about twelve pages: paragraphs, tables, a chart, cards.
func plainReport() *tree.Document {
	d := sample("Évaluation d’une offre d’intelligence artificielle")
	d.Watermark = ""
	para := strings.Repeat("Un fait manquant n’est jamais deviné, ni au pire ni au mieux. ", 6)
	var rows []tree.Row
	for i := range 300 {
		rows = append(rows, tree.Row{Cells: []tree.Cell{tree.C(tree.T(fmt.Sprintf("Fait numéro %d", i))), {tree.T("Espace économique européen (30 pays)"), tree.Q("à vérifier : une source plus récente dit autre chose")},
			tree.C(tree.Text{{Text: "[12]", Style: tree.Reference, To: "a"}, {Text: " art. 8.2"}}), tree.C(tree.T("24 novembre 2026"))}})
	}
	d.Sections = append(d.Sections, tree.Section{ID: "faits", Number: "2", Title: "Faits", NewPage: true, Blocks: []tree.Block{tree.Paragraph{Text: tree.T(para)},
		tree.Table{Columns: []tree.Column{{Title: "Fait", Width: 3}, {Title: "Valeur", Width: 4}, {Title: "Source", Width: 2}, {Title: "Au", Width: 2}}, Rows: rows}}})
	return d
}

// asHTML is the same document as a page to print.
func asHTML(d *tree.Document) string {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang=fr><meta charset=utf-8><title>` + html.EscapeString(d.Title) + `</title><style>@page{size:A4;margin:22mm}body{font:9.8pt sans-serif}table{width:100%;border-collapse:collapse}td,th{border-bottom:.5px solid #ccc;text-align:left;padding:3px}</style>`)
	var blocks func([]tree.Block)
	cell := func(c tree.Cell) string {
		var parts []string
		for _, t := range c {
			parts = append(parts, html.EscapeString(t.String()))
		}
		return strings.Join(parts, "<br>")
	}
	blocks = func(bs []tree.Block) {
		for _, x := range bs {
			switch x := x.(type) {
			case tree.Paragraph:
				b.WriteString("<p>" + html.EscapeString(x.Text.String()) + "</p>")
			case tree.Table:
				b.WriteString("<table><thead><tr>")
				for _, c := range x.Columns {
					b.WriteString("<th>" + html.EscapeString(c.Title) + "</th>")
				}
				b.WriteString("</tr></thead>")
				for _, r := range x.Rows {
					b.WriteString("<tr>")
					for _, c := range r.Cells {
						b.WriteString("<td>" + cell(c) + "</td>")
					}
					b.WriteString("</tr>")
				}
				b.WriteString("</table>")
			case tree.Card:
				b.WriteString("<h3>" + html.EscapeString(x.Title.String()) + "</h3>")
				blocks(x.Body)
			}
		}
	}
	for _, s := range d.Sections {
		b.WriteString("<h1>" + html.EscapeString(s.Title) + "</h1>")
		blocks(s.Blocks)
	}
	return b.String()
}

// BenchmarkAgainstChromium prints the same document here and with headless Chromium, which draws less of it (no
// outline, chart, marks or page numbers). times-faster is the figure of the goal: at least 20.
func BenchmarkAgainstChromium(b *testing.B) {
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			browser = p
			break
		}
	}
	if browser == "" {
		b.Skip("Chromium is not installed")
	}
	d := plainReport()
	dir := b.TempDir()
	page, out := filepath.Join(dir, "report.html"), filepath.Join(dir, "report.pdf")
	if err := os.WriteFile(page, []byte(asHTML(d)), 0o600); err != nil {
		b.Fatal(err)
	}
	var own, theirs time.Duration
	var buf bytes.Buffer
	for b.Loop() {
		start := time.Now()
		cmd := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
			"--user-data-dir="+filepath.Join(dir, "profile"), "--no-pdf-header-footer", "--print-to-pdf="+out, "file://"+page)
		if text, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, text)
		}
		theirs += time.Since(start)
		start = time.Now()
		for range 5 {
			buf.Reset()
			if err := Write(&buf, d); err != nil {
				b.Fatal(err)
			}
		}
		own += time.Since(start) / 5
	}
	b.ReportMetric(float64(own.Microseconds())/1000/float64(b.N), "ms/own")
	b.ReportMetric(float64(theirs.Microseconds())/1000/float64(b.N), "ms/chromium")
	b.ReportMetric(float64(theirs)/float64(own), "times-faster")
}
