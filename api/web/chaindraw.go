package web

import (
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/jurisdiction/drawing"
)

// ChainDrawing is the picture of a chain, whose parties and links can be chosen.
type ChainDrawing struct {
	Width, Height int
	Title         string
	Bands         []DrawnText
	Boxes         []DrawnBox
	Arrows        []DrawnArrow
}

// DrawnText is a text at a place.
type DrawnText struct {
	X, Y int
	Text string
}

// DrawnBox is a party. Class tells what it is: subject, open (not known to the end).
type DrawnBox struct {
	X, Y, W, H, R int
	Class         string
	Href          string
	Here          bool // it is what is chosen
	Lines         []DrawnLine
}

// DrawnLine is one line in a box.
type DrawnLine struct {
	DrawnText
	Bold bool
}

// DrawnArrow is a link. Its label can be chosen.
type DrawnArrow struct {
	Points, Head string
	Class        string
	Href         string
	Name         string
	Here         bool
	Label        DrawnText
	LX, LY, W    int // the label's ground
}

// boxesBeside is how many parties stand beside each other: as wide as the picture can be with a form at its side.
const boxesBeside = 3

// letterWidth is about how wide a letter of a label is, in units.
const letterWidth = 7

// unknownParty is the id of the box of owners, or sub-processors, that are not recorded.
const unknownParty = "?"

// draw lays the chain out.
func (c *chain) draw(b Base, sp service.Speaker, q ChainQuery) *ChainDrawing {
	rows := c.rows(b, sp)
	href := map[string]string{}
	box := map[string]*drawing.Box{}
	for i := range rows {
		for k := range rows[i].Boxes {
			x := &rows[i].Boxes[k]
			box[x.ID] = x
			switch x.ID {
			case unknownParty + "owners":
				href[x.ID] = b.chainAt(c.subject, "add", string(catalog.Stake), "of", c.heldFirst().String())
			case unknownParty + "used":
				href[x.ID] = b.chainAt(c.subject, "add", string(catalog.Subprocessing), "of", c.subject.String())
			default:
				href[x.ID] = b.chainAt(c.subject, "party", x.ID)
			}
		}
	}
	var arrows []drawing.Arrow
	var links []*chainLink // of each arrow; nil: of no record
	add := func(a drawing.Arrow, k *chainLink) {
		if a.From != a.To && box[a.From] != nil && box[a.To] != nil {
			arrows, links = append(arrows, a), append(links, k)
		}
	}
	for i := range c.stakes {
		if k := &c.stakes[i]; !k.ended {
			add(drawing.Arrow{From: k.from.String(), To: k.to.String(), Label: wording.Same(k.figure(b, sp))}, k)
		}
	}
	add(drawing.Arrow{From: unknownParty + "owners", To: c.heldFirst().String(), Dashed: true}, nil)
	for _, v := range c.serving {
		add(drawing.Arrow{From: v.String(), To: c.subject.String()}, nil)
	}
	for i := range c.uses {
		k := &c.uses[i]
		from := k.from
		for _, v := range c.serving { // what serves the vendor serves the offering
			if from == v {
				from = c.subject
			}
		}
		add(drawing.Arrow{From: from.String(), To: k.to.String(), Label: wording.Same(k.role(sp)), Supply: true}, k)
	}
	add(drawing.Arrow{From: c.subject.String(), To: unknownParty + "used", Dashed: true, Supply: true}, nil)
	sc := drawing.Arrange(rows, arrows, boxesBeside)
	out := &ChainDrawing{Width: sc.Width, Height: sc.Height, Title: b.w("chain.picture", sp.Text(sp.Names(c.subject)))}
	for _, x := range sc.Bands {
		out.Bands = append(out.Bands, DrawnText{12, x.Y + x.H/2 + 4, sp.Text(x.Text)})
	}
	for _, x := range sc.Boxes {
		d := DrawnBox{X: x.X, Y: x.Y, W: x.W, H: x.H, R: 6, Class: "party", Href: href[x.ID], Here: q.Party.String() == x.ID}
		if x.ID == c.subject.String() {
			d.Class += " subject"
		}
		if x.Dashed {
			d.Class += " open"
		}
		y := x.Y + 6
		for _, l := range x.Lines {
			y += l.Size() + 4
			d.Lines = append(d.Lines, DrawnLine{DrawnText{x.X + x.W/2, y, sp.Text(l.Text)}, l.Bold})
		}
		out.Boxes = append(out.Boxes, d)
	}
	for i, a := range sc.Arrows {
		d := c.drawn(b, sp, a, links[i], q)
		if d.Href != "" {
			out.clear(&d, a.Points[len(a.Points)-1].Y < a.At.Y)
		}
		out.Arrows = append(out.Arrows, d)
	}
	return out
}

