package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"golang.org/x/mod/sumdb/tlog"

	"vigie/catalog/store/log"
)

// Verification is what Verify found.
type Verification struct {
	Engine      string `json:"engine"`
	Origin      string `json:"origin"`
	Leaves      int64  `json:"leaves"`
	Root        string `json:"root"`
	Checkpoints int64  `json:"checkpoints"`
	Records     int64  `json:"records"`
	Claims      int64  `json:"claims"`
	Documents   int64  `json:"documents"`
	Files       int64  `json:"files"`
	// Orphans are stored files that no row speaks of: an upload that was cut short. They do no harm; RemoveOrphans drops them.
	Orphans []string `json:"orphans,omitempty"`
	// Damage is empty when all fits; otherwise what does not, the first thing first, at most maxDamage of them.
	Damage []Damage `json:"damage,omitempty"`
}

// maxDamage bounds the list: past it, more names help nobody.
const maxDamage = 100

// OK reports whether everything fits.
func (v *Verification) OK() bool { return len(v.Damage) == 0 }

// VerifyOptions say what to check besides the database.
type VerifyOptions struct {
	SkipFiles bool                    // do not read the stored files
	Progress  func(done, total int64) // entries of the log; may be nil
	// Checkpoints that left the house: signed notes that must be of this log, and of a state that it went through.
	Checkpoints [][]byte
}

