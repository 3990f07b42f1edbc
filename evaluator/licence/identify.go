package licence

import (
	"cmp"
	"slices"
	"strings"

	"vigie/catalog/wording"
)

// Thresholds on the share of a licence's words. They sort texts that are not clean into kinds; none makes an identity.
const (
	variantShare = 0.22 // below: no licence is named
	closeShare   = 0.55 // above: an altered copy; below: a variant, or a part
	secondShare  = 0.5  // what a second licence in the same text must reach
	smallRest    = 12   // free words below which no further licence is looked for
)

// Identify says what a text is. It never fails: what is no text, or no licence, has a verdict too. name is the file's
// name, for hints only; it may be empty.
func (set *Set) Identify(raw []byte, name string) Identification {
	text, enc, cut := decode(raw)
	id := Identification{Encoding: string(enc), Cut: cut, Licences: []Found{}, Differences: []Difference{}, Means: []Evidence{}}
	if text == nil && len(raw) > 0 && enc != utf16LE && enc != utf16BE {
		id.Verdict, id.Message = Unknown, notText(enc)
		return id
	}
	src := clean(text)
	w := splitSource(text, src)
	id.Words = len(w.list)
	if len(w.list) == 0 {
		id.Verdict = Empty
		id.Message = wording.Textf("there are no words in this text", "ce texte ne contient aucun mot")
		return id
	}
	s := newScan(set.index, w)
	s.names = func(ref int32, from, to int, titled bool) bool {
		return set.isName(set.index.refs[ref].id, w, from, to, titled)
	}
	ratings := s.rate()
	s.recognise(ratings)
	set.evidence(&id, text, w, s)
	set.conclude(&id, w, s, ratings)
	set.warn(&id, w, cut)
	if hint, ok := set.hint(name); ok && hint != id.Licence && id.Verdict != Several {
		id.Warnings = append(id.Warnings, wording.Textf("the file's name speaks of %s", "le nom du fichier parle de %s", hint))
	}
	return id
}

// recognise explains the text by one licence after another, until what is left says nothing.
func (s *scan) recognise(ratings []rating) {
	for len(s.blocks) < maxBlocks {
		var chosen *block
		for i := range ratings {
			r := ratings[i]
			if len(s.blocks) == 0 && r.share < variantShare || len(s.blocks) > 0 && r.share < secondShare {
				continue
			}
			b := s.align(r.ref)
			if len(b.matches) == 0 {
				continue
			}
			chosen = &b
			break
		}
		if chosen == nil {
			return
		}
		s.blocks = append(s.blocks, *chosen)
		rest := 0
		for _, f := range s.free {
			if f {
				rest++
			}
		}
		if rest < smallRest {
			return
		}
		ratings = s.rate()
	}
}

// leftovers are the runs of words that nothing explains.
func (s *scan) leftovers() []stretch {
	var out []stretch
	for i := 0; i < len(s.free); i++ {
		if !s.free[i] {
			continue
		}
		j := i
		for j < len(s.free) && s.free[j] {
			j++
		}
		out = append(out, stretch{i, j})
		i = j
	}
	return out
}

func (set *Set) conclude(id *Identification, w *words, s *scan, ratings []rating) {
	slices.SortFunc(s.blocks, func(a, b block) int { return a.from - b.from })
	differences, leftover := set.differences(w, s)
	free := 0
	for _, f := range s.free {
		if f {
			free++
		}
	}
	id.Coverage = round(1 - float64(free)/float64(len(w.list)))
	id.Differences = differences
	set.found(id, w, s)
	for _, r := range ratings[:min(len(ratings), 3)] {
		if r.share >= 0.05 {
			id.Nearest = append(id.Nearest, Near{set.index.refs[r.ref].id, round(min(1, r.share))})
		}
	}
	if len(s.blocks) == 0 {
		id.Coverage = 0
		set.unrecognised(id, w, ratings)
		return
	}
	clean := len(differences) == 0 && leftover == 0
	for i := range s.blocks {
		clean = clean && s.whole(&s.blocks[i])
	}
	distinct := map[string]bool{}
	for _, l := range id.Licences {
		distinct[l.ID] = true
	}
	main := set.index.refs[s.main().ref].id
	switch {
	case len(distinct) > 1:
		id.Verdict = Several
	case clean && !id.Cut:
		id.Verdict, id.Licence = Identified, main
	default:
		id.Licence = main
		id.Verdict = set.degree(s, id.Coverage)
	}
	if claimed := set.claimed(id, w); id.Verdict != Identified && claimed != "" && len(distinct) == 1 && claimed != main {
		id.Verdict, id.Claimed = Conflict, claimed
	}
	if id.Verdict == Identified {
		id.Nearest = nil
	}
	id.Message = set.message(id)
}

// main is the block with the most words.
func (s *scan) main() *block {
	best := 0
	for i := range s.blocks {
		if s.blocks[i].matched > s.blocks[best].matched {
			best = i
		}
	}
	return &s.blocks[best]
}

