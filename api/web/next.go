package web

import (
	"context"
	"net/url"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

// QuestionsPage is what to find out next about the candidates of a comparison.
type QuestionsPage struct {
	Base
	Back    Link
	UseCase Link
	Columns []AskColumn
}

// AskColumn is the questions about one candidate.
type AskColumn struct {
	Letter string
	Link
	Questions []AskLine
	More      int
	Letters   []Link // letters to those who are to be asked, as a PDF
}

// AskLine is one question with what an answer would settle.
type AskLine struct {
	Text    string
	About   *Link
	Settles []string
	Ask     string
	Cost    string
	Where   string
}

// shownQuestions is how many questions about one candidate are shown.
const shownQuestions = 6

// Questions makes the page of what to find out next. Answers that would change who leads come before those that only
// narrow a score.
func (s *Site) Questions(ctx context.Context, r Request, q CompareQuery) ([]byte, error) {
	b := s.base(r, "compare", "")
	b.Title, b.Print = b.w("questions.title"), true
	if err := checkCompared(q.Offerings); err != nil {
		return nil, err
	}
	j, err := s.candidates(ctx, b, q)
	if err != nil {
		return nil, err
	}
	p := QuestionsPage{Base: b, Back: Link{b.w("compare.h1"), q.address(b.At("/compare"), nil)}, UseCase: b.recordLink(j.sp, j.results[0].Dossier.UseCase)}
	for i, res := range j.results {
		a := res.Assessment
		agenda, err := s.svc.Questions(ctx, service.Request{Offering: a.Offering, UseCase: q.UseCase, Organisation: q.Organisation, Weights: q.Weights, On: q.On, KnownOn: q.KnownOn}, q.Offerings)
		if err != nil {
			return nil, err
		}
		col := AskColumn{Letter: letter(i), Link: Link{j.sp.Text(res.Dossier.Name(res.Dossier.Offering)), s.assessmentAddress(b, q, a.Offering)}}
		for n, x := range agenda.Questions {
			if n == shownQuestions {
				col.More = len(agenda.Questions) - n
				break
			}
			col.Questions = append(col.Questions, s.askLine(b, j.sp, x))
		}
		p.Columns = append(p.Columns, col)
	}
	return s.render("questions", p)
}

func (s *Site) askLine(b Base, sp service.Speaker, x evaluator.Question) AskLine {
	line := AskLine{Text: sp.Text(x.Text), Where: sp.Where(x.Path), Cost: sp.Text(x.Cost.Label())}
	if !x.Record.IsZero() && x.Record.Kind != catalog.Offering {
		l := b.recordLink(sp, x.Record)
		line.About = &l
	}
	for _, k := range x.KnockOuts {
		_, c, ok := s.svc.Framework.KnockOut(k.ID)
		if ok && k.Settles() > 0 {
			line.Settles = append(line.Settles, b.w("questions.settles", wording.Quote(b.Lang, sp.Text(c.Title)), b.percent(k.Settles())))
		}
	}
	if x.Leader > 0 {
		line.Settles = append(line.Settles, b.w("questions.leader", b.percent(x.Leader)))
	}
	if x.Narrowing > 0 {
		line.Settles = append(line.Settles, b.w("questions.narrows", service.Points(b.Lang, x.Narrowing)))
	}
	if len(x.Together) > 0 {
		var labels []string
		for _, t := range x.Together {
			labels = appendNew(labels, sp.Label(t.Path))
		}
		line.Settles = append(line.Settles, b.w("questions.together", wording.List(b.Lang, labels)))
	}
	if x.Confirm {
		line.Settles = append(line.Settles, b.w("missing.weak"))
	}
	line.Ask = b.w("questions.own")
	if !x.Ask.IsZero() {
		line.Ask = b.w("questions.ask", sp.Text(sp.Names(x.Ask)))
	}
	return line
}

// percent writes a percentage, whole where it is.
func (b Base) percent(h evaluator.Hundredths) string {
	return wording.Percent(b.Lang, strings.TrimSuffix(service.Points(wording.EN, h), ".0"))
}

// AlternativesPage is what could take the place of an offering that is knocked out.
type AlternativesPage struct {
	Base
	Offering Link
	UseCase  Link
	Verdict  Verdict
	Score    Bar
	List     []Alternative
}

// Alternative is an offering that is better off, with what is won and lost.
type Alternative struct {
	Link
	Relation string
	Verdict  Verdict
	Bar      Bar
	Cures    []string
	Fails    []string
	Open     []string
	Won      string
	Lost     string
	Compare  string
}

// shownAlternatives is how many alternatives are worth a reader's while.
const shownAlternatives = 12

// Alternatives makes the page of what could take the place of an offering.
func (s *Site) Alternatives(ctx context.Context, r Request, q service.Request) ([]byte, error) {
	b := s.base(r, "compare", "")
	b.Title, b.Print = b.w("alternatives.title"), true
	names, err := s.svc.Names(ctx, q.On, q.KnownOn)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, names)
	list, err := s.svc.List(ctx, catalog.Offering, q.On, q.KnownOn, "")
	if err != nil {
		return nil, err
	}
	subject, err := s.svc.Assess(ctx, q)
	if err != nil {
		return nil, err
	}
	var requests []service.Request
	for _, l := range list {
		x := q
		x.Offering = l.ID
		requests = append(requests, x)
	}
	results, err := s.svc.AssessAll(ctx, requests)
	if err != nil {
		return nil, err
	}
	var others []evaluator.Judged
	for _, res := range results {
		others = append(others, evaluator.Judged{Assessment: res.Assessment, Dossier: res.Dossier})
	}
	in := evaluator.CompareInput{Framework: s.svc.Framework, Weights: subject.Weights}
	found := in.Recourse(evaluator.Judged{Assessment: subject.Assessment, Dossier: subject.Dossier}, others)
	cq := CompareQuery{UseCase: q.UseCase, Organisation: q.Organisation, Weights: q.Weights, On: q.On, KnownOn: q.KnownOn}
	p := AlternativesPage{Base: b, Offering: Link{sp.Text(subject.Dossier.Name(subject.Dossier.Offering)), s.assessmentAddress(b, cq, q.Offering)},
		UseCase: b.recordLink(sp, subject.Dossier.UseCase), Verdict: b.verdict(subject.Assessment), Score: b.bar(subject.Assessment.Score)}
	for i, x := range found {
		if i == shownAlternatives {
			break
		}
		cq.Offerings = []string{q.Offering, x.Offering}
		a := Alternative{Link: Link{sp.Text(x.Name), s.assessmentAddress(b, cq, x.Offering)}, Relation: sp.Text(x.Relation.Label()), Bar: b.bar(x.Score),
			Verdict: Verdict{Class: string(x.Verdict), Word: wording.Typeset(b.Lang, service.VerdictText(x.Verdict).In(b.Lang))}, Compare: cq.address(b.At("/compare"), nil)}
		a.Cures, a.Fails, a.Open = s.knockOutTitles(sp, x.Cures), s.knockOutTitles(sp, x.Fails), s.knockOutTitles(sp, x.Open)
		a.Won, a.Lost = s.gaps(b, sp, x.Won), s.gaps(b, sp, x.Lost)
		p.List = append(p.List, a)
	}
	return s.render("alternatives", p)
}

