// Package tree is a report as plain data: sections, paragraphs, tables, charts, in one language, before any
// drawing. Builders make it, tests compare it as text, and PDF, pages and sheets draw it.
//
// Nothing in it depends on a page size or a font, and every word a reader sees is already in it.
package tree

import "vigie/catalog/wording"

// Document is one report in one language.
type Document struct {
	Lang       wording.Lang
	Title      string // of the file and of the outline
	Subject    string
	Keywords   []string
	Producer   string // program and version
	Day        string // ISO day that stands for the creation of the file
	HeadLeft   string // running header
	HeadRight  string
	Foot       string
	Watermark  string // across every page; empty: none
	ToContents string // heading of the table of contents
	Cover      []Block
	Front      []Section // before the table of contents
	Sections   []Section
}

// Section is a titled part. Number is empty for a part that bears none.
type Section struct {
	ID       string // anchor
	Number   string
	Title    string
	NewPage  bool
	Blocks   []Block
	Sections []Section
}

// Style is how a span stands out.
type Style int

// The styles of a span.
const (
	Plain Style = iota
	Strong
	Quiet     // said, but secondary: locators, codes, notes
	Reference // a number that leads elsewhere: of a source
)

// Mark is a small drawn shape before a word, so that a state is seen without colour. The word always follows it.
type Mark int

// The marks.
const (
	NoMark Mark = iota
	MarkPassed
	MarkFailed
	MarkOpen // not decided
	MarkNotApplicable
	MarkUnknown
	MarkAbsent // looked for, and not there
	MarkWarning
)

// Span is a run of text in one style.
type Span struct {
	Text  string
	Style Style
	Mark  Mark
	To    string // anchor inside the document
	URL   string // address outside
}

// Text is a paragraph's worth of spans. A newline inside a span ends the line.
type Text []Span

// T is plain text.
func T(s string) Text { return Text{{Text: s}} }

// B is strong text.
func B(s string) Text { return Text{{Text: s, Style: Strong}} }

// Q is quiet text.
func Q(s string) Text { return Text{{Text: s, Style: Quiet}} }

// Marked is a word with its shape.
func Marked(m Mark, s string) Text { return Text{{Text: s, Mark: m}} }

// Add puts texts one after the other.
func (t Text) Add(more ...Text) Text {
	out := append(Text(nil), t...)
	for _, m := range more {
		out = append(out, m...)
	}
	return out
}

// String is the text without its styles.
func (t Text) String() string {
	s := ""
	for _, sp := range t {
		s += sp.Text
	}
	return s
}

// Block is a piece of a section.
type Block interface{ block() }

// Size is the size of a paragraph.
type Size int

// The sizes of a paragraph.
const (
	Normal Size = iota
	Small
	Lead
	Display // the title of a cover
)

// Paragraph is running text.
type Paragraph struct {
	Text     Text
	Size     Size
	KeepNext bool // stays on the page of what follows
}

// Heading is a small title inside a section, without number and outside the outline.
type Heading struct {
	Text Text
	ID   string
}

// List is a list of points.
type List struct {
	Items   []Text
	Ordered bool
	Small   bool
}

// Align is where the text of a column stands.
type Align int

// The alignments.
const (
	Left Align = iota
	Right
	Centre
)

// Column is a column of a table. Widths are relative to each other.
type Column struct {
	Title string
	Width float64
	Align Align
}

// Cell is the paragraphs of a cell.
type Cell []Text

// C is a cell of one paragraph.
func C(t Text) Cell { return Cell{t} }

// Row is a row of a table. A row with Group alone is a heading across all columns.
type Row struct {
	ID    string
	Group Text
	Cells []Cell
}

// Table is a table; its head is repeated on every page it reaches. Columns without titles have no head.
type Table struct {
	Columns []Column
	Rows    []Row
	Caption string
}

// Pair is a line of a KeyValues.
type Pair struct {
	Key   string
	Value Cell
}

// KeyValues is a list of names and what they stand for.
type KeyValues struct {
	Pairs []Pair
	Wide  bool // a wider column of keys
}

// Callout is a statement that must be seen.
type Callout struct {
	Mark  Mark
	Title Text
	Lines []Text
}

// Range is where a score lies, in hundredths of a point from 0 to 10 000.
type Range struct{ Low, High int64 }

// IntervalBar draws one or two ranges on a scale from 0 to 100.
type IntervalBar struct {
	Bars []Bar
}

// Bar is a labelled range. Nil stands for nothing to draw; Words say why.
type Bar struct {
	Label string
	Note  string // beside the label: a weight
	Range *Range
	Words string // the range in words
	To    string
}

// FamilyChart draws one bar a family above each other, with one scale.
type FamilyChart struct {
	Bars   []Bar
	Legend []Text
}

// Card is an entry with a title, a verdict at the right and a body; it is kept on one page when it fits.
type Card struct {
	ID    string
	Title Text
	Right Text
	Range *Range // a small scale beside Right
	Body  []Block
}

// Signatures are boxes to sign in.
type Signatures struct {
	Boxes []string // who signs
	Lines []string // what each writes: name, date, signature
}

// Shape of a box of a drawing.
type Shape int

// The shapes: a party, a state or the public, something not known (dashed).
const (
	Solid Shape = iota
	Rounded
	Dashed
)

// Node is a box of a drawing: Row from the top, X from 0 to 1 the middle of the box across the width.
type Node struct {
	Row   int
	X     float64
	Width float64 // share of the width
	Lines []Text
	Shape Shape
	To    string
}

// Edge joins two nodes, by their index, with a word on the line.
type Edge struct {
	From, To int
	Label    string
	Dashed   bool
}

// Drawing is boxes and lines. Alt says in words what it shows.
type Drawing struct {
	Nodes []Node
	Edges []Edge
	Rows  int
	Alt   string
}

// PageBreak starts a new page.
type PageBreak struct{}

// Space is an empty line, or several.
type Space struct{ Lines float64 }

// Rule is a thin line across the page.
type Rule struct{}

func (Paragraph) block()   {}
func (Heading) block()     {}
func (List) block()        {}
func (Table) block()       {}
func (KeyValues) block()   {}
func (Callout) block()     {}
func (IntervalBar) block() {}
func (FamilyChart) block() {}
func (Card) block()        {}
func (Signatures) block()  {}
func (Drawing) block()     {}
func (PageBreak) block()   {}
func (Space) block()       {}
func (Rule) block()        {}
