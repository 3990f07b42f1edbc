package web

import (
	"fmt"
	"io/fs"

	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// loadWords reads the words of the interface: whole sentences, each in both languages.
func loadWords() (map[string]wording.Text, error) {
	words := map[string]wording.Text{}
	names, err := fs.Glob(files, "words*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var f struct {
			Words map[string]wording.Text `yaml:"words,required"`
		}
		if err := strict.Decode(name, data, &f); err != nil {
			return nil, err
		}
		for key, text := range f.Words {
			if _, twice := words[key]; twice {
				return nil, fmt.Errorf("%s: %q is there already", name, key)
			}
			words[key] = text
		}
	}
	return words, nil
}
