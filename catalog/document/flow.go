package document

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// flow makes paragraphs of the lines of a text without markup: plain text, or what pdftotext gives. A blank line ends
// a paragraph; so does a line that begins with a number or a bullet, where a sentence has ended before it.
type flow struct {
	*builder
	lines []string
	words map[string]bool // of the whole text, to tell a word cut at the line's end from a compound

	breaks  []int    // page breaks inside the paragraph, by line
	margins []string // of the pages that it runs over, to come after it
}

var (
	bullet   = regexp.MustCompile(`^(?:[-*•·▪◦‣–—]|o)\s+`)
	sentence = regexp.MustCompile(`(?:[.;:!?»”"]|\b(?:and|or|et|ou))$`)
	rule     = regexp.MustCompile(`^[-=_*~─]{3,}$`)
)

func newFlow(b *builder, text string) *flow {
	f := &flow{builder: b, words: map[string]bool{}}
	if !strings.Contains(text, "-\n") {
		return f
	}
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' }) {
		if len(f.words) > 200_000 {
			break
		}
		if !strings.HasSuffix(w, "-") {
			f.words[strings.ToLower(w)] = true
		}
	}
	return f
}

// line takes one line.
func (f *flow) line(s string) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		f.flush()
		return
	case rule.MatchString(s):
		if n := len(f.lines); n > 0 && (s[0] == '=' || s[0] == '-') && len(f.lines[n-1]) < 100 { // an underlined title
			title := f.lines[n-1]
			f.lines = f.lines[:n-1]
			f.flush()
			f.heading(title)
			return
		}
		f.flush()
		return
	}
	if n := len(f.lines); n > 0 {
		number, _ := numberOf(s, Paragraph)
		ended := sentence.MatchString(f.lines[n-1]) || f.isTitle(f.lines)
		if number != "" && (ended || follows(f.lines[0], number)) || bullet.MatchString(s) && (ended || bullet.MatchString(f.lines[0])) {
			f.flush()
		}
	}
	f.lines = append(f.lines, s)
}

// flushAs ends the paragraph; a level above 0 makes it a heading.
func (f *flow) flushAs(level int) {
	if level == 0 || len(f.lines) == 0 || len(f.lines) > 4 {
		f.flush()
		return
	}
	lines := f.lines
	f.lines = nil
	start := f.text.Len()
	f.add(Heading, level, "", f.join(lines))
	f.turn(lines, start)
}

// follows reports whether a number is the next one after that of a paragraph.
func follows(paragraph, number string) bool {
	before, _ := numberOf(paragraph, Paragraph)
	a, _ := steps(before, Paragraph)
	b, _ := steps(number, Paragraph)
	if len(a) == 0 || len(a) != len(b) {
		return false
	}
	x, y := a[len(a)-1], b[len(b)-1]
	return x.style == y.style && x.value+1 == y.value || lettersValue(x.text) > 0 && lettersValue(x.text)+1 == lettersValue(y.text)
}

// flush ends the paragraph.
func (f *flow) flush() {
	lines := f.lines
	f.lines = nil
	defer f.turn(lines, f.text.Len())
	if len(lines) == 0 {
		return
	}
	if f.isTitle(lines) {
		f.heading(strings.Join(lines, " "))
		return
	}
	text := f.join(lines)
	if m := bullet.FindString(text); m != "" {
		f.add(Item, 1, "", text[len(m):])
		return
	}
	f.add(Paragraph, 0, "", text)
}

// turn counts the pages on which a paragraph goes on, from the offset at which it began.
func (f *flow) turn(lines []string, start int) {
	for _, n := range f.breaks {
		f.page++
		f.doc.pageStarts = append(f.doc.pageStarts, min(f.text.Len(), start+len(f.join(lines[:min(n, len(lines))]))+2))
	}
	for _, m := range f.margins {
		f.add(Margin, 0, "", m)
	}
	f.breaks, f.margins = nil, nil
}

