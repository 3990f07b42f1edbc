package access

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"vigie/catalog/account"
	"vigie/catalog/store"
)

// Entry is how signing in went on: a session's token, or a second step that is asked for.
type Entry struct {
	Session string // token for the cookie; empty when Second is not
	Second  string // token of the pass of the second step
	Person  string
	Failed  int64     // wrong tries since the person last signed in
	Last    time.Time // when that was; zero: never
}

// SignIn checks an address and a password. The errors are ErrWrong, *TooManyError and *BusyError, and those of the store.
// An address that nobody signs in with takes as long as a wrong password.
func (d *Desk) SignIn(ctx context.Context, address, password string, from Client) (Entry, error) {
	place := network(from.Address)
	if err := d.visitors.take(place); err != nil {
		return Entry{}, err
	}
	login := account.HashLogin(address)
	if err := d.tries.take(string(login) + place); err != nil {
		return Entry{}, err
	}
	a, known, err := d.store.AccountByLogin(ctx, login)
	if err != nil {
		return Entry{}, err
	}
	right := false
	if err := d.hashing.do(ctx, func() { right = len(password) <= 4*account.MaxPassword && account.CheckPassword(password, a.Password) }); err != nil {
		return Entry{}, err
	}
	switch {
	case !known:
		return Entry{}, ErrWrong
	case !right, a.State != account.Active:
		return Entry{}, d.failed(ctx, a.Person, ErrWrong)
	case a.TOTP != nil:
		token, hash := newToken("")
		body, err := json.Marshal(from)
		if err != nil {
			return Entry{}, err
		}
		err = d.store.ChangeAccounts(ctx, a.Person, func(t *store.AccountChange) error {
			_, err := t.AddPass(account.Pass{Sort: account.SecondPass, Hash: hash, Person: a.Person, Body: body}, account.CeremonyLife)
			return err
		})
		return Entry{Second: token, Person: a.Person}, err
	}
	return d.enter(ctx, a.Person, account.ByPassword, from, nil)
}

// failed counts a wrong try and gives the answer to it.
func (d *Desk) failed(ctx context.Context, person string, answer error) error {
	err := d.store.ChangeAccounts(ctx, person, func(t *store.AccountChange) error {
		a, err := t.Account(person)
		if err != nil {
			return err
		}
		a.Failed++
		a.FailedAt = t.Now()
		return t.Replace(a, nil)
	})
	if err != nil {
		return err
	}
	return answer
}

// enter makes the session of somebody who showed who they are. before may change the account in the same transaction,
// and refuse.
func (d *Desk) enter(ctx context.Context, person string, means account.Means, from Client, before func(t *store.AccountChange, a *account.Account) error) (Entry, error) {
	token, hash := newToken("")
	out := Entry{Session: token, Person: person}
	err := d.store.ChangeAccounts(ctx, person, func(t *store.AccountChange) error {
		a, err := t.Account(person)
		if err != nil {
			return err
		}
		if before != nil {
			if err := before(t, &a); err != nil {
				return err
			}
		}
		if a.State != account.Active {
			return ErrWrong
		}
		out.Failed, out.Last = a.Failed, a.Seen
		a.Failed, a.FailedAt, a.Seen = 0, time.Time{}, t.Now()
		if err := t.Replace(a, nil); err != nil {
			return err
		}
		_, err = t.AddSession(account.Session{Hash: hash, Person: person, Means: means, Agent: agent(from.Agent)})
		return err
	})
	if err != nil {
		return Entry{}, err
	}
	return out, nil
}

// Second checks the code of a second step: one of the moment, or a recovery code. The errors are ErrBegin, ErrWrongCode
// and *TooManyError.
func (d *Desk) Second(ctx context.Context, pass, code string, from Client) (Entry, error) {
	hash := account.HashToken(pass)
	p, ok, err := d.store.Pass(ctx, account.SecondPass, hash)
	switch {
	case err != nil:
		return Entry{}, err
	case !ok:
		return Entry{}, ErrBegin
	}
	if err := d.codes.take(p.Person); err != nil {
		return Entry{}, err
	}
	a, err := d.store.Account(ctx, p.Person)
	if err != nil {
		return Entry{}, err
	}
	means := account.ByTOTP
	if _, ok := account.CheckTOTP(a.TOTP, code, d.now(), a.Step); !ok {
		if _, ok := account.UseRecovery(a.Recovery, code); !ok {
			return Entry{}, d.failed(ctx, p.Person, ErrWrongCode)
		}
		means = account.ByRecovery
	}
	return d.enter(ctx, p.Person, means, from, func(t *store.AccountChange, a *account.Account) error {
		// Looked at again inside the transaction: of two who send the same code at once, one enters.
		if _, ok, err := t.TakePass(account.SecondPass, hash); err != nil || !ok {
			return orElse(err, ErrBegin)
		}
		if n, ok := account.CheckTOTP(a.TOTP, code, d.now(), a.Step); ok {
			a.Step = n
			return nil
		}
		left, ok := account.UseRecovery(a.Recovery, code)
		if !ok {
			return ErrWrongCode
		}
		a.Recovery = left
		return nil
	})
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// SignOut ends the session of a token.
func (d *Desk) SignOut(ctx context.Context, token string) error {
	_, s, ok, err := d.store.SignedIn(ctx, account.HashToken(token))
	if err != nil || !ok {
		return err
	}
	return d.store.ChangeAccounts(ctx, s.Person, func(t *store.AccountChange) error { return t.EndSession(s.Person, s.ID) })
}

// agent names a browser and a system, for the list of one's own sessions, and nothing that would tell people apart.
func agent(header string) string {
	find := func(list ...[2]string) string {
		for _, x := range list {
			if strings.Contains(header, x[0]) {
				return x[1]
			}
		}
		return ""
	}
	browser := find([2]string{"Edg/", "Edge"}, [2]string{"OPR/", "Opera"}, [2]string{"Firefox/", "Firefox"}, [2]string{"FxiOS/", "Firefox"}, [2]string{"CriOS/", "Chrome"},
		[2]string{"Chrome/", "Chrome"}, [2]string{"Safari/", "Safari"}, [2]string{"curl/", "curl"})
	system := find([2]string{"Android", "Android"}, [2]string{"iPhone", "iPhone"}, [2]string{"iPad", "iPad"}, [2]string{"Windows", "Windows"}, [2]string{"Mac OS", "macOS"},
		[2]string{"CrOS", "ChromeOS"}, [2]string{"Linux", "Linux"})
	switch {
	case browser == "":
		return system
	case system == "":
		return browser
	}
	return browser + ", " + system
}
