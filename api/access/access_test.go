package access

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/dictionary"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

var (
	start = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	here  = Client{Address: "192.0.2.7", Agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
)

const phrase = "quatre girafes tricotent dehors"

// house is a desk on a store of its own with a clock that the test moves.
type house struct {
	*Desk
	t     *testing.T
	clock *time.Time
}

func open(t *testing.T) *house { return openWith(t, Options{}) }

func openWith(t *testing.T, o Options) *house {
	t.Helper()
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	now := start
	o.Now = func() time.Time { return now }
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Dictionary: dict, Now: o.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		v, err := s.Verify(context.Background(), store.VerifyOptions{})
		if err != nil || !v.OK() {
			t.Errorf("after the test the store does not verify: %v %+v", err, v.Damage)
		}
		s.Close()
	})
	d, err := New(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return &house{Desk: d, t: t, clock: &now}
}

func (h *house) later(d time.Duration) { *h.clock = h.clock.Add(d) }

// setUp makes the administrator and gives the context of their session.
func (h *house) setUp() (context.Context, *account.Session) {
	h.t.Helper()
	link, err := h.SetupLink(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	e, err := h.UseLink(h.t.Context(), link, Chosen{Name: "Anne Onyme", Email: "anne@example.org", Password: phrase}, here)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.as(e)
}

func (h *house) as(e Entry) (context.Context, *account.Session) {
	h.t.Helper()
	p, s, err := h.Session(h.t.Context(), e.Session)
	if err != nil {
		h.t.Fatal(err)
	}
	return account.With(h.t.Context(), p), s
}

// joins invites somebody and lets them choose a password.
func (h *house) joins(admin context.Context, email, entity string, roles ...string) (string, context.Context, *account.Session) {
	h.t.Helper()
	id, link, err := h.Invite(admin, account.Wish{Name: "Somebody Else", Email: email, Entity: entity, Roles: roles})
	if err != nil {
		h.t.Fatal(err)
	}
	e, err := h.UseLink(h.t.Context(), link, Chosen{Password: phrase}, here)
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, s := h.as(e)
	return id, ctx, s
}

func code(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFirstStart(t *testing.T) {
	h := open(t)
	if empty, err := h.NeedsSetup(t.Context()); !empty || err != nil {
		t.Fatalf("%v %v", empty, err)
	}
	old, err := h.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	link, err := h.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.LinkOf(t.Context(), old); !errors.Is(err, ErrLink) {
		t.Errorf("the link before the newest: %v", err)
	}
	_, err = h.UseLink(t.Context(), link, Chosen{Password: "short"}, here)
	invalid, ok := errors.AsType[*catalog.InvalidError](err)
	if !ok || len(invalid.Fields) != 3 {
		t.Fatalf("an empty form: %v", err)
	}
	e, err := h.UseLink(t.Context(), link, Chosen{Name: "Anne Onyme", Email: "Anne@Example.org", Password: phrase}, here)
	if err != nil {
		t.Fatalf("the link after a form that was refused: %v", err)
	}
	ctx, s := h.as(e)
	if p := account.From(ctx); !p.May(account.Administer) || p.May(account.Decide) || s.Means != account.ByLink || s.Agent != "Firefox, Linux" {
		t.Errorf("%+v %+v", p, s)
	}
	if _, err := h.UseLink(t.Context(), link, Chosen{Name: "B", Email: "b@example.org", Password: phrase}, here); !errors.Is(err, ErrLink) {
		t.Errorf("the link again: %v", err)
	}
	if empty, err := h.NeedsSetup(t.Context()); empty || err != nil {
		t.Errorf("%v %v", empty, err)
	}
	late, err := h.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.later(24*time.Hour + time.Second)
	if _, err := h.UseLink(t.Context(), late, Chosen{Name: "B", Email: "b@example.org", Password: phrase}, here); !errors.Is(err, ErrLink) {
		t.Errorf("a link of yesterday: %v", err)
	}
}

// Unknown addresses, wrong passwords and accounts that cannot be used are refused in the same words, and each takes its
// turn to hash.
func TestSignInTellsNothing(t *testing.T) {
	h := open(t)
	admin, _ := h.setUp()
	gone, _, _ := h.joins(admin, "gone@example.org", "", "reader")
	if err := h.Suspend(admin, gone, revision(t, h, admin, gone), true); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Invite(admin, account.Wish{Name: "C", Email: "invited@example.org", Roles: []string{"reader"}}); err != nil {
		t.Fatal(err)
	}
	tries := []struct{ name, email, password string }{
		{"a wrong password", "anne@example.org", phrase + "!"},
		{"nobody", "nobody@example.org", phrase},
		{"no address", "", ""},
		{"suspended", "gone@example.org", phrase},
		{"invited", "invited@example.org", ""},
		{"an endless password", "anne@example.org", strings.Repeat("x", 60000)},
	}
	for _, tt := range tries {
		if _, err := h.SignIn(t.Context(), tt.email, tt.password, here); err != ErrWrong {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if e, err := h.SignIn(t.Context(), " ANNE@example.org", phrase, here); err != nil || e.Session == "" || e.Failed != 2 {
		t.Errorf("the right password: %+v %v", e, err)
	}
	// With no room to hash, everybody waits: so everybody is hashed for.
	h.hashing.waiting.Store(maxWaiting)
	for _, tt := range tries {
		_, err := h.SignIn(t.Context(), tt.email, tt.password, Client{Address: "192.0.2.9"})
		if e, ok := errors.AsType[*BusyError](err); !ok || e.After <= 0 {
			t.Errorf("%s, with a full queue: %v", tt.name, err)
		}
	}
}

// Five tries a minute for an address from one place, whether there is such an account or not; other places and other
// addresses are not concerned.
func TestGuessingIsSlow(t *testing.T) {
	h := open(t)
	h.setUp()
	for _, email := range []string{"anne@example.org", "nobody@example.org"} {
		for i := range 5 {
			if _, err := h.SignIn(t.Context(), email, "wrong", here); err != ErrWrong {
				t.Fatalf("try %d of %s: %v", i+1, email, err)
			}
		}
		_, err := h.SignIn(t.Context(), email, phrase, here)
		e, ok := errors.AsType[*TooManyError](err)
		if !ok || e.After <= 0 || e.After > time.Minute || e.In(wording.FR) == e.In(wording.EN) {
			t.Errorf("the sixth try of %s: %v", email, err)
		}
	}
	if e, err := h.SignIn(t.Context(), "anne@example.org", phrase, Client{Address: "198.51.100.1"}); err != nil || e.Failed != 5 {
		t.Errorf("from another place: %+v %v", e, err)
	}
	h.later(12 * time.Second)
	if _, err := h.SignIn(t.Context(), "anne@example.org", phrase, here); err != nil {
		t.Errorf("a little later: %v", err)
	}
	if _, err := h.SignIn(t.Context(), "anne@example.org", phrase, here); err == nil {
		t.Error("and again at once: let through")
	}
	for i := range 70 {
		_, err := h.SignIn(t.Context(), "x", "wrong", Client{Address: "2001:db8::" + string(rune('0'+i%10))})
		if _, ok := errors.AsType[*TooManyError](err); i == 69 && !ok {
			t.Errorf("seventy tries from one IPv6 network: %v", err)
		}
	}
}

func TestLimitsAreBounded(t *testing.T) {
	now := start
	l := newLimits(func() time.Time { return now }, time.Second, 2)
	l.maxInTurn = 100
	for i := range 10_000 {
		_ = l.take(string(rune(i)))
		if n := len(l.new) + len(l.old); n > 200 {
			t.Fatalf("%d keys are kept", n)
		}
	}
	_ = l.take("a")
	_ = l.take("a")
	if err := l.take("a"); err == nil {
		t.Error("a third try is let through")
	}
	for i := range 99 {
		_ = l.take("b" + string(rune(i)))
	}
	if err := l.take("a"); err == nil {
		t.Error("forgotten after one turn")
	}
}

func TestSecondFactor(t *testing.T) {
	h := open(t)
	ctx, s := h.setUp()
	e, err := h.EnrolTOTP(ctx, s)
	if err != nil || !strings.HasPrefix(e.URI, "otpauth://totp/Vigie:anne@example.org?secret="+e.Secret) {
		t.Fatalf("%+v %v", e, err)
	}
	if _, err := h.ConfirmTOTP(ctx, s, e.Pass, "000000"); err != ErrWrongCode {
		t.Errorf("a wrong code: %v", err)
	}
	again, err := h.Enrolling(ctx, e.Pass)
	if err != nil || again != e {
		t.Errorf("the enrolment after a wrong code: %v\n%s", err, cmp.Diff(e, again))
	}
	codes, err := h.ConfirmTOTP(ctx, s, e.Pass, code(t, e.Secret, *h.clock))
	if err != nil || len(codes) != account.RecoveryCodes {
		t.Fatalf("%d codes: %v", len(codes), err)
	}
	if _, err := h.Desk.ConfirmTOTP(ctx, s, e.Pass, code(t, e.Secret, *h.clock)); err != ErrBegin {
		t.Errorf("the enrolment again: %v", err)
	}
	signIn := func() string {
		t.Helper()
		h.later(5 * time.Minute)
		e, err := h.SignIn(t.Context(), "anne@example.org", phrase, here)
		if err != nil || e.Session != "" || e.Second == "" {
			t.Fatalf("%+v %v", e, err)
		}
		return e.Second
	}
	second := signIn()
	if _, _, err := h.Session(t.Context(), second); err == nil {
		t.Error("the first step alone is a session")
	}
	used := code(t, e.Secret, *h.clock)
	if in, err := h.Second(t.Context(), second, used, here); err != nil || in.Session == "" {
		t.Fatalf("%+v %v", in, err)
	}
	if _, err := h.Second(t.Context(), second, code(t, e.Secret, h.clock.Add(30*time.Second)), here); err != ErrBegin {
		t.Errorf("the step again: %v", err)
	}
	third, err := h.SignIn(t.Context(), "anne@example.org", phrase, here)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Second(t.Context(), third.Second, used, here); err != ErrWrongCode {
		t.Errorf("the code again: %v", err)
	}
	// A recovery code, typed by hand, once.
	if in, err := h.Second(t.Context(), third.Second, strings.ToUpper(strings.ReplaceAll(codes[3], "-", " ")), here); err != nil || in.Failed != 1 {
		t.Errorf("%+v %v", in, err)
	}
	if _, err := h.Second(t.Context(), signIn(), codes[3], here); err != ErrWrongCode {
		t.Errorf("the recovery code again: %v", err)
	}
	pass := signIn()
	h.later(account.CeremonyLife)
	if _, err := h.Second(t.Context(), pass, code(t, e.Secret, *h.clock), here); err != ErrBegin {
		t.Errorf("after five minutes: %v", err)
	}
	// Guesses at the code are slow, wherever they come from.
	h.later(time.Hour)
	pass = signIn()
	for i := range 6 {
		_, err := h.Second(t.Context(), pass, "000000", Client{Address: "192.0.2." + string(rune('1'+i))})
		if _, slow := errors.AsType[*TooManyError](err); slow != (i == 5) {
			t.Errorf("guess %d: %v", i+1, err)
		}
	}
}

// Of many who send the same code at once, one enters.
func TestCodesAreGoodOnceAtOnce(t *testing.T) {
	h := open(t)
	ctx, s := h.setUp()
	e, err := h.EnrolTOTP(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.ConfirmTOTP(ctx, s, e.Pass, code(t, e.Secret, *h.clock)); err != nil {
		t.Fatal(err)
	}
	h.later(time.Hour)
	var passes []string
	for range 4 {
		in, err := h.SignIn(t.Context(), "anne@example.org", phrase, here)
		if err != nil {
			t.Fatal(err)
		}
		passes = append(passes, in.Second)
	}
	c := code(t, e.Secret, *h.clock)
	var wg sync.WaitGroup
	in := make([]error, len(passes))
	for i, p := range passes {
		wg.Go(func() { _, in[i] = h.Second(context.Background(), p, c, here) })
	}
	wg.Wait()
	n := 0
	for _, err := range in {
		if err == nil {
			n++
		} else if err != ErrWrongCode {
			t.Error(err)
		}
	}
	if n != 1 {
		t.Errorf("%d entered", n)
	}
}

// S13: a new token at sign-in and after a change of password; other sessions end with the password, all with the rights.
func TestSessions(t *testing.T) {
	h := open(t)
	admin, own := h.setUp()
	id, _, _ := h.joins(admin, "b@example.org", "", "reader")
	in := func() Entry {
		t.Helper()
		h.later(time.Minute)
		e, err := h.SignIn(t.Context(), "b@example.org", phrase, here)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	good := func(token string) bool {
		_, _, err := h.Session(t.Context(), token)
		if err != nil && !errors.Is(err, account.SignedOutError{}) {
			t.Fatal(err)
		}
		return err == nil
	}
	a, b := in(), in()
	if a.Session == b.Session || !good(a.Session) || !good(b.Session) {
		t.Error("two sign-ins are not two sessions")
	}
	ctx, s := h.as(a)
	if _, err := h.ChangePassword(ctx, s, "wrong", "une autre phrase bien longue", here); !strings.Contains(err.Error(), "present password") {
		t.Errorf("a wrong present password: %v", err)
	}
	if _, err := h.ChangePassword(ctx, s, phrase, "password1234", here); err == nil {
		t.Error("a guessable password is taken")
	}
	renewed, err := h.ChangePassword(ctx, s, phrase, "une autre phrase bien longue", here)
	if err != nil {
		t.Fatal(err)
	}
	if good(a.Session) || good(b.Session) || !good(renewed) {
		t.Errorf("after a new password: %v %v %v", good(a.Session), good(b.Session), good(renewed))
	}
	m, err := h.Member(admin, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.ChangeMember(admin, id, m.Revision, account.Wish{Name: m.Name, Email: m.Email, Roles: []string{"committee"}}); err != nil {
		t.Fatal(err)
	}
	if good(renewed) {
		t.Error("a session outlives a change of rights")
	}
	h.later(account.SessionIdle)
	if _, _, err := h.Session(t.Context(), "x"+strings.Repeat("y", 200)); !errors.Is(err, account.SignedOutError{}) {
		t.Errorf("a long token: %v", err)
	}
	if h.Fresh(own) {
		t.Error("a session of half an hour ago is fresh")
	}
	if _, err := h.EnrolTOTP(admin, own); err != ErrAgain {
		t.Errorf("a second factor by an old session: %v", err)
	}
}

func TestTokens(t *testing.T) {
	h := open(t)
	admin, _ := h.setUp()
	id, ctx, s := h.joins(admin, "b@example.org", "filiale", "procurement")
	for _, tt := range []struct {
		name  string
		wish  TokenWish
		wrong string
	}{
		{"nothing", TokenWish{}, "name days scopes"},
		{"for ever", TokenWish{Name: "x", Days: 100000, Scopes: []string{"read"}}, "days"},
		{"more than the owner has", TokenWish{Name: "x", Days: 1, Scopes: []string{"read", "decide"}}, "scopes"},
		{"what is none", TokenWish{Name: "x", Days: 1, Scopes: []string{"everything"}}, "scopes"},
	} {
		_, _, err := h.MakeToken(ctx, s, tt.wish)
		invalid, _ := errors.AsType[*catalog.InvalidError](err)
		var paths []string
		if invalid != nil {
			for _, f := range invalid.Fields {
				paths = append(paths, f.Path)
			}
		}
		if got := strings.Join(paths, " "); got != tt.wrong {
			t.Errorf("%s: wrong at %q, want %q (%v)", tt.name, got, tt.wrong, err)
		}
	}
	token, x, err := h.MakeToken(ctx, s, TokenWish{Name: "import", Days: 30, Scopes: []string{"read", "claim"}})
	if err != nil || !strings.HasPrefix(token, "vigie_") || len(token) < 40 {
		t.Fatalf("%q %v", token, err)
	}
	p, err := h.Bearer(t.Context(), token)
	if err != nil || !p.May(account.Claim) || p.May(account.Assess) || p.Entity != "filiale" || p.Token != x.ID {
		t.Fatalf("%+v %v", p, err)
	}
	// A token does not change the account of its owner, however wide it is.
	if _, err := h.Own(account.With(t.Context(), p)); !errors.Is(err, account.SignedOutError{}) {
		t.Errorf("a token opens the account: %v", err)
	}
	m, err := h.Member(admin, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.ChangeMember(admin, id, m.Revision, account.Wish{Name: m.Name, Email: m.Email, Entity: "filiale", Roles: []string{"reader"}}); err != nil {
		t.Fatal(err)
	}
	if p, err := h.Bearer(t.Context(), token); err != nil || p.May(account.Claim) || !p.May(account.Read) {
		t.Errorf("after the owner's roles were narrowed: %+v %v", p, err)
	}
	for _, forged := range []string{"", "vigie_", token[:len(token)-1], token + "x", strings.TrimPrefix(token, "vigie_"), strings.ToUpper(token), "vigie_" + strings.Repeat("A", 43)} {
		if _, err := h.Bearer(t.Context(), forged); !errors.Is(err, account.SignedOutError{}) {
			t.Errorf("%q: %v", forged, err)
		}
	}
	h.later(30 * 24 * time.Hour)
	if _, err := h.Bearer(t.Context(), token); !errors.Is(err, account.SignedOutError{}) {
		t.Errorf("after its day: %v", err)
	}
}

// What an administrator may do to others, and what would leave nobody to run the house.
func TestPeople(t *testing.T) {
	h := open(t)
	admin, _ := h.setUp()
	me := account.From(admin).Person
	if err := h.Suspend(admin, me, 1, true); err != ErrLast {
		t.Errorf("the only administrator keeps themselves out: %v", err)
	}
	if err := h.ChangeMember(admin, me, 1, account.Wish{Name: "A", Email: "anne@example.org", Roles: []string{"legal"}}); err != ErrLast {
		t.Errorf("the only administrator gives the role up: %v", err)
	}
	if err := h.Erase(admin, me, "x"); err != ErrLast {
		t.Errorf("the only administrator erases themselves: %v", err)
	}
	id, reader, _ := h.joins(admin, "b@example.org", "filiale", "reader")
	if _, err := h.Members(reader); !isForbidden(err) {
		t.Errorf("a reader lists people: %v", err)
	}
	if _, err := h.Members(t.Context()); !errors.Is(err, account.SignedOutError{}) {
		t.Errorf("nobody lists people: %v", err)
	}
	if _, _, err := h.Invite(admin, account.Wish{Name: "C", Email: "B@example.org", Roles: []string{"reader"}}); err == nil || !strings.Contains(err.Error(), "another account") {
		t.Errorf("an address twice: %v", err)
	}
	if err := h.ChangeMember(admin, id, 1, account.Wish{Name: "B", Email: "b@example.org", Roles: []string{"legal"}}); !isConflict(err) {
		t.Errorf("from an old revision: %v", err)
	}
	// A new link lets in who lost the password, once, and without the device that was lost.
	link, err := h.NewLink(admin, id)
	if err != nil {
		t.Fatal(err)
	}
	if l, err := h.LinkOf(t.Context(), link); err != nil || l.Sort != account.ResetPass || l.Email != "b@example.org" {
		t.Errorf("%+v %v", l, err)
	}
	if _, err := h.UseLink(t.Context(), link, Chosen{Password: "encore une phrase bien à moi"}, here); err != nil {
		t.Error(err)
	}
	if err := h.Suspend(admin, id, revision(t, h, admin, id), true); err != nil {
		t.Error(err)
	}
	if _, err := h.NewLink(admin, id); err == nil {
		t.Error("a link for somebody who is kept out")
	}
	if err := h.Suspend(admin, id, revision(t, h, admin, id), false); err != nil {
		t.Error(err)
	}
	if _, err := h.SignIn(t.Context(), "b@example.org", "encore une phrase bien à moi", here); err != nil {
		t.Errorf("let in again: %v", err)
	}
	// An administrator of an entity sees and makes the people of that entity only.
	_, local, _ := h.joins(admin, "local@example.org", "filiale", "administrator")
	list, err := h.Members(local)
	if err != nil || len(list) != 2 {
		t.Errorf("%d people of the entity: %v", len(list), err)
	}
	if _, err := h.Member(local, me); !isMissing(err) {
		t.Errorf("somebody of the group: %v", err)
	}
	for _, entity := range []string{"", "autre"} {
		if _, _, err := h.Invite(local, account.Wish{Name: "D", Email: "d@example.org", Entity: entity, Roles: []string{"reader"}}); err == nil {
			t.Errorf("an account in the entity %q", entity)
		}
	}
	if err := h.ChangeMember(local, id, revision(t, h, admin, id), account.Wish{Name: "B", Email: "b@example.org", Entity: "", Roles: []string{"reader"}}); err == nil {
		t.Error("somebody is moved out of the entity")
	}
	if err := h.Erase(admin, id, "asked"); err != nil {
		t.Error(err)
	}
	if m, err := h.Member(admin, id); err != nil || m.State != account.Closed || m.Name != "" || m.Email != "" {
		t.Errorf("%+v %v", m, err)
	}
	if _, err := h.SignIn(t.Context(), "b@example.org", "encore une phrase bien à moi", here); err != ErrWrong {
		t.Errorf("after erasure: %v", err)
	}
}

func revision(t *testing.T, h *house, admin context.Context, id string) int64 {
	t.Helper()
	m, err := h.Member(admin, id)
	if err != nil {
		t.Fatal(err)
	}
	return m.Revision
}

func isForbidden(err error) bool { _, ok := errors.AsType[*account.ForbiddenError](err); return ok }
func isConflict(err error) bool  { _, ok := errors.AsType[*store.ConflictError](err); return ok }
func isMissing(err error) bool   { _, ok := errors.AsType[*catalog.NotFoundError](err); return ok }

// Every refusal says the same in both languages, and every one has words.
func TestRefusalsHaveWords(t *testing.T) {
	for _, err := range []error{ErrWrong, ErrWrongCode, ErrLink, ErrBegin, ErrPasskey, ErrAgain, ErrLast, ErrNoRole, ErrProvider, ErrTaken, &TooManyError{}, &BusyError{}} {
		l, ok := err.(catalog.Localised)
		if !ok || l.In(wording.FR) == "" || l.In(wording.FR) == l.In(wording.EN) {
			t.Errorf("%v", err)
		}
	}
}

func TestAgents(t *testing.T) {
	for header, want := range map[string]string{
		"": "", "curl/8.5.0": "curl", "something else": "",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0":           "Edge, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": "Safari, iPhone",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36":                            "Chrome, Android",
	} {
		if got := agent(header); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}
