// Package decision holds what the committee resolved, whether it still holds, and what everything in force is exposed
// to together.
//
// A decision is an immutable document bound to the hashes of what it rests on. It is never changed: a later one
// supersedes it, and both stay. People appear in it by opaque id only; their names and the text of a dissent live
// elsewhere, where they can be erased.
package decision

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

// Format names the canonical form of a decision.
const Format = "vigie-decision/1"

// Outcome is what was resolved.
type Outcome string

// The outcomes.
const (
	Approve               Outcome = "approve"
	ApproveWithConditions Outcome = "approve_with_conditions"
	Reject                Outcome = "reject"
	Defer                 Outcome = "defer"
)

// Allowed implements strict.Enum.
func (Outcome) Allowed() []string {
	return []string{string(Approve), string(ApproveWithConditions), string(Reject), string(Defer)}
}

// Approves reports whether the offering may be used.
func (o Outcome) Approves() bool { return o == Approve || o == ApproveWithConditions }

var outcomeWords = map[Outcome]wording.Text{
	Approve:               {EN: "Approved", FR: "Approuvée"},
	ApproveWithConditions: {EN: "Approved under conditions", FR: "Approuvée sous conditions"},
	Reject:                {EN: "Rejected", FR: "Rejetée"},
	Defer:                 {EN: "Deferred", FR: "Ajournée"},
}

// Label names the outcome.
func (o Outcome) Label() wording.Text { return outcomeWords[o] }

// Condition is what must be done for an approval to stand. KnockOut names the knock-out it answers, if any.
type Condition struct {
	Text     wording.Text `json:"text"`
	Owner    string       `json:"owner"` // opaque id
	Due      catalog.Date `json:"due"`
	KnockOut string       `json:"knock_out,omitempty"`
}

// Dissent is a member who disagreed. Note is the id of a text that is kept elsewhere.
type Dissent struct {
	By   string `json:"by"` // opaque id
	Note string `json:"note,omitempty"`
}

// Draft is what a committee says; New binds it to what it saw.
type Draft struct {
	Outcome    Outcome      `json:"outcome"`
	Conditions []Condition  `json:"conditions"`
	By         []string     `json:"by"`     // opaque ids of those who took part
	Quorum     int          `json:"quorum"` // how many had to
	Dissent    []Dissent    `json:"dissent"`
	DecidedOn  catalog.Date `json:"decided_on"`
	Until      catalog.Date `json:"until"` // last day on which it holds
	Reason     wording.Text `json:"reason"`
	Supersedes string       `json:"supersedes,omitempty"` // hash of the decision it takes the place of
}

// Decision is a resolution. Hash is the SHA-256 of the canonical form of everything else.
type Decision struct {
	Format string `json:"format"`
	Hash   string `json:"hash"`
	Draft
	Offering     string                 `json:"offering"`
	UseCase      string                 `json:"use_case"`
	Organisation string                 `json:"organisation"`
	Assessment   string                 `json:"assessment"`           // hash
	Comparison   string                 `json:"comparison,omitempty"` // hash
	Dossier      string                 `json:"dossier"`              // hash
	Framework    string                 `json:"framework"`            // hash
	WeightSet    string                 `json:"weight_set"`           // id
	WeightHash   string                 `json:"weight_set_hash"`
	Knowledge    string                 `json:"knowledge"` // hash
	On           catalog.Date           `json:"on"`        // of the facts assessed
	KnownOn      catalog.Date           `json:"known_on"`
	Verdict      evaluator.Verdict      `json:"verdict"` // what was seen
	Score        evaluator.Interval     `json:"score"`
	KnockOuts    []evaluator.KnockState `json:"knock_outs"` // where each stood
}

// Seal computes the hash and puts it in.
func (d *Decision) Seal() {
	d.Hash = ""
	d.Hash = catalog.MustHash(d)
}

// New binds a draft to the assessment it decides on, and to the comparison that led to it (which may be nil). The
// error is a *catalog.InvalidError with everything wrong: a hypothetical assessment, a comparison that does not hold
// it, no quorum, a condition without owner or due day, an approval that passes over a knock-out without answering it.
func New(d Draft, a *evaluator.Assessment, c *evaluator.Comparison) (*Decision, error) {
	f := &faults{}
	f.draft(d)
	f.assessed(d, a)
	if c != nil {
		f.compared(a, c)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	out := &Decision{
		Format: Format, Draft: d, Offering: a.Offering, UseCase: a.UseCase, Organisation: a.Organisation, Assessment: a.Hash, Dossier: a.DossierHash,
		Framework: a.FrameworkHash, WeightSet: a.WeightSet, WeightHash: a.WeightSetHash, Knowledge: a.KnowledgeHash, On: a.On, KnownOn: a.KnownOn,
		Verdict: a.Verdict, Score: a.Score, KnockOuts: a.KnockStates(),
	}
	if c != nil {
		out.Comparison = c.Hash
	}
	if out.Conditions == nil {
		out.Conditions = []Condition{}
	}
	if out.Dissent == nil {
		out.Dissent = []Dissent{}
	}
	out.By = slices.Clone(d.By)
	slices.Sort(out.By)
	out.Seal()
	return out, nil
}

// faults collects what is wrong with a decision.
type faults struct{ list []catalog.FieldError }

func (f *faults) bad(path, en, fr string, args ...any) {
	f.list = append(f.list, catalog.FieldError{Path: path, Text: wording.Textf(en, fr, args...)})
}

func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	return &catalog.InvalidError{Fields: f.list}
}

