package notify

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/mail"
	"slices"
	"time"

	"vigie/api/fetch"
	"vigie/catalog"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// Channel is how somebody is told.
type Channel string

// The channels.
const (
	Webhook Channel = "webhook"
	Email   Channel = "email"
)

// Allowed implements strict.Enum.
func (Channel) Allowed() []string { return []string{string(Webhook), string(Email)} }

// Subscription is somebody who wants to be told.
type Subscription struct {
	ID       string       `json:"id"`
	Channel  Channel      `json:"channel"`
	Address  string       `json:"address"` // of the web or of mail
	Kinds    []Kind       `json:"kinds"`   // empty: all
	Lang     wording.Lang `json:"lang"`
	Entity   string       `json:"entity,omitempty"` // told of what belongs to it, and of what is shared; empty: of everything
	Active   bool         `json:"active"`
	Revision int64        `json:"revision"`
}

// subscription is what is kept: the secret too, which signs and so must be had again, but sealed: a copy of the database
// signs nothing. It is shown once.
type subscription struct {
	Subscription
	Sealed []byte `json:"sealed,omitempty"`
}

// sealLabel says what a secret was sealed for: it does not open for another address.
func sealLabel(address string) string { return "webhook " + address }

// delivery is one message for one subscription.
type delivery struct {
	Event Event     `json:"event"`
	To    string    `json:"to"` // id of the subscription
	Tries int       `json:"tries"`
	Next  time.Time `json:"next"`
	Last  string    `json:"last,omitempty"` // what the last try met
}

const (
	subscriptions store.DraftSort = "subscription"
	deliveries    store.DraftSort = "delivery"

	pending = "pending"
	done    = "done"
	failed  = "failed"
	active  = "active"
	off     = "off"
)

// waits are the times between tries: some three days in all, then it is given up.
var waits = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour}

// maxSubscriptions bounds how many may be told.
const maxSubscriptions = 200

// Desk keeps who is told, and tells them. It is safe for concurrent use.
type Desk struct {
	Store *store.Store
	Fetch *fetch.Client
	Mail  Mail
	Link  func(l wording.Lang, e Event) string // address of the page about an event; empty: none
	Log   *slog.Logger
	Now   func() time.Time
}

// Add adds a subscription and gives it with the secret of its webhook, which is never shown again.
func (d *Desk) Add(ctx context.Context, s Subscription, by string) (Subscription, string, error) {
	if err := check(s); err != nil {
		return s, "", err
	}
	all, err := d.Subscriptions(ctx, "")
	if err != nil {
		return s, "", err
	}
	if len(all) >= maxSubscriptions {
		return s, "", &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "address", Text: wording.Textf("at most %d may be told", "au plus %d destinataires", maxSubscriptions)}}}
	}
	keep := subscription{Subscription: s}
	keep.Active = true
	secret := ""
	if s.Channel == Webhook {
		secret = NewSecret()
		var err error
		if keep.Sealed, err = d.Store.Seal(sealLabel(s.Address), []byte(secret)); err != nil {
			return s, "", err
		}
	}
	body, err := json.Marshal(keep)
	if err != nil {
		return s, "", err
	}
	row, err := d.Store.AddDraft(ctx, store.Draft{Sort: subscriptions, Entity: s.Entity, State: active, Subject: string(s.Channel), Body: body, ChangedBy: by})
	keep.ID, keep.Revision = row.ID, row.Revision
	return keep.Subscription, secret, err
}

