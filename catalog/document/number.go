package document

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// style is how a number is written.
type style int

const (
	decimal style = iota
	lowerAlpha
	upperAlpha
	lowerRoman
	upperRoman
	container // an annex or schedule: numbers begin again inside
)

// step is one number on the way down to a clause.
type step struct {
	text   string // "4", "b"; of an annex "annex 2", whatever the document calls it
	shown  string // of an annex: as the document calls it
	style  style
	value  int
	single bool // written alone ("4."), not as part of "4.2"
	level  int  // of the list it stands in; -1 in a heading
	head   int  // level of the heading, 0 outside
}

// clauseName writes a way down as people do: 4.2(b)(ii); annex 2, 3.1.
func clauseName(path []step) string {
	var s strings.Builder
	for i, p := range path {
		switch {
		case p.style == container:
			s.WriteString(p.shown)
			if i+1 < len(path) {
				s.WriteString(", ")
			}
		case p.style == upperAlpha || p.style == upperRoman:
			if i == 0 || path[i-1].style == container {
				s.WriteString(strings.ToUpper(p.text))
			} else {
				s.WriteString("(" + strings.ToUpper(p.text) + ")")
			}
		case p.style == decimal || i == 0 || path[i-1].style == container:
			if i > 0 && path[i-1].style != container {
				s.WriteByte('.')
			}
			s.WriteString(p.text)
		default:
			s.WriteString("(" + p.text + ")")
		}
	}
	return s.String()
}

var (
	// words before a number that begins a clause; and those after which numbers begin again.
	clauseWords    = `articles?|art\.?|sections?|sect\.?|sec\.?|clauses?|paragraphes?|paragraphs?|para\.?|points?|§+`
	containerWords = `annexes?|annexe|annex|appendix|appendice|schedule|exhibit|attachment`
	partWords      = `chapter|chapitre|part|partie|title|titre`

	numeral = `(?:\d{1,3}(?:\.\d{1,3})*|[ivxlcdm]{1,7}|[a-z])`

	leadWord = regexp.MustCompile(`^(?i)(` + clauseWords + `|` + containerWords + `|` + partWords + `)(?:\s+|\s*(?:n°|no\.?)\s*|)(` + numeral + `)((?:\s?\([a-z0-9]{1,5}\))*)(?:[.:)]|\s*[-–—]|\s|$)`)
	leadDots = regexp.MustCompile(`^(\d{1,3}(?:\.\d{1,3}){1,5})(?:[.):]|)(?:\s|$)`)
	leadMix  = regexp.MustCompile(`^((?:[A-Z]|[IVXLC]{1,5})(?:\.(?:\d{1,3}|[a-z]))+)[.):]?(?:\s|$)`) // "A.1.", "I.2.a"
	leadJoin = regexp.MustCompile(`^(\d{1,3}(?:\.\d{1,3}){1,5}\.)\p{Lu}`)                            // "2.4.Feedback"
	leadOne  = regexp.MustCompile(`^(\d{1,3})(?:[.):]|\s?[-–—])(?:\s|$)`)
	leadBare = regexp.MustCompile(`^(\d{1,2})\s+\p{Lu}`)
	leadPair = regexp.MustCompile(`^\((\d{1,3}|[a-z]{1,2}|[ivxlcdm]{1,6}|[A-Z])\)(?:\s|$)`)
	leadHalf = regexp.MustCompile(`^([a-z]|[ivxlcdm]{1,6}|[A-Z]|[IVXLCDM]{1,6})[.)](?:\s|$)`)
)

// numberOf gives the number that a text begins with, as written, and how many bytes of the text it takes with the space
// after it. Numbers that are part of the sentence ("30 days after…") are none.
func numberOf(text string, k Kind) (string, int) {
	if k == Cell || k == Margin {
		return "", 0
	}
	for _, re := range leads(text) {
		m := re.FindStringSubmatchIndex(text[:min(len(text), 200)])
		if m == nil {
			continue
		}
		end := m[1]
		rest := strings.TrimLeft(text[end:], " .:)–—-")
		switch re {
		case leadWord:
			// "Section 4 applies to…" is a sentence; a title or a number alone is not.
			end = m[3]
			if m[4] >= 0 {
				end = m[5]
			}
			if m[6] >= 0 && m[7] > end {
				end = m[7]
			}
			rest = strings.TrimLeft(text[end:], " .:)–—-")
			word := strings.ToLower(text[m[2]:m[3]])
			if rest != "" && !beginsTitle(rest) || word == "points" || word == "point" {
				continue
			}
			if letter := text[m[4]:m[5]]; len(letter) == 1 && letter == strings.ToLower(letter) && !isDigit(letter[0]) {
				continue // "Section a …", "part i…": an article, not a number
			}
		case leadDots:
			if rest != "" && !beginsTitle(rest) && k != Heading && !strings.ContainsAny(text[m[3]:m[1]], ".):") {
				continue // "1.5 million users"
			}
		case leadJoin:
			end = m[3]
			rest = text[end:]
		case leadBare:
			if k != Heading {
				continue
			}
			end = m[3]
			rest = strings.TrimLeft(text[end:], " ")
		}
		number := strings.TrimRight(strings.TrimSpace(text[:end]), ":–—- ")
		return number, len(text) - len(rest)
	}
	return "", 0
}

