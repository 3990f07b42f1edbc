package pdf

import (
	"math"
	"strconv"

	"vigie/reports/tree"
)

// rangeOps draws a range on a scale from 0 to 100 of the given width and height: what is certain is filled, what
// is still open is hatched, so that the picture reads in black and white.
func rangeOps(r tree.Range, width, height float64) []op {
	low, high := float64(r.Low)/10000*width, float64(r.High)/10000*width
	out := []op{{kind: opRect, colour: tint, w: width, h: height}}
	if low > 0 {
		out = append(out, op{kind: opRect, colour: accent, w: low, h: height})
	}
	if high > low {
		out = append(out, op{kind: opHatch, colour: accent, x: low, w: high - low, h: height, size: 0.45})
		out = append(out, op{kind: opFrame, colour: accent, x: low, w: high - low, h: height, size: 0.6})
	}
	out = append(out, op{kind: opFrame, colour: quiet, w: width, h: height, size: 0.35})
	return out
}

// emptyRange draws a scale on which nothing stands.
func emptyRange(width, height float64) []op {
	return []op{{kind: opFrame, colour: rule, w: width, h: height, size: 0.5, dashed: true}}
}

func (c *composer) intervalBar(b tree.IntervalBar, width float64) []chunk {
	const labelWidth, wordsWidth, rowHeight = 132.0, 96.0, 21.0
	scale := width - labelWidth - wordsWidth
	ch := chunk{before: 10}
	_, leave := c.enter("Table", "")
	defer leave()
	y := 0.0
	for i, bar := range b.Bars {
		h := 12.0
		st := style{semibold, 9.2, 12, ink}
		if i > 0 {
			h = 8
			st.face = regular
		}
		label, lh := stackFew(tree.C(tree.T(bar.Label)), st, labelWidth-10, 3)
		words, wh := stackFew(tree.C(tree.B(bar.Words)), style{semibold, 9.6, 12, ink}, wordsWidth-10, 3)
		tr := c.within("TR", "")
		c.tagCell(label, 1, tr, "TH", rowHead)
		c.tagCell(words, 1, tr, "TD", "")
		ch.putAll(0, y, label)
		if bar.Range != nil {
			ch.put(labelWidth, y+(13-h)/2, rangeOps(*bar.Range, scale, h))
		} else {
			ch.put(labelWidth, y+(13-h)/2, emptyRange(scale, h))
		}
		ch.putAll(labelWidth+scale+10, y, words)
		y += max(rowHeight, max(lh, wh)+7)
	}
	ch.put(labelWidth, y-4, axis(scale))
	ch.height = y + 10
	return []chunk{ch}
}

// axis is the numbers under a scale.
func axis(width float64) []op {
	var out []op
	for v := 0; v <= 100; v += 25 {
		x := float64(v) / 100 * width
		label := strconv.Itoa(v)
		w := faceOf(regular).WidthOf(label, tinyStyle.size)
		out = append(out, op{kind: opText, colour: quiet, x: x - w/2, y: 8, size: tinyStyle.size, text: label},
			op{kind: opLine, colour: quiet, x: x, y: -2, h: 3, size: 0.4})
	}
	return out
}

func (c *composer) familyChart(b tree.FamilyChart, width float64) []chunk {
	const labelWidth, wordsWidth, barHeight = 178.0, 84.0, 10.0
	scale := width - labelWidth - wordsWidth
	ch := chunk{before: 8}
	chart, leave := c.enter("Table", "")
	y := 12.0
	var rows []part
	for _, bar := range b.Bars {
		label := tree.Text{{Text: bar.Label, To: bar.To}}
		if bar.To != "" {
			label[0].Style = tree.Plain
		}
		parts, h := stackFew(tree.Cell{label, tree.Q(bar.Note)}, style{regular, 9, 11.5, ink}, labelWidth-12, 3)
		tr := c.tags.add(chart, "TR", "")
		c.tagCell(parts, 2, tr, "TH", rowHead)
		rows = append(rows, moved(parts, 0, y)...)
		mid := y + h/2
		marks := emptyRange(scale, barHeight)
		if bar.Range != nil {
			marks = rangeOps(*bar.Range, scale, barHeight)
		}
		rows = append(rows, part{x: labelWidth, y: mid - barHeight/2, ops: marks},
			part{x: labelWidth + scale + 10, y: mid + 3.2, ops: single(tree.B(bar.Words), style{semibold, 9, 11.5, ink}, wordsWidth-10).ops, el: c.tags.add(tr, "TD", "")})
		y += max(h, barHeight) + 6
	}
	for v := 0; v <= 100; v += 25 {
		x := labelWidth + float64(v)/100*scale
		ch.add(op{kind: opLine, colour: rule, x: x, y: 10, h: y - 10, size: 0.35})
	}
	ch.putAll(0, 0, rows)
	ch.put(labelWidth, y+2, axis(scale))
	y += 14
	x := 0.0
	leave()
	for i, l := range b.Legend {
		sample := []tree.Range{{Low: 10000, High: 10000}, {Low: 0, High: 10000}}
		if i < len(sample) {
			ch.put(x, y+3, rangeOps(sample[i], 16, 7))
		} else {
			ch.put(x, y+3, emptyRange(16, 7))
		}
		ln := single(l, tinyStyle, width/float64(len(b.Legend))-36)
		ch.say(c.within("P", ""), x+20, y+9, ln.ops)
		x += 34 + ln.width
	}
	ch.height = y + 16
	return []chunk{ch}
}

