package catalog

import (
	"fmt"
	"maps"
	"slices"

	"vigie/catalog/wording"
)

// Link names a reference fact and the record it points at; Naming lists the records that hold it.
type Link struct {
	Path   string
	Target string // id
}

// Shelf is where facts of one day are read a few records at a time. It is what a store offers instead of a Catalogue.
type Shelf interface {
	// Records gives those of the records that exist, each with its facts sorted by path and claim, and the sources
	// that the facts and what contradicts them cite.
	Records(refs []Ref) ([]DossierRecord, []Source, error)
	// Naming gives, for each link, the records whose reference fact names the target.
	Naming(links []Link) (map[Link][]Ref, error)
	// IDs lists every id of a kind, to name the nearest ones to a word that names nothing.
	IDs(kind Kind) ([]string, error)
}

// wants is what a walk over a partial view found missing.
type wants struct {
	records map[Ref]bool
	links   map[linkKey]bool
}

// get gives a record of the view, nil when there is none. In a partial view it notes a record not read yet.
func (v *View) get(r Ref) *DossierRecord {
	rec, ok := v.records[r]
	if !ok && v.wants != nil && !r.IsZero() && r.ID != "" && !v.gone[r] {
		v.wants.records[r] = true
	}
	return rec
}

// GatherFrom is View.Gather on a shelf: the same dossier, byte for byte, from the records that it needs and no others.
//
// It walks over what it has read, notes what is missing, reads that in one go, and walks again until nothing is
// missing: as many reads as the longest chain of links, not as many as there are records.
func GatherFrom(s Shelf, dict *Dictionary, on, knownOn Date, assumed []Assumption, q Query) (*Dossier, error) {
	base := &View{Dictionary: dict, On: on, KnownOn: knownOn, records: map[Ref]*DossierRecord{}, sources: map[string]Source{},
		ids: map[Kind][]string{}, targets: map[linkKey][]Ref{}}
	absent := map[Ref]bool{}
	for {
		for _, a := range assumed { // an assumption about a record that is not there is refused with the nearest ids
			if r := a.Record; absent[r] && len(base.ids[r.Kind]) == 0 {
				ids, err := s.IDs(r.Kind)
				if err != nil {
					return nil, err
				}
				base.ids[r.Kind] = ids
			}
		}
		v, err := base.partial(assumed, absent)
		if err != nil {
			return nil, err
		}
		d := newDossier(v)
		missing := v.start(d, q)
		if missing == nil {
			g := gathering{View: v, d: d, in: map[Ref]bool{}, walked: map[Ref]bool{}}
			g.run()
			if len(v.wants.records) == 0 && len(v.wants.links) == 0 {
				g.close()
				d.kept = &keptHash{}
				return d, nil
			}
		}
		if len(v.wants.records) == 0 && len(v.wants.links) == 0 {
			if missing.Nearest, err = base.near(s, missing.kind, missing.ID); err != nil {
				return nil, err
			}
			return nil, &missing.NotFoundError
		}
		if err := base.read(s, v.wants, absent); err != nil {
			return nil, err
		}
	}
}

func (v *View) near(s Shelf, kind Kind, id string) ([]string, error) {
	ids, err := s.IDs(kind)
	if err != nil {
		return nil, err
	}
	return wording.NearestFew(id, ids, 3), nil
}

// partial is the view over what was read so far, under the assumptions.
func (v *View) partial(assumed []Assumption, absent map[Ref]bool) (*View, error) {
	out := *v
	out.records = maps.Clone(v.records)
	out.gone = maps.Clone(absent)
	out.wants = &wants{records: map[Ref]bool{}, links: map[linkKey]bool{}}
	read := v.targets
	if len(assumed) > 0 {
		// Records that assumptions name must be there before they can be changed.
		for _, a := range assumed {
			out.get(a.Record)
			if (a.Op == AssumeStake || a.Op == AssumeSupply) && !IsCountry(a.Party) {
				out.get(Ref{Vendor, a.Party})
			}
		}
		if len(out.wants.records) > 0 {
			return &out, nil
		}
		changed, err := out.Assume(assumed)
		if err != nil {
			return nil, err
		}
		for r := range v.records {
			if changed.records[r] == nil {
				changed.gone[r] = true // dropped
			}
		}
		out = *changed
	} else {
		out.finish()
	}
	derived := out.targets
	out.targets = map[linkKey][]Ref{}
	for k, refs := range read {
		list := slices.Clone(derived[k])
		for _, r := range refs {
			if out.records[r] == nil && !out.gone[r] {
				list = append(list, r)
			}
		}
		slices.SortFunc(list, Ref.Compare)
		out.targets[k] = slices.Compact(list)
	}
	return &out, nil
}

