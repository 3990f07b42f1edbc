package evaluator

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// Every choice of optional items has its mean inside the interval, and some choice reaches each end.
func TestMeanIsTheHullOfEveryChoice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 7).Draw(t, "n")
		items := make([]item, n)
		for i := range items {
			low := rapid.IntRange(0, 100).Draw(t, "low")
			items[i] = item{
				weight: rapid.Int64Range(0, 5).Draw(t, "weight"), low: ratOf(low), high: ratOf(rapid.IntRange(low, 100).Draw(t, "high")),
				optional: rapid.Bool().Draw(t, "optional"),
			}
		}
		low, high, empty := mean(items)
		var best, worst *big.Rat
		sawEmpty := false
		for mask := range 1 << n {
			sumLow, sumHigh, weight, skip, any := new(big.Rat), new(big.Rat), new(big.Rat), false, false
			for i, it := range items {
				in := mask&(1<<i) != 0
				if !in && !it.optional {
					skip = true
				}
				if in {
					any = any || it.weight != 0
					add(sumLow, new(big.Rat), it.weight, it.low)
					add(sumHigh, weight, it.weight, it.high)
				}
			}
			if skip {
				continue
			}
			if !any {
				sawEmpty = true
			}
			if weight.Sign() == 0 {
				continue
			}
			sumLow.Quo(sumLow, weight)
			sumHigh.Quo(sumHigh, weight)
			if worst == nil || sumLow.Cmp(worst) < 0 {
				worst = sumLow
			}
			if best == nil || sumHigh.Cmp(best) > 0 {
				best = sumHigh
			}
		}
		if empty != sawEmpty {
			t.Fatalf("empty: got %v, want %v", empty, sawEmpty)
		}
		if (low == nil) != (worst == nil) || low != nil && (low.Cmp(worst) != 0 || high.Cmp(best) != 0) {
			t.Fatalf("got [%v, %v], want [%v, %v]", low, high, worst, best)
		}
	})
}

func TestHundredthsRoundHalfUpOnce(t *testing.T) {
	for _, c := range []struct {
		num, den int64
		want     Hundredths
	}{{0, 1, 0}, {100, 1, 10000}, {171, 2, 8550}, {1, 3, 33}, {2, 3, 67}, {1, 200, 1}, {1, 201, 0}} {
		if got := hundredths(big.NewRat(c.num, c.den)); got != c.want {
			t.Errorf("%d/%d: got %d, want %d", c.num, c.den, got, c.want)
		}
	}
}
