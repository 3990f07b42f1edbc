// Package access lets people and programs in: signing in by password and code, passkey or single sign-on, sessions,
// tokens, and the accounts of an organisation.
//
// It puts the rules of package account on a store, with a clock, chance and limits. It knows no router: package api
// carries its tokens in cookies and headers. A token is only ever given once, in the answer that makes it; what is kept,
// logged or listed is its hash or its id.
package access

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"strings"
	"time"

	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// Options say what a desk needs besides the store.
type Options struct {
	// Public is the address that people type, such as https://vigie.example.org; nil: the one they used. Passkeys and
	// single sign-on need it, except on localhost.
	Public *url.URL
	// Provider is the identity provider for single sign-on; nil: none.
	Provider *Provider
	// Crowd is told when many people begin to sign in at once, and when that is over, such as CollectLess; nil: nobody is.
	Crowd func(on bool)
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// Desk is where everybody who wants in comes by. It is safe for concurrent use.
type Desk struct {
	store    *store.Store
	public   *url.URL
	now      func() time.Time
	hashing  *queue
	tries    *limits // of an account from an address
	visitors *limits // of an address
	codes    *limits // of an account's second factor
	provider *providing
}

// New opens a desk on a store.
func New(s *store.Store, o Options) (*Desk, error) {
	d := &Desk{store: s, public: o.Public, now: o.Now, hashing: newQueue(o.Crowd)}
	if d.now == nil {
		d.now = time.Now
	}
	d.tries = newLimits(d.now, time.Minute/5, 5)
	d.visitors = newLimits(d.now, time.Second, 60)
	d.codes = newLimits(d.now, 3*time.Minute, 5)
	if o.Provider != nil {
		p, err := newProviding(*o.Provider, o.Public)
		if err != nil {
			return nil, err
		}
		d.provider = p
	}
	return d, nil
}

// Client is the other end of a connection, as far as limits and lists of sessions go.
type Client struct {
	Address string // IP address
	Agent   string // User-Agent
}

// random gives fresh bytes.
func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return b
}

// newToken gives a token and its hash.
func newToken(prefix string) (string, []byte) {
	t := account.WriteToken(prefix, random(account.TokenLength))
	return t, account.HashToken(t)
}

// seenEvery is how often the use of a session is written down: far more often than it matters for its end, and far less
// often than pages are read.
const seenEvery = time.Minute

// Session is who a browser's token stands for; account.SignedOutError when it is none, or ended.
func (d *Desk) Session(ctx context.Context, token string) (*account.Principal, *account.Session, error) {
	if len(token) > 100 {
		return nil, nil, account.SignedOutError{}
	}
	p, s, ok, err := d.store.SignedIn(ctx, account.HashToken(token))
	switch {
	case err != nil:
		return nil, nil, err
	case !ok:
		return nil, nil, account.SignedOutError{}
	}
	if d.now().Sub(s.Seen) >= seenEvery {
		// A store that cannot write now still lets people read: the session ends a little early.
		_ = d.store.ChangeAccounts(ctx, s.Person, func(t *store.AccountChange) error { return t.SeenSession(s) })
	}
	return p, &s, nil
}

// usedEvery is how often the use of a token is written down.
const usedEvery = time.Hour

// Bearer is who a program's token stands for; account.SignedOutError when it is none, or expired.
func (d *Desk) Bearer(ctx context.Context, token string) (*account.Principal, error) {
	if !strings.HasPrefix(token, account.TokenPrefix) || len(token) > 100 {
		return nil, account.SignedOutError{}
	}
	p, t, ok, err := d.store.Bearer(ctx, account.HashToken(token))
	switch {
	case err != nil:
		return nil, err
	case !ok, isFeed(t): // the address of a calendar opens the calendar alone
		return nil, account.SignedOutError{}
	}
	if d.now().Sub(t.Used) >= usedEvery {
		_ = d.store.ChangeAccounts(ctx, t.Person, func(c *store.AccountChange) error { return c.UsedToken(t) })
	}
	return p, nil
}

