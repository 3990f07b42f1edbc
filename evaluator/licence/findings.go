package licence

import (
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/finding"
)

// findings states what the licences of a dossier call for: rights that fail, a fine-tune under a licence that its base
// does not allow, a holder that is not the maker, documents nobody has read.
func (set *Set) findings(d *catalog.Dossier, models []ModelRights) []finding.Finding {
	var out []finding.Finding
	for _, m := range models {
		if !servedByMaker(d, m.Model) {
			out = append(out, set.rightsFindings(d, m)...)
		}
		out = append(out, set.baseFindings(d, m)...)
		if f, ok := set.holderFinding(d, m); ok {
			out = append(out, f)
		}
		if m.Basis == NameKnown || m.Basis == NoRights || m.Basis == NotRecorded {
			out = append(out, finding.Finding{ID: "licence.unread/" + m.Model.ID, Severity: 1,
				What:  wording.Textf("the rights in %s are not known", "les droits sur %s ne sont pas connus", d.Name(m.Model)),
				Why:   m.Reason,
				Cure:  wording.Textf("hand in the text, and have it read", "soumettre le texte et le faire lire"),
				Facts: append([]catalog.FactRef{{Record: m.Model, Path: "model.licence"}}, m.Settle...)})
		}
	}
	return out
}

func (set *Set) rightsFindings(d *catalog.Dossier, m ModelRights) []finding.Finding {
	if m.Rights == nil {
		return nil
	}
	var out []finding.Finding
	for _, name := range rightNames {
		r := m.Rights.Rights[name]
		gate := name == CommercialUse || name == InTerritory || name == ForSector || name == InField
		concerned := gate || r.Concerned != nil && *r.Concerned
		severity := 0
		switch {
		case !concerned:
			continue
		case r.Answer == Forbidden || r.Answer == ConditionsNotMet:
			severity = 3
		case r.Answer == ConditionsUnknown || r.Answer == Unsettled:
			severity = 1
		default:
			continue
		}
		f := finding.Finding{ID: "licence." + name + "/" + m.Model.ID, Severity: severity,
			What:  wording.Textf("%s, %s: %s", "%s, %s : %s", d.Name(m.Model), RightText(name).Lower(), r.Answer.Text()),
			Why:   r.Reason,
			Facts: sortRefs(append(append([]catalog.FactRef{}, r.Used...), r.Missing...)), Basis: set.basisText(r)}
		todo := r.ToDo
		if severity == 3 && hostedByVendor(d) { // the limit binds the host, who may hold another grant
			f.Severity, todo = 2, []wording.Text{askHost}
		}
		if len(todo) > 0 {
			f.Cure = joinTexts(dedupe(todo), "; ", " ; ")
		}
		out = append(out, f)
	}
	for _, doc := range m.Rights.NotRead {
		out = append(out, finding.Finding{ID: "licence.not_read/" + m.Model.ID + "/" + doc, Severity: 1,
			What: wording.Textf("%s: a document that binds was not read", "%s : un document qui engage n'a pas été lu", d.Name(m.Model)),
			Why:  wording.Textf("the licence incorporates %s, of which Vigie holds no text", "la licence incorpore %s, dont Vigie n'a pas le texte", set.DocumentName(doc)),
			Cure: wording.Textf("read it and archive it with its date", "le lire et l'archiver avec sa date"), Facts: []catalog.FactRef{{Record: m.Model, Path: "model.licence"}}})
	}
	return out
}

func (set *Set) basisText(r Right) string {
	if r.Clause == "" {
		return r.Licence
	}
	return r.Licence + ", " + r.Clause
}

// permissive: whoever derives from it may choose the licence of what they make.
func permissive(e *entry) bool {
	return (e.ShareAlike.Answer == "none" || e.ShareAlike.Answer == "file") && !e.FieldOfUse.Restricted && len(e.CommercialUse.Conditions) == 0 && e.CommercialUse.Answer == "yes"
}

