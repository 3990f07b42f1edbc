package web

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"vigie/api/service"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/ranking"
)

// Answer is the part of a comparison that weights decide: it is made again each time one moves.
type Answer struct {
	Base
	Fault     string // of the weights: no answer then
	Class     string // passed, open, failed
	Lead      string
	Counts    string
	Draws     string
	Groups    []Standing
	Chart     []ChartRow
	Legend    []string
	Shares    []ShareTable
	Swaps     []string
	Dominated []string
	Geometric []string
	Believe   []BeliefTable
	Links     []Link
	Address   string // of the page with these weights

	order  []string
	ranked []evaluator.Ranked
}

// Standing is the candidates of one verdict in their order.
type Standing struct {
	Class string
	Title string
	Note  string
	Ranks []Rank
}

// Rank is one candidate in its group.
type Rank struct {
	N       int
	Letter  string
	Name    Link
	Bar     Bar
	Word    string // firm, likely, not_separated
	Says    string
	Icon    string
	Why     string // what keeps it out of the group above, in a line
	Reasons []Reason
	Ways    *Link // to alternatives
	Decide  *Link // to the form of a decision, where a store keeps them
}

// Reason is a knock-out that is failed or open, with what would lift it.
type Reason struct {
	Icon string
	Text string
	Cure string
	Href string
}

// ChartRow is one candidate's shares of the draws at each rank.
type ChartRow struct {
	Letter string
	Name   string
	Says   string
	Parts  []ChartPart
}

// ChartPart is one rank's share, from X, in percent.
type ChartPart struct {
	Rank     int
	X, Width string
}

// ShareTable is the chart of a group in figures.
type ShareTable struct {
	Title string
	Ranks []string
	Rows  []ShareRow
}

// ShareRow is one line of it.
type ShareRow struct {
	Letter, Name string
	Shares       []string
	Next, Surely string
}

// BeliefTable is what one must believe for each candidate of a group to be first.
type BeliefTable struct {
	Title   string
	Letters []string
	First   []string
	Rows    []BeliefRow
}

// BeliefRow is a family: the committee's weight and the mean weights under which each is first.
type BeliefRow struct {
	Family, Own string
	Weights     []string
}

// CompareAnswer makes only the answer of a comparison, for a page that shows the rest already, and the address of the
// whole.
func (s *Site) CompareAnswer(ctx context.Context, r Request, q CompareQuery) ([]byte, string, error) {
	b := s.base(r, "compare", "")
	if err := checkCompared(q.Offerings); err != nil {
		return nil, "", err
	}
	j, err := s.candidates(ctx, b, q)
	if err != nil {
		return nil, "", err
	}
	a, err := s.answer(b, j)
	if err != nil {
		return nil, "", err
	}
	body, err := s.part("compare", "answer", a)
	return body, a.Address, err
}

var verdicts = []evaluator.Verdict{evaluator.Eligible, evaluator.Undetermined, evaluator.NotEligible}

// answer ranks the candidates and says in words how firm that is.
func (s *Site) answer(b Base, j *judged) (*Answer, error) {
	a := &Answer{Base: b, Address: j.q.address(b.At("/compare"), nil), Fault: j.fault}
	a.Links = s.compareLinks(b, j.q)
	if a.Fault != "" {
		return a, nil
	}
	in := evaluator.CompareInput{Framework: s.svc.Framework, Weights: j.weights, Conviction: j.q.Conviction}
	for _, res := range j.results {
		in.Candidates = append(in.Candidates, evaluator.Judged{Assessment: res.Assessment, Dossier: res.Dossier})
	}
	r, err := evaluator.Rerank(in)
	if err != nil {
		return nil, err
	}
	w := answerWriter{Answer: a, s: s, j: j, r: r, letters: map[string]string{}, names: map[string]string{}}
	for i, res := range j.results {
		id := res.Assessment.Offering
		w.letters[id], w.names[id] = letter(i), j.sp.Text(res.Dossier.Name(res.Dossier.Offering))
	}
	a.ranked = r.Ranking
	for _, x := range r.Ranking {
		a.order = append(a.order, x.Offering)
	}
	w.lead()
	for _, v := range verdicts {
		if list := w.group(v); len(list) > 0 {
			a.Groups = append(a.Groups, w.standing(v, list))
			w.shares(v, list)
			w.believe(v, list)
		}
	}
	w.chart()
	w.swaps()
	w.dominated()
	w.geometric()
	a.Draws = b.w("compare.draws", wording.Number(b.Lang, fmt.Sprint(evaluator.DefaultDraws)), wording.Number(b.Lang, fmt.Sprintf("%.1f", 100*r.Error)))
	return a, nil
}

