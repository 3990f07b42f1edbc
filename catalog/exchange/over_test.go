package exchange_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/exchange"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const head = "format: vigie-catalogue/1\nrecorded: {at: 2026-11-24, by: us}\n"

// A user's file may refer to what is already there and say more about it; what is there does not change.
func TestAFileAddsToACatalogue(t *testing.T) {
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	base, err := exchange.Load(write(t, "base.yaml", head+`sources:
- {id: page, title: A page, kind: publication}
records:
- kind: vendor
  id: acme
  name: Acme
  claims:
  - {path: vendor.headquarters_country, value: FR, source: page, as_of: 2026-01-01}
`), dict)
	if err != nil {
		t.Fatal(err)
	}
	added := write(t, "ours.yaml", head+`sources:
- {id: audit, title: Our audit, kind: audit}
records:
- kind: vendor
  id: acme
  claims:
  - {path: vendor.headquarters_country, value: DE, source: audit, as_of: 2026-02-01}
- kind: stake
  id: acme--acme
  claims:
  - {path: stake.vendor, value: acme, source: page, as_of: 2026-02-01}
`)
	if _, err := exchange.Load(added, dict); err == nil {
		t.Error("alone, the file refers to what is not there")
	}
	both, err := exchange.LoadOver(base, added, dict)
	if err != nil {
		t.Fatal(err)
	}
	rec, _ := both.At(dict, "2026-11-24", "2026-11-24").Record(catalog.Ref{Kind: catalog.Vendor, ID: "acme"})
	if f := rec.Fact("vendor.headquarters_country"); f.State != catalog.Known || f.Value.Text != "DE" || len(f.Contradicts) != 1 {
		t.Errorf("the stronger claim does not hold: %+v", f)
	}
	if len(base.Claims) != 2 {
		t.Errorf("the base has %d claims", len(base.Claims))
	}
	again := write(t, "again.yaml", head+"sources:\n- {id: page, title: Another, kind: press}\n")
	if _, err := exchange.LoadOver(base, again, dict); err == nil || !strings.Contains(err.Error(), "already describes a source of this id") {
		t.Errorf("got %v", err)
	}
}
