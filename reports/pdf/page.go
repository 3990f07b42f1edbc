package pdf

import (
	"slices"

	"vigie/reports/tree"
)

type opKind uint8

const (
	opText  opKind = iota
	opRect         // filled
	opFrame        // outlined
	opLine
	opPath // closed polygon, filled when fill, outlined otherwise
	opPolyline
	opCircle // x, y is the centre, w the radius
	opHatch  // a box of slanted lines
	opMark
	opLink
	opAnchor   // a place that links reach
	opBookmark // an entry of the outline; w is its level
	opPageRef  // number of the page of an anchor, right aligned at x
)

// An op draws one thing. Coordinates are relative to the chunk it belongs to, then to the page; y grows downwards.
type op struct {
	kind       opKind
	face       face
	colour     colour
	fill       bool
	dashed     bool
	mark       tree.Mark
	x, y, w, h float64
	size       float64 // of a text, or thickness of a line
	text       string
	url        string
	points     []point
}

type point struct{ x, y float64 }

func (o op) at(x, y float64) op {
	o.x += x
	o.y += y
	if len(o.points) > 0 {
		moved := make([]point, len(o.points))
		for i, p := range o.points {
			moved[i] = point{p.x + x, p.y + y}
		}
		o.points = moved
	}
	return o
}

// A part is operations moved by an offset. Set text is never copied: it is placed.
type part struct {
	x, y float64
	ops  []op
	el   int32 // element of the structure; 0: an artifact
}

func moved(parts []part, x, y float64) []part {
	out := make([]part, len(parts))
	for i, p := range parts {
		out[i] = part{p.x + x, p.y + y, p.ops, p.el}
	}
	return out
}

// A chunk is a strip of the column that is never cut.
type chunk struct {
	height float64
	before float64 // space above, dropped at the top of a page
	keep   bool    // stays with the next chunk
	brk    bool    // starts a page
	head   *chunk  // drawn above when the chunk comes first on a page
	parts  []part
}

func (c *chunk) add(ops ...op) { c.parts = append(c.parts, part{ops: ops}) }

// under puts operations beneath what the chunk holds.
func (c *chunk) under(ops ...op) { c.parts = slices.Insert(c.parts, 0, part{ops: ops}) }

// put adds operations moved by an offset.
func (c *chunk) put(x, y float64, ops []op) { c.parts = append(c.parts, part{x: x, y: y, ops: ops}) }

// say is put for the text of an element.
func (c *chunk) say(el int32, x, y float64, ops []op) { c.parts = append(c.parts, part{x, y, ops, el}) }

// putAll adds what is set already, moved by an offset.
func (c *chunk) putAll(x, y float64, parts []part) {
	for _, p := range parts {
		c.parts = append(c.parts, part{p.x + x, p.y + y, p.ops, p.el})
	}
}

type page struct{ parts []part }

// each walks the operations of a page at their places on it.
func (p *page) each(do func(op)) { p.parted(func(o op, _ int32) { do(o) }) }

// parted is each with the element that an operation belongs to.
func (p *page) parted(do func(o op, el int32)) {
	for _, pt := range p.parts {
		for _, o := range pt.ops {
			do(o.at(pt.x, pt.y), pt.el)
		}
	}
}

// A paginator spreads chunks over pages.
type paginator struct {
	pages []*page
	y     float64
}

func (p *paginator) newPage() {
	p.pages = append(p.pages, &page{})
	p.y = topY
}

func (p *paginator) atTop() bool { return p.y == topY }

// place puts chunks on pages. Chunks that keep together move to a fresh page when they fit there and not here;
// a run that fits on no page is cut where it must be.
func (p *paginator) place(chunks []chunk) {
	for i := 0; i < len(chunks); {
		j := i + 1
		for j < len(chunks) && chunks[j-1].keep && !chunks[j].brk {
			j++
		}
		group := chunks[i:j]
		if len(p.pages) == 0 || group[0].brk && !p.atTop() {
			p.newPage()
		}
		if !p.atTop() && p.y+runHeight(group, false) > bottomY+0.01 && runHeight(group, true) <= bottomY-topY+0.01 {
			p.newPage()
		}
		for k := range group {
			p.one(&group[k])
		}
		i = j
	}
}

func runHeight(group []chunk, top bool) float64 {
	h := 0.0
	for k := range group {
		h += group[k].height
		if k > 0 || !top {
			h += group[k].before
		} else if group[k].head != nil {
			h += group[k].head.height
		}
	}
	return h
}

func (p *paginator) one(c *chunk) {
	if !p.atTop() && p.y+c.before+c.height > bottomY+0.01 {
		p.newPage()
	}
	if !p.atTop() {
		p.y += c.before
	} else if c.head != nil {
		p.draw(c.head)
	}
	p.draw(c)
}

func (p *paginator) draw(c *chunk) {
	pg := p.pages[len(p.pages)-1]
	for _, pt := range c.parts {
		pg.parts = append(pg.parts, part{pt.x + marginX, pt.y + p.y, pt.ops, pt.el})
	}
	p.y += c.height
}
