package service

import (
	"context"
	"slices"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// ByLocal is who records when nobody signed in: whoever is at the keyboard of a command.
const ByLocal = "local"

// person is the opaque id under which somebody records.
func person(p *account.Principal) string {
	if p.Person == "" {
		return ByLocal
	}
	return p.Person
}

// judgedWithin is the scope of a dossier: what all share and what belongs to the entity that the offering, the use or the
// organisation belongs to, so that a judgement for one entity never rests on what another one keeps, even when the group
// asks for it.
func (s *Service) judgedWithin(ctx context.Context, in store.Reader, q catalog.Query) (store.Reader, error) {
	named := map[string]catalog.Ref{"offering": {Kind: catalog.Offering, ID: q.Offering}, "use_case": {Kind: catalog.UseCase, ID: q.UseCase}, "organisation": {Kind: catalog.Organisation, ID: q.Organisation}}
	var refs []catalog.Ref
	for _, r := range named {
		if r.ID != "" {
			refs = append(refs, r)
		}
	}
	of, err := in.Entities(ctx, refs...)
	if err != nil {
		return in, err
	}
	entity := ""
	for _, field := range []string{"offering", "use_case", "organisation"} {
		e := of[named[field]]
		if e == "" || e == entity {
			continue
		}
		if entity != "" {
			return in, &catalog.InvalidError{Fields: []catalog.FieldError{{Path: field, Text: wording.Textf("%s belongs to another entity of the group than what it is judged with", "%s appartient à une autre entité du groupe que ce avec quoi il est jugé", named[field].String())}}}
		}
		entity = e
	}
	if entity == "" && !in.Scope().All() { // somebody of an entity asks about what all share: their own facts count
		return in, nil
	}
	return s.Store.In(store.Within(entity)), nil
}

// entityOf is the entity that a dossier belongs to: that of a record which it rests on, empty when all share them.
func (s *Service) entityOf(ctx context.Context, dossiers ...*catalog.Dossier) (string, error) {
	var refs []catalog.Ref
	for _, d := range dossiers {
		for i := range d.Records {
			refs = append(refs, d.Records[i].Ref())
		}
	}
	slices.SortFunc(refs, catalog.Ref.Compare)
	of, err := s.Store.In(store.Everything()).Entities(ctx, slices.Compact(refs)...)
	if err != nil {
		return "", err
	}
	entity := ""
	for _, e := range of {
		switch {
		case e == "":
		case entity != "" && e != entity:
			return "", &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "offerings", Text: wording.Textf("rest on records of several entities of the group: nothing is kept of that", "reposent sur des fiches de plusieurs entités du groupe : rien n'en est conservé")}}}
		default:
			entity = e
		}
	}
	return entity, nil
}
