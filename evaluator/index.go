package evaluator

import (
	"math/big"
	"regexp"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/evaluator/framework"
)

// Index tells which criteria and knock-outs read each fact, and which answers to it a framework tells apart. Making
// one takes milliseconds: keep it as long as the framework.
type Index struct {
	fw        *framework.Compiled
	reads     map[string]bool
	criteria  map[string][]int
	knockOuts map[string][]int
	answers   map[string]answers

	knockOutReads [][]string // by knock-out
}

// answers are what a framework's expressions compare a path with.
type answers struct {
	numbers []*big.Rat
	words   []string
	peers   []string // paths it is compared with
}

// NewIndex reads a framework's expressions.
func NewIndex(fw *framework.Compiled) *Index {
	ix := &Index{fw: fw, reads: map[string]bool{}, criteria: map[string][]int{}, knockOuts: map[string][]int{}, answers: map[string]answers{}}
	sources := map[string][]string{}
	note := func(paths []string, src string) {
		for _, p := range paths {
			ix.reads[p] = true
			if src != "" && !slices.Contains(sources[p], src) {
				sources[p] = append(sources[p], src)
			}
		}
	}
	for i, c := range fw.Criteria {
		for _, p := range c.Reads {
			ix.criteria[p] = append(ix.criteria[p], i)
		}
		if c.AppliesProgram != nil {
			note(c.AppliesProgram.Reads(), c.Applies)
		}
		for b, p := range c.BandPrograms {
			note(p.Reads(), c.Bands[b].When)
		}
	}
	for i, k := range fw.KnockOuts {
		paths := slices.Clone(k.FailsProgram.Reads())
		note(paths, k.FailsWhen)
		if k.AppliesProgram != nil {
			note(k.AppliesProgram.Reads(), k.KnockOut.Applies)
			paths = append(paths, k.AppliesProgram.Reads()...)
		}
		slices.Sort(paths)
		paths = slices.Compact(paths)
		ix.knockOutReads = append(ix.knockOutReads, paths)
		for _, p := range paths {
			ix.knockOuts[p] = append(ix.knockOuts[p], i)
		}
	}
	for p, list := range sources {
		ix.answers[p] = comparedWith(p, strings.Join(list, "\n"))
	}
	return ix
}

const (
	operator = `\s*(?:<=|>=|==|!=|<|>)\s*`
	number   = `(-?[0-9]+(?:\.[0-9]+)?)`
	pathLike = `([a-z_]+\.[a-z_0-9]+)`
)

var quoted = regexp.MustCompile(`"([^"]*)"|'([^']*)'`)

