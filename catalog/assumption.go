package catalog

// Assumption is one "what if": a fact taken to be otherwise than recorded. A dossier gathered under assumptions
// is hypothetical, says so, and is never kept as an assessment.
type Assumption struct {
	Op     string `json:"op"` // set, absent, unknown, add, drop, scale, law
	Record Ref    `json:"record"`
	Path   string `json:"path,omitempty"`
	Value  *Value `json:"value,omitempty"`
	Text   string `json:"text"` // as it was written
}
