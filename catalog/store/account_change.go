package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"vigie/catalog"
	"vigie/catalog/account"
)

// AccountChange is a transaction on accounts and what belongs to them. Each change of who may do what writes its leaf of
// the log by itself: a caller cannot forget it.
type AccountChange struct {
	c  *change
	s  *Store
	by string
}

// ChangeAccounts runs do in one transaction: all of it stands, with its leaves, or nothing does. by is the opaque id of
// who changes, or one of the words of account.Event.
func (s *Store) ChangeAccounts(ctx context.Context, by string, do func(t *AccountChange) error) error {
	return s.change(ctx, func(c *change) error { return do(&AccountChange{c: c, s: s, by: by}) })
}

// Now is the moment of the transaction.
func (t *AccountChange) Now() time.Time { return t.c.now }

// By says from here on who changes, once that is known.
func (t *AccountChange) By(id string) { t.by = id }

// Account reads an account as the transaction sees it.
func (t *AccountChange) Account(person string) (account.Account, error) {
	a, ok, err := t.s.accountWhere(t.c.query, "person", person)
	if err == nil && !ok {
		err = noAccount(person)
	}
	return a, err
}

// AccountByLogin finds the account of an address by its SHA-256; false when there is none.
func (t *AccountChange) AccountByLogin(login []byte) (account.Account, bool, error) {
	return t.s.accountWhere(t.c.query, "login", login)
}

// AccountBySubject finds the account of an identity at a provider; false when there is none.
func (t *AccountChange) AccountBySubject(subject []byte) (account.Account, bool, error) {
	return t.s.accountWhere(t.c.query, "subject", subject)
}

// Count is how many accounts in a state have a role, as the transaction sees it.
func (t *AccountChange) Count(state account.State, role account.Role) (int, error) {
	return countAccounts(t.c.query, state, role)
}

// CountAccounts is how many accounts in a state have a role.
func (s *Store) CountAccounts(ctx context.Context, state account.State, role account.Role) (n int, err error) {
	err = s.reading(ctx, func(q query) error {
		n, err = countAccounts(q, state, role)
		return err
	})
	return n, err
}

func countAccounts(q query, state account.State, role account.Role) (int, error) {
	list, err := rows[accountRow](q, "SELECT "+accountColumns+" FROM accounts WHERE state = ?", string(state))
	n := 0
	for i := range list {
		if slices.Contains(parted[account.Role](list[i].Roles), role) {
			n++
		}
	}
	return n, err
}

// event writes a leaf about an account and gives its index.
func (t *AccountChange) event(a account.Account, e account.Event) (int64, error) {
	e.By, e.Person, e.Entity, e.Roles, e.State, e.Revision = t.by, a.Person, a.Entity, account.SortRoles(a.Roles), a.State, a.Revision
	body, err := catalog.Canonical(e)
	if err != nil {
		return 0, err
	}
	d := Document{Kind: Role, Body: body, Index: map[string]string{"person": a.Person}}
	if t.by != "" {
		d.Index["by"] = t.by
	}
	leaf := t.c.leaf(string(Role), d.Hash(), a.Entity, d.Index)
	if err := t.c.insert("documents", "leaf, kind, hash, entity, body", [][]any{{leaf, string(Role), hashBytes(d.Hash()), entity(a.Entity), body}}); err != nil {
		return 0, err
	}
	list := [][]any{{leaf, "person", a.Person}}
	if t.by != "" {
		list = append(list, []any{leaf, "by", t.by})
	}
	return leaf, t.c.insert("document_index", "leaf, key, value", list)
}

// Add makes a person known by fields, and the account of that person, and gives the person's id. An address that another
// account signs in with is a *ConflictError.
func (t *AccountChange) Add(fields map[string]string, a account.Account) (string, error) {
	p := Person{Fields: fields}
	if err := t.c.putPerson(&p, a.Entity); err != nil {
		return "", err
	}
	a.Person, a.Revision, a.Created, a.Changed = p.ID, 1, t.c.now, t.c.now
	if err := t.unused(a); err != nil {
		return "", err
	}
	leaf, err := t.event(a, account.Event{Changes: []account.Change{account.MadeAccount}})
	if err != nil {
		return "", err
	}
	r, err := t.s.fromAccount(a)
	if err != nil {
		return "", err
	}
	r.Leaf = leaf
	return p.ID, t.c.insert("accounts", accountColumns, [][]any{r.values()})
}

// ErrLoginTaken is wrapped by the error about an address that another account signs in with.
var ErrLoginTaken = taken{}

type taken struct{}

func (taken) Error() string { return "address taken" }

