package jurisdiction

import (
	"math/bits"
	"slices"
)

// Places is a set of countries that may not be known to the end. The zero Places is known to be empty.
type Places struct {
	Codes []string // ISO 3166-1 alpha-2
	World bool     // every country: WORLD in a list of markets
	Open  bool     // further countries may belong to it that nobody recorded
	// Within bounds an open set: no other country can belong to it. An organisation that runs a model itself puts
	// its data nowhere but where its own rules allow.
	Within []string
}

// In is a set of countries known to the end.
func In(codes ...string) Places { return Places{Codes: codes} }

// Anywhere is a set of which nothing is known.
var Anywhere = Places{Open: true}

// Has says whether a country belongs to the set.
func (p Places) Has(code string) Truth {
	switch {
	case p.World || slices.Contains(p.Codes, code):
		return Yes
	case p.Open && (len(p.Within) == 0 || slices.Contains(p.Within, code)):
		return Maybe
	}
	return No
}

// with joins two sets.
func (p Places) with(o Places) Places {
	out := Places{Codes: slices.Concat(p.Codes, o.Codes), World: p.World || o.World, Open: p.Open || o.Open}
	if p.Open && o.Open && len(p.Within) > 0 && len(o.Within) > 0 {
		out.Within = slices.Concat(p.Within, o.Within)
	} else if p.Open != o.Open {
		out.Within = slices.Concat(p.Within, o.Within)
	}
	slices.Sort(out.Codes)
	out.Codes = slices.Compact(out.Codes)
	return out
}

// Empty reports whether nothing is recorded and nothing is missing.
func (p Places) Empty() bool { return len(p.Codes) == 0 && !p.World && !p.Open }

// bitset holds country numbers of Countries; 256 bits cover every ISO 3166-1 code.
type bitset [4]uint64

func (b *bitset) add(n int)     { b[n>>6] |= 1 << (n & 63) }
func (b bitset) has(n int) bool { return b[n>>6]&(1<<(n&63)) != 0 }
func (b bitset) meets(o bitset) bool {
	return b[0]&o[0]|b[1]&o[1]|b[2]&o[2]|b[3]&o[3] != 0
}
func (b *bitset) union(o bitset) {
	for i := range b {
		b[i] |= o[i]
	}
}

// all goes over the numbers in the set, ascending.
func (b bitset) all(yield func(int) bool) {
	for i, word := range b {
		for ; word != 0; word &= word - 1 {
			if !yield(i<<6 + bits.TrailingZeros64(word)) {
				return
			}
		}
	}
}

func (b bitset) empty() bool { return b == bitset{} }

// where is a compiled set of countries.
type where struct {
	yes    bitset
	world  bool
	open   bool
	within bitset // when not empty, bounds what is open
}

// meets says whether the set holds one of the countries of a condition.
func (w where) meets(b bitset) Truth {
	switch {
	case w.world || w.yes.meets(b):
		return Yes
	case w.open && (w.within.empty() || w.within.meets(b)):
		return Maybe
	}
	return No
}

// compile numbers the countries of a set. A code that is no country on file can meet no condition and is left
// out: FromDossier and the case files refuse it earlier.
func (c *Countries) compile(p Places) where {
	w := where{world: p.World, open: p.Open}
	for _, code := range p.Codes {
		if n, ok := c.number[code]; ok {
			w.yes.add(n)
		}
	}
	for _, code := range p.Within {
		if n, ok := c.number[code]; ok {
			w.within.add(n)
		}
	}
	return w
}
