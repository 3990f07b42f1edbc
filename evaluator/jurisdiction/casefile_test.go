package jurisdiction

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// The reader of case files (schema vigie-exposure-cases/1). Facts are closed there: what is not written is known to
// be empty, none or false; what is not known is written "unknown". A catalogue does the reverse.

type caseFile struct {
	Meta struct {
		Schema  string `yaml:"schema"`
		Laws    string `yaml:"laws"`
		AsOf    string `yaml:"as_of"`
		Default string `yaml:"assessment_date_default"`
		Count   int    `yaml:"count"`
	} `yaml:"meta"`
	Cases []exposureCase `yaml:"cases,required"`
}

type exposureCase struct {
	Pos             strict.Pos    `yaml:"-"`
	ID              string        `yaml:"id,required"`
	Title           *wording.Text `yaml:"title"`
	Question        *wording.Text `yaml:"question"`
	Real            bool          `yaml:"real"`
	FactsAsOf       string        `yaml:"facts_as_of"`
	FactsConfidence string        `yaml:"facts_confidence"`
	FactsVerified   string        `yaml:"facts_verified"`
	FactsNote       *wording.Text `yaml:"facts_note"`
	AssessmentDate  catalog.Date  `yaml:"assessment_date"`
	Organisation    caseOrg       `yaml:"organisation"`
	Use             caseUse       `yaml:"use"`
	Offering        caseOffering  `yaml:"offering,required"`
	Parties         []caseParty   `yaml:"parties,required"`
	Stakes          []caseStake   `yaml:"stakes"`
	Supply          []caseSupply  `yaml:"supply"`
	Immunity        caseImmunity  `yaml:"immunity_facts"`
	Expected        expectedCase  `yaml:"expected,required"`
}

type caseOrg struct {
	Home   country `yaml:"home"`
	Public tri     `yaml:"public"`
	Listed listing `yaml:"customer_listed"`
}

type caseUse struct {
	Users    places  `yaml:"users_in"`
	Subjects places  `yaml:"data_subjects_in"`
	Personal *tri    `yaml:"personal_data"`
	Listed   listing `yaml:"customer_listed"`
}

type caseOffering struct {
	Name       string `yaml:"name"`
	Deployment string `yaml:"deployment"`
	Model      struct {
		Name      string `yaml:"name"`
		Developer string `yaml:"developer"`
		Weights   string `yaml:"weights"`
	} `yaml:"model"`
	DataIn     places  `yaml:"data_in"`
	MetadataIn places  `yaml:"metadata_in"`
	Keys       Keys    `yaml:"keys_held_by"`
	Listed     listing `yaml:"customer_listed"`
}

type caseParty struct {
	ID          string     `yaml:"id,required"`
	Name        string     `yaml:"name,required"`
	Kind        string     `yaml:"kind"`
	Inc         country    `yaml:"incorporated_in"`
	HQ          *country   `yaml:"headquartered_in"`
	Principal   country    `yaml:"principal_establishment_in"`
	Nationality places     `yaml:"nationality"`
	Roles       []RoleName `yaml:"roles"`
	Access      string     `yaml:"access"`
	AccessMin   AccessName `yaml:"access_min"`
	Listed      tri        `yaml:"listed"`
	DPF         tri        `yaml:"dpf_listed"`
	Provider    *tri       `yaml:"service_provider"`
	Branch      places     `yaml:"branch_in"`
	Serves      places     `yaml:"serves"`
	Admin       places     `yaml:"admin_from"`
	Complete    *tri       `yaml:"owners_complete"`
	Invented    bool       `yaml:"invented"`
}

type caseStake struct {
	Owner      string   `yaml:"owner,required"`
	Of         string   `yaml:"of,required"`
	Percent    *percent `yaml:"percent"`
	Votes      *percent `yaml:"votes"`
	PercentMin *percent `yaml:"percent_min"`
	PercentMax *percent `yaml:"percent_max"`
	VotesMin   *percent `yaml:"votes_min"`
	VotesMax   *percent `yaml:"votes_max"`
	Control    *tri     `yaml:"control"`
	Indirect   bool     `yaml:"indirect"`
}

type caseSupply struct {
	From string `yaml:"from,required"`
	To   string `yaml:"to,required"`
	For  string `yaml:"for"`
}

