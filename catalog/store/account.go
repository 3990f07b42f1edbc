package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/wording"
)

const (
	accountColumns = "person, leaf, entity, roles, state, revision, login, subject, password, totp, totp_step, recovery, failed, failed_ns, seen_ns, created_ns, changed_ns, digest"
	passkeyColumns = "id, leaf, person, name, credential, created_ns, used_ns, digest"
	sessionColumns = "hash, id, person, means, agent, created_ns, seen_ns, digest"
	tokenColumns   = "hash, id, leaf, person, name, scopes, created_ns, expires_ns, used_ns, digest"
	passColumns    = "hash, sort, person, body, created_ns, expires_ns, digest"
)

type accountRow struct {
	Person    string
	Leaf      int64
	Entity    *string
	Roles     string
	State     string
	Revision  int64
	Login     []byte
	Subject   []byte
	Password  string
	Totp      []byte // sealed
	TotpStep  int64
	Recovery  []byte // hashes, one after the other
	Failed    int64
	FailedNs  int64
	SeenNs    int64
	CreatedNs int64
	ChangedNs int64
	Digest    []byte
}

func (r *accountRow) digest() string {
	return digestOf(r.Person, fmt.Sprint(r.Leaf), entityName(r.Entity), r.Roles, r.State, fmt.Sprint(r.Revision), string(r.Login), string(r.Subject), r.Password,
		string(r.Totp), fmt.Sprint(r.TotpStep), string(r.Recovery), fmt.Sprint(r.Failed), fmt.Sprint(r.FailedNs), fmt.Sprint(r.SeenNs), fmt.Sprint(r.CreatedNs), fmt.Sprint(r.ChangedNs))
}

func (r *accountRow) values() []any {
	return []any{r.Person, r.Leaf, r.Entity, r.Roles, r.State, r.Revision, r.Login, r.Subject, r.Password, r.Totp, r.TotpStep, r.Recovery, r.Failed, r.FailedNs,
		r.SeenNs, r.CreatedNs, r.ChangedNs, hashBytes(r.digest())}
}

func joined[T ~string](list []T) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return strings.Join(out, " ")
}

func parted[T ~string](s string) []T {
	out := []T{}
	for x := range strings.FieldsSeq(s) {
		out = append(out, T(x))
	}
	return out
}

// stamp is a moment as stored: zero stays zero.
func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func unstamp(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return moment(ns)
}

func (s *Store) fromAccount(a account.Account) (accountRow, error) {
	r := accountRow{Person: a.Person, Entity: entity(a.Entity), Roles: joined(account.SortRoles(a.Roles)), State: string(a.State), Revision: a.Revision, Login: a.Login,
		Subject: a.Subject, Password: a.Password, TotpStep: a.Step, Recovery: bytes.Join(a.Recovery, nil), Failed: a.Failed, FailedNs: stamp(a.FailedAt),
		SeenNs: stamp(a.Seen), CreatedNs: stamp(a.Created), ChangedNs: stamp(a.Changed)}
	if r.Recovery == nil {
		r.Recovery = []byte{}
	}
	var err error
	if a.TOTP != nil {
		r.Totp, err = s.Seal("totp "+a.Person, a.TOTP)
	}
	return r, err
}

func (s *Store) toAccount(r *accountRow) (account.Account, error) {
	a := account.Account{Person: r.Person, Entity: entityName(r.Entity), Roles: parted[account.Role](r.Roles), State: account.State(r.State), Revision: r.Revision,
		Login: r.Login, Subject: r.Subject, Password: r.Password, Step: r.TotpStep, Failed: r.Failed, FailedAt: unstamp(r.FailedNs), Seen: unstamp(r.SeenNs),
		Created: unstamp(r.CreatedNs), Changed: unstamp(r.ChangedNs)}
	if hexOf(r.Digest) != r.digest() || len(r.Recovery)%sha256.Size != 0 {
		return a, damaged("accounts", r.Person, "the row does not fit its digest", "la ligne ne correspond pas à son empreinte")
	}
	for list := range slices.Chunk(r.Recovery, sha256.Size) {
		a.Recovery = append(a.Recovery, list)
	}
	var err error
	if r.Totp != nil {
		a.TOTP, err = s.Unseal("totp "+r.Person, r.Totp)
	}
	return a, err
}

func noAccount(person string) error {
	return &catalog.NotFoundError{What: wording.Textf("account", "compte"), ID: person}
}

func (s *Store) accountWhere(q query, where string, arg any) (account.Account, bool, error) {
	r, ok, err := row[accountRow](q, "SELECT "+accountColumns+" FROM accounts WHERE "+where+" = ?", arg)
	if err != nil || !ok {
		return account.Account{}, false, err
	}
	a, err := s.toAccount(&r)
	return a, err == nil, err
}

