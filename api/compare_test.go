package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	compareTwo = "offering=mistral-api-medium-3.5&offering=midjourney-service&use_case=office-assistant&on=2026-11-24&draws=200"
	compareOf  = "/api/v1/compare?" + compareTwo
	jsonType   = "application/json"
)

// TestComparisonOnTheWire: the same comparison by query and by body, tagged by its hash, and not sent again.
func TestComparisonOnTheWire(t *testing.T) {
	h := testHandler(t)
	w := get(h, compareOf+"&member=baseline&seed=7")
	var got struct {
		Hash    string
		Seed    uint64
		Draws   int
		Ranking []struct {
			Offering, Group, Word string
			Score                 struct{ Low, High json.Number }
		}
		Swaps, Dominated []any
		Members          *struct{ Members []any }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
		t.Fatalf("status %d, %v: %.300s", w.Code, err, w.Body)
	}
	if got.Seed != 7 || got.Draws != 200 || len(got.Ranking) != 2 || got.Ranking[1].Offering != "midjourney-service" || got.Members == nil || len(got.Members.Members) != 1 {
		t.Errorf("%+v", got)
	}
	if tag := w.Header().Get("ETag"); tag != `"`+got.Hash+`"` {
		t.Errorf("the tag is %s", tag)
	}
	if again := get(h, compareOf+"&member=baseline&seed=7", "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("an answer that has not changed: status %d, %d bytes", again.Code, again.Body.Len())
	}
	body := `{"offerings":["midjourney-service","mistral-api-medium-3.5"],"use_case":"office-assistant","on":"2026-11-24","draws":200,"seed":7,"members":["baseline"]}`
	if p := post(h, "/api/v1/compare", body, "Content-Type", jsonType); p.Code != 200 || !bytes.Equal(p.Body.Bytes(), w.Body.Bytes()) {
		t.Errorf("asked for as a body: status %d, %.200s", p.Code, p.Body)
	}
	own := `{"offerings":["midjourney-service","mistral-api-medium-3.5"],"use_case":"office-assistant","on":"2026-11-24","draws":200,
		"weighing":{"id":"ours","author":"u-1","reason":{"en":"Agreed.","fr":"Convenu."},"order":["privacy","security"]}}`
	if p := post(h, "/api/v1/compare", own, "Content-Type", jsonType); p.Code != 200 || !strings.Contains(p.Body.String(), `"weight_set":"ours"`) {
		t.Errorf("the committee's own weights: status %d, %.300s", p.Code, p.Body)
	}
}

func TestComparisonFiles(t *testing.T) {
	h := testHandler(t)
	for ext, want := range map[string]struct{ begins, kind string }{"pdf": {"%PDF-", "application/pdf"}, "xlsx": {"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}} {
		path := "/api/v1/compare." + ext + "?" + compareTwo + "&lang=fr"
		w := get(h, path)
		if w.Code != 200 || !strings.HasPrefix(w.Body.String(), want.begins) || w.Header().Get("Content-Type") != want.kind || w.Header().Get("Content-Language") != "fr" ||
			w.Header().Get("Content-Disposition") != `attachment; filename="vigie-compare-office-assistant-2026-11-24.fr.`+ext+`"` {
			t.Errorf("%s: status %d, headers %v, %.80q", ext, w.Code, w.Header(), w.Body)
		}
		if again := get(h, path, "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%s: a file that has not changed: status %d", ext, again.Code)
		}
	}
}

func TestQuestionsAndWhatIfOnTheWire(t *testing.T) {
	h := testHandler(t)
	var agenda struct {
		Offering  string
		Questions []struct{ Path string }
		Letters   []struct{ Items []any }
	}
	w := get(h, "/api/v1/offerings/mistral-api-medium-3.5/questions?use_case=office-assistant&on=2026-11-24&rival=midjourney-service")
	if err := json.Unmarshal(w.Body.Bytes(), &agenda); err != nil || w.Code != 200 || agenda.Offering != "mistral-api-medium-3.5" || len(agenda.Questions) == 0 || len(agenda.Letters) == 0 {
		t.Errorf("status %d, %v, %+v", w.Code, err, agenda)
	}
	var what struct {
		Hypothetical    bool
		Judged, Touched int
		Rankings        []any
	}
	body := `{"offerings":["mistral-api-medium-3.5","ovh-gpt-oss-120b"],"use_case":"rnd-secret","on":"2026-11-24","draws":200,"assume":["stake:mistral<-US=100"]}`
	w = post(h, "/api/v1/whatif", body, "Content-Type", jsonType)
	if err := json.Unmarshal(w.Body.Bytes(), &what); err != nil || w.Code != 200 || !what.Hypothetical || what.Judged != 2 || what.Touched != 1 || len(what.Rankings) != 2 {
		t.Errorf("status %d, %v, %+v", w.Code, err, what)
	}
}

