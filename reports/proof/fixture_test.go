package proof

import (
	"bytes"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"vigie/catalog"
	"vigie/catalog/store/log"
	"vigie/evaluator"
	"vigie/reports"
	"vigie/reports/pdf"
	"vigie/reports/tree"
)

// journal is a log in memory: what a store does with its own, with the same functions.
type journal struct {
	secret, public string
	edge           *log.Edge
	tiles          map[[2]int64][]byte
	leaves         [][]byte
}

func newJournal(t testing.TB, name string) *journal {
	t.Helper()
	secret, public, err := log.NewKey(name)
	if err != nil {
		t.Fatal(err)
	}
	return &journal{secret: secret, public: public, edge: &log.Edge{}, tiles: map[[2]int64][]byte{}}
}

func (j *journal) Tile(level int, n int64) ([]byte, error) {
	return j.tiles[[2]int64{int64(level), n}], nil
}

// record appends what has this hash and gives its index.
func (j *journal) record(kind, hash string) int64 {
	leaf := log.Leaf{At: fmt.Sprintf("2026-11-24T09:%02d:07.125Z", len(j.leaves)%60), Hash: hash, Kind: kind}.Bytes()
	j.leaves = append(j.leaves, leaf)
	for _, tile := range j.edge.Append(tlog.RecordHash(leaf)) {
		j.tiles[[2]int64{int64(tile.Level), tile.N}] = tile.Data
	}
	return int64(len(j.leaves) - 1)
}

func (j *journal) prove(t testing.TB, index int64) Entry {
	t.Helper()
	name, _, _ := bytes.Cut([]byte(j.public), []byte("+"))
	point := log.Checkpoint{Origin: string(name), Tree: tlog.Tree{N: j.edge.Size, Hash: j.edge.Root()}}
	signed, err := point.Sign(j.secret)
	if err != nil {
		t.Fatal(err)
	}
	p, err := log.Prove(index, point, signed, j)
	if err != nil {
		t.Fatal(err)
	}
	return Entry{Leaf: j.leaves[index], Inclusion: p}
}

// issued is everything that was made on the way to a sealed report.
type issued struct {
	base, sealed []byte
	subject      Subject
	document     Document
	log          *Log
}

func assessment(offering string) *evaluator.Assessment {
	a := &evaluator.Assessment{Format: evaluator.AssessmentFormat, Engine: "1.0.0", Offering: offering, UseCase: "notes", Organisation: "organisation",
		On: "2026-11-24", KnownOn: "2026-11-24", Framework: "f", FrameworkVersion: "1"}
	a.Seal()
	return a
}

func drawn(t testing.TB, title string, r *reports.Registration) []byte {
	t.Helper()
	status := "not registered"
	if r != nil {
		status = fmt.Sprintf("entry %d", r.Leaf)
	}
	var b bytes.Buffer
	d := &tree.Document{Lang: "fr", Title: title, Subject: title, Day: "2026-11-24", Producer: "vigie 1.0.0", ToContents: "Sommaire", Foot: status,
		Sections: []tree.Section{{ID: "a", Number: "1", Title: title, Blocks: []tree.Block{tree.Paragraph{Text: tree.T("Conservation des données : 30 jours.")}}}}}
	if err := pdf.Write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// issue makes a sealed report as a service does; without a journal it is not registered.
func issue(t testing.TB, j *journal, offering string) issued {
	t.Helper()
	var (
		out   issued
		reg   *reports.Registration
		index int64
		err   error
	)
	a := assessment(offering)
	out.subject = OfAssessment(a)
	if out.subject.Hash() != a.Hash {
		t.Fatalf("the body has the hash %s, the assessment %s", out.subject.Hash(), a.Hash)
	}
	if j != nil {
		index = j.record("assessment", out.subject.Hash())
		if reg, err = Register(j.prove(t, index), j.public); err != nil {
			t.Fatal(err)
		}
	}
	out.base = drawn(t, offering, reg)
	out.document = NewDocument(out.base, out.subject, "fr", catalog.Date("2026-11-24"), "vigie 1.0.0", reg)
	if j != nil {
		at := j.record("report", out.document.Hash())
		out.log = &Log{Key: j.public, Report: j.prove(t, at), Subject: j.prove(t, index)}
	}
	if out.sealed, err = Seal(out.base, out.subject, out.document, out.log); err != nil {
		t.Fatal(err)
	}
	return out
}

func comparison() *evaluator.Comparison {
	k := &evaluator.Comparison{Format: evaluator.ComparisonFormat, Engine: "1.0.0", UseCase: "notes", On: "2026-11-24", KnownOn: "2026-11-24"}
	k.Seal()
	return k
}
