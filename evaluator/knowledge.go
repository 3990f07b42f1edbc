package evaluator

import (
	"vigie/catalog"
	"vigie/evaluator/derive"
	"vigie/evaluator/finding"
	"vigie/evaluator/jurisdiction"
)

// Knowledge is what the evaluator knows besides the dossier: laws and countries, grids, exchange rates, the benchmark
// reference set, and the dictionary that gives facts their meaning. It is named by its content.
type Knowledge struct {
	Dictionary *catalog.Dictionary
	Derive     *derive.Knowledge
	Laws       *jurisdiction.Laws
	hash       string
}

// BuiltinKnowledge is the shipped knowledge with the given dictionary.
func BuiltinKnowledge(dict *catalog.Dictionary) (*Knowledge, error) {
	d, err := derive.Builtin()
	if err != nil {
		return nil, err
	}
	laws, err := jurisdiction.Builtin()
	if err != nil {
		return nil, err
	}
	k := &Knowledge{Dictionary: dict, Derive: d, Laws: laws}
	k.hash = catalog.MustHash(map[string]string{"dictionary": dict.Hash(), "derive": d.Hash(), "laws": laws.Fingerprint})
	return k, nil
}

// Hash names the knowledge by its content.
func (k *Knowledge) Hash() string { return k.hash }

// Exposure says which foreign laws reach the offering of a dossier, by the law of a day. Laws that an assumption of
// the dossier repeals are left out.
func (k *Knowledge) Exposure(d *catalog.Dossier, lawOn catalog.Date) *jurisdiction.Exposures {
	if lawOn == "" {
		lawOn = d.On
	}
	var repealed []string
	for _, a := range d.Assumptions {
		if a.Op == catalog.AssumeLaw && a.Value.Text == "repealed" {
			repealed = append(repealed, a.Law)
		}
	}
	laws := k.Laws
	if len(repealed) > 0 {
		laws = laws.Without(repealed...)
	}
	return laws.Assess(jurisdiction.FromDossier(d), lawOn)
}

// derived is every fact that the engines compute from a dossier.
func (k *Knowledge) derived(d *catalog.Dossier, lawOn catalog.Date) []finding.Derived {
	out := derive.All(d, k.Derive, d.On)
	return append(out, jurisdiction.Derive(d, k.Exposure(d, lawOn))...)
}
