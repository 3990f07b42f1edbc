package jurisdiction

import (
	"cmp"
	"slices"
	"strconv"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Question is one missing fact, with everything that hangs on it. One owner that is not known leaves nineteen laws
// open and is one question.
type Question struct {
	ID     string            `json:"id"`
	Text   wording.Text      `json:"text"`
	Party  string            `json:"party,omitempty"`
	Facts  []catalog.FactRef `json:"facts"` // the facts that would answer
	Laws   []string          `json:"laws"`  // undetermined because of it
	Tests  []string          `json:"tests"` // SecNumCloud tests, sovereignty and transfers open because of it
	Worst  int               `json:"worst"` // highest severity at stake
	Reason wording.Text      `json:"reason"`
}

// atom is one missing fact: an attribute of a party, of a stake, or of the offering and its use (index -1).
type atom struct {
	attr  Attr
	index int
}

type questions struct {
	w     *walk
	order []atom
	found []Question
	place []int32 // by attribute and index: number of the question plus one
	stamp []int32 // by question: the law that asked last
	laws  map[string][]int32
	turn  int32
}

func newQuestions(w *walk) *questions {
	return &questions{w: w, place: make([]int32, int(attrCount)*questionRows(w)), laws: map[string][]int32{}}
}

// questionRows is how many indexes an attribute can have: parties, stakes, and the offering itself.
func questionRows(w *walk) int { return max(len(w.nodes), len(w.g.Stakes)) + 1 }

func (q *questions) ask(a atom) int32 {
	at := &q.place[int(a.attr)*questionRows(q.w)+a.index+1]
	if *at == 0 {
		q.order = append(q.order, a)
		q.found = append(q.found, Question{Laws: []string{}, Tests: []string{}})
		q.stamp = append(q.stamp, 0)
		*at = int32(len(q.order))
	}
	return *at - 1
}

// trigger records the missing facts that keep a trigger of an undetermined law open.
func (q *questions) trigger(h hit, x *Exposure) {
	add := func(a atom) {
		n := q.ask(a)
		if q.stamp[n] == q.turn {
			return
		}
		q.stamp[n] = q.turn
		q.found[n].Laws = append(q.found[n].Laws, x.Law)
		q.found[n].Worst = max(q.found[n].Worst, x.Worst)
		q.laws[x.Law] = append(q.laws[x.Law], n)
	}
	q.w.openOffering(h.c, add)
	for _, l := range h.who {
		if l.truth == Maybe {
			q.w.openParty(h.c, l.node, add)
		}
	}
}

// test records that a test or a rule stays open for want of a fact.
func (q *questions) test(id string, atoms ...atom) {
	for _, a := range atoms {
		if k := &q.found[q.ask(a)]; !slices.Contains(k.Tests, id) {
			k.Tests = append(k.Tests, id)
		}
	}
}

// facts gives, of the questions, the facts that would answer and the laws that wait for them.
func (q *questions) facts() []Question {
	out := make([]Question, len(q.order))
	for i, a := range q.order {
		out[i] = Question{Facts: q.w.atomFacts(a), Laws: q.found[i].Laws}
	}
	return out
}

// list gives the questions, those that settle most first.
func (q *questions) list() []Question {
	out := make([]Question, 0, len(q.order))
	for i, a := range q.order {
		x := q.found[i]
		x.ID = q.w.atomID(a)
		x.Text, x.Party = q.w.asks(a)
		x.Facts = q.w.atomFacts(a)
		x.Reason = whyAsk(len(x.Laws), len(x.Tests))
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b Question) int {
		return cmp.Or(-cmp.Compare(len(a.Laws), len(b.Laws)), -cmp.Compare(a.Worst, b.Worst), -cmp.Compare(len(a.Tests), len(b.Tests)))
	})
	return out
}

func (q *questions) idsFor(law string) []string {
	out := make([]string, 0, len(q.laws[law]))
	for _, n := range q.laws[law] {
		out = append(out, q.w.atomID(q.order[n]))
	}
	return out
}

