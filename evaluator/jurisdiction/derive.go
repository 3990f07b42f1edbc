package jurisdiction

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/finding"
)

// The facts that this room computes for frameworks.
const (
	PathControlEEA  = "exposure.control_eea"
	PathNonEEAMax   = "exposure.non_eea_max_percent"
	PathNonEEATotal = "exposure.non_eea_total_percent"
	PathWorst       = "exposure.worst"
	PathHighRisk    = "exposure.high_risk_country"
	PathSuspension  = "exposure.suspension"
	PathOutsideEEA  = "chain.content_outside_eea"
)

// Derive computes the facts that frameworks read, in order of path. Where the criteria leave room, the reading is:
//
//   - exposure.control_eea: no as soon as one controller of the serving vendor, at any height, is established outside
//     the EEA: what stands above it does not take its power away. A vendor that nobody controls is judged by its own
//     seat; one that the organisation itself runs, by the organisation's country.
//   - exposure.non_eea_…_percent: the higher of capital and votes; natural persons count by residence.
//   - exposure.worst: laws that threaten confidentiality. A certain path of status exposed is direct through the
//     vendor, one who controls it, or a place; every other one, and every arguable one, is indirect; mitigated when
//     whoever is compelled has ciphertext or metadata only. While paths are open, the values are those that the known
//     ones already give and those the open ones could add.
//   - exposure.high_risk_country: an excluded country whose law is exposed or arguable through someone who can read
//     content, or where such a party is established or works, or where content lies.
//   - exposure.suspension: laws that threaten continuity: exposed is direct, arguable is possible. Whether the service
//     outlives the order is offering.disconnected_operation, which the criteria read beside.
//   - chain.content_outside_eea: a supplier, known or not, with content in clear, established or with people outside.
//
// The dossier is the one that e was made from; nil for a graph that comes from none.
func Derive(_ *catalog.Dossier, e *Exposures) []finding.Derived {
	own := *e.walk // several readers may share e
	own.problems = slices.Clone(own.problems)
	v := &deriving{walk: &own, e: e}
	out := []finding.Derived{v.controlEEA(), v.largest(), v.total(), v.worst(), v.highRisk(), v.suspension(), v.contentOutside()}
	slices.SortFunc(out, func(a, b finding.Derived) int { return strings.Compare(a.Path, b.Path) })
	return out
}

type deriving struct {
	*walk
	e *Exposures
}

func (v *deriving) split(refs []catalog.FactRef) (known, missing []catalog.FactRef) {
	for _, r := range refs {
		if v.g.Known[r] {
			known = append(known, r)
		}
		if !v.g.Known[r] || v.g.Partial[r] {
			missing = append(missing, r)
		}
	}
	sortRefs := func(list []catalog.FactRef) []catalog.FactRef {
		slices.SortFunc(list, catalog.FactRef.Compare)
		return slices.Compact(list)
	}
	return sortRefs(known), sortRefs(missing)
}

// settled or open, with the facts behind.
func (v *deriving) result(path string, value *catalog.Value, possible []catalog.Value, refs []catalog.FactRef, why wording.Text) finding.Derived {
	known, missing := v.split(refs)
	x := finding.Derived{Path: path, State: catalog.Known, Value: value, Used: known, Reason: why}
	if value == nil {
		x.State, x.Possible, x.SettledBy = catalog.Unknown, possible, missing
		if len(possible) == 1 {
			x.State, x.Value, x.Possible = catalog.Known, &possible[0], nil
		}
	}
	return x
}

func (v *deriving) truth(path string, t Truth, refs []catalog.FactRef, yes, no, open wording.Text) finding.Derived {
	switch t {
	case Yes:
		b := catalog.BoolValue(true)
		return v.result(path, &b, nil, refs, yes)
	case No:
		b := catalog.BoolValue(false)
		return v.result(path, &b, nil, refs, no)
	}
	return v.result(path, nil, nil, refs, open)
}

// vendor is the party whose control counts: who serves, or -1 when the organisation serves itself.
func (v *deriving) vendor() int {
	if v.g.Offering.Deployment.SelfHosted() && len(v.serving) == 0 {
		return -1
	}
	if len(v.serving) == 0 {
		return v.start
	}
	return v.serving[0]
}

