package catalog_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
)

func offerings(complete bool, ids ...string) *catalog.Value {
	var list []catalog.Value
	for _, id := range ids {
		list = append(list, catalog.Value{Type: catalog.TypeReference, Text: id})
	}
	v := catalog.ListValue(catalog.TypeReference, complete, list...)
	return &v
}

// A line whose list of offerings goes on was dropped as if the list were whole: the offering looked better than known.
func TestALineWhoseOfferingsAreNotAllNamedStays(t *testing.T) {
	const line = "subprocessing/zz"
	cases := []struct {
		name           string
		offerings      func(b *builder)
		sure, possible []string
	}{
		{"no offering recorded", func(*builder) {}, []string{"p1", "p2", "zz"}, nil},
		{"known to be for all", func(b *builder) { b.claim(line, "subprocessing.offerings", nil, "page", "2026-01-01") }, []string{"p1", "p2", "zz"}, nil},
		{"this one", func(b *builder) {
			b.claim(line, "subprocessing.offerings", offerings(true, "o"), "page", "2026-01-01")
		}, []string{"p1", "p2", "zz"}, nil},
		{"this one and perhaps others", func(b *builder) {
			b.claim(line, "subprocessing.offerings", offerings(false, "o"), "page", "2026-01-01")
		}, []string{"p1", "p2", "zz"}, nil},
		{"others alone", func(b *builder) {
			b.claim(line, "subprocessing.offerings", offerings(true, "other"), "page", "2026-01-01")
		}, []string{"p1", "p2"}, nil},
		{"others and perhaps this one", func(b *builder) {
			b.claim(line, "subprocessing.offerings", offerings(false, "other"), "page", "2026-01-01")
		}, []string{"p1", "p2"}, []string{"zz", "zz-own"}},
		{"disputed", func(b *builder) {
			b.claim(line, "subprocessing.offerings", offerings(true, "other"), "page", "2026-01-01")
			b.claim(line, "subprocessing.offerings", offerings(true, "o"), "page", "2026-01-01")
		}, []string{"p1", "p2"}, []string{"zz", "zz-own"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := chain()
			b.record("vendor/extra", "vendor/deep")
			b.supply("zz", "subsidiary", "extra")
			c.offerings(b)
			if c.possible != nil {
				b.supply("zz-own", "extra", "deep")
			}
			d := gather(t, b, catalog.Query{Offering: "o"})
			sure, possible := d.SupplyLines()
			ids := func(list []*catalog.DossierRecord) (out []string) {
				for _, r := range list {
					out = append(out, r.ID)
				}
				return out
			}
			if diff := cmp.Diff(c.sure, ids(sure)); diff != "" {
				t.Errorf("sure (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(c.possible, ids(possible)); diff != "" {
				t.Errorf("possible (-want +got)\n%s", diff)
			}
			if in := slices.Contains(recordsOf(d), "vendor/extra"); in != (len(c.sure)+len(c.possible) > 2) {
				t.Errorf("the company of the line is in the dossier: %v", in)
			}
		})
	}
}

// "true" of the terms or of the vendor overrode an explicit "no" of the offering itself.
func TestTheNearestStatementOnSuppliersPrevails(t *testing.T) {
	cases := []struct {
		name     string
		offering *catalog.Value
		terms    *catalog.Value
		vendor   *catalog.Value
		complete bool
		on       []string
	}{
		{"nobody says", nil, nil, nil, false, []string{"offering.subprocessors_complete", "terms.subprocessors_complete", "vendor.subprocessors_complete"}},
		{"the vendor alone", nil, nil, boolean(true), true, []string{"vendor.subprocessors_complete"}},
		{"the terms alone", nil, boolean(true), nil, true, []string{"terms.subprocessors_complete"}},
		{"the offering denies", boolean(false), boolean(true), boolean(true), false, []string{"offering.subprocessors_complete"}},
		{"the offering alone knows", boolean(true), boolean(false), boolean(false), true, []string{"offering.subprocessors_complete"}},
		{"the terms deny what the vendor says of all", nil, boolean(false), boolean(true), false, []string{"terms.subprocessors_complete"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := chain()
			for _, x := range []struct {
				record, path string
				v            *catalog.Value
			}{{"offering/o", "offering.subprocessors_complete", c.offering}, {"terms/t", "terms.subprocessors_complete", c.terms}, {"vendor/subsidiary", "vendor.subprocessors_complete", c.vendor}} {
				if x.v != nil {
					b.claim(x.record, x.path, x.v, "page", "2026-01-01")
				}
			}
			complete, on := gather(t, b, catalog.Query{Offering: "o"}).SuppliersComplete()
			var paths []string
			for _, at := range on {
				paths = append(paths, at.Path)
			}
			if complete != c.complete {
				t.Errorf("complete %v, want %v", complete, c.complete)
			}
			if diff := cmp.Diff(c.on, paths); diff != "" {
				t.Errorf("on (-want +got)\n%s", diff)
			}
		})
	}
	t.Run("disputed at the offering", func(t *testing.T) {
		b := chain()
		b.claim("offering/o", "offering.subprocessors_complete", boolean(true), "page", "2026-01-01")
		b.claim("offering/o", "offering.subprocessors_complete", boolean(false), "page", "2026-01-01")
		b.claim("terms/t", "terms.subprocessors_complete", boolean(true), "page", "2026-01-01")
		if complete, _ := gather(t, b, catalog.Query{Offering: "o"}).SuppliersComplete(); complete {
			t.Error("what is disputed of the offering is settled by its terms")
		}
	})
}
