package catalog_test

import (
	"testing"
	"time"

	"vigie/catalog"
	"vigie/catalog/dictionary"
)

// today is the day on which the cases are judged, unless they say otherwise.
const today = catalog.Date("2026-11-24")

func shippedDictionary(t testing.TB) *catalog.Dictionary {
	t.Helper()
	d, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// builder makes small catalogues: valid by default, each case changes one thing.
type builder struct{ catalog.Catalogue }

func (b *builder) source(id string, kind catalog.SourceKind, change ...func(*catalog.Source)) {
	s := catalog.Source{ID: id, Title: id, Kind: kind}
	for _, f := range change {
		f(&s)
	}
	b.Sources = append(b.Sources, s)
}

// claim records an answer on the day it was true, and returns it so that a case may withdraw or settle it.
// The record is created on its first claim. A nil value means absent.
func (b *builder) claim(record, path string, v *catalog.Value, source string, asOf catalog.Date, change ...func(*catalog.Claim)) catalog.Claim {
	r := ref(record)
	if !b.Has(r) {
		b.Records = append(b.Records, r)
	}
	c := catalog.Claim{Record: r, Path: path, State: catalog.Known, Value: v, Source: source, AsOf: asOf, RecordedAt: asOf.Time().Add(9 * time.Hour), RecordedBy: "u1"}
	if v == nil {
		c.State = catalog.Absent
	}
	for _, f := range change {
		f(&c)
	}
	b.Claims = append(b.Claims, c)
	return c
}

// link records that a reference fact of one record names another, without source.
func (b *builder) link(record, path string, ids ...string) {
	v := catalog.Value{Type: catalog.TypeReference, Text: ids[0]}
	if path == "offering.models" || path == "model.base_models" || path == "subprocessing.offerings" || path == "terms.contracting_entity" && len(ids) > 1 {
		var list []catalog.Value
		for _, id := range ids {
			list = append(list, catalog.Value{Type: catalog.TypeReference, Text: id})
		}
		v = catalog.ListValue(catalog.TypeReference, true, list...)
	}
	b.claim(record, path, &v, "", "2026-01-01")
}

func (b *builder) record(names ...string) {
	for _, n := range names {
		b.Records = append(b.Records, ref(n))
	}
}

func ref(s string) catalog.Ref {
	for i := range s {
		if s[i] == '/' {
			return catalog.Ref{Kind: catalog.Kind(s[:i]), ID: s[i+1:]}
		}
	}
	panic("not a record: " + s)
}

func choice(code string) *catalog.Value { v := catalog.ChoiceValue(code); return &v }
func boolean(x bool) *catalog.Value     { v := catalog.BoolValue(x); return &v }
func percent(d string) *catalog.Value   { v := catalog.NumValue(catalog.TypePercent, d); return &v }
func integer(d string) *catalog.Value   { v := catalog.NumValue(catalog.TypeInteger, d); return &v }
func day(d string) *catalog.Value       { return &catalog.Value{Type: catalog.TypeDate, Text: d} }

func countries(complete bool, codes ...string) *catalog.Value {
	var list []catalog.Value
	for _, c := range codes {
		list = append(list, catalog.Value{Type: catalog.TypeCountry, Text: c})
	}
	v := catalog.ListValue(catalog.TypeCountry, complete, list...)
	return &v
}

func recordedOn(d catalog.Date) func(*catalog.Claim) {
	return func(c *catalog.Claim) { c.RecordedAt = d.Time().Add(9 * time.Hour) }
}
