package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"vigie/catalog/account"
	"vigie/catalog/store"
)

// Provider is an identity provider (OpenID Connect) for single sign-on.
type Provider struct {
	Issuer   string // its address, as its documents name it
	ClientID string
	Secret   string // of the client; empty: a public client, with PKCE alone
	Name     string // on the button
	Scopes   []string
	// RolesClaim holds what Roles turns into roles, such as groups; a path of names with dots reaches into objects.
	RolesClaim string
	Roles      map[string][]account.Role
	// Default are the roles of somebody to whom Roles gives none; empty: they are not let in.
	Default []account.Role
	// EntityClaim holds what Entities turns into the entity of the group that somebody belongs to. Without it everybody
	// belongs to Entity.
	EntityClaim string
	Entities    map[string]string
	Entity      string
	// Adopt lets somebody whose address the provider verified into the account of that address. Only for a provider that
	// the organisation runs: whoever runs it can then enter any account.
	Adopt bool
	// Client reaches the provider; nil: one with timeouts.
	Client *http.Client
}

// DonePath is where the provider sends people back to.
const DonePath = "/signin/provider/done"

type providing struct {
	Provider
	done string

	mu    sync.Mutex
	found *oidc.Provider
}

func newProviding(p Provider, public *url.URL) (*providing, error) {
	if public == nil {
		return nil, errors.New("single sign-on needs the public address of the service")
	}
	if p.Client == nil {
		p.Client = &http.Client{Timeout: 10 * time.Second}
	}
	return &providing{Provider: p, done: public.Scheme + "://" + public.Host + DonePath}, nil
}

// discover asks the provider for its addresses and keys, once it answers: the service starts while the provider is away.
func (p *providing) discover(ctx context.Context) (*oidc.Provider, context.Context, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	// The library keeps the context for later requests of keys: it must outlive this request.
	ctx = oidc.ClientContext(context.WithoutCancel(ctx), p.Client)
	if p.found == nil {
		found, err := oidc.NewProvider(ctx, p.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrProvider, err)
		}
		p.found = found
	}
	return p.found, ctx, nil
}

func (p *providing) oauth(found *oidc.Provider) *oauth2.Config {
	scopes := []string{oidc.ScopeOpenID, "profile", "email"}
	for _, s := range p.Scopes {
		if !slices.Contains(scopes, s) {
			scopes = append(scopes, s)
		}
	}
	return &oauth2.Config{ClientID: p.ClientID, ClientSecret: p.Secret, Endpoint: found.Endpoint(), RedirectURL: p.done, Scopes: scopes}
}

// errand is what is kept while somebody is at the provider.
type errand struct {
	State, Nonce, Verifier, Back string
}

// ProviderName is the name on the button of single sign-on; empty: there is none.
func (d *Desk) ProviderName() string {
	if d.provider == nil {
		return ""
	}
	return d.provider.Name
}

// BeginProvider gives the address at the provider to send a browser to, and the token for its cookie.
func (d *Desk) BeginProvider(ctx context.Context, back string, from Client) (to, token string, err error) {
	if d.provider == nil {
		return "", "", ErrProvider
	}
	if err := d.visitors.take(network(from.Address)); err != nil {
		return "", "", err
	}
	found, _, err := d.provider.discover(ctx)
	if err != nil {
		return "", "", err
	}
	e := errand{State: account.WriteToken("", random(account.TokenLength)), Nonce: account.WriteToken("", random(account.TokenLength)), Verifier: oauth2.GenerateVerifier(), Back: back}
	body, err := json.Marshal(e)
	if err != nil {
		return "", "", err
	}
	token, hash := newToken("")
	err = d.store.ChangeAccounts(ctx, "", func(t *store.AccountChange) error {
		_, err := t.AddPass(account.Pass{Sort: account.ProviderPass, Hash: hash, Body: body}, 2*account.CeremonyLife)
		return err
	})
	return d.provider.oauth(found).AuthCodeURL(e.State, oidc.Nonce(e.Nonce), oauth2.S256ChallengeOption(e.Verifier)), token, err
}

// FinishProvider signs in who comes back from the provider with the token of the cookie, and gives the address to go on
// to. The account is made when there is none; roles and entity follow the provider each time.
func (d *Desk) FinishProvider(ctx context.Context, token string, answer url.Values, from Client) (Entry, string, error) {
	if d.provider == nil {
		return Entry{}, "", ErrProvider
	}
	var e errand
	err := d.store.ChangeAccounts(ctx, "", func(t *store.AccountChange) error {
		p, ok, err := t.TakePass(account.ProviderPass, account.HashToken(token))
		if err != nil || !ok {
			return orElse(err, ErrBegin)
		}
		return json.Unmarshal(p.Body, &e)
	})
	if err != nil {
		return Entry{}, "", err
	}
	// An answer of another provider, or to another browser, is none (RFC 9207; RFC 9700, 4.4).
	if answer.Get("state") != e.State || answer.Get("code") == "" || answer.Has("iss") && answer.Get("iss") != d.provider.Issuer {
		return Entry{}, "", ErrProvider
	}
	who, err := d.provider.identify(ctx, answer.Get("code"), e)
	if err != nil {
		return Entry{}, "", err
	}
	entry, err := d.admit(ctx, who, from)
	return entry, e.Back, err
}

