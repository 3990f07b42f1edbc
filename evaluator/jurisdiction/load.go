package jurisdiction

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

//go:embed laws/*.yaml data/*.yaml
var shipped embed.FS

// Laws is everything the room knows besides the graph: the foreign laws, the European rules, countries, adequacy
// decisions, the SecNumCloud tests and the sovereignty framework. It is read once and never changed.
type Laws struct {
	List        []*Law // in the order of their files' order key
	Rules       []Rule
	Countries   *Countries
	Adequacy    Adequacy
	Scheme      Scheme
	Framework   Framework
	Vocabulary  Vocabulary
	Readings    Readings
	Fingerprint string // SHA-256 of the files read, hexadecimal

	byID     map[string]*Law
	compiled [][]condition // by law, then trigger
}

// Builtin reads the shipped files. An error means a fault in the program itself.
func Builtin() (*Laws, error) { return Load(shipped) }

// Load reads a folder laid out as the shipped one (laws/*.yaml, data/*.yaml). The error is a strict.Faults with
// every fault of every file.
func Load(fsys fs.FS) (*Laws, error) {
	l := &Laws{Countries: &Countries{}}
	r := &reading{fsys: fsys, sum: sha256.New()}
	var rules struct {
		Rules []Rule `yaml:"rules,required"`
	}
	r.file("data/countries.yaml", l.Countries)
	r.file("data/adequacy.yaml", &l.Adequacy)
	r.file("data/eu_rules.yaml", &rules)
	r.file("data/immunity.yaml", &l.Scheme)
	r.file("data/sovereignty.yaml", &l.Framework)
	r.file("data/vocabulary.yaml", &l.Vocabulary)
	r.file("data/readings.yaml", &l.Readings)
	l.Rules = rules.Rules
	files, err := fs.Glob(fsys, "laws/*.yaml")
	if err != nil || len(files) == 0 {
		r.faults.Add(strict.Pos{File: "laws"}, "", wording.Textf("no law file is there", "aucun fichier de loi"))
	}
	for _, f := range files {
		law := &Law{}
		if r.file(f, law) {
			if want := law.ID + ".yaml"; path.Base(f) != want {
				r.faults.Add(law.Pos, "id", wording.Textf("the file of law %q must be named %s", "le fichier de la loi « %s » doit s'appeler %s", law.ID, want))
			}
			l.List = append(l.List, law)
		}
	}
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	l.index()
	for _, law := range l.List {
		r.faults = append(r.faults, l.checkLaw(law)...)
	}
	r.faults = append(r.faults, l.checkData()...)
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	l.Fingerprint = hex.EncodeToString(r.sum.Sum(nil))
	l.compile()
	return l, nil
}

// ReadLaw reads and checks one law file written outside the program, against the countries and words of l.
func (l *Laws) ReadLaw(file string, data []byte) (*Law, error) {
	law := &Law{}
	if err := strict.Decode(file, data, law); err != nil {
		return nil, err
	}
	if err := l.checkLaw(law).Err(); err != nil {
		return nil, err
	}
	return law, nil
}

// With gives the same knowledge with some laws replaced or added, for a law of the organisation's own and for
// "what if the law were otherwise". The receiver is not changed.
func (l *Laws) With(laws ...*Law) *Laws {
	out := *l
	out.List = slices.Clone(l.List)
	sum := sha256.New()
	fmt.Fprint(sum, l.Fingerprint)
	for _, law := range laws {
		fmt.Fprintf(sum, "\n%s", catalog.MustHash(law))
		if i := slices.IndexFunc(out.List, func(x *Law) bool { return x.ID == law.ID }); i >= 0 {
			out.List[i] = law
			continue
		}
		out.List = append(out.List, law)
	}
	out.Fingerprint = hex.EncodeToString(sum.Sum(nil))
	out.index()
	out.compile()
	return &out
}

// Without gives the same knowledge without some laws.
func (l *Laws) Without(ids ...string) *Laws {
	out := *l
	out.List = slices.DeleteFunc(slices.Clone(l.List), func(x *Law) bool { return slices.Contains(ids, x.ID) })
	sum := sha256.Sum256([]byte(l.Fingerprint + " without " + strings.Join(ids, " ")))
	out.Fingerprint = hex.EncodeToString(sum[:])
	out.index()
	out.compile()
	return &out
}

// Assume gives the same knowledge under the assumptions about laws among some: a law repealed is in force on no day, one
// in force is so on every day. Others are left alone. A law that is not on file is refused, with the nearest name.
func (l *Laws) Assume(list []catalog.Assumption) (*Laws, error) {
	var changed []*Law
	var faults []catalog.FieldError
	for _, a := range list {
		if a.Op != catalog.AssumeLaw {
			continue
		}
		law, ok := l.byID[a.Law]
		if !ok {
			faults = append(faults, catalog.FieldError{Path: a.Text, Text: strict.NotIn(a.Law, l.IDs())})
			continue
		}
		other := *law
		other.InForce.Periods = nil
		if a.Value != nil && a.Value.Text == "in_force" {
			other.InForce.Periods = []Period{{From: "1900-01-01"}}
		}
		changed = append(changed, &other)
	}
	switch {
	case len(faults) > 0:
		return nil, &catalog.InvalidError{Fields: faults}
	case len(changed) == 0:
		return l, nil
	}
	return l.With(changed...), nil
}

