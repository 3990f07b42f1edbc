package evaluator

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"vigie/catalog/wording"
)

var rerankTried = []string{"mistral-api-medium-3.5", "midjourney-service", "self-hosted-gpt-oss-120b", "openai-api-eu-gpt-5.5", "ovh-gpt-oss-120b", "qwen-studio", "m365-copilot"}

// TestRerankGivesWhatAssessingAgainGives moves weights at random: the fast way and the whole way agree to the last digit.
func TestRerankGivesWhatAssessingAgainGives(t *testing.T) {
	p := open(t)
	base := p.compareInput(t, "office-assistant", rerankTried...)
	rapid.Check(t, func(rt *rapid.T) {
		numbers := map[string]int64{}
		for _, f := range base.Framework.Families {
			numbers[f.ID] = rapid.Int64Range(0, 40).Draw(rt, f.ID)
		}
		numbers[base.Framework.Families[rapid.IntRange(0, len(base.Framework.Families)-1).Draw(rt, "one")].ID]++
		w, err := Weighing{ID: "moved", Author: "test", Reason: wording.Same("test"), Numbers: numbers}.WeightSet(base.Framework.Framework)
		if err != nil {
			rt.Fatal(err)
		}
		whole, fast := base, base
		whole.Weights, fast.Weights = w, w
		whole.Draws, fast.Draws = 500, 500
		whole.Candidates = nil
		for _, x := range base.Candidates {
			in := p.input(t, x.Assessment.Offering, "office-assistant")
			in.Weights = w
			a, err := Evaluate(in)
			if err != nil {
				rt.Fatal(err)
			}
			whole.Candidates = append(whole.Candidates, Judged{Assessment: a, Dossier: x.Dossier})
		}
		want, err := Compare(whole)
		if err != nil {
			rt.Fatal(err)
		}
		got, err := Rerank(fast)
		if err != nil {
			rt.Fatal(err)
		}
		expected := &Reranking{Error: want.Error, Ranking: want.Ranking, Pairs: want.Pairs, Swaps: want.Swaps, Dominated: want.Dominated, Geometric: want.Geometric}
		if diff := cmp.Diff(expected, got, cmpopts.IgnoreFields(Ranked{}, "ContractScore", "Assessment"), cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("reranked (-assessed again +reranked):\n%s", diff)
		}
	})
}

// BenchmarkRerank is a weight moved over candidates that were assessed before.
func BenchmarkRerank(b *testing.B) {
	p := open(b)
	in := p.compareInput(b, "office-assistant", rerankTried...)
	for b.Loop() {
		if _, err := Rerank(in); err != nil {
			b.Fatal(err)
		}
	}
}
