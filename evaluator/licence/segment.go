package licence

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clause is one numbered item or paragraph of a reference text: a stretch of words that is looked for whole.
type clause struct {
	from, to int      // words of its body, without its number
	enum     []uint64 // the words of its number, which a copy may lack
	label    string   // "1.b.i", "preamble", "attachment a", "patent license"
	optional bool     // a copy without it is still the licence
	slot     bool     // before it, a copy names its holder
}

// segment cuts a reference text into clauses, and at the places where a copy puts its own holder.
func segment(w *words, src source, t Template) []clause {
	g := &segmenter{w: w, src: src, memory: map[string]int{}}
	g.lines()
	g.finish()
	return g.slots(g.mark(t.MayLack), t.MayFill)
}

type level struct {
	style string
	value int
	text  string
}

type segmenter struct {
	w       *words
	src     source
	stack   []level
	memory  map[string]int // last value of numbering styles no longer on the stack
	out     []clause
	wrapped bool // paragraphs are wrapped over lines: a line break alone ends nothing
	title   string
	alone   bool // the line at hand is a paragraph of its own
}

var (
	numbered = regexp.MustCompile(`^(?i:(section|article|art\.?|part)\s+)?(\(?)([0-9]{1,3}(?:\.[0-9]{1,3}){0,3}|[ivxIVX]{1,5}|[a-zA-Z])([\\*_]*[.):]+|\s*[-–—]|\s|$)`)
	attached = regexp.MustCompile(`^(?i)(attachment|exhibit|appendix|annex|annexe|schedule|addendum)\b\s*([A-Z]|[0-9]+)?\b`)
	endMark  = regexp.MustCompile(`(?i)end of terms and conditions`)
)

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

const leaders = " \t>*#_-•·●○▪–—\"“\\"

func (g *segmenter) lines() {
	b := g.src.b
	var long, filled int
	for line := range bytes.Lines(b) {
		if n := len(bytes.TrimSpace(line)); n > 0 {
			filled++
			if n > 120 {
				long++
			}
		}
	}
	g.wrapped = long*10 < filled*2
	type row struct {
		from          int
		text, trimmed string
		blank         bool
	}
	var rows []row
	start := 0
	for line := range bytes.Lines(b) {
		text := strings.TrimRight(strings.TrimRightFunc(string(line), unicode.IsSpace), " *_")
		trimmed := strings.TrimLeft(text, leaders)
		rows = append(rows, row{start, text, trimmed, !strings.ContainsFunc(trimmed, isWordRune)})
		start += len(line)
	}
	before := true
	for i, r := range rows {
		if !r.blank {
			g.alone = !g.wrapped || i+1 == len(rows) || rows[i+1].blank
			g.line(r.from, r.text, r.trimmed, before)
		}
		before = r.blank
	}
}

// line decides whether a line opens a new clause and under which label.
func (g *segmenter) line(from int, text, trimmed string, blank bool) {
	if len(g.out) == 0 {
		g.title = plain(trimmed)
		g.open(from, from, "title")
		return
	}
	if g.alone && len(g.title) > 10 && strings.HasPrefix(plain(trimmed), g.title) && len(strings.Fields(trimmed)) <= 12 {
		g.reset("name", "terms") // the title again: what stood between was about the licence
		g.open(from, from, g.label())
		return
	}
	indent := len(text) - len(trimmed)
	hash := strings.HasPrefix(strings.TrimLeft(text, " \t>"), "#")
	if n, ok := g.number(trimmed, hash); ok {
		g.open(from, from+indent+n, g.label())
		return
	}
	if m := attached.FindStringSubmatch(trimmed); m != nil && (blank || hash) && len(strings.Fields(trimmed)) <= 12 {
		g.reset("attached", strings.TrimSpace(strings.ToLower(m[1]+" "+m[2])))
		g.open(from, from, g.label())
		return
	}
	if endMark.MatchString(trimmed) {
		g.reset("attached", "appendix")
		g.open(from, from, g.label())
		return
	}
	if hash || (blank || !g.wrapped) && g.alone {
		if name, ok := g.heading(trimmed, hash); ok {
			g.reset("name", name)
			g.open(from, from, g.label())
			return
		}
	}
	bullet := strings.IndexAny(strings.TrimSpace(text), "-*•·●○▪") == 0
	if blank || !g.wrapped || bullet {
		label := g.label()
		if label == "" {
			label = "preamble"
			if first := strings.TrimLeft(text, " \t*"); strings.HasPrefix(first, "“") || strings.HasPrefix(first, "\"") || strings.HasPrefix(first, "'") {
				label = "definitions"
			}
		}
		g.open(from, from, label)
	}
}

func plain(heading string) string {
	f := strings.FieldsFunc(strings.ToLower(heading), func(r rune) bool {
		return r < 128 && classes[r] == other || strings.ContainsRune("“”’‘«» –—", r)
	})
	return strings.Join(f, " ")
}

