package jurisdiction

import (
	"slices"
	"strings"

	"vigie/catalog/wording"
)

// Measure is a mitigation named by a law, with whether it is in place.
type Measure struct {
	ID      string       `json:"id"`
	InPlace Truth        `json:"in_place"`
	Lowers  wording.Text `json:"lowers"`
	Text    wording.Text `json:"text"`
}

// Cure is what would take a path away, or lower it.
type Cure struct {
	Kind  string       `json:"kind"`
	Party string       `json:"party,omitempty"`
	Text  wording.Text `json:"text"`
}

// maxCures bounds the list: beyond it the chain itself is the problem.
const maxCures = 8

// inPlace says whether a mitigation is in place: as recorded, else as the graph shows it.
func (w *walk) inPlace(id string) Truth {
	t, ok := w.inForce[id]
	if !ok {
		if w.inForce == nil {
			w.inForce = map[string]Truth{}
		}
		t = w.looksInPlace(id)
		w.inForce[id] = t
	}
	return t
}

func (w *walk) looksInPlace(id string) Truth {
	if t, ok := w.g.Measures[id]; ok {
		return t
	}
	switch id {
	case "self-host-no-link":
		if w.g.Offering.Deployment == "" {
			return Maybe
		}
		return min(Of(w.g.Offering.Deployment.SelfHosted()), not(w.plainOutside()))
	case "customer-only-keys":
		if w.g.Offering.Keys == "" {
			return Maybe
		}
		return Of(w.g.Offering.Keys == KeysCustomer)
	case "eu-only-operator":
		return w.europeanOperator()
	}
	return Maybe
}

// plainOutside says whether anyone established outside the EEA, or controlled from there, has access.
func (w *walk) plainOutside() Truth {
	t := No
	for i := range w.nodes {
		if !w.nodes[i].customer {
			t = max(t, min(w.groups[i].AtLeast(AccessMetadata), w.outside(i)))
		}
	}
	return t
}

// europeanOperator says whether everyone with access is established and controlled in the EEA and works from it.
func (w *walk) europeanOperator() Truth {
	t := not(w.plainOutside())
	for i := range w.nodes {
		n := &w.nodes[i]
		if n.customer || n.access.Max == AccessNone {
			continue
		}
		away := Maybe
		if n.party != nil {
			away = w.beyond(n.party.people())
		}
		t = min(t, not(min(n.access.AtLeast(AccessMetadata), away)))
	}
	return t
}

// measures lists the mitigations of a law, what is left of the risk, and what would cure it.
func (w *walk) measures(x *Exposure, law *Law, hits []hit) {
	x.Mitigations = make([]Measure, 0, len(law.MitigatedBy))
	for _, id := range law.MitigatedBy {
		for k := range w.laws.Vocabulary.Mitigations {
			if m := &w.laws.Vocabulary.Mitigations[k]; m.ID == id {
				x.Mitigations = append(x.Mitigations, Measure{ID: id, InPlace: w.inPlace(id), Lowers: m.Lowers, Text: m.Text})
			}
		}
	}
	x.Left = w.left(law, hits)
	want := Yes
	if x.Status == Undetermined && x.Floor == "" {
		want = Maybe
	}
	for k := range hits {
		h := &hits[k]
		if !h.c.onParty {
			if h.truth >= want {
				x.cure(w.placeCure(h.c))
			}
			continue
		}
		for _, l := range h.who {
			if l.truth >= want && len(x.Cures) < maxCures {
				x.cure(w.partyCure(law, h.c, l.node))
			}
		}
	}
}

func (x *Exposure) cure(c Cure) {
	for _, have := range x.Cures {
		if have.Kind == c.Kind && have.Party == c.Party {
			return
		}
	}
	if x.Cures = append(x.Cures, c); cap(x.Cures) < maxCures {
		x.Cures = slices.Grow(x.Cures, maxCures)
	}
}

// left says what remains of the risk with what is known to be in place.
func (w *walk) left(law *Law, hits []hit) wording.Text {
	if !law.HarmsTo(Confidentiality) {
		switch {
		case law.HarmsTo(Continuity):
			return wording.Text{EN: "The service can be restricted or stopped; the data are not what this law asks for.", FR: "Le service peut être restreint ou coupé ; ce ne sont pas les données que cette loi demande."}
		case law.HarmsTo(Integrity):
			return wording.Text{EN: "The answers or the security of the service can be shaped; the data are not what this law asks for.", FR: "Les réponses ou la sécurité du service peuvent être orientées ; ce ne sont pas les données que cette loi demande."}
		}
		return wording.Text{EN: "A duty to fulfil, not a way to the data.", FR: "Une obligation à remplir, non un accès aux données."}
	}
	top := AccessNone
	for k := range hits {
		for _, l := range hits[k].each() {
			top = max(top, w.relied(hits[k].c, l.node).Max)
		}
	}
	switch top {
	case AccessPlaintext:
		return wording.Text{EN: "Whoever is compelled can reach content in clear: nothing in place lowers that.", FR: "La partie contrainte peut atteindre le contenu en clair : aucune mesure en place n'y change rien."}
	case AccessCiphertext:
		return wording.Text{EN: "Whoever is compelled has content that it cannot read; account and usage data remain readable.", FR: "La partie contrainte a un contenu qu'elle ne peut pas lire ; les données de compte et d'usage restent lisibles."}
	}
	return wording.Text{EN: "Whoever is compelled has account and usage data only, not content.", FR: "La partie contrainte n'a que des données de compte et d'usage, non le contenu."}
}

