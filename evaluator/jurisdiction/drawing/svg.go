package drawing

import (
	"encoding/xml"
	"fmt"
	"strings"

	"vigie/catalog/wording"
)

// SVG writes the scene for a page, with a title and the picture in words for screen readers. It carries no style sheet,
// no style attribute and no script, so that a strict content security policy admits it.
func (s *Scene) SVG(l wording.Lang) []byte {
	w := &svg{lang: l}
	w.f(`<svg xmlns="http://www.w3.org/2000/svg" role="img" lang="%s" viewBox="0 0 %d %d" width="%d" height="%d" aria-labelledby="chain-title chain-desc" font-family="Helvetica, Arial, sans-serif">`, l, s.Width, s.Height, s.Width, s.Height)
	w.f(`<title id="chain-title">%s</title><desc id="chain-desc">%s</desc>`, w.t(s.Title), w.t(s.Alt))
	w.f(`<rect width="%d" height="%d" fill="#ffffff"/>`, s.Width, s.Height)
	w.f(`<text x="12" y="20" font-size="14" font-weight="bold" fill="#1b2733">%s</text>`, w.t(s.Title))
	for _, b := range s.Bands {
		w.f(`<line x1="8" y1="%d" x2="8" y2="%d" stroke="#9aa5b1" stroke-width="2"/>`, b.Y, b.Y+b.H)
		w.f(`<text x="16" y="%d" font-size="12" fill="#3a4653">%s</text>`, b.Y+b.H/2+4, w.t(b.Text))
	}
	for m := Plain; m <= Exposed; m++ { // the gravest last, on top
		for _, a := range s.Arrows {
			if a.Mark == m {
				w.arrow(a)
			}
		}
	}
	for _, b := range s.Boxes {
		w.box(b)
	}
	for _, a := range s.Arrows {
		w.label(a)
	}
	for _, k := range s.Legend {
		w.key(k)
	}
	w.f(`<text x="12" y="%d" font-size="11" fill="#3a4653">%s</text>`, s.Height-10, w.t(s.Foot))
	w.f("</svg>\n")
	return []byte(w.String())
}

type svg struct {
	strings.Builder
	lang wording.Lang
}

func (w *svg) f(format string, args ...any) { fmt.Fprintf(&w.Builder, format, args...) }

// t gives a text ready for the file; a question mark that stands for what is not known stays with its arrow.
func (w *svg) t(t wording.Text) string {
	var b strings.Builder
	// EscapeText fails only when its writer does, and a Builder never does.
	_ = xml.EscapeText(&b, []byte(strings.ReplaceAll(wording.Typeset(w.lang, t.In(w.lang)), " ?", "\u00a0?")))
	return b.String()
}

func (c RGB) hex() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

func dash(on bool) string {
	if on {
		return ` stroke-dasharray="6 4"`
	}
	return ""
}

func (w *svg) arrow(a Arrow) {
	var pts []string
	for _, p := range a.Points {
		pts = append(pts, fmt.Sprintf("%d,%d", p.X, p.Y))
	}
	w.f(`<polyline points="%s" fill="none" stroke="%s" stroke-width="%g" stroke-linejoin="round"%s/>`, strings.Join(pts, " "), a.Mark.Stroke().hex(), a.Mark.Weight(), dash(a.Dashed))
	h := a.Head()
	fill := a.Mark.Stroke().hex()
	if a.Mark == Arguable || a.Mark == Open {
		fill = "#ffffff"
	}
	w.f(`<polygon points="%d,%d %d,%d %d,%d" fill="%s" stroke="%s" stroke-width="1.2"/>`, h[0].X, h[0].Y, h[1].X, h[1].Y, h[2].X, h[2].Y, fill, a.Mark.Stroke().hex())
}

// Head gives the three corners of the arrowhead: larger for graver marks, filled for plain and exposed ones.
func (a Arrow) Head() [3]Point {
	end, before := a.Points[len(a.Points)-1], a.Points[len(a.Points)-2]
	size := [...]int{6, 7, 8, 10}[a.Mark]
	dy := -size
	if end.Y < before.Y {
		dy = size
	}
	return [3]Point{end, {end.X - size*2/3, end.Y + dy}, {end.X + size*2/3, end.Y + dy}}
}

func (w *svg) label(a Arrow) {
	if a.Label.IsZero() {
		return
	}
	t := w.t(a.Label)
	weight := ""
	if a.Mark == Exposed {
		weight = ` font-weight="bold"`
	}
	w.f(`<text x="%d" y="%d" font-size="11" fill="#1b2733" stroke="#ffffff" stroke-width="3" paint-order="stroke"%s>%s</text>`, a.At.X, a.At.Y, weight, t)
}

func (w *svg) box(b Box) {
	r := 3
	if b.Round {
		r = 16
	}
	w.f(`<rect x="%d" y="%d" width="%d" height="%d" rx="%d" fill="%s" stroke="%s" stroke-width="%g"%s/>`, b.X, b.Y, b.W, b.H, r, b.Zone.Fill().hex(), b.Mark.Stroke().hex(), max(1, b.Mark.Weight()-0.5), dash(b.Dashed))
	y := b.Y + 6
	for _, l := range b.Lines {
		weight := ""
		if l.Bold {
			weight = ` font-weight="bold"`
		}
		size := l.Size()
		y += l.height()
		w.f(`<text x="%d" y="%d" font-size="%d"%s text-anchor="middle" fill="#1b2733">%s</text>`, b.X+b.W/2, y, size, weight, w.t(l.Text))
	}
}

func (w *svg) key(k Key) {
	if k.Line {
		w.f(`<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s" stroke-width="%g"%s/>`, k.X, k.Y+6, k.X+26, k.Y+6, k.Mark.Stroke().hex(), k.Mark.Weight(), dash(k.Dash))
	} else {
		w.f(`<rect x="%d" y="%d" width="26" height="12" rx="2" fill="%s" stroke="%s"%s/>`, k.X, k.Y, k.Zone.Fill().hex(), Plain.Stroke().hex(), dash(k.Dash))
	}
	w.f(`<text x="%d" y="%d" font-size="11" fill="#1b2733">%s</text>`, k.X+32, k.Y+10, w.t(k.Text))
}
