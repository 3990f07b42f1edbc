package jurisdiction

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"vigie/catalog/wording"
)

func pct(t testing.TB, s string) Share {
	t.Helper()
	v, ok := ParsePercent(s)
	if !ok {
		t.Fatalf("%q is no percentage", s)
	}
	return v
}

// company makes a French company with nothing unknown.
func company(id string, roles Roles) Party {
	return Party{ID: id, Name: id, Kind: Company, IncorporatedIn: "FR", HeadquarteredIn: "FR", Roles: roles, OwnersComplete: Yes, HoldersComplete: Yes}
}

func owned(t testing.TB, lines ...string) *Graph {
	t.Helper()
	g := &Graph{Offering: Offering{ID: "o", Deployment: API, DataIn: In("FR"), Keys: KeysVendor, PartiesKnown: Yes}, Use: Use{Users: In("FR"), Subjects: In("FR"), PersonalData: Yes}}
	seen := map[string]bool{}
	for _, l := range lines {
		var owner, of, share string
		if _, err := fmt.Sscan(l, &owner, &of, &share); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{of, owner} {
			if !seen[id] {
				seen[id] = true
				g.Parties = append(g.Parties, company(id, 0))
			}
		}
		g.Stakes = append(g.Stakes, Stake{Owner: owner, Of: of, Percent: Exact(pct(t, share))})
	}
	g.Parties[0].Roles = ServingVendor | Host
	g.Parties[0].Access = Exactly(AccessPlaintext)
	return g
}

// TestIndirectShares names what each structure gives to the holder t in the vendor v.
func TestIndirectShares(t *testing.T) {
	laws := builtin(t)
	for _, c := range []struct {
		name string
		want string
		in   []string
	}{
		{"a chain multiplies", "30", []string{"a v 60", "t a 50"}},
		{"a diamond adds", "48", []string{"a v 60", "b v 40", "t a 40", "t b 60"}},
		{"exactly 24 %", "24", []string{"a v 48", "t a 50"}},
		{"thirds stay exact to the last decimal", "11.1111", []string{"a v 33.3333333333", "t a 33.3333333333"}},
		{"a vendor that owns itself through another inflates nothing", "60", []string{"t v 60", "a v 40", "v a 100"}},
		{"two companies that hold each other count each path once", "40", []string{"a v 100", "a b 60", "b a 60", "t a 40"}},
		{"a path enters a cycle and leaves it", "16", []string{"a v 80", "b a 40", "a b 10", "t b 50"}},
		{"treasury shares give nobody anything", "50", []string{"v v 50", "t v 50"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWalk(owned(t, c.in...), laws)
			got := w.flow(w.number["v"], nil)[w.number["t"]]
			if got.Max-got.Min > 4 {
				t.Errorf("bounds %d and %d are not one figure", got.Min, got.Max)
			}
			if s := got.Min.Percent(4); s != c.want {
				t.Errorf("got %s %%, want %s %%", s, c.want)
			}
		})
	}
}

