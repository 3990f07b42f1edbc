package store

import (
	"context"

	"embed"

	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Migrations are numbered SQL files, a twin for each engine, frozen once released. Each runs in one transaction, so one
// that fails or is killed leaves nothing. There are no down migrations: a backup is the way back.
//
//go:embed migrations
var migrationFiles embed.FS

// schemas holds what the newest migration must have made, as the engine itself tells it.
//
//go:embed schema
var schemaFiles embed.FS

func (e *engine) name() string {
	if e.postgres {
		return "postgres"
	}
	return "sqlite"
}

// migrate brings the database to the newest schema and refuses one that is newer, or was altered by hand.
func (e *engine) migrate(ctx context.Context, files fs.FS) error {
	dir, err := fs.Sub(files, "migrations/"+e.name())
	if err != nil {
		return err
	}
	dialect, opts := goose.DialectSQLite3, []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if e.postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker() // two replicas that start at once
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, e.pool, dir, opts...)
	if err != nil {
		return err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return explain(err)
	}
	if current > target {
		return schemaError(nil, "the database has schema %d, this program knows %d: it was written by a newer vigie; use that one", "la base de données a le schéma %d, ce programme connaît le %d : elle a été écrite par un vigie plus récent ; utiliser celui-ci", current, target)
	}
	if _, err := p.Up(ctx); err != nil {
		return explain(fmt.Errorf("migrate from schema %d to %d: %w", current, target, err))
	}
	return nil
}

// checkSchema compares what the database holds with what the migrations make.
func (e *engine) checkSchema(q query) error {
	got, err := e.schema(q)
	if err != nil {
		return err
	}
	want, err := schemaFiles.ReadFile("schema/" + e.name() + ".sql")
	if err != nil {
		return err
	}
	if got == string(want) {
		return nil
	}
	return schemaError(nil, "the schema of the database is not the one that the migrations make; first difference: %s", "le schéma de la base de données n'est pas celui que produisent les migrations ; première différence : %s", firstDifference(string(want), got))
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(b)) {
		x, y := "(end)", "(end)"
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return fmt.Sprintf("expected %q, found %q", x, y)
		}
	}
	return ""
}

// schema writes down tables, columns and indexes as the engine tells them.
func (e *engine) schema(q query) (string, error) {
	type line struct{ Text string }
	if !e.postgres {
		list, err := rows[line](q, "SELECT sql AS text FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%' ORDER BY name")
		return joinLines(list, func(l line) string { return l.Text + ";" }), err
	}
	var out []line
	for _, stmt := range []string{
		`SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(collation_name, '-') AS text FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name NOT LIKE 'goose%' ORDER BY table_name, ordinal_position`,
		`SELECT replace(indexdef, ' ' || quote_ident(schemaname) || '.', ' ') AS text FROM pg_indexes WHERE schemaname = current_schema() AND tablename NOT LIKE 'goose%' ORDER BY tablename, indexname`,
		`SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS text FROM pg_constraint
			WHERE connamespace = current_schema()::regnamespace AND conrelid::regclass::text NOT LIKE 'goose%' ORDER BY conrelid::regclass::text, conname`,
	} {
		list, err := rows[line](q, stmt)
		if err != nil {
			return "", err
		}
		out = append(out, list...)
	}
	return joinLines(out, func(l line) string { return l.Text }), nil
}

func joinLines[T any](list []T, of func(T) string) string {
	var b strings.Builder
	for _, x := range list {
		b.WriteString(of(x) + "\n")
	}
	return b.String()
}

// emptyPlace reports whether the database holds nothing at all.
func (e *engine) emptyPlace(ctx context.Context) (bool, error) {
	var n int64
	err := e.reading(ctx, func(q query) error {
		stmt := "SELECT count(*) FROM sqlite_schema"
		if e.postgres {
			stmt = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()"
		}
		got, _, err := row[int64](q, stmt)
		n = got
		return err
	})
	return n == 0, err
}

// tables lists every table of the store with its columns, in an order in which rows can be added.
var tables = []struct{ name, columns, order string }{
	{"settings", "key, value, digest", "key"},
	{"log_leaves", "idx, bytes", "idx"},
	{"log_tiles", "level, n, data", "level, n"},
	{"log_head", "id, size, root, latest_ns", "id"},
	{"log_checkpoints", "size, note", "size"},
	{"records", "leaf, kind, id, entity, revision", "leaf"},
	{"sources", sourceColumns, "leaf"},
	{"claims", claimColumns, "leaf"},
	{"withdrawals", "leaf, hash, entity, claim, decided_by, decided_ns, reason", "leaf"},
	{"settlements", "leaf, hash, entity, record, path, claim, decided_by, decided_ns, reason", "leaf"},
	{"periods", periodColumns, "record, path, from_day, claim, nth"},
	{"names", nameColumns, "kind, id, from_day"},
	{"documents", "leaf, kind, hash, entity, body", "leaf"},
	{"document_index", "leaf, key, value", "leaf, key"},
	{"files", "leaf, hash, entity, size, media_type, name", "leaf"},
	{"people", "leaf, id, entity, digest, salt, body, erased", "leaf"},
	{"drafts", "id, sort, entity, state, subject, body, revision, created_ns, changed_ns, changed_by, digest", "id"},
	{"idempotency", "key, entity, request, receipt, created_ns, digest", "key"},
	{"accounts", accountColumns, "person"},
	{"passkeys", passkeyColumns, "id"},
	{"sessions", sessionColumns, "id"},
	{"tokens", tokenColumns, "id"},
	{"passes", passColumns, "hash"},
}

// Dump gives every row of every table, in an order of its own, as one line each: what a reader of the database could
// see. Two stores with the same dump hold the same.
func (s *Store) Dump(ctx context.Context, each func(table, line string) error) error {
	return s.reading(ctx, func(q query) error {
		for _, t := range tables {
			if err := q.eachRow("SELECT "+t.columns+" FROM "+t.name+" ORDER BY "+t.order, nil, func(vals []any) error {
				var b strings.Builder
				for i, v := range vals {
					if i > 0 {
						b.WriteByte('|')
					}
					fmt.Fprintf(&b, "%v", plain(v))
				}
				return each(t.name, b.String())
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

func plain(v any) any {
	if b, ok := v.([]byte); ok {
		return fmt.Sprintf("%x", b)
	}
	return v
}

// eachRow gives the values of each row as the driver gives them.
func (q query) eachRow(stmt string, args []any, each func([]any) error) error {
	res, err := q.open(stmt, args)
	if err != nil {
		return err
	}
	defer res.Close()
	cols, err := res.Columns()
	if err != nil {
		return err
	}
	vals, into := make([]any, len(cols)), make([]any, len(cols))
	for i := range vals {
		into[i] = &vals[i]
	}
	for res.Next() {
		if err := res.Scan(into...); err != nil {
			return fmt.Errorf("%s: %w", firstWords(stmt), err)
		}
		if err := each(slices.Clone(vals)); err != nil {
			return err
		}
	}
	return res.Err()
}
