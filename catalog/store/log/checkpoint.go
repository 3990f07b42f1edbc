package log

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// NewKey makes the key pair of a log: the secret one that signs its checkpoints and the public one that checks them. The
// name is the log's origin, the first line of each checkpoint.
func NewKey(name string) (secret, public string, err error) {
	if !validName(name) {
		return "", "", fmt.Errorf("the name of a log has no space and no plus: %q", name)
	}
	return note.GenerateKey(rand.Reader, name)
}

// Public is the public key that belongs to a secret one.
func Public(secret string) (string, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return "", fmt.Errorf("the log's key cannot be used: %w", err)
	}
	// PRIVATE+KEY+name+hash+base64(algorithm, seed): note gives no way from the one to the other.
	parts := strings.Split(secret, "+")
	seed, err := base64.StdEncoding.DecodeString(strings.Join(parts[4:], "+"))
	if err != nil || len(seed) != 33 {
		return "", fmt.Errorf("the log's key cannot be used: not an Ed25519 key")
	}
	return note.NewEd25519VerifierKey(signer.Name(), ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey))
}

// Checkpoint is the state of a tree.
type Checkpoint struct {
	Origin string
	Tree   tlog.Tree
}

// Text is the body of the note: origin, size and root, a line each.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Tree.N, base64.StdEncoding.EncodeToString(c.Tree.Hash[:]))
}

// Sign gives the checkpoint as a signed note.
func (c Checkpoint) Sign(secret string) ([]byte, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, fmt.Errorf("the log's key cannot be used: %w", err)
	}
	if signer.Name() != c.Origin {
		return nil, fmt.Errorf("the key is of %q, the log is %q", signer.Name(), c.Origin)
	}
	return note.Sign(&note.Note{Text: c.Text()}, signer)
}

// OpenCheckpoint reads a signed checkpoint and checks its signature and origin against a public key.
func OpenCheckpoint(signed []byte, public string) (Checkpoint, error) {
	v, err := note.NewVerifier(public)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("the public key cannot be used: %w", err)
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	c, err := parseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != v.Name() {
		return Checkpoint{}, fmt.Errorf("the checkpoint is of %q, the key of %q", c.Origin, v.Name())
	}
	return c, nil
}

func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" {
		return Checkpoint{}, fmt.Errorf("a checkpoint has three lines: origin, size, root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, fmt.Errorf("the size of a checkpoint is a whole number, found %q", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, fmt.Errorf("the root of a checkpoint is 32 bytes in base64, found %q", lines[2])
	}
	c := Checkpoint{Origin: lines[0]}
	c.Tree.N = size
	copy(c.Tree.Hash[:], root)
	return c, nil
}

// proofHead opens a proof in the format of c2sp.org/tlog-proof.
const proofHead = "c2sp.org/tlog-proof@v1"

// Inclusion shows that a leaf is in the log under a signed checkpoint. It is checked without the log.
type Inclusion struct {
	Index      int64
	Hashes     tlog.RecordProof
	Checkpoint []byte // signed note
}

// Prove makes the inclusion proof of a leaf under a checkpoint of the tree.
func Prove(index int64, c Checkpoint, signed []byte, r Reader) (Inclusion, error) {
	if index < 0 || index >= c.Tree.N {
		return Inclusion{}, fmt.Errorf("leaf %d is not under a checkpoint of %d leaves", index, c.Tree.N)
	}
	p, err := tlog.ProveRecord(c.Tree.N, index, Hashes(r))
	if err != nil {
		return Inclusion{}, err
	}
	return Inclusion{Index: index, Hashes: p, Checkpoint: signed}, nil
}

// Text writes the proof: a line a hash, then the checkpoint.
func (p Inclusion) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nindex %d\n", proofHead, p.Index)
	for _, h := range p.Hashes {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteString("\n")
	b.Write(p.Checkpoint)
	return b.String()
}

// ParseInclusion reads what Text wrote. At most 64 hashes: no tree is deeper.
func ParseInclusion(text []byte) (Inclusion, error) {
	head, rest, ok := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || len(lines) < 2 || lines[0] != proofHead {
		return Inclusion{}, fmt.Errorf("not a proof: it begins with %s", proofHead)
	}
	if len(lines) > 66 {
		return Inclusion{}, fmt.Errorf("a proof has at most 64 hashes")
	}
	number, ok := strings.CutPrefix(lines[1], "index ")
	index, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || index < 0 || strconv.FormatInt(index, 10) != number {
		return Inclusion{}, fmt.Errorf("the second line of a proof is: index N")
	}
	p := Inclusion{Index: index, Hashes: tlog.RecordProof{}, Checkpoint: rest}
	for _, l := range lines[2:] {
		h, err := base64.StdEncoding.DecodeString(l)
		if err != nil || len(h) != tlog.HashSize {
			return Inclusion{}, fmt.Errorf("a hash of a proof is 32 bytes in base64, found %q", l)
		}
		p.Hashes = append(p.Hashes, tlog.Hash(h))
	}
	return p, nil
}

// Check reports whether the leaf stands in the log that the public key signs for, and gives the checkpoint.
func (p Inclusion) Check(leaf []byte, public string) (Checkpoint, error) {
	c, err := OpenCheckpoint(p.Checkpoint, public)
	if err != nil {
		return Checkpoint{}, err
	}
	if err := tlog.CheckRecord(p.Hashes, c.Tree.N, c.Tree.Hash, p.Index, tlog.RecordHash(leaf)); err != nil {
		return Checkpoint{}, fmt.Errorf("the proof does not lead from the leaf to the checkpoint: %w", err)
	}
	return c, nil
}

// ProveConsistency shows that the newer tree begins with the older one.
func ProveConsistency(older, newer tlog.Tree, r Reader) (tlog.TreeProof, error) {
	if older.N > newer.N {
		return nil, fmt.Errorf("the log has %d leaves, the checkpoint %d: the log was cut, or the checkpoint is another log's", newer.N, older.N)
	}
	if older.N == 0 {
		return tlog.TreeProof{}, nil
	}
	return tlog.ProveTree(newer.N, older.N, Hashes(r))
}

// CheckConsistency checks a proof of ProveConsistency without the log.
func CheckConsistency(p tlog.TreeProof, older, newer tlog.Tree) error {
	if older.N == 0 {
		return nil
	}
	return tlog.CheckTree(p, newer.N, newer.Hash, older.N, older.Hash)
}
