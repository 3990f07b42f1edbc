package ranking

import (
	"slices"
)

// table is a candidate made ready for the draws. Families whose score is settled are told from the others, so that
// only the latter cost randomness.
type table struct {
	stream    stream
	settled   []settledFamily
	open      []openFamily
	low, high []int64 // score of each family at its ends, in millionths of a point; -1: nothing in it can apply
	maybe     []bool  // the family may turn out empty, and then leaves its weight to the others
	empties   bool    // some family is or may be empty: weights no longer add up to weightRange
	byLow     []int   // families that may be empty, the lowest first
	byHigh    []int   // the same, the highest first
}

type settledFamily struct {
	family int
	value  int64
}

type openFamily struct {
	family int
	values alias
}

func (p *Problem) table(c Candidate, seed uint64) table {
	n := len(p.Families)
	t := table{stream: newStream(seed, c.ID), low: make([]int64, n), high: make([]int64, n), maybe: make([]bool, n)}
	for f := range p.Families {
		atoms := p.distribution(c, f)
		first := atoms[0]
		if first.value == -1 {
			t.empties = true
			if len(atoms) > 1 {
				t.maybe[f] = true
				t.byLow, t.byHigh = append(t.byLow, f), append(t.byHigh, f)
				first = atoms[1]
			}
		}
		t.low[f], t.high[f] = first.value, atoms[len(atoms)-1].value
		switch {
		case p.Families[f].Weight == 0, t.high[f] == -1: // never weighs
		case len(atoms) == 1:
			t.settled = append(t.settled, settledFamily{f, first.value})
		default:
			t.open = append(t.open, openFamily{f, newAlias(atoms)})
		}
	}
	slices.SortStableFunc(t.byLow, func(a, b int) int { return int(t.low[a] - t.low[b]) })
	slices.SortStableFunc(t.byHigh, func(a, b int) int { return int(t.high[b] - t.high[a]) })
	return t
}

// lane is one candidate under one block of draws: an entry a draw.
type lane struct {
	total, low, high []int64 // millionths of a point; low and high are the ends that the weights leave possible
	sum, weight      []int64
}

func newLane() lane {
	return lane{make([]int64, block), make([]int64, block), make([]int64, block), make([]int64, block), make([]int64, block)}
}

// fill scores the candidate under each of the weights of block b. weights holds one row a family.
func (t *table) fill(b int, weights [][]int64, draws int, l *lane) {
	src := t.stream.block(b)
	if t.empties {
		t.fillWhere(&src, weights, draws, l)
		return
	}
	total, low, high := l.total[:draws], l.low[:draws], l.high[:draws]
	clear(total)
	for _, f := range t.settled {
		multiplyAdd(total, weights[f.family], f.value)
	}
	copy(low, total)
	copy(high, total)
	for _, f := range t.open {
		w := weights[f.family]
		multiplyAdd(low, w, t.low[f.family])
		multiplyAdd(high, w, t.high[f.family])
		f.values.multiplyAdd(&src, total, w)
	}
	for d := range total {
		total[d] /= weightRange
		low[d] /= weightRange
		high[d] /= weightRange
	}
}

func multiplyAdd(sum, weights []int64, value int64) {
	weights = weights[:len(sum)]
	for d := range sum {
		sum[d] += weights[d] * value
	}
}

// multiplyAdd draws one value for each weight and adds the products. One random number serves two draws.
func (t alias) multiplyAdd(src *source, sum, weights []int64) {
	weights = weights[:len(sum)]
	s := *src
	d := 0
	for ; d+1 < len(sum); d += 2 {
		u := s.next()
		sum[d] += weights[d] * t.pick(u>>32)
		sum[d+1] += weights[d+1] * t.pick(u&(1<<32-1))
	}
	if d < len(sum) {
		sum[d] += weights[d] * t.pick(s.next()>>32)
	}
	*src = s
}

// fillWhere is fill for a candidate some families of which are or may be empty: their weight counts for nothing.
func (t *table) fillWhere(src *source, weights [][]int64, draws int, l *lane) {
	sum, weight := l.sum[:draws], l.weight[:draws]
	clear(sum)
	clear(weight)
	for _, f := range t.settled {
		multiplyAdd(sum, weights[f.family], f.value)
		multiplyAdd(weight, weights[f.family], 1)
	}
	for _, f := range t.open {
		w := weights[f.family]
		for d := range sum {
			if v := f.values.pick(src.next() >> 32); v >= 0 {
				sum[d] += w[d] * v
				weight[d] += w[d]
			}
		}
	}
	for d := range sum {
		l.total[d] = 0
		if weight[d] > 0 {
			l.total[d] = sum[d] / weight[d]
		}
		l.low[d], l.high[d] = t.ends(weights, d)
	}
}

// ends gives the lowest and the highest total that one draw of weights leaves possible, both rounded down, so that
// an end above another is above it for certain.
//
// The lowest mean takes the families that may be empty in increasing order of score for as long as each lies below
// the mean of what is already in, the highest in decreasing order. When everything that weighs may be empty, any
// score is possible.
func (t *table) ends(weights [][]int64, d int) (low, high int64) {
	l, wl := t.end(t.low, t.byLow, weights, d, 1)
	h, wh := t.end(t.high, t.byHigh, weights, d, -1)
	if wl == 0 || wh == 0 {
		return 0, 100 * unit
	}
	return l / wl, h / wh
}

func (t *table) end(values []int64, optional []int, weights [][]int64, d int, sign int64) (sum, weight int64) {
	for f, v := range values {
		if v >= 0 && !t.maybe[f] {
			sum += weights[f][d] * v
			weight += weights[f][d]
		}
	}
	if weight == 0 {
		return 0, 0
	}
	for _, f := range optional {
		w, v := weights[f][d], values[f]
		if sign*v*weight < sign*sum { // v lies below the mean (above it, for the highest)
			sum += w * v
			weight += w
		}
	}
	return sum, weight
}
