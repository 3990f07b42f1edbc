package catalog

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// ValueType is the type of a fact, declared by the dictionary.
type ValueType string

// The types of facts.
const (
	TypeText      ValueType = "text"
	TypeURL       ValueType = "url"
	TypeCountry   ValueType = "country"
	TypeLanguage  ValueType = "language"
	TypeInteger   ValueType = "integer"
	TypeNumber    ValueType = "number"
	TypePercent   ValueType = "percent"
	TypeMoney     ValueType = "money"
	TypeBoolean   ValueType = "boolean"
	TypeDate      ValueType = "date"
	TypeChoice    ValueType = "choice"
	TypeReference ValueType = "reference"
	TypeFile      ValueType = "file"
)

// Allowed implements strict.Enum.
func (ValueType) Allowed() []string {
	return []string{"text", "url", "country", "language", "integer", "number", "percent", "money", "boolean", "date", "choice", "reference", "file"}
}

// IsNumeric reports whether values of the type carry a decimal.
func (t ValueType) IsNumeric() bool {
	return t == TypeInteger || t == TypeNumber || t == TypePercent || t == TypeMoney
}

// Value is one typed value, or a list of them. The zero Value is not a value: unknown is a State of the fact.
type Value struct {
	Type     ValueType
	Text     string  // text-like types, code of a choice, country or language, id of a reference, ISO date, SHA-256 of a file
	FR       string  // French wording of a free text, where it has one
	Num      string  // exact plain decimal: integer, number, percent, amount of money
	Currency string  // ISO 4217, money only
	Bool     bool    // boolean only
	Many     bool    // the fact is a list
	List     []Value // elements, sorted and without duplicates when order has no meaning
	Complete bool    // for a list: nothing else belongs to it; false means further elements are not known
}

// Texts, codes and numbers, for callers that build values.
func TextValue(s string) Value { return Value{Type: TypeText, Text: s} }

// ChoiceValue is one code of a choice.
func ChoiceValue(code string) Value { return Value{Type: TypeChoice, Text: code} }

// BoolValue is a boolean.
func BoolValue(b bool) Value { return Value{Type: TypeBoolean, Bool: b} }

// NumValue is a number of the given type from a plain decimal.
func NumValue(t ValueType, decimal string) Value { return Value{Type: t, Num: decimal} }

// ListValue is a list of elements of one type. Country, choice, language and reference lists are sorted.
func ListValue(t ValueType, complete bool, elems ...Value) Value {
	v := Value{Type: t, Many: true, Complete: complete, List: slices.Clone(elems)}
	v.normalise()
	return v
}

func (v *Value) normalise() {
	if !v.Many || v.Type == TypeText {
		return
	}
	slices.SortFunc(v.List, Value.Compare)
	v.List = slices.CompactFunc(v.List, func(a, b Value) bool { return a.Compare(b) == 0 })
}

// Compare orders two values by their canonical form; equal values compare 0.
func (v Value) Compare(o Value) int { return strings.Compare(v.key(), o.key()) }

// Equal reports whether two values say the same.
func (v Value) Equal(o Value) bool { return v.key() == o.key() }

func (v Value) key() string {
	if !v.Many {
		switch {
		case v.Type == TypeBoolean:
			return fmt.Sprint(v.Bool)
		case v.Type.IsNumeric():
			return v.Num + v.Currency
		}
		return v.Text
	}
	parts := make([]string, 0, len(v.List)+1)
	for _, e := range v.List {
		parts = append(parts, e.key())
	}
	return strings.Join(append(parts, fmt.Sprint(v.Complete)), "\x00")
}

// Contains reports whether a list holds an element with this text.
func (v Value) Contains(text string) bool {
	return slices.ContainsFunc(v.List, func(e Value) bool { return e.Text == text })
}

// Texts gives the text of each element of a list, or of the value itself.
func (v Value) Texts() []string {
	if !v.Many {
		return []string{v.Text}
	}
	out := make([]string, len(v.List))
	for i, e := range v.List {
		out[i] = e.Text
	}
	return out
}

