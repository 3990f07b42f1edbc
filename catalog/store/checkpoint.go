package store

import (
	"context"
	"encoding/hex"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"vigie/catalog"
	"vigie/catalog/store/log"
	"vigie/catalog/wording"
)

// Head is the state of the log: how many entries, and the root over them.
func (s *Store) Head(ctx context.Context) (tlog.Tree, error) {
	var out tlog.Tree
	err := s.reading(ctx, func(q query) error {
		h, err := head(q, false)
		out.N = h.Size
		copy(out.Hash[:], h.Root)
		return err
	})
	return out, err
}

// Checkpoint signs the state of the log and keeps the signed note: print it in reports, send it out of the house. One
// size gives one note, byte for byte.
func (s *Store) Checkpoint(ctx context.Context) ([]byte, error) {
	if s.secret == "" {
		return nil, schemaError(nil, "this store was opened without the key of its log (%s): it cannot sign", "cette base est ouverte sans la clé de son journal (%s) : elle ne peut signer", keyName)
	}
	tree, err := s.Head(ctx)
	if err != nil {
		return nil, err
	}
	note, err := s.kept(ctx, tree.N)
	if err != nil || note != nil {
		return note, err
	}
	signed, err := log.Checkpoint{Origin: s.origin, Tree: tree}.Sign(s.secret)
	if err != nil {
		return nil, err
	}
	if err := s.change(ctx, func(c *change) error {
		_, err := c.exec("INSERT INTO log_checkpoints (size, note) VALUES (?, ?) ON CONFLICT (size) DO NOTHING", tree.N, string(signed))
		return err
	}); err != nil {
		return nil, err
	}
	return s.kept(ctx, tree.N)
}

type checkpointRow struct {
	Size int64
	Note string
}

func (s *Store) kept(ctx context.Context, size int64) ([]byte, error) {
	var out []byte
	err := s.reading(ctx, func(q query) error {
		r, ok, err := row[checkpointRow](q, "SELECT size, note FROM log_checkpoints WHERE size = ?", size)
		if ok {
			out = []byte(r.Note)
		}
		return err
	})
	return out, err
}

// Proof is what shows, without the store, that something was recorded: the leaf and its inclusion under a checkpoint.
type Proof struct {
	Leaf      []byte // canonical JSON
	Inclusion log.Inclusion
}

// Prove proves that what has this hash was recorded: a claim, withdrawal, settlement or document, or a source, record or
// file. The checkpoint is the newest one kept that covers it, or a new one.
func (s *Store) Prove(ctx context.Context, hash string) (Proof, error) {
	if !catalog.ValidSHA256(hash) {
		return Proof{}, invalid("hash", "expected a SHA-256 in lower-case hex, found %s", "attendu : un SHA-256 en hexadécimal minuscule ; trouvé : %s", wording.Quoted(hash))
	}
	signed, err := s.Checkpoint(ctx)
	if err != nil {
		return Proof{}, err
	}
	point, err := log.OpenCheckpoint(signed, s.public)
	if err != nil {
		return Proof{}, damaged("log_checkpoints", fmt.Sprint(hash), "the signature does not fit", "la signature ne correspond pas")
	}
	var out Proof
	err = s.reading(ctx, func(q query) error {
		leaf, err := leafOf(q, hash)
		if err != nil {
			return err
		}
		type leafRow struct{ Bytes []byte }
		r, ok, err := row[leafRow](q, "SELECT bytes FROM log_leaves WHERE idx = ?", leaf)
		if err != nil {
			return err
		}
		if !ok {
			return damaged("log_leaves", fmt.Sprint(leaf), "the entry is gone", "l'entrée a disparu")
		}
		out.Leaf = r.Bytes
		out.Inclusion, err = log.Prove(leaf, point, signed, tileReader{q})
		return err
	})
	return out, err
}

