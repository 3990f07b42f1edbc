package exchange_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/catalog/exchange"
	"vigie/catalog/wording"
)

const card = `---
license: apache-2.0
license_link: https://example.org/LICENSE
base_model:
- mistralai/Mistral-Small-24B-Base-2501
- nobody/Unheard-Of-7B
base_model_relation: finetune
language:
- fr
- en
- klingonese
pipeline_tag: image-text-to-text
datasets:
- nobody/corpus-fr
- nobody/chat
library_name: transformers
tags: [chat, safetensors]
co2_eq_emissions:
  emissions: 1250.5
  source: CodeCarbon
  hardware_used: 8 x H100
extra_gated_prompt: "Agree to the terms"
model-index:
- name: Exemplia Chat
  results:
  - task: {type: text-generation}
    dataset: {name: MMLU-ProX (fr), type: mmlu}
    metrics:
    - {type: acc, value: 68.2, name: accuracy}
    - {type: acc, value: n/a}
  - dataset: {name: IFEval}
    metrics: [{type: acc, value: "0.71"}]
    source: {name: Leaderboard, url: "https://example.org/board"}
---

# Model Card for Exemplia Chat

Text for people.
`

const bom = `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,
"metadata":{"timestamp":"2026-09-01T10:00:00Z"},
"components":[
 {"type":"library","name":"torch","version":"2.9"},
 {"bom-ref":"d1","type":"data","name":"corpus-fr"},
 {"type":"machine-learning-model","name":"Exemplia-Chat","version":"24B","group":"exemplia",
  "supplier":{"name":"Mistral AI"},
  "licenses":[{"license":{"id":"Apache-2.0","url":"https://example.org/LICENSE"}}],
  "hashes":[{"alg":"SHA-256","content":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}],
  "pedigree":{"ancestors":[{"type":"machine-learning-model","name":"Base-7B"}]},
  "modelCard":{
   "modelParameters":{"task":"chat","inputs":[{"format":"text"},{"format":"image/png"},{"format":"smell"}],"outputs":[{"format":"string"}],"datasets":[{"ref":"d1"},{"type":"dataset","name":"chat"}]},
   "quantitativeAnalysis":{"performanceMetrics":[{"type":"MMLU-Pro","value":"68.2","slice":"fr"},{"type":"x","value":"good"}]},
   "considerations":{"technicalLimitations":["No law."],"environmentalConsiderations":{"energyConsumptions":[
     {"activity":"training","energyProviders":[{"organization":{"name":"EDF"},"energySource":"nuclear","energyProvided":{"value":1,"unit":"kWh"}}],"activityEnergyCost":{"value":0.4,"unit":"kWh"},"co2CostEquivalent":{"value":31.22,"unit":"tCO2eq"}},
     {"activity":"design","energyProviders":[],"activityEnergyCost":{"value":1,"unit":"kWh"}}]}}}}]}`

// listed writes a proposal for people, in both languages.
func listed(p *exchange.Proposal) string {
	var s strings.Builder
	fmt.Fprintf(&s, "about %s, %s\n", p.About, p.From.Kind)
	for _, r := range p.Records {
		fmt.Fprintf(&s, "record %s\n", r)
	}
	for _, x := range p.Sources {
		fmt.Fprintf(&s, "source %q %s, published %s, undated %v\n", x.Title, x.Kind, x.Published, x.Undated)
	}
	for _, c := range p.Claims {
		v, err := catalog.Canonical(c.Value)
		if err != nil {
			return err.Error()
		}
		fmt.Fprintf(&s, "%s:%s = %s | %s | as of %s | %s\n", c.Record, c.Path, v, c.Locator, c.AsOf, c.Note)
	}
	for _, l := range wording.Langs() {
		for _, f := range p.Faults {
			fmt.Fprintf(&s, "fault: %s\n", f.In(l))
		}
		for _, n := range p.Notes {
			fmt.Fprintf(&s, "note (%s): %s\n", n.Code, n.In(l))
		}
	}
	return s.String()
}

