package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"vigie/catalog/account"
)

// in tells whether a browser is signed in.
func (v *visitor) in() bool { v.h.t.Helper(); return v.get("/fr/account").Code == http.StatusOK }

// S13: a session's token is made by the server at the moment of signing in; one that was there before, chosen by somebody
// else or by an earlier session, opens nothing then or later.
func TestSessionFixation(t *testing.T) {
	h := openHouse(t, nil)
	h.administrator()
	for name, planted := range map[string]string{"a word": "chosen-by-somebody-else", "the form of a token": account.WriteToken("", make([]byte, account.TokenLength)), "nothing": ""} {
		victim := h.visitor()
		victim.cookies[loopbackCookie] = &http.Cookie{Name: loopbackCookie, Value: planted}
		victim.follow("/fr/signin", url.Values{"email": {"anne@example.org"}, "password": {phrase}})
		if got := victim.cookies[loopbackCookie].Value; got == planted || !victim.in() {
			t.Errorf("%s: the session is %q", name, got)
		}
		thief := h.visitor()
		thief.cookies[loopbackCookie] = &http.Cookie{Name: loopbackCookie, Value: planted}
		if thief.in() {
			t.Errorf("%s: what was planted is a session now", name)
		}
		h.clock = h.clock.Add(time.Minute)
	}
	// A token in the address, or under the name that a session has elsewhere, is none.
	victim := h.visitor()
	victim.follow("/fr/signin", url.Values{"email": {"anne@example.org"}, "password": {phrase}})
	token := victim.cookies[loopbackCookie].Value
	for name, w := range map[string]int{
		"in the address":     h.visitor().get("/fr/account?" + loopbackCookie + "=" + token).Code,
		"under another name": h.visitor().get("/fr/account", "Cookie", sessionCookie+"="+token).Code,
		"as a program's":     h.visitor().get("/api/v1/me", "Authorization", "Bearer "+token).Code,
		"in another header":  h.visitor().get("/fr/account", "X-Session", token).Code,
	} {
		if w != http.StatusSeeOther && w != http.StatusUnauthorized {
			t.Errorf("a session's token %s: status %d", name, w)
		}
	}
}

// S13: half an hour without a sign of life ends a session, and so do twelve hours with one; nothing but signing in gives
// another.
func TestSessionsExpire(t *testing.T) {
	h := openHouse(t, nil)
	v := h.administrator()
	h.clock = h.clock.Add(account.SessionIdle - time.Second)
	if !v.in() {
		t.Fatal("a session ends before it was idle for long")
	}
	h.clock = h.clock.Add(account.SessionIdle)
	if v.in() || v.get("/api/v1/laws").Code != http.StatusUnauthorized {
		t.Error("an idle session is still good")
	}
	if v.in() {
		t.Error("asking again wakes it")
	}
	v.follow("/fr/signin", url.Values{"email": {"anne@example.org"}, "password": {phrase}})
	began := h.clock
	for h.clock.Sub(began) < account.SessionLife-20*time.Minute {
		h.clock = h.clock.Add(20 * time.Minute)
		if !v.in() && h.clock.Sub(began) < account.SessionLife {
			t.Fatalf("a session in use ends after %s", h.clock.Sub(began))
		}
	}
	h.clock = began.Add(account.SessionLife)
	if v.in() {
		t.Error("a session outlives its day")
	}
}

// S13: whoever's session was stolen ends it, the thief with it: by ending all sessions, by a new password, by signing
// out where it was copied; an administrator who keeps somebody out ends theirs and their programs'.
func TestStolenSessions(t *testing.T) {
	h := openHouse(t, nil)
	admin := h.administrator()
	steal := func(v *visitor) *visitor {
		thief := h.visitor()
		thief.remote, thief.headers["User-Agent"] = "127.0.0.1:60000", "curl/8"
		for k, c := range v.cookies {
			thief.cookies[k] = c
		}
		return thief
	}
	for name, end := range map[string]func(v *visitor){
		"all sessions are ended": func(v *visitor) { v.post("/fr/account/sessions/all", nil) },
		"a new password": func(v *visitor) {
			v.post("/fr/account/password", url.Values{"current": {phrase}, "password": {"encore quatre girafes dehors"}})
		},
		"signing out": func(v *visitor) { v.post("/fr/signout", nil) },
	} {
		v := h.joins(admin, strings.ReplaceAll(name, " ", ".")+"@example.org", "", "reader")
		thief := steal(v)
		if !thief.in() {
			t.Fatal("the copy is no session to begin with: the test shows nothing")
		}
		end(v)
		if thief.in() {
			t.Errorf("%s: the thief is still in", name)
		}
	}
	v := h.joins(admin, "leaver@example.org", "", "procurement")
	thief, program := steal(v), &api{t, h.engine, v.token("read", "claim")}
	if program.send("GET", "/laws", "").Code != http.StatusOK {
		t.Fatal("the token opens nothing to begin with")
	}
	all, err := h.Access.Members(account.With(t.Context(), account.Local()))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Email == "leaver@example.org" {
			if err := h.Access.Suspend(account.With(t.Context(), account.Local()), m.Person, m.Revision, true); err != nil {
				t.Fatal(err)
			}
		}
	}
	if v.in() || thief.in() || program.send("GET", "/laws", "").Code != http.StatusUnauthorized {
		t.Error("somebody who was kept out is still in, or their program is")
	}
}

// Pages of a house with accounts are kept by nobody, and programs' answers only by who asked; the request log says who
// asked, by an id that opens nothing.
func TestNothingIsKeptBetween(t *testing.T) {
	h := openHouse(t, nil)
	v := h.administrator()
	token := v.token("read")
	for _, path := range []string{"/fr/", "/fr/laws", "/fr/records/vendor/mistral", "/fr/account", "/fr/people", "/fr/offerings.csv", "/fr/nothing"} {
		if w := v.get(path); w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d, kept as %q", path, w.Code, w.Header().Get("Cache-Control"))
		}
	}
	for _, path := range []string{"/laws", "/records/vendor/mistral", "/me"} {
		if got := (&api{t, h.engine, token}).send("GET", path, "").Header().Get("Cache-Control"); !strings.Contains(got, "private") && got != "no-store" {
			t.Errorf("%s: kept as %q", path, got)
		}
	}
	log := h.said.String()
	if !strings.Contains(log, "path=/api/v1/me status=200") || !strings.Contains(log, " person=") || !strings.Contains(log, " token=") || strings.Contains(log, token) {
		t.Errorf("the log: %s", log)
	}
}

// A request is one line of the log whatever it holds, with the moment, what was asked, and the answer; a refusal of
// rights is one too.
func TestLogLinesStayLines(t *testing.T) {
	h := openHouse(t, nil)
	admin := h.administrator()
	reader := h.joins(admin, "reader@example.org", "", "reader")
	h.said.Reset()
	reader.get("/fr/x%0atime=2026-01-01T00:00:00Z%20level=INFO%20msg=request%20path=/forged%20status=200")
	reader.get("/fr/x%0d%0a%1b[2Jforged", "User-Agent", "a\tb", "X-Request-Id", "forged\nline")
	reader.get("/fr/people")
	lines := strings.Split(strings.TrimSpace(h.said.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines: %s", len(lines), h.said.String())
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "time=20") || !strings.Contains(line, "request_id=") || !strings.Contains(line, "person=") || strings.Contains(line, "\x1b") || strings.Contains(line, "\r") {
			t.Errorf("%q", line)
		}
	}
	if !strings.Contains(lines[2], "status=403") {
		t.Errorf("what a reader may not see is not in the log: %s", lines[2])
	}
}
