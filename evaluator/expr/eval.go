package expr

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Truth is the answer of an expression over facts of which some are not known.
type Truth int8

// The three truth values. Maybe: what is not known decides.
const (
	False Truth = iota
	Maybe
	True
)

// String names the truth value.
func (t Truth) String() string { return [...]string{"false", "maybe", "true"}[t] }

// Outcome is an answer and, when it is Maybe, the paths it waits for, sorted.
type Outcome struct {
	Truth   Truth
	Missing []string
}

// Facts holds the values that expressions see. Every declared path is there, unknown until set.
type Facts struct {
	env   *Env
	roots map[string]map[string]any
	own   map[string]bool // roots that are no longer those of the environment, which all share
	known map[string]bool
	open  map[string]*openList // lists that may hold more
}

// NewFacts makes facts of which nothing is known but the EEA and the day.
func (e *Env) NewFacts(on catalog.Date) *Facts {
	f := &Facts{env: e, roots: make(map[string]map[string]any, len(e.roots)), own: map[string]bool{}, known: map[string]bool{"eea.countries": true}, open: map[string]*openList{}}
	maps.Copy(f.roots, e.blank)
	f.Set("assessment.date", catalog.Value{Type: catalog.TypeDate, Text: string(on)})
	return f
}

// SetUnknown makes a path unknown.
func (f *Facts) SetUnknown(path string) {
	f.put(path, f.env.unknown(path))
	delete(f.known, path)
	delete(f.open, path)
}

// Set gives a path its value. It panics on a path that was not declared: a program's fault, not a user's.
func (f *Facts) Set(path string, v catalog.Value) {
	val := f.env.value(path, v)
	f.put(path, val)
	f.known[path] = true
	if l, ok := val.(*openList); ok {
		f.open[path] = l
	} else {
		delete(f.open, path)
	}
}

// Known reports whether a path has a value. A list that is not complete counts as known.
func (f *Facts) Known(path string) bool { return f.known[path] }

// Swap sets a path for a moment and gives the way back.
func (f *Facts) Swap(path string, v catalog.Value) (restore func()) {
	root, field, _ := strings.Cut(path, ".")
	old, was, wasOpen := f.roots[root][field], f.known[path], f.open[path]
	f.Set(path, v)
	return func() {
		f.roots[root][field], f.known[path] = old, was
		delete(f.open, path)
		if wasOpen != nil {
			f.open[path] = wasOpen
		}
	}
}

func (f *Facts) put(path string, v ref.Val) {
	root, field, _ := strings.Cut(path, ".")
	m, ok := f.roots[root]
	if !ok || f.env.ids[path] == 0 {
		panic("expr: no fact is declared as " + path)
	}
	if !f.own[root] {
		m = maps.Clone(m)
		f.roots[root], f.own[root] = m, true
	}
	m[field] = v
}

// ResolveName implements interpreter.Activation.
func (f *Facts) ResolveName(name string) (any, bool) {
	m, ok := f.roots[name]
	return m, ok
}

// Parent implements interpreter.Activation.
func (f *Facts) Parent() interpreter.Activation { return nil }

func (e *Env) unknown(path string) *types.Unknown {
	return types.NewUnknown(e.ids[path], types.NewAttributeTrail(path))
}

func (e *Env) value(path string, v catalog.Value) ref.Val {
	if !v.Many {
		return scalar(v)
	}
	elems := make([]ref.Val, 0, len(v.List)+1)
	for _, x := range v.List {
		elems = append(elems, scalar(x))
	}
	if v.Complete {
		return types.NewRefValList(types.DefaultTypeAdapter, elems)
	}
	rest := e.unknown(path)
	return &openList{Lister: types.NewRefValList(types.DefaultTypeAdapter, append(slices.Clone(elems), rest)), rest: rest,
		closed: types.NewRefValList(types.DefaultTypeAdapter, elems)}
}

// openList is a list that ends with one element of which nothing is known. CEL's own lists would answer "not in
// it" and count the unknown element as one; here both are unknown unless a known element decides.
type openList struct {
	traits.Lister
	rest   *types.Unknown
	closed ref.Val // the list as it is when nothing else belongs to it
}

// Contains is true when a known element matches, else unknown.
func (l *openList) Contains(v ref.Val) ref.Val {
	if in := l.Lister.Contains(v); in == types.True || types.IsUnknownOrError(in) {
		return in
	}
	return l.rest
}

// Size is unknown.
func (l *openList) Size() ref.Val { return l.rest }

// Equal is unknown.
func (l *openList) Equal(ref.Val) ref.Val { return l.rest }

// openCost prices the calls that take an open list. CEL's own tracker takes the size of every list for a whole number, and
// that of an open list is unknown.
type openCost struct{}

// CallCost implements cost.ActualCostEstimator: the elements at hand, or nil to leave the price to CEL.
func (openCost) CallCost(_, _ string, args []ref.Val, _ ref.Val) *uint64 {
	price, open := uint64(1), false
	for _, a := range args {
		switch a := a.(type) {
		case *openList:
			open = true
			price += uint64(a.Lister.Size().(types.Int))
		case traits.Sizer:
			if n, ok := a.Size().(types.Int); ok {
				price += uint64(n)
			}
		}
	}
	if !open {
		return nil
	}
	return &price
}

