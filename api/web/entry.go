package web

import (
	"context"
	"slices"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/exchange"
	"vigie/catalog/wording"
)

// Entry is one fact to be filled in: an input of the kind that its type wants.
type Entry struct {
	Path, ID string
	Label    string
	Question string
	Help     string
	Hint     string // how an answer is written
	Input    string // text, area, choice, select, checks, lines, boolean
	Unit     string
	French   bool // a second wording, in French
	ValueFR  string
	Values   []string
	Options  []Option
	List     string // id of the suggestions
	Suggest  string // address that completes what is typed, for who has script
	Many     bool
	Complete bool   // of a list: nothing else belongs to it
	Absent   string // what known to be absent means here; empty: it cannot be
	IsAbsent bool
	None     bool // a choice that can stay unanswered
	Locator  string
	Create   string // offers to make a record that is not there; empty: none
	Creates  bool
	Now      *Fact  // what is recorded
	Seen     string // the claim that holds, as the form was filled in
	Fault    string
	First    bool // takes the focus
}

// Suggestions are what a field completes.
type Suggestions struct {
	ID   string
	List []string
}

// maxSuggested bounds the suggestions of a field; what is not among them can be typed all the same.
const maxSuggested = 200

// longTexts are the ends of paths whose answers are phrases.
var longTexts = []string{".remark", ".description", ".scope", ".ip_indemnity_conditions", ".document"}

// entryID is the id of the field of a fact.
func entryID(path string) string { return "v-" + strings.ReplaceAll(path, ".", "-") }

// spareLines is how many empty lines a list offers.
const spareLines = 2

// desk makes the fields of one form and reads them back.
type desk struct {
	s     *Site
	ctx   context.Context
	b     Base
	sp    service.Speaker
	on    catalog.Date
	lists []Suggestions
	known map[catalog.Kind][]service.Listing
	made  []catalog.Ref     // records to be made for names that are not there
	named map[string]string // their names by id
}

func (s *Site) newDesk(ctx context.Context, b Base, on catalog.Date) (*desk, error) {
	names, err := s.svc.Names(ctx, on, on)
	if err != nil {
		return nil, err
	}
	return &desk{s: s, ctx: ctx, b: b, sp: s.svc.Speaker(b.Lang, names), on: on, known: map[catalog.Kind][]service.Listing{}, named: map[string]string{}}, nil
}

// records lists what can be referred to.
func (d *desk) records(k catalog.Kind) ([]service.Listing, error) {
	if list, ok := d.known[k]; ok {
		return list, nil
	}
	page, err := d.s.svc.Page(d.ctx, service.ListQuery{Kind: k, On: d.on, KnownOn: d.on, Limit: maxSuggested})
	if err != nil {
		return nil, err
	}
	d.known[k] = page.Items
	return page.Items, nil
}

func (d *desk) suggest(id string, list []string) string {
	if !slices.ContainsFunc(d.lists, func(x Suggestions) bool { return x.ID == id }) {
		slices.Sort(list)
		d.lists = append(d.lists, Suggestions{id, list})
	}
	return id
}

// name is a record by its name, and by its id too where another has the same name.
func (d *desk) name(ref catalog.Ref) string {
	name := d.sp.Names(ref).In(d.b.Lang)
	list, err := d.records(ref.Kind)
	if err != nil {
		return name
	}
	same := 0
	for _, x := range list {
		if x.Name.In(d.b.Lang) == name {
			same++
		}
	}
	if same > 1 {
		return name + " [" + ref.ID + "]"
	}
	return name
}

// plainNames lists countries or languages by name.
func countryNames(l wording.Lang) []string {
	var out []string
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if code := string(a) + string(b); catalog.IsCountry(code) {
				out = append(out, catalog.CountryName(code).In(l))
			}
		}
	}
	return out
}

