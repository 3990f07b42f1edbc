package catalog_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

func TestValueJSON(t *testing.T) {
	cases := []struct {
		value catalog.Value
		json  string
	}{
		{catalog.TextValue("Mistral AI"), `{"type":"text","value":"Mistral AI"}`},
		{catalog.Value{Type: catalog.TypeText, Text: "since May", FR: "depuis mai"}, `{"type":"text","value":{"en":"since May","fr":"depuis mai"}}`},
		{catalog.BoolValue(false), `{"type":"boolean","value":false}`},
		{catalog.NumValue(catalog.TypePercent, "99.95"), `{"type":"percent","value":"99.95"}`},
		{catalog.Value{Type: catalog.TypeMoney, Num: "0.435", Currency: "USD"}, `{"type":"money","value":{"amount":"0.435","currency":"USD"}}`},
		{catalog.ListValue(catalog.TypeCountry, true), `{"complete":true,"many":true,"type":"country","value":[]}`},
		{*countries(false, "FR", "DE", "FR"), `{"complete":false,"many":true,"type":"country","value":["DE","FR"]}`},
	}
	for _, c := range cases {
		b, err := catalog.Canonical(c.value)
		if err != nil || string(b) != c.json {
			t.Errorf("%+v is written %s (%v), want %s", c.value, b, err, c.json)
		}
	}
}

// drawValue draws a valid value of any type, one or many.
func drawValue(t *rapid.T) catalog.Value {
	typ := catalog.ValueType(rapid.SampledFrom(catalog.ValueType("").Allowed()).Draw(t, "type"))
	one := func() catalog.Value {
		v := catalog.Value{Type: typ}
		switch {
		case typ == catalog.TypeBoolean:
			v.Bool = rapid.Bool().Draw(t, "bool")
		case typ.IsNumeric():
			v.Num, _ = catalog.CanonicalDecimal(rapid.StringMatching(`-?(0|[1-9][0-9]{0,6})(\.[0-9]{1,4})?`).Draw(t, "num"))
			if typ == catalog.TypeMoney {
				v.Currency = rapid.SampledFrom([]string{"EUR", "USD", "CHF"}).Draw(t, "currency")
			}
		case typ == catalog.TypeText:
			v.Text = rapid.String().Draw(t, "text")
			if rapid.Bool().Draw(t, "two languages") {
				v.FR = rapid.StringN(1, 10, -1).Draw(t, "fr")
			}
		default:
			v.Text = rapid.StringMatching(`[a-z0-9.-]{1,12}`).Draw(t, "code")
		}
		return v
	}
	if !rapid.Bool().Draw(t, "many") {
		return one()
	}
	var list []catalog.Value
	for range rapid.IntRange(0, 4).Draw(t, "length") {
		list = append(list, one())
	}
	return catalog.ListValue(typ, rapid.Bool().Draw(t, "complete"), list...)
}

func TestValueRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawValue(t)
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back catalog.Value
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if diff := cmp.Diff(v, back, cmp.Transformer("list", func(l []catalog.Value) []catalog.Value { return append([]catalog.Value{}, l...) })); diff != "" {
			t.Fatalf("%s (-written +read)\n%s", b, diff)
		}
		again, err := catalog.Canonical(back)
		if first, _ := catalog.Canonical(v); err != nil || string(first) != string(again) {
			t.Fatalf("%s became %s", first, again)
		}
	})
}

