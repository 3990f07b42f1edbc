package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// JobState is where a job stands.
type JobState string

// The states of a job.
const (
	JobQueued      JobState = "queued"
	JobRunning     JobState = "running"
	JobCancelling  JobState = "cancelling" // somebody asked it to end
	JobDone        JobState = "done"
	JobFailed      JobState = "failed"
	JobCancelled   JobState = "cancelled"
	JobInterrupted JobState = "interrupted" // the program ended, and what it did cannot be taken up again
)

// Over reports whether nothing more will happen.
func (s JobState) Over() bool {
	return s == JobDone || s == JobFailed || s == JobCancelled || s == JobInterrupted
}

// Job is work in the background with its progress.
type Job struct {
	ID       string          `json:"id"`
	Kind     string          `json:"kind"`
	Label    wording.Text    `json:"label"`
	State    JobState        `json:"state"`
	Done     int64           `json:"done"`
	Total    int64           `json:"total"` // 0: not known yet
	Says     wording.Text    `json:"says,omitzero"`
	Result   json.RawMessage `json:"result,omitempty"`
	Link     string          `json:"link,omitempty"` // where the result is seen, below the root of a language
	Failure  *wording.Text   `json:"failure,omitempty"`
	By       string          `json:"by"`
	Entity   string          `json:"entity,omitempty"`
	Created  time.Time       `json:"created"`
	Changed  time.Time       `json:"changed"`
	Attempts int             `json:"attempts"` // how often it was begun
	Params   json.RawMessage `json:"params,omitempty"`
	revision int64
	as       *account.Principal
}

// JobKind is a sort of work. Run does it as the one who asked; it tells how far it is through progress, often, ends soon
// when ctx does, and gives what came of it and where that is seen. Resume says that running it again from the start after a
// program ended in its middle does no harm.
type JobKind struct {
	ID     string
	Label  wording.Text
	Need   account.Permission
	Resume bool
	// Check refuses parameters before anything is queued; may be nil.
	Check func(s *Service, params json.RawMessage) error
	Run   func(ctx context.Context, s *Service, params json.RawMessage, progress Progress) (result any, link string, err error)
}

// Progress tells how far a job is: done of total, and in words.
type Progress func(done, total int64, says wording.Text)

// jobBody is what the store keeps of a job.
type jobBody struct {
	Format   string               `json:"format"`
	Kind     string               `json:"kind"`
	Params   json.RawMessage      `json:"params,omitempty"`
	Done     int64                `json:"done"`
	Total    int64                `json:"total"`
	Says     wording.Text         `json:"says,omitzero"`
	Result   json.RawMessage      `json:"result,omitempty"`
	Link     string               `json:"link,omitempty"`
	Failure  *wording.Text        `json:"failure,omitempty"`
	Attempts int                  `json:"attempts"`
	Runner   string               `json:"runner,omitempty"` // the program that runs it
	By       string               `json:"by"`
	Roles    []account.Role       `json:"roles"` // of who asked, when they did
	Scopes   []account.Permission `json:"scopes,omitempty"`
	Token    string               `json:"token,omitempty"`
}

const jobFormat = "vigie-job/1"

// Bounds and rhythm of jobs.
const (
	maxRunning  = 2
	maxAttempts = 3
	maxQueued   = 200
	jobPoll     = time.Second      // for what is queued and what is to be cancelled
	jobSays     = time.Second      // between two notes of progress
	jobBeat     = 10 * time.Second // the longest time without one
	jobLost     = time.Minute      // without a note: the program that ran it has gone
)

// Jobs is the work in the background. Its state is in the store: every replica sees it, and it survives a restart.
type Jobs struct {
	s      *Service
	runner string // this program, as the store knows it
	wake   chan struct{}

	mu      sync.Mutex
	kinds   map[string]JobKind
	running map[string]context.CancelCauseFunc
}

func newJobs(s *Service) *Jobs {
	j := &Jobs{s: s, runner: fmt.Sprintf("%d", time.Now().UnixNano()), wake: make(chan struct{}, 1), kinds: map[string]JobKind{}, running: map[string]context.CancelCauseFunc{}}
	for _, k := range []JobKind{assessAllJob, verifyJob, rejudgeJob} {
		j.Register(k)
	}
	return j
}

// Register adds a kind of job. It is called before Run.
func (j *Jobs) Register(k JobKind) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.kinds[k.ID] = k
}

func (j *Jobs) kind(id string) (JobKind, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	k, ok := j.kinds[id]
	return k, ok
}

// Start queues work. Errors: *catalog.NotFoundError for a kind that is none, those of permissions and of the store.
func (j *Jobs) Start(ctx context.Context, kind string, params any) (*Job, error) {
	k, ok := j.kind(kind)
	if !ok {
		return nil, &catalog.NotFoundError{What: wording.Textf("kind of job", "type de tâche"), ID: kind}
	}
	p, err := j.s.writer(ctx, k.Need)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	if k.Check != nil {
		if err := k.Check(j.s, raw); err != nil {
			return nil, err
		}
	}
	waiting, err := j.s.Store.Drafts(ctx, store.JobDraft, string(JobQueued), "", "", maxQueued)
	if err != nil {
		return nil, err
	}
	if len(waiting) >= maxQueued {
		return nil, &TooManyJobsError{}
	}
	body, err := json.Marshal(jobBody{Format: jobFormat, Kind: kind, Params: raw, By: p.Person, Roles: p.Roles, Scopes: p.Scopes, Token: p.Token})
	if err != nil {
		return nil, err
	}
	d, err := j.s.Store.AddDraft(ctx, store.Draft{Sort: store.JobDraft, Entity: p.Entity, State: string(JobQueued), Subject: kind, Body: body, ChangedBy: person(p)})
	if err != nil {
		return nil, err
	}
	select {
	case j.wake <- struct{}{}:
	default:
	}
	return j.read(d)
}