func (s *Site) knockOutTitles(sp service.Speaker, ids []string) []string {
	var out []string
	for _, id := range ids {
		if _, c, ok := s.svc.Framework.KnockOut(id); ok {
			out = appendNew(out, sp.Text(c.Title))
		}
	}
	return out
}

// gaps names the families in which two offerings stand apart, the widest first.
func (s *Site) gaps(b Base, sp service.Speaker, list []evaluator.FamilyGap) string {
	var out []string
	for i, g := range list {
		if i == 4 {
			break
		}
		if f, ok := s.svc.Framework.Family(g.Family); ok {
			points := g.Points
			if points < 0 {
				points = -points
			}
			out = append(out, b.w("alternatives.gap", sp.Text(f.Title), service.Points(b.Lang, points)))
		}
	}
	return strings.Join(out, " · ")
}

// WhatIfQuery is a comparison and what is supposed to be otherwise.
type WhatIfQuery struct {
	CompareQuery
	Assume []string
	Party  string // owner supposed
	Owner  string // country of the owner supposed
	Share  string
	Law    string
	LawIs  string
	Price  string
	Factor string
	Own    string // an assumption in its own words
}

// WhatIfPage is what assumptions make of a comparison. Nothing of it is kept.
type WhatIfPage struct {
	Base
	Back    Link
	UseCase Link
	Form    string
	Hidden  []Option
	Fault   string
	Assumed []Assumed
	Vendors []Option
	Country []Option
	Laws    []Option
	Asked   bool
	Touched string
	Moves   []Move
	Changes []WhatIfChange
	Query   WhatIfQuery
}

