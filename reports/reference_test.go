package reports

import (
	"os"
	"sync"
	"testing"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/exchange"
	"vigie/catalog/reference"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/derive"
	"vigie/evaluator/expr"
	"vigie/evaluator/finding"
	"vigie/evaluator/framework"
)

// A bench is the shipped dictionary, framework and knowledge, ready to judge offerings.
type bench struct {
	dict      *catalog.Dictionary
	env       *expr.Env
	framework *framework.Compiled
	knowledge *evaluator.Knowledge
}

var shipped = sync.OnceValues(func() (*bench, error) {
	dict, err := dictionary.Builtin()
	if err != nil {
		return nil, err
	}
	declared, err := derive.Declarations()
	if err != nil {
		return nil, err
	}
	var list []expr.Declaration
	for _, d := range declared {
		list = append(list, expr.Declaration{Path: d.Path, Type: d.Type, Many: d.Many, Values: d.Codes()})
	}
	env, err := expr.New(dict, list)
	if err != nil {
		return nil, err
	}
	b := &bench{dict: dict, env: env}
	if b.framework, err = framework.Builtin(env); err != nil {
		return nil, err
	}
	b.knowledge, err = evaluator.BuiltinKnowledge(dict)
	return b, err
})

// judged gathers and judges one offering of a catalogue on the day of the fixtures.
func judged(t testing.TB, cat *catalog.Catalogue, q catalog.Query, on catalog.Date) Input {
	t.Helper()
	b, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return judgedBy(t, b, cat, q, on)
}

func judgedBy(t testing.TB, b *bench, cat *catalog.Catalogue, q catalog.Query, on catalog.Date) Input {
	t.Helper()
	d, err := cat.At(b.dict, on, on).Gather(q)
	if err != nil {
		t.Fatal(err)
	}
	w, ok := b.framework.WeightSets[q.UseCase]
	if !ok {
		w = b.framework.WeightSets[framework.DefaultWeights]
	}
	a, err := evaluator.Evaluate(evaluator.Input{Dossier: d, Dictionary: b.dict, Framework: b.framework, Weights: w, Knowledge: b.knowledge, Version: "1.0.0"})
	if err != nil {
		t.Fatal(err)
	}
	return Input{Assessment: a, Dossier: d, Dictionary: b.dict, Framework: b.framework.Framework, Weights: w, Program: "vigie 1.0.0", Knowledge: b.knowledge}
}

// real is a real offering of the reference catalogue, judged for a real use.
func real(t testing.TB) Input {
	t.Helper()
	cat, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return judged(t, cat, catalog.Query{Offering: "mistral-api-eu-medium-3.5", UseCase: "hr-personal-data", Organisation: "french-company"}, "2026-11-24")
}

// invented is an offering of the catalogue of testdata, judged by the framework of testdata.
func invented(t testing.TB, offering string) Input {
	t.Helper()
	b, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	small := *b
	if small.framework, err = framework.Load(os.DirFS("testdata/framework"), b.env); err != nil {
		t.Fatal(err)
	}
	cat, err := exchange.Load("testdata/catalogue.yaml", b.dict)
	if err != nil {
		t.Fatal(err)
	}
	in := judgedBy(t, &small, cat, catalog.Query{Offering: offering, UseCase: "notes", Organisation: "organisation"}, "2026-11-24")
	// The engines' own words are tested where they are written.
	a := *in.Assessment
	a.Derived, a.Findings, in.Knowledge = nil, nil, nil
	if offering == "exemplia-paris" {
		certs := catalog.ListValue(catalog.TypeChoice, true, catalog.ChoiceValue("iso27001"))
		read := catalog.FactRef{Record: in.Dossier.Offering, Path: "offering.processing_countries"}
		a.Derived = []finding.Derived{
			{Path: "certs.valid", State: catalog.Known, Value: &certs, Used: []catalog.FactRef{read}, Reason: wording.Textf("One certificate covers the offering.", "Un certificat couvre l'offre.")},
			{Path: "exposure.suspension", State: catalog.Unknown, Possible: []catalog.Value{catalog.ChoiceValue("none"), catalog.ChoiceValue("direct")},
				SettledBy: []catalog.FactRef{{Record: in.Dossier.Offering, Path: "offering.subprocessors_complete"}}, Reason: wording.Textf("An owner is not known.", "Un détenteur est inconnu.")},
		}
	}
	in.Assessment = &a
	return in
}
