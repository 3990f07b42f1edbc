package evaluator

import (
	"slices"

	"vigie/evaluator/expr"
	"vigie/evaluator/framework"
)

// maxCompletions bounds how many combinations of possible values are tried for one criterion. Above it the facts
// count as wholly unknown: the interval stays sound and is only wider.
const maxCompletions = 256

// answer is what one criterion can still come to.
type answer struct {
	applies   expr.Truth
	reachable []int // indexes of bands, sorted
	missing   []string
}

func (a answer) low(c *framework.CompiledCriterion) int {
	return a.score(c, func(x, y int) bool { return x < y })
}
func (a answer) high(c *framework.CompiledCriterion) int {
	return a.score(c, func(x, y int) bool { return x > y })
}

func (a answer) score(c *framework.CompiledCriterion, better func(x, y int) bool) int {
	best := c.Bands[a.reachable[0]].Score
	for _, i := range a.reachable[1:] {
		if s := c.Bands[i].Score; better(s, best) {
			best = s
		}
	}
	return best
}

// criterion answers a criterion on a reading. Facts of which only some values remain possible are tried value by
// value; the others stay unknown in the expressions.
func (r *reading) criterion(c *framework.CompiledCriterion) (answer, error) {
	r.load(c.Reads)
	whole, err := r.bands(c)
	if err != nil || len(whole.missing) == 0 {
		return whole, err
	}
	tried := answer{applies: -1}
	n, err := r.complete(whole.missing, func() error {
		one, err := r.bands(c)
		if err != nil {
			return err
		}
		tried.applies = joinTruth(tried.applies, one.applies)
		tried.reachable = append(tried.reachable, one.reachable...)
		tried.missing = append(tried.missing, one.missing...)
		return nil
	})
	if err != nil || n == 0 {
		return whole, err
	}
	slices.Sort(tried.reachable)
	tried.reachable = slices.Compact(tried.reachable)
	if tried.applies == expr.Maybe || len(tried.reachable) > 1 {
		tried.missing = whole.missing
	} else {
		tried.missing = nil
	}
	return tried, nil
}

// joinTruth is the hull of two answers; -1 is "none yet".
func joinTruth(a, b expr.Truth) expr.Truth {
	if a == -1 || a == b {
		return b
	}
	return expr.Maybe
}

// bands evaluates applies and the bands in order: a band whose condition is unknown stays reachable, the first
// one known to hold ends the walk.
func (r *reading) bands(c *framework.CompiledCriterion) (answer, error) {
	a := answer{applies: expr.True}
	if c.AppliesProgram != nil {
		out, err := c.AppliesProgram.Eval(r.facts)
		if err != nil {
			return a, err
		}
		a.applies = out.Truth
		a.missing = append(a.missing, out.Missing...)
		if out.Truth == expr.False {
			return answer{applies: expr.False}, nil
		}
	}
	for i, p := range c.BandPrograms {
		out, err := p.Eval(r.facts)
		if err != nil {
			return a, err
		}
		if out.Truth == expr.False {
			continue
		}
		a.reachable = append(a.reachable, i)
		if out.Truth == expr.True {
			break
		}
		a.missing = append(a.missing, out.Missing...)
	}
	slices.Sort(a.missing)
	a.missing = slices.Compact(a.missing)
	return a, nil
}

// complete runs do once for every combination of the possible values of those missing paths that have some. It
// gives the number of combinations, 0 when there is nothing to try or too much.
func (r *reading) complete(missing []string, do func() error) (int, error) {
	var paths []string
	n := 1
	for _, p := range missing {
		if v := r.possible[p]; len(v) > 0 && n*len(v) <= maxCompletions {
			paths = append(paths, p)
			n *= len(v)
		}
	}
	if len(paths) == 0 {
		return 0, nil
	}
	var walk func(i int) error
	walk = func(i int) error {
		if i == len(paths) {
			return do()
		}
		for _, v := range r.possible[paths[i]] {
			restore := r.facts.Swap(paths[i], v)
			err := walk(i + 1)
			restore()
			if err != nil {
				return err
			}
		}
		return nil
	}
	return n, walk(0)
}

// fails answers whether a knock-out is on and failed: True failed, False not failed, Maybe open.
func (r *reading) fails(k *framework.CompiledKnockOut) (on, failed expr.Truth, missing []string, err error) {
	if k.AppliesProgram != nil {
		r.load(k.AppliesProgram.Reads())
	}
	r.load(k.FailsProgram.Reads())
	on, failed, missing, err = r.failsOnce(k)
	if err != nil || on == expr.False || failed != expr.Maybe && on != expr.Maybe {
		return
	}
	on2, failed2 := expr.Truth(-1), expr.Truth(-1)
	n, err := r.complete(missing, func() error {
		o, f, _, err := r.failsOnce(k)
		on2, failed2 = joinTruth(on2, o), joinTruth(failed2, f)
		return err
	})
	if err != nil || n == 0 {
		return on, failed, missing, err
	}
	if failed2 != expr.Maybe && on2 != expr.Maybe {
		missing = nil
	}
	return on2, failed2, missing, nil
}

func (r *reading) failsOnce(k *framework.CompiledKnockOut) (on, failed expr.Truth, missing []string, err error) {
	on = expr.True
	if k.AppliesProgram != nil {
		out, err := k.AppliesProgram.Eval(r.facts)
		if err != nil {
			return on, failed, nil, err
		}
		if out.Truth == expr.False {
			return expr.False, expr.False, nil, nil
		}
		on, missing = out.Truth, out.Missing
	}
	out, err := k.FailsProgram.Eval(r.facts)
	if err != nil {
		return on, failed, nil, err
	}
	failed = out.Truth
	missing = append(slices.Clone(missing), out.Missing...)
	slices.Sort(missing)
	missing = slices.Compact(missing)
	switch {
	case failed == expr.False: // whether it is on or not, it does not fail
		missing = nil
	case on == expr.Maybe:
		failed = expr.Maybe
	}
	return on, failed, missing, nil
}

func (in *Input) knockOut(k *framework.CompiledKnockOut, full *reading, at func(float64) *reading) (KnockOutResult, error) {
	out := KnockOutResult{ID: k.ID, Criterion: k.Criterion, MinEvidence: k.MinEvidence, Missing: []string{}, Facts: []FactUse{}, reading: full}
	on, failed, missing, err := full.fails(k)
	if err != nil {
		return out, err
	}
	for _, p := range k.FailsProgram.Reads() {
		out.Facts = append(out.Facts, full.uses(p, in.Framework.Env)...)
	}
	switch {
	case on == expr.False:
		out.Status = NotApplicable
		return out, nil
	case failed == expr.True:
		out.Status = Failed
		return out, nil
	case failed == expr.Maybe:
		out.Status, out.Missing = Open, missing
		return out, nil
	}
	out.Status = Passed
	floor := max(in.Framework.Strength(k.MinEvidence), in.Weights.EvidenceFloor)
	_, strong, weak, err := at(floor).fails(k)
	if err != nil {
		return out, err
	}
	if strong != expr.False {
		out.Status, out.EvidenceTooWeak = Open, true
		out.Missing, out.reading = weak, at(floor)
	}
	return out, nil
}

// factList collects the facts of several paths, each path once.
func (r *reading) factList(paths []string, env *expr.Env) []FactUse {
	out := []FactUse{}
	for _, p := range paths {
		out = append(out, r.uses(p, env)...)
	}
	return out
}
