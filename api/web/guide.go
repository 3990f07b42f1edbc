package web

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

// GuideQuery is a use case and the answers tried over those recorded, all of it in the address.
type GuideQuery struct {
	UseCase  string
	Offering string            // on which it is tried; empty: the first that somebody serves
	Answers  map[string]string // fact of the use case, without its prefix: value as a form sends it
	On       catalog.Date
}

// guided are the questions of the form by what they are about.
var guided = []struct {
	title func(Base) string
	paths []string
}{
	{func(b Base) string { return b.w("guide.data") }, []string{"data_classification", "personal_data", "health_data", "pseudonymised", "trade_secrets", "sensitive_public_data"}},
	{func(b Base) string { return b.w("guide.where") }, []string{"required_countries"}},
	{func(b Base) string { return b.w("guide.who") }, []string{"customer_facing", "citizen_facing", "publishes_content"}},
	{func(b Base) string { return b.w("guide.does") }, []string{"task", "agentic", "high_risk", "commercial_use"}},
	{func(b Base) string { return b.w("guide.critical") }, []string{"criticality"}},
}

// GuidedFacts lists the facts of a use case that the form asks for, without their prefix.
func GuidedFacts() []string {
	var out []string
	for _, g := range guided {
		out = append(out, g.paths...)
	}
	return out
}

// places are the answers to where data must stay, as a form sends them.
var places = []struct{ value, codes string }{{"none", "[]"}, {"fr", "[FR]"}, {"eu", "[EU]"}, {"eea", "[EEA]"}}

// GuidePage is the guided form of a use case.
type GuidePage struct {
	Base
	Form     string
	UseCases []Option
	Chosen   *Link
	Sections []GuideSection
	Answer   GuideAnswer
	Hidden   []Option
	Fault    string
}

// GuideSection is some questions about one thing.
type GuideSection struct {
	Title     string
	Questions []GuideQuestion
}

// GuideQuestion is one fact of the use case, asked as a choice.
type GuideQuestion struct {
	ID       string
	Label    string
	Help     string
	Options  []Option
	Changed  bool
	Switches []Switch
}

// Switch is a knock-out that an answer switches on or off.
type Switch struct {
	Title string
	On    bool
}

// GuideAnswer is what the answers make of the framework.
type GuideAnswer struct {
	Base
	On, Off  []GuideKnockOut
	Changed  []string // in words, what differs from the recorded answers
	Weights  []Weight
	Reason   string
	Advice   string
	Tried    Link
	Reset    string
	Moved    bool
	Compared string
}

// GuideKnockOut is a knock-out, why it is there, and the answers that decide whether it bears on the use.
type GuideKnockOut struct {
	Title   string
	Text    string
	Why     string
	Because []string
	New     bool
	Href    string
}

// Guide makes the guided form. Errors are *catalog.NotFoundError for a use case that is none.
func (s *Site) Guide(ctx context.Context, r Request, q GuideQuery) ([]byte, error) {
	b := s.base(r, "usecases", "")
	b.Title, b.Live = b.w("guide.title"), true
	names, err := s.svc.Names(ctx, q.On, q.On)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, names)
	p := GuidePage{Base: b, Form: b.At("/use-cases/guide")}
	if p.UseCases, err = s.useCases(ctx, sp, q.UseCase, q.On, q.On); err != nil {
		return nil, err
	}
	if q.UseCase == "" {
		if len(p.UseCases) == 0 {
			return s.render("guide", p)
		}
		q.UseCase = p.UseCases[0].Value
		if slices.ContainsFunc(p.UseCases, func(o Option) bool { return o.Value == tour.use }) {
			q.UseCase = tour.use
		}
		for i := range p.UseCases {
			p.UseCases[i].Selected = p.UseCases[i].Value == q.UseCase
		}
	}
	g, err := s.try(ctx, b, sp, q)
	if err != nil {
		return nil, err
	}
	l := b.recordLink(sp, catalog.Ref{Kind: catalog.UseCase, ID: q.UseCase})
	p.Chosen = &l
	p.Fault = g.fault
	for _, group := range guided {
		sec := GuideSection{Title: group.title(b)}
		for _, id := range group.paths {
			if x, ok := g.question(b, id); ok {
				sec.Questions = append(sec.Questions, x)
			}
		}
		p.Sections = append(p.Sections, sec)
	}
	p.Answer = g.answer(s, b)
	return s.render("guide", p)
}

