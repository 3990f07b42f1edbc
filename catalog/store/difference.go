package store

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"vigie/catalog"
)

// Difference is what a catalogue would change here, to be looked at before it is accepted: a newer shipped catalogue, a
// file that somebody sends. Drop from its lists what is not wanted; Batch records the rest.
type Difference struct {
	Records     []catalog.Ref        `json:"records"`
	Sources     []catalog.Source     `json:"sources"`
	Revised     []SourceChange       `json:"revised"` // sources described otherwise
	Claims      []catalog.Claim      `json:"claims"`
	Withdrawals []catalog.Withdrawal `json:"withdrawals"`
	Settlements []catalog.Settlement `json:"settlements"`
	// Gone are claims that stand here, recorded by those who recorded the catalogue's, and that the catalogue no longer
	// holds: it took them back.
	Gone []catalog.Claim `json:"gone"`
	// Facts are those that would change on the day asked, with what they were and would be.
	Facts []FactChange `json:"facts"`
	// Known counts the claims that stand here already, whenever they were recorded.
	Known int `json:"known"`
}

// SourceChange is a source as it is described here and there.
type SourceChange struct {
	Before catalog.Source `json:"before"`
	After  catalog.Source `json:"after"`
}

// FactChange is a fact before and after. Unknown ones have no claim.
type FactChange struct {
	Record catalog.Ref  `json:"record"`
	Path   string       `json:"path"`
	Before catalog.Fact `json:"before"`
	After  catalog.Fact `json:"after"`
}

// Empty reports whether nothing would change.
func (d *Difference) Empty() bool {
	return len(d.Records)+len(d.Sources)+len(d.Revised)+len(d.Claims)+len(d.Withdrawals)+len(d.Settlements)+len(d.Gone) == 0
}

// Batch is what accepting the difference records. Claims that the catalogue took back are withdrawn by the person who
// accepts, for the reason given.
func (d *Difference) Batch(by, reason string) Batch {
	b := Batch{By: by, Records: d.Records, Sources: slices.Clone(d.Sources), Claims: d.Claims, Withdrawals: slices.Clone(d.Withdrawals), Settlements: d.Settlements}
	for _, s := range d.Revised {
		b.Sources = append(b.Sources, s.After)
	}
	for _, c := range d.Gone {
		b.Withdrawals = append(b.Withdrawals, catalog.Withdrawal{Claim: c.Hash(), By: by, Reason: reason})
	}
	return b
}

// standingClaim is a claim that the store holds.
type standingClaim struct {
	catalog.Claim
	hash      string
	withdrawn bool
}

// said is what a claim says, whenever it was recorded: a catalogue that is stamped anew says nothing new.
func said(c catalog.Claim) string {
	c.RecordedAt = time.Time{}
	return c.Hash()
}

// Difference compares a catalogue that is all its authors claim with the store; facts are compared on a day.
func (s *Store) Difference(ctx context.Context, cat *catalog.Catalogue, on catalog.Date) (*Difference, error) {
	return s.difference(ctx, cat, on, true)
}

// Addition compares a catalogue that only adds to what stands: nothing is Gone.
func (s *Store) Addition(ctx context.Context, cat *catalog.Catalogue, on catalog.Date) (*Difference, error) {
	return s.difference(ctx, cat, on, false)
}

