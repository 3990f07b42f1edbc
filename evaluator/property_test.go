package evaluator_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/evaluator"
	"vigie/evaluator/expr"
	"vigie/evaluator/finding"
)

// world is a random state of knowledge about one invented offering: a value or nothing for each path that the
// shipped framework reads.
type world struct {
	values   map[string]catalog.Value
	possible map[string][]catalog.Value // derived facts of which some values remain
}

var holders = map[string]catalog.Kind{"vendor": catalog.Vendor, "provider": catalog.Vendor, "model": catalog.Model, "licence": catalog.Licence,
	"offering": catalog.Offering, "terms": catalog.Terms, "sla": catalog.SLA, "organisation": catalog.Organisation, "use_case": catalog.UseCase}

func refOf(path string) catalog.Ref {
	root, _, _ := strings.Cut(path, ".")
	id := "x"
	if root == "provider" {
		id = "maker"
	}
	return catalog.Ref{Kind: holders[root], ID: id}
}

// domain draws a value of the type of a path. Numbers lie at, around and far from what the framework compares with.
func domain(t *rapid.T, d expr.Declaration) catalog.Value {
	one := func() catalog.Value {
		v := catalog.Value{Type: d.Type}
		switch d.Type {
		case catalog.TypeBoolean:
			v.Bool = rapid.Bool().Draw(t, d.Path)
		case catalog.TypeChoice:
			v.Text = rapid.SampledFrom(d.Values).Draw(t, d.Path)
			if d.Path == "offering.deployment" && v.Text == "self_hosted" { // this world has a vendor that serves it
				v.Text = "dedicated_instance"
			}
		case catalog.TypeCountry:
			v.Text = rapid.SampledFrom([]string{"FR", "DE", "US", "CN"}).Draw(t, d.Path)
		case catalog.TypeLanguage:
			v.Text = rapid.SampledFrom([]string{"fr", "en"}).Draw(t, d.Path)
		case catalog.TypeDate:
			v.Text = rapid.SampledFrom([]string{"2020-01-01", "2026-11-24", "2031-01-01"}).Draw(t, d.Path)
		case catalog.TypeInteger, catalog.TypeNumber, catalog.TypePercent:
			v.Num = rapid.SampledFrom([]string{"0", "1", "3", "7", "10", "24", "30", "50", "60", "72", "90", "99", "100", "365", "9999", "32000", "200000"}).Draw(t, d.Path)
			if d.Type != catalog.TypeInteger && rapid.Bool().Draw(t, "half") {
				v.Num += ".5"
			}
		case catalog.TypeMoney:
			v.Num, v.Currency = rapid.SampledFrom([]string{"0", "1", "20000", "5000000"}).Draw(t, d.Path), "EUR"
		default:
			v.Text = rapid.SampledFrom([]string{"a", "b"}).Draw(t, d.Path)
		}
		return v
	}
	if !d.Many {
		return one()
	}
	var elems []catalog.Value
	for range rapid.IntRange(0, 3).Draw(t, "elements") {
		elems = append(elems, one())
	}
	return catalog.ListValue(d.Type, rapid.Bool().Draw(t, "complete"), elems...)
}

func drawWorld(t *rapid.T, s *service.Service) world {
	w := world{values: map[string]catalog.Value{}, possible: map[string][]catalog.Value{}}
	for _, path := range s.Framework.Reads {
		d, _ := s.Framework.Env.Path(path)
		if d.Fact == nil && !d.Derived {
			continue
		}
		switch rapid.IntRange(0, 4).Draw(t, "state of "+path) {
		case 0, 1:
			w.values[path] = domain(t, d)
		case 2:
			if d.Derived && d.Type == catalog.TypeChoice && !d.Many {
				for _, code := range rapid.SliceOfNDistinct(rapid.SampledFrom(d.Values), 2, len(d.Values), rapid.ID).Draw(t, "possible") {
					w.possible[path] = append(w.possible[path], catalog.ChoiceValue(code))
				}
			}
		}
	}
	return w
}

