package evaluator

import (
	"math/big"
	"slices"

	"vigie/evaluator/expr"
	"vigie/evaluator/framework"
)

// micro is the scale of scores in whole millionths of a point, in which many what-ifs are held against each other
// without fractions. It is exact to a millionth; what is printed is rounded from it once.
const micro = 1_000_000

// toHundredths rounds half up.
func toHundredths(n int64) Hundredths {
	if n < 0 {
		return -toHundredths(-n)
	}
	return Hundredths((n + micro/200) / (micro / 100))
}

// cell is a criterion's answer as totals need it.
type cell struct {
	applies   expr.Truth
	low, high int
	sum, n    int // of the scores of the reachable bands
}

func (c *cell) add(score int) {
	if c.n == 0 {
		c.low, c.high = score, score
	}
	c.low, c.high = min(c.low, score), max(c.high, score)
	c.sum += score
	c.n++
}

func cellFrom(c *framework.CompiledCriterion, a answer) cell {
	out := cell{applies: a.applies}
	for _, i := range a.reachable {
		out.add(c.Bands[i].Score)
	}
	return out
}

// scale adds cells up under one weight set.
type scale struct {
	family   []int64 // weight of each family
	of       []int   // family of each criterion
	weight   []int64 // of each criterion inside its family
	families [][]int // criteria of each family
}

func newScale(fw *framework.Compiled, w *framework.WeightSet) *scale {
	s := &scale{}
	at := map[string]int{}
	for i, f := range fw.Families {
		at[f.ID] = i
		s.family = append(s.family, w.Family(f.ID))
	}
	s.families = make([][]int, len(s.family))
	for i, c := range fw.Criteria {
		s.of = append(s.of, at[c.Family])
		s.weight = append(s.weight, w.Criterion(c.Criterion))
		s.families[at[c.Family]] = append(s.families[at[c.Family]], i)
	}
	return s
}

// part is one thing averaged, as item is, in whole numbers.
type part struct {
	weight, low, high int64
	optional          bool
}

// interval is what totals computes, in millionths.
func (s *scale) interval(cells []cell) (low, high int64) {
	var buf, top [32]part
	whole := top[:0]
	for f, criteria := range s.families {
		parts, empty := buf[:0], true
		for _, i := range criteria {
			if c := cells[i]; c.applies != expr.False {
				parts = append(parts, part{s.weight[i], int64(c.low) * micro, int64(c.high) * micro, c.applies == expr.Maybe})
				empty = empty && c.applies == expr.Maybe
			}
		}
		if l, h, ok := meanOf(parts); ok {
			whole = append(whole, part{s.family[f], l, h, empty})
		}
	}
	low, high, ok := meanOf(whole)
	if !ok {
		return 0, 100 * micro
	}
	return low, high
}

// meanOf is the ends of the mean of parts in their unit, rounded half up; false when there is nothing to average.
func meanOf(parts []part) (low, high int64, ok bool) {
	sum, weight := lowest(parts)
	if weight == 0 {
		return 0, 0, false
	}
	low = (2*sum + weight) / (2 * weight)
	sum, weight = highest(parts)
	return low, (2*sum + weight) / (2 * weight), true
}

// exactMean is the same as exact fractions; nil when there is nothing to average.
func exactMean(parts []part) (low, high *big.Rat) {
	sum, weight := lowest(parts)
	if weight == 0 {
		return nil, nil
	}
	low = big.NewRat(sum, weight)
	return low, big.NewRat(highest(parts))
}

func lowest(parts []part) (sum, weight int64) {
	return endOf(parts, func(p part) int64 { return p.low }, 1)
}

func highest(parts []part) (sum, weight int64) {
	return endOf(parts, func(p part) int64 { return p.high }, -1)
}

// endOf gives one end of the mean of parts of which optional ones may drop out, as mean finds it: the weighted sum and the
// weight of those that are in.
func endOf(parts []part, score func(part) int64, sign int64) (sum, weight int64) {
	var optional []part
	for _, p := range parts {
		switch {
		case p.weight == 0:
		case p.optional:
			optional = append(optional, p)
		default:
			sum += p.weight * score(p)
			weight += p.weight
		}
	}
	if len(optional) > 0 {
		slices.SortStableFunc(optional, func(a, b part) int { return int(sign * (score(a) - score(b))) })
	}
	for _, p := range optional {
		if weight == 0 || sign*score(p)*weight < sign*sum {
			sum += p.weight * score(p)
			weight += p.weight
		}
	}
	return sum, weight
}

// mean is what orders candidates (ranking.Problem.Mean), in millionths; a criterion that may apply counts half.
func (s *scale) mean(cells []cell) int64 {
	var sum, weight int64
	for f, criteria := range s.families {
		var fs, fw int64
		for _, i := range criteria {
			c := cells[i]
			if c.applies == expr.False {
				continue
			}
			w := 2 * s.weight[i]
			if c.applies == expr.Maybe {
				w = s.weight[i]
			}
			fs += w * int64(c.sum) * micro / int64(c.n)
			fw += w
		}
		if fw > 0 {
			sum += s.family[f] * (fs / fw)
			weight += s.family[f]
		}
	}
	if weight == 0 {
		return 0
	}
	return sum / weight
}