func (s *Store) difference(ctx context.Context, cat *catalog.Catalogue, on catalog.Date, all bool) (*Difference, error) {
	out := &Difference{Records: []catalog.Ref{}, Sources: []catalog.Source{}, Revised: []SourceChange{}, Claims: []catalog.Claim{},
		Withdrawals: []catalog.Withdrawal{}, Settlements: []catalog.Settlement{}, Gone: []catalog.Claim{}, Facts: []FactChange{}}
	err := s.reading(ctx, func(q query) error {
		c := &comparing{query: q, store: s, cat: cat, out: out, on: on, all: all, here: map[string]*standingClaim{}}
		for _, step := range []func() error{c.recordsAndSources, c.claims, c.reviews, c.facts} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

type comparing struct {
	query
	store *Store
	cat   *catalog.Catalogue
	out   *Difference
	on    catalog.Date
	all   bool                      // the catalogue is all that its authors claim
	here  map[string]*standingClaim // by hash
}

func (c *comparing) recordsAndSources() error {
	known, err := recordRows(c.query, c.cat.Records)
	if err != nil {
		return err
	}
	there := map[catalog.Ref]bool{}
	for i := range known {
		there[known[i].ref()] = true
	}
	for _, r := range c.cat.Records {
		if !there[r] {
			there[r] = true
			c.out.Records = append(c.out.Records, r)
		}
	}
	var ids []string
	for _, s := range c.cat.Sources {
		ids = append(ids, s.ID)
	}
	sources, err := currentSources(c.query, ids)
	if err != nil {
		return err
	}
	by := map[string]catalog.Source{}
	for i := range sources {
		by[sources[i].ID] = sources[i].toSource()
	}
	for _, s := range c.cat.Sources {
		switch old, ok := by[s.ID]; {
		case !ok:
			c.out.Sources = append(c.out.Sources, s)
		case old != s:
			c.out.Revised = append(c.out.Revised, SourceChange{old, s})
		}
	}
	return nil
}

// claims reads what stands about the catalogue's records, and by its authors elsewhere.
func (c *comparing) claims() error {
	authors := map[string]bool{}
	for _, cl := range c.cat.Claims {
		authors[cl.RecordedBy] = c.all
	}
	known, err := recordRows(c.query, c.cat.Records)
	if err != nil {
		return err
	}
	refs, leaves := map[int64]catalog.Ref{}, []any{}
	for i := range known {
		refs[known[i].Leaf] = known[i].ref()
		leaves = append(leaves, known[i].Leaf)
	}
	if err := padded(leaves, func(run []any) error { return c.read("claims.record IN ("+marks(len(run))+")", run, refs) }); err != nil {
		return err
	}
	var by []any
	for a := range authors {
		if c.all {
			by = append(by, a)
		}
	}
	all, err := rows[recordRow](c.query, "SELECT leaf, kind, id, entity, revision FROM records")
	if err != nil {
		return err
	}
	for i := range all {
		refs[all[i].Leaf] = all[i].ref()
	}
	if err := padded(by, func(run []any) error { return c.read("claims.recorded_by IN ("+marks(len(run))+")", run, refs) }); err != nil {
		return err
	}
	stands := map[string]bool{}
	for _, h := range c.here {
		stands[said(h.Claim)] = true
	}
	kept := map[string]bool{}
	for _, cl := range c.cat.Claims {
		k := said(cl)
		kept[k] = true
		if stands[k] {
			c.out.Known++
			continue
		}
		c.out.Claims = append(c.out.Claims, cl)
	}
	for _, h := range c.here {
		if authors[h.RecordedBy] && !h.withdrawn && !kept[said(h.Claim)] {
			c.out.Gone = append(c.out.Gone, h.Claim)
		}
	}
	slices.SortFunc(c.out.Gone, func(a, b catalog.Claim) int {
		if d := a.Record.Compare(b.Record); d != 0 {
			return d
		}
		return compareText(a.Path+a.Hash(), b.Path+b.Hash())
	})
	return nil
}

func (c *comparing) read(where string, args []any, refs map[int64]catalog.Ref) error {
	var r claimRow
	var withdrawn int64
	return c.scan("SELECT "+claimColumns+", (SELECT count(*) FROM withdrawals w WHERE w.claim = claims.leaf) FROM claims WHERE "+where, args, append(r.into(), &withdrawn), func() error {
		cl, err := r.toClaim(refs[r.Record])
		h := hex.EncodeToString(r.Hash)
		c.here[h] = &standingClaim{cl, h, withdrawn > 0}
		return err
	})
}

// reviews lists the withdrawals and settlements that are not here, about claims that are, or that come along.
func (c *comparing) reviews() error {
	coming := map[string]bool{}
	for _, cl := range c.out.Claims {
		coming[cl.Hash()] = true
	}
	there := func(table, hash string) (bool, error) {
		_, ok, err := row[int64](c.query, "SELECT leaf FROM "+table+" WHERE hash = ?", hashBytes(hash))
		return ok, err
	}
	for _, w := range c.cat.Withdrawals {
		ok, err := there("withdrawals", catalog.MustHash(w))
		if err != nil {
			return err
		}
		if !ok && (coming[w.Claim] || c.here[w.Claim] != nil) {
			c.out.Withdrawals = append(c.out.Withdrawals, w)
		}
	}
	for _, x := range c.cat.Settlements {
		ok, err := there("settlements", catalog.MustHash(x))
		if err != nil {
			return err
		}
		if !ok && (coming[x.Claim] || c.here[x.Claim] != nil) {
			c.out.Settlements = append(c.out.Settlements, x)
		}
	}
	return nil
}

// facts works out the facts touched, before and after, with the rule of the catalogue.
func (c *comparing) facts() error {
	touched := map[catalog.FactRef]bool{}
	revised := map[string]bool{}
	for _, s := range c.out.Revised {
		revised[s.After.ID] = true
	}
	for _, cl := range append(slices.Clone(c.out.Claims), c.out.Gone...) {
		touched[catalog.FactRef{Record: cl.Record, Path: cl.Path}] = true
	}
	for _, h := range c.here {
		if revised[h.Source] {
			touched[catalog.FactRef{Record: h.Record, Path: h.Path}] = true
		}
	}
	for _, w := range c.out.Withdrawals {
		if h := c.here[w.Claim]; h != nil {
			touched[catalog.FactRef{Record: h.Record, Path: h.Path}] = true
		}
	}
	for _, x := range c.out.Settlements {
		touched[catalog.FactRef{Record: x.Record, Path: x.Path}] = true
	}
	after, err := c.after(touched)
	if err != nil {
		return err
	}
	var refs []catalog.Ref
	list := make([]catalog.FactRef, 0, len(touched))
	for k := range touched {
		refs = append(refs, k.Record)
		list = append(list, k)
	}
	recs, _, err := (&shelf{store: c.store, q: c.query, at: asOf{on: c.on, knownOn: c.on}}).Records(refs)
	if err != nil {
		return err
	}
	before := map[catalog.Ref]*catalog.DossierRecord{}
	for i := range recs {
		before[recs[i].Ref()] = &recs[i]
	}
	slices.SortFunc(list, func(a, b catalog.FactRef) int {
		if d := a.Record.Compare(b.Record); d != 0 {
			return d
		}
		return compareText(a.Path, b.Path)
	})
	for _, k := range list {
		was, is := before[k.Record].Fact(k.Path), after[k]
		if was.State == is.State && was.Disputed == is.Disputed && (was.Value == nil) == (is.Value == nil) && (was.Value == nil || was.Value.Equal(*is.Value)) {
			continue
		}
		c.out.Facts = append(c.out.Facts, FactChange{Record: k.Record, Path: k.Path, Before: was, After: is})
	}
	return nil
}

// after resolves the touched facts over what would stand.
func (c *comparing) after(touched map[catalog.FactRef]bool) (map[catalog.FactRef]catalog.Fact, error) {
	gone := map[string]bool{}
	for _, cl := range c.out.Gone {
		gone[cl.Hash()] = true
	}
	for _, w := range c.out.Withdrawals {
		gone[w.Claim] = true
	}
	cat := catalog.Catalogue{Settlements: slices.Clone(c.out.Settlements)}
	seen := map[catalog.Ref]bool{}
	cited := map[string]bool{}
	take := func(cl catalog.Claim) {
		if touched[catalog.FactRef{Record: cl.Record, Path: cl.Path}] {
			cat.Claims = append(cat.Claims, cl)
			cited[cl.Source] = true
			if !seen[cl.Record] {
				seen[cl.Record] = true
				cat.Records = append(cat.Records, cl.Record)
			}
		}
	}
	for _, h := range c.here {
		if !h.withdrawn && !gone[h.hash] {
			take(h.Claim)
		}
	}
	for _, cl := range c.out.Claims {
		if !gone[cl.Hash()] {
			take(cl)
		}
	}
	var ids []string
	for id := range cited {
		ids = append(ids, id)
	}
	now, err := currentSources(c.query, ids)
	if err != nil {
		return nil, err
	}
	sources := map[string]catalog.Source{}
	for i := range now {
		sources[now[i].ID] = now[i].toSource()
	}
	for _, s := range c.cat.Sources {
		sources[s.ID] = s
	}
	for _, s := range sources {
		cat.Sources = append(cat.Sources, s)
	}
	old, err := rows[settlementRow](c.query, "SELECT s.*, c.hash AS claim_hash FROM settlements s JOIN claims c ON c.leaf = s.claim")
	if err != nil {
		return nil, err
	}
	for i := range old {
		if h := c.here[hexOf(old[i].ClaimHash)]; h != nil {
			cat.Settlements = append(cat.Settlements, old[i].toSettlement(h.Record))
		}
	}
	view := cat.At(c.store.Dictionary, c.on, "9999-12-30")
	out := map[catalog.FactRef]catalog.Fact{}
	for k := range touched {
		rec, _ := view.Record(k.Record)
		out[k] = rec.Fact(k.Path)
	}
	return out, nil
}
