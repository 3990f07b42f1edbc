package document

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	locNumber = `(?:\d{1,3}|[IVXLCDM]{1,7}|[A-Z])(?:\.[0-9A-Za-z]{1,5})*(?:\s?\([0-9A-Za-z]{1,5}\))*`
	locJoin   = `\s*(?:,|;|&|\band\b|\bet\b|\bor\b|\bou\b|\bto\b|\bà\b|[-–])\s*`
)

var (
	locWhole  = regexp.MustCompile(`(?i)^\s*(?:whole document|read whole|document entier|tout le document)`)
	locPages  = regexp.MustCompile(`(?i)(?:^|[^\pL])p(?:ages?|p?\.)\s*(\d{1,4})(?:\s*(?:to|à|and|et|[-–])\s*(\d{1,4}))?`)
	locClause = regexp.MustCompile(`(?i:(?:^|[^\pL])(?:` + clauseWords + `)(?:\s*(?:n°|no\.?))?)\s*(` + locNumber + `(?:` + locJoin + `(?i:(?:` + clauseWords + `)\s*)?` + locNumber + `)*)`)
	locBox    = regexp.MustCompile(`(?i:(?:^|[^\pL])(?:` + containerWords + `)s?)\s*(?:n°\s*|no\.?\s*)?(\d{1,3}|[IVXLCDM]{1,7}|[A-Z])(?:[^\pL\d]|$)`)
	locBare   = regexp.MustCompile(`^\s*(\d{1,3}(?:\.\d{1,3})*\.?(?:\s?\([0-9A-Za-z]{1,5}\))*)\s*$`)
	locOne    = regexp.MustCompile(locNumber)
	locRange  = regexp.MustCompile(`^\s*(?:to|à|[-–])\s*`)
	locRow    = regexp.MustCompile(`(?i)^(?:row|line|ligne)\s+(.+)$`)
	locTitle  = regexp.MustCompile(`(?i)^(?:title|titre)$`)
	locHead   = regexp.MustCompile(`(?i)^(?:(?:sub)?section|chapter|chapitre|heading|rubrique|titre)\s+(?:on\s+|sur\s+)?`)
)

// Locate gives the places that a locator names, in its order, and of several of one name the longest first (a table of
// contents names a clause too): "art. 4.2", "§ 8(b)", "sections 4 to 6", "annex 2,
// point 3", "page 12", "section License", "row Microsoft". None when the document has no such place; several when it has
// more than one.
func (d *Document) Locate(locator string) []Place {
	locator = strings.TrimSpace(locator)
	if locator == "" || len(locator) > maxQuote {
		return nil
	}
	if locWhole.MatchString(locator) {
		return []Place{d.place(0, len(d.text))}
	}
	out := d.clauses(locator)
	if m := locPages.FindStringSubmatch(locator); m != nil {
		out = d.onPages(out, m[1], m[2])
	}
	if len(out) == 0 {
		out = d.headed(locator)
	}
	if len(out) > maxPlaces {
		out = out[:maxPlaces]
	}
	return out
}

func longestFirst(ps []Place) []Place {
	slices.SortStableFunc(ps, func(a, b Place) int { return (b.End - b.Start) - (a.End - a.Start) })
	return ps
}

// onPages narrows places to pages, or gives the pages themselves when there are none to narrow.
func (d *Document) onPages(places []Place, first, last string) []Place {
	from, _ := strconv.Atoi(first)
	to := from
	if last != "" {
		to, _ = strconv.Atoi(last)
	}
	if from < 1 || from > len(d.pageStarts) || to < from {
		return nil
	}
	start, end := d.pageStarts[from-1], len(d.text)
	if to < len(d.pageStarts) {
		end = d.pageStarts[to]
	}
	var in []Place
	for _, p := range places {
		if p.Start < end && p.End > start {
			in = append(in, p)
		}
	}
	if len(places) > 0 {
		return in
	}
	if strings.TrimSpace(d.text[start:end]) == "" {
		return nil
	}
	return []Place{d.place(start, end)}
}

// clauses gives the numbered clauses that a locator names.
func (d *Document) clauses(locator string) []Place {
	var box []step
	if m := locBox.FindStringSubmatchIndex(locator); m != nil {
		box, _ = steps("annex "+locator[m[2]:m[3]], Paragraph)
		locator = locator[:m[0]] + " ; " + locator[m[3]:]
	}
	var lists []string
	for _, m := range locClause.FindAllStringSubmatch(locator, -1) {
		lists = append(lists, m[1])
	}
	if m := locBare.FindStringSubmatch(strings.Trim(locator, " ;,")); m != nil && len(lists) == 0 {
		lists = append(lists, m[1])
	}
	if len(lists) == 0 {
		if box == nil {
			return nil
		}
		return longestFirst(d.runs(box))
	}
	var out []Place
	for _, list := range lists {
		var last []Place
		for _, at := range locOne.FindAllStringIndex(list, -1) {
			path, _ := steps(list[at[0]:at[1]], Paragraph)
			found := longestFirst(d.clause(append(slices.Clone(box), path...)))
			before := locRange.MatchString(lastJoin(list[:at[0]]))
			if before && len(last) > 0 && len(found) > 0 && found[0].End > last[0].Start {
				out[len(out)-len(last)] = d.place(last[0].Start, found[0].End)
				last = nil
				continue
			}
			out = append(out, found...)
			last = found
		}
	}
	return out
}

// lastJoin is what stands between the last number of s and its end.
func lastJoin(s string) string {
	at := locOne.FindAllStringIndex(s, -1)
	if len(at) == 0 {
		return ""
	}
	return s[at[len(at)-1][1]:]
}

