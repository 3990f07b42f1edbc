package service_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/wording"
)

// run runs the jobs of a service until the test, or stop, ends it; stop waits for the end.
func run(t *testing.T, s *service.Service) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { s.Jobs.Run(ctx, slog.New(slog.DiscardHandler)) })
	stop = sync.OnceFunc(func() { cancel(); wg.Wait() })
	t.Cleanup(stop)
	return stop
}

// until reads a job until something holds of it.
func until(t *testing.T, s *service.Service, ctx context.Context, id string, holds func(*service.Job) bool) *service.Job {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		j, err := s.Jobs.Get(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if holds(j) {
			return j
		}
		if time.Now().After(deadline) {
			t.Fatalf("after a minute: %+v", j)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func over(j *service.Job) bool { return j.State.Over() }

func TestJobsDoWhatIsAsked(t *testing.T) {
	s, ctx := openKept(t), group(t)
	run(t, s)
	j, err := s.Jobs.Start(ctx, "assess_all", service.AssessAllParams{Offerings: []string{offering, "mistral-api-large-3"}, UseCases: uses[:2], On: today})
	if err != nil {
		t.Fatal(err)
	}
	j = until(t, s, ctx, j.ID, over)
	var out service.AssessAllResult
	if err := json.Unmarshal(j.Result, &out); err != nil || j.State != service.JobDone || out.Kept != 4 || out.New != 4 || j.Done != 4 || j.Total != 4 || j.Link == "" || j.By != "p-group" {
		t.Errorf("%+v, %+v, %v", j, out, err)
	}
	if list, err := s.Assessments(ctx, service.KeptQuery{}); err != nil || len(list) != 4 {
		t.Errorf("%d, %v", len(list), err)
	}
	v, err := s.Jobs.Start(ctx, "verify", service.VerifyParams{})
	if err != nil {
		t.Fatal(err)
	}
	if v = until(t, s, ctx, v.ID, over); v.State != service.JobDone || !bytes.Contains(v.Result, []byte(`"leaves"`)) {
		t.Errorf("%+v", v)
	}
	r, err := s.Jobs.Start(ctx, "rejudge", service.RejudgeParams{On: today})
	if err != nil {
		t.Fatal(err)
	}
	if r = until(t, s, ctx, r.ID, over); r.State != service.JobDone {
		t.Errorf("%+v", r)
	}
	list, err := s.Jobs.List(ctx)
	if err != nil || len(list) != 3 || list[0].ID != r.ID {
		t.Errorf("%+v, %v", list, err)
	}
	other := who(t.Context(), "p-other", "", account.Procurement)
	if _, err := s.Jobs.Get(other, j.ID); !isA[*catalog.NotFoundError](err) {
		t.Error("another one's job is shown:", err)
	}
	if list, err := s.Jobs.List(other); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := s.Jobs.Start(other, "verify", nil); !isA[*account.ForbiddenError](err) {
		t.Error(err)
	}
	if _, err := s.Jobs.Start(ctx, "nothing", nil); !isA[*catalog.NotFoundError](err) {
		t.Error(err)
	}
	if _, err := s.Jobs.Start(ctx, "rejudge", service.RejudgeParams{On: "soon"}); !isA[*catalog.InvalidError](err) {
		t.Error(err)
	}
}

// endless is work that goes on until it is told to end.
func endless(begun chan<- struct{}) service.JobKind {
	return service.JobKind{ID: "endless", Label: wording.Same("endless"), Need: account.Assess, Resume: true,
		Run: func(ctx context.Context, _ *service.Service, _ json.RawMessage, progress service.Progress) (any, string, error) {
			progress(1, 3, wording.Same("begun"))
			begun <- struct{}{}
			<-ctx.Done()
			return nil, "", ctx.Err()
		}}
}

func TestJobsAreCancelled(t *testing.T) {
	s, ctx := openKept(t), group(t)
	begun := make(chan struct{}, 10)
	s.Jobs.Register(endless(begun))
	run(t, s)
	j, err := s.Jobs.Start(ctx, "endless", nil)
	if err != nil {
		t.Fatal(err)
	}
	<-begun
	if j = until(t, s, ctx, j.ID, func(j *service.Job) bool { return j.Done == 1 }); j.State != service.JobRunning || j.Says.EN != "begun" {
		t.Errorf("%+v", j)
	}
	if _, err := s.Jobs.Cancel(ctx, j.ID); err != nil {
		t.Fatal(err)
	}
	if j = until(t, s, ctx, j.ID, over); j.State != service.JobCancelled {
		t.Errorf("%+v", j)
	}
	if again, err := s.Jobs.Cancel(ctx, j.ID); err != nil || again.State != service.JobCancelled {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestFailingJobsFailAlone(t *testing.T) {
	s, ctx := openKept(t), group(t)
	fails := map[string]error{"said": &catalog.NotFoundError{What: wording.Same("thing"), ID: "x"}, "hidden": errors.New("secret cause")}
	for id, err := range fails {
		s.Jobs.Register(service.JobKind{ID: id, Need: account.Assess, Run: func(context.Context, *service.Service, json.RawMessage, service.Progress) (any, string, error) {
			return nil, "", err
		}})
	}
	s.Jobs.Register(service.JobKind{ID: "panics", Need: account.Assess, Run: func(context.Context, *service.Service, json.RawMessage, service.Progress) (any, string, error) {
		panic("secret")
	}})
	run(t, s)
	for _, id := range []string{"said", "hidden", "panics"} {
		j, err := s.Jobs.Start(ctx, id, nil)
		if err != nil {
			t.Fatal(err)
		}
		j = until(t, s, ctx, j.ID, over)
		if j.State != service.JobFailed || j.Failure == nil || bytes.Contains([]byte(j.Failure.EN), []byte("secret")) || j.Failure.FR == "" || id == "said" && j.Failure.EN != fails[id].Error() {
			t.Errorf("%s: %+v", id, j)
		}
	}
}

// A program ends in the middle of its jobs, as a kill would end it: what can be taken up runs again when the next one
// starts, what cannot is said to be interrupted, what was to be cancelled is, and what was waiting runs.
func TestJobsSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	copySeeded(t, dir)
	s, ctx := openAt(t, dir, "test"), group(t)
	begun := make(chan struct{}, 10)
	once := endless(begun)
	once.ID, once.Resume = "once", false
	s.Jobs.Register(once)
	s.Jobs.Register(endless(begun))
	stop := run(t, s)
	ids := map[string]string{}
	start := func(name, kind string, params any) {
		j, err := s.Jobs.Start(ctx, kind, params)
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = j.ID
	}
	start("resumed", "endless", nil)
	start("interrupted", "once", nil)
	<-begun
	<-begun
	start("waiting", "assess_all", service.AssessAllParams{Offerings: []string{offering}, UseCases: uses[:1], On: today})
	until(t, s, ctx, ids["resumed"], func(j *service.Job) bool { return j.State == service.JobRunning && j.Done == 1 })
	stop()
	if err := s.Store.Close(); err != nil {
		t.Fatal(err)
	}

	next := openAt(t, dir, "test")
	var runs atomic.Int64
	next.Jobs.Register(service.JobKind{ID: "endless", Label: wording.Same("endless"), Need: account.Assess, Resume: true,
		Run: func(ctx context.Context, s *service.Service, _ json.RawMessage, progress service.Progress) (any, string, error) {
			runs.Add(1)
			if p := account.From(ctx); p == nil || p.Person != "p-group" || !p.May(account.Decide) {
				return nil, "", errors.New("not as the one who asked")
			}
			return "done", "/there", nil
		}})
	once.Run = func(context.Context, *service.Service, json.RawMessage, service.Progress) (any, string, error) {
		t.Error("what cannot be taken up ran again")
		return nil, "", nil
	}
	next.Jobs.Register(once)
	run(t, next)
	want := map[string]service.JobState{"resumed": service.JobDone, "interrupted": service.JobInterrupted, "waiting": service.JobDone}
	for name, state := range want {
		if j := until(t, next, ctx, ids[name], over); j.State != state {
			t.Errorf("%s: %+v", name, j)
		}
	}
	if j, err := next.Jobs.Get(ctx, ids["resumed"]); err != nil || j.Attempts != 2 || runs.Load() != 1 || string(j.Result) != `"done"` || j.Link != "/there" {
		t.Errorf("%+v, %v; %d runs", j, err, runs.Load())
	}
}

// Work that ends the program each time is given up.
func TestJobsThatKillAreGivenUp(t *testing.T) {
	dir := t.TempDir()
	copySeeded(t, dir)
	ctx := group(t)
	var id string
	for i := range 4 {
		s := openAt(t, dir, "test")
		begun := make(chan struct{}, 1)
		s.Jobs.Register(endless(begun))
		stop := run(t, s)
		if i == 0 {
			j, err := s.Jobs.Start(ctx, "endless", nil)
			if err != nil {
				t.Fatal(err)
			}
			id = j.ID
		}
		if i < 3 {
			<-begun
		} else if j := until(t, s, ctx, id, over); j.State != service.JobInterrupted || j.Attempts != 3 {
			t.Errorf("%+v", j)
		}
		stop()
		s.Store.Close()
	}
}
