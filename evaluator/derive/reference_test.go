package derive

import (
	"testing"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/reference"
)

// referenceDossiers gathers every offering of the reference catalogue for each of its use cases.
func referenceDossiers(t testing.TB) []*catalog.Dossier {
	t.Helper()
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	view := cat.At(dict, "2026-11-24", "2026-11-24")
	var out []*catalog.Dossier
	for _, offering := range view.IDs(catalog.Offering) {
		for _, use := range view.IDs(catalog.UseCase) {
			d, err := view.Gather(catalog.Query{Offering: offering, UseCase: use})
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, d)
		}
	}
	return out
}

// On the real offerings, what is said from binding sources alone must allow what is said from all.
func TestStrongSourcesAloneNeverContradictAllSources(t *testing.T) {
	known := map[string]bool{}
	for _, d := range referenceDossiers(t) {
		full := compute(t, d)
		for _, kind := range []catalog.SourceKind{catalog.KindContract, catalog.KindPublication, catalog.KindDeclaration} {
			weak := d.Where(func(_ catalog.Ref, f catalog.Fact) bool { return f.Kind.Rank(false) >= kind.Rank(false) })
			for path, x := range compute(t, weak) {
				if s := contradicts(x, full[path]); s != "" {
					t.Errorf("%s, %s, only %s or stronger: %s", d.Offering.ID, d.UseCase.ID, kind, s)
				}
			}
		}
		for path, x := range full {
			if x.State == catalog.Known {
				known[path] = true
			}
		}
	}
	for _, path := range []string{costPath, budgetPath, gridPath} {
		if !known[path] {
			t.Errorf("%s is known for no real offering", path)
		}
	}
}

func BenchmarkReferenceOffering(b *testing.B) {
	ds := referenceDossiers(b)
	k := builtinKnowledge(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		All(ds[i%len(ds)], k, "2026-11-24")
	}
}
