package framework_test

import (
	"math/big"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/evaluator/expr"
	"vigie/evaluator/framework"
)

type exemplia struct {
	Date     string               `yaml:"date"`
	Derived  map[string]yaml.Node `yaml:"derived"`
	UseCases []exempliaUse        `yaml:"use_cases"`
}

type exempliaUse struct {
	ID     string               `yaml:"id"`
	Total  string               `yaml:"total"`
	Failed []string             `yaml:"failed"`
	Budget yaml.Node            `yaml:"budget"`
	Facts  map[string]yaml.Node `yaml:"facts"`
}

func readExemplia(t testing.TB) exemplia {
	t.Helper()
	data, err := os.ReadFile("testdata/exemplia.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var x exemplia
	if err := yaml.Unmarshal(data, &x); err != nil {
		t.Fatal(err)
	}
	return x
}

// set reads a node as the type that the environment declares for path.
func set(t testing.TB, facts *expr.Facts, env *expr.Env, path string, n yaml.Node) {
	t.Helper()
	d, ok := env.Path(path)
	if !ok {
		t.Fatalf("no such path: %s", path)
	}
	def := catalog.FactDef{Path: path, Type: d.Type, Many: d.Many}
	for _, v := range d.Values {
		def.Values = append(def.Values, catalog.Choice{ID: v})
	}
	r := strict.Reader{File: "testdata/exemplia.yaml"}
	v := def.ParseNode(&r, &n, path, true)
	if len(r.Faults) > 0 {
		t.Fatal(r.Faults)
	}
	facts.Set(path, v)
}

// facts of one use: the examples of the dictionary, the derived values, the use itself.
func (x exemplia) facts(t testing.TB, env *expr.Env, u exempliaUse) *expr.Facts {
	t.Helper()
	f := env.NewFacts(catalog.Date(x.Date))
	for _, p := range env.Paths() {
		if d, _ := env.Path(p); d.Fact != nil {
			if v, ok := d.Fact.ExampleValue(); ok {
				f.Set(p, v)
			}
		}
	}
	for p, n := range x.Derived {
		set(t, f, env, p, n)
	}
	set(t, f, env, "cost.budget_eur_month", u.Budget)
	for p, n := range u.Facts {
		set(t, f, env, p, n)
	}
	return f
}

func truth(t testing.TB, p *expr.Program, f *expr.Facts) expr.Outcome {
	t.Helper()
	if p == nil {
		return expr.Outcome{Truth: expr.True}
	}
	out, err := p.Eval(f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// total is the weighted mean of a dossier of which everything is known.
func total(t *testing.T, c *framework.Compiled, w *framework.WeightSet, f *expr.Facts) string {
	sum, weights := new(big.Rat), new(big.Rat)
	for _, family := range c.Families {
		own, ownWeight := new(big.Rat), int64(0)
		for _, x := range c.Criteria {
			if x.Family != family.ID || truth(t, x.AppliesProgram, f).Truth == expr.False {
				continue
			}
			for i, p := range x.BandPrograms {
				out := truth(t, p, f)
				if out.Truth == expr.Maybe {
					t.Errorf("%s waits for %v", x.ID, out.Missing)
				}
				if out.Truth != expr.False {
					own.Add(own, new(big.Rat).SetInt64(w.Criterion(x.Criterion)*int64(x.Bands[i].Score)))
					break
				}
			}
			ownWeight += w.Criterion(x.Criterion)
		}
		if ownWeight > 0 {
			weight := new(big.Rat).SetInt64(w.Family(family.ID))
			weights.Add(weights, weight)
			sum.Add(sum, own.Mul(own, weight).Quo(own, new(big.Rat).SetInt64(ownWeight)))
		}
	}
	return sum.Quo(sum, weights).FloatString(1)
}

// TestExemplia holds the shipped framework and its weight sets to totals and knock-outs worked out independently.
func TestExemplia(t *testing.T) {
	env := environment(t)
	c := builtin(t)
	x := readExemplia(t)
	for _, u := range x.UseCases {
		t.Run(u.ID, func(t *testing.T) {
			f := x.facts(t, env, u)
			w := c.WeightSets[u.ID]
			var on, failed []string
			for _, k := range c.KnockOuts {
				if truth(t, k.AppliesProgram, f).Truth == expr.True {
					on = append(on, k.ID)
					if truth(t, k.FailsProgram, f).Truth != expr.False {
						failed = append(failed, k.ID)
					}
				}
			}
			got := struct {
				Total  string
				Failed []string
			}{total(t, c, w, f), append([]string{}, failed...)}
			want := got
			want.Total, want.Failed = u.Total, u.Failed
			if d := cmp.Diff(got, want); d != "" {
				t.Errorf("-got +want\n%s", d)
			}
			expected := slices.Sorted(slices.Values(w.ExpectsKnockOuts))
			slices.Sort(on)
			if d := cmp.Diff(on, expected); d != "" {
				t.Errorf("knock-outs switched on: -got +expected by the weight set\n%s", d)
			}
		})
	}
}
