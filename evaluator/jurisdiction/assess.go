package jurisdiction

import (
	"slices"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Exposures is everything the walk says about one offering on one day. Derive, Chains, Unrecorded, Graph and drawings
// work on the value that Assess returned, not on one read back from JSON. Several goroutines may read one.
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
func (l *Laws) Assess(g *Graph, lawOn catalog.Date) *Exposures { return l.assess(g, lawOn, everything) }

// Facts is Assess with what Derive reads alone: statuses, the certain paths and the questions that the laws leave open.
// Derive makes the same of it.
func (l *Laws) Facts(g *Graph, lawOn catalog.Date) *Exposures { return l.assess(g, lawOn, factsAlone) }

// Brief is Assess without the explanations: statuses and severities, no paths, cures, questions, immunity, sovereignty
// or transfers. Derive makes the same values and possible values of it, and names no facts.
func (l *Laws) Brief(g *Graph, lawOn catalog.Date) *Exposures {
	return l.assess(g, lawOn, statusesAlone)
}

// depth is how much of an assessment is explained.
type depth int8

const (
	statusesAlone depth = iota
	factsAlone
	everything
)

func (l *Laws) assess(g *Graph, lawOn catalog.Date, how depth) *Exposures {
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
		x, v := w.judge(law, l.compiled[i], lawOn)
		switch how {
		case everything:
			w.explain(&x, law, v)
			w.ask(&x, v, asked)
		case factsAlone:
			w.paths(&x, law, v)
			w.ask(&x, v, asked)
		}
		e.Exposures = append(e.Exposures, x)
	}
	switch how {
	case statusesAlone:
		return e
	case factsAlone:
		e.Questions = asked.facts()
		return e
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

// Verdicts judges every computed law without explaining: statuses, triggers, levels, no path, cure or question. It is
// for those who judge thousands of graphs; Assess gives the same verdicts with their reasons.
func (l *Laws) Verdicts(g *Graph, lawOn catalog.Date) []Exposure {
	w := newWalk(g, l)
	out := make([]Exposure, 0, len(l.List))
	for i, law := range l.List {
		if law.Computed {
			x, _ := w.judge(law, l.compiled[i], lawOn)
			out = append(out, x)
		}
	}
	return out
}

func note(law *Law) LawNote {
	n := LawNote{Law: law.ID, Short: law.Short, Jurisdiction: law.Jurisdiction, Text: law.Compels}
	if law.Note != nil {
		n.Text = *law.Note
	}
	return n
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
