package reports

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/catalog/exchange"
	"vigie/catalog/reference"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/framework"
	"vigie/reports/pdf"
)

// comparedBy judges and compares offerings of a catalogue.
func comparedBy(t testing.TB, b *bench, cat *catalog.Catalogue, use, organisation string, ids ...string) ComparisonInput {
	t.Helper()
	in := evaluator.CompareInput{Framework: b.framework, Draws: 500, Version: "1.0.0"}
	for _, id := range ids {
		x := judgedBy(t, b, cat, catalog.Query{Offering: id, UseCase: use, Organisation: organisation}, "2026-11-24")
		in.Weights = x.Weights
		in.Candidates = append(in.Candidates, evaluator.Judged{Assessment: x.Assessment, Dossier: x.Dossier})
	}
	first := b.framework.Families[0].ID
	member, err := evaluator.Weighing{ID: "member-a", Title: wording.Text{EN: "Member A", FR: "Membre A"}, Author: "u-1", Reason: wording.Text{EN: "One family only.", FR: "Une seule famille."}, Order: []string{first}}.WeightSet(b.framework.Framework)
	if err != nil {
		t.Fatal(err)
	}
	in.Members = []*framework.WeightSet{b.framework.WeightSets[framework.DefaultWeights], member}
	c, err := evaluator.Compare(in)
	if err != nil {
		t.Fatal(err)
	}
	out := ComparisonInput{Comparison: c, Candidates: in.Candidates, Dictionary: b.dict, Framework: b.framework.Framework, Weights: in.Weights, Members: in.Members, Program: "vigie 1.0.0"}
	index := evaluator.NewIndex(b.framework)
	for _, x := range in.Candidates {
		q, err := index.Questions(evaluator.Input{Dossier: x.Dossier, Dictionary: b.dict, Framework: b.framework, Weights: in.Weights, Knowledge: b.knowledge, Version: "1.0.0"}, x.Assessment, nil)
		if err != nil {
			t.Fatal(err)
		}
		out.Next = append(out.Next, NextQuestions{Offering: x.Assessment.Offering, Questions: q})
	}
	return out
}

func inventedComparison(t testing.TB) ComparisonInput {
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
	return comparedBy(t, &small, cat, "notes", "organisation", "exemplia-paris", "rien")
}

func realComparison(t testing.TB) ComparisonInput {
	t.Helper()
	b, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return comparedBy(t, b, cat, "office-assistant", "french-company", "mistral-api-medium-3.5", "openai-api-eu-gpt-5.5", "self-hosted-gpt-oss-120b", "midjourney-service",
		"ovh-gpt-oss-120b", "scaleway-gpt-oss-120b", "azure-openai-eu-gpt-5.5", "mistral-api-eu-medium-3.5", "mistral-api-large-3")
}

func TestComparisonsReadAsExpected(t *testing.T) {
	in := inventedComparison(t)
	for _, l := range wording.Langs() {
		d, err := BuildComparison(in, l)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "comparison."+string(l)+".txt")
		got := golden(d)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: the report changed (-want +got); if it should, run the test with -update\n%s", l, diff)
		}
	}
}

