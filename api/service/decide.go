package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/decision"
)

// DecisionRequest is what a committee resolved, and on what: a kept assessment, or what the request gives now. People are
// named by the opaque ids of their accounts, or of those that AddPerson gives to somebody who has none.
type DecisionRequest struct {
	decision.Draft
	Request
	// Assessment, when given, is the hash of the kept assessment decided on; Request does not count then.
	Assessment string
	// Comparison, when given, is the hash of a kept comparison that holds the assessment. Rivals, when given instead, are
	// compared with the offering now.
	Comparison string
	Rivals     []string
	// Saw is the hash of the assessment that was looked at; empty: the one of now.
	Saw string
	// DissentTexts are what those who disagreed wrote, by their opaque ids. They are kept where they can be erased.
	DissentTexts map[string]string
}

// ChangedError says that what somebody looked at is no longer what would be judged now.
type ChangedError struct{ Saw, Now string }

func (e *ChangedError) Error() string { return e.In(wording.EN) }

// In writes the error in one language.
func (e *ChangedError) In(l wording.Lang) string {
	return wording.Typeset(l, wording.Textf("the facts changed since you looked: the assessment was %s and is now %s; look again, then decide",
		"les faits ont changé depuis votre lecture : l'évaluation était %s, elle est %s ; relire, puis décider", e.Saw[:min(12, len(e.Saw))], e.Now[:min(12, len(e.Now))]).In(l))
}

// AddPerson keeps the name of somebody who takes part in decisions and has no account, and gives their opaque id. The name
// can be erased.
func (s *Service) AddPerson(ctx context.Context, name string) (string, error) {
	p, err := s.writer(ctx, account.Decide)
	if err != nil {
		return "", err
	}
	if name == "" {
		return "", &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "name", Text: wording.Textf("a name is needed", "il faut un nom")}}}
	}
	return s.Store.PutPerson(ctx, store.Person{Fields: map[string]string{"name": name}}, p.Entity)
}

// AddPersonOnce is AddPerson under a key that whoever sends the same form again has too: the second time it gives the
// person who was made the first time. The id tells nothing of the name to who does not have the key.
func (s *Service) AddPersonOnce(ctx context.Context, key, name string) (string, error) {
	if key == "" || name == "" {
		return s.AddPerson(ctx, name)
	}
	p, err := s.writer(ctx, account.Decide)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(key + "\x00" + name))
	id := hex.EncodeToString(sum[:10])
	if have, err := s.Store.Person(ctx, id); err == nil && have.Fields["name"] == name {
		return id, nil
	} else if missing := (*catalog.NotFoundError)(nil); err != nil && !errors.As(err, &missing) {
		return "", err
	}
	return s.Store.PutPerson(ctx, store.Person{ID: id, Fields: map[string]string{"name": name}}, p.Entity)
}

// TakeDecision records what the committee resolved, once: the same again changes nothing. Errors, besides those of Record:
// *catalog.InvalidError with everything that is wrong, *catalog.NotFoundError for an assessment that was not kept,
// *ChangedError, *store.ConflictError when the decision to supersede is superseded already.
func (s *Service) TakeDecision(ctx context.Context, r DecisionRequest) (*decision.Decision, *Kept, error) {
	p, err := s.writer(ctx, account.Decide)
	if err != nil {
		return nil, nil, err
	}
	if len(r.By) == 0 {
		r.By = []string{person(p)}
	}
	kept, res, err := s.decideOn(ctx, p, r)
	if err != nil {
		return nil, nil, err
	}
	compared, err := s.decideAgainst(ctx, p, r, res)
	if err != nil {
		return nil, nil, err
	}
	entity := p.Entity
	if entity == "" {
		entity = kept.Entity
	}
	draft, notes := r.Draft, map[string]decision.Dissent{}
	draft.Dissent = slices.Clone(r.Dissent)
	for i, x := range draft.Dissent {
		if text := r.DissentTexts[x.By]; text != "" {
			// The same resolution sent twice has the same notes: their id is made from it.
			x.Note = noteID(entity, res.Assessment.Hash, r.Draft, x.By, text)
			draft.Dissent[i], notes[x.Note] = x, x
		}
	}
	d, err := decision.New(draft, res.Assessment, compared)
	if err != nil {
		return nil, nil, err
	}
	if err := s.supersedes(ctx, d, entity); err != nil {
		return nil, nil, err
	}
	body, err := decisionBody(d)
	if err != nil {
		return nil, nil, err
	}
	for id, x := range notes {
		if err := s.keepNote(ctx, id, x.By, r.DissentTexts[x.By], entity); err != nil {
			return nil, nil, err
		}
	}
	b := s.batch(p, "")
	b.Entity, b.Scope = entity, nil
	index := map[string]string{"offering": d.Offering, "on": string(d.DecidedOn), "until": string(d.Until), "outcome": string(d.Outcome), "assessment": d.Assessment, "engine": s.Version}
	for k, v := range map[string]string{"use_case": d.UseCase, "organisation": d.Organisation, "supersedes": d.Supersedes} {
		if v != "" {
			index[k] = v
		}
	}
	doc := store.Document{Kind: store.Decision, Body: body, Index: index}
	if d.Supersedes != "" {
		doc.Sole = "supersedes" // two committees at once: the second is told
	}
	b.Documents = []store.Document{doc}
	receipt, err := s.Store.Record(ctx, b)
	if err != nil {
		return nil, nil, err
	}
	e, err := s.Store.In(store.Everything()).Entry(ctx, store.Decision, d.Hash)
	return d, &Kept{Hash: d.Hash, Leaf: e.Leaf, Entity: e.Entity, New: receipt.Leaves > 0}, err
}

