package web

import (
	"context"
	"fmt"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/wording"
	"vigie/evaluator/decision"
)

// DecisionsPage is the register of decisions and what all those in force are exposed to together.
type DecisionsPage struct {
	Base
	Kept           bool // somewhere keeps decisions
	Any            bool // there are some, whatever the filters leave
	Filter         RegisterFilter
	Count          string
	CSV            string
	Clear          string // address without the filters; empty: there are none
	Hangs          string // only what depends on something, in words
	On             string
	Rows           []DecisionRow
	Sums           []Pair
	Concentrations []Spread
}

// DecisionRow is one decision of the register.
type DecisionRow struct {
	Link
	UseCase Link
	Outcome string
	Icon    string
	Status  string
	Class   string // of the badge
	Taken   string
	Until   string
	Soon    bool
	Verdict *Verdict
	Drifted bool
	Overdue string

	decision *decision.Decision
	holds    string // in words, of one in force
}

// Spread is how approvals in force spread over one dimension.
type Spread struct {
	ID      string
	Title   string
	Says    string // the drawing in words
	Unknown string
	Index   string
	Height  int // of the drawing
	Bars    []SpreadBar
	Rest    []SpreadBar // of lesser weight, folded below the drawing
	More    string
}

// spreadShown is how many bars a drawing has: beyond, they are read in the table only.
const spreadShown = 8

// SpreadBar is one party, country or law and the part of the decisions that depends on it.
type SpreadBar struct {
	Name    string
	Percent string
	Width   float64
	Y       int    // of the bar in the drawing
	Drill   string // the register with what depends on it alone
	Label   string // of the link
	Falls   string
	Hangs   []Link // decisions that cannot go on without it, then those that can with effort
}

// History gives every decision that who asks may see.
type History func(context.Context) (*decision.History, error)

// KeepDecisions tells the site where decisions are kept; until then its register is empty and says why.
func (s *Site) KeepDecisions(h History) { s.history = h }

// soonDays is how far ahead the end of a decision is pointed out.
const soonDays = 60

// Decisions makes the register.
func (s *Site) Decisions(ctx context.Context, r Request, q RegisterQuery) ([]byte, error) {
	b := s.base(r, "decisions", "")
	b.Title, b.Print = b.w("decisions.title"), true
	p := DecisionsPage{Base: b, Kept: s.history != nil, On: b.Day(q.On)}
	if s.history == nil {
		return s.render("decisions", p)
	}
	g, err := s.register(ctx, b, q)
	if err != nil {
		return nil, err
	}
	p.Any, p.Rows, p.Hangs = len(g.h.List) > 0, g.rows, g.hangs
	p.Count, p.CSV = b.n("register.count", len(g.rows)), q.address(b.At("/decisions.csv"))
	if q.filters() {
		p.Clear = b.At("/decisions")
	}
	p.Filter = g.filter(b, q)
	s.spread(&p, g.sp, g.h, g.portfolio)
	return s.render("decisions", p)
}

func (b Base) decisionRow(sp service.Speaker, h *decision.History, d *decision.Decision, lines map[string]decision.Line, on catalog.Date) DecisionRow {
	row := DecisionRow{Link: Link{sp.Text(sp.Names(catalog.Ref{Kind: catalog.Offering, ID: d.Offering})), b.At("/decisions/" + d.Hash[:12])},
		UseCase: b.recordLink(sp, catalog.Ref{Kind: catalog.UseCase, ID: d.UseCase}), Outcome: sp.Text(d.Outcome.Label()), Taken: b.Day(d.DecidedOn), Until: b.Day(d.Until)}
	row.Icon = map[decision.Outcome]string{decision.Approve: "passed", decision.ApproveWithConditions: "passed", decision.Reject: "failed", decision.Defer: "open"}[d.Outcome]
	status := h.Status(d, on)
	row.Status = sp.Text(status.Label())
	row.Class = map[decision.Status]string{decision.InForce: "known", decision.Expired: "expired", decision.Superseded: "absent", decision.NotYet: "unknown"}[status]
	if status == decision.InForce {
		row.Soon = d.Until <= addDays(on, soonDays)
		if n := len(d.Overdue(on)); n > 0 {
			row.Overdue = b.n("decisions.overdue", n)
		}
	}
	if l, ok := lines[d.Hash]; ok {
		v := Verdict{Class: string(l.Verdict), Word: wording.Typeset(b.Lang, service.VerdictText(l.Verdict).In(b.Lang))}
		row.Verdict = &v
	}
	return row
}

