// Package dictionary holds the shipped dictionary of facts, one YAML file a section (docs/facts.md).
package dictionary

import (
	"embed"
	"sync"

	"vigie/catalog"
)

//go:embed *.yaml
var files embed.FS

// Builtin is the shipped dictionary, read once. A fault in it is a failed test, never a user's error.
var Builtin = sync.OnceValues(func() (*catalog.Dictionary, error) { return catalog.LoadDictionary(files) })
