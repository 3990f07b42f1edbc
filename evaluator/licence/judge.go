package licence

import (
	"slices"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
)

// Answer is what a licence says to one right, for one organisation and one use.
type Answer string

// The answers, from best to worst for who relies on them.
const (
	Allowed           Answer = "allowed"
	ConditionsMet     Answer = "conditions_met"
	Silent            Answer = "silent"             // the text does not say
	ConditionsUnknown Answer = "conditions_unknown" // a fact that decides is not known
	Unsettled         Answer = "unknown"            // the clause was altered, or the document was not read: nothing is asserted
	ConditionsNotMet  Answer = "conditions_not_met"
	Forbidden         Answer = "forbidden"
)

// Answers lists all answers, best first.
func Answers() []Answer {
	return []Answer{Allowed, ConditionsMet, Silent, ConditionsUnknown, Unsettled, ConditionsNotMet, Forbidden}
}

func (a Answer) rank() int { return slices.Index(Answers(), a) }

// Text names the answer.
func (a Answer) Text() wording.Text {
	switch a {
	case Allowed:
		return wording.Text{EN: "allowed", FR: "autorisé"}
	case ConditionsMet:
		return wording.Text{EN: "allowed, conditions met", FR: "autorisé, conditions remplies"}
	case ConditionsNotMet:
		return wording.Text{EN: "conditions not met", FR: "conditions non remplies"}
	case ConditionsUnknown:
		return wording.Text{EN: "conditions not known to be met", FR: "conditions : on ne sait pas"}
	case Forbidden:
		return wording.Text{EN: "forbidden", FR: "interdit"}
	case Silent:
		return wording.Text{EN: "the text is silent", FR: "texte muet"}
	}
	return wording.Text{EN: "unknown", FR: "inconnu"}
}

// The rights that are judged.
const (
	CommercialUse   = "commercial_use"   // this use, commercial or not, with its thresholds
	InTerritory     = "territory"        // for this organisation and its users, by place
	ForSector       = "sector"           // for this kind of organisation
	InField         = "field_of_use"     // for what it is used for
	OwnOutputs      = "outputs"          // to keep and use what the model produces
	TrainOnOutputs  = "outputs_training" // to train other models on it
	Modify          = "modify"
	Redistribute    = "redistribute"
	SelfHost        = "self_host" // to run the model on one's own machines
	ServeThirdParty = "hosted_service"
)

// RightNames lists the rights in the order of a report.
func RightNames() []string { return slices.Clone(rightNames) }

var rightNames = []string{CommercialUse, InTerritory, ForSector, InField, SelfHost, Modify, Redistribute, ServeThirdParty, OwnOutputs, TrainOnOutputs}

// RightText names a right.
func RightText(name string) wording.Text {
	return map[string]wording.Text{
		CommercialUse:   {EN: "This use, at this scale", FR: "Cet usage, à cette échelle"},
		InTerritory:     {EN: "Here", FR: "Ici"},
		ForSector:       {EN: "For this kind of organisation", FR: "Pour ce type d'organisation"},
		InField:         {EN: "For this field of use", FR: "Pour ce domaine d'usage"},
		OwnOutputs:      {EN: "Use of outputs", FR: "Usage des sorties"},
		TrainOnOutputs:  {EN: "Training models on outputs", FR: "Entraîner des modèles sur les sorties"},
		Modify:          {EN: "Adapting the model", FR: "Adapter le modèle"},
		Redistribute:    {EN: "Passing the model on", FR: "Transmettre le modèle"},
		SelfHost:        {EN: "Running it oneself", FR: "L'exploiter soi-même"},
		ServeThirdParty: {EN: "Offering it as a service", FR: "L'offrir en service à des tiers"},
	}[name]
}

// Right is the answer to one right.
type Right struct {
	Answer  Answer            `json:"answer"`
	Clause  string            `json:"clause,omitempty"`
	Reason  wording.Text      `json:"reason"`
	Licence string            `json:"licence,omitempty"` // the document that decides
	Used    []catalog.FactRef `json:"used,omitempty"`    // the known facts that decided
	Missing []catalog.FactRef `json:"missing,omitempty"` // the facts that would settle it
	ToDo    []wording.Text    `json:"to_do,omitempty"`
	// Possible lists the answers that remain possible when facts are missing.
	Possible []Answer `json:"possible,omitempty"`
	// Concerned says whether the use exercises this right at all; null: not known.
	Concerned *bool `json:"concerned"`
	// ClauseText is the clause in both languages.
	ClauseText wording.Text `json:"clause_text,omitzero"`
}

