package evaluator

import (
	"slices"

	"vigie/catalog"
	"vigie/evaluator/expr"
)

// WhatIf is what assumptions make of a comparison, or of everything decided. It is never kept as an assessment and
// never decided on.
type WhatIf struct {
	Format       string               `json:"format"`
	Hypothetical bool                 `json:"hypothetical"` // always true
	On           catalog.Date         `json:"on"`
	Assumptions  []catalog.Assumption `json:"assumptions"`
	Judged       int                  `json:"judged"`    // how many were looked at
	Touched      int                  `json:"touched"`   // of which the assumptions reach
	Changes      []Change             `json:"changes"`   // those whose verdict, score or an answer changes; verdicts first
	Rankings     []RankMove           `json:"rankings"`  // of a comparison: where each stood and stands
	Decisions    []string             `json:"decisions"` // hashes of the decisions whose verdict changes
}

// WhatIfFormat names the form of a what-if.
const WhatIfFormat = "vigie-what-if/1"

// RankMove is where an offering stands in a comparison without and with the assumptions.
type RankMove struct {
	Offering    string  `json:"offering"`
	GroupBefore Verdict `json:"group_before"`
	RankBefore  int     `json:"rank_before"`
	GroupAfter  Verdict `json:"group_after"`
	RankAfter   int     `json:"rank_after"`
}

// Moves holds two comparisons of the same candidates against each other, in the order of the second.
func Moves(before, after *Comparison) []RankMove {
	out := []RankMove{}
	for _, r := range after.Ranking {
		m := RankMove{Offering: r.Offering, GroupAfter: r.Group, RankAfter: r.Rank}
		if i := slices.IndexFunc(before.Ranking, func(b Ranked) bool { return b.Offering == r.Offering }); i >= 0 {
			m.GroupBefore, m.RankBefore = before.Ranking[i].Group, before.Ranking[i].Rank
		}
		out = append(out, m)
	}
	return out
}

// SortChanges puts changed verdicts first, then the largest loss of the score's low end, then by use and offering.
func SortChanges(list []Change) {
	slices.SortStableFunc(list, func(a, b Change) int {
		switch {
		case a.VerdictChange != b.VerdictChange && a.VerdictChange:
			return -1
		case a.VerdictChange != b.VerdictChange:
			return 1
		}
		if d := (a.ScoreAfter.Low - a.ScoreBefore.Low) - (b.ScoreAfter.Low - b.ScoreBefore.Low); d != 0 {
			return int(d)
		}
		if a.UseCase != b.UseCase {
			if a.UseCase < b.UseCase {
				return -1
			}
			return 1
		}
		if a.Offering < b.Offering {
			return -1
		}
		return 1
	})
}

// Brief is an assessment without its reasons: enough to tell whether an assumption changes anything.
type Brief struct {
	Verdict  Verdict
	Score    Interval
	answers  []answer
	statuses []Status
}

// Judge gives the brief of a dossier at a fraction of what Evaluate costs.
func Judge(in Input) (*Brief, error) {
	full := in.open(0)
	full.brief = true
	at := in.strong(full)
	judged, err := in.judge(full)
	if err != nil {
		return nil, err
	}
	b := &Brief{Verdict: Eligible, answers: judged}
	cells := make([]cell, len(judged))
	for i, a := range judged {
		cells[i] = cellFrom(in.Framework.Criteria[i], a)
	}
	low, high := newScale(in.Framework, in.Weights).interval(cells)
	b.Score = Interval{toHundredths(low), toHundredths(high)}
	for _, k := range in.Framework.KnockOuts {
		res, err := in.knockOut(k, full, at)
		if err != nil {
			return nil, err
		}
		b.statuses = append(b.statuses, res.Status)
		if res.Status == Failed || res.Status == Open && b.Verdict == Eligible {
			b.Verdict = map[Status]Verdict{Failed: NotEligible, Open: Undetermined}[res.Status]
		}
	}
	return b, nil
}

// Same reports whether two briefs under one framework give every criterion and every knock-out the same answer.
func (b *Brief) Same(o *Brief) bool {
	return slices.Equal(b.statuses, o.statuses) && slices.EqualFunc(b.answers, o.answers, func(x, y answer) bool {
		return x.applies == y.applies && (x.applies == expr.False || slices.Equal(x.reachable, y.reachable))
	})
}

// Reached reports whether an assumption may change the dossier: false is certain, true is not.
func Reached(a catalog.Assumption, d *catalog.Dossier, dict *catalog.Dictionary) bool {
	switch a.Op {
	case catalog.AssumeLaw:
		return true
	case catalog.AssumeScale:
		if a.Record.IsZero() {
			def, ok := dict.Fact(a.Path)
			return !ok || slices.ContainsFunc(d.OfKind(def.Record), func(r *catalog.DossierRecord) bool { return r.Fact(a.Path).State == catalog.Known })
		}
	case catalog.AssumeSet:
		if a.Value != nil && a.Value.Type == catalog.TypeReference { // a link may bring its record in
			def, ok := dict.Fact(a.Path)
			if !ok {
				return true
			}
			for _, id := range a.Value.Texts() {
				if d.Record(catalog.Ref{Kind: def.RefersTo, ID: id}) != nil {
					return true
				}
			}
		}
	}
	return d.Record(a.Record) != nil
}
