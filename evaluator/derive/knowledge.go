package derive

import (
	"embed"
	"io/fs"
	"maps"
	"math/big"
	"slices"
	"strings"
	"sync"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

//go:embed grids.yaml rates.yaml benchmarks.yaml units.yaml
var builtinFiles embed.FS

// Source is where figures of the knowledge were read.
type Source struct {
	strict.Pos
	ID        string `yaml:"id,required"`
	Title     string `yaml:"title,required"`
	Publisher string `yaml:"publisher,required"`
	URL       string `yaml:"url,required"`
	AsOf      string `yaml:"as_of"` // day of the document, when it bears one
	Read      string `yaml:"read,required"`
	Via       string `yaml:"via"` // which copy was read, when not the original
}

// Grid is the average intensity of a country's electricity over a year, location-based, in gCO2e/kWh.
type Grid struct {
	strict.Pos
	Country  string `yaml:"country,required"`
	Year     int64  `yaml:"year,required"`
	GPerKWh  string `yaml:"g_per_kwh,required"`
	Source   string `yaml:"source,required"`
	Verified bool   `yaml:"verified,required"` // read in the source; false: from general knowledge
}

// Rates are the reference exchange rates of one day: units of each currency for one euro.
type Rates struct {
	strict.Pos
	Day      string            `yaml:"day,required"`
	PerEuro  map[string]string `yaml:"per_euro,required"`
	Source   string            `yaml:"source,required"`
	Verified bool              `yaml:"verified,required"`
}

// Measured is one model of a population.
type Measured struct {
	strict.Pos
	Model    string `yaml:"model,required"`
	Score    string `yaml:"score,required"`
	AsOf     string `yaml:"as_of,required"`
	Source   string `yaml:"source,required"`
	Verified bool   `yaml:"verified,required"`

	share *big.Rat // the score as a fraction of 1
}

// Population is models measured alike: same benchmark, harness and settings, language and unit. Only inside a
// population are models ranked.
type Population struct {
	strict.Pos
	Task           string     `yaml:"task,required"`
	Benchmark      string     `yaml:"benchmark,required"`
	Harness        string     `yaml:"harness,required"`
	Language       string     `yaml:"language,required"`
	Unit           string     `yaml:"unit,required"` // percent or ratio: a share, whose margin is known from the number of questions
	HigherIsBetter bool       `yaml:"higher_is_better,required"`
	Models         []Measured `yaml:"models,required"`
}

// Unit is a unit of an environmental quantity: what one is worth in the base unit of its kind.
type Unit struct {
	strict.Pos
	ID       string `yaml:"id,required"`
	Quantity string `yaml:"quantity,required"`
	Factor   string `yaml:"factor,required"` // exact: a decimal or a fraction
}

// Knowledge is the reference data that derived facts rest on. It is immutable and named by its Hash.
type Knowledge struct {
	Sources       []Source // of every file, sorted by id
	Grids         []Grid
	Rates         []Rates // sorted by day
	Populations   []Population
	MinimumOthers int // fewer other models than that, and no rank is given
	Units         []Unit

	unstated []string
	grids    map[string][]Grid // by country, newest year first
	factors  map[string]factor
	hash     string
}

type factor struct {
	quantity string
	worth    *big.Rat
}

// Hash names the knowledge by the content of its files.
func (k *Knowledge) Hash() string { return k.hash }

var builtin = sync.OnceValues(func() (*Knowledge, error) { return Load(builtinFiles) })

// Builtin is the shipped knowledge, parsed once.
func Builtin() (*Knowledge, error) { return builtin() }

// Load reads grids.yaml, rates.yaml, benchmarks.yaml and units.yaml. The error, if any, is a strict.Faults that
// lists every fault of every file.
func Load(fsys fs.FS) (*Knowledge, error) {
	k := &Knowledge{grids: map[string][]Grid{}, factors: map[string]factor{}}
	l := loader{k: k, fsys: fsys, contents: map[string]string{}, ids: map[string]bool{}}
	var g struct {
		Sources []Source `yaml:"sources,required"`
		Grids   []Grid   `yaml:"grids,required"`
	}
	l.decode("grids.yaml", &g)
	l.sources(g.Sources)
	k.Grids = g.Grids
	var r struct {
		Sources []Source `yaml:"sources,required"`
		Rates   []Rates  `yaml:"rates,required"`
	}
	l.decode("rates.yaml", &r)
	l.sources(r.Sources)
	k.Rates = r.Rates
	var b struct {
		Frozen        string       `yaml:"frozen,required"`
		MinimumOthers int64        `yaml:"minimum_others,required"`
		Unstated      []string     `yaml:"unstated,required"`
		Sources       []Source     `yaml:"sources,required"`
		Populations   []Population `yaml:"populations,required"`
	}
	l.decode("benchmarks.yaml", &b)
	l.sources(b.Sources)
	k.Populations, k.MinimumOthers, k.unstated = b.Populations, int(b.MinimumOthers), b.Unstated
	var u struct {
		Units []Unit `yaml:"units,required"`
	}
	l.decode("units.yaml", &u)
	k.Units = u.Units
	l.checkGrids()
	l.checkRates()
	l.checkPopulations()
	l.checkUnits()
	if err := l.faults.Err(); err != nil {
		return nil, err
	}
	slices.SortFunc(k.Sources, func(a, b Source) int { return strings.Compare(a.ID, b.ID) })
	k.hash = catalog.MustHash(l.contents)
	return k, nil
}

type loader struct {
	k        *Knowledge
	fsys     fs.FS
	contents map[string]string
	faults   strict.Faults
	ids      map[string]bool // of sources
}

func (l *loader) bad(p strict.Pos, path, en, fr string, args ...any) {
	l.faults.Add(p, path, wording.Textf(en, fr, args...))
}

func (l *loader) decode(name string, into any) {
	data, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		l.bad(strict.Pos{File: name}, "", "cannot be read: %v", "illisible : %v", err)
		return
	}
	l.contents[name] = string(data)
	if f, ok := strict.Decode(name, data, into).(strict.Faults); ok {
		l.faults = append(l.faults, f...)
	}
}

