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

	// Which sets are not empty, so that a walk need not look.
	asksSeat, asksNotSeat, asksNationality, asksServes, asksBranch, asksAdmin, asksControls bool
	asksData, asksUsers, asksSubjects                                                       bool
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
	c.asksSeat, c.asksNotSeat, c.asksNationality = !c.seat.empty(), !c.notSeat.empty(), !c.nationality.empty()
	c.asksServes, c.asksBranch, c.asksAdmin, c.asksControls = !c.serves.empty(), !c.branch.empty(), !c.adm.empty(), !c.controls.empty()
	c.asksData, c.asksUsers, c.asksSubjects = !c.data.empty(), !c.users.empty(), !c.subjects.empty()
	return c
}

// offering answers the conditions on the offering, its users and its data.
func (w *walk) offering(c *condition) Truth {
	t := Yes
	if c.asksData {
		t = min(t, max(w.dataIn.meets(c.data), w.metadataIn.meets(c.data)))
	}
	if c.asksUsers {
		t = min(t, w.users.meets(c.users))
	}
	if c.asksSubjects {
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
	if c.own > AccessNone {
		t = n.access.AtLeast(c.own)
	}
	if t > No && c.group > AccessNone {
		t = min(t, w.groups[i].AtLeast(c.group))
	}
	if t > No && c.roles != 0 && !n.roles.Has(c.roles) {
		return No
	}
	if t > No && c.asksSeat {
		t = min(t, n.seat.meets(c.seat))
	}
	if t > No && c.asksNotSeat {
		t = min(t, not(n.seat.meets(c.notSeat)))
	}
	if t > No && c.kinds != 0 {
		t = min(t, n.isOf(c.kinds))
	}
	if t > No && c.asksNationality {
		t = min(t, n.nationality.meets(c.nationality))
	}
	if t > No && c.asksProvider {
		t = min(t, agree(n.provider, c.provider))
	}
	if t > No && c.asksServes {
		t = min(t, n.serves.meets(c.serves))
	}
	if t > No && c.asksBranch {
		t = min(t, n.branches.meets(c.branch))
	}
	if t > No && c.asksAdmin {
		t = min(t, n.admin.meets(c.adm))
	}
	if t > No && c.groupRoles != 0 {
		t = min(t, w.groupRole(i, c.groupRoles))
	}
	if t > No && c.asksControls {
		t = min(t, w.controlsSeat(i, c.controls))
	}
	if t > No && c.up > AccessNone {
		t = min(t, w.upAccess(i, c.up))
	}
	return t
}

// isOf says whether a party is of one of some kinds.
func (n *node) isOf(k kindSet) Truth {
	if n.kind == "" {
		return Maybe
	}
	return Of(n.bit&k != 0)
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
