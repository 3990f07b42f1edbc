package sheet

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/reports"
)

func value(t testing.TB, f *excelize.File, sheet, cell string) string {
	t.Helper()
	v, err := f.GetCellValue(sheet, cell)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func float(t testing.TB, f *excelize.File, sheet, cell string) float64 {
	t.Helper()
	v := value(t, f, sheet, cell)
	x, err := strconv.ParseFloat(v, 64)
	if err != nil {
		t.Fatalf("%s!%s holds %q", sheet, cell, v)
	}
	return x
}

// agrees holds what the formulas gave against what the engine says.
func agrees(t *testing.T, f *excelize.File, l wording.Lang, families int, want []evaluator.Ranked) {
	t.Helper()
	sheet := sheetNames[check].In(l)
	for i, r := range want {
		col := checkLeads + 1 + i*perOffering
		for j, engine := range []evaluator.Hundredths{r.Score.Low, r.Score.High, r.Mean} {
			got := float(t, f, sheet, at(col+j, firstLine+families))
			if math.Abs(got-float64(engine)/100) > 0.0050001 {
				t.Errorf("%s, end %d: the sheet says %v, the engine %v", r.Offering, j, got, engine)
			}
		}
		for k, x := range r.Families {
			if x.Low == nil {
				if n := float(t, f, sheet, at(col+countsAt, firstLine+k)); n != 0 {
					t.Errorf("%s: family %s counts %v, the engine leaves it out", r.Offering, x.ID, n)
				}
				continue
			}
			for j, engine := range []evaluator.Hundredths{*x.Low, *x.High} {
				if got := float(t, f, sheet, at(col+j, firstLine+k)); math.Abs(got-float64(engine)/100) > 0.0050001 {
					t.Errorf("%s, family %s, end %d: the sheet says %v, the engine %v", r.Offering, x.ID, j, got, engine)
				}
			}
		}
	}
}

// TestFormulasAgreeWithTheEngine has a spreadsheet compute the sums, in both languages and for uses in which criteria
// do not apply or may not.
func TestFormulasAgreeWithTheEngine(t *testing.T) {
	b := theBench(t)
	for _, tt := range []struct {
		use string
		l   wording.Lang
	}{{"office-assistant", wording.FR}, {"rnd-secret", wording.EN}} {
		in := b.compared(t, tt.use, b.framework.WeightSets[tt.use], seven...)
		f := recalculated(t, written(t, in, tt.l))
		agrees(t, f, tt.l, len(b.framework.Families), in.Comparison.Ranking)
		sheet := sheetNames[check].In(tt.l)
		for i, r := range in.Comparison.Ranking {
			for j := range countsAt {
				if d := float(t, f, sheet, at(checkLeads+1+i*perOffering+j, firstLine+len(b.framework.Families)+2)); d != 0 {
					t.Errorf("%s: the row of differences says %v", r.Offering, d)
				}
			}
			if got := float(t, f, sheetNames[ranks].In(tt.l), at(12, firstLine+i)); got != float64(r.Rank) && in.Comparison.Ranking[i].Rank == i+1 {
				t.Errorf("%s: rank %v in the sheet, %d by the engine", r.Offering, got, r.Rank)
			}
		}
		if s := value(t, f, sheetNames[ranks].In(tt.l), "A4"); !strings.Contains(s, "those of the set") && !strings.Contains(s, "sont ceux du jeu") {
			t.Errorf("A4 says %q", s)
		}
	}
}

// TestTotalsFollowChangedWeights types a member's weights into the yellow cells and compares with the engine under them.
func TestTotalsFollowChangedWeights(t *testing.T) {
	b := theBench(t)
	fw := b.framework.Framework
	numbers := map[string]int64{}
	for i, f := range fw.Families {
		numbers[f.ID] = int64((i * 7) % 5) // some weigh nothing
	}
	criteria := map[string]int64{}
	for i, c := range fw.Criteria {
		if i%3 == 0 {
			criteria[c.ID] = int64(i % 7)
		}
	}
	own, err := evaluator.Weighing{ID: "member", Author: "u-1", Reason: wording.Same("-"), Numbers: numbers, Criteria: criteria}.WeightSet(fw)
	if err != nil {
		t.Fatal(err)
	}
	const use = "office-assistant"
	in := b.compared(t, use, b.framework.WeightSets[use], seven...)
	f := opened(t, written(t, in, wording.EN))
	layout := &book{ComparisonInput: in, weights: map[string]int{}, family: map[string]int{}}
	layout.order()
	set := func(row int, w int64) {
		if err := f.SetCellInt("Weights", at(4, row), w); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range fw.Families {
		set(layout.family[x.ID], own.Family(x.ID))
	}
	for _, c := range fw.Criteria {
		set(layout.weights[c.ID], own.Criterion(c))
	}
	var changed bytes.Buffer
	if err := f.Write(&changed); err != nil {
		t.Fatal(err)
	}
	other := b.compared(t, use, own, seven...)
	var want []evaluator.Ranked // in the order of the workbook's columns
	for _, r := range in.Comparison.Ranking {
		for _, o := range other.Comparison.Ranking {
			if o.Offering == r.Offering {
				want = append(want, o)
			}
		}
	}
	g := recalculated(t, changed.Bytes())
	agrees(t, g, wording.EN, len(fw.Families), want)
	if s := value(t, g, "Ranking", "A4"); !strings.Contains(s, "not those of the set") {
		t.Errorf("A4 says %q", s)
	}
}

func TestSameComparisonSameBytes(t *testing.T) {
	b := theBench(t)
	in := b.compared(t, "office-assistant", b.framework.WeightSets["office-assistant"], seven[:3]...)
	first := written(t, in, wording.FR)
	for range 3 {
		if !bytes.Equal(first, written(t, in, wording.FR)) {
			t.Fatal("two runs gave two files")
		}
	}
}

// TestTextsAreNeverFormulas puts what a spreadsheet would run (RELIABILITY S4) where a vendor's or a member's words stand.
func TestTextsAreNeverFormulas(t *testing.T) {
	b := theBench(t)
	for _, bad := range []string{`=HYPERLINK("http://x","y")`, "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "=cmd|'/c calc'!A0", "nul \x00 \x1b end", "lone \xff byte"} {
		in := b.compared(t, "office-assistant", b.framework.WeightSets["office-assistant"], seven[:2]...)
		c := *in.Comparison
		c.Ranking = append([]evaluator.Ranked{}, c.Ranking...)
		c.Ranking[0].Name = wording.Same(bad)
		w := *in.Weights
		w.Author = bad
		in.Comparison, in.Weights = &c, &w
		f := opened(t, written(t, in, wording.EN))
		ours := 0
		for n := range sheetNames {
			sheet := sheetNames[n].In(wording.EN)
			rows, err := f.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			for i, row := range rows {
				for j := range row {
					formula, err := f.GetCellFormula(sheet, at(j+1, i+1))
					if err != nil {
						t.Fatal(err)
					}
					if formula == "" {
						continue
					}
					ours++
					if strings.Contains(formula, "HYPERLINK") || strings.Contains(formula, "cmd") || strings.Contains(formula, "1+1") {
						t.Errorf("%s!%s is the formula %s", sheet, at(j+1, i+1), formula)
					}
				}
			}
		}
		if formula, err := f.GetCellFormula("Ranking", "C6"); err != nil || formula != "" {
			t.Errorf("%q became the formula %q, %v", bad, formula, err)
		}
		kind, err := f.GetCellType("Ranking", "C6")
		if err != nil || kind != excelize.CellTypeSharedString {
			t.Errorf("%q is of type %v, %v", bad, kind, err)
		}
		if ours == 0 {
			t.Error("no formula was found: the test reads nothing")
		}
	}
}

func TestAWorkbookReadsBack(t *testing.T) {
	b := theBench(t)
	in := b.compared(t, "office-assistant", b.framework.WeightSets["office-assistant"], seven...)
	for l, want := range map[wording.Lang][]string{wording.FR: {"Classement", "Notes", "Poids", "Contrôle", "Raisons", "Éliminatoires"}, wording.EN: {"Ranking", "Scores", "Weights", "Check", "Reasons", "Knock-outs"}} {
		f := opened(t, written(t, in, l))
		if d := cmp.Diff(want, f.GetSheetList()); d != "" {
			t.Error(d)
		}
		for i, r := range in.Comparison.Ranking {
			if got := value(t, f, want[0], at(4, firstLine+i)); got != r.Offering {
				t.Errorf("line %d is %q, want %s", i, got, r.Offering)
			}
			if got := float(t, f, want[0], at(5, firstLine+i)); got != float64(r.Score.Low)/100 {
				t.Errorf("%s scores from %v", r.Offering, got)
			}
		}
		rows, err := f.GetRows(want[4])
		if err != nil || len(rows) != firstLine-1+len(b.framework.Criteria)*len(seven) {
			t.Errorf("%d rows of reasons, %v", len(rows), err)
		}
		for _, row := range rows[firstLine-1:] {
			if len(row) < 6 || row[5] == "" {
				t.Errorf("no reason in %q", row)
			}
		}
		props, err := f.GetDocProps()
		if err != nil || props.Identifier != in.Comparison.Hash || props.Created != "2026-11-24T00:00:00Z" {
			t.Errorf("%+v, %v", props, err)
		}
	}
}

func TestWhatAWorkbookRefuses(t *testing.T) {
	if err := Write(&bytes.Buffer{}, reports.ComparisonInput{}, wording.EN); err == nil || !strings.Contains(err.Error(), "all needed") {
		t.Errorf("got %v", err)
	}
	b := theBench(t)
	in := b.compared(t, "office-assistant", b.framework.WeightSets["office-assistant"], seven[:2]...)
	c := *in.Comparison
	for range MaxOfferings {
		c.Ranking = append(c.Ranking, c.Ranking[0])
	}
	in.Comparison = &c
	if err := Write(&bytes.Buffer{}, in, wording.EN); err == nil || err.Error() != "offerings: a workbook shows at most 500 offerings, found 502" {
		t.Errorf("got %v", err)
	}
}

func BenchmarkWorkbook(b *testing.B) {
	x := theBench(b)
	in := x.compared(b, "office-assistant", x.framework.WeightSets["office-assistant"], x.view.IDs("offering")[:12]...)
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := Write(&out, in, wording.FR); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(out.Len())/1024, "KiB")
}
