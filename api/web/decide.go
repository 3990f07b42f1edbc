package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/exchange"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/decision"
)

// DecidePage is the form in which a committee's resolution is recorded, beside what it rests on.
type DecidePage struct {
	Base
	Form
	Offering   Link
	UseCase    Link
	Rivals     []Link
	Verdict    Verdict
	Score      Bar
	Against    []Blocker
	Action     string
	Hidden     []Pair
	Hash       string
	Outcomes   []Option
	OutFault   string
	CondFault  string
	ByFault    string
	WhyFault   string
	First      string // the field that takes the focus: outcome, cond-0-due, by, reason
	Conditions []ConditionFields
	Members    []MemberFields
	Quorum     *Input
	On         *Input
	Until      *Input
	Reason     string
	ReasonFR   string
	Earlier    []Option // decisions that this one can take the place of
	Changed    bool     // the facts changed since the form was opened
	Assessment string
}

// Blocker is a knock-out that fails or is open, to be answered by a condition.
type Blocker struct {
	ID, Title, Word, Icon string
	Cure                  string
}

// ConditionFields are the fields of one condition.
type ConditionFields struct {
	N         int
	Text      string
	Owner     string
	Due       string
	KnockOuts []Option
	Faults    []string
	Wrong     map[string]bool // text, owner, due, knock_out
}

// MemberFields are the fields of one member of the committee.
type MemberFields struct {
	N       int
	Name    string
	Me      bool
	Dissent bool
	Words   string
}

// DecideQuery is what is decided on, and what was sent.
type DecideQuery struct {
	service.Request
	Rivals     []string
	Supersedes string
	Sent       Sent
}

const (
	spareConditions = 2
	spareMembers    = 3
)

