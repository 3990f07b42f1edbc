package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"vigie/api/notify"
	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
)

// house is what goes on while a store is served, besides answering: checkpoints leave the house, answers kept for
// requests that may be sent again are forgotten, and those who want to be told are.
type house struct {
	log         *slog.Logger
	store       *store.Store
	service     *service.Service
	notify      *notify.Desk
	checkpoints string // folder; empty: none leave
}

// keepReceipts is how long a request may be sent again.
const keepReceipts = 7 * 24 * time.Hour

func (h *house) run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { h.notify.Run(ctx, 15*time.Second, h.due) })
	wg.Go(func() { h.service.Jobs.Run(account.With(ctx, account.Local()), h.log) })
	wg.Go(func() {
		tick := time.NewTicker(time.Hour)
		defer tick.Stop()
		for {
			h.tidy(ctx)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
	wg.Wait()
}

func (h *house) tidy(ctx context.Context) {
	if err := h.checkpoint(ctx); err != nil && ctx.Err() == nil {
		h.log.LogAttrs(ctx, slog.LevelError, "checkpoint", slog.String("error", err.Error()))
	}
	if _, err := h.store.ForgetReceipts(ctx, time.Now().Add(-keepReceipts)); err != nil && ctx.Err() == nil {
		h.log.LogAttrs(ctx, slog.LevelError, "receipts", slog.String("error", err.Error()))
	}
}

// checkpoint writes the signed state of the log into the folder, one file a day: the last one of the day stands.
func (h *house) checkpoint(ctx context.Context) error {
	if h.checkpoints == "" {
		return nil
	}
	note, err := h.store.Checkpoint(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(h.checkpoints, 0o755); err != nil {
		return err
	}
	name := filepath.Join(h.checkpoints, string(catalog.DateOf(time.Now()))+".checkpoint")
	f, err := os.CreateTemp(h.checkpoints, ".checkpoint-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(note); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// leave writes the last checkpoint once nobody is served any more.
func (h *house) leave() error {
	if err := h.checkpoint(context.Background()); err != nil {
		return fmt.Errorf("last checkpoint: %w", err)
	}
	return nil
}

// due is what people must be told today: decisions that end or no longer hold, sources that expire.
func (h *house) due(ctx context.Context) ([]notify.Event, error) {
	ctx = account.With(ctx, account.Local())
	on := today()
	history, entities, err := h.service.DecisionHistory(ctx)
	if err != nil {
		return nil, err
	}
	var (
		noted []notify.Noted
		out   []notify.Event
	)
	for _, d := range history.InForce(on) {
		n := notify.Noted{Decision: d, Entity: entities[d.Hash]}
		noted = append(noted, n)
		drift, err := h.service.Drift(ctx, d, on)
		if err != nil {
			h.log.LogAttrs(ctx, slog.LevelError, "drift", slog.String("decision", d.Hash), slog.String("error", err.Error()))
			continue
		}
		if drift.Any && !drift.Holds {
			out = append(out, notify.Drifted(n, drift))
		}
	}
	sources, err := h.service.Expiring(ctx, on)
	if err != nil {
		return nil, err
	}
	return append(append(out, notify.DueOf(noted, on)...), notify.Expiring(sources, on)...), nil
}
