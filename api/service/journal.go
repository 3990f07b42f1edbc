package service

import (
	"context"
	"slices"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// journal is the store for who may read the whole log: somebody of the group itself. To the people of an entity the log
// does not exist, since it tells of every entity.
func (s *Service) journal(ctx context.Context, what account.Permission) (store.Reader, error) {
	in, err := s.ledger(ctx, what)
	if err == nil && account.From(ctx).Entity != "" {
		err = &catalog.NotFoundError{What: wording.Textf("log", "journal"), ID: "journal"}
	}
	return in, err
}

// Journal reads entries of the log, newest first. Titles of what is confidential are left out for those who may not read
// such, and who was given which role for those who do not administer.
func (s *Service) Journal(ctx context.Context, q store.JournalQuery) (store.JournalPage, error) {
	in, err := s.journal(ctx, account.Read)
	if err != nil {
		return store.JournalPage{}, err
	}
	page, err := s.Store.Journal(ctx, q)
	if err != nil {
		return page, err
	}
	for i := range page.Entries {
		if err := hide(ctx, in, &page.Entries[i]); err != nil {
			return page, err
		}
	}
	return page, nil
}

// JournalEntry reads one entry of the log by its number.
func (s *Service) JournalEntry(ctx context.Context, index int64) (store.JournalEntry, error) {
	in, err := s.journal(ctx, account.Read)
	if err != nil {
		return store.JournalEntry{}, err
	}
	e, err := s.Store.JournalEntry(ctx, index)
	if err == nil {
		err = hide(ctx, in, &e)
	}
	return e, err
}

// hide leaves out of an entry what who asks may not read.
func hide(ctx context.Context, in store.Reader, e *store.JournalEntry) error {
	if e.Change != nil && account.Need(ctx, account.Administer) != nil { // whoever opens a link changes their own account
		e.Change, e.By = nil, ""
	}
	if account.Need(ctx, account.ReadConfidential) == nil {
		return nil
	}
	switch {
	case e.Source != "":
		revisions, err := in.SourceRevisions(ctx, e.Source)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(revisions, func(x catalog.Source) bool { return x.Confidential }) {
			e.Source, e.Title = "", ""
		}
	case e.Leaf.Kind == "file":
		f, err := in.File(ctx, e.Leaf.Hash)
		if err != nil {
			return err
		}
		if f.Confidential {
			e.Title = ""
		}
	}
	return nil
}

// ProveEntry proves that an entry stands in the log.
func (s *Service) ProveEntry(ctx context.Context, index int64) (store.Proof, error) {
	if _, err := s.journal(ctx, account.Read); err != nil {
		return store.Proof{}, err
	}
	return s.Store.ProveEntry(ctx, index)
}

// Checkpoints lists the signed states of the log, newest first, of fewer entries than before (0: from the newest).
func (s *Service) Checkpoints(ctx context.Context, before int64, limit int) ([]store.KeptCheckpoint, error) {
	if _, err := s.journal(ctx, account.Read); err != nil {
		return nil, err
	}
	return s.Store.Checkpoints(ctx, before, limit)
}

// Holdings counts what the store keeps, for who administers the group.
func (s *Service) Holdings(ctx context.Context, on catalog.Date) (store.Holdings, error) {
	if _, err := s.journal(ctx, account.Administer); err != nil {
		return store.Holdings{}, err
	}
	return s.Store.Holdings(ctx, on)
}
