package access

import (
	"context"
	"errors"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
)

// NeedsSetup reports whether there is no administrator yet who could sign in.
func (d *Desk) NeedsSetup(ctx context.Context) (bool, error) {
	n, err := d.store.CountAccounts(ctx, account.Active, account.Administrator)
	return n == 0, err
}

// SetupLink gives the token of a link that makes an administrator: good once, for a day, and until the next is asked for.
// Who may ask is who may touch the data folder.
func (d *Desk) SetupLink(ctx context.Context) (string, error) { return SetupLink(ctx, d.store) }

// SetupLink is Desk.SetupLink for commands.
func SetupLink(ctx context.Context, s *store.Store) (string, error) {
	token, hash := newToken("")
	return token, s.ChangeAccounts(ctx, "command", func(t *store.AccountChange) error {
		_, err := t.AddPass(account.Pass{Sort: account.SetupPass, Hash: hash}, account.LinkLife)
		return err
	})
}

// Link is what a link is good for.
type Link struct {
	Sort  account.PassSort
	Name  string // of the person, when the link is somebody's
	Email string
}

// LinkOf looks at a link without using it; ErrLink when it is not good any more.
func (d *Desk) LinkOf(ctx context.Context, token string) (Link, error) {
	p, err := d.link(ctx, token)
	if err != nil || p.Person == "" {
		return Link{Sort: p.Sort}, err
	}
	who, err := d.store.Person(ctx, p.Person)
	return Link{Sort: p.Sort, Name: who.Fields[account.FieldName], Email: who.Fields[account.FieldEmail]}, err
}

func (d *Desk) link(ctx context.Context, token string) (account.Pass, error) {
	for _, sort := range []account.PassSort{account.SetupPass, account.InvitePass, account.ResetPass} {
		p, ok, err := d.store.Pass(ctx, sort, account.HashToken(token))
		if err != nil || ok {
			return p, err
		}
	}
	return account.Pass{}, ErrLink
}

// Chosen is what somebody chooses behind a link. Name and address count for the setup only: others are known already.
type Chosen struct {
	Name     string
	Email    string
	Password string
}

// UseLink makes or opens the account of a link and signs in. What is wrong with the choice is a *catalog.InvalidError,
// and the link stays good.
func (d *Desk) UseLink(ctx context.Context, token string, c Chosen, from Client) (Entry, error) {
	if err := d.visitors.take(network(from.Address)); err != nil {
		return Entry{}, err
	}
	p, err := d.link(ctx, token)
	if err != nil {
		return Entry{}, err
	}
	var faults []catalog.FieldError
	var roles []account.Role
	w := account.Wish{Name: c.Name, Email: c.Email, Roles: []string{string(account.Administrator)}}
	if p.Sort == account.SetupPass {
		w, roles, faults = w.Check()
	} else {
		who, err := d.store.Person(ctx, p.Person)
		if err != nil {
			return Entry{}, err
		}
		w.Name, w.Email = who.Fields[account.FieldName], who.Fields[account.FieldEmail]
	}
	faults = append(faults, account.ErrorsOfPassword(c.Password, w.Name, w.Email)...)
	if len(faults) > 0 {
		return Entry{}, &catalog.InvalidError{Fields: faults}
	}
	hashed, err := d.hash(ctx, c.Password)
	if err != nil {
		return Entry{}, err
	}
	session, hash := newToken("")
	out := Entry{Session: session, Person: p.Person}
	err = d.store.ChangeAccounts(ctx, "setup", func(t *store.AccountChange) error {
		if _, ok, err := t.TakePass(p.Sort, p.Hash); err != nil || !ok {
			return orElse(err, ErrLink)
		}
		if p.Sort == account.SetupPass {
			out.Person, err = t.Add(fieldsOf(w), account.Account{Roles: roles, State: account.Active, Login: account.HashLogin(w.Email), Password: hashed, Seen: t.Now()})
		} else {
			err = d.reopen(t, p, hashed)
		}
		if err != nil {
			return err
		}
		_, err = t.AddSession(account.Session{Hash: hash, Person: out.Person, Means: account.ByLink, Agent: agent(from.Agent)})
		return err
	})
	if err != nil {
		return Entry{}, plainly(err)
	}
	return out, nil
}

// reopen sets the password of somebody who was invited, or had it reset.
func (d *Desk) reopen(t *store.AccountChange, p account.Pass, hashed string) error {
	t.By(p.Person)
	a, err := t.Account(p.Person)
	if err != nil {
		return err
	}
	switch {
	case p.Sort == account.InvitePass && a.State == account.Invited:
		a.State = account.Active
	case a.State != account.Active:
		return ErrLink
	}
	if p.Sort == account.ResetPass {
		// Whoever lost the password may have lost the device too; the administrator who gave the link knows the person.
		a.TOTP, a.Recovery, a.Step = nil, nil, 0
	}
	a.Password, a.Failed, a.Seen = hashed, 0, t.Now()
	return t.Replace(a, nil)
}

func fieldsOf(w account.Wish) map[string]string {
	return map[string]string{account.FieldName: w.Name, account.FieldEmail: w.Email}
}

// hash hashes a new password when it is its turn.
func (d *Desk) hash(ctx context.Context, password string) (out string, err error) {
	err = d.hashing.do(ctx, func() { out = account.HashPassword(password, random(account.SaltLength)) })
	return out, err
}

// errEmpty ends a change that has nothing to do.
var errEmpty = errors.New("nothing to change")
