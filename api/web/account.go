package web

import (
	"encoding/hex"
	"fmt"
	"image/color"
	"strconv"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"

	"vigie/api/access"
	"vigie/catalog"
	"vigie/catalog/account"
)

func parseDay(s string) (catalog.Date, bool) { return catalog.ParseDate(s) }

// AccountQuery is what the page of one's own account shows.
type AccountQuery struct {
	Sent
	Section  string // that the form sent was of: password or token
	Own      *access.Own
	Current  *account.Session // that looks at the page
	Fresh    bool             // signed in lately enough to change how one signs in
	Passkeys bool             // can be made at this address
	Now      time.Time
}

// AccountPage is one's own account.
type AccountPage struct {
	Base
	Form
	Name, Email, Entity   string
	Roles                 []string
	Fresh                 bool
	Again                 string // address to sign in again and come back
	HasPassword, HasTOTP  bool
	CodesLeft             string
	Passkeys              []ItemLine
	CanPasskey            bool
	Sessions              []ItemLine
	Others                bool
	Tokens                []ItemLine
	Feeds                 []ItemLine // secret addresses of the calendar
	Old, Next             Input
	TokenName, TokenDays  Input
	Scopes                Input
	Begin, Finish, Broken string
}

// ItemLine is something that belongs to an account, with what names it in a form.
type ItemLine struct {
	Name    string
	Details []string
	Value   string
	Here    bool
	Past    bool
}

// Account makes the page of one's own account.
func (s *Site) Account(r Request, q AccountQuery) ([]byte, error) {
	b := s.base(r, "account", "")
	b.Title = b.w("account.title")
	p := AccountPage{Base: b, Name: q.Own.Name, Email: q.Own.Email, Entity: q.Own.Entity, Fresh: q.Fresh, Again: b.At("/signin?next=" + "%2F" + string(b.Lang) + "%2Faccount"),
		HasPassword: q.Own.Password != "", HasTOTP: q.Own.TOTP != nil, CodesLeft: b.w("account.codes_left", strconv.Itoa(len(q.Own.Recovery))), CanPasskey: q.Passkeys,
		Begin: b.At("/account/passkeys/begin"), Finish: b.At("/account/passkeys/finish"), Broken: b.w("account.passkey_failed")}
	for _, role := range q.Own.Roles {
		p.Roles = append(p.Roles, b.text(role.Label()))
	}
	for _, k := range q.Own.Passkeys {
		l := ItemLine{Name: k.Name, Value: hex.EncodeToString(k.ID), Details: []string{b.w("account.since", b.moment(k.Created)), b.w("account.used", b.moment(k.Used))}}
		if l.Name == "" {
			l.Name = b.w("account.passkey_unnamed")
		}
		p.Passkeys = append(p.Passkeys, l)
	}
	for _, x := range q.Own.Sessions {
		l := ItemLine{Name: x.Agent, Value: x.ID, Here: q.Current != nil && x.ID == q.Current.ID, Details: []string{b.means(x.Means), b.w("account.since", b.moment(x.Created)), b.w("account.used", b.moment(x.Seen))}}
		if l.Name == "" {
			l.Name = b.w("account.agent_unknown")
		}
		p.Others = p.Others || !l.Here
		p.Sessions = append(p.Sessions, l)
	}
	for _, t := range q.Own.Feeds {
		p.Feeds = append(p.Feeds, ItemLine{Name: t.Name, Value: t.ID, Details: []string{b.untilWhen("account.until", t.Expires), b.w("account.used", b.moment(t.Used))}})
	}
	for _, t := range q.Own.Tokens {
		l := ItemLine{Name: t.Name, Value: t.ID, Past: !q.Now.Before(t.Expires)}
		var scopes []string
		for _, x := range t.Scopes {
			scopes = append(scopes, b.text(x.Label()))
		}
		until := "account.until"
		if l.Past {
			until = "account.expired"
		}
		l.Details = []string{strings.Join(scopes, ", "), b.untilWhen(until, t.Expires), b.w("account.used", b.moment(t.Used))}
		p.Tokens = append(p.Tokens, l)
	}
	p.Old = Input{ID: "current", Name: "current", Type: "password", Label: b.w("account.present"), Auto: "current-password", Needed: p.HasPassword, Max: 512}
	p.Next = Input{Name: "password", Type: "password", Label: b.w("form.new_password"), Hint: b.w("form.password_hint"), Auto: "new-password", Needed: true, Max: 512}
	p.TokenName = Input{ID: "token-name", Name: "name", Type: "text", Label: b.w("account.token_name"), Auto: "off", Needed: true, Max: 80}
	p.TokenDays = Input{ID: "token-days", Name: "days", Type: "number", Label: b.w("account.token_days"), Needed: true, Min: 1, Max: int(account.MaxTokenLife / (24 * time.Hour)), Value: "90"}
	p.Scopes = Input{ID: "scope", Name: "scopes", Type: "choices", Label: b.w("account.token_scopes")}
	for _, x := range q.Own.Grants() {
		p.Scopes.Options = append(p.Scopes.Options, Option{Value: string(x), Label: b.text(x.Label()), Selected: contains(q.Values["scopes"], string(x))})
	}
	var inputs []*Input
	switch q.Section {
	case "password":
		inputs = []*Input{&p.Old, &p.Next}
	case "token":
		inputs = []*Input{&p.TokenName, &p.TokenDays, &p.Scopes}
	}
	for _, x := range []*Input{&p.Old, &p.Next, &p.TokenName, &p.TokenDays} {
		if x.ID == "" {
			x.ID = x.Name
		}
	}
	p.Form = b.fields(q.Sent, inputs...)
	return s.render("account", p)
}

