package licence

import (
	"vigie/catalog"
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
