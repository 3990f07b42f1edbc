package drawing

import (
	"slices"

	"vigie/catalog/wording"
	"vigie/evaluator/jurisdiction"
)

// Sizes, in units.
const (
	boxW         = 176
	gapX, gapY   = 22, 58
	bandW        = 96 // names of the rows
	gutter       = 46 // lanes for links that jump over rows
	lane         = 7
	top          = 34
	offeringW    = 2*boxW + gapX
	offeringID   = "offering"
	legendHeight = 86
	unknownOwner = "?owner"
	unknownUse   = "?supplier"
)

// Boxes in one line of the picture.
const (
	ForPage  = 6 // a screen
	ForPaper = 3 // a printed page: its text stays legible when the picture is as wide as the column
)

// tiers from top to bottom.
const (
	tierVendor   = 0
	tierOffering = 1
	tierSupplier = 2
	tierHolders  = 1000 // holders of suppliers, below the last of them
	tierGroup    = 2000 // other companies of a group
)

// layout places parties in rows and lines.
type layout struct {
	laws  *jurisdiction.Laws
	e     *jurisdiction.Exposures
	g     *jurisdiction.Graph
	index map[string]int // party by id
	tier  map[string]int
	order []string // of placing
	boxes map[string]*Box
	scene *Scene
	lines []line
	marks marks
	width int
	// perLine is how many boxes stand beside each other; the offering takes the room of two.
	perLine int
	lanes   map[int]int // links in a gutter so far, left (0) and right (1)
	entry   map[string]int
	given   map[string]Box  // of a picture that is not judged
	unsure  map[string]bool // companies with an owner not known that has no box of its own
}

// line is one line of boxes.
type line struct {
	tier int
	ids  []string
	y, h int
}

// New draws what was judged, as wide as a screen is.
func New(laws *jurisdiction.Laws, e *jurisdiction.Exposures) *Scene {
	return NewWithin(laws, e, ForPage)
}

// NewWithin draws what was judged with at most perLine boxes beside each other.
func NewWithin(laws *jurisdiction.Laws, e *jurisdiction.Exposures, perLine int) *Scene {
	l := &layout{laws: laws, e: e, perLine: perLine, g: e.Graph(), index: map[string]int{}, tier: map[string]int{}, boxes: map[string]*Box{}, scene: &Scene{On: e.On}, lanes: map[int]int{}, entry: map[string]int{}, unsure: map[string]bool{}}
	for i, p := range l.g.Parties {
		l.index[p.ID] = i
	}
	l.marks = read(e)
	l.assign()
	l.split()
	l.place()
	l.bands()
	l.links()
	l.legend()
	l.words()
	return l.scene
}

func (l *layout) put(id string, tier int) bool {
	if _, done := l.tier[id]; done {
		return false
	}
	l.tier[id] = tier
	l.order = append(l.order, id)
	return true
}

// assign gives each party its row: who serves, their owners upwards, suppliers downwards, the owners of these below, and
// last the other companies of a group through which a law reaches, or may. Others would only fill the page.
func (l *layout) assign() {
	var serving []string
	for _, p := range l.g.Parties {
		if p.Roles.Has(jurisdiction.ServingVendor) || p.Roles.Has(jurisdiction.Customer) && l.g.Offering.Deployment.SelfHosted() {
			if l.put(p.ID, tierVendor) {
				serving = append(serving, p.ID)
			}
		}
	}
	l.put(offeringID, tierOffering)
	l.climb(serving, tierVendor-1, -1)
	suppliers := l.descend(slices.DeleteFunc(slices.Clone(l.order), func(id string) bool { return id == offeringID }))
	l.climb(suppliers, tierHolders, 1)
	for _, u := range l.e.Unrecorded() {
		t, drawn := l.tier[u.Of]
		switch {
		case u.Owner && drawn && t <= tierVendor:
			l.put(unknownOwner+u.Of, t-1)
		case u.Owner:
			l.unsure[u.Of] = true
		default:
			l.put(unknownUse, tierSupplier)
		}
	}
	for again := true; again; {
		again = false
		for _, s := range l.g.Stakes {
			_, up := l.tier[s.Owner]
			if up && l.marks.box[s.Of].atLeast(Arguable) && l.put(s.Of, tierGroup) {
				again = true
			}
		}
	}
	for _, p := range l.g.Parties {
		switch {
		case p.Roles.Has(jurisdiction.ModelDeveloper):
			l.put(p.ID, tierOffering)
		case p.Roles != 0 && !p.Roles.Has(jurisdiction.Owner|jurisdiction.Affiliate), l.marks.box[p.ID].atLeast(Arguable):
			l.put(p.ID, tierSupplier)
		}
	}
}

