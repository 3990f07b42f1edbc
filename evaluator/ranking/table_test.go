package ranking

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The ends of a candidate are those of a search over every value that each family can take, families that may be
// empty included; and no draw falls outside.
func TestEndsAgreeWithSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t, 1)
		c := p.Candidates[0]
		tab := p.table(c, 5)
		weights := make([][]int64, len(p.Families))
		one := make([]int64, len(p.Families))
		src := newStream(rapid.Uint64().Draw(t, "weights"), "").block(0)
		cuts := make([]uint32, 300)
		for f := range weights {
			weights[f] = make([]int64, block)
		}
		for d := range block {
			dirichlet(&src, p.alphas(Debated), cuts, one)
			for f, w := range one {
				weights[f][d] = w
			}
		}
		l := newLane()
		tab.fill(0, weights, block, &l)
		for d := range block {
			low, high := p.searchEnds(c, weights, d)
			if l.low[d] != low || l.high[d] != high {
				t.Fatalf("draw %d: [%d, %d], by search [%d, %d]", d, l.low[d], l.high[d], low, high)
			}
			if l.total[d] < low || l.total[d] > high {
				t.Fatalf("draw %d: %d falls outside [%d, %d]", d, l.total[d], low, high)
			}
		}
	})
}

func (p *Problem) searchEnds(c Candidate, weights [][]int64, d int) (low, high int64) {
	low, high = math.MaxInt64, -1
	var walk func(f int, sum, weight int64)
	walk = func(f int, sum, weight int64) {
		if f == len(p.Families) {
			if weight == 0 { // nothing weighs: any score is possible
				low, high = 0, 100*unit
				return
			}
			low, high = min(low, sum/weight), max(high, sum/weight)
			return
		}
		for _, a := range p.distribution(c, f) {
			if a.value < 0 {
				walk(f+1, sum, weight)
				continue
			}
			walk(f+1, sum+weights[f][d]*a.value, weight+weights[f][d])
		}
	}
	walk(0, 0, 0)
	return low, high
}

// An alias table draws each value as often as its probability says.
func TestAliasFollowsItsProbabilities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var atoms []atom
		total := 0.0
		for i, w := range rapid.SliceOfN(rapid.IntRange(1, 20), 1, 9).Draw(t, "weights") {
			atoms = append(atoms, atom{int64(i), float64(w)})
			total += float64(w)
		}
		for i := range atoms {
			atoms[i].p /= total
		}
		const n = 1 << 14
		counts := make([]int64, len(atoms))
		table := newAlias(atoms)
		for i := range uint64(n) { // a grid of fractions instead of random ones: exact to one step an entry
			counts[table.pick(i<<18|1<<17)]++
		}
		for i, a := range atoms {
			if d := math.Abs(float64(counts[i])/n - a.p); d > float64(len(atoms)+1)/n {
				t.Fatalf("value %d: %.5f, want %.5f", i, float64(counts[i])/n, a.p)
			}
		}
	})
}

// With more candidates than ranks kept, those that are kept are those of a full sort.
func TestThresholdKeepsTheBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(maxRanks+1, 3*maxRanks).Draw(t, "n")
		s := newScratch(n, 1, []int{1}, 0)
		totals := make([]int32, n)
		for i := range totals {
			totals[i] = int32(rapid.IntRange(0, 100).Draw(t, "points") * unit)
		}
		least := s.threshold(totals)
		sorted := slices.Clone(totals)
		slices.Sort(sorted)
		if sorted[n-maxRanks] < least {
			t.Fatalf("the hundredth best has %d, the threshold is %d", sorted[n-maxRanks], least)
		}
	})
}
