package web

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// JobsPage lists the work in the background, and starts more.
type JobsPage struct {
	Base
	Form
	Tabs   []Option
	Live   string // where the list renews itself; empty: nothing is under way
	Reload string
	Rows   []JobRow
	Action string
	Starts []JobStart
}

// JobStart is a button that starts work, or says who may.
type JobStart struct {
	Kind   string
	Label  string
	What   string
	Button string
	Not    string // why not; empty: it may be started
}

// JobRow is one job in words.
type JobRow struct {
	ID       string
	Href     string
	Label    string
	State    string
	Icon     string
	Badge    string
	By       string
	Began    string
	Changed  string
	Progress *JobProgress
	Failure  string
	Over     bool
	Stops    bool // it was asked to end
	Cancel   string
	CancelOf string
}

// JobProgress is how far a job is.
type JobProgress struct {
	Done, Total int64
	Text        string
	Says        string
}

// JobPage is one job: how far it is, and what came of it.
type JobPage struct {
	Base
	Form
	Tabs []Option
	JobRow
	Live   string
	Reload string
	Result []Pair
	Good   string // one sentence on what came of it
	Bad    string
	Lines  []JobLine
	See    Link
}

// JobLine is one thing that a job found.
type JobLine struct {
	Link
	By   string
	Note string
}

// Jobs makes the page of the jobs; part: only its list, for a page that shows the rest.
func (s *Site) Jobs(ctx context.Context, r Request, sent Sent, part bool) ([]byte, error) {
	b := s.base(r, "admin", "")
	b.Title = b.w("jobs.title")
	b.Live = true
	p := JobsPage{Base: b, Tabs: b.tabs("jobs"), Action: b.At("/admin/jobs"), Reload: b.At("/admin/jobs")}
	list, err := s.svc.Jobs.List(ctx)
	if err != nil {
		return nil, err
	}
	people := map[string]string{}
	for _, j := range list {
		row := s.jobRow(ctx, b, j, people)
		if !row.Over {
			p.Live = b.At("/admin/jobs")
		}
		p.Rows = append(p.Rows, row)
	}
	if part {
		return s.part("jobs", "jobs-list", p)
	}
	who := account.From(ctx)
	start := func(kind, label, what string, need account.Permission) {
		x := JobStart{Kind: kind, Label: label, What: what, Button: b.w("jobs.start")}
		if !who.May(need) {
			x.Not = sentence((&account.ForbiddenError{Needs: need}).In(b.Lang))
		}
		p.Starts = append(p.Starts, x)
	}
	start("assess_all", b.w("jobs.assess"), b.w("jobs.assess_what"), account.Assess)
	start("rejudge", b.w("jobs.rejudge"), b.w("jobs.rejudge_what"), account.Assess)
	start("verify", b.w("jobs.verify"), b.w("jobs.verify_what"), account.Administer)
	p.Form = b.fields(sent)
	return s.render("jobs", p)
}

// StartJob starts work of a kind, as a form asks, and gives its id.
func (s *Site) StartJob(ctx context.Context, kind string, on catalog.Date) (string, error) {
	var params any
	switch kind {
	case "assess_all":
		params = service.AssessAllParams{On: on}
	case "rejudge":
		params = service.RejudgeParams{On: on}
	case "verify":
		params = service.VerifyParams{}
	default:
		return "", &catalog.NotFoundError{What: wording.Textf("kind of job", "type de tâche"), ID: kind}
	}
	j, err := s.svc.Jobs.Start(ctx, kind, params)
	if err != nil {
		return "", err
	}
	return j.ID, nil
}

func (s *Site) jobRow(ctx context.Context, b Base, j *service.Job, people map[string]string) JobRow {
	row := JobRow{ID: j.ID, Href: b.At("/admin/jobs/" + url.PathEscape(j.ID)), Label: b.text(j.Label), By: s.personName(ctx, b, j.By, people), Began: b.moment(j.Created), Changed: b.moment(j.Changed), Over: j.State.Over()}
	row.State, row.Icon, row.Badge = b.jobState(j.State)
	row.Stops = j.State == service.JobCancelling
	if !row.Over {
		row.Cancel, row.CancelOf = row.Href+"/cancel", b.w("jobs.cancel_what", row.Label)
		p := &JobProgress{Done: j.Done, Total: j.Total, Says: sentence(b.text(j.Says)), Text: b.w("jobs.waiting")}
		if j.Total > 0 {
			p.Text = b.w("jobs.progress", wording.Number(b.Lang, strconv.FormatInt(j.Done, 10)), wording.Number(b.Lang, strconv.FormatInt(j.Total, 10)))
		}
		row.Progress = p
	}
	if j.Failure != nil {
		row.Failure = sentence(b.text(*j.Failure))
	}
	return row
}

