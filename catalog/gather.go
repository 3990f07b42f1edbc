package catalog

import (
	"slices"

	"vigie/catalog/wording"
)

// Query says what a dossier is for. UseCase and Organisation may be empty: their facts are then unknown, except
// that a use case may name its organisation.
type Query struct {
	Offering     string
	UseCase      string
	Organisation string
}

// Gather collects every fact that bears on an offering: the offering, who serves it, the owners up to the last
// and what they own, the sub-processors down to the last, models with their makers and licences, terms, service
// level, prices, certificates, environmental statements, benchmark results, the use case and the organisation.
//
// An offering that exists but of which nothing is known on the day gives a dossier without facts, not an error.
func (v *View) Gather(q Query) (*Dossier, error) {
	d := newDossier(v)
	if missing := v.start(d, q); missing != nil {
		missing.Nearest = wording.NearestFew(missing.ID, v.ids[missing.kind], 3)
		return nil, &missing.NotFoundError
	}
	g := gathering{View: v, d: d, in: map[Ref]bool{}, walked: map[Ref]bool{}}
	g.run()
	g.close()
	d.kept = &keptHash{}
	return d, nil
}

func newDossier(v *View) *Dossier {
	return &Dossier{Format: DossierFormat, On: v.On, KnownOn: v.KnownOn, Assumptions: v.assumptions, Sources: []Source{},
		Roles: Roles{Parents: []Ref{}, Models: []Ref{}, Providers: []Ref{}, Licences: []Ref{}}}
}

// missing is a record that a query names and that is not there.
type missing struct {
	NotFoundError
	kind Kind
}

// start puts the records that a query names into a dossier; it tells the first one that is not there.
func (v *View) start(d *Dossier, q Query) *missing {
	for _, want := range []struct {
		kind Kind
		id   string
		into *Ref
	}{{Offering, q.Offering, &d.Offering}, {UseCase, q.UseCase, &d.UseCase}, {Organisation, q.Organisation, &d.Organisation}} {
		if want.id == "" && want.kind != Offering {
			continue
		}
		r := Ref{want.kind, want.id}
		if v.get(r) == nil {
			return &missing{NotFoundError{What: want.kind.Label().Lower(), ID: want.id}, want.kind}
		}
		*want.into = r
	}
	if d.Organisation.IsZero() {
		d.Organisation = v.one(d.UseCase, "use_case.organisation", Organisation)
	}
	return nil
}

type gathering struct {
	*View
	d      *Dossier
	in     map[Ref]bool // records taken in
	walked map[Ref]bool // parties whose owners and holdings were followed; one taken in as a holding may not be
}

// add takes a record in; it reports whether it is new and exists.
func (g *gathering) add(r Ref) bool {
	if r.IsZero() || g.in[r] || g.get(r) == nil {
		return false
	}
	g.in[r] = true
	return true
}

func (g *gathering) addAll(path, id string) []Ref {
	rs := g.Naming(path, id)
	for _, r := range rs {
		g.add(r)
	}
	return rs
}

func (g *gathering) run() {
	d := g.d
	g.add(d.Offering)
	g.add(d.UseCase)
	g.add(d.Organisation)
	d.Roles.Terms = g.one(d.Offering, "offering.terms", Terms)
	d.Roles.SLA = g.one(d.Offering, "offering.sla", SLA)
	dep := g.get(d.Offering).Fact("offering.deployment")
	d.Roles.SelfHosted = dep.State == Known && dep.Value.Text == "self_hosted"
	if !d.Roles.SelfHosted {
		d.Roles.Vendor = g.one(d.Offering, "offering.vendor", Vendor)
	}
	g.add(d.Roles.Terms)
	g.add(d.Roles.SLA)
	for _, e := range g.many(d.Roles.Terms, "terms.contracting_entity", Vendor) {
		g.party(e)
	}
	g.models()
	g.party(d.Roles.Vendor)
	d.Roles.Parents = append(d.Roles.Parents, g.parents(d.Roles.Vendor)...)
	for _, p := range d.Roles.Parents {
		g.chain(p)
	}
	g.chain(d.Roles.Vendor)
	g.subprocessors(d.Offering)
	g.addAll("price.offering", d.Offering.ID)
	g.evidence()
}

