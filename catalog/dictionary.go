package catalog

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// Choice is one allowed answer of a choice fact.
type Choice struct {
	ID string `yaml:"id,required" json:"id"`
	EN string `yaml:"en,required" json:"en"`
	FR string `yaml:"fr,required" json:"fr"`
}

// Label is the answer in words.
func (c Choice) Label() wording.Text { return wording.Text{EN: c.EN, FR: c.FR} }

// AbsentRule says what an expression sees when a fact is known to be absent.
type AbsentRule struct {
	Forbidden bool
	Value     *Value       // what expressions see; never printed as the fact's value
	Means     wording.Text // what a reader is told instead
	raw       *yaml.Node
}

// DecodeNode implements strict.Custom: the word forbidden, or {value, means}.
func (a *AbsentRule) DecodeNode(r *strict.Reader, n *yaml.Node, at string) {
	if n.Kind == yaml.ScalarNode {
		if n.Value != "forbidden" {
			r.Expected(n, at, wording.Textf("forbidden, or a value and what it means", "forbidden, ou une valeur et ce qu'elle veut dire"))
		}
		a.Forbidden = true
		return
	}
	if n.Kind != yaml.MappingNode {
		r.Expected(n, at, wording.Textf("forbidden, or a value and what it means", "forbidden, ou une valeur et ce qu'elle veut dire"))
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch k := n.Content[i]; k.Value {
		case "value":
			a.raw = n.Content[i+1]
		case "means":
			strictText(r, n.Content[i+1], at+".means", &a.Means)
		default:
			r.Fault(k, at, strict.UnknownKey(k.Value, []string{"value", "means"}))
		}
	}
	if a.raw == nil || a.Means.IsZero() {
		r.Fault(n, at, wording.Textf("both value and means are needed", "value et means sont tous deux nécessaires"))
	}
}

func strictText(r *strict.Reader, n *yaml.Node, at string, t *wording.Text) {
	sub := strict.Reader{File: r.File}
	sub.ValueOf(n, t, at)
	r.Faults = append(r.Faults, sub.Faults...)
}

// FactDef is one fact that the dictionary declares.
type FactDef struct {
	strict.Pos
	Path         string       `yaml:"path,required"`
	Type         ValueType    `yaml:"type,required"`
	Many         bool         `yaml:"many"`
	Cumulative   bool         `yaml:"cumulative"` // every claim stands on its own (remarks); expressions never read it
	Unit         string       `yaml:"unit"`
	RefersTo     Kind         `yaml:"refers_to"`
	Values       []Choice     `yaml:"values"`
	Label        wording.Text `yaml:"label,required"`
	Help         wording.Text `yaml:"help,required"`
	Question     wording.Text `yaml:"question"`
	AbsentRule   *AbsentRule  `yaml:"absent"`
	StaleAfter   int64        `yaml:"stale_after_months"` // months; 0: does not go stale
	Inherited    bool         `yaml:"inherited"`          // a subsidiary takes it from the parent that controls it
	AskedOf      AskedOf      `yaml:"asked_of"`           // who can answer; empty: as the section says
	Where        []string     `yaml:"where"`
	Strongest    []SourceKind `yaml:"strongest"` // kinds of source that come first for this fact, strongest first
	Required     bool         `yaml:"required"`
	RequiredWhen string       `yaml:"required_when"` // CEL
	RequiredWith string       `yaml:"required_with"`
	Example      *yamlValue   `yaml:"example"`

	Record  Kind   // kind of record it is about
	Section string // id of the section
}

// Rank orders kinds of source for this fact: those that the dictionary puts first, then the usual order.
func (f *FactDef) Rank(k SourceKind, signed bool) int {
	usual := k.Rank(signed)
	if i := slices.Index(f.Strongest, k); i >= 0 {
		return 10*(len(f.Strongest)-i) + usual
	}
	return usual
}

// Choice gives the answer with this code.
func (f *FactDef) Choice(id string) (Choice, bool) {
	for _, c := range f.Values {
		if c.ID == id {
			return c, true
		}
	}
	return Choice{}, false
}

// Codes lists the codes of a choice.
func (f *FactDef) Codes() []string {
	out := make([]string, len(f.Values))
	for i, c := range f.Values {
		out[i] = c.ID
	}
	return out
}

// ExampleValue is the invented example of the dictionary, for forms and fixtures.
func (f *FactDef) ExampleValue() (Value, bool) {
	if f.Example == nil || f.Example.node == nil {
		return Value{}, false
	}
	r := strict.Reader{File: f.File}
	v := f.ParseNode(&r, f.Example.node, "example", true)
	return v, len(r.Faults) == 0
}

type yamlValue struct{ node *yaml.Node }

// DecodeNode keeps the node: its type is that of the fact.
func (y *yamlValue) DecodeNode(_ *strict.Reader, n *yaml.Node, _ string) { y.node = n }

