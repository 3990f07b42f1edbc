package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/catalog/account"
)

func changeAccounts(t testing.TB, s *Store, do func(*AccountChange) error) {
	t.Helper()
	if err := s.ChangeAccounts(t.Context(), "tests", do); err != nil {
		t.Fatal(err)
	}
}

// anAdministrator has one of everything that belongs to an account.
func anAdministrator(t testing.TB, s *Store) string {
	t.Helper()
	var id string
	changeAccounts(t, s, func(c *AccountChange) (err error) {
		id, err = c.Add(map[string]string{"name": "Anne Onyme", "email": "anne@example.org"}, account.Account{Entity: "fr", Roles: []account.Role{account.Administrator, account.Legal},
			State: account.Active, Login: account.HashLogin("anne@example.org"), Password: "$argon2id$…", TOTP: []byte("a shared secret"), Step: 7, Recovery: [][]byte{account.HashRecovery("a"), account.HashRecovery("b")}})
		if err != nil {
			return err
		}
		if _, err = c.AddSession(account.Session{Hash: account.HashToken("session"), Person: id, Means: account.ByPassword, Agent: "Firefox, Linux"}); err != nil {
			return err
		}
		if _, err = c.AddToken(account.Token{Hash: account.HashToken("token"), Person: id, Name: "nightly import", Scopes: []account.Permission{account.Read, account.Claim}, Expires: c.Now().Add(24 * time.Hour).Truncate(time.Second)}); err != nil {
			return err
		}
		if err = c.AddPasskey(account.Passkey{ID: []byte{1, 2, 3}, Person: id, Name: "key ring", Credential: []byte(`{"id":"AQID"}`)}); err != nil {
			return err
		}
		_, err = c.AddPass(account.Pass{Sort: account.ResetPass, Hash: account.HashToken("reset"), Person: id, Body: []byte("{}")}, time.Hour)
		return err
	})
	return id
}

// What was written of an account and of all that belongs to it is read back whole.
func TestAccountsAreReadBack(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		id := anAdministrator(t, s)
		a, err := s.Account(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		want := account.Account{Person: id, Entity: "fr", Roles: []account.Role{account.Legal, account.Administrator}, State: account.Active, Revision: 4, Login: account.HashLogin("anne@example.org"),
			Password: "$argon2id$…", TOTP: []byte("a shared secret"), Step: 7, Recovery: [][]byte{account.HashRecovery("a"), account.HashRecovery("b")}, Created: a.Created, Changed: a.Changed}
		if diff := cmp.Diff(want, a); diff != "" {
			t.Error(diff)
		}
		p, session, ok, err := s.SignedIn(t.Context(), account.HashToken("session"))
		if err != nil || !ok || session.Agent != "Firefox, Linux" {
			t.Fatalf("%v %v %+v", ok, err, session)
		}
		if diff := cmp.Diff(&account.Principal{Person: id, Entity: "fr", Roles: want.Roles}, p); diff != "" {
			t.Error(diff)
		}
		p, token, ok, err := s.Bearer(t.Context(), account.HashToken("token"))
		if err != nil || !ok || token.Name != "nightly import" || !p.May(account.Claim) || p.May(account.Administer) {
			t.Errorf("%v %v %+v %+v", ok, err, token, p)
		}
		keys, err := s.Passkeys(t.Context(), id)
		if err != nil || len(keys) != 1 || keys[0].Name != "key ring" || string(keys[0].Credential) != `{"id":"AQID"}` {
			t.Errorf("%v %+v", err, keys)
		}
		for _, hash := range [][]byte{account.HashToken("other"), {}, nil} {
			if _, _, ok, err := s.SignedIn(t.Context(), hash); ok || err != nil {
				t.Errorf("a session of %x: %v %v", hash, ok, err)
			}
		}
		if v := verify(t, s); !v.OK() {
			t.Errorf("%+v", v.Damage)
		}
	})
}

