package pdf

import (
	"strconv"

	"vigie/reports/fonts"
	"vigie/reports/tree"
)

// Measures are in points; a page is A4. The origin of layout is the top left corner.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
	marginX    = 60.0
	topY       = 78.0  // first line below the running header
	bottomY    = 778.0 // last line above the footer
	textWidth  = pageWidth - 2*marginX
)

// A colour is an index of palette, or one of a picture (own + 0xRRGGBB). Text has one accent colour, everything else is
// a grey; nothing is said by colour alone.
type colour uint32

// own marks the colours of pictures.
const own colour = 1 << 24

func colourOf(c tree.RGB) colour { return own | colour(c[0])<<16 | colour(c[1])<<8 | colour(c[2]) }

// operand is the colour as PDF writes it.
func (c colour) operand() string {
	if c < own {
		return palette[c]
	}
	part := func(shift int) string { return strconv.FormatFloat(float64(c>>shift&0xff)/255, 'f', 3, 64) }
	return part(16) + " " + part(8) + " " + part(0)
}

const (
	ink colour = iota
	quiet
	rule
	tint
	accent
	white
	ghost // the watermark
)

// The palette as PDF colour operands. The accent keeps a contrast of more than 9:1 on white.
var palette = [...]string{"0.106 0.122 0.145", "0.333 0.369 0.412", "0.765 0.788 0.820", "0.945 0.953 0.961",
	"0.098 0.227 0.400", "1 1 1", "0.902 0.910 0.922"}

// A face is an index of faces.
type face uint8

const (
	regular face = iota
	semibold
)

// The family and style under which fpdf knows each face.
const family = "vigie"

var faceStyles = [...]string{"", "B"}

func faceOf(f face) *fonts.Face {
	if f == semibold {
		return fonts.SemiBold()
	}
	return fonts.Regular()
}

// A style is how a line of text is set.
type style struct {
	face    face
	size    float64
	leading float64
	colour  colour
}

var (
	bodyStyle    = style{regular, 9.8, 13.8, ink}
	smallStyle   = style{regular, 8.3, 11.2, ink}
	leadStyle    = style{regular, 12, 16.5, ink}
	displayStyle = style{semibold, 25, 29, accent}
	tableStyle   = style{regular, 8.5, 11.2, ink}
	headStyle    = style{semibold, 8, 10.6, accent}
	h1Style      = style{semibold, 17, 21, accent}
	h2Style      = style{semibold, 12.4, 16, accent}
	h3Style      = style{semibold, 10.4, 14, ink}
	keyStyle     = style{regular, 8.5, 12.4, quiet}
	valueStyle   = style{regular, 9.2, 12.4, ink}
	runStyle     = style{regular, 7.8, 10, quiet}
	tinyStyle    = style{regular, 7, 9, quiet}
)
