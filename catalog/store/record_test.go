package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"vigie/catalog"
)

// Everything recorded comes back: the catalogue, claim hash by claim hash, and every dossier byte for byte.
func TestShippedCatalogueRoundTrip(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s, c := open(t, o), shipped(t)
		r := record(t, s, whole(c))
		if want := int64(len(c.Records) + len(c.Sources) + len(c.Claims)); r.Leaves != want {
			t.Errorf("%d entries of the log, want %d", r.Leaves, want)
		}
		got, err := s.Catalogue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := *c
		want.Sort()
		if diff := cmp.Diff(&want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("the catalogue differs:\n%.2000s", diff)
		}
		for _, known := range []catalog.Date{"2026-11-24", "2026-11-23"} {
			full := c.At(o.Dictionary, "2026-11-24", known)
			for _, id := range full.IDs(catalog.Offering) {
				q := catalog.Query{Offering: id, UseCase: full.IDs(catalog.UseCase)[0]}
				a, err := full.Gather(q)
				if err != nil {
					t.Fatal(err)
				}
				b, err := s.Gather(t.Context(), "2026-11-24", known, q)
				if err != nil {
					t.Fatal(err)
				}
				if a.Hash() != b.Hash() {
					t.Fatalf("%s:\n%.3000s", id, cmp.Diff(a, b, cmpopts.IgnoreUnexported(catalog.Dossier{})))
				}
			}
		}
		if again := record(t, s, whole(c)); again.Leaves != 0 {
			t.Errorf("recorded again, it made %d entries", again.Leaves)
		}
	})
}
