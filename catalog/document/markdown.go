package document

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	mdHeading = regexp.MustCompile(`^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$`)
	mdUnder   = regexp.MustCompile(`^ {0,3}(=+|-+)[ \t]*$`)
	mdRule    = regexp.MustCompile(`^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$`)
	mdItem    = regexp.MustCompile(`^([ \t]*)([-*+]|\d{1,9}[.)])(?:[ \t]+(.*)|)$`)
	mdFence   = regexp.MustCompile("^ {0,3}(```+|~~~+)")
	mdSplit   = regexp.MustCompile(`^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$`)
	mdTitle   = regexp.MustCompile(`(?m)^title:[ \t]*["']?(.*?)["']?[ \t]*$`)
)

// markdown holds the state of reading Markdown.
type markdown struct {
	*builder
	para   []string
	label  string // of the item that the lines belong to
	kind   Kind
	level  int
	indent []int // of the lists that are open
}

// markdown reads Markdown line by line: headings, paragraphs, lists, tables. What marks text up is taken off; addresses
// of links are left out.
func (b *builder) markdown(text string) error {
	m := &markdown{builder: b, kind: Paragraph}
	text = b.frontMatter(text)
	fence, comment := "", false
	for line := range strings.SplitSeq(text, "\n") {
		if b.err != nil {
			return b.err
		}
		if fence != "" {
			if strings.HasPrefix(strings.TrimLeft(line, " "), fence) {
				m.flush()
				fence = ""
			} else {
				m.para = append(m.para, escaped(line))
			}
			continue
		}
		if line, comment = uncomment(line, comment); strings.TrimSpace(line) == "" {
			m.flush()
			continue
		}
		if f := mdFence.FindStringSubmatch(line); f != nil {
			m.flush()
			fence = f[1]
			continue
		}
		m.line(line)
	}
	m.flush()
	return b.err
}

// escaped keeps a line of code from being read as markup.
func escaped(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `_`, `\_`, `[`, `\[`, `<`, `\<`, "`", "\\`", `&`, `\&`).Replace(s)
}

// frontMatter takes the YAML block off the head of a text.
func (b *builder) frontMatter(text string) string {
	rest, ok := strings.CutPrefix(text, "---\n")
	if !ok {
		return text
	}
	head, body, ok := strings.Cut(rest, "\n---\n")
	if !ok || len(head) > 256<<10 {
		return text
	}
	if t := mdTitle.FindStringSubmatch(head); t != nil {
		b.doc.Title = b.clean(t[1])
	}
	b.note("the block of data at the head of the file (front matter) was left out of the text", "le bloc de données en tête du fichier (front matter) a été laissé hors du texte")
	return body
}

// uncomment takes HTML comments off a line; in and out, whether one is open.
func uncomment(line string, open bool) (string, bool) {
	if !open && !strings.Contains(line, "<!--") {
		return line, false
	}
	var out strings.Builder
	for line != "" {
		if open {
			_, after, ok := strings.Cut(line, "-->")
			if !ok {
				return out.String(), true
			}
			line, open = after, false
			continue
		}
		before, after, ok := strings.Cut(line, "<!--")
		out.WriteString(before)
		line, open = after, ok
		if !ok {
			break
		}
	}
	return out.String(), open
}

func (m *markdown) line(line string) {
	for { // quotations are paragraphs like others
		s, ok := strings.CutPrefix(strings.TrimLeft(line, " "), ">")
		if !ok {
			break
		}
		line = strings.TrimPrefix(s, " ")
	}
	if h := mdHeading.FindStringSubmatch(line); h != nil {
		m.flush()
		m.indent = nil
		m.add(Heading, len(h[1]), "", inline(h[2]))
		return
	}
	if u := mdUnder.FindStringSubmatch(line); u != nil && len(m.para) > 0 && m.kind == Paragraph {
		level := 1
		if u[1][0] == '-' {
			level = 2
		}
		text := strings.Join(m.para, " ")
		m.para = nil
		m.flush()
		m.indent = nil
		m.add(Heading, level, "", inline(text))
		return
	}
	if mdRule.MatchString(line) {
		m.flush()
		return
	}
	trimmed := strings.TrimSpace(line)
	if strings.HasPrefix(trimmed, "|") || mdSplit.MatchString(line) && strings.Contains(line, "|") {
		m.flush()
		m.tableRow(trimmed)
		return
	}
	if it := mdItem.FindStringSubmatch(line); it != nil {
		m.item(it)
		return
	}
	if len(m.para) == 0 {
		m.kind, m.level, m.label = Paragraph, 0, ""
		if in := indentOf(line); len(m.indent) > 0 && in >= 2 {
			m.kind, m.level = Item, m.listLevel(in, false)
		} else {
			m.indent = nil
		}
	}
	m.para = append(m.para, trimmed)
}

