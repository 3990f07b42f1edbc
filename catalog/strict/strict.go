// Package strict reads the YAML that people edit and Vigie trusts: dictionary, catalogue, frameworks, laws,
// licences, knowledge.
//
// Reading is strict, and every fault of a file is reported at once with its line and column: unknown key,
// duplicate key, missing key, wrong type, value outside its list, second document, empty file, anchors,
// oversized input. Nothing is coerced and nothing is dropped in silence.
package strict

import (
	"cmp"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/unicode/norm"

	"vigie/catalog/wording"
)

// MaxBytes bounds one file. The largest shipped one is a tenth of it.
const MaxBytes = 4 << 20

// Fault is one thing wrong in a file, at its place. Path is the key path inside the file ("records[2].id").
type Fault struct {
	File   string       `json:"file"`
	Line   int          `json:"line"`
	Column int          `json:"column"`
	Path   string       `json:"path,omitempty"`
	Text   wording.Text `json:"text"`
}

// In writes the fault as file:line:column: path: message.
func (f Fault) In(l wording.Lang) string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", f.Line, f.Column)
	}
	b.WriteString(": ")
	if f.Path != "" {
		b.WriteString(f.Path + wording.Colon(l) + " ")
	}
	b.WriteString(wording.Typeset(l, f.Text.In(l)))
	return b.String()
}

// Faults is every fault found, in the order of the file. It is an error whose text is the English one.
type Faults []Fault

func (f Faults) Error() string { return f.In(wording.EN) }

// In writes one fault a line.
func (f Faults) In(l wording.Lang) string {
	lines := make([]string, len(f))
	for i, x := range f {
		lines[i] = x.In(l)
	}
	return strings.Join(lines, "\n")
}

// Err is nil when there is no fault, so that a nil Faults never becomes a non-nil error.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// MaxFaults bounds what one reading reports. Past it, reading stops: the file is not what it should be.
const MaxFaults = 500

// Full reports whether there are so many faults that further ones would help nobody; the last one says so.
func (f Faults) Full() bool { return len(f) > MaxFaults }

// Sort puts the faults in the order in which a person meets them: file, line, column.
func (f Faults) Sort() {
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column)
	})
}

// Add records a fault at a place; past MaxFaults it only says that there are more.
func (f *Faults) Add(p Pos, path string, text wording.Text) {
	switch {
	case len(*f) == MaxFaults:
		path, text = "", wording.Textf("and more faults, not listed", "et d'autres fautes, non listées")
	case len(*f) > MaxFaults:
		return
	}
	*f = append(*f, Fault{File: p.File, Line: p.Line, Column: p.Column, Path: path, Text: text})
}

// Pos is where a mapping stands. A struct with a field of this type (tag `yaml:"-"`) has it filled in, so
// that rules checked after reading can still point at the line.
type Pos struct {
	File   string
	Line   int
	Column int
}

// Enum is a named string type that lists its values; any other value is a fault that names the nearest one.
type Enum interface{ Allowed() []string }

// Custom is a type that reads its own node and reports faults through r.
type Custom interface {
	DecodeNode(r *Reader, n *yaml.Node, path string)
}

// Reader carries the file name and collects faults while a document is read.
type Reader struct {
	File   string
	Faults Faults
}

// Decode reads one YAML document into the struct that into points to. The error, if any, is a Faults.
//
// Struct fields take the tag `yaml:"name"`, with ",required" when the key must be there. A pointer, slice or
// map that is missing stays nil.
func Decode(file string, data []byte, into any) error {
	r := &Reader{File: file}
	root := r.parse(data)
	if root != nil {
		r.Value(root, reflect.ValueOf(into).Elem(), "")
	}
	r.Faults.Sort()
	return r.Faults.Err()
}

// Read reads at most MaxBytes from src and decodes it.
func Read(file string, src io.Reader, into any) error {
	data, err := io.ReadAll(io.LimitReader(src, MaxBytes+1))
	if err != nil {
		return Faults{{File: file, Text: wording.Textf("cannot be read: %v", "illisible : %v", err)}}
	}
	return Decode(file, data, into)
}

// Fault records a fault at a node.
func (r *Reader) Fault(n *yaml.Node, path string, text wording.Text) {
	r.Faults.Add(r.Pos(n), path, text)
}

