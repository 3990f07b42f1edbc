package licence

// Bounds of the search for misread letters: more noise than that and a person has to look.
const (
	maxMisread  = 6   // unknown words in one clause
	maxSpelling = 4   // spellings tried for one word
	maxRepairs  = 400 // words of one text
)

// confusions are letters that scanning takes for one another.
var confusions = [][2]string{{"rn", "m"}, {"m", "rn"}, {"cl", "d"}, {"d", "cl"}, {"vv", "w"}, {"w", "vv"}, {"ri", "n"}, {"n", "ri"}, {"li", "h"}, {"h", "li"}}

// repair finds, at the start of a stretch and then at its end, missing clauses that are there but for letters misread by
// a scanner. It proves each: with words that occur nowhere in any licence put back to ones that do, one letter away, the
// digest is the clause's. What a changed word of the language would give is never taken for it.
func (s *scan) repair(b *block, missing []int32, from, to int) ([]int32, int, int) {
	ref := &s.x.refs[b.ref]
	for len(missing) > 0 {
		m := missing[0]
		at := from + s.numberAt(ref.parts[m].number, from, to)
		end := at + s.x.clauses[ref.parts[m].clause].words
		if end > to || !s.misread(b, m, at, end) {
			break
		}
		s.take(from, at)
		from, missing = end, missing[1:]
	}
	for len(missing) > 0 {
		m := missing[len(missing)-1]
		at := to - s.x.clauses[ref.parts[m].clause].words
		if at < from || !s.misread(b, m, at, to) {
			break
		}
		to, missing = s.stripNumber(ref, ref.parts[m].number, from, at), missing[:len(missing)-1]
	}
	return missing, from, to
}

// numberAt is the length of a clause's number at a place.
func (s *scan) numberAt(number []uint64, from, to int) int {
	if len(number) == 0 || from+len(number) > to {
		return 0
	}
	for i, h := range number {
		if s.w.list[from+i].hash != h {
			return 0
		}
	}
	return len(number)
}

// misread proves that the words from at to end are a clause but for misread letters, and records it.
func (s *scan) misread(b *block, p int32, at, end int) bool {
	c := &s.x.clauses[s.x.refs[b.ref].parts[p].clause]
	if !s.isFree(at, end) {
		return false
	}
	var places []int
	for i := at; i < end; i++ {
		if !s.x.vocab[short(s.w.list[i].hash)] {
			if places = append(places, i); len(places) > maxMisread {
				return false
			}
		}
	}
	if len(places) == 0 || s.repairs+len(places) > maxRepairs {
		return false
	}
	s.repairs += len(places)
	options := make([][]uint64, len(places))
	for i, at := range places {
		if options[i] = s.spellings(s.w.folded(at)); len(options[i]) == 0 {
			return false
		}
	}
	if !s.fits(s.w.digest(at, end-at), c.digest, places, options, end) {
		return false
	}
	for _, i := range places {
		b.diffs = append(b.diffs, diff{Misread, i, i + 1, p, false})
	}
	b.matches = append(b.matches, match{p, at, end})
	s.take(at, end)
	return true
}

// fits tries the spellings of all places together against a digest.
func (s *scan) fits(have, want uint64, places []int, options [][]uint64, end int) bool {
	if len(places) == 0 {
		return have == want
	}
	i := places[0]
	for _, h := range options[0] {
		delta := mulmod(addmod(h, prime-s.w.list[i].hash), powers[end-1-i])
		if s.fits(addmod(have, delta), want, places[1:], options[1:], end) {
			return true
		}
	}
	return false
}

// spellings gives the words of licences that are one misread letter away from a word.
func (s *scan) spellings(word string) []uint64 {
	var out []uint64
	try := func(w string) {
		if w == "" || len(out) >= maxSpelling {
			return
		}
		h := hashOf(w)
		if !s.x.vocab[short(h)] {
			return
		}
		for _, x := range out {
			if x == h {
				return
			}
		}
		out = append(out, h)
	}
	if len(word) < 2 || len(word) > 24 {
		return nil
	}
	for _, c := range confusions {
		for i := 0; i+len(c[0]) <= len(word); i++ {
			if word[i:i+len(c[0])] == c[0] {
				try(word[:i] + c[1] + word[i+len(c[0]):])
			}
		}
	}
	for i := range len(word) {
		for c := byte('a'); c <= 'z'; c++ {
			if c != word[i] {
				try(word[:i] + string(c) + word[i+1:])
			}
		}
	}
	for i := range len(word) {
		try(word[:i] + word[i+1:])
	}
	for i := 0; i <= len(word); i++ {
		for c := byte('a'); c <= 'z'; c++ {
			try(word[:i] + string(c) + word[i:])
		}
	}
	return out
}
