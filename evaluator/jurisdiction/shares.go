package jurisdiction

import (
	"slices"

	"vigie/catalog/wording"
)

// Indirect shares. The share of a holder in a company is the product of percentages along each path of stakes,
// summed over paths; a path never meets the same party twice, so a company that owns itself through others
// inflates nothing. Between parties that are not in a cycle the sum is carried forward once for each party,
// however many paths there are (a diamond of depth forty has 2⁴⁰); inside a cycle paths are followed one by one,
// and a knot with more than maxKnot of them gives bounds instead of a figure and is reported.

const maxKnot = 20000

// flow gives, for every party, its indirect share of the capital of a company. Parties for which stop holds are
// counted and not walked past. tight bounds of unknown percentages come from what the other holders surely have.
func (w *walk) flow(company int, stop func(int) bool) []Range {
	f := &flowing{w: w, company: company, stop: stop, total: make([]Range, len(w.nodes)), arriving: make([]Range, len(w.nodes))}
	f.components()
	f.arriving[company] = Exact(Whole)
	for k := len(f.order) - 1; k >= 0; k-- {
		f.pass(f.order[k])
	}
	f.total[company] = Range{}
	return f.total
}

type flowing struct {
	w       *walk
	company int
	stop    func(int) bool

	arriving, total []Range
	order           [][]int // strongly connected components, owners before what they own
	comp            []int32

	// Tarjan's stack machine
	index, low []int32
	on         []bool
	stack      []int
	next       int32
}

// up lists the stakes to follow from a party.
func (f *flowing) up(n int) []edge {
	if n != f.company && f.stop != nil && f.stop(n) {
		return nil
	}
	return f.w.owners[n]
}

// follows reports whether a stake leads on: those of the company itself in its owners would only turn in a circle.
func (f *flowing) follows(e *edge) bool { return e.owner != f.company }

// components finds the strongly connected components of the owners, without recursion, since chains may be long.
func (f *flowing) components() {
	n := len(f.w.nodes)
	f.index, f.low, f.on, f.comp = make([]int32, n), make([]int32, n), make([]bool, n), make([]int32, n)
	type frame struct{ node, edge int }
	frames := []frame{{f.company, 0}}
	f.open(f.company)
	for len(frames) > 0 {
		top := &frames[len(frames)-1]
		edges := f.up(top.node)
		if top.edge < len(edges) {
			e := &edges[top.edge]
			top.edge++
			if !f.follows(e) {
				continue
			}
			switch {
			case f.index[e.owner] == 0:
				f.open(e.owner)
				frames = append(frames, frame{e.owner, 0})
			case f.on[e.owner]:
				f.low[top.node] = min(f.low[top.node], f.index[e.owner])
			}
			continue
		}
		if f.low[top.node] == f.index[top.node] {
			f.close(top.node)
		}
		done := top.node
		frames = frames[:len(frames)-1]
		if len(frames) > 0 {
			p := frames[len(frames)-1].node
			f.low[p] = min(f.low[p], f.low[done])
		}
	}
}

func (f *flowing) open(n int) {
	f.next++
	f.index[n], f.low[n], f.on[n] = f.next, f.next, true
	f.stack = append(f.stack, n)
}

func (f *flowing) close(n int) {
	var members []int
	for {
		x := f.stack[len(f.stack)-1]
		f.stack = f.stack[:len(f.stack)-1]
		f.on[x] = false
		f.comp[x] = int32(len(f.order))
		members = append(members, x)
		if x == n {
			break
		}
	}
	slices.Sort(members)
	f.order = append(f.order, members)
}

// pass carries what arrives at a component through it and on to the owners outside it.
func (f *flowing) pass(members []int) {
	if len(members) == 1 {
		f.total[members[0]] = f.arriving[members[0]]
	} else {
		f.knot(members)
	}
	for _, n := range members {
		edges := f.up(n)
		for i := range edges {
			if e := &edges[i]; f.follows(e) && f.comp[e.owner] != f.comp[n] {
				f.arriving[e.owner] = f.arriving[e.owner].plus(f.total[n].times(f.w.capital(e)))
			}
		}
	}
}