// TestComparisonProblems shows each refusal whole.
func TestComparisonProblems(t *testing.T) {
	h := testHandler(t)
	invalid := func(fields ...ProblemField) Problem {
		return Problem{Status: 400, Title: "the request is not valid", Errors: fields}
	}
	refused := func(fields ...ProblemField) Problem {
		return Problem{Status: 422, Title: "what was sent is not valid", Errors: fields}
	}
	const two = `"offerings":["mistral-api-medium-3.5","midjourney-service"],"use_case":"office-assistant"`
	tests := []struct {
		name, method, path, kind, body string
		want                           Problem
	}{
		{"nothing to compare, all told at once", "GET", "/api/v1/compare?on=x&draws=0&seed=-1&offerings=a", "", "", invalid(
			ProblemField{"query.use_case", "use_case is needed"}, ProblemField{"query.on", `on: expected a day that exists, written YYYY-MM-DD`},
			ProblemField{"query.seed", `seed: expected a whole number above 0`}, ProblemField{"query.draws", `draws: expected a whole number from 1 to 100000`},
			ProblemField{"query.offerings", `"offerings" is not known here; did you mean "offering"?`})},
		{"one offering", "GET", "/api/v1/compare?use_case=office-assistant&offering=midjourney-service", "", "", invalid(ProblemField{"query.offering", "expected from 2 to 5000 offerings, found 1"})},
		{"an offering twice", "GET", compareOf + "&offering=midjourney-service", "", "", invalid(ProblemField{"query.offering", `"midjourney-service" is there twice`})},
		{"an offering that is none", "GET", compareOf + "&offering=midjourney-servce", "", "", Problem{Status: 404, Title: "not found", Detail: `no offering is called "midjourney-servce"; the nearest: midjourney-service`}},
		{"a file of the server as weights", "GET", compareOf + "&weights=/etc/weights.yaml", "", "", invalid(ProblemField{"query.weights", `"/etc/weights.yaml" is not known here; expected one of: baseline, citizen-service, code-assistant, customer-chatbot, hr-personal-data, office-assistant, rnd-secret`})},
		{"a file of the server as weights of an assessment", "GET", good + "&weights=baselne.yml", "", "", invalid(ProblemField{"query.weights", `"baselne.yml" is not known here; expected one of: baseline, citizen-service, code-assistant, customer-chatbot, hr-personal-data, office-assistant, rnd-secret`})},
		{"a conviction that is none", "GET", compareOf + "&conviction=sure", "", "", invalid(ProblemField{"query.conviction", `expected agreed, debated or no_opinion, found "sure"`})},
		{"a method that is not answered", "PUT", "/api/v1/compare", "", "", Problem{Status: 405, Title: "only these methods are answered here: GET, HEAD, POST"}},
		{"a body that is no JSON", "POST", "/api/v1/compare", "text/plain", "{}", Problem{Status: 415, Title: "send application/json in UTF-8"}},
		{"a body cut short", "POST", "/api/v1/compare", jsonType, `{"offerings":`, Problem{Status: 400, Title: "the body cannot be read", Errors: []ProblemField{{"body.offerings", "this is not valid JSON, from byte 13 on"}}}},
		{"a misspelt field", "POST", "/api/v1/compare", jsonType, `{"offering":[]}`, refused(ProblemField{"body.offering", `"offering" is not known here; did you mean "offerings"?`}, ProblemField{"body.use_case", "use_case is needed"})},
		{"a value of another type", "POST", "/api/v1/compare", jsonType, `{"draws":"many"}`, refused(ProblemField{"body.draws", "a whole number is expected"}, ProblemField{"body.use_case", "use_case is needed"})},
		{"own weights that decide nothing", "POST", "/api/v1/compare", jsonType, `{` + two + `,"weighing":{"id":"x","author":"u","reason":{"en":"r","fr":"r"},"numbers":{"privacy":0}}}`,
			refused(ProblemField{"body.weighing.numbers", "every weight is zero: nothing would decide"})},
		{"a file of the server as a member's weights", "POST", "/api/v1/compare", jsonType, `{` + two + `,"members":["basline"]}`,
			refused(ProblemField{"body.members[0]", `not known here; did you mean "baseline"?`})},
		{"a what-if without an assumption", "POST", "/api/v1/whatif", jsonType, `{` + two + `}`, Problem{}},
		{"an assumption that cannot be read", "POST", "/api/v1/whatif", jsonType, `{` + two + `,"assume":["law:us-fisa=repealed"]}`, Problem{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(h, tt.method, tt.path)
			if tt.method == "POST" {
				w = post(h, tt.path, tt.body, "Content-Type", tt.kind)
			}
			var got Problem
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatalf("%v: %s", err, w.Body)
			}
			if tt.want.Status == 0 { // the words are those of the assumptions, tested where they are written
				if got.Status != 422 || len(got.Errors) != 1 || !strings.HasPrefix(got.Errors[0].Location, "body.assume") || got.Errors[0].Message == "" {
					t.Errorf("%+v", got)
				}
				return
			}
			got.RequestID, tt.want.Type = "", "about:blank"
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("problem (-want +got):\n%s", d)
			}
			if w.Code != tt.want.Status || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("status %d, headers %v", w.Code, w.Header())
			}
		})
	}
}
