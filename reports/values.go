package reports

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"vigie/catalog"
	"vigie/catalog/phrasebook"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/reports/tree"
)

// value writes a value in words: choices by their label, countries by name, numbers with their unit.
func (b *builder) value(def *catalog.FactDef, v catalog.Value) tree.Text {
	if !v.Many {
		return b.scalar(def, v)
	}
	var parts []tree.Text
	rest := v.List
	if v.Type == catalog.TypeCountry {
		var group tree.Text
		if group, rest = b.countryGroup(v.List); group != nil {
			parts = append(parts, group)
		}
	}
	for _, e := range rest {
		parts = append(parts, b.scalar(def, e))
	}
	if v.Type == catalog.TypeCountry && len(parts) > 1 {
		from := len(parts) - len(rest)
		slices.SortStableFunc(parts[from:], func(x, y tree.Text) int { return strings.Compare(x.String(), y.String()) })
	}
	sep := ", "
	if v.Type == catalog.TypeText {
		sep = b.say("; ", " ; ")
	}
	out := joined(sep, parts)
	switch {
	case len(parts) == 0 && v.Complete:
		out = tree.T(b.say("none", "aucun"))
	case len(parts) == 0:
		out = tree.Marked(tree.MarkUnknown, b.say("not known", "inconnu"))
	case !v.Complete:
		out = out.Add(tree.Q(b.say(" (at least; the list may go on)", " (au moins ; la liste peut continuer)")))
	}
	return out
}

// countryGroup takes the European Economic Area or the Union out of a list that holds it whole.
func (b *builder) countryGroup(list []catalog.Value) (tree.Text, []catalog.Value) {
	for _, g := range []struct {
		codes []string
		words wording.Text
	}{
		{catalog.EEA(), wording.Text{EN: "European Economic Area (30 countries)", FR: "Espace économique européen (30 pays)"}},
		{catalog.EU(), wording.Text{EN: "European Union (27 countries)", FR: "Union européenne (27 pays)"}},
	} {
		rest := slices.DeleteFunc(slices.Clone(list), func(v catalog.Value) bool { return slices.Contains(g.codes, v.Text) })
		if len(list)-len(rest) == len(g.codes) {
			return tree.T(b.t(g.words)), rest
		}
	}
	return nil, list
}

func (b *builder) scalar(def *catalog.FactDef, v catalog.Value) tree.Text {
	unit := ""
	if def != nil && def.Unit != "" {
		unit = b.t(b.Dictionary.Unit(def.Unit))
	}
	switch v.Type {
	case catalog.TypeURL:
		return tree.Text{{Text: v.Text, URL: v.Text}}
	case catalog.TypeCountry:
		return tree.T(catalog.CountryName(v.Text).In(b.l))
	case catalog.TypeLanguage:
		return tree.T(b.language(v.Text))
	case catalog.TypeInteger, catalog.TypeNumber:
		return tree.T(wording.Unit(b.l, v.Num, unit))
	case catalog.TypePercent:
		return tree.T(wording.Percent(b.l, v.Num))
	case catalog.TypeMoney:
		s := wording.Money(b.l, v.Num, v.Currency)
		if unit != "" {
			s += " " + unit
		}
		return tree.T(s)
	case catalog.TypeBoolean:
		if v.Bool {
			return tree.T(b.say("yes", "oui"))
		}
		return tree.T(b.say("no", "non"))
	case catalog.TypeDate:
		return tree.T(catalog.Date(v.Text).In(b.l))
	case catalog.TypeChoice:
		if def != nil {
			if c, ok := def.Choice(v.Text); ok {
				return tree.T(b.t(c.Label()))
			}
		}
	case catalog.TypeReference:
		if def != nil {
			return b.link(catalog.Ref{Kind: def.RefersTo, ID: v.Text})
		}
	case catalog.TypeFile:
		return tree.T(b.say("file, SHA-256 ", "fichier, SHA-256 ") + v.Text)
	}
	if b.l == wording.FR && v.FR != "" {
		return tree.T(v.FR)
	}
	if v.Type == catalog.TypeText && v.FR == "" {
		return tree.T(b.said(v.Text))
	}
	return tree.T(v.Text)
}

