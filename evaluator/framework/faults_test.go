package framework_test

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
	"vigie/evaluator/framework"
)

var update = flag.Bool("update", false, "rewrite the expected faults")

// smallEnvironment has a dictionary of five facts, one of which does not say what its absence is.
func smallEnvironment(t testing.TB) *expr.Env {
	t.Helper()
	dict, err := catalog.LoadDictionary(os.DirFS("testdata/dictionary"))
	if err != nil {
		t.Fatal(err)
	}
	env, err := expr.New(dict, nil)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func readArchive(t testing.TB, name string) (*txtar.Archive, fstest.MapFS) {
	t.Helper()
	a, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, f := range a.Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return a, files
}

func TestSmallFrameworkLoads(t *testing.T) {
	_, files := readArchive(t, "testdata/base.txtar")
	c, err := framework.Load(files, smallEnvironment(t))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"eea.countries", "offering.countries", "offering.deployment", "offering.retention_days", "use_case.secret"}
	if d := cmp.Diff(c.Reads, want); d != "" {
		t.Errorf("paths read: -got +want\n%s", d)
	}
}

// TestFaults loads the framework of base.txtar with some files replaced and compares every fault, in both languages.
func TestFaults(t *testing.T) {
	names, err := filepath.Glob("testdata/faults/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			_, files := readArchive(t, "testdata/base.txtar")
			a, replaced := readArchive(t, name)
			for n, f := range replaced {
				files[n] = f
				if len(f.Data) == 0 {
					delete(files, n)
				}
			}
			_, err := framework.Load(files, smallEnvironment(t))
			var got strict.Faults
			if !errors.As(err, &got) {
				t.Fatalf("loaded, or failed without faults: %v", err)
			}
			for i, f := range a.Files {
				lang, ok := strings.CutPrefix(f.Name, "want.")
				if !ok {
					continue
				}
				text := got.In(wording.Lang(lang)) + "\n"
				if *update {
					a.Files[i].Data = []byte(text)
				} else if d := cmp.Diff(text, string(f.Data)); d != "" {
					t.Errorf("%s: -got +want\n%s", lang, d)
				}
			}
			if *update {
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// denied is a file system of which one file cannot be read.
type denied struct {
	fs.FS
	name string
}

func (d denied) Open(name string) (fs.File, error) {
	if name == d.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return d.FS.Open(name)
}

func TestUnreadableAndOversizedFilesAreFaults(t *testing.T) {
	_, files := readArchive(t, "testdata/base.txtar")
	files["place.yaml"] = &fstest.MapFile{Data: []byte("family: place\n" + strings.Repeat("#", strict.MaxBytes))}
	_, err := framework.Load(denied{files, "data.yaml"}, smallEnvironment(t))
	want := "data.yaml: cannot be read: permission denied\nplace.yaml:1:1: the file is larger than 4 MiB; split it"
	if err == nil {
		t.Fatal("loaded")
	}
	if d := cmp.Diff(err.Error(), want); d != "" {
		t.Errorf("-got +want\n%s", d)
	}
}
