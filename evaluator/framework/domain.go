package framework

import (
	"math/big"
	"regexp"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/evaluator/expr"
)

// domain is a small set of values that stands for everything a fact can be to a few expressions: each constant they
// compare it with, and values on each side of it.
//
// Some values are only ever what an unknown fact turns out to be, and come after the others: a country, or a number,
// beyond all those that are known elsewhere. Without one, "the need is unknown and everything known meets it" would
// look settled.
type domain struct {
	path   string
	values []catalog.Value
	states []state
}

// state is what may be known of a fact: one value, nothing, or a part of a list. of are the values still possible.
type state struct {
	value *catalog.Value // nil: nothing is known
	of    []int
}

// settle makes the states of a fact that is no list: each of its first n values, and nothing known.
func (dom *domain) settle(n int) {
	for i := range n {
		dom.states = append(dom.states, state{&dom.values[i], []int{i}})
	}
	dom.states = append(dom.states, state{nil, all(len(dom.values))})
}

func all(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// literals are the constants of some expressions.
type literals struct {
	src     string
	words   []string
	factors []*big.Rat // by which a fact is multiplied
}

var (
	wordLiteral = regexp.MustCompile(`"([^"]*)"|'([^']*)'`)
	factor      = regexp.MustCompile(`\*\s*([0-9]+(?:\.[0-9]+)?)|([0-9]+(?:\.[0-9]+)?)\s*\*`)
)

func literalsOf(sources []string) literals {
	l := literals{src: strings.Join(sources, "\n")}
	for _, m := range wordLiteral.FindAllStringSubmatch(l.src, -1) {
		l.words = append(l.words, m[1]+m[2])
	}
	l.words = unique(l.words)
	for _, m := range factor.FindAllStringSubmatch(l.src, -1) {
		l.factors = append(l.factors, catalog.Rat(m[1]+m[2]))
	}
	return l
}

func (l literals) domain(env *expr.Env, path string, on catalog.Date) domain {
	d, _ := env.Path(path)
	dom := domain{path: path}
	switch {
	case d.Type.IsNumeric():
		l.numbers(&dom, d)
	case d.Type == catalog.TypeBoolean:
		dom.values = []catalog.Value{catalog.BoolValue(false), catalog.BoolValue(true)}
		dom.settle(2)
	case d.Type == catalog.TypeDate:
		for _, months := range []int{-1, 0, 1} {
			dom.values = append(dom.values, catalog.Value{Type: d.Type, Text: string(on.AddMonths(months))})
		}
		dom.settle(3)
	default:
		known, beyond := l.elements(d)
		if d.Many {
			dom.lists(d.Type, known, beyond)
			return dom
		}
		for _, w := range append(known, beyond...) {
			dom.values = append(dom.values, catalog.Value{Type: d.Type, Text: w})
		}
		dom.settle(len(known))
	}
	return dom
}

// maxElements bounds the known elements that lists are made of: 2⁶ lists.
const maxElements = 6

// elements gives the words that a fact, or a list, may hold: those that the expressions name and one that they do not,
// then one beyond them, unless the fact has no other.
func (l literals) elements(d expr.Declaration) (known, beyond []string) {
	var more []string
	switch d.Type {
	case catalog.TypeChoice:
		for _, w := range l.words {
			if slices.Contains(d.Values, w) {
				known = append(known, w)
			}
		}
		more = d.Values
	case catalog.TypeLanguage:
		known, more = []string{}, []string{"fr", "en", "de"}
		for _, w := range l.words {
			if len(w) == 2 && w == strings.ToLower(w) {
				known = append(known, w)
			}
		}
	case catalog.TypeCountry:
		known, more = []string{}, []string{"FR", "US", "CH"} // inside the EEA, and outside
		for _, w := range l.words {
			if catalog.IsCountry(w) {
				known = append(known, w)
			}
		}
	default:
		known, more = slices.Clone(l.words), []string{"one", "another"}
	}
	more = slices.DeleteFunc(slices.Clone(more), func(w string) bool { return slices.Contains(known, w) })
	take := min(1, len(more))
	if len(known) == 0 {
		take = min(2, len(more))
	}
	known, more = append(known, more[:take]...), more[take:]
	if len(known) > maxElements && d.Many {
		known = known[:maxElements]
	}
	return known, more[:min(1, len(more))]
}

// lists makes every list of the elements, known whole or in part.
func (dom *domain) lists(t catalog.ValueType, known, beyond []string) {
	elements := append(slices.Clone(known), beyond...)
	lists, withKnown := 1<<len(elements), 1<<len(known)
	of := func(set int, complete bool) *catalog.Value {
		var elems []catalog.Value
		for i, w := range elements {
			if set&(1<<i) != 0 {
				elems = append(elems, catalog.Value{Type: t, Text: w})
			}
		}
		v := catalog.ListValue(t, complete, elems...)
		return &v
	}
	for set := range lists {
		dom.values = append(dom.values, *of(set, true))
	}
	dom.settle(withKnown)
	for set := range withKnown {
		var possible []int
		for more := range lists {
			if more&set == set {
				possible = append(possible, more)
			}
		}
		if len(possible) > 1 { // a list that holds everything cannot hold more
			dom.states = append(dom.states, state{of(set, false), possible})
		}
	}
}

const (
	comparison = `\s*(?:<=|>=|==|!=|<|>)\s*`
	numeral    = `(-?[0-9]+(?:\.[0-9]+)?)`
	pathName   = `([a-z_][a-z_0-9]*\.[a-z_][a-z_0-9]*)`
)

var pair = regexp.MustCompile(pathName + comparison + pathName)

// numbers gives the constants that a number is compared with and one value in each gap. A number that is compared
// with another fact takes the constants of both, or else 100, and values beyond them that are never known.
func (l literals) numbers(dom *domain, d expr.Declaration) {
	at := l.constants(dom.path)
	paired := false
	for _, m := range pair.FindAllStringSubmatch(l.src, -1) {
		for i, name := range m[1:] {
			if name == dom.path {
				paired = true
				at = append(at, l.constants(m[2-i])...)
			}
		}
	}
	if paired {
		at = slices.DeleteFunc(at, func(c *big.Rat) bool { return c.Sign() == 0 })
		if len(at) == 0 {
			at = append(at, big.NewRat(50, 1))
		}
		for _, c := range slices.Clone(at) {
			for _, f := range l.factors {
				at = append(at, new(big.Rat).Mul(c, f))
			}
		}
		at = append(at, l.constants(dom.path)...)
	}
	if len(at) == 0 {
		at = append(at, big.NewRat(1, 1))
	}
	points, below, above := spread(at)
	add := func(p *big.Rat) {
		if v, ok := number(d, p); ok && !slices.ContainsFunc(dom.values, v.Equal) {
			dom.values = append(dom.values, v)
		}
	}
	if !paired {
		points = append(append(points, below), above)
	}
	for _, p := range points {
		add(p)
	}
	n := len(dom.values)
	if paired {
		add(below)
		add(above)
	}
	dom.settle(n)
}

// constants are the numbers that a path is compared with, on either side.
func (l literals) constants(path string) []*big.Rat {
	p := `\b` + regexp.QuoteMeta(path) + `(?:\.amount)?`
	var out []*big.Rat
	for _, m := range regexp.MustCompile(p+comparison+numeral).FindAllStringSubmatchIndex(l.src, -1) {
		if rest := strings.TrimLeft(l.src[m[1]:], " "); !strings.HasPrefix(rest, "*") {
			out = append(out, catalog.Rat(l.src[m[2]:m[3]]))
		}
	}
	for _, m := range regexp.MustCompile(numeral+comparison+p+`\b`).FindAllStringSubmatch(l.src, -1) {
		out = append(out, catalog.Rat(m[1]))
	}
	return out
}

// spread gives the constants and one value between each two, then one below and one far above them all.
func spread(at []*big.Rat) (points []*big.Rat, below, above *big.Rat) {
	slices.SortFunc(at, (*big.Rat).Cmp)
	at = slices.CompactFunc(at, func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	half := big.NewRat(1, 2)
	for i, p := range at {
		points = append(points, p)
		if i+1 < len(at) {
			middle := new(big.Rat).Add(p, at[i+1])
			points = append(points, middle.Mul(middle, half))
		}
	}
	first, last := at[0], at[len(at)-1]
	if first.Sign() > 0 {
		below = new(big.Rat).Mul(first, big.NewRat(1, 10)) // below what a fact it is compared with may be known to be
	} else {
		below = new(big.Rat).Sub(first, big.NewRat(1, 1))
	}
	above = new(big.Rat).Mul(new(big.Rat).Abs(last), big.NewRat(10, 1))
	return points, below, above.Add(above, big.NewRat(1, 1))
}

// number makes a value of the type of d, moved inside its bounds; false when that would leave what p stands for.
func number(d expr.Declaration, p *big.Rat) (catalog.Value, bool) {
	hundred := big.NewRat(100, 1)
	switch {
	case d.Type == catalog.TypeInteger && !p.IsInt():
		p = new(big.Rat).SetInt(new(big.Int).Quo(p.Num(), p.Denom()))
	case d.Type == catalog.TypePercent && p.Sign() < 0:
		return catalog.Value{}, false
	case d.Type == catalog.TypePercent && p.Cmp(hundred) > 0:
		p = hundred
	}
	v := catalog.Value{Type: d.Type, Num: catalog.Decimal(p, 6)}
	if d.Type == catalog.TypeMoney {
		v.Currency = "EUR"
	}
	return v, true
}