func whyAsk(laws, tests int) wording.Text {
	count := func(n int, one, many string) string {
		if n == 1 {
			return "1 " + one
		}
		return strconv.Itoa(n) + " " + many
	}
	en, fr := []string{}, []string{}
	if laws > 0 {
		en, fr = append(en, count(laws, "law", "laws")), append(fr, count(laws, "loi", "lois"))
	}
	if tests > 0 {
		en, fr = append(en, count(tests, "test", "tests")), append(fr, count(tests, "test", "tests"))
	}
	return wording.Text{EN: "Holds open: " + wording.List(wording.EN, en) + ".", FR: "Laisse en suspens : " + wording.List(wording.FR, fr) + "."}
}

// openOffering names what is not known among the conditions on the offering.
func (w *walk) openOffering(c *condition, add func(atom)) {
	if c.asksData && w.dataIn.meets(c.data) != Yes && w.metadataIn.meets(c.data) != Yes {
		if w.dataIn.open {
			add(atom{AttrData, -1})
		}
		if w.metadataIn.open {
			add(atom{AttrMetadata, -1})
		}
	}
	if c.asksUsers && w.users.meets(c.users) == Maybe {
		add(atom{AttrUsers, -1})
	}
	if c.asksSubjects && w.subjects.meets(c.subjects) == Maybe {
		add(atom{AttrSubjects, -1})
	}
	if c.asksListed && w.listedBy(c.law.Jurisdiction) == Maybe {
		add(atom{AttrListed, -1})
	}
}

// openParty names what is not known among the conditions on one party.
func (w *walk) openParty(c *condition, i int, add func(atom)) {
	n := &w.nodes[i]
	if n.party == nil {
		add(w.unknownParty(i))
		return
	}
	when := func(t Truth, a Attr) {
		if t == Maybe {
			add(atom{a, i})
		}
	}
	if c.own > AccessNone {
		when(n.access.AtLeast(c.own), AttrAccess)
	}
	if c.asksSeat {
		when(n.seat.meets(c.seat), AttrSeat)
	}
	if c.asksNotSeat {
		when(n.seat.meets(c.notSeat), AttrSeat)
	}
	if c.kinds != 0 {
		when(n.isOf(c.kinds), AttrKind)
	}
	if c.asksNationality {
		when(n.nationality.meets(c.nationality), AttrNationality)
	}
	if c.asksProvider {
		when(n.provider, AttrProvider)
	}
	if c.asksServes {
		when(n.serves.meets(c.serves), AttrServes)
	}
	if c.asksBranch {
		when(n.branches.meets(c.branch), AttrBranches)
	}
	if c.asksAdmin {
		when(n.admin.meets(c.adm), AttrAdmin)
	}
	if c.groupRoles != 0 && w.groupRole(i, c.groupRoles) == Maybe {
		for _, x := range w.controlled[i] {
			if w.nodes[x.node].roles.Has(c.groupRoles) {
				w.openControl(i, x.node, add)
			}
		}
	}
	if c.group > AccessNone && w.groups[i].AtLeast(c.group) == Maybe {
		when(n.access.AtLeast(c.group), AttrAccess)
		for _, x := range w.controlled[i] {
			w.openHolder(i, x, c.group, add)
		}
	}
	if c.asksControls && w.controlsSeat(i, c.controls) == Maybe {
		for _, x := range w.controlled[i] {
			if t := w.nodes[x.node].seat.meets(c.controls); t == Maybe {
				add(atom{AttrSeat, x.node})
			}
			w.openControl(i, x.node, add)
		}
	}
	if c.up > AccessNone && w.upAccess(i, c.up) == Maybe {
		when(n.access.AtLeast(AccessMetadata), AttrAccess)
		for _, up := range w.controllers[i] {
			w.openControl(up.node, i, add)
			for _, x := range w.controlled[up.node] {
				w.openHolder(up.node, x, c.up, add)
			}
		}
	}
}

// openHolder names why it is not known whether a party reaches, through one that it may control, a level of access.
func (w *walk) openHolder(by int, x link, a Access, add func(atom)) {
	t := w.nodes[x.node].access.AtLeast(a)
	if t == No {
		return
	}
	if t == Maybe {
		if w.nodes[x.node].party == nil {
			add(w.unknownParty(x.node))
		} else {
			add(atom{AttrAccess, x.node})
		}
	}
	w.openControl(by, x.node, add)
}

