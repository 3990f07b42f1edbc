package jurisdiction

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/reference"
	"vigie/catalog/wording"
)

const today = catalog.Date("2026-11-24")

func referenceView(t testing.TB) *catalog.View {
	t.Helper()
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return cat.At(dict, today, today)
}

// TestReferenceOfferings reads the reference catalogue with a lawyer's eye: what must be certain is certain, and what
// nobody recorded is never called free. More facts may settle more; none may turn these round.
func TestReferenceOfferings(t *testing.T) {
	view, laws := referenceView(t), builtin(t)
	status := func(e *Exposures, law string) Status {
		for _, x := range e.Exposures {
			if x.Law == law {
				return x.Status
			}
		}
		return ""
	}
	for _, c := range []struct {
		offering, law string
		want          Status
	}{
		{"azure-openai-eu-gpt-5.5", "us-sca-cloud-act", Exposed},
		{"azure-openai-eu-gpt-5.5", "us-fisa-702", Exposed},
		{"bedrock-eu-claude-opus-4.8", "us-sca-cloud-act", Exposed},
		{"vertex-eu-gemini-3.5-flash", "us-sca-cloud-act", Exposed},
		{"openai-api-eu-gpt-5.5", "us-sca-cloud-act", Exposed},
		{"mistral-api-medium-3.5", "us-ear", Exposed},
		{"deepseek-api-v4-pro", "cn-intelligence-law", Exposed},
		{"alibaba-frankfurt-qwen3.5-397b", "cn-intelligence-law", Exposed},
		{"moonshot-kimi-k2.6", "cn-intelligence-law", Exposed},
	} {
		d, err := view.Gather(catalog.Query{Offering: c.offering})
		if err != nil {
			t.Fatal(err)
		}
		if got := status(laws.Assess(FromDossier(d), today), c.law); got != c.want {
			t.Errorf("%s, %s: got %s, want %s", c.offering, c.law, got, c.want)
		}
	}
	for _, id := range view.IDs(catalog.Offering) {
		d, err := view.Gather(catalog.Query{Offering: id})
		if err != nil {
			t.Fatal(err)
		}
		e := laws.Assess(FromDossier(d), today)
		if len(e.Problems) > 0 {
			t.Errorf("%s: %v", id, e.Problems)
		}
		if d.Roles.SelfHosted && status(e, "cn-intelligence-law") == Exposed {
			t.Errorf("%s is exposed to Chinese law: weights carry no nexus", id)
		}
	}
}

// A party that the languages name each in its way is called so in paths; a legal name stays.
func TestPartiesAreCalledInTheReadersLanguage(t *testing.T) {
	d, err := referenceView(t).Gather(catalog.Query{Offering: "ovh-gpt-oss-120b"})
	if err != nil {
		t.Fatal(err)
	}
	g := FromDossier(d)
	called := map[string]wording.Text{}
	for i := range g.Parties {
		called[g.Parties[i].ID] = g.Parties[i].Called()
	}
	want := map[string]wording.Text{"klaba": {EN: "Klaba family", FR: "Famille Klaba"}, "ovh-groupe": wording.Same("OVH Groupe")}
	if diff := cmp.Diff(want, map[string]wording.Text{"klaba": called["klaba"], "ovh-groupe": called["ovh-groupe"]}); diff != "" {
		t.Error(diff)
	}
	path := Chain{Steps: []Step{{Party: "ovh-groupe", Name: "OVH Groupe", Country: "FR"}, {Via: ViaOwner, Party: "klaba", Name: "Klaba family", Title: called["klaba"], Country: "FR"}}}
	if got, want := path.In(wording.FR), "OVH Groupe (FR) ← Famille Klaba (FR)"; got != want {
		t.Errorf("path in French: %q, expected %q", got, want)
	}
}
