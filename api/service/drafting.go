package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator/framework"
)

// frameworkDraft is a framework that is being written. It belongs to the house, or to the entity of who began it, and
// whoever may configure there writes it.
const frameworkDraft store.DraftSort = "framework"

// The states of a framework that is being written.
const (
	FrameworkOpen      = "open"
	FrameworkDone      = "published"
	FrameworkDiscarded = "discarded"
)

const frameworkDraftFormat = "vigie-framework-draft/1"

// maxDraftChanges bounds how many changes can be taken back.
const maxDraftChanges = 100

// FrameworkDraft is a framework that is being written, with what was done to it. It may hold faults: it is judged when
// it is published.
type FrameworkDraft struct {
	ID       string    `json:"-"`
	Revision int64     `json:"-"`
	State    string    `json:"-"`
	Entity   string    `json:"-"`
	By       string    `json:"-"` // who changed it last
	Changed  time.Time `json:"-"`

	Format    string                 `json:"format"`
	From      string                 `json:"from"`      // hash of the framework that it began as
	FromName  string                 `json:"from_name"` // id@version of that one
	Published string                 `json:"published"` // hash, once published
	Framework *framework.Framework   `json:"framework"` // its criteria in the order of their families
	Weights   []*framework.WeightSet `json:"weights"`   // that come with it, sorted by id
	Past      []DraftChange          `json:"past"`      // oldest first
}

// DraftChange is one change of a draft, with what it takes to undo it: the order of the criteria as it was, those that
// differ, and the rest when it does.
type DraftChange struct {
	By       string                 `json:"by"`
	AtNs     int64                  `json:"at_ns"`
	What     wording.Text           `json:"what"`
	Order    []string               `json:"order"`
	Criteria []*framework.Criterion `json:"criteria,omitempty"`
	Rest     *framework.Framework   `json:"rest,omitempty"`
	Weights  []*framework.WeightSet `json:"weights,omitempty"`
}

// At is when the change was made.
func (c DraftChange) At() time.Time { return time.Unix(0, c.AtNs).UTC() }

func decodeDraft(d store.Draft) (*FrameworkDraft, error) {
	out := &FrameworkDraft{}
	if err := json.Unmarshal(d.Body, out); err != nil {
		return nil, fmt.Errorf("draft %s: %w", d.ID, err)
	}
	out.ID, out.Revision, out.State, out.Entity, out.By, out.Changed = d.ID, d.Revision, d.State, d.Entity, d.ChangedBy, time.Unix(0, d.ChangedNs).UTC()
	if n := len(out.Past); n > 0 && out.Past[n-1].AtNs == 0 { // the store told the hour of the newest when it took it in
		out.Past[n-1].AtNs = d.ChangedNs
	}
	return out, nil
}

