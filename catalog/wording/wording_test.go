package wording

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The spaces of the expected texts are written as escapes: they look alike and are not.
func TestNumbers(t *testing.T) {
	cases := []struct{ decimal, en, fr string }{
		{"0", "0", "0"},
		{"99.95", "99.95", "99,95"},
		{"1234", "1234", "1234"},
		{"12345", "12,345", "12\u202f345"},
		{"1234567.5", "1,234,567.5", "1\u202f234\u202f567,5"},
		{"-12345.25", "\u221212,345.25", "\u221212\u202f345,25"},
		{"3.10", "3.10", "3,10"},
		{"about 5", "about 5", "about 5"},
		{"", "", ""},
		{"-", "-", "-"},
	}
	for _, c := range cases {
		if diff := cmp.Diff([]string{c.en, c.fr}, []string{Number(EN, c.decimal), Number(FR, c.decimal)}); diff != "" {
			t.Errorf("%q (-want +got)\n%s", c.decimal, diff)
		}
	}
}

func TestUnitsAndMoney(t *testing.T) {
	cases := []struct{ name, got, want string }{
		{"percent en", Percent(EN, "99.5"), "99.5%"},
		{"percent fr", Percent(FR, "99.5"), "99,5\u00a0%"},
		{"unit en", Unit(EN, "12345", "kWh"), "12,345\u00a0kWh"},
		{"unit fr", Unit(FR, "12345", "kWh"), "12\u202f345\u00a0kWh"},
		{"unit percent", Unit(FR, "5", "%"), "5\u00a0%"},
		{"no unit", Unit(FR, "5.5", ""), "5,5"},
		{"euro en", Money(EN, "12.50", "EUR"), "€12.50"},
		{"euro fr", Money(FR, "12.50", "EUR"), "12,50\u00a0€"},
		{"dollar en", Money(EN, "0.435", "USD"), "US$0.435"},
		{"dollar fr", Money(FR, "0.435", "USD"), "0,435\u00a0$\u00a0US"},
		{"franc en", Money(EN, "100000", "CHF"), "CHF\u00a0100,000"},
		{"franc fr", Money(FR, "100000", "CHF"), "100\u202f000\u00a0CHF"},
		{"pound fr", Money(FR, "3", "GBP"), "3\u00a0£"},
		{"loss en", Money(EN, "-5", "EUR"), "\u2212€5"},
		{"loss fr", Money(FR, "-5", "EUR"), "\u22125\u00a0€"},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestDays(t *testing.T) {
	for day, want := range map[string][2]string{
		"2026-11-24": {"24\u00a0November\u00a02026", "24\u00a0novembre\u00a02026"},
		"2026-03-01": {"1\u00a0March\u00a02026", "1er\u00a0mars\u00a02026"},
		"2026-08-11": {"11\u00a0August\u00a02026", "11\u00a0août\u00a02026"},
	} {
		d, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]string{Day(EN, d), Day(FR, d)}; got != want {
			t.Errorf("%s: got %q, want %q", day, got, want)
		}
	}
}

func TestTypeset(t *testing.T) {
	cases := []struct{ in, fr string }{
		{"Pourquoi ? Non ! Deux choix : A ; B.", "Pourquoi\u00a0? Non\u00a0! Deux choix\u00a0: A\u00a0; B."},
		{"entre « guillemets »", "entre «\u00a0guillemets\u00a0»"},
		{"99,9 % pour 12 €", "99,9\u00a0% pour 12\u00a0€"},
		{"à 10:30, voir https://exemple.fr/a?b=c", "à 10:30, voir https://exemple.fr/a?b=c"},
		{"déjà\u00a0: fait", "déjà\u00a0: fait"},
		{"l'offre d'aujourd'hui, l'« essai », l'an 1'000 '", "l’offre d’aujourd’hui, l’«\u00a0essai\u00a0», l’an 1'000 '"},
	}
	for _, c := range cases {
		if got := Typeset(FR, c.in); got != c.fr {
			t.Errorf("got %q, want %q", got, c.fr)
		}
		if got := Typeset(EN, c.in); got != c.in {
			t.Errorf("English changed: %q", got)
		}
	}
}

func TestTypesetTwiceIsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("ab :;?!%«» €\u00a0\u202f,."))).Draw(t, "text")
		once := Typeset(FR, s)
		if again := Typeset(FR, once); again != once {
			t.Fatalf("%q became %q, then %q", s, once, again)
		}
		plain := strings.NewReplacer("\u00a0", " ")
		if plain.Replace(once) != plain.Replace(s) {
			t.Fatalf("%q lost letters: %q", s, once)
		}
	})
}

