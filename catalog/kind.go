// Package catalog holds what is claimed and on what evidence: records, claims, sources, the dictionary of facts
// that exist, the rule that resolves claims into facts on a date, and the gathering of facts into a dossier.
//
// It knows no database, no web framework and no expression language, and reads no clock: days are arguments.
package catalog

import "slices"

// Kind is a kind of record: a thing that facts are about.
type Kind string

// The kinds of record. Source is not a record: its entry in the dictionary only describes the fields of a Source.
const (
	Organisation           Kind = "organisation"
	UseCase                Kind = "use_case"
	Vendor                 Kind = "vendor"
	Stake                  Kind = "stake"
	Subprocessing          Kind = "subprocessing"
	Certification          Kind = "certification"
	Model                  Kind = "model"
	Licence                Kind = "licence"
	Offering               Kind = "offering"
	Terms                  Kind = "terms"
	SLA                    Kind = "sla"
	EnvironmentalStatement Kind = "environmental_statement"
	BenchmarkResult        Kind = "benchmark_result"
	Price                  Kind = "price"
	SourceKindName         Kind = "source"
)

// Kinds lists every kind of record in the order in which pages show them.
func Kinds() []Kind {
	return []Kind{Offering, Vendor, Model, Licence, Terms, SLA, Price, Certification, Stake, Subprocessing,
		EnvironmentalStatement, BenchmarkResult, Organisation, UseCase}
}

// Allowed implements strict.Enum.
func (Kind) Allowed() []string {
	var out []string
	for _, k := range Kinds() {
		out = append(out, string(k))
	}
	return append(out, string(SourceKindName))
}

// IsRecord reports whether records of this kind exist.
func (k Kind) IsRecord() bool { return slices.Contains(Kinds(), k) }

// NamePath is the path of the fact that holds the name of a record of this kind.
func (k Kind) NamePath() string { return string(k) + ".name" }

// Ref names a record. The zero Ref names none.
type Ref struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id"`
}

// String writes kind/id.
func (r Ref) String() string { return string(r.Kind) + "/" + r.ID }

// IsZero reports whether the Ref names no record.
func (r Ref) IsZero() bool { return r == Ref{} }

// Compare orders by kind, then id.
func (r Ref) Compare(o Ref) int {
	switch {
	case r.Kind != o.Kind:
		return cmpString(string(r.Kind), string(o.Kind))
	default:
		return cmpString(r.ID, o.ID)
	}
}

// FactRef is a place in a dossier: a record and a path of the dictionary.
type FactRef struct {
	Record Ref    `json:"record"`
	Path   string `json:"path"`
}

// String writes kind/id:path.
func (f FactRef) String() string { return f.Record.String() + ":" + f.Path }

// Compare orders by path, then record.
func (f FactRef) Compare(o FactRef) int {
	if c := cmpString(f.Path, o.Path); c != 0 {
		return c
	}
	return f.Record.Compare(o.Record)
}

func cmpString(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
