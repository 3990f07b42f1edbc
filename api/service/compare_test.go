package service_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

func TestCompareUnderTheCommitteesOwnWeights(t *testing.T) {
	s := openShipped(t)
	own := evaluator.Weighing{ID: "march-meeting", Author: "u-17", Reason: wording.Text{EN: "Sovereignty first.", FR: "La souveraineté d'abord."}, Order: []string{"jurisdiction", "privacy", "capability"}}
	r := service.CompareRequest{Offerings: []string{"openai-api-eu-gpt-5.5", "ovh-gpt-oss-120b", "mistral-api-medium-3.5"}, UseCase: "office-assistant", On: today, Weighing: &own, Members: []string{"baseline"}, Draws: 640}
	got, err := s.Compare(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	// The weights that rank are those of every assessment: legal's report and the committee's ranking agree.
	for i, x := range got.Results {
		if x.Assessment.WeightSetHash != got.Weights.Hash() || got.Comparison.WeightSetHash != got.Weights.Hash() || got.Comparison.Ranking[i].Assessment != x.Assessment.Hash {
			t.Errorf("%s was assessed under %s", x.Assessment.Offering, x.Assessment.WeightSet)
		}
	}
	if got.Comparison.Members == nil || len(got.Comparison.Members.Members) != 1 {
		t.Error("the member is not shown")
	}
	a, err := catalog.Canonical(got.Comparison)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(r.Offerings)
	again, err := s.Compare(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	b, err := catalog.Canonical(again.Comparison)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(a), string(b)); d != "" {
		t.Error(d)
	}
}

func TestCompareNamesWhatIsWrong(t *testing.T) {
	s := openShipped(t)
	base := service.CompareRequest{Offerings: []string{"openai-api-eu-gpt-5.5", "ovh-gpt-oss-120b"}, UseCase: "office-assistant", On: today, Draws: 64}
	for name, c := range map[string]struct {
		change func(*service.CompareRequest)
		want   string
	}{
		"nobody":    {func(r *service.CompareRequest) { r.Offerings = nil }, "expected from 2 to 5000 offerings, found 0"},
		"too many":  {func(r *service.CompareRequest) { r.Offerings = make([]string, 5001) }, "expected from 2 to 5000 offerings, found 5001"},
		"no use":    {func(r *service.CompareRequest) { r.UseCase = "office-asistant" }, "office-assistant"},
		"weights":   {func(r *service.CompareRequest) { r.Weights = "basline" }, "baseline"},
		"all zero":  {func(r *service.CompareRequest) { r.Weighing = zero(0) }, "every weight is zero: nothing would decide"},
		"negative":  {func(r *service.CompareRequest) { r.Weighing = zero(-5) }, "numbers.privacy: a weight cannot be negative: -5"},
		"member":    {func(r *service.CompareRequest) { r.Members = []string{"baseline", "baseline"} }, `members: "baseline" is there twice`},
		"draws":     {func(r *service.CompareRequest) { r.Draws = 2_000_000 }, "expected from 1 to 1000000 draws"},
		"no candid": {func(r *service.CompareRequest) { r.Offerings[1] = "ovh-gpt-oss" }, "ovh-gpt-oss-120b"},
	} {
		r := base
		r.Offerings = slices.Clone(base.Offerings)
		c.change(&r)
		if _, err := s.Compare(t.Context(), r); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

func zero(n int64) *evaluator.Weighing {
	return &evaluator.Weighing{ID: "w", Author: "u-1", Reason: wording.Same("-"), Numbers: map[string]int64{"privacy": n}}
}

// A thousand dossiers and assessments of the shipped offerings, in turn, over the shipped uses.
func BenchmarkAssessThousand(b *testing.B) {
	s := openShipped(b)
	v, err := s.View(b.Context(), today, today)
	if err != nil {
		b.Fatal(err)
	}
	ids := v.IDs(catalog.Offering)
	for b.Loop() {
		for n := 0; n < 1000; {
			for i := 0; i < len(uses) && n < 1000; i++ {
				take := ids[:min(len(ids), max(2, 1000-n))]
				if _, err := s.Compare(b.Context(), service.CompareRequest{Offerings: take, UseCase: uses[i], On: today, Draws: 1}); err != nil {
					b.Fatal(err)
				}
				n += len(take)
			}
		}
	}
}
