package web

import (
	"context"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/wording"
	"vigie/reports/proof"
)

// MaxReport is the largest file that the page checks, in bytes: a hundred times a usual report.
const MaxReport = 25 << 20

// VerifyFault says why a form cannot be answered.
type VerifyFault string

// The faults of a form that brings a report.
const (
	NoReport       VerifyFault = "none"
	EmptyReport    VerifyFault = "empty"
	ReportTooLarge VerifyFault = "too_large"
	BrokenReport   VerifyFault = "broken" // the form did not arrive whole
	BadKey         VerifyFault = "key"
)

// VerifyQuery is a file to check, and under which key. Without a file the page is a form alone.
type VerifyQuery struct {
	File  []byte
	Name  string // as its sender calls it
	Key   string // empty: that of this house
	Sent  bool
	Fault VerifyFault
}

// VerifyPage is the form and, once a file was sent, the answer.
type VerifyPage struct {
	Base
	Form      string
	Key       string // typed
	HouseKey  string // empty: no log here
	FileFault string
	KeyFault  string
	Fault     string // of the form as a whole
	Answer    *VerifyAnswer
}

// VerifyAnswer is what is said of a file.
type VerifyAnswer struct {
	Icon, Class string
	Verdict     string
	Means       string
	Name        string
	About       []Pair
	Offering    *Link
	UseCase     *Link
	Lines       []VerifyLine
	Steps       []string // what to do now
}

// VerifyLine is one thing that was checked; Means says what follows from it where it does not hold.
type VerifyLine struct {
	Icon, State string
	Word        string
	Text        string
	Means       string
}

// Verify makes the page on which a report is checked.
func (s *Site) Verify(ctx context.Context, r Request, q VerifyQuery) ([]byte, error) {
	b := s.base(r, "", "")
	b.Title = b.w("verify.title")
	b.Description = b.w("verify.lead")
	p := VerifyPage{Base: b, Form: b.At("/verify"), Key: q.Key}
	if s.svc.Store != nil {
		p.HouseKey = s.svc.Store.PublicKey()
	}
	switch q.Fault {
	case NoReport:
		p.FileFault = b.w("verify.none")
	case EmptyReport:
		p.FileFault = b.w("verify.empty")
	case ReportTooLarge:
		p.FileFault = b.w("verify.too_large")
	case BrokenReport:
		p.Fault = b.w("verify.broken")
	case BadKey:
		p.KeyFault = b.w("verify.bad_key")
	}
	if q.Sent && q.Fault == "" {
		v, err := s.svc.CheckReport(ctx, q.File, q.Key)
		if err != nil {
			return nil, err
		}
		if p.Answer, err = s.verifyAnswer(ctx, b, v, q.Name); err != nil {
			return nil, err
		}
	}
	return s.render("verify", p)
}

func (s *Site) verifyAnswer(ctx context.Context, b Base, v *service.CheckedReport, name string) (*VerifyAnswer, error) {
	out := &VerifyAnswer{Name: name, Icon: "passed", Class: "passed"}
	switch v.Standing {
	case service.OwnLog:
		out.Verdict, out.Means = b.w("verify.own"), b.w("verify.own_means")
	case service.GivenLog:
		out.Verdict, out.Means = b.w("verify.given"), b.w("verify.given_means")
	case service.OtherLog:
		out.Icon, out.Class = "open", "open"
		out.Verdict, out.Means = b.w("verify.other"), b.w("verify.other_means")
		out.Steps = []string{b.w("verify.ask_key"), b.w("verify.paste_key")}
	case service.Unregistered:
		out.Icon, out.Class = "open", "open"
		out.Verdict, out.Means = b.w("verify.unregistered"), b.w("verify.unregistered_means")
		out.Steps = []string{b.w("verify.ask_registered")}
	default:
		out.Icon, out.Class = "failed", "failed"
		out.Verdict, out.Means = b.w("verify.fails"), b.w("verify.fails_means")
	}
	for _, l := range v.Lines {
		line := VerifyLine{Icon: "passed", State: string(l.State), Word: b.w("verify.holds"), Text: b.text(l.Text)}
		switch l.State {
		case proof.Fails:
			line.Icon, line.Word = "failed", b.w("verify.does_not_hold")
			line.Means = b.failedCheck(l.Check)
		case proof.Open:
			line.Icon, line.Word = "open", b.w("verify.is_open")
		}
		out.Lines = append(out.Lines, line)
	}
	if v.Standing == service.Broken {
		out.Steps = []string{b.w("verify.ask_again"), b.w("verify.tell")}
	}
	b.aboutReport(out, v.Verdict)
	return out, s.namesOf(ctx, b, out, v.Verdict)
}

// failedCheck says what it means that a check fails.
func (b Base) failedCheck(c proof.Check) string {
	switch c {
	case proof.Sealed:
		return b.w("verify.why_sealed")
	case proof.Whole, proof.Printed:
		return b.w("verify.why_whole")
	case proof.Attached, proof.Judged:
		return b.w("verify.why_attached")
	case proof.Registered:
		return b.w("verify.why_registered")
	case proof.Signed:
		return b.w("verify.why_signed")
	case proof.InLog:
		return b.w("verify.why_log")
	}
	return ""
}

// aboutReport tells what the file says of itself. Nothing of it is believed unless the verdict holds.
func (b Base) aboutReport(out *VerifyAnswer, v *proof.Verdict) {
	if d := v.Document; d != nil && v.Holds {
		kind := b.w("verify.an_assessment")
		if d.Kind == proof.Comparison {
			kind = b.w("verify.a_comparison")
		}
		out.About = append(out.About, Pair{b.w("verify.kind"), kind}, Pair{b.w("verify.facts_on"), b.Day(d.On)}, Pair{b.w("issue.lang"), b.languageName(string(d.Lang))},
			Pair{b.w("issue.hash"), d.Subject})
	}
	out.About = append(out.About, Pair{b.w("verify.file_hash"), v.File})
}

// namesOf names what the report is about to whoever may know its records; others read them on the cover.
func (s *Site) namesOf(ctx context.Context, b Base, out *VerifyAnswer, v *proof.Verdict) error {
	if v.About == nil || !v.Holds || s.svc.Store != nil && account.Need(ctx, account.Read) != nil {
		return nil
	}
	names, err := s.svc.Names(ctx, v.About.On, v.About.On)
	if err != nil {
		return err
	}
	known := func(kind catalog.Kind, id string) *Link {
		ref := catalog.Ref{Kind: kind, ID: id}
		if id == "" {
			return nil
		}
		name := names.Name(ref).In(b.Lang)
		if name == "" || name == id {
			return nil
		}
		return &Link{Text: wording.Typeset(b.Lang, name), Href: b.At(recordPath(ref))}
	}
	out.Offering, out.UseCase = known(catalog.Offering, v.About.Offering), known(catalog.UseCase, v.About.UseCase)
	return nil
}
