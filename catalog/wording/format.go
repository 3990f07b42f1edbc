package wording

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	nbsp       = "\u00a0"
	narrowNbsp = "\u202f"
	minus      = "\u2212"
)

var months = map[Lang][12]string{
	EN: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	FR: {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
}

// Day writes a day in words: 24 November 2026, 24 novembre 2026, 1er mars 2026.
func Day(l Lang, t time.Time) string {
	d := strconv.Itoa(t.Day())
	if l == FR && t.Day() == 1 {
		d = "1er"
	}
	return d + nbsp + months[l][t.Month()-1] + nbsp + strconv.Itoa(t.Year())
}

// Number writes a decimal given as plain text ("1234.5") with the separators of the language.
// What is not a decimal comes back unchanged.
func Number(l Lang, decimal string) string {
	sign, rest := "", decimal
	if strings.HasPrefix(rest, "-") {
		sign, rest = minus, rest[1:]
	}
	whole, frac, dotted := strings.Cut(rest, ".")
	if whole == "" || strings.Trim(whole+frac, "0123456789") != "" {
		return decimal
	}
	group, point := ",", "."
	if l == FR {
		group, point = narrowNbsp, ","
	}
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 && len(whole) > 4 {
			b.WriteString(group)
		}
		b.WriteRune(c)
	}
	if dotted {
		b.WriteString(point + frac)
	}
	return sign + b.String()
}

// Percent writes a decimal followed by its sign, with the space French wants.
func Percent(l Lang, decimal string) string { return Number(l, decimal) + unitSpace(l) + "%" }

// Unit writes a decimal and its unit, held together by a non-breaking space.
func Unit(l Lang, decimal, unit string) string {
	switch unit {
	case "":
		return Number(l, decimal)
	case "%":
		return Percent(l, decimal)
	}
	return Number(l, decimal) + nbsp + unit
}

// Money writes an amount in its currency: €12.50 or 12,50 €; other currencies keep their ISO 4217 code or sign.
func Money(l Lang, decimal, currency string) string {
	sign := map[string]string{"EUR": "€", "USD": "$", "GBP": "£"}[currency]
	if l == FR {
		if currency == "USD" {
			sign = "$" + nbsp + "US"
		}
		if sign == "" {
			sign = currency
		}
		return Number(l, decimal) + nbsp + sign
	}
	if currency == "USD" {
		sign = "US$"
	}
	if sign == "" {
		return currency + nbsp + Number(l, decimal)
	}
	if amount, negative := strings.CutPrefix(decimal, "-"); negative {
		return minus + sign + Number(l, amount)
	}
	return sign + Number(l, decimal)
}

// Quote puts words between the quotation marks of the language.
func Quote(l Lang, s string) string {
	if l == FR {
		return "«" + nbsp + s + nbsp + "»"
	}
	return "“" + s + "”"
}

// Quoted shows what a file or a person wrote, inside a message: on one line, cut after 60 letters, "x" in English and
// « x » in French.
func Quoted(s string) Text {
	r := []rune(s)
	if len(r) > 60 {
		r = append(r[:60], '…')
	}
	for i, c := range r {
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) { // the latter turn text round, or hide in it
			r[i] = ' '
		}
	}
	return Text{EN: strconv.Quote(string(r)), FR: "« " + string(r) + " »"}
}

// List joins words with commas and a final "and" or "et".
func List(l Lang, words []string) string {
	and := map[Lang]string{EN: " and ", FR: " et "}[l]
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + and + words[len(words)-1]
}

// Colon is the colon of the language with its space before it: " :" in French.
func Colon(l Lang) string {
	if l == FR {
		return nbsp + ":"
	}
	return ":"
}

// Typeset gives a French sentence the spaces that its punctuation wants: non-breaking before : ; ? ! % and
// inside « guillemets », and the apostrophe of print after a letter that it elides. Data files may then be typed as on
// any keyboard. English passes unchanged.
func Typeset(l Lang, s string) string {
	if l != FR {
		return s
	}
	return elided(frenchSpaces.Replace(s))
}

// elided gives l'offre the apostrophe of print: one between a letter and what it is elided before.
func elided(s string) string {
	var b strings.Builder
	from := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '\'' {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+1:])
		if unicode.IsLetter(before) && (unicode.IsLetter(after) || unicode.IsDigit(after) || after == '«') {
			b.WriteString(s[from:i])
			b.WriteString("’")
			from = i + 1
		}
	}
	if from == 0 {
		return s
	}
	b.WriteString(s[from:])
	return b.String()
}

var frenchSpaces = strings.NewReplacer(
	" :", nbsp+":", " ;", nbsp+";", " ?", nbsp+"?", " !", nbsp+"!", " %", nbsp+"%", " »", nbsp+"»", "« ", "«"+nbsp, " €", nbsp+"€",
)

func unitSpace(l Lang) string {
	if l == FR {
		return nbsp
	}
	return ""
}