// comparedWith finds the constants and the paths that an expression holds against a path.
func comparedWith(path, src string) answers {
	var out answers
	p := `\b` + regexp.QuoteMeta(path) + `(?:\.amount)?\b`
	for _, form := range []string{p + operator + number, number + operator + p} {
		for _, m := range regexp.MustCompile(form).FindAllStringSubmatch(src, -1) {
			out.numbers = append(out.numbers, catalog.Rat(m[1]))
		}
	}
	for _, form := range []string{p + operator + `(?:[0-9.]+\s*\*\s*)?` + pathLike, pathLike + `(?:\.amount)?(?:\s*\*\s*[0-9.]+)?` + operator + `(?:[0-9.]+\s*\*\s*)?` + p} {
		for _, m := range regexp.MustCompile(form).FindAllStringSubmatch(src, -1) {
			if m[1] != path {
				out.peers = append(out.peers, m[1])
			}
		}
	}
	for _, m := range quoted.FindAllStringSubmatch(src, -1) {
		out.words = append(out.words, m[1]+m[2])
	}
	slices.SortFunc(out.numbers, (*big.Rat).Cmp)
	out.numbers = slices.CompactFunc(out.numbers, func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	slices.Sort(out.words)
	out.words = slices.Compact(out.words)
	slices.Sort(out.peers)
	out.peers = slices.Compact(out.peers)
	return out
}

func (ix *Index) criteriaOf(paths []string) []int { return union(ix.criteria, paths) }

func (ix *Index) knockOutsOf(paths []string) []int { return union(ix.knockOuts, paths) }

func union(of map[string][]int, paths []string) []int {
	var out []int
	for _, p := range paths {
		out = append(out, of[p]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// maxAnswers bounds how many answers to one question are tried.
const maxAnswers = 24

// domain lists the answers to a fact that make a difference: every code of a choice, both truths, numbers at, between
// and around the constants it is compared with, lists with and without each element that is named. have is what is
// known of it: the elements of a list that may go on stay.
func (ix *Index) domain(path string, have catalog.Fact, d *catalog.Dossier) []catalog.Value {
	decl, _ := ix.fw.Env.Path(path)
	a := ix.answers[path]
	var out []catalog.Value
	switch {
	case decl.Many:
		out = a.lists(decl.Type, decl.Values, have)
	case decl.Type == catalog.TypeBoolean:
		out = []catalog.Value{catalog.BoolValue(false), catalog.BoolValue(true)}
	case decl.Type == catalog.TypeChoice:
		for _, v := range decl.Values {
			out = append(out, catalog.ChoiceValue(v))
		}
	case decl.Type.IsNumeric():
		out = a.around(decl.Type, d)
	case decl.Type == catalog.TypeDate:
		for _, months := range []int{-120, -36, -12, -1, 1, 12, 36} {
			out = append(out, catalog.Value{Type: decl.Type, Text: string(d.On.AddMonths(months))})
		}
	default:
		for _, w := range a.elements(decl.Type, nil) {
			out = append(out, catalog.Value{Type: decl.Type, Text: w})
		}
	}
	return out[:min(len(out), maxAnswers)]
}

// elements lists the words that make a difference, then some that stand for all others.
func (a answers) elements(t catalog.ValueType, codes []string) []string {
	var out []string
	fits := func(w string) bool {
		switch t {
		case catalog.TypeCountry:
			return catalog.IsCountry(w)
		case catalog.TypeLanguage:
			return len(w) == 2
		case catalog.TypeChoice:
			return slices.Contains(codes, w)
		}
		return true
	}
	for _, w := range a.words {
		if fits(w) {
			out = append(out, w)
		}
	}
	for _, w := range map[catalog.ValueType][]string{catalog.TypeCountry: {"FR", "US", "CN"}, catalog.TypeLanguage: {"en", "fr"},
		catalog.TypeText: {"-"}, catalog.TypeURL: {"https://example.org/"}, catalog.TypeFile: {"-"}}[t] {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	if t == catalog.TypeChoice && len(out) == 0 {
		out = codes
	}
	return out
}

func (a answers) lists(t catalog.ValueType, codes []string, have catalog.Fact) []catalog.Value {
	var base []catalog.Value
	if have.State == catalog.Known && have.Value != nil {
		base = have.Value.List
	}
	with := func(words ...string) catalog.Value {
		list := slices.Clone(base)
		for _, w := range words {
			list = append(list, catalog.Value{Type: t, Text: w})
		}
		return catalog.ListValue(t, true, list...)
	}
	words := a.elements(t, codes)
	out := []catalog.Value{with()}
	for _, w := range words {
		out = append(out, with(w))
	}
	out = append(out, with(words...))
	var distinct []catalog.Value
	for _, v := range out {
		if !slices.ContainsFunc(distinct, v.Equal) {
			distinct = append(distinct, v)
		}
	}
	return distinct
}

// around lists the constants, one number between each two, one below and one above all.
func (a answers) around(t catalog.ValueType, d *catalog.Dossier) []catalog.Value {
	at := slices.Clone(a.numbers)
	for _, p := range a.peers {
		root, _, _ := strings.Cut(p, ".")
		for _, h := range d.Holder(root) {
			if f := d.Record(h).Fact(p); f.State == catalog.Known && f.Value.Type.IsNumeric() && !f.Value.Many {
				at = append(at, catalog.Rat(f.Value.Num))
			}
		}
	}
	if len(at) == 0 {
		at = []*big.Rat{big.NewRat(1, 1)}
	}
	slices.SortFunc(at, (*big.Rat).Cmp)
	at = slices.CompactFunc(at, func(x, y *big.Rat) bool { return x.Cmp(y) == 0 })
	first, last := at[0], at[len(at)-1]
	points := []*big.Rat{new(big.Rat).Quo(first, big.NewRat(2, 1))}
	for i, p := range at {
		points = append(points, p)
		if i+1 < len(at) {
			middle := new(big.Rat).Add(p, at[i+1])
			points = append(points, middle.Quo(middle, big.NewRat(2, 1)))
		}
	}
	above := new(big.Rat).Mul(new(big.Rat).Abs(last), big.NewRat(2, 1))
	points = append(points, above.Add(above, big.NewRat(1, 1)))
	var out []catalog.Value
	for _, p := range points {
		switch {
		case p.Sign() < 0:
			continue
		case t == catalog.TypeInteger && !p.IsInt():
			p = new(big.Rat).SetInt(new(big.Int).Quo(p.Num(), p.Denom()))
		case t == catalog.TypePercent && p.Cmp(big.NewRat(100, 1)) > 0:
			p = big.NewRat(100, 1)
		}
		v := catalog.NumValue(t, catalog.Decimal(p, 6))
		if t == catalog.TypeMoney {
			v.Currency = "EUR"
		}
		if !slices.ContainsFunc(out, v.Equal) {
			out = append(out, v)
		}
	}
	return out
}