// labelHeight is the height of a label's ground, in units.
const labelHeight = 18

// clear moves a label away from its box until it covers no label that is there.
func (c *ChainDrawing) clear(d *DrawnArrow, down bool) {
	step := -labelHeight
	if down {
		step = labelHeight
	}
	for moved := true; moved; {
		moved = false
		for _, x := range c.Arrows {
			if x.Href != "" && x.LX < d.LX+d.W && d.LX < x.LX+x.W && x.LY < d.LY+labelHeight && d.LY < x.LY+labelHeight {
				d.LY, d.Label.Y, moved = d.LY+step, d.Label.Y+step, true
			}
		}
	}
}

func (c *chain) drawn(b Base, sp service.Speaker, a drawing.Arrow, k *chainLink, q ChainQuery) DrawnArrow {
	d := DrawnArrow{Class: "link"}
	if a.Dashed {
		d.Class += " open"
	}
	var pts, head []string
	for _, p := range a.Points {
		pts = append(pts, itoa(p.X)+","+itoa(p.Y))
	}
	for _, p := range a.Head() {
		head = append(head, itoa(p.X)+","+itoa(p.Y))
	}
	d.Points, d.Head = strings.Join(pts, " "), strings.Join(head, " ")
	if k == nil {
		return d
	}
	d.Href, d.Here = b.chainAt(c.subject, "link", k.ref.String()), q.Link == k.ref
	d.Label = DrawnText{a.At.X, a.At.Y, sp.Text(a.Label)}
	if d.Label.Text == "" {
		d.Label.Text = "?"
	}
	d.LX, d.LY = a.At.X-4, a.At.Y-13
	d.W = len([]rune(d.Label.Text))*letterWidth + 8
	d.Name = k.called(b, sp)
	return d
}

// called names a link in words.
func (k chainLink) called(b Base, sp service.Speaker) string {
	name := func(r catalog.Ref) string {
		if r.IsZero() {
			return b.w("chain.nobody")
		}
		return sp.Text(sp.Names(r))
	}
	if k.ref.Kind == catalog.Stake {
		figure := k.figure(b, sp)
		if figure == "?" {
			return b.w("chain.holds_unknown", name(k.from), name(k.to))
		}
		return b.w("chain.holds", name(k.from), figure, name(k.to))
	}
	if role := k.role(sp); role != "" {
		return b.w("chain.uses_for", name(k.from), name(k.to), role)
	}
	return b.w("chain.uses", name(k.from), name(k.to))
}

// figure is the share of a stake as a label: a figure, bounds, or a question mark.
func (k chainLink) figure(b Base, sp service.Speaker) string {
	say := func(path string) string {
		if f := factOf(k.sheet, path); f.State == catalog.Known && !f.Disputed {
			return sp.State(path, f.State, f.Value, false)
		}
		return ""
	}
	exact, low, high := say("stake.percent"), say("stake.percent_min"), say("stake.percent_max")
	switch {
	case exact != "":
		return exact
	case low != "" && high != "":
		return b.w("chain.between", low, high)
	case low != "":
		return b.w("chain.at_least", low)
	case high != "":
		return b.w("chain.at_most", high)
	}
	return "?"
}

// role is what a sub-processor is used for; empty: not known.
func (k chainLink) role(sp service.Speaker) string {
	f := factOf(k.sheet, "subprocessing.role")
	if f.State != catalog.Known || f.Disputed {
		return ""
	}
	return sp.State("subprocessing.role", f.State, f.Value, false)
}

