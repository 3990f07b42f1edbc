package jurisdiction

import (
	"vigie/catalog"
)

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

// verdict is how a law was judged, for its explanation.
type verdict struct {
	hits     []hit
	deciding Status // status of the triggers that decide
	want     Truth  // their truth
	base     int    // severity
}

// judge combines the triggers of one law as the vocabulary says: a true trigger of status exposed settles it, else
// an unknown one leaves it undetermined, and so on for arguable.
func (w *walk) judge(law *Law, conditions []condition, on catalog.Date) (Exposure, verdict) {
	x := Exposure{Law: law.ID, Short: law.Short, Jurisdiction: law.Jurisdiction, Harms: law.Harms, Status: NotExposed,
		Also: []string{}, Paths: []Path{}, Mitigations: []Measure{}, Cures: []Cure{}, DecidedBy: []string{}, Confidence: law.Confidence, Disputed: law.Disputed}
	_, inForce, flag := law.Period(on)
	x.Flag = flag
	v := verdict{deciding: Exposed, want: Yes}
	if !inForce {
		return x, v
	}
	exposed, arguable := No, No
	for i := range conditions {
		h := w.evaluate(&conditions[i])
		switch {
		case h.truth == No:
			continue
		case h.c.trigger.Status == Exposed:
			exposed = max(exposed, h.truth)
		default:
			arguable = max(arguable, h.truth)
		}
		if v.hits == nil {
			v.hits = make([]hit, 0, len(conditions)-i)
		}
		v.hits = append(v.hits, h)
	}
	switch {
	case exposed == Yes:
		x.Status = Exposed
	case exposed == Maybe:
		x.Status, x.CouldBe, v.want = Undetermined, Exposed, Maybe
		if arguable == Yes {
			x.Floor = Arguable
		}
	case arguable == Yes:
		x.Status, v.deciding = Arguable, Arguable
	case arguable == Maybe:
		x.Status, x.CouldBe, v.deciding, v.want = Undetermined, Arguable, Arguable, Maybe
	default:
		return x, v
	}
	x.hits = v.hits
	for k := range v.hits {
		h := &v.hits[k]
		switch {
		case x.Trigger == "" && h.truth == v.want && h.c.trigger.Status == v.deciding:
			x.Trigger = h.c.trigger.ID
			if i := h.first(v.want); i >= 0 && w.nodes[i].party != nil {
				x.Party = w.nodes[i].party.ID
			}
		case h.truth == Yes:
			x.Also = append(x.Also, h.c.trigger.ID)
		}
	}
	v.base = w.levels(&x, law, v.hits)
	return x, v
}

// levels settles severity and worst, and gives the base that holds for this customer.
func (w *walk) levels(x *Exposure, law *Law, hits []hit) int {
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
	for k := range hits {
		h := &hits[k]
		for _, l := range h.each() {
			a := w.relied(h.c, l.node).Max
			x.Worst = max(x.Worst, w.level(law, h.c, worst, a))
			if l.truth == Yes {
				x.Severity = max(x.Severity, w.level(law, h.c, base, a))
			} else {
				x.OpenPaths++
			}
		}
	}
	switch {
	case x.CouldBe == Arguable:
		x.Worst = max(worst-1, 1)
	case x.CouldBe == Exposed:
		x.Worst = worst
	}
	return base
}

// explain gives the reasons of a verdict: headline, paths, measures and cures.
func (w *walk) explain(x *Exposure, law *Law, v verdict) {
	if len(x.hits) == 0 {
		return
	}
	for k := range v.hits {
		if h := &v.hits[k]; h.c.trigger.ID == x.Trigger {
			x.Basis, x.Why = h.c.trigger.Basis, h.c.trigger.Text
			x.Path = w.path(*h, h.first(v.want)).Text
		}
	}
	w.paths(x, law, v)
	if x.Status == Undetermined {
		w.openPaths(x, law, v.base, v.hits)
	}
	w.measures(x, law, v.hits)
}

// ask notes the questions that an undetermined law leaves open.
func (w *walk) ask(x *Exposure, v verdict, asked *questions) {
	if x.Status != Undetermined {
		return
	}
	asked.turn++
	for _, h := range v.hits {
		if h.truth == Maybe && h.c.trigger.Status == v.deciding {
			asked.trigger(h, x)
		}
	}
}

// paths writes every certain path.
func (w *walk) paths(x *Exposure, law *Law, v verdict) {
	if len(v.hits) == 0 {
		return
	}
	room := 0
	if x.Status == Undetermined {
		room = maxOpenPaths
	}
	for k := range v.hits {
		for _, l := range v.hits[k].each() {
			if l.truth == Yes {
				room++
			}
		}
	}
	x.Paths = make([]Path, 0, room)
	for k := range v.hits {
		h := &v.hits[k]
		for _, l := range h.each() {
			if l.truth == Yes {
				x.Paths = append(x.Paths, w.rated(h, l, law, v.base))
			}
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
