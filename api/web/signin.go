package web

import (
	"net/url"

	"vigie/catalog/wording"
)

// SignInQuery is what the page to sign in shows.
type SignInQuery struct {
	Sent
	Next     string
	Provider string // name of the identity provider; empty: none
	Passkeys bool   // can be used at this address
	Unsafe   bool   // the connection is neither encrypted nor local: nothing may be typed here
	Empty    bool   // nobody has an account yet
}

// SignInPage asks who somebody is.
type SignInPage struct {
	Base
	Form
	SignInQuery
	Email, Password  Input
	Action           string
	ProviderAt, Says string
	Begin, Finish    string
}

// SignIn makes the page to sign in.
func (s *Site) SignIn(r Request, q SignInQuery) ([]byte, error) {
	b := s.base(r, "", "")
	b.Title = b.w("signin.title")
	p := SignInPage{Base: b, SignInQuery: q, Action: b.At("/signin"), Begin: b.At("/signin/passkey/begin"), Finish: b.At("/signin/passkey/finish"),
		Email:    Input{Name: "email", Type: "email", Label: b.w("form.email"), Auto: "username", Needed: true, Max: 254},
		Password: Input{Name: "password", Type: "password", Label: b.w("form.password"), Auto: "current-password", Needed: true, Max: 512}}
	p.ProviderAt = b.At("/signin/provider")
	if q.Next != "" {
		p.ProviderAt += "?next=" + url.QueryEscape(q.Next)
	}
	if q.Provider != "" {
		p.Says = b.w("signin.provider", q.Provider)
	}
	p.Form = b.fields(q.Sent, &p.Email, &p.Password)
	return s.render("signin", p)
}

// CodePage asks for the second factor.
type CodePage struct {
	Base
	Form
	Code         Input
	Action, Next string
}

// Code makes the page that asks for the second factor.
func (s *Site) Code(r Request, sent Sent, next string) ([]byte, error) {
	b := s.base(r, "", "")
	b.Title = b.w("code.title")
	p := CodePage{Base: b, Action: b.At("/signin/code"), Next: next,
		Code: Input{Name: "code", Type: "text", Label: b.w("code.label"), Hint: b.w("code.hint"), Auto: "one-time-code", Needed: true, Max: 40, keepsNothingSent: true}}
	p.Form = b.fields(sent, &p.Code)
	return s.render("code", p)
}

// WelcomeQuery is a link that lets somebody in.
type WelcomeQuery struct {
	Sent
	Setup  bool   // it makes the administrator
	Reset  bool   // it is for a new password; else for an invitation
	Dead   bool   // it is not good any more
	Unsafe bool   // the connection is neither encrypted nor local
	Pass   string // the token of the link
	Name   string
	Email  string
}

// WelcomePage lets somebody choose a password.
type WelcomePage struct {
	Base
	Form
	WelcomeQuery
	NameField, EmailField, Password Input
	Lead, Action                    string
}

// Welcome makes the page behind a link.
func (s *Site) Welcome(r Request, q WelcomeQuery) ([]byte, error) {
	b := s.base(Request{Lang: r.Lang, Path: r.Path, Who: r.Who}, "", "")
	b.FR += "?pass=" + url.QueryEscape(q.Pass)
	b.EN += "?pass=" + url.QueryEscape(q.Pass)
	p := WelcomePage{WelcomeQuery: q, Action: b.At("/welcome")}
	p.NameField = Input{Name: "name", Type: "text", Label: b.w("form.name"), Auto: "name", Needed: true, Max: 120}
	p.EmailField = Input{Name: "email", Type: "email", Label: b.w("form.email"), Hint: b.w("welcome.email_hint"), Auto: "username", Needed: true, Max: 254}
	p.Password = Input{Name: "password", Type: "password", Label: b.w("form.new_password"), Hint: b.w("form.password_hint"), Auto: "new-password", Needed: true, Max: 512}
	switch {
	case q.Dead:
		b.Title = b.w("welcome.dead")
	case q.Setup:
		b.Title, p.Lead = b.w("welcome.setup"), b.w("welcome.setup_lead")
	case q.Reset:
		b.Title, p.Lead = b.w("welcome.reset"), b.w("welcome.reset_lead", q.Name, q.Email)
	default:
		b.Title, p.Lead = b.w("welcome.invite"), b.w("welcome.invite_lead", q.Name, q.Email)
	}
	p.Base = b
	inputs := []*Input{&p.Password}
	if q.Setup {
		inputs = []*Input{&p.NameField, &p.EmailField, &p.Password}
	}
	p.Form = b.fields(q.Sent, inputs...)
	return s.render("welcome", p)
}

// ShownPage shows once what is never shown again, or says what somebody should know before going on.
type ShownPage struct {
	Base
	What   string
	Values []string
	Hint   string
	Back   Link
}

// Shown is what a page shows once.
type Shown string

// What is shown once.
const (
	ShownToken  Shown = "token"
	ShownFeed   Shown = "feed" // secret address of a calendar
	ShownCodes  Shown = "codes"
	ShownInvite Shown = "invite"
	ShownReset  Shown = "reset"
)

// Once makes the page that shows values that are never shown again.
func (s *Site) Once(r Request, what Shown, values []string) ([]byte, error) {
	b := s.base(Request{Lang: r.Lang, Path: "/account", Who: r.Who}, "", "")
	p := ShownPage{Values: values}
	account, people := Link{Text: b.w("shown.account"), Href: b.At("/account")}, Link{Text: b.w("shown.people"), Href: b.At("/people")}
	switch what {
	case ShownToken:
		b.Title, p.What, p.Hint, p.Back = b.w("shown.token"), b.w("shown.token_what"), b.w("shown.token_hint"), account
	case ShownFeed:
		b.Title, p.What, p.Hint, p.Back = b.w("shown.feed"), b.w("shown.feed_what"), b.w("shown.feed_hint"), account
	case ShownCodes:
		b.Title, p.What, p.Hint, p.Back = b.w("shown.codes"), b.w("shown.codes_what"), b.w("shown.codes_hint"), account
	case ShownInvite:
		b.Title, p.What, p.Hint, p.Back = b.w("shown.invite"), b.w("shown.invite_what"), b.w("shown.link_hint"), people
	default:
		b.Title, p.What, p.Hint, p.Back = b.w("shown.reset"), b.w("shown.reset_what"), b.w("shown.link_hint"), people
	}
	p.Base = b
	return s.render("shown", p)
}

// Tries makes the page that tells somebody who signed in of wrong tries before.
func (s *Site) Tries(r Request, failed int64, next string) ([]byte, error) {
	b := s.base(Request{Lang: r.Lang, Path: "/account", Who: r.Who}, "", "")
	b.Title = b.w("tries.title")
	p := ShownPage{Base: b, What: b.n("tries.what", int(failed)), Hint: b.w("tries.hint"), Back: Link{Text: b.w("tries.on"), Href: next}}
	return s.render("shown", p)
}

// moment writes a moment for a person: day and minute, in UTC.
func (b Base) moment(t interface {
	IsZero() bool
	Format(string) string
}) string {
	if t.IsZero() {
		return b.w("account.never")
	}
	day, _ := parseDay(t.Format("2006-01-02"))
	return wording.Typeset(b.Lang, b.w("account.moment", b.Day(day), t.Format("15:04")))
}
