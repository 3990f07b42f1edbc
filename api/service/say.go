package service

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"vigie/catalog"
	"vigie/catalog/phrasebook"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/derive"
)

// Speaker puts facts in the words of one language: choices by their label, countries and records by name, numbers
// with their unit. Names is asked for the records that references lead to.
type Speaker struct {
	Lang       wording.Lang
	Dictionary *catalog.Dictionary
	Names      func(catalog.Ref) wording.Text
}

// Namer names records: a catalog.View, a catalog.Dossier, or Names.
type Namer interface {
	Name(catalog.Ref) wording.Text
}

// Speaker speaks the language over records that n names.
func (s *Service) Speaker(l wording.Lang, n Namer) Speaker {
	return Speaker{Lang: l, Dictionary: s.Dictionary, Names: n.Name}
}

// Text is a text of the data in this language, with the spaces that its punctuation wants.
func (sp Speaker) Text(t wording.Text) string { return wording.Typeset(sp.Lang, t.In(sp.Lang)) }

// Tidy gives a text that has one language only, a locator or a note, the spaces that French punctuation wants.
func (sp Speaker) Tidy(s string) string { return wording.Typeset(sp.Lang, s) }

// Said shows a note, a copy, a title or another free text that was recorded in one language. Those of the shipped
// catalogue have both.
func (sp Speaker) Said(recorded string) string { return sp.Tidy(phrasebook.Say(sp.Lang, recorded)) }

// Place shows a place in a document, recorded in one language.
func (sp Speaker) Place(recorded string) string { return sp.Tidy(phrasebook.Place(sp.Lang, recorded)) }

// Def is the declaration of a fact, recorded or derived; nil when nothing declares it.
func (sp Speaker) Def(path string) *catalog.FactDef {
	if def, ok := sp.Dictionary.Fact(path); ok {
		return def
	}
	return derivedFacts()[path]
}

// derivedFacts declares the facts that Vigie computes as the dictionary declares the others. The shipped file is
// tested: a fault in it leaves paths without words, never a program that stops.
var derivedFacts = sync.OnceValue(func() map[string]*catalog.FactDef {
	out := map[string]*catalog.FactDef{}
	list, err := derive.Declarations()
	if err != nil {
		return out
	}
	for _, d := range list {
		out[d.Path] = &catalog.FactDef{Path: d.Path, Type: d.Type, Many: d.Many, Unit: d.Unit, Values: d.Values, Label: d.Label, Help: d.Help}
	}
	return out
})

// Several puts phrases one after the other.
func (sp Speaker) Several(phrases []string) string {
	return sp.Tidy(strings.Join(phrases, map[wording.Lang]string{wording.EN: "; ", wording.FR: " ; "}[sp.Lang]))
}

// Label names a fact; a path that nothing declares names itself.
func (sp Speaker) Label(path string) string {
	if def := sp.Def(path); def != nil {
		return sp.Text(def.Label)
	}
	return path
}

// Question asks for a fact: the dictionary's question, else its label.
func (sp Speaker) Question(path string) string {
	def := sp.Def(path)
	switch {
	case def == nil:
		return path
	case !def.Question.IsZero():
		return sp.Text(def.Question)
	}
	return sp.Text(def.Label)
}

// Where tells where a fact is usually published, in one phrase; empty when the dictionary does not say.
func (sp Speaker) Where(path string) string {
	def, ok := sp.Dictionary.Fact(path)
	if !ok {
		return ""
	}
	var places []string
	for _, p := range def.Where {
		places = append(places, sp.Text(sp.Dictionary.Places[p]))
	}
	return sp.Several(places)
}

// The words for facts that have no value.
var (
	sayUnknown  = wording.Textf("not known", "inconnu")
	sayDisputed = wording.Textf("disputed: sources of equal weight differ", "contesté : des sources de même poids divergent")
	sayAbsent   = wording.Textf("known to be absent", "absence constatée")
	sayYes      = wording.Textf("yes", "oui")
	sayNo       = wording.Textf("no", "non")
	sayNone     = wording.Textf("none", "aucun")
	sayPartial  = wording.Textf("at least; the list may go on", "au moins ; la liste peut continuer")
	sayFile     = wording.Textf("stored file", "fichier conservé")
	sayEU       = wording.Textf("the whole European Union", "toute l'Union européenne")
	sayEEA      = wording.Textf("the whole European Economic Area", "tout l'Espace économique européen")
)

