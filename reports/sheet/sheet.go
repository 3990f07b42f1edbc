// Package sheet writes a comparison as an Excel workbook in which a committee can check the weighted sums by hand: the
// totals are formulas over weights that may be changed, beside the engine's own.
//
// Every text is stored as a text, whatever it begins with; only formulas made here are formulas. The same comparison
// gives the same bytes.
package sheet

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/xuri/excelize/v2"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/derive"
	"vigie/evaluator/framework"
	"vigie/evaluator/ranking"
	"vigie/reports"
)

// MaxOfferings is how many offerings a workbook takes.
const MaxOfferings = 500

// book is a workbook being written. The first error is kept and told at the end.
type book struct {
	reports.ComparisonInput
	f       *excelize.File
	l       wording.Lang
	err     error
	styles  map[string]int
	labels  map[string]wording.Text
	lines   []line         // criteria, family by family
	weights map[string]int // row of each criterion in the sheet of weights
	family  map[string]int // row of each family there
}

// line is one criterion: its row of the matrix and the row it stands on in the sheet of scores.
type line struct {
	*framework.Criterion
	row evaluator.Row
	at  int
}

// Write writes the workbook in one language. The error is a *catalog.InvalidError for more than MaxOfferings offerings;
// others name what the input lacks, or are of the writer.
func Write(w io.Writer, in reports.ComparisonInput, l wording.Lang) error {
	if in.Comparison == nil || in.Dictionary == nil || in.Framework == nil || in.Weights == nil {
		return errors.New("workbook: comparison, dictionary, framework and weight set are all needed")
	}
	if n := len(in.Comparison.Ranking); n > MaxOfferings {
		return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "offerings", Text: wording.Textf("a workbook shows at most %d offerings, found %d",
			"un classeur montre au plus %d offres ; trouvé : %d", MaxOfferings, n)}}}
	}
	b := &book{ComparisonInput: in, f: excelize.NewFile(), l: l, styles: map[string]int{}, labels: map[string]wording.Text{}, weights: map[string]int{}, family: map[string]int{}}
	defer b.f.Close()
	declared, err := derive.Declarations()
	if err != nil {
		return fmt.Errorf("workbook: derived facts: %w", err)
	}
	for _, d := range declared {
		b.labels[d.Path] = d.Label
	}
	b.order()
	b.open()
	b.ranking()
	b.scores()
	b.weightSheet()
	b.check()
	b.reasons()
	b.knockOuts()
	if b.err != nil {
		return fmt.Errorf("workbook: %w", b.err)
	}
	return b.f.Write(w)
}

// The sheets, in their order.
const (
	ranks = iota
	scores
	weights
	check
	reasons
	knockOuts
)

var sheetNames = []wording.Text{{EN: "Ranking", FR: "Classement"}, {EN: "Scores", FR: "Notes"}, {EN: "Weights", FR: "Poids"}, {EN: "Check", FR: "Contrôle"},
	{EN: "Reasons", FR: "Raisons"}, {EN: "Knock-outs", FR: "Éliminatoires"}}

func (b *book) sheet(n int) string { return sheetNames[n].In(b.l) }

// firstLine is the row of the first criterion, family or offering of a sheet with a head.
const firstLine = 6

// order puts the criteria family by family, so that each family is one range.
func (b *book) order() {
	for _, f := range b.Framework.Families {
		for _, row := range b.Comparison.Matrix {
			if row.Family != f.ID {
				continue
			}
			if c := b.Framework.Criterion(row.Criterion); c != nil {
				b.lines = append(b.lines, line{c, row, firstLine + len(b.lines)})
			}
		}
	}
	for i, f := range b.Framework.Families {
		b.family[f.ID] = firstLine + i
	}
	for i, x := range b.lines {
		b.weights[x.ID] = firstLine + len(b.Framework.Families) + 2 + i
	}
}

func (b *book) open() {
	day := string(b.Comparison.On) + "T00:00:00Z"
	b.keep(b.f.SetDocProps(&excelize.DocProperties{Title: b.title(), Creator: b.Program, LastModifiedBy: b.Program, Identifier: b.Comparison.Hash, Language: string(b.l), Created: day, Modified: day}))
	full := true
	b.keep(b.f.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &full}))
	for i := range sheetNames {
		if i == 0 {
			b.keep(b.f.SetSheetName("Sheet1", b.sheet(0)))
			continue
		}
		_, err := b.f.NewSheet(b.sheet(i))
		b.keep(err)
	}
}

func (b *book) title() string {
	use := b.Comparison.UseCase
	if len(b.Candidates) > 0 {
		d := b.Candidates[0].Dossier
		use = d.Name(d.UseCase).In(b.l)
	}
	return b.say("Comparison of offerings: %s", "Comparaison d'offres : %s", use)
}

func (b *book) keep(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *book) say(en, fr string, args ...any) string { return b.t(wording.Textf(en, fr, args...)) }

func (b *book) t(t wording.Text) string { return wording.Typeset(b.l, t.In(b.l)) }

func (b *book) label(path string) string {
	if d, ok := b.Dictionary.Fact(path); ok {
		return b.t(d.Label)
	}
	if t, ok := b.labels[path]; ok {
		return b.t(t)
	}
	return path
}

func at(column, row int) string {
	s, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		panic(err) // columns and rows are bounded by MaxOfferings and the framework's size
	}
	return s
}

