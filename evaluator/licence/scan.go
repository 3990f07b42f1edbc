package licence

import (
	"crypto/sha256"
	"slices"
)

// hit is a clause found word for word in a text.
type hit struct{ clause, at int32 }

// limits keep hostile input bounded: a text that repeats one clause thousands of times is no licence.
const (
	maxHits   = 200_000
	maxBlocks = 64
)

// scan is one text being compared with an index.
type scan struct {
	x     *index
	w     *words
	slots []int32 // for each word, the known run that starts there; -1: none
	hits  []hit   // clauses found whole, by place
	free  []bool  // words that nothing explains yet
	names func(ref int32, from, to int, titled bool) bool
	// work areas, one entry a clause or a run slot
	seenSlot   []uint32
	seenClause []int32
	exact      []uint32
	round      uint32
	blocks     []block
	repairs    int // words tried for misread letters
}

// block is one reference recognised in the text.
type block struct {
	ref      int32
	matches  []match
	diffs    []diff
	from, to int     // words it spans
	matched  float64 // words of it recognised, changed clauses counted in part
	share    float64 // of the words a copy may not lack
}

// match is a clause found whole at words from to to.
type match struct {
	part     int32
	from, to int
}

// diff is a stretch of the text, in words, that differs from a reference.
type diff struct {
	kind     string
	from, to int
	part     int32 // -1: no clause
	optional bool
}

func newScan(x *index, w *words) *scan {
	s := &scan{x: x, w: w, free: make([]bool, len(w.list)), slots: make([]int32, len(w.list)),
		seenSlot: make([]uint32, len(x.grams.keys)), seenClause: make([]int32, len(x.clauses)), exact: make([]uint32, len(x.clauses))}
	for i := range s.free {
		s.free[i] = true
		s.slots[i] = -1
	}
	for i := 0; i+gramWords <= len(w.list); i++ {
		g := w.gram(i)
		s.slots[i] = x.grams.slot(g)
		if s.slots[i] < 0 || len(s.hits) >= maxHits {
			continue
		}
		a := x.anchors.slot(g)
		if a < 0 {
			continue
		}
		for _, c := range x.anchors.at(a) {
			n := x.clauses[c].words
			if i+n <= len(w.list) && w.digest(i, n) == x.clauses[c].digest {
				s.hits = append(s.hits, hit{c, int32(i)})
			}
		}
	}
	return s
}

func (s *scan) isFree(from, to int) bool {
	for i := from; i < to; i++ {
		if !s.free[i] {
			return false
		}
	}
	return true
}

// rating is how much of one reference stands in the words still free.
type rating struct {
	ref     int32
	matched float64 // words, optional clauses included
	must    float64 // words of clauses a copy may not lack
	share   float64 // must, as a share of all such words
	score   float64
}

// rate gives the references found in the free words, best first.
//
// A clause found whole counts all its words, one found in part the share of its runs. The words count the more, the more
// of the reference is there: of two versions the one that lacks less comes first, and a licence that contains another
// one comes first only where all of it is there.
func (s *scan) rate() []rating {
	s.round++
	clear(s.seenClause)
	for _, h := range s.hits {
		if s.exact[h.clause] != s.round && s.isFree(int(h.at), int(h.at)+s.x.clauses[h.clause].words) {
			s.exact[h.clause] = s.round
		}
	}
	run := 0
	for i := range s.free {
		if !s.free[i] {
			run = 0
			continue
		}
		if run++; run < gramWords {
			continue
		}
		slot := s.slots[i-gramWords+1]
		if slot < 0 || s.seenSlot[slot] == s.round {
			continue
		}
		s.seenSlot[slot] = s.round
		for _, c := range s.x.grams.at(slot) {
			s.seenClause[c]++
		}
	}
	var out []rating
	for r := range s.x.refs {
		ref := &s.x.refs[r]
		v := rating{ref: int32(r)}
		for _, p := range ref.parts {
			c := &s.x.clauses[p.clause]
			var got float64
			switch {
			case s.exact[p.clause] == s.round:
				got = float64(c.words)
			case s.seenClause[p.clause] > 0:
				got = 0.9 * float64(c.words) * float64(s.seenClause[p.clause]) / float64(len(c.grams))
			}
			v.matched += got
			if !p.optional {
				v.must += got
			}
		}
		if v.matched == 0 {
			continue
		}
		v.share = v.must / float64(max(1, ref.words))
		v.score = v.matched * v.share * v.share
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b rating) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return int(a.ref - b.ref)
	})
	return out
}

