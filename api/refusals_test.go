package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"vigie/catalog"
)

// refusedForm is how a form is filled in wrongly, and what becomes of it.
type refusedForm struct {
	at     string // the address; empty: the route
	form   url.Values
	status int  // 0: 422
	whole  bool // it is wrong as a whole: no field is at fault
	secret string
}

// wrongForms are a wrong filling-in of every form, by its route without the language. Each keeps what was typed.
var wrongForms = map[string]refusedForm{
	"/signin":                               {form: url.Values{"email": {"anne@example.org"}, "password": {"a wrong password"}}, whole: true, secret: "a wrong password"},
	"/people":                               {form: url.Values{"name": {"Jean Nemarre"}, "email": {"not an address"}, "roles": {"legal"}}},
	"/account/password":                     {form: url.Values{"current": {phrase}, "password": {"short"}}, secret: phrase},
	"/account/tokens":                       {form: url.Values{"name": {"A name for it"}, "days": {"9999"}}},
	"/records/:kind/:id/facts/:path":        {at: "/records/vendor/mistral/facts/vendor.employees", form: url.Values{"v.vendor.employees": {"a great many"}, "l.vendor.employees": {"page 4"}, "from": {"none"}, "as_of": {"24/11/2026"}, "note": {"A remark"}}},
	"/records/:kind/:id/facts/:path/settle": {at: "/records/vendor/mistral/facts/vendor.employees/settle", form: url.Values{"reason": {""}}, whole: true},
	"/records/:kind/:id/sections/:section":  {at: "/records/vendor/mistral/sections/viability", form: url.Values{"v.vendor.employees": {"a great many"}, "seen.vendor.employees": {""}, "from": {"none"}, "as_of": {"24/11/2026"}, "note": {"A remark"}}},
	"/new/:kind":                            {at: "/new/vendor", form: url.Values{"v.vendor.name": {"Aurora AI"}, "v.vendor.headquarters_country": {"Frence"}, "from": {"none"}, "as_of": {"24/11/2026"}}},
	"/sources/:id":                          {at: "/sources/new", form: url.Values{"src.title": {"Terms of Aurora"}, "src.publisher": {"Aurora"}}},
	"/import":                               {form: url.Values{"declared": {"Aurora AI"}}},
	"/decide":                               {form: url.Values{"offering": {"mistral-api-eu-medium-3.5"}, "use_case": {"office-assistant"}, "outcome": {"approve_with_conditions"}, "quorum": {"1"}, "decided_on": {"soon"}, "until": {"24/11/2027"}, "cond.0.text": {"A data-processing agreement is signed"}, "cond.0.due": {"1/3/2027"}, "member.0.name": {"Anne Onyme"}, "reason": {"It is needed"}}},
}

// formsWithoutFields are routes whose forms hold nothing that anybody types, or whose refusal is a page of its own.
var formsWithoutFields = []string{"/signout", "/account/totp", "/account/totp/remove", "/account/codes", "/account/passkeys/remove", "/account/sessions/end", "/account/sessions/others", "/account/sessions/all",
	"/account/tokens/end", "/account/calendar", "/people/:id/state", "/people/:id/link", "/offerings/:id/kept", "/offerings/:id/report", "/admin/tokens/end", "/admin/log/checkpoints", "/admin/jobs/:id/cancel",
	"/signin/passkey/begin", "/signin/passkey/finish", "/account/passkeys/begin", "/account/passkeys/finish", "/records/:kind/:id/absent", "/frameworks/check"}

// formsTriedElsewhere are refused in the test that is named.
var formsTriedElsewhere = map[string]string{
	"/signin/code": "TestSecondFactorPages", "/account/totp/confirm": "TestSecondFactorPages", "/licences/text": "TestTextForm", "/verify": "TestVerifyPage",
	"/records/:kind/:id/facts/:path/withdraw": "TestReviewsAreKept", "/records/:kind/:id/chain": "TestChainIsEditedOnItsDrawing",
	"/people/:id": "TestPeoplePages", "/people/:id/erase": "TestPeoplePages", "/admin/dictionary": "TestAdministrationStory",
}

// formsToBeginFirst take a link, a file, a draft or a job to begin from; no test looks at how their refusals are marked.
var formsToBeginFirst = []string{"/welcome", "/proposals/:id", "/admin/jobs", "/frameworks/:ref/duplicate", "/frameworks/drafts/:draft", "/frameworks/drafts/:draft/about", "/frameworks/drafts/:draft/criteria/:criterion", "/frameworks/drafts/:draft/publish"}

