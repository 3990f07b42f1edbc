package ranking

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"slices"
)

// weightRange is the scale of drawn weights: whole numbers that add up to it.
const weightRange = 1 << 24

// block is how many draws share one reseeding of the streams: blocks can run on any number of processors, in any
// order, and count the same.
const block = 64

// stream is the source of randomness of one candidate (or, with an empty id, of the weights) in one block: it
// depends on the seed and on nothing else that is present.
func stream(seed uint64, id string, blockIndex int) *rand.PCG {
	h := sha256.New()
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], seed)
	binary.BigEndian.PutUint64(b[8:], uint64(blockIndex))
	h.Write(b[:])
	h.Write([]byte(id))
	sum := h.Sum(nil)
	return rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16]))
}

// dirichlet draws whole weights: the gaps between sorted uniform whole numbers, cut at the cumulated parameters,
// follow exactly the Dirichlet law of whole parameters.
func dirichlet(src *rand.PCG, alphas []int, cuts []uint32, out []int64) {
	n := 0
	for _, a := range alphas {
		n += a
	}
	cuts = cuts[:n-1]
	for i := range cuts {
		cuts[i] = uint32(src.Uint64() >> 40)
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
type alias struct {
	values []int64
	cut    []uint32 // below: the value at the same place, else the other
	other  []uint32
}

func newAlias(atoms []atom) *alias {
	n := len(atoms)
	t := &alias{values: make([]int64, n), cut: make([]uint32, n), other: make([]uint32, n)}
	scaled := make([]float64, n)
	var small, large []int
	for i, a := range atoms {
		t.values[i] = a.value
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
		t.cut[s], t.other[s] = uint32(float64(scaled[s]*(1<<32-1))), uint32(l)
		scaled[l] = float64(scaled[l]+scaled[s]) - 1
		if scaled[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	for _, i := range append(small, large...) {
		t.cut[i], t.other[i] = 1<<32-1, uint32(i)
	}
	return t
}

func (t *alias) draw(src *rand.PCG) int64 {
	if len(t.values) == 1 {
		return t.values[0]
	}
	u := src.Uint64()
	i := uint32((u >> 32) * uint64(len(t.values)) >> 32)
	if uint32(u) > t.cut[i] {
		i = t.other[i]
	}
	return t.values[i]
}
