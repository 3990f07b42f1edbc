package derive

import (
	"math/bits"
	"slices"

	"vigie/catalog"
)

// rank orders what an environmental figure is about, from nothing to the life cycle of the model. It is the index
// of the code in scopes.
type rank int

var scopes = []string{"none", "corporate_policy", "corporate_inventory", "data_centre", "model_training", "model_inference", "model_life_cycle"}

const (
	rankNone   rank = 0
	rankPolicy rank = 1
	rankModel  rank = 4 // from here on, the figure is about a model
	rankTop    rank = 6
)

// ranks is a set of ranks.
type ranks uint8

func (s ranks) has(r rank) bool   { return s&(1<<r) != 0 }
func (s ranks) with(r rank) ranks { return s | 1<<r }
func (s ranks) low() rank         { return rank(bits.TrailingZeros8(uint8(s))) }
func (s ranks) high() rank        { return rank(bits.Len8(uint8(s)) - 1) }
func (s ranks) single() bool      { return bits.OnesCount8(uint8(s)) == 1 }

// statement is one environmental statement of the dossier.
type statement struct {
	ref    catalog.Ref
	model  string // the model it is about
	vendor string // the company it is about, when it names neither model nor offering
	own    bool   // about the offering itself

	scope, metric, value, unit, perUnit, answer, method, accounting, includes, verification, period fact

	ranks ranks // those it may have; rankNone: it does not count
}

// statements lists the statements of the dossier with the ranks that each may have.
func (c *calc) statements() []statement {
	models, complete, _ := c.models()
	var out []statement
	for _, rec := range c.d.OfKind(catalog.EnvironmentalStatement) {
		get := func(word string) fact { return factOf(rec, rec.Ref(), "environmental_statement."+word) }
		s := statement{ref: rec.Ref(), scope: get("scope"), metric: get("metric"), value: get("value"), unit: get("unit"),
			perUnit: get("functional_unit"), answer: get("answer_tokens"), method: get("method"), accounting: get("accounting"),
			includes: get("includes"), verification: get("verification"), period: get("period")}
		if f := get("about_offering"); f.is(c.d.Offering.ID) {
			s.own = true
		} else if f := get("about_model"); f.known() {
			s.model = f.Value.Text
			if !slices.Contains(models, catalog.Ref{Kind: catalog.Model, ID: s.model}) {
				continue
			}
		} else if f := get("about_vendor"); f.known() {
			s.vendor = f.Value.Text
		} else {
			continue
		}
		s.ranks = c.ranksOf(s, complete)
		out = append(out, s)
	}
	return out
}

// ranksOf gives the ranks that the known facts leave open. A company's figure on the use or training of its models
// speaks for this offering only when that company makes its models.
func (c *calc) ranksOf(s statement, modelsComplete bool) ranks {
	speaks := yes // a figure about models
	if s.vendor != "" {
		speaks = no
		switch {
		case slices.Contains(c.d.Roles.Providers, catalog.Ref{Kind: catalog.Vendor, ID: s.vendor}):
			speaks = yes
		case !modelsComplete:
			speaks = maybe
		}
	}
	figure := maybe
	if !s.value.unknown() {
		figure = truthOf(s.value.known())
	}
	var out ranks
	pledge := s.metric.oneOf("pledge")
	if pledge != no {
		out = out.with(rankPolicy)
	}
	if pledge == yes {
		return out
	}
	if figure != yes {
		out = out.with(rankNone)
	}
	if figure == no {
		return out
	}
	for r := rankPolicy; r <= rankTop; r++ {
		if s.scope.known() && s.scope.Value.Text != scopes[r] {
			continue
		}
		if r < rankModel || speaks != no {
			out = out.with(r)
		}
		if r >= rankModel && speaks != yes {
			out = out.with(rankNone)
		}
	}
	return out
}

// published answers whether all the environmental figures that may bear on the offering are stated to be recorded:
// by who serves it and by who makes its models.
func (c *calc) published() (all bool, t trail) {
	_, complete, at := c.models()
	parties := slices.Clone(c.d.Roles.Providers)
	if !c.d.Roles.Vendor.IsZero() {
		parties = append(parties, c.d.Roles.Vendor)
	}
	slices.SortFunc(parties, catalog.Ref.Compare)
	all = complete && (c.d.Roles.SelfHosted || !c.d.Roles.Vendor.IsZero())
	if !complete {
		t.read(fact{at.at, notRecorded})
	}
	for _, m := range c.d.Roles.Models {
		if !c.fact(m, "model.provider").known() {
			all = false
			t.want(m, "model.provider")
		}
	}
	for _, p := range slices.Compact(parties) {
		f := c.fact(p, "vendor.environment_complete")
		t.read(f)
		all = all && f.truth() == yes
	}
	return all, t
}
