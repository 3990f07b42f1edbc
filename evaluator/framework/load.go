package framework

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"sync"

	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
)

// MetaFile is the file of a framework that says what it is and which families it has. Every other YAML file beside
// it holds criteria of one family.
const MetaFile = "framework.yaml"

// MaxFiles bounds how many files one framework may be read from.
const MaxFiles = 200

//go:embed vigie-baseline
var shipped embed.FS

// builtin is the shipped framework and its weight sets, read once.
var builtin = sync.OnceValues(func() (*loaded, error) {
	sub, err := fs.Sub(shipped, "vigie-baseline")
	if err != nil {
		return nil, err
	}
	l := load(sub)
	return l, sorted(l.bad).Err()
})

// Builtin compiles the shipped framework, vigie-baseline, with its weight sets: DefaultWeights and one for each of
// the six shipped use cases. A fault in it is a failed test, never a user's error.
func Builtin(env *expr.Env) (*Compiled, error) {
	l, err := builtin()
	if err != nil {
		return nil, err
	}
	return l.compile(env)
}

// Load reads a framework with its weight sets and compiles it. The error, if any, is a strict.Faults with every
// fault of every file.
func Load(fsys fs.FS, env *expr.Env) (*Compiled, error) { return load(fsys).compile(env) }

// loaded is a framework as read from files, with what was wrong with them.
type loaded struct {
	framework *Framework
	weights   []*WeightSet
	bad       strict.Faults
}

func load(fsys fs.FS) *loaded {
	f, bad := read(fsys)
	sets, more := loadWeights(fsys, WeightsFolder, f)
	f.seal()
	return &loaded{framework: f, weights: sets, bad: append(bad, more...)}
}

func (l *loaded) compile(env *expr.Env) (*Compiled, error) {
	c, bad := l.framework.compile(env)
	if err := sorted(append(slices.Clone(l.bad), bad...)).Err(); err != nil {
		return nil, err
	}
	for _, w := range l.weights {
		c.WeightSets[w.ID] = w
	}
	return c, nil
}

// Read reads a framework without compiling its expressions: what can be judged without a dictionary is judged. The
// error, if any, is a strict.Faults.
func Read(fsys fs.FS) (*Framework, error) {
	f, bad := read(fsys)
	if err := sorted(bad).Err(); err != nil {
		return nil, err
	}
	f.seal()
	return f, nil
}

// familyFile is what a file of criteria holds.
type familyFile struct {
	strict.Pos
	Family   string       `yaml:"family,required"`
	Criteria []*Criterion `yaml:"criteria,required"`
}

func read(fsys fs.FS) (*Framework, strict.Faults) {
	f := &Framework{files: sources{}}
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		f.broken = true
		return f, cannotRead(".", err)
	}
	if !slices.Contains(names, MetaFile) {
		f.broken = true
		return f, strict.Faults{{File: MetaFile, Text: wording.Textf(
			"the file is missing: it says what the framework is and which families it has",
			"le fichier manque : il dit ce qu'est le référentiel et quelles familles il comporte")}}
	}
	if len(names) > MaxFiles {
		f.broken = true
		return f, strict.Faults{{File: MetaFile, Text: wording.Textf(
			"more than %d files stand beside it", "plus de %d fichiers se trouvent à côté", MaxFiles)}}
	}
	var bad strict.Faults
	byFamily := map[string][]*Criterion{}
	for _, name := range names {
		data, err := readFile(fsys, name)
		if err != nil {
			bad = append(bad, cannotRead(name, err)...)
			f.broken = true
			continue
		}
		f.files[name] = data
		if name == MetaFile {
			bad = append(bad, decode(name, data, f)...)
			continue
		}
		var file familyFile
		bad = append(bad, decode(name, data, &file)...)
		f.broken = f.broken || file.Criteria == nil
		for i, c := range file.Criteria {
			c.File, c.Family, c.at = name, file.Family, fmt.Sprintf("criteria[%d]", i)
		}
		byFamily[file.Family] = append(byFamily[file.Family], file.Criteria...)
	}
	f.broken = f.broken || f.Families == nil
	for _, family := range f.Families {
		f.Criteria = append(f.Criteria, byFamily[family.ID]...)
		delete(byFamily, family.ID)
	}
	bad = append(bad, f.check(byFamily)...)
	return f, bad
}

// readFile reads one byte more than strict accepts, so that a file too large is refused and never held whole.
func readFile(fsys fs.FS, name string) ([]byte, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, strict.MaxBytes+1))
}

func cannotRead(name string, err error) strict.Faults {
	var p *fs.PathError
	if errors.As(err, &p) { // its own text repeats the name
		err = p.Err
	}
	return strict.Faults{{File: path.Clean(name), Text: wording.Textf("cannot be read: %v", "illisible : %v", err)}}
}

func decode(name string, data []byte, into any) strict.Faults {
	var f strict.Faults
	errors.As(strict.Decode(name, data, into), &f)
	return f
}

// sorted puts faults in the order of files and lines, the framework's own file first, each fault once.
func sorted(f strict.Faults) strict.Faults {
	slices.SortStableFunc(f, func(a, b strict.Fault) int {
		switch {
		case a.File != b.File && (a.File == MetaFile || b.File != MetaFile && a.File < b.File):
			return -1
		case a.File != b.File:
			return 1
		case a.Line != b.Line:
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return slices.Compact(f)
}
