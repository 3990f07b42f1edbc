package evaluator

import (
	"math/big"
	"slices"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/ranking"
)

// Relation is how near an alternative is to the offering it would replace.
type Relation string

// The relations, the nearest first.
const (
	SameModel      Relation = "same_model"       // the same model elsewhere
	SameMaker      Relation = "same_maker"       // another model of the same maker
	SelfHostedOpen Relation = "self_hosted_open" // an open model on the organisation's own servers
	OtherOffering  Relation = "other"
)

var relations = []Relation{SameModel, SameMaker, SelfHostedOpen, OtherOffering}

var relationWords = map[Relation]wording.Text{
	SameModel:      {EN: "the same model elsewhere", FR: "le même modèle ailleurs"},
	SameMaker:      {EN: "another model of the same maker", FR: "un autre modèle du même créateur"},
	SelfHostedOpen: {EN: "an open model on your own servers", FR: "un modèle ouvert sur vos propres serveurs"},
	OtherOffering:  {EN: "another offering", FR: "une autre offre"},
}

// Label names the relation.
func (r Relation) Label() wording.Text { return relationWords[r] }

// Alternative is an offering that could take the place of one that is knocked out, with what is lost and won.
type Alternative struct {
	Offering string       `json:"offering"`
	Name     wording.Text `json:"name"`
	Relation Relation     `json:"relation"`
	Verdict  Verdict      `json:"verdict"`
	Score    Interval     `json:"score"`
	Mean     Hundredths   `json:"mean"`
	Cures    []string     `json:"cures"` // knock-outs that fail for the subject and pass here
	Fails    []string     `json:"fails"` // knock-outs that fail here
	Open     []string     `json:"open"`  // and those that are open here
	Won      []FamilyGap  `json:"won"`   // families in which it stands higher, the widest gap first
	Lost     []FamilyGap  `json:"lost"`
	Gap      Hundredths   `json:"gap"` // mean of the alternative less that of the subject
}

// FamilyGap is how far two offerings stand apart in one family, in points between the means of their reachable bands.
type FamilyGap struct {
	Family string     `json:"family"`
	Points Hundredths `json:"points"`
}

// RelationOf tells how near an offering is to another.
func RelationOf(subject, other *catalog.Dossier) Relation {
	share := func(a, b []catalog.Ref) bool {
		return slices.ContainsFunc(a, func(r catalog.Ref) bool { return slices.Contains(b, r) })
	}
	weights := func() bool {
		for _, m := range other.Roles.Models {
			f := other.Record(m).Fact("model.weights")
			if f.State != catalog.Known || f.Value.Text != "open" && f.Value.Text != "gated" {
				return false
			}
		}
		return len(other.Roles.Models) > 0
	}
	switch {
	case share(subject.Roles.Models, other.Roles.Models):
		return SameModel
	case share(subject.Roles.Providers, other.Roles.Providers):
		return SameMaker
	case other.Roles.SelfHosted && weights():
		return SelfHostedOpen
	}
	return OtherOffering
}

// Recourse lists the alternatives to an offering that is not eligible, or not yet: the eligible first, then by
// nearness, by how little is open, and by score. in names framework and weights. Alternatives that are no better off
// are left out.
func (in *CompareInput) Recourse(subject Judged, others []Judged) []Alternative {
	group := map[Verdict]int{Eligible: 0, Undetermined: 1, NotEligible: 2}
	p := in.problem(append([]Judged{subject}, others...))
	own := p.FamilyMeans(p.Candidates[0])
	mean := orZero(p.Mean(p.Candidates[0]))
	out := []Alternative{}
	for i, o := range others {
		a := o.Assessment
		if a.Offering == subject.Assessment.Offering || group[a.Verdict] >= group[subject.Assessment.Verdict] {
			continue
		}
		c := p.Candidates[i+1]
		m := orZero(p.Mean(c))
		alt := Alternative{Offering: a.Offering, Name: o.Dossier.Name(o.Dossier.Offering), Relation: RelationOf(subject.Dossier, o.Dossier), Verdict: a.Verdict,
			Score: a.Score, Mean: hundredths(m), Cures: []string{}, Fails: []string{}, Open: []string{}}
		alt.Gap = alt.Mean - hundredths(mean)
		alt.Won, alt.Lost = gaps(p, own, p.FamilyMeans(c))
		failed := map[string]bool{}
		for _, k := range subject.Assessment.KnockOuts {
			failed[k.ID] = k.Status == Failed
		}
		for _, k := range a.KnockOuts {
			switch {
			case k.Status == Failed:
				alt.Fails = append(alt.Fails, k.ID)
			case k.Status == Open:
				alt.Open = append(alt.Open, k.ID)
			case failed[k.ID]:
				alt.Cures = append(alt.Cures, k.ID)
			}
		}
		out = append(out, alt)
	}
	slices.SortStableFunc(out, func(a, b Alternative) int {
		switch {
		case a.Verdict != b.Verdict:
			return group[a.Verdict] - group[b.Verdict]
		case a.Relation != b.Relation:
			return slices.Index(relations, a.Relation) - slices.Index(relations, b.Relation)
		case len(a.Open) != len(b.Open):
			return len(a.Open) - len(b.Open)
		case a.Mean != b.Mean:
			return int(b.Mean - a.Mean)
		case a.Offering < b.Offering:
			return -1
		}
		return 1
	})
	return out
}

func orZero(r *big.Rat) *big.Rat {
	if r == nil {
		return new(big.Rat)
	}
	return r
}

func gaps(p *ranking.Problem, subject, other []*big.Rat) (won, lost []FamilyGap) {
	won, lost = []FamilyGap{}, []FamilyGap{}
	for f, fam := range p.Families {
		if subject[f] == nil || other[f] == nil || fam.Weight == 0 {
			continue
		}
		d := new(big.Rat).Sub(other[f], subject[f])
		g := FamilyGap{Family: fam.ID, Points: hundredths(new(big.Rat).Abs(d))}
		switch {
		case g.Points == 0:
		case d.Sign() > 0:
			won = append(won, g)
		default:
			lost = append(lost, g)
		}
	}
	widest := func(a, b FamilyGap) int { return int(b.Points - a.Points) }
	slices.SortStableFunc(won, widest)
	slices.SortStableFunc(lost, widest)
	return won, lost
}