// Fold implements traits.Foldable: comprehensions visit the unknown element too.
func (l *openList) Fold(f traits.Folder) {
	i := types.Int(0)
	for it := l.Iterator(); it.HasNext() == types.True; i++ {
		if !f.FoldEntry(i, it.Next()) {
			return
		}
	}
}

func scalar(v catalog.Value) ref.Val {
	switch v.Type {
	case catalog.TypeBoolean:
		return types.Bool(v.Bool)
	case catalog.TypeInteger:
		n, err := strconv.ParseInt(v.Num, 10, 64)
		if err != nil {
			return types.NewErr("not a whole number: %s", v.Num)
		}
		return types.Int(n)
	case catalog.TypeNumber, catalog.TypePercent:
		return double(v.Num)
	case catalog.TypeMoney:
		return types.NewStringInterfaceMap(types.DefaultTypeAdapter, map[string]any{"amount": double(v.Num), "currency": types.String(v.Currency)})
	case catalog.TypeDate:
		return types.Timestamp{Time: catalog.Date(v.Text).Time()}
	}
	return types.String(v.Text)
}

func double(decimal string) ref.Val {
	d, err := strconv.ParseFloat(decimal, 64)
	if err != nil {
		return types.NewErr("not a number: %s", decimal)
	}
	return types.Double(d)
}

// Failure is an expression that cannot be answered over some facts: an element that a list does not have, a division by
// zero, a number out of range, a cost above the limit. It is the framework's fault and says nothing of the facts.
type Failure struct {
	Source string
	Text   wording.Text // what went wrong, without its final dot
}

func (f *Failure) Error() string { return fmt.Sprintf("expression %q: %s", f.Source, f.Text.EN) }

var failures = []struct {
	sign string
	text wording.Text
}{
	{"index out of", wording.Text{EN: "it asks for an element that the list does not have", FR: "elle demande un élément que la liste n'a pas"}},
	{"division by zero", wording.Text{EN: "it divides by zero", FR: "elle divise par zéro"}},
	{"modulus by zero", wording.Text{EN: "it divides by zero", FR: "elle divise par zéro"}},
	{"overflow", wording.Text{EN: "a number leaves the range that can be computed with", FR: "un nombre sort de ce qui peut se calculer"}},
	{"cost limit exceeded", wording.Text{EN: "it takes too many steps", FR: "elle demande trop d'étapes"}},
}

func failure(src string, err error) *Failure {
	for _, f := range failures {
		if strings.Contains(err.Error(), f.sign) {
			return &Failure{src, f.text}
		}
	}
	return &Failure{src, wording.Same(err.Error())}
}

// Eval answers the expression over the facts. The error, a *Failure, tells of an expression that cannot be answered
// over these facts, whatever those not known turn out to be.
//
// A list that may hold more is tried both ways, with a further element of which nothing is known and with none: a
// condition inside all() or exists() that does not look at its element would otherwise decide for a list that may
// be empty.
//
// An expression that takes a list as a whole sees one that may hold more as not known.
func (p *Program) Eval(f *Facts) (Outcome, error) {
	if p.whole && len(f.open) > 0 {
		return p.withoutOpen(f)
	}
	out, err := p.once(f)
	if err != nil || out.Truth == Maybe || len(f.open) == 0 {
		return out, err
	}
	var open []string
	for _, path := range p.reads {
		if f.open[path] != nil {
			open = append(open, path)
		}
	}
	if len(open) > maxOpen {
		return Outcome{Truth: Maybe, Missing: open}, nil
	}
	for mask := 1; mask < 1<<len(open); mask++ {
		for i, path := range open {
			if mask&(1<<i) != 0 {
				f.put(path, f.open[path].closed)
			}
		}
		other, err := p.once(f)
		for _, path := range open {
			f.put(path, f.open[path])
		}
		if err != nil {
			return Outcome{}, err
		}
		if other.Truth != out.Truth {
			return Outcome{Truth: Maybe, Missing: open}, nil
		}
	}
	return out, nil
}

// withoutOpen answers with every open list that the expression reads put to unknown.
func (p *Program) withoutOpen(f *Facts) (Outcome, error) {
	for _, path := range p.reads {
		if l := f.open[path]; l != nil {
			f.put(path, l.rest)
			defer f.put(path, l)
		}
	}
	return p.once(f)
}

// maxOpen bounds how many open lists of one expression are tried both ways; with more the answer is Maybe.
const maxOpen = 6

func (p *Program) once(f *Facts) (Outcome, error) {
	out, _, err := p.prg.Eval(f)
	if err != nil {
		return Outcome{}, failure(p.src, err)
	}
	switch v := out.(type) {
	case types.Bool:
		if v {
			return Outcome{Truth: True}, nil
		}
		return Outcome{Truth: False}, nil
	case *types.Unknown:
		return Outcome{Truth: Maybe, Missing: p.env.names(v)}, nil
	}
	return Outcome{}, fmt.Errorf("expression %q: answered %v", p.src, out)
}

func (e *Env) names(u *types.Unknown) []string {
	var out []string
	for _, id := range u.IDs() {
		if id >= 1 && id <= int64(len(e.paths)) {
			out = append(out, e.paths[id-1])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