// identity is who the provider says somebody is.
type identity struct {
	subject  []byte
	name     string
	email    string
	verified bool
	roles    []account.Role
	entity   string
	placed   bool // the entity is known
}

func (p *providing) identify(ctx context.Context, code string, e errand) (*identity, error) {
	found, ctx, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	refused := func(err error) error { return fmt.Errorf("%w: %w", ErrProvider, err) }
	token, err := p.oauth(found).Exchange(ctx, code, oauth2.VerifierOption(e.Verifier))
	if err != nil {
		return nil, refused(withoutBody(err))
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, refused(errors.New("no id_token"))
	}
	id, err := found.Verifier(&oidc.Config{ClientID: p.ClientID}).Verify(ctx, raw)
	if err != nil {
		return nil, refused(err)
	}
	if id.Nonce != e.Nonce {
		return nil, refused(errors.New("another nonce"))
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return nil, refused(err)
	}
	if missing(claims, p.RolesClaim) || missing(claims, p.EntityClaim) || missing(claims, "email") {
		if info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(token)); err == nil && info.Subject == id.Subject {
			more := map[string]any{}
			if info.Claims(&more) == nil {
				for k, v := range more {
					if _, has := claims[k]; !has {
						claims[k] = v
					}
				}
			}
		}
	}
	return p.read(id.Subject, claims), nil
}

// withoutBody leaves out what the provider answered: it may hold what was sent, and goes to the log.
func withoutBody(err error) error {
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return fmt.Errorf("the token endpoint answers %s %s", e.Response.Status, e.ErrorCode)
	}
	return err
}

func missing(claims map[string]any, path string) bool {
	return path != "" && len(texts(claims, path)) == 0
}

// texts reads a claim that is a text or a list of texts, by its name or by a path of names.
func texts(claims map[string]any, path string) []string {
	v, ok := claims[path]
	if !ok {
		head, rest, deeper := strings.Cut(path, ".")
		inner, isObject := claims[head].(map[string]any)
		if !deeper || !isObject {
			return nil
		}
		return texts(inner, rest)
	}
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, x := range v {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

func (p *providing) read(subject string, claims map[string]any) *identity {
	text := func(name string) string {
		s, _ := claims[name].(string)
		return strings.Join(strings.Fields(s), " ")
	}
	who := &identity{subject: account.HashSubject(p.Issuer, subject), name: text("name"), email: account.NormalAddress(text("email")), entity: p.Entity, placed: p.EntityClaim == ""}
	who.verified, _ = claims["email_verified"].(bool)
	if !account.ValidAddress(who.email) {
		who.email, who.verified = "", false
	}
	if who.name == "" {
		who.name = text("preferred_username")
	}
	if who.name == "" {
		who.name, _, _ = strings.Cut(who.email, "@")
	}
	for _, group := range texts(claims, p.RolesClaim) {
		who.roles = append(who.roles, p.Roles[group]...)
	}
	if len(who.roles) == 0 {
		who.roles = p.Default
	}
	who.roles = account.SortRoles(who.roles)
	if p.EntityClaim != "" {
		for _, name := range texts(claims, p.EntityClaim) {
			if e, ok := p.Entities[name]; ok {
				who.entity, who.placed = e, true
			}
		}
	}
	return who
}

// admit finds or makes the account of somebody whom the provider knows, brings its rights up to date, and signs in.
func (d *Desk) admit(ctx context.Context, who *identity, from Client) (Entry, error) {
	if !who.placed { // of no entity that is known: seeing all of them by accident would be worse than seeing none
		who.roles = nil
	}
	var person string
	err := d.store.ChangeAccounts(ctx, "provider", func(t *store.AccountChange) error {
		a, ok, err := t.AccountBySubject(who.subject)
		if err != nil {
			return err
		}
		if !ok && who.email != "" {
			if a, ok, err = t.AccountByLogin(account.HashLogin(who.email)); err != nil {
				return err
			}
			if ok && (!d.provider.Adopt || !who.verified || a.Subject != nil) {
				return ErrTaken
			}
		}
		if !ok {
			if len(who.roles) == 0 {
				return ErrNoRole
			}
			fresh := account.Account{Entity: who.entity, Roles: who.roles, State: account.Active, Subject: who.subject}
			if who.email != "" {
				fresh.Login = account.HashLogin(who.email)
			}
			person, err = t.Add(map[string]string{account.FieldName: who.name, account.FieldEmail: who.email}, fresh)
			return err
		}
		person = a.Person
		a.Subject, a.Roles = who.subject, who.roles
		if who.placed {
			a.Entity = who.entity
		}
		if a.State == account.Invited {
			a.State = account.Active
		}
		return t.Replace(a, nil)
	})
	switch {
	case err != nil:
		return Entry{}, plainly(err)
	case len(who.roles) == 0:
		return Entry{}, ErrNoRole
	}
	return d.enter(ctx, person, account.ByProvider, from, nil)
}
