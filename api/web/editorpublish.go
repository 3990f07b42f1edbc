package web

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/framework"
)

// PublishPage is where a draft becomes a version: what is wrong with it, what it changes, what that moves, and why.
type PublishPage struct {
	Base
	Form
	Draft    Link
	Name     string
	Action   string
	Revision int64
	Faults   []Link
	More     int
	Loose    []Link // criteria whose answer stays wider than it must: allowed, and told
	Diff     *FrameworkDiff
	Same     bool
	Effect   *EffectView
	Number   *Input // the version
	Status   []Option
	Reason   TextField
}

// EffectView is what the draft would move among what is kept.
type EffectView struct {
	Judged   string
	Verdicts string
	Totals   string
	Left     string
	Lines    []EffectRow
	More     int
}

// EffectRow is one offering for one use that moves.
type EffectRow struct {
	Offering, UseCase Link
	Decided           bool
	Before, After     TrialSide
	Turns             bool // the verdict moves
}

// maxEffectShown bounds the rows of an effect.
const maxEffectShown = 25

// PublishDraft makes the page.
func (s *Site) PublishDraft(ctx context.Context, r Request, q DraftQuery) ([]byte, error) {
	if err := s.needsEditing(ctx); err != nil {
		return nil, err
	}
	d, err := s.svc.FrameworkDraft(ctx, q.ID)
	if err != nil {
		return nil, err
	}
	names, err := s.svc.Names(ctx, q.On, q.On)
	if err != nil {
		return nil, err
	}
	b, sp := s.base(r, "framework", ""), s.svc.Speaker(r.Lang, names)
	b.Title = b.w("editor.publish_title")
	at := b.At(draftPath(d.ID))
	p := PublishPage{Base: b, Draft: Link{b.w("editor.draft_of", sp.Text(d.Framework.Title)), at}, Name: sp.Text(d.Framework.Title), Action: at + "/publish", Revision: d.Revision}
	versions, err := s.svc.FrameworkVersions(ctx)
	if err != nil {
		return nil, err
	}
	c, faults, err := s.svc.Check(d)
	if err != nil {
		return nil, err
	}
	p.Faults, p.More = b.faultLinks(sp, d, faults)
	from, err := s.svc.FrameworkOf(ctx, d.From)
	if err != nil {
		return nil, err
	}
	var sets []*framework.WeightSet
	for _, id := range sortedSets(from) {
		sets = append(sets, from.WeightSets[id])
	}
	diff := s.compared(b, from.Framework, d.Framework, sets, d.Weights)
	p.Diff, p.Same = &diff, len(diff.Groups) == 0
	if c != nil {
		loose, err := s.svc.FrameworkLoose(ctx, d)
		if err != nil {
			p.Loose = append(p.Loose, Link{Text: b.w("editor.lint_failed")})
		}
		for _, l := range loose {
			f := service.LooseFault(l)
			p.Loose = append(p.Loose, Link{b.w("editor.fault_in", sp.Text(d.Framework.Criterion(f.Criterion).Title), sentence(wording.Typeset(b.Lang, looseWords(b, sp, l)))), at + "/criteria/" + f.Criterion})
		}
		if p.Effect, err = s.effectView(ctx, b, sp, d, q.On); err != nil {
			return nil, err
		}
	}
	p.Number = &Input{Name: "version", Type: "text", Label: b.w("editor.version"), Hint: b.w("editor.version_hint"), Value: nextVersion(versions, d), Max: 40, Needed: true}
	p.Form = b.fields(q.Sent, p.Number)
	p.Reason = b.textField(q.Sent, "reason", b.w("editor.reason_label"), b.w("editor.reason_hint"), bothOf(q.Sent.Values, "reason"), true)
	chosen := q.Sent.Value("status")
	if chosen == "" {
		chosen = string(framework.Published)
	}
	for _, x := range []framework.Status{framework.Published, framework.Proposal} {
		p.Status = append(p.Status, Option{string(x), b.statusWord(x), chosen == string(x)})
	}
	return s.render("frameworkpublish", p)
}