func TestListsAndQuotes(t *testing.T) {
	cases := []struct{ name, got, want string }{
		{"none", List(FR, nil), ""},
		{"one", List(EN, []string{"a"}), "a"},
		{"two", List(FR, []string{"a", "b"}), "a et b"},
		{"three", List(EN, []string{"a", "b", "c"}), "a, b and c"},
		{"quote en", Quote(EN, "x"), "“x”"},
		{"quote fr", Quote(FR, "x"), "«\u00a0x\u00a0»"},
		{"colon", Colon(FR) + Colon(EN), "\u00a0::"},
		{"quoted in English", Quoted("a\nb").EN, `"a b"`},
		{"quoted text is never turned round", Quoted("a\u202eb").FR, "« a b »"},
		{"quoted in French", Quoted("a\nb").FR, "« a b »"},
		{"quoted is cut between letters", Quoted(strings.Repeat("é", 61)).FR, "« " + strings.Repeat("é", 60) + "… »"},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestText(t *testing.T) {
	if got := (Text{EN: "only"}).In(FR); got != "only" {
		t.Errorf("a text in one language is shown in the other: got %q", got)
	}
	if got := (Text{FR: "seul"}).In(EN); got != "seul" {
		t.Errorf("got %q", got)
	}
	got := Textf("no %s in %s", "aucun %s dans %s", Text{EN: "vendor", FR: "fournisseur"}, []Text{{EN: "Spain", FR: "Espagne"}, {EN: "Italy", FR: "Italie"}})
	if want := (Text{EN: "no vendor in Spain, Italy", FR: "aucun fournisseur dans Espagne, Italie"}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	lower := Text{EN: "Use case", FR: "Élément"}.Lower()
	if want := (Text{EN: "use case", FR: "élément"}); lower != want {
		t.Errorf("got %v, want %v", lower, want)
	}
	if got := Same("SLA").Lower(); got != Same("SLA") {
		t.Errorf("an acronym lost its capitals: %v", got)
	}
	for word, want := range map[string]Lang{"fr": FR, " EN ": EN} {
		if got, ok := ParseLang(word); !ok || got != want {
			t.Errorf("%q is %q (%v)", word, got, ok)
		}
	}
	if _, ok := ParseLang("de"); ok {
		t.Error("German is taken for a language Vigie speaks")
	}
}

func TestNearest(t *testing.T) {
	words := []string{"mistral-api-eu", "mistral-api-global", "openai-api-eu", "terms.retention_days", "terms.zero_retention", "fr"}
	cases := []struct{ word, want string }{
		{"mistral-api-ue", "mistral-api-eu"},
		{"retention_days", "terms.retention_days"},
		{"Terms.Retention_Day", "terms.retention_days"},
		{"zebra", ""},
		{"", ""},
		{strings.Repeat("mistral-api-eu", 100), ""},
	}
	for _, c := range cases {
		if got := Nearest(c.word, words); got != c.want {
			t.Errorf("nearest to %.30q is %q, want %q", c.word, got, c.want)
		}
	}
	if diff := cmp.Diff([]string{"mistral-api-eu", "mistral-api-global"}, NearestFew("mistral-api", words, 3)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := NearestFew("x", nil, 3); got != nil {
		t.Errorf("got %v from nothing", got)
	}
}
