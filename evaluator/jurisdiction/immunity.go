package jurisdiction

import (
	"vigie/catalog"
	"vigie/catalog/wording"
)

// Outcome is the answer of a SecNumCloud test on the facts alone.
type Outcome string

// The outcomes. Evidence is asked for and never counted.
const (
	Pass          Outcome = "pass"
	Fail          Outcome = "fail"
	Open          Outcome = "undetermined"
	NotApplicable Outcome = "not_applicable"
	Evidence      Outcome = "evidence"
)

// Immunity is the reading of SecNumCloud 3.2 chapters 19.2 and 19.6 on the facts. It is not a qualification: only
// ANSSI's list says that a service is qualified, and that is shown beside it.
type Immunity struct {
	Scheme    string       `json:"scheme"`
	Subject   string       `json:"subject,omitempty"`
	Result    Outcome      `json:"result"`
	Failing   []string     `json:"failing"`
	Open      []string     `json:"open"`
	Tests     []Test       `json:"tests"`
	Holders   []Holding    `json:"holders"` // outside the Union, with their part
	Together  Holding      `json:"together,omitzero"`
	Certified string       `json:"certified,omitempty"`
	Reason    wording.Text `json:"reason"`
}

// Test is one requirement with its answer and the arithmetic behind it.
type Test struct {
	ID      string            `json:"id"`
	Outcome Outcome           `json:"outcome"`
	Text    wording.Text      `json:"text"`
	Why     wording.Text      `json:"why"`
	Facts   []catalog.FactRef `json:"facts,omitempty"`
}

// Holding is the part of one holder in the provider, direct and indirect.
type Holding struct {
	Party   string      `json:"party,omitempty"`
	Name    string      `json:"name,omitempty"`
	Country string      `json:"country,omitempty"`
	Outside Truth       `json:"outside"` // outside the Union
	Natural bool        `json:"natural"` // a natural person, to whom the ceilings may not apply
	Capital PercentSpan `json:"capital"`
	Votes   PercentSpan `json:"votes"`
}

// PercentSpan is a percentage between two bounds, as exact decimals.
type PercentSpan struct {
	Low  string `json:"low"`
	High string `json:"high"`
}

func span(r Range) PercentSpan {
	return PercentSpan{r.Min.Percent(4), min(r.Max, Whole).Percent(4)}
}

// In writes one figure, or two bounds.
func (p PercentSpan) In(l wording.Lang) string {
	if p.Low == p.High {
		return wording.Percent(l, p.Low)
	}
	return wording.Number(l, p.Low) + "–" + wording.Percent(l, p.High)
}

func (p PercentSpan) text() wording.Text {
	return wording.Text{EN: p.In(wording.EN), FR: p.In(wording.FR)}
}

// The ceilings of 19.6.b; exactly at the ceiling passes.
const (
	ceilingOne = Whole / 100 * 24
	ceilingAll = Whole / 100 * 39
)

// judged is the answer of one test before it is written out.
type judged struct {
	ok    Truth // the requirement is met
	why   wording.Text
	atoms []atom
	facts []catalog.FactRef
}

