// Package log is the append-only Merkle log in a standard form: leaves hashed and proved as golang.org/x/mod/sumdb/tlog
// does (RFC 6962), hashes kept as tiles, checkpoints signed as notes (sumdb/note).
//
// Words: a leaf says that something was recorded, by its content hash. The edge is the right border of the tree, all
// that is needed to append. A checkpoint is the signed statement "at this size the tree has this root". A proof shows,
// with a few hashes, that a leaf is under a checkpoint, or that one checkpoint's tree begins with another's.
//
// Trust: a tree kept in one database proves nothing against who can rewrite all of it, unless checkpoints leave the
// house. Everything here is a pure function over tiles; where they are kept, and in which transaction, is the store's.
package log

import (
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"vigie/catalog"
)

// Height is the height of tiles: each holds up to 256 hashes.
const Height = 8

const tileWidth = 1 << Height

// Leaf says that something was recorded. Its canonical JSON is the bytes of the log, kept as written.
type Leaf struct {
	At     string            `json:"at"`               // when the store took it in: RFC 3339, UTC
	Entity string            `json:"entity,omitempty"` // of the group it belongs to; none: shared by all
	Hash   string            `json:"hash"`             // SHA-256 of what was recorded, in hex
	Index  map[string]string `json:"index,omitempty"`  // what a document is found by
	Kind   string            `json:"kind"`
}

// Bytes is the canonical form, RFC 8785.
func (l Leaf) Bytes() []byte {
	b, err := catalog.Canonical(l)
	if err != nil {
		panic(fmt.Sprintf("log: no canonical form of a leaf: %v", err)) // strings always have one
	}
	return b
}

// ParseLeaf reads what Bytes wrote and refuses everything else, down to the last byte.
func ParseLeaf(b []byte) (Leaf, error) {
	var l Leaf
	if err := json.Unmarshal(b, &l); err != nil {
		return Leaf{}, fmt.Errorf("leaf is not JSON: %w", err)
	}
	if string(l.Bytes()) != string(b) {
		return Leaf{}, fmt.Errorf("leaf is not in its canonical form")
	}
	return l, nil
}

// Tile is a run of hashes of one level: up to 256, fewer in the last one of its level.
type Tile struct {
	Level int
	N     int64
	Data  []byte // 32 bytes a hash
}

// Path is the tile's address in the layout that mirrors read (golang.org/x/mod/sumdb/tlog, C2SP tlog-tiles).
func (t Tile) Path() string {
	return tlog.Tile{H: Height, L: t.Level, N: t.N, W: len(t.Data) / tlog.HashSize}.Path()
}

// Reader finds a tile, as full as it is kept.
type Reader interface {
	Tile(level int, n int64) ([]byte, error)
}

// Edge is the right border of a tree.
type Edge struct {
	Size  int64
	tiles [][]byte // by level: the last tile, not full
}

// LoadEdge reads the border of a tree of this size.
func LoadEdge(size int64, r Reader) (*Edge, error) {
	e := &Edge{Size: size}
	for level, n := 0, size; n > 0; level, n = level+1, n/tileWidth {
		width := n % tileWidth
		if width == 0 {
			e.tiles = append(e.tiles, nil)
			continue
		}
		data, err := r.Tile(level, n/tileWidth)
		if err != nil {
			return nil, err
		}
		if int64(len(data)) < width*tlog.HashSize {
			return nil, fmt.Errorf("tile %d/%d holds %d bytes, a tree of %d leaves needs %d", level, n/tileWidth, len(data), size, width*tlog.HashSize)
		}
		e.tiles = append(e.tiles, append([]byte{}, data[:width*tlog.HashSize]...))
	}
	return e, nil
}

// Clone copies the edge, so that a transaction can be given up.
func (e *Edge) Clone() *Edge {
	out := &Edge{Size: e.Size, tiles: make([][]byte, len(e.tiles))}
	for i, t := range e.tiles {
		out.tiles[i] = append(make([]byte, 0, len(t)+tlog.HashSize), t...)
	}
	return out
}

// Append adds leaves and gives every tile that changed, whole.
func (e *Edge) Append(leaves ...tlog.Hash) []Tile {
	changed := map[[2]int64]int{}
	var out []Tile
	note := func(level int, n int64, data []byte) {
		k := [2]int64{int64(level), n}
		i, ok := changed[k]
		if !ok {
			i = len(out)
			changed[k] = i
			out = append(out, Tile{Level: level, N: n})
		}
		out[i].Data = data
	}
	for _, h := range leaves {
		e.Size++
		for level, n := 0, e.Size; ; level, n = level+1, n/tileWidth {
			if level == len(e.tiles) {
				e.tiles = append(e.tiles, nil)
			}
			e.tiles[level] = append(e.tiles[level], h[:]...)
			note(level, (n-1)/tileWidth, e.tiles[level])
			if n%tileWidth != 0 {
				break
			}
			h = rootOf(e.tiles[level])
			e.tiles[level] = nil
		}
	}
	for i := range out {
		out[i].Data = append([]byte{}, out[i].Data...)
	}
	return out
}

// Root is the hash of the whole tree, as tlog.TreeHash gives it.
func (e *Edge) Root() tlog.Hash {
	var acc *tlog.Hash
	for _, tile := range e.tiles {
		for rest := tile; len(rest) > 0; {
			width := len(rest) / tlog.HashSize
			low := width & -width // the smallest complete subtree, at the right end
			cut := len(rest) - low*tlog.HashSize
			h := rootOf(rest[cut:])
			if acc != nil {
				h = tlog.NodeHash(h, *acc)
			}
			acc, rest = &h, rest[:cut]
		}
	}
	if acc == nil {
		h, _ := tlog.TreeHash(0, nil)
		return h
	}
	return *acc
}

// rootOf is the root of a complete subtree over its hashes.
func rootOf(data []byte) tlog.Hash {
	level := make([]tlog.Hash, len(data)/tlog.HashSize)
	for i := range level {
		copy(level[i][:], data[i*tlog.HashSize:])
	}
	for len(level) > 1 {
		for i := 0; i < len(level); i += 2 {
			level[i/2] = tlog.NodeHash(level[i], level[i+1])
		}
		level = level[:len(level)/2]
	}
	return level[0]
}

// Hashes reads stored hashes out of tiles, for proofs.
func Hashes(r Reader) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		kept := map[[2]int64][]byte{}
		for i, x := range indexes {
			t := tlog.TileForIndex(Height, x)
			k := [2]int64{int64(t.L), t.N}
			data, ok := kept[k]
			if !ok {
				var err error
				if data, err = r.Tile(t.L, t.N); err != nil {
					return nil, err
				}
				kept[k] = data
			}
			if len(data) < t.W*tlog.HashSize {
				return nil, fmt.Errorf("tile %d/%d holds %d hashes, %d are needed", t.L, t.N, len(data)/tlog.HashSize, t.W)
			}
			t.W = len(data) / tlog.HashSize
			h, err := tlog.HashFromTile(t, data, x)
			if err != nil {
				return nil, err
			}
			out[i] = h
		}
		return out, nil
	})
}

// validName reports whether a name is one that a note can bear: neither space nor plus.
func validName(name string) bool {
	return name != "" && !strings.ContainsAny(name, " \t\n\r+") && len(name) <= 120
}
