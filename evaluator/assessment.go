// Package evaluator judges a dossier against a framework and says why.
//
// Evaluate is pure: the same dossier, framework, weight set and knowledge give the same bytes, on any machine and
// in any year. Nothing that is not known is ever guessed: it widens an interval or leaves a knock-out open.
package evaluator

import (
	"encoding/json"
	"fmt"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/finding"
)

// Hundredths is a score from 0 to 100 in whole hundredths: 8550 is 85.5. It is written as a JSON number of
// points with at most two decimals.
type Hundredths int64

// MarshalJSON writes points: 85.5.
func (h Hundredths) MarshalJSON() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalJSON reads points with at most two decimals.
func (h *Hundredths) UnmarshalJSON(data []byte) error {
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return err
	}
	r := catalog.Rat(n.String())
	if r == nil {
		return fmt.Errorf("not a score: %s", n)
	}
	r.Mul(r, catalog.Rat("100"))
	if !r.IsInt() {
		return fmt.Errorf("a score has at most two decimals: %s", n)
	}
	*h = Hundredths(r.Num().Int64())
	return nil
}

// String writes points as a plain decimal: 85.5.
func (h Hundredths) String() string {
	d, _ := catalog.CanonicalDecimal(fmt.Sprintf("%d.%02d", h/100, h%100))
	return d
}

// Interval is where a score lies: a point when everything that decides it is known.
type Interval struct {
	Low  Hundredths `json:"low"`
	High Hundredths `json:"high"`
}

// IsPoint reports whether the score is settled.
func (i Interval) IsPoint() bool { return i.Low == i.High }

// Width is what is not known, in hundredths of a point.
func (i Interval) Width() Hundredths { return i.High - i.Low }

// Verdict is the answer on an offering as a whole.
type Verdict string

// The verdicts. NotEligible: a knock-out failed. Undetermined: none failed, at least one is open.
const (
	Eligible     Verdict = "eligible"
	NotEligible  Verdict = "not_eligible"
	Undetermined Verdict = "undetermined"
)

// Status is where a knock-out stands.
type Status string

// The statuses of a knock-out. NotApplicable: this use does not switch it on.
const (
	Passed        Status = "passed"
	Failed        Status = "failed"
	Open          Status = "undetermined"
	NotApplicable Status = "not_applicable"
)

// Applies says whether a criterion bears on this use.
type Applies string

// The three answers.
const (
	AppliesYes     Applies = "yes"
	AppliesNo      Applies = "no"
	AppliesUnknown Applies = "unknown"
)

// FactUse is a fact that a criterion or knock-out read. Its fields stand in the order of their JSON names, as those
// of BandResult do: there are hundreds in an assessment, and the canonical form then has nothing to reorder.
type FactUse struct {
	Assumed       bool               `json:"assumed,omitempty"`
	Claim         string             `json:"claim,omitempty"`
	Derived       bool               `json:"derived,omitempty"`
	Disputed      bool               `json:"disputed,omitempty"`
	InheritedFrom *catalog.Ref       `json:"inherited_from,omitempty"` // the parent whose fact it is
	Kind          catalog.SourceKind `json:"kind,omitempty"`
	Path          string             `json:"path"`
	Record        catalog.Ref        `json:"record,omitzero"` // none for derived facts and roles nobody holds
	Source        string             `json:"source,omitempty"`
	Stale         bool               `json:"stale,omitempty"`
	State         catalog.State      `json:"state"`
	Value         *catalog.Value     `json:"value,omitempty"`
}

// BandResult is a band that the facts can still reach.
type BandResult struct {
	Hit   bool         `json:"hit"`   // settled: this band and no other
	Index int          `json:"index"` // in the criterion, from 0
	Label wording.Text `json:"label"`
	Score int          `json:"score"`
}

// CriterionResult is the reasoned answer to one criterion. Low and High are whole points; nil when it does not apply.
type CriterionResult struct {
	ID      string       `json:"id"`
	Family  string       `json:"family"`
	Weight  int64        `json:"weight"` // inside its family
	Applies Applies      `json:"applies"`
	Low     *int         `json:"low"`
	High    *int         `json:"high"`
	Bands   []BandResult `json:"bands"`
	Facts   []FactUse    `json:"facts"`
	Missing []string     `json:"missing"` // paths whose knowledge would settle it
	// Failure says why an expression of the criterion could not be answered; every band is then possible. None: they could.
	Failure wording.Text `json:"failure,omitzero"`
}

