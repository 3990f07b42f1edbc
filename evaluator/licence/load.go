package licence

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
)

// loader reads licence files and keeps every fault of all of them.
type loader struct {
	seen   map[string]string // file → hash of its content
	words  vocabulary
	env    *expr.Env
	faults strict.Faults
}

func (l *loader) fail(p strict.Pos, at string, en, fr string, args ...any) {
	l.faults.Add(p, at, wording.Textf(en, fr, args...))
}

func (l *loader) decode(name string, data []byte, into any) bool {
	sum := sha256.Sum256(data)
	l.seen[name] = hex.EncodeToString(sum[:])
	err := strict.Decode(name, data, into)
	if err == nil {
		return true
	}
	if f, ok := err.(strict.Faults); ok {
		l.faults = append(l.faults, f...)
	} else {
		l.fail(strict.Pos{File: name}, "", "%s", "%s", err.Error())
	}
	return false
}

// entry is a licence and its compiled conditions, with what does not depend on who asks worked out.
type entry struct {
	*Licence
	rule       wording.Text // the territorial exclusion in words
	fixed      map[string]Right
	clause     map[string]wording.Text
	duties     []Duty
	terms      []Term
	conditions []compiled
	territory  *expr.Program
	sector     *expr.Program
	excluded   []string // countries, groups expanded
}

type compiled struct {
	Condition
	allowed, lifted *expr.Program
	reads           []string
	text            wording.Text // the condition in words
	tail            wording.Text // what is counted, whose, when
	clause          wording.Text
}

// folder reads every .yaml file of a folder as one licence named after it.
func (l *loader) folder(fsys fs.FS, into map[string]*entry) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		l.fail(strict.Pos{}, "", "the folder cannot be read: %s", "le dossier est illisible : %s", err.Error())
		return
	}
	slices.Sort(names)
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			l.fail(strict.Pos{File: name}, "", "the file cannot be read: %s", "le fichier est illisible : %s", err.Error())
			continue
		}
		x := &Licence{}
		if !l.decode(name, data, x) {
			continue
		}
		if want := strings.TrimSuffix(path.Base(name), ".yaml"); x.ID != want {
			l.fail(x.Pos, "id", "the id is %q but the file is %q: they must agree", "l'id est « %s » mais le fichier est « %s » : ils doivent concorder", x.ID, name)
			continue
		}
		if _, twice := into[x.ID]; twice {
			l.fail(x.Pos, "id", "a licence %q is there already", "une licence « %s » existe déjà", x.ID)
			continue
		}
		into[x.ID] = l.entry(x)
	}
}

func (l *loader) entry(x *Licence) *entry {
	e := &entry{Licence: x}
	l.codes(x)
	for _, c := range x.CommercialUse.Conditions {
		k := compiled{Condition: c, allowed: l.compile(c.Pos, "allowed_if", c.AllowedIf)}
		if c.LiftedIf != "" {
			k.lifted = l.compile(c.Pos, "lifted_if", c.LiftedIf)
		}
		if c.MeasuredOn != "" {
			if _, ok := catalog.ParseDate(c.MeasuredOn); !ok {
				l.fail(c.Pos, "measured_on", "%q is not a day: write 2024-09-25", "« %s » n'est pas un jour : écrire 2024-09-25", c.MeasuredOn)
			}
		}
		e.conditions = append(e.conditions, k)
	}
	if t := x.Territory; t != nil {
		if t.AppliesIf != "" {
			e.territory = l.compile(t.Pos, "applies_if", t.AppliesIf)
		}
		for _, c := range t.Excluded {
			if group, ok := catalog.CountryGroup(c); ok {
				e.excluded = append(e.excluded, group...)
			} else if catalog.IsCountry(c) {
				e.excluded = append(e.excluded, c)
			} else {
				l.fail(t.Pos, "excluded", "%q is neither a country nor EU, EEA or EFTA", "« %s » n'est ni un pays ni EU, EEA ou EFTA", c)
			}
		}
	}
	if s := x.Sector; s != nil {
		e.sector = l.compile(s.Pos, "allowed_if", s.AllowedIf)
	}
	return e
}

func (l *loader) compile(p strict.Pos, at, source string) *expr.Program {
	prg, err := l.env.Compile(source)
	if err == nil {
		return prg
	}
	text := wording.Same(err.Error())
	if e, ok := err.(*expr.Error); ok {
		text = e.Text
	}
	l.faults.Add(p, at, text)
	return nil
}

var day = regexp.MustCompile(`^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$`)

