package web

import (
	"context"
	"errors"
	"strings"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// NewRecordPage is the form of a record that is not there yet: its name and the facts that come first.
type NewRecordPage struct {
	Base
	EntryForm
	Kind  string
	Kinds []Link // other kinds that can be made
	Name  *Input // the id, proposed from the name
	Back  Link
}

// firstFacts are asked when a record is made, besides its name: enough to tell it apart and to link it. The others are
// filled in on its sheet.
var firstFacts = map[catalog.Kind][]string{
	catalog.Vendor:                 {"vendor.party_kind", "vendor.legal_name", "vendor.headquarters_country", "vendor.incorporation_country", "vendor.website", "vendor.roles"},
	catalog.Model:                  {"model.provider", "model.licence", "model.release_date", "model.weights"},
	catalog.Offering:               {"offering.vendor", "offering.models", "offering.terms", "offering.sla", "offering.deployment", "offering.processing_countries", "offering.storage_countries"},
	catalog.UseCase:                {"use_case.organisation", "use_case.description", "use_case.task", "use_case.purpose", "use_case.criticality", "use_case.personal_data"},
	catalog.Organisation:           {"organisation.country", "organisation.public_sector", "organisation.financial_entity"},
	catalog.Terms:                  {"terms.document", "terms.version_date", "terms.contracting_entity"},
	catalog.SLA:                    {"sla.availability_percent", "sla.window"},
	catalog.Licence:                {"licence.spdx", "licence.covers", "licence.holder"},
	catalog.Stake:                  {"stake.vendor", "stake.owner", "stake.owner_country", "stake.percent", "stake.control", "stake.from"},
	catalog.Subprocessing:          {"subprocessing.user", "subprocessing.vendor", "subprocessing.offerings", "subprocessing.country", "subprocessing.processing_countries", "subprocessing.role", "subprocessing.sees_content"},
	catalog.Certification:          {"certification.vendor", "certification.standard", "certification.held", "certification.scope", "certification.issuer", "certification.valid_until"},
	catalog.Price:                  {"price.offering", "price.input_mtok", "price.output_mtok", "price.seat_month", "price.fixed_month"},
	catalog.BenchmarkResult:        {"benchmark_result.model", "benchmark_result.benchmark", "benchmark_result.task", "benchmark_result.score", "benchmark_result.unit", "benchmark_result.date", "benchmark_result.measured_by"},
	catalog.EnvironmentalStatement: {"environmental_statement.about_vendor", "environmental_statement.about_model", "environmental_statement.about_offering", "environmental_statement.scope", "environmental_statement.metric", "environmental_statement.value", "environmental_statement.unit", "environmental_statement.method", "environmental_statement.verification", "environmental_statement.period"},
}

// NewRecordQuery says what is to be made, what is filled in already and what was sent.
type NewRecordQuery struct {
	Kind  catalog.Kind
	Given map[string][]string // answers that an address brings, by field
	On    catalog.Date
	Sent  Sent
}

// madeFacts are the facts that the form of a kind asks for, the name first.
func (s *Site) madeFacts(k catalog.Kind) []*catalog.FactDef {
	var out []*catalog.FactDef
	for _, path := range append([]string{k.NamePath()}, firstFacts[k]...) {
		if def, ok := s.svc.Dictionary.Fact(path); ok {
			out = append(out, def)
		}
	}
	return out
}

// named reports whether records of a kind are told apart by a name; others are by what they link.
func named(def *catalog.FactDef) bool {
	return def.Required || def.Record == catalog.Terms || def.Record == catalog.SLA
}

// NewRecord makes the form of a new record.
func (s *Site) NewRecord(ctx context.Context, r Request, q NewRecordQuery) ([]byte, error) {
	if err := account.Need(ctx, account.Claim); err != nil {
		return nil, err
	}
	b := s.base(r, navOf(q.Kind), "")
	d, err := s.newDesk(ctx, b, q.On)
	if err != nil {
		return nil, err
	}
	kind := d.sp.Text(q.Kind.Label())
	b.Title = b.w("new.title", kind)
	p := NewRecordPage{Base: b, Kind: kind, Back: Link{b.plural(q.Kind), b.At("/records/" + string(q.Kind))}}
	defs := s.madeFacts(q.Kind)
	sent := q.Sent
	if sent.Values == nil {
		sent.Values = map[string][]string{}
		for field, values := range q.Given {
			def, ok := s.svc.Dictionary.Fact(strings.TrimPrefix(field, "v."))
			if !ok || def.Record != q.Kind {
				continue
			}
			for _, v := range values {
				if def.Type == catalog.TypeReference {
					v = d.name(catalog.Ref{Kind: def.RefersTo, ID: v})
				}
				sent.Values[field] = append(sent.Values[field], v)
			}
		}
	}
	if p.EntryForm, err = d.entryForm(defs, nil, "", sent, true); err != nil {
		return nil, err
	}
	p.Name = &Input{Name: "id", Type: "text", Label: b.w("new.id"), Hint: b.w("new.id_hint"), Max: 120}
	b.fields(Sent{Values: sent.Values}, p.Name)
	for _, f := range sent.Faults {
		if f.Path == "id" {
			p.Name.Fault = sentence(wording.Typeset(b.Lang, f.Text.In(b.Lang)))
		}
	}
	p.Action, p.Go = b.At("/new/"+string(q.Kind)), b.w("new.go")
	for _, k := range catalog.Kinds() {
		if k != q.Kind && firstFacts[k] != nil {
			p.Kinds = append(p.Kinds, Link{d.sp.Text(k.Label()), b.At("/new/" + string(k))})
		}
	}
	return s.render("newrecord", p)
}

// madeBefore finds the record that a form made when it was sent the first time and its answer was lost.
func (d *desk) madeBefore(kind catalog.Kind, name string, ref catalog.Ref) (catalog.Ref, error) {
	list, err := d.s.svc.List(d.ctx, kind, d.on, d.on, "")
	if err != nil {
		return ref, err
	}
	var found []string
	for _, x := range list {
		if w := folded(name); w != "" && (w == folded(x.Name.EN) || w == folded(x.Name.FR)) {
			found = append(found, x.ID)
		}
	}
	if len(found) == 1 {
		return catalog.Ref{Kind: kind, ID: found[0]}, nil
	}
	return ref, &SentBeforeError{}
}

// MakeRecord makes a record with what a form says of it, and gives its name.
func (s *Site) MakeRecord(ctx context.Context, l wording.Lang, kind catalog.Kind, on catalog.Date, sent Sent) (catalog.Ref, error) {
	d, err := s.newDesk(ctx, s.base(Request{Lang: l}, "", ""), on)
	if err != nil {
		return catalog.Ref{}, err
	}
	defs := s.madeFacts(kind)
	if len(defs) == 0 {
		return catalog.Ref{}, &catalog.NotFoundError{What: wording.Textf("kind of record", "type de fiche"), ID: string(kind)}
	}
	var faults []catalog.FieldError
	name := strings.TrimSpace(sent.Value("v." + kind.NamePath()))
	if name == "" && named(defs[0]) {
		faults = append(faults, catalog.FieldError{Path: "v." + kind.NamePath(), Text: wording.Textf("a name is needed", "il faut un nom")})
	}
	id := strings.TrimSpace(sent.Value("id"))
	switch {
	case id == "":
		if id, err = d.freeID(kind, firstWords(name, sent)); err != nil {
			return catalog.Ref{}, err
		}
	case !catalog.ValidID(id):
		faults = append(faults, catalog.FieldError{Path: "id", Text: wording.Textf("an id is lower-case letters, digits, dot, dash and underscore", "un identifiant est fait de minuscules, chiffres, point, tiret et tiret bas")})
	}
	ref := catalog.Ref{Kind: kind, ID: id}
	d.made = append(d.made, ref)
	in, bad := d.enter(ref, defs, sent)
	if faults = append(faults, bad...); len(faults) > 0 {
		return ref, &catalog.InvalidError{Fields: faults}
	}
	// The record's own name is among the answers: it is not claimed twice.
	own := in.Batch.Claims[:0]
	for _, c := range in.Batch.Claims {
		if c.Record == ref && c.Path == kind.NamePath() && c.Value != nil && c.Value.Text == "" {
			continue
		}
		own = append(own, c)
	}
	in.Batch.Claims = own
	in.Batch.Expect = expectation(ref, 0)
	_, err = s.svc.Record(ctx, in.Batch)
	var conflict *store.ConflictError
	var invalid *catalog.InvalidError
	switch {
	case sentBefore(err):
		return d.madeBefore(kind, name, ref)
	case errors.As(err, &conflict) && conflict.Have != conflict.Want:
		return ref, &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "id", Text: wording.Textf("another record has this id: choose another one, or open the one that is there", "une autre fiche porte cet identifiant : en choisir un autre, ou ouvrir celle qui existe")}}}
	case errors.As(err, &invalid):
		err = &catalog.InvalidError{Fields: placed(invalid.Fields, in.Paths)}
	}
	return ref, err
}

// firstWords names a record without a name by what it links.
func firstWords(name string, sent Sent) string {
	if name != "" {
		return name
	}
	var out []string
	for _, path := range []string{"stake.vendor", "stake.owner", "subprocessing.user", "subprocessing.vendor", "certification.vendor", "certification.standard", "price.offering", "benchmark_result.model", "benchmark_result.benchmark"} {
		for _, v := range sent.Values["v."+path] {
			if v != "" {
				out = append(out, v)
			}
		}
	}
	return strings.Join(out, " ")
}
