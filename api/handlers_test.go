package api

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"

	"vigie/api/contract"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/store/files"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

const good = "/api/v1/offerings/mistral-api-medium-3.5/assessment?use_case=office-assistant&on=2026-11-24"

func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	return ask(h, http.MethodGet, path, headers...)
}

func ask(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

// TestProblems shows each refusal of the API whole: status, title, and the field that is wrong.
func TestProblems(t *testing.T) {
	h := testHandler(t)
	tests := []struct {
		name, method, path, lang string
		want                     Problem
	}{
		{"an address that is none", "GET", "/api/v1/nothing", "", Problem{Status: 404, Title: "there is nothing at this address"}},
		{"in French to a French reader", "GET", "/api/v1/nothing", "fr", Problem{Status: 404, Title: "il n’y a rien à cette adresse"}},
		{"a method that is not answered", "POST", "/api/v1/offerings", "", Problem{Status: 405, Title: "only GET and HEAD are answered here"}},
		{"an offering that is none names the nearest", "GET", "/api/v1/offerings/mistral-api-medum-3.5", "", Problem{Status: 404, Title: "not found",
			Detail: `no offering is called "mistral-api-medum-3.5"; the nearest: mistral-api-medium-3.5, mistral-api-eu-medium-3.5, mistral-api-large-3`}},
		{"a kind that is none", "GET", "/api/v1/records/vendr/mistral", "", Problem{Status: 404, Title: "not found", Detail: `no kind of record is called "vendr"; the nearest: vendor`}},
		{"a misspelt parameter is not ignored", "GET", "/api/v1/offerings?fnd=x", "", Problem{Status: 400, Title: "the request is not valid",
			Errors: []ProblemField{{"query.fnd", `"fnd" is not known here; did you mean "find"?`}}}},
		{"a parameter where none is taken", "GET", "/api/v1/frameworks?x=1", "", Problem{Status: 400, Title: "the request is not valid",
			Errors: []ProblemField{{"query.x", `no parameter is taken here`}}}},
		{"everything wrong is told at once", "GET", "/api/v1/offerings/mistral-api-medium-3.5/assessment?on=2026-13-01&weight=x", "", Problem{Status: 400, Title: "the request is not valid",
			Errors: []ProblemField{{"query.use_case", "use_case is needed"}, {"query.on", `on: expected a day that exists, written YYYY-MM-DD`},
				{"query.weight", `"weight" is not known here; did you mean "weights"?`}}}},
		{"a parameter given twice", "GET", "/api/v1/offerings?find=a&find=b", "", Problem{Status: 400, Title: "the request is not valid",
			Errors: []ProblemField{{"query.find", "find is given 2 times; once is enough"}}}},
		{"a use case that is none", "GET", "/api/v1/offerings/mistral-api-medium-3.5/assessment?use_case=offce-assistant", "", Problem{Status: 404, Title: "not found",
			Detail: `no use case is called "offce-assistant"; the nearest: office-assistant, code-assistant`}},
		{"a language that is none", "GET", "/api/v1/offerings/mistral-api-medium-3.5/report.pdf?use_case=office-assistant&lang=de", "", Problem{Status: 400, Title: "the request is not valid",
			Errors: []ProblemField{{"query.lang", `lang: expected fr or en`}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(h, tt.method, tt.path, "Accept-Language", tt.lang)
			var got Problem
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatalf("%v: %s", err, w.Body)
			}
			if got.RequestID == "" || got.RequestID != w.Header().Get("X-Request-Id") {
				t.Errorf("request id %q, header %q", got.RequestID, w.Header().Get("X-Request-Id"))
			}
			got.RequestID = ""
			tt.want.Type = "about:blank"
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("problem (-want +got):\n%s", d)
			}
			if w.Code != tt.want.Status || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("status %d, headers %v", w.Code, w.Header())
			}
		})
	}
}

