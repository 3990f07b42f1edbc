package api

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"vigie/api/contract"
	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// input is how the struct of an operation is filled from a request.
type input struct {
	params []parameter
	body   []int // index of the field Body
	bodyOf reflect.Type
}

// parameter is one field that comes from the address. otherwise is a day taken when none is given: today, or that of
// another parameter.
type parameter struct {
	name, in  string
	index     []int
	typ       reflect.Type
	needed    bool
	otherwise string
	minimum   *float64
	maximum   *float64
	enum      []string
	maxLength int
}

// planInput reads the tags of a struct once.
func planInput(t reflect.Type) *input {
	p := &input{}
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous {
			continue
		}
		if f.Name == "Body" {
			p.body, p.bodyOf = f.Index, f.Type
			continue
		}
		x := parameter{index: f.Index, typ: f.Type, otherwise: f.Tag.Get("otherwise"), maxLength: 200}
		for _, in := range []string{"path", "query"} {
			if name := f.Tag.Get(in); name != "" {
				x.name, x.in = name, in
			}
		}
		if x.name == "" {
			panic("api: " + t.String() + "." + f.Name + " is no parameter")
		}
		x.needed = x.in == "path" || f.Tag.Get("required") == "true"
		x.minimum, x.maximum = bound(f, "minimum"), bound(f, "maximum")
		if v := f.Tag.Get("maxLength"); v != "" {
			x.maxLength, _ = strconv.Atoi(v)
		}
		if v := f.Tag.Get("enum"); v != "" {
			x.enum = strings.Split(v, ",")
		}
		if e, ok := reflect.Zero(f.Type).Interface().(strict.Enum); ok && f.Type.Kind() == reflect.String {
			x.enum = e.Allowed()
		}
		p.params = append(p.params, x)
	}
	return p
}

func bound(f reflect.StructField, name string) *float64 {
	v := f.Tag.Get(name)
	if v == "" {
		return nil
	}
	n, err := strconv.ParseFloat(v, 64)
	if err != nil {
		panic("api: " + f.Name + ": " + name)
	}
	return &n
}

// schema is what the document says of a parameter.
func (x parameter) schema() *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Minimum: x.minimum, Maximum: x.maximum}
	for _, e := range x.enum {
		s.Enum = append(s.Enum, e)
	}
	switch {
	case x.typ == reflect.TypeFor[catalog.Date]():
		s.Format = "date"
	case x.typ == reflect.TypeFor[wording.Lang]():
		s.Enum = []any{"fr", "en"}
	case x.typ.Kind() == reflect.Slice:
		n := maxTexts
		return &huma.Schema{Type: huma.TypeArray, MaxItems: &n, Items: &huma.Schema{Type: huma.TypeString, MaxLength: &x.maxLength}}
	case x.typ.Kind() == reflect.Int || x.typ.Kind() == reflect.Int64 || x.typ.Kind() == reflect.Uint64:
		s.Type = huma.TypeInteger
	case x.typ.Kind() == reflect.Bool:
		s.Type = huma.TypeBoolean
	case x.enum == nil:
		s.MaxLength = &x.maxLength
	}
	return s
}

// bind fills the parameters of a struct and gathers what is wrong with them.
func (in *input) bind(v reflect.Value, c *gin.Context, p *params) {
	days := map[string]catalog.Date{"today": p.today}
	for _, x := range in.params {
		f := v.FieldByIndex(x.index)
		if x.in == "path" {
			f.SetString(c.Param(x.name))
			continue
		}
		switch {
		case x.typ == reflect.TypeFor[catalog.Date]():
			d := p.day(x.name, days[x.otherwise])
			days[x.name] = d
			f.SetString(string(d))
		case x.typ == reflect.TypeFor[wording.Lang]():
			f.SetString(string(p.lang(preferred(c))))
		case x.typ.Kind() == reflect.Slice:
			f.Set(reflect.ValueOf(p.texts(x.name)))
		case x.typ.Kind() == reflect.String:
			f.SetString(p.string(x))
		default:
			p.number(x, f)
		}
	}
}

// string reads a text, perhaps one of a closed list.
func (p *params) string(x parameter) string {
	v := p.sized(x.name, x.maxLength)
	switch {
	case v == "" && x.needed && len(p.values[x.name]) < 2:
		p.bad(x.name, wording.Textf("%s is needed", "il faut %s", x.name))
	case v != "" && x.enum != nil && !slices.Contains(x.enum, v):
		p.bad(x.name, strict.NotIn(contract.Name(v), x.enum))
	}
	return v
}

// number reads a whole number, true or false.
func (p *params) number(x parameter, into reflect.Value) {
	v := p.text(x.name)
	if v == "" {
		return
	}
	switch x.typ.Kind() {
	case reflect.Bool:
		if v != "true" && v != "false" {
			p.bad(x.name, wording.Textf("%s: expected true or false", "%s : attendu true ou false", x.name))
		}
		into.SetBool(v == "true")
	case reflect.Uint64:
		n, err := strconv.ParseUint(v, 10, 64)
		if err != nil || x.minimum != nil && float64(n) < *x.minimum {
			p.bad(x.name, wording.Textf("%s: expected a whole number above 0", "%s : attendu un nombre entier supérieur à 0", x.name))
		}
		into.SetUint(n)
	default:
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || x.minimum != nil && float64(n) < *x.minimum || x.maximum != nil && float64(n) > *x.maximum {
			p.bad(x.name, p.span(x))
		}
		into.SetInt(n)
	}
}

func (p *params) span(x parameter) wording.Text {
	switch {
	case x.minimum != nil && x.maximum != nil:
		return wording.Textf("%s: expected a whole number from %d to %d", "%s : attendu un nombre entier de %d à %d", x.name, int64(*x.minimum), int64(*x.maximum))
	case x.minimum != nil:
		return wording.Textf("%s: expected a whole number, at least %d", "%s : attendu un nombre entier, au moins %d", x.name, int64(*x.minimum))
	}
	return wording.Textf("%s: expected a whole number", "%s : attendu un nombre entier", x.name)
}
