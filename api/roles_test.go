package api

import (
	"cmp"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vigie/api/docs"
	"vigie/api/fetch"
	"vigie/api/notify"
	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/exchange"
	"vigie/catalog/store"
)

// owned is what the entity fr of the group keeps: one of each thing that an address can name.
type owned struct {
	record, offering, source, file, document, proposal, subscription, person, claim string
}

// keepingHouse is a server with accounts whose service works on the same store, filled with the shipped catalogue and
// with what one entity keeps for itself.
func keepingHouse(t testing.TB) (*house, *owned) {
	t.Helper()
	h := openHouse(t, nil)
	shipped, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	svc, err := service.OpenStore(service.Options{Version: "test"}, h.store)
	if err != nil {
		t.Fatal(err)
	}
	desk := &notify.Desk{Store: h.store, Fetch: fetch.New(fetch.Options{}), Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return h.clock }}
	if h.server, err = build(Config{Service: svc, Log: h.Log, Today: h.Today, Access: h.Access, Notify: desk}); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	record := func(b store.Batch) store.Receipt {
		t.Helper()
		r, err := h.store.Record(ctx, b)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	c := shipped.Catalogue
	record(store.Batch{By: "shipped", Records: c.Records, Sources: c.Sources, Claims: c.Claims, Withdrawals: c.Withdrawals, Settlements: c.Settlements})
	o := &owned{record: "fr-secret", offering: "fr-secret-offering", source: "fr-secret-source"}
	vendor, offering := catalog.Ref{Kind: catalog.Vendor, ID: o.record}, catalog.Ref{Kind: catalog.Offering, ID: o.offering}
	name := catalog.Value{Type: catalog.TypeText, Text: "Secret of fr", FR: "Secret de fr"}
	r := record(store.Batch{By: "p1", Entity: "fr", Records: []catalog.Ref{vendor, offering},
		Sources:   []catalog.Source{{ID: o.source, Title: "Contract of fr", Kind: "contract", Read: "2026-11-20"}},
		Claims:    []catalog.Claim{{Record: vendor, Path: "vendor.name", State: catalog.Known, Value: &name, Source: o.source, AsOf: "2026-11-20"}, {Record: offering, Path: "offering.name", State: catalog.Known, Value: &name, AsOf: "2026-11-20"}},
		Documents: []store.Document{{Kind: store.Assessment, Body: []byte(`{"of":"fr"}`), Index: map[string]string{"offering": o.offering}}}})
	o.claim, o.document = r.Claims[0], r.Documents[0]
	f, err := h.store.AddFile(ctx, strings.NewReader("A contract of fr, in plain words.\n"), "contract.txt", "", -1, "fr")
	if err != nil {
		t.Fatal(err)
	}
	o.file = f.SHA256
	body, err := (&exchange.Proposal{Format: exchange.ProposalFormat, Day: today, About: vendor, Records: []catalog.Ref{}, Sources: []catalog.Source{},
		Claims: []exchange.Proposed{{Record: vendor, Path: "vendor.name", State: catalog.Known, Value: &name, AsOf: today}}, Faults: []exchange.Remark{}, Notes: []exchange.Remark{}}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	row, err := h.store.AddDraft(ctx, store.Draft{Sort: store.ProposalDraft, Entity: "fr", State: "open", Subject: "vendor/" + o.record, Body: body, ChangedBy: "p1"})
	if err != nil {
		t.Fatal(err)
	}
	o.proposal = row.ID
	sub, _, err := desk.Add(ctx, notify.Subscription{Channel: notify.Email, Address: "fr@example.org", Lang: "fr", Entity: "fr"}, "p1")
	if err != nil {
		t.Fatal(err)
	}
	o.subscription = sub.ID
	return h, o
}

// rule is what the table says of one operation.
type rule struct {
	needs account.Permission
	// names says that its address or body names something of an entity, which to others does not exist.
	names bool
	// group says that it is for those of the group alone, who see every entity.
	group bool
	// session says that who signed in on a browser may do it, and no program.
	session bool
}

// rules is the one table of who may do what. It is written by hand, apart from the operations: each was thought about
// once more here.
var rules = map[string]rule{
	"list-offerings": {needs: account.Read}, "list-use-cases": {needs: account.Read}, "list-organisations": {needs: account.Read}, "list-records": {needs: account.Read},
	"get-record": {needs: account.Read, names: true}, "get-offering": {needs: account.Read, names: true}, "create-record": {needs: account.Claim},
	"record-claims": {needs: account.Claim, names: true}, "withdraw-claim": {needs: account.Claim, names: true}, "settle-fact": {needs: account.Settle, names: true},
	"fact-history": {needs: account.Read, names: true}, "export-claims": {needs: account.Read},
	"get-source": {needs: account.Read, names: true}, "record-source": {needs: account.Claim}, "upload-file": {needs: account.Claim},
	"get-file": {needs: account.Read, names: true}, "download-file": {needs: account.Read, names: true},
	"assess": {needs: account.Read, names: true}, "questions": {needs: account.Read, names: true}, "recourse": {needs: account.Read, names: true}, "exposure": {needs: account.Read, names: true},
	"assessment-report": {needs: account.Read, names: true}, "compare": {needs: account.Read}, "compare-weighing": {needs: account.Read}, "what-if": {needs: account.Read},
	"compare-report": {needs: account.Read}, "compare-workbook": {needs: account.Read},
	"list-laws": {needs: account.Read}, "get-law": {needs: account.Read}, "list-licences": {needs: account.Read}, "get-licence": {needs: account.Read}, "identify-licence": {needs: account.Read},
	"list-weight-sets": {needs: account.Read}, "list-frameworks": {needs: account.Read}, "get-framework": {needs: account.Read}, "get-dictionary": {needs: account.Read},
	"log-key": {needs: account.Read}, "log-checkpoint": {needs: account.Read}, "log-leaves": {needs: account.Read, group: true}, "log-prove": {needs: account.Read}, "log-consistency": {needs: account.Read},
	"list-documents": {needs: account.Read}, "get-document": {needs: account.Read, names: true},
	"list-decisions": {needs: account.Read}, "get-decision": {needs: account.Read}, "decision-drift": {needs: account.Read}, "portfolio": {needs: account.Read}, "calendar": {needs: account.Read},
	"list-proposals": {needs: account.Read}, "get-proposal": {needs: account.Read, names: true}, "propose": {needs: account.Claim},
	"accept-proposal": {needs: account.Review, names: true}, "refuse-proposal": {needs: account.Review, names: true}, "list-sources": {needs: account.Read}, "file-text": {needs: account.Read, names: true}, "list-jobs": {needs: account.Read}, "get-job": {needs: account.Read}, "cancel-job": {needs: account.Read}, "start-job": {needs: account.Assess}, "verify-store": {needs: account.Administer},
	"keep-assessment": {needs: account.Assess}, "keep-comparison": {needs: account.Assess}, "replay": {needs: account.Read}, "issue-report": {needs: account.Issue}, "issue-comparison": {needs: account.Issue},
	"take-decision": {needs: account.Decide}, "publish-weights": {needs: account.Configure}, "publish-framework": {needs: account.Configure},
	"me": {needs: account.Read}, "list-tokens": {needs: account.Read, session: true}, "end-token": {needs: account.Read, session: true},
	"list-people": {needs: account.Administer}, "get-person": {needs: account.Administer, names: true}, "invite-person": {needs: account.Administer}, "change-person": {needs: account.Administer, names: true},
	"suspend-person": {needs: account.Administer, names: true}, "erase-person": {needs: account.Administer, names: true},
	"list-subscriptions": {needs: account.Administer}, "subscribe": {needs: account.Administer}, "get-subscription": {needs: account.Administer, names: true},
	"try-subscription": {needs: account.Administer, names: true}, "unsubscribe": {needs: account.Administer, names: true},
}

// about turns the example of an operation to what the entity fr keeps.
func (o *owned) about(op *huma.Operation, id string) *http.Request {
	r := exampleRequest(op)
	values := map[string]string{"kind": "vendor", "id": o.record, "path": "vendor.name", "sha256": o.file, "hash": o.document, "person": o.person, "subscription": o.subscription}
	switch {
	case strings.HasPrefix(op.Path, root+"/offerings/"):
		values["id"] = o.offering
	case id == "get-source":
		values["id"] = o.source
	case strings.HasSuffix(id, "-proposal"):
		values["draft"] = o.proposal
	}
	if !rules[id].names {
		return r
	}
	path := op.Path
	for _, p := range op.Parameters {
		if v, ok := values[p.Name]; ok && p.In == "path" {
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(v))
		}
	}
	path = strings.ReplaceAll(path, "{document}", "assessment")
	r.URL.Path, r.URL.RawPath = path, ""
	if id == "withdraw-claim" || id == "settle-fact" {
		var body map[string]any
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			panic(err)
		}
		body["claim"] = o.claim
		data, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(string(data))), int64(len(data))
	}
	return r
}