func (v *deriving) controlEEA() finding.Derived {
	yes := wording.Textf("Nobody outside the EEA controls the vendor.", "Nul hors de l'EEE ne contrôle le fournisseur.")
	no := wording.Textf("The vendor is controlled from outside the EEA.", "Le fournisseur est contrôlé depuis l'extérieur de l'EEE.")
	open := wording.Textf("Who controls the vendor in the end is not known.", "On ignore qui contrôle le fournisseur en dernier lieu.")
	i := v.vendor()
	if i < 0 {
		return v.truth(PathControlEEA, v.laws.Countries.inEEA(v.g.Organisation.Home), nil,
			wording.Textf("The organisation runs the service itself, in the EEA.", "L'organisation exploite elle-même le service, dans l'EEE."), no, open)
	}
	outside, controlled := No, No
	var refs []catalog.FactRef
	for _, up := range v.controllers[i] {
		controlled = max(controlled, up.truth)
		t := min(up.truth, v.outside(up.node))
		outside = max(outside, t)
		refs = append(refs, v.nodes[up.node].refs(AttrSeat)...)
		if up.truth == Maybe {
			v.openControl(up.node, i, func(a atom) { refs = append(refs, v.atomFacts(a)...) })
		}
		if v.nodes[up.node].party == nil {
			refs = append(refs, v.atomFacts(v.unknownParty(up.node))...)
		}
	}
	if controlled != Yes {
		own := v.outside(i)
		if controlled == Maybe {
			own = min(own, Maybe)
		}
		outside = max(outside, own)
		refs = append(refs, v.nodes[i].refs(AttrSeat)...)
	}
	for _, e := range v.owners[i] {
		if e.stake >= 0 {
			refs = append(refs, v.g.Stakes[e.stake].Refs[AttrStake]...)
		}
	}
	return v.truth(PathControlEEA, not(outside), refs, yes, no, open)
}

func (v *deriving) percentage(path string, r Range, refs []catalog.FactRef, en, fr string) finding.Derived {
	s := span(r)
	why := wording.Textf(en, fr, s.text())
	if r.Min == min(r.Max, Whole) {
		n := catalog.NumValue(catalog.TypePercent, s.Low)
		return v.result(path, &n, nil, refs, why)
	}
	return v.result(path, nil, nil, refs, why)
}

// holders gives what is recorded and missing about the stakes above a company.
func (v *deriving) holders(i int) []catalog.FactRef {
	var refs []catalog.FactRef
	shares := v.flow(i, nil)
	for k := range v.nodes {
		if k != i && shares[k].Max == 0 {
			continue
		}
		for _, e := range v.owners[k] {
			if e.stake >= 0 {
				refs = append(refs, v.g.Stakes[e.stake].Refs[AttrStake]...)
				refs = append(refs, v.nodes[e.owner].refs(AttrSeat)...)
			}
		}
		if v.unrecorded(k, func(e *edge) Range { return e.percent }) > 0 || v.nodes[k].party == nil {
			refs = append(refs, v.nodes[max(k, v.nodes[k].of)].refs(AttrOwners)...)
		}
	}
	return refs
}

func (v *deriving) largest() finding.Derived {
	i := v.vendor()
	if i < 0 {
		return v.percentage(PathNonEEAMax, Range{}, nil, "No vendor: %s.", "Pas de fournisseur : %s.")
	}
	var top Range
	capital := v.flow(i, nil)
	for k := range v.nodes {
		out := v.outside(k)
		if k == i || out == No {
			continue
		}
		votes := v.voting(k, i)
		if out == Yes {
			top.Min = max(top.Min, capital[k].Min, votes.Min)
		}
		top.Max = max(top.Max, capital[k].Max, votes.Max)
	}
	top.Max = max(top.Max, v.rest(i))
	return v.percentage(PathNonEEAMax, Range{top.Min, max(top.Min, min(top.Max, Whole))}, v.holders(i), "Largest holding from outside the EEA: %s.", "Plus forte participation hors EEE : %s.")
}

// rest is the largest part of a company, direct or above it, that nobody on file holds.
func (v *deriving) rest(i int) Share {
	capital := v.flow(i, nil)
	capital[i] = Exact(Whole)
	var top Share
	for k := range v.nodes {
		if capital[k].Max > 0 {
			top = max(top, v.unrecorded(k, func(e *edge) Range { return e.percent }).mul(min(capital[k].Max, Whole), true))
		}
	}
	return top
}