type valueJSON struct {
	Type     ValueType `json:"type"`
	Value    any       `json:"value"`
	Many     bool      `json:"many,omitempty"`
	Complete *bool     `json:"complete,omitempty"`
}

func (v Value) scalarJSON() any {
	switch {
	case v.Type == TypeBoolean:
		return v.Bool
	case v.Type == TypeMoney:
		return map[string]string{"amount": v.Num, "currency": v.Currency}
	case v.Type.IsNumeric():
		return v.Num
	case v.FR != "":
		return map[string]string{"en": v.Text, "fr": v.FR}
	}
	return v.Text
}

// MarshalJSON writes {"type": …, "value": …}; numbers are text, so that no reader rounds them.
func (v Value) MarshalJSON() ([]byte, error) {
	out := valueJSON{Type: v.Type, Many: v.Many}
	if v.Many {
		list := make([]any, len(v.List))
		for i, e := range v.List {
			list[i] = e.scalarJSON()
		}
		out.Value, out.Complete = list, &v.Complete
	} else {
		out.Value = v.scalarJSON()
	}
	return json.Marshal(out)
}

// appendCanonical writes what MarshalJSON does, in the canonical order of its names.
func (v Value) appendCanonical(b []byte) ([]byte, error) {
	b = append(b, '{')
	if v.Many {
		b = strconv.AppendBool(append(b, `"complete":`...), v.Complete)
		b = append(b, `,"many":true,`...)
	}
	b = append(append(append(b, `"type":"`...), v.Type...), `","value":`...)
	if !v.Many {
		b, err := v.appendScalar(b)
		return append(b, '}'), err
	}
	b = append(b, '[')
	for i, e := range v.List {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = e.appendScalar(b); err != nil {
			return nil, err
		}
	}
	return append(b, "]}"...), nil
}

func (v Value) appendScalar(b []byte) ([]byte, error) {
	switch {
	case v.Type == TypeBoolean:
		return strconv.AppendBool(b, v.Bool), nil
	case v.Type == TypeMoney:
		return appendCanonical(b, reflect.ValueOf(v.scalarJSON()))
	case v.Type.IsNumeric():
		return appendString(b, v.Num)
	case v.FR != "":
		return appendCanonical(b, reflect.ValueOf(v.scalarJSON()))
	}
	return appendString(b, v.Text)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Value) UnmarshalJSON(data []byte) error {
	var in struct {
		Type     ValueType       `json:"type"`
		Value    json.RawMessage `json:"value"`
		Many     bool            `json:"many"`
		Complete bool            `json:"complete"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*v = Value{Type: in.Type, Many: in.Many, Complete: in.Complete}
	if !in.Many {
		return v.scalarFrom(in.Value)
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(in.Value, &raw); err != nil {
		return err
	}
	v.List = make([]Value, len(raw))
	for i, r := range raw {
		v.List[i].Type = in.Type
		if err := v.List[i].scalarFrom(r); err != nil {
			return err
		}
	}
	return nil
}

func (v *Value) scalarFrom(raw json.RawMessage) error {
	switch {
	case v.Type == TypeBoolean:
		return json.Unmarshal(raw, &v.Bool)
	case v.Type == TypeMoney:
		var m struct{ Amount, Currency string }
		err := json.Unmarshal(raw, &m)
		v.Num, v.Currency = m.Amount, m.Currency
		return err
	case v.Type.IsNumeric():
		return json.Unmarshal(raw, &v.Num)
	case len(raw) > 0 && raw[0] == '{':
		var t wording.Text
		err := json.Unmarshal(raw, &t)
		v.Text, v.FR = t.EN, t.FR
		return err
	}
	return json.Unmarshal(raw, &v.Text)
}

// CanonicalDecimal trims a plain decimal: "5.00" is "5", "-0" is "0". What is not one is refused.
func CanonicalDecimal(s string) (string, bool) {
	if !strict.IsDecimal(s) {
		return "", false
	}
	return trimDecimal(s), true
}

func trimDecimal(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}
