package api

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"vigie/catalog/store"
)

// endless is a body that never ends, and counts what was taken of it.
type endless struct{ taken int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	e.taken += int64(len(p))
	return len(p), nil
}

// refusal is what a program reads of an answer that refuses.
func refusal(t *testing.T, w *httptest.ResponseRecorder) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != w.Code || p.Title == "" || p.RequestID == "" {
		t.Errorf("no problem document: status %d, %v: %.300s", w.Code, err, w.Body)
	}
	return p
}

// writer is a client that may record, on a house with a store.
func writer(t *testing.T) (*house, *owned, *api) {
	t.Helper()
	h, o := keepingHouse(t)
	return h, o, &api{t, h.engine, h.joins(h.administrator(), "buyer@fr.example.org", "fr", "procurement").token("read", "claim")}
}

// S6 at the border: each body that is not what an operation takes is refused with the place that is wrong, and nothing
// of what was sent comes back.
func TestHostileBodies(t *testing.T) {
	_, _, c := writer(t)
	const canary = "canary-in-a-body"
	list := func(n int, item string) string {
		return `{"id":"x","claims":[` + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + `]}`
	}
	for _, tt := range []struct {
		name, body string
		status     int
		at         string
	}{
		{"one byte over a mebibyte", `{"id":"x","` + canary + `":"` + strings.Repeat("x", maxBody), http.StatusRequestEntityTooLarge, ""},
		{"nested 10 000 deep", `{"id":"x","claims":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`, http.StatusBadRequest, "body"},
		{"a name twice", `{"id":"x","id":"` + canary + `"}`, http.StatusBadRequest, "body.id"},
		{"a name twice in an entry", `{"id":"x","claims":[{"path":"vendor.name","path":"` + canary + `"}]}`, http.StatusBadRequest, "body.claims[0].path"},
		{"a field that is none", `{"id":"x","approved":"` + canary + `"}`, http.StatusUnprocessableEntity, "body.approved"},
		{"who recorded it is not for the sender to say", `{"id":"x","claims":[{"path":"vendor.name","state":"unknown","recorded_by":"` + canary + `"}]}`, http.StatusUnprocessableEntity, "body.claims[0].recorded_by"},
		{"NaN", `{"id":"x","claims":[{"value":NaN}]}`, http.StatusBadRequest, "body.claims[0].value"},
		{"a number beyond all", `{"id":1e999}`, http.StatusBadRequest, "body"},
		{"half a million entries", list(500_000, "1"), http.StatusUnprocessableEntity, "body.claims"},
		{"null", `{"id":null}`, http.StatusUnprocessableEntity, "body.id"},
		{"bytes that are no UTF-8", "{\"id\":\"\xff\"}", http.StatusBadRequest, "body.id"},
		{"another type", `{"id":["` + canary + `"]}`, http.StatusUnprocessableEntity, "body.id"},
		{"two values", `{"id":"x"}{"id":"` + canary + `"}`, http.StatusBadRequest, "body"},
		{"half of one", `{"id":"` + canary, http.StatusBadRequest, "body"},
		{"nothing", " ", http.StatusBadRequest, "body"},
	} {
		w := c.send("POST", "/records/vendor", tt.body)
		p := refusal(t, w)
		at := ""
		if len(p.Errors) > 0 {
			at = p.Errors[0].Location
		}
		if w.Code != tt.status || !strings.HasPrefix(at, tt.at) || strings.Contains(w.Body.String(), canary) || w.Body.Len() > 20_000 {
			t.Errorf("%s: status %d at %q, want %d at %q: %.300s", tt.name, w.Code, at, tt.status, tt.at, w.Body)
		}
	}
	if w := c.send("GET", "/records/vendor/x", ""); w.Code != http.StatusNotFound {
		t.Errorf("something was recorded: status %d", w.Code)
	}
}

// A gigabyte is refused by its length alone, and by its first bytes when it does not say its length: for a JSON body, a
// file and a form. The service goes on.
func TestEndlessBodies(t *testing.T) {
	h, _, c := writer(t)
	for path, kind := range map[string]string{root + "/records/vendor": "application/json", root + "/files": "application/octet-stream", root + "/licences/identify": "text/plain", "/fr/signin": "application/x-www-form-urlencoded"} {
		for name, length := range map[string]int64{"announced": 1 << 30, "not announced": -1} {
			body := &endless{}
			r := httptest.NewRequest("POST", path, body)
			r.ContentLength = length
			r.Header.Set("Content-Type", kind)
			if strings.HasPrefix(path, root) {
				r.Header.Set("Authorization", "Bearer "+c.token)
			}
			w := httptest.NewRecorder()
			h.engine.ServeHTTP(w, r)
			if w.Code != http.StatusRequestEntityTooLarge {
				t.Errorf("%s, %s: status %d: %.200s", path, name, w.Code, w.Body)
			}
			if body.taken > maxFile+1<<20 || path != root+"/files" && body.taken > maxBody+64<<10 {
				t.Errorf("%s, %s: %d bytes were read", path, name, body.taken)
			}
		}
	}
	if w := c.send("GET", "/laws", ""); w.Code != http.StatusOK {
		t.Errorf("afterwards: status %d", w.Code)
	}
}

