package licence

import (
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// Licence is what one licence gives, clause by clause, as its file says. Codes are those of words.yaml.
type Licence struct {
	strict.Pos
	ID         string   `yaml:"id,required"`
	Kind       string   `yaml:"kind,required"` // licence, policy (incorporated by licences), rider (added to another licence)
	Names      []string `yaml:"names,required"`
	Version    string   `yaml:"version"`
	Date       string   `yaml:"date"` // of the text: a year, a month or a day
	DateInText bool     `yaml:"date_in_text"`
	// Family groups versions and variants of one text.
	Family      string      `yaml:"family,required"`
	Identifiers Identifiers `yaml:"identifiers"`
	Holder      Holder      `yaml:"holder,required"`
	Covers      []string    `yaml:"covers,required"`
	// Incorporates names documents of the set that bind as well: the rights are those of all of them.
	Incorporates []string `yaml:"incorporates"`
	// NotHeld names documents that bind as well and that Vigie has no text of.
	NotHeld        []string        `yaml:"incorporates_not_held"`
	OSIApproved    bool            `yaml:"osi_approved"`
	OSAID          OSAID           `yaml:"osaid,required"`
	CommercialUse  CommercialGrant `yaml:"commercial_use,required"`
	Territory      *Territory      `yaml:"territory"` // nil: no territory is excluded
	Sector         *Sector         `yaml:"sector"`    // nil: no sector is excluded
	FieldOfUse     FieldOfUse      `yaml:"field_of_use,required"`
	Outputs        Outputs         `yaml:"outputs,required"`
	Derivatives    Derivatives     `yaml:"derivatives,required"`
	Redistribution Redistribution  `yaml:"redistribution,required"`
	ShareAlike     ShareAlike      `yaml:"share_alike,required"`
	Patent         Patent          `yaml:"patent,required"`
	Change         Change          `yaml:"change,required"`
	Law            *Law            `yaml:"law"` // nil: the text names no law
	Liability      Liability       `yaml:"liability,required"`
	Note           wording.Text    `yaml:"note,required"`
	// CopyMayLack names clauses, by the label of the fingerprint, without which a copy is still the licence.
	CopyMayLack []string `yaml:"copy_may_lack"`
	// CopyMayFill names phrases of the text in whose place a copy puts its own holder: "the copyright holder".
	CopyMayFill []string `yaml:"copy_may_fill"`
	// Unread names rights whose clauses nobody has read yet: their answer is unknown, whatever the file says.
	Unread []string `yaml:"unread"`
	// Source is where the text was read: repository, path and commit, or a title and date.
	Source string `yaml:"source,required"`
	SHA256 string `yaml:"text_sha256"`
	// Verified says that each answer was read at its clause; false means that it rests on what others say.
	Verified bool `yaml:"verified,required"`
}

// Identifiers are the names that other collections give the licence.
type Identifiers struct {
	SPDX         string   `yaml:"spdx" json:"spdx,omitempty"`
	ScanCode     string   `yaml:"scancode" json:"scancode,omitempty"`
	LicenseCheck string   `yaml:"licensecheck" json:"licensecheck,omitempty"`
	HuggingFace  []string `yaml:"huggingface" json:"huggingface,omitempty"`
}

// Holder is who grants the licence.
type Holder struct {
	Name    wording.Text `yaml:"name,required"`
	Country string       `yaml:"country"`
	Remark  wording.Text `yaml:"remark"`
	// Named says that the text itself names this party; otherwise each model or work names its own.
	Named  bool   `yaml:"named"`
	Clause string `yaml:"clause"`
	// EEAAndSwitzerland is the party that grants it to licensees there, where it is another one.
	EEAAndSwitzerland *OtherHolder `yaml:"eea_and_switzerland"`
}

// OtherHolder is the party that grants the licence in some countries.
type OtherHolder struct {
	Name    wording.Text `yaml:"name,required"`
	Country string       `yaml:"country,required"`
}

// OSAID is how the terms stand to the Open Source AI Definition 1.0.
type OSAID struct {
	Answer  string   `yaml:"answer,required"`
	Because []string `yaml:"because"`
}

// CommercialGrant is the right to use it for a business, with its conditions: all of them must be met.
type CommercialGrant struct {
	Answer string `yaml:"answer,required"`
	Clause string `yaml:"clause"`
	// Means is what the text calls non-commercial, where it says so and only such use is licensed.
	Means      wording.Text `yaml:"means"`
	Conditions []Condition  `yaml:"conditions"`
}

// Condition is one condition of a right. AllowedIf and LiftedIf are CEL over the paths of Declarations; an unknown fact
// gives an unknown answer. A lifted condition does not apply.
type Condition struct {
	strict.Pos
	AllowedIf  string `yaml:"allowed_if,required"`
	Otherwise  string `yaml:"otherwise,required"`
	MeasuredOn string `yaml:"measured_on"` // the day on which the licence counts, where it fixes one
	Window     string `yaml:"window"`
	Whose      string `yaml:"whose"`
	Of         string `yaml:"of"`
	LiftedIf   string `yaml:"lifted_if"`
	// PersonDecides is something in the file at hand that may say otherwise and that only a person can read.
	PersonDecides wording.Text `yaml:"person_decides"`
	Clause        string       `yaml:"clause,required"`
}

// Territory is where, or to whom by their place, the licence is not granted.
type Territory struct {
	strict.Pos
	Excluded  []string `yaml:"excluded,required"` // countries, or EU, EEA, EFTA
	By        string   `yaml:"by,required"`
	AppliesIf string   `yaml:"applies_if"`
	Where     string   `yaml:"where,required"`
	Clause    string   `yaml:"clause,required"`
}

// Sector is a kind of organisation that the licence is not granted to.
type Sector struct {
	strict.Pos
	Says      wording.Text `yaml:"says,required"`
	AllowedIf string       `yaml:"allowed_if,required"`
	Clause    string       `yaml:"clause,required"`
}

// FieldOfUse is what the model may not be used for.
type FieldOfUse struct {
	Restricted      bool     `yaml:"restricted"`
	Source          string   `yaml:"source"`
	Policy          string   `yaml:"policy"`
	PolicyURL       string   `yaml:"policy_url"`
	PolicyMayChange string   `yaml:"policy_may_change"`
	MustPassOn      bool     `yaml:"must_pass_on"`
	Uses            []string `yaml:"uses"`
	Clause          string   `yaml:"clause"`
}

// Outputs is what may be done with what the model produces.
type Outputs struct {
	Owner            string `yaml:"owner,required"`
	TrainOtherModels string `yaml:"train_other_models,required"`
	WithinTerritory  bool   `yaml:"within_territory"` // the exclusion of a territory names the outputs too
	Clause           string `yaml:"clause"`
}

// Derivatives is the right to adapt, and what adapting obliges to.
type Derivatives struct {
	Allowed      string `yaml:"allowed,required"`
	NamePrefix   string `yaml:"name_prefix"`
	Display      string `yaml:"display"`
	DisplayWhen  string `yaml:"display_when"`
	NoticeFile   bool   `yaml:"notice_file"`
	StateChanges bool   `yaml:"state_changes"`
	Clause       string `yaml:"clause"`
}

// Redistribution is the right to pass it on.
type Redistribution struct {
	Answer              string   `yaml:"answer,required"`
	HostedServiceCounts string   `yaml:"hosted_service_counts,required"`
	Conditions          []string `yaml:"conditions"`
	Clause              string   `yaml:"clause"`
}

// ShareAlike is how far the licence follows what is made from it.
type ShareAlike struct {
	Answer string `yaml:"answer,required"`
	Clause string `yaml:"clause"`
}

// Patent is the patent grant and what ends it.
type Patent struct {
	Grant  string `yaml:"grant,required"`
	Ends   string `yaml:"ends,required"`
	Clause string `yaml:"clause"`
}

// Change is what the licensor can end or change.
type Change struct {
	Revocable string `yaml:"revocable,required"`
	MayChange string `yaml:"may_change,required"`
	Clause    string `yaml:"clause"`
}

// Law is which law and which courts the text names.
type Law struct {
	Governing   string       `yaml:"governing"` // ISO 3166 country or subdivision
	Remark      wording.Text `yaml:"remark"`
	Venue       wording.Text `yaml:"venue"`
	Arbitration string       `yaml:"arbitration"`
	Clause      string       `yaml:"clause"`
}

// Liability is warranty and indemnity.
type Liability struct {
	Warranty            string `yaml:"warranty,required"`
	LicenseeIndemnifies string `yaml:"licensee_indemnifies,required"`
	Clause              string `yaml:"clause"`
}

// Named is a licence known by name only: nothing is asserted of its rights.
type Named struct {
	ID          string       `yaml:"id,required"`
	Names       []string     `yaml:"names,required"`
	Licensor    string       `yaml:"licensor"`
	HuggingFace []string     `yaml:"huggingface"`
	Reported    wording.Text `yaml:"reported"` // what others report of it, not verified
}
