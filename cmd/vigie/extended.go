package main

import (
	"strings"

	"vigie/catalog"
	"vigie/catalog/reference"
	"vigie/catalog/wording"
)

// maxExtended is how many records are named before the rest is counted.
const maxExtended = 8

// noteExtended warns that a catalogue laid over the shipped one (+PATH) adds to records that are there already: meant most
// of the time, but an id chosen anew by chance would mix two companies into one.
func (a *app) noteExtended(path string, whole *catalog.Catalogue) {
	if !strings.HasPrefix(path, "+") {
		return
	}
	base, err := reference.Builtin()
	if err != nil || whole == nil {
		return
	}
	shipped := map[catalog.Ref]bool{}
	for _, r := range base.Records {
		shipped[r] = true
	}
	claims := map[string]bool{}
	for _, c := range base.Claims {
		claims[c.Hash()] = true
	}
	var names []string
	seen := map[catalog.Ref]bool{}
	for _, c := range whole.Claims {
		if shipped[c.Record] && !seen[c.Record] && !claims[c.Hash()] {
			seen[c.Record] = true
			names = append(names, c.Record.String())
		}
	}
	if len(names) == 0 {
		return
	}
	more := ""
	if n := len(names) - maxExtended; n > 0 {
		names = names[:maxExtended]
		more = a.say(" and %d more", " et %d autres", n)
	}
	a.note("%s adds to records that the shipped catalogue has: %s%s", "%s ajoute à des fiches que le catalogue fourni contient : %s%s",
		strings.TrimPrefix(path, "+"), strings.Join(names, a.say(", ", ", ")), wording.Same(more))
}