// learn adds to what is known, in keeping with it: a missing fact found, an open list completed, one of the values
// still possible.
func learn(t *rapid.T, s *service.Service, w world) world {
	out := world{values: map[string]catalog.Value{}, possible: map[string][]catalog.Value{}}
	for _, path := range s.Framework.Reads {
		d, _ := s.Framework.Env.Path(path)
		if d.Fact == nil && !d.Derived {
			continue
		}
		v, known := w.values[path]
		p := w.possible[path]
		switch more := rapid.Bool().Draw(t, "learn "+path); {
		case known && more && v.Many && !v.Complete:
			x := domain(t, d)
			out.values[path] = catalog.ListValue(v.Type, x.Complete, append(slices.Clone(v.List), x.List...)...)
		case known:
			out.values[path] = v
		case more && p != nil:
			out.values[path] = rapid.SampledFrom(p).Draw(t, "one of")
		case more:
			out.values[path] = domain(t, d)
		case p != nil:
			out.possible[path] = p
		}
	}
	return out
}

func (w world) assess(t *rapid.T, s *service.Service, weights string) *evaluator.Assessment {
	t.Helper()
	d := &catalog.Dossier{Format: catalog.DossierFormat, On: today, KnownOn: today}
	d.Offering, d.UseCase, d.Organisation = refOf("offering.x"), refOf("use_case.x"), refOf("organisation.x")
	d.Roles = catalog.Roles{Vendor: refOf("vendor.x"), Providers: []catalog.Ref{refOf("provider.x")}, Models: []catalog.Ref{refOf("model.x")},
		Licences: []catalog.Ref{refOf("licence.x")}, Terms: refOf("terms.x"), SLA: refOf("sla.x")}
	records := map[catalog.Ref]*catalog.DossierRecord{}
	for root := range holders {
		r := refOf(root + ".x")
		records[r] = &catalog.DossierRecord{Kind: r.Kind, ID: r.ID}
	}
	derived := map[string]finding.Derived{}
	for _, path := range s.Framework.Reads {
		decl, _ := s.Framework.Env.Path(path)
		v, known := w.values[path]
		switch {
		case decl.Derived && known:
			derived[path] = finding.Derived{Path: path, State: catalog.Known, Value: &v}
		case decl.Derived:
			derived[path] = finding.Derived{Path: path, State: catalog.Unknown, Possible: w.possible[path]}
		case known:
			rec := records[refOf(path)]
			rec.Facts = append(rec.Facts, catalog.Fact{Path: path, State: catalog.Known, Value: &v, Source: "s", Kind: catalog.KindAudit, AsOf: today})
		}
	}
	for _, r := range records {
		slices.SortFunc(r.Facts, func(a, b catalog.Fact) int { return strings.Compare(a.Path, b.Path) })
		d.Records = append(d.Records, *r)
	}
	slices.SortFunc(d.Records, func(a, b catalog.DossierRecord) int { return a.Ref().Compare(b.Ref()) })
	a, err := evaluator.Evaluate(evaluator.Input{Dossier: d, Dictionary: s.Dictionary, Framework: s.Framework,
		Weights: s.Framework.WeightSets[weights], Knowledge: s.Knowledge, Derived: derived, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func within(inner, outer evaluator.Interval) bool {
	return outer.Low <= inner.Low && inner.High <= outer.High && inner.Low <= inner.High
}

// Learning a fact only narrows: totals, criteria, knock-outs and the verdict never leave what was possible before.
// Learning all of them is a completion, so no completion falls outside either.
func TestLearningNeverWidens(t *testing.T) {
	s := open(t)
	ids := s.WeightSetIDs()
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SampledFrom(ids).Draw(t, "weights")
		w := drawWorld(t, s)
		before := w.assess(t, s, weights)
		for range 3 {
			w = learn(t, s, w)
			after := w.assess(t, s, weights)
			compare(t, before, after)
			before = after
		}
	})
}

func compare(t *rapid.T, before, after *evaluator.Assessment) {
	t.Helper()
	if !within(after.Score, before.Score) {
		t.Fatalf("total: %v, then %v", before.Score, after.Score)
	}
	if !within(after.ContractScore, before.ContractScore) {
		t.Fatalf("contract-grade total: %v, then %v", before.ContractScore, after.ContractScore)
	}
	for i, b := range before.Criteria {
		a := after.Criteria[i]
		switch {
		case b.Applies != evaluator.AppliesUnknown && a.Applies != b.Applies:
			t.Fatalf("%s applied: %s, then %s", b.ID, b.Applies, a.Applies)
		case a.Low != nil && (*a.Low < *b.Low || *a.High > *b.High):
			t.Fatalf("%s: [%d, %d], then [%d, %d]", b.ID, *b.Low, *b.High, *a.Low, *a.High)
		}
	}
	for i, b := range before.KnockOuts {
		a := after.KnockOuts[i]
		if (b.Status == evaluator.Failed || b.Status == evaluator.NotApplicable) && a.Status != b.Status ||
			b.Status == evaluator.Passed && a.Status != evaluator.Passed && a.Status != evaluator.NotApplicable {
			t.Fatalf("%s: %s, then %s", b.ID, b.Status, a.Status)
		}
	}
	if before.Verdict != evaluator.Undetermined && after.Verdict != before.Verdict {
		t.Fatalf("verdict: %s, then %s", before.Verdict, after.Verdict)
	}
}

// With every fact known nothing is left open.
func TestWithEverythingKnownTheTotalIsAPoint(t *testing.T) {
	s := open(t)
	rapid.Check(t, func(t *rapid.T) {
		w := world{values: map[string]catalog.Value{}}
		for _, path := range s.Framework.Reads {
			if d, _ := s.Framework.Env.Path(path); d.Fact != nil || d.Derived {
				v := domain(t, d)
				v.Complete = v.Many
				w.values[path] = v
			}
		}
		a := w.assess(t, s, "baseline")
		if !a.Score.IsPoint() || a.Verdict == evaluator.Undetermined || len(a.Missing) > 0 {
			t.Fatalf("score %v, verdict %s, missing %v", a.Score, a.Verdict, a.Missing)
		}
	})
}

func TestEveryReferenceOfferingTwiceGivesTheSameBytes(t *testing.T) {
	first, second := open(t), open(t)
	for _, u := range list(t, first, catalog.UseCase) {
		for _, o := range list(t, first, catalog.Offering) {
			r := service.Request{Offering: o.ID, UseCase: u.ID, On: today}
			if d := cmp.Diff(canonical(t, first, r), canonical(t, second, r)); d != "" {
				t.Fatalf("%s, %s: %s", o.ID, u.ID, d)
			}
		}
	}
}

func canonical(t *testing.T, s *service.Service, r service.Request) string {
	t.Helper()
	res, err := s.Assess(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	b, err := catalog.Canonical(res.Assessment)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A day before anything was claimed is not an error: nothing is known, and the result says so.
func TestBeforeAnyClaimNothingIsKnown(t *testing.T) {
	res, err := open(t).Assess(t.Context(), service.Request{Offering: "mistral-api-eu-medium-3.5", UseCase: "office-assistant", On: "1990-01-01"})
	if err != nil {
		t.Fatal(err)
	}
	a := res.Assessment
	if a.Coverage.Known != 0 || a.Verdict != evaluator.Undetermined || a.Score.Low > 500 || a.Score.High < 9500 {
		t.Errorf("known %d, verdict %s, score %v", a.Coverage.Known, a.Verdict, a.Score)
	}
}

func BenchmarkAssess(b *testing.B) {
	s := open(b)
	d, err := view(b, s).Gather(catalog.Query{Offering: "azure-openai-eu-gpt-5.5", UseCase: "office-assistant"})
	if err != nil {
		b.Fatal(err)
	}
	in := evaluator.Input{Dossier: d, Dictionary: s.Dictionary, Framework: s.Framework, Weights: s.Framework.WeightSets["office-assistant"], Knowledge: s.Knowledge, Version: "bench"}
	for b.Loop() {
		if _, err := evaluator.Evaluate(in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEveryOfferingAndUseCase(b *testing.B) {
	s := open(b)
	offerings, uses := list(b, s, catalog.Offering), list(b, s, catalog.UseCase)
	for b.Loop() {
		for _, u := range uses {
			for _, o := range offerings {
				if _, err := s.Assess(b.Context(), service.Request{Offering: o.ID, UseCase: u.ID, On: today}); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}