// trial is a use case with some answers tried.
type trial struct {
	q        GuideQuery
	s        *Site
	sp       service.Speaker
	base     *service.Result
	recorded *catalog.DossierRecord
	status   map[string]evaluator.Status // of each knock-out, under the answers
	changed  map[string]bool             // knock-outs that the answers switched
	fault    string
}

// try judges one offering for the use, as recorded and under the answers: which knock-outs bear on a use does not
// depend on the offering, but for how it is deployed.
func (s *Site) try(ctx context.Context, b Base, sp service.Speaker, q GuideQuery) (*trial, error) {
	if q.Offering == "" {
		list, err := s.svc.List(ctx, catalog.Offering, q.On, q.On, "")
		if err != nil {
			return nil, err
		}
		for _, l := range list {
			if l.By != nil && (q.Offering == "" || l.ID == tour.offerings[0]) {
				q.Offering = l.ID
			}
		}
	}
	res, err := s.svc.Assess(ctx, service.Request{Offering: q.Offering, UseCase: q.UseCase, On: q.On})
	if err != nil {
		return nil, err
	}
	g := &trial{q: q, s: s, sp: sp, base: res, status: map[string]evaluator.Status{}, changed: map[string]bool{}}
	g.recorded = res.Dossier.Record(res.Dossier.UseCase)
	for _, k := range res.Assessment.KnockOuts {
		g.status[k.ID] = k.Status
	}
	var texts []string
	for _, id := range GuidedFacts() {
		if v, ok := q.Answers[id]; ok && v != g.value(id) {
			texts = append(texts, "use_case/"+q.UseCase+":use_case."+id+"="+written(id, v))
		}
	}
	if len(texts) == 0 {
		return g, nil
	}
	assume, err := s.svc.Assumptions(texts)
	if err != nil {
		g.fault = b.fault(err)
		return g, nil
	}
	w, err := s.svc.WhatIf(ctx, service.CompareRequest{Offerings: []string{q.Offering}, UseCase: q.UseCase, On: q.On, Assume: assume})
	if err != nil {
		return nil, err
	}
	for _, c := range w.Changes {
		for _, k := range c.KnockOuts {
			g.status[k.ID] = k.After
			g.changed[k.ID] = (k.Before == evaluator.NotApplicable) != (k.After == evaluator.NotApplicable)
		}
	}
	return g, nil
}

// written is an answer as assumptions are written.
func written(id, v string) string {
	if id == "required_countries" {
		for _, p := range places {
			if p.value == v {
				return p.codes
			}
		}
	}
	return v
}

// value is the recorded answer as a form sends it; "unknown" where nothing is recorded, "other" where the form has no
// such choice.
func (g *trial) value(id string) string {
	f := g.recorded.Fact("use_case." + id)
	switch {
	case f.State == catalog.Absent && id == "required_countries":
		return "none"
	case f.State != catalog.Known || f.Disputed:
		return "unknown"
	case f.Value.Many:
		codes := f.Value.Texts()
		slices.Sort(codes)
		for _, p := range places {
			want := strings.Split(strings.Trim(p.codes, "[]"), ",")
			if p.codes == "[]" {
				want = nil
			}
			if list, ok := catalog.CountryGroup(strings.Trim(p.codes, "[]")); ok {
				want = slices.Clone(list)
				slices.Sort(want)
			}
			if slices.Equal(codes, want) {
				return p.value
			}
		}
		return "other"
	case f.Value.Type == catalog.TypeBoolean:
		if f.Value.Bool {
			return "true"
		}
		return "false"
	}
	return f.Value.Text
}

