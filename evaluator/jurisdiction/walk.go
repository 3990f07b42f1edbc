package jurisdiction

import (
	"slices"

	"vigie/catalog"
)

// node is a party made ready for the walk. The nodes after the recorded parties stand for those that nobody
// recorded: an owner whose kind, country and control are not known and who has no access of its own, or a
// sub-processor of which nothing is known.
type node struct {
	party *Party // nil when the party is not known
	of    int    // then: the company that it would own, or that would use it

	seat, nationality, branches, serves, admin where
	kind                                       Kind
	bit                                        kindSet
	roles                                      Roles
	access                                     Level
	provider                                   Truth
	customer                                   bool
}

// link is a party with the truth of a control relation.
type link struct {
	node  int
	truth Truth
}

// edge is a stake read from the company held (owner) or from the holder (of).
type edge struct {
	stake       int // index into Graph.Stakes, or -1 for an owner that is not known
	owner, of   int
	step        Truth // the stake alone gives control
	votes       Range
	percent     Range
	flaggedNone bool // control is recorded as absent
	unsure      bool // control is recorded as not known
}

// supplyEdge is a use of one party by another.
type supplyEdge struct{ supply, to int }

// walk is one graph ready to be asked. It is built once for each assessment and never changed afterwards.
type walk struct {
	g    *Graph
	laws *Laws

	nodes   []node
	number  map[string]int
	owners  [][]edge // by company: the stakes in it, in file order
	held    [][]edge // by holder
	uses    [][]supplyEdge
	start   int // where paths begin, -1 when nobody serves
	serving []int

	controlled  [][]link // by party: whom it controls, or may control
	controllers [][]link
	groups      []Level // access of a party and of all that it controls

	dataIn, metadataIn, users, subjects where

	trees    [2][]hop    // last hop of the shortest chain to each party, one tree for each preference; made on first use
	written  [2][]*Chain // shortest chains already written
	steps    [2][]*Step  // and their last steps
	cures    map[cureKey]Cure
	inForce  map[string]Truth // mitigations already looked at
	arena    []link           // who satisfies triggers, for every law
	problems []Problem
}

// newWalk numbers the parties and settles who controls whom.
func newWalk(g *Graph, laws *Laws) *walk {
	w := &walk{g: g, laws: laws, start: -1, number: make(map[string]int, len(g.Parties)), problems: slices.Clone(g.Problems)}
	c := laws.Countries
	w.dataIn, w.metadataIn = c.compile(g.Offering.DataIn), c.compile(g.Offering.MetadataIn)
	w.users, w.subjects = c.compile(g.Use.Users), c.compile(g.Use.Subjects)
	w.nodes = make([]node, len(g.Parties), len(g.Parties)+g.unsure())
	w.arena = make([]link, 0, 8*len(g.Parties))
	for i := range g.Parties {
		p := &g.Parties[i]
		w.number[p.ID] = i
		n := node{party: p, of: -1, kind: p.Kind, bit: kindBits[p.Kind], roles: p.Roles, access: p.Access, provider: p.Provider, customer: p.Roles.Has(Customer),
			nationality: c.compile(p.Nationality), branches: c.compile(p.Branches), serves: c.compile(p.Serves), admin: c.compile(p.people())}
		n.seat = c.compile(In(p.IncorporatedIn, p.HeadquarteredIn))
		// Dispersed holders have no seat at all; for everyone else a place that is not written is not known.
		n.seat.open = p.Kind != Dispersed && (p.IncorporatedIn == "" || p.HeadquarteredIn == "")
		if p.Kind != Individual && p.Kind != "" {
			n.nationality = where{}
		}
		w.nodes[i] = n
	}
	w.link()
	w.findStart()
	w.unknownOwners()
	w.unknownSupplier()
	w.control()
	w.access()
	return w
}

// unsure counts the parties that may have an owner, or a supplier, that nobody recorded.
func (g *Graph) unsure() int {
	n := 1
	for i := range g.Parties {
		if g.Parties[i].OwnersComplete != Yes {
			n++
		}
	}
	return n
}

