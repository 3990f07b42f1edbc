package exchange

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"vigie/catalog"
	"vigie/catalog/strict"
)

// full has one of everything that the format can say.
const full = `format: vigie-catalogue/1
recorded: {at: 2026-11-24, by: u1}
sources:
- {id: dpa, title: "Data processing: \"annex\"", publisher: É, kind: contract, signed: true, url: "https://a.example/x?y=1#z", published: 2026-01-01, read: 2026-02-01, valid_until: 2027-01-01, via: "a copy", confidential: true, note: "read\ntwice"}
- {id: page, title: 'It''s a page', kind: publication, undated: true, file: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef}
records:
- kind: vendor
  id: v
  name: {en: The vendor, fr: Le fournisseur}
  from: {source: page, locator: "p. 3", as_of: 2026-03-01}
  claims:
  - {path: vendor.employees, value: 12}
  - {path: vendor.revenue, value: {amount: 12.50, currency: EUR}}
  - {path: vendor.listed, value: false, locator: "p. 4"}
  - {path: vendor.dpf_listed, value: true, source: dpa}
  - {path: vendor.market_countries, value: [EU, CH], complete: false, as_of: 2025-12-31}
  - {path: vendor.doc_languages, value: [], complete: true, source: none}
  - {path: vendor.website, value: "https://v.example"}
  - {path: vendor.remark, value: {en: "one: yes", fr: "un : oui"}}
  - {path: vendor.remark, value: "no", note: "a # b"}
  - {path: vendor.remark, value: no}
- kind: offering
  id: o
  claims:
  - {path: offering.name, value: Offer, source: page, as_of: 2026-01-01}
  - {path: offering.vendor, value: v, source: none, as_of: 2026-01-01}
  - {path: offering.pue, value: 1.20, source: dpa, locator: "1", as_of: 2026-01-01, recorded: {at: "2026-11-24T10:30:00.5+01:00", by: u2}}
- kind: terms
  id: t
  name: Terms
  claims:
  - {path: terms.retention_days, absent: true, source: dpa, as_of: 2026-01-01}
  - {path: terms.price_cap_percent, value: 3.0, source: dpa, as_of: 2026-01-01}
- {kind: vendor, id: thin}
- {kind: vendor, id: "no"}
`

// roundTrip writes a catalogue and reads it back.
func roundTrip(t testing.TB, cat *catalog.Catalogue) []OutFile {
	t.Helper()
	files, err := Encode(cat, dict(t))
	if err != nil {
		t.Fatalf("what was read cannot be written: %v", err)
	}
	texts := map[string]string{}
	for _, f := range files {
		texts[f.Name] = string(f.Data)
	}
	back, err := loadFiles(t, texts)
	if err != nil {
		t.Fatalf("what was written cannot be read: %v", err)
	}
	if diff := cmp.Diff(cat, back); diff != "" {
		t.Fatalf("the round trip changed the catalogue (-before +after)\n%s", diff)
	}
	return files
}

// reviewed is full with a withdrawal and a settlement of its claims.
func reviewed(t testing.TB) *catalog.Catalogue {
	cat, err := loadFiles(t, map[string]string{"a.yaml": full})
	if err != nil {
		t.Fatal(err)
	}
	cat.Withdrawals = []catalog.Withdrawal{{Claim: cat.Claims[0].Hash(), By: "u3", At: catalog.Date("2026-11-25").Time(), Reason: "misread: see p. 4"}}
	c := cat.Claims[1]
	cat.Settlements = []catalog.Settlement{{Record: c.Record, Path: c.Path, Claim: c.Hash(), By: "u3", At: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC), Reason: "asked"}}
	return cat
}

func TestWrittenFiles(t *testing.T) {
	var got strings.Builder
	for _, f := range roundTrip(t, reviewed(t)) {
		got.WriteString("-- " + f.Name + " --\n" + string(f.Data))
	}
	golden := filepath.Join("testdata", "full.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The shipped catalogue passes the check that users' files pass, survives export and import with the same claims,
// hence the same dossiers, and what is written again is the same.
func TestReferenceCatalogueRoundTrip(t *testing.T) {
	cat, err := Load("../reference", dict(t))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "out")
	if err := Write(dir, cat, dict(t)); err != nil {
		t.Fatal(err)
	}
	back, err := Load(dir, dict(t))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(cat, back); diff != "" {
		t.Fatalf("the round trip changed the catalogue (-before +after)\n%s", diff)
	}
	again, err := Encode(back, dict(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range again {
		if first, err := os.ReadFile(filepath.Join(dir, f.Name)); err != nil || !bytes.Equal(first, f.Data) {
			t.Errorf("%s: written twice, two texts (%v)", f.Name, err)
		}
	}
	before, after := cat.At(dict(t), "2026-11-24", "2026-11-24"), back.At(dict(t), "2026-11-24", "2026-11-24")
	offerings := before.IDs(catalog.Offering)
	if len(offerings) == 0 {
		t.Fatal("the catalogue has no offering")
	}
	for _, id := range offerings {
		d1, err1 := before.Gather(catalog.Query{Offering: id})
		d2, err2 := after.Gather(catalog.Query{Offering: id})
		if err1 != nil || err2 != nil || d1.Hash() != d2.Hash() {
			t.Errorf("%s: another dossier after the round trip (%v, %v)", id, err1, err2)
		}
	}
}

func TestOrderOfFilesChangesNothing(t *testing.T) {
	files := roundTrip(t, reviewed(t))
	rapid.Check(t, func(rt *rapid.T) {
		texts := map[string]string{}
		for i, f := range rapid.Permutation(files).Draw(rt, "files") {
			texts[string(rune('a'+i))+".yaml"] = string(f.Data)
		}
		cat, err := loadFiles(t, texts)
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(reviewed(t), cat); diff != "" {
			rt.Fatalf("another order of files gave another catalogue\n%s", diff)
		}
	})
}

// Any text comes back as it was, also through another YAML reader that guesses types.
func TestScalarsSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.SampledFrom(otherwise), rapid.StringMatching(`[-0-9:.~#*&!|>%@'"{}\[\], ]{0,8}`),
			rapid.StringOf(rapid.SampledFrom([]rune("\u0085\u2028\u2029\ufeff\u00a0\u202f\t\r\né😀")))).Draw(t, "text")
		var doc struct {
			V string `yaml:"v"`
		}
		if err := yaml.Unmarshal([]byte("{v: "+scalar(s)+"}\n"), &doc); err != nil || doc.V != s {
			t.Fatalf("%q was written %s and read %q (%v)", s, scalar(s), doc.V, err)
		}
	})
}

