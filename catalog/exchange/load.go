package exchange

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// MaxFiles and MaxTotal bound what one catalogue folder may hold.
const (
	MaxFiles = 20_000
	MaxTotal = 64 << 20
)

// Load reads a catalogue file, or every .yaml and .yml file of a folder and below, but for those whose name or folder
// begins with a dot. The error, if any, is a strict.Faults that holds every fault of every file.
func Load(path string, dict *catalog.Dictionary) (*catalog.Catalogue, error) {
	return LoadOver(nil, path, dict)
}

// LoadOver reads files that add to a catalogue: they may refer to its records and cite its sources, and say more about
// its records, but not describe a source of the same id again. The answer holds both; base is not changed.
func LoadOver(base *catalog.Catalogue, path string, dict *catalog.Dictionary) (*catalog.Catalogue, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if !info.IsDir() {
		dir := filepath.Dir(path)
		return load(base, os.DirFS(dir), []string{filepath.Base(path)}, dir, dict)
	}
	fsys := os.DirFS(path)
	names, err := Files(fsys)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if len(names) == 0 {
		return nil, strict.Faults{{File: path, Text: wording.Textf("the folder holds no .yaml file", "le dossier ne contient aucun fichier .yaml")}}
	}
	return load(base, fsys, names, path, dict)
}

func unreadable(path string, err error) error {
	if os.IsNotExist(err) {
		return strict.Faults{{File: path, Text: wording.Textf("no such file or folder", "fichier ou dossier introuvable")}}
	}
	return strict.Faults{{File: path, Text: cannotRead(err)}}
}

func cannotRead(err error) wording.Text {
	if os.IsPermission(err) {
		return wording.Textf("cannot be read: permission denied", "illisible : permission refusée")
	}
	return wording.Textf("cannot be read: %v", "illisible : %v", err)
}

// Files lists the catalogue files of a tree, sorted.
func Files(fsys fs.FS) ([]string, error) {
	var names []string
	err := fs.WalkDir(fsys, ".", func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p != "." && strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		ext, kind := strings.ToLower(filepath.Ext(p)), e.Type()
		if (ext == ".yaml" || ext == ".yml") && (kind.IsRegular() || kind&fs.ModeSymlink != 0) {
			names = append(names, p)
		}
		if len(names) > MaxFiles {
			return fmt.Errorf("more than %d files", MaxFiles)
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

// LoadFS reads the named files as one catalogue and checks it whole.
func LoadFS(fsys fs.FS, names []string, dict *catalog.Dictionary) (*catalog.Catalogue, error) {
	return load(nil, fsys, names, "", dict)
}

// load reads the named files; faults name them below the folder shown.
func load(base *catalog.Catalogue, fsys fs.FS, names []string, shown string, dict *catalog.Dictionary) (*catalog.Catalogue, error) {
	l := newLoader(dict)
	l.base = base
	total := int64(0)
	for _, n := range names {
		if l.faults.Full() {
			break
		}
		name := filepath.Join(shown, n)
		f, err := fsys.Open(n)
		if err != nil {
			l.unread(name, cannotRead(err))
			continue
		}
		if info, err := f.Stat(); err == nil {
			total += info.Size()
		}
		if total > MaxTotal {
			f.Close()
			l.unread(name, wording.Textf("the catalogue is larger than %d MiB; what follows was not read", "le catalogue dépasse %d Mio ; la suite n'a pas été lue", MaxTotal>>20))
			break
		}
		var doc file
		err = strict.Read(name, f, &doc)
		f.Close()
		if faults, ok := err.(strict.Faults); ok {
			l.faults = append(l.faults, faults...)
			l.declare(&doc) // its claims would only repeat the same faults
			continue
		}
		l.add(&doc)
	}
	return l.finish()
}