// fixed is a cell as formulas name it, and column one column of several rows.
func fixed(col, row int) string {
	name, _ := excelize.ColumnNumberToName(col)
	return fmt.Sprintf("$%s$%d", name, row)
}

func column(col, from, to int) string { return fixed(col, from) + ":" + fixed(col, to) }

// of names a range of another sheet. Names are quoted: one bears an accent.
func (b *book) of(sheet int, ref string) string { return "'" + b.sheet(sheet) + "'!" + ref }

// text writes a text, never a formula; characters that no sheet can hold are dropped.
func (b *book) text(sheet, col, row int, s, style string) {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' || r == unicode.ReplacementChar || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, s)
	b.keep(b.f.SetCellStr(b.sheet(sheet), at(col, row), s))
	b.style(sheet, col, row, style)
}

func (b *book) number(sheet, col, row int, x float64, style string) {
	b.keep(b.f.SetCellFloat(b.sheet(sheet), at(col, row), x, -1, 64))
	b.style(sheet, col, row, style)
}

// maxFormula is the length that Excel allows.
const maxFormula = 8192

func (b *book) formula(sheet, col, row int, formula, style string) {
	if len(formula) > maxFormula {
		b.keep(fmt.Errorf("the formula of %s in %s has %d characters, Excel takes %d", at(col, row), b.sheet(sheet), len(formula), maxFormula))
		return
	}
	b.keep(b.f.SetCellFormula(b.sheet(sheet), at(col, row), formula))
	b.style(sheet, col, row, style)
}

// typeface is that of the cells without a style of their own.
const typeface = "Calibri"

// looks are the styles of cells.
var looks = map[string]*excelize.Style{
	"title":  {Font: &excelize.Font{Family: typeface, Bold: true, Size: 14}},
	"note":   {Font: &excelize.Font{Family: typeface, Size: 11, Color: "595959"}},
	"head":   {Font: &excelize.Font{Family: typeface, Size: 11, Bold: true, Color: "FFFFFF"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"1F3864"}}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}},
	"wrap":   {Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}},
	"points": {NumFmt: 2},
	"total":  {NumFmt: 2, Font: &excelize.Font{Family: typeface, Size: 11, Bold: true}, Border: []excelize.Border{{Type: "top", Color: "1F3864", Style: 1}}},
	"yours":  {Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFF2CC"}}, Border: []excelize.Border{{Type: "left", Color: "BF9000", Style: 1}, {Type: "right", Color: "BF9000", Style: 1}, {Type: "top", Color: "BF9000", Style: 1}, {Type: "bottom", Color: "BF9000", Style: 1}}},
	"void":   {Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7E6E6"}}},
}

func (b *book) style(sheet, col, row int, name string) {
	if name == "" {
		return
	}
	id, ok := b.styles[name]
	if !ok {
		var err error
		id, err = b.f.NewStyle(looks[name])
		b.keep(err)
		b.styles[name] = id
	}
	b.keep(b.f.SetCellStyle(b.sheet(sheet), at(col, row), at(col, row), id))
}

func (b *book) widths(sheet int, widths ...float64) {
	for i, w := range widths {
		name, _ := excelize.ColumnNumberToName(i + 1)
		b.keep(b.f.SetColWidth(b.sheet(sheet), name, name, w))
	}
}

// head writes a title, notes under it, and the heads of columns on the row above the first line.
func (b *book) head(sheet int, title string, notes []string, columns ...string) {
	b.text(sheet, 1, 1, title, "title")
	for i, n := range notes {
		b.text(sheet, 1, 2+i, n, "note")
	}
	for i, c := range columns {
		b.text(sheet, 1+i, firstLine-1, c, "head")
	}
}

// freeze keeps the heads and the first columns in sight, and makes a printed page as wide as the sheet.
func (b *book) freeze(sheet, columns int) {
	fit, wide, long, landscape := true, 1, 0, "landscape"
	b.keep(b.f.SetSheetProps(b.sheet(sheet), &excelize.SheetPropsOptions{FitToPage: &fit}))
	b.keep(b.f.SetPageLayout(b.sheet(sheet), &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &wide, FitToHeight: &long}))
	b.keep(b.f.SetRowHeight(b.sheet(sheet), firstLine-1, 45)) // three lines
	b.keep(b.f.SetPanes(b.sheet(sheet), &excelize.Panes{Freeze: true, XSplit: columns, YSplit: firstLine - 1, TopLeftCell: at(columns+1, firstLine), ActivePane: "bottomRight"}))
}

var verdicts = map[evaluator.Verdict]wording.Text{evaluator.Eligible: {EN: "Eligible", FR: "Éligible"}, evaluator.Undetermined: {EN: "Undetermined", FR: "Indéterminée"}, evaluator.NotEligible: {EN: "Not eligible", FR: "Non éligible"}}

var words = map[ranking.Word]wording.Text{ranking.Firm: {EN: "firm", FR: "solide"}, ranking.Likely: {EN: "likely", FR: "probable"}, ranking.NotSeparated: {EN: "not separated", FR: "non départagé"}}

var statuses = map[evaluator.Status]wording.Text{evaluator.Failed: {EN: "failed", FR: "non satisfait"}, evaluator.Open: {EN: "undetermined", FR: "indéterminé"}}
