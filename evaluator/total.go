package evaluator

import (
	"math/big"
	"slices"
)

// item is one thing that is averaged: a weight, the ends of its score, and whether it may drop out.
type item struct {
	weight    int64
	low, high *big.Rat
	optional  bool
}

// mean is the interval of a weighted mean of which optional items may drop out. empty says that all that weigh may:
// an item of weight 0 holds nothing up. The ends are nil when there is nothing to average.
//
// The lowest mean over all choices of optional items is reached by taking them in increasing order of score for as
// long as each lies below the mean of what is already in (and the highest, in decreasing order): every end is the
// mean of some choice, so the interval is exact when items do not share a missing fact, and sound when they do.
func mean(items []item) (low, high *big.Rat, empty bool) {
	empty = !slices.ContainsFunc(items, func(i item) bool { return !i.optional && i.weight != 0 })
	end := func(score func(item) *big.Rat, sign int) *big.Rat {
		sum, weight := new(big.Rat), new(big.Rat)
		var optional []item
		for _, i := range items {
			if i.weight == 0 {
				continue
			}
			if i.optional {
				optional = append(optional, i)
				continue
			}
			add(sum, weight, i.weight, score(i))
		}
		slices.SortStableFunc(optional, func(a, b item) int { return sign * score(a).Cmp(score(b)) })
		for _, i := range optional {
			if weight.Sign() == 0 || sign*score(i).Cmp(new(big.Rat).Quo(sum, weight)) < 0 {
				add(sum, weight, i.weight, score(i))
			}
		}
		if weight.Sign() == 0 {
			return nil
		}
		return sum.Quo(sum, weight)
	}
	return end(func(i item) *big.Rat { return i.low }, 1), end(func(i item) *big.Rat { return i.high }, -1), empty
}

func add(sum, weight *big.Rat, w int64, score *big.Rat) {
	rw := new(big.Rat).SetInt64(w)
	weight.Add(weight, rw)
	sum.Add(sum, rw.Mul(rw, score))
}

// hundredths rounds an exact score of 0 to 100 half up, once.
func hundredths(r *big.Rat) Hundredths {
	n := new(big.Int).Mul(r.Num(), big.NewInt(200))
	n.Add(n, r.Denom())
	return Hundredths(n.Div(n, new(big.Int).Mul(r.Denom(), big.NewInt(2))).Int64())
}

func ratOf(n int) *big.Rat { return new(big.Rat).SetInt64(int64(n)) }
