package sheet

import (
	"math"
	"math/rand/v2"
	"testing"

	"vigie/catalog/wording"
	"vigie/evaluator"
)

// An averaged item, as the brute force sees it.
type averaged struct {
	weight, score float64
	maybe         bool
}

// extreme is the lowest (or highest) mean over every choice of the items that may drop out; ok is false when nothing
// that weighs is left to average.
func extreme(items []averaged, sign float64) (best float64, ok bool) {
	for choice := range 1 << len(items) {
		sum, weight, allowed := 0.0, 0.0, true
		for i, x := range items {
			if choice>>i&1 == 1 {
				sum, weight = sum+x.weight*x.score, weight+x.weight
			} else if !x.maybe {
				allowed = false
			}
		}
		if allowed && weight > 0 && (!ok || sign*sum/weight < sign*best) {
			best, ok = sum/weight, true
		}
	}
	return best, ok
}

// TestWhatMayNotApplyWidensAsTheEngineSays makes it unknown, here and there, whether a criterion applies, and holds the
// formulas against every choice of what does.
func TestWhatMayNotApplyWidensAsTheEngineSays(t *testing.T) {
	b := theBench(t)
	in := b.compared(t, "office-assistant", b.framework.WeightSets["office-assistant"], seven[:4]...)
	c := *in.Comparison
	c.Matrix = append([]evaluator.Row{}, c.Matrix...)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range c.Matrix {
		cells := append([]evaluator.MatrixCell{}, c.Matrix[i].Cells...)
		for j := range cells {
			whole := j == 3 && i%2 == 0 // one offering of which little is sure
			if cells[j].Applies == evaluator.AppliesYes && (whole || rng.IntN(4) == 0 || c.Matrix[i].Family == b.framework.Families[j].ID) {
				cells[j].Applies = evaluator.AppliesUnknown
			}
		}
		c.Matrix[i].Cells = cells
	}
	in.Comparison = &c
	f := recalculated(t, written(t, in, wording.EN))
	dropped := 0
	for i, r := range c.Ranking {
		for j, sign := range []float64{1, -1} {
			col := checkLeads + 1 + i*perOffering + j
			var families []averaged
			for k, fam := range b.framework.Families {
				var items []averaged
				sure := false
				for _, row := range c.Matrix {
					cell := row.Cells[i]
					if row.Family != fam.ID || cell.Applies == evaluator.AppliesNo {
						continue
					}
					x := averaged{float64(row.Weight), float64(*cell.Low), cell.Applies == evaluator.AppliesUnknown}
					if j == 1 {
						x.score = float64(*cell.High)
					}
					items = append(items, x)
					sure = sure || !x.maybe && x.weight > 0
				}
				want, ok := extreme(items, sign)
				if !ok {
					continue
				}
				if !sure {
					dropped++
				}
				families = append(families, averaged{float64(in.Weights.Family(fam.ID)), want, !sure})
				if got := float(t, f, "Check", at(col, firstLine+k)); math.Abs(got-want) > 1e-6 {
					t.Errorf("%s, family %s, end %d: the sheet says %v, every choice says %v", r.Offering, fam.ID, j, got, want)
				}
			}
			want, _ := extreme(families, sign)
			if got := float(t, f, "Check", at(col, firstLine+len(b.framework.Families))); math.Abs(got-want) > 1e-6 {
				t.Errorf("%s, total, end %d: the sheet says %v, every choice says %v", r.Offering, j, got, want)
			}
		}
	}
	if dropped == 0 {
		t.Error("no family may drop out: the case is not tried")
	}
}
