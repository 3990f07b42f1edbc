package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// maxFeeds bounds the secret addresses of one person's: one for each of their calendar programs.
const maxFeeds = 5

func isFeed(t account.Token) bool { return slices.Contains(t.Scopes, account.ReadCalendar) }

// apart parts the tokens of programs from the addresses of calendars.
func apart(all []account.Token) (tokens, feeds []account.Token) {
	for _, t := range all {
		if isFeed(t) {
			feeds = append(feeds, t)
		} else {
			tokens = append(tokens, t)
		}
	}
	return tokens, feeds
}

// MakeFeed makes a secret by which a calendar program reads what ends and is due, and gives it: it is shown once. It is kept
// like a token, hashed, each making and ending a leaf of the log, and good for as long as a token may be. name tells it
// apart in the list.
func (d *Desk) MakeFeed(ctx context.Context, s *account.Session, name string) (string, error) {
	own, err := d.Own(ctx)
	switch {
	case err != nil:
		return "", err
	case !d.Fresh(s):
		return "", ErrAgain
	case !own.May(account.Read):
		return "", &account.ForbiddenError{Needs: account.Read}
	case len(own.Feeds) >= maxFeeds:
		return "", &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "feed", Text: wording.Textf("there are %d addresses already: end one first", "il y a déjà %d adresses : en révoquer une d'abord", maxFeeds)}}}
	}
	secret, hash := newToken(account.TokenPrefix)
	return secret, d.store.ChangeAccounts(ctx, own.Person, func(t *store.AccountChange) error {
		_, err := t.AddToken(account.Token{Person: own.Person, Name: name, Hash: hash, Scopes: []account.Permission{account.ReadCalendar}, Expires: d.now().UTC().Truncate(time.Second).Add(account.MaxTokenLife)})
		return err
	})
}

// Feed is who a calendar's secret reads for: at most a reader, of the entity that its owner is of at this moment. A secret
// that is none, ended or expired, or whose owner may not read any more, is an account.SignedOutError.
func (d *Desk) Feed(ctx context.Context, secret string) (*account.Principal, error) {
	if !strings.HasPrefix(secret, account.TokenPrefix) || len(secret) > 100 {
		return nil, account.SignedOutError{}
	}
	p, t, ok, err := d.store.Bearer(ctx, account.HashToken(secret))
	switch {
	case err != nil:
		return nil, err
	case !ok || !isFeed(t):
		return nil, account.SignedOutError{}
	}
	p.Scopes = []account.Permission{account.Read}
	if !p.May(account.Read) {
		return nil, account.SignedOutError{}
	}
	if d.now().Sub(t.Used) >= usedEvery {
		_ = d.store.ChangeAccounts(ctx, t.Person, func(c *store.AccountChange) error { return c.UsedToken(t) })
	}
	return p, nil
}
