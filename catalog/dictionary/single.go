package dictionary

import (
	"bytes"
	"io/fs"
	"time"
)

// single is a folder with one file in it, read from memory.
type single struct {
	name string
	data []byte
}

// Open implements fs.FS.
func (s single) Open(name string) (fs.File, error) {
	if name != s.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &singleFile{single: s, Reader: bytes.NewReader(s.data)}, nil
}

// Glob implements fs.GlobFS: whatever is asked for, there is one file.
func (s single) Glob(string) ([]string, error) { return []string{s.name}, nil }

type singleFile struct {
	single
	*bytes.Reader
}

func (f *singleFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *singleFile) Close() error               { return nil }
func (f *singleFile) Name() string               { return f.name }
func (f *singleFile) Size() int64                { return int64(len(f.data)) }
func (f *singleFile) Mode() fs.FileMode          { return 0o444 }
func (f *singleFile) ModTime() time.Time         { return time.Time{} }
func (f *singleFile) IsDir() bool                { return false }
func (f *singleFile) Sys() any                   { return nil }
