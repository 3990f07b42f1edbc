package licence

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/catalog/dictionary"
	"vigie/catalog/wording"
)

// TestFingerprintsUpToDate takes the fingerprints of the corpus again and compares them with the shipped ones.
func TestFingerprintsUpToDate(t *testing.T) {
	folder := corpus(t)
	got, err := TakeFolder(os.DirFS(folder), Templates(os.DirFS("licences")))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Encode(), shippedFile("fingerprints.bin")) {
		t.Error("fingerprints.bin is not what the corpus gives: run go generate ./evaluator/licence")
	}
	again, err := DecodeFingerprints(got.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.Encode(), got.Encode()) {
		t.Error("reading and writing fingerprints changes them")
	}
}

// TestDeclarations: the conditions read facts that the dictionary has, with the same types.
func TestDeclarations(t *testing.T) {
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range Declarations() {
		if strings.HasPrefix(d.Path, "licensing.") {
			continue
		}
		f, ok := dict.Fact(d.Path)
		if !ok || f.Type != d.Type || f.Many != d.Many {
			t.Errorf("%s is not in the dictionary as a %s", d.Path, d.Type)
		}
	}
	for _, p := range Reads() {
		if _, ok := dict.Fact(p); !ok {
			t.Errorf("%s is not in the dictionary", p)
		}
	}
	uses, _ := dict.Fact("use_case.uses")
	for code := range mustBuiltin(t).words.Use {
		if !slices.Contains(uses.Codes(), code) {
			t.Errorf("use_case.uses has no value %s", code)
		}
	}
}

// englishClause are words of clause references that French does not have.
var englishClause = regexp.MustCompile(`\b(paragraph|sentence|only|the|and|following|attachment|exhibit|appendix|closing|heading|whole|s\.) `)

// TestShippedRights: each file says everything in both languages, and its clauses in French.
func TestShippedRights(t *testing.T) {
	set := mustBuiltin(t)
	for _, id := range set.IDs() {
		rows, ok := set.Sheet(id)
		if !ok {
			t.Fatalf("no sheet of %s", id)
		}
		for _, r := range rows {
			for _, x := range []wording.Text{r.Label, r.Says} {
				if x.EN == "" || x.FR == "" {
					t.Errorf("%s %s: a language is missing: %+v", id, r.Name, x)
				}
			}
			if m := englishClause.FindString(r.Clause.FR + " "); m != "" && !strings.Contains(r.Clause.FR, "«") {
				t.Errorf("%s %s: the French clause %q holds %q", id, r.Name, r.Clause.FR, m)
			}
		}
		if l, _ := set.Rights(id); l.Verified && l.SHA256 == "" && id != "mistral-mrl" {
			t.Errorf("%s is verified but names no text", id)
		}
	}
}

// TestNoSentences: nothing that ships holds a sentence of a licence text.
func TestNoSentences(t *testing.T) {
	texts := corpusTexts(t)
	set := mustBuiltin(t)
	grams := newIndex(set.prints)
	for _, e := range set.prints.List {
		for _, c := range e.Clauses {
			if n := len(strings.Fields(c.Label)); n > maxHeading {
				t.Errorf("%s: the label %q has %d words", e.ID, c.Label, n)
			}
		}
	}
	files, err := os.ReadDir("licences")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile("licences/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		s := newScan(grams, split(data))
		run := 0
		for i, slot := range s.slots {
			if slot < 0 {
				run = 0
				continue
			}
			if run++; run > 12 {
				x, y := s.w.span(i-12, i+gramWords)
				t.Errorf("%s: a passage of a licence text: %.100q", f.Name(), data[x:y])
				break
			}
		}
	}
	_ = texts
}

// TestFaults: a rights file with many faults names each with its line, and the nearest right word.
func TestFaults(t *testing.T) {
	set := mustBuiltin(t)
	bad := `id: acme
kind: licens
names: [Acme]
family: acme
holder: {name: {en: Acme, fr: Acme}, country: "XX"}
covers: [model]
osi_approved: false
osaid: {answer: "no"}
commercial_use:
  answer: conditional
  conditions:
  - allowed_if: "organisation.monthly_users <= 10"
    otherwise: ask
    clause: s. 1
territory: {excluded: [EU, Narnia], by: place_of_use, where: inline, clause: s. 2}
field_of_use: {restricted: false}
outputs: {owner: user, train_other_models: silent}
derivatives: {allowed: "yes"}
redistribution: {answer: "yes", hosted_service_counts: silent}
share_alike: {answer: none}
patent: {grant: silent, ends: none}
change: {revocable: silent, may_change: "no"}
liability: {warranty: none, licensee_indemnifies: "no"}
note: {en: n, fr: n}
incorporates: [nowhere]
source: test
verified: false
`
	_, err := set.With(fstest.MapFS{"acme.yaml": {Data: []byte(bad)}, "broken.fingerprint": {Data: []byte("x")}})
	if err == nil {
		t.Fatal("a damaged fingerprint was read")
	}
	_, err = set.With(fstest.MapFS{"acme.yaml": {Data: []byte(bad)}})
	if err == nil {
		t.Fatal("a file with faults was read")
	}
	golden(t, "faults.txt", err.Error()+"\n")
}

