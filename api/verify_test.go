package api

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"vigie/api/web"
)

// reportForm is a form that brings a file and a key; no file at all when its name is empty.
func reportForm(t *testing.T, name string, file []byte, key string) (body, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteField("key", key); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// issuedBy has a house hand a report out.
func issuedBy(t *testing.T, h *house, v *visitor) []byte {
	t.Helper()
	w := v.post("/en/offerings/mistral-api-eu-medium-3.5/report", url.Values{"use_case": {"office-assistant"}, "lang": {"en"}})
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/pdf" {
		t.Fatalf("no report: %d %s", w.Code, w.Body.String())
	}
	return w.Body.Bytes()
}

// Anybody checks a report: that of this house, changed or not, that of another, one that no log knows, and what is none.
// Nothing of it is kept.
func TestVerifyPage(t *testing.T) {
	h, _ := keepingHouse(t)
	legal := h.joins(h.administrator(), "legal@example.org", "", "legal")
	report := issuedBy(t, h, legal)
	changed := bytes.Clone(report)
	changed[len(changed)/3] ^= 1
	other, _ := keepingHouse(t)
	foreign := issuedBy(t, other, other.joins(other.administrator(), "legal@example.org", "", "legal"))
	demo := testHandler(t)
	r := httptest.NewRecorder()
	demo.ServeHTTP(r, httptest.NewRequest("GET", "/api/v1/offerings/mistral-api-eu-medium-3.5/report.pdf?use_case=office-assistant&lang=en", nil))
	loose := r.Body.Bytes()
	if r.Code != http.StatusOK {
		t.Fatalf("no report of the demonstration: %d", r.Code)
	}
	ours, theirs := h.store.PublicKey(), other.store.PublicKey()
	before, err := h.store.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const whole, sound, broken = "every byte is the one that was sealed", "This report holds", "Do not rely on this file"
	for name, c := range map[string]struct {
		who     *visitor
		name    string
		file    []byte
		key     string
		status  int
		want    []string
		without string
	}{
		"ours, to who is signed in":   {legal, "r.pdf", report, "", 200, []string{sound, whole, "The log as it is now", "Mistral", ours}, broken},
		"ours, to anybody":            {h.visitor(), "r.pdf", report, "", 200, []string{sound, whole, ours}, "The log as it is now"},
		"names of records, to none":   {h.visitor(), "r.pdf", report, "", 200, []string{sound}, "/records/use_case/"},
		"ours, with our key":          {h.visitor(), "r.pdf", report, " " + ours + "\n", 200, []string{"holds under the key"}, broken},
		"changed":                     {legal, "r.pdf", changed, "", 200, []string{broken, "altered", "What this means"}, sound},
		"cut short":                   {legal, "r.pdf", report[:len(report)-9], "", 200, []string{broken, "its end is missing"}, sound},
		"ours, with another's key":    {legal, "r.pdf", report, theirs, 200, []string{broken, "not signed with the expected key", "does not come from that organisation"}, sound},
		"another house's":             {legal, "r.pdf", foreign, "", 200, []string{"a log that this page does not know", theirs, "Paste it below"}, sound},
		"another house's, its key":    {legal, "r.pdf", foreign, theirs, 200, []string{"holds under the key"}, broken},
		"of a demonstration":          {legal, "r.pdf", loose, "", 200, []string{"but not registered"}, sound},
		"of a demonstration, a key":   {legal, "r.pdf", loose, ours, 200, []string{broken, "Not registered"}, sound},
		"no report":                   {legal, "notes.txt", []byte("nothing of the kind"), "", 200, []string{broken, "no sealed report of Vigie"}, sound},
		"a name that is no text":      {legal, `<b onclick="x">.pdf`, []byte("%PDF-1.7\n"), "", 200, []string{broken, "&lt;b onclick="}, "<b onclick"},
		"empty":                       {legal, "r.pdf", nil, "", 422, []string{"This file is empty"}, broken},
		"no file":                     {legal, "", nil, "", 422, []string{"Choose the report to check"}, broken},
		"no key":                      {legal, "r.pdf", report, "vigie+0", 422, []string{"not the public key of a log", `value="vigie&#43;0"`}, broken},
		"far too large":               {legal, "r.pdf", make([]byte, web.MaxReport+1), "", 413, []string{"larger than 25 MB"}, broken},
		"larger than the form can be": {h.visitor(), "r.pdf", make([]byte, web.MaxReport+1<<20), "", 413, []string{"larger than 25 MB"}, broken},
	} {
		t.Run(name, func(t *testing.T) {
			body, kind := reportForm(t, c.name, c.file, c.key)
			w := c.who.send("POST", "/en/verify", strings.NewReader(body), "Content-Type", kind)
			page := w.Body.String()
			if w.Code != c.status || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("status %d, to be kept: %q", w.Code, w.Header().Get("Cache-Control"))
			}
			for _, want := range c.want {
				if !strings.Contains(page, strings.ReplaceAll(want, "+", "&#43;")) && !strings.Contains(page, want) {
					t.Errorf("without %q:\n%s", want, page)
				}
			}
			if c.without != "" && strings.Contains(page, c.without) {
				t.Errorf("with %q", c.without)
			}
		})
	}
	body, kind := reportForm(t, "r.pdf", report, "")
	for name, c := range map[string]struct {
		body    io.Reader
		kind    string
		headers []string
		status  int
	}{
		"a form cut short":       {strings.NewReader(body[:len(body)/2]), kind, nil, 400},
		"a form of another sort": {strings.NewReader("file=x"), "application/x-www-form-urlencoded", nil, 415},
		"a form of another site": {strings.NewReader(body), kind, []string{"Sec-Fetch-Site", "cross-site"}, 403},
	} {
		if w := h.visitor().send("POST", "/fr/verify", c.body, append(c.headers, "Content-Type", c.kind)...); w.Code != c.status {
			t.Errorf("%s: status %d", name, w.Code)
		}
	}
	if w := h.visitor().get("/fr/verify"); w.Code != 200 || !strings.Contains(w.Body.String(), "Contrôler un rapport") || strings.Contains(w.Body.String(), "who.menu") {
		t.Errorf("the form, to anybody: %d", w.Code)
	}
	after, err := h.store.Checkpoint(t.Context())
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("checking reports wrote something: %v", err)
	}
}

// An assessment that is kept says where it stands in the log, and under which checkpoint.
func TestPlaceInTheLog(t *testing.T) {
	h, _ := keepingHouse(t)
	legal := h.joins(h.administrator(), "legal@example.org", "", "legal")
	const at = "/en/offerings/mistral-api-eu-medium-3.5/assessment?use_case=office-assistant"
	if w := legal.get(at); !strings.Contains(w.Body.String(), "not registered") {
		t.Error("an assessment that nobody kept does not say so")
	}
	issuedBy(t, h, legal)
	page := legal.get(at).Body.String()
	_, rest, _ := strings.Cut(page, "Place in the log:")
	line, _, _ := strings.Cut(rest, "</p>")
	if !strings.Contains(line, "under the signed checkpoint of") {
		t.Errorf("an assessment that was kept says: %s", line)
	}
}