// clause gives a clause by its way down, or the part of a paragraph that its last letter begins.
func (d *Document) clause(path []step) []Place {
	if len(path) == 0 {
		return nil
	}
	if out := d.runs(path); len(out) > 0 || len(path) == 1 {
		return out
	}
	last := path[len(path)-1]
	if last.style == decimal || last.style == container {
		return nil
	}
	var out []Place
	for _, p := range d.clause(path[:len(path)-1]) {
		if in, ok := d.letter(p, last); ok {
			out = append(out, in)
		}
	}
	return out
}

// letter finds "(b)" inside a passage, up to "(c)" or the end of its paragraph.
func (d *Document) letter(p Place, s step) (Place, bool) {
	text := strings.ToLower(d.text[p.Start:p.End])
	i := strings.Index(text, "("+s.text+")")
	if i < 0 {
		return Place{}, false
	}
	end := len(text)
	if j := strings.IndexByte(text[i:], '\n'); j >= 0 {
		end = i + j
	}
	next := roman(s.value + 1)
	if s.style == lowerAlpha || s.style == upperAlpha {
		next = letters(s.value + 1)
	}
	if j := strings.Index(text[i:end], "("+next+")"); j > 0 {
		end = i + j
	}
	if len(text) != p.End-p.Start { // lower case took other room: offsets do not fit
		return Place{}, false
	}
	out := d.place(p.Start+i, p.Start+end)
	if out.Clause != "" {
		out.Clause += "(" + s.text + ")"
	}
	return out, true
}

// runs gives the stretches of blocks that lie in a clause. The body of the document goes before its annexes when the way
// does not name one.
func (d *Document) runs(path []step) []Place {
	for _, same := range []func(a, b step) bool{
		func(a, b step) bool { return a.text == b.text },
		func(a, b step) bool {
			return a.value > 0 && a.value == b.value && a.style != container && b.style != container
		}, // IV for 4
	} {
		for _, annexes := range []bool{false, true} {
			if out := d.runsBy(path, same, annexes); len(out) > 0 {
				return out
			}
		}
	}
	return nil
}

func (d *Document) runsBy(path []step, same func(a, b step) bool, annexes bool) []Place {
	inside := func(b Block) bool {
		have := b.path
		if path[0].style != container && len(have) > 0 && have[0].style == container {
			if !annexes {
				return false
			}
			have = have[1:]
		}
		if len(have) < len(path) {
			return false
		}
		for i, s := range path {
			if !same(s, have[i]) {
				return false
			}
		}
		return true
	}
	var out []Place
	start, end := -1, 0
	for i, b := range d.Blocks {
		switch {
		case b.Kind == Margin || b.Kind == Note:
		case inside(b):
			// A clause that begins again is another one: a table of contents, or lists that both count from 1.
			if start >= 0 && len(b.path) == len(path) && b.Number != "" && i > start && d.Blocks[i].Number == d.Blocks[start].Number {
				out = append(out, d.place(d.Blocks[start].Start, d.Blocks[end].End))
				start = i
			}
			if start < 0 {
				start = i
			}
			end = i
		case start >= 0:
			out = append(out, d.place(d.Blocks[start].Start, d.Blocks[end].End))
			start = -1
		}
	}
	if start >= 0 {
		out = append(out, d.place(d.Blocks[start].Start, d.Blocks[end].End))
	}
	return out
}

// headed gives what stands under a heading, after run-in words, or in a row of a table.
func (d *Document) headed(locator string) []Place {
	candidates := []string{locator}
	for part := range strings.FieldsFuncSeq(locator, func(r rune) bool { return strings.ContainsRune(",;:", r) }) {
		candidates = append(candidates, part)
	}
	for _, c := range candidates {
		c = strings.TrimSpace(c)
		if locTitle.MatchString(c) && len(d.Blocks) > 0 {
			return []Place{d.place(d.Blocks[0].Start, d.Blocks[0].End)}
		}
		if m := locRow.FindStringSubmatch(c); m != nil {
			if out := d.rows(squeezeText(m[1])); len(out) > 0 {
				return out
			}
		}
		for _, words := range []string{c, locHead.ReplaceAllString(c, "")} {
			if out := d.below(squeezeText(words)); len(out) > 0 {
				return longestFirst(out)
			}
		}
	}
	return nil
}

func (d *Document) rows(words string) []Place {
	var out []Place
	for i, b := range d.Blocks {
		if b.Kind != Cell || !strings.HasPrefix(squeezeText(b.Text), words) || i > 0 && d.Blocks[i-1].Kind == Cell && d.Blocks[i-1].Row == b.Row {
			continue
		}
		end := i
		for end+1 < len(d.Blocks) && d.Blocks[end+1].Kind == Cell && d.Blocks[end+1].Row == b.Row {
			end++
		}
		out = append(out, d.place(b.Start, d.Blocks[end].End))
	}
	return out
}

// below gives what stands under the headings that read so, else the paragraphs that begin with those words and a stop.
func (d *Document) below(words string) []Place {
	if words == "" {
		return nil
	}
	var out []Place
	for i, b := range d.Blocks {
		if b.Kind != Heading || squeezeText(b.Body()) != words && squeezeText(b.Text) != words {
			continue
		}
		end := i
		for end+1 < len(d.Blocks) && (d.Blocks[end+1].Kind != Heading || d.Blocks[end+1].Level > b.Level) {
			end++
		}
		out = append(out, d.place(b.Start, d.Blocks[end].End))
	}
	if len(out) > 0 {
		return out
	}
	for _, b := range d.Blocks {
		lead, _, ok := strings.Cut(b.Body(), ".")
		if head, _, colon := strings.Cut(lead, ":"); colon {
			lead, ok = head, true
		}
		if ok && len(lead) < 120 && squeezeText(lead) == words {
			out = append(out, d.place(b.Start, b.End))
		}
	}
	return out
}
