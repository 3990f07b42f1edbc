package service_test

import (
	"testing"

	"vigie/api/service"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/reports/proof"
)

// An issued report is checked from its file alone, stands in the log with what it prints, and is the same report again
// until something else is recorded.
func TestIssuedReport(t *testing.T) {
	s, ctx := openKept(t), group(t)
	r := service.Request{Offering: offering, UseCase: uses[0], On: today}
	issued, err := s.IssueReport(ctx, r, wording.FR)
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.IssueComparison(ctx, service.CompareRequest{Offerings: []string{offering, "mistral-api-large-3"}, UseCase: uses[0], On: today, Draws: 50}, wording.EN)
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]*service.Issued{"report": issued, "comparison": c} {
		if v := proof.Verify(x.PDF, []string{s.Store.PublicKey()}); !v.Holds {
			t.Errorf("%s: %+v", name, v)
		}
		doc, err := s.Store.Document(ctx, store.Report, x.Hash)
		if err != nil {
			t.Fatal(err)
		}
		if d, err := proof.ParseDocument(doc.Body); err != nil || d.Subject != x.Subject.Hash || d.Registration == nil || d.Registration.Leaf != x.Subject.Leaf {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
	list, err := s.Reports(ctx, service.KeptQuery{Offering: offering})
	if err != nil || len(list) != 1 || list[0].Hash != issued.Hash || list[0].Index["lang"] != "fr" {
		t.Errorf("%+v, %v", list, err)
	}
}