// Judgement is the rights under a licence, with what it incorporates.
type Judgement struct {
	Licence   string           `json:"licence"`
	Documents []string         `json:"documents"` // all that were judged together, the licence first
	NotRead   []string         `json:"not_read,omitempty"`
	Rights    map[string]Right `json:"rights"`
	// Duties are what whoever relies on it has to do, whatever the answers. Each says when, unless it is in any case.
	Duties []Duty `json:"duties,omitempty"`
	// Facts of the text that are nobody's right: term, patents, law, holder.
	Terms    []Term `json:"terms,omitempty"`
	Verified bool   `json:"verified"`
}

// Duty is something to do, with its clause.
type Duty struct {
	Text    wording.Text `json:"text"`
	Clause  string       `json:"clause,omitempty"`
	Licence string       `json:"licence"`
}

// Term is one thing the text says.
type Term struct {
	Name    string       `json:"name"` // holder, share_alike, patent_grant, patent_end, revocable, may_change, law, venue, arbitration, indemnity, osaid, osi
	Code    string       `json:"code,omitempty"`
	Text    wording.Text `json:"text"`
	Clause  string       `json:"clause,omitempty"`
	Licence string       `json:"licence"`
}

// Judge says what one licence, with the documents it incorporates, allows in a situation. differences are those of the
// text at hand: a right whose clause one of them touches is withdrawn. ok is false when Vigie knows no rights of it.
func (set *Set) Judge(id string, s *Situation, differences []Difference) (Judgement, bool) {
	e, ok := set.licences[id]
	if !ok {
		return Judgement{}, false
	}
	j := Judgement{Licence: id, Verified: e.Verified, Rights: make(map[string]Right, len(rightNames))}
	seen := map[string]bool{}
	set.collect(&j, e, s, seen, differences)
	j.bound()
	return j, true
}

// bound: who is not licensed at all, by place, by sector or for this use, may not adapt it, pass it on or run it either.
func (j *Judgement) bound() {
	for _, gate := range [...]string{CommercialUse, InTerritory, ForSector} {
		j.boundBy(gate, SelfHost, Modify, Redistribute, ServeThirdParty)
	}
}

// boundBy: the rights named count only as far as the gate is granted.
func (j *Judgement) boundBy(gate string, names ...string) {
	g := j.Rights[gate]
	for _, name := range names {
		r := j.Rights[name]
		unsettled := g.Answer == Unsettled && gate != CommercialUse // a grant that was altered carries nothing else
		if g.Answer == Silent || unsettled || len(g.Possible) == 0 && g.Answer.rank() <= r.Answer.rank() {
			continue
		}
		concerned, duties := r.Concerned, r.ToDo
		if g.Answer.rank() > r.Answer.rank() {
			r = combine(g, r, gated)
			r.ToDo = append(slices.Clone(g.ToDo), duties...)
		} else {
			r = combine(r, g, gated)
		}
		r.Concerned = concerned
		j.Rights[name] = r
	}
}

// JudgeText judges the licences an Identification found: the strictest answer of all holds. Where no text is identified
// every right is unknown.
func (set *Set) JudgeText(id Identification, s *Situation) Judgement {
	j := Judgement{Rights: map[string]Right{}}
	var ids []string
	switch id.Verdict {
	case Identified, WithDifferences, Conflict, Several:
		for _, l := range id.Licences {
			ids = append(ids, l.ID)
		}
	}
	for _, l := range ids {
		var touched []Difference
		for _, d := range id.Differences {
			if d.Licence == l || d.Licence == "" || d.Kind == Added {
				touched = append(touched, d)
			}
		}
		if one, ok := set.Judge(l, s, touched); ok {
			j.merge(one)
		} else {
			ids = nil
			break
		}
	}
	if len(ids) == 0 {
		return set.nothing(id)
	}
	j.bound()
	j.Licence = id.Licence
	return j
}

