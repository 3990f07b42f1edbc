// Package reports makes due-diligence reports out of assessments: first a plain document tree in one language, which
// pdf and the other drawers then draw.
//
// A report says nothing of its own: every statement in it is a fact with its source, the assessment's reasoned answer,
// or the framework's words. Codes never show where words exist, and what is not known is said in words.
package reports

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"vigie/catalog"
	"vigie/catalog/phrasebook"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/derive"
	"vigie/evaluator/finding"
	"vigie/evaluator/framework"
	"vigie/evaluator/jurisdiction"
	"vigie/reports/tree"
)

// Document is a report before drawing.
type Document = tree.Document

// Input is everything a report prints.
type Input struct {
	Assessment *evaluator.Assessment
	Dossier    *catalog.Dossier
	Dictionary *catalog.Dictionary
	Framework  *framework.Framework
	Weights    *framework.WeightSet
	Program    string // name and version: "vigie 0.1.0"
	// Knowledge lets the report tell the exposure to foreign law, sovereignty and the rights in the models; without it
	// these sections are left out.
	Knowledge *evaluator.Knowledge
	// Exposures is what the walk said, when it was asked otherwise than for the day of the assessment: by the law of
	// another day, or for some laws only.
	Exposures *jurisdiction.Exposures
	// Registration is where the assessment stands in the log; nil: it was not registered.
	Registration *Registration
	// Extra is put into "who is behind it". Their numbers are given here.
	Extra []tree.Section
}

// Build makes the report in one language. The error names what the input lacks; a thin or empty dossier is no error.
func Build(in Input, lang wording.Lang) (*Document, error) {
	switch {
	case in.Assessment == nil || in.Dossier == nil || in.Dictionary == nil || in.Framework == nil || in.Weights == nil:
		return nil, errors.New("report: assessment, dossier, dictionary, framework and weight set are all needed")
	case in.Assessment.Offering != in.Dossier.Offering.ID:
		return nil, fmt.Errorf("report: the assessment is about %s, the dossier about %s", in.Assessment.Offering, in.Dossier.Offering.ID)
	}
	b, err := newBuilder(in, lang)
	if err != nil {
		return nil, err
	}
	a := in.Assessment
	offering := b.name(in.Dossier.Offering)
	d := &Document{
		Lang:  lang,
		Title: b.say("Due-diligence report: %s", "Rapport de diligence raisonnable : %s", offering),
		Subject: b.say("%s: assessment on %s under %s %s", "%s : évaluation au %s selon %s %s",
			offering, a.On.In(lang), b.t(in.Framework.Title), a.FrameworkVersion),
		Keywords: []string{a.Hash, "vigie"},
		Producer: in.Program,
		Day:      string(a.On),
		HeadLeft: offering, HeadRight: b.say("Assessment %s", "Évaluation %s", short(a.Hash)),
		Foot:       b.footStatus(a.On.In(lang), in.Registration),
		ToContents: b.say("Contents", "Sommaire"),
		Cover:      b.cover(),
		Front:      []tree.Section{b.opinion()},
	}
	d.Sections = append([]tree.Section{b.knockOuts()}, b.findings()...)
	d.Sections = append(d.Sections, b.exposure()...)
	d.Sections = append(d.Sections, b.sovereignty()...)
	d.Sections = append(d.Sections, b.rights()...)
	d.Sections = append(d.Sections, b.unknowns(), b.families(), b.criteria(), b.parties(), b.allFacts(), b.sources(), b.method(), b.disclaimer())
	if a.Hypothetical || in.Dossier.Hypothetical() {
		d.Watermark = b.say("HYPOTHETICAL", "HYPOTHÈSE")
		d.Foot = b.say("%s · hypothetical, not an assessment", "%s · hypothèse, sans valeur d'évaluation", a.On.In(lang))
	}
	number(d.Sections, "")
	return d, nil
}

// number numbers sections, and those inside them: 1, 1.1.
func number(ss []tree.Section, prefix string) {
	for i := range ss {
		ss[i].Number = fmt.Sprintf("%s%d", prefix, i+1)
		if ss[i].ID == "" {
			ss[i].ID = "part-" + ss[i].Number
		}
		number(ss[i].Sections, ss[i].Number+".")
	}
}

type builder struct {
	Input
	l       wording.Lang
	cited   []catalog.Source // in the order of their numbers
	numbers map[string]int   // of sources, from 1
	derived map[string]finding.Derived
	order   map[string]int              // of facts, as the dictionary asks for them
	defs    map[string]*catalog.FactDef // of derived facts, by path
	walked  *jurisdiction.Exposures     // nil without knowledge
	letters []cure
}

