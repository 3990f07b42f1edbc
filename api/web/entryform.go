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
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// EntryForm is a form that records facts of one record, with where they were read.
type EntryForm struct {
	Form
	Action   string
	Entries  []Entry
	Lists    []Suggestions
	Evidence EvidenceFields
	Key      string
	Revision int64
	Go       string // the button
	Next     string // a second button, that goes on to the next fact; empty: none
	Many     bool   // empty fields are left out
}

// MayWrite reports whether who looks at a page may record.
func (s *Site) MayWrite(ctx context.Context) bool {
	return s.svc.Store != nil && account.Need(ctx, account.Claim) == nil
}

// entryForm makes the form about facts of a record. rec may be nil: a record to be made.
func (d *desk) entryForm(defs []*catalog.FactDef, rec *service.Sheet, chosen string, sent Sent, many bool) (EntryForm, error) {
	f := EntryForm{Key: sent.Value("key"), Many: many}
	if f.Key == "" || sent.Renew {
		f.Key = newKey()
	}
	var mine []catalog.Source
	now := map[string]*catalog.Fact{}
	if rec != nil {
		mine = rec.Sources
		for _, sec := range rec.Sections {
			for i, x := range sec.Facts {
				now[x.Path] = &sec.Facts[i]
			}
		}
	}
	var err error
	if f.Evidence, err = d.evidence(mine, chosen, sent); err != nil {
		return f, err
	}
	inputs := f.Evidence.inputs()
	for _, def := range defs {
		e, err := d.entry(def, now[def.Path], sent, !many)
		if err != nil {
			return f, err
		}
		f.Entries = append(f.Entries, e)
	}
	plain := sent
	plain.Faults = nil
	var links []Link
	for _, fault := range sent.Faults {
		if l, ok := f.place(d.b, fault); ok {
			links = append(links, l)
		} else {
			plain.Faults = append(plain.Faults, fault)
		}
	}
	f.Form = d.b.fields(plain, inputs...)
	f.Errors = append(f.Errors, links...)
	f.focus()
	f.Lists = d.lists
	return f, nil
}

// focus gives the focus to the first field that is wrong. A form of many facts asks for the source first.
func (f *EntryForm) focus() {
	for _, x := range f.Evidence.inputs() {
		x.First = false
	}
	entry := slices.IndexFunc(f.Entries, func(e Entry) bool { return e.Fault != "" })
	if entry >= 0 && !f.Many {
		f.Entries[entry].First = true
		return
	}
	e := &f.Evidence
	input := func(x *Input) bool {
		x.First = x.Fault != ""
		return x.First
	}
	mark := func(name, fault string) bool {
		if fault != "" {
			e.First = name
		}
		return fault != ""
	}
	found := mark("source", e.SrcFault) || input(e.Title) || input(e.Publisher) || mark("kind", e.KindFault) || input(e.URL) || mark("file", e.FileFault) || input(e.Published) || input(e.AsOf) || input(e.Note)
	if !found && entry >= 0 {
		f.Entries[entry].First = true
	}
}

// place puts a fault at a field that is no plain one, and gives the link to it.
func (f *EntryForm) place(b Base, fault catalog.FieldError) (Link, bool) {
	text := sentence(wording.Typeset(b.Lang, fault.Text.In(b.Lang)))
	if path, ok := strings.CutPrefix(fault.Path, "v."); ok {
		for i := range f.Entries {
			e := &f.Entries[i]
			if e.Path == path {
				e.Fault = text
				return Link{b.w("entry.fault", e.Label, text), "#" + e.anchor()}, true
			}
		}
	}
	switch fault.Path {
	case "source":
		f.Evidence.SrcFault = text
		return Link{text, "#source"}, true
	case "src.kind":
		f.Evidence.KindFault = text
		return Link{text, "#src-kind"}, true
	case "src.file":
		f.Evidence.FileFault = text
		return Link{text, "#src-file"}, true
	}
	return Link{}, false
}

// anchor is the id of the first control of a field.
func (e Entry) anchor() string {
	switch e.Input {
	case "choice", "checks":
		if len(e.Options) > 0 {
			return e.ID + "-" + e.Options[0].Value
		}
	case "lines":
		return e.ID + "-0"
	}
	return e.ID
}

