package ranking

import (
	"math/big"
	"slices"
)

// Swap is the smallest change of one family's weight, the others keeping their proportions, that makes two
// candidates change places.
type Swap struct {
	Ahead  string  `json:"ahead"`
	Behind string  `json:"behind"`
	Family string  `json:"family"` // empty: no change of one weight does it
	From   float64 `json:"from"`   // weight in percent
	To     float64 `json:"to"`
	Gap    float64 `json:"gap"` // points between the two means today
}

// Swaps gives, for each pair, the smallest change that swaps it, in the order of the ranking; with more than 64
// candidates, for neighbours only.
//
// With G the gap of the totals, d the gap in the family and m the weighted mean gap of the others, moving the
// family's weight by G/(m-d) brings the totals together (METHOD section 1.3).
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

// Swap answers for one pair. Families that apply to only one of the two make no closed form: the pair is then
// answered without a change.
func (p *Problem) Swap(a, b Candidate) Swap {
	return p.swap(a.ID, b.ID, p.FamilyMeans(a), p.FamilyMeans(b))
}

func (p *Problem) swap(ahead, behind string, ma, mb []*big.Rat) Swap {
	out := Swap{Ahead: ahead, Behind: behind}
	var total int64
	for f, fam := range p.Families {
		if (ma[f] == nil) != (mb[f] == nil) && fam.Weight > 0 {
			return out
		}
		if ma[f] != nil {
			total += fam.Weight
		}
	}
	if total == 0 {
		return out
	}
	gap := make([]*big.Rat, len(p.Families))
	g := new(big.Rat)
	for f, fam := range p.Families {
		if ma[f] == nil {
			continue
		}
		gap[f] = new(big.Rat).Sub(ma[f], mb[f])
		g.Add(g, new(big.Rat).Mul(big.NewRat(fam.Weight, total), gap[f]))
	}
	out.Gap = float(g)
	var best *big.Rat
	for f, fam := range p.Families {
		if gap[f] == nil || fam.Weight == total {
			continue
		}
		w := big.NewRat(fam.Weight, total)
		rest := new(big.Rat).Sub(big.NewRat(1, 1), w)
		m := new(big.Rat).Sub(g, new(big.Rat).Mul(w, gap[f]))
		m.Quo(m, rest)
		slope := m.Sub(m, gap[f])
		if slope.Sign() == 0 {
			continue
		}
		shift := new(big.Rat).Quo(g, slope)
		to := new(big.Rat).Add(w, shift)
		if to.Sign() < 0 || to.Cmp(big.NewRat(1, 1)) > 0 {
			continue
		}
		if size := new(big.Rat).Abs(shift); best == nil || size.Cmp(best) < 0 {
			best = size
			out.Family, out.From, out.To = fam.ID, percent(w), percent(to)
		}
	}
	return out
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
	}
	var list []scored
	for _, c := range p.Candidates {
		s := scored{c.ID, big.NewInt(1), 0}
		for f, m := range p.FamilyMeans(c) {
			if m == nil || p.Families[f].Weight == 0 {
				continue
			}
			v := new(big.Rat).Mul(m, big.NewRat(100, 1))
			n := new(big.Int).Quo(v.Num(), v.Denom())
			if n.Cmp(big.NewInt(100)) < 0 {
				n.SetInt64(100)
			}
			s.power.Mul(s.power, n.Exp(n, big.NewInt(p.Families[f].Weight), nil))
			s.total += p.Families[f].Weight
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b scored) int {
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
