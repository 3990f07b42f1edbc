package licence

import (
	"bytes"
	"math/bits"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// gramWords is the length of a fingerprinted word run; winnow is the window one run of it is kept from. A window
// no larger than the run leaves no word uncovered (licences-notes: detection falls from 99.7 % at 4 to 93 % at 8).
const (
	gramWords = 5
	winnow    = 4
)

// word is one word of a text: the hash of its folded letters and its place in the readable text.
type word struct {
	hash       uint64
	start, end int32
}

// words is a text cut into words, ready to be compared. Case, punctuation, accents, hyphens inside words, markup and
// line breaks leave no trace in it.
type words struct {
	text   []byte // the readable text
	list   []word
	prefix []uint64 // prefix[i] is the rolling digest of list[:i]
	mixed  []int32  // words that mix Latin with look-alike letters of another alphabet
}

// Arithmetic modulo the prime 2^61-1: a digest of n words can be cut out of the prefix sums in two operations.
const (
	prime = 1<<61 - 1
	base  = 0x1b873593cc9e2d51 & prime
)

func mulmod(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	r := (lo & prime) + (lo>>61 | hi<<3)
	if r >= prime {
		r -= prime
	}
	return r
}

func addmod(a, b uint64) uint64 {
	r := a + b
	if r >= prime {
		r -= prime
	}
	return r
}

// maxClause bounds the words of one fingerprinted clause.
const maxClause = 4096

var powers = func() []uint64 {
	p := make([]uint64, maxClause+1)
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = mulmod(p[i-1], base)
	}
	return p
}()

// digest names the n words from i on; it depends on every word and on their order.
func (w *words) digest(i, n int) uint64 {
	return addmod(w.prefix[i+n], prime-mulmod(w.prefix[i], powers[n]))
}

// gram is the short hash of the word run of length gramWords at i.
func (w *words) gram(i int) uint32 { return short(w.digest(i, gramWords)) }

func short(d uint64) uint32 { return uint32(mix(d) >> 32) }

// mix is the finaliser of MurmurHash3.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// hashOf hashes a word already folded.
func hashOf(s string) uint64 {
	h := uint64(fnvOffset)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return seal(h)
}

// seal spreads a hash and keeps it below the prime and above zero.
func seal(h uint64) uint64 { return mix(h)%(prime-1) + 1 }

// silent words carry an address's scheme only; copies of one text differ in them.
var silentWords = map[uint64]bool{hashOf("http"): true, hashOf("https"): true, hashOf("www"): true}

type class byte

const (
	other class = iota
	letter
	digit
)

var classes = func() (c [128]class) {
	for i := 'a'; i <= 'z'; i++ {
		c[i], c[i-'a'+'A'] = letter, letter
	}
	for i := '0'; i <= '9'; i++ {
		c[i] = digit
	}
	return c
}()

// splitter walks a cleaned text once.
type splitter struct {
	s      source
	out    words
	hash   uint64
	start  int
	in     bool
	last   class
	latin  bool
	folded bool // a look-alike letter was folded inside this word
}

// split cuts a readable text into words.
func split(text []byte) *words { return splitSource(text, clean(text)) }

func splitSource(text []byte, s source) *words {
	p := &splitter{s: s}
	p.out.text = text
	p.out.list = make([]word, 0, len(s.b)/6+8)
	p.run()
	w := &p.out
	w.prefix = make([]uint64, len(w.list)+1)
	for i, x := range w.list {
		w.prefix[i+1] = addmod(mulmod(w.prefix[i], base), x.hash)
	}
	return w
}

func (p *splitter) run() {
	b := p.s.b
	for i := 0; i < len(b); {
		c := b[i]
		if c >= utf8.RuneSelf {
			i = p.wide(i)
			continue
		}
		switch k := classes[c]; {
		case k != other:
			if k == letter {
				c |= 0x20
				p.latin = true
			}
			p.add(c, i, k)
			i++
		case c == '-' && p.in && p.last == letter:
			i = p.hyphen(i, i+1)
		case c == ',' && p.in && p.last == digit && thousands(b[i+1:]):
			i++
		case c == ']':
			p.flush(i)
			i = sameTarget(b, i)
		default:
			p.flush(i)
			i++
		}
	}
	p.flush(len(b))
}

// thousands reports three digits and no fourth: "1,000" is one number, "2009,2014" are two.
func thousands(b []byte) bool {
	n := 0
	for n < len(b) && n < 4 && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	return n == 3
}

func (p *splitter) add(c byte, i int, k class) {
	if !p.in {
		p.in, p.start, p.hash = true, i, fnvOffset
	}
	p.hash = (p.hash ^ uint64(c)) * fnvPrime
	p.last = k
}

func (p *splitter) flush(i int) {
	if !p.in {
		return
	}
	p.emit(seal(p.hash), p.start, i)
	if p.folded && p.latin {
		p.out.mixed = append(p.out.mixed, int32(len(p.out.list)-1))
	}
	p.in, p.latin, p.folded = false, false, false
}

func (p *splitter) emit(h uint64, from, to int) {
	if silentWords[h] {
		return
	}
	p.out.list = append(p.out.list, word{hash: h, start: p.s.pos(from), end: p.s.pos(to-1) + 1})
}