// codes checks that every code is one of words.yaml.
func (l *loader) codes(x *Licence) {
	one := func(at, v string, in map[string]wording.Text) {
		if _, ok := in[v]; !ok {
			l.faults.Add(x.Pos, at, strict.NotIn(v, slices.Sorted(maps.Keys(in))))
		}
	}
	opt := func(at, v string, in map[string]wording.Text) {
		if v != "" {
			one(at, v, in)
		}
	}
	many := func(at string, list []string, in map[string]wording.Text) {
		for _, v := range list {
			one(at, v, in)
		}
	}
	w := &l.words
	one("kind", x.Kind, w.Kind)
	many("covers", x.Covers, w.Covers)
	for _, name := range x.Unread {
		if !slices.Contains(rightNames, name) {
			l.faults.Add(x.Pos, "unread", strict.NotIn(name, rightNames))
		}
	}
	one("osaid.answer", x.OSAID.Answer, w.OSAID)
	many("osaid.because", x.OSAID.Because, w.Because)
	one("commercial_use.answer", x.CommercialUse.Answer, w.Answer)
	for _, c := range x.CommercialUse.Conditions {
		one("commercial_use.conditions.otherwise", c.Otherwise, w.Consequence)
		opt("commercial_use.conditions.window", c.Window, w.Window)
		opt("commercial_use.conditions.whose", c.Whose, w.Whose)
		opt("commercial_use.conditions.of", c.Of, w.Of)
	}
	if t := x.Territory; t != nil {
		one("territory.by", t.By, w.By)
		one("territory.where", t.Where, w.Where)
	}
	if f := x.FieldOfUse; f.Restricted {
		one("field_of_use.source", f.Source, w.FieldSource)
		one("field_of_use.policy_may_change", f.PolicyMayChange, w.PolicyChange)
		many("field_of_use.uses", f.Uses, w.Use)
	}
	one("outputs.owner", x.Outputs.Owner, w.OutputsOwner)
	one("outputs.train_other_models", x.Outputs.TrainOtherModels, w.Train)
	one("derivatives.allowed", x.Derivatives.Allowed, w.Answer)
	opt("derivatives.display_when", x.Derivatives.DisplayWhen, w.DisplayWhen)
	one("redistribution.answer", x.Redistribution.Answer, w.Answer)
	one("redistribution.hosted_service_counts", x.Redistribution.HostedServiceCounts, w.Hosted)
	many("redistribution.conditions", x.Redistribution.Conditions, w.Redistribution)
	one("share_alike.answer", x.ShareAlike.Answer, w.ShareAlike)
	one("patent.grant", x.Patent.Grant, w.PatentGrant)
	one("patent.ends", x.Patent.Ends, w.PatentEnd)
	one("change.revocable", x.Change.Revocable, w.Revocable)
	one("change.may_change", x.Change.MayChange, w.MayChange)
	if x.Law != nil {
		opt("law.arbitration", x.Law.Arbitration, w.Arbitration)
		if c, _, _ := strings.Cut(x.Law.Governing, "-"); c != "" && !catalog.IsCountry(c) {
			l.fail(x.Pos, "law.governing", "%q is not a country or a subdivision of one", "« %s » n'est ni un pays ni une subdivision", x.Law.Governing)
		}
	}
	if c := x.Holder.Country; c != "" && !catalog.IsCountry(c) {
		l.fail(x.Pos, "holder.country", "%q is not a country", "« %s » n'est pas un pays", c)
	}
	one("liability.warranty", x.Liability.Warranty, w.Warranty)
	one("liability.licensee_indemnifies", x.Liability.LicenseeIndemnifies, w.Indemnifies)
	if x.Date != "" && !day.MatchString(x.Date) {
		l.fail(x.Pos, "date", "%q is not a year, a month or a day", "« %s » n'est ni une année, ni un mois, ni un jour", x.Date)
	}
}

// links checks that every document named is there.
func (l *loader) links(all map[string]*entry) {
	ids := slices.Sorted(maps.Keys(all))
	for _, id := range ids {
		x := all[id]
		for _, other := range x.Incorporates {
			if all[other] == nil {
				l.faults.Add(x.Pos, "incorporates", strict.NotIn(other, ids))
			}
		}
		if p := x.FieldOfUse.Policy; p != "" && all[p] == nil && !slices.Contains(x.NotHeld, p) {
			l.faults.Add(x.Pos, "field_of_use.policy", strict.NotIn(p, ids))
		}
	}
}
