package catalog

import (
	"slices"

	"vigie/catalog/wording"
)

// View is the catalogue as it stood: the facts of one day (on), by what had been recorded until another
// (known on). It is built once and serves any number of dossiers.
type View struct {
	Dictionary *Dictionary
	On         Date
	KnownOn    Date

	records map[Ref]*DossierRecord
	sources map[string]Source
	targets map[linkKey][]Ref // records whose reference fact names a record
	ids     map[Kind][]string

	assumptions []Assumption

	wants *wants       // nil in a view that holds everything
	gone  map[Ref]bool // in a partial view: records known not to be there
}

type linkKey struct {
	path   string
	target string
}

// At resolves every claim of the catalogue for a day. Claims recorded after knownOn are not seen.
func (c *Catalogue) At(dict *Dictionary, on, knownOn Date) *View {
	v := &View{Dictionary: dict, On: on, KnownOn: knownOn, records: map[Ref]*DossierRecord{}, sources: map[string]Source{}, ids: map[Kind][]string{}}
	for _, s := range c.Sources {
		v.sources[s.ID] = s
	}
	limit := EndOf(knownOn)
	withdrawn := map[string]bool{}
	for _, w := range c.Withdrawals {
		if !w.At.After(limit) {
			withdrawn[w.Claim] = true
		}
	}
	settled := map[FactRef]*Settlement{}
	for i, s := range c.Settlements {
		k := FactRef{s.Record, s.Path}
		if !s.At.After(limit) && (settled[k] == nil || s.overrules(*settled[k])) {
			settled[k] = &c.Settlements[i]
		}
	}
	for _, r := range c.Records {
		if v.records[r] == nil {
			v.records[r] = &DossierRecord{Kind: r.Kind, ID: r.ID}
			v.ids[r.Kind] = append(v.ids[r.Kind], r.ID)
		}
	}
	byFact := map[FactRef][]live{}
	var order []FactRef
	for _, cl := range c.Claims {
		src := v.sources[cl.Source]
		expired := src.ValidUntil != "" && src.ValidUntil.Before(on)
		if cl.AsOf.After(on) || cl.RecordedAt.After(limit) || expired || v.records[cl.Record] == nil {
			continue
		}
		def, declared := dict.Fact(cl.Path)
		h := cl.Hash()
		k := FactRef{cl.Record, cl.Path}
		again := slices.ContainsFunc(byFact[k], func(l live) bool { return l.hash == h }) // catalogues merged that share a claim
		if !declared || withdrawn[h] || again {
			continue
		}
		if byFact[k] == nil {
			order = append(order, k)
		}
		l := live{Claim: cl, hash: h, src: src}
		l.rank = def.Rank(l.kind(), src.Signed)
		byFact[k] = append(byFact[k], l)
	}
	for _, k := range order {
		def, _ := dict.Fact(k.Path)
		rec := v.records[k.Record]
		if def.Cumulative {
			for _, cl := range byFact[k] {
				rec.Facts = append(rec.Facts, resolve(def, []live{cl}, nil, on))
			}
			continue
		}
		rec.Facts = append(rec.Facts, resolve(def, byFact[k], settled[k], on))
	}
	v.finish()
	return v
}

// finish sorts facts and indexes references.
func (v *View) finish() {
	v.targets = map[linkKey][]Ref{}
	for _, ids := range v.ids {
		slices.Sort(ids)
	}
	var refs []Ref
	for r, rec := range v.records {
		rec.sort()
		refs = append(refs, r)
	}
	slices.SortFunc(refs, Ref.Compare)
	for _, r := range refs {
		for _, f := range v.records[r].Facts {
			if f.State != Known || f.Value.Type != TypeReference {
				continue
			}
			for _, id := range f.Value.Texts() {
				k := linkKey{f.Path, id}
				v.targets[k] = append(v.targets[k], r)
			}
		}
	}
}

// Record gives a record as it stood.
func (v *View) Record(r Ref) (*DossierRecord, bool) {
	rec, ok := v.records[r]
	return rec, ok
}

// IDs lists the ids of the records of one kind, sorted.
func (v *View) IDs(k Kind) []string { return v.ids[k] }

// Name is the name of a record, its id when no name is known.
func (v *View) Name(r Ref) wording.Text {
	if rec, ok := v.records[r]; ok {
		return rec.Name()
	}
	return wording.Same(r.ID)
}

// Naming lists the records whose reference fact path names the record id.
func (v *View) Naming(path, id string) []Ref {
	refs, ok := v.targets[linkKey{path, id}]
	if !ok && v.wants != nil && id != "" {
		v.wants.links[linkKey{path, id}] = true
	}
	return refs
}

// Source gives a source by id.
func (v *View) Source(id string) (Source, bool) {
	s, ok := v.sources[id]
	return s, ok
}

func (v *View) one(r Ref, path string, kind Kind) Ref {
	if rec := v.get(r); rec != nil {
		if f := rec.Fact(path); f.State == Known && f.Value.Type == TypeReference && !f.Value.Many {
			return Ref{kind, f.Value.Text}
		}
	}
	return Ref{}
}

func (v *View) many(r Ref, path string, kind Kind) []Ref {
	var out []Ref
	if rec := v.get(r); rec != nil {
		if f := rec.Fact(path); f.State == Known && f.Value.Type == TypeReference {
			for _, id := range f.Value.Texts() {
				out = append(out, Ref{kind, id})
			}
		}
	}
	return out
}