type caseImmunity struct {
	Subject   string `yaml:"subject"`
	Veto      tri    `yaml:"veto_non_eu"`
	Board     tri    `yaml:"board_majority_non_eu"`
	Autonomy  tri    `yaml:"autonomy"`
	Notice    tri    `yaml:"notice_clause"`
	Technical places `yaml:"technical_data_in"`
	Certified string `yaml:"certified"`
}

type expectedCase struct {
	Exposures   []expectedExposure `yaml:"exposures,required"`
	MustNot     []expectedNot      `yaml:"must_not"`
	SecNumCloud Outcome            `yaml:"secnumcloud_3_2"`
	Failing     []string           `yaml:"secnumcloud_failing"`
	Open        []string           `yaml:"secnumcloud_open"`
	SEAL        interval           `yaml:"seal_cap_sov2"`
	Transfers   map[string]string  `yaml:"transfers"`
	Gaps        []string           `yaml:"gaps"`
	Missing     *wording.Text      `yaml:"missing"`
	Reason      *wording.Text      `yaml:"reason"`
}

type expectedExposure struct {
	Law      string   `yaml:"law,required"`
	Status   Status   `yaml:"status,required"`
	CouldBe  Status   `yaml:"could_be"`
	Floor    Status   `yaml:"floor"`
	Trigger  string   `yaml:"trigger,required"`
	Party    string   `yaml:"party"`
	Path     string   `yaml:"path"`
	Also     []string `yaml:"also"`
	Severity *int     `yaml:"severity"`
	Worst    *int     `yaml:"worst"`
	Flag     string   `yaml:"flag"`
}

type expectedNot struct {
	Law string        `yaml:"law,required"`
	Why *wording.Text `yaml:"why"`
}

// tri is true, false or unknown; not written is false.
type tri struct{ Truth }

func (t *tri) DecodeNode(r *strict.Reader, n *yaml.Node, path string) {
	s, _ := r.Scalar(n, path, wording.Same("true, false, unknown"))
	switch s {
	case "true":
		t.Truth = Yes
	case "false":
		t.Truth = No
	case "unknown":
		t.Truth = Maybe
	default:
		r.Fault(n, path, strict.NotIn(s, []string{"true", "false", "unknown"}))
	}
}

// country is a code, or unknown.
type country string

func (c *country) DecodeNode(r *strict.Reader, n *yaml.Node, path string) {
	s, _ := r.Scalar(n, path, wording.Same("a country"))
	switch {
	case s == "unknown":
	case catalog.IsCountry(s):
		*c = country(s)
	default:
		r.Fault(n, path, strict.NotIn(s, catalog.EEA()))
	}
}

// places is a list of countries, WORLD or unknown among them, or unknown as a whole.
type places struct{ Places }

func (p *places) DecodeNode(r *strict.Reader, n *yaml.Node, path string) {
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		nodes = n.Content
	}
	for _, x := range nodes {
		s, _ := r.Scalar(x, path, wording.Same("a country"))
		switch {
		case s == "unknown":
			p.Open = true
		case s == "WORLD":
			p.World = true
		case catalog.IsCountry(s):
			p.Codes = append(p.Codes, s)
		case s != "none":
			r.Fault(x, path, strict.NotIn(s, catalog.EEA()))
		}
	}
}

// listing is true (every state), a list of states, or unknown.
type listing struct{ Places }

func (l *listing) DecodeNode(r *strict.Reader, n *yaml.Node, path string) {
	switch {
	case n.Kind == yaml.ScalarNode && n.Value == "true":
		l.World = true
	case n.Kind == yaml.ScalarNode && n.Value == "false":
	default:
		var p places
		p.DecodeNode(r, n, path)
		l.Places = p.Places
	}
}

// percent is a figure from 0 to 100, or unknown.
type percent struct {
	Share
	unknown bool
}

func (p *percent) DecodeNode(r *strict.Reader, n *yaml.Node, path string) {
	s, _ := r.Scalar(n, path, wording.Same("a percentage"))
	if s == "unknown" {
		p.unknown = true
		return
	}
	v, ok := ParsePercent(s)
	if !ok || v > Whole {
		r.Expected(n, path, wording.Textf("a percentage from 0 to 100, or unknown", "un pourcentage de 0 à 100, ou unknown"))
	}
	p.Share = v
}

// interval is a level, or two bounds.
type interval [2]int