// openControl names the stakes that leave a control relation open.
func (w *walk) openControl(a, b int, add func(atom)) {
	if w.controls(a, b) != Maybe {
		return
	}
	reach := append([]link{{a, Yes}}, w.controlled[a]...)
	for _, x := range reach {
		for _, e := range w.held[x.node] {
			open := e.step == Maybe || e.step == No && !e.flaggedNone && !e.votes.Known()
			if !open || e.of != b && w.controls(e.of, b) == No {
				continue
			}
			if e.stake < 0 {
				add(atom{AttrOwners, e.of})
			} else {
				add(atom{AttrStake, e.stake})
			}
		}
	}
}

func (w *walk) unknownParty(i int) atom {
	if w.nodes[i].roles.Has(Owner) {
		return atom{AttrOwners, w.nodes[i].of}
	}
	return atom{AttrSuppliers, -1}
}

var attrNames = [...]string{"seat", "kind", "nationality", "provider", "access", "branches", "serves", "admin", "owners", "dpf", "stake", "supply", "suppliers", "data", "metadata", "keys", "deployment", "technical", "users", "subjects", "listed", "personal", "veto", "board", "autonomy", "notice", "residual", "excluded", "disconnected", "parties"}

func (w *walk) atomID(a atom) string {
	switch {
	case a.index < 0:
		return attrNames[a.attr]
	case a.attr == AttrStake:
		s := &w.g.Stakes[a.index]
		return "stake:" + s.Owner + ">" + s.Of
	}
	return attrNames[a.attr] + ":" + w.g.Parties[a.index].ID
}

func (w *walk) atomFacts(a atom) []catalog.FactRef {
	var refs []catalog.FactRef
	switch {
	case a.attr == AttrStake:
		refs = w.g.Stakes[a.index].Refs[AttrStake]
	case a.index >= 0:
		refs = w.g.Parties[a.index].Refs[a.attr]
	case a.attr == AttrUsers || a.attr == AttrSubjects || a.attr == AttrPersonalData:
		refs = w.g.Use.Refs[a.attr]
	case a.attr == AttrListed || a.attr == AttrExcluded:
		refs = w.g.Organisation.Refs[a.attr]
	case a.attr == AttrVeto || a.attr == AttrBoard || a.attr == AttrAutonomy || a.attr == AttrNotice || a.attr == AttrResidual:
		refs = w.g.Immunity.Refs[a.attr]
	default:
		refs = w.g.Offering.Refs[a.attr]
	}
	if refs == nil {
		return []catalog.FactRef{}
	}
	return refs
}

// asks words a missing fact as a question to the vendor or to the organisation.
func (w *walk) asks(a atom) (wording.Text, string) {
	if a.attr == AttrStake {
		s := &w.g.Stakes[a.index]
		return wording.Textf("Which share of %[2]s does %[1]s hold, in capital and votes, and does it control it?",
			"Quelle part de %[2]s %[1]s détient-il, en capital et en droits de vote, et le contrôle-t-il ?", w.nameOf(s.Owner), w.nameOf(s.Of)), s.Of
	}
	t := asked[a.attr]
	if a.index < 0 {
		return t, ""
	}
	p := &w.g.Parties[a.index]
	return wording.Textf(t.EN, t.FR, p.Called()), p.ID
}

func (w *walk) nameOf(id string) wording.Text {
	if i, ok := w.number[id]; ok {
		return w.g.Parties[i].Called()
	}
	return wording.Same(id)
}