// maxHeading bounds a heading, in words: what is longer is a sentence, and no sentence may become a label.
const maxHeading = 6

var runIn = regexp.MustCompile(`^([\p{Lu}][^.;:,]{2,50}):\s`)

// heading reads a line that names what follows. Under a numbered clause only a line in capitals does.
func (g *segmenter) heading(s string, hash bool) (name string, ok bool) {
	free := len(g.stack) == 0 || g.stack[0].style == "name"
	f := strings.Fields(s)
	if m := runIn.FindStringSubmatch(s); m != nil && free && len(strings.Fields(m[1])) <= maxHeading && len(f) > 9 {
		return plain(m[1]), true
	}
	if len(f) > maxHeading || len(f) == 0 || strings.ContainsAny(s, ".;,0123456789") && !hash || strings.HasPrefix(strings.ToLower(s), "copyright") && !hash && len(f) > 2 {
		return "", false
	}
	upper := strings.ToUpper(s) == s && strings.ToLower(s) != s
	c, _ := utf8.DecodeRuneInString(s)
	if hash || upper && len(f) >= 2 || free && (upper || unicode.IsUpper(c)) {
		return plain(s), true
	}
	return "", false
}

// reset leaves all numbering for a named part. Numbers that follow a mere heading stand on their own; those of an
// attachment belong to it.
func (g *segmenter) reset(style, name string) {
	g.forget(0)
	g.stack = append(g.stack, level{style: style, text: name})
}

// root drops a heading before a number of the first level.
func (g *segmenter) root() {
	if len(g.stack) == 1 && g.stack[0].style == "name" {
		g.stack = g.stack[:0]
	}
}

func (g *segmenter) forget(from int) {
	for _, l := range g.stack[from:] {
		if strings.HasPrefix(l.style, "num") {
			g.memory[l.style] = l.value
		}
	}
	g.stack = g.stack[:from]
}

func (g *segmenter) label() string {
	parts := make([]string, len(g.stack))
	for i, l := range g.stack {
		parts[i] = l.text
	}
	return strings.Join(parts, ".")
}

// number reads the number a line starts with and moves the stack; n is its length. A number that continues nothing
// ("2. of this section", wrapped) is text.
func (g *segmenter) number(s string, hash bool) (n int, ok bool) {
	m := numbered.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	keyword, open, token, end := strings.ToLower(m[1]), m[2], m[3], strings.Trim(m[4], "\\*_")
	firm := strings.ContainsAny(end, ".):") || keyword != "" || hash
	length := len(keyword) + strings.Index(s[len(keyword):], token) + len(token)
	if strings.Contains(token, ".") {
		if len(m[0]) < len(s) && s[len(m[0])-1] != ' ' && s[len(m[0])-1] != '\t' && classes[s[len(m[0])]&127] == digit {
			return 0, false
		}
		parts := strings.Split(token, ".")
		if parts[len(parts)-1] == "0" {
			parts = parts[:len(parts)-1]
		}
		keep := 0
		if len(g.stack) > 0 && g.stack[0].style == "attached" {
			keep = 1
		}
		g.forget(keep)
		for i, p := range parts {
			v, _ := strconv.Atoi(p)
			g.stack = append(g.stack, level{style: "multi" + strconv.Itoa(i), value: v, text: p})
		}
		return length, true
	}
	if !firm {
		return 0, false
	}
	form := "." // how the number is written is part of its style
	if open != "" || end == ")" {
		form = open + ")"
	}
	if keyword != "" {
		form = "section"
	}
	for _, c := range readings(token) {
		if g.place(level{style: c.style + form, value: c.value, text: strings.ToLower(token)}, keyword != "") {
			return length, true
		}
	}
	return 0, false
}

func readings(token string) []level {
	if v, err := strconv.Atoi(token); err == nil {
		return []level{{style: "num", value: v}}
	}
	kind := "lower"
	if token[0] < 'a' {
		kind = "upper"
	}
	var out []level
	if r := roman(strings.ToLower(token)); r > 0 {
		out = append(out, level{style: "roman-" + kind, value: r})
	}
	if len(token) == 1 {
		a := level{style: kind, value: int(token[0]|0x20-'a') + 1}
		if token[0]|0x20 == 'i' {
			return append(out, a)
		}
		out = append([]level{a}, out...)
	}
	return out
}

var romans = strings.Split(",i,ii,iii,iv,v,vi,vii,viii,ix,x,xi,xii,xiii,xiv,xv,xvi,xvii,xviii,xix,xx", ",")

// roman reads a Roman numeral up to 20; what is none gives -1, nothing gives 0.
func roman(s string) int { return slices.Index(romans, s) }

