package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"vigie/catalog/store/files"
	"vigie/catalog/store/log"
)

// A backup is a folder: the database as one SQLite file whatever the engine, the source files, the key of the log, and
// backup.json. It is as confidential as the store itself.

const manifestName = "backup.json"

const backupFormat = "vigie-backup/1"

// Manifest says what a backup holds.
type Manifest struct {
	Format     string `json:"format"`
	Created    string `json:"created"` // RFC 3339, UTC
	Engine     string `json:"engine"`  // that it was taken from
	Origin     string `json:"origin"`
	PublicKey  string `json:"public_key"`
	Leaves     int64  `json:"leaves"`
	Checkpoint string `json:"checkpoint,omitempty"` // signed; none when the store has no key to sign with
	Files      int64  `json:"files"`
}

// Backup copies the store into a folder that is new or empty, from one snapshot, while others read and write. What had
// been acknowledged before it began is in it. The folder is complete once backup.json is there.
func (s *Store) Backup(ctx context.Context, dir string) (*Manifest, error) {
	if err := emptyFolder(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, databaseName)
	if err := s.copyDatabase(ctx, path); err != nil {
		return nil, fmt.Errorf("back up the database: %w", explain(err))
	}
	m := &Manifest{Format: backupFormat, Created: s.now().UTC().Format(time.RFC3339), Engine: s.Engine(), Origin: s.origin, PublicKey: s.public}
	e, err := sqliteReadOnly(path)
	if err != nil {
		return nil, explain(err)
	}
	defer e.close()
	var list []fileRow
	if err := e.reading(ctx, func(q query) error {
		h, err := head(q, false)
		if err != nil {
			return err
		}
		m.Leaves = h.Size
		if s.secret != "" {
			signed, err := log.Checkpoint{Origin: s.origin, Tree: tlog.Tree{N: h.Size, Hash: tlog.Hash(h.Root)}}.Sign(s.secret)
			if err != nil {
				return err
			}
			m.Checkpoint = string(signed)
		}
		list, err = rows[fileRow](q, "SELECT leaf, hash, entity, size, media_type, name FROM files f WHERE leaf = (SELECT min(leaf) FROM files WHERE hash = f.hash) ORDER BY leaf")
		return err
	}); err != nil {
		return nil, err
	}
	m.Files = int64(len(list))
	if err := copyFiles(ctx, s.Files, filepath.Join(dir, filesName), list); err != nil {
		return nil, err
	}
	if s.secret != "" {
		if err := writeSynced(filepath.Join(dir, keyName), []byte(s.secret+"\n"), 0o600); err != nil {
			return nil, explain(err)
		}
	}
	body, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	return m, explain(writeSynced(filepath.Join(dir, manifestName), append(body, '\n'), 0o600))
}

// emptyFolder makes a folder, or refuses one that holds something.
func emptyFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return explain(err)
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return explain(err)
	}
	if len(list) > 0 {
		e := conflict("the folder %s is not empty: nothing was written", "le dossier %s n'est pas vide : rien n'a été écrit", dir)
		e.cause = ErrNotEmpty
		return e
	}
	return nil
}

