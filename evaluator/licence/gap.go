package licence

import (
	"slices"
)

// shortReach is how far, in words, a clause too short for a run may stand from where it is expected.
const shortReach = 48

// stretch is a run of free words of a text.
type stretch struct{ from, to int }

// gap explains the words between two clauses found whole: short clauses, numbers, copyright lines, and clauses of the
// reference (parts p to q) that are there in altered form. What it cannot explain stays free.
func (s *scan) gap(b *block, p, q, from, to int, leading, trailing bool) {
	ref := &s.x.refs[b.ref]
	cursor := from
	var missing []int32
	for i := p; i < q; i++ {
		n := s.x.clauses[ref.parts[i].clause].words
		at := -1
		if n < gramWords {
			at = s.findShort(s.x.clauses[ref.parts[i].clause].digest, n, cursor, to, leading)
		}
		if at < 0 {
			missing = append(missing, int32(i))
			continue
		}
		s.between(b, missing, cursor, at, i, leading && len(b.matches) == 0, false)
		missing = missing[:0]
		s.take(at, at+n)
		b.matches = append(b.matches, match{int32(i), at, at + n})
		cursor = at + n
	}
	s.between(b, missing, cursor, to, q, leading, trailing)
}

func (s *scan) findShort(digest uint64, n, from, to int, leading bool) int {
	end := to - n
	if !leading {
		end = min(end, from+shortReach)
	}
	for i := from; i <= end; i++ {
		if s.w.digest(i, n) == digest {
			return i
		}
	}
	return -1
}

// between explains one stretch in which the clauses listed are missing; next is the part that follows it.
func (s *scan) between(b *block, missing []int32, from, to, next int, leading, trailing bool) {
	ref := &s.x.refs[b.ref]
	if next < len(ref.parts) && ref.parts[next].slot && len(missing) == 0 && to-from < farAway {
		if !fills(s.w, from, to) {
			b.diffs = append(b.diffs, diff{Changed, from, to, int32(next), false})
		}
		s.take(from, to)
		return
	}
	if next < len(ref.parts) {
		to = s.stripNumber(ref, ref.parts[next].number, from, to)
	}
	from, to = s.stripNames(b, next, from, to)
	if from == to {
		for _, m := range missing {
			b.diffs = append(b.diffs, diff{Removed, from, from, m, ref.parts[m].optional})
		}
		return
	}
	if len(missing) == 0 {
		return
	}
	missing = slices.Clone(missing)
	if missing, from, to = s.repair(b, missing, from, to); len(missing) == 0 || from == to {
		for _, m := range missing {
			b.diffs = append(b.diffs, diff{Removed, from, from, m, ref.parts[m].optional})
		}
		return
	}
	s.altered(b, missing, from, to, leading, trailing)
}

// stripNumber takes the words of a clause's number at the end of a stretch. Where the reference has no numbers, one
// written as such ("3.", "(b)") is taken too: it only counts.
func (s *scan) stripNumber(ref *reference, number []uint64, from, to int) int {
	n := len(number)
	if n == 0 {
		if to-from >= 1 && to-from <= 3 && !ref.numbered && s.countsOnly(from, to) {
			s.take(from, to)
			return from
		}
		return to
	}
	if to-from >= n && s.numberAt(number, to-n, to) == n {
		s.take(to-n, to)
		return to - n
	}
	return to
}

// countsOnly reports whether each word is a number as lists have them: up to two digits, a letter or a Roman numeral,
// with the mark of a list after it.
func (s *scan) countsOnly(from, to int) bool {
	for i := from; i < to; i++ {
		f := s.w.folded(i)
		end := int(s.w.list[i].end)
		if len(f) > 4 || end >= len(s.w.text) || s.w.text[end] != '.' && s.w.text[end] != ')' {
			return false
		}
		digits := f != "" && f[0] >= '0' && f[0] <= '9'
		if digits && len(f) > 2 || !digits && len(f) > 1 && roman(f) <= 0 {
			return false
		}
	}
	return true
}

// stripNames takes copyright lines, page counts and the licence's own name at the ends of a stretch.
//
// Beside the title an identifier alone may stand too: "The MIT License (MIT)".
func (s *scan) stripNames(b *block, next, from, to int) (int, int) {
	parts := s.x.refs[b.ref].parts
	titled := next < len(parts) && parts[next].label == "title"
	for _, m := range b.matches {
		titled = titled || parts[m.part].label == "title"
	}
	for changed := true; changed && from < to; {
		changed = false
		for end := min(to, from+2*maxName); end > from; end-- {
			if nameLine(s.w, from, end) || pageLine(s.w, from, end) || s.names != nil && s.names(b.ref, from, end, titled) {
				s.take(from, end)
				from, changed = end, true
				break
			}
		}
	}
	return from, to
}

