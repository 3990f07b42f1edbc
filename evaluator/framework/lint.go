package framework

import (
	"fmt"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
)

// Loose is a criterion or knock-out whose answer stays more open than what is not known can make it: its bands can
// be put in another order, or said positively, so that the interval narrows.
type Loose struct {
	strict.Pos
	Criterion string
	KnockOut  string   // empty: it is about the score
	Unknown   []string // facts that are not known in the example, sorted
	Given     []string // what is known in it, as path = value, sorted
	// Gives and Attains are the interval that comes out and the one that completions of the facts reach; for a
	// knock-out, and for whether a criterion applies, both are nil: the answer is open and every completion agrees.
	Gives, Attains *[2]int
}

// Fault says it as a fault at the criterion's place.
func (l Loose) Fault() strict.Fault {
	unknown, given := strings.Join(l.Unknown, ", "), strings.Join(l.Given, ", ")
	if given == "" {
		given = "—"
	}
	t := wording.Textf("stays open although every answer to %s gives the same result (known: %s)",
		"reste ouvert alors que toute réponse à %s donne le même résultat (connu : %s)", unknown, given)
	if l.Gives != nil {
		t = wording.Textf("gives %d to %d where only %d to %d can be reached, when %s is not known (known: %s); put the narrower bands first and state them positively",
			"donne %d à %d là où seul %d à %d peut être atteint, quand %s n'est pas connu (connu : %s) ; placer d'abord les paliers les plus précis et les formuler positivement",
			l.Gives[0], l.Gives[1], l.Attains[0], l.Attains[1], unknown, given)
	}
	return strict.Fault{File: l.File, Line: l.Line, Column: l.Column, Path: l.subject(), Text: t}
}

func (l Loose) subject() string {
	if l.KnockOut != "" {
		return l.KnockOut
	}
	return l.Criterion
}

// maxStates bounds how many states of knowledge are tried for one criterion or knock-out. Above it, domains are cut
// down, longest first, so that the rest is still tried whole.
const maxStates = 40_000

// Lint tries each criterion and each knock-out on small domains of its facts, in every state of knowledge, and
// reports those whose answer stays wider than what completions reach. It gives one example each, the widest.
// The error tells of an expression that cannot be evaluated, or of an interval that is not sound.
func Lint(c *Compiled) ([]Loose, error) {
	var out []Loose
	for _, x := range c.Criteria {
		l, err := lintCriterion(c.Env, x)
		if err != nil {
			return nil, fmt.Errorf("criterion %s: %w", x.ID, err)
		}
		out = append(out, l...)
		for _, k := range c.KnockOuts {
			if k.Criterion != x.ID {
				continue
			}
			l, err := lintKnockOut(c.Env, x, k)
			if err != nil {
				return nil, fmt.Errorf("knock-out %s: %w", k.ID, err)
			}
			out = append(out, l...)
		}
	}
	return out, nil
}

func lintCriterion(env *expr.Env, x *CompiledCriterion) ([]Loose, error) {
	sources := []string{x.Applies}
	for _, b := range x.Bands {
		sources = append(sources, b.When)
	}
	widest, err := search(env, sources, x.Reads, func(f *expr.Facts) (answer, error) { return scored(x, f) })
	if widest == nil || err != nil {
		return nil, err
	}
	l := widest.loose(x)
	if widest.excess(score) > 0 {
		l.Gives, l.Attains = &[2]int{widest.gives.low, widest.gives.high}, &[2]int{widest.attains.low, widest.attains.high}
	}
	return []Loose{l}, nil
}

func lintKnockOut(env *expr.Env, x *CompiledCriterion, k *CompiledKnockOut) ([]Loose, error) {
	widest, err := search(env, []string{k.Applies, k.FailsWhen}, unique(k.reads()), func(f *expr.Facts) (answer, error) { return failing(k, f) })
	if widest == nil || err != nil {
		return nil, err
	}
	l := widest.loose(x)
	l.KnockOut = k.ID
	return []Loose{l}, nil
}

// answer is what comes out of one state of knowledge: whether the question arises (no, yes) and the ends of what it
// gives when it does. The zero answer says nothing.
type answer struct {
	no, yes   bool
	low, high int
}