// Entered is what a form would record.
type Entered struct {
	Batch  store.Batch
	Paths  []string // of the claims about the record itself, in their order
	Record catalog.Ref
}

// enter reads a form about a record. entered is nil when something is wrong.
func (d *desk) enter(ref catalog.Ref, defs []*catalog.FactDef, sent Sent) (*Entered, []catalog.FieldError) {
	out := &Entered{Record: ref}
	out.Batch.Key = sent.Value("key")
	where, faults := d.readEvidence(sent)
	var answers []*answered
	for _, def := range defs {
		a, bad := d.read(def, sent)
		faults = append(bad, faults...)
		if a != nil {
			answers = append(answers, a)
		}
	}
	if len(answers) == 0 && len(faults) == 0 {
		faults = append(faults, catalog.FieldError{Path: "v." + defs[0].Path, Text: wording.Textf("give an answer, or say that it is known to be absent", "donner une réponse, ou dire que l'absence est constatée")})
	}
	if len(faults) > 0 {
		return nil, faults
	}
	if where.made != nil {
		out.Batch.Sources = append(out.Batch.Sources, *where.made)
	}
	claim := func(r catalog.Ref, path string, state catalog.State, v *catalog.Value, locator string) {
		out.Batch.Claims = append(out.Batch.Claims, catalog.Claim{Record: r, Path: path, State: state, Value: v, Source: where.source, Locator: locator, Note: where.note, AsOf: where.asOf})
	}
	for _, a := range answers {
		out.Paths = append(out.Paths, a.def.Path)
		claim(ref, a.def.Path, a.state, a.value, a.locator)
	}
	for _, r := range d.made {
		out.Batch.Records = append(out.Batch.Records, r)
		if path := r.Kind.NamePath(); path != "" {
			v := catalog.TextValue(d.named[r.ID])
			claim(r, path, catalog.Known, &v, "")
		}
	}
	return out, nil
}

// SentBeforeError says that a form was sent before with another content, which is recorded.
type SentBeforeError struct{}

func (e *SentBeforeError) Error() string { return e.In(wording.EN) }

// In writes the error in one language.
func (*SentBeforeError) In(l wording.Lang) string {
	return wording.Typeset(l, wording.Textf("this form was sent before, and what it said then is recorded: compare, and send it again only if something still has to change",
		"ce formulaire a déjà été envoyé, et ce qu'il disait alors est enregistré : comparez, et renvoyez-le seulement si quelque chose doit encore changer").In(l))
}

// sentBefore reports whether the store has the key of a form for another content.
func sentBefore(err error) bool {
	var conflict *store.ConflictError
	return errors.As(err, &conflict) && conflict.KeyUsed
}

// holds reports whether what a form says of a record is what is recorded of it. A form whose answer was lost on the way,
// sent again, names by now what it made the first time.
func (s *Site) holds(sheet *service.Sheet, in *Entered) bool {
	said := map[string]catalog.Claim{}
	for _, c := range in.Batch.Claims {
		if c.Record == in.Record {
			said[c.Path] = c
		}
	}
	for _, p := range in.Paths {
		f, c := factOf(sheet, p), said[p]
		if f.State != c.State || f.Disputed || (f.Value == nil) != (c.Value == nil) || f.Value != nil && !f.Value.Equal(*c.Value) {
			return false
		}
	}
	return len(in.Paths) > 0
}

// revision reads the revision that a form was filled in on.
func revisionOf(sent Sent) int64 {
	n, _ := strconv.ParseInt(sent.Value("revision"), 10, 64)
	return n
}

// changedSince reports whether somebody recorded something about one of the facts of a form since it was filled in: what
// they said of other facts is no conflict.
func changedSince(sheet *service.Sheet, sent Sent, paths []string) bool {
	now := map[string]string{}
	for _, sec := range sheet.Sections {
		for _, f := range sec.Facts {
			now[f.Path] = f.Claim
		}
	}
	for _, p := range paths {
		if _, was := sent.Values["seen."+p]; was && sent.Value("seen."+p) != now[p] {
			return true
		}
	}
	return false
}
