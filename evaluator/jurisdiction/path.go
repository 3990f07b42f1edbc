package jurisdiction

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Via says how one step of a path leads to the next party.
type Via string

// The ways. The first step of a path has none.
const (
	ViaOwner      Via = "owner"      // up to a holder
	ViaSubsidiary Via = "subsidiary" // down to a company held
	ViaSupplier   Via = "supplier"   // to a party that is used
)

// Step is one party of a path and the link that leads to it from the step before.
type Step struct {
	Via     Via               `json:"via,omitempty"`
	Party   string            `json:"party,omitempty"` // empty: an owner that is not known
	Name    string            `json:"name,omitempty"`
	Title   wording.Text      `json:"-"`                 // name for readers, where it differs between languages
	Country string            `json:"country,omitempty"` // IE, or IE/US when incorporated and directed in two countries
	Share   string            `json:"share,omitempty"`   // "100 %", "≥ 51 %", "?", with " (c)" when control is recorded as a fact
	Facts   []catalog.FactRef `json:"facts,omitempty"`   // what the step rests on
}

// Chain is a path from the offering to a party, or to a place when it has no step.
type Chain struct {
	Steps []Step `json:"steps"`
	Tail  string `json:"tail,omitempty"` // "users → GB", "market → US", "branch → US", "people → US", "data → US", "subjects → CN"
	Text  string `json:"text"`           // the whole, in the language-neutral notation
}

// hop is the last link of a shortest chain.
type hop struct {
	from   int32 // -1: not reached; the start leads to itself
	via    Via
	stake  int32 // index of the stake, -1 for an owner that is not known
	supply int32 // likewise
}

// Preference between two chains equally short.
const (
	preferOwners = iota
	preferSupply
)

// tree gives the last hop of the shortest chain to every party. Between chains equally short, one kind of link goes
// before the other, and inside one kind file order decides.
func (w *walk) tree(preference int) []hop {
	if w.trees[preference] != nil {
		return w.trees[preference]
	}
	t := make([]hop, len(w.nodes))
	for i := range t {
		t[i].from = -1
	}
	w.trees[preference] = t
	if w.start < 0 {
		return t
	}
	queue := []int{w.start}
	t[w.start] = hop{from: int32(w.start)}
	reach := func(to int, h hop) {
		if t[to].from < 0 {
			t[to] = h
			queue = append(queue, to)
		}
	}
	for k := 0; k < len(queue); k++ {
		at := queue[k]
		if preference == preferOwners {
			w.eachOwner(at, reach)
			w.eachUse(at, reach)
		} else {
			w.eachUse(at, reach)
			w.eachOwner(at, reach)
		}
		w.eachHeld(at, reach)
	}
	return t
}

// eachOwner goes over the holders of a party in the order of the file, an owner that is not known last.
func (w *walk) eachOwner(at int, reach func(int, hop)) {
	for i := range w.owners[at] {
		e := &w.owners[at][i]
		reach(e.owner, hop{from: int32(at), via: ViaOwner, stake: int32(e.stake)})
	}
}

// eachHeld goes over what a party holds.
func (w *walk) eachHeld(at int, reach func(int, hop)) {
	for i := range w.held[at] {
		e := &w.held[at][i]
		reach(e.of, hop{from: int32(at), via: ViaSubsidiary, stake: int32(e.stake)})
	}
}

func (w *walk) eachUse(at int, reach func(int, hop)) {
	for _, u := range w.uses[at] {
		reach(u.to, hop{from: int32(at), via: ViaSupplier, supply: int32(u.supply)})
	}
}

// chain gives the shortest chain to a party, written once. A party that no link reaches stands alone.
func (w *walk) chain(to, preference int) *Chain {
	if w.written[preference] == nil {
		w.written[preference] = make([]*Chain, len(w.nodes))
	}
	if c := w.written[preference][to]; c != nil {
		return c
	}
	t := w.tree(preference)
	n := 1
	for at := to; t[at].from >= 0 && int(t[at].from) != at; at = int(t[at].from) {
		n++
	}
	c := &Chain{Steps: make([]Step, n)}
	for at := to; n > 0; at = int(t[at].from) {
		n--
		c.Steps[n] = w.stepTo(at, t[at], preference)
		if t[at].from < 0 {
			break
		}
	}
	c.Text = write(c.Steps, "")
	w.written[preference][to] = c
	return c
}

