// Package expr is the expression language of Vigie: CEL over the facts of the dictionary, typed, with unknowns.
//
// A fact nobody knows is a CEL unknown that carries its path, never an absent key and never a default: lists and
// short-circuits still decide on what is known, and an answer that stays open names the facts it waits for.
package expr

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Declaration is a path that expressions may read: a fact of the dictionary, a derived fact or a context value.
type Declaration struct {
	Path    string
	Type    catalog.ValueType
	Many    bool
	Values  []string         // codes of a choice
	Fact    *catalog.FactDef // nil for derived facts and context
	Derived bool
}

// Context values that are neither facts nor derived.
var context = []Declaration{
	{Path: "assessment.date", Type: catalog.TypeDate},
	{Path: "eea.countries", Type: catalog.TypeCountry, Many: true},
}

// Env compiles expressions over one dictionary and set of derived facts.
type Env struct {
	cel    *cel.Env
	decls  map[string]Declaration
	ids    map[string]int64
	paths  []string // by id
	roots  map[string][]string
	blank  map[string]map[string]any // every path unknown but the EEA, by root and field
	limits bool

	nothing *Facts // of which nothing is known
}

// Option changes how an Env compiles.
type Option func(*Env)

// Limited bounds the cost of evaluating each expression: for frameworks written by others.
func Limited() Option { return func(e *Env) { e.limits = true } }

// CostLimit is the CEL cost above which a limited expression is stopped.
const CostLimit = 10_000

// MaxSource bounds the length of one expression, in characters.
const MaxSource = 20_000

const typePrefix = "vigie."

// New makes an environment.
func New(dict *catalog.Dictionary, derived []Declaration, opts ...Option) (*Env, error) {
	e := &Env{decls: map[string]Declaration{}, ids: map[string]int64{}, roots: map[string][]string{}}
	for _, o := range opts {
		o(e)
	}
	var all []Declaration
	for _, f := range dict.Facts() {
		if !f.Cumulative {
			all = append(all, Declaration{Path: f.Path, Type: f.Type, Many: f.Many, Values: f.Codes(), Fact: f})
		}
	}
	for _, d := range derived {
		d.Derived = true
		all = append(all, d)
	}
	all = append(all, context...)
	for _, d := range all {
		if _, twice := e.decls[d.Path]; twice {
			return nil, fmt.Errorf("expr: %s is declared twice", d.Path)
		}
		root, field, _ := strings.Cut(d.Path, ".")
		e.decls[d.Path] = d
		e.roots[root] = append(e.roots[root], field)
		e.paths = append(e.paths, d.Path)
	}
	slices.Sort(e.paths)
	e.blank = map[string]map[string]any{}
	for i, p := range e.paths {
		e.ids[p] = int64(i + 1)
		root, field, _ := strings.Cut(p, ".")
		if e.blank[root] == nil {
			e.blank[root] = map[string]any{}
		}
		e.blank[root][field] = e.unknown(p)
	}
	eea := catalog.Value{Type: catalog.TypeCountry, Many: true, Complete: true}
	for _, c := range catalog.EEA() {
		eea.List = append(eea.List, catalog.Value{Type: catalog.TypeCountry, Text: c})
	}
	e.blank["eea"]["countries"] = e.value("eea.countries", eea)
	options := []cel.EnvOption{
		cel.CustomTypeProvider(&provider{Provider: types.NewEmptyRegistry(), env: e}),
		cel.CrossTypeNumericComparisons(true),
		cel.ParserExpressionSizeLimit(MaxSource),
	}
	for root := range e.roots {
		options = append(options, cel.Variable(root, cel.ObjectType(typePrefix+root)))
	}
	var err error
	if e.cel, err = cel.NewEnv(options...); err != nil {
		return nil, err
	}
	e.nothing = e.NewFacts("2000-01-01")
	return e, nil
}

// Path gives the declaration of a path.
func (e *Env) Path(path string) (Declaration, bool) {
	d, ok := e.decls[path]
	return d, ok
}

// Paths lists every declared path, sorted.
func (e *Env) Paths() []string { return e.paths }

// Error is an expression that does not compile, at its place inside the expression: line from 1, column from 0.
type Error struct {
	Line, Column int
	Text         wording.Text
}

func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column+1, e.Text.EN) }

// In writes the fault in one language.
func (e *Error) In(l wording.Lang) string { return wording.Typeset(l, e.Text.In(l)) }

