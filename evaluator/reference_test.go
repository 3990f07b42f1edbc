package evaluator

import (
	"sync"
	"testing"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/reference"
	"vigie/evaluator/derive"
	"vigie/evaluator/expr"
	"vigie/evaluator/framework"
)

// shippedParts is everything shipped, read once.
type shippedParts struct {
	in        Input
	catalogue *catalog.Catalogue
	view      *catalog.View
	rivals    map[string][]Standing // by use
}

const referenceDay = catalog.Date("2026-11-24")

var shipped = sync.OnceValues(func() (*shippedParts, error) {
	dict, err := dictionary.Builtin()
	if err != nil {
		return nil, err
	}
	k, err := BuiltinKnowledge(dict)
	if err != nil {
		return nil, err
	}
	decls, err := derive.Declarations()
	if err != nil {
		return nil, err
	}
	var list []expr.Declaration
	for _, d := range decls {
		list = append(list, expr.Declaration{Path: d.Path, Type: d.Type, Many: d.Many, Values: d.Codes()})
	}
	env, err := expr.New(dict, list)
	if err != nil {
		return nil, err
	}
	fw, err := framework.Builtin(env)
	if err != nil {
		return nil, err
	}
	c, err := reference.Builtin()
	if err != nil {
		return nil, err
	}
	p := &shippedParts{in: Input{Dictionary: dict, Framework: fw, Knowledge: k, Version: "test"}, catalogue: c, rivals: map[string][]Standing{}}
	p.view = c.At(dict, referenceDay, referenceDay)
	return p, nil
})

func open(t testing.TB) *shippedParts {
	t.Helper()
	p, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// input is what is evaluated for one offering and one of the shipped uses.
func (p *shippedParts) input(t testing.TB, offering, useCase string) Input {
	t.Helper()
	d, err := p.view.Gather(catalog.Query{Offering: offering, UseCase: useCase})
	if err != nil {
		t.Fatal(err)
	}
	in := p.in
	in.Dossier, in.Weights = d, p.in.Framework.WeightSets[useCase]
	return in
}

func (p *shippedParts) judged(t testing.TB, offering, useCase string) Judged {
	t.Helper()
	in := p.input(t, offering, useCase)
	a, err := Evaluate(in)
	if err != nil {
		t.Fatal(err)
	}
	return Judged{a, in.Dossier}
}

func (p *shippedParts) compareInput(t testing.TB, useCase string, offerings ...string) CompareInput {
	t.Helper()
	in := CompareInput{Framework: p.in.Framework, Weights: p.in.Framework.WeightSets[useCase], Version: "test", Draws: 256}
	for _, id := range offerings {
		in.Candidates = append(in.Candidates, p.judged(t, id, useCase))
	}
	return in
}
