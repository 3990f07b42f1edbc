package derive

import (
	"testing"

	"vigie/catalog"
)

type row struct {
	name string
	edit func(*world)
	want []string
}

func run(t *testing.T, base func(testing.TB) *world, rows []row) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			w := base(t)
			r.edit(w)
			check(t, w, r.want...)
		})
	}
}

func TestCertificates(t *testing.T) {
	base := func(t testing.TB) *world {
		w := newWorld(t).served("mistral", "small")
		w.set("vendor/mistral", "certifications_complete", "true")
		return w.set("certification/a", "vendor", "mistral", "standard", "iso27001", "held", "true", "covers_offering", "true", "valid_until", "2026-11-24")
	}
	const p = certsPath
	run(t, base, []row{
		{"valid on its last day", func(w *world) {}, []string{p, "known [iso27001]"}},
		{"expired the day after", func(w *world) { w.set("certification/a", "valid_until", "2026-11-23") }, []string{p, "known []"}},
		{"unknown expiry is possible, not certain", func(w *world) { w.set("certification/a", "valid_until", "?") }, []string{p, "unknown [] | [iso27001]"}},
		{"does not cover", func(w *world) { w.set("certification/a", "covers_offering", "false") }, []string{p, "known []"}},
		{"names the offering", func(w *world) { w.set("certification/a", "offerings", "api chat", "covers_offering", "?") }, []string{p, "known [iso27001]"}},
		{"names others", func(w *world) { w.set("certification/a", "offerings", "chat") }, []string{p, "known []"}},
		{"names others, list incomplete", func(w *world) { w.set("certification/a", "offerings", "chat …") }, []string{p, "unknown [] | [iso27001]"}},
		{"covers no offering of the catalogue", func(w *world) { w.set("certification/a", "offerings", "-") }, []string{p, "known []"}},
		{"held is not known", func(w *world) { w.set("certification/a", "held", "?") }, []string{p, "unknown [] | [iso27001]"}},
		{"the list is not complete", func(w *world) { w.set("vendor/mistral", "certifications_complete", "false") }, []string{p, "known [iso27001]…"}},
		{"standard of a second one unknown", func(w *world) {
			w.set("certification/b", "vendor", "mistral", "held", "true", "covers_offering", "true", "valid_until", "2027-01-01")
		}, []string{p, "known [iso27001]…"}},
		{"the group's certificate counts", func(w *world) {
			w.d.Roles.Parents = []catalog.Ref{ref("vendor/holding")}
			w.set("certification/a", "vendor", "holding")
		}, []string{p, "known [iso27001]"}},
		{"a host's certificate does not, unless it names the offering", func(w *world) { w.set("certification/a", "vendor", "host") }, []string{p, "known []"}},
		{"a host's certificate that names it", func(w *world) { w.set("certification/a", "vendor", "host", "offerings", "api") }, []string{p, "known [iso27001]"}},
		{"looked for and not found excludes it", func(w *world) {
			w.set("vendor/mistral", "certifications_complete", "?")
			w.set("certification/no", "vendor", "mistral", "standard", "secnumcloud", "held", "false")
		}, []string{p, "known [iso27001]… + iso27701 | iso27017 | iso27018 | iso22301 | iso42001 | iso14001 | iso50001 | soc2_type1 | soc2_type2 | c5_type1 | c5_type2 | hds | star_ai_1 | star_ai_2 | star_2 | aiuc1 | lne_ai | eucs | other"}},
		{"two sources disagree on one standard: possible", func(w *world) {
			w.set("certification/a", "valid_until", "?")
			w.set("certification/no", "vendor", "mistral", "standard", "iso27001", "held", "false")
		}, []string{p, "unknown [] | [iso27001]"}},
		{"self-hosted: a vendor's certificates do not apply", func(w *world) {
			w.d.Roles.Vendor, w.d.Roles.SelfHosted = catalog.Ref{}, true
		}, []string{p, "unknown"}},
	})
}