// align finds the reference's clauses in the free words, in its own order, and explains what lies between them.
func (s *scan) align(r int32) block {
	ref := &s.x.refs[r]
	b := block{ref: r, matches: s.chain(ref)}
	if len(b.matches) == 0 {
		return b
	}
	for _, m := range b.matches {
		s.take(m.from, m.to)
	}
	first, last := b.matches[0], b.matches[len(b.matches)-1]
	lo := first.from
	for lo > 0 && s.free[lo-1] && first.from-lo < ref.all+200 {
		lo--
	}
	hi := last.to
	for hi < len(s.free) && s.free[hi] && hi-last.to < ref.all+200 {
		hi++
	}
	found := b.matches
	s.gap(&b, 0, int(first.part), lo, first.from, true, false)
	for i := 1; i < len(found); i++ {
		s.gap(&b, int(found[i-1].part)+1, int(found[i].part), found[i-1].to, found[i].from, false, false)
	}
	s.gap(&b, int(last.part)+1, len(ref.parts), last.to, hi, false, true)
	slices.SortFunc(b.matches, func(x, y match) int { return x.from - y.from })
	b.from, b.to = b.matches[0].from, b.matches[len(b.matches)-1].to
	b.measure(s)
	return b
}

func (b *block) measure(s *scan) {
	ref := &s.x.refs[b.ref]
	must := 0
	for _, m := range b.matches {
		b.matched += float64(m.to - m.from)
		if !ref.parts[m.part].optional {
			must += m.to - m.from
		}
	}
	b.share = float64(must) / float64(max(1, ref.words))
}

func (s *scan) take(from, to int) {
	for i := from; i < to; i++ {
		s.free[i] = false
	}
}

// chain picks, among the clauses found whole in free words, the heaviest sequence in the reference's order.
func (s *scan) chain(ref *reference) []match {
	parts := map[int32][]int32{}
	for i, p := range ref.parts {
		parts[p.clause] = append(parts[p.clause], int32(i))
	}
	limit := 8*len(ref.parts) + 64
	var list []match
	for _, h := range s.hits {
		if len(list) >= limit {
			break
		}
		n := s.x.clauses[h.clause].words
		for _, p := range parts[h.clause] {
			if s.isFree(int(h.at), int(h.at)+n) {
				list = append(list, match{p, int(h.at), int(h.at) + n})
			}
		}
	}
	best := make([]int, len(list))
	from := make([]int, len(list))
	end := -1
	for i, m := range list {
		from[i] = -1
		for j := i - 1; j >= 0; j-- {
			if list[j].part < m.part && list[j].to <= m.from && best[j] > 0 && (from[i] < 0 || best[j] > best[from[i]]) {
				from[i] = j
			}
		}
		best[i] = m.to - m.from
		if from[i] >= 0 {
			best[i] += best[from[i]]
		}
		if end < 0 || best[i] > best[end] {
			end = i
		}
	}
	var out []match
	for i := end; i >= 0; i = from[i] {
		out = append(out, list[i])
	}
	slices.Reverse(out)
	return out
}

// whole proves that the clauses found are the reference's, all and in order, by a hash over their words.
func (s *scan) whole(b *block) bool {
	ref := &s.x.refs[b.ref]
	h := sha256.New()
	next := int32(0)
	for _, m := range b.matches {
		for ; next < m.part; next++ {
			if !ref.parts[next].optional {
				return false
			}
		}
		if next != m.part {
			return false
		}
		next++
		if !ref.parts[m.part].optional {
			hashWords(h.Write, s.w.list[m.from:m.to])
		}
	}
	for ; int(next) < len(ref.parts); next++ {
		if !ref.parts[next].optional {
			return false
		}
	}
	return [16]byte(h.Sum(nil)[:16]) == ref.whole
}
