package evaluator_test

import (
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/evaluator"
	"vigie/evaluator/finding"
)

const today = catalog.Date("2026-11-24")

func open(t testing.TB) *service.Service {
	t.Helper()
	s, err := service.Open(service.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// view is the shipped catalogue as it stands today.
func view(t testing.TB, s *service.Service) *catalog.View {
	t.Helper()
	v, err := s.View(t.Context(), today, today)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func list(t testing.TB, s *service.Service, kind catalog.Kind) []service.Listing {
	t.Helper()
	out, err := s.List(t.Context(), kind, today, today, "")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

type exemplia struct {
	Derived  map[string]yaml.Node `yaml:"derived"`
	Expected map[string]struct {
		Total  float64  `yaml:"total"`
		Failed []string `yaml:"failed"`
	} `yaml:"expected"`
}

// exempliaDossier is the invented vendor of the dictionary's examples, for one shipped use case.
func exempliaDossier(t testing.TB, s *service.Service, useCase string) *catalog.Dossier {
	t.Helper()
	d, err := view(t, s).Gather(catalog.Query{Offering: list(t, s, catalog.Offering)[0].ID, UseCase: useCase})
	if err != nil {
		t.Fatal(err)
	}
	out := &catalog.Dossier{Format: catalog.DossierFormat, UseCase: d.UseCase, Organisation: d.Organisation, On: today, KnownOn: today}
	ref := func(k catalog.Kind) catalog.Ref { return catalog.Ref{Kind: k, ID: "exemplia"} }
	out.Offering = ref(catalog.Offering)
	out.Roles = catalog.Roles{Vendor: ref(catalog.Vendor), Providers: []catalog.Ref{ref(catalog.Vendor)}, Models: []catalog.Ref{ref(catalog.Model)},
		Licences: []catalog.Ref{ref(catalog.Licence)}, Terms: ref(catalog.Terms), SLA: ref(catalog.SLA)}
	records := map[catalog.Kind]*catalog.DossierRecord{}
	for _, k := range []catalog.Kind{catalog.Licence, catalog.Model, catalog.Offering, catalog.SLA, catalog.Terms, catalog.Vendor} {
		records[k] = &catalog.DossierRecord{Kind: k, ID: "exemplia"}
	}
	for _, path := range s.Dictionary.Paths() {
		def, _ := s.Dictionary.Fact(path)
		v, ok := def.ExampleValue()
		if rec := records[def.Record]; rec != nil && ok && !def.Cumulative {
			rec.Facts = append(rec.Facts, catalog.Fact{Path: path, State: catalog.Known, Value: &v, Source: "contract", Kind: catalog.KindContract, Signed: true, AsOf: today})
		}
	}
	for _, k := range []catalog.Kind{catalog.Licence, catalog.Model, catalog.Offering} {
		out.Records = append(out.Records, *records[k])
	}
	out.Records = append(out.Records, *d.Record(d.Organisation), *records[catalog.SLA], *records[catalog.Terms], *d.Record(d.UseCase), *records[catalog.Vendor])
	return out
}

func exempliaDerived(t testing.TB, s *service.Service, d *catalog.Dossier, in exemplia) map[string]finding.Derived {
	t.Helper()
	out := map[string]finding.Derived{}
	for path, node := range in.Derived {
		decl, ok := s.Framework.Env.Path(path)
		if !ok {
			t.Fatalf("%s is not declared", path)
		}
		def := catalog.FactDef{Path: path, Type: decl.Type, Many: decl.Many}
		for _, v := range decl.Values {
			def.Values = append(def.Values, catalog.Choice{ID: v})
		}
		r := strict.Reader{File: "exemplia.yaml"}
		v := def.ParseNode(&r, &node, path, true)
		if err := r.Faults.Err(); err != nil {
			t.Fatal(err)
		}
		out[path] = finding.Derived{Path: path, State: catalog.Known, Value: &v}
	}
	budget := d.Record(d.UseCase).Fact("use_case.budget_month")
	if budget.State != catalog.Known || budget.Value.Currency != "EUR" {
		t.Fatalf("budget: %+v", budget)
	}
	euros := catalog.NumValue(catalog.TypeNumber, budget.Value.Num)
	out["cost.budget_eur_month"] = finding.Derived{Path: "cost.budget_eur_month", State: catalog.Known, Value: &euros}
	return out
}

func readExemplia(t testing.TB) exemplia {
	t.Helper()
	data, err := os.ReadFile("testdata/exemplia.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var in exemplia
	if err := yaml.Unmarshal(data, &in); err != nil {
		t.Fatal(err)
	}
	return in
}

// An independent evaluation of the same facts gave these totals and these failed knock-outs.
func TestExempliaGivesItsIndependentTotals(t *testing.T) {
	s := open(t)
	in := readExemplia(t)
	for useCase, want := range in.Expected {
		d := exempliaDossier(t, s, useCase)
		a, err := evaluator.Evaluate(evaluator.Input{Dossier: d, Dictionary: s.Dictionary, Framework: s.Framework, Weights: s.Framework.WeightSets[useCase],
			Knowledge: s.Knowledge, Derived: exempliaDerived(t, s, d, in), Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		if !a.Score.IsPoint() {
			t.Errorf("%s: the total is not settled: %v", useCase, a.Score)
			for _, c := range a.Criteria {
				if len(c.Missing) > 0 {
					t.Errorf("  %s waits for %v", c.ID, c.Missing)
				}
			}
		}
		if got := float64((a.Score.Low+5)/10) / 10; got != want.Total {
			t.Errorf("%s: got %.2f, want %.1f", useCase, float64(a.Score.Low)/100, want.Total)
		}
		var failed []string
		for _, k := range a.KnockOuts {
			if k.Status == evaluator.Failed {
				failed = append(failed, k.ID)
			}
		}
		if got, want := strings.Join(failed, " "), strings.Join(want.Failed, " "); got != want {
			t.Errorf("%s: failed knock-outs: got %q, want %q", useCase, got, want)
		}
	}
}