// hyphen joins the two halves of a word at i, also over a gap, a line break and the marks that quoted mail or a comment
// put at the start of a line. Every hyphen after a letter is dropped, so that a break at a real hyphen changes nothing
// and a text keeps its words however it is wrapped.
func (p *splitter) hyphen(i, next int) int {
	b := p.s.b
	j, broken := next, false
	for ; j < len(b) && j < next+32; j++ {
		c := b[j]
		if c == '\n' {
			broken = true
		}
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' && !(broken && (c == '>' || c == '*' || c == '#' || c == '|' || c == '/')) {
			break
		}
	}
	if j < len(b) && (b[j] < utf8.RuneSelf && classes[b[j]] == letter || b[j] >= 0xc3 && startsLetter(b[j:])) {
		return j
	}
	p.flush(i)
	return next
}

func startsLetter(b []byte) bool {
	r, _ := utf8.DecodeRune(b)
	return unicode.IsLetter(r) && !unicode.Is(unicode.Han, r)
}

// sameTarget skips the address of a Markdown link whose closing bracket is at i when it only repeats the words shown.
// Any other address is part of the text: a policy is incorporated by its address.
func sameTarget(b []byte, i int) int {
	next := i + 1
	if next >= len(b) || b[next] != '(' {
		return next
	}
	end := 1
	for end < 400 && next+end < len(b) && b[next+end] > ' ' && b[next+end] != '[' && b[next+end] != ')' {
		end++
	}
	if next+end >= len(b) || b[next+end] != ')' {
		return next
	}
	start := bytes.LastIndexByte(b[max(0, i-400):i], '[')
	if start < 0 {
		return next
	}
	shown := b[max(0, i-400)+start+1 : i]
	if bytes.Equal(squash(shown), squash(b[next+1:next+end])) {
		return next + end + 1
	}
	return next
}

// squash keeps the letters and digits of an address or of the words shown for it, without scheme.
func squash(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for _, r := range string(bytes.ToLower(b)) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = utf8.AppendRune(out, r)
		}
	}
	for _, scheme := range []string{"https", "http", "www"} {
		out = bytes.TrimPrefix(out, []byte(scheme))
	}
	return out
}

// lookAlike folds Cyrillic and Greek letters that read as Latin ones.
var lookAlike = map[rune]byte{
	'а': 'a', 'в': 'b', 'е': 'e', 'і': 'i', 'ј': 'j', 'к': 'k', 'м': 'm', 'н': 'h', 'о': 'o', 'р': 'p', 'с': 'c', 'т': 't', 'у': 'y', 'х': 'x', 'ѕ': 's', 'ԁ': 'd', 'ո': 'n',
	'α': 'a', 'ε': 'e', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x',
}

func (p *splitter) wide(i int) int {
	b := p.s.b
	r, n := utf8.DecodeRune(b[i:])
	next := i + n
	switch {
	case r == 0x00ad: // a soft hyphen shows at a line end only
		if p.in && next < len(b) && (b[next] == '\n' || b[next] == '\r') {
			return p.hyphen(i, next)
		}
	case r >= 0x200b && r <= 0x200d, r == 0x2060, r == 0xfeff, r >= 0xfe00 && r <= 0xfe0f, unicode.Is(unicode.Mn, r):
	case r == 0x2010 || r == 0x2011:
		if p.in && p.last == letter {
			return p.hyphen(i, next)
		}
		p.flush(i)
	case r == '©':
		p.flush(i)
		p.add('c', i, letter)
		p.flush(next)
	case r == 'ª' || r == 'º' || r == '™' || r == '℠':
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
		p.flush(i)
		h := uint64(fnvOffset)
		for _, c := range b[i:next] {
			h = (h ^ uint64(c)) * fnvPrime
		}
		p.emit(seal(h), i, next)
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		p.foldRune(r, i)
	default:
		p.flush(i)
	}
	return next
}

// foldRune adds a letter without its accents, in lower case, ligatures and wide forms resolved.
func (p *splitter) foldRune(r rune, i int) {
	k := letter
	if unicode.IsDigit(r) {
		k = digit
	}
	lower := unicode.ToLower(r)
	if c, ok := lookAlike[lower]; ok {
		p.folded = true
		p.add(c, i, k)
		return
	}
	var in [utf8.UTFMax]byte
	var buf [32]byte
	for _, d := range string(norm.NFKD.Append(buf[:0], in[:utf8.EncodeRune(in[:], lower)]...)) {
		if unicode.Is(unicode.Mn, d) || !unicode.IsLetter(d) && !unicode.IsDigit(d) {
			continue
		}
		d = unicode.ToLower(d)
		if d < utf8.RuneSelf {
			p.latin = p.latin || classes[d] == letter
		}
		for _, c := range []byte(string(d)) {
			p.add(c, i, k)
		}
	}
}

// bytes gives the letters of word i as they stand in the readable text.
func (w *words) bytes(i int) []byte { return w.text[w.list[i].start:w.list[i].end] }

// folded gives word i in lower case without marks, as short plain text.
func (w *words) folded(i int) string {
	b := w.bytes(i)
	if string(b) == "©" {
		return "c"
	}
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if c >= utf8.RuneSelf || classes[c] == other {
			continue
		}
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		out = append(out, c)
	}
	return string(out)
}

// after gives the index of the first word that starts at or after a place of the readable text.
func (w *words) after(at int32) int {
	lo, hi := 0, len(w.list)
	for lo < hi {
		mid := (lo + hi) / 2
		if w.list[mid].start < at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
