package contract

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/catalog"
)

type claim struct {
	Path  string         `json:"path" minLength:"1" maxLength:"20"`
	Value *catalog.Value `json:"value,omitempty"`
	AsOf  catalog.Date   `json:"as_of,omitempty"`
	State catalog.State  `json:"state" enum:"known,absent"`
}

type batch struct {
	Claims []claim  `json:"claims" minItems:"1" maxItems:"3"`
	Draws  int      `json:"draws,omitempty" minimum:"1" maximum:"10"`
	Seed   uint64   `json:"seed,omitempty"`
	Names  []string `json:"names,omitempty"`
	Open   bool     `json:"open,omitempty"`
}

func TestDecode(t *testing.T) {
	s := NewSchemas("vigie/api/contract")
	schema := s.Schema(reflect.TypeFor[batch](), true, "")
	tests := []struct {
		name, body string
		want       []string // place: English text
	}{
		{"what is right", `{"claims":[{"path":"p","state":"known","value":{"type":"boolean","value":true},"as_of":"2026-11-24"}],"draws":3}`, nil},
		{"nothing", ` `, []string{"body: a JSON body is needed"}},
		{"half of it", `{"claims":[`, []string{"body.claims: this is not valid JSON, from byte 11 on"}},
		{"two values", `{} {}`, []string{"body: one JSON value is expected; more follows it"}},
		{"a name twice", `{"draws":1,"draws":2}`, []string{"body.draws: this name is given twice"}},
		{"a name twice, deep", `{"claims":[{"path":"p","path":"q"}]}`, []string{"body.claims[0].path: this name is given twice"}},
		{"a number that is none", `{"draws":NaN}`, []string{"body.draws: this is not valid JSON, from byte 9 on"}},
		{"not UTF-8", "{\"names\":[\"\xff\"]}", []string{"body.names[0]: this is not valid JSON, from byte 11 on"}},
		{"null for what may be left out", `{"claims":[{"path":"p","state":"known"}],"draws":null,"names":null}`,
			[]string{"body.draws: null is not taken here; leave the field out", "body.names: null is not taken here; leave the field out"}},
		{"a list at the top", `[]`, []string{"body: an object is expected"}},
		{"all faults at once", `{"claims":[{"path":"","state":"perhaps","as_of":"2026-02-30"},{"state":"known","value":7}],"draws":11,"draw":1,"seed":-1,"names":"x","open":"yes"}`, []string{
			`body.claims[0].as_of: a day that exists is expected, written YYYY-MM-DD`,
			`body.claims[0].path: a text that is not empty is expected`,
			`body.claims[0].state: one of these is expected: known, absent`,
			`body.claims[1].path: path is needed`,
			`body.claims[1].value: an object is expected`,
			`body.draw: "draw" is not known here; did you mean "draws"?`,
			`body.draws: at most 10 is expected`,
			`body.names: a list is expected`,
			`body.open: true or false is expected`,
			`body.seed: at least 0 is expected`}},
		{"too many", `{"claims":[{},{},{},{}]}`, []string{"body.claims: 4 entries; at most 3"}},
		{"too few", `{"claims":[]}`, []string{"body.claims: 0 entries; at least 1"}},
		{"a half", `{"claims":[{"path":"p","state":"known"}],"draws":1.5}`, []string{"body.draws: a whole number is expected"}},
		{"a number beyond its type", `{"claims":[{"path":"p","state":"known"}],"seed":99999999999999999999}`, []string{"body.seed: this value cannot be taken here"}},
		{"nested too deep", strings.Repeat(`[`, 10_000) + strings.Repeat(`]`, 10_000), []string{"body: nested deeper than 32 levels"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var into batch
			err := s.Decode([]byte(tt.body), schema, &into)
			var got []string
			var bad *MalformedError
			var invalid *catalog.InvalidError
			switch {
			case errors.As(err, &bad):
				got = append(got, bad.Field.Path+": "+bad.Field.Text.EN)
			case errors.As(err, &invalid):
				for _, f := range invalid.Fields {
					got = append(got, f.Path+": "+f.Text.EN)
				}
			case err != nil:
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFaultsRepeatNoValue plants a secret in every kind of value and looks for it in what is told.
func TestFaultsRepeatNoValue(t *testing.T) {
	s := NewSchemas("vigie/api/contract")
	schema := s.Schema(reflect.TypeFor[batch](), true, "")
	const secret = "hunter2-hunter2-hunter2-hunter2"
	for _, body := range []string{`{"claims":"` + secret + `"}`, `{"claims":[{"path":"` + secret + `","state":"` + secret + `","as_of":"` + secret + `","value":"` + secret + `"}]}`,
		`{"draws":"` + secret + `"}`, `{"claims":[{"path":"p","state":"known","value":{"type":"` + secret + `","value":1}}]}`, `{"draws":"` + secret} {
		err := s.Decode([]byte(body), schema, &batch{})
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestCursorsComeBackForTheirListOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Cursor{After: rapid.StringN(0, 60, 120).Draw(t, "after"), Before: rapid.Int64().Draw(t, "before")}
		list := rapid.String().Draw(t, "list")
		text := c.Write(list)
		if got, err := ReadCursor(list, text); err != nil || got != c {
			t.Fatalf("%+v comes back as %+v, %v", c, got, err)
		}
		if _, err := ReadCursor(list+"x", text); !errors.Is(err, ErrCursor) {
			t.Fatalf("another list takes it: %v", err)
		}
		at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		if text[at] != 'A' {
			if got, err := ReadCursor(list, text[:at]+"A"+text[at+1:]); err == nil && got == c {
				t.Fatalf("a changed cursor is taken for the same")
			}
		}
	})
}

func TestConditions(t *testing.T) {
	tests := []struct {
		header string
		want   Condition
		err    error
	}{
		{"", Condition{}, nil},
		{"*", Condition{Given: true, Any: true}, nil},
		{` "12" `, Condition{Given: true, Revisions: []int64{12}}, nil},
		{`"12.abcdef", "13"`, Condition{Given: true, Revisions: []int64{12, 13}}, nil},
		{`W/"12"`, Condition{Given: true}, nil},
		{`12`, Condition{}, ErrCondition},
		{`"x"`, Condition{}, ErrCondition},
		{`"-1"`, Condition{}, ErrCondition},
		{`"+1"`, Condition{}, ErrCondition},
		{`"12`, Condition{}, ErrCondition},
		{`"12" "13"`, Condition{}, ErrCondition},
		{`"99999999999999999999"`, Condition{}, ErrCondition},
	}
	for _, tt := range tests {
		got, err := ReadCondition(tt.header)
		if diff := cmp.Diff(tt.want, got); diff != "" || !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, %v (want %v)\n%s", tt.header, got, err, tt.err, diff)
		}
	}
	if c, _ := ReadCondition(`"12"`); !c.Holds(12) || c.Holds(13) {
		t.Error("a condition holds for another revision")
	}
	for header, want := range map[string]bool{`"a"`: true, `W/"a"`: true, `"b", "a"`: true, "*": true, "": false, `"b"`: false, "a": false, `"a`: false} {
		if Matches(header, `"a"`) != want {
			t.Errorf("If-None-Match %s: want %v", header, want)
		}
	}
}

func FuzzCursor(f *testing.F) {
	f.Add("list", Cursor{After: "vendor/mistral", Before: -3}.Write("list"))
	f.Add("", "AAAA")
	f.Fuzz(func(t *testing.T, list, text string) {
		c, err := ReadCursor(list, text)
		if err == nil && text != "" && c.Write(list) != text {
			t.Errorf("%q reads as %+v, which writes as %q", text, c, c.Write(list))
		}
	})
}

func FuzzCondition(f *testing.F) {
	for _, s := range []string{"*", `"1"`, `W/"1", "2.ab"`, `"`, `,,"3"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		c, err := ReadCondition(header)
		if err != nil && c.Given {
			t.Errorf("%q: refused, yet given", header)
		}
		for _, r := range c.Revisions {
			if r < 0 || !c.Holds(r) {
				t.Errorf("%q: revision %d", header, r)
			}
		}
		Matches(header, `"1"`)
	})
}

func FuzzDecode(f *testing.F) {
	s := NewSchemas("vigie/api/contract")
	schema := s.Schema(reflect.TypeFor[batch](), true, "")
	for _, body := range []string{`{"claims":[{"path":"p","state":"known"}]}`, `{"a":{"b":[null]}}`, `[[[`, "\xff", `{"claims":1e999}`, `{"seed":18446744073709551616}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var into batch
		err := s.Decode(body, schema, &into)
		if err == nil && (len(into.Claims) < 1 || len(into.Claims) > 3 || into.Draws > 10) {
			t.Errorf("%q is taken as %+v", body, into)
		}
	})
}
