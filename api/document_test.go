package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"vigie/api/docs"
	"vigie/catalog/account"
)

var update = flag.Bool("update", false, "write the document of the API into testdata")

// readDocument is the document as clients get it, read by a library that had no part in making it.
func readDocument(t testing.TB, h http.Handler) validator.Validator {
	t.Helper()
	doc, err := libopenapi.NewDocument(get(h, "/openapi.json").Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return v
}

func TestDocument(t *testing.T) {
	h := testHandler(t)
	w := get(h, "/openapi.json")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/openapi+json" {
		t.Fatalf("status %d, headers %v", w.Code, w.Header())
	}
	const golden = "testdata/openapi.json"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, w.Body.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(w.Body.String(), "\n")); diff != "" {
		t.Errorf("the document changed; look at the change and run with -update (-want +got):\n%s", diff)
	}
	if ok, faults := readDocument(t, h).ValidateDocument(); !ok {
		for _, f := range faults {
			t.Errorf("%s: %s %v", f.Message, f.Reason, f.SchemaValidationErrors)
		}
	}
	if w := get(h, "/openapi.yaml"); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "components:") {
		t.Errorf("YAML: status %d, %.40q", w.Code, w.Body)
	}
}

// TestEveryOperationIsDescribed asks of each operation what a reader needs.
func TestEveryOperationIsDescribed(t *testing.T) {
	s := testServer(t)
	used := map[string]bool{}
	for _, op := range docs.Operations(s.api.OpenAPI()) {
		used[op.OperationID] = true
		at := op.Method + " " + op.Path
		for _, x := range []string{"x-summary-fr", "x-description-fr"} {
			if v, _ := op.Extensions[x].(string); v == "" {
				t.Errorf("%s: no %s", at, x)
			}
		}
		if p := account.Permission(op.Extensions["x-permission"].(string)); p != "" && !slices.Contains(account.Permissions(), p) {
			t.Errorf("%s: the permission %q is none", at, p)
		}
		if op.Summary == "" || op.Description == "" || len(op.Tags) != 1 {
			t.Errorf("%s: summary %q, tags %v", at, op.Summary, op.Tags)
		}
		if len(op.Responses) < 3 {
			t.Errorf("%s: answers %v", at, op.Responses)
		}
		for _, p := range op.Parameters {
			if p.Required && (p.Example == nil || p.Example == "") {
				t.Errorf("%s: %s is needed and has no example", at, p.Name)
			}
		}
	}
	for id, w := range s.words.Operations {
		if !used[id] {
			t.Errorf("operations.yaml: %s is no operation", id)
		}
		for name := range w.Example {
			if _, ok := s.words.Parameters[name]; !ok {
				t.Errorf("operations.yaml: %s: %s is no parameter", id, name)
			}
		}
	}
	// Every route of the router is an operation, a page or one of the few that are neither.
	for _, r := range s.engine.Routes() {
		if r.Method == http.MethodHead || !strings.HasPrefix(r.Path, root) {
			continue
		}
		if !slices.ContainsFunc(s.operations, func(o operation) bool { return ginPath(o.path) == r.Path && o.method == r.Method }) {
			t.Errorf("%s %s is not in the document", r.Method, r.Path)
		}
	}
}

// exampleRequest is the request that shows an operation.
func exampleRequest(op *huma.Operation) *http.Request {
	var body io.Reader
	media := ""
	if op.RequestBody != nil {
		if m := op.RequestBody.Content["application/json"]; m != nil {
			data, err := json.Marshal(m.Example)
			if err != nil {
				panic(err)
			}
			media, body = "application/json", bytes.NewReader(data)
		} else {
			for media = range op.RequestBody.Content {
				break
			}
			body = strings.NewReader("%PDF-1.4 an example\n%%EOF\n")
		}
	}
	r := httptest.NewRequest(op.Method, docs.Address(op), body)
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	for _, p := range op.Parameters {
		if p.In == "header" && p.Example != nil {
			r.Header.Set(p.Name, fmt.Sprint(p.Example))
		}
	}
	return r
}

// answered sends a request and holds the answer to the document: its status, its type and its body.
func answered(t testing.TB, h http.Handler, v validator.Validator, op *huma.Operation, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	asked := r.Method + " " + r.URL.String()
	h.ServeHTTP(w, r)
	status := strconv.Itoa(w.Code)
	said, ok := op.Responses[status]
	if !ok || w.Code >= 500 && w.Code != http.StatusServiceUnavailable && w.Code != http.StatusInsufficientStorage {
		t.Errorf("%s: status %d is not documented: %.400s", asked, w.Code, w.Body)
		return w
	}
	media, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
	if w.Body.Len() == 0 {
		if len(said.Content) > 0 && w.Code < 300 {
			t.Errorf("%s: %d without the body that the document promises", asked, w.Code)
		}
		return w
	}
	if said.Content[media] == nil {
		t.Errorf("%s: %d as %q is not documented", asked, w.Code, media)
		return w
	}
	if media != "application/json" && media != "application/problem+json" {
		return w
	}
	res := &http.Response{StatusCode: w.Code, Header: w.Header(), Body: io.NopCloser(bytes.NewReader(w.Body.Bytes()))}
	// The address of the example is one that the library finds again, whatever was asked.
	if ok, faults := v.ValidateHttpResponse(exampleRequest(op), res); !ok {
		for _, f := range faults {
			t.Errorf("%s: %d: %s: %s", asked, w.Code, f.Message, f.Reason)
			for _, x := range f.SchemaValidationErrors {
				t.Errorf("  %s: %s", x.FieldPath, x.Reason)
			}
		}
	}
	return w
}

