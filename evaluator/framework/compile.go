package framework

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
)

// Compiled is a framework with its expressions ready to be evaluated over the facts of Env. Compiling costs about
// 0.1 ms an expression: keep the result by the framework's hash.
type Compiled struct {
	*Framework
	Env        *expr.Env
	Criteria   []*CompiledCriterion  // same order as in the framework
	KnockOuts  []*CompiledKnockOut   // of all criteria, in their order
	Reads      []string              // every path that some expression reads, sorted
	WeightSets map[string]*WeightSet // by id; DefaultWeights is always there
}

// CompiledCriterion is a criterion with its programs.
type CompiledCriterion struct {
	*Criterion
	AppliesProgram *expr.Program   // nil: it always applies
	BandPrograms   []*expr.Program // one a band
	Reads          []string        // paths that applies and the bands read, sorted; knock-outs have their own
}

// CompiledKnockOut is a knock-out with its programs and the criterion it stands in.
type CompiledKnockOut struct {
	KnockOut
	Criterion      string
	AppliesProgram *expr.Program
	FailsProgram   *expr.Program
}

// Strength is how much a kind of source proves in general, from 0 to 1.
func (c *Compiled) Strength(k catalog.SourceKind) float64 { return c.EvidenceKinds.Of(k) }

// Compile compiles every expression of the framework. The error, if any, is a strict.Faults with every fault.
func (f *Framework) Compile(env *expr.Env) (*Compiled, error) {
	c, bad := f.compile(env)
	if err := sorted(bad).Err(); err != nil {
		return nil, err
	}
	return c, nil
}

// compiler compiles one framework; ok turns false when an expression of the criterion at hand does not compile, and
// its lists of facts are then not judged.
type compiler struct {
	faults
	env *expr.Env
	at  string // key path of the criterion at hand
	ok  bool
}

func (f *Framework) compile(env *expr.Env) (*Compiled, strict.Faults) {
	cc := compiler{faults: faults{sources: f.files}, env: env}
	out := &Compiled{Framework: f, Env: env, WeightSets: map[string]*WeightSet{DefaultWeights: f.ownWeights()}}
	for i, x := range f.Criteria {
		cc.at = x.at
		if cc.at == "" { // not read from a file
			cc.at = fmt.Sprintf("criteria[%d]", i)
		}
		c, kos := cc.criterion(x)
		out.Criteria = append(out.Criteria, c)
		out.KnockOuts = append(out.KnockOuts, kos...)
		out.Reads = append(out.Reads, c.Reads...)
		for _, k := range kos {
			out.Reads = append(out.Reads, k.reads()...)
		}
	}
	out.Reads = unique(out.Reads)
	return out, cc.list
}

func (k *CompiledKnockOut) reads() []string {
	var out []string
	for _, p := range []*expr.Program{k.AppliesProgram, k.FailsProgram} {
		if p != nil {
			out = append(out, p.Reads()...)
		}
	}
	return out
}

func (cc *compiler) criterion(x *Criterion) (*CompiledCriterion, []*CompiledKnockOut) {
	cc.ok = true
	read := map[string]string{} // path read, and the key path of the first expression that reads it
	c := &CompiledCriterion{Criterion: x}
	c.AppliesProgram = cc.program(x, cc.at+".applies", x.Applies, read)
	for i, b := range x.Bands {
		c.BandPrograms = append(c.BandPrograms, cc.program(x, fmt.Sprintf("%s.bands[%d].when", cc.at, i), b.When, read))
	}
	c.Reads = sortedKeys(read)
	var kos []*CompiledKnockOut
	for i, k := range x.KnockOuts {
		at := fmt.Sprintf("%s.knock_outs[%d]", cc.at, i)
		kos = append(kos, &CompiledKnockOut{
			KnockOut: k, Criterion: x.ID,
			AppliesProgram: cc.program(x, at+".applies", k.Applies, read),
			FailsProgram:   cc.program(x, at+".fails_when", k.FailsWhen, read),
		})
	}
	if cc.ok {
		cc.facts(x, read)
	}
	return c, kos
}

func (cc *compiler) program(x *Criterion, at, src string, read map[string]string) *expr.Program {
	if src == "" { // a key that is missing is told by the reader; applies may be left out
		return nil
	}
	p, err := cc.env.Compile(src)
	if err != nil {
		cc.ok = false
		cc.expression(x.File, at, err)
		return nil
	}
	for _, path := range p.Reads() {
		if read[path] == "" {
			read[path] = at
			cc.absence(x, at, src, path)
		}
	}
	return p
}

// absence refuses a fact of which the dictionary does not say what its absence is to an expression.
func (cc *compiler) absence(x *Criterion, at, src, path string) {
	d, _ := cc.env.Path(path)
	if d.Fact == nil || d.Fact.AbsentRule != nil {
		return
	}
	line, column := locate(src, path)
	cc.within(x.File, at, line, column, wording.Textf(
		"the dictionary does not say what the absence of %q is to an expression (%s:%d); give it an absent value or forbid it",
		"le dictionnaire ne dit pas ce que vaut l'absence de « %s » dans une expression (%s:%d) ; lui donner une valeur ou l'interdire",
		path, d.Fact.File, d.Fact.Line))
}

// context reports whether a path tells of the organisation, its use or the day: criteria read it, and do not list it
// among their facts.
func (cc *compiler) context(path string) bool {
	d, _ := cc.env.Path(path)
	if d.Fact == nil {
		return !d.Derived
	}
	return d.Fact.Record == catalog.Organisation || d.Fact.Record == catalog.UseCase
}

// facts holds the list of facts to what the expressions read.
func (cc *compiler) facts(x *Criterion, read map[string]string) {
	seen := map[string]bool{}
	var expected []string
	for _, p := range sortedKeys(read) {
		if !cc.context(p) {
			expected = append(expected, p)
		}
	}
	for i, p := range x.Facts {
		at := fmt.Sprintf("%s.facts[%d]", cc.at, i)
		switch {
		case seen[p]:
			cc.add(x.File, at, "%q is listed twice", "« %s » figure deux fois", p)
		case slices.Contains(expected, p):
		case cc.known(p) && cc.context(p):
			cc.add(x.File, at, "%q tells of the organisation or its use; only facts about the offering are listed",
				"« %s » porte sur l'organisation ou son usage ; seuls les faits sur l'offre sont listés", p)
		case cc.known(p):
			cc.add(x.File, at, "no expression of this criterion reads %q; take it out of the list",
				"aucune expression de ce critère ne lit « %s » ; le retirer de la liste", p)
		default:
			cc.text(x.File, at, strict.NotIn(p, cc.env.Paths()))
		}
		seen[p] = true
	}
	for _, p := range expected {
		if !seen[p] {
			cc.add(x.File, cc.at+".facts", "%q is read at %s and is missing from this list", "« %s » est lu en %s et manque à cette liste", p, strings.TrimPrefix(read[p], cc.at+"."))
		}
	}
}

func (cc *compiler) known(path string) bool {
	_, ok := cc.env.Path(path)
	return ok
}

// locate finds where an expression names a path: line from 1, column from 0, in characters.
func locate(src, path string) (line, column int) {
	i := regexp.MustCompile(`\b` + regexp.QuoteMeta(path) + `\b`).FindStringIndex(src)
	if i == nil {
		return 1, 0
	}
	before := src[:i[0]]
	return 1 + strings.Count(before, "\n"), len([]rune(before[strings.LastIndex(before, "\n")+1:]))
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
