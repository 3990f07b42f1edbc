package service

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/evaluator"
	"vigie/evaluator/decision"
)

// DutyKind says what there is to do.
type DutyKind string

// What can wait for somebody.
const (
	DutyDisputed    DutyKind = "disputed"     // equal claims differ: nothing counts until a reviewer settles them
	DutyCheck       DutyKind = "check"        // a newer but weaker claim says otherwise
	DutyDecide      DutyKind = "decide"       // an assessment was kept and nobody decided
	DutyChoose      DutyKind = "choose"       // a comparison was kept and nobody decided on any of its candidates
	DutyDeferred    DutyKind = "deferred"     // put off, until a day that comes near or is over
	DutyEnds        DutyKind = "ends"         // an approval whose last day comes near
	DutyEnded       DutyKind = "ended"        // an approval whose last day is over, with no newer decision
	DutyDrifted     DutyKind = "drifted"      // what was resolved could not be resolved again on today's facts
	DutyCondition   DutyKind = "condition"    // somebody's own condition, due soon or late
	DutyOverdue     DutyKind = "overdue"      // another's condition that is late
	DutySourceEnds  DutyKind = "source_ends"  // what a decision rests on expires soon
	DutySourceEnded DutyKind = "source_ended" // it has expired, and facts are not known any more
	DutyReview      DutyKind = "review"       // a proposal to accept or to refuse
	DutyAsk         DutyKind = "ask"          // a missing fact that would settle most
)

// Duty is one thing to do: what, about what, since or until when.
type Duty struct {
	Kind     DutyKind
	About    catalog.Ref  // the record of a fact, the offering of a decision, what a proposal is about
	UseCase  string       // of a decision, an assessment or a comparison
	Org      string       // of an assessment
	Path     string       // of a fact
	Day      catalog.Date // until when, or since when
	Late     bool         // the day is over
	Hash     string       // of the decision or the comparison
	Draft    string       // id of the proposal
	Source   catalog.Source
	Text     decision.Condition // the condition that is due
	Against  []string           // knock-outs that speak against a decision now
	Others   []string           // offerings of a comparison
	Count    int                // decisions or offerings that depend on it
	Approves bool               // the decision that drifted approved

	knockOuts, width int
	owner            string
}

const (
	dutyAhead   = 60 // days
	dutyGaps    = 8  // missing facts worth asking for
	gapSubjects = 12 // offerings looked at for missing facts
	dutyKept    = 200
	dutyCompare = 50
)

// Duties lists what waits for who asks on a day: by their permissions, and what they answer for by name. What it costs is
// paid once until something is written; the rest is one list of proposals.
func (c *Cached) Duties(ctx context.Context, on catalog.Date) ([]Duty, error) {
	p := account.From(ctx)
	if c.Store == nil || p == nil {
		return nil, nil
	}
	all, err := c.standing(ctx, on)
	if err != nil {
		return nil, err
	}
	may := map[DutyKind]bool{}
	for what, kinds := range map[account.Permission][]DutyKind{
		account.Settle: {DutyDisputed, DutyCheck},
		account.Decide: {DutyDecide, DutyChoose, DutyDeferred, DutyEnds, DutyEnded, DutyDrifted, DutyOverdue},
		account.Claim:  {DutySourceEnds, DutySourceEnded, DutyAsk},
	} {
		for _, k := range kinds {
			may[k] = p.May(what)
		}
	}
	var out []Duty
	for _, d := range all {
		mine := d.owner != "" && d.owner == p.Person
		switch {
		case d.Source.Confidential && !p.May(account.ReadConfidential):
		case mine:
			d.Kind = DutyCondition
			out = append(out, d)
		case may[d.Kind] && (d.Kind != DutyOverdue || d.Late):
			out = append(out, d)
		}
	}
	if !p.May(account.Review) {
		return out, nil
	}
	drafts, err := c.Drafts(ctx, account.Review, store.ProposalDraft, ProposalOpen, "", "", dutyKept)
	if err != nil {
		return nil, err
	}
	for _, d := range drafts {
		kind, id, _ := strings.Cut(d.Subject, "/")
		out = append(out, Duty{Kind: DutyReview, About: catalog.Ref{Kind: catalog.Kind(kind), ID: id}, Draft: d.ID, Day: catalog.DateOf(time.Unix(0, d.CreatedNs))})
	}
	return out, nil
}

