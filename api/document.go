package api

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"vigie/api/contract"
	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

//go:embed operations.yaml
var documentFiles embed.FS

// documentWords are the words of the API in both languages, with an example of each operation.
type documentWords struct {
	Title       wording.Text              `yaml:"title,required"`
	Description wording.Text              `yaml:"description,required"`
	Tags        map[string]tagWords       `yaml:"tags,required"`
	Parameters  map[string]parameterWords `yaml:"parameters,required"`
	Fields      map[string]wording.Text   `yaml:"fields,required"` // of bodies
	Answers     map[string]wording.Text   `yaml:"answers,required"`
	Operations  map[string]operationWords `yaml:"operations,required"`
}

type tagWords struct {
	Title wording.Text `yaml:"title,required"`
	Text  wording.Text `yaml:"text,required"`
}

type parameterWords struct {
	EN      string `yaml:"en,required"`
	FR      string `yaml:"fr,required"`
	Example string `yaml:"example"`
}

// operationWords are the words of one operation, and a request that shows it: values of parameters that differ from
// their own examples, and a body.
type operationWords struct {
	Summary     wording.Text      `yaml:"summary,required"`
	Description wording.Text      `yaml:"description,required"`
	Example     map[string]string `yaml:"example"`
	Body        string            `yaml:"body"`
}

func loadDocumentWords() (*documentWords, error) {
	const name = "operations.yaml"
	data, err := documentFiles.ReadFile(name)
	if err != nil {
		return nil, err
	}
	w := &documentWords{}
	return w, strict.Decode(name, data, w)
}

// newDocument begins the document and its adapter to gin.
func (s *server) newDocument(e *gin.Engine) error {
	var err error
	if s.words, err = loadDocumentWords(); err != nil {
		return err
	}
	s.schemas = contract.NewSchemas("vigie/api", "vigie/api/service", "vigie/catalog")
	var kinds []any
	for _, k := range catalog.SourceKinds() { // a fact may also rest on none, which no source is
		kinds = append(kinds, string(k))
	}
	s.schemas.Special(reflect.TypeFor[catalog.SourceKind](), &huma.Schema{Type: huma.TypeString, Enum: kinds})
	w := s.words
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{Title: w.Title.EN, Version: "1", Description: w.Description.EN, License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			Extensions: map[string]any{"x-title-fr": w.Title.FR, "x-description-fr": w.Description.FR}},
		Servers: []*huma.Server{{URL: "/"}},
		Components: &huma.Components{Schemas: s.schemas, SecuritySchemes: map[string]*huma.SecurityScheme{
			"token":   {Type: "http", Scheme: "bearer", Description: "A token of a person or a program, with its scopes."},
			"session": {Type: "apiKey", In: "cookie", Name: "__Host-vigie", Description: "The session of a browser."},
		}},
	}
	for _, name := range tagOrder {
		t, ok := w.Tags[name]
		if !ok {
			return fmt.Errorf("operations.yaml: no words of the tag %q", name)
		}
		doc.Tags = append(doc.Tags, &huma.Tag{Name: name, Description: t.Text.EN, Extensions: map[string]any{"x-title": t.Title.EN, "x-title-fr": t.Title.FR, "x-description-fr": t.Text.FR}})
	}
	s.api = humagin.New(e, huma.Config{OpenAPI: doc, Formats: map[string]huma.Format{"application/json": huma.DefaultJSONFormat}, DefaultFormat: "application/json"})
	s.identifySchema = s.schemas.Schema(reflect.TypeFor[identifyRequest](), true, "")
	s.problemSchema = s.schemas.Schema(reflect.TypeFor[Problem](), true, "")
	return nil
}

// tagOrder is the order of the groups of operations.
var tagOrder = []string{"records", "claims", "sources", "proposals", "judging", "decisions", "law", "frameworks", "reports", "log", "house"}

