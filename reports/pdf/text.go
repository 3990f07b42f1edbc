package pdf

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"vigie/reports/fonts"
	"vigie/reports/tree"
)

// missing is drawn in place of every character that cannot be shown: one that the face lacks, a control, an
// invisible or a direction mark. A reader sees that something stood there, and nothing can hide or turn text round.
const missing = '□'

// clean makes a text printable with a face: composed letters, newlines kept, tabs as spaces, everything that
// cannot be seen replaced by a square. What it returns is in the Basic Multilingual Plane.
func clean(s string, f *fonts.Face) string {
	if printable(s, f) {
		return s
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, "\ufffd"))
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case invisible(r) || !f.Has(r):
			return missing
		}
		return r
	}, s)
}

func printable(s string, f *fonts.Face) bool {
	for _, r := range s {
		// Letters that another character may combine with are all below U+0300; combining marks are not.
		if r < ' ' || r > '~' && (r == utf8.RuneError || r >= 0x300 && r < 0x370 || invisible(r) || !f.Has(r)) {
			return false
		}
	}
	return true
}

func invisible(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0xad || r > 0x2000 && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) || r > 0x300 && r < 0x2000 && unicode.Is(unicode.Cf, r)
}

// An atom is a piece of text that is never broken.
type atom struct {
	span    int
	text    string
	from    int // offset of text in the cleaned span
	width   float64
	space   float64 // width of the space after it; the space is dropped at the end of a line
	can     bool    // a line may end after it
	newline bool    // the line ends after it
	mark    tree.Mark
}

// A line is set text: operations relative to its left end and baseline.
type line struct {
	ops   []op
	width float64
}

// spanStyle is the style of a span within the style of its paragraph.
func spanStyle(base style, s tree.Span) style {
	switch s.Style {
	case tree.Strong:
		base.face = semibold
	case tree.Quiet:
		base.colour = quiet
	case tree.Reference:
		base.colour = accent
	}
	if s.URL != "" {
		base.colour = accent
	}
	return base
}

const markWidth = 1.2 // of the size, its space included

// wrap sets a text in lines no wider than width.
func wrap(t tree.Text, base style, width float64) []line {
	w := scratch.Get().(*wrapping)
	defer scratch.Put(w)
	*w = wrapping{base: base, width: width, text: t, slab: w.slab, styles: w.styles[:0], cleaned: w.cleaned[:0], atoms: w.atoms[:0], current: w.current[:0]}
	for i, s := range t {
		w.styles = append(w.styles, spanStyle(base, s))
		if s.Mark != tree.NoMark {
			w.atoms = append(w.atoms, atom{span: i, width: base.size * markWidth, mark: s.Mark})
		}
		w.cut(i, s.Text)
	}
	w.fill()
	if len(w.lines) == 0 {
		w.lines = append(w.lines, line{})
	}
	return w.lines
}

// scratch keeps the working memory of wrap between texts. Lines are never part of it; their operations lie in slabs,
// which are only ever written past what was handed out.
var scratch = sync.Pool{New: func() any { return new(wrapping) }}

type wrapping struct {
	slab    []op
	base    style
	width   float64
	text    tree.Text
	styles  []style
	cleaned []string
	atoms   []atom
	current []atom
	used    float64
	lines   []line
}

// cut splits a span into atoms at spaces and after hyphens, slashes and dashes. Words longer than a line are also
// broken after the punctuation of addresses, and as a last resort (in fill) anywhere.
func (w *wrapping) cut(span int, s string) {
	st := w.styles[span]
	f := faceOf(st.face)
	s = clean(s, f)
	w.cleaned = append(w.cleaned, s)
	space := float64(f.Width(' ')) * st.size / 1000
	start, units := 0, 0
	wordStart := true
	long := false
	flush := func(end int, a atom) {
		if end > start || a.space > 0 || a.newline {
			a.from = start
			a.span, a.text, a.width = span, s[start:end], float64(units)*st.size/1000
			w.atoms = append(w.atoms, a)
		}
		units = 0
	}
	for i, r := range s {
		if wordStart {
			long = w.isLong(s[i:], st, f)
			wordStart = false
		}
		switch {
		case r == ' ':
			flush(i, atom{space: space, can: true})
			start, wordStart = i+1, true
			continue
		case r == '\n':
			flush(i, atom{newline: true, can: true})
			start, wordStart = i+1, true
			continue
		}
		units += f.Width(r)
		size := utf8.RuneLen(r)
		if breaksAfter(r, long) && i+size < len(s) && s[i+size] != ' ' {
			flush(i+size, atom{can: true})
			start = i + size
		}
	}
	flush(len(s), atom{})
}

