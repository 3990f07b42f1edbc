package evaluator

import (
	"cmp"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
	"vigie/evaluator/finding"
)

// Question is a missing fact and what knowing it would settle, averaged over the values it can take.
type Question struct {
	Record    catalog.Ref        `json:"record,omitzero"`
	Path      string             `json:"path"`
	Text      wording.Text       `json:"text"`
	Via       []string           `json:"via"`     // derived facts that wait for it
	Confirm   bool               `json:"confirm"` // known, but on evidence too weak: ask for a better proof
	Disputed  bool               `json:"disputed"`
	Tried     int                `json:"tried"`     // answers that were tried
	Narrowing Hundredths         `json:"narrowing"` // of the total's interval, expected
	Most      Hundredths         `json:"most"`      // by the answer that narrows it most
	Leader    Hundredths         `json:"leader"`    // percent of the answers that change who leads
	KnockOuts []KnockOutProspect `json:"knock_outs"`
	Criteria  []string           `json:"criteria"`
	Together  []catalog.FactRef  `json:"together"` // facts that must be known too before anything narrows
	Cost      Cost               `json:"cost"`
	Ask       catalog.Ref        `json:"ask,omitzero"` // whom to ask; none: the organisation itself
}

// KnockOutProspect is what the answers make of one open knock-out, in percent of them.
type KnockOutProspect struct {
	ID     string     `json:"id"`
	Passes Hundredths `json:"passes"`
	Fails  Hundredths `json:"fails"`
	Open   Hundredths `json:"open"`
}

// Settles is the percentage of answers after which the knock-out is not open any more.
func (k KnockOutProspect) Settles() Hundredths { return 10000 - k.Open }

// Cost is what it takes to learn a fact.
type Cost string

// The costs, the cheapest first.
const (
	CostOwn    Cost = "own"         // the organisation knows it, or measures it
	CostPublic Cost = "public_page" // somebody reads a page
	CostEmail  Cost = "email"       // the vendor must be asked
	CostNDA    Cost = "nda"         // given under confidentiality or in a negotiated contract
)

var costs = []Cost{CostOwn, CostPublic, CostEmail, CostNDA}

var costWords = map[Cost]wording.Text{
	CostOwn:    {EN: "known or measured in house", FR: "connu ou mesuré en interne"},
	CostPublic: {EN: "on a public page", FR: "sur une page publique"},
	CostEmail:  {EN: "by asking the vendor", FR: "en demandant au fournisseur"},
	CostNDA:    {EN: "under confidentiality", FR: "sous confidentialité"},
}

// Label names the cost.
func (c Cost) Label() wording.Text { return costWords[c] }

// CostOf reads the cost of a fact from where the dictionary says it is published; the cheapest place counts.
func CostOf(def *catalog.FactDef) Cost {
	if def.Record == catalog.UseCase || def.Record == catalog.Organisation {
		return CostOwn
	}
	best := CostNDA
	if len(def.Where) == 0 {
		best = CostEmail
	}
	for _, place := range def.Where {
		c := CostPublic
		switch place {
		case "own_measure", "organisation_itself":
			c = CostOwn
		case "ask_vendor":
			c = CostEmail
		case "contract", "gpai_documentation":
			c = CostNDA
		}
		if slices.Index(costs, c) < slices.Index(costs, best) {
			best = c
		}
	}
	return best
}

// Standing is where a rival is, for telling whether an answer changes who leads.
type Standing struct {
	Offering string
	Verdict  Verdict
	mean     int64
}

// StandingOf is the standing of an assessed offering.
func (in *CompareInput) StandingOf(a *Assessment) Standing {
	cells := make([]cell, len(a.Criteria))
	for i, r := range a.Criteria {
		cells[i] = cellOfResult(r)
	}
	return Standing{Offering: a.Offering, Verdict: a.Verdict, mean: newScale(in.Framework, in.Weights).mean(cells)}
}

func cellOfResult(r CriterionResult) cell {
	out := cell{applies: map[Applies]expr.Truth{AppliesYes: expr.True, AppliesNo: expr.False, AppliesUnknown: expr.Maybe}[r.Applies]}
	for _, b := range r.Bands {
		out.add(b.Score)
	}
	return out
}

// ahead reports whether s leads o: by group, then mean, then id.
func (s Standing) ahead(o Standing) bool {
	group := map[Verdict]int{Eligible: 0, Undetermined: 1, NotEligible: 2}
	switch {
	case group[s.Verdict] != group[o.Verdict]:
		return group[s.Verdict] < group[o.Verdict]
	case s.mean != o.mean:
		return s.mean > o.mean
	}
	return s.Offering < o.Offering
}

func leader(list []Standing, self Standing) string {
	best := self
	for _, s := range list {
		if s.Offering != self.Offering && s.ahead(best) {
			best = s
		}
	}
	return best.Offering
}

// Questions lists the missing facts of an assessed dossier by what knowing them would settle: open knock-outs first,
// then who leads, then the interval. a must be the assessment of in; rivals may be empty.
//
// Each answer is put into the dossier and judged by what reads it, the engines included. The shape of the dossier
// stays: an answer that would bring other records in (a reference, a stake that turns out to give control) is tried
// through the derived facts that wait for it.
func (ix *Index) Questions(in Input, a *Assessment, rivals []Standing) ([]Question, error) {
	q := ix.start(in, a, rivals)
	var out []Question
	for _, m := range a.Missing {
		one, err := q.ask(m)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(x, y Question) int {
		return cmp.Or(cmp.Compare(y.settles(), x.settles()), cmp.Compare(y.Leader, x.Leader), cmp.Compare(y.share(), x.share()),
			cmp.Compare(slices.Index(costs, x.Cost), slices.Index(costs, y.Cost)),
			catalog.FactRef{Record: x.Record, Path: x.Path}.Compare(catalog.FactRef{Record: y.Record, Path: y.Path}))
	})
	return out, nil
}

