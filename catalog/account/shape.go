package account

import (
	"slices"
	"time"

	"vigie/catalog/wording"
)

// State says whether an account can be used.
type State string

// The states of an account.
const (
	Invited   State = "invited"   // has a link to choose how to sign in, and has not used it
	Active    State = "active"    // may sign in
	Suspended State = "suspended" // may not, until an administrator says so
	Closed    State = "closed"    // never again: what was known of the person was erased
)

// Allowed implements strict.Enum.
func (State) Allowed() []string {
	return []string{string(Invited), string(Active), string(Suspended), string(Closed)}
}

var stateWords = map[State]wording.Text{
	Invited:   wording.Textf("invited", "invitation envoyée"),
	Active:    wording.Textf("active", "actif"),
	Suspended: wording.Textf("suspended", "suspendu"),
	Closed:    wording.Textf("closed", "fermé"),
}

// Label names the state.
func (s State) Label() wording.Text { return stateWords[s] }

// Account is what is kept of somebody who may sign in. It bears no name: that is in the store's people.
type Account struct {
	Person   string // opaque id
	Entity   string // of the group; empty: the group itself
	Roles    []Role // in the order of Roles
	State    State
	Revision int64 // grows with each change that is a leaf of the log

	Login    []byte   // SHA-256 of the address that the person signs in with; nil: none
	Subject  []byte   // SHA-256 of who the identity provider says it is; nil: none
	Password string   // as HashPassword writes it; empty: none
	TOTP     []byte   // the shared secret; nil: no such second factor
	Step     int64    // the last time step that was used: a code is good once
	Recovery [][]byte // SHA-256 of the recovery codes that were not used

	Failed   int64 // wrong tries since the last good one
	FailedAt time.Time
	Seen     time.Time // when somebody last signed in
	Created  time.Time
	Changed  time.Time
}

// Principal is who the account makes of somebody; nil unless it is active.
func (a *Account) Principal() *Principal {
	if a.State != Active {
		return nil
	}
	return &Principal{Person: a.Person, Entity: a.Entity, Roles: a.Roles}
}

// May reports whether the account's roles give a permission.
func (a *Account) May(what Permission) bool {
	return slices.ContainsFunc(a.Roles, func(r Role) bool { return r.Grants(what) })
}

// Grants lists what the account's roles allow: the most that a token of its owner may be given.
func (a *Account) Grants() []Permission {
	var out []Permission
	for _, p := range Permissions() {
		if a.May(p) {
			out = append(out, p)
		}
	}
	return out
}

// SortRoles puts roles in the order of Roles, each once.
func SortRoles(list []Role) []Role {
	out := []Role{}
	for _, r := range Roles() {
		if slices.Contains(list, r) {
			out = append(out, r)
		}
	}
	return out
}

// SortPermissions puts permissions in the order of Permissions, each once.
func SortPermissions(list []Permission) []Permission {
	out := []Permission{}
	for _, p := range append(Permissions(), ReadCalendar) {
		if slices.Contains(list, p) {
			out = append(out, p)
		}
	}
	return out
}

// How long a session lasts (OWASP ASVS 5.0, 7.3.1 and 7.3.2: documented, idle and absolute).
const (
	SessionIdle = 30 * time.Minute
	SessionLife = 12 * time.Hour
)

// Means is how somebody signed in.
type Means string

// The means.
const (
	ByPassword Means = "password"
	ByTOTP     Means = "totp"     // password and a code of the moment
	ByRecovery Means = "recovery" // password and a recovery code
	ByPasskey  Means = "passkey"  // with the person verified by the device
	ByProvider Means = "provider" // single sign-on
	ByLink     Means = "link"     // the link that set the account up
)

// Session is somebody signed in on one browser. The token is kept as its SHA-256.
type Session struct {
	ID      string // to name it in a list; no secret
	Hash    []byte
	Person  string
	Means   Means
	Agent   string // "Firefox, Linux": for the list of one's own sessions
	Created time.Time
	Seen    time.Time
}

// Ended reports whether the session is over at a moment.
func (s *Session) Ended(now time.Time) bool {
	return now.Sub(s.Seen) >= SessionIdle || now.Sub(s.Created) >= SessionLife
}

// Token lets a program act for a person. It is kept as its SHA-256 and shown once.
type Token struct {
	ID      string // to name it; no secret
	Hash    []byte
	Person  string
	Name    string // given by the owner
	Scopes  []Permission
	Created time.Time
	Expires time.Time
	Used    time.Time // zero: never
}

// MaxTokenLife is the longest that a token may be asked for.
const MaxTokenLife = 366 * 24 * time.Hour

// Passkey is a key on a device of a person's.
type Passkey struct {
	ID         []byte // as the device names it
	Person     string
	Name       string // given by the owner
	Credential []byte // the library's own record, JSON: public key, counter, flags
	Created    time.Time
	Used       time.Time // zero: never
}

// PassSort says what a pass is good for.
type PassSort string

// The sorts of passes.
const (
	SetupPass    PassSort = "setup"    // a link that makes the administrator
	InvitePass   PassSort = "invite"   // a link by which somebody invited chooses a password
	ResetPass    PassSort = "reset"    // a link to choose a new password
	SecondPass   PassSort = "second"   // the password was right, the second factor is asked for
	PasskeyPass  PassSort = "passkey"  // signing in by passkey has begun
	EnrolPass    PassSort = "enrol"    // adding a second factor has begun
	ProviderPass PassSort = "provider" // signing in at the identity provider has begun
)

// Pass is good once and until it expires. The token is kept as its SHA-256.
type Pass struct {
	Hash    []byte
	Sort    PassSort
	Person  string // empty: nobody yet
	Body    []byte
	Created time.Time
	Expires time.Time
}

// How long passes last.
const (
	LinkLife     = 24 * time.Hour  // setup, and reset by an administrator
	InviteLife   = 72 * time.Hour  // an invitation may wait over a week-end
	CeremonyLife = 5 * time.Minute // between two steps of signing in
)

// Event is one change of who may do what, as the log keeps it: opaque ids only, nothing secret.
type Event struct {
	By       string   `json:"by"` // opaque id; "setup" for the first start, "provider" for single sign-on, "command" for a command
	Changes  []Change `json:"changes"`
	Entity   string   `json:"entity,omitempty"`
	Expires  string   `json:"expires,omitempty"` // of a token, RFC 3339
	Item     string   `json:"item,omitempty"`    // the token or passkey
	Person   string   `json:"person"`
	Revision int64    `json:"revision"` // of the account, so that no two events are the same
	Roles    []Role   `json:"roles"`
	Scopes   []string `json:"scopes,omitempty"` // of a token
	State    State    `json:"state"`
}

// Change says what changed.
type Change string

// The changes that are leaves of the log.
const (
	MadeAccount    Change = "account_made"
	ChangedRoles   Change = "roles"
	ChangedState   Change = "state"
	ChangedEntity  Change = "entity"
	ChangedLogin   Change = "login"
	ChangedSubject Change = "provider"
	ChangedSecret  Change = "password"
	ChangedTOTP    Change = "totp"
	ChangedCodes   Change = "recovery_codes"
	AddedPasskey   Change = "passkey_added"
	RemovedPasskey Change = "passkey_removed"
	AddedToken     Change = "token_made"
	RemovedToken   Change = "token_ended"
	MadeLink       Change = "link"
	Erased         Change = "erased"
)
