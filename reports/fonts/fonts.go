// Package fonts holds the typeface of every report, Source Sans 3, and what a layout must know of it: which
// characters it has and how wide they are.
//
// The files are Adobe's, unmodified, under the SIL Open Font License (OFL.txt).
package fonts

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"sync"
)

// Face is one weight of the typeface. It is safe for concurrent use: nothing changes after it is read.
type Face struct {
	Name string // regular, semibold
	TTF  []byte // the whole file, for embedding

	widths [1 << 16]uint16 // thousandths of the size, plus one; 0: the face has no such character
}

//go:embed regular.ttf
var regularTTF []byte

//go:embed semibold.ttf
var semiboldTTF []byte

// Regular and SemiBold are the two faces that reports are set in.
var (
	Regular  = once("regular", regularTTF)
	SemiBold = once("semibold", semiboldTTF)
)

// once defers reading a face to its first use: a program that prints nothing pays nothing. A shipped face that
// cannot be read is a fault of the build, found by the tests of this package.
func once(name string, ttf []byte) func() *Face {
	return sync.OnceValue(func() *Face {
		f, err := parse(name, ttf)
		if err != nil {
			panic("fonts: " + name + ": " + err.Error())
		}
		return f
	})
}

// Has reports whether the face can draw the character.
func (f *Face) Has(r rune) bool { return r >= 0 && r < 1<<16 && f.widths[r] != 0 }

// Width is the advance of a character in thousandths of the size, 0 for one that the face lacks.
func (f *Face) Width(r rune) int {
	if !f.Has(r) {
		return 0
	}
	return int(f.widths[r]) - 1
}

// WidthOf is the advance of a text, in the unit of size.
func (f *Face) WidthOf(s string, size float64) float64 {
	n := 0
	for _, r := range s {
		n += f.Width(r)
	}
	return float64(n) * size / 1000
}

var errFont = errors.New("not a TrueType font with a Unicode character map")

// parse reads the character map (format 4, the Basic Multilingual Plane) and the advances of a TrueType file.
func parse(name string, ttf []byte) (*Face, error) {
	tables, err := directory(ttf)
	if err != nil {
		return nil, err
	}
	head, hhea, hmtx := tables["head"], tables["hhea"], tables["hmtx"]
	if len(head) < 20 || len(hhea) < 36 || len(hmtx) < 4 {
		return nil, errFont
	}
	perEm := int(u16(head, 18))
	metrics := int(u16(hhea, 34))
	if perEm == 0 || metrics == 0 || len(hmtx) < 4*metrics {
		return nil, errFont
	}
	f := &Face{Name: name, TTF: ttf}
	return f, eachGlyph(tables["cmap"], func(r rune, glyph int) {
		advance := int(u16(hmtx, 4*min(glyph, metrics-1)))
		f.widths[r] = uint16(advance*1000/perEm) + 1
	})
}

func directory(ttf []byte) (map[string][]byte, error) {
	if len(ttf) < 12 {
		return nil, errFont
	}
	tables := map[string][]byte{}
	for i := range int(u16(ttf, 4)) {
		at := 12 + 16*i
		if at+16 > len(ttf) {
			return nil, errFont
		}
		from, size := int(u32(ttf, at+8)), int(u32(ttf, at+12))
		if from+size > len(ttf) {
			return nil, errFont
		}
		tables[string(ttf[at:at+4])] = ttf[from : from+size]
	}
	return tables, nil
}

// eachGlyph walks the format 4 subtable of a cmap table: segments of consecutive characters.
func eachGlyph(cmap []byte, do func(r rune, glyph int)) error {
	if len(cmap) < 4 {
		return errFont
	}
	for i := range int(u16(cmap, 2)) {
		if len(cmap) < 12+8*i {
			return errFont
		}
		from := int(u32(cmap, 8+8*i))
		if from+16 > len(cmap) || u16(cmap, from) != 4 {
			continue
		}
		t := cmap[from:]
		segments := int(u16(t, 6)) / 2
		ends, starts, deltas, ranges := 14, 16+2*segments, 16+4*segments, 16+6*segments
		if len(t) < ranges+2*segments {
			return errFont
		}
		for s := range segments {
			start, end := int(u16(t, starts+2*s)), int(u16(t, ends+2*s))
			delta, offset := int(u16(t, deltas+2*s)), int(u16(t, ranges+2*s))
			for c := start; c <= end && c < 0xffff; c++ {
				glyph := c
				if offset != 0 {
					at := ranges + 2*s + offset + 2*(c-start)
					if at+2 > len(t) {
						return errFont
					}
					if glyph = int(u16(t, at)); glyph == 0 {
						continue
					}
				}
				if glyph = (glyph + delta) & 0xffff; glyph != 0 {
					do(rune(c), glyph)
				}
			}
		}
		return nil
	}
	return errFont
}

func u16(b []byte, at int) uint16 { return binary.BigEndian.Uint16(b[at:]) }
func u32(b []byte, at int) uint32 { return binary.BigEndian.Uint32(b[at:]) }
