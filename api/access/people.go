package access

import (
	"context"
	"slices"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// Member is a person of the organisation, as an administrator sees them.
type Member struct {
	account.Account
	Name     string
	Email    string
	Passkeys int
	Tokens   int
}

// Second reports whether the person signs in with more than a password.
func (m *Member) Second() bool { return m.TOTP != nil || m.Passkeys > 0 }

// administers is nil when the context may administer. An administrator of an entity sees its people only: to them
// everybody else does not exist.
func administers(ctx context.Context) (*account.Principal, error) {
	return account.From(ctx), account.Need(ctx, account.Administer)
}

// Members lists the people whom the administrator of the context may change.
func (d *Desk) Members(ctx context.Context) ([]Member, error) {
	p, err := administers(ctx)
	if err != nil {
		return nil, err
	}
	all, err := Everybody(ctx, d.store)
	return slices.DeleteFunc(all, func(m Member) bool { return !governs(p, m.Entity) }), err
}

// Everybody lists all people of a store, for commands.
func Everybody(ctx context.Context, s *store.Store) ([]Member, error) {
	list, err := s.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Member, len(list))
	for i, a := range list {
		if out[i], err = member(ctx, s, a); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func member(ctx context.Context, s *store.Store, a account.Account) (Member, error) {
	m := Member{Account: a}
	who, err := s.Person(ctx, a.Person)
	if err != nil {
		return m, err
	}
	m.Name, m.Email = who.Fields[account.FieldName], who.Fields[account.FieldEmail]
	keys, err := s.Passkeys(ctx, a.Person)
	if err != nil {
		return m, err
	}
	tokens, err := s.Tokens(ctx, a.Person)
	m.Passkeys, m.Tokens = len(keys), len(tokens)
	return m, err
}

// governs reports whether an administrator may change the accounts of an entity: the group's may change all, an entity's
// only those of the same entity.
func governs(p *account.Principal, entity string) bool { return p.Entity == "" || p.Entity == entity }

func unknown(id string) error {
	return &catalog.NotFoundError{What: wording.Textf("account", "compte"), ID: id}
}

// Member reads one person.
func (d *Desk) Member(ctx context.Context, id string) (Member, error) {
	p, err := administers(ctx)
	if err != nil {
		return Member{}, err
	}
	a, err := d.store.Account(ctx, id)
	if err != nil {
		return Member{}, err
	}
	if !governs(p, a.Entity) {
		return Member{}, unknown(id)
	}
	return member(ctx, d.store, a)
}

// Invite makes the account of a person and gives the token of the link by which they choose a password.
func (d *Desk) Invite(ctx context.Context, w account.Wish) (id, token string, err error) {
	p, err := administers(ctx)
	if err != nil {
		return "", "", err
	}
	w, roles, faults := d.wish(p, w)
	if len(faults) > 0 {
		return "", "", &catalog.InvalidError{Fields: faults}
	}
	token, hash := newToken("")
	err = d.store.ChangeAccounts(ctx, p.Person, func(t *store.AccountChange) (err error) {
		if id, err = t.Add(fieldsOf(w), account.Account{Entity: w.Entity, Roles: roles, State: account.Invited, Login: account.HashLogin(w.Email)}); err != nil {
			return err
		}
		_, err = t.AddPass(account.Pass{Sort: account.InvitePass, Hash: hash, Person: id}, account.InviteLife)
		return err
	})
	if plain := plainly(err); plain == ErrTaken {
		return "", "", &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "email", Text: ErrTaken.(*refusal).text}}}
	}
	return id, token, err
}

// wish checks what an administrator writes: one of an entity makes accounts of that entity.
func (d *Desk) wish(p *account.Principal, w account.Wish) (account.Wish, []account.Role, []catalog.FieldError) {
	w, roles, faults := w.Check()
	if !governs(p, w.Entity) {
		faults = append(faults, catalog.FieldError{Path: "entity", Text: wording.Textf("you may give accounts to your own entity only: %s", "vous ne pouvez donner de comptes qu'à votre propre entité : %s", p.Entity)})
	}
	return w, roles, faults
}

