package access

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"vigie/catalog/account"
	"vigie/catalog/store"
)

// holder is a person as the library wants them: its user handle is the opaque id, so a device never learns more than
// what the page shows anyway.
type holder struct {
	own  *Own
	keys []webauthn.Credential
}

// WebAuthnID implements webauthn.User.
func (h *holder) WebAuthnID() []byte { return []byte(h.own.Person) }

// WebAuthnName implements webauthn.User.
func (h *holder) WebAuthnName() string { return h.own.Email }

// WebAuthnDisplayName implements webauthn.User.
func (h *holder) WebAuthnDisplayName() string { return h.own.Name }

// WebAuthnCredentials implements webauthn.User.
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func (d *Desk) holder(ctx context.Context, id string) (*holder, error) {
	own, err := d.whole(ctx, id)
	if err != nil {
		return nil, err
	}
	h := &holder{own: own}
	for _, k := range own.Passkeys {
		var c webauthn.Credential
		if err := json.Unmarshal(k.Credential, &c); err != nil {
			return nil, err
		}
		h.keys = append(h.keys, c)
	}
	return h, nil
}

// origin is the address that passkeys are bound to: the configured one, else that of a request to localhost; nil when
// there is none, because browsers make no passkeys for bare IP addresses.
func (d *Desk) origin(r *http.Request) *url.URL {
	if d.public != nil {
		return d.public
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if !strings.EqualFold(host, "localhost") {
		return nil
	}
	u := &url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		u.Scheme = "https"
	}
	return u
}

// Passkeys reports whether passkeys can be made and used at the address of a request.
func (d *Desk) Passkeys(r *http.Request) bool { return d.origin(r) != nil }

func (d *Desk) relyingParty(r *http.Request) (*webauthn.WebAuthn, error) {
	at := d.origin(r)
	if at == nil {
		return nil, ErrPasskey
	}
	required := true
	return webauthn.New(&webauthn.Config{RPID: at.Hostname(), RPDisplayName: "Vigie", RPOrigins: []string{at.Scheme + "://" + at.Host}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{RequireResidentKey: &required, ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired}})
}

// Ceremony is what a browser's script needs to go on with a passkey, and the token that goes with its answer.
type Ceremony struct {
	Pass    string `json:"pass"`
	Options any    `json:"options"`
}

func (d *Desk) ceremony(ctx context.Context, sort account.PassSort, person string, options any, session *webauthn.SessionData) (Ceremony, error) {
	body, err := json.Marshal(session)
	if err != nil {
		return Ceremony{}, err
	}
	token, hash := newToken("")
	err = d.store.ChangeAccounts(ctx, person, func(t *store.AccountChange) error {
		_, err := t.AddPass(account.Pass{Sort: sort, Hash: hash, Person: person, Body: body}, account.CeremonyLife)
		return err
	})
	return Ceremony{Pass: token, Options: options}, err
}

// take uses a ceremony up and gives what the library kept of it.
func (d *Desk) take(ctx context.Context, sort account.PassSort, person, token string) (webauthn.SessionData, error) {
	var p account.Pass
	err := d.store.ChangeAccounts(ctx, person, func(t *store.AccountChange) error {
		got, ok, err := t.TakePass(sort, account.HashToken(token))
		p = got
		if err == nil && (!ok || p.Person != person) {
			err = ErrBegin
		}
		return err
	})
	if err != nil {
		return webauthn.SessionData{}, err
	}
	return decoded[webauthn.SessionData](p)
}

// AddPasskey begins to add a passkey of the person of the context.
func (d *Desk) AddPasskey(ctx context.Context, r *http.Request, s *account.Session) (Ceremony, error) {
	id, err := me(ctx)
	if err != nil {
		return Ceremony{}, err
	}
	if !d.Fresh(s) {
		return Ceremony{}, ErrAgain
	}
	rp, err := d.relyingParty(r)
	if err != nil {
		return Ceremony{}, err
	}
	h, err := d.holder(ctx, id)
	if err != nil {
		return Ceremony{}, err
	}
	var have []protocol.CredentialDescriptor
	for i := range h.keys {
		have = append(have, h.keys[i].Descriptor())
	}
	options, session, err := rp.BeginRegistration(h, webauthn.WithExclusions(have))
	if err != nil {
		return Ceremony{}, err
	}
	return d.ceremony(ctx, account.EnrolPass, id, options, session)
}

// maxPasskeys bounds what one person keeps.
const maxPasskeys = 20

// AddedPasskey keeps the passkey that a device made. answer is the browser's JSON.
func (d *Desk) AddedPasskey(ctx context.Context, r *http.Request, s *account.Session, pass, name string, answer []byte) error {
	id, err := me(ctx)
	if err != nil {
		return err
	}
	if !d.Fresh(s) {
		return ErrAgain
	}
	rp, err := d.relyingParty(r)
	if err != nil {
		return err
	}
	session, err := d.take(ctx, account.EnrolPass, id, pass)
	if err != nil {
		return err
	}
	h, err := d.holder(ctx, id)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil || len(h.keys) >= maxPasskeys {
		return ErrPasskey
	}
	made, err := rp.CreateCredential(h, session, parsed)
	if err != nil || !made.Flags.UserVerified {
		return ErrPasskey
	}
	body, err := json.Marshal(made)
	if err != nil {
		return err
	}
	return d.store.ChangeAccounts(ctx, id, func(t *store.AccountChange) error {
		return t.AddPasskey(account.Passkey{ID: made.ID, Person: id, Name: shortName(name), Credential: body})
	})
}

// shortName is a name that a person gave, on one line.
func shortName(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60])
	}
	return s
}

// BeginPasskey begins to sign in by passkey, for whoever it is.
func (d *Desk) BeginPasskey(ctx context.Context, r *http.Request, from Client) (Ceremony, error) {
	if err := d.visitors.take(network(from.Address)); err != nil {
		return Ceremony{}, err
	}
	rp, err := d.relyingParty(r)
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := rp.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, err
	}
	return d.ceremony(ctx, account.PasskeyPass, "", options, session)
}

// FinishPasskey signs in who answered a ceremony with a passkey that is known and verified the person. A passkey alone is
// two factors: the device, and what it verified the person by.
func (d *Desk) FinishPasskey(ctx context.Context, r *http.Request, pass string, answer []byte, from Client) (Entry, error) {
	if err := d.visitors.take(network(from.Address)); err != nil {
		return Entry{}, err
	}
	rp, err := d.relyingParty(r)
	if err != nil {
		return Entry{}, err
	}
	session, err := d.take(ctx, account.PasskeyPass, "", pass)
	if err != nil {
		return Entry{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Entry{}, ErrPasskey
	}
	var who *holder
	_, used, err := rp.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		h, err := d.holder(ctx, string(handle))
		who = h
		return h, err
	}, session, parsed)
	if err != nil || who == nil || !used.Flags.UserVerified || used.Authenticator.CloneWarning {
		return Entry{}, ErrPasskey
	}
	body, err := json.Marshal(used)
	if err != nil {
		return Entry{}, err
	}
	return d.enter(ctx, who.own.Person, account.ByPasskey, from, func(t *store.AccountChange, _ *account.Account) error {
		return t.UsedPasskey(account.Passkey{ID: used.ID, Credential: body})
	})
}
