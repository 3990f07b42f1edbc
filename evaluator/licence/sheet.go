package licence

import (
	"vigie/catalog/wording"
)

// Row is one line of what a licence says, for no one in particular.
type Row struct {
	Name   string       `json:"name"`
	Label  wording.Text `json:"label"`
	Says   wording.Text `json:"says"`
	Clause wording.Text `json:"clause,omitzero"`
}

// Sheet is what a licence says, line by line; ok is false when Vigie has no rights file of it.
func (set *Set) Sheet(id string) (rows []Row, ok bool) {
	e, ok := set.licences[id]
	if !ok {
		return nil, false
	}
	w := &set.words
	add := func(name, en, fr string, says wording.Text, clause string) {
		rows = append(rows, Row{Name: name, Label: wording.Text{EN: en, FR: fr}, Says: says, Clause: w.clauseText(clause)})
	}
	use := w.Answer[e.CommercialUse.Answer]
	for _, c := range e.conditions {
		use = wording.Textf("%s; %s; otherwise: %s", "%s ; %s ; sinon : %s", use, set.conditionText(c, &Situation{}), w.Consequence[c.Otherwise])
	}
	add("holder", "Holder", "Titulaire", set.holderText(e), e.Holder.Clause)
	add("commercial_use", "Commercial use", "Usage commercial", use, e.CommercialUse.Clause)
	if e.Territory != nil {
		add("territory", "Territory", "Territoire", e.rule, e.Territory.Clause)
	} else {
		add("territory", "Territory", "Territoire", wording.Text{EN: "none excluded", FR: "aucun exclu"}, "")
	}
	if e.Sector != nil {
		add("sector", "Sector", "Secteur", e.Sector.Says, e.Sector.Clause)
	} else {
		add("sector", "Sector", "Secteur", wording.Text{EN: "none excluded", FR: "aucun exclu"}, "")
	}
	field := wording.Text{EN: "not restricted", FR: "libre"}
	if f := e.FieldOfUse; f.Restricted {
		var uses []wording.Text
		for _, u := range f.Uses {
			uses = append(uses, w.Use[u])
		}
		if len(uses) == 0 {
			uses = []wording.Text{{EN: "see there", FR: "s'y reporter"}}
		}
		field = wording.Textf("barred, %s: %s; %s", "exclus, %s : %s ; %s", w.FieldSource[f.Source], joinTexts(uses, ", ", ", "), w.PolicyChange[f.PolicyMayChange])
	}
	add("field_of_use", "Field of use", "Domaine d'usage", field, e.FieldOfUse.Clause)
	add("outputs", "Outputs", "Sorties", w.OutputsOwner[e.Outputs.Owner], e.Outputs.Clause)
	add("outputs_training", "Training on outputs", "Entraînement sur les sorties", w.Train[e.Outputs.TrainOtherModels], e.Outputs.Clause)
	add("modify", "Adaptation", "Adaptation", w.Answer[e.Derivatives.Allowed], e.Derivatives.Clause)
	redistribution := w.Answer[e.Redistribution.Answer]
	if len(e.Redistribution.Conditions) > 0 {
		var list []wording.Text
		for _, c := range e.Redistribution.Conditions {
			list = append(list, w.Redistribution[c])
		}
		redistribution = wording.Textf("%s: %s", "%s : %s", redistribution, joinTexts(list, ", ", ", "))
	}
	add("redistribute", "Redistribution", "Redistribution", redistribution, e.Redistribution.Clause)
	for _, d := range e.duties {
		add("duty", "Duty", "Obligation", d.Text, d.Clause)
	}
	for _, t := range e.terms {
		if t.Name == "holder" {
			continue
		}
		l := termWords[t.Name]
		add(t.Name, l.EN, l.FR, t.Text, t.Clause)
	}
	add("note", "Note", "Note", e.Note, "")
	return rows, true
}

var termWords = map[string]wording.Text{
	"share_alike": {EN: "Share-alike", FR: "Partage à l'identique"}, "patent_grant": {EN: "Patents", FR: "Brevets"}, "patent_end": {EN: "What ends patents or licence", FR: "Ce qui met fin aux brevets ou à la licence"},
	"revocable": {EN: "Revocability", FR: "Révocabilité"}, "may_change": {EN: "Change of terms", FR: "Modification des conditions"}, "law": {EN: "Governing law", FR: "Droit applicable"},
	"venue": {EN: "Courts", FR: "Tribunaux"}, "arbitration": {EN: "Arbitration", FR: "Arbitrage"}, "indemnity": {EN: "Indemnity", FR: "Garantie"},
	"osaid": {EN: "Open Source AI Definition 1.0", FR: "Définition de l'IA open source 1.0"},
}

// TermText names a term of a Judgement.
func TermText(name string) wording.Text {
	if name == "holder" {
		return wording.Text{EN: "Holder", FR: "Titulaire"}
	}
	return termWords[name]
}

// Pair is a line of two licences side by side.
type Pair struct {
	Name  string       `json:"name"`
	Label wording.Text `json:"label"`
	A     *Row         `json:"a,omitempty"`
	B     *Row         `json:"b,omitempty"`
	Same  bool         `json:"same"`
}

// Diff puts what two licences say side by side; ok is false when one of them has no rights file.
func (set *Set) Diff(a, b string) (pairs []Pair, ok bool) {
	left, okA := set.Sheet(a)
	right, okB := set.Sheet(b)
	if !okA || !okB {
		return nil, false
	}
	taken := make([]bool, len(right))
	for i := range left {
		p := Pair{Name: left[i].Name, Label: left[i].Label, A: &left[i]}
		for k := range right {
			if !taken[k] && right[k].Name == left[i].Name && (left[i].Name != "duty" || right[k].Says == left[i].Says) {
				taken[k] = true
				p.B = &right[k]
				p.Same = right[k].Says == left[i].Says
				break
			}
		}
		pairs = append(pairs, p)
	}
	for k := range right {
		if !taken[k] {
			pairs = append(pairs, Pair{Name: right[k].Name, Label: right[k].Label, B: &right[k]})
		}
	}
	return pairs, true
}
