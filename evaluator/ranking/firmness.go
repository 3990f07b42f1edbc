package ranking

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

// Word is how firm a place in a ranking is.
type Word string

// The words. A place is firm when in 95 % of the weights drawn the candidate's lowest score beats the highest of
// the next one (for the first place: of every other); likely when it wins against the next one in 80 % of the
// draws; otherwise the two are not separated. The last place has no next one: it takes the word of the place above.
const (
	Firm         Word = "firm"
	Likely       Word = "likely"
	NotSeparated Word = "not_separated"
)

// Thresholds of the words (METHOD section 1.3).
const (
	firmShare   = 0.95
	likelyShare = 0.80
)

// maxRanks bounds how many ranks an acceptability lists: the first ones.
const maxRanks = 100

// maxPairs bounds the candidates for which every pair is counted; above it only neighbours are.
const maxPairs = 64

// Place is one line of a ranking.
type Place struct {
	ID            string             `json:"id"`
	Rank          int                `json:"rank"` // ties within the noise of the draws share one
	Word          Word               `json:"word"`
	BeatsNext     float64            `json:"beats_next"`      // share of draws won against the next candidate
	SurelyBefore  float64            `json:"surely_before"`   // share of weights under which its low beats the next one's high
	First         float64            `json:"first"`           // share of draws in which it is first
	SureFirst     float64            `json:"sure_first"`      // share of weights under which its low beats every other's high
	Acceptability []float64          `json:"acceptability"`   // share of draws at each rank, best first
	Central       map[string]float64 `json:"central_weights"` // mean weights, in percent, of the draws in which it is first: what one must believe
}

// Pair is how often one candidate wins against another.
type Pair struct {
	A    string  `json:"a"`
	B    string  `json:"b"`
	Wins float64 `json:"wins"` // of A
}

// Firmness is the answer of the draws.
type Firmness struct {
	Seed       uint64     `json:"seed"`
	Draws      int        `json:"draws"`
	Conviction Conviction `json:"conviction"`
	Error      float64    `json:"error"` // half-width of the 95 % interval of any share
	Places     []Place    `json:"places"`
	Pairs      []Pair     `json:"pairs"`
}

type candidateTables struct {
	id        string
	families  []*alias
	low, high []int64 // by family; -1: may be empty
	empties   bool
}

// tally is what the draws count; tallies of blocks add up.
type tally struct {
	ranks     []int32 // candidate × rank, the first maxRanks of them
	wins      []int32 // pairs, or neighbours only
	sure      []int32 // low beats next's high
	sureFirst []int32
	central   []int64 // candidate × family
	first     []int64
}

// Analyse draws and counts. The same problem, conviction, seed and number of draws give the same answer on any
// number of processors.
func (p *Problem) Analyse(c Conviction, seed uint64, draws int) (*Firmness, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	order := p.order()
	n, nf := len(order), len(p.Families)
	tables := make([]candidateTables, n)
	for i, idx := range order {
		tables[i] = p.tables(p.Candidates[idx])
	}
	blocks := (draws + block - 1) / block
	workers := min(runtime.GOMAXPROCS(0), blocks)
	parts := make([]*tally, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			s := newScratch(n, nf, p.alphas(c))
			for b := w; b < blocks; b += workers {
				s.run(tables, seed, b, min(block, draws-b*block))
			}
			parts[w] = s.tally
		}()
	}
	wg.Wait()
	return p.result(order, sum(parts), c, seed, draws), nil
}

func (p *Problem) tables(c Candidate) candidateTables {
	t := candidateTables{id: c.ID}
	for f := range p.Families {
		atoms := p.distribution(c, f)
		t.families = append(t.families, newAlias(atoms))
		low, high := atoms[0].value, atoms[len(atoms)-1].value
		if low == -1 {
			t.empties = true
			if len(atoms) > 1 {
				low = atoms[1].value
			}
		}
		t.low, t.high = append(t.low, low), append(t.high, high)
	}
	return t
}

