package exchange

import (
	"bytes"

	"vigie/catalog"
)

// Propose reads a file as what it is by its content: an Excel sheet that Vigie wrote, a model card, a CycloneDX ML-BOM.
// The error, an *UnreadableError, says which files are read when it is none of them.
func Propose(data []byte, dict *catalog.Dictionary, o ReadOptions) (*Proposal, error) {
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return ReadSheet(data, dict, o)
	case IsMLBOM(data):
		return ReadMLBOM(data, dict, o)
	case IsModelCard(data):
		return ReadModelCard(data, dict, o)
	}
	return nil, named(o.Name, tooMuch(Spot{}, "this is none of the files that proposals are read from: an Excel sheet (vigie sheet write), a model card (README.md with a block of data at its head), a CycloneDX ML-BOM in JSON",
		"ce n'est aucun des fichiers dont se tirent des propositions : une fiche Excel (vigie sheet write), une fiche de modèle (README.md avec un bloc de données en tête), une nomenclature CycloneDX ML-BOM en JSON"))
}
