package main

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"vigie/catalog/wording"
	"vigie/evaluator"
)

// screen is text for people: wrapped to the width of the terminal, with colour only where a terminal shows it.
// It is gathered whole before anything is written.
type screen struct {
	bytes.Buffer
	lang   wording.Lang
	colour bool
	width  int
}

func (a *app) screen() *screen {
	colour, width := a.terminal()
	return &screen{lang: a.lang, colour: colour, width: width}
}

// flush writes what was gathered.
func (s *screen) flush(w io.Writer) error {
	_, err := s.WriteTo(w)
	return err
}

// The ways in which a word stands out.
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	green  = "1;32"
	yellow = "1;33"
)

func (s *screen) in(style, text string) string {
	if !s.colour || style == "" || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func (s *screen) line(text string) { s.WriteString(strings.TrimRight(text, " ") + "\n") }

func (s *screen) gap() { s.WriteByte('\n') }

func (s *screen) heading(text string) {
	s.gap()
	s.line(s.in(bold, text))
}

// para writes wrapped text: the first line after lead, the others below it. Width is counted in characters of lead
// and text as they are seen.
func (s *screen) para(indent int, lead, style, text string) {
	pad := strings.Repeat(" ", indent)
	under := strings.Repeat(" ", indent+seen(lead))
	first := true
	for _, part := range wrap(text, s.width-indent-seen(lead)) {
		if first {
			s.line(pad + lead + s.in(style, part))
		} else {
			s.line(under + s.in(style, part))
		}
		first = false
	}
}

// seen is how many places a text takes, escapes left out.
func seen(text string) int {
	n, skip := 0, false
	for _, r := range text {
		switch {
		case r == '\x1b':
			skip = true
		case skip:
			skip = r != 'm'
		default:
			n++
		}
	}
	return n
}

// wrap breaks a text at ordinary spaces; a non-breaking space holds.
func wrap(text string, width int) []string {
	width = max(width, 24)
	var out []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for word := range strings.SplitSeq(paragraph, " ") {
			if word == "" {
				continue
			}
			switch {
			case line == "":
				line = word
			case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
				line += " " + word
			default:
				out = append(out, line)
				line = word
			}
		}
		out = append(out, line)
	}
	return out
}

// pad fills a text with spaces up to width places.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-seen(text)))
}

// barWidth is the number of places of a bar: two and a half points each.
const barWidth = 40

// bar draws where a score lies between 0 and 100: a heavy line over what is possible, a dot when it is settled.
func (s *screen) bar(i evaluator.Interval) string {
	at := func(h evaluator.Hundredths) int { return min(barWidth-1, int(h)*barWidth/10000) }
	low, high := at(i.Low), at(i.High)
	if i.IsPoint() {
		return s.in(dim, "├"+strings.Repeat("─", low)) + s.in(bold, "●") + s.in(dim, strings.Repeat("─", barWidth-1-low)+"┤")
	}
	return s.in(dim, "├"+strings.Repeat("─", low)) + s.in(bold, strings.Repeat("━", high-low+1)) + s.in(dim, strings.Repeat("─", barWidth-1-high)+"┤")
}