// check finds everything wrong with a subscription.
func check(s Subscription) error {
	bad := &catalog.InvalidError{}
	add := func(path string, t wording.Text) {
		bad.Fields = append(bad.Fields, catalog.FieldError{Path: path, Text: t})
	}
	switch s.Channel {
	case Webhook:
		var refused *fetch.RefusedError
		if _, err := fetch.Check(s.Address); errors.As(err, &refused) {
			add("address", refused.Text)
		}
	case Email:
		if a, err := mail.ParseAddress(s.Address); err != nil || a.Address != s.Address {
			add("address", wording.Textf("an address of mail alone is expected", "une adresse de courriel seule est attendue"))
		}
	default:
		add("channel", wording.Textf("webhook or email is expected", "webhook ou email est attendu"))
	}
	for _, k := range s.Kinds {
		if !slices.Contains(Kinds(), k) {
			add("kinds", wording.Textf("there is no such kind of event", "il n'y a pas d'événement de ce type"))
		}
	}
	if s.Lang != wording.FR && s.Lang != wording.EN {
		add("lang", wording.Textf("fr or en is expected", "fr ou en est attendu"))
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// Subscriptions lists those that an entity may see: its own; the group (empty) sees all.
func (d *Desk) Subscriptions(ctx context.Context, entity string) ([]Subscription, error) {
	out := []Subscription{}
	err := d.each(ctx, func(s subscription, _ store.Draft) {
		if entity == "" || s.Entity == entity {
			out = append(out, s.Subscription)
		}
	})
	return out, err
}

func (d *Desk) each(ctx context.Context, do func(subscription, store.Draft)) error {
	rows, err := d.Store.Drafts(ctx, subscriptions, active, "", "", maxSubscriptions)
	if err != nil {
		return err
	}
	for _, row := range rows {
		s, err := readSubscription(row)
		if err != nil {
			return err
		}
		do(s, row)
	}
	return nil
}

func readSubscription(row store.Draft) (subscription, error) {
	var s subscription
	err := json.Unmarshal(row.Body, &s)
	s.ID, s.Revision, s.Active = row.ID, row.Revision, row.State == active
	return s, err
}

// Subscription reads one; *catalog.NotFoundError when there is none that the entity may see.
func (d *Desk) Subscription(ctx context.Context, id, entity string) (Subscription, error) {
	s, _, err := d.find(ctx, id, entity)
	return s.Subscription, err
}

func (d *Desk) find(ctx context.Context, id, entity string) (subscription, store.Draft, error) {
	missing := &catalog.NotFoundError{What: wording.Textf("subscription", "abonnement"), ID: id}
	row, err := d.Store.Draft(ctx, id)
	var gone *catalog.NotFoundError
	if errors.As(err, &gone) || err == nil && (row.Sort != subscriptions || row.State != active || entity != "" && row.Entity != entity) {
		return subscription{}, row, missing
	}
	if err != nil {
		return subscription{}, row, err
	}
	s, err := readSubscription(row)
	return s, row, err
}

// Remove ends a subscription from the revision that was seen; its address and secret are forgotten.
func (d *Desk) Remove(ctx context.Context, id, entity string, revision int64, by string) error {
	s, row, err := d.find(ctx, id, entity)
	if err != nil {
		return err
	}
	s.Address, s.Sealed, s.Active = "", nil, false
	if row.Body, err = json.Marshal(s); err != nil {
		return err
	}
	row.State, row.Revision, row.ChangedBy = off, revision, by
	_, _, err = d.Store.ReplaceDraft(ctx, row, nil)
	return err
}

// Tell queues events for everybody who wants them; what was queued before is not queued again.
func (d *Desk) Tell(ctx context.Context, events ...Event) error {
	var all []subscription
	if err := d.each(ctx, func(s subscription, _ store.Draft) { all = append(all, s) }); err != nil {
		return err
	}
	for _, e := range events {
		for _, s := range all {
			if !s.wants(e) {
				continue
			}
			if err := d.queue(ctx, s.ID, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// Try queues a test for one subscription.
func (d *Desk) Try(ctx context.Context, id, entity string) error {
	s, _, err := d.find(ctx, id, entity)
	if err != nil {
		return err
	}
	now := d.Now()
	return d.queue(ctx, s.ID, Event{ID: string(Test) + ":" + now.UTC().Format(time.RFC3339Nano), Kind: Test, On: catalog.DateOf(now), Subject: "subscription/" + id,
		Title: wording.Textf("Test", "Essai"), Text: wording.Textf("This receiver can be told.", "Ce destinataire peut être prévenu.")})
}

func (s subscription) wants(e Event) bool {
	if e.Entity != "" && s.Entity != "" && e.Entity != s.Entity {
		return false
	}
	return len(s.Kinds) == 0 || slices.Contains(s.Kinds, e.Kind)
}

func (d *Desk) queue(ctx context.Context, to string, e Event) error {
	subject := to + "/" + e.ID
	known, err := d.Store.Drafts(ctx, deliveries, "", subject, "", 1)
	if err != nil || len(known) > 0 {
		return err
	}
	body, err := json.Marshal(delivery{Event: e, To: to, Next: d.Now().UTC()})
	if err != nil {
		return err
	}
	_, err = d.Store.AddDraft(ctx, store.Draft{Sort: deliveries, Entity: e.Entity, State: pending, Subject: subject, Body: body})
	return err
}

// Deliver sends what is due and gives the number of messages taken by their receivers. What failed waits longer each
// time. Two that deliver at once never both write the outcome; a receiver may then see a message twice.
func (d *Desk) Deliver(ctx context.Context) (int, error) {
	sent, after := 0, ""
	for {
		rows, err := d.Store.Drafts(ctx, deliveries, pending, "", after, 100)
		if err != nil || len(rows) == 0 {
			return sent, err
		}
		for _, row := range rows {
			after = row.ID
			var m delivery
			if err := json.Unmarshal(row.Body, &m); err != nil {
				return sent, err
			}
			if m.Next.After(d.Now()) {
				continue
			}
			ok, err := d.deliver(ctx, row, m)
			if err != nil {
				return sent, err
			}
			if ok {
				sent++
			}
		}
	}
}

func (d *Desk) deliver(ctx context.Context, row store.Draft, m delivery) (bool, error) {
	s, _, err := d.find(ctx, m.To, "")
	var gone *catalog.NotFoundError
	switch {
	case errors.As(err, &gone):
		row.State, m.Last = failed, "unsubscribed"
	case err != nil:
		return false, err
	default:
		row.State, m = d.try(ctx, s, m)
	}
	if row.Body, err = json.Marshal(m); err != nil {
		return false, err
	}
	_, _, err = d.Store.ReplaceDraft(ctx, row, nil)
	var other *store.ConflictError
	if errors.As(err, &other) { // another replica was faster
		return false, nil
	}
	return row.State == done, err
}

// try sends one message and says what becomes of it.
func (d *Desk) try(ctx context.Context, s subscription, m delivery) (string, delivery) {
	err := d.send(ctx, s, m.Event)
	m.Tries++
	if err == nil {
		m.Last = ""
		return done, m
	}
	m.Last = err.Error()
	d.Log.LogAttrs(ctx, slog.LevelWarn, "not delivered", slog.String("subscription", s.ID), slog.String("event", m.Event.ID), slog.Int("tries", m.Tries))
	if m.Tries > len(waits) || errors.Is(err, errGone) {
		return failed, m
	}
	m.Next = d.Now().UTC().Add(waits[m.Tries-1])
	return pending, m
}

var (
	errGone    = errors.New("the receiver is gone")
	errRefused = errors.New("the receiver did not take it")
)

// message is the body of a webhook.
type message struct {
	Type      Kind   `json:"type"`
	Timestamp string `json:"timestamp"`
	Data      Event  `json:"data"`
}

func (d *Desk) send(ctx context.Context, s subscription, e Event) error {
	link := ""
	if d.Link != nil {
		link = d.Link(s.Lang, e)
	}
	now := d.Now()
	if s.Channel == Email {
		text, err := d.Mail.Compose(s.Address, s.Lang, e, link, now)
		if err != nil {
			return err
		}
		return d.Mail.Send(ctx, s.Address, text)
	}
	body, err := catalog.Canonical(message{Type: e.Kind, Timestamp: now.UTC().Format(time.RFC3339), Data: e})
	if err != nil {
		return err
	}
	secret, err := d.Store.Unseal(sealLabel(s.Address), s.Sealed)
	if err != nil {
		return err
	}
	header, err := Sign(string(secret), e.ID, now, body)
	if err != nil {
		return err
	}
	header.Set("Content-Type", "application/json")
	status, err := d.Fetch.Post(ctx, s.Address, header, body)
	switch {
	case err != nil:
		return err
	case status == http.StatusGone:
		return errGone
	case status < 200 || status > 299:
		return errRefused
	}
	return nil
}

// Run delivers every so often until ctx ends. watch is asked now and then what is due.
func (d *Desk) Run(ctx context.Context, every time.Duration, watch func(context.Context) ([]Event, error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var looked catalog.Date
	for {
		if today := catalog.DateOf(d.Now()); today != looked && watch != nil {
			events, err := watch(ctx)
			if err == nil {
				err = d.Tell(ctx, events...)
			}
			if err == nil {
				looked = today
			} else if ctx.Err() == nil {
				d.Log.LogAttrs(ctx, slog.LevelError, "what is due", slog.String("error", err.Error()))
			}
		}
		if _, err := d.Deliver(ctx); err != nil && ctx.Err() == nil {
			d.Log.LogAttrs(ctx, slog.LevelError, "deliveries", slog.String("error", err.Error()))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
