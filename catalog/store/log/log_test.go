package log

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

type memory map[[2]int64][]byte

func (m memory) Tile(level int, n int64) ([]byte, error) {
	data, ok := m[[2]int64{int64(level), n}]
	if !ok {
		return nil, fmt.Errorf("no tile %d/%d", level, n)
	}
	return data, nil
}

func (m memory) keep(tiles []Tile) {
	for _, t := range tiles {
		m[[2]int64{int64(t.Level), t.N}] = t.Data
	}
}

func leafHash(i int64) tlog.Hash {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(i))
	return tlog.RecordHash(b[:])
}

// reference keeps hashes as tlog itself does.
type reference []tlog.Hash

func (r reference) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = r[x]
	}
	return out, nil
}

// For every size up to a bound that crosses two levels of tiles, appended one by one and reloaded from tiles, the root
// is that of tlog over its own storage.
func TestEdgeAgreesWithTlog(t *testing.T) {
	const bound = 1500
	var ref reference
	kept, edge := memory{}, &Edge{}
	for n := int64(0); n < bound; n++ {
		want, err := tlog.TreeHash(n, ref)
		if err != nil {
			t.Fatal(err)
		}
		if got := edge.Root(); got != want {
			t.Fatalf("root of %d leaves: %v, want %v", n, got, want)
		}
		again, err := LoadEdge(n, kept)
		if err != nil {
			t.Fatal(err)
		}
		if again.Root() != want {
			t.Fatalf("root of %d leaves, edge reloaded: %v, want %v", n, again.Root(), want)
		}
		hashes, err := tlog.StoredHashesForRecordHash(n, leafHash(n), ref)
		if err != nil {
			t.Fatal(err)
		}
		ref = append(ref, hashes...)
		kept.keep(edge.Append(leafHash(n)))
	}
}

// A batch gives the tiles and root of the same leaves one by one, over three levels.
func TestBatchesAgreeWithSingles(t *testing.T) {
	one, many := &Edge{}, &Edge{}
	a, b := memory{}, memory{}
	next := int64(0)
	for _, size := range []int{1, 254, 1, 1, 600, 65_000, 300, 255, 2} {
		var batch []tlog.Hash
		for range size {
			batch = append(batch, leafHash(next))
			a.keep(one.Append(leafHash(next)))
			next++
		}
		b.keep(many.Append(batch...))
		if one.Root() != many.Root() {
			t.Fatalf("roots differ at %d leaves", next)
		}
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error("tiles differ")
	}
}

func key(t testing.TB) (secret, public string) {
	t.Helper()
	secret, public, err := NewKey("vigie.test")
	if err != nil {
		t.Fatal(err)
	}
	if p, err := Public(secret); err != nil || p != public {
		t.Fatalf("Public = %q, %v; want %q", p, err, public)
	}
	return secret, public
}

func build(t testing.TB, n int64) (memory, *Edge) {
	kept, edge := memory{}, &Edge{}
	for i := range n {
		kept.keep(edge.Append(tlog.RecordHash(Leaf{At: "2026-11-24T00:00:00Z", Hash: fmt.Sprint(i), Kind: "claim"}.Bytes())))
	}
	return kept, edge
}

func TestProofs(t *testing.T) {
	secret, public := key(t)
	kept, edge := build(t, 700)
	point := Checkpoint{Origin: "vigie.test", Tree: tlog.Tree{N: edge.Size, Hash: edge.Root()}}
	signed, err := point.Sign(secret)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.Int64Range(0, 699).Draw(t, "leaf")
		p, err := Prove(i, point, signed, kept)
		if err != nil {
			t.Fatal(err)
		}
		read, err := ParseInclusion([]byte(p.Text()))
		if err != nil {
			t.Fatal(err)
		}
		leaf := Leaf{At: "2026-11-24T00:00:00Z", Hash: fmt.Sprint(i), Kind: "claim"}.Bytes()
		if got, err := read.Check(leaf, public); err != nil || got != point {
			t.Fatalf("leaf %d: %v", i, err)
		}
		flip := rapid.IntRange(0, len(leaf)-1).Draw(t, "byte")
		leaf[flip] ^= 1
		if _, err := read.Check(leaf, public); err == nil {
			t.Fatal("a changed leaf was proved")
		}
	})
	for _, older := range []int64{0, 1, 255, 256, 257, 699, 700} {
		old, err := LoadEdge(older, kept)
		if err != nil {
			t.Fatal(err)
		}
		from := tlog.Tree{N: older, Hash: old.Root()}
		p, err := ProveConsistency(from, point.Tree, kept)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckConsistency(p, from, point.Tree); err != nil {
			t.Errorf("from %d leaves: %v", older, err)
		}
		if from.Hash[0] ^= 1; older > 0 && CheckConsistency(p, from, point.Tree) == nil {
			t.Errorf("a tree of %d other leaves was taken for a beginning", older)
		}
	}
	if _, err := ProveConsistency(tlog.Tree{N: 701}, point.Tree, kept); err == nil || !strings.Contains(err.Error(), "cut") {
		t.Errorf("a longer checkpoint: %v", err)
	}
}

