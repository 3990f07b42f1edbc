package evaluator

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
)

// A knock-out of which it is not known whether it applies passes on strong evidence only: learning that it applies
// must not reopen it.
func TestAKnockOutThatMayApplyAsksForItsEvidenceToo(t *testing.T) {
	p := open(t)
	in := p.in
	checked := 0
	for _, offering := range p.view.IDs(catalog.Offering) {
		for _, use := range []string{"code-assistant", "citizen-service"} {
			in.Weights = in.Framework.WeightSets[use]
			d, err := p.view.Gather(catalog.Query{Offering: offering, UseCase: use})
			if err != nil {
				t.Fatal(err)
			}
			in.Dossier = d
			after, err := Evaluate(in)
			if err != nil {
				t.Fatal(err)
			}
			in.Dossier = d.Where(func(r catalog.Ref, _ catalog.Fact) bool { return r.Kind != catalog.UseCase })
			before, err := Evaluate(in)
			if err != nil {
				t.Fatal(err)
			}
			for i, b := range before.KnockOuts {
				if b.Status != Passed {
					continue
				}
				checked++
				if a := after.KnockOuts[i]; a.Status != Passed && a.Status != NotApplicable {
					t.Errorf("%s for %s, %s: %s before the use is known, then %s", offering, use, b.ID, b.Status, a.Status)
				}
			}
		}
	}
	if checked == 0 {
		t.Error("no knock-out passes")
	}
}

// An offering that runs several models, one of which has no maker or licence on record, or whose list is not complete,
// is not judged by those that are.
func TestModelsNotNamedLeaveTheirFactsOpen(t *testing.T) {
	p := open(t)
	const offering, path = "mistral-api-eu-medium-3.5", "provider.gpai_code"
	model := func(id string) catalog.Value { return catalog.Value{Type: catalog.TypeReference, Text: id} }
	offer, second := catalog.Ref{Kind: catalog.Offering, ID: offering}, catalog.Ref{Kind: catalog.Model, ID: "unheard-of"}
	for _, c := range []struct {
		name     string
		complete bool
		models   []string
		want     []catalog.FactRef // waited for
	}{
		{"as recorded", true, []string{"mistral-medium-3.5"}, nil},
		{"a model without a maker", true, []string{"mistral-medium-3.5", second.ID}, []catalog.FactRef{{Record: second, Path: "model.provider"}}},
		{"a list that may hold more", false, []string{"mistral-medium-3.5"}, []catalog.FactRef{{Record: offer, Path: "offering.models"}}},
	} {
		list := catalog.ListValue(catalog.TypeReference, c.complete)
		more := catalog.Catalogue{Records: append([]catalog.Ref{second}, p.catalogue.Records...), Sources: p.catalogue.Sources}
		for _, id := range c.models {
			list.List = append(list.List, model(id))
		}
		for _, cl := range p.catalogue.Claims {
			if cl.Record != offer || cl.Path != "offering.models" {
				more.Claims = append(more.Claims, cl)
				continue
			}
			cl.Value = &list
			more.Claims = append(more.Claims, cl)
		}
		d, err := more.At(p.in.Dictionary, referenceDay, referenceDay).Gather(catalog.Query{Offering: offering})
		if err != nil {
			t.Fatal(err)
		}
		in := p.in
		in.Dossier = d
		r := in.open(0)
		r.load([]string{path})
		if got, want := r.facts.Known(path), c.want == nil; got != want {
			t.Errorf("%s: %s known: %v, want %v", c.name, path, got, want)
		}
		if c.want != nil {
			if diff := cmp.Diff(c.want, r.leaves(path, in.Framework.Env)); diff != "" {
				t.Errorf("%s: waits for (-want +got)\n%s", c.name, diff)
			}
		}
	}
}
