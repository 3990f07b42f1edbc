package licence

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"vigie/catalog"
)

// drawFacts draws a value for every fact that rights depend on.
func drawFacts(t *rapid.T) map[string]Known {
	out := map[string]Known{}
	flag := func(path string) { out[path] = boolean(rapid.Bool().Draw(t, path)) }
	for _, p := range []string{"organisation.public_sector", "organisation.nonprofit", "organisation.education_or_research", "organisation.image_generation_core",
		"use_case.commercial_use", "use_case.competes_with_licensor", "use_case.trains_on_outputs", "use_case.modifies_model", "use_case.redistributes_model"} {
		flag(p)
	}
	users := []string{"10", "2000000", "50000000", "200000000", "900000000"}
	for _, p := range []string{"organisation.monthly_active_users", "use_case.monthly_unique_users", "use_case.monthly_visits"} {
		out[p] = integer(rapid.SampledFrom(users).Draw(t, p))
	}
	for _, p := range []string{"organisation.annual_revenue", "organisation.annual_recurring_revenue", "organisation.monthly_revenue"} {
		out[p] = money(rapid.SampledFrom([]string{"0", "900000", "5000000", "25000000", "400000000"}).Draw(t, p), rapid.SampledFrom([]string{"USD", "EUR"}).Draw(t, p+" currency"))
	}
	country := rapid.SampledFrom([]string{"FR", "US", "GB", "KR", "CH"})
	out["organisation.country"] = Known{Value: catalog.Value{Type: catalog.TypeCountry, Text: country.Draw(t, "country")}}
	out["use_case.user_countries"] = list(catalog.TypeCountry, country.Draw(t, "users"))
	out["use_case.purpose"] = choice(rapid.SampledFrom([]string{"research", "evaluation", "personal", "internal", "production", "service_to_third_parties"}).Draw(t, "purpose"))
	out["use_case.uses"] = list(catalog.TypeChoice, rapid.SampledFrom([][]string{{}, {"medical_advice"}, {"illegal", "biometric"}, {"insurance"}}).Draw(t, "uses")...)
	refs := rapid.SampledFrom([][]string{{}, {"yi-2.1"}, {"stability-community", "mistral-mrl"}})
	out["organisation.registered_licences"] = list(catalog.TypeReference, refs.Draw(t, "registered")...)
	out["organisation.authorised_licences"] = list(catalog.TypeReference, refs.Draw(t, "authorised")...)
	out["offering.deployment"] = choice(rapid.SampledFrom([]string{"self_hosted", "enterprise_saas", "shared_api"}).Draw(t, "deployment"))
	out["model.input_modalities"] = list(catalog.TypeChoice, rapid.SampledFrom([][]string{{"text"}, {"text", "image"}}).Draw(t, "in")...)
	out["model.output_modalities"] = list(catalog.TypeChoice, rapid.SampledFrom([][]string{{"text"}, {"video"}}).Draw(t, "out")...)
	return out
}

// TestUnknownIsSound: whatever the missing facts turn out to be, the answer is one of those said to be possible.
func TestUnknownIsSound(t *testing.T) {
	set := mustBuiltin(t)
	ids := set.IDs()
	rapid.Check(t, func(t *rapid.T) {
		full := drawFacts(t)
		partial := map[string]Known{}
		for _, p := range slices.Sorted(maps.Keys(full)) {
			if rapid.IntRange(0, 2).Draw(t, "keep "+p) > 0 {
				partial[p] = full[p]
			}
		}
		id := rapid.SampledFrom(ids).Draw(t, "licence")
		settled, _ := set.Judge(id, set.NewSituation(full, testRefs, testRates), nil)
		open, _ := set.Judge(id, set.NewSituation(partial, testRefs, testRates), nil)
		for _, name := range RightNames() {
			a, b := settled.Rights[name], open.Rights[name]
			for _, v := range a.possible() {
				if !slices.Contains(b.possible(), v) {
					t.Fatalf("%s %s: with all facts %v, but with some missing only %v (%s) is said to be possible\n%s\n%s", id, name, a.possible(), b.possible(), b.Answer, a.Reason.EN, b.Reason.EN)
				}
			}
			if len(b.possible()) > 1 && len(a.possible()) == 1 && len(b.Missing) == 0 {
				t.Fatalf("%s %s: open (%v) without naming a missing fact; settled it is %s", id, name, b.possible(), a.Answer)
			}
		}
	})
}

// TestWithdrawal: a right whose clause is touched answers unknown, another keeps its answer.
func TestWithdrawal(t *testing.T) {
	set := mustBuiltin(t)
	s := set.NewSituation(common(organisations[0].facts, "text"), testRefs, testRates)
	answers := func(d ...Difference) string {
		j, _ := set.Judge("llama-3.1", s, d)
		return fmt.Sprint(j.Rights[CommercialUse].Answer, " ", j.Rights[Redistribute].Answer, " ", j.Rights[TrainOnOutputs].Answer)
	}
	for _, c := range []struct {
		name string
		d    []Difference
		want string
	}{
		{"none", nil, "conditions_met conditions_met allowed"},
		{"threshold changed", []Difference{{Kind: Changed, Clause: "2"}}, "unknown unknown allowed"},
		{"distribution clause changed", []Difference{{Kind: Changed, Clause: "1.b.i"}}, "conditions_met unknown unknown"},
		{"law changed", []Difference{{Kind: Changed, Clause: "7"}}, "conditions_met conditions_met allowed"},
		{"warranty removed", []Difference{{Kind: Removed, Clause: "3"}}, "conditions_met conditions_met allowed"},
		{"definition changed", []Difference{{Kind: Changed, Clause: "definitions"}}, "unknown unknown unknown"},
		{"words added anywhere", []Difference{{Kind: Added, Clause: "7"}}, "unknown unknown unknown"},
		{"letter misread", []Difference{{Kind: Misread, Clause: "2"}}, "conditions_met conditions_met allowed"},
	} {
		if got := answers(c.d...); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
