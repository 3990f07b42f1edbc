package ranking

import (
	"cmp"
	"math"
	"math/big"
	"slices"
)

// Swap is the smallest change of one family's weight, the others keeping their proportions, that makes two
// candidates change places.
type Swap struct {
	Ahead  string  `json:"ahead"`
	Behind string  `json:"behind"`
	Family string  `json:"family"` // empty: no change of a single weight does it
	From   float64 `json:"from"`   // weight in percent
	To     float64 `json:"to"`
	Gap    float64 `json:"gap"` // points between the two means today
}

// Swaps gives, for each pair, the smallest change that swaps it, in the order of the ranking; with more than 64
// candidates, for neighbours only.
func (p *Problem) Swaps() []Swap {
	order := p.order()
	out := []Swap{}
	means := make([][]*big.Rat, len(order))
	for i, o := range order {
		means[i] = p.FamilyMeans(p.Candidates[o])
	}
	for i := range order {
		last := len(order)
		if len(order) > maxPairs {
			last = min(i+2, last)
		}
		for j := i + 1; j < last; j++ {
			out = append(out, p.swap(p.Candidates[order[i]].ID, p.Candidates[order[j]].ID, means[i], means[j]))
		}
	}
	return out
}

// Swap answers for one pair.
//
// Where the same families apply to both, with G the gap of the totals, d the gap in the family and m the weighted mean
// gap of the others, moving the family's weight by G/(m-d) brings the totals together (METHOD section 1.3). Where a
// family applies to one of the two only, it leaves its weight to the others in the other's total: each total is then a
// quotient of two lines in the weight, and the totals meet at a root of a quadratic equation. The first case is the
// second with a leading coefficient of nought.
func (p *Problem) Swap(a, b Candidate) Swap {
	return p.swap(a.ID, b.ID, p.FamilyMeans(a), p.FamilyMeans(b))
}

func (p *Problem) swap(ahead, behind string, ma, mb []*big.Rat) Swap {
	out := Swap{Ahead: ahead, Behind: behind}
	total := new(big.Rat)
	for f, fam := range p.Families {
		if ma[f] != nil || mb[f] != nil {
			total.Add(total, new(big.Rat).SetInt64(fam.Weight))
		}
	}
	if total.Sign() == 0 {
		return out
	}
	share := make([]*big.Rat, len(p.Families))
	for f, fam := range p.Families {
		share[f] = new(big.Rat)
		if ma[f] != nil || mb[f] != nil {
			share[f].Quo(new(big.Rat).SetInt64(fam.Weight), total)
		}
	}
	x, y := newSums(share, ma), newSums(share, mb)
	if x.weight.Sign() == 0 || y.weight.Sign() == 0 {
		return out // nothing that applies to one of them weighs
	}
	out.Gap = float(new(big.Rat).Sub(new(big.Rat).Quo(x.score, x.weight), new(big.Rat).Quo(y.score, y.weight)))
	gap := new(big.Rat).Sub(x.score, y.score)
	alike := x.weight.Cmp(one) == 0 && y.weight.Cmp(one) == 0 // every family that weighs applies to both
	var best *big.Rat
	for f, fam := range p.Families {
		if ma[f] == nil && mb[f] == nil || share[f].Cmp(one) == 0 {
			continue
		}
		var crossings []*big.Rat
		if alike && ma[f] != nil && mb[f] != nil {
			crossings = shifted(share[f], gap, new(big.Rat).Sub(ma[f], mb[f]))
		} else {
			crossings = meet(x.line(share[f], ma[f]), y.line(share[f], mb[f]))
		}
		for _, to := range crossings {
			size := new(big.Rat).Sub(to, share[f])
			if size.Abs(size); best == nil || size.Cmp(best) < 0 {
				best = size
				out.Family, out.From, out.To = fam.ID, percent(share[f]), percent(to)
			}
		}
	}
	return out
}

var one = big.NewRat(1, 1)