// question asks for one fact; false when the dictionary has none of that name.
func (g *trial) question(b Base, id string) (GuideQuestion, bool) {
	path := "use_case." + id
	def := g.sp.Def(path)
	if def == nil {
		return GuideQuestion{}, false
	}
	recorded := g.value(id)
	now, tried := g.q.Answers[id]
	if !tried {
		now = recorded
	}
	out := GuideQuestion{ID: id, Label: g.sp.Text(def.Label), Help: g.sp.Text(def.Help), Changed: now != recorded}
	if !def.Question.IsZero() {
		out.Label = g.sp.Text(def.Question)
	}
	add := func(value, label string) {
		if value == recorded {
			label = b.w("guide.recorded", label)
		}
		out.Options = append(out.Options, Option{value, label, value == now})
	}
	switch {
	case id == "required_countries":
		add("none", b.w("guide.nowhere"))
		add("fr", g.sp.Text(catalog.CountryName("FR")))
		add("eu", b.w("guide.eu"))
		add("eea", b.w("guide.eea"))
		if recorded == "other" {
			f := g.recorded.Fact(path)
			add("other", g.sp.State(path, f.State, f.Value, false))
		}
	case def.Type == catalog.TypeBoolean:
		yes, no := catalog.Value{Type: catalog.TypeBoolean, Bool: true}, catalog.Value{Type: catalog.TypeBoolean}
		add("true", g.sp.Value(def, yes))
		add("false", g.sp.Value(def, no))
	default:
		for _, c := range def.Values {
			add(c.ID, g.sp.Text(c.Label()))
		}
	}
	if recorded == "unknown" {
		add("unknown", g.sp.State(path, catalog.Unknown, nil, false))
	}
	for _, k := range g.s.svc.Framework.KnockOuts {
		if k.AppliesProgram != nil && slices.Contains(k.AppliesProgram.Reads(), path) {
			x := Switch{Title: g.s.criterionTitle(g.sp, k.Criterion), On: g.status[k.ID] != evaluator.NotApplicable}
			if !slices.Contains(out.Switches, x) {
				out.Switches = append(out.Switches, x)
			}
		}
	}
	return out, true
}

func (g *trial) answer(s *Site, b Base) GuideAnswer {
	out := GuideAnswer{Base: b, Reset: withQuery(b.At("/use-cases/guide"), "use_case", g.q.UseCase), Moved: len(g.q.Answers) > 0, Compared: withQuery(b.At("/offerings"), "use_case", g.q.UseCase)}
	out.Tried = b.recordLink(g.sp, catalog.Ref{Kind: catalog.Offering, ID: g.q.Offering})
	for _, k := range s.svc.Framework.KnockOuts {
		c := s.svc.Framework.Framework.Criterion(k.Criterion)
		x := GuideKnockOut{Title: g.sp.Text(c.Title), Text: g.sp.Text(k.Text), Why: g.sp.Text(c.Why), New: g.changed[k.ID], Href: b.At("/framework#" + url.PathEscape(k.Criterion))}
		if k.AppliesProgram != nil {
			for _, path := range k.AppliesProgram.Reads() {
				x.Because = appendNew(x.Because, g.sp.Label(path))
			}
		}
		if g.status[k.ID] == evaluator.NotApplicable {
			out.Off = append(out.Off, x)
			if x.New {
				out.Changed = append(out.Changed, b.w("guide.switched_off", wording.Quote(b.Lang, strings.TrimSuffix(x.Text, "."))))
			}
			continue
		}
		out.On = append(out.On, x)
		if x.New {
			out.Changed = append(out.Changed, b.w("guide.switched_on", wording.Quote(b.Lang, strings.TrimSuffix(x.Text, "."))))
		}
	}
	var u UseCase
	s.weigh(g.sp, &u, g.q.UseCase)
	out.Weights, out.Reason, out.Advice = u.Weights, u.Reason, u.Advice
	return out
}
