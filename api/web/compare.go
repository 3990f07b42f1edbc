package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/framework"
	"vigie/evaluator/ranking"
)

// MaxCompared is how many offerings one page lays side by side; the workbook takes more.
const MaxCompared = 64

// CompareQuery is what the address of a comparison says: everything on the page is in it, so that it can be shared.
type CompareQuery struct {
	Offerings    []string
	UseCase      string
	Organisation string
	Weights      string            // named set; empty: that of the use case
	Own          map[string]string // weight of a family as it was typed; those left out are of the set
	Conviction   ranking.Conviction
	On, KnownOn  catalog.Date
	OnlyDiffs    bool
	Projector    bool
}

// ownPrefix begins the parameters that weigh one family: w.data.
const ownPrefix = "w."

// Values writes the query back into an address.
func (q CompareQuery) Values() url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	v["offering"] = q.Offerings
	set("use_case", q.UseCase)
	set("organisation", q.Organisation)
	set("weights", q.Weights)
	set("on", string(q.On))
	if q.KnownOn != q.On {
		set("known_on", string(q.KnownOn))
	}
	if q.Conviction != "" && q.Conviction != ranking.Debated {
		set("conviction", string(q.Conviction))
	}
	for id, n := range q.Own {
		set(ownPrefix+id, n)
	}
	if q.OnlyDiffs {
		set("only", "differences")
	}
	if q.Projector {
		set("view", "projector")
	}
	return v
}

func (q CompareQuery) address(path string, change func(*CompareQuery)) string {
	if change != nil {
		change(&q)
	}
	return path + "?" + q.Values().Encode()
}

// ComparePage is the page of the committee.
type ComparePage struct {
	Base
	Query   CompareQuery
	Picker  *Picker // nil: everything needed is chosen
	UseCase Link
	For     *Link // organisation
	When    string
	Answer  *Answer
	Weigh   Weigh
	Columns []Column
	Matrix  []MatrixFamily
	Shown   int // rows shown
	Hidden  int // rows that are the same for all and left out
	Toggle  string
	Sorted  string // the same with columns in the order of the ranking
	Project string
	Leave   string
}

// Column is one candidate of the matrix.
type Column struct {
	Letter string
	Link
	Total   string
	Verdict Verdict
}

// MatrixFamily is the rows of a family, folded together.
type MatrixFamily struct {
	ID     string
	Title  string
	Weight string
	Scores []string
	Rows   []MatrixRow
	Open   bool
}

// MatrixRow is one criterion.
type MatrixRow struct {
	ID    string
	Title string
	Same  bool
	Cells []MatrixCell
}

// MatrixCell is one answer, which leads to its reasons.
type MatrixCell struct {
	Href    string
	Words   string
	Low     int
	Width   int
	NA      bool
	Missing bool
}

// Weigh is the panel of weights.
type Weigh struct {
	Dials      []Dial
	Conviction []Option
	Hidden     []Option // what else the form sends
	Reset      string
	Moved      bool
	Live       string
	Form       string
	Pick       string
	WhatIf     string
	Questions  string
}

// Dial is the weight of one family.
type Dial struct {
	ID    string
	Title string
	Value string
	Base  string
	Bad   bool // what was typed is no weight
}

// judged is the candidates of a page with the weights under which they are ranked.
type judged struct {
	q       CompareQuery
	results []*service.Result
	base    *framework.WeightSet // the named one
	weights *framework.WeightSet // the one that ranks
	fault   string               // of the weights typed
	sp      service.Speaker
}

// candidates assesses what a page compares. Kept assessments are as good as new ones.
func (s *Site) candidates(ctx context.Context, b Base, q CompareQuery) (*judged, error) {
	var requests []service.Request
	for _, id := range q.Offerings {
		requests = append(requests, service.Request{Offering: id, UseCase: q.UseCase, Organisation: q.Organisation, Weights: q.Weights, On: q.On, KnownOn: q.KnownOn})
	}
	results, err := s.svc.AssessAll(ctx, requests)
	if err != nil {
		return nil, err
	}
	names, err := s.svc.Names(ctx, q.On, q.KnownOn)
	if err != nil {
		return nil, err
	}
	j := &judged{q: q, results: results, base: results[0].Weights, weights: results[0].Weights, sp: s.svc.Speaker(b.Lang, names)}
	if len(q.Own) > 0 {
		if w, err := s.weighing(q, j.base); err != nil {
			j.fault = b.fault(err)
		} else {
			j.weights = w
		}
	}
	return j, nil
}

