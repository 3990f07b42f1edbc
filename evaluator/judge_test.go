package evaluator

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/evaluator/framework"
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

// rule is a knock-out of the shipped framework's first criterion, made of two expressions.
func rule(t *testing.T, in *Input, applies, fails string, least catalog.SourceKind) *framework.CompiledKnockOut {
	t.Helper()
	k := &framework.CompiledKnockOut{KnockOut: framework.KnockOut{ID: "ko-test", Applies: applies, FailsWhen: fails, MinEvidence: least}, Criterion: in.Framework.Criteria[0].ID}
	var err error
	if k.AppliesProgram, err = in.Framework.Env.Compile(applies); err != nil {
		t.Fatal(err)
	}
	if k.FailsProgram, err = in.Framework.Env.Compile(fails); err != nil {
		t.Fatal(err)
	}
	return k
}

// stating gives a dossier whose terms state two facts, each on a kind of source.
func stating(p *shippedParts, t *testing.T, facts map[string]catalog.Fact) *catalog.Dossier {
	t.Helper()
	d, err := p.view.Gather(catalog.Query{Offering: "mistral-api-eu-medium-3.5", UseCase: "office-assistant"})
	if err != nil {
		t.Fatal(err)
	}
	for path, f := range facts {
		f.Path, f.State, f.AsOf = path, catalog.Known, referenceDay
		d = d.With(d.Holder(strings.SplitN(path, ".", 2)[0])[0], f)
	}
	return d
}

// A weak fact that switches a knock-out off passed it, although the same fact would not have been enough to pass it.
func TestAWeakFactDoesNotSwitchAKnockOutOff(t *testing.T) {
	p := open(t)
	no, yes := catalog.BoolValue(false), catalog.BoolValue(true)
	const applies, fails = "terms.auto_renewal", "terms.arbitration"
	for _, c := range []struct {
		name    string
		applies catalog.Fact
		status  Status
		weak    bool
		missing []string
	}{
		{"off on a contract", catalog.Fact{Value: &no, Kind: catalog.KindContract}, NotApplicable, false, []string{}},
		{"off on the press", catalog.Fact{Value: &no, Kind: catalog.KindPress}, Open, true, []string{applies}},
		{"on on the press", catalog.Fact{Value: &yes, Kind: catalog.KindPress}, Failed, false, []string{}},
	} {
		in := p.in
		in.Weights = in.Framework.WeightSets["office-assistant"]
		in.Dossier = stating(p, t, map[string]catalog.Fact{applies: c.applies, fails: {Value: &yes, Kind: catalog.KindContract}})
		full := in.read(0)
		res, err := in.knockOut(rule(t, &in, applies, fails, catalog.KindContract), full, in.open)
		if err != nil {
			t.Fatal(err)
		}
		if res.Status != c.status || res.EvidenceTooWeak != c.weak {
			t.Errorf("%s: %s, too weak %v; want %s, %v", c.name, res.Status, res.EvidenceTooWeak, c.status, c.weak)
		}
		if diff := cmp.Diff(c.missing, res.Missing); diff != "" {
			t.Errorf("%s: missing (-want +got)\n%s", c.name, diff)
		}
	}
}

// An index beyond the list, or a number out of range, ended the whole assessment with an error.
func TestAnExpressionThatFailsLeavesItsCriterionOpen(t *testing.T) {
	p := open(t)
	in := p.input(t, "mistral-api-eu-medium-3.5", "office-assistant")
	before, err := Evaluate(in)
	if err != nil {
		t.Fatal(err)
	}
	beyond, err := in.Framework.Env.Compile(`offering.processing_countries[99] == "US"`)
	if err != nil {
		t.Fatal(err)
	}
	over, err := in.Framework.Env.Compile(`(size(offering.processing_countries) + 1) * 9223372036854775807 > 0`)
	if err != nil {
		t.Fatal(err)
	}
	fw := *in.Framework
	fw.Criteria = slices.Clone(fw.Criteria)
	settled := slices.IndexFunc(before.Criteria, func(c CriterionResult) bool { return c.Applies == AppliesYes && len(c.Bands) == 1 })
	c := *fw.Criteria[settled]
	c.BandPrograms = slices.Clone(c.BandPrograms)
	c.BandPrograms[0] = beyond
	c.Reads = append(slices.Clone(c.Reads), beyond.Reads()...)
	fw.Criteria[settled] = &c
	fw.KnockOuts = slices.Clone(fw.KnockOuts)
	passed := slices.IndexFunc(before.KnockOuts, func(k KnockOutResult) bool { return k.Status == Passed })
	k := *fw.KnockOuts[passed]
	k.FailsProgram = over
	fw.KnockOuts[passed] = &k
	in.Framework = &fw
	a, err := Evaluate(in)
	if err != nil {
		t.Fatal(err)
	}
	low, high := 100, 0
	for _, b := range c.Bands {
		low, high = min(low, b.Score), max(high, b.Score)
	}
	got := a.Criteria[settled]
	if *got.Low != low || *got.High != high || len(got.Bands) != len(c.Bands) || slices.ContainsFunc(got.Bands, func(b BandResult) bool { return b.Hit }) {
		t.Errorf("%s: %d to %d on %d bands, want every band", got.ID, *got.Low, *got.High, len(got.Bands))
	}
	if want := "it asks for an element that the list does not have"; got.Failure.EN != want {
		t.Errorf("%s: failure %q, want %q", got.ID, got.Failure.EN, want)
	}
	if r := a.KnockOuts[passed]; r.Status != Open || r.EvidenceTooWeak || r.Failure.FR != "un nombre sort de ce qui peut se calculer" {
		t.Errorf("%s: %s, failure %q", r.ID, r.Status, r.Failure.FR)
	}
	var told []string
	for _, f := range a.Findings {
		if strings.HasPrefix(f.ID, "expression.") {
			told = append(told, f.ID)
		}
	}
	if diff := cmp.Diff([]string{"expression." + got.ID, "expression." + k.ID}, told); diff != "" {
		t.Errorf("findings (-want +got)\n%s", diff)
	}
	brief, err := Judge(in)
	if err != nil {
		t.Fatal(err)
	}
	if brief.Verdict != a.Verdict || brief.Score != a.Score {
		t.Errorf("brief %s %v, assessment %s %v", brief.Verdict, brief.Score, a.Verdict, a.Score)
	}
}
