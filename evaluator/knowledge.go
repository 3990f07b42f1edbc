package evaluator

import (
	"math/big"
	"sync"

	"vigie/catalog"
	"vigie/evaluator/derive"
	"vigie/evaluator/finding"
	"vigie/evaluator/jurisdiction"
	"vigie/evaluator/licence"
)

// Knowledge is what the evaluator knows besides the dossier: laws and countries, licences, grids, exchange rates, the
// benchmark reference set, and the dictionary that gives facts their meaning. It is named by its content.
type Knowledge struct {
	Dictionary *catalog.Dictionary
	Derive     *derive.Knowledge
	Laws       *jurisdiction.Laws
	Licences   *licence.Set
	hash       string
	rates      sync.Map // by day: they are the same for every offering
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
	licences, err := licence.Builtin()
	if err != nil {
		return nil, err
	}
	rights, err := licence.Hash()
	if err != nil {
		return nil, err
	}
	k := &Knowledge{Dictionary: dict, Derive: d, Laws: laws, Licences: licences}
	k.hash = catalog.MustHash(map[string]string{"dictionary": dict.Hash(), "derive": d.Hash(), "laws": laws.Fingerprint, "licences": rights})
	return k, nil
}

// Hash names the knowledge by its content.
func (k *Knowledge) Hash() string { return k.hash }

// Exposure says which foreign laws reach the offering of a dossier, by the law of a day. Assumptions of the dossier
// about laws are applied; one that names a law that is not there changes nothing, and was refused before.
func (k *Knowledge) Exposure(d *catalog.Dossier, lawOn catalog.Date) *jurisdiction.Exposures {
	return k.exposure(d, lawOn, (*jurisdiction.Laws).Assess)
}

func (k *Knowledge) exposure(d *catalog.Dossier, lawOn catalog.Date, how func(*jurisdiction.Laws, *jurisdiction.Graph, catalog.Date) *jurisdiction.Exposures) *jurisdiction.Exposures {
	if lawOn == "" {
		lawOn = d.On
	}
	laws := k.Laws
	if assumed, err := laws.Assume(d.Assumptions); err == nil {
		laws = assumed
	}
	return how(laws, jurisdiction.FromDossier(d), lawOn)
}

// Rates gives the dated exchange rates by which thresholds of licences are read.
func (k *Knowledge) Rates(on catalog.Date) licence.Rates {
	if kept, ok := k.rates.Load(on); ok {
		return kept.(licence.Rates)
	}
	r := k.ratesOf(on)
	k.rates.Store(on, r)
	return r
}

func (k *Knowledge) ratesOf(on catalog.Date) licence.Rates {
	out := licence.Rates{On: on, USD: map[string]string{}}
	dollar, day, ok := k.Derive.ToEuro(big.NewRat(1, 1), "USD", on)
	if !ok {
		return out
	}
	out.Source = "ECB " + string(day)
	for _, currency := range k.Derive.Currencies() {
		if euros, _, ok := k.Derive.ToEuro(big.NewRat(1, 1), currency, on); ok {
			out.USD[currency] = catalog.Decimal(euros.Quo(euros, dollar), 6)
		}
	}
	return out
}

// computed is what the engines make of a dossier: derived facts, and the findings that go with them.
type computed struct {
	derived  []finding.Derived
	findings []finding.Finding
}

// compute runs the engines. A brief reading serves for its values alone: its exposure facts do not say what would
// settle them.
func (k *Knowledge) compute(d *catalog.Dossier, lawOn catalog.Date, brief bool) computed {
	rights, findings := k.Licences.Derive(d, k.Rates(d.On))
	out := computed{derived: derive.All(d, k.Derive, d.On), findings: findings}
	how := (*jurisdiction.Laws).Assess
	if brief {
		how = (*jurisdiction.Laws).Brief
	}
	out.derived = append(out.derived, jurisdiction.Derive(d, k.exposure(d, lawOn, how))...)
	out.derived = append(out.derived, rights...)
	return out
}

// derived is every fact that the engines compute from a dossier.
func (k *Knowledge) derived(d *catalog.Dossier, lawOn catalog.Date) []finding.Derived {
	return k.compute(d, lawOn, false).derived
}