// nothing answers every right with unknown, and says why.
func (set *Set) nothing(id Identification) Judgement {
	j := Judgement{Licence: id.Licence, Rights: map[string]Right{}}
	reason := wording.Textf("no text was identified (%s): no right is assumed", "aucun texte n'est identifié (%s) : aucun droit n'est supposé", id.Verdict.Text())
	if id.Verdict == Identified || id.Verdict == WithDifferences || id.Verdict == Several {
		reason = wording.Textf("Vigie holds no rights file for it: no right is assumed", "Vigie n'a pas de fiche de droits pour elle : aucun droit n'est supposé")
	}
	for _, name := range rightNames {
		j.Rights[name] = Right{Answer: Unsettled, Reason: reason, Possible: Answers(),
			ToDo: []wording.Text{wording.Textf("have the text read by counsel, or hand in the text of the licence itself", "faire lire le texte par un juriste, ou soumettre le texte même de la licence")}}
	}
	return j
}

// collect judges a document and what it incorporates.
func (set *Set) collect(j *Judgement, e *entry, s *Situation, seen map[string]bool, differences []Difference) {
	if seen[e.ID] {
		return
	}
	seen[e.ID] = true
	one := Judgement{Licence: e.ID, Documents: []string{e.ID}, NotRead: e.NotHeld, Verified: e.Verified, Rights: make(map[string]Right, len(rightNames))}
	s.about(e.ID)
	set.answers(&one, e, s)
	set.withdraw(&one, e, differences)
	one.Duties, one.Terms = e.duties, e.terms
	if len(j.Documents) == 0 {
		one.NotRead = slices.Clone(one.NotRead)
		one.Duties, one.Terms = slices.Clip(one.Duties), slices.Clip(one.Terms)
		*j = one
	} else {
		j.merge(one)
	}
	for _, other := range e.Incorporates {
		if o := set.licences[other]; o != nil {
			set.collect(j, o, s, seen, nil)
		}
	}
}

// merge keeps, of two judgements, the stricter answer to each right, with its own clause.
func (j *Judgement) merge(o Judgement) {
	first := len(j.Documents) == 0
	if j.Licence == "" {
		j.Licence = o.Licence
	}
	j.Verified = (first || j.Verified) && o.Verified
	for _, d := range o.Documents {
		if !slices.Contains(j.Documents, d) {
			j.Documents = append(j.Documents, d)
		}
	}
	for _, d := range o.NotRead {
		if !slices.Contains(j.NotRead, d) {
			j.NotRead = append(j.NotRead, d)
		}
	}
	for _, name := range rightNames {
		r, ok := o.Rights[name]
		if !ok {
			continue
		}
		have, ok := j.Rights[name]
		switch {
		case !ok:
			j.Rights[name] = r
		case have.Answer == Silent && r.Answer != Silent, r.Answer != Silent && r.Answer.rank() > have.Answer.rank():
			j.Rights[name] = stricter(r, have)
		default:
			j.Rights[name] = stricter(have, r)
		}
	}
	for _, d := range o.Duties {
		if !slices.ContainsFunc(j.Duties, func(x Duty) bool { return x.Text == d.Text }) { // a licence and its policy ask for the same
			j.Duties = append(j.Duties, d)
		}
	}
	for _, t := range o.Terms {
		if !slices.Contains(j.Terms, t) {
			j.Terms = append(j.Terms, t)
		}
	}
}

// stricter keeps the deciding answer. What the other still leaves open stays open: an unknown answer may yet turn out
// worse than one that is settled.
func stricter(win, lose Right) Right { return combine(win, lose, worstOf) }

func combine(win, lose Right, worst func(a, b []Answer) []Answer) Right {
	win.Possible = worst(win.possible(), lose.possible())
	if len(win.Possible) <= 1 {
		win.Possible = nil
	} else if lose.Answer == ConditionsUnknown {
		for _, m := range lose.Missing {
			if !slices.Contains(win.Missing, m) {
				win.Missing = append(slices.Clone(win.Missing), m)
			}
		}
	}
	return win
}

func (r Right) possible() []Answer {
	if len(r.Possible) > 0 {
		return r.Possible
	}
	return []Answer{r.Answer}
}

// worstOf gives the answers that the worse of two open answers can be, where a document that is silent leaves the answer
// to the other.
func worstOf(a, b []Answer) []Answer {
	return cross(a, b, func(x, y Answer) Answer {
		switch {
		case x == Silent:
			return y
		case y == Silent:
			return x
		}
		return later(x, y)
	})
}

// gated is the same where the second must be granted before the first counts.
func gated(a, b []Answer) []Answer { return cross(a, b, later) }

func later(x, y Answer) Answer {
	if y.rank() > x.rank() {
		return y
	}
	return x
}