func (s *Site) compareLinks(b Base, q CompareQuery) []Link {
	q.Projector, q.OnlyDiffs = false, false
	return []Link{
		{b.w("compare.pdf"), q.address(b.At("/compare/report.pdf"), nil)},
		{b.w("compare.xlsx"), q.address(b.At("/compare/workbook.xlsx"), nil)},
	}
}

type answerWriter struct {
	*Answer
	s       *Site
	j       *judged
	r       *evaluator.Reranking
	letters map[string]string
	names   map[string]string
}

func (w *answerWriter) group(v evaluator.Verdict) []evaluator.Ranked {
	var out []evaluator.Ranked
	for _, r := range w.r.Ranking {
		if r.Group == v {
			out = append(out, r)
		}
	}
	return out
}

// called is a candidate by its name and letter.
func (w *answerWriter) called(id string) string { return w.names[id] + " (" + w.letters[id] + ")" }

func (w *answerWriter) lead() {
	ok, open, out := w.group(evaluator.Eligible), w.group(evaluator.Undetermined), w.group(evaluator.NotEligible)
	switch {
	case len(ok) > 0:
		w.Class, w.Lead = "passed", w.leads(ok)
	case len(open) > 0:
		w.Class, w.Lead = "open", w.leadsOpen(open)
	default:
		w.Class, w.Lead = "failed", w.w("compare.lead.none")
	}
	w.Counts = w.w("compare.counts", len(ok), len(open), len(out))
}

func (w *answerWriter) leads(g []evaluator.Ranked) string {
	name := w.names[g[0].Offering]
	switch {
	case len(g) == 1:
		return w.w("compare.lead.alone", name)
	case g[0].Word == ranking.Firm:
		return w.w("compare.lead.firm", name)
	case g[0].Word == ranking.Likely:
		return w.w("compare.lead.likely", name)
	}
	return w.w("compare.lead.close", name, w.names[g[1].Offering])
}

func (w *answerWriter) leadsOpen(g []evaluator.Ranked) string {
	name := w.names[g[0].Offering]
	switch {
	case len(g) == 1:
		return w.w("compare.open.alone", name)
	case g[0].Word == ranking.Firm:
		return w.w("compare.open.firm", name)
	case g[0].Word == ranking.Likely:
		return w.w("compare.open.likely", name)
	}
	return w.w("compare.open.close", name, w.names[g[1].Offering])
}

func (w *answerWriter) standing(v evaluator.Verdict, list []evaluator.Ranked) Standing {
	out := Standing{Class: string(v)}
	switch v {
	case evaluator.Eligible:
		out.Title, out.Note = w.n("compare.group.eligible", len(list)), w.w("compare.note.eligible")
	case evaluator.Undetermined:
		out.Title, out.Note = w.n("compare.group.undetermined", len(list)), w.w("compare.note.undetermined")
	default:
		out.Title, out.Note = w.n("compare.group.not_eligible", len(list)), w.w("compare.note.not_eligible")
	}
	for _, r := range list {
		x := Rank{N: r.Rank, Letter: w.letters[r.Offering], Name: Link{w.names[r.Offering], w.s.assessmentAddress(w.Base, w.j.q, r.Offering)}, Bar: w.bar(r.Score), Word: string(r.Word)}
		switch {
		case len(list) == 1:
			x.Word, x.Says = "", w.w("compare.word.alone")
		case r.Word == ranking.Firm:
			x.Says, x.Icon = w.w("compare.word.firm"), "passed"
		case r.Word == ranking.Likely:
			x.Says, x.Icon = w.w("compare.word.likely"), "open"
		default:
			x.Says, x.Icon = w.w("compare.word.not_separated"), "unknown"
		}
		w.reasons(&x, r)
		x.Decide = w.s.decideLink(w.Base, w.j.q, r.Offering)
		out.Ranks = append(out.Ranks, x)
	}
	return out
}

