package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/catalog/exchange"
)

func dump(t testing.TB, s *Store) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	if err := s.Dump(t.Context(), func(table, line string) error {
		out[table] = append(out[table], line)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// A backup restored, into either engine, holds the same rows, byte for byte, and goes on under the same log.
func TestBackupAndRestore(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := filled(t, o)
		dir := filepath.Join(t.TempDir(), "backup")
		m, err := s.Backup(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if m.Leaves == 0 || m.Files != 1 || m.Checkpoint == "" {
			t.Errorf("%+v", m)
		}
		want := dump(t, s)
		for name, to := range map[string]Options{"sqlite": sqliteOptions(t), "postgres": postgresOptions(t)} {
			v, err := Restore(t.Context(), dir, to)
			if err != nil {
				t.Fatal(name, err)
			}
			if v.Leaves != m.Leaves {
				t.Errorf("%s: %d entries, the backup has %d", name, v.Leaves, m.Leaves)
			}
			back := open(t, to)
			if diff := cmp.Diff(want, dump(t, back)); diff != "" {
				t.Fatalf("%s: rows differ:\n%.2000s", name, diff)
			}
			if v := verify(t, back); !v.OK() {
				t.Errorf("%s: %v", name, v.Damage)
			}
			if back.PublicKey() != s.PublicKey() {
				t.Error("another log")
			}
			record(t, back, Batch{By: "tests", Records: []catalog.Ref{{Kind: catalog.Vendor, ID: "after-restore"}}})
			if v := verify(t, back); !v.OK() {
				t.Errorf("%s, written to: %v", name, v.Damage)
			}
			if _, err := Restore(t.Context(), dir, to); !errors.Is(err, ErrNotEmpty) {
				t.Errorf("%s: restored over what was there: %v", name, err)
			}
		}
		if _, err := s.Backup(t.Context(), dir); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("backed up over what was there: %v", err)
		}
	})
}

func TestDamagedBackupsAreRefused(t *testing.T) {
	s := filled(t, sqliteOptions(t))
	for name, spoil := range map[string]func(dir string) error{
		"claim": func(dir string) error {
			return replaceInFile(filepath.Join(dir, databaseName), "typo", "tyqo")
		},
		"file": func(dir string) error {
			found, err := filepath.Glob(filepath.Join(dir, filesName, "*", "*"))
			if err != nil || len(found) != 1 {
				return errors.New("no file")
			}
			return os.WriteFile(found[0], []byte("other"), 0o600)
		},
		"unfinished": func(dir string) error { return os.Remove(filepath.Join(dir, manifestName)) },
		"key":        func(dir string) error { return os.WriteFile(filepath.Join(dir, keyName), []byte("x"), 0o600) },
		"cut": func(dir string) error {
			info, err := os.Stat(filepath.Join(dir, databaseName))
			if err != nil {
				return err
			}
			return os.Truncate(filepath.Join(dir, databaseName), info.Size()/2)
		},
	} {
		dir := filepath.Join(t.TempDir(), "backup")
		if _, err := s.Backup(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		if err := spoil(dir); err != nil {
			t.Fatal(name, err)
		}
		to := sqliteOptions(t)
		_, err := Restore(t.Context(), dir, to)
		if _, ok := errors.AsType[catalog.Localised](err); !ok {
			t.Errorf("%s: %v", name, err)
		}
		if list, _ := os.ReadDir(to.Dir); len(list) != 0 {
			t.Errorf("%s: the place is not empty: %v", name, list)
		}
	}
}

func replaceInFile(path, old, new string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !strings.Contains(string(b), old) {
		return errors.New("nothing to replace")
	}
	return os.WriteFile(path, []byte(strings.ReplaceAll(string(b), old, new)), 0o600)
}

// What the store holds goes out as catalogue files and comes back, claim hash by claim hash.
func TestCatalogueFilesRoundTrip(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		c := shipped(t)
		record(t, s, whole(c))
		cl := s.aClaim(t)
		record(t, s, Batch{By: "tests", Withdrawals: []catalog.Withdrawal{{Claim: cl[0].Hash(), Reason: "typo"}},
			Settlements: []catalog.Settlement{{Record: cl[1].Record, Path: cl[1].Path, Claim: cl[1].Hash(), Reason: "read the original"}}})
		out, err := s.Catalogue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "out")
		if err := exchange.Write(dir, out, o.Dictionary); err != nil {
			t.Fatal(err)
		}
		back, err := exchange.Load(dir, o.Dictionary)
		if err != nil {
			t.Fatal(err)
		}
		to := sqliteOptions(t)
		second := open(t, to)
		record(t, second, whole(back))
		again, err := second.Catalogue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(out, again); diff != "" {
			t.Errorf("%.2000s", diff)
		}
		d, err := s.Difference(t.Context(), back, "2026-11-24")
		if err != nil || !d.Empty() || d.Known != len(back.Claims) || len(d.Facts) != 0 {
			t.Errorf("%+v, %v", d, err)
		}
	})
}

