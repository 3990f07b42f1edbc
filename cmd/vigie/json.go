package main

import (
	"encoding/json"

	"vigie/catalog"
)

// writeJSON writes a result for programs, indented, ending with a newline.
func (a *app) writeJSON(v any) error {
	e := json.NewEncoder(a.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// writeCanonical writes the canonical form (RFC 8785) and a newline: the bytes that a hash names.
func (a *app) writeCanonical(v any) error {
	b, err := catalog.Canonical(v)
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(append(b, '\n'))
	return err
}
