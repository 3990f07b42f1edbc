package expr

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/catalog"
	"vigie/catalog/dictionary"
)

func env(t testing.TB, opts ...Option) *Env {
	t.Helper()
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(dict, []Declaration{
		{Path: "exposure.worst", Type: catalog.TypeChoice, Values: []string{"none", "mitigated", "indirect", "direct"}},
		{Path: "cost.month_eur", Type: catalog.TypeNumber},
	}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func countries(complete bool, codes ...string) catalog.Value {
	v := catalog.Value{Type: catalog.TypeCountry, Many: true, Complete: complete}
	for _, c := range codes {
		v.List = append(v.List, catalog.Value{Type: catalog.TypeCountry, Text: c})
	}
	return v
}

func TestUnknownsDecideOnlyWhatTheyMust(t *testing.T) {
	e := env(t)
	f := e.NewFacts("2026-11-24")
	f.Set("offering.processing_countries", countries(false, "FR", "US"))
	f.Set("offering.storage_countries", countries(true, "FR"))
	f.Set("use_case.required_countries", countries(true, "FR", "DE"))
	f.Set("sla.availability_percent", catalog.NumValue(catalog.TypePercent, "99.5"))
	f.Set("certification.valid_until", catalog.Value{Type: catalog.TypeDate, Text: "2027-01-01"})
	f.Set("price.seat_month", catalog.Value{Type: catalog.TypeMoney, Num: "12.5", Currency: "EUR"})
	for _, c := range []struct {
		src     string
		want    Truth
		missing string
	}{
		{`sla.availability_percent > 99`, True, ""},
		{`sla.availability_percent >= 99.9`, False, ""},
		{`terms.retention_days <= 30`, Maybe, "terms.retention_days"},
		{`price.input_mtok.amount <= 12.5`, Maybe, "price.input_mtok"},
		{`price.input_mtok.amount <= 12.5 || price.input_mtok.currency == "EUR"`, Maybe, "price.input_mtok"},
		{`terms.retention_days <= 30 && sla.availability_percent > 99.9`, False, ""},
		{`terms.retention_days <= 30 || sla.availability_percent > 99`, True, ""},
		{`terms.retention_days <= 30 && cost.month_eur < 5.0`, Maybe, "cost.month_eur terms.retention_days"},
		{`offering.processing_countries.all(c, c in use_case.required_countries)`, False, ""},
		{`offering.processing_countries.exists(c, c == "US")`, True, ""},
		{`offering.processing_countries.exists(c, c == "CN")`, Maybe, "offering.processing_countries"},
		{`"US" in offering.processing_countries`, True, ""},
		{`"CN" in offering.processing_countries`, Maybe, "offering.processing_countries"},
		{`"CN" in offering.storage_countries`, False, ""},
		{`!("CN" in offering.processing_countries)`, Maybe, "offering.processing_countries"},
		{`size(offering.processing_countries) == 2`, Maybe, "offering.processing_countries"},
		{`size(offering.storage_countries) == 1`, True, ""},
		{`offering.storage_countries.all(c, c in eea.countries)`, True, ""},
		{`exposure.worst in ["none", "mitigated"]`, Maybe, "exposure.worst"},
		{`certification.valid_until > assessment.date`, True, ""},
		{`price.seat_month.amount <= 12.5 && price.seat_month.currency == "EUR"`, True, ""},
		{`terms.retention_days == 0 ? true : sla.availability_percent > 99.0`, Maybe, "terms.retention_days"},
	} {
		p, err := e.Compile(c.src)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		out, err := p.Eval(f)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		if got := strings.Join(out.Missing, " "); out.Truth != c.want || got != c.missing {
			t.Errorf("%s: got %v %q, want %v %q", c.src, out.Truth, got, c.want, c.missing)
		}
	}
}

func TestFaultsNameThePlaceAndTheNearestFact(t *testing.T) {
	e := env(t)
	for src, want := range map[string]string{
		`sla.availabilty_percent > 99`:                  `1:4: no fact is called "sla.availabilty_percent"; did you mean "sla.availability_percent"?`,
		`vendr.legal_name == "x"`:                       `1:1: no fact is called "vendr.legal_name"; did you mean "vendor.legal_name"?`,
		`terms.retention_days < "30"`:                   `1:22: < does not apply to (int, string)`,
		`terms.retention_days`:                          `1:1: the expression must be true or false, it is a int`,
		"true &&\n  sla.availability > 9":               `2:6: no fact is called "sla.availability"; did you mean "sla.availability_percent"?`,
		`("FR" in offering.storage_countries + ["DE"])`: `1:1: lists cannot be joined with +: their end may be unknown; test each list by itself`,
	} {
		_, err := e.Compile(src)
		if err == nil {
			t.Errorf("%s: compiles", src)
			continue
		}
		if d := cmp.Diff(want, err.Error()); d != "" {
			t.Errorf("%s: %s", src, d)
		}
	}
	if _, err := e.Compile(`terms.retention_days < `); err == nil {
		t.Error("a broken expression compiles")
	}
}

func TestReadsNamesEveryPathOnce(t *testing.T) {
	p, err := env(t).Compile(`terms.retention_days > 3 || offering.processing_countries.all(c, c in use_case.required_countries) && terms.retention_days < 9`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"offering.processing_countries", "terms.retention_days", "use_case.required_countries"}
	if d := cmp.Diff(want, p.Reads()); d != "" {
		t.Error(d)
	}
}

// Whatever the unknown rest of a list turns out to hold, the answer is one that was possible.
// A limit on the cost, which prices open lists its own way, changes no answer.
func TestAnOpenListNeverExcludesWhatItMayHold(t *testing.T) {
	e, limited := env(t), env(t, Limited())
	exprs := []string{
		`"CN" in offering.processing_countries`, `!("FR" in offering.processing_countries)`,
		`offering.processing_countries.all(c, c in eea.countries)`, `offering.processing_countries.exists(c, c == "US")`,
		`offering.processing_countries.exists_one(c, c == "FR")`, `size(offering.processing_countries) > 2`,
		`offering.processing_countries.filter(c, c in eea.countries).size() == 1`, `offering.processing_countries == ["FR"]`,
		`("CN" in offering.processing_countries) == ("US" in offering.processing_countries)`,
		`offering.processing_countries.map(c, c + "x").exists(c, c == "CNx")`, `offering.processing_countries.exists(c, true)`,
		`["FR"] == offering.processing_countries`, `[offering.processing_countries] == [["CN", "FR"]]`, `offering.processing_countries.map(c, 1).size() <= 2`,
		`offering.processing_countries.all(c, false)`, `offering.processing_countries.all(c, c in eea.countries && size(eea.countries) < 3)`,
	}
	var programs, bounded []*Program
	for _, x := range exprs {
		for list, e := range map[*[]*Program]*Env{&programs: e, &bounded: limited} {
			p, err := e.Compile(x)
			if err != nil {
				t.Fatalf("%s: %v", x, err)
			}
			*list = append(*list, p)
		}
	}
	codes := []string{"FR", "DE", "US", "CN"}
	rapid.Check(t, func(t *rapid.T) {
		known := rapid.SliceOfDistinct(rapid.SampledFrom(codes), rapid.ID).Draw(t, "known")
		rest := rapid.SliceOfDistinct(rapid.SampledFrom(codes), rapid.ID).Draw(t, "rest")
		open, full := e.NewFacts("2026-11-24"), e.NewFacts("2026-11-24")
		open.Set("offering.processing_countries", countries(false, known...))
		whole := append(slices.Clone(known), rest...)
		slices.Sort(whole)
		full.Set("offering.processing_countries", countries(true, slices.Compact(whole)...))
		for i, p := range programs {
			a, err := p.Eval(open)
			if err != nil {
				t.Fatal(err)
			}
			b, err := p.Eval(full)
			if err != nil {
				t.Fatal(err)
			}
			for k, f := range map[*Outcome]*Facts{&a: open, &b: full} {
				if got, err := bounded[i].Eval(f); err != nil {
					t.Fatalf("%s: %v", exprs[i], err)
				} else if d := cmp.Diff(*k, got); d != "" {
					t.Fatalf("%s: a limit changes the answer: %s", exprs[i], d)
				}
			}
			if b.Truth == Maybe || a.Truth != Maybe && a.Truth != b.Truth {
				t.Fatalf("%s: %v with %v open, %v once %v is known", exprs[i], a.Truth, known, b.Truth, whole)
			}
		}
	})
}

func TestLimitedStopsWhatCostsTooMuch(t *testing.T) {
	e := env(t, Limited())
	p, err := e.Compile(`offering.processing_countries.all(a, eea.countries.all(b, eea.countries.all(c, eea.countries.all(d, a + b + c + d != "x"))))`)
	if err != nil {
		t.Fatal(err)
	}
	f := e.NewFacts("2026-11-24")
	f.Set("offering.processing_countries", countries(true, "FR", "DE"))
	var failed *Failure
	if _, err := p.Eval(f); !errors.As(err, &failed) || failed.Text.EN != "it takes too many steps" {
		t.Errorf("got %v", err)
	}
}

// An expression that fails whatever is known is refused when it is read; one that fails over some facts only is not.
func TestAnExpressionThatAlwaysFailsIsRefused(t *testing.T) {
	e := env(t, Limited())
	for src, want := range map[string]string{
		`1 / 0 == 1`:                  "1:1: the expression can never be answered: it divides by zero",
		`1 % 0 > 2`:                   "1:1: the expression can never be answered: it divides by zero",
		`["FR"][3] == "US"`:           "1:1: the expression can never be answered: it asks for an element that the list does not have",
		`9223372036854775807 + 1 > 0`: "1:1: the expression can never be answered: a number leaves the range that can be computed with",
		`eea.countries.all(a, eea.countries.all(b, eea.countries.all(c, eea.countries.all(d, a + b + c + d != "x"))))`: "1:1: the expression can never be answered: it takes too many steps",
		`offering.processing_countries[3] == "US"`:    "",
		`1 / 0 == 1 || sla.availability_percent > 99`: "",
	} {
		got := ""
		if _, err := e.Compile(src); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", src, got, want)
		}
	}
}

// The price of a call must not depend on how long an open list is: nobody knows.
func TestLimitedAnswersOnOpenLists(t *testing.T) {
	open, limited := env(t), env(t, Limited())
	for _, src := range []string{
		`"US" in offering.processing_countries`,
		`"CN" in offering.processing_countries`,
		`size(offering.processing_countries) == 2`,
		`offering.processing_countries.size() > 1`,
		`offering.processing_countries == ["FR"]`,
		`use_case.required_countries.all(c, c in offering.processing_countries)`,
		`offering.processing_countries.exists(c, c in use_case.required_countries)`,
	} {
		var out [2]Outcome
		for i, e := range []*Env{open, limited} {
			f := e.NewFacts("2026-11-24")
			f.Set("offering.processing_countries", countries(false, "FR", "US"))
			f.Set("use_case.required_countries", countries(false, "FR", "DE"))
			p, err := e.Compile(src)
			if err != nil {
				t.Fatal(err)
			}
			if out[i], err = p.Eval(f); err != nil {
				t.Errorf("%s: %v", src, err)
			}
		}
		if diff := cmp.Diff(out[0], out[1]); diff != "" {
			t.Errorf("%s: a limit changes the answer: %s", src, diff)
		}
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(`sla.availability_percent > 99 && "US" in offering.processing_countries`)
	f.Add(`((((((((((true))))))))))`)
	f.Add(`!!!!!!!true`)
	e := env(f, Limited())
	facts := e.NewFacts("2026-11-24")
	facts.Set("offering.processing_countries", countries(false, "FR", "US"))
	f.Fuzz(func(t *testing.T, src string) {
		if p, err := e.Compile(src); err == nil {
			p.Eval(facts)
		}
	})
}

// What an expression does with a list that may hold more, other than asking what is in it, is not known: CEL would
// compare, index or map the part that is.
func TestAnOpenListIsNotTakenAsAWhole(t *testing.T) {
	t.Run("unlimited", func(t *testing.T) { openListNotWhole(t, env(t)) })
	t.Run("limited", func(t *testing.T) { openListNotWhole(t, env(t, Limited())) })
}

func openListNotWhole(t *testing.T, e *Env) {
	t.Helper()
	f := e.NewFacts("2026-11-24")
	f.Set("offering.processing_countries", countries(false, "FR"))
	f.Set("offering.storage_countries", countries(true, "FR"))
	for _, src := range []string{
		`["FR", "US"] == offering.processing_countries`,
		`["FR", "US"] != offering.processing_countries`,
		`offering.storage_countries == offering.processing_countries`,
		`offering.processing_countries in [["FR", "US"]]`,
		`[offering.processing_countries] == [offering.storage_countries]`,
		`offering.processing_countries.map(c, 1).size() <= 2`,
		`offering.processing_countries.filter(c, size(c) > 5 || offering.storage_countries.size() == 1).size() <= 2`,
		`offering.processing_countries[0] == "FR"`,
		`offering.processing_countries[1] == "FR"`,
	} {
		p, err := e.Compile(src)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		got, err := p.Eval(f)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		if d := cmp.Diff(Outcome{Truth: Maybe, Missing: []string{"offering.processing_countries"}}, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", src, d)
		}
	}
	if p, err := e.Compile(`"FR" in offering.processing_countries`); err != nil {
		t.Fatal(err)
	} else if got, _ := p.Eval(f); got.Truth != True {
		t.Errorf("afterwards the open list is not what it was: %v", got)
	}
}
