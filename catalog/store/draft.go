package store

import (
	"context"
	"fmt"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// DraftSort says what a draft is.
type DraftSort string

// The sorts of drafts.
const (
	ProposalDraft DraftSort = "proposal" // what a vendor, a file or a page offers for review
	JobDraft      DraftSort = "job"      // work in the background, with its progress
)

// Draft is what may be replaced: a proposal under review, a job. It is outside the log. Body is bytes of the caller's own.
type Draft struct {
	ID        string // empty when added: the store gives one
	Sort      DraftSort
	Entity    string
	State     string // such as open, accepted, refused; running, done, failed, cancelled
	Subject   string // what it is about, such as vendor/mistral
	Body      []byte
	Revision  int64 // 1 when added
	CreatedNs int64
	ChangedNs int64
	ChangedBy string
}

type draftRow struct {
	ID        string `gorm:"column:id"`
	Sort      string
	Entity    *string
	State     string
	Subject   string
	Body      []byte
	Revision  int64
	CreatedNs int64
	ChangedNs int64
	ChangedBy string
	Digest    []byte
}

const draftColumns = "id, sort, entity, state, subject, body, revision, created_ns, changed_ns, changed_by, digest"

func fromDraft(d Draft) draftRow {
	if d.Body == nil {
		d.Body = []byte{}
	}
	return draftRow{ID: d.ID, Sort: string(d.Sort), Entity: entity(d.Entity), State: d.State, Subject: d.Subject, Body: d.Body, Revision: d.Revision,
		CreatedNs: d.CreatedNs, ChangedNs: d.ChangedNs, ChangedBy: d.ChangedBy}
}

func (r *draftRow) toDraft() Draft {
	return Draft{ID: r.ID, Sort: DraftSort(r.Sort), Entity: entityName(r.Entity), State: r.State, Subject: r.Subject, Body: r.Body, Revision: r.Revision,
		CreatedNs: r.CreatedNs, ChangedNs: r.ChangedNs, ChangedBy: r.ChangedBy}
}

func (r *draftRow) digest() string {
	return digestOf(r.ID, r.Sort, entityName(r.Entity), r.State, r.Subject, string(r.Body), fmt.Sprint(r.Revision), fmt.Sprint(r.CreatedNs), fmt.Sprint(r.ChangedNs), r.ChangedBy)
}

// AddDraft adds a draft and gives it back with its id and revision.
func (s *Store) AddDraft(ctx context.Context, d Draft) (Draft, error) {
	err := s.change(ctx, func(c *change) (err error) {
		if d.ID, err = newID(c); err != nil {
			return err
		}
		d.Revision, d.CreatedNs, d.ChangedNs = 1, c.now.UnixNano(), c.now.UnixNano()
		r := fromDraft(d)
		return c.insert("drafts", draftColumns, [][]any{{r.ID, r.Sort, r.Entity, r.State, r.Subject, r.Body, r.Revision, r.CreatedNs, r.ChangedNs, r.ChangedBy, hashBytes(r.digest())}})
	})
	return d, err
}

// ReplaceDraft replaces a draft from the revision that the writer saw; *ConflictError when another was faster. With a
// batch, what the draft becomes is recorded in the same transaction: a proposal is accepted and its claims stand, or
// neither.
func (s *Store) ReplaceDraft(ctx context.Context, d Draft, with *Batch) (Draft, Receipt, error) {
	var receipt Receipt
	replace := func(c *change) error {
		old, ok, err := row[draftRow](c.query, "SELECT "+draftColumns+" FROM drafts WHERE id = ?", d.ID)
		switch {
		case err != nil:
			return err
		case !ok:
			return noDraft(d.ID)
		case old.Revision != d.Revision:
			e := conflict("it was changed since: revision %d, not %d; look at it again", "il a été modifié entre-temps : révision %d et non %d ; le relire", old.Revision, d.Revision)
			e.Have, e.Want = old.Revision, d.Revision
			return e
		}
		next := d
		next.Revision++
		next.Sort, next.CreatedNs, next.ChangedNs = DraftSort(old.Sort), old.CreatedNs, c.now.UnixNano()
		r := fromDraft(next)
		n, err := c.exec("UPDATE drafts SET entity = ?, state = ?, subject = ?, body = ?, revision = ?, changed_ns = ?, changed_by = ?, digest = ? WHERE id = ? AND revision = ?",
			r.Entity, r.State, r.Subject, r.Body, r.Revision, r.ChangedNs, r.ChangedBy, hashBytes(r.digest()), d.ID, d.Revision)
		if err == nil && n != 1 {
			err = conflict("it was changed since; look at it again", "il a été modifié entre-temps ; le relire")
		}
		if err == nil {
			d = next
		}
		return err
	}
	given := d
	var request []byte
	if with != nil {
		var err error
		if request, err = with.digest(); err != nil {
			return d, Receipt{}, err
		}
	}
	err := s.change(ctx, func(c *change) (err error) {
		d = given
		if with == nil {
			return replace(c)
		}
		receipt, err = s.record(c, *with, request, replace)
		return err
	})
	return d, receipt, err
}

func noDraft(id string) error {
	return &catalog.NotFoundError{What: wording.Textf("draft", "brouillon"), ID: id}
}

// Draft reads one draft.
func (s *Store) Draft(ctx context.Context, id string) (Draft, error) {
	var out Draft
	err := s.reading(ctx, func(q query) error {
		r, ok, err := row[draftRow](q, "SELECT "+draftColumns+" FROM drafts WHERE id = ?", id)
		switch {
		case err != nil:
			return err
		case !ok:
			return noDraft(id)
		case hexOf(r.Digest) != r.digest():
			return damaged("drafts", id, "the row does not fit its digest", "la ligne ne correspond pas à son empreinte")
		}
		out = r.toDraft()
		return nil
	})
	return out, err
}

// Drafts lists drafts of a sort, oldest first: of one state and about one subject unless these are empty, after an id, at
// most limit of them.
func (s *Store) Drafts(ctx context.Context, sort DraftSort, state, subject, after string, limit int) ([]Draft, error) {
	return s.In(Everything()).Drafts(ctx, sort, state, subject, after, limit)
}

// Drafts is Store.Drafts within the scope.
func (r Reader) Drafts(ctx context.Context, sort DraftSort, state, subject, after string, limit int) ([]Draft, error) {
	out := []Draft{}
	seen, more := r.scope.where("entity")
	stmt, args := "SELECT "+draftColumns+" FROM drafts WHERE sort = ? AND id > ?"+seen, append([]any{string(sort), after}, more...)
	for _, f := range []struct{ column, want string }{{"state", state}, {"subject", subject}} {
		if f.want != "" {
			stmt, args = stmt+" AND "+f.column+" = ?", append(args, f.want)
		}
	}
	err := r.s.reading(ctx, func(q query) error {
		list, err := rows[draftRow](q, stmt+" ORDER BY id LIMIT ?", append(args, limit)...)
		for i := range list {
			out = append(out, list[i].toDraft())
		}
		return err
	})
	return out, err
}