// knot sums the paths inside a cycle.
func (f *flowing) knot(members []int) {
	left := maxKnot
	visited := map[int]bool{}
	var follow func(n int, share Range)
	follow = func(n int, share Range) {
		if left--; left < 0 {
			return
		}
		f.total[n] = f.total[n].plus(share)
		visited[n] = true
		edges := f.up(n)
		for i := range edges {
			if e := &edges[i]; f.follows(e) && f.comp[e.owner] == f.comp[n] && !visited[e.owner] {
				follow(e.owner, share.times(f.w.capital(e)))
			}
		}
		visited[n] = false
	}
	for _, n := range members {
		if f.arriving[n].Max > 0 {
			follow(n, f.arriving[n])
		}
	}
	if left >= 0 {
		return
	}
	for _, n := range members {
		f.total[n].Max = max(f.total[n].Max, Whole)
	}
	f.w.problem(Problem{Code: "entangled", Text: wording.Textf(
		"%d parties hold each other in so many circles that their indirect shares are given as bounds.",
		"%d parties se détiennent mutuellement en si nombreux cercles que leurs parts indirectes sont données en bornes.", len(members))})
}

// capital gives the percentage of a stake; one that is not known is at most what the other holders leave.
func (w *walk) capital(e *edge) Range { return w.tight(e, func(x *edge) Range { return x.percent }) }

// votes gives the votes of a stake in the same way.
func (w *walk) votes(e *edge) Range { return w.tight(e, func(x *edge) Range { return x.votes }) }

func (w *walk) tight(e *edge, figure func(*edge) Range) Range {
	r := figure(e)
	if r.Known() {
		return r
	}
	rest := Whole
	for i := range w.owners[e.of] {
		if x := &w.owners[e.of][i]; x.stake != e.stake {
			rest = rest.minus(figure(x).Min)
		}
	}
	return Range{r.Min, max(r.Min, min(r.Max, rest))}
}

// voting gives the votes a holder has in a company: its own, and all those of entities it controls, undiluted.
func (w *walk) voting(holder, company int) Range {
	var r Range
	for i := range w.owners[company] {
		e := &w.owners[company][i]
		t := Yes
		if e.owner != holder {
			t = w.controls(holder, e.owner)
		}
		v := w.votes(e)
		switch t {
		case Yes:
			r = r.plus(v)
		case Maybe:
			r.Max = r.Max.plus(v.Max)
		}
	}
	return r
}

// unrecorded gives the part of a company that nobody on file holds, when its owners are not known to the end.
func (w *walk) unrecorded(company int, figure func(*edge) Range) Share {
	p := w.nodes[company].party
	if p == nil || p.HoldersComplete == Yes || p.Kind != Company && p.Kind != "" || p.Listed == Yes && p.OwnersComplete == Yes {
		return 0 // 19.6.b.listed: of listed shares, holders that declared no threshold are not added up
	}
	rest := Whole.minus(p.Identified)
	if p.Identified == 0 {
		rest = Whole
	}
	for i := range w.owners[company] {
		e := &w.owners[company][i]
		if e.stake < 0 {
			return 0 // the unknown owner stands for it
		}
		rest = rest.minus(figure(e).Min)
	}
	return rest
}

// joint adds up what holders outside a territory have together in a company, each holding once, at the first such
// holder met on the way up. surely tells which of them enter the lower bound; everyone who may be outside enters the
// upper one. counted are those of them who hold, or may hold, something.
func (w *walk) joint(company int, outside func(int) Truth, surely func(int) bool) (capital, votes Range, counted []int) {
	maybe := func(i int) bool { return i != company && outside(i) > No }
	low, high := w.flow(company, surely), w.flow(company, maybe)
	for i := range w.nodes {
		if i == company {
			continue
		}
		if surely(i) {
			capital.Min = capital.Min.plus(low[i].Min)
		}
		if maybe(i) && high[i].Max > 0 {
			capital.Max = capital.Max.plus(high[i].Max)
			counted = append(counted, i)
		}
	}
	for k := range w.owners[company] {
		e := &w.owners[company][k]
		out, sure := outside(e.owner), surely(e.owner)
		for _, up := range w.controllers[e.owner] {
			if up.node == company {
				continue
			}
			out = max(out, min(up.truth, outside(up.node)))
			sure = sure || up.truth == Yes && surely(up.node)
		}
		v := w.votes(e)
		if sure {
			votes.Min = votes.Min.plus(v.Min)
		}
		if out > No {
			votes.Max = votes.Max.plus(v.Max)
		}
	}
	capital.Max, votes.Max = max(capital.Min, min(capital.Max, Whole)), max(votes.Min, min(votes.Max, Whole))
	return capital, votes, counted
}
