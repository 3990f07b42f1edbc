package derive

import (
	"math/big"
	"regexp"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/finding"
)

const percentilePath = "bench.task_percentile"

// taskPercentile ranks the lower bound of each result of the offering's models inside the population measured alike,
// for the kind of task of the use case, and keeps the lowest rank. A result whose number of questions is not known
// has no lower bound: its rank is then known only from above.
func (c *calc) taskPercentile(rs []result) finding.Derived {
	task := c.fact(c.d.UseCase, "use_case.task")
	models, complete, at := c.models()
	var t trail
	if !c.d.UseCase.IsZero() {
		t.read(task)
	}
	if !complete {
		t.read(fact{at.at, notRecorded})
	}
	if !task.known() || !complete {
		return open(percentilePath, nil, t, wording.Textf("The kind of task of the use, or the models of the offering, are not known.", "Le type de tâche de l'usage, ou les modèles de l'offre, ne sont pas connus."))
	}
	var pops []Population
	for _, p := range c.k.Populations {
		if p.Task == task.Value.Text {
			pops = append(pops, p)
		}
	}
	var all []*big.Rat // every rank that some result may have
	var ceiling *big.Rat
	exact := true
	for _, m := range models {
		measured := false
		for _, r := range rs {
			if r.model != m.ID {
				continue
			}
			for _, p := range pops {
				ranks, fits := c.ranksIn(p, r)
				if fits == no {
					continue
				}
				t.read(r.benchmark, r.harness, r.language, r.unit, r.score, r.questions)
				all = append(all, ranks...)
				if fits == maybe {
					exact = false
					continue
				}
				measured = true
				if top := highest(ranks); ceiling == nil || top.Cmp(ceiling) < 0 {
					ceiling = top
				}
			}
		}
		if !measured {
			t.want(m, "benchmark_result.score")
			return open(percentilePath, nil, t, wording.Textf("No result of %s was measured like those of the reference set for this kind of task.", "Aucun résultat de %s n'a été mesuré comme ceux du jeu de référence pour ce type de tâche.", c.d.Name(m)))
		}
	}
	var left []catalog.Value
	slices.SortFunc(all, (*big.Rat).Cmp)
	for _, v := range all {
		if v.Cmp(ceiling) <= 0 {
			left = appendValue(left, percent(v))
		}
	}
	unsettled := wording.Textf("The rank is %s %% at most; the margin of error is not known.", "Le rang est de %s %% au plus ; la marge d'erreur n'est pas connue.", number(last(left).Num, ""))
	if !exact {
		unsettled = wording.Textf("The rank is %s %% at most; the conditions of some result are not known.", "Le rang est de %s %% au plus ; les conditions d'un résultat ne sont pas connues.", number(last(left).Num, ""))
	}
	return among(percentilePath, left, len(left)+1, t,
		wording.Textf("%s %% of the other models measured alike score below the lower bound.", "%s %% des autres modèles mesurés de même ont un score sous la borne basse.", number(last(left).Num, "")), unsettled)
}

// ranksIn gives the ranks, as fractions of 1, that a result may have in a population, and whether it belongs there.
func (c *calc) ranksIn(p Population, r result) ([]*big.Rat, tri) {
	fits := and(r.benchmark.oneOf(p.Benchmark), r.harness.oneOf(p.Harness), r.language.oneOf(p.Language), r.unit.oneOf(p.Unit))
	if fits == no {
		return nil, no
	}
	var others []*big.Rat
	for _, m := range p.Models {
		if m.Model != r.model && !catalog.Date(m.AsOf).After(c.on) {
			others = append(others, m.share)
		}
	}
	if len(others) < c.k.MinimumOthers {
		return nil, no
	}
	lowest, highest := 0, len(others)
	switch {
	case r.usable == no:
		return nil, no
	case r.share != nil && r.n > 0:
		lowest = beaten(p, others, r.share, margin(r.share, r.n))
		highest = lowest
	case r.share != nil:
		highest = beaten(p, others, r.share, new(big.Rat))
	}
	var out []*big.Rat
	for k := lowest; k <= highest; k++ {
		out = append(out, big.NewRat(int64(k), int64(len(others))))
	}
	return out, and(fits, r.usable.orYes(r.share != nil))
}

// orYes lifts a maybe: a result whose margin is missing still belongs to its population.
func (t tri) orYes(lift bool) tri {
	if t == maybe && lift {
		return yes
	}
	return t
}

// beaten counts the shares of a population that lie beyond the margin on the worse side of one.
func beaten(p Population, others []*big.Rat, share, margin *big.Rat) int {
	bound, worse := new(big.Rat).Sub(share, margin), -1
	if !p.HigherIsBetter {
		bound, worse = bound.Add(share, margin), 1
	}
	n := 0
	for _, o := range others {
		if o.Cmp(bound) == worse {
			n++
		}
	}
	return n
}

