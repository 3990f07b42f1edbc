package api

import (
	"net/http"
	"time"

	"vigie/api/access"
	"vigie/api/contract"
	"vigie/api/notify"
	"vigie/api/service"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// self is who asks, as the server sees them.
type self struct {
	Person      string               `json:"person"` // opaque id; empty: nobody in particular
	Entity      string               `json:"entity"` // empty: the group itself
	Roles       []account.Role       `json:"roles"`
	Token       string               `json:"token,omitempty"` // id of the token used
	Permissions []account.Permission `json:"permissions"`
	Keeps       bool                 `json:"keeps"` // something can be recorded here
}

// member is a person of the organisation, as an administrator sees them.
type member struct {
	ID       string         `json:"id"`
	Name     string         `json:"name"`
	Email    string         `json:"email"`
	Entity   string         `json:"entity"`
	Roles    []account.Role `json:"roles"`
	State    account.State  `json:"state"`
	Second   bool           `json:"second_factor"`
	Tokens   int            `json:"tokens"`
	Seen     *time.Time     `json:"seen,omitempty"`
	Revision int64          `json:"revision"`
}

func memberOf(m access.Member) member {
	out := member{ID: m.Person, Name: m.Name, Email: m.Email, Entity: m.Entity, Roles: append([]account.Role{}, m.Roles...), State: m.State, Second: m.Second(), Tokens: m.Tokens, Revision: m.Revision}
	if !m.Seen.IsZero() {
		at := m.Seen.UTC()
		out.Seen = &at
	}
	return out
}

// wishBody is what an administrator writes of an account.
type wishBody struct {
	Name   string         `json:"name" minLength:"1" maxLength:"200"`
	Email  string         `json:"email" minLength:"3" maxLength:"254"`
	Entity string         `json:"entity,omitempty" maxLength:"200"`
	Roles  []account.Role `json:"roles" minItems:"1" maxItems:"5"`
}

func (b wishBody) wish() account.Wish {
	w := account.Wish{Name: b.Name, Email: b.Email, Entity: b.Entity}
	for _, r := range b.Roles {
		w.Roles = append(w.Roles, string(r))
	}
	return w
}

// invitation is a person made, with the link by which they choose how to sign in: shown once.
type invitation struct {
	ID   string `json:"id"`
	Link string `json:"link"`
}

type inviteInput struct{ Body wishBody }

type changeMemberInput struct {
	ID   string `path:"person"`
	Body wishBody
}

type personInput struct {
	ID string `path:"person"`
}

type suspendInput struct {
	ID   string `path:"person"`
	Body suspendBody
}

type suspendBody struct {
	Suspended bool `json:"suspended"`
}

type eraseInput struct {
	ID   string `path:"person"`
	Body reasonBody
}

type reasonBody struct {
	Reason string `json:"reason" minLength:"1" maxLength:"1000"`
}

// token is an API token of one's own; its secret is not among what is kept.
type token struct {
	ID      string               `json:"id"`
	Name    string               `json:"name"`
	Scopes  []account.Permission `json:"scopes"`
	Created time.Time            `json:"created"`
	Expires time.Time            `json:"expires"`
	Used    *time.Time           `json:"used,omitempty"`
}

type tokenInput struct {
	ID string `path:"token"`
}

func (s *server) houseOperations() {
	add(s, operation{id: "me", method: http.MethodGet, path: root + "/me", tag: "house", needs: account.Read}, s.me)
	add(s, operation{id: "list-people", method: http.MethodGet, path: root + "/people", tag: "house", needs: account.Administer, stored: true}, s.people)
	add(s, operation{id: "get-person", method: http.MethodGet, path: root + "/people/{person}", tag: "house", needs: account.Administer, stored: true},
		func(c *call, in *personInput) (member, error) { return s.readPerson(c, in.ID) })
	add(s, operation{id: "invite-person", method: http.MethodPost, path: root + "/people", tag: "house", needs: account.Administer, status: http.StatusCreated, stored: true, errors: []int{http.StatusConflict}}, s.invitePerson)
	add(s, operation{id: "change-person", method: http.MethodPut, path: root + "/people/{person}", tag: "house", needs: account.Administer, revises: true, stored: true, errors: []int{http.StatusConflict}}, s.changePerson)
	add(s, operation{id: "suspend-person", method: http.MethodPost, path: root + "/people/{person}/suspension", tag: "house", needs: account.Administer, revises: true, stored: true, errors: []int{http.StatusConflict}}, s.suspend)
	add(s, operation{id: "erase-person", method: http.MethodPost, path: root + "/people/{person}/erasure", tag: "house", needs: account.Administer, stored: true, errors: []int{http.StatusConflict}},
		func(c *call, in *eraseInput) (nothing, error) {
			if err := s.accounts(); err != nil {
				return nothing{}, err
			}
			return nothing{}, s.Access.Erase(c.ctx, in.ID, in.Body.Reason)
		})
	add(s, operation{id: "list-tokens", method: http.MethodGet, path: root + "/me/tokens", tag: "house", needs: account.Read, stored: true}, s.tokens)
	add(s, operation{id: "end-token", method: http.MethodDelete, path: root + "/me/tokens/{token}", tag: "house", needs: account.Read, stored: true},
		func(c *call, in *tokenInput) (nothing, error) {
			if err := s.accounts(); err != nil {
				return nothing{}, err
			}
			return nothing{}, s.Access.EndToken(c.ctx, in.ID)
		})
	s.subscriptionOperations()
	s.draftOperations()
	s.jobOperations()
}

func (s *server) me(c *call, _ *struct{}) (self, error) {
	p := account.From(c.ctx)
	out := self{Person: p.Person, Entity: p.Entity, Roles: append([]account.Role{}, p.Roles...), Token: p.Token, Permissions: []account.Permission{}, Keeps: s.svc.Store != nil}
	for _, x := range account.Permissions() {
		if p.May(x) {
			out.Permissions = append(out.Permissions, x)
		}
	}
	return out, nil
}

// accounts is nil where there are accounts at all.
func (s *server) accounts() error {
	if s.Access == nil {
		return service.NotKeptError{}
	}
	return nil
}

func (s *server) people(c *call, _ *struct{}) (listOf[member], error) {
	out := listOf[member]{Items: []member{}}
	if err := s.accounts(); err != nil {
		return out, err
	}
	all, err := s.Access.Members(c.ctx)
	for _, m := range all {
		out.Items = append(out.Items, memberOf(m))
	}
	return out, err
}

func (s *server) readPerson(c *call, id string) (member, error) {
	if err := s.accounts(); err != nil {
		return member{}, err
	}
	m, err := s.Access.Member(c.ctx, id)
	if err != nil {
		return member{}, err
	}
	c.Header("ETag", contract.RevisionTag(m.Revision))
	return memberOf(m), nil
}

func (s *server) invitePerson(c *call, in *inviteInput) (invitation, error) {
	if err := s.accounts(); err != nil {
		return invitation{}, err
	}
	id, link, err := s.Access.Invite(c.ctx, in.Body.wish())
	if err != nil {
		return invitation{}, err
	}
	c.created("people", id)
	return invitation{ID: id, Link: s.address(c, LinkPath(preferred(c.Context), link))}, nil
}

// address is a full address of this server, as people type it.
func (s *server) address(c *call, path string) string {
	if s.Public != nil {
		return s.Public.Scheme + "://" + s.Public.Host + path
	}
	scheme := "http"
	if c.Request.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + c.Request.Host + path
}

// seen is the revision of a person that the condition of a request names.
func (s *server) seenPerson(c *call, id string) (int64, error) {
	if err := s.accounts(); err != nil {
		return 0, err
	}
	m, err := s.Access.Member(c.ctx, id)
	switch {
	case err != nil:
		return 0, err
	case !c.match.Holds(m.Revision):
		return 0, &stale{m.Revision}
	}
	return m.Revision, nil
}

func (s *server) changePerson(c *call, in *changeMemberInput) (member, error) {
	revision, err := s.seenPerson(c, in.ID)
	if err != nil {
		return member{}, err
	}
	if err := s.Access.ChangeMember(c.ctx, in.ID, revision, in.Body.wish()); err != nil {
		return member{}, err
	}
	return s.readPerson(c, in.ID)
}

func (s *server) suspend(c *call, in *suspendInput) (member, error) {
	revision, err := s.seenPerson(c, in.ID)
	if err != nil {
		return member{}, err
	}
	if err := s.Access.Suspend(c.ctx, in.ID, revision, in.Body.Suspended); err != nil {
		return member{}, err
	}
	return s.readPerson(c, in.ID)
}

func (s *server) tokens(c *call, _ *struct{}) (listOf[token], error) {
	out := listOf[token]{Items: []token{}}
	if err := s.accounts(); err != nil {
		return out, err
	}
	own, err := s.Access.Own(c.ctx)
	if err != nil {
		return out, err
	}
	for _, t := range own.Tokens {
		x := token{ID: t.ID, Name: t.Name, Scopes: append([]account.Permission{}, t.Scopes...), Created: t.Created.UTC(), Expires: t.Expires.UTC()}
		if !t.Used.IsZero() {
			at := t.Used.UTC()
			x.Used = &at
		}
		out.Items = append(out.Items, x)
	}
	return out, nil
}

// subscriptionBody is who wants to be told.
type subscriptionBody struct {
	Channel notify.Channel `json:"channel" filled:"true"`
	Address string         `json:"address" minLength:"3" maxLength:"2000"`
	Kinds   []notify.Kind  `json:"kinds,omitempty" maxItems:"10"`
	Lang    string         `json:"lang,omitempty" enum:"fr,en"`
}

// subscribed is a subscription made, with the secret that signs what is sent to it: shown once.
type subscribed struct {
	notify.Subscription
	Secret string `json:"secret,omitempty"`
}

type subscribeInput struct{ Body subscriptionBody }

type subscriptionInput struct {
	ID string `path:"subscription"`
}

func (s *server) subscriptionOperations() {
	add(s, operation{id: "list-subscriptions", method: http.MethodGet, path: root + "/subscriptions", tag: "house", needs: account.Administer, stored: true},
		func(c *call, _ *struct{}) (listOf[notify.Subscription], error) {
			if s.Notify == nil {
				return listOf[notify.Subscription]{}, service.NotKeptError{}
			}
			all, err := s.Notify.Subscriptions(c.ctx, account.From(c.ctx).Entity)
			return listOf[notify.Subscription]{all}, err
		})
	add(s, operation{id: "subscribe", method: http.MethodPost, path: root + "/subscriptions", tag: "house", needs: account.Administer, status: http.StatusCreated, stored: true},
		func(c *call, in *subscribeInput) (subscribed, error) {
			if s.Notify == nil {
				return subscribed{}, service.NotKeptError{}
			}
			p := account.From(c.ctx)
			lang := wording.Lang(in.Body.Lang)
			if lang == "" {
				lang = preferred(c.Context)
			}
			x, secret, err := s.Notify.Add(c.ctx, notify.Subscription{Channel: in.Body.Channel, Address: in.Body.Address, Kinds: in.Body.Kinds, Lang: lang, Entity: p.Entity}, p.Person)
			if err == nil {
				c.created("subscriptions", x.ID)
			}
			return subscribed{x, secret}, err
		})
	add(s, operation{id: "get-subscription", method: http.MethodGet, path: root + "/subscriptions/{subscription}", tag: "house", needs: account.Administer, stored: true},
		func(c *call, in *subscriptionInput) (notify.Subscription, error) {
			if s.Notify == nil {
				return notify.Subscription{}, service.NotKeptError{}
			}
			x, err := s.Notify.Subscription(c.ctx, in.ID, account.From(c.ctx).Entity)
			if err == nil {
				c.Header("ETag", contract.RevisionTag(x.Revision))
			}
			return x, err
		})
	add(s, operation{id: "try-subscription", method: http.MethodPost, path: root + "/subscriptions/{subscription}/test", tag: "house", needs: account.Administer, stored: true},
		func(c *call, in *subscriptionInput) (nothing, error) {
			if s.Notify == nil {
				return nothing{}, service.NotKeptError{}
			}
			return nothing{}, s.Notify.Try(c.ctx, in.ID, account.From(c.ctx).Entity)
		})
	add(s, operation{id: "unsubscribe", method: http.MethodDelete, path: root + "/subscriptions/{subscription}", tag: "house", needs: account.Administer, revises: true, stored: true, errors: []int{http.StatusConflict}},
		func(c *call, in *subscriptionInput) (nothing, error) {
			if s.Notify == nil {
				return nothing{}, service.NotKeptError{}
			}
			p := account.From(c.ctx)
			x, err := s.Notify.Subscription(c.ctx, in.ID, p.Entity)
			switch {
			case err != nil:
				return nothing{}, err
			case !c.match.Holds(x.Revision):
				return nothing{}, &stale{x.Revision}
			}
			return nothing{}, s.Notify.Remove(c.ctx, in.ID, p.Entity, x.Revision, p.Person)
		})
}

// draftLine is a proposal as a list shows it.
type draftLine struct {
	ID       string    `json:"id"`
	State    string    `json:"state"`
	Subject  string    `json:"subject"`
	Entity   string    `json:"entity,omitempty"`
	Created  time.Time `json:"created"`
	Changed  time.Time `json:"changed"`
	By       string    `json:"changed_by"` // opaque id
	Revision int64     `json:"revision"`
}

func lineOf(d store.Draft) draftLine {
	return draftLine{ID: d.ID, State: d.State, Subject: d.Subject, Entity: d.Entity, Created: time.Unix(0, d.CreatedNs).UTC(), Changed: time.Unix(0, d.ChangedNs).UTC(), By: d.ChangedBy, Revision: d.Revision}
}

// draftPage is one page of proposals.
type draftPage struct {
	Items []draftLine `json:"items"`
	Next  string      `json:"next,omitempty"`
}

type draftsInput struct {
	State   string `query:"state"`
	Subject string `query:"subject"`
	paging
}

type draftInput struct {
	ID string `path:"draft"`
}

func (s *server) draftOperations() {
	add(s, operation{id: "list-proposals", method: http.MethodGet, path: root + "/proposals", tag: "proposals", needs: account.Read, stored: true},
		func(c *call, in *draftsInput) (draftPage, error) {
			list := key("proposals", in.State, in.Subject)
			from, err := in.from(list)
			if err != nil {
				return draftPage{}, err
			}
			all, err := s.svc.Drafts(c.ctx, account.Read, store.ProposalDraft, in.State, in.Subject, from.After, in.size()+1)
			out := draftPage{Items: []draftLine{}}
			for i, d := range all {
				if i == in.size() {
					out.Next = contract.Cursor{After: out.Items[i-1].ID}.Write(list)
					c.next(out.Next)
					break
				}
				out.Items = append(out.Items, lineOf(d))
			}
			return out, err
		})
}
