package jurisdiction

import (
	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// Country is a country or territory with its place in European law.
type Country struct {
	Pos          strict.Pos `yaml:"-" json:"-"`
	Code         string     `yaml:"code,required" json:"code"`
	EN           string     `yaml:"en,required" json:"en"`
	FR           string     `yaml:"fr,required" json:"fr"`
	EU           bool       `yaml:"eu,required" json:"eu"`
	EEA          bool       `yaml:"eea,required" json:"eea"`
	PartOf       string     `yaml:"part_of" json:"part_of,omitempty"`
	AssociatedTo string     `yaml:"associated_territory_of" json:"associated_territory_of,omitempty"`
}

// Countries is the table of countries.
type Countries struct {
	Checked string    `yaml:"checked,required" json:"checked"`
	List    []Country `yaml:"countries,required" json:"countries"`

	number map[string]int
	eu     bitset
	eea    bitset
}

// Country gives a country by code.
func (c *Countries) Country(code string) (Country, bool) {
	n, ok := c.number[code]
	if !ok {
		return Country{}, false
	}
	return c.List[n], true
}

// Name names a country in both languages; a code that is none comes back as it is.
func (c *Countries) Name(code string) wording.Text {
	if x, ok := c.Country(code); ok {
		return wording.Text{EN: x.EN, FR: x.FR}
	}
	return wording.Same(code)
}

// Codes lists the codes in the order of the file.
func (c *Countries) Codes() []string {
	out := make([]string, len(c.List))
	for i, x := range c.List {
		out[i] = x.Code
	}
	return out
}

// inEU and inEEA answer for a code; the empty code is a country that is not known.
func (c *Countries) inEU(code string) Truth  { return c.in(code, c.eu) }
func (c *Countries) inEEA(code string) Truth { return c.in(code, c.eea) }

func (c *Countries) in(code string, b bitset) Truth {
	if code == "" {
		return Maybe
	}
	n, ok := c.number[code]
	return Of(ok && b.has(n))
}

// Adequacy is the list of adequacy decisions under GDPR article 45.
type Adequacy struct {
	Checked   string       `yaml:"checked,required" json:"checked"`
	Rule      wording.Text `yaml:"rule,required" json:"rule"`
	Source    Source       `yaml:"source,required" json:"source"`
	Decisions []Decision   `yaml:"decisions,required" json:"decisions"`
}

// Decision is one adequacy decision.
type Decision struct {
	Pos          strict.Pos   `yaml:"-" json:"-"`
	ID           string       `yaml:"id,required" json:"id"`
	Country      string       `yaml:"country" json:"country,omitempty"`
	Organisation string       `yaml:"organisation" json:"organisation,omitempty"` // an international organisation
	Decision     string       `yaml:"decision" json:"decision,omitempty"`
	Date         catalog.Date `yaml:"date,required" json:"date"`
	Expires      catalog.Date `yaml:"expires" json:"expires,omitempty"`
	Scope        wording.Text `yaml:"scope,required" json:"scope"`
	ListedOnly   bool         `yaml:"listed_only" json:"listed_only,omitempty"` // covers only organisations on its list
	Verified     bool         `yaml:"verified,required" json:"verified"`
	Source       string       `yaml:"source" json:"source,omitempty"`
}

// For gives the decision in force for a country on a day.
func (a *Adequacy) For(country string, on catalog.Date) (Decision, bool) {
	for _, d := range a.Decisions {
		if d.Country == country && !on.Before(d.Date) && (d.Expires == "" || !on.After(d.Expires)) {
			return d, true
		}
	}
	return Decision{}, false
}

// RuleRole says what a European rule is to an exposure.
type RuleRole string

// Allowed implements strict.Enum.
func (RuleRole) Allowed() []string {
	return []string{"shield", "duty", "reach", "benchmark", "proposal"}
}

// Rule is a European rule that answers foreign law. It is shown beside exposures, never computed as one.
type Rule struct {
	Pos          strict.Pos     `yaml:"-" json:"-"`
	ID           string         `yaml:"id,required" json:"id"`
	Jurisdiction string         `yaml:"jurisdiction,required" json:"jurisdiction"`
	Role         []RuleRole     `yaml:"role,required" json:"role"`
	Name         wording.Text   `yaml:"name,required" json:"name"`
	Citation     RuleCitation   `yaml:"citation,required" json:"citation"`
	Text         wording.Text   `yaml:"text,required" json:"text"`
	InForce      Span           `yaml:"in_force,required" json:"in_force"`
	Dates        []DatedText    `yaml:"dates" json:"dates,omitempty"`
	Tool         wording.Text   `yaml:"tool,required" json:"tool"` // what Vigie does with it
	Notes        []wording.Text `yaml:"notes" json:"notes,omitempty"`
	Sources      []Source       `yaml:"sources,required" json:"sources"`
	Confidence   Confidence     `yaml:"confidence,required" json:"confidence"`
	Checked      string         `yaml:"checked,required" json:"checked"`
}

// RuleCitation says where a European rule is written.
type RuleCitation struct {
	Formal string `yaml:"formal,required" json:"formal"`
	ELI    string `yaml:"eli" json:"eli,omitempty"`
	CELEX  string `yaml:"celex" json:"celex,omitempty"`
	URL    string `yaml:"url" json:"url,omitempty"`
}

// Span is when a rule applies; no start means a proposal.
type Span struct {
	From catalog.Date `yaml:"from" json:"from,omitempty"`
	To   catalog.Date `yaml:"to" json:"to,omitempty"`
}

// DatedText is a step of application.
type DatedText struct {
	Date catalog.Date `yaml:"date,required" json:"date"`
	What wording.Text `yaml:"what,required" json:"what"`
}

// Framework is the EU Cloud Sovereignty Framework.
type Framework struct {
	Title       string       `yaml:"title,required" json:"title"`
	Publisher   string       `yaml:"publisher,required" json:"publisher"`
	Version     string       `yaml:"version,required" json:"version"`
	Published   string       `yaml:"published,required" json:"published"`
	Document    string       `yaml:"document,required" json:"document"`
	Guidance    Guidance     `yaml:"guidance,required" json:"guidance"`
	Nature      wording.Text `yaml:"nature,required" json:"nature"`
	Objectives  []Objective  `yaml:"objectives,required" json:"objectives"`
	SEAL        []SEALLevel  `yaml:"seal,required" json:"seal"`
	Aggregation struct {
		Overall  wording.Text `yaml:"overall,required" json:"overall"`
		Score    wording.Text `yaml:"score,required" json:"score"`
		Conflict wording.Text `yaml:"conflict,required" json:"conflict"`
	} `yaml:"aggregation,required" json:"aggregation"`
	Caps     []Cap        `yaml:"caps,required" json:"caps"`
	Practice []Practice   `yaml:"practice,required" json:"practice"`
	Sources  []Source     `yaml:"sources,required" json:"sources"`
	Checked  string       `yaml:"checked,required" json:"checked"`
	Recheck  wording.Text `yaml:"recheck,required" json:"recheck"`
}

// Guidance is the Commission's explanation of the framework.
type Guidance struct {
	Title string `yaml:"title,required" json:"title"`
	Date  string `yaml:"date,required" json:"date"`
	URL   string `yaml:"url,required" json:"url"`
}

// Objective is one of the eight objectives, with its official weight in percent.
type Objective struct {
	ID     string       `yaml:"id,required" json:"id"`
	Weight int          `yaml:"weight,required" json:"weight"`
	Name   wording.Text `yaml:"name,required" json:"name"`
	Asks   wording.Text `yaml:"asks,required" json:"asks"`
}

// SEALLevel is one level of sovereignty, 0 to 4.
type SEALLevel struct {
	Level   int          `yaml:"level,required" json:"level"`
	Name    wording.Text `yaml:"name,required" json:"name"`
	Meaning wording.Text `yaml:"meaning,required" json:"meaning"`
}

// Cap is a ceiling that the walk puts on objective SOV-2.
type Cap struct {
	ID   string       `yaml:"id,required" json:"id"`
	Cap  int          `yaml:"cap,required" json:"cap"`
	When wording.Text `yaml:"when,required" json:"when"`
	Text wording.Text `yaml:"text,required" json:"text"`
}

// Practice is a dated use of the framework.
type Practice struct {
	Date string       `yaml:"date,required" json:"date"`
	Text wording.Text `yaml:"text,required" json:"text"`
}

// TestCount says what a SecNumCloud test is to the result.
type TestCount string

// Allowed implements strict.Enum.
func (TestCount) Allowed() []string { return []string{"test", "evidence", "rule"} }

// Scheme is the SecNumCloud referential with the tests that facts can answer.
type Scheme struct {
	ID         string         `yaml:"id,required" json:"id"`
	Title      string         `yaml:"title,required" json:"title"`
	Publisher  string         `yaml:"publisher,required" json:"publisher"`
	Date       string         `yaml:"date,required" json:"date"`
	URL        string         `yaml:"url,required" json:"url"`
	Law        string         `yaml:"law,required" json:"law"`
	Subject    wording.Text   `yaml:"subject,required" json:"subject"`
	Holder     wording.Text   `yaml:"holder,required" json:"holder"`
	Tests      []SchemeTest   `yaml:"tests,required" json:"tests"`
	Result     wording.Text   `yaml:"result,required" json:"result"`
	Notes      []wording.Text `yaml:"reading_notes,required" json:"reading_notes"`
	Sources    []Source       `yaml:"sources,required" json:"sources"`
	Confidence Confidence     `yaml:"confidence,required" json:"confidence"`
	Checked    string         `yaml:"checked,required" json:"checked"`
}

// SchemeTest is one requirement.
type SchemeTest struct {
	ID     string       `yaml:"id,required" json:"id"`
	Counts TestCount    `yaml:"counts,required" json:"counts"`
	Text   wording.Text `yaml:"text,required" json:"text"`
}

// Term is a word with its explanation.
type Term struct {
	ID   string       `yaml:"id,required" json:"id"`
	Text wording.Text `yaml:"text,required" json:"text"`
}

// StatusTerm is a status with its label and meaning.
type StatusTerm struct {
	ID      Status       `yaml:"id,required" json:"id"`
	Label   wording.Text `yaml:"label,required" json:"label"`
	Meaning wording.Text `yaml:"meaning,required" json:"meaning"`
}

// LevelTerm explains one level of severity.
type LevelTerm struct {
	Level int          `yaml:"level,required" json:"level"`
	Text  wording.Text `yaml:"text,required" json:"text"`
}

// Mitigation is a measure, and what it really lowers.
type Mitigation struct {
	ID     string       `yaml:"id,required" json:"id"`
	Lowers wording.Text `yaml:"lowers,required" json:"lowers"`
	Text   wording.Text `yaml:"text,required" json:"text"`
}

// Vocabulary holds the words of the room.
type Vocabulary struct {
	Disclaimer   wording.Text `yaml:"disclaimer,required" json:"disclaimer"`
	Reading      wording.Text `yaml:"reading,required" json:"reading"`
	Statuses     []StatusTerm `yaml:"statuses,required" json:"statuses"`
	AccessLevels []Term       `yaml:"access_levels,required" json:"access_levels"`
	AccessRules  []Term       `yaml:"access_rules,required" json:"access_rules"`
	Severity     []LevelTerm  `yaml:"severity,required" json:"severity"`
	Harms        []Term       `yaml:"harms,required" json:"harms"`
	Mitigations  []Mitigation `yaml:"mitigations,required" json:"mitigations"`
}

// Readings are the questions lawyers ask first, with their answer, the published analyses behind them, the laws
// left out and the known gaps.
type Readings struct {
	HardQuestions []HardQuestion `yaml:"hard_questions,required" json:"hard_questions"`
	Opinions      []Opinion      `yaml:"opinions,required" json:"opinions"`
	Dropped       []Dropped      `yaml:"dropped,required" json:"dropped"`
	Gaps          []wording.Text `yaml:"gaps,required" json:"gaps"`
}

// HardQuestion is a question with its answer, and the laws it bears on.
type HardQuestion struct {
	ID       string       `yaml:"id,required" json:"id"`
	Question wording.Text `yaml:"question,required" json:"question"`
	Answer   wording.Text `yaml:"answer,required" json:"answer"`
	Laws     []string     `yaml:"laws,required" json:"laws"`
}

// Opinion is a published analysis. None binds a court unless it says so.
type Opinion struct {
	ID       string       `yaml:"id,required" json:"id"`
	Title    string       `yaml:"title,required" json:"title"`
	Date     string       `yaml:"date,required" json:"date"`
	URL      string       `yaml:"url" json:"url,omitempty"`
	Verified bool         `yaml:"verified,required" json:"verified"`
	Text     wording.Text `yaml:"text,required" json:"text"`
}

// Dropped is a law that has no file, and why.
type Dropped struct {
	What string       `yaml:"what,required" json:"what"`
	Why  wording.Text `yaml:"why,required" json:"why"`
}