// or is the hull of two answers.
func (a answer) or(b answer) answer {
	switch {
	case !a.yes:
		a.low, a.high = b.low, b.high
	case b.yes:
		a.low, a.high = min(a.low, b.low), max(a.high, b.high)
	}
	a.no, a.yes = a.no || b.no, a.yes || b.yes
	return a
}

// scored answers a criterion: points between which the reachable bands lie.
func scored(x *CompiledCriterion, f *expr.Facts) (answer, error) {
	var a answer
	applies := expr.True
	if x.AppliesProgram != nil {
		out, err := x.AppliesProgram.Eval(f)
		if err != nil {
			return a, err
		}
		applies = out.Truth
	}
	if applies == expr.False {
		return answer{no: true}, nil
	}
	for i, p := range x.BandPrograms {
		out, err := p.Eval(f)
		if err != nil {
			return a, err
		}
		if out.Truth == expr.False {
			continue
		}
		a = a.or(answer{yes: true, low: x.Bands[i].Score, high: x.Bands[i].Score})
		if out.Truth == expr.True {
			break
		}
	}
	a.no = applies == expr.Maybe
	return a, nil
}

// failing answers a knock-out: 1 when it fails, 0 when it does not, whether it is on or not.
func failing(k *CompiledKnockOut, f *expr.Facts) (answer, error) {
	on, err := k.AppliesProgram.Eval(f)
	if err != nil {
		return answer{}, err
	}
	failed, err := k.FailsProgram.Eval(f)
	if err != nil {
		return answer{}, err
	}
	a := answer{yes: true}
	if on.Truth == expr.True && failed.Truth == expr.True {
		a.low = 1
	}
	if on.Truth != expr.False && failed.Truth != expr.False {
		a.high = 1
	}
	return a, nil
}

// gap is a state of knowledge with what it gives and what its completions attain.
type gap struct {
	gives, attains answer
	domains        []domain
	at             []int // state of each domain
}

type measure int

const (
	score measure = iota
	whole
)

// excess is how much wider the answer is than what can be reached; whole counts a question that stays open whether
// it arises as one point.
func (g *gap) excess(m measure) int {
	n := 0
	if g.gives.yes && g.attains.yes {
		n = (g.gives.high - g.gives.low) - (g.attains.high - g.attains.low)
	}
	if m == whole && (g.gives.no && !g.attains.no || g.gives.yes && !g.attains.yes) {
		n++
	}
	return n
}

func (g *gap) sound() bool {
	if g.attains.no && !g.gives.no || g.attains.yes && !g.gives.yes {
		return false
	}
	return !g.attains.yes || g.gives.low <= g.attains.low && g.gives.high >= g.attains.high
}

func (g *gap) unknown() int {
	n := 0
	for i, d := range g.domains {
		if len(d.states[g.at[i]].of) > 1 {
			n++
		}
	}
	return n
}

func (g *gap) loose(x *CompiledCriterion) Loose {
	l := Loose{Pos: x.Pos, Criterion: x.ID}
	for i, d := range g.domains {
		s := d.states[g.at[i]]
		if s.value == nil {
			l.Unknown = append(l.Unknown, d.path)
			continue
		}
		text := shown(*s.value)
		if s.value.Many && !s.value.Complete {
			l.Unknown = append(l.Unknown, d.path)
			text = strings.TrimSuffix(text, "]") + ", …]"
		}
		l.Given = append(l.Given, d.path+" = "+text)
	}
	return l
}

func shown(v catalog.Value) string {
	switch {
	case v.Many:
		return "[" + strings.Join(v.Texts(), ", ") + "]"
	case v.Type == catalog.TypeBoolean:
		return fmt.Sprint(v.Bool)
	case v.Type.IsNumeric():
		return v.Num
	}
	return v.Text
}

// lintDay is the day on which expressions are tried: any will do, as nothing of this is kept.
const lintDay = catalog.Date("2026-01-15")