// TestClassify is the whole table of what becomes of an error.
func TestClassify(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"an id that names nothing", &catalog.NotFoundError{What: wording.Same("x"), ID: "y"}, 404},
		{"an input that is refused", &catalog.InvalidError{}, 400},
		{"an address", errNoRoute, 404},
		{"a method", errNoMethod, 405},
		{"a body that is refused", &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "body.claims[0].value"}}}, 422},
		{"a body and an address that are refused", &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "body.on"}, {Path: "query.on"}}}, 400},
		{"a body that cannot be read", &contract.MalformedError{}, 400},
		{"nobody signed in", account.SignedOutError{}, 401},
		{"a role that lacks it", &account.ForbiddenError{Needs: account.Decide}, 403},
		{"no If-Match", errNoCondition, 428},
		{"an old If-Match", &stale{3}, 412},
		{"a revision that is no longer", &store.ConflictError{Have: 2, Want: 1}, 412},
		{"a key of another request", &store.ConflictError{}, 409},
		{"a full disk", &store.FullError{}, 507},
		{"a stopped store", &store.StoppedError{}, 503},
		{"a busy store", &store.BusyError{}, 503},
		{"a lost database", &store.UnavailableError{}, 503},
		{"a commit that failed", &store.UnknownOutcomeError{}, 503},
		{"a file that is not taken", &files.RefusedError{}, 422},
		{"too much of one client", &busy{mine: true}, 429},
		{"too much of all", &busy{}, 503},
		{"too long", context.DeadlineExceeded, 503},
		{"anything else", errors.New("the disk is full at /var/lib/secret"), 500},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := classify(tt.err).status; got != tt.want {
				t.Errorf("status %d, want %d", got, tt.want)
			}
		})
	}
}

