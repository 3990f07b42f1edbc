package licence

import (
	"slices"
)

// index is what a set of fingerprints becomes in memory: each distinct clause once, found by the run it starts with or
// by any run that was kept of it.
type index struct {
	refs    []reference
	clauses []indexed
	anchors table // run a clause starts with → clauses
	grams   table // run → clauses
	vocab   map[uint32]bool
}

// reference is one licence text of the index.
type reference struct {
	id    string
	whole [16]byte
	parts []part
	words int // of the clauses a copy may not lack
	all   int // of all its clauses
	// numbered: some clause has a number
	numbered bool
}

// part is a clause at its place in one reference.
type part struct {
	clause   int32
	label    string
	number   []uint64
	optional bool
	slot     bool
}

// indexed is a distinct clause: two licences that share a clause share it here.
type indexed struct {
	words  int
	digest uint64
	grams  []uint32
	refs   []place
}

// place is where a clause stands in a reference.
type place struct{ ref, part int32 }

// table maps a short hash to a list of clauses: open addressing over flat slices, built once and read by all.
type table struct {
	keys  []uint32
	first []int32 // start in lists; -1: the slot is free
	count []int32
	lists []int32
	mask  uint32
}

func newTable(pairs [][2]uint32) table {
	slices.SortFunc(pairs, func(a, b [2]uint32) int {
		if a[0] != b[0] {
			if a[0] < b[0] {
				return -1
			}
			return 1
		}
		return int(a[1]) - int(b[1])
	})
	pairs = slices.Compact(pairs)
	size := 16
	for size < 2*len(pairs) {
		size *= 2
	}
	t := table{keys: make([]uint32, size), first: make([]int32, size), count: make([]int32, size), lists: make([]int32, 0, len(pairs)), mask: uint32(size - 1)}
	for i := range t.first {
		t.first[i] = -1
	}
	for i := 0; i < len(pairs); {
		j := i
		start := int32(len(t.lists))
		for ; j < len(pairs) && pairs[j][0] == pairs[i][0]; j++ {
			t.lists = append(t.lists, int32(pairs[j][1]))
		}
		slot := pairs[i][0] & t.mask
		for t.first[slot] >= 0 {
			slot = (slot + 1) & t.mask
		}
		t.keys[slot], t.first[slot], t.count[slot] = pairs[i][0], start, int32(j-i)
		i = j
	}
	return t
}

// slot finds a key; -1 when it is not there.
func (t *table) slot(key uint32) int32 {
	s := key & t.mask
	for t.first[s] >= 0 {
		if t.keys[s] == key {
			return int32(s)
		}
		s = (s + 1) & t.mask
	}
	return -1
}

func (t *table) at(slot int32) []int32 {
	f := t.first[slot]
	return t.lists[f : f+t.count[slot]]
}

func newIndex(set Fingerprints) *index {
	x := &index{vocab: make(map[uint32]bool, len(set.Vocabulary))}
	for _, v := range set.Vocabulary {
		x.vocab[v] = true
	}
	type key struct {
		digest uint64
		words  int
	}
	seen := map[key]int32{}
	var anchors, grams [][2]uint32
	for r, f := range set.List {
		ref := reference{id: f.ID, whole: f.Whole}
		for _, c := range f.Clauses {
			k := key{c.Digest, c.Words}
			id, ok := seen[k]
			if !ok {
				id = int32(len(x.clauses))
				seen[k] = id
				x.clauses = append(x.clauses, indexed{words: c.Words, digest: c.Digest, grams: c.Grams})
				if c.Words >= gramWords {
					anchors = append(anchors, [2]uint32{c.Anchor, uint32(id)})
				}
				for _, g := range c.Grams {
					grams = append(grams, [2]uint32{g, uint32(id)})
				}
			}
			x.clauses[id].refs = append(x.clauses[id].refs, place{int32(r), int32(len(ref.parts))})
			ref.parts = append(ref.parts, part{clause: id, label: c.Label, number: c.Number, optional: c.Optional, slot: c.Slot})
			ref.all += c.Words
			ref.numbered = ref.numbered || len(c.Number) > 0
			if !c.Optional {
				ref.words += c.Words
			}
		}
		x.refs = append(x.refs, ref)
	}
	x.anchors, x.grams = newTable(anchors), newTable(grams)
	return x
}
