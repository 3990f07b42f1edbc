package derive

import (
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/finding"
)

// environment computes the env facts but the grid.
func (c *calc) environment() []finding.Derived {
	ss := c.statements()
	b := c.bestScope(ss)
	out := []finding.Derived{b.derived, c.verified(b), c.locationBased(b), c.completeness(b), c.trainingDisclosure(ss, b.open, b.world)}
	return append(out, c.energy(ss, b.open)...)
}

// best is what is known of the narrowest scope, and the statements that may be of that scope.
type best struct {
	statements []statement
	possible   ranks
	open       bool  // further figures may be published that are not recorded
	world      trail // whether they are
	scope      trail
	derived    finding.Derived
}

func (c *calc) bestScope(ss []statement) best {
	all, world := c.published()
	b := best{statements: ss, open: !all, world: world}
	floor, union := rankNone, ranks(0).with(rankNone)
	for _, s := range ss {
		floor = max(floor, s.ranks.low())
		union |= s.ranks
	}
	for r := floor; r <= rankTop; r++ {
		if union.has(r) || b.open {
			b.possible = b.possible.with(r)
		}
	}
	for _, s := range ss {
		if !s.ranks.single() && s.ranks.high() >= floor {
			b.scope.read(s.scope, s.metric, s.value)
		} else if s.ranks.single() && s.ranks.has(floor) && floor > rankNone {
			b.scope.used = append(b.scope.used, s.metric.at, s.scope.at)
		}
	}
	if b.open && !b.possible.single() {
		b.scope.add(b.world)
		b.scope.want(c.subject(), "environmental_statement.value")
	}
	var left []catalog.Value
	for r, code := range scopes {
		if b.possible.has(rank(r)) {
			left = append(left, catalog.ChoiceValue(code))
		}
	}
	known := wording.Textf("The narrowest recorded figure is of scope “%s”.", "Le chiffre consigné le plus fin relève du périmètre « %s ».", scopeName(floor))
	if floor == rankNone {
		known = wording.Textf("No figure is published, by the vendor or by the maker of the models.", "Aucun chiffre n'est publié, ni par le fournisseur ni par le créateur des modèles.")
	}
	unsettled := wording.Textf("The narrowest recorded figure is of scope “%s”; a narrower one may exist.", "Le chiffre consigné le plus fin relève du périmètre « %s » ; un plus fin peut exister.", scopeName(floor))
	if floor == rankNone {
		unsettled = wording.Textf("No figure is recorded; that none is published is not known.", "Aucun chiffre n'est consigné ; on ignore s'il en est publié.")
	}
	b.derived = among("env.best_scope", left, len(scopes), b.scope, known, unsettled)
	return b
}

// subject is the record that a missing statement would be about.
func (c *calc) subject() catalog.Ref {
	if len(c.d.Roles.Models) > 0 {
		return c.d.Roles.Models[0]
	}
	return c.d.Offering
}

func scopeName(r rank) wording.Text {
	all, _ := Declarations()
	for _, d := range all {
		if d.Path != "env.best_scope" {
			continue
		}
		for _, v := range d.Values {
			if v.ID == scopes[r] {
				return v.Label()
			}
		}
	}
	return wording.Same(scopes[r])
}

// any answers whether a statement of the narrowest scope has a property, over every scope still possible: can it
// be so, can it be otherwise?
func (b best) any(property func(statement) tri) (can, cannot bool) {
	for r := rankNone; r <= rankTop; r++ {
		if !b.possible.has(r) {
			continue
		}
		if r == rankNone {
			cannot = true
			continue
		}
		certain, lacking := false, true // a statement surely of this scope; all such ones may lack the property
		spare := b.open                 // some other statement may be of this scope, and lack it
		can = can || b.open
		for _, s := range b.statements {
			if !s.ranks.has(r) {
				continue
			}
			p := property(s)
			can = can || p != no
			if s.ranks.single() {
				certain = true
				lacking = lacking && p != yes
			} else if p != yes {
				spare = true
			}
		}
		cannot = cannot || lacking && (certain || spare)
	}
	return can, cannot
}

// attributes gathers the facts of the statements that may be of the narrowest scope.
func (b best) attributes(facts func(statement) []fact) trail {
	var t trail
	t.add(b.scope)
	for _, s := range b.statements {
		if s.ranks&b.possible&^1 != 0 {
			t.read(facts(s)...)
		}
	}
	return t
}