func (t *AccountChange) unused(a account.Account) error {
	for _, x := range []struct {
		column string
		value  []byte
	}{{"login", a.Login}, {"subject", a.Subject}} {
		if x.value == nil {
			continue
		}
		type owner struct{ Person string }
		o, ok, err := row[owner](t.c.query, "SELECT person FROM accounts WHERE "+x.column+" = ?", x.value)
		if err != nil {
			return err
		}
		if ok && o.Person != a.Person {
			e := conflict("another account signs in with this address", "un autre compte se connecte avec cette adresse")
			e.cause = ErrLoginTaken
			return e
		}
	}
	return nil
}

// PutPerson replaces what the person of an account is known by.
func (t *AccountChange) PutPerson(person string, fields map[string]string) error {
	a, err := t.Account(person)
	if err != nil {
		return err
	}
	return t.c.putPerson(&Person{ID: person, Fields: fields}, a.Entity)
}

// Replace writes an account from the revision that the writer saw; *ConflictError when another was faster. When roles,
// state, entity, or a way of signing in changed, that is a leaf, the revision grows, and sessions end: of a change of
// rights all of them, so that each goes on with a new token; of the password or the second factor all but the one whose
// hash is kept. Tries, moments and used codes change neither.
func (t *AccountChange) Replace(a account.Account, keep []byte) error {
	old, err := t.Account(a.Person)
	if err != nil {
		return err
	}
	if old.Revision != a.Revision {
		e := conflict("the account was changed since: revision %d, not %d; look at it again", "le compte a été modifié entre-temps : révision %d et non %d ; le relire", old.Revision, a.Revision)
		e.Have, e.Want = old.Revision, a.Revision
		return e
	}
	if err := t.unused(a); err != nil {
		return err
	}
	a.Roles, a.Created, a.Changed = account.SortRoles(a.Roles), old.Created, old.Changed
	changes, rights := changesOf(old, a)
	leaf, err := t.leafOf(a.Person)
	if err != nil {
		return err
	}
	if len(changes) > 0 {
		a.Revision++
		a.Changed = t.c.now
		if leaf, err = t.event(a, account.Event{Changes: changes}); err != nil {
			return err
		}
		if rights {
			keep = nil
		}
		if err := t.EndSessions(a.Person, keep); err != nil {
			return err
		}
	}
	return t.write(a, leaf)
}

// changesOf names what of an account changed that is a leaf of the log, and whether it is about rights.
func changesOf(old, a account.Account) (out []account.Change, rights bool) {
	add := func(changed bool, c account.Change) {
		if changed {
			out = append(out, c)
		}
	}
	add(!slices.Equal(old.Roles, a.Roles), account.ChangedRoles)
	add(old.State != a.State, account.ChangedState)
	add(old.Entity != a.Entity, account.ChangedEntity)
	rights = len(out) > 0
	add(string(old.Login) != string(a.Login), account.ChangedLogin)
	add(string(old.Subject) != string(a.Subject), account.ChangedSubject)
	add(old.Password != a.Password, account.ChangedSecret)
	add(string(old.TOTP) != string(a.TOTP), account.ChangedTOTP)
	add(len(a.Recovery) > len(old.Recovery) || len(a.Recovery) > 0 && string(a.Recovery[0]) != string(old.Recovery[0]) && len(a.Recovery) == len(old.Recovery), account.ChangedCodes)
	return out, rights
}

func (t *AccountChange) leafOf(person string) (int64, error) {
	n, _, err := row[int64](t.c.query, "SELECT leaf FROM accounts WHERE person = ?", person)
	return n, err
}

func (t *AccountChange) write(a account.Account, leaf int64) error {
	r, err := t.s.fromAccount(a)
	if err != nil {
		return err
	}
	r.Leaf = leaf
	args := append(r.values()[1:], a.Person)
	n, err := t.c.exec("UPDATE accounts SET leaf = ?, entity = ?, roles = ?, state = ?, revision = ?, login = ?, subject = ?, password = ?, totp = ?, totp_step = ?, recovery = ?, failed = ?, failed_ns = ?, seen_ns = ?, created_ns = ?, changed_ns = ?, digest = ? WHERE person = ?", args...)
	if err == nil && n != 1 {
		err = noAccount(a.Person)
	}
	return err
}

// touch writes a leaf about something that belongs to an account, and points the account at it.
func (t *AccountChange) touch(person string, e account.Event) (int64, error) {
	a, err := t.Account(person)
	if err != nil {
		return 0, err
	}
	a.Revision++
	a.Changed = t.c.now
	leaf, err := t.event(a, e)
	if err != nil {
		return 0, err
	}
	return leaf, t.write(a, leaf)
}

