package store

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"vigie/catalog"
	"vigie/catalog/store/files"
	"vigie/catalog/wording"
)

// File is what is known of a stored source file.
type File struct {
	SHA256    string `json:"sha256"`
	Size      int64  `json:"size"`
	MediaType string `json:"media_type"` // from its content
	Name      string `json:"name"`       // as it was sent, for people; never a path
	Entity    string `json:"entity,omitempty"`
	// Confidential: some source that points at the file is confidential. Only those who may see such sources get it, and
	// outside editions of a report leave it out.
	Confidential bool `json:"confidential,omitempty"`
}

type fileRow struct {
	Leaf      int64
	Hash      []byte
	Entity    *string
	Size      int64
	MediaType string
	Name      string
}

func (r *fileRow) toFile() File {
	return File{SHA256: hexOf(r.Hash), Size: r.Size, MediaType: r.MediaType, Name: r.Name, Entity: entityName(r.Entity)}
}

// fileContent is what the log says of a file.
type fileContent struct {
	SHA256    string `json:"sha256"`
	Size      int64  `json:"size"`
	MediaType string `json:"media_type"`
	Name      string `json:"name"`
}

func (r *fileRow) index() map[string]string {
	return map[string]string{"content": hashOf(fileContent{hexOf(r.Hash), r.Size, r.MediaType, r.Name})}
}

// AddFile keeps a source file: its bytes first, read back, then the row and its leaf. name is what the sender calls it;
// want and size what it announced (empty, negative: nothing). A file that is known already gives what stands.
// Errors: *files.RefusedError for what is not taken, and those of the engine.
func (s *Store) AddFile(ctx context.Context, r io.Reader, name, want string, size int64, group string) (File, error) {
	got, err := files.Receive(r, "", want, size)
	if err != nil {
		return File{}, explain(err)
	}
	defer os.Remove(got.Path)
	if err := s.Files.Put(ctx, got.SHA256, got.Path); err != nil {
		return File{}, explain(err)
	}
	row := fileRow{Hash: hashBytes(got.SHA256), Entity: entity(group), Size: got.Size, MediaType: got.MediaType, Name: shownName(name)}
	if err := s.change(ctx, func(c *change) error { return c.addFile(row) }); err != nil {
		return File{}, err
	}
	return s.In(Within(group)).File(ctx, got.SHA256)
}

func (c *change) addFile(r fileRow) error {
	// What all share stands for everybody; what one entity keeps stands for that one alone.
	_, stands, err := row[int64](c.query, "SELECT leaf FROM files WHERE hash = ? AND coalesce(entity, '') IN ('', ?)", r.Hash, entityName(r.Entity))
	if err != nil || stands {
		return err
	}
	r.Leaf = c.leaf(leafFile, hexOf(r.Hash), entityName(r.Entity), r.index())
	return c.insert("files", "leaf, hash, entity, size, media_type, name", [][]any{{r.Leaf, r.Hash, r.Entity, r.Size, r.MediaType, r.Name}})
}

// shownName is the last part of a name, of printable characters, at most 200 bytes.
func shownName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xFFFD || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if len(name) > 200 {
		name = strings.ToValidUTF8(name[:200], "")
	}
	return name
}

// File tells what is known of a stored file.
func (s *Store) File(ctx context.Context, sum string) (File, error) {
	return s.In(Everything()).File(ctx, sum)
}

// File is Store.File within the scope: of the rows with these bytes, that of an entity comes before what all share, and
// sources outside the scope make nothing confidential.
func (r Reader) File(ctx context.Context, sum string) (File, error) {
	var out File
	seen, args := r.scope.where("entity")
	err := r.s.reading(ctx, func(q query) error {
		if !catalog.ValidSHA256(sum) {
			return noFile(sum)
		}
		f, ok, err := row[fileRow](q, "SELECT leaf, hash, entity, size, media_type, name FROM files WHERE hash = ?"+seen+" ORDER BY entity IS NULL, leaf LIMIT 1", append([]any{hashBytes(sum)}, args...)...)
		if err != nil {
			return err
		}
		if !ok {
			return noFile(sum)
		}
		out = f.toFile()
		n, _, err := row[int64](q, "SELECT count(*) FROM sources WHERE file = ? AND confidential = 1"+seen, append([]any{sum}, args...)...)
		out.Confidential = n > 0
		return err
	})
	return out, err
}

func noFile(sum string) error {
	return &catalog.NotFoundError{What: wording.Textf("file", "fichier"), ID: sum}
}

// OpenFile reads a stored file; reading to its end fails when its bytes are not those that were stored.
func (s *Store) OpenFile(ctx context.Context, sum string) (io.ReadCloser, File, error) {
	f, err := s.File(ctx, sum)
	if err != nil {
		return nil, File{}, err
	}
	r, err := s.Files.Open(ctx, sum)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, File{}, damaged("files", sum, "the bytes of the file are gone", "les octets du fichier ont disparu")
	}
	return r, f, explain(err)
}