// climb places the holders of some parties, row by row away from them.
func (l *layout) climb(of []string, tier, step int) {
	for len(of) > 0 {
		var next []string
		for _, id := range of {
			for _, s := range l.g.Stakes {
				if _, ok := l.index[s.Owner]; ok && s.Of == id && l.put(s.Owner, tier) {
					next = append(next, s.Owner)
				}
			}
		}
		of, tier = next, tier+step
	}
}

// descend places suppliers row by row, and lists them.
func (l *layout) descend(from []string) []string {
	var all []string
	for tier := tierSupplier; len(from) > 0; tier++ {
		var next []string
		for _, id := range from {
			for _, s := range l.g.Supplies {
				if _, ok := l.index[s.To]; ok && s.From == id && l.put(s.To, tier) {
					next = append(next, s.To)
				}
			}
		}
		all = append(all, next...)
		from = next
	}
	return all
}

// split cuts rows into lines and settles the width.
func (l *layout) split() {
	var tiers []int
	in := map[int][]string{}
	for _, id := range l.order {
		t := l.tier[id]
		if in[t] == nil {
			tiers = append(tiers, t)
		}
		in[t] = append(in[t], id)
	}
	slices.Sort(tiers)
	widest := 2
	for _, t := range tiers {
		for ids := range slices.Chunk(in[t], l.perLine) {
			l.lines = append(l.lines, line{tier: t, ids: ids})
			n := len(ids)
			if t == tierOffering {
				n++ // the offering is twice as wide
			}
			widest = max(widest, n)
		}
	}
	l.width = widest*(boxW+gapX) - gapX
	l.scene.Width = bandW + 2*gutter + l.width
}

func (l *layout) widthOf(id string) int {
	if id == offeringID {
		return offeringW
	}
	return boxW
}

// place gives every box its corner, each line centred.
func (l *layout) place() {
	y := top
	for i := range l.lines {
		ln := &l.lines[i]
		ln.y = y
		total := -gapX
		for _, id := range ln.ids {
			total += l.widthOf(id) + gapX
		}
		x := bandW + gutter + (l.width-total)/2
		first := len(l.scene.Boxes)
		for _, id := range ln.ids {
			b := l.box(id)
			b.X, b.Y, b.W = x, y, l.widthOf(id)
			l.scene.Boxes = append(l.scene.Boxes, b)
			ln.h = max(ln.h, b.textHeight())
			x += b.W + gapX
		}
		for k := first; k < len(l.scene.Boxes); k++ {
			l.scene.Boxes[k].H = ln.h
		}
		y += ln.h + gapY
	}
	for i := range l.scene.Boxes {
		l.boxes[l.scene.Boxes[i].ID] = &l.scene.Boxes[i]
	}
	l.scene.Height = y + legendHeight
}

// textHeight is the height of a box that its lines fill.
func (b *Box) textHeight() int {
	h := 16
	for _, ln := range b.Lines {
		h += ln.height()
	}
	return h
}

// bands names the rows.
func (l *layout) bands() {
	for i := 0; i < len(l.lines); {
		j := i
		for j+1 < len(l.lines) && (l.lines[j+1].tier == l.lines[i].tier || bandOf(l.lines[j+1].tier) == bandOf(l.lines[i].tier)) {
			j++
		}
		l.scene.Bands = append(l.scene.Bands, Band{Y: l.lines[i].y - 12, H: l.lines[j].y + l.lines[j].h - l.lines[i].y + 24, Text: bandOf(l.lines[i].tier)})
		i = j + 1
	}
}

func bandOf(tier int) wording.Text {
	switch {
	case tier < tierVendor:
		return wording.Text{EN: "Owners", FR: "Détenteurs"}
	case tier == tierVendor:
		return wording.Text{EN: "Served by", FR: "Servie par"}
	case tier == tierOffering:
		return wording.Text{EN: "Offering", FR: "Offre"}
	case tier < tierHolders:
		return wording.Text{EN: "Suppliers", FR: "Fournisseurs"}
	case tier < tierGroup:
		return wording.Text{EN: "Their owners", FR: "Leurs détenteurs"}
	}
	return wording.Text{EN: "Same group", FR: "Même groupe"}
}