// decideOn is the assessment that a decision is bound to.
func (s *Service) decideOn(ctx context.Context, p *account.Principal, r DecisionRequest) (*Kept, *Result, error) {
	if r.Assessment == "" {
		if r.Saw != "" {
			now, err := s.Assess(ctx, r.Request)
			if err != nil {
				return nil, nil, err
			}
			if now.Assessment.Hash != r.Saw {
				return nil, nil, &ChangedError{r.Saw, now.Assessment.Hash}
			}
		}
		return s.keepAssessment(ctx, p, r.Request)
	}
	res, err := s.KeptAssessment(ctx, r.Assessment)
	if err != nil {
		return nil, nil, err
	}
	e, err := s.Store.In(store.Everything()).Entry(ctx, store.Assessment, r.Assessment)
	return &Kept{Hash: e.Hash, Leaf: e.Leaf, Entity: e.Entity}, res, err
}

// decideAgainst is the comparison that led to a decision; nil: none.
func (s *Service) decideAgainst(ctx context.Context, p *account.Principal, r DecisionRequest, res *Result) (*evaluator.Comparison, error) {
	switch {
	case r.Comparison != "":
		c, err := s.KeptComparison(ctx, r.Comparison)
		if err != nil {
			return nil, err
		}
		return c.Comparison, nil
	case len(r.Rivals) > 0:
		a := res.Assessment
		_, c, err := s.keepComparison(ctx, p, CompareRequest{Offerings: append([]string{a.Offering}, r.Rivals...), UseCase: a.UseCase, Organisation: r.Organisation, Weights: r.Weights, Framework: r.Framework, On: a.On, KnownOn: a.KnownOn})
		if err != nil {
			return nil, err
		}
		return c.Comparison, nil
	}
	return nil, nil
}

// decisionBody is what the store keeps: a decision without its hash, so that its hash names the bytes.
func decisionBody(d *decision.Decision) ([]byte, error) {
	x := *d
	x.Hash = ""
	body, err := catalog.Canonical(x)
	if err != nil {
		return nil, err
	}
	if got := (store.Document{Body: body}).Hash(); got != d.Hash {
		return nil, fmt.Errorf("decision %s: its bytes have the hash %s", d.Hash, got)
	}
	return body, nil
}

// supersedes refuses a decision that takes the place of one that another took the place of already, or that is about
// something else.
func (s *Service) supersedes(ctx context.Context, d *decision.Decision, entity string) error {
	if d.Supersedes == "" {
		return nil
	}
	in := s.Store.In(store.Everything())
	if entity != "" {
		in = s.Store.In(store.Within(entity))
	}
	if _, err := in.Entry(ctx, store.Decision, d.Supersedes); err != nil {
		return err
	}
	later, err := in.Documents(ctx, store.Decision, map[string]string{"supersedes": d.Supersedes}, 0, 1)
	if err != nil {
		return err
	}
	if len(later) > 0 && later[0].Hash != d.Hash {
		return store.NewConflict("that decision was superseded already, by %s: look at the newest one", "cette décision a déjà été remplacée, par %s : regarder la plus récente", later[0].Hash)
	}
	chain := []*decision.Decision{d}
	for x := d.Supersedes; x != ""; {
		old, err := s.decision(ctx, in, x)
		if err != nil {
			return err
		}
		chain, x = append(chain, old), old.Supersedes
	}
	_, err = decision.NewHistory(chain)
	return err
}

func noteID(entity, assessment string, d decision.Draft, by, text string) string {
	return "note-" + catalog.MustHash([]any{entity, assessment, d, by, text})[:32]
}

// keepNote keeps the words of a dissent once.
func (s *Service) keepNote(ctx context.Context, id, by, text, entity string) error {
	if _, err := s.Store.Person(ctx, id); err == nil || !isNotFound(err) {
		return err
	}
	_, err := s.Store.PutPerson(ctx, store.Person{ID: id, Fields: map[string]string{"dissent": text, "by": by}}, entity)
	return err
}

