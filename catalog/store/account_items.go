package store

import (
	"context"
	"fmt"

	"vigie/catalog/account"
)

// Sessions, tokens, passkeys and passes: what belongs to an account.

type sessionRow struct {
	Hash      []byte
	ID        string `gorm:"column:id"`
	Person    string
	Means     string
	Agent     string
	CreatedNs int64
	SeenNs    int64
	Digest    []byte
}

func fromSession(x account.Session) sessionRow {
	return sessionRow{Hash: x.Hash, ID: x.ID, Person: x.Person, Means: string(x.Means), Agent: x.Agent, CreatedNs: stamp(x.Created), SeenNs: stamp(x.Seen)}
}

func (r *sessionRow) toSession() account.Session {
	return account.Session{Hash: r.Hash, ID: r.ID, Person: r.Person, Means: account.Means(r.Means), Agent: r.Agent, Created: unstamp(r.CreatedNs), Seen: unstamp(r.SeenNs)}
}

func (r *sessionRow) digest() string {
	return digestOf(string(r.Hash), r.ID, r.Person, r.Means, r.Agent, fmt.Sprint(r.CreatedNs), fmt.Sprint(r.SeenNs))
}

func (r *sessionRow) values() []any {
	return []any{r.Hash, r.ID, r.Person, r.Means, r.Agent, r.CreatedNs, r.SeenNs, hashBytes(r.digest())}
}

type tokenRow struct {
	Hash      []byte
	ID        string `gorm:"column:id"`
	Leaf      int64
	Person    string
	Name      string
	Scopes    string
	CreatedNs int64
	ExpiresNs int64
	UsedNs    int64
	Digest    []byte
}

func fromToken(x account.Token) tokenRow {
	return tokenRow{Hash: x.Hash, ID: x.ID, Person: x.Person, Name: x.Name, Scopes: joined(account.SortPermissions(x.Scopes)), CreatedNs: stamp(x.Created),
		ExpiresNs: stamp(x.Expires), UsedNs: stamp(x.Used)}
}

func (r *tokenRow) toToken() account.Token {
	return account.Token{Hash: r.Hash, ID: r.ID, Person: r.Person, Name: r.Name, Scopes: parted[account.Permission](r.Scopes), Created: unstamp(r.CreatedNs),
		Expires: unstamp(r.ExpiresNs), Used: unstamp(r.UsedNs)}
}

func (r *tokenRow) digest() string {
	return digestOf(string(r.Hash), r.ID, fmt.Sprint(r.Leaf), r.Person, r.Name, r.Scopes, fmt.Sprint(r.CreatedNs), fmt.Sprint(r.ExpiresNs), fmt.Sprint(r.UsedNs))
}

func (r *tokenRow) values() []any {
	return []any{r.Hash, r.ID, r.Leaf, r.Person, r.Name, r.Scopes, r.CreatedNs, r.ExpiresNs, r.UsedNs, hashBytes(r.digest())}
}

type passkeyRow struct {
	ID         []byte `gorm:"column:id"`
	Leaf       int64
	Person     string
	Name       string
	Credential []byte
	CreatedNs  int64
	UsedNs     int64
	Digest     []byte
}

func fromPasskey(x account.Passkey) passkeyRow {
	return passkeyRow{ID: x.ID, Person: x.Person, Name: x.Name, Credential: x.Credential, CreatedNs: stamp(x.Created), UsedNs: stamp(x.Used)}
}

func (r *passkeyRow) toPasskey() account.Passkey {
	return account.Passkey{ID: r.ID, Person: r.Person, Name: r.Name, Credential: r.Credential, Created: unstamp(r.CreatedNs), Used: unstamp(r.UsedNs)}
}

func (r *passkeyRow) digest() string {
	return digestOf(string(r.ID), fmt.Sprint(r.Leaf), r.Person, r.Name, string(r.Credential), fmt.Sprint(r.CreatedNs), fmt.Sprint(r.UsedNs))
}

