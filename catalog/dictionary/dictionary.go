// Package dictionary holds the shipped dictionary of facts, one YAML file a section (docs/facts.md).
package dictionary

import (
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"vigie/catalog"
)

//go:embed *.yaml
var files embed.FS

// Builtin is the shipped dictionary, read once. A fault in it is a failed test, never a user's error.
var Builtin = sync.OnceValues(func() (*catalog.Dictionary, error) { return catalog.LoadDictionary(files) })

// In is the shipped dictionary with what an organisation adds to it in the folder "dictionary" of its data folder, one file
// a section (docs/facts.md). Without that folder it is Builtin. The error is a strict.Faults that names each fault of those
// files with its line, or that the folder cannot be read.
func In(data string) (*catalog.Dictionary, error) {
	dir := filepath.Join(data, "dictionary")
	switch _, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return Builtin()
	case err != nil:
		return nil, err
	}
	return catalog.ExtendDictionary(files, os.DirFS(dir))
}

// Try reads one file of an organisation's own as In would, without keeping it, over the shipped dictionary alone. name is
// how faults call the file.
func Try(name string, data []byte) (*catalog.Dictionary, error) {
	return catalog.ExtendDictionary(files, single{name, data})
}