func (l *loader) sources(list []Source) {
	for _, s := range list {
		if l.ids[s.ID] {
			l.bad(s.Pos, s.ID, "the source is declared twice", "la source est déclarée deux fois")
		}
		l.ids[s.ID] = true
		for _, day := range []string{s.AsOf, s.Read} {
			if _, ok := catalog.ParseDate(day); !ok && day != "" {
				l.bad(s.Pos, s.ID, "expected a day (YYYY-MM-DD), found %q", "attendu : un jour (AAAA-MM-JJ) ; trouvé : « %s »", day)
			}
		}
		l.k.Sources = append(l.k.Sources, s)
	}
}

func (l *loader) cites(p strict.Pos, id string) {
	if !l.ids[id] {
		l.bad(p, "source", "%s", "%s", strict.NotIn(id, slices.Sorted(maps.Keys(l.ids))))
	}
}

// positive reports a decimal that is none, or is not above zero.
func (l *loader) positive(p strict.Pos, path, s string) {
	if !strict.IsDecimal(s) || catalog.Rat(s).Sign() <= 0 {
		l.bad(p, path, "expected a number above zero, found %q", "attendu : un nombre au-dessus de zéro ; trouvé : « %s »", s)
	}
}

func (l *loader) checkGrids() {
	for _, g := range l.k.Grids {
		l.cites(g.Pos, g.Source)
		l.positive(g.Pos, "g_per_kwh", g.GPerKWh)
		if !catalog.IsCountry(g.Country) {
			l.bad(g.Pos, "country", "%q is not a country code", "« %s » n'est pas un code de pays", g.Country)
		}
		if slices.ContainsFunc(l.k.grids[g.Country], func(o Grid) bool { return o.Year == g.Year }) {
			l.bad(g.Pos, g.Country, "the year %d appears twice", "l'année %d apparaît deux fois", g.Year)
		}
		l.k.grids[g.Country] = append(l.k.grids[g.Country], g)
	}
	for _, list := range l.k.grids {
		slices.SortFunc(list, func(a, b Grid) int { return int(b.Year - a.Year) })
	}
}

func (l *loader) checkRates() {
	slices.SortFunc(l.k.Rates, func(a, b Rates) int { return strings.Compare(a.Day, b.Day) })
	for i, r := range l.k.Rates {
		l.cites(r.Pos, r.Source)
		if _, ok := catalog.ParseDate(r.Day); !ok {
			l.bad(r.Pos, "day", "expected a day (YYYY-MM-DD), found %q", "attendu : un jour (AAAA-MM-JJ) ; trouvé : « %s »", r.Day)
		}
		if i > 0 && l.k.Rates[i-1].Day == r.Day {
			l.bad(r.Pos, "day", "%s appears twice", "%s apparaît deux fois", r.Day)
		}
		for _, code := range slices.Sorted(maps.Keys(r.PerEuro)) {
			l.positive(r.Pos, code, r.PerEuro[code])
			if len(code) != 3 || strings.ToUpper(code) != code || code == "EUR" {
				l.bad(r.Pos, code, "%q is not the code of another currency", "« %s » n'est pas le code d'une autre devise", code)
			}
		}
	}
}

