package ranking

import (
	"math/big"
	"slices"
)

// RankOrderCentroid turns an order of n families into weights in percent, largest remainder: the mean of all
// weights that respect the order (Barron and Barrett 1996).
func RankOrderCentroid(n int) []int64 {
	exact := make([]*big.Rat, n)
	for i := range n {
		exact[i] = new(big.Rat)
		for k := i + 1; k <= n; k++ {
			exact[i].Add(exact[i], big.NewRat(1, int64(k)))
		}
		exact[i].Mul(exact[i], big.NewRat(100, int64(n)))
	}
	return wholes(exact)
}

// Percents brings whole numbers, not all zero and none negative, to whole percents that add up to 100, largest
// remainder; of equal remainders the first is rounded up.
func Percents(raw []int64) []int64 {
	var total int64
	for _, n := range raw {
		total += n
	}
	exact := make([]*big.Rat, len(raw))
	for i, n := range raw {
		exact[i] = new(big.Rat).Mul(big.NewRat(n, total), big.NewRat(100, 1))
	}
	return wholes(exact)
}

// wholes rounds numbers that add up to 100 so that they still do.
func wholes(exact []*big.Rat) []int64 {
	out, left := make([]int64, len(exact)), int64(100)
	idx := make([]int, len(exact))
	for i, e := range exact {
		out[i] = new(big.Int).Quo(e.Num(), e.Denom()).Int64()
		left -= out[i]
		idx[i] = i
	}
	rest := func(i int) *big.Rat { return new(big.Rat).Sub(exact[i], new(big.Rat).SetInt64(out[i])) }
	slices.SortStableFunc(idx, func(a, b int) int { return rest(b).Cmp(rest(a)) })
	for _, i := range idx[:left] {
		out[i]++
	}
	return out
}