// standings keeps what waits for anybody, until something is written.
type standings struct {
	mu    sync.Mutex
	kept  map[standingKey]*standing
	ends  sync.Map // hash of a dossier: its facts that rest on sources with a last day; they never change
	ranks sync.Map // hash of a comparison: its offerings
}

type standingKey struct {
	state state
	on    catalog.Date
}

type standing struct {
	once sync.Once
	list []Duty
	err  error
}

func (c *Cached) standing(ctx context.Context, on catalog.Date) ([]Duty, error) {
	now, err := c.state(ctx)
	if err != nil {
		return nil, err
	}
	k := standingKey{now, on}
	c.waits.mu.Lock()
	x := c.waits.kept[k]
	if x == nil {
		if c.waits.kept == nil || len(c.waits.kept) >= maxViews {
			c.waits.kept = map[standingKey]*standing{}
		}
		x = &standing{}
		c.waits.kept[k] = x
	}
	c.waits.mu.Unlock()
	x.once.Do(func() { x.list, x.err = c.waiting(context.WithoutCancel(ctx), on) })
	if x.err != nil {
		c.waits.mu.Lock()
		if c.waits.kept[k] == x {
			delete(c.waits.kept, k)
		}
		c.waits.mu.Unlock()
	}
	return x.list, x.err
}

