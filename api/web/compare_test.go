package web

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
)

var four = []string{"mistral-api-eu-medium-3.5", "azure-openai-eu-gpt-5.5", "ovh-gpt-oss-120b", "self-hosted-gpt-oss-120b"}

// committeePages are those of the committee.
func committeePages(s *Site) []page {
	ctx := context.Background()
	pages := []page{{"/compare", func(r Request) ([]byte, error) { return s.Compare(ctx, r, CompareQuery{On: today, KnownOn: today}) }}}
	for _, uc := range s.svc.Catalogue.IDs(catalog.UseCase) {
		q := CompareQuery{Offerings: four, UseCase: uc, On: today, KnownOn: today}
		pages = append(pages, page{"/compare?use_case=" + uc, func(r Request) ([]byte, error) { return s.Compare(ctx, r, q) }},
			page{"/compare/candidates?use_case=" + uc, func(r Request) ([]byte, error) { return s.Candidates(ctx, r, q) }})
	}
	q := CompareQuery{Offerings: four, UseCase: "office-assistant", On: today, KnownOn: today}
	owned := WhatIfQuery{CompareQuery: q, Party: "ovhcloud", Owner: "US", Share: "60", Law: "us-fisa-702", LawIs: "repealed", Price: "price.input_mtok", Factor: "2"}
	wrong := WhatIfQuery{CompareQuery: q, Own: "what is this"}
	guide := GuideQuery{UseCase: "office-assistant", Answers: map[string]string{"personal_data": "special", "customer_facing": "true", "required_countries": "fr", "criticality": "vital"}, On: today}
	recourse := service.Request{Offering: "qwen-studio", UseCase: "office-assistant", On: today, KnownOn: today}
	pages = append(pages,
		page{"/compare/questions", func(r Request) ([]byte, error) { return s.Questions(ctx, r, q) }},
		page{"/compare/what-if", func(r Request) ([]byte, error) { return s.WhatIf(ctx, r, WhatIfQuery{CompareQuery: q}) }},
		page{"/compare/what-if?supposed", func(r Request) ([]byte, error) { return s.WhatIf(ctx, r, owned) }},
		page{"/compare/what-if?wrong", func(r Request) ([]byte, error) { return s.WhatIf(ctx, r, wrong) }},
		page{"/use-cases/guide", func(r Request) ([]byte, error) { return s.Guide(ctx, r, GuideQuery{On: today}) }},
		page{"/use-cases/guide?answers", func(r Request) ([]byte, error) { return s.Guide(ctx, r, guide) }},
		page{"/framework", func(r Request) ([]byte, error) { return s.Framework(ctx, r, "", "", "") }},
		page{"/frameworks", func(r Request) ([]byte, error) { return s.Frameworks(ctx, r, "") }},
		page{"/frameworks/compare", func(r Request) ([]byte, error) { return s.CompareFrameworks(ctx, r, "", "") }},
		page{frameworkPath(s.svc.Framework.Framework), func(r Request) ([]byte, error) {
			return s.Framework(ctx, r, s.svc.Framework.ID+"@"+s.svc.Framework.Version, "", "")
		}},
		page{"/frameworks/facts?find=training", func(r Request) ([]byte, error) { return s.ReadableFacts(r, "training", true) }},
		page{"/decisions", func(r Request) ([]byte, error) { return s.Decisions(ctx, r, RegisterQuery{On: today}) }},
		page{"/calendar", func(r Request) ([]byte, error) { return s.Calendar(ctx, r, today) }})
	for _, id := range s.svc.Catalogue.IDs(catalog.Offering) {
		for _, part := range DossierParts() {
			of := service.Request{Offering: id, UseCase: "office-assistant", On: today}
			pages = append(pages, page{"/offerings/" + id + "/dossier?part=" + part, func(r Request) ([]byte, error) { return s.Dossier(ctx, r, of, part) }})
		}
		at := recourse
		at.Offering = id
		pages = append(pages, page{"/offerings/" + id + "/alternatives", func(r Request) ([]byte, error) {
			if id != recourse.Offering {
				return nil, errSkip
			}
			return s.Alternatives(ctx, r, at)
		}})
	}
	for _, c := range s.svc.Framework.Framework.Criteria {
		q := ReasonQuery{Criterion: c.ID}
		q.Offering, q.UseCase, q.On = four[1], "hr-personal-data", today
		pages = append(pages, page{"/compare/reason?criterion=" + c.ID, func(r Request) ([]byte, error) { return s.Reason(ctx, r, q, true) }})
	}
	return pages
}

