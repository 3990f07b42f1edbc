package catalog_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/reference"
)

// viewShelf reads records from a complete view and counts how often it is asked.
type viewShelf struct {
	*catalog.View
	all   []catalog.Source
	reads int
}

func (s *viewShelf) Records(refs []catalog.Ref) ([]catalog.DossierRecord, []catalog.Source, error) {
	s.reads++
	var out []catalog.DossierRecord
	for _, r := range refs {
		if rec, ok := s.Record(r); ok {
			out = append(out, *rec)
		}
	}
	return out, s.all, nil
}

func (s *viewShelf) Naming(links []catalog.Link) (map[catalog.Link][]catalog.Ref, error) {
	out := map[catalog.Link][]catalog.Ref{}
	for _, l := range links {
		out[l] = s.View.Naming(l.Path, l.Target)
	}
	return out, nil
}

func (s *viewShelf) IDs(k catalog.Kind) ([]string, error) { return s.View.IDs(k), nil }

// A dossier gathered from a shelf is the one that the whole catalogue gives, byte for byte, with and without
// assumptions, in few reads.
func TestGatherFromShelf(t *testing.T) {
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	full := cat.At(dict, "2026-11-24", "2026-11-24")
	var assumed []catalog.Assumption
	for _, s := range []string{"stake:mistral<-US=60", "vendor/mistral:vendor.headquarters_country=US", "price.input_mtok*2", "supply:mistral->aws", "drop:stake/mistral--asml"} {
		a, err := catalog.ParseAssumption(s, dict)
		if err != nil {
			t.Fatal(err)
		}
		assumed = append(assumed, a)
	}
	for _, list := range [][]catalog.Assumption{nil, assumed} {
		whole, err := full.Assume(list)
		if err != nil {
			t.Fatal(err)
		}
		most := 0
		for _, id := range full.IDs(catalog.Offering) {
			q := catalog.Query{Offering: id, UseCase: full.IDs(catalog.UseCase)[0]}
			shelf := &viewShelf{View: full, all: cat.Sources}
			got, err := catalog.GatherFrom(shelf, dict, full.On, full.KnownOn, list, q)
			if err != nil {
				t.Fatal(err)
			}
			want, err := whole.Gather(q)
			if err != nil {
				t.Fatal(err)
			}
			if got.Hash() != want.Hash() {
				t.Errorf("%s with %d assumptions:\n%s", id, len(list), cmp.Diff(want, got, cmp.AllowUnexported(catalog.Dossier{})))
			}
			most = max(most, shelf.reads)
		}
		if most > 16 {
			t.Errorf("a dossier took %d reads", most)
		}
	}
}