// waiting finds everything that waits for anybody who sees what who asks sees.
func (c *Cached) waiting(ctx context.Context, on catalog.Date) ([]Duty, error) {
	out, err := c.contradictions(ctx, on)
	if err != nil {
		return nil, err
	}
	h, _, err := c.DecisionHistory(ctx)
	if err != nil {
		return nil, err
	}
	w := &waits{Cached: c, ctx: ctx, on: on, h: h, held: map[matter]bool{}, latest: map[matter]catalog.Date{}, sources: map[string]*Duty{}}
	for _, d := range h.List {
		m := matterOf(d)
		w.latest[m] = max(w.latest[m], d.DecidedOn)
		w.held[m] = w.held[m] || h.Status(d, on) == decision.InForce
	}
	for _, d := range h.List {
		w.decided(d)
	}
	if err := w.undecided(); err != nil {
		return nil, err
	}
	out = append(out, w.out...)
	for _, id := range sortedKeys(w.sources) {
		out = append(out, *w.sources[id])
	}
	return append(out, w.gaps()...), nil
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// contradictions lists the facts that a reviewer has to settle or to check. A store that is too large to be read whole
// tells none: they stand on the records.
func (c *Cached) contradictions(ctx context.Context, on catalog.Date) ([]Duty, error) {
	v, err := c.View(ctx, on, on)
	if large := (*TooLargeError)(nil); errors.As(err, &large) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Duty
	for _, kind := range catalog.Kinds() {
		for _, id := range v.IDs(kind) {
			rec, _ := v.Record(catalog.Ref{Kind: kind, ID: id})
			for _, f := range rec.Facts {
				if f.InheritedFrom != nil || !f.Disputed && (f.Settled != "" || !slices.ContainsFunc(f.Contradicts, func(x catalog.Contradiction) bool { return x.Newer })) {
					continue
				}
				d := Duty{Kind: DutyCheck, About: rec.Ref(), Path: f.Path, Day: f.AsOf}
				if f.Disputed {
					d.Kind = DutyDisputed
				}
				for _, x := range f.Contradicts {
					d.Day = max(d.Day, x.AsOf)
				}
				out = append(out, d)
			}
		}
	}
	// What counts for nothing until it is settled comes before what counts all the same, then the newest.
	slices.SortStableFunc(out, func(a, b Duty) int {
		if a.Kind != b.Kind {
			if a.Kind == DutyDisputed {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.Day, a.Day)
	})
	return out, nil
}

// matter is what a decision is about.
type matter struct{ offering, useCase, organisation string }

func matterOf(d *decision.Decision) matter { return matter{d.Offering, d.UseCase, d.Organisation} }

// waits gathers what waits about decisions.
type waits struct {
	*Cached
	ctx     context.Context
	on      catalog.Date
	h       *decision.History
	held    map[matter]bool         // some decision about it is in force
	latest  map[matter]catalog.Date // the last day on which it was decided
	sources map[string]*Duty
	out     []Duty
	judged  []*Result // what is in use or to be decided, as it stands today
}

// assess judges a matter today; nil when it cannot be judged any more, which its own page tells.
func (w *waits) assess(m matter) *Result {
	res, err := w.Assess(w.ctx, Request{Offering: m.offering, UseCase: m.useCase, Organisation: m.organisation, On: w.on})
	if err != nil {
		return nil
	}
	if len(w.judged) < gapSubjects && !slices.Contains(w.judged, res) {
		w.judged = append(w.judged, res)
	}
	return res
}

func (w *waits) decided(d *decision.Decision) {
	m := matterOf(d)
	duty := Duty{About: catalog.Ref{Kind: catalog.Offering, ID: d.Offering}, UseCase: d.UseCase, Day: d.Until, Hash: d.Hash, Approves: d.Outcome.Approves(), Late: d.Until < w.on}
	add := func(k DutyKind, day catalog.Date) {
		x := duty
		x.Kind, x.Day = k, day
		w.out = append(w.out, x)
	}
	soon := d.Until <= addDays(w.on, dutyAhead)
	switch w.h.Status(d, w.on) {
	case decision.Expired:
		if w.held[m] || w.latest[m] > d.DecidedOn {
			return // another one stands in its place, though it does not say so
		}
		switch {
		case d.Outcome == decision.Defer:
			add(DutyDeferred, d.Until)
		case duty.Approves:
			add(DutyEnded, d.Until)
		}
		return
	case decision.InForce:
	default:
		return
	}
	switch {
	case soon && d.Outcome == decision.Defer:
		add(DutyDeferred, d.Until)
	case soon && duty.Approves:
		add(DutyEnds, d.Until)
	}
	for _, x := range d.Conditions {
		if x.Due <= addDays(w.on, dutyAhead) {
			y := duty
			y.Kind, y.Day, y.Late, y.Text, y.owner = DutyOverdue, x.Due, x.Due < w.on, x, x.Owner
			w.out = append(w.out, y)
		}
	}
	res := w.assess(m)
	if res == nil {
		return
	}
	if holds, against := d.HoldsOn(res.Assessment); !holds {
		x := duty
		x.Kind, x.Day, x.Against = DutyDrifted, d.DecidedOn, against
		w.out = append(w.out, x)
	}
	if duty.Approves {
		w.evidence(d, res)
	}
}

// evidence notes which sources a decision in force rests on that end soon, or ended and took facts with them.
func (w *waits) evidence(d *decision.Decision, now *Result) {
	note := func(kind DutyKind, src catalog.Source) {
		id := string(kind) + " " + src.ID
		x := w.sources[id]
		if x == nil {
			x = &Duty{Kind: kind, Source: src, Day: src.ValidUntil, Late: kind == DutySourceEnded}
			w.sources[id] = x
		}
		if x.Hash != d.Hash { // decisions come one after the other
			x.Hash, x.Count = d.Hash, x.Count+1
		}
	}
	for _, src := range now.Dossier.Sources {
		if src.ValidUntil != "" && src.ValidUntil >= w.on && src.ValidUntil <= addDays(w.on, dutyAhead) {
			note(DutySourceEnds, src)
		}
	}
	for _, x := range w.endsOf(d.Dossier) {
		if x.source.ValidUntil >= w.on {
			continue
		}
		if rec := now.Dossier.Record(x.record); rec != nil && rec.Fact(x.path).State != catalog.Known {
			note(DutySourceEnded, x.source)
		}
	}
}

// ending is a fact that rests on a source with a last day.
type ending struct {
	record catalog.Ref
	path   string
	source catalog.Source
}

// endsOf reads which facts of a kept dossier rest on sources that end.
func (w *waits) endsOf(dossier string) []ending {
	if kept, ok := w.waits.ends.Load(dossier); ok {
		return kept.([]ending)
	}
	in, err := w.ledger(w.ctx, account.Read)
	if err != nil {
		return nil
	}
	d, err := readKept[catalog.Dossier](w.ctx, in, store.Dossier, dossier)
	if err != nil {
		return nil
	}
	var out []ending
	for i := range d.Records {
		for _, f := range d.Records[i].Facts {
			if src, ok := d.Source(f.Source); ok && src.ValidUntil != "" && f.State == catalog.Known {
				out = append(out, ending{d.Records[i].Ref(), f.Path, src})
			}
		}
	}
	w.waits.ends.Store(dossier, out)
	return out
}

// undecided lists the comparisons and assessments that were kept and that nobody decided on since.
func (w *waits) undecided() error {
	done := func(m matter, on catalog.Date) bool { return w.held[m] || w.latest[m] >= on }
	comparisons, err := w.Documents(w.ctx, store.Comparison, nil, 0, dutyCompare)
	if err != nil {
		return err
	}
	seen := map[matter]bool{}
	for _, e := range comparisons {
		c, err := w.comparison(e.Hash)
		if err != nil {
			return err
		}
		open, first := true, false
		for _, id := range c.offerings {
			m := matter{id, c.useCase, c.organisation}
			first = first || !seen[m]
			seen[m] = true
			open = open && !done(m, c.on)
		}
		if open && first {
			w.out = append(w.out, Duty{Kind: DutyChoose, UseCase: c.useCase, Org: c.organisation, Day: c.on, Hash: e.Hash, Others: c.offerings, Count: len(c.offerings)})
			for _, id := range c.offerings {
				w.assess(matter{id, c.useCase, c.organisation})
			}
		}
	}
	kept, err := w.Documents(w.ctx, store.Assessment, nil, 0, dutyKept)
	if err != nil {
		return err
	}
	for _, e := range kept {
		m := matter{e.Index["offering"], e.Index["use_case"], e.Index["organisation"]}
		on := catalog.Date(e.Index["on"])
		if m.useCase == "" || seen[m] || done(m, on) {
			continue
		}
		seen[m] = true
		if w.assess(m) != nil {
			w.out = append(w.out, Duty{Kind: DutyDecide, About: catalog.Ref{Kind: catalog.Offering, ID: m.offering}, UseCase: m.useCase, Org: m.organisation, Day: on, Hash: e.Hash})
		}
	}
	return nil
}

// compared is what a kept comparison is about.
type compared struct {
	useCase, organisation string
	on                    catalog.Date
	offerings             []string // as they rank
}

func (w *waits) comparison(hash string) (*compared, error) {
	if kept, ok := w.waits.ranks.Load(hash); ok {
		return kept.(*compared), nil
	}
	in, err := w.ledger(w.ctx, account.Read)
	if err != nil {
		return nil, err
	}
	c, err := readKept[evaluator.Comparison](w.ctx, in, store.Comparison, hash)
	if err != nil {
		return nil, err
	}
	out := &compared{useCase: c.UseCase, organisation: c.Organisation, on: c.On}
	for _, x := range c.Ranking {
		out.offerings = append(out.offerings, x.Offering)
	}
	w.waits.ranks.Store(hash, out)
	return out, nil
}

// gaps lists the missing facts that would settle most of what is in use or to be decided: knock-outs first, then width.
// It sums up what the assessments say already; the page of questions tries the answers.
func (w *waits) gaps() []Duty {
	at := map[catalog.FactRef]*Duty{}
	var order []catalog.FactRef
	for _, res := range w.judged {
		for _, m := range res.Assessment.Missing {
			if m.Record.ID == "" || m.Disputed || m.Weak {
				continue
			}
			k := catalog.FactRef{Record: m.Record, Path: m.Path}
			x := at[k]
			if x == nil {
				x = &Duty{Kind: DutyAsk, About: m.Record, Path: m.Path}
				at[k] = x
				order = append(order, k)
			}
			x.Count++
			x.knockOuts += len(m.KnockOuts)
			x.width += int(m.Width)
		}
	}
	var out []Duty
	for _, k := range order {
		if def, ok := w.Dictionary.Fact(k.Path); ok && def.Record == k.Record.Kind {
			out = append(out, *at[k])
		}
	}
	slices.SortStableFunc(out, func(a, b Duty) int {
		return cmp.Or(cmp.Compare(b.knockOuts, a.knockOuts), cmp.Compare(b.width, a.width))
	})
	return out[:min(len(out), dutyGaps)]
}

func addDays(d catalog.Date, n int) catalog.Date { return catalog.DateOf(d.Time().AddDate(0, 0, n)) }
