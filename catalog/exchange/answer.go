package exchange

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Answers in a sheet are written and read as people do in each language: "Oui", "12,5 EUR", "24 novembre 2026",
// "France ; Allemagne". What is read is accepted in either language and as the code of the dictionary.

var yesNo = [2]wording.Text{{EN: "No", FR: "Non"}, {EN: "Yes", FR: "Oui"}}

// listMark separates the elements of a list: a comma may be part of a number.
const listMark = ";"

// showAnswer writes a value for a cell, in one language. name gives the name of a record.
func showAnswer(def *catalog.FactDef, v catalog.Value, l wording.Lang, name func(catalog.Ref) string) string {
	if !v.Many {
		return showOne(def, v, l, name)
	}
	parts := make([]string, len(v.List))
	for i, e := range v.List {
		parts[i] = showOne(def, e, l, name)
	}
	if def.Type == catalog.TypeText {
		return strings.Join(parts, "\n")
	}
	return strings.Join(parts, listMark+" ")
}

func showOne(def *catalog.FactDef, v catalog.Value, l wording.Lang, name func(catalog.Ref) string) string {
	switch {
	case def.Type == catalog.TypeBoolean:
		return yesNoOf(v.Bool).In(l)
	case def.Type == catalog.TypeMoney:
		return plainNumber(v.Num, l) + " " + v.Currency
	case def.Type.IsNumeric():
		return plainNumber(v.Num, l)
	case def.Type == catalog.TypeCountry:
		return catalog.CountryName(v.Text).In(l)
	case def.Type == catalog.TypeReference:
		return showRef(catalog.Ref{Kind: def.RefersTo, ID: v.Text}, name)
	case def.Type == catalog.TypeChoice:
		return choiceLabel(def, v.Text, l)
	case l == wording.FR && v.FR != "":
		return v.FR
	}
	return v.Text
}

func yesNoOf(b bool) wording.Text {
	if b {
		return yesNo[1]
	}
	return yesNo[0]
}

func showRef(r catalog.Ref, name func(catalog.Ref) string) string {
	if n := name(r); n != "" && n != r.ID {
		return n + " [" + r.ID + "]"
	}
	return r.ID
}

// choiceLabel is the label of an answer, with its code when another answer has the same label.
func choiceLabel(def *catalog.FactDef, code string, l wording.Lang) string {
	c, ok := def.Choice(code)
	if !ok {
		return code
	}
	for _, o := range def.Values {
		if o.ID != code && folded(o.Label().In(l)) == folded(c.Label().In(l)) {
			return c.Label().In(l) + " [" + code + "]"
		}
	}
	return c.Label().In(l)
}

// plainNumber writes a decimal with the mark of the language and nothing between thousands.
func plainNumber(decimal string, l wording.Lang) string {
	if l == wording.FR {
		return strings.Replace(decimal, ".", ",", 1)
	}
	return decimal
}

// given is what a cell holds: its text, and whether its number is shown as a percentage.
type given struct {
	text    string
	percent bool
}

// answers reads what cells hold.
type answers struct {
	lang     wording.Lang
	date1904 bool                                                   // days are counted from 1904
	find     func(k catalog.Kind, words string) (string, error)     // the id of a record by id or name
	makeRef  func(k catalog.Kind, name string) (id string, ok bool) // a thin record for a party known by name only
}

// unfit is why a cell cannot be taken for an answer.
type unfit struct{ text wording.Text }

func (u unfit) Error() string { return u.text.EN }

func unfitf(en, fr string, args ...any) error { return unfit{wording.Textf(en, fr, args...)} }

