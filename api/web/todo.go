package web

import (
	"context"
	"net/url"
	"strings"
	"time"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// Todo is what waits for who looks at the first page, by what is to be done.
type Todo struct {
	Groups []TodoGroup
	Count  string
	Recent []RecentLine
}

// TodoGroup is one sort of thing to do.
type TodoGroup struct {
	ID    string
	Title string
	N     string
	Lines []TodoLine
	More  []TodoLine
	Rest  string // how many more there are
}

// TodoLine says what, about what, since when or until when, and leads to where it is done.
type TodoLine struct {
	Link
	Of    string
	Word  string
	Class string // of the badge
	Icon  string
	When  string
}

// RecentLine is something that somebody did.
type RecentLine struct {
	What string
	Of   Link
	Who  string
	When string
}

const (
	todoShown   = 4
	recentShown = 8
)

// todoGroups are the sorts of things to do, in the order in which they are shown.
var todoGroups = []struct {
	id    string
	kinds []service.DutyKind
}{
	{"mine", []service.DutyKind{service.DutyCondition}},
	{"settle", []service.DutyKind{service.DutyDisputed, service.DutyCheck}},
	{"review", []service.DutyKind{service.DutyReview}},
	{"decide", []service.DutyKind{service.DutyChoose, service.DutyDecide, service.DutyDeferred}},
	{"hold", []service.DutyKind{service.DutyDrifted, service.DutyEnded, service.DutyOverdue, service.DutyEnds}},
	{"evidence", []service.DutyKind{service.DutySourceEnded, service.DutySourceEnds}},
	{"ask", []service.DutyKind{service.DutyAsk}},
}

// todo lists what waits for who asks; nil where nobody in particular looks or nothing is kept.
func (s *Site) todo(ctx context.Context, b Base, sp service.Speaker, on catalog.Date) (*Todo, error) {
	if p := account.From(ctx); s.svc.Store == nil || b.Who == nil || p == nil {
		return nil, nil
	}
	duties, err := s.svc.Duties(ctx, on)
	if err != nil {
		return nil, err
	}
	titles := map[string]string{"mine": b.w("todo.mine"), "settle": b.w("todo.settle"), "review": b.w("todo.review"), "decide": b.w("todo.decide"), "hold": b.w("todo.hold"), "evidence": b.w("todo.evidence"), "ask": b.w("todo.ask")}
	t := &Todo{}
	total := 0
	for _, g := range todoGroups {
		group := TodoGroup{ID: g.id, Title: titles[g.id]}
		n := 0
		for _, k := range g.kinds {
			for _, d := range duties {
				if d.Kind != k {
					continue
				}
				n++
				line := s.todoLine(b, sp, d)
				if n <= todoShown {
					group.Lines = append(group.Lines, line)
				} else {
					group.More = append(group.More, line)
				}
			}
		}
		if n == 0 {
			continue
		}
		total += n
		group.N = wording.Number(b.Lang, itoa(n))
		if len(group.More) > 0 {
			group.Rest = b.n("todo.rest", len(group.More))
		}
		t.Groups = append(t.Groups, group)
	}
	if total > 0 {
		t.Count = b.n("todo.count", total)
	}
	t.Recent, err = s.recent(ctx, b, sp)
	return t, err
}

func (s *Site) todoLine(b Base, sp service.Speaker, d service.Duty) TodoLine {
	name := func(k catalog.Kind, id string) string { return sp.Text(sp.Names(catalog.Ref{Kind: k, ID: id})) }
	about := func() string { return sp.Text(sp.Names(d.About)) }
	use := ""
	if d.UseCase != "" {
		use = name(catalog.UseCase, d.UseCase)
	}
	fact := Link{sp.Label(d.Path), b.At(factPath(d.About, d.Path))}
	decideAgain := func() Link {
		return Link{about(), withQuery(b.At("/decide"), "offering", d.About.ID, "use_case", d.UseCase, "supersedes", d.Hash)}
	}
	decision := func(at string) Link { return Link{about(), b.At("/decisions/"+d.Hash[:12]) + at} }
	day := b.Day(d.Day)
	switch d.Kind {
	case service.DutyDisputed:
		fact.Href += "#contradictions"
		return TodoLine{Link: fact, Of: about(), Word: b.w("todo.disputed"), Class: "unknown", Icon: "disputed", When: b.w("todo.since", day)}
	case service.DutyCheck:
		fact.Href += "#contradictions"
		return TodoLine{Link: fact, Of: about(), Word: b.w("todo.check"), Class: "soon", Icon: "warning", When: b.w("todo.since", day)}
	case service.DutyReview:
		return TodoLine{Link: Link{about(), b.At("/proposals/" + url.PathEscape(d.Draft))}, Of: sp.Text(d.About.Kind.Label()), Word: b.w("todo.proposed"), Class: "absent", Icon: "open", When: b.w("todo.since", day)}
	case service.DutyChoose:
		var names []string
		for _, id := range d.Others {
			names = append(names, name(catalog.Offering, id))
		}
		q := CompareQuery{UseCase: d.UseCase, Organisation: d.Org, Offerings: d.Others}
		v := q.Values()
		v.Del("on")
		v.Del("known_on")
		return TodoLine{Link: Link{use, b.At("/compare") + "?" + v.Encode()}, Of: strings.Join(names, ", "), Word: b.w("todo.compared"), Class: "absent", Icon: "open", When: b.w("todo.since", day)}
	case service.DutyDecide:
		return TodoLine{Link: Link{about(), withQuery(b.At("/decide"), "offering", d.About.ID, "use_case", d.UseCase, "organisation", d.Org)}, Of: use, Word: b.w("todo.assessed"), Class: "absent", Icon: "open", When: b.w("todo.since", day)}
	case service.DutyDeferred:
		if d.Late {
			return TodoLine{Link: decideAgain(), Of: use, Word: b.w("todo.deferred"), Class: "expired", Icon: "warning", When: b.w("todo.since", day)}
		}
		return TodoLine{Link: decideAgain(), Of: use, Word: b.w("todo.deferred"), Class: "soon", Icon: "warning", When: b.w("todo.until", day)}
	case service.DutyEnded:
		return TodoLine{Link: decideAgain(), Of: use, Word: b.w("todo.ended"), Class: "expired", Icon: "warning", When: b.w("todo.since", day)}
	case service.DutyEnds:
		return TodoLine{Link: decideAgain(), Of: use, Word: b.w("todo.ends"), Class: "soon", Icon: "warning", When: b.w("todo.until", day)}
	case service.DutyDrifted:
		word := b.w("todo.better")
		if d.Approves {
			word = b.w("todo.drifted")
		}
		return TodoLine{Link: decision("#drift"), Of: use, Word: word, Class: "expired", Icon: "warning", When: b.w("todo.decided", day)}
	case service.DutyCondition, service.DutyOverdue:
		x := TodoLine{Link: decision("#conditions"), Of: use, Word: b.w("todo.condition"), Class: "soon", Icon: "warning", When: b.w("todo.due", day)}
		x.Text, x.Of = sp.Text(d.Text.Text), about()
		if d.Late {
			x.Word, x.Class = b.w("todo.late"), "expired"
		}
		return x
	case service.DutySourceEnds, service.DutySourceEnded:
		x := TodoLine{Link: Link{sp.Tidy(d.Source.Title), b.At("/sources/" + url.PathEscape(d.Source.ID))}, Of: b.n("todo.rests", d.Count), Word: b.w("todo.ends"), Class: "soon", Icon: "warning", When: b.w("todo.until", day)}
		if d.Kind == service.DutySourceEnded {
			x.Word, x.Class, x.When = b.w("todo.ended"), "expired", b.w("todo.since", day)
		}
		return x
	}
	return TodoLine{Link: fact, Of: about(), Word: b.w("todo.unknown"), Class: "unknown", Icon: "unknown", When: b.n("todo.matters", d.Count)}
}

// recent tells what was done last, in words.
func (s *Site) recent(ctx context.Context, b Base, sp service.Speaker) ([]RecentLine, error) {
	list, err := s.svc.Recent(ctx, recentShown)
	if err != nil {
		return nil, err
	}
	people := map[string]string{}
	var out []RecentLine
	for _, x := range list {
		line := RecentLine{}
		if at, err := time.Parse(time.RFC3339Nano, x.At); err == nil {
			line.When = b.moment(at)
		}
		if x.By != "" {
			line.Who = s.personName(ctx, b, x.By, people)
		}
		if len(x.Records) == 1 {
			line.Of = b.recordLink(sp, x.Records[0])
		} else if n := len(x.Records); n > 1 && !x.Many {
			line.Of = Link{Text: b.n("recent.records", n)}
		}
		offering := func() string { return sp.Text(sp.Names(catalog.Ref{Kind: catalog.Offering, ID: x.Index["offering"]})) }
		switch x.Kind {
		case "record":
			line.What = b.n("recent.record", x.Count)
			if x.Count > 1 {
				line.Of = Link{}
			}
		case "claim":
			line.What = b.n("recent.claims", x.Count)
			if x.Many {
				line.What = b.w("recent.many")
			}
			if x.Count == 1 && x.Path != "" && line.Of.Href != "" {
				line.Of = Link{sp.Label(x.Path) + " · " + line.Of.Text, b.At(factPath(x.Records[0], x.Path)) + "#history"}
			}
		case "withdrawal":
			line.What = b.n("recent.withdrawal", x.Count)
		case "settlement":
			line.What = b.n("recent.settlement", x.Count)
		case "source":
			line.What, line.Of = b.w("recent.source"), Link{sp.Tidy(x.Title), b.At("/sources/" + url.PathEscape(x.Source))}
		case "file":
			line.What, line.Of = b.w("recent.file"), Link{Text: x.Title}
		case string(store.Assessment):
			line.What, line.Of = b.w("recent.assessment"), Link{offering(), withQuery(b.At("/offerings/"+url.PathEscape(x.Index["offering"])+"/assessment"), "use_case", x.Index["use_case"], "on", x.Index["on"])}
		case string(store.Comparison):
			use, on, offerings, err := s.svc.Compared(ctx, x.Hash)
			if err != nil {
				return nil, err
			}
			line.What, line.Of = b.w("recent.comparison"), Link{sp.Text(sp.Names(catalog.Ref{Kind: catalog.UseCase, ID: use})), CompareQuery{UseCase: use, On: on, KnownOn: on, Offerings: offerings}.address(b.At("/compare"), nil)}
		case string(store.Decision):
			line.What, line.Of = b.w("recent.decision"), Link{offering(), b.At("/decisions/" + x.Hash[:12])}
			if d, err := s.svc.Decision(ctx, x.Hash, s.today()); err == nil && len(d.By) > 0 {
				line.Who = s.personName(ctx, b, d.By[0], people)
			}
		case string(store.Report):
			line.What, line.Of = b.w("recent.report"), Link{Text: offering()}
			if x.Index["offering"] == "" {
				line.Of = Link{}
			}
		case string(store.Framework):
			line.What, line.Of = b.w("recent.framework"), Link{b.w("nav.framework"), b.At("/framework")}
		case string(store.WeightSet):
			line.What = b.w("recent.weights")
		case string(store.Role):
			line.What, line.Of = b.w("recent.role"), Link{s.personName(ctx, b, x.Change.Person, people), b.At("/people")}
		}
		out = append(out, line)
	}
	return out, nil
}
