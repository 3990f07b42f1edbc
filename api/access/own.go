package access

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// Own is a person's own account, as its page shows it.
type Own struct {
	account.Account
	Name     string
	Email    string
	Sessions []account.Session
	Tokens   []account.Token
	Feeds    []account.Token // secret addresses of the calendar
	Passkeys []account.Passkey
}

// me is the person of the context who signed in by a browser: a token does not change the account of its owner.
func me(ctx context.Context) (string, error) {
	p := account.From(ctx)
	if p == nil || p.Person == "" || p.Token != "" {
		return "", account.SignedOutError{}
	}
	return p.Person, nil
}

// fresh is how recently somebody must have signed in to change how they do (OWASP ASVS 5.0, 7.5.1).
const fresh = 30 * time.Minute

// Fresh reports whether a session is young enough to change how its person signs in.
func (d *Desk) Fresh(s *account.Session) bool { return s != nil && d.now().Sub(s.Created) < fresh }

// Own reads the account of the person of the context.
func (d *Desk) Own(ctx context.Context) (*Own, error) {
	id, err := me(ctx)
	if err != nil {
		return nil, err
	}
	return d.whole(ctx, id)
}

func (d *Desk) whole(ctx context.Context, id string) (*Own, error) {
	a, err := d.store.Account(ctx, id)
	if err != nil {
		return nil, err
	}
	who, err := d.store.Person(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &Own{Account: a, Name: who.Fields[account.FieldName], Email: who.Fields[account.FieldEmail]}
	if out.Tokens, err = d.store.Tokens(ctx, id); err != nil {
		return nil, err
	}
	out.Tokens, out.Feeds = apart(out.Tokens)
	if out.Passkeys, err = d.store.Passkeys(ctx, id); err != nil {
		return nil, err
	}
	all, err := d.store.Sessions(ctx, id)
	for _, s := range all {
		if !s.Ended(d.now()) {
			out.Sessions = append(out.Sessions, s)
		}
	}
	return out, err
}

// change runs do on the account of the person of the context, and replaces what do changed of it. Sessions other than
// this one end when it changed how the person signs in.
func (d *Desk) change(ctx context.Context, s *account.Session, do func(t *store.AccountChange, a *account.Account) error) error {
	id, err := me(ctx)
	if err != nil {
		return err
	}
	if !d.Fresh(s) {
		return ErrAgain
	}
	return d.store.ChangeAccounts(ctx, id, func(t *store.AccountChange) error {
		a, err := t.Account(id)
		if err != nil {
			return err
		}
		if err := do(t, &a); err != nil {
			return err
		}
		return t.Replace(a, s.Hash)
	})
}

// ChangePassword sets a new password for who knows the present one, ends all other sessions, and gives this one a new
// token. What is wrong is a *catalog.InvalidError at "current" or "password"; wrong guesses of the present one count as
// tries to sign in.
func (d *Desk) ChangePassword(ctx context.Context, s *account.Session, current, next string, from Client) (string, error) {
	own, err := d.Own(ctx)
	if err != nil {
		return "", err
	}
	if own.Password != "" {
		if err := d.tries.take(string(own.Login) + network(from.Address)); err != nil {
			return "", err
		}
		right := false
		if err := d.hashing.do(ctx, func() { right = account.CheckPassword(current, own.Password) }); err != nil {
			return "", err
		}
		if !right {
			return "", d.failed(ctx, own.Person, &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "current", Text: wording.Textf("this is not your present password", "ce n'est pas votre mot de passe actuel")}}})
		}
	} else if !d.Fresh(s) {
		return "", ErrAgain
	}
	if faults := account.ErrorsOfPassword(next, own.Name, own.Email); faults != nil {
		return "", &catalog.InvalidError{Fields: faults}
	}
	hashed, err := d.hash(ctx, next)
	if err != nil {
		return "", err
	}
	token, hash := newToken("")
	return token, d.store.ChangeAccounts(ctx, own.Person, func(t *store.AccountChange) error {
		a, err := t.Account(own.Person)
		if err != nil {
			return err
		}
		a.Password, a.Failed = hashed, 0
		if err := t.Replace(a, s.Hash); err != nil {
			return err
		}
		_, err = t.RenewSession(*s, hash)
		return err
	})
}