// Assumed is one assumption in words, and the address without it.
type Assumed struct {
	Text   string
	Remove string
}

// Move is where an offering stood and stands.
type Move struct {
	Name          string
	Before, After Verdict
	From, To      int
	Up, Down      bool
}

// WhatIfChange is what becomes of one offering.
type WhatIfChange struct {
	Link
	Before, After Verdict
	From, To      Bar
	KnockOuts     []Pair
	Criteria      []Pair
}

// Assumptions puts the parts of the guided form in the words of an assumption.
func (q WhatIfQuery) assumptions() []string {
	out := append([]string{}, q.Assume...)
	if q.Party != "" && q.Owner != "" {
		share := q.Share
		if share == "" {
			share = "100"
		}
		out = append(out, "stake:"+q.Party+"<-"+q.Owner+"="+share)
	}
	if q.Law != "" && q.LawIs != "" {
		out = append(out, "law:"+q.Law+"="+q.LawIs)
	}
	if q.Price != "" && q.Factor != "" {
		out = append(out, q.Price+"*"+strings.ReplaceAll(q.Factor, ",", "."))
	}
	if q.Own != "" {
		out = append(out, q.Own)
	}
	return out
}

// WhatIf makes the page of a what-if.
func (s *Site) WhatIf(ctx context.Context, r Request, q WhatIfQuery) ([]byte, error) {
	b := s.base(r, "compare", "")
	b.Title = b.w("whatif.title")
	if err := checkCompared(q.Offerings); err != nil {
		return nil, err
	}
	j, err := s.candidates(ctx, b, q.CompareQuery)
	if err != nil {
		return nil, err
	}
	p := WhatIfPage{Base: b, Back: Link{b.w("compare.h1"), q.address(b.At("/compare"), nil)}, UseCase: b.recordLink(j.sp, j.results[0].Dossier.UseCase), Form: b.At("/compare/what-if"),
		Hidden: hidden(q.CompareQuery.Values()), Query: q}
	s.whatIfChoices(&p, j)
	texts := q.assumptions()
	if len(texts) == 0 {
		return s.render("whatif", p)
	}
	assume, err := s.svc.Assumptions(texts)
	if err != nil {
		p.Fault = b.fault(err)
		return s.render("whatif", p)
	}
	for i, a := range assume {
		rest := append(append([]string{}, texts[:i]...), texts[i+1:]...)
		v := q.CompareQuery.Values()
		v["assume"] = rest
		p.Assumed = append(p.Assumed, Assumed{s.assumption(b, j.sp, a), p.Form + "?" + v.Encode()})
		p.Hidden = append(p.Hidden, Option{Value: texts[i], Label: "assume"})
	}
	req, err := s.CompareRequest(ctx, q.CompareQuery)
	if err != nil {
		return nil, err
	}
	req.Assume = assume
	w, err := s.svc.WhatIf(ctx, req)
	if err != nil {
		p.Fault = b.fault(err)
		return s.render("whatif", p)
	}
	p.Asked = true
	p.Touched = b.w("whatif.touched", w.Touched, w.Judged, len(w.Changes))
	s.whatIfAnswer(&p, j, w)
	return s.render("whatif", p)
}

func (s *Site) whatIfChoices(p *WhatIfPage, j *judged) {
	vendors := map[string]string{}
	for _, res := range j.results {
		for _, rec := range res.Dossier.Records {
			if rec.Kind == catalog.Vendor {
				vendors[rec.ID] = j.sp.Text(rec.Name())
			}
		}
	}
	p.Vendors = sorted(vendors, p.Query.Party)
	countries := map[string]string{}
	for _, c := range []string{"US", "CN", "GB", "IN", "JP", "KR", "CA", "IL", "SG", "AE", "SA", "FR", "DE", "CH"} {
		countries[c] = j.sp.Text(catalog.CountryName(c))
	}
	p.Country = sorted(countries, p.Query.Owner)
	laws := map[string]string{}
	for _, l := range s.svc.Knowledge.Laws.List {
		laws[l.ID] = j.sp.Text(l.Short)
	}
	p.Laws = sorted(laws, p.Query.Law)
}