// TestRoles walks every operation of the document with every role, in the entity that owns what is asked for, in
// another, in the group, and signed out, against the one table (RELIABILITY S15).
func TestRoles(t *testing.T) {
	h, o := keepingHouse(t)
	v := readDocument(t, h.engine)
	admin := h.administrator()
	type who struct {
		role    account.Role
		entity  string
		token   string
		visitor *visitor
	}
	var people []who
	for _, entity := range []string{"fr", "de", ""} {
		for _, role := range account.Roles() {
			x := h.joins(admin, string(role)+"@"+cmp.Or(entity, "group")+".example.org", entity, string(role))
			var scopes []string
			for _, p := range account.Permissions() {
				if role.Grants(p) {
					scopes = append(scopes, string(p))
				}
			}
			people = append(people, who{role, entity, x.token(scopes...), x})
			if role == account.Reader && entity == "fr" {
				all, err := h.Access.Members(account.With(t.Context(), account.Local()))
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range all {
					if m.Email == "reader@fr.example.org" {
						o.person = m.Person
					}
				}
			}
		}
	}
	cells := 0
	for _, op := range docs.Operations(h.api.OpenAPI()) {
		id := op.OperationID
		want, ok := rules[id]
		if !ok {
			t.Errorf("%s is not in the table", id)
			continue
		}
		if got := op.Extensions["x-permission"]; got != string(want.needs) {
			t.Errorf("%s: the operation needs %q, the table says %q", id, got, want.needs)
		}
		if w := answered(t, h.engine, v, op, o.about(op, id)); w.Code != http.StatusUnauthorized {
			t.Errorf("%s signed out: status %d", id, w.Code)
		}
		cells++
		if id == "accept-proposal" || id == "refuse-proposal" || id == "erase-person" || id == "suspend-person" || id == "unsubscribe" || id == "change-person" {
			continue // what they do to the fixture is looked at below, once each
		}
		for _, x := range people {
			cells++
			r := o.about(op, id)
			if want.session {
				x.visitor.sign(r)
			} else {
				r.Header.Set("Authorization", "Bearer "+x.token)
			}
			r.Header.Set("If-None-Match", "*") // a report that may be read need not be printed
			w := answered(t, h.engine, v, op, r)
			here := string(x.role) + " of " + x.entity + ": " + id
			switch {
			case !x.role.Grants(want.needs):
				if w.Code != http.StatusForbidden {
					t.Errorf("%s: status %d, want 403", here, w.Code)
				}
			case want.names && x.entity == "de", want.group && x.entity != "":
				if w.Code != http.StatusNotFound {
					t.Errorf("%s: status %d, want 404: %.200s", here, w.Code, w.Body)
				}
			case w.Code == http.StatusUnauthorized || w.Code == http.StatusForbidden:
				t.Errorf("%s: status %d: %.200s", here, w.Code, w.Body)
			case want.names && w.Code == http.StatusNotFound:
				t.Errorf("%s: what is its own is not there: %.200s", here, w.Body)
			}
			if x.entity == "de" && strings.Contains(w.Body.String(), "fr-secret") && w.Code < 400 {
				t.Errorf("%s tells of what another entity keeps: %.300s", here, w.Body)
			}
		}
	}
	t.Logf("%d cells", cells)
}

