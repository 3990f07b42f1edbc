package reports

import (
	"vigie/catalog"
	"vigie/reports/tree"
)

func (b *builder) cover() []tree.Block {
	a, d := b.Assessment, b.Dossier
	out := []tree.Block{
		tree.Space{Lines: 2},
		tree.Paragraph{Text: tree.Text{{Text: b.say("Due-diligence report", "Rapport de diligence raisonnable"), Style: tree.Quiet}}, Size: tree.Lead},
		tree.Paragraph{Text: tree.T(b.name(d.Offering)), Size: tree.Display},
	}
	if line := b.servedLine(); line != nil {
		out = append(out, tree.Paragraph{Text: line, Size: tree.Lead})
	}
	out = append(out, tree.Space{Lines: 1.4}, tree.Rule{}, tree.KeyValues{Wide: true, Pairs: b.coverPairs()}, tree.Rule{})
	if a.Hypothetical || d.Hypothetical() {
		out = append(out, b.assumptions())
	}
	return append(out, tree.Space{Lines: 0.4},
		tree.Paragraph{Text: tree.Q(b.say("Findings rest on the sources listed in this report, as they stood on its day. It supports a decision; it is not legal advice.",
			"Les constats reposent sur les sources listées dans ce rapport, telles qu'elles étaient à sa date. Il aide à décider ; il n'est pas un avis juridique.")), Size: tree.Small},
		tree.Signatures{
			Boxes: []string{b.say("Prepared by", "Préparé par"), b.say("Reviewed by legal", "Revu par le juridique"), b.say("Approved by", "Approuvé par")},
			Lines: []string{b.say("Name", "Nom"), b.say("Date", "Date"), b.say("Signature", "Signature")},
		})
}

// servedLine says which models, whose, and served by whom.
func (b *builder) servedLine() tree.Text {
	roles := b.Dossier.Roles
	if len(roles.Models) == 0 && roles.Vendor.IsZero() && !roles.SelfHosted {
		return nil
	}
	models := tree.T(b.say("Model not known", "Modèle inconnu"))
	if len(roles.Models) > 0 {
		models = b.refs(roles.Models)
	}
	switch {
	case roles.SelfHosted:
		return models.Add(tree.T(b.say(", hosted by the organisation itself", ", hébergé par l'organisation elle-même")))
	case !roles.Vendor.IsZero():
		return models.Add(tree.T(b.say(", served by %s", ", servi par %s", b.name(roles.Vendor))))
	}
	return models
}

// refs names records, at most four.
func (b *builder) refs(rs []catalog.Ref) tree.Text {
	const most = 4
	var parts []tree.Text
	for i, r := range rs {
		if i == most {
			parts = append(parts, tree.T(b.say("%d more", "%d autres", len(rs)-most)))
			break
		}
		parts = append(parts, tree.T(b.name(r)))
	}
	return joined(", ", parts)
}

func (b *builder) coverPairs() []tree.Pair {
	a, d := b.Assessment, b.Dossier
	pair := func(key string, value ...tree.Text) tree.Pair { return tree.Pair{Key: key, Value: value} }
	pairs := []tree.Pair{
		pair(b.say("Offering", "Offre"), tree.B(b.name(d.Offering)), tree.Q(d.Offering.ID)),
		pair(b.say("Model", "Modèle"), b.modelLine()),
		pair(b.say("Vendor", "Fournisseur"), b.vendorLine()),
		pair(b.say("Deployment", "Déploiement"), b.factText(d.Offering, "offering.deployment")),
		pair(b.say("Terms", "Conditions"), b.documentLine(d.Roles.Terms, "terms.version_date")),
		pair(b.say("Service level", "Niveau de service"), b.documentLine(d.Roles.SLA, "")),
		pair(b.say("Use case", "Cas d'usage"), tree.T(b.name(d.UseCase))),
		pair(b.say("Organisation", "Organisation"), tree.T(b.name(d.Organisation))),
		pair(b.say("Framework", "Référentiel"), tree.T(b.t(b.Framework.Title)+", "+b.say("version %s", "version %s", a.FrameworkVersion))),
		pair(b.say("Weights", "Pondérations"), tree.T(b.t(b.Weights.Title))),
		pair(b.say("Facts as of", "Faits au"), tree.T(a.On.In(b.l))),
	}
	if a.KnownOn != a.On {
		pairs = append(pairs, pair(b.say("As known on", "Tels que connus le"), tree.T(a.KnownOn.In(b.l))))
	}
	return append(pairs,
		pair(b.say("Assessment (SHA-256)", "Évaluation (SHA-256)"), tree.T(grouped(a.Hash))),
		pair(b.say("Status", "Statut"), b.status(b.Registration)...))
}

func (b *builder) modelLine() tree.Text {
	roles := b.Dossier.Roles
	if len(roles.Models) == 0 {
		return tree.Marked(tree.MarkUnknown, b.say("not known", "inconnu"))
	}
	out := b.refs(roles.Models)
	if len(roles.Providers) > 0 {
		out = out.Add(tree.T(b.say(" (made by ", " (conçu par ")), b.refs(roles.Providers), tree.T(")"))
	}
	return out
}

func (b *builder) vendorLine() tree.Text {
	roles := b.Dossier.Roles
	switch {
	case roles.SelfHosted:
		return tree.T(b.say("none: the organisation serves the offering to itself", "aucun : l'organisation se sert elle-même"))
	case roles.Vendor.IsZero():
		return tree.Marked(tree.MarkUnknown, b.say("not known", "inconnu"))
	}
	out := tree.T(b.name(roles.Vendor))
	if f := b.Dossier.Record(roles.Vendor).Fact("vendor.incorporation_country"); f.State == catalog.Known {
		out = out.Add(tree.T(" ("), b.value(b.def(f.Path), *f.Value), tree.T(")"))
	}
	return out
}

// documentLine names terms or a service level, with its day when there is one.
func (b *builder) documentLine(r catalog.Ref, datePath string) tree.Text {
	switch {
	case r.IsZero() && b.Dossier.Roles.SelfHosted:
		return tree.Marked(tree.MarkNotApplicable, b.say("none needed: the organisation serves itself", "sans objet : l'organisation se sert elle-même"))
	case r.IsZero():
		return tree.Marked(tree.MarkUnknown, b.say("not known", "inconnu"))
	}
	out := tree.T(b.name(r))
	if f := b.Dossier.Record(r).Fact(datePath); f.State == catalog.Known && f.Value.Type == catalog.TypeDate {
		out = out.Add(tree.T(b.say(", version of %s", ", version du %s", catalog.Date(f.Value.Text).In(b.l))))
	} else if datePath != "" {
		out = out.Add(tree.T(b.say(", version ", ", version ")), tree.Text{{Text: b.say("not dated", "non datée"), Mark: tree.MarkUnknown}})
	}
	return out
}

// factText is one fact's value in words, or that it is not known.
func (b *builder) factText(r catalog.Ref, path string) tree.Text {
	f := b.Dossier.Record(r).Fact(path)
	return b.state(b.def(path), f.State, f.Value, f.Disputed)
}

// assumptions lists what a hypothetical dossier takes to be otherwise than recorded.
func (b *builder) assumptions() tree.Block {
	c := tree.Callout{Mark: tree.MarkWarning, Title: tree.T(b.say("Hypothetical: nothing here was recorded as a fact", "Hypothèse : rien ici n'est consigné comme un fait"))}
	for _, x := range b.Dossier.Assumptions {
		c.Lines = append(c.Lines, tree.T(x.Text))
	}
	return c
}
