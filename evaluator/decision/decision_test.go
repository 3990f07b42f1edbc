package decision_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/decision"
)

const march, april = catalog.Date("2026-03-20"), catalog.Date("2026-04-20")

func openTerms(t testing.TB) *service.Service {
	t.Helper()
	s, err := service.Open(service.Options{Catalogue: "testdata/terms", Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func assess(t testing.TB, s *service.Service, on catalog.Date) *service.Result {
	t.Helper()
	r, err := s.Assess(t.Context(), service.Request{Offering: "le-chat-teams", UseCase: "formulas", On: on})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// approval answers every knock-out that is open in the assessment.
func approval(a *evaluator.Assessment) decision.Draft {
	d := decision.Draft{Outcome: decision.ApproveWithConditions, By: []string{"u-2", "u-1", "u-3"}, Quorum: 3, DecidedOn: march, Until: "2027-03-19",
		Reason: wording.Text{EN: "For one year.", FR: "Pour un an."}, Dissent: []decision.Dissent{{By: "u-3", Note: "note-9"}}}
	for _, k := range a.KnockOuts {
		if k.Status == evaluator.Open {
			d.Conditions = append(d.Conditions, decision.Condition{Text: wording.Text{EN: "To be shown.", FR: "À établir."}, Owner: "u-1", Due: "2026-06-30", KnockOut: k.ID})
		}
	}
	return d
}

// The terms of a real vendor changed on 8 April 2026: the decision of March says which fact, on which source, and
// that the approval would not be given again.
func TestDriftOnARealChangeOfTerms(t *testing.T) {
	s := openTerms(t)
	then := assess(t, s, march)
	d, err := decision.New(approval(then.Assessment), then.Assessment, nil)
	if err != nil {
		t.Fatal(err)
	}
	same, err := s.Drift(t.Context(), d, march)
	if err != nil {
		t.Fatal(err)
	}
	if same.Any || !same.Holds || !same.Reproduced {
		t.Errorf("on its own day: %+v", same)
	}
	got, err := s.Drift(t.Context(), d, april)
	if err != nil {
		t.Fatal(err)
	}
	if got.Holds || got.Change.After != evaluator.NotEligible {
		t.Errorf("the approval is said to hold: %+v", got.Change)
	}
	if d := cmp.Diff([]string{"ko-training-sensitive"}, got.Against); d != "" {
		t.Error(d)
	}
	terms := catalog.Ref{Kind: catalog.Terms, ID: "commercial-terms"}
	said := map[catalog.FactRef][2]string{}
	for _, f := range got.Facts {
		if f.SaysOther() {
			said[catalog.FactRef{Record: f.Record, Path: f.Path}] = [2]string{f.Before.Value.Text + " " + f.Before.Source, f.After.Value.Text + " " + f.After.Source}
		}
	}
	want := map[catalog.FactRef][2]string{
		{Record: terms, Path: "terms.trains_on_customer_data"}: {"off_by_default terms-march", "on_by_default terms-april"},
		{Record: terms, Path: "terms.version_date"}:            {"2026-03-12 terms-march", "2026-04-08 terms-april"},
	}
	if d := cmp.Diff(want, said); d != "" {
		t.Error(d)
	}
	if !slices.ContainsFunc(got.Sources, func(c decision.SourceChange) bool {
		return c.ID == "terms-april" && c.What == decision.SourceNew
	}) {
		t.Errorf("the new terms are not among the sources that changed: %v", got.Sources)
	}
	for _, k := range got.Change.KnockOuts {
		if k.ID == "ko-training-sensitive" && !slices.Equal(k.Reads, []string{"terms.trains_on_customer_data"}) {
			t.Errorf("%s is explained by %v", k.ID, k.Reads)
		}
	}
	for _, l := range wording.Langs() {
		if !strings.Contains(got.Summary.In(l), "ko-training-sensitive") {
			t.Errorf("%s: %s", l, got.Summary.In(l))
		}
	}
	// Known on the day of the decision, the later terms are not there: what the committee knew is a query.
	past, err := s.Assess(t.Context(), service.Request{Offering: "le-chat-teams", UseCase: "formulas", On: april, KnownOn: march})
	if err != nil {
		t.Fatal(err)
	}
	if past.Assessment.Verdict == evaluator.NotEligible {
		t.Error("the assessment of what was known in March knows the terms of April")
	}
}

func TestNewRefuses(t *testing.T) {
	s := openTerms(t)
	r := assess(t, s, march)
	for name, c := range map[string]struct {
		change func(*decision.Draft)
		want   string
	}{
		"outcome":          {func(d *decision.Draft) { d.Outcome = "aprove" }, `outcome: `},
		"no quorum":        {func(d *decision.Draft) { d.Quorum = 4 }, "quorum: 3 members took part, 4 are needed"},
		"twice":            {func(d *decision.Draft) { d.By = []string{"u-1", "u-1", "u-2"}; d.Dissent = nil }, `by: "u-1" is there twice`},
		"absent dissenter": {func(d *decision.Draft) { d.Dissent[0].By = "u-9" }, `dissent: "u-9" did not take part`},
		"no majority": {func(d *decision.Draft) { d.Dissent = append(d.Dissent, decision.Dissent{By: "u-1"}) },
			"dissent: 2 of 3 members dissent: this is no majority"},
		"no owner":   {func(d *decision.Draft) { d.Conditions[0].Owner = "" }, "conditions[0].owner: who answers for it?"},
		"late":       {func(d *decision.Draft) { d.Conditions[0].Due = "2028-01-01" }, "conditions[0].due: is due after the decision ends"},
		"ends early": {func(d *decision.Draft) { d.Until = "2026-01-01" }, "until: ends before it is taken"},
		"too early":  {func(d *decision.Draft) { d.DecidedOn = "2026-01-01" }, "decided_on: lies before the day of the facts assessed"},
		"plain approval": {func(d *decision.Draft) { d.Outcome, d.Conditions = decision.Approve, nil },
			"outcome: knock-outs fail or are open ("},
		"unanswered": {func(d *decision.Draft) { d.Conditions = d.Conditions[1:] }, "conditions: no condition answers these knock-outs: "},
		"misspelt": {func(d *decision.Draft) {
			d.Conditions = append(d.Conditions, decision.Condition{Text: wording.Same("x"), Owner: "u-1", Due: "2026-06-30", KnockOut: "ko-trainig"})
		}, `"ko-training"`},
		"rejected under conditions": {func(d *decision.Draft) { d.Outcome = decision.Reject }, "conditions: only an approval under conditions has conditions"},
	} {
		d := approval(r.Assessment)
		c.change(&d)
		if _, err := decision.New(d, r.Assessment, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	a := *r.Assessment
	a.Hypothetical = true
	if _, err := decision.New(approval(&a), &a, nil); err == nil || !strings.Contains(err.Error(), "a what-if is never decided on") {
		t.Errorf("a hypothetical assessment: %v", err)
	}
	if _, err := decision.New(approval(r.Assessment), r.Assessment, &evaluator.Comparison{}); err == nil || !strings.Contains(err.Error(), "does not hold this assessment") {
		t.Errorf("another comparison: %v", err)
	}
}

// A folder keeps every decision; one supersedes another and both stay.
func TestFolderKeepsHistory(t *testing.T) {
	s := openTerms(t)
	then, now := assess(t, s, march), assess(t, s, april)
	first, err := decision.New(approval(then.Assessment), then.Assessment, nil)
	if err != nil {
		t.Fatal(err)
	}
	draft := decision.Draft{Outcome: decision.Reject, By: []string{"u-1"}, Quorum: 1, DecidedOn: april, Until: "2027-04-20", Reason: wording.Text{EN: "Training.", FR: "Entraînement."}, Supersedes: first.Hash}
	second, err := decision.New(draft, now.Assessment, nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, d := range []*decision.Decision{second, first} {
		if _, err := service.SaveDecision(dir, d); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := service.SaveDecision(dir, first); err == nil {
		t.Error("a decision is written over")
	}
	h, err := service.OpenDecisions(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]*decision.Decision{first, second}, h.Chain(second)); d != "" {
		t.Error(d)
	}
	for _, c := range []struct {
		on            catalog.Date
		first, second decision.Status
		inForce       int
	}{
		{"2026-03-01", decision.NotYet, decision.NotYet, 0}, {march, decision.InForce, decision.NotYet, 1},
		{april, decision.Superseded, decision.InForce, 1}, {"2028-01-01", decision.Superseded, decision.Expired, 0},
	} {
		if a, b := h.Status(first, c.on), h.Status(second, c.on); a != c.first || b != c.second || len(h.InForce(c.on)) != c.inForce {
			t.Errorf("%s: %s, %s, %d in force", c.on, a, b, len(h.InForce(c.on)))
		}
	}
	// A file that was touched is refused by name.
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	touched := strings.Replace(string(data), `"quorum":`, `"quorum":1`, 1)
	if _, err := decision.LoadFolder(fstest.MapFS{"a.json": {Data: []byte(touched)}}); err == nil || !strings.Contains(err.Error(), "it was changed") {
		t.Errorf("a changed file: %v", err)
	}
	if _, err := decision.LoadFolder(fstest.MapFS{"a.json": {Data: []byte(`{"x": 1}`)}}); err == nil || !strings.Contains(err.Error(), "a.json") {
		t.Errorf("a file that is no decision: %v", err)
	}
	if _, err := decision.NewHistory([]*decision.Decision{second}); err == nil || !strings.Contains(err.Error(), "which is not there") {
		t.Errorf("a chain without its beginning: %v", err)
	}
}

func FuzzLoadFolder(f *testing.F) {
	f.Add([]byte(`{"format": "vigie-decision/1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := decision.LoadFolder(fstest.MapFS{"a.json": {Data: data}})
		if err != nil {
			return
		}
		for _, d := range h.List {
			again, err := d.File()
			if err != nil {
				t.Fatal(err)
			}
			var back decision.Decision
			if err := json.Unmarshal(again, &back); err != nil {
				t.Fatal(err)
			}
			back.Seal()
			if back.Hash != d.Hash {
				t.Errorf("%s reads back as %s", d.Hash, back.Hash)
			}
		}
	})
}
