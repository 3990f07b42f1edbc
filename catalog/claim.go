package catalog

import "time"

// State says whether a fact is known, known to be absent, or unknown. It is never inferred from a zero value.
type State string

// The three states of a fact.
const (
	Known   State = "known"
	Absent  State = "absent" // somebody looked, and the document promises or gives nothing
	Unknown State = "unknown"
)

// Claim is what one source says about one fact of one record. Claims are only ever added: a newer claim
// corrects, a withdrawal retracts.
type Claim struct {
	Record     Ref       `json:"record"`
	Path       string    `json:"path"`
	State      State     `json:"state"` // Known or Absent
	Value      *Value    `json:"value,omitempty"`
	Source     string    `json:"source,omitempty"` // id of a source; empty: no source was read
	Locator    string    `json:"locator,omitempty"`
	Note       string    `json:"note,omitempty"`
	AsOf       Date      `json:"as_of"`
	RecordedBy string    `json:"recorded_by"` // opaque id of a person or program
	RecordedAt time.Time `json:"recorded_at"` // UTC
}

// Hash names the claim: the SHA-256 of its canonical form, with its moment in UTC.
func (c Claim) Hash() string {
	c.RecordedAt = c.RecordedAt.UTC()
	return MustHash(c)
}

// Withdrawal retracts a claim from a moment on. The claim stays on record.
type Withdrawal struct {
	Claim  string    `json:"claim"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// Settlement is a reviewer's choice among contradicting claims.
type Settlement struct {
	Record Ref       `json:"record"`
	Path   string    `json:"path"`
	Claim  string    `json:"claim"` // the one that holds
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// overrules reports whether s was decided after o; of two of the same moment the one of the smaller claim hash
// holds, so that the order of files decides nothing.
func (s Settlement) overrules(o Settlement) bool {
	return s.At.After(o.At) || s.At.Equal(o.At) && cmpString(s.Claim+"\x00"+s.Reason, o.Claim+"\x00"+o.Reason) < 0
}