// The shared secret is nowhere in the database as it is, nor is any token.
func TestSecretsAreNotInTheDatabase(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		anAdministrator(t, s)
		if err := s.Dump(t.Context(), func(table, line string) error {
			for _, secret := range []string{"a shared secret", fmt.Sprintf("%x", "a shared secret"), s.secret} {
				if strings.Contains(line, secret) {
					t.Errorf("%s holds %q: %s", table, secret, line)
				}
			}
			if table != "people" && (strings.Contains(line, "anne@") || strings.Contains(line, fmt.Sprintf("%x", "anne@"))) {
				t.Errorf("%s holds the address: %s", table, line)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		sealed, err := s.Seal("totp one", []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Unseal("totp another", sealed); err == nil {
			t.Error("what was sealed for one opens for another")
		}
	})
}

// Each change of who may do what is a leaf of the log; tries and moments are not.
func TestChangesOfAccountsAreLeaves(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		id := anAdministrator(t, s)
		change := func(do func(*account.Account)) int64 {
			before := verify(t, s).Leaves
			a, err := s.Account(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			do(&a)
			changeAccounts(t, s, func(c *AccountChange) error { return c.Replace(a, nil) })
			v := verify(t, s)
			if !v.OK() {
				t.Fatalf("%+v", v.Damage)
			}
			return v.Leaves - before
		}
		for _, x := range []struct {
			name string
			do   func(*account.Account)
			want int64
		}{
			{"roles", func(a *account.Account) { a.Roles = []account.Role{account.Reader} }, 1},
			{"roles in another order", func(a *account.Account) { a.Roles = []account.Role{account.Reader, account.Reader} }, 0},
			{"and back: the same again is a leaf too", func(a *account.Account) { a.Roles = []account.Role{account.Legal, account.Administrator} }, 1},
			{"state", func(a *account.Account) { a.State = account.Suspended }, 1},
			{"entity", func(a *account.Account) { a.Entity = "" }, 1},
			{"password", func(a *account.Account) { a.Password = "$argon2id$other" }, 1},
			{"second factor", func(a *account.Account) { a.TOTP = nil }, 1},
			{"recovery codes", func(a *account.Account) { a.Recovery = [][]byte{account.HashRecovery("c"), account.HashRecovery("d")} }, 1},
			{"a recovery code that is used up", func(a *account.Account) { a.Recovery = a.Recovery[1:] }, 0},
			{"a wrong try", func(a *account.Account) { a.Failed++ }, 0},
			{"a code that is used", func(a *account.Account) { a.Step++ }, 0},
			{"nothing", func(*account.Account) {}, 0},
		} {
			if got := change(x.do); got != x.want {
				t.Errorf("%s: %d leaves, want %d", x.name, got, x.want)
			}
		}
		list, err := s.Documents(t.Context(), Role, map[string]string{"person": id}, 0, 100)
		if err != nil || len(list) != 11 {
			t.Fatalf("%d events: %v", len(list), err)
		}
		d, err := s.Document(t.Context(), Role, list[0].Hash)
		if err != nil || strings.Contains(string(d.Body), "Anne") || !strings.Contains(string(d.Body), `"by":"tests"`) {
			t.Errorf("%s %v", d.Body, err)
		}
	})
}

// A change of rights ends every session of the person; one of the password all but the one that made it.
func TestSessionsEndWithRights(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		id := anAdministrator(t, s)
		add := func(name string) {
			changeAccounts(t, s, func(c *AccountChange) error {
				_, err := c.AddSession(account.Session{Hash: account.HashToken(name), Person: id, Means: account.ByPassword})
				return err
			})
		}
		stands := func() (out string) {
			for _, name := range []string{"session", "b", "c"} {
				if _, _, ok, err := s.SignedIn(t.Context(), account.HashToken(name)); err != nil {
					t.Fatal(err)
				} else if ok {
					out += name + " "
				}
			}
			return out
		}
		replace := func(keep string, do func(*account.Account)) {
			a, err := s.Account(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			do(&a)
			changeAccounts(t, s, func(c *AccountChange) error { return c.Replace(a, account.HashToken(keep)) })
		}
		add("b")
		replace("b", func(a *account.Account) { a.Password = "new" })
		if got := stands(); got != "b " {
			t.Errorf("after a new password: %q", got)
		}
		add("c")
		replace("b", func(a *account.Account) { a.Roles = []account.Role{account.Reader} })
		if got := stands(); got != "" {
			t.Errorf("after new roles: %q", got)
		}
		add("c")
		replace("c", func(a *account.Account) { a.State = account.Suspended })
		if got := stands(); got != "" {
			t.Errorf("after suspension: %q", got)
		}
		add("c")
		if got := stands(); got != "" {
			t.Errorf("of a suspended account: %q", got)
		}
		if _, _, ok, _ := s.Bearer(t.Context(), account.HashToken("token")); ok {
			t.Error("a token of a suspended account is good")
		}
	})
}