// AddSession keeps a session and sweeps away those that ended, of anybody. Its id and moments are given here.
func (t *AccountChange) AddSession(x account.Session) (account.Session, error) {
	var err error
	if x.ID, err = newID(t.c); err != nil {
		return x, err
	}
	x.Created, x.Seen = t.c.now, t.c.now
	if _, err := t.c.exec("DELETE FROM sessions WHERE created_ns < ? OR seen_ns < ?", t.c.now.Add(-account.SessionLife).UnixNano(), t.c.now.Add(-account.SessionIdle).UnixNano()); err != nil {
		return x, err
	}
	r := fromSession(x)
	return x, t.c.insert("sessions", sessionColumns, [][]any{r.values()})
}

// SeenSession notes that a session was used.
func (t *AccountChange) SeenSession(x account.Session) error {
	x.Seen = t.c.now
	r := fromSession(x)
	_, err := t.c.exec("UPDATE sessions SET seen_ns = ?, digest = ? WHERE hash = ?", r.SeenNs, hashBytes(r.digest()), r.Hash)
	return err
}

// EndSession ends one session of a person, by its id; of another's it does nothing.
func (t *AccountChange) EndSession(person, id string) error {
	_, err := t.c.exec("DELETE FROM sessions WHERE person = ? AND id = ?", person, id)
	return err
}

// EndSessions ends all sessions of a person but the one of this hash, and what of signing in had begun.
func (t *AccountChange) EndSessions(person string, keep []byte) error {
	if _, err := t.c.exec("DELETE FROM passes WHERE person = ? AND sort IN ('second', 'enrol')", person); err != nil {
		return err
	}
	stmt, args := "DELETE FROM sessions WHERE person = ?", []any{person}
	if keep != nil {
		stmt, args = stmt+" AND hash <> ?", append(args, keep)
	}
	_, err := t.c.exec(stmt, args...)
	return err
}

// RenewSession gives a session a new token, of which this is the hash: the old one is good no more.
func (t *AccountChange) RenewSession(x account.Session, hash []byte) (account.Session, error) {
	if _, err := t.c.exec("DELETE FROM sessions WHERE hash = ?", x.Hash); err != nil {
		return x, err
	}
	x.Hash, x.Seen = hash, t.c.now
	r := fromSession(x)
	return x, t.c.insert("sessions", sessionColumns, [][]any{r.values()})
}

// AddToken keeps a token and writes its leaf. Its id and moment are given here; scopes that its owner does not have are
// left out.
func (t *AccountChange) AddToken(x account.Token) (account.Token, error) {
	var err error
	if x.ID, err = newID(t.c); err != nil {
		return x, err
	}
	x.Created = t.c.now
	x.Scopes = account.SortPermissions(x.Scopes)
	var scopes []string
	for _, p := range x.Scopes {
		scopes = append(scopes, string(p))
	}
	leaf, err := t.touch(x.Person, account.Event{Changes: []account.Change{account.AddedToken}, Item: x.ID, Scopes: scopes, Expires: x.Expires.UTC().Format(time.RFC3339)})
	if err != nil {
		return x, err
	}
	r := fromToken(x)
	r.Leaf = leaf
	return x, t.c.insert("tokens", tokenColumns, [][]any{r.values()})
}

// UsedToken notes that a token was used.
func (t *AccountChange) UsedToken(x account.Token) error {
	r, ok, err := row[tokenRow](t.c.query, "SELECT "+tokenColumns+" FROM tokens WHERE hash = ?", x.Hash)
	if err != nil || !ok {
		return err
	}
	r.UsedNs = t.c.now.UnixNano()
	_, err = t.c.exec("UPDATE tokens SET used_ns = ?, digest = ? WHERE hash = ?", r.UsedNs, hashBytes(r.digest()), r.Hash)
	return err
}

// EndToken ends a token of a person by its id; *catalog.NotFoundError when the person has none of that id.
func (t *AccountChange) EndToken(person, id string) error {
	n, err := t.c.exec("DELETE FROM tokens WHERE person = ? AND id = ?", person, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return &catalog.NotFoundError{What: textf("token", "jeton"), ID: id}
	}
	_, err = t.touch(person, account.Event{Changes: []account.Change{account.RemovedToken}, Item: id})
	return err
}

// passkeyItem names a passkey in the log: a hash, since its id could tell the device.
func passkeyItem(id []byte) string {
	sum := sha256.Sum256(id)
	return hex.EncodeToString(sum[:16])
}

// AddPasskey keeps a passkey and writes its leaf.
func (t *AccountChange) AddPasskey(x account.Passkey) error {
	x.Created = t.c.now
	leaf, err := t.touch(x.Person, account.Event{Changes: []account.Change{account.AddedPasskey}, Item: passkeyItem(x.ID)})
	if err != nil {
		return err
	}
	r := fromPasskey(x)
	r.Leaf = leaf
	return t.c.insert("passkeys", passkeyColumns, [][]any{r.values()})
}

