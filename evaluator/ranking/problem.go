// Package ranking orders candidates under a committee's weights and says how firm that order is.
//
// The method is SMAA (stochastic multicriteria acceptability analysis; Lahdelma and Salminen 2001): weights are
// drawn around the committee's, and each candidate's scores among the bands that its missing facts still allow.
// Nothing here is relative to the other candidates: adding or removing one never changes the order of two others.
// All sums are of whole numbers and randomness comes from a seed, so the same input gives the same bytes everywhere.
package ranking

import (
	"math/big"
	"slices"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Family is a group of criteria with the committee's weight, in whole units (percent).
type Family struct {
	ID     string `json:"id"`
	Weight int64  `json:"weight"`
}

// Criterion has a weight inside its family.
type Criterion struct {
	ID     string
	Family int // index into Families
	Weight int64
}

// Applicability says whether a criterion bears on a candidate.
type Applicability int8

// The three answers.
const (
	Applies Applicability = iota
	MayApply
	DoesNotApply
)

// Cell is what one criterion can still come to for one candidate: the scores of the reachable bands, in points
// from 0 to 100, one entry a band.
type Cell struct {
	Applies Applicability
	Scores  []int
}

// Candidate is one offering: a cell for each criterion.
type Candidate struct {
	ID    string
	Cells []Cell
}

// Problem is what is ranked.
type Problem struct {
	Families   []Family
	Criteria   []Criterion
	Candidates []Candidate
}

// MaxCandidates bounds one comparison.
const MaxCandidates = 5000

// Check refuses what cannot be ranked: no or too many candidates, one twice, weights negative or all zero, cells
// that do not match the criteria.
func (p *Problem) Check() error {
	var faults []catalog.FieldError
	bad := func(path, en, fr string, args ...any) {
		faults = append(faults, catalog.FieldError{Path: path, Text: wording.Textf(en, fr, args...)})
	}
	if n := len(p.Candidates); n == 0 || n > MaxCandidates {
		bad("candidates", "expected from 1 to %d candidates, found %d", "attendu : de 1 à %d candidats ; trouvé : %d", MaxCandidates, n)
	}
	seen := map[string]bool{}
	for _, c := range p.Candidates {
		if seen[c.ID] {
			bad("candidates", "%q is there twice", "« %s » figure deux fois", c.ID)
		}
		seen[c.ID] = true
		if len(c.Cells) != len(p.Criteria) {
			bad("candidates."+c.ID, "has %d answers for %d criteria", "a %d réponses pour %d critères", len(c.Cells), len(p.Criteria))
			continue
		}
		for i, cell := range c.Cells {
			if cell.Applies != DoesNotApply && len(cell.Scores) == 0 {
				bad("candidates."+c.ID+"."+p.Criteria[i].ID, "no band is reachable", "aucun palier n'est atteignable")
			}
		}
	}
	var total int64
	for _, f := range p.Families {
		if f.Weight < 0 {
			bad("weights."+f.ID, "a weight cannot be negative (%d)", "un poids ne peut être négatif (%d)", f.Weight)
		}
		total += f.Weight
	}
	for _, c := range p.Criteria {
		if c.Weight < 0 {
			bad("weights."+c.ID, "a weight cannot be negative (%d)", "un poids ne peut être négatif (%d)", c.Weight)
		}
	}
	if total <= 0 {
		bad("weights", "every weight is zero: nothing would decide", "tous les poids sont nuls : rien ne départagerait")
	}
	if len(faults) > 0 {
		return &catalog.InvalidError{Fields: faults}
	}
	return nil
}

// unit is the scale of family scores: whole millionths of a point.
const unit = 1_000_000

// atom is one value a family's score may take, with its probability.
type atom struct {
	value int64 // millionths of a point; -1: nothing in the family applies
	p     float64
}

// distribution is what a family can still come to for a candidate when each criterion falls on any of its reachable
// bands alike, and a criterion that may not apply does so half of the time. Values are exact means of bands, in order.
//
// Weighted sums of scores are whole numbers: probabilities are kept in rows, one for each weight that may apply, at
// the sums over their greatest common divisor.
func (p *Problem) distribution(c Candidate, family int) []atom {
	var members []member
	step, heaviest := int64(0), int64(0)
	for i, cr := range p.Criteria {
		cell := c.Cells[i]
		if cr.Family != family || cr.Weight == 0 || cell.Applies == DoesNotApply {
			continue
		}
		m := member{weight: cr.Weight, maybe: cell.Applies == MayApply}
		for _, s := range cell.Scores {
			m.sums = append(m.sums, cr.Weight*int64(s))
			step = gcd(step, cr.Weight*int64(s))
		}
		heaviest += cr.Weight
		members = append(members, m)
	}
	step = max(step, 1)
	if len(members) > 0 && cells(members, step, heaviest) > maxCells {
		return coarse(members, heaviest)
	}
	rows := make([][]float64, heaviest+1)
	rows[0] = []float64{1}
	for _, m := range members {
		rows = m.join(rows, step)
	}
	merged := map[int64]float64{}
	for w, row := range rows {
		for i, pr := range row {
			if pr == 0 {
				continue
			}
			v := int64(-1)
			if w > 0 {
				sum, weight := int64(i)*step, int64(w)
				v = (2*sum*unit + weight) / (2 * weight)
			}
			merged[v] += pr
		}
	}
	return sortedAtoms(merged)
}

// member is a criterion of a family: its weight and its weighted scores.
type member struct {
	weight int64
	sums   []int64
	maybe  bool
}

// join adds a criterion to the probabilities of those before it.
func (m member) join(rows [][]float64, step int64) [][]float64 {
	out := make([][]float64, len(rows))
	keep := 1.0
	if m.maybe {
		keep = 0.5
	}
	each := keep / float64(len(m.sums))
	top := int(slices.Max(m.sums) / step)
	for w, row := range rows {
		if row == nil {
			continue
		}
		if m.maybe {
			out[w] = grown(out[w], len(row))
			for i, pr := range row {
				out[w][i] += float64(pr * 0.5)
			}
		}
		to := w + int(m.weight)
		out[to] = grown(out[to], len(row)+top)
		for _, s := range m.sums {
			into := out[to][s/step:]
			for i, pr := range row {
				into[i] += float64(pr * each)
			}
		}
	}
	return out
}

func grown(row []float64, n int) []float64 {
	if len(row) >= n {
		return row
	}
	out := make([]float64, n)
	copy(out, row)
	return out
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Mean is the exact score of a candidate when each criterion counts with the mean of its reachable bands; the order
// of a ranking is the order of these. A criterion that may apply counts half. Nil when nothing applies.
func (p *Problem) Mean(c Candidate) *big.Rat {
	sum, weight := new(big.Rat), new(big.Rat)
	for f, m := range p.FamilyMeans(c) {
		if m != nil {
			w := new(big.Rat).SetInt64(p.Families[f].Weight)
			weight.Add(weight, w)
			sum.Add(sum, w.Mul(w, m))
		}
	}
	if weight.Sign() == 0 {
		return nil
	}
	return sum.Quo(sum, weight)
}

// FamilyMeans is the mean of each family for a candidate, nil where nothing applies.
func (p *Problem) FamilyMeans(c Candidate) []*big.Rat {
	out := make([]*big.Rat, len(p.Families))
	for f := range p.Families {
		sum, weight := new(big.Rat), new(big.Rat)
		for i, cr := range p.Criteria {
			cell := c.Cells[i]
			if cr.Family != f || cell.Applies == DoesNotApply {
				continue
			}
			w := new(big.Rat).SetInt64(cr.Weight)
			if cell.Applies == MayApply {
				w.Quo(w, big.NewRat(2, 1))
			}
			total := 0
			for _, s := range cell.Scores {
				total += s
			}
			weight.Add(weight, w)
			sum.Add(sum, w.Mul(w, big.NewRat(int64(total), int64(len(cell.Scores)))))
		}
		if weight.Sign() > 0 {
			out[f] = sum.Quo(sum, weight)
		}
	}
	return out
}

// Order lists the candidates from best to worst by their means, equal ones by id.
func (p *Problem) Order() []string {
	var out []string
	for _, i := range p.order() {
		out = append(out, p.Candidates[i].ID)
	}
	return out
}

// order gives the indexes of the candidates from best to worst: by mean, then by id.
func (p *Problem) order() []int {
	means := make([]*big.Rat, len(p.Candidates))
	for i, c := range p.Candidates {
		if means[i] = p.Mean(c); means[i] == nil {
			means[i] = new(big.Rat)
		}
	}
	idx := make([]int, len(p.Candidates))
	for i := range idx {
		idx[i] = i
	}
	slices.SortFunc(idx, func(a, b int) int {
		if c := means[b].Cmp(means[a]); c != 0 {
			return c
		}
		if p.Candidates[a].ID < p.Candidates[b].ID {
			return -1
		}
		return 1
	})
	return idx
}

// Conviction is how far the committee stands by its weights.
type Conviction string

// The convictions and what they draw: Dirichlet laws centred on the weights with these concentrations (METHOD
// section 1.3), or a flat one.
const (
	Agreed    Conviction = "agreed"     // kappa 200
	Debated   Conviction = "debated"    // kappa 50
	NoOpinion Conviction = "no_opinion" // flat
)

// ParseConviction reads a conviction; the empty word is Debated.
func ParseConviction(s string) (Conviction, error) {
	switch c := Conviction(s); c {
	case "":
		return Debated, nil
	case Agreed, Debated, NoOpinion:
		return c, nil
	}
	return "", &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "conviction", Text: wording.Textf("expected agreed, debated or no_opinion, found %q", "attendu : agreed, debated ou no_opinion ; trouvé : « %s »", s)}}}
}

// alphas gives whole Dirichlet parameters for the families that count.
func (p *Problem) alphas(c Conviction) []int {
	kappa := map[Conviction]int64{Agreed: 200, Debated: 50}[c]
	var total int64
	for _, f := range p.Families {
		total += f.Weight
	}
	out := make([]int, len(p.Families))
	for i, f := range p.Families {
		switch {
		case f.Weight == 0:
		case c == NoOpinion:
			out[i] = 1
		default:
			out[i] = int(max(1, (2*kappa*f.Weight+total)/(2*total)))
		}
	}
	return out
}
