package evaluator

import (
	"slices"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator/framework"
	"vigie/evaluator/ranking"
)

// Weighing is how a committee or one of its members says what counts. One of Numbers, Swings and Order tells the
// families; what it leaves out does not count. Criteria replaces the weights of some criteria inside their family.
type Weighing struct {
	ID            string           `json:"id"`
	Title         wording.Text     `json:"title"`
	Author        string           `json:"author"`
	Reason        wording.Text     `json:"reason"`
	Numbers       map[string]int64 `json:"numbers,omitempty"` // any whole numbers; they are brought to 100
	Swings        map[string]int64 `json:"swings,omitempty"`  // 100 for the family whose way from worst to best matters most
	Order         []string         `json:"order,omitempty"`   // the most important first: rank-order centroid
	Criteria      map[string]int64 `json:"criteria,omitempty"`
	EvidenceFloor float64          `json:"evidence_floor"`
}

// WeightSet makes the named weight set, in whole percents that add up to 100 (largest remainder). The error is a
// *catalog.InvalidError.
func (w Weighing) WeightSet(fw *framework.Framework) (*framework.WeightSet, error) {
	var faults []catalog.FieldError
	bad := func(path string, t wording.Text) { faults = append(faults, catalog.FieldError{Path: path, Text: t}) }
	if !catalog.ValidID(w.ID) {
		bad("id", wording.Textf("%q is not an id: lower-case letters, digits, dot, dash and underscore", "« %s » n'est pas un identifiant : minuscules, chiffres, point, tiret et tiret bas", w.ID))
	}
	if w.Author == "" {
		bad("author", wording.Textf("weights need an author", "des pondérations ont un auteur"))
	}
	if w.Reason.IsZero() {
		bad("reason", wording.Textf("weights need a reason", "des pondérations ont un motif"))
	}
	if w.EvidenceFloor < 0 || w.EvidenceFloor > 1 {
		bad("evidence_floor", wording.Textf("expected a share from 0 to 1, found %v", "attendu : une part de 0 à 1 ; trouvé : %v", w.EvidenceFloor))
	}
	families := w.families(fw, bad)
	for _, id := range sortedKeys(w.Criteria) {
		switch {
		case fw.Criterion(id) == nil:
			bad("criteria."+id, strict.NotIn(id, criterionIDs(fw)))
		case w.Criteria[id] < 0:
			bad("criteria."+id, negativeWeight(w.Criteria[id]))
		case w.Criteria[id] > framework.MaxWeight:
			bad("criteria."+id, heavyWeight(framework.MaxWeight, w.Criteria[id]))
		}
	}
	out := &framework.WeightSet{ID: w.ID, Title: w.Title, Author: w.Author, Reason: w.Reason, Families: families, Criteria: w.Criteria, EvidenceFloor: w.EvidenceFloor}
	if out.Title.IsZero() {
		out.Title = wording.Same(w.ID)
	}
	for _, f := range fw.Families {
		counts := slices.ContainsFunc(fw.Criteria, func(c *framework.Criterion) bool { return c.Family == f.ID && out.Criterion(c) > 0 })
		if families[f.ID] > 0 && !counts {
			bad("criteria", wording.Textf("every criterion of family %q weighs 0 while the family counts; give one a weight",
				"tous les critères de la famille « %s » pèsent 0 alors que la famille compte ; donner un poids à l'un d'eux", f.ID))
		}
	}
	if len(faults) > 0 {
		return nil, &catalog.InvalidError{Fields: faults}
	}
	return out, nil
}

func negativeWeight(n int64) wording.Text {
	return wording.Textf("a weight cannot be negative: %d", "un poids ne peut être négatif : %d", n)
}

func heavyWeight(most, n int64) wording.Text {
	return wording.Textf("a weight is at most %d, found %d", "un poids est d'au plus %d ; trouvé : %d", most, n)
}

func criterionIDs(fw *framework.Framework) []string {
	var out []string
	for _, c := range fw.Criteria {
		out = append(out, c.ID)
	}
	return out
}

// families gives the weight of every family in whole percents.
func (w Weighing) families(fw *framework.Framework, bad func(string, wording.Text)) map[string]int64 {
	var ids []string
	for _, f := range fw.Families {
		ids = append(ids, f.ID)
	}
	given, ways := w.Numbers, 0
	path := "numbers"
	if w.Numbers != nil {
		ways++
	}
	if w.Swings != nil {
		given, path = w.Swings, "swings"
		ways++
	}
	if w.Order != nil {
		path = "order"
		ways++
	}
	if ways != 1 {
		bad("weights", wording.Textf("expected one of numbers, swings and order, found %d of them", "attendu : un seul de numbers, swings et order ; trouvé : %d", ways))
		return nil
	}
	if w.Order != nil {
		return w.centroid(ids, bad)
	}
	raw, total, wrong := make([]int64, len(ids)), int64(0), false
	for _, id := range sortedKeys(given) {
		n, i := given[id], slices.Index(ids, id)
		switch {
		case i < 0:
			bad(path+"."+id, strict.NotIn(id, ids))
		case n < 0:
			bad(path+"."+id, negativeWeight(n))
		case n > MaxWeight:
			bad(path+"."+id, heavyWeight(MaxWeight, n))
		case path == "swings" && n > 100:
			bad(path+"."+id, wording.Textf("a swing is from 0 to 100, 100 for the one that matters most; found %d", "un écart va de 0 à 100, 100 pour celui qui compte le plus ; trouvé : %d", n))
		default:
			raw[i] = n
			total += n
			continue
		}
		wrong = true
	}
	switch {
	case wrong:
		return nil
	case total == 0:
		bad(path, wording.Textf("every weight is zero: nothing would decide", "tous les poids sont nuls : rien ne départagerait"))
		return nil
	case path == "swings" && !slices.Contains(raw, 100):
		bad(path, wording.Textf("the swing that matters most is 100; none is", "l'écart qui compte le plus vaut 100 ; aucun ne vaut 100"))
		return nil
	}
	out := map[string]int64{}
	for i, n := range ranking.Percents(raw) {
		out[ids[i]] = n
	}
	return out
}

