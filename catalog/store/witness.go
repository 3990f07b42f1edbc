package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// witness is a small file beside an SQLite database that bears the size and root of the log as last acknowledged. It is
// written after each commit and not synced: the program's own death does not lose it, and after a power cut it is at
// worst behind. A database that holds less than it says has lost something, such as its -wal file: SQLite would open
// it without a word.
type witness struct {
	file *os.File
	size int64
	root tlog.Hash
	ok   bool
}

const witnessForm = "vigie-witness/1\n%019d\n%s\n"

func openWitness(path string) (*witness, error) {
	b, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return nil, explain(fmt.Errorf("read the witness: %w", err))
	}
	w := &witness{}
	if len(b) > 0 {
		var form, root string
		if n, err := fmt.Sscanf(string(b), "%s\n%d\n%s\n", &form, &w.size, &root); err != nil || n != 3 || len(root) != 64 || witnessText(w.size, root) != string(b) {
			return nil, damaged("witness", filepath.Base(path), "the file %s is damaged; if the database verifies, delete it", "le fichier %s est endommagé ; si la base de données se vérifie, le supprimer", filepath.Base(path))
		}
		copy(w.root[:], hashBytes(root))
		w.ok = true
	}
	if w.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, explain(fmt.Errorf("open the witness: %w", err))
	}
	return w, nil
}

// witnessText ends with a digest of what stands before.
func witnessText(size int64, root string) string {
	body := fmt.Sprintf(witnessForm, size, root)
	sum := sha256.Sum256([]byte(body))
	return body + hex.EncodeToString(sum[:8]) + "\n"
}

func (w *witness) last() (size int64, root tlog.Hash, ok bool) { return w.size, w.root, w.ok }

// note is called when the commit stands already: a witness that cannot be written is behind, and that is no error.
func (w *witness) note(size int64, root tlog.Hash) {
	w.size, w.root, w.ok = size, root, true
	w.file.WriteAt([]byte(witnessText(size, hex.EncodeToString(root[:]))), 0)
}

func (w *witness) close() error { return w.file.Close() }

// digestOf names a row that may be replaced by its content, so that rot is seen.
func digestOf(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s,", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// writeSynced writes a file whole, or not at all: under another name, synced, then renamed.
func writeSynced(path string, data []byte, mode os.FileMode) error {
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		os.Remove(tmp)
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !strings.Contains(err.Error(), "invalid argument") { // some file systems cannot
		return err
	}
	return nil
}
