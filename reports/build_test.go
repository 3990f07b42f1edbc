package reports

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/finding"
	"vigie/reports/tree"
)

var update = flag.Bool("update", false, "write the golden files anew")

// hash stands for every SHA-256 in a golden file: they change with the shipped dictionary.
var (
	longHash  = regexp.MustCompile(`[0-9a-f]{64}`)
	groupHash = regexp.MustCompile(`(?:[0-9a-f]{8} ){7}[0-9a-f]{8}`)
	shortHash = regexp.MustCompile(`\b[0-9a-f]{6} [0-9a-f]{6}\b`)
)

func golden(d *Document) string {
	s := groupHash.ReplaceAllString(longHash.ReplaceAllString(d.String(), "HASH"), "HASH")
	return shortHash.ReplaceAllString(s, "HASH")
}

func TestReportsReadAsExpected(t *testing.T) {
	for _, offering := range []string{"exemplia-paris", "rien"} {
		for _, l := range wording.Langs() {
			t.Run(offering+"."+string(l), func(t *testing.T) {
				d, err := Build(invented(t, offering), l)
				if err != nil {
					t.Fatal(err)
				}
				file := filepath.Join("testdata", offering+"."+string(l)+".txt")
				got := golden(d)
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
					t.Errorf("the report changed (-want +got); if it should, run the test with -update\n%s", diff)
				}
			})
		}
	}
}

func TestWhatIsMissingIsRefused(t *testing.T) {
	in := invented(t, "exemplia-paris")
	other := invented(t, "rien")
	for name, c := range map[string]struct {
		in   Input
		want string
	}{
		"nothing":           {Input{}, "all needed"},
		"another's dossier": {Input{Assessment: in.Assessment, Dossier: other.Dossier, Dictionary: in.Dictionary, Framework: in.Framework, Weights: in.Weights}, "the assessment is about exemplia-paris, the dossier about rien"},
	} {
		if _, err := Build(c.in, wording.EN); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestHypotheticalDossiersAreWatermarked(t *testing.T) {
	in := invented(t, "exemplia-paris")
	d := *in.Dossier
	d.Assumptions = []catalog.Assumption{{Op: "unknown", Path: "sla.availability_percent", Text: "unknown sla.availability_percent"}}
	in.Dossier = &d
	doc, err := Build(in, wording.FR)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Watermark != "HYPOTHÈSE" || !strings.Contains(doc.Foot, "sans valeur d’évaluation") || !strings.Contains(doc.String(), "unknown sla.availability_percent") {
		t.Errorf("watermark %q, foot %q", doc.Watermark, doc.Foot)
	}
}

func TestOtherRoomsPutTheirSectionsAmongTheParties(t *testing.T) {
	in := invented(t, "exemplia-paris")
	in.Extra = []tree.Section{{ID: "exposure", Title: "Exposition"}, {ID: "rights", Title: "Droits"}}
	doc, err := Build(in, wording.FR)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range doc.Sections {
		if s.ID != "parties" {
			continue
		}
		last := s.Sections[len(s.Sections)-2:]
		if last[0].Number != "5.5" || last[0].Title != "Exposition" || last[1].Number != "5.6" {
			t.Errorf("got %s %s, %s %s", last[0].Number, last[0].Title, last[1].Number, last[1].Title)
		}
		return
	}
	t.Error("no section about the parties")
}

// code matches what looks like a machine's word: a path, or a code with an underscore.
var code = regexp.MustCompile(`\b[a-z]+(_[a-z0-9]+)+\b`)

func TestNoCodesShowWhereWordsExist(t *testing.T) {
	for _, l := range wording.Langs() {
		doc, err := Build(real(t), l)
		if err != nil {
			t.Fatal(err)
		}
		known := map[string]bool{}
		b, _ := shipped()
		for _, f := range b.dict.Facts() {
			known[f.Path] = true
			for _, c := range f.Codes() {
				if strings.Contains(c, "_") {
					known[c] = true
				}
			}
		}
		for _, line := range strings.Split(doc.String(), "\n") {
			for _, m := range code.FindAllString(line, -1) {
				// Notes of claims may quote a code; nothing else may.
				if known[m] && !strings.Contains(line, " ¶ ") {
					t.Errorf("%s: %q shows in %.160s", l, m, strings.TrimSpace(line))
				}
			}
		}
	}
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	in := real(t)
	en, err := Build(in, wording.EN)
	if err != nil {
		t.Fatal(err)
	}
	fr, err := Build(in, wording.FR)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := shape(fr.Sections), shape(en.Sections); got != want {
		t.Errorf("the French report is built otherwise:\n%s", cmp.Diff(want, got))
	}
}

// shape is what a document is made of, without its words.
func shape(ss []tree.Section) string {
	var b bytes.Buffer
	var walk func([]tree.Section)
	var blocks func([]tree.Block)
	blocks = func(bs []tree.Block) {
		for _, x := range bs {
			switch x := x.(type) {
			case tree.Table:
				b.WriteString("T")
				for _, r := range x.Rows {
					b.WriteByte(byte('0' + len(r.Cells)%10))
				}
			case tree.Card:
				b.WriteString("C{" + x.ID)
				blocks(x.Body)
				b.WriteString("}")
			case tree.List:
				b.WriteString(strings.Repeat("i", len(x.Items)))
			default:
				b.WriteString(".")
			}
		}
	}
	walk = func(ss []tree.Section) {
		for _, s := range ss {
			b.WriteString("\n" + s.Number + " ")
			blocks(s.Blocks)
			walk(s.Sections)
		}
	}
	walk(ss)
	return b.String()
}

func TestFindingsStandBeforeWhatIsNotKnown(t *testing.T) {
	in := invented(t, "exemplia-paris")
	a := *in.Assessment
	fact := catalog.FactRef{Record: in.Dossier.Offering, Path: "offering.processing_countries"}
	a.Findings = []finding.Finding{
		{ID: "b", Severity: 0, What: wording.Textf("Noted", "Noté"), Why: wording.Textf("For the record.", "Pour mémoire.")},
		{ID: "a", Severity: 3, What: wording.Textf("Content leaves the Union", "Des contenus quittent l'Union"), Why: wording.Textf("Switzerland is listed.", "La Suisse est citée."),
			Cure: wording.Textf("Fix the region.", "Fixer la région."), Basis: "RGPD, art. 44", Facts: []catalog.FactRef{fact}},
	}
	in.Assessment = &a
	doc, err := Build(in, wording.FR)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Sections[1].ID != "findings" || doc.Sections[2].ID != "unknowns" {
		t.Fatalf("got sections %s, %s", doc.Sections[1].ID, doc.Sections[2].ID)
	}
	text := (&tree.Document{Sections: doc.Sections[1:2]}).String()
	want := []string{"2 Constats", "card {failed} Des contenus quittent l’Union | grave", "Pourquoi = La Suisse est citée.", "Fondement = RGPD, art. 44", "Remède = Fixer la région.",
		"Pays de traitement des requêtes ¶ Exemplia Assistant, région de Paris | Espace économique européen (30 pays), Suisse", "card Noté | pour information"}
	for _, w := range want {
		at := strings.Index(text, w)
		if at < 0 {
			t.Fatalf("%q is missing or out of order in\n%s", w, text)
		}
		text = text[at:]
	}
}