// A newer shipped catalogue comes in as a difference: what is new, what is described otherwise, what was taken back, and
// which facts change.
func TestNewerCatalogueIsADifference(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		old := shipped(t)
		record(t, s, whole(old))
		newer := catalog.Catalogue{Records: append([]catalog.Ref{}, old.Records...), Sources: append([]catalog.Source{}, old.Sources...), Claims: append([]catalog.Claim{}, old.Claims...)}
		for i := range newer.Claims { // stamped anew, as a release does
			newer.Claims[i].RecordedAt = newer.Claims[i].RecordedAt.AddDate(0, 0, -1)
		}
		at := -1
		for i, c := range newer.Claims {
			if c.Path == "vendor.headquarters_country" && c.Value != nil && c.Source != "" {
				at = i
				break
			}
		}
		changed := newer.Claims[at]
		v := *changed.Value
		v.Text = map[bool]string{true: "DE", false: "FR"}[v.Text == "FR"]
		changed.Value = &v
		newer.Claims[at] = changed

		newer.Claims = newer.Claims[:len(newer.Claims)-1]
		newer.Records = append(newer.Records, catalog.Ref{Kind: catalog.Vendor, ID: "newcomer"})
		newer.Sources[0].Note = "read again"
		d, err := s.Difference(t.Context(), &newer, "2026-11-24")
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Records) != 1 || len(d.Claims) != 1 || len(d.Gone) != 2 || len(d.Revised) != 1 || d.Known != len(newer.Claims)-1 {
			t.Fatalf("records %d, claims %d, gone %d, revised %d, known %d of %d", len(d.Records), len(d.Claims), len(d.Gone), len(d.Revised), d.Known, len(newer.Claims))
		}
		if len(d.Facts) < 1 {
			t.Fatal("no fact changes")
		}
		record(t, s, d.Batch("p1", "the shipped catalogue took it back"))
		recs, _, err := s.Facts(context.Background(), "2026-11-24", "2026-11-24", changed.Record)
		if err != nil || len(recs) != 1 || recs[0].Fact(changed.Path).Value.Text != v.Text {
			t.Errorf("%v %+v", err, recs)
		}
		for _, f := range d.Facts {
			recs, _, err := s.Facts(context.Background(), "2026-11-24", "2026-11-24", f.Record)
			if err != nil {
				t.Fatal(err)
			}
			got := recs[0].Fact(f.Path)
			if got.State != f.After.State || got.Claim != f.After.Claim {
				t.Errorf("%s:%s became %+v, announced %+v", f.Record, f.Path, got, f.After)
			}
		}
		if d, err := s.Difference(context.Background(), &newer, "2026-11-24"); err != nil || !d.Empty() {
			t.Errorf("after accepting: %+v, %v", d, err)
		}
		if v := verify(t, s); !v.OK() {
			t.Error(v.Damage)
		}
	})
}
