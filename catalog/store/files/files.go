// Package files keeps source files under the SHA-256 of their bytes, once each, in a folder or in an S3-compatible object
// store.
//
// A file is acknowledged only after its bytes were read back from where they now are and have the hash that names them.
// Names are hashes and nothing else: what a person called a file never becomes a path.
package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	"vigie/catalog/wording"
)

// MaxSize is the largest file taken, in bytes: PERFORMANCE and RELIABILITY count on 25 MB (S6, S9).
const MaxSize = 25 << 20

// Store keeps files. Put and Get are safe for concurrent use.
type Store interface {
	// Put keeps the file at path, whose SHA-256 is sum, and reads it back before it answers. A file that is there already
	// and whole is not written again.
	Put(ctx context.Context, sum string, path string) error
	// Open reads a file; the caller closes it. What it gives is checked: reading to the end fails when the bytes do not have
	// the hash. The error is fs.ErrNotExist when there is none.
	Open(ctx context.Context, sum string) (io.ReadCloser, error)
	// Each gives the SHA-256 and the size of every file kept.
	Each(ctx context.Context, do func(sum string, size int64) error) error
	// Remove drops a file, such as one that no row speaks of.
	Remove(ctx context.Context, sum string) error
}

// RefusedError says why a file was not taken.
type RefusedError struct{ Text wording.Text }

func (e *RefusedError) Error() string { return e.Text.EN }

// In writes the error in one language.
func (e *RefusedError) In(l wording.Lang) string { return wording.Typeset(l, e.Text.In(l)) }

func refused(en, fr string, args ...any) error {
	return &RefusedError{wording.Textf(en, fr, args...)}
}

// Received is a file as it came in, in a temporary place, not kept yet.
type Received struct {
	Path      string // remove it when done
	SHA256    string
	Size      int64
	MediaType string // from its content, never from its name
}

// mediaTypes are the types taken: what sources are, and nothing that runs. HTML and SVG are only ever served as text.
var mediaTypes = []string{"application/pdf", "text/html", "text/plain", "text/xml", "image/png", "image/jpeg", "image/webp",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"application/json"}

// Receive reads an upload to its end into dir, hashing it. want is its SHA-256 when the sender told it, else empty; size is
// the length that it announced, negative when it did not. It refuses what is empty, too large, cut short, of another
// hash, or of a type that is not taken.
func Receive(r io.Reader, dir, want string, size int64) (_ Received, err error) {
	f, err := os.CreateTemp(dir, "incoming-*")
	if err != nil {
		return Received{}, fmt.Errorf("receive a file: %w", err)
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), io.LimitReader(r, MaxSize+1))
	got := hex.EncodeToString(h.Sum(nil))
	switch {
	case err != nil:
		return Received{}, fmt.Errorf("receive a file: %w", err)
	case n == 0:
		return Received{}, refused("the file is empty", "le fichier est vide")
	case n > MaxSize:
		return Received{}, refused("the file is larger than %d MiB", "le fichier dépasse %d Mio", MaxSize>>20)
	case size >= 0 && n != size:
		return Received{}, refused("the file was cut short: %d bytes of %d arrived; send it again", "le fichier est tronqué : %d octets reçus sur %d ; le renvoyer", n, size)
	case want != "" && got != want:
		return Received{}, refused("the file does not have the SHA-256 announced; send it again", "le fichier n'a pas le SHA-256 annoncé ; le renvoyer")
	}
	media, err := sniff(f)
	if err != nil {
		return Received{}, err
	}
	if !slices.Contains(mediaTypes, media) {
		return Received{}, refused("files of type %s are not taken; taken are PDF, text, HTML, DOCX, XLSX and images", "les fichiers de type %s ne sont pas acceptés ; le sont : PDF, texte, HTML, DOCX, XLSX et images", media)
	}
	return Received{Path: f.Name(), SHA256: got, Size: n, MediaType: media}, nil
}

// sniff tells the type of a file by its content.
func sniff(f *os.File) (string, error) {
	head := make([]byte, 4096)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return "", err
	}
	head = head[:n]
	media, _, _ := strings.Cut(http.DetectContentType(head[:min(n, 512)]), ";")
	if media == "application/zip" {
		return office(f), nil
	}
	return media, nil
}

// verified reads a file and fails at its end when the bytes do not have the hash.
type verified struct {
	io.ReadCloser
	sum  string
	hash interface {
		io.Writer
		Sum([]byte) []byte
	}
}

func verify(r io.ReadCloser, sum string) io.ReadCloser { return &verified{r, sum, sha256.New()} }

// Read implements io.Reader.
func (v *verified) Read(p []byte) (int, error) {
	n, err := v.ReadCloser.Read(p)
	v.hash.Write(p[:n])
	if err == io.EOF && hex.EncodeToString(v.hash.Sum(nil)) != v.sum {
		return n, &DamagedError{v.sum}
	}
	return n, err
}

// DamagedError says that a stored file no longer has the bytes that its name tells.
type DamagedError struct{ SHA256 string }

func (e *DamagedError) Error() string { return e.In(wording.EN) }

// In writes the error in one language.
func (e *DamagedError) In(l wording.Lang) string {
	return wording.Typeset(l, wording.Textf("the stored file %s is damaged", "le fichier conservé %s est endommagé", e.SHA256).In(l))
}

// check reads a stored file to its end.
func check(ctx context.Context, s Store, sum string) error {
	r, err := s.Open(ctx, sum)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(io.Discard, r)
	return err
}
