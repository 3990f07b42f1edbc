package evaluator

import (
	"errors"
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
	failure   *expr.Failure // an expression could not be answered: every band counts as reachable
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
		if tried.failure == nil {
			tried.failure = one.failure
		}
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
// one known to hold ends the walk. An expression that fails settles nothing: every band stays reachable.
func (r *reading) bands(c *framework.CompiledCriterion) (answer, error) {
	a := answer{applies: expr.True}
	if c.AppliesProgram != nil {
		out, err := c.AppliesProgram.Eval(r.facts)
		if err != nil {
			return failed(c, expr.Maybe, err)
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
			return failed(c, a.applies, err)
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

// failed is the answer of a criterion one of whose expressions could not be answered. An error that is no failure of an
// expression is the program's, and given back.
func failed(c *framework.CompiledCriterion, applies expr.Truth, err error) (answer, error) {
	out := answer{applies: applies}
	if !errors.As(err, &out.failure) {
		return out, err
	}
	for i := range c.Bands {
		out.reachable = append(out.reachable, i)
	}
	return out, nil
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

// ruling is where a knock-out stands on one reading: whether it is on, and whether it failed.
type ruling struct {
	on, failed expr.Truth
	missing    []string
	failure    *expr.Failure // an expression could not be answered: it is open
}

// fails answers whether a knock-out is on and failed: True failed, False not failed, Maybe open.
func (r *reading) fails(k *framework.CompiledKnockOut) (ruling, error) {
	if k.AppliesProgram != nil {
		r.load(k.AppliesProgram.Reads())
	}
	r.load(k.FailsProgram.Reads())
	whole, err := r.failsOnce(k)
	if err != nil || whole.on == expr.False || whole.failed != expr.Maybe && whole.on != expr.Maybe {
		return whole, err
	}
	tried := ruling{on: -1, failed: -1, missing: whole.missing}
	n, err := r.complete(whole.missing, func() error {
		one, err := r.failsOnce(k)
		tried.on, tried.failed = joinTruth(tried.on, one.on), joinTruth(tried.failed, one.failed)
		if tried.failure == nil {
			tried.failure = one.failure
		}
		return err
	})
	if err != nil || n == 0 {
		return whole, err
	}
	if tried.failed != expr.Maybe && tried.on != expr.Maybe {
		tried.missing = nil
	}
	return tried, nil
}

func (r *reading) failsOnce(k *framework.CompiledKnockOut) (ruling, error) {
	out := ruling{on: expr.True}
	if k.AppliesProgram != nil {
		x, err := k.AppliesProgram.Eval(r.facts)
		if err != nil {
			return unruled(expr.Maybe, err)
		}
		if x.Truth == expr.False {
			return ruling{on: expr.False, failed: expr.False}, nil
		}
		out.on, out.missing = x.Truth, x.Missing
	}
	x, err := k.FailsProgram.Eval(r.facts)
	if err != nil {
		return unruled(out.on, err)
	}
	out.failed = x.Truth
	out.missing = append(slices.Clone(out.missing), x.Missing...)
	slices.Sort(out.missing)
	out.missing = slices.Compact(out.missing)
	switch {
	case out.failed == expr.False: // whether it is on or not, it does not fail
		out.missing = nil
	case out.on == expr.Maybe:
		out.failed = expr.Maybe
	}
	return out, nil
}

func unruled(on expr.Truth, err error) (ruling, error) {
	out := ruling{on: on, failed: expr.Maybe}
	if !errors.As(err, &out.failure) {
		return out, err
	}
	return out, nil
}

func (in *Input) knockOut(k *framework.CompiledKnockOut, full *reading, at func(float64) *reading) (KnockOutResult, error) {
	out := KnockOutResult{ID: k.ID, Criterion: k.Criterion, MinEvidence: k.MinEvidence, Missing: []string{}, Facts: []FactUse{}, reading: full}
	all, err := full.fails(k)
	if err != nil {
		return out, err
	}
	for _, p := range k.FailsProgram.Reads() {
		out.Facts = append(out.Facts, full.uses(p, in.Framework.Env)...)
	}
	out.open(all)
	switch {
	case all.on == expr.False:
		out.Status = NotApplicable
		if in.ours(k.AppliesProgram) {
			return out, nil
		}
	case all.failed == expr.True:
		out.Status = Failed
		return out, nil
	case all.failed == expr.Maybe:
		return out, nil
	default:
		out.Status = Passed
	}
	// Neither what passes it nor what switches it off counts on weak evidence.
	floor := max(in.Framework.Strength(k.MinEvidence), in.Weights.EvidenceFloor)
	strong, err := at(floor).fails(k)
	if err != nil {
		return out, err
	}
	if strong.failed != expr.False {
		out.open(strong)
		out.EvidenceTooWeak = strong.failure == nil
		out.reading = at(floor)
		for _, p := range strong.missing {
			if !slices.Contains(k.FailsProgram.Reads(), p) {
				out.Facts = append(out.Facts, full.uses(p, in.Framework.Env)...)
			}
		}
	}
	return out, nil
}

// ours reports whether an expression reads nothing that evidence could be too weak for.
func (in *Input) ours(p *expr.Program) bool {
	return !slices.ContainsFunc(p.Reads(), func(path string) bool { return !aboutUs(path) && path != deploymentPath })
}

func (k *KnockOutResult) open(r ruling) {
	k.Status, k.Missing = Open, append([]string{}, r.missing...)
	if r.failure != nil {
		k.Failure = r.failure.Text
	}
}

// strong gives the readings that leave weak facts out, each made when it is first asked for. They are brief.
func (in *Input) strong(full *reading) func(floor float64) *reading {
	made := map[float64]*reading{0: full}
	return func(floor float64) *reading {
		if made[floor] == nil {
			made[floor] = in.open(floor)
			made[floor].brief = true
		}
		return made[floor]
	}
}

// factList collects the facts of several paths, each path once.
func (r *reading) factList(paths []string, env *expr.Env) []FactUse {
	out := []FactUse{}
	for _, p := range paths {
		out = append(out, r.uses(p, env)...)
	}
	return out
}
