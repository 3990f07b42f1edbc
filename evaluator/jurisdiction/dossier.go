package jurisdiction

import (
	"slices"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// FromDossier makes the graph of an offering from its dossier. What nobody recorded is unknown, never none.
//
// Readings that are not plain:
//   - A self-hosted offering is served by the organisation itself. The maker of the model is there as such, with no
//     access: weights carry no nexus. Telemetry or remote code is a sub-processing line and changes that.
//   - terms.contracting_entity, when it is not offering.vendor, is the serving vendor, and offering.vendor the
//     company that operates the service for it.
//   - Whoever runs the inference has the content in clear, unless attested confidential computing or a claim of
//     technical impossibility leaves that open (at least ciphertext), or both together settle it at ciphertext.
//   - subprocessing.processing_countries ("where does it process or reach the data?") stands for the places of its
//     people when subprocessing.admin_countries is not known, and for places of the data as far as it sees them.
//   - A company that serves or is used is taken for a company when its kind is not recorded; an owner is not.
//   - Sub-processors of a company that controls the serving vendor are taken in and marked as inherited.
//   - A line that may be used for this offering (catalog.SupplyLines) is one of the suppliers that an incomplete list leaves
//     out: anybody. Where it sees content, the offering's data may be there too.
func FromDossier(d *catalog.Dossier) *Graph {
	b := &builder{d: d, g: &Graph{On: d.On, Hypothetical: d.Hypothetical(), Measures: map[string]Truth{}, Known: map[catalog.FactRef]bool{}, Partial: map[catalog.FactRef]bool{}}, index: map[catalog.Ref]int{}}
	// Room for every party, so that pointers to parties stay good while others are added.
	b.g.Parties = make([]Party, 0, len(d.Records)+2)
	b.lines, b.maybe = d.SupplyLines()
	b.offering()
	b.use()
	b.parties()
	b.suppliers()
	b.owners()
	b.makers()
	b.places()
	b.immunity()
	b.measures()
	b.sovereignty()
	return b.g
}

type builder struct {
	d     *catalog.Dossier
	g     *Graph
	index map[catalog.Ref]int // party number by vendor record
	start string              // id of the party that serves

	lines, maybe []*catalog.DossierRecord // sub-processing that is, and that may be, for this offering
}

var deployments = map[string]Deployment{
	"public_service": SaaS, "enterprise_saas": SaaS, "shared_api": API, "dedicated_instance": Dedicated, "customer_cloud": SelfHostedCloud, "self_hosted": OnPremises,
}

func (b *builder) offering() {
	r := b.d.Offering
	o := &b.g.Offering
	o.ID, o.Name, o.Title, o.Record = r.ID, b.d.Name(r).EN, b.d.Name(r), r
	o.Deployment = deployments[b.text(r, "offering.deployment")]
	o.Disconnected = Maybe
	switch b.text(r, "offering.disconnected_operation") {
	case "continues":
		o.Disconnected = Yes
	case "limited", "stops":
		o.Disconnected = No
	}
	o.WeightsOpen = b.weights()
	o.Refs = Refs{
		AttrData:          b.refs(r, "offering.processing_countries", "offering.storage_countries"),
		AttrMetadata:      b.refs(r, "offering.metadata_countries"),
		AttrTechnicalData: b.refs(r, "offering.technical_data_countries"),
		AttrKeys:          b.refs(r, "offering.key_custody"),
		AttrDeployment:    b.refs(r, "offering.deployment"),
		AttrDisconnected:  b.refs(r, "offering.disconnected_operation"),
		AttrParties:       b.refs(r, "offering.vendor"),
	}
	complete, on := b.d.SuppliersComplete()
	o.SuppliersOpen = !complete
	for _, at := range on {
		o.Refs[AttrSuppliers] = append(o.Refs[AttrSuppliers], b.refs(at.Record, at.Path)...)
	}
	for _, line := range b.maybe {
		o.SuppliersOpen = true
		o.Refs[AttrSuppliers] = append(o.Refs[AttrSuppliers], b.refs(line.Ref(), "subprocessing.offerings")...)
	}
	switch b.text(r, "offering.key_custody") {
	case "vendor", "customer_in_vendor_kms":
		// A key service that the vendor runs can use the keys, whoever is said to manage them.
		o.Keys = KeysVendor
	case "customer_external":
		switch b.hasRole("key_custody") {
		case Yes:
			o.Keys = KeysCustodian
		case Maybe:
			o.Refs[AttrKeys] = append(o.Refs[AttrKeys], o.Refs[AttrSuppliers]...)
		default:
			o.Keys = KeysCustomer
		}
	case "customer_only":
		o.Keys = KeysCustomer
	}
}

// weights says whether every model of the offering has open weights.
func (b *builder) weights() Truth {
	if len(b.d.Roles.Models) == 0 {
		return Maybe
	}
	t := Yes
	for _, m := range b.d.Roles.Models {
		switch b.text(m, "model.weights") {
		case "open", "gated":
		case "":
			t = min(t, Maybe)
		default:
			t = No
		}
	}
	return t
}

// hasRole says whether a supplier of the dossier has a role; one that may not serve this offering leaves it open.
func (b *builder) hasRole(role string) Truth {
	has := func(rec *catalog.DossierRecord) bool { return b.text(rec.Ref(), "subprocessing.role") == role }
	switch {
	case slices.ContainsFunc(b.lines, has):
		return Yes
	case slices.ContainsFunc(b.maybe, has):
		return Maybe
	}
	return No
}

func (b *builder) use() {
	u, uc, org := &b.g.Use, b.d.UseCase, b.d.Organisation
	u.Users, u.Subjects = b.countries(uc, "use_case.user_countries"), b.countries(uc, "use_case.data_subject_countries")
	u.PersonalData = Maybe
	switch b.text(uc, "use_case.personal_data") {
	case "none":
		u.PersonalData, u.Subjects = No, Places{}
	case "ordinary", "special":
		u.PersonalData = Yes
	}
	u.Refs = Refs{AttrUsers: b.refs(uc, "use_case.user_countries"), AttrSubjects: b.refs(uc, "use_case.data_subject_countries"), AttrPersonalData: b.refs(uc, "use_case.personal_data")}
	o := &b.g.Organisation
	o.Home, o.Public = b.text(org, "organisation.country"), b.truth(org, "organisation.public_sector")
	o.SanctionedBy, o.Excluded = b.countries(org, "organisation.sanctioned_by"), b.countries(org, "organisation.excluded_countries")
	o.Refs = Refs{AttrListed: b.refs(org, "organisation.sanctioned_by"), AttrExcluded: b.refs(org, "organisation.excluded_countries")}
}

// parties adds those who serve: the organisation for self-hosting, else the contracting company and the operator.
func (b *builder) parties() {
	if b.d.Roles.SelfHosted {
		org := b.d.Organisation
		name := "Organisation" // reads alike in both languages, as the name of a party must
		if n := b.d.Name(org); !org.IsZero() && n.EN == n.FR {
			name = n.EN
		}
		b.start = "organisation"
		country := b.text(org, "organisation.country")
		b.g.Parties = append(b.g.Parties, Party{ID: b.start, Name: name, Kind: Company, IncorporatedIn: country, HeadquarteredIn: country, Roles: Customer, OwnersComplete: Yes, HoldersComplete: Yes, Record: org})
		b.g.Offering.PartiesKnown = Yes
		return
	}
	vendor := b.d.Roles.Vendor
	contract := catalog.Ref{Kind: catalog.Vendor, ID: b.text(b.d.Roles.Terms, "terms.contracting_entity")}
	if contract.ID == "" {
		contract = vendor
	}
	if contract.IsZero() || contract.ID == "" {
		b.start = "?"
		b.g.Offering.PartiesKnown = Maybe
		b.g.Parties = append(b.g.Parties, Party{ID: "?", Name: "?", Kind: Company, Roles: ServingVendor, Access: UnknownAccess, Provider: Yes, Branches: Anywhere, Serves: Anywhere, AdminFrom: Anywhere,
			Listed: Maybe, DPF: Maybe, OwnersComplete: Maybe, HoldersComplete: Maybe, Qualified: Maybe, Refs: Refs{AttrSeat: b.refs(b.d.Offering, "offering.vendor"), AttrAccess: b.refs(b.d.Offering, "offering.vendor"), AttrOwners: b.refs(b.d.Offering, "offering.vendor")}})
		return
	}
	b.g.Offering.PartiesKnown = Yes
	p := b.party(contract)
	b.start = p.ID
	b.serves(p)
	if contract != vendor && !vendor.IsZero() {
		// The operator has the access and the people; the contracting company is reached as the processor it is.
		b.works(p, Places{}, Places{})
		op := b.party(vendor)
		op.Roles |= Subprocessor
		op.Kind = orCompany(op.Kind)
		op.Provider = max(op.Provider, Yes)
		op.Access = b.access(op)
		b.host(op)
		b.works(op, b.countries(b.d.Offering, "offering.admin_countries"), b.countries(b.d.Offering, "offering.support_countries"))
		b.g.Supplies = append(b.g.Supplies, Supply{From: b.start, To: op.ID, Record: b.d.Offering,
			Refs: Refs{AttrSupply: slices.Concat(b.refs(b.d.Offering, "offering.vendor"), b.refs(b.d.Roles.Terms, "terms.contracting_entity"))}})
		return
	}
	b.works(p, b.countries(b.d.Offering, "offering.admin_countries"), b.countries(b.d.Offering, "offering.support_countries"))
}

// serves makes a party the serving vendor.
func (b *builder) serves(p *Party) {
	p.Roles |= ServingVendor
	p.Kind = orCompany(p.Kind)
	p.Provider = Yes
	p.Access = b.access(p)
	b.host(p)
}

// host adds the role of host to a company that provides infrastructure, and to one that names nobody else for it.
func (b *builder) host(p *Party) {
	if f, _ := b.fact(p.Record, "vendor.roles"); f.State == catalog.Known && f.Value.Contains("infrastructure") || b.selfHosts() {
		p.Roles |= Host
	}
}

// selfHosts reports whether the list of suppliers is complete and names no host.
func (b *builder) selfHosts() bool {
	return !b.g.Offering.SuppliersOpen && b.hasRole("hosting") == No && b.hasRole("compute") == No
}

func orCompany(k Kind) Kind {
	if k == "" {
		return Company
	}
	return k
}

func (b *builder) works(p *Party, admin, support Places) {
	p.AdminFrom, p.SupportFrom = admin, support
	p.Refs[AttrAdmin] = b.refs(b.d.Offering, "offering.admin_countries", "offering.support_countries")
}

// access is what those who run the inference have. A model must read prompts, so it is the content in clear unless
// attested enclaves keep the vendor out: what is not known of those leaves both possible. That its people reach or read
// content proves that it has it in clear, whatever else is claimed.
func (b *builder) access(p *Party) Level {
	p.Refs[AttrAccess] = b.refs(b.d.Offering, "offering.vendor_access", "offering.confidential_computing")
	if b.d.Roles.Terms.ID != "" {
		p.Refs[AttrAccess] = append(p.Refs[AttrAccess], b.refs(b.d.Roles.Terms, "terms.human_review")...)
	}
	enclaves := b.truth(b.d.Offering, "offering.confidential_computing")
	staff := b.text(b.d.Offering, "offering.vendor_access")
	inTenancy := b.g.Offering.Deployment == SelfHostedCloud
	switch {
	case inTenancy && staff == "impossible":
		return Exactly(AccessNone)
	case inTenancy && staff == "":
		return UnknownAccess
	case staff != "" && staff != "impossible", b.read():
		return Exactly(AccessPlaintext)
	case staff == "impossible" && enclaves == Yes:
		return Exactly(AccessCiphertext)
	}
	return Level{AccessCiphertext, AccessPlaintext}
}

// read reports whether the terms let people of the vendor read content, on whatever occasion.
func (b *builder) read() bool {
	switch b.text(b.d.Roles.Terms, "terms.human_review") {
	case "", "none", "on_customer_request":
		return false
	}
	return true
}

// party adds a vendor record to the graph, once.
func (b *builder) party(r catalog.Ref) *Party {
	if i, ok := b.index[r]; ok {
		return &b.g.Parties[i]
	}
	b.index[r] = len(b.g.Parties)
	name, title := b.legalName(r)
	p := Party{
		ID: r.ID, Name: name, Title: title, Kind: Kind(b.text(r, "vendor.party_kind")), Record: r,
		IncorporatedIn: b.text(r, "vendor.incorporation_country"), HeadquarteredIn: b.text(r, "vendor.headquarters_country"),
		PrincipalEstablishmentIn: b.text(r, "vendor.principal_establishment_country"),
		Nationality:              b.countries(r, "vendor.nationalities"), Branches: b.countries(r, "vendor.branch_countries"), Serves: b.countries(r, "vendor.market_countries"),
		Provider: b.provider(r), AdminFrom: Anywhere, Listed: b.truth(r, "vendor.listed"), DPF: b.truth(r, "vendor.dpf_listed"),
		OwnersComplete: b.truth(r, "vendor.owners_complete"), HoldersComplete: Maybe, Qualified: b.qualified(r),
	}
	if f, _ := b.fact(r, "vendor.ownership_known_percent"); f.State == catalog.Known {
		p.Identified, _ = ParsePercent(f.Value.Num)
		if p.OwnersComplete == Maybe && p.Identified >= halfShare {
			p.OwnersComplete = Yes // what is not identified cannot control
		}
	}
	if p.Kind == Individual {
		if p.IncorporatedIn == "" {
			p.IncorporatedIn = p.HeadquarteredIn // a person has one residence
		}
		p.HeadquarteredIn = p.IncorporatedIn
	}
	p.Refs = Refs{
		AttrSeat: b.refs(r, "vendor.incorporation_country", "vendor.headquarters_country"), AttrKind: b.refs(r, "vendor.party_kind"), AttrNationality: b.refs(r, "vendor.nationalities"),
		AttrProvider: b.refs(r, "vendor.service_provider"), AttrBranches: b.refs(r, "vendor.branch_countries"), AttrServes: b.refs(r, "vendor.market_countries"),
		AttrOwners: b.refs(r, "vendor.owners_complete"), AttrDPF: b.refs(r, "vendor.dpf_listed"),
	}
	b.g.Parties = append(b.g.Parties, p)
	return &b.g.Parties[len(b.g.Parties)-1]
}

// legalName is the name of the legal entity, else the name of the record, with its title where the languages name it
// each in its way.
func (b *builder) legalName(r catalog.Ref) (string, wording.Text) {
	if n := b.text(r, "vendor.legal_name"); n != "" {
		return n, wording.Text{}
	}
	t := b.d.Name(r)
	if t.EN == t.FR {
		return t.EN, wording.Text{}
	}
	return t.EN, t
}

// provider says whether a company provides such services: as recorded, else by the roles it plays in the market.
func (b *builder) provider(r catalog.Ref) Truth {
	if t := b.truth(r, "vendor.service_provider"); t != Maybe {
		return t
	}
	f, _ := b.fact(r, "vendor.roles")
	if f.State == catalog.Known && (f.Value.Contains("serving_vendor") || f.Value.Contains("infrastructure") || f.Value.Contains("application_provider")) {
		return Yes
	}
	return Maybe
}

// qualified says whether a company holds a SecNumCloud qualification that is valid on the day. One that is not on record
// may exist; one of which it is not known that it is held, or until when, proves nothing.
func (b *builder) qualified(r catalog.Ref) Truth {
	for _, rec := range b.d.OfKind(catalog.Certification) {
		c := rec.Ref()
		if b.text(c, "certification.vendor") != r.ID || b.text(c, "certification.standard") != "secnumcloud" || b.truth(c, "certification.held") != Yes {
			continue
		}
		if until := catalog.Date(b.text(c, "certification.valid_until")); until != "" && !until.Before(b.d.On) {
			return Yes
		}
	}
	return Maybe
}

var subRoles = map[string]Roles{"hosting": Host | Subprocessor, "compute": Host | Subprocessor, "support": Support, "key_custody": KeyCustodian, "technology": TechnologySupplier}

// suppliers adds the sub-processors of the offering and of those who serve it, theirs in turn, in order of record id.
func (b *builder) suppliers() {
	lines := b.lines
	done := make([]bool, len(lines))
	for again := true; again; {
		again = false
		for i, rec := range lines {
			if done[i] {
				continue
			}
			from, inherited := b.user(rec.Ref())
			if from == "" {
				continue
			}
			done[i], again = true, true
			b.supplier(rec.Ref(), from, inherited)
		}
	}
}

// user gives the party that a line is used by: a party already in the graph, the serving party for lines that name the
// offering, or a company that controls it.
func (b *builder) user(line catalog.Ref) (from, inherited string) {
	id := b.text(line, "subprocessing.user")
	if i, ok := b.index[catalog.Ref{Kind: catalog.Vendor, ID: id}]; ok && id != "" {
		return b.g.Parties[i].ID, ""
	}
	f, _ := b.fact(line, "subprocessing.offerings")
	named := f.State == catalog.Known && f.Value.Contains(b.d.Offering.ID)
	if named || id == b.d.Offering.ID {
		return b.start, ""
	}
	if slices.ContainsFunc(b.d.Roles.Parents, func(r catalog.Ref) bool { return r.ID == id }) {
		return b.party(catalog.Ref{Kind: catalog.Vendor, ID: id}).ID, id
	}
	return "", ""
}

func (b *builder) supplier(line catalog.Ref, from, inherited string) {
	var p *Party
	if id := b.text(line, "subprocessing.vendor"); id != "" {
		p = b.party(catalog.Ref{Kind: catalog.Vendor, ID: id})
	} else {
		p = b.nameless(line)
	}
	role, ok := subRoles[b.text(line, "subprocessing.role")]
	if !ok {
		role = Subprocessor
	}
	p.Roles |= role
	p.Kind = orCompany(p.Kind)
	if role.Has(Host | Subprocessor) {
		p.Provider = Yes
	}
	if p.IncorporatedIn == "" {
		p.IncorporatedIn = b.text(line, "subprocessing.country")
		p.Refs[AttrSeat] = append(p.Refs[AttrSeat], b.refs(line, "subprocessing.country")...)
	}
	if inherited != "" && p.InheritedFrom == "" {
		p.InheritedFrom = inherited
	}
	p.Access = p.Access.or(b.reaches(line))
	p.Refs[AttrAccess] = append(p.Refs[AttrAccess], b.refs(line, "subprocessing.access", "subprocessing.sees_content")...)
	people := b.countries(line, "subprocessing.admin_countries")
	if !known(people) {
		people = b.countries(line, "subprocessing.processing_countries")
	}
	if p.AdminFrom.Open && !known(p.AdminFrom) && len(p.Refs[AttrAdmin]) == 0 {
		p.AdminFrom = people
	} else {
		p.AdminFrom = p.AdminFrom.with(people)
	}
	p.Refs[AttrAdmin] = append(p.Refs[AttrAdmin], b.refs(line, "subprocessing.admin_countries", "subprocessing.processing_countries")...)
	b.g.Supplies = append(b.g.Supplies, Supply{From: from, To: p.ID, For: b.text(line, "subprocessing.role"), Record: line,
		Refs: Refs{AttrSupply: b.refs(line, "subprocessing.vendor", "subprocessing.role")}})
}

// nameless adds a supplier known by the name on the line only.
func (b *builder) nameless(line catalog.Ref) *Party {
	b.index[line] = len(b.g.Parties)
	b.g.Parties = append(b.g.Parties, Party{ID: line.ID, Name: b.d.Name(line).EN, Kind: Company, Provider: Maybe, Nationality: Places{}, Branches: Anywhere, Serves: Anywhere, AdminFrom: Anywhere,
		Listed: Maybe, DPF: Maybe, OwnersComplete: Maybe, HoldersComplete: Maybe, Qualified: Maybe, Record: line,
		Refs: Refs{AttrSeat: b.refs(line, "subprocessing.vendor"), AttrOwners: b.refs(line, "subprocessing.vendor"), AttrServes: b.refs(line, "subprocessing.vendor"), AttrBranches: b.refs(line, "subprocessing.vendor"), AttrProvider: b.refs(line, "subprocessing.vendor"), AttrDPF: b.refs(line, "subprocessing.vendor")}})
	return &b.g.Parties[len(b.g.Parties)-1]
}

// reaches is what a supplier gets of the customer's data, by one line.
func (b *builder) reaches(line catalog.Ref) Level {
	if a, ok := ParseAccess(b.text(line, "subprocessing.access")); ok {
		return Exactly(a)
	}
	floor, _ := ParseAccess(b.text(line, "subprocessing.access_min"))
	switch b.truth(line, "subprocessing.sees_content") {
	case Yes:
		return Exactly(AccessPlaintext)
	case No:
		return Level{min(floor, AccessCiphertext), AccessCiphertext}
	}
	return Level{floor, AccessPlaintext}
}

// makers adds the makers of the models, who have no access as such.
func (b *builder) makers() {
	for _, r := range b.d.Roles.Providers {
		if r.ID == "" {
			continue
		}
		p := b.party(r)
		if p.Roles == 0 {
			p.AdminFrom = Places{}
		}
		p.Roles |= ModelDeveloper
	}
}