// leads are the forms that a text may begin with by its first letters; most paragraphs begin with none.
func leads(text string) []*regexp.Regexp {
	switch c := text[0]; {
	case isDigit(c):
		return byDigit
	case c == '(':
		return byBracket
	case c >= 0x80:
		if !strings.HasPrefix(text, "§") {
			return nil
		}
	case !strings.ContainsAny(text[1:min(len(text), 12)], ".) \t0123456789"):
		return nil // one long word
	}
	return byLetter
}

var (
	byDigit   = []*regexp.Regexp{leadDots, leadJoin, leadOne, leadBare}
	byBracket = []*regexp.Regexp{leadPair}
	byLetter  = []*regexp.Regexp{leadWord, leadMix, leadHalf}
)

// beginsTitle reports whether a text starts as a sentence or title does, and not in the middle of one.
func beginsTitle(s string) bool {
	for _, r := range s {
		return unicode.IsUpper(r) || unicode.IsDigit(r) || strings.ContainsRune(`“"«'‘([*`, r)
	}
	return false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

var romanDigits = map[byte]int{'i': 1, 'v': 5, 'x': 10, 'l': 50, 'c': 100, 'd': 500, 'm': 1000}

// romanValue reads a Roman number written as is usual; 0 when it is none.
func romanValue(s string) int {
	n := 0
	for i := range len(s) {
		v := romanDigits[s[i]|0x20]
		if v == 0 {
			return 0
		}
		if i+1 < len(s) && v < romanDigits[s[i+1]|0x20] {
			n -= v
		} else {
			n += v
		}
	}
	if n <= 0 || roman(n) != strings.ToLower(s) {
		return 0
	}
	return n
}

// roman writes a number from 1 to 3999 in small Roman letters.
func roman(n int) string {
	if n < 1 || n > 3999 {
		return strconv.Itoa(n)
	}
	var s strings.Builder
	for _, d := range []struct {
		value int
		text  string
	}{{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"}, {50, "l"}, {40, "xl"}, {10, "x"}, {9, "ix"}, {5, "v"}, {4, "iv"}, {1, "i"}} {
		for n >= d.value {
			s.WriteString(d.text)
			n -= d.value
		}
	}
	return s.String()
}

// letters writes a number as lists do: a, b … z, aa, bb.
func letters(n int) string {
	if n < 1 || n > 26*5 {
		return strconv.Itoa(n)
	}
	return strings.Repeat(string(rune('a'+(n-1)%26)), (n-1)/26+1)
}

func lettersValue(s string) int {
	s = strings.ToLower(s)
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' || s[i] != s[0] {
			return 0
		}
	}
	if s == "" {
		return 0
	}
	return 26*(len(s)-1) + int(s[0]-'a') + 1
}

var (
	wordAhead = regexp.MustCompile(`^(?i)(?:` + clauseWords + `)\s*(?:n°|no\.?)?\s*`)
	boxAhead  = regexp.MustCompile(`^(?i)(` + containerWords + `)\s*(?:n°|no\.?)?\s*([0-9]{1,3}|[ivxlcdm]{1,7}|[a-z])\b`)
	partAhead = regexp.MustCompile(`^(?i)(` + partWords + `)\s+`)
	numberBit = regexp.MustCompile(`\(?([0-9]{1,3}|[A-Za-z]{1,7})\)?`)
)

// containerName makes one name of all that mean the same: an annex.
func containerName(number string) string {
	if n := romanValue(number); n > 0 && len(number) > 1 {
		number = strconv.Itoa(n)
	}
	return "annex " + strings.ToLower(number)
}

