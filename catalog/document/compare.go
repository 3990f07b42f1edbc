package document

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ChangeKind says what became of a block from one version to the next.
type ChangeKind string

// What may become of a block. A block that moved and changed is Moved and has words.
const (
	Kept    ChangeKind = "kept"
	Moved   ChangeKind = "moved"
	Changed ChangeKind = "changed"
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
)

// WordOp says what became of some words.
type WordOp string

// What may become of words.
const (
	SameWords    WordOp = "same"
	RemovedWords WordOp = "removed"
	AddedWords   WordOp = "added"
)

// Words is a run of words with the spaces around them; runs that are same or removed make the old text, those that are
// same or added the new.
type Words struct {
	Op   WordOp `json:"op"`
	Text string `json:"text"`
}

// Change is one block in the comparison: as it was, as it is, or both.
type Change struct {
	Kind       ChangeKind `json:"kind"`
	Old        *Block     `json:"old,omitempty"`
	New        *Block     `json:"new,omitempty"`
	Renumbered bool       `json:"renumbered,omitempty"` // its number is another; the number is no part of the words
	Cosmetic   bool       `json:"cosmetic,omitempty"`   // kept, but for spaces, quotation marks, hyphens, case or breaks
	Words      []Words    `json:"words,omitempty"`
}

// Comparison tells two versions of a document apart, in the order of the new one; what was removed stands where it was.
type Comparison struct {
	Changes []Change           `json:"changes"`
	Counts  map[ChangeKind]int `json:"counts"`
	Rough   bool               `json:"rough,omitempty"` // so much differs that some pairs were not looked for
}

// Same reports whether nothing but cosmetic differences was found.
func (c *Comparison) Same() bool {
	return c.Counts[Moved]+c.Counts[Changed]+c.Counts[Added]+c.Counts[Removed] == 0
}

// The bounds of a comparison: steps of one alignment of blocks and of one of words, words looked at to pair what
// changed; and how alike two blocks must be to be one that changed, or one that moved and changed (shared words over all
// words, twice counted).
const (
	alignBudget = 1_000_000
	wordBudget  = 500_000
	pairBudget  = 60_000_000
	likeHere    = 0.45
	likeThere   = 0.7
	fewWords    = 8 // a shorter block that moved and changed cannot be told from a new one
)

// Compare compares two versions of a document. Margins are left out: page numbers and running heads change with the
// layout. The answer depends on the texts alone, and time is bounded whatever they are.
func Compare(older, newer *Document) *Comparison {
	c := &comparing{ids: map[string]int32{}, words: map[string]int32{}, pairs: pairBudget}
	c.old, c.new = c.read(older), c.read(newer)
	edits, ok := anchored(c.keys(c.old), c.keys(c.new), alignBudget)
	c.rough = !ok
	for _, e := range edits {
		if e.a >= 0 && e.b >= 0 {
			c.match(e.a, e.b)
		}
	}
	c.rebroken(edits)
	c.near(edits)
	c.moved()
	return c.result()
}

// unit is a block made ready to compare.
type unit struct {
	*Block
	key   int32
	words []int32 // sorted
	pair  int     // index on the other side, -1: none
	moved bool
	glued bool // part of paragraphs that were broken otherwise
	like  bool // the same up to cosmetics
}

type comparing struct {
	ids      map[string]int32 // of whole texts
	words    map[string]int32
	old, new []unit
	pairs    int // words that may still be looked at
	rough    bool
}

func (c *comparing) read(d *Document) []unit {
	out := make([]unit, 0, len(d.Blocks))
	for i := range d.Blocks {
		b := &d.Blocks[i]
		if b.Kind == Margin {
			continue
		}
		s := squeezeText(b.Body())
		if s == "" {
			s = squeezeText(b.Text)
		}
		u := unit{Block: b, key: id(c.ids, s), pair: -1}
		for w := range strings.FieldsFuncSeq(strings.ToLower(b.Body()), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
			u.words = append(u.words, id(c.words, w))
		}
		slices.Sort(u.words)
		out = append(out, u)
	}
	return out
}

func id(m map[string]int32, s string) int32 {
	n, ok := m[s]
	if !ok {
		n = int32(len(m))
		m[s] = n
	}
	return n
}

func (c *comparing) keys(us []unit) []int32 {
	out := make([]int32, len(us))
	for i, u := range us {
		out[i] = u.key
	}
	return out
}

