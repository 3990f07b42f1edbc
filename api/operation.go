package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"vigie/api/contract"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/wording"
)

// root is where the API stands.
const root = "/api/v1"

// Limits of bodies, in bytes.
const (
	maxBody = 1 << 20
	maxFile = 25 << 20
)

// workTimeout ends the work on a request that takes longer: a client that waits longer has gone.
const workTimeout = 45 * time.Second

// operation is one thing that a program can ask for. Its words stand in operations.yaml under its id.
type operation struct {
	id, method, path, tag string
	needs                 account.Permission // empty: whoever reaches the server
	status                int                // of success; 0: 200, or 204 without an answer
	media                 []string           // of the answer; nil: JSON
	accepts               []string           // of the body; nil: JSON
	limit                 int64              // of the body; 0: maxBody
	revises               bool               // needs If-Match with the revision that was seen
	keyed                 bool               // takes Idempotency-Key
	heavy                 bool               // waits for its turn
	stored                bool               // works on a store only
	errors                []int              // besides those that follow from all this
}

// call is one request to an operation.
type call struct {
	*gin.Context
	ctx    context.Context
	p      *params
	status int
	key    string             // Idempotency-Key
	match  contract.Condition // If-Match
	sent   bool
}

// nothing is the answer of an operation that has none.
type nothing struct{}

// file is an answer that is not JSON.
type file struct {
	media string
	name  string // what it is saved as
	tag   string // names its content
	lang  wording.Lang
	data  []byte
}

// checked is an input that looks at its parameters together, before the operation runs.
type checked interface {
	check(s *server, p *params)
}

// add registers an operation: its address, its place in the document, and what it does. In is a struct with parameters
// (tags path, query) and perhaps a Body; Out is what it answers.
//
// The document, its schemas' form and the adapter to gin are huma's. Reading and answering are ours: huma's pipeline
// repeats the value that was sent, speaks English only, takes null and doubled parameters, lets a missing If-Match pass
// and shows plain errors; here each of these is refused or hidden in one place.
func add[In, Out any](s *server, o operation, do func(*call, *In) (Out, error)) {
	plan := planInput(reflect.TypeFor[In]())
	op := s.describe(o, plan, reflect.TypeFor[Out]())
	s.operations = append(s.operations, o)
	handle := func(c *gin.Context) {
		if err := run(s, o, op, plan, c, do); err != nil {
			s.fail(c, err)
		}
	}
	s.api.Adapter().Handle(op, func(ctx huma.Context) { handle(humagin.Unwrap(ctx)) })
	if o.method == http.MethodGet {
		s.engine.HEAD(ginPath(o.path), handle)
	}
}

func ginPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

func run[In, Out any](s *server, o operation, op *huma.Operation, plan *input, c *gin.Context, do func(*call, *In) (Out, error)) error {
	ctx, cancel := context.WithTimeout(c.Request.Context(), workTimeout)
	defer cancel()
	if o.needs != "" {
		if err := account.Need(ctx, o.needs); err != nil {
			return err
		}
	}
	p := s.params(c)
	k := &call{Context: c, ctx: ctx, p: p, status: o.status}
	var in In
	plan.bind(reflect.ValueOf(&in).Elem(), c, p)
	if x, ok := any(&in).(checked); ok {
		x.check(s, p)
	}
	if err := p.err(); err != nil {
		return err
	}
	if err := k.conditions(o); err != nil {
		return err
	}
	if plan.body != nil {
		if err := s.readBody(k, o, op, reflect.ValueOf(&in).Elem().FieldByIndex(plan.body)); err != nil {
			return err
		}
	}
	if o.heavy {
		leave, err := s.work.enter(ctx, client(c))
		if err != nil {
			return err
		}
		defer leave()
	}
	out, err := do(k, &in)
	if err != nil {
		if plan.body != nil {
			err = inBody(err)
		}
		return err
	}
	return k.answer(out)
}

// conditions reads the headers that make writing safe.
func (c *call) conditions(o operation) error {
	if o.keyed {
		c.key = c.GetHeader("Idempotency-Key")
		if len(c.key) > 200 || strings.ContainsFunc(c.key, func(r rune) bool { return r < ' ' || r > '~' }) {
			return invalid("header.Idempotency-Key", wording.Textf("at most 200 printable ASCII characters are taken", "au plus 200 caractères ASCII imprimables sont admis"))
		}
	}
	if !o.revises {
		return nil
	}
	var err error
	if c.match, err = contract.ReadCondition(strings.Join(c.Request.Header.Values("If-Match"), ", ")); err != nil {
		return invalid("header.If-Match", wording.Textf("expected the ETag that came with the record, or *", "attendu : l'ETag reçu avec la fiche, ou *"))
	}
	if !c.match.Given {
		return errNoCondition
	}
	return nil
}

func invalid(at string, t wording.Text) error {
	return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: at, Text: t}}}
}

