package derive

import (
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/wording"
)

func TestBuiltinKnowledgeCoversEuropeAndTheMainCurrencies(t *testing.T) {
	k := builtinKnowledge(t)
	var without []string
	for _, c := range append(catalog.EEA(), "CH", "GB", "US", "CA", "CN", "SG", "JP", "KR", "IN", "AU", "BR", "AE", "IL", "ZA") {
		if _, ok := k.Grid(c, "2026-11-24"); !ok {
			without = append(without, c)
		}
	}
	if diff := cmp.Diff([]string{"LI"}, without); diff != "" { // no source has a figure of its own for Liechtenstein
		t.Errorf("countries without a grid figure, want - got +\n%s", diff)
	}
	for _, c := range []string{"EUR", "USD", "GBP", "CHF", "CNY", "CAD", "JPY"} {
		if _, _, ok := k.ToEuro(big.NewRat(1, 1), c, "2026-11-24"); !ok {
			t.Errorf("no rate of %s", c)
		}
	}
}

func TestEveryUnitOfTheDictionaryIsConvertedOrIsNoQuantity(t *testing.T) {
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	def, _ := dict.Fact("environmental_statement.unit")
	k := builtinKnowledge(t)
	for _, code := range def.Codes() {
		if _, ok := k.factors[code]; !ok && !slices.Contains([]string{"l_per_kwh", "percent", "ratio"}, code) {
			t.Errorf("%s has no factor", code)
		}
	}
}

func TestConvert(t *testing.T) {
	k := builtinKnowledge(t)
	for _, c := range []struct{ amount, unit, quantity, want string }{
		{"0.9", "wh", "energy", "0.9"}, {"433196", "kwh", "energy", "433196000"}, {"757", "mwh", "energy", "757000000"}, {"3.6", "mj", "energy", "1000"},
		{"20.4", "t_co2e", "ghg", "20400000"}, {"0.000085", "us_gal", "water", "0.32176"}, {"281000", "m3", "water", "281000000000"}, {"0.66", "kg_sb", "abiotic_depletion", "660000"},
	} {
		got, ok := k.Convert(catalog.Rat(c.amount), c.unit, c.quantity)
		if !ok || catalog.Decimal(got, 6) != c.want {
			t.Errorf("%s %s: got %v, want %s", c.amount, c.unit, got, c.want)
		}
	}
	if _, ok := k.Convert(big.NewRat(1, 1), "wh", "ghg"); ok {
		t.Error("watt-hours are no carbon")
	}
}

// replaced is the shipped knowledge with one file changed.
func replaced(t *testing.T, name, old, new string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	for _, f := range []string{"grids.yaml", "rates.yaml", "benchmarks.yaml", "units.yaml"} {
		data, err := fs.ReadFile(builtinFiles, f)
		if err != nil {
			t.Fatal(err)
		}
		if f == name {
			if !strings.Contains(string(data), old) {
				t.Fatalf("%s does not hold %q", name, old)
			}
			data = []byte(strings.Replace(string(data), old, new, 1))
		}
		out[f] = &fstest.MapFile{Data: data}
	}
	return out
}

func TestFaultyKnowledgeIsRefusedAtItsLine(t *testing.T) {
	for _, c := range []struct{ name, file, old, new, want string }{
		{"not a country", "grids.yaml", "country: FR, year: 2024", "country: FX, year: 2024", `country: "FX" is not a country code`},
		{"year twice", "grids.yaml", "country: FR, year: 2023", "country: FR, year: 2024", "the year 2024 appears twice"},
		{"source not declared", "grids.yaml", "44.18, source: ember-2025-08", "44.18, source: ember-2025-09", `did you mean "ember-2025-0`},
		{"intensity of nought", "grids.yaml", "44.18", "0", "expected a number above zero"},
		{"rate without value", "rates.yaml", "USD: 1.1684", "USD: abc", "expected a number above zero"},
		{"day that does not exist", "rates.yaml", "2026-04-13\n  source", "2026-04-31\n  source", "expected a day"},
		{"misspelt key", "rates.yaml", "per_euro", "per_eur", `did you mean "per_euro"?`},
		{"conditions not stated", "benchmarks.yaml", `harness: "Scale's harness"`, `harness: "not stated"`, "conditions that are not stated"},
		{"model twice", "benchmarks.yaml", "model: gpt-5,", "model: gpt-5.4,", "the model appears twice"},
		{"unit of points", "benchmarks.yaml", "unit: percent", "unit: points", "expected one of: percent, ratio"},
		{"factor that is none", "units.yaml", `"2500/9"`, `"2500/0"`, "expected a number or fraction above zero"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(replaced(t, c.file, c.old, c.new))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), c.file+":") {
				t.Errorf("got %v, want %s: … %s", err, c.file, c.want)
			}
		})
	}
	if _, err := Load(fstest.MapFS{}); err == nil || strings.Count(err.Error(), "\n") < 3 {
		t.Errorf("all four missing files are reported: %v", err)
	}
}

func TestHashNamesTheContent(t *testing.T) {
	same, err := Load(builtinFiles)
	if err != nil {
		t.Fatal(err)
	}
	other, err := Load(replaced(t, "grids.yaml", "44.18", "44.19"))
	if err != nil {
		t.Fatal(err)
	}
	if k := builtinKnowledge(t); same.Hash() != k.Hash() || other.Hash() == k.Hash() {
		t.Error("the hash follows the content")
	}
}

