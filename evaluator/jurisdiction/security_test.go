package jurisdiction

import (
	"fmt"
	"testing"
	"time"
)

// S19: a register of owners that somebody made to hang the walk ends, and what cannot be is said.
func TestHostileOwnership(t *testing.T) {
	laws := builtin(t)
	start := func(parties int) *Graph {
		g := &Graph{Offering: Offering{ID: "o", Deployment: API, DataIn: In("FR"), Keys: KeysVendor, PartiesKnown: Yes}, Immunity: ImmunityFacts{Subject: "p0"}}
		for i := range parties {
			g.Parties = append(g.Parties, company(fmt.Sprint("p", i), Owner))
		}
		g.Parties[0].Roles, g.Parties[0].Access = ServingVendor|Host, Exactly(AccessPlaintext)
		return g
	}
	own := func(g *Graph, owner, of int, share string) {
		g.Stakes = append(g.Stakes, Stake{Owner: fmt.Sprint("p", owner), Of: fmt.Sprint("p", of), Percent: Exact(pct(t, share))})
	}
	for _, c := range []struct {
		name    string
		make    func() *Graph
		problem string // that must be told; empty: none is asked for
	}{
		{"everybody owns everybody, sixty companies", func() *Graph {
			g := start(60)
			for i := range 60 {
				for j := range 60 {
					if i != j {
						own(g, i, j, "50")
					}
				}
			}
			return g
		}, "over_100"},
		{"one cycle of two thousand", func() *Graph {
			g := start(2000)
			for i := range 2000 {
				own(g, (i+1)%2000, i, "100")
			}
			return g
		}, ""},
		{"a company that owns itself whole", func() *Graph {
			g := start(1)
			own(g, 0, 0, "100")
			return g
		}, ""},
		{"a diamond of depth 40", func() *Graph {
			g := start(1 + 2*40)
			for level := range 40 {
				for k := range 2 {
					own(g, 1+2*level+k, max(0, 1+2*(level-1)), "50")
					if level > 0 {
						own(g, 1+2*level+k, 2+2*(level-1), "50")
					}
				}
			}
			return g
		}, ""},
		{"shares that make 300 %", func() *Graph {
			g := start(4)
			for i := range 3 {
				own(g, i+1, 0, "100")
			}
			return g
		}, "over_100"},
	} {
		g := c.make()
		began := time.Now()
		e := laws.Assess(g, today)
		t.Logf("%s: %s", c.name, time.Since(began))
		found := c.problem == ""
		for _, p := range e.Problems {
			found = found || p.Code == c.problem
		}
		if !found || len(e.Exposures) == 0 {
			t.Errorf("%s: %d exposures, problems %v, want %q", c.name, len(e.Exposures), e.Problems, c.problem)
		}
	}
}

// S19: of a register of a hundred thousand companies with cycles, what bears on one offering is cut out and judged.
func TestHundredThousandCompanies(t *testing.T) {
	laws, r := builtin(t), theBig()
	for _, i := range []int{0, 1, 50_000, 99_999} {
		began := time.Now()
		g := servedBy(r, i)
		e := laws.Assess(g, today)
		t.Logf("v%d: %d parties, %d stakes, %s", i, len(g.Parties), len(g.Stakes), time.Since(began))
		if len(e.Exposures) == 0 {
			t.Errorf("v%d: no answer", i)
		}
	}
}
