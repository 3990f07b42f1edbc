package licence

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/finding"
)

// The values of rights.worst, best first.
var worstCodes = []string{"allowed", "conditions_met", "unclear", "conditions_unmet", "forbidden"}

// codes gives the values of rights.worst that an answer stands for.
func codes(list []Answer) []string {
	var out []string
	for _, a := range list {
		c := map[Answer]string{Allowed: "allowed", ConditionsMet: "conditions_met", Silent: "unclear", Unsettled: "unclear", ConditionsUnknown: "unclear",
			ConditionsNotMet: "conditions_unmet", Forbidden: "forbidden"}[a]
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// open is a value that may not be settled: those still possible, the facts that decided and those that would settle it.
type open struct {
	codes        []string
	used, settle []catalog.FactRef
	reasons      []wording.Text
}

func (o *open) worse(codes []string) {
	if o.codes == nil {
		o.codes = codes
		return
	}
	var out []string
	for _, a := range o.codes {
		for _, b := range codes {
			w := a
			if slices.Index(worstCodes, b) > slices.Index(worstCodes, a) {
				w = b
			}
			if !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	o.codes = out
}

// Derive computes the derived facts rights.* of a dossier, and the findings that its licences call for. An offering
// with several models has the worst of their rights. rates turn money into dollars, on the day of the assessment.
func (set *Set) Derive(d *catalog.Dossier, rates Rates) ([]finding.Derived, []finding.Finding) {
	var models []ModelRights
	for _, m := range d.Roles.Models {
		models = append(models, set.ModelRights(d, m, rates))
	}
	hosted := hostedByVendor(d)
	derived := []finding.Derived{
		set.deriveOutputsFree(d, models, hosted), set.deriveOSI(d, models), set.deriveBool(d, models, "rights.modify", Modify),
		set.deriveBool(d, models, "rights.self_host", SelfHost), set.deriveWorst(d, models, hosted),
	}
	slices.SortFunc(derived, func(a, b finding.Derived) int { return strings.Compare(a.Path, b.Path) })
	return derived, set.findings(d, models)
}

// hostedByVendor: someone else serves the offering, so that terms apply.
func hostedByVendor(d *catalog.Dossier) bool { return !d.Roles.SelfHosted }

// termsFact gives a fact of the terms that apply; ref is where it is or would be recorded.
func termsFact(d *catalog.Dossier, path string) (f catalog.Fact, ref catalog.FactRef) {
	if d.Roles.Terms.ID == "" {
		return catalog.Fact{Path: path, State: catalog.Unknown}, catalog.FactRef{Record: d.Offering, Path: "offering.terms"}
	}
	f = d.Record(d.Roles.Terms).Fact(path)
	if f.Disputed {
		f.State = catalog.Unknown
	}
	return f, catalog.FactRef{Record: d.Roles.Terms, Path: path}
}

// gates are the rights that rights.worst sums up.
var gates = []string{CommercialUse, InTerritory, ForSector, InField}

func (set *Set) deriveWorst(d *catalog.Dossier, models []ModelRights, hosted bool) finding.Derived {
	var o open
	if hosted {
		f, ref := termsFact(d, "terms.aup_conflict")
		c := worstCodes
		if f.State == catalog.Known {
			o.used = append(o.used, ref)
			c = map[string][]string{"none": {"allowed"}, "conditions": {"conditions_met", "conditions_unmet"}, "unclear": {"unclear"}, "forbidden": {"forbidden"}}[f.Value.Text]
			if f.Value.Text != "none" {
				o.reasons = append(o.reasons, wording.Textf("the acceptable use policy of the service", "la politique d'usage du service"))
			}
		} else {
			o.settle = append(o.settle, ref)
			o.reasons = append(o.reasons, wording.Textf("whether the acceptable use policy of the service bars the use is not known", "on ne sait pas si la politique d'usage du service exclut l'usage"))
		}
		o.worse(c)
	}
	if len(models) == 0 && !saas(d) {
		o.worse(worstCodes)
		o.settle = append(o.settle, catalog.FactRef{Record: d.Offering, Path: "offering.models"})
		o.reasons = append(o.reasons, wording.Textf("no model is recorded", "aucun modèle n'est enregistré"))
	}
	if moreModels(d) && !saas(d) {
		o.worse(worstCodes)
		o.settle = append(o.settle, catalog.FactRef{Record: d.Offering, Path: "offering.models"})
		o.reasons = append(o.reasons, moreModelsText)
	}
	for _, m := range models {
		if !servedByMaker(d, m.Model) {
			o.settle = append(o.settle, m.Settle...)
		}
		switch {
		case servedByMaker(d, m.Model):
			o.worse([]string{"allowed"}) // the terms above decide
			o.used = append(o.used, catalog.FactRef{Record: m.Model, Path: "model.provider"})
		case m.Rights != nil:
			var own open
			for _, name := range gates {
				r := m.Rights.Rights[name]
				if name == InTerritory || name == ForSector || name == InField {
					if r.Answer == Silent {
						continue // nothing is excluded by what is not said
					}
				}
				c := codes(r.possible())
				if hosted {
					c = throughHost(c)
				}
				own.worse(c)
				o.used = append(o.used, r.Used...)
				o.settle = append(o.settle, r.Missing...)
				if r.Answer != Allowed {
					o.reasons = append(o.reasons, r.Reason)
				}
				if hosted && r.Answer != Allowed && slices.Contains(c, "unclear") {
					o.reasons = append(o.reasons, askHost)
				}
			}
			if m.unsure { // closed weights would leave it to the terms alone
				o.settle = append(o.settle, catalog.FactRef{Record: m.Model, Path: "model.weights"})
				if hosted {
					own.codes = union(own.codes, "allowed")
				} else {
					own.codes = worstCodes
				}
			}
			o.worse(own.codes)
		case m.Basis == FromTerms:
			o.worse([]string{"allowed"}) // the terms above decide
			if !hosted {
				o.worse(worstCodes)
			}
		case m.Basis == NotRecorded:
			o.worse(worstCodes)
			o.reasons = append(o.reasons, m.Reason)
		case m.unsure:
			if hosted {
				o.worse([]string{"allowed", "unclear"})
			} else {
				o.worse(worstCodes)
			}
			o.settle = append(o.settle, catalog.FactRef{Record: m.Model, Path: "model.weights"})
			o.reasons = append(o.reasons, m.Reason)
		default: // a text is there that nobody has read for this use
			o.worse([]string{"unclear"})
			o.reasons = append(o.reasons, m.Reason)
		}
	}
	if o.codes == nil {
		o.codes = []string{"allowed"}
	}
	slices.SortFunc(o.codes, func(a, b string) int { return slices.Index(worstCodes, a) - slices.Index(worstCodes, b) })
	out := finding.Derived{Path: "rights.worst", State: catalog.Unknown, Used: sortRefs(o.used)}
	if len(o.codes) == 1 {
		v := catalog.ChoiceValue(o.codes[0])
		out.State, out.Value = catalog.Known, &v
	} else {
		for _, c := range o.codes {
			out.Possible = append(out.Possible, catalog.ChoiceValue(c))
		}
		out.SettledBy = sortRefs(o.settle)
	}
	out.Reason = wording.Text{EN: "commercial use, territory, sector and field of use are allowed", FR: "usage commercial, territoire, secteur et domaine d'usage sont permis"}
	if len(o.reasons) > 0 {
		out.Reason = joinTexts(dedupe(o.reasons), "; ", " ; ")
	}
	return out
}

func union(list []string, c string) []string {
	if slices.Contains(list, c) {
		return list
	}
	return append(slices.Clone(list), c)
}

var askHost = wording.Textf("the licence binds whoever runs the model: ask the host by which right it serves it to you",
	"la licence oblige qui exploite le modèle : demander à l'hébergeur à quel titre il vous le sert")

// throughHost is what the limits of a licence are to the customer of a host that serves the weights: they bind the
// host, who may hold another grant, and reach the customer only as far as the host passes them on. What the customer
// would not be allowed itself is then unclear, not forbidden.
func throughHost(c []string) []string {
	var out []string
	for _, x := range c {
		if x == "conditions_unmet" || x == "forbidden" {
			x = "unclear"
		}
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// saas: an assistant that runs models it does not name; its user has no licence of theirs.
func saas(d *catalog.Dossier) bool {
	f := d.Record(d.Offering).Fact("offering.deployment")
	return f.State == catalog.Known && (f.Value.Text == "public_service" || f.Value.Text == "enterprise_saas")
}

func dedupe(list []wording.Text) []wording.Text {
	var out []wording.Text
	for _, t := range list {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

func sortRefs(list []catalog.FactRef) []catalog.FactRef {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b catalog.FactRef) int {
		if c := a.Record.Compare(b.Record); c != 0 {
			return c
		}
		return strings.Compare(a.Path, b.Path)
	})
	return slices.Compact(out)
}

// tri is a boolean that may be open.
type tri struct {
	yes, no      bool // still possible
	used, settle []catalog.FactRef
	reason       wording.Text
}

// and combines: all must be true.
func (t tri) and(o tri) tri {
	out := tri{yes: t.yes && o.yes, no: t.no || o.no, used: append(t.used, o.used...), settle: append(t.settle, o.settle...), reason: t.reason}
	if (!o.yes && t.yes) || (o.yes && o.no && t.yes && !t.no) || t.reason.IsZero() {
		out.reason = o.reason
	}
	return out
}

func (t tri) derived(path string) finding.Derived {
	out := finding.Derived{Path: path, State: catalog.Unknown, Used: sortRefs(t.used), Reason: t.reason}
	if t.yes != t.no {
		v := catalog.BoolValue(t.yes)
		out.State, out.Value = catalog.Known, &v
		return out
	}
	out.Possible = []catalog.Value{catalog.BoolValue(false), catalog.BoolValue(true)}
	out.SettledBy = sortRefs(t.settle)
	return out
}

// overModels combines what holds for each model; without any model nothing is known.
func overModels(d *catalog.Dossier, models []ModelRights, f func(ModelRights) tri) tri {
	if len(models) == 0 {
		return tri{yes: true, no: true, settle: []catalog.FactRef{{Record: d.Offering, Path: "offering.models"}},
			reason: wording.Textf("no model is recorded", "aucun modèle n'est enregistré")}
	}
	out := overNamed(models, f)
	if moreModels(d) {
		out = out.and(tri{yes: true, no: true, settle: []catalog.FactRef{{Record: d.Offering, Path: "offering.models"}}, reason: moreModelsText})
	}
	return out
}

// overNamed combines what holds for each of one or more models.
func overNamed(models []ModelRights, f func(ModelRights) tri) tri {
	out := f(models[0])
	for _, m := range models[1:] {
		out = out.and(f(m))
	}
	return out
}

// moreModels reports whether the offering may run models that its list leaves out.
func moreModels(d *catalog.Dossier) bool {
	return len(d.Unnamed("model")) > 0
}

var moreModelsText = wording.Textf("the list of models is not complete", "la liste des modèles n'est pas complète")

func (set *Set) deriveOSI(d *catalog.Dossier, models []ModelRights) finding.Derived {
	return overModels(d, models, func(m ModelRights) tri {
		link := []catalog.FactRef{{Record: m.Model, Path: "model.licence"}}
		switch m.Basis {
		case FromTerms, NameKnown:
			return tri{no: true, used: link, reason: m.Reason}
		case NotRecorded, NoRights:
			return tri{yes: true, no: true, settle: link, reason: m.Reason}
		}
		if m.unsure && set.licences[m.ID].OSIApproved {
			return tri{yes: true, no: true, used: link, settle: []catalog.FactRef{{Record: m.Model, Path: "model.weights"}},
				reason: wording.Textf("whether the weights are given out is not known", "on ne sait pas si les poids sont remis")}
		}
		out := tri{yes: true, used: link, reason: wording.Textf("approved by the OSI: %s", "approuvée par l'OSI : %s", set.licences[m.ID].Names[0])}
		ids := []BaseRights{{ID: m.ID, Basis: FromLicence}}
		for _, b := range append(ids, m.Bases...) {
			switch {
			case b.ID != "" && set.licences[b.ID] != nil:
				if !set.licences[b.ID].OSIApproved {
					return tri{no: true, used: link, reason: wording.Textf("not approved by the OSI: %s", "non approuvée par l'OSI : %s", set.licences[b.ID].Names[0])}
				}
			case b.Basis == NameKnown || b.Basis == FromTerms:
				return tri{no: true, used: link, reason: wording.Textf("derives from %s, whose licence the OSI has not approved", "dérive de %s, dont la licence n'est pas approuvée par l'OSI", d.Name(b.Model))}
			default:
				out.no = true
			}
		}
		if len(m.Settle) > 0 {
			out.no = true
			out.settle = append(out.settle, m.Settle...)
		}
		return out
	}).derived("rights.osi_approved")
}

// deriveBool is a right as true or false: conditions that are not known leave it open.
func (set *Set) deriveBool(d *catalog.Dossier, models []ModelRights, path, right string) finding.Derived {
	return overModels(d, models, func(m ModelRights) tri {
		ref := []catalog.FactRef{{Record: m.Model, Path: "model.weights"}}
		switch {
		case m.closed || m.Basis == FromTerms:
			return tri{no: true, used: ref, reason: m.Reason}
		case m.Basis == OnContract:
			return tri{yes: true, no: true, settle: []catalog.FactRef{{Record: m.Model, Path: "model.licence"}},
				reason: wording.Textf("the weights come under a contract: it says so", "les poids sont remis sous contrat : il en décide")}
		case m.Rights == nil:
			return tri{yes: true, no: true, settle: append([]catalog.FactRef{{Record: m.Model, Path: "model.licence"}}, m.Settle...), reason: m.Reason}
		}
		r := m.Rights.Rights[right]
		if m.unsure {
			return tri{yes: r.Answer != Forbidden && r.Answer != ConditionsNotMet, no: true, settle: append(append(ref, r.Missing...), m.Settle...),
				reason: wording.Textf("whether the weights are given out is not known", "on ne sait pas si les poids sont remis")}
		}
		out := tri{used: append(ref, r.Used...), settle: append(slices.Clone(r.Missing), m.Settle...), reason: r.Reason}
		for _, a := range r.possible() {
			switch a {
			case Allowed, ConditionsMet:
				out.yes = true
			case Forbidden, ConditionsNotMet:
				out.no = true
			default:
				out.yes, out.no = true, true
			}
		}
		return out
	}).derived(path)
}

func (set *Set) deriveOutputsFree(d *catalog.Dossier, models []ModelRights, hosted bool) finding.Derived {
	out := tri{yes: true}
	if hosted {
		f, ref := termsFact(d, "terms.output_training")
		switch {
		case f.State != catalog.Known:
			out = tri{yes: true, no: true, settle: []catalog.FactRef{ref}, reason: wording.Textf("whether the terms let outputs train other models is not known", "on ne sait pas si les conditions permettent d'entraîner d'autres modèles sur les sorties")}
		case f.Value.Text == "free":
			out = tri{yes: true, used: []catalog.FactRef{ref}, reason: wording.Textf("the terms leave outputs free", "les conditions laissent les sorties libres")}
		case f.Value.Text == "silent":
			out = tri{yes: true, no: true, used: []catalog.FactRef{ref}, reason: wording.Textf("the terms do not say whether outputs may train other models", "les conditions ne disent pas si les sorties peuvent entraîner d'autres modèles")}
		default:
			out = tri{no: true, used: []catalog.FactRef{ref}, reason: wording.Textf("the terms restrict what outputs may train", "les conditions restreignent l'entraînement sur les sorties")}
		}
	}
	if len(models) == 0 && saas(d) {
		return out.derived("rights.outputs_free")
	}
	each := func(m ModelRights) tri {
		if m.Basis == FromTerms || servedByMaker(d, m.Model) {
			return tri{yes: true, no: !hosted, reason: m.Reason}
		}
		if m.Rights == nil {
			return tri{yes: true, no: true, settle: append([]catalog.FactRef{{Record: m.Model, Path: "model.licence"}}, m.Settle...), reason: m.Reason}
		}
		t := tri{yes: true, used: []catalog.FactRef{{Record: m.Model, Path: "model.licence"}}, reason: wording.Textf("the licence leaves outputs free", "la licence laisse les sorties libres")}
		for _, id := range m.Rights.Documents {
			e := set.licences[id]
			if e == nil || e.Kind == "policy" {
				continue
			}
			switch {
			case e.Outputs.Owner == "licensor" || e.Outputs.TrainOtherModels != "yes" && e.Outputs.TrainOtherModels != "silent" && e.Outputs.TrainOtherModels != "na":
				out := tri{yes: m.unsure, no: true, used: t.used, reason: wording.Textf("%s: %s", "%s : %s", e.Names[0], set.trainReason(e))}
				if out.yes {
					out.settle = []catalog.FactRef{{Record: m.Model, Path: "model.weights"}}
				}
				return out
			case e.Outputs.TrainOtherModels == "silent":
				t.no = true
				t.reason = wording.Textf("%s does not say whether outputs may train other models", "%s ne dit pas si les sorties peuvent entraîner d'autres modèles", e.Names[0])
			}
		}
		if m.unsure && !hosted {
			t.no = true
			t.settle = append(t.settle, catalog.FactRef{Record: m.Model, Path: "model.weights"})
		}
		if len(m.Settle) > 0 {
			t.no = true
			t.settle = append(t.settle, m.Settle...)
		}
		return t
	}
	if saas(d) { // whatever else it runs, its user has no licence of that
		return out.and(overNamed(models, each)).derived("rights.outputs_free")
	}
	return out.and(overModels(d, models, each)).derived("rights.outputs_free")
}