// read reads a cell as an answer to a fact. complete is what a list says of itself.
func (a *answers) read(def *catalog.FactDef, g given, complete bool) (catalog.Value, error) {
	if !def.Many {
		return a.one(def, g)
	}
	v := catalog.Value{Type: def.Type}
	var parts []string
	if def.Type == catalog.TypeText {
		parts = strings.Split(g.text, "\n")
	} else {
		parts = strings.FieldsFunc(g.text, func(r rune) bool { return r == ';' || r == '\n' })
	}
	var list []catalog.Value
	for _, p := range parts {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		if group, ok := countryGroup(p); ok && def.Type == catalog.TypeCountry {
			for _, code := range group {
				list = append(list, catalog.Value{Type: catalog.TypeCountry, Text: code})
			}
			continue
		}
		e, err := a.one(def, given{text: p})
		if err != nil {
			return v, err
		}
		list = append(list, e)
	}
	return catalog.ListValue(def.Type, complete, list...), nil
}

func countryGroup(s string) ([]string, bool) {
	switch folded(s) {
	case "eu", "ue", "european union", "union europeenne":
		return catalog.CountryGroup("EU")
	case "eea", "eee", "european economic area", "espace economique europeen":
		return catalog.CountryGroup("EEA")
	case "efta", "aele":
		return catalog.CountryGroup("EFTA")
	}
	return nil, false
}

func (a *answers) one(def *catalog.FactDef, g given) (catalog.Value, error) {
	v := catalog.Value{Type: def.Type}
	s := strings.TrimSpace(g.text)
	var err error
	switch def.Type {
	case catalog.TypeBoolean:
		v.Bool, err = readYesNo(s)
	case catalog.TypeInteger, catalog.TypeNumber, catalog.TypePercent:
		v.Num, err = a.number(withoutUnit(s, def), g.percent && def.Type == catalog.TypePercent)
	case catalog.TypeMoney:
		v.Num, v.Currency, err = a.money(s)
	case catalog.TypeDate:
		var d catalog.Date
		d, err = a.day(s)
		v.Text = string(d)
	case catalog.TypeCountry:
		v.Text, err = readCountry(s)
	case catalog.TypeLanguage:
		v.Text, err = readLanguage(s)
	case catalog.TypeChoice:
		v.Text, err = readChoice(def, s)
	case catalog.TypeReference:
		v.Text, err = a.reference(def.RefersTo, s)
	default:
		v.Text = s
	}
	if err != nil {
		return v, err
	}
	alone := *def
	alone.Many = false
	if faults := alone.Faults(v); len(faults) > 0 {
		return v, unfit{faults[0]}
	}
	return v, nil
}

func readYesNo(s string) (bool, error) {
	switch folded(s) {
	case "yes", "oui", "true", "vrai", "y", "o", "1":
		return true, nil
	case "no", "non", "false", "faux", "n", "0":
		return false, nil
	}
	return false, unfitf("expected yes or no, found %s", "attendu : oui ou non ; trouvé : %s", wording.Quoted(s))
}

var (
	grouped   = regexp.MustCompile(`^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$`)
	dotted    = regexp.MustCompile(`^-?\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?$|^-?\d{1,3}(?:\.\d{3})+,\d+$`)
	stored    = regexp.MustCompile(`^-?\d+(?:\.\d+)?E[+-]?\d{1,3}$`) // how Excel stores a number with an exponent
	gapsIn    = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "’", "")
	someDigit = regexp.MustCompile(`\d`)
)

// number reads a decimal with the mark of either language. A comma before three digits is a thousands mark in English.
func (a *answers) number(s string, percent bool) (string, error) {
	n := gapsIn.Replace(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "%")))
	n = strings.TrimPrefix(strings.ReplaceAll(n, "−", "-"), "+")
	switch {
	case stored.MatchString(n), len(strings.Trim(n, "-.0")) > 15 && someDigit.MatchString(n) && !strings.Contains(n, ","):
		// Excel keeps 0.1 as 0.10000000000000001: the shortest decimal that is the same number was typed.
		if f, err := strconv.ParseFloat(n, 64); err == nil {
			n = strconv.FormatFloat(f, 'f', -1, 64)
		}
	case grouped.MatchString(n) && (a.lang == wording.EN || strings.Contains(n, ".") || strings.Count(n, ",") > 1):
		n = strings.ReplaceAll(n, ",", "")
	case dotted.MatchString(n):
		n = strings.Replace(strings.ReplaceAll(n, ".", ""), ",", ".", 1)
	default:
		n = strings.Replace(n, ",", ".", 1)
	}
	d, ok := catalog.CanonicalDecimal(n)
	if !ok || len(d) > 60 {
		return "", unfitf("expected a number, found %s", "attendu : un nombre ; trouvé : %s", wording.Quoted(s))
	}
	if percent {
		r := catalog.Rat(d)
		d = catalog.Decimal(r.Mul(r, catalog.Rat("100")), 12)
	}
	return d, nil
}