func expect(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if renew() {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", name, diff)
	}
}

func propose(t testing.TB, name, data string, about catalog.Ref) *exchange.Proposal {
	t.Helper()
	_, dict, shelf := builtin(t)
	p, err := exchange.Propose([]byte(data), dict, exchange.ReadOptions{Name: name, Day: today, Shelf: shelf, About: about})
	if err != nil {
		t.Fatal(err)
	}
	proposes(t, p)
	return p
}

func TestModelCard(t *testing.T) {
	expect(t, "modelcard.txt", listed(propose(t, "README.md", card, catalog.Ref{})))
}

func TestMLBOM(t *testing.T) {
	expect(t, "mlbom.txt", listed(propose(t, "bom.json", bom, catalog.Ref{})))
}

// A card about a model that is known goes to its record, by its name or by what the person says.
func TestCardOfAKnownModel(t *testing.T) {
	cat, _, shelf := builtin(t)
	id := cat.IDs(catalog.Model)[0]
	recs, _, err := shelf.Records([]catalog.Ref{{Kind: catalog.Model, ID: id}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text  string
		about catalog.Ref
	}{
		{"---\nlicense: mit\n---\n# " + recs[0].Name().EN + "\n", catalog.Ref{}},
		{"---\nlicense: mit\n---\n# Something else\n", catalog.Ref{Kind: catalog.Model, ID: id}},
	} {
		p := propose(t, "README.md", c.text, c.about)
		if p.About.ID != id || len(p.Records) != 0 || len(p.Claims) != 1 || p.Claims[0].Value.Text != "mit" {
			t.Errorf("about %s, records %v, claims %+v", p.About, p.Records, p.Claims)
		}
	}
}

// A proposal from a card stands alone as a catalogue file, and can be read over the shipped catalogue.
func TestCardsAsCatalogue(t *testing.T) {
	cat, dict, shelf := builtin(t)
	for name, text := range map[string]string{"README.md": card, "bom.json": bom} {
		p := propose(t, name, text, catalog.Ref{})
		data, err := exchange.EncodeProposal(p, dict, shelf, "u1", today.Time())
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "p.yaml")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := exchange.Load(path, dict); err != nil {
			t.Errorf("%s: %v\n%s", name, err, data)
		}
		if _, err := exchange.LoadOver(cat, path, dict); err != nil {
			t.Errorf("%s, over the shipped catalogue: %v", name, err)
		}
	}
}