// State says where a fact stands in words that hold for any fact: its value, what its absence means, or that it is
// not known.
func (sp Speaker) State(path string, state catalog.State, v *catalog.Value, disputed bool) string {
	def := sp.Def(path)
	switch {
	case disputed:
		return sp.Text(sayDisputed)
	case state == catalog.Known && v != nil:
		return sp.Value(def, *v)
	case state == catalog.Absent:
		if def != nil && def.AbsentRule != nil && !def.AbsentRule.Means.IsZero() {
			return sp.Text(def.AbsentRule.Means)
		}
		return sp.Text(sayAbsent)
	}
	return sp.Text(sayUnknown)
}

// Value writes a value. The definition may be nil for values that no dictionary declares.
func (sp Speaker) Value(def *catalog.FactDef, v catalog.Value) string {
	if !v.Many {
		return sp.one(def, v)
	}
	if len(v.List) == 0 {
		if v.Complete {
			return sp.Text(sayNone)
		}
		return sp.Text(sayUnknown)
	}
	var words []string
	if v.Type == catalog.TypeCountry && len(v.List) > 20 {
		words = sp.countries(v.Texts())
	} else {
		for _, e := range v.List {
			words = append(words, sp.one(def, e))
		}
	}
	out := wording.List(sp.Lang, words)
	switch v.Type {
	case catalog.TypeText:
		out = sp.Several(words)
	case catalog.TypeChoice: // labels are phrases of their own
		out = strings.Join(words, " · ")
	}
	if !v.Complete {
		out += " (" + sp.Text(sayPartial) + ")"
	}
	return out
}

// countries shortens a list that holds a whole union to its name and the others.
func (sp Speaker) countries(codes []string) []string {
	var words []string
	for _, g := range []struct {
		members []string
		name    wording.Text
	}{{catalog.EEA(), sayEEA}, {catalog.EU(), sayEU}} {
		if !slices.ContainsFunc(g.members, func(c string) bool { return !slices.Contains(codes, c) }) {
			words = append(words, sp.Text(g.name))
			codes = slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return slices.Contains(g.members, c) })
			break
		}
	}
	for _, c := range codes {
		words = append(words, sp.Text(catalog.CountryName(c)))
	}
	return words
}

var languageNames = map[wording.Lang]display.Namer{
	wording.EN: display.Languages(language.English),
	wording.FR: display.Languages(language.French),
}

func (sp Speaker) one(def *catalog.FactDef, v catalog.Value) string {
	l := sp.Lang
	unit := ""
	if def != nil && def.Unit != "" {
		unit = sp.Text(unitFor(sp.Dictionary, l, def.Unit, v.Num))
	}
	switch v.Type {
	case catalog.TypeChoice:
		if def != nil {
			if c, ok := def.Choice(v.Text); ok {
				return sp.Text(c.Label())
			}
		}
	case catalog.TypeCountry:
		return sp.Text(catalog.CountryName(v.Text))
	case catalog.TypeLanguage:
		if tag, err := language.Parse(v.Text); err == nil {
			if name := languageNames[l].Name(tag); name != "" {
				return name
			}
		}
	case catalog.TypeBoolean:
		if v.Bool {
			return sp.Text(sayYes)
		}
		return sp.Text(sayNo)
	case catalog.TypeInteger, catalog.TypeNumber:
		return wording.Unit(l, v.Num, unit)
	case catalog.TypePercent:
		return wording.Percent(l, v.Num)
	case catalog.TypeMoney:
		m := wording.Money(l, v.Num, v.Currency)
		if unit != "" {
			m += " " + unit
		}
		return m
	case catalog.TypeDate:
		return catalog.Date(v.Text).In(l)
	case catalog.TypeReference:
		if def != nil && sp.Names != nil {
			return sp.Text(sp.Names(catalog.Ref{Kind: def.RefersTo, ID: v.Text}))
		}
	case catalog.TypeFile:
		return sp.Text(sayFile) + " " + short(v.Text)
	case catalog.TypeText:
		if v.FR == "" {
			return sp.Said(v.Text)
		}
		return sp.Text(wording.Text{EN: v.Text, FR: v.FR})
	}
	return v.Text
}

