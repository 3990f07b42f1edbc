package web

import (
	"context"
	"slices"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/decision"
)

// RegisterQuery says which decisions of the register are shown. Empty fields do not count.
type RegisterQuery struct {
	Find    string
	Status  string // a decision.Status, or "drifted" or "soon"
	Outcome string
	UseCase string
	Hangs   string // dimension:id of a concentration: what depends on it alone
	On      catalog.Date
}

func (q RegisterQuery) filters() bool {
	return q.Find+q.Status+q.Outcome+q.UseCase+q.Hangs != ""
}

func (q RegisterQuery) address(path string) string {
	return withQuery(path, "find", q.Find, "status", q.Status, "outcome", q.Outcome, "use_case", q.UseCase, "hangs", q.Hangs)
}

// The statuses of the register besides those of decisions.
const (
	statusDrifted = "drifted"
	statusSoon    = "soon"
)

// RegisterChoices lists what a filter of the register can be.
func RegisterChoices(filter string) []string {
	if filter == "outcome" {
		return decision.Outcome("").Allowed()
	}
	return []string{string(decision.InForce), statusSoon, statusDrifted, string(decision.Expired), string(decision.Superseded), string(decision.NotYet)}
}

// RegisterFilter is the form above the register.
type RegisterFilter struct {
	Action   string
	Find     string
	Statuses []Option
	Outcomes []Option
	Uses     []Option
	Hangs    string
}

// spreadStep is the height of a bar of a drawing with the room below it.
const spreadStep = 16

// registered are the decisions that a query leaves, and what they are read from.
type registered struct {
	h         *decision.History
	sp        service.Speaker
	portfolio *decision.Portfolio
	rows      []DecisionRow
	hangs     string
}

// register reads the decisions that a query leaves, the newest first.
func (s *Site) register(ctx context.Context, b Base, q RegisterQuery) (*registered, error) {
	h, err := s.history(ctx)
	if err != nil {
		return nil, err
	}
	names, err := s.svc.Names(ctx, q.On, q.On)
	if err != nil {
		return nil, err
	}
	g := &registered{h: h, sp: s.svc.Speaker(b.Lang, names)}
	if g.portfolio, err = s.svc.Portfolio(ctx, h, q.On); err != nil {
		return nil, err
	}
	lines := map[string]decision.Line{}
	for _, l := range g.portfolio.Lines {
		lines[l.Decision] = l
	}
	hanging, named := hangingOn(g.portfolio, q.Hangs)
	if q.Hangs != "" {
		g.hangs = b.w("register.hangs", g.sp.Text(named))
	}
	for _, d := range slices.Backward(h.List) {
		row := b.decisionRow(g.sp, h, d, lines, q.On)
		row.decision = d
		if h.Status(d, q.On) == decision.InForce {
			row.holds = b.w("register.holds")
			if row.Drifted = s.drifted(ctx, d, q.On); row.Drifted {
				row.holds = b.w("register.drifted")
			}
		}
		status := string(h.Status(d, q.On))
		switch {
		case q.Hangs != "" && !slices.Contains(hanging, d.Hash),
			q.Outcome != "" && q.Outcome != string(d.Outcome),
			q.UseCase != "" && q.UseCase != d.UseCase,
			q.Find != "" && !hasWords(folded(row.Text+" "+row.UseCase.Text), folded(q.Find)),
			q.Status == statusDrifted && !row.Drifted,
			q.Status == statusSoon && !row.Soon,
			q.Status != "" && q.Status != statusDrifted && q.Status != statusSoon && q.Status != status:
			continue
		}
		g.rows = append(g.rows, row)
	}
	return g, nil
}

// drifted reports whether what was resolved could not be resolved again today. What cannot be judged any more is told on
// its own page.
func (s *Site) drifted(ctx context.Context, d *decision.Decision, on catalog.Date) bool {
	res, err := s.svc.Assess(ctx, service.Request{Offering: d.Offering, UseCase: d.UseCase, Organisation: d.Organisation, On: on})
	if err != nil {
		return false
	}
	holds, _ := d.HoldsOn(res.Assessment)
	return !holds
}

// hangingOn lists the decisions that depend on an entry of a concentration, named dimension:id, and names it.
func hangingOn(x *decision.Portfolio, name string) ([]string, wording.Text) {
	dimension, id, _ := strings.Cut(name, ":")
	for _, c := range x.Concentrations {
		for _, e := range c.Entries {
			if string(c.Dimension) == dimension && e.ID == id {
				return append(slices.Clone(e.Falls), e.Shaken...), e.Name
			}
		}
	}
	return nil, wording.Same(id)
}

func (g *registered) filter(b Base, q RegisterQuery) RegisterFilter {
	f := RegisterFilter{Action: b.At("/decisions"), Find: q.Find, Hangs: q.Hangs}
	any := Option{Label: b.w("register.any")}
	f.Statuses, f.Outcomes, f.Uses = []Option{any}, []Option{any}, []Option{any}
	for _, x := range RegisterChoices("status") {
		label := g.sp.Text(decision.Status(x).Label())
		switch x {
		case statusDrifted:
			label = b.w("register.drifted")
		case statusSoon:
			label = b.w("decisions.soon")
		}
		f.Statuses = append(f.Statuses, Option{x, label, x == q.Status})
	}
	for _, x := range RegisterChoices("outcome") {
		f.Outcomes = append(f.Outcomes, Option{x, g.sp.Text(decision.Outcome(x).Label()), x == q.Outcome})
	}
	seen := map[string]bool{}
	for _, d := range g.h.List {
		if !seen[d.UseCase] {
			seen[d.UseCase] = true
			f.Uses = append(f.Uses, Option{d.UseCase, g.sp.Text(g.sp.Names(catalog.Ref{Kind: catalog.UseCase, ID: d.UseCase})), d.UseCase == q.UseCase})
		}
	}
	return f
}

// DecisionsCSV writes what a query leaves of the register, in the language of the reader.
func (s *Site) DecisionsCSV(ctx context.Context, r Request, q RegisterQuery) ([]byte, error) {
	b := s.base(r, "decisions", "")
	var out strings.Builder
	writeCSV(&out, []string{b.w("compare.offering"), b.w("register.use"), b.w("decisions.outcome"), b.w("decisions.status"), b.w("decisions.taken"), b.w("decisions.until"), b.w("decisions.drift"), b.w("decisions.today"), b.w("decisions.conditions"), b.w("decisions.hash")})
	if s.history == nil {
		return []byte(out.String()), nil
	}
	g, err := s.register(ctx, b, q)
	if err != nil {
		return nil, err
	}
	for _, row := range g.rows {
		verdict := ""
		if row.Verdict != nil {
			verdict = row.Verdict.Word
		}
		d := row.decision
		writeCSV(&out, []string{row.Text, row.UseCase.Text, row.Outcome, row.Status, string(d.DecidedOn), string(d.Until), row.holds, verdict, itoa(len(d.Conditions)), d.Hash})
	}
	return []byte(out.String()), nil
}