// errSkip marks a page that exists and is like another that is made.
var errSkip = errors.New("like another")

// TestAddressHoldsEverything: a comparison read back from its own address is the same.
func TestAddressHoldsEverything(t *testing.T) {
	q := CompareQuery{Offerings: four, UseCase: "office-assistant", Weights: "baseline", Own: map[string]string{"data": "40", "cost": "0"}, Conviction: "agreed", On: today,
		KnownOn: "2026-10-01", OnlyDiffs: true, Projector: true}
	want := "conviction=agreed&known_on=2026-10-01&offering=" + strings.Join(four, "&offering=") + "&on=2026-11-24&only=differences&use_case=office-assistant&view=projector&w.cost=0&w.data=40&weights=baseline"
	if diff := cmp.Diff(want, q.Values().Encode()); diff != "" {
		t.Error(diff)
	}
}

// TestSettle leaves out weights that are those of the set anyway.
func TestSettle(t *testing.T) {
	s := testSite(t)
	base := s.svc.Framework.WeightSets["office-assistant"]
	q := CompareQuery{UseCase: "office-assistant", Own: map[string]string{}}
	for _, f := range s.svc.Framework.Families {
		q.Own[f.ID] = string(rune('0'+base.Family(f.ID)/10)) + string(rune('0'+base.Family(f.ID)%10))
		q.Own[f.ID] = strings.TrimPrefix(q.Own[f.ID], "0")
	}
	s.Settle(&q)
	if q.Own != nil {
		t.Errorf("unmoved weights stay in the address: %v", q.Own)
	}
	q.Own = map[string]string{"data": "99"}
	s.Settle(&q)
	if len(q.Own) != 1 {
		t.Errorf("a moved weight is lost: %v", q.Own)
	}
}

// TestWeightsTyped answers what cannot be weighed in words beside the fields, never with a page that failed.
func TestWeightsTyped(t *testing.T) {
	s := testSite(t)
	zero := map[string]string{}
	for _, f := range s.svc.Framework.Families {
		zero[f.ID] = "0"
	}
	for _, tt := range []struct {
		name string
		own  map[string]string
		want string
	}{
		{"nothing counts", zero, "Tous les poids sont nuls"},
		{"not a number", map[string]string{"data": "beaucoup"}, "attendu un nombre entier de 0 à 100"},
		{"too large", map[string]string{"data": "101"}, "attendu un nombre entier de 0 à 100"},
		{"moved", map[string]string{"data": "60"}, "Classement"},
	} {
		q := CompareQuery{Offerings: four, UseCase: "office-assistant", Own: tt.own, On: today, KnownOn: today}
		body, address, err := s.CompareAnswer(context.Background(), Request{Lang: wording.FR, Path: "/compare"}, q)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(string(body), "\u00a0", " "); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q is not said in %.300s", tt.name, tt.want, got)
		}
		if !strings.HasPrefix(address, "/fr/compare?") || !strings.Contains(address, "w.data=") {
			t.Errorf("%s: the address is %s", tt.name, address)
		}
	}
}

// TestCSV writes what a spreadsheet would take for a formula as text.
func TestCSV(t *testing.T) {
	var b strings.Builder
	writeCSV(&b, []string{"plain", "=1+1", "+33", "-1", "@x", "a,b", "say \"so\"", "two\nlines", "", "\tx"})
	want := "plain,'=1+1,'+33,'-1,'@x,\"a,b\",\"say \"\"so\"\"\",\"two\nlines\",,'\tx\r\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

// BenchmarkCompareAnswer is a weight moved with twenty candidates: what a hand on a slider waits for.
func BenchmarkCompareAnswer(b *testing.B) {
	s := testSite(b)
	q := CompareQuery{Offerings: s.svc.Catalogue.IDs(catalog.Offering)[:20], UseCase: "office-assistant", Own: map[string]string{"data": "40"}, On: today, KnownOn: today}
	for b.Loop() {
		if _, _, err := s.CompareAnswer(context.Background(), Request{Lang: wording.FR, Path: "/compare"}, q); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkComparePage is the whole page of five candidates that were assessed before.
func BenchmarkComparePage(b *testing.B) {
	s := testSite(b)
	q := CompareQuery{Offerings: four, UseCase: "office-assistant", On: today, KnownOn: today}
	for b.Loop() {
		if _, err := s.Compare(context.Background(), Request{Lang: wording.FR, Path: "/compare"}, q); err != nil {
			b.Fatal(err)
		}
	}
}
