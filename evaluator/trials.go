package evaluator

import (
	"slices"

	"vigie/catalog"
	"vigie/evaluator/derive"
	"vigie/evaluator/finding"
)

// trials counts what the answers to one question do.
type trials struct {
	*asking
	n, leads      int
	widths, least int64
	touched       []int // knock-outs that were open
	passes, fails map[int]int
}

func (t *trials) confirm(leaf catalog.FactRef, f catalog.Fact) error {
	f.Assumed = true
	return t.try(leaf, f, nil)
}

func (t *trials) direct(leaf catalog.FactRef, rec *catalog.DossierRecord, def *catalog.FactDef) error {
	for _, v := range t.domain(def.Path, rec.Fact(def.Path), t.in.Dossier) {
		f := catalog.Fact{Path: def.Path, State: catalog.Known, Value: &v, AsOf: t.in.Dossier.On, Kind: catalog.KindNone, Assumed: true}
		if err := t.try(leaf, f, nil); err != nil {
			return err
		}
	}
	if r := def.AbsentRule; r != nil && r.Value != nil {
		return t.try(leaf, catalog.Fact{Path: def.Path, State: catalog.Absent, AsOf: t.in.Dossier.On, Kind: catalog.KindNone, Assumed: true}, nil)
	}
	return nil
}

// derived tries the values of the derived facts that wait for a fact whose own answers cannot be listed: a reference,
// or a fact of a record that does not exist yet.
func (t *trials) derived(leaf catalog.FactRef, via []string, out *Question) error {
	out.Together = t.others(leaf, via)
	for _, p := range via {
		values := t.full.derived[p].Possible
		if len(values) == 0 {
			values = t.domain(p, catalog.Fact{}, t.in.Dossier)
		}
		for _, v := range values {
			if err := t.try(catalog.FactRef{Path: p}, catalog.Fact{}, &finding.Derived{Path: p, State: catalog.Known, Value: &v}); err != nil {
				return err
			}
		}
	}
	return nil
}

// others lists the facts that derived facts wait for besides one.
func (q *asking) others(leaf catalog.FactRef, via []string) []catalog.FactRef {
	out := []catalog.FactRef{}
	for _, p := range via {
		for _, other := range q.full.derived[p].SettledBy {
			if other != leaf && !slices.Contains(out, other) {
				out = append(out, other)
			}
		}
	}
	slices.SortFunc(out, catalog.FactRef.Compare)
	return out
}

// try puts one answer in, judges what reads it, and takes it out.
func (t *trials) try(leaf catalog.FactRef, f catalog.Fact, derived *finding.Derived) error {
	moved, undo := t.put(t.full, leaf, f, derived)
	defer undo()
	paths := append([]string{leaf.Path}, moved...)
	changed := slices.Clone(t.cells)
	for _, i := range t.criteriaOf(paths) {
		c := t.in.Framework.Criteria[i]
		a, err := t.full.criterion(c)
		if err != nil {
			return err
		}
		changed[i] = cellFrom(c, a)
	}
	low, high := t.scale.interval(changed)
	width := high - low
	if t.n == 0 || width < t.least {
		t.least = width
	}
	t.n++
	t.widths += width
	verdict, err := t.knockOuts(paths, leaf, f, derived)
	if err != nil {
		return err
	}
	if len(t.rivals) > 0 && leader(t.rivals, Standing{Offering: t.a.Offering, Verdict: verdict, mean: t.scale.mean(changed)}) != t.first {
		t.leads++
	}
	return nil
}

// knockOuts judges again those that read the answer, and gives the verdict it leads to.
func (t *trials) knockOuts(paths []string, leaf catalog.FactRef, f catalog.Fact, derived *finding.Derived) (Verdict, error) {
	affected := t.knockOutsOf(paths)
	undo := []func(){}
	put := map[*reading]bool{t.full: true}
	defer func() {
		for _, u := range undo {
			u()
		}
	}()
	verdict := Eligible
	for i, status := range t.statuses {
		if slices.Contains(affected, i) && (status == Open || status == NotApplicable || status == Passed) {
			res, err := t.in.knockOut(t.in.Framework.KnockOuts[i], t.full, func(floor float64) *reading {
				r := t.at(floor)
				if !put[r] {
					put[r] = true
					for _, j := range affected { // before the answer is in: engines are asked once, on what is known
						r.load(t.knockOutReads[j])
					}
					_, back := t.put(r, leaf, f, derived)
					undo = append(undo, back)
				}
				return r
			})
			if err != nil {
				return verdict, err
			}
			if status == Open {
				t.note(i, res.Status)
			}
			status = res.Status
		}
		switch {
		case status == Failed:
			verdict = NotEligible
		case status == Open && verdict == Eligible:
			verdict = Undetermined
		}
	}
	return verdict, nil
}