// Law gives a law by id.
func (l *Laws) Law(id string) (*Law, bool) {
	law, ok := l.byID[id]
	return law, ok
}

// IDs lists the ids of the laws in order.
func (l *Laws) IDs() []string {
	out := make([]string, len(l.List))
	for i, law := range l.List {
		out[i] = law.ID
	}
	return out
}

// Rule gives a European rule by id.
func (l *Laws) Rule(id string) (Rule, bool) {
	for _, r := range l.Rules {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}

type reading struct {
	fsys   fs.FS
	faults strict.Faults
	sum    interface {
		Write([]byte) (int, error)
		Sum([]byte) []byte
	}
}

// file reads one file into a struct; it reports whether no fault was found in it.
func (r *reading) file(name string, into any) bool {
	data, err := fs.ReadFile(r.fsys, name)
	if err != nil {
		r.faults.Add(strict.Pos{File: name}, "", wording.Textf("cannot be read: %v", "illisible : %v", err))
		return false
	}
	fmt.Fprintf(r.sum, "%s %d\n", name, len(data))
	r.sum.Write(data)
	if err := strict.Decode(name, data, into); err != nil {
		r.faults = append(r.faults, err.(strict.Faults)...)
		return false
	}
	return true
}

func (l *Laws) index() {
	slices.SortStableFunc(l.List, func(a, b *Law) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID)) })
	l.byID = map[string]*Law{}
	for _, law := range l.List {
		l.byID[law.ID] = law
	}
	c := l.Countries
	if c.number != nil {
		return
	}
	c.number = map[string]int{}
	for i, x := range c.List {
		if i >= 256 {
			break
		}
		c.number[x.Code] = i
		if x.EU {
			c.eu.add(i)
		}
		if x.EEA {
			c.eea.add(i)
		}
	}
}

var (
	lawID    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	someDate = regexp.MustCompile(`^\d{4}(-\d{2}(-\d{2})?)?$`)
)

// check collects faults of meaning in one file.
type check struct {
	l      *Laws
	faults strict.Faults
}

func (c *check) add(p strict.Pos, at string, t wording.Text) { c.faults.Add(p, at, t) }

func (c *check) countries(p strict.Pos, at string, codes []string) {
	for _, code := range codes {
		if _, ok := c.l.Countries.Country(code); !ok {
			c.add(p, at, strict.NotIn(code, c.l.Countries.Codes()))
		}
	}
}

func (c *check) day(p strict.Pos, at string, d catalog.Date) {
	if _, ok := catalog.ParseDate(string(d)); d != "" && !ok {
		c.add(p, at, wording.Textf("expected a day written YYYY-MM-DD, found %q", "attendu : un jour écrit AAAA-MM-JJ ; trouvé : « %s »", d))
	}
}

func (c *check) sources(p strict.Pos, list []Source) {
	if len(list) == 0 {
		c.add(p, "sources", wording.Textf("no source is given; name at least one, with verified: false when it was not read", "aucune source ; en nommer au moins une, avec verified: false si elle n'a pas été lue"))
	}
	for i, s := range list {
		if s.Date != "" && !someDate.MatchString(s.Date) {
			c.add(p, fmt.Sprintf("sources[%d].date", i), wording.Textf("expected a day, a month or a year, found %q", "attendu : un jour, un mois ou une année ; trouvé : « %s »", s.Date))
		}
	}
}

func (l *Laws) checkLaw(law *Law) strict.Faults {
	c := &check{l: l}
	if !lawID.MatchString(law.ID) {
		c.add(law.Pos, "id", wording.Textf("an id is made of small letters, digits and hyphens", "un identifiant se compose de minuscules, de chiffres et de traits d'union"))
	}
	c.countries(law.Pos, "jurisdiction", []string{law.Jurisdiction})
	if len(law.Harms) == 0 {
		c.add(law.Pos, "harms", wording.Textf("name at least one harm", "nommer au moins un effet"))
	}
	c.periods(law)
	c.severity(law)
	seen := map[string]bool{}
	for i := range law.Triggers {
		t := &law.Triggers[i]
		if seen[t.ID] {
			c.add(t.Pos, "id", wording.Textf("trigger %q appears twice", "le déclencheur « %s » apparaît deux fois", t.ID))
		}
		seen[t.ID] = true
		c.trigger(t)
	}
	if law.Computed && len(law.Triggers) == 0 {
		c.add(law.Pos, "triggers", wording.Textf("a computed law needs at least one trigger; write computed: false for a note", "une loi calculée a besoin d'au moins un déclencheur ; écrire computed: false pour une note"))
	}
	for _, m := range law.MitigatedBy {
		if !slices.ContainsFunc(l.Vocabulary.Mitigations, func(x Mitigation) bool { return x.ID == m }) {
			c.add(law.Pos, "mitigated_by", strict.NotIn(m, l.mitigationIDs()))
		}
	}
	for _, id := range law.EURelation.ConflictsWith {
		if _, ok := l.Rule(id); !ok {
			c.add(law.Pos, "eu_relation.conflicts_with", strict.NotIn(id, l.ruleIDs()))
		}
	}
	c.sources(law.Pos, law.Sources)
	c.day(law.Pos, "checked", catalog.Date(law.Checked))
	return c.faults
}