// looseWords says what is loose without the paths of facts.
func looseWords(b Base, sp service.Speaker, l framework.Loose) string {
	var unknown []string
	for _, path := range l.Unknown {
		unknown = append(unknown, sp.Label(path))
	}
	if l.Gives == nil {
		return b.w("editor.loose_open", sp.Several(unknown))
	}
	return b.w("editor.loose_wide", l.Gives[0], l.Gives[1], l.Attains[0], l.Attains[1], sp.Several(unknown))
}

func sortedSets(c *framework.Compiled) []string {
	var out []string
	for id := range c.WeightSets {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

func (s *Site) effectView(ctx context.Context, b Base, sp service.Speaker, d *service.FrameworkDraft, on catalog.Date) (*EffectView, error) {
	e, err := s.svc.FrameworkEffect(ctx, d, on)
	if err != nil || e == nil {
		return nil, err
	}
	v := &EffectView{Judged: b.n("editor.effect_judged", e.Judged), Verdicts: b.n("editor.effect_verdicts", e.Verdicts), Totals: b.n("editor.effect_totals", e.Totals)}
	if e.Judged == 0 {
		return &EffectView{Judged: b.w("editor.effect_none")}, nil
	}
	if e.Left > 0 {
		v.Left = b.n("editor.effect_left", e.Left)
	}
	side := func(a *evaluator.Assessment) TrialSide { return b.trialSide("", a) }
	for i, l := range e.Lines {
		if i == maxEffectShown {
			v.More = len(e.Lines) - i
			break
		}
		v.Lines = append(v.Lines, EffectRow{Offering: b.recordLink(sp, catalog.Ref{Kind: catalog.Offering, ID: l.Offering}), UseCase: b.recordLink(sp, catalog.Ref{Kind: catalog.UseCase, ID: l.UseCase}),
			Decided: l.Decided, Before: side(l.Before), After: side(l.After), Turns: l.Before.Verdict != l.After.Verdict})
	}
	return v, nil
}

var versionForm = regexp.MustCompile(`^[0-9]+(\.[0-9]+){1,3}$`)

// nextVersion proposes the version after the newest one of the same framework.
func nextVersion(versions []service.FrameworkVersion, d *service.FrameworkDraft) string {
	var major, minor int
	found := false
	for _, v := range versions {
		if v.ID != d.Framework.ID || !versionForm.MatchString(v.Version) {
			continue
		}
		parts := strings.Split(v.Version, ".")
		a, _ := strconv.Atoi(parts[0])
		z, _ := strconv.Atoi(parts[1])
		if !found || a > major || a == major && z > minor {
			major, minor, found = a, z, true
		}
	}
	if !found {
		return "1.0.0"
	}
	return fmt.Sprintf("%d.%d.0", major, minor+1)
}

// Publish publishes a draft as its form says, and gives the address of the version.
func (s *Site) Publish(ctx context.Context, id string, sent Sent) (string, error) {
	version := strings.TrimSpace(sent.Value("version"))
	reason := bothOf(sent.Values, "reason")
	var faults []catalog.FieldError
	if !versionForm.MatchString(version) {
		faults = append(faults, catalog.FieldError{Path: "version", Text: wording.Textf("expected numbers with dots between, such as 1.2.0", "attendu : des nombres séparés par des points, comme 1.2.0")})
	}
	for _, x := range []struct {
		lang, words string
		say         wording.Text
	}{{"fr", reason.FR, wording.Textf("say in French what changes and why", "dire en français ce qui change et pourquoi")}, {"en", reason.EN, wording.Textf("say in English what changes and why", "dire en anglais ce qui change et pourquoi")}} {
		if x.words == "" {
			faults = append(faults, catalog.FieldError{Path: "reason." + x.lang, Text: x.say})
		}
	}
	status := framework.Status(sent.Value("status"))
	if status != framework.Proposal {
		status = framework.Published
	}
	if len(faults) > 0 {
		return "", &catalog.InvalidError{Fields: faults}
	}
	revision, _ := wholeNumber(sent.Value("revision"))
	l, err := s.svc.PublishDraft(ctx, id, revision, version, status, reason)
	if err != nil {
		return "", err
	}
	return frameworkPath(&framework.Framework{ID: l.ID, Version: l.Version}), nil
}
