package service

import (
	"context"
	"encoding/json"
	"fmt"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/framework"
	"vigie/reports/proof"
)

// Kept is an assessment or a comparison that stands in the log.
type Kept struct {
	Hash   string `json:"hash"`
	Leaf   int64  `json:"leaf"` // entry of the log
	Entity string `json:"entity,omitempty"`
	New    bool   `json:"new"` // false: it had been kept before
}

// KeepAssessment assesses and records the assessment with all that it rests on: dossier, framework, weight set, knowledge,
// dictionary, each once by its hash. Nothing hypothetical is ever kept. An assessment that rests on what all share is
// shared; otherwise it belongs to the entity whose records it rests on.
func (s *Service) KeepAssessment(ctx context.Context, r Request) (*Kept, *Result, error) {
	p, err := s.writer(ctx, account.Assess)
	if err != nil {
		return nil, nil, err
	}
	return s.keepAssessment(ctx, p, r)
}

func (s *Service) keepAssessment(ctx context.Context, p *account.Principal, r Request) (*Kept, *Result, error) {
	if r.WeightsFile != "" {
		return nil, nil, &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "weights", Text: wording.Textf("publish the weights first: what is kept names them", "publier d'abord les pondérations : ce qui est conservé les nomme")}}}
	}
	s, err := s.under(ctx, r.Framework)
	if err != nil {
		return nil, nil, err
	}
	res, err := s.Assess(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	kept, err := s.keep(ctx, p, []*Result{res}, nil)
	return kept, res, err
}

// KeepComparison compares and records the comparison with the assessments that it ranks and all that they rest on. A
// comparison under assumptions is refused.
func (s *Service) KeepComparison(ctx context.Context, r CompareRequest) (*Kept, *CompareResult, error) {
	p, err := s.writer(ctx, account.Assess)
	if err != nil {
		return nil, nil, err
	}
	return s.keepComparison(ctx, p, r)
}

func (s *Service) keepComparison(ctx context.Context, p *account.Principal, r CompareRequest) (*Kept, *CompareResult, error) {
	s, err := s.under(ctx, r.Framework)
	if err != nil {
		return nil, nil, err
	}
	if r.Weighing != nil {
		own := *r.Weighing
		own.Author = person(p)
		r.Weighing = &own
	}
	res, err := s.Compare(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	kept, err := s.keep(ctx, p, res.Results, res)
	return kept, res, err
}

// keep records assessments, and the comparison of them if there is one. First what all assessments share: should the rest
// fail, it does no harm and is there for the next.
func (s *Service) keep(ctx context.Context, p *account.Principal, results []*Result, c *CompareResult) (*Kept, error) {
	dossiers := make([]*catalog.Dossier, len(results))
	for i, r := range results {
		if r.Assessment.Hypothetical {
			return nil, hypothetical()
		}
		dossiers[i] = r.Dossier
	}
	entity, err := s.entityOf(ctx, dossiers...)
	if err != nil {
		return nil, err
	}
	shared, err := s.sharedDocuments()
	if err != nil {
		return nil, err
	}
	own := s.batch(p, "")
	sets := []*framework.WeightSet{results[0].Weights}
	if c != nil {
		sets = append(sets, c.Members...)
	}
	for _, w := range sets {
		d, err := weightDocument(w, s.Framework.Hash())
		if err != nil {
			return nil, err
		}
		if s.Framework.WeightSets[w.ID] == w {
			d.Index["with"] = "framework"
			shared = append(shared, d)
			continue
		}
		own.Documents = append(own.Documents, d)
		if p.Entity != "" {
			entity = p.Entity
		}
	}
	if _, err := s.Store.Record(ctx, store.Batch{By: person(p), Documents: shared}); err != nil {
		return nil, err
	}
	own.Entity, own.Scope = entity, nil // what it rests on decides, and who asks could read all of it
	for _, r := range results {
		list, err := assessmentDocuments(r)
		if err != nil {
			return nil, err
		}
		own.Documents = append(own.Documents, list...)
	}
	if c != nil {
		d, err := comparisonDocument(c.Comparison)
		if err != nil {
			return nil, err
		}
		own.Documents = append(own.Documents, d)
	}
	last := own.Documents[len(own.Documents)-1]
	receipt, err := s.Store.Record(ctx, own)
	if err != nil {
		return nil, err
	}
	e, err := s.Store.In(store.Everything()).Entry(ctx, last.Kind, last.Hash())
	return &Kept{Hash: e.Hash, Leaf: e.Leaf, Entity: e.Entity, New: receipt.Leaves > 0 && !receipt.Replayed && e.Leaf >= receipt.First}, err
}

func hypothetical() error {
	return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "assume", Text: wording.Textf("a what-if is never kept", "une simulation n'est jamais conservée")}}}
}