// describe writes an operation into the document.
func (s *server) describe(o operation, in *input, out reflect.Type) *huma.Operation {
	w, ok := s.words.Operations[o.id]
	if !ok {
		panic("operations.yaml: no words of the operation " + o.id)
	}
	if !slices.Contains(tagOrder, o.tag) {
		panic("api: no tag " + o.tag)
	}
	op := &huma.Operation{OperationID: o.id, Method: o.method, Path: o.path, Tags: []string{o.tag}, Summary: w.Summary.EN, Description: w.Description.EN,
		Extensions: map[string]any{"x-summary-fr": w.Summary.FR, "x-description-fr": w.Description.FR, "x-permission": string(o.needs)},
		Responses:  map[string]*huma.Response{}}
	if o.needs == "" {
		op.Security = []map[string][]string{}
	} else {
		op.Security = []map[string][]string{{"token": {}}, {"session": {}}}
	}
	queries := false
	for _, x := range in.params {
		queries = queries || x.in == "query"
		op.Parameters = append(op.Parameters, s.parameter(w, x))
	}
	if o.revises {
		op.Parameters = append(op.Parameters, s.header(w, "If-Match", true))
	}
	if o.keyed {
		op.Parameters = append(op.Parameters, s.header(w, "Idempotency-Key", false))
	}
	s.describeBody(op, o, in, w)
	s.describeAnswer(op, o, out)
	s.describeErrors(op, o, in)
	s.api.OpenAPI().AddOperation(op)
	return op
}

func (s *server) parameter(w operationWords, x parameter) *huma.Param {
	words, ok := s.words.Parameters[x.name]
	if !ok {
		panic("operations.yaml: no words of the parameter " + x.name)
	}
	p := &huma.Param{Name: x.name, In: x.in, Required: x.needed, Schema: x.schema(), Description: words.EN, Extensions: map[string]any{"x-description-fr": words.FR}}
	example := words.Example
	if v, ok := w.Example[x.name]; ok {
		example = v
	}
	if example != "" {
		p.Example = typed(p.Schema, example)
	}
	if p.Schema.Type == huma.TypeArray {
		yes := true
		p.Explode, p.Style = &yes, "form"
	}
	return p
}

// typed writes an example in the type of its schema.
func typed(s *huma.Schema, v string) any {
	switch s.Type {
	case huma.TypeInteger:
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return n
		}
	case huma.TypeBoolean:
		return v == "true"
	case huma.TypeArray:
		return strings.Split(v, " ")
	}
	return v
}

func (s *server) header(w operationWords, name string, needed bool) *huma.Param {
	x := parameter{name: name, in: "header", needed: needed, typ: reflect.TypeFor[string](), maxLength: 200}
	return s.parameter(w, x)
}

func (s *server) describeBody(op *huma.Operation, o operation, in *input, w operationWords) {
	if in.body == nil {
		return
	}
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
	accepts := o.accepts
	if accepts == nil {
		accepts = []string{"application/json"}
	}
	for _, media := range accepts {
		m := &huma.MediaType{}
		switch {
		case media != "application/json":
			m.Schema = &huma.Schema{Type: huma.TypeString}
			if !strings.HasPrefix(media, "text/") {
				m.Schema.Format = "binary"
			}
		case in.bodyOf == reflect.TypeFor[textOr]():
			m.Schema = s.schemas.Schema(reflect.TypeFor[identifyRequest](), true, "")
		default:
			m.Schema = s.schemas.Schema(in.bodyOf, true, "")
		}
		if media == "application/json" {
			var example any
			if err := json.Unmarshal([]byte(w.Body), &example); err != nil {
				panic("operations.yaml: " + o.id + ": the example of the body: " + err.Error())
			}
			m.Example = example
			s.fieldWords(m.Schema)
		}
		op.RequestBody.Content[media] = m
	}
}

// fieldWords describes the fields of a body with the words that are common to all bodies.
func (s *server) fieldWords(schema *huma.Schema) {
	if schema.Ref != "" {
		schema = s.schemas.SchemaFromRef(schema.Ref)
	}
	for name, p := range schema.Properties {
		if t, ok := s.words.Fields[name]; ok && p.Ref == "" && p.Description == "" {
			p.Description = t.EN
			p.Extensions = map[string]any{"x-description-fr": t.FR}
		}
		if p.Items != nil && p.Items.Ref != "" {
			if inner := s.schemas.SchemaFromRef(p.Items.Ref); inner != schema {
				s.fieldWords(p.Items)
			}
		}
	}
}

