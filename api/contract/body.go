package contract

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// MaxDepth is how deep a body may be nested. Nothing that the server takes needs more than six.
const MaxDepth = 32

// maxFaults bounds how many faults of one body are told.
const maxFaults = 50

// MalformedError says that a body is not JSON at all, or not JSON that two readers would read alike.
type MalformedError struct{ Field catalog.FieldError }

func (e *MalformedError) Error() string { return e.Field.Path + ": " + e.Field.Text.EN }

// Decode reads a JSON body into a value, held to its schema: unknown and doubled names, null, wrong types, lengths and
// ranges are refused, each with its place, all at once. What was sent is never repeated, but for names of fields.
// Errors are *MalformedError and *catalog.InvalidError.
func (s *Schemas) Decode(data []byte, schema *huma.Schema, into any) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return &MalformedError{catalog.FieldError{Path: "body", Text: wording.Textf("a JSON body is needed", "il faut un corps en JSON")}}
	}
	if err := scan(data); err != nil {
		return err
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return malformed(err)
	}
	c := check{schemas: s}
	c.value(schema, v, "body")
	if len(c.faults) > 0 {
		slices.SortStableFunc(c.faults, func(x, y catalog.FieldError) int { return strings.Compare(x.Path, y.Path) })
		return &catalog.InvalidError{Fields: c.faults}
	}
	if err := json.Unmarshal(data, into, json.RejectUnknownMembers(true)); err != nil {
		return mistyped(err)
	}
	return nil
}

// scan refuses what is not JSON, is nested too deep, or holds null: a field that is not known is left out, so that
// there is one way to say so.
func scan(data []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(data))
	var nulls []catalog.FieldError
	for {
		tok, err := d.ReadToken()
		if err != nil {
			if d.StackDepth() == 0 && d.InputOffset() > 0 && strings.HasSuffix(err.Error(), "EOF") {
				break
			}
			return malformed(err)
		}
		if d.StackDepth() > MaxDepth {
			return &MalformedError{catalog.FieldError{Path: "body", Text: wording.Textf("nested deeper than %d levels", "imbriqué sur plus de %d niveaux", MaxDepth)}}
		}
		if d.StackDepth() == 0 && len(bytes.TrimSpace(data[d.InputOffset():])) > 0 {
			return &MalformedError{catalog.FieldError{Path: "body", Text: wording.Textf("one JSON value is expected; more follows it", "une seule valeur JSON est attendue ; une autre la suit")}}
		}
		if tok.Kind() == 'n' && len(nulls) < maxFaults {
			nulls = append(nulls, catalog.FieldError{Path: At(string(d.StackPointer())), Text: wording.Textf("null is not taken here; leave the field out", "null n'est pas admis ici ; omettre le champ")})
		}
	}
	if nulls != nil {
		return &catalog.InvalidError{Fields: nulls}
	}
	return nil
}

// At writes a JSON pointer as the place of a fault: body.claims[3].value.
func At(pointer string) string {
	var b strings.Builder
	b.WriteString("body")
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if part == "" {
			continue
		}
		if _, err := strconv.Atoi(part); err == nil {
			b.WriteString("[" + part + "]")
			continue
		}
		part = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
		b.WriteString("." + Name(part))
	}
	return b.String()
}

// Name is a name that somebody sent, short enough to be repeated.
func Name(s string) string {
	if len(s) > 60 {
		cut := 60
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return s
}

func malformed(err error) error {
	at := "body"
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		at = At(string(syntax.JSONPointer))
	}
	text := wording.Textf("this is not valid JSON", "ce n'est pas du JSON valide")
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		text = wording.Textf("this name is given twice", "ce nom est donné deux fois")
	case syntax != nil && syntax.ByteOffset > 0:
		text = wording.Textf("this is not valid JSON, from byte %s on", "ce n'est pas du JSON valide, à partir de l'octet %s", strconv.FormatInt(syntax.ByteOffset, 10))
	}
	return &MalformedError{catalog.FieldError{Path: at, Text: text}}
}

// mistyped is what the schema let pass and the Go type does not take, such as a whole number out of range.
func mistyped(err error) error {
	at := "body"
	var semantic *json.SemanticError
	if errors.As(err, &semantic) {
		at = At(string(semantic.JSONPointer))
	}
	return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: at, Text: wording.Textf("this value cannot be taken here", "cette valeur ne peut être admise ici")}}}
}

type check struct {
	schemas *Schemas
	faults  []catalog.FieldError
}

func (c *check) bad(at string, t wording.Text) {
	if len(c.faults) < maxFaults {
		c.faults = append(c.faults, catalog.FieldError{Path: at, Text: t})
	}
}

var typeWords = map[string]wording.Text{
	huma.TypeString:  wording.Textf("a text is expected", "un texte est attendu"),
	huma.TypeBoolean: wording.Textf("true or false is expected", "true ou false est attendu"),
	huma.TypeNumber:  wording.Textf("a number is expected", "un nombre est attendu"),
	huma.TypeInteger: wording.Textf("a whole number is expected", "un nombre entier est attendu"),
	huma.TypeArray:   wording.Textf("a list is expected", "une liste est attendue"),
	huma.TypeObject:  wording.Textf("an object is expected", "un objet est attendu"),
}

