package document

import (
	"regexp"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"vigie/catalog/wording"
)

// Place is a passage of a document.
type Place struct {
	Start    int      `json:"start"` // bytes in Document.Text
	End      int      `json:"end"`
	From     int      `json:"from"` // index of the first block, and of the one after the last
	To       int      `json:"to"`
	Page     int      `json:"page,omitempty"` // on which it begins
	LastPage int      `json:"last_page,omitempty"`
	Clause   string   `json:"clause,omitempty"`
	Heading  []string `json:"heading,omitempty"`
	Verbatim bool     `json:"verbatim,omitempty"` // a quotation that is there letter for letter
}

// Label writes the place as a locator: "page 12, clause 4.2(b)".
func (p Place) Label(l wording.Lang) string {
	var parts []string
	switch {
	case p.Page > 0 && p.LastPage > p.Page:
		parts = append(parts, wording.Textf("pages %d to %d", "pages %d à %d", p.Page, p.LastPage).In(l))
	case p.Page > 0:
		parts = append(parts, wording.Textf("page %d", "page %d", p.Page).In(l))
	}
	switch {
	case p.Clause != "":
		parts = append(parts, wording.Textf("clause %s", "clause %s", p.Clause).In(l))
	case len(p.Heading) > 0:
		parts = append(parts, wording.Quote(l, cut(p.Heading[len(p.Heading)-1], 80)))
	}
	return strings.Join(parts, ", ")
}

// place describes a range of the text.
func (d *Document) place(start, end int) Place {
	p := Place{Start: start, End: end, Page: d.pageAt(start), LastPage: d.pageAt(max(start, end-1))}
	p.From = sort.Search(len(d.Blocks), func(i int) bool { return d.Blocks[i].End > start })
	p.To = sort.Search(len(d.Blocks), func(i int) bool { return d.Blocks[i].Start >= end })
	p.To = max(p.To, min(p.From+1, len(d.Blocks)))
	if p.From < len(d.Blocks) {
		p.Clause, p.Heading = d.Blocks[p.From].Clause, d.Blocks[p.From].Heading
	}
	return p
}

// squeezed is a text brought down to what matters when passages are compared: letters and digits, without case, spaces,
// quotation marks or hyphens. A decimal separator stays, or 1.5 would be 15.
type squeezed struct {
	text    string
	offsets []int32 // of each byte in the text it was made from
}

// kept are signs that change what a sentence says.
const kept = "%§€$£¥±<>=°"

func squeeze(dst []byte, offsets []int32, s string, at int) ([]byte, []int32) {
	prev := rune(0)
	put := func(r rune, i int) {
		n := len(dst)
		dst = utf8.AppendRune(dst, r)
		for range len(dst) - n {
			offsets = append(offsets, int32(i))
		}
	}
	for i, r := range s {
		switch {
		case r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9'):
			put(r, at+i)
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			if r < 0x250 {
				put(unicode.ToLower(r), at+i)
				break
			}
			for _, x := range norm.NFKC.String(string(r)) { // ligatures, full-width letters
				if unicode.IsLetter(x) || unicode.IsNumber(x) {
					put(unicode.ToLower(x), at+i)
				}
			}
		case (r == '.' || r == ',') && unicode.IsDigit(prev):
			if next, _ := utf8.DecodeRuneInString(s[i+1:]); unicode.IsDigit(next) {
				put('.', at+i)
			}
		case unicode.IsMark(r):
			put(r, at+i)
		case strings.ContainsRune(kept, r):
			put(r, at+i)
		}
		prev = r
	}
	return dst, offsets
}

func squeezeText(s string) string {
	b, _ := squeeze(make([]byte, 0, len(s)), nil, s, 0)
	return string(b)
}