func (w *walk) immunity(q *questions) Immunity {
	m := Immunity{Scheme: w.laws.Scheme.ID, Result: NotApplicable, Failing: []string{}, Open: []string{}, Tests: []Test{}, Holders: []Holding{}, Certified: w.g.Immunity.Certified}
	s, ok := w.number[w.g.Immunity.Subject]
	if !ok && w.g.Offering.PartiesKnown != Yes {
		m.Result = Open
		m.Reason = wording.Textf("It is not known who serves the offering.", "On ignore qui fournit l'offre.")
		q.test("19.6", atom{AttrParties, -1})
		return m
	}
	if !ok {
		m.Reason = wording.Textf("Nobody but the organisation operates the service: there is no provider to test.", "Nul autre que l'organisation n'exploite le service : il n'y a pas de prestataire à examiner.")
		return m
	}
	t := &immunityTests{walk: w, subject: s}
	t.holders()
	m.Subject, m.Holders, m.Together = w.g.Immunity.Subject, t.listed, t.together
	m.Result = Pass
	for _, x := range w.laws.Scheme.Tests {
		j, known := t.run(x.ID)
		if !known || x.Counts == "rule" {
			continue
		}
		out := Test{ID: x.ID, Text: x.Text, Why: j.why, Facts: j.facts, Outcome: Evidence}
		if x.Counts == "test" {
			switch j.ok {
			case Yes:
				out.Outcome = Pass
			case No:
				out.Outcome = Fail
				m.Failing = append(m.Failing, x.ID)
				m.Result = Fail
			default:
				out.Outcome = Open
				m.Open = append(m.Open, x.ID)
				q.test(x.ID, j.atoms...)
				if m.Result == Pass {
					m.Result = Open
				}
			}
		}
		m.Tests = append(m.Tests, out)
	}
	m.Reason = w.laws.Scheme.Result
	return m
}

type immunityTests struct {
	*walk
	subject  int
	capital  []Range
	listed   []Holding
	together Holding
	one, all judged
	control  Truth // an entity outside the Union controls the provider
}

func (t *immunityTests) run(id string) (judged, bool) {
	f := &t.g.Immunity
	known := func(ok Truth, a Attr, yes, no, open wording.Text) judged {
		j := judged{ok: ok, why: open, facts: f.Refs[a]}
		switch ok {
		case Yes:
			j.why = yes
		case No:
			j.why = no
		default:
			j.atoms = []atom{{a, -1}}
		}
		return j
	}
	switch id {
	case "19.6.a":
		return t.seats(), true
	case "19.6.b.individual":
		return t.one, true
	case "19.6.b.collective":
		return t.all, true
	case "19.6.b.veto":
		return known(not(f.Veto), AttrVeto,
			wording.Textf("No holder outside the Union has a veto.", "Aucun détenteur hors de l'Union n'a de veto."),
			wording.Textf("A holder outside the Union has a veto.", "Un détenteur hors de l'Union a un droit de veto."),
			wording.Textf("Veto rights are not known.", "Les droits de veto ne sont pas connus.")), true
	case "19.6.b.board":
		j := known(not(f.Board), AttrBoard,
			wording.Textf("No holder outside the Union appoints the majority of a governing body.", "Aucun détenteur hors de l'Union ne désigne la majorité d'un organe."),
			wording.Textf("Holders outside the Union appoint the majority of a governing body.", "Des détenteurs hors de l'Union désignent la majorité d'un organe."),
			wording.Textf("Rights of appointment are not known.", "Les droits de désignation ne sont pas connus."))
		if t.control == Yes && j.ok != No {
			j = judged{ok: No, why: wording.Textf("An entity outside the Union controls the provider, and with it the majority of its bodies.", "Une entité hors de l'Union contrôle le prestataire, donc la majorité de ses organes.")}
		}
		return j, true
	case "19.6.c":
		return t.reach(), true
	case "19.6.d":
		return t.autonomy(), true
	case "19.6.f":
		return known(f.Notice, AttrNotice,
			wording.Textf("The contract promises notice within a month.", "Le contrat promet un avis dans le mois."),
			wording.Textf("The contract promises no notice.", "Le contrat ne promet aucun avis."),
			wording.Textf("The contract clause is not known.", "La clause du contrat n'est pas connue.")), true
	case "19.2.b":
		return t.places(t.g.Offering.DataIn, AttrData), true
	case "19.2.c":
		return t.administration(), true
	case "19.2.d":
		a, b := t.places(t.g.Offering.TechnicalIn, AttrTechnicalData), t.places(t.g.Offering.MetadataIn, AttrMetadata)
		if b.ok < a.ok {
			a, b = b, a
		}
		if a.ok == b.ok && a.ok == Maybe {
			a.atoms = append(a.atoms, b.atoms...)
		}
		return a, true
	case "5.3.d":
		return known(f.ResidualRisks, AttrResidual,
			wording.Textf("A list of residual risks is kept.", "Une liste des risques résiduels est tenue."),
			wording.Textf("No list of residual risks is kept.", "Aucune liste des risques résiduels n'est tenue."),
			wording.Textf("Ask for the list of residual risks.", "Demander la liste des risques résiduels.")), true
	case "19.6.e":
		return judged{ok: Maybe, why: wording.Textf("Not computable: ask for ties with foreign public bodies.", "Non calculable : demander les liens avec des organismes publics étrangers.")}, true
	}
	return judged{}, false
}