// steps reads a number as written into steps; absolute says that it counts from the top of the document (or annex).
func steps(number string, k Kind) (path []step, absolute bool) {
	if m := boxAhead.FindStringSubmatch(number); m != nil {
		return []step{{text: containerName(m[2]), shown: strings.TrimRight(number, "."), style: container, single: true}}, true
	}
	if partAhead.MatchString(number) {
		return nil, true
	}
	rest := wordAhead.ReplaceAllString(number, "")
	absolute = rest != number
	for _, m := range numberBit.FindAllStringSubmatch(rest, -1) {
		path = append(path, readStep(m[1]))
	}
	if len(path) > 1 {
		absolute = true
	} else if len(path) == 1 {
		path[0].single = true
	}
	return path, absolute
}

func readStep(s string) step {
	st := step{text: strings.ToLower(s)}
	n, err := strconv.Atoi(s)
	upper := s != strings.ToLower(s)
	switch {
	case err == nil:
		st.style, st.value, st.text = decimal, n, strconv.Itoa(n)
	case romanValue(s) > 0 && (len(s) > 1 || s == "i" || s == "I"):
		st.style, st.value = lowerRoman, romanValue(s)
		if upper {
			st.style = upperRoman
		}
	default:
		st.style, st.value = lowerAlpha, lettersValue(s)
		if upper {
			st.style = upperAlpha
		}
	}
	return st
}

// place finds the clause of a block and notes where the next ones belong.
func (b *builder) place(blk *Block) {
	if blk.Kind == Margin || blk.Kind == Note {
		return
	}
	if blk.Kind == Heading {
		b.leave(blk.Level)
	}
	path, absolute := steps(blk.Number, blk.Kind)
	switch {
	case blk.Number == "":
	case len(path) == 0: // a part or chapter: clauses inside are numbered on their own
		b.stack = nil
	case path[0].style == container:
		b.stack = marked(path, blk)
	case absolute:
		b.stack = append(b.inContainer(), marked(path, blk)...)
	default:
		b.count(marked(path, blk)[0], blk)
	}
	clause := b.stack
	// What follows a list of letters without a number belongs to the clause around the list.
	for blk.Number == "" && blk.Kind == Paragraph && len(clause) > 0 && clause[len(clause)-1].style != decimal && clause[len(clause)-1].style != container && clause[len(clause)-1].head == 0 {
		clause = clause[:len(clause)-1]
	}
	blk.path = slices.Clip(slices.Clone(clause))
	blk.Clause = clauseName(blk.path)
}

func marked(path []step, blk *Block) []step {
	for i := range path {
		path[i].level = blk.Level
		if blk.Kind == Heading {
			path[i].level, path[i].head = -1, blk.Level
		} else if blk.Kind == Paragraph {
			path[i].level = 0
		}
	}
	return path
}

// leave ends the clauses that a heading of this level ends.
func (b *builder) leave(level int) {
	i := 0
	for i < len(b.stack) && b.stack[i].head > 0 && b.stack[i].head < level {
		i++
	}
	b.stack = b.stack[:i:i]
}

func (b *builder) inContainer() []step {
	for i := len(b.stack) - 1; i >= 0; i-- {
		if b.stack[i].style == container {
			return slices.Clone(b.stack[:i+1])
		}
	}
	return nil
}

// count places a number written alone: the next of its kind, else the first of a list further in.
func (b *builder) count(s step, blk *Block) {
	styles := []step{s}
	// (i) is the letter after (h), or the first of small Roman numbers; (c), (d), (l), (m), (v) and (x) are mostly letters.
	if n := lettersValue(s.text); s.style == lowerRoman && n > 0 && len(s.text) == 1 {
		as := s
		as.style, as.value = lowerAlpha, n
		styles = []step{as, s}
	} else if v := romanValue(s.text); s.style == lowerAlpha && v > 0 {
		as := s
		as.style, as.value = lowerRoman, v
		styles = []step{as, s}
	} else if n := lettersValue(s.text); s.style == upperRoman && n > 0 && len(s.text) == 1 {
		as := s
		as.style, as.value = upperAlpha, n
		styles = []step{as, s}
	}
	for _, st := range styles {
		for i := len(b.stack) - 1; i >= 0; i-- {
			if e := b.stack[i]; e.style == st.style && e.single && e.value+1 == st.value {
				b.stack = append(b.stack[:i:i], st)
				return
			}
		}
	}
	st := styles[len(styles)-1]
	for i := len(b.stack) - 1; i >= 0; i-- {
		if e := b.stack[i]; e.style == st.style && e.single && e.head == st.head && e.level == st.level {
			b.stack = append(b.stack[:i:i], st)
			return
		}
	}
	b.stack = append(b.stack[:len(b.stack):len(b.stack)], st)
}
