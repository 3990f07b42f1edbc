package api

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

var feedAddress = regexp.MustCompile(`http://localhost:8080(/calendar/vigie_[A-Za-z0-9_-]+/(?:fr|en)\.ics)`)

// feedOf makes the secret address of somebody's calendar.
func feedOf(t *testing.T, v *visitor) string {
	t.Helper()
	w := v.post("/fr/account/calendar", url.Values{})
	m := feedAddress.FindStringSubmatch(w.Body.String())
	if w.Code != http.StatusOK || m == nil {
		t.Fatalf("an address: %d %s", w.Code, text(w))
	}
	return m[1]
}

// A calendar program reads what its owner may see by the secret address alone, until it is revoked; the secret opens nothing
// else, is in no line of the log and in no row of the store.
func TestCalendarFeed(t *testing.T) {
	h, _ := keepingHouse(t)
	admin := h.administrator()
	v := h.joins(admin, "jean@example.org", "", "committee")
	d := works(t, h, h.personOf("jean@example.org"))
	at := feedOf(t, v)
	secret := strings.Split(at, "/")[2]
	w := get(h.engine, at)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/calendar; charset=utf-8" || !strings.HasPrefix(w.Body.String(), "BEGIN:VCALENDAR\r\n") {
		t.Fatalf("the feed: %d %v %s", w.Code, w.Header(), w.Body)
	}
	flat := strings.ReplaceAll(w.Body.String(), "\r\n ", "")
	for _, x := range []string{"DTSTART;VALUE=DATE:20261220", "DTSTART;VALUE=DATE:20261201", "Mistral Medium 3.5", "Assistant bureautique interne", d.ending.Hash} {
		if !strings.Contains(flat, x) {
			t.Errorf("the calendar holds no %q", x)
		}
	}
	if strings.Contains(flat, "SUMMARY:Fin de décision : mistral-api") {
		t.Error("an id where a name belongs")
	}
	if again := get(h.engine, at, "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("asked again: %d", again.Code)
	}
	for _, path := range []string{"/api/v1/calendar.ics", "/api/v1/decisions", "/api/v1/me", "/fr/decisions"} {
		if w := get(h.engine, path, "Authorization", "Bearer "+secret); w.Code != http.StatusUnauthorized && w.Code != http.StatusSeeOther {
			t.Errorf("%s with the secret: status %d", path, w.Code)
		}
	}
	for _, path := range []string{at + "x", strings.Replace(at, ".ics", ".txt", 1), "/calendar/" + v.token("read") + "/fr.ics", "/calendar/vigie_nothing/fr.ics", "/calendar/x/fr.ics", "/calendar/" + secret} {
		if w := get(h.engine, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	if strings.Contains(h.said.String(), secret) || !strings.Contains(h.said.String(), "path=/calendar/…") {
		t.Errorf("the log holds the secret, or not that the calendar was read: %s", h.said.String())
	}
	// Another entity's calendar tells nothing of the decisions of the group's entity; suspended people read no more.
	other := h.joins(admin, "de@example.org", "de", "reader")
	if w := get(h.engine, feedOf(t, other)); w.Code != http.StatusOK {
		t.Errorf("a reader of an entity: status %d", w.Code)
	}
	page := v.get("/fr/account").Body.String()
	id := regexp.MustCompile(`account/tokens/end"><input type="hidden" name="id" value="([^"]+)"`).FindStringSubmatch(page)
	if id == nil {
		t.Fatal("the page of the account does not list the address")
	}
	if strings.Contains(page, secret) {
		t.Error("the secret is shown again")
	}
	v.follow("/fr/account/tokens/end", url.Values{"id": {id[1]}})
	if w := get(h.engine, at); w.Code != http.StatusNotFound {
		t.Errorf("after it was revoked: status %d", w.Code)
	}
}

// The register tells which decisions have expired, end soon and no longer hold; filters, drilling down and the CSV file say
// the same.
func TestRegister(t *testing.T) {
	h, _ := keepingHouse(t)
	v := h.joins(h.administrator(), "jean@example.org", "", "committee")
	d := works(t, h, h.personOf("jean@example.org"))
	of := func(query string) (rows []string) {
		t.Helper()
		w := v.get("/fr/decisions.csv?" + query)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", query, w.Code, w.Body)
		}
		return append(rows, strings.Split(strings.TrimSpace(w.Body.String()), "\r\n")[1:]...)
	}
	for query, want := range map[string]string{"status=expired": d.expired.Hash, "status=soon": d.ending.Hash, "status=drifted": d.drifted.Hash, "find=ionos": d.expired.Hash} {
		rows := of(query)
		if len(rows) != 1 || !strings.HasSuffix(rows[0], want) {
			t.Errorf("%s: %q", query, rows)
		}
		page := v.get("/fr/decisions?" + query).Body.String()
		if !strings.Contains(page, "/fr/decisions/"+want[:12]) || strings.Count(page, `<th scope="row"><a href="/fr/decisions/`) != 1 {
			t.Errorf("%s: the page shows something else than the file", query)
		}
	}
	if rows := of(""); len(rows) != 3 || !strings.Contains(strings.Join(rows, "\n"), "ne tient plus") {
		t.Errorf("the register: %q", rows)
	}
	if w := v.get("/fr/decisions?status=gone"); w.Code != http.StatusBadRequest {
		t.Errorf("a status that is none: %d", w.Code)
	}
	page := v.get("/fr/decisions").Body.String()
	drill := regexp.MustCompile(`/fr/decisions\?hangs=vendor%3A[^"]*`).FindAllString(page, -1)
	if len(drill) != 2 {
		t.Fatalf("vendors to drill down to: %q", drill)
	}
	for _, at := range drill {
		if n := len(of(strings.SplitN(at, "?", 2)[1])); n != 1 {
			t.Errorf("%s: %d decisions", at, n)
		}
	}
}

// The register and the calendar of a house in a real browser.
func TestRegisterInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	words := map[string]struct{ drifted, depends, condition string }{
		"fr": {"ne tient plus", "Seulement ce qui dépend de", "annexe sur les données"},
		"en": {"no longer holds", "Only what depends on", "Sign the annex"},
	}
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := words[lang]
			h, _ := keepingHouse(t)
			p := signsIn(t, h, lang, "committee")
			d := works(t, h, h.personOf("jean@example.org"))
			p.open("/" + lang + "/decisions")
			p.until(w.drifted)
			p.look("register-" + lang)
			p.tick(`a[href*="hangs=vendor"]`)
			p.until(w.depends)
			p.look("register-drilled-" + lang)
			p.open("/" + lang + "/calendar")
			p.do(chromedp.WaitVisible("#m-2026-12"))
			p.until(w.condition)
			p.look("calendar-" + lang)
			p.tick(`.calendar a[href$="` + d.ending.Hash[:12] + `#conditions"]`)
			p.until("/decisions/" + d.ending.Hash[:12])
			p.open("/" + lang + "/account")
			p.tick(`form[action$="/account/calendar"] button`)
			p.until(".ics")
			p.look("feed-" + lang)
		})
	}
}
