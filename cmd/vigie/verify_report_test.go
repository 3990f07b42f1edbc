package main

import (
	"bytes"
	"context"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"vigie/catalog/dictionary"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/reports"
	"vigie/reports/pdf"
	"vigie/reports/proof"
	"vigie/reports/tree"
)

// TestAReportIssuedFromAStore goes the whole way that the package describes, on a real store, and again a year later.
func TestAReportIssuedFromAStore(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	dir, ctx := t.TempDir(), t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	st, err := storeIn(ctx, dir, &now)
	must(err)
	a := mini("exemplia-paris")
	s := proof.OfAssessment(a)
	sealed, base, doc, err := issue(ctx, st, a)
	must(err)
	v := proof.Verify(sealed, []string{st.PublicKey()})
	if !v.Holds || !v.Registered || v.Entry.Leaf != 1 || v.Entry.Log != st.Origin() || doc.Registration.Leaf != 0 || doc.Registration.Size != 1 {
		t.Fatalf("%+v %+v", v, doc.Registration)
	}
	// Issued again at once: the same file.
	again, err := seal(ctx, st, base, s, doc)
	must(err)
	if !bytes.Equal(again, sealed) {
		t.Error("issued again, it is another file")
	}
	// A year and another entry later: the same printed report, under a newer checkpoint. The old file holds as before, and
	// the log goes through its checkpoint.
	now = now.AddDate(1, 0, 0)
	must(record(ctx, st, store.Decision, []byte(`{"x":1}`)))
	must(st.Close())
	st, err = storeIn(ctx, dir, &now)
	must(err)
	defer st.Close()
	kept, err := st.Document(ctx, store.Report, doc.Hash())
	must(err)
	then, err := proof.ParseDocument(kept.Body)
	must(err)
	later, err := printed(a, then.Registration)
	must(err)
	if !bytes.Equal(later, base) {
		t.Error("printed again, it is another report")
	}
	renewed, err := seal(ctx, st, later, s, then)
	must(err)
	old, young := proof.Verify(sealed, []string{st.PublicKey()}), proof.Verify(renewed, []string{st.PublicKey()})
	if !old.Holds || !young.Holds || old.Entry.At != young.Entry.At || old.Entry.Size != 2 || young.Entry.Size != 3 {
		t.Errorf("%+v\n%+v", old.Entry, young.Entry)
	}
	_, err = st.Consistent(ctx, []byte(old.Checkpoint))
	must(err)
}

// mini is an assessment of nothing much: what is judged does not matter to who checks a file.
func mini(offering string) *evaluator.Assessment {
	a := &evaluator.Assessment{Format: evaluator.AssessmentFormat, Engine: "1.0.0", Offering: offering, UseCase: "notes", On: "2026-11-24", KnownOn: "2026-11-24"}
	a.Seal()
	return a
}

// printed is a report of it, as registered or not.
func printed(a *evaluator.Assessment, r *reports.Registration) ([]byte, error) {
	d := &tree.Document{Lang: "fr", Title: a.Offering, Day: string(a.On), Producer: "vigie 1.0.0", ToContents: "Sommaire"}
	if r != nil {
		d.Foot = reports.Moment(wording.FR, r.At)
	}
	var b bytes.Buffer
	err := pdf.Write(&b, d)
	return b.Bytes(), err
}

func record(ctx context.Context, st *store.Store, kind store.DocumentKind, body []byte) error {
	_, err := st.Record(ctx, store.Batch{By: "tests", Documents: []store.Document{{Kind: kind, Body: body}}})
	return err
}

func prove(ctx context.Context, st *store.Store, hash string) (proof.Entry, error) {
	p, err := st.Prove(ctx, hash)
	return proof.Entry(p), err
}

func seal(ctx context.Context, st *store.Store, base []byte, s proof.Subject, d proof.Document) ([]byte, error) {
	issued, err := prove(ctx, st, d.Hash())
	if err != nil {
		return nil, err
	}
	stands, err := prove(ctx, st, s.Hash())
	if err != nil {
		return nil, err
	}
	return proof.Seal(base, s, d, &proof.Log{Key: st.PublicKey(), Report: issued, Subject: stands})
}

// issue records an assessment and its report in a store and seals it.
func issue(ctx context.Context, st *store.Store, a *evaluator.Assessment) (sealed, base []byte, d proof.Document, err error) {
	s := proof.OfAssessment(a)
	if err = record(ctx, st, store.Assessment, s.Body); err != nil {
		return
	}
	stands, err := prove(ctx, st, a.Hash)
	if err != nil {
		return
	}
	reg, err := proof.Register(stands, st.PublicKey())
	if err != nil {
		return
	}
	if base, err = printed(a, reg); err != nil {
		return
	}
	d = proof.NewDocument(base, s, wording.FR, a.On, "vigie 1.0.0", reg)
	if err = record(ctx, st, store.Report, d.Bytes()); err != nil {
		return
	}
	sealed, err = seal(ctx, st, base, s, d)
	return
}

func storeIn(ctx context.Context, dir string, now *time.Time) (*store.Store, error) {
	dict, err := dictionary.Builtin()
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, store.Options{Dir: dir, Dictionary: dict, Now: func() time.Time { return *now }})
}

// issued: issued FOLDER OFFERING FILE KEYFILE issues a report from a store, made when it is not there.
func issuedReport(ts *testscript.TestScript, _ bool, args []string) {
	now := time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	st, err := storeIn(context.Background(), ts.MkAbs(args[0]), &now)
	ts.Check(err)
	defer st.Close()
	sealed, base, _, err := issue(context.Background(), st, mini(args[1]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), sealed, 0o644))
	ts.Check(os.WriteFile(ts.MkAbs("unsealed.pdf"), base, 0o644))
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(st.PublicKey()+"\n"), 0o644))
}

// flipped: flipped FILE OTHER copies a file with its middle byte changed.
func flipped(ts *testscript.TestScript, _ bool, args []string) {
	b := []byte(ts.ReadFile(args[0]))
	b[len(b)/2] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o644))
}