var languageNames = map[wording.Lang]display.Namer{
	wording.EN: display.Languages(language.English),
	wording.FR: display.Languages(language.French),
}

func (b *builder) language(code string) string {
	if code == "multilingual" {
		return b.say("multilingual", "multilingue")
	}
	t, err := language.Parse(code)
	if err != nil {
		return code
	}
	if n := languageNames[b.l].Name(t); n != "" {
		return n
	}
	return code
}

// state writes what is known of a fact: its value, what its absence means, or that it is not known.
func (b *builder) state(def *catalog.FactDef, state catalog.State, v *catalog.Value, disputed bool) tree.Text {
	switch {
	case state == catalog.Known && v != nil:
		return b.value(def, *v)
	case state == catalog.Absent:
		words := b.say("known to be absent", "absence constatée")
		if def != nil && def.AbsentRule != nil && !def.AbsentRule.Means.IsZero() {
			words = b.t(def.AbsentRule.Means)
		}
		return tree.Marked(tree.MarkAbsent, words)
	case disputed:
		return tree.Marked(tree.MarkWarning, b.say("disputed: sources of equal weight differ", "contesté : des sources de même poids divergent"))
	}
	return tree.Marked(tree.MarkUnknown, b.say("not known", "inconnu"))
}

// strength is a kind of source in a word or two.
func (b *builder) strength(k catalog.SourceKind, signed bool) string {
	switch k {
	case catalog.KindAudit:
		return b.say("audit", "audit")
	case catalog.KindRegister:
		return b.say("register", "registre")
	case catalog.KindTest:
		return b.say("measurement", "mesure")
	case catalog.KindContract:
		if signed {
			return b.say("signed contract", "contrat signé")
		}
		return b.say("public terms", "conditions publiques")
	case catalog.KindPublication:
		return b.say("publication", "publication")
	case catalog.KindDeclaration:
		return b.say("declaration", "déclaration")
	case catalog.KindPress:
		return b.say("press", "presse")
	}
	return b.say("no source", "sans source")
}

// asked is the weakest evidence that a knock-out accepts. Public terms bind as a signed contract does.
func (b *builder) asked(k catalog.SourceKind) string {
	if k == catalog.KindContract {
		return b.say("contract or binding terms", "contrat ou conditions opposables")
	}
	return b.strength(k, false)
}

// cite is the number of a source, leading to it.
func (b *builder) cite(id string) tree.Text {
	n := b.numbers[id]
	if n == 0 {
		return nil
	}
	return tree.Text{{Text: "[" + itoa(n) + "]", Style: tree.Reference, To: "source-" + itoa(n)}}
}

// originOf is where a fact was read. What the organisation says of itself and of its use needs no source.
func (b *builder) originOf(f catalog.Fact) tree.Text {
	switch {
	case f.State == catalog.Unknown:
		return nil
	case aboutUs(f.Path) && f.Source == "":
		return tree.Q(b.say("own statement", "propre à l'organisation"))
	}
	return b.origin(f.Source, f.Kind, f.Signed, f.Locator)
}

// origin is where a claim was read: number, place in the document, strength.
func (b *builder) origin(source string, kind catalog.SourceKind, signed bool, locator string) tree.Text {
	var out tree.Text
	locator = asRead(b.l, phrasebook.Place(b.l, locator))
	if c := b.cite(source); c != nil {
		out = c
		if locator != "" {
			out = out.Add(tree.T(" " + locator))
		}
		return out.Add(tree.Q(" · " + b.strength(kind, signed)))
	}
	if locator != "" {
		out = tree.T(locator + " · ")
	}
	return out.Add(tree.Q(b.strength(catalog.KindNone, false)))
}

