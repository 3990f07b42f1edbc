// Package proof makes reports that anyone can check, and checks them: without a server, a database or the organisation
// that issued them.
//
// A sealed report is a PDF, the base, followed by one appended section of the same file that attaches
//
//   - assessment.json (or comparison.json), what the report prints: canonical bytes whose SHA-256 is the hash on its cover;
//   - report.json, the document that registers the report: it names the base and what it prints by their SHA-256;
//   - proof.txt, where a log was in use: that both stand in the log, under checkpoints which the log signed.
//
// What the log registers is the base, before anything is attached: a file cannot hold the proof of its own bytes. The
// appended section follows from the base and the attachments alone, so Verify makes it again and compares: no byte of
// the file is outside of what is checked.
//
// To issue a report with a store at hand:
//
//	subject := proof.OfAssessment(a)                                    // store.Document{Kind: store.Assessment, Body: subject.Body}
//	stands, _ := st.Prove(ctx, subject.Hash())                          // once it was recorded
//	reg, _ := proof.Register(proof.Entry(stands), st.PublicKey())       // goes into reports.Input
//	base := …                                                           // reports.Build, pdf.Write
//	doc := proof.NewDocument(base, subject, lang, a.On, program, reg)   // store.Document{Kind: store.Report, Body: doc.Bytes()}
//	issued, _ := st.Prove(ctx, doc.Hash())                              // once it was recorded
//	stands, _ = st.Prove(ctx, subject.Hash())                           // under the same checkpoint, or a newer one
//	sealed, _ := proof.Seal(base, subject, doc, &proof.Log{Key: st.PublicKey(), Report: proof.Entry(issued), Subject: proof.Entry(stands)})
//
// Without a log: Register is left out, and Seal is given nil; the report then says that it is not registered.
// The base is made again, the same bytes, from the same assessment and the Registration of its Document.
package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"vigie/catalog"
	"vigie/catalog/store/log"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/reports"
)

// Kind says what a report prints.
type Kind string

// The kinds. Each is a kind of document of the store, and of leaf of the log.
const (
	Assessment Kind = "assessment"
	Comparison Kind = "comparison"
)

// kindReport is the kind of leaf of an issued report.
const kindReport = "report"

func (k Kind) valid() bool { return k == Assessment || k == Comparison }

// Subject is what a report prints, as the bytes that its hash names.
type Subject struct {
	Kind Kind
	Body []byte // canonical JSON, its own hash left empty
}

// Hash is the SHA-256 of the body in hex: the hash that the report prints.
func (s Subject) Hash() string { return hashOf(s.Body) }

// OfAssessment is an assessment as its hash names it.
func OfAssessment(a *evaluator.Assessment) Subject {
	c := *a
	c.Hash = ""
	return Subject{Assessment, canonical(c)}
}

// OfComparison is a comparison as its hash names it.
func OfComparison(k *evaluator.Comparison) Subject {
	c := *k
	c.Hash = ""
	return Subject{Comparison, canonical(c)}
}

// Format is the format of a Document.
const Format = "vigie-report/1"

// Document registers a report. Its canonical form is what the log names by its hash.
type Document struct {
	Format       string                `json:"format"`
	Kind         Kind                  `json:"kind"` // of the subject
	Lang         wording.Lang          `json:"lang"`
	On           catalog.Date          `json:"on"`
	PDF          string                `json:"pdf"` // SHA-256 of the base
	Program      string                `json:"program,omitempty"`
	Registration *reports.Registration `json:"registration,omitempty"` // as printed in the base; nil: not registered
	Size         int64                 `json:"size"`                   // of the base, in bytes
	Subject      string                `json:"subject"`                // SHA-256 of what it prints
}

// NewDocument is the document that registers a base which prints the subject. Registration is the one that was printed.
func NewDocument(base []byte, s Subject, l wording.Lang, on catalog.Date, program string, r *reports.Registration) Document {
	return Document{Format: Format, Kind: s.Kind, Lang: l, On: on, PDF: hashOf(base), Program: program, Registration: r, Size: int64(len(base)), Subject: s.Hash()}
}

// Bytes is the canonical form, RFC 8785.
func (d Document) Bytes() []byte { return canonical(d) }

// Hash is the SHA-256 of the canonical form, in hex.
func (d Document) Hash() string { return hashOf(d.Bytes()) }

// ParseDocument reads what Bytes wrote and refuses everything else, down to the last byte.
func ParseDocument(b []byte) (Document, error) {
	var d Document
	if err := json.Unmarshal(b, &d); err != nil {
		return Document{}, fmt.Errorf("report.json is not JSON: %w", err)
	}
	form, err := catalog.Canonical(d)
	if err != nil || !bytes.Equal(form, b) {
		return Document{}, fmt.Errorf("report.json is not in its canonical form")
	}
	_, day := catalog.ParseDate(string(d.On))
	_, lang := wording.ParseLang(string(d.Lang))
	if d.Format != Format || !d.Kind.valid() || !day || !lang || !catalog.ValidSHA256(d.PDF) || !catalog.ValidSHA256(d.Subject) || d.Size <= 0 {
		return Document{}, fmt.Errorf("report.json does not register a report in the format %s", Format)
	}
	return d, nil
}

// Entry shows that something stands in a log: the leaf, and its inclusion under a signed checkpoint. It has the fields
// of store.Proof, which converts to it.
type Entry struct {
	Leaf      []byte // canonical JSON
	Inclusion log.Inclusion
}

// Log is the proof of registration of a report.
type Log struct {
	Key     string // public key that checks the signatures of the checkpoints
	Report  Entry
	Subject Entry
}

// Register is where an entry stands, as a report prints it. The error says why the entry proves nothing under this key.
func Register(e Entry, key string) (*reports.Registration, error) {
	leaf, point, err := e.check(key)
	if err != nil {
		return nil, err
	}
	return &reports.Registration{Log: point.Origin, Leaf: e.Inclusion.Index, At: leaf.At, Size: point.Tree.N,
		Root: base64.StdEncoding.EncodeToString(point.Tree.Hash[:])}, nil
}

// check gives the leaf and the checkpoint when the one stands under the other and the key signed it.
func (e Entry) check(key string) (log.Leaf, log.Checkpoint, error) {
	leaf, err := log.ParseLeaf(e.Leaf)
	if err != nil {
		return log.Leaf{}, log.Checkpoint{}, err
	}
	if _, err := time.Parse(time.RFC3339Nano, leaf.At); err != nil {
		return log.Leaf{}, log.Checkpoint{}, fmt.Errorf("leaf bears no moment: %w", err)
	}
	point, err := e.Inclusion.Check(e.Leaf, key)
	return leaf, point, err
}

func canonical(v any) []byte {
	b, err := catalog.Canonical(v)
	if err != nil {
		panic(fmt.Sprintf("proof: no canonical form of %T: %v", v, err)) // Vigie's own types always have one
	}
	return b
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
