package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// Run does what is queued, two at a time, until ctx ends. First it takes up what a program that ended left behind: such a
// job runs again from its start, or is said to be interrupted.
func (j *Jobs) Run(ctx context.Context, log *slog.Logger) {
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, maxRunning)
	t := time.NewTicker(jobPoll)
	defer t.Stop()
	for {
		if err := j.round(ctx, slots, &wg, log); err != nil && ctx.Err() == nil {
			log.LogAttrs(ctx, slog.LevelError, "jobs cannot be read", slog.String("error", err.Error()))
		}
		select {
		case <-ctx.Done():
			return
		case <-j.wake:
		case <-t.C:
		}
	}
}

func (j *Jobs) round(ctx context.Context, slots chan struct{}, wg *sync.WaitGroup, log *slog.Logger) error {
	for _, state := range []JobState{JobCancelling, JobRunning} {
		list, err := j.s.Store.Drafts(ctx, store.JobDraft, string(state), "", "", maxListed)
		if err != nil {
			return err
		}
		for _, d := range list {
			j.mu.Lock()
			cancel := j.running[d.ID]
			j.mu.Unlock()
			switch {
			case cancel != nil && state == JobCancelling:
				cancel(errCancelled)
			case cancel == nil:
				if err := j.takeUp(ctx, d); err != nil {
					return err
				}
			}
		}
	}
	queued, err := j.s.Store.Drafts(ctx, store.JobDraft, string(JobQueued), "", "", 2*maxRunning)
	if err != nil {
		return err
	}
	for _, d := range queued {
		select {
		case slots <- struct{}{}:
		default:
			return nil
		}
		x, err := j.put(ctx, d.ID, func(d *store.Draft, b *jobBody) bool {
			if d.State != string(JobQueued) {
				return false
			}
			d.State, b.Runner = string(JobRunning), j.runner
			b.Attempts++
			return true
		})
		if err != nil || x.State != JobRunning {
			<-slots
			if err != nil {
				return err
			}
			continue
		}
		on, cancel := context.WithCancelCause(ctx)
		j.mu.Lock()
		j.running[x.ID] = cancel
		j.mu.Unlock()
		wg.Go(func() {
			defer func() {
				j.mu.Lock()
				delete(j.running, x.ID)
				j.mu.Unlock()
				cancel(nil)
				<-slots
			}()
			j.do(on, x, log)
		})
	}
	return nil
}

// takeUp deals with a job that runs nowhere any more. With one program on a store, which SQLite means, that is any that
// this one does not run; replicas give each other a minute without a note.
func (j *Jobs) takeUp(ctx context.Context, d store.Draft) error {
	_, err := j.put(ctx, d.ID, func(d *store.Draft, b *jobBody) bool {
		lost := time.Since(time.Unix(0, d.ChangedNs)) > jobLost || !j.s.Store.Shared()
		if JobState(d.State) != JobRunning && JobState(d.State) != JobCancelling || b.Runner == j.runner || !lost {
			return false
		}
		k, known := j.kind(b.Kind)
		switch {
		case d.State == string(JobCancelling):
			d.State = string(JobCancelled)
		case known && k.Resume && b.Attempts < maxAttempts:
			d.State, b.Done = string(JobQueued), 0
		default:
			d.State = string(JobInterrupted)
			b.Failure = &wording.Text{EN: "the program ended in the middle of it: start it again", FR: "le programme s'est arrêté au milieu : la relancer"}
		}
		return true
	})
	return err
}

// do runs one job to its end and writes what came of it.
func (j *Jobs) do(ctx context.Context, x *Job, log *slog.Logger) {
	k, known := j.kind(x.Kind)
	var (
		result any
		link   string
		err    error
	)
	mine := func(d *store.Draft, b *jobBody) bool {
		return b.Runner == j.runner && !JobState(d.State).Over() && JobState(d.State) != JobQueued
	}
	var mu sync.Mutex
	var done, total int64
	var says wording.Text
	var noted time.Time
	note := func(force bool) {
		mu.Lock()
		a, b, c := done, total, says
		due := force || time.Since(noted) >= jobSays
		if due {
			noted = time.Now()
		}
		mu.Unlock()
		if !due || ctx.Err() != nil {
			return
		}
		_, err := j.put(ctx, x.ID, func(d *store.Draft, body *jobBody) bool {
			if !mine(d, body) {
				return false
			}
			body.Done, body.Total, body.Says = a, b, c
			return true
		})
		if err != nil && ctx.Err() == nil {
			log.LogAttrs(ctx, slog.LevelWarn, "progress of a job is not kept", slog.String("job", x.ID), slog.String("error", err.Error()))
		}
	}
	beat := time.NewTicker(jobBeat)
	stop := make(chan struct{})
	var beats sync.WaitGroup
	beats.Go(func() {
		defer beat.Stop()
		for {
			select {
			case <-stop:
				return
			case <-beat.C:
				note(true)
			}
		}
	})
	if !known {
		err = noJob(x.Kind)
	} else {
		result, link, err = runJob(account.With(ctx, x.as), j.s, k, x.Params, func(d, t int64, w wording.Text) {
			mu.Lock()
			done, total, says = d, t, w
			mu.Unlock()
			note(false)
		})
	}
	close(stop)
	beats.Wait()
	if ctx.Err() != nil && context.Cause(ctx) != errCancelled {
		return // the program ends: the next one takes it up
	}
	raw, merr := json.Marshal(result)
	if err == nil {
		err = merr
	}
	// What came of it is written even when the job was cancelled.
	_, perr := j.put(context.WithoutCancel(ctx), x.ID, func(d *store.Draft, b *jobBody) bool {
		if !mine(d, b) {
			return false
		}
		b.Done, b.Total, b.Says = done, total, says
		switch {
		case err == nil:
			d.State, b.Result, b.Link = string(JobDone), raw, link
		case context.Cause(ctx) == errCancelled:
			d.State = string(JobCancelled)
		default:
			d.State = string(JobFailed)
			t := failureText(err)
			b.Failure = &t
		}
		return true
	})
	if perr != nil || err != nil && context.Cause(ctx) != errCancelled {
		log.LogAttrs(ctx, slog.LevelError, "job failed", slog.String("job", x.ID), slog.String("kind", x.Kind), slog.Any("error", errors.Join(err, perr)))
	}
}

// runJob runs the work; one that panics fails alone.
func runJob(ctx context.Context, s *Service, k JobKind, params json.RawMessage, p Progress) (result any, link string, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("job %s: %v", k.ID, v)
		}
	}()
	return k.Run(ctx, s, params, p)
}

// failureText is what a person is told of an error: what was meant for them, else that the log has it.
func failureText(err error) wording.Text {
	var said catalog.Localised
	if errors.As(err, &said) {
		return wording.Text{EN: said.In(wording.EN), FR: said.In(wording.FR)}
	}
	return wording.Textf("it failed; the program's log says why", "échec ; le journal du programme dit pourquoi")
}