func TestNotReplaceable(t *testing.T) {
	base := func(t testing.TB) *world {
		w := newWorld(t).served("scaleway", "small")
		w.d.Roles.Terms = ref("terms/msa")
		w.set("terms/msa", "subprocessors_complete", "true")
		w.set("subprocessing/a", "user", "scaleway", "vendor", "opcore", "replaceable", "false")
		return w.set("subprocessing/b", "user", "scaleway", "vendor", "zendesk", "replaceable", "true")
	}
	const p = notReplaceablePath
	run(t, base, []row{
		{"one of two", func(w *world) {}, []string{p, "known 1"}},
		{"list not stated complete", func(w *world) { w.set("terms/msa", "subprocessors_complete", "?") }, []string{p, "unknown"}},
		{"list stated incomplete", func(w *world) { w.set("terms/msa", "subprocessors_complete", "false") }, []string{p, "unknown"}},
		{"the vendor states it", func(w *world) {
			w.set("terms/msa", "subprocessors_complete", "?").set("vendor/scaleway", "subprocessors_complete", "true")
		}, []string{p, "known 1"}},
		{"the offering denies what the terms say", func(w *world) { w.set("offering/api", "subprocessors_complete", "false") }, []string{p, "unknown"}},
		{"one that may serve other offerings only", func(w *world) {
			w.set("subprocessing/c", "user", "scaleway", "vendor", "edf", "replaceable", "false", "offerings", "other …")
		}, []string{p, "unknown 1 | 2"}},
		{"one that serves other offerings only", func(w *world) {
			w.set("subprocessing/c", "user", "scaleway", "vendor", "edf", "replaceable", "false", "offerings", "other")
		}, []string{p, "known 1"}},
		{"one not known", func(w *world) { w.set("subprocessing/b", "replaceable", "?") }, []string{p, "unknown 1 | 2"}},
		{"two lines of one company count once", func(w *world) {
			w.set("subprocessing/c", "user", "scaleway", "vendor", "opcore", "replaceable", "false")
		}, []string{p, "known 1"}},
		{"one role that cannot be replaced is enough", func(w *world) {
			w.set("subprocessing/c", "user", "scaleway", "vendor", "zendesk", "replaceable", "false")
		}, []string{p, "known 2"}},
		{"what a supplier relies on is its own affair", func(w *world) {
			w.set("subprocessing/c", "user", "opcore", "vendor", "edf", "replaceable", "false")
		}, []string{p, "known 1"}},
		{"no sub-processor at all", func(w *world) {
			delete(w.facts, ref("subprocessing/a"))
			delete(w.facts, ref("subprocessing/b"))
		}, []string{p, "known 0"}},
		{"self-hosted: only the offering's own lines", func(w *world) {
			w.d.Roles.Vendor, w.d.Roles.SelfHosted, w.d.Roles.Terms = catalog.Ref{}, true, catalog.Ref{}
			w.set("subprocessing/t", "offerings", "api", "replaceable", "true").set("offering/api", "subprocessors_complete", "true")
		}, []string{p, "known 0"}},
	})
}

// mistralLCA is the study of Mistral Large 2 as the catalogue has it, served by its maker.
func mistralLCA(t testing.TB) *world {
	w := newWorld(t).served("mistral", "large-2")
	w.set("environmental_statement/ghg", "about_model", "large-2", "scope", "model_life_cycle", "metric", "ghg", "value", "20400", "unit", "t_co2e", "functional_unit", "whole_programme",
		"method", "afnor_spec_2314", "accounting", "location", "includes", "accelerators servers cooling hardware_manufacture electricity_water", "verification", "peer_review", "period", "2025-01-31")
	return w.set("environmental_statement/water", "about_model", "large-2", "scope", "model_life_cycle", "metric", "water", "value", "281000", "unit", "m3", "functional_unit", "whole_programme",
		"method", "afnor_spec_2314", "accounting", "location", "includes", "accelerators servers cooling hardware_manufacture electricity_water", "verification", "peer_review", "period", "2025-01-31")
}

