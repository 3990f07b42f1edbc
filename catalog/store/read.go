package store

import (
	"context"
	"encoding/hex"
	"slices"
	"unicode/utf8"

	"vigie/catalog"
)

// recordRows reads the records that exist among some.
func recordRows(q query, refs []catalog.Ref) ([]recordRow, error) {
	refs = slices.Clone(refs)
	slices.SortFunc(refs, catalog.Ref.Compare)
	refs = slices.Compact(refs)
	var out []recordRow
	seen := map[int64]bool{}
	err := padded(refs, func(run []catalog.Ref) error {
		args := make([]any, 0, 2*len(run))
		for _, r := range run {
			args = append(args, string(r.Kind), r.ID)
		}
		// CROSS JOIN: SQLite then keeps the order, and looks up what is asked instead of reading every record.
		var r recordRow
		return q.scan("WITH asked (kind, id) AS (VALUES "+tuples(2, len(run))+") SELECT r.leaf, r.kind, r.id, r.entity, r.revision FROM asked CROSS JOIN records r WHERE r.kind = asked.kind AND r.id = asked.id", args, []any{&r.Leaf, &r.Kind, &r.ID, &r.Entity, &r.Revision}, func() error {
			if !seen[r.Leaf] {
				seen[r.Leaf] = true
				out = append(out, r)
			}
			r.Entity = nil
			return nil
		})
	})
	return out, err
}

// currentSources reads the newest revision of some sources.
func currentSources(q query, ids []string) ([]sourceRow, error) { return sourcesAt(q, ids, 0) }

// sourcesAt reads the revision of each source that stood at a moment (nanoseconds; 0: now). A source that was described
// later than that is read in its first revision: the claims that cite it may be older than its description.
func sourcesAt(q query, ids []string, limit int64) ([]sourceRow, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" })
	var out []sourceRow
	at := map[string]int{}
	err := padded(anys(ids), func(run []any) error {
		var r sourceRow
		return q.scan("SELECT "+sourceColumns+" FROM sources WHERE id IN ("+marks(len(run))+") ORDER BY id, revision", run, r.into(), func() error {
			if !utf8.ValidString(r.Title + r.Publisher + r.URL + r.Via + r.Note + r.File + r.Kind) {
				return damaged("sources", r.ID, "holds bytes that are no text", "contient des octets qui ne sont pas du texte")
			}
			i, again := at[r.ID]
			kept := r
			kept.Hash = slices.Clone(r.Hash)
			switch {
			case !again:
				at[r.ID] = len(out)
				out = append(out, kept)
			case limit == 0 || r.RecordedNs <= limit:
				out[i] = kept
			}
			r.Entity = nil
			return nil
		})
	})
	return out, err
}

// asOf says of which day the facts are, and by what had been recorded until when.
type asOf struct {
	on      catalog.Date
	knownOn catalog.Date
	limit   int64 // nanoseconds; 0: everything recorded counts
}

// at works out whether the table of periods answers: it does when everything recorded counts. A day that has not ended
// counts whole, whatever the clock did.
func (s *Store) at(q query, on, knownOn catalog.Date) (asOf, error) {
	a := asOf{on: on, knownOn: knownOn}
	if !knownOn.Before(catalog.DateOf(s.now())) {
		return a, nil
	}
	h, err := head(q, false)
	if limit := catalog.EndOf(knownOn).UnixNano(); h.LatestNs > limit {
		a.limit = limit
	}
	return a, err
}

// Gather collects every fact that bears on an offering, as catalog.View.Gather does over the whole catalogue, reading
// only what the dossier needs. With assumptions it is hypothetical. Errors: *catalog.NotFoundError, *catalog.InvalidError
// for assumptions that cannot be made, and those of the engine.
func (s *Store) Gather(ctx context.Context, on, knownOn catalog.Date, q catalog.Query, assumed ...catalog.Assumption) (*catalog.Dossier, error) {
	return s.In(Everything()).Gather(ctx, on, knownOn, q, assumed...)
}

// Facts reads some records as they stood, with the sources that their facts cite; those that do not exist are left out.
func (s *Store) Facts(ctx context.Context, on, knownOn catalog.Date, refs ...catalog.Ref) ([]catalog.DossierRecord, []catalog.Source, error) {
	return s.In(Everything()).Facts(ctx, on, knownOn, refs...)
}

// Naming lists the records whose reference fact names the target of each link, on a day.
func (s *Store) Naming(ctx context.Context, on catalog.Date, links ...catalog.Link) (map[catalog.Link][]catalog.Ref, error) {
	return s.In(Everything()).Naming(ctx, on, links...)
}