// Enrolment is a shared secret that is not in use yet: its app must give a code first.
type Enrolment struct {
	Pass   string // token that goes with the code
	Secret string // for who cannot photograph
	URI    string // otpauth address, for the picture
}

// EnrolTOTP begins to add codes of an app.
func (d *Desk) EnrolTOTP(ctx context.Context, s *account.Session) (Enrolment, error) {
	own, err := d.Own(ctx)
	if err != nil {
		return Enrolment{}, err
	}
	if !d.Fresh(s) {
		return Enrolment{}, ErrAgain
	}
	secret := random(account.SecretLength)
	token, hash := newToken("")
	sealed, err := d.store.Seal("enrol "+own.Person, secret)
	if err != nil {
		return Enrolment{}, err
	}
	err = d.store.ChangeAccounts(ctx, own.Person, func(t *store.AccountChange) error {
		_, err := t.AddPass(account.Pass{Sort: account.EnrolPass, Hash: hash, Person: own.Person, Body: sealed}, 3*account.CeremonyLife)
		return err
	})
	return d.enrolment(token, secret, own.Email), err
}

func (d *Desk) enrolment(token string, secret []byte, email string) Enrolment {
	text := account.TOTPSecret(secret)
	uri := url.URL{Scheme: "otpauth", Host: "totp", Path: "/Vigie:" + email, RawQuery: "secret=" + text + "&issuer=Vigie"}
	return Enrolment{Pass: token, Secret: text, URI: uri.String()}
}

// Enrolling gives an enrolment that has begun again, after a code that was wrong.
func (d *Desk) Enrolling(ctx context.Context, pass string) (Enrolment, error) {
	own, err := d.Own(ctx)
	if err != nil {
		return Enrolment{}, err
	}
	secret, err := d.enrolling(ctx, own.Person, pass)
	return d.enrolment(pass, secret, own.Email), err
}

func (d *Desk) enrolling(ctx context.Context, person, pass string) ([]byte, error) {
	p, ok, err := d.store.Pass(ctx, account.EnrolPass, account.HashToken(pass))
	switch {
	case err != nil:
		return nil, err
	case !ok || p.Person != person:
		return nil, ErrBegin
	}
	return d.store.Unseal("enrol "+person, p.Body)
}

