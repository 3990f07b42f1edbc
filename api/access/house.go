package access

import (
	"context"
	"slices"
	"time"

	"vigie/catalog/account"
	"vigie/catalog/store"
)

// HouseToken is a token with whose it is, as an administrator sees it.
type HouseToken struct {
	account.Token
	Owner Member
	// Gives is what the token lets its bearer do at this moment: never more than its owner has, and nothing once the owner
	// is kept out.
	Gives []account.Permission
}

// Expired reports whether a token is good no more at a moment.
func (t *HouseToken) Expired(now time.Time) bool { return !now.Before(t.Expires) }

// HouseTokens lists the tokens of everybody whom the administrator of the context governs, newest first.
func (d *Desk) HouseTokens(ctx context.Context) ([]HouseToken, error) {
	members, err := d.Members(ctx)
	if err != nil {
		return nil, err
	}
	var out []HouseToken
	for _, m := range members {
		if m.Tokens == 0 {
			continue
		}
		list, err := d.store.Tokens(ctx, m.Person)
		if err != nil {
			return nil, err
		}
		for _, t := range list {
			x := HouseToken{Token: t, Owner: m}
			for _, p := range t.Scopes {
				if m.State == account.Active && m.May(p) {
					x.Gives = append(x.Gives, p)
				}
			}
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(a, b HouseToken) int { return b.Created.Compare(a.Created) })
	return out, nil
}

// EndTokenOf ends a token of somebody whom the administrator of the context governs. *catalog.NotFoundError when there is
// no such token for them.
func (d *Desk) EndTokenOf(ctx context.Context, person, token string) error {
	p, err := administers(ctx)
	if err != nil {
		return err
	}
	if _, err := d.Member(ctx, person); err != nil {
		return err
	}
	return d.store.ChangeAccounts(ctx, p.Person, func(t *store.AccountChange) error { return t.EndToken(person, token) })
}