func (g *gathering) models() {
	d := g.d
	d.Roles.Models = append(d.Roles.Models, g.many(d.Offering, "offering.models", Model)...)
	queue := slices.Clone(d.Roles.Models)
	for i := 0; i < len(queue); i++ {
		m := queue[i]
		if !g.add(m) {
			continue
		}
		provider, lic := g.one(m, "model.provider", Vendor), g.one(m, "model.licence", Licence)
		g.party(provider)
		g.add(lic)
		if i < len(d.Roles.Models) {
			d.Roles.Providers = appendNew(d.Roles.Providers, provider)
			d.Roles.Licences = appendNew(d.Roles.Licences, lic)
		}
		queue = append(queue, g.many(m, "model.base_models", Model)...)
	}
}

func appendNew(rs []Ref, r Ref) []Ref {
	if r.IsZero() || slices.Contains(rs, r) {
		return rs
	}
	return append(rs, r)
}

// party takes in a party, its owners to the last, and what it and they hold.
func (g *gathering) party(r Ref) {
	g.add(r)
	if g.walked[r] || g.get(r) == nil {
		return
	}
	g.walked[r] = true
	for _, s := range g.addAll("stake.vendor", r.ID) {
		g.party(g.one(s, "stake.owner", Vendor))
	}
	for _, s := range g.Naming("stake.owner", r.ID) {
		g.holding(s)
	}
}

// holding takes in a stake read downwards and the company held, without that company's other owners.
func (g *gathering) holding(stake Ref) {
	if !g.add(stake) {
		return
	}
	held := g.one(stake, "stake.vendor", Vendor)
	g.add(held)
	for _, s := range g.Naming("stake.owner", held.ID) {
		g.holding(s)
	}
}

// chain takes in the sub-processors of a vendor.
func (g *gathering) chain(vendor Ref) {
	if !vendor.IsZero() {
		g.subprocessors(vendor)
	}
}

func (g *gathering) subprocessors(user Ref) {
	path := "subprocessing.user"
	if user.Kind == Offering {
		path = "subprocessing.offerings"
	}
	for _, s := range g.Naming(path, user.ID) {
		g.subprocessing(s)
	}
}

func (g *gathering) subprocessing(s Ref) {
	// A line that names offerings holds for those alone; one whose list is not complete may hold for this one too, and
	// stays in, to be read with UsedFor.
	if _, possibly := g.get(s).UsedFor(g.d.Offering); !possibly {
		return
	}
	if !g.add(s) {
		return
	}
	sub := g.one(s, "subprocessing.vendor", Vendor)
	g.party(sub)
	g.chain(sub)
}

// parents lists those who control a vendor step by step, nearest first: by a declared control, or by more than
// half of votes or capital. Cycles end the walk.
func (g *gathering) parents(r Ref) []Ref {
	var out []Ref
	seen := map[Ref]bool{r: true}
	for cur := r; !cur.IsZero(); {
		var next Ref
		for _, s := range g.Naming("stake.vendor", cur.ID) {
			if owner := g.one(s, "stake.owner", Vendor); g.controls(s) && !owner.IsZero() && !seen[owner] {
				next = owner
				break
			}
		}
		if next.IsZero() {
			break
		}
		seen[next] = true
		out = append(out, next)
		cur = next
	}
	return out
}

func (g *gathering) controls(stake Ref) bool { return g.get(stake).ControlsOn(g.On) }

// ControlsOn reads a stake: whether it gives control. A lower bound can prove control, never deny it; a stake that has
// ended, or has not begun, on the day controls nothing.
func (rec *DossierRecord) ControlsOn(day Date) bool {
	if f := rec.Fact("stake.from"); f.State == Known && Date(f.Value.Text).After(day) {
		return false
	}
	if f := rec.Fact("stake.until"); f.State == Known && Date(f.Value.Text).Before(day) {
		return false
	}
	if c := rec.Fact("stake.control"); c.State == Known {
		return c.Value.Bool
	}
	for _, share := range []struct{ exact, least string }{
		{"stake.voting_percent", "stake.voting_min"}, {"stake.percent", "stake.percent_min"},
	} {
		if f := rec.Fact(share.exact); f.State == Known {
			return overHalf(f.Value.Num)
		}
		if f := rec.Fact(share.least); f.State == Known && overHalf(f.Value.Num) {
			return true
		}
	}
	return false
}

