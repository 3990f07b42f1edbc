package notify

import (
	"bufio"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/api/fetch"
	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator/decision"
)

var now = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func noted(hash, entity string, until catalog.Date, conditions ...decision.Condition) Noted {
	d := &decision.Decision{Hash: hash, Offering: "mistral-api-medium-3.5", UseCase: "office-assistant"}
	d.Outcome, d.DecidedOn, d.Until, d.Conditions = decision.Approve, "2026-01-10", until, conditions
	d.Reason = wording.Textf("Fits, with care; see \\ minutes", "Convient, avec soin ; voir \\ le procès-verbal")
	return Noted{Decision: d, Entity: entity}
}

func TestSignature(t *testing.T) {
	// The example of the specification of Standard Webhooks.
	h, err := Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if err != nil || h.Get(HeaderSignature) != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Fatalf("%v, %v", h, err)
	}
	secret, body := NewSecret(), []byte(`{"a":1}`)
	good, err := Sign(secret, "decision.taken:1", now, body)
	if err != nil {
		t.Fatal(err)
	}
	with := func(name, value string) http.Header { h := good.Clone(); h.Set(name, value); return h }
	tests := []struct {
		name   string
		secret string
		h      http.Header
		body   string
		at     time.Time
		want   error
	}{
		{"what was sent", secret, good, `{"a":1}`, now, nil},
		{"another secret", NewSecret(), good, `{"a":1}`, now, ErrSignature},
		{"another body", secret, good, `{"a":2}`, now, ErrSignature},
		{"another id", secret, with(HeaderID, "decision.taken:2"), `{"a":1}`, now, ErrSignature},
		{"another moment", secret, with(HeaderTimestamp, "1"), `{"a":1}`, now, ErrSignature},
		{"no signature", secret, with(HeaderSignature, ""), `{"a":1}`, now, ErrSignature},
		{"another version", secret, with(HeaderSignature, strings.Replace(good.Get(HeaderSignature), "v1,", "v0,", 1)), `{"a":1}`, now, ErrSignature},
		{"a second signature beside it", secret, with(HeaderSignature, "v1,AAAA "+good.Get(HeaderSignature)), `{"a":1}`, now, nil},
		{"replayed later", secret, good, `{"a":1}`, now.Add(Window + time.Second), ErrTime},
		{"from the future", secret, good, `{"a":1}`, now.Add(-Window - time.Second), ErrTime},
	}
	for _, tt := range tests {
		if err := Verify(tt.secret, tt.h, []byte(tt.body), tt.at); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	for _, s := range []string{"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA"} {
		if _, err := Sign(s, "1", now, nil); err == nil {
			t.Errorf("%q is taken for a secret", s)
		}
	}
}