func (s *Site) spread(p *DecisionsPage, sp service.Speaker, h *decision.History, x *decision.Portfolio) {
	sum := func(key string, total decision.Sum, words string) {
		value := words
		if total.Unknown >= len(x.Lines) { // a sum of nothing is not zero
			value = p.w("decisions.not_known_all")
		} else if total.Unknown > 0 {
			value += " · " + p.n("decisions.not_known", total.Unknown)
		}
		p.Sums = append(p.Sums, Pair{key, value})
	}
	if len(x.Lines) > 0 {
		sum(p.w("decisions.spend"), x.Spend, wording.Money(p.Lang, x.Spend.Known, "EUR"))
		sum(p.w("decisions.energy"), x.Energy, wording.Unit(p.Lang, x.Energy.Known, "kWh"))
		sum(p.w("decisions.carbon"), x.Carbon, wording.Unit(p.Lang, x.Carbon.Known, "kg CO₂e"))
	}
	for i, c := range x.Concentrations {
		out := Spread{ID: "spread-" + itoa(i), Title: sp.Text(c.Dimension.Label()), Index: p.w("decisions.index", wording.Number(p.Lang, fmt.Sprint(c.Herfindahl)))}
		if c.Unknown > 0 {
			out.Unknown = p.n("decisions.not_known", c.Unknown)
		}
		for _, e := range c.Entries {
			bar := SpreadBar{Name: sp.Text(e.Name), Percent: wording.Percent(p.Lang, service.Points(wording.EN, e.Share)), Width: float64(e.Share) / 100}
			if n := len(e.Falls); n > 0 {
				bar.Falls = p.n("decisions.falls", n)
			}
			for _, hash := range append(append([]string{}, e.Falls...), e.Shaken...) {
				if d := h.Find(hash); d != nil {
					bar.Hangs = append(bar.Hangs, Link{sp.Text(sp.Names(catalog.Ref{Kind: catalog.Offering, ID: d.Offering})), p.At("/decisions/" + d.Hash[:12])})
				}
			}
			bar.Y, bar.Drill, bar.Label = len(out.Bars)*spreadStep, withQuery(p.At("/decisions"), "hangs", string(c.Dimension)+":"+e.ID), p.w("register.drill", bar.Name)
			out.Bars = append(out.Bars, bar)
		}
		if len(out.Bars) > spreadShown+2 {
			out.Bars, out.Rest = out.Bars[:spreadShown], out.Bars[spreadShown:]
			out.More = p.n("register.rest", len(out.Rest))
		}
		if len(out.Bars) > 0 {
			out.Height, out.Says = len(out.Bars)*spreadStep, p.w("register.chart", out.Title)
			p.Concentrations = append(p.Concentrations, out)
		}
	}
}

// DecisionPage is one decision, what it rests on and whether it still holds.
type DecisionPage struct {
	Base
	Row        DecisionRow
	Reason     string
	Conditions []DecisionCondition
	Seen       Verdict
	Score      Bar
	Quorum     string
	Dissent    string
	Drift      string
	Holds      bool
	Changes    []Pair
	Chain      []Link
	Technical  []Pair
	Assessment string
	Again      string // where it is decided again; empty: not by who looks
}

// DecisionCondition is a condition of an approval.
type DecisionCondition struct {
	Text string
	Due  string
	Late bool
}

// Decision makes the page of one decision, named by the beginning of its hash. The error is a *catalog.NotFoundError for
// one that nobody kept.
func (s *Site) Decision(ctx context.Context, r Request, hash string, on catalog.Date) ([]byte, error) {
	b := s.base(r, "decisions", "")
	missing := &catalog.NotFoundError{What: wording.Textf("decision", "décision"), ID: hash}
	if s.history == nil {
		return nil, missing
	}
	h, err := s.history(ctx)
	if err != nil {
		return nil, err
	}
	d := h.Find(hash)
	if d == nil {
		return nil, missing
	}
	names, err := s.svc.Names(ctx, on, on)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, names)
	p := DecisionPage{Base: b, Row: b.decisionRow(sp, h, d, nil, on), Reason: sp.Text(d.Reason), Score: b.bar(d.Score),
		Seen:       Verdict{Class: string(d.Verdict), Word: wording.Typeset(b.Lang, service.VerdictText(d.Verdict).In(b.Lang))},
		Quorum:     b.w("decisions.quorum", len(d.By), d.Quorum),
		Assessment: s.assessmentAddress(b, CompareQuery{UseCase: d.UseCase, Organisation: d.Organisation, On: d.On, KnownOn: d.KnownOn}, d.Offering)}
	p.Title, p.Print = p.Row.Text, true
	if account.Need(ctx, account.Decide) == nil && h.Status(d, on) != decision.Superseded {
		p.Again = withQuery(b.At("/decide"), "offering", d.Offering, "use_case", d.UseCase, "organisation", d.Organisation, "supersedes", d.Hash)
	}
	for _, c := range d.Conditions {
		p.Conditions = append(p.Conditions, DecisionCondition{sp.Text(c.Text), b.w("decisions.due", b.Day(c.Due)), c.Due < on})
	}
	if n := len(d.Dissent); n > 0 {
		p.Dissent = b.n("decisions.dissent", n)
	}
	for _, x := range h.Chain(d) {
		if x != d {
			p.Chain = append(p.Chain, Link{b.w("decisions.of", sp.Text(x.Outcome.Label()), b.Day(x.DecidedOn)), b.At("/decisions/" + x.Hash[:12])})
		}
	}
	p.Technical = []Pair{{b.w("decisions.hash"), d.Hash}, {b.w("tech.assessment"), d.Assessment}, {b.w("tech.dossier"), d.Dossier}}
	if drift, err := s.svc.Drift(ctx, d, on); err == nil {
		p.Drift, p.Holds = sp.Text(drift.Summary), drift.Holds
		for _, f := range drift.Facts {
			if f.SaysOther() {
				p.Changes = append(p.Changes, Pair{sp.Label(f.Path), strings.Join([]string{sp.State(f.Path, f.Before.State, f.Before.Value, f.Before.Disputed), sp.State(f.Path, f.After.State, f.After.Value, f.After.Disputed)}, " → ")})
			}
		}
	} else {
		p.Drift = b.w("decisions.no_drift")
	}
	return s.render("decision", p)
}
