package api

import (
	"errors"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// badJSON says what of a JSON body is wrong, and where: a field that none of those known is called, or a value of
// another type. The value itself is never repeated.
func badJSON(err error, known []string) error {
	names := strings.Join(known, ", ")
	f := catalog.FieldError{Path: "body", Text: wording.Textf("expected a JSON object with some of: %s", "attendu : un objet JSON avec certains de : %s", names)}
	var semantic *json.SemanticError
	if errors.As(err, &semantic) {
		at := strings.ReplaceAll(strings.TrimPrefix(string(semantic.JSONPointer), "/"), "/", ".")
		if at != "" {
			f.Path = "body." + at
		}
		switch {
		case errors.Is(err, json.ErrUnknownName) && !strings.Contains(at, "."):
			f.Text = strict.NotIn(at, known)
		case errors.Is(err, json.ErrUnknownName):
			f.Text = wording.Textf("%s is not known here", "%s n'est pas connu ici", at)
		case at != "":
			f.Text = wording.Textf("%s: a value of another type is expected", "%s : une valeur d'un autre type est attendue", at)
		}
	}
	return &catalog.InvalidError{Fields: []catalog.FieldError{f}}
}

// bodyDay reads a day of a JSON body.
func (p *params) bodyDay(name, v string, otherwise catalog.Date) catalog.Date {
	if v == "" {
		return otherwise
	}
	d, ok := catalog.ParseDate(v)
	if !ok {
		p.faults = append(p.faults, catalog.FieldError{Path: "body." + name, Text: notADay(name, v)})
	}
	return d
}

// sortFaults puts faults of a body in the order of their fields, whatever order they were looked for in.
func (p *params) sortFaults() {
	slices.SortStableFunc(p.faults, func(x, y catalog.FieldError) int { return strings.Compare(x.Path, y.Path) })
}