// View reads every fact of a day into memory: for small catalogues, and for what needs them all. Large ones are read by
// Gather, Facts and List.
func (s *Store) View(ctx context.Context, on, knownOn catalog.Date) (*catalog.View, error) {
	return s.In(Everything()).View(ctx, on, knownOn)
}

// IDs lists every id of a kind, in order.
func (s *Store) IDs(ctx context.Context, kind catalog.Kind) ([]string, error) {
	return s.In(Everything()).IDs(ctx, kind)
}

// Revision is the number of things recorded about a record, for If-Match: each claim, withdrawal and settlement adds one.
func (s *Store) Revision(ctx context.Context, ref catalog.Ref) (int64, error) {
	return s.In(Everything()).Revision(ctx, ref)
}

// Claims lists every claim ever made about one fact of a record, oldest entry of the log first, with what retracts or
// settles it.
func (s *Store) Claims(ctx context.Context, ref catalog.Ref, path string) (*catalog.Catalogue, error) {
	return s.In(Everything()).Claims(ctx, ref, path)
}

// Catalogue reads everything that was recorded as one value, for export.
func (s *Store) Catalogue(ctx context.Context) (*catalog.Catalogue, error) {
	out := &catalog.Catalogue{}
	err := s.reading(ctx, func(q query) error {
		refs := map[int64]catalog.Ref{}
		list, err := rows[recordRow](q, "SELECT leaf, kind, id, entity, revision FROM records")
		if err != nil {
			return err
		}
		for i := range list {
			refs[list[i].Leaf] = list[i].ref()
			out.Records = append(out.Records, list[i].ref())
		}
		return collect(q, out, refs, "1 = 1")
	})
	out.Sort()
	return out, err
}

// collect reads claims and what was decided about them, and the current revision of the sources: all of them when the
// catalogue is whole, those cited otherwise.
func collect(q query, out *catalog.Catalogue, refs map[int64]catalog.Ref, where string, args ...any) error {
	var cited []string
	var r claimRow
	if err := q.scan("SELECT "+claimColumns+" FROM claims WHERE "+where+" ORDER BY leaf", args, r.into(), func() error {
		c, err := r.toClaim(refs[r.Record])
		out.Claims = append(out.Claims, c)
		cited = append(cited, r.Source)
		r.Entity = nil
		return err
	}); err != nil {
		return err
	}
	inside := "c.record = ? AND c.path = ?"
	if len(args) == 0 {
		inside = "1 = 1"
	}
	ws, err := rows[withdrawalRow](q, "SELECT w.*, c.hash AS claim_hash FROM withdrawals w JOIN claims c ON c.leaf = w.claim WHERE "+inside+" ORDER BY w.leaf", args...)
	if err != nil {
		return err
	}
	for i := range ws {
		out.Withdrawals = append(out.Withdrawals, ws[i].toWithdrawal())
	}
	ss, err := rows[settlementRow](q, "SELECT s.*, c.hash AS claim_hash FROM settlements s JOIN claims c ON c.leaf = s.claim WHERE "+inside+" ORDER BY s.leaf", args...)
	if err != nil {
		return err
	}
	for i := range ss {
		out.Settlements = append(out.Settlements, ss[i].toSettlement(refs[ss[i].Record]))
	}
	if len(args) == 0 {
		ids, err := rows[string](q, "SELECT DISTINCT id FROM sources ORDER BY id")
		if err != nil {
			return err
		}
		cited = ids
	}
	sources, err := currentSources(q, cited)
	for i := range sources {
		out.Sources = append(out.Sources, sources[i].toSource())
	}
	return err
}

// ClaimsCiting lists the hashes of the claims that cite a source, oldest first, at most limit of them.
func (s *Store) ClaimsCiting(ctx context.Context, source string, limit int) ([]string, error) {
	var out []string
	err := s.reading(ctx, func(q query) error {
		type hashed struct{ Hash []byte }
		list, err := rows[hashed](q, "SELECT hash FROM claims WHERE source = ? AND source <> '' ORDER BY leaf LIMIT ?", source, limit)
		for _, h := range list {
			out = append(out, hex.EncodeToString(h.Hash))
		}
		return err
	})
	return out, err
}

// SourceRevisions lists what a source was described as, oldest first.
func (s *Store) SourceRevisions(ctx context.Context, id string) ([]catalog.Source, error) {
	return s.In(Everything()).SourceRevisions(ctx, id)
}
