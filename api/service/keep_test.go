package service_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/reports/proof"
)

// What is kept stands in the log once, with everything that it rests on under the hashes that it names.
func TestKeptAssessmentHoldsWhatItRestsOn(t *testing.T) {
	s, ctx := openKept(t), group(t)
	r := service.Request{Offering: offering, UseCase: uses[0], On: today}
	kept, res, err := s.KeepAssessment(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	if !kept.New || kept.Hash != res.Assessment.Hash || kept.Entity != "" {
		t.Errorf("%+v", kept)
	}
	again, _, err := s.KeepAssessment(ctx, r)
	if err != nil || again.New || again.Leaf != kept.Leaf {
		t.Errorf("%+v, %v", again, err)
	}
	a := res.Assessment
	for kind, hash := range map[store.DocumentKind]string{store.Assessment: a.Hash, store.Dossier: a.DossierHash, store.Framework: a.FrameworkHash, store.WeightSet: a.WeightSetHash, store.Knowledge: a.KnowledgeHash} {
		if _, err := s.Store.Document(ctx, kind, hash); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	list, err := s.Assessments(ctx, service.KeptQuery{Offering: offering, UseCase: uses[0], Framework: "vigie-baseline@" + a.FrameworkVersion, On: today})
	if err != nil || len(list) != 1 || list[0].Hash != a.Hash || list[0].Index["engine"] != "test" || list[0].Leaf != kept.Leaf {
		t.Errorf("%+v, %v", list, err)
	}
	back, err := s.KeptAssessment(ctx, a.Hash)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(proof.OfAssessment(a).Body, proof.OfAssessment(back.Assessment).Body); diff != "" || back.Dossier.Hash() != a.DossierHash || back.Weights.Hash() != a.WeightSetHash {
		t.Errorf("read back otherwise: %s", diff)
	}
}

func TestHypotheticalIsNeverKept(t *testing.T) {
	s, ctx := openKept(t), group(t)
	list, err := s.Assumptions([]string{"law:us-fisa-702=repealed"})
	if err != nil {
		t.Fatal(err)
	}
	before, err := s.Store.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = s.KeepComparison(ctx, service.CompareRequest{Offerings: []string{offering, "mistral-api-large-3"}, UseCase: uses[0], On: today, Draws: 50, Assume: list})
	if !isA[*catalog.InvalidError](err) {
		t.Error(err)
	}
	if after, _ := s.Store.Head(ctx); after != before {
		t.Error("something of a what-if was kept")
	}
}

func TestKeptComparison(t *testing.T) {
	s, ctx := openKept(t), group(t)
	own := &evaluator.Weighing{ID: "ours", Author: "forged", Reason: wording.Same("privacy first"), Numbers: map[string]int64{"privacy": 5}}
	for i, r := range []service.CompareRequest{
		{Offerings: []string{offering, "mistral-api-large-3", "azure-openai-eu-gpt-5.5"}, UseCase: uses[0], On: today, Draws: 50},
		{Offerings: []string{offering, "mistral-api-large-3"}, UseCase: uses[0], On: today, Draws: 50, Weighing: own},
	} {
		kept, res, err := s.KeepComparison(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		back, err := s.KeptComparison(ctx, kept.Hash)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(proof.OfComparison(back.Comparison).Body, proof.OfComparison(res.Comparison).Body) || len(back.Results) != len(r.Offerings) || back.Weights.Hash() != res.Weights.Hash() {
			t.Errorf("%d: read back otherwise", i)
		}
		if i == 1 && back.Weights.Author != "p-group" {
			t.Errorf("the author of the weights is %q", back.Weights.Author)
		}
	}
}

// R10: a hundred assessments of days past, replayed from what was kept, give the same bytes after the facts have changed;
// another engine says that it did not run them again.
func TestOldAssessmentsReplayByteForByte(t *testing.T) {
	dir := t.TempDir()
	copySeeded(t, dir)
	s, ctx := openAt(t, dir, "test"), group(t)
	v, err := s.View(ctx, today, today)
	if err != nil {
		t.Fatal(err)
	}
	offerings := v.IDs(catalog.Offering)
	kept := map[string]bool{}
	for i := 0; len(kept) < 100; i++ {
		r := service.Request{Offering: offerings[i%len(offerings)], UseCase: uses[i/len(offerings)%len(uses)], On: []catalog.Date{today, "2026-10-01", "2026-11-01"}[i%3], KnownOn: today}
		k, _, err := s.KeepAssessment(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		kept[k.Hash] = true
	}
	var claims []catalog.Claim
	for _, id := range offerings {
		claims = append(claims, catalog.Claim{Record: catalog.Ref{Kind: catalog.Offering, ID: id}, Path: "offering.name", State: catalog.Known, Value: &catalog.Value{Type: catalog.TypeText, Text: "Renamed " + id}, AsOf: today})
	}
	if _, err := s.Record(ctx, store.Batch{Claims: claims}); err != nil {
		t.Fatal(err)
	}
	for hash := range kept {
		if x, err := s.Replay(ctx, hash); err != nil || !x.Run || !x.Same {
			t.Errorf("%s: %+v, %v", hash, x, err)
		}
	}
	t.Logf("replayed %d", len(kept))
	newer := openAt(t, dir, "another")
	for hash := range kept {
		x, err := newer.Replay(ctx, hash)
		if err != nil || x.Run || x.Text.EN != "recorded by engine test, not re-run" {
			t.Errorf("%+v, %v", x, err)
		}
		break
	}
	if _, err := s.Replay(ctx, "00"); !isA[*catalog.NotFoundError](err) {
		t.Error(err)
	}
}

// Who lacks the permission is refused, and nobody in particular is asked to sign in; a demonstration says that it keeps
// nothing.
func TestWritesNeedPermission(t *testing.T) {
	s, demo := openKept(t), openShipped(t)
	r := service.Request{Offering: offering, UseCase: uses[0], On: today}
	ref := catalog.Ref{Kind: catalog.Offering, ID: offering}
	for name, do := range map[string]func(*service.Service, bool) error{
		"record": func(s *service.Service, demo bool) error {
			_, err := s.Record(whoOr(t, demo, account.Reader), store.Batch{Records: []catalog.Ref{ref}})
			return err
		},
		"settle": func(s *service.Service, demo bool) error {
			_, err := s.Settle(whoOr(t, demo, account.Procurement), "", ref, "offering.name", "00", "why")
			return err
		},
		"keep": func(s *service.Service, demo bool) error {
			_, _, err := s.KeepAssessment(whoOr(t, demo, account.Reader), r)
			return err
		},
		"decide": func(s *service.Service, demo bool) error {
			_, _, err := s.TakeDecision(whoOr(t, demo, account.Reader), service.DecisionRequest{Request: r})
			return err
		},
		"issue": func(s *service.Service, demo bool) error {
			_, err := s.IssueReport(whoOr(t, demo, account.Reader), r, wording.EN)
			return err
		},
		"publish": func(s *service.Service, demo bool) error {
			_, err := s.PublishWeights(whoOr(t, demo, account.Procurement), "", evaluator.Weighing{})
			return err
		},
	} {
		if err := do(s, false); !isA[*account.ForbiddenError](err) {
			t.Errorf("%s: %v", name, err)
		}
		if err := do(demo, true); !isA[*service.ReadOnlyDemoError](err) {
			t.Errorf("%s on a demonstration: %v", name, err)
		}
	}
	if _, err := s.Record(t.Context(), store.Batch{}); !isA[account.SignedOutError](err) {
		t.Error(err)
	}
	if _, err := s.Record(group(t), store.Batch{Documents: []store.Document{{Kind: store.Decision, Body: []byte("x")}}}); !isA[*catalog.InvalidError](err) {
		t.Error(err)
	}
}