func (v *interval) DecodeNode(r *strict.Reader, n *yaml.Node, path string) {
	if n.Kind == yaml.SequenceNode {
		var l []int
		r.Value(n, reflect.ValueOf(&l).Elem(), path)
		if len(l) == 2 {
			*v = interval{l[0], l[1]}
		}
		return
	}
	var x int
	r.Value(n, reflect.ValueOf(&x).Elem(), path)
	*v = interval{x, x}
}

func readCases(t testing.TB, file string) []exposureCase {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil && !filepath.IsAbs(file) {
		data, err = os.ReadFile(filepath.Join("..", "..", file)) // a path given from the top of the repository
	}
	if err != nil {
		t.Fatal(err)
	}
	var f caseFile
	if err := strict.Decode(filepath.Base(file), data, &f); err != nil {
		t.Fatal(err)
	}
	for i := range f.Cases {
		if f.Cases[i].AssessmentDate == "" {
			f.Cases[i].AssessmentDate = catalog.Date(f.Meta.Default)
		}
	}
	return f.Cases
}

// graph reads a case with closed facts.
func (c *exposureCase) graph() *Graph {
	g := &Graph{
		On:           c.AssessmentDate,
		Offering:     Offering{ID: c.ID, Name: c.Offering.Name, Deployment: Deployment(c.Offering.Deployment), DataIn: c.Offering.DataIn.Places, MetadataIn: c.Offering.MetadataIn.Places, TechnicalIn: c.Immunity.Technical.Places, Keys: c.Offering.Keys, WeightsOpen: Of(c.Offering.Model.Weights == "open"), PartiesKnown: Yes},
		Use:          Use{Users: c.Use.Users.Places, Subjects: c.Use.Subjects.Places, PersonalData: Yes},
		Organisation: Organisation{Home: string(c.Organisation.Home), Public: c.Organisation.Public.Truth},
		Immunity:     ImmunityFacts{Veto: c.Immunity.Veto.Truth, Board: c.Immunity.Board.Truth, Autonomy: c.Immunity.Autonomy.Truth, Notice: c.Immunity.Notice.Truth, Certified: c.Immunity.Certified},
		Measures:     map[string]Truth{},
	}
	if c.Offering.Keys == "unknown" {
		g.Offering.Keys = ""
	}
	if c.Use.Personal != nil {
		g.Use.PersonalData = c.Use.Personal.Truth
	}
	if c.Immunity.Subject != "none" {
		g.Immunity.Subject = c.Immunity.Subject
	}
	for _, l := range []listing{c.Organisation.Listed, c.Use.Listed, c.Offering.Listed} {
		g.Organisation.SanctionedBy.World = g.Organisation.SanctionedBy.World || l.World
		g.Organisation.SanctionedBy.Open = g.Organisation.SanctionedBy.Open || l.Open
		g.Organisation.SanctionedBy.Codes = append(g.Organisation.SanctionedBy.Codes, l.Codes...)
	}
	for _, p := range c.Parties {
		g.Parties = append(g.Parties, p.party())
	}
	for _, s := range c.Stakes {
		g.Stakes = append(g.Stakes, s.stake())
	}
	for _, s := range c.Supply {
		g.Supplies = append(g.Supplies, Supply{From: s.From, To: s.To, For: s.For})
	}
	return g
}

func (p *caseParty) party() Party {
	out := Party{ID: p.ID, Name: p.Name, Kind: Kind(p.Kind), IncorporatedIn: string(p.Inc), HeadquarteredIn: string(p.Inc), PrincipalEstablishmentIn: string(p.Principal),
		Nationality: p.Nationality.Places, Branches: p.Branch.Places, Serves: p.Serves.Places, AdminFrom: p.Admin.Places, Listed: p.Listed.Truth, DPF: p.DPF.Truth, OwnersComplete: Yes}
	switch p.Kind {
	case "":
		out.Kind = Company
	case "unknown":
		out.Kind = ""
	}
	if p.HQ != nil {
		out.HeadquarteredIn = string(*p.HQ)
	}
	for _, r := range p.Roles {
		x, _ := Role(string(r))
		out.Roles |= x
	}
	if p.Complete != nil {
		out.OwnersComplete = p.Complete.Truth
	}
	out.HoldersComplete = out.OwnersComplete
	switch p.Access {
	case "", "none":
	case "unknown":
		out.Access = UnknownAccess
		if p.AccessMin != "" {
			out.Access.Min, _ = ParseAccess(string(p.AccessMin))
		}
	default:
		a, _ := ParseAccess(p.Access)
		out.Access = Exactly(a)
	}
	out.Provider = Of(out.Roles.Has(ServingVendor | Host | Subprocessor))
	if p.Provider != nil {
		out.Provider = p.Provider.Truth
	}
	return out
}

