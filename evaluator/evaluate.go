package evaluator

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
	"vigie/evaluator/finding"
	"vigie/evaluator/framework"
)

// Input is everything an assessment depends on.
type Input struct {
	Dossier    *catalog.Dossier
	Dictionary *catalog.Dictionary
	Framework  *framework.Compiled
	Weights    *framework.WeightSet
	Knowledge  *Knowledge
	LawOn      catalog.Date               // law of another day than the facts; empty: the same day
	Derived    map[string]finding.Derived // instead of what the engines say: for tests one level below them
	Version    string                     // of the program
}

// Evaluate judges the dossier. The error is a program's fault: no dossier, however thin, causes one. An expression of the
// framework that cannot be answered leaves its criterion or knock-out open, and is a finding.
func Evaluate(in Input) (*Assessment, error) {
	fw := in.Framework
	full := in.read(0)
	at := in.strong(full)
	a := in.header()
	judged, err := in.judge(full)
	if err != nil {
		return nil, err
	}
	a.Criteria, a.KnockOuts = make([]CriterionResult, 0, len(fw.Criteria)), make([]KnockOutResult, 0, len(fw.KnockOuts))
	for i, c := range fw.Criteria {
		a.Criteria = append(a.Criteria, in.criterionResult(c, judged[i], full))
	}
	a.Families, a.Score = in.totals(judged)
	strong, err := in.judge(at(fw.Strength(catalog.KindContract)))
	if err != nil {
		return nil, err
	}
	_, a.ContractScore = in.totals(strong)
	a.Verdict = Eligible
	for _, k := range fw.KnockOuts {
		res, err := in.knockOut(k, full, at)
		if err != nil {
			return nil, err
		}
		a.KnockOuts = append(a.KnockOuts, res)
		if res.Status == Failed || res.Status == Open && a.Verdict == Eligible {
			a.Verdict = map[Status]Verdict{Failed: NotEligible, Open: Undetermined}[res.Status]
		}
	}
	shares := in.shares(judged)
	in.evidence(a, judged, shares, full)
	in.missing(a, judged, shares, full)
	for _, p := range sortedKeys(full.derived) {
		a.Derived = append(a.Derived, full.derived[p])
	}
	a.Findings = append(a.Findings, in.failures(a)...)
	a.Findings = append(a.Findings, full.findings...)
	for i := range a.KnockOuts { // an assessment that is kept must not keep every reading of its dossier with it
		a.KnockOuts[i].reading = nil
	}
	a.Seal()
	return a, nil
}

// failures tells the criteria and knock-outs of which an expression could not be answered.
func (in *Input) failures(a *Assessment) []finding.Finding {
	var out []finding.Finding
	tell := func(id string, what, why wording.Text) {
		out = append(out, finding.Finding{ID: "expression." + id, Severity: 2, What: what,
			Why: wording.Textf("An expression of the framework could not be answered over these facts: %s. Nothing is concluded from it.",
				"Une expression du référentiel n'a pu aboutir sur ces faits : %s. Il n'en est rien conclu.", why),
			Cure: wording.Textf("Correct the expression in the framework, then assess again.", "Corriger l'expression dans le référentiel, puis refaire l'évaluation.")})
	}
	for i, c := range a.Criteria {
		if c.Failure.IsZero() {
			continue
		}
		tell(c.ID, wording.Textf("“%s” could not be judged: every answer stays possible", "« %s » n'a pu être jugé : toute réponse reste possible", in.Framework.Criteria[i].Title), c.Failure)
	}
	for _, k := range a.KnockOuts {
		if k.Failure.IsZero() {
			continue
		}
		if _, c, ok := in.Framework.KnockOut(k.ID); ok {
			tell(k.ID, wording.Textf("a knock-out of “%s” could not be judged: it stays open", "un éliminatoire de « %s » n'a pu être jugé : il reste ouvert", c.Title), k.Failure)
		}
	}
	return out
}

func (in *Input) header() *Assessment {
	d := in.Dossier
	return &Assessment{
		Format: AssessmentFormat, Engine: in.Version, Offering: d.Offering.ID, UseCase: d.UseCase.ID, Organisation: d.Organisation.ID,
		On: d.On, KnownOn: d.KnownOn, Hypothetical: d.Hypothetical(), Framework: in.Framework.ID, FrameworkVersion: in.Framework.Version,
		FrameworkHash: in.Framework.Hash(), WeightSet: in.Weights.ID, WeightSetHash: in.Weights.Hash(), DossierHash: d.Hash(),
		KnowledgeHash: in.Knowledge.Hash(), KnockOuts: []KnockOutResult{}, Criteria: []CriterionResult{}, Missing: []MissingFact{},
		Derived: []finding.Derived{}, Findings: []finding.Finding{},
	}
}