func (v *deriving) total() finding.Derived {
	i := v.vendor()
	if i < 0 {
		return v.percentage(PathNonEEATotal, Range{}, nil, "No vendor: %s.", "Pas de fournisseur : %s.")
	}
	capital, votes, _ := v.joint(i, v.outside, func(k int) bool { return v.outside(k) == Yes })
	capital.Max = capital.Max.plus(v.rest(i))
	r := Range{max(capital.Min, votes.Min), min(max(capital.Max, votes.Max), Whole)}
	return v.percentage(PathNonEEATotal, Range{r.Min, max(r.Min, r.Max)}, v.holders(i), "Holdings from outside the EEA together: %s.", "Participations hors EEE ensemble : %s.")
}

// classes of exposure.worst, in order.
var worstNames = []string{"none", "mitigated", "indirect", "direct"}

const (
	worstNone = iota
	worstMitigated
	worstIndirect
	worstDirect
)

// class gives the lowest and highest value a path can give.
func (v *deriving) class(h *hit, node int) (low, high int) {
	low, high = worstIndirect, worstIndirect
	if h.c.trigger.Status == Exposed {
		switch v.ofVendor(node) {
		case Yes:
			low, high = worstDirect, worstDirect
		case Maybe:
			high = worstDirect
		}
	}
	a := v.relied(h.c, node)
	if a.Max < AccessPlaintext {
		high = worstMitigated
	}
	if a.Min < AccessPlaintext {
		low = worstMitigated
	}
	return low, high
}

// ofVendor says whether a path goes through a place, the vendor, or one who controls it.
func (v *deriving) ofVendor(node int) Truth {
	i := v.vendor()
	switch {
	case node < 0 || node == i:
		return Yes
	case i < 0:
		return No
	}
	return v.controls(node, i)
}

func (v *deriving) worst() finding.Derived {
	floor := worstNone
	can := [4]bool{}
	var laws, known []string
	var refs []catalog.FactRef
	for k := range v.e.Exposures {
		x := &v.e.Exposures[k]
		if !slices.Contains(x.Harms, Confidentiality) {
			continue
		}
		if x.Status == Undetermined {
			laws = append(laws, x.Law)
		}
		for n := range x.hits {
			h := &x.hits[n]
			for _, l := range h.each() {
				low, high := v.class(h, l.node)
				for c := low; c <= high; c++ {
					can[c] = true
				}
				if l.truth == Yes && low > floor {
					floor, known = low, []string{x.Short.EN}
				}
			}
		}
		refs = append(refs, x.cited()...)
	}
	var possible []catalog.Value
	can[floor] = true
	for c := floor; c < len(can); c++ {
		if can[c] {
			possible = append(possible, catalog.ChoiceValue(worstNames[c]))
		}
	}
	refs = append(refs, v.missingFor(laws)...)
	why := wording.Textf("The worst path already certain: %s.", "Le pire chemin déjà certain : %s.", worstWords[floor])
	if len(known) > 0 {
		why = wording.Textf("The worst path already certain: %s (%s).", "Le pire chemin déjà certain : %s (%s).", worstWords[floor], known[0])
	}
	if len(possible) > 1 {
		why.EN += " Missing facts could make it worse."
		why.FR += " Des faits manquants pourraient l'aggraver."
	}
	return v.result(PathWorst, nil, possible, refs, why)
}

// cited gives the facts that the certain paths of an exposure rest on.
func (x *Exposure) cited() []catalog.FactRef {
	var refs []catalog.FactRef
	for i := range x.Paths {
		if x.Paths[i].Truth == Yes {
			for _, s := range x.Paths[i].Steps {
				refs = append(refs, s.Facts...)
			}
		}
	}
	return refs
}

var worstWords = []wording.Text{
	{EN: "none", FR: "aucun"}, {EN: "readable by nobody compelled", FR: "illisible pour toute partie contrainte"},
	{EN: "through a supplier, or arguable", FR: "par un fournisseur de second rang, ou discutable"}, {EN: "through the vendor, its controller or the place", FR: "par le fournisseur, qui le contrôle ou le lieu"},
}

// missingFor gives the facts that would settle some laws.
func (v *deriving) missingFor(laws []string) []catalog.FactRef {
	var refs []catalog.FactRef
	for _, q := range v.e.Questions {
		if slices.ContainsFunc(q.Laws, func(l string) bool { return slices.Contains(laws, l) }) {
			refs = append(refs, q.Facts...)
		}
	}
	return refs
}

