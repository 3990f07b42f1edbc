package store

import (
	"encoding/hex"
	"fmt"
	"slices"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// shelf implements catalog.Shelf in one snapshot of the database: from the table of periods when everything recorded
// counts, from the claims themselves when only what was known on some day does.
type shelf struct {
	store *Store
	q     query
	at    asOf
	scope Scope
	known map[string]catalog.Source // read already
}

// found gathers the records being read.
type found struct {
	recs  []catalog.DossierRecord
	leaf  map[int64]int // index in recs
	cited map[string]bool
}

// Records implements catalog.Shelf.
func (s *shelf) Records(refs []catalog.Ref) ([]catalog.DossierRecord, []catalog.Source, error) {
	list, err := recordRows(s.q, refs)
	list = slices.DeleteFunc(list, func(r recordRow) bool { return !s.scope.Sees(entityName(r.Entity)) })
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	f := &found{leaf: map[int64]int{}, cited: map[string]bool{}}
	leaves := make([]any, len(list))
	for i := range list {
		f.leaf[list[i].Leaf], leaves[i] = i, list[i].Leaf
		f.recs = append(f.recs, catalog.DossierRecord{Kind: catalog.Kind(list[i].Kind), ID: list[i].ID})
	}
	open := leaves // records of which claims are read
	if s.at.limit == 0 {
		if open, err = s.holding(f, leaves); err != nil {
			return nil, nil, err
		}
	}
	sources, err := s.contested(f, open)
	if err != nil {
		return nil, nil, err
	}
	for i := range f.recs {
		f.recs[i].Sorted()
	}
	return f.recs, sources, nil
}

// holding reads the facts that rest on one claim; it gives the records that have others too.
func (s *shelf) holding(f *found, leaves []any) ([]any, error) {
	var open []any
	type part struct {
		record int64
		fact   catalog.Fact
	}
	var parts []part
	var rests int64
	var r claimRow
	into := []any{&r.Record, &r.Path, &rests, &r.Hash, &r.State, &r.Form, &r.Type, &r.Value, &r.French, &r.Currency, &r.Source, &r.Locator, &r.Note, &r.AsOf}
	seen := map[int64]bool{}
	err := padded(leaves, func(run []any) error {
		args := append(slices.Clone(run), string(s.at.on), string(s.at.on))
		return s.q.scan("SELECT p.record, p.path, p.alone, c.hash, c.state, c.form, c.type, c.value, c.french, c.currency, c.source, c.locator, c.note, c.as_of FROM periods p JOIN claims c ON c.leaf = p.claim WHERE p.record IN ("+
			marks(len(run))+") AND p.nth = 0 AND p.from_day <= ? AND p.until_day > ?", args, into, func() error {
			if rests != alone {
				if !seen[r.Record] {
					seen[r.Record] = true
					open = append(open, r.Record)
				}
				return nil
			}
			v, err := r.value()
			parts = append(parts, part{r.Record, catalog.Fact{Path: r.Path, State: catalog.State(r.State), Value: v, Claim: hex.EncodeToString(r.Hash),
				Source: r.Source, Locator: r.Locator, Note: r.Note, AsOf: catalog.Date(r.AsOf)}})
			f.cited[r.Source] = true
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	sources, err := s.sources(f.cited)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		p.fact.Kind = catalog.KindNone
		if p.fact.Source != "" {
			src := sources[p.fact.Source]
			p.fact.Kind, p.fact.Signed = src.Kind, src.Signed
		}
		if def, ok := s.store.Dictionary.Fact(p.fact.Path); ok {
			p.fact.Stale = def.StaleOn(p.fact.AsOf, s.at.on)
			rec := &f.recs[f.leaf[p.record]]
			rec.Facts = append(rec.Facts, p.fact)
		}
	}
	return open, nil
}

// sources gives some sources; each is read once.
func (s *shelf) sources(ids map[string]bool) (map[string]catalog.Source, error) {
	if s.known == nil {
		s.known = map[string]catalog.Source{}
	}
	var missing []string
	for id := range ids {
		if _, ok := s.known[id]; !ok {
			missing = append(missing, id)
		}
	}
	found, err := sourcesAt(s.q, missing, s.at.limit)
	for i := range found {
		s.known[found[i].ID] = found[i].toSource()
	}
	out := map[string]catalog.Source{}
	for id := range ids {
		if src, ok := s.known[id]; ok {
			out[id] = src
		}
	}
	return out, err
}

// contested reads the claims of some records and applies the rule: to every fact when only part of what is recorded
// counts, else to those that do not rest on one claim alone. It gives every source cited so far.
func (s *shelf) contested(f *found, leaves []any) ([]catalog.Source, error) {
	claims, settled, err := s.claims(leaves, f)
	if err != nil {
		return nil, err
	}
	for _, list := range claims {
		for _, c := range list {
			f.cited[c.Source.ID] = true
		}
	}
	sources, err := s.sources(f.cited)
	if err != nil {
		return nil, err
	}
	for k, list := range claims {
		def, ok := s.store.Dictionary.Fact(k.Path)
		if !ok {
			continue
		}
		recorded := make([]catalog.Recorded, len(list))
		for i, c := range list {
			recorded[i] = c.Recorded
			recorded[i].Source = sources[c.Source.ID]
		}
		rec := &f.recs[f.leaf[k.record]]
		rec.Facts = append(rec.Facts, catalog.Resolve(def, recorded, settled[settledKey(k.record, k.Path)], s.at.on)...)
	}
	used := map[string]bool{}
	for _, r := range f.recs {
		for _, x := range r.Facts {
			used[x.Source] = true
			for _, c := range x.Contradicts {
				used[c.Source] = true
			}
		}
	}
	var out []catalog.Source
	for id, src := range sources {
		if used[id] {
			out = append(out, src)
		}
	}
	slices.SortFunc(out, func(a, b catalog.Source) int { return compareText(a.ID, b.ID) })
	return out, nil
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

type factKey struct {
	record int64
	Path   string
}

func settledKey(record int64, path string) string { return fmt.Sprintf("%d %s", record, path) }

// claims reads the claims that count and the settlements that hold about the contested facts of some records: about all
// facts when only part of what is recorded counts. The sources of the claims bear only their id.
func (s *shelf) claims(leaves []any, f *found) (map[factKey][]weighed, map[string]*catalog.Settlement, error) {
	out, settled := map[factKey][]weighed{}, map[string]*catalog.Settlement{}
	if len(leaves) == 0 {
		return out, settled, nil
	}
	seen := map[int64]bool{}
	err := padded(leaves, func(run []any) error {
		args := slices.Clone(run)
		var which, decided string
		if s.at.limit == 0 {
			which = " AND EXISTS (SELECT 1 FROM periods p WHERE p.record = claims.record AND p.path = claims.path AND p.alone <> 1 AND p.nth = 0 AND p.from_day <= ? AND p.until_day > ?)"
			args = append(args, string(s.at.on), string(s.at.on))
		} else {
			which, decided = " AND recorded_ns <= ?", " AND w.decided_ns <= ?"
			args = append(args, s.at.limit, s.at.limit)
		}
		var r claimRow
		if err := s.q.scan("SELECT "+claimColumns+" FROM claims WHERE record IN ("+marks(len(run))+")"+which+
			" AND NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.claim = claims.leaf"+decided+")", args, r.into(), func() error {
			if seen[r.Leaf] {
				return nil
			}
			seen[r.Leaf] = true
			c, err := r.toClaim(f.recs[f.leaf[r.Record]].Ref())
			k := factKey{r.Record, r.Path}
			out[k] = append(out[k], weighed{catalog.Recorded{Claim: c, Hash: hex.EncodeToString(r.Hash), Source: catalog.Source{ID: r.Source}}, r.Leaf})
			return err
		}); err != nil {
			return err
		}
		limit := s.at.limit
		if limit == 0 {
			limit = 1<<63 - 1
		}
		list, err := rows[settlementRow](s.q, "SELECT s.*, c.hash AS claim_hash FROM settlements s JOIN claims c ON c.leaf = s.claim WHERE s.record IN ("+marks(len(run))+") AND s.decided_ns <= ?",
			append(slices.Clone(run), limit)...)
		for i := range list {
			holds(settled, settledKey(list[i].Record, list[i].Path), list[i].toSettlement(f.recs[f.leaf[list[i].Record]].Ref()))
		}
		return err
	})
	return out, settled, err
}

// Naming implements catalog.Shelf. When only part of what is recorded counts it may name records whose link did not hold
// on the day; their facts, read next, tell.
func (s *shelf) Naming(links []catalog.Link) (map[catalog.Link][]catalog.Ref, error) {
	out := map[catalog.Link][]catalog.Ref{}
	type named struct {
		Path  string
		Value string
		Kind  string
		ID    string `gorm:"column:id"`
	}
	seen, scoped := s.scope.where("r.entity")
	err := padded(links, func(run []catalog.Link) error {
		args := make([]any, 0, 2*len(run)+2)
		for _, l := range run {
			args = append(args, l.Path, l.Target)
		}
		asked := "WITH asked (path, value) AS (VALUES " + tuples(2, len(run)) + ") "
		if s.at.limit == 0 {
			args = append(args, string(s.at.on), string(s.at.on))
			list, err := rows[named](s.q, asked+"SELECT p.path, p.value, r.kind, r.id FROM asked CROSS JOIN periods p CROSS JOIN records r WHERE p.path = asked.path AND p.value = asked.value AND p.from_day <= ? AND p.until_day > ? AND r.leaf = p.record"+seen, append(args, scoped...)...)
			for _, x := range list {
				k := catalog.Link{Path: x.Path, Target: x.Value}
				out[k] = append(out[k], catalog.Ref{Kind: catalog.Kind(x.Kind), ID: x.ID})
			}
			return err
		}
		list, err := rows[named](s.q, asked+"SELECT c.path, c.value, r.kind, r.id FROM asked CROSS JOIN claims c CROSS JOIN records r WHERE c.path = asked.path AND c.value = asked.value AND c.type = 'reference' AND c.form = 'one' AND r.leaf = c.record"+seen, append(args, scoped...)...)
		for _, x := range list {
			k := catalog.Link{Path: x.Path, Target: x.Value}
			out[k] = append(out[k], catalog.Ref{Kind: catalog.Kind(x.Kind), ID: x.ID})
		}
		return err
	})
	if err == nil && s.at.limit != 0 {
		err = s.namingInLists(links, out)
	}
	for k := range out {
		slices.SortFunc(out[k], catalog.Ref.Compare)
		out[k] = slices.Compact(out[k])
	}
	return out, err
}

// namingInLists reads the claims whose value is a list of references, whatever they name: there are few.
func (s *shelf) namingInLists(links []catalog.Link, out map[catalog.Link][]catalog.Ref) error {
	asked, paths := map[catalog.Link]bool{}, map[string]bool{}
	for _, l := range links {
		asked[l], paths[l.Path] = true, true
	}
	seen, scoped := s.scope.where("r.entity")
	for path := range paths {
		var kind, id, value string
		r := claimRow{Form: formList, Type: string(catalog.TypeReference)}
		if err := s.q.scan("SELECT r.kind, r.id, c.value FROM claims c JOIN records r ON r.leaf = c.record WHERE c.path = ? AND c.type = 'reference' AND c.form = 'list'"+seen, append([]any{path}, scoped...),
			[]any{&kind, &id, &value}, func() error {
				r.Value = value
				v, err := r.value()
				if err != nil {
					return err
				}
				for _, target := range v.Texts() {
					if k := (catalog.Link{Path: path, Target: target}); asked[k] {
						out[k] = append(out[k], catalog.Ref{Kind: catalog.Kind(kind), ID: id})
					}
				}
				return nil
			}); err != nil {
			return err
		}
	}
	return nil
}

// IDs implements catalog.Shelf.
func (s *shelf) IDs(kind catalog.Kind) ([]string, error) {
	seen, args := s.scope.where("entity")
	return rows[string](s.q, "SELECT id FROM records WHERE kind = ?"+seen+" ORDER BY id", append([]any{string(kind)}, args...)...)
}

func (s *shelf) notFound(ref catalog.Ref) error {
	ids, err := s.IDs(ref.Kind)
	if err != nil {
		return err
	}
	return &catalog.NotFoundError{What: ref.Kind.Label().Lower(), ID: ref.ID, Nearest: wording.NearestFew(ref.ID, ids, 3)}
}
