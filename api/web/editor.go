package web

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
	"vigie/evaluator/framework"
)

// FrameworksPage lists the frameworks that can be judged under, and those that are being written.
type FrameworksPage struct {
	Base
	Form
	Versions []VersionLine
	Drafts   []DraftLine
	Edits    bool // who looks at it can write
	Compare  string
	ReadOnly string
}

// VersionLine is one version of a framework.
type VersionLine struct {
	Link
	Status  string
	Current bool
	Said    string
	Change  string
	Sets    []string // the uses that have weights of their own in it
	Copy    string
	Compare string // with the one that it came from
}

// DraftLine is one framework that is being written.
type DraftLine struct {
	Link
	From string
	Said string
}

// What was done to a draft, for the page that comes after.
const (
	doneBegun     Done = "begun"
	doneUndone    Done = "undone"
	doneDiscarded Done = "discarded"
	donePublished Done = "published"
	doneRemoved   Done = "criterion-removed"
	doneAdded     Done = "criterion-added"
	doneKept      Done = "kept"
)

func (b Base) editorDone(d Done) string {
	switch d {
	case doneBegun:
		return b.w("editor.done_begun")
	case doneUndone:
		return b.w("editor.done_undone")
	case doneDiscarded:
		return b.w("editor.done_discarded")
	case donePublished:
		return b.w("editor.done_published")
	case doneRemoved:
		return b.w("editor.done_removed")
	case doneAdded:
		return b.w("editor.done_added")
	case doneKept:
		return b.w("editor.done_kept")
	}
	return ""
}

// Frameworks makes the list.
func (s *Site) Frameworks(ctx context.Context, r Request, done Done) ([]byte, error) {
	versions, err := s.svc.FrameworkVersions(ctx)
	if err != nil {
		return nil, err
	}
	b := s.base(r, "framework", "")
	b.Title = b.w("editor.list_title")
	sp := service.Speaker{Lang: r.Lang, Dictionary: s.svc.Dictionary}
	p := FrameworksPage{Base: b, Edits: s.mayEdit(ctx)}
	p.Done = b.editorDone(done)
	if len(versions) > 1 {
		p.Compare = b.At("/frameworks/compare")
	}
	switch {
	case s.svc.Store == nil:
		p.ReadOnly = b.w("editor.demo")
	case !p.Edits:
		p.ReadOnly = b.w("editor.read_only")
	}
	for _, v := range versions {
		f := &framework.Framework{ID: v.ID, Version: v.Version}
		x := VersionLine{Link: Link{b.w("editor.version_of", sp.Text(v.Title), v.Version), b.At(frameworkPath(f))}, Status: b.statusWord(v.Status), Current: v.Default, Said: s.publishedBy(ctx, b, v), Change: sp.Text(v.Reason)}
		if x.Said == "" {
			x.Said = b.w("editor.shipped")
		}
		for _, w := range v.Weights {
			if w.ID != framework.DefaultWeights {
				x.Sets = append(x.Sets, sp.Text(w.Title))
			}
		}
		if p.Edits {
			x.Copy = b.At(frameworkPath(f) + "/duplicate")
		}
		if v.After != "" {
			x.Compare = b.At(withQuery("/frameworks/compare", "a", nameOrHash(versions, v.After), "b", v.ID+"@"+v.Version))
		}
		p.Versions = append(p.Versions, x)
	}
	if p.Edits {
		drafts, err := s.svc.FrameworkDrafts(ctx)
		if err != nil {
			return nil, err
		}
		people := map[string]string{}
		for _, d := range slices.Backward(drafts) {
			p.Drafts = append(p.Drafts, DraftLine{Link: Link{sp.Text(d.Framework.Title), b.At(draftPath(d.ID))}, From: s.fromWords(b, sp, versions, d),
				Said: b.w("editor.changed_by", s.personName(ctx, b, d.By, people), b.Day(catalog.DateOf(d.Changed)))})
		}
	}
	return s.render("frameworks", p)
}

func (b Base) statusWord(st framework.Status) string {
	switch st {
	case framework.Proposal:
		return b.w("editor.is_proposal")
	case framework.Withdrawn:
		return b.w("editor.is_withdrawn")
	}
	return b.w("editor.is_published")
}

// fromWords says which version a draft came from.
func (s *Site) fromWords(b Base, sp service.Speaker, versions []service.FrameworkVersion, d *service.FrameworkDraft) string {
	for _, v := range versions {
		if v.Hash == d.From {
			return b.w("editor.from", b.w("editor.version_of", sp.Text(v.Title), v.Version))
		}
	}
	return b.w("editor.from", d.FromName)
}

func draftPath(id string) string { return "/frameworks/drafts/" + id }

// DuplicatePage is the form in which a draft begins.
type DuplicatePage struct {
	Base
	Form
	Of     Link
	Action string
	Kind   string // version or own
	Name   TextField
}