// inBody places the faults that the service found in what was sent under the body.
func inBody(err error) error {
	var bad *catalog.InvalidError
	if !errors.As(err, &bad) {
		return err
	}
	out := &catalog.InvalidError{}
	for _, f := range bad.Fields {
		if head, _, _ := strings.Cut(f.Path, "."); !slices.Contains([]string{"body", "query", "path", "header"}, head) {
			f.Path = strings.TrimSuffix("body."+f.Path, ".")
		}
		out.Fields = append(out.Fields, f)
	}
	return out
}

// upload is a body that is not JSON: read by the operation, never more than its limit.
type upload struct {
	io.Reader
	media  string
	params map[string]string
	length int64
}

// readBody reads the body into its field.
func (s *server) readBody(c *call, o operation, op *huma.Operation, into reflect.Value) error {
	limit := o.limit
	if limit == 0 {
		limit = maxBody
	}
	media, params, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	accepts := o.accepts
	if accepts == nil {
		accepts = []string{"application/json"}
	}
	cs := strings.ToLower(params["charset"])
	if err != nil || !slices.Contains(accepts, media) && !slices.Contains(accepts, "*/*") || media == "application/json" && cs != "" && cs != "utf-8" {
		return &wrongMedia{accepts}
	}
	if c.Request.ContentLength > limit {
		return &tooLarge{limit}
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
	if into.Type() == reflect.TypeFor[upload]() {
		into.Set(reflect.ValueOf(upload{Reader: c.Request.Body, media: media, params: params, length: c.Request.ContentLength}))
		return nil
	}
	data, err := readAll(c.Request.Body, limit)
	if err != nil {
		return err
	}
	if into.Type() == reflect.TypeFor[textOr]() { // a text as such, or JSON
		into.Set(reflect.ValueOf(textOr{media: media, data: data}))
		return nil
	}
	return s.schemas.Decode(data, op.RequestBody.Content["application/json"].Schema, into.Addr().Interface())
}

// textOr is a body that may be a text as such, or JSON.
type textOr struct {
	media string
	data  []byte
}

func readAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(r)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, &tooLarge{limit}
	case err != nil:
		return nil, errBroken
	}
	return data, nil
}

// answer writes what an operation gave back.
func (c *call) answer(out any) error {
	if c.sent {
		return nil
	}
	switch x := out.(type) {
	case nothing:
		c.Status(max(c.status, http.StatusNoContent))
		c.Writer.WriteHeaderNow()
		return nil
	case file:
		return c.sendFile(x)
	case canonicalBytes:
		return c.sendJSON(x.tag, append(x.data, '\n'))
	}
	body, err := catalog.Canonical(out)
	if err != nil {
		return err
	}
	tag := ""
	if c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead {
		sum := sha256.Sum256(body)
		tag = contract.Tag(hex.EncodeToString(sum[:]))
	}
	return c.sendJSON(tag, append(body, '\n'))
}

// canonicalBytes are an answer that was canonical already, under its tag.
type canonicalBytes struct {
	tag  string
	data []byte
}

func (c *call) sendJSON(tag string, body []byte) error {
	if own := c.Writer.Header().Get("ETag"); own != "" {
		tag = own
	}
	if tag != "" && c.unchanged(tag) {
		return nil
	}
	if tag == "" {
		c.Header("Cache-Control", "no-store")
	}
	c.Data(max(c.status, http.StatusOK), "application/json", body)
	return nil
}

func (c *call) sendFile(f file) error {
	if f.tag != "" && c.unchanged(contract.Tag(f.tag)) {
		return nil
	}
	if f.lang != "" {
		c.Header("Content-Language", string(f.lang))
	}
	if f.name != "" {
		c.Header("Content-Disposition", attachment(f.name))
	}
	c.Data(max(c.status, http.StatusOK), f.media, f.data)
	return nil
}

// attachment makes what is sent a file to save, never a page to show (RFC 6266). A name that is not plain ASCII is given
// in both forms.
func attachment(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\/%`, r) {
			return '_'
		}
		return r
	}, name)
	out := `attachment; filename="` + plain + `"`
	if plain != name {
		out += "; filename*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
	}
	return out
}

// unchanged answers 304 when the client has the bytes of this tag already.
func (c *call) unchanged(tag string) bool {
	c.Header("ETag", tag)
	c.Header("Cache-Control", "private, no-cache")
	if c.Request.Method != http.MethodGet && c.Request.Method != http.MethodHead || !contract.Matches(c.GetHeader("If-None-Match"), tag) {
		return false
	}
	c.Status(http.StatusNotModified)
	c.Writer.WriteHeaderNow()
	c.sent = true
	return true
}

// next says where the page after this one is.
func (c *call) next(cursor string) {
	u := *c.Request.URL
	q := u.Query()
	q.Set("cursor", cursor)
	c.Header("Link", fmt.Sprintf(`<%s?%s>; rel="next"`, u.EscapedPath(), q.Encode()))
}

// created says where what was made is.
func (c *call) created(parts ...string) {
	c.status = http.StatusCreated
	c.Header("Location", root+"/"+strings.Join(parts, "/"))
}

// client names who asks, for turns and limits: the person or the token, else the address.
func client(c *gin.Context) string {
	if p := account.From(c.Request.Context()); p != nil && p.Person != "" {
		return p.Person + "/" + p.Token
	}
	return c.ClientIP()
}