func TestDue(t *testing.T) {
	list := []Noted{
		noted("aaaa", "", "2027-06-01"), noted("bbbb", "fr", "2026-12-24"), noted("cccc", "", "2026-11-24"), noted("dddd", "", "2026-11-01"),
		noted("eeee", "", "2027-06-01", decision.Condition{Text: wording.Textf("Sign the DPA", "Signer le DPA"), Due: "2026-11-28"}),
	}
	var got []string
	for _, e := range DueOf(list, "2026-11-24") {
		got = append(got, e.ID+" "+e.Entity+" "+e.Title.EN)
	}
	want := []string{
		"decision.expires:bbbb:2026-12-24:30 fr Decision ends on 2026-12-24: mistral-api-medium-3.5 for office-assistant",
		"decision.expires:cccc:2026-11-24:0  Decision ends on 2026-11-24: mistral-api-medium-3.5 for office-assistant",
		"decision.expires:dddd:2026-11-01:0  Decision ends on 2026-11-01: mistral-api-medium-3.5 for office-assistant",
		"condition.due:eeee:0:2026-11-28:7  Condition due on 2026-11-28: mistral-api-medium-3.5 for office-assistant",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Somebody who looks on any of the days between finds the step that has begun, under the same id.
	if a, b := DueOf(list[1:2], "2026-12-01"), DueOf(list[1:2], "2026-12-10"); len(a) != 1 || len(b) != 1 || a[0].ID != b[0].ID {
		t.Errorf("%v, %v", a, b)
	}
	sources := []catalog.Source{{ID: "iso", Title: "ISO 27001", ValidUntil: "2027-01-31"}, {ID: "secret", Title: "Contract", ValidUntil: "2026-11-25", Confidential: true}, {ID: "none"}}
	if got := Expiring(sources, "2026-11-24"); len(got) != 1 || got[0].Subject != "source/iso" || got[0].ID != "certificate.expires:iso:2027-01-31:90" {
		t.Errorf("%+v", got)
	}
}

func TestCalendar(t *testing.T) {
	n := noted("bbbb", "", "2026-12-24", decision.Condition{Text: wording.Textf("Sign;\r\nEND:VCALENDAR", "Signer ;\r\nEND:VCALENDAR"), Due: "2026-12-01"})
	got := string(Calendar(wording.FR, []Noted{n}, []catalog.Source{{ID: "iso", Title: "Certificat ISO 27001 d'une maison au nom très long, qu'il faut bien plier quelque part — été", ValidUntil: "2027-01-31"}}, now))
	if again := string(Calendar(wording.FR, []Noted{n}, []catalog.Source{{ID: "iso", Title: "Certificat ISO 27001 d'une maison au nom très long, qu'il faut bien plier quelque part — été", ValidUntil: "2027-01-31"}}, now)); again != got {
		t.Error("twice the same is not the same")
	}
	if strings.Count(got, "BEGIN:VEVENT") != 3 || strings.Count(got, "\nEND:VCALENDAR") != 1 {
		t.Errorf("events or ends:\n%s", got)
	}
	for l := range strings.SplitSeq(strings.TrimSuffix(got, "\r\n"), "\r\n") {
		if len(l) > 75 || strings.ContainsAny(l, "\r\n") {
			t.Errorf("a line of %d bytes: %q", len(l), l)
		}
	}
	unfolded := strings.ReplaceAll(got, "\r\n ", "")
	for _, want := range []string{"DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261225", `SUMMARY:Source à échéance`, `plier quelque part — été`, `DESCRIPTION:Signer`, `\;\nEND:VCALENDAR`, `voir \\ le`} {
		if !strings.Contains(unfolded, want) {
			t.Errorf("%q is not in\n%s", want, unfolded)
		}
	}
}

// desk is one on a real store, with a receiver on this machine.
func desk(t *testing.T, receive http.HandlerFunc) (*Desk, string) {
	t.Helper()
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Dictionary: dict})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	srv := httptest.NewTLSServer(receive)
	t.Cleanup(srv.Close)
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	d := &Desk{Store: s, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
		Fetch: fetch.New(fetch.Options{On: true, Inside: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Roots: pool}), Link: func(l wording.Lang, e Event) string { return "https://vigie.example/" + string(l) + "/" + e.Subject }}
	return d, srv.URL
}

func TestWebhooks(t *testing.T) {
	type got struct{ ID, Body string }
	var received []got
	var headers http.Header
	status := http.StatusOK
	d, at := desk(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received = append(received, got{r.Header.Get(HeaderID), string(body)})
		headers = r.Header.Clone()
		w.WriteHeader(status)
	})
	clock := now
	d.Now = func() time.Time { return clock }
	ctx := t.Context()
	sub, secret, err := d.Add(ctx, Subscription{Channel: Webhook, Address: at + "/hook", Lang: wording.FR, Kinds: []Kind{DecisionTaken}}, "p1")
	if err != nil || !strings.HasPrefix(secret, secretPrefix) {
		t.Fatal(err)
	}
	other, _, err := d.Add(ctx, Subscription{Channel: Webhook, Address: at + "/de", Lang: wording.EN, Entity: "de"}, "p1")
	if err != nil {
		t.Fatal(err)
	}
	e := Taken(noted("bbbb", "fr", "2026-12-24"))
	for range 2 { // the same thing is told once
		if err := d.Tell(ctx, e, DueOf([]Noted{noted("cccc", "fr", "2026-11-24")}, "2026-11-24")[0]); err != nil {
			t.Fatal(err)
		}
	}
	status = http.StatusInternalServerError
	deliver := func(want int) {
		t.Helper()
		if n, err := d.Deliver(ctx); err != nil || n != want {
			t.Fatalf("%d delivered, %v, want %d", n, err, want)
		}
	}
	deliver(0)
	deliver(0) // too early to try again
	if len(received) != 1 {
		t.Fatalf("tried %d times", len(received))
	}
	status, clock = http.StatusOK, clock.Add(2*time.Minute)
	deliver(1)
	deliver(0)
	if len(received) != 2 || received[0] == received[1] && received[0].ID != e.ID {
		t.Fatalf("received %+v", received)
	}
	if err := Verify(secret, headers, []byte(received[1].Body), clock); err != nil {
		t.Errorf("signature: %v", err)
	}
	var m message
	if err := json.Unmarshal([]byte(received[1].Body), &m); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(message{Type: DecisionTaken, Timestamp: "2026-11-24T09:02:00Z", Data: e}, m); diff != "" {
		t.Error(diff)
	}
	// A receiver that says it is gone is not asked again; one that was removed neither.
	status = http.StatusGone
	if err := d.Try(ctx, sub.ID, ""); err != nil {
		t.Fatal(err)
	}
	deliver(0)
	clock = clock.Add(100 * time.Hour)
	deliver(0)
	if n := len(received); n != 3 {
		t.Errorf("asked %d times", n)
	}
	var missing *catalog.NotFoundError
	if err := d.Remove(ctx, other.ID, "fr", other.Revision, "p1"); !errors.As(err, &missing) {
		t.Errorf("another entity's: %v", err)
	}
	if err := d.Remove(ctx, other.ID, "de", other.Revision, "p1"); err != nil {
		t.Error(err)
	}
	if all, err := d.Subscriptions(ctx, ""); err != nil || len(all) != 1 || all[0].ID != sub.ID {
		t.Errorf("%+v, %v", all, err)
	}
	if err := d.Try(ctx, other.ID, ""); !errors.As(err, &missing) {
		t.Errorf("removed: %v", err)
	}
}

