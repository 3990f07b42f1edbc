package web

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"vigie/catalog"
	"vigie/catalog/exchange"
	"vigie/catalog/wording"
)

// EvidenceFields say where an answer was read: in a source that is there, in a new one, or nowhere.
type EvidenceFields struct {
	Mode      string // existing, new, none
	Sources   []OptionGroup
	Title     *Input
	Publisher *Input
	URL       *Input
	Published *Input
	Kinds     []Option
	Kind      string
	KindFault string
	SrcFault  string
	File      string // SHA-256 of the file that was sent already
	FileName  string
	FileFault string
	First     string // which of source, kind and file takes the focus
	Undated   bool
	Signed    bool
	Secret    bool // confidential
	AsOf      *Input
	Note      *Input
	See       string // address of the text of the chosen source
}

// OptionGroup is choices under a heading.
type OptionGroup struct {
	Title   string
	Options []Option
}

// The ways of telling where an answer was read.
const (
	fromExisting = "existing"
	fromNew      = "new"
	fromNothing  = "none"
)

// dayField is how days are declared, to be read like a fact's.
var dayField = &catalog.FactDef{Type: catalog.TypeDate}

func (d *desk) day(s string) (catalog.Date, error) {
	v, err := exchange.ReadTyped(dayField, s, d.b.Lang, false, nil)
	return catalog.Date(v.Text), err
}

// evidence makes the fields of a source. mine are the sources that the record cites already; chosen, when given, is the
// one to cite.
func (d *desk) evidence(mine []catalog.Source, chosen string, sent Sent) (EvidenceFields, error) {
	b := d.b
	all, err := d.s.svc.Sources(d.ctx, "")
	if err != nil {
		return EvidenceFields{}, err
	}
	if v := sent.Value("source"); v != "" {
		chosen = v
	}
	mode := sent.Value("from")
	if mode == "" {
		mode = fromNew
		if chosen != "" || len(mine) > 0 {
			mode = fromExisting
		}
	}
	e := EvidenceFields{Mode: mode, File: sent.Value("src.file"), FileName: sent.Value("src.file_name"), Undated: sent.Value("src.undated") != "", Signed: sent.Value("src.signed") != "", Secret: sent.Value("src.confidential") != ""}
	option := func(x catalog.Source) Option {
		label := x.Title
		if x.Publisher != "" {
			label += " · " + x.Publisher
		}
		return Option{Value: x.ID, Label: d.sp.Tidy(label), Selected: x.ID == chosen}
	}
	var here, elsewhere []Option
	cited := map[string]bool{}
	for _, x := range mine {
		cited[x.ID] = true
		here = append(here, option(x))
	}
	there := cited[chosen]
	for _, x := range all {
		if !cited[x.ID] {
			elsewhere = append(elsewhere, option(x))
			there = there || x.ID == chosen
		}
	}
	if chosen != "" && !there {
		if x, err := d.s.svc.Source(d.ctx, chosen); err == nil {
			elsewhere = append([]Option{option(x.Source)}, elsewhere...)
		}
	}
	for _, g := range []OptionGroup{{b.w("proven.cited_here"), here}, {b.w("proven.others"), elsewhere}} {
		if len(g.Options) > 0 {
			e.Sources = append(e.Sources, g)
		}
	}
	e.Title = &Input{ID: "src-title", Name: "src.title", Type: "text", Label: b.w("proven.title_label"), Max: 500}
	e.Publisher = &Input{ID: "src-publisher", Name: "src.publisher", Type: "text", Label: b.w("proven.publisher"), Max: 200}
	e.URL = &Input{ID: "src-url", Name: "src.url", Type: "text", Mode: "url", Label: b.w("proven.url"), Hint: b.w("proven.url_hint"), Max: 2000}
	e.Published = &Input{ID: "src-published", Name: "src.published", Type: "text", Label: b.w("proven.published"), Hint: b.w("entry.date_hint"), Max: 40}
	e.AsOf = &Input{Name: "as_of", Type: "text", Label: b.w("proven.as_of"), Hint: b.w("proven.as_of_hint"), Max: 40, Needed: true, Value: d.on.In(b.Lang)}
	e.Note = &Input{Name: "note", Type: "text", Label: b.w("proven.note"), Hint: b.w("proven.note_hint"), Max: 2000}
	e.Kind = sent.Value("src.kind")
	for _, k := range catalog.SourceKinds() {
		if k != catalog.KindNone {
			e.Kinds = append(e.Kinds, Option{Value: string(k), Label: d.sp.Text(k.Label()), Selected: string(k) == e.Kind})
		}
	}
	if chosen != "" && mode == fromExisting {
		e.See = b.At("/sources/" + chosen)
	}
	return e, nil
}

// inputs are the fields of the form that are plain.
func (e *EvidenceFields) inputs() []*Input {
	return []*Input{e.Title, e.Publisher, e.URL, e.Published, e.AsOf, e.Note}
}

