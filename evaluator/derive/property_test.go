package derive

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"vigie/catalog"
	"vigie/evaluator/finding"
)

// Facts that the property draws, by kind, and the few values they may take: few, so that records meet.
var drawn = map[string][]string{
	"certification.standard":                  {"iso27001", "secnumcloud", "hds"},
	"certification.held":                      {"true", "false"},
	"certification.covers_offering":           {"true", "false"},
	"certification.valid_until":               {"2026-11-23", "2026-11-24", "2027-01-01"},
	"vendor.certifications_complete":          {"true", "false"},
	"vendor.environment_complete":             {"true", "false"},
	"vendor.subprocessors_complete":           {"true", "false"},
	"offering.subprocessors_complete":         {"true", "false"},
	"terms.subprocessors_complete":            {"true", "false"},
	"subprocessing.replaceable":               {"true", "false"},
	"environmental_statement.scope":           scopes[1:],
	"environmental_statement.metric":          {"energy", "ghg", "water", "pledge"},
	"environmental_statement.value":           {"-", "1", "2.5", "40"},
	"environmental_statement.unit":            {"wh", "kwh", "g_co2e"},
	"environmental_statement.functional_unit": {"per_1k_output_tokens", "per_answer_of_known_length", "per_training", "per_year"},
	"environmental_statement.answer_tokens":   {"0", "100", "400"},
	"environmental_statement.method":          {"measured_bench", "estimated", "unstated"},
	"environmental_statement.accounting":      {"location", "market", "both", "not_applicable"},
	"environmental_statement.includes":        {"-", "accelerators", "accelerators …", "accelerators servers cooling"},
	"environmental_statement.verification":    {"none", "peer_review"},
	"environmental_statement.period":          {"2025-01-01", "2026-01-01"},
	"model.training_accelerator_hours":        {"1000"},
	"model.training_compute_flop":             {"1000"},
	"offering.processing_countries":           {"FR", "FR DE", "FR …", "LI", "PL SE"},
	"use_case.task":                           {"code", "general_knowledge"},
	"use_case.main_language":                  {"fr", "en"},
	"use_case.input_mtok_month":               {"0", "10"},
	"use_case.output_mtok_month":              {"0", "2.5"},
	"use_case.seats":                          {"0", "7"},
	"use_case.budget_month":                   {"100 EUR", "100 USD", "100 XAF"},
	"price.input_mtok":                        {"0 EUR", "4 EUR", "5 USD"},
	"price.output_mtok":                       {"0 USD", "20 EUR", "30 USD", "3 XAF"},
	"price.seat_month":                        {"-", "0 EUR", "25 EUR", "30 USD"},
	"price.fixed_month":                       {"-", "0 EUR", "9000 EUR"},
	"benchmark_result.benchmark":              {"SWE-Bench Pro", "MMLU-Pro", "MMLU-Pro (fr)"},
	"benchmark_result.harness":                {"Scale's harness", "5-shot, chain of thought", "5-shot, chain of thought", "-"},
	"benchmark_result.language":               {"en", "fr"},
	"benchmark_result.unit":                   {"percent", "points"},
	"benchmark_result.score":                  {"0", "12", "43.6", "70", "140"},
	"benchmark_result.questions":              {"0", "50", "731"},
	"benchmark_result.higher_is_better":       {"true", "false"},
	"benchmark_result.measured_by":            {"vendor", "third_party", "own"},
	"benchmark_result.date":                   {"2026-01-01", "2026-06-01"},
	"benchmark_result.task":                   {"code", "factuality"},
}

// skeletons are the records of a drawn dossier and the references that shape it.
type skeleton struct{ record, refs string }

func (s skeleton) pairs() []string {
	if s.refs == "" {
		return nil
	}
	return strings.Split(s.refs, ";")
}

// another draws a further record of a kind whose list is open.
func another(t *rapid.T, kind, id string) skeleton {
	refs := map[string][]string{
		"certification":           {"vendor;maker", "vendor;host", "vendor;holding", "vendor;host;offerings;api", "vendor;maker;offerings;chat …"},
		"environmental_statement": {"about_model;m1", "about_model;m2", "about_offering;api", "about_vendor;maker", "about_vendor;holding"},
		"subprocessing":           {"user;maker;vendor;x", "user;maker;vendor;y", "user;x;vendor;y", "offerings;api", "user;maker;vendor;x;offerings;chat …"},
		"benchmark_result":        {"model;m1", "model;m2", "model;m1;use_case;office"},
		"price":                   {"offering;api"},
	}[kind]
	return skeleton{kind + "/" + id, rapid.SampledFrom(refs).Draw(t, kind)}
}

