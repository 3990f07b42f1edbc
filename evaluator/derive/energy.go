package derive

import (
	"math/big"
	"slices"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/finding"
)

const (
	energyPath   = "env.wh_per_1k_output_tokens"
	measuredPath = "env.measured"
)

// NoFigure is what an expression may read in place of env.wh_per_1k_output_tokens when it is known that no figure is
// published: worse than any. It is never printed as a value.
const NoFigure = "999999999"

// energyOf is what is known of the energy of use of one model.
type energyOf struct {
	values   []*big.Rat // possible; nil for one not known
	measured []tri
	certain  bool
	none     bool // surely no usable figure at hand
}

// energy computes the energy of 1,000 output tokens and whether it was measured.
func (c *calc) energy(ss []statement, worldOpen bool) []finding.Derived {
	models, complete, at := c.models()
	var t trail
	groups := models
	if len(groups) == 0 {
		groups = []catalog.Ref{{}} // figures on the offering itself
	}
	settledAll, denied := complete || len(models) == 0, c.energyDenied(ss)
	var per []energyOf
	for _, m := range groups {
		per = append(per, c.energyOfModel(m, ss, &t))
	}
	allNone := complete
	for _, e := range per {
		allNone = allNone && e.none
	}
	if allNone && (!worldOpen || denied) {
		none := finding.Derived{Path: energyPath, State: catalog.Absent, Used: tidy(t.used),
			Reason: wording.Textf("No figure of the energy of use is published by token.", "Aucun chiffre d'énergie à l'usage n'est publié par jeton.")}
		v := catalog.NumValue(catalog.TypeNumber, NoFigure)
		none.Value = &v
		return []finding.Derived{none, settled(measuredPath, catalog.BoolValue(false), t, none.Reason)}
	}
	if !settledAll {
		t.read(fact{at.at, notRecorded})
	}
	if allNone || len(models) == 0 {
		t.want(c.subject(), "environmental_statement.value")
	}
	return []finding.Derived{c.energyFigure(per, settledAll, t), c.energyMeasured(per, settledAll, t)}
}

// energyDenied reports whether somebody looked for a figure on the energy of use and recorded that there is none.
func (c *calc) energyDenied(ss []statement) bool {
	return slices.ContainsFunc(ss, func(s statement) bool {
		ours := s.vendor == "" || slices.Contains(c.d.Roles.Providers, catalog.Ref{Kind: catalog.Vendor, ID: s.vendor})
		return ours && s.scope.is("model_inference") && s.metric.is("energy") && s.value.State == catalog.Absent
	})
}

func (c *calc) energyOfModel(m catalog.Ref, ss []statement, t *trail) energyOf {
	type figure struct {
		value    *big.Rat
		measured tri
	}
	var cs []contender
	var figures []figure
	for _, s := range ss {
		if !s.own && (m.IsZero() || s.model != m.ID) {
			continue
		}
		value, ok := c.perThousand(s)
		if ok == no {
			continue
		}
		measured := s.method.oneOf("measured_production", "measured_bench", "lca_iso14040", "afnor_spec_2314")
		mb, mw := key(measured)
		pb, pw := between(s.period, firstDay, lastDay)
		own, _ := key(truthOf(s.own))
		cs = append(cs, contender{eligible: ok, best: []string{own, mb, pb}, worst: []string{own, mw, pw}, index: len(figures)})
		figures = append(figures, figure{value, measured})
		t.read(s.scope, s.metric, s.value, s.unit, s.perUnit, s.method, s.period)
		if s.perUnit.oneOf("per_answer_of_known_length") != no {
			t.read(s.answer)
		}
	}
	first, certain, bar := winners(cs)
	e := energyOf{none: len(first) == 0}
	sure := false
	for _, w := range first {
		sure = sure || w.eligible == yes
		measured := figures[w.index].measured
		if measured == maybe && slices.Compare([]string{w.best[0], "0", w.best[2]}, bar) < 0 {
			measured = yes // it comes first only if it was measured
		}
		e.values = append(e.values, figures[w.index].value)
		e.measured = append(e.measured, measured)
	}
	e.certain = certain
	if !sure { // perhaps no figure at all
		e.values, e.measured = append(e.values, nil), append(e.measured, maybe)
	}
	return e
}