// A type that is not taken is refused on every operation that takes a body, before anything of it is read.
func TestWrongMediaTypes(t *testing.T) {
	h, _, c := writer(t)
	n := 0
	for _, o := range h.operations {
		op := h.api.OpenAPI().Paths[o.path]
		if op == nil || o.method == http.MethodGet || o.needs != "claim" {
			continue
		}
		if op.Post == nil || op.Post.RequestBody == nil {
			continue
		}
		n++
		for _, kind := range []string{"", "text/xml", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "application/x-www-form-urlencoded", "nonsense;;"} {
			body := &endless{}
			r := httptest.NewRequest("POST", filledOperation(o.path), body)
			r.ContentLength = 10
			r.Header.Set("Authorization", "Bearer "+c.token)
			r.Header.Set("If-Match", "*")
			if kind != "" {
				r.Header.Set("Content-Type", kind)
			}
			w := httptest.NewRecorder()
			h.engine.ServeHTTP(w, r)
			if w.Code != http.StatusUnsupportedMediaType || body.taken > 0 {
				t.Errorf("%s as %q: status %d, %d bytes read", o.id, kind, w.Code, body.taken)
			}
			refusal(t, w)
		}
	}
	if n < 4 {
		t.Errorf("%d operations were tried", n)
	}
}

func filledOperation(path string) string {
	return strings.NewReplacer("{kind}", "vendor", "{id}", "mistral", "{path}", "vendor.name").Replace(path)
}