func TestEnvironmentalScope(t *testing.T) {
	run(t, mistralLCA, []row{
		{"a reviewed life cycle is settled, other figures or not", func(w *world) {}, []string{
			"env.best_scope", "known model_life_cycle", "env.verified", "known true", "env.location_based", "known true",
			"env.completeness", "unknown 5 | 6 | 7 | 8", "env.training_disclosure", "unknown"}},
		{"all is stated to be recorded", func(w *world) { w.set("vendor/mistral", "environment_complete", "true") }, []string{
			"env.completeness", "known 5", "env.training_disclosure", "unknown none | compute_only", energyPath, "absent", measuredPath, "known false"}},
		{"no review known", func(w *world) {
			w.set("environmental_statement/ghg", "verification", "?").set("environmental_statement/water", "verification", "none")
		}, []string{"env.verified", "unknown"}},
		{"scope of one line unknown", func(w *world) {
			w.set("environmental_statement/ghg", "scope", "?").set("vendor/mistral", "environment_complete", "true")
		}, []string{"env.best_scope", "known model_life_cycle", "env.location_based", "unknown"}},
		{"a figure that is not known does not count for certain", func(w *world) {
			w.set("environmental_statement/ghg", "value", "?").set("environmental_statement/water", "value", "-").set("vendor/mistral", "environment_complete", "true")
		}, []string{"env.best_scope", "unknown none | model_life_cycle"}},
		{"looked for, nothing published", func(w *world) {
			w.set("environmental_statement/ghg", "value", "-").set("environmental_statement/water", "value", "-").set("vendor/mistral", "environment_complete", "true")
		}, []string{"env.best_scope", "known none", "env.verified", "known false", "env.completeness", "known 0"}},
		{"includes are not listed to the end", func(w *world) {
			w.set("vendor/mistral", "environment_complete", "true").set("environmental_statement/ghg", "includes", "accelerators servers cooling network idle terminals …")
		}, []string{"env.completeness", "unknown 6 | 7 | 8"}},
	})
	base := func(t testing.TB) *world {
		w := newWorld(t).served("google", "gemini").set("vendor/google", "environment_complete", "true")
		return w.set("environmental_statement/prompt", "about_vendor", "google", "scope", "model_inference", "metric", "energy", "value", "0.24", "unit", "wh", "functional_unit", "per_median_prompt",
			"method", "measured_production", "accounting", "not_applicable", "includes", "accelerators servers idle cooling", "verification", "none", "period", "2025-05-31")
	}
	run(t, base, []row{
		{"a maker's figure speaks for its models", func(w *world) {}, []string{"env.best_scope", "known model_inference", "env.verified", "known false", "env.completeness", "known 4", energyPath, "absent"}},
		{"not for those of another maker", func(w *world) {
			w.d.Roles.Models, w.d.Roles.Providers = nil, nil
			w.made("anthropic", "claude").set("vendor/anthropic", "environment_complete", "true")
		}, []string{"env.best_scope", "known none"}},
		{"models not known: perhaps", func(w *world) {
			w.d.Roles.Models, w.d.Roles.Providers = nil, nil
			w.set("offering/api", "models", "?")
		}, []string{"env.best_scope", "unknown"}},
		{"a pledge is corporate policy", func(w *world) {
			w.set("environmental_statement/prompt", "metric", "pledge", "value", "?")
		}, []string{"env.best_scope", "known corporate_policy"}},
		{"a site's PUE is about data centres", func(w *world) {
			w.set("environmental_statement/prompt", "scope", "data_centre", "metric", "pue", "value", "1.17", "unit", "ratio", "functional_unit", "per_year")
		}, []string{"env.best_scope", "known data_centre", "env.location_based", "known false"}},
	})
}