// stepTo is step for the last hop of a shortest chain, made once: the chains to all that lies beyond share it.
func (w *walk) stepTo(at int, h hop, preference int) Step {
	if w.steps[preference] == nil {
		w.steps[preference] = make([]*Step, len(w.nodes))
	}
	if w.steps[preference][at] == nil {
		s := w.step(at, h)
		s.Facts = slices.Clip(s.Facts)
		w.steps[preference][at] = &s
	}
	return *w.steps[preference][at]
}

func (w *walk) step(at int, h hop) Step {
	s := Step{Via: h.via}
	n := &w.nodes[at]
	if n.party != nil {
		s.Party, s.Name, s.Title, s.Country = n.party.ID, n.party.Name, n.party.Title, n.party.country()
		s.Facts = w.cite(s.Facts, n.refs(AttrSeat))
	}
	switch h.via {
	case ViaOwner, ViaSubsidiary:
		s.Share = "?"
		if h.stake >= 0 {
			st := &w.g.Stakes[h.stake]
			s.Share = st.Figure()
			s.Facts = w.cite(s.Facts, st.Refs[AttrStake])
		}
	case ViaSupplier:
		if h.supply >= 0 {
			s.Facts = w.cite(s.Facts, w.g.Supplies[h.supply].Refs[AttrSupply])
		}
	}
	return s
}

// cite adds the known ones of some facts.
func (w *walk) cite(to, refs []catalog.FactRef) []catalog.FactRef {
	for i, r := range refs {
		if w.g.Known[r] {
			if to == nil {
				to = make([]catalog.FactRef, 0, len(refs)-i+2)
			}
			to = append(to, r)
		}
	}
	return to
}

// country writes where a party is incorporated and, when elsewhere, directed.
func (p *Party) country() string {
	inc, hq := orUnknown(p.IncorporatedIn), orUnknown(p.HeadquarteredIn)
	switch {
	case p.Kind == Dispersed && p.IncorporatedIn == "":
		return ""
	case inc == hq || p.HeadquarteredIn == "" && p.IncorporatedIn != "":
		return inc
	}
	return inc + "/" + hq
}

func orUnknown(s string) string {
	if s == "" {
		return "?"
	}
	return s
}

// Figure writes the percentage of a stake: of the capital, else of the votes, else the highest lower bound known.
func (s *Stake) Figure() string {
	txt := "?"
	switch {
	case s.Percent.Known():
		txt = s.Percent.Min.Percent(4) + " %"
	case s.HasVotes && s.Votes.Known():
		txt = s.Votes.Min.Percent(4) + " %"
	case s.Percent.Min > 0:
		txt = "≥ " + s.Percent.Min.Percent(4) + " %"
	case s.HasVotes && s.Votes.Min > 0:
		txt = "≥ " + s.Votes.Min.Percent(4) + " %"
	}
	if s.Control == ControlYes {
		txt += " (c)"
	}
	return txt
}

var arrows = map[Via]string{ViaOwner: " ← ", ViaSubsidiary: " ↓ ", ViaSupplier: " → "}

// write puts steps and tail into the language-neutral notation of the vocabulary.
func write(steps []Step, tail string) string {
	var b strings.Builder
	for _, s := range steps {
		if s.Via != "" {
			b.WriteString(arrows[s.Via])
			if s.Share != "" {
				b.WriteString(s.Share + arrows[s.Via])
			}
		}
		if s.Party == "" {
			b.WriteString("?")
			continue
		}
		b.WriteString(s.Name)
		if s.Country != "" {
			b.WriteString(" (" + s.Country + ")")
		}
	}
	if tail != "" {
		if len(steps) > 0 {
			b.WriteString("; ")
		}
		b.WriteString(tail)
	}
	return b.String()
}

var tokens = map[string]wording.Text{
	"data":     {EN: "data", FR: "données"},
	"users":    {EN: "users", FR: "utilisateurs"},
	"subjects": {EN: "persons concerned", FR: "personnes concernées"},
	"market":   {EN: "market", FR: "marché"},
	"branch":   {EN: "branch", FR: "succursale"},
	"people":   {EN: "staff", FR: "personnel"},
}