func (f *faults) draft(d Draft) {
	if !slices.Contains(d.Outcome.Allowed(), string(d.Outcome)) {
		f.list = append(f.list, catalog.FieldError{Path: "outcome", Text: strict.NotIn(string(d.Outcome), d.Outcome.Allowed())})
	}
	decided, ok := catalog.ParseDate(string(d.DecidedOn))
	if !ok {
		f.bad("decided_on", "expected a day, found %q", "attendu : un jour ; trouvé : « %s »", string(d.DecidedOn))
	}
	until, okUntil := catalog.ParseDate(string(d.Until))
	switch {
	case !okUntil:
		f.bad("until", "a decision holds until a day; found %q", "une décision vaut jusqu'à un jour ; trouvé : « %s »", string(d.Until))
	case ok && until.Before(decided):
		f.bad("until", "ends before it is taken", "se termine avant d'être prise")
	}
	f.people(d)
	switch n := len(d.Conditions); {
	case d.Outcome == ApproveWithConditions && n == 0:
		f.bad("conditions", "an approval under conditions has at least one", "une approbation sous conditions en compte au moins une")
	case d.Outcome != ApproveWithConditions && n > 0:
		f.bad("conditions", "only an approval under conditions has conditions", "seule une approbation sous conditions en comporte")
	}
	for i, c := range d.Conditions {
		at := "conditions[" + itoa(i) + "]"
		if c.Text.EN == "" || c.Text.FR == "" {
			f.bad(at+".text", "say the condition in both languages", "énoncer la condition dans les deux langues")
		}
		if c.Owner == "" {
			f.bad(at+".owner", "who answers for it?", "qui en répond ?")
		}
		due, ok := catalog.ParseDate(string(c.Due))
		switch {
		case !ok:
			f.bad(at+".due", "by which day? found %q", "pour quel jour ? trouvé : « %s »", string(c.Due))
		case okUntil && until.Before(due):
			f.bad(at+".due", "is due after the decision ends", "est due après la fin de la décision")
		}
	}
}

func (f *faults) people(d Draft) {
	seen := map[string]bool{}
	for _, p := range d.By {
		if !catalog.ValidID(p) {
			f.bad("by", "%q is not an opaque id", "« %s » n'est pas un identifiant opaque", p)
		}
		if seen[p] {
			f.bad("by", "%q is there twice", "« %s » figure deux fois", p)
		}
		seen[p] = true
	}
	if d.Quorum < 1 {
		f.bad("quorum", "expected a number of members from 1, found %d", "attendu : un nombre de membres à partir de 1 ; trouvé : %d", d.Quorum)
	} else if len(d.By) < d.Quorum {
		f.bad("quorum", "%d members took part, %d are needed", "%d membres ont pris part, il en faut %d", len(d.By), d.Quorum)
	}
	against := map[string]bool{}
	for _, x := range d.Dissent {
		switch {
		case !seen[x.By]:
			f.bad("dissent", "%q did not take part", "« %s » n'a pas pris part", x.By)
		case against[x.By]:
			f.bad("dissent", "%q is there twice", "« %s » figure deux fois", x.By)
		}
		against[x.By] = true
	}
	if n := len(against); n > 0 && 2*n >= len(d.By) {
		f.bad("dissent", "%d of %d members dissent: this is no majority", "%d membres sur %d sont en désaccord : il n'y a pas de majorité", n, len(d.By))
	}
}

func (f *faults) assessed(d Draft, a *evaluator.Assessment) {
	if a.Hypothetical {
		f.bad("assessment", "rests on assumptions: a what-if is never decided on", "repose sur des hypothèses : on ne décide jamais sur une simulation")
	}
	if d.DecidedOn.Before(a.On) {
		f.bad("decided_on", "lies before the day of the facts assessed, %s", "précède le jour des faits évalués, %s", wording.Text{EN: a.On.In(wording.EN), FR: a.On.In(wording.FR)})
	}
	answered := map[string]bool{}
	for i, c := range d.Conditions {
		if c.KnockOut == "" {
			continue
		}
		answered[c.KnockOut] = true
		var ids []string
		for _, k := range a.KnockOuts {
			ids = append(ids, k.ID)
		}
		if !slices.Contains(ids, c.KnockOut) {
			f.list = append(f.list, catalog.FieldError{Path: "conditions[" + itoa(i) + "].knock_out", Text: strict.NotIn(c.KnockOut, ids)})
		}
	}
	if !d.Outcome.Approves() {
		return
	}
	var open []string
	for _, k := range a.KnockOuts {
		if (k.Status == evaluator.Failed || k.Status == evaluator.Open) && !answered[k.ID] {
			open = append(open, k.ID)
		}
	}
	switch list := strings.Join(open, ", "); {
	case len(open) == 0:
	case d.Outcome == Approve:
		f.bad("outcome", "knock-outs fail or are open (%s): approve under conditions that answer them, defer, or reject",
			"des critères éliminatoires ne sont pas satisfaits ou restent ouverts (%s) : approuver sous des conditions qui y répondent, ajourner ou rejeter", list)
	default:
		f.bad("conditions", "no condition answers these knock-outs: %s", "aucune condition ne répond à ces critères éliminatoires : %s", list)
	}
}

func (f *faults) compared(a *evaluator.Assessment, c *evaluator.Comparison) {
	if c.Hypothetical {
		f.bad("comparison", "rests on assumptions: a what-if is never decided on", "repose sur des hypothèses : on ne décide jamais sur une simulation")
	}
	if !slices.ContainsFunc(c.Ranking, func(r evaluator.Ranked) bool { return r.Assessment == a.Hash }) {
		f.bad("comparison", "does not hold this assessment", "ne contient pas cette évaluation")
	}
}