// shifted is the weight w + G/(m-d) of a family, where it lies from 0 to 1.
func shifted(w, gap, d *big.Rat) []*big.Rat {
	m := new(big.Rat).Mul(w, d)
	m.Sub(gap, m).Quo(m, new(big.Rat).Sub(one, w))
	slope := m.Sub(m, d)
	if slope.Sign() == 0 {
		return nil
	}
	to := new(big.Rat).Quo(gap, slope)
	if to.Add(w, to); to.Sign() < 0 || to.Cmp(one) > 0 {
		return nil
	}
	return []*big.Rat{to}
}

// sums is the weighted score of one candidate and the weight that counts for it.
type sums struct{ score, weight *big.Rat }

func newSums(share, means []*big.Rat) sums {
	s := sums{new(big.Rat), new(big.Rat)}
	for f, m := range means {
		if m != nil {
			s.score.Add(s.score, new(big.Rat).Mul(share[f], m))
			s.weight.Add(s.weight, share[f])
		}
	}
	return s
}

// line is a candidate's score and weight as lines in the weight x of one family, the others keeping their proportions:
// score s1·x + s0 over weight w1·x + w0.
type line struct{ s1, s0, w1, w0 *big.Rat }

func (s sums) line(share, mean *big.Rat) line {
	rest := new(big.Rat).Sub(one, share)
	l := line{s0: s.score, w0: s.weight, s1: new(big.Rat), w1: new(big.Rat)}
	if mean != nil {
		l.s0 = new(big.Rat).Sub(s.score, new(big.Rat).Mul(share, mean))
		l.w0 = new(big.Rat).Sub(s.weight, share)
		l.s1.Mul(rest, mean)
		l.w1.Set(rest)
	}
	l.s1.Sub(l.s1, l.s0)
	l.w1.Sub(l.w1, l.w0)
	return l
}

func at(slope, start, x *big.Rat) *big.Rat {
	v := new(big.Rat).Mul(slope, x)
	return v.Add(v, start)
}

// meet gives the weights from 0 to 1 at which the totals of two candidates cross.
func meet(a, b line) []*big.Rat {
	product := func(x, y *big.Rat) *big.Rat { return new(big.Rat).Mul(x, y) }
	less := func(x, y *big.Rat) *big.Rat { return x.Sub(x, y) }
	q2 := less(product(a.s1, b.w1), product(b.s1, a.w1))
	q1 := less(product(a.s1, b.w0).Add(product(a.s1, b.w0), product(a.s0, b.w1)), product(b.s1, a.w0).Add(product(b.s1, a.w0), product(b.s0, a.w1)))
	q0 := less(product(a.s0, b.w0), product(b.s0, a.w0))
	var out []*big.Rat
	for _, x := range roots(q2, q1, q0) {
		if x.Sign() >= 0 && x.Cmp(one) <= 0 && at(a.w1, a.w0, x).Sign() > 0 && at(b.w1, b.w0, x).Sign() > 0 {
			out = append(out, x)
		}
	}
	return out
}

// roots solves q2·x² + q1·x + q0 = 0 where the sign changes.
func roots(q2, q1, q0 *big.Rat) []*big.Rat {
	switch {
	case q2.Sign() == 0 && q1.Sign() == 0:
		return nil
	case q2.Sign() == 0:
		return []*big.Rat{new(big.Rat).Neg(new(big.Rat).Quo(q0, q1))}
	}
	d := new(big.Rat).Mul(q1, q1)
	d.Sub(d, new(big.Rat).Mul(big.NewRat(4, 1), new(big.Rat).Mul(q2, q0)))
	if d.Sign() <= 0 { // the totals touch at most, and do not cross
		return nil
	}
	root := squareRoot(d)
	double := new(big.Rat).Mul(big.NewRat(2, 1), q2)
	var out []*big.Rat
	for _, sign := range []int64{-1, 1} {
		x := new(big.Rat).Mul(big.NewRat(sign, 1), root)
		out = append(out, x.Sub(x, q1).Quo(x, double))
	}
	return out
}

// squareRoot is exact where the root is a fraction, and else right to 128 bits.
func squareRoot(d *big.Rat) *big.Rat {
	num, den := new(big.Int).Sqrt(d.Num()), new(big.Int).Sqrt(d.Denom())
	if exact := new(big.Rat).SetFrac(num, den); new(big.Rat).Mul(exact, exact).Cmp(d) == 0 {
		return exact
	}
	f := new(big.Float).SetPrec(128).SetRat(d)
	root, _ := f.Sqrt(f).Rat(nil)
	return root
}

