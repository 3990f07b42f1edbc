package catalog_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// byLibraries is the canonical form as two libraries make it: encode, then reorder.
func byLibraries(t interface{ Fatal(...any) }, v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	doc := jsontext.Value(raw)
	if err := doc.Canonicalize(); err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

func anyJSON(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		n := 6
		if depth == 0 {
			n = 4
		}
		switch rapid.IntRange(0, n).Draw(t, "kind") {
		case 0:
			return nil
		case 1:
			return rapid.Bool().Draw(t, "bool")
		case 2:
			f := rapid.Float64().Draw(t, "float")
			if math.IsNaN(f) || math.IsInf(f, 0) {
				return 0.5
			}
			return f
		case 3:
			return rapid.Int64().Draw(t, "int")
		case 4:
			return rapid.String().Draw(t, "text")
		case 5:
			return rapid.SliceOfN(anyJSON(depth-1), 0, 4).Draw(t, "list")
		default:
			return rapid.MapOfN(rapid.String(), anyJSON(depth-1), 0, 4).Draw(t, "map")
		}
	})
}

func TestCanonicalAgreesWithTheLibraries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyJSON(3).Draw(t, "value")
		got, err := catalog.Canonical(v)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(byLibraries(t, v), string(got)); d != "" {
			t.Fatal(d)
		}
	})
}

func TestCanonicalAgreesOnVigiesOwnTypes(t *testing.T) {
	list := catalog.ListValue(catalog.TypeCountry, false, catalog.Value{Type: catalog.TypeCountry, Text: "FR"})
	for _, v := range []catalog.Value{
		list, catalog.TextValue("a \"b\" \u2028 é \x01"), {Type: catalog.TypeText, Text: "en", FR: "fr"}, catalog.BoolValue(true),
		{Type: catalog.TypeMoney, Num: "12.5", Currency: "EUR"}, catalog.NumValue(catalog.TypePercent, "99.9"), catalog.ListValue(catalog.TypeText, true),
	} {
		c := catalog.Claim{Record: catalog.Ref{Kind: catalog.Vendor, ID: "x"}, Path: "vendor.name", State: catalog.Known, Value: &v, AsOf: "2026-11-24", RecordedAt: time.Date(2026, 11, 24, 1, 2, 3, 4, time.UTC)}
		f := catalog.Fact{Path: "p", State: catalog.Known, Value: &v, InheritedFrom: &catalog.Ref{Kind: catalog.Vendor, ID: "p"}, Contradicts: []catalog.Contradiction{{Claim: "h", Kind: catalog.KindPress}}}
		for _, x := range []any{c, &f, v, map[string]wording.Text{"b": wording.Same("x"), "a": {}}} {
			got, err := catalog.Canonical(x)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(byLibraries(t, x), string(got)); d != "" {
				t.Error(d)
			}
		}
	}
}

func TestCanonicalWritesEmptyListsAndRefusesWhatHasNoForm(t *testing.T) {
	got, err := catalog.Canonical(struct {
		B []string       `json:"b"`
		A map[string]int `json:"a"`
	}{})
	if err != nil || string(got) != `{"a":{},"b":[]}` {
		t.Errorf("got %s, %v", got, err)
	}
	for _, bad := range []any{math.NaN(), math.Inf(1), "\xff", make(chan int), map[int]string{1: "x"}} {
		if got, err := catalog.Canonical(bad); err == nil {
			t.Errorf("%T has the form %s", bad, strings.TrimSpace(string(got)))
		}
	}
}

type innerOfCanonical struct {
	B string `json:"b"`
	D int    `json:"d,omitempty"`
}

type outerOfCanonical struct {
	*innerOfCanonical
	A string            `json:"a"`
	C *innerOfCanonical `json:"c"`
}

func TestCanonicalFlattensEmbeddedPointers(t *testing.T) {
	for _, v := range []outerOfCanonical{{A: "x"}, {A: "x", innerOfCanonical: &innerOfCanonical{B: "y", D: 2}}, {innerOfCanonical: &innerOfCanonical{}, C: &innerOfCanonical{B: "z"}}} {
		got, err := catalog.Canonical(v)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(byLibraries(t, v), string(got)); d != "" {
			t.Error(d)
		}
	}
}
