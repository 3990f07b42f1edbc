package jurisdiction

import (
	"vigie/catalog"
	"vigie/catalog/wording"
)

// Ground says on what a transfer of personal data to a country outside the EEA can rest.
type Ground string

// The grounds of GDPR chapter V that facts can tell apart.
const (
	GroundAdequacy     Ground = "adequacy"
	GroundSafeguards   Ground = "safeguards" // no decision covers it: appropriate safeguards are needed (article 46)
	GroundUndetermined Ground = "undetermined"
)

// Transfer is a country outside the EEA that personal data reach, or may reach, with its ground.
type Transfer struct {
	Country   string            `json:"country"`
	Certain   bool              `json:"certain"` // false: data may reach it, depending on a fact not known
	Ground    Ground            `json:"ground"`
	Decision  string            `json:"decision,omitempty"`  // id of the adequacy decision
	Mechanism string            `json:"mechanism,omitempty"` // safeguard named by the terms
	Scope     wording.Text      `json:"scope,omitzero"`
	Text      wording.Text      `json:"text"`
	Facts     []catalog.FactRef `json:"facts,omitempty"`
}

// Short is the decision id, or the ground.
func (t Transfer) Short() string {
	if t.Decision != "" {
		return t.Decision
	}
	return string(t.Ground)
}

// transfers lists the countries outside the EEA where personal data are, or from which people with at least metadata
// work. A foreign law on a vendor located in the Union is no transfer.
func (w *walk) transfers(on catalog.Date, q *questions) []Transfer {
	out := []Transfer{}
	if w.g.Use.PersonalData == No {
		return out
	}
	met := map[string]Truth{}
	meet := func(p Places, t Truth) {
		for _, c := range p.Codes {
			if w.laws.Countries.inEEA(c) == No {
				met[c] = max(met[c], t)
			}
		}
	}
	meet(w.g.Offering.DataIn, Yes)
	meet(w.g.Offering.MetadataIn, Yes)
	for i := range w.g.Parties {
		if !w.nodes[i].customer {
			meet(w.g.Parties[i].people(), w.g.Parties[i].Access.AtLeast(AccessMetadata))
		}
	}
	for _, c := range w.laws.Countries.List {
		if t := met[c.Code]; t > No {
			w.askTransfer(c.Code, t, q)
			out = append(out, w.transfer(c, min(t, w.g.Use.PersonalData), on, q))
		}
	}
	return out
}

// askTransfer asks what leaves open whether personal data reach a country.
func (w *walk) askTransfer(country string, t Truth, q *questions) {
	if w.g.Use.PersonalData == Maybe {
		q.test("transfer:"+country, atom{AttrPersonalData, -1})
	}
	if t == Yes {
		return
	}
	for i := range w.g.Parties {
		if p := &w.g.Parties[i]; !w.nodes[i].customer && p.people().Has(country) == Yes && !p.Access.Known() {
			q.test("transfer:"+country, atom{AttrAccess, i})
		}
	}
}

func (w *walk) transfer(c Country, certain Truth, on catalog.Date, q *questions) Transfer {
	t := Transfer{Country: c.Code, Certain: certain == Yes, Mechanism: w.g.Mechanism, Facts: w.g.Offering.Refs[AttrData]}
	d, found := w.laws.Adequacy.For(c.Code, on)
	covered := Of(found)
	if found && d.ListedOnly {
		covered = w.onList(c.Code, q)
	}
	switch {
	case certain != Yes || covered == Maybe:
		t.Ground = GroundUndetermined
		t.Text = wording.Textf("%s: whether data reach it, or on what ground, is not known.", "%s : on ignore si des données y parviennent, ou sur quel fondement.", w.laws.Countries.Name(c.Code))
	case covered == Yes:
		t.Ground, t.Decision, t.Scope = GroundAdequacy, d.ID, d.Scope
		t.Text = wording.Textf("%s: adequacy decision %s, within its scope.", "%s : décision d'adéquation %s, dans son champ.", w.laws.Countries.Name(c.Code), d.Decision)
	default:
		t.Ground = GroundSafeguards
		t.Text = wording.Textf("%s: no adequacy decision covers it; appropriate safeguards and an assessment are needed.", "%s : aucune décision d'adéquation ne le couvre ; il faut des garanties appropriées et une analyse.", w.laws.Countries.Name(c.Code))
	}
	return t
}

// onList says whether every party that receives data in a country is on the list of the decision.
func (w *walk) onList(country string, q *questions) Truth {
	t, any := Yes, false
	for i := range w.nodes {
		n := &w.nodes[i]
		if n.customer || n.party == nil || n.access.AtLeast(AccessMetadata) == No {
			continue
		}
		p := n.party
		there := p.IncorporatedIn == country || p.HeadquarteredIn == country || p.people().Has(country) == Yes
		if !there {
			continue
		}
		any = true
		t = min(t, p.DPF)
		if p.DPF == Maybe {
			q.test("transfer:"+country, atom{AttrDPF, i})
		}
	}
	return min(t, Of(any))
}
