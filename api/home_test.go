package api

import (
	"context"
	"net/http"
	"net/http/httptest"
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

// taken are the decisions of a house in which work was done.
type taken struct {
	expired, ending, drifted *decision.Decision
}

// personOf finds the opaque id of somebody by their address.
func (h *house) personOf(email string) string {
	h.t.Helper()
	all, err := h.Access.Members(account.With(h.t.Context(), account.Local()))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, m := range all {
		if m.Email == email {
			return m.Person
		}
	}
	h.t.Fatalf("nobody is %s", email)
	return ""
}

// works takes decisions in a house as one person of the committee: one has expired, one ends soon with a condition that
// this person owns, one drifted because the terms changed after it. A comparison is kept and not decided, and two claims of
// equal strength contradict each other.
func works(t *testing.T, h *house, id string) taken {
	t.Helper()
	ctx := account.With(t.Context(), &account.Principal{Person: id, Roles: account.Roles()})
	take := func(offering string, on, until catalog.Date, more ...decision.Condition) *decision.Decision {
		t.Helper()
		r := service.DecisionRequest{Request: service.Request{Offering: offering, UseCase: "office-assistant", On: on, KnownOn: on}}
		r.Draft = decision.Draft{Outcome: decision.ApproveWithConditions, By: []string{id}, Quorum: 1, DecidedOn: on, Until: until, Reason: wording.Textf("It serves best.", "Elle sert le mieux."), Conditions: more}
		res, err := h.svc.Assess(ctx, r.Request)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range res.Assessment.KnockOuts {
			if k.Status == evaluator.Failed || k.Status == evaluator.Open {
				r.Conditions = append(r.Conditions, decision.Condition{Text: wording.Textf("Obtain it in writing.", "L'obtenir par écrit."), Owner: "p9", Due: until, KnockOut: k.ID})
			}
		}
		d, _, err := h.svc.TakeDecision(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	out := taken{
		expired: take("ionos-ai-model-hub", "2026-11-20", "2026-11-22"),
		ending:  take("mistral-api-eu-medium-3.5", today, "2026-12-20", decision.Condition{Text: wording.Textf("Sign the annex on data.", "Signer l'annexe sur les données."), Owner: id, Due: "2026-12-01"}),
		drifted: take("azure-openai-eu-gpt-5.5", today, "2027-10-31"),
	}
	if _, _, err := h.svc.KeepComparison(ctx, service.CompareRequest{Offerings: []string{"mistral-api-large-3", "chatgpt-business"}, UseCase: "office-assistant", On: today, KnownOn: today}); err != nil {
		t.Fatal(err)
	}
	v, err := h.svc.View(ctx, today, today)
	if err != nil {
		t.Fatal(err)
	}
	rec, _ := v.Record(catalog.Ref{Kind: catalog.Offering, ID: "azure-openai-eu-gpt-5.5"})
	terms := catalog.Ref{Kind: catalog.Terms, ID: rec.Fact("offering.terms").Value.Text}
	trains := catalog.Value{Type: catalog.TypeChoice, Text: "always"}
	country := func(code string) *catalog.Value { return &catalog.Value{Type: catalog.TypeCountry, Text: code} }
	vendor := catalog.Ref{Kind: catalog.Vendor, ID: "lumen"}
	name := catalog.Value{Type: catalog.TypeText, Text: "Lumen IA", FR: "Lumen IA"}
	if _, err := h.store.Record(ctx, store.Batch{By: id, Records: []catalog.Ref{vendor},
		Sources: []catalog.Source{
			{ID: "audit-terms", Title: "Audit of the terms", Kind: "audit", Published: "2026-11-23", Read: "2026-11-24"},
			{ID: "register-a", Title: "Register A", Kind: "register", Published: "2026-11-20", Read: "2026-11-24"},
			{ID: "register-b", Title: "Register B", Kind: "register", Published: "2026-11-20", Read: "2026-11-24"}},
		Claims: []catalog.Claim{
			{Record: terms, Path: "terms.trains_on_customer_data", State: catalog.Known, Value: &trains, Source: "audit-terms", AsOf: "2026-11-23"},
			{Record: vendor, Path: "vendor.name", State: catalog.Known, Value: &name, AsOf: "2026-11-20"},
			{Record: vendor, Path: "vendor.headquarters_country", State: catalog.Known, Value: country("FR"), Source: "register-a", AsOf: "2026-11-20"},
			{Record: vendor, Path: "vendor.headquarters_country", State: catalog.Known, Value: country("DE"), Source: "register-b", AsOf: "2026-11-20"}}}); err != nil {
		t.Fatal(err)
	}
	return out
}

// What waits for somebody depends on what they may do and what they answer for, and nothing waits for who only reads.
func TestDuties(t *testing.T) {
	h, _ := keepingHouse(t)
	admin := h.administrator()
	h.joins(admin, "jean@example.org", "", "committee")
	id := h.personOf("jean@example.org")
	d := works(t, h, id)
	waits := func(p *account.Principal) map[service.DutyKind]int {
		t.Helper()
		list, err := h.svc.Duties(account.With(context.Background(), p), today)
		if err != nil {
			t.Fatal(err)
		}
		out := map[service.DutyKind]int{}
		for _, x := range list {
			out[x.Kind]++
			switch x.Kind {
			case service.DutyEnded:
				if x.Hash != d.expired.Hash || !x.Late {
					t.Errorf("expired: %+v", x)
				}
			case service.DutyEnds:
				if x.Hash != d.ending.Hash || x.Day != "2026-12-20" {
					t.Errorf("ends soon: %+v", x)
				}
			case service.DutyDrifted:
				if x.Hash != d.drifted.Hash || strings.Join(x.Against, " ") != "ko-training" {
					t.Errorf("drifted: %+v", x)
				}
			case service.DutyCondition:
				if x.Hash != d.ending.Hash || x.Day != "2026-12-01" || x.Late {
					t.Errorf("condition: %+v", x)
				}
			case service.DutyChoose:
				if x.Count != 2 || x.UseCase != "office-assistant" {
					t.Errorf("comparison: %+v", x)
				}
			}
		}
		return out
	}
	committee := waits(&account.Principal{Person: id, Roles: []account.Role{account.Committee}})
	for k, n := range map[service.DutyKind]int{service.DutyEnded: 1, service.DutyEnds: 1, service.DutyDrifted: 1, service.DutyCondition: 1, service.DutyChoose: 1, service.DutyDecide: 0, service.DutyReview: 0, service.DutyAsk: 0} {
		if committee[k] != n {
			t.Errorf("committee: %s: %d, want %d", k, committee[k], n)
		}
	}
	if committee[service.DutyDisputed] == 0 {
		t.Error("nothing to settle")
	}
	buyer := waits(&account.Principal{Person: "p2", Roles: []account.Role{account.Procurement}})
	for k, n := range map[service.DutyKind]int{service.DutyReview: 1, service.DutyEnded: 0, service.DutyCondition: 0, service.DutyDisputed: 0} {
		if buyer[k] != n {
			t.Errorf("procurement: %s: %d, want %d", k, buyer[k], n)
		}
	}
	if buyer[service.DutyAsk] == 0 {
		t.Error("nothing to ask for")
	}
	if got := waits(&account.Principal{Person: "p3", Roles: []account.Role{account.Reader}}); len(got) != 0 {
		t.Errorf("a reader has to do %v", got)
	}
	// The proposal is of the entity fr; those of another do not see it.
	if got := waits(&account.Principal{Person: "p4", Entity: "de", Roles: []account.Role{account.Procurement}}); got[service.DutyReview] != 0 {
		t.Errorf("another entity has %d proposals", got[service.DutyReview])
	}
}

// The first page of a house, where every line leads to where it is done.
func TestHomeInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	words := map[string]struct{ todo, again, settle, condition string }{
		"fr": {"À traiter", "Prendre une décision", "Tranch", "annexe sur les données"},
		"en": {"For you to do", "Take a decision", "ettle", "Sign the annex"},
	}
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := words[lang]
			h, _ := keepingHouse(t)
			p := signsIn(t, h, lang, "committee", "procurement")
			p.open("/" + lang + "/")
			p.until(w.todo)
			p.look("home-quiet-" + lang)
			d := works(t, h, h.personOf("jean@example.org"))
			p.open("/" + lang + "/?start=hide")
			p.until(w.todo)
			p.look("home-" + lang)
			p.tick(`#todo-settle + ul a`)
			p.until("/facts/")
			p.until(w.settle)
			p.open("/" + lang + "/")
			p.tick(`#todo-hold ~ ul a[href*="supersedes=` + d.expired.Hash + `"]`)
			p.until("supersedes=" + d.expired.Hash)
			if got, err := selected(p, "#supersedes"); err != nil || got != d.expired.Hash {
				t.Errorf("the decision to take the place of is %q: %v", got, err)
			}
			p.open("/" + lang + "/")
			p.tick(`#todo-mine + ul a`)
			p.until("/decisions/" + d.ending.Hash[:12])
			p.until(w.condition)
			p.open("/" + lang + "/")
			p.tick(`#todo-decide + ul a`)
			p.until("/compare?")
		})
	}
}

// BenchmarkHome is the first page of a house in which nothing was written since it was last asked for.
func BenchmarkHome(b *testing.B) {
	h, _ := keepingHouse(b)
	v := h.joins(h.administrator(), "jean@example.org", "", "committee", "procurement")
	r := httptest.NewRequest("GET", "http://localhost/fr/", nil)
	v.sign(r)
	for b.Loop() {
		w := httptest.NewRecorder()
		h.engine.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}