// S11, S10: what was sent in is given back to be saved, with a type that its content has and that no browser runs, under
// a name that leads nowhere; archives and XML that are not office documents are not taken.
func TestHostileUploads(t *testing.T) {
	_, _, c := writer(t)
	archive := func(parts map[string]string) string {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, text := range parts {
			w, err := z.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(w, text); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	taken := 0
	for _, tt := range []struct {
		name, data string
		refused    bool
	}{
		{"page.html", "<!DOCTYPE html><script>fetch('/fr/account')</script>", false},
		{"drawing.svg", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, false},
		{"xxe.xml", `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>`, false},
		{"script.pdf", "%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF\n", false},
		{"conditions.html", "a text that only calls itself a page, é", false},
		{"a\r\nSet-Cookie: x=1\".html", "a text with a name that breaks lines", false},
		{strings.Repeat("long", 500) + ".txt", "a text with an endless name", false},
		{"../../../etc/passwd", "a text with a name that leads out", false},
		{"program.exe", "MZ\x90\x00\x03\x00\x00\x00", true},
		{"archive.zip", archive(map[string]string{"../../etc/cron.d/x": "* * * * * root true"}), true},
		{"bomb.docx", archive(map[string]string{"a": strings.Repeat("\x00", 64<<20)}), true},
		{"empty.txt", "", true},
	} {
		w := c.send("POST", "/files?name="+escaped(tt.name), tt.data, "Content-Type", "application/octet-stream")
		if tt.refused {
			if w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusBadRequest {
				t.Errorf("%.30q: status %d: %.200s", tt.name, w.Code, w.Body)
			}
			refusal(t, w)
			continue
		}
		if w.Code != http.StatusCreated { // refused for its name, or as a kind of file that is not kept
			if w.Code >= 500 {
				t.Errorf("%.30q: status %d: %.200s", tt.name, w.Code, w.Body)
			}
			refusal(t, w)
			continue
		}
		taken++
		var f store.File
		if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil {
			t.Fatal(err)
		}
		got := c.send("GET", "/files/"+f.SHA256+"/content", "")
		head := got.Header()
		how, params, err := mime.ParseMediaType(head.Get("Content-Disposition"))
		if err != nil || how != "attachment" || strings.ContainsAny(params["filename"], "/\\\r\n") {
			t.Errorf("%.30q: saved as %q (%v)", tt.name, head.Get("Content-Disposition"), err)
		}
		kind, params, err := mime.ParseMediaType(head.Get("Content-Type"))
		if err != nil || kind != "application/pdf" && kind != "application/octet-stream" && (kind != "text/plain" || params["charset"] != "utf-8") {
			t.Errorf("%.30q: sent as %q (%v)", tt.name, head.Get("Content-Type"), err)
		}
		if head.Get("X-Content-Type-Options") != "nosniff" || head.Get("Content-Security-Policy") != sandbox || head.Get("Set-Cookie") != "" || got.Body.String() != tt.data {
			t.Errorf("%.30q: headers %v", tt.name, head)
		}
	}
	if taken < 4 {
		t.Errorf("%d files were taken: the test shows little", taken)
	}
}

func escaped(s string) string {
	var b strings.Builder
	const hex = "0123456789ABCDEF"
	for _, c := range []byte(s) {
		b.WriteString("%" + string(hex[c>>4]) + string(hex[c&15]))
	}
	return b.String()
}

// What belongs to another entity and what is not there are answered alike, byte for byte but for the names that were
// asked for and the id of the request.
func TestForeignIsAsAbsent(t *testing.T) {
	h, o := keepingHouse(t)
	c := &api{t, h.engine, h.joins(h.administrator(), "buyer@de.example.org", "de", "procurement").token("read", "claim")}
	for foreign, absent := range map[string]string{
		"/records/vendor/" + o.record:         "/records/vendor/fr-secrex",
		"/offerings/" + o.offering:            "/offerings/fr-secret-offerinx",
		"/sources/" + o.source:                "/sources/fr-secret-sourcx",
		"/files/" + o.file:                    "/files/" + strings.Repeat("0", 64),
		"/files/" + o.file + "/content":       "/files/" + strings.Repeat("0", 64) + "/content",
		"/documents/assessment/" + o.document: "/documents/assessment/" + strings.Repeat("0", 64),
		"/proposals/" + o.proposal:            "/proposals/00000000000000000000",
	} {
		there, not := c.send("GET", foreign, ""), c.send("GET", absent, "")
		tidy := func(w *httptest.ResponseRecorder, path string) string {
			p := refusal(t, w)
			for _, part := range strings.Split(path, "/") {
				if len(part) > 8 && part != "proposals" && part != "offerings" && part != "documents" && part != "assessment" {
					p.Detail = strings.ReplaceAll(p.Detail, part, "…")
				}
			}
			return p.Title + "\n" + p.Detail
		}
		if there.Code != http.StatusNotFound || not.Code != http.StatusNotFound || tidy(there, foreign) != tidy(not, absent) {
			t.Errorf("%s: status %d %q; absent: %d %q", foreign, there.Code, tidy(there, foreign), not.Code, tidy(not, absent))
		}
	}
}

// TRACE is not answered, folders of what is served are not listed, and nothing of the source tree is there.
func TestNothingElseIsServed(t *testing.T) {
	h := testHandler(t)
	for _, method := range []string{"TRACE", "TRACK", "CONNECT", "PROPFIND"} {
		w := ask(h, method, "/fr/laws", "X-Secret", "canary")
		if w.Code < 400 || strings.Contains(w.Body.String(), "canary") {
			t.Errorf("%s: status %d", method, w.Code)
		}
	}
	for _, path := range []string{"/static/", "/static", "/docs/", "/.git/config", "/.git/HEAD", "/debug/pprof/", "/debug/vars", "/static/../../go.mod", "/go.mod", "/api/v1/", "/.env", "/vigie.db", "/log.key"} {
		if w := get(h, path); w.Code != http.StatusNotFound && w.Code != http.StatusBadRequest && w.Code != http.StatusMovedPermanently {
			t.Errorf("%s: status %d: %.100s", path, w.Code, w.Body)
		}
	}
}

// What looks like a piece of a statement is a name like any other: nothing is found by it, nothing is lost by it.
func TestInjectedStatements(t *testing.T) {
	_, o, c := writer(t)
	for _, x := range []string{`x' OR '1'='1`, `x'; DROP TABLE claims; --`, `x" OR 1=1 --`, "x\\' UNION SELECT password FROM accounts --", "%' AND 1=0 UNION SELECT 1 --", "\x00", "_%"} {
		e := escaped(x)
		for path, want := range map[string][]int{
			"/records/vendor/" + e:              {http.StatusNotFound, http.StatusBadRequest},
			"/records/" + e:                     {http.StatusNotFound, http.StatusBadRequest},
			"/sources/" + e:                     {http.StatusNotFound, http.StatusBadRequest},
			"/files/" + e:                       {http.StatusNotFound, http.StatusBadRequest},
			"/offerings?find=" + e:              {http.StatusOK, http.StatusBadRequest},
			"/log/proofs/" + e:                  {http.StatusNotFound, http.StatusBadRequest},
			"/documents/assessment?cursor=" + e: {http.StatusBadRequest},
		} {
			w := c.send("GET", path, "")
			if !slices.Contains(want, w.Code) || strings.Contains(w.Body.String(), o.record) || strings.Contains(w.Body.String(), "SQL") || strings.Contains(w.Body.String(), "argon2") {
				t.Errorf("%s: status %d: %.200s", path, w.Code, w.Body)
			}
		}
		name, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		if w := c.send("POST", "/records/vendor", `{"id":`+string(name)+`}`); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("an id %q: status %d", x, w.Code)
		}
	}
	if w := c.send("GET", "/records/vendor/"+o.record, ""); w.Code != http.StatusOK {
		t.Errorf("afterwards: status %d", w.Code)
	}
}