// TestLists reads what each list of the API holds.
func TestLists(t *testing.T) {
	h := testHandler(t)
	for path, first := range map[string]string{"/api/v1/offerings?find=azure": "azure-openai-eu-gpt-5.5", "/api/v1/use-cases": "citizen-service",
		"/api/v1/organisations": "french-company", "/api/v1/weight-sets": "baseline"} {
		w := get(h, path)
		var got struct {
			Items []struct {
				ID string `json:"id"`
			} `json:"items"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
			t.Fatalf("%s: status %d, %v", path, w.Code, err)
		}
		if len(got.Items) == 0 || got.Items[0].ID != first {
			t.Errorf("%s begins with %v, want %s", path, got.Items, first)
		}
	}
	if w := get(h, "/api/v1/offerings?find=nothing-is-called-so"); strings.TrimSpace(w.Body.String()) != `{"items":[]}` {
		t.Errorf("an empty list is %s", w.Body)
	}
}

// TestAssessmentIsCanonicalAndTagged answers the canonical bytes, whose hash is the tag, and nothing to who has them.
func TestAssessmentIsCanonicalAndTagged(t *testing.T) {
	h := testHandler(t)
	w := get(h, good)
	if w.Code != 200 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	var a evaluator.Assessment
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	body, err := catalog.Canonical(&a)
	if err != nil {
		t.Fatal(err)
	}
	if string(body)+"\n" != w.Body.String() {
		t.Error("the body is not the canonical form of what it says")
	}
	tag := w.Header().Get("ETag")
	if tag != `"`+a.Hash+`"` {
		t.Errorf("tag %s, hash %s", tag, a.Hash)
	}
	for header, want := range map[string]int{tag: 304, "W/" + tag: 304, `"other", ` + tag: 304, "*": 304, `"other"`: 200, "": 200} {
		w := get(h, good, "If-None-Match", header)
		if w.Code != want || want == 304 && w.Body.Len() > 0 {
			t.Errorf("If-None-Match %s: status %d with %d bytes, want %d", header, w.Code, w.Body.Len(), want)
		}
	}
}

// TestReport gives the PDF, the same bytes twice, under a name that says what it is.
func TestReport(t *testing.T) {
	h := testHandler(t)
	path := "/api/v1/offerings/mistral-api-medium-3.5/report.pdf?use_case=office-assistant&on=2026-11-24&lang="
	fr := get(h, path+"fr")
	if fr.Code != 200 || !strings.HasPrefix(fr.Body.String(), "%PDF-1.") {
		t.Fatalf("status %d, begins with %.20q", fr.Code, fr.Body)
	}
	if again := get(h, path+"fr"); again.Body.String() != fr.Body.String() {
		t.Error("two reports of the same assessment differ")
	}
	if got, want := fr.Header().Get("Content-Disposition"), `attachment; filename="vigie-mistral-api-medium-3.5-office-assistant-2026-11-24.fr.pdf"`; got != want {
		t.Errorf("name %s, want %s", got, want)
	}
	if en := get(h, path+"en"); en.Body.String() == fr.Body.String() || en.Header().Get("ETag") == fr.Header().Get("ETag") {
		t.Error("the languages have the same report or tag")
	}
}

// TestHeaders are on every answer, whatever it is.
func TestHeaders(t *testing.T) {
	h := testHandler(t)
	for _, path := range []string{"/", "/fr/", "/en/nothing", "/api/v1/offerings", "/api/v1/nothing", "/healthz"} {
		w := get(h, path)
		if got := w.Header().Get("Content-Security-Policy"); got != policy {
			t.Errorf("%s: policy %q", path, got)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Referrer-Policy") != "no-referrer" || w.Header().Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: headers %v", path, w.Header())
		}
	}
}

// TestFirstVisit goes to the language that the browser prefers and keeps the question.
func TestFirstVisit(t *testing.T) {
	h := testHandler(t)
	for accept, want := range map[string]string{"fr-FR,fr;q=0.9,en;q=0.8": "/fr/", "en-US,en;q=0.9,fr;q=0.8": "/en/", "de": "/en/", "": "/en/", "fr;q=0.2,en;q=0.1": "/fr/", ";;;": "/en/"} {
		w := get(h, "/", "Accept-Language", accept)
		if w.Code != 302 || w.Header().Get("Location") != want || w.Header().Get("Vary") != "Accept-Language" {
			t.Errorf("Accept-Language %q: %d to %q, want %q", accept, w.Code, w.Header().Get("Location"), want)
		}
	}
	if got := get(h, "/?use_case=office-assistant", "Accept-Language", "fr").Header().Get("Location"); got != "/fr/?use_case=office-assistant" {
		t.Errorf("the question is lost: %s", got)
	}
}

// TestFailurePages are pages in the language of the address, and say what to do.
func TestFailurePages(t *testing.T) {
	h := testHandler(t)
	tests := []struct {
		method, path string
		status       int
		holds        []string
	}{
		{"GET", "/fr/records/vendor/mistrall", 404, []string{`lang="fr"`, "Il n’y a rien à cette adresse", "mistral", "Revenir aux offres"}},
		{"GET", "/en/nothing", 404, []string{`lang="en"`, "There is nothing at this address"}},
		{"GET", "/en/offerings?use_cas=x", 400, []string{"This address asks for something that is not possible", "did you mean &#34;use_case&#34;?"}},
		{"GET", "/fr/offerings?use_case=nothing", 404, []string{"Cas d’usage"}},
		{"POST", "/fr/", 405, []string{"Cette adresse ne s’emploie pas ainsi"}},
		{"GET", "/en/offerings/mistral-api-medium-3.5/assessment", 400, []string{"use_case is needed"}},
	}
	for _, tt := range tests {
		w := ask(h, tt.method, tt.path)
		if w.Code != tt.status || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s %s: status %d, %s", tt.method, tt.path, w.Code, w.Header().Get("Content-Type"))
		}
		for _, x := range tt.holds {
			if !strings.Contains(w.Body.String(), x) {
				t.Errorf("%s %s: %q is not on the page", tt.method, tt.path, x)
			}
		}
	}
}

// TestHostileInput is shown as text or refused, never as markup, and nothing is echoed into headers.
func TestHostileInput(t *testing.T) {
	h := testHandler(t)
	for _, path := range []string{"/en/?find=%3Cscript%3Ealert(1)%3C/script%3E", "/en/?%3Cscript%3E=1", "/en/records/vendor/%3Cscript%3E", "/en/records/%3Cscript%3E",
		"/en/offerings/..%2f..%2fetc%2fpasswd", "/en/?use_case=%0d%0aSet-Cookie:%20x=1", "/static/..%2fwords.yaml", "/static/../words.yaml", "/?%0d%0aX:1"} {
		w := get(h, path)
		if strings.Contains(w.Body.String(), "<script>") || w.Header().Get("Set-Cookie") != "" || w.Header().Get("X") != "" || w.Code >= 500 {
			t.Errorf("%s: status %d, %s", path, w.Code, w.Body)
		}
	}
}

// TestAssets have the hash of their content in their name and are kept for ever; any other name is none.
func TestAssets(t *testing.T) {
	h := testHandler(t)
	page := get(h, "/fr/").Body.String()
	_, rest, _ := strings.Cut(page, `rel="stylesheet" href="`)
	at, _, _ := strings.Cut(rest, `"`)
	w := get(h, at)
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%s: status %d, headers %v", at, w.Code, w.Header())
	}
	_, rest, _ = strings.Cut(w.Body.String(), `url("/static/source-sans-3.`)
	font, _, _ := strings.Cut(rest, `"`)
	if w := get(h, "/static/source-sans-3."+font); w.Code != 200 || w.Header().Get("Content-Type") != "font/woff2" {
		t.Errorf("the font of the style sheet: status %d", w.Code)
	}
	for _, path := range []string{"/static/vigie.css", "/static/words.yaml", "/static/", "/static/OFL.txt"} {
		if w := get(h, path); w.Code != 404 {
			t.Errorf("%s: status %d, want 404", path, w.Code)
		}
	}
}

// TestCompression answers who takes it with the coding that is best, keeps the tag's meaning, and leaves PDF files alone.
func TestCompression(t *testing.T) {
	h := testHandler(t)
	readers := map[string]func(io.Reader) (io.Reader, error){
		"":     func(r io.Reader) (io.Reader, error) { return r, nil },
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	}
	styles := regexp.MustCompile(`/static/vigie\.[0-9a-f]+\.css`).FindString(get(h, "/fr/").Body.String())
	for _, path := range []string{"/fr/", "/fr/framework", good, styles} {
		plain := get(h, path).Body.String()
		for header, want := range map[string]string{"gzip, deflate, br, zstd": "br", "gzip": "gzip", "gzip;q=1, br;q=0": "gzip", "BR": "br", "*": "br", "*, br;q=0.0": "gzip",
			"": "", "deflate": "", "gzip;q=0": "", "gzip; q=0, zstd": "", "*;q=0": "", "identity": ""} {
			w := get(h, path, "Accept-Encoding", header)
			if got := w.Header().Get("Content-Encoding"); got != want || want != "" && w.Header().Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s, Accept-Encoding %q: answered with %q, want %q; %v", path, header, got, want, w.Header())
				continue
			}
			r, err := readers[want](w.Body)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err != nil || string(got) != plain {
				t.Errorf("%s, Accept-Encoding %q: what is unpacked differs from the plain answer: %v", path, header, err)
			}
		}
	}
	if w := get(h, "/api/v1/offerings/mistral-api-medium-3.5/report.pdf?use_case=office-assistant", "Accept-Encoding", "gzip"); w.Header().Get("Content-Encoding") != "" {
		t.Error("a PDF is compressed twice")
	}
	if w := get(h, good, "Accept-Encoding", "gzip", "If-None-Match", "*"); w.Code != 304 || w.Body.Len() != 0 || w.Header().Get("Content-Encoding") != "" {
		t.Errorf("not modified: status %d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
	}
}

// TestHead answers as GET does, without a body being needed.
func TestHead(t *testing.T) {
	h := testHandler(t)
	srv := httptest.NewServer(h)
	defer srv.Close()
	for _, path := range []string{"/fr/", good, "/healthz"} {
		res, err := http.Head(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != 200 {
			t.Errorf("HEAD %s: status %d", path, res.StatusCode)
		}
	}
}