// ConfirmTOTP puts an enrolment to use once its app gave a right code, and gives the recovery codes, which are shown once.
func (d *Desk) ConfirmTOTP(ctx context.Context, s *account.Session, pass, code string) ([]string, error) {
	id, err := me(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.codes.take(id); err != nil {
		return nil, err
	}
	secret, err := d.enrolling(ctx, id, pass)
	if err != nil {
		return nil, err
	}
	n, ok := account.CheckTOTP(secret, code, d.now(), 0)
	if !ok {
		return nil, ErrWrongCode
	}
	codes, hashes := recoveryCodes()
	return codes, d.change(ctx, s, func(t *store.AccountChange, a *account.Account) error {
		if _, ok, err := t.TakePass(account.EnrolPass, account.HashToken(pass)); err != nil || !ok {
			return orElse(err, ErrBegin)
		}
		a.TOTP, a.Step, a.Recovery = secret, n, hashes
		return nil
	})
}

func recoveryCodes() (codes []string, hashes [][]byte) {
	for range account.RecoveryCodes {
		c := account.RecoveryCode(random(account.RecoveryLength))
		codes, hashes = append(codes, c), append(hashes, account.HashRecovery(c))
	}
	return codes, hashes
}

// NewRecoveryCodes replaces the recovery codes and gives the new ones, which are shown once.
func (d *Desk) NewRecoveryCodes(ctx context.Context, s *account.Session) ([]string, error) {
	codes, hashes := recoveryCodes()
	return codes, d.change(ctx, s, func(_ *store.AccountChange, a *account.Account) error {
		if a.TOTP == nil {
			return errEmpty
		}
		a.Recovery = hashes
		return nil
	})
}

// RemoveTOTP does without codes again.
func (d *Desk) RemoveTOTP(ctx context.Context, s *account.Session) error {
	return d.change(ctx, s, func(_ *store.AccountChange, a *account.Account) error {
		a.TOTP, a.Step, a.Recovery = nil, 0, nil
		return nil
	})
}

// EndSession ends one of the person's sessions.
func (d *Desk) EndSession(ctx context.Context, session string) error {
	id, err := me(ctx)
	if err != nil {
		return err
	}
	return d.store.ChangeAccounts(ctx, id, func(t *store.AccountChange) error { return t.EndSession(id, session) })
}

// EndSessions ends all of the person's sessions, but this one when it is kept.
func (d *Desk) EndSessions(ctx context.Context, keep *account.Session) error {
	id, err := me(ctx)
	if err != nil {
		return err
	}
	var hash []byte
	if keep != nil {
		hash = keep.Hash
	}
	return d.store.ChangeAccounts(ctx, id, func(t *store.AccountChange) error { return t.EndSessions(id, hash) })
}

// TokenWish is a token that somebody asks for.
type TokenWish struct {
	Name   string
	Scopes []string
	Days   int
}

// MakeToken makes a token of the person's and gives it: it is shown once. Scopes that the person does not have, and an
// expiry that is too far away, are refused by a *catalog.InvalidError.
func (d *Desk) MakeToken(ctx context.Context, s *account.Session, w TokenWish) (string, account.Token, error) {
	own, err := d.Own(ctx)
	if err != nil {
		return "", account.Token{}, err
	}
	if !d.Fresh(s) {
		return "", account.Token{}, ErrAgain
	}
	var faults []catalog.FieldError
	bad := func(path string, text wording.Text) {
		faults = append(faults, catalog.FieldError{Path: path, Text: text})
	}
	w.Name = strings.Join(strings.Fields(w.Name), " ")
	if n := utf8.RuneCountInString(w.Name); n == 0 || n > 80 || strings.ContainsFunc(w.Name, unicode.IsControl) {
		bad("name", wording.Textf("a name is needed, of at most 80 characters: what will use the token", "il faut un nom, d'au plus 80 caractères : ce qui utilisera le jeton"))
	}
	most := int(account.MaxTokenLife / (24 * time.Hour))
	if w.Days < 1 || w.Days > most {
		bad("days", wording.Textf("a number of days from 1 to %d is needed", "il faut un nombre de jours de 1 à %d", most))
	}
	x := account.Token{Person: own.Person, Name: w.Name, Expires: d.now().UTC().Truncate(time.Second).Add(time.Duration(w.Days) * 24 * time.Hour)}
	var have []string
	for _, p := range own.Grants() {
		have = append(have, string(p))
	}
	for _, scope := range w.Scopes {
		if !own.May(account.Permission(scope)) {
			bad("scopes", strict.NotIn(scope, have))
			continue
		}
		x.Scopes = append(x.Scopes, account.Permission(scope))
	}
	if len(w.Scopes) == 0 {
		bad("scopes", wording.Textf("at least one permission is needed", "il faut au moins une permission"))
	}
	if len(faults) > 0 {
		return "", account.Token{}, &catalog.InvalidError{Fields: faults}
	}
	token, hash := newToken(account.TokenPrefix)
	x.Hash = hash
	err = d.store.ChangeAccounts(ctx, own.Person, func(t *store.AccountChange) (err error) {
		x, err = t.AddToken(x)
		return err
	})
	return token, x, err
}

// EndToken ends one of the person's tokens.
func (d *Desk) EndToken(ctx context.Context, token string) error {
	id, err := me(ctx)
	if err != nil {
		return err
	}
	return d.store.ChangeAccounts(ctx, id, func(t *store.AccountChange) error { return t.EndToken(id, token) })
}

// RemovePasskey drops one of the person's passkeys, named in hex.
func (d *Desk) RemovePasskey(ctx context.Context, s *account.Session, name string) error {
	raw, err := hex.DecodeString(name)
	if err != nil {
		return &catalog.NotFoundError{What: wording.Textf("passkey", "clé d'accès"), ID: name}
	}
	id, err := me(ctx)
	if err != nil {
		return err
	}
	if !d.Fresh(s) {
		return ErrAgain
	}
	return d.store.ChangeAccounts(ctx, id, func(t *store.AccountChange) error { return t.RemovePasskey(id, raw) })
}

// decoded reads what a pass carries.
func decoded[T any](p account.Pass) (out T, err error) {
	err = json.Unmarshal(p.Body, &out)
	return out, err
}
