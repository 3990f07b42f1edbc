package ranking

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// weightRange is the scale of drawn weights: whole numbers that add up to it.
const weightRange = 1 << 24

// block is how many draws share one reseeding of the streams: blocks can run on any number of processors, in any
// order, and count the same.
const block = 64

// source is SplitMix64 (Steele, Lea and Flood 2014): a counter and a mixing of it, so that the drawing of one number
// does not wait for the one before.
type source struct{ state uint64 }

func (s *source) next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	return mix(s.state)
}

func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// stream is the root of the randomness of one candidate (or, with an empty id, of the weights): it depends on the
// seed and on nothing else that is present.
type stream uint64

func newStream(seed uint64, id string) stream {
	sum := sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, seed), id...))
	return stream(binary.BigEndian.Uint64(sum[:8]))
}

// block opens the stream at one block of draws, wherever that block is run.
func (s stream) block(index int) source { return source{mix(uint64(s) ^ mix(uint64(index)+1))} }

// dirichlet draws whole weights: the gaps between sorted uniform whole numbers, cut at the cumulated parameters,
// follow exactly the Dirichlet law of whole parameters.
func dirichlet(src *source, alphas []int, cuts []uint32, out []int64) {
	n := 0
	for _, a := range alphas {
		n += a
	}
	cuts = cuts[:max(n-1, 0)]
	for i := range cuts {
		cuts[i] = uint32(src.next() >> 40)
	}
	slices.Sort(cuts)
	at, prev := 0, int64(0)
	last := len(alphas) - 1
	for last >= 0 && alphas[last] == 0 {
		last--
	}
	for i, a := range alphas {
		out[i] = 0
		if a == 0 {
			continue
		}
		at += a
		next := int64(weightRange)
		if i != last {
			next = int64(cuts[at-1])
		}
		out[i] = next - prev
		prev = next
	}
}

// alias is a table from which a value is drawn in constant time (Vose 1991), with probabilities in 32 bits.
type alias []aliasEntry

// aliasEntry holds two values; above is taken when the fraction drawn lies above cut.
type aliasEntry struct {
	cut          uint32
	below, above int32
}

func newAlias(atoms []atom) alias {
	n := len(atoms)
	t := make(alias, n)
	scaled := make([]float64, n)
	var small, large []int
	for i, a := range atoms {
		t[i] = aliasEntry{cut: 1<<32 - 1, below: int32(a.value), above: int32(a.value)}
		scaled[i] = float64(a.p * float64(n))
		if scaled[i] < 1 {
			small = append(small, i)
		} else {
			large = append(large, i)
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		t[s].cut, t[s].above = uint32(float64(scaled[s]*(1<<32-1))), int32(atoms[l].value)
		scaled[l] = float64(scaled[l]+scaled[s]) - 1
		if scaled[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	return t
}

// pick draws with 32 random bits: the upper part of their product with the length chooses the entry, the lower part
// is the fraction. Both values are read before the choice, which then needs no branch that a processor mispredicts.
func (t alias) pick(u uint64) int64 {
	p := u * uint64(len(t))
	e := &t[p>>32]
	v, w := e.below, e.above
	if uint32(p) > e.cut {
		v = w
	}
	return int64(v)
}