var asked = map[Attr]wording.Text{
	AttrSeat:          {EN: "Where is %s incorporated, and from which country is it directed?", FR: "Où %s a-t-il son siège statutaire, et depuis quel pays est-il dirigé ?"},
	AttrKind:          {EN: "What is %s: a company, a fund, a person or a state?", FR: "Qu'est-ce que %s : une société, un fonds, une personne ou un État ?"},
	AttrNationality:   {EN: "Which nationalities does %s hold?", FR: "Quelles nationalités %s a-t-il ?"},
	AttrProvider:      {EN: "Does %s itself provide cloud, telecom or AI services?", FR: "%s fournit-il lui-même des services cloud, télécoms ou d'IA ?"},
	AttrAccess:        {EN: "What can %s obtain of the customer's data: nothing, metadata, encrypted content or readable content?", FR: "Que peut obtenir %s des données du client : rien, des métadonnées, du contenu chiffré ou du contenu lisible ?"},
	AttrBranches:      {EN: "In which countries has %s an office or branch without legal personality?", FR: "Dans quels pays %s a-t-il un bureau ou une succursale sans personnalité morale ?"},
	AttrServes:        {EN: "Which countries' customers does %s target?", FR: "De quels pays %s vise-t-il les clients ?"},
	AttrAdmin:         {EN: "From which countries do people of %s with access work on the service?", FR: "Depuis quels pays le personnel de %s ayant accès travaille-t-il sur le service ?"},
	AttrOwners:        {EN: "Who owns %s, up to the last holder?", FR: "Qui détient %s, jusqu'au dernier détenteur ?"},
	AttrDPF:           {EN: "Is %s on the Data Privacy Framework list?", FR: "%s figure-t-il sur la liste du Data Privacy Framework ?"},
	AttrSuppliers:     {EN: "Is the list of sub-processors complete, and who else takes part in the service?", FR: "La liste des sous-traitants est-elle complète, et qui d'autre concourt au service ?"},
	AttrData:          {EN: "In which countries is content stored or processed, every copy included?", FR: "Dans quels pays les contenus sont-ils stockés ou traités, toutes copies comprises ?"},
	AttrMetadata:      {EN: "In which countries do account data, logs and usage data lie?", FR: "Dans quels pays sont les données de compte, les journaux et les données d'usage ?"},
	AttrKeys:          {EN: "Who holds the encryption keys?", FR: "Qui détient les clés de chiffrement ?"},
	AttrDeployment:    {EN: "How is the offering deployed?", FR: "Comment l'offre est-elle déployée ?"},
	AttrTechnicalData: {EN: "In which countries are technical data about customers stored and processed?", FR: "Dans quels pays les données techniques relatives aux clients sont-elles stockées et traitées ?"},
	AttrUsers:         {EN: "In which countries are the users of the organisation?", FR: "Dans quels pays sont les utilisateurs de l'organisation ?"},
	AttrSubjects:      {EN: "In which countries are the persons whose data are handled?", FR: "Dans quels pays sont les personnes dont les données sont traitées ?"},
	AttrListed:        {EN: "Which states name the organisation or its officers in a sanctions list?", FR: "Quels États nomment l'organisation ou ses dirigeants dans une liste de sanctions ?"},
	AttrPersonalData:  {EN: "Are personal data handled?", FR: "Des données personnelles sont-elles traitées ?"},
	AttrVeto:          {EN: "Have holders outside the Union a veto over the provider?", FR: "Des détenteurs hors de l'Union ont-ils un droit de veto chez le prestataire ?"},
	AttrBoard:         {EN: "Can holders outside the Union appoint the majority of a governing body?", FR: "Des détenteurs hors de l'Union peuvent-ils désigner la majorité d'un organe de direction ?"},
	AttrAutonomy:      {EN: "Could the provider go on without its supplier outside the Union, by own skills or with two other companies?", FR: "Le prestataire pourrait-il continuer sans son fournisseur hors de l'Union, par ses compétences propres ou avec deux autres sociétés ?"},
	AttrNotice:        {EN: "Does the contract promise notice within one month of a change of control, law or technique?", FR: "Le contrat promet-il un avis dans le mois de tout changement de contrôle, de droit ou de technique ?"},
	AttrResidual:      {EN: "Is there a written list of residual risks from laws outside the Union?", FR: "Existe-t-il une liste écrite des risques résiduels liés aux lois extra-européennes ?"},
	AttrExcluded:      {EN: "Which countries does the organisation exclude?", FR: "Quels pays l'organisation exclut-elle ?"},
	AttrDisconnected:  {EN: "What happens to the service when the vendor stops supplying it?", FR: "Que devient le service quand le fournisseur cesse de l'alimenter ?"},
	AttrParties:       {EN: "Who serves the offering?", FR: "Qui fournit l'offre ?"},
}

// Unrecorded is a party that the walk allows for because nobody recorded that it does not exist.
type Unrecorded struct {
	Of    string // the company it would own, or that would use it
	Owner bool   // an owner; else a supplier
}

// Unrecorded lists the parties that the walk allowed for, for drawings.
func (e *Exposures) Unrecorded() []Unrecorded {
	var out []Unrecorded
	for _, n := range e.walk.nodes {
		if n.party == nil {
			out = append(out, Unrecorded{Of: e.walk.g.Parties[n.of].ID, Owner: n.roles.Has(Owner)})
		}
	}
	return out
}

// Graph is the graph that was judged.
func (e *Exposures) Graph() *Graph { return e.graph }