// Weighing is the committee's own weights as the address gives them, over those of the set; nil when it gives none.
func (s *Site) Weighing(q CompareQuery, base *framework.WeightSet) (*evaluator.Weighing, error) {
	if len(q.Own) == 0 {
		return nil, nil
	}
	w := evaluator.Weighing{ID: "committee", Title: wording.Textf("Weights set by the committee", "Poids réglés par le comité"), Author: "comité · committee",
		Reason:  wording.Textf("Moved on the comparison page, from: %s", "Réglés sur la page de comparaison, à partir de : %s", base.Title),
		Numbers: map[string]int64{}, Criteria: base.Criteria, EvidenceFloor: base.EvidenceFloor}
	for _, f := range s.svc.Framework.Families {
		w.Numbers[f.ID] = base.Family(f.ID)
		typed, ok := q.Own[f.ID]
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(typed, 10, 64)
		if err != nil || n < 0 || n > 100 {
			return nil, &catalog.InvalidError{Fields: []catalog.FieldError{{Path: ownPrefix + f.ID, Text: wording.Textf("%s: expected a whole number from 0 to 100, found %q",
				"%s : attendu un nombre entier de 0 à 100 ; trouvé : « %s »", f.Title, typed)}}}
		}
		w.Numbers[f.ID] = n
	}
	return &w, nil
}

// Settle leaves out of a query the weights that are those of its set anyway, so that an address says no more than it must.
func (s *Site) Settle(q *CompareQuery) {
	base := s.svc.Framework.WeightSets[q.Weights]
	if base == nil {
		base = s.svc.Framework.WeightSets[q.UseCase]
	}
	if base == nil {
		base = s.svc.Framework.WeightSets[framework.DefaultWeights]
	}
	moved := false
	for id, v := range q.Own {
		moved = moved || v != strconv.FormatInt(base.Family(id), 10)
	}
	if !moved {
		q.Own = nil
	}
}

// CompareRequest puts the query of a page to the service.
func (s *Site) CompareRequest(ctx context.Context, q CompareQuery) (service.CompareRequest, error) {
	r := service.CompareRequest{Offerings: q.Offerings, UseCase: q.UseCase, Organisation: q.Organisation, Weights: q.Weights, Conviction: string(q.Conviction), On: q.On, KnownOn: q.KnownOn}
	if len(q.Own) == 0 || len(q.Offerings) == 0 {
		return r, nil
	}
	res, err := s.svc.Assess(ctx, service.Request{Offering: q.Offerings[0], UseCase: q.UseCase, Organisation: q.Organisation, Weights: q.Weights, On: q.On, KnownOn: q.KnownOn})
	if err != nil {
		return r, err
	}
	r.Weighing, err = s.Weighing(q, res.Weights)
	return r, err
}

// Candidates makes the page that changes what is compared.
func (s *Site) Candidates(ctx context.Context, r Request, q CompareQuery) ([]byte, error) {
	b := s.base(r, "compare", "")
	b.Title, b.Description = b.w("compare.title"), b.w("compare.lead")
	picker, err := s.picker(ctx, b, q)
	if err != nil {
		return nil, err
	}
	return s.render("compare", ComparePage{Base: b, Query: q, Picker: picker})
}

func (s *Site) weighing(q CompareQuery, base *framework.WeightSet) (*framework.WeightSet, error) {
	w, err := s.Weighing(q, base)
	if err != nil {
		return nil, err
	}
	return w.WeightSet(s.svc.Framework.Framework)
}

// fault says in one line what is wrong with what a person typed.
func (b Base) fault(err error) string {
	invalid, ok := err.(*catalog.InvalidError)
	if !ok {
		return b.w("failure.title")
	}
	var lines []string
	for _, f := range invalid.Fields {
		line := wording.Typeset(b.Lang, f.Text.In(b.Lang))
		lines = append(lines, strings.ToUpper(line[:1])+line[1:]+".")
	}
	return strings.Join(lines, " ")
}

