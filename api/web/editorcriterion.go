package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator/framework"
)

// CriterionEditPage is the form of one criterion of a draft, with its trial beside it.
type CriterionEditPage struct {
	Base
	Form
	Draft     Link
	Name      string
	Action    string
	Remove    string
	ID        string
	Seen      string // hash of the criterion as the form shows it
	Texts     []TextField
	Family    []Option
	Weight    *Input
	Applies   ExprField
	Bands     []BandEdit
	KnockOuts []KnockOutEdit
	Origin    []OriginEdit
	Note      TextField
	Profile   []Option
	Stale     *Input
	Proves    TextField
	Reads     []FactChoice
	FactsAt   string
	Try       TryForm
	Trial     *CriterionTrial
	Theirs    []DiffLine // what somebody else saved since, where it differs from what was written here
	TheirsBy  string
}

// BandEdit are the fields of one band.
type BandEdit struct {
	N           int
	ID          string
	When        ExprField
	Score       *Input
	Label       TextField
	First, Last bool
	Final       bool // the last one, which takes what the others left
}

// KnockOutEdit are the fields of one knock-out.
type KnockOutEdit struct {
	N              int
	ID             string
	Key            string // the id that it keeps
	Applies, Fails ExprField
	Min            []Option
	Text, Cure     TextField
}

// OriginEdit is one origin.
type OriginEdit struct {
	N    int
	Text TextField
}

// CriterionTrial is what the criterion says of an offering.
type CriterionTrial struct {
	Faults   bool
	Offering string
	UseCase  string
	Answer   Criterion
	Before   *Bar // under the version that the draft came from
	WasNA    bool
	Was      bool
	Kos      []KnockOutLine
}

// CriterionQuery says which criterion of which draft.
type CriterionQuery struct {
	DraftQuery
	Criterion string
}

// EditCriterion makes the form of a criterion.
func (s *Site) EditCriterion(ctx context.Context, r Request, q CriterionQuery) ([]byte, error) {
	if err := s.needsEditing(ctx); err != nil {
		return nil, err
	}
	d, err := s.svc.FrameworkDraft(ctx, q.ID)
	if err != nil {
		return nil, err
	}
	now := d.Framework.Criterion(q.Criterion)
	if now == nil && q.Sent.Values == nil {
		return nil, &catalog.NotFoundError{What: wording.Textf("criterion", "critère"), ID: q.Criterion}
	}
	names, err := s.svc.Names(ctx, q.On, q.On)
	if err != nil {
		return nil, err
	}
	b, sp := s.base(r, "framework", ""), s.svc.Speaker(r.Lang, names)
	at := b.At(draftPath(d.ID))
	p := CriterionEditPage{Base: b, Draft: Link{b.w("editor.draft_of", sp.Text(d.Framework.Title)), at}, Action: at + "/criteria/" + q.Criterion, Remove: at, ID: q.Criterion, FactsAt: b.At("/frameworks/facts")}
	p.Live = true
	c := now
	if q.Sent.Values != nil { // refused: what was written stays
		if now == nil {
			now = &framework.Criterion{ID: q.Criterion}
		}
		if c, err = copyCriterion(now); err != nil {
			return nil, err
		}
		readCriterion(q.Sent.Values, c)
		if _, changed := q.Sent.Refuse.(*store.ConflictError); changed {
			df := &differ{b, sp}
			p.Theirs = df.criterion(c, now, d.Framework, d.Framework)
			p.TheirsBy = b.w("editor.theirs", s.personName(ctx, b, d.By, map[string]string{}))
		}
	}
	p.Seen = catalog.MustHash(now)
	p.Name = sp.Text(c.Title)
	if p.Name == "" {
		p.Name = b.w("editor.untitled")
	}
	p.Title = b.w("editor.criterion_title", p.Name)
	sent := q.Sent
	if sent.Values == nil {
		faults, err := s.svc.CheckCriterion(d, q.Criterion)
		if err != nil {
			return nil, err
		}
		for _, f := range faults {
			sent.Faults = append(sent.Faults, catalog.FieldError{Path: f.Field, Text: f.Text})
		}
	}
	s.criterionFields(&p, sp, d, c, sent)
	p.Form = b.criterionErrors(sent)
	if p.Done == "" {
		p.Done = b.editorDone(q.Done)
	}
	reads, err := s.svc.FactsOf(c)
	if err != nil {
		return nil, err
	}
	for _, path := range reads {
		if x, ok := b.factChoice(sp, path); ok {
			p.Reads = append(p.Reads, x)
		}
	}
	if p.Try, err = s.tryForm(ctx, sp, p.Action, q.Offering, q.UseCase, q.On); err != nil {
		return nil, err
	}
	if q.Offering != "" && q.UseCase != "" {
		if p.Trial, err = s.criterionTrial(ctx, b, sp, d, q); err != nil {
			return nil, err
		}
	}
	return s.render("frameworkcriterion", p)
}