func drawSkeletons(t *rapid.T) []skeleton {
	models := rapid.SampledFrom([]string{"m1", "m1 m2", "m1 …", "?"}).Draw(t, "models")
	out := []skeleton{{"offering/api", "models;" + models}, {"use_case/office", ""}, {"terms/msa", ""}, {"vendor/maker", ""}, {"vendor/holding", ""},
		{"model/m1", "provider;maker"}, {"model/m2", rapid.SampledFrom([]string{"provider;maker", "provider;holding", "provider;?"}).Draw(t, "second maker")}}
	// One kind of record at a time: families of facts read no other.
	kind := rapid.SampledFrom([]string{"certification", "environmental_statement", "subprocessing", "benchmark_result", "benchmark_result", "price"}).Draw(t, "kind of record")
	for i := range rapid.IntRange(0, 4).Draw(t, "records") {
		out = append(out, another(t, kind, fmt.Sprint(i)))
	}
	slices.SortFunc(out, func(a, b skeleton) int { return strings.Compare(a.record, b.record) })
	return out
}

// shape makes the world that the skeletons describe, without any drawn fact.
func shape(tb testing.TB, t *rapid.T, parts []skeleton) *world {
	w := newWorld(tb)
	for _, s := range parts {
		w.set(s.record, s.pairs()...)
	}
	w.d.Roles.Terms, w.d.Roles.Parents = ref("terms/msa"), []catalog.Ref{ref("vendor/holding")}
	if rapid.Bool().Draw(t, "self-hosted") {
		w.d.Roles.SelfHosted, w.d.Roles.Parents, w.d.Roles.Terms = true, nil, catalog.Ref{}
	} else {
		w.d.Roles.Vendor = ref("vendor/maker")
	}
	if f, ok := w.facts[ref("offering/api")]["offering.models"]; ok {
		for _, m := range f.Value.Texts() {
			w.d.Roles.Models = append(w.d.Roles.Models, ref("model/"+m))
			if p, ok := w.facts[ref("model/"+m)]["model.provider"]; ok && !slices.Contains(w.d.Roles.Providers, ref("vendor/"+p.Value.Text)) {
				w.d.Roles.Providers = append(w.d.Roles.Providers, ref("vendor/"+p.Value.Text))
			}
		}
	}
	for _, s := range parts {
		if strings.HasPrefix(s.record, "price/") {
			w.asOf(s.record, "price.offering", rapid.SampledFrom([]catalog.Date{"2026-05-01", "2026-07-01"}).Draw(t, "price day"))
		}
	}
	return w
}

// paths lists the drawn facts of a kind of record, sorted.
func paths(kind catalog.Kind) []string {
	var out []string
	for p := range drawn {
		if strings.HasPrefix(p, string(kind)+".") {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// learn fills in missing facts of the records: each with the given chance in ten.
func (w *world) learn(t *rapid.T, parts []skeleton, tenths int) {
	for _, s := range parts {
		r := ref(s.record)
		for _, p := range paths(r.Kind) {
			if _, known := w.facts[r][p]; known || rapid.IntRange(1, 10).Draw(t, "learn") > tenths {
				continue
			}
			w.set(s.record, p, rapid.SampledFrom(drawn[p]).Draw(t, s.record+" "+p))
		}
	}
}

// contradicts says how what was known before does not allow what is known after; "" when it does.
func contradicts(before, after finding.Derived) string {
	report := fmt.Sprintf("%s: before %s (%s), after %s (%s)", before.Path, brief(before), before.Reason.EN, brief(after), after.Reason.EN)
	allowed := func(v catalog.Value) bool { return slices.ContainsFunc(before.Possible, v.Equal) }
	switch {
	case before.State == catalog.Known && before.Value.Many && !before.Value.Complete:
		lists := after.Possible
		if after.State == catalog.Known {
			lists = []catalog.Value{*after.Value}
		} else if len(lists) == 0 {
			return report
		}
		for _, l := range lists {
			for _, x := range before.Value.List {
				if !l.Contains(x.Text) {
					return report
				}
			}
			for _, x := range l.List {
				if len(before.Possible) > 0 && !before.Value.Contains(x.Text) && !allowed(x) {
					return report
				}
			}
		}
	case before.State == catalog.Known:
		if after.State != catalog.Known || !after.Value.Equal(*before.Value) {
			return report
		}
	case before.State == catalog.Absent:
		if after.State != catalog.Absent {
			return report
		}
	case len(before.Possible) == 0:
	case after.State == catalog.Known:
		if !allowed(*after.Value) {
			return report
		}
	case len(after.Possible) == 0:
		return report
	default:
		for _, v := range after.Possible {
			if !allowed(v) {
				return report
			}
		}
	}
	return ""
}

func TestLearningAFactNeverContradictsWhatWasSaid(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		parts := drawSkeletons(rt)
		w := shape(t, rt, parts)
		w.learn(rt, parts, rapid.IntRange(0, 9).Draw(rt, "known tenths"))
		before := w.all()
		stated, _ := w.dossier().SuppliersComplete()
		w.learn(rt, parts, rapid.IntRange(1, 10).Draw(rt, "learnt tenths"))
		// A statement nearer to the offering that denies one further away is two sources that disagree.
		if still, _ := w.dossier().SuppliersComplete(); stated && !still {
			rt.Skip("disputed")
		}
		for path, after := range w.all() {
			if s := contradicts(before[path], after); s != "" {
				rt.Fatal(s)
			}
		}
	})
}

// A line that may be used for the offering turns out to be, or not to be: neither contradicts what was said.
func TestLearningForWhichOfferingsNeverContradictsWhatWasSaid(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		parts := drawSkeletons(rt)
		parts = append(parts, skeleton{"subprocessing/zz", "user;maker;vendor;" + rapid.SampledFrom([]string{"x", "y", "zz"}).Draw(rt, "company")})
		w := shape(t, rt, parts)
		w.learn(rt, parts, 8)
		if w.d.Roles.SelfHosted {
			rt.Skip("the lines of a vendor are not those of what the organisation runs itself")
		}
		w.set("subprocessing/zz", "offerings", rapid.SampledFrom([]string{"chat …", "…"}).Draw(rt, "before"))
		before := w.all()
		w.set("subprocessing/zz", "offerings", rapid.SampledFrom([]string{"chat", "api chat", "api", "chat other", "chat other …"}).Draw(rt, "after"))
		if s := contradicts(before[notReplaceablePath], w.all()[notReplaceablePath]); s != "" {
			rt.Fatal(s)
		}
	})
}