func TestCardsRefused(t *testing.T) {
	_, dict, shelf := builtin(t)
	deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	cases := []struct{ name, data, want string }{
		{"no head", "# Only text\n", "none of the files"},
		{"a head that does not end", "---\nlicense: mit\n", "does not begin with a block"},
		{"no YAML", "---\n{ : [\n---\n", "not YAML"},
		{"a list for keys", "---\n- a\n---\n# M\n", "no keys"},
		{"the same key twice", "---\nlicense: mit\nlicense: apache-2.0\n---\n# M\n", "line 3"},
		{"an alias", "---\na: &x [1]\nb: *x\n---\n# M\n", "aliases are not read"},
		{"an alias bomb", "---\na: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\n---\n# M\n", "aliases are not read"},
		{"too deep", "---\na: " + deep + "\n---\n# M\n", ""},
		{"too large", "---\na: " + strings.Repeat("x", 600<<10) + "\n---\n# M\n", "larger than 512 KiB"},
		{"no name", "---\nlicense: mit\n---\nText\n", "does not say which model"},
		{"a card about a vendor", "", ""},
		{"no model in the bill", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"x"}]}`, "names no model"},
		{"another bill", `{"bomFormat":"SPDX","specVersion":"1.6"}`, "expected CycloneDX"},
		{"a key twice in the bill", `{"bomFormat":"CycloneDX","bomFormat":"CycloneDX"}`, "twice"},
		{"a bill too deep", `{"bomFormat":"CycloneDX","x":` + deep + `}`, "too deep"},
		{"a bill cut short", `{"bomFormat":"CycloneDX",`, "not JSON"},
		{"a bill of wrong types", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":3}`, "no CycloneDX"},
		{"a bill of an unknown version", `{"bomFormat":"CycloneDX","specVersion":"9"}`, "no CycloneDX"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := exchange.ReadOptions{Name: "f", Day: today, Shelf: shelf}
			if c.data == "" {
				c.data, o.About, c.want = "---\nlicense: mit\n---\n# M\n", vendor("mistral"), "speaks of a model"
			}
			_, err := exchange.Propose([]byte(c.data), dict, o)
			u, ok := errors.AsType[*exchange.UnreadableError](err)
			if !ok || !strings.Contains(u.In(wording.EN), c.want) || u.In(wording.EN) == u.In(wording.FR) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// What is written as an ML-BOM reads back as what is known: nothing new about the model itself.
func TestMLBOMRoundTrip(t *testing.T) {
	cat, dict, shelf := builtin(t)
	written := 0
	for _, id := range cat.IDs(catalog.Model) {
		var out, again bytes.Buffer
		if err := exchange.WriteMLBOM(&out, shelf, dict, id, today); err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		if err := exchange.WriteMLBOM(&again, shelf, dict, id, today); err != nil || !bytes.Equal(out.Bytes(), again.Bytes()) {
			t.Errorf("%s: other bytes the second time (%v)", id, err)
		}
		recs, _, err := shelf.Records([]catalog.Ref{{Kind: catalog.Model, ID: id}})
		if err != nil {
			t.Fatal(err)
		}
		p := propose(t, id+".json", out.String(), recs[0].Ref())
		if len(p.Faults) > 0 {
			t.Errorf("%s: %v", id, p.Faults)
		}
		for _, c := range p.Claims {
			if c.Record.Kind != catalog.Model {
				continue
			}
			f := recs[0].Fact(c.Path)
			if f.State != catalog.Known || strings.Join(f.Value.Texts(), " ") != strings.Join(c.Value.Texts(), " ") {
				t.Errorf("%s:%s came back as %v, is %v", id, c.Path, c.Value, f.Value)
			}
			written++
		}
	}
	if written < 50 {
		t.Errorf("only %d facts came back", written)
	}
}

func FuzzModelCard(f *testing.F) {
	_, dict, shelf := builtin(f)
	f.Add([]byte(card))
	f.Add([]byte("---\nlicense: [a, b]\nmodel-index: [{results: [{metrics: [{value: 1e9}]}]}]\n---\n# M\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := exchange.ReadModelCard(data, dict, exchange.ReadOptions{Name: "README.md", Day: today, Shelf: shelf})
		if err != nil {
			if _, ok := errors.AsType[*exchange.UnreadableError](err); !ok {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		proposes(t, p)
	})
}

func FuzzMLBOM(f *testing.F) {
	_, dict, shelf := builtin(f)
	f.Add([]byte(bom))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := exchange.ReadMLBOM(data, dict, exchange.ReadOptions{Name: "bom.json", Day: today, Shelf: shelf})
		if err != nil {
			if _, ok := errors.AsType[*exchange.UnreadableError](err); !ok {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		proposes(t, p)
	})
}

func FuzzDecodeProposal(f *testing.F) {
	_, dict, _ := builtin(f)
	data, err := propose(f, "README.md", card, catalog.Ref{}).Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := exchange.DecodeProposal(data, dict)
		if err != nil {
			if _, ok := errors.AsType[*catalog.InvalidError](err); !ok {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		proposes(t, p)
	})
}

func BenchmarkModelCard(b *testing.B) {
	for b.Loop() {
		propose(b, "README.md", card, catalog.Ref{})
	}
}