func breaksAfter(r rune, long bool) bool {
	switch r {
	case '-', '/', '—':
		return true
	case '.', '_', '&', '=', '?', ',', ';', ':', '@', '%', '#', '+', '|', '·':
		return long
	}
	return false
}

func (w *wrapping) isLong(s string, st style, f *fonts.Face) bool {
	end := strings.IndexAny(s, " \n")
	if end < 0 {
		end = len(s)
	}
	if float64(end)*st.size*0.3 < w.width { // narrower even if wide letters fill it: no need to measure
		return false
	}
	return f.WidthOf(s[:end], st.size) > w.width
}

// fill puts atoms on lines, never parting those that are glued to each other.
func (w *wrapping) fill() {
	for i := 0; i < len(w.atoms); {
		j, width := i, 0.0
		for ; j < len(w.atoms); j++ {
			width += w.atoms[j].width
			if w.atoms[j].can {
				j++
				break
			}
		}
		group := w.atoms[i:j]
		if len(w.current) > 0 && w.used+width > w.width+0.01 {
			w.end()
		}
		if width > w.width+0.01 {
			group = w.split(group)
		}
		for _, a := range group {
			w.current = append(w.current, a)
			w.used += a.width + a.space
			if a.newline {
				w.end()
			}
		}
		i = j
	}
	if len(w.current) > 0 {
		w.end()
	}
}

// split breaks glued atoms wider than a line letter by letter, ends the full lines and returns the rest.
func (w *wrapping) split(group []atom) []atom {
	for _, a := range group {
		st := w.styles[a.span]
		f := faceOf(st.face)
		rest := atom{span: a.span, from: a.from, mark: a.mark}
		if a.mark != tree.NoMark {
			w.current, w.used = append(w.current, a), w.used+a.width
			continue
		}
		start := 0
		for i, r := range a.text {
			rw := float64(f.Width(r)) * st.size / 1000
			if w.used+rest.width+rw > w.width && w.used+rest.width > 0 {
				rest.text = a.text[start:i]
				w.current = append(w.current, rest)
				w.end()
				start, rest.from, rest.width = i, a.from+i, 0
			}
			rest.width += rw
		}
		rest.text, rest.space, rest.can, rest.newline = a.text[start:], a.space, a.can, a.newline
		w.current, w.used = append(w.current, rest), w.used+rest.width+rest.space
		if rest.newline {
			w.end()
		}
	}
	return nil
}

// end closes the current line: neighbours of one span become one operation, spaces included, so that text copied
// out of the file has its spaces.
func (w *wrapping) end() {
	var ln line
	x := 0.0
	if need := 2 * len(w.current); cap(w.slab)-len(w.slab) < need {
		w.slab = make([]op, 0, max(256, need))
	}
	first := len(w.slab)
	put := func(o op) { w.slab = append(w.slab, o) }
	for i := 0; i < len(w.current); {
		a := w.current[i]
		if a.mark != tree.NoMark {
			put(op{kind: opMark, mark: a.mark, x: x, size: w.base.size, colour: ink})
			x += a.width
			i++
			continue
		}
		st, from := w.styles[a.span], x
		until := a.from
		for ; i < len(w.current) && w.current[i].span == a.span && w.current[i].mark == tree.NoMark; i++ {
			until = w.current[i].from + len(w.current[i].text)
			x += w.current[i].width
			if w.current[i].space > 0 { // the space is in the span
				until++ // also at the end of a line, where it takes no room: else words run together when read aloud
				if i+1 < len(w.current) {
					x += w.current[i].space
				}
			}
		}
		if until == a.from {
			continue
		}
		put(op{kind: opText, x: from, face: st.face, size: st.size, colour: st.colour, text: w.cleaned[a.span][a.from:until]})
		if s := w.text[a.span]; s.To != "" || s.URL != "" {
			put(op{kind: opLink, x: from, y: -0.78 * st.size, w: x - from, h: st.size, text: s.To, url: s.URL})
		}
	}
	ln.ops, ln.width = w.slab[first:len(w.slab):len(w.slab)], x
	w.lines = append(w.lines, ln)
	w.current, w.used = w.current[:0], 0
}

// few sets a text in at most n lines; what does not fit ends in an ellipsis. It is for places that cannot grow:
// heads of columns, labels of charts, running headers.
func few(t tree.Text, base style, width float64, n int) []line {
	ls := wrap(t, base, width)
	if len(ls) <= n {
		return ls
	}
	dots := faceOf(regular).WidthOf("…", base.size)
	ls = wrap(t, base, max(width-dots, 1))[:n]
	last := &ls[n-1]
	last.ops = append(last.ops, op{kind: opText, x: last.width, face: regular, size: base.size, colour: base.colour, text: "…"})
	last.width += dots
	return ls
}

// single is few on one line.
func single(t tree.Text, base style, width float64) line { return few(t, base, width, 1)[0] }