func (c *calc) verified(b best) finding.Derived {
	can, cannot := b.any(func(s statement) tri { return s.verification.oneOf("peer_review", "assurance", "public_bench") })
	t := b.attributes(func(s statement) []fact { return []fact{s.verification} })
	return yesNo("env.verified", can, cannot, t, func(v bool) wording.Text {
		if v {
			return wording.Textf("A figure of the narrowest scope was checked from outside.", "Un chiffre du périmètre le plus fin a été contrôlé de l'extérieur.")
		}
		return wording.Textf("No figure of the narrowest scope was checked from outside.", "Aucun chiffre du périmètre le plus fin n'a été contrôlé de l'extérieur.")
	}, wording.Textf("Whether the best figure was checked from outside is not known.", "On ignore si le meilleur chiffre a été contrôlé de l'extérieur."))
}

func (c *calc) locationBased(b best) finding.Derived {
	can, cannot := b.any(func(s statement) tri {
		return and(s.metric.oneOf("ghg"), s.accounting.oneOf("location", "both"))
	})
	t := b.attributes(func(s statement) []fact { return []fact{s.metric, s.accounting} })
	return yesNo("env.location_based", can, cannot, t, func(v bool) wording.Text {
		if v {
			return wording.Textf("Carbon is given by location.", "Le carbone est donné selon le lieu.")
		}
		return wording.Textf("No carbon figure of the narrowest scope is given by location.", "Aucun chiffre de carbone du périmètre le plus fin n'est donné selon le lieu.")
	}, wording.Textf("Whether the best carbon figure is given by location is not known.", "On ignore si le meilleur chiffre de carbone est donné selon le lieu."))
}

// items is how many items a figure may include.
const items = 8

func (c *calc) completeness(b best) finding.Derived {
	var possible [items + 1]bool
	for r := rankNone; r <= rankTop; r++ {
		if !b.possible.has(r) {
			continue
		}
		if r == rankNone {
			possible[0] = true
			continue
		}
		low, high, certain := 0, 0, false
		least := items // of the statements that may be of this scope, when none surely is
		for _, s := range b.statements {
			if !s.ranks.has(r) {
				continue
			}
			lo, hi := s.itemRange()
			high = max(high, hi)
			least = min(least, lo)
			if s.ranks.single() {
				certain, low = true, max(low, lo)
			}
		}
		if !certain {
			low = least
		}
		if b.open {
			high = items
			if !certain {
				low = 0
			}
		}
		for n := low; n <= high; n++ {
			possible[n] = true
		}
	}
	var left []catalog.Value
	for n, p := range possible {
		if p {
			left = append(left, integer(int64(n)))
		}
	}
	t := b.attributes(func(s statement) []fact { return []fact{s.includes} })
	known := wording.Textf("Items that the best figure includes, of %d: %s.", "Éléments inclus dans le meilleur chiffre, sur %d : %s.", items, last(left).Num)
	return among("env.completeness", left, items+1, t, known,
		wording.Textf("What the best figure includes is not fully known.", "On ne sait pas tout de ce que le meilleur chiffre inclut."))
}

func last(vs []catalog.Value) catalog.Value {
	if len(vs) == 0 {
		return catalog.Value{}
	}
	return vs[len(vs)-1]
}

// itemRange gives the least and the most items that the figure includes.
func (s statement) itemRange() (low, high int) {
	switch {
	case s.includes.unknown():
		return 0, items
	case !s.includes.known():
		return 0, 0
	case s.includes.Value.Complete:
		return len(s.includes.Value.List), len(s.includes.Value.List)
	}
	return len(s.includes.Value.List), items
}

// The levels of env.training_disclosure, from nothing.
var disclosures = []string{"none", "compute_only", "energy_or_ghg", "energy_ghg_water"}

// trainingDisclosure answers what is published on the training alone; with several models, on the least documented.
func (c *calc) trainingDisclosure(ss []statement, open bool, world trail) finding.Derived {
	const path = "env.training_disclosure"
	models, complete, at := c.models()
	var t trail
	union, ceiling := ranks(0), rank(len(disclosures)-1)
	for _, m := range models {
		levels := c.trainingLevels(m, ss, open, &t)
		union |= levels
		ceiling = min(ceiling, levels.high())
	}
	if !complete {
		union = 1<<len(disclosures) - 1
		t.read(fact{at.at, notRecorded})
	}
	var left []catalog.Value
	for r := rankNone; r <= ceiling; r++ {
		if union.has(r) {
			left = append(left, catalog.ChoiceValue(disclosures[r]))
		}
	}
	if open {
		t.add(world)
	}
	known := map[string]wording.Text{
		"none":             wording.Textf("Nothing is published on the training.", "Rien n'est publié sur l'entraînement."),
		"compute_only":     wording.Textf("On the training, only the computing is published.", "De l'entraînement, seul le calcul est publié."),
		"energy_or_ghg":    wording.Textf("Energy or carbon of the training is published.", "L'énergie ou le carbone de l'entraînement est publié."),
		"energy_ghg_water": wording.Textf("Energy, carbon and water of the training are published.", "L'énergie, le carbone et l'eau de l'entraînement sont publiés."),
	}[last(left).Text]
	return among(path, left, len(disclosures), t, known,
		wording.Textf("What is published on the training is not fully known.", "On ne sait pas tout de ce qui est publié sur l'entraînement."))
}

