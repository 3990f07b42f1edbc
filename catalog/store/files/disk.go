package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"vigie/catalog"
)

// Disk keeps files in a folder, two levels deep, through os.Root: no name leads out of it.
type Disk struct{ root *os.Root }

// OpenDisk opens a folder, which is made when it is not there.
func OpenDisk(dir string) (*Disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of files: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of files: %w", err)
	}
	return &Disk{root}, nil
}

// Close gives the folder up.
func (d *Disk) Close() error { return d.root.Close() }

func (d *Disk) name(sum string) (string, error) {
	if !catalog.ValidSHA256(sum) {
		return "", fmt.Errorf("%q names no file: %w", sum, fs.ErrNotExist)
	}
	return sum[:2] + "/" + sum, nil
}

// Put implements Store: written under another name, synced, renamed, synced again, read back.
func (d *Disk) Put(ctx context.Context, sum, path string) error {
	name, err := d.name(sum)
	if err != nil {
		return err
	}
	if check(ctx, d, sum) == nil {
		return nil
	}
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := d.root.Mkdir(sum[:2], 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keep file %s: %w", sum, err)
	}
	tmp := name + ".new"
	if err := d.write(in, tmp); err != nil {
		d.root.Remove(tmp)
		return fmt.Errorf("keep file %s: %w", sum, err)
	}
	if err := d.root.Rename(tmp, name); err != nil {
		d.root.Remove(tmp)
		return fmt.Errorf("keep file %s: %w", sum, err)
	}
	for _, dir := range []string{sum[:2], "."} {
		if err := d.sync(dir); err != nil {
			return fmt.Errorf("keep file %s: %w", sum, err)
		}
	}
	return check(ctx, d, sum)
}

func (d *Disk) write(in io.Reader, name string) error {
	out, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

func (d *Disk) sync(dir string) error {
	f, err := d.root.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// Open implements Store.
func (d *Disk) Open(_ context.Context, sum string) (io.ReadCloser, error) {
	name, err := d.name(sum)
	if err != nil {
		return nil, err
	}
	f, err := d.root.Open(name)
	if err != nil {
		return nil, err
	}
	return verify(f, sum), nil
}

// Each implements Store.
func (d *Disk) Each(ctx context.Context, do func(string, int64) error) error {
	return fs.WalkDir(d.root.FS(), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if !catalog.ValidSHA256(e.Name()) {
			return nil // a temporary name left by a crash
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		return do(e.Name(), info.Size())
	})
}

// Remove implements Store.
func (d *Disk) Remove(_ context.Context, sum string) error {
	name, err := d.name(sum)
	if err != nil {
		return err
	}
	return d.root.Remove(name)
}
