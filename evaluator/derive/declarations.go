package derive

import (
	_ "embed"
	"strings"
	"sync"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// Engine names what computes a derived fact.
type Engine string

// The engines.
const (
	EngineJurisdiction Engine = "jurisdiction"
	EngineLicence      Engine = "licence"
	EngineDerive       Engine = "derive" // this package
)

// Allowed implements strict.Enum.
func (Engine) Allowed() []string { return []string{"jurisdiction", "licence", "derive"} }

// Declaration is a fact that Vigie computes: its path and type, as an expression sees them, and how it is
// computed, in words.
type Declaration struct {
	strict.Pos
	Path   string            `yaml:"path,required"`
	Type   catalog.ValueType `yaml:"type,required"`
	Many   bool              `yaml:"many"`
	Values []catalog.Choice  `yaml:"values"`
	Unit   string            `yaml:"unit"`
	Engine Engine            `yaml:"engine,required"`
	Label  wording.Text      `yaml:"label,required"`
	Help   wording.Text      `yaml:"help,required"`
}

// Codes lists the codes of a choice, in the order of the declaration.
func (d Declaration) Codes() []string {
	out := make([]string, len(d.Values))
	for i, v := range d.Values {
		out[i] = v.ID
	}
	return out
}

//go:embed derived.yaml
var derivedFile []byte

var declarations = sync.OnceValues(func() ([]Declaration, error) { return loadDeclarations("derived.yaml", derivedFile) })

// Declarations lists every derived fact, whichever engine computes it, in order of path. The caller must not
// change it.
func Declarations() ([]Declaration, error) { return declarations() }

// loadDeclarations reads and checks a file of declarations; the error is a strict.Faults that lists every fault.
func loadDeclarations(file string, data []byte) ([]Declaration, error) {
	var f struct {
		Facts []Declaration `yaml:"facts,required"`
	}
	if err := strict.Decode(file, data, &f); err != nil {
		return nil, err
	}
	var faults strict.Faults
	previous := ""
	for _, d := range f.Facts {
		bad := func(en, fr string, args ...any) { faults.Add(d.Pos, d.Path, wording.Textf(en, fr, args...)) }
		if root, field, ok := strings.Cut(d.Path, "."); !ok || root == "" || field == "" || strings.Contains(field, ".") {
			bad("the path must be family.word", "le chemin doit être famille.mot")
		}
		if d.Path <= previous {
			bad("declarations are in order of path, each once", "les déclarations suivent l'ordre des chemins, une fois chacune")
		}
		previous = d.Path
		if (d.Type == catalog.TypeChoice) != (len(d.Values) > 0) {
			bad("values go with the type choice, and a choice needs them", "values va avec le type choice, qui en exige")
		}
		if (d.Unit != "") && !d.Type.IsNumeric() {
			bad("only a number has a unit", "seul un nombre a une unité")
		}
		seen := map[string]bool{}
		for _, v := range d.Values {
			if seen[v.ID] {
				bad("value %q appears twice", "la valeur « %s » apparaît deux fois", v.ID)
			}
			seen[v.ID] = true
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return f.Facts, nil
}