func TestTrainingDisclosure(t *testing.T) {
	const p = "env.training_disclosure"
	bloom := func(t testing.TB) *world {
		w := newWorld(t).served("hf", "bloom").set("vendor/hf", "environment_complete", "true")
		w.set("environmental_statement/ghg", "about_model", "bloom", "scope", "model_training", "metric", "ghg", "value", "24.7", "unit", "t_co2e", "functional_unit", "per_training")
		return w.set("environmental_statement/energy", "about_model", "bloom", "scope", "model_training", "metric", "energy", "value", "433196", "unit", "kwh", "functional_unit", "per_training")
	}
	run(t, bloom, []row{
		{"energy and carbon", func(w *world) {}, []string{p, "known energy_or_ghg"}},
		{"water may be published too", func(w *world) { w.set("vendor/hf", "environment_complete", "?") }, []string{p, "unknown energy_or_ghg | energy_ghg_water"}},
		{"with water", func(w *world) {
			w.set("environmental_statement/water", "about_model", "bloom", "scope", "model_training", "metric", "water", "value", "2100", "unit", "m3", "functional_unit", "per_training")
		}, []string{p, "known energy_ghg_water"}},
		{"computing only", func(w *world) {
			w.set("environmental_statement/ghg", "value", "-").set("environmental_statement/energy", "value", "-").set("model/bloom", "training_accelerator_hours", "1082990")
		}, []string{p, "known compute_only"}},
		{"looked for and not disclosed, though other figures may exist", func(w *world) {
			w.set("vendor/hf", "environment_complete", "?")
			w.set("environmental_statement/ghg", "value", "-").set("environmental_statement/energy", "value", "-")
		}, []string{p, "unknown none | compute_only"}},
		{"the least documented of two models", func(w *world) {
			w.made("hf", "other").set("offering/api", "models", "bloom other").set("model/other", "training_compute_flop", "1000")
		}, []string{p, "known compute_only"}},
		{"a life cycle is not a training", func(w *world) {
			for _, id := range []string{"environmental_statement/ghg", "environmental_statement/energy"} {
				w.set(id, "scope", "model_life_cycle", "functional_unit", "whole_programme")
			}
		}, []string{p, "unknown none | compute_only"}},
	})
}

func TestEnergyOfUse(t *testing.T) {
	base := func(t testing.TB) *world {
		w := newWorld(t).served("ovh", "small")
		return w.set("environmental_statement/a", "about_model", "small", "scope", "model_inference", "metric", "energy", "value", "1.2", "unit", "wh", "functional_unit", "per_1k_output_tokens", "method", "measured_bench", "period", "2026-01-01")
	}
	second := func(w *world, pairs ...string) {
		w.set("environmental_statement/b", "about_model", "small", "scope", "model_inference", "metric", "energy", "value", "3", "unit", "wh", "functional_unit", "per_1k_output_tokens", "method", "estimated", "period", "2026-06-01").
			set("environmental_statement/b", pairs...)
	}
	run(t, base, []row{
		{"as printed", func(w *world) {}, []string{energyPath, "known 1.2", measuredPath, "known true"}},
		{"per answer of known length, in kWh", func(w *world) {
			w.set("environmental_statement/a", "value", "0.0009", "unit", "kwh", "functional_unit", "per_answer_of_known_length", "answer_tokens", "400")
		}, []string{energyPath, "known 2.25"}},
		{"length of the answer unknown", func(w *world) {
			w.set("environmental_statement/a", "functional_unit", "per_answer_of_known_length")
		}, []string{energyPath, "unknown", measuredPath, "unknown"}},
		{"a median prompt has no length", func(w *world) { w.set("environmental_statement/a", "functional_unit", "per_median_prompt") }, []string{energyPath, "unknown"}},
		{"grams are not watt-hours", func(w *world) { w.set("environmental_statement/a", "unit", "g_co2e") }, []string{energyPath, "unknown"}},
		{"measured goes before newer", func(w *world) { second(w) }, []string{energyPath, "known 1.2", measuredPath, "known true"}},
		{"newer goes first among measured", func(w *world) { second(w, "method", "measured_production") }, []string{energyPath, "known 3"}},
		{"whether it was measured decides", func(w *world) { second(w, "method", "?") }, []string{energyPath, "unknown 1.2 | 3", measuredPath, "known true"}},
		{"of one day, the highest", func(w *world) { second(w, "method", "measured_bench", "period", "2026-01-01") }, []string{energyPath, "known 3"}},
		{"on the offering itself goes first", func(w *world) {
			second(w, "about_model", "?", "about_offering", "api")
		}, []string{energyPath, "known 3", measuredPath, "known false"}},
		{"a second model without a figure", func(w *world) {
			w.made("ovh", "big").set("offering/api", "models", "small big")
		}, []string{energyPath, "unknown", measuredPath, "unknown"}},
		{"the list of models is not complete", func(w *world) { w.set("offering/api", "models", "small …") }, []string{energyPath, "unknown", measuredPath, "unknown"}},
	})
}