// pageBreak begins a page. A paragraph that was not ended goes on when the page begins in the middle of a sentence.
func (f *flow) pageBreak(next string) {
	first, _ := utf8.DecodeRuneInString(next)
	if n := len(f.lines); n > 0 && f.page > 0 && unicode.IsLower(first) && !sentence.MatchString(f.lines[n-1]) && !f.isTitle(f.lines) {
		f.breaks = append(f.breaks, n)
		return
	}
	f.flush()
	f.newPage()
}

// margin takes a line that frames the page.
func (f *flow) margin(s string) {
	if len(f.breaks) > 0 {
		f.margins = append(f.margins, s)
		return
	}
	lines := f.lines // of a paragraph that may go on overleaf
	f.lines = nil
	f.add(Margin, 0, "", s)
	f.lines = lines
}

// heading adds a title; its level is the depth of its number.
func (f *flow) heading(title string) {
	level := 1
	if number, _ := numberOf(title, Heading); number != "" {
		path, _ := steps(number, Heading)
		level = max(1, len(path))
	}
	f.add(Heading, level, "", title)
}

// isTitle takes for a title a line that stands alone and is numbered and short, or in capitals, or begins an annex.
func (f *flow) isTitle(lines []string) bool {
	if len(lines) != 1 {
		return false
	}
	s := lines[0]
	if utf8.RuneCountInString(s) > 90 || strings.HasSuffix(s, ";") || strings.HasSuffix(s, ",") || bullet.MatchString(s) {
		return false
	}
	number, lead := numberOf(s, Heading)
	rest := strings.TrimSuffix(s[lead:], ".")
	if rest != s[lead:] && len(strings.Fields(rest)) > 4 { // a sentence
		return false
	}
	if number != "" {
		path, _ := steps(number, Heading)
		if len(path) > 0 && path[len(path)-1].style != decimal && path[len(path)-1].style != container && path[len(path)-1].style != upperRoman {
			return isCapitals(rest)
		}
		return rest == "" || len(strings.Fields(rest)) <= 8 && !strings.ContainsAny(rest, ";:") && !strings.Contains(rest, ". ")
	}
	return isCapitals(s)
}

func isCapitals(s string) bool {
	n := 0
	for _, r := range s {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			n++
		}
	}
	return n >= 3
}

// join puts the lines of a paragraph together. A word cut at the end of a line is mended; a compound keeps its hyphen
// when the document writes it so elsewhere.
func (f *flow) join(lines []string) string {
	var out strings.Builder
	for i, s := range lines {
		if i == 0 {
			out.WriteString(s)
			continue
		}
		prev := lines[i-1]
		first, _ := utf8.DecodeRuneInString(s)
		if !strings.HasSuffix(prev, "-") || !unicode.IsLower(first) || len(prev) < 2 {
			out.WriteByte(' ')
			out.WriteString(s)
			continue
		}
		head := prev[strings.LastIndexFunc(prev[:len(prev)-1], func(r rune) bool { return !unicode.IsLetter(r) && r != '-' })+1 : len(prev)-1]
		tail, _, _ := strings.Cut(s, " ")
		tail = strings.TrimRightFunc(tail, func(r rune) bool { return !unicode.IsLetter(r) })
		if whole := strings.ToLower(head + tail); head != "" && (f.words[whole] || !f.words[strings.ToLower(head+"-"+tail)]) {
			t := strings.TrimSuffix(out.String(), "-")
			out.Reset()
			out.WriteString(t)
		}
		out.WriteString(s)
	}
	return out.String()
}

// plain reads plain text and Markdown.
func (b *builder) plain(data []byte, format Format) error {
	text, err := b.decode(data)
	if err != nil {
		return err
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	if format == Markdown {
		return b.markdown(text)
	}
	paged := strings.Contains(strings.Trim(text, "\f \n"), "\f")
	f := newFlow(b, text)
	for page := range strings.SplitSeq(text, "\f") {
		if paged {
			f.flush()
			b.newPage()
		}
		for line := range strings.SplitSeq(page, "\n") {
			f.line(line)
			if b.err != nil {
				return b.err
			}
		}
	}
	f.flush()
	return b.err
}