// criterionErrors lists what is wrong at the head, each leading to its field.
func (b Base) criterionErrors(sent Sent) Form {
	var f Form
	if sent.Refuse != nil {
		f.Errors = append(f.Errors, Link{Text: sentence(sent.Refuse.In(b.Lang))})
	}
	for _, x := range sent.Faults {
		f.Errors = append(f.Errors, Link{Text: sentence(wording.Typeset(b.Lang, x.Text.In(b.Lang))), Href: "#" + criterionAnchor(x.Path)})
	}
	return f
}

// criterionAnchor is the field of the form that a fault is about.
func criterionAnchor(path string) string {
	switch path {
	case "bands", "origin", "knock_outs", "facts":
		return "h-" + path
	}
	return fieldID(path)
}

func (s *Site) criterionFields(p *CriterionEditPage, sp service.Speaker, d *service.FrameworkDraft, c *framework.Criterion, sent Sent) {
	b := p.Base
	p.Texts = []TextField{b.textField(sent, "title", b.w("editor.title"), "", c.Title, false), b.textField(sent, "question", b.w("editor.question"), b.w("editor.question_hint"), c.Question, true),
		b.textField(sent, "why", b.w("editor.why"), b.w("editor.why_hint"), c.Why, true)}
	for _, f := range d.Framework.Families {
		p.Family = append(p.Family, Option{f.ID, sp.Text(f.Title), f.ID == c.Family})
	}
	p.Weight = b.numberField(sent, "weight", b.w("editor.weight"), b.w("editor.weight_hint"), c.Weight, framework.MaxWeight)
	p.Applies = b.exprField(s, "applies", b.w("editor.applies"), b.w("editor.applies_hint"), c.Applies)
	for i, x := range c.Bands {
		at := fmt.Sprintf("bands.%d.", i)
		e := BandEdit{N: i, ID: fmt.Sprintf("bands-%d", i), Score: b.numberField(sent, at+"score", b.w("editor.score"), "", int64(x.Score), 100),
			Label: b.textField(sent, at+"label", b.w("editor.band_label"), "", x.Label, false), First: i == 0, Last: i == len(c.Bands)-1}
		e.Final = e.Last && strings.TrimSpace(x.When) == "true"
		hint := ""
		if e.Last {
			hint = b.w("editor.last_hint")
		}
		e.When = b.exprField(s, at+"when", b.w("editor.when"), hint, x.When)
		b.also(&e.When, sent)
		p.Bands = append(p.Bands, e)
	}
	b.also(&p.Applies, sent)
	for i, k := range c.KnockOuts {
		at := fmt.Sprintf("knock_outs.%d.", i)
		e := KnockOutEdit{N: i, ID: fmt.Sprintf("knock_outs-%d", i), Key: k.ID, Applies: b.exprField(s, at+"applies", b.w("editor.ko_applies"), b.w("editor.ko_applies_hint"), k.Applies),
			Fails: b.exprField(s, at+"fails_when", b.w("editor.ko_fails"), "", k.FailsWhen),
			Text:  b.textField(sent, at+"text", b.w("editor.ko_text"), "", k.Text, true), Cure: b.textField(sent, at+"cure", b.w("editor.cure"), "", k.Cure, true)}
		b.also(&e.Applies, sent)
		b.also(&e.Fails, sent)
		for _, kind := range catalog.SourceKinds() {
			e.Min = append(e.Min, Option{string(kind), sp.Text(kind.Label()), kind == k.MinEvidence})
		}
		p.KnockOuts = append(p.KnockOuts, e)
	}
	for i, o := range c.Origin {
		p.Origin = append(p.Origin, OriginEdit{i, b.textField(sent, fmt.Sprintf("origin.%d", i), b.w("editor.origin_n", i+1), "", o, false)})
	}
	p.Note = b.textField(sent, "threshold_note", b.w("editor.note"), b.w("editor.note_hint"), c.ThresholdNote, true)
	for _, x := range d.Framework.Profiles {
		p.Profile = append(p.Profile, Option{x.ID, b.w("editor.profile_said", sp.Text(x.Title), sp.Text(x.Note)), x.ID == c.Evidence.Profile})
	}
	p.Stale = b.numberField(sent, "stale", b.w("editor.stale"), b.w("editor.stale_hint"), c.Evidence.StaleAfterMonths, 600)
	p.Proves = b.textField(sent, "evidence.proves", b.w("editor.proves"), "", c.Evidence.Proves, false)
}

// also puts a fault that compiling alone does not tell at a condition: a last band that is not true, or one that is and is not last.
func (b Base) also(f *ExprField, sent Sent) {
	if f.Verdict.Fault == "" {
		if f.Verdict.Fault = b.faultOf(sent, f.Name); f.Verdict.Fault != "" {
			f.Verdict.Empty = false
		}
	}
}