func overHalf(decimal string) bool {
	return CompareDecimals(decimal, "50") > 0
}

// evidence takes in the statements, results and certificates about what is already in.
func (g *gathering) evidence() {
	d := g.d
	parties := append([]Ref{d.Roles.Vendor}, d.Roles.Parents...)
	for _, r := range append(slices.Clone(parties), d.Roles.Providers...) {
		if !r.IsZero() {
			g.addAll("environmental_statement.about_vendor", r.ID)
		}
	}
	for _, m := range d.Roles.Models {
		g.addAll("environmental_statement.about_model", m.ID)
		g.addAll("benchmark_result.model", m.ID)
	}
	g.addAll("environmental_statement.about_offering", d.Offering.ID)
	g.addAll("benchmark_result.offering", d.Offering.ID)
	g.addAll("certification.offerings", d.Offering.ID)
	for r := range g.in {
		if r.Kind == Subprocessing {
			parties = append(parties, g.one(r, "subprocessing.vendor", Vendor))
		}
	}
	slices.SortFunc(parties, Ref.Compare)
	for _, p := range slices.Compact(parties) {
		if !p.IsZero() {
			g.addAll("certification.vendor", p.ID)
		}
	}
}

// close copies the records in order, lets the vendor inherit, and lists the sources cited.
func (g *gathering) close() {
	d := g.d
	cited := map[string]bool{}
	for r := range g.in {
		rec := g.get(r)
		facts := rec.Facts[:len(rec.Facts):len(rec.Facts)] // of the view, whose dossiers share them: nobody writes into them
		if r == d.Roles.Vendor || facts == nil {           // the vendor inherits; never nil: an empty list is written [], not null
			facts = append([]Fact{}, facts...)
		}
		d.Records = append(d.Records, DossierRecord{Kind: r.Kind, ID: r.ID, Facts: facts})
	}
	slices.SortFunc(d.Records, func(a, b DossierRecord) int { return a.Ref().Compare(b.Ref()) })
	if rec := d.Record(d.Roles.Vendor); rec != nil {
		g.inherit(rec)
	}
	for _, r := range d.Records {
		for _, f := range r.Facts {
			cited[f.Source] = true
			for _, c := range f.Contradicts {
				cited[c.Source] = true
			}
		}
	}
	for id := range cited {
		if s, ok := g.sources[id]; ok {
			d.Sources = append(d.Sources, s)
		}
	}
	slices.SortFunc(d.Sources, func(a, b Source) int { return cmpString(a.ID, b.ID) })
	slices.SortFunc(d.Roles.Providers, Ref.Compare)
	slices.SortFunc(d.Roles.Licences, Ref.Compare)
}

// inherit gives the vendor the practices of the nearest parent that has them, labelled with where they come from.
// What is disputed at a parent stays unknown: a parent further up does not settle it.
func (g *gathering) inherit(vendor *DossierRecord) {
	settled := map[string]bool{}
	for _, f := range vendor.Facts {
		settled[f.Path] = f.State != Unknown || f.Disputed || f.Assumed
	}
	for _, parent := range g.d.Roles.Parents {
		rec := g.get(parent)
		if rec == nil {
			continue // dropped by an assumption
		}
		for _, f := range rec.Facts {
			def, ok := g.Dictionary.Fact(f.Path)
			if !ok || !def.Inherited || settled[f.Path] {
				continue
			}
			settled[f.Path] = true
			if f.State == Unknown {
				continue
			}
			from := parent
			f.InheritedFrom = &from
			vendor.Facts = append(vendor.Facts, f)
		}
	}
	vendor.sort()
}