// sign makes a request one of the visitor's browser.
func (v *visitor) sign(r *http.Request) {
	r.Host, r.RemoteAddr = v.host, v.remote
	for _, c := range v.cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	for k, x := range v.headers {
		r.Header.Set(k, x)
	}
}

// TestForeignChanges looks at what changes people and subscriptions: another entity's do not exist.
func TestForeignChanges(t *testing.T) {
	h, o := keepingHouse(t)
	admin := h.administrator()
	de := h.joins(admin, "admin@de.example.org", "de", "administrator").token("read", "administer")
	h.joins(admin, "reader@fr.example.org", "fr", "reader")
	fr := h.joins(admin, "admin@fr.example.org", "fr", "administrator").token("read", "administer")
	all, err := h.Access.Members(account.With(t.Context(), account.Local()))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Email == "reader@fr.example.org" {
			o.person = m.Person
		}
	}
	v := readDocument(t, h.engine)
	buyers := map[string]string{"de": h.joins(admin, "buyer@de.example.org", "de", "procurement").token("read", "claim", "review"), "fr": h.joins(admin, "buyer@fr.example.org", "fr", "procurement").token("read", "claim", "review")}
	for _, id := range []string{"refuse-proposal", "change-person", "suspend-person", "unsubscribe", "erase-person"} {
		for _, op := range docs.Operations(h.api.OpenAPI()) {
			if op.OperationID != id {
				continue
			}
			for _, x := range []struct {
				name, token string
				ok          bool
			}{{"de", de, false}, {"fr", fr, true}} {
				r := o.about(op, id)
				if id == "change-person" {
					r.Body = io.NopCloser(strings.NewReader(`{"name":"Jeanne","email":"reader@fr.example.org","entity":"fr","roles":["reader"]}`))
				}
				if strings.HasSuffix(id, "-proposal") {
					x.token = buyers[x.name]
				}
				r.Header.Set("Authorization", "Bearer "+x.token)
				w := answered(t, h.engine, v, op, r)
				if x.ok && w.Code >= 300 || !x.ok && w.Code != http.StatusNotFound {
					t.Errorf("%s by %s: status %d: %.300s", id, x.name, w.Code, w.Body)
				}
			}
		}
	}
}

