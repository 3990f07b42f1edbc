package derive

import (
	"math/big"
	"strconv"

	"vigie/catalog"
)

func decimalInt(n int64) string { return strconv.FormatInt(n, 10) }

// sqrtDigits is how many decimals of a square root are exact; scores are given with two.
const sqrtDigits = 15

// sqrt is the square root of a rational that is not negative, cut after sqrtDigits decimals. Whole numbers only:
// the same digits on every processor.
func sqrt(r *big.Rat) *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(2*sqrtDigits), nil)
	n := new(big.Int).Mul(r.Num(), scale)
	n.Quo(n, r.Denom()).Sqrt(n)
	return new(big.Rat).SetFrac(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(sqrtDigits), nil))
}

var z95 = big.NewRat(196, 100)

// margin is the half-width of the 95 % interval of a share p measured on n questions: 1.96·√(p(1−p)/n)
// (METHOD 1.4).
func margin(p *big.Rat, n int64) *big.Rat {
	v := new(big.Rat).Sub(big.NewRat(1, 1), p)
	v.Mul(v, p).Quo(v, big.NewRat(n, 1))
	return v.Mul(z95, sqrt(v))
}

// share is a score as a fraction of 1; false when it is not one (another unit, or outside 0 to 1).
func share(score, unit string) (*big.Rat, bool) {
	p := catalog.Rat(score)
	switch {
	case p == nil:
		return nil, false
	case unit == "percent":
		p.Quo(p, big.NewRat(100, 1))
	case unit != "ratio":
		return nil, false
	}
	return p, p.Sign() >= 0 && p.Cmp(big.NewRat(1, 1)) <= 0
}

// percent writes a fraction of 1 as a percentage with two decimals, kept from 0 to 100.
func percent(p *big.Rat) catalog.Value {
	one := big.NewRat(1, 1)
	switch {
	case p.Sign() < 0:
		p = new(big.Rat)
	case p.Cmp(one) > 0:
		p = one
	}
	return catalog.NumValue(catalog.TypePercent, catalog.Decimal(new(big.Rat).Mul(p, big.NewRat(100, 1)), 2))
}
