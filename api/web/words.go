package web

import (
	"fmt"

	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// loadWords reads the words of the interface: whole sentences, each in both languages.
func loadWords() (map[string]wording.Text, error) {
	words := map[string]wording.Text{}
	for _, name := range []string{"words.yaml", "words-law.yaml"} {
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
