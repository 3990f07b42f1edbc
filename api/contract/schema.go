// Package contract is what a program and the server agree on: schemas made from Go types, bodies held to them, opaque
// cursors, conditions on revisions. It knows neither the router nor the service.
//
// The document is huma's (github.com/danielgtaylor/huma/v2); the schemas are made here, because they must say exactly
// what catalog.Canonical writes: lists are never null, enumerations list their values, numbers that must not be rounded
// are text.
package contract

import (
	"encoding"
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vigie/catalog"
	"vigie/catalog/strict"
)

// prefix is where a document keeps its schemas.
const prefix = "#/components/schemas/"

// Schemas makes and keeps the schemas of Go types. It implements huma.Registry.
type Schemas struct {
	named   map[string]*huma.Schema
	types   map[string]reflect.Type
	special map[reflect.Type]*huma.Schema
	// Plain are packages whose types bear their own name; those of others begin with the name of their package.
	plain []string
}

var _ huma.Registry = (*Schemas)(nil)

// NewSchemas makes an empty registry.
func NewSchemas(plain ...string) *Schemas {
	s := &Schemas{named: map[string]*huma.Schema{}, types: map[string]reflect.Type{}, special: map[reflect.Type]*huma.Schema{}, plain: plain}
	s.special[reflect.TypeFor[time.Time]()] = &huma.Schema{Type: huma.TypeString, Format: "date-time"}
	s.special[reflect.TypeFor[json.RawMessage]()] = &huma.Schema{}
	s.special[reflect.TypeFor[catalog.Date]()] = &huma.Schema{Type: huma.TypeString, Pattern: `^\d{4}-\d{2}-\d{2}$|^$`}
	s.named["Value"] = valueSchema()
	s.types["Value"] = reflect.TypeFor[catalog.Value]()
	s.special[reflect.TypeFor[catalog.Value]()] = &huma.Schema{Ref: prefix + "Value"}
	return s
}

// valueSchema is what catalog.Value writes and reads. What its value may be depends on its type, which the dictionary
// knows; a schema that listed the cases would say less and be longer.
func valueSchema() *huma.Schema {
	var types []any
	for _, t := range catalog.ValueType("").Allowed() {
		types = append(types, t)
	}
	scalar := []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeBoolean},
		{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"amount": {Type: huma.TypeString}, "currency": {Type: huma.TypeString}}, Required: []string{"amount", "currency"}, AdditionalProperties: false},
		{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"en": {Type: huma.TypeString}, "fr": {Type: huma.TypeString}}, Required: []string{"en", "fr"}, AdditionalProperties: false}}
	return &huma.Schema{Type: huma.TypeObject, Required: []string{"type", "value"}, AdditionalProperties: false, Properties: map[string]*huma.Schema{
		"type":     {Type: huma.TypeString, Enum: types},
		"value":    {AnyOf: append(slices.Clone(scalar), &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{AnyOf: scalar}})},
		"many":     {Type: huma.TypeBoolean},
		"complete": {Type: huma.TypeBoolean},
	}}
}

// Special gives a type a schema that its fields do not say.
func (s *Schemas) Special(t reflect.Type, schema *huma.Schema) { s.special[t] = schema }

// Schema implements huma.Registry: the schema of a type, by reference when it is a struct.
func (s *Schemas) Schema(t reflect.Type, allowRef bool, _ string) *huma.Schema {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if x, ok := s.special[t]; ok {
		y := *x
		return &y
	}
	if allowed := enumeration(t); allowed != nil {
		return &huma.Schema{Type: huma.TypeString, Enum: allowed}
	}
	if t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return &huma.Schema{Type: huma.TypeString}
	}
	switch t.Kind() {
	case reflect.Struct:
		name := s.name(t)
		if known, ok := s.types[name]; ok && known != t {
			panic(fmt.Sprintf("contract: %s and %s are both called %s", known, t, name))
		} else if !ok {
			s.types[name] = t
			s.named[name] = &huma.Schema{Type: huma.TypeObject}
			s.object(t, s.named[name])
		}
		if allowRef {
			return &huma.Schema{Ref: prefix + name}
		}
		return s.named[name]
	case reflect.Slice, reflect.Array:
		return &huma.Schema{Type: huma.TypeArray, Items: s.Schema(t.Elem(), true, "")}
	case reflect.Map:
		return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: s.Schema(t.Elem(), true, "")}
	case reflect.Bool:
		return &huma.Schema{Type: huma.TypeBoolean}
	case reflect.String:
		return &huma.Schema{Type: huma.TypeString}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if t.Implements(reflect.TypeFor[json.Marshaler]()) {
			return &huma.Schema{Type: huma.TypeNumber}
		}
		return &huma.Schema{Type: huma.TypeInteger}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		zero := 0.0
		return &huma.Schema{Type: huma.TypeInteger, Minimum: &zero}
	case reflect.Float32, reflect.Float64:
		return &huma.Schema{Type: huma.TypeNumber}
	case reflect.Interface:
		return &huma.Schema{}
	}
	panic(fmt.Sprintf("contract: no schema of %s", t))
}

// enumeration lists the values of a closed list. Types outside the catalogue may write an empty value where they leave
// something open, so it is allowed where it is the zero value.
func enumeration(t reflect.Type) []any {
	if t.Kind() != reflect.String || !t.Implements(reflect.TypeFor[strict.Enum]()) {
		return nil
	}
	var out []any
	for _, v := range reflect.Zero(t).Interface().(strict.Enum).Allowed() {
		out = append(out, v)
	}
	return out
}

// Member is one field of a struct as JSON shows it.
type Member struct {
	Name     string
	Index    []int
	Field    reflect.StructField
	Optional bool // left out when empty
}

