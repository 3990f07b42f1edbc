package exchange

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"vigie/catalog"
)

// line is one block of keys on one line.
type line struct{ parts []string }

func (l *line) add(key, yaml string) { l.parts = append(l.parts, key+": "+yaml) }

// code adds an id, a code or a day, unless it is empty.
func (l *line) code(key, s string) {
	if s != "" {
		l.add(key, scalar(s))
	}
}

// words adds a free text, unless it is empty.
func (l *line) words(key, s string) {
	if s != "" {
		l.add(key, quote(s))
	}
}

func (l *line) flag(key string, on bool) {
	if on {
		l.add(key, "true")
	}
}

func (l *line) String() string { return "{" + strings.Join(l.parts, ", ") + "}" }

// plain is what needs no quotation marks anywhere: codes, ids, days, numbers.
var plain = regexp.MustCompile(`^-?[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$`)

// words that some YAML reader takes for something else than a text. Vigie's does not, but people open the files with
// other programs too.
var otherwise = []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}

// scalar writes a text so that every reader of YAML reads the same text.
func scalar(s string) string {
	if plain.MatchString(s) && !slices.Contains(otherwise, strings.ToLower(s)) {
		return s
	}
	return quote(s)
}

// quote writes a text between double quotation marks. Letters stay as they are; what a reader might drop, fold or
// refuse is escaped.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case unicode.IsControl(c) || c == '\u2028' || c == '\u2029' || c == '\ufeff' || c == '\ufffe' || c == '\uffff':
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// text writes a text, or a text in each language.
func text(v catalog.Value) string {
	if v.FR == "" {
		return quote(v.Text)
	}
	return "{en: " + quote(v.Text) + ", fr: " + quote(v.FR) + "}"
}

func value(v catalog.Value) string {
	if v.Many {
		parts := make([]string, len(v.List))
		for i, e := range v.List {
			parts[i] = value(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	switch {
	case v.Type == catalog.TypeBoolean:
		return fmt.Sprint(v.Bool)
	case v.Type == catalog.TypeMoney:
		return "{amount: " + v.Num + ", currency: " + scalar(v.Currency) + "}"
	case v.Type.IsNumeric():
		return v.Num
	case v.Type == catalog.TypeText:
		return text(v)
	}
	return scalar(v.Text)
}
