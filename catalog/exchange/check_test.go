package exchange

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

var update = flag.Bool("update", false, "write the messages found into testdata/faults")

func dict(t testing.TB) *catalog.Dictionary {
	t.Helper()
	d, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func loadFiles(t testing.TB, files map[string]string) (*catalog.Catalogue, error) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	names, err := Files(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return LoadFS(fsys, names, dict(t))
}

// Each file of testdata/faults is one rule of the lint: what it is for, a catalogue that breaks it, and every message
// that it gets, in both languages.
func TestFaults(t *testing.T) {
	cases, err := filepath.Glob("testdata/faults/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no case: %v", err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			n := len(ar.Files) - 2
			if n < 1 || ar.Files[n].Name != "en" || ar.Files[n+1].Name != "fr" {
				t.Fatal("a case holds its files, then en and fr")
			}
			files := map[string]string{}
			for _, f := range ar.Files[:n] {
				files[f.Name] = string(f.Data)
			}
			_, err = loadFiles(t, files)
			faults, ok := errors.AsType[strict.Faults](err)
			if !ok {
				t.Fatalf("the catalogue was accepted: %v", err)
			}
			for i, l := range []wording.Lang{wording.EN, wording.FR} {
				got := faults.In(l) + "\n"
				if *update {
					ar.Files[n+i].Data = []byte(got)
				} else if diff := cmp.Diff(string(ar.Files[n+i].Data), got); diff != "" {
					t.Errorf("%s (-want +got)\n%s", l, diff)
				}
			}
			if *update {
				if err := os.WriteFile(path, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

const head = "format: vigie-catalogue/1\nrecorded: {at: 2026-11-24, by: u1}\n"

// A settlement about one fact cannot choose a claim about another.
func TestSettlementIsAboutItsClaim(t *testing.T) {
	const claims = head + `sources:
- {id: dpa, title: DPA, kind: contract}
records:
- kind: terms
  id: t
  claims:
  - {path: terms.retention_days, value: 30, source: dpa, as_of: 2026-01-01}
`
	cat, err := loadFiles(t, map[string]string{"a.yaml": claims})
	if err != nil {
		t.Fatal(err)
	}
	settle := func(path string) string {
		return claims + "settlements:\n- {kind: terms, id: t, path: " + path + ", claim: " + cat.Claims[0].Hash() + ", by: u1, at: 2026-11-24, reason: asked}\n"
	}
	if _, err := loadFiles(t, map[string]string{"a.yaml": settle("terms.retention_days")}); err != nil {
		t.Errorf("a settlement of its own claim: %v", err)
	}
	_, err = loadFiles(t, map[string]string{"a.yaml": settle("terms.deletion_days")})
	want := "a.yaml:11:3: settlements: the claim is about terms/t:terms.retention_days, not about terms/t:terms.deletion_days"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestLegalCatalogues(t *testing.T) {
	vendors := head + "records:\n- {kind: vendor, id: v}\n- {kind: vendor, id: a}\n- {kind: vendor, id: b}\nsources:\n- {id: s1, title: S, kind: press}\n- {id: s2, title: S, kind: press}\n"
	stake := func(id, owner, share, source, asOf string, more ...string) string {
		text := head + "records:\n- kind: stake\n  id: " + id + "\n  from: {source: " + source + ", as_of: " + asOf + "}\n  claims:\n  - {path: stake.vendor, value: v}\n  - {path: stake.owner, value: " + owner + "}\n  - {path: stake.percent, value: " + share + "}\n"
		for _, m := range more {
			text += "  - {" + m + "}\n"
		}
		return text
	}
	cases := []struct {
		name  string
		files map[string]string
	}{
		{"shares of different days may overlap", map[string]string{"v.yaml": vendors, "1.yaml": stake("1", "a", "60", "s1", "2026-01-01"), "2.yaml": stake("2", "b", "60", "s1", "2026-02-01")}},
		{"shares of different sources may overlap", map[string]string{"v.yaml": vendors, "1.yaml": stake("1", "a", "60", "s1", "2026-01-01"), "2.yaml": stake("2", "b", "60", "s2", "2026-01-01")}},
		{"an indirect share counts again what stands between", map[string]string{"v.yaml": vendors, "1.yaml": stake("1", "a", "60", "s1", "2026-01-01"), "2.yaml": stake("2", "b", "60", "s1", "2026-01-01", "path: stake.indirect, value: true")}},
		{"exactly the whole", map[string]string{"v.yaml": vendors, "1.yaml": stake("1", "a", "60.5", "s1", "2026-01-01"), "2.yaml": stake("2", "b", "39.5", "s1", "2026-01-01")}},
		{"a share recorded again is corrected, not added", map[string]string{"v.yaml": vendors, "1.yaml": stake("1", "a", "60", "s1", "2026-01-01", "path: stake.percent, value: 70, recorded: {at: 2026-11-25, by: u2}")}},
		{"owners in a circle", map[string]string{"v.yaml": vendors, "1.yaml": stake("1", "v", "60", "s1", "2026-01-01")}},
		{"hidden files and folders are not the catalogue's", map[string]string{"v.yaml": vendors, ".git/x.yaml": "not: ours\n", ".hidden.yml": "nor: this\n"}},
		{"files of folders below, .yml too", map[string]string{"v.yaml": vendors, "deep/er/1.yml": stake("1", "a", "60", "s1", "2026-01-01")}},
	}
	for _, c := range cases {
		if _, err := loadFiles(t, c.files); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	good := write("good/a.yaml", head+"records:\n- {kind: vendor, id: v}\n")
	bad := write("bad/sub/b.yaml", head+"recods: []\n")
	write("empty/readme.txt", "nothing")
	big := write("big/x.yaml", "")
	if err := os.Truncate(big, 100<<20); err != nil {
		t.Fatal(err)
	}
	loop := filepath.Join(dir, "loop", "l.yaml")
	if err := os.MkdirAll(filepath.Dir(loop), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("l.yaml", loop); err != nil {
		t.Fatal(err)
	}
	cases := []struct{ path, want string }{
		{good, ""},
		{filepath.Dir(good), ""},
		{filepath.Join(dir, "nowhere"), filepath.Join(dir, "nowhere") + ": no such file or folder"},
		{filepath.Join(dir, "empty"), filepath.Join(dir, "empty") + ": the folder holds no .yaml file"},
		{filepath.Join(dir, "bad"), bad + `:3:1: unknown key "recods"; did you mean "records"?`},
		{bad, bad + `:3:1: unknown key "recods"; did you mean "records"?`},
		{big, big + ": the catalogue is larger than 64 MiB; what follows was not read"},
		{filepath.Dir(big), big + ": the catalogue is larger than 64 MiB; what follows was not read"},
		{filepath.Dir(loop), loop + ": cannot be read: open l.yaml: too many levels of symbolic links"},
	}
	for _, c := range cases {
		_, err := Load(c.path, dict(t))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.path, got, c.want)
		}
	}
}

// Whatever the bytes, loading ends with a catalogue that can be resolved and written again, or with faults.
func FuzzLoad(f *testing.F) {
	cases, err := filepath.Glob("testdata/faults/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range cases {
		ar, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(ar.Files[0].Data)
	}
	f.Add([]byte(full))
	f.Fuzz(func(t *testing.T, data []byte) {
		cat, err := LoadFS(fstest.MapFS{"a.yaml": {Data: data}}, []string{"a.yaml"}, dict(t))
		if err != nil {
			if faults, ok := errors.AsType[strict.Faults](err); !ok || len(faults) == 0 {
				t.Fatalf("not faults: %v", err)
			}
			return
		}
		view := cat.At(dict(t), "2026-11-24", "2026-11-24")
		for _, r := range cat.Records {
			if r.Kind == catalog.Offering {
				if _, err := view.Gather(catalog.Query{Offering: r.ID}); err != nil {
					t.Fatal(err)
				}
			}
		}
		roundTrip(t, cat)
	})
}
