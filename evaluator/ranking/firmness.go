package ranking

import (
	"math"
	"runtime"
	"slices"
	"sync"

	"vigie/catalog"
	"vigie/catalog/wording"
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
	Acceptability []float64          `json:"acceptability"`   // share of draws at each rank, best first, up to the last one it holds
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
	if draws < 1 || draws > MaxDraws {
		return nil, &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "draws", Text: wording.Textf("expected from 1 to %d draws, found %d", "attendu : de 1 à %d tirages ; trouvé : %d", MaxDraws, draws)}}}
	}
	order := p.order()
	tables := make([]table, len(order))
	for i, idx := range order {
		tables[i] = p.table(p.Candidates[idx], seed)
	}
	blocks := (draws + block - 1) / block
	workers := min(runtime.GOMAXPROCS(0), blocks)
	parts := make([]*tally, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			s := newScratch(len(order), len(p.Families), p.alphas(c), seed)
			for b := w; b < blocks; b += workers {
				s.run(tables, b, min(block, draws-b*block))
			}
			parts[w] = s.tally
		})
	}
	wg.Wait()
	return p.result(order, sum(parts), c, seed, draws), nil
}

// MaxDraws bounds one analysis: a million draws give a tenth of a point.
const MaxDraws = 1_000_000

// scratch is what one worker needs; its size does not depend on the number of draws.
type scratch struct {
	*tally
	n, nf     int
	alphas    []int
	cuts      []uint32
	one       []int64
	stream    stream
	weights   [][]int64 // family × draw of the block
	totals    []int32   // draw × candidate
	prev, cur lane
	highest   []int64 // best high of each draw, the next best, and whose the best is
	second    []int64
	highestAt []int32
	lowest    []int64 // best low of each draw, and whose
	lowestAt  []int32
	keys      []uint64
	buckets   []int32
	kept      int
	pairs     bool
}

func newScratch(n, nf int, alphas []int, seed uint64) *scratch {
	cuts := 1
	for _, a := range alphas {
		cuts += a
	}
	s := &scratch{n: n, nf: nf, alphas: alphas, cuts: make([]uint32, cuts), one: make([]int64, nf), stream: newStream(seed, ""),
		totals: make([]int32, block*n), prev: newLane(), cur: newLane(), highest: make([]int64, block), second: make([]int64, block),
		highestAt: make([]int32, block), lowest: make([]int64, block), lowestAt: make([]int32, block), keys: make([]uint64, 0, n),
		buckets: make([]int32, 100*unit>>bucketBits+1), kept: min(n, maxRanks), pairs: n <= maxPairs}
	for range nf {
		s.weights = append(s.weights, make([]int64, block))
	}
	wins := n
	if s.pairs {
		wins = n * n
	}
	s.tally = &tally{ranks: make([]int32, n*s.kept), wins: make([]int32, wins), sure: make([]int32, n), sureFirst: make([]int32, n), central: make([]int64, n*nf), first: make([]int64, n)}
	return s
}

func (s *scratch) run(tables []table, b, draws int) {
	src := s.stream.block(b)
	for d := range draws {
		dirichlet(&src, s.alphas, s.cuts, s.one)
		for f, w := range s.one {
			s.weights[f][d] = w
		}
		s.highest[d], s.second[d], s.lowest[d] = -1, -1, -1
	}
	for i := range tables {
		s.prev, s.cur = s.cur, s.prev
		tables[i].fill(b, s.weights, draws, &s.cur)
		s.compare(i, draws)
	}
	for d := range draws {
		at, others := s.lowestAt[d], s.highest[d]
		if s.highestAt[d] == at {
			others = s.second[d]
		}
		// Whoever beats all others' highs has the best low: only that one needs to be looked at.
		if s.lowest[d] > others {
			s.sureFirst[at]++
		}
		s.rank(d)
	}
}

// compare takes in the lane of candidate i, and holds it against that of the one before.
func (s *scratch) compare(i, draws int) {
	low, high, total := s.cur.low[:draws], s.cur.high[:draws], s.cur.total[:draws]
	for d := range draws {
		switch h := high[d]; {
		case h > s.highest[d]:
			s.highest[d], s.second[d], s.highestAt[d] = h, s.highest[d], int32(i)
		case h > s.second[d]:
			s.second[d] = h
		}
		if low[d] > s.lowest[d] {
			s.lowest[d], s.lowestAt[d] = low[d], int32(i)
		}
		s.totals[d*s.n+i] = int32(total[d])
	}
	if i == 0 {
		return
	}
	var sure, wins int32
	for d, h := range high {
		if s.prev.low[d] > h {
			sure++
		}
		if s.prev.total[d] >= total[d] {
			wins++
		}
	}
	s.sure[i-1] += sure
	if !s.pairs {
		s.wins[i-1] += wins
	}
}

// rank counts the places of one draw. Equal totals keep the order of the means.
func (s *scratch) rank(d int) {
	totals := s.totals[d*s.n : (d+1)*s.n]
	if s.pairs {
		for i, t := range totals {
			row := s.wins[i*s.n : (i+1)*s.n]
			for j, u := range totals {
				if t > u || t == u && i < j {
					row[j]++
				}
			}
		}
	}
	s.keys = s.keys[:0]
	least := s.threshold(totals)
	for i, t := range totals {
		if t >= least {
			s.keys = append(s.keys, uint64(100*unit-int64(t))<<16|uint64(i))
		}
	}
	slices.Sort(s.keys)
	for rank, k := range s.keys[:s.kept] {
		s.ranks[int(k&0xffff)*s.kept+rank]++
	}
	winner := int(s.keys[0] & 0xffff)
	s.first[winner]++
	for f := range s.nf {
		s.central[winner*s.nf+f] += s.weights[f][d]
	}
}

// bucketBits is the width of the buckets by which the best totals are found before they are sorted.
const bucketBits = 17

// threshold is a total that at least the first maxRanks reach, and few others.
func (s *scratch) threshold(totals []int32) int32 {
	if len(totals) == s.kept {
		return 0
	}
	clear(s.buckets)
	for _, t := range totals {
		s.buckets[t>>bucketBits]++
	}
	left := int32(s.kept)
	for b := len(s.buckets) - 1; b > 0; b-- {
		if left -= s.buckets[b]; left <= 0 {
			return int32(b) << bucketBits
		}
	}
	return 0
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
		for len(pl.Acceptability) > 1 && pl.Acceptability[len(pl.Acceptability)-1] == 0 {
			pl.Acceptability = pl.Acceptability[:len(pl.Acceptability)-1]
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