// TestARealComparisonPrintsInBothLanguages prints nine offerings, reads the file back, and looks for what a reader must
// find and for what no reader should see.
func TestARealComparisonPrintsInBothLanguages(t *testing.T) {
	in := realComparison(t)
	shapes := map[wording.Lang]string{}
	for l, want := range map[wording.Lang][]string{
		wording.FR: {"Comparaison d’offres", "Réponse", "non départagé", "Le plus petit changement de poids", "Membre A", "Chiffres publiés, côte à côte", "Ce qu’il faut établir ensuite", "Ce que ce rapport n’est pas"},
		wording.EN: {"Comparison of offerings", "Answer", "not separated", "The smallest change of weights", "Member A", "Published figures side by side", "What to find out next", "What this report is not"},
	} {
		d, err := BuildComparison(in, l)
		if err != nil {
			t.Fatal(err)
		}
		shapes[l] = shape(d.Sections)
		var first, again bytes.Buffer
		for _, b := range []*bytes.Buffer{&first, &again} {
			if err := pdf.Write(b, d); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(first.Bytes(), again.Bytes()) {
			t.Error("two runs gave two files")
		}
		dump := anchors.ReplaceAllString(golden(d), "")
		for _, bad := range []string{"%!", "<nil>", "not_separated", "no_opinion", "(MISSING)"} {
			if i := strings.Index(dump, bad); i >= 0 {
				t.Errorf("%s: %q shows: %s", l, bad, dump[max(0, i-80):min(len(dump), i+40)])
			}
		}
		known := map[string]bool{}
		for _, f := range in.Dictionary.Facts() {
			known[f.Path] = true
			for _, c := range f.Codes() {
				known[c] = strings.Contains(c, "_")
			}
		}
		for _, m := range code.FindAllString(dump, -1) {
			if known[m] {
				t.Errorf("%s: the code %q shows", l, m)
			}
		}
		file := filepath.Join(t.TempDir(), "comparison.pdf")
		if err := os.WriteFile(file, first.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if out := run(t, "qpdf", "--check", file); !strings.Contains(out, "No syntax or stream encoding errors found") {
			t.Errorf("qpdf: %s", out)
		}
		text := strings.Join(strings.Fields(run(t, "pdftotext", "-layout", file, "-")), " ")
		for _, w := range want {
			if !strings.Contains(text, strings.Join(strings.Fields(w), " ")) {
				t.Errorf("%s: the file lacks %q", l, w)
			}
		}
	}
	if d := cmp.Diff(shapes[wording.EN], shapes[wording.FR]); d != "" {
		t.Errorf("the French report is built otherwise:\n%s", d)
	}
}

// TestEveryCriterionIsTold: each criterion stands in the report once, as a difference or among those that are the same.
func TestEveryCriterionIsTold(t *testing.T) {
	in := realComparison(t)
	d, err := BuildComparison(in, wording.EN)
	if err != nil {
		t.Fatal(err)
	}
	dump := golden(d)
	for _, row := range in.Comparison.Matrix {
		card := strings.Count(dump, "{#criterion-"+row.Criterion+"}")
		if want := map[bool]int{true: 0, false: 1}[row.Same]; card != want {
			t.Errorf("%s, same %v: %d cards", row.Criterion, row.Same, card)
		}
	}
}

func TestWhatAComparisonReportRefuses(t *testing.T) {
	if _, err := BuildComparison(ComparisonInput{}, wording.EN); err == nil || !strings.Contains(err.Error(), "all needed") {
		t.Errorf("got %v", err)
	}
	in := inventedComparison(t)
	without := in
	without.Candidates = in.Candidates[:1]
	if _, err := BuildComparison(without, wording.EN); err == nil || !strings.Contains(err.Error(), "its dossier is not given") {
		t.Errorf("got %v", err)
	}
	c := *in.Comparison
	for range MaxCompared {
		c.Ranking = append(c.Ranking, c.Ranking[0])
	}
	in.Comparison = &c
	var invalid *catalog.InvalidError
	if _, err := BuildComparison(in, wording.EN); !errors.As(err, &invalid) || invalid.Fields[0].Path != "offerings" {
		t.Errorf("got %v", err)
	}
}

func TestHypotheticalComparisonsAreWatermarked(t *testing.T) {
	in := inventedComparison(t)
	c := *in.Comparison
	c.Hypothetical = true
	in.Comparison = &c
	d, err := BuildComparison(in, wording.FR)
	if err != nil {
		t.Fatal(err)
	}
	if d.Watermark != "HYPOTHÈSE" || !strings.Contains(d.Foot, "sans valeur de comparaison") {
		t.Errorf("watermark %q, foot %q", d.Watermark, d.Foot)
	}
}

// TestLettersReadBack prints the letters about a real offering and looks for every question in the file.
func TestLettersReadBack(t *testing.T) {
	in := realComparison(t)
	x := in.Candidates[0]
	letters := evaluator.Letters(x.Dossier, in.Dictionary, in.Next[0].Questions)
	if len(letters) == 0 {
		t.Fatal("no letter")
	}
	for _, l := range wording.Langs() {
		d, err := Letters(LettersInput{Letters: letters, Dossier: x.Dossier, Dictionary: in.Dictionary, Assessment: x.Assessment, Program: "vigie 1.0.0"}, l)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := pdf.Write(&b, d); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "letters.pdf")
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if n := pageCount(t, file); n < len(letters) || n > 2*len(letters) {
			t.Errorf("%d letters on %d pages", len(letters), n)
		}
		text := strings.Join(strings.Fields(run(t, "pdftotext", "-layout", file, "-")), " ")
		for _, letter := range letters {
			for _, i := range letter.Items {
				if q := strings.Join(strings.Fields(curly(wording.Typeset(l, i.Text.In(l)))), " "); !strings.Contains(text, q[:min(len(q), 50)]) {
					t.Errorf("%s: %q is not in the file", l, q)
				}
			}
		}
	}
}

func TestLettersWithNothingToAskSaySo(t *testing.T) {
	in := inventedComparison(t)
	x := in.Candidates[0]
	d, err := Letters(LettersInput{Dossier: x.Dossier, Dictionary: in.Dictionary, Assessment: x.Assessment}, wording.FR)
	if err != nil || !strings.Contains(d.String(), "Il n’y a rien à demander") {
		t.Errorf("%v: %s", err, d)
	}
	if _, err := Letters(LettersInput{}, wording.EN); err == nil {
		t.Error("letters about nothing were written")
	}
}