// withoutUnit takes the unit of a fact off a number, in either language.
func withoutUnit(s string, def *catalog.FactDef) string {
	i := strings.LastIndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' })
	if i < 0 {
		return s
	}
	unit := folded(s[i+1:])
	for _, word := range unitWords[def.Unit] {
		if unit == word {
			return s[:i+1]
		}
	}
	return s
}

// unitWords are the units that people write after a number although the sheet says which one is meant.
var unitWords = map[string][]string{
	"days": {"days", "day", "d", "jours", "jour", "j"}, "hours": {"hours", "hour", "h", "heures", "heure"}, "minutes": {"minutes", "minute", "min"},
	"months": {"months", "month", "mois"}, "months_of_fees": {"months", "month", "mois"}, "tokens": {"tokens", "jetons"}, "percent": {"%", "percent", "pour cent"},
}

var (
	amountFirst   = regexp.MustCompile(`^([-+]?[\d.,'’\s\x{00a0}\x{202f}]+)\s*([A-Za-z]{3}|€|£)$`)
	currencyFirst = regexp.MustCompile(`^([A-Za-z]{3}|€|£)\s*([-+]?[\d.,'’\s\x{00a0}\x{202f}]+)$`)
)

func (a *answers) money(s string) (num, currency string, err error) {
	var n string
	if m := amountFirst.FindStringSubmatch(s); m != nil {
		n, currency = m[1], m[2]
	} else if m := currencyFirst.FindStringSubmatch(s); m != nil {
		currency, n = m[1], m[2]
	} else {
		return "", "", unfitf("expected an amount and its currency (12.5 EUR), found %s", "attendu : un montant et sa devise (12,5 EUR) ; trouvé : %s", wording.Quoted(s))
	}
	switch currency {
	case "€":
		currency = "EUR"
	case "£":
		currency = "GBP"
	}
	num, err = a.number(n, false)
	return num, strings.ToUpper(currency), err
}