// Dominated says that a candidate cannot beat another under any weights of the families and criteria that count.
type Dominated struct {
	ID string `json:"id"`
	By string `json:"by"`
}

// Dominance lists the candidates that another one beats or equals on every criterion whatever the missing facts
// turn out to be, and beats on at least one. Two candidates are compared only where the same criteria apply.
func (p *Problem) Dominance() []Dominated {
	out := []Dominated{}
	ends := make([][]ends, len(p.Candidates))
	for i, c := range p.Candidates {
		ends[i] = p.ends(c)
	}
	for j, b := range p.Candidates {
		for i, a := range p.Candidates {
			if i != j && dominates(ends[i], ends[j]) {
				out = append(out, Dominated{ID: b.ID, By: a.ID})
			}
		}
	}
	slices.SortFunc(out, func(x, y Dominated) int {
		if x.ID+"\x00"+x.By < y.ID+"\x00"+y.By {
			return -1
		}
		return 1
	})
	return out
}

// ends is the lowest and the highest score of one cell.
type ends struct {
	applies   Applicability
	low, high int
}

// ends lists the cells of a candidate that weigh.
func (p *Problem) ends(c Candidate) []ends {
	var out []ends
	for i, cr := range p.Criteria {
		cell := c.Cells[i]
		if cr.Weight == 0 || p.Families[cr.Family].Weight == 0 {
			continue
		}
		e := ends{applies: cell.Applies}
		if len(cell.Scores) > 0 {
			e.low, e.high = slices.Min(cell.Scores), slices.Max(cell.Scores)
		}
		out = append(out, e)
	}
	return out
}

func dominates(a, b []ends) bool {
	better := false
	for i, x := range a {
		y := b[i]
		switch {
		case x.applies != y.applies || x.applies == MayApply:
			return false
		case x.applies == DoesNotApply:
			continue
		case x.low < y.high:
			return false
		}
		better = better || x.low > y.high
	}
	return better
}

// Geometric is the order under a weighted geometric mean of the families, best first: a second reading in which a
// poor family is not bought back as easily. A family below one point counts as one, so that a single zero does not
// hide all else. Where it differs from the first order, compensation is doing the work.
func (p *Problem) Geometric() []string {
	type scored struct {
		id    string
		power *big.Int // product of the families' scores in hundredths, each to its weight
		total int64    // sum of the weights that counted
		log   float64  // of the mean, near enough to tell most pairs apart
	}
	var list []scored
	for _, c := range p.Candidates {
		s := scored{id: c.ID, power: big.NewInt(1)}
		for f, m := range p.FamilyMeans(c) {
			if m == nil || p.Families[f].Weight == 0 {
				continue
			}
			v := new(big.Rat).Mul(m, big.NewRat(100, 1))
			n := new(big.Int).Quo(v.Num(), v.Denom())
			if n.Cmp(big.NewInt(100)) < 0 {
				n.SetInt64(100)
			}
			s.log += float64(p.Families[f].Weight) * math.Log(float64(n.Int64()))
			s.power.Mul(s.power, n.Exp(n, big.NewInt(p.Families[f].Weight), nil))
			s.total += p.Families[f].Weight
		}
		s.log /= float64(max(s.total, 1))
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b scored) int {
		if d := a.log - b.log; math.Abs(d) > 1e-9 {
			return cmp.Compare(b.log, a.log)
		}
		// a^(1/ta) against b^(1/tb), without roots
		x := new(big.Int).Exp(a.power, big.NewInt(b.total), nil)
		y := new(big.Int).Exp(b.power, big.NewInt(a.total), nil)
		if a.total == b.total {
			x, y = a.power, b.power
		}
		if c := y.Cmp(x); c != 0 {
			return c
		}
		if a.id < b.id {
			return -1
		}
		return 1
	})
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = s.id
	}
	return out
}

func float(r *big.Rat) float64   { f, _ := r.Float64(); return round(f, 2) }
func percent(r *big.Rat) float64 { return float(new(big.Rat).Mul(r, big.NewRat(100, 1))) }
