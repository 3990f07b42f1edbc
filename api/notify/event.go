// Package notify tells others what happened and what is due: signed webhooks, mail, and a calendar.
//
// What is to be told is kept in the store before it is sent, and stays there until the receiver took it: a stop of the
// program loses nothing. A receiver may get the same message twice and knows it by its id.
package notify

import (
	"slices"
	"strconv"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/decision"
)

// Kind says what an event is about. Subscriptions choose by it.
type Kind string

// The kinds of events.
const (
	DecisionTaken      Kind = "decision.taken"
	DecisionExpires    Kind = "decision.expires"    // its last day comes near, or is over
	DecisionDrifted    Kind = "decision.drifted"    // what was resolved could not be resolved again on today's facts
	ConditionDue       Kind = "condition.due"       // what an approval was made to depend on is due, or late
	CertificateExpires Kind = "certificate.expires" // a source with a last day of validity
	Test               Kind = "test"                // asked for by who set up the receiver
)

// Kinds lists those that can be subscribed to.
func Kinds() []Kind {
	return []Kind{DecisionTaken, DecisionExpires, DecisionDrifted, ConditionDue, CertificateExpires}
}

// Allowed implements strict.Enum.
func (Kind) Allowed() []string {
	var out []string
	for _, k := range Kinds() {
		out = append(out, string(k))
	}
	return out
}

// Event is one thing to tell. It holds no name of a person and no text of a source: who is told reads the rest with
// their own rights.
type Event struct {
	ID       string       `json:"id"` // the same for the same thing, whenever it is found out
	Kind     Kind         `json:"kind"`
	On       catalog.Date `json:"on"`                 // the day that it is about
	Subject  string       `json:"subject"`            // decision/…, source/…
	Offering string       `json:"offering,omitempty"` // that the decision is about
	UseCase  string       `json:"use_case,omitempty"`
	Title    wording.Text `json:"title"`
	Text     wording.Text `json:"text"`
	Entity   string       `json:"entity,omitempty"`
}

// Noted is a decision with the entity that it belongs to.
type Noted struct {
	*decision.Decision
	Entity string
	What   wording.Text // names the offering and the use to a person; zero: by their ids
}

func (n Noted) what() wording.Text {
	if !n.What.IsZero() {
		return n.What
	}
	return wording.Textf("%s for %s", "%s pour %s", n.Offering, n.UseCase)
}

// ahead are the days before a last day on which it is told; 0 is the day itself.
var ahead = []int{90, 30, 7, 0}

// Taken is the event of a new decision.
func Taken(n Noted) Event {
	return Event{ID: string(DecisionTaken) + ":" + n.Hash, Kind: DecisionTaken, On: n.DecidedOn, Subject: "decision/" + n.Hash, Offering: n.Offering, UseCase: n.UseCase, Entity: n.Entity,
		Title: wording.Textf("Decision: %s, %s for %s", "Décision : %s, %s pour %s", n.Outcome.Label(), wording.Same(n.Offering), wording.Same(n.UseCase)),
		Text:  wording.Textf("Decided on %s, in force until %s.", "Décidée le %s, en vigueur jusqu'au %s.", string(n.DecidedOn), string(n.Until))}
}

// Drifted is the event of a decision that no longer holds.
func Drifted(n Noted, d *decision.Drift) Event {
	return Event{ID: string(DecisionDrifted) + ":" + n.Hash + ":" + catalog.MustHash(d.Against)[:16], Kind: DecisionDrifted, On: d.On, Subject: "decision/" + n.Hash, Offering: n.Offering, UseCase: n.UseCase, Entity: n.Entity,
		Title: wording.Textf("No longer holds: %s for %s", "Ne tient plus : %s pour %s", n.Offering, n.UseCase), Text: d.Summary}
}

// DueOf lists what is due about decisions in force, on the days when it is told.
func DueOf(list []Noted, on catalog.Date) []Event {
	var out []Event
	for _, n := range list {
		what := n.what()
		if e, ok := near(Event{Kind: DecisionExpires, Subject: "decision/" + n.Hash, Offering: n.Offering, UseCase: n.UseCase, Entity: n.Entity}, n.Hash, n.Until, on); ok {
			e.Title = wording.Textf("Decision ends on %s: %s", "Décision à échéance le %s : %s", wording.Same(string(n.Until)), what)
			e.Text = wording.Textf("Decide again before it ends, or the offering may no longer be used for this.", "Décider à nouveau avant l'échéance, sinon l'offre ne peut plus servir à cet usage.")
			out = append(out, e)
		}
		for i, c := range n.Conditions {
			if e, ok := near(Event{Kind: ConditionDue, Subject: "decision/" + n.Hash, Offering: n.Offering, UseCase: n.UseCase, Entity: n.Entity}, n.Hash+":"+strconv.Itoa(i), c.Due, on); ok {
				e.Title = wording.Textf("Condition due on %s: %s", "Condition à remplir pour le %s : %s", wording.Same(string(c.Due)), what)
				e.Text = c.Text
				out = append(out, e)
			}
		}
	}
	return out
}

// Expiring lists the sources whose validity ends, on the days when it is told.
func Expiring(list []catalog.Source, on catalog.Date) []Event {
	var out []Event
	for _, s := range list {
		if s.Confidential {
			continue // its title is not for everybody who may be told
		}
		if e, ok := near(Event{Kind: CertificateExpires, Subject: "source/" + s.ID}, s.ID, s.ValidUntil, on); ok {
			e.Title = wording.Textf("Valid until %s: %s", "Valable jusqu'au %s : %s", string(s.ValidUntil), s.Title)
			e.Text = wording.Textf("What rests on this source alone will count as weaker, or as unknown.", "Ce qui ne repose que sur cette source comptera comme plus faible, ou comme inconnu.")
			out = append(out, e)
		}
	}
	return out
}

// near completes an event when its day is one of those ahead. Each step is told once: whoever looks only now and then
// finds the nearest step that has begun.
func near(e Event, what string, last, on catalog.Date) (Event, bool) {
	if last == "" {
		return e, false
	}
	left := int(last.Time().Sub(on.Time()).Hours() / 24)
	i := slices.IndexFunc(ahead, func(n int) bool { return left > n })
	switch {
	case i == 0:
		return e, false
	case i < 0:
		i = len(ahead)
	}
	e.ID = string(e.Kind) + ":" + what + ":" + string(last) + ":" + strconv.Itoa(ahead[i-1])
	e.On = last
	return e, true
}
