// Package store keeps what an organisation records: claims with their records, sources, withdrawals and settlements,
// documents (assessments, frameworks, decisions…), source files, people and drafts, in SQLite or PostgreSQL.
//
// What it promises:
//   - What Record acknowledged is kept: row and log leaf are one transaction, on the disk before the answer.
//   - Claims, reviews, sources' revisions and documents are only ever added. What may be replaced (a draft, a person) is
//     replaced only from the revision that the writer saw.
//   - Every fact of any day, as known on any day, is the one that catalog.View gives for the same claims, byte for byte.
//   - Verify sees whatever changed since it was recorded, and names the table and the record.
//
// An error on commit is UnknownOutcomeError: neither done nor undone for certain. Send the change again with the same
// Batch.Key, which records it at most once. After a failure of the disk the store refuses writes until it is opened
// again; it still reads.
//
// Documents are bytes named by their hash, with declared index columns: the store never reads them.
package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"vigie/catalog"
	"vigie/catalog/store/files"
	"vigie/catalog/store/log"
)

// Options say where a store is and what it needs.
type Options struct {
	// Dir is the data folder, made when it is not there: the database (vigie.db), the key of the log (log.key) and, unless
	// Files says otherwise, source files (files/).
	Dir string
	// DSN is the address of a PostgreSQL database; empty: SQLite in Dir.
	DSN string
	// Dictionary types the claims that are recorded.
	Dictionary *catalog.Dictionary
	// Key is the secret key of the log; empty: the one in Dir, made on first start. Replicas of one PostgreSQL database
	// need the same.
	Key string
	// Files keeps source files; nil: Dir/files.
	Files files.Store
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// MustExist refuses (*NoStoreError) to make a store where none is.
	MustExist bool
}

// Store is open until Close. It is safe for concurrent use.
type Store struct {
	Dictionary *catalog.Dictionary
	// Files holds the bytes of source files; rows about them are written by AddFile.
	Files files.Store

	engine *engine
	now    func() time.Time
	secret string
	public string
	origin string

	writer  sync.Mutex    // around every transaction that writes
	commit  time.Duration // what the last one waited for the disk
	edge    *log.Edge     // of the log as last committed here; nil: to be read
	queueMu sync.Mutex
	queue   []*job
	leading bool          // somebody runs what waits
	crowd   int           // how many took part last time or came meanwhile
	arrived chan struct{} // they are here again
	stopped atomic.Pointer[StoppedError]
	witness *witness
}

// ErrNotEmpty is wrapped by errors about places that had to be empty.
var ErrNotEmpty = errors.New("not empty")

const (
	databaseName = "vigie.db"
	keyName      = "log.key"
	filesName    = "files"
	storeFormat  = "vigie-store/1"
)

// Open opens a store, makes it when nothing is there, and brings an older one to the newest schema. It refuses a
// database that is newer, altered, damaged at its head, or that lost what it had acknowledged.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Dictionary == nil {
		return nil, fmt.Errorf("store: a dictionary is needed")
	}
	s := &Store{Dictionary: o.Dictionary, Files: o.Files, now: o.Now, arrived: make(chan struct{}, 1)}
	if s.now == nil {
		s.now = time.Now
	}
	if err := s.open(ctx, o); err != nil {
		s.Close()
		if e, ok := errors.AsType[*ReadOnlyError](err); ok && o.DSN == "" {
			err = &ReadOnlyError{fault{text: textf("%s: %s", "%s : %s", o.Dir, e.text), cause: e.cause}}
		}
		return nil, err
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, o Options) (err error) {
	if o.DSN == "" {
		path := filepath.Join(o.Dir, databaseName)
		if o.MustExist {
			if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
				return noStore(o.Dir)
			}
		}
		s.engine, err = openSQLite(ctx, path)
	} else {
		s.engine, err = openPostgres(ctx, o.DSN)
	}
	if err != nil {
		return err
	}
	if o.MustExist {
		empty, err := s.engine.emptyPlace(ctx)
		if err != nil {
			return err
		}
		if empty {
			return noStore(o.Dir)
		}
	}
	if err := s.engine.migrate(ctx, migrationFiles); err != nil {
		return err
	}
	if err := s.reading(ctx, s.engine.checkSchema); err != nil {
		return err
	}
	if s.Files == nil {
		if s.Files, err = files.OpenDisk(filepath.Join(o.Dir, filesName)); err != nil {
			return explain(err)
		}
	}
	if err := s.identify(ctx, o); err != nil {
		return err
	}
	if err := s.upToDate(ctx); err != nil {
		return err
	}
	if o.DSN == "" {
		if s.witness, err = openWitness(filepath.Join(o.Dir, databaseName+"-witness")); err != nil {
			return err
		}
		if err := s.reading(ctx, s.heardOf); err != nil {
			return err
		}
	}
	return nil
}