func (b Base) numberField(sent Sent, name, label, hint string, v int64, most int) *Input {
	x := &Input{ID: fieldID(name), Name: name, Type: "number", Label: label, Hint: hint, Value: strconv.FormatInt(v, 10), Max: most, Needed: true}
	if typed, ok := sent.Values[name]; ok && len(typed) > 0 {
		x.Value = typed[0]
	}
	x.Fault = b.faultOf(sent, name)
	return x
}

func copyCriterion(c *framework.Criterion) (*framework.Criterion, error) {
	out := *c
	out.Bands, out.KnockOuts, out.Origin, out.Facts = slices.Clone(c.Bands), slices.Clone(c.KnockOuts), slices.Clone(c.Origin), slices.Clone(c.Facts)
	return &out, nil
}

// maxListItems bounds bands, knock-outs and origins of one criterion.
const maxListItems = 30

// readCriterion puts what a form says into a criterion. Numbers that are none are faults, and leave what was there.
func readCriterion(v map[string][]string, c *framework.Criterion) []catalog.FieldError {
	var faults []catalog.FieldError
	one := func(name string) string {
		if x := v[name]; len(x) > 0 {
			return strings.TrimSpace(strings.ReplaceAll(x[0], "\r\n", "\n"))
		}
		return ""
	}
	number := func(name string, most int64, to func(int64)) {
		n, ok := wholeNumber(one(name))
		if !ok || n < 0 || n > most {
			faults = append(faults, catalog.FieldError{Path: name, Text: wording.Textf("expected a whole number from 0 to %d", "attendu : un nombre entier de 0 à %d", most)})
			return
		}
		to(n)
	}
	c.Title, c.Question, c.Why, c.ThresholdNote = bothOf(v, "title"), bothOf(v, "question"), bothOf(v, "why"), bothOf(v, "threshold_note")
	if f := one("family"); f != "" {
		c.Family = f
	}
	number("weight", framework.MaxWeight, func(n int64) { c.Weight = n })
	c.Applies = one("applies")
	c.Bands = nil
	for i := range maxListItems {
		at := fmt.Sprintf("bands.%d.", i)
		if _, ok := v[at+"when"]; !ok {
			break
		}
		x := framework.Band{When: one(at + "when"), Label: bothOf(v, at+"label")}
		number(at+"score", 100, func(n int64) { x.Score = int(n) })
		c.Bands = append(c.Bands, x)
	}
	c.KnockOuts = nil
	for i := range maxListItems {
		at := fmt.Sprintf("knock_outs.%d.", i)
		if _, ok := v[at+"applies"]; !ok {
			break
		}
		c.KnockOuts = append(c.KnockOuts, framework.KnockOut{ID: one(at + "id"), Applies: one(at + "applies"), FailsWhen: one(at + "fails_when"), MinEvidence: catalog.SourceKind(one(at + "min_evidence")), Text: bothOf(v, at+"text"), Cure: bothOf(v, at+"cure")})
	}
	c.Origin = []wording.Text{}
	for i := range maxListItems {
		at := fmt.Sprintf("origin.%d", i)
		if _, ok := v[at+".fr"]; !ok {
			break
		}
		c.Origin = append(c.Origin, bothOf(v, at))
	}
	c.Evidence.Profile = one("profile")
	number("stale", 600, func(n int64) { c.Evidence.StaleAfterMonths = n })
	c.Evidence.Proves = bothOf(v, "evidence.proves")
	return faults
}

// SaveCriterion keeps what the form of a criterion says, faults of the criterion included: a draft may hold them. It refuses
// to overwrite what somebody else saved since the form was opened. It gives where the form goes on.
func (s *Site) SaveCriterion(ctx context.Context, id, criterion string, sent Sent) (string, error) {
	title := bothOf(sent.Values, "title")
	at := ""
	_, err := s.svc.ChangeFramework(ctx, id, wording.Textf("the criterion %s was changed", "le critère %s a été modifié", quotedTitle(title)), func(d *service.FrameworkDraft) error {
		c := d.Framework.Criterion(criterion)
		if c == nil {
			return gone()
		}
		if catalog.MustHash(c) != sent.Value("seen") {
			return store.NewConflict("somebody else changed this criterion since you opened it: what they saved is shown below, nothing of yours is lost. Saving again puts yours in its place, and theirs stays among the changes that can be taken back", "quelqu'un d'autre a modifié ce critère depuis que vous l'avez ouvert : ce qui a été enregistré figure ci-dessous, et rien de ce que vous avez écrit n'est perdu. Enregistrer de nouveau met votre version à la place ; l'autre reste parmi les modifications que l'on peut annuler")
		}
		family := c.Family
		if faults := readCriterion(sent.Values, c); len(faults) > 0 {
			return &catalog.InvalidError{Fields: faults}
		}
		if _, ok := d.Framework.Family(c.Family); !ok {
			c.Family = family
		}
		at = actOnLists(d, c, sent.Value("do"))
		return nil
	})
	return at, err
}