// Pos is the place of a node.
func (r *Reader) Pos(n *yaml.Node) Pos { return Pos{File: r.File, Line: n.Line, Column: n.Column} }

var posType = reflect.TypeFor[Pos]()

// Value reads a node into v and records what does not fit.
func (r *Reader) Value(n *yaml.Node, v reflect.Value, path string) {
	if r.Faults.Full() || !r.Plain(n, path) {
		return
	}
	if v.CanAddr() {
		if c, ok := v.Addr().Interface().(Custom); ok {
			c.DecodeNode(r, n, path)
			return
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.Value(n, v.Elem(), path)
	case reflect.Struct:
		r.structure(n, v, path)
	case reflect.Map:
		r.mapping(n, v, path)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			r.Expected(n, path, wording.Textf("a list", "une liste"))
			return
		}
		out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
		for i, c := range n.Content {
			r.Value(c, out.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
		v.Set(out)
	case reflect.String:
		if s, ok := r.Scalar(n, path, wording.Textf("a text", "un texte")); ok {
			v.SetString(s)
			if e, ok := v.Interface().(Enum); ok && !slices.Contains(e.Allowed(), s) {
				r.Fault(n, path, NotIn(s, e.Allowed()))
			}
		}
	case reflect.Bool:
		s, ok := r.Scalar(n, path, wording.Textf("true or false", "true ou false"))
		if !ok {
			return
		}
		if s != "true" && s != "false" {
			r.Expected(n, path, wording.Textf("true or false", "true ou false"))
			return
		}
		v.SetBool(s == "true")
	case reflect.Int, reflect.Int64:
		s, ok := r.Scalar(n, path, wording.Textf("a whole number", "un nombre entier"))
		if !ok {
			return
		}
		i, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			r.Expected(n, path, wording.Textf("a whole number", "un nombre entier"))
			return
		}
		v.SetInt(i)
	case reflect.Float64:
		s, ok := r.Scalar(n, path, wording.Textf("a number", "un nombre"))
		if !ok {
			return
		}
		if !decimal.MatchString(s) {
			r.Expected(n, path, wording.Textf("a number", "un nombre"))
			return
		}
		f, _ := strconv.ParseFloat(s, 64)
		v.SetFloat(f)
	default:
		panic("strict: cannot read into " + v.Type().String())
	}
}

// Plain reports whether a node is no more than it shows; an alias, an anchor or a tag is a fault.
func (r *Reader) Plain(n *yaml.Node, path string) bool {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		r.Fault(n, path, wording.Textf("anchors and aliases are not allowed; write the value out", "les ancres et alias ne sont pas admis ; écrire la valeur en entier"))
	case n.Style&yaml.TaggedStyle != 0:
		r.Fault(n, path, wording.Textf("tags (!…) are not allowed; the type comes from the key", "les étiquettes (!…) ne sont pas admises ; le type vient de la clé"))
	default:
		return true
	}
	return false
}

