package catalog

import (
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/currency"
	"golang.org/x/text/language"

	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

var idPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,119}$`)

// ValidID reports whether s may be the id of a record or source: lower-case letters, digits, dot, dash and
// underscore, starting with a letter or digit.
func ValidID(s string) bool { return idPattern.MatchString(s) }

// ValidURL reports whether s is an address that a page may link to: http or https, with a host, without credentials.
func ValidURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Hostname() != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http")
}

// ValidSHA256 reports whether s is a SHA-256 in lower-case hex.
func ValidSHA256(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32 && strings.ToLower(s) == s
}

// ParseNode reads a YAML node as a value of this fact. complete is what a list claims of itself. Faults go to r.
func (f *FactDef) ParseNode(r *strict.Reader, n *yaml.Node, at string, complete bool) Value {
	if !f.Many {
		if n.Kind == yaml.SequenceNode {
			r.Expected(n, at, f.expects())
			return Value{}
		}
		return f.parseOne(r, n, at)
	}
	v := Value{Type: f.Type, Many: true, Complete: complete}
	if n.Kind != yaml.SequenceNode {
		r.Expected(n, at, wording.Textf("a list, each element %s", "une liste, chaque élément étant %s", f.expects()))
		return v
	}
	for i, c := range n.Content {
		if r.Faults.Full() {
			return v
		}
		if g, ok := CountryGroup(c.Value); ok && f.Type == TypeCountry {
			for _, code := range g {
				v.List = append(v.List, Value{Type: TypeCountry, Text: code})
			}
			continue
		}
		v.List = append(v.List, f.parseOne(r, c, fmt.Sprintf("%s[%d]", at, i)))
	}
	v.normalise()
	return v
}

func (f *FactDef) parseOne(r *strict.Reader, n *yaml.Node, at string) Value {
	v := Value{Type: f.Type}
	switch {
	case f.Type == TypeMoney && n.Kind == yaml.MappingNode:
		var m struct {
			Amount   string `yaml:"amount,required"`
			Currency string `yaml:"currency,required"`
		}
		before := len(r.Faults)
		r.ValueOf(n, &m, at)
		if len(r.Faults) == before {
			v.Num, v.Currency = m.Amount, m.Currency
			f.check(&v, func(t wording.Text) { r.Fault(n, at, t) })
		}
		return v
	case f.Type == TypeText && n.Kind == yaml.MappingNode:
		var t wording.Text
		r.ValueOf(n, &t, at)
		v.Text, v.FR = t.EN, t.FR
		return v
	}
	s, ok := r.Scalar(n, at, f.expects())
	if ok && f.Type == TypeMoney {
		r.Expected(n, at, f.expects())
	}
	if !ok || f.Type == TypeMoney {
		return v
	}
	f.set(&v, s)
	f.check(&v, func(t wording.Text) { r.Fault(n, at, t) })
	return v
}

func (f *FactDef) set(v *Value, s string) {
	switch {
	case f.Type == TypeBoolean:
		v.Bool, v.Text = s == "true", ""
		if s != "true" && s != "false" {
			v.Text = s // kept for the message
		}
	case f.Type.IsNumeric():
		v.Num = s
	default:
		v.Text = s
	}
}

// check canonicalises one scalar and reports what does not fit the type.
func (f *FactDef) check(v *Value, bad func(wording.Text)) {
	no := func() {
		bad(wording.Textf("expected %s, found %s", "attendu : %s ; trouvé : %s", f.expects(), wording.Quoted(strings.TrimSpace(v.Text+v.Num+" "+v.Currency))))
	}
	switch f.Type {
	case TypeText:
		if strings.TrimSpace(v.Text) == "" {
			no()
		}
	case TypeBoolean:
		if v.Text != "" {
			no()
		}
	case TypeURL:
		if !ValidURL(v.Text) {
			no()
		}
	case TypeCountry:
		switch official, ok := commonCodes[v.Text]; {
		case ok:
			bad(wording.Textf("%s is not the ISO 3166-1 code; did you mean %s?", "%s n'est pas le code ISO 3166-1 ; vouliez-vous dire %s ?", wording.Quoted(v.Text), wording.Quoted(official)))
		case !IsCountry(v.Text) && v.Text != World:
			no()
		}
	case TypeLanguage:
		if b, err := language.ParseBase(v.Text); (err != nil || b.String() != v.Text) && v.Text != "multilingual" {
			no()
		}
	case TypeDate:
		if _, ok := ParseDate(v.Text); !ok {
			no()
		}
	case TypeChoice:
		if !slices.Contains(f.Codes(), v.Text) {
			bad(strict.NotIn(v.Text, f.Codes()))
		}
	case TypeReference:
		if !ValidID(v.Text) {
			no()
		}
	case TypeFile:
		if !ValidSHA256(v.Text) {
			no()
		}
	default:
		f.checkNumber(v, no)
	}
}

func (f *FactDef) checkNumber(v *Value, no func()) {
	d, ok := CanonicalDecimal(v.Num)
	switch {
	case !ok, f.Type == TypeInteger && strings.Contains(d, "."):
		no()
		return
	case f.Type == TypePercent && !isPercent(d):
		no()
		return
	}
	if f.Type == TypeMoney {
		if _, err := currency.ParseISO(v.Currency); err != nil || strings.ToUpper(v.Currency) != v.Currency {
			no()
		}
	}
	v.Num = d
}

// isPercent reports whether a canonical decimal lies from 0 to 100.
func isPercent(d string) bool {
	whole, _, _ := strings.Cut(d, ".")
	return !strings.HasPrefix(d, "-") && (len(whole) < 3 || d == "100")
}

func (f *FactDef) expects() wording.Text {
	switch f.Type {
	case TypeURL:
		return wording.Textf("an address (https://…)", "une adresse (https://…)")
	case TypeCountry:
		return wording.Textf("a country code (ISO 3166-1: FR, DE, US…), or EU, EEA, EFTA in a list", "un code de pays (ISO 3166-1 : FR, DE, US…), ou EU, EEA, EFTA dans une liste")
	case TypeLanguage:
		return wording.Textf("a language code (fr, en…)", "un code de langue (fr, en…)")
	case TypeInteger:
		return wording.Textf("a whole number", "un nombre entier")
	case TypeNumber:
		return wording.Textf("a number", "un nombre")
	case TypePercent:
		return wording.Textf("a percentage from 0 to 100", "un pourcentage de 0 à 100")
	case TypeMoney:
		return wording.Textf("an amount and its currency ({amount: 12.5, currency: EUR})", "un montant et sa devise ({amount: 12.5, currency: EUR})")
	case TypeBoolean:
		return wording.Textf("true or false", "true ou false")
	case TypeDate:
		return wording.Textf("a day (YYYY-MM-DD)", "un jour (AAAA-MM-JJ)")
	case TypeChoice:
		return wording.Textf("one of: %s", "l'une des valeurs : %s", strings.Join(f.Codes(), ", "))
	case TypeReference:
		return wording.Textf("the id of a record of kind %s", "l'identifiant d'une fiche de type %s", string(f.RefersTo))
	case TypeFile:
		return wording.Textf("the SHA-256 of a stored file", "le SHA-256 d'un fichier conservé")
	}
	return wording.Textf("a text", "un texte")
}