func (l *loader) checkPopulations() {
	if l.k.MinimumOthers < 1 && len(l.faults) == 0 {
		l.bad(strict.Pos{File: "benchmarks.yaml"}, "minimum_others", "must be at least 1", "doit valoir au moins 1")
	}
	for _, p := range l.k.Populations {
		if p.Unit != "percent" && p.Unit != "ratio" {
			l.bad(p.Pos, "unit", "%s", "%s", strict.NotIn(p.Unit, []string{"percent", "ratio"}))
		}
		if l.k.isUnstated(p.Harness) {
			l.bad(p.Pos, "harness", "conditions that are not stated make no population", "des conditions non précisées ne font pas une population")
		}
		seen := map[string]bool{}
		for i, m := range p.Models {
			l.cites(m.Pos, m.Source)
			fits := strict.IsDecimal(m.Score)
			if fits {
				p.Models[i].share, fits = share(m.Score, p.Unit)
			}
			if !fits {
				l.bad(m.Pos, "score", "expected a share of right answers, found %q", "attendu : une part de bonnes réponses ; trouvé : « %s »", m.Score)
			}
			if _, ok := catalog.ParseDate(m.AsOf); !ok {
				l.bad(m.Pos, "as_of", "expected a day (YYYY-MM-DD), found %q", "attendu : un jour (AAAA-MM-JJ) ; trouvé : « %s »", m.AsOf)
			}
			if seen[m.Model] {
				l.bad(m.Pos, m.Model, "the model appears twice", "le modèle apparaît deux fois")
			}
			seen[m.Model] = true
		}
	}
}

func (l *loader) checkUnits() {
	for _, u := range l.k.Units {
		worth, ok := new(big.Rat).SetString(u.Factor)
		if !ok || worth.Sign() <= 0 {
			l.bad(u.Pos, "factor", "expected a number or fraction above zero, found %q", "attendu : un nombre ou une fraction au-dessus de zéro ; trouvé : « %s »", u.Factor)
			continue
		}
		if _, twice := l.k.factors[u.ID]; twice {
			l.bad(u.Pos, u.ID, "the unit appears twice", "l'unité apparaît deux fois")
		}
		l.k.factors[u.ID] = factor{u.Quantity, worth}
	}
}

// Grid gives the newest yearly average of a country among the years that ended before the day; false when none
// is known.
func (k *Knowledge) Grid(country string, on catalog.Date) (Grid, bool) {
	year := int64(on.Time().Year())
	for _, g := range k.grids[country] {
		if g.Year < year {
			return g, true
		}
	}
	return Grid{}, false
}

// ToEuro converts an exact amount at the newest reference rate not after the day, and gives the day of that rate
// ("" for an amount already in euros). It is false when no rate of that currency is known by then.
func (k *Knowledge) ToEuro(amount *big.Rat, currency string, on catalog.Date) (*big.Rat, catalog.Date, bool) {
	if currency == "EUR" {
		return amount, "", true
	}
	for i := len(k.Rates) - 1; i >= 0; i-- {
		r := k.Rates[i]
		rate, ok := r.PerEuro[currency]
		if ok && !catalog.Date(r.Day).After(on) {
			return new(big.Rat).Quo(amount, catalog.Rat(rate)), catalog.Date(r.Day), true
		}
	}
	return nil, "", false
}

// Currencies lists the currencies for which a rate is known on some day, the euro among them, sorted.
func (k *Knowledge) Currencies() []string {
	out := []string{"EUR"}
	for _, r := range k.Rates {
		for c := range r.PerEuro {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Convert gives an amount in the base unit of a quantity (Wh, gCO2e, mL, mg Sb eq). It is false for a unit that
// measures something else.
func (k *Knowledge) Convert(amount *big.Rat, unit, quantity string) (*big.Rat, bool) {
	f, ok := k.factors[unit]
	if !ok || f.quantity != quantity {
		return nil, false
	}
	return new(big.Rat).Mul(amount, f.worth), true
}

// isUnstated reports whether a description of conditions says that they are not known.
func (k *Knowledge) isUnstated(harness string) bool {
	h := strings.ToLower(strings.TrimSpace(harness))
	return h == "" || slices.ContainsFunc(k.unstated, func(u string) bool { return strings.HasPrefix(h, strings.ToLower(u)) })
}