type scratch struct {
	*tally
	n, nf   int
	alphas  []int
	cuts    []uint32
	weights []int64
	totals  []int64
	low     []int64
	high    []int64
	keys    []uint64
	swap    []uint64
}

func newScratch(n, nf int, alphas []int) *scratch {
	sum := 0
	for _, a := range alphas {
		sum += a
	}
	pairs := n
	if n <= maxPairs {
		pairs = n * n
	}
	return &scratch{
		tally: &tally{ranks: make([]int32, n*min(n, maxRanks)), wins: make([]int32, pairs), sure: make([]int32, n), sureFirst: make([]int32, n), central: make([]int64, n*nf), first: make([]int64, n)},
		n:     n, nf: nf, alphas: alphas, cuts: make([]uint32, max(sum, 1)), weights: make([]int64, nf),
		totals: make([]int64, n), low: make([]int64, n), high: make([]int64, n), keys: make([]uint64, n), swap: make([]uint64, n),
	}
}

func (s *scratch) run(tables []candidateTables, seed uint64, b, draws int) {
	weights := make([][]int64, draws)
	src := stream(seed, "", b)
	for d := range weights {
		weights[d] = make([]int64, s.nf)
		dirichlet(src, s.alphas, s.cuts, weights[d])
	}
	totals := make([]int64, draws*s.n)
	for i := range tables {
		t := &tables[i]
		own := stream(seed, t.id, b)
		for d := range draws {
			totals[d*s.n+i] = t.total(own, weights[d])
		}
	}
	for d := range draws {
		s.count(tables, totals[d*s.n:(d+1)*s.n], weights[d])
	}
}

// total is the score of one draw in millionths of a point.
func (t *candidateTables) total(src *rand.PCG, weights []int64) int64 {
	var sum, weight int64
	if !t.empties { // the weights add up to weightRange
		for f, a := range t.families {
			v := t.low[f]
			if v != t.high[f] {
				v = a.draw(src)
			}
			sum += weights[f] * v
		}
		return sum / weightRange
	}
	for f, a := range t.families {
		v := a.values[0]
		if len(a.values) > 1 {
			v = a.draw(src)
		}
		if v >= 0 {
			sum += weights[f] * v
			weight += weights[f]
		}
	}
	if weight == 0 {
		return 0
	}
	return sum / weight
}

// end is the lowest or highest total under the weights. Families that may be empty count as there: the ends of a
// candidate that has some are then near, not exact, and serve for the word alone.
func (t *candidateTables) end(values, weights []int64) int64 {
	var sum, weight int64
	if !t.empties {
		for f, v := range values {
			sum += weights[f] * v
		}
		return sum / weightRange
	}
	for f, v := range values {
		if v >= 0 {
			sum += weights[f] * v
			weight += weights[f]
		}
	}
	if weight == 0 {
		return 0
	}
	return sum / weight
}

func (s *scratch) count(tables []candidateTables, totals, weights []int64) {
	n := s.n
	bestHigh, secondHigh, bestAt := int64(-1), int64(-1), -1
	for i := range tables {
		t := &tables[i]
		s.low[i], s.high[i] = t.end(t.low, weights), t.end(t.high, weights)
		if s.high[i] > bestHigh {
			bestHigh, secondHigh, bestAt = s.high[i], bestHigh, i
		} else if s.high[i] > secondHigh {
			secondHigh = s.high[i]
		}
	}
	for i := range n {
		others := bestHigh
		if i == bestAt {
			others = secondHigh
		}
		if s.low[i] > others {
			s.sureFirst[i]++
		}
		if i+1 < n && s.low[i] > s.high[i+1] {
			s.sure[i]++
		}
	}
	if n <= maxPairs {
		for i := range n {
			for j := range n {
				if totals[i] > totals[j] || totals[i] == totals[j] && i < j {
					s.wins[i*n+j]++
				}
			}
		}
	} else {
		for i := range n - 1 {
			if totals[i] >= totals[i+1] {
				s.wins[i]++
			}
		}
	}
	for i, t := range totals { // best first; equal totals keep the order of the means
		s.keys[i] = uint64(1<<27-t)<<16 | uint64(i)
	}
	sortKeys(s.keys, s.swap)
	kept := min(n, maxRanks)
	for rank, k := range s.keys[:kept] {
		s.ranks[int(k&0xffff)*kept+rank]++
	}
	winner := int(s.keys[0] & 0xffff)
	s.first[winner]++
	for f, w := range weights {
		s.central[winner*s.nf+f] += w
	}
}

