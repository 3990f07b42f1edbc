package store

import (
	"context"
	"errors"
	"slices"

	"vigie/catalog"
)

// periodsSetting names the dictionary with which the table of periods was made: another one may rank sources otherwise,
// or declare other facts.
const periodsSetting = "periods.dictionary"

// upToDate makes the periods again when the dictionary is not the one that they were made with.
func (s *Store) upToDate(ctx context.Context) error {
	have, err := s.setting(ctx, periodsSetting)
	if err != nil || have == s.Dictionary.Hash() {
		return err
	}
	return s.RebuildPeriods(ctx)
}

// RebuildPeriods makes the tables of periods and names again from the claims, in one transaction. It is never needed after Open, and
// mends a table that verify found wrong when nothing else is.
func (s *Store) RebuildPeriods(ctx context.Context) error {
	s.writer.Lock()
	defer s.writer.Unlock()
	return s.writing(ctx, func(q query) error {
		if q.postgres { // another replica may be at the same, and that takes longer than a write
			if _, err := q.exec("SET LOCAL lock_timeout = 0"); err != nil {
				return err
			}
		}
		if _, err := head(q, true); err != nil {
			return err
		}
		for _, derived := range []string{"periods", "names"} {
			if _, err := q.exec("DELETE FROM " + derived); err != nil {
				return err
			}
		}
		all, err := rows[sourceRow](q, "SELECT "+sourceColumns+" FROM sources ORDER BY id, revision")
		if err != nil {
			return err
		}
		sources := map[string]catalog.Source{}
		for i := range all {
			sources[all[i].ID] = all[i].toSource()
		}
		if err := eachRecord(q, func(list []recordRow) error {
			want, broken, err := made(q, s.Dictionary, list, sources)
			if err != nil {
				return err
			}
			var periods, names [][]any
			for _, r := range list {
				if broken[r.Leaf] {
					return damaged("claims", r.ref().String(), "a claim cannot be read", "une allégation est illisible")
				}
				for i := range want[r.Leaf] {
					periods = append(periods, want[r.Leaf][i].values())
				}
				for _, n := range namesOf(r.ref(), r.Leaf, want[r.Leaf]) {
					names = append(names, n.values())
				}
			}
			if err := q.insert("periods", periodColumns, periods); err != nil {
				return err
			}
			return q.insert("names", nameColumns, names)
		}); err != nil {
			return err
		}
		h := s.Dictionary.Hash()
		_, err = q.exec("INSERT INTO settings (key, value, digest) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, digest = excluded.digest",
			periodsSetting, h, hashBytes(digestOf(periodsSetting, h)))
		return err
	})
}

// eachRecord gives every record, some at a time.
func eachRecord(q query, do func([]recordRow) error) error {
	for from := int64(0); ; {
		list, err := rows[recordRow](q, "SELECT leaf, kind, id, entity, revision FROM records WHERE leaf >= ? ORDER BY leaf LIMIT 256", from)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := do(list); err != nil {
			return err
		}
		from = list[len(list)-1].Leaf + 1
	}
}

// made works out the periods of some records from their claims; broken are the records with a claim that cannot be read.
func made(q query, dict *catalog.Dictionary, list []recordRow, sources map[string]catalog.Source) (out map[int64][]periodRow, broken map[int64]bool, err error) {
	leaves := make([]any, len(list))
	for i := range list {
		leaves[i] = list[i].Leaf
	}
	in := "(" + marks(len(list)) + ")"
	claims := map[int64][]*claimRow{}
	var r claimRow
	if err := q.scan("SELECT "+claimColumns+" FROM claims WHERE record IN "+in+" AND NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.claim = claims.leaf) ORDER BY leaf", leaves, r.into(), func() error {
		c := r
		c.Hash = slices.Clone(r.Hash)
		claims[r.Record] = append(claims[r.Record], &c)
		return nil
	}); err != nil {
		return nil, nil, err
	}
	decided, err := rows[settlementRow](q, "SELECT s.*, c.hash AS claim_hash FROM settlements s JOIN claims c ON c.leaf = s.claim WHERE s.record IN "+in, leaves...)
	if err != nil {
		return nil, nil, err
	}
	out, broken = map[int64][]periodRow{}, map[int64]bool{}
	for _, rec := range list {
		settled := map[string]*catalog.Settlement{}
		for i := range decided {
			if decided[i].Record == rec.Leaf {
				holds(settled, decided[i].Path, decided[i].toSettlement(rec.ref()))
			}
		}
		var paths []string
		for _, c := range claims[rec.Leaf] {
			paths = append(paths, c.Path)
		}
		slices.Sort(paths)
		list, err := periodsOf(dict, rec.Leaf, rec.ref(), slices.Compact(paths), claims[rec.Leaf], settled, func(id string) catalog.Source { return sources[id] })
		if _, ok := errors.AsType[*DamagedError](err); ok {
			broken[rec.Leaf] = true
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		out[rec.Leaf] = list
	}
	return out, broken, nil
}
