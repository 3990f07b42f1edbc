package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func post(h http.Handler, path, body string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

const exposureOf = "/api/v1/offerings/azure-openai-eu-gpt-5.5/exposure?on=2026-11-24"

// TestExposureOnTheWire: what the issue asks to stand at the top stands there, filters and days count, and an answer
// that has not changed is not sent again.
func TestExposureOnTheWire(t *testing.T) {
	h := testHandler(t)
	type answer struct {
		Offering  string `json:"offering"`
		On        string `json:"on"`
		LawOn     string `json:"law_on"`
		Exposures []struct {
			Law, Status, Trigger string
			Paths                []struct{ Text string }
			Severity             int
		} `json:"exposures"`
		Immunity, Sovereignty map[string]any
		Questions             []any `json:"questions"`
		Before                *struct {
			Exposures []any `json:"exposures"`
		} `json:"before"`
		Hypothetical bool `json:"hypothetical"`
	}
	read := func(path string) answer {
		t.Helper()
		w := get(h, path)
		var a answer
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != 200 {
			t.Fatalf("%s: %d, %v", path, w.Code, err)
		}
		return a
	}
	whole := read(exposureOf + "&use_case=office-assistant")
	if whole.Offering != "azure-openai-eu-gpt-5.5" || whole.On != "2026-11-24" || len(whole.Exposures) < 30 || len(whole.Immunity) == 0 || len(whole.Sovereignty) == 0 {
		t.Errorf("the top of the answer lacks something: %s on %s, %d laws", whole.Offering, whole.On, len(whole.Exposures))
	}
	one := read(exposureOf + "&law=us-fisa-702&law=us-sca-cloud-act")
	if len(one.Exposures) != 2 || one.Exposures[0].Status != "exposed" || one.Exposures[0].Trigger == "" || len(one.Exposures[0].Paths) == 0 {
		t.Errorf("two laws were asked for: %+v", one.Exposures)
	}
	if old := read(exposureOf + "&law=us-sca-cloud-act&law_on=2017-01-01"); old.LawOn != "2017-01-01" {
		t.Errorf("the law of 2017: %s", old.LawOn)
	}
	what := read(exposureOf + "&law=us-fisa-702&assume=law:us-fisa-702%3Drepealed")
	if !what.Hypothetical || what.Before == nil || len(what.Before.Exposures) != 1 || len(what.Exposures) > 0 && what.Exposures[0].Status != "not_exposed" {
		t.Errorf("what if FISA 702 were repealed: %t, %v", what.Hypothetical, what.Exposures)
	}
	first := get(h, exposureOf)
	if again := get(h, exposureOf, "If-None-Match", first.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("an answer that has not changed: status %d, %d bytes", again.Code, again.Body.Len())
	}
}

// TestLawAndLicenceProblems shows each refusal whole.
func TestLawAndLicenceProblems(t *testing.T) {
	h := testHandler(t)
	invalid := func(fields ...ProblemField) Problem {
		return Problem{Status: 400, Title: "the request is not valid", Errors: fields}
	}
	refused := func(fields ...ProblemField) Problem {
		return Problem{Status: 422, Title: "what was sent is not valid", Errors: fields}
	}
	tests := []struct {
		name, method, path, kind, body string
		want                           Problem
	}{
		{"a law that is none", "GET", exposureOf + "&law=us-fisa-70", "", "", invalid(ProblemField{"query.law", `"us-fisa-70" is not known here; did you mean "us-fisa-702"?`})},
		{"a day of law that is none", "GET", exposureOf + "&law_on=2026-02-30", "", "", invalid(ProblemField{"query.law_on", `law_on: expected a day that exists, written YYYY-MM-DD`})},
		{"a use case that is none", "GET", exposureOf + "&use_case=offce-assistant", "", "", Problem{Status: 404, Title: "not found", Detail: `no use case is called "offce-assistant"; the nearest: office-assistant, code-assistant`}},
		{"a law's page that is none", "GET", "/api/v1/laws/us-fisa", "", "", Problem{Status: 404, Title: "not found", Detail: `no law is called "us-fisa"; the nearest: us-fisa-702, us-fisa-individual`}},
		{"a licence that is none", "GET", "/api/v1/licences/mitt", "", "", Problem{Status: 404, Title: "not found", Detail: `no licence is called "mitt"; the nearest: mit`}},
		{"a medium that is no text", "POST", "/api/v1/licences/identify", "application/pdf", "%PDF", Problem{Status: 415, Title: "send text/plain, or application/json in UTF-8"}},
		{"no medium at all", "POST", "/api/v1/licences/identify", "", "x", Problem{Status: 415, Title: "send text/plain, or application/json in UTF-8"}},
		{"too much", "POST", "/api/v1/licences/identify", "text/plain", strings.Repeat("x", 1<<20+1), Problem{Status: 413, Title: "at most 1024 KiB are accepted here"}},
		{"a member that is none", "POST", "/api/v1/licences/identify", "application/json", `{"text":"MIT","usecase":"x"}`, refused(ProblemField{"body.usecase", `"usecase" is not known here; did you mean "use_case"?`})},
		{"a member of another type", "POST", "/api/v1/licences/identify", "application/json; charset=utf-8", `{"text":7}`, refused(ProblemField{"body.text", "a text is expected"})},
		{"no JSON", "POST", "/api/v1/licences/identify", "application/json", `text`, Problem{Status: 400, Title: "the body cannot be read", Errors: []ProblemField{{"body", "this is not valid JSON, from byte 1 on"}}}},
		{"a day in the body that is none", "POST", "/api/v1/licences/identify", "application/json", `{"text":"x","on":"soon"}`, refused(ProblemField{"body.on", `a day that exists is expected, written YYYY-MM-DD`})},
		{"a misspelt parameter", "POST", "/api/v1/licences/identify?nam=x", "text/plain", "x", invalid(ProblemField{"query.nam", `"nam" is not known here; did you mean "name"?`})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(h, tt.method, tt.path)
			if tt.method == http.MethodPost {
				w = post(h, tt.path, tt.body, "Content-Type", tt.kind)
			}
			var got Problem
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatalf("%v: %s", err, w.Body)
			}
			got.RequestID = ""
			tt.want.Type = "about:blank"
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("problem (-want +got):\n%s", d)
			}
			if w.Code != tt.want.Status || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("status %d, headers %v", w.Code, w.Header())
			}
		})
	}
}

