package jurisdiction

import "slices"

// Register is a large set of parties, stakes and supplies, indexed once, from which the graph of one offering is cut
// out: only what can bear on it. Its memory is linear in what it holds. It is never changed after NewRegister and may
// be read by several goroutines.
type Register struct {
	parties  []Party
	stakes   []Stake
	supplies []Supply
	number   map[string]int32

	// Compressed rows: the stakes in a party, those it holds, and its supplies, in the order given.
	owners, held, uses rows
	witness            map[witnessKey]witnessed
	countries          [][2]byte // met, in order of first appearance
}

type rows struct{ first, item []int32 }

func (r rows) of(i int32) []int32 { return r.item[r.first[i]:r.first[i+1]] }

// NewRegister indexes parties and links. Links that point to nobody stay out; Problems of a graph cut out later do
// not name them, so check files before.
func NewRegister(parties []Party, stakes []Stake, supplies []Supply) *Register {
	r := &Register{parties: parties, stakes: stakes, supplies: supplies, number: make(map[string]int32, len(parties))}
	for i := range parties {
		r.number[parties[i].ID] = int32(i)
	}
	at := func(id string) int32 {
		if n, ok := r.number[id]; ok {
			return n
		}
		return -1
	}
	owner, of := make([]int32, len(stakes)), make([]int32, len(stakes))
	for i := range stakes {
		owner[i], of[i] = at(stakes[i].Owner), at(stakes[i].Of)
		if owner[i] < 0 || of[i] < 0 || owner[i] == of[i] {
			owner[i], of[i] = -1, -1
		}
	}
	from := make([]int32, len(supplies))
	for i := range supplies {
		if from[i] = at(supplies[i].From); at(supplies[i].To) < 0 {
			from[i] = -1
		}
	}
	r.owners, r.held, r.uses = index(len(parties), of), index(len(parties), owner), index(len(parties), from)
	r.witnesses()
	return r
}

// index sorts items into rows by their key; a negative key leaves the item out.
func index(n int, key []int32) rows {
	r := rows{first: make([]int32, n+1)}
	for _, k := range key {
		if k >= 0 {
			r.first[k+1]++
		}
	}
	for i := range n {
		r.first[i+1] += r.first[i]
	}
	r.item = make([]int32, r.first[n])
	next := append([]int32(nil), r.first[:n]...)
	for i, k := range key {
		if k >= 0 {
			r.item[next[k]] = int32(i)
			next[k]++
		}
	}
	return r
}

// step says whether a stake alone gives control.
func (r *Register) step(s int32) Truth {
	st := &r.stakes[s]
	e := edge{votes: st.Percent}
	if st.HasVotes {
		e.votes = st.Votes
	}
	return e.gives(st.Control, r.parties[r.number[st.Owner]].Kind)
}

// Of everything that a party controls outside the chain of an offering, a law only asks whether there is a company in
// some country, and whether it provides such services. One witness for each country and question, sure or possible,
// answers as well as a group of ten thousand.
type witnessKey struct {
	node     int32
	country  [2]byte // zero: not known
	provider bool
	truth    Truth
}

type witnessed struct {
	node int32 // the company that stands for the others
	via  int32 // the first company on the way down to it
}

// witnesses lets every company climb to those who control it, as far as it is the first of its country there.
func (r *Register) witnesses() {
	r.witness = map[witnessKey]witnessed{}
	var stack []int32
	for i := range r.parties {
		p := &r.parties[i]
		if len(r.owners.of(int32(i))) == 0 {
			continue
		}
		for _, code := range [2]string{p.IncorporatedIn, p.HeadquarteredIn} {
			var country [2]byte
			copy(country[:], code)
			if !slices.Contains(r.countries, country) {
				r.countries = append(r.countries, country)
			}
			for _, provider := range [2]bool{false, true} {
				if provider && p.Provider == No {
					continue
				}
				for _, truth := range [2]Truth{Yes, Maybe} {
					stack = append(stack[:0], int32(i))
					for len(stack) > 0 {
						at := stack[len(stack)-1]
						stack = stack[:len(stack)-1]
						for _, s := range r.owners.of(at) {
							up := r.number[r.stakes[s].Owner]
							k := witnessKey{up, country, provider, truth}
							if _, have := r.witness[k]; have || up == int32(i) || r.step(s) < truth {
								continue
							}
							r.witness[k] = witnessed{int32(i), at}
							stack = append(stack, up)
						}
					}
				}
			}
		}
	}
}

// Cut gives the graph of an offering served by one party: its suppliers and theirs to the last, every holder of any of
// them up to the last, and witnesses for what these control elsewhere. It answers as the whole register would; of the
// companies a controller has elsewhere it names one for each country.
func (r *Register) Cut(serving string, o Offering) *Graph {
	g := &Graph{Offering: o}
	start, ok := r.number[serving]
	if !ok {
		return g
	}
	c := &cut{r: r, in: map[int32]bool{}, chain: map[int32]bool{}}
	c.use(start)
	for k := 0; k < len(c.order); k++ {
		for _, s := range r.owners.of(c.order[k]) {
			c.add(r.number[r.stakes[s].Owner])
		}
	}
	for _, n := range c.controllers() {
		c.downFrom(n)
	}
	for _, n := range c.order {
		p := r.parties[n]
		if !c.chain[n] {
			// The roles and the access that a party has elsewhere are not those it has here.
			p.Roles, p.Access = p.Roles&(Owner|Affiliate), Level{}
		}
		g.Parties = append(g.Parties, p)
		for _, s := range r.owners.of(n) {
			if c.in[r.number[r.stakes[s].Owner]] {
				g.Stakes = append(g.Stakes, r.stakes[s])
			}
		}
		if c.chain[n] {
			for _, s := range r.uses.of(n) {
				g.Supplies = append(g.Supplies, r.supplies[s])
			}
		}
	}
	return g
}

type cut struct {
	r     *Register
	in    map[int32]bool
	chain map[int32]bool // takes part in the offering
	order []int32
}

func (c *cut) add(n int32) {
	if !c.in[n] {
		c.in[n] = true
		c.order = append(c.order, n)
	}
}

// use takes in a party and all that it uses.
func (c *cut) use(start int32) {
	queue := []int32{start}
	c.chain[start] = true
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		c.add(n)
		for _, s := range c.r.uses.of(n) {
			if to := c.r.number[c.r.supplies[s].To]; !c.chain[to] {
				c.chain[to] = true
				queue = append(queue, to)
			}
		}
	}
}

// controllers lists the parties of the chain and all who may control one of them, in order of discovery.
func (c *cut) controllers() []int32 {
	var out []int32
	seen := map[int32]bool{}
	for _, n := range c.order {
		if c.chain[n] {
			out = append(out, n)
			seen[n] = true
		}
	}
	for k := 0; k < len(out); k++ {
		for _, s := range c.r.owners.of(out[k]) {
			if up := c.r.number[c.r.stakes[s].Owner]; !seen[up] && c.r.step(s) > No {
				seen[up] = true
				out = append(out, up)
			}
		}
	}
	return out
}

// downFrom takes in the witnesses below a party, with the companies on the way to them.
func (c *cut) downFrom(n int32) {
	for _, code := range c.r.countries {
		for _, provider := range [2]bool{false, true} {
			for _, truth := range [2]Truth{Yes, Maybe} {
				k := witnessKey{n, code, provider, truth}
				w, ok := c.r.witness[k]
				for ok && k.node != w.node {
					c.add(w.via)
					k.node = w.via
					if k.node != w.node {
						w, ok = c.r.witness[k]
					}
				}
			}
		}
	}
}