// UsedPasskey keeps what changed on a passkey when it was used: its counter.
func (t *AccountChange) UsedPasskey(x account.Passkey) error {
	r, ok, err := row[passkeyRow](t.c.query, "SELECT "+passkeyColumns+" FROM passkeys WHERE id = ?", x.ID)
	if err != nil || !ok {
		return err
	}
	r.Credential, r.UsedNs = x.Credential, t.c.now.UnixNano()
	_, err = t.c.exec("UPDATE passkeys SET credential = ?, used_ns = ?, digest = ? WHERE id = ?", r.Credential, r.UsedNs, hashBytes(r.digest()), r.ID)
	return err
}

// RemovePasskey drops a passkey of a person; *catalog.NotFoundError when the person has none of that id.
func (t *AccountChange) RemovePasskey(person string, id []byte) error {
	n, err := t.c.exec("DELETE FROM passkeys WHERE person = ? AND id = ?", person, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return &catalog.NotFoundError{What: textf("passkey", "clé d'accès"), ID: passkeyItem(id)}
	}
	_, err = t.touch(person, account.Event{Changes: []account.Change{account.RemovedPasskey}, Item: passkeyItem(id)})
	return err
}

// AddPass keeps a pass, and sweeps away those that expired. A link for a person replaces earlier ones of its sort, and is
// a leaf: it lets its bearer in.
func (t *AccountChange) AddPass(x account.Pass, life time.Duration) (account.Pass, error) {
	x.Created, x.Expires = t.c.now, t.c.now.Add(life)
	if _, err := t.c.exec("DELETE FROM passes WHERE expires_ns < ?", t.c.now.UnixNano()); err != nil {
		return x, err
	}
	switch x.Sort {
	case account.SetupPass:
		if _, err := t.c.exec("DELETE FROM passes WHERE sort = ?", string(x.Sort)); err != nil {
			return x, err
		}
	case account.InvitePass, account.ResetPass:
		if _, err := t.c.exec("DELETE FROM passes WHERE person = ? AND sort IN ('invite', 'reset')", x.Person); err != nil {
			return x, err
		}
		if _, err := t.touch(x.Person, account.Event{Changes: []account.Change{account.MadeLink}, Item: string(x.Sort)}); err != nil {
			return x, err
		}
	}
	r := fromPass(x)
	return x, t.c.insert("passes", passColumns, [][]any{r.values()})
}

// TakePass uses a pass up: it is there once. ok is false when there is none of that sort, or it expired.
func (t *AccountChange) TakePass(sort account.PassSort, hash []byte) (account.Pass, bool, error) {
	r, ok, err := row[passRow](t.c.query, "SELECT "+passColumns+" FROM passes WHERE hash = ? AND sort = ?", hash, string(sort))
	if err != nil || !ok {
		return account.Pass{}, false, err
	}
	if _, err := t.c.exec("DELETE FROM passes WHERE hash = ?", hash); err != nil {
		return account.Pass{}, false, err
	}
	x := r.toPass()
	return x, t.c.now.Before(x.Expires), nil
}

// Erase forgets what is known of a person, closes the account for ever and drops everything that belongs to it.
func (t *AccountChange) Erase(person, reason string) error {
	a, err := t.Account(person)
	if err != nil {
		return err
	}
	for _, table := range []string{"sessions", "tokens", "passkeys", "passes"} {
		if _, err := t.c.exec("DELETE FROM "+table+" WHERE person = ?", person); err != nil {
			return err
		}
	}
	a.State, a.Roles, a.Login, a.Subject, a.Password, a.TOTP, a.Recovery, a.Step, a.Failed, a.FailedAt, a.Seen = account.Closed, nil, nil, nil, "", nil, nil, 0, 0, time.Time{}, time.Time{}
	a.Revision++
	a.Changed = t.c.now
	leaf, err := t.event(a, account.Event{Changes: []account.Change{account.Erased}})
	if err != nil {
		return err
	}
	if err := t.write(a, leaf); err != nil {
		return err
	}
	return t.c.erasePerson(person, t.by, reason)
}

// EraseAccount does what AccountChange.Erase says, and on SQLite empties the write-ahead log of what was erased.
func (s *Store) EraseAccount(ctx context.Context, person, by, reason string) error {
	if err := s.ChangeAccounts(ctx, by, func(t *AccountChange) error { return t.Erase(person, reason) }); err != nil {
		return err
	}
	return s.emptyWAL(ctx)
}
