package service

import (
	"context"
	"encoding/base64"
	"errors"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/store/log"
)

// Place is where a document stands in the log.
type Place struct {
	Leaf int64
	Size int64  // entries of the newest signed checkpoint that covers it; 0: none does yet
	Root string // root of that checkpoint, in base64
}

// PlaceOf finds where a document that the reader may see stands in the log; nil: it was not recorded. It signs nothing: what
// was recorded since the last checkpoint is covered by the next.
func (s *Service) PlaceOf(ctx context.Context, kind store.DocumentKind, hash string) (*Place, error) {
	if _, err := s.ledger(ctx, account.Read); err != nil {
		return nil, err
	}
	e, err := s.seen(ctx).Entry(ctx, kind, hash)
	if none := (*catalog.NotFoundError)(nil); errors.As(err, &none) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := &Place{Leaf: e.Leaf}
	kept, err := s.Store.Checkpoints(ctx, 0, 1)
	if err != nil || len(kept) == 0 || kept[0].Size <= e.Leaf {
		return out, err
	}
	point, err := log.OpenCheckpoint([]byte(kept[0].Note), s.Store.PublicKey())
	if err != nil {
		return nil, err
	}
	out.Size, out.Root = point.Tree.N, base64.StdEncoding.EncodeToString(point.Tree.Hash[:])
	return out, nil
}