// entry makes the field of a fact. now is what is recorded; values that were sent win over it. required: it cannot be
// left empty.
func (d *desk) entry(def *catalog.FactDef, now *catalog.Fact, sent Sent, required bool) (Entry, error) {
	b := d.b
	e := Entry{Path: def.Path, ID: entryID(def.Path), Label: d.sp.Text(def.Label), Help: d.sp.Text(def.Help), Many: def.Many, None: !required}
	if !def.Question.IsZero() {
		e.Question = d.sp.Text(def.Question)
	}
	if def.AbsentRule != nil && !def.AbsentRule.Forbidden {
		e.Absent = b.w("entry.absent")
		if !def.AbsentRule.Means.IsZero() {
			e.Absent = b.w("entry.absent_means", d.sp.Text(def.AbsentRule.Means))
		}
	}
	if def.Unit != "" && def.Unit != "percent" {
		e.Unit = d.sp.Text(d.s.svc.Dictionary.Unit(def.Unit))
	}
	switch def.Type {
	case catalog.TypeBoolean:
		e.Input = "choice"
		e.Options = []Option{{Value: "true", Label: b.w("entry.yes")}, {Value: "false", Label: b.w("entry.no")}}
	case catalog.TypeChoice:
		e.Input = "choice"
		switch {
		case def.Many:
			e.Input = "checks"
		case len(def.Values) > 8:
			e.Input = "select"
		}
		for _, c := range def.Values {
			e.Options = append(e.Options, Option{Value: c.ID, Label: d.sp.Text(c.Label())})
		}
	case catalog.TypeCountry:
		e.Hint, e.List = b.w("entry.country_hint"), d.suggest("countries", countryNames(b.Lang))
	case catalog.TypeLanguage:
		e.Hint = b.w("entry.language_hint")
	case catalog.TypeDate:
		e.Hint = b.w("entry.date_hint")
	case catalog.TypePercent:
		e.Unit, e.Hint = b.w("entry.percent"), b.w("entry.number_hint")
	case catalog.TypeInteger:
		e.Hint = b.w("entry.integer_hint")
	case catalog.TypeNumber:
		e.Hint = b.w("entry.number_hint")
	case catalog.TypeMoney:
		e.Hint = b.w("entry.money_hint")
	case catalog.TypeURL:
		e.Hint = b.w("entry.url_hint")
	case catalog.TypeReference:
		list, err := d.records(def.RefersTo)
		if err != nil {
			return e, err
		}
		var names []string
		for _, x := range list {
			names = append(names, d.name(catalog.Ref{Kind: def.RefersTo, ID: x.ID}))
		}
		e.List = d.suggest("names-"+string(def.RefersTo), names)
		e.Suggest, e.Create = b.At("/suggest/"+string(def.RefersTo)), b.w("entry.create")
	}
	if e.Input == "" {
		e.Input = "text"
		if def.Many {
			e.Input = "lines"
			if e.Hint == "" {
				e.Hint = b.w("entry.lines_hint")
			}
		} else if def.Type == catalog.TypeText && slices.ContainsFunc(longTexts, func(x string) bool { return strings.HasSuffix(def.Path, x) }) {
			e.Input = "area"
		}
	}
	if now != nil && now.State != catalog.Unknown {
		e.Seen = now.Claim
		if def.Type == catalog.TypeText && now.Value != nil && now.Value.FR != "" {
			e.French = true
		}
	}
	d.keep(&e, def, now, sent)
	return e, nil
}

