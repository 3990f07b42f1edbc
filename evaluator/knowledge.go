package evaluator

import (
	"vigie/catalog"
	"vigie/evaluator/derive"
	"vigie/evaluator/finding"
)

// Knowledge is what the evaluator knows besides the dossier: grids, exchange rates, the benchmark reference set,
// laws, licences, and the dictionary that gives facts their meaning. It is named by its content.
type Knowledge struct {
	Dictionary *catalog.Dictionary
	Derive     *derive.Knowledge
	hash       string
}

// BuiltinKnowledge is the shipped knowledge with the given dictionary.
func BuiltinKnowledge(dict *catalog.Dictionary) (*Knowledge, error) {
	d, err := derive.Builtin()
	if err != nil {
		return nil, err
	}
	k := &Knowledge{Dictionary: dict, Derive: d}
	k.hash = catalog.MustHash(map[string]string{"dictionary": dict.Hash(), "derive": d.Hash()})
	return k, nil
}

// Hash names the knowledge by its content.
func (k *Knowledge) Hash() string { return k.hash }

// engines lists what computes derived facts with this knowledge.
func (k *Knowledge) engines() []Engine {
	return []Engine{
		func(d *catalog.Dossier) []finding.Derived { return derive.All(d, k.Derive, d.On) },
	}
}
