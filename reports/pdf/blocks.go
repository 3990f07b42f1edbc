package pdf

import (
	"math"
	"strconv"

	"vigie/catalog/wording"
	"vigie/reports/tree"
)

// A composer turns blocks into chunks of a given width.
type composer struct {
	lang   wording.Lang
	level  int // of the section being composed, for the outline
	tags   structure
	parent int32 // element under which the next ones stand
}

// section composes a section and those inside it.
func (c *composer) section(s tree.Section, level int) []chunk {
	c.level = level
	_, leave := c.enter("Sect", "")
	defer leave()
	out := c.title(s, level)
	body := c.blocks(s.Blocks, textWidth)
	out = append(out, body...)
	for _, sub := range s.Sections {
		out = append(out, c.section(sub, level+1)...)
	}
	if len(body) == 0 && len(s.Sections) == 0 {
		out[len(out)-1].keep = false
	}
	return out
}

func (c *composer) title(s tree.Section, level int) []chunk {
	st, before, after := h1Style, 26.0, 10.0
	if level > 0 {
		st, before, after = h2Style, 20.0, 5.0
	}
	if level > 1 {
		st, before = h3Style, 14.0
	}
	indent := 0.0
	var number []op
	if s.Number != "" {
		number = single(tree.T(s.Number+" "), st, textWidth).ops // the space is for who hears it
		indent = faceOf(st.face).WidthOf(s.Number, st.size) + st.size*0.7
	}
	var out []chunk
	for i, ln := range few(tree.T(s.Title), st, textWidth-indent, 6) {
		ch := chunk{height: st.leading, keep: true}
		if i == 0 {
			ch.before, ch.brk = before, s.NewPage
			name := s.Title
			if s.Number != "" {
				name = s.Number + "  " + s.Title
			}
			ch.add(op{kind: opBookmark, w: float64(level), text: name})
			if s.ID != "" {
				ch.add(op{kind: opAnchor, text: s.ID})
			}
			ch.put(0, st.size, number)
		}
		ch.put(indent, st.size, ln.ops)
		out = append(out, ch)
	}
	tagged(out, c.within("H"+strconv.Itoa(min(level+1, 6)), ""))
	last := &out[len(out)-1]
	if level == 0 {
		last.add(op{kind: opRect, colour: accent, y: last.height + 3, w: 28, h: 1.6})
		after += 6
	}
	last.height += after
	return out
}

// blocks composes blocks one under the other.
func (c *composer) blocks(bs []tree.Block, width float64) []chunk {
	var out []chunk
	for _, b := range bs {
		for _, ch := range c.block(b, width) {
			out = append(out, slice(ch)...)
		}
	}
	return out
}

func (c *composer) block(b tree.Block, width float64) []chunk {
	switch b := b.(type) {
	case tree.Paragraph:
		return tagged(c.paragraph(b, width), c.within("P", ""))
	case tree.Heading:
		out := tagged(lines(wrap(b.Text, h3Style, width), h3Style, 12, true), c.within("H"+strconv.Itoa(min(c.level+2, 6)), ""))
		if b.ID != "" {
			out[0].add(op{kind: opAnchor, text: b.ID})
		}
		out[len(out)-1].height += 2
		return out
	case tree.List:
		return c.list(b, width)
	case tree.Table:
		return c.table(b, width)
	case tree.KeyValues:
		return c.keyValues(b, width)
	case tree.Callout:
		return c.callout(b, width)
	case tree.IntervalBar:
		return c.intervalBar(b, width)
	case tree.FamilyChart:
		return c.familyChart(b, width)
	case tree.Card:
		return c.card(b, width)
	case tree.Signatures:
		return c.signatures(b, width)
	case tree.Drawing:
		return figure(c.drawing(b, width), c.within("Figure", alternative(b.Alt)))
	case tree.Picture:
		return figure(c.picture(b, width), c.within("Figure", alternative(b.Alt)))
	case tree.PageBreak:
		return []chunk{{brk: true}}
	case tree.Space:
		return []chunk{{height: b.Lines * bodyStyle.leading}}
	case tree.Rule:
		return []chunk{{height: 6, before: 6, parts: []part{{ops: []op{{kind: opLine, colour: rule, w: width, size: 0.5}}}}}}
	}
	return nil
}