func (in *Input) judge(r *reading) ([]answer, error) {
	out := make([]answer, len(in.Framework.Criteria))
	for i, c := range in.Framework.Criteria {
		a, err := r.criterion(c)
		if err != nil {
			return nil, fmt.Errorf("criterion %s: %w", c.ID, err)
		}
		out[i] = a
	}
	return out, nil
}

var appliesWord = map[expr.Truth]Applies{expr.True: AppliesYes, expr.False: AppliesNo, expr.Maybe: AppliesUnknown}

func (in *Input) criterionResult(c *framework.CompiledCriterion, a answer, r *reading) CriterionResult {
	out := CriterionResult{ID: c.ID, Family: c.Family, Weight: in.Weights.Criterion(c.Criterion), Applies: appliesWord[a.applies],
		Bands: []BandResult{}, Missing: append([]string{}, a.missing...), Facts: r.factList(c.Reads, in.Framework.Env)}
	if a.applies == expr.False {
		return out
	}
	if a.failure != nil {
		out.Failure = a.failure.Text
	}
	low, high := a.low(c), a.high(c)
	out.Low, out.High = &low, &high
	for _, i := range a.reachable {
		b := c.Bands[i]
		out.Bands = append(out.Bands, BandResult{Index: i, Score: int(b.Score), Label: b.Label, Hit: len(a.reachable) == 1 && a.applies == expr.True && a.failure == nil})
	}
	return out
}

// totals averages criteria inside their families and families inside the whole. What does not apply leaves its
// weight inside its family; a family of which nothing applies leaves its to the others.
func (in *Input) totals(judged []answer) ([]FamilyResult, Interval) {
	var families []FamilyResult
	var items []item
	for _, f := range in.Framework.Families {
		w := in.Weights.Family(f.ID)
		var own []part
		empty := true
		for i, c := range in.Framework.Criteria {
			if a := judged[i]; c.Family == f.ID && a.applies != expr.False {
				p := part{weight: in.Weights.Criterion(c.Criterion), low: int64(a.low(c)), high: int64(a.high(c)), optional: a.applies == expr.Maybe}
				own = append(own, p)
				empty = empty && (p.optional || p.weight == 0)
			}
		}
		low, high := exactMean(own)
		res := FamilyResult{ID: f.ID, Weight: w}
		if low != nil {
			l, h := hundredths(low), hundredths(high)
			res.Low, res.High = &l, &h
			items = append(items, item{weight: w, low: low, high: high, optional: empty})
		}
		families = append(families, res)
	}
	low, high, _ := mean(items)
	if low == nil { // nothing applies, or nothing weighs: every total is possible
		return families, Interval{0, 10000}
	}
	return families, Interval{hundredths(low), hundredths(high)}
}

// shares gives each criterion its part of the whole, as an exact fraction, when everything that may apply does.
func (in *Input) shares(judged []answer) []*big.Rat {
	families, total := map[string]*big.Rat{}, new(big.Rat)
	for i, c := range in.Framework.Criteria {
		if judged[i].applies != expr.False {
			if families[c.Family] == nil {
				families[c.Family] = new(big.Rat)
				total.Add(total, new(big.Rat).SetInt64(in.Weights.Family(c.Family)))
			}
			families[c.Family].Add(families[c.Family], new(big.Rat).SetInt64(in.Weights.Criterion(c.Criterion)))
		}
	}
	out := make([]*big.Rat, len(judged))
	for i, c := range in.Framework.Criteria {
		out[i] = new(big.Rat)
		if f := families[c.Family]; judged[i].applies != expr.False && f.Sign() > 0 && total.Sign() > 0 {
			out[i].SetInt64(in.Weights.Family(c.Family))
			out[i].Mul(out[i], new(big.Rat).SetInt64(in.Weights.Criterion(c.Criterion)))
			out[i].Quo(out[i], f)
			out[i].Quo(out[i], total)
		}
	}
	return out
}

const unknownShare = "unknown"