var decimal = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?$`)

// IsDecimal reports whether s is a plain decimal: no exponent, no leading zero, no NaN.
func IsDecimal(s string) bool { return decimal.MatchString(s) }

// Scalar gives the text of a scalar node in NFC, exactly as written (012 stays "012"). A null or a
// collection is a fault.
func (r *Reader) Scalar(n *yaml.Node, path string, expected wording.Text) (string, bool) {
	if !r.Plain(n, path) {
		return "", false
	}
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		r.Expected(n, path, expected)
		return "", false
	}
	if i := strings.IndexFunc(n.Value, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }); i >= 0 {
		r.Fault(n, path, wording.Textf("the text holds a control character", "le texte contient un caractère de contrôle"))
		return "", false
	}
	return norm.NFC.String(n.Value), true
}

// Expected records that something else was found than what was expected.
func (r *Reader) Expected(n *yaml.Node, path string, expected wording.Text) {
	r.Fault(n, path, wording.Textf("expected %s, found %s", "attendu : %s ; trouvé : %s", expected, found(n)))
}

func found(n *yaml.Node) wording.Text {
	switch {
	case n.Kind == yaml.MappingNode:
		return wording.Textf("a block of keys", "un bloc de clés")
	case n.Kind == yaml.SequenceNode:
		return wording.Textf("a list", "une liste")
	case n.Tag == "!!null":
		return wording.Textf("nothing", "rien")
	}
	return wording.Quoted(n.Value)
}

// NotIn says that a word is not one of those allowed, and names the nearest.
func NotIn(word string, allowed []string) wording.Text {
	return wording.Textf("%s is not known here%s", "%s est inconnu ici%s", wording.Quoted(word), instead(word, allowed))
}

// UnknownKey says that a block has no such key, and names the nearest.
func UnknownKey(key string, known []string) wording.Text {
	return wording.Textf("unknown key %s%s", "clé inconnue %s%s", wording.Quoted(key), instead(key, known))
}

func instead(word string, allowed []string) wording.Text {
	if n := wording.Nearest(word, allowed); n != "" {
		return wording.Textf("; did you mean %s?", " ; vouliez-vous dire %s ?", wording.Quoted(n))
	}
	if len(allowed) == 0 {
		return wording.Text{}
	}
	list := strings.Join(allowed, ", ")
	if len(allowed) > 24 {
		list = strings.Join(allowed[:24], ", ") + ", …"
	}
	return wording.Textf("; expected one of: %s", " ; valeurs admises : %s", list)
}

// shape is what structure must know of a struct type, found once: thousands of claims have the same.
type shape struct {
	pos      int // field that takes the place of the mapping, -1 when there is none
	names    []string
	fields   []int // of the names
	required []bool
	index    map[string]int // of a name in names
}

var shapes sync.Map // reflect.Type → *shape

func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := &shape{pos: -1, index: map[string]int{}}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type == posType {
			s.pos = i
			continue
		}
		name, opts, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		s.index[name] = len(s.names)
		s.names, s.fields, s.required = append(s.names, name), append(s.fields, i), append(s.required, opts == "required")
	}
	shapes.Store(t, s)
	return s
}

func (r *Reader) structure(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		r.Expected(n, path, wording.Textf("a block of keys", "un bloc de clés"))
		return
	}
	s := shapeOf(v.Type())
	if s.pos >= 0 {
		v.Field(s.pos).Set(reflect.ValueOf(r.Pos(n)))
	}
	seen := make([]bool, len(s.names))
	var unknown map[string]bool
	for i := 0; i+1 < len(n.Content); i += 2 {
		if r.Faults.Full() {
			return
		}
		key, val := n.Content[i], n.Content[i+1]
		k, ok := s.index[key.Value]
		switch {
		case ok && seen[k], unknown[key.Value]:
			r.Fault(key, path, wording.Textf("key %s appears twice", "la clé %s apparaît deux fois", wording.Quoted(key.Value)))
		case !ok:
			r.Fault(key, path, UnknownKey(key.Value, s.names))
			if unknown == nil {
				unknown = map[string]bool{}
			}
			unknown[key.Value] = true
		default:
			seen[k] = true
			r.Value(val, v.Field(s.fields[k]), join(path, key.Value))
		}
	}
	for k, name := range s.names {
		if s.required[k] && !seen[k] {
			r.Fault(n, path, wording.Textf("key %q is missing", "la clé « %s » manque", name))
		}
	}
}

func (r *Reader) mapping(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		r.Expected(n, path, wording.Textf("a block of keys", "un bloc de clés"))
		return
	}
	out := reflect.MakeMap(v.Type())
	for i := 0; i+1 < len(n.Content); i += 2 {
		if r.Faults.Full() {
			return
		}
		key := n.Content[i]
		k := reflect.New(v.Type().Key()).Elem()
		r.Value(key, k, path)
		if out.MapIndex(k).IsValid() {
			r.Fault(key, path, wording.Textf("key %s appears twice", "la clé %s apparaît deux fois", wording.Quoted(key.Value)))
			continue
		}
		e := reflect.New(v.Type().Elem()).Elem()
		r.Value(n.Content[i+1], e, join(path, key.Value))
		out.SetMapIndex(k, e)
	}
	v.Set(out)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// ValueOf reads a node into what into points to, for Custom types that hold ordinary ones.
func (r *Reader) ValueOf(n *yaml.Node, into any, path string) {
	r.Value(n, reflect.ValueOf(into).Elem(), path)
}
