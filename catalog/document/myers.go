package document

import "sort"

// edit is one step from one sequence to another.
type edit struct {
	a, b int // index in each; -1 when it has no counterpart
}

// align pairs the equal elements of two sequences so that as many as possible are kept (Myers, "An O(ND) difference
// algorithm", 1986). Work is bounded by budget steps in all: past it, the rest counts as replaced, and ok is false.
// Equal inputs give equal answers.
func align(a, b []int32, budget int) (edits []edit, ok bool) {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		edits = append(edits, edit{head, head})
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	x, y := a[head:len(a)-tail], b[head:len(b)-tail]
	middle, ok := shortest(x, y, budget)
	for _, e := range middle {
		if e.a >= 0 {
			e.a += head
		}
		if e.b >= 0 {
			e.b += head
		}
		edits = append(edits, e)
	}
	for i := tail; i > 0; i-- {
		edits = append(edits, edit{len(a) - i, len(b) - i})
	}
	return edits, ok
}

func shortest(a, b []int32, budget int) ([]edit, bool) {
	n, m := len(a), len(b)
	if n == 0 || m == 0 {
		return replaced(n, m), true
	}
	// v holds the furthest point on each diagonal, -1 where none is reached; all are kept to walk back on, so that memory
	// grows with the square of the distance, as the budget does.
	reach := n + m
	v := make([]int32, 2*reach+3)
	for i := range v {
		v[i] = -1
	}
	var trace [][]int32
	steps := 0
	for d := 0; d <= reach; d++ {
		if steps += d + 1; steps > budget {
			return replaced(n, m), false
		}
		for k := -d; k <= d; k += 2 {
			x, _ := forward(int(v[reach+k]), int(v[reach+k+2]), k, d, n, m)
			if x < 0 {
				v[reach+k+1] = -1
				continue
			}
			y := x - k
			for x < n && y < m && a[x] == b[y] {
				x++
				y++
			}
			v[reach+k+1] = int32(x)
			if x == n && y == m {
				trace = append(trace, append([]int32(nil), v[reach-d+1:reach+d+2]...))
				return walkBack(trace, n, m), true
			}
		}
		trace = append(trace, append([]int32(nil), v[reach-d+1:reach+d+2]...))
	}
	return replaced(n, m), false
}

// forward is where a step leads to on diagonal k: down from the point left on the diagonal above, or right from that on
// the diagonal below, whichever gets further; -1 when neither stays inside.
func forward(below, above, k, d, n, m int) (x int, down bool) {
	if d == 0 {
		return 0, false
	}
	x = -1
	if below >= 0 && below < n {
		x = below + 1
	}
	if above >= 0 && above-k <= m && above >= x {
		x, down = above, true
	}
	return x, down
}

// anchored is align on each stretch between elements that stand once in both sequences, of which as many are kept as can
// be in order (patience sorting): texts that differ much are still told apart within the budget.
func anchored(a, b []int32, budget int) (edits []edit, ok bool) {
	at := map[int32]int{} // in b; -1: more than once
	for j, v := range b {
		if _, twice := at[v]; twice {
			j = -1
		}
		at[v] = j
	}
	seen := map[int32]int{}
	for _, v := range a {
		seen[v]++
	}
	var once []edit
	for i, v := range a {
		if j, in := at[v]; in && j >= 0 && seen[v] == 1 {
			once = append(once, edit{i, j})
		}
	}
	ok = true
	from := edit{0, 0}
	for _, e := range append(longestRising(once), edit{len(a), len(b)}) {
		part, whole := align(a[from.a:e.a], b[from.b:e.b], budget)
		for _, p := range part {
			if p.a >= 0 {
				p.a += from.a
			}
			if p.b >= 0 {
				p.b += from.b
			}
			edits = append(edits, p)
		}
		ok = ok && whole
		if e.a < len(a) && e.b < len(b) {
			edits = append(edits, e)
		}
		from = edit{e.a + 1, e.b + 1}
	}
	return edits, ok
}

// longestRising keeps the most pairs that are in order on both sides.
func longestRising(pairs []edit) []edit {
	var ends []int // of the best chain of each length, as indices of pairs
	before := make([]int, len(pairs))
	for i, p := range pairs {
		n := sort.Search(len(ends), func(k int) bool { return pairs[ends[k]].b >= p.b })
		before[i] = -1
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		} else {
			ends[n] = i
		}
	}
	out := make([]edit, len(ends))
	for n, i := len(ends)-1, -1; n >= 0; n-- {
		if i < 0 {
			i = ends[n]
		}
		out[n], i = pairs[i], before[i]
		if i < 0 {
			break
		}
	}
	return out
}

func walkBack(trace [][]int32, n, m int) []edit {
	var back []edit
	x, y := n, m
	for d := len(trace) - 1; d > 0; d-- {
		before := trace[d-1] // diagonals -(d-1) … d-1
		at := func(k int) int {
			if k < -(d-1) || k > d-1 {
				return -1
			}
			return int(before[k+d-1])
		}
		k := x - y
		_, down := forward(at(k-1), at(k+1), k, d, n, m)
		prev := k - 1
		if down {
			prev = k + 1
		}
		px := at(prev)
		py := px - prev
		for x > px && y > py {
			x--
			y--
			back = append(back, edit{x, y})
		}
		if down {
			y--
			back = append(back, edit{-1, y})
		} else {
			x--
			back = append(back, edit{x, -1})
		}
	}
	for x > 0 && y > 0 {
		x--
		y--
		back = append(back, edit{x, y})
	}
	for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
		back[i], back[j] = back[j], back[i]
	}
	return back
}

func replaced(n, m int) []edit {
	out := make([]edit, 0, n+m)
	for i := range n {
		out = append(out, edit{i, -1})
	}
	for j := range m {
		out = append(out, edit{-1, j})
	}
	return out
}
