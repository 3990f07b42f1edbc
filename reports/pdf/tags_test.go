package pdf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/reports/tree"
)

// TestReadersHearTheStructure reads the structure back with poppler: headings, paragraphs, lists, tables with their heads
// told apart, figures, in the order of the document; running heads and feet are not part of it, and a table's head is said
// once even when it is printed on several pages.
func TestReadersHearTheStructure(t *testing.T) {
	rows := []tree.Row{{Group: tree.T("Où")}}
	for range 70 {
		rows = append(rows, tree.Row{Cells: []tree.Cell{tree.C(tree.T("Conservation")), {tree.T("30 jours"), tree.Q("art. 5")}}})
	}
	d := &tree.Document{Lang: "fr", Title: "Rapport", Day: "2026-11-24", HeadLeft: "en-tête", HeadRight: "droite", Foot: "pied", Watermark: "HYPOTHÈSE", ToContents: "Sommaire",
		Sections: []tree.Section{{ID: "a", Number: "1", Title: "Faits", Blocks: []tree.Block{
			tree.Paragraph{Text: tree.T(strings.TrimSpace(strings.Repeat("mot ", 40)))},
			tree.List{Items: []tree.Text{tree.T("un"), tree.T("deux")}, Ordered: true},
			tree.Callout{Title: tree.T("Attention"), Lines: []tree.Text{tree.T("Lire la suite.")}},
			tree.Picture{Width: 10, Height: 10, Alt: "La chaîne : A, puis B", Figures: []tree.Figure{{Kind: tree.Label, At: []tree.Spot{{X: 1, Y: 5}}, Text: "A", Size: 3}}},
			tree.KeyValues{Pairs: []tree.Pair{{Key: "Réponse", Value: tree.C(tree.T("oui"))}}},
			tree.Table{Caption: "Durées", Columns: []tree.Column{{Title: "Fait", Width: 1}, {Title: "Valeur", Width: 1}}, Rows: rows},
		}, Sections: []tree.Section{{ID: "b", Number: "1.1", Title: "Détail", Blocks: []tree.Block{
			tree.Card{Title: tree.T("Région"), Right: tree.T("35 – 80"), Body: []tree.Block{tree.Paragraph{Text: tree.T("Fin.")}}}}}}}}}
	file, _ := draw(t, d)
	if info := run(t, "pdfinfo", file); !strings.Contains(info, "Tagged:          yes") {
		t.Errorf("not tagged:\n%s", info)
	}
	got := run(t, "pdfinfo", "-struct-text", file)
	row := "      TR\n        TD\n          \"Conservation\"\n        TD\n          P (block)\n            \"30 jours\"\n          P (block)\n            \"art. 5\"\n"
	want := `Document
  Sect
    H1 (block)
      "Sommaire"
    TOC
      TOCI
        "1 Faits 2"
      TOCI
        "1.1 Détail 5"
  Sect
    H1 (block)
      "1 Faits"
    P (block)
      "` + strings.TrimSpace(strings.Repeat("mot ", 40)) + `"
    L (block)
      LI (block)
        Lbl (block)
          "1."
        LBody (block)
          "un"
      LI (block)
        Lbl (block)
          "2."
        LBody (block)
          "deux"
    Div
      P (block)
        "Attention"
      P (block)
        "Lire la suite."
    Figure
      "A"
    Table (block)
      TR
        TH:
           /Scope /Row
          "Réponse"
        TD
          "oui"
    Table (block)
      Caption
        "Durées"
      TR
        TH:
           /Scope /Column
          "Fait"
        TH:
           /Scope /Column
          "Valeur"
      TR
        TH:
           /Scope /Row
           /ColSpan 2
          "Où"
` + strings.Repeat(row, 70) + `    Sect
      H2 (block)
        "1.1 Détail"
      Sect
        H3 (block)
          "Région"
        P (block)
          "35 – 80"
        P (block)
          "Fin."
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%.4000s", diff)
	}
	plain, err := unpacked(t, file)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.ToLower(strings.TrimPrefix(alternative("La chaîne : A, puis B"), "/Alt ")); !strings.Contains(string(plain), "/Alt "+want) {
		t.Error("the figure has no words")
	}
}

// TestAllTextHasItsPlace: whatever the document, no text is left out of the structure but heads of tables that come again.
func TestAllTextHasItsPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pages, tags := compose(randomDocument(t))
		for n, pg := range pages {
			pg.parted(func(o op, el int32) {
				switch {
				case int(el) >= len(tags.elements):
					t.Fatalf("page %d: element %d of %d", n+1, el, len(tags.elements))
				case o.kind == opText && el <= 0 && o.text != "Fait" && o.text != "Valeur":
					t.Fatalf("page %d: %q belongs nowhere", n+1, o.text)
				}
			})
		}
		for i, e := range tags.elements[1:] {
			if e.parent < 0 || int(e.parent) > i {
				t.Fatalf("element %d stands under %d", i+1, e.parent)
			}
		}
	})
}
