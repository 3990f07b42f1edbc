package service

import (
	"testing"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

func speaker(t *testing.T, l wording.Lang) Speaker {
	t.Helper()
	d, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return Speaker{Lang: l, Dictionary: d, Names: func(r catalog.Ref) wording.Text { return wording.Same("[" + r.ID + "]") }}
}

func number(n string) *catalog.Value {
	v := catalog.NumValue(catalog.TypeInteger, n)
	return &v
}

func list(t catalog.ValueType, complete bool, codes ...string) *catalog.Value {
	var elems []catalog.Value
	for _, c := range codes {
		elems = append(elems, catalog.Value{Type: t, Text: c})
	}
	v := catalog.ListValue(t, complete, elems...)
	return &v
}

// TestState says each sort of fact as a person would.
func TestState(t *testing.T) {
	choice, percent := catalog.ChoiceValue("never_by_contract"), catalog.NumValue(catalog.TypePercent, "99.95")
	yes, ref := catalog.BoolValue(true), catalog.Value{Type: catalog.TypeReference, Text: "mistral"}
	tests := []struct {
		name     string
		path     string
		state    catalog.State
		value    *catalog.Value
		disputed bool
		en, fr   string
	}{
		{"a choice by its label", "terms.trains_on_customer_data", catalog.Known, &choice, false, "Never, by contract", "Jamais, par contrat"},
		{"a number with its unit", "terms.retention_days", catalog.Known, number("30"), false, "30\u00a0days", "30\u00a0jours"},
		{"one is singular", "terms.retention_days", catalog.Known, number("1"), false, "1\u00a0day", "1\u00a0jour"},
		{"none is plural in English, singular in French", "terms.retention_days", catalog.Known, number("0"), false, "0\u00a0days", "0\u00a0jour"},
		{"absence by what it means", "terms.retention_days", catalog.Absent, nil, false, "no period is given", "aucun délai n’est donné"},
		{"unknown by a word", "terms.retention_days", catalog.Unknown, nil, false, "not known", "inconnu"},
		{"disputed says so", "terms.retention_days", catalog.Unknown, nil, true, "disputed: sources of equal weight differ", "contesté\u00a0: des sources de même poids divergent"},
		{"a percentage as it is written", "sla.availability_percent", catalog.Known, &percent, false, "99.95%", "99,95\u00a0%"},
		{"a boolean", "use_case.commercial_use", catalog.Known, &yes, false, "yes", "oui"},
		{"a country by name", "offering.processing_countries", catalog.Known, list(catalog.TypeCountry, true, "DE", "FR"), false, "Germany and France", "Allemagne et France"},
		{"the whole Area by its name", "offering.processing_countries", catalog.Known, list(catalog.TypeCountry, true, append(catalog.EEA(), "CH")...), false,
			"the whole European Economic Area and Switzerland", "tout l’Espace économique européen et Suisse"},
		{"a list that may go on", "offering.processing_countries", catalog.Known, list(catalog.TypeCountry, false, "FR"), false,
			"France (at least; the list may go on)", "France (au moins\u00a0; la liste peut continuer)"},
		{"an empty list is none", "offering.processing_countries", catalog.Known, list(catalog.TypeCountry, true), false, "none", "aucun"},
		{"an empty list that may go on is unknown", "offering.processing_countries", catalog.Known, list(catalog.TypeCountry, false), false, "not known", "inconnu"},
		{"a reference by the name of its record", "offering.vendor", catalog.Known, &ref, false, "[mistral]", "[mistral]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for l, want := range map[wording.Lang]string{wording.EN: tt.en, wording.FR: tt.fr} {
				if got := speaker(t, l).State(tt.path, tt.state, tt.value, tt.disputed); got != want {
					t.Errorf("%s: got %q, want %q", l, got, want)
				}
			}
		})
	}
}

// TestEveryExampleIsSaid puts each example of the dictionary in words: never a code where the dictionary has a label.
func TestEveryExampleIsSaid(t *testing.T) {
	for _, l := range wording.Langs() {
		sp := speaker(t, l)
		for _, def := range sp.Dictionary.Facts() {
			v, ok := def.ExampleValue()
			if !ok {
				continue
			}
			said := sp.Value(def, v)
			if said == "" {
				t.Errorf("%s in %s is said as nothing", def.Path, l)
			}
			if def.Type == catalog.TypeChoice && !def.Many && said == v.Text && !sameLabel(def, v.Text) {
				t.Errorf("%s in %s is said as its code %s", def.Path, l, said)
			}
		}
	}
}

func sameLabel(def *catalog.FactDef, code string) bool {
	c, ok := def.Choice(code)
	return ok && (c.EN == code || c.FR == code)
}

// TestScores rounds the ends of an interval outwards, so that what is printed holds all that is possible.
func TestScores(t *testing.T) {
	tests := []struct {
		low, high     evaluator.Hundredths
		en, fr, whole string
	}{
		{6219, 8121, "62.1\u00a0–\u00a081.3", "62,1\u00a0–\u00a081,3", "62–82"},
		{8550, 8550, "85.5", "85,5", "86"},
		{0, 10000, "0.0\u00a0–\u00a0100.0", "0,0\u00a0–\u00a0100,0", "0–100"},
		{6200, 8100, "62.0\u00a0–\u00a081.0", "62,0\u00a0–\u00a081,0", "62–81"},
	}
	for _, tt := range tests {
		i := evaluator.Interval{Low: tt.low, High: tt.high}
		if got := Score(wording.EN, i); got != tt.en {
			t.Errorf("English: got %q, want %q", got, tt.en)
		}
		if got := Score(wording.FR, i); got != tt.fr {
			t.Errorf("French: got %q, want %q", got, tt.fr)
		}
		if got := Whole(i); got != tt.whole {
			t.Errorf("whole: got %q, want %q", got, tt.whole)
		}
	}
}