// A session ends when it is not used, and in the end whatever happens; a token on its day.
func TestSessionsAndTokensExpire(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		now := today
		o.Now = func() time.Time { return now }
		s := open(t, o)
		id := anAdministrator(t, s)
		signedIn := func() bool {
			_, x, ok, err := s.SignedIn(t.Context(), account.HashToken("session"))
			if err != nil {
				t.Fatal(err)
			}
			if ok {
				changeAccounts(t, s, func(c *AccountChange) error { return c.SeenSession(x) })
			}
			return ok
		}
		for now.Sub(today) < 12*time.Hour-29*time.Minute {
			now = now.Add(29 * time.Minute)
			if !signedIn() {
				t.Fatalf("ended after %v though it was used", now.Sub(today))
			}
		}
		now = today.Add(12*time.Hour + time.Minute)
		if signedIn() {
			t.Error("good after 12 hours")
		}
		now = today.Add(13 * time.Hour)
		changeAccounts(t, s, func(c *AccountChange) error {
			_, err := c.AddSession(account.Session{Hash: account.HashToken("session"), Person: id, Means: account.ByPassword})
			return err
		})
		now = now.Add(31 * time.Minute)
		if signedIn() {
			t.Error("good after half an hour without use")
		}
		if list, err := s.Sessions(t.Context(), id); err != nil || len(list) != 1 {
			t.Errorf("%d sessions are kept, want the last alone: %v", len(list), err)
		}
		if _, _, ok, _ := s.Bearer(t.Context(), account.HashToken("token")); !ok {
			t.Error("the token ended before its day")
		}
		now = today.Add(25 * time.Hour)
		if _, _, ok, _ := s.Bearer(t.Context(), account.HashToken("token")); ok {
			t.Error("the token is good after its day")
		}
	})
}

// Of many who use a pass at once, one has it.
func TestPassesAreGoodOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		anAdministrator(t, s)
		if _, ok, err := s.Pass(t.Context(), account.InvitePass, account.HashToken("reset")); ok || err != nil {
			t.Errorf("a pass of another sort: %v %v", ok, err)
		}
		var taken [20]bool
		var wg sync.WaitGroup
		for i := range taken {
			wg.Go(func() {
				err := s.ChangeAccounts(context.Background(), "tests", func(c *AccountChange) (err error) {
					_, taken[i], err = c.TakePass(account.ResetPass, account.HashToken("reset"))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		n := 0
		for _, ok := range taken {
			if ok {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d had it", n)
		}
	})
}

// Of many who change an account from the same revision, one does; and an address belongs to one account.
func TestAccountsConflict(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		id := anAdministrator(t, s)
		a, err := s.Account(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		won := make([]error, 10)
		for i := range won {
			wg.Go(func() {
				b := a
				b.Entity = fmt.Sprint("e", i)
				won[i] = s.ChangeAccounts(context.Background(), "tests", func(c *AccountChange) error { return c.Replace(b, nil) })
			})
		}
		wg.Wait()
		n := 0
		for _, err := range won {
			if e, lost := errors.AsType[*ConflictError](err); lost && e.Have == a.Revision+1 && e.Want == a.Revision {
				continue
			} else if err != nil {
				t.Error(err)
			}
			n++
		}
		if n != 1 {
			t.Errorf("%d changed it", n)
		}
		err = s.ChangeAccounts(t.Context(), "tests", func(c *AccountChange) error {
			_, err := c.Add(map[string]string{"name": "B"}, account.Account{State: account.Invited, Login: account.HashLogin(" ANNE@example.org ")})
			return err
		})
		if !errors.Is(err, ErrLoginTaken) {
			t.Errorf("an address that is taken: %v", err)
		}
		if v := verify(t, s); !v.OK() || v.Leaves == 0 {
			t.Errorf("%+v", v.Damage)
		}
	})
}

// Erasing leaves nothing that a person is known by, in any table, and an account that is closed for ever.
func TestEraseAccount(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		id := anAdministrator(t, s)
		if err := s.EraseAccount(t.Context(), id, "p1", "asked"); err != nil {
			t.Fatal(err)
		}
		for table, lines := range dump(t, s) {
			for _, l := range lines {
				if strings.Contains(l, "Anne") || strings.Contains(l, fmt.Sprintf("%x", "Anne")) || strings.Contains(l, fmt.Sprintf("%x", account.HashLogin("anne@example.org"))) || table == "sessions" || table == "tokens" || table == "passkeys" || table == "passes" {
					t.Errorf("%s still holds %s", table, l)
				}
			}
		}
		a, err := s.Account(t.Context(), id)
		if err != nil || a.State != account.Closed || a.Password != "" || a.TOTP != nil || len(a.Roles) != 0 {
			t.Errorf("%+v %v", a, err)
		}
		if _, ok, err := s.AccountByLogin(t.Context(), account.HashLogin("anne@example.org")); ok || err != nil {
			t.Errorf("the address still finds an account: %v %v", ok, err)
		}
		if v := verify(t, s); !v.OK() {
			t.Errorf("%+v", v.Damage)
		}
		_, err = s.Account(t.Context(), "nobody")
		if _, ok := errors.AsType[*catalog.NotFoundError](err); !ok {
			t.Errorf("an account that is none: %v", err)
		}
	})
}

