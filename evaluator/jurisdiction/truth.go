package jurisdiction

import (
	"math/bits"
	"strconv"
	"strings"

	"vigie/catalog/strict"
)

// Truth is one of three values. The order No < Maybe < Yes makes "and" the minimum and "or" the maximum
// (Kleene's strong logic), so learning a fact can only turn Maybe into Yes or No.
type Truth uint8

// The three values. The zero Truth is No; a fact that is not known is Maybe and must be written so.
const (
	No Truth = iota
	Maybe
	Yes
)

// Of turns a known answer into a Truth.
func Of(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

// String is no, maybe or yes.
func (t Truth) String() string { return [...]string{"no", "maybe", "yes"}[t] }

// MarshalText writes no, unknown or yes.
func (t Truth) MarshalText() ([]byte, error) {
	return []byte([...]string{"no", "unknown", "yes"}[t]), nil
}

func not(t Truth) Truth { return Yes - t }

// Access says how much of the customer's data a party has, or could be ordered to obtain with means it already
// has. The levels are ordered.
type Access uint8

// The access levels of the vocabulary.
const (
	AccessNone Access = iota
	AccessMetadata
	AccessCiphertext
	AccessPlaintext
)

var accessNames = []string{"none", "metadata", "ciphertext", "plaintext"}

// String is the level's id in the vocabulary.
func (a Access) String() string { return accessNames[a] }

// MarshalText writes the level's id.
func (a Access) MarshalText() ([]byte, error) { return []byte(accessNames[a]), nil }

// ParseAccess reads a level's id; "unknown" is none of them (use Level).
func ParseAccess(s string) (Access, bool) {
	for i, n := range accessNames {
		if n == s {
			return Access(i), true
		}
	}
	return 0, false
}

// Level is an access that may not be known exactly: between Min and Max. A host that announces attested enclaves
// nobody checked has {AccessCiphertext, AccessPlaintext}.
type Level struct {
	Min Access `json:"min"`
	Max Access `json:"max"`
}

// Exactly is a known access.
func Exactly(a Access) Level { return Level{a, a} }

// UnknownAccess is an access of which nothing is known.
var UnknownAccess = Level{AccessNone, AccessPlaintext}

// AtLeast says whether the access reaches a level.
func (l Level) AtLeast(a Access) Truth {
	switch {
	case l.Min >= a:
		return Yes
	case l.Max < a:
		return No
	}
	return Maybe
}

// Known reports whether the access is one level.
func (l Level) Known() bool { return l.Min == l.Max }

func (l Level) or(o Level) Level { return Level{max(l.Min, o.Min), max(l.Max, o.Max)} }

// Share is a part of the capital or of the votes, in units of 10⁻¹⁸: Whole is 100 %. Decimal percentages of up to
// fourteen decimals are exact, and so are the products and sums that end within eighteen decimals; beyond that
// lower bounds are rounded down and upper bounds up, so that a Range always holds the true figure.
type Share uint64

// Whole is 100 %. Sums are cut at ten times that, which only inconsistent stakes can reach.
const (
	Whole     Share = 1e18
	halfShare       = Whole / 2
	maxShare        = 10 * Whole
)

// ParsePercent reads a plain decimal percentage of up to fourteen decimals, zero or more.
func ParsePercent(s string) (Share, bool) {
	if !strict.IsDecimal(s) || strings.HasPrefix(s, "-") {
		return 0, false
	}
	whole, frac, _ := strings.Cut(s, ".")
	if len(frac) > 14 || len(whole) > 3 {
		return 0, false
	}
	n, err := strconv.ParseUint(whole+frac+strings.Repeat("0", 16-len(frac)), 10, 64)
	if err != nil || Share(n) > maxShare {
		return 0, false
	}
	return Share(n), true
}

// Percent writes the share as a decimal percentage, rounded half up to digits decimals, without trailing zeros.
func (s Share) Percent(digits int) string {
	unit := uint64(1)
	for range 16 - digits {
		unit *= 10
	}
	n := (uint64(s) + unit/2) / unit
	txt := strconv.FormatUint(n, 10)
	for len(txt) <= digits {
		txt = "0" + txt
	}
	if digits == 0 {
		return txt
	}
	return strings.TrimRight(strings.TrimRight(txt[:len(txt)-digits]+"."+txt[len(txt)-digits:], "0"), ".")
}

// mul multiplies two shares; up tells which way an inexact product is rounded.
func (s Share) mul(o Share, up bool) Share {
	hi, lo := bits.Mul64(uint64(s), uint64(o))
	if hi >= uint64(Whole) {
		return maxShare
	}
	q, r := bits.Div64(hi, lo, uint64(Whole))
	if up && r != 0 {
		q++
	}
	return min(Share(q), maxShare)
}

func (s Share) plus(o Share) Share { return min(s+o, maxShare) }

func (s Share) minus(o Share) Share {
	if o >= s {
		return 0
	}
	return s - o
}

// Range is a share known to lie between two bounds, both included.
type Range struct {
	Min Share
	Max Share
}

// Exact is a known share.
func Exact(s Share) Range { return Range{s, s} }

// AnyShare is a share of which nothing is known.
var AnyShare = Range{0, Whole}

// Known reports whether the share is exact.
func (r Range) Known() bool { return r.Min == r.Max }

func (r Range) times(o Range) Range { return Range{r.Min.mul(o.Min, false), r.Max.mul(o.Max, true)} }
func (r Range) plus(o Range) Range  { return Range{r.Min.plus(o.Min), r.Max.plus(o.Max)} }