// assumption says in words what is supposed.
func (s *Site) assumption(b Base, sp service.Speaker, a catalog.Assumption) string {
	name := func(k catalog.Kind, id string) string { return sp.Text(sp.Names(catalog.Ref{Kind: k, ID: id})) }
	head, _, _ := strings.Cut(a.Text, ":")
	switch {
	case a.Op == catalog.AssumeLaw:
		short := a.Law
		for _, l := range s.svc.Knowledge.Laws.List {
			if l.ID == a.Law {
				short = sp.Text(l.Short)
			}
		}
		if strings.HasSuffix(a.Text, "=repealed") {
			return b.w("whatif.repealed", short)
		}
		return b.w("whatif.in_force", short)
	case head == "stake":
		owner := name(catalog.Vendor, a.Party)
		if len(a.Party) == 2 && strings.ToUpper(a.Party) == a.Party {
			owner = b.w("whatif.party_of", sp.Text(catalog.CountryName(a.Party)))
		}
		return b.w("whatif.holds", sp.Text(sp.Names(a.Record)), wording.Percent(b.Lang, a.Number), owner)
	case a.Path != "" && a.Number != "":
		return b.w("whatif.scaled", sp.Label(a.Path), wording.Number(b.Lang, a.Number))
	case a.Path != "" && a.Value != nil && !a.Record.IsZero():
		return b.w("whatif.fact", sp.Label(a.Path), sp.Text(sp.Names(a.Record)), sp.State(a.Path, catalog.Known, a.Value, false))
	}
	return b.w("whatif.other", a.Text)
}

func (s *Site) whatIfAnswer(p *WhatIfPage, j *judged, w *evaluator.WhatIf) {
	word := func(v evaluator.Verdict) Verdict {
		return Verdict{Class: string(v), Word: wording.Typeset(p.Lang, service.VerdictText(v).In(p.Lang))}
	}
	name := func(id string) string { return j.sp.Text(j.sp.Names(catalog.Ref{Kind: catalog.Offering, ID: id})) }
	order := map[evaluator.Verdict]int{evaluator.Eligible: 0, evaluator.Undetermined: 1, evaluator.NotEligible: 2}
	for _, m := range w.Rankings {
		x := Move{Name: name(m.Offering), Before: word(m.GroupBefore), After: word(m.GroupAfter), From: m.RankBefore, To: m.RankAfter}
		before, after := order[m.GroupBefore]*1000+m.RankBefore, order[m.GroupAfter]*1000+m.RankAfter
		x.Up, x.Down = after < before, after > before
		p.Moves = append(p.Moves, x)
	}
	for _, c := range w.Changes {
		x := WhatIfChange{Link: Link{name(c.Offering), p.At("/offerings/" + url.PathEscape(c.Offering))}, Before: word(c.Before), After: word(c.After), From: p.bar(c.ScoreBefore), To: p.bar(c.ScoreAfter)}
		for _, k := range c.KnockOuts {
			if _, def, ok := s.svc.Framework.KnockOut(k.ID); ok {
				x.KnockOuts = append(x.KnockOuts, Pair{j.sp.Text(def.Title), j.sp.Text(service.StatusText(k.Before)) + " → " + j.sp.Text(service.StatusText(k.After))})
			}
		}
		for _, k := range c.Criteria {
			x.Criteria = append(x.Criteria, Pair{s.criterionTitle(j.sp, k.ID), p.ends(k.Before) + " → " + p.ends(k.After)})
		}
		p.Changes = append(p.Changes, x)
	}
}

// ends writes the ends of a criterion's answer.
func (b Base) ends(x *[2]int) string {
	if x == nil {
		return b.w("criterion.not_applicable")
	}
	return b.wholeBar(x[0], x[1]).Words
}