func TestFaultyDeclarations(t *testing.T) {
	const good = `facts:
- path: a.b
  type: choice
  engine: derive
  values: [{id: x, en: X, fr: X}]
  label: {en: L, fr: L}
  help: {en: H, fr: H}
`
	if _, err := loadDeclarations("d.yaml", []byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"path: a.b", "path: ab", "d.yaml:2:3: ab: the path must be family.word"},
		{"type: choice", "type: text", "values go with the type choice"},
		{"type: choice", "type: choices", `did you mean "choice"?`},
		{"engine: derive", "engine: catalog", "expected one of: jurisdiction, licence, derive"},
		{"{id: x, en: X, fr: X}", "{id: x, en: X, fr: X}, {id: x, en: Y, fr: Y}", "appears twice"},
		{"  engine", "  unit: percent\n  engine", "only a number has a unit"},
		{"  label: {en: L, fr: L}\n", "", `key "label" is missing`},
	} {
		_, err := loadDeclarations("d.yaml", []byte(strings.Replace(good, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %s", c.new, err, c.want)
		}
	}
	twice := good + strings.TrimPrefix(good, "facts:\n")
	if _, err := loadDeclarations("d.yaml", []byte(twice)); err == nil || !strings.Contains(err.Error(), "in order of path") {
		t.Errorf("twice: %v", err)
	}
}

func TestChoicesAgreeWithTheDictionary(t *testing.T) {
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	all, err := Declarations()
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string][]string{}
	for _, d := range all {
		codes[d.Path] = d.Codes()
		if _, ok := dict.Fact(d.Path); ok {
			t.Errorf("%s is a fact of the dictionary too", d.Path)
		}
		if d.Unit != "" && dict.Units[d.Unit].IsZero() {
			t.Errorf("%s: the unit %s has no words", d.Path, d.Unit)
		}
	}
	of := func(path string) []string { f, _ := dict.Fact(path); return f.Codes() }
	if diff := cmp.Diff(of("certification.standard"), codes[certsPath]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(append([]string{"none"}, of("environmental_statement.scope")...), codes["env.best_scope"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(scopes, codes["env.best_scope"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(disclosures, codes["env.training_disclosure"]); diff != "" {
		t.Error(diff)
	}
}

// The derived facts are those that the criteria read, and the budget, which the criteria take as already in euros.
func TestDeclarationsAreThoseOfTheCriteria(t *testing.T) {
	root := os.Getenv("VIGIE_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	data, err := os.ReadFile(filepath.Join(root, "knowledge", "criteria.yaml"))
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("the reference material is not here: ", err)
	}
	var criteria struct {
		Derived []struct {
			Path, Type string
			Values     []string
		}
	}
	if err := yaml.Unmarshal(data, &criteria); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"cost.budget_eur_month": "number"}
	for _, d := range criteria.Derived {
		want[d.Path] = d.Type + strings.Join(d.Values, " ")
	}
	got := map[string]string{}
	all, _ := Declarations()
	for _, d := range all {
		got[d.Path] = string(d.Type)
		if d.Path != certsPath {
			got[d.Path] += strings.Join(d.Codes(), " ")
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want - got +\n%s", diff)
	}
}

func TestSquareRootIsExactToItsDigits(t *testing.T) {
	if got := sqrt(big.NewRat(1, 4)); got.Cmp(big.NewRat(1, 2)) != 0 {
		t.Errorf("√(1/4) = %s", got)
	}
	step := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(sqrtDigits), nil))
	rapid.Check(t, func(rt *rapid.T) {
		x := big.NewRat(rapid.Int64Range(0, 1<<40).Draw(rt, "a"), rapid.Int64Range(1, 1<<40).Draw(rt, "b"))
		low := sqrt(x)
		high := new(big.Rat).Add(low, step)
		if new(big.Rat).Mul(low, low).Cmp(x) > 0 || new(big.Rat).Mul(high, high).Cmp(x) <= 0 {
			rt.Fatalf("√%s = %s", x, low)
		}
	})
}

// docs/knowledge.md tells what is computed and how the files are written: it must name every fact of this engine,
// every completeness fact that it reads, and show files that load.
func TestThePageOnKnowledgeIsTrue(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "knowledge.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	all, err := Declarations()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if d.Engine == EngineDerive && !strings.Contains(page, "`"+d.Path+"`") {
			t.Errorf("the page does not tell how %s is computed", d.Path)
		}
	}
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range regexp.MustCompile("`([a-z_]+\\.[a-z0-9_]+)`").FindAllStringSubmatch(page, -1) {
		_, isFact := dict.Fact(f[1])
		isDerived := slices.ContainsFunc(all, func(d Declaration) bool { return d.Path == f[1] })
		if !isFact && !isDerived && !strings.HasSuffix(f[1], ".yaml") {
			t.Errorf("the page names %s, which is neither a fact nor computed", f[1])
		}
	}
	k := builtinKnowledge(t)
	if last := k.Rates[len(k.Rates)-1].Day; !strings.Contains(page, strings.ReplaceAll(catalog.Date(last).In(wording.EN), "\u00a0", " ")) {
		t.Errorf("the page does not say that the newest rate is of %s", last)
	}
	shown := map[string]bool{}
	for _, block := range regexp.MustCompile("(?s)```yaml\n# ([a-z]+\\.yaml)\n(.*?)```").FindAllStringSubmatch(page, -1) {
		shown[block[1]] = true
		shipped, err := fs.ReadFile(builtinFiles, block[1])
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range regexp.MustCompile(`(?m)(?:^|[\s{-])([a-z_]+):`).FindAllStringSubmatch(block[2], -1) {
			if !strings.Contains(string(shipped), key[1]+":") {
				t.Errorf("%s: the page shows a key %q that the file does not have", block[1], key[1])
			}
		}
	}
	if len(shown) != 4 {
		t.Errorf("the page shows %d of the 4 files", len(shown))
	}
}
