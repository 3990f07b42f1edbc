package api

import (
	"context"
	"log/slog"
	"net/http"

	"vigie/api/contract"
	"vigie/api/notify"
	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/wording"
	"vigie/evaluator/decision"
)

// registerLine is a decision as a register shows it.
type registerLine struct {
	Hash     string           `json:"hash"`
	Offering string           `json:"offering"`
	UseCase  string           `json:"use_case"`
	Outcome  decision.Outcome `json:"outcome"`
	Decided  catalog.Date     `json:"decided_on"`
	Until    catalog.Date     `json:"until"`
	Status   decision.Status  `json:"status"` // on the day asked
	Overdue  int              `json:"overdue"`
	Entity   string           `json:"entity,omitempty"`
}

// registerPage is one page of the register.
type registerPage struct {
	Items []registerLine `json:"items"`
	Next  string         `json:"next,omitempty"`
}

type registerInput struct {
	On       catalog.Date `query:"on" otherwise:"today"`
	Status   string       `query:"status" enum:"in_force,superseded,expired,not_yet"`
	Offering string       `query:"offering_id"`
	UseCase  string       `query:"use_case"`
	paging
}

type dayInput struct {
	On catalog.Date `query:"on" otherwise:"today"`
}

type driftInput struct {
	Hash string       `path:"hash"`
	On   catalog.Date `query:"on" otherwise:"today"`
}

type calendarInput struct {
	Lang wording.Lang `query:"lang"`
}

func (s *server) decisionOperations() {
	add(s, operation{id: "list-decisions", method: http.MethodGet, path: root + "/decisions", tag: "decisions", needs: account.Read, stored: true}, s.register)
	add(s, operation{id: "take-decision", method: http.MethodPost, path: root + "/decisions", tag: "decisions", needs: account.Decide, status: http.StatusCreated, stored: true, errors: []int{http.StatusNotFound, http.StatusConflict}}, s.takeDecision)
	add(s, operation{id: "get-decision", method: http.MethodGet, path: root + "/decisions/{hash}", tag: "decisions", needs: account.Read, stored: true},
		func(c *call, in *driftInput) (*service.Decided, error) { return s.svc.Decision(c.ctx, in.Hash, in.On) })
	add(s, operation{id: "decision-drift", method: http.MethodGet, path: root + "/decisions/{hash}/drift", tag: "decisions", needs: account.Read, stored: true, heavy: true},
		func(c *call, in *driftInput) (*decision.Drift, error) {
			return s.svc.DriftKept(c.ctx, in.Hash, in.On)
		})
	add(s, operation{id: "portfolio", method: http.MethodGet, path: root + "/portfolio", tag: "decisions", needs: account.Read, stored: true, heavy: true},
		func(c *call, in *dayInput) (*decision.Portfolio, error) {
			return s.svc.PortfolioKept(c.ctx, in.On)
		})
	add(s, operation{id: "calendar", method: http.MethodGet, path: root + "/calendar.ics", tag: "decisions", needs: account.Read, stored: true, media: []string{mediaCalendar}},
		func(c *call, in *calendarInput) (file, error) {
			data, err := s.calendar(c.ctx, in.Lang)
			if err != nil {
				return file{}, err
			}
			return file{media: mediaCalendar + "; charset=utf-8", name: "vigie.ics", tag: catalog.MustHash(string(data)), lang: in.Lang, data: data}, nil
		})
}

const mediaCalendar = "text/calendar"

// noted are the decisions in force on a day, with their entities.
func (s *server) noted(ctx context.Context, on catalog.Date) ([]notify.Noted, error) {
	h, entities, err := s.svc.DecisionHistory(ctx)
	if err != nil {
		return nil, err
	}
	names, err := s.svc.Names(ctx, on, on)
	if err != nil {
		return nil, err
	}
	var out []notify.Noted
	for _, d := range h.InForce(on) {
		what := wording.Textf("%s, for %s", "%s, pour %s", names.Name(catalog.Ref{Kind: catalog.Offering, ID: d.Offering}), names.Name(catalog.Ref{Kind: catalog.UseCase, ID: d.UseCase}))
		out = append(out, notify.Noted{Decision: d, Entity: entities[d.Hash], What: what})
	}
	return out, nil
}

// calendar writes what ends and is due, for who asks.
func (s *server) calendar(ctx context.Context, l wording.Lang) ([]byte, error) {
	today := s.Today()
	noted, err := s.noted(ctx, today)
	if err != nil {
		return nil, err
	}
	sources, err := s.svc.Expiring(ctx, today)
	if err != nil {
		return nil, err
	}
	return notify.Calendar(l, noted, sources, today.Time()), nil
}