func (g *segmenter) place(l level, keyword bool) bool {
	for i := len(g.stack) - 1; i >= 0; i-- {
		if s := g.stack[i]; s.style == l.style && (l.value == s.value+1 || l.value > s.value && l.value <= s.value+3 && i == 0) {
			g.forget(i)
			g.stack = append(g.stack, l)
			return true
		}
		if m := g.stack[i]; strings.HasPrefix(m.style, "multi0") && i == 0 && strings.HasPrefix(l.style, "num") && l.value == m.value+1 {
			g.forget(0)
			g.stack = append(g.stack, l)
			return true
		}
	}
	if m, ok := g.memory[l.style]; ok && l.value == m+1 && l.value > 1 {
		g.root()
		g.stack = append(g.stack, l)
		return true
	}
	if keyword {
		g.forget(0)
		g.stack = append(g.stack, l)
		return true
	}
	if l.value != 1 {
		return false
	}
	for i, s := range g.stack {
		if s.style == l.style {
			g.forget(i)
			break
		}
	}
	g.root()
	g.stack = append(g.stack, l)
	return true
}

// open starts a clause at a place of the cleaned text; its number, if any, ends at enumEnd.
func (g *segmenter) open(at, enumEnd int, label string) {
	from := g.w.after(g.src.pos(at))
	body := from
	if enumEnd > at {
		body = g.w.after(g.src.pos(enumEnd-1) + 1)
	}
	if n := len(g.out); n > 0 {
		g.out[n-1].to = from
	}
	c := clause{from: body, label: label}
	for _, x := range g.w.list[from:max(from, body)] {
		c.enum = append(c.enum, x.hash)
	}
	g.out = append(g.out, c)
}

func (g *segmenter) finish() {
	if n := len(g.out); n > 0 {
		g.out[n-1].to = len(g.w.list)
	}
}

// mark drops what holds no words and what names a holder, splits what is too long, and flags what a copy may lack.
func (g *segmenter) mark(optional []string) []clause {
	var out []clause
	for i, c := range g.out {
		if c.to <= c.from {
			if len(c.enum) > 0 && i+1 < len(g.out) {
				g.out[i+1].enum = append(slices.Clone(c.enum), g.out[i+1].enum...)
			}
			continue
		}
		if len(out) == 0 && c.to-c.from <= 14 && !g.endsWith(c.to-1, ".。") {
			c.optional = true
		}
		if nameLine(g.w, c.from, c.to) {
			continue
		}
		for _, o := range optional {
			if c.label == o || strings.HasPrefix(c.label, o+".") {
				c.optional = true
			}
		}
		for c.to-c.from > longClause {
			cut := c
			cut.to = g.sentenceEnd(c.from, c.to)
			if c.to-cut.to < longClause/6 {
				break
			}
			out = append(out, cut)
			c.from, c.enum = cut.to, nil
		}
		out = append(out, c)
	}
	return out
}

// longClause is the length, in words, above which a clause is cut at the ends of its sentences: a difference is placed
// more exactly, and one changed word leaves the rest whole.
const longClause = 90

// sentenceEnd finds where to cut a clause: the first end of a sentence past a third of longClause.
func (g *segmenter) sentenceEnd(from, to int) int {
	for i := from + longClause/3; i < to && i < from+maxClause; i++ {
		if g.sentence(i - 1) {
			return i
		}
	}
	return min(to, from+maxClause)
}

// sentence reports whether word i ends a sentence.
func (g *segmenter) sentence(i int) bool { return g.endsWith(i, ".;:?!。；：") }

// endsWith reports whether one of the marks follows word i.
func (g *segmenter) endsWith(i int, marks string) bool {
	after := g.w.text[g.w.list[i].end:]
	if i+1 < len(g.w.list) {
		after = g.w.text[g.w.list[i].end:g.w.list[i+1].start]
	}
	return bytes.ContainsAny(after, marks)
}

// slots cuts clauses around the phrases that a copy fills with the name of its holder.
func (g *segmenter) slots(list []clause, phrases []string) []clause {
	var find [][]uint64
	for _, p := range phrases {
		var hashes []uint64
		for _, x := range split([]byte(p)).list {
			hashes = append(hashes, x.hash)
		}
		find = append(find, hashes)
	}
	var out []clause
	for _, c := range list {
		for i := c.from + 1; i < c.to-1 && c.label != "title"; i++ {
			n := g.phraseAt(i, c.to-1, find)
			if n == 0 {
				continue
			}
			head := c
			head.to = i
			out = append(out, head)
			c.from, c.enum, c.slot = i+n, nil, true
			i = c.from
		}
		out = append(out, c)
	}
	return out
}

// phraseAt gives the length of the longest phrase at word i.
func (g *segmenter) phraseAt(i, end int, phrases [][]uint64) int {
	best := 0
	for _, p := range phrases {
		if len(p) <= best || i+len(p) > end {
			continue
		}
		same := true
		for k, h := range p {
			same = same && g.w.list[i+k].hash == h
		}
		if same {
			best = len(p)
		}
	}
	return best
}
