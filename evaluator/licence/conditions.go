package licence

import (
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
)

// Declarations are the paths that the conditions of a licence may read: facts of the dictionary, and a few that are
// worked out from them (root "licensing").
func Declarations() []expr.Declaration {
	return []expr.Declaration{
		{Path: "organisation.monthly_active_users", Type: catalog.TypeInteger},
		{Path: "organisation.public_sector", Type: catalog.TypeBoolean},
		{Path: "organisation.nonprofit", Type: catalog.TypeBoolean},
		{Path: "organisation.education_or_research", Type: catalog.TypeBoolean},
		{Path: "organisation.image_generation_core", Type: catalog.TypeBoolean},
		{Path: "use_case.commercial_use", Type: catalog.TypeBoolean},
		{Path: "use_case.purpose", Type: catalog.TypeChoice},
		{Path: "use_case.competes_with_licensor", Type: catalog.TypeBoolean},
		{Path: "use_case.monthly_unique_users", Type: catalog.TypeInteger},
		{Path: "use_case.monthly_visits", Type: catalog.TypeInteger},
		{Path: "licensing.annual_revenue_usd", Type: catalog.TypeNumber},
		{Path: "licensing.annual_recurring_revenue_usd", Type: catalog.TypeNumber},
		{Path: "licensing.monthly_revenue_usd", Type: catalog.TypeNumber},
		{Path: "licensing.group_monthly_revenue_usd", Type: catalog.TypeNumber}, // a twelfth of the yearly revenue
		{Path: "licensing.registered", Type: catalog.TypeBoolean},
		{Path: "licensing.authorised", Type: catalog.TypeBoolean},
		{Path: "licensing.multimodal", Type: catalog.TypeBoolean},
		{Path: "licensing.end_user_of_product", Type: catalog.TypeBoolean},
	}
}

var declarations = Declarations()

func conditionsEnv() (*expr.Env, error) { return expr.New(&catalog.Dictionary{}, declarations) }

// conditionReason says the conditions in words: what is counted, whose, when, and the clause.
func (set *Set) conditionReason(e *entry, list []compiled, s *Situation, en, fr string) wording.Text {
	var parts []wording.Text
	for _, c := range list {
		parts = append(parts, set.conditionText(c, s))
	}
	if len(parts) == 0 {
		parts = []wording.Text{{EN: "the use is not commercial", FR: "l'usage n'est pas commercial"}}
	}
	return wording.Textf(en, fr, joinTexts(parts, "; ", " ; "))
}

func joinTexts(list []wording.Text, en, fr string) wording.Text {
	var a, b []string
	for _, t := range list {
		a, b = append(a, t.EN), append(b, t.FR)
	}
	return wording.Text{EN: strings.Join(a, en), FR: strings.Join(b, fr)}
}

// conditionWords says a condition in words: the rule, what is counted, whose and when.
func (set *Set) conditionWords(c *compiled) {
	w := &set.words
	c.text, c.clause = set.exprText(c.AllowedIf), w.clauseText(c.Clause)
	var tail []wording.Text
	for _, x := range []wording.Text{w.Of[c.Of], w.Whose[c.Whose], w.Window[c.Window]} {
		if !x.IsZero() {
			tail = append(tail, x)
		}
	}
	if c.MeasuredOn != "" {
		day, _ := catalog.ParseDate(c.MeasuredOn)
		tail = append(tail, wording.Text{EN: "counted on " + wording.Day(wording.EN, day.Time()), FR: "comptés au " + wording.Day(wording.FR, day.Time())})
	}
	c.tail = joinTexts(tail, ", ", ", ")
}

func (set *Set) conditionText(c compiled, s *Situation) wording.Text {
	tail := c.tail
	if k, ok := s.known["organisation.monthly_active_users"]; ok && c.MeasuredOn != "" && k.AsOf != "" && string(k.AsOf) != c.MeasuredOn {
		tail.EN += ", the figure known is of " + wording.Day(wording.EN, k.AsOf.Time())
		tail.FR += ", le chiffre connu est du " + wording.Day(wording.FR, k.AsOf.Time())
	}
	t := c.text
	if !tail.IsZero() {
		t = wording.Text{EN: t.EN + " (" + tail.EN + ")", FR: t.FR + " (" + tail.FR + ")"}
	}
	return wording.Text{EN: t.EN + " [" + c.clause.EN + "]", FR: t.FR + " [" + c.clause.FR + "]"}
}