// TestOwnLicence learns a text, completes its rights and finds both again.
func TestOwnLicence(t *testing.T) {
	set := mustBuiltin(t)
	text := "Acme Model Terms\n\n1. Grant. Acme lets the customer named in the order run the model on its own servers for its internal business, " +
		"for as long as the order lasts and at the places that it names.\n\n2. Limits. The customer shall not hand the weights to anyone outside its group, nor offer them as a service.\n\n" +
		"3. Fees. The customer pays the yearly fee of the order in advance, and the right ends thirty days after a fee that stays unpaid.\n"
	lesson, err := set.Learn("acme-terms", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"title", "1", "2", "3"}, lesson.Clauses); d != "" {
		t.Error(d)
	}
	own := fstest.MapFS{"acme-terms.yaml": {Data: lesson.Rights}, "acme-terms.fingerprint": {Data: lesson.Fingerprint}}
	mine, err := set.With(own)
	if err != nil {
		t.Fatal(err)
	}
	if id := mine.Identify([]byte(text), ""); id.Verdict != Identified || id.Licence != "acme-terms" {
		t.Errorf("%s %s", id.Verdict, id.Licence)
	}
	s := mine.NewSituation(common(organisations[0].facts, "text"), testRefs, testRates)
	j, ok := mine.Judge("acme-terms", s, nil)
	if !ok || j.Rights[CommercialUse].Answer != Unsettled || j.Rights[SelfHost].Answer != Unsettled || j.Verified {
		t.Errorf("a skeleton asserts something: %+v", j.Rights[CommercialUse])
	}
	own["acme-terms.yaml"].Data = []byte(strings.Replace(strings.Replace(string(lesson.Rights), "commercial_use: {answer: silent}", `commercial_use: {answer: "yes", clause: "s. 1"}`, 1), "unread: [commercial_use, ", "unread: [", 1))
	if mine, err = set.With(own); err != nil {
		t.Fatal(err)
	}
	s = mine.NewSituation(common(organisations[0].facts, "text"), testRefs, testRates)
	changed := mine.Identify([]byte(strings.Replace(text, "thirty days", "three days", 1)), "")
	if j := mine.JudgeText(changed, s); changed.Verdict != WithDifferences || j.Rights[CommercialUse].Answer != Allowed {
		t.Errorf("%s, commercial use %s: a change in clause 3 leaves clause 1 as it is", changed.Verdict, j.Rights[CommercialUse].Answer)
	}
	changed = mine.Identify([]byte(strings.Replace(text, "internal business", "internal research", 1)), "")
	if j := mine.JudgeText(changed, s); j.Rights[CommercialUse].Answer != Unsettled {
		t.Errorf("commercial use %s although clause 1 was changed", j.Rights[CommercialUse].Answer)
	}
	if r := set.Identify([]byte(text), ""); r.Verdict != Unknown {
		t.Errorf("the shipped set says %s", r.Verdict)
	}
	if _, err := set.Learn("mit", []byte(text)); err == nil {
		t.Error("an id that is taken was accepted")
	}
}

// TestSideBySide: with the passages swapped for those of the reference, the text is the reference.
func TestSideBySide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"alpha", "beta", "gamma", "delta", "not"}), 0, 40)
		a, b := strings.Join(words.Draw(t, "a"), " "), strings.Join(words.Draw(t, "b"), " ")
		var got strings.Builder
		at := 0
		for _, p := range SideBySide([]byte(a), []byte(b)) {
			got.WriteString(a[at:p.Start] + " " + b[p.RefStart:p.RefEnd] + " ")
			at = p.End
		}
		got.WriteString(a[at:])
		if strings.Join(strings.Fields(got.String()), " ") != b {
			t.Fatalf("%q against %q gives %q", a, b, got.String())
		}
	})
}

// TestDiff: two versions side by side show what changed and nothing else.
func TestDiff(t *testing.T) {
	pairs, ok := mustBuiltin(t).Diff("llama-3", "llama-3.1")
	if !ok {
		t.Fatal("no sheets")
	}
	var b strings.Builder
	for _, p := range pairs {
		if p.Same || p.Name == "note" {
			continue
		}
		side := func(r *Row) string {
			if r == nil {
				return "-"
			}
			return r.Says.FR
		}
		b.WriteString(p.Label.FR + " | " + side(p.A) + " | " + side(p.B) + "\n")
	}
	golden(t, "diff.txt", b.String())
}

// TestDocumentsNotHeldHaveNames: a document that binds and that Vigie has no text of is called by its title, never by
// its identifier, and no title is left over.
func TestDocumentsNotHeldHaveNames(t *testing.T) {
	set := mustBuiltin(t)
	cited := map[string]bool{}
	for _, id := range set.IDs() {
		l, _ := set.Rights(id)
		for _, doc := range l.NotHeld {
			cited[doc] = true
			if got := set.DocumentName(doc); got == wording.Same(doc) {
				t.Errorf("%s incorporates %s, which has no name in words.yaml", id, doc)
			}
		}
	}
	for doc := range set.words.Document {
		if !cited[doc] {
			t.Errorf("words.yaml names %s, which no licence incorporates", doc)
		}
	}
}