// Section is a screen of the sheet: facts of one kind of record.
type Section struct {
	strict.Pos
	ID      string       `yaml:"section,required"`
	Order   int64        `yaml:"order,required"`
	Record  Kind         `yaml:"record,required"`
	ReadAs  string       `yaml:"read_as"` // paths begin with it instead of the kind: facts read in a role (provider)
	Repeat  bool         `yaml:"repeat"`
	AskedOf AskedOf      `yaml:"asked_of"` // who can answer its facts; empty: the vendor
	Title   wording.Text `yaml:"title,required"`
	Intro   wording.Text `yaml:"intro"`
	Facts   []*FactDef   `yaml:"facts,required"`

	Own bool // added by an organisation to what is shipped
}

// AskedOf is who can answer a fact.
type AskedOf string

// Who can answer. A reading of the terms against one's own use, or a check of a register, is the organisation's to make.
const (
	AskVendor       AskedOf = "vendor"
	AskOrganisation AskedOf = "organisation"
)

// Allowed implements strict.Enum.
func (AskedOf) Allowed() []string { return []string{string(AskVendor), string(AskOrganisation)} }

// Unit is a unit of measure in words.
type Unit struct {
	ID string `yaml:"id,required"`
	EN string `yaml:"en,required"`
	FR string `yaml:"fr,required"`
}

// Dictionary is the facts that exist.
type Dictionary struct {
	Sections []*Section
	Places   map[string]wording.Text // where a fact is usually published, by code
	Units    map[string]wording.Text
	facts    map[string]*FactDef
	hash     string
}

// Fact gives the declaration of a path.
func (d *Dictionary) Fact(path string) (*FactDef, bool) {
	f, ok := d.facts[path]
	return f, ok
}

// Facts lists every declared fact, in the order of the sections.
func (d *Dictionary) Facts() []*FactDef {
	var out []*FactDef
	for _, s := range d.Sections {
		out = append(out, s.Facts...)
	}
	return out
}

// Asks is a fact put as a question: in the dictionary's words, else its label. Where records repeat, a label alone ("Value")
// does not say of what, so that the title of its section goes before it.
func (d *Dictionary) Asks(f *FactDef) wording.Text {
	if !f.Question.IsZero() {
		return f.Question
	}
	i := slices.IndexFunc(d.Sections, func(s *Section) bool { return s.ID == f.Section })
	if i < 0 || !d.Sections[i].Repeat {
		return f.Label
	}
	return wording.Textf("%s: %s", "%s : %s", d.Sections[i].Title, f.Label.Lower())
}

