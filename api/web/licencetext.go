package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/licence"
)

// MaxForm is the most of a text that the page reads, in bytes.
const MaxForm = licence.MaxText

// TextQuery is a text to read, and for whom. Without a text the page is a form alone.
type TextQuery struct {
	Text    []byte
	Name    string
	UseCase string
	On      catalog.Date
	Sent    bool   // a form was sent
	Fault   string // why it cannot be answered: too_large, broken; empty: it can
}

// TextPage is the form and, once a text was sent, the answer.
type TextPage struct {
	Base
	Form     string
	Fault    string
	UseCases []Option
	For      *Link
	Answer   *TextAnswer
}

// TextAnswer is what a text is and allows.
type TextAnswer struct {
	Verdict     string
	Icon        string
	Licence     *Link
	Message     string
	Warnings    []string
	Coverage    string
	Words       string
	Cut         bool
	Found       []FoundLine
	Nearest     []FoundLine
	Differences []DifferenceLine
	Segments    []Segment
	Rights      RightsBlock
}

// FoundLine is a licence recognised, or near.
type FoundLine struct {
	Link
	Words string
}

// DifferenceLine is a place where the text departs from the licence.
type DifferenceLine struct {
	Words  string
	Anchor string
}

// Segment is a stretch of the text: same, different, missing, or plain.
type Segment struct {
	Class  string // same, diff, gap, plain
	Label  string // licence and clause, or kind of difference
	Text   string
	Anchor string
}

// LicenceText makes the form, with the answer when a text was sent.
func (s *Site) LicenceText(ctx context.Context, r Request, q TextQuery) ([]byte, error) {
	b := s.base(r, "licences", "")
	b.Title = b.w("text.title")
	p := TextPage{Base: b, Form: b.At("/licences/text")}
	var err error
	if p.UseCases, p.For, err = s.uses(ctx, b, q.UseCase, q.On); err != nil {
		return nil, err
	}
	switch {
	case q.Fault == "too_large":
		p.Fault = b.w("text.too_large")
	case q.Fault != "":
		p.Fault = b.w("text.broken")
	case q.Sent && len(strings.TrimSpace(string(q.Text))) == 0:
		p.Fault = b.w("text.nothing")
	case q.Sent:
		ans, err := s.svc.Licence(ctx, service.LicenceRequest{Text: q.Text, Name: q.Name, UseCase: q.UseCase, On: q.On, KnownOn: q.On})
		if err != nil {
			return nil, err
		}
		p.Answer = s.textAnswer(b, q.Text, ans)
	}
	return s.render("licencetext", p)
}

func (s *Site) textAnswer(b Base, raw []byte, ans *service.LicenceAnswer) *TextAnswer {
	percent := func(f float64) string { return wording.Percent(b.Lang, strconv.FormatFloat(100*f, 'f', 0, 64)) }
	out := &TextAnswer{Verdict: sentence(b.text(ans.Verdict.Text())), Icon: "open", Message: sentence(b.text(ans.Message)), Coverage: b.w("text.coverage", percent(ans.Coverage)),
		Words: b.n("text.words", ans.Words), Cut: ans.Cut, Rights: b.rights(ans.Rights, ans.Duties, ans.Terms, s.documents(b, ans.NotRead), ans.Verified)}
	switch ans.Verdict {
	case licence.Identified:
		out.Icon = "passed"
	case licence.Conflict, licence.WithDifferences, licence.Variant:
		out.Icon = "warning"
	}
	if ans.Licence != "" {
		l := s.licenceLink(b, ans.Licence)
		out.Licence = &l
	}
	for _, w := range ans.Warnings {
		out.Warnings = append(out.Warnings, b.text(w))
	}
	for _, f := range ans.Licences {
		words := b.w("text.found", percent(f.Coverage))
		if f.Intact {
			words = b.w("text.intact")
		}
		out.Found = append(out.Found, FoundLine{s.licenceLink(b, f.ID), words})
	}
	if ans.Licence != "" {
		ans.Nearest = nil // what it looks like is said above
	}
	for _, n := range ans.Nearest {
		out.Nearest = append(out.Nearest, FoundLine{s.licenceLink(b, n.ID), b.w("text.found", percent(n.Share))})
	}
	out.Segments, out.Differences = s.mark(b, licence.Readable(raw), ans)
	return out
}

