package pdf

import (
	"math"
	"regexp"
	"slices"
	"strconv"

	"codeberg.org/go-pdf/fpdf"
)

// markUsed tells fpdf which characters each face draws, so that they go into its subset. Text itself is written by
// show, several times faster than fpdf's own; the template made here is never placed on a page. Its content also
// tells under which resource name fpdf knows each face.
func (s *setter) markUsed() {
	used := [len(faceStyles)]map[rune]bool{}
	for i := range used {
		used[i] = map[rune]bool{}
	}
	var seen [len(faceStyles)][1 << 16 / 64]uint64
	note := func(f face, text string) {
		for _, r := range text {
			if bit := uint64(1) << (r & 63); seen[f][r>>6]&bit == 0 {
				seen[f][r>>6] |= bit
				used[f][r] = true
			}
		}
	}
	for i, pg := range s.pages {
		for _, pt := range pg.parts {
			for _, o := range pt.ops {
				if o.kind == opText {
					note(o.face, o.text)
				}
			}
		}
		for _, o := range s.furniture(i) {
			if o.kind == opText {
				note(o.face, o.text)
			}
		}
	}
	for f := range used {
		note(face(f), "0123456789 …")
	}
	note(semibold, clean(s.doc.Watermark, faceOf(semibold)))
	tpl := s.f.CreateTemplate(func(t *fpdf.Tpl) {
		for i, st := range faceStyles {
			runes := make([]rune, 0, len(used[i]))
			for r := range used[i] {
				runes = append(runes, r)
			}
			slices.Sort(runes)
			t.SetFont(family, st, 10)
			t.Text(0, 0, string(runes))
		}
	})
	for i, m := range fontResource.FindAllSubmatch(tpl.Bytes(), len(faceStyles)) {
		s.resources[i] = string(m[1])
	}
}

var fontResource = regexp.MustCompile(`BT (/F[0-9a-f]+) 10\.00 Tf ET`)

func (s *setter) flush() {
	if len(s.buf) > 0 {
		s.f.RawWriteStr(string(s.buf))
		s.buf = s.buf[:0]
	}
}

// num writes a measure with at most two decimals. Halves go up, and so does what is a hair below one: sums that
// another processor rounds otherwise in their last bit still print alike.
func (s *setter) num(v float64) {
	n := int64(math.Floor(v*100 + 0.50001))
	if n < 0 {
		s.buf = append(s.buf, '-')
		n = -n
	}
	s.buf = strconv.AppendInt(s.buf, n/100, 10)
	if d := n % 100; d != 0 {
		s.buf = append(s.buf, '.', byte('0'+d/10))
		if d%10 != 0 {
			s.buf = append(s.buf, byte('0'+d%10))
		}
	}
	s.buf = append(s.buf, ' ')
}

func (s *setter) nums(vs ...float64) {
	for _, v := range vs {
		s.num(v)
	}
}

func (s *setter) op(o string) { s.buf = append(append(s.buf, o...), '\n') }

// set brings the graphics state to what an operation needs, writing only what changes.
func (s *setter) set(fill, stroke colour, width float64, dashed bool) {
	st := &s.state
	if st.fresh {
		st.fresh, st.font = false, false
		st.fill, st.stroke, st.width, st.dashed = fill, stroke, width, dashed
		s.op(fill.operand() + " rg " + stroke.operand() + " RG")
		s.num(width)
		s.op("w 0 J 0 j")
		s.dash(dashed, width)
		return
	}
	if fill != st.fill {
		st.fill = fill
		s.op(fill.operand() + " rg")
	}
	if stroke != st.stroke {
		st.stroke = stroke
		s.op(stroke.operand() + " RG")
	}
	if dashed != st.dashed || dashed && (width > heavy) != (st.width > heavy) {
		st.dashed = dashed
		s.dash(dashed, width)
	}
	if width != st.width {
		st.width = width
		s.num(width)
		s.op("w")
	}
}

// heavy is the width from which dashes are longer, so that they do not look like dots.
const heavy = 1

func (s *setter) dash(on bool, width float64) {
	switch {
	case on && width > heavy:
		s.op("[3.6 2.4] 0 d")
	case on:
		s.op("[1.6 1.6] 0 d")
	default:
		s.op("[] 0 d")
	}
}

func (s *setter) filled(c colour) {
	s.set(c, s.state.stroke, s.state.width, s.state.dashed)
}

func (s *setter) stroked(o op) { s.set(s.state.fill, o.colour, o.size, o.dashed) }

func (s *setter) draw(o op) {
	y := pageHeight - o.y
	switch o.kind {
	case opText:
		s.show(o)
	case opRect:
		s.filled(o.colour)
		s.nums(o.x, y-o.h, o.w, o.h)
		s.op("re f")
	case opFrame:
		s.stroked(o)
		s.nums(o.x, y-o.h, o.w, o.h)
		s.op("re S")
	case opLine:
		s.stroked(o)
		s.nums(o.x, y)
		s.op("m")
		s.nums(o.x+o.w, y-o.h)
		s.op("l S")
	case opPath:
		s.path(o, map[bool]string{true: "f", false: "s"}[o.fill])
	case opPolyline:
		s.path(o, "S")
	case opCircle:
		s.circle(o)
	case opHatch:
		s.hatch(o)
	case opMark:
		for _, m := range markOps(o.mark, o.size) {
			s.draw(m.at(o.x, o.y))
		}
	case opLink:
		s.link(o)
	case opBookmark:
		s.f.Bookmark(oneLine(clean(o.text, faceOf(regular))), int(o.w), max(0, o.y-12))
	case opPageRef:
		if a, ok := s.anchors[o.text]; ok {
			o.kind, o.text = opText, strconv.Itoa(a.page)
			o.x -= faceOf(o.face).WidthOf(o.text, o.size)
			s.show(o)
		}
	}
}

