package exchange

import (
	"errors"
	"testing"

	"vigie/catalog"
	"vigie/catalog/wording"
)

func reading(l wording.Lang) answers {
	return answers{lang: l, find: func(_ catalog.Kind, word string) (string, error) {
		if catalog.ValidID(word) {
			return word, nil
		}
		return "", unfitf("no record", "aucune fiche")
	}, makeRef: func(catalog.Kind, string) (string, bool) { return "", false }}
}

func noName(catalog.Ref) string { return "" }

// The example of every fact of the dictionary, written in a cell, reads back as it is, in both languages.
func TestAnswersOfEveryFact(t *testing.T) {
	n := 0
	for _, def := range dict(t).Facts() {
		v, ok := def.ExampleValue()
		if !ok {
			continue
		}
		n++
		for _, l := range wording.Langs() {
			a := reading(l)
			shown := showAnswer(def, v, l, noName)
			back, err := a.read(def, given{text: shown}, v.Complete)
			if err != nil || !back.Equal(v) {
				t.Errorf("%s: %q reads back as %v, is %v (%v)", def.Path, shown, back, v, err)
			}
		}
	}
	if n < 100 {
		t.Errorf("%d facts have an example", n)
	}
}

// Every code of every choice reads back by its label in either language, whatever the sheet's.
func TestAnswersOfEveryChoice(t *testing.T) {
	for _, def := range dict(t).Facts() {
		for _, c := range def.Values {
			for _, l := range wording.Langs() {
				if got, err := readChoice(def, choiceLabel(def, c.ID, l)); err != nil || got != c.ID {
					t.Errorf("%s: %q reads as %q, want %q (%v)", def.Path, choiceLabel(def, c.ID, l), got, c.ID, err)
				}
			}
		}
	}
}

// Whatever a cell holds, it is an answer that fits the fact and reads back the same, or an error in both languages.
func FuzzAnswers(f *testing.F) {
	facts := dict(f).Facts()
	for i, s := range []string{"12,5", "24 novembre 2026", "France; Allemagne", "=1+1", "Oui", "12,5 EUR", "mistral", "50 %", "\x00", "46350", "1.234.567,8", "UE", "fr; anglais"} {
		f.Add(uint16(i*17), s, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, n uint16, s string, fr bool) {
		def := facts[int(n)%len(facts)]
		l := wording.EN
		if fr {
			l = wording.FR
		}
		a := reading(l)
		v, err := a.read(def, given{text: s}, true)
		if err != nil {
			if u, ok := errors.AsType[unfit](err); !ok || u.text.EN == "" || u.text.FR == "" {
				t.Fatalf("%s: %v", def.Path, err)
			}
			return
		}
		if faults := def.Faults(v); len(faults) > 0 {
			t.Fatalf("%s: %q was taken as %v: %v", def.Path, s, v, faults)
		}
		again, err := a.read(def, given{text: showAnswer(def, v, l, noName)}, true)
		if err != nil || !again.Equal(v) {
			t.Fatalf("%s: %q was taken as %v, shown as %q, and then read as %v (%v)", def.Path, s, v, showAnswer(def, v, l, noName), again, err)
		}
	})
}