// KnockOutResult is where one knock-out stands and why.
type KnockOutResult struct {
	ID              string             `json:"id"`
	Criterion       string             `json:"criterion"`
	Status          Status             `json:"status"`
	EvidenceTooWeak bool               `json:"evidence_too_weak"` // not failed on all facts, but open on those strong enough
	MinEvidence     catalog.SourceKind `json:"min_evidence"`
	Missing         []string           `json:"missing"`
	Facts           []FactUse          `json:"facts"`
	Failure         wording.Text       `json:"failure,omitzero"` // why an expression could not be answered; the knock-out is then open

	reading *reading // the one on which Missing was found
}

// FamilyResult is the score of a family. Low and High are nil when nothing in it applies: its weight then goes to
// the other families.
type FamilyResult struct {
	ID     string      `json:"id"`
	Weight int64       `json:"weight"`
	Low    *Hundredths `json:"low"`
	High   *Hundredths `json:"high"`
}

// Share is the part of the result, in hundredths of a percent of its weight, that rests on one kind of source.
// Kind "unknown" is the part that rests on nothing yet.
type Share struct {
	Kind  string     `json:"kind"`
	Share Hundredths `json:"share"`
}

// MissingFact is a fact that nobody recorded (or that is disputed) and what knowing it would settle.
type MissingFact struct {
	Path      string      `json:"path"`
	Record    catalog.Ref `json:"record,omitzero"`
	Via       []string    `json:"via,omitempty"` // derived facts that wait for it
	Criteria  []string    `json:"criteria"`
	KnockOuts []string    `json:"knock_outs"`
	Width     Hundredths  `json:"width"` // at most this much of the total's interval hangs on it
	Disputed  bool        `json:"disputed,omitempty"`
	Weak      bool        `json:"weak,omitempty"` // known, but on evidence too weak for a knock-out
}

// Coverage counts the facts that the applicable criteria read.
type Coverage struct {
	Known int `json:"known"` // known, or known to be absent
	Total int `json:"total"`
}

// Assessment is the immutable result for (dossier, framework, weight set, knowledge). Hash is the SHA-256 of the
// canonical form of everything else.
type Assessment struct {
	Format           string            `json:"format"`
	Hash             string            `json:"hash"`
	Engine           string            `json:"engine"` // version of the program
	Offering         string            `json:"offering"`
	UseCase          string            `json:"use_case"`
	Organisation     string            `json:"organisation"`
	On               catalog.Date      `json:"on"`
	KnownOn          catalog.Date      `json:"known_on"`
	Hypothetical     bool              `json:"hypothetical"`
	Framework        string            `json:"framework"`
	FrameworkVersion string            `json:"framework_version"`
	FrameworkHash    string            `json:"framework_hash"`
	WeightSet        string            `json:"weight_set"`
	WeightSetHash    string            `json:"weight_set_hash"`
	DossierHash      string            `json:"dossier_hash"`
	KnowledgeHash    string            `json:"knowledge_hash"`
	Verdict          Verdict           `json:"verdict"`
	Score            Interval          `json:"score"`
	ContractScore    Interval          `json:"contract_score"` // weaker facts than a contract turned unknown
	Coverage         Coverage          `json:"coverage"`
	Evidence         []Share           `json:"evidence"`
	KnockOuts        []KnockOutResult  `json:"knock_outs"`
	Families         []FamilyResult    `json:"families"`
	Criteria         []CriterionResult `json:"criteria"`
	Missing          []MissingFact     `json:"missing_facts"` // what settles knock-outs first, then by width
	Derived          []finding.Derived `json:"derived"`
	Findings         []finding.Finding `json:"findings"`
}

// AssessmentFormat names the canonical form of an assessment.
const AssessmentFormat = "vigie-assessment/1"

// Seal computes the hash and puts it in.
func (a *Assessment) Seal() {
	a.Hash = ""
	a.Hash = catalog.MustHash(a)
}
