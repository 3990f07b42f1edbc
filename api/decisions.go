package api

import (
	"net/http"

	"vigie/api/contract"
	"vigie/api/notify"
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
	add(s, operation{id: "get-decision", method: http.MethodGet, path: root + "/decisions/{hash}", tag: "decisions", needs: account.Read, stored: true},
		func(c *call, in *hashInput) (*decision.Decision, error) { return s.decision(c, in.Hash) })
	add(s, operation{id: "decision-drift", method: http.MethodGet, path: root + "/decisions/{hash}/drift", tag: "decisions", needs: account.Read, stored: true, heavy: true},
		func(c *call, in *driftInput) (*decision.Drift, error) {
			d, err := s.decision(c, in.Hash)
			if err != nil {
				return nil, err
			}
			return s.svc.Drift(c.ctx, d, in.On)
		})
	add(s, operation{id: "portfolio", method: http.MethodGet, path: root + "/portfolio", tag: "decisions", needs: account.Read, stored: true, heavy: true},
		func(c *call, in *dayInput) (*decision.Portfolio, error) {
			h, _, err := s.svc.DecisionHistory(c.ctx)
			if err != nil {
				return nil, err
			}
			return s.svc.Portfolio(c.ctx, h, in.On)
		})
	add(s, operation{id: "calendar", method: http.MethodGet, path: root + "/calendar.ics", tag: "decisions", needs: account.Read, stored: true, media: []string{mediaCalendar}},
		func(c *call, in *calendarInput) (file, error) {
			today := s.Today()
			noted, err := s.noted(c, today)
			if err != nil {
				return file{}, err
			}
			sources, err := s.svc.Expiring(c.ctx, today)
			if err != nil {
				return file{}, err
			}
			data := notify.Calendar(in.Lang, noted, sources, today.Time())
			return file{media: mediaCalendar + "; charset=utf-8", name: "vigie.ics", tag: catalog.MustHash(string(data)), lang: in.Lang, data: data}, nil
		})
}

const mediaCalendar = "text/calendar"

func (s *server) decision(c *call, hash string) (*decision.Decision, error) {
	h, _, err := s.svc.DecisionHistory(c.ctx)
	if err != nil {
		return nil, err
	}
	if d := h.Find(hash); d != nil {
		return d, nil
	}
	return nil, &catalog.NotFoundError{What: wording.Textf("decision", "décision"), ID: contract.Name(hash)}
}

// noted are the decisions in force on a day, with their entities.
func (s *server) noted(c *call, on catalog.Date) ([]notify.Noted, error) {
	h, entities, err := s.svc.DecisionHistory(c.ctx)
	if err != nil {
		return nil, err
	}
	var out []notify.Noted
	for _, d := range h.InForce(on) {
		out = append(out, notify.Noted{Decision: d, Entity: entities[d.Hash]})
	}
	return out, nil
}

func (s *server) register(c *call, in *registerInput) (registerPage, error) {
	list := key("decisions", in.On, in.Status, in.Offering)
	from, err := in.from(list)
	if err != nil {
		return registerPage{}, err
	}
	h, entities, err := s.svc.DecisionHistory(c.ctx)
	if err != nil {
		return registerPage{}, err
	}
	out := registerPage{Items: []registerLine{}}
	begun := from.After == ""
	for _, d := range h.List {
		if !begun {
			begun = d.Hash == from.After
			continue
		}
		status := h.Status(d, in.On)
		if in.Status != "" && in.Status != string(status) || in.Offering != "" && in.Offering != d.Offering {
			continue
		}
		if len(out.Items) == in.size() {
			out.Next = contract.Cursor{After: out.Items[len(out.Items)-1].Hash}.Write(list)
			c.next(out.Next)
			break
		}
		out.Items = append(out.Items, registerLine{Hash: d.Hash, Offering: d.Offering, UseCase: d.UseCase, Outcome: d.Outcome, Decided: d.DecidedOn, Until: d.Until,
			Status: status, Overdue: len(d.Overdue(in.On)), Entity: entities[d.Hash]})
	}
	return out, nil
}