// Paths lists every declared path, sorted.
func (d *Dictionary) Paths() []string {
	out := make([]string, 0, len(d.facts))
	for p := range d.facts {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

// Hash names the dictionary by the content of its files.
func (d *Dictionary) Hash() string { return d.hash }

// Unit gives a unit in words; a unit without words is shown as it is spelt.
func (d *Dictionary) Unit(code string) wording.Text {
	if u, ok := d.Units[code]; ok {
		return u
	}
	return wording.Same(code)
}

// LoadDictionary reads every .yaml file of fsys as a section, plus places.yaml and units.yaml. The error, if
// any, is a strict.Faults that lists every fault of every file.
func LoadDictionary(fsys fs.FS) (*Dictionary, error) { return ExtendDictionary(fsys, nil) }

// OwnFolder is how messages name the folder of what an organisation adds.
const OwnFolder = "dictionary/"

// ExtendDictionary reads a dictionary and the sections that an organisation adds to it (nil: none), which are Own. What is
// added may not change what is there: neither a section, nor a fact, nor a word for a unit or a place. Without files of
// its own the dictionary is the same, down to its hash.
func ExtendDictionary(fsys, own fs.FS) (*Dictionary, error) {
	d := &Dictionary{facts: map[string]*FactDef{}, Places: map[string]wording.Text{}, Units: map[string]wording.Text{}}
	var faults strict.Faults
	contents := map[string]string{}
	if err := d.read(fsys, "", contents, &faults); err != nil {
		return nil, err
	}
	if own != nil {
		if err := d.read(own, OwnFolder, contents, &faults); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(d.Sections, func(a, b *Section) int { return int(a.Order - b.Order) })
	for i, s := range d.Sections {
		d.addSection(s, &faults)
		if !s.Own {
			continue
		}
		if slices.ContainsFunc(d.Sections, func(x *Section) bool { return x != s && x.ID == s.ID && (!x.Own || slices.Index(d.Sections, x) < i) }) {
			faults.Add(s.Pos, s.ID, wording.Textf("a section of this id is there already: give another one", "une rubrique de cet identifiant existe déjà : en donner un autre"))
		}
	}
	for _, f := range d.Facts() {
		d.checkFact(f, &faults)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	d.hash = MustHash(contents)
	return d, nil
}

// read adds the files of a folder; prefix names it in messages, and says that what it holds is an organisation's own.
func (d *Dictionary) read(fsys fs.FS, prefix string, contents map[string]string, faults *strict.Faults) error {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return err
	}
	words := func(name string, to, from map[string]wording.Text) {
		for _, code := range slices.Sorted(maps.Keys(from)) {
			if _, there := to[code]; there {
				faults.Add(strict.Pos{File: name}, code, wording.Textf("%q is there already", "« %s » existe déjà", code))
				continue
			}
			to[code] = from[code]
		}
	}
	for _, n := range names {
		data, err := fs.ReadFile(fsys, n)
		if err != nil {
			return err
		}
		name := prefix + n
		contents[name] = string(data)
		switch path.Base(n) {
		case "places.yaml":
			var f struct {
				Places map[string]wording.Text `yaml:"places,required"`
			}
			*faults = collect(*faults, strict.Decode(name, data, &f))
			words(name, d.Places, f.Places)
		case "units.yaml":
			var f struct {
				Units map[string]wording.Text `yaml:"units,required"`
			}
			*faults = collect(*faults, strict.Decode(name, data, &f))
			words(name, d.Units, f.Units)
		default:
			s := Section{Own: prefix != ""}
			*faults = collect(*faults, strict.Decode(name, data, &s))
			for _, f := range s.Facts {
				if s.Own && f.RequiredWhen != "" { // compiled with the shipped dictionary only
					faults.Add(f.Pos, f.Path, wording.Textf("required_when is for the shipped dictionary: use required or required_with", "required_when est réservé au dictionnaire fourni : employer required ou required_with"))
				}
			}
			d.Sections = append(d.Sections, &s)
		}
	}
	return nil
}

func collect(all strict.Faults, err error) strict.Faults {
	if f, ok := err.(strict.Faults); ok {
		return append(all, f...)
	}
	return all
}

func (d *Dictionary) addSection(s *Section, faults *strict.Faults) {
	root := string(s.Record)
	if s.ReadAs != "" {
		root = s.ReadAs
	}
	for _, f := range s.Facts {
		f.Record, f.Section = s.Record, s.ID
		for _, by := range []AskedOf{s.AskedOf, AskVendor} {
			if f.AskedOf == "" {
				f.AskedOf = by
			}
		}
		if !strings.HasPrefix(f.Path, root+".") || strings.Count(f.Path, ".") != 1 {
			faults.Add(f.Pos, f.Path, wording.Textf("the path must be %s.word, as its section is about that", "le chemin doit être %s.mot, comme sa section", root))
		}
		if other, twice := d.facts[f.Path]; twice {
			faults.Add(f.Pos, f.Path, wording.Textf("already declared at %s:%d", "déjà déclaré à %s:%d", other.File, other.Line))
		}
		d.facts[f.Path] = f
	}
}

func (d *Dictionary) checkFact(f *FactDef, faults *strict.Faults) {
	bad := func(en, fr string, args ...any) { faults.Add(f.Pos, f.Path, wording.Textf(en, fr, args...)) }
	if (f.Type == TypeChoice) != (len(f.Values) > 0) {
		bad("values go with the type choice, and a choice needs them", "values va avec le type choice, qui en exige")
	}
	if (f.Type == TypeReference) != (f.RefersTo != "") {
		bad("refers_to goes with the type reference, and a reference needs it", "refers_to va avec le type reference, qui l'exige")
	}
	seen := map[string]bool{}
	for _, c := range f.Values {
		if seen[c.ID] {
			bad("value %q appears twice", "la valeur « %s » apparaît deux fois", c.ID)
		}
		seen[c.ID] = true
	}
	for i, k := range f.Strongest {
		if slices.Contains(f.Strongest[:i], k) {
			bad("strongest: %q appears twice", "strongest : « %s » apparaît deux fois", string(k))
		}
	}
	for _, w := range f.Where {
		if _, ok := d.Places[w]; !ok && len(d.Places) > 0 {
			bad("where: %s", "where : %s", strict.NotIn(w, keys(d.Places)))
		}
	}
	if f.RequiredWith != "" {
		if _, ok := d.facts[f.RequiredWith]; !ok {
			bad("required_with: %s", "required_with : %s", strict.NotIn(f.RequiredWith, d.Paths()))
		}
	}
	r := strict.Reader{File: f.File}
	if f.AbsentRule != nil && f.AbsentRule.raw != nil {
		v := f.parseAbsent(&r)
		f.AbsentRule.Value = &v
	}
	if f.Example != nil && f.Example.node != nil {
		f.ParseNode(&r, f.Example.node, f.Path+".example", true)
	}
	*faults = append(*faults, r.Faults...)
}

// parseAbsent reads what absence is worth to an expression: an empty text, or a percentage outside 0 to 100, will do.
func (f *FactDef) parseAbsent(r *strict.Reader) Value {
	n, g := f.AbsentRule.raw, *f
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && n.Value == "" && !f.Type.IsNumeric() && f.Type != TypeBoolean {
		return Value{Type: f.Type}
	}
	if g.Type == TypePercent {
		g.Type = TypeNumber
	}
	v := g.ParseNode(r, n, f.Path+".absent.value", true)
	v.Type = f.Type
	return v
}

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
