package web

import (
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// loadWords reads the words of the interface: whole sentences, each in both languages.
func loadWords() (map[string]wording.Text, error) {
	data, err := files.ReadFile("words.yaml")
	if err != nil {
		return nil, err
	}
	var f struct {
		Words map[string]wording.Text `yaml:"words,required"`
	}
	if err := strict.Decode("words.yaml", data, &f); err != nil {
		return nil, err
	}
	return f.Words, nil
}