func (m *markdown) item(it []string) {
	m.flush()
	level := m.listLevel(indentOf(it[1]), true)
	m.kind, m.level, m.label = Item, level, ""
	if isDigit(it[2][0]) {
		m.label = it[2]
	}
	// An item may begin with a further one: "4.  1.  text".
	if inner := mdItem.FindStringSubmatch(it[3]); inner != nil && level < 8 {
		if m.label != "" {
			m.label += " "
		}
		inner[1] = strings.Repeat(" ", indentOf(it[1])+len(it[2])+2)
		outer := m.label
		m.item(inner)
		if outer != "" && m.label == "" {
			m.label = strings.TrimSpace(outer)
		}
		return
	}
	m.para = []string{strings.TrimSpace(it[3])}
}

func indentOf(s string) int {
	n := 0
	for i := range len(s) {
		switch s[i] {
		case ' ':
			n++
		case '\t':
			n += 4 - n%4
		default:
			return n
		}
	}
	return n
}

// listLevel is how deep an indentation lies in the lists that are open; opens says that an item begins there.
func (m *markdown) listLevel(indent int, opens bool) int {
	for len(m.indent) > 0 && m.indent[len(m.indent)-1] > indent {
		m.indent = m.indent[:len(m.indent)-1]
	}
	if opens && (len(m.indent) == 0 || indent > m.indent[len(m.indent)-1]+1) {
		if len(m.indent) >= MaxDepth {
			m.err = tooDeep()
		}
		m.indent = append(m.indent, indent)
	}
	return max(1, len(m.indent))
}

func tooDeep() error {
	return refuse(TooDeep, "the document nests more than %d elements in each other; no ordinary document does: save its text anew", "le document imbrique plus de %d éléments ; aucun document ordinaire ne le fait : en réenregistrer le texte", MaxDepth)
}

// tableRow adds the cells of a row; the line under the head of a table is none.
func (m *markdown) tableRow(s string) {
	if mdSplit.MatchString(s) {
		return
	}
	m.row++
	s = strings.TrimSuffix(strings.TrimPrefix(s, "|"), "|")
	start := 0
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == '|' && (i == 0 || s[i-1] != '\\') {
			m.add(Cell, 0, "", inline(s[start:i]))
			start = i + 1
		}
	}
}

func (m *markdown) flush() {
	if len(m.para) > 0 {
		m.add(m.kind, m.level, m.label, inline(strings.Join(m.para, " ")))
	}
	m.para, m.label = nil, ""
	m.kind, m.level = Paragraph, 0
}

// maxLink bounds how far the address of a link is followed.
const maxLink = 4096

// inline takes markup off a line of Markdown, in one pass.
func inline(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	open := 0 // brackets not yet closed
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s) && s[i+1] < utf8.RuneSelf && (unicode.IsPunct(rune(s[i+1])) || unicode.IsSymbol(rune(s[i+1]))):
			out.WriteByte(s[i+1])
			i += 2
		case c == '!' && i+1 < len(s) && s[i+1] == '[':
			i++
		case c == '[':
			open++
			i++
		case c == ']' && open > 0:
			open--
			i += 1 + linkLength(s[i+1:])
		case c == '`':
			i++
		case c == '<':
			n := tagLength(s[i:])
			if n == 0 {
				out.WriteByte(c)
				i++
				continue
			}
			tag := s[i+1 : i+n-1]
			if strings.Contains(tag, "://") || strings.Contains(tag, "@") && !strings.ContainsAny(tag, " =") {
				out.WriteString(tag) // an address
			} else if strings.HasPrefix(strings.ToLower(tag), "br") {
				out.WriteByte(' ')
			}
			i += n
		case c == '*' || c == '_' || c == '~':
			n := 1
			for i+n < len(s) && s[i+n] == c {
				n++
			}
			if !marks(s, i, n) {
				out.WriteString(s[i : i+n])
			}
			i += n
		default:
			out.WriteByte(c)
			i++
		}
	}
	return html.UnescapeString(out.String())
}

// marks reports whether a run of *, _ or ~ is emphasis and no character of the text.
func marks(s string, i, n int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[i+n:])
	left := i > 0 && !unicode.IsSpace(before)
	right := i+n < len(s) && !unicode.IsSpace(after)
	switch s[i] {
	case '_':
		inWord := left && right && (unicode.IsLetter(before) || unicode.IsDigit(before)) && (unicode.IsLetter(after) || unicode.IsDigit(after))
		return (left || right) && !inWord && n < 4
	case '~':
		return n == 2
	}
	return left || right || n > 1
}

// linkLength is how many bytes after a closing bracket are the address or name of a link.
func linkLength(s string) int {
	if s == "" {
		return 0
	}
	s = s[:min(len(s), maxLink)]
	switch s[0] {
	case '(':
		depth := 0
		for i := range len(s) {
			switch s[i] {
			case '(':
				depth++
			case ')':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
	case '[':
		if end := strings.IndexByte(s, ']'); end > 0 {
			return end + 1
		}
	}
	return 0
}

// tagLength is the length of an HTML tag or address in angle brackets at the start of s; 0 when there is none.
func tagLength(s string) int {
	if len(s) < 3 || s[1] != '/' && s[1] != '!' && !unicode.IsLetter(rune(s[1])) {
		return 0
	}
	end := strings.IndexByte(s[:min(len(s), maxLink)], '>')
	return end + 1
}