// A form that is refused comes back with every entry but passwords, says at its head what is wrong with links to the
// fields, marks each of them with its reason, and gives the focus to the first, or to the summary.
func TestEveryRefusedForm(t *testing.T) {
	h, _ := keepingHouse(t)
	admin := h.administrator()
	all := h.joins(admin, "all@example.org", "", "procurement", "committee", "legal", "administrator")
	for _, r := range h.engine.Routes() {
		rest, page := strings.CutPrefix(r.Path, "/fr")
		if r.Method != http.MethodPost || !page || slices.Contains(formsWithoutFields, rest) || formsTriedElsewhere[rest] != "" || slices.Contains(formsToBeginFirst, rest) {
			continue
		}
		tt, ok := wrongForms[rest]
		if !ok {
			t.Errorf("no row tells how the form of %s is refused", rest)
			continue
		}
		if tt.at == "" {
			tt.at = rest
		}
		if tt.status == 0 {
			tt.status = http.StatusUnprocessableEntity
		}
		for _, l := range []string{"/fr", "/en"} {
			v := all
			if rest == "/signin" {
				v = h.visitor()
			}
			w := v.post(l+tt.at, tt.form)
			if w.Code != tt.status {
				t.Errorf("%s: status %d: %s", l+tt.at, w.Code, text(w))
				continue
			}
			for _, bad := range refusalFaults(t, w.Body.String(), tt) {
				t.Errorf("%s: %s", l+tt.at, bad)
			}
		}
	}
}

// refusalFaults gives what is wrong with the page of a refused form.
func refusalFaults(t *testing.T, body string, tt refusedForm) []string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var bad []string
	attrs := func(n *html.Node) map[string]string {
		out := map[string]string{}
		for _, a := range n.Attr {
			out[a.Key] = a.Val
		}
		return out
	}
	ids := map[string]*html.Node{}
	var focus []*html.Node
	var summary *html.Node
	var links []string
	kept := map[string]bool{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		a := attrs(n)
		if a["id"] != "" {
			ids[a["id"]] = n
		}
		if _, ok := a["autofocus"]; ok {
			focus = append(focus, n)
		}
		if a["class"] == "errors" && a["role"] == "alert" {
			summary = n
			for x := range n.Descendants() {
				if x.Data == "a" {
					links = append(links, strings.TrimPrefix(attrs(x)["href"], "#"))
				}
			}
		}
		kept[a["value"]] = true
		if n.Data == "textarea" && n.FirstChild != nil {
			kept[n.FirstChild.Data] = true
		}
	}
	if summary == nil {
		return append(bad, "nothing at the head says what is wrong")
	}
	for name, values := range tt.form {
		for _, v := range values {
			if v != "" && !slices.Contains([]string{"password", "current"}, name) && !kept[v] {
				bad = append(bad, "what was typed into "+name+" is lost: "+v)
			}
		}
	}
	if tt.secret != "" && strings.Contains(body, tt.secret) {
		bad = append(bad, "a password comes back")
	}
	if len(links) == 0 && !tt.whole {
		bad = append(bad, "no link leads to a field")
	}
	for _, id := range links {
		field := ids[id]
		if field == nil {
			bad = append(bad, "a link to no field: "+id)
			continue
		}
		a := attrs(field)
		described := false
		for x := range strings.FieldsSeq(a["aria-describedby"]) {
			described = described || ids[x] != nil && strings.HasSuffix(x, "-error")
		}
		if a["aria-invalid"] != "true" || !described {
			bad = append(bad, "a field that is wrong does not say so: "+id)
		}
	}
	switch {
	case len(focus) != 1:
		bad = append(bad, "the focus is not given to one place but to "+itoa(len(focus)))
	case len(links) == 0 && focus[0] != summary:
		bad = append(bad, "the summary has not the focus")
	case len(links) > 0 && attrs(focus[0])["aria-invalid"] != "true":
		bad = append(bad, "the focus is on a field that is right")
	}
	return bad
}

// What somebody wrote into the forms that settle and withdraw is kept when these are refused.
func TestReviewsAreKept(t *testing.T) {
	h, _ := keepingHouse(t)
	v := h.joins(h.administrator(), "one@example.org", "", "procurement")
	list, err := h.store.Claims(t.Context(), catalog.Ref{Kind: catalog.Vendor, ID: "mistral"}, "vendor.name")
	if err != nil || len(list.Claims) == 0 {
		t.Fatalf("%v: %d claims", err, len(list.Claims))
	}
	w := v.post("/fr/records/vendor/mistral/facts/vendor.name/withdraw", url.Values{"claim": {list.Claims[0].Hash()}, "reason": {" "}})
	if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "<details class=\"change\" open>") || !strings.Contains(body, `autofocus`) || !strings.Contains(body, `aria-invalid="true"`) {
		t.Errorf("status %d: %s", w.Code, text(w))
	}
}