func (s *server) register(c *call, in *registerInput) (registerPage, error) {
	list := key("decisions", in.On, in.Status, in.Offering, in.UseCase)
	from, err := in.from(list)
	if err != nil {
		return registerPage{}, err
	}
	all, err := s.svc.Decisions(c.ctx, service.DecisionQuery{Offering: in.Offering, UseCase: in.UseCase, On: in.On, Status: decision.Status(in.Status)})
	if err != nil {
		return registerPage{}, err
	}
	out := registerPage{Items: []registerLine{}}
	begun := from.After == ""
	for _, d := range all {
		if !begun {
			begun = d.Hash == from.After
			continue
		}
		if len(out.Items) == in.size() {
			out.Next = contract.Cursor{After: out.Items[len(out.Items)-1].Hash}.Write(list)
			c.next(out.Next)
			break
		}
		out.Items = append(out.Items, registerLine{Hash: d.Hash, Offering: d.Offering, UseCase: d.UseCase, Outcome: d.Outcome, Decided: d.DecidedOn, Until: d.Until,
			Status: d.Status, Overdue: len(d.Overdue), Entity: d.Entity})
	}
	return out, nil
}

// resolutionBody is what a committee resolved on an assessment that was kept.
type resolutionBody struct {
	Assessment string           `json:"assessment" pattern:"^[0-9a-f]{64}$"`
	Comparison string           `json:"comparison,omitempty" pattern:"^[0-9a-f]{64}$"`
	Outcome    decision.Outcome `json:"outcome" filled:"true"`
	Conditions []conditionBody  `json:"conditions,omitempty" maxItems:"100"`
	By         []string         `json:"by" minItems:"1" maxItems:"100"`
	Quorum     int              `json:"quorum" minimum:"1" maximum:"100"`
	Dissent    []dissentBody    `json:"dissent,omitempty" maxItems:"100"`
	DecidedOn  catalog.Date     `json:"decided_on,omitempty"`
	Until      catalog.Date     `json:"until"`
	Reason     wording.Text     `json:"reason"`
	Supersedes string           `json:"supersedes,omitempty" pattern:"^[0-9a-f]{64}$"`
}

type conditionBody struct {
	Text     wording.Text `json:"text"`
	Owner    string       `json:"owner" minLength:"1" maxLength:"200"`
	Due      catalog.Date `json:"due"`
	KnockOut string       `json:"knock_out,omitempty" maxLength:"200"`
}

type dissentBody struct {
	By   string `json:"by" minLength:"1" maxLength:"200"`
	Text string `json:"text,omitempty" maxLength:"10000"`
}

type resolutionInput struct{ Body resolutionBody }

func (s *server) takeDecision(c *call, in *resolutionInput) (*decision.Decision, error) {
	q := in.Body
	r := service.DecisionRequest{Assessment: q.Assessment, Comparison: q.Comparison, DissentTexts: map[string]string{}}
	r.Draft = decision.Draft{Outcome: q.Outcome, Conditions: []decision.Condition{}, By: q.By, Quorum: q.Quorum, Dissent: []decision.Dissent{}, DecidedOn: or(q.DecidedOn, s.Today()),
		Until: q.Until, Reason: q.Reason, Supersedes: q.Supersedes}
	for _, x := range q.Conditions {
		r.Conditions = append(r.Conditions, decision.Condition{Text: x.Text, Owner: x.Owner, Due: x.Due, KnockOut: x.KnockOut})
	}
	for _, x := range q.Dissent {
		r.Dissent = append(r.Dissent, decision.Dissent{By: x.By})
		if x.Text != "" {
			r.DissentTexts[x.By] = x.Text
		}
	}
	d, _, err := s.svc.TakeDecision(c.ctx, r)
	if err != nil {
		return nil, placedClaims(err)
	}
	c.created("decisions", d.Hash)
	s.tellDecided(c, d.Hash)
	return d, nil
}

// tellDecided queues what is told of a new decision. The decision stands whatever becomes of that.
func (s *server) tellDecided(c *call, hash string) {
	if s.Notify == nil {
		return
	}
	d, err := s.svc.Decision(c.ctx, hash, s.Today())
	if err == nil {
		err = s.Notify.Tell(c.ctx, notify.Taken(notify.Noted{Decision: d.Decision, Entity: d.Entity}))
	}
	if err != nil {
		s.Log.LogAttrs(c.ctx, slog.LevelError, "a decision was not told", slog.String(requestIDKey, c.GetString(requestIDKey)), slog.String("error", err.Error()))
	}
}
