package catalog

import (
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// The operations of an assumption.
const (
	AssumeSet     = "set"     // a fact has this value
	AssumeAbsent  = "absent"  // a fact is known to be absent
	AssumeUnknown = "unknown" // a fact is not known
	AssumeScale   = "scale"   // a number is multiplied
	AssumeDrop    = "drop"    // a record (a stake, a sub-processing, a price) does not exist
	AssumeStake   = "stake"   // an owner takes this share of a company; the others keep their proportions of the rest
	AssumeSupply  = "supply"  // a company uses another as sub-processor
	AssumeLaw     = "law"     // a law is repealed, or in force
)

// Assumption is one "what if": a fact, link, number or law taken to be otherwise than recorded. A dossier gathered
// under assumptions is hypothetical, says so, and is never kept as an assessment.
type Assumption struct {
	Op     string `json:"op"`
	Record Ref    `json:"record,omitzero"` // of the fact; the company held or served for links; none: every record of the path's kind
	Path   string `json:"path,omitempty"`
	Value  *Value `json:"value,omitempty"`
	Party  string `json:"party,omitempty"`  // id of the owner or sub-processor, or a country code for one without record
	Number string `json:"number,omitempty"` // the share in percent, or the factor
	Law    string `json:"law,omitempty"`
	Text   string `json:"text"` // as it was written
}

var (
	assumeLaw    = regexp.MustCompile(`^law:([a-z0-9.-]+)=(repealed|in_force)$`)
	assumeDrop   = regexp.MustCompile(`^drop:([a-z_]+)/([a-z0-9._-]+)$`)
	assumeStake  = regexp.MustCompile(`^stake:([a-z0-9._-]+)<-([a-z0-9._-]+|[A-Z]{2})=([0-9.]+)%?$`)
	assumeSupply = regexp.MustCompile(`^supply:([a-z0-9._-]+)->([a-z0-9._-]+|[A-Z]{2})$`)
	assumeScale  = regexp.MustCompile(`^(?:([a-z_]+)/([a-z0-9._-]+):)?([a-z_]+\.[a-z0-9_]+)\*([0-9.]+)$`)
	assumeFact   = regexp.MustCompile(`^([a-z_]+)/([a-z0-9._-]+):([a-z_]+\.[a-z0-9_]+)=(.*)$`)
)

// AssumptionForms tells how assumptions are written, for help texts and errors.
const AssumptionForms = "vendor/mistral:vendor.headquarters_country=US, stake:mistral<-microsoft=60, stake:mistral<-US=100, drop:stake/mistral--asml, supply:mistral->aws, price.input_mtok*2, law:us-fisa-702=repealed"

// ParseAssumption reads one assumption as AssumptionForms shows them. Values are written as in a catalogue file;
// the words absent and unknown are states.
func ParseAssumption(s string, dict *Dictionary) (Assumption, error) {
	a := Assumption{Text: s}
	bad := func(t wording.Text) (Assumption, error) {
		return Assumption{}, &InvalidError{Fields: []FieldError{{Path: s, Text: t}}}
	}
	switch {
	case assumeLaw.MatchString(s):
		m := assumeLaw.FindStringSubmatch(s)
		a.Op, a.Law = AssumeLaw, m[1]
		v := ChoiceValue(m[2])
		a.Value = &v
	case assumeDrop.MatchString(s):
		m := assumeDrop.FindStringSubmatch(s)
		a.Op, a.Record = AssumeDrop, Ref{Kind(m[1]), m[2]}
	case assumeStake.MatchString(s):
		m := assumeStake.FindStringSubmatch(s)
		d, ok := CanonicalDecimal(m[3])
		if !ok || !isPercent(d) {
			return bad(wording.Textf("expected a share from 0 to 100, found %q", "attendu : une part de 0 à 100 ; trouvé : « %s »", m[3]))
		}
		a.Op, a.Record, a.Party, a.Number = AssumeStake, Ref{Vendor, m[1]}, m[2], d
	case assumeSupply.MatchString(s):
		m := assumeSupply.FindStringSubmatch(s)
		a.Op, a.Record, a.Party = AssumeSupply, Ref{Vendor, m[1]}, m[2]
	case assumeScale.MatchString(s):
		m := assumeScale.FindStringSubmatch(s)
		def, ok := dict.Fact(m[3])
		if !ok {
			return bad(strict.NotIn(m[3], dict.Paths()))
		}
		d, ok := CanonicalDecimal(m[4])
		if !ok || !def.Type.IsNumeric() || def.Many {
			return bad(wording.Textf("only a number can be multiplied, by a plain decimal", "seul un nombre peut être multiplié, par une décimale simple"))
		}
		a.Op, a.Path, a.Number = AssumeScale, m[3], d
		if m[1] != "" {
			a.Record = Ref{Kind(m[1]), m[2]}
		}
	case assumeFact.MatchString(s):
		m := assumeFact.FindStringSubmatch(s)
		def, ok := dict.Fact(m[3])
		switch {
		case !ok:
			return bad(strict.NotIn(m[3], dict.Paths()))
		case def.Record != Kind(m[1]):
			return bad(wording.Textf("this fact belongs to records of kind %s", "ce fait appartient aux fiches de type %s", string(def.Record)))
		}
		a.Record, a.Path = Ref{Kind(m[1]), m[2]}, m[3]
		return a.withState(m[4], def)
	}
	if code := a.Party; len(code) == 2 && strings.ToUpper(code) == code && !IsCountry(code) {
		return bad(wording.Textf("%s is no country of today (ISO 3166-1)", "%s n'est pas un pays d'aujourd'hui (ISO 3166-1)", code))
	}
	if a.Op == "" {
		return bad(wording.Textf("not an assumption; examples: %s", "ce n'est pas une hypothèse ; exemples : %s", AssumptionForms))
	}
	return a, nil
}

func (a Assumption) withState(word string, def *FactDef) (Assumption, error) {
	switch word {
	case "unknown":
		a.Op = AssumeUnknown
		return a, nil
	case "absent":
		a.Op = AssumeAbsent
		if def.AbsentRule == nil || def.AbsentRule.Forbidden {
			return Assumption{}, &InvalidError{Fields: []FieldError{{Path: a.Text, Text: wording.Textf("this fact cannot be absent", "ce fait ne peut être absent")}}}
		}
		return a, nil
	}
	var doc yaml.Node
	r := strict.Reader{File: "--assume"}
	if err := yaml.Unmarshal([]byte(word), &doc); err != nil || len(doc.Content) == 0 {
		return Assumption{}, &InvalidError{Fields: []FieldError{{Path: a.Text, Text: wording.Textf("expected %s", "attendu : %s", def.expects())}}}
	}
	v := def.ParseNode(&r, doc.Content[0], a.Path, true)
	if len(r.Faults) > 0 {
		return Assumption{}, &InvalidError{Fields: []FieldError{{Path: a.Text, Text: r.Faults[0].Text}}}
	}
	a.Op, a.Value = AssumeSet, &v
	return a, nil
}

// Assume gives the view as it would stand under the assumptions. Two assumptions that set the same fact
// differently, or name records that are not there, are refused; the view itself does not change.
func (v *View) Assume(list []Assumption) (*View, error) {
	if len(list) == 0 {
		return v, nil
	}
	out := *v
	out.records = maps.Clone(v.records)
	out.ids = map[Kind][]string{}
	for k, ids := range v.ids {
		out.ids[k] = slices.Clone(ids)
	}
	out.assumptions = slices.Clone(list)
	touched := map[FactRef]string{}
	var faults []FieldError
	for i, a := range list {
		if prev, twice := touched[FactRef{a.Record, a.Path}]; twice && a.Path != "" && a.Op != AssumeScale {
			faults = append(faults, FieldError{Path: a.Text, Text: wording.Textf("contradicts %q", "contredit « %s »", prev)})
			continue
		}
		touched[FactRef{a.Record, a.Path}] = a.Text
		if t := out.assume(a, i); !t.IsZero() {
			faults = append(faults, FieldError{Path: a.Text, Text: t})
		}
	}
	if len(faults) > 0 {
		return nil, &InvalidError{Fields: faults}
	}
	out.finish()
	return &out, nil
}

func (v *View) absentRecord(r Ref) wording.Text {
	return wording.Textf("no such record: %s", "fiche absente : %s", strict.NotIn(r.ID, v.ids[r.Kind]))
}

func (v *View) assume(a Assumption, n int) wording.Text {
	switch a.Op {
	case AssumeLaw:
		return wording.Text{}
	case AssumeScale:
		return v.scale(a)
	case AssumeStake, AssumeSupply:
		return v.link(a, n)
	}
	rec, ok := v.records[a.Record]
	if !ok {
		return v.absentRecord(a.Record)
	}
	if a.Op == AssumeDrop {
		delete(v.records, a.Record)
		v.ids[a.Record.Kind] = slices.DeleteFunc(v.ids[a.Record.Kind], func(id string) bool { return id == a.Record.ID })
		return wording.Text{}
	}
	state := map[string]State{AssumeSet: Known, AssumeAbsent: Absent, AssumeUnknown: Unknown}[a.Op]
	v.records[a.Record] = rec.with(Fact{Path: a.Path, State: state, Value: a.Value, AsOf: v.On, Kind: KindNone, Assumed: true, Note: a.Text})
	return wording.Text{}
}

// with is a copy of the record in which one fact is replaced.
func (r *DossierRecord) with(f Fact) *DossierRecord {
	out := &DossierRecord{Kind: r.Kind, ID: r.ID}
	for _, x := range r.Facts {
		if x.Path != f.Path {
			out.Facts = append(out.Facts, x)
		}
	}
	out.Facts = append(out.Facts, f)
	out.sort()
	return out
}

func (v *View) scale(a Assumption) wording.Text {
	def, _ := v.Dictionary.Fact(a.Path)
	targets := []Ref{a.Record}
	if a.Record.IsZero() {
		targets = nil
		for _, id := range v.ids[def.Record] {
			targets = append(targets, Ref{def.Record, id})
		}
	} else if v.records[a.Record] == nil {
		return v.absentRecord(a.Record)
	}
	factor := Rat(a.Number)
	for _, r := range targets {
		rec := v.records[r]
		f := rec.Fact(a.Path)
		if f.State != Known {
			continue
		}
		scaled := *f.Value
		digits := 6
		if def.Type == TypeInteger {
			digits = 0
		}
		scaled.Num = Decimal(new(big.Rat).Mul(Rat(scaled.Num), factor), digits)
		if _, ok := CanonicalDecimal(scaled.Num); !ok {
			return wording.Textf("%s of %s would be too large a number", "%s de %s serait un nombre trop grand", a.Path, r.ID)
		}
		if def.Type == TypePercent && !isPercent(scaled.Num) {
			return wording.Textf("%s of %s would leave 0 to 100", "%s de %s sortirait de 0 à 100", a.Path, r.ID)
		}
		f.Value, f.Assumed, f.Note = &scaled, true, a.Text
		v.records[r] = rec.with(f)
	}
	return wording.Text{}
}

// link adds a stake or a sub-processing, and the party at its other end when only its country is given.
func (v *View) link(a Assumption, n int) wording.Text {
	if v.records[a.Record] == nil {
		return v.absentRecord(a.Record)
	}
	party := Ref{Vendor, a.Party}
	if IsCountry(a.Party) {
		party.ID = fmt.Sprintf("assumed-%d-%s", n+1, strings.ToLower(a.Party))
		country := Value{Type: TypeCountry, Text: a.Party}
		name := Value{Type: TypeText, Text: "a company of " + CountryName(a.Party).EN, FR: "une société (" + CountryName(a.Party).FR + ")"}
		v.put(&DossierRecord{Kind: Vendor, ID: party.ID, Facts: []Fact{
			v.assumed("vendor.name", name, a), v.assumed("vendor.incorporation_country", country, a), v.assumed("vendor.headquarters_country", country, a)}})
	} else if v.records[party] == nil {
		return v.absentRecord(party)
	}
	owner, held := Value{Type: TypeReference, Text: party.ID}, Value{Type: TypeReference, Text: a.Record.ID}
	id := fmt.Sprintf("assumed-%d", n+1)
	if a.Op == AssumeSupply {
		v.put(&DossierRecord{Kind: Subprocessing, ID: id, Facts: []Fact{
			v.assumed("subprocessing.user", held, a), v.assumed("subprocessing.vendor", owner, a),
			v.assumed("subprocessing.sees_content", BoolValue(true), a)}})
		return wording.Text{}
	}
	v.dilute(a)
	share := NumValue(TypePercent, a.Number)
	v.put(&DossierRecord{Kind: Stake, ID: id, Facts: []Fact{
		v.assumed("stake.vendor", held, a), v.assumed("stake.owner", owner, a), v.assumed("stake.percent", share, a),
		v.assumed("stake.voting_percent", share, a), v.assumed("stake.control", BoolValue(overHalf(a.Number)), a)}})
	return wording.Text{}
}

// dilute makes room for a new owner: those recorded keep their proportions of what is left, and none of them controls
// a company of which another takes more than half.
func (v *View) dilute(a Assumption) {
	left := new(big.Rat).Sub(big.NewRat(1, 1), new(big.Rat).Quo(Rat(a.Number), big.NewRat(100, 1)))
	for _, id := range v.ids[Stake] {
		rec := v.records[Ref{Stake, id}]
		if held := rec.Fact("stake.vendor"); held.State != Known || held.Value.Text != a.Record.ID {
			continue
		}
		for _, path := range []string{"stake.percent", "stake.voting_percent", "stake.percent_min", "stake.percent_max", "stake.voting_min", "stake.voting_max"} {
			if f := rec.Fact(path); f.State == Known {
				scaled := *f.Value
				scaled.Num = Decimal(new(big.Rat).Mul(Rat(scaled.Num), left), 6)
				f.Value, f.Assumed, f.Note = &scaled, true, a.Text
				rec = rec.with(f)
			}
		}
		if f := rec.Fact("stake.control"); overHalf(a.Number) && f.State == Known && f.Value.Bool {
			rec = rec.with(v.assumed("stake.control", BoolValue(false), a))
		}
		v.records[rec.Ref()] = rec
	}
}

func (v *View) assumed(path string, val Value, a Assumption) Fact {
	return Fact{Path: path, State: Known, Value: &val, AsOf: v.On, Kind: KindNone, Assumed: true, Note: a.Text}
}

func (v *View) put(rec *DossierRecord) {
	rec.sort()
	v.records[rec.Ref()] = rec
	v.ids[rec.Kind] = append(v.ids[rec.Kind], rec.ID)
}
