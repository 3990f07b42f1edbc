package document

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"vigie/catalog/wording"
)

// builder puts blocks together: their text, offsets, pages, headings and clauses.
type builder struct {
	doc   Document
	text  strings.Builder
	heads []head
	above []string // the texts of heads; shared by the blocks below them
	stack []step   // the clause in which the next block lies
	page  int
	row   int
	noted map[string]bool
	err   error
}

type head struct {
	level int
	text  string
}

func newBuilder(f Format) *builder {
	return &builder{doc: Document{Format: f, Blocks: []Block{}}, noted: map[string]bool{}}
}

// note tells the reader something once.
func (b *builder) note(en, fr string, args ...any) {
	t := wording.Textf(en, fr, args...)
	if !b.noted[t.EN] {
		b.noted[t.EN] = true
		b.doc.Notes = append(b.doc.Notes, t)
	}
}

// newPage begins the next page.
func (b *builder) newPage() {
	b.page++
	start := b.text.Len()
	if start > 0 {
		start++ // after the line break that the next block begins with
	}
	b.doc.pageStarts = append(b.doc.pageStarts, start)
}

// add appends a block, unless it says nothing. label is a number that the file gives apart from the text.
func (b *builder) add(k Kind, level int, label, text string) {
	text = b.clean(text)
	if text == "" || b.err != nil {
		return
	}
	label = b.clean(label)
	blk := Block{ID: "b" + strconv.Itoa(len(b.doc.Blocks)+1), Kind: k, Level: level, Page: b.page}
	if label != "" {
		blk.Number, blk.Text, blk.lead = label, label+" "+text, len(label)+1
	} else {
		blk.Text = text
		blk.Number, blk.lead = numberOf(text, k)
	}
	if k == Cell {
		blk.Row = b.row
	}
	if len(b.doc.Blocks) >= MaxBlocks {
		b.err = refuse(TooMany, "the document has more than %d paragraphs and cells; keep the part that is cited", "le document a plus de %d paragraphes et cellules ; n'en garder que la partie citée", MaxBlocks)
		return
	}
	if k == Heading {
		b.under(level)
	}
	b.place(&blk)
	blk.Heading = b.above
	if k == Heading {
		b.heads = append(b.heads, head{level, blk.Text})
		b.raise()
	}
	if b.text.Len() > 0 {
		b.text.WriteByte('\n')
	}
	blk.Start = b.text.Len()
	b.text.WriteString(blk.Text)
	blk.End = b.text.Len()
	if b.text.Len() > MaxText {
		b.err = refuse(TooLarge, "the text of the document is longer than %d MiB; keep the part that is cited", "le texte du document dépasse %d Mio ; n'en garder que la partie citée", MaxText>>20)
		return
	}
	b.doc.Blocks = append(b.doc.Blocks, blk)
}

// under closes the headings that a heading of this level ends.
func (b *builder) under(level int) {
	for len(b.heads) > 0 && b.heads[len(b.heads)-1].level >= level {
		b.heads = b.heads[:len(b.heads)-1]
	}
	b.raise()
}

func (b *builder) raise() {
	b.above = make([]string, len(b.heads))
	for i, h := range b.heads {
		b.above[i] = h.text
	}
}

// close gives the document.
func (b *builder) close() (*Document, error) {
	if b.err != nil {
		return nil, b.err
	}
	d := &b.doc
	if len(d.Blocks) == 0 {
		if d.Format == PDF {
			return nil, refuse(NotText, "the PDF holds no text: it is probably a scan; run a text recognition (OCR) and give the result", "le PDF ne contient pas de texte : c'est sans doute un scan ; lui appliquer une reconnaissance de texte (OCR) et donner le résultat")
		}
		return nil, refuse(NotText, "no text was found in the file", "aucun texte n'a été trouvé dans le fichier")
	}
	d.text, d.Pages = b.text.String(), b.page
	for i, start := range d.pageStarts {
		d.pageStarts[i] = min(start, len(d.text))
	}
	if d.Title == "" {
		i := slices.IndexFunc(d.Blocks, func(x Block) bool { return x.Kind == Heading })
		if i < 0 {
			i = 0
		}
		d.Title = cut(d.Blocks[i].Text, 200)
	}
	return d, nil
}

// cut shortens a text to n letters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimSpace(string(r[:n-1])) + "…"
}

// clean writes a text in NFC on one line, without what cannot be seen. Characters that turn the direction of the text
// could make a reader see another sentence than the one that is there: they are taken out, and said.
func (b *builder) clean(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	space := false
	for _, r := range norm.NFC.String(s) {
		switch {
		case unicode.IsSpace(r):
			space = true
			continue
		case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			b.note("characters that turn the direction of the text were left out", "des caractères qui changent le sens d'écriture ont été omis")
			continue
		case unicode.IsControl(r), r == 0x00ad, r >= 0x200b && r <= 0x200f, r == 0x2060, r == 0xfeff, r >= 0xfff0 && r <= 0xfffb:
			continue
		}
		if space && out.Len() > 0 {
			out.WriteByte(' ')
		}
		space = false
		out.WriteRune(r)
	}
	return out.String()
}
