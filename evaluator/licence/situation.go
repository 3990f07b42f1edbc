package licence

import (
	"math/big"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/evaluator/expr"
)

// Rates turn money into US dollars, the currency in which licences set their thresholds. They are given from outside
// with their day and source: this package knows no rate.
type Rates struct {
	On     catalog.Date
	Source string
	// USD is, for a currency, the value of one unit in US dollars, as a plain decimal. USD itself need not be there.
	USD map[string]string
}

// dollars converts an amount; it is not known when the currency has no rate.
func (r Rates) dollars(v catalog.Value) (catalog.Value, bool) {
	amount, ok := new(big.Rat).SetString(v.Num)
	if !ok {
		return catalog.Value{}, false
	}
	if v.Currency != "USD" && amount.Sign() != 0 {
		rate, ok := new(big.Rat).SetString(r.USD[v.Currency])
		if !ok {
			return catalog.Value{}, false
		}
		amount.Mul(amount, rate)
	}
	return catalog.NumValue(catalog.TypeNumber, trimZeros(amount.FloatString(2))), true
}

func trimZeros(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Known is a fact that is known, and the day it is known for.
type Known struct {
	Value catalog.Value
	AsOf  catalog.Date
}

// Situation is what is known of an organisation, a use and a model, as far as licences ask. It is made once and then
// used for any number of licences, by one goroutine.
type Situation struct {
	facts *expr.Facts
	known map[string]Known
	refs  map[string]catalog.Ref // root of a path → the record it is read on
	rates Rates
}

// readPaths are the facts of the dictionary that rights are judged by, besides those of Declarations.
var readPaths = []string{
	"organisation.country", "organisation.annual_revenue", "organisation.annual_recurring_revenue", "organisation.monthly_revenue",
	"organisation.registered_licences", "organisation.authorised_licences",
	"use_case.uses", "use_case.user_countries", "use_case.trains_on_outputs", "use_case.modifies_model", "use_case.redistributes_model",
	"offering.deployment", "model.input_modalities", "model.output_modalities",
}

// Reads lists the facts of the dictionary that rights depend on, sorted.
func Reads() []string {
	out := slices.Clone(readPaths)
	for _, d := range Declarations() {
		if !strings.HasPrefix(d.Path, "licensing.") {
			out = append(out, d.Path)
		}
	}
	slices.Sort(out)
	return out
}

// NewSituation makes a situation from known facts by path; a path that is not there is not known. refs says on which
// record each root ("organisation", "use_case", "offering", "model") is read.
func (set *Set) NewSituation(known map[string]Known, refs map[string]catalog.Ref, rates Rates) *Situation {
	s := &Situation{facts: set.env.NewFacts(rates.On), known: known, refs: refs, rates: rates}
	for _, d := range declarations {
		if k, ok := known[d.Path]; ok {
			s.facts.Set(d.Path, k.Value)
		}
	}
	for _, m := range [][2]string{{"organisation.annual_revenue", "licensing.annual_revenue_usd"},
		{"organisation.annual_recurring_revenue", "licensing.annual_recurring_revenue_usd"}, {"organisation.monthly_revenue", "licensing.monthly_revenue_usd"}} {
		if k, ok := known[m[0]]; ok {
			if usd, ok := rates.dollars(k.Value); ok {
				s.facts.Set(m[1], usd)
				if m[0] == "organisation.annual_revenue" {
					year, _ := new(big.Rat).SetString(usd.Num)
					month := year.Quo(year, big.NewRat(12, 1))
					s.facts.Set("licensing.group_monthly_revenue_usd", catalog.NumValue(catalog.TypeNumber, trimZeros(month.FloatString(2))))
				}
			}
		}
	}
	if v, ok := s.multimodal(); ok {
		s.facts.Set("licensing.multimodal", catalog.BoolValue(v))
	}
	if k, ok := known["offering.deployment"]; ok {
		end := k.Value.Text == "public_service" || k.Value.Text == "enterprise_saas"
		s.facts.Set("licensing.end_user_of_product", catalog.BoolValue(end))
	}
	return s
}

// multimodal: an image, sound or video goes in or comes out. A list known in part that has none settles nothing.
func (s *Situation) multimodal() (value, ok bool) {
	all := true
	for _, p := range []string{"model.input_modalities", "model.output_modalities"} {
		k, known := s.known[p]
		if !known {
			all = false
			continue
		}
		for _, m := range k.Value.Texts() {
			if m == "image" || m == "audio" || m == "video" {
				return true, true
			}
		}
		all = all && (!k.Value.Many || k.Value.Complete)
	}
	return false, all
}

// about points the facts that differ from licence to licence at one of them.
func (s *Situation) about(ids ...string) {
	for _, pair := range [...][2]string{{"licensing.registered", "organisation.registered_licences"}, {"licensing.authorised", "organisation.authorised_licences"}} {
		path := pair[0]
		k, ok := s.known[pair[1]]
		switch {
		case !ok:
			s.facts.SetUnknown(path)
		case slices.ContainsFunc(ids, k.Value.Contains):
			s.facts.Set(path, catalog.BoolValue(true))
		case k.Value.Complete:
			s.facts.Set(path, catalog.BoolValue(false))
		default:
			s.facts.SetUnknown(path)
		}
	}
}

// sources maps a worked-out path to the facts it comes from.
var sources = map[string][]string{
	"licensing.annual_revenue_usd":           {"organisation.annual_revenue"},
	"licensing.annual_recurring_revenue_usd": {"organisation.annual_recurring_revenue"},
	"licensing.monthly_revenue_usd":          {"organisation.monthly_revenue"},
	"licensing.group_monthly_revenue_usd":    {"organisation.annual_revenue"},
	"licensing.registered":                   {"organisation.registered_licences"},
	"licensing.authorised":                   {"organisation.authorised_licences"},
	"licensing.multimodal":                   {"model.input_modalities", "model.output_modalities"},
	"licensing.end_user_of_product":          {"offering.deployment"},
}

// factRefs turns paths into facts on records; worked-out paths into what they come from.
func (s *Situation) factRefs(paths []string) []catalog.FactRef {
	var out []catalog.FactRef
	for _, p := range paths {
		from, ok := sources[p]
		if !ok {
			from = []string{p}
		}
		for _, f := range from {
			root, _, _ := strings.Cut(f, ".")
			out = append(out, catalog.FactRef{Record: s.refs[root], Path: f})
		}
	}
	slices.SortFunc(out, func(a, b catalog.FactRef) int { return strings.Compare(a.Path, b.Path) })
	return slices.Compact(out)
}

// split sorts the facts behind paths into those that are known and those that are not.
func (s *Situation) split(paths []string) (used, missing []catalog.FactRef) {
	for _, r := range s.factRefs(paths) {
		if _, ok := s.known[r.Path]; ok {
			used = append(used, r)
		} else {
			missing = append(missing, r)
		}
	}
	return used, missing
}

func (s *Situation) truth(path string) expr.Truth {
	k, ok := s.known[path]
	switch {
	case !ok:
		return expr.Maybe
	case k.Value.Bool:
		return expr.True
	}
	return expr.False
}