// Decide makes the form of a decision.
func (s *Site) Decide(ctx context.Context, r Request, q DecideQuery) ([]byte, error) {
	if err := account.Need(ctx, account.Decide); err != nil {
		return nil, err
	}
	if s.svc.Store == nil {
		return nil, &service.ReadOnlyDemoError{}
	}
	res, err := s.svc.Assess(ctx, q.Request)
	if err != nil {
		return nil, err
	}
	b := s.base(r, "decisions", "")
	b.Title = b.w("decide.title")
	names, err := s.svc.Names(ctx, q.On, q.KnownOn)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, names)
	a := res.Assessment
	at := CompareQuery{UseCase: q.UseCase, Organisation: q.Organisation, On: q.On, KnownOn: q.KnownOn}
	p := DecidePage{Base: b, Offering: b.recordLink(sp, res.Dossier.Offering), UseCase: b.recordLink(sp, res.Dossier.UseCase), Score: b.bar(a.Score), Hash: a.Hash, Action: b.At("/decide"),
		Verdict:    Verdict{Class: string(a.Verdict), Word: wording.Typeset(b.Lang, service.VerdictText(a.Verdict).In(b.Lang))},
		Assessment: s.assessmentAddress(b, at, a.Offering), Reason: q.Sent.Value("reason"), ReasonFR: q.Sent.Value("reason.fr")}
	for _, id := range q.Rivals {
		if id != q.Offering {
			p.Rivals = append(p.Rivals, b.recordLink(sp, catalog.Ref{Kind: catalog.Offering, ID: id}))
		}
	}
	p.Changed = q.Sent.Value("saw") != "" && q.Sent.Value("saw") != a.Hash
	key := q.Sent.Value("key")
	if key == "" {
		key = newKey()
	}
	for _, x := range []Pair{{"offering", q.Offering}, {"use_case", q.UseCase}, {"organisation", q.Organisation}, {"weights", q.Weights}, {"on", string(q.Request.On)}, {"saw", a.Hash}, {"key", key}} {
		if x.Value != "" {
			p.Hidden = append(p.Hidden, x)
		}
	}
	for _, id := range q.Rivals {
		p.Hidden = append(p.Hidden, Pair{"rival", id})
	}
	for name, v := range q.Sent.Values {
		if strings.HasPrefix(name, "person.") && len(v) == 1 {
			p.Hidden = append(p.Hidden, Pair{name, v[0]})
		}
	}
	s.blockers(&p, sp, a)
	for _, o := range []decision.Outcome{decision.Approve, decision.ApproveWithConditions, decision.Defer, decision.Reject} {
		p.Outcomes = append(p.Outcomes, Option{string(o), sp.Text(o.Label()), q.Sent.Value("outcome") == string(o)})
	}
	p.Quorum = &Input{Name: "quorum", Type: "number", Label: b.w("decide.quorum"), Hint: b.w("decide.quorum_hint"), Min: 1, Max: 99, Value: "1", Needed: true}
	p.On = &Input{Name: "decided_on", Type: "text", Label: b.w("decide.on"), Hint: b.w("entry.date_hint"), Value: b.Day(q.On), Max: 40, Needed: true}
	p.Until = &Input{Name: "until", Type: "text", Label: b.w("decide.until"), Hint: b.w("decide.until_hint"), Value: b.Day(q.On.AddMonths(12)), Max: 40, Needed: true}
	s.conditionFields(&p, q.Sent)
	s.memberFields(ctx, &p, q.Sent)
	if err := s.earlier(ctx, &p, sp, q); err != nil {
		return nil, err
	}
	rest := q.Sent
	rest.Faults = nil
	var links []Link
	first := func(id string) {
		if p.First == "" {
			p.First = id
		}
	}
	for _, f := range q.Sent.Faults {
		text := f.Text.In(b.Lang)
		for _, k := range p.Against { // knock-outs are called by what they ask, never by their ids
			text = strings.ReplaceAll(text, k.ID, wording.Quote(b.Lang, k.Title))
		}
		text = sentence(wording.Typeset(b.Lang, text))
		switch {
		case f.Path == "outcome":
			p.OutFault = text
			links = append(links, Link{text, "#outcome-approve"})
			first("outcome")
		case strings.HasPrefix(f.Path, "conditions["):
			num, field, _ := strings.Cut(strings.TrimPrefix(f.Path, "conditions["), "]")
			n, _ := strconv.Atoi(num)
			if field = strings.TrimPrefix(field, "."); !slices.Contains([]string{"owner", "due", "knock_out"}, field) {
				field = "text"
			}
			if n < len(p.Conditions) {
				c := &p.Conditions[n]
				if c.Wrong == nil {
					c.Wrong = map[string]bool{}
				}
				c.Faults, c.Wrong[field] = append(c.Faults, text), true
			}
			id := "cond-" + itoa(n) + "-" + map[bool]string{true: "ko", false: field}[field == "knock_out"]
			links = append(links, Link{text, "#" + id})
			first(id)
		case f.Path == "conditions":
			p.CondFault = text
			links = append(links, Link{text, "#cond-0-text"})
			first("cond-0-text")
		case f.Path == "by", f.Path == "dissent":
			p.ByFault = text
			links = append(links, Link{text, "#member-0-name"})
			first("by")
		case f.Path == "reason":
			p.WhyFault = text
			links = append(links, Link{text, "#reason"})
			first("reason")
		default:
			rest.Faults = append(rest.Faults, f)
		}
	}
	p.Form = b.fields(rest, p.Quorum, p.On, p.Until)
	p.Errors = append(p.Errors, links...)
	for _, x := range []*Input{p.Quorum, p.On, p.Until} {
		x.First = x.First && p.First == ""
	}
	return s.render("decide", p)
}

func (s *Site) blockers(p *DecidePage, sp service.Speaker, a *evaluator.Assessment) {
	for _, k := range a.KnockOuts {
		if k.Status != evaluator.Failed && k.Status != evaluator.Open {
			continue
		}
		x := Blocker{ID: k.ID, Title: s.criterionTitle(sp, k.Criterion), Word: sp.Text(service.StatusText(k.Status)), Icon: "failed"}
		if k.Status == evaluator.Open {
			x.Icon = "open"
		}
		if ko, _, ok := s.svc.Framework.KnockOut(k.ID); ok {
			x.Cure = sp.Text(ko.Cure)
		}
		p.Against = append(p.Against, x)
	}
}

