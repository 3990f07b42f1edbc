package service_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/decision"
)

const today = catalog.Date("2026-11-24")

func openShipped(t testing.TB) *service.Service {
	t.Helper()
	s, err := service.Open(service.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func assumptions(t testing.TB, s *service.Service, texts ...string) []catalog.Assumption {
	t.Helper()
	list, err := s.Assumptions(texts)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var uses = []string{"office-assistant", "code-assistant", "customer-chatbot", "hr-personal-data", "rnd-secret", "citizen-service"}

// deferrals are decisions about every shipped offering in every shipped use, repeated until there are n.
func deferrals(t testing.TB, s *service.Service, n int) *decision.History {
	t.Helper()
	view, err := s.View(t.Context(), today, today)
	if err != nil {
		t.Fatal(err)
	}
	var list []*decision.Decision
	for i := 0; len(list) < n; i++ {
		for _, id := range view.IDs(catalog.Offering) {
			if len(list) == n {
				break
			}
			a := &evaluator.Assessment{Offering: id, UseCase: uses[i%len(uses)], On: today, KnownOn: today, WeightSet: uses[i%len(uses)], Hash: fmt.Sprint(i)}
			d, err := decision.New(decision.Draft{Outcome: decision.Defer, By: []string{"u-1"}, Quorum: 1, DecidedOn: today, Until: "2027-11-24", Reason: wording.Same("-")}, a, nil)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, d)
		}
	}
	h, err := decision.NewHistory(list)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// What is skipped because no assumption reaches it is what would not have changed.
func TestWhatIfOverDecisionsAgreesWithJudgingAllAgain(t *testing.T) {
	s := openShipped(t)
	h := deferrals(t, s, 60)
	for _, texts := range [][]string{
		{"stake:mistral<-US=100"}, {"law:us-fisa-702=repealed"}, {"price.input_mtok*2"}, {"terms/mistral-commercial-terms:terms.trains_on_customer_data=always"},
		{"offering/ovh-gpt-oss-120b:offering.processing_countries=unknown", "supply:ovhcloud->US"},
	} {
		list := assumptions(t, s, texts...)
		got, err := s.WhatIfDecided(t.Context(), h, today, list)
		if err != nil {
			t.Fatal(err)
		}
		var want []evaluator.Change
		for _, d := range h.List {
			one, err := s.WhatIf(t.Context(), service.CompareRequest{Offerings: []string{d.Offering}, UseCase: d.UseCase, On: today, Assume: list})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range one.Changes {
				if len(c.KnockOuts)+len(c.Criteria) > 0 {
					want = append(want, c)
				}
			}
		}
		evaluator.SortChanges(want)
		if d := cmp.Diff(want, slices.Clip(got.Changes)); d != "" && len(want)+len(got.Changes) > 0 {
			t.Errorf("%v: %s", texts, d)
		}
		if got.Judged != 60 || !got.Hypothetical {
			t.Errorf("%v: %d judged", texts, got.Judged)
		}
	}
}

// A European vendor bought by a US group: the verdict of a use that asks for control inside the EEA says why.
func TestWhatIfSaysWhy(t *testing.T) {
	s := openShipped(t)
	got, err := s.WhatIf(t.Context(), service.CompareRequest{Offerings: []string{"mistral-api-medium-3.5", "ovh-gpt-oss-120b"}, UseCase: "rnd-secret", On: today,
		Assume: assumptions(t, s, "stake:mistral<-US=100")})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Changes) != 1 || got.Changes[0].Offering != "mistral-api-medium-3.5" {
		t.Fatalf("%+v", got.Changes)
	}
	i := slices.IndexFunc(got.Changes[0].KnockOuts, func(k evaluator.KnockOutChange) bool { return k.ID == "ko-control" })
	if i < 0 {
		t.Fatalf("control is not among %+v", got.Changes[0].KnockOuts)
	}
	want := evaluator.KnockOutChange{ID: "ko-control", Before: evaluator.Open, After: evaluator.Failed, Reads: []string{"exposure.control_eea"}}
	if d := cmp.Diff(want, got.Changes[0].KnockOuts[i]); d != "" {
		t.Error(d)
	}
}

func TestWhatIfRefuses(t *testing.T) {
	s := openShipped(t)
	for name, c := range map[string]struct {
		texts []string
		want  string
	}{
		"none":            {nil, "a what-if needs at least one assumption"},
		"contradicts":     {[]string{"vendor/mistral:vendor.headquarters_country=US", "vendor/mistral:vendor.headquarters_country=FR"}, "contradicts"},
		"law twice":       {[]string{"law:us-fisa-702=repealed", "law:us-fisa-702=in_force"}, "contradicts"},
		"no such law":     {[]string{"law:us-fisa=repealed"}, "us-fisa-702"},
		"no such record":  {[]string{"stake:mistrall<-US=100"}, `"mistral"`},
		"not an assuming": {[]string{"mistral is US"}, "not an assumption"},
	} {
		list, err := s.Assumptions(c.texts)
		if err == nil {
			_, err = s.WhatIf(t.Context(), service.CompareRequest{Offerings: []string{"mistral-api-medium-3.5"}, UseCase: "rnd-secret", On: today, Assume: list})
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An offering that cannot be taken for a sensitive use has its nearest alternatives named, with what is lost and won.
func TestRecourseNamesTheSameModelFirst(t *testing.T) {
	s := openShipped(t)
	subject, list, err := s.Recourse(t.Context(), service.Request{Offering: "groq-gpt-oss-120b", UseCase: "rnd-secret", On: today})
	if err != nil {
		t.Fatal(err)
	}
	if subject.Assessment.Verdict == evaluator.Eligible || len(list) == 0 {
		t.Fatalf("%s has %d alternatives", subject.Assessment.Verdict, len(list))
	}
	rank := map[evaluator.Relation]int{evaluator.SameModel: 0, evaluator.SameMaker: 1, evaluator.SelfHostedOpen: 2, evaluator.OtherOffering: 3}
	for i, a := range list {
		if i > 0 && a.Verdict == list[i-1].Verdict && rank[a.Relation] < rank[list[i-1].Relation] {
			t.Errorf("%s stands behind %s", a.Offering, list[i-1].Offering)
		}
		if len(a.Won)+len(a.Lost) == 0 {
			t.Errorf("nothing is said of what %s wins and loses", a.Offering)
		}
	}
	if list[0].Relation != evaluator.SameModel {
		t.Errorf("the first alternative is %s, %s", list[0].Offering, list[0].Relation)
	}
}

func BenchmarkWhatIfFiveThousandDecisions(b *testing.B) {
	s := openShipped(b)
	h := deferrals(b, s, 5000)
	list := assumptions(b, s, "stake:mistral<-US=100")
	for b.Loop() {
		if _, err := s.WhatIfDecided(b.Context(), h, today, list); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWhatIfLawFiveThousandDecisions(b *testing.B) {
	s := openShipped(b)
	h := deferrals(b, s, 5000)
	list := assumptions(b, s, "law:us-fisa-702=repealed")
	for b.Loop() {
		if _, err := s.WhatIfDecided(b.Context(), h, today, list); err != nil {
			b.Fatal(err)
		}
	}
}