// link turns stakes and supplies into edges; what points nowhere is a problem, reported and left out.
func (w *walk) link() {
	n := len(w.nodes)
	w.owners, w.held, w.uses = make([][]edge, n), make([][]edge, n), make([][]supplyEdge, n)
	for i := range w.g.Stakes {
		s := &w.g.Stakes[i]
		owner, ok1 := w.number[s.Owner]
		of, ok2 := w.number[s.Of]
		if !ok1 || !ok2 {
			w.problem(problemNobody(s, ok1))
			continue
		}
		if owner == of {
			continue // treasury shares give nobody power over the company
		}
		e := edge{stake: i, owner: owner, of: of, percent: s.Percent, votes: s.Percent, flaggedNone: s.Control == ControlNo, unsure: s.Control == ControlUnknown}
		if s.HasVotes {
			e.votes = s.Votes
		}
		e.step = e.gives(s.Control, w.nodes[owner].kind)
		w.addEdge(e)
	}
	for i := range w.g.Supplies {
		s := &w.g.Supplies[i]
		from, ok1 := w.number[s.From]
		to, ok2 := w.number[s.To]
		if !ok1 || !ok2 {
			w.problem(problemSupply(s, ok1))
			continue
		}
		w.uses[from] = append(w.uses[from], supplyEdge{i, to})
	}
	for i, edges := range w.owners {
		var capital, votes Share
		for _, e := range edges {
			capital, votes = capital.plus(e.percent.Min), votes.plus(e.votes.Min)
		}
		if capital > Whole || votes > Whole {
			w.problem(problemOver(&w.g.Parties[i], max(capital, votes)))
		}
	}
}

func (w *walk) addEdge(e edge) {
	w.owners[e.of] = append(w.owners[e.of], e)
	w.held[e.owner] = append(w.held[e.owner], e)
}

// gives says whether a stake alone gives control: by a recorded flag, or by more than half of the votes.
// Dispersed holders control nothing, whatever they hold together.
func (e edge) gives(c Control, owner Kind) Truth {
	switch {
	case owner == Dispersed || c == ControlNo:
		return No
	case c == ControlYes || e.votes.Min > halfShare:
		return Yes
	case c == ControlUnknown || e.votes.Max > halfShare:
		return Maybe
	}
	return No
}

// unknownOwners adds one owner to each company whose holders are not all recorded and of which more than half of
// the votes are with nobody on file. A company with a recorded controller gets none: a majority has one holder,
// so a control recorded without its percentage leaves no room for another.
func (w *walk) unknownOwners() {
	for i := range w.g.Parties {
		p := &w.g.Parties[i]
		if p.OwnersComplete == Yes || p.Kind != Company && p.Kind != "" || p.Roles.Has(Customer) {
			continue
		}
		rest, controller := Whole, false
		for _, e := range w.owners[i] {
			rest = rest.minus(e.votes.Min)
			controller = controller || e.step == Yes
		}
		if controller || rest <= halfShare {
			continue
		}
		n := node{of: i, roles: Owner, provider: Maybe, seat: where{open: true}, nationality: where{open: true}}
		w.nodes = append(w.nodes, n)
		w.owners, w.held, w.uses = append(w.owners, nil), append(w.held, nil), append(w.uses, nil)
		r := Range{0, rest}
		w.addEdge(edge{stake: -1, owner: len(w.nodes) - 1, of: i, percent: r, votes: r, step: Maybe})
	}
}

// unknownSupplier adds one sub-processor to the offering when its list is not known to be complete.
func (w *walk) unknownSupplier() {
	if !w.g.Offering.SuppliersOpen || w.start < 0 {
		return
	}
	all := where{open: true}
	w.nodes = append(w.nodes, node{of: w.start, kind: Company, bit: kindBits[Company], roles: Subprocessor, provider: Yes, access: UnknownAccess, seat: all, branches: all, serves: all, admin: all})
	w.owners, w.held, w.uses = append(w.owners, nil), append(w.held, nil), append(w.uses, nil)
	w.uses[w.start] = append(w.uses[w.start], supplyEdge{-1, len(w.nodes) - 1})
}

// control settles, for each holder, whom it controls: by a stake that gives control alone, or because what it and
// those it controls hold together exceeds half of the votes. Cycles end at a party already reached.
func (w *walk) control() {
	n := len(w.nodes)
	w.controlled, w.controllers = make([][]link, n), make([][]link, n)
	var g grasp
	for i := range w.nodes {
		if len(w.held[i]) == 0 {
			continue
		}
		g.of(w, i)
		w.controlled[i] = g.links()
		for _, x := range w.controlled[i] {
			w.controllers[x.node] = append(w.controllers[x.node], link{i, x.truth})
		}
	}
}

// grasp finds whom one holder controls; its space is used again for the next holder.
type grasp struct {
	truth []Truth
	votes []Range
	parts []int
	met   []bool
	seen  []int
	queue []int
}