// mit is a text that everyone may copy.
const mit = `MIT License

Copyright (c) 2026 Vallée Modèles

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`

// altered takes away the right to sell.
var altered = strings.Replace(mit, "sublicense, and/or sell copies", "and sublicense but never sell copies", 1)

// TestIdentifyOnTheWire: a text and the same text as JSON have the same answer, an altered one keeps no right that its
// altered clause gave, and no answer is kept on the way.
func TestIdentifyOnTheWire(t *testing.T) {
	h := testHandler(t)
	type answer struct {
		Verdict, Licence string
		Coverage         float64
		Differences      []struct{ Kind string }
		Rights           map[string]struct{ Answer, Clause string }
	}
	read := func(path, kind, body string) (answer, string) {
		t.Helper()
		w := post(h, path, body, "Content-Type", kind)
		var a answer
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != 200 || w.Header().Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %v %v", w.Code, err, w.Header())
		}
		return a, w.Body.String()
	}
	clean, text := read("/api/v1/licences/identify?use_case=office-assistant&on=2026-11-24", "text/plain; charset=utf-8", mit)
	if clean.Verdict != "identified" || clean.Licence != "mit" || clean.Rights["commercial_use"].Answer != "allowed" {
		t.Errorf("the MIT licence: %+v", clean)
	}
	body, err := json.Marshal(map[string]string{"text": mit, "use_case": "office-assistant", "on": "2026-11-24"})
	if err != nil {
		t.Fatal(err)
	}
	if _, asJSON := read("/api/v1/licences/identify", "application/json", string(body)); asJSON != text {
		t.Errorf("as JSON:\n%s\nas text:\n%s", asJSON, text)
	}
	changed, _ := read("/api/v1/licences/identify", "text/plain", altered)
	if changed.Verdict != "identified_with_differences" || len(changed.Differences) == 0 || changed.Rights["commercial_use"].Answer != "unknown" {
		t.Errorf("the altered licence: %+v", changed)
	}
}

// TestFormsOfOtherSites: a browser that says a form comes from elsewhere is refused, a program and the site itself pass.
func TestFormsOfOtherSites(t *testing.T) {
	h := testHandler(t)
	for site, want := range map[string]int{"cross-site": 403, "same-origin": 200, "": 200} {
		if w := post(h, "/api/v1/licences/identify", mit, "Content-Type", "text/plain", "Sec-Fetch-Site", site); w.Code != want {
			t.Errorf("%q: status %d, want %d", site, w.Code, want)
		}
	}
}

// TestListsOfLawsAndLicences reads one of each and its page.
func TestListsOfLawsAndLicences(t *testing.T) {
	h := testHandler(t)
	for list, id := range map[string]string{"/api/v1/laws": "us-fisa-702", "/api/v1/licences": "apache-2.0"} {
		w := get(h, list)
		if !strings.Contains(w.Body.String(), `"id":"`+id+`"`) || w.Code != 200 || w.Header().Get("ETag") == "" {
			t.Errorf("%s: %d, %s", list, w.Code, w.Header())
		}
		if one := get(h, list+"/"+id); one.Code != 200 || !strings.Contains(one.Body.String(), id) {
			t.Errorf("%s/%s: %d", list, id, one.Code)
		}
	}
}