func (b Base) difference(kind string) string {
	switch kind {
	case licence.Added:
		return b.w("diff.added")
	case licence.Removed:
		return b.w("diff.removed")
	case licence.Changed:
		return b.w("diff.changed")
	case licence.Misread:
		return b.w("diff.misread")
	}
	return b.w("diff.moved")
}

// clauseLabel names a clause by its number, or by the heading that the text itself gives it.
func (b Base) clauseLabel(label string) string {
	kind, rest, _ := strings.Cut(label, " ")
	switch {
	case label == "preamble":
		return b.w("clause.preamble")
	case label == "title":
		return b.w("clause.title")
	case slices.Contains([]string{"appendix", "attachment", "exhibit", "schedule", "annex"}, kind) && rest != "":
		return b.w("clause.annex", strings.ToUpper(rest[:1])+rest[1:])
	case label[0] >= '0' && label[0] <= '9':
		return label
	}
	return wording.Quote(b.Lang, label)
}

// stretch is a part of the text that is marked.
type stretch struct {
	start, end           int
	class, label, anchor string
}

// mark cuts the text into what is known, what differs, and the rest. Where a difference and a known clause overlap, the
// difference is shown.
func (s *Site) mark(b Base, text []byte, ans *service.LicenceAnswer) ([]Segment, []DifferenceLine) {
	var (
		differ, same []stretch
		lines        []DifferenceLine
	)
	for i, d := range ans.Differences {
		words := b.difference(d.Kind)
		if d.Clause != "" {
			words = b.w("text.in_clause", words, b.clauseLabel(d.Clause))
		}
		x := stretch{d.Start, d.End, "diff", words, "d-" + strconv.Itoa(i+1)}
		if d.Start >= d.End {
			x.class = "gap"
		}
		differ = append(differ, x)
		lines = append(lines, DifferenceLine{words, "#" + x.anchor})
	}
	for _, f := range ans.Licences {
		name := s.licenceLink(b, f.ID).Text
		for _, c := range f.Stretches {
			label := name
			if c.Clause != "" {
				label = b.w("text.in_clause", name, b.clauseLabel(c.Clause))
			}
			same = append(same, stretch{c.Start, c.End, "same", label, ""})
		}
	}
	return cutUp(text, differ, same), lines
}

// cutUp lays differences over known clauses over the text. Every byte of the text is in exactly one segment; offsets
// outside it are brought inside, and what overlaps a stretch of its own kind begins after it.
func cutUp(text []byte, differ, same []stretch) []Segment {
	var out []Segment
	put := func(from, to int, x stretch) {
		if from < to || x.class == "gap" {
			out = append(out, Segment{Class: x.class, Label: x.label, Text: string(text[from:to]), Anchor: x.anchor})
		}
	}
	for _, list := range [][]stretch{differ, same} {
		for i := range list {
			list[i].start = min(max(list[i].start, 0), len(text))
			list[i].end = min(max(list[i].end, list[i].start), len(text))
		}
		slices.SortStableFunc(list, func(x, y stretch) int { return cmp.Compare(x.start, y.start) })
	}
	known := 0 // clauses that end before the place reached
	between := func(at, to int) {
		for ; known < len(same) && same[known].end <= at; known++ {
		}
		for _, x := range same[known:] {
			if x.start >= to || at >= to {
				break
			}
			if x.end <= at {
				continue
			}
			from, end := max(x.start, at), min(x.end, to)
			put(at, from, stretch{class: "plain"})
			put(from, end, x)
			at = end
		}
		put(at, to, stretch{class: "plain"})
	}
	at := 0
	for _, x := range differ {
		x.start, x.end = max(x.start, at), max(x.end, at)
		between(at, x.start)
		put(x.start, x.end, x)
		at = x.end
	}
	between(at, len(text))
	return out
}