// leafOf finds the newest leaf of what has this hash.
func leafOf(q query, hash string) (int64, error) {
	for _, t := range []string{"claims", "documents", "withdrawals", "settlements", "files", "sources"} {
		leaf, ok, err := row[int64](q, "SELECT leaf FROM "+t+" WHERE hash = ? ORDER BY leaf DESC LIMIT 1", hashBytes(hash))
		if err != nil || ok {
			return leaf, err
		}
	}
	return 0, &catalog.NotFoundError{What: wording.Textf("recorded thing", "élément enregistré"), ID: hash}
}

// Consistency is the proof that the log as it is now begins with the log of an older checkpoint, such as the one printed in
// a report of last year.
type Consistency struct {
	Older, Newer tlog.Tree
	Proof        tlog.TreeProof
	Checkpoint   []byte // the newer one, signed
}

// Consistent proves that nothing under a signed checkpoint was changed since. *DamagedError when it was, or when the
// checkpoint is of more entries than the log has.
func (s *Store) Consistent(ctx context.Context, older []byte) (Consistency, error) {
	old, err := log.OpenCheckpoint(older, s.public)
	if err != nil {
		return Consistency{}, invalid("checkpoint", "not a checkpoint that this log signed: %v", "ce n'est pas un point de contrôle signé par ce journal : %v", err)
	}
	signed, err := s.Checkpoint(ctx)
	if err != nil {
		return Consistency{}, err
	}
	newer, err := log.OpenCheckpoint(signed, s.public)
	if err != nil {
		return Consistency{}, err
	}
	out := Consistency{Older: old.Tree, Newer: newer.Tree, Checkpoint: signed}
	err = s.reading(ctx, func(q query) (err error) {
		if out.Proof, err = log.ProveConsistency(old.Tree, newer.Tree, tileReader{q}); err == nil {
			err = log.CheckConsistency(out.Proof, old.Tree, newer.Tree)
		}
		if err != nil {
			return damaged("log_tiles", fmt.Sprint(old.Tree.N), "the log does not begin with the tree of this checkpoint: %v", "le journal ne commence pas par l'arbre de ce point de contrôle : %v", err)
		}
		return nil
	})
	return out, err
}

// EachTile gives every tile of the log with its standard path and every leaf in order, for mirrors and witnesses.
func (s *Store) EachTile(ctx context.Context, tile func(path string, data []byte) error) error {
	return s.reading(ctx, func(q query) error {
		type tileRow struct {
			Level int64
			N     int64
			Data  []byte
		}
		list, err := rows[tileRow](q, "SELECT level, n, data FROM log_tiles ORDER BY level, n")
		if err != nil {
			return err
		}
		for _, r := range list {
			if err := tile(log.Tile{Level: int(r.Level), N: r.N, Data: r.Data}.Path(), r.Data); err != nil {
				return err
			}
		}
		return nil
	})
}

// EachLeaf gives the entries of the log from one on, in order.
func (s *Store) EachLeaf(ctx context.Context, from int64, do func(index int64, leaf []byte) error) error {
	return s.reading(ctx, func(q query) error { return eachLeaf(q, from, do) })
}

func eachLeaf(q query, from int64, do func(int64, []byte) error) error {
	type leafRow struct {
		Idx   int64
		Bytes []byte
	}
	for {
		list, err := rows[leafRow](q, "SELECT idx, bytes FROM log_leaves WHERE idx >= ? ORDER BY idx LIMIT 4096", from)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, r := range list {
			if err := do(r.Idx, r.Bytes); err != nil {
				return err
			}
		}
		from = list[len(list)-1].Idx + 1
	}
}

// Index is the place of a claim in the log.
func (s *Store) Index(ctx context.Context, hash string) (int64, error) {
	var out int64
	err := s.reading(ctx, func(q query) (err error) {
		if !catalog.ValidSHA256(hash) {
			return &catalog.NotFoundError{What: wording.Textf("recorded thing", "élément enregistré"), ID: hash}
		}
		out, err = leafOf(q, hash)
		return err
	})
	return out, err
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
