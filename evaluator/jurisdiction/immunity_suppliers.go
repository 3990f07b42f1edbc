package jurisdiction

import (
	"slices"

	"vigie/catalog/wording"
)

// foreign says whether a supplier is outside the Union, or belongs to or is controlled by an entity outside it.
func (t *immunityTests) foreign(i int) Truth {
	out := t.outsideEU(i)
	for _, up := range t.controllers[i] {
		o := t.outsideEU(up.node)
		if t.nodes[up.node].natural() {
			o = min(o, Maybe)
		}
		out = max(out, min(up.truth, o))
	}
	return out
}

// supplierRoles are the roles of 19.6.c: those whose weights alone are used are no suppliers.
func (t *immunityTests) foreignSuppliers(yield func(int, Truth) bool) {
	for i := range t.nodes {
		n := &t.nodes[i]
		if i == t.subject || n.customer || !n.roles.Has(suppliers) {
			continue
		}
		if f := t.foreign(i); f > No && !yield(i, f) {
			return
		}
	}
}

// reach is 19.6.c. Access to ciphertext leaves it open: the text asks for no technical possibility of access, and
// ciphertext that the supplier cannot read is commonly pleaded as none.
func (t *immunityTests) reach() judged {
	j := judged{ok: Yes, why: wording.Textf("No supplier outside the Union, or controlled from outside, can obtain data.", "Aucun fournisseur hors de l'Union, ou contrôlé de l'extérieur, ne peut obtenir de données.")}
	for i, f := range t.foreignSuppliers {
		a := t.nodes[i].access
		ok := Yes
		switch {
		case a.Max == AccessNone:
		case f == Yes && (a.Min == AccessMetadata && a.Max == AccessMetadata || a.Min == AccessPlaintext):
			ok = No
		default:
			ok = Maybe
		}
		if ok >= j.ok {
			continue
		}
		j.ok = ok
		name := t.partyName(i)
		switch ok {
		case No:
			j.atoms = nil
			j.why = wording.Textf("%s has access: %s.", "%s a accès : %s.", name, t.laws.levelName(a.Max))
		case Maybe:
			j.why = wording.Textf("%s may have access, or has encrypted content only, which is disputed.", "%s a peut-être accès, ou n'a que du contenu chiffré, ce qui se discute.", name)
		}
	}
	if j.ok == Maybe {
		for i, f := range t.foreignSuppliers {
			switch {
			case t.nodes[i].party == nil:
				j.atoms = append(j.atoms, t.unknownParty(i))
			case !t.nodes[i].access.Known():
				j.atoms = append(j.atoms, atom{AttrAccess, i})
			case f == Maybe && t.nodes[i].access.Max > AccessNone:
				j.atoms = append(j.atoms, t.seatOrOwners(i)...)
			}
		}
	}
	return j
}

func (t *immunityTests) seatOrOwners(i int) []atom {
	if t.outsideEU(i) == Maybe {
		return []atom{{AttrSeat, i}}
	}
	var out []atom
	for _, up := range t.controllers[i] {
		t.openControl(up.node, i, func(a atom) { out = append(out, a) })
		if up.truth == Yes && t.outsideEU(up.node) == Maybe && t.nodes[up.node].party != nil {
			out = append(out, atom{AttrSeat, up.node})
		}
	}
	return out
}

