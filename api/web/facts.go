package web

import (
	"net/url"
	"slices"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/finding"
)

// Fact is one fact as a page shows it.
type Fact struct {
	ID         string // of its line, where lines can be cited; empty elsewhere
	Cite       string // the line as a citation; {address} stands for where it is
	Label      string
	Of         *Link  // whose fact it is, where the label leaves that open
	State      string // known, absent, unknown, disputed, derived
	Value      []Link
	Evidence   *Evidence
	Notes      []string // remark, inheritance, settlement
	Stale      string
	Contradict []Claim
}

// Claim is a claim that contradicts a fact.
type Claim struct {
	Intro    string // that another source says otherwise, and whether it is newer
	Value    []Link
	Evidence *Evidence
}

// Evidence tells where a claim was read.
type Evidence struct {
	Source   *Link  // nil: no source was read
	Locator  string // as the reader sees it
	place    string // as recorded, which the document itself is searched for
	Strength string
	AsOf     string
}

// Source is an entry of a list of sources.
type Source struct {
	Number    int
	Anchor    string
	Title     string
	Publisher string
	Kind      string
	Published string
	Read      string
	Notes     []string
	URL       string // only http and https
}

// pen writes the facts of one page.
type pen struct {
	Base
	sp      service.Speaker
	cited   []catalog.Source
	number  map[string]int
	used    map[string]bool // sources that a line names
	derived map[string]finding.Derived
	dossier *catalog.Dossier // nil on pages that show no assessment

	sourcesAt string // address of the page that lists the sources, where this one does not
}

// newPen numbers the sources as reports do: the strongest first.
func (b Base) newPen(sp service.Speaker, sources []catalog.Source) *pen {
	p := &pen{Base: b, sp: sp, cited: slices.Clone(sources), number: map[string]int{}, used: map[string]bool{}, derived: map[string]finding.Derived{}}
	slices.SortStableFunc(p.cited, func(x, y catalog.Source) int {
		if d := y.Kind.Rank(y.Signed) - x.Kind.Rank(x.Signed); d != 0 {
			return d
		}
		return strings.Compare(x.Publisher+"\x00"+x.Title+"\x00"+x.ID, y.Publisher+"\x00"+y.Title+"\x00"+y.ID)
	})
	for i, s := range p.cited {
		p.number[s.ID] = i + 1
	}
	return p
}

func anchorOf(id string) string { return "source-" + id }

func (p *pen) evidence(source string, kind catalog.SourceKind, signed bool, locator string, asOf catalog.Date) *Evidence {
	e := &Evidence{Locator: p.sp.Place(locator), place: locator, Strength: p.sp.Strength(kind, signed), AsOf: p.Day(asOf)}
	if n := p.number[source]; n > 0 {
		p.used[source] = true
		e.Source = &Link{Text: p.sp.Said(p.cited[n-1].Title), Href: p.sourcesAt + "#" + anchorOf(source)}
	}
	return e
}

// value writes a value; references lead to their records, addresses outside.
func (p *pen) value(path string, state catalog.State, v *catalog.Value, disputed bool) []Link {
	def := p.sp.Def(path)
	if state == catalog.Known && !disputed && def != nil && v != nil {
		switch def.Type {
		case catalog.TypeReference:
			elems := []catalog.Value{*v}
			if v.Many {
				elems = v.List
			}
			var out []Link
			for _, e := range elems {
				out = append(out, p.recordLink(p.sp, catalog.Ref{Kind: def.RefersTo, ID: e.Text}))
			}
			if v.Many && !v.Complete && len(out) > 0 {
				out = append(out, Link{Text: p.w("fact.partial")})
			}
			if len(out) > 0 {
				return out
			}
		case catalog.TypeURL:
			if !v.Many {
				return []Link{{Text: v.Text, Href: webAddress(v.Text)}}
			}
		}
	}
	return []Link{{Text: p.sp.State(path, state, v, disputed)}}
}

// webAddress lets only addresses of the web become links.
func webAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	return u.String()
}

func stateClass(s catalog.State, disputed bool) string {
	if disputed {
		return "disputed"
	}
	return string(s)
}

