package evaluator

import (
	"strings"
	"testing"

	"vigie/catalog"
)

// Letters asked vendors whether their policy forbids the reader's use, and whether the reader had checked who holds a licence.
func TestNobodyIsAskedWhatTheOrganisationAloneCanAnswer(t *testing.T) {
	p := open(t)
	ix := NewIndex(p.in.Framework)
	met := map[string]bool{}
	for _, offering := range []string{"mistral-api-eu-medium-3.5", "ovh-gpt-oss-120b", "scaleway-llama-3.3-70b"} {
		j := p.judged(t, offering, "office-assistant")
		list, err := ix.Questions(p.input(t, offering, "office-assistant"), j.Assessment, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range list {
			switch q.Path {
			case "terms.aup_conflict", "licence.holder_check":
				met[q.Path] = true
				if !q.Ask.IsZero() {
					t.Errorf("%s: %s is asked of %s", offering, q.Path, q.Ask)
				}
			}
			if root, _, _ := strings.Cut(q.Path, "."); (root == "use_case" || root == "organisation") && !q.Ask.IsZero() {
				t.Errorf("%s: %s is asked of %s", offering, q.Path, q.Ask)
			}
		}
		for _, l := range Letters(j.Dossier, p.in.Dictionary, list) {
			for _, i := range l.Items {
				if def, _ := p.in.Dictionary.Fact(i.Path); !l.To.IsZero() && def.AskedOf == catalog.AskOrganisation {
					t.Errorf("%s: the letter to %s asks for %s", offering, l.To, i.Path)
				}
			}
		}
	}
	if len(met) != 2 {
		t.Errorf("only %v came up", met)
	}
}

// A question without words of its own was its label: "Value", of what nobody could tell.
func TestAQuestionSaysOfWhat(t *testing.T) {
	p := open(t)
	for path, want := range map[string]string{
		"environmental_statement.value": "Environmental statements: ",
		"benchmark_result.score":        "Benchmark results: ",
		"vendor.founded_year":           "",
	} {
		def, ok := p.in.Dictionary.Fact(path)
		if !ok {
			t.Fatalf("no fact %s", path)
		}
		if got := p.in.Dictionary.Asks(def).EN; !strings.HasPrefix(got, want) || want == "" && strings.Contains(got, ": ") {
			t.Errorf("%s: %q, want it to begin with %q", path, got, want)
		}
	}
}
