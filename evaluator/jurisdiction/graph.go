package jurisdiction

import (
	"vigie/catalog"
	"vigie/catalog/wording"
)

// Kind is what a party is: company, fund, individual, state, or dispersed (a public float without a controlling
// holder). The empty Kind is not known, but never dispersed: that is a way of recording holders, not a thing to learn.
type Kind string

// The kinds of party.
const (
	Company    Kind = "company"
	Fund       Kind = "fund"
	Individual Kind = "individual"
	StateBody  Kind = "state"
	Dispersed  Kind = "dispersed"
)

// Allowed implements strict.Enum.
func (Kind) Allowed() []string {
	return []string{"company", "fund", "individual", "state", "dispersed"}
}

// Roles is a set of roles of a party in an offering.
type Roles uint16

// The roles that laws and tests read.
const (
	ServingVendor Roles = 1 << iota
	Host
	Subprocessor
	Support
	KeyCustodian
	TechnologySupplier
	ModelDeveloper
	Owner
	Affiliate // another company of the group in the same line of service, with no part in this offering
	Customer
)

var roleNames = []string{"serving_vendor", "host", "subprocessor", "support", "key_custodian", "technology_supplier", "model_developer", "owner", "affiliate", "customer"}

// Role reads the name of one role.
func Role(name string) (Roles, bool) {
	for i, n := range roleNames {
		if n == name {
			return 1 << i, true
		}
	}
	return 0, false
}

// Names lists the roles in a fixed order.
func (r Roles) Names() []string {
	out := []string{}
	for i, n := range roleNames {
		if r&(1<<i) != 0 {
			out = append(out, n)
		}
	}
	return out
}

// Has reports whether one of the roles is held.
func (r Roles) Has(o Roles) bool { return r&o != 0 }

// suppliers are the roles by which a party takes part in the making of the service.
const suppliers = Host | Subprocessor | Support | TechnologySupplier | KeyCustodian

// Attr names one thing that is known or not about a party, an offering or its use; questions and paths cite
// facts by it.
type Attr uint8

// What a graph can know.
const (
	AttrSeat Attr = iota // place of incorporation, or head office
	AttrKind
	AttrNationality
	AttrProvider
	AttrAccess
	AttrBranches
	AttrServes
	AttrAdmin
	AttrOwners // who owns the company, or whether the list of owners is complete
	AttrDPF
	AttrStake // percentage, votes and control of a stake
	AttrSupply
	AttrSuppliers // whether the list of sub-processors is complete
	AttrData
	AttrMetadata
	AttrKeys
	AttrDeployment
	AttrTechnicalData
	AttrUsers
	AttrSubjects
	AttrListed // the customer is named in a sanctions list
	AttrPersonalData
	AttrVeto
	AttrBoard
	AttrAutonomy
	AttrNotice
	AttrResidual
	AttrExcluded
	AttrDisconnected
	AttrParties // who serves the offering at all
	attrCount
)

// Refs are the facts of the dossier behind the attributes of one party, stake, supply or offering. They are empty
// for graphs that come from no dossier.
type Refs map[Attr][]catalog.FactRef

// Party is a legal entity, fund, person, state or dispersed holders with what the laws read of it.
// Unknown is written out: an empty country, a Maybe, an Open set, an unknown Level.
type Party struct {
	ID    string
	Name  string
	Title wording.Text // name for readers, where it differs between languages; empty: Name in both
	Kind  Kind

	IncorporatedIn           string // for an individual, residence
	HeadquarteredIn          string
	PrincipalEstablishmentIn string // SecNumCloud 19.6.a
	Nationality              Places // individuals only

	Roles     Roles
	Access    Level // its own access to this customer's data
	Provider  Truth // it provides a communication, cloud, hosting, telecom or AI service itself
	Branches  Places
	Serves    Places // countries whose customers it targets
	AdminFrom Places // countries from which its people, with the access it has, administer this offering
	// SupportFrom are those from which they support it. Laws make no difference; SecNumCloud 19.2 does.
	SupportFrom Places

	Listed          Truth // its shares trade on a regulated market
	DPF             Truth // it is on the EU-US Data Privacy Framework list
	OwnersComplete  Truth // every holder that could control is recorded
	HoldersComplete Truth // every holder is recorded, small ones included
	Identified      Share // part of the capital whose holders are identified, recorded or not; 0 when not known
	Qualified       Truth // it holds a SecNumCloud qualification (19.6.d)

	Record catalog.Ref
	Refs   Refs
	// InheritedFrom says that some of what is known of the party was recorded about another one that controls it.
	InheritedFrom string
}

// Control is what is recorded about the control a stake gives, apart from percentages.
type Control uint8

// Control as recorded. The zero value records nothing: percentages decide.
const (
	ControlNotRecorded Control = iota
	ControlYes
	ControlNo
	ControlUnknown
)

