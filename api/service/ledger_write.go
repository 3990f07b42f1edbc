package service

import (
	"context"
	"fmt"
	"io"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/exchange"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// ReadOnlyDemoError says that nothing can be recorded: this is a file or a demonstration.
type ReadOnlyDemoError struct{}

func (*ReadOnlyDemoError) Error() string { return (*ReadOnlyDemoError)(nil).In(wording.EN) }

// In writes the error in one language.
func (*ReadOnlyDemoError) In(l wording.Lang) string {
	return wording.Typeset(l, wording.Textf("nothing can be recorded here: this is a demonstration, or a catalogue file", "rien ne peut être enregistré ici : c'est une démonstration, ou un fichier de catalogue").In(l))
}

// writer is who asks, once they are allowed something and there is a store to write to.
func (s *Service) writer(ctx context.Context, what ...account.Permission) (*account.Principal, error) {
	for _, p := range what {
		if err := account.Need(ctx, p); err != nil {
			return nil, err
		}
	}
	p := account.From(ctx)
	switch {
	case p == nil:
		return nil, account.SignedOutError{}
	case s.Store == nil:
		return nil, &ReadOnlyDemoError{}
	}
	return p, nil
}

// AddFile keeps a source file. want and size are what the sender announced: empty, negative: nothing.
func (s *Service) AddFile(ctx context.Context, r io.Reader, name, want string, size int64) (store.File, error) {
	p, err := s.writer(ctx, account.Claim)
	if err != nil {
		return store.File{}, err
	}
	return s.Store.AddFile(ctx, r, name, want, size, p.Entity)
}

// OpenFile reads a stored file that who asks may see; one that a confidential source points at is there for those only
// who may read such.
func (s *Service) OpenFile(ctx context.Context, sum string) (io.ReadCloser, store.File, error) {
	f, err := s.File(ctx, sum)
	if err != nil {
		return nil, f, err
	}
	return s.Store.OpenFile(ctx, sum)
}

// File tells what is known of a stored file, to whom OpenFile would give it.
func (s *Service) File(ctx context.Context, sum string) (store.File, error) {
	in, err := s.ledger(ctx, account.Read)
	if err != nil {
		return store.File{}, err
	}
	f, err := in.File(ctx, sum)
	if err == nil && f.Confidential && account.Need(ctx, account.ReadConfidential) != nil {
		return store.File{}, &catalog.NotFoundError{What: wording.Textf("file", "fichier"), ID: sum}
	}
	return f, err
}

// ProposalRefused is the state of a proposal that nothing was taken of.
const ProposalRefused = "refused"

// RefuseProposal closes a proposal of which nothing is taken, from the revision of the review that was looked at. The
// reason is for who reads the proposal later.
func (s *Service) RefuseProposal(ctx context.Context, id string, revision int64, reason string) error {
	p, err := s.writer(ctx, account.Review)
	if err != nil {
		return err
	}
	d, err := s.Draft(ctx, account.Review, store.ProposalDraft, id)
	if err != nil {
		return err
	}
	x, err := exchange.DecodeProposal(d.Body, s.Dictionary)
	if err != nil {
		return fmt.Errorf("proposal %s: %w", id, err)
	}
	x.Notes = append(x.Notes, exchange.Remark{Code: "refused", Text: wording.Textf("refused: %s", "refusée : %s", reason)})
	if d.Body, err = x.Encode(); err != nil {
		return err
	}
	d.Revision, d.State, d.ChangedBy = revision, ProposalRefused, p.Person
	_, _, err = s.Store.ReplaceDraft(ctx, d, nil)
	return err
}