// altered explains a stretch in which clauses are missing as those clauses in altered form: words that still stand in a
// run kept of a missing clause are its own, the others are where it differs.
func (s *scan) altered(b *block, missing []int32, from, to int, leading, trailing bool) {
	ref := &s.x.refs[b.ref]
	owner := make([]int32, to-from) // 1 + index in missing of the clause a word belongs to
	linked := make([]bool, to-from) // the word and the next stand in one known run
	seen := make([]int, len(missing))
	index := map[int32]int{}
	for i, m := range missing {
		if _, ok := index[ref.parts[m].clause]; !ok {
			index[ref.parts[m].clause] = i
		}
	}
	for j := from; j+gramWords <= to; j++ {
		if s.slots[j] < 0 || !s.isFree(j, j+gramWords) {
			continue
		}
		for _, c := range s.x.grams.at(s.slots[j]) {
			i, ok := index[c]
			if !ok {
				continue
			}
			seen[i]++
			for k := range gramWords {
				owner[j-from+k] = int32(i) + 1
				if k+1 < gramWords {
					linked[j-from+k] = true
				}
			}
			break
		}
	}
	first, last := -1, -1
	for j, o := range owner {
		if o > 0 {
			if first < 0 {
				first = j
			}
			last = j
		}
	}
	if first < 0 {
		s.unmatched(b, missing, from, to, leading, trailing)
		return
	}
	lo, hi := first, last+1
	if !leading || first <= gramWords {
		lo = 0
	} else {
		lo = first - min(first, 2)
	}
	if !trailing || to-from-hi <= gramWords {
		hi = to - from
	}
	reported := make([]bool, len(missing))
	s.stretches(b, missing, owner[:hi], linked, from, lo, reported)
	for i, m := range missing {
		switch {
		case seen[i] == 0:
			b.diffs = append(b.diffs, diff{Removed, from + lo, from + lo, m, ref.parts[m].optional})
		case !reported[i]:
			a, z := -1, -1
			for j, o := range owner {
				if int(o) == i+1 {
					if a < 0 {
						a = j
					}
					z = j + 1
				}
			}
			if a >= 0 {
				b.diffs = append(b.diffs, diff{Changed, from + a, from + z, m, ref.parts[m].optional})
			}
		}
	}
	for j, o := range owner {
		if o > 0 {
			s.take(from+j, from+j+1)
			b.matched++
		}
	}
}

// farAway is how many unexplained words in a row may hold something else than the altered clause around them.
const farAway = 25

// stretches reports each run of words that no kept run covers, and each place where words were cut out.
func (s *scan) stretches(b *block, missing []int32, owner []int32, linked []bool, from, lo int, reported []bool) {
	ref := &s.x.refs[b.ref]
	report := func(kind string, a, z, at int) {
		reported[at] = true
		m := missing[at]
		b.diffs = append(b.diffs, diff{kind, from + a, from + z, m, ref.parts[m].optional})
	}
	near := func(j int) int {
		for k := j - 1; k >= lo; k-- {
			if owner[k] > 0 {
				return int(owner[k]) - 1
			}
		}
		for k := j; k < len(owner); k++ {
			if owner[k] > 0 {
				return int(owner[k]) - 1
			}
		}
		return 0
	}
	for j := lo; j < len(owner); {
		if owner[j] > 0 {
			if j+1 < len(owner) && owner[j+1] == owner[j] && !linked[j] {
				report(Removed, j+1, j+1, int(owner[j])-1)
			}
			j++
			continue
		}
		end := j
		for end < len(owner) && owner[end] == 0 {
			end++
		}
		next := end
		j, end = s.trimNumbers(ref, missing, from, j, end)
		if j == end {
			j = next
			continue
		}
		if end-j < farAway {
			s.take(from+j, from+end)
			report(Changed, j, end, near(j))
		} else {
			reported[near(j)] = true // left free: another licence may stand there, else it is reported as added
		}
		j = next
	}
}

// trimNumbers takes the numbers of missing clauses at both ends of a run of words: they are no difference.
func (s *scan) trimNumbers(ref *reference, missing []int32, from, j, end int) (int, int) {
	for _, m := range missing {
		n := len(ref.parts[m].number)
		if n == 0 || end-j < n {
			continue
		}
		if s.numberAt(ref.parts[m].number, from+j, from+end) == n {
			s.take(from+j, from+j+n)
			j += n
		} else if s.numberAt(ref.parts[m].number, from+end-n, from+end) == n {
			s.take(from+end-n, from+end)
			end -= n
		}
	}
	return j, end
}

// unmatched reports clauses of which nothing is left. When words stand in their place, they were changed.
func (s *scan) unmatched(b *block, missing []int32, from, to int, leading, trailing bool) {
	ref := &s.x.refs[b.ref]
	replaced := !leading && !trailing && to-from < farAway
	for i, m := range missing {
		d := diff{Removed, from, from, m, ref.parts[m].optional}
		if leading {
			d.from, d.to = to, to
		}
		if replaced && i == 0 {
			d = diff{Changed, from, to, m, ref.parts[m].optional}
			s.take(from, to)
		}
		b.diffs = append(b.diffs, d)
	}
}