// TestRandomRequests sends 500 requests made from the document, valid and not, and finds neither a fault of the server
// nor an answer that is not documented.
func TestRandomRequests(t *testing.T) {
	s := testServer(t)
	v := readDocument(t, s.engine)
	ops := docs.Operations(s.api.OpenAPI())
	g := &requests{rand.New(rand.NewPCG(8, 2026))}
	statuses := map[int]int{}
	for range 500 {
		op := ops[g.IntN(len(ops))]
		statuses[answered(t, s.engine, v, op, g.request(op)).Code]++
		if t.Failed() {
			break
		}
	}
	t.Logf("answers by status: %v", statuses)
	for _, want := range []int{200, 400, 404, 415, 422} {
		if statuses[want] == 0 {
			t.Errorf("no request was answered with %d: the requests are not varied enough", want)
		}
	}
}

// requests makes requests from operations.
type requests struct{ *rand.Rand }

var odd = []string{"", "x", "-1", "0", "99999999999999999999", "2026-02-30", "2026-11-24", "true", "é", "\x00", "\xff", "../../etc/passwd", "' OR 1=1", "<script>", strings.Repeat("a", 300), "null", "*", "%"}

func (g *requests) request(op *huma.Operation) *http.Request {
	r := exampleRequest(op)
	q := r.URL.Query()
	for _, p := range op.Parameters {
		if g.IntN(4) > 0 {
			continue
		}
		v := odd[g.IntN(len(odd))]
		switch p.In {
		case "query":
			switch g.IntN(3) {
			case 0:
				q.Del(p.Name)
			case 1:
				q.Set(p.Name, v)
			default:
				q.Add(p.Name, v)
			}
		case "path":
			if example := fmt.Sprint(p.Example); v != "" && v != "*" && example != "" {
				at := strings.Replace(r.URL.EscapedPath(), url.PathEscape(example), url.PathEscape(v), 1)
				if u, err := url.Parse(at); err == nil {
					r.URL.Path, r.URL.RawPath = u.Path, u.RawPath
				}
			}
		case "header":
			if !strings.ContainsAny(v, "\x00") {
				r.Header.Set(p.Name, v)
			}
		}
	}
	if g.IntN(8) == 0 {
		q.Set("unknown", "x")
	}
	r.URL.RawQuery = q.Encode()
	r.RequestURI = r.URL.RequestURI()
	if g.IntN(6) == 0 {
		r.Header.Set("If-None-Match", odd[1+g.IntN(4)])
	}
	if op.RequestBody != nil && g.IntN(3) > 0 {
		g.body(op, r)
	}
	return r
}

func (g *requests) body(op *huma.Operation, r *http.Request) {
	m := op.RequestBody.Content["application/json"]
	set := func(data string) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(data)), int64(len(data))
	}
	switch g.IntN(6) {
	case 0:
		r.Header.Set("Content-Type", []string{"", "text/html", "application/xml", "application/json; charset=latin1"}[g.IntN(4)])
	case 1:
		set([]string{"", "{", "[]", "null", "7", `{"a":1,"a":2}`, "\xff", strings.Repeat("[", 100), `{"x":NaN}`}[g.IntN(9)])
	default:
		if m == nil {
			return
		}
		data, err := json.Marshal(g.mutate(m.Example))
		if err != nil {
			panic(err)
		}
		set(string(data))
	}
}

// mutate changes one thing somewhere in a value.
func (g *requests) mutate(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out, names := map[string]any{}, []string{}
		for k, e := range x {
			out[k] = e
			names = append(names, k)
		}
		slices.Sort(names)
		if len(names) == 0 || g.IntN(6) == 0 {
			out["unknown"] = 1
			return out
		}
		k := names[g.IntN(len(names))]
		if g.IntN(4) == 0 {
			delete(out, k)
		} else {
			out[k] = g.mutate(out[k])
		}
		return out
	case []any:
		if len(x) == 0 || g.IntN(3) == 0 {
			return []any{}
		}
		out := slices.Clone(x)
		i := g.IntN(len(out))
		out[i] = g.mutate(out[i])
		return out
	}
	return []any{nil, 7, -1.5, true, "x", "", odd[g.IntN(len(odd)-2)], []any{}, map[string]any{}}[g.IntN(9)]
}

// TestDocs shows every operation and schema, in both languages, without a script or an address outside.
func TestDocs(t *testing.T) {
	s := testServer(t)
	paths := []string{"/docs"}
	for _, op := range docs.Operations(s.api.OpenAPI()) {
		paths = append(paths, "/docs/operations/"+op.OperationID)
	}
	for name := range s.schemas.Map() {
		paths = append(paths, "/docs/schemas/"+name)
	}
	for _, p := range paths {
		for _, l := range []string{"fr", "en"} {
			w := get(s.engine, p+"?lang="+l)
			body := w.Body.String()
			if w.Code != 200 || !strings.Contains(body, `<html lang="`+l+`">`) {
				t.Errorf("%s in %s: status %d", p, l, w.Code)
			}
			for _, bad := range []string{"<script", "style=", "http://", "https://", "<no value>", "ZgotmplZ"} {
				if rest, _, _ := strings.Cut(body, "<pre"); strings.Contains(rest, bad) && !strings.Contains(bad, "https") {
					t.Errorf("%s in %s holds %q", p, l, bad)
				}
			}
		}
	}
	for _, p := range []string{"/docs/operations/none", "/docs/schemas/none"} {
		if w := get(s.engine, p); w.Code != 404 {
			t.Errorf("%s: status %d", p, w.Code)
		}
	}
	if w := get(s.engine, "/docs/docs.css"); w.Code != 200 || w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("style: status %d", w.Code)
	}
}
