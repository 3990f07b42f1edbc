// Package reference holds the embedded reference catalogue: real vendors, models and offerings, each claim with
// its source, in the catalogue format (docs/catalogue-files.md).
package reference

import (
	"embed"
	"sync"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/exchange"
)

//go:embed *.yaml
var files embed.FS

// Builtin is the shipped catalogue, read once with the shipped dictionary.
var Builtin = sync.OnceValues(func() (*catalog.Catalogue, error) {
	dict, err := dictionary.Builtin()
	if err != nil {
		return nil, err
	}
	names, err := exchange.Files(files)
	if err != nil {
		return nil, err
	}
	return exchange.LoadFS(files, names, dict)
})
