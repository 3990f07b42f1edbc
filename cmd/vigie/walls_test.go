package main

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "vigie/"

// root is the top of the repository.
const root = "../.."

// rooms says what each room may import of the others: names of packages, or of a folder and all below when they end in
// "/...". Imports run downward: cmd, api, reports, evaluator, catalog. The first room that matches a package is its own.
var rooms = []struct {
	room string
	may  []string
}{
	{"catalog/wording", nil},
	{"catalog/strict", []string{"catalog/wording"}},
	{"catalog", []string{"catalog/strict", "catalog/wording"}},
	{"catalog/phrasebook", []string{"catalog/strict", "catalog/wording"}},
	{"catalog/dictionary", []string{"catalog", "catalog/strict", "catalog/wording"}},
	{"catalog/exchange", []string{"catalog", "catalog/strict", "catalog/wording", "catalog/document"}},
	{"catalog/reference", []string{"catalog", "catalog/dictionary", "catalog/exchange"}},
	{"catalog/document", []string{"catalog", "catalog/strict", "catalog/wording"}},
	{"catalog/account", []string{"catalog", "catalog/strict", "catalog/wording"}},
	{"catalog/store", []string{"catalog", "catalog/strict", "catalog/wording", "catalog/account", "catalog/document", "catalog/store/..."}},
	{"catalog/store/...", []string{"catalog", "catalog/strict", "catalog/wording"}},

	{"evaluator/finding", []string{"catalog", "catalog/strict", "catalog/wording"}},
	{"evaluator/expr", []string{"catalog", "catalog/strict", "catalog/wording", "evaluator/finding"}},
	{"evaluator/derive", judges}, {"evaluator/framework", judges}, {"evaluator/ranking", judges},
	{"evaluator/jurisdiction", judges}, {"evaluator/licence", judges},
	{"evaluator/jurisdiction/...", append([]string{"evaluator/jurisdiction"}, judges...)},
	{"evaluator/licence/...", append([]string{"evaluator/licence"}, judges...)},
	{"evaluator/decision", append([]string{"evaluator", "evaluator/derive", "evaluator/framework", "evaluator/jurisdiction", "evaluator/licence", "evaluator/ranking"}, judges...)},
	{"evaluator", append([]string{"evaluator/derive", "evaluator/framework", "evaluator/jurisdiction", "evaluator/licence", "evaluator/ranking"}, judges...)},

	{"reports/proof", []string{"reports/...", "evaluator/...", "catalog", "catalog/wording", "catalog/store/log"}},
	{"reports/...", []string{"reports/...", "evaluator/...", "catalog", "catalog/strict", "catalog/wording", "catalog/dictionary", "catalog/phrasebook"}},
	{"api/service", []string{"api/service/...", "reports/...", "evaluator/...", "catalog/..."}},
	{"api/...", []string{"api/...", "reports/...", "evaluator/...", "catalog/..."}},
	{"cmd/...", []string{"api/...", "reports/...", "evaluator/...", "catalog/..."}},
}

// judges is what a room that judges one thing may see: never another such room.
var judges = []string{"catalog", "catalog/strict", "catalog/wording", "evaluator/finding", "evaluator/expr"}

// kept lists libraries that a part of the tree must not reach, itself or through others.
var kept = []struct {
	part      string
	libraries []string
}{
	{"catalog/store/...", []string{gin, cel, celOld, fpdf, fpdfOld}},
	{"catalog/...", []string{gorm, gin, cel, celOld, fpdf, fpdfOld}},
	{"evaluator/...", []string{gorm, gin, fpdf, fpdfOld}},
	{"reports/...", []string{gorm, gin}},
	{"api/service", []string{gin}},
}

const (
	gorm    = "gorm.io/"
	gin     = "github.com/gin-gonic/"
	cel     = "cel.dev/"
	celOld  = "github.com/google/cel-go"
	fpdf    = "codeberg.org/go-pdf/"
	fpdfOld = "github.com/go-pdf/"
)

func within(pkg, room string) bool {
	if folder, ok := strings.CutSuffix(room, "/..."); ok {
		return pkg == folder || strings.HasPrefix(pkg, folder+"/")
	}
	return pkg == room
}

type goPackage struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Dir = root
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, complaint.String())
	}
	var all []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list names %d packages only", len(all))
	}
	return all
}

