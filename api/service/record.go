package service

import (
	"context"
	"time"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// batch begins what somebody records. A key is theirs alone: nobody meets another one's by chance or on purpose.
func (s *Service) batch(p *account.Principal, key string) store.Batch {
	b := store.Batch{By: person(p), Entity: p.Entity}
	if key != "" {
		b.Key = p.Entity + "/" + person(p) + "/" + key
	}
	if p.Entity != "" {
		sc := scopeOf(p)
		b.Scope = &sc
	}
	return b
}

// Record records claims, with the records and sources that they need, and what is decided about them, in one transaction:
// all of it, or nothing. Who asks is who records, now. What an entity's people make belongs to their entity; the group's
// people name the entity, or none. Documents come from Keep… and Take… only.
//
// Errors: account.SignedOutError, *account.ForbiddenError, *ReadOnlyDemoError, *catalog.InvalidError with every fault,
// *store.ConflictError for a revision that is not the one seen, an id that is taken and a key that was used for something
// else, and those of the store's engine.
func (s *Service) Record(ctx context.Context, b store.Batch) (store.Receipt, error) {
	p, err := s.writer(ctx, account.Read)
	if err != nil {
		return store.Receipt{}, err
	}
	if len(b.Settlements) > 0 {
		if err := account.Need(ctx, account.Settle); err != nil {
			return store.Receipt{}, err
		}
	}
	if len(b.Records)+len(b.Sources)+len(b.Claims)+len(b.Withdrawals) > 0 || len(b.Settlements) == 0 {
		if err := account.Need(ctx, account.Claim); err != nil {
			return store.Receipt{}, err
		}
	}
	if len(b.Documents) > 0 {
		return store.Receipt{}, &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "documents", Text: wording.Textf("documents are made by the program", "les documents sont produits par le programme")}}}
	}
	mine := s.batch(p, b.Key)
	if p.Entity == "" {
		mine.Entity = b.Entity
	}
	mine.Expect, mine.Records, mine.Sources = b.Expect, b.Records, b.Sources
	for _, c := range b.Claims {
		c.RecordedBy, c.RecordedAt = mine.By, time.Time{}
		mine.Claims = append(mine.Claims, c)
	}
	for _, w := range b.Withdrawals {
		w.By, w.At = mine.By, time.Time{}
		mine.Withdrawals = append(mine.Withdrawals, w)
	}
	for _, x := range b.Settlements {
		x.By, x.At = mine.By, time.Time{}
		mine.Settlements = append(mine.Settlements, x)
	}
	if err := s.checkFiles(ctx, p, b.Sources); err != nil {
		return store.Receipt{}, err
	}
	return s.Store.Record(ctx, mine)
}

// checkFiles refuses sources that point at files which are not there for who describes them.
func (s *Service) checkFiles(ctx context.Context, p *account.Principal, sources []catalog.Source) error {
	var faults []catalog.FieldError
	for _, src := range sources {
		if src.File == "" {
			continue
		}
		_, err := s.Store.In(scopeOf(p)).File(ctx, src.File)
		switch {
		case isNotFound(err):
			faults = append(faults, catalog.FieldError{Path: "sources." + src.ID + ".file", Text: wording.Textf("no stored file has this SHA-256: send the file first", "aucun fichier conservé n'a ce SHA-256 : envoyer d'abord le fichier")})
		case err != nil:
			return err
		}
	}
	if len(faults) > 0 {
		return &catalog.InvalidError{Fields: faults}
	}
	return nil
}

// Withdraw retracts a claim, with the reason why.
func (s *Service) Withdraw(ctx context.Context, key, claim, reason string) (store.Receipt, error) {
	return s.Record(ctx, store.Batch{Key: key, Withdrawals: []catalog.Withdrawal{{Claim: claim, Reason: reason}}})
}

// Settle makes one of several contradicting claims the one that holds, with the reason why.
func (s *Service) Settle(ctx context.Context, key string, record catalog.Ref, path, claim, reason string) (store.Receipt, error) {
	return s.Record(ctx, store.Batch{Key: key, Settlements: []catalog.Settlement{{Record: record, Path: path, Claim: claim, Reason: reason}}})
}