// reasons tells what keeps a candidate out of the group above: the knock-outs that fail, then those that are open.
func (w *answerWriter) reasons(x *Rank, r evaluator.Ranked) {
	failed, open := 0, 0
	for _, status := range []evaluator.Status{evaluator.Failed, evaluator.Open} {
		for _, k := range r.KnockOuts {
			if k.Status != status {
				continue
			}
			reason := Reason{Icon: "failed", Text: w.j.sp.Text(k.Text), Cure: w.w("compare.cure", w.j.sp.Text(k.Cure)), Href: x.Name.Href + "#" + k.ID}
			if status == evaluator.Open {
				open++
				reason.Icon, reason.Text = "open", w.s.criterionTitle(w.j.sp, k.Criterion)
				var labels []string
				for _, p := range k.Missing {
					labels = appendNew(labels, w.j.sp.Label(p))
				}
				reason.Cure = w.w("compare.show", w.j.sp.Several(labels))
				if k.EvidenceTooWeak {
					reason.Cure = w.w("compare.weak")
				}
			} else {
				failed++
			}
			x.Reasons = append(x.Reasons, reason)
		}
	}
	switch {
	case failed > 0:
		x.Why = w.n("compare.failed", failed)
		x.Ways = &Link{w.w("compare.recourse"), withQuery(w.At("/offerings/"+r.Offering+"/alternatives"), "use_case", w.j.q.UseCase, "organisation", w.j.q.Organisation, "on", string(w.j.q.On))}
	case open > 0:
		x.Why = w.n("compare.open", open)
	}
}

// share writes a share of the draws as whole percents: one that is not 0 never reads as 0, nor one below 1 as 100.
func (b Base) share(x float64) string {
	n := fmt.Sprintf("%.0f", 100*x)
	switch {
	case x > 0 && n == "0":
		return "<\u00a0" + wording.Percent(b.Lang, "1")
	case x < 1 && n == "100":
		return ">\u00a0" + wording.Percent(b.Lang, "99")
	}
	return wording.Percent(b.Lang, n)
}

// shownRanks is how many ranks the chart tells apart.
const shownRanks = 5

// chart draws, for the first group of several, how often each candidate stands at each rank.
func (w *answerWriter) chart() {
	for _, v := range verdicts {
		list := w.group(v)
		if len(list) < 2 {
			continue
		}
		for _, r := range list {
			row := ChartRow{Letter: w.letters[r.Offering], Name: w.names[r.Offering], Says: w.w("compare.first_in", w.share(r.First))}
			x := 0.0
			for i, share := range r.Acceptability {
				if i < shownRanks && share > 0 {
					row.Parts = append(row.Parts, ChartPart{Rank: i, X: fmt.Sprintf("%.2f", x), Width: fmt.Sprintf("%.2f", 100*share)})
				}
				x += 100 * share
			}
			w.Chart = append(w.Chart, row)
		}
		for i := range min(len(list), shownRanks) {
			w.Legend = append(w.Legend, w.w("compare.rank", i+1))
		}
		return
	}
}

