package licence

import (
	"regexp"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// duties lists what whoever relies on a document has to do. What only falls due when something is done says when.
func (set *Set) duties(j *Judgement, e *entry) {
	add := func(clause string, t wording.Text) {
		j.Duties = append(j.Duties, Duty{Text: t, Clause: clause, Licence: e.ID})
	}
	d := e.Derivatives
	if d.NamePrefix != "" {
		add(d.Clause, wording.Textf("start the name of a distributed derived model with “%s”", "commencer le nom d'un modèle dérivé distribué par « %s »", d.NamePrefix))
	}
	if d.Display != "" {
		t := wording.Textf("show “%s”", "afficher « %s »", d.Display)
		if w, ok := set.words.DisplayWhen[d.DisplayWhen]; ok {
			t = wording.Textf("%s (%s)", "%s (%s)", t, w)
		}
		add(d.Clause, t)
	}
	passingOn := func(c string) wording.Text {
		return wording.Textf("when passing it on: %s", "en cas de transmission : %s", set.words.Redistribution[c])
	}
	for _, c := range e.Redistribution.Conditions {
		add(e.Redistribution.Clause, passingOn(c))
	}
	if d.StateChanges && !contains(e.Redistribution.Conditions, "state_changes") {
		add(d.Clause, wording.Textf("when modifying it: %s", "en cas de modification : %s", set.words.Redistribution["state_changes"]))
	}
	if d.NoticeFile && !contains(e.Redistribution.Conditions, "notice_file") {
		add(d.Clause, passingOn("notice_file"))
	}
	if e.FieldOfUse.MustPassOn && !contains(e.Redistribution.Conditions, "flow_down_restrictions") {
		add(e.FieldOfUse.Clause, passingOn("flow_down_restrictions"))
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// terms lists what a document says besides the rights it gives.
func (set *Set) terms(j *Judgement, e *entry) {
	add := func(name, code, clause string, t wording.Text) {
		if !t.IsZero() {
			j.Terms = append(j.Terms, Term{Name: name, Code: code, Text: t, Clause: clause, Licence: e.ID})
		}
	}
	if len(e.Unread) > 0 {
		return
	}
	w := &set.words
	add("holder", e.Holder.Country, e.Holder.Clause, set.holderText(e))
	add("share_alike", e.ShareAlike.Answer, e.ShareAlike.Clause, w.ShareAlike[e.ShareAlike.Answer])
	add("patent_grant", e.Patent.Grant, e.Patent.Clause, w.PatentGrant[e.Patent.Grant])
	add("patent_end", e.Patent.Ends, e.Patent.Clause, w.PatentEnd[e.Patent.Ends])
	add("revocable", e.Change.Revocable, e.Change.Clause, w.Revocable[e.Change.Revocable])
	add("may_change", e.Change.MayChange, e.Change.Clause, w.MayChange[e.Change.MayChange])
	if l := e.Law; l != nil {
		add("law", l.Governing, l.Clause, lawText(l))
		add("venue", "", l.Clause, l.Venue)
		add("arbitration", l.Arbitration, l.Clause, w.Arbitration[l.Arbitration])
	}
	add("indemnity", e.Liability.LicenseeIndemnifies, e.Liability.Clause, w.Indemnifies[e.Liability.LicenseeIndemnifies])
	add("osaid", e.OSAID.Answer, "", w.OSAID[e.OSAID.Answer])
}

func (set *Set) holderText(e *entry) wording.Text {
	t := e.Holder.Name
	if e.Holder.Country != "" {
		t = wording.Textf("%s (%s)", "%s (%s)", t, catalog.CountryName(e.Holder.Country))
	}
	if o := e.Holder.EEAAndSwitzerland; o != nil {
		t = wording.Textf("%s; for the EEA and Switzerland %s", "%s ; pour l'EEE et la Suisse %s", t, o.Name)
	}
	if !e.Holder.Remark.IsZero() {
		t = wording.Textf("%s; %s", "%s ; %s", t, e.Holder.Remark)
	}
	return t
}

func lawText(l *Law) wording.Text {
	country, sub, _ := strings.Cut(l.Governing, "-")
	t := wording.Text{}
	if country != "" {
		t = catalog.CountryName(country)
		if s, ok := states[sub]; ok {
			t = wording.Textf("%s (%s)", "%s (%s)", s, t)
		}
	}
	switch {
	case t.IsZero():
		return l.Remark
	case l.Remark.IsZero():
		return t
	}
	return wording.Textf("%s; %s", "%s ; %s", t, l.Remark)
}

var states = map[string]wording.Text{
	"CA": {EN: "California", FR: "Californie"}, "DE": {EN: "Delaware", FR: "Delaware"},
	"NY": {EN: "New York", FR: "New York"}, "WA": {EN: "Washington", FR: "Washington"},
}

// Words for the paths and codes that conditions read.
var (
	pathWords = map[string]wording.Text{
		"organisation.monthly_active_users":      {EN: "monthly active users", FR: "utilisateurs actifs mensuels"},
		"organisation.public_sector":             {EN: "public body", FR: "organisme public"},
		"organisation.nonprofit":                 {EN: "non-profit organisation", FR: "organisme sans but lucratif"},
		"organisation.education_or_research":     {EN: "education or research body", FR: "organisme d'enseignement ou de recherche"},
		"organisation.image_generation_core":     {EN: "image generation is a core business", FR: "la génération d'images est un cœur de métier"},
		"use_case.commercial_use":                {EN: "commercial use", FR: "usage commercial"},
		"use_case.purpose":                       {EN: "purpose", FR: "finalité"},
		"use_case.competes_with_licensor":        {EN: "competition with the licensor", FR: "concurrence du concédant"},
		"use_case.monthly_unique_users":          {EN: "monthly unique users", FR: "utilisateurs uniques mensuels"},
		"use_case.monthly_visits":                {EN: "monthly visits", FR: "visites mensuelles"},
		"licensing.annual_revenue_usd":           {EN: "yearly revenue in US dollars", FR: "chiffre d'affaires annuel en dollars"},
		"licensing.annual_recurring_revenue_usd": {EN: "annual recurring revenue in US dollars", FR: "revenu récurrent annuel en dollars"},
		"licensing.monthly_revenue_usd":          {EN: "monthly revenue in US dollars", FR: "revenu mensuel en dollars"},
		"licensing.group_monthly_revenue_usd":    {EN: "monthly revenue of the group in US dollars, a twelfth of the year", FR: "revenu mensuel du groupe en dollars, un douzième de l'année"},
		"licensing.registered":                   {EN: "registered with the licensor", FR: "enregistrement auprès du concédant"},
		"licensing.authorised":                   {EN: "authorised in writing", FR: "autorisation écrite"},
		"licensing.multimodal":                   {EN: "multimodal model", FR: "modèle multimodal"},
		"licensing.end_user_of_product":          {EN: "end user of a finished product", FR: "utilisateur final d'un produit fini"},
	}
	codeWords = map[string]wording.Text{
		"research": {EN: "research", FR: "recherche"}, "evaluation": {EN: "evaluation", FR: "évaluation"}, "personal": {EN: "personal", FR: "personnel"},
		"internal": {EN: "internal use", FR: "usage interne"}, "production": {EN: "production", FR: "production"},
		"service_to_third_parties": {EN: "service to third parties", FR: "service à des tiers"},
	}
	exprToken = regexp.MustCompile(`[a-z_]+\.[a-z_]+|"[a-z_]+"|[0-9]+|&&|\|\||<=|>=|!=|==|!|<|>|\bin\b|\btrue\b|\bfalse\b|[()\[\],]|\s+`)
)

// exprText writes a condition in words, near enough to its logic to be checked against the clause.
func (set *Set) exprText(source string) wording.Text {
	var en, fr strings.Builder
	both := func(a, b string) { en.WriteString(a); fr.WriteString(b) }
	for _, t := range exprToken.FindAllString(source, -1) {
		switch {
		case pathWords[t] != wording.Text{}:
			both(pathWords[t].EN, pathWords[t].FR)
		case t[0] == '"':
			c, ok := codeWords[strings.Trim(t, `"`)]
			if !ok {
				c = wording.Same(strings.Trim(t, `"`))
			}
			both(c.EN, c.FR)
		case t[0] >= '0' && t[0] <= '9':
			both(wording.Number(wording.EN, t), wording.Number(wording.FR, t))
		case t == "&&":
			both("and", "et")
		case t == "||":
			both("or", "ou")
		case t == "<=":
			both("at most", "au plus")
		case t == "<":
			both("below", "sous")
		case t == ">":
			both("above", "au-delà de")
		case t == ">=":
			both("at least", "au moins")
		case t == "==":
			both("is", ":")
		case t == "!=":
			both("is not", "autre que")
		case t == "!":
			both("no ", "pas de ")
		case t == "in":
			both("is one of", "parmi")
		case t == "[" || t == "]":
		default:
			both(t, t)
		}
	}
	return wording.Text{EN: strings.TrimSpace(en.String()), FR: elided.ReplaceAllString(strings.TrimSpace(fr.String()), "pas d'$1")}
}

// elided is "pas de" before a vowel.
var elided = regexp.MustCompile(`pas de ([aeiouéèêhy])`)
