package web

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/dictionary"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// DictionaryPage lists the facts that exist, by section.
type DictionaryPage struct {
	Base
	Form
	Tabs     []Option
	Total    string
	Sections []SectionLine
	Section  *DictionarySection // the one that is looked at; nil: none
	Own      string             // how many facts the organisation added; empty: none
	Try      *Input             // a file to try; nil: not for who looks
	Action   string
}

// SectionLine is a section in the list.
type SectionLine struct {
	Link
	About string
	Count string
	Here  bool
	Own   bool // added by the organisation
}

// DictionarySection is a section with its facts.
type DictionarySection struct {
	Title, Intro, About string
	Facts               []FactLine
}

// FactLine is the declaration of a fact in words.
type FactLine struct {
	ID       string
	Label    string
	Help     string
	Type     string
	Values   []string
	Absent   string
	Stale    string
	Required bool
	Path     string
}

// Dictionary makes the page of the facts that exist; section: the id of the one to look at, or empty.
func (s *Site) Dictionary(ctx context.Context, r Request, section string, sent Sent) ([]byte, error) {
	b := s.base(r, "admin", "")
	b.Title = b.w("dictionary.title")
	dict := s.svc.Dictionary
	p := DictionaryPage{Base: b, Tabs: b.tabs("dictionary"), Total: b.n("dictionary.facts", len(dict.Paths()))}
	var ids []string
	own := 0
	for _, sec := range dict.Sections {
		ids = append(ids, sec.ID)
		line := SectionLine{Link: Link{Text: b.text(sec.Title), Href: withQuery(b.At("/admin/dictionary"), "section", sec.ID) + "#section"}, About: b.text(sec.Record.Label()), Count: b.n("dictionary.facts", len(sec.Facts)), Here: sec.ID == section, Own: sec.Own}
		if sec.Own {
			own += len(sec.Facts)
		}
		if line.Here {
			d := &DictionarySection{Title: line.Text, Intro: b.text(sec.Intro), About: line.About}
			for _, f := range sec.Facts {
				d.Facts = append(d.Facts, b.factLine(dict, f))
			}
			p.Section = d
		}
		p.Sections = append(p.Sections, line)
	}
	if section != "" && p.Section == nil {
		return nil, &catalog.NotFoundError{What: wording.Textf("section of the dictionary", "section du dictionnaire"), ID: section, Nearest: wording.NearestFew(section, ids, 3)}
	}
	if own > 0 {
		p.Own = b.n("dictionary.own_facts", own)
	}
	p.Action = b.At("/admin/dictionary")
	var inputs []*Input
	if mayAdd(ctx) {
		p.Try = &Input{ID: "file-text", Name: "text", Max: maxTried, Label: b.w("dictionary.try"), Hint: b.w("dictionary.try_hint")}
		inputs = append(inputs, p.Try)
	}
	p.Form = b.fields(sent, inputs...)
	if p.Try != nil && p.Try.Value == "" {
		p.Try.Value = b.w("dictionary.own_file")
	}
	if sent.Done == DoneTried {
		p.Done = b.w("dictionary.tried")
	}
	return s.render("dictionary", p)
}

// maxTried bounds a file that is tried, in characters.
const maxTried = 20_000

// DoneTried: a file of facts was found right.
const DoneTried Done = "tried"

// mayAdd reports whether who asks has a say in the dictionary.
func mayAdd(ctx context.Context) bool {
	return account.Need(ctx, account.Configure) == nil || account.Need(ctx, account.Administer) == nil
}

// TryFacts reads a file of facts that somebody wrote, and keeps nothing. Everything that is wrong with it is in the
// *catalog.InvalidError, each fault with its line.
func (s *Site) TryFacts(ctx context.Context, text string) error {
	if !mayAdd(ctx) {
		return account.Need(ctx, account.Configure)
	}
	bad := func(en, fr string, args ...any) error {
		return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "text", Text: wording.Textf(en, fr, args...)}}}
	}
	switch {
	case strings.TrimSpace(text) == "":
		return bad("write or paste the file here", "écrire ou coller le fichier ici")
	case utf8.RuneCountInString(text) > maxTried:
		return bad("a file of at most %d characters can be tried here", "on peut essayer ici un fichier d'au plus %d caractères", maxTried)
	}
	_, err := dictionary.Try("file.yaml", []byte(strings.ReplaceAll(text, "\r\n", "\n")))
	var faults strict.Faults
	if !errors.As(err, &faults) {
		return err
	}
	out := &catalog.InvalidError{}
	for _, f := range faults {
		where := wording.Textf("line %d", "ligne %d", f.Line)
		if f.Path != "" {
			where = wording.Textf("line %d, %s", "ligne %d, %s", f.Line, f.Path)
		}
		out.Fields = append(out.Fields, catalog.FieldError{Path: "text", Text: wording.Textf("%s: %s", "%s : %s", where, f.Text)})
	}
	return out
}

func (b Base) factLine(dict *catalog.Dictionary, f *catalog.FactDef) FactLine {
	l := FactLine{ID: f.Path, Label: b.text(f.Label), Help: b.text(f.Help), Type: b.factType(f), Required: f.Required, Path: f.Path}
	if f.Unit != "" {
		l.Type = b.w("dictionary.in_unit", l.Type, b.text(dict.Unit(f.Unit)))
	}
	if f.RefersTo != "" {
		l.Type = b.w("dictionary.refers", b.text(f.RefersTo.Label()))
	}
	if f.Many {
		l.Type = b.w("dictionary.many", l.Type)
	}
	for _, v := range f.Values {
		l.Values = append(l.Values, b.text(v.Label()))
	}
	switch {
	case f.AbsentRule == nil:
	case f.AbsentRule.Forbidden:
		l.Absent = b.w("dictionary.never_absent")
	default:
		l.Absent = sentence(b.text(f.AbsentRule.Means))
	}
	if f.StaleAfter > 0 {
		l.Stale = b.n("dictionary.stale", int(f.StaleAfter))
	}
	return l
}

// factType names a type of fact as people call it.
func (b Base) factType(f *catalog.FactDef) string {
	switch f.Type {
	case catalog.TypeText:
		return b.w("dictionary.text")
	case catalog.TypeBoolean:
		return b.w("dictionary.boolean")
	case catalog.TypeChoice:
		return b.w("dictionary.choice")
	}
	return b.typeName(string(f.Type))
}

func (b Base) typeName(t string) string {
	switch t {
	case "url":
		return b.w("dictionary.url")
	case "country":
		return b.w("dictionary.country")
	case "language":
		return b.w("dictionary.language")
	case "integer":
		return b.w("dictionary.integer")
	case "number":
		return b.w("dictionary.number")
	case "percent":
		return b.w("dictionary.percent")
	case "money":
		return b.w("dictionary.money")
	case "date":
		return b.w("dictionary.date")
	case "reference":
		return b.w("dictionary.reference")
	case "file":
		return b.w("dictionary.file")
	}
	return b.w("dictionary.text")
}