func TestGrid(t *testing.T) {
	base := func(t testing.TB) *world {
		return newWorld(t).set("offering/api", "processing_countries", "FR")
	}
	run(t, base, []row{
		{"France", func(w *world) {}, []string{gridPath, "known 44.18"}},
		{"the worst of several", func(w *world) { w.set("offering/api", "processing_countries", "FR PL SE") }, []string{gridPath, "known 614.98"}},
		{"the year that had ended", func(w *world) { w.d.On = "2024-06-30" }, []string{gridPath, "known 55.24"}},
		{"before any figure", func(w *world) { w.d.On = "2022-06-30" }, []string{gridPath, "unknown"}},
		{"a country without a figure", func(w *world) { w.set("offering/api", "processing_countries", "FR LI") }, []string{gridPath, "unknown"}},
		{"an incomplete list", func(w *world) { w.set("offering/api", "processing_countries", "FR …") }, []string{gridPath, "unknown"}},
		{"anywhere", func(w *world) { w.set("offering/api", "processing_countries", "WORLD") }, []string{gridPath, "unknown"}},
		{"not known", func(w *world) { w.set("offering/api", "processing_countries", "?") }, []string{gridPath, "unknown"}},
	})
}

func TestOwnTests(t *testing.T) {
	const score, cases = "bench.own_score_percent", "bench.own_cases"
	base := func(t testing.TB) *world {
		w := newWorld(t).served("mistral", "small")
		return w.set("benchmark_result/own", "model", "small", "use_case", "office", "score", "84", "unit", "percent", "questions", "100", "measured_by", "own", "higher_is_better", "true", "date", "2026-09-01")
	}
	run(t, base, []row{
		// 84 − 196·√(0.84·0.16/100) = 84 − 7.18558…
		{"lower bound", func(w *world) {}, []string{score, "known 76.81", cases, "known 100"}},
		{"as a ratio", func(w *world) { w.set("benchmark_result/own", "score", "0.84", "unit", "ratio") }, []string{score, "known 76.81"}},
		{"all passed", func(w *world) { w.set("benchmark_result/own", "score", "100") }, []string{score, "known 100"}},
		{"a bound is never below nought", func(w *world) { w.set("benchmark_result/own", "score", "1", "questions", "10") }, []string{score, "known 0"}},
		{"for another use", func(w *world) { w.set("benchmark_result/own", "use_case", "code") }, []string{score, "unknown", cases, "unknown"}},
		{"number of cases unknown", func(w *world) { w.set("benchmark_result/own", "questions", "?") }, []string{score, "unknown", cases, "unknown"}},
		{"not a share", func(w *world) { w.set("benchmark_result/own", "unit", "points") }, []string{score, "unknown", cases, "unknown"}},
		{"the newest test holds", func(w *world) {
			w.set("benchmark_result/new", "model", "small", "use_case", "office", "score", "90", "unit", "percent", "questions", "400", "measured_by", "own", "higher_is_better", "true", "date", "2026-10-01")
		}, []string{score, "known 87.06", cases, "known 400"}},
		{"a date decides", func(w *world) {
			w.set("benchmark_result/new", "model", "small", "use_case", "office", "score", "90", "unit", "percent", "questions", "400", "measured_by", "own", "higher_is_better", "true")
		}, []string{score, "unknown 87.06 | 76.81", cases, "unknown 400 | 100"}},
	})
}

