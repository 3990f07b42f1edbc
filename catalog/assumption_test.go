package catalog_test

import (
	"strings"
	"testing"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/reference"
)

func shelf(t *testing.T) (*catalog.View, *catalog.Dictionary) {
	t.Helper()
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return cat.At(dict, "2026-11-24", "2026-11-24"), dict
}

func assume(t *testing.T, v *catalog.View, dict *catalog.Dictionary, texts ...string) (*catalog.View, error) {
	t.Helper()
	var list []catalog.Assumption
	for _, s := range texts {
		a, err := catalog.ParseAssumption(s, dict)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return v.Assume(list)
}

func TestANewOwnerLeavesTheOthersTheirProportions(t *testing.T) {
	v, dict := shelf(t)
	out, err := assume(t, v, dict, "stake:scaleway<-US=60")
	if err != nil {
		t.Fatal(err)
	}
	old, _ := out.Record(catalog.Ref{Kind: catalog.Stake, ID: "scaleway--iliad"})
	if p := old.Fact("stake.percent"); p.Value.Num != "38.4" || !p.Assumed {
		t.Errorf("Iliad keeps %s %%, assumed: %v", p.Value.Num, p.Assumed)
	}
	if c := old.Fact("stake.control"); c.Value.Bool {
		t.Error("Iliad still controls")
	}
	was, _ := v.Record(catalog.Ref{Kind: catalog.Stake, ID: "scaleway--iliad"})
	if p := was.Fact("stake.percent"); p.Value.Num != "96" || p.Assumed {
		t.Errorf("the view itself changed: %+v", p)
	}
	d, err := out.Gather(catalog.Query{Offering: "scaleway-mistral-small-3.2"})
	if err != nil {
		t.Fatal(err)
	}
	if !d.Hypothetical() || d.Record(catalog.Ref{Kind: catalog.Vendor, ID: "assumed-1-us"}) == nil {
		t.Error("the dossier does not hold the new owner, or does not say that it is hypothetical")
	}
}

// A number that no claim could hold is refused: an expression could not read it.
func TestANumberIsNotScaledOutOfBounds(t *testing.T) {
	b := &builder{}
	b.claim("organisation/us", "organisation.monthly_active_users", integer("900000000000000"), "", "2026-01-01")
	dict := shippedDictionary(t)
	_, err := assume(t, b.At(dict, today, today), dict, "organisation.monthly_active_users*900000000000000")
	if err == nil || !strings.Contains(err.Error(), "would be too large a number") {
		t.Errorf("got %v", err)
	}
}

func TestAssumptionsAreRefusedWithTheNearest(t *testing.T) {
	v, dict := shelf(t)
	for text, want := range map[string]string{
		"vendor/mistral:vendor.headquarter_country=US":  `did you mean "vendor.headquarters_country"`,
		"vendor/mistral:vendor.headquarters_country=YU": "expected a country code",
		"vendor/mistrl:vendor.headquarters_country=US":  `did you mean "mistral"`,
		"offering/x:vendor.headquarters_country=US":     "belongs to records of kind vendor",
		"vendor/mistral:vendor.party_kind=absent":       "cannot be absent",
		"stake:mistral<-US=140":                         "from 0 to 100",
		"drop:stake/nothing":                            "no such record",
		"vendor.legal_name*2":                           "only a number can be multiplied",
		"whatever":                                      "not an assumption; examples",
	} {
		if _, err := assume(t, v, dict, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
	if _, err := assume(t, v, dict, "vendor/mistral:vendor.headquarters_country=US", "vendor/mistral:vendor.headquarters_country=FR"); err == nil || !strings.Contains(err.Error(), "contradicts") {
		t.Errorf("two values of one fact: %v", err)
	}
}
