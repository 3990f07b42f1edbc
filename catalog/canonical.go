package catalog

import (
	"cmp"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Canonical is the RFC 8785 form of a value: the same bytes for the same content, everywhere. It reads the json tags
// as encoding/json does (omitempty, omitzero, string keys of maps) and writes nil slices as [].
//
// It writes the form in one pass, which an assessment needs three times as fast as encoding and then reordering; the
// tests hold it to the two libraries byte for byte.
func Canonical(v any) ([]byte, error) {
	return appendCanonical(make([]byte, 0, 1024), reflect.ValueOf(v))
}

// Hash is the SHA-256, in hex, of the canonical form.
func Hash(v any) (string, error) {
	room := hashRoom.Get().(*[]byte)
	b, err := appendCanonical((*room)[:0], reflect.ValueOf(v))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	*room = b
	hashRoom.Put(room)
	return hex.EncodeToString(sum[:]), nil
}

// hashRoom is room for canonical forms that are hashed and dropped; an assessment's is a quarter of a megabyte.
var hashRoom = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}

// MustHash is Hash for Vigie's own types, which always have a canonical form.
func MustHash(v any) string {
	h, err := Hash(v)
	if err != nil {
		panic(fmt.Sprintf("catalog: no canonical form of %T: %v", v, err))
	}
	return h
}

// canonicalAppender is a type that writes its own canonical form.
type canonicalAppender interface {
	appendCanonical(b []byte) ([]byte, error)
}

var (
	appenderType  = reflect.TypeFor[canonicalAppender]()
	marshalerType = reflect.TypeFor[json.Marshaler]()
	textType      = reflect.TypeFor[encoding.TextMarshaler]()
)

// field is one member of a struct in the canonical order.
type field struct {
	name  string // quoted, with its colon
	index []int
	empty bool                 // omitempty
	zero  bool                 // omitzero
	plan  atomic.Pointer[plan] // of its type, once met: types may hold themselves
}

// plan is how values of a type are written.
type plan struct {
	how    func(b []byte, v reflect.Value) ([]byte, error) // nil: by kind
	fields []*field
}

var plans sync.Map // reflect.Type → *plan

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{}
	switch {
	case t.Implements(appenderType):
		p.how = func(b []byte, v reflect.Value) ([]byte, error) {
			return v.Interface().(canonicalAppender).appendCanonical(b)
		}
	case t.Implements(marshalerType):
		p.how = appendMarshaled
	case t.Implements(textType):
		p.how = func(b []byte, v reflect.Value) ([]byte, error) {
			text, err := v.Interface().(encoding.TextMarshaler).MarshalText()
			if err != nil {
				return nil, err
			}
			return appendString(b, string(text))
		}
	case t.Kind() == reflect.Struct:
		p.fields = fieldsOf(t, nil)
		slices.SortFunc(p.fields, func(a, b *field) int { return compareUTF16(a.name, b.name) })
	}
	plans.Store(t, p)
	return p
}

func appendMarshaled(b []byte, v reflect.Value) ([]byte, error) {
	raw, err := v.Interface().(json.Marshaler).MarshalJSON()
	if err != nil {
		return nil, err
	}
	doc := jsontext.Value(raw)
	if err := doc.Canonicalize(); err != nil {
		return nil, err
	}
	return append(b, doc...), nil
}

func fieldsOf(t reflect.Type, prefix []int) []*field {
	var out []*field
	for i := range t.NumField() {
		f := t.Field(i)
		name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		index := append(slices.Clone(prefix), i)
		switch {
		case name == "-":
			continue
		case f.Anonymous && name == "" && embedded(f.Type).Kind() == reflect.Struct:
			out = append(out, fieldsOf(embedded(f.Type), index)...)
			continue
		case !f.IsExported():
			continue
		case name == "":
			name = f.Name
		}
		quoted, err := appendString(nil, name)
		if err != nil {
			panic("catalog: " + t.String() + "." + f.Name + ": " + err.Error())
		}
		out = append(out, &field{name: string(quoted) + ":", index: index,
			empty: strings.Contains(opts, "omitempty"), zero: strings.Contains(opts, "omitzero")})
	}
	return out
}