func TestCheckpointsOfOthersAreRefused(t *testing.T) {
	secret, public := key(t)
	point := Checkpoint{Origin: "vigie.test", Tree: tlog.Tree{N: 3}}
	signed, err := point.Sign(secret)
	if err != nil {
		t.Fatal(err)
	}
	_, other := key(t)
	if _, err := OpenCheckpoint(signed, other); err == nil {
		t.Error("opened with another log's key")
	}
	for i := range signed {
		bent := append([]byte{}, signed...)
		bent[i] ^= 1
		if c, err := OpenCheckpoint(bent, public); err == nil && c != point {
			t.Errorf("byte %d changed: opened as %+v", i, c)
		}
	}
	if _, err := (Checkpoint{Origin: "elsewhere"}).Sign(secret); err == nil {
		t.Error("signed for another origin")
	}
	if _, _, err := NewKey("with space"); err == nil {
		t.Error("a name with a space was taken")
	}
}

func TestLeafRoundTrip(t *testing.T) {
	l := Leaf{At: "2026-11-24T08:00:00Z", Entity: "fr", Hash: strings.Repeat("ab", 32), Index: map[string]string{"offering": "é<x>"}, Kind: "assessment"}
	want := `{"at":"2026-11-24T08:00:00Z","entity":"fr","hash":"` + strings.Repeat("ab", 32) + `","index":{"offering":"é<x>"},"kind":"assessment"}`
	if got := string(l.Bytes()); got != want {
		t.Errorf("got %s", got)
	}
	got, err := ParseLeaf(l.Bytes())
	if diff := cmp.Diff(l, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for _, bad := range []string{"", "{}", want + " ", strings.Replace(want, `{"at"`, `{ "at"`, 1), strings.Replace(want, `"kind"`, `"x":1,"kind"`, 1)} {
		if l, err := ParseLeaf([]byte(bad)); err == nil {
			t.Errorf("%q was read as %+v", bad, l)
		}
	}
}

func FuzzParseInclusion(f *testing.F) {
	f.Add([]byte(Inclusion{Index: 5, Hashes: tlog.RecordProof{leafHash(1)}, Checkpoint: []byte("x\n1\n")}.Text()))
	_, public, err := NewKey("vigie.test")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := ParseInclusion(text)
		if err != nil {
			return
		}
		if p.Text() != string(text) {
			t.Errorf("%q is written back as %q", text, p.Text())
		}
		if _, err := p.Check([]byte("leaf"), public); err == nil {
			t.Error("a proof nobody signed")
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	edge := &Edge{}
	for i := 0; b.Loop(); i++ {
		edge.Append(leafHash(int64(i)))
		edge.Root()
	}
}

func BenchmarkProve(b *testing.B) {
	secret, public := key(b)
	kept, edge := build(b, 20_000)
	point := Checkpoint{Origin: "vigie.test", Tree: tlog.Tree{N: edge.Size, Hash: edge.Root()}}
	signed, err := point.Sign(secret)
	if err != nil {
		b.Fatal(err)
	}
	leaf := Leaf{At: "2026-11-24T00:00:00Z", Hash: "777", Kind: "claim"}.Bytes()
	for b.Loop() {
		p, err := Prove(777, point, signed, kept)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.Check(leaf, public); err != nil {
			b.Fatal(err)
		}
	}
}
