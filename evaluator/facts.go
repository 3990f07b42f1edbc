package evaluator

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/evaluator/derive"
	"vigie/evaluator/expr"
	"vigie/evaluator/finding"
)

// reading is the facts as expressions see them, from all claims or only from those strong enough. Paths are looked
// up when they are first needed: a knock-out that is judged on strong evidence reads few.
type reading struct {
	in       *Input
	dossier  *catalog.Dossier
	facts    *expr.Facts
	loaded   map[string]bool
	derived  map[string]finding.Derived
	asked    map[derive.Engine]bool // engines are asked when one of their facts is first needed
	findings []finding.Finding
	brief    bool                       // only the values of derived facts matter
	possible map[string][]catalog.Value // unknown, but one of these
}

// aboutUs tells the facts that the organisation states about itself and its use: they are the question, not
// evidence about the offering, and count whatever their source.
func aboutUs(path string) bool {
	root, _, _ := strings.Cut(path, ".")
	return root == "organisation" || root == "use_case" || root == "assessment" || root == "eea"
}

// read makes a reading with every path looked up.
func (in *Input) read(minStrength float64) *reading {
	r := in.open(minStrength)
	r.load(in.Framework.Reads)
	for _, e := range engines {
		r.ask(e)
	}
	return r
}

// open makes a reading of the dossier. minStrength leaves out facts whose kind of source proves less; how the
// offering is deployed always stays, as it says which offering is judged.
func (in *Input) open(minStrength float64) *reading {
	d := in.Dossier
	if minStrength > 0 {
		d = d.Where(func(_ catalog.Ref, f catalog.Fact) bool {
			return aboutUs(f.Path) || f.Assumed || f.Path == deploymentPath || in.Framework.Strength(f.Kind) >= minStrength
		})
	}
	r := &reading{in: in, dossier: d, facts: in.Framework.Env.NewFacts(d.On), loaded: map[string]bool{}, possible: map[string][]catalog.Value{},
		derived: map[string]finding.Derived{}, asked: map[derive.Engine]bool{}}
	if in.Derived != nil {
		r.holds(in.Derived)
	}
	return r
}

// load looks the paths up.
func (r *reading) load(paths []string) {
	for _, path := range paths {
		if r.loaded[path] {
			continue
		}
		r.loaded[path] = true
		decl, _ := r.in.Framework.Env.Path(path)
		switch {
		case decl.Derived:
			if e, ok := r.in.Knowledge.engineOf(path); ok {
				r.ask(e)
			}
			r.setDerived(path)
		case decl.Fact != nil:
			r.setFact(path, decl.Fact)
		}
	}
}

// holds takes derived facts as given: no engine is asked.
func (r *reading) holds(derived map[string]finding.Derived) {
	r.derived = derived
	for _, e := range engines {
		r.asked[e] = true
	}
}

// ask asks an engine, once.
func (r *reading) ask(e derive.Engine) {
	if r.asked[e] {
		return
	}
	r.asked[e] = true
	derived, findings := r.in.Knowledge.run(e, r.dossier, r.in.LawOn, r.brief)
	for _, x := range derived {
		r.derived[x.Path] = x
	}
	r.findings = append(r.findings, findings...)
}

// explain makes a brief reading say what would settle its derived facts.
func (r *reading) explain() {
	if !r.brief || r.in.Derived != nil {
		return
	}
	r.brief = false
	for _, e := range engines {
		if r.asked[e] && e == derive.EngineJurisdiction { // the only one whose brief answers say less
			r.asked[e] = false
			r.ask(e)
		}
	}
}

func (r *reading) setDerived(path string) {
	x, ok := r.derived[path]
	switch {
	case !ok:
		return
	case x.State == catalog.Known, x.State == catalog.Absent && x.Value != nil:
		r.facts.Set(path, *x.Value)
	case len(x.Possible) == 1:
		r.facts.Set(path, x.Possible[0])
	case len(x.Possible) > 1:
		r.possible[path] = x.Possible
	}
}

