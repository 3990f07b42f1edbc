package store

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"vigie/catalog"
)

// filled is a store that holds something of everything.
func filled(t testing.TB, o Options) *Store {
	t.Helper()
	s, c := open(t, o), shipped(t)
	b := whole(c)
	b.Records, b.Claims = part(c)
	record(t, s, b)
	cl := s.aClaim(t)
	record(t, s, Batch{By: "tests", Key: "k1", Entity: "fr", Withdrawals: []catalog.Withdrawal{{Claim: cl[0].Hash(), Reason: "typo"}},
		Settlements: []catalog.Settlement{{Record: cl[1].Record, Path: cl[1].Path, Claim: cl[1].Hash(), Reason: "read the original"}},
		Documents:   []Document{{Kind: Assessment, Body: []byte(`{"total":62}`), Index: map[string]string{"offering": "offering/x", "on": "2026-11-24"}}}})
	if _, err := s.AddDraft(t.Context(), Draft{Sort: ProposalDraft, State: "open", Subject: "vendor/x", Body: []byte("{}"), ChangedBy: "p1"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Anne Onyme", "Jean Nemarre"} {
		id, err := s.PutPerson(t.Context(), Person{Fields: map[string]string{"name": name}}, "")
		if err != nil {
			t.Fatal(err)
		}
		if name == "Jean Nemarre" {
			if err := s.ErasePerson(t.Context(), id, "p1", "asked"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := s.AddFile(t.Context(), strings.NewReader("<!DOCTYPE html><p>terms</p>"), "../../terms.html", "", -1, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// part is the records and claims of a small part of the catalogue, whole by its references.
func part(c *catalog.Catalogue) ([]catalog.Ref, []catalog.Claim) {
	keep := map[catalog.Ref]bool{}
	for _, r := range c.Records {
		if r.Kind == catalog.Licence && r.ID < "d" || r.Kind == catalog.UseCase || r.Kind == catalog.Organisation {
			keep[r] = true
		}
	}
	var refs []catalog.Ref
	for r := range keep {
		refs = append(refs, r)
	}
	var claims []catalog.Claim
	for _, cl := range c.Claims {
		whole := cl.Value == nil || cl.Value.Type != catalog.TypeReference
		if !whole {
			whole = true
			for _, id := range cl.Value.Texts() {
				whole = whole && (keep[catalog.Ref{Kind: catalog.Licence, ID: id}] || keep[catalog.Ref{Kind: catalog.Organisation, ID: id}])
			}
		}
		if keep[cl.Record] && whole {
			claims = append(claims, cl)
		}
	}
	return refs, claims
}

// aClaim gives two claims that stand, always the same.
func (s *Store) aClaim(t testing.TB) []catalog.Claim {
	t.Helper()
	c, err := s.Catalogue(t.Context())
	if err != nil || len(c.Claims) < 2 {
		t.Fatalf("%d claims: %v", len(c.Claims), err)
	}
	return c.Claims[:2]
}

func verify(t testing.TB, s *Store) *Verification {
	t.Helper()
	v, err := s.Verify(t.Context(), VerifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVerifyFindsNothingWrong(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := filled(t, o)
		start := time.Now()
		v := verify(t, s)
		for _, d := range v.Damage {
			t.Error(d.Table, d.Record, d.What.EN)
		}
		if v.Leaves == 0 || v.Claims == 0 || v.Documents != 1 || v.Files != 1 || v.Checkpoints != 1 {
			t.Errorf("%+v", v)
		}
		t.Logf("%s: %d entries verified in %v", v.Engine, v.Leaves, time.Since(start))
	})
}

// Each table, changed behind the store's back, is named with the record.
func TestVerifyNamesTheDamage(t *testing.T) {
	bases := map[string]func(testing.TB) Options{}
	whole := t
	onBoth(t, func(t *testing.T, o Options) {
		o.Dir = whole.TempDir() // outlives this engine's subtest
		bases[map[bool]string{false: "sqlite", true: "postgres"}[o.DSN != ""]] = copies(t, o)
	})
	for _, x := range []struct{ change, table string }{
		{"UPDATE claims SET note = note || '.' WHERE leaf = (SELECT max(leaf) FROM claims)", "claims"},
		{"UPDATE claims SET entity = 'other' WHERE leaf = (SELECT max(leaf) FROM claims)", "claims"},
		{"UPDATE claims SET currency = 'x' WHERE leaf = (SELECT max(leaf) FROM claims)", "claims"},
		{"UPDATE claims SET recorded_ns = recorded_ns + 1 WHERE leaf = (SELECT max(leaf) FROM claims)", "claims"},
		{"DELETE FROM settlements", "settlements"},
		{"DELETE FROM withdrawals", "withdrawals"},
		{"UPDATE withdrawals SET reason = 'other'", "withdrawals"},
		{"UPDATE settlements SET claim = claim + 1", "settlements"},
		{"UPDATE sources SET title = 'other' WHERE leaf = (SELECT max(leaf) FROM sources)", "sources"},
		{"UPDATE sources SET recorded_ns = recorded_ns - 1 WHERE leaf = (SELECT max(leaf) FROM sources)", "sources"},
		{"UPDATE records SET id = 'other' WHERE leaf = (SELECT max(leaf) FROM records)", "records"},
		{"UPDATE records SET revision = revision + 1 WHERE leaf = (SELECT max(leaf) FROM records)", "records"},
		{"UPDATE documents SET kind = 'decision'", "documents"},
		{"UPDATE document_index SET value = 'offering/y' WHERE key = 'offering'", "documents"},
		{"UPDATE periods SET until_day = '2026-01-01' WHERE claim = (SELECT max(claim) FROM periods)", "periods"},
		{"DELETE FROM periods WHERE claim = (SELECT max(claim) FROM periods)", "periods"},
		{"UPDATE names SET text = 'other' WHERE record = (SELECT max(record) FROM names)", "names"},
		{"DELETE FROM names WHERE record = (SELECT max(record) FROM names)", "names"},
		{"UPDATE names SET record = record + 1 WHERE record = (SELECT max(record) FROM names)", "names"},
		{"UPDATE files SET media_type = 'application/pdf'", "files"},
		{"UPDATE people SET body = NULL", "people"},
		{"UPDATE drafts SET state = 'accepted'", "drafts"},
		{"UPDATE idempotency SET receipt = request", "idempotency"},
		{"UPDATE settings SET value = 'x' WHERE key = 'format'", "settings"},
		{"UPDATE log_head SET latest_ns = 1", "log_head"},
		{"UPDATE log_head SET size = size - 1", "log_head"},
		{"UPDATE log_tiles SET data = (SELECT root FROM log_head) WHERE level = 0 AND n = 0", "log_tiles"},
		{"DELETE FROM log_leaves WHERE idx = 3", "log_leaves"},
		{"UPDATE log_checkpoints SET note = replace(note, 'vigie', 'vigye')", "log_checkpoints"},
		{"CREATE INDEX more ON claims (note)", "schema"},
	} {
		for engine, from := range bases {
			t.Run(x.table+"/"+engine, func(t *testing.T) {
				s := open(t, from(t))
				change := x.change
				if !s.engine.postgres {
					change = "PRAGMA foreign_keys = 0; " + change
				}
				if _, err := s.engine.pool.Exec(change); err != nil {
					t.Fatal(err)
				}
				v := verify(t, s)
				if len(v.Damage) == 0 {
					t.Fatalf("not seen: %s", x.change)
				}
				found := false
				for _, d := range v.Damage {
					found = found || d.Table == x.table && d.Record != "" && d.What.FR != ""
				}
				if !found {
					t.Errorf("%s: %s", x.change, fmt.Sprint(v.Damage))
				}
			})
		}
	}
}

// copies fills a store once and gives as many copies of it as are asked for.
func copies(t *testing.T, o Options) func(testing.TB) Options {
	filled(t, o).Close()
	return func(t testing.TB) Options {
		to := o
		to.Dir = t.TempDir()
		if err := os.CopyFS(to.Dir, os.DirFS(o.Dir)); err != nil {
			t.Fatal(err)
		}
		if o.DSN != "" {
			to.DSN = server.clone(t, o.DSN)
		}
		return to
	}
}
