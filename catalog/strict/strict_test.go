package strict

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"vigie/catalog/wording"
)

var update = flag.Bool("update", false, "write the messages found into testdata/faults")

type kind string

func (kind) Allowed() []string { return []string{"model", "offering", "vendor"} }

type sample struct {
	Pos
	Name   string                  `yaml:"name,required"`
	Kind   kind                    `yaml:"kind"`
	Text   string                  `yaml:"text"`
	Count  int64                   `yaml:"count"`
	Ratios []float64               `yaml:"ratios"`
	On     bool                    `yaml:"on"`
	Tags   []string                `yaml:"tags"`
	By     map[string]wording.Text `yaml:"by"`
	Sub    *part                   `yaml:"sub"`
}

type part struct {
	Pos
	Day  string `yaml:"day,required"`
	Note string `yaml:"note"`
}

// Each file of testdata/faults is one rule: what it is for, a file that breaks it, and every message it gets.
func TestFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/faults/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no case: %v", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(ar.Files) != 3 || ar.Files[0].Name != "file.yaml" {
				t.Fatal("a case holds file.yaml, en and fr")
			}
			var s sample
			err = Decode("file.yaml", ar.Files[0].Data, &s)
			faults, ok := errors.AsType[Faults](err)
			if !ok {
				t.Fatalf("the file was accepted: %v", err)
			}
			for i, l := range []wording.Lang{wording.EN, wording.FR} {
				got := faults.In(l) + "\n"
				if *update {
					ar.Files[i+1].Data = []byte(got)
				} else if diff := cmp.Diff(string(ar.Files[i+1].Data), got); diff != "" {
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

func TestDecode(t *testing.T) {
	const file = `# a comment
name: "Socie\u0301te\u0301"
kind: vendor
text: 012
count: -3
ratios: [0.5, 99.95]
on: true
tags: [no, 3.10]
by:
  fr: {en: French, fr: français}
sub:
  day: 2026-11-24
`
	want := sample{
		Pos: Pos{"f.yaml", 2, 1}, Name: "Société", Kind: "vendor", Text: "012", Count: -3, Ratios: []float64{0.5, 99.95}, On: true,
		Tags: []string{"no", "3.10"}, By: map[string]wording.Text{"fr": {EN: "French", FR: "français"}},
		Sub: &part{Pos: Pos{"f.yaml", 12, 3}, Day: "2026-11-24"},
	}
	var got sample
	if err := Decode("f.yaml", []byte(file), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("nothing is coerced, texts are in NFC, places are kept (-want +got)\n%s", diff)
	}
}

// What cannot be shown in a text file: bytes that are no text, sizes, depths.
func TestHostileFiles(t *testing.T) {
	bomb := "tags: &a [x,x,x,x,x,x,x,x,x]\n"
	for i := range 8 {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", 'b'+i, 'b'+i, strings.Repeat(fmt.Sprintf("*%c,", 'a'+i), 9))
	}
	cases := []struct {
		name, file, want string // want is how the messages begin
		contains         string
	}{
		{"empty", "", "f:1:1: the file is empty", ""},
		{"a byte that is not UTF-8", "name: x\ntext: caf\xe9\n", "f:2:10: not UTF-8 text, or a control character: save the file as UTF-8", ""},
		{"UTF-16 with its mark", "\xff\xfen\x00a\x00", "f:1:1: not UTF-8 text, or a control character", ""},
		{"a raw NUL", "name: a\x00b\n", "f:1:8: not UTF-8 text, or a control character", ""},
		{"an alias bomb of 10⁹", bomb, "f:1:7: tags: anchors and aliases are not allowed; write the value out", ""},
		{"a depth of 50 000 in flow", "tags: " + strings.Repeat("[", 50_000), "f:1:1: not valid YAML: blocks are nested too deeply", ""},
		{"a depth of 50 000 in blocks", strings.Repeat("- ", 50_000) + "a", "f:1:1: not valid YAML: blocks are nested too deeply", ""},
		{"a text of 10 MB", "name: " + strings.Repeat("x", 10<<20), "f:1:1: the file is larger than 4 MiB; split it", ""},
		{"two million values", "tags: [" + strings.Repeat("a,", 2_000_000) + "]", "f:1:1: the file holds too many values to be read safely; split it", ""},
		{"a hundred thousand unknown keys", strings.Repeat("x: 1\n", 100_000), "f:1:1: unknown key \"x\"; did you mean \"by\"?\n", "and more faults, not listed"},
		{"a key of a megabyte", "? " + strings.Repeat("k", 1<<20) + "\n: 1\n", `f:1:1: key "name" is missing`, "…"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var s sample
			err := Decode("f", []byte(c.file), &s)
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Fatal("accepted")
			}
			faults, _ := errors.AsType[Faults](err)
			got := faults.Error()
			if !strings.Contains(got, strings.TrimSuffix(c.want, "\n")) || !strings.Contains(got, c.contains) {
				t.Errorf("got %.300s…\nwant %s", got, c.want)
			}
			if len(got) > 200_000 || len(faults) > MaxFaults+1 {
				t.Errorf("%d faults in %d bytes", len(faults), len(got))
			}
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 128 {
				t.Errorf("took %d MiB", used)
			}
		})
	}
}

func TestReadIsBounded(t *testing.T) {
	endless := &counting{r: iotest.DataErrReader(zeros{})}
	var s sample
	err := Read("f", endless, &s)
	if err == nil || err.Error() != "f:1:1: the file is larger than 4 MiB; split it" {
		t.Errorf("got %v", err)
	}
	if endless.n > MaxBytes+1 {
		t.Errorf("%d bytes were read", endless.n)
	}
	if err := Read("f", iotest.ErrReader(errors.New("disk on fire")), &s); err == nil || err.Error() != "f: cannot be read: disk on fire" {
		t.Errorf("got %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

type counting struct {
	r io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func TestNoFaultIsNoError(t *testing.T) {
	var none Faults
	if err := none.Err(); err != nil {
		t.Errorf("%v", err)
	}
}

// Whatever the bytes, reading ends with a value or with faults that stand inside the file, in both languages.
func FuzzDecode(f *testing.F) {
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
	f.Add([]byte("name: x\nby: {a: {en: b, fr: c}}\nratios: [1]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var s sample
		err := Decode("f", data, &s)
		if err == nil {
			var again sample
			if err := Decode("f", data, &again); err != nil || !cmp.Equal(s, again) {
				t.Fatalf("read twice, two results: %v", err)
			}
			return
		}
		lines := 2 + strings.Count(string(data), "\n") + strings.Count(string(data), "\r") + strings.Count(string(data), "\u0085") +
			strings.Count(string(data), "\u2028") + strings.Count(string(data), "\u2029") // all of them end a line in YAML
		faults, ok := errors.AsType[Faults](err)
		if !ok || len(faults) == 0 {
			t.Fatalf("not faults: %v", err)
		}
		for _, x := range faults {
			if x.Line < 1 || x.Line > lines || x.Column < 1 || x.Text.EN == "" || x.Text.FR == "" {
				t.Fatalf("a fault without place or words: %+v", x)
			}
		}
	})
}
