// Package drawing lays out the chain behind an offering as one picture: owners above, the offering in the middle,
// suppliers below, countries named and coloured, exposed paths marked, unknown parts dashed.
//
// A Scene is plain values in abstract units, the same for every renderer: SVG writes it for pages, and a report draws
// the same boxes and lines into a PDF. Nothing is told by colour alone: status has a weight of line, a shape of
// arrowhead and a sign in words. The same graph gives the same scene.
package drawing

import (
	"vigie/catalog"
	"vigie/catalog/wording"
)

// Mark is what a law does to a part of the picture, in rising order.
type Mark int

// The marks.
const (
	Plain    Mark = iota
	Open          // a law may reach through it, depending on facts not known
	Arguable      // a serious reading reaches through it
	Exposed       // a law reaches through it
)

// Zone is where a party is, for European law.
type Zone int

// The zones.
const (
	EEA      Zone = iota
	Adequate      // outside the EEA, with an adequacy decision
	Outside
	Unknown
)

// Point is a place, from the top left corner.
type Point struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// Line is one line of text in a box.
type Line struct {
	Text  wording.Text `json:"text"`
	Bold  bool         `json:"bold,omitempty"`
	Small bool         `json:"small,omitempty"`
}

// Size is the size of its letters, in units.
func (l Line) Size() int {
	if l.Bold {
		return 12
	}
	return 11
}

func (l Line) height() int { return l.Size() + 4 }

// Box is a party, or the offering. Dashed: not known to the end.
type Box struct {
	ID     string `json:"id"`
	X      int    `json:"x"`
	Y      int    `json:"y"`
	W      int    `json:"w"`
	H      int    `json:"h"`
	Lines  []Line `json:"lines"`
	Zone   Zone   `json:"zone"`
	Mark   Mark   `json:"mark"`
	Dashed bool   `json:"dashed,omitempty"`
	Round  bool   `json:"round,omitempty"` // the offering
}

// Arrow is a link, as a line through points; the head is at the last one.
type Arrow struct {
	From   string       `json:"from"`
	To     string       `json:"to"`
	Points []Point      `json:"points"`
	Label  wording.Text `json:"label,omitzero"`
	At     Point        `json:"at"` // left end of the label's base line
	Mark   Mark         `json:"mark"`
	Dashed bool         `json:"dashed,omitempty"`
	Supply bool         `json:"supply,omitempty"` // a use; else a stake
}

// Band is the name of a row, left of it.
type Band struct {
	Y    int          `json:"y"`
	H    int          `json:"h"`
	Text wording.Text `json:"text"`
}

// Scene is the whole picture.
type Scene struct {
	Width  int          `json:"width"`
	Height int          `json:"height"`
	Title  wording.Text `json:"title"`
	Alt    wording.Text `json:"alt"` // the picture in words, for those who cannot see it
	Bands  []Band       `json:"bands"`
	Boxes  []Box        `json:"boxes"`
	Arrows []Arrow      `json:"arrows"`
	Legend []Key        `json:"legend"`
	Foot   wording.Text `json:"foot"` // day, and what the picture is not
	On     catalog.Date `json:"on"`
}

// Key explains one sign, at its place.
type Key struct {
	X    int          `json:"x"`
	Y    int          `json:"y"`
	Zone Zone         `json:"zone"`
	Mark Mark         `json:"mark"`
	Line bool         `json:"line,omitempty"` // a line, else a box
	Dash bool         `json:"dash,omitempty"`
	Text wording.Text `json:"text"`
}

// RGB is a colour.
type RGB [3]uint8

// Fill is the colour of a zone's boxes: light, and told apart in grey too.
func (z Zone) Fill() RGB {
	return [...]RGB{{0xEA, 0xF2, 0xFB}, {0xE3, 0xEF, 0xDC}, {0xF6, 0xDF, 0xCB}, {0xF4, 0xF4, 0xF4}}[z]
}

// Word names a zone.
func (z Zone) Word() wording.Text {
	return [...]wording.Text{{EN: "EEA", FR: "EEE"}, {EN: "Outside the EEA, adequacy decision", FR: "Hors EEE, décision d'adéquation"}, {EN: "Outside the EEA", FR: "Hors EEE"}, {EN: "Country not known", FR: "Pays inconnu"}}[z]
}

// Stroke is the colour of a marked line.
func (m Mark) Stroke() RGB {
	return [...]RGB{{0x55, 0x5F, 0x6B}, {0x6B, 0x4F, 0x9E}, {0x9A, 0x5B, 0x00}, {0xA8, 0x14, 0x1E}}[m]
}

// Weight is the width of a marked line, in units.
func (m Mark) Weight() float64 { return [...]float64{1, 1.5, 2, 3.5}[m] }

// Sign is the character that stands before the laws of a marked box.
func (m Mark) Sign() string { return [...]string{"", "?", "△", "▲"}[m] }

// Word names a mark.
func (m Mark) Word() wording.Text {
	return [...]wording.Text{{EN: "no law found", FR: "aucune loi"}, {EN: "undetermined", FR: "indéterminé"}, {EN: "arguable", FR: "discutable"}, {EN: "exposed", FR: "exposé"}}[m]
}