// Account reads one account.
func (s *Store) Account(ctx context.Context, person string) (account.Account, error) {
	var out account.Account
	err := s.reading(ctx, func(q query) error {
		a, ok, err := s.accountWhere(q, "person", person)
		if err == nil && !ok {
			err = noAccount(person)
		}
		out = a
		return err
	})
	return out, err
}

// AccountByLogin finds the account of an address by its SHA-256; false when there is none.
func (s *Store) AccountByLogin(ctx context.Context, login []byte) (out account.Account, ok bool, err error) {
	err = s.reading(ctx, func(q query) error {
		out, ok, err = s.accountWhere(q, "login", login)
		return err
	})
	return out, ok, err
}

// AccountBySubject finds the account of an identity at a provider; false when there is none.
func (s *Store) AccountBySubject(ctx context.Context, subject []byte) (out account.Account, ok bool, err error) {
	err = s.reading(ctx, func(q query) error {
		out, ok, err = s.accountWhere(q, "subject", subject)
		return err
	})
	return out, ok, err
}

// Accounts lists them all, oldest first.
func (s *Store) Accounts(ctx context.Context) ([]account.Account, error) {
	out := []account.Account{}
	err := s.reading(ctx, func(q query) error {
		list, err := rows[accountRow](q, "SELECT "+accountColumns+" FROM accounts ORDER BY created_ns, person")
		if err != nil {
			return err
		}
		for i := range list {
			a, err := s.toAccount(&list[i])
			if err != nil {
				return err
			}
			out = append(out, a)
		}
		return nil
	})
	return out, err
}

type signedRow struct {
	Hash      []byte
	ID        string `gorm:"column:id"`
	Person    string
	Means     string
	Agent     string
	CreatedNs int64
	SeenNs    int64

	Entity *string
	Roles  string
	State  string
}

// SignedIn finds a session by the hash of its token, with what its account makes of the person. ok is false when there
// is none, when it ended, or when the account may not be used.
func (s *Store) SignedIn(ctx context.Context, hash []byte) (p *account.Principal, out account.Session, ok bool, err error) {
	err = s.reading(ctx, func(q query) error {
		r, found, err := row[signedRow](q, "SELECT s.hash, s.id, s.person, s.means, s.agent, s.created_ns, s.seen_ns, a.entity, a.roles, a.state FROM sessions s JOIN accounts a ON a.person = s.person WHERE s.hash = ?", hash)
		if err != nil || !found {
			return err
		}
		out = account.Session{ID: r.ID, Hash: r.Hash, Person: r.Person, Means: account.Means(r.Means), Agent: r.Agent, Created: unstamp(r.CreatedNs), Seen: unstamp(r.SeenNs)}
		a := account.Account{Person: r.Person, Entity: entityName(r.Entity), Roles: parted[account.Role](r.Roles), State: account.State(r.State)}
		if p = a.Principal(); p != nil && !out.Ended(s.now()) {
			ok = true
		}
		return nil
	})
	return p, out, ok, err
}

type bearerRow struct {
	Hash      []byte
	ID        string `gorm:"column:id"`
	Person    string
	Name      string
	Scopes    string
	CreatedNs int64
	ExpiresNs int64
	UsedNs    int64

	Entity *string
	Roles  string
	State  string
}

// Bearer finds a token by its hash, with the principal that it makes: never more than its owner has at this moment. ok is
// false when there is none, when it expired, or when the account may not be used.
func (s *Store) Bearer(ctx context.Context, hash []byte) (p *account.Principal, out account.Token, ok bool, err error) {
	err = s.reading(ctx, func(q query) error {
		r, found, err := row[bearerRow](q, "SELECT t.hash, t.id, t.person, t.name, t.scopes, t.created_ns, t.expires_ns, t.used_ns, a.entity, a.roles, a.state FROM tokens t JOIN accounts a ON a.person = t.person WHERE t.hash = ?", hash)
		if err != nil || !found {
			return err
		}
		out = (&tokenRow{Hash: r.Hash, ID: r.ID, Person: r.Person, Name: r.Name, Scopes: r.Scopes, CreatedNs: r.CreatedNs, ExpiresNs: r.ExpiresNs, UsedNs: r.UsedNs}).toToken()
		a := account.Account{Person: r.Person, Entity: entityName(r.Entity), Roles: parted[account.Role](r.Roles), State: account.State(r.State)}
		if p = a.Principal(); p != nil {
			p.Token, p.Scopes = out.ID, out.Scopes
			ok = s.now().Before(out.Expires)
		}
		return nil
	})
	return p, out, ok, err
}