// TooManyJobsError says that too much is waiting already.
type TooManyJobsError struct{}

func (*TooManyJobsError) Error() string { return (*TooManyJobsError)(nil).In(wording.EN) }

// In writes the error in one language.
func (*TooManyJobsError) In(l wording.Lang) string {
	return wording.Textf("too many jobs are waiting already: try again later", "trop de tâches attendent déjà : réessayer plus tard").In(l)
}

func (j *Jobs) read(d store.Draft) (*Job, error) {
	var b jobBody
	if err := json.Unmarshal(d.Body, &b); err != nil {
		return nil, fmt.Errorf("job %s: %w", d.ID, err)
	}
	out := &Job{ID: d.ID, Kind: b.Kind, Label: wording.Same(b.Kind), State: JobState(d.State), Done: b.Done, Total: b.Total, Says: b.Says, Result: b.Result, Link: b.Link, Failure: b.Failure,
		By: b.By, Entity: d.Entity, Created: time.Unix(0, d.CreatedNs).UTC(), Changed: time.Unix(0, d.ChangedNs).UTC(), Attempts: b.Attempts, Params: b.Params, revision: d.Revision,
		as: &account.Principal{Person: b.By, Entity: d.Entity, Roles: b.Roles, Scopes: b.Scopes, Token: b.Token}}
	if k, ok := j.kind(b.Kind); ok {
		out.Label = k.Label
	}
	return out, nil
}

// Get reads a job that who asks may see: their own, or everybody's for who administers.
func (j *Jobs) Get(ctx context.Context, id string) (*Job, error) {
	p, err := j.s.writer(ctx, account.Read)
	if err != nil {
		return nil, err
	}
	d, err := j.s.Store.In(scopeOf(p)).Draft(ctx, id)
	if err != nil {
		return nil, err
	}
	if d.Sort != store.JobDraft {
		return nil, noJob(id)
	}
	out, err := j.read(d)
	if err == nil && out.By != p.Person && !p.May(account.Administer) {
		return nil, noJob(id)
	}
	return out, err
}

func noJob(id string) error {
	return &catalog.NotFoundError{What: wording.Textf("job", "tâche"), ID: id}
}

// List lists the jobs that who asks may see, newest first, at most a hundred.
func (j *Jobs) List(ctx context.Context) ([]*Job, error) {
	p, err := j.s.writer(ctx, account.Read)
	if err != nil {
		return nil, err
	}
	out, after := []*Job{}, ""
	for {
		page, err := j.s.Store.In(scopeOf(p)).Drafts(ctx, store.JobDraft, "", "", after, maxListed)
		if err != nil {
			return nil, err
		}
		for _, d := range page {
			x, err := j.read(d)
			if err != nil {
				return nil, err
			}
			if x.By == p.Person || p.May(account.Administer) {
				out = append([]*Job{x}, out[:min(len(out), 99)]...)
			}
		}
		if len(page) < maxListed {
			return out, nil
		}
		after = page[len(page)-1].ID
	}
}

// Cancel asks a job to end. One that is over stays as it is.
func (j *Jobs) Cancel(ctx context.Context, id string) (*Job, error) {
	for {
		x, err := j.Get(ctx, id)
		if err != nil || x.State.Over() || x.State == JobCancelling {
			return x, err
		}
		next := JobCancelling
		if x.State == JobQueued {
			next = JobCancelled
		}
		x, err = j.put(ctx, x.ID, func(d *store.Draft, b *jobBody) bool {
			if JobState(d.State) != x.State {
				return false
			}
			d.State = string(next)
			return true
		})
		if err != nil {
			return nil, err
		}
		if x.State == next {
			j.mu.Lock()
			if cancel := j.running[id]; cancel != nil {
				cancel(errCancelled)
			}
			j.mu.Unlock()
			return x, nil
		}
	}
}

var (
	errCancelled = errors.New("cancelled")
)

// put changes what is kept of a job; change tells whether it still wants to. Conflicts with other programs are tried again.
func (j *Jobs) put(ctx context.Context, id string, change func(*store.Draft, *jobBody) bool) (*Job, error) {
	for {
		d, err := j.s.Store.Draft(ctx, id)
		if err != nil {
			return nil, err
		}
		var b jobBody
		if err := json.Unmarshal(d.Body, &b); err != nil {
			return nil, fmt.Errorf("job %s: %w", id, err)
		}
		if !change(&d, &b) {
			return j.read(d)
		}
		if d.Body, err = json.Marshal(b); err != nil {
			return nil, err
		}
		d, _, err = j.s.Store.ReplaceDraft(ctx, d, nil)
		if _, busy := errors.AsType[*store.ConflictError](err); busy {
			continue
		}
		if err != nil {
			return nil, err
		}
		return j.read(d)
	}
}