func TestLargeCataloguesAreSplit(t *testing.T) {
	cat := &catalog.Catalogue{}
	long := strings.Repeat("A note of some length. ", 40)
	for i := range 3000 {
		r := catalog.Ref{Kind: catalog.Vendor, ID: "v" + strings.Repeat("0", 4-len(digits(i))) + digits(i)}
		v := catalog.TextValue(long)
		cat.Records = append(cat.Records, r)
		cat.Claims = append(cat.Claims, catalog.Claim{Record: r, Path: "vendor.remark", State: catalog.Known, Value: &v, AsOf: "2026-01-01", RecordedBy: "u1", RecordedAt: catalog.Date("2026-01-01").Time()})
	}
	cat.Sort()
	var names []string
	for _, f := range roundTrip(t, cat) {
		names = append(names, f.Name)
		if len(f.Data) > splitAt+10_000 {
			t.Errorf("%s holds %d bytes", f.Name, len(f.Data))
		}
	}
	if diff := cmp.Diff([]string{"vendor.yaml", "vendor-2.yaml", "vendor-3.yaml"}, names); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func digits(i int) string {
	if i < 10 {
		return string(rune('0' + i))
	}
	return digits(i/10) + digits(i%10)
}

// What the format cannot hold is refused, never changed in silence.
func TestEncodeRefuses(t *testing.T) {
	claim := func(change func(*catalog.Catalogue)) *catalog.Catalogue {
		cat, err := loadFiles(t, map[string]string{"a.yaml": full})
		if err != nil {
			t.Fatal(err)
		}
		change(cat)
		return cat
	}
	cases := []struct {
		name, want string
		cat        *catalog.Catalogue
	}{
		{"a claim about a record that is not there", "offering/o:offering.name: the catalogue format cannot hold this claim as it is", claim(func(c *catalog.Catalogue) {
			c.Records = slices.DeleteFunc(c.Records, func(r catalog.Ref) bool { return r.Kind == catalog.Offering })
		})},
		{"a text that is not in NFC", "the catalogue format cannot hold this claim as it is", claim(func(c *catalog.Catalogue) {
			c.Claims[0].Note = "e\u0301"
		})},
		{"a source nobody described", `source: "gone" is not known here`, claim(func(c *catalog.Catalogue) {
			c.Claims[0].Source = "gone"
		})},
		{"a value of another type", "expected a whole number", claim(func(c *catalog.Catalogue) {
			i := slices.IndexFunc(c.Claims, func(x catalog.Claim) bool { return x.Path == "vendor.employees" })
			v := catalog.NumValue(catalog.TypeInteger, "many")
			c.Claims[i].Value = &v
		})},
	}
	for _, c := range cases {
		files, err := Encode(c.cat, dict(t))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
		dir := filepath.Join(t.TempDir(), "out")
		if err := Write(dir, c.cat, dict(t)); err == nil {
			t.Errorf("%s was written: %v", c.name, files)
		}
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: something was written", c.name)
		}
	}
}

func TestWriteKeepsWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine.yaml")
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := Write(dir, reviewed(t), dict(t))
	if want := dir + ": the folder is not empty; nothing was written"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	err = Write(mine, reviewed(t), dict(t))
	if _, ok := errors.AsType[strict.Faults](err); !ok || !strings.HasPrefix(err.Error(), mine+": cannot be written: ") {
		t.Errorf("a file in the way: got %v", err)
	}
	if text, err := os.ReadFile(mine); err != nil || string(text) != "mine" {
		t.Errorf("the file that was there is gone: %q, %v", text, err)
	}
}

// The start of every command: the shipped catalogue read and checked.
func BenchmarkLoadReference(b *testing.B) {
	d := dict(b)
	var cat *catalog.Catalogue
	for b.Loop() {
		var err error
		if cat, err = Load("../reference", d); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(cat.Claims)), "ns/claim")
}