func TestControl(t *testing.T) {
	laws := builtin(t)
	for _, c := range []struct {
		name string
		want Truth
		in   []string
	}{
		{"more than half at each step", Yes, []string{"a v 51", "t a 50.0001"}},
		{"half is not a majority", No, []string{"a v 100", "t a 50"}},
		{"two companies of one group hold the majority together", Yes, []string{"a v 30", "b v 30", "t a 100", "t b 100"}},
		{"two companies of which one is not controlled do not", No, []string{"a v 30", "b v 30", "t a 100", "t b 40"}},
		{"two lines of one holder add up", Yes, []string{"t v 30", "t v 25"}},
		{"a cycle ends the walk", No, []string{"a v 100", "b a 100", "a b 100", "t b 0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWalk(owned(t, c.in...), laws)
			if got := w.controls(w.number["t"], w.number["v"]); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestSharesAgreeWithMatrix compares, on acyclic graphs, with (I − A)⁻¹ − I, whose entry (i, j) is the share of i in j.
func TestSharesAgreeWithMatrix(t *testing.T) {
	laws := builtin(t)
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(2, 12).Draw(rt, "n")
		g := &Graph{}
		for i := range n {
			g.Parties = append(g.Parties, company(fmt.Sprint("p", i), 0))
		}
		eye := mat.NewDense(n, n, nil)
		for of := range n {
			eye.Set(of, of, eye.At(of, of)+1)
			left := 10000
			for owner := of + 1; owner < n; owner++ {
				if !rapid.Bool().Draw(rt, "holds") {
					continue
				}
				hundredths := rapid.IntRange(0, left).Draw(rt, "percent")
				left -= hundredths
				g.Stakes = append(g.Stakes, Stake{Owner: fmt.Sprint("p", owner), Of: fmt.Sprint("p", of), Percent: Exact(Share(hundredths) * (Whole / 10000))})
				eye.Set(owner, of, -float64(hundredths)/10000)
			}
		}
		var inverse mat.Dense
		if err := inverse.Inverse(eye); err != nil {
			rt.Fatal(err)
		}
		w := newWalk(g, laws)
		got := w.flow(0, nil)
		for i := 1; i < n; i++ {
			want := inverse.At(i, 0)
			if low, high := float64(got[i].Min)/float64(Whole), float64(got[i].Max)/float64(Whole); math.Abs(low-want) > 1e-12 || math.Abs(high-want) > 1e-12 {
				rt.Fatalf("p%d: got %v to %v, want %v", i, low, high, want)
			}
		}
	})
}

// knot is a diamond of depth forty, each level held three times at 100 %, with stakes that lead back up.
func knot() *Graph {
	g := &Graph{Offering: Offering{ID: "o", Deployment: API, DataIn: In("FR"), PartiesKnown: Yes}, Immunity: ImmunityFacts{Subject: "l0-0"}}
	for level := range 41 {
		for k := range 3 {
			p := company(fmt.Sprintf("l%d-%d", level, k), Owner)
			if level == 40 {
				p.IncorporatedIn, p.HeadquarteredIn = "US", "US"
			}
			g.Parties = append(g.Parties, p)
			for j := range 3 {
				if level > 0 {
					g.Stakes = append(g.Stakes, Stake{Owner: p.ID, Of: fmt.Sprintf("l%d-%d", level-1, j), Percent: Exact(Whole)})
				}
			}
			if level > 1 && level%5 == 0 {
				g.Stakes = append(g.Stakes, Stake{Owner: fmt.Sprintf("l%d-%d", level-2, k), Of: p.ID, Percent: Exact(Whole / 2)})
			}
			if level == 39 {
				g.Stakes = append(g.Stakes, Stake{Owner: fmt.Sprintf("l1-%d", k), Of: p.ID, Percent: Exact(Whole / 10)})
			}
		}
	}
	g.Parties[0].Roles, g.Parties[0].Access = ServingVendor|Host, Exactly(AccessPlaintext)
	return g
}

// TestKnot ends, finds the controller at the top, and says what cannot be as recorded.
func TestKnot(t *testing.T) {
	e := builtin(t).Assess(knot(), today)
	codes := map[string]int{}
	for _, p := range e.Problems {
		codes[p.Code]++
	}
	if codes["over_100"] != 120 || codes["entangled"] == 0 {
		t.Errorf("problems: %v; want 120 companies over 100 %% and the knots", codes)
	}
	for _, x := range e.Exposures {
		if x.Law == "us-sca-cloud-act" && x.Status != Exposed {
			t.Errorf("CLOUD Act %s: the parent at the top controls", x.Status)
		}
	}
}

func TestPercentRoundTrip(t *testing.T) {
	for _, s := range []string{"0", "24", "39", "100", "33.3333", "0.0001", "50.5"} {
		if got := pct(t, s).Percent(4); got != s {
			t.Errorf("%s came back as %s", s, got)
		}
	}
	for _, s := range []string{"-1", "1e2", "", "1001", "12.123456789012345"} {
		if _, ok := ParsePercent(s); ok {
			t.Errorf("%q was taken for a percentage", s)
		}
	}
	if diff := cmp.Diff(PercentSpan{"12", "89"}, span(Range{pct(t, "12"), pct(t, "89")})); diff != "" {
		t.Error(diff)
	}
}

// TestChains lists every way from the vendor to a party, the shortest first.
func TestChains(t *testing.T) {
	g := owned(t, "a v 60", "b v 40", "t a 40", "t b 60")
	g.Supplies = []Supply{{From: "v", To: "t"}}
	var got []string
	for _, c := range builtin(t).Assess(g, today).Chains("t") {
		got = append(got, c.Text)
	}
	want := []string{"v (FR) → t (FR)", "v (FR) ← 60 % ← a (FR) ← 40 % ← t (FR)", "v (FR) ← 40 % ← b (FR) ← 60 % ← t (FR)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPathsInBothLanguages(t *testing.T) {
	c := Chain{Steps: []Step{{Party: "v", Name: "Vallée", Country: "FR"}, {Via: ViaOwner, Party: "p", Name: "Pine, Inc.", Country: "US", Share: "≥ 12.5 % (c)"}}, Tail: "market → US"}
	if got, want := c.In(wording.EN), "Vallée (FR) ← ≥\u00a012.5% (c) ← Pine, Inc. (US); market → US"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := c.In(wording.FR), "Vallée (FR) ← ≥\u00a012,5\u00a0% (c) ← Pine, Inc. (US)\u00a0; marché → US"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
