package jurisdiction

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/traverse"

	"vigie/catalog"
)

// bigRegister makes n vendors with 1.5 stakes and 1.5 supplies each: every one prefers popular parties (a power law),
// and some links go to younger ones, which makes cycles.
func bigRegister(n int) *Register {
	rnd := rand.New(rand.NewPCG(7, 11))
	countries := []string{"FR", "DE", "NL", "US", "US", "US", "GB", "CN", "CA", "IE", "IN", "CH", "SE", "ES"}
	parties := make([]Party, n)
	id := func(i int) string { return fmt.Sprintf("v%d", i) }
	for i := range parties {
		c := countries[rnd.IntN(len(countries))]
		p := Party{ID: id(i), Name: "Vendor " + id(i), Kind: Company, IncorporatedIn: c, HeadquarteredIn: c, Roles: Subprocessor, Access: Exactly(AccessPlaintext), Provider: Of(rnd.IntN(3) == 0), Serves: In(c, "FR"), AdminFrom: In(c), OwnersComplete: Of(rnd.IntN(10) > 0), HoldersComplete: Yes}
		switch rnd.IntN(6) {
		case 0:
			p.Kind = Fund
		case 1:
			p.Kind, p.Nationality = Individual, In(c)
		}
		parties[i] = p
	}
	// Preferential attachment: the end of a link drawn at random is a popular party. Groups, investors and suppliers
	// are popular each in their own way; one link in fifty goes anywhere, and makes cycles.
	pick := func(i int, ends []int) int {
		switch rnd.IntN(50) {
		case 0:
			return rnd.IntN(n)
		case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10:
			return rnd.IntN(i + 1)
		}
		return ends[rnd.IntN(len(ends))]
	}
	groups, investors, hosts := []int{0}, []int{0}, []int{0}
	var stakes []Stake
	var supplies []Supply
	for i := 1; i < n; i++ {
		left := 100
		for range 1 + rnd.IntN(2) {
			ends, pct := &investors, 3+rnd.IntN(30)
			if rnd.IntN(3) == 0 {
				ends, pct = &groups, 51+rnd.IntN(40)
			}
			if pct > left {
				continue
			}
			left -= pct
			o := pick(i, *ends)
			*ends = append(*ends, o)
			s, _ := ParsePercent(fmt.Sprint(pct))
			stakes = append(stakes, Stake{Owner: id(o), Of: id(i), Percent: Exact(s)})
		}
		for range 1 + rnd.IntN(2) {
			o := pick(i, hosts)
			hosts = append(hosts, o)
			supplies = append(supplies, Supply{From: id(i), To: id(o)})
		}
	}
	return NewRegister(parties, stakes, supplies)
}

var theBig = sync.OnceValue(func() *Register { return bigRegister(100_000) })

func servedBy(r *Register, i int) *Graph {
	id := fmt.Sprintf("v%d", i)
	g := r.Cut(id, Offering{ID: id, Deployment: API, DataIn: In("FR"), Keys: KeysVendor, PartiesKnown: Yes})
	g.Parties[0].Roles |= ServingVendor | Host
	g.Use = Use{Users: In("FR"), Subjects: In("FR"), PersonalData: Yes}
	g.Immunity.Subject = id
	return g
}

func BenchmarkOffering(b *testing.B) {
	laws := builtin(b)
	cases := readCases(b, "testdata/cases.yaml")
	for _, want := range []string{"azure-openai-france", "mistral-api", "owner-not-known", "deepseek-weights-on-premises"} {
		for _, c := range cases {
			if c.ID != want {
				continue
			}
			g := c.graph()
			b.Run(want, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					laws.Assess(g, today)
				}
			})
		}
	}
}

func BenchmarkReference(b *testing.B) {
	laws, view := builtin(b), referenceView(b)
	for _, id := range []string{"azure-openai-eu-gpt-5.5", "openai-api-eu-gpt-5.5", "mistral-api-medium-3.5"} {
		d, err := view.Gather(catalog.Query{Offering: id})
		if err != nil {
			b.Fatal(err)
		}
		g := FromDossier(d)
		b.Run(id+"/verdicts", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				laws.Verdicts(g, today)
			}
		})
		b.Run(id, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				laws.Assess(g, today)
			}
		})
	}
}

func BenchmarkRegister(b *testing.B) {
	r := theBig()
	b.ReportAllocs()
	for b.Loop() {
		NewRegister(r.parties, r.stakes, r.supplies)
	}
}

func BenchmarkOneOfMany(b *testing.B) {
	r, laws := theBig(), builtin(b)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		laws.Assess(servedBy(r, 90_000+i%10_000), today)
		i++
	}
}

// BenchmarkReachability is the floor: what gonum needs to find the parties reachable from one offering of the same
// graph, without asking anything of them.
func BenchmarkReachability(b *testing.B) {
	r := theBig()
	g := simple.NewDirectedGraph()
	for i := range r.parties {
		g.AddNode(simple.Node(i))
	}
	for _, s := range r.stakes {
		if from, to := r.number[s.Of], r.number[s.Owner]; from != to {
			g.SetEdge(g.NewEdge(simple.Node(from), simple.Node(to)))
		}
	}
	for _, s := range r.supplies {
		if from, to := r.number[s.From], r.number[s.To]; from != to {
			g.SetEdge(g.NewEdge(simple.Node(from), simple.Node(to)))
		}
	}
	i := 0
	for b.Loop() {
		bf := traverse.BreadthFirst{}
		bf.Walk(g, simple.Node(90_000+i%10_000), nil)
		i++
	}
}

// BenchmarkKnot is a diamond of depth forty with cycles and shares of 300 % at each level.
func BenchmarkKnot(b *testing.B) {
	laws, g := builtin(b), knot()
	for b.Loop() {
		laws.Assess(g, today)
	}
}