func (c *comparing) match(a, b int) {
	c.old[a].pair, c.new[b].pair = b, a
	c.old[a].like, c.new[b].like = c.old[a].key == c.new[b].key, c.old[a].key == c.new[b].key
}

// gaps calls do with each stretch between blocks that were kept.
func (c *comparing) gaps(edits []edit, do func(as, bs []int)) {
	var as, bs []int
	for _, e := range append(edits, edit{0, 0}) {
		switch {
		case e.b < 0:
			if c.old[e.a].pair < 0 {
				as = append(as, e.a)
			}
		case e.a < 0:
			if c.new[e.b].pair < 0 {
				bs = append(bs, e.b)
			}
		default:
			if len(as) > 0 && len(bs) > 0 {
				do(as, bs)
			}
			as, bs = nil, nil
		}
	}
}

// rebroken finds paragraphs that only were broken into lines or items otherwise: together they read the same.
func (c *comparing) rebroken(edits []edit) {
	whole := func(us []unit, at []int) string {
		var s strings.Builder
		for _, i := range at {
			s.WriteString(squeezeText(us[i].Text))
		}
		return s.String()
	}
	c.gaps(edits, func(as, bs []int) {
		if len(as) == len(bs) || whole(c.old, as) != whole(c.new, bs) {
			return
		}
		for i := range max(len(as), len(bs)) {
			if i < len(as) {
				c.old[as[i]].glued, c.old[as[i]].pair = true, bs[min(i, len(bs)-1)]
			}
			if i < len(bs) {
				c.new[bs[i]].glued, c.new[bs[i]].pair = true, as[min(i, len(as)-1)]
			}
		}
	})
}

// near pairs what changed in place: the best pairing in order of the blocks between two that were kept.
func (c *comparing) near(edits []edit) {
	c.gaps(edits, func(as, bs []int) {
		if !c.afford(as, bs) {
			return
		}
		// best[i][j] is the most likeness that the first i old and j new blocks allow, in whole thousandths.
		best := make([][]int, len(as)+1)
		alike := make([][]int, len(as)+1)
		for i := range best {
			best[i], alike[i] = make([]int, len(bs)+1), make([]int, len(bs)+1)
		}
		for i := 1; i <= len(as); i++ {
			for j := 1; j <= len(bs); j++ {
				alike[i][j] = c.likeness(c.old[as[i-1]], c.new[bs[j-1]])
				best[i][j] = max(best[i-1][j], best[i][j-1])
				if alike[i][j] >= likeHere*1000 {
					best[i][j] = max(best[i][j], best[i-1][j-1]+alike[i][j])
				}
			}
		}
		for i, j := len(as), len(bs); i > 0 && j > 0; {
			switch {
			case best[i][j] == best[i-1][j]:
				i--
			case best[i][j] == best[i][j-1]:
				j--
			default:
				i--
				j--
				c.match(as[i], bs[j])
			}
		}
	})
}

// afford counts the work of comparing every old block of a list with every new one.
func (c *comparing) afford(as, bs []int) bool {
	cost := len(as) * len(bs)
	for _, i := range as {
		cost += len(bs) * len(c.old[i].words)
	}
	for _, j := range bs {
		cost += len(as) * len(c.new[j].words)
	}
	if cost > c.pairs {
		c.rough = true
		return false
	}
	c.pairs -= cost
	return true
}

// likeness is the share of words that two blocks have in common, in thousandths; the same number counts for a little.
func (c *comparing) likeness(a, b unit) int {
	if (a.Kind == Heading) != (b.Kind == Heading) && a.key != b.key {
		return 0
	}
	if len(a.words)+len(b.words) == 0 {
		return 0
	}
	common := 0
	for i, j := 0, 0; i < len(a.words) && j < len(b.words); {
		switch {
		case a.words[i] == b.words[j]:
			common++
			i++
			j++
		case a.words[i] < b.words[j]:
			i++
		default:
			j++
		}
	}
	n := 2000 * common / (len(a.words) + len(b.words))
	if a.Number != "" && a.Clause == b.Clause && n >= 250 {
		n = min(999, n+200)
	}
	return n
}

