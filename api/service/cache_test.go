package service

import (
	"context"
	"errors"
	"sync"
	"testing"

	"vigie/catalog"
)

// TestCachedIsAsGoodAsNew gives the same assessment whether it was kept or not, also to those who ask at once, and
// keeps no id that names nothing.
func TestCachedIsAsGoodAsNew(t *testing.T) {
	s, err := Open(Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	c := Keep(s)
	r := Request{Offering: "mistral-api-medium-3.5", UseCase: "office-assistant", On: "2026-11-24"}
	fresh, err := s.Assess(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got, err := c.Assess(t.Context(), r)
			if err != nil || got.Assessment.Hash != fresh.Assessment.Hash {
				t.Errorf("a kept assessment differs: %v", err)
			}
		})
	}
	wg.Wait()
	var missing *catalog.NotFoundError
	if _, err := c.Assess(t.Context(), Request{Offering: "nothing", UseCase: "office-assistant", On: "2026-11-24"}); !errors.As(err, &missing) {
		t.Errorf("an offering that is none: %v", err)
	}
	if len(c.kept) != 1 {
		t.Errorf("%d results are kept, want 1", len(c.kept))
	}
	all, err := c.AssessAll(t.Context(), []Request{r, {Offering: "mistral-api-large-3", UseCase: "office-assistant", On: "2026-11-24"}})
	if err != nil || all[0].Assessment.Offering != r.Offering || all[1].Assessment.Offering != "mistral-api-large-3" {
		t.Errorf("answers out of order: %v", err)
	}
	if _, err := c.AssessAll(t.Context(), []Request{{Offering: "nothing", UseCase: "office-assistant", On: "2026-11-24"}, r}); !errors.As(err, &missing) {
		t.Errorf("the first fault is not told: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c.Warm(ctx, "2026-11-24")
	if len(c.kept) != 2 {
		t.Errorf("a warm-up that was stopped kept %d results, want 2", len(c.kept))
	}
}
