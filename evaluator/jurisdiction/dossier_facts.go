package jurisdiction

import (
	"slices"

	"vigie/catalog"
)

// places settles where data are: what the offering says, and where suppliers that see the content process it. An
// organisation that runs the model itself keeps data where its own rules allow.
func (b *builder) places() {
	r, o := b.d.Offering, &b.g.Offering
	processing, storage := b.countries(r, "offering.processing_countries"), b.countries(r, "offering.storage_countries")
	metadata := b.countries(r, "offering.metadata_countries")
	if b.d.Roles.SelfHosted {
		home := b.countries(b.d.UseCase, "use_case.required_countries")
		for _, p := range []*Places{&processing, &storage, &metadata} {
			if !known(*p) && known(home) && !home.World && !home.Open {
				p.Within = home.Codes
			}
		}
		o.Refs[AttrData] = append(o.Refs[AttrData], b.refs(b.d.UseCase, "use_case.required_countries")...)
	}
	o.DataIn, o.MetadataIn = processing.with(storage), metadata
	o.TechnicalIn = b.countries(r, "offering.technical_data_countries")
	for _, s := range b.g.Supplies {
		if s.Record.Kind != catalog.Subprocessing {
			continue
		}
		where := b.countries(s.Record, "subprocessing.processing_countries")
		if !known(where) {
			continue // its places are asked for as places of its people
		}
		where.Open = false
		switch a := b.reaches(s.Record); {
		case a.Min >= AccessCiphertext:
			o.DataIn = o.DataIn.with(where)
		case a.Min >= AccessMetadata:
			o.MetadataIn = o.MetadataIn.with(where)
		}
	}
	for _, line := range b.maybe {
		where := b.countries(line.Ref(), "subprocessing.processing_countries")
		if !known(where) {
			continue
		}
		may := Places{Open: true, Within: where.Codes}
		if where.World {
			may = Anywhere
		}
		a := b.reaches(line.Ref())
		for _, x := range []struct {
			into  *Places
			attr  Attr
			floor Access
		}{{&o.DataIn, AttrData, AccessCiphertext}, {&o.MetadataIn, AttrMetadata, AccessMetadata}} {
			if a.Max >= x.floor && (len(where.Codes) > 0 || where.World) {
				*x.into = x.into.with(may)
				o.Refs[x.attr] = append(o.Refs[x.attr], b.refs(line.Ref(), "subprocessing.offerings")...)
			}
		}
	}
}

// immunity collects what only the SecNumCloud tests read.
func (b *builder) immunity() {
	m := &b.g.Immunity
	m.Subject = b.subject()
	m.Veto, m.Board, m.Autonomy, m.Notice, m.ResidualRisks = Maybe, Maybe, Maybe, Maybe, Maybe
	switch b.text(b.d.Offering, "offering.operating_autonomy") {
	case "none":
		m.Autonomy = No
	case "own_skills", "two_alternatives", "qualified_supplier":
		m.Autonomy = Yes
	}
	f, _ := b.fact(b.d.Roles.Terms, "terms.ownership_change_notice_days")
	switch {
	case f.State == catalog.Absent:
		m.Notice = No
	case f.State == catalog.Known:
		m.Notice = Of(catalog.CompareDecimals(f.Value.Num, "31") <= 0)
	}
	m.Refs = Refs{AttrAutonomy: b.refs(b.d.Offering, "offering.operating_autonomy"), AttrNotice: b.refs(b.d.Roles.Terms, "terms.ownership_change_notice_days")}
	if m.Subject == "" {
		return
	}
	subject := b.g.Parties[slices.IndexFunc(b.g.Parties, func(p Party) bool { return p.ID == m.Subject })]
	m.ResidualRisks = b.truth(subject.Record, "vendor.residual_risk_list")
	m.Refs[AttrResidual] = b.refs(subject.Record, "vendor.residual_risk_list")
	m.Veto, m.Refs[AttrVeto] = b.rightsOutside(subject, "stake.veto")
	m.Board, m.Refs[AttrBoard] = b.rightsOutside(subject, "stake.board_majority")
	m.Certified = b.certified()
}

