package derive

import (
	"math/big"
	"slices"
	"strconv"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/finding"
)

// result is one benchmark result of a model of the offering.
type result struct {
	ref   catalog.Ref
	model string
	ours  bool // drawn from the use case that is assessed

	benchmark, score, unit, higher, questions, language, harness, measuredBy, date, task fact

	base   string // name of the benchmark without its language
	share  *big.Rat
	n      int64
	usable tri // it is a share with a number of questions
}

// results lists the benchmark results of the dossier that are about a model of the offering, or the offering itself.
func (c *calc) results() []result {
	var out []result
	for _, rec := range c.d.OfKind(catalog.BenchmarkResult) {
		get := func(word string) fact { return factOf(rec, rec.Ref(), "benchmark_result."+word) }
		var model string
		if f := get("model"); f.known() {
			model = f.Value.Text
		}
		if !slices.Contains(c.d.Roles.Models, catalog.Ref{Kind: catalog.Model, ID: model}) && !get("offering").is(c.d.Offering.ID) {
			continue
		}
		r := result{
			ref: rec.Ref(), model: model, ours: !c.d.UseCase.IsZero() && get("use_case").is(c.d.UseCase.ID),
			benchmark: get("benchmark"), score: get("score"), unit: get("unit"), higher: get("higher_is_better"),
			questions: get("questions"), language: get("language"), harness: get("harness"),
			measuredBy: get("measured_by"), date: get("date"), task: get("task"),
		}
		if r.benchmark.known() {
			r.base = baseName(r.benchmark.Value.Text)
		}
		r.share, r.n, r.usable = r.proportion()
		out = append(out, r)
	}
	return out
}

// proportion gives the score as a fraction of 1 (nil when not known) and its number of questions (0 when not known);
// the answer says whether it has both.
func (r result) proportion() (p *big.Rat, n int64, ok tri) {
	if r.questions.known() {
		n, _ = strconv.ParseInt(r.questions.Value.Num, 10, 64)
		n = max(n, 0)
	}
	ok = yes
	if n == 0 {
		ok = maybe
	}
	switch {
	case r.unit.oneOf("percent", "ratio") == no:
		return nil, 0, no
	case !r.unit.known() || !r.score.known():
		return nil, n, maybe
	}
	p, fits := share(r.score.Value.Num, r.unit.Value.Text)
	if !fits {
		return nil, 0, no
	}
	return p, n, ok
}

// benchmarks computes the bench facts.
func (c *calc) benchmarks() []finding.Derived {
	rs := c.results()
	return append(c.ownTest(rs), c.taskPercentile(rs), c.languageRatio(rs), c.factualErrors(rs))
}

// ownTest answers with the organisation's newest test for this use: share of cases passed, lower bound, and number
// of cases. Of tests of one day, the lowest bound holds.
func (c *calc) ownTest(rs []result) []finding.Derived {
	const scorePath, casesPath = "bench.own_score_percent", "bench.own_cases"
	var t trail
	if c.d.UseCase.IsZero() {
		why := wording.Textf("No use case is given.", "Aucun cas d'usage n'est indiqué.")
		return []finding.Derived{open(scorePath, nil, t, why), open(casesPath, nil, t, why)}
	}
	type test struct {
		bound *big.Rat
		cases int64
	}
	var cs []contender
	var tests []test
	for _, r := range rs {
		if !r.ours {
			continue
		}
		ok := and(r.usable, r.measuredBy.oneOf("own"), r.higher.truth())
		if ok == no {
			continue
		}
		best, worst := between(r.date, firstDay, lastDay)
		x := test{cases: r.n}
		if r.share != nil && r.n > 0 {
			x.bound = new(big.Rat).Sub(r.share, margin(r.share, r.n))
		}
		cs = append(cs, contender{eligible: ok, best: []string{best}, worst: []string{worst}, index: len(tests)})
		tests = append(tests, x)
		t.read(r.score, r.unit, r.questions, r.higher, r.measuredBy, r.date)
	}
	first, certain, _ := winners(cs)
	sure := slices.ContainsFunc(first, func(w contender) bool { return w.eligible == yes })
	if len(first) == 0 || !sure {
		if len(first) == 0 {
			t.want(c.subject(), "benchmark_result.score")
		}
		why := wording.Textf("No test on the organisation's own cases for this use is recorded in full.", "Aucun test sur les cas propres de l'organisation pour cet usage n'est consigné en entier.")
		return []finding.Derived{open(scorePath, nil, t, why), open(casesPath, nil, t, why)}
	}
	if certain {
		lowest := slices.MinFunc(first, func(a, b contender) int {
			x, y := tests[a.index], tests[b.index]
			if d := x.bound.Cmp(y.bound); d != 0 {
				return d
			}
			return int(x.cases - y.cases)
		})
		first = []contender{lowest}
	}
	var scores, cases []catalog.Value
	scoresKnown, casesKnown := true, true
	for _, w := range first {
		x := tests[w.index]
		if x.bound == nil {
			scoresKnown = false
		} else {
			scores = appendValue(scores, percent(x.bound))
		}
		if x.cases == 0 {
			casesKnown = false
		} else {
			cases = appendValue(cases, integer(x.cases))
		}
	}
	unsettled := wording.Textf("Several tests are recorded; a missing fact decides which is the newest.", "Plusieurs tests sont consignés ; un fait manquant décide du plus récent.")
	answer := func(path string, values []catalog.Value, known bool, why wording.Text) finding.Derived {
		if !known {
			return open(path, nil, t, unsettled)
		}
		return among(path, values, len(values)+1, t, why, unsettled)
	}
	return []finding.Derived{
		answer(scorePath, scores, scoresKnown, wording.Textf("At least %s %% of the organisation's own cases are passed (95 %% bound).", "Au moins %s %% des cas propres de l'organisation sont réussis (borne à 95 %%).", number(last(scores).Num, ""))),
		answer(casesPath, cases, casesKnown, wording.Textf("The organisation tested %s cases of its own.", "L'organisation a testé %s cas propres.", number(last(cases).Num, ""))),
	}
}