// short is enough of a hash to recognise it by.
func short(hash string) string { return hash[:min(12, len(hash))] }

var singular = map[string]wording.Text{
	"days": {EN: "day", FR: "jour"}, "hours": {EN: "hour", FR: "heure"}, "minutes": {EN: "minute", FR: "minute"}, "months": {EN: "month", FR: "mois"},
	"users": {EN: "user", FR: "utilisateur"}, "seats": {EN: "seat", FR: "poste"}, "tokens": {EN: "token", FR: "jeton"}, "points": {EN: "point", FR: "point"},
	"months_of_fees": {EN: "month of fees", FR: "mois de redevances"}, "billion": {EN: "billion", FR: "milliard"},
}

// unitFor is the unit in the number that the language asks for: French counts 0 and 1.5 as singular.
func unitFor(d *catalog.Dictionary, l wording.Lang, code, num string) wording.Text {
	one, ok := singular[code]
	if r := catalog.Rat(num); ok && r != nil {
		if r.Sign() >= 0 && (num == "1" || l == wording.FR && r.Cmp(catalog.Rat("2")) < 0) {
			return one
		}
	}
	return d.Unit(code)
}

// Percent writes a whole percentage.
func (sp Speaker) Percent(n int64) string { return wording.Percent(sp.Lang, strconv.FormatInt(n, 10)) }

// Points writes a score with one decimal, rounded to the nearest.
func Points(l wording.Lang, h evaluator.Hundredths) string { return tenths(l, (int64(h)+5)/10) }

func tenths(l wording.Lang, n int64) string {
	return wording.Number(l, fmt.Sprintf("%d.%d", n/10, n%10))
}

// Score writes an interval with one decimal, its ends rounded outwards so that it still holds every possible score:
// "62.1 – 81.3"; a settled score is one figure.
func Score(l wording.Lang, i evaluator.Interval) string {
	if i.IsPoint() {
		return Points(l, i.Low)
	}
	return tenths(l, int64(i.Low)/10) + "\u00a0–\u00a0" + tenths(l, (int64(i.High)+9)/10)
}

// Whole writes an interval in whole points, rounded outwards; a settled score is rounded to the nearest.
func Whole(i evaluator.Interval) string {
	if i.IsPoint() {
		return strconv.FormatInt(int64(i.Low+50)/100, 10)
	}
	return strconv.FormatInt(int64(i.Low)/100, 10) + "–" + strconv.FormatInt(int64(i.High+99)/100, 10)
}

// VerdictText is the verdict in words.
func VerdictText(v evaluator.Verdict) wording.Text {
	switch v {
	case evaluator.Eligible:
		return wording.Textf("Eligible", "Éligible")
	case evaluator.NotEligible:
		return wording.Textf("Not eligible", "Non éligible")
	}
	return wording.Textf("Undetermined", "Indéterminé")
}

// StatusText is the status of a knock-out in words.
func StatusText(s evaluator.Status) wording.Text {
	switch s {
	case evaluator.Passed:
		return wording.Textf("Passed", "Satisfait")
	case evaluator.Failed:
		return wording.Textf("Failed", "Non satisfait")
	case evaluator.NotApplicable:
		return wording.Textf("Not applicable", "Sans objet")
	}
	return wording.Textf("Undetermined", "Indéterminé")
}

// Strength is a kind of source in a word or two.
func (sp Speaker) Strength(k catalog.SourceKind, signed bool) string {
	if k == catalog.KindContract && signed {
		return sp.Text(wording.Textf("signed contract", "contrat signé"))
	}
	if t, ok := strengths[k]; ok {
		return sp.Text(t)
	}
	return sp.Text(strengths[catalog.KindNone])
}

var strengths = map[catalog.SourceKind]wording.Text{
	catalog.KindAudit:       {EN: "audit", FR: "audit"},
	catalog.KindRegister:    {EN: "register", FR: "registre"},
	catalog.KindTest:        {EN: "measurement", FR: "mesure"},
	catalog.KindContract:    {EN: "public terms", FR: "conditions publiques"},
	catalog.KindPublication: {EN: "publication", FR: "publication"},
	catalog.KindDeclaration: {EN: "declaration", FR: "déclaration"},
	catalog.KindPress:       {EN: "press", FR: "presse"},
	catalog.KindNone:        {EN: "no source", FR: "sans source"},
}