// cited is what was said of where answers were read.
type cited struct {
	source string
	made   *catalog.Source // new
	asOf   catalog.Date
	note   string
}

// readEvidence reads the fields of a source.
func (d *desk) readEvidence(sent Sent) (cited, []catalog.FieldError) {
	var out cited
	var faults []catalog.FieldError
	bad := func(path string, t wording.Text) {
		faults = append(faults, catalog.FieldError{Path: path, Text: t})
	}
	day := func(name string) catalog.Date {
		v := strings.TrimSpace(sent.Value(name))
		if v == "" {
			return ""
		}
		x, err := d.day(v)
		if e, ok := err.(*exchange.AnswerError); ok {
			bad(name, e.Text)
		}
		return x
	}
	out.note = strings.TrimSpace(sent.Value("note"))
	if out.asOf = day("as_of"); out.asOf == "" && strings.TrimSpace(sent.Value("as_of")) == "" {
		bad("as_of", wording.Textf("say on which day this was true", "dire à quelle date c'était vrai"))
	}
	switch sent.Value("from") {
	case fromNothing:
	case fromExisting:
		if out.source = sent.Value("source"); out.source == "" {
			bad("source", wording.Textf("choose the source, or say that none was read", "choisir la source, ou dire qu'aucune n'a été lue"))
		} else if _, err := d.s.svc.Source(d.ctx, out.source); err != nil {
			bad("source", wording.Textf("this source is not there any more", "cette source n'est plus là"))
		}
	default:
		src := catalog.Source{Title: strings.TrimSpace(sent.Value("src.title")), Publisher: strings.TrimSpace(sent.Value("src.publisher")), Kind: catalog.SourceKind(sent.Value("src.kind")),
			URL: strings.TrimSpace(sent.Value("src.url")), File: sent.Value("src.file"), Undated: sent.Value("src.undated") != "", Signed: sent.Value("src.signed") != "",
			Confidential: sent.Value("src.confidential") != "", Published: day("src.published"), Read: d.on}
		if src.Title == "" {
			bad("src.title", wording.Textf("a source needs a title", "une source doit avoir un titre"))
		}
		if src.Kind == "" {
			bad("src.kind", wording.Textf("say what kind of source it is: it decides how much it proves", "dire de quelle nature est la source : cela décide de ce qu'elle prouve"))
		}
		if src.URL != "" && !catalog.ValidURL(src.URL) {
			bad("src.url", wording.Textf("expected an address (https://…)", "attendu : une adresse (https://…)"))
		}
		if src.URL == "" && src.File == "" {
			bad("src.url", wording.Textf("say where it can be read again: its address, or the file itself", "dire où la relire : son adresse, ou le fichier lui-même"))
		}
		if src.Published == "" && !src.Undated && strings.TrimSpace(sent.Value("src.published")) == "" {
			bad("src.published", wording.Textf("give the date of the document, or tick that it bears none", "donner la date du document, ou cocher qu'il n'en porte pas"))
		}
		if len(faults) == 0 {
			id, err := d.sourceID(src)
			if err != nil {
				bad("src.title", wording.Textf("this source could not be named", "cette source n'a pas pu être nommée"))
			}
			src.ID, out.source, out.made = id, id, &src
		}
	}
	return out, faults
}

// sourceID names a new source by who published what.
func (d *desk) sourceID(src catalog.Source) (string, error) {
	base := slug(src.Publisher + " " + src.Title)
	if base == "" || base == "none" {
		base = "source"
	}
	return free(base, func(id string) (bool, error) {
		have, err := d.s.svc.Source(d.ctx, id)
		if err == nil { // the same described again, as when a form is sent twice, stays one
			src.ID, src.Read = have.ID, have.Read
			return have.Source != src, nil
		}
		if _, missing := err.(*catalog.NotFoundError); missing {
			return false, nil
		}
		return false, err
	})
}

// newKey is a key under which a form is recorded once, however often it is sent.
func newKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it cannot fail
	return hex.EncodeToString(b[:])
}

var (
	claimFault  = regexp.MustCompile(`^claims\[(\d+)\]\.(\w+)$`)
	sourceFault = regexp.MustCompile(`^sources\[\d+\]\.(\w+)$|^sources\..*\.(file)$`)
)

// placed puts the faults that the store finds at the fields of a form. paths are those of the claims in their order.
func placed(faults []catalog.FieldError, paths []string) []catalog.FieldError {
	out := slices.Clone(faults)
	for i, f := range out {
		if m := claimFault.FindStringSubmatch(f.Path); m != nil {
			n, _ := strconv.Atoi(m[1])
			switch {
			case m[2] == "as_of", m[2] == "note", m[2] == "source":
				out[i].Path = m[2]
			case n < len(paths):
				out[i].Path = map[bool]string{true: "l.", false: "v."}[m[2] == "locator"] + paths[n]
			}
		} else if m := sourceFault.FindStringSubmatch(f.Path); m != nil {
			out[i].Path = "src." + m[1] + m[2]
		}
	}
	return out
}