func FuzzValueJSON(f *testing.F) {
	for _, s := range []string{`{"type":"text","value":"x"}`, `{"type":"money","value":{"amount":"1","currency":"EUR"}}`, `{"type":"country","many":true,"value":["FR"],"complete":false}`, `{"type":"boolean","value":null}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var v catalog.Value
		if json.Unmarshal(data, &v) != nil {
			return
		}
		first, err := catalog.Canonical(v)
		if err != nil {
			return
		}
		var back catalog.Value
		if err := json.Unmarshal(first, &back); err != nil {
			t.Fatalf("does not read what it wrote: %s: %v", first, err)
		}
		if second, err := catalog.Canonical(back); err != nil || string(first) != string(second) {
			t.Fatalf("%s became %s (%v)", first, second, err)
		}
	})
}

// A claim keeps its name for ever: this hash is that of a claim written out by hand.
func TestClaimHash(t *testing.T) {
	c := catalog.Claim{Record: ref("terms/mistral-commercial"), Path: "terms.retention_days", State: catalog.Known, Value: integer("30"),
		Source: "mistral-dpa", Locator: "Annex 1", AsOf: "2026-03-01", RecordedBy: "u1", RecordedAt: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	form, _ := catalog.Canonical(c)
	want := `{"as_of":"2026-03-01","locator":"Annex 1","path":"terms.retention_days","record":{"id":"mistral-commercial","kind":"terms"},` +
		`"recorded_at":"2026-03-02T10:00:00Z","recorded_by":"u1","source":"mistral-dpa","state":"known","value":{"type":"integer","value":"30"}}`
	if diff := cmp.Diff(want, string(form)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	elsewhere := c
	elsewhere.RecordedAt = c.RecordedAt.In(time.FixedZone("Paris", 3600))
	if c.Hash() != elsewhere.Hash() {
		t.Error("the same moment in another zone gives another hash")
	}
	for name, change := range map[string]func(*catalog.Claim){
		"value": func(c *catalog.Claim) { c.Value = integer("31") }, "state": func(c *catalog.Claim) { c.State, c.Value = catalog.Absent, nil },
		"source": func(c *catalog.Claim) { c.Source = "" }, "day": func(c *catalog.Claim) { c.AsOf = "2026-03-02" },
		"locator": func(c *catalog.Claim) { c.Locator = "" }, "note": func(c *catalog.Claim) { c.Note = "x" },
	} {
		other := c
		change(&other)
		if other.Hash() == c.Hash() {
			t.Errorf("another %s gives the same hash", name)
		}
	}
}

func TestCanonicalDecimal(t *testing.T) {
	for in, want := range map[string]string{
		"5": "5", "5.00": "5", "0.50": "0.5", "-0": "0", "-0.0": "0", "100": "100", "-12.340": "-12.34", "999999999999999.123456789012": "999999999999999.123456789012",
	} {
		if got, ok := catalog.CanonicalDecimal(in); !ok || got != want {
			t.Errorf("%q is %q (%v), want %q", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "-", "1e3", "012", "+1", "NaN", "Infinity", ".5", "5.", "1,5", " 5", "0x10", "1_000", "1234567890123456", "1.1234567890123", "٣"} {
		if got, ok := catalog.CanonicalDecimal(in); ok {
			t.Errorf("%q is taken for %q", in, got)
		}
	}
}

func TestDecimalRoundsHalfUpAndKeepsLargeNumbers(t *testing.T) {
	cases := []struct {
		a, b   string
		digits int
		want   string
	}{
		{"1", "3", 2, "0.33"}, {"1", "8", 2, "0.13"}, {"2", "1", 2, "2"}, {"1234567890123456789", "1", 2, "1234567890123456789"}, {"-1", "1000", 2, "0"},
	}
	for _, c := range cases {
		r := catalog.Rat(c.a)
		r.Quo(r, catalog.Rat(c.b))
		if got := catalog.Decimal(r, c.digits); got != c.want {
			t.Errorf("%s / %s = %q, want %q", c.a, c.b, got, c.want)
		}
	}
	if catalog.Rat("many") != nil {
		t.Error("a word is no number")
	}
}

func TestDate(t *testing.T) {
	for _, bad := range []string{"", "2026-2-3", "2026-02-30", "24/11/2026", "2026-11-24T00:00:00Z", "1899-12-31", "10000-01-01", "0001-01-01"} {
		if d, ok := catalog.ParseDate(bad); ok {
			t.Errorf("%q is taken for the day %s", bad, d)
		}
	}
	cases := []struct {
		from   catalog.Date
		months int
		want   catalog.Date
	}{
		{"2026-01-31", 1, "2026-02-28"}, {"2024-01-31", 1, "2024-02-29"}, {"2026-11-24", 12, "2027-11-24"}, {"2026-03-31", -1, "2026-02-28"}, {"2026-12-15", 1, "2027-01-15"},
	}
	for _, c := range cases {
		if got := c.from.AddMonths(c.months); got != c.want {
			t.Errorf("%s plus %d months is %s, want %s", c.from, c.months, got, c.want)
		}
	}
	if end := catalog.EndOf("2026-11-24"); catalog.DateOf(end) != "2026-11-24" || catalog.DateOf(end.Add(time.Nanosecond)) != "2026-11-25" {
		t.Errorf("the day ends at %s", end)
	}
	if got := catalog.Date("2026-03-01").In(wording.FR); got != "1er\u00a0mars\u00a02026" {
		t.Errorf("got %q", got)
	}
}

// ISO 3166-1 has 249 codes; Kosovo's XK is the one addition.
func TestCountries(t *testing.T) {
	n := 0
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if catalog.IsCountry(string([]rune{a, b})) {
				n++
			}
		}
	}
	if n != 250 {
		t.Errorf("%d codes are countries, want 250", n)
	}
	for _, no := range []string{"", "EU", "UK", "SU", "YU", "AC", "ZZ", "fr", "FRA", "F", "WORLD", "99"} {
		if catalog.IsCountry(no) {
			t.Errorf("%q is taken for a country", no)
		}
	}
	for group, size := range map[string]int{"EU": 27, "EEA": 30, "EFTA": 4} {
		codes, ok := catalog.CountryGroup(group)
		if !ok || len(codes) != size {
			t.Errorf("%s has %d members, want %d", group, len(codes), size)
		}
		for _, c := range codes {
			if !catalog.IsCountry(c) {
				t.Errorf("%s holds %q", group, c)
			}
		}
	}
	for code, want := range map[string]wording.Text{
		"DE": {EN: "Germany", FR: "Allemagne"}, "US": {EN: "United States", FR: "États-Unis"}, "WORLD": {EN: "worldwide", FR: "monde entier"}, "??": {EN: "??", FR: "??"},
	} {
		if got := catalog.CountryName(code); got != want {
			t.Errorf("%s is called %v, want %v", code, got, want)
		}
	}
}

// Every fault of every file of a dictionary comes at once, at its line.
func TestDictionaryFaults(t *testing.T) {
	section := func(facts string) string {
		return "section: s\norder: 1\nrecord: sla\ntitle: {en: S, fr: S}\nfacts:\n" + facts
	}
	const words = ", label: {en: l, fr: l}, help: {en: h, fr: h}"
	cases := []struct{ name, facts, want string }{
		{"a path of another kind", "- {path: terms.x, type: text" + words + "}\n", `1.yaml:6:3: terms.x: the path must be sla.word, as its section is about that`},
		{"a path declared twice", "- {path: sla.x, type: text" + words + "}\n- {path: sla.x, type: text" + words + "}\n", `1.yaml:7:3: sla.x: already declared at 1.yaml:6`},
		{"a choice without values", "- {path: sla.x, type: choice" + words + "}\n", `1.yaml:6:3: sla.x: values go with the type choice, and a choice needs them`},
		{"a reference to nothing", "- {path: sla.x, type: reference" + words + "}\n", `1.yaml:6:3: sla.x: refers_to goes with the type reference, and a reference needs it`},
		{"a value twice", "- {path: sla.x, type: choice, values: [{id: a, en: a, fr: a}, {id: a, en: a, fr: a}]" + words + "}\n", `1.yaml:6:3: sla.x: value "a" appears twice`},
		{"a kind of source twice", "- {path: sla.x, type: text, strongest: [test, test]" + words + "}\n", `1.yaml:6:3: sla.x: strongest: "test" appears twice`},
		{"a kind of source that is none", "- {path: sla.x, type: text, strongest: [tset]" + words + "}\n", `1.yaml:6:41: facts[0].strongest[0]: "tset" is not known here; did you mean "test"?`},
		{"required_with an unknown path", "- {path: sla.x, type: text, required_with: sla.xx" + words + "}\n", `1.yaml:6:3: sla.x: required_with: "sla.xx" is not known here; did you mean "sla.x"?`},
		{"an example of the wrong type", "- {path: sla.x, type: percent, example: 120" + words + "}\n", `1.yaml:6:41: sla.x.example: expected a percentage from 0 to 100, found "120"`},
		{"an absence without meaning", "- {path: sla.x, type: percent, absent: {value: 0}" + words + "}\n", `1.yaml:6:40: facts[0].absent: both value and means are needed`},
		{"an absence misspelt", "- {path: sla.x, type: percent, absent: forbiden" + words + "}\n", `1.yaml:6:40: facts[0].absent: expected forbidden, or a value and what it means, found "forbiden"`},
	}
	for _, c := range cases {
		_, err := catalog.LoadDictionary(fstest.MapFS{"1.yaml": {Data: []byte(section(c.facts))}})
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\n got %v\nwant %s", c.name, err, c.want)
		}
	}
	_, err := catalog.LoadDictionary(fstest.MapFS{
		"1.yaml":      {Data: []byte(section("- {path: sla.x, type: number, where: [paje]" + words + "}\n"))},
		"places.yaml": {Data: []byte("places:\n  page: {en: a page, fr: une page}\n")},
		"units.yaml":  {Data: []byte("units: 3\n")},
	})
	want := "units.yaml:1:8: units: expected a block of keys, found \"3\"\n1.yaml:6:3: sla.x: where: \"paje\" is not known here; did you mean \"page\"?"
	if err == nil || err.Error() != want {
		t.Errorf("all faults at once:\n got %v\nwant %s", err, want)
	}
}

// The names of records are facts of the dictionary: a kind without one would lose the names of its records.
func TestEveryKindHasAName(t *testing.T) {
	dict := shippedDictionary(t)
	for _, k := range catalog.Kinds() {
		def, ok := dict.Fact(k.NamePath())
		if !ok || def.Type != catalog.TypeText || def.Record != k {
			t.Errorf("%s: no %s of type text", k, k.NamePath())
		}
		if l := k.Label(); l.EN == "" || l.FR == "" {
			t.Errorf("%s has no label in both languages", k)
		}
	}
	for _, k := range catalog.SourceKinds() {
		if l := k.Label(); l.EN == "" || l.FR == "" {
			t.Errorf("source kind %s has no label in both languages", k)
		}
	}
}

// The examples of the dictionary are answers that the catalogue would take.
func TestDictionaryExamplesFit(t *testing.T) {
	for _, f := range shippedDictionary(t).Facts() {
		if f.Example == nil {
			continue
		}
		if v, ok := f.ExampleValue(); !ok || v.Type != f.Type || v.Many != f.Many {
			t.Errorf("%s:%d: the example of %s does not fit its type", f.File, f.Line, f.Path)
		}
	}
}

func TestErrorsInBothLanguages(t *testing.T) {
	err := &catalog.InvalidError{Fields: []catalog.FieldError{
		{Path: "stake.percent", Text: wording.Textf("more than 100 %%: %s", "plus de 100 %% : %s", "112.5")}, {Path: "stake.owner", Text: wording.Textf("missing", "manque")},
	}}
	if diff := cmp.Diff("stake.percent: more than 100 %: 112.5\nstake.owner: missing", err.Error()); diff != "" {
		t.Error(diff)
	}
	if got := err.In(wording.FR); !strings.Contains(got, "stake.percent\u00a0: plus de 100\u00a0%\u00a0: 112.5\n") {
		t.Errorf("got %q", got)
	}
	var _ catalog.Localised = strict.Faults{}
}
