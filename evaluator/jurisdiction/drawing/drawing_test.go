package drawing

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/jurisdiction"
)

const day = catalog.Date("2026-11-24")

func laws(t testing.TB) *jurisdiction.Laws {
	t.Helper()
	l, err := jurisdiction.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func company(id, name, country string, r jurisdiction.Roles) jurisdiction.Party {
	p := jurisdiction.Party{ID: id, Name: name, Kind: jurisdiction.Company, IncorporatedIn: country, HeadquarteredIn: country, Roles: r, OwnersComplete: jurisdiction.Yes, HoldersComplete: jurisdiction.Yes}
	if r.Has(jurisdiction.ServingVendor | jurisdiction.Host) {
		p.Access, p.Provider = jurisdiction.Exactly(jurisdiction.AccessPlaintext), jurisdiction.Yes
	}
	return p
}

func percent(s string) jurisdiction.Range {
	p, ok := jurisdiction.ParsePercent(s)
	if !ok {
		panic(s)
	}
	return jurisdiction.Exact(p)
}

// three is a French vendor on an American host, with an owner that nobody recorded.
func three() *jurisdiction.Graph {
	v := company("v", "Vallée Modèles SAS", "FR", jurisdiction.ServingVendor)
	v.OwnersComplete = jurisdiction.Maybe
	return &jurisdiction.Graph{
		Offering: jurisdiction.Offering{ID: "o", Name: "Assistant", Title: wording.Text{EN: "Assistant & more", FR: "Assistant : l'offre"}, Deployment: jurisdiction.SaaS, DataIn: jurisdiction.In("FR"), Keys: jurisdiction.KeysVendor, PartiesKnown: jurisdiction.Yes},
		Parties:  []jurisdiction.Party{v, company("h", "Harbor Hosting, Inc.", "US", jurisdiction.Host|jurisdiction.Subprocessor), company("c", "Helvetic Support AG", "CH", jurisdiction.Support)},
		Supplies: []jurisdiction.Supply{{From: "v", To: "h", For: "hosting"}, {From: "v", To: "c", For: "support"}},
		Use:      jurisdiction.Use{Users: jurisdiction.In("FR"), Subjects: jurisdiction.In("FR"), PersonalData: jurisdiction.Yes},
	}
}

// forty has a chain of owners with a cycle and a diamond, and suppliers in several tiers.
func forty() *jurisdiction.Graph {
	g := three()
	countries := []string{"FR", "US", "DE", "CN", "GB", "IE", ""}
	for i := range 12 {
		g.Parties = append(g.Parties, company(fmt.Sprint("own", i), fmt.Sprintf("Société holding numéro %d de la région parisienne", i), countries[i%7], jurisdiction.Owner))
		of := "v"
		if i > 3 {
			of = fmt.Sprint("own", i%4)
		}
		g.Stakes = append(g.Stakes, jurisdiction.Stake{Owner: fmt.Sprint("own", i), Of: of, Percent: percent("12.5")})
	}
	g.Stakes = append(g.Stakes, jurisdiction.Stake{Owner: "own0", Of: "own5", Percent: percent("1")}, jurisdiction.Stake{Owner: "own9", Of: "v", Percent: jurisdiction.AnyShare})
	for i := range 25 {
		g.Parties = append(g.Parties, company(fmt.Sprint("sub", i), fmt.Sprint("Supplier ", i), countries[i%7], jurisdiction.Subprocessor))
		from := "v"
		if i > 13 {
			from = fmt.Sprint("sub", i-12)
		}
		g.Supplies = append(g.Supplies, jurisdiction.Supply{From: from, To: fmt.Sprint("sub", i), For: "other"})
	}
	return g
}

func scene(t testing.TB, g *jurisdiction.Graph) *Scene {
	l := laws(t)
	return New(l, l.Assess(g, day))
}

// TestEveryPartyHasItsPlace: boxes do not overlap nor leave the page, links start and end at their boxes and cross none.
func TestEveryPartyHasItsPlace(t *testing.T) {
	for name, g := range map[string]*jurisdiction.Graph{"three": three(), "forty": forty(), "nobody": {Offering: jurisdiction.Offering{ID: "o", Name: "Alone"}}} {
		for _, perLine := range []int{ForPage, ForPaper} {
			t.Run(fmt.Sprintf("%s, %d in a line", name, perLine), func(t *testing.T) {
				l := laws(t)
				inPlace(t, g, NewWithin(l, l.Assess(g, day), perLine))
			})
		}
	}
}

func inPlace(t *testing.T, g *jurisdiction.Graph, s *Scene) {
	for _, w := range misplaced(g, s) {
		t.Error(w)
	}
}

// misplaced tells what is drawn wrongly.
func misplaced(g *jurisdiction.Graph, s *Scene) (wrong []string) {
	say := func(f string, args ...any) { wrong = append(wrong, fmt.Sprintf(f, args...)) }
	at := map[string]Box{}
	for i, b := range s.Boxes {
		at[b.ID] = b
		if b.X < 0 || b.Y < 0 || b.X+b.W > s.Width || b.Y+b.H > s.Height {
			say("%s leaves the page", b.ID)
		}
		for _, o := range s.Boxes[i+1:] {
			if b.X < o.X+o.W && o.X < b.X+b.W && b.Y < o.Y+o.H && o.Y < b.Y+b.H {
				say("%s and %s overlap", b.ID, o.ID)
			}
		}
	}
	for _, p := range g.Parties {
		if _, ok := at[p.ID]; !ok {
			say("%s is not drawn", p.ID)
		}
	}
	for _, a := range s.Arrows {
		if !touches(at[a.From], a.Points[0]) || !touches(at[a.To], a.Points[len(a.Points)-1]) {
			say("%s → %s does not join its boxes", a.From, a.To)
		}
		for i := 1; i < len(a.Points); i++ {
			for _, b := range s.Boxes {
				if b.ID != a.From && b.ID != a.To && crosses(b, a.Points[i-1], a.Points[i]) {
					say("%s → %s crosses %s", a.From, a.To, b.ID)
				}
			}
		}
	}
	return wrong
}

func touches(b Box, p Point) bool {
	return p.X >= b.X && p.X <= b.X+b.W && (p.Y == b.Y || p.Y == b.Y+b.H)
}

func crosses(b Box, p, q Point) bool {
	return min(p.X, q.X) < b.X+b.W && max(p.X, q.X) > b.X && min(p.Y, q.Y) < b.Y+b.H && max(p.Y, q.Y) > b.Y
}

func TestMarksAndUnknownParts(t *testing.T) {
	s := scene(t, three())
	at := map[string]Box{}
	for _, b := range s.Boxes {
		at[b.ID] = b
	}
	if b := at["h"]; b.Mark != Exposed || b.Zone != Outside || b.Dashed {
		t.Errorf("the American host: %+v", b)
	}
	if b := at["c"]; b.Zone != Adequate {
		t.Errorf("the Swiss support: %+v", b)
	}
	if b := at["?ownerv"]; !b.Dashed || b.Mark != Open {
		t.Errorf("the owner not known: %+v", b)
	}
	for _, a := range s.Arrows {
		if a.To == "h" && (a.Mark != Exposed || a.Mark.Weight() <= Plain.Weight()) {
			t.Errorf("the link to the host: %+v", a)
		}
		if a.From == "?ownerv" && !a.Dashed {
			t.Errorf("the link to the owner not known: %+v", a)
		}
	}
}

// TestNothingByColourAlone: each mark has its own weight, sign and word, and zones differ in grey.
func TestNothingByColourAlone(t *testing.T) {
	grey := func(c RGB) int { return (int(c[0])*299 + int(c[1])*587 + int(c[2])*114) / 1000 }
	for m := Plain; m < Exposed; m++ {
		if m.Weight() == (m+1).Weight() || m.Sign() == (m+1).Sign() || m.Word() == (m+1).Word() {
			t.Errorf("marks %d and %d look alike", m, m+1)
		}
	}
	for m := Plain; m <= Exposed; m++ {
		if contrast := 255 - grey(m.Stroke()); contrast < 110 {
			t.Errorf("lines of mark %d are pale in black and white", m)
		}
	}
	if grey(EEA.Fill())-grey(Outside.Fill()) < 10 {
		t.Error("zones look alike in black and white")
	}
}

func TestSVGIsWellFormedAndSpeaksBothLanguages(t *testing.T) {
	s := scene(t, forty())
	for _, l := range wording.Langs() {
		out := s.SVG(l)
		dec := xml.NewDecoder(strings.NewReader(string(out)))
		for {
			_, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, banned := range []string{"style=", "<style", "<script", "onload"} {
			if strings.Contains(string(out), banned) {
				t.Errorf("%s is refused by a strict content security policy", banned)
			}
		}
		for _, want := range map[wording.Lang][]string{wording.EN: {"Chain behind Assistant &amp; more", "United States", "12.5%", "not legal advice"}, wording.FR: {"Chaîne derrière Assistant\u00a0: l’offre", "États-Unis", "12,5\u00a0%", "avis juridique"}}[l] {
			if !strings.Contains(string(out), want) {
				t.Errorf("%s: %q is missing", l, want)
			}
		}
	}
	for _, p := range forty().Parties {
		word := strings.Fields(p.Name)[0]
		if !strings.Contains(s.Alt.EN, word) || !strings.Contains(s.Alt.FR, word) {
			t.Errorf("the picture in words leaves out %s", p.Name)
		}
	}
}

func TestSameSceneTwice(t *testing.T) {
	if diff := cmp.Diff(scene(t, forty()), scene(t, forty())); diff != "" {
		t.Error(diff)
	}
}

// TestKeepPictures writes the pictures for a person to look at, when a folder is named.
func TestKeepPictures(t *testing.T) {
	dir := os.Getenv("VIGIE_PICTURES")
	if dir == "" {
		t.Skip("VIGIE_PICTURES names no folder")
	}
	for name, g := range map[string]*jurisdiction.Graph{"three": three(), "forty": forty()} {
		for _, l := range wording.Langs() {
			if err := os.WriteFile(filepath.Join(dir, name+"."+string(l)+".svg"), scene(t, g).SVG(l), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestGivenRows: rows of any size, linked in any way, are laid out like judged ones.
func TestGivenRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows []Row
		var ids []string
		for r := range rapid.IntRange(1, 6).Draw(t, "rows") {
			row := Row{Name: wording.Same([]string{"above", "above", "here", "below"}[r%4])}
			for b := range rapid.IntRange(0, 7).Draw(t, "boxes") {
				id := fmt.Sprint(r, "-", b)
				ids = append(ids, id)
				row.Boxes = append(row.Boxes, Box{ID: id, Lines: Wrap(wording.Same("Société holding numéro "+id), 2)})
			}
			rows = append(rows, row)
		}
		var arrows []Arrow
		for range rapid.IntRange(0, 20).Draw(t, "links") {
			if len(ids) > 0 {
				arrows = append(arrows, Arrow{From: rapid.SampledFrom(ids).Draw(t, "from"), To: rapid.SampledFrom(ids).Draw(t, "to"), Supply: rapid.Bool().Draw(t, "use")})
			}
		}
		s := Arrange(rows, arrows, rapid.IntRange(2, 6).Draw(t, "beside"))
		if len(s.Boxes) != len(ids) {
			t.Fatalf("%d boxes of %d", len(s.Boxes), len(ids))
		}
		for _, w := range misplaced(&jurisdiction.Graph{}, s) {
			t.Error(w)
		}
	})
}
