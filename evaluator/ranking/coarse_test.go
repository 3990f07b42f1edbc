package ranking

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func drawMembers(t *rapid.T, most, heavy int) (members []member, heaviest int64) {
	for range rapid.IntRange(1, most).Draw(t, "members") {
		m := member{weight: rapid.Int64Range(1, int64(heavy)).Draw(t, "weight"), maybe: rapid.Bool().Draw(t, "maybe")}
		for range rapid.IntRange(1, 4).Draw(t, "bands") {
			m.sums = append(m.sums, m.weight*rapid.Int64Range(0, 100).Draw(t, "score"))
		}
		heaviest += m.weight
		members = append(members, m)
	}
	return members, heaviest
}

// exact lists the distribution by going over every choice.
func exact(members []member) map[int64]float64 {
	out := map[int64]float64{}
	var walk func(i int, sum, weight int64, p float64)
	walk = func(i int, sum, weight int64, p float64) {
		if i == len(members) {
			v := int64(-1)
			if weight > 0 {
				v = (2*sum*unit + weight) / (2 * weight)
			}
			out[v] += p
			return
		}
		m := members[i]
		keep := 1.0
		if m.maybe {
			keep = 0.5
			walk(i+1, sum, weight, p/2)
		}
		for _, s := range m.sums {
			walk(i+1, sum+s, weight+m.weight, p*keep/float64(len(m.sums)))
		}
	}
	walk(0, 0, 0, 1)
	return out
}

// The grid keeps the ends, the chance that nothing applies, the mean, and every quantile within a step of the grid for
// each criterion joined.
func TestCoarseKeepsEndsMeanAndShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members, heaviest := drawMembers(t, 4, 100)
		want, got := exact(members), coarse(members, heaviest)
		var values []int64
		for v := range want {
			values = append(values, v)
		}
		slices.Sort(values)
		least := values[0]
		if least == -1 {
			if math.Abs(got[0].p-want[-1]) > 1e-12 || got[0].value != -1 {
				t.Fatalf("nothing applies: got %v, want %v", got[0], want[-1])
			}
			got, values = got[1:], values[1:]
		}
		if got[0].value != values[0] || got[len(got)-1].value != values[len(values)-1] {
			t.Fatalf("ends %d to %d, want %d to %d", got[0].value, got[len(got)-1].value, values[0], values[len(values)-1])
		}
		sum, mean := 0.0, 0.0
		for _, a := range got {
			sum += a.p
			mean += a.p * float64(a.value)
		}
		exactSum, exactMean := 0.0, 0.0
		for _, v := range values {
			exactSum += want[v]
			exactMean += want[v] * float64(v)
		}
		if math.Abs(sum-exactSum) > 1e-9 || math.Abs(mean-exactMean) > 0.1*unit {
			t.Fatalf("mass %v mean %v, want %v %v", sum, mean, exactSum, exactMean)
		}
		const slack = 4 * 100 * unit / maxGrid
		below := func(x int64) (p float64) {
			for _, v := range values {
				if v <= x {
					p += want[v]
				}
			}
			return p
		}
		cum := 0.0
		for _, a := range got {
			cum += a.p
			if cum < below(a.value-slack)-1e-9 || cum > below(a.value+slack)+1e-9 {
				t.Fatalf("up to %d: %v, want from %v to %v", a.value, cum, below(a.value-slack), below(a.value+slack))
			}
		}
	})
}

// Weights at the bound, on criteria that may not apply, asked for 160 MB a family and candidate.
func TestHeavyWeightsAskForLittleRoom(t *testing.T) {
	p := &Problem{Families: []Family{{ID: "f", Weight: 1}}}
	var c Candidate
	for i := range 40 {
		p.Criteria = append(p.Criteria, Criterion{ID: string(rune('a' + i)), Weight: int64(100 - i)})
		c.Cells = append(c.Cells, Cell{Applies: MayApply, Scores: []int{0, 13, 57, 100 - i}})
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	atoms := p.distribution(c, 0)
	runtime.ReadMemStats(&after)
	if len(atoms) > maxGrid+4 {
		t.Errorf("%d values", len(atoms))
	}
	// Each of the 40 criteria makes a generation of rows, of which two are alive at a time.
	if got, most := after.TotalAlloc-before.TotalAlloc, uint64(41*8*maxCells); got > most {
		t.Errorf("%d bytes, want at most %d", got, most)
	}
}
