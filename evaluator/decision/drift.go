package decision

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/framework"
)

// SourceChange is a source of the recorded dossier that is not what it was, or one that came since.
type SourceChange struct {
	ID    string           `json:"id"`
	Title string           `json:"title"`
	What  SourceChangeKind `json:"what"`
}

// SourceChangeKind is what happened to a source.
type SourceChangeKind string

// What can happen to a source.
const (
	SourceNew     SourceChangeKind = "new"
	SourceGone    SourceChangeKind = "no_longer_cited"
	SourceChanged SourceChangeKind = "changed" // another copy, publication or reading
	SourceExpired SourceChangeKind = "expired"
)

var sourceChangeWords = map[SourceChangeKind]wording.Text{
	SourceNew:     {EN: "new", FR: "nouvelle"},
	SourceGone:    {EN: "no longer cited", FR: "n'est plus citée"},
	SourceChanged: {EN: "changed", FR: "modifiée"},
	SourceExpired: {EN: "expired", FR: "expirée"},
}

// Label names the change.
func (k SourceChangeKind) Label() wording.Text { return sourceChangeWords[k] }

// LawChange is a law that came into force or ceased between two days.
type LawChange struct {
	Law     string       `json:"law"`
	Short   wording.Text `json:"short"`
	InForce bool         `json:"in_force"` // on the later day
}

// Drift is what happened to a decision since it was taken.
type Drift struct {
	Decision         string                 `json:"decision"` // hash
	On               catalog.Date           `json:"on"`
	KnownOn          catalog.Date           `json:"known_on"`
	Reproduced       bool                   `json:"reproduced"` // the assessment it is bound to was made again, to the byte
	Any              bool                   `json:"any"`        // something changed
	Holds            bool                   `json:"holds"`      // what was resolved could be resolved again on today's facts
	Change           evaluator.Change       `json:"change"`
	Facts            []evaluator.FactChange `json:"facts"`
	Sources          []SourceChange         `json:"sources"`
	Laws             []LawChange            `json:"laws"`
	FrameworkChanged bool                   `json:"framework_changed"`
	WeightsChanged   bool                   `json:"weights_changed"`
	KnowledgeChanged bool                   `json:"knowledge_changed"`
	Ended            bool                   `json:"ended"` // its last day is over
	Overdue          []Condition            `json:"overdue"`
	Against          []string               `json:"against"` // knock-outs that speak against it now and did not then
	Summary          wording.Text           `json:"summary"`
}

