package catalog

import "vigie/catalog/wording"

// SourceKind says what a source proves by its nature.
type SourceKind string

// The kinds of source, and None for a claim that cites no source at all.
const (
	KindAudit       SourceKind = "audit"
	KindRegister    SourceKind = "register"
	KindTest        SourceKind = "test"
	KindContract    SourceKind = "contract"
	KindPublication SourceKind = "publication"
	KindDeclaration SourceKind = "declaration"
	KindPress       SourceKind = "press"
	KindNone        SourceKind = "none"
)

// SourceKinds lists the kinds from the strongest to none.
func SourceKinds() []SourceKind {
	return []SourceKind{KindAudit, KindRegister, KindTest, KindContract, KindPublication, KindDeclaration, KindPress, KindNone}
}

// Allowed implements strict.Enum. None is not a kind that a source may have.
func (SourceKind) Allowed() []string {
	return []string{"audit", "register", "test", "contract", "publication", "declaration", "press"}
}

// Rank orders kinds when claims contradict each other: a higher rank holds. A signed contract stands above
// public terms.
func (k SourceKind) Rank(signed bool) int {
	switch k {
	case KindAudit, KindRegister, KindTest:
		return 6
	case KindContract:
		if signed {
			return 5
		}
		return 4
	case KindPublication:
		return 3
	case KindDeclaration:
		return 2
	case KindPress:
		return 1
	}
	return 0
}

var sourceKindLabels = map[SourceKind]wording.Text{
	KindAudit:       {EN: "Audit, certificate, third-party report", FR: "Audit, certificat, rapport de tiers"},
	KindRegister:    {EN: "Official register, court, authority", FR: "Registre officiel, tribunal, autorité"},
	KindTest:        {EN: "Measured by the organisation", FR: "Mesure de l'organisation"},
	KindContract:    {EN: "Contract or binding terms", FR: "Contrat ou conditions opposables"},
	KindPublication: {EN: "Public documentation", FR: "Documentation publique"},
	KindDeclaration: {EN: "Statement by the party itself", FR: "Déclaration de l'intéressé"},
	KindPress:       {EN: "Press, directory", FR: "Presse, annuaire"},
	KindNone:        {EN: "No source", FR: "Sans source"},
}

// Label names the kind.
func (k SourceKind) Label() wording.Text { return sourceKindLabels[k] }

// Source is where claims were read.
type Source struct {
	ID           string     `json:"id"`
	Title        string     `json:"title"`
	Publisher    string     `json:"publisher,omitempty"`
	Kind         SourceKind `json:"kind"`
	Signed       bool       `json:"signed,omitempty"` // the organisation's own signed document, not public terms
	URL          string     `json:"url,omitempty"`
	File         string     `json:"file,omitempty"` // SHA-256 of a stored copy
	Published    Date       `json:"published,omitempty"`
	Read         Date       `json:"read,omitempty"`
	ValidUntil   Date       `json:"valid_until,omitempty"`
	Via          string     `json:"via,omitempty"`     // which copy was read, when not the original
	Undated      bool       `json:"undated,omitempty"` // the document bears no date
	Confidential bool       `json:"confidential,omitempty"`
	Note         string     `json:"note,omitempty"`
}
