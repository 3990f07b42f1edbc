// Package wording holds the words a person reads, in French and in English, and the way each language
// writes numbers, money, days and lists.
//
// It is a leaf that every other room may import. Nothing here knows what a claim or a criterion is.
package wording

import (
	"fmt"
	"strings"
)

// Lang is a language Vigie speaks.
type Lang string

// The two languages of every sentence.
const (
	EN Lang = "en"
	FR Lang = "fr"
)

// Langs lists the languages in the order pages offer them.
func Langs() []Lang { return []Lang{FR, EN} }

// ParseLang reads a language code; the second result is false for any other word.
func ParseLang(s string) (Lang, bool) {
	switch l := Lang(strings.ToLower(strings.TrimSpace(s))); l {
	case EN, FR:
		return l, true
	}
	return "", false
}

// Text is one sentence or label in both languages.
type Text struct {
	EN string `yaml:"en,required" json:"en"`
	FR string `yaml:"fr,required" json:"fr"`
}

// Textf builds a Text from two formats that take the same arguments. An argument that is itself a Text
// is written in the language of the sentence.
func Textf(en, fr string, args ...any) Text {
	return Text{EN: fmt.Sprintf(en, inLang(EN, args)...), FR: fmt.Sprintf(fr, inLang(FR, args)...)}
}

// Same is a Text that reads alike in both languages: a name, a citation, a code.
func Same(s string) Text { return Text{EN: s, FR: s} }

// In gives the sentence in one language, the other one when it is empty there.
func (t Text) In(l Lang) string {
	if l == FR && t.FR != "" || t.EN == "" {
		return t.FR
	}
	return t.EN
}

// IsZero reports whether neither language says anything.
func (t Text) IsZero() bool { return t == Text{} }

// Lower writes the first letter small, for a label inside a sentence; acronyms stay as they are.
func (t Text) Lower() Text { return Text{EN: lowerFirst(t.EN), FR: lowerFirst(t.FR)} }

func lowerFirst(s string) string {
	r := []rune(s)
	if len(r) > 1 && strings.ToUpper(string(r[1])) == string(r[1]) && strings.ToLower(string(r[1])) != string(r[1]) {
		return s
	}
	if len(r) > 0 {
		return strings.ToLower(string(r[0])) + string(r[1:])
	}
	return s
}

func inLang(l Lang, args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case Text:
			out[i] = v.In(l)
		case []Text:
			words := make([]string, len(v))
			for j, w := range v {
				words[j] = w.In(l)
			}
			out[i] = strings.Join(words, ", ")
		default:
			out[i] = a
		}
	}
	return out
}