// copyDatabase writes one snapshot as an SQLite file and syncs it.
func (s *Store) copyDatabase(ctx context.Context, path string) error {
	if s.engine.postgres {
		to, err := openSQLite(ctx, path)
		if err != nil {
			return err
		}
		defer to.close()
		if err := to.migrate(ctx, migrationFiles); err != nil {
			return err
		}
		if err := s.reading(ctx, func(from query) error { return copyRows(ctx, from, to) }); err != nil {
			return err
		}
		if err := to.close(); err != nil {
			return err
		}
	} else {
		// VACUUM INTO reads one snapshot, on a connection of its own, and takes no lock that a writer waits for.
		if _, err := s.engine.pool.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
			return err
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// copyRows copies every table into an empty database, in one transaction.
func copyRows(ctx context.Context, from query, to *engine) error {
	tx, err := to.begin(ctx)
	if err != nil {
		return err
	}
	defer tx.rollback()
	q := tx.query
	for _, t := range tables {
		var list [][]any
		flush := func() error {
			err := q.insert(t.name, t.columns, list)
			list = list[:0]
			return err
		}
		if err := from.eachRow("SELECT "+t.columns+" FROM "+t.name+" ORDER BY "+t.order, nil, func(vals []any) error {
			list = append(list, vals)
			if len(list) == 1024 || t.name == "documents" && len(list) == 16 {
				return flush()
			}
			return nil
		}); err != nil {
			return fmt.Errorf("copy %s: %w", t.name, err)
		}
		if err := flush(); err != nil {
			return fmt.Errorf("copy %s: %w", t.name, err)
		}
	}
	return tx.commit()
}

// copyFiles copies stored files into a folder, each checked as it is read and again where it is.
func copyFiles(ctx context.Context, from files.Store, dir string, list []fileRow) error {
	to, err := files.OpenDisk(dir)
	if err != nil {
		return explain(err)
	}
	defer to.Close()
	for _, r := range list {
		if err := copyFile(ctx, from, to, hexOf(r.Hash)); err != nil {
			return fmt.Errorf("copy file %s: %w", hexOf(r.Hash), explain(err))
		}
	}
	return nil
}

func copyFile(ctx context.Context, from, to files.Store, sum string) error {
	in, err := from.Open(ctx, sum)
	if err != nil {
		return err
	}
	defer in.Close()
	tmp, err := os.CreateTemp("", "vigie-copy-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = io.Copy(tmp, in)
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return to.Put(ctx, sum, tmp.Name())
}

// ReadManifest reads what a backup says of itself.
func ReadManifest(dir string) (*Manifest, error) {
	body, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return nil, invalid(dir, "not a backup, or one that was not finished: there is no %s", "ce n'est pas une sauvegarde, ou elle est inachevée : %s manque", manifestName)
	}
	var m Manifest
	if err := json.Unmarshal(body, &m); err != nil || m.Format != backupFormat {
		return nil, damaged(manifestName, dir, "cannot be read", "est illisible")
	}
	return &m, nil
}

// Restore brings a backup back into an empty place: a data folder, and an empty PostgreSQL database when the options name
// one. The backup is checked whole, in a place apart, before anything is put there: one whose log does not verify is
// refused (*DamagedError), and the place stays empty. Open the store afterwards.
func Restore(ctx context.Context, dir string, o Options) (*Verification, error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	if err := emptyFolder(o.Dir); err != nil {
		return nil, err
	}
	stage := filepath.Join(o.Dir, "restoring")
	defer os.RemoveAll(stage)
	if err := os.Mkdir(stage, 0o700); err != nil {
		return nil, explain(err)
	}
	v, err := stageBackup(ctx, dir, stage, m, o)
	if err != nil {
		return v, err
	}
	if o.DSN != "" {
		if err := intoPostgres(ctx, filepath.Join(stage, databaseName), o); err != nil {
			return v, err
		}
		if err := os.Remove(filepath.Join(stage, databaseName)); err != nil {
			return v, explain(err)
		}
		os.Remove(filepath.Join(stage, databaseName+"-witness"))
	}
	list, err := os.ReadDir(stage)
	if err != nil {
		return v, explain(err)
	}
	for _, e := range list {
		if e.Name() == filesName && o.Files != nil {
			continue
		}
		if err := os.Rename(filepath.Join(stage, e.Name()), filepath.Join(o.Dir, e.Name())); err != nil {
			return v, explain(err)
		}
	}
	return v, explain(syncDir(o.Dir))
}

// stageBackup copies a backup beside its place, brings it to the newest schema and checks it.
func stageBackup(ctx context.Context, dir, stage string, m *Manifest, o Options) (*Verification, error) {
	for _, name := range []string{databaseName, keyName} {
		err := copyPlain(filepath.Join(dir, name), filepath.Join(stage, name))
		if err != nil && (name == databaseName || !os.IsNotExist(err)) {
			return nil, explain(fmt.Errorf("read the backup: %w", err))
		}
	}
	from, err := files.OpenDisk(filepath.Join(dir, filesName))
	if err != nil {
		return nil, explain(err)
	}
	defer from.Close()
	s, err := Open(ctx, Options{Dir: stage, Dictionary: o.Dictionary, Files: from, Now: o.Now, Key: o.Key})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var points [][]byte
	if m.Checkpoint != "" {
		points = append(points, []byte(m.Checkpoint))
	}
	v, err := s.Verify(ctx, VerifyOptions{Checkpoints: points})
	if err != nil {
		return nil, err
	}
	if s.public != m.PublicKey || v.Leaves != m.Leaves {
		v.Damage = append(v.Damage, Damage{Table: manifestName, Record: dir, What: textf("speaks of another log, or of another state of it", "parle d'un autre journal, ou d'un autre état")})
	}
	if !v.OK() {
		d := v.Damage[0]
		return v, &DamagedError{Damage: d, fault: fault{text: textf("the backup does not verify and was not restored: %s, %s: %s", "la sauvegarde ne se vérifie pas et n'a pas été restaurée : %s, %s : %s", d.Table, d.Record, d.What)}}
	}
	to := o.Files
	if to == nil {
		disk, err := files.OpenDisk(filepath.Join(stage, filesName))
		if err != nil {
			return v, explain(err)
		}
		defer disk.Close()
		to = disk
	}
	var list []fileRow
	if err := s.reading(ctx, func(q query) (err error) {
		list, err = rows[fileRow](q, "SELECT leaf, hash, entity, size, media_type, name FROM files f WHERE leaf = (SELECT min(leaf) FROM files WHERE hash = f.hash) ORDER BY leaf")
		return err
	}); err != nil {
		return v, err
	}
	for _, r := range list {
		if err := copyFile(ctx, from, to, hexOf(r.Hash)); err != nil {
			return v, fmt.Errorf("restore file %s: %w", hexOf(r.Hash), explain(err))
		}
	}
	tree, err := s.Head(ctx)
	if err == nil {
		s.witness.note(tree.N, tree.Hash)
	}
	return v, err
}

func copyPlain(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

// intoPostgres copies the staged database into an empty PostgreSQL one.
func intoPostgres(ctx context.Context, path string, o Options) error {
	to, err := openPostgres(ctx, o.DSN)
	if err != nil {
		return err
	}
	defer to.close()
	if empty, err := to.emptyPlace(ctx); err != nil {
		return err
	} else if !empty {
		e := conflict("the PostgreSQL database is not empty: nothing was written", "la base PostgreSQL n'est pas vide : rien n'a été écrit")
		e.cause = ErrNotEmpty
		return e
	}
	if err := to.migrate(ctx, migrationFiles); err != nil {
		return err
	}
	from, err := sqliteReadOnly(path)
	if err != nil {
		return explain(err)
	}
	defer from.close()
	return explain(from.reading(ctx, func(q query) error { return copyRows(ctx, q, to) }))
}

// sqliteReadOnly opens a database file that nobody writes.
func sqliteReadOnly(path string) (*engine, error) {
	e := &engine{}
	if err := e.addReaders(context.Background(), sqliteDSN(path, []string{"query_only(1)"}, "deferred"), 1); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}
