package service_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/api/service"
	"vigie/catalog/account"
	"vigie/catalog/dictionary"
	"vigie/catalog/store"
)

// openSeeded is a service on a new store that holds the shipped catalogue.
func openSeeded(t testing.TB) *service.Service {
	t.Helper()
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Dictionary: dict})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	if seeded, err := service.Seed(t.Context(), st); err != nil || !seeded {
		t.Fatalf("seeded %v, error %v", seeded, err)
	}
	s, err := service.OpenStore(service.Options{}, st)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func as(t testing.TB, entity string, roles ...account.Role) context.Context {
	return account.With(t.Context(), &account.Principal{Person: "01test", Entity: entity, Roles: roles})
}

// A store that was seeded judges as the shipped catalogue does, to the byte of the dossier.
func TestASeededStoreJudgesAsTheShippedCatalogue(t *testing.T) {
	s, err := service.Open(service.Options{})
	if err != nil {
		t.Fatal(err)
	}
	kept := openSeeded(t)
	if again, err := service.Seed(t.Context(), kept.Store); again || err != nil {
		t.Errorf("seeded again: %v, %v", again, err)
	}
	ctx := as(t, "", account.Reader)
	for _, id := range []string{"mistral-api-large-3", "self-hosted-gpt-oss-120b", "azure-openai-eu-gpt-5.5"} {
		r := service.Request{Offering: id, UseCase: "office-assistant", On: "2026-11-24"}
		want, err := s.Assess(account.With(t.Context(), account.Demonstration()), r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := kept.Assess(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		if got.Assessment.Hash != want.Assessment.Hash {
			t.Errorf("%s: another assessment\n%s", id, cmp.Diff(want.Dossier.Records, got.Dossier.Records))
		}
	}
}

// Nobody reads without having signed in.
func TestAStoreIsReadByWhoSignedInOnly(t *testing.T) {
	s := openSeeded(t)
	if _, err := s.Assess(t.Context(), service.Request{Offering: "mistral-api-large-3", UseCase: "office-assistant", On: "2026-11-24"}); err == nil {
		t.Error("an assessment for nobody")
	}
	if _, err := s.View(t.Context(), "2026-11-24", ""); err == nil {
		t.Error("a view for nobody")
	}
}