var (
	dayFirst  = regexp.MustCompile(`^(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})$`)
	yearFirst = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{2}:\d{2}(?::\d{2})?.*)?$`)
	dayWords  = regexp.MustCompile(`^(?:[a-z]+,? )?(\d{1,2})(?:er|st|nd|rd|th)?\.? ([a-z]+)\.?,? (\d{4})$`)
	wordsDay  = regexp.MustCompile(`^([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$`)
	serial    = regexp.MustCompile(`^(\d{1,7})(?:\.\d+)?$`)
)

var monthNames = sync.OnceValue(func() map[string]int {
	out := map[string]int{}
	for i, names := range [12]string{"january janvier jan janv", "february fevrier feb fevr fev", "march mars mar", "april avril apr avr", "may mai", "june juin jun",
		"july juillet jul juil", "august aout aug", "september septembre sep sept", "october octobre oct", "november novembre nov", "december decembre dec"} {
		for n := range strings.FieldsSeq(names) {
			out[n] = i + 1
		}
	}
	return out
})

// day reads a date: a date of Excel, 2026-11-24, 24/11/2026 (day first, in both languages), 24 novembre 2026.
func (a *answers) day(s string) (catalog.Date, error) {
	bad := unfitf("expected a day such as 2026-11-24, 24/11/2026 (day first) or 24 November 2026, found %s", "attendu : un jour tel que 24/11/2026, 2026-11-24 ou 24 novembre 2026 ; trouvé : %s", wording.Quoted(s))
	var y, m, d int
	f := folded(s)
	switch {
	case serial.MatchString(s):
		n, err := strconv.Atoi(serial.FindStringSubmatch(s)[1])
		if err != nil || n < 1 || n > 2_958_465 || n < 10_000 { // a year alone, or a small number, is no date
			return "", bad
		}
		epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
		if a.date1904 {
			epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		return catalog.DateOf(epoch.AddDate(0, 0, n)), nil
	case dayFirst.MatchString(s):
		p := dayFirst.FindStringSubmatch(s)
		d, m, y = number(p[1]), number(p[2]), number(p[3])
	case yearFirst.MatchString(s):
		p := yearFirst.FindStringSubmatch(s)
		y, m, d = number(p[1]), number(p[2]), number(p[3])
	case dayWords.MatchString(f):
		p := dayWords.FindStringSubmatch(f)
		d, m, y = number(p[1]), monthNames()[p[2]], number(p[3])
	case wordsDay.MatchString(f):
		p := wordsDay.FindStringSubmatch(f)
		m, d, y = monthNames()[p[1]], number(p[2]), number(p[3])
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if y < 1900 || t.Day() != d || int(t.Month()) != m {
		return "", bad
	}
	return catalog.DateOf(t), nil
}

// number reads digits that a pattern has found.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// countryCodes are the countries by their names in both languages, folded, and their codes.
var countryCodes = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string(a) + string(b)
			if !catalog.IsCountry(code) {
				continue
			}
			out[strings.ToLower(code)] = code
			n := catalog.CountryName(code)
			out[folded(n.EN)], out[folded(n.FR)] = code, code
		}
	}
	for name, code := range map[string]string{"usa": "US", "u.s.": "US", "u.s.a.": "US", "etats-unis d'amerique": "US", "united states of america": "US", "uk": "GB", "great britain": "GB", "grande-bretagne": "GB",
		"pays bas": "NL", "holland": "NL", "hollande": "NL", "czech republic": "CZ", "republique tcheque": "CZ", "south korea": "KR", "coree du sud": "KR", "worldwide": catalog.World, "world": catalog.World, "monde": catalog.World, "monde entier": catalog.World} {
		if out[name] == "" {
			out[name] = code
		}
	}
	return out
})

func readCountry(s string) (string, error) {
	for _, word := range []string{s, bracketed(s)} {
		if code, ok := countryCodes()[folded(word)]; ok {
			return code, nil
		}
	}
	near := wording.Nearest(folded(s), sorted(countryCodes()))
	if near != "" {
		n := catalog.CountryName(countryCodes()[near])
		return "", unfit{wording.Textf("no country is called %s; did you mean %s?", "aucun pays ne s'appelle %s ; vouliez-vous dire %s ?", wording.Quoted(s), n)}
	}
	return "", unfitf("no country is called %s; write its name or its ISO code (FR, DE…), with ; between several", "aucun pays ne s'appelle %s ; écrire son nom ou son code ISO (FR, DE…), avec ; entre plusieurs", wording.Quoted(s))
}

// bracketed gives what stands in brackets at the end of a text, else the text.
func bracketed(s string) string {
	if i := strings.LastIndexAny(s, "[("); i > 0 && (strings.HasSuffix(s, "]") || strings.HasSuffix(s, ")")) {
		return strings.TrimSpace(s[i+1 : len(s)-1])
	}
	return s
}

var languageNames = map[string]string{"french": "fr", "francais": "fr", "english": "en", "anglais": "en", "german": "de", "allemand": "de", "spanish": "es", "espagnol": "es",
	"italian": "it", "italien": "it", "portuguese": "pt", "portugais": "pt", "dutch": "nl", "neerlandais": "nl", "polish": "pl", "polonais": "pl", "arabic": "ar", "arabe": "ar",
	"chinese": "zh", "chinois": "zh", "japanese": "ja", "japonais": "ja", "korean": "ko", "coreen": "ko", "multilingual": "multilingual", "multilingue": "multilingual"}

func readLanguage(s string) (string, error) {
	f := folded(s)
	if code, ok := languageNames[f]; ok {
		return code, nil
	}
	if b, err := language.ParseBase(f); err == nil && len(f) <= 3 {
		return b.String(), nil
	}
	return "", unfitf("expected a language code (fr, en…), found %s", "attendu : un code de langue (fr, en…) ; trouvé : %s", wording.Quoted(s))
}

func readChoice(def *catalog.FactDef, s string) (string, error) {
	want := []string{folded(s)}
	if b := bracketed(s); b != s {
		want = append([]string{folded(b)}, want...)
	}
	for _, w := range want {
		var found []string
		for _, c := range def.Values {
			if w == strings.ToLower(c.ID) {
				return c.ID, nil
			}
			if w == folded(c.EN) || w == folded(c.FR) {
				found = append(found, c.ID)
			}
		}
		if len(found) == 1 {
			return found[0], nil
		}
	}
	var labels []string
	byLabel := map[string]wording.Text{}
	for _, c := range def.Values {
		for _, l := range []string{c.EN, c.FR} {
			labels = append(labels, folded(l))
			byLabel[folded(l)] = c.Label()
		}
	}
	if near := wording.Nearest(folded(s), labels); near != "" {
		t := byLabel[near]
		return "", unfit{wording.Text{EN: "no answer of the list reads " + wording.Quoted(s).EN + "; did you mean " + wording.Quote(wording.EN, t.EN) + "?",
			FR: "aucune réponse de la liste ne se lit " + wording.Quoted(s).FR + " ; vouliez-vous dire " + wording.Quote(wording.FR, t.FR) + " ?"}}
	}
	list := func(l wording.Lang) string {
		var out []string
		for _, c := range def.Values {
			out = append(out, wording.Quote(l, c.Label().In(l)))
		}
		return strings.Join(out, ", ")
	}
	return "", unfit{wording.Text{EN: "expected one of: " + list(wording.EN) + "; found " + wording.Quoted(s).EN,
		FR: "attendu : l'une des réponses " + list(wording.FR) + " ; trouvé : " + wording.Quoted(s).FR}}
}

func (a *answers) reference(k catalog.Kind, s string) (string, error) {
	word := s
	if b := bracketed(s); b != s && strings.HasSuffix(s, "]") && catalog.ValidID(b) {
		word = b
	}
	id, err := a.find(k, word)
	if err == nil {
		return id, nil
	}
	if id, ok := a.makeRef(k, s); ok {
		return id, nil
	}
	return "", err
}

// shelfOf reads a view as a shelf.
type shelfOf struct{ *catalog.View }

// ShelfOf lets a view of a catalogue be read like a store.
func ShelfOf(v *catalog.View) catalog.Shelf { return shelfOf{v} }

// Records implements catalog.Shelf.
func (s shelfOf) Records(refs []catalog.Ref) ([]catalog.DossierRecord, []catalog.Source, error) {
	var out []catalog.DossierRecord
	seen := map[string]bool{}
	var sources []catalog.Source
	cite := func(id string) {
		if src, ok := s.Source(id); ok && !seen[id] {
			seen[id] = true
			sources = append(sources, src)
		}
	}
	for _, r := range refs {
		rec, ok := s.Record(r)
		if !ok {
			continue
		}
		out = append(out, *rec)
		for _, f := range rec.Facts {
			cite(f.Source)
			for _, c := range f.Contradicts {
				cite(c.Source)
			}
		}
	}
	slices.SortFunc(sources, func(a, b catalog.Source) int { return strings.Compare(a.ID, b.ID) })
	return out, sources, nil
}

// Naming implements catalog.Shelf.
func (s shelfOf) Naming(links []catalog.Link) (map[catalog.Link][]catalog.Ref, error) {
	out := map[catalog.Link][]catalog.Ref{}
	for _, l := range links {
		if rs := s.View.Naming(l.Path, l.Target); len(rs) > 0 {
			out[l] = rs
		}
	}
	return out, nil
}

// IDs implements catalog.Shelf.
func (s shelfOf) IDs(k catalog.Kind) ([]string, error) { return s.View.IDs(k), nil }
