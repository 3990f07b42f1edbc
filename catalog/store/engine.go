package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the driver named "sqlite"
)

// engine is one of the two databases: how to open it, and where its SQL differs.
//
// PostgreSQL has a pool, and its driver keeps statements prepared. On SQLite gorm is bound to single connections, one that
// writes and a few that read, because statements prepared on a pool are prepared anew in each transaction of
// database/sql: that took a fifth of the time of a dossier.
type engine struct {
	postgres bool
	version  string
	pool     *sql.DB       // migrations; on PostgreSQL everything
	db       *gorm.DB      // PostgreSQL
	writer   *gorm.DB      // SQLite; its user holds the store's writer lock
	readers  chan *gorm.DB // SQLite; taken and put back
	others   []io.Closer
}

// oldestSQLite is the version that the tests ran with. Older ones may hold the WAL-reset race disclosed in March 2026,
// which could corrupt databases with overlapping writers and checkpoints.
const oldestSQLite = "3.54.1"

// gorm's own transactions, logger and error translation are off: transactions are explicit, errors go to explain.
func gormConfig() *gorm.Config {
	return &gorm.Config{SkipDefaultTransaction: true, Logger: logger.Discard, DisableAutomaticPing: true}
}

// sqliteDSN puts every pragma into the address: an Exec would reach one connection of the pool and not the next.
func sqliteDSN(path string, pragmas []string, lock string) string {
	q := url.Values{"_txlock": {lock}}
	for _, p := range pragmas {
		q.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// busyWait is how long a write waits for another program that holds the database, before it is told so.
const busyWait = 10 * time.Second

// pragmas that a writer must have, with what each reads back as. FULL: a commit is on the disk before it is
// acknowledged; NORMAL may lose the last ones at a power cut.
var writerPragmas = []struct{ set, name, reads string }{
	{fmt.Sprintf("busy_timeout(%d)", busyWait.Milliseconds()), "busy_timeout", fmt.Sprint(busyWait.Milliseconds())},
	{"journal_mode(WAL)", "journal_mode", "wal"},
	{"synchronous(FULL)", "synchronous", "2"},
	{"foreign_keys(1)", "foreign_keys", "1"},
	{"cache_size(-16000)", "cache_size", "-16000"},
	{"secure_delete(1)", "secure_delete", "1"}, // what is erased is overwritten
	// 16 MB, four times SQLite's own: who commits when the log is full waits for it to be written back, and that is what
	// the slowest hundredth of writes waited for.
	{"wal_autocheckpoint(4000)", "wal_autocheckpoint", "4000"},
}

var readerPragmas = []string{fmt.Sprintf("busy_timeout(%d)", busyWait.Milliseconds()), "query_only(1)", "cache_size(-8000)"}

// readers bounds the connections that read at once, and with them the memory of their caches.
const readers = 4

func openSQLite(ctx context.Context, path string) (*engine, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, explain(fmt.Errorf("make the data folder: %w", err))
	}
	var set []string
	for _, p := range writerPragmas {
		set = append(set, p.set)
	}
	e := &engine{}
	pool, err := sql.Open("sqlite", sqliteDSN(path, set, "immediate"))
	if err != nil {
		return nil, explain(fmt.Errorf("open %s: %w", path, err))
	}
	e.pool = pool
	if e.writer, err = e.bind(ctx, pool); err != nil {
		e.close()
		return nil, explain(fmt.Errorf("open %s: %w", path, err))
	}
	if err := e.readBack(ctx); err != nil {
		e.close()
		return nil, err
	}
	if err := e.addReaders(ctx, sqliteDSN(path, readerPragmas, "deferred"), readers); err != nil {
		e.close()
		return nil, explain(fmt.Errorf("open %s: %w", path, err))
	}
	return e, nil
}

func (e *engine) addReaders(ctx context.Context, dsn string, n int) error {
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return err
	}
	e.others = append(e.others, pool)
	e.readers = make(chan *gorm.DB, n)
	for range n {
		db, err := e.bind(ctx, pool)
		if err != nil {
			return err
		}
		e.readers <- db
	}
	return nil
}

// bind gives gorm one connection of its own, on which statements stay prepared.
func (e *engine) bind(ctx context.Context, pool *sql.DB) (*gorm.DB, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	kept := &keptConn{conn: conn, stmts: map[string]*sql.Stmt{}}
	e.others = append([]io.Closer{kept}, e.others...) // closed before its pool
	return gorm.Open(gormsqlite.New(gormsqlite.Config{DriverName: "sqlite", Conn: kept}), gormConfig())
}

// readBack refuses an engine that is too old or did not take a pragma: drivers spell them differently and drop
// another's spelling in silence.
func (e *engine) readBack(ctx context.Context) error {
	if err := e.writer.WithContext(ctx).Raw("SELECT sqlite_version()").Scan(&e.version).Error; err != nil {
		return explain(err)
	}
	if olderVersion(e.version, oldestSQLite) {
		return schemaError(nil, "SQLite %s is older than %s, with which this program was tested", "SQLite %s est antérieur à %s, version avec laquelle ce programme a été éprouvé", e.version, oldestSQLite)
	}
	for _, p := range writerPragmas {
		var got string
		if err := e.writer.WithContext(ctx).Raw("PRAGMA " + p.name).Scan(&got).Error; err != nil {
			return explain(err)
		}
		if got != p.reads {
			return schemaError(nil, "SQLite answers %s = %s, expected %s: what is acknowledged would not be safe here", "SQLite répond %s = %s au lieu de %s : ce qui est confirmé ne serait pas en sûreté", p.name, got, p.reads)
		}
	}
	return nil
}

