package derive

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/evaluator/finding"
)

func TestEveryDeclaredFactOfThisEngineIsComputed(t *testing.T) {
	all, err := Declarations()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, d := range all {
		if d.Engine == EngineDerive {
			want = append(want, d.Path)
		}
	}
	for name, w := range map[string]*world{"nothing known": newWorld(t), "something known": example(t)} {
		var got []string
		for _, x := range All(w.dossier(), builtinKnowledge(t), "2026-11-24") {
			got = append(got, x.Path)
			if x.Reason.EN == "" || x.Reason.FR == "" {
				t.Errorf("%s: %s gives no reason in some language: %+v", name, x.Path, x.Reason)
			}
			if x.State == catalog.Unknown && len(x.SettledBy) == 0 && name == "something known" {
				t.Errorf("%s: %s is open and waits for nothing", name, x.Path)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: want - got +\n%s", name, diff)
		}
	}
}

func TestNothingIsGuessedFromAnEmptyDossier(t *testing.T) {
	w := newWorld(t)
	w.d.UseCase = catalog.Ref{}
	for path, x := range w.all() {
		if x.State != catalog.Unknown || len(x.Possible) > 0 {
			t.Errorf("%s: %s", path, brief(x))
		}
	}
}

func TestSameBytesTwice(t *testing.T) {
	bytes := func() string {
		b, err := json.Marshal(All(example(t).dossier(), builtinKnowledge(t), "2026-11-24"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if diff := cmp.Diff(bytes(), bytes()); diff != "" {
		t.Error(diff)
	}
}

func TestTheDossierIsLeftAsItWas(t *testing.T) {
	d := example(t).dossier()
	before := d.Hash()
	All(d, builtinKnowledge(t), d.On)
	if d.Hash() != before {
		t.Error("computing changed the dossier")
	}
}

func TestValuesFitTheirDeclaration(t *testing.T) {
	all, err := Declarations()
	if err != nil {
		t.Fatal(err)
	}
	got := example(t).all()
	for _, d := range all {
		x, ok := got[d.Path]
		if !ok {
			continue
		}
		values := slices.Clone(x.Possible)
		if x.Value != nil {
			values = append(values, *x.Value)
		}
		for _, v := range values {
			if v.Type != d.Type {
				t.Errorf("%s: a %s, declared %s", d.Path, v.Type, d.Type)
			}
			for _, code := range v.Texts() {
				if d.Type == catalog.TypeChoice && code != "" && !slices.Contains(d.Codes(), code) {
					t.Errorf("%s: %q is not declared", d.Path, code)
				}
			}
		}
	}
}

func builtinKnowledge(t testing.TB) *Knowledge {
	t.Helper()
	k, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// example is a vendor like the catalogue's: partly known.
func example(t testing.TB) *world {
	w := newWorld(t).served("exemplia", "chat")
	w.set("use_case/office", "task", "general_knowledge", "main_language", "fr", "input_mtok_month", "120", "output_mtok_month", "30", "seats", "0", "budget_month", "20000 EUR")
	w.set("offering/api", "processing_countries", "FR DE", "terms", "msa")
	w.d.Roles.Terms = ref("terms/msa")
	w.set("terms/msa", "subprocessors_complete", "true")
	w.set("certification/iso", "vendor", "exemplia", "standard", "iso27001", "held", "true", "covers_offering", "true", "valid_until", "2027-09-30")
	w.set("certification/soc", "vendor", "exemplia", "standard", "soc2_type2", "held", "true", "covers_offering", "true")
	w.set("subprocessing/host", "user", "exemplia", "vendor", "host", "replaceable", "false")
	w.set("subprocessing/mail", "user", "exemplia", "vendor", "mail", "replaceable", "true")
	w.set("environmental_statement/e", "about_model", "chat", "scope", "model_inference", "metric", "energy", "value", "0.9", "unit", "wh",
		"functional_unit", "per_1k_output_tokens", "method", "measured_bench", "accounting", "not_applicable", "includes", "accelerators servers", "verification", "public_bench", "period", "2026-06-30")
	w.set("benchmark_result/fr", "model", "chat", "benchmark", "MMLU-ProX (fr)", "task", "general_knowledge", "score", "68.4", "unit", "percent", "questions", "5800", "language", "fr", "harness", "lm-eval 0.4, 5-shot", "measured_by", "third_party", "higher_is_better", "true", "date", "2026-07-15")
	w.set("benchmark_result/en", "model", "chat", "benchmark", "MMLU-ProX (en)", "task", "general_knowledge", "score", "72", "unit", "percent", "questions", "5800", "language", "en", "harness", "lm-eval 0.4, 5-shot", "measured_by", "third_party", "higher_is_better", "true", "date", "2026-07-15")
	w.set("benchmark_result/own", "model", "chat", "use_case", "office", "benchmark", "Office cases", "task", "summarise_and_write", "score", "88", "unit", "percent", "questions", "60", "language", "fr", "harness", "blind, two graders", "measured_by", "own", "higher_is_better", "true", "date", "2026-10-01")
	w.set("price/p", "offering", "api", "input_mtok", "0.4 EUR", "output_mtok", "1.2 EUR", "seat_month", "0 EUR", "fixed_month", "9000 EUR")
	return w
}

func TestExample(t *testing.T) {
	check(t, example(t),
		"certs.valid", "known [iso27001]…",
		"chain.not_replaceable", "known 1",
		"env.best_scope", "unknown model_inference | model_life_cycle",
		"env.wh_per_1k_output_tokens", "known 0.9",
		"env.measured", "known true",
		"env.training_disclosure", "unknown",
		"env.verified", "unknown",
		"env.location_based", "unknown",
		"env.completeness", "unknown",
		"env.grid_gco2e_per_kwh", "known 342.06",
		"bench.own_score_percent", "known 79.78",
		"bench.own_cases", "known 60",
		"bench.task_percentile", "unknown",
		"bench.language_ratio", "known 0.95",
		"bench.factual_error_percent", "unknown",
		"cost.month_eur", "known 9084",
		"cost.budget_eur_month", "known 20000",
	)
	w := example(t).set("vendor/exemplia", "environment_complete", "true", "certifications_complete", "true")
	check(t, w,
		"certs.valid", "unknown [iso27001] | [iso27001 soc2_type2]",
		"env.best_scope", "known model_inference",
		"env.training_disclosure", "unknown none | compute_only",
		"env.verified", "known true",
		"env.location_based", "known false",
		"env.completeness", "known 2",
	)
}

func TestSettledByNamesTheMissingFacts(t *testing.T) {
	got := example(t).all()
	for path, want := range map[string]string{
		"certs.valid":             "certification/soc:certification.valid_until vendor/exemplia:vendor.certifications_complete",
		"env.best_scope":          "model/chat:environmental_statement.value vendor/exemplia:vendor.environment_complete",
		"env.training_disclosure": "model/chat:model.training_accelerator_hours model/chat:model.training_compute_flop vendor/exemplia:vendor.environment_complete",
		"bench.task_percentile":   "model/chat:benchmark_result.score",
	} {
		if g := missing(got[path]); g != want {
			t.Errorf("%s waits for %s, want %s", path, g, want)
		}
	}
	var x finding.Derived = got["cost.month_eur"]
	if len(x.SettledBy) > 0 || len(x.Used) == 0 {
		t.Errorf("a settled fact waits for nothing and says what it rests on: %+v", x)
	}
}
