package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// S20: secrets that the service makes and must have again or compare, shown once to whom they belong, are in no log, no
// later answer and no row of the database: session, tokens, links, the secret and codes of a second factor, passwords,
// the secret of a webhook.
func TestKeptSecretsAreNowhere(t *testing.T) {
	h, _ := keepingHouse(t)
	admin := h.administrator()
	planted := map[string]string{"session": admin.cookies[loopbackCookie].Value, "password": phrase, "token": admin.token("read", "administer")}
	w := admin.post("/fr/people", url.Values{"name": {"Jean Nemarre"}, "email": {"jean@example.org"}, "roles": {"reader"}})
	planted["link"] = regexp.MustCompile(`/fr/welcome\?pass=([^<"&]+)`).FindStringSubmatch(w.Body.String())[1]
	w = admin.post("/fr/account/totp", nil)
	form := regexp.MustCompile(`name="pass" value="([^"]+)"`).FindStringSubmatch(w.Body.String())
	grouped := regexp.MustCompile(`([A-Z2-7]{4} ){7}[A-Z2-7]{4}`).FindString(text(w))
	secret := strings.ReplaceAll(grouped, " ", "")
	if form == nil || secret == "" {
		t.Fatalf("no second factor is offered: %d %s", w.Code, text(w))
	}
	planted["second factor, begun"], planted["second factor"], planted["second factor, as shown"] = form[1], secret, grouped
	w = admin.post("/fr/account/totp/confirm", url.Values{"pass": {form[1]}, "code": {codeOf(t, secret, h.clock)}})
	codes := regexp.MustCompile(`[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}`).FindAllString(w.Body.String(), -1)
	if len(codes) != 10 {
		t.Fatalf("%d codes: %d %s", len(codes), w.Code, text(w))
	}
	for i, x := range codes {
		planted[fmt.Sprintf("recovery code %d", i+1)] = x
	}
	program := &api{t, h.engine, planted["token"]}
	w = program.send("POST", "/subscriptions", `{"channel":"webhook","address":"https://hooks.example.org/x","lang":"fr"}`)
	var made map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || w.Code != http.StatusCreated {
		t.Fatalf("a webhook: status %d %v: %s", w.Code, err, w.Body)
	}
	if hook := regexp.MustCompile(`whsec_[A-Za-z0-9+/=]+`).FindString(w.Body.String()); hook == "" {
		t.Fatalf("a webhook has no secret: %s", w.Body)
	} else {
		planted["webhook"] = hook
	}
	id := regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(w.Body.String())[1]
	if len(planted) < 17 {
		t.Errorf("%d are planted", len(planted))
	}

	var shown strings.Builder
	for _, path := range []string{"/fr/account", "/fr/people", "/en/account", "/fr/"} {
		fmt.Fprintln(&shown, admin.get(path).Body)
	}
	for _, path := range []string{"/me", "/tokens", "/people", "/subscriptions", "/subscriptions/" + id, "/proposals/" + id, "/log/leaves", "/export/claims.ndjson", "/documents/assessment"} {
		fmt.Fprintln(&shown, program.send("GET", path, "").Body)
	}
	if w := program.send("GET", "/proposals/"+id, ""); w.Code != http.StatusNotFound {
		t.Errorf("a subscription read as a proposal: status %d", w.Code)
	}
	h.clock = h.clock.Add(time.Hour)
	if err := h.store.Dump(t.Context(), func(table, line string) error {
		fmt.Fprintln(&shown, table, line)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := h.store.EachLeaf(t.Context(), 0, func(_ int64, leaf []byte) error {
		fmt.Fprintf(&shown, "%s\n", leaf)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	all := shown.String()
	for name, x := range planted {
		for form, y := range map[string]string{"as it is": x, "in hexadecimal": fmt.Sprintf("%x", x), "without dashes": strings.ReplaceAll(x, "-", "")} {
			if strings.Contains(all, y) {
				t.Errorf("the %s is kept or shown again, %s", name, form)
			}
			if strings.Contains(h.said.String(), y) {
				t.Errorf("the log holds the %s, %s", name, form)
			}
		}
	}
}
