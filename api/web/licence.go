package web

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/evaluator/licence"
)

// LicencesPage lists the licences whose rights are on file.
type LicencesPage struct {
	Base
	Rows []LicenceLine
}

// LicenceLine is a licence in a list.
type LicenceLine struct {
	Link
	ID   string
	Note string
}

// Licences makes the list.
func (s *Site) Licences(ctx context.Context, r Request) ([]byte, error) {
	b := s.base(r, "licences", "")
	b.Title = b.w("licences.title")
	p := LicencesPage{Base: b}
	for _, id := range s.svc.Knowledge.Licences.IDs() {
		l, ok := s.svc.Knowledge.Licences.Rights(id)
		if !ok {
			continue
		}
		line := LicenceLine{Link: Link{l.Names[0], b.At("/licences/" + url.PathEscape(id))}, ID: id}
		if !l.Verified {
			line.Note = b.w("licences.unverified")
		}
		p.Rows = append(p.Rows, line)
	}
	slices.SortStableFunc(p.Rows, func(x, y LicenceLine) int {
		return strings.Compare(strings.ToLower(x.Text), strings.ToLower(y.Text))
	})
	return s.render("licences", p)
}

// LicenceQuery asks for the rights under a licence.
type LicenceQuery struct {
	ID, UseCase, Organisation string
	On, KnownOn               catalog.Date
}

// LicencePage is what a licence says and, for a use, what it allows.
type LicencePage struct {
	Base
	Name     string
	ID       string
	Says     []SaysLine
	For      *Link
	Rights   RightsBlock
	UseCases []Option
	Form     string
}

// SaysLine is one line of what a licence says.
type SaysLine struct{ Label, Says, Clause string }

// RightsBlock is a judgement as a page shows it.
type RightsBlock struct {
	Base
	Rights     []RightLine
	Alike      *RightLine // the reason that all rights share, said once
	Duties     []string
	Terms      []Pair
	NotRead    []string
	Unverified bool
}

// RightLine is the answer to one right.
type RightLine struct {
	Name, Answer, Icon, Clause, Reason string
	ToDo                               []string
}

// Licence makes the page of a licence. The error is a *catalog.NotFoundError for an id or a use that names none.
func (s *Site) Licence(ctx context.Context, r Request, q LicenceQuery) ([]byte, error) {
	j, err := s.svc.LicenceRights(ctx, q.ID, q.UseCase, q.Organisation, q.On, q.KnownOn)
	if err != nil {
		return nil, err
	}
	b := s.base(r, "licences", "")
	p := LicencePage{ID: j.Licence, Form: b.At("/licences/" + url.PathEscape(j.Licence))}
	if l, ok := s.svc.Knowledge.Licences.Rights(j.Licence); ok {
		p.Name = l.Names[0]
	}
	b.Title, b.Print = p.Name, true
	p.Base = b
	rows, _ := s.svc.Knowledge.Licences.Sheet(j.Licence)
	for _, x := range rows {
		p.Says = append(p.Says, SaysLine{b.text(x.Label), sentence(b.text(x.Says)), b.text(x.Clause)})
	}
	p.Rights = b.rights(j.Rights, j.Duties, nil, s.documents(b, j.NotRead), j.Verified)
	if p.UseCases, p.For, err = s.uses(ctx, b, q.UseCase, q.On); err != nil {
		return nil, err
	}
	return s.render("licence", p)
}

// uses are the use cases to choose from, and the one chosen.
func (s *Site) uses(ctx context.Context, b Base, chosen string, on catalog.Date) ([]Option, *Link, error) {
	names, err := s.svc.Names(ctx, on, on)
	if err != nil {
		return nil, nil, err
	}
	sp := s.svc.Speaker(b.Lang, names)
	out, err := s.useCases(ctx, sp, chosen, on, on)
	if err != nil || !slices.ContainsFunc(out, func(o Option) bool { return o.Selected }) {
		return out, nil, err
	}
	l := b.recordLink(sp, catalog.Ref{Kind: catalog.UseCase, ID: chosen})
	return out, &l, nil
}

// useCases are the use cases to choose from.
func (s *Site) useCases(ctx context.Context, sp service.Speaker, chosen string, on, knownOn catalog.Date) ([]Option, error) {
	list, err := s.svc.List(ctx, catalog.UseCase, on, knownOn, "")
	var out []Option
	for _, l := range list {
		out = append(out, Option{l.ID, sp.Text(l.Name), l.ID == chosen})
	}
	return out, err
}

func (b Base) rights(rights map[string]licence.Right, duties []licence.Duty, terms []licence.Term, notRead []string, verified bool) RightsBlock {
	out := RightsBlock{Base: b, NotRead: notRead, Unverified: len(rights) > 0 && !verified}
	for _, name := range licence.RightNames() {
		x, ok := rights[name]
		if !ok {
			continue
		}
		line := RightLine{Name: b.text(licence.RightText(name)), Answer: b.text(x.Answer.Text()), Icon: answerIcon(x.Answer), Clause: b.text(x.ClauseText), Reason: sentence(b.text(x.Reason))}
		if line.Clause == "" {
			line.Clause = x.Clause
		}
		for _, t := range x.ToDo {
			line.ToDo = append(line.ToDo, b.text(t))
		}
		out.Rights = append(out.Rights, line)
	}
	if n := len(out.Rights); n > 1 {
		first := out.Rights[0]
		alike := func(x RightLine) bool {
			return x.Answer == first.Answer && x.Reason == first.Reason && x.Reason != "" && slices.Equal(x.ToDo, first.ToDo)
		}
		if !slices.ContainsFunc(out.Rights, func(x RightLine) bool { return !alike(x) }) {
			out.Alike = &first
			for i := range out.Rights {
				out.Rights[i].Reason, out.Rights[i].ToDo = "", nil
			}
		}
	}
	for _, d := range duties {
		out.Duties = append(out.Duties, sentence(b.text(d.Text)))
	}
	for _, t := range terms {
		out.Terms = append(out.Terms, Pair{b.text(licence.TermText(t.Name)), sentence(b.text(t.Text))})
	}
	return out
}

// documents names licences and policies.
func (s *Site) documents(b Base, ids []string) []string {
	var out []string
	for _, id := range ids {
		out = append(out, s.licenceLink(b, id).Text)
	}
	return out
}

// sentence begins with a capital.
func sentence(s string) string {
	for i, r := range s {
		if i == 0 {
			return strings.ToUpper(string(r)) + s[len(string(r)):]
		}
	}
	return s
}

func answerIcon(a licence.Answer) string {
	switch a {
	case licence.Allowed, licence.ConditionsMet:
		return "passed"
	case licence.Forbidden, licence.ConditionsNotMet:
		return "failed"
	case licence.Silent:
		return "not_applicable"
	}
	return "open"
}

// licenceLink is the name of a licence, leading to its page when its rights are on file.
func (s *Site) licenceLink(b Base, id string) Link {
	if l, ok := s.svc.Knowledge.Licences.Rights(id); ok {
		return Link{l.Names[0], b.At("/licences/" + url.PathEscape(id))}
	}
	return Link{Text: b.text(s.svc.Knowledge.Licences.DocumentName(id))}
}