// degree tells an altered copy from a part and from a mere relative.
func (set *Set) degree(s *scan, coverage float64) Verdict {
	b := s.main()
	ref := &set.index.refs[b.ref]
	share := min(1, b.matched/float64(max(1, ref.words)))
	must := 0
	for _, m := range b.matches {
		if !ref.parts[m.part].optional {
			must++
		}
	}
	switch {
	case must == 0:
		return Notice
	case share >= closeShare:
		return WithDifferences
	case coverage >= 0.85:
		return Partial
	}
	return Variant
}

// differences turns what the blocks recorded and what is left over into places of the text.
func (set *Set) differences(w *words, s *scan) (out []Difference, leftover int) {
	for _, b := range s.blocks {
		ref := &set.index.refs[b.ref]
		for _, d := range b.diffs {
			if d.optional && d.kind == Removed && set.leftOut(b, d.part) {
				continue
			}
			x := Difference{Kind: d.kind, Clause: ref.parts[d.part].label, Licence: ref.id}
			x.Start, x.End = w.span(d.from, d.to)
			out = append(out, x)
		}
	}
	for _, l := range s.leftovers() {
		label, licence, skip := set.around(w, s, l)
		if skip {
			s.take(l.from, l.to)
			continue
		}
		leftover += l.to - l.from
		x := Difference{Kind: Added, Clause: label, Licence: licence}
		x.Start, x.End = w.span(l.from, l.to)
		if len(s.blocks) > 0 {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b Difference) int {
		return cmp.Or(a.Start-b.Start, a.End-b.End, strings.Compare(a.Kind, b.Kind), strings.Compare(a.Clause, b.Clause))
	})
	if out == nil {
		out = []Difference{}
	}
	return slices.Compact(out), leftover
}

// leftOut reports that all the optional clauses that stand together with this one are missing: a copy without the
// instructions is the licence, one with half of them is an altered copy.
func (set *Set) leftOut(b block, p int32) bool {
	ref := &set.index.refs[b.ref]
	from, to := p, p
	title := ref.parts[p].label == "title"
	same := func(i int32) bool { return ref.parts[i].optional && (ref.parts[i].label == "title") == title }
	for from > 0 && same(from-1) {
		from--
	}
	for int(to) < len(ref.parts) && same(to) {
		to++
	}
	for _, m := range b.matches {
		if m.part >= from && m.part < to {
			return false
		}
	}
	return true
}

// around names the clause a leftover stretch follows; skip says that it is no more than a name or a page count.
func (set *Set) around(w *words, s *scan, l stretch) (label, licence string, skip bool) {
	if nameLine(w, l.from, l.to) || pageLine(w, l.from, l.to) {
		return "", "", true
	}
	at := -1
	for _, b := range s.blocks {
		ref := &set.index.refs[b.ref]
		if l.to <= b.from && licence == "" {
			licence = ref.id
		}
		for _, m := range b.matches {
			if m.to <= l.from && m.to > at {
				at, label, licence = m.to, ref.parts[m.part].label, ref.id
			}
		}
	}
	return label, licence, false
}

// span gives the bytes of words from to to; between two words when the range is empty.
func (w *words) span(from, to int) (start, end int) {
	switch {
	case from < to:
		return int(w.list[from].start), int(w.list[to-1].end)
	case from < len(w.list):
		return int(w.list[from].start), int(w.list[from].start)
	}
	return len(w.text), len(w.text)
}

func (set *Set) found(id *Identification, w *words, s *scan) {
	at := map[string]int{}
	for i := range s.blocks {
		b := &s.blocks[i]
		ref := &set.index.refs[b.ref]
		if k, ok := at[ref.id]; ok {
			id.Licences[k].Copies = max(id.Licences[k].Copies, 1) + 1
			continue
		}
		f := Found{ID: ref.id, Coverage: round(min(1, b.share)), Intact: len(b.diffs) == 0 && s.whole(b)}
		f.Start, f.End = w.span(b.from, b.to)
		for _, m := range b.matches {
			x := Stretch{Clause: ref.parts[m.part].label}
			x.Start, x.End = w.span(m.from, m.to)
			f.Stretches = append(f.Stretches, x)
		}
		at[ref.id] = len(id.Licences)
		id.Licences = append(id.Licences, f)
	}
}

// round keeps four digits, enough for a share that is shown and never decided on.
func round(v float64) float64 { return float64(int(float64(v*10000)+0.5)) / 10000 }

func (set *Set) warn(id *Identification, w *words, cut bool) {
	if cut {
		id.Warnings = append(id.Warnings, wording.Textf("only the first %d KiB were read", "seuls les %d premiers Kio ont été lus", MaxText>>10))
	}
	if len(w.mixed) > 0 {
		id.Warnings = append(id.Warnings, wording.Textf("%d words mix Latin letters with look-alikes of another alphabet, first: %q",
			"%d mots mêlent des lettres latines et des sosies d'un autre alphabet, le premier : « %s »", len(w.mixed), string(w.bytes(int(w.mixed[0])))))
	}
}