func (w *answerWriter) shares(v evaluator.Verdict, list []evaluator.Ranked) {
	if len(list) < 2 {
		return
	}
	t := ShareTable{Title: w.word(v)}
	shown := min(len(list), shownRanks)
	for i := range shown {
		t.Ranks = append(t.Ranks, w.w("compare.rank", i+1))
	}
	for i, r := range list {
		row := ShareRow{Letter: w.letters[r.Offering], Name: w.names[r.Offering], Next: "–", Surely: "–"}
		for k := range shown {
			x := 0.0
			if k < len(r.Acceptability) {
				x = r.Acceptability[k]
			}
			row.Shares = append(row.Shares, w.share(x))
		}
		if i < len(list)-1 {
			row.Next, row.Surely = w.share(r.BeatsNext), w.share(r.SurelyBefore)
		}
		t.Rows = append(t.Rows, row)
	}
	w.Shares = append(w.Shares, t)
}

func (w *answerWriter) word(v evaluator.Verdict) string {
	return wording.Typeset(w.Lang, service.VerdictText(v).In(w.Lang))
}

func (w *answerWriter) believe(v evaluator.Verdict, list []evaluator.Ranked) {
	list = slices.DeleteFunc(slices.Clone(list), func(r evaluator.Ranked) bool { return len(r.Central) == 0 })
	if len(list) < 2 {
		return
	}
	t := BeliefTable{Title: w.word(v)}
	for _, r := range list {
		t.Letters = append(t.Letters, w.letters[r.Offering])
		t.First = append(t.First, w.share(r.First))
	}
	for _, f := range w.s.svc.Framework.Families {
		row := BeliefRow{Family: w.j.sp.Text(f.Title), Own: w.j.sp.Percent(w.j.weights.Family(f.ID))}
		for _, r := range list {
			row.Weights = append(row.Weights, wording.Percent(w.Lang, fmt.Sprintf("%.1f", r.Central[f.ID])))
		}
		t.Rows = append(t.Rows, row)
	}
	w.Believe = append(w.Believe, t)
}

// swaps says, for neighbours in the ranking, the smallest change of one weight that makes them change places.
func (w *answerWriter) swaps() {
	next := map[string]string{}
	for _, v := range verdicts {
		list := w.group(v)
		for i := 1; i < len(list); i++ {
			next[list[i-1].Offering] = list[i].Offering
		}
	}
	for _, x := range w.r.Swaps {
		if next[x.Ahead] != x.Behind {
			continue
		}
		ahead, behind := w.called(x.Ahead), w.called(x.Behind)
		if x.Family == "" {
			w.Swaps = append(w.Swaps, w.w("compare.swap.never", ahead, behind))
			continue
		}
		family := x.Family
		if f, ok := w.s.svc.Framework.Family(x.Family); ok {
			family = wording.Quote(w.Lang, w.j.sp.Text(f.Title))
		}
		from, to := wording.Percent(w.Lang, fmt.Sprintf("%.1f", x.From)), wording.Percent(w.Lang, fmt.Sprintf("%.1f", x.To))
		if x.To < x.From {
			w.Swaps = append(w.Swaps, w.w("compare.swap.down", behind, ahead, family, from, to))
		} else {
			w.Swaps = append(w.Swaps, w.w("compare.swap.up", behind, ahead, family, from, to))
		}
	}
}

func (w *answerWriter) dominated() {
	by := map[string][]string{}
	for _, d := range w.r.Dominated {
		by[d.ID] = append(by[d.ID], w.called(d.By))
	}
	for _, r := range w.r.Ranking {
		if list := by[r.Offering]; len(list) > 0 {
			w.Dominated = append(w.Dominated, w.w("compare.dominated", w.called(r.Offering), wording.List(w.Lang, list)))
		}
	}
}

// geometric is a second reading, in which strong families do not buy weak ones back.
func (w *answerWriter) geometric() {
	for _, g := range w.r.Geometric {
		if len(g.Order) < 2 {
			continue
		}
		var letters []string
		for _, id := range g.Order {
			letters = append(letters, w.letters[id])
		}
		if g.Differs {
			w.Geometric = append(w.Geometric, w.w("compare.geometric.differs", w.word(g.Group), strings.Join(letters, ", ")))
		} else {
			w.Geometric = append(w.Geometric, w.w("compare.geometric.same", w.word(g.Group)))
		}
	}
}
