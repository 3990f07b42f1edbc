package api

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// hiddenFields are what a form carries along.
func hiddenFields(body string) url.Values {
	out := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="(key|revision|seen\.[a-z_.]+)" value="([^"]*)">`).FindAllStringSubmatch(body, -1) {
		out.Set(m[1], m[2])
	}
	return out
}

// What somebody wrote is never lost: a form whose writer's session ended comes back to be sent again, a form about a fact
// that somebody else answered meanwhile shows both answers and is taken the second time, and a form sent twice records once.
func TestEntriesAreKept(t *testing.T) {
	h, _ := keepingHouse(t)
	admin := h.administrator()
	one, two := h.joins(admin, "one@example.org", "", "procurement"), h.joins(admin, "two@example.org", "", "procurement")
	const at = "/fr/records/vendor/mistral/facts/vendor.employees"
	open := func(v *visitor, answer string) url.Values {
		w := v.get(at)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: status %d: %s", at, w.Code, text(w))
		}
		f := hiddenFields(w.Body.String())
		f.Set("v.vendor.employees", answer)
		f.Set("from", "none")
		f.Set("as_of", "24/11/2026")
		return f
	}
	first, second := open(one, "1 234"), open(two, "4321")
	if w := one.post(at, first); w.Code != http.StatusSeeOther {
		t.Fatalf("the first: status %d: %s", w.Code, text(w))
	}
	if w := one.post(at, first); w.Code != http.StatusSeeOther { // the browser lost the answer and sent again
		t.Errorf("the first again: status %d: %s", w.Code, text(w))
	}
	w := two.post(at, second)
	if body := w.Body.String(); w.Code != http.StatusConflict || !strings.Contains(body, `value="4321"`) || !strings.Contains(body, ">1234<") {
		t.Fatalf("the second: status %d: %s", w.Code, text(w))
	}
	again := hiddenFields(w.Body.String())
	for _, name := range []string{"v.vendor.employees", "from", "as_of"} {
		again.Set(name, second.Get(name))
	}
	if w := two.post(at, again); w.Code != http.StatusSeeOther {
		t.Errorf("the second again: status %d: %s", w.Code, text(w))
	}
	// Somebody else's answer about another fact is no conflict.
	other := open(one, "1300")
	f := hiddenFields(two.get("/fr/records/vendor/mistral/facts/vendor.remark").Body.String())
	f.Set("v.vendor.remark", "Rien à dire.")
	f.Set("from", "none")
	f.Set("as_of", "24 novembre 2026")
	if w := two.post("/fr/records/vendor/mistral/facts/vendor.remark", f); w.Code != http.StatusSeeOther {
		t.Fatalf("another fact: status %d: %s", w.Code, text(w))
	}
	if w := one.post(at, other); w.Code != http.StatusSeeOther {
		t.Errorf("beside another fact: status %d: %s", w.Code, text(w))
	}
	held := h.visitor().post(at, url.Values{"v.vendor.employees": {`"><b>9`}, "key": {"k"}})
	if body := held.Body.String(); held.Code != http.StatusUnauthorized || !strings.Contains(body, `value="&#34;&gt;&lt;b&gt;9"`) || !strings.Contains(body, `action="`+at+`"`) {
		t.Errorf("without a session: status %d: %s", held.Code, body)
	}
	if w := one.post(at, url.Values{"v.vendor.employees": {strings.Repeat("x", 5<<20)}}); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("five megabytes pasted: status %d", w.Code)
	}
}