// Decided is a line of the register of decisions.
type Decided struct {
	*decision.Decision
	Status  decision.Status      `json:"status"`
	Overdue []decision.Condition `json:"overdue"` // conditions whose day is over
	Leaf    int64                `json:"leaf"`
	Entity  string               `json:"entity,omitempty"`
}

// DecisionQuery says which decisions to list. Empty fields do not count.
type DecisionQuery struct {
	Offering, UseCase, Organisation string
	On                              catalog.Date // the day on which their status is told
	Status                          decision.Status
}

// Decisions is the register: every decision that who asks may see, newest first, with where it stands on a day.
func (s *Service) Decisions(ctx context.Context, q DecisionQuery) ([]Decided, error) {
	h, entries, err := s.history(ctx)
	if err != nil {
		return nil, err
	}
	out := []Decided{}
	for _, e := range entries {
		d := h.Find(e.Hash)
		if q.Offering != "" && q.Offering != d.Offering || q.UseCase != "" && q.UseCase != d.UseCase || q.Organisation != "" && q.Organisation != d.Organisation {
			continue
		}
		x := Decided{Decision: d, Status: h.Status(d, q.On), Overdue: d.Overdue(q.On), Leaf: e.Leaf, Entity: e.Entity}
		if x.Overdue == nil {
			x.Overdue = []decision.Condition{}
		}
		if q.Status == "" || q.Status == x.Status {
			out = append(out, x)
		}
	}
	return out, nil
}

// Decision reads one decision, by its hash.
func (s *Service) Decision(ctx context.Context, hash string, on catalog.Date) (*Decided, error) {
	h, entries, err := s.history(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.Hash == hash {
			d := h.Find(hash)
			return &Decided{Decision: d, Status: h.Status(d, on), Overdue: append([]decision.Condition{}, d.Overdue(on)...), Leaf: e.Leaf, Entity: e.Entity}, nil
		}
	}
	return nil, &catalog.NotFoundError{What: store.Decision.Label().Lower(), ID: hash}
}

// Person tells by what name somebody in a decision is known, and what a note of dissent says; empty once erased.
func (s *Service) Person(ctx context.Context, id string) (store.Person, error) {
	in, err := s.ledger(ctx, account.Read)
	if err != nil {
		return store.Person{}, err
	}
	p, err := in.Person(ctx, id)
	if err != nil {
		return store.Person{}, err
	}
	for k := range p.Fields { // an account has more than a name: that is for who administers it
		if !slices.Contains([]string{"name", "dissent", "by"}, k) {
			delete(p.Fields, k)
		}
	}
	return p, nil
}

// history reads every decision that who asks may see, and where each stands in the log, newest first.
func (s *Service) history(ctx context.Context) (*decision.History, []store.DocumentEntry, error) {
	in, err := s.ledger(ctx, account.Read)
	if err != nil {
		return nil, nil, err
	}
	var entries []store.DocumentEntry
	for before := int64(0); ; {
		page, err := in.Documents(ctx, store.Decision, nil, before, maxListed)
		if err != nil {
			return nil, nil, err
		}
		entries = append(entries, page...)
		if len(page) < maxListed {
			break
		}
		before = page[len(page)-1].Leaf
	}
	list := make([]*decision.Decision, len(entries))
	for i, e := range entries {
		if list[i], err = s.decision(ctx, in, e.Hash); err != nil {
			return nil, nil, err
		}
	}
	h, err := decision.NewHistory(list)
	return h, entries, err
}

func (s *Service) decision(ctx context.Context, in store.Reader, hash string) (*decision.Decision, error) {
	if kept, ok := s.decided.Load(hash); ok { // in's scope held it when it was listed
		return kept.(*decision.Decision), nil
	}
	d, err := readKept[decision.Decision](ctx, in, store.Decision, hash)
	if err != nil {
		return nil, err
	}
	d.Hash = hash
	s.decided.Store(hash, d)
	return d, nil
}

// DriftKept says what happened to a kept decision since it was taken, on the facts of a day.
func (s *Service) DriftKept(ctx context.Context, hash string, on catalog.Date) (*decision.Drift, error) {
	d, err := s.Decision(ctx, hash, on)
	if err != nil {
		return nil, err
	}
	return s.Drift(ctx, d.Decision, on)
}

// PortfolioKept adds up every kept decision in force on a day that who asks may see.
func (s *Service) PortfolioKept(ctx context.Context, on catalog.Date) (*decision.Portfolio, error) {
	h, _, err := s.history(ctx)
	if err != nil {
		return nil, err
	}
	return s.Portfolio(ctx, h, on)
}

// WhatIfKept says what assumptions make of every kept decision in force on a day.
func (s *Service) WhatIfKept(ctx context.Context, on catalog.Date, list []catalog.Assumption) (*evaluator.WhatIf, error) {
	h, _, err := s.history(ctx)
	if err != nil {
		return nil, err
	}
	return s.WhatIfDecided(ctx, h, on, list)
}