// Compare makes the page of a comparison, or of the choice of what to compare. Errors are *catalog.NotFoundError for
// ids that name nothing and *catalog.InvalidError for too many offerings.
func (s *Site) Compare(ctx context.Context, r Request, q CompareQuery) ([]byte, error) {
	b := s.base(r, "compare", "")
	b.Title, b.Description, b.Live = b.w("compare.title"), b.w("compare.lead"), true
	p := ComparePage{Base: b, Query: q}
	if q.UseCase == "" || len(q.Offerings) < evaluator.MinCandidates {
		picker, err := s.picker(ctx, b, q)
		if err != nil {
			return nil, err
		}
		p.Picker = picker
		return s.render("compare", p)
	}
	if err := checkCompared(q.Offerings); err != nil {
		return nil, err
	}
	p.Class, p.Present, p.Print = "wide", q.Projector, true
	j, err := s.candidates(ctx, b, q)
	if err != nil {
		return nil, err
	}
	p.header(s, j)
	if p.Answer, err = s.answer(b, j); err != nil {
		return nil, err
	}
	p.Weigh = s.weighPanel(b, j)
	s.matrix(&p, j)
	here := b.At("/compare")
	p.Toggle = q.address(here, func(q *CompareQuery) { q.OnlyDiffs = !q.OnlyDiffs }) + "#matrix"
	p.Project = q.address(here, func(q *CompareQuery) { q.Projector = true })
	p.Leave = q.address(here, func(q *CompareQuery) { q.Projector = false })
	if p.Answer.order != nil && !slices.Equal(p.Answer.order, q.Offerings) {
		p.Sorted = q.address(here, func(q *CompareQuery) { q.Offerings = p.Answer.order }) + "#matrix"
	}
	return s.render("compare", p)
}

func checkCompared(ids []string) error {
	if n := len(ids); n > MaxCompared {
		return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "query.offering", Text: wording.Textf("a page compares at most %d offerings, found %d; the workbook takes more",
			"une page compare au plus %d offres ; trouvé : %d ; le classeur en prend davantage", MaxCompared, n)}}}
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "query.offering", Text: wording.Textf("%q is there twice", "« %s » figure deux fois", id)}}}
		}
		seen[id] = true
	}
	return nil
}

func (p *ComparePage) header(s *Site, j *judged) {
	d := j.results[0].Dossier
	p.UseCase = p.recordLink(j.sp, d.UseCase)
	if !d.Organisation.IsZero() {
		l := p.recordLink(j.sp, d.Organisation)
		p.For = &l
	}
	p.Title = p.w("compare.page_title", p.UseCase.Text)
	p.When = p.Day(j.q.On)
	if j.q.KnownOn != j.q.On {
		p.When = p.w("assessment.known_on", p.Day(j.q.On), p.Day(j.q.KnownOn))
	}
}

// weighPanel fills in the panel of weights.
func (s *Site) weighPanel(b Base, j *judged) Weigh {
	out := Weigh{Live: b.At("/compare/answer"), Form: b.At("/compare"), Moved: len(j.q.Own) > 0,
		Reset: j.q.address(b.At("/compare"), func(q *CompareQuery) { q.Own = nil })}
	for _, f := range s.svc.Framework.Families {
		base := strconv.FormatInt(j.base.Family(f.ID), 10)
		d := Dial{ID: f.ID, Title: j.sp.Text(f.Title), Value: base, Base: base}
		if v, ok := j.q.Own[f.ID]; ok {
			d.Value = v
			n, err := strconv.Atoi(v)
			d.Bad = err != nil || n < 0 || n > 100
		}
		out.Dials = append(out.Dials, d)
	}
	for _, c := range []struct {
		c   ranking.Conviction
		key string
	}{{ranking.Agreed, b.w("compare.agreed")}, {ranking.Debated, b.w("compare.debated")}, {ranking.NoOpinion, b.w("compare.no_opinion")}} {
		value := string(c.c)
		if c.c == ranking.Debated {
			value = ""
		}
		out.Conviction = append(out.Conviction, Option{value, c.key, c.c == j.q.Conviction || c.c == ranking.Debated && j.q.Conviction == ""})
	}
	rest := j.q
	rest.Own, rest.Conviction = nil, ""
	out.Hidden = hidden(rest.Values())
	plain := j.q
	plain.Projector, plain.OnlyDiffs = false, false
	out.Pick = plain.address(b.At("/compare/candidates"), nil)
	out.WhatIf = plain.address(b.At("/compare/what-if"), nil)
	out.Questions = plain.address(b.At("/compare/questions"), nil)
	return out
}

