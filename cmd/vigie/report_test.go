package main

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A device, a pipe or a link that -o names must still be one afterwards: root renaming a report over /dev/null breaks the machine.
func TestOutputKeepsWhatItIsWrittenThrough(t *testing.T) {
	dir := t.TempDir()
	pipe, link, target := filepath.Join(dir, "pipe"), filepath.Join(dir, "link"), filepath.Join(dir, "target")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(target, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	read := make(chan string)
	go func() {
		b, _ := os.ReadFile(pipe)
		read <- string(b)
	}()
	for _, path := range []string{pipe, link} {
		f, err := new(app).create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, "new"); err != nil {
			t.Fatal(err)
		}
		if err := f.commit(); err != nil {
			t.Fatal(err)
		}
		f.abandon()
	}
	if got := <-read; got != "new" {
		t.Errorf("the pipe gave %q", got)
	}
	if b, _ := os.ReadFile(target); string(b) != "new" {
		t.Errorf("the file behind the link holds %q", b)
	}
	for path, want := range map[string]os.FileMode{pipe: os.ModeNamedPipe, link: os.ModeSymlink} {
		info, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Type() != want {
			t.Errorf("%s is now %v", path, info.Mode())
		}
	}
}