func TestTaskPercentile(t *testing.T) {
	base := func(t testing.TB) *world {
		w := newWorld(t).served("anthropic", "claude-sonnet-4.5").set("use_case/office", "task", "code")
		return w.set("benchmark_result/pro", "model", "claude-sonnet-4.5", "benchmark", "SWE-Bench Pro", "task", "code", "score", "43.6", "unit", "percent", "language", "en", "harness", "Scale's harness", "measured_by", "third_party", "questions", "731", "date", "2026-07-02")
	}
	run(t, base, []row{
		// ± 3.59: Maverick, Qwen3 and Haiku 4.5 (39.45) are below 40.01; GPT-5 (41.78) is a tie.
		{"differences within the margin are ties", func(w *world) {}, []string{percentilePath, "known 50"}},
		{"without number of questions, only a ceiling", func(w *world) { w.set("benchmark_result/pro", "questions", "?") }, []string{percentilePath, "unknown 0 | 16.67 | 33.33 | 50 | 66.67"}},
		{"the last is last whatever its margin", func(w *world) {
			w.set("benchmark_result/pro", "questions", "?", "score", "5")
		}, []string{percentilePath, "known 0"}},
		{"another harness is no comparison", func(w *world) { w.set("benchmark_result/pro", "harness", "resolve rate") }, []string{percentilePath, "unknown"}},
		{"conditions not known", func(w *world) { w.set("benchmark_result/pro", "harness", "?") }, []string{percentilePath, "unknown"}},
		{"another task", func(w *world) { w.set("use_case/office", "task", "dialogue") }, []string{percentilePath, "unknown"}},
		{"too few were measured by then", func(w *world) { w.d.On = "2026-07-01" }, []string{percentilePath, "unknown"}},
		{"the lowest of two benchmarks alike", func(w *world) {
			w.set("use_case/office", "task", "general_knowledge")
			w.set("benchmark_result/mmlu", "model", "claude-sonnet-4.5", "benchmark", "MMLU-Pro", "score", "71", "unit", "percent", "language", "en", "harness", "5-shot, chain of thought", "questions", "12032")
		}, []string{percentilePath, "known 80"}},
	})
}

func TestLanguageRatio(t *testing.T) {
	base := func(t testing.TB) *world {
		w := newWorld(t).served("mistral", "small").set("use_case/office", "main_language", "fr")
		for _, l := range []string{"fr", "en"} {
			w.set("benchmark_result/"+l, "model", "small", "benchmark", "MMLU-ProX ("+l+")", "score", map[string]string{"fr": "61.2", "en": "68"}[l], "unit", "percent", "language", l, "harness", "lm-eval 0.4, 5-shot", "higher_is_better", "true")
		}
		return w
	}
	run(t, base, []row{
		{"French over English", func(w *world) {}, []string{ratioPath, "known 0.9"}},
		{"English is the yardstick", func(w *world) { w.set("use_case/office", "main_language", "en") }, []string{ratioPath, "known 1"}},
		{"settings differ", func(w *world) { w.set("benchmark_result/en", "harness", "lm-eval 0.4, 0-shot") }, []string{ratioPath, "unknown"}},
		{"settings not stated on either side", func(w *world) {
			w.set("benchmark_result/en", "harness", "not stated").set("benchmark_result/fr", "harness", "not stated")
		}, []string{ratioPath, "unknown"}},
		{"another benchmark", func(w *world) { w.set("benchmark_result/en", "benchmark", "MMLU-Pro") }, []string{ratioPath, "unknown"}},
		{"a mixture of languages", func(w *world) { w.set("benchmark_result/fr", "language", "multilingual") }, []string{ratioPath, "unknown"}},
		{"direction not known", func(w *world) { w.set("benchmark_result/fr", "higher_is_better", "?") }, []string{ratioPath, "unknown"}},
		{"an error rate has no such ratio", func(w *world) { w.set("benchmark_result/fr", "higher_is_better", "false") }, []string{ratioPath, "unknown"}},
	})
}

func TestFactualErrors(t *testing.T) {
	const p = "bench.factual_error_percent"
	base := func(t testing.TB) *world {
		w := newWorld(t).served("mistral", "small")
		return w.set("benchmark_result/third", "model", "small", "task", "factuality", "score", "8", "unit", "percent", "questions", "1000", "measured_by", "third_party", "higher_is_better", "false", "date", "2026-05-01")
	}
	run(t, base, []row{
		{"upper bound", func(w *world) {}, []string{p, "known 9.68"}},
		{"accuracy is not turned into errors", func(w *world) { w.set("benchmark_result/third", "higher_is_better", "true", "score", "12.1") }, []string{p, "unknown"}},
		{"own cases first", func(w *world) {
			w.set("benchmark_result/own", "model", "small", "use_case", "office", "task", "factuality", "score", "4", "unit", "percent", "questions", "60", "measured_by", "own", "higher_is_better", "false", "date", "2026-01-01")
		}, []string{p, "known 8.96"}},
		{"the vendor's comes last", func(w *world) {
			w.set("benchmark_result/own", "model", "small", "task", "factuality", "score", "1", "unit", "percent", "questions", "60", "measured_by", "vendor", "higher_is_better", "false", "date", "2026-11-01")
		}, []string{p, "known 9.68"}},
	})
}

