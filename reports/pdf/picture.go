package pdf

import (
	"math"

	"vigie/reports/tree"
)

// smallest is the least part of its best size that a picture is shrunk to so that it stays on one page.
const smallest = 0.8

// picture draws a picture as wide as the column, never larger than a unit to a point. One that is a little too tall
// for a page is shrunk; one that is much too tall is cut.
func (c *composer) picture(b tree.Picture, width float64) []chunk {
	const room = bottomY - topY - 12
	if b.Width <= 0 || b.Height <= 0 {
		return nil
	}
	p := picture{scale: min(width/b.Width, 0.8), b: b}
	strips := []float64{0, b.Height}
	if tall := b.Height * p.scale; tall > room {
		if room/tall >= smallest {
			p.scale *= room / tall
		} else {
			strips = p.cuts(room)
		}
	}
	p.left = (width - b.Width*p.scale) / 2
	var out []chunk
	for i := 1; i < len(strips); i++ {
		out = append(out, p.strip(strips[i-1], strips[i]))
	}
	if len(out) > 0 {
		out[0].before = 8
	}
	return out
}

type picture struct {
	b     tree.Picture
	scale float64
	left  float64
}

// cuts chooses where to cut so that each strip fits a page.
func (p *picture) cuts(room float64) []float64 {
	out := []float64{0}
	last := 0.0
	for _, c := range append(append([]float64(nil), p.b.Cuts...), p.b.Height) {
		if (c-out[len(out)-1])*p.scale > room && last > out[len(out)-1] {
			out = append(out, last)
		}
		last = c
	}
	return append(out, p.b.Height)
}

// strip draws what lies between two heights.
func (p *picture) strip(from, to float64) chunk {
	ch := chunk{height: (to - from) * p.scale}
	at := func(s tree.Spot) point { return point{p.left + s.X*p.scale, (s.Y - from) * p.scale} }
	for i := range p.b.Figures {
		f := &p.b.Figures[i]
		switch f.Kind {
		case tree.Label:
			if y := f.At[0].Y; y >= from && y < to {
				ch.add(p.label(f, at(f.At[0]))...)
			}
		case tree.Line:
			for _, run := range clip(f.At, from, to) {
				o := op{kind: opPolyline, colour: colourOf(f.Stroke), size: f.Weight * p.scale, dashed: f.Dashed}
				for _, s := range run {
					o.points = append(o.points, at(s))
				}
				ch.add(o)
			}
		default:
			if y := f.At[0].Y; y >= from && y < to {
				ch.add(p.shape(f, at)...)
			}
		}
	}
	return ch
}

func (p *picture) label(f *tree.Figure, at point) []op {
	st := style{face: regular, size: f.Size * p.scale * 1.06, colour: colourOf(f.Stroke)} // the typeface of reports is small for its size
	if f.Strong {
		st.face = semibold
	}
	st.leading = st.size
	face := faceOf(st.face)
	text := clean(f.Text, face)
	w := face.WidthOf(text, st.size)
	if f.Middle {
		at.x -= w / 2
	}
	var out []op
	if f.Fill != nil {
		out = append(out, op{kind: opRect, colour: colourOf(*f.Fill), x: at.x - 1, y: at.y - st.size*0.78, w: w + 2, h: st.size})
	}
	return append(out, op{kind: opText, face: st.face, size: st.size, colour: st.colour, x: at.x, y: at.y, text: text})
}

func (p *picture) shape(f *tree.Figure, at func(tree.Spot) point) []op {
	spots := f.At
	if f.Kind == tree.Box {
		spots = corners(f.At[0], f.At[1], f.Round)
	}
	var pts []point
	for _, s := range spots {
		pts = append(pts, at(s))
	}
	var out []op
	if f.Fill != nil {
		out = append(out, op{kind: opPath, fill: true, colour: colourOf(*f.Fill), points: pts})
	}
	if f.Weight > 0 {
		out = append(out, op{kind: opPath, colour: colourOf(f.Stroke), size: f.Weight * p.scale, dashed: f.Dashed, points: pts})
	}
	if f.Kind == tree.Box && f.To != "" {
		a, b := at(f.At[0]), at(f.At[1])
		out = append(out, op{kind: opLink, x: a.x, y: a.y, w: b.x - a.x, h: b.y - a.y, text: f.To})
	}
	return out
}

// corners are the points of a box with round corners.
func corners(a, b tree.Spot, r float64) []tree.Spot {
	const steps = 6
	r = min(r, (b.X-a.X)/2, (b.Y-a.Y)/2)
	if r <= 0 {
		return []tree.Spot{a, {X: b.X, Y: a.Y}, b, {X: a.X, Y: b.Y}}
	}
	var out []tree.Spot
	for i, c := range []tree.Spot{{X: b.X - r, Y: a.Y + r}, {X: b.X - r, Y: b.Y - r}, {X: a.X + r, Y: b.Y - r}, {X: a.X + r, Y: a.Y + r}} {
		for k := range steps + 1 {
			angle := (float64(i) - 1 + float64(k)/steps) * math.Pi / 2
			out = append(out, tree.Spot{X: c.X + r*math.Cos(angle), Y: c.Y + r*math.Sin(angle)})
		}
	}
	return out
}

// clip keeps what of a line lies between two heights, in as many runs as that takes.
func clip(line []tree.Spot, from, to float64) [][]tree.Spot {
	var out [][]tree.Spot
	var run []tree.Spot
	end := func() {
		if len(run) > 1 {
			out = append(out, run)
		}
		run = nil
	}
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		p, q, ok := between(a, b, from, to)
		if !ok {
			end()
			continue
		}
		if len(run) == 0 || run[len(run)-1] != p {
			end()
			run = []tree.Spot{p}
		}
		run = append(run, q)
		if q != b {
			end()
		}
	}
	end()
	return out
}

// between is the part of a segment between two heights.
func between(a, b tree.Spot, from, to float64) (p, q tree.Spot, ok bool) {
	if max(a.Y, b.Y) < from || min(a.Y, b.Y) > to {
		return a, b, false
	}
	at := func(s tree.Spot) tree.Spot {
		y := min(max(s.Y, from), to)
		if y == s.Y {
			return s
		}
		return tree.Spot{X: a.X + (b.X-a.X)*(y-a.Y)/(b.Y-a.Y), Y: y}
	}
	return at(a), at(b), true
}