func (b Base) jobState(s service.JobState) (text, icon, class string) {
	switch s {
	case service.JobQueued:
		return b.w("jobs.queued"), "unknown", "unknown"
	case service.JobRunning:
		return b.w("jobs.running"), "open", "open"
	case service.JobCancelling:
		return b.w("jobs.cancelling"), "open", "open"
	case service.JobDone:
		return b.w("jobs.done"), "passed", "passed"
	case service.JobFailed:
		return b.w("jobs.failed"), "failed", "failed"
	case service.JobCancelled:
		return b.w("jobs.cancelled"), "absent", "absent"
	}
	return b.w("jobs.interrupted"), "failed", "failed"
}

// Job makes the page of one job; part: only what changes on it.
func (s *Site) Job(ctx context.Context, r Request, id string, on catalog.Date, sent Sent, part bool) ([]byte, error) {
	j, err := s.svc.Jobs.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	b := s.base(r, "admin", "")
	b.Live = true
	row := s.jobRow(ctx, b, j, map[string]string{})
	b.Title = row.Label
	p := JobPage{Base: b, Tabs: b.tabs("jobs"), JobRow: row, Reload: row.Href}
	if !row.Over {
		p.Live = row.Href
	}
	if j.State == service.JobDone {
		if err := s.jobResult(ctx, &p, j, on); err != nil {
			return nil, err
		}
	}
	if part {
		return s.part("job", "job-live", p)
	}
	p.Form = b.fields(sent)
	return s.render("job", p)
}

// jobResult says what came of a job.
func (s *Site) jobResult(ctx context.Context, p *JobPage, j *service.Job, on catalog.Date) error {
	b := p.Base
	num := func(n int64) string { return wording.Number(b.Lang, strconv.FormatInt(n, 10)) }
	switch j.Kind {
	case "assess_all":
		var x service.AssessAllResult
		if err := json.Unmarshal(j.Result, &x); err != nil {
			return err
		}
		p.Good = b.n("jobs.assessed", x.Kept)
		p.Result = []Pair{{b.w("jobs.new"), num(int64(x.New))}}
		for _, v := range []struct{ id, label string }{{"eligible", b.w("jobs.eligible")}, {"not_eligible", b.w("jobs.not_eligible")}, {"undetermined", b.w("jobs.undetermined")}} {
			p.Result = append(p.Result, Pair{v.label, num(int64(x.Verdicts[v.id]))})
		}
		p.See = Link{b.w("jobs.see_offerings"), b.At("/offerings")}
	case "verify":
		var x store.Verification
		if err := json.Unmarshal(j.Result, &x); err != nil {
			return err
		}
		if p.Good = b.w("jobs.sound"); len(x.Damage) > 0 {
			p.Good, p.Bad = "", b.n("jobs.damage", len(x.Damage))
		}
		for _, d := range x.Damage {
			p.Lines = append(p.Lines, JobLine{Link: Link{Text: d.Table}, By: d.Record, Note: d.In(b.Lang)})
		}
		p.Result = []Pair{{b.w("storage.entries"), num(x.Leaves)}, {b.w("storage.checkpoints"), num(x.Checkpoints)}, {b.w("storage.records"), num(x.Records)}, {b.w("storage.claims"), num(x.Claims)},
			{b.w("storage.documents"), num(x.Documents)}, {b.w("storage.files"), num(x.Files)}}
		if n := len(x.Orphans); n > 0 {
			p.Result = append(p.Result, Pair{b.w("jobs.orphans"), num(int64(n))})
		}
	case "rejudge":
		var x service.RejudgeResult
		if err := json.Unmarshal(j.Result, &x); err != nil {
			return err
		}
		p.Good = b.n("jobs.rejudged", x.Judged)
		names, err := s.svc.Names(ctx, on, on)
		if err != nil {
			return err
		}
		for _, l := range x.Lines {
			p.Lines = append(p.Lines, JobLine{Link: Link{Text: b.text(names.Name(catalog.Ref{Kind: catalog.Offering, ID: l.Offering})), Href: b.At("/decisions/" + l.Decision)},
				By: b.text(names.Name(catalog.Ref{Kind: catalog.UseCase, ID: l.UseCase})), Note: sentence(b.text(l.Summary))})
		}
		if len(x.Lines) == 0 {
			p.Result = []Pair{{b.w("jobs.drift"), b.w("jobs.no_drift")}}
		}
		p.See = Link{b.w("nav.decisions"), b.At("/decisions")}
	}
	return nil
}