func (b Base) untilWhen(key string, t time.Time) string {
	d, _ := parseDay(t.Format("2006-01-02"))
	if key == "account.expired" {
		return b.w("account.expired", b.Day(d))
	}
	return b.w("account.until", b.Day(d))
}

func contains(list []string, x string) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

func (b Base) means(m account.Means) string {
	switch m {
	case account.ByTOTP:
		return b.w("means.totp")
	case account.ByRecovery:
		return b.w("means.recovery")
	case account.ByPasskey:
		return b.w("means.passkey")
	case account.ByProvider:
		return b.w("means.provider")
	case account.ByLink:
		return b.w("means.link")
	}
	return b.w("means.password")
}

// TOTPPage adds an app that gives codes.
type TOTPPage struct {
	Base
	Form
	Size    int
	Path    string
	Secret  string
	Pass    string
	Code    Input
	Picture string
}

// TOTP makes the page that adds an app: a picture to photograph, the secret to type, and a field for its first code.
func (s *Site) TOTP(r Request, e access.Enrolment, sent Sent) ([]byte, error) {
	b := s.base(Request{Lang: r.Lang, Path: "/account", Who: r.Who}, "account", "")
	b.Title = b.w("totp.title")
	p := TOTPPage{Base: b, Pass: e.Pass, Secret: grouped(e.Secret), Picture: b.w("totp.picture"),
		Code: Input{Name: "code", Type: "text", Label: b.w("totp.code"), Auto: "one-time-code", Mode: "numeric", Needed: true, Max: 20, keepsNothingSent: true}}
	var err error
	if p.Size, p.Path, err = qrPath(e.URI); err != nil {
		return nil, err
	}
	p.Form = b.fields(sent, &p.Code)
	return s.render("totp", p)
}

func grouped(s string) string {
	var parts []string
	for len(s) > 4 {
		parts, s = append(parts, s[:4]), s[4:]
	}
	return strings.Join(append(parts, s), " ")
}

// qrPath draws a QR code as the path of an SVG, with the quiet zone of four modules that readers need.
func qrPath(text string) (size int, path string, err error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return 0, "", err
	}
	n := code.Bounds().Dx()
	var out strings.Builder
	for y := range n {
		for x := 0; x < n; x++ {
			run := 0
			for x+run < n && code.At(x+run, y) == color.Color(color.Black) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&out, "M%d %dh%dv1h-%dz", x+4, y+4, run, run)
				x += run
			}
		}
	}
	return n + 8, out.String(), nil
}

// PeopleQuery is what the page of the people shows.
type PeopleQuery struct {
	Sent
	Members  []access.Member
	Entities bool // the organisation has entities, or may have: the field is shown
}

// PeoplePage lists the people who have an account.
type PeoplePage struct {
	Base
	Form
	Members               []MemberLine
	Tabs                  []Option
	Name, Email, Entity   Input
	Roles                 Input
	Weak                  string // administrators without a second factor
	Erased                string // how many accounts were closed
	Action                string
	NameHead, RolesHead   string
	StateHead, SecondHead string
}

// MemberLine is a person in the list.
type MemberLine struct {
	Link
	Email  string
	Roles  string
	Entity string
	State  string
	Icon   string
	Second string
	Seen   string
}