// api is a client with a token.
type api struct {
	t     testing.TB
	h     http.Handler
	token string
}

func (a *api) send(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	a.t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, root+path, in)
	r.Header.Set("Authorization", "Bearer "+a.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	a.h.ServeHTTP(w, r)
	return w
}

// TestChanges records, withdraws and settles through the API, from what was read.
func TestChanges(t *testing.T) {
	h, _ := keepingHouse(t)
	c := &api{t, h.engine, h.joins(h.administrator(), "buyer@fr.example.org", "fr", "procurement", "committee").token("read", "claim", "settle")}
	expect := func(w *httptest.ResponseRecorder, status int, holds ...string) *httptest.ResponseRecorder {
		t.Helper()
		if w.Code != status {
			t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
		}
		for _, x := range holds {
			if !strings.Contains(w.Body.String(), x) {
				t.Errorf("%q is not in %s", x, w.Body)
			}
		}
		return w
	}
	claim := func(en string) string {
		return `{"claims":[{"path":"vendor.name","state":"known","value":{"type":"text","value":{"en":"` + en + `","fr":"` + en + `"}},"as_of":"2026-11-24"}]}`
	}
	w := expect(c.send("POST", "/records/vendor", `{"id":"acme","claims":[{"path":"vendor.name","state":"known","value":{"type":"text","value":{"en":"Acme","fr":"Acme"}},"as_of":"2026-11-20"}]}`), 201, `"leaves":2`)
	if w.Header().Get("Location") != root+"/records/vendor/acme" {
		t.Errorf("made at %s", w.Header().Get("Location"))
	}
	expect(c.send("POST", "/records/vendor", `{"id":"acme"}`), 409)
	expect(c.send("POST", "/records/vendor", `{"id":"Acme!"}`), 422, "body.id")
	at := "/records/vendor/acme"
	read := expect(c.send("GET", at, ""), 200, "Acme")
	tag := read.Header().Get("ETag")
	expect(c.send("GET", at, "", "If-None-Match", tag), 304)
	expect(c.send("POST", at+"/claims", claim("Acme SA")), 428)
	expect(c.send("POST", at+"/claims", claim("Acme SA"), "If-Match", `acme`), 400, "header.If-Match")
	w = expect(c.send("POST", at+"/claims", claim("Acme SA"), "If-Match", tag, "Idempotency-Key", "k1"), 201, `"claims":["`)
	expect(c.send("POST", at+"/claims", claim("Acme SA"), "If-Match", tag, "Idempotency-Key", "k1"), 201, `"replayed":true`)
	expect(c.send("POST", at+"/claims", claim("Acme SARL"), "If-Match", tag, "Idempotency-Key", "k1"), 409)
	expect(c.send("POST", at+"/claims", claim("Acme SARL"), "If-Match", tag), 412)
	expect(c.send("POST", at+"/claims", claim("Acme SARL"), "If-Match", w.Header().Get("ETag")), 201)
	expect(c.send("POST", at+"/claims", `{"claims":[{"path":"vendor.nam","state":"known","value":{"type":"text","value":"x"}}]}`, "If-Match", "*"), 422, `body.claims[0]`, "vendor.name")
	history := expect(c.send("GET", at+"/facts/vendor.name", ""), 200)
	var past service.History
	if err := json.Unmarshal(history.Body.Bytes(), &past); err != nil || len(past.Claims) != 3 {
		t.Fatalf("%v: %s", err, history.Body)
	}
	expect(c.send("POST", at+"/withdrawals", `{"claim":"`+past.Claims[1].Hash+`","reason":"misread"}`, "If-Match", "*"), 201)
	expect(c.send("POST", at+"/settlements", `{"path":"vendor.name","claim":"`+past.Claims[0].Hash+`","reason":"as registered"}`, "If-Match", "*"), 201)
	expect(c.send("GET", at+"/facts/vendor.name", ""), 200, "misread", "as registered")
	expect(c.send("GET", at+"/facts/vendor.nme", ""), 404, "vendor.name")
	expect(c.send("POST", "/records/vendor/mistral/claims", claim("x"), "If-Match", "*"), 422)
	for _, path := range []string{"/log/checkpoint", "/log/key", "/log/proofs/" + past.Claims[0].Hash, "/export/claims.ndjson"} {
		expect(c.send("GET", path, ""), 200)
	}
	note := c.send("GET", "/log/checkpoint", "").Body.String()
	body, err := json.Marshal(map[string]string{"checkpoint": note})
	if err != nil {
		t.Fatal(err)
	}
	expect(c.send("POST", "/log/consistency", string(body)), 200, `"older"`)
}