func (t *trials) note(i int, s Status) {
	if !slices.Contains(t.touched, i) {
		t.touched = append(t.touched, i)
	}
	switch s {
	case Failed:
		t.fails[i]++
	case Passed, NotApplicable:
		t.passes[i]++
	}
}

func (t *trials) tell(out *Question) {
	if out.Tried = t.n; t.n == 0 {
		return
	}
	n := int64(t.n)
	out.Narrowing = toHundredths(t.width - (2*t.widths+n)/(2*n))
	out.Most = toHundredths(t.width - t.least)
	percent := func(k int) Hundredths { return Hundredths((20000*int64(k) + n) / (2 * n)) }
	out.Leader = percent(t.leads)
	for _, i := range t.touched {
		p := KnockOutProspect{ID: t.in.Framework.KnockOuts[i].ID, Passes: percent(t.passes[i]), Fails: percent(t.fails[i])}
		p.Open = 10000 - p.Passes - p.Fails
		if t.passes[i]+t.fails[i] == t.n {
			p.Open = 0
		}
		if p.Open < 10000 {
			out.KnockOuts = append(out.KnockOuts, p)
		}
	}
}

// put makes an answer part of a reading, with everything the engines make of it. It gives the derived facts that
// moved, and the way back.
func (t *trials) put(r *reading, leaf catalog.FactRef, f catalog.Fact, derived *finding.Derived) (moved []string, undo func()) {
	if derived != nil {
		return nil, r.swapDerived(map[string]finding.Derived{derived.Path: *derived})
	}
	old := r.dossier
	r.dossier = old.With(leaf.Record, f)
	var back []func()
	if def, ok := t.in.Dictionary.Fact(leaf.Path); ok && t.reads[leaf.Path] {
		back = append(back, r.swap(leaf.Path, func() { r.setFact(leaf.Path, def) }))
	}
	if len(t.open[leaf]) > 0 && t.in.Derived == nil {
		again := map[string]finding.Derived{}
		for _, e := range t.moves(r, leaf) {
			derived, _ := t.in.Knowledge.run(e, r.dossier, t.in.LawOn, true)
			for _, x := range derived {
				if t.reads[x.Path] && !sameDerived(x, r.derived[x.Path]) {
					again[x.Path] = x
				}
			}
		}
		moved = sortedKeys(again)
		back = append(back, r.swapDerived(again))
	}
	return moved, func() {
		for _, b := range slices.Backward(back) {
			b()
		}
		r.dossier = old
	}
}

// moves lists the engines whose answers on a reading an answer to a fact may move: those that wait for it and, on a reading
// of strong evidence, where more waits than the assessment says, all that were asked.
func (t *trials) moves(r *reading, leaf catalog.FactRef) []derive.Engine {
	waits := map[derive.Engine]bool{}
	for _, p := range t.open[leaf] {
		if e, ok := t.in.Knowledge.engineOf(p); ok {
			waits[e] = true
		}
	}
	var out []derive.Engine
	for _, e := range engines {
		if waits[e] || r != t.full && r.asked[e] {
			out = append(out, e)
		}
	}
	return out
}

func sameDerived(a, b finding.Derived) bool {
	return a.State == b.State && (a.Value == nil) == (b.Value == nil) && (a.Value == nil || a.Value.Equal(*b.Value)) &&
		slices.EqualFunc(a.Possible, b.Possible, catalog.Value.Equal)
}

// swap sets a path anew and gives the way back.
func (r *reading) swap(path string, set func()) (undo func()) {
	possible, had := r.possible[path]
	restore := r.facts.Swap(path, catalog.Value{})
	r.facts.SetUnknown(path)
	delete(r.possible, path)
	set()
	return func() {
		restore()
		delete(r.possible, path)
		if had {
			r.possible[path] = possible
		}
	}
}

func (r *reading) swapDerived(list map[string]finding.Derived) (undo func()) {
	var back []func()
	for _, p := range sortedKeys(list) {
		old, had := r.derived[p]
		r.derived[p] = list[p]
		restore := r.swap(p, func() { r.setDerived(p) })
		back = append(back, func() {
			restore()
			delete(r.derived, p)
			if had {
				r.derived[p] = old
			}
		})
	}
	return func() {
		for _, b := range slices.Backward(back) {
			b()
		}
	}
}
