package catalog

import "math/big"

// Rat is the exact value of a plain decimal. What is not one gives nil.
func Rat(decimal string) *big.Rat {
	r, ok := new(big.Rat).SetString(decimal)
	if !ok {
		return nil
	}
	return r
}

// CompareDecimals orders two plain decimals by their value.
func CompareDecimals(a, b string) int { return Rat(a).Cmp(Rat(b)) }

// Decimal writes an exact number as a canonical decimal, rounded half up to at most digits decimals.
func Decimal(r *big.Rat, digits int) string {
	return trimDecimal(r.FloatString(digits))
}