func TestGatherFromShelfNamesWhatIsMissing(t *testing.T) {
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	full := cat.At(dict, "2026-11-24", "2026-11-24")
	first := full.IDs(catalog.Offering)[0]
	for _, q := range []catalog.Query{{Offering: first + "x"}, {Offering: first, UseCase: "nobody"}, {Offering: first, Organisation: "x"}} {
		_, want := full.Gather(q)
		_, got := catalog.GatherFrom(&viewShelf{View: full}, dict, full.On, full.KnownOn, nil, q)
		nf, ok := errors.AsType[*catalog.NotFoundError](got)
		if !ok || want == nil || nf.Error() != want.Error() {
			t.Errorf("%+v: got %v, want %v", q, got, want)
		}
	}
	a, err := catalog.ParseAssumption("vendor/mistrall:vendor.headquarters_country=US", dict)
	if err != nil {
		t.Fatal(err)
	}
	_, want := full.Assume([]catalog.Assumption{a})
	_, got := catalog.GatherFrom(&viewShelf{View: full}, dict, full.On, full.KnownOn, []catalog.Assumption{a}, catalog.Query{Offering: first})
	if got == nil || want == nil || got.Error() != want.Error() {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Between two turns the facts of a path do not change, and on each day they are those of the whole catalogue.
func TestResolveFollowsItsTurns(t *testing.T) {
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]catalog.Source{}
	for _, s := range cat.Sources {
		sources[s.ID] = s
	}
	byFact := map[catalog.FactRef][]catalog.Recorded{}
	var days []catalog.Date
	for _, c := range cat.Claims {
		k := catalog.FactRef{Record: c.Record, Path: c.Path}
		byFact[k] = append(byFact[k], catalog.Recorded{Claim: c, Hash: c.Hash(), Source: sources[c.Source]})
		days = append(days, c.AsOf)
	}
	slices.Sort(days)
	days = slices.Compact(days)
	for i := 0; i < len(days); i += max(1, len(days)/8) {
		view := cat.At(dict, days[i], "2026-11-24")
		for k, claims := range byFact {
			def, _ := dict.Fact(k.Path)
			rec, _ := view.Record(k.Record)
			turns := catalog.Turns(claims)
			n, exact := slices.BinarySearch(turns, days[i])
			got := catalog.Resolve(def, claims, nil, days[i])
			if len(got) == 0 != (rec.Fact(k.Path).State == catalog.Unknown && !rec.Fact(k.Path).Disputed) {
				t.Fatalf("%s on %s: %d facts, %+v", k, days[i], len(got), rec.Fact(k.Path))
			}
			if len(got) == 0 {
				if n > 0 || exact {
					// a source may have expired; nothing else makes a fact go
					if got := catalog.Resolve(def, claims, nil, turns[len(turns)-1]); len(got) > 0 && !def.Cumulative && n == len(turns) {
						t.Fatalf("%s: no fact on %s though one holds on its last turn", k, days[i])
					}
				}
				continue
			}
			if def.Cumulative {
				continue
			}
			if diff := cmp.Diff(rec.Fact(k.Path), got[0]); diff != "" {
				t.Fatalf("%s on %s:\n%s", k, days[i], diff)
			}
			if !exact {
				at := catalog.Resolve(def, claims, nil, turns[n-1])
				at[0].Stale = got[0].Stale
				if diff := cmp.Diff(at, got); diff != "" {
					t.Fatalf("%s: %s differs from its turn %s:\n%s", k, days[i], turns[n-1], diff)
				}
			}
		}
	}
}

func TestFaultsOfValues(t *testing.T) {
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cat.Claims {
		def, _ := dict.Fact(c.Path)
		if c.Value == nil {
			continue
		}
		if faults := def.Faults(*c.Value); len(faults) > 0 {
			t.Errorf("%s:%s: %v", c.Record, c.Path, faults[0].EN)
		}
	}
	for _, x := range []struct {
		path string
		v    catalog.Value
		want string
	}{
		{"vendor.headquarters_country", catalog.TextValue("FR"), `expected the type country, found "text"`},
		{"vendor.headquarters_country", catalog.Value{Type: catalog.TypeCountry, Text: "UK"}, `"UK" is not the ISO`},
		{"stake.percent", catalog.NumValue(catalog.TypePercent, "112.5"), "expected a percentage"},
		{"stake.percent", catalog.NumValue(catalog.TypePercent, "5.00"), `write "5.00" as "5"`},
		{"offering.models", catalog.Value{Type: catalog.TypeReference, Text: "m"}, "expected a list"},
		{"stake.owner", catalog.ListValue(catalog.TypeReference, true, catalog.Value{Type: catalog.TypeReference, Text: "m"}), "expected one value, found a list"},
		{"offering.models", catalog.Value{Type: catalog.TypeReference, Many: true, List: []catalog.Value{{Type: catalog.TypeReference, Text: "b"}, {Type: catalog.TypeReference, Text: "a"}}}, "the list is not sorted"},
	} {
		def, ok := dict.Fact(x.path)
		if !ok {
			t.Fatalf("no fact %s", x.path)
		}
		faults := def.Faults(x.v)
		if len(faults) == 0 || !strings.Contains(faults[0].EN, x.want) || faults[0].FR == "" {
			t.Errorf("%s: %v, want %q", x.path, faults, x.want)
		}
	}
}
