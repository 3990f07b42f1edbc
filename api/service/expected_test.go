package service

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/catalog/dictionary"
)

// told is a sheet on which some choices and truths are known.
func told(kind catalog.Kind, id string, facts ...catalog.Fact) *Sheet {
	return &Sheet{Record: catalog.Ref{Kind: kind, ID: id}, On: "2026-11-24", KnownOn: "2026-11-24", Sections: []SheetSection{{Facts: facts}}}
}

func choice(path, code string) catalog.Fact {
	return catalog.Fact{Path: path, State: catalog.Known, Value: &catalog.Value{Type: catalog.TypeChoice, Text: code}}
}

func truth(path string, b bool) catalog.Fact {
	return catalog.Fact{Path: path, State: catalog.Known, Value: &catalog.Value{Type: catalog.TypeBoolean, Bool: b}}
}

// TestExpected: a fact that is required under a condition is expected when the condition holds, not expected when it does
// not, and perhaps when nobody knows.
func TestExpected(t *testing.T) {
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	e, err := NewExpectations(dict)
	if err != nil {
		t.Fatal(err)
	}
	disputed := choice("offering.deployment", "self_hosted")
	disputed.Disputed = true
	under := func(links ...*Sheet) func(*Sheet) {
		return func(s *Sheet) {
			for _, x := range links {
				s.Links = append(s.Links, Link{Record: x.Record, Path: "offering.terms"})
			}
		}
	}
	saas, own := told(catalog.Offering, "saas", choice("offering.deployment", "shared_api")), told(catalog.Offering, "own", choice("offering.deployment", "self_hosted"))
	silent := told(catalog.Offering, "silent")
	use, blind := told(catalog.UseCase, "u", choice("use_case.personal_data", "ordinary")), told(catalog.UseCase, "b", choice("use_case.personal_data", "none"))
	tests := []struct {
		name  string
		sheet *Sheet
		with  func(*Sheet)
		use   *Sheet
		path  string
		want  Expected
	}{
		{"required whatever happens", told(catalog.Stake, "s"), nil, nil, "stake.percent", IsExpected},
		{"never required", told(catalog.Stake, "s"), nil, nil, "stake.remark", NotExpected},
		{"its own condition is not known", told(catalog.Vendor, "v"), nil, nil, "vendor.runway_months", MaybeExpected},
		{"its own condition holds", told(catalog.Vendor, "v", truth("vendor.profitable", false)), nil, nil, "vendor.runway_months", IsExpected},
		{"its own condition does not hold", told(catalog.Vendor, "v", truth("vendor.profitable", true)), nil, nil, "vendor.runway_months", NotExpected},
		{"terms that no offering cites", told(catalog.Terms, "t"), nil, nil, "terms.trains_on_customer_data", MaybeExpected},
		{"terms of a service", told(catalog.Terms, "t"), under(saas), nil, "terms.trains_on_customer_data", IsExpected},
		{"terms of what one runs oneself", told(catalog.Terms, "t"), under(own), nil, "terms.trains_on_customer_data", NotExpected},
		{"terms of both", told(catalog.Terms, "t"), under(own, saas), nil, "terms.trains_on_customer_data", IsExpected},
		{"terms of one of which it is not known", told(catalog.Terms, "t"), under(own, silent), nil, "terms.trains_on_customer_data", MaybeExpected},
		{"a service whose use is not known", told(catalog.Terms, "t"), under(saas), nil, "terms.dpa", MaybeExpected},
		{"a service used for personal data", told(catalog.Terms, "t"), under(saas), use, "terms.dpa", IsExpected},
		{"a service used for none", told(catalog.Terms, "t"), under(saas), blind, "terms.dpa", NotExpected},
		{"what one runs oneself, whatever the use", told(catalog.Terms, "t"), under(own), nil, "terms.dpa", NotExpected},
		{"a condition in dispute", told(catalog.Offering, "o", disputed), nil, nil, "offering.terms", MaybeExpected},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, ok := dict.Fact(tt.path); !ok {
				t.Fatalf("the dictionary has no %s", tt.path)
			}
			if tt.with != nil {
				tt.with(tt.sheet)
			}
			got, err := e.Of(tt.sheet, tt.use, func(r catalog.Ref) (*Sheet, error) {
				return map[string]*Sheet{"saas": saas, "own": own, "silent": silent}[r.ID], nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got[tt.path], tt.want); diff != "" {
				t.Error(diff)
			}
		})
	}
}