// embedded is the type of an embedded field: its own, or what it points to.
func embedded(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// isZero asks the type first, as encoding/json does.
func isZero(v reflect.Value) bool {
	if z, ok := v.Interface().(interface{ IsZero() bool }); ok && (v.Kind() != reflect.Pointer || !v.IsNil()) {
		return z.IsZero()
	}
	return v.IsZero()
}

var errNoForm = errors.New("no JSON form")

func appendCanonical(b []byte, v reflect.Value) ([]byte, error) {
	if !v.IsValid() {
		return append(b, "null"...), nil
	}
	return appendPlanned(b, v, planOf(v.Type()))
}

func appendPlanned(b []byte, v reflect.Value, p *plan) ([]byte, error) {
	k := v.Kind()
	if (k == reflect.Pointer || k == reflect.Interface) && v.IsNil() {
		return append(b, "null"...), nil
	}
	if p.how != nil {
		return p.how(b, v)
	}
	switch k {
	case reflect.Pointer, reflect.Interface:
		return appendCanonical(b, v.Elem())
	case reflect.Struct:
		return appendStruct(b, v, p)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return nil, fmt.Errorf("%w: %s", errNoForm, v.Type())
		}
		return appendList(b, v)
	case reflect.Map:
		return appendMap(b, v)
	case reflect.String:
		return appendString(b, v.String())
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if n := v.Int(); n < 1<<53 && n > -1<<53 {
			return strconv.AppendInt(b, n, 10), nil
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if n := v.Uint(); n < 1<<53 {
			return strconv.AppendUint(b, n, 10), nil
		}
	case reflect.Float32, reflect.Float64:
		return appendNumber(b, v.Float())
	default:
		return nil, fmt.Errorf("%w: %s", errNoForm, v.Type())
	}
	return appendNumber(b, v.Convert(reflect.TypeFor[float64]()).Float()) // as RFC 8785 reads it
}

func appendNumber(b []byte, f float64) ([]byte, error) {
	raw, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	doc := jsontext.Value(raw)
	if err := doc.Canonicalize(); err != nil {
		return nil, err
	}
	return append(b, doc...), nil
}

func appendStruct(b []byte, v reflect.Value, p *plan) ([]byte, error) {
	b = append(b, '{')
	first := true
	for i := range p.fields {
		f := p.fields[i]
		x, err := v.FieldByIndexErr(f.index)
		if err != nil { // inside an embedded pointer that is nil
			continue
		}
		if f.empty && isEmpty(x) || f.zero && isZero(x) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, f.name...)
		inner := f.plan.Load()
		if inner == nil {
			inner = planOf(x.Type())
			f.plan.Store(inner)
		}
		if b, err = appendPlanned(b, x, inner); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendList(b []byte, v reflect.Value) ([]byte, error) {
	p := planOf(v.Type().Elem())
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendPlanned(b, v.Index(i), p); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendMap(b []byte, v reflect.Value) ([]byte, error) {
	if v.Type().Key().Kind() != reflect.String {
		return nil, fmt.Errorf("%w: %s", errNoForm, v.Type())
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return compareUTF16(a.String(), b.String()) })
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendString(b, k.String()); err != nil {
			return nil, err
		}
		b = append(b, ':')
		if b, err = appendCanonical(b, v.MapIndex(k)); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// compareUTF16 orders names as RFC 8785 does: by their UTF-16 code units.
func compareUTF16(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] >= utf8.RuneSelf || b[i] >= utf8.RuneSelf {
			return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
		}
		if a[i] != b[i] {
			return cmp.Compare(a[i], b[i])
		}
	}
	return cmp.Compare(len(a), len(b))
}

const hexDigits = "0123456789abcdef"

// appendString writes a text with the few escapes that RFC 8785 wants. What is not UTF-8 has no form.
func appendString(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("%w: %q is not UTF-8", errNoForm, s)
	}
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	b = append(b, s[from:]...)
	return append(b, '"'), nil
}