// lines makes a chunk of each line; the first two and the last two stay together.
func lines(ls []line, st style, before float64, keepLast bool) []chunk {
	out := make([]chunk, len(ls))
	for i, ln := range ls {
		out[i].height = st.leading
		out[i].keep = i == 0 && len(ls) > 1 || i == len(ls)-2 || i == len(ls)-1 && keepLast
		out[i].put(0, baseline(st), ln.ops)
	}
	out[0].before = before
	return out
}

// baseline is where text stands in a line of its leading.
func baseline(st style) float64 { return (st.leading-st.size)/2 + 0.78*st.size }

var paragraphStyles = map[tree.Size]style{tree.Normal: bodyStyle, tree.Small: smallStyle, tree.Lead: leadStyle, tree.Display: displayStyle}

// measure is the longest line of running text that reads well.
const measure = 430.0

func (c *composer) paragraph(p tree.Paragraph, width float64) []chunk {
	st := paragraphStyles[p.Size]
	if p.Size == tree.Normal || p.Size == tree.Small {
		width = min(width, measure)
	}
	return lines(wrap(p.Text, st, width), st, st.leading*0.45, p.KeepNext)
}

func (c *composer) list(l tree.List, width float64) []chunk {
	const indent = 16.0
	st, gap := bodyStyle, 3.0
	if l.Small {
		st, gap = smallStyle, 1.0
	}
	_, leave := c.enter("L", "")
	defer leave()
	var out []chunk
	for i, it := range l.Items {
		sign := "•"
		if l.Ordered {
			sign = strconv.Itoa(i+1) + "."
		}
		item := lines(wrap(it, st, min(width, measure)-indent), st, gap, false)
		for k := range item {
			item[k].parts = moved(item[k].parts, indent, 0)
		}
		li := c.within("LI", "")
		label := c.tags.add(li, "Lbl", "")
		tagged(item, c.tags.add(li, "LBody", ""))
		item[0].say(label, 2, baseline(st), single(tree.T(sign), style{semibold, st.size, st.leading, accent}, indent).ops)
		out = append(out, item...)
	}
	return out
}

// stack sets the paragraphs of a cell one under the other and returns their lines.
func stack(cell tree.Cell, st style, width float64) (parts []part, height float64) {
	return stackFew(cell, st, width, math.MaxInt)
}

// stackFew is stack with at most n lines a paragraph.
func stackFew(cell tree.Cell, st style, width float64, n int) (parts []part, height float64) {
	for i, t := range cell {
		s := st
		if i > 0 && allQuiet(t) {
			s.size, s.leading = st.size-0.6, st.leading-1
		}
		for _, ln := range few(t, s, width, n) {
			parts = append(parts, part{y: height + baseline(s), ops: ln.ops, el: paragraph(i)})
			height += s.leading
		}
	}
	return parts, height
}

func allQuiet(t tree.Text) bool {
	for _, s := range t {
		if s.Style != tree.Quiet {
			return false
		}
	}
	return true
}

func (c *composer) keyValues(kv tree.KeyValues, width float64) []chunk {
	keyWidth := 118.0
	if kv.Wide {
		keyWidth = 168
	}
	if keyWidth > width/2.5 {
		keyWidth = width / 2.5
	}
	_, leave := c.enter("Table", "")
	defer leave()
	var out []chunk
	for i, p := range kv.Pairs {
		tr := c.within("TR", "")
		key, kh := stack(tree.C(tree.T(p.Key)), keyStyle, keyWidth-10)
		value, vh := stack(p.Value, valueStyle, width-keyWidth)
		c.tagCell(key, 1, tr, "TH", rowHead)
		c.tagCell(value, len(p.Value), tr, "TD", "")
		ch := chunk{height: max(kh, vh) + 1.5, keep: i+1 < len(kv.Pairs) && i == 0}
		if i == 0 {
			ch.before = 4
		}
		ch.putAll(0, 0, key)
		ch.putAll(keyWidth, 0, value)
		out = append(out, ch)
	}
	return out
}