// sharedDocuments are the framework, the knowledge and the dictionary of the program.
func (s *Service) sharedDocuments() ([]store.Document, error) {
	fw, err := frameworkDocument(s.Framework.Framework)
	if err != nil {
		return nil, err
	}
	parts, err := catalog.Canonical(s.Knowledge.Parts())
	if err != nil {
		return nil, err
	}
	dict, err := catalog.Canonical(dictionaryManifest{dictionaryFormat, s.Dictionary.Hash(), s.Dictionary.Paths()})
	if err != nil {
		return nil, err
	}
	return []store.Document{fw, {Kind: store.Knowledge, Body: parts, Index: map[string]string{"engine": s.Version}},
		{Kind: store.Dictionary, Body: dict, Index: map[string]string{"hash": s.Dictionary.Hash(), "engine": s.Version}}}, nil
}

// dictionaryManifest is what is kept of the dictionary: the hash of its files, which ship with the program.
type dictionaryManifest struct {
	Format string   `json:"format"`
	Hash   string   `json:"hash"`
	Paths  []string `json:"paths"`
}

const dictionaryFormat = "vigie-dictionary/1"

func assessmentDocuments(r *Result) ([]store.Document, error) {
	a := r.Assessment
	body, err := catalog.Canonical(r.Dossier)
	if err != nil {
		return nil, err
	}
	subject := proof.OfAssessment(a)
	if subject.Hash() != a.Hash {
		return nil, fmt.Errorf("assessment %s: its bytes have the hash %s", a.Hash, subject.Hash())
	}
	index := map[string]string{"offering": a.Offering, "on": string(a.On), "engine": a.Engine, "framework": a.Framework + "@" + a.FrameworkVersion, "verdict": string(a.Verdict), "weights": a.WeightSet}
	for k, v := range map[string]string{"use_case": a.UseCase, "organisation": a.Organisation} {
		if v != "" {
			index[k] = v
		}
	}
	return []store.Document{{Kind: store.Dossier, Body: body, Index: map[string]string{"offering": a.Offering, "on": string(a.On)}},
		{Kind: store.Assessment, Body: subject.Body, Index: index}}, nil
}

func comparisonDocument(c *evaluator.Comparison) (store.Document, error) {
	subject := proof.OfComparison(c)
	if subject.Hash() != c.Hash {
		return store.Document{}, fmt.Errorf("comparison %s: its bytes have the hash %s", c.Hash, subject.Hash())
	}
	return store.Document{Kind: store.Comparison, Body: subject.Body, Index: map[string]string{"use_case": c.UseCase, "on": string(c.On), "engine": c.Engine, "framework": c.Framework + "@" + c.FrameworkVersion, "weights": c.WeightSet}}, nil
}

// KeptQuery says which kept documents to list. Empty fields do not count.
type KeptQuery struct {
	Offering, UseCase, Organisation, Framework string
	On                                         catalog.Date
	Before                                     int64 // entry of the log: only older ones; 0: from the newest
	Limit                                      int   // at most 200; 0: 50
}

func (q KeptQuery) index() map[string]string {
	out := map[string]string{}
	for k, v := range map[string]string{"offering": q.Offering, "use_case": q.UseCase, "organisation": q.Organisation, "framework": q.Framework, "on": string(q.On)} {
		if v != "" {
			out[k] = v
		}
	}
	return out
}

// Assessments lists the assessments kept, newest first.
func (s *Service) Assessments(ctx context.Context, q KeptQuery) ([]store.DocumentEntry, error) {
	return s.kept(ctx, store.Assessment, q)
}

// Comparisons lists the comparisons kept, newest first.
func (s *Service) Comparisons(ctx context.Context, q KeptQuery) ([]store.DocumentEntry, error) {
	return s.kept(ctx, store.Comparison, q)
}

// Reports lists the reports issued, newest first.
func (s *Service) Reports(ctx context.Context, q KeptQuery) ([]store.DocumentEntry, error) {
	return s.kept(ctx, store.Report, q)
}