// olderVersion compares dotted numbers.
func olderVersion(a, b string) bool {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := 0; i < len(x) && i < len(y); i++ {
		var m, n int
		fmt.Sscan(x[i], &m)
		fmt.Sscan(y[i], &n)
		if m != n {
			return m < n
		}
	}
	return len(x) < len(y)
}

func openPostgres(ctx context.Context, dsn string) (*engine, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, wrongDSN(err)
	}
	// Said on each connection and not in the address: poolers refuse addresses with settings that they do not know.
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, fmt.Sprintf("SET lock_timeout = %d", busyWait.Milliseconds()))
		return err
	}))
	pool.SetMaxOpenConns(16)
	pool.SetMaxIdleConns(8)
	db, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), gormConfig())
	if err != nil {
		pool.Close()
		return nil, wrongDSN(err)
	}
	e := &engine{postgres: true, pool: pool, db: db}
	if err := db.WithContext(ctx).Raw("SHOW server_version").Scan(&e.version).Error; err != nil {
		e.close()
		return nil, wrongDSN(err)
	}
	for _, s := range []struct{ name, want string }{{"synchronous_commit", "on"}, {"fsync", "on"}} {
		var got string
		if err := db.WithContext(ctx).Raw("SHOW " + s.name).Scan(&got).Error; err != nil {
			e.close()
			return nil, wrongDSN(err)
		}
		if got != s.want && got != "remote_apply" && got != "remote_write" {
			e.close()
			return nil, schemaError(nil, "PostgreSQL runs with %s = %s: what is acknowledged would not be safe; set it to %s", "PostgreSQL tourne avec %s = %s : ce qui est confirmé ne serait pas en sûreté ; le mettre à %s", s.name, got, s.want)
		}
	}
	return e, nil
}

// wrongDSN hides the address, which may hold a password.
func wrongDSN(err error) error {
	if failureOf(err) == failureLost {
		return &UnavailableError{fault{text: textf("PostgreSQL cannot be reached; check the address (--dsn) and that the server runs", "PostgreSQL est injoignable ; vérifier l'adresse (--dsn) et que le serveur tourne"), cause: hidden{err}}}
	}
	return schemaError(hidden{err}, "PostgreSQL refuses the address (--dsn): check its form (postgres://user:password@host/database), the user and the database", "PostgreSQL refuse l'adresse (--dsn) : vérifier sa forme (postgres://utilisateur:motdepasse@hôte/base), l'utilisateur et la base")
}

// hidden keeps an error for errors.As without its words: they may hold the address.
type hidden struct{ error }

func (hidden) Error() string   { return "details withheld" }
func (h hidden) Unwrap() error { return h.error }

func (e *engine) close() error {
	var errs []error
	for _, c := range e.others {
		errs = append(errs, c.Close())
	}
	if e.pool != nil {
		errs = append(errs, e.pool.Close())
	}
	return errors.Join(errs...)
}

// transaction is one that was begun. End it with commit or rollback, once; rollback after a commit does nothing.
type transaction struct {
	query
	commit   func() error
	rollback func()
}

// begin starts a transaction that writes.
func (e *engine) begin(ctx context.Context) (*transaction, error) {
	if e.postgres {
		tx := e.db.WithContext(ctx).Begin()
		return &transaction{query{db: tx, postgres: true}, func() error { return tx.Commit().Error }, func() { tx.Rollback() }}, tx.Error
	}
	return startSQLite(ctx, e.writer, "BEGIN IMMEDIATE")
}

func startSQLite(ctx context.Context, db *gorm.DB, how string) (*transaction, error) {
	if err := db.WithContext(ctx).Exec(how).Error; err != nil {
		return nil, err
	}
	open := true
	end := func(how string) error {
		open = false
		return db.WithContext(context.Background()).Exec(how).Error // whoever gave up, the connection must be left clean
	}
	return &transaction{query{db: db.WithContext(ctx)},
		func() error {
			err := end("COMMIT")
			if err != nil {
				end("ROLLBACK") // fails when SQLite rolled back by itself
			}
			return err
		},
		func() {
			if open {
				end("ROLLBACK")
			}
		}}, nil
}

// reading runs do in one snapshot of the database.
func (e *engine) reading(ctx context.Context, do func(q query) error) error {
	if e.postgres {
		tx := e.db.WithContext(ctx).Begin(&sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
		if tx.Error != nil {
			return explain(tx.Error)
		}
		defer tx.Rollback()
		return explain(do(query{db: tx, postgres: true}))
	}
	var db *gorm.DB
	select {
	case db = <-e.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { e.readers <- db }()
	tx, err := startSQLite(ctx, db, "BEGIN")
	if err != nil {
		return explain(err)
	}
	defer tx.rollback()
	return explain(do(tx.query))
}