// markOps draws the shape of a mark, its left end on the baseline at 0, 0.
func markOps(m tree.Mark, size float64) []op {
	d := size * 0.74 // of the shape
	r, cy, cx := d/2, -size*0.33, d/2
	t := size * 0.085
	stroke := func(x1, y1, x2, y2 float64) op {
		return op{kind: opLine, colour: ink, x: cx + x1*r, y: cy + y1*r, w: (x2 - x1) * r, h: (y2 - y1) * r, size: t}
	}
	circle := op{kind: opCircle, colour: ink, x: cx, y: cy, w: r - t/2, size: t}
	switch m {
	case tree.MarkPassed:
		return []op{circle, stroke(-0.45, 0.05, -0.1, 0.42), stroke(-0.1, 0.42, 0.5, -0.38)}
	case tree.MarkFailed:
		x1, x2 := stroke(-0.5, -0.5, 0.5, 0.5), stroke(-0.5, 0.5, 0.5, -0.5)
		x1.colour, x2.colour = white, white
		x1.size, x2.size = t*1.4, t*1.4
		return []op{{kind: opRect, colour: ink, x: cx - r, y: cy - r, w: d, h: d}, x1, x2}
	case tree.MarkOpen:
		return []op{{kind: opPath, colour: ink, size: t, points: []point{{cx, cy - r}, {cx + r, cy}, {cx, cy + r}, {cx - r, cy}}},
			{kind: opCircle, colour: ink, fill: true, x: cx, y: cy, w: r * 0.26}}
	case tree.MarkNotApplicable:
		return []op{stroke(-0.7, 0, 0.7, 0)}
	case tree.MarkUnknown:
		circle.dashed = true
		return []op{circle}
	case tree.MarkAbsent:
		return []op{circle, stroke(-0.65, 0.65, 0.65, -0.65)}
	case tree.MarkWarning:
		h := r * math.Sqrt(3) / 2
		return []op{{kind: opPath, colour: ink, size: t, points: []point{{cx, cy - h}, {cx + r, cy + h}, {cx - r, cy + h}}},
			stroke(0, -0.28, 0, 0.3), stroke(0, 0.5, 0, 0.62)}
	}
	return nil
}

func (c *composer) drawing(b tree.Drawing, width float64) []chunk {
	const rowGap, pad = 34.0, 6.0
	st := style{regular, 8.6, 11, ink}
	type box struct{ x, y, w, h float64 }
	boxes := make([]box, len(b.Nodes))
	texts := make([][]part, len(b.Nodes))
	heights := make([]float64, b.Rows)
	for i, n := range b.Nodes {
		w := n.Width * width
		for k, t := range n.Lines {
			s := st
			if k > 0 {
				s.size, s.leading = 7.6, 9.8
			}
			for _, ln := range few(t, s, w-2*pad, 3) {
				texts[i] = append(texts[i], part{x: w/2 - ln.width/2, y: pad - 1 + boxes[i].h + baseline(s), ops: ln.ops})
				boxes[i].h += s.leading
			}
		}
		boxes[i].h += 2*pad - 2
		boxes[i].w = w
		boxes[i].x = min(max(n.X*width-w/2, 0), width-w)
		heights[n.Row] = max(heights[n.Row], boxes[i].h)
	}
	tops := make([]float64, b.Rows)
	for r := 1; r < b.Rows; r++ {
		tops[r] = tops[r-1] + heights[r-1] + rowGap
	}
	ch := chunk{before: 10}
	for i, n := range b.Nodes {
		boxes[i].y = tops[n.Row]
		ch.height = max(ch.height, boxes[i].y+boxes[i].h)
	}
	for _, e := range b.Edges {
		f, t := boxes[e.From], boxes[e.To]
		x1, y1, x2, y2 := f.x+f.w/2, f.y+f.h, t.x+t.w/2, t.y
		ch.add(op{kind: opLine, colour: quiet, x: x1, y: y1, w: x2 - x1, h: y2 - y1, size: 0.7, dashed: e.Dashed})
		if e.Label != "" {
			ln := single(tree.T(e.Label), style{regular, 7.6, 10, ink}, 120)
			mx, my := x1+(x2-x1)*0.42, y1+(y2-y1)*0.42
			ch.add(op{kind: opRect, colour: white, x: mx - ln.width/2 - 2, y: my - 5.4, w: ln.width + 4, h: 10.6})
			ch.put(mx-ln.width/2, my+2.6, ln.ops)
		}
	}
	for i, n := range b.Nodes {
		bx := boxes[i]
		fill := tint
		if n.Shape == tree.Dashed {
			fill = white
		}
		ch.add(op{kind: opRect, colour: fill, x: bx.x, y: bx.y, w: bx.w, h: bx.h},
			op{kind: opFrame, colour: accent, x: bx.x, y: bx.y, w: bx.w, h: bx.h, size: 0.7, dashed: n.Shape == tree.Dashed})
		if n.Shape == tree.Solid {
			ch.add(op{kind: opRect, colour: accent, x: bx.x, y: bx.y, w: bx.w, h: 1.8})
		}
		ch.putAll(bx.x, bx.y, texts[i])
	}
	ch.height += 4
	return []chunk{ch}
}