// slice cuts a chunk taller than a page between its lines.
func slice(ch chunk) []chunk {
	limit := bottomY - topY - 12
	if ch.head != nil {
		limit -= ch.head.height
	}
	if ch.height <= limit {
		return []chunk{ch}
	}
	var out []chunk
	for from := 0.0; from < ch.height; from += limit {
		strip := chunk{height: min(limit, ch.height-from), head: ch.head}
		if from == 0 {
			strip.before, strip.brk = ch.before, ch.brk
		}
		all := page{parts: ch.parts}
		all.parted(func(o op, el int32) {
			if o.kind == opRect || o.kind == opFrame { // a ground that spans the cut is cut with it
				end := min(o.y+o.h, from+limit)
				o.y = max(o.y, from)
				o.h = end - o.y
				if o.h <= 0 {
					return
				}
			}
			if o.y >= from && o.y < from+limit {
				strip.say(el, 0, 0, []op{o.at(0, -from)})
			}
		})
		out = append(out, strip)
	}
	return out
}

func (c *composer) callout(b tree.Callout, width float64) []chunk {
	const pad = 12.0
	title := b.Title
	if b.Mark != tree.NoMark {
		title = tree.Text{{Mark: b.Mark}}.Add(title)
	}
	ch := chunk{before: 8}
	_, leave := c.enter("Div", "")
	defer leave()
	y := pad - 3
	said := c.within("P", "")
	for _, ln := range wrap(title, style{semibold, 12, 16, ink}, width-2*pad) {
		ch.say(said, pad, y+12.4, ln.ops)
		y += 16
	}
	for _, t := range b.Lines {
		y += 2
		said = c.within("P", "")
		for _, ln := range wrap(t, bodyStyle, width-2*pad) {
			ch.say(said, pad, y+baseline(bodyStyle), ln.ops)
			y += bodyStyle.leading
		}
	}
	ch.height = y + pad - 3
	ch.under(op{kind: opRect, colour: tint, w: width, h: ch.height}, op{kind: opRect, colour: accent, w: 2.2, h: ch.height})
	return []chunk{ch}
}

func (c *composer) card(b tree.Card, width float64) []chunk {
	const rightWidth, scaleWidth = 74.0, 84.0
	left := width - rightWidth - 12
	if b.Range != nil {
		left -= scaleWidth + 8
	}
	_, leave := c.enter("Sect", "")
	defer leave()
	head := chunk{before: 11, keep: len(b.Body) > 0}
	head.add(op{kind: opLine, colour: rule, w: width, size: 0.5})
	if b.ID != "" {
		head.add(op{kind: opAnchor, text: b.ID}, op{kind: opBookmark, w: float64(c.level + 1), text: b.Title.String()})
	}
	y := 6.0
	said := c.within("H"+strconv.Itoa(min(c.level+2, 6)), "")
	for _, ln := range wrap(b.Title, h3Style, left) {
		head.say(said, 0, y+baseline(h3Style), ln.ops)
		y += h3Style.leading
	}
	ry := 6.0
	said = c.within("P", "")
	for _, ln := range few(b.Right, style{semibold, 9.6, 14, ink}, rightWidth, 3) {
		head.say(said, width-ln.width, ry+baseline(h3Style), ln.ops)
		ry += 14
	}
	if b.Range != nil {
		head.put(width-rightWidth-scaleWidth, 6+3.2, rangeOps(*b.Range, scaleWidth, 7))
	}
	head.height = max(y, ry) + 1
	out := append([]chunk{head}, c.blocks(b.Body, width)...)
	// A short card is never cut, a long one not near its head.
	total := 0.0
	for i := range out[:len(out)-1] {
		total += out[i].before + out[i].height
		out[i].keep = out[i].keep || total < (bottomY-topY)*0.25
	}
	return out
}

func (c *composer) signatures(b tree.Signatures, width float64) []chunk {
	const gap, height = 14.0, 92.0
	n := float64(len(b.Boxes))
	w := (width - gap*(n-1)) / n
	ch := chunk{height: height, before: 10}
	for i, who := range b.Boxes {
		x := float64(i) * (w + gap)
		ch.add(op{kind: opFrame, colour: rule, x: x, w: w, h: height, size: 0.6})
		ch.say(c.within("P", ""), x+8, 14, single(tree.B(who), smallStyle, w-16).ops)
		for k, l := range b.Lines {
			y := 34 + float64(k)*19
			ch.say(c.within("P", ""), x+8, y, single(tree.Q(l), tinyStyle, w-16).ops)
			if k+1 < len(b.Lines) {
				ch.add(op{kind: opLine, colour: rule, x: x + 8, y: y + 4, w: w - 16, size: 0.4})
			}
		}
	}
	return []chunk{ch}
}