// links draws stakes from the owner to the company held, the service from the vendor to the offering, and uses from the
// offering, or from a supplier, to the supplier.
func (l *layout) links() {
	for i := range l.g.Stakes {
		s := &l.g.Stakes[i]
		if l.boxes[s.Owner] == nil || l.boxes[s.Of] == nil || s.Owner == s.Of {
			continue
		}
		l.arrow(Arrow{From: s.Owner, To: s.Of, Label: figure(s), Mark: l.marks.stake(s), Dashed: unsure(s)})
	}
	for _, id := range l.order {
		switch {
		case len(id) > len(unknownOwner) && id[:len(unknownOwner)] == unknownOwner:
			of := id[len(unknownOwner):]
			l.arrow(Arrow{From: id, To: of, Label: wording.Same("?"), Mark: l.marks.link["?>"+of], Dashed: true})
		case id == unknownUse:
			l.arrow(Arrow{From: offeringID, To: id, Mark: l.marks.link[offeringID+">?"], Dashed: true, Supply: true})
		case l.tier[id] == tierVendor && l.serves(id):
			l.arrow(Arrow{From: id, To: offeringID, Mark: l.marks.box[id].level()})
		}
	}
	for i := range l.g.Supplies {
		s := &l.g.Supplies[i]
		if l.boxes[s.To] == nil || l.boxes[s.From] == nil {
			continue
		}
		from := s.From
		if l.tier[from] <= tierVendor && l.tier[s.To] > tierVendor {
			from = offeringID // what serves the vendor, or its parent, serves the offering
		}
		l.arrow(Arrow{From: from, To: s.To, Label: use(s.For), Mark: l.marks.link[s.From+">"+s.To], Supply: true})
	}
}

func (l *layout) serves(id string) bool {
	i, ok := l.index[id]
	return ok && l.g.Parties[i].Roles.Has(jurisdiction.ServingVendor|jurisdiction.Customer)
}

// arrow routes a link at right angles: through the gap between two neighbouring lines, or through a gutter.
func (l *layout) arrow(a Arrow) {
	s, t := l.boxes[a.From], l.boxes[a.To]
	down := s.Y < t.Y
	n := l.entry[a.To+direction(down)]
	l.entry[a.To+direction(down)]++
	out := l.entry[a.From+"out"+direction(down)]
	l.entry[a.From+"out"+direction(down)]++
	sx := s.X + s.W/2 + spread(out)
	tx := t.X + t.W/2 + spread(n)
	sy, ty := s.Y+s.H, t.Y
	gapS, gapT := s.Y+s.H+gapY/2, t.Y-gapY/2
	if !down {
		sy, ty = s.Y, t.Y+t.H
		gapS, gapT = s.Y-gapY/2, t.Y+t.H+gapY/2
	}
	if s.Y == t.Y { // neighbours in one line: through the gap below
		sy, ty = s.Y+s.H, t.Y+t.H
		gapS = s.Y + s.H + gapY/2
		gapT = gapS
	}
	switch {
	case gapS == gapT && sx == tx:
		a.Points = []Point{{sx, sy}, {tx, ty}}
	case gapS == gapT:
		a.Points = []Point{{sx, sy}, {sx, gapS}, {tx, gapS}, {tx, ty}}
	default:
		side := 1
		x := bandW + gutter + l.width + gutter/4
		if a.Supply {
			side, x = 0, bandW+gutter*3/4
		}
		shift := l.lanes[side] % 5 * lane
		l.lanes[side]++
		if side == 1 {
			x += shift
		} else {
			x -= shift
		}
		a.Points = []Point{{sx, sy}, {sx, gapS}, {x, gapS}, {x, gapT}, {tx, gapT}, {tx, ty}}
	}
	a.At = Point{tx + 5, ty - 9}
	if ty != t.Y {
		a.At.Y = ty + 17
	}
	l.scene.Arrows = append(l.scene.Arrows, a)
}

func direction(down bool) string {
	if down {
		return "v"
	}
	return "^"
}

// spread sets the ends of several links at one side of a box apart.
func spread(n int) int {
	step := min((n+1)/2, 2) * 38
	if n%2 == 0 {
		return -step
	}
	return step
}