// search finds the widest gap over every state of knowledge of the facts that are read, nil when there is none.
func search(env *expr.Env, sources, reads []string, answerTo func(*expr.Facts) (answer, error)) (*gap, error) {
	domains := domainsOf(env, sources, reads)
	facts := env.NewFacts(lintDay)
	attained, err := complete(domains, facts, answerTo)
	if err != nil {
		return nil, err
	}
	var widest *gap
	err = walk(domains, facts, func(d domain) []state { return d.states }, func(n int, at []int) error {
		gives, err := answerTo(facts)
		if err != nil {
			return err
		}
		g := &gap{gives: gives, attains: attained[n], domains: domains, at: slices.Clone(at)}
		if !g.sound() {
			l := g.loose(&CompiledCriterion{Criterion: &Criterion{}})
			return fmt.Errorf("not sound when %v is not known and %v is: gives %+v, completions attain %+v", l.Unknown, l.Given, g.gives, g.attains)
		}
		if e := g.excess(whole); e > 0 && (widest == nil || e > widest.excess(whole) || e == widest.excess(whole) && g.unknown() < widest.unknown()) {
			widest = g
		}
		return nil
	})
	return widest, err
}

// complete answers every completion of the facts, then gives for each state of knowledge the hull of the completions
// that it leaves possible, in the order of walk.
func complete(domains []domain, facts *expr.Facts, answerTo func(*expr.Facts) (answer, error)) ([]answer, error) {
	var table []answer
	err := walk(domains, facts, domain.completions, func(_ int, _ []int) error {
		a, err := answerTo(facts)
		table = append(table, a)
		return err
	})
	if err != nil {
		return nil, err
	}
	// One axis after the other, from values to states; the last axis runs fastest.
	inner := 1
	for i := len(domains) - 1; i >= 0; i-- {
		d := domains[i]
		outer := len(table) / (len(d.values) * inner)
		next := make([]answer, 0, outer*len(d.states)*inner)
		for o := range outer {
			for _, s := range d.states {
				for in := range inner {
					var a answer
					for _, v := range s.of {
						a = a.or(table[(o*len(d.values)+v)*inner+in])
					}
					next = append(next, a)
				}
			}
		}
		table, inner = next, inner*len(d.states)
	}
	return table, nil
}

// completions are the states in which the fact is one of its values, whether it may ever be known or not.
func (dom domain) completions() []state {
	out := make([]state, len(dom.values))
	for i := range dom.values {
		out[i].value = &dom.values[i]
	}
	return out
}

// walk puts every combination of the chosen states into facts, the last domain running fastest.
func walk(domains []domain, facts *expr.Facts, choose func(domain) []state, do func(n int, at []int) error) error {
	n, at := 0, make([]int, len(domains))
	var next func(i int) error
	next = func(i int) error {
		if i == len(domains) {
			n++
			return do(n-1, at)
		}
		for s, st := range choose(domains[i]) {
			at[i] = s
			if st.value == nil {
				facts.SetUnknown(domains[i].path)
			} else {
				facts.Set(domains[i].path, *st.value)
			}
			if err := next(i + 1); err != nil {
				return err
			}
		}
		return nil
	}
	return next(0)
}

func domainsOf(env *expr.Env, sources, reads []string) []domain {
	l := literalsOf(sources)
	var out []domain
	for _, p := range reads {
		d, _ := env.Path(p)
		if d.Fact != nil || d.Derived { // the day and the EEA are always known
			out = append(out, l.domain(env, p, lintDay))
		}
	}
	for product(out) > maxStates {
		if !cut(out) {
			break
		}
	}
	return out
}

func product(domains []domain) int {
	n := 1
	for _, d := range domains {
		n *= len(d.states)
	}
	return n
}

// cut makes the longest domain shorter: a list loses the states in which it is known in part, another its last value.
func cut(domains []domain) bool {
	longest := 0
	for i, d := range domains {
		if len(d.states) > len(domains[longest].states) {
			longest = i
		}
	}
	d := &domains[longest]
	n := slices.IndexFunc(d.states, func(s state) bool { return s.value == nil }) // values that may be known
	switch {
	case len(d.states) > n+1:
		d.states = d.states[:n+1]
	case n > 2:
		d.states = slices.Delete(d.states, n-1, n)
	default:
		return false
	}
	return true
}
