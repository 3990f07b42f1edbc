package tree

import (
	"fmt"
	"strings"
)

// String writes the document as indented text, one line a paragraph: what tests compare and people review.
// Marks are written as {passed}, links as [text](#anchor), styles not at all.
func (d *Document) String() string {
	w := &dump{}
	w.line(0, "document %s · %s", d.Lang, d.Title)
	for _, kv := range [][2]string{{"subject", d.Subject}, {"keywords", strings.Join(d.Keywords, ", ")}, {"producer", d.Producer}, {"day", d.Day},
		{"head", d.HeadLeft + " | " + d.HeadRight}, {"foot", d.Foot}, {"watermark", d.Watermark}, {"contents", d.ToContents}} {
		if kv[1] != "" {
			w.line(1, "%s: %s", kv[0], kv[1])
		}
	}
	w.line(0, "cover")
	w.blocks(1, d.Cover)
	for _, s := range d.Front {
		w.section(0, s)
	}
	for _, s := range d.Sections {
		w.section(0, s)
	}
	return w.b.String()
}

type dump struct{ b strings.Builder }

func (w *dump) line(depth int, format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	w.b.WriteString(strings.Repeat("  ", depth) + strings.ReplaceAll(s, "\n", "⏎") + "\n")
}

func (w *dump) section(depth int, s Section) {
	w.line(depth, "section %s", strings.TrimSpace(s.Number+" "+s.Title+anchor(s.ID)))
	w.blocks(depth+1, s.Blocks)
	for _, c := range s.Sections {
		w.section(depth+1, c)
	}
}

func anchor(id string) string {
	if id == "" {
		return ""
	}
	return " {#" + id + "}"
}

var markNames = map[Mark]string{MarkPassed: "passed", MarkFailed: "failed", MarkOpen: "open", MarkNotApplicable: "n/a",
	MarkUnknown: "unknown", MarkAbsent: "absent", MarkWarning: "warning"}

func flat(t Text) string {
	var b strings.Builder
	for _, s := range t {
		if s.Mark != NoMark {
			b.WriteString("{" + markNames[s.Mark] + "} ")
		}
		switch {
		case s.To != "":
			b.WriteString("[" + s.Text + "](#" + s.To + ")")
		case s.URL != "":
			b.WriteString("<" + s.Text + ">")
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func (c Cell) flat() string {
	parts := make([]string, len(c))
	for i, t := range c {
		parts[i] = flat(t)
	}
	return strings.Join(parts, " ¶ ")
}

func (w *dump) blocks(depth int, bs []Block) {
	for _, b := range bs {
		w.one(depth, b)
	}
}

func (w *dump) one(depth int, b Block) {
	switch b := b.(type) {
	case Paragraph:
		w.line(depth, "p %s", flat(b.Text))
	case Heading:
		w.line(depth, "h %s%s", flat(b.Text), anchor(b.ID))
	case List:
		for i, it := range b.Items {
			if b.Ordered {
				w.line(depth, "%d. %s", i+1, flat(it))
			} else {
				w.line(depth, "• %s", flat(it))
			}
		}
	case Table:
		w.table(depth, b)
	case KeyValues:
		for _, p := range b.Pairs {
			w.line(depth, "%s = %s", p.Key, p.Value.flat())
		}
	case Callout:
		w.line(depth, "! {%s} %s", markNames[b.Mark], flat(b.Title))
		for _, l := range b.Lines {
			w.line(depth+1, "%s", flat(l))
		}
	case IntervalBar:
		w.bars(depth, "bar", b.Bars)
	case FamilyChart:
		w.bars(depth, "family", b.Bars)
	case Card:
		w.line(depth, "card %s | %s%s%s", flat(b.Title), flat(b.Right), b.Range.String(), anchor(b.ID))
		w.blocks(depth+1, b.Body)
	case Signatures:
		w.line(depth, "signatures %s: %s", strings.Join(b.Boxes, " | "), strings.Join(b.Lines, ", "))
	case Drawing:
		w.line(depth, "drawing %s", b.Alt)
		for i, n := range b.Nodes {
			w.line(depth+1, "%d %s", i, Cell(n.Lines).flat())
		}
		for _, e := range b.Edges {
			w.line(depth+1, "%d → %d %s", e.From, e.To, e.Label)
		}
	case Picture:
		w.line(depth, "picture %g × %g, %d figures: %s", b.Width, b.Height, len(b.Figures), b.Alt)
	case PageBreak:
		w.line(depth, "page break")
	}
}

func (r *Range) String() string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf(" [%d, %d]", r.Low, r.High)
}

func (w *dump) bars(depth int, name string, bars []Bar) {
	for _, b := range bars {
		w.line(depth, "%s %s (%s)%s %s", name, b.Label, b.Note, b.Range, b.Words)
	}
}

func (w *dump) table(depth int, t Table) {
	titles := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		titles[i] = c.Title
	}
	w.line(depth, "table %s", strings.Join(titles, " | "))
	for _, r := range t.Rows {
		if len(r.Group) > 0 {
			w.line(depth+1, "— %s%s", flat(r.Group), anchor(r.ID))
			continue
		}
		cells := make([]string, len(r.Cells))
		for i, c := range r.Cells {
			cells[i] = c.flat()
		}
		w.line(depth+1, "%s%s", strings.Join(cells, " | "), anchor(r.ID))
	}
}