// conditionFields offers a condition for each knock-out that speaks against an approval, and some more.
func (s *Site) conditionFields(p *DecidePage, sent Sent) {
	n := len(p.Against) + spareConditions
	for i := 0; sent.Values["cond."+itoa(i)+".text"] != nil; i++ {
		n = max(n, i+1)
	}
	for i := range n {
		at := "cond." + itoa(i) + "."
		c := ConditionFields{N: i, Text: sent.Value(at + "text"), Owner: sent.Value(at + "owner"), Due: sent.Value(at + "due")}
		answers := sent.Value(at + "knock_out")
		if _, came := sent.Values[at+"knock_out"]; !came && i < len(p.Against) {
			answers = p.Against[i].ID
		}
		c.KnockOuts = append(c.KnockOuts, Option{"", p.w("decide.no_knockout"), answers == ""})
		for _, k := range p.Against {
			c.KnockOuts = append(c.KnockOuts, Option{k.ID, k.Title, answers == k.ID})
		}
		p.Conditions = append(p.Conditions, c)
	}
}

func (s *Site) memberFields(ctx context.Context, p *DecidePage, sent Sent) {
	me := account.From(ctx)
	for i := range 1 + spareMembers {
		at := "member." + itoa(i) + "."
		m := MemberFields{N: i, Name: sent.Value(at + "name"), Dissent: sent.Value(at+"dissent") != "", Words: sent.Value(at + "words")}
		if _, came := sent.Values[at+"name"]; !came && i == 0 && me != nil && me.Person != "" {
			m.Name = s.personName(ctx, p.Base, me.Person, map[string]string{})
		}
		m.Me = i == 0
		p.Members = append(p.Members, m)
	}
	for i := 1 + spareMembers; sent.Value("member."+itoa(i)+".name") != ""; i++ {
		at := "member." + itoa(i) + "."
		p.Members = append(p.Members, MemberFields{N: i, Name: sent.Value(at + "name"), Dissent: sent.Value(at+"dissent") != "", Words: sent.Value(at + "words")})
	}
}

// earlier offers the decisions about the same that the new one may take the place of.
func (s *Site) earlier(ctx context.Context, p *DecidePage, sp service.Speaker, q DecideQuery) error {
	list, err := s.svc.Decisions(ctx, service.DecisionQuery{Offering: q.Offering, UseCase: q.UseCase, Organisation: q.Organisation, On: q.On})
	if err != nil {
		return err
	}
	chosen := q.Sent.Value("supersedes")
	if chosen == "" {
		chosen = q.Supersedes
	}
	for _, d := range list {
		if d.Status != decision.Superseded {
			p.Earlier = append(p.Earlier, Option{d.Hash, p.w("decisions.of", sp.Text(d.Outcome.Label()), p.Day(d.DecidedOn)), d.Hash == chosen})
		}
	}
	return nil
}

