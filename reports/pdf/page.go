package pdf

import "vigie/reports/tree"

type opKind uint8

const (
	opText  opKind = iota
	opRect         // filled
	opFrame        // outlined
	opLine
	opPath   // closed polygon, filled when fill, outlined otherwise
	opCircle // x, y is the centre, w the radius
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

// A chunk is a strip of the column that is never cut.
type chunk struct {
	height float64
	before float64 // space above, dropped at the top of a page
	keep   bool    // stays with the next chunk
	brk    bool    // starts a page
	head   *chunk  // drawn above when the chunk comes first on a page
	ops    []op
}

func (c *chunk) add(ops ...op) { c.ops = append(c.ops, ops...) }

// put adds operations moved by an offset.
func (c *chunk) put(x, y float64, ops []op) {
	for _, o := range ops {
		c.ops = append(c.ops, o.at(x, y))
	}
}

type page struct{ ops []op }

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
		if !p.atTop() && p.y+runHeight(group, false) > bottomY && runHeight(group, true) <= bottomY-topY {
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
	for _, o := range c.ops {
		pg.ops = append(pg.ops, o.at(marginX, p.y))
	}
	p.y += c.height
}