// Since compares what a decision saw with what is known now. then must be the dossier it is bound to; the error says
// when it is not. An assessment of that dossier that has another hash than the recorded one (by another engine,
// framework or knowledge) serves as well, and is told apart by Reproduced.
func Since(d *Decision, then, now evaluator.Judged, dict *catalog.Dictionary, fw *framework.Compiled, laws []LawChange) (*Drift, error) {
	f := &faults{}
	if h := then.Dossier.Hash(); h != d.Dossier {
		f.bad("dossier", "is %s, the decision rests on %s", "est %s ; la décision repose sur %s", h, d.Dossier)
	}
	if now.Assessment.Offering != d.Offering || now.Assessment.UseCase != d.UseCase {
		f.bad("assessment", "is about another offering or use", "porte sur une autre offre ou un autre usage")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	a := now.Assessment
	out := &Drift{
		Decision: d.Hash, Reproduced: then.Assessment.Hash == d.Assessment, On: a.On, KnownOn: a.KnownOn, Change: evaluator.Difference(then.Assessment, a, fw), Facts: evaluator.FactChanges(then.Dossier, now.Dossier, dict),
		Sources: sourceChanges(then.Dossier, now.Dossier), Laws: laws, FrameworkChanged: a.FrameworkHash != d.Framework, WeightsChanged: a.WeightSetHash != d.WeightHash,
		KnowledgeChanged: a.KnowledgeHash != d.Knowledge, Ended: d.Until.Before(a.On), Overdue: d.Overdue(a.On), Against: []string{},
	}
	if out.Laws == nil {
		out.Laws = []LawChange{}
	}
	if out.Overdue == nil {
		out.Overdue = []Condition{}
	}
	out.Any = len(out.Facts)+len(out.Sources)+len(out.Laws)+len(out.Overdue) > 0 || out.FrameworkChanged || out.WeightsChanged || out.KnowledgeChanged || out.Ended
	out.Against = d.against(a)
	out.Holds = d.holds(a, out.Against)
	out.Summary = out.summarise(d)
	return out, nil
}

// HoldsOn reports whether what was resolved could be resolved again on an assessment of today, and the knock-outs that
// speak against it now and did not then. It needs nothing of what was seen but the decision itself; Since tells the rest.
func (d *Decision) HoldsOn(a *evaluator.Assessment) (holds bool, against []string) {
	against = d.against(a)
	return d.holds(a, against), against
}

// against lists the knock-outs that fail or are open today, were not so when the decision was taken, and that no
// condition answers.
func (d *Decision) against(a *evaluator.Assessment) []string {
	out := []string{}
	for _, k := range a.KnockOuts {
		if k.Status != evaluator.Failed && k.Status != evaluator.Open {
			continue
		}
		answered := slices.ContainsFunc(d.Conditions, func(c Condition) bool { return c.KnockOut == k.ID })
		was := evaluator.NotApplicable
		for _, s := range d.KnockOuts {
			if s.ID == k.ID {
				was = s.Status
			}
		}
		if k.Status != was && was != evaluator.Failed && !answered {
			out = append(out, k.ID)
		}
	}
	return out
}

// holds: an approval while nothing new speaks against it; a rejection or deferral while the verdict is no better than
// what was seen.
func (d *Decision) holds(a *evaluator.Assessment, against []string) bool {
	group := map[evaluator.Verdict]int{evaluator.Eligible: 0, evaluator.Undetermined: 1, evaluator.NotEligible: 2}
	if d.Outcome.Approves() {
		return len(against) == 0
	}
	return group[a.Verdict] >= group[d.Verdict]
}

func (x *Drift) summarise(d *Decision) wording.Text {
	said := 0
	for _, f := range x.Facts {
		if f.SaysOther() {
			said++
		}
	}
	switch {
	case !x.Any:
		return wording.Textf("Nothing changed since the decision.", "Rien n'a changé depuis la décision.")
	case !x.Holds && d.Outcome.Approves():
		return wording.Textf("The decision no longer holds: %s did not speak against it then and does now (facts that say otherwise: %d).",
			"La décision ne tient plus : %s ne s'y opposait pas alors et s'y oppose désormais (faits qui disent autre chose : %d).", strings.Join(x.Against, ", "), said)
	case !x.Holds:
		return wording.Textf("What led to this decision has improved: it can be looked at again.", "Ce qui a conduit à cette décision s'est amélioré : elle peut être réexaminée.")
	case x.Ended:
		return wording.Textf("The verdict would still hold, but the decision has ended.", "L'avis tiendrait encore, mais la décision est échue.")
	case len(x.Overdue) > 0:
		return wording.Textf("The verdict would still hold, but %d conditions are overdue.", "L'avis tiendrait encore, mais %d conditions sont en retard.", len(x.Overdue))
	}
	return wording.Textf("The verdict still holds; facts that say otherwise than then: %d.", "L'avis tient toujours ; faits qui disent autre chose qu'alors : %d.", said)
}

func sourceChanges(then, now *catalog.Dossier) []SourceChange {
	out := []SourceChange{}
	for _, s := range then.Sources {
		o, ok := now.Source(s.ID)
		switch {
		case s.ValidUntil != "" && s.ValidUntil.Before(now.On) && !s.ValidUntil.Before(then.On):
			out = append(out, SourceChange{s.ID, s.Title, SourceExpired})
		case !ok:
			out = append(out, SourceChange{s.ID, s.Title, SourceGone})
		case o != s:
			out = append(out, SourceChange{s.ID, o.Title, SourceChanged})
		}
	}
	for _, s := range now.Sources {
		if _, ok := then.Source(s.ID); !ok {
			out = append(out, SourceChange{s.ID, s.Title, SourceNew})
		}
	}
	slices.SortFunc(out, func(a, b SourceChange) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// LawChanges lists the computed laws that are in force on one of two days only.
func LawChanges(k *evaluator.Knowledge, from, to catalog.Date) []LawChange {
	out := []LawChange{}
	for _, l := range k.Laws.List {
		if !l.Computed {
			continue
		}
		_, before, _ := l.Period(from)
		_, after, _ := l.Period(to)
		if before != after {
			out = append(out, LawChange{Law: l.ID, Short: l.Short, InForce: after})
		}
	}
	return out
}
