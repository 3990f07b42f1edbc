package pdf

import (
	"fmt"
	"strconv"
	"unicode/utf16"
)

// structure is the logical structure of a document, for readers that speak or reflow it: which text is a heading, a
// paragraph, a cell of which row. What belongs to no element (rules, grounds, running heads, heads of tables that come
// again) is an artifact, which such readers pass over.
//
// Elements are numbered as they are made, in reading order. Element 0 is the document; as the element of a part it
// stands for an artifact.
type structure struct {
	elements []element
	pages    [][]int32 // by page: the element of each marked run, in order
}

type element struct {
	kind   string // ISO 32000-1, 14.8.4
	attr   string // entries of its dictionary
	parent int32
	kids   []int32
	runs   []marked
}

// marked is a run of a page's content.
type marked struct{ page, id int32 }

// add makes an element under another.
func (t *structure) add(parent int32, kind, attr string) int32 {
	t.begin()
	n := int32(len(t.elements))
	t.elements = append(t.elements, element{kind: kind, attr: attr, parent: parent})
	t.elements[parent].kids = append(t.elements[parent].kids, n)
	return n
}

// begin makes the element of the document.
func (t *structure) begin() {
	if len(t.elements) == 0 {
		t.elements = append(t.elements, element{kind: "Document"})
	}
}

// The attributes of heads of columns and rows, and of a head over all columns.
const (
	columnHead = "/A <</O /Table /Scope /Column>>"
	rowHead    = "/A <</O /Table /Scope /Row>>"
)

func spanning(columns int) string {
	return fmt.Sprintf("/A <</O /Table /Scope /Row /ColSpan %d>>", columns)
}

// alternative says in words what a figure shows.
func alternative(words string) string {
	out := []byte("/Alt <FEFF")
	for _, u := range utf16.Encode([]rune(words)) {
		out = fmt.Appendf(out, "%04X", u)
	}
	return string(out) + ">"
}

// within makes an element under the current one.
func (c *composer) within(kind, attr string) int32 { return c.tags.add(c.parent, kind, attr) }

// enter makes an element and puts what follows under it, until leave is called.
func (c *composer) enter(kind, attr string) (el int32, leave func()) {
	before := c.parent
	c.parent = c.within(kind, attr)
	return c.parent, func() { c.parent = before }
}

// tagged gives the text of chunks that has no element yet to one.
func tagged(chunks []chunk, el int32) []chunk {
	for i := range chunks {
		tagParts(chunks[i].parts, el, false)
	}
	return chunks
}

// figure gives everything of chunks to one element.
func figure(chunks []chunk, el int32) []chunk {
	for i := range chunks {
		tagParts(chunks[i].parts, el, true)
	}
	return chunks
}

func tagParts(parts []part, el int32, shapes bool) []part {
	for i := range parts {
		if p := &parts[i]; p.el <= 0 && (shapes || hasText(p.ops)) {
			p.el = el
		}
	}
	return parts
}

// paragraph marks, before there are elements, which paragraph of a cell a part is of.
func paragraph(i int) int32 { return -1 - int32(i) }

// tagCell makes the element of a cell; the paragraphs of one that has several get elements of their own.
func (c *composer) tagCell(parts []part, paragraphs int, row int32, kind, attr string) []part {
	cell := c.tags.add(row, kind, attr)
	if paragraphs < 2 {
		return tagParts(parts, cell, false)
	}
	last, p := int32(0), int32(0)
	for i := range parts {
		if parts[i].el != last {
			last, p = parts[i].el, c.tags.add(cell, "P", "")
		}
		parts[i].el = p
	}
	return parts
}

func hasText(ops []op) bool {
	for i := range ops {
		switch ops[i].kind {
		case opText, opMark, opPageRef:
			return true
		}
	}
	return false
}

func (o *op) paints() bool {
	switch o.kind {
	case opLink, opAnchor, opBookmark:
		return false
	}
	return true
}

// unmarked is the element before the first run of a page.
const unmarked = -1

// mark begins a run of the page's content when the element is another than that of the run before.
func (s *setter) mark(el int32) {
	el = max(el, 0)
	if s.state.el == el {
		return
	}
	s.endMark()
	s.state.el = el
	if el == 0 {
		s.op("/Artifact BMC")
		return
	}
	t := s.tags
	page := int32(len(t.pages) - 1)
	id := int32(len(t.pages[page]))
	t.pages[page] = append(t.pages[page], el)
	t.elements[el].runs = append(t.elements[el].runs, marked{page, id})
	s.buf = append(append(append(s.buf, '/'), t.elements[el].kind...), " <</MCID "...)
	s.buf = strconv.AppendInt(s.buf, int64(id), 10)
	s.op(">> BDC")
}

func (s *setter) endMark() {
	if s.state.el != unmarked {
		s.op("EMC")
		s.state.el = unmarked
	}
}

// objects writes the structure as objects numbered from first on: the root, the tree from runs to elements, then the
// elements. Pages are the numbers of the page objects.
func (t *structure) objects(first int, pages []int) [][]byte {
	number := func(el int32) int64 { return int64(first+2) + int64(el) }
	ref := func(b []byte, n int64) []byte { return append(strconv.AppendInt(b, n, 10), " 0 R"...) }
	out := make([][]byte, 0, len(t.elements)+2)
	out = append(out, fmt.Appendf(nil, "<</Type /StructTreeRoot /K %d 0 R /ParentTree %d 0 R /ParentTreeNextKey %d>>", number(0), first+1, len(t.pages)))
	tree := []byte("<</Nums [")
	for i, p := range t.pages {
		tree = append(strconv.AppendInt(tree, int64(i), 10), " ["...)
		for k, el := range p {
			if k > 0 {
				tree = append(tree, ' ')
			}
			tree = ref(tree, number(el))
		}
		tree = append(tree, "]\n"...)
	}
	out = append(out, append(tree, "]>>"...))
	slab := make([]byte, 0, 96*len(t.elements))
	for i := range t.elements {
		e := &t.elements[i]
		from := len(slab)
		slab = append(append(slab, "<</S /"...), e.kind...)
		slab = append(slab, " /P "...)
		if i == 0 {
			slab = ref(slab, int64(first))
		} else {
			slab = ref(slab, number(e.parent))
		}
		if e.attr != "" {
			slab = append(append(slab, ' '), e.attr...)
		}
		if len(e.runs) > 0 {
			slab = ref(append(slab, " /Pg "...), int64(pages[e.runs[0].page]))
		}
		if len(e.runs)+len(e.kids) > 0 {
			slab = append(slab, " /K ["...)
			for k, r := range e.runs {
				if k > 0 {
					slab = append(slab, ' ')
				}
				if r.page == e.runs[0].page {
					slab = strconv.AppendInt(slab, int64(r.id), 10)
					continue
				}
				slab = ref(append(slab, "<</Type /MCR /Pg "...), int64(pages[r.page]))
				slab = append(strconv.AppendInt(append(slab, " /MCID "...), int64(r.id), 10), ">>"...)
			}
			for k, kid := range e.kids {
				if k > 0 || len(e.runs) > 0 {
					slab = append(slab, ' ')
				}
				slab = ref(slab, number(kid))
			}
			slab = append(slab, ']')
		}
		slab = append(slab, ">>"...)
		out = append(out, slab[from:len(slab):len(slab)])
	}
	return out
}