// Verify checks everything in one snapshot: the engine's own pages, the schema, each entry of the log against tiles, root,
// head and signed checkpoints, each row against its entry, the periods against the claims, what may be replaced against
// its digest, and stored files against their hash. The error is one of the engine; what does not fit is in the result.
func (s *Store) Verify(ctx context.Context, o VerifyOptions) (*Verification, error) {
	out := &Verification{Engine: s.Engine(), Origin: s.origin}
	err := s.reading(ctx, func(q query) error {
		v := &verifier{query: q, store: s, out: out, o: o}
		for _, step := range []func() error{v.engine, v.schema, v.headAndLog, v.derived, v.revisions, v.replaceable, v.accounts, v.checkpoints, v.files} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	if d, ok := errors.AsType[*DamagedError](err); ok { // found on the way
		out.Damage = append(out.Damage, d.Damage)
		return out, nil
	}
	if errors.Is(err, errEnough) {
		return out, nil
	}
	if failureOf(err) == failureCorrupt {
		out.Damage = append(out.Damage, Damage{Table: "database", Record: "-", What: textf("the engine cannot read it: %v", "le moteur ne peut la lire : %v", err)})
		return out, nil
	}
	return out, err
}

type verifier struct {
	query
	store *Store
	out   *Verification
	o     VerifyOptions
	head  headRow
}

// errEnough ends a check that has found enough.
var errEnough = errors.New("enough damage found")

func (v *verifier) bad(table, record, en, fr string, args ...any) error {
	v.out.Damage = append(v.out.Damage, Damage{Table: table, Record: record, What: textf(en, fr, args...)})
	if len(v.out.Damage) >= maxDamage {
		return errEnough
	}
	return nil
}

// engine asks SQLite about its pages and indexes: an index that misses a row hides what the table holds.
func (v *verifier) engine() error {
	if v.postgres {
		return nil
	}
	list, err := rows[string](v.query, "PRAGMA integrity_check(10)")
	if err != nil {
		return err
	}
	for _, l := range list {
		if l != "ok" {
			if err := v.bad("database", "-", "%s", "%s", l); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *verifier) schema() error {
	err := v.store.engine.checkSchema(v.query)
	if e, ok := errors.AsType[*SchemaError](err); ok {
		return v.bad("schema", "-", "%s", "%s", e.text)
	}
	return err
}

// headAndLog reads the log in order, and beside each entry the row that it speaks of.
func (v *verifier) headAndLog() error {
	var err error
	if v.head, err = head(v.query, false); err != nil {
		return err
	}
	if err := v.settings(); err != nil {
		return err
	}
	edge, rows := &log.Edge{}, v.tables()
	var batch []tlog.Hash
	tiles := &tileCheck{verifier: v}
	if err := eachLeaf(v.query, 0, func(i int64, bytes []byte) error {
		if i != v.out.Leaves {
			return damaged("log_leaves", fmt.Sprint(v.out.Leaves), "the entry is missing", "l'entrée manque")
		}
		v.out.Leaves++
		batch = append(batch, tlog.RecordHash(bytes))
		if len(batch) == 4096 {
			if err := tiles.compare(edge.Append(batch...)); err != nil {
				return err
			}
			batch = batch[:0]
			if v.o.Progress != nil {
				v.o.Progress(v.out.Leaves, v.head.Size)
			}
		}
		l, err := log.ParseLeaf(bytes)
		if err != nil {
			return v.bad("log_leaves", fmt.Sprint(i), "the entry cannot be read", "l'entrée est illisible")
		}
		return rows.match(i, l)
	}); err != nil {
		return err
	}
	if err := tiles.compare(edge.Append(batch...)); err != nil {
		return err
	}
	if err := rows.left(); err != nil {
		return err
	}
	if err := tiles.end(); err != nil {
		return err
	}
	root := edge.Root()
	v.out.Root = root.String()
	switch {
	case v.head.Size != v.out.Leaves:
		err = v.bad("log_head", "size", "says %d entries, there are %d", "annonce %d entrées, il y en a %d", v.head.Size, v.out.Leaves)
	case string(v.head.Root) != string(root[:]):
		err = v.bad("log_head", "root", "is not the root of the entries", "n'est pas la racine des entrées")
	case v.head.LatestNs != rows.latest:
		err = v.bad("log_head", "latest_ns", "is not the latest moment recorded", "n'est pas le dernier instant enregistré")
	}
	if err == nil && v.out.Leaves > 0 && v.store.witness != nil {
		if size, _, ok := v.store.witness.last(); ok && size > v.out.Leaves {
			err = v.bad("log_head", "size", "%d entries had been acknowledged, %d are there", "%d entrées avaient été confirmées, %d sont présentes", size, v.out.Leaves)
		}
	}
	return err
}

// tileCheck compares tiles computed from the entries with those stored. A tile is compared when it is full, or at the end.
type tileCheck struct {
	*verifier
	partial map[[2]int64]log.Tile
	count   int64
}

func (t *tileCheck) compare(tiles []log.Tile) error {
	if t.partial == nil {
		t.partial = map[[2]int64]log.Tile{}
	}
	for _, tile := range tiles {
		k := [2]int64{int64(tile.Level), tile.N}
		if len(tile.Data) < 256*tlog.HashSize {
			t.partial[k] = tile
			continue
		}
		delete(t.partial, k)
		if err := t.one(tile); err != nil {
			return err
		}
	}
	return nil
}

func (t *tileCheck) one(tile log.Tile) error {
	t.count++
	name := fmt.Sprintf("%d/%d", tile.Level, tile.N)
	got, err := tileReader{t.query}.Tile(tile.Level, tile.N)
	if _, gone := errors.AsType[*DamagedError](err); gone {
		return t.bad("log_tiles", name, "the tile is gone", "la tuile a disparu")
	}
	if err == nil && string(got) != string(tile.Data) {
		return t.bad("log_tiles", name, "does not hold the hashes of the entries", "ne contient pas les empreintes des entrées")
	}
	return err
}

func (t *tileCheck) end() error {
	for _, tile := range t.partial {
		if err := t.one(tile); err != nil {
			return err
		}
	}
	n, _, err := row[int64](t.query, "SELECT count(*) FROM log_tiles")
	if err == nil && n != t.count {
		err = t.bad("log_tiles", "-", "%d tiles are stored, the entries make %d", "%d tuiles sont conservées, les entrées en font %d", n, t.count)
	}
	return err
}

func (v *verifier) settings() error {
	list, err := rows[settingRow](v.query, "SELECT key, value, digest FROM settings ORDER BY key")
	if err != nil {
		return err
	}
	want := map[string]string{"format": storeFormat, "log.public": v.store.public, periodsSetting: v.store.Dictionary.Hash()}
	for _, r := range list {
		if hexOf(r.Digest) != digestOf(r.Key, r.Value) || want[r.Key] != r.Value {
			if err := v.bad("settings", r.Key, "the value is not the one that was set", "la valeur n'est pas celle qui avait été fixée"); err != nil {
				return err
			}
		}
		delete(want, r.Key)
	}
	for k := range want {
		if err := v.bad("settings", k, "is gone", "a disparu"); err != nil {
			return err
		}
	}
	return nil
}

// checkpoints holds signed checkpoints, kept and given, against the log.
func (v *verifier) checkpoints() error {
	list, err := rows[checkpointRow](v.query, "SELECT size, note FROM log_checkpoints ORDER BY size")
	if err != nil {
		return err
	}
	v.out.Checkpoints = int64(len(list))
	check := func(name string, note []byte, size int64) error {
		c, err := log.OpenCheckpoint(note, v.store.public)
		switch {
		case err != nil:
			return v.bad("log_checkpoints", name, "is not signed by this log", "n'est pas signé par ce journal")
		case size >= 0 && c.Tree.N != size:
			return v.bad("log_checkpoints", name, "is of another size", "est d'une autre taille")
		case c.Tree.N > v.out.Leaves:
			return v.bad("log_checkpoints", name, "was signed over %d entries, the log has %d: it was cut", "a été signé sur %d entrées, le journal en a %d : il a été tronqué", c.Tree.N, v.out.Leaves)
		}
		edge, err := log.LoadEdge(c.Tree.N, tileReader{v.query})
		if _, gone := errors.AsType[*DamagedError](err); gone {
			return v.bad("log_checkpoints", name, "its tiles are gone", "ses tuiles ont disparu")
		}
		if err == nil && edge.Root() != c.Tree.Hash {
			return v.bad("log_checkpoints", name, "the log no longer begins with what was signed", "le journal ne commence plus par ce qui a été signé")
		}
		return err
	}
	for _, r := range list {
		if err := check(fmt.Sprint(r.Size), []byte(r.Note), r.Size); err != nil {
			return err
		}
	}
	for i, note := range v.o.Checkpoints {
		if err := check(fmt.Sprintf("given %d", i+1), note, -1); err != nil {
			return err
		}
	}
	return nil
}

// files reads every stored file that a row speaks of, and names those that none does.
func (v *verifier) files() error {
	list, err := rows[fileRow](v.query, "SELECT leaf, hash, entity, size, media_type, name FROM files f WHERE leaf = (SELECT min(leaf) FROM files WHERE hash = f.hash) ORDER BY leaf")
	if err != nil {
		return err
	}
	v.out.Files = int64(len(list))
	if v.o.SkipFiles {
		return nil
	}
	known := map[string]bool{}
	for _, r := range list {
		known[hexOf(r.Hash)] = true
		if err := v.file(r); err != nil {
			return err
		}
	}
	return v.store.Files.Each(v.ctx(), func(sum string, _ int64) error {
		if !known[sum] {
			v.out.Orphans = append(v.out.Orphans, sum)
		}
		return nil
	})
}

func (v *verifier) file(r fileRow) error {
	sum := hexOf(r.Hash)
	f, err := v.store.Files.Open(v.ctx(), sum)
	if errors.Is(err, fs.ErrNotExist) {
		return v.bad("files", sum, "the bytes of the file are gone", "les octets du fichier ont disparu")
	}
	if err != nil {
		return v.bad("files", sum, "the file cannot be read: %v", "le fichier est illisible : %v", err)
	}
	defer f.Close()
	if n, err := io.Copy(io.Discard, f); err != nil || n != r.Size {
		return v.bad("files", sum, "the bytes are not those that were stored", "les octets ne sont pas ceux qui avaient été conservés")
	}
	return nil
}

// RemoveOrphans drops stored files that no row speaks of, and tells which. Call it while nothing is being uploaded.
func (s *Store) RemoveOrphans(ctx context.Context) ([]string, error) {
	known := map[string]bool{}
	if err := s.reading(ctx, func(q query) error {
		type hashed struct{ Hash []byte }
		list, err := rows[hashed](q, "SELECT hash FROM files")
		for _, r := range list {
			known[hexOf(r.Hash)] = true
		}
		return err
	}); err != nil {
		return nil, err
	}
	var out []string
	if err := s.Files.Each(ctx, func(sum string, _ int64) error {
		if !known[sum] {
			out = append(out, sum)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for _, sum := range out {
		if err := s.Files.Remove(ctx, sum); err != nil {
			return out, err
		}
	}
	return out, nil
}