// settles is the expected number of knock-outs settled, in percent; what takes several facts is shared among them.
func (q Question) settles() Hundredths {
	var n Hundredths
	for _, k := range q.KnockOuts {
		n += k.Settles()
	}
	return n / Hundredths(1+len(q.Together))
}

func (q Question) share() Hundredths { return q.Narrowing / Hundredths(1+len(q.Together)) }

// asking is the state in which answers are tried.
type asking struct {
	*Index
	in       Input
	a        *Assessment
	full     *reading
	strong   map[float64]*reading
	cells    []cell
	scale    *scale
	width    int64
	statuses []Status
	rivals   []Standing
	first    string // who leads today
	open     map[catalog.FactRef][]string
}

func (ix *Index) start(in Input, a *Assessment, rivals []Standing) *asking {
	q := &asking{Index: ix, in: in, a: a, full: in.open(0), strong: map[float64]*reading{}, scale: newScale(in.Framework, in.Weights), rivals: rivals, open: map[catalog.FactRef][]string{}}
	derived := map[string]finding.Derived{} // the assessment holds what the engines said
	for _, d := range a.Derived {
		derived[d.Path] = d
	}
	q.full.holds(derived)
	q.full.load(in.Framework.Reads)
	q.cells = make([]cell, len(a.Criteria))
	for i, r := range a.Criteria {
		q.cells[i] = cellOfResult(r)
	}
	low, high := q.scale.interval(q.cells)
	q.width = high - low
	for _, k := range a.KnockOuts {
		q.statuses = append(q.statuses, k.Status)
	}
	q.first = leader(rivals, Standing{Offering: a.Offering, Verdict: a.Verdict, mean: q.scale.mean(q.cells)})
	for _, p := range sortedKeys(q.full.derived) {
		d := q.full.derived[p]
		if _, read := ix.reads[p]; !read || d.State == catalog.Known && !(d.Value.Many && !d.Value.Complete) {
			continue
		}
		for _, leaf := range d.SettledBy {
			q.open[leaf] = append(q.open[leaf], p)
		}
	}
	return q
}

func (q *asking) at(floor float64) *reading {
	if floor == 0 {
		return q.full
	}
	if q.strong[floor] == nil {
		q.strong[floor] = q.in.open(floor)
		q.strong[floor].brief = true
	}
	return q.strong[floor]
}

func (q *asking) ask(m MissingFact) (Question, error) {
	out := Question{Record: m.Record, Path: m.Path, Via: append([]string{}, m.Via...), Confirm: m.Weak, Disputed: m.Disputed, KnockOuts: []KnockOutProspect{},
		Criteria: m.Criteria, Together: []catalog.FactRef{}, Cost: CostEmail}
	leaf := catalog.FactRef{Record: m.Record, Path: m.Path}
	def, declared := q.in.Dictionary.Fact(m.Path)
	if declared {
		out.Text, out.Cost = q.in.Dictionary.Asks(def), CostOf(def)
		out.Ask = whomToAsk(q.in.Dossier, def, m.Record)
	}
	t := &trials{asking: q, passes: map[int]int{}, fails: map[int]int{}}
	var err error
	switch rec := q.in.Dossier.Record(m.Record); {
	case declared && rec != nil && m.Weak:
		err = t.confirm(leaf, rec.Fact(m.Path))
	case declared && rec != nil && rec.Kind == def.Record && def.Type != catalog.TypeReference && !q.fixed(leaf):
		err = t.direct(leaf, rec, def)
	case !declared:
		err = t.derived(leaf, []string{m.Path}, &out)
	default:
		err = t.derived(leaf, m.Via, &out)
	}
	if err != nil {
		return out, err
	}
	if len(out.Together) == 0 && len(q.others(leaf, m.Via)) > 0 && t.idle() { // alone it changes nothing: what it does with the others
		if err := t.derived(leaf, m.Via, &out); err != nil {
			return out, err
		}
	}
	t.tell(&out)
	return out, nil
}

// idle reports whether no answer tried so far changed anything; the count then starts anew.
func (t *trials) idle() bool {
	if t.n == 0 || t.least < t.width || len(t.passes)+len(t.fails) > 0 || t.leads > 0 {
		return t.n == 0
	}
	t.n, t.widths, t.touched = 0, 0, nil
	return true
}

// fixed tells facts that only engines could follow, where the engines are not at hand.
func (q *asking) fixed(leaf catalog.FactRef) bool {
	return q.in.Derived != nil && len(q.open[leaf]) > 0
}

// whomToAsk names the party that can answer: who serves the offering, or who made the model.
func whomToAsk(d *catalog.Dossier, def *catalog.FactDef, record catalog.Ref) catalog.Ref {
	root, _, _ := strings.Cut(def.Path, ".")
	maker := catalog.Ref{}
	if len(d.Roles.Providers) > 0 {
		maker = d.Roles.Providers[0]
	}
	switch {
	case def.AskedOf == catalog.AskOrganisation:
		return catalog.Ref{}
	case root == "provider" && !record.IsZero():
		return record
	case def.Record == catalog.Model:
		if f := d.Record(record).Fact("model.provider"); f.State == catalog.Known {
			return catalog.Ref{Kind: catalog.Vendor, ID: f.Value.Text}
		}
		return maker
	case def.Record == catalog.Licence || d.Roles.Vendor.IsZero():
		return maker
	}
	return d.Roles.Vendor
}
