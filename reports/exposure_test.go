package reports

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/catalog/reference"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/jurisdiction"
	"vigie/reports/tree"
)

// inventedLaws are the laws of testdata in place of the shipped ones, so that the words of laws are tested where they
// are written.
func inventedLaws(t testing.TB, laws *jurisdiction.Laws) *jurisdiction.Laws {
	t.Helper()
	files, err := fs.Glob(os.DirFS("testdata/laws"), "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var own []*jurisdiction.Law
	for _, name := range files {
		data, err := os.ReadFile(filepath.Join("testdata/laws", name))
		if err != nil {
			t.Fatal(err)
		}
		l, err := laws.ReadLaw(name, data)
		if err != nil {
			t.Fatal(err)
		}
		own = append(own, l)
	}
	slices.SortFunc(own, func(x, y *jurisdiction.Law) int { return x.Order - y.Order })
	return laws.Without(laws.IDs()...).With(own...)
}

// TestExposureReadsAsExpected shows the sections about law and sovereignty of an invented offering under invented laws:
// one law of each status.
func TestExposureReadsAsExpected(t *testing.T) {
	b, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	in := invented(t, "exemplia-paris")
	k := b.knowledge
	in.Knowledge = &evaluator.Knowledge{Dictionary: k.Dictionary, Derive: k.Derive, Licences: k.Licences, Laws: inventedLaws(t, k.Laws)}
	for _, l := range wording.Langs() {
		doc, err := Build(in, l)
		if err != nil {
			t.Fatal(err)
		}
		only := Document{Lang: l}
		for _, s := range doc.Sections {
			if slices.Contains([]string{"exposure", "sovereignty", "rights"}, s.ID) {
				only.Sections = append(only.Sections, s)
			}
		}
		file := filepath.Join("testdata", "exposure."+string(l)+".txt")
		got := golden(&only)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: the sections changed (-want +got); if they should, run the test with -update\n%s", l, diff)
		}
	}
}

// TestEveryOfferingHasItsAnswerFirst builds the sections of every shipped offering: each begins with its answer, every
// law is told exactly once by its status, and every cure and question that is referred to is there.
func TestEveryOfferingHasItsAnswerFirst(t *testing.T) {
	cat, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	sh, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range cat.IDs(catalog.Offering) {
		in := judged(t, cat, catalog.Query{Offering: id, UseCase: "office-assistant"}, "2026-11-24")
		in.Knowledge = sh.knowledge
		for _, l := range wording.Langs() {
			b, err := newBuilder(in, l)
			if err != nil {
				t.Fatal(err)
			}
			sections := slices.Concat(b.exposure(), b.sovereignty(), b.rights())
			if len(sections) != 3 {
				t.Fatalf("%s: %d sections", id, len(sections))
			}
			for _, s := range sections {
				if _, ok := s.Blocks[0].(tree.Callout); !ok {
					t.Errorf("%s: %s does not begin with its answer", id, s.ID)
				}
			}
			n := 0
			for _, st := range statusOrder {
				n += len(b.of(st))
			}
			if n != len(b.walked.Exposures) {
				t.Errorf("%s: %d laws told, %d judged", id, n, len(b.walked.Exposures))
			}
			dump := golden(&Document{Lang: l, Sections: sections})
			read := anchors.ReplaceAllString(dump, "")
			for _, word := range []string{"%!", "lapsed_transitional", "not_exposed", "conditions_", "us-sca", "()", "<nil>"} {
				if i := strings.Index(read, word); i >= 0 {
					t.Errorf("%s in %s: %q shows: %s", id, l, word, read[max(0, i-60):min(len(read), i+40)])
				}
			}
			for _, to := range internalLinks(sections) {
				if strings.HasPrefix(to, "cure-") || strings.HasPrefix(to, "question-") {
					if !strings.Contains(dump, "{#"+to+"}") {
						t.Errorf("%s: %s leads nowhere", id, to)
					}
				}
			}
		}
	}
}

// anchors are places and where links lead, which no reader sees.
var anchors = regexp.MustCompile(`\{#[^}]*\}|\(#[^)]*\)`)

// internalLinks are the anchors that a table or a list of names and values leads to.
func internalLinks(ss []tree.Section) []string {
	var out []string
	text := func(t tree.Text) {
		for _, s := range t {
			if s.To != "" {
				out = append(out, s.To)
			}
		}
	}
	var blocks func([]tree.Block)
	blocks = func(bs []tree.Block) {
		for _, b := range bs {
			switch b := b.(type) {
			case tree.Card:
				blocks(b.Body)
			case tree.KeyValues:
				for _, p := range b.Pairs {
					for _, t := range p.Value {
						text(t)
					}
				}
			case tree.Table:
				for _, r := range b.Rows {
					for _, c := range r.Cells {
						for _, t := range c {
							text(t)
						}
					}
				}
			}
		}
	}
	for _, s := range ss {
		blocks(s.Blocks)
		out = append(out, internalLinks(s.Sections)...)
	}
	return out
}

// TestThePictureIsTheSceneOfThePages: every party that the page draws is in the report's picture, inside its frame.
func TestThePictureIsTheSceneOfThePages(t *testing.T) {
	in := real(t)
	b, err := newBuilder(in, wording.FR)
	if err != nil {
		t.Fatal(err)
	}
	p := b.picture()[0].(tree.Picture)
	var words strings.Builder
	for _, f := range p.Figures {
		for _, s := range f.At {
			if s.X < 0 || s.Y < -1 || s.X > p.Width || s.Y > p.Height+1 {
				t.Errorf("%v %q lies outside of %g × %g", s, f.Text, p.Width, p.Height)
			}
		}
		words.WriteString(f.Text + "\n")
	}
	for _, name := range []string{"Mistral AI", "Google LLC", "Détenteurs", "exposé", "inconnu"} {
		if !strings.Contains(words.String(), name) {
			t.Errorf("%q is not in the picture:\n%s", name, words.String())
		}
	}
	if p.Alt == "" || len(p.Cuts) == 0 {
		t.Error("no words, or no place to cut")
	}
}