// TestFiles sends a file and takes it back as something to save, whatever it claims to be (RELIABILITY S11).
func TestFiles(t *testing.T) {
	h, _ := keepingHouse(t)
	c := &api{t, h.engine, h.joins(h.administrator(), "buyer@fr.example.org", "fr", "procurement").token("read", "claim")}
	for name, data := range map[string]string{
		"page.html":    "<!DOCTYPE html><script>alert(1)</script>",
		"drawing.svg":  `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"script.pdf":   "%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF\n",
		"contrat.html": "plain text that only calls itself a page, é",
	} {
		w := c.send("POST", "/files?name="+url.QueryEscape("../../"+name), data, "Content-Type", "application/octet-stream")
		if w.Code == http.StatusUnprocessableEntity {
			continue // not a kind of file that is kept
		}
		var f store.File
		if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil || w.Code != http.StatusCreated {
			t.Fatalf("%s: status %d: %s", name, w.Code, w.Body)
		}
		got := c.send("GET", "/files/"+f.SHA256+"/content", "")
		head := got.Header()
		if got.Body.String() != data || !strings.HasPrefix(head.Get("Content-Disposition"), "attachment;") || head.Get("X-Content-Type-Options") != "nosniff" ||
			head.Get("Content-Security-Policy") != sandbox || strings.Contains(head.Get("Content-Type"), "html") || strings.Contains(head.Get("Content-Type"), "svg") || strings.Contains(head.Get("Content-Disposition"), "/") {
			t.Errorf("%s: headers %v", name, head)
		}
	}
	if w := c.send("POST", "/files?name=x", strings.Repeat("x", maxFile+1), "Content-Type", "application/octet-stream"); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("one byte over: status %d", w.Code)
	}
	if w := c.send("POST", "/files?sha256="+strings.Repeat("0", 64), "%PDF-1.4\n%%EOF\n", "Content-Type", "application/pdf"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("another hash than announced: status %d: %s", w.Code, w.Body)
	}
}

// TestReady tells a balancer whether requests can be answered.
func TestReady(t *testing.T) {
	h, _ := keepingHouse(t)
	if w := get(h.engine, "/readyz"); w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	metrics := func(remote, token string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "http://localhost/metrics", nil)
		r.RemoteAddr = remote
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		h.engine.ServeHTTP(w, r)
		return w
	}
	if w := metrics("127.0.0.1:9", ""); w.Code != 200 || !strings.Contains(w.Body.String(), "vigie_log_entries") || !strings.Contains(w.Body.String(), `vigie_requests_total{method="GET",route="/readyz",status="200"} 1`) {
		t.Errorf("status %d: %.300s", w.Code, w.Body)
	}
	if w := metrics("192.0.2.7:9", ""); w.Code != http.StatusUnauthorized {
		t.Errorf("from outside: status %d", w.Code)
	}
	admin := h.administrator()
	if w := metrics("192.0.2.7:9", h.joins(admin, "r@example.org", "", "reader").token("read")); w.Code != http.StatusForbidden {
		t.Errorf("a reader from outside: status %d", w.Code)
	}
	if w := metrics("192.0.2.7:9", h.joins(admin, "a@example.org", "", "administrator").token("read", "administer")); w.Code != http.StatusOK {
		t.Errorf("an administrator from outside: status %d", w.Code)
	}
	if err := h.store.Close(); err != nil {
		t.Fatal(err)
	}
	if w := get(h.engine, "/readyz"); w.Code < 500 {
		t.Errorf("without its store: status %d", w.Code)
	}
}
