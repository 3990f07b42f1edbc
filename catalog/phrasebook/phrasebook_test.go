package phrasebook

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/catalog/reference"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

func book(t *testing.T) *Book {
	t.Helper()
	b, err := Load(File, shipped)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// described are the facts whose text is in our words, not a name nor a title.
var described = []string{"benchmark_result.harness", "environmental_statement.verifier"}

// recordedTexts lists what the shipped catalogue records in one language: notes and copies, and locators.
func recordedTexts(t *testing.T) (phrases, places map[string]bool, titles map[string]bool) {
	t.Helper()
	c, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	phrases, places, titles = map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, x := range c.Claims {
		phrases[x.Note], places[x.Locator] = true, true
		if slices.Contains(described, x.Path) && x.Value != nil && x.Value.FR == "" {
			phrases[x.Value.Text] = true
		}
	}
	for _, s := range c.Sources {
		phrases[s.Note], phrases[s.Via] = true, true
		titles[s.Title], titles[s.Publisher] = true, true
	}
	delete(phrases, "")
	delete(places, "")
	return phrases, places, titles
}

// Every note and every copy that is shipped reads in French, and the book holds nothing that nobody shows.
func TestTheBookHoldsWhatIsShipped(t *testing.T) {
	b := book(t)
	phrases, places, titles := recordedTexts(t)
	var missing, idle []string
	for s := range phrases {
		if _, ok := b.phrases[s]; !ok {
			missing = append(missing, s)
		}
	}
	parts := map[string]bool{}
	for s := range places {
		parts[s] = true
		if _, whole := b.places[s]; whole {
			continue
		}
		for rest := s; rest != ""; {
			var part string
			part, _, rest = cut(rest)
			parts[part] = true
		}
	}
	for s, x := range b.phrases {
		_, alsoPlace := b.places[s]
		if !phrases[s] && !titles[s] && !(x.EN == x.FR && alsoPlace && parts[s]) {
			idle = append(idle, "phrases: "+s)
		}
	}
	for s, x := range b.places {
		_, alsoPhrase := b.phrases[s]
		if !parts[s] && !(x.EN == x.FR && alsoPhrase && phrases[s]) {
			idle = append(idle, "places: "+s)
		}
	}
	slices.Sort(missing)
	slices.Sort(idle)
	if d := cmp.Diff([2][]string{}, [2][]string{missing, idle}); d != "" {
		t.Errorf("shipped texts without French, and entries that nothing uses:\n%s", d)
	}
}

// What stays as recorded is the names of files and the headings of documents. The list is kept, so that a locator of
// our own words that nobody translated shows in a review.
func TestPlacesThatStay(t *testing.T) {
	b := book(t)
	_, places, _ := recordedTexts(t)
	var stay []string
	for s := range places {
		if fr := b.Place(wording.FR, s); fr == s && !strings.HasPrefix(s, "section") {
			stay = append(stay, s)
		}
	}
	slices.Sort(stay)
	got := strings.Join(stay, "\n") + "\n"
	file := filepath.Join("testdata", "stay.txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d locators stay as recorded", len(stay), len(places))
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("other locators stay as recorded (-update renews the list):\n%s", d)
	}
}

var update = flag.Bool("update", false, "write what stays as recorded into testdata")

func TestPlace(t *testing.T) {
	b := book(t)
	for _, c := range []struct{ recorded, fr string }{
		{"section 14, parties", "section 14, parties"},
		{"preamble", "préambule"},
		{"section 2.9, time to object", "section 2.9, délai d'opposition"},
		{"sections 4 to 6", "sections 4 à 6"},
		{"sections 13.3 and 13.4", "sections 13.3 et 13.4"},
		{"section 1.4(e)", "section 1.4(e)"},
		{"appendix 1", "annexe 1"},
		{"appendix 2, table 3, page 4", "annexe 2, tableau 3, page 4"},
		{"page 12; footnote 3", "page 12 ; note de bas de page 3"},
		{"section License", "section « License »"},
		{"section V", "section V"},
		{"internal sub-processors, row Nebius GmbH", "sous-traitants internes, ligne « Nebius GmbH »"},
		{"row Cloudflare: worldwide, local to the customer", "ligne « Cloudflare » : dans le monde entier, près du client"},
		{"2025 totals, Mistral (Medium 3)", "totaux 2025, Mistral (Medium 3)"},
		{"table of endpoints, api.eu.mistral.ai", "tableau des points d'accès, api.eu.mistral.ai"},
		// What stays: files, codes, headings, and whatever people wrote in words that the book does not hold.
		{"models/openai/gpt-5.toml", "models/openai/gpt-5.toml"},
		{"claude-vertex, iso_27001", "claude-vertex, iso_27001"},
		{"Data freshness", "Data freshness"},
		{"section 4, words of somebody", "section 4, words of somebody"},
		{"appendix 4, words of somebody", "appendix 4, words of somebody"},
		{"appendix of the contract", "appendix of the contract"},
		{"Titre II : page 4", "Titre II : page 4"},
		{"annexe 2, page 3", "annexe 2, page 3"},
		{"", ""},
		{", ", ", "},
		{"page 3: ", "page 3: "},
	} {
		if got := b.Place(wording.FR, c.recorded); got != c.fr {
			t.Errorf("Place(fr, %q) = %q, expected %q", c.recorded, got, c.fr)
		}
	}
	if got, want := b.Place(wording.EN, "appendix 1"), "appendix 1"; got != want {
		t.Errorf("in English %q, expected %q", got, want)
	}
}

