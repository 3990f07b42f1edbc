package exchange

import (
	"errors"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// AnswerError says why something typed cannot be taken for an answer to a fact.
type AnswerError struct{ Text wording.Text }

func (e *AnswerError) Error() string { return e.In(wording.EN) }

// In writes the error in one language.
func (e *AnswerError) In(l wording.Lang) string { return wording.Typeset(l, e.Text.In(l)) }

// ReadTyped reads what somebody typed as an answer to a fact, as a sheet's cell is read: numbers with the decimal mark of
// the language, days, countries and choices by their names in either language or by their codes, elements of a list
// separated by semicolons or lines. complete is what a list says of itself. find gives the id of a record by what it is
// called; its error is given back as it is. Any other error is an *AnswerError.
func ReadTyped(def *catalog.FactDef, typed string, l wording.Lang, complete bool, find func(catalog.Kind, string) (string, error)) (catalog.Value, error) {
	a := answers{lang: l, find: find, makeRef: func(catalog.Kind, string) (string, bool) { return "", false }}
	v, err := a.read(def, given{text: typed}, complete)
	if u, ok := errors.AsType[unfit](err); ok {
		err = &AnswerError{u.text}
	}
	return v, err
}

// ShowTyped writes a value as ReadTyped reads it back, in one language. name gives the name of a record.
func ShowTyped(def *catalog.FactDef, v catalog.Value, l wording.Lang, name func(catalog.Ref) string) string {
	return showAnswer(def, v, l, name)
}