// keep puts into a field what was sent, else what is recorded.
func (d *desk) keep(e *Entry, def *catalog.FactDef, now *catalog.Fact, sent Sent) {
	path := def.Path
	_, came := sent.Values["v."+path]
	if !came {
		_, came = sent.Values["seen."+path]
	}
	if came {
		for _, v := range sent.Values["v."+path] {
			if v = strings.TrimSpace(v); v != "" {
				e.Values = append(e.Values, v)
			}
		}
		e.ValueFR, e.Locator = sent.Value("fr."+path), sent.Value("l."+path)
		e.IsAbsent = sent.Value("s."+path) == "absent" || len(e.Values) == 1 && e.Values[0] == absentChoice
		e.Complete, e.Creates = sent.Value("c."+path) != "", sent.Value("new."+path) != ""
		if seen := sent.Value("seen." + path); seen != "" && e.Seen != "" && seen != e.Seen {
			e.Fault = d.b.w("entry.changed")
		}
	} else if now != nil && now.State != catalog.Unknown && !now.Disputed {
		e.IsAbsent = now.State == catalog.Absent
		if now.Value != nil && !e.IsAbsent {
			for _, x := range elements(*now.Value) {
				switch def.Type {
				case catalog.TypeChoice:
					e.Values = append(e.Values, x.Text)
				case catalog.TypeBoolean:
					e.Values = append(e.Values, map[bool]string{true: "true", false: "false"}[x.Bool])
				case catalog.TypeText:
					e.Values = append(e.Values, x.Text)
					e.ValueFR = x.FR
				case catalog.TypeDate:
					e.Values = append(e.Values, catalog.Date(x.Text).In(d.b.Lang))
				case catalog.TypeReference:
					e.Values = append(e.Values, d.name(catalog.Ref{Kind: def.RefersTo, ID: x.Text}))
				default:
					one := *def
					one.Many = false
					e.Values = append(e.Values, exchange.ShowTyped(&one, x, d.b.Lang, func(catalog.Ref) string { return "" }))
				}
			}
			e.Complete = now.Value.Complete
		}
	}
	for i, o := range e.Options {
		e.Options[i].Selected = slices.Contains(e.Values, o.Value)
	}
	if e.Input == "lines" {
		for range max(spareLines, 3-len(e.Values)) {
			e.Values = append(e.Values, "")
		}
	} else if e.Input == "text" || e.Input == "area" {
		if len(e.Values) == 0 {
			e.Values = []string{""}
		}
	}
}

// absentChoice is the answer of a choice that says: known to be absent.
const absentChoice = "!absent"

func elements(v catalog.Value) []catalog.Value {
	if v.Many {
		return v.List
	}
	return []catalog.Value{v}
}

// answered is what somebody answered for one fact.
type answered struct {
	def     *catalog.FactDef
	state   catalog.State
	value   *catalog.Value
	locator string
}

// read reads the answer to a fact; nil: it was left empty.
func (d *desk) read(def *catalog.FactDef, sent Sent) (*answered, []catalog.FieldError) {
	path := def.Path
	bad := func(t wording.Text) (*answered, []catalog.FieldError) {
		return nil, []catalog.FieldError{{Path: "v." + path, Text: t}}
	}
	var typed []string
	for _, v := range sent.Values["v."+path] {
		if v = strings.TrimSpace(v); v != "" {
			typed = append(typed, v)
		}
	}
	a := &answered{def: def, state: catalog.Known, locator: strings.TrimSpace(sent.Value("l." + path))}
	absent := sent.Value("s."+path) == "absent"
	if len(typed) == 1 && typed[0] == absentChoice {
		absent, typed = true, nil
	}
	complete := sent.Value("c."+path) != ""
	if absent {
		if len(typed) > 0 {
			return bad(wording.Textf("there is an answer, and it is said to be absent: keep one of the two", "il y a une réponse, et elle est dite absente : garder l'un des deux"))
		}
		a.state = catalog.Absent
		return a, nil
	}
	if len(typed) == 0 && !(def.Many && complete) {
		return nil, nil
	}
	text := strings.Join(typed, "\n")
	if !def.Many && len(typed) == 1 {
		text = typed[0]
	}
	var v catalog.Value
	var err error
	switch {
	case def.Type == catalog.TypeText && !def.Many:
		v = catalog.TextValue(text)
		v.FR = strings.TrimSpace(sent.Value("fr." + path))
		if faults := def.Faults(v); len(faults) > 0 {
			return bad(faults[0])
		}
	default:
		v, err = exchange.ReadTyped(def, text, d.b.Lang, complete, d.finder(sent.Value("new."+path) != ""))
	}
	if err != nil {
		if x, ok := err.(*exchange.AnswerError); ok {
			return bad(x.Text)
		}
		if x, ok := err.(catalog.Localised); ok {
			return bad(wording.Text{EN: x.In(wording.EN), FR: x.In(wording.FR)})
		}
		return bad(wording.Textf("this could not be read", "ceci n'a pas pu être lu"))
	}
	a.value = &v
	return a, nil
}