// FrameworkDrafts lists the frameworks that are being written, oldest first.
func (s *Service) FrameworkDrafts(ctx context.Context) ([]*FrameworkDraft, error) {
	list, err := s.Drafts(ctx, account.Configure, frameworkDraft, FrameworkOpen, "", "", maxListed)
	if err != nil {
		return nil, err
	}
	out := make([]*FrameworkDraft, 0, len(list))
	for _, d := range list {
		x, err := decodeDraft(d)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// FrameworkDraft reads one framework that is being written.
func (s *Service) FrameworkDraft(ctx context.Context, id string) (*FrameworkDraft, error) {
	d, err := s.Draft(ctx, account.Configure, frameworkDraft, id)
	if err != nil {
		return nil, err
	}
	return decodeDraft(d)
}

// FrameworkOf gives a framework to read, compiled: id@version or hash; empty: the one judged under when none is named.
func (s *Service) FrameworkOf(ctx context.Context, ref string) (*framework.Compiled, error) {
	u, err := s.under(ctx, ref)
	if err != nil {
		return nil, err
	}
	return u.Framework, nil
}

// BeginFramework begins a draft with the content of a framework, under another id and title if these are given. Under its own id it will be a
// newer version of it.
func (s *Service) BeginFramework(ctx context.Context, ref, id string, title wording.Text) (*FrameworkDraft, error) {
	p, err := s.writer(ctx, account.Configure)
	if err != nil {
		return nil, err
	}
	c, err := s.FrameworkOf(ctx, ref)
	if err != nil {
		return nil, err
	}
	fw := *c.Framework
	x := &FrameworkDraft{Format: frameworkDraftFormat, From: c.Hash(), FromName: c.ID + "@" + c.Version, Framework: &fw, Past: []DraftChange{}}
	for _, id := range sortedIDs(c.WeightSets) {
		x.Weights = append(x.Weights, c.WeightSets[id])
	}
	if x, err = x.copied(); err != nil {
		return nil, err
	}
	if id != "" {
		x.Framework.ID = id
	}
	if !title.IsZero() {
		x.Framework.Title = title
	}
	x.Framework.Status = framework.Proposal
	body, err := json.Marshal(x)
	if err != nil {
		return nil, err
	}
	d, err := s.Store.AddDraft(ctx, store.Draft{Sort: frameworkDraft, Entity: p.Entity, State: FrameworkOpen, Subject: x.FromName, Body: body, ChangedBy: person(p)})
	if err != nil {
		return nil, err
	}
	return decodeDraft(d)
}

func sortedIDs(sets map[string]*framework.WeightSet) []string {
	out := make([]string, 0, len(sets))
	for id := range sets {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// copied is a draft that shares nothing with this one, as it comes back from the store.
func (d *FrameworkDraft) copied() (*FrameworkDraft, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	out := &FrameworkDraft{}
	if err := json.Unmarshal(body, out); err != nil {
		return nil, err
	}
	out.ID, out.Revision, out.State, out.Entity, out.By, out.Changed = d.ID, d.Revision, d.State, d.Entity, d.By, d.Changed
	return out, nil
}

// maxTries bounds how often a change is made again because another one came between.
const maxTries = 5

// ChangeFramework makes one change of a draft, told in words, and keeps what it takes to undo it. Two people who change different
// parts do not hinder each other: change is called again on what the other left, and refuses itself what it must not
// overwrite. A change that changes nothing is not kept.
func (s *Service) ChangeFramework(ctx context.Context, id string, what wording.Text, change func(*FrameworkDraft) error) (*FrameworkDraft, error) {
	p, err := s.writer(ctx, account.Configure)
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		old, err := s.openDraft(ctx, id)
		if err != nil {
			return nil, err
		}
		next, err := old.copied()
		if err != nil {
			return nil, err
		}
		if err := change(next); err != nil {
			return nil, err
		}
		next.tidy()
		undo, changed := difference(old, next)
		if !changed {
			return old, nil
		}
		undo.By, undo.What = person(p), what
		next.Past = append(next.Past, undo)
		if n := len(next.Past); n > maxDraftChanges {
			next.Past = slices.Clone(next.Past[n-maxDraftChanges:])
		}
		saved, err := s.saveDraft(ctx, p, next, FrameworkOpen, nil)
		if _, conflict := errors.AsType[*store.ConflictError](err); conflict && try < maxTries {
			continue
		}
		return saved, err
	}
}

func (s *Service) openDraft(ctx context.Context, id string) (*FrameworkDraft, error) {
	d, err := s.FrameworkDraft(ctx, id)
	if err == nil && d.State != FrameworkOpen {
		err = store.NewConflict("this draft was closed: it was published or thrown away", "ce brouillon est clos : il a été publié ou jeté")
	}
	return d, err
}

func (s *Service) saveDraft(ctx context.Context, p *account.Principal, d *FrameworkDraft, state string, with *store.Batch) (*FrameworkDraft, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	kept, _, err := s.Store.ReplaceDraft(ctx, store.Draft{ID: d.ID, Entity: d.Entity, State: state, Subject: d.FromName, Body: body, Revision: d.Revision, ChangedBy: person(p)}, with)
	if err != nil {
		return nil, err
	}
	return decodeDraft(kept)
}

// UndoFramework takes back the newest change of a draft, as it was when it stood at the revision.
func (s *Service) UndoFramework(ctx context.Context, id string, revision int64) (*FrameworkDraft, error) {
	p, err := s.writer(ctx, account.Configure)
	if err != nil {
		return nil, err
	}
	d, err := s.openDraft(ctx, id)
	if err != nil {
		return nil, err
	}
	n := len(d.Past)
	if n == 0 {
		return d, nil
	}
	d.Revision = revision
	d.restore(d.Past[n-1])
	d.Past = d.Past[:n-1]
	return s.saveDraft(ctx, p, d, FrameworkOpen, nil)
}

// DiscardFramework closes a draft that comes to nothing, as it stood at the revision. It stays in the store.
func (s *Service) DiscardFramework(ctx context.Context, id string, revision int64) error {
	p, err := s.writer(ctx, account.Configure)
	if err != nil {
		return err
	}
	d, err := s.openDraft(ctx, id)
	if err != nil {
		return err
	}
	d.Revision = revision
	_, err = s.saveDraft(ctx, p, d, FrameworkDiscarded, nil)
	return err
}

// tidy puts the criteria in the order of their families, and takes out of the weight sets what no longer exists: what a
// draft lists about itself is never a person's work to keep in step.
func (d *FrameworkDraft) tidy() {
	var criteria []*framework.Criterion
	for _, f := range d.Framework.Families {
		for _, c := range d.Framework.Criteria {
			if c.Family == f.ID {
				criteria = append(criteria, c)
			}
		}
	}
	d.Framework.Criteria = criteria
	for _, w := range d.Weights {
		for id := range w.Families {
			if _, ok := d.Framework.Family(id); !ok {
				delete(w.Families, id)
			}
		}
		for _, f := range d.Framework.Families {
			if _, ok := w.Families[f.ID]; !ok {
				w.Families[f.ID] = 0
			}
		}
		for id := range w.Criteria {
			if d.Framework.Criterion(id) == nil {
				delete(w.Criteria, id)
			}
		}
		w.ExpectsKnockOuts = slices.DeleteFunc(w.ExpectsKnockOuts, func(id string) bool {
			_, _, ok := d.Framework.KnockOut(id)
			return !ok
		})
	}
}

// rest is a framework without its criteria.
func rest(f *framework.Framework) *framework.Framework {
	return &framework.Framework{ID: f.ID, Version: f.Version, Status: f.Status, Title: f.Title, Summary: f.Summary, EvidenceKinds: f.EvidenceKinds, Profiles: f.Profiles, Families: f.Families}
}

// difference is what takes next back to old, and whether they differ.
func difference(old, next *FrameworkDraft) (DraftChange, bool) {
	var c DraftChange
	changed := false
	for _, x := range old.Framework.Criteria {
		c.Order = append(c.Order, x.ID)
		if y := next.Framework.Criterion(x.ID); y == nil || !reflect.DeepEqual(x, y) {
			c.Criteria, changed = append(c.Criteria, x), true
		}
	}
	if !slices.EqualFunc(old.Framework.Criteria, next.Framework.Criteria, func(a, b *framework.Criterion) bool { return a.ID == b.ID }) {
		changed = true
	}
	if a, b := rest(old.Framework), rest(next.Framework); !reflect.DeepEqual(a, b) {
		c.Rest, changed = a, true
	}
	if catalog.MustHash(old.Weights) != catalog.MustHash(next.Weights) {
		c.Weights, changed = old.Weights, true
	}
	return c, changed
}

func (d *FrameworkDraft) restore(c DraftChange) {
	var criteria []*framework.Criterion
	for _, id := range c.Order {
		i := slices.IndexFunc(c.Criteria, func(x *framework.Criterion) bool { return x.ID == id })
		if i >= 0 {
			criteria = append(criteria, c.Criteria[i])
		} else if x := d.Framework.Criterion(id); x != nil {
			criteria = append(criteria, x)
		}
	}
	if c.Rest != nil {
		d.Framework = rest(c.Rest)
	}
	d.Framework.Criteria = criteria
	if c.Weights != nil {
		d.Weights = c.Weights
	}
}