// Each of the tables, changed behind the store's back, is named.
func TestVerifySeesChangedAccounts(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		id := anAdministrator(t, s)
		anAdministratorOf := func(change string, table string) {
			t.Helper()
			tx, err := s.engine.pool.Begin()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(change); err != nil {
				tx.Rollback()
				t.Fatalf("%s: %v", change, err)
			}
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
			found := false
			damage := verify(t, s).Damage
			for _, d := range damage {
				found = found || d.Table == table && d.Record != "" && d.What.FR != ""
			}
			if !found {
				t.Errorf("not seen: %s: %+v", change, damage)
			}
		}
		back := func(change string) {
			if _, err := s.engine.pool.Exec(change); err != nil {
				t.Fatal(err)
			}
			if v := verify(t, s); !v.OK() {
				t.Fatalf("%s does not mend: %+v", change, v.Damage)
			}
		}
		anAdministratorOf("UPDATE accounts SET roles = 'administrator'", "accounts")
		back("UPDATE accounts SET roles = 'legal administrator'")
		anAdministratorOf("UPDATE accounts SET entity = NULL", "accounts")
		back("UPDATE accounts SET entity = 'fr'")
		anAdministratorOf("UPDATE accounts SET password = 'mine'", "accounts")
		back("UPDATE accounts SET password = '$argon2id$…'")
		anAdministratorOf("UPDATE accounts SET state = 'suspended'", "accounts")
		back("UPDATE accounts SET state = 'active'")
		anAdministratorOf("UPDATE accounts SET leaf = leaf - 1", "accounts")
		back("UPDATE accounts SET leaf = leaf + 1")
		anAdministratorOf("UPDATE tokens SET scopes = 'read claim administer'", "tokens")
		back("UPDATE tokens SET scopes = 'read claim'")
		anAdministratorOf("UPDATE tokens SET expires_ns = expires_ns + 1000000000", "tokens")
		back("UPDATE tokens SET expires_ns = expires_ns - 1000000000")
		anAdministratorOf("UPDATE passkeys SET name = 'mine'", "passkeys")
		back("UPDATE passkeys SET name = 'key ring'")
		anAdministratorOf("UPDATE sessions SET means = 'passkey'", "sessions")
		back("UPDATE sessions SET means = 'password'")
		anAdministratorOf("UPDATE passes SET expires_ns = expires_ns + 1", "passes")
		back("UPDATE passes SET expires_ns = expires_ns - 1")
		anAdministratorOf("DELETE FROM passkeys", "passkeys")
		anAdministratorOf("DELETE FROM tokens", "tokens")
		if _, err := s.Account(t.Context(), id); err != nil {
			t.Error(err)
		}
	})
}

// A backup carries accounts to the other place, where the second factor still opens.
func TestBackupCarriesAccounts(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		id := anAdministrator(t, s)
		want, err := s.Account(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if _, err := s.Backup(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		for name, to := range map[string]Options{"sqlite": sqliteOptions(t), "postgres": postgresOptions(t)} {
			if _, err := Restore(t.Context(), dir, to); err != nil {
				t.Fatalf("into %s: %v", name, err)
			}
			r := open(t, to)
			got, err := r.Account(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("into %s:\n%s", name, diff)
			}
			if diff := cmp.Diff(dump(t, s), dump(t, r)); diff != "" {
				t.Errorf("into %s rows differ:\n%.1000s", name, diff)
			}
		}
	})
}
