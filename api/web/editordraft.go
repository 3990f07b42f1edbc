package web

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/framework"
)

// DraftQuery says which draft is looked at, and what it is tried on.
type DraftQuery struct {
	ID                string
	Offering, UseCase string // both: it is tried on them
	On                catalog.Date
	Sent              Sent
	Done              Done
}

// DraftPage is a framework that is being written, as a whole.
type DraftPage struct {
	Base
	Form
	Name     string
	From     string
	Said     string
	Action   string
	About    string
	Publish  string
	Revision int64
	Faults   []Link
	More     int // faults that are not listed
	Families []DraftFamily
	Past     []DraftPast
	Try      TryForm
	Trial    *WholeTrial
	NewTitle TextField
	NewIn    []Option
}

// DraftFamily is a family of a draft.
type DraftFamily struct {
	Title    string
	Weight   string
	Criteria []DraftCriterion
}

// DraftCriterion is a criterion of a draft in the list.
type DraftCriterion struct {
	ID          string
	Link        Link
	Weight      string
	Badge       string // new or changed since the version that it came from
	KnockOuts   int
	First, Last bool
}

// DraftPast is one change of a draft.
type DraftPast struct{ What, Said string }

// TryForm chooses what a draft is tried on.
type TryForm struct {
	Action    string
	Offerings []Option
	UseCases  []Option
}

// WholeTrial is what a draft makes of an offering, beside what the version that it came from makes of it.
type WholeTrial struct {
	Faults        bool // it has faults: nothing can be tried
	Offering      string
	UseCase       string
	Draft, Before TrialSide
	Moves         []TrialMove
}

// TrialSide is one of the two.
type TrialSide struct {
	Name    string
	Score   Bar
	Verdict Verdict
}

// TrialMove is a criterion that answers otherwise.
type TrialMove struct{ What, Before, After string }

func (s *Site) tryForm(ctx context.Context, sp service.Speaker, action, offering, useCase string, on catalog.Date) (TryForm, error) {
	f := TryForm{Action: action}
	list, err := s.svc.List(ctx, catalog.Offering, on, on, "")
	if err != nil {
		return f, err
	}
	for _, l := range list {
		f.Offerings = append(f.Offerings, Option{l.ID, sp.Text(l.Name), l.ID == offering})
	}
	f.UseCases, err = s.useCases(ctx, sp, useCase, on, on)
	return f, err
}

// Draft makes the page of a draft.
func (s *Site) Draft(ctx context.Context, r Request, q DraftQuery) ([]byte, error) {
	if err := s.needsEditing(ctx); err != nil {
		return nil, err
	}
	d, err := s.svc.FrameworkDraft(ctx, q.ID)
	if err != nil {
		return nil, err
	}
	versions, err := s.svc.FrameworkVersions(ctx)
	if err != nil {
		return nil, err
	}
	names, err := s.svc.Names(ctx, q.On, q.On)
	if err != nil {
		return nil, err
	}
	b, sp := s.base(r, "framework", ""), s.svc.Speaker(r.Lang, names)
	at := b.At(draftPath(d.ID))
	people := map[string]string{}
	p := DraftPage{Base: b, Form: b.fields(q.Sent), Name: sp.Text(d.Framework.Title), From: s.fromWords(b, sp, versions, d), Action: at, About: at + "/about", Publish: at + "/publish", Revision: d.Revision,
		Said: b.w("editor.changed_by", s.personName(ctx, b, d.By, people), b.Day(catalog.DateOf(d.Changed)))}
	p.Live = true
	p.Title = b.w("editor.draft_of", p.Name)
	if p.Done == "" {
		p.Done = b.editorDone(q.Done)
	}
	_, faults, err := s.svc.Check(d)
	if err != nil {
		return nil, err
	}
	p.Faults, p.More = b.faultLinks(sp, d, faults)
	from, err := s.svc.FrameworkOf(ctx, d.From)
	if err != nil {
		return nil, err
	}
	for _, f := range d.Framework.Families {
		p.Families = append(p.Families, b.draftFamily(sp, d, from.Framework, f, at))
		p.NewIn = append(p.NewIn, Option{f.ID, sp.Text(f.Title), q.Sent.Value("family") == f.ID})
	}
	p.NewTitle = b.textField(q.Sent, "title", b.w("editor.title"), "", bothOf(q.Sent.Values, "title"), false)
	for _, c := range slices.Backward(d.Past) {
		if len(p.Past) < 12 {
			p.Past = append(p.Past, DraftPast{sentence(sp.Text(c.What)), b.w("editor.past_by", s.personName(ctx, b, c.By, people), b.Day(catalog.DateOf(c.At())))})
		}
	}
	if p.Try, err = s.tryForm(ctx, sp, at, q.Offering, q.UseCase, q.On); err != nil {
		return nil, err
	}
	if q.Offering != "" && q.UseCase != "" {
		if p.Trial, err = s.wholeTrial(ctx, b, sp, d, q); err != nil {
			return nil, err
		}
	}
	return s.render("frameworkdraft", p)
}