// NewLink gives the token of a new link to somebody: who was invited and has not come, or who lost the password.
func (d *Desk) NewLink(ctx context.Context, id string) (string, error) {
	m, err := d.Member(ctx, id)
	if err != nil {
		return "", err
	}
	sort, life := account.ResetPass, account.LinkLife
	switch m.State {
	case account.Invited:
		sort, life = account.InvitePass, account.InviteLife
	case account.Suspended, account.Closed:
		return "", &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "state", Text: wording.Textf("this account cannot be used now: let the person in again first", "ce compte ne peut servir pour l'instant : rouvrir d'abord l'accès")}}}
	}
	token, hash := newToken("")
	return token, d.store.ChangeAccounts(ctx, account.From(ctx).Person, func(t *store.AccountChange) error {
		_, err := t.AddPass(account.Pass{Sort: sort, Hash: hash, Person: id}, life)
		return err
	})
}

// ChangeMember writes what an administrator changed of a person, from the revision that they saw (*store.ConflictError
// when another was faster). Whoever's rights change must sign in again.
func (d *Desk) ChangeMember(ctx context.Context, id string, revision int64, w account.Wish) error {
	p, err := administers(ctx)
	if err != nil {
		return err
	}
	old, err := d.Member(ctx, id)
	if err != nil {
		return err
	}
	w, roles, faults := d.wish(p, w)
	if len(faults) > 0 {
		return &catalog.InvalidError{Fields: faults}
	}
	err = d.store.ChangeAccounts(ctx, p.Person, func(t *store.AccountChange) error {
		a, err := t.Account(id)
		if err != nil {
			return err
		}
		if a.State == account.Closed {
			return unknown(id)
		}
		a.Revision, a.Roles, a.Entity, a.Login = revision, roles, w.Entity, account.HashLogin(w.Email)
		if err := d.someoneLeft(t, old.Account, a); err != nil {
			return err
		}
		if err := t.Replace(a, nil); err != nil {
			return err
		}
		if w.Name == old.Name && w.Email == old.Email {
			return nil
		}
		return t.PutPerson(id, fieldsOf(w))
	})
	if plain := plainly(err); plain == ErrTaken {
		return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "email", Text: ErrTaken.(*refusal).text}}}
	}
	return err
}

// someoneLeft refuses a change after which no administrator could sign in.
func (d *Desk) someoneLeft(t *store.AccountChange, old, next account.Account) error {
	runs := func(a account.Account) bool {
		return a.State == account.Active && slices.Contains(a.Roles, account.Administrator)
	}
	if !runs(old) || runs(next) {
		return nil
	}
	n, err := t.Count(account.Active, account.Administrator)
	if err == nil && n < 2 {
		err = ErrLast
	}
	return err
}

// Suspend keeps somebody out, or lets them in again, from the revision that the administrator saw.
func (d *Desk) Suspend(ctx context.Context, id string, revision int64, out bool) error {
	old, err := d.Member(ctx, id)
	if err != nil {
		return err
	}
	return d.store.ChangeAccounts(ctx, account.From(ctx).Person, func(t *store.AccountChange) error {
		a, err := t.Account(id)
		if err != nil {
			return err
		}
		a.Revision = revision
		switch {
		case out && (a.State == account.Active || a.State == account.Invited):
			a.State = account.Suspended
		case !out && a.State == account.Suspended && a.Password == "" && a.Subject == nil:
			a.State = account.Invited
		case !out && a.State == account.Suspended:
			a.State = account.Active
		}
		if err := d.someoneLeft(t, old.Account, a); err != nil {
			return err
		}
		return t.Replace(a, nil)
	})
}

// Erase forgets what is known of a person and closes the account for ever. What the person recorded stays, under an id
// that says nothing.
func (d *Desk) Erase(ctx context.Context, id, reason string) error {
	old, err := d.Member(ctx, id)
	if err != nil {
		return err
	}
	if old.State == account.Closed {
		return nil
	}
	err = d.store.ChangeAccounts(ctx, account.From(ctx).Person, func(t *store.AccountChange) error {
		return d.someoneLeft(t, old.Account, account.Account{State: account.Closed})
	})
	if err != nil {
		return err
	}
	return d.store.EraseAccount(ctx, id, account.From(ctx).Person, reason)
}