// People makes the page of the people.
func (s *Site) People(r Request, q PeopleQuery) ([]byte, error) {
	b := s.base(r, "people", "")
	b.Title = b.w("people.title")
	p := PeoplePage{Base: b, Tabs: b.tabs("people"), Action: b.At("/people")}
	weak, closed := 0, 0
	for i := range q.Members {
		m := &q.Members[i]
		if m.State == account.Closed {
			closed++
			continue
		}
		if m.State == account.Active && m.May(account.Administer) && !m.Second() {
			weak++
		}
		p.Members = append(p.Members, b.memberLine(m))
	}
	if weak > 0 {
		p.Weak = b.n("people.weak", weak)
	}
	if closed > 0 {
		p.Erased = b.n("people.closed", closed)
	}
	p.Name, p.Email, p.Entity, p.Roles = b.wishInputs("", "", "", nil, q.Sent)
	p.Form = b.fields(q.Sent, &p.Name, &p.Email, &p.Entity, &p.Roles)
	return s.render("people", p)
}

func (b Base) memberLine(m *access.Member) MemberLine {
	l := MemberLine{Link: Link{Text: m.Name, Href: b.At("/people/" + m.Person)}, Email: m.Email, Entity: m.Entity, State: b.text(m.State.Label()), Icon: "open", Seen: b.moment(m.Seen)}
	if l.Text == "" {
		l.Text = b.w("people.unnamed")
	}
	if m.State == account.Active {
		l.Icon = "passed"
	}
	var roles []string
	for _, x := range m.Roles {
		roles = append(roles, b.text(x.Label()))
	}
	l.Roles = strings.Join(roles, ", ")
	switch {
	case m.Passkeys > 0:
		l.Second = b.w("means.passkey")
	case m.TOTP != nil:
		l.Second = b.w("people.totp")
	case m.Password == "" && m.Subject != nil:
		l.Second = b.w("means.provider")
	default:
		l.Second = b.w("people.none")
	}
	return l
}

func (b Base) wishInputs(name, email, entity string, roles []account.Role, sent Sent) (n, e, en, r Input) {
	n = Input{Name: "name", Type: "text", Label: b.w("form.name"), Auto: "off", Needed: true, Max: 120, Value: name}
	e = Input{Name: "email", Type: "email", Label: b.w("form.email"), Auto: "off", Needed: true, Max: 254, Value: email}
	en = Input{Name: "entity", Type: "text", Label: b.w("people.entity"), Hint: b.w("people.entity_hint"), Auto: "off", Max: 120, Value: entity}
	r = Input{ID: "role", Name: "roles", Type: "choices", Label: b.w("people.roles")}
	for _, x := range account.Roles() {
		chosen := contains(sent.Values["roles"], string(x))
		if sent.Values == nil {
			for _, y := range roles {
				chosen = chosen || x == y
			}
		}
		r.Options = append(r.Options, Option{Value: string(x), Label: b.text(x.Means()), Selected: chosen})
	}
	return n, e, en, r
}

// PersonPage is one person, as an administrator changes them.
type PersonPage struct {
	Base
	Form
	MemberLine
	Revision            int64
	Name, Mail, Unit    Input
	Roles               Input
	Action              string
	Suspended, Closed   bool
	CanLink             bool
	Passkeys, Tokens    string
	Failed              string
	Events              []string
	Reason              Input
	Me                  bool
	Path                string
	Created, ChangedDay string
}

// PersonQuery is what the page of a person shows.
type PersonQuery struct {
	Sent
	Member access.Member
	Me     bool // the administrator's own
}

// Person makes the page of a person.
func (s *Site) Person(r Request, q PersonQuery) ([]byte, error) {
	b := s.base(r, "people", "")
	m := q.Member
	p := PersonPage{MemberLine: b.memberLine(&m), Revision: m.Revision, Action: b.At("/people/" + m.Person), Suspended: m.State == account.Suspended, Closed: m.State == account.Closed,
		CanLink: m.State == account.Active || m.State == account.Invited, Passkeys: b.w("person.passkeys", strconv.Itoa(m.Passkeys)), Tokens: b.w("person.tokens", strconv.Itoa(m.Tokens)), Me: q.Me,
		Created: b.moment(m.Created), ChangedDay: b.moment(m.Changed)}
	b.Title = p.Text
	p.Base = b
	if m.Failed > 0 {
		p.Failed = b.w("person.failed", strconv.FormatInt(m.Failed, 10))
	}
	p.Name, p.Mail, p.Unit, p.Roles = b.wishInputs(m.Name, m.Email, m.Entity, m.Roles, q.Sent)
	p.Reason = Input{Name: "reason", Type: "text", Label: b.w("person.reason"), Hint: b.w("person.reason_hint"), Auto: "off", Needed: true, Max: 200}
	p.Form = b.fields(q.Sent, &p.Name, &p.Mail, &p.Unit, &p.Roles, &p.Reason)
	return s.render("person", p)
}