// outsideEU says whether a party has its seat, its direction or its principal establishment outside the Union.
func (w *walk) outsideEU(i int) Truth {
	n := &w.nodes[i]
	if n.party == nil {
		return Maybe
	}
	if n.kind == Dispersed {
		return No
	}
	p, c := n.party, w.laws.Countries
	t := max(not(c.inEU(p.IncorporatedIn)), not(c.inEU(p.HeadquarteredIn)))
	if p.PrincipalEstablishmentIn != "" {
		t = max(t, not(c.inEU(p.PrincipalEstablishmentIn)))
	}
	return t
}

// natural reports whether a party is, or may be, a natural person: the ceilings speak of entities that have a seat.
func (n *node) natural() bool { return n.kind == Individual || n.kind == "" && n.party != nil }

func (t *immunityTests) seats() judged {
	p := &t.g.Parties[t.subject]
	principal := p.PrincipalEstablishmentIn
	if principal == "" {
		principal = p.HeadquarteredIn
	}
	c := t.laws.Countries
	seat := func(code string) wording.Text {
		if code == "" {
			return wording.Text{EN: "unknown", FR: "inconnu"}
		}
		return c.Name(code)
	}
	j := judged{ok: min(c.inEU(p.IncorporatedIn), c.inEU(p.HeadquarteredIn), c.inEU(principal)), facts: p.Refs[AttrSeat]}
	j.why = wording.Textf("Registered office: %s; central administration: %s; principal establishment: %s.", "Siège statutaire : %s ; administration centrale : %s ; principal établissement : %s.",
		seat(p.IncorporatedIn), seat(p.HeadquarteredIn), seat(principal))
	if j.ok == Maybe {
		j.atoms = []atom{{AttrSeat, t.subject}}
	}
	return j
}

// holders works out the parts of holders outside the Union, alone and together, and judges both ceilings.
func (t *immunityTests) holders() {
	t.capital = t.flow(t.subject, nil)
	t.one, t.all = judged{ok: Yes}, judged{ok: Yes}
	var top Holding
	for i := range t.nodes {
		out := t.outsideEU(i)
		if i == t.subject || out == No {
			continue
		}
		votes := t.voting(i, t.subject)
		if t.capital[i].Max == 0 && votes.Max == 0 {
			continue
		}
		n := &t.nodes[i]
		h := Holding{Outside: out, Natural: n.natural(), Capital: span(t.capital[i]), Votes: span(votes)}
		if n.party != nil {
			h.Party, h.Name, h.Country = n.party.ID, n.party.Name, n.party.country()
		}
		t.listed = append(t.listed, h)
		if out == Yes && !n.natural() {
			t.control = max(t.control, t.controls(i, t.subject))
		}
		high := max(t.capital[i].Max, votes.Max)
		low := max(t.capital[i].Min, votes.Min)
		switch {
		case out == Yes && !n.natural() && low > ceilingOne:
			t.one.ok, top = No, h
		case high > ceilingOne && t.one.ok != No:
			t.one.ok, top = Maybe, h
			t.one.atoms = append(t.one.atoms, t.missing(i)...)
		}
	}
	t.sum()
	t.rest()
	t.one.why = t.wordsOne(top)
	t.all.why = wording.Textf("Holders outside the Union together: %s of the capital, %s of the votes; ceiling 39 %%.", "Détenteurs hors de l'Union ensemble : %s du capital, %s des votes ; plafond 39 %%.", t.together.Capital.text(), t.together.Votes.text())
	if t.listed == nil {
		t.listed = []Holding{}
	}
}

