// Package framework holds what an offering is judged by: criteria in weighted families, the bands and knock-outs of
// each, and the weight sets that use cases cite. The shipped framework is vigie-baseline (docs/criteria.md).
//
// A framework is data. Its expressions are CEL over the facts of the dictionary and are compiled when it is loaded:
// a misspelt path, a band list that could end without an answer or weights that do not add up are faults with file,
// line and column, all reported at once. Lint then asks for more: that an unknown fact never gives an interval wider
// than what its possible answers give.
package framework

import (
	"sync"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// Status says how far a framework may be relied on.
type Status string

// The statuses. A withdrawn framework still explains the assessments made under it.
const (
	Proposal  Status = "proposal"
	Published Status = "published"
	Withdrawn Status = "withdrawn"
)

// Allowed implements strict.Enum.
func (Status) Allowed() []string {
	return []string{string(Proposal), string(Published), string(Withdrawn)}
}

// Framework is a versioned set of criteria. It is immutable once read.
type Framework struct {
	ID      string       `yaml:"id,required" json:"id"`
	Version string       `yaml:"version,required" json:"version"`
	Status  Status       `yaml:"status,required" json:"status"`
	Title   wording.Text `yaml:"title,required" json:"title"`
	Summary wording.Text `yaml:"summary,required" json:"summary"`
	// EvidenceKinds is how much each kind of source proves in general: what a knock-out's minimum evidence and a
	// weight set's evidence floor are compared by.
	EvidenceKinds Strengths `yaml:"evidence_kinds,required" json:"evidence_kinds"`
	// Profiles say how much each kind of source proves for one sort of question.
	Profiles []Profile `yaml:"profiles,required" json:"profiles"`
	Families []Family  `yaml:"families,required" json:"families"`
	// Criteria are in the order of their families.
	Criteria []*Criterion `yaml:"-" json:"criteria"`

	files  sources
	broken bool // a file could not be read: what seems missing may stand there
	hash   func() string
}

// Hash names the framework by its content: the same criteria read from other files have the same hash.
func (f *Framework) Hash() string {
	if f.hash == nil {
		return catalog.MustHash(f)
	}
	return f.hash()
}

func (f *Framework) seal() { f.hash = sync.OnceValue(func() string { return catalog.MustHash(f) }) }

// Family gives a family by id.
func (f *Framework) Family(id string) (Family, bool) {
	for _, x := range f.Families {
		if x.ID == id {
			return x, true
		}
	}
	return Family{}, false
}

// Profile gives an evidence profile by id.
func (f *Framework) Profile(id string) (Profile, bool) {
	for _, x := range f.Profiles {
		if x.ID == id {
			return x, true
		}
	}
	return Profile{}, false
}

// Criterion gives a criterion by id, nil when there is none of that name.
func (f *Framework) Criterion(id string) *Criterion {
	for _, c := range f.Criteria {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// KnockOut gives a knock-out by id and the criterion it stands in.
func (f *Framework) KnockOut(id string) (KnockOut, *Criterion, bool) {
	for _, c := range f.Criteria {
		for _, k := range c.KnockOuts {
			if k.ID == id {
				return k, c, true
			}
		}
	}
	return KnockOut{}, nil, false
}

// Strengths is how much each kind of source proves, from 0 (nothing) to 1 (fully).
type Strengths struct {
	Audit       float64 `yaml:"audit,required" json:"audit"`
	Register    float64 `yaml:"register,required" json:"register"`
	Test        float64 `yaml:"test,required" json:"test"`
	Contract    float64 `yaml:"contract,required" json:"contract"`
	Publication float64 `yaml:"publication,required" json:"publication"`
	Declaration float64 `yaml:"declaration,required" json:"declaration"`
	Press       float64 `yaml:"press,required" json:"press"`
	None        float64 `yaml:"none,required" json:"none"`
}

// Of gives the strength of a kind of source; a word that is no kind proves nothing.
func (s Strengths) Of(k catalog.SourceKind) float64 {
	switch k {
	case catalog.KindAudit:
		return s.Audit
	case catalog.KindRegister:
		return s.Register
	case catalog.KindTest:
		return s.Test
	case catalog.KindContract:
		return s.Contract
	case catalog.KindPublication:
		return s.Publication
	case catalog.KindDeclaration:
		return s.Declaration
	case catalog.KindPress:
		return s.Press
	case catalog.KindNone:
		return s.None
	}
	return 0
}

// Profile says how much each kind of source proves for one sort of question: a signed clause proves a promise, and
// hardly what is really delivered.
type Profile struct {
	ID     string       `yaml:"id,required" json:"id"`
	Title  wording.Text `yaml:"title,required" json:"title"`
	Note   wording.Text `yaml:"note,required" json:"note"`
	Counts Strengths    `yaml:"counts,required" json:"counts"`
}

// Family is a group of criteria that is weighed as a whole, however many questions it holds. Weight is in percent.
type Family struct {
	ID     string       `yaml:"id,required" json:"id"`
	Weight int64        `yaml:"weight,required" json:"weight"`
	Title  wording.Text `yaml:"title,required" json:"title"`
}

// Criterion is one question, answered from facts. Weight is relative to the other criteria of the family.
type Criterion struct {
	strict.Pos    `yaml:"-" json:"-"`
	ID            string       `yaml:"id,required" json:"id"`
	Family        string       `yaml:"-" json:"family"`
	Weight        int64        `yaml:"weight,required" json:"weight"`
	Title         wording.Text `yaml:"title,required" json:"title"`
	Question      wording.Text `yaml:"question,required" json:"question"`
	Why           wording.Text `yaml:"why,required" json:"why"`
	Facts         []string     `yaml:"facts,required" json:"facts"`            // every fact read about the offering and what it rests on
	Applies       string       `yaml:"applies" json:"applies,omitempty"`       // CEL; empty: always
	Bands         []Band       `yaml:"bands,required" json:"bands"`            // the first that holds gives the score
	KnockOuts     []KnockOut   `yaml:"knock_outs" json:"knock_outs,omitempty"` // apart from scores
	ThresholdNote wording.Text `yaml:"threshold_note" json:"threshold_note,omitzero"`
	// Origin lists where the idea of the criterion comes from; reports print it.
	Origin   []wording.Text `yaml:"origin,required" json:"origin"`
	Evidence Evidence       `yaml:"evidence,required" json:"evidence"`

	at string // key path inside the file
}

// Band is one possible answer. Score is in whole points from 0 to 100.
type Band struct {
	When  string       `yaml:"when,required" json:"when"` // CEL
	Score int          `yaml:"score,required" json:"score"`
	Label wording.Text `yaml:"label,required" json:"label"`
}

// KnockOut is a condition that no score buys back. Applies is over what the organisation decides (its use, itself,
// how it deploys); FailsWhen is over what has to be proved, by evidence of at least MinEvidence.
type KnockOut struct {
	ID          string             `yaml:"id,required" json:"id"`
	Applies     string             `yaml:"applies,required" json:"applies"`       // CEL
	FailsWhen   string             `yaml:"fails_when,required" json:"fails_when"` // CEL
	MinEvidence catalog.SourceKind `yaml:"min_evidence,required" json:"min_evidence"`
	Text        wording.Text       `yaml:"text,required" json:"text"` // what is wrong when it fails
	Cure        wording.Text       `yaml:"cure,required" json:"cure"`
}

// Evidence says what would prove the answer and when it goes stale.
type Evidence struct {
	Profile          string       `yaml:"profile,required" json:"profile"`
	StaleAfterMonths int64        `yaml:"stale_after_months,required" json:"stale_after_months"`
	Proves           wording.Text `yaml:"proves,required" json:"proves"`
}