// actOnLists adds, moves or removes what a button says, and gives the field to go on at.
func actOnLists(d *service.FrameworkDraft, c *framework.Criterion, do string) string {
	verb, arg, _ := strings.Cut(do, ":")
	n, err := strconv.Atoi(arg)
	if err != nil {
		n = -1
	}
	switch verb {
	case "add-band":
		at := max(len(c.Bands)-1, 0) // the last one takes what the others left
		if len(c.Bands) < maxListItems {
			c.Bands = slices.Insert(c.Bands, at, framework.Band{})
		}
		return fmt.Sprintf("bands-%d-when", at)
	case "up-band", "down-band":
		m := n + 1
		if verb == "up-band" {
			m = n - 1
		}
		if n >= 0 && m >= 0 && n < len(c.Bands) && m < len(c.Bands) {
			c.Bands[n], c.Bands[m] = c.Bands[m], c.Bands[n]
			return fmt.Sprintf("bands-%d", m)
		}
	case "remove-band":
		if n >= 0 && n < len(c.Bands) {
			c.Bands = slices.Delete(c.Bands, n, n+1)
		}
		return "h-bands"
	case "add-ko":
		if len(c.KnockOuts) < maxListItems {
			id := "ko-" + c.ID
			for k := 2; knockOutTaken(d, id); k++ {
				id = fmt.Sprintf("ko-%s-%d", c.ID, k)
			}
			c.KnockOuts = append(c.KnockOuts, framework.KnockOut{ID: id, Applies: "true", MinEvidence: catalog.KindDeclaration})
		}
		return fmt.Sprintf("knock_outs-%d-applies", len(c.KnockOuts)-1)
	case "remove-ko":
		if n >= 0 && n < len(c.KnockOuts) {
			c.KnockOuts = slices.Delete(c.KnockOuts, n, n+1)
		}
		return "h-knock_outs"
	case "add-origin":
		if len(c.Origin) < maxListItems {
			c.Origin = append(c.Origin, wording.Text{})
		}
		return fmt.Sprintf("origin-%d-fr", len(c.Origin)-1)
	case "remove-origin":
		if n >= 0 && n < len(c.Origin) {
			c.Origin = slices.Delete(c.Origin, n, n+1)
		}
		return "h-origin"
	case "try":
		return "trial"
	}
	return ""
}

func knockOutTaken(d *service.FrameworkDraft, id string) bool {
	_, _, ok := d.Framework.KnockOut(id)
	return ok
}

func (s *Site) criterionTrial(ctx context.Context, b Base, sp service.Speaker, d *service.FrameworkDraft, q CriterionQuery) (*CriterionTrial, error) {
	t, err := s.svc.TryFramework(ctx, d, q.Criterion, service.Request{Offering: q.Offering, UseCase: q.UseCase, On: q.On, KnownOn: q.On})
	if nf := (*catalog.NotFoundError)(nil); errors.As(err, &nf) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if t.Draft == nil {
		return &CriterionTrial{Faults: true}, nil
	}
	pen := b.newPen(sp, t.Dossier.Sources)
	pen.dossier = t.Dossier
	for _, x := range t.Draft.Derived {
		pen.derived[x.Path] = x
	}
	pen.sourcesAt = s.assessmentAddress(b, CompareQuery{UseCase: q.UseCase, On: q.On, KnownOn: q.On}, q.Offering)
	out := &CriterionTrial{Offering: sp.Text(t.Dossier.Name(t.Dossier.Offering)), UseCase: sp.Text(t.Dossier.Name(t.Dossier.UseCase))}
	for _, c := range t.Draft.Criteria {
		if c.ID == q.Criterion {
			out.Answer = s.criterion(pen, c, nil)
		}
	}
	for _, c := range t.Before.Criteria {
		if c.ID == q.Criterion {
			out.Was = true
			if out.WasNA = c.Low == nil; !out.WasNA {
				bar := b.wholeBar(*c.Low, *c.High)
				out.Before = &bar
			}
		}
	}
	for _, k := range t.Draft.KnockOuts {
		ko, _, _ := t.Under.Framework.KnockOut(k.ID)
		out.Kos = append(out.Kos, KnockOutLine{Icon: string(k.Status), Word: sp.Text(service.StatusText(k.Status)), Text: sp.Text(ko.Text)})
	}
	return out, nil
}

// Place is where the band stands, counted from one.
func (e BandEdit) Place() int { return e.N + 1 }

// Place is where the knock-out stands, counted from one.
func (e KnockOutEdit) Place() int { return e.N + 1 }