func newBuilder(in Input, lang wording.Lang) (*builder, error) {
	declarations, err := derive.Declarations()
	if err != nil {
		return nil, fmt.Errorf("report: derived facts: %w", err)
	}
	b := &builder{Input: in, l: lang, numbers: map[string]int{}, derived: map[string]finding.Derived{}, defs: map[string]*catalog.FactDef{}}
	b.cited = slices.Clone(in.Dossier.Sources)
	slices.SortStableFunc(b.cited, func(x, y catalog.Source) int {
		if d := y.Kind.Rank(y.Signed) - x.Kind.Rank(x.Signed); d != 0 {
			return d
		}
		return strings.Compare(x.Publisher+"\x00"+x.Title+"\x00"+x.ID, y.Publisher+"\x00"+y.Title+"\x00"+y.ID)
	})
	for i, s := range b.cited {
		b.numbers[s.ID] = i + 1
	}
	for _, d := range in.Assessment.Derived {
		b.derived[d.Path] = d
	}
	b.order = map[string]int{}
	for i, f := range in.Dictionary.Facts() {
		b.order[f.Path] = i
	}
	for _, d := range declarations {
		b.defs[d.Path] = &catalog.FactDef{Path: d.Path, Type: d.Type, Many: d.Many, Unit: d.Unit, Values: d.Values, Label: d.Label, Help: d.Help}
	}
	switch {
	case in.Knowledge == nil:
	case in.Exposures != nil:
		b.walked = in.Exposures
	default:
		b.walked = in.Knowledge.Exposure(in.Dossier, in.Assessment.On)
	}
	return b, nil
}

// say is a sentence of the report itself, in both languages side by side.
func (b *builder) say(en, fr string, args ...any) string {
	return b.t(wording.Textf(en, fr, args...))
}

// t is a text of the dictionary or framework in the language of the report.
func (b *builder) t(t wording.Text) string { return curly(wording.Typeset(b.l, t.In(b.l))) }

// said is a text recorded in one language, a note, a title or a copy, as a reader of the report sees it.
func (b *builder) said(recorded string) string { return asRead(b.l, phrasebook.Say(b.l, recorded)) }

// asRead sets a recorded text as its language is printed. English keeps its quotation marks as they were typed.
func asRead(l wording.Lang, s string) string {
	if l == wording.FR {
		return curly(wording.Typeset(l, s))
	}
	return s
}

// upperFirst begins a sentence.
func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// curly gives words their printed apostrophe. Free text of claims is left as it was recorded.
func curly(s string) string { return strings.ReplaceAll(s, "'", "’") }

func (b *builder) name(r catalog.Ref) string {
	if r.IsZero() || r.ID == "" {
		return b.say("not given", "non indiqué")
	}
	return curly(b.Dossier.Name(r).In(b.l))
}

// short is the first digits of a hash, in two groups.
func short(hash string) string {
	if len(hash) < 12 {
		return hash
	}
	return hash[:6] + " " + hash[6:12]
}

// grouped writes a hash in groups of eight, so that a person can compare two.
func grouped(hash string) string {
	var parts []string
	for ; len(hash) > 8; hash = hash[8:] {
		parts = append(parts, hash[:8])
	}
	return strings.Join(append(parts, hash), " ")
}

// anchorOf is where a record's facts stand.
func anchorOf(r catalog.Ref) string { return "record-" + string(r.Kind) + "-" + r.ID }

// link is the name of a record, leading to its facts when the dossier holds it.
func (b *builder) link(r catalog.Ref) tree.Text {
	t := tree.T(b.name(r))
	if b.Dossier.Record(r) != nil {
		t[0].To = anchorOf(r)
	}
	return t
}

// joined puts a comma between texts.
func joined(sep string, ts []tree.Text) tree.Text {
	var out tree.Text
	for i, t := range ts {
		if i > 0 {
			out = append(out, tree.Span{Text: sep})
		}
		out = append(out, t...)
	}
	return out
}

// def is the declaration of a path, derived ones included.
func (b *builder) def(path string) *catalog.FactDef {
	if d, ok := b.Dictionary.Fact(path); ok {
		return d
	}
	return b.defs[path]
}

// label names a fact in words; only a path that nothing declares shows as it is spelt.
func (b *builder) label(path string) string {
	if d := b.def(path); d != nil {
		return b.t(d.Label)
	}
	return path
}