func (c *check) periods(law *Law) {
	var last *Period
	for i := range law.InForce.Periods {
		p := &law.InForce.Periods[i]
		at := fmt.Sprintf("in_force.periods[%d]", i)
		c.day(p.Pos, at+".from", p.From)
		c.day(p.Pos, at+".to", p.To)
		if p.To != "" && p.To.Before(p.From) {
			c.add(p.Pos, at, wording.Textf("the period ends before it starts", "la période finit avant de commencer"))
		}
		if last != nil && (last.To == "" || !p.From.After(last.To)) {
			c.add(p.Pos, at, wording.Textf("the period overlaps the one before it; periods follow each other in order", "la période chevauche la précédente ; les périodes se suivent dans l'ordre"))
		}
		last = p
	}
	if law.Computed && last == nil {
		c.add(law.InForce.Pos, "in_force.periods", wording.Textf("a computed law needs a period in force", "une loi calculée a besoin d'une période en vigueur"))
	}
}

func (c *check) severity(law *Law) {
	bases := []int{law.Severity.Base}
	for _, m := range law.Severity.Modifiers {
		bases = append(bases, m.Base)
	}
	for _, b := range bases {
		if b < 1 || b > 3 {
			c.add(law.Pos, "severity", wording.Textf("a base severity goes from 1 to 3, found %d", "une sévérité de base va de 1 à 3 ; trouvé : %d", b))
		}
	}
}

func (c *check) trigger(t *Trigger) {
	if t.Status != Exposed && t.Status != Arguable {
		c.add(t.Pos, "status", wording.Textf("a trigger is exposed or arguable, not %q", "un déclencheur est exposed ou arguable, non « %s »", t.Status))
	}
	n := 0
	if p := t.Party; p != nil {
		for _, f := range []struct {
			at    string
			codes []string
		}{
			{"established_in", p.EstablishedIn}, {"not_established_in", p.NotEstablishedIn}, {"nationality_in", p.NationalityIn}, {"serves", p.Serves},
			{"branch_in", p.BranchIn}, {"admin_from", p.AdminFrom}, {"controls_established_in", p.ControlsIn},
		} {
			c.countries(t.Pos, "party."+f.at, f.codes)
			n += len(f.codes)
		}
		n += len(p.KindIn) + len(p.RoleIn) + len(p.GroupRoleIn) + len(p.OwnAccess) + len(p.GroupAccess) + len(p.UpAccess)
		if p.ServiceProvider != nil {
			n++
		}
	}
	if o := t.Offering; o != nil {
		c.countries(t.Pos, "offering.data_in", o.DataIn)
		c.countries(t.Pos, "offering.users_in", o.UsersIn)
		c.countries(t.Pos, "offering.data_subjects_in", o.DataSubjectsIn)
		n += len(o.DataIn) + len(o.UsersIn) + len(o.DataSubjectsIn)
		if o.CustomerListed != nil {
			n++
		}
	}
	if n == 0 {
		c.add(t.Pos, "", wording.Textf("the trigger has no condition and would reach every offering", "le déclencheur n'a aucune condition et atteindrait toute offre"))
	}
}

func (l *Laws) checkData() strict.Faults {
	c := &check{l: l}
	for _, x := range l.Countries.List {
		if !catalog.IsCountry(x.Code) {
			c.add(x.Pos, "code", wording.Textf("%q is not a current ISO 3166-1 code", "« %s » n'est pas un code ISO 3166-1 actuel", x.Code))
		}
	}
	if len(l.Countries.number) != len(l.Countries.List) {
		c.add(strict.Pos{File: "data/countries.yaml"}, "countries", wording.Textf("a country appears twice", "un pays apparaît deux fois"))
	}
	for _, d := range l.Adequacy.Decisions {
		if d.Country != "" {
			c.countries(d.Pos, "country", []string{d.Country})
		}
		c.day(d.Pos, "date", d.Date)
		c.day(d.Pos, "expires", d.Expires)
	}
	for _, r := range l.Rules {
		c.day(r.Pos, "in_force.from", r.InForce.From)
		c.sources(r.Pos, r.Sources)
	}
	total := 0
	for _, o := range l.Framework.Objectives {
		total += o.Weight
	}
	if total != 100 {
		c.add(strict.Pos{File: "data/sovereignty.yaml"}, "objectives", wording.Textf("the weights add up to %d, not to 100", "les poids totalisent %d et non 100", total))
	}
	return c.faults
}

func (l *Laws) mitigationIDs() []string {
	var out []string
	for _, m := range l.Vocabulary.Mitigations {
		out = append(out, m.ID)
	}
	return out
}

func (l *Laws) ruleIDs() []string {
	var out []string
	for _, r := range l.Rules {
		out = append(out, r.ID)
	}
	return out
}