// setFact combines what the holders of a path say: one value when they agree, unknown when one is unknown or not even
// named, one of several when they differ (an offering that runs several models).
func (r *reading) setFact(path string, def *catalog.FactDef) {
	root, _, _ := strings.Cut(path, ".")
	if len(r.dossier.Unnamed(root)) > 0 {
		return
	}
	var values []catalog.Value
	for _, holder := range r.dossier.Holder(root) {
		f := r.dossier.Record(holder).Fact(path)
		v, ok := seen(f, def)
		if !ok {
			if path == deploymentPath && !r.dossier.Roles.Vendor.IsZero() {
				r.possible[path] = servedByOthers(def)
			}
			return
		}
		if !slices.ContainsFunc(values, v.Equal) {
			values = append(values, v)
		}
	}
	switch len(values) {
	case 0:
	case 1:
		r.facts.Set(path, values[0])
	default:
		r.possible[path] = values
	}
}

const deploymentPath = "offering.deployment"

// servedByOthers lists the deployments of an offering that a recorded vendor serves: any but self-hosting. The dossier
// was gathered around that vendor, and a catalogue that says both is refused.
func servedByOthers(def *catalog.FactDef) []catalog.Value {
	var out []catalog.Value
	for _, code := range def.Codes() {
		if code != "self_hosted" {
			out = append(out, catalog.ChoiceValue(code))
		}
	}
	return out
}

// seen is what an expression sees of a fact: its value, what the dictionary says absence is worth, or nothing.
func seen(f catalog.Fact, def *catalog.FactDef) (catalog.Value, bool) {
	switch f.State {
	case catalog.Known:
		return *f.Value, true
	case catalog.Absent:
		if def.AbsentRule != nil && def.AbsentRule.Value != nil {
			return *def.AbsentRule.Value, true
		}
	}
	return catalog.Value{}, false
}

// uses lists what a path rests on, for the explanation of a criterion.
func (r *reading) uses(path string, env *expr.Env) []FactUse {
	decl, _ := env.Path(path)
	if decl.Derived {
		u := FactUse{Path: path, State: catalog.Unknown, Derived: true}
		if x, ok := r.derived[path]; ok {
			u.State, u.Value = x.State, x.Value
		}
		return []FactUse{u}
	}
	if decl.Fact == nil {
		return nil
	}
	root, _, _ := strings.Cut(path, ".")
	holders := r.dossier.Holder(root)
	if len(holders) == 0 {
		return []FactUse{{Path: path, State: catalog.Unknown}}
	}
	var out []FactUse
	for _, h := range holders {
		f := r.dossier.Record(h).Fact(path)
		u := FactUse{Path: path, Record: h, State: f.State, Value: f.Value, Source: f.Source, Kind: f.Kind, Claim: f.Claim, Disputed: f.Disputed, Stale: f.Stale,
			InheritedFrom: f.InheritedFrom, Assumed: f.Assumed}
		if f.State == catalog.Unknown {
			u.Value, u.Kind = nil, ""
		}
		out = append(out, u)
	}
	if len(r.dossier.Unnamed(root)) > 0 {
		out = append(out, FactUse{Path: path, State: catalog.Unknown})
	}
	return out
}

// evidenceKinds gives the kind of source of each fact that a path rests on; "" stands for one not known.
func (r *reading) evidenceKinds(path string, env *expr.Env) []catalog.SourceKind {
	var out []catalog.SourceKind
	if x, ok := r.derived[path]; ok && x.State == catalog.Known {
		for _, u := range x.Used {
			if f := r.dossier.Record(u.Record).Fact(u.Path); f.State != catalog.Unknown && !aboutUs(u.Path) {
				out = append(out, f.Kind)
			}
		}
		if len(out) == 0 {
			out = append(out, catalog.KindNone)
		}
		return out
	}
	for _, u := range r.uses(path, env) {
		if u.State == catalog.Unknown {
			out = append(out, "")
		} else {
			out = append(out, u.Kind)
		}
	}
	return out
}
