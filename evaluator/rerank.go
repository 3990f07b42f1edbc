package evaluator

import (
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
	"vigie/evaluator/ranking"
)

// Reranking is what other weights make of a comparison: the parts of it that weights decide. It is no comparison: it has
// no hash, and nothing is decided on it.
type Reranking struct {
	Error     float64 // half-width of the 95 % interval of any share
	Ranking   []Ranked
	Pairs     []ranking.Pair
	Swaps     []ranking.Swap
	Dominated []ranking.Dominated
	Geometric []SecondReading
}

// Rerank ranks candidates that were assessed under other weights than in.Weights: families, totals, ranks and firmness are
// those that assessing them again and comparing would give, at a fraction of the cost, so that a committee can move a
// weight and see. Contract-grade scores and the hashes of assessments hang on the weights in ways that need the facts:
// they are left empty. The error is a *catalog.InvalidError.
//
// Verdicts are taken as they are: weights do not move them, unless a set asks for stronger evidence than the one the
// candidates were assessed under.
func Rerank(in CompareInput) (*Reranking, error) {
	if in.Seed == 0 {
		in.Seed = DefaultSeed
	}
	if in.Draws == 0 {
		in.Draws = DefaultDraws
	}
	if in.Conviction == "" {
		in.Conviction = ranking.Debated
	}
	if len(in.Candidates) < MinCandidates {
		return nil, &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "offerings", Text: wording.Textf("a comparison takes at least two offerings, found %d",
			"une comparaison demande au moins deux offres ; trouvé : %d", len(in.Candidates))}}}
	}
	if err := in.problem(in.Candidates).Check(); err != nil {
		return nil, err
	}
	again := in
	again.Candidates = nil
	for _, x := range in.Candidates {
		again.Candidates = append(again.Candidates, Judged{Assessment: in.reweigh(x.Assessment), Dossier: x.Dossier})
	}
	c := &Comparison{}
	for _, g := range []Verdict{Eligible, Undetermined, NotEligible} {
		if err := again.rankGroup(c, g); err != nil {
			return nil, err
		}
	}
	again.dominance(c)
	return &Reranking{Error: c.Error, Ranking: c.Ranking, Pairs: c.Pairs, Swaps: c.Swaps, Dominated: c.Dominated, Geometric: c.Geometric}, nil
}

// reweigh gives an assessment the families and the total of in.Weights and drops what only assessing again would tell.
func (in *CompareInput) reweigh(a *Assessment) *Assessment {
	out := *a
	judge := Input{Framework: in.Framework, Weights: in.Weights}
	judged := make([]answer, len(a.Criteria))
	for i, r := range a.Criteria {
		judged[i].applies = map[Applies]expr.Truth{AppliesYes: expr.True, AppliesNo: expr.False, AppliesUnknown: expr.Maybe}[r.Applies]
		for _, b := range r.Bands {
			judged[i].reachable = append(judged[i].reachable, b.Index)
		}
	}
	out.Families, out.Score = judge.totals(judged)
	out.WeightSet, out.WeightSetHash = in.Weights.ID, in.Weights.Hash()
	out.Hash, out.ContractScore, out.Evidence, out.Missing = "", Interval{}, nil, nil
	return &out
}