func (b Base) draftFamily(sp service.Speaker, d *service.FrameworkDraft, from *framework.Framework, f framework.Family, at string) DraftFamily {
	out := DraftFamily{Title: sp.Text(f.Title), Weight: sp.Percent(f.Weight)}
	for _, c := range d.Framework.Criteria {
		if c.Family != f.ID {
			continue
		}
		x := DraftCriterion{ID: c.ID, Link: Link{sp.Text(c.Title), at + "/criteria/" + c.ID}, Weight: b.w("editor.weighs", c.Weight), KnockOuts: len(c.KnockOuts), First: len(out.Criteria) == 0}
		if x.Link.Text == "" {
			x.Link.Text = b.w("editor.untitled")
		}
		if was := from.Criterion(c.ID); was == nil {
			x.Badge = b.w("editor.new")
		} else if catalog.MustHash(was) != catalog.MustHash(c) {
			x.Badge = b.w("editor.changed")
		}
		out.Criteria = append(out.Criteria, x)
	}
	if n := len(out.Criteria); n > 0 {
		out.Criteria[n-1].Last = true
	}
	return out
}

// maxFaultsListed bounds the faults at the head of a draft.
const maxFaultsListed = 20

// faultLinks leads from each fault to its field.
func (b Base) faultLinks(sp service.Speaker, d *service.FrameworkDraft, faults []service.DraftFault) ([]Link, int) {
	var out []Link
	at := b.At(draftPath(d.ID))
	for _, f := range faults {
		text := sentence(wording.Typeset(b.Lang, f.Text.In(b.Lang)))
		l := Link{Text: text, Href: at + "/about#" + aboutField(f.Field)}
		if f.Criterion != "" {
			title := sp.Text(d.Framework.Criterion(f.Criterion).Title)
			if title == "" {
				title = b.w("editor.untitled")
			}
			l = Link{Text: b.w("editor.fault_in", title, text), Href: at + "/criteria/" + f.Criterion + "#" + fieldID(f.Field)}
		}
		out = append(out, l)
	}
	if n := len(out) - maxFaultsListed; n > 0 {
		return out[:maxFaultsListed], n
	}
	return out, 0
}

// aboutField is where a fault of the framework itself stands on its form.
func aboutField(field string) string {
	switch {
	case field == "families", strings.HasPrefix(field, "weights."), strings.HasPrefix(field, "families.") && !strings.Contains(field, ".title"):
		return "weights"
	}
	return fieldID(field)
}

func (s *Site) wholeTrial(ctx context.Context, b Base, sp service.Speaker, d *service.FrameworkDraft, q DraftQuery) (*WholeTrial, error) {
	t, err := s.svc.TryFramework(ctx, d, "", service.Request{Offering: q.Offering, UseCase: q.UseCase, On: q.On, KnownOn: q.On})
	if err != nil {
		return nil, err
	}
	if t.Draft == nil {
		return &WholeTrial{Faults: true}, nil
	}
	out := &WholeTrial{Offering: sp.Text(t.Dossier.Name(t.Dossier.Offering)), UseCase: sp.Text(t.Dossier.Name(t.Dossier.UseCase)),
		Draft: b.trialSide(b.w("editor.trial_draft"), t.Draft), Before: b.trialSide(b.w("editor.trial_before", t.From.Version), t.Before)}
	answers := func(a *evaluator.Assessment) map[string]string {
		m := map[string]string{}
		for _, c := range a.Criteria {
			m[c.ID] = b.w("criterion.not_applicable")
			if c.Low != nil {
				m[c.ID] = b.wholeBar(*c.Low, *c.High).Words
			}
		}
		for _, k := range a.KnockOuts {
			m[k.ID] = sp.Text(service.StatusText(k.Status))
		}
		return m
	}
	before, after := answers(t.Before), answers(t.Draft)
	move := func(id, what string) {
		if x, y := before[id], after[id]; x != y {
			out.Moves = append(out.Moves, TrialMove{what, x, y})
		}
	}
	for _, c := range t.Under.Criteria {
		move(c.ID, sp.Text(c.Title))
	}
	for _, k := range t.Under.KnockOuts {
		move(k.ID, b.w("editor.knock_out_named", sp.Text(k.Text)))
	}
	for _, c := range t.From.Criteria {
		if t.Under.Criterion(c.ID) == nil {
			move(c.ID, sp.Text(c.Title))
		}
	}
	return out, nil
}

func (b Base) trialSide(name string, a *evaluator.Assessment) TrialSide {
	return TrialSide{Name: name, Score: b.bar(a.Score), Verdict: Verdict{Class: string(a.Verdict), Word: wording.Typeset(b.Lang, service.VerdictText(a.Verdict).In(b.Lang))}}
}