// evidence tells on which kinds of source the result rests: each criterion's weight is split evenly over the facts
// it reads about the offering.
func (in *Input) evidence(a *Assessment, judged []answer, shares []*big.Rat, r *reading) {
	sums := map[string]*big.Rat{}
	known := map[string]bool{}
	part := new(big.Rat)
	for i, share := range shares {
		var kinds []string
		for _, p := range in.Framework.Criteria[i].Reads {
			if aboutUs(p) || judged[i].applies == expr.False {
				continue
			}
			unknown := false
			for _, k := range r.evidenceKinds(p, in.Framework.Env) {
				if k == "" {
					k, unknown = unknownShare, true
				}
				kinds = append(kinds, string(k))
			}
			known[p] = !unknown
		}
		slices.Sort(kinds)
		for first := 0; first < len(kinds); {
			k, n := kinds[first], first
			for n < len(kinds) && kinds[n] == k {
				n++
			}
			if sums[k] == nil {
				sums[k] = new(big.Rat)
			}
			sums[k].Add(sums[k], part.Mul(share, part.SetFrac64(int64(n-first), int64(len(kinds)))))
			first = n
		}
	}
	a.Evidence = []Share{}
	for _, k := range append(catalog.SourceKinds(), unknownShare) {
		if s := sums[string(k)]; s != nil && s.Sign() > 0 {
			a.Evidence = append(a.Evidence, Share{Kind: string(k), Share: hundredths(s.Mul(s, ratOf(100)))})
		}
	}
	for _, k := range known {
		a.Coverage.Total++
		if k {
			a.Coverage.Known++
		}
	}
}

// missing lists the facts that nobody recorded and what each would settle, those that hold a knock-out open first.
func (in *Input) missing(a *Assessment, judged []answer, shares []*big.Rat, r *reading) {
	found := map[catalog.FactRef]*MissingFact{}
	get := func(on *reading, path string, do func(*MissingFact)) {
		for _, leaf := range on.leaves(path, in.Framework.Env) {
			m := found[leaf]
			if m == nil {
				f := r.dossier.Record(leaf.Record).Fact(leaf.Path)
				m = &MissingFact{Path: leaf.Path, Record: leaf.Record, Criteria: []string{}, KnockOuts: []string{}, Disputed: f.Disputed}
				m.Weak = f.State != catalog.Unknown && (f.Value == nil || !f.Value.Many || f.Value.Complete)
				found[leaf] = m
			}
			if leaf.Path != path && !slices.Contains(m.Via, path) {
				m.Via = append(m.Via, path)
			}
			do(m)
		}
	}
	for i, share := range shares {
		c, ans := in.Framework.Criteria[i], judged[i]
		if len(ans.missing) == 0 {
			continue
		}
		width := hundredths(new(big.Rat).Mul(share, ratOf(ans.high(c)-ans.low(c))))
		for _, p := range ans.missing {
			get(r, p, func(m *MissingFact) {
				if !slices.Contains(m.Criteria, c.ID) {
					m.Criteria = append(m.Criteria, c.ID)
					m.Width += width
				}
			})
		}
	}
	for _, k := range a.KnockOuts {
		for _, p := range k.Missing {
			get(k.reading, p, func(m *MissingFact) {
				if !slices.Contains(m.KnockOuts, k.ID) {
					m.KnockOuts = append(m.KnockOuts, k.ID)
				}
			})
		}
	}
	for _, m := range found {
		a.Missing = append(a.Missing, *m)
	}
	slices.SortFunc(a.Missing, func(x, y MissingFact) int {
		switch {
		case len(x.KnockOuts) != len(y.KnockOuts):
			return len(y.KnockOuts) - len(x.KnockOuts)
		case x.Width != y.Width:
			return int(y.Width - x.Width)
		}
		return catalog.FactRef{Record: x.Record, Path: x.Path}.Compare(catalog.FactRef{Record: y.Record, Path: y.Path})
	})
}

// leaves gives the facts to ask for when a path is missing: those a derived fact waits for, or the path itself.
func (r *reading) leaves(path string, env *expr.Env) []catalog.FactRef {
	if _, ok := r.derived[path]; ok {
		r.explain()
		if by := r.derived[path].SettledBy; len(by) > 0 {
			return by
		}
	}
	root, _, _ := strings.Cut(path, ".")
	out := r.dossier.Unnamed(root)
	for _, u := range r.uses(path, env) {
		if u.Record.IsZero() && len(out) > 0 {
			continue // the links that would name the holder are asked for
		}
		if u.State == catalog.Unknown || u.Value != nil && u.Value.Many && !u.Value.Complete {
			out = append(out, catalog.FactRef{Record: u.Record, Path: path})
		}
	}
	if len(out) == 0 {
		out = append(out, catalog.FactRef{Path: path})
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