// baseFindings: a model may not shed the licence of the model it is made from.
func (set *Set) baseFindings(d *catalog.Dossier, m ModelRights) []finding.Finding {
	var out []finding.Finding
	for _, b := range m.Bases {
		e := set.licences[b.ID]
		if e == nil || b.ID == m.ID || permissive(e) {
			continue
		}
		own := set.licences[m.ID]
		if own != nil && own.Family == e.Family {
			continue
		}
		facts := []catalog.FactRef{{Record: m.Model, Path: "model.base_models"}, {Record: m.Model, Path: "model.licence"}, {Record: b.Model, Path: "model.licence"}}
		ownName := d.Name(m.Licence)
		out = append(out, finding.Finding{ID: "licence.base/" + m.Model.ID + "/" + b.Model.ID, Severity: 3,
			What:  wording.Textf("%s is offered under %s, but derives from %s, which is under %s", "%s est proposé sous %s, mais dérive de %s, qui est sous %s", d.Name(m.Model), ownName, d.Name(b.Model), e.Names[0]),
			Why:   wording.Textf("what binds the base binds what is made from it (share-alike: %s): its conditions hold as well", "ce qui lie le modèle de base lie ce qui en est tiré (partage à l'identique : %s) : ses conditions s'appliquent aussi", set.words.ShareAlike[e.ShareAlike.Answer]),
			Cure:  wording.Textf("rely on the rights of both, the stricter first, and ask the maker of %s how it holds its licence", "s'en tenir aux droits des deux, les plus stricts d'abord, et demander au créateur de %s d'où il tient sa licence", d.Name(m.Model)),
			Facts: facts, Basis: e.ID + ", " + orDash(e.ShareAlike.Clause, e.Derivatives.Clause)})
	}
	return out
}

func orDash(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// holderFinding: the text names a holder that is not who made the model, nor who made what it derives from.
func (set *Set) holderFinding(d *catalog.Dossier, m ModelRights) (finding.Finding, bool) {
	e := set.licences[m.ID]
	if e == nil || !e.Holder.Named {
		return finding.Finding{}, false
	}
	names := append([]string{e.Holder.Name.EN, e.Family}, e.Names...)
	matches := func(model catalog.Ref) (known, same bool) {
		f := d.Record(model).Fact("model.provider")
		if f.State != catalog.Known {
			return false, false
		}
		p := catalog.Ref{Kind: catalog.Vendor, ID: f.Value.Text}
		for _, n := range names {
			if sharesWord(n, d.Name(p).EN) || sharesWord(n, p.ID) {
				return true, true
			}
		}
		return true, false
	}
	known, same := matches(m.Model)
	if !known || same {
		return finding.Finding{}, false
	}
	for _, b := range m.Bases {
		if _, same := matches(b.Model); same {
			return finding.Finding{}, false // the licence came with the model it derives from
		}
	}
	provider := catalog.FactRef{Record: m.Model, Path: "model.provider"}
	maker := d.Name(catalog.Ref{Kind: catalog.Vendor, ID: d.Record(m.Model).Fact("model.provider").Value.Text})
	return finding.Finding{ID: "licence.holder/" + m.Model.ID, Severity: 2,
		What:  wording.Textf("%s is made by %s, but the licence is granted by %s", "%s est créé par %s, mais la licence est accordée par %s", d.Name(m.Model), maker, e.Holder.Name),
		Why:   wording.Textf("only who holds the rights can grant them; nothing recorded links the two", "seul le titulaire des droits peut les concéder ; rien d'enregistré ne relie les deux"),
		Cure:  wording.Textf("ask %s by what right it passes the licence on, or record what the model derives from", "demander à %s à quel titre il transmet la licence, ou enregistrer ce dont le modèle dérive", maker),
		Facts: []catalog.FactRef{provider, {Record: m.Model, Path: "model.licence"}}, Basis: e.ID + ", " + e.Holder.Clause}, true
}