// heldFirst is the company whose owners stand above: the subject, or who serves it. Zero: nobody is known to serve.
func (c *chain) heldFirst() catalog.Ref {
	if c.subject.Kind == catalog.Vendor {
		return c.subject
	}
	if len(c.serving) > 0 {
		return c.serving[0]
	}
	return catalog.Ref{}
}

// rows gives the boxes from top to bottom.
func (c *chain) rows(b Base, sp service.Speaker) []drawing.Row {
	party := func(ref catalog.Ref) drawing.Box {
		x := drawing.Box{ID: ref.String(), Lines: drawing.Wrap(sp.Names(ref), 2)}
		sheet := c.sheets[ref]
		for _, path := range []string{"vendor.headquarters_country", "vendor.incorporation_country"} {
			if f := factOf(sheet, path); f.State == catalog.Known && !f.Disputed {
				x.Lines = append(x.Lines, drawing.Line{Text: wording.Same(drawing.Clip(sp.State(path, f.State, f.Value, false)))})
				break
			}
		}
		return x
	}
	var rows []drawing.Row
	if first := c.heldFirst(); !first.IsZero() && c.ownersOpen(first) {
		rows = append(rows, drawing.Row{Name: wording.Same(b.w("chain.row_owners")), Boxes: []drawing.Box{{ID: unknownParty + "owners", Dashed: true, Lines: drawing.Wrap(wording.Same(b.w("chain.unknown_owners")), 2)}}})
	}
	for i := len(c.above) - 1; i >= 0; i-- {
		r := drawing.Row{Name: wording.Same(b.w("chain.row_owners"))}
		for _, ref := range c.above[i] {
			x := party(ref)
			x.Dashed = c.ownersOpen(ref)
			r.Boxes = append(r.Boxes, x)
		}
		if i == 0 && len(rows) > 0 { // who is not recorded holds the subject: it stands among its owners
			r.Boxes = append(r.Boxes, rows[0].Boxes...)
			rows = rows[1:]
		}
		rows = append(rows, r)
	}
	if len(c.serving) > 0 {
		r := drawing.Row{Name: wording.Same(b.w("chain.row_serving"))}
		for _, ref := range c.serving {
			r.Boxes = append(r.Boxes, party(ref))
		}
		rows = append(rows, r)
	}
	mid := drawing.Row{Name: wording.Same(b.w("chain.row_vendor")), Boxes: []drawing.Box{party(c.subject)}}
	if c.subject.Kind == catalog.Offering {
		mid.Name = wording.Same(b.w("chain.row_offering"))
	}
	rows = append(rows, mid)
	for _, row := range c.below {
		r := drawing.Row{Name: wording.Same(b.w("chain.row_used"))}
		for _, ref := range row {
			r.Boxes = append(r.Boxes, party(ref))
		}
		rows = append(rows, r)
	}
	if c.usedOpen() {
		x := drawing.Box{ID: unknownParty + "used", Dashed: true, Lines: drawing.Wrap(wording.Same(b.w("chain.unknown_used")), 2)}
		if len(c.below) > 0 {
			at := len(rows) - len(c.below)
			rows[at].Boxes = append(rows[at].Boxes, x)
		} else {
			rows = append(rows, drawing.Row{Name: wording.Same(b.w("chain.row_used")), Boxes: []drawing.Box{x}})
		}
	}
	return rows
}

// usedOpen reports whether there may be sub-processors that are not recorded.
func (c *chain) usedOpen() bool {
	if c.subject.Kind == catalog.Offering && isTrue(c.sheets[c.subject], "offering.subprocessors_complete") {
		return false
	}
	return !isTrue(c.sheets[c.heldFirst()], "vendor.subprocessors_complete")
}

// chainAt is the address of the chain of a record with something chosen in it; what is chosen stands at its side.
func (b Base) chainAt(subject catalog.Ref, pairs ...string) string {
	return withQuery(b.At(chainPath(subject)), pairs...) + "#chosen"
}