func (t *immunityTests) wordsOne(top Holding) wording.Text {
	if t.one.ok == Yes {
		return wording.Textf("No holder outside the Union exceeds 24 %% of the capital or of the votes.", "Aucun détenteur hors de l'Union ne dépasse 24 %% du capital ou des votes.")
	}
	name := wording.Same(top.Name)
	if i, ok := t.number[top.Party]; ok {
		name = t.g.Parties[i].Called()
	}
	if top.Name == "" {
		name = wording.Textf("An owner not known", "Un détenteur inconnu")
	}
	w := wording.Textf("%s: %s of the capital, %s of the votes; ceiling 24 %%.", "%s : %s du capital, %s des votes ; plafond 24 %%.", name, top.Capital.text(), top.Votes.text())
	if top.Natural {
		w.EN += " A natural person has no seat: whether the ceiling applies is disputed."
		w.FR += " Une personne physique n'a pas de siège : l'application du plafond se discute."
	}
	return w
}

// sum judges what holders outside the Union have together. The lower bound counts entities surely outside; the upper
// one also those that may be, and natural persons.
func (t *immunityTests) sum() {
	surely := func(i int) bool { return t.outsideEU(i) == Yes && !t.nodes[i].natural() }
	capital, votes, counted := t.joint(t.subject, t.outsideEU, surely)
	for _, i := range counted {
		t.all.atoms = append(t.all.atoms, t.missing(i)...)
	}
	t.together = Holding{Outside: Yes, Capital: span(capital), Votes: span(votes)}
	t.ceiling(capital, votes)
}

func (t *immunityTests) ceiling(capital, votes Range) {
	switch {
	case max(capital.Min, votes.Min) > ceilingAll:
		t.all.ok, t.all.atoms = No, nil
	case max(capital.Max, votes.Max) > ceilingAll:
		t.all.ok = Maybe
	default:
		t.all.ok, t.all.atoms = Yes, nil
	}
}

// rest counts what nobody on file holds as possibly outside the Union.
func (t *immunityTests) rest() {
	for i := range t.nodes {
		if i != t.subject && t.capital[i].Max == 0 {
			continue
		}
		capital := Exact(t.unrecorded(i, func(e *edge) Range { return e.percent }))
		part := Range{Max: capital.Max}
		if i != t.subject {
			part = part.times(t.capital[i])
		}
		votes := Share(0)
		if i == t.subject {
			votes = t.unrecorded(i, func(e *edge) Range { return e.votes })
		}
		if high := max(part.Max, votes); high > ceilingOne && t.one.ok == Yes {
			t.one.ok = Maybe
			t.one.atoms = append(t.one.atoms, atom{AttrOwners, i})
		}
		if high := max(part.Max, votes); high > 0 && t.all.ok == Yes && high > ceilingAll {
			t.all.ok = Maybe
			t.all.atoms = append(t.all.atoms, atom{AttrOwners, i})
		}
	}
}

// missing names what is not known about the part or the seat of a holder.
func (t *immunityTests) missing(i int) []atom {
	if t.nodes[i].party == nil {
		return []atom{t.unknownParty(i)}
	}
	var out []atom
	if t.outsideEU(i) == Maybe {
		out = append(out, atom{AttrSeat, i})
	}
	for _, e := range t.held[i] {
		if (!e.percent.Known() || !e.votes.Known()) && e.stake >= 0 && (e.of == t.subject || t.capital[e.of].Max > 0) {
			out = append(out, atom{AttrStake, e.stake})
		}
	}
	return out
}

// levelName writes an access level.
func (l *Laws) levelName(a Access) wording.Text {
	for _, t := range l.Vocabulary.AccessLevels {
		if t.ID == a.String() {
			return t.Text
		}
	}
	return wording.Same(a.String())
}
