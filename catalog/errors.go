package catalog

import (
	"strings"

	"vigie/catalog/wording"
)

// NotFoundError says that an id names nothing, and which ids are close to it.
type NotFoundError struct {
	What    wording.Text // "offering", "use case"
	ID      string
	Nearest []string
}

func (e *NotFoundError) Error() string { return e.In(wording.EN) }

// In writes the error in one language.
func (e *NotFoundError) In(l wording.Lang) string {
	t := wording.Textf("no %s is called %q", "%s : « %s » n'existe pas", e.What, e.ID)
	if len(e.Nearest) > 0 {
		near := strings.Join(e.Nearest, ", ")
		t = wording.Textf("no %s is called %q; the nearest: %s", "%s : « %s » n'existe pas ; les plus proches : %s", e.What, e.ID, near)
	}
	return wording.Typeset(l, t.In(l))
}

// FieldError is one thing wrong with an input, at the field that holds it.
type FieldError struct {
	Path string       `json:"path"`
	Text wording.Text `json:"text"`
}

// InvalidError is an input that was refused whole; it lists everything wrong with it.
type InvalidError struct{ Fields []FieldError }

func (e *InvalidError) Error() string { return e.In(wording.EN) }

// In writes one fault a line.
func (e *InvalidError) In(l wording.Lang) string {
	lines := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		lines[i] = f.Path + wording.Colon(l) + " " + wording.Typeset(l, f.Text.In(l))
	}
	return strings.Join(lines, "\n")
}

// Localised is an error that can be read in both languages.
type Localised interface {
	error
	In(wording.Lang) string
}