// path goes through points and ends with an operator: fill, close and stroke, or stroke.
func (s *setter) path(o op, end string) {
	if o.fill {
		s.filled(o.colour)
	} else {
		s.stroked(o)
	}
	for i, p := range o.points {
		s.nums(p.x, pageHeight-p.y)
		s.op(map[bool]string{true: "m", false: "l"}[i == 0])
	}
	s.op(end)
}

// hatch fills a box with lines at 45 degrees, cut at its sides.
func (s *setter) hatch(o op) {
	const step = 3.2
	s.stroked(o)
	bottom := pageHeight - o.y - o.h
	for x := -o.h; x < o.w; x += step {
		from, to := max(x, 0), min(x+o.h, o.w)
		if to > from {
			s.nums(o.x+from, bottom+from-x)
			s.buf = append(s.buf, "m "...)
			s.nums(o.x+to, bottom+to-x)
			s.op("l")
		}
	}
	s.op("S")
}

// circle is four Bézier curves.
func (s *setter) circle(o op) {
	const k = 0.5523
	if o.fill {
		s.filled(o.colour)
	} else {
		s.stroked(o)
	}
	x, y, r := o.x, pageHeight-o.y, o.w
	s.nums(x+r, y)
	s.op("m")
	for _, q := range [][6]float64{{r, k * r, k * r, r, 0, r}, {-k * r, r, -r, k * r, -r, 0}, {-r, -k * r, -k * r, -r, 0, -r}, {k * r, -r, r, -k * r, r, 0}} {
		s.nums(x+q[0], y+q[1], x+q[2], y+q[3], x+q[4], y+q[5])
		s.op("c")
	}
	if o.fill {
		s.op("f")
	} else {
		s.op("s")
	}
}

func (s *setter) link(o op) {
	if o.text != "" {
		if a, ok := s.anchors[o.text]; ok {
			s.f.Link(o.x, o.y, o.w, o.h, a.link)
		}
		return
	}
	if u := httpsOnly(o.url); u != "" {
		s.f.LinkString(o.x, o.y, o.w, o.h, u)
	}
}

// show writes a text. Characters are two bytes, big-endian: fpdf maps them to glyphs.
func (s *setter) show(o op) {
	if o.text == "" {
		return
	}
	s.font(o.face, o.size)
	s.filled(o.colour)
	s.buf = append(s.buf, "BT "...)
	s.nums(o.x, pageHeight-o.y)
	s.buf = append(s.buf, "Td "...)
	s.literal(o.text)
	s.op(" Tj ET")
}

func (s *setter) font(f face, size float64) {
	if s.state.fresh {
		s.set(ink, ink, 0.5, false)
	}
	if s.state.font && s.state.face == f && s.state.size == size {
		return
	}
	s.buf = append(append(s.buf, s.resources[f]...), ' ')
	s.num(size)
	s.op("Tf")
	s.state.font, s.state.face, s.state.size = true, f, size
}

// literal writes a PDF string. Every text went through clean, so every character fits two bytes.
func (s *setter) literal(text string) {
	s.buf = append(s.buf, '(')
	for _, r := range text {
		s.octet(byte(r >> 8))
		s.octet(byte(r))
	}
	s.buf = append(s.buf, ')')
}

func (s *setter) octet(b byte) {
	switch b {
	case '(', ')', '\\':
		s.buf = append(s.buf, '\\', b)
	case '\r':
		s.buf = append(s.buf, '\\', 'r')
	default:
		s.buf = append(s.buf, b)
	}
}

// watermark crosses the page from bottom left to top right, under everything else.
func (s *setter) watermark() {
	f := faceOf(semibold)
	text := oneLine(clean(s.doc.Watermark, f))
	diagonal := math.Hypot(pageWidth, pageHeight)
	size := min(64, 0.78*diagonal/max(f.WidthOf(text, 1), 1))
	sin, cos := pageHeight/diagonal, pageWidth/diagonal
	half := f.WidthOf(text, size) / 2
	x := pageWidth/2 - half*cos + size*0.35*sin
	y := pageHeight/2 - half*sin - size*0.35*cos
	s.font(semibold, size)
	s.filled(ghost)
	s.buf = append(s.buf, "BT "...)
	for _, v := range []float64{cos, sin, -sin, cos} {
		s.buf = append(strconv.AppendFloat(s.buf, v, 'f', 4, 64), ' ')
	}
	s.nums(x, y)
	s.buf = append(s.buf, "Tm "...)
	s.literal(text)
	s.op(" Tj ET")
}