// TooManyError says that there were too many tries; After says how long to wait. It says the same whether there is such
// an account or not.
type TooManyError struct{ After time.Duration }

func (e *TooManyError) Error() string { return e.In(wording.EN) }

// In writes the error in one language.
func (e *TooManyError) In(l wording.Lang) string {
	return wording.Typeset(l, wording.Textf("too many tries: wait a minute, then try again", "trop d'essais : attendre une minute, puis réessayer").In(l))
}

// BusyError says that too many are signing in at once; After says how long to wait.
type BusyError struct{ After time.Duration }

func (e *BusyError) Error() string { return e.In(wording.EN) }

// In writes the error in one language.
func (e *BusyError) In(l wording.Lang) string {
	return wording.Typeset(l, wording.Textf("many people are signing in at once: try again in a few seconds", "beaucoup de personnes se connectent en même temps : réessayer dans quelques secondes").In(l))
}

// refusal is an error that a person reads beside a form.
type refusal struct{ text wording.Text }

func (e *refusal) Error() string            { return e.text.EN }
func (e *refusal) In(l wording.Lang) string { return wording.Typeset(l, e.text.In(l)) }

// The refusals of signing in. Each says no more than whoever tries already knows.
var (
	// ErrWrong is a wrong address or password, or an account that cannot be used.
	ErrWrong error = &refusal{wording.Textf("the address or the password is not right", "l'adresse ou le mot de passe n'est pas le bon")}
	// ErrWrongCode is a wrong code of a second factor.
	ErrWrongCode error = &refusal{wording.Textf("this code is not right, or was used already; take the next one", "ce code n'est pas le bon, ou a déjà servi ; prendre le suivant")}
	// ErrLink is a link that was used, replaced, or expired.
	ErrLink error = &refusal{wording.Textf("this link is not good any more: it was used, or is too old; ask for a new one", "ce lien n'est plus valable : il a servi, ou il est trop ancien ; en demander un nouveau")}
	// ErrBegin is a second step whose first step is not known, or too long ago.
	ErrBegin error = &refusal{wording.Textf("that took too long: sign in again from the start", "cela a pris trop de temps : reprendre la connexion au début")}
	// ErrPasskey is a passkey that is not known here, or did not verify the person.
	ErrPasskey error = &refusal{wording.Textf("this passkey could not be used here", "cette clé d'accès n'a pas pu être utilisée ici")}
	// ErrAgain is a change that takes having signed in a short while ago.
	ErrAgain error = &refusal{wording.Textf("sign in again to change this: it is some time since you did", "reconnectez-vous pour modifier ceci : votre connexion date un peu")}
	// ErrLast is a change that would leave nobody to run the house.
	ErrLast error = &refusal{wording.Textf("this is the only administrator: give somebody else the role first", "c'est le seul administrateur : donner d'abord le rôle à quelqu'un d'autre")}
	// ErrNoRole is somebody whom the identity provider knows, and to whom no role is given.
	ErrNoRole error = &refusal{wording.Textf("you are known to the identity provider, but have no role here: ask an administrator", "le fournisseur d'identité vous connaît, mais vous n'avez aucun rôle ici : voir un administrateur")}
	// ErrProvider is single sign-on that did not succeed.
	ErrProvider error = &refusal{wording.Textf("single sign-on did not succeed: try again, or sign in another way", "la connexion unique n'a pas abouti : réessayer, ou se connecter autrement")}
	// ErrTaken is an address that another account signs in with.
	ErrTaken error = &refusal{wording.Textf("another account signs in with this address", "un autre compte se connecte avec cette adresse")}
)

// plainly turns a store's conflict about an address into the refusal that a form shows.
func plainly(err error) error {
	if errors.Is(err, store.ErrLoginTaken) {
		return ErrTaken
	}
	return err
}

// Now is the desk's clock.
func (d *Desk) Now() time.Time { return d.now() }