// perThousand converts a statement to Wh for 1,000 output tokens; the answer says whether it can be.
func (c *calc) perThousand(s statement) (*big.Rat, tri) {
	if s.value.State == catalog.Absent {
		return nil, no
	}
	fits := and(s.scope.oneOf("model_inference", "model_life_cycle"), s.metric.oneOf("energy"), s.perUnit.oneOf("per_1k_output_tokens", "per_answer_of_known_length"))
	if fits == no {
		return nil, no
	}
	if s.unit.known() {
		if _, ok := c.k.Convert(new(big.Rat), s.unit.Value.Text, "energy"); !ok {
			return nil, no
		}
	}
	byAnswer := s.perUnit.is("per_answer_of_known_length")
	if byAnswer && s.answer.known() && catalog.Rat(s.answer.Value.Num).Sign() <= 0 {
		return nil, no
	}
	if fits != yes || !s.value.known() || !s.unit.known() || byAnswer && !s.answer.known() {
		return nil, maybe
	}
	wh, _ := c.k.Convert(catalog.Rat(s.value.Value.Num), s.unit.Value.Text, "energy")
	if byAnswer {
		wh = new(big.Rat).Quo(wh, catalog.Rat(s.answer.Value.Num))
		wh.Mul(wh, big.NewRat(1000, 1))
	}
	return wh, yes
}

// energyFigure takes the highest figure of the models. A tie of exact places is settled by the highest figure.
func (c *calc) energyFigure(per []energyOf, settledAll bool, t trail) finding.Derived {
	var left []*big.Rat
	known := settledAll
	for _, e := range per {
		values := e.values
		for _, v := range values {
			known = known && v != nil
		}
		if !known || len(values) == 0 {
			return open(energyPath, nil, t, wording.Textf("No figure of the energy of use can be given by 1,000 output tokens.", "Aucun chiffre d'énergie à l'usage ne se rapporte à 1 000 jetons produits."))
		}
		if e.certain {
			values = []*big.Rat{highest(values)}
		}
		left = highestPairs(left, values)
	}
	var possible []catalog.Value
	for _, v := range left {
		possible = appendValue(possible, catalog.NumValue(catalog.TypeNumber, catalog.Decimal(v, 6)))
	}
	return among(energyPath, possible, len(possible)+1, t,
		wording.Textf("Energy of use: %s for 1,000 output tokens.", "Énergie à l'usage : %s pour 1 000 jetons produits.", number(last(possible).Num, "Wh")),
		wording.Textf("Several figures are recorded; a missing fact decides which is the best.", "Plusieurs chiffres sont consignés ; un fait manquant décide du meilleur."))
}

// energyMeasured answers whether the figure of every model was measured.
func (c *calc) energyMeasured(per []energyOf, settledAll bool, t trail) finding.Derived {
	can, cannot := true, !settledAll
	for _, e := range per {
		one := false
		for _, m := range e.measured {
			one = one || m != no
			cannot = cannot || m != yes
		}
		can = can && one
	}
	return yesNo(measuredPath, can, cannot, t, func(v bool) wording.Text {
		if v {
			return wording.Textf("The energy figure was measured.", "Le chiffre d'énergie a été mesuré.")
		}
		return wording.Textf("The energy figure is an estimate, or its method is not stated.", "Le chiffre d'énergie est une estimation, ou sa méthode n'est pas dite.")
	}, wording.Textf("Whether an energy figure was measured is not known.", "On ignore si un chiffre d'énergie a été mesuré."))
}

func highest(vs []*big.Rat) *big.Rat {
	top := vs[0]
	for _, v := range vs[1:] {
		if v.Cmp(top) > 0 {
			top = v
		}
	}
	return top
}

// highestPairs gives every value that the greater of one of a and one of b may take.
func highestPairs(a, b []*big.Rat) []*big.Rat {
	if len(a) == 0 {
		return b
	}
	var out []*big.Rat
	for _, x := range a {
		for _, y := range b {
			out = append(out, highest([]*big.Rat{x, y}))
		}
	}
	return out
}

// appendValue adds a value that is not there yet.
func appendValue(vs []catalog.Value, v catalog.Value) []catalog.Value {
	for _, x := range vs {
		if x.Equal(v) {
			return vs
		}
	}
	return append(vs, v)
}