// unnamedError says that a name leads to no record.
type unnamedError struct {
	kind  catalog.Kind
	words string
	near  []string
}

func (e *unnamedError) Error() string { return e.In(wording.EN) }

// In writes the error in one language.
func (e *unnamedError) In(l wording.Lang) string {
	t := wording.Textf("nothing in the catalogue is called %s; tick the box to create it", "rien ne s'appelle %s au catalogue ; cocher la case pour le créer", wording.Quoted(e.words))
	if len(e.near) > 0 {
		t = wording.Textf("nothing in the catalogue is called %s; did you mean %s? Else tick the box to create it", "rien ne s'appelle %s au catalogue ; vouliez-vous dire %s ? Sinon, cocher la case pour le créer", wording.Quoted(e.words), wording.Quoted(e.near[0]))
	}
	return wording.Typeset(l, t.In(l))
}

// finder gives records by id or name, and makes those that are not there when it may.
func (d *desk) finder(create bool) func(catalog.Kind, string) (string, error) {
	return func(k catalog.Kind, words string) (string, error) {
		list, err := d.records(k)
		if err != nil {
			return "", err
		}
		if len(list) == maxSuggested { // there are more than are known here
			page, err := d.s.svc.Page(d.ctx, service.ListQuery{Kind: k, On: d.on, KnownOn: d.on, Find: words, Limit: maxSuggested})
			if err != nil {
				return "", err
			}
			list = page.Items
		}
		var found, names []string
		for _, x := range list {
			if x.ID == words {
				return x.ID, nil
			}
			names = append(names, x.Name.In(d.b.Lang))
			if w := folded(words); w == folded(x.Name.EN) || w == folded(x.Name.FR) {
				found = append(found, x.ID)
			}
		}
		if len(found) == 1 {
			return found[0], nil
		}
		for id, name := range d.named {
			if slices.Contains(d.made, catalog.Ref{Kind: k, ID: id}) && folded(name) == folded(words) {
				return id, nil
			}
		}
		if create && len(found) == 0 {
			id, err := d.freeID(k, words)
			if err != nil {
				return "", err
			}
			d.made = append(d.made, catalog.Ref{Kind: k, ID: id})
			d.named[id] = words
			return id, nil
		}
		return "", &unnamedError{k, words, wording.NearestFew(words, names, 1)}
	}
}

// freeID proposes the id of a record from its name: one that nothing has.
func (d *desk) freeID(k catalog.Kind, name string) (string, error) {
	base := slug(name)
	if base == "" {
		base = strings.ReplaceAll(string(k), "_", "-")
	}
	return free(base, func(id string) (bool, error) {
		_, err := d.s.svc.Sheet(d.ctx, catalog.Ref{Kind: k, ID: id}, d.on, d.on)
		if err == nil || slices.Contains(d.made, catalog.Ref{Kind: k, ID: id}) {
			return true, nil
		}
		if _, missing := err.(*catalog.NotFoundError); missing {
			return false, nil
		}
		return false, err
	})
}

// free gives base, or base with the first number for which nothing is taken.
func free(base string, taken func(string) (bool, error)) (string, error) {
	id := base
	for n := 2; ; n++ {
		is, err := taken(id)
		if err != nil || !is {
			return id, err
		}
		id = base + "-" + itoa(n)
	}
}