func (r *passkeyRow) values() []any {
	return []any{r.ID, r.Leaf, r.Person, r.Name, r.Credential, r.CreatedNs, r.UsedNs, hashBytes(r.digest())}
}

type passRow struct {
	Hash      []byte
	Sort      string
	Person    *string
	Body      []byte
	CreatedNs int64
	ExpiresNs int64
	Digest    []byte
}

func fromPass(x account.Pass) passRow {
	r := passRow{Hash: x.Hash, Sort: string(x.Sort), Body: x.Body, CreatedNs: stamp(x.Created), ExpiresNs: stamp(x.Expires)}
	if r.Body == nil {
		r.Body = []byte{}
	}
	if x.Person != "" {
		r.Person = &x.Person
	}
	return r
}

func (r *passRow) toPass() account.Pass {
	x := account.Pass{Hash: r.Hash, Sort: account.PassSort(r.Sort), Body: r.Body, Created: unstamp(r.CreatedNs), Expires: unstamp(r.ExpiresNs)}
	if r.Person != nil {
		x.Person = *r.Person
	}
	return x
}

func (r *passRow) digest() string {
	person := ""
	if r.Person != nil {
		person = *r.Person
	}
	return digestOf(string(r.Hash), r.Sort, person, string(r.Body), fmt.Sprint(r.CreatedNs), fmt.Sprint(r.ExpiresNs))
}

func (r *passRow) values() []any {
	return []any{r.Hash, r.Sort, r.Person, r.Body, r.CreatedNs, r.ExpiresNs, hashBytes(r.digest())}
}

// listed reads the rows of a person and turns each into its shape.
func listed[R, X any](ctx context.Context, s *Store, stmt, person string, to func(*R) X) ([]X, error) {
	out := []X{}
	err := s.reading(ctx, func(q query) error {
		list, err := rows[R](q, stmt, person)
		for i := range list {
			out = append(out, to(&list[i]))
		}
		return err
	})
	return out, err
}

// Sessions lists a person's sessions, those that ended included until they are swept away, newest first.
func (s *Store) Sessions(ctx context.Context, person string) ([]account.Session, error) {
	return listed(ctx, s, "SELECT "+sessionColumns+" FROM sessions WHERE person = ? ORDER BY created_ns DESC, id", person, (*sessionRow).toSession)
}

// Tokens lists a person's tokens, newest first.
func (s *Store) Tokens(ctx context.Context, person string) ([]account.Token, error) {
	return listed(ctx, s, "SELECT "+tokenColumns+" FROM tokens WHERE person = ? ORDER BY created_ns DESC, id", person, (*tokenRow).toToken)
}

// Passkeys lists a person's passkeys, oldest first.
func (s *Store) Passkeys(ctx context.Context, person string) ([]account.Passkey, error) {
	return listed(ctx, s, "SELECT "+passkeyColumns+" FROM passkeys WHERE person = ? ORDER BY created_ns, id", person, (*passkeyRow).toPasskey)
}

// Passes lists what is good once and still waits for a person: invitations and resets.
func (s *Store) Passes(ctx context.Context, person string) ([]account.Pass, error) {
	return listed(ctx, s, "SELECT "+passColumns+" FROM passes WHERE person = ? ORDER BY created_ns DESC, hash", person, (*passRow).toPass)
}

// Pass looks at a pass without using it; false when there is none of that sort, or it expired.
func (s *Store) Pass(ctx context.Context, sort account.PassSort, hash []byte) (out account.Pass, ok bool, err error) {
	err = s.reading(ctx, func(q query) error {
		r, found, err := row[passRow](q, "SELECT "+passColumns+" FROM passes WHERE hash = ? AND sort = ?", hash, string(sort))
		if found && err == nil {
			out = r.toPass()
			ok = s.now().Before(out.Expires)
		}
		return err
	})
	return out, ok, err
}