// MaxWeight bounds one number of a weighing.
const MaxWeight = 1_000_000

func (w Weighing) centroid(ids []string, bad func(string, wording.Text)) map[string]int64 {
	seen, wrong := map[string]bool{}, len(w.Order) == 0
	if wrong {
		bad("order", wording.Textf("the order is empty: nothing would decide", "l'ordre est vide : rien ne départagerait"))
	}
	for _, id := range w.Order {
		switch {
		case !slices.Contains(ids, id):
			bad("order", strict.NotIn(id, ids))
			wrong = true
		case seen[id]:
			bad("order", wording.Textf("%q is there twice", "« %s » figure deux fois", id))
			wrong = true
		}
		seen[id] = true
	}
	if wrong {
		return nil
	}
	out := map[string]int64{}
	for _, id := range ids {
		out[id] = 0
	}
	for i, n := range ranking.RankOrderCentroid(len(w.Order)) {
		out[w.Order[i]] = n
	}
	return out
}

// Disagreement is what the weights of several members make of the same candidates.
type Disagreement struct {
	Members   []MemberOrder  `json:"members"`
	Offerings []MemberRanks  `json:"offerings"` // in the order of their mean rank
	Families  []FamilySpread `json:"families"`
}

// MemberOrder is one member's weight set and the order it gives, best first.
type MemberOrder struct {
	WeightSet string       `json:"weight_set"`
	Hash      string       `json:"hash"`
	Title     wording.Text `json:"title"`
	Author    string       `json:"author"`
	Order     []string     `json:"order"`
}

// MemberRanks is where each member's weights put one offering.
type MemberRanks struct {
	Offering string         `json:"offering"`
	Ranks    map[string]int `json:"ranks"` // by weight set
	Best     int            `json:"best"`
	Worst    int            `json:"worst"`
}

// FamilySpread is how far members stand apart on one family, in percent of weight.
type FamilySpread struct {
	Family  string           `json:"family"`
	Weights map[string]int64 `json:"weights"` // by weight set
	Low     int64            `json:"low"`
	High    int64            `json:"high"`
}

// Disagree ranks the candidates of p, whatever their eligibility, under each member's weights.
func Disagree(p *ranking.Problem, fw *framework.Compiled, members []*framework.WeightSet) *Disagreement {
	out := &Disagreement{Members: []MemberOrder{}, Offerings: []MemberRanks{}, Families: []FamilySpread{}}
	ranks := map[string]map[string]int{}
	for _, m := range members {
		q := *p
		q.Families = slices.Clone(p.Families)
		for i := range q.Families {
			q.Families[i].Weight = m.Family(q.Families[i].ID)
		}
		q.Criteria = slices.Clone(p.Criteria)
		for i := range q.Criteria {
			q.Criteria[i].Weight = m.Criterion(fw.Criteria[i].Criterion)
		}
		order := q.Order()
		out.Members = append(out.Members, MemberOrder{WeightSet: m.ID, Hash: m.Hash(), Title: m.Title, Author: m.Author, Order: order})
		for i, id := range order {
			if ranks[id] == nil {
				ranks[id] = map[string]int{}
			}
			ranks[id][m.ID] = i + 1
		}
	}
	for _, id := range sortedKeys(ranks) {
		r := MemberRanks{Offering: id, Ranks: ranks[id], Best: len(p.Candidates)}
		for _, rank := range ranks[id] {
			r.Best, r.Worst = min(r.Best, rank), max(r.Worst, rank)
		}
		out.Offerings = append(out.Offerings, r)
	}
	total := func(r MemberRanks) int {
		n := 0
		for _, rank := range r.Ranks {
			n += rank
		}
		return n
	}
	slices.SortStableFunc(out.Offerings, func(a, b MemberRanks) int { return total(a) - total(b) })
	for _, f := range p.Families {
		s := FamilySpread{Family: f.ID, Weights: map[string]int64{}}
		for i, m := range members {
			w := m.Family(f.ID)
			s.Weights[m.ID] = w
			if i == 0 {
				s.Low, s.High = w, w
			}
			s.Low, s.High = min(s.Low, w), max(s.High, w)
		}
		out.Families = append(out.Families, s)
	}
	return out
}