// TakeDecision records a resolution as a form says it and gives its hash. values may gain the ids of people who were named
// for the first time, so that sending the form again names nobody twice.
func (s *Site) TakeDecision(ctx context.Context, l wording.Lang, q DecideQuery, values url.Values) (string, error) {
	sent := Sent{Values: values}
	var faults []catalog.FieldError
	day := func(name, path string, needed bool) catalog.Date {
		v := strings.TrimSpace(sent.Value(name))
		if v == "" && !needed {
			return ""
		}
		x, err := exchange.ReadTyped(dayField, v, l, false, nil)
		if e, ok := err.(*exchange.AnswerError); ok {
			faults = append(faults, catalog.FieldError{Path: path, Text: e.Text})
		}
		return catalog.Date(x.Text)
	}
	r := service.DecisionRequest{Request: q.Request, Rivals: q.Rivals, Saw: sent.Value("saw"), DissentTexts: map[string]string{}}
	r.Outcome = decision.Outcome(sent.Value("outcome"))
	if r.Outcome == "" {
		faults = append(faults, catalog.FieldError{Path: "outcome", Text: wording.Textf("choose what was resolved", "choisir ce qui a été résolu")})
	}
	r.DecidedOn, r.Until, r.Supersedes = day("decided_on", "decided_on", true), day("until", "until", true), sent.Value("supersedes")
	r.Quorum, _ = strconv.Atoi(strings.TrimSpace(sent.Value("quorum")))
	r.Reason = bothWords(l, sent.Value("reason"), sent.Value("reason.fr"))
	if r.Reason.IsZero() {
		faults = append(faults, catalog.FieldError{Path: "reason", Text: wording.Textf("say why it was resolved so", "dire pourquoi il a été résolu ainsi")})
	}
	type draft struct {
		n     int
		owner string
	}
	var owners []draft
	places := map[int]int{}
	for i := range 60 {
		at := "cond." + itoa(i) + "."
		text := strings.TrimSpace(sent.Value(at + "text"))
		if text == "" {
			continue
		}
		n := len(r.Conditions)
		places[n] = i
		r.Conditions = append(r.Conditions, decision.Condition{Text: bothWords(l, text, ""), KnockOut: sent.Value(at + "knock_out"), Due: day(at+"due", "conditions["+itoa(i)+"].due", false)})
		if owner := strings.TrimSpace(sent.Value(at + "owner")); owner != "" {
			owners = append(owners, draft{n, owner})
		} else {
			faults = append(faults, catalog.FieldError{Path: "conditions[" + itoa(i) + "].owner", Text: wording.Textf("say who answers for this condition", "dire qui répond de cette condition")})
		}
		if strings.TrimSpace(sent.Value(at+"due")) == "" {
			faults = append(faults, catalog.FieldError{Path: "conditions[" + itoa(i) + "].due", Text: wording.Textf("say by which day this condition is to be met", "dire pour quel jour cette condition doit être remplie")})
		}
	}
	if len(faults) > 0 {
		return "", &catalog.InvalidError{Fields: faults}
	}
	person := func(name string) (string, error) {
		if me := account.From(ctx); me != nil && me.Person != "" && folded(name) == folded(s.personName(ctx, s.base(Request{Lang: l}, "", ""), me.Person, map[string]string{})) {
			return me.Person, nil
		}
		if id := values.Get("person." + folded(name)); id != "" {
			return id, nil
		}
		id, err := s.svc.AddPersonOnce(ctx, sent.Value("key"), name)
		if err == nil {
			values.Set("person."+folded(name), id)
		}
		return id, err
	}
	for _, o := range owners {
		id, err := person(o.owner)
		if err != nil {
			return "", err
		}
		r.Conditions[o.n].Owner = id
	}
	for i := range 60 {
		at := "member." + itoa(i) + "."
		name := strings.TrimSpace(sent.Value(at + "name"))
		if name == "" {
			continue
		}
		id, err := person(name)
		if err != nil {
			return "", err
		}
		if slices.Contains(r.By, id) {
			continue
		}
		r.By = append(r.By, id)
		if sent.Value(at+"dissent") != "" {
			r.Dissent = append(r.Dissent, decision.Dissent{By: id})
			if words := strings.TrimSpace(sent.Value(at + "words")); words != "" {
				r.DissentTexts[id] = words
			}
		}
	}
	d, _, err := s.svc.TakeDecision(ctx, r)
	if err == nil {
		return d.Hash, nil
	}
	if bad, ok := err.(*catalog.InvalidError); ok {
		out := &catalog.InvalidError{}
		for _, f := range bad.Fields {
			if rest, ok := strings.CutPrefix(f.Path, "conditions["); ok {
				num, tail, _ := strings.Cut(rest, "]")
				n, _ := strconv.Atoi(num)
				f.Path = "conditions[" + itoa(places[n]) + "]" + tail
			}
			out.Fields = append(out.Fields, f)
		}
		return "", out
	}
	return "", err
}

// bothWords is a text written in one language, or in both.
func bothWords(l wording.Lang, text, other string) wording.Text {
	text, other = strings.TrimSpace(text), strings.TrimSpace(other)
	switch {
	case text == "":
		return wording.Same(other)
	case other == "":
		return wording.Same(text)
	case l == wording.FR:
		return wording.Text{EN: other, FR: text}
	}
	return wording.Text{EN: text, FR: other}
}

// IssuePage tells where an assessment stands in the log, and lets it be kept and its report be handed out.
type IssuePage struct {
	Base
	Form
	Offering   Link
	UseCase    Link
	Assessment string
	Verdict    Verdict
	Score      Bar
	Hash       string
	Kept       string // its place in the log; empty: it is not kept
	Keep       string
	Issue      string
	Hidden     []Pair
	Reports    []IssuedLine
	MayIssue   bool
	MayKeep    bool
}