func TestWalls(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		i := slices.IndexFunc(rooms, func(r struct {
			room string
			may  []string
		}) bool {
			return within(name, r.room)
		})
		if i < 0 {
			t.Errorf("%s belongs to no room: give it one in %s, and say in CONTRIBUTING.md what it is for", name, "walls_test.go")
			continue
		}
		for _, imp := range p.Imports {
			other, ours := strings.CutPrefix(imp, module)
			if ours && !slices.ContainsFunc(rooms[i].may, func(m string) bool { return within(other, m) }) {
				t.Errorf("%s imports %s: imports run downward only (rooms in walls_test.go)", name, other)
			}
		}
		k := slices.IndexFunc(kept, func(k struct {
			part      string
			libraries []string
		}) bool {
			return within(name, k.part)
		})
		if k < 0 {
			continue
		}
		for _, dep := range p.Deps {
			for _, lib := range kept[k].libraries {
				if strings.HasPrefix(dep, lib) {
					t.Errorf("%s reaches %s", name, dep)
				}
			}
		}
	}
}

// Judging the same dossier twice must give the same bytes, so what leads to an assessment or a report reads no clock, no
// chance, no environment and writes no log. Ranking draws from a seeded generator of its own.
func TestJudgingIsPure(t *testing.T) {
	forbidden := map[string][]string{
		"time":         {"Now", "Since", "Until", "After", "Sleep", "Tick", "NewTimer", "NewTicker", "Local", "LoadLocation"},
		"os":           {"Getenv", "LookupEnv", "Environ", "Hostname", "Getwd", "Getpid"},
		"math/rand":    {"*"},
		"crypto/rand":  {"*"},
		"log":          {"*"},
		"log/slog":     {"*"},
		"net":          {"*"},
		"net/http":     {"*"},
		"math/rand/v2": {"Int", "IntN", "Int32", "Int64", "Int64N", "Uint32", "Uint64", "Uint64N", "N", "Float64", "Float32", "Perm", "Shuffle", "NormFloat64", "ExpFloat64"},
	}
	checked := 0
	for _, part := range []string{"catalog", "evaluator", "reports"} {
		err := filepath.WalkDir(filepath.Join(root, part), func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if e.IsDir() && (e.Name() == "testdata" || e.Name() == "store" || e.Name() == "internal") {
				return fs.SkipDir // a store may read the clock; internal holds helper commands
			}
			if e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			checked++
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			impure := map[string][]string{} // by the name under which the file knows the package
			for _, imp := range file.Imports {
				pkg := strings.Trim(imp.Path.Value, `"`)
				words, bad := forbidden[pkg]
				if !bad {
					continue
				}
				if words[0] == "*" {
					t.Errorf("%s imports %s", fset.Position(imp.Pos()), pkg)
					continue
				}
				name := strings.TrimSuffix(pkg, "/v2")
				name = name[strings.LastIndexByte(name, '/')+1:]
				if imp.Name != nil {
					name = imp.Name.Name
				}
				impure[name] = words
			}
			ast.Inspect(file, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if x, ok := sel.X.(*ast.Ident); ok && slices.Contains(impure[x.Name], sel.Sel.Name) {
					t.Errorf("%s: %s.%s", fset.Position(sel.Pos()), x.Name, sel.Sel.Name)
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if checked < 20 {
		t.Errorf("%d files were read: is the tree elsewhere?", checked)
	}
}

// CONTRIBUTING.md is the map of the tree: a line a package, none too many.
func TestContributingNamesEveryPackage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, l := range strings.Split(string(text), "\n") {
		if cells := strings.Split(l, "|"); len(cells) == 4 && strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			listed[strings.Trim(cells[1], " `/")] = true
		}
	}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if !listed[name] {
			t.Errorf("CONTRIBUTING.md has no line for %s", name)
		}
		delete(listed, name)
	}
	for name := range listed {
		if entries, err := os.ReadDir(filepath.Join(root, name)); err != nil || len(entries) == 0 {
			t.Errorf("CONTRIBUTING.md names %s, which is not there", name)
		}
	}
}

// Every package says at its head what it decides.
func TestPackageComments(t *testing.T) {
	for _, p := range packages(t) {
		dir := filepath.Join(root, strings.TrimPrefix(p.ImportPath, module))
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		said := slices.ContainsFunc(files, func(path string) bool {
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.PackageClauseOnly)
			return err == nil && f.Doc != nil
		})
		if !said {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}