// sortKeys sorts by the upper bits: three passes of nine bits over totals below 2^27, stable, so that equal totals
// keep their order.
func sortKeys(keys, swap []uint64) {
	if len(keys) < 48 {
		slices.Sort(keys)
		return
	}
	for shift := 16; shift < 43; shift += 9 {
		var count [512]int32
		for _, k := range keys {
			count[k>>shift&511]++
		}
		at := int32(0)
		for i, c := range count {
			count[i], at = at, at+c
		}
		for _, k := range keys {
			b := k >> shift & 511
			swap[count[b]] = k
			count[b]++
		}
		copy(keys, swap)
	}
}

func sum(parts []*tally) *tally {
	out := parts[0]
	for _, p := range parts[1:] {
		addTo(out.ranks, p.ranks)
		addTo(out.wins, p.wins)
		addTo(out.sure, p.sure)
		addTo(out.sureFirst, p.sureFirst)
		addTo(out.central, p.central)
		addTo(out.first, p.first)
	}
	return out
}

func addTo[T int32 | int64](a, b []T) {
	for i, x := range b {
		a[i] += x
	}
}

func (p *Problem) result(order []int, t *tally, c Conviction, seed uint64, draws int) *Firmness {
	n, nf := len(order), len(p.Families)
	out := &Firmness{Seed: seed, Draws: draws, Conviction: c, Error: round(1.96*math.Sqrt(0.25/float64(draws)), 4), Pairs: []Pair{}}
	share := func(k int32) float64 { return round(float64(k)/float64(draws), 4) }
	id := func(i int) string { return p.Candidates[order[i]].ID }
	win := func(i int) float64 {
		if n <= maxPairs {
			return share(t.wins[i*n+i+1])
		}
		return share(t.wins[i])
	}
	for i := range n {
		pl := Place{ID: id(i), Rank: i + 1, First: round(float64(t.first[i])/float64(draws), 4), SureFirst: share(t.sureFirst[i]), Central: map[string]float64{}}
		kept := min(n, maxRanks)
		for r := range kept {
			pl.Acceptability = append(pl.Acceptability, share(t.ranks[i*kept+r]))
		}
		if t.first[i] > 0 {
			for f := range nf {
				pl.Central[p.Families[f].ID] = round(100*float64(t.central[i*nf+f])/float64(t.first[i])/weightRange, 2)
			}
		}
		if i+1 < n {
			pl.BeatsNext, pl.SurelyBefore = win(i), share(t.sure[i])
			pl.Word = word(pl, i == 0)
		}
		if i > 0 {
			prev := &out.Places[i-1]
			if math.Abs(prev.BeatsNext-0.5) <= out.Error {
				pl.Rank = prev.Rank
			}
			if i+1 == n {
				pl.Word = prev.Word
			}
		}
		if n == 1 {
			pl.Word = Firm
		}
		out.Places = append(out.Places, pl)
	}
	if n <= maxPairs {
		for i := range n {
			for j := range n {
				if i != j {
					out.Pairs = append(out.Pairs, Pair{A: id(i), B: id(j), Wins: share(t.wins[i*n+j])})
				}
			}
		}
	}
	return out
}

func word(p Place, first bool) Word {
	sure := p.SurelyBefore
	if first {
		sure = p.SureFirst
	}
	switch {
	case sure >= firmShare:
		return Firm
	case p.BeatsNext >= likelyShare:
		return Likely
	}
	return NotSeparated
}

func round(x float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(x*scale) / scale
}
