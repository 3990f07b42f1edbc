package framework_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
	"vigie/evaluator/framework"
)

func TestBuiltinHasWhatItsSummaryPromises(t *testing.T) {
	c := builtin(t)
	if len(c.Families) != 12 || len(c.Criteria) != 80 || len(c.KnockOuts) != 39 || len(c.Profiles) != 6 || len(c.WeightSets) != 7 {
		t.Errorf("got %d families, %d criteria, %d knock-outs, %d profiles and %d weight sets",
			len(c.Families), len(c.Criteria), len(c.KnockOuts), len(c.Profiles), len(c.WeightSets))
	}
	for i, x := range c.Criteria {
		if x.Criterion != c.Framework.Criteria[i] || len(x.BandPrograms) != len(x.Bands) {
			t.Errorf("%s is not compiled in its place", x.ID)
		}
	}
}

// TestSelfHostingNeedsNobodysContract takes an offering that the organisation serves to itself: no vendor, no terms,
// no service level and no certificate of theirs exist, so nothing may wait for a fact about them.
func TestSelfHostingNeedsNobodysContract(t *testing.T) {
	env := environment(t)
	c := builtin(t)
	x := readExemplia(t)
	for _, u := range x.UseCases {
		f := x.facts(t, env, u)
		f.Set("offering.deployment", catalog.ChoiceValue("self_hosted"))
		absent := func(p string) bool {
			return strings.HasPrefix(p, "terms.") || strings.HasPrefix(p, "sla.") || strings.HasPrefix(p, "vendor.") || p == "certs.valid"
		}
		for _, p := range c.Reads {
			if absent(p) {
				f.SetUnknown(p)
			}
		}
		waits := func(id string, programs ...*expr.Program) {
			for _, p := range programs {
				out := truth(t, p, f)
				if slices.ContainsFunc(out.Missing, absent) {
					t.Errorf("%s: %s waits for %v", u.ID, id, out.Missing)
				}
				if out.Truth == expr.False && p == programs[0] || out.Truth == expr.True && p != programs[0] {
					return
				}
			}
		}
		always := c.Criteria[slices.IndexFunc(c.Criteria, func(x *framework.CompiledCriterion) bool { return x.ID == "lic-rights" })].BandPrograms[4]
		for _, x := range c.Criteria {
			applies := x.AppliesProgram
			if applies == nil {
				applies = always
			}
			waits(x.ID, append([]*expr.Program{applies}, x.BandPrograms...)...)
		}
		for _, k := range c.KnockOuts {
			waits(k.ID, k.AppliesProgram, k.FailsProgram)
		}
	}
}

func TestBuiltinWeights(t *testing.T) {
	c := builtin(t)
	for _, f := range c.Families {
		if got := c.WeightSets[framework.DefaultWeights].Family(f.ID); got != f.Weight {
			t.Errorf("%s weighs %d in the default set and %d in the framework", f.ID, got, f.Weight)
		}
	}
	w := c.WeightSets["rnd-secret"]
	got := []int64{w.Criterion(c.Framework.Criterion("jur-keys")), w.Criterion(c.Framework.Criterion("jur-law"))}
	if d := cmp.Diff(got, []int64{5, 2}); d != "" {
		t.Errorf("the set's own weight, then the framework's: -got +want\n%s", d)
	}
}