// Stake is a holding of one party in another.
type Stake struct {
	Owner, Of string
	Percent   Range // capital
	Votes     Range // meant only when HasVotes
	HasVotes  bool
	Control   Control
	Indirect  bool // holdings in between are left out
	Record    catalog.Ref
	Refs      Refs
}

// Supply says that one party uses another for something.
type Supply struct {
	From, To string
	For      string
	Record   catalog.Ref
	Refs     Refs
}

// Deployment is how the offering runs.
type Deployment string

// The deployments of the vocabulary; the empty one is not known.
const (
	API             Deployment = "api"
	SaaS            Deployment = "saas"
	Dedicated       Deployment = "dedicated"
	SelfHostedCloud Deployment = "self_hosted_cloud"
	OnPremises      Deployment = "on_premises"
)

// Allowed implements strict.Enum.
func (Deployment) Allowed() []string {
	return []string{"api", "saas", "dedicated", "self_hosted_cloud", "on_premises"}
}

// SelfHosted reports whether the organisation itself runs the model.
func (d Deployment) SelfHosted() bool { return d == SelfHostedCloud || d == OnPremises }

// Keys says who has custody of the encryption keys; the empty Keys is not known.
type Keys string

// The custodians of the vocabulary.
const (
	KeysCustomer  Keys = "customer"
	KeysVendor    Keys = "vendor"
	KeysHost      Keys = "host"
	KeysCustodian Keys = "custodian"
	KeysNone      Keys = "none"
)

// Called is the name of a party for readers.
func (p *Party) Called() wording.Text {
	if p.Title.IsZero() {
		return wording.Same(p.Name)
	}
	return p.Title
}

// Allowed implements strict.Enum.
func (Keys) Allowed() []string {
	return []string{"customer", "vendor", "host", "custodian", "none", "unknown"}
}

// Offering is what is assessed.
type Offering struct {
	ID, Name      string
	Title         wording.Text // name for readers; Name in both languages when empty
	Deployment    Deployment
	DataIn        Places // content, any copy
	MetadataIn    Places // countries where only metadata are
	TechnicalIn   Places // technical data in the sense of SecNumCloud 19.2.d
	Keys          Keys
	WeightsOpen   Truth
	Disconnected  Truth // the service goes on when the vendor stops supplying it
	PartiesKnown  Truth // who serves it is known
	SuppliersOpen bool  // further sub-processors may exist that nobody recorded
	Record        catalog.Ref
	Refs          Refs
}

// Use is what the organisation does with the offering.
type Use struct {
	Users        Places // countries of the organisation's users
	Subjects     Places // countries of the persons whose data are handled
	PersonalData Truth
	Refs         Refs
}

// Organisation is who assesses.
type Organisation struct {
	Home         string
	Public       Truth
	SanctionedBy Places // states whose lists name it, its officers or its activity
	Excluded     Places // countries it excludes
	Refs         Refs
}

// ImmunityFacts are the facts that only the SecNumCloud tests read.
type ImmunityFacts struct {
	Subject       string // id of the provider under test; empty: not applicable
	Veto          Truth  // holders outside the EU have a veto
	Board         Truth  // holders outside the EU appoint the majority of a governing body
	Autonomy      Truth  // own skills, or two alternatives, suffice to run without the non-EU supplier
	Notice        Truth  // notice within one month of a change touching 19.6
	ResidualRisks Truth  // a list of residual risks from non-EU laws is kept (5.3.d)
	Certified     string // what ANSSI's list says; evidence beside the tests, never an input
	Refs          Refs
}

// Graph is everything the walk reads. Parties, stakes and supplies keep the order in which they were recorded:
// the first true party of a trigger gives the headline.
type Graph struct {
	On           catalog.Date // day of the facts
	Hypothetical bool         // some facts are assumptions
	Offering     Offering
	Parties      []Party
	Stakes       []Stake
	Supplies     []Supply
	Use          Use
	Organisation Organisation
	Immunity     ImmunityFacts
	Measures     map[string]Truth // mitigations of the vocabulary found in place; missing means not known
	Mechanism    string           // safeguard for transfers named by the terms: scc, bcr…; empty when not known
	Problems     []Problem        // found while the graph was made
	Recognised   string           // SEAL level that a buyer has recognised, as recorded; shown, never computed with
	// Contributing are known facts that bear on a sovereignty objective (SOV-7: certificates; SOV-8: energy and water)
	// without deciding a level.
	Contributing map[string][]catalog.FactRef
	// Known tells, of the facts cited by Refs, those that are known; paths cite no other. Nil: none is cited.
	Known map[catalog.FactRef]bool
	// Partial tells which of the known ones are lists that may go on: what they leave out is still to be learnt.
	Partial map[catalog.FactRef]bool
}

// people are the countries from which those with the party's access work, whatever they do there.
func (p *Party) people() Places {
	if p.SupportFrom.Empty() {
		return p.AdminFrom
	}
	return p.AdminFrom.with(p.SupportFrom)
}
