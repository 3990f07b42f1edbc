package drawing

import (
	"slices"

	"vigie/catalog/wording"
)

// Letters of a box's bold lines that fit beside each other.
const Letters = boldLetters

// Row is one row of a picture that is laid out without being judged: boxes beside each other, under one name. Rows that
// follow each other with the same name share it.
type Row struct {
	Name  wording.Text
	Boxes []Box // with an id, lines and what they are; their places are given by Arrange
}

// Arrange lays rows out from top to bottom, at most perLine boxes beside each other, and leads each arrow from box to
// box at right angles, crossing none. An arrow whose ends are not both there, or are the same box, is left out. The
// scene has no legend and no words of its own.
func Arrange(rows []Row, arrows []Arrow, perLine int) *Scene {
	l := &layout{perLine: perLine, given: map[string]Box{}, tier: map[string]int{}, boxes: map[string]*Box{}, scene: &Scene{}, lanes: map[int]int{}, entry: map[string]int{}}
	for t, r := range rows {
		for _, b := range r.Boxes {
			if _, twice := l.given[b.ID]; !twice {
				l.given[b.ID] = b
				l.put(b.ID, tierGivenRows+t)
			}
		}
	}
	l.split()
	l.place()
	l.nameRows(rows)
	l.scene.Height -= legendHeight + gapY/4
	for _, a := range arrows {
		if a.From != a.To && l.boxes[a.From] != nil && l.boxes[a.To] != nil {
			l.arrow(a)
		}
	}
	return l.scene
}

// tierGivenRows is the first row of a picture that is not judged: none of the rows that stand for something.
const tierGivenRows = 10_000

// nameRows puts the names of given rows left of them.
func (l *layout) nameRows(rows []Row) {
	for _, ln := range l.lines {
		text := rows[ln.tier-tierGivenRows].Name
		if n := len(l.scene.Bands); n > 0 && l.scene.Bands[n-1].Text == text {
			l.scene.Bands[n-1].H = ln.y + ln.h + 12 - l.scene.Bands[n-1].Y
			continue
		}
		l.scene.Bands = append(l.scene.Bands, Band{Y: ln.y - 12, H: ln.h + 24, Text: text})
	}
}

// Wrap breaks a name into bold lines of a box, at most so many; what does not fit ends with an ellipsis.
func Wrap(t wording.Text, lines int) []Line { return slices.Clip(wrap(t, boldLetters, lines)) }

// Clip shortens a text to one small line of a box.
func Clip(s string) string { return shorten(s, smallLetters) }
