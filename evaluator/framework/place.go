package framework

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
)

// sources keeps the files that a framework was read from, so that a rule broken after reading still points at its
// line. Files are looked into only when there is a fault.
type sources map[string][]byte

// faults collects faults at key paths of files.
type faults struct {
	sources sources
	roots   map[string]*yaml.Node
	list    strict.Faults
}

func (f *faults) add(file, path, en, fr string, args ...any) {
	f.text(file, path, wording.Textf(en, fr, args...))
}

func (f *faults) text(file, path string, t wording.Text) {
	f.list.Add(f.pos(file, path), path, t)
}

// key records a fault at the key that path ends with, not at its value.
func (f *faults) key(file, path string, t wording.Text) {
	p := strict.Pos{File: file}
	if k, _ := f.node(file, path); k != nil {
		p.Line, p.Column = k.Line, k.Column
	}
	f.list.Add(p, path, t)
}

// within records a fault at a character inside the text that stands at path: line from 1, column from 0.
func (f *faults) within(file, path string, line, column int, t wording.Text) {
	p := f.pos(file, path)
	if _, n := f.node(file, path); n != nil {
		p.Line, p.Column = inside(f.sources[file], n, line, column)
	}
	f.list.Add(p, path, t)
}

// expression records why the expression at path does not compile.
func (f *faults) expression(file, path string, err error) {
	var e *expr.Error
	if !errors.As(err, &e) {
		f.text(file, path, wording.Same(err.Error()))
		return
	}
	column := e.Column
	if _, n := f.node(file, path); n != nil {
		column = nameStart(n.Value, e.Line, e.Column)
	}
	f.within(file, path, e.Line, column, e.Text)
}

// nameStart moves from the dot of a.b, where CEL reports that b is not known, to the start of a.
func nameStart(src string, line, column int) int {
	lines := strings.Split(src, "\n")
	if line < 1 || line > len(lines) {
		return column
	}
	text := []rune(lines[line-1])
	if column < 0 || column >= len(text) || text[column] != '.' {
		return column
	}
	for column > 0 && (text[column-1] == '_' || unicode.IsLetter(text[column-1]) || unicode.IsDigit(text[column-1])) {
		column--
	}
	return column
}

func (f *faults) pos(file, path string) strict.Pos {
	p := strict.Pos{File: file}
	if _, n := f.node(file, path); n != nil {
		p.Line, p.Column = n.Line, n.Column
	}
	return p
}

var pathStep = regexp.MustCompile(`^(?:[^.\[\]]+|\[[0-9]+\])`)

// node finds the key and the value at a key path ("criteria[2].bands[0].when").
func (f *faults) node(file, path string) (key, value *yaml.Node) {
	if f.roots == nil {
		f.roots = map[string]*yaml.Node{}
	}
	root, seen := f.roots[file]
	if !seen {
		var doc yaml.Node
		if yaml.Unmarshal(f.sources[file], &doc) == nil && len(doc.Content) == 1 {
			root = doc.Content[0]
		}
		f.roots[file] = root
	}
	value = root
	for path != "" {
		if value == nil {
			return nil, nil
		}
		if k, v := entry(value, path); k != nil { // ids may hold dots
			return k, v
		}
		step := pathStep.FindString(path)
		if step == "" {
			return nil, nil
		}
		path = strings.TrimPrefix(path[len(step):], ".")
		if strings.HasPrefix(step, "[") {
			i, _ := strconv.Atoi(strings.Trim(step, "[]"))
			if value.Kind != yaml.SequenceNode || i >= len(value.Content) {
				return nil, nil
			}
			key, value = value.Content[i], value.Content[i]
			continue
		}
		key, value = entry(value, step)
	}
	return key, value
}

func entry(m *yaml.Node, name string) (key, value *yaml.Node) {
	if m.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == name {
			return m.Content[i], m.Content[i+1]
		}
	}
	return nil, nil
}

// inside gives the line and column in the file of a character of a scalar: line from 1 and column from 0 inside
// its text. Where the text was folded from several lines, it is the place of the scalar itself.
func inside(data []byte, n *yaml.Node, line, column int) (int, int) {
	lines := strings.Split(string(data), "\n")
	if n.Line < 1 || n.Line > len(lines) {
		return n.Line, n.Column
	}
	if n.Style&yaml.LiteralStyle != 0 {
		at := n.Line + line
		for _, l := range lines[n.Line:] {
			if rest := strings.TrimLeft(l, " "); strings.TrimSpace(rest) != "" {
				return at, len(l) - len(rest) + column + 1
			}
		}
		return n.Line, n.Column
	}
	if n.Style&yaml.FoldedStyle != 0 || line != 1 {
		return n.Line, n.Column
	}
	raw := []rune(lines[n.Line-1])
	i := n.Column - 1
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		i++
	}
	for range column {
		if i >= len(raw) {
			return n.Line, n.Column
		}
		i += width(raw[i:], n.Style)
	}
	return n.Line, i + 1
}

// width is how many characters of the file make the next one of a quoted scalar.
func width(raw []rune, style yaml.Style) int {
	if len(raw) < 2 {
		return 1
	}
	switch {
	case style&yaml.SingleQuotedStyle != 0 && raw[0] == '\'' && raw[1] == '\'':
		return 2
	case style&yaml.DoubleQuotedStyle != 0 && raw[0] == '\\':
		switch raw[1] {
		case 'x':
			return 4
		case 'u':
			return 6
		case 'U':
			return 10
		}
		return 2
	}
	return 1
}
