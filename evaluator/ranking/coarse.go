package ranking

import (
	"slices"
)

// maxCells bounds the probabilities kept at once for one family of one candidate: 8 MiB. Criteria that weigh up to 100 and
// may not apply would ask for a hundred times as many; their distribution is then kept on a grid of means.
const maxCells = 1 << 20

// maxGrid is the finest grid of means: a tenth of a point.
const maxGrid = 1000

// cells is how many probabilities the exact distribution of some members asks for at most.
func cells(members []member, step, heaviest int64) int64 {
	best, rows := int64(0), int64(1)
	for _, m := range members {
		best += slices.Max(m.sums) / step
		if m.maybe {
			rows = min(2*rows, heaviest+1)
		}
	}
	return rows * (best + 1)
}

// coarse is the distribution of a family whose exact one takes too much room. Its ends are exact and its mean too, but for
// rounding; values between lie on a grid of means, each shared between its two neighbours.
//
// One row is kept for each weight that may apply; an entry is the mean of what applies, in parts of the grid.
func coarse(members []member, heaviest int64) []atom {
	grid := max(1, min(maxGrid, maxCells/(heaviest+1)))
	rows := make([][]float64, heaviest+1)
	nothing := 1.0
	for _, m := range members {
		out := make([][]float64, len(rows))
		row := func(w int64) []float64 {
			if out[w] == nil {
				out[w] = make([]float64, grid+1)
			}
			return out[w]
		}
		keep := 1.0
		if m.maybe {
			keep = 0.5
		}
		each := keep / float64(len(m.sums))
		// add puts a criterion of m's weight beside what weighs w and has mean i.
		add := func(w, i int64, p float64) {
			to := row(w + m.weight)
			whole := 100 * (w + m.weight)
			for _, s := range m.sums {
				n := 100*w*i + s*grid
				q, r := n/whole, n%whole
				part := float64(float64(p*each) * (float64(r) / float64(whole)))
				to[q] += float64(p*each) - part
				if r > 0 {
					to[q+1] += part
				}
			}
		}
		add(0, 0, nothing)
		for w, old := range rows {
			for i, p := range old {
				if p == 0 {
					continue
				}
				if m.maybe {
					row(int64(w))[i] += float64(p * 0.5)
				}
				add(int64(w), int64(i), p)
			}
		}
		nothing *= 1 - keep
		rows = out
	}
	low, high := reach(members)
	means := make([]float64, grid+1)
	for _, row := range rows {
		for i, p := range row {
			means[i] += p
		}
	}
	merged := map[int64]float64{low: 0, high: 0}
	for i, p := range means {
		if p > 0 {
			merged[min(max(low, int64(i)*100*unit/grid), high)] += p
		}
	}
	if nothing > 0 {
		merged[-1] = nothing
	}
	return sortedAtoms(merged)
}

// reach gives the lowest and the highest mean that members can come to, something of them applying: those that may not
// apply are taken in the order of their scores for as long as each moves the mean on.
func reach(members []member) (low, high int64) {
	end := func(score func(m member) int64, sign int64) int64 {
		var sum, weight int64
		var optional []member
		for _, m := range members {
			if m.maybe {
				optional = append(optional, m)
				continue
			}
			sum += score(m)
			weight += m.weight
		}
		slices.SortStableFunc(optional, func(a, b member) int { return int(sign * (score(a)*b.weight - score(b)*a.weight)) })
		for _, m := range optional {
			if weight == 0 || sign*score(m)*weight < sign*sum*m.weight {
				sum += score(m)
				weight += m.weight
			}
		}
		return (2*sum*unit + weight) / (2 * weight)
	}
	return end(func(m member) int64 { return slices.Min(m.sums) }, 1), end(func(m member) int64 { return slices.Max(m.sums) }, -1)
}

func sortedAtoms(merged map[int64]float64) []atom {
	out := make([]atom, 0, len(merged))
	for v, p := range merged {
		out = append(out, atom{v, p})
	}
	slices.SortFunc(out, func(a, b atom) int { return int(a.value - b.value) })
	return out
}