// Program is a compiled boolean expression.
type Program struct {
	env   *Env
	prg   cel.Program
	reads []string
	src   string
	whole bool // it takes a list as a whole: compares, indexes, maps or passes it on
}

// Compile checks an expression against the declared facts. The error is an *Error.
func (e *Env) Compile(src string) (*Program, error) {
	checked, issues := e.cel.Compile(src)
	if issues.Err() != nil {
		first := issues.Errors()[0]
		return nil, &Error{Line: first.Location.Line(), Column: first.Location.Column(), Text: e.explain(src, first.Message)}
	}
	if checked.OutputType() != cel.BoolType {
		return nil, &Error{Line: 1, Text: wording.Textf("the expression must be true or false, it is a %s", "l'expression doit être vraie ou fausse, c'est un %s", checked.OutputType().String())}
	}
	if joinsLists(checked) {
		return nil, &Error{Line: 1, Text: wording.Textf("lists cannot be joined with +: their end may be unknown; test each list by itself", "des listes ne se joignent pas par + : leur fin peut être inconnue ; tester chaque liste séparément")}
	}
	var opts []cel.ProgramOption
	if e.limits {
		opts = append(opts, cel.CostLimit(CostLimit), cel.CostTracking(openCost{}), cel.InterruptCheckFrequency(100))
	}
	prg, err := e.cel.Program(checked, opts...)
	if err != nil {
		return nil, &Error{Line: 1, Text: wording.Same(err.Error())}
	}
	p := &Program{env: e, prg: prg, reads: e.reads(checked), src: src, whole: e.takesWholeList(checked)}
	// What fails while nothing is known fails whatever is known: a division by a constant zero, say.
	if _, err := p.once(e.nothing); err != nil {
		var f *Failure
		if errors.As(err, &f) {
			return nil, &Error{Line: 1, Text: wording.Textf("the expression can never be answered: %s", "l'expression ne peut jamais aboutir : %s", f.Text)}
		}
		return nil, &Error{Line: 1, Text: wording.Same(err.Error())}
	}
	return p, nil
}

// takesWholeList reports whether an expression does with a list of facts something else than ask what is in it, how
// long it is, or whether all, some or one of its elements fulfil a condition. CEL's own lists then look inside (a
// literal compared with it, an index, the length of what map made of it) and would answer for the end not known.
func (e *Env) takesWholeList(a *cel.Ast) bool {
	asked := map[int64]bool{} // the places where an open list answers for itself
	native := a.NativeRep()
	var lists []int64
	ast.PostOrderVisit(native.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		switch x.Kind() {
		case ast.CallKind:
			switch c := x.AsCall(); c.FunctionName() {
			case "@in":
				asked[c.Args()[1].ID()] = true
			case "size":
				for _, arg := range append(c.Args(), c.Target()) {
					asked[arg.ID()] = true
				}
			}
		case ast.ComprehensionKind:
			if c := x.AsComprehension(); c.AccuInit().Kind() != ast.ListKind {
				asked[c.IterRange().ID()] = true
			}
		case ast.SelectKind:
			if native.GetType(x.ID()).Kind() == types.ListKind {
				lists = append(lists, x.ID())
			}
		}
	}))
	return slices.ContainsFunc(lists, func(id int64) bool { return !asked[id] })
}

// joinsLists reports whether an author wrote list + list; the macros filter and map do so on a list of their own.
func joinsLists(a *cel.Ast) bool {
	found := false
	native := a.NativeRep()
	ast.PostOrderVisit(native.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() != ast.CallKind || x.AsCall().FunctionName() != "_+_" || native.GetType(x.ID()).Kind() != types.ListKind {
			return
		}
		left := x.AsCall().Args()[0]
		if left.Kind() != ast.IdentKind || !strings.HasPrefix(left.AsIdent(), "@") && !strings.HasPrefix(left.AsIdent(), "__") {
			found = true
		}
	}))
	return found
}

func (e *Env) reads(a *cel.Ast) []string {
	var out []string
	visit := ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() != ast.SelectKind {
			return
		}
		sel := x.AsSelect()
		if sel.Operand().Kind() != ast.IdentKind {
			return
		}
		if p := sel.Operand().AsIdent() + "." + sel.FieldName(); e.ids[p] != 0 {
			out = append(out, p)
		}
	})
	ast.PostOrderVisit(a.NativeRep().Expr(), visit)
	slices.Sort(out)
	return slices.Compact(out)
}