// factualErrors answers with the upper bound of the share of wrong statements: own cases first, then third parties,
// then the vendor; of those the newest; with several models, the worst.
func (c *calc) factualErrors(rs []result) finding.Derived {
	const path = "bench.factual_error_percent"
	models, complete, at := c.models()
	var t trail
	var left []*big.Rat
	known := complete
	if !complete {
		t.read(fact{at.at, notRecorded})
	}
	for _, m := range models {
		values, ok := c.errorsOfModel(m.ID, rs, &t)
		known = known && ok
		if known {
			left = highestPairs(left, values)
		}
	}
	if !known {
		return open(path, nil, t, wording.Textf("No result that counts wrong statements is recorded in full for each model.", "Aucun résultat comptant les affirmations fausses n'est consigné en entier pour chaque modèle."))
	}
	var possible []catalog.Value
	for _, v := range left {
		possible = appendValue(possible, percent(v))
	}
	return among(path, possible, len(possible)+1, t,
		wording.Textf("At most %s %% of statements are wrong (95 %% bound).", "Au plus %s %% des affirmations sont fausses (borne à 95 %%).", number(last(possible).Num, "")),
		wording.Textf("Several results are recorded; a missing fact decides which holds.", "Plusieurs résultats sont consignés ; un fait manquant décide duquel retenir."))
}

// errorsOfModel gives the bounds still possible for one model; false when one of them is not known.
func (c *calc) errorsOfModel(model string, rs []result, t *trail) ([]*big.Rat, bool) {
	var cs []contender
	var bounds []*big.Rat
	for _, r := range rs {
		if r.model != model {
			continue
		}
		ok := and(r.usable, r.task.oneOf("factuality"), r.higher.truth().not())
		if ok == no {
			continue
		}
		ownBest, ownWorst := key(and(truthOf(r.ours), r.measuredBy.oneOf("own")))
		freeBest, freeWorst := key(r.measuredBy.oneOf("own", "third_party"))
		dateBest, dateWorst := between(r.date, firstDay, lastDay)
		cs = append(cs, contender{eligible: ok, best: []string{ownBest, freeBest, dateBest}, worst: []string{ownWorst, freeWorst, dateWorst}, index: len(bounds)})
		var bound *big.Rat
		if r.share != nil && r.n > 0 {
			bound = new(big.Rat).Add(r.share, margin(r.share, r.n))
		}
		bounds = append(bounds, bound)
		t.read(r.task, r.score, r.unit, r.questions, r.higher, r.measuredBy, r.date)
	}
	first, certain, _ := winners(cs)
	var out []*big.Rat
	sure := false
	for _, w := range first {
		sure = sure || w.eligible == yes
		if bounds[w.index] == nil {
			return nil, false
		}
		out = append(out, bounds[w.index])
	}
	if !sure {
		if len(first) == 0 {
			t.want(catalog.Ref{Kind: catalog.Model, ID: model}, "benchmark_result.score")
		}
		return nil, false
	}
	if certain {
		out = []*big.Rat{highest(out)}
	}
	return out, true
}
