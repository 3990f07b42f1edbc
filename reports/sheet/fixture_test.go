package sheet

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/reference"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/derive"
	"vigie/evaluator/expr"
	"vigie/evaluator/framework"
	"vigie/reports"
)

// A bench is what is shipped, ready to compare offerings.
type bench struct {
	dict      *catalog.Dictionary
	framework *framework.Compiled
	knowledge *evaluator.Knowledge
	view      *catalog.View
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
	b := &bench{dict: dict}
	if b.framework, err = framework.Builtin(env); err != nil {
		return nil, err
	}
	if b.knowledge, err = evaluator.BuiltinKnowledge(dict); err != nil {
		return nil, err
	}
	cat, err := reference.Builtin()
	if err != nil {
		return nil, err
	}
	b.view = cat.At(dict, "2026-11-24", "2026-11-24")
	return b, nil
})

func theBench(t testing.TB) *bench {
	t.Helper()
	b, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var seven = []string{"mistral-api-medium-3.5", "openai-api-eu-gpt-5.5", "self-hosted-gpt-oss-120b", "midjourney-service", "ovh-gpt-oss-120b", "scaleway-gpt-oss-120b", "azure-openai-eu-gpt-5.5"}

// compared compares offerings of the reference catalogue under a weight set.
func (b *bench) compared(t testing.TB, use string, w *framework.WeightSet, ids ...string) reports.ComparisonInput {
	t.Helper()
	in := evaluator.CompareInput{Framework: b.framework, Weights: w, Draws: 100, Version: "1.0.0", Members: []*framework.WeightSet{b.framework.WeightSets[framework.DefaultWeights]}}
	for _, id := range ids {
		d, err := b.view.Gather(catalog.Query{Offering: id, UseCase: use})
		if err != nil {
			t.Fatal(err)
		}
		a, err := evaluator.Evaluate(evaluator.Input{Dossier: d, Dictionary: b.dict, Framework: b.framework, Weights: w, Knowledge: b.knowledge, Version: "1.0.0"})
		if err != nil {
			t.Fatal(err)
		}
		in.Candidates = append(in.Candidates, evaluator.Judged{Assessment: a, Dossier: d})
	}
	c, err := evaluator.Compare(in)
	if err != nil {
		t.Fatal(err)
	}
	return reports.ComparisonInput{Comparison: c, Candidates: in.Candidates, Dictionary: b.dict, Framework: b.framework.Framework, Weights: w, Members: in.Members, Program: "vigie 1.0.0"}
}

func written(t testing.TB, in reports.ComparisonInput, l wording.Lang) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, in, l); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// limits are those with which every workbook is read: the library's own are far too wide.
var limits = excelize.Options{UnzipSizeLimit: 32 << 20, UnzipXMLSizeLimit: 16 << 20, RawCellValue: true}

func opened(t testing.TB, data []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data), limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// recalculated has LibreOffice compute every formula anew and save. Where it is absent the test is skipped, except in
// CI, where it fails.
func recalculated(t testing.TB, data []byte) *excelize.File {
	t.Helper()
	office, err := exec.LookPath("soffice")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("soffice is needed (Debian: libreoffice-calc-nogui)")
		}
		t.Skip("soffice is not installed (Debian: libreoffice-calc-nogui)")
	}
	dir := t.TempDir()
	in := filepath.Join(dir, "in.xlsx")
	if err := os.WriteFile(in, data, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(office, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", "xlsx", "--outdir", filepath.Join(dir, "out"), in)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	saved, err := os.ReadFile(filepath.Join(dir, "out", "in.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	return opened(t, saved)
}