// squeezedText is the document without what frames its pages, or only that.
func (d *Document) squeezedText(margins bool) *squeezed {
	i := 0
	if margins {
		i = 1
	}
	d.once[i].Do(func() {
		b, o := make([]byte, 0, len(d.text)), make([]int32, 0, len(d.text))
		for _, blk := range d.Blocks {
			if (blk.Kind == Margin) == margins {
				b, o = squeeze(b, o, blk.Text, blk.Start)
			}
		}
		d.squeezed[i] = &squeezed{string(b), o}
	})
	return d.squeezed[i]
}

// The bounds of a search.
const (
	maxQuote  = 20_000 // bytes
	maxPlaces = 50
	maxGap    = 6_000 // bytes of text that an omission in a quotation may stand for
)

// omission is what stands in a quotation for words left out.
var omission = regexp.MustCompile(`\[\s*(?:\.\s?\.\s?\.|…)\s*\]|\(\s*(?:\.\s?\.\s?\.|…)\s*\)|…|\.\s?\.\s?\.`)

// Find gives the places, in order, where a passage is quoted from. Spaces, line breaks, quotation marks, hyphens and case
// may differ; letters, digits and decimal separators may not. Words left out may be marked by "[…]" or "...". Nothing
// near is offered instead: a passage that is not there has no place.
func (d *Document) Find(quote string) []Place {
	if len(quote) > maxQuote {
		return nil
	}
	var parts []string
	for _, p := range omission.Split(quote, -1) {
		if s := squeezeText(norm.NFC.String(p)); s != "" {
			parts = append(parts, s)
		}
	}
	if len(parts) == 0 || utf8.RuneCountInString(strings.Join(parts, "")) < 3 {
		return nil
	}
	out := d.find(d.squeezedText(false), parts, quote)
	if len(out) == 0 {
		out = d.find(d.squeezedText(true), parts, quote)
	}
	return out
}

func (d *Document) find(s *squeezed, parts []string, quote string) []Place {
	var out []Place
	for from := 0; len(out) < maxPlaces; {
		start, end := d.next(s, parts[0], from, len(s.text))
		if start < 0 {
			break
		}
		from = start + 1
		for _, p := range parts[1:] {
			// An omission is short: further on, the words are another passage.
			limit := sort.Search(len(s.offsets), func(i int) bool { return int(s.offsets[i]) > int(s.offsets[end-1])+maxGap+len(p) })
			if _, end = d.next(s, p, end, limit); end < 0 {
				break
			}
		}
		if end < 0 {
			continue
		}
		p := d.place(int(s.offsets[start]), d.after(s, end))
		p.Verbatim = strings.Contains(d.text[p.Start:min(len(d.text), p.End+4)], strings.TrimSpace(quote))
		out = append(out, p)
	}
	return out
}

// next finds a part as whole words.
func (d *Document) next(s *squeezed, part string, from, limit int) (start, end int) {
	for from < limit {
		i := strings.Index(s.text[from:limit], part)
		if i < 0 {
			return -1, -1
		}
		start, end = from+i, from+i+len(part)
		if d.wordEdge(s, start, true) && d.wordEdge(s, end, false) {
			return start, end
		}
		from = start + 1
		for from < limit && !utf8.RuneStart(s.text[from]) {
			from++
		}
	}
	return -1, -1
}

// after is the offset in the text after the squeezed byte before end.
func (d *Document) after(s *squeezed, end int) int {
	at := int(s.offsets[end-1])
	_, n := utf8.DecodeRuneInString(d.text[at:])
	return at + n
}

// wordEdge reports whether a match may begin or end here: not in the middle of a word.
func (d *Document) wordEdge(s *squeezed, i int, begins bool) bool {
	if begins {
		first, _ := utf8.DecodeRuneInString(s.text[i:])
		before, _ := utf8.DecodeLastRuneInString(d.text[:s.offsets[i]])
		return !isWord(first) || !isWord(before)
	}
	last, _ := utf8.DecodeLastRuneInString(s.text[:i])
	after, _ := utf8.DecodeRuneInString(d.text[d.after(s, i):])
	return !isWord(last) || !isWord(after)
}

func isWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r))
}