func (s *Service) kept(ctx context.Context, kind store.DocumentKind, q KeptQuery) ([]store.DocumentEntry, error) {
	in, err := s.ledger(ctx, account.Read)
	if err != nil {
		return nil, err
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	return in.Documents(ctx, kind, q.index(), q.Before, min(q.Limit, 200))
}

// KeptAssessment reads an assessment that was kept, with its dossier and weights as they were: what a page or a report shows
// of it is what was seen then. It is not judged again; Replay does that.
func (s *Service) KeptAssessment(ctx context.Context, hash string) (*Result, error) {
	in, err := s.ledger(ctx, account.Read)
	if err != nil {
		return nil, err
	}
	a, err := readKept[evaluator.Assessment](ctx, in, store.Assessment, hash)
	if err != nil {
		return nil, err
	}
	a.Hash = hash
	d, err := readKept[catalog.Dossier](ctx, in, store.Dossier, a.DossierHash)
	if err != nil {
		return nil, err
	}
	w, err := readKept[framework.WeightSet](ctx, in, store.WeightSet, a.WeightSetHash)
	if err != nil {
		return nil, err
	}
	return &Result{Assessment: a, Dossier: d, Weights: w}, nil
}

// KeptComparison reads a comparison that was kept, with its assessments.
func (s *Service) KeptComparison(ctx context.Context, hash string) (*CompareResult, error) {
	in, err := s.ledger(ctx, account.Read)
	if err != nil {
		return nil, err
	}
	c, err := readKept[evaluator.Comparison](ctx, in, store.Comparison, hash)
	if err != nil {
		return nil, err
	}
	c.Hash = hash
	out := &CompareResult{Comparison: c}
	if out.Weights, err = readKept[framework.WeightSet](ctx, in, store.WeightSet, c.WeightSetHash); err != nil {
		return nil, err
	}
	for _, line := range c.Ranking {
		x, err := s.KeptAssessment(ctx, line.Assessment)
		if err != nil {
			return nil, err
		}
		out.Results = append(out.Results, x)
	}
	return out, nil
}

// readKept reads a document that the store keeps as what it is of.
func readKept[T any](ctx context.Context, in store.Reader, kind store.DocumentKind, hash string) (*T, error) {
	doc, err := in.Document(ctx, kind, hash)
	if err != nil {
		return nil, err
	}
	out := new(T)
	if err := json.Unmarshal(doc.Body, out); err != nil {
		return nil, fmt.Errorf("kept %s %s: %w", kind, hash, err)
	}
	return out, nil
}

// Replay is what judging a kept assessment again gave.
type Replay struct {
	Hash       string `json:"hash"`
	RecordedBy string `json:"recorded_by"` // version of the program
	// Run: it was judged again; only the engine that recorded it, with the same knowledge, can tell.
	Run  bool         `json:"run"`
	Same bool         `json:"same"` // the same bytes came out
	Text wording.Text `json:"text"` // says it to a person
}

// Replay judges a kept assessment again, from the parts that were kept with it and nothing else: the same engine gives the
// same bytes.
func (s *Service) Replay(ctx context.Context, hash string) (*Replay, error) {
	in, err := s.ledger(ctx, account.Read)
	if err != nil {
		return nil, err
	}
	old, err := s.KeptAssessment(ctx, hash)
	if err != nil {
		return nil, err
	}
	a := old.Assessment
	out := &Replay{Hash: hash, RecordedBy: a.Engine}
	if a.Engine != s.Version || a.KnowledgeHash != s.Knowledge.Hash() {
		out.Text = wording.Textf("recorded by engine %s, not re-run", "enregistré par le moteur %s, non rejoué", a.Engine)
		return out, nil
	}
	under, err := s.underKept(ctx, in, a.FrameworkHash)
	if err != nil {
		return nil, err
	}
	again, err := under.judge(old.Dossier, old.Weights)
	if err != nil {
		return nil, err
	}
	out.Run, out.Same = true, again.Assessment.Hash == hash && proof.OfAssessment(again.Assessment).Hash() == hash
	out.Text = wording.Textf("judged again from what was kept: the same, to the byte", "rejugé à partir de ce qui a été conservé : identique, à l'octet près")
	if !out.Same {
		out.Text = wording.Textf("judged again from what was kept: it differs; the record, or the program, is not what it says", "rejugé à partir de ce qui a été conservé : le résultat diffère ; l'enregistrement, ou le programme, n'est pas ce qu'il prétend")
	}
	return out, nil
}