func (w *walk) placeCure(c *condition) Cure {
	place := func(b bitset) wording.Text {
		for n := range b.all {
			return w.laws.Countries.Name(w.laws.Countries.List[n].Code)
		}
		return wording.Text{}
	}
	switch {
	case c.asksData:
		return Cure{Kind: "move-data", Text: wording.Textf("Keep every copy outside this country (%s), backups and logs included.", "Ne garder aucune copie dans ce pays (%s), sauvegardes et journaux compris.", place(c.data))}
	case c.asksSubjects:
		return Cure{Kind: "fulfil-duty", Text: wording.Textf("Fulfil the duty, or keep data of persons in this country (%s) out of the service.", "Remplir l'obligation, ou tenir hors du service les données des personnes de ce pays (%s).", place(c.subjects))}
	}
	return Cure{Kind: "no-users", Text: wording.Textf("Do not open the service to users in this country (%s).", "Ne pas ouvrir le service aux utilisateurs de ce pays (%s).", place(c.users))}
}

// cureKey names a cure before it is worded: the same words serve many laws.
type cureKey struct {
	kind string
	node int
}

func (w *walk) partyCure(law *Law, c *condition, i int) Cure {
	kind := w.cureKind(law, c, i)
	k := cureKey{kind, i}
	if have, ok := w.cures[k]; ok {
		return have
	}
	name := w.partyName(i)
	id := ""
	if p := w.nodes[i].party; p != nil {
		id = p.ID
	}
	t := cureWords[kind]
	out := Cure{Kind: kind, Party: id, Text: wording.Text{EN: strings.ReplaceAll(t.EN, "%s", name.EN), FR: strings.ReplaceAll(t.FR, "%s", name.FR)}}
	if w.cures == nil {
		w.cures = map[cureKey]Cure{}
	}
	w.cures[k] = out
	return out
}

func (w *walk) cureKind(law *Law, c *condition, i int) string {
	switch {
	case w.nodes[i].party == nil:
		return "learn"
	case !law.HarmsTo(Confidentiality):
		return "exit-plan"
	case c.asksAdmin:
		return "move-people"
	case c.asksUsers:
		return "unreadable"
	case c.asksServes || c.asksBranch || c.asksControls || c.up > AccessNone:
		return "ring-fence"
	case c.group > AccessNone && w.nodes[i].access.AtLeast(c.group) == No:
		return "change-control"
	}
	return "take-access"
}

var cureWords = map[string]wording.Text{
	"learn":          {EN: "Learn who %s is.", FR: "Apprendre qui est %s."},
	"exit-plan":      {EN: "A tested exit, or running without %s: own weights and configuration, disconnected operation.", FR: "Une sortie éprouvée, ou un fonctionnement sans %s : poids et configuration en propre, exploitation déconnectée."},
	"move-people":    {EN: "Have people of %s with access work from the European Economic Area only, or take their access away.", FR: "Faire travailler le personnel de %s ayant accès depuis l'Espace économique européen seulement, ou lui retirer l'accès."},
	"unreadable":     {EN: "Serve the users of that country otherwise, or make the content unreadable to %s.", FR: "Servir autrement les utilisateurs de ce pays, ou rendre le contenu illisible pour %s."},
	"ring-fence":     {EN: "The customer has no say over the presence of %s there; what remains is self-hosting or, for stored data, keys that %s cannot use.", FR: "Le client n'a pas prise sur la présence de %s dans ce pays ; restent l'auto-hébergement ou, pour les données stockées, des clés que %s ne peut pas utiliser."},
	"change-control": {EN: "Replace what %s controls by an operator outside its control; keys held by the customer alone help for stored data only.", FR: "Remplacer ce que %s contrôle par un exploitant hors de son contrôle ; des clés détenues par le seul client n'aident que pour les données stockées."},
	"take-access":    {EN: "Take the access of %s away, or replace it by an operator of the European Economic Area; keys that it cannot use help for stored data only.", FR: "Retirer l'accès à %s, ou le remplacer par un exploitant de l'Espace économique européen ; des clés qu'il ne peut pas utiliser n'aident que pour les données stockées."},
}