// TestHashIsOfTheContent holds the hash to what is said, whatever the file it stands in.
func TestHashIsOfTheContent(t *testing.T) {
	_, files := readArchive(t, "testdata/base.txtar")
	read := func(edit func(fstest.MapFS)) string {
		copied := fstest.MapFS{}
		for n, f := range files {
			copied[n] = f
		}
		edit(copied)
		f, err := framework.Read(copied)
		if err != nil {
			t.Fatal(err)
		}
		return f.Hash()
	}
	plain := read(func(fstest.MapFS) {})
	moved := read(func(m fstest.MapFS) {
		m["a-place.yaml"] = &fstest.MapFile{Data: append([]byte("# moved\n"), m["place.yaml"].Data...)}
		delete(m, "place.yaml")
	})
	changed := read(func(m fstest.MapFS) {
		m["place.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(string(m["place.yaml"].Data), "score: 100", "score: 99", 1))}
	})
	if plain != moved {
		t.Error("the hash depends on the name of a file or on a comment")
	}
	if plain == changed {
		t.Error("the hash does not depend on a score")
	}
}

func TestFrameworkSurvivesJSON(t *testing.T) {
	c := builtin(t)
	data, err := json.Marshal(c.Framework)
	if err != nil {
		t.Fatal(err)
	}
	var back framework.Framework
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	ignore := []cmp.Option{cmpopts.IgnoreUnexported(framework.Framework{}, framework.Criterion{}), cmpopts.IgnoreFields(framework.Criterion{}, "Pos")}
	if d := cmp.Diff(&back, c.Framework, ignore...); d != "" {
		t.Errorf("-back +was\n%s", d)
	}
	again, err := back.Compile(c.Env)
	if err != nil {
		t.Fatal(err)
	}
	if again.Hash() != c.Hash() || cmp.Diff(again.Reads, c.Reads) != "" {
		t.Error("the framework that was read back is another one")
	}
}

// texts calls do with every text in both languages inside v.
func texts(v reflect.Value, path string, do func(path string, t wording.Text)) {
	if t, ok := v.Interface().(wording.Text); ok {
		do(path, t)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		texts(v.Elem(), path, do)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				texts(v.Field(i), path+"."+f.Name, do)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			at := path
			if c, ok := v.Index(i).Interface().(*framework.Criterion); ok {
				at = c.ID
			}
			texts(v.Index(i), at, do)
		}
	}
}

var (
	badFrench  = regexp.MustCompile(`[^ ][:;?!%»](?: |$)|«[^ ]|["“”’]|\b(?:fut|furent)\b`)
	badEnglish = regexp.MustCompile(` [:;?!%]|[«»"’]`)
)

// TestWordsAreInBothLanguages holds every text to the spaces and quotes of its language, and labels to sentences.
func TestWordsAreInBothLanguages(t *testing.T) {
	c := builtin(t)
	check := func(path string, w wording.Text) {
		if strings.HasSuffix(path, ".ThresholdNote") && w.IsZero() {
			return
		}
		if w.EN == "" || w.FR == "" {
			t.Errorf("%s has no words in one language: %+v", path, w)
		}
		if m := badFrench.FindString(w.FR); m != "" {
			t.Errorf("%s: French %q in %q", path, m, w.FR)
		}
		if m := badEnglish.FindString(w.EN); m != "" {
			t.Errorf("%s: English %q in %q", path, m, w.EN)
		}
		for _, end := range []string{".Label", ".Why", ".Text", ".Cure"} {
			if strings.HasSuffix(path, end) && (!strings.HasSuffix(w.EN, ".") || !strings.HasSuffix(w.FR, ".")) {
				t.Errorf("%s is no sentence: %+v", path, w)
			}
		}
		if strings.HasSuffix(path, ".Question") && (!strings.HasSuffix(w.EN, "?") || !strings.HasSuffix(w.FR, " ?")) {
			t.Errorf("%s is no question: %+v", path, w)
		}
	}
	texts(reflect.ValueOf(c.Framework), "framework", check)
	for _, id := range slices.Sorted(func(yield func(string) bool) {
		for id := range c.WeightSets {
			if !yield(id) {
				return
			}
		}
	}) {
		w := c.WeightSets[id]
		check(id+".Title", w.Title)
		check(id+".Reason", w.Reason)
		if !w.Advice.IsZero() {
			check(id+".Advice", w.Advice)
		}
	}
}

// TestEveryShippedFileIsRead guards against a file that the loader would not look at.
func TestEveryShippedFileIsRead(t *testing.T) {
	err := fs.WalkDir(os.DirFS("vigie-baseline"), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !regexp.MustCompile(`^(weights/)?[a-z-]+\.yaml$`).MatchString(path) {
			t.Errorf("%s is not read", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkCompile(b *testing.B) {
	env := environment(b)
	c, err := framework.Builtin(env)
	if err != nil {
		b.Fatal(err)
	}
	n := len(c.KnockOuts) * 2
	for _, x := range c.Criteria {
		n += len(x.Bands)
	}
	for b.Loop() {
		if _, err := c.Framework.Compile(env); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/expression")
}
