package web

import (
	"context"

	"vigie/api/service"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// placed tells in one sentence where an assessment stands in the log, and under which checkpoint.
func (b Base) placed(p *service.Place) string {
	if p.Size == 0 {
		return b.w("place.leaf", wording.Number(b.Lang, number64(p.Leaf)))
	}
	return b.w("place.under", wording.Number(b.Lang, number64(p.Leaf)), wording.Number(b.Lang, number64(p.Size)), p.Root)
}

// place tells where an assessment stands in the log, or why it does not.
func (s *Site) place(ctx context.Context, b Base, hash string) (string, error) {
	if s.svc.Store == nil {
		return b.w("tech.no_log"), nil
	}
	p, err := s.svc.PlaceOf(ctx, store.Assessment, hash)
	switch {
	case err != nil:
		return "", err
	case p == nil:
		return b.w("tech.not_kept"), nil
	}
	return b.placed(p), nil
}