const ratioPath = "bench.language_ratio"

// languageRatio divides the score in the main language by the score in English, where benchmark, harness and unit
// agree; the lowest ratio holds, and every model must have one.
func (c *calc) languageRatio(rs []result) finding.Derived {
	language := c.fact(c.d.UseCase, "use_case.main_language")
	var t trail
	if !c.d.UseCase.IsZero() {
		t.read(language)
	}
	if !language.known() {
		return open(ratioPath, nil, t, wording.Textf("The main working language is not known.", "La langue principale de travail n'est pas connue."))
	}
	if language.is("en") {
		return settled(ratioPath, catalog.NumValue(catalog.TypeNumber, "1"), t, wording.Textf("The main working language is English.", "La langue principale de travail est l'anglais."))
	}
	models, complete, at := c.models()
	if !complete {
		t.read(fact{at.at, notRecorded})
	}
	settledAll := complete
	var lowest *big.Rat
	for _, m := range models {
		ratio, sure := c.ratioOfModel(m, language.Value.Text, rs, &t)
		settledAll = settledAll && sure
		if sure && (lowest == nil || ratio.Cmp(lowest) < 0) {
			lowest = ratio
		}
	}
	if !settledAll || lowest == nil {
		return open(ratioPath, nil, t, wording.Textf("No pair of results, one in the main language and one in English under the same conditions, is recorded in full for each model.", "Aucune paire de résultats, l'un dans la langue principale, l'autre en anglais aux mêmes conditions, n'est consignée en entier pour chaque modèle."))
	}
	v := catalog.NumValue(catalog.TypeNumber, catalog.Decimal(lowest, 4))
	return settled(ratioPath, v, t, wording.Textf("Score in the main language over score in English: %s.", "Score dans la langue principale rapporté au score en anglais : %s.", number(v.Num, "")))
}

// ratioOfModel gives the lowest ratio of one model; false when none is known or a missing fact could make another.
func (c *calc) ratioOfModel(m catalog.Ref, language string, rs []result, t *trail) (*big.Rat, bool) {
	var lowest *big.Rat
	sure := true
	for _, a := range rs {
		if a.model != m.ID || a.language.oneOf(language) == no {
			continue
		}
		for _, b := range rs {
			if b.model != m.ID || b.ref == a.ref || b.language.oneOf("en") == no {
				continue
			}
			pair := c.alike(a, b)
			if pair == no {
				continue
			}
			pair = and(pair, a.language.oneOf(language), b.language.oneOf("en"))
			t.read(a.benchmark, a.harness, a.unit, a.language, a.score, a.higher, b.benchmark, b.harness, b.unit, b.language, b.score, b.higher)
			switch {
			case pair != yes || !a.score.known() || !b.score.known():
				sure = false
			default:
				ratio := new(big.Rat).Quo(catalog.Rat(a.score.Value.Num), catalog.Rat(b.score.Value.Num))
				if lowest == nil || ratio.Cmp(lowest) < 0 {
					lowest = ratio
				}
			}
		}
	}
	if lowest == nil && sure {
		t.want(m, "benchmark_result.score")
	}
	return lowest, sure && lowest != nil
}

// alike answers whether two results were measured under the same, stated conditions, on a benchmark where more is
// better and English scores above nothing.
func (c *calc) alike(a, b result) tri {
	same := func(x, y fact, equal bool) tri {
		switch {
		case x.unknown() || y.unknown():
			return maybe
		case !x.known() || !y.known():
			return no
		}
		return truthOf(equal)
	}
	equal := func(x, y fact) tri { return same(x, y, x.known() && y.known() && x.Value.Text == y.Value.Text) }
	stated := func(f fact) tri {
		if f.unknown() {
			return maybe
		}
		return truthOf(f.known() && !c.k.isUnstated(f.Value.Text))
	}
	positive := maybe
	if b.score.known() {
		positive = truthOf(catalog.Rat(b.score.Value.Num).Sign() > 0)
	} else if !b.score.unknown() {
		positive = no
	}
	return and(same(a.benchmark, b.benchmark, a.base == b.base), equal(a.harness, b.harness), stated(a.harness), stated(b.harness), equal(a.unit, b.unit),
		a.higher.truth(), b.higher.truth(), positive)
}

var languageSuffix = regexp.MustCompile(`(?i)\s*\([a-z]{2}\)$`)

// baseName is the name of a benchmark without the language that ends it: "MMLU-ProX (fr)" is MMLU-ProX.
func baseName(s string) string {
	return strings.TrimSpace(languageSuffix.ReplaceAllString(s, ""))
}