func cross(a, b []Answer, worse func(x, y Answer) Answer) []Answer {
	var out []Answer
	for _, x := range a {
		for _, y := range b {
			w := worse(x, y)
			if !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	slices.SortFunc(out, func(x, y Answer) int { return x.rank() - y.rank() })
	return out
}

// withdraw turns every right whose clause is touched by a difference into unknown. Words that were added may restrict
// any right, as may an altered definition; a letter misread, once proved, changes nothing.
func (set *Set) withdraw(j *Judgement, e *entry, differences []Difference) {
	labels := set.labels[e.ID]
	for _, name := range rightNames {
		r := j.Rights[name]
		for _, d := range differences {
			if d.Kind == Misread || !set.reaches(d, basis(e, name, r.Clause), labels) {
				continue
			}
			place := wording.Text{EN: "outside its clauses", FR: "hors de ses articles"}
			if d.Clause != "" {
				place = wording.Textf("in %s", "dans %s", d.Clause)
			}
			r.Answer, r.Missing, r.Used = Unsettled, nil, nil
			r.Possible = Answers()
			r.Reason = wording.Textf("the text at hand differs from the known one %s (%s): the answer is withdrawn", "le texte soumis diffère du texte connu %s (%s) : la réponse est retirée", place, kindText(d.Kind))
			r.ToDo = []wording.Text{wording.Textf("have the differing passage read by counsel", "faire lire le passage différent par un juriste")}
			j.Rights[name] = r
			break
		}
	}
}

// basis is every clause that a right rests on: the one cited, and those of its conditions.
func basis(e *entry, name, clause string) string {
	if name != CommercialUse && name != SelfHost && name != ServeThirdParty {
		return clause
	}
	for _, c := range e.conditions {
		clause += ", " + c.Clause
	}
	return clause
}

func kindText(kind string) wording.Text {
	switch kind {
	case Added:
		return wording.Text{EN: "words added", FR: "mots ajoutés"}
	case Removed:
		return wording.Text{EN: "words removed", FR: "mots retirés"}
	case Misread:
		return wording.Text{EN: "a letter misread", FR: "une lettre mal lue"}
	}
	return wording.Text{EN: "words changed", FR: "mots changés"}
}

// reaches reports whether a difference can change what a right rests on.
func (set *Set) reaches(d Difference, clause string, labels map[string]bool) bool {
	switch {
	case d.Kind == Added || d.Clause == "" || wideClause(d.Clause):
		return true
	case clause == "": // the answer rests on what the text does not say: cutting words out adds nothing to it
		return d.Kind != Removed
	}
	for _, ref := range parseClause(clause) {
		if ref.touches(d.Clause, labels) {
			return true
		}
	}
	return false
}

// wideClause names the parts of a text on which every right rests.
func wideClause(label string) bool {
	return label == "preamble" || label == "title" || label == "definitions" || label == "terms"
}

// conditions evaluates all conditions of a right; each must hold, or be lifted.
type conditionsResult struct {
	truth   expr.Truth
	failed  []compiled // those that are not met
	open    []compiled // those that are not known to be met
	met     []compiled
	missing []string
	reads   []string
}

func (s *Situation) conditions(list []compiled) conditionsResult {
	out := conditionsResult{truth: expr.True}
	for _, c := range list {
		o, err := c.allowed.Eval(s.facts)
		if err != nil {
			o = expr.Outcome{Truth: expr.Maybe, Missing: c.allowed.Reads()}
		}
		out.reads = append(out.reads, c.reads...)
		truth, missing := o.Truth, o.Missing
		if truth != expr.True && c.lifted != nil {
			l, err := c.lifted.Eval(s.facts)
			if err != nil {
				l = expr.Outcome{Truth: expr.Maybe, Missing: c.lifted.Reads()}
			}
			switch {
			case l.Truth == expr.True:
				truth, missing = expr.True, nil
			case l.Truth == expr.Maybe && truth == expr.False:
				truth, missing = expr.Maybe, l.Missing
			}
		}
		if !c.PersonDecides.IsZero() && truth == expr.False {
			truth, missing = expr.Maybe, nil
		}
		switch truth {
		case expr.True:
			out.met = append(out.met, c)
		case expr.False:
			out.failed = append(out.failed, c)
			out.truth = expr.False
		default:
			out.open = append(out.open, c)
			out.missing = append(out.missing, missing...)
			out.truth = min(out.truth, expr.Maybe)
		}
	}
	return out
}
