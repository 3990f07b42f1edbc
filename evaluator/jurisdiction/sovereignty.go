package jurisdiction

import (
	"math/big"
	"slices"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Sovereignty is the reading of the EU Cloud Sovereignty Framework. The framework gives levels, not a procedure: the
// ceilings below are this project's own reading of it, and are printed as such. A level that facts do not settle is
// an interval.
type Sovereignty struct {
	Framework  string            `json:"framework"`
	Objectives []ObjectiveResult `json:"objectives"`
	CapSOV2    [2]int            `json:"cap_sov_2"`            // highest level SOV-2 can reach: lowest and highest possible value
	SEAL       [2]int            `json:"seal"`                 // overall: the lowest objective
	Score      [2]string         `json:"score"`                // percent with the official weights, two decimals
	Recognised string            `json:"recognised,omitempty"` // level that a buyer has recognised, as recorded
	OwnReading wording.Text      `json:"own_reading"`
}

// ObjectiveResult is the level of one objective.
type ObjectiveResult struct {
	ID       string         `json:"id"`
	Name     wording.Text   `json:"name"`
	Weight   int            `json:"weight"`
	Level    [2]int         `json:"level"`  // lowest and highest possible level
	Status   string         `json:"status"` // settled, or undetermined
	Ceilings []CeilingCheck `json:"ceilings"`
}

// CeilingCheck is one fact that holds an objective down, or would if it were so.
type CeilingCheck struct {
	Cap   int               `json:"cap"`
	Holds Truth             `json:"holds"`
	Text  wording.Text      `json:"text"`
	Facts []catalog.FactRef `json:"facts,omitempty"`
}

// FullLevel is the highest SEAL level.
const FullLevel = 4

func (w *walk) sovereignty(exposures []Exposure, q *questions) Sovereignty {
	s := Sovereignty{Framework: w.laws.Framework.Title + " " + w.laws.Framework.Version, Recognised: w.g.Recognised, OwnReading: wording.Textf(
		"Levels are Vigie's own reading of the framework from the recorded facts; objectives whose facts are not on file are left open.",
		"Les niveaux sont la lecture propre de Vigie à partir des faits consignés ; les objectifs dont les faits manquent restent ouverts.")}
	v := &sovereign{walk: w, exposures: exposures, q: q}
	low, high, floor, top := 0, 0, FullLevel, FullLevel
	for _, o := range w.laws.Framework.Objectives {
		r := ObjectiveResult{ID: o.ID, Name: o.Name, Weight: o.Weight, Ceilings: v.ceilings(o.ID)}
		r.Level = levels(r.Ceilings)
		if o.ID == "SOV-2" {
			s.CapSOV2 = r.Level
		}
		r.Status = "settled"
		if r.Level[0] != r.Level[1] {
			r.Status = "undetermined"
		}
		low, high = low+r.Level[0]*o.Weight, high+r.Level[1]*o.Weight
		floor, top = min(floor, r.Level[0]), min(top, r.Level[1])
		s.Objectives = append(s.Objectives, r)
	}
	s.SEAL = [2]int{floor, top}
	s.Score = [2]string{score(low), score(high)}
	return s
}

// score turns the sum of level × weight into a percentage: a level is worth its quarter of the weight.
func score(sum int) string { return catalog.Decimal(big.NewRat(int64(sum), FullLevel), 2) }

// levels gives the interval that ceilings leave.
func levels(cs []CeilingCheck) [2]int {
	low, high := FullLevel, FullLevel
	for _, c := range cs {
		if c.Holds > No {
			low = min(low, c.Cap)
		}
		if c.Holds == Yes {
			high = min(high, c.Cap)
		}
	}
	return [2]int{low, high}
}

type sovereign struct {
	*walk
	exposures []Exposure
	q         *questions
}

// outside says whether a party is established outside the European Economic Area.
func (w *walk) outside(i int) Truth {
	n := &w.nodes[i]
	if n.party == nil {
		return Maybe
	}
	if n.kind == Dispersed {
		return No
	}
	return max(not(w.laws.Countries.inEEA(n.party.IncorporatedIn)), not(w.laws.Countries.inEEA(n.party.HeadquarteredIn)))
}

// beyond says whether a set of countries reaches outside the European Economic Area.
func (w *walk) beyond(p Places) Truth {
	if p.World {
		return Yes
	}
	for _, c := range p.Codes {
		if w.laws.Countries.inEEA(c) == No {
			return Yes
		}
	}
	if !p.Open {
		return No
	}
	for _, c := range p.Within {
		if w.laws.Countries.inEEA(c) == No {
			return Maybe
		}
	}
	if len(p.Within) > 0 {
		return No
	}
	return Maybe
}

func (v *sovereign) ceilings(objective string) []CeilingCheck {
	switch objective {
	case "SOV-1":
		return v.strategic()
	case "SOV-2":
		return v.legal()
	case "SOV-3":
		return v.data()
	case "SOV-4":
		return v.operational()
	case "SOV-5":
		return v.supplyChain()
	case "SOV-6":
		return []CeilingCheck{
			{Cap: 2, Holds: not(v.g.Offering.WeightsOpen), Text: wording.Textf("The weights are closed: nobody else may run, audit or adapt the model.", "Les poids sont fermés : nul autre ne peut exécuter, auditer ou adapter le modèle."), Facts: v.g.Offering.Refs[AttrDeployment]},
			{Cap: 1, Holds: Maybe, Text: wording.Textf("Open interfaces, documentation and independence in computing are not on file.", "Interfaces ouvertes, documentation et indépendance du calcul ne sont pas au fichier.")},
		}
	}
	return v.stated(objective)
}

// stated are the objectives that rest on audits and statements. What is on file lifts the floor by one level; it cannot
// settle the level, which a buyer's assessment does.
func (v *sovereign) stated(objective string) []CeilingCheck {
	facts := v.g.Contributing[objective]
	nothing := Of(len(facts) == 0)
	return []CeilingCheck{
		{Cap: 0, Holds: min(nothing, Maybe), Text: wording.Textf("No certificate, audit or statement is on file for this objective.", "Aucun certificat, audit ou déclaration n'est au fichier pour cet objectif.")},
		{Cap: 1, Holds: Maybe, Text: wording.Textf("What certificates and statements are worth here is for the buyer's assessment.", "La portée des certificats et déclarations relève ici de l'évaluation de l'acheteur."), Facts: facts},
	}
}

// cap takes the words of a ceiling of SOV-2 from the framework file.
func (v *sovereign) cap(id string, holds Truth, facts []catalog.FactRef) CeilingCheck {
	i := slices.IndexFunc(v.laws.Framework.Caps, func(c Cap) bool { return c.ID == id })
	c := v.laws.Framework.Caps[i]
	return CeilingCheck{Cap: c.Cap, Holds: holds, Text: c.Text, Facts: facts}
}

// legal is SOV-2: the ceilings of the framework file, from the walk.
func (v *sovereign) legal() []CeilingCheck {
	return []CeilingCheck{
		v.cap("cap-0", v.servedFromOutside(), v.seatFacts()),
		v.cap("cap-1", v.plaintextOutside(), nil),
		v.cap("cap-2", v.dependency(), nil),
		v.cap("cap-3", v.claimed(), nil),
	}
}

func (v *sovereign) seatFacts() []catalog.FactRef {
	var out []catalog.FactRef
	for _, i := range v.serving {
		out = append(out, v.nodes[i].refs(AttrSeat)...)
	}
	return out
}

func (v *sovereign) servedFromOutside() Truth {
	t := No
	for _, i := range v.serving {
		t = max(t, v.outside(i))
		if v.outside(i) == Maybe {
			v.q.test("SOV-2", atom{AttrSeat, i})
		}
	}
	if len(v.serving) == 0 && v.g.Offering.PartiesKnown != Yes && !v.g.Offering.Deployment.SelfHosted() {
		t = Maybe
	}
	return t
}

func (v *sovereign) plaintextOutside() Truth {
	t := No
	for i := range v.nodes {
		n := &v.nodes[i]
		if n.customer {
			continue
		}
		where := v.outside(i)
		if n.party == nil {
			where = Maybe
		} else {
			where = max(where, v.beyond(n.party.people()))
		}
		t = max(t, min(n.access.AtLeast(AccessPlaintext), where))
	}
	return t
}

// dependency is the second ceiling. A supplier of technology is one without which the service stops unless the
// provider is known to be able to go on without it.
func (v *sovereign) dependency() Truth {
	t := max(v.beyond(v.g.Offering.DataIn), v.beyond(v.g.Offering.MetadataIn))
	for i := range v.nodes {
		n := &v.nodes[i]
		if n.customer {
			continue
		}
		hold := max(n.access.AtLeast(AccessMetadata), v.groups[i].AtLeast(AccessMetadata))
		for _, x := range v.controlled[i] {
			if v.nodes[x.node].roles.Has(ServingVendor | Host) {
				hold = max(hold, x.truth)
			}
		}
		if n.roles.Has(TechnologySupplier|KeyCustodian) && v.g.Immunity.Autonomy != Yes {
			hold = Yes
		}
		t = max(t, min(hold, v.outside(i)))
	}
	return t
}

func (v *sovereign) claimed() Truth {
	t := No
	for _, x := range v.exposures {
		if len(x.Harms) == 1 && x.Harms[0] == Duty {
			continue
		}
		switch x.Status {
		case Exposed, Arguable:
			return Yes
		case Undetermined:
			t = Maybe
			if x.Floor != "" {
				return Yes
			}
		}
	}
	return t
}

func (v *sovereign) strategic() []CeilingCheck {
	control := No
	for _, i := range v.serving {
		for _, up := range v.controllers[i] {
			control = max(control, min(up.truth, v.outside(up.node)))
		}
	}
	return []CeilingCheck{
		{Cap: 0, Holds: v.servedFromOutside(), Text: wording.Textf("The serving vendor is established outside the EEA.", "Le fournisseur servant est établi hors de l'EEE."), Facts: v.seatFacts()},
		{Cap: 1, Holds: control, Text: wording.Textf("Decisive authority over the vendor lies outside the EEA.", "L'autorité décisive sur le fournisseur se trouve hors de l'EEE.")},
		{Cap: 2, Holds: v.immunityFact(v.g.Immunity.Veto), Text: wording.Textf("Holders outside the Union have a veto.", "Des détenteurs hors de l'Union ont un droit de veto."), Facts: v.g.Immunity.Refs[AttrVeto]},
		{Cap: 3, Holds: v.immunityFact(not(v.g.Immunity.Notice)), Text: wording.Textf("No clause warns of a change of control.", "Aucune clause n'avertit d'un changement de contrôle."), Facts: v.g.Immunity.Refs[AttrNotice]},
	}
}

// immunityFact leaves out facts about a provider when the organisation serves itself.
func (v *sovereign) immunityFact(t Truth) Truth {
	if v.g.Immunity.Subject == "" {
		return No
	}
	return t
}

func (v *sovereign) data() []CeilingCheck {
	o := &v.g.Offering
	keysOutside := No
	switch o.Keys {
	case KeysCustomer:
	case "":
		keysOutside = Maybe
	default:
		for i := range v.nodes {
			if v.holdsKeys(i) == Yes {
				keysOutside = max(keysOutside, v.outside(i))
			}
		}
	}
	alone := Of(o.Keys != KeysCustomer)
	if o.Keys == "" {
		alone = Maybe
	}
	return []CeilingCheck{
		{Cap: 1, Holds: v.beyond(o.DataIn), Text: wording.Textf("Content is stored or processed outside the EEA.", "Des contenus sont stockés ou traités hors de l'EEE."), Facts: o.Refs[AttrData]},
		{Cap: 1, Holds: v.plaintextOutside(), Text: wording.Textf("A party or people outside the EEA reach content in clear.", "Une partie ou des personnes hors de l'EEE atteignent le contenu en clair.")},
		{Cap: 2, Holds: keysOutside, Text: wording.Textf("The keys are in the hands of a party outside the EEA.", "Les clés sont aux mains d'une partie hors de l'EEE."), Facts: o.Refs[AttrKeys]},
		{Cap: 3, Holds: alone, Text: wording.Textf("The customer is not alone in control of the keys.", "Le client n'est pas seul maître des clés."), Facts: o.Refs[AttrKeys]},
	}
}

func (v *sovereign) operational() []CeilingCheck {
	people, supplier := No, No
	for i := range v.nodes {
		n := &v.nodes[i]
		if n.customer {
			continue
		}
		if n.access.Max > AccessNone && n.party != nil {
			people = max(people, min(n.access.AtLeast(AccessMetadata), v.beyond(n.party.people())))
		}
		if n.roles.Has(suppliers) {
			supplier = max(supplier, v.outside(i))
		}
	}
	return []CeilingCheck{
		{Cap: 1, Holds: people, Text: wording.Textf("People outside the EEA operate or support the service with access.", "Des personnes hors de l'EEE exploitent ou assistent le service avec un accès.")},
		{Cap: 2, Holds: min(supplier, not(v.g.Immunity.Autonomy)), Text: wording.Textf("The service cannot run without a supplier outside the EEA.", "Le service ne peut fonctionner sans un fournisseur hors de l'EEE."), Facts: v.g.Immunity.Refs[AttrAutonomy]},
		{Cap: 3, Holds: Maybe, Text: wording.Textf("Migration, skills and documentation are not on file.", "Migration, compétences et documentation ne sont pas au fichier.")},
	}
}

func (v *sovereign) supplyChain() []CeilingCheck {
	foreign := No
	for i := range v.nodes {
		if !v.nodes[i].customer && v.nodes[i].roles.Has(suppliers) {
			foreign = max(foreign, v.outside(i))
		}
	}
	return []CeilingCheck{
		{Cap: 1, Holds: Maybe, Text: wording.Textf("The origin of firmware and software is not on file.", "L'origine des micrologiciels et logiciels n'est pas au fichier.")},
		{Cap: 2, Holds: Yes, Text: wording.Textf("Accelerators for AI come from outside the EEA for everyone today.", "Les accélérateurs d'IA viennent aujourd'hui de hors de l'EEE pour tous.")},
		{Cap: 2, Holds: foreign, Text: wording.Textf("A supplier of the service is established outside the EEA.", "Un fournisseur du service est établi hors de l'EEE.")},
	}
}
