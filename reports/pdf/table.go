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
	head := tableHead(t.Columns, widths, width)
	var out []chunk
	if t.Caption != "" {
		out = append(out, lines(wrap(tree.B(t.Caption), smallStyle, width), smallStyle, 8, true)...)
	}
	if head != nil {
		first := *head
		first.before, first.keep = 7, len(t.Rows) > 0
		out = append(out, first)
	}
	for i, r := range t.Rows {
		ch := tableRow(r, t.Columns, widths, width)
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

func tableHead(cols []tree.Column, widths []float64, width float64) *chunk {
	titled := false
	for _, c := range cols {
		titled = titled || c.Title != ""
	}
	if !titled {
		return nil
	}
	ch := &chunk{}
	x, height := 0.0, 0.0
	for i, c := range cols {
		y := cellPadY
		for _, ln := range few(tree.T(c.Title), headStyle, widths[i]-2*cellPadX, 3) {
			ch.put(x+cellPadX+shift(c.Align, widths[i]-2*cellPadX, ln.width), y+baseline(headStyle), ln.ops)
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

func tableRow(r tree.Row, cols []tree.Column, widths []float64, width float64) chunk {
	var ch chunk
	if r.ID != "" {
		ch.add(op{kind: opAnchor, text: r.ID})
	}
	if len(r.Group) > 0 {
		y := cellPadY + 2
		for _, ln := range wrap(r.Group, style{semibold, tableStyle.size, tableStyle.leading, accent}, width-2*cellPadX) {
			ch.put(cellPadX, y+baseline(tableStyle), ln.ops)
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
		ch.putAll(x+cellPadX, cellPadY, parts)
		ch.height = max(ch.height, h+2*cellPadY)
		x += widths[i]
	}
	ch.add(op{kind: opLine, colour: rule, y: ch.height, w: width, size: 0.4})
	return ch
}

// aligned is stack with each line moved to the right or to the middle.
func aligned(cell tree.Cell, a tree.Align, room float64) (parts []part, height float64) {
	for _, t := range cell {
		for _, ln := range wrap(t, tableStyle, room) {
			parts = append(parts, part{shift(a, room, ln.width), height + baseline(tableStyle), ln.ops})
			height += tableStyle.leading
		}
	}
	return parts, height
}