// IssuedLine is a report that was registered.
type IssuedLine struct {
	Lang, Place, Hash string
}

// Issue makes the page of what was kept and handed out of an assessment.
func (s *Site) Issue(ctx context.Context, r Request, q service.Request, sent Sent) ([]byte, error) {
	if s.svc.Store == nil {
		return nil, service.NotKeptError{}
	}
	res, err := s.svc.Assess(ctx, q)
	if err != nil {
		return nil, err
	}
	names, err := s.svc.Names(ctx, q.On, q.KnownOn)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, names)
	b := s.base(r, "offerings", "")
	b.Title = b.w("issue.title")
	a := res.Assessment
	p := IssuePage{Base: b, Offering: b.recordLink(sp, res.Dossier.Offering), UseCase: b.recordLink(sp, res.Dossier.UseCase), Hash: a.Hash, Score: b.bar(a.Score),
		Verdict:    Verdict{Class: string(a.Verdict), Word: wording.Typeset(b.Lang, service.VerdictText(a.Verdict).In(b.Lang))},
		Assessment: s.assessmentAddress(b, CompareQuery{UseCase: q.UseCase, Organisation: q.Organisation, On: q.On, KnownOn: q.KnownOn}, a.Offering),
		Keep:       b.At("/offerings/" + url.PathEscape(q.Offering) + "/kept"), Issue: b.At("/offerings/" + url.PathEscape(q.Offering) + "/report"),
		MayIssue: account.Need(ctx, account.Issue) == nil, MayKeep: account.Need(ctx, account.Assess) == nil}
	p.Form = b.fields(sent)
	if sent.Done == DoneRecorded {
		p.Done = b.w("issue.done")
	}
	for _, x := range []Pair{{"use_case", q.UseCase}, {"organisation", q.Organisation}, {"weights", q.Weights}, {"on", string(q.On)}} {
		if x.Value != "" {
			p.Hidden = append(p.Hidden, x)
		}
	}
	list, err := s.svc.Documents(ctx, store.Assessment, map[string]string{"offering": q.Offering}, 0, 200)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		if e.Hash == a.Hash {
			p.Kept = wording.Number(b.Lang, number64(e.Leaf))
		}
	}
	reports, err := s.svc.Documents(ctx, store.Report, map[string]string{"assessment": a.Hash}, 0, 50)
	if err != nil {
		return nil, err
	}
	for _, e := range reports {
		p.Reports = append(p.Reports, IssuedLine{Lang: b.languageName(e.Index["lang"]), Place: wording.Number(b.Lang, number64(e.Leaf)), Hash: e.Hash})
	}
	return s.render("issue", p)
}

// languageName names the language of a report.
func (b Base) languageName(l string) string {
	if l == string(wording.FR) {
		return b.w("issue.in_french")
	}
	return b.w("issue.in_english")
}

// writingLinks lead from an assessment to the forms about it, where a store keeps what they say.
func (s *Site) writingLinks(b Base, q service.Request) []Link {
	if s.svc.Store == nil {
		return nil
	}
	about := []string{"use_case", q.UseCase, "organisation", q.Organisation, "weights", q.Weights, "on", string(q.On)}
	return []Link{
		{b.w("issue.link"), withQuery(b.At("/offerings/"+url.PathEscape(q.Offering)+"/kept"), about...)},
		{b.w("decide.link"), withQuery(b.At("/decide"), append(about, "offering", q.Offering)...)},
	}
}

// decideLink leads from a candidate of a comparison to the form of a decision, with the others as its rivals; nil where
// nothing is kept.
func (s *Site) decideLink(b Base, q CompareQuery, offering string) *Link {
	if s.svc.Store == nil {
		return nil
	}
	v := url.Values{"offering": {offering}, "use_case": {q.UseCase}, "on": {string(q.On)}}
	for _, id := range q.Offerings {
		if id != offering {
			v.Add("rival", id)
		}
	}
	if q.Organisation != "" {
		v.Set("organisation", q.Organisation)
	}
	return &Link{b.w("decide.link"), b.At("/decide") + "?" + v.Encode()}
}
