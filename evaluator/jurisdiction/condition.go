package jurisdiction

// condition is a trigger made ready for the walk: countries as bits, roles as a set, levels as numbers.
// An empty set or AccessNone means that the trigger does not ask.
type condition struct {
	law     *Law
	trigger *Trigger

	onParty                                         bool
	seat, notSeat, nationality, serves, branch, adm bitset
	controls                                        bitset
	kinds                                           kindSet
	asksProvider                                    bool
	provider                                        Truth
	roles, groupRoles                               Roles
	own, group, up                                  Access

	data, users, subjects bitset
	asksListed            bool
	listed                Truth
}

type kindSet uint8

var kindBits = map[Kind]kindSet{Company: 1, Fund: 2, Individual: 4, StateBody: 8, Dispersed: 16}

// compile prepares every trigger of every law once, so that a walk only compares bits.
func (l *Laws) compile() {
	l.compiled = make([][]condition, len(l.List))
	for i, law := range l.List {
		l.compiled[i] = make([]condition, len(law.Triggers))
		for j := range law.Triggers {
			l.compiled[i][j] = l.condition(law, &law.Triggers[j])
		}
	}
}

func (l *Laws) condition(law *Law, t *Trigger) condition {
	set := func(codes []string) bitset { return l.Countries.compile(In(codes...)).yes }
	level := func(n AccessName) Access { a, _ := ParseAccess(string(n)); return a }
	roles := func(names []RoleName) (r Roles) {
		for _, n := range names {
			x, _ := Role(string(n))
			r |= x
		}
		return r
	}
	c := condition{law: law, trigger: t}
	if p := t.Party; p != nil {
		c.onParty = true
		c.seat, c.notSeat, c.nationality = set(p.EstablishedIn), set(p.NotEstablishedIn), set(p.NationalityIn)
		c.serves, c.branch, c.adm, c.controls = set(p.Serves), set(p.BranchIn), set(p.AdminFrom), set(p.ControlsIn)
		for _, k := range p.KindIn {
			c.kinds |= kindBits[k]
		}
		if p.ServiceProvider != nil {
			c.asksProvider, c.provider = true, Of(*p.ServiceProvider)
		}
		c.roles, c.groupRoles = roles(p.RoleIn), roles(p.GroupRoleIn)
		c.own, c.group, c.up = level(p.OwnAccess), level(p.GroupAccess), level(p.UpAccess)
	}
	if o := t.Offering; o != nil {
		c.data, c.users, c.subjects = set(o.DataIn), set(o.UsersIn), set(o.DataSubjectsIn)
		if o.CustomerListed != nil {
			c.asksListed, c.listed = true, Of(*o.CustomerListed)
		}
	}
	return c
}

// offering answers the conditions on the offering, its users and its data.
func (w *walk) offering(c *condition) Truth {
	t := Yes
	if !c.data.empty() {
		t = min(t, max(w.dataIn.meets(c.data), w.metadataIn.meets(c.data)))
	}
	if !c.users.empty() {
		t = min(t, w.users.meets(c.users))
	}
	if !c.subjects.empty() {
		t = min(t, w.subjects.meets(c.subjects))
	}
	if c.asksListed {
		t = min(t, agree(w.listedBy(c.law.Jurisdiction), c.listed))
	}
	return t
}

// agree says whether a three-valued fact equals a known answer.
func agree(fact, want Truth) Truth {
	if want == Yes {
		return fact
	}
	return not(fact)
}

// party answers the conditions on one party, cheapest first; it stops at the first No.
func (w *walk) party(c *condition, i int) Truth {
	n := &w.nodes[i]
	t := Yes
	for _, step := range [...]Truth{w.own(c, n), w.seat(c, n), w.kind(c, n)} {
		if t = min(t, step); t == No {
			return No
		}
	}
	if c.roles != 0 {
		if !n.roles.Has(c.roles) {
			return No
		}
	}
	if c.asksProvider {
		t = min(t, agree(n.provider, c.provider))
	}
	if !c.serves.empty() {
		t = min(t, n.serves.meets(c.serves))
	}
	if !c.branch.empty() {
		t = min(t, n.branches.meets(c.branch))
	}
	if !c.adm.empty() {
		t = min(t, n.admin.meets(c.adm))
	}
	if t == No {
		return No
	}
	if c.groupRoles != 0 {
		t = min(t, w.groupRole(i, c.groupRoles))
	}
	if c.group > AccessNone {
		t = min(t, w.groups[i].AtLeast(c.group))
	}
	if t > No && !c.controls.empty() {
		t = min(t, w.controlsSeat(i, c.controls))
	}
	if t > No && c.up > AccessNone {
		t = min(t, w.upAccess(i, c.up))
	}
	return t
}

func (w *walk) own(c *condition, n *node) Truth {
	if c.own == AccessNone {
		return Yes
	}
	return n.access.AtLeast(c.own)
}

func (w *walk) seat(c *condition, n *node) Truth {
	t := Yes
	if !c.seat.empty() {
		t = n.seat.meets(c.seat)
	}
	if !c.notSeat.empty() {
		t = min(t, not(n.seat.meets(c.notSeat)))
	}
	return t
}

func (w *walk) kind(c *condition, n *node) Truth {
	t := Yes
	if c.kinds != 0 {
		switch {
		case n.kind == "":
			t = Maybe
		case kindBits[n.kind]&c.kinds == 0:
			return No
		}
	}
	if !c.nationality.empty() {
		t = min(t, n.nationality.meets(c.nationality))
	}
	return t
}

// groupRole says whether a party, or one that it controls, holds one of the roles.
func (w *walk) groupRole(i int, r Roles) Truth {
	if w.nodes[i].roles.Has(r) {
		return Yes
	}
	t := No
	for _, x := range w.controlled[i] {
		if w.nodes[x.node].roles.Has(r) {
			if t = max(t, x.truth); t == Yes {
				return Yes
			}
		}
	}
	return t
}

// controlsSeat says whether a party controls one that is established in one of the countries.
func (w *walk) controlsSeat(i int, b bitset) Truth {
	t := No
	for _, x := range w.controlled[i] {
		t = max(t, min(x.truth, w.nodes[x.node].seat.meets(b)))
	}
	return t
}

// upAccess says whether those who control a party, or others whom they control, reach a level, the party's own
// group having no access. What the party itself controls does not count: it is its own group.
func (w *walk) upAccess(i int, a Access) Truth {
	t := No
	for _, up := range w.controllers[i] {
		t = max(t, min(up.truth, w.nodes[up.node].access.AtLeast(a)))
		for _, x := range w.controlled[up.node] {
			if x.node == i || w.controls(i, x.node) == Yes {
				continue
			}
			t = max(t, min(up.truth, x.truth, w.nodes[x.node].access.AtLeast(a)))
		}
	}
	none := No
	switch g := w.groups[i]; {
	case g.Max == AccessNone:
		none = Yes
	case g.Min == AccessNone:
		none = Maybe
	}
	return min(t, none)
}
