// Package account says who may do what: people, roles, tokens, and the rules of signing in.
//
// It holds rules and the shapes that the store keeps; it opens no database and no connection of its own. Names and
// addresses of people are personal data: they live where they can be erased, and everything else bears the opaque id.
package account

import (
	"context"
	"slices"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Role is what somebody is for the organisation. One person may have several.
type Role string

// The roles.
const (
	Reader        Role = "reader"
	Procurement   Role = "procurement"
	Committee     Role = "committee"
	Legal         Role = "legal"
	Administrator Role = "administrator"
)

// Roles lists them all, from the least to the most particular.
func Roles() []Role { return []Role{Reader, Procurement, Committee, Legal, Administrator} }

// Allowed implements strict.Enum.
func (Role) Allowed() []string {
	out := make([]string, 0, len(Roles()))
	for _, r := range Roles() {
		out = append(out, string(r))
	}
	return out
}

var roleWords = map[Role]wording.Text{
	Reader:        wording.Textf("reader", "lecteur"),
	Procurement:   wording.Textf("procurement", "achats"),
	Committee:     wording.Textf("committee", "comité"),
	Legal:         wording.Textf("legal", "juridique"),
	Administrator: wording.Textf("administrator", "administrateur"),
}

// Label names the role.
func (r Role) Label() wording.Text { return roleWords[r] }

// Means names the role and says what it lets do.
func (r Role) Means() wording.Text {
	return map[Role]wording.Text{
		Reader:        wording.Textf("Reader: reads everything that is not confidential", "Lecteur : lit tout ce qui n'est pas confidentiel"),
		Procurement:   wording.Textf("Procurement: records claims and sources, reviews imports, keeps assessments", "Achats : consigne allégations et sources, examine les imports, conserve des évaluations"),
		Committee:     wording.Textf("Committee: settles, decides, issues reports, sets frameworks and weights", "Comité : tranche, décide, émet des rapports, règle référentiels et pondérations"),
		Legal:         wording.Textf("Legal: records, settles and reviews, issues reports, keeps laws and licences", "Juridique : consigne, tranche et examine, émet des rapports, tient lois et licences"),
		Administrator: wording.Textf("Administrator: runs accounts and the service, judges nothing", "Administrateur : gère comptes et service, ne juge de rien"),
	}[r]
}

// Permission is one thing that somebody may be allowed to do.
type Permission string

// The permissions. An operation names the one it needs.
const (
	Read             Permission = "read"              // records, assessments, comparisons, decisions, reports, the log
	ReadConfidential Permission = "read_confidential" // confidential sources and their files
	Claim            Permission = "claim"             // record claims, sources and files; withdraw; make records
	Settle           Permission = "settle"            // decide between claims that contradict each other
	Review           Permission = "review"            // accept or refuse a proposal, an import, a newer catalogue
	Assess           Permission = "assess"            // keep an assessment or a comparison in the log
	Decide           Permission = "decide"            // record what the committee resolved
	Issue            Permission = "issue"             // issue a report: printed, registered, handed out
	Configure        Permission = "configure"         // frameworks, weight sets, laws, licences, dictionary
	Administer       Permission = "administer"        // people, roles, tokens of others, webhooks, jobs, storage
)

// ReadCalendar is what the secret address of a calendar gives: what ends or is due, and nothing else. No role grants it, no
// operation needs it, and a program's token cannot ask for it.
const ReadCalendar Permission = "calendar"

var permissionWords = map[Permission]wording.Text{
	Read:             wording.Textf("read", "lire"),
	ReadConfidential: wording.Textf("read confidential sources", "lire les sources confidentielles"),
	Claim:            wording.Textf("record claims and sources", "consigner allégations et sources"),
	Settle:           wording.Textf("settle contradictions", "trancher les contradictions"),
	Review:           wording.Textf("review proposals and imports", "examiner propositions et imports"),
	Assess:           wording.Textf("keep assessments", "conserver des évaluations"),
	Decide:           wording.Textf("record decisions", "consigner les décisions"),
	Issue:            wording.Textf("issue reports", "émettre des rapports"),
	Configure:        wording.Textf("configure frameworks and weights", "régler référentiels et pondérations"),
	ReadCalendar:     wording.Textf("read the calendar", "lire le calendrier"),
	Administer:       wording.Textf("administer people and the service", "administrer les personnes et le service"),
}

// Label names the permission by what it lets do.
func (p Permission) Label() wording.Text { return permissionWords[p] }

// Permissions lists them all.
func Permissions() []Permission {
	return []Permission{Read, ReadConfidential, Claim, Settle, Review, Assess, Decide, Issue, Configure, Administer}
}

// Allowed implements strict.Enum.
func (Permission) Allowed() []string {
	out := make([]string, 0, len(Permissions()))
	for _, p := range Permissions() {
		out = append(out, string(p))
	}
	return out
}

// grants is the whole rule: an administrator runs the house and judges nothing; who judges does not run the house.
var grants = map[Role][]Permission{
	Reader:        {Read},
	Procurement:   {Read, ReadConfidential, Claim, Review, Assess},
	Committee:     {Read, ReadConfidential, Settle, Assess, Decide, Issue, Configure},
	Legal:         {Read, ReadConfidential, Claim, Settle, Review, Assess, Issue, Configure},
	Administrator: {Read, Administer},
}

// Grants reports whether a role gives a permission.
func (r Role) Grants(p Permission) bool { return slices.Contains(grants[r], p) }

// Principal is who asks: a person signed in, a program with a token, or nobody in particular on a demonstration.
type Principal struct {
	Person string // opaque id; empty: nobody in particular
	Entity string // of the group; empty: the group itself, who sees every entity
	Roles  []Role
	// Token is the id of the API token used; empty: a session. A token never gives more than its owner has.
	Token  string
	Scopes []Permission // of the token
}

// May reports whether the principal is allowed something.
func (p *Principal) May(what Permission) bool {
	if p == nil || p.Token != "" && !slices.Contains(p.Scopes, what) {
		return false
	}
	return slices.ContainsFunc(p.Roles, func(r Role) bool { return r.Grants(what) })
}

// Sees reports whether what belongs to an entity is there for the principal. What belongs to none is shared by all;
// the group itself sees everything.
func (p *Principal) Sees(entity string) bool {
	return p != nil && (entity == "" || p.Entity == "" || entity == p.Entity)
}

// Demonstration is who reads a catalogue that is shown to everybody and kept nowhere.
func Demonstration() *Principal { return &Principal{Roles: []Role{Reader}} }

// Local is the person at the keyboard of a command: the operating system has already said what they may touch.
func Local() *Principal { return &Principal{Roles: Roles()} }

type contextKey struct{}

// With puts the principal into a context.
func With(ctx context.Context, p *Principal) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

// From gives the principal of a context; nil when nobody signed in.
func From(ctx context.Context) *Principal {
	p, _ := ctx.Value(contextKey{}).(*Principal)
	return p
}

// ForbiddenError says that somebody who signed in lacks a permission.
type ForbiddenError struct{ Needs Permission }

func (e *ForbiddenError) Error() string { return e.In(wording.EN) }

// In writes the error in one language.
func (e *ForbiddenError) In(l wording.Lang) string {
	var names []wording.Text
	for _, r := range Roles() {
		if r.Grants(e.Needs) {
			names = append(names, r.Label())
		}
	}
	roles := wording.Text{}
	for i, t := range names {
		if i > 0 {
			roles.EN, roles.FR = roles.EN+", ", roles.FR+", "
		}
		roles.EN, roles.FR = roles.EN+t.EN, roles.FR+t.FR
	}
	return wording.Typeset(l, wording.Textf("your role does not allow this; it takes one of: %s", "votre rôle ne le permet pas ; il faut l'un de ceux-ci : %s", roles).In(l))
}

// SignedOutError says that nobody signed in, or that the session ended.
type SignedOutError struct{}

func (SignedOutError) Error() string { return "not signed in" }

// In writes the error in one language.
func (SignedOutError) In(l wording.Lang) string {
	return wording.Textf("sign in first: there is no session, or it has ended", "connectez-vous d'abord : il n'y a pas de session, ou elle a pris fin").In(l)
}

var (
	_ catalog.Localised = (*ForbiddenError)(nil)
	_ catalog.Localised = SignedOutError{}
)

// Need is nil when the principal of the context has the permission.
func Need(ctx context.Context, what Permission) error {
	p := From(ctx)
	switch {
	case p == nil:
		return SignedOutError{}
	case !p.May(what):
		return &ForbiddenError{Needs: what}
	}
	return nil
}