func (s *server) describeAnswer(op *huma.Operation, o operation, out reflect.Type) {
	status := o.status
	r := &huma.Response{}
	switch {
	case out == reflect.TypeFor[nothing]():
		status = max(status, http.StatusNoContent)
		s.say(r, "nothing")
	case o.media != nil:
		status = max(status, http.StatusOK)
		s.say(r, "file")
		r.Content = map[string]*huma.MediaType{}
		for _, m := range o.media {
			schema := &huma.Schema{Type: huma.TypeString}
			switch {
			case m == "application/json":
				schema = &huma.Schema{} // a document of any kind, as it was kept
			case !strings.HasPrefix(m, "text/"):
				schema.Format = "binary"
			}
			r.Content[m] = &huma.MediaType{Schema: schema}
		}
	default:
		status = max(status, http.StatusOK)
		s.say(r, map[int]string{200: "done", 201: "made", 202: "begun"}[status])
		r.Content = map[string]*huma.MediaType{"application/json": {Schema: s.answerSchema(o, out)}}
	}
	op.Responses[strconv.Itoa(status)] = r
	if o.method != http.MethodGet {
		return
	}
	r.Headers = map[string]*huma.Param{"ETag": {Schema: &huma.Schema{Type: huma.TypeString}, Description: "Names the content, for If-None-Match."}}
	op.Responses["304"] = s.say(&huma.Response{}, "unchanged")
}

// keptAnswers are the types of answers that come as bytes.
var keptAnswers = map[string]reflect.Type{
	"assess":           reflect.TypeFor[evaluator.Assessment](),
	"compare":          reflect.TypeFor[evaluator.Comparison](),
	"get-record":       reflect.TypeFor[service.Sheet](),
	"get-offering":     reflect.TypeFor[service.Sheet](),
	"compare-weighing": reflect.TypeFor[evaluator.Comparison](),
}

// answerSchema is the schema of what comes back. Where an answer is kept as bytes, its type is named by answers.
func (s *server) answerSchema(o operation, out reflect.Type) *huma.Schema {
	if t, ok := keptAnswers[o.id]; ok {
		out = t
	}
	return s.schemas.Schema(out, true, "")
}

func (s *server) say(r *huma.Response, key string) *huma.Response {
	t, ok := s.words.Answers[key]
	if !ok {
		panic("operations.yaml: no words of the answer " + key)
	}
	r.Description = t.EN
	r.Extensions = map[string]any{"x-description-fr": t.FR}
	return r
}

// describeErrors lists what may go wrong: what follows from the operation's shape, and what it names itself.
func (s *server) describeErrors(op *huma.Operation, o operation, in *input) {
	codes := append([]int{http.StatusBadRequest, http.StatusInternalServerError, http.StatusServiceUnavailable}, o.errors...)
	if o.needs != "" {
		codes = append(codes, http.StatusUnauthorized, http.StatusForbidden)
	}
	for _, x := range in.params {
		if x.in == "path" || slices.Contains([]string{"use_case", "organisation"}, x.name) {
			codes = append(codes, http.StatusNotFound)
		}
	}
	if in.body != nil {
		codes = append(codes, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	}
	if o.revises {
		codes = append(codes, http.StatusPreconditionFailed, http.StatusPreconditionRequired)
	}
	if o.keyed {
		codes = append(codes, http.StatusConflict)
	}
	if o.stored {
		codes = append(codes, http.StatusNotFound)
	}
	if o.method != http.MethodGet {
		codes = append(codes, http.StatusForbidden) // a form of another site; a store that is only read
		if o.needs != "" && o.stored {
			codes = append(codes, http.StatusInsufficientStorage)
		}
	}
	if o.heavy {
		codes = append(codes, http.StatusTooManyRequests)
	}
	for _, code := range codes {
		op.Responses[strconv.Itoa(code)] = s.say(&huma.Response{Content: map[string]*huma.MediaType{"application/problem+json": {Schema: s.problemSchema}}}, strconv.Itoa(code))
	}
}