// subject is the provider that the tests examine: who serves, or the host that the organisation rents machines from.
func (b *builder) subject() string {
	if !b.d.Roles.SelfHosted {
		if b.start == "?" {
			return ""
		}
		return b.start
	}
	for _, p := range b.g.Parties {
		if p.Roles.Has(Host) {
			return p.ID
		}
	}
	return ""
}

// rightsOutside says whether a holder outside the Union has a right in the provider. It is No only when every recorded
// holder is known to lack it or to be inside, and no other holder can exist.
func (b *builder) rightsOutside(subject Party, path string) (Truth, []catalog.FactRef) {
	t := min(Maybe, not(subject.OwnersComplete))
	var refs []catalog.FactRef
	for _, s := range b.g.Stakes {
		if s.Of != subject.ID {
			continue
		}
		i := slices.IndexFunc(b.g.Parties, func(p Party) bool { return p.ID == s.Owner })
		outside := outsideUnion(b.g.Parties[i])
		refs = append(refs, b.refs(s.Record, path)...)
		t = max(t, min(outside, b.truth(s.Record, path)))
	}
	if refs == nil {
		refs = b.refs(subject.Record, "vendor.owners_complete")
	}
	return t, refs
}

func outsideUnion(p Party) Truth {
	if p.Kind == Dispersed {
		return No
	}
	t := No
	for _, c := range []string{p.IncorporatedIn, p.HeadquarteredIn} {
		switch {
		case c == "":
			t = max(t, Maybe)
		case !slices.Contains(catalog.EU(), c):
			t = Yes
		}
	}
	return t
}

// certified writes what a register says of the offering.
func (b *builder) certified() string {
	for _, rec := range b.d.OfKind(catalog.Certification) {
		c := rec.Ref()
		f, _ := b.fact(c, "certification.offerings")
		covers := f.State == catalog.Known && f.Value.Contains(b.d.Offering.ID) || b.truth(c, "certification.covers_offering") == Yes
		if b.text(c, "certification.standard") == "secnumcloud" && b.truth(c, "certification.held") == Yes && covers {
			return b.d.Name(c).EN
		}
	}
	return ""
}

// sovereignty records what bears on the framework's objectives beside the walk.
func (b *builder) sovereignty() {
	b.g.Contributing = map[string][]catalog.FactRef{}
	add := func(objective string, r catalog.Ref, path string) {
		if f, at := b.fact(r, path); f.State == catalog.Known {
			b.g.Contributing[objective] = append(b.g.Contributing[objective], at)
		}
	}
	for _, rec := range b.d.OfKind(catalog.Certification) {
		if b.truth(rec.Ref(), "certification.held") == Yes {
			add("SOV-7", rec.Ref(), "certification.standard")
		}
	}
	for _, p := range []string{"offering.pue", "offering.wue_l_per_kwh", "offering.renewable_hourly_percent"} {
		add("SOV-8", b.d.Offering, p)
	}
	if f, _ := b.fact(b.d.Offering, "offering.seal_level"); f.State == catalog.Known {
		b.g.Recognised = f.Value.Num
	}
}

// measures records the mitigations that facts tell.
func (b *builder) measures() {
	set := func(id string, t Truth) {
		if t != Maybe {
			b.g.Measures[id] = t
		}
	}
	set("confidential-inference", b.truth(b.d.Offering, "offering.confidential_computing"))
	set("airgap", b.g.Offering.Disconnected)
	set("pseudonymise-first", b.truth(b.d.UseCase, "use_case.pseudonymised"))
	switch b.text(b.d.Roles.Terms, "terms.zero_retention") {
	case "standard":
		set("zero-retention", Yes)
	case "not_available":
		set("zero-retention", No)
	}
	switch b.text(b.d.Roles.Vendor, "vendor.government_requests") {
	case "notice_and_challenge":
		set("challenge-and-notice-clause", Yes)
	case "silent", "policy":
		set("challenge-and-notice-clause", No)
	}
	switch b.text(b.d.Roles.Terms, "terms.transfer_mechanism") {
	case "scc_with_assessment", "scc_only", "adequacy", "none", "no_transfer":
		b.g.Mechanism = b.text(b.d.Roles.Terms, "terms.transfer_mechanism")
	}
}