// quotedTitle names a criterion inside a sentence.
func quotedTitle(t wording.Text) wording.Text {
	return wording.Text{EN: wording.Quote(wording.EN, t.EN), FR: wording.Quote(wording.FR, t.FR)}
}

// ActOnDraft does what a button of a draft's page says, and gives the address to go on to, below the draft, and what was done.
func (s *Site) ActOnDraft(ctx context.Context, id string, sent Sent) (string, Done, error) {
	do, arg, _ := strings.Cut(sent.Value("do"), ":")
	revision, _ := wholeNumber(sent.Value("revision"))
	switch do {
	case "undo":
		_, err := s.svc.UndoFramework(ctx, id, revision)
		return "", doneUndone, err
	case "discard":
		return "", doneDiscarded, s.svc.DiscardFramework(ctx, id, revision)
	case "up", "down":
		return "#c-" + arg, "", s.moveCriterion(ctx, id, arg, do == "up")
	case "remove":
		return "", doneRemoved, s.removeCriterion(ctx, id, arg)
	case "add":
		c, err := s.addCriterion(ctx, id, sent)
		return "/criteria/" + c, doneAdded, err
	}
	return "", "", &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "do", Text: wording.Textf("choose what to do", "choisir quoi faire")}}}
}

func (s *Site) moveCriterion(ctx context.Context, id, criterion string, up bool) error {
	_, err := s.svc.ChangeFramework(ctx, id, wording.Textf("the order of the criteria was changed", "l'ordre des critères a été modifié"), func(d *service.FrameworkDraft) error {
		list := d.Framework.Criteria
		i := slices.IndexFunc(list, func(c *framework.Criterion) bool { return c.ID == criterion })
		j := i + 1
		if up {
			j = i - 1
		}
		if i < 0 || j < 0 || j >= len(list) || list[i].Family != list[j].Family {
			return nil
		}
		list[i], list[j] = list[j], list[i]
		return nil
	})
	return err
}

func (s *Site) removeCriterion(ctx context.Context, id, criterion string) error {
	old, err := s.svc.FrameworkDraft(ctx, id)
	if err != nil {
		return err
	}
	c := old.Framework.Criterion(criterion)
	if c == nil {
		return gone()
	}
	_, err = s.svc.ChangeFramework(ctx, id, wording.Textf("the criterion %s was removed", "le critère %s a été supprimé", quotedTitle(c.Title)), func(d *service.FrameworkDraft) error {
		d.Framework.Criteria = slices.DeleteFunc(d.Framework.Criteria, func(c *framework.Criterion) bool { return c.ID == criterion })
		return nil
	})
	return err
}

// gone says that a criterion is not there any more.
func gone() error {
	return store.NewConflict("somebody removed this criterion since: taking back the last change brings it back", "quelqu'un a supprimé ce critère entre-temps : annuler la dernière modification le rétablit")
}

func (s *Site) addCriterion(ctx context.Context, id string, sent Sent) (string, error) {
	title := bothOf(sent.Values, "title")
	var faults []catalog.FieldError
	for _, x := range []struct{ lang, words string }{{"fr", title.FR}, {"en", title.EN}} {
		if x.words == "" {
			faults = append(faults, catalog.FieldError{Path: "title." + x.lang, Text: wording.Textf("give it a title in both languages", "lui donner un titre dans les deux langues")})
		}
	}
	if len(faults) > 0 {
		return "", &catalog.InvalidError{Fields: faults}
	}
	name := ""
	_, err := s.svc.ChangeFramework(ctx, id, wording.Textf("the criterion %s was added", "le critère %s a été ajouté", quotedTitle(title)), func(d *service.FrameworkDraft) error {
		family := sent.Value("family")
		if _, ok := d.Framework.Family(family); !ok {
			return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "family", Text: wording.Textf("choose a family", "choisir une famille")}}}
		}
		base := strings.Trim(slug(title.EN), "-.")
		base = strings.Trim(base[:min(len(base), 40)], "-.")
		if base == "" {
			base = "criterion"
		}
		name = base
		for n := 2; d.Framework.Criterion(name) != nil; n++ {
			name = fmt.Sprintf("%s-%d", base, n)
		}
		c := &framework.Criterion{ID: name, Family: family, Weight: 1, Title: title, Facts: []string{}, Bands: []framework.Band{{When: "true", Score: 0}}, Origin: []wording.Text{}}
		if len(d.Framework.Profiles) > 0 {
			c.Evidence.Profile = d.Framework.Profiles[0].ID
		}
		c.Evidence.StaleAfterMonths = 12
		d.Framework.Criteria = append(d.Framework.Criteria, c)
		return nil
	})
	return name, err
}