func (c *check) value(s *huma.Schema, v any, at string) {
	if s.Ref != "" {
		if s = c.schemas.SchemaFromRef(s.Ref); s == nil {
			return
		}
	}
	if len(s.AnyOf) > 0 {
		for _, x := range s.AnyOf {
			try := check{schemas: c.schemas}
			if try.value(x, v, at); len(try.faults) == 0 {
				return
			}
		}
		c.bad(at, wording.Textf("a value of another form is expected", "une valeur d'une autre forme est attendue"))
		return
	}
	switch x := v.(type) {
	case map[string]any:
		if c.is(s, at, huma.TypeObject) {
			c.object(s, x, at)
		}
	case []any:
		if c.is(s, at, huma.TypeArray) {
			c.list(s, x, at)
		}
	case string:
		if c.is(s, at, huma.TypeString) {
			c.text(s, x, at)
		}
	case float64:
		if s.Type == huma.TypeInteger && x != math.Trunc(x) {
			c.bad(at, typeWords[huma.TypeInteger])
		} else if c.is(s, at, huma.TypeNumber, huma.TypeInteger) {
			c.number(s, x, at)
		}
	case bool:
		c.is(s, at, huma.TypeBoolean)
	}
}

// is reports whether the schema takes one of these types.
func (c *check) is(s *huma.Schema, at string, types ...string) bool {
	if s.Type == "" || slices.Contains(types, s.Type) {
		return true
	}
	c.bad(at, typeWords[s.Type])
	return false
}

func (c *check) object(s *huma.Schema, v map[string]any, at string) {
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			c.bad(at+"."+name, wording.Textf("%s is needed", "il faut %s", name))
		}
	}
	for name, x := range v {
		here := at + "." + Name(name)
		if p, ok := s.Properties[name]; ok {
			c.value(p, x, here)
			continue
		}
		switch more := s.AdditionalProperties.(type) {
		case *huma.Schema:
			c.value(more, x, here)
		case bool:
			if !more {
				c.bad(here, unknown(name, s))
			}
		}
	}
}

func unknown(name string, s *huma.Schema) wording.Text {
	var known []string
	for n := range s.Properties {
		known = append(known, n)
	}
	slices.Sort(known)
	return strict.NotIn(Name(name), known)
}

func (c *check) list(s *huma.Schema, v []any, at string) {
	switch {
	case s.MaxItems != nil && len(v) > *s.MaxItems:
		c.bad(at, wording.Textf("%d entries; at most %d", "%d éléments ; au plus %d", len(v), *s.MaxItems))
		return
	case s.MinItems != nil && len(v) < *s.MinItems:
		c.bad(at, wording.Textf("%d entries; at least %d", "%d éléments ; au moins %d", len(v), *s.MinItems))
	}
	if s.Items == nil {
		return
	}
	for i, x := range v {
		if len(c.faults) >= maxFaults {
			return
		}
		c.value(s.Items, x, fmt.Sprintf("%s[%d]", at, i))
	}
}

func (c *check) text(s *huma.Schema, v, at string) {
	n := utf8.RuneCountInString(v)
	switch {
	case len(s.Enum) > 0 && !slices.Contains(s.Enum, any(v)):
		var allowed []string
		for _, e := range s.Enum {
			if e != "" {
				allowed = append(allowed, e.(string))
			}
		}
		c.bad(at, wording.Textf("one of these is expected: %s", "une de ces valeurs est attendue : %s", strings.Join(allowed, ", ")))
	case s.MaxLength != nil && n > *s.MaxLength:
		c.bad(at, wording.Textf("at most %d characters are taken", "au plus %d caractères sont admis", *s.MaxLength))
	case s.MinLength != nil && n < *s.MinLength && *s.MinLength == 1:
		c.bad(at, wording.Textf("a text that is not empty is expected", "un texte non vide est attendu"))
	case s.MinLength != nil && n < *s.MinLength:
		c.bad(at, wording.Textf("at least %d characters are expected", "au moins %d caractères sont attendus", *s.MinLength))
	case strings.HasPrefix(s.Pattern, `^\d{4}-\d{2}-\d{2}$`):
		if _, ok := catalog.ParseDate(v); !ok && v != "" {
			c.bad(at, wording.Textf("a day that exists is expected, written YYYY-MM-DD", "un jour existant est attendu, écrit AAAA-MM-JJ"))
		}
	case s.Pattern != "" && !pattern(s.Pattern).MatchString(v):
		c.bad(at, wording.Textf("a text of another form is expected: %s", "un texte d'une autre forme est attendu : %s", s.Pattern))
	}
}

var patterns sync.Map // string → *regexp.Regexp; RE2 runs in linear time whatever the text

func pattern(p string) *regexp.Regexp {
	if re, ok := patterns.Load(p); ok {
		return re.(*regexp.Regexp)
	}
	re := regexp.MustCompile(p)
	patterns.Store(p, re)
	return re
}

func (c *check) number(s *huma.Schema, v float64, at string) {
	switch {
	case s.Minimum != nil && v < *s.Minimum:
		c.bad(at, wording.Textf("at least %s is expected", "au moins %s est attendu", plain(*s.Minimum)))
	case s.Maximum != nil && v > *s.Maximum:
		c.bad(at, wording.Textf("at most %s is expected", "au plus %s est attendu", plain(*s.Maximum)))
	}
}

func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
