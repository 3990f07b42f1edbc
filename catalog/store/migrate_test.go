package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// split is the statements of a migration.
func split(t testing.TB, text string) []string {
	var out []string
	for _, s := range strings.SplitAfter(text, ";\n") {
		if strings.TrimSpace(strings.TrimPrefix(s, "-- +goose Up\n")) != "" {
			out = append(out, s)
		}
	}
	return out
}

// R9: each migration, ended at each of its statements, leaves the database as it was; run again, it comes through.
func TestMigrationsEndedAnywhereStartAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		name := map[bool]string{false: "sqlite", true: "postgres"}[o.DSN != ""]
		files, err := fs.Glob(migrationFiles, "migrations/"+name+"/*.sql")
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		var e *engine
		if o.DSN != "" {
			e, err = openPostgres(t.Context(), o.DSN)
		} else {
			e, err = openSQLite(t.Context(), filepath.Join(o.Dir, databaseName))
		}
		if err != nil {
			t.Fatal(err)
		}
		defer e.close()
		ends := 0
		done := fstest.MapFS{}
		for _, path := range files {
			text, err := migrationFiles.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			before := schemaOf(t, e)
			list := split(t, string(text))
			for n := range list {
				broken := fstest.MapFS{}
				for k, v := range done {
					broken[k] = v
				}
				head := ""
				if n == 0 {
					head = "-- +goose Up\n"
				}
				broken[path] = &fstest.MapFile{Data: []byte(head + strings.Join(list[:n], "") + "\nSELECT ended_here;\n")}
				if err := e.migrate(context.Background(), broken); err == nil {
					t.Fatalf("%s ended at statement %d: no error", path, n)
				}
				if diff := cmp.Diff(before, schemaOf(t, e)); diff != "" {
					t.Fatalf("%s ended at statement %d left:\n%s", path, n, diff)
				}
				ends++
			}
			done[path] = &fstest.MapFile{Data: text}
			if err := e.migrate(context.Background(), done); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.reading(t.Context(), e.checkSchema); err != nil {
			t.Error(err)
		}
		t.Logf("R9 %s: %d migrations ended at %d places, each started again", name, len(files), ends)
	})
}

func schemaOf(t testing.TB, e *engine) string {
	t.Helper()
	var out string
	if err := e.reading(t.Context(), func(q query) (err error) {
		out, err = e.schema(q)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// A store written by each released version opens, migrates and verifies, and holds what it held. Releases are kept as
// backups, which both engines take in.
func TestReleasedStoresOpen(t *testing.T) {
	found, err := filepath.Glob("testdata/released/*")
	if err != nil || len(found) == 0 {
		t.Fatalf("no released store: %v", err)
	}
	for _, dir := range found {
		onBoth(t, func(t *testing.T, o Options) {
			v, err := Restore(t.Context(), dir, o)
			if err != nil {
				t.Fatal(err)
			}
			s := open(t, o)
			want, err := os.ReadFile(filepath.Join(dir, "rows.txt"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), sums(t, s)); diff != "" {
				t.Errorf("rows differ:\n%.2000s", diff)
			}
			t.Logf("%s: %d entries of the log", dir, v.Leaves)
		})
	}
}

// TestWriteRelease writes testdata/released/<VIGIE_RELEASE>: once, when a version is released.
func TestWriteRelease(t *testing.T) {
	name := os.Getenv("VIGIE_RELEASE")
	if name == "" {
		t.Skip("only when a version is released: VIGIE_RELEASE=0.1 go test -run TestWriteRelease")
	}
	s := filled(t, sqliteOptions(t))
	dir := filepath.Join("testdata/released", name)
	if _, err := s.Backup(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "rows.txt"), []byte(sums(t, s)), 0o666); err != nil {
		t.Fatal(err)
	}
}

// sums writes a line for each table that holds something: how many rows, and the SHA-256 of them all. Periods and settings
// follow the dictionary of the program and may change with it.
func sums(t testing.TB, s *Store) string {
	t.Helper()
	all := dump(t, s)
	var out strings.Builder
	for _, x := range tables {
		if x.name != "periods" && x.name != "names" && x.name != "settings" && len(all[x.name]) > 0 {
			fmt.Fprintf(&out, "%s %d %x\n", x.name, len(all[x.name]), sha256.Sum256([]byte(strings.Join(all[x.name], "\n"))))
		}
	}
	return out.String()
}

func TestNewerAndAlteredSchemasAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		for _, x := range []struct{ change, says string }{
			{"CREATE TABLE extra (a TEXT)", "schema"},
			{"INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)", "newer vigie"},
		} {
			s := open(t, o)
			if _, err := s.engine.pool.Exec(x.change); err != nil {
				t.Fatal(err)
			}
			s.Close()
			_, err := Open(t.Context(), o)
			e, ok := errors.AsType[*SchemaError](err)
			if !ok || !strings.Contains(e.text.EN, x.says) || e.text.FR == "" {
				t.Errorf("%s: %v", x.change, err)
			}
			if o.DSN != "" {
				o = postgresOptions(t)
			} else {
				o = sqliteOptions(t)
			}
		}
	})
}