// Duplicate makes the form in which a draft begins with the content of a version.
func (s *Site) Duplicate(ctx context.Context, r Request, ref string, sent Sent) ([]byte, error) {
	if err := s.needsEditing(ctx); err != nil {
		return nil, err
	}
	c, err := s.svc.FrameworkOf(ctx, ref)
	if err != nil {
		return nil, err
	}
	b := s.base(r, "framework", "")
	b.Title = b.w("editor.copy")
	sp := service.Speaker{Lang: r.Lang, Dictionary: s.svc.Dictionary}
	at := frameworkPath(c.Framework)
	p := DuplicatePage{Base: b, Of: Link{b.w("editor.version_of", sp.Text(c.Title), c.Version), b.At(at)}, Action: b.At(at + "/duplicate"), Kind: sent.Value("kind")}
	if p.Kind == "" {
		p.Kind = "version"
	}
	title := c.Title
	if sent.Values != nil {
		title = wording.Text{EN: sent.Value("title.en"), FR: sent.Value("title.fr")}
	}
	p.Form = b.fields(sent)
	p.Name = b.textField(sent, "title", b.w("editor.title"), "", title, false)
	return s.render("frameworkcopy", p)
}

// needsEditing refuses who may not write frameworks, and where nothing is kept.
func (s *Site) needsEditing(ctx context.Context) error {
	if err := account.Need(ctx, account.Configure); err != nil {
		return err
	}
	if s.svc.Store == nil {
		return &service.ReadOnlyDemoError{}
	}
	return nil
}

// BeginDraft begins a draft as its form says, and gives its id.
func (s *Site) BeginDraft(ctx context.Context, ref string, sent Sent) (string, error) {
	title := bothOf(sent.Values, "title")
	var faults []catalog.FieldError
	for _, x := range []struct{ lang, words string }{{"fr", title.FR}, {"en", title.EN}} {
		if x.words == "" {
			faults = append(faults, catalog.FieldError{Path: "title." + x.lang, Text: wording.Textf("give it a title in both languages", "lui donner un titre dans les deux langues")})
		}
	}
	id := ""
	if sent.Value("kind") == "own" {
		if id = slug(title.EN); id == "" || !catalog.ValidID(id) {
			id = slug(title.FR)
		}
		versions, err := s.svc.FrameworkVersions(ctx)
		if err != nil {
			return "", err
		}
		if slices.ContainsFunc(versions, func(v service.FrameworkVersion) bool { return v.ID == id }) {
			faults = append(faults, catalog.FieldError{Path: "title.en", Text: wording.Textf("a framework is called so already: choose another title", "un référentiel porte déjà ce titre : en choisir un autre")})
		}
	}
	if len(faults) > 0 {
		return "", &catalog.InvalidError{Fields: faults}
	}
	d, err := s.svc.BeginFramework(ctx, ref, id, title)
	if err != nil {
		return "", err
	}
	return d.ID, nil
}

// TextField is words in both languages, side by side.
type TextField struct {
	ID, Name         string
	Label, Hint      string
	FR, EN           string
	FaultFR, FaultEN string
	Area             bool
	Own, Other       string // names of the languages
}

func (b Base) textField(sent Sent, name, label, hint string, t wording.Text, area bool) TextField {
	f := TextField{ID: fieldID(name), Name: name, Label: label, Hint: hint, FR: t.FR, EN: t.EN, Area: area, Own: b.w("editor.french"), Other: b.w("editor.english")}
	f.FaultFR, f.FaultEN = b.faultOf(sent, name+".fr"), b.faultOf(sent, name+".en")
	return f
}

func (b Base) faultOf(sent Sent, path string) string {
	for _, f := range sent.Faults {
		if f.Path == path {
			return sentence(wording.Typeset(b.Lang, f.Text.In(b.Lang)))
		}
	}
	return ""
}

func fieldID(name string) string { return strings.ReplaceAll(name, ".", "-") }

func bothOf(v map[string][]string, name string) wording.Text {
	one := func(n string) string {
		if x := v[n]; len(x) > 0 {
			return strings.TrimSpace(strings.ReplaceAll(x[0], "\r\n", "\n"))
		}
		return ""
	}
	return wording.Text{EN: one(name + ".en"), FR: one(name + ".fr")}
}

// ExprField is a condition, checked as it is written.
type ExprField struct {
	ID, Name    string
	Label, Hint string
	Value       string
	Check       string // address that answers what is wrong with it
	Verdict     ExprVerdict
}

// ExprVerdict is what is to be said of a condition: what is wrong, or what it reads.
type ExprVerdict struct {
	ID    string
	Fault string
	Empty bool
	Reads string
}

func (b Base) exprField(s *Site, name, label, hint, value string) ExprField {
	f := ExprField{ID: fieldID(name), Name: name, Label: label, Hint: hint, Value: value, Check: b.At(withQuery("/frameworks/check", "field", name))}
	f.Verdict = s.verdictOn(b, f.ID, value)
	return f
}

