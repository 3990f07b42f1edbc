package framework_test

import (
	"testing"

	"vigie/catalog/dictionary"
	"vigie/evaluator/derive"
	"vigie/evaluator/expr"
	"vigie/evaluator/framework"
)

// environment is the shipped dictionary with the derived facts.
func environment(t testing.TB) *expr.Env {
	t.Helper()
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	decls, err := derive.Declarations()
	if err != nil {
		t.Fatal(err)
	}
	var derived []expr.Declaration
	for _, d := range decls {
		x := expr.Declaration{Path: d.Path, Type: d.Type, Many: d.Many}
		for _, v := range d.Values {
			x.Values = append(x.Values, v.ID)
		}
		derived = append(derived, x)
	}
	env, err := expr.New(dict, derived)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func builtin(t testing.TB) *framework.Compiled {
	t.Helper()
	c, err := framework.Builtin(environment(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}