func (s *caseStake) stake() Stake {
	out := Stake{Owner: s.Owner, Of: s.Of, Indirect: s.Indirect}
	out.Percent = figure(s.Percent, s.PercentMin, s.PercentMax)
	if s.Votes != nil || s.VotesMin != nil || s.VotesMax != nil {
		out.HasVotes, out.Votes = true, figure(s.Votes, s.VotesMin, s.VotesMax)
	}
	if s.Control != nil {
		out.Control = map[Truth]Control{Yes: ControlYes, No: ControlNo, Maybe: ControlUnknown}[s.Control.Truth]
	}
	return out
}

// figure reads a percentage: known, or unknown between two bounds.
func figure(exact, low, high *percent) Range {
	if exact != nil && !exact.unknown {
		return Exact(exact.Share)
	}
	r := AnyShare
	if exact == nil && low == nil && high == nil {
		return r
	}
	if low != nil && !low.unknown {
		r.Min = low.Share
	}
	if high != nil && !high.unknown {
		r.Max = high.Share
	}
	return r
}

// outcome is what a case says and what the engine says, in one comparable form.
type outcome struct {
	Exposures   map[string]string
	SecNumCloud string
	SEAL        [2]int
	Transfers   map[string]string
	Gaps        []string
}

func (c *exposureCase) expected() outcome {
	o := outcome{Exposures: map[string]string{}, SEAL: c.Expected.SEAL, Transfers: map[string]string{}, Gaps: []string{}}
	for _, x := range c.Expected.Exposures {
		o.Exposures[x.Law] = line(x.Status, x.CouldBe, x.Floor, x.Trigger, x.Party, x.Path, x.Also, x.Severity, x.Worst, x.Flag)
	}
	o.SecNumCloud = fmt.Sprintf("%s failing %v open %v", c.Expected.SecNumCloud, sorted(c.Expected.Failing), sorted(c.Expected.Open))
	for k, v := range c.Expected.Transfers {
		o.Transfers[k] = v
	}
	o.Gaps = append(o.Gaps, c.Expected.Gaps...)
	return o
}

// line writes one exposure; a level the case does not give is not compared.
func line(status, could, floor Status, trigger, party, path string, also []string, severity, worst *int, flag string) string {
	s := fmt.Sprintf("%s %s party=%s path=%s also=%v", status, trigger, party, path, sorted(also))
	if could != "" {
		s += fmt.Sprintf(" could=%s floor=%s", could, floor)
	}
	if severity != nil {
		s += fmt.Sprintf(" severity=%d", *severity)
	}
	if worst != nil {
		s += fmt.Sprintf(" worst=%d", *worst)
	}
	return s + " flag=" + flag
}

func sorted(s []string) []string {
	out := slices.Clone(s)
	slices.Sort(out)
	return append([]string{}, out...)
}

func (c *exposureCase) got(e *Exposures) outcome {
	o := outcome{Exposures: map[string]string{}, SEAL: e.Sovereignty.CapSOV2, Transfers: map[string]string{}, Gaps: []string{}}
	want := map[string]expectedExposure{}
	for _, x := range c.Expected.Exposures {
		want[x.Law] = x
	}
	for _, x := range e.Exposures {
		if x.Status == NotExposed {
			continue
		}
		var severity, worst *int
		if w, ok := want[x.Law]; !ok || w.Severity != nil {
			severity = &x.Severity
		}
		if want[x.Law].Worst != nil {
			worst = &x.Worst
		}
		o.Exposures[x.Law] = line(x.Status, x.CouldBe, x.Floor, x.Trigger, x.Party, x.Path, x.Also, severity, worst, x.Flag)
	}
	o.SecNumCloud = fmt.Sprintf("%s failing %v open %v", e.Immunity.Result, sorted(e.Immunity.Failing), sorted(e.Immunity.Open))
	for _, t := range e.Transfers {
		o.Transfers[t.Country] = t.Short()
	}
	for _, g := range e.Gaps {
		if g.Certain {
			o.Gaps = append(o.Gaps, g.Country)
		}
	}
	return o
}
