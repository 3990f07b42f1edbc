package evaluator

import (
	"maps"
	"math/big"
	"strings"
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
	parts      map[string]string
	hash       string
	engines    map[string]derive.Engine // by derived path
	rates      sync.Map                 // by day: they are the same for every offering

	mu      sync.Mutex
	assumed map[string]*jurisdiction.Laws // by what is assumed of them: a what-if asks the same for thousands of dossiers
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
	k := &Knowledge{Dictionary: dict, Derive: d, Laws: laws, Licences: licences, engines: map[string]derive.Engine{}}
	declared, err := derive.Declarations()
	if err != nil {
		return nil, err
	}
	for _, x := range declared {
		k.engines[x.Path] = x.Engine
	}
	k.parts = map[string]string{"dictionary": dict.Hash(), "derive": d.Hash(), "laws": laws.Fingerprint, "licences": rights}
	k.hash = catalog.MustHash(k.parts)
	return k, nil
}

// Parts names each part of the knowledge by its content. Hash is that of their canonical form.
func (k *Knowledge) Parts() map[string]string { return maps.Clone(k.parts) }

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
	return how(k.lawsUnder(d.Assumptions), jurisdiction.FromDossier(d), lawOn)
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

// lawsUnder gives the laws as assumptions have them.
func (k *Knowledge) lawsUnder(list []catalog.Assumption) *jurisdiction.Laws {
	var key strings.Builder
	for _, a := range list {
		if a.Op == catalog.AssumeLaw && a.Value != nil {
			key.WriteString(a.Law + "=" + a.Value.Text + "\n")
		}
	}
	if key.Len() == 0 {
		return k.Laws
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if laws, ok := k.assumed[key.String()]; ok {
		return laws
	}
	laws, err := k.Laws.Assume(list)
	if err != nil {
		return k.Laws
	}
	if k.assumed == nil || len(k.assumed) >= maxAssumed {
		k.assumed = map[string]*jurisdiction.Laws{}
	}
	k.assumed[key.String()] = laws
	return laws
}

// maxAssumed bounds how many assumptions about laws are kept ready.
const maxAssumed = 16

// engines are asked in this order.
var engines = []derive.Engine{derive.EngineDerive, derive.EngineJurisdiction, derive.EngineLicence}

// engineOf tells what computes a derived fact; false for a path that is none.
func (k *Knowledge) engineOf(path string) (derive.Engine, bool) {
	e, ok := k.engines[path]
	return e, ok
}

// run asks one engine for the facts it computes from a dossier, and for the findings that go with them. A brief answer
// serves for its values alone: its exposure facts do not say what would settle them.
func (k *Knowledge) run(e derive.Engine, d *catalog.Dossier, lawOn catalog.Date, brief bool) ([]finding.Derived, []finding.Finding) {
	switch e {
	case derive.EngineLicence:
		return k.Licences.Derive(d, k.Rates(d.On))
	case derive.EngineJurisdiction:
		how := (*jurisdiction.Laws).Facts
		if brief {
			how = (*jurisdiction.Laws).Brief
		}
		return jurisdiction.Derive(d, k.exposure(d, lawOn, how)), nil
	}
	return derive.All(d, k.Derive, d.On), nil
}
