package evaluator

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// figureOf makes a candidate that has one record of the kind, about its model.
func figureOf(offering string, kind catalog.Kind, facts map[string]catalog.Value) Judged {
	model := catalog.Ref{Kind: catalog.Model, ID: "m-" + offering}
	rec := catalog.DossierRecord{Kind: kind, ID: "r-" + offering}
	for _, p := range sortedKeys(facts) {
		v := facts[p]
		rec.Facts = append(rec.Facts, catalog.Fact{Path: string(kind) + "." + p, State: catalog.Known, Value: &v})
	}
	d := &catalog.Dossier{Offering: catalog.Ref{Kind: catalog.Offering, ID: offering}, Roles: catalog.Roles{Models: []catalog.Ref{model}}, Records: []catalog.DossierRecord{rec}}
	return Judged{&Assessment{Offering: offering}, d}
}

func bench(offering, score, harness, questions string) Judged {
	facts := map[string]catalog.Value{
		"model": {Type: catalog.TypeReference, Text: "m-" + offering}, "benchmark": catalog.TextValue("B"), "score": catalog.NumValue(catalog.TypeNumber, score),
		"unit": catalog.ChoiceValue("percent"), "language": {Type: catalog.TypeLanguage, Text: "en"}, "higher_is_better": catalog.BoolValue(true),
		"questions": catalog.NumValue(catalog.TypeInteger, questions),
	}
	if harness != "" {
		facts["harness"] = catalog.TextValue(harness)
	}
	return figureOf(offering, catalog.BenchmarkResult, facts)
}

type groupSeen struct {
	Comparable bool
	Reason     string
	Figures    []string
	Ties       int
}

func seenGroups(list []SideBySide) []groupSeen {
	var out []groupSeen
	for _, s := range list {
		for _, g := range s.Groups {
			x := groupSeen{Comparable: g.Comparable, Reason: g.Reason.EN}
			for _, f := range g.Figures {
				x.Figures = append(x.Figures, f.Offering+" "+f.Score.Num+" ±"+f.Margin)
				if f.TiesBest {
					x.Ties++
				}
			}
			out = append(out, x)
		}
	}
	return out
}

func TestBenchmarksStandTogetherOnlyUnderTheSameConditions(t *testing.T) {
	in := CompareInput{Candidates: []Judged{bench("a", "80", "5-shot", "400"), bench("b", "83", "5-shot", "400"), bench("c", "70", "5-shot", "400"),
		bench("d", "99", "agent", "400"), bench("e", "99", "", "400"), bench("f", "98", "", "400")}}
	want := []groupSeen{
		{true, "", []string{"b 83 ±3.681", "a 80 ±3.92", "c 70 ±4.491"}, 2},
		{false, "not comparable with the others; what differs: harness and settings", []string{"d 99 ±0.975"}, 0},
		{false, "not comparable; not stated in full: harness and settings", []string{"e 99 ±0.975", "f 98 ±1.372"}, 0},
	}
	if d := cmp.Diff(want, seenGroups(in.benchmarks())); d != "" {
		t.Error(d)
	}
}

func TestEnvironmentalFiguresStandTogetherOnlyInTheSamePerimeter(t *testing.T) {
	figure := func(offering, value, unit, functional string, complete bool, includes ...string) Judged {
		var list []catalog.Value
		for _, x := range includes {
			list = append(list, catalog.ChoiceValue(x))
		}
		return figureOf(offering, catalog.EnvironmentalStatement, map[string]catalog.Value{
			"about_model": {Type: catalog.TypeReference, Text: "m-" + offering}, "scope": catalog.ChoiceValue("model_inference"), "metric": catalog.ChoiceValue("energy"),
			"value": catalog.NumValue(catalog.TypeNumber, value), "unit": catalog.ChoiceValue(unit), "functional_unit": catalog.ChoiceValue(functional),
			"includes": catalog.ListValue(catalog.TypeChoice, complete, list...),
		})
	}
	in := CompareInput{Candidates: []Judged{
		figure("a", "0.9", "wh", "per_1k_output_tokens", true, "accelerators", "servers"), figure("b", "0.7", "wh", "per_1k_output_tokens", true, "servers", "accelerators"),
		figure("c", "0.1", "wh", "per_1k_output_tokens", true, "accelerators"), figure("d", "0.2", "wh", "per_1k_output_tokens", false, "accelerators", "servers"),
		figure("e", "0.24", "wh", "per_median_prompt", true, "accelerators", "servers"), figure("f", "0.3", "wh", "per_median_prompt", true, "accelerators", "servers"),
	}}
	want := []groupSeen{
		{true, "", []string{"b 0.7 ±", "a 0.9 ±"}, 1},
		{false, "not comparable with the others; what differs: perimeter and functional unit", []string{"c 0.1 ±"}, 0},
		{false, "not comparable; not stated in full: perimeter", []string{"d 0.2 ±"}, 0},
		{false, "not comparable: a prompt of unstated length has no fixed meaning", []string{"e 0.24 ±", "f 0.3 ±"}, 0},
	}
	got := in.environment()
	if d := cmp.Diff(want, seenGroups(got)); d != "" {
		t.Error(d)
	}
	for _, g := range got[0].Groups {
		if !g.Comparable && g.Reason.In(wording.FR) == g.Reason.In(wording.EN) {
			t.Errorf("%q is not said in French", g.Reason.EN)
		}
	}
}
