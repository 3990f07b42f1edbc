package service_test

import (
	"strings"
	"sync"
	"testing"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator/decision"
)

func resolved(r service.Request, o decision.Outcome) service.DecisionRequest {
	return service.DecisionRequest{Request: r, Draft: decision.Draft{Outcome: o, Quorum: 1, By: []string{"p-group"}, DecidedOn: today, Until: "2027-11-24", Reason: wording.Same("tested")}}
}

// A decision is bound to a kept assessment; the register tells where it stands; names and dissents are in no document and
// can be erased.
func TestDecisions(t *testing.T) {
	s, ctx := openKept(t), group(t)
	r := service.Request{Offering: offering, UseCase: uses[0], On: today}
	member, err := s.AddPerson(ctx, "Ada Lovelace")
	if err != nil {
		t.Fatal(err)
	}
	first := resolved(r, decision.Defer)
	first.By, first.Quorum = []string{"p-group", "p-second", member}, 2
	first.Dissent = []decision.Dissent{{By: member}}
	first.DissentTexts = map[string]string{member: "I would rather reject it."}
	first.Rivals = []string{"mistral-api-large-3"}
	d, kept, err := s.TakeDecision(ctx, first)
	if err != nil {
		t.Fatal(err)
	}
	if again, k, err := s.TakeDecision(ctx, first); err != nil || again.Hash != d.Hash || k.New || k.Leaf != kept.Leaf {
		t.Errorf("the same resolution twice: %+v, %v", k, err)
	}
	doc, err := s.Store.Document(ctx, store.Decision, d.Hash)
	if err != nil {
		t.Fatal(err)
	}
	if body := string(doc.Body); strings.Contains(body, "Lovelace") || strings.Contains(body, "rather") || d.Comparison == "" {
		t.Errorf("the document names people, or no comparison: %s", body)
	}
	if p, err := s.Person(ctx, d.Dissent[0].Note); err != nil || p.Fields["dissent"] != "I would rather reject it." {
		t.Errorf("%+v, %v", p, err)
	}
	if err := s.Store.ErasePerson(ctx, d.Dissent[0].Note, "p-group", "asked"); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Person(ctx, d.Dissent[0].Note); err != nil || !p.Erased || len(p.Fields) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	second := resolved(r, decision.Reject)
	second.Supersedes, second.Assessment, second.Request = d.Hash, d.Assessment, service.Request{}
	next, _, err := s.TakeDecision(ctx, second)
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.Decisions(ctx, service.DecisionQuery{On: today})
	if err != nil || len(list) != 2 || list[0].Hash != next.Hash || list[0].Status != decision.InForce || list[1].Status != decision.Superseded {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err := s.Decisions(ctx, service.DecisionQuery{On: today, Status: decision.InForce, Offering: offering}); err != nil || len(list) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	drift, err := s.DriftKept(ctx, next.Hash, today)
	if err != nil || !drift.Reproduced || drift.Any {
		t.Errorf("%+v, %v", drift, err)
	}
	if _, err := s.Record(ctx, store.Batch{Claims: []catalog.Claim{{Record: catalog.Ref{Kind: catalog.Offering, ID: offering}, Path: "offering.name", State: catalog.Known, Value: &catalog.Value{Type: catalog.TypeText, Text: "X"}, AsOf: today}}}); err != nil {
		t.Fatal(err)
	}
	if drift, err = s.DriftKept(ctx, next.Hash, today); err != nil || !drift.Any || len(drift.Facts) != 1 {
		t.Errorf("%+v, %v", drift, err)
	}
	p, err := s.PortfolioKept(ctx, today)
	if err != nil || len(p.Lines) != 1 || p.Lines[0].Decision != next.Hash {
		t.Errorf("%+v, %v", p, err)
	}
	stale := resolved(r, decision.Defer)
	stale.Saw = d.Assessment
	if _, _, err := s.TakeDecision(ctx, stale); !isA[*service.ChangedError](err) {
		t.Error(err)
	}
	v, err := s.Store.Verify(ctx, store.VerifyOptions{})
	if err != nil || !v.OK() {
		t.Errorf("%+v, %v", v, err)
	}
}

// Two committees that supersede the same decision at the same time: one of them is told, and the register stays readable.
func TestOneDecisionIsSupersededOnce(t *testing.T) {
	s, ctx := openKept(t), group(t)
	r := service.Request{Offering: offering, UseCase: uses[0], On: today}
	first, _, err := s.TakeDecision(ctx, resolved(r, decision.Defer))
	if err != nil {
		t.Fatal(err)
	}
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			x := resolved(r, decision.Defer)
			x.Supersedes, x.Reason = first.Hash, wording.Same(strings.Repeat("again ", i+1))
			_, _, errs[i] = s.TakeDecision(ctx, x)
		})
	}
	wg.Wait()
	taken := 0
	for _, err := range errs {
		switch {
		case err == nil:
			taken++
		case !isA[*store.ConflictError](err):
			t.Error(err)
		}
	}
	list, err := s.Decisions(ctx, service.DecisionQuery{On: today})
	if taken != 1 || err != nil || len(list) != 2 {
		t.Errorf("%d took its place; %d in the register, %v", taken, len(list), err)
	}
	for name, x := range map[string]func(*service.DecisionRequest){
		"another offering":       func(x *service.DecisionRequest) { x.Offering = "mistral-api-large-3" },
		"before the one it ends": func(x *service.DecisionRequest) { x.DecidedOn = "2026-11-01" },
		"nothing":                func(x *service.DecisionRequest) { x.Supersedes = strings.Repeat("0", 64) },
		"no quorum":              func(x *service.DecisionRequest) { x.Supersedes, x.Quorum = "", 3 },
	} {
		bad := resolved(r, decision.Defer)
		bad.Supersedes = list[0].Hash
		x(&bad)
		if _, _, err := s.TakeDecision(ctx, bad); !isA[*catalog.InvalidError](err) && !isA[*catalog.NotFoundError](err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Decision(who(t.Context(), "p", "fr", account.Reader), first.Hash, today); err != nil {
		t.Errorf("a decision of the group about what all share is hidden from an entity: %v", err)
	}
}
