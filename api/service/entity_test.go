package service_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/decision"
)

// Two entities of a group each make an offering, a use case and a stake in a shared vendor of their own, with a source, a
// file, an assessment, a decision, weights and a job. Neither finds anything of the other by any way of reading, nor can it
// be judged with; the group finds both, and judges each by its own and what all share.
func TestEntitiesDoNotExistForEachOther(t *testing.T) {
	s, g := openKept(t), group(t)
	run(t, s)
	type side struct {
		file, assessment, decision, weights, job, claim string
	}
	made := map[string]side{}
	text := func(v string) *catalog.Value { return &catalog.Value{Type: catalog.TypeText, Text: v} }
	link := func(id string) *catalog.Value { return &catalog.Value{Type: catalog.TypeReference, Text: id} }
	for _, e := range []string{"fr", "de"} {
		ctx := who(t.Context(), "p-"+e, e, account.Roles()...)
		f, err := s.AddFile(ctx, strings.NewReader("contract of "+e), e+".txt", "", -1)
		if err != nil {
			t.Fatal(err)
		}
		off, use, stake := catalog.Ref{Kind: catalog.Offering, ID: e + "-own"}, catalog.Ref{Kind: catalog.UseCase, ID: e + "-use"}, catalog.Ref{Kind: catalog.Stake, ID: e + "-stake"}
		known := func(r catalog.Ref, path string, v *catalog.Value) catalog.Claim {
			return catalog.Claim{Record: r, Path: path, State: catalog.Known, Value: v, Source: e + "-contract", AsOf: today}
		}
		receipt, err := s.Record(ctx, store.Batch{Records: []catalog.Ref{off, use, stake}, Sources: []catalog.Source{{ID: e + "-contract", Title: "Contract", Kind: catalog.KindContract, Signed: true, File: f.SHA256, Confidential: true}},
			Claims: []catalog.Claim{known(off, "offering.name", text("Own of "+e)), known(off, "offering.vendor", link("mistral")), known(use, "use_case.name", text("Use of "+e)),
				known(stake, "stake.vendor", link("mistral")), known(stake, "stake.owner", link("microsoft")), known(stake, "stake.percent", &catalog.Value{Type: catalog.TypePercent, Num: "40"})}})
		if err != nil {
			t.Fatal(err)
		}
		kept, res, err := s.KeepAssessment(ctx, service.Request{Offering: e + "-own", UseCase: e + "-use", On: today})
		if err != nil || kept.Entity != e {
			t.Fatalf("%+v, %v", kept, err)
		}
		if res.Dossier.Record(stake) == nil {
			t.Errorf("%s: its own stake does not bear on its offering", e)
		}
		d := resolved(service.Request{}, decision.Defer)
		d.Assessment, d.By = kept.Hash, []string{"p-" + e}
		dec, _, err := s.TakeDecision(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		w, err := s.PublishWeights(ctx, "", evaluator.Weighing{ID: e + "-weights", Reason: wording.Same("ours"), Numbers: map[string]int64{"privacy": 1}})
		if err != nil {
			t.Fatal(err)
		}
		j, err := s.Jobs.Start(ctx, "rejudge", service.RejudgeParams{On: today})
		if err != nil {
			t.Fatal(err)
		}
		made[e] = side{f.SHA256, kept.Hash, dec.Hash, w.Hash(), j.ID, receipt.Claims[0]}
	}
	hidden := func(t *testing.T, what string, err error) {
		t.Helper()
		if !isA[*catalog.NotFoundError](err) && !isA[*catalog.InvalidError](err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, e := range []string{"fr", "de"} {
		other := map[string]string{"fr": "de", "de": "fr"}[e]
		x := made[other]
		ctx := who(t.Context(), "p-"+e, e, account.Roles()...)
		v, err := s.View(ctx, today, today)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []catalog.Kind{catalog.Offering, catalog.UseCase, catalog.Stake} {
			list, err := s.List(ctx, kind, today, today, "")
			if err != nil {
				t.Fatal(err)
			}
			own := false
			for _, l := range list {
				if l.Entity == other || strings.HasPrefix(l.ID, other+"-") {
					t.Errorf("%s sees %s in a list", e, l.ID)
				}
				own = own || l.Entity == e
			}
			if !own {
				t.Errorf("%s does not find its own %s", e, kind)
			}
			for _, id := range v.IDs(kind) {
				if strings.HasPrefix(id, other+"-") {
					t.Errorf("%s sees %s in a view", e, id)
				}
			}
		}
		ref := catalog.Ref{Kind: catalog.Offering, ID: other + "-own"}
		_, err = s.Sheet(ctx, ref, today, today)
		hidden(t, "sheet", err)
		if strings.Contains(err.Error(), ref.ID+"\",") {
			t.Errorf("the other's id is suggested: %v", err)
		}
		vendor, err := s.Sheet(ctx, catalog.Ref{Kind: catalog.Vendor, ID: "mistral"}, today, today)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range vendor.Links {
			if strings.HasPrefix(l.Record.ID, other+"-") {
				t.Errorf("%s finds %s from a shared vendor", e, l.Record)
			}
		}
		_, err = s.Assess(ctx, service.Request{Offering: other + "-own", UseCase: uses[0], On: today})
		hidden(t, "assess", err)
		_, err = s.Assess(ctx, service.Request{Offering: offering, UseCase: other + "-use", On: today})
		hidden(t, "assess for", err)
		for _, r := range []service.Request{{Offering: offering, UseCase: uses[0], On: today}, {Offering: e + "-own", UseCase: e + "-use", On: today}, {Offering: offering, UseCase: uses[0], On: "2026-11-23", KnownOn: today}} {
			res, err := s.Assess(ctx, r)
			if err != nil {
				t.Fatal(err)
			}
			for _, rec := range res.Dossier.Records {
				if strings.HasPrefix(rec.ID, other+"-") {
					t.Errorf("a dossier of %s rests on %s", e, rec.Ref())
				}
			}
		}
		_, err = s.History(ctx, ref, "offering.name")
		hidden(t, "history", err)
		_, err = s.Revision(ctx, ref)
		hidden(t, "revision", err)
		_, err = s.Source(ctx, other+"-contract")
		hidden(t, "source", err)
		_, _, err = s.OpenFile(ctx, x.file)
		hidden(t, "file", err)
		_, err = s.KeptAssessment(ctx, x.assessment)
		hidden(t, "assessment", err)
		_, err = s.Replay(ctx, x.assessment)
		hidden(t, "replay", err)
		_, err = s.Decision(ctx, x.decision, today)
		hidden(t, "decision", err)
		_, err = s.Document(ctx, store.Decision, x.decision)
		hidden(t, "document", err)
		_, err = s.DriftKept(ctx, x.decision, today)
		hidden(t, "drift", err)
		_, err = s.Assess(ctx, service.Request{Offering: offering, UseCase: uses[0], Weights: other + "-weights", On: today})
		hidden(t, "weights by id", err)
		_, err = s.Assess(ctx, service.Request{Offering: offering, UseCase: uses[0], Weights: x.weights, On: today})
		hidden(t, "weights by hash", err)
		_, err = s.Jobs.Get(ctx, x.job)
		hidden(t, "job", err)
		if jobs, err := s.Jobs.List(ctx); err != nil || len(jobs) != 1 {
			t.Errorf("%d jobs, %v", len(jobs), err)
		}
		if list, err := s.Decisions(ctx, service.DecisionQuery{On: today}); err != nil || len(list) != 1 || list[0].Entity != e {
			t.Errorf("%+v, %v", list, err)
		}
		if list, err := s.Assessments(ctx, service.KeptQuery{}); err != nil || len(list) != 1 {
			t.Errorf("%+v, %v", list, err)
		}
		if p, err := s.PortfolioKept(ctx, today); err != nil || len(p.Lines) != 1 {
			t.Errorf("%+v, %v", p, err)
		}
		_, err = s.Record(ctx, store.Batch{Claims: []catalog.Claim{{Record: ref, Path: "offering.name", State: catalog.Known, Value: text("X"), AsOf: today}}})
		hidden(t, "claim", err)
		_, err = s.Withdraw(ctx, "", x.claim, "no")
		hidden(t, "withdraw", err)
		_, err = s.Record(ctx, store.Batch{Sources: []catalog.Source{{ID: e + "-thief", Title: "T", Kind: catalog.KindPress, File: x.file}}})
		hidden(t, "citing a file", err)
	}
	for _, e := range []string{"fr", "de"} {
		res, err := s.Assess(g, service.Request{Offering: e + "-own", UseCase: e + "-use", On: today})
		if err != nil || res.Assessment.Hash != made[e].assessment {
			t.Errorf("the group judges otherwise than %s: %v", e, err)
		}
		if _, err := s.Decision(g, made[e].decision, today); err != nil {
			t.Error(err)
		}
	}
	res, err := s.Assess(g, service.Request{Offering: offering, UseCase: uses[0], On: today})
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range res.Dossier.Records {
		if strings.HasPrefix(rec.ID, "fr-") || strings.HasPrefix(rec.ID, "de-") {
			t.Errorf("what the group judges for all rests on %s", rec.Ref())
		}
	}
	if _, err := s.Assess(g, service.Request{Offering: "fr-own", UseCase: "de-use", On: today}); !isA[*catalog.InvalidError](err) {
		t.Error("an offering of one entity is judged for a use of another:", err)
	}
}

// Two entities store the same bytes: each has its file, and a confidential source hides the file from those only whose
// entity it is.
func TestTheSameFileInTwoEntities(t *testing.T) {
	s := openKept(t)
	sums := map[string]string{}
	for _, e := range []string{"fr", "de", ""} {
		f, err := s.AddFile(who(t.Context(), "p-"+e, e, account.Procurement), strings.NewReader("public terms"), e+"-terms.txt", "", -1)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name != e+"-terms.txt" || f.Entity != e {
			t.Errorf("%q got %+v", e, f)
		}
		sums[e] = f.SHA256
		r, _, err := s.OpenFile(who(t.Context(), "p-"+e, e, account.Reader), f.SHA256)
		if err != nil {
			t.Errorf("%q cannot read what it stored: %v", e, err)
			continue
		}
		b, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(b, []byte("public terms")) {
			t.Error(err)
		}
		r.Close()
	}
	v, err := s.Store.Verify(t.Context(), store.VerifyOptions{})
	if err != nil || !v.OK() {
		t.Errorf("%+v, %v", v, err)
	}
}
