package jurisdiction

import (
	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// Status is the answer for one law.
type Status string

// The four statuses, and the empty one for laws that are notes only.
const (
	Exposed      Status = "exposed"
	Arguable     Status = "arguable"
	NotExposed   Status = "not_exposed"
	Undetermined Status = "undetermined"
)

// Allowed implements strict.Enum.
func (Status) Allowed() []string {
	return []string{"exposed", "arguable", "not_exposed", "undetermined"}
}

// Harm is what a law can do to the customer. Harms are shown apart and never added up.
type Harm string

// The harms.
const (
	Confidentiality Harm = "confidentiality"
	Continuity      Harm = "continuity"
	Integrity       Harm = "integrity"
	Duty            Harm = "duty"
)

// Allowed implements strict.Enum.
func (Harm) Allowed() []string { return []string{"confidentiality", "continuity", "integrity", "duty"} }

// Power is what a law lets the state obtain or forbid.
type Power string

// Allowed implements strict.Enum.
func (Power) Allowed() []string {
	return []string{"disclosure", "preservation", "interception", "decryption", "technical_help", "search", "export_stop", "sanctions", "localisation", "blocking", "content_control", "duty", "state_collection"}
}

// Category groups laws for reading.
type Category string

// Allowed implements strict.Enum.
func (Category) Allowed() []string {
	return []string{"criminal_disclosure", "civil_and_criminal_process", "criminal_and_security_disclosure", "intelligence", "interception", "interception_and_capability", "technical_assistance", "retention_and_disclosure", "data_protection_reach", "localisation", "content_control", "export_control", "sanctions"}
}

// Confidence is how sure the file is of itself.
type Confidence string

// Allowed implements strict.Enum.
func (Confidence) Allowed() []string { return []string{"high", "medium", "low"} }

// Claims says whether a law claims reach outside its territory.
type Claims string

// Allowed implements strict.Enum.
func (Claims) Allowed() []string { return []string{"yes", "partial", "no"} }

// Law is one foreign law: whom it binds, by which facts, since when, and what lowers its effect.
type Law struct {
	Pos          strict.Pos    `yaml:"-" json:"-"`
	ID           string        `yaml:"id,required" json:"id"`
	Order        int           `yaml:"order,required" json:"order"` // place in lists
	Jurisdiction string        `yaml:"jurisdiction,required" json:"jurisdiction"`
	Category     Category      `yaml:"category,required" json:"category"`
	Harms        []Harm        `yaml:"harms,required" json:"harms"`
	Powers       []Power       `yaml:"powers,required" json:"powers"`
	Computed     bool          `yaml:"computed,required" json:"computed"` // false: shown as a note, never given a status
	Name         wording.Text  `yaml:"name,required" json:"name"`
	Short        wording.Text  `yaml:"short,required" json:"short"`
	Citation     Citation      `yaml:"citation,required" json:"citation"`
	Compels      wording.Text  `yaml:"compels,required" json:"compels"`
	FromWhom     wording.Text  `yaml:"from_whom,required" json:"from_whom"`
	Reach        Reach         `yaml:"extraterritorial,required" json:"extraterritorial"`
	Gag          Gag           `yaml:"gag,required" json:"gag"`
	InForce      InForce       `yaml:"in_force,required" json:"in_force"`
	Triggers     []Trigger     `yaml:"triggers,required" json:"triggers"` // order matters: the first true one is the headline
	MitigatedBy  []string      `yaml:"mitigated_by,required" json:"mitigated_by"`
	Severity     Severity      `yaml:"severity,required" json:"severity"`
	EURelation   EURelation    `yaml:"eu_relation,required" json:"eu_relation"`
	Disputed     []Dispute     `yaml:"disputed,required" json:"disputed"`
	Note         *wording.Text `yaml:"note" json:"note,omitempty"`
	Sources      []Source      `yaml:"sources,required" json:"sources"`
	Verified     Verified      `yaml:"verified,required" json:"verified"`
	Confidence   Confidence    `yaml:"confidence,required" json:"confidence"`
	Checked      string        `yaml:"checked,required" json:"checked"` // day on which the file was last checked
	Recheck      wording.Text  `yaml:"recheck,required" json:"recheck"` // when to look again
}

// Citation says where the law is written.
type Citation struct {
	Formal     string     `yaml:"formal,required" json:"formal"`
	FormalFR   string     `yaml:"formal_fr" json:"-"` // the same for readers of French
	Provisions []string   `yaml:"provisions,required" json:"provisions"`
	Official   []Official `yaml:"official" json:"official,omitempty"`
}

// Text is the citation in both languages.
func (c Citation) Text() wording.Text { return wording.Text{EN: c.Formal, FR: c.FormalFR} }

// Official is an official address of a text.
type Official struct {
	Label string `yaml:"label,required" json:"label"`
	URL   string `yaml:"url,required" json:"url"`
}

// Reach is the reach a law claims outside its territory, and on which text.
type Reach struct {
	Claims Claims       `yaml:"claims,required" json:"claims"`
	Text   wording.Text `yaml:"text,required" json:"text"`
}

// Gag says whether the vendor can be forbidden to tell the customer.
type Gag struct {
	Possible bool         `yaml:"possible,required" json:"possible"`
	Text     wording.Text `yaml:"text,required" json:"text"`
}

// InForce lists the periods during which a law has effect, in order and without overlap.
type InForce struct {
	Pos     strict.Pos    `yaml:"-" json:"-"`
	Periods []Period      `yaml:"periods,required" json:"periods"`
	Note    *wording.Text `yaml:"note" json:"note,omitempty"`
}

// Period is a span of days, both ends included; no end means still in force. Flag is shown with every finding of
// the period (lapsed_transitional).
type Period struct {
	Pos  strict.Pos   `yaml:"-" json:"-"`
	From catalog.Date `yaml:"from,required" json:"from"`
	To   catalog.Date `yaml:"to" json:"to,omitempty"`
	Flag string       `yaml:"flag" json:"flag,omitempty"`
}

// Trigger is one way in which a law reaches an offering. It is true when one party other than the customer meets
// every party condition and the offering meets every offering condition.
type Trigger struct {
	Pos      strict.Pos         `yaml:"-" json:"-"`
	ID       string             `yaml:"id,required" json:"id"`
	Status   Status             `yaml:"status,required" json:"status"` // exposed or arguable
	Party    *PartyCondition    `yaml:"party" json:"party,omitempty"`
	Offering *OfferingCondition `yaml:"offering" json:"offering,omitempty"`
	Basis    wording.Text       `yaml:"basis,required" json:"basis"`
	Text     wording.Text       `yaml:"text,required" json:"text"`
}

// AccessName is an access level as written in a file.
type AccessName string

// Allowed implements strict.Enum.
func (AccessName) Allowed() []string { return accessNames }

// RoleName is a role as written in a file.
type RoleName string

// Allowed implements strict.Enum.
func (RoleName) Allowed() []string { return roleNames }

// PartyCondition is what a party must be for a trigger; every key written must hold.
type PartyCondition struct {
	EstablishedIn    []string   `yaml:"established_in" json:"established_in,omitempty"`         // incorporated or headquartered there
	NotEstablishedIn []string   `yaml:"not_established_in" json:"not_established_in,omitempty"` // neither
	NationalityIn    []string   `yaml:"nationality_in" json:"nationality_in,omitempty"`
	KindIn           []Kind     `yaml:"kind_in" json:"kind_in,omitempty"`
	ServiceProvider  *bool      `yaml:"service_provider" json:"service_provider,omitempty"`
	RoleIn           []RoleName `yaml:"role_in" json:"role_in,omitempty"`
	GroupRoleIn      []RoleName `yaml:"group_role_in" json:"group_role_in,omitempty"` // it, or a party it controls
	OwnAccess        AccessName `yaml:"own_access" json:"own_access,omitempty"`       // at least
	GroupAccess      AccessName `yaml:"group_access" json:"group_access,omitempty"`   // at least, with what it controls
	UpAccess         AccessName `yaml:"up_access" json:"up_access,omitempty"`         // none itself, but its controllers or sisters have
	Serves           []string   `yaml:"serves" json:"serves,omitempty"`
	BranchIn         []string   `yaml:"branch_in" json:"branch_in,omitempty"`
	AdminFrom        []string   `yaml:"admin_from" json:"admin_from,omitempty"`
	ControlsIn       []string   `yaml:"controls_established_in" json:"controls_established_in,omitempty"`
}

// OfferingCondition is what the offering, its users or its data must be for a trigger.
type OfferingCondition struct {
	DataIn         []string `yaml:"data_in" json:"data_in,omitempty"` // any copy, content or metadata
	UsersIn        []string `yaml:"users_in" json:"users_in,omitempty"`
	DataSubjectsIn []string `yaml:"data_subjects_in" json:"data_subjects_in,omitempty"`
	CustomerListed *bool    `yaml:"customer_listed" json:"customer_listed,omitempty"`
}

// Severity is the base level of a law, from 0 to 3, with the argument for it.
type Severity struct {
	Base      int          `yaml:"base,required" json:"base"`
	Argument  wording.Text `yaml:"argument,required" json:"argument"`
	Modifiers []Modifier   `yaml:"modifiers" json:"modifiers,omitempty"`
}

// ModifierFact is a fact that replaces the base of a law.
type ModifierFact string

// Allowed implements strict.Enum.
func (ModifierFact) Allowed() []string { return []string{"customer_listed"} }

// Modifier replaces the base severity when a fact holds.
type Modifier struct {
	When ModifierFact `yaml:"when,required" json:"when"`
	Base int          `yaml:"base,required" json:"base"`
}

// EURelation names the European rules a law collides with.
type EURelation struct {
	ConflictsWith []string     `yaml:"conflicts_with,required" json:"conflicts_with"`
	Text          wording.Text `yaml:"text,required" json:"text"`
}

// Dispute is a point on which serious readings differ, and how Vigie speaks of it.
type Dispute struct {
	Question  wording.Text `yaml:"question,required" json:"question"`
	ExpressAs Status       `yaml:"express_as,required" json:"express_as"`
	Text      wording.Text `yaml:"text,required" json:"text"`
}

// Source is where something in a file was read. Verified is false for general knowledge that a person must
// check before a report cites it.
type Source struct {
	Title     string        `yaml:"title,required" json:"title"`
	Publisher string        `yaml:"publisher,required" json:"publisher"`
	URL       string        `yaml:"url" json:"url,omitempty"`
	Date      string        `yaml:"date" json:"date,omitempty"` // day, month or year
	Verified  bool          `yaml:"verified,required" json:"verified"`
	Read      *wording.Text `yaml:"read" json:"read,omitempty"` // what of it was read
}

// Verified tells which parts of a law file were found in a source.
type Verified struct {
	Compels bool `yaml:"compels,required" json:"compels"`
	Reach   bool `yaml:"reach,required" json:"reach"`
	Gag     bool `yaml:"gag,required" json:"gag"`
	Dates   bool `yaml:"dates,required" json:"dates"`
}

// Period gives the period in force on a day, and otherwise a flag: future when the law starts later, not_in_force
// when it does not apply.
func (l *Law) Period(on catalog.Date) (Period, bool, string) {
	for _, p := range l.InForce.Periods {
		if !on.Before(p.From) && (p.To == "" || !on.After(p.To)) {
			return p, true, p.Flag
		}
	}
	for _, p := range l.InForce.Periods {
		if on.Before(p.From) {
			return Period{}, false, FlagFuture
		}
	}
	return Period{}, false, FlagNotInForce
}

// Flags of laws that are not in force on the day.
const (
	FlagFuture     = "future"
	FlagNotInForce = "not_in_force"
)

// Trigger gives a trigger by id.
func (l *Law) Trigger(id string) (*Trigger, bool) {
	for i := range l.Triggers {
		if l.Triggers[i].ID == id {
			return &l.Triggers[i], true
		}
	}
	return nil, false
}

// HarmsTo reports whether the law has a harm.
func (l *Law) HarmsTo(h Harm) bool {
	for _, x := range l.Harms {
		if x == h {
			return true
		}
	}
	return false
}