// read takes in what was missing.
func (v *View) read(s Shelf, w *wants, absent map[Ref]bool) error {
	if len(w.records) > 0 {
		refs := slices.SortedFunc(maps.Keys(w.records), Ref.Compare)
		recs, sources, err := s.Records(refs)
		if err != nil {
			return fmt.Errorf("read %d records: %w", len(refs), err)
		}
		for i := range recs {
			v.records[recs[i].Ref()] = &recs[i]
			v.ids[recs[i].Kind] = append(v.ids[recs[i].Kind], recs[i].ID)
		}
		for _, src := range sources {
			v.sources[src.ID] = src
		}
		for _, r := range refs {
			if v.records[r] == nil {
				absent[r] = true
			}
		}
	}
	if len(w.links) == 0 {
		return nil
	}
	links := make([]Link, 0, len(w.links))
	for k := range w.links {
		links = append(links, Link{k.path, k.target})
	}
	slices.SortFunc(links, func(a, b Link) int { return cmpString(a.Path+"\x00"+a.Target, b.Path+"\x00"+b.Target) })
	named, err := s.Naming(links)
	if err != nil {
		return fmt.Errorf("read %d links: %w", len(links), err)
	}
	for _, l := range links {
		v.targets[linkKey{l.Path, l.Target}] = named[l]
	}
	return nil
}

// Complete gives a view over records that were all read already, for lists and pages of small catalogues. It takes
// over the records.
func Complete(dict *Dictionary, on, knownOn Date, records []DossierRecord, sources []Source) *View {
	v := &View{Dictionary: dict, On: on, KnownOn: knownOn, records: map[Ref]*DossierRecord{}, sources: map[string]Source{}, ids: map[Kind][]string{}}
	for i := range records {
		r := records[i].Ref()
		v.records[r] = &records[i]
		v.ids[r.Kind] = append(v.ids[r.Kind], r.ID)
	}
	for _, s := range sources {
		v.sources[s.ID] = s
	}
	v.finish()
	return v
}

// Recorded is a claim that was not withdrawn, with its hash and the source that it cites.
type Recorded struct {
	Claim
	Hash   string
	Source Source // zero when the claim cites none
}

// Resolve gives the facts that hold on a day for one path of one record: none when no claim counts yet, several only
// for a cumulative fact. settled is the newest settlement about them, nil for none.
func Resolve(def *FactDef, claims []Recorded, settled *Settlement, on Date) []Fact {
	var lives []live
	for _, c := range claims {
		if !c.counts(on) {
			continue
		}
		l := live{Claim: c.Claim, hash: c.Hash, src: c.Source}
		l.rank = def.Rank(l.kind(), c.Source.Signed)
		lives = append(lives, l)
	}
	switch {
	case len(lives) == 0:
		return nil
	case !def.Cumulative:
		return []Fact{resolve(def, lives, settled, on)}
	}
	out := make([]Fact, len(lives))
	for i, l := range lives {
		out[i] = resolve(def, []live{l}, nil, on)
	}
	return out
}

func (c Recorded) counts(on Date) bool {
	return !c.AsOf.After(on) && (c.Source.ValidUntil == "" || !c.Source.ValidUntil.Before(on))
}

// Turns lists, sorted, the days from which what Resolve answers may differ from the day before. Staleness, which
// Resolve works out for the day asked, is not among them.
func Turns(claims []Recorded) []Date {
	var out []Date
	for _, c := range claims {
		out = append(out, c.AsOf)
		if u := c.Source.ValidUntil; u != "" && !u.Before(c.AsOf) {
			out = append(out, DateOf(u.Time().AddDate(0, 0, 1)))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Overrules reports whether s was decided after o and therefore holds instead of it.
func (s Settlement) Overrules(o Settlement) bool { return s.overrules(o) }

// Sorted puts the facts of a record in the order that dossiers have.
func (r *DossierRecord) Sorted() { r.sort() }

// StaleOn reports whether a statement true on a day is older than the dictionary allows on another.
func (f *FactDef) StaleOn(asOf, on Date) bool {
	return f.StaleAfter > 0 && asOf.AddMonths(int(f.StaleAfter)).Before(on)
}

// Faults says what is wrong with a value as an answer to this fact, nothing when it fits: its type, its form and, for
// each element, what ParseNode would refuse or write otherwise.
func (f *FactDef) Faults(v Value) []wording.Text {
	if v.Type != f.Type {
		return []wording.Text{wording.Textf("expected the type %s, found %s", "type attendu : %s ; trouvé : %s", string(f.Type), wording.Quoted(string(v.Type)))}
	}
	switch {
	case f.Many && !v.Many:
		return []wording.Text{wording.Textf("expected a list", "attendu : une liste")}
	case !f.Many && v.Many:
		return []wording.Text{wording.Textf("expected one value, found a list", "attendu : une seule valeur ; trouvé : une liste")}
	}
	var faults []wording.Text
	bad := func(t wording.Text) { faults = append(faults, t) }
	elements := v.List
	if !v.Many {
		elements = []Value{v}
	}
	for _, e := range elements {
		was := e
		e.Many, e.List, e.Complete = false, nil, false
		if f.check(&e, bad); e.Num != was.Num {
			bad(wording.Textf("write %s as %s", "écrire %s sous la forme %s", wording.Quoted(was.Num), wording.Quoted(e.Num)))
		}
	}
	if sorted := v; v.Many {
		sorted.List = slices.Clone(v.List)
		if sorted.normalise(); !slices.EqualFunc(sorted.List, v.List, Value.Equal) {
			bad(wording.Textf("the list is not sorted, or holds an element twice", "la liste n'est pas triée ou contient deux fois un élément"))
		}
	}
	return faults
}