// hidden writes parameters as fields of a form, in order.
func hidden(v url.Values) []Option {
	var names []string
	for n := range v {
		names = append(names, n)
	}
	slices.Sort(names)
	var out []Option
	for _, n := range names {
		for _, x := range v[n] {
			out = append(out, Option{Value: x, Label: n})
		}
	}
	return out
}

// matrix lays the answers side by side, in the order of the address: letters keep their offering while weights move.
func (s *Site) matrix(p *ComparePage, j *judged) {
	at := map[string]evaluator.Ranked{}
	if p.Answer != nil {
		for _, r := range p.Answer.ranked {
			at[r.Offering] = r
		}
	}
	for i, res := range j.results {
		a := res.Assessment
		score := a.Score
		if r, ok := at[a.Offering]; ok {
			score = r.Score
		}
		p.Columns = append(p.Columns, Column{Letter: letter(i), Total: service.Whole(score), Verdict: p.verdict(a),
			Link: Link{j.sp.Text(res.Dossier.Name(res.Dossier.Offering)), s.assessmentAddress(p.Base, j.q, a.Offering)}})
	}
	for _, f := range s.svc.Framework.Families {
		fam := MatrixFamily{ID: f.ID, Title: j.sp.Text(f.Title), Weight: j.sp.Percent(j.weights.Family(f.ID)), Open: j.q.OnlyDiffs || len(j.results) <= 6}
		for _, res := range j.results {
			fam.Scores = append(fam.Scores, familyScore(at[res.Assessment.Offering].Families, f.ID))
		}
		for i, c := range s.svc.Framework.Criteria {
			if c.Family != f.ID {
				continue
			}
			row := s.matrixRow(p.Base, j, i)
			if row.Same && j.q.OnlyDiffs {
				p.Hidden++
				continue
			}
			p.Shown++
			fam.Rows = append(fam.Rows, row)
		}
		if len(fam.Rows) > 0 {
			p.Matrix = append(p.Matrix, fam)
		}
	}
}

func familyScore(list []evaluator.FamilyResult, id string) string {
	for _, f := range list {
		if f.ID == id && f.Low != nil {
			return service.Whole(evaluator.Interval{Low: *f.Low, High: *f.High})
		}
	}
	return "–"
}

func (s *Site) matrixRow(b Base, j *judged, i int) MatrixRow {
	c := s.svc.Framework.Criteria[i]
	row := MatrixRow{ID: c.ID, Title: j.sp.Text(c.Title), Same: true}
	same := func(x, y evaluator.CriterionResult) bool {
		return x.Applies == y.Applies && slices.EqualFunc(x.Bands, y.Bands, func(a, b evaluator.BandResult) bool { return a.Index == b.Index })
	}
	first := j.results[0].Assessment.Criteria[i]
	for _, res := range j.results {
		x := res.Assessment.Criteria[i]
		row.Same = row.Same && same(first, x)
		cell := MatrixCell{Href: s.cellAddress(b, j.q, res.Assessment.Offering, c.ID), NA: x.Low == nil}
		if x.Low != nil {
			cell.Low, cell.Width, cell.Words = *x.Low, *x.High-*x.Low, b.wholeBar(*x.Low, *x.High).Words
			cell.Missing = cell.Width > 0 || x.Applies == evaluator.AppliesUnknown
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

func (s *Site) cellAddress(b Base, q CompareQuery, offering, criterion string) string {
	known := ""
	if q.KnownOn != q.On {
		known = string(q.KnownOn)
	}
	return withQuery(b.At("/compare/reason"), "use_case", q.UseCase, "organisation", q.Organisation, "offering", offering, "criterion", criterion, "on", string(q.On), "known_on", known)
}

func (s *Site) assessmentAddress(b Base, q CompareQuery, offering string) string {
	known := ""
	if q.KnownOn != q.On {
		known = string(q.KnownOn)
	}
	return withQuery(b.At("/offerings/"+url.PathEscape(offering)+"/assessment"), "use_case", q.UseCase, "organisation", q.Organisation, "weights", q.Weights,
		"on", string(q.On), "known_on", known)
}

// letter names the n-th candidate: A to Z, then AA.
func letter(n int) string {
	if n >= 26 {
		return letter(n/26-1) + letter(n%26)
	}
	return string(rune('A' + n))
}