func (g *grasp) of(w *walk, from int) {
	if len(g.truth) < len(w.nodes) {
		n := len(w.nodes)
		g.truth, g.votes, g.parts, g.met = make([]Truth, n), make([]Range, n), make([]int, n), make([]bool, n)
	}
	for _, x := range g.seen {
		g.truth[x], g.votes[x], g.parts[x], g.met[x] = No, Range{}, 0, false
	}
	g.seen = g.seen[:0]
	g.spread(w, from, Yes)
	for _, x := range g.seen {
		g.votes[x], g.parts[x] = Range{}, 0
	}
	g.spread(w, from, Maybe)
}

// spread goes from the holder over every stake that gives control at least as surely as level.
func (g *grasp) spread(w *walk, from int, level Truth) {
	g.queue = append(g.queue[:0], from)
	for _, x := range g.seen {
		if g.truth[x] >= level {
			g.queue = append(g.queue, x)
		}
	}
	for k := 0; k < len(g.queue); k++ {
		for i := range w.held[g.queue[k]] {
			e := &w.held[g.queue[k]][i]
			x := e.of
			if x == from {
				continue
			}
			if !g.met[x] {
				g.met[x] = true
				g.seen = append(g.seen, x)
			}
			// Votes whose control is said not to be known may be bound elsewhere: they count as possible only.
			if !e.flaggedNone && w.nodes[e.owner].kind != Dispersed && (level == Maybe || !e.unsure) {
				g.votes[x] = g.votes[x].plus(e.votes)
				g.parts[x]++
			}
			together := g.votes[x].Min
			if level == Maybe {
				together = g.votes[x].Max
			}
			if g.truth[x] < level && (e.step >= level || g.parts[x] > 1 && together > halfShare) {
				g.truth[x] = level
				g.queue = append(g.queue, x)
			}
		}
	}
}

func (g *grasp) links() []link {
	out := make([]link, 0, len(g.seen))
	for _, x := range g.seen {
		if g.truth[x] > No {
			out = append(out, link{x, g.truth[x]})
		}
	}
	slices.SortFunc(out, func(a, b link) int { return a.node - b.node })
	return out
}

// controls says whether one party controls another.
func (w *walk) controls(a, b int) Truth {
	for _, x := range w.controlled[a] {
		if x.node == b {
			return x.truth
		}
	}
	return No
}

// access settles the access of each group. Keys alone give nothing; with the ciphertext under the same roof they
// give the content in the clear.
func (w *walk) access() {
	w.groups = make([]Level, len(w.nodes))
	for i := range w.nodes {
		g := w.nodes[i].access
		keys := w.holdsKeys(i)
		for _, x := range w.controlled[i] {
			a := w.nodes[x.node].access
			if x.truth == Maybe {
				a.Min = AccessNone
			}
			g = g.or(a)
			keys = max(keys, min(x.truth, w.holdsKeys(x.node)))
		}
		if keys == Yes && g.Min >= AccessCiphertext {
			g.Min = AccessPlaintext
		}
		if keys > No && g.Max >= AccessCiphertext {
			g.Max = AccessPlaintext
		}
		w.groups[i] = g
	}
}

// holdsKeys says whether a party has custody of the keys.
func (w *walk) holdsKeys(i int) Truth {
	r := w.nodes[i].roles
	if r.Has(KeyCustodian) {
		return Yes
	}
	switch w.g.Offering.Keys {
	case "":
		return min(Maybe, Of(r.Has(ServingVendor|Host)))
	case KeysVendor:
		return Of(r.Has(ServingVendor))
	case KeysHost:
		return Of(r.Has(Host))
	}
	return No
}

// findStart picks where paths begin: the customer for self-hosting, the serving vendor otherwise.
func (w *walk) findStart() {
	customer := -1
	for i := range w.g.Parties {
		switch r := w.nodes[i].roles; {
		case r.Has(Customer) && customer < 0:
			customer = i
		case r.Has(ServingVendor):
			w.serving = append(w.serving, i)
		}
	}
	switch {
	case customer >= 0 && (w.g.Offering.Deployment.SelfHosted() || len(w.serving) == 0):
		w.start = customer
	case len(w.serving) > 0:
		w.start = w.serving[0]
	}
}

// listedBy says whether the customer is named in the sanctions of a state.
func (w *walk) listedBy(state string) Truth { return w.g.Organisation.SanctionedBy.Has(state) }

// refs gives the facts behind an attribute of a party.
func (n *node) refs(a Attr) []catalog.FactRef {
	if n.party == nil {
		return nil
	}
	return n.party.Refs[a]
}