// use is one fact as a criterion or knock-out read it: label, value, origin.
func (b *builder) use(u evaluator.FactUse) tree.Row {
	def := b.def(u.Path)
	label := tree.T(b.label(u.Path))
	if u.Derived {
		return b.derivedRow(u, def, label)
	}
	value := tree.Cell{b.state(def, u.State, u.Value, u.Disputed)}
	f := b.Dossier.Record(u.Record).Fact(u.Path)
	value = append(value, b.remarks(f)...)
	name := tree.C(label)
	if b.ambiguous(u.Record) {
		name = append(name, tree.Q(b.name(u.Record)))
	}
	return tree.Row{Cells: []tree.Cell{name, value, {b.originOf(f)}}}
}

// ambiguous reports whether a fact's label leaves open whose fact it is: a role held by several.
func (b *builder) ambiguous(r catalog.Ref) bool {
	switch r.Kind {
	case catalog.Model:
		return len(b.Dossier.Roles.Models) > 1
	case catalog.Licence:
		return len(b.Dossier.Roles.Licences) > 1
	case catalog.Vendor:
		return r != b.Dossier.Roles.Vendor || len(b.Dossier.Roles.Providers) > 1
	}
	return false
}

// remarks is what must be said beside a value: stale, inherited, settled by a person, assumed, contradicted.
func (b *builder) remarks(f catalog.Fact) []tree.Text {
	var out []tree.Text
	note := func(m tree.Mark, s string) { out = append(out, tree.Text{{Text: s, Style: tree.Quiet, Mark: m}}) }
	if f.Stale {
		note(tree.MarkWarning, b.say("out of date: as of %s", "périmé : au %s", f.AsOf.In(b.l)))
	}
	if f.InheritedFrom != nil {
		note(tree.NoMark, b.say("taken from its parent, %s", "repris de sa société mère, %s", b.name(*f.InheritedFrom)))
	}
	if f.Settled != "" {
		note(tree.NoMark, b.say("settled by a reviewer: %s", "tranché par un relecteur : %s", f.Settled))
	}
	if f.ToCheck() {
		note(tree.MarkWarning, b.say("to check: a newer, weaker source says otherwise", "à vérifier : une source plus récente, moins forte, dit autre chose"))
	}
	return out
}

// derivedRow is a fact that Vigie computes: its value or what remains possible, why, and the sources it rests on.
func (b *builder) derivedRow(u evaluator.FactUse, def *catalog.FactDef, label tree.Text) tree.Row {
	d, ok := b.derived[u.Path]
	value := tree.Cell{b.state(def, u.State, u.Value, false)}
	var cites []tree.Text
	if ok {
		value = tree.Cell{b.derivedValue(d, def)}
		if !d.Reason.IsZero() {
			value = append(value, tree.Q(b.t(d.Reason)))
		}
		cites = b.cites(d.Used)
	}
	origin := tree.Q(b.say("computed", "calculé"))
	if len(cites) > 0 {
		origin = origin.Add(tree.Q(b.say(" from ", " d'après ")), joined(" ", cites))
	}
	return tree.Row{Cells: []tree.Cell{tree.C(label), value, {origin}}}
}

// cites lists the sources of facts, each once, at most six.
func (b *builder) cites(refs []catalog.FactRef) []tree.Text {
	var out []tree.Text
	var seen []string
	for _, r := range refs {
		f := b.Dossier.Record(r.Record).Fact(r.Path)
		if c := b.cite(f.Source); c != nil && !slices.Contains(seen, f.Source) {
			seen = append(seen, f.Source)
			if len(out) == 6 {
				return append(out, tree.Q("…"))
			}
			out = append(out, c)
		}
	}
	return out
}

// labels names facts, each once.
func (b *builder) labels(paths []string) []string {
	var out []string
	for _, p := range paths {
		if l := b.label(p); !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}