// Members lists the fields of a struct as JSON shows them, those of embedded structs among them. A field hides one of
// the same name that lies deeper.
func Members(t reflect.Type) []Member {
	var out []Member
	for i := range t.NumField() {
		f := t.Field(i)
		name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch {
		case name == "-":
			continue
		case f.Anonymous && name == "" && inner.Kind() == reflect.Struct:
			for _, m := range Members(inner) {
				m.Index = append([]int{i}, m.Index...)
				out = append(out, m)
			}
			continue
		case !f.IsExported():
			continue
		case name == "":
			name = f.Name
		}
		out = append(out, Member{Name: name, Index: []int{i}, Field: f, Optional: strings.Contains(opts, "omitempty") || strings.Contains(opts, "omitzero")})
	}
	shallow := map[string]int{}
	for _, m := range out {
		if at, ok := shallow[m.Name]; !ok || len(m.Index) < at {
			shallow[m.Name] = len(m.Index)
		}
	}
	return slices.DeleteFunc(out, func(m Member) bool { return len(m.Index) > shallow[m.Name] })
}

func (s *Schemas) object(t reflect.Type, into *huma.Schema) {
	into.Properties = map[string]*huma.Schema{}
	into.AdditionalProperties = false
	for _, m := range Members(t) {
		p := s.Schema(m.Field.Type, true, "")
		if (m.Field.Type.Kind() == reflect.Pointer || m.Field.Type.Kind() == reflect.Interface) && !m.Optional {
			p = nullable(p)
		}
		if len(p.Enum) > 0 && !m.Optional {
			p = withEmpty(p, m.Field)
		}
		bounds(p, m.Field.Tag)
		into.Properties[m.Name] = p
		if !m.Optional {
			into.Required = append(into.Required, m.Name)
		}
	}
	slices.Sort(into.Required)
}

// withEmpty lets an enumeration that is always written be empty, unless its field says that it never is.
func withEmpty(p *huma.Schema, f reflect.StructField) *huma.Schema {
	if f.Tag.Get("filled") == "true" {
		return p
	}
	p.Enum = append(slices.Clone(p.Enum), "")
	return p
}

// nullable lets a value be null too.
func nullable(p *huma.Schema) *huma.Schema {
	switch {
	case p.Ref != "":
		return &huma.Schema{AnyOf: []*huma.Schema{p, {Type: "null"}}}
	case p.Type != "":
		p.Nullable = true
	}
	return p
}

// bounds reads the limits that the tags of a field state, with the names that huma gives them.
func bounds(p *huma.Schema, tag reflect.StructTag) {
	whole := func(name string) *int {
		v, ok := tag.Lookup(name)
		if !ok {
			return nil
		}
		n, err := strconv.Atoi(v)
		if err != nil {
			panic("contract: " + name + ":" + v)
		}
		return &n
	}
	number := func(name string) *float64 {
		v, ok := tag.Lookup(name)
		if !ok {
			return nil
		}
		n, err := strconv.ParseFloat(v, 64)
		if err != nil {
			panic("contract: " + name + ":" + v)
		}
		return &n
	}
	set := func(at **int, v *int) {
		if v != nil {
			*at = v
		}
	}
	set(&p.MinLength, whole("minLength"))
	set(&p.MaxLength, whole("maxLength"))
	set(&p.MinItems, whole("minItems"))
	set(&p.MaxItems, whole("maxItems"))
	if v := number("minimum"); v != nil {
		p.Minimum = v
	}
	if v := number("maximum"); v != nil {
		p.Maximum = v
	}
	if v := tag.Get("pattern"); v != "" {
		p.Pattern = v
	}
	if v := tag.Get("format"); v != "" {
		p.Format = v
	}
	if v := tag.Get("enum"); v != "" {
		p.Enum = nil
		for x := range strings.SplitSeq(v, ",") {
			p.Enum = append(p.Enum, x)
		}
	}
}

// name is what a struct is called in the document.
func (s *Schemas) name(t reflect.Type) string {
	base := t.Name()
	if base == "" {
		panic(fmt.Sprintf("contract: %s has no name; give it one", t))
	}
	if head, arg, ok := strings.Cut(base, "["); ok {
		arg = strings.TrimSuffix(arg, "]")
		pkg, name := "", arg
		if i := strings.LastIndex(arg, "."); i >= 0 {
			pkg, name = arg[:i], arg[i+1:]
		}
		return capital(head) + s.called(pkg, name)
	}
	return s.called(t.PkgPath(), base)
}

func (s *Schemas) called(pkg, name string) string {
	name = capital(name)
	if pkg == "" || slices.Contains(s.plain, pkg) {
		return name
	}
	if p := capital(path.Base(pkg)); p != name {
		return p + name
	}
	return name
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// SchemaFromRef implements huma.Registry.
func (s *Schemas) SchemaFromRef(ref string) *huma.Schema {
	return s.named[strings.TrimPrefix(ref, prefix)]
}

// TypeFromRef implements huma.Registry.
func (s *Schemas) TypeFromRef(ref string) reflect.Type {
	return s.types[strings.TrimPrefix(ref, prefix)]
}

// Map implements huma.Registry.
func (s *Schemas) Map() map[string]*huma.Schema { return s.named }

// RegisterTypeAlias implements huma.Registry.
func (s *Schemas) RegisterTypeAlias(t, alias reflect.Type) { s.special[t] = s.Schema(alias, true, "") }

// MarshalJSON writes the schemas by name.
func (s *Schemas) MarshalJSON() ([]byte, error) { return json.Marshal(s.named) }

// MarshalYAML is what the YAML form of the document holds.
func (s *Schemas) MarshalYAML() (any, error) { return s.named, nil }
