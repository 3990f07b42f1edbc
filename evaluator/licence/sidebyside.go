package licence

// Passage is a place where two texts differ: bytes of the text at hand and of the reference, both as Readable gives
// them. A range that is empty is the place where the other's words are missing.
type Passage struct {
	Start    int `json:"start"`
	End      int `json:"end"`
	RefStart int `json:"ref_start"`
	RefEnd   int `json:"ref_end"`
}

// maxEdits bounds the work of a comparison: two texts that differ in more words than that are shown as one passage.
const maxEdits = 1500

// SideBySide compares a text with the reference it resembles, where that text is at hand, word by word: markup, case
// and line breaks make no difference.
func SideBySide(text, reference []byte) []Passage {
	a, b := split(Readable(text)), split(Readable(reference))
	from, endA, endB := 0, len(a.list), len(b.list)
	for from < endA && from < endB && a.list[from].hash == b.list[from].hash {
		from++
	}
	for endA > from && endB > from && a.list[endA-1].hash == b.list[endB-1].hash {
		endA, endB = endA-1, endB-1
	}
	var out []Passage
	for _, e := range edits(a.list[from:endA], b.list[from:endB]) {
		p := Passage{}
		p.Start, p.End = a.span(from+e[0], from+e[1])
		p.RefStart, p.RefEnd = b.span(from+e[2], from+e[3])
		out = append(out, p)
	}
	return out
}

// edits gives the ranges [a0,a1) and [b0,b1) in which two word lists differ, by Myers' greedy algorithm.
func edits(a, b []word) [][4]int {
	n, m := len(a), len(b)
	if n == 0 && m == 0 {
		return nil
	}
	limit := min(n+m, maxEdits)
	offset := limit + 1
	v := make([]int32, 2*limit+3)
	var trace [][]int32
	for d := 0; d <= limit; d++ {
		trace = append(trace, append([]int32(nil), v[offset-d-1:offset+d+2]...))
		for k := -d; k <= d; k += 2 {
			var x int
			if k == -d || k != d && v[offset+k-1] < v[offset+k+1] {
				x = int(v[offset+k+1])
			} else {
				x = int(v[offset+k-1]) + 1
			}
			y := x - k
			for x < n && y < m && a[x].hash == b[y].hash {
				x, y = x+1, y+1
			}
			v[offset+k] = int32(x)
			if x >= n && y >= m {
				return walk(trace, n, m)
			}
		}
	}
	return [][4]int{{0, n, 0, m}}
}

// walk reads the edits back from the trace, joining those that touch.
func walk(trace [][]int32, n, m int) [][4]int {
	var out [][4]int
	x, y := n, m
	for d := len(trace) - 1; d > 0; d-- {
		v := trace[d] // v[k] of the step before is at k+d+1
		k := x - y
		get := func(k int) int { return int(v[k+d+1]) }
		down := k == -d || k != d && get(k-1) < get(k+1)
		px := get(k + 1)
		pk := k + 1
		if !down {
			pk, px = k-1, get(k-1)
		}
		py := px - pk
		e := [4]int{px, px, py, py + 1}
		if !down {
			e = [4]int{px, px + 1, py, py}
		}
		if len(out) > 0 && out[len(out)-1][0] == e[1] && out[len(out)-1][2] == e[3] {
			out[len(out)-1][0], out[len(out)-1][2] = e[0], e[2]
		} else {
			out = append(out, e)
		}
		x, y = px, py
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}