// identify finds the key of the log, or makes it when the log is new.
func (s *Store) identify(ctx context.Context, o Options) error {
	public, err := s.setting(ctx, "log.public")
	if err != nil {
		return err
	}
	s.secret = o.Key
	path := filepath.Join(o.Dir, keyName)
	if s.secret == "" && o.Dir != "" {
		b, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			return explain(fmt.Errorf("read the log's key: %w", err))
		}
		s.secret = strings.TrimSpace(string(b))
	}
	if s.secret == "" && public == "" {
		if o.Dir == "" {
			return schemaError(nil, "a new log needs a key: give the key, or a data folder to keep one in", "un nouveau journal exige une clé : la donner, ou donner un dossier de données où la garder")
		}
		if s.secret, _, err = log.NewKey("vigie-" + randomHex(6)); err != nil {
			return err
		}
		if err := os.MkdirAll(o.Dir, 0o700); err != nil {
			return explain(err)
		}
		if err := writeSynced(path, []byte(s.secret+"\n"), 0o600); err != nil {
			return explain(fmt.Errorf("write the log's key: %w", err))
		}
	}
	if s.secret != "" {
		if s.public, err = log.Public(s.secret); err != nil {
			return schemaError(err, "the key of the log (%s) cannot be read", "la clé du journal (%s) est illisible", keyName)
		}
		if public == "" {
			if err := s.putSettings(ctx, map[string]string{"log.public": s.public, "format": storeFormat}); err != nil {
				return err
			}
			if public, err = s.setting(ctx, "log.public"); err != nil { // a replica may have been first
				return err
			}
		}
		if public != s.public {
			return schemaError(nil, "the key of the log (%s) is not the one that signed this log", "la clé du journal (%s) n'est pas celle qui a signé ce journal", keyName)
		}
	}
	s.public = public
	s.origin, _, _ = strings.Cut(public, "+")
	return nil
}

// Close ends the store. What was acknowledged stays.
func (s *Store) Close() error {
	s.writer.Lock()
	defer s.writer.Unlock()
	var err error
	if s.engine != nil {
		err = s.engine.close()
	}
	if s.witness != nil {
		err = errors.Join(err, s.witness.close())
		s.witness = nil
	}
	return err
}

// Engine names the database and its version, for /healthz and verify.
func (s *Store) Engine() string {
	if s.engine.postgres {
		return "PostgreSQL " + s.engine.version
	}
	return "SQLite " + s.engine.version
}

// Shared reports whether several programs may serve the store at the same time, as replicas of a PostgreSQL database do.
func (s *Store) Shared() bool { return s.engine.postgres }

// Origin is the name of the log, PublicKey checks its checkpoints.
func (s *Store) Origin() string { return s.origin }

// PublicKey is what checks the signatures of the log's checkpoints. It is no secret: give it to who must check reports.
func (s *Store) PublicKey() string { return s.public }

// Stopped is the error that ended writing after a failure of the disk, nil while all is well.
func (s *Store) Stopped() error {
	if e := s.stopped.Load(); e != nil {
		return e
	}
	return nil
}

func (s *Store) reading(ctx context.Context, do func(q query) error) error {
	return s.engine.reading(ctx, do)
}

type headRow struct {
	Size     int64
	Root     []byte
	LatestNs int64
}

func head(q query, lock bool) (headRow, error) {
	stmt := "SELECT size, root, latest_ns FROM log_head WHERE id = 1"
	if lock && q.postgres {
		stmt += " FOR UPDATE" // one lock for the next index, whatever the number of replicas
	}
	h, ok, err := row[headRow](q, stmt)
	if err == nil && !ok {
		return headRow{}, damaged("log_head", "1", "the head of the log is gone", "la tête du journal a disparu")
	}
	return h, err
}

// tileReader reads tiles of the log in a transaction.
type tileReader struct{ query }

// Tile implements log.Reader.
func (t tileReader) Tile(level int, n int64) ([]byte, error) {
	type tileRow struct{ Data []byte }
	r, ok, err := row[tileRow](t.query, "SELECT data FROM log_tiles WHERE level = ? AND n = ?", level, n)
	if err == nil && !ok {
		return nil, damaged("log_tiles", fmt.Sprintf("%d/%d", level, n), "the tile is gone", "la tuile a disparu")
	}
	return r.Data, err
}

// heardOf holds the database against what was acknowledged last.
func (s *Store) heardOf(q query) error {
	size, root, ok := s.witness.last()
	if !ok {
		return nil
	}
	h, err := head(q, false)
	if err != nil {
		return err
	}
	if h.Size < size {
		return damaged("log_head", fmt.Sprint(h.Size), "the database holds %d log entries, %d had been acknowledged: part of it was lost (was vigie.db-wal removed?); restore a backup",
			"la base de données contient %d entrées de journal, %d avaient été confirmées : une partie est perdue (vigie.db-wal a-t-il été supprimé ?) ; restaurer une sauvegarde", h.Size, size)
	}
	edge, err := log.LoadEdge(size, tileReader{q})
	if err != nil {
		return err
	}
	if got := edge.Root(); got != root {
		return damaged("log_tiles", fmt.Sprint(size), "the first %d log entries are not those that had been acknowledged", "les %d premières entrées du journal ne sont pas celles qui avaient été confirmées", size)
	}
	return nil
}

type settingRow struct {
	Key    string
	Value  string
	Digest []byte
}

func (s *Store) setting(ctx context.Context, key string) (string, error) {
	var out string
	err := s.reading(ctx, func(q query) error {
		r, _, err := row[settingRow](q, "SELECT key, value, digest FROM settings WHERE key = ?", key)
		if err == nil && r.Key != "" && hex.EncodeToString(r.Digest) != digestOf(r.Key, r.Value) {
			return damaged("settings", key, "the value does not fit its digest", "la valeur ne correspond pas à son empreinte")
		}
		out = r.Value
		return err
	})
	return out, err
}

// putSettings writes those that are not there yet, and the empty head.
func (s *Store) putSettings(ctx context.Context, values map[string]string) error {
	s.writer.Lock()
	defer s.writer.Unlock()
	return s.writing(ctx, func(q query) error {
		for k, v := range values {
			if _, err := q.exec("INSERT INTO settings (key, value, digest) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING", k, v, hashBytes(digestOf(k, v))); err != nil {
				return err
			}
		}
		root := (&log.Edge{}).Root()
		_, err := q.exec("INSERT INTO log_head (id, size, root, latest_ns) VALUES (1, 0, ?, 0) ON CONFLICT (id) DO NOTHING", root[:])
		return err
	})
}
