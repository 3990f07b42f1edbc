package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	generated "vigie/api/internal/client"
)

// TestGeneratedClient drives the server with a client that another program made from the document: what a program in any
// language can do with it alone.
func TestGeneratedClient(t *testing.T) {
	h, _ := keepingHouse(t)
	token := h.joins(h.administrator(), "buyer@fr.example.org", "fr", "procurement").token("read", "claim", "assess")
	srv := httptest.NewServer(h.engine)
	defer srv.Close()
	c, err := generated.NewClientWithResponses(srv.URL, generated.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	me, err := c.MeWithResponse(ctx)
	if err != nil || me.JSON200 == nil || me.JSON200.Entity != "fr" || !me.JSON200.Keeps {
		t.Fatalf("me: %v: %s", err, me.Body)
	}
	value := func(text string) *generated.Value {
		v := &generated.Value{Type: "text"}
		if err := v.Value.FromValueValue3(generated.ValueValue3{En: text, Fr: text}); err != nil {
			t.Fatal(err)
		}
		return v
	}
	claims := func(text string) []generated.ClaimBody {
		return []generated.ClaimBody{{Path: "vendor.name", State: "known", Value: value(text)}}
	}
	first := claims("Acme")
	made, err := c.CreateRecordWithResponse(ctx, "vendor", nil, generated.NewRecordBody{Id: "acme", Claims: &first})
	if err != nil || made.StatusCode() != http.StatusCreated {
		t.Fatalf("made: %v: %s", err, made.Body)
	}
	read, err := c.GetRecordWithResponse(ctx, "vendor", "acme", nil)
	if err != nil || read.JSON200 == nil || read.JSON200.Name.Fr != "Acme" {
		t.Fatalf("read: %v: %s", err, read.Body)
	}
	tag := read.HTTPResponse.Header.Get("ETag")
	added, err := c.RecordClaimsWithResponse(ctx, "vendor", "acme", &generated.RecordClaimsParams{IfMatch: tag}, generated.ClaimsBody{Claims: claims("Acme SA")})
	if err != nil || added.JSON201 == nil || len(*added.JSON201.Claims) != 1 {
		t.Fatalf("added: %v: %s", err, added.Body)
	}
	late, err := c.RecordClaimsWithResponse(ctx, "vendor", "acme", &generated.RecordClaimsParams{IfMatch: tag}, generated.ClaimsBody{Claims: claims("Acme SARL")})
	if err != nil || late.StatusCode() != http.StatusPreconditionFailed || late.ApplicationproblemJSON412 == nil {
		t.Errorf("an old revision: %v: %s", err, late.Body)
	}
	past, err := c.FactHistoryWithResponse(ctx, "vendor", "acme", "vendor.name")
	if err != nil || past.JSON200 == nil || len(past.JSON200.Claims) != 2 {
		t.Fatalf("history: %v: %s", err, past.Body)
	}
	proof, err := c.LogProveWithResponse(ctx, past.JSON200.Claims[0].Hash)
	if err != nil || proof.JSON200 == nil || proof.JSON200.Checkpoint == "" {
		t.Errorf("proof: %v: %s", err, proof.Body)
	}
	seen := map[string]bool{}
	limit := 20
	for params := (&generated.ListRecordsParams{Limit: &limit}); ; {
		page, err := c.ListRecordsWithResponse(ctx, "vendor", params)
		if err != nil || page.JSON200 == nil {
			t.Fatalf("page: %v: %s", err, page.Body)
		}
		for _, x := range page.JSON200.Items {
			if seen[x.Id] {
				t.Errorf("%s is on two pages", x.Id)
			}
			seen[x.Id] = true
		}
		if page.JSON200.Next == nil {
			break
		}
		if page.HTTPResponse.Header.Get("Link") == "" {
			t.Error("a page that is not the last has no link to the next")
		}
		params.Cursor = page.JSON200.Next
	}
	if len(seen) < 30 || !seen["acme"] || !seen["mistral"] {
		t.Errorf("%d vendors", len(seen))
	}
	on := "2026-11-24"
	kept, err := c.KeepAssessmentWithResponse(ctx, generated.AssessBody{Offering: "mistral-api-medium-3.5", UseCase: "office-assistant", On: &on})
	if err != nil || kept.JSON201 == nil {
		t.Fatalf("kept: %v: %s", err, kept.Body)
	}
	doc, err := c.GetDocumentWithResponse(ctx, "assessment", kept.JSON201.Hash)
	if err != nil || doc.StatusCode() != http.StatusOK || !json.Valid(doc.Body) {
		t.Errorf("document: %v: status %d", err, doc.StatusCode())
	}
}
