package licence

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
)

var update = flag.Bool("update", false, "write the golden files again")

func boolean(b bool) Known { return Known{Value: catalog.BoolValue(b)} }
func integer(s string) Known {
	return Known{Value: catalog.NumValue(catalog.TypeInteger, s), AsOf: "2026-10-31"}
}
func choice(s string) Known { return Known{Value: catalog.ChoiceValue(s)} }
func money(amount, currency string) Known {
	return Known{Value: catalog.Value{Type: catalog.TypeMoney, Num: amount, Currency: currency}}
}
func list(t catalog.ValueType, codes ...string) Known {
	var elems []catalog.Value
	for _, c := range codes {
		elems = append(elems, catalog.Value{Type: t, Text: c})
	}
	return Known{Value: catalog.ListValue(t, true, elems...)}
}

var testRates = Rates{On: "2026-11-24", Source: "test", USD: map[string]string{"EUR": "1.1", "CNY": "0.14"}}

var testRefs = map[string]catalog.Ref{
	"organisation": {Kind: "organisation", ID: "us"}, "use_case": {Kind: "use_case", ID: "assistant"},
	"offering": {Kind: "offering", ID: "self-hosted"}, "model": {Kind: "model", ID: "model"},
}

// organisations are the four of the rights table. All host the model themselves, adapt nothing, train nothing.
var organisations = []struct {
	name  string
	facts map[string]Known
}{
	{"bank", map[string]Known{ // French bank, 60 000 people, 12 M customers; an assistant for customers
		"organisation.country": {Value: catalog.Value{Type: catalog.TypeCountry, Text: "FR"}}, "organisation.public_sector": boolean(false),
		"organisation.nonprofit": boolean(false), "organisation.education_or_research": boolean(false), "organisation.image_generation_core": boolean(false),
		"organisation.monthly_active_users": integer("12000000"), "organisation.annual_revenue": money("25000000000", "EUR"),
		"use_case.commercial_use": boolean(true), "use_case.purpose": choice("production"), "use_case.user_countries": list(catalog.TypeCountry, "FR"),
	}},
	{"sme", map[string]Known{ // Paris, 40 people, 2 M€; a product for its customers
		"organisation.country": {Value: catalog.Value{Type: catalog.TypeCountry, Text: "FR"}}, "organisation.public_sector": boolean(false),
		"organisation.nonprofit": boolean(false), "organisation.education_or_research": boolean(false), "organisation.image_generation_core": boolean(false),
		"organisation.monthly_active_users": integer("3000"), "organisation.annual_revenue": money("2000000", "EUR"),
		"use_case.commercial_use": boolean(true), "use_case.purpose": choice("service_to_third_parties"), "use_case.user_countries": list(catalog.TypeCountry, "FR"),
	}},
	{"ministry", map[string]Known{ // French ministry; an assistant for its agents, not commercial
		"organisation.country": {Value: catalog.Value{Type: catalog.TypeCountry, Text: "FR"}}, "organisation.public_sector": boolean(true),
		"organisation.nonprofit": boolean(false), "organisation.education_or_research": boolean(false), "organisation.image_generation_core": boolean(false),
		"organisation.monthly_active_users": integer("150000"), "organisation.annual_revenue": money("0", "EUR"),
		"use_case.commercial_use": boolean(false), "use_case.purpose": choice("internal"), "use_case.user_countries": list(catalog.TypeCountry, "FR"),
	}},
	{"us-startup", map[string]Known{ // 3 M$; users in the US only
		"organisation.country": {Value: catalog.Value{Type: catalog.TypeCountry, Text: "US"}}, "organisation.public_sector": boolean(false),
		"organisation.nonprofit": boolean(false), "organisation.education_or_research": boolean(false), "organisation.image_generation_core": boolean(true),
		"organisation.monthly_active_users": integer("200000"), "organisation.annual_revenue": money("3000000", "USD"),
		"use_case.commercial_use": boolean(true), "use_case.purpose": choice("service_to_third_parties"), "use_case.user_countries": list(catalog.TypeCountry, "US"),
	}},
}

