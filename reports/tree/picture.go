package tree

// RGB is a colour of a picture. Nothing in a picture is told by colour alone.
type RGB [3]uint8

// FigureKind is what a figure is.
type FigureKind int

// The figures: a box, a line through points, a closed shape through points, a text.
const (
	Box FigureKind = iota
	Line
	Polygon
	Label
)

// Spot is a place in a picture, from its top left corner, in the picture's own units.
type Spot struct{ X, Y float64 }

// Figure is one thing of a picture, drawn over those before it.
type Figure struct {
	Kind   FigureKind
	At     []Spot // Box: two corners; Label: its base line, at the left or in the middle
	Stroke RGB    // of a text: its colour
	Fill   *RGB   // nil: not filled; under a text: what hides the lines behind it
	Weight float64
	Dashed bool
	Round  float64 // radius of the corners of a box
	Text   string
	Size   float64
	Strong bool
	Middle bool
	To     string // anchor inside the document that a box leads to
}

// Picture is a drawing in units of its own; who draws it scales it to the width at hand. Alt says in words what it
// shows. It may be cut at Cuts, and nowhere else, when it is taller than a page.
type Picture struct {
	Width, Height float64
	Figures       []Figure
	Cuts          []float64
	Alt           string
}

func (Picture) block() {}
