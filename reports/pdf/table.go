package pdf

import "vigie/reports/tree"

const (
	cellPadX = 5.0
	cellPadY = 3.4
)

// table composes a chunk a row. The head comes back on every page; a group heading stays with the row under it;
// a row is never cut, unless it is taller than a page, and then between two lines.
func (c *composer) table(t tree.Table, width float64) []chunk {
	widths := columnWidths(t.Columns, width)
	_, leave := c.enter("Table", "")
	defer leave()
	var out []chunk
	if t.Caption != "" {
		out = append(out, tagged(lines(wrap(tree.B(t.Caption), smallStyle, width), smallStyle, 8, true), c.within("Caption", ""))...)
	}
	head := c.tableHead(t.Columns, widths, width)
	if head != nil {
		first := *head
		first.parts = moved(head.parts, 0, 0)
		for i := range head.parts {
			head.parts[i].el = 0 // when it comes again, it is not said again
		}
		first.before, first.keep = 7, len(t.Rows) > 0
		out = append(out, first)
	}
	for i, r := range t.Rows {
		ch := c.tableRow(r, t.Columns, widths, width)
		ch.head = head
		ch.keep = len(r.Group) > 0 && i+1 < len(t.Rows)
		if i == 0 && head == nil {
			ch.before = 5
		}
		out = append(out, ch)
	}
	if n := len(t.Rows); n > 1 && len(t.Rows[n-1].Group) == 0 && len(out) > 2 {
		out[len(out)-2].keep = true // the last row is not left alone under a head
	}
	return out
}

func columnWidths(cols []tree.Column, width float64) []float64 {
	total := 0.0
	for _, c := range cols {
		total += c.Width
	}
	out := make([]float64, len(cols))
	for i, c := range cols {
		out[i] = width * c.Width / total
	}
	return out
}

func (c *composer) tableHead(cols []tree.Column, widths []float64, width float64) *chunk {
	titled := false
	for _, col := range cols {
		titled = titled || col.Title != ""
	}
	if !titled {
		return nil
	}
	ch := &chunk{}
	tr := c.within("TR", "")
	x, height := 0.0, 0.0
	for i, col := range cols {
		y := cellPadY
		th := c.tags.add(tr, "TH", columnHead)
		for _, ln := range few(tree.T(col.Title), headStyle, widths[i]-2*cellPadX, 3) {
			ch.say(th, x+cellPadX+shift(col.Align, widths[i]-2*cellPadX, ln.width), y+baseline(headStyle), ln.ops)
			y += headStyle.leading
		}
		height = max(height, y+cellPadY)
		x += widths[i]
	}
	ch.height = height
	ch.under(op{kind: opRect, colour: tint, w: width, h: height}, op{kind: opLine, colour: accent, w: width, size: 0.9},
		op{kind: opLine, colour: accent, y: height, w: width, size: 0.4})
	return ch
}

func shift(a tree.Align, room, width float64) float64 {
	switch a {
	case tree.Right:
		return room - width
	case tree.Centre:
		return (room - width) / 2
	}
	return 0
}

func (c *composer) tableRow(r tree.Row, cols []tree.Column, widths []float64, width float64) chunk {
	var ch chunk
	tr := c.within("TR", "")
	if r.ID != "" {
		ch.add(op{kind: opAnchor, text: r.ID})
	}
	if len(r.Group) > 0 {
		y := cellPadY + 2
		th := c.tags.add(tr, "TH", spanning(len(cols)))
		for _, ln := range wrap(r.Group, style{semibold, tableStyle.size, tableStyle.leading, accent}, width-2*cellPadX) {
			ch.say(th, cellPadX, y+baseline(tableStyle), ln.ops)
			y += tableStyle.leading
		}
		ch.height = y + cellPadY - 1
		ch.add(op{kind: opLine, colour: rule, y: ch.height, w: width, size: 0.5})
		return ch
	}
	x := 0.0
	for i, cell := range r.Cells {
		room := widths[i] - 2*cellPadX
		parts, h := stack(cell, tableStyle, room)
		if a := cols[i].Align; a != tree.Left {
			parts, h = aligned(cell, a, room)
		}
		ch.putAll(x+cellPadX, cellPadY, c.tagCell(parts, len(cell), tr, "TD", ""))
		ch.height = max(ch.height, h+2*cellPadY)
		x += widths[i]
	}
	ch.add(op{kind: opLine, colour: rule, y: ch.height, w: width, size: 0.4})
	return ch
}

// aligned is stack with each line moved to the right or to the middle.
func aligned(cell tree.Cell, a tree.Align, room float64) (parts []part, height float64) {
	for i, t := range cell {
		for _, ln := range wrap(t, tableStyle, room) {
			parts = append(parts, part{x: shift(a, room, ln.width), y: height + baseline(tableStyle), ops: ln.ops, el: paragraph(i)})
			height += tableStyle.leading
		}
	}
	return parts, height
}