// common is what the four have in common.
func common(facts map[string]Known, modalities ...string) map[string]Known {
	out := map[string]Known{
		"use_case.uses": list(catalog.TypeChoice), "use_case.trains_on_outputs": boolean(false), "use_case.modifies_model": boolean(false),
		"use_case.redistributes_model": boolean(false), "use_case.competes_with_licensor": boolean(false),
		"organisation.registered_licences": list(catalog.TypeReference), "organisation.authorised_licences": list(catalog.TypeReference),
		"organisation.annual_recurring_revenue": money("0", "EUR"), "organisation.monthly_revenue": money("0", "EUR"),
		"offering.deployment": choice("self_hosted"), "model.input_modalities": list(catalog.TypeChoice, modalities...), "model.output_modalities": list(catalog.TypeChoice, "text"),
	}
	for p, k := range facts {
		out[p] = k
	}
	return out
}

// tableLicences are the licences of the rights table with what their models take in.
var tableLicences = [][]string{
	{"llama-3.1", "text"}, {"llama-3.2", "text", "image"}, {"llama-3.2", "text"}, {"llama-4", "text", "image"}, {"gemma-tou-2025-03-24", "text", "image"},
	{"tongyi-qianwen-research", "text"}, {"qwen-2024", "text"}, {"deepseek-1.0", "text"}, {"hunyuan-large", "text"}, {"hunyuan-video", "text", "image"},
	{"stability-community", "text"}, {"flux-1-dev-2024-08", "text"}, {"flux-1-dev-2025-06", "text"}, {"creativeml-openrail-m", "text"}, {"openrail-pp-m", "text"},
	{"bigscience-openrail-m", "text"}, {"apache-2.0", "text"}, {"mit", "text"}, {"cc-by-nc-4.0", "text"}, {"agpl-3.0", "text"},
	{"kimi-k2", "text"}, {"minimax-m2", "text"}, {"lfm-1.0", "text"}, {"exaone-1.2-nc", "text"}, {"polyform-nc-1.0.0", "text"}, {"open-aleph-1.0", "text"}, {"opt-175b", "text"},
	{"mistral-mrl", "text"}, {"mistral-modified-mit", "text"},
}

// TestRightsTable compares the rights of the four organisations with the table in testdata, whose cells were checked
// against the clauses.
func TestRightsTable(t *testing.T) {
	set := mustBuiltin(t)
	var b strings.Builder
	for _, l := range tableLicences {
		fmt.Fprintf(&b, "%s (%s)\n", l[0], strings.Join(l[1:], ", "))
		for _, o := range organisations {
			s := set.NewSituation(common(o.facts, l[1:]...), testRefs, testRates)
			j, ok := set.Judge(l[0], s, nil)
			if !ok {
				t.Fatalf("no rights of %s", l[0])
			}
			fmt.Fprintf(&b, "  %-11s", o.name)
			for _, name := range RightNames() {
				fmt.Fprintf(&b, " %s=%s", name, j.Rights[name].Answer)
			}
			fmt.Fprintf(&b, "\n              %s [%s]\n", j.Rights[CommercialUse].Reason.EN, j.Rights[CommercialUse].Clause)
		}
	}
	golden(t, "rights.txt", b.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (run with -update once the change is checked): -want +got\n%s", name, d)
	}
}

func BenchmarkRights(b *testing.B) {
	set := mustBuiltin(b)
	facts := common(organisations[0].facts, "text", "image")
	b.ReportAllocs()
	for b.Loop() {
		s := set.NewSituation(facts, testRefs, testRates)
		if _, ok := set.Judge("llama-3.2", s, nil); !ok {
			b.Fatal("no rights")
		}
	}
}
