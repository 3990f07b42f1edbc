package jurisdiction

import (
	"slices"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Exposures is everything the walk says about one offering on one day.
type Exposures struct {
	Offering     string       `json:"offering"`
	On           catalog.Date `json:"on"`     // day of the facts
	LawOn        catalog.Date `json:"law_on"` // day of the law
	Hypothetical bool         `json:"hypothetical,omitempty"`
	Exposures    []Exposure   `json:"exposures"` // one for each computed law, in the order of the laws
	Notes        []LawNote    `json:"notes"`     // laws without a status
	Immunity     Immunity     `json:"immunity"`
	Sovereignty  Sovereignty  `json:"sovereignty"`
	Transfers    []Transfer   `json:"transfers"`
	Questions    []Question   `json:"questions"`
	Gaps         []Gap        `json:"gaps"`
	Problems     []Problem    `json:"problems"`
	Disclaimer   wording.Text `json:"disclaimer"`
	graph        *Graph       // for Derive and the drawing
	walk         *walk
}

// Exposure is the answer for one law.
type Exposure struct {
	Law          string       `json:"law"`
	Short        wording.Text `json:"short"`
	Jurisdiction string       `json:"jurisdiction"`
	Harms        []Harm       `json:"harms"`
	Status       Status       `json:"status"`
	CouldBe      Status       `json:"could_be,omitempty"` // undetermined: the worst status still possible
	Floor        Status       `json:"floor,omitempty"`    // undetermined: the status already certain
	Flag         string       `json:"flag,omitempty"`     // lapsed_transitional, future, not_in_force
	Trigger      string       `json:"trigger,omitempty"`  // headline: first true trigger of the status; undetermined: first unknown one
	Party        string       `json:"party,omitempty"`    // who satisfies it; empty for a place or an owner not known
	Path         string       `json:"path,omitempty"`     // shortest path of the headline, language neutral
	Also         []string     `json:"also"`               // the other triggers that are true
	Severity     int          `json:"severity"`           // reached; 0 when not exposed or when nothing is certain yet
	Worst        int          `json:"worst"`              // severity if what is not known turns out badly
	Basis        wording.Text `json:"basis,omitzero"`     // article of the headline trigger
	Why          wording.Text `json:"why,omitzero"`       // what the headline trigger says
	Paths        []Path       `json:"paths"`              // every party and place by which the law surely reaches; then some by which it may
	OpenPaths    int          `json:"open_paths"`         // how many ways it may reach by, listed or not
	Mitigations  []Measure    `json:"mitigations"`
	Left         wording.Text `json:"left,omitzero"` // what is left of the risk
	Cures        []Cure       `json:"cures"`
	DecidedBy    []string     `json:"decided_by"` // ids of the questions that would settle it
	Confidence   Confidence   `json:"confidence"`
	Disputed     []Dispute    `json:"disputed"`

	hits []hit // every trigger that is true or unknown, with who satisfies it, for Derive
}

// maxOpenPaths is how many unknown paths are written out for one law; a chain of which little is known has hundreds,
// and the questions say the same in a few lines.
const maxOpenPaths = 4

// Path is one way in which a law reaches the offering: a trigger, who satisfies it, and the chain to it.
type Path struct {
	Trigger  string `json:"trigger"`
	Status   Status `json:"status"` // of the trigger
	Truth    Truth  `json:"truth"`  // yes, or unknown
	Party    string `json:"party,omitempty"`
	Access   Level  `json:"access"` // the level it relies on; severity takes the worst still possible
	Severity int    `json:"severity"`
	Chain
}

// LawNote is a law that is shown without a status.
type LawNote struct {
	Law          string       `json:"law"`
	Short        wording.Text `json:"short"`
	Jurisdiction string       `json:"jurisdiction"`
	Text         wording.Text `json:"text"`
}

// Gap is a country met in the chain for which no computed law is on file.
type Gap struct {
	Country string       `json:"country"`
	Certain bool         `json:"certain"` // false: the country may be met, depending on a fact not known
	Text    wording.Text `json:"text"`
}

// Assess walks the graph and judges every law in force on a day. It is pure: the same graph, laws and day give the
// same answer, to the byte.
func (l *Laws) Assess(g *Graph, lawOn catalog.Date) *Exposures {
	w := newWalk(g, l)
	e := &Exposures{Offering: g.Offering.ID, On: g.On, LawOn: lawOn, Hypothetical: g.Hypothetical, Disclaimer: l.Vocabulary.Disclaimer,
		Exposures: make([]Exposure, 0, len(l.List)), Notes: []LawNote{}, graph: g, walk: w}
	if e.On == "" {
		e.On = lawOn
	}
	asked := newQuestions(w)
	for i, law := range l.List {
		if !law.Computed {
			e.Notes = append(e.Notes, note(law))
			continue
		}
		e.Exposures = append(e.Exposures, w.judge(law, l.compiled[i], lawOn, asked))
	}
	e.Immunity = w.immunity(asked)
	e.Sovereignty = w.sovereignty(e.Exposures, asked)
	e.Transfers = w.transfers(lawOn, asked)
	e.Gaps = w.gaps()
	e.Questions = asked.list()
	for i := range e.Exposures {
		e.Exposures[i].DecidedBy = asked.idsFor(e.Exposures[i].Law)
	}
	e.Problems = w.problems
	if e.Problems == nil {
		e.Problems = []Problem{}
	}
	return e
}

func note(law *Law) LawNote {
	n := LawNote{Law: law.ID, Short: law.Short, Jurisdiction: law.Jurisdiction, Text: law.Compels}
	if law.Note != nil {
		n.Text = *law.Note
	}
	return n
}

// hit is one trigger with those who satisfy it, or may.
type hit struct {
	c     *condition
	truth Truth
	who   []link // parties; empty for a place
}

// evaluate answers one trigger. Every party but the customer is asked.
func (w *walk) evaluate(c *condition) hit {
	h := hit{c: c, truth: No}
	o := w.offering(c)
	if o == No {
		return h
	}
	if !c.onParty {
		h.truth = o
		return h
	}
	from := len(w.arena)
	for i := range w.nodes {
		if w.nodes[i].customer {
			continue
		}
		if t := min(o, w.party(c, i)); t > No {
			w.arena = append(w.arena, link{i, t})
			h.truth = max(h.truth, t)
		}
	}
	h.who = w.arena[from:len(w.arena):len(w.arena)]
	return h
}

// judge combines the triggers of one law as the vocabulary says: a true trigger of status exposed settles it, else
// an unknown one leaves it undetermined, and so on for arguable.
func (w *walk) judge(law *Law, conditions []condition, on catalog.Date, asked *questions) Exposure {
	x := Exposure{Law: law.ID, Short: law.Short, Jurisdiction: law.Jurisdiction, Harms: law.Harms, Status: NotExposed,
		Also: []string{}, Paths: []Path{}, Mitigations: []Measure{}, Cures: []Cure{}, DecidedBy: []string{}, Confidence: law.Confidence, Disputed: law.Disputed}
	_, inForce, flag := law.Period(on)
	x.Flag = flag
	if !inForce {
		return x
	}
	hits := make([]hit, 0, len(conditions))
	exposed, arguable := No, No
	for i := range conditions {
		c := &conditions[i]
		h := w.evaluate(c)
		if h.truth == No {
			continue
		}
		hits = append(hits, h)
		if c.trigger.Status == Exposed {
			exposed = max(exposed, h.truth)
		} else {
			arguable = max(arguable, h.truth)
		}
	}
	deciding := Exposed
	want := Yes
	switch {
	case exposed == Yes:
		x.Status = Exposed
	case exposed == Maybe:
		x.Status, x.CouldBe, want = Undetermined, Exposed, Maybe
		if arguable == Yes {
			x.Floor = Arguable
		}
	case arguable == Yes:
		x.Status, deciding = Arguable, Arguable
	case arguable == Maybe:
		x.Status, x.CouldBe, deciding, want = Undetermined, Arguable, Arguable, Maybe
	default:
		return x
	}
	x.hits = hits
	w.headline(&x, hits, deciding, want)
	w.severity(&x, law, hits)
	w.measures(&x, law, hits)
	if x.Status == Undetermined {
		asked.turn++
		for _, h := range hits {
			if h.truth == Maybe && h.c.trigger.Status == deciding {
				asked.trigger(h, &x)
			}
		}
	}
	return x
}

// headline names the first trigger of the deciding status, and the first party that satisfies it.
func (w *walk) headline(x *Exposure, hits []hit, deciding Status, want Truth) {
	found := false
	for _, h := range hits {
		if !found && h.truth == want && h.c.trigger.Status == deciding {
			found = true
			x.Trigger, x.Basis, x.Why = h.c.trigger.ID, h.c.trigger.Basis, h.c.trigger.Text
			p := w.path(h, h.first(want))
			x.Party, x.Path = p.Party, p.Text
			continue
		}
		if h.truth == Yes {
			x.Also = append(x.Also, h.c.trigger.ID)
		}
	}
}

// first gives the first party with the truth of the trigger, -1 for a place.
func (h hit) first(want Truth) int {
	for _, l := range h.who {
		if l.truth == want {
			return l.node
		}
	}
	return -1
}

// path writes the way to a party, or to a place when i is negative.
func (w *walk) path(h hit, i int) Path {
	p := Path{Trigger: h.c.trigger.ID, Status: h.c.trigger.Status, Truth: h.truth}
	if i < 0 {
		p.Tail = w.tail(h.c, i)
		p.Steps = []Step{}
		p.Text = write(nil, p.Tail)
		return p
	}
	n := &w.nodes[i]
	if n.party != nil {
		p.Party = n.party.ID
	}
	preference := preferSupply
	if h.c.group > AccessNone || h.c.groupRoles != 0 {
		preference = preferOwners
	}
	p.Tail = w.tail(h.c, i)
	c := w.chain(i, preference)
	p.Steps = c.Steps
	if h.c.asksControls {
		p.Steps = slices.Concat(c.Steps, w.toControlled(i, h.c.controls))
		p.Text = write(p.Steps, p.Tail)
		return p
	}
	p.Text = c.Text
	if p.Tail != "" {
		p.Text += "; " + p.Tail
	}
	return p
}

// toControlled gives the steps from a party down to the first company it controls in one of the countries.
func (w *walk) toControlled(i int, b bitset) []Step {
	best := -1
	for _, x := range w.controlled[i] {
		t := min(x.truth, w.nodes[x.node].seat.meets(b))
		if t == Yes || t == Maybe && best < 0 {
			best = x.node
			if t == Yes {
				break
			}
		}
	}
	if best < 0 {
		return nil
	}
	prev := map[int]hop{i: {from: int32(i)}}
	queue := []int{i}
	for k := 0; k < len(queue) && queue[k] != best; k++ {
		for _, e := range w.held[queue[k]] {
			if _, seen := prev[e.of]; !seen && e.step > No {
				prev[e.of] = hop{from: int32(queue[k]), via: ViaSubsidiary, stake: int32(e.stake)}
				queue = append(queue, e.of)
			}
		}
	}
	var steps []Step
	for at := best; at != i; at = int(prev[at].from) {
		h, ok := prev[at]
		if !ok {
			break
		}
		steps = append(steps, w.step(at, h))
	}
	slices.Reverse(steps)
	return steps
}

// relied gives the access a trigger relies on for a party. A place relies on the highest own access among parties
// other than the customer, or on metadata when only metadata are there.
func (w *walk) relied(c *condition, i int) Level {
	switch {
	case !c.onParty && c.asksData:
		var top Level
		for j := range w.nodes {
			if !w.nodes[j].customer {
				top = top.or(w.nodes[j].access)
			}
		}
		switch w.dataIn.meets(c.data) {
		case No:
			return Exactly(AccessMetadata)
		case Maybe: // perhaps only metadata are there
			return Level{min(top.Min, AccessMetadata), max(top.Max, AccessMetadata)}
		}
		return top
	case !c.onParty:
		return Exactly(AccessPlaintext)
	case c.own > AccessNone:
		return w.nodes[i].access
	case c.group > AccessNone:
		return w.groups[i]
	case c.up > AccessNone:
		return w.above(i)
	}
	return Exactly(AccessPlaintext)
}

// above gives the highest access among those who control a party and others they control.
func (w *walk) above(i int) Level {
	var top Level
	for _, up := range w.controllers[i] {
		g := w.groups[up.node]
		if up.truth == Maybe {
			g.Min = AccessNone
		}
		top = top.or(g)
	}
	return top
}

// level is the severity of one trigger for one party.
func (w *walk) level(law *Law, c *condition, base int, access Access) int {
	if c.trigger.Status == Arguable {
		base--
	}
	if law.HarmsTo(Confidentiality) {
		switch access {
		case AccessCiphertext:
			base--
		case AccessMetadata, AccessNone:
			base -= 2
		}
	}
	return max(base, 1)
}

// severity fills the levels and every path of an exposure.
func (w *walk) severity(x *Exposure, law *Law, hits []hit) {
	base := law.Severity.Base
	worst := base // with a modifier that may hold
	for _, m := range law.Severity.Modifiers {
		switch w.listedBy(law.Jurisdiction) {
		case Yes:
			base, worst = m.Base, m.Base
		case Maybe:
			worst = max(worst, m.Base)
		}
	}
	certain := 0
	for k := range hits {
		for _, l := range hits[k].each() {
			if l.truth == Yes {
				certain++
			}
		}
	}
	if x.Status == Undetermined {
		certain += maxOpenPaths
	}
	x.Paths = make([]Path, 0, certain)
	for k := range hits {
		h := &hits[k]
		for _, l := range h.each() {
			if l.truth == Maybe {
				x.OpenPaths++
				x.Worst = max(x.Worst, w.level(law, h.c, worst, w.relied(h.c, l.node).Max))
				continue
			}
			p := w.rated(h, l, law, base)
			x.Paths = append(x.Paths, p)
			x.Severity = max(x.Severity, p.Severity)
			x.Worst = max(x.Worst, w.level(law, h.c, worst, p.Access.Max))
		}
	}
	if x.Status == Undetermined {
		w.openPaths(x, law, base, hits)
	}
	switch {
	case x.CouldBe == Arguable:
		x.Worst = max(worst-1, 1)
	case x.CouldBe == Exposed:
		x.Worst = worst
	}
}

// rated is a path with its level.
func (w *walk) rated(h *hit, l link, law *Law, base int) Path {
	p := w.path(*h, l.node)
	p.Truth = l.truth
	p.Access = w.relied(h.c, l.node)
	p.Severity = w.level(law, h.c, base, p.Access.Max)
	return p
}

// openPaths writes the first few ways by which an undetermined law may reach, those of the status it could be first.
func (w *walk) openPaths(x *Exposure, law *Law, base int, hits []hit) {
	n := 0
	for k := range hits {
		h := &hits[k]
		if h.c.trigger.Status != x.CouldBe {
			continue
		}
		for _, l := range h.each() {
			if l.truth == Maybe && n < maxOpenPaths {
				x.Paths = append(x.Paths, w.rated(h, l, law, base))
				n++
			}
		}
	}
}

// each gives who satisfies a trigger, or the place (-1).
func (h *hit) each() []link {
	if !h.c.onParty {
		return []link{{-1, h.truth}}
	}
	return h.who
}

// gaps lists the countries outside the EEA that the chain meets and for which no computed law is on file.
func (w *walk) gaps() []Gap {
	covered := map[string]bool{}
	for _, law := range w.laws.List {
		if law.Computed {
			covered[law.Jurisdiction] = true
		}
	}
	met := map[string]Truth{}
	meet := func(p Places, t Truth) {
		for _, code := range p.Codes {
			if !covered[code] && w.laws.Countries.inEEA(code) == No {
				met[code] = max(met[code], t)
			}
		}
	}
	meet(w.g.Offering.DataIn, Yes)
	meet(w.g.Offering.MetadataIn, Yes)
	for i := range w.g.Parties {
		if p := &w.g.Parties[i]; !w.nodes[i].customer {
			if p.Kind != Dispersed {
				meet(In(p.IncorporatedIn, p.HeadquarteredIn), w.groups[i].AtLeast(AccessMetadata))
			}
			meet(p.people(), p.Access.AtLeast(AccessMetadata))
		}
	}
	out := []Gap{}
	for _, c := range w.laws.Countries.List {
		if t := met[c.Code]; t > No {
			out = append(out, Gap{Country: c.Code, Certain: t == Yes, Text: wording.Text{
				EN: "No law of " + c.EN + " is on file: nothing is said about it, which does not mean that nothing reaches.",
				FR: "Aucune loi du pays « " + c.FR + " » n'est au fichier : rien n'en est dit, ce qui ne signifie pas que rien n'atteint l'offre.",
			}})
		}
	}
	return out
}