func (v *deriving) highRisk() finding.Derived {
	ex := v.g.Organisation.Excluded
	refs := slices.Clone(v.g.Organisation.Refs[AttrExcluded])
	t, where := No, ""
	for _, c := range ex.Codes {
		if x := v.within(c); x > t {
			t, where = x, c
		}
	}
	if t != Yes && (ex.Open || ex.World) {
		t = Maybe
	}
	var laws []string
	for _, x := range v.e.Exposures {
		if slices.Contains(ex.Codes, x.Jurisdiction) && x.Status == Undetermined {
			laws = append(laws, x.Law)
		}
	}
	refs = append(refs, v.missingFor(laws)...)
	reached := wording.Textf("No excluded country reaches content.", "Aucun pays exclu n'atteint les contenus.")
	if len(ex.Codes) == 0 {
		reached = wording.Textf("The organisation excludes no country.", "L'organisation n'exclut aucun pays.")
	}
	return v.truth(PathHighRisk, t, refs,
		wording.Textf("Content is within reach of an excluded country: %s.", "Des contenus sont à portée d'un pays exclu : %s.", v.laws.Countries.Name(where)),
		reached,
		wording.Textf("Whether an excluded country reaches content is not known.", "On ignore si un pays exclu atteint les contenus."))
}

// within says whether a country reaches someone who can read content, by a law on file or by seat, people or place.
func (v *deriving) within(country string) Truth {
	t := v.g.Offering.DataIn.Has(country)
	for k := range v.e.Exposures {
		x := &v.e.Exposures[k]
		if x.Jurisdiction != country || !slices.Contains(x.Harms, Confidentiality) {
			continue
		}
		for n := range x.hits {
			for _, l := range x.hits[n].each() {
				t = max(t, min(l.truth, v.relied(x.hits[n].c, l.node).AtLeast(AccessPlaintext)))
			}
		}
	}
	set := v.laws.Countries.compile(In(country)).yes
	for i := range v.nodes {
		n := &v.nodes[i]
		if n.customer {
			continue
		}
		t = max(t, min(v.groups[i].AtLeast(AccessPlaintext), n.seat.meets(set)), min(n.access.AtLeast(AccessPlaintext), n.admin.meets(set)))
	}
	return t
}

func (v *deriving) suspension() finding.Derived {
	names := []string{"none", "possible", "direct"}
	floor := 0
	can := [3]bool{}
	var laws []string
	var refs []catalog.FactRef
	for k := range v.e.Exposures {
		x := &v.e.Exposures[k]
		if !slices.Contains(x.Harms, Continuity) {
			continue
		}
		if x.Status == Undetermined {
			laws = append(laws, x.Law)
		}
		for n := range x.hits {
			c := 1
			if x.hits[n].c.trigger.Status == Exposed {
				c = 2
			}
			can[c] = true
			if x.hits[n].truth == Yes {
				floor = max(floor, c)
			}
		}
		refs = append(refs, x.cited()...)
	}
	can[floor] = true
	var possible []catalog.Value
	for c := floor; c < len(can); c++ {
		if can[c] {
			possible = append(possible, catalog.ChoiceValue(names[c]))
		}
	}
	words := []wording.Text{{EN: "none found", FR: "aucun constaté"}, {EN: "possible", FR: "possible"}, {EN: "direct", FR: "direct"}}
	return v.result(PathSuspension, nil, possible, append(refs, v.missingFor(laws)...),
		wording.Textf("Foreign hold on the continuity of the service: %s.", "Emprise étrangère sur la continuité du service : %s.", words[floor]))
}

func (v *deriving) contentOutside() finding.Derived {
	t := No
	var refs []catalog.FactRef
	for i := range v.nodes {
		n := &v.nodes[i]
		if n.customer || n.roles.Has(ServingVendor) || !n.roles.Has(suppliers) {
			continue
		}
		if n.party == nil {
			if n.roles.Has(Subprocessor) {
				t = max(t, Maybe)
				refs = append(refs, v.atomFacts(v.unknownParty(i))...)
			}
			continue
		}
		sees := n.access.AtLeast(AccessPlaintext)
		x := min(sees, max(v.outside(i), v.beyond(n.party.people())))
		if x > No {
			refs = append(refs, n.refs(AttrAccess)...)
			refs = append(refs, n.refs(AttrSeat)...)
			refs = append(refs, n.refs(AttrAdmin)...)
		}
		t = max(t, x)
	}
	return v.truth(PathOutsideEEA, t, refs,
		wording.Textf("A supplier outside the EEA, or working from there, sees content.", "Un sous-traitant hors EEE, ou y travaillant, voit les contenus."),
		wording.Textf("No supplier outside the EEA sees content.", "Aucun sous-traitant hors EEE ne voit les contenus."),
		wording.Textf("Whether a supplier outside the EEA sees content is not known.", "On ignore si un sous-traitant hors EEE voit les contenus."))
}