// autonomy is 19.6.d.
func (t *immunityTests) autonomy() judged {
	f := &t.g.Immunity
	worst := No // a foreign supplier without qualification exists
	var who int
	for i, out := range t.foreignSuppliers {
		q := No
		if p := t.nodes[i].party; p != nil {
			q = p.Qualified
		}
		if need := min(out, not(q)); need > worst {
			worst, who = need, i
		}
	}
	if worst == No {
		return judged{ok: Yes, why: wording.Textf("No supplier outside the Union is needed.", "Aucun fournisseur hors de l'Union n'est nécessaire.")}
	}
	j := judged{ok: max(not(worst), f.Autonomy), facts: f.Refs[AttrAutonomy]}
	name := t.partyName(who)
	switch j.ok {
	case Yes:
		j.why = wording.Textf("Without %s, the service can be kept running.", "Sans %s, le service peut être maintenu.", name)
	case No:
		j.why = wording.Textf("Without %s, the service cannot be kept running.", "Sans %s, le service ne peut pas être maintenu.", name)
	default:
		j.why = wording.Textf("Without %s, it is not known whether the service can be kept running.", "Sans %s, on ignore si le service peut être maintenu.", name)
		j.atoms = []atom{{AttrAutonomy, -1}}
	}
	return j
}

func (t *immunityTests) partyName(i int) wording.Text { return t.walk.partyName(i) }

func (w *walk) partyName(i int) wording.Text {
	if p := w.nodes[i].party; p != nil {
		return p.Called()
	}
	if w.nodes[i].roles.Has(Owner) {
		return wording.Textf("an owner not known", "un détenteur inconnu")
	}
	return wording.Textf("a sub-processor not known", "un sous-traitant inconnu")
}

// places says whether a set of countries lies inside the Union.
func (t *immunityTests) places(p Places, a Attr) judged {
	j := judged{ok: Yes, facts: t.g.Offering.Refs[a]}
	for _, c := range p.Codes {
		if t.laws.Countries.inEU(c) == No {
			j.ok = No
			j.why = wording.Textf("Outside the Union: %s.", "Hors de l'Union : %s.", t.laws.Countries.Name(c))
			return j
		}
	}
	switch {
	case p.Open && len(p.Within) > 0 && !slices.ContainsFunc(p.Within, func(c string) bool { return t.laws.Countries.inEU(c) == No }):
	case p.World:
		return judged{ok: No, why: wording.Textf("Anywhere in the world.", "N'importe où dans le monde.")}
	case p.Open:
		return judged{ok: Maybe, atoms: []atom{{a, -1}}, why: wording.Textf("Not every place is known.", "Tous les lieux ne sont pas connus.")}
	}
	j.why = wording.Textf("Inside the Union only.", "Dans l'Union seulement.")
	return j
}

// administration is 19.2.c. Support may come from outside under 19.2.e, so a party whose only role is support does
// not count; one with an access not known leaves the test open.
func (t *immunityTests) administration() judged {
	j := judged{ok: Yes, why: wording.Textf("Administration and supervision from the Union.", "Administration et supervision depuis l'Union.")}
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.customer || n.roles&^(Owner|Affiliate|ModelDeveloper) == Support || n.access.Max == AccessNone {
			continue
		}
		outside, open := "", true
		if n.party != nil {
			open = n.party.AdminFrom.Open
			for _, c := range n.party.AdminFrom.Codes {
				if t.laws.Countries.inEU(c) == No {
					outside = c
				}
			}
		}
		has := n.access.AtLeast(AccessMetadata)
		switch {
		case outside != "" && has == Yes:
			return judged{ok: No, facts: n.refs(AttrAdmin), why: wording.Textf("%s works from %s with access.", "%s intervient depuis %s avec un accès.", t.partyName(i), t.laws.Countries.Name(outside))}
		case outside != "":
			j.ok = Maybe
			j.atoms = append(j.atoms, atom{AttrAccess, i})
		case open && n.party == nil:
			j.ok = Maybe
			j.atoms = append(j.atoms, t.unknownParty(i))
		case open:
			j.ok = Maybe
			j.atoms = append(j.atoms, atom{AttrAdmin, i})
		}
	}
	if j.ok == Maybe {
		j.why = wording.Textf("It is not known from where everyone with access works.", "On ignore d'où travaille chaque personne ayant accès.")
	}
	slices.SortFunc(j.atoms, func(a, b atom) int { return a.index - b.index })
	return j
}