// moved pairs what is elsewhere now: first the same texts in their order, then those that changed on the way.
func (c *comparing) moved() {
	at := map[int32][]int{}
	var as, bs []int
	for i, u := range c.new {
		if u.pair < 0 {
			at[u.key] = append(at[u.key], i)
		}
	}
	for i, u := range c.old {
		if u.pair >= 0 {
			continue
		}
		if list := at[u.key]; len(list) > 0 && len(u.words) > 0 {
			at[u.key] = list[1:]
			c.match(i, list[0])
			c.old[i].moved, c.new[list[0]].moved = true, true
		} else if len(u.words) >= fewWords {
			as = append(as, i)
		}
	}
	for i, u := range c.new {
		if u.pair < 0 && len(u.words) >= fewWords {
			bs = append(bs, i)
		}
	}
	if !c.afford(as, bs) {
		return
	}
	for _, i := range as {
		best, like := -1, int(likeThere*1000)-1
		for _, j := range bs {
			la, lb := len(c.old[i].words), len(c.new[j].words)
			if c.new[j].pair >= 0 || 2*min(la, lb)*1000 <= like*(la+lb) {
				continue
			}
			if n := c.likeness(c.old[i], c.new[j]); n > like {
				best, like = j, n
			}
		}
		if best >= 0 {
			c.match(i, best)
			c.old[i].moved, c.new[best].moved = true, true
		}
	}
}

// result lists the blocks in the order of the new version; a removed one stands after what came before it.
func (c *comparing) result() *Comparison {
	out := &Comparison{Changes: []Change{}, Counts: map[ChangeKind]int{}, Rough: c.rough}
	put := func(ch Change) {
		out.Changes = append(out.Changes, ch)
		out.Counts[ch.Kind]++
	}
	i := 0
	removedUpTo := func(limit int) {
		for ; i < limit; i++ {
			if c.old[i].pair < 0 {
				put(Change{Kind: Removed, Old: c.old[i].Block})
			}
		}
	}
	for _, u := range c.new {
		switch {
		case u.pair < 0:
			put(Change{Kind: Added, New: u.Block})
		case u.glued:
			removedUpTo(u.pair)
			put(Change{Kind: Kept, Old: c.old[u.pair].Block, New: u.Block, Cosmetic: true})
		default:
			was := c.old[u.pair]
			ch := Change{Kind: Kept, Old: was.Block, New: u.Block, Renumbered: was.Number != u.Number}
			switch {
			case !u.like:
				ch.Kind, ch.Words = Changed, diffWords(was.Body(), u.Body())
			default:
				ch.Cosmetic = was.Body() != u.Body()
			}
			if u.moved {
				ch.Kind = Moved
			} else {
				removedUpTo(u.pair)
			}
			put(ch)
		}
	}
	removedUpTo(len(c.old))
	return out
}

// diffWords tells two texts apart word by word.
func diffWords(a, b string) []Words {
	x, y := tokens(a), tokens(b)
	ids := map[string]int32{}
	key := func(ts []string) []int32 {
		out := make([]int32, len(ts))
		for i, t := range ts {
			out[i] = id(ids, t)
		}
		return out
	}
	edits, _ := align(key(x), key(y), wordBudget)
	var out []Words
	add := func(op WordOp, text string) {
		if n := len(out); n > 0 && out[n-1].Op == op {
			out[n-1].Text += text
			return
		}
		out = append(out, Words{op, text})
	}
	// Removed words go before added ones, and a lone space between two changes belongs to both.
	var removed, added strings.Builder
	flush := func() {
		if removed.Len() > 0 {
			add(RemovedWords, removed.String())
		}
		if added.Len() > 0 {
			add(AddedWords, added.String())
		}
		removed.Reset()
		added.Reset()
	}
	for i, e := range edits {
		switch {
		case e.b < 0:
			removed.WriteString(x[e.a])
		case e.a < 0:
			added.WriteString(y[e.b])
		case x[e.a] == " " && removed.Len() > 0 && added.Len() > 0 && i+1 < len(edits) && (edits[i+1].a < 0 || edits[i+1].b < 0):
			removed.WriteString(" ")
			added.WriteString(" ")
		default:
			flush()
			add(SameWords, x[e.a])
		}
	}
	flush()
	return out
}

// tokens cuts a text into words, spaces and single signs.
func tokens(s string) []string {
	var out []string
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if isWord(r) {
			for n < len(s) {
				r, m := utf8.DecodeRuneInString(s[n:])
				if !isWord(r) {
					break
				}
				n += m
			}
		}
		out = append(out, s[:n])
		s = s[n:]
	}
	return out
}