// fact shows a fact of a record.
func (p *pen) fact(f catalog.Fact) Fact {
	out := Fact{Label: p.sp.Label(f.Path), State: stateClass(f.State, f.Disputed), Value: p.value(f.Path, f.State, f.Value, f.Disputed)}
	if f.State != catalog.Unknown {
		out.Evidence = p.evidence(f.Source, f.Kind, f.Signed, f.Locator, f.AsOf)
	}
	if f.Note != "" {
		out.Notes = append(out.Notes, p.sp.Said(f.Note))
	}
	if f.InheritedFrom != nil {
		out.Notes = append(out.Notes, p.w("fact.inherited", p.sp.Text(p.sp.Names(*f.InheritedFrom))))
	}
	if f.Settled != "" {
		out.Notes = append(out.Notes, p.w("fact.settled", f.Settled))
	}
	if f.Stale {
		out.Stale = p.w("fact.stale", p.Day(f.AsOf))
	}
	for _, c := range f.Contradicts {
		intro := p.w("fact.against")
		switch {
		case f.Disputed:
			intro = p.w("fact.one_says")
		case c.Newer:
			intro = p.w("fact.against_newer")
		}
		out.Contradict = append(out.Contradict, Claim{Intro: intro, Value: p.value(f.Path, c.State, c.Value, false),
			Evidence: p.evidence(c.Source, c.Kind, false, c.Locator, c.AsOf)})
	}
	return out
}

// use shows a fact as a criterion or knock-out read it.
func (p *pen) use(u evaluator.FactUse) Fact {
	if u.Derived {
		return p.computed(u)
	}
	f := p.dossier.Record(u.Record).Fact(u.Path)
	out := p.fact(f)
	if p.ambiguous(u.Record) {
		l := p.recordLink(p.sp, u.Record)
		out.Of = &l
	}
	return out
}

// ambiguous reports whether a label leaves open whose fact it is.
func (p *pen) ambiguous(r catalog.Ref) bool {
	roles := p.dossier.Roles
	switch r.Kind {
	case catalog.Model:
		return len(roles.Models) > 1
	case catalog.Licence:
		return len(roles.Licences) > 1
	case catalog.Vendor:
		return r != roles.Vendor || len(roles.Providers) > 1
	}
	return false
}

// computed shows a derived fact: its value or those still possible, and why.
func (p *pen) computed(u evaluator.FactUse) Fact {
	out := Fact{Label: p.sp.Label(u.Path), State: "derived", Value: p.value(u.Path, u.State, u.Value, false)}
	d, ok := p.derived[u.Path]
	if u.State == catalog.Unknown {
		out.State = "unknown"
		if ok && len(d.Possible) > 1 {
			def := p.sp.Def(u.Path)
			var words []string
			for _, v := range d.Possible {
				words = append(words, wording.Quote(p.Lang, p.sp.Value(def, v)))
			}
			out.Value = []Link{{Text: p.w("fact.possible", strings.Join(words, p.w("or")))}}
		}
	}
	if ok && !d.Reason.IsZero() {
		out.Notes = append(out.Notes, p.sp.Text(d.Reason))
	}
	return out
}

// sources lists what was cited.
func (p *pen) sources() []Source {
	var out []Source
	for i, s := range p.cited {
		x := Source{Number: i + 1, Anchor: anchorOf(s.ID), Title: p.sp.Said(s.Title), Publisher: p.sp.Said(s.Publisher), Kind: p.sp.Text(s.Kind.Label()),
			Published: p.Day(s.Published), Read: p.Day(s.Read), URL: webAddress(s.URL)}
		if s.Undated {
			x.Notes = append(x.Notes, p.w("source.undated"))
		}
		if s.ValidUntil != "" {
			x.Notes = append(x.Notes, p.w("source.valid_until", p.Day(s.ValidUntil)))
		}
		if s.Via != "" {
			x.Notes = append(x.Notes, p.w("source.via", p.sp.Said(s.Via)))
		}
		if s.Note != "" {
			x.Notes = append(x.Notes, p.sp.Said(s.Note))
		}
		out = append(out, x)
	}
	return out
}

// usedSources lists those that the lines written so far name.
func (p *pen) usedSources() []Source {
	return slices.DeleteFunc(p.sources(), func(x Source) bool { return !p.used[strings.TrimPrefix(x.Anchor, anchorOf(""))] })
}
