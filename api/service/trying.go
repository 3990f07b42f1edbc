package service

import (
	"context"
	"fmt"
	"slices"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/decision"
	"vigie/evaluator/expr"
	"vigie/evaluator/framework"
)

// factsOf lists the facts about the offering that the expressions of a criterion read, as far as they compile: what the
// dictionary says of the organisation and its use is not listed.
func (s *Service) factsOf(env *expr.Env, c *framework.Criterion) []string {
	out := []string{}
	sources := []string{c.Applies}
	for _, b := range c.Bands {
		sources = append(sources, b.When)
	}
	for _, k := range c.KnockOuts {
		sources = append(sources, k.Applies, k.FailsWhen)
	}
	for _, src := range sources {
		if src == "" {
			continue
		}
		p, err := env.Compile(src)
		if err != nil {
			continue
		}
		for _, path := range p.Reads() {
			if d, _ := env.Path(path); d.Derived || d.Fact != nil && d.Fact.Record != catalog.Organisation && d.Fact.Record != catalog.UseCase {
				out = append(out, path)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// FactsOf lists the facts that the expressions of a criterion read, context included, as far as they compile.
func (s *Service) FactsOf(c *framework.Criterion) ([]string, error) {
	env, err := Environment(s.Dictionary, true)
	if err != nil {
		return nil, err
	}
	return s.factsOf(env, c), nil
}

// CheckExpression compiles one expression; the first fault, if any, is an *expr.Error. It gives the paths that it reads.
func (s *Service) CheckExpression(src string) ([]string, error) {
	env, err := Environment(s.Dictionary, true)
	if err != nil {
		return nil, err
	}
	p, err := env.Compile(src)
	if err != nil {
		return nil, err
	}
	for _, path := range p.Reads() {
		if d, _ := env.Path(path); d.Fact != nil && d.Fact.AbsentRule == nil {
			return nil, &expr.Error{Line: 1, Text: wording.Textf("the dictionary does not say what the absence of %q is to an expression, so no criterion can read it", "le dictionnaire ne dit pas ce que vaut l'absence de « %s » dans une expression : aucun critère ne peut le lire", path)}
		}
	}
	return p.Reads(), nil
}

// ReadablePaths lists every path that an expression may read, sorted.
func (s *Service) ReadablePaths() ([]string, error) {
	env, err := Environment(s.Dictionary, true)
	if err != nil {
		return nil, err
	}
	return env.Paths(), nil
}

// with is this service judging under another framework.
func (s *Service) with(c *framework.Compiled) *Service {
	return &Service{Dictionary: s.Dictionary, Catalogue: s.Catalogue, Framework: c, Knowledge: s.Knowledge, Version: s.Version, Store: s.Store, Jobs: s.Jobs, views: s.views, others: s.others, decided: s.decided}
}

// Trial is what a draft makes of an offering, beside what the framework that it came from makes of it. It is never kept.
type Trial struct {
	Faults []DraftFault // what stands in the way; Draft is nil then
	Under  *framework.Compiled
	Draft  *evaluator.Assessment
	From   *framework.Compiled
	Before *evaluator.Assessment
	// Dossier is what both were judged on.
	Dossier *catalog.Dossier
}

// TryFramework judges an offering under a draft and under the framework that it came from. With a criterion, under that
// one alone: what is wrong elsewhere in the draft does not stand in the way.
func (s *Service) TryFramework(ctx context.Context, d *FrameworkDraft, criterion string, r Request) (*Trial, error) {
	from, err := s.under(ctx, d.From)
	if err != nil {
		return nil, err
	}
	if criterion != "" {
		if d, err = d.only(criterion); err != nil {
			return nil, err
		}
	}
	c, faults, err := s.Check(d)
	if err != nil {
		return nil, err
	}
	out := &Trial{Faults: faults, Under: c, From: from.Framework}
	if c == nil {
		return out, nil
	}
	in, err := s.reading(ctx, r.On, r.KnownOn)
	if err != nil {
		return nil, err
	}
	if out.Dossier, err = in.gather(ctx, r.query()); err != nil {
		return nil, err
	}
	if out.Draft, err = s.with(c).tried(ctx, out.Dossier, r); err != nil {
		return nil, err
	}
	out.Before, err = from.tried(ctx, out.Dossier, r)
	return out, err
}

func (s *Service) tried(ctx context.Context, d *catalog.Dossier, r Request) (*evaluator.Assessment, error) {
	w, err := s.weights(ctx, r)
	if err != nil {
		return nil, err
	}
	res, err := s.judge(d, w)
	if err != nil {
		return nil, err
	}
	return res.Assessment, nil
}

// only is a draft of one criterion.
func (d *FrameworkDraft) only(criterion string) (*FrameworkDraft, error) {
	out, err := d.copied()
	if err != nil {
		return nil, err
	}
	c := out.Framework.Criterion(criterion)
	if c == nil {
		return nil, noCriterion(criterion, d)
	}
	f, _ := out.Framework.Family(c.Family)
	f.Weight, c.Weight = 100, max(c.Weight, 1)
	out.Framework.Families, out.Framework.Criteria, out.Weights = []framework.Family{f}, []*framework.Criterion{c}, nil
	return out, nil
}

func noCriterion(id string, d *FrameworkDraft) error {
	var ids []string
	for _, c := range d.Framework.Criteria {
		ids = append(ids, c.ID)
	}
	return &catalog.NotFoundError{What: wording.Textf("criterion", "critère"), ID: id, Nearest: wording.NearestFew(id, ids, 3)}
}

// Effect is what publishing a draft would move, among what is kept.
type Effect struct {
	Judged   int // pairs of an offering and a use that were judged both ways
	Verdicts int // whose verdict moves
	Totals   int // whose total moves
	Left     int // pairs that were left out, because there are many
	Lines    []EffectLine
}

// EffectLine is one pair that moves.
type EffectLine struct {
	Offering, UseCase string
	Decided           bool // a decision in force rests on it
	Before, After     *evaluator.Assessment
}

// maxEffect bounds how many pairs are judged while somebody waits.
const maxEffect = 60

// FrameworkEffect judges what decisions in force and kept assessments are about under the draft and under the framework that it came from, on the
// facts of a day: decisions first, then the newest assessments, those whose verdict moves at the head of the lines.
func (s *Service) FrameworkEffect(ctx context.Context, d *FrameworkDraft, on catalog.Date) (*Effect, error) {
	from, err := s.under(ctx, d.From)
	if err != nil {
		return nil, err
	}
	c, _, err := s.Check(d)
	if err != nil || c == nil {
		return nil, err
	}
	draft := s.with(c)
	pairs, err := s.keptPairs(ctx, on)
	if err != nil {
		return nil, err
	}
	in, err := s.reading(ctx, on, on)
	if err != nil {
		return nil, err
	}
	out := &Effect{}
	for i, p := range pairs {
		if i == maxEffect {
			out.Left = len(pairs) - i
			break
		}
		dossier, err := in.gather(ctx, p.r.query())
		if isNotFound(err) { // of an entity that who asks does not see, or withdrawn since
			continue
		}
		if err != nil {
			return nil, err
		}
		before, err := from.tried(ctx, dossier, p.r)
		if err != nil {
			return nil, err
		}
		after, err := draft.tried(ctx, dossier, p.r)
		if err != nil {
			return nil, err
		}
		out.Judged++
		verdict, total := before.Verdict != after.Verdict, before.Score != after.Score
		if verdict {
			out.Verdicts++
		}
		if total {
			out.Totals++
		}
		if verdict || total {
			out.Lines = append(out.Lines, EffectLine{Offering: p.r.Offering, UseCase: p.r.UseCase, Decided: p.decided, Before: before, After: after})
		}
	}
	slices.SortStableFunc(out.Lines, func(a, b EffectLine) int { return rank(a) - rank(b) })
	return out, nil
}

func rank(l EffectLine) int {
	n := 0
	if l.Before.Verdict == l.After.Verdict {
		n += 2
	}
	if !l.Decided {
		n++
	}
	return n
}

type keptPair struct {
	r       Request
	decided bool
}

// keptPairs lists what is decided on, and then what is assessed, each pair once.
func (s *Service) keptPairs(ctx context.Context, on catalog.Date) ([]keptPair, error) {
	var out []keptPair
	seen := map[string]bool{}
	add := func(offering, use, organisation string, decided bool) {
		key := offering + " " + use + " " + organisation
		if offering == "" || use == "" || seen[key] {
			return
		}
		seen[key] = true
		out = append(out, keptPair{Request{Offering: offering, UseCase: use, Organisation: organisation, On: on, KnownOn: on}, decided})
	}
	decided, err := s.Decisions(ctx, DecisionQuery{On: on, Status: decision.InForce})
	if err != nil {
		return nil, err
	}
	for _, d := range decided {
		add(d.Offering, d.UseCase, d.Organisation, true)
	}
	for before := int64(0); len(out) < maxListed; {
		page, err := s.Assessments(ctx, KeptQuery{Before: before, Limit: 200})
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			add(e.Index["offering"], e.Index["use_case"], e.Index["organisation"], false)
		}
		if len(page) < 200 {
			break
		}
		before = page[len(page)-1].Leaf
	}
	return out, nil
}

// FrameworkLoose lists criteria of a draft whose answer stays wider than it must, among those that changed since the framework it came
// from: those were looked at when that one was written.
func (s *Service) FrameworkLoose(ctx context.Context, d *FrameworkDraft) ([]framework.Loose, error) {
	from, err := s.FrameworkOf(ctx, d.From)
	if err != nil {
		return nil, err
	}
	c, _, err := s.Check(d)
	if err != nil || c == nil {
		return nil, err
	}
	part := *c
	part.Criteria = slices.DeleteFunc(slices.Clone(c.Criteria), func(x *framework.CompiledCriterion) bool {
		old := from.Criterion(x.ID)
		return old != nil && catalog.MustHash(old) == catalog.MustHash(x.Criterion)
	})
	return framework.Lint(&part)
}

// PublishDraft publishes a draft, as it stood at the revision, under a version and with what it changes in words. The
// framework, its weight sets and the end of the draft are one transaction. Faults are those of Check, as an
// *catalog.InvalidError.
func (s *Service) PublishDraft(ctx context.Context, id string, revision int64, version string, status framework.Status, reason wording.Text) (*FrameworkLine, error) {
	p, err := s.writer(ctx, account.Configure)
	if err != nil {
		return nil, err
	}
	d, err := s.openDraft(ctx, id)
	if err != nil {
		return nil, err
	}
	d.Revision = revision
	d.Framework.Version, d.Framework.Status = version, status
	c, faults, err := s.Check(d)
	if err != nil {
		return nil, err
	}
	if c == nil {
		bad := &catalog.InvalidError{}
		for _, f := range faults {
			bad.Fields = append(bad.Fields, catalog.FieldError{Path: "draft", Text: f.Text})
		}
		return nil, bad
	}
	if c.ID+"@"+c.Version == s.Framework.ID+"@"+s.Framework.Version && c.Hash() != s.Framework.Hash() {
		return nil, publishedBefore(c.ID + "@" + c.Version)
	}
	b, err := s.publicationOf(ctx, p, c, d.From, reason)
	if err != nil {
		return nil, err
	}
	d.Published = c.Hash()
	if _, err := s.saveDraft(ctx, p, d, FrameworkDone, &b); err != nil {
		return nil, err
	}
	l := line(c.Framework)
	return &l, nil
}

func publishedBefore(name string) error {
	return store.NewConflict("%s was published already with another content: give it another version", "%s a déjà été publié avec un autre contenu : lui donner une autre version", name)
}

// frameworkPublication says who published a framework, instead of which one and why. It is a document of its own: the framework keeps its
// hash whoever publishes it.
type frameworkPublication struct {
	Format    string       `json:"format"`
	Framework string       `json:"framework"`       // hash
	After     string       `json:"after,omitempty"` // hash of the one that it came from
	By        string       `json:"by"`
	Reason    wording.Text `json:"reason,omitzero"`
	// WeightSets come with the framework. They stand here whole: a set that was kept before under another framework is a
	// document already, and the index that would find it is of that one.
	WeightSets []*framework.WeightSet `json:"weight_sets"`
}

const frameworkPublicationFormat = "vigie-framework-published/1"

// publicationOf is everything that publishing a framework records.
func (s *Service) publicationOf(ctx context.Context, p *account.Principal, c *framework.Compiled, after string, reason wording.Text) (store.Batch, error) {
	name := c.ID + "@" + c.Version
	b := s.batch(p, "")
	same, err := s.Store.In(store.Everything()).Documents(ctx, store.Framework, map[string]string{"name": name}, 0, maxListed)
	if err != nil {
		return b, err
	}
	for _, d := range same {
		if d.Hash != c.Hash() {
			return b, publishedBefore(name)
		}
	}
	doc, err := frameworkDocument(c.Framework)
	if err != nil {
		return b, err
	}
	says := frameworkPublication{Format: frameworkPublicationFormat, Framework: c.Hash(), After: after, By: person(p), Reason: reason, WeightSets: []*framework.WeightSet{}}
	for _, id := range sortedIDs(c.WeightSets) {
		says.WeightSets = append(says.WeightSets, c.WeightSets[id])
	}
	body, err := catalog.Canonical(says)
	if err != nil {
		return b, err
	}
	b.Documents = append(b.Documents, doc, store.Document{Kind: store.Framework, Body: body, Index: map[string]string{"publishes": c.Hash()}})
	for _, id := range sortedIDs(c.WeightSets) {
		d, err := weightDocument(c.WeightSets[id], c.Hash())
		if err != nil {
			return b, err
		}
		d.Index["with"] = "framework"
		b.Documents = append(b.Documents, d)
	}
	return b, nil
}

// FrameworkVersion is a framework with how it came to be.
type FrameworkVersion struct {
	FrameworkLine
	By      string       // opaque id of who published it; empty: it comes with the program
	On      catalog.Date // empty: it comes with the program
	After   string       // hash of the one that it came from; empty: of none, or nobody said
	Reason  wording.Text // what it changes; zero: nobody said
	Weights []*framework.WeightSet
}

// FrameworkVersions lists the frameworks that can be judged under, the default one first, with how each came to be.
func (s *Service) FrameworkVersions(ctx context.Context) ([]FrameworkVersion, error) {
	lines, err := s.Frameworks(ctx)
	if err != nil {
		return nil, err
	}
	var out []FrameworkVersion
	for _, l := range lines {
		x := FrameworkVersion{FrameworkLine: l}
		if x.Weights, err = s.Weights(ctx, l.Hash); err != nil {
			return nil, err
		}
		if l.Leaf != nil && s.Store != nil && !l.Default {
			if err := s.publishedBy(ctx, &x); err != nil {
				return nil, fmt.Errorf("framework %s: %w", l.Hash, err)
			}
		}
		out = append(out, x)
	}
	return out, nil
}

func (s *Service) publishedBy(ctx context.Context, x *FrameworkVersion) error {
	in, err := s.ledger(ctx, account.Read)
	if err != nil {
		return err
	}
	e, err := s.Store.JournalEntry(ctx, *x.Leaf)
	if err != nil {
		return err
	}
	if len(e.Leaf.At) >= 10 {
		x.On = catalog.Date(e.Leaf.At[:10])
	}
	p, err := publicationKept(ctx, in, x.Hash)
	if err != nil || p == nil {
		return err
	}
	x.By, x.After, x.Reason = p.By, p.After, p.Reason
	return nil
}

// publicationKept is what was recorded when a framework was published; nil: nothing.
func publicationKept(ctx context.Context, in store.Reader, hash string) (*frameworkPublication, error) {
	docs, err := in.Documents(ctx, store.Framework, map[string]string{"publishes": hash}, 0, maxListed)
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	return readKept[frameworkPublication](ctx, in, store.Framework, docs[len(docs)-1].Hash) // the first: what comes after publishes the same again
}

// LooseFault says what is loose at a field of the draft.
func LooseFault(l framework.Loose) DraftFault {
	f := l.Fault()
	return DraftFault{Criterion: l.Criterion, Text: f.Text}
}

// CheckCriterion tells everything that is wrong with one criterion of a draft.
func (s *Service) CheckCriterion(d *FrameworkDraft, criterion string) ([]DraftFault, error) {
	one, err := d.only(criterion)
	if err != nil {
		return nil, err
	}
	_, faults, err := s.Check(one)
	return slices.DeleteFunc(faults, func(f DraftFault) bool { return f.Criterion != criterion }), err
}