// verdictOn says what is wrong with a condition, where, and what was perhaps meant; or what it reads.
func (s *Site) verdictOn(b Base, id, src string) ExprVerdict {
	v := ExprVerdict{ID: id}
	if strings.TrimSpace(src) == "" {
		v.Empty = true
		return v
	}
	reads, err := s.svc.CheckExpression(src)
	var wrong *expr.Error
	switch {
	case errors.As(err, &wrong):
		text := sentence(wording.Typeset(b.Lang, wrong.Text.In(b.Lang)))
		column := nameStart(src, wrong.Line, wrong.Column) + 1
		if wrong.Line > 1 || strings.Contains(src, "\n") {
			v.Fault = b.w("editor.fault_line", wrong.Line, column, text)
		} else {
			v.Fault = b.w("editor.fault_at", column, text)
		}
	case err != nil:
		v.Fault = b.w("editor.fault_other")
	case len(reads) == 0:
		v.Reads = b.w("editor.reads_nothing")
	default:
		sp := service.Speaker{Lang: b.Lang, Dictionary: s.svc.Dictionary}
		var labels []string
		for _, path := range reads {
			labels = append(labels, sp.Label(path))
		}
		v.Reads = b.w("editor.reads_facts", sp.Several(labels))
	}
	return v
}

// nameStart moves from the dot of a.b, where a name that does not exist is told, to where somebody looks: the start of a.
func nameStart(src string, line, column int) int {
	lines := strings.Split(src, "\n")
	if line < 1 || line > len(lines) {
		return column
	}
	text := []rune(lines[line-1])
	if column < 0 || column >= len(text) || text[column] != '.' {
		return column
	}
	for column > 0 && (text[column-1] == '_' || text[column-1] >= 'a' && text[column-1] <= 'z' || text[column-1] >= '0' && text[column-1] <= '9') {
		column--
	}
	return column
}

// CheckCondition makes the verdict on a condition, as the part that stands below its field.
func (s *Site) CheckCondition(r Request, id, src string) ([]byte, error) {
	b := s.base(r, "framework", "")
	return s.part("frameworkcriterion", "verdict", s.verdictOn(b, id, src))
}

// FactChoice is a fact that a condition may read, with what it takes to read it.
type FactChoice struct {
	Path   string
	Label  string
	Type   string
	Values []Pair // code and words of each answer
	Help   string
}

// FactsPage are the facts that conditions may read.
type FactsPage struct {
	Base
	Query string
	Facts []FactChoice
	Count string
	More  bool
	Form  string
}

// maxFactsShown bounds a list of facts beside a form.
const maxFactsShown = 12

// ReadableFacts makes the page of the facts whose path or words hold what is looked for; as a part, only the first.
func (s *Site) ReadableFacts(r Request, find string, whole bool) ([]byte, error) {
	paths, err := s.svc.ReadablePaths()
	if err != nil {
		return nil, err
	}
	b := s.base(r, "framework", "")
	b.Title = b.w("editor.facts_title")
	sp := service.Speaker{Lang: r.Lang, Dictionary: s.svc.Dictionary}
	p := FactsPage{Base: b, Query: find, Form: b.At("/frameworks/facts")}
	n := 0
	for _, path := range paths {
		x, ok := b.factChoice(sp, path)
		if !ok || find != "" && !hasWords(path+" "+x.Label+" "+x.Help, find) {
			continue
		}
		if n++; whole || n <= maxFactsShown {
			p.Facts = append(p.Facts, x)
		} else {
			p.More = true
		}
	}
	p.Count = b.n("editor.facts_count", n)
	if whole {
		return s.render("frameworkfacts", p)
	}
	return s.part("frameworkfacts", "found", p)
}

// factChoice tells what a condition must know of a fact; false for what nothing declares.
func (b Base) factChoice(sp service.Speaker, path string) (FactChoice, bool) {
	def := sp.Def(path)
	if def == nil {
		return FactChoice{}, false
	}
	x := FactChoice{Path: path, Label: sp.Text(def.Label), Help: sp.Text(def.Help), Type: b.typeWord(def.Type)}
	if def.Many {
		x.Type = b.w("editor.type_list", x.Type)
	}
	if def.Unit != "" {
		x.Type = b.w("editor.type_unit", x.Type, sp.Text(sp.Dictionary.Unit(def.Unit)))
	}
	for _, v := range def.Values {
		x.Values = append(x.Values, Pair{v.ID, sp.Text(v.Label())})
	}
	return x, true
}

func (b Base) typeWord(t catalog.ValueType) string {
	switch t {
	case catalog.TypeCountry:
		return b.w("editor.type_country")
	case catalog.TypeLanguage:
		return b.w("editor.type_language")
	case catalog.TypeInteger:
		return b.w("editor.type_integer")
	case catalog.TypeNumber, catalog.TypePercent:
		return b.w("editor.type_number")
	case catalog.TypeMoney:
		return b.w("editor.type_money")
	case catalog.TypeBoolean:
		return b.w("editor.type_boolean")
	case catalog.TypeDate:
		return b.w("editor.type_date")
	case catalog.TypeChoice:
		return b.w("editor.type_choice")
	case catalog.TypeReference:
		return b.w("editor.type_reference")
	}
	return b.w("editor.type_text")
}

func wholeNumber(v string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
	return n, err == nil
}