// Reads lists the paths that the expression reads, sorted.
func (p *Program) Reads() []string { return p.reads }

// Source is the expression as written.
func (p *Program) Source() string { return p.src }

var (
	undefinedField = regexp.MustCompile(`undefined field '([^']*)'`)
	undeclared     = regexp.MustCompile(`undeclared reference to '([^']*)'`)
	noOverload     = regexp.MustCompile(`found no matching overload for '([^']*)' applied to '([^']*)'`)
)

// explain turns the checker's message into one that names the nearest fact.
func (e *Env) explain(src, msg string) wording.Text {
	if m := undefinedField.FindStringSubmatch(msg); m != nil {
		bad := regexp.MustCompile(`\b([a-z_]+)\.` + regexp.QuoteMeta(m[1]) + `\b`).FindString(src)
		if bad == "" {
			bad = m[1]
		}
		return unknownPath(bad, e.paths)
	}
	if m := undeclared.FindStringSubmatch(msg); m != nil {
		whole := regexp.MustCompile(regexp.QuoteMeta(m[1]) + `(\.[a-z_0-9]+)?`).FindString(src)
		return unknownPath(whole, e.paths)
	}
	if m := noOverload.FindStringSubmatch(msg); m != nil {
		op := strings.Trim(m[1], "_@")
		return wording.Textf("%s does not apply to %s", "%s ne s'applique pas à %s", op, strings.ReplaceAll(m[2], typePrefix, ""))
	}
	return wording.Textf("not a valid expression: %s", "expression invalide : %s", msg)
}

func unknownPath(path string, known []string) wording.Text {
	if n := wording.Nearest(path, known); n != "" {
		return wording.Textf("no fact is called %q; did you mean %q?", "aucun fait ne s'appelle « %s » ; vouliez-vous dire « %s » ?", path, n)
	}
	return wording.Textf("no fact is called %q", "aucun fait ne s'appelle « %s »", path)
}

// provider tells the checker which fields each root has, and their types.
type provider struct {
	types.Provider
	env *Env
}

const moneyType = typePrefix + "Money"

func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if root, ok := strings.CutPrefix(name, typePrefix); ok && (name == moneyType || p.env.roots[root] != nil) {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Provider.FindStructType(name)
}

func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	if name == moneyType {
		return []string{"amount", "currency"}, true
	}
	if root, ok := strings.CutPrefix(name, typePrefix); ok {
		return p.env.roots[root], p.env.roots[root] != nil
	}
	return p.Provider.FindStructFieldNames(name)
}

func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if name == moneyType {
		switch field {
		case "amount":
			return fieldOf(types.DoubleType, field), true
		case "currency":
			return fieldOf(types.StringType, field), true
		}
		return nil, false
	}
	root, ok := strings.CutPrefix(name, typePrefix)
	if !ok {
		return p.Provider.FindStructFieldType(name, field)
	}
	d, ok := p.env.decls[root+"."+field]
	if !ok {
		return nil, false
	}
	t := celType(d.Type)
	if d.Many {
		t = types.NewListType(t)
	}
	return fieldOf(t, field), true
}

func fieldOf(t *types.Type, field string) *types.FieldType {
	return &types.FieldType{
		Type:  t,
		IsSet: func(any) bool { return true },
		GetFrom: func(target any) (any, error) {
			if v, ok := target.(ref.Val); ok {
				target = v.Value()
			}
			if u, ok := target.(*types.Unknown); ok { // the amount of a price not known
				return u, nil
			}
			m, ok := target.(map[string]any)
			if !ok {
				return nil, fmt.Errorf("expr: %T has no field %s", target, field)
			}
			v, ok := m[field]
			if !ok {
				return nil, fmt.Errorf("expr: no such fact: %s", field)
			}
			return v, nil
		},
	}
}

func celType(t catalog.ValueType) *types.Type {
	switch t {
	case catalog.TypeBoolean:
		return types.BoolType
	case catalog.TypeInteger:
		return types.IntType
	case catalog.TypeNumber, catalog.TypePercent:
		return types.DoubleType
	case catalog.TypeDate:
		return types.TimestampType
	case catalog.TypeMoney:
		return types.NewObjectType(moneyType)
	}
	return types.StringType
}