func TestCost(t *testing.T) {
	base := func(t testing.TB) *world {
		w := newWorld(t).served("mistral", "small").set("use_case/office", "input_mtok_month", "200", "output_mtok_month", "50", "seats", "0", "budget_month", "10000 USD")
		return w.set("price/usd", "offering", "api", "input_mtok", "5 USD", "output_mtok", "30 USD", "fixed_month", "0 USD")
	}
	run(t, base, []row{
		// (200·5 + 50·30) / 1.1684 on 13 April 2026
		{"dollars at the newest rate", func(w *world) {}, []string{costPath, "known 2139.68", budgetPath, "known 8558.71"}},
		{"at the rate of the day before an older assessment", func(w *world) { w.d.On = "2024-02-15" }, []string{costPath, "known 2306.91"}},
		{"before any rate", func(w *world) { w.d.On = "2020-01-01" }, []string{costPath, "unknown", budgetPath, "unknown"}},
		{"a currency without a rate", func(w *world) { w.set("price/usd", "fixed_month", "10 XAF") }, []string{costPath, "unknown"}},
		{"a part that is not recorded is not for nothing", func(w *world) { w.set("price/usd", "fixed_month", "?") }, []string{costPath, "unknown"}},
		{"seats billed", func(w *world) {
			w.set("use_case/office", "seats", "100", "input_mtok_month", "0", "output_mtok_month", "0").set("price/usd", "seat_month", "24.99 EUR")
		}, []string{costPath, "known 2499"}},
		{"known not to be asked", func(w *world) {
			w.set("use_case/office", "seats", "300").set("price/usd", "fixed_month", "-", "seat_month", "-")
		}, []string{costPath, "known 2139.68"}},
		{"volume not known", func(w *world) { w.set("use_case/office", "output_mtok_month", "?") }, []string{costPath, "unknown"}},
		{"volume not known, at no price", func(w *world) {
			w.set("use_case/office", "seats", "?").set("price/usd", "seat_month", "0 USD")
		}, []string{costPath, "known 2139.68"}},
		{"the newest list holds", func(w *world) {
			w.set("price/old", "offering", "api", "input_mtok", "50 EUR", "output_mtok", "300 EUR", "fixed_month", "0 EUR").asOf("price/old", "price.offering", "2026-04-23")
		}, []string{costPath, "known 2139.68"}},
		{"of two lists of one day, the one in euros", func(w *world) {
			w.set("price/eur", "offering", "api", "input_mtok", "4 EUR", "output_mtok", "25 EUR", "fixed_month", "0 EUR")
		}, []string{costPath, "known 2050"}},
		{"the one in euros is not known in full", func(w *world) {
			w.set("price/eur", "offering", "api", "input_mtok", "4 EUR", "output_mtok", "?", "fixed_month", "0 EUR")
		}, []string{costPath, "unknown"}},
		{"another offering's price", func(w *world) { w.set("price/usd", "offering", "chat") }, []string{costPath, "unknown"}},
		{"self-hosted, servers recorded", func(w *world) {
			w.d.Roles.Vendor, w.d.Roles.SelfHosted = catalog.Ref{}, true
			w.set("price/usd", "input_mtok", "0 EUR", "output_mtok", "0 EUR", "fixed_month", "9000 EUR")
		}, []string{costPath, "known 9000"}},
		{"self-hosted, nothing recorded: not nought", func(w *world) {
			w.d.Roles.Vendor, w.d.Roles.SelfHosted = catalog.Ref{}, true
			delete(w.facts, ref("price/usd"))
		}, []string{costPath, "unknown"}},
	})
}