// trainingLevels gives the levels that one model may have, as a set of indices of disclosures.
func (c *calc) trainingLevels(m catalog.Ref, ss []statement, open bool, t *trail) ranks {
	energy := c.disclosed(m, "energy", ss, open, t)
	carbon := c.disclosed(m, "ghg", ss, open, t)
	water := c.disclosed(m, "water", ss, open, t)
	compute := no
	for _, path := range []string{"model.training_accelerator_hours", "model.training_compute_flop"} {
		f := c.fact(m, path)
		if either := or(energy, carbon); either != yes {
			t.read(f)
		}
		if f.unknown() {
			compute = or(compute, maybe)
		} else if f.known() {
			compute = yes
		}
	}
	var out ranks
	full, either := and(energy, carbon, water), or(energy, carbon)
	if full != no {
		out = out.with(3)
	}
	if either != no && full != yes {
		out = out.with(2)
	}
	if either != yes && compute != no {
		out = out.with(1)
	}
	if either != yes && compute != yes {
		out = out.with(0)
	}
	return out
}

// disclosed answers whether a figure on the training of the model is published for a quantity. A statement that
// records "looked for, no figure" excludes one.
func (c *calc) disclosed(m catalog.Ref, quantity string, ss []statement, open bool, t *trail) tri {
	provider := c.fact(m, "model.provider")
	out, denied := no, false
	for _, s := range ss {
		if !s.own && s.model != m.ID && !(s.vendor != "" && provider.is(s.vendor)) {
			continue
		}
		about := and(s.metric.oneOf(quantity), or(s.scope.oneOf("model_training"), s.perUnit.oneOf("per_training")))
		switch {
		case about == no:
		case s.value.unknown(), s.value.known() && about == maybe:
			out = or(out, maybe)
			t.read(s.metric, s.scope, s.perUnit, s.value)
		case s.value.known():
			out = yes
			t.read(s.metric, s.value)
		case about == yes:
			denied = true
			t.read(s.metric, s.value)
		}
	}
	if out == no && open && !denied {
		return maybe
	}
	return out
}

const gridPath = "env.grid_gco2e_per_kwh"

// grid gives the worst yearly average of the processing countries' grids.
func (c *calc) grid() finding.Derived {
	f := c.fact(c.d.Offering, "offering.processing_countries")
	var t trail
	t.read(f)
	if !f.known() || len(f.Value.List) == 0 {
		return open(gridPath, nil, t, wording.Textf("Where requests are processed is not known.", "On ignore où les requêtes sont traitées."))
	}
	if !f.Value.Complete {
		t.missing = append(t.missing, f.at)
		return open(gridPath, nil, t, wording.Textf("The list of processing countries is not complete.", "La liste des pays de traitement n'est pas complète."))
	}
	var worst Grid
	var without []string
	for _, country := range f.Value.Texts() {
		g, ok := c.k.Grid(country, c.on)
		switch {
		case !ok:
			without = append(without, country)
		case worst.GPerKWh == "" || catalog.CompareDecimals(g.GPerKWh, worst.GPerKWh) > 0:
			worst = g
		}
	}
	if len(without) > 0 {
		return open(gridPath, nil, t, wording.Textf("No grid figure is known by then for: %s.", "Aucun chiffre de réseau n'est connu à cette date pour : %s.", countryNames(without)))
	}
	d, _ := catalog.CanonicalDecimal(worst.GPerKWh)
	return settled(gridPath, catalog.NumValue(catalog.TypeNumber, d), t,
		wording.Textf("The most carbon-intensive grid of the processing countries: %s, %s gCO2e/kWh in %d.", "Réseau le plus carboné des pays de traitement : %s, %s gCO2e/kWh en %d.", catalog.CountryName(worst.Country), number(d, ""), worst.Year))
}

func countryNames(codes []string) wording.Text {
	var en, fr []string
	for _, c := range codes {
		n := catalog.CountryName(c)
		en, fr = append(en, n.EN), append(fr, n.FR)
	}
	return wording.Text{EN: strings.Join(en, ", "), FR: strings.Join(fr, ", ")}
}
