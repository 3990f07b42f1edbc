// Package finding holds the types that every room of the evaluator answers with.
package finding

import (
	"vigie/catalog"
	"vigie/catalog/wording"
)

// Derived is a fact that Vigie computes instead of asking for it. When it is not settled it carries the values
// still possible and the missing facts that would settle it.
type Derived struct {
	Path      string            `json:"path"`
	State     catalog.State     `json:"state"`
	Value     *catalog.Value    `json:"value,omitempty"`
	Possible  []catalog.Value   `json:"possible,omitempty"`   // unknown, but one of these; empty: nothing is excluded
	SettledBy []catalog.FactRef `json:"settled_by,omitempty"` // the missing facts that would settle it
	Used      []catalog.FactRef `json:"used,omitempty"`       // the known facts it rests on
	Reason    wording.Text      `json:"reason"`
}

// Finding is one reasoned statement: what, why, on which facts, how severe, and what would cure it.
type Finding struct {
	ID       string            `json:"id"`
	Severity int               `json:"severity"` // 0 for information, 3 for the gravest
	What     wording.Text      `json:"what"`
	Why      wording.Text      `json:"why"`
	Cure     wording.Text      `json:"cure,omitzero"`
	Facts    []catalog.FactRef `json:"facts,omitempty"`
	Basis    string            `json:"basis,omitempty"` // article, clause
}