// In writes the path for a reader: tokens in words, decimals and spaces of the language.
func (c Chain) In(l wording.Lang) string {
	steps := make([]Step, len(c.Steps))
	for i, s := range c.Steps {
		s.Share = localShare(s.Share, l)
		if !s.Title.IsZero() {
			s.Name = s.Title.In(l)
		}
		steps[i] = s
	}
	tail := c.Tail
	if word, place, ok := strings.Cut(tail, " → "); ok {
		tail = tokens[word].In(l) + " → " + place
	}
	txt := write(steps, "")
	switch {
	case tail == "":
		return txt
	case txt == "":
		return tail
	}
	sep := "; "
	if l == wording.FR {
		sep = "\u00a0; "
	}
	return txt + sep + tail
}

func localShare(s string, l wording.Lang) string {
	num, rest, ok := strings.Cut(s, " %")
	if !ok {
		return s
	}
	sign := ""
	if cut, ok := strings.CutPrefix(num, "≥ "); ok {
		sign, num = "≥\u00a0", cut
	}
	return sign + wording.Percent(l, num) + rest
}

// tail names what a trigger adds after the party: users, market, branch or people, in that order, or the place when
// the trigger is about no party.
func (w *walk) tail(c *condition, i int) string {
	pick := func(word string, set bitset, at where) string {
		first := ""
		for n := range set.all {
			code := w.laws.Countries.List[n].Code
			if at.yes.has(n) || at.world {
				return word + " → " + code
			}
			if first == "" {
				first = code
			}
		}
		return word + " → " + first
	}
	if !c.onParty {
		switch {
		case c.asksData:
			here := where{yes: w.dataIn.yes, world: w.dataIn.world || w.metadataIn.world}
			here.yes.union(w.metadataIn.yes)
			return pick("data", c.data, here)
		case c.asksSubjects:
			return pick("subjects", c.subjects, w.subjects)
		}
		return pick("users", c.users, w.users)
	}
	switch {
	case c.asksUsers:
		return pick("users", c.users, w.users)
	case c.asksServes:
		return pick("market", c.serves, w.nodes[i].serves)
	case c.asksBranch:
		return pick("branch", c.branch, w.nodes[i].branches)
	case c.asksAdmin:
		return pick("people", c.adm, w.nodes[i].admin)
	}
	return ""
}

// Chains lists the chains from the offering to a party, the shortest first: at most maxChains, none longer than
// maxLength links, and none in a graph of more than maxSearched parties beyond the shortest, since the diamonds of a
// large group give millions.
func (e *Exposures) Chains(party string) []Chain {
	w := newWalk(e.graph, e.walk.laws) // of its own: several readers may share e
	to, ok := w.number[party]
	if !ok {
		return nil
	}
	if w.start < 0 || len(w.nodes) > maxSearched || to == w.start {
		return []Chain{*w.chain(to, preferOwners)}
	}
	s := search{w: w, to: to, on: make([]bool, len(w.nodes)), at: []int{w.start}}
	for depth := 1; depth <= maxLength && len(s.found) < maxChains; depth++ {
		s.left = maxVisits
		s.visit(w.start, depth)
	}
	if len(s.found) == 0 {
		return []Chain{*w.chain(to, preferOwners)}
	}
	return s.found
}

const (
	maxChains   = 8
	maxLength   = 6
	maxSearched = 64
	maxVisits   = 4000
)

// search looks for chains of one length.
type search struct {
	w     *walk
	to    int
	on    []bool
	trail []hop
	at    []int
	left  int
	found []Chain
}

func (s *search) visit(n, links int) {
	if s.left--; s.left < 0 || len(s.found) >= maxChains {
		return
	}
	if n == s.to {
		if links == 0 {
			s.found = append(s.found, s.chain())
		}
		return
	}
	if links == 0 {
		return
	}
	s.on[n] = true
	follow := func(next int, h hop) {
		if s.on[next] {
			return
		}
		s.trail, s.at = append(s.trail, h), append(s.at, next)
		s.visit(next, links-1)
		s.trail, s.at = s.trail[:len(s.trail)-1], s.at[:len(s.at)-1]
	}
	s.w.eachUse(n, follow)
	s.w.eachOwner(n, follow)
	s.w.eachHeld(n, follow)
	s.on[n] = false
}

func (s *search) chain() Chain {
	steps := []Step{s.w.step(s.w.start, hop{})}
	for i, h := range s.trail {
		steps = append(steps, s.w.step(s.at[i+1], h))
	}
	return Chain{Steps: steps, Text: write(steps, "")}
}
