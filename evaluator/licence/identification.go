package licence

import "vigie/catalog/wording"

// Verdict is what a text was found to be.
type Verdict string

// The verdicts. Only Identified says that the text is the licence; all others leave something to be read by a person.
const (
	Identified      Verdict = "identified"                  // one licence, every clause word for word, nothing else
	WithDifferences Verdict = "identified_with_differences" // one licence, altered: the differences are listed
	Several         Verdict = "several"                     // several licences, or a licence and a rider, in one file
	Conflict        Verdict = "conflict"                    // the title names one licence, the body is another
	Variant         Verdict = "variant"                     // a text of a known family, too far from any known one
	Partial         Verdict = "partial"                     // a part of one licence only
	Notice          Verdict = "notice"                      // a notice that names a licence, without its text
	NameOnly        Verdict = "name_only"                   // a name or an identifier only
	Pointer         Verdict = "pointer"                     // an address or a reference to another file
	Empty           Verdict = "empty"                       // no words
	Unknown         Verdict = "unknown"                     // none of these
)

// Verdicts lists all verdicts.
func Verdicts() []Verdict {
	return []Verdict{Identified, WithDifferences, Several, Conflict, Variant, Partial, Notice, NameOnly, Pointer, Empty, Unknown}
}

// Text names the verdict.
func (v Verdict) Text() wording.Text {
	switch v {
	case Identified:
		return wording.Text{EN: "identified", FR: "identifiée"}
	case WithDifferences:
		return wording.Text{EN: "altered copy", FR: "copie modifiée"}
	case Several:
		return wording.Text{EN: "several licences", FR: "plusieurs licences"}
	case Conflict:
		return wording.Text{EN: "title and body disagree", FR: "titre et corps en désaccord"}
	case Variant:
		return wording.Text{EN: "variant of a known licence", FR: "variante d'une licence connue"}
	case Partial:
		return wording.Text{EN: "part of a licence", FR: "partie d'une licence"}
	case Notice:
		return wording.Text{EN: "licence notice without its text", FR: "mention de licence sans son texte"}
	case NameOnly:
		return wording.Text{EN: "licence name only", FR: "nom de licence seul"}
	case Pointer:
		return wording.Text{EN: "reference to another document", FR: "renvoi à un autre document"}
	case Empty:
		return wording.Text{EN: "empty", FR: "vide"}
	}
	return wording.Text{EN: "unknown", FR: "inconnue"}
}

// Identification says what a text is. Offsets are bytes of the text that Readable gives for the same input.
type Identification struct {
	Verdict Verdict `json:"verdict"`
	// Licence is the id of the licence, or of the one the text resembles; empty when there is none or several.
	Licence string `json:"licence,omitempty"`
	// Licences lists every licence recognised, in the order of the text.
	Licences []Found `json:"licences"`
	// Coverage is the share of the words that the licences recognised explain, from 0 to 1. It is never an identity.
	Coverage    float64      `json:"coverage"`
	Differences []Difference `json:"differences"`
	Message     wording.Text `json:"message"`
	// Means says what each of the three means saw.
	Means []Evidence `json:"means"`
	// Nearest lists the licences that a text which is none of them comes nearest to.
	Nearest []Near `json:"nearest,omitempty"`
	// Claimed is the licence that the title names, when the body is another.
	Claimed  string         `json:"claimed,omitempty"`
	Warnings []wording.Text `json:"warnings,omitempty"`
	Encoding string         `json:"encoding,omitempty"`
	Words    int            `json:"words"`
	// Cut says that only the first MaxText bytes were read.
	Cut bool `json:"cut,omitempty"`
}

// Found is one licence recognised in a text.
type Found struct {
	ID string `json:"id"`
	// Coverage is the share of the licence's own words found in clauses that are there word for word.
	Coverage float64 `json:"coverage"`
	Start    int     `json:"start"`
	End      int     `json:"end"`
	Intact   bool    `json:"intact"`
	Copies   int     `json:"copies,omitempty"`
	// Stretches are the parts of the text that are clauses of this licence, word for word.
	Stretches []Stretch `json:"stretches,omitempty"`
}

// Stretch is a part of the text and the clause it is.
type Stretch struct {
	Start  int    `json:"start"`
	End    int    `json:"end"`
	Clause string `json:"clause"`
}

// Kinds of difference.
const (
	Changed = "changed" // words that stand instead of the licence's
	Added   = "added"   // words that are none of the licence's
	Removed = "removed" // words of the licence that are not there; the place is between two words
	Misread = "misread" // one letter of a word differs, and the clause is proved to be the licence's once it is put right
)

// Difference is one place where a text departs from the licence it resembles.
type Difference struct {
	Kind    string `json:"kind"`
	Start   int    `json:"start"`
	End     int    `json:"end"`
	Clause  string `json:"clause,omitempty"`
	Licence string `json:"licence,omitempty"`
}

// Evidence is what one of the three means saw.
type Evidence struct {
	Means    string  `json:"means"` // licensecheck, title, fingerprint
	Licence  string  `json:"licence"`
	Coverage float64 `json:"coverage,omitempty"`
	Start    int     `json:"start"`
	End      int     `json:"end"`
}

// Near is a licence and the share of its words found in a text.
type Near struct {
	ID    string  `json:"id"`
	Share float64 `json:"share"`
}