func TestGivingUp(t *testing.T) {
	tries := 0
	d, at := desk(t, func(w http.ResponseWriter, _ *http.Request) { tries++; w.WriteHeader(http.StatusBadGateway) })
	clock := now
	d.Now = func() time.Time { return clock }
	if _, _, err := d.Add(t.Context(), Subscription{Channel: Webhook, Address: at, Lang: wording.EN}, "p1"); err != nil {
		t.Fatal(err)
	}
	if err := d.Tell(t.Context(), Taken(noted("bbbb", "", "2026-12-24"))); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if _, err := d.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		clock = clock.Add(24 * time.Hour)
	}
	if tries != len(waits)+1 {
		t.Errorf("%d tries, want %d", tries, len(waits)+1)
	}
}

func TestSubscriptionsAreChecked(t *testing.T) {
	d, _ := desk(t, nil)
	for name, s := range map[string]Subscription{
		"plain http":     {Channel: Webhook, Address: "http://example.com/", Lang: wording.FR},
		"a word":         {Channel: Email, Address: "nobody", Lang: wording.FR},
		"a second line":  {Channel: Email, Address: "a@example.com\r\nBcc: b@example.com", Lang: wording.FR},
		"no channel":     {Address: "a@example.com", Lang: wording.FR},
		"no such kind":   {Channel: Email, Address: "a@example.com", Lang: wording.FR, Kinds: []Kind{"all"}},
		"no language":    {Channel: Email, Address: "a@example.com"},
		"a house's name": {Channel: Webhook, Address: "https://intranet/", Lang: wording.FR},
	} {
		var bad *catalog.InvalidError
		if _, _, err := d.Add(t.Context(), s, "p1"); !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// mailServer takes one message after another and gives what it was told.
func mailServer(t *testing.T) (string, chan string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	out := make(chan string, 10)
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			r := bufio.NewReader(conn)
			say := func(s string) { _, _ = io.WriteString(conn, s+"\r\n") }
			say("220 here")
			var all strings.Builder
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					break
				}
				switch {
				case strings.HasPrefix(line, "DATA"):
					say("354 go on")
					for {
						l, err := r.ReadString('\n')
						if err != nil || l == ".\r\n" {
							break
						}
						all.WriteString(l)
					}
					say("250 taken")
				case strings.HasPrefix(line, "QUIT"):
					say("221 bye")
				default:
					all.WriteString("> " + line)
					say("250 ok")
				}
			}
			conn.Close()
			out <- all.String()
		}
	}()
	return ln.Addr().String(), out
}

func TestMail(t *testing.T) {
	d, _ := desk(t, nil)
	address, sent := mailServer(t)
	d.Mail = Mail{Address: address, From: "Vigie <vigie@example.com>"}
	if _, _, err := d.Add(t.Context(), Subscription{Channel: Email, Address: "comite@example.com", Lang: wording.FR}, "p1"); err != nil {
		t.Fatal(err)
	}
	e := Taken(noted("bbbb", "", "2026-12-24"))
	e.Title.FR += "\r\nBcc: everybody@example.com"
	if err := d.Tell(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if n, err := d.Deliver(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	said := <-sent
	_, text, ok := strings.Cut(said, "> RCPT TO:<comite@example.com>\r\n")
	if !ok {
		t.Fatalf("told %s", said)
	}
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || !strings.HasPrefix(subject, "Vigie · Décision") || m.Header.Get("Bcc") != "" || m.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("%v, headers %v", err, m.Header)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil || !strings.Contains(string(body), "en vigueur jusqu’au 2026-12-24") || !strings.Contains(string(body), "https://vigie.example/fr/decision/bbbb") {
		t.Errorf("%v: %s", err, body)
	}
	if err := (Mail{}).Send(t.Context(), "a@example.com", nil); !errors.Is(err, errMail) {
		t.Errorf("no server: %v", err)
	}
}