// Where the absence of a record could be read as "none", and nobody states that all are recorded, a record that was
// missing must not contradict either.
func TestARecordNotYetRecordedNeverContradictsWhatWasSaid(t *testing.T) {
	open := map[string]struct {
		kind  string
		facts []string
	}{
		"certification":           {"certification", []string{certsPath}},
		"subprocessing":           {"subprocessing", []string{notReplaceablePath}},
		"environmental_statement": {"environmental_statement", []string{"env.best_scope", "env.verified", "env.location_based", "env.completeness", "env.training_disclosure"}},
	}
	rapid.Check(t, func(rt *rapid.T) {
		parts := drawSkeletons(rt)
		w := shape(t, rt, parts)
		w.learn(rt, parts, 7)
		kind := rapid.SampledFrom([]string{"certification", "environmental_statement", "subprocessing"}).Draw(rt, "kind")
		for _, facts := range w.facts {
			for p := range facts {
				if strings.HasSuffix(p, "_complete") {
					delete(facts, p)
				}
			}
		}
		before := w.all()
		extra := another(rt, kind, "zz")
		w.set(extra.record, extra.pairs()...)
		w.learn(rt, []skeleton{extra}, 10)
		// "None found" and its contrary are two sources that disagree, not a missing record.
		if denied(w, ref(extra.record)) {
			rt.Skip("disputed")
		}
		after := w.all()
		for _, path := range open[kind].facts {
			if s := contradicts(before[path], after[path]); s != "" {
				rt.Fatal(s)
			}
		}
	})
}

// denied reports whether another record says that what the extra one brings was looked for and not found.
func denied(w *world, extra catalog.Ref) bool {
	has := w.facts[extra]
	for r, facts := range w.facts {
		if r == extra || r.Kind != extra.Kind {
			continue
		}
		same := func(path string) bool {
			f, known := facts[path]
			return known && f.Value.Equal(*has[path].Value)
		}
		if held, ok := facts["certification.held"]; ok && !held.Value.Bool && same("certification.standard") {
			return true
		}
		if v, ok := facts["environmental_statement.value"]; ok && v.State == catalog.Absent && same("environmental_statement.metric") {
			return true
		}
	}
	return false
}

func TestOrderOfRecordsChangesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		parts := drawSkeletons(rt)
		w := shape(t, rt, parts)
		w.learn(rt, parts, 8)
		d := w.dossier()
		a := compute(t, d)
		slices.Reverse(d.Roles.Models)
		slices.Reverse(d.Roles.Providers)
		for path, x := range compute(t, d) {
			if brief(x) != brief(a[path]) {
				rt.Fatalf("%s: %s, and the other way round %s", path, brief(a[path]), brief(x))
			}
		}
	})
}