// An id in the recorded words is shown as the name of its source, in English as in French.
func TestSay(t *testing.T) {
	for _, c := range []struct {
		l              wording.Lang
		recorded, want string
	}{
		{wording.FR, "pay as you go", "paiement à l'usage"},
		{wording.EN, "pay as you go", "pay as you go"},
		{wording.EN, "ovh-channel says 1.28 for 2023", "ChannelNews says 1.28 for 2023"},
		{wording.FR, "ovh-channel says 1.28 for 2023", "ChannelNews donne 1,28 pour 2023"},
		{wording.FR, "commit 0cf7856", "commit 0cf7856"},
		{wording.FR, "a note of somebody", "a note of somebody"},
	} {
		if got := Say(c.l, c.recorded); got != c.want {
			t.Errorf("Say(%s, %q) = %q, expected %q", c.l, c.recorded, got, c.want)
		}
	}
}

// No id of a source is shown to a reader, in either language.
func TestNoIDIsShown(t *testing.T) {
	b := book(t)
	c, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, s := range c.Sources {
		ids[s.ID] = strings.Contains(s.ID, "-") || s.ID == "llmprices"
	}
	phrases, places, _ := recordedTexts(t)
	for _, l := range wording.Langs() {
		for _, list := range []map[string]bool{phrases, places} {
			for s := range list {
				shown := b.Say(l, b.Place(l, s))
				for _, w := range strings.FieldsFunc(shown, func(r rune) bool { return strings.ContainsRune(" ,;:()'«»\"", r) }) {
					if ids[w] && w != "llm-prices" {
						t.Errorf("%s: %q shows the id %s", l, shown, w)
					}
				}
			}
		}
	}
}

// French is typed with plain spaces before its marks, and what is in guillemets has a space inside them.
func TestFrenchIsTypedAsFrench(t *testing.T) {
	b := book(t)
	for _, list := range []map[string]wording.Text{b.phrases, b.places} {
		for s, x := range list {
			if x.EN == x.FR {
				continue
			}
			for i, r := range x.FR {
				rest := x.FR[i:]
				switch {
				case r == '\u00a0' || r == '\u202f' || r == '’':
					t.Errorf("%q: French has %q, type a plain one", s, r)
				case (r == ';' || r == '%') && (i == 0 || x.FR[i-1] != ' '),
					r == ':' && strings.HasPrefix(rest, ": ") && (i == 0 || x.FR[i-1] != ' '),
					r == '«' && !strings.HasPrefix(rest, "« "),
					r == '»' && !strings.HasSuffix(x.FR[:i], " "):
					t.Errorf("%q: no space at %q in %q", s, rest, x.FR)
				}
			}
		}
	}
}

// plain undoes what typesetting did.
var plain = strings.NewReplacer("\u00a0", " ", "’", "'")

func TestFaults(t *testing.T) {
	const data = `format: vigie-phrasebook/2
phrases:
- {text: "majority", fr: "majorité"}
- {text: "majority", fr: "la majorité"}
- {text: "fp8", fr: "fp8"}
places:
- {text: " preamble", fr: "préambule"}
alike:
- majority
`
	_, err := Load("book.yaml", []byte(data))
	var faults strict.Faults
	if !errors.As(err, &faults) {
		t.Fatalf("expected faults, got %v", err)
	}
	want := map[wording.Lang]string{wording.EN: `book.yaml:1:1: format: "vigie-phrasebook/2" is not known here; did you mean "vigie-phrasebook/1"?
book.yaml:4:3: phrases: the text "majority" is there twice
book.yaml:5:3: phrases: the French of "fp8" is the text itself: list it under alike
book.yaml:7:3: places: the text " preamble" or its words have spaces around them
book.yaml:9:3: alike: the text "majority" is there twice`, wording.FR: `book.yaml:1:1: format : « vigie-phrasebook/2 » est inconnu ici ; vouliez-vous dire « vigie-phrasebook/1 » ?
book.yaml:4:3: phrases : le texte « majority » y est deux fois
book.yaml:5:3: phrases : le français de « fp8 » est le texte même : le mettre sous alike
book.yaml:7:3: places : le texte «  preamble » ou ses mots sont entourés d'espaces
book.yaml:9:3: alike : le texte « majority » y est deux fois`}
	got := map[wording.Lang]string{wording.EN: faults.In(wording.EN), wording.FR: plain.Replace(faults.In(wording.FR))}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A locator is never lost nor made of two languages: it is shown as recorded, or every part of it was known.
func TestPlaceIsWhole(t *testing.T) {
	b := book(t)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("aà12 ,;:.AÉ/section page«»"))).Draw(t, "s")
		got := b.Place(wording.FR, s)
		if got == "" && s != "" {
			t.Fatalf("%q is lost", s)
		}
		if b.Place(wording.EN, s) != s {
			t.Fatalf("%q changes in English", s)
		}
	})
}

func BenchmarkPlace(b *testing.B) {
	Place(wording.FR, "preamble")
	for b.Loop() {
		Place(wording.FR, "internal sub-processors, row Nebius GmbH")
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(File, shipped); err != nil {
			b.Fatal(err)
		}
	}
}
