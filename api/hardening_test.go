package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestHostileJSON sends what RELIABILITY S6 lists: each is refused with the place of the fault, and nothing of what was
// sent comes back.
func TestHostileJSON(t *testing.T) {
	h := testHandler(t)
	const secret = "hunter2-hunter2-hunter2"
	tests := []struct {
		name, body, at string
		status         int
	}{
		{"nested 10,000 deep", strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000), "body", 400},
		{"a name twice", `{"use_case":"a","use_case":"` + secret + `"}`, "body.use_case", 400},
		{"not a number", `{"draws":NaN}`, "body.draws", 400},
		{"not UTF-8", "{\"use_case\":\"\xff\"}", "body.use_case", 400},
		{"a null", `{"use_case":null}`, "body.use_case", 422},
		{"an unknown field", `{"use_case":"office-assistant","` + strings.Repeat("x", 300) + `":"` + secret + `"}`, "body." + strings.Repeat("x", 60) + "…", 422},
		{"120,000 elements", `{"use_case":"a","offerings":[` + strings.Repeat("1,", 119_999) + `1]}`, "body.offerings", 422},
		{"a secret as a value of another type", `{"use_case":"a","draws":"` + secret + `"}`, "body.draws", 422},
		{"a secret as a day", `{"use_case":"a","on":"` + secret + `"}`, "body.on", 422},
		{"a secret as weights", `{"use_case":"a","weights":"` + secret + `"}`, "body.weights", 422},
		{"one byte over", `{"use_case":"` + strings.Repeat("a", maxCompareBody) + `"}`, "", 413},
	}
	for _, tt := range tests {
		w := post(h, "/api/v1/compare", tt.body, "Content-Type", "application/json")
		body := w.Body.String()
		if w.Code != tt.status || tt.at != "" && !strings.Contains(body, `"location":"`+tt.at+`"`) {
			t.Errorf("%s: status %d: %.300s", tt.name, w.Code, body)
		}
		if strings.Contains(body, secret) || len(body) > 20_000 {
			t.Errorf("%s: the answer repeats what was sent: %.300s", tt.name, body)
		}
	}
}

// TestSlowClients has clients that send a byte a second, and some that say nothing: others are answered meanwhile, and
// they are cut (RELIABILITY S12).
func TestSlowClients(t *testing.T) {
	if testing.Short() {
		t.Skip("it lasts as long as a connection may be slow")
	}
	svc, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{Service: svc, Log: testServer(t).Log, Today: testServer(t).Today})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, ln) }()
	const clients = 100
	var open atomic.Int64
	done := make(chan struct{}, clients)
	for i := range clients {
		go func() {
			defer func() { done <- struct{}{} }()
			conn, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				return
			}
			defer conn.Close()
			open.Add(1)
			defer open.Add(-1)
			head := "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "
			if i%2 == 0 { // headers that are done, a body that never is
				head = "POST /api/v1/compare HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
			}
			if _, err := io.WriteString(conn, head); err != nil {
				return
			}
			for range 120 {
				if err := conn.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
					return
				}
				if _, err := conn.Read(make([]byte, 4096)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
					return // cut
				}
				if _, err := io.WriteString(conn, "x"); err != nil {
					return
				}
			}
			t.Error("a slow client was served for two minutes")
		}()
	}
	for range 20 {
		res, err := http.Get(fmt.Sprintf("http://%s/healthz", ln.Addr()))
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("others are not answered: %v", err)
		}
		res.Body.Close()
	}
	for range clients {
		select {
		case <-done:
		case <-time.After(90 * time.Second):
			t.Fatalf("%d slow clients are still there", open.Load())
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestTurns lets a few heavy requests run, some wait, and refuses more: of one client, and of all.
func TestTurns(t *testing.T) {
	w := newWork()
	w.turns = make(chan struct{}, 1)
	leave, err := w.enter(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error, maxWaiting+maxMine)
	wait := func(client string) {
		go func() {
			_, err := w.enter(ctx, client)
			waiting <- err
		}()
	}
	for range maxMine - 1 {
		wait("a")
	}
	for w.queue() < maxMine-1 {
		time.Sleep(time.Millisecond)
	}
	var full *busy
	if _, err := w.enter(ctx, "a"); !errors.As(err, &full) || !full.mine {
		t.Errorf("one client's ninth: %v", err)
	}
	for i := range maxWaiting - (maxMine - 1) {
		wait(fmt.Sprint("b", i))
	}
	for w.queue() < maxWaiting {
		time.Sleep(time.Millisecond)
	}
	if _, err := w.enter(ctx, "c"); !errors.As(err, &full) || full.mine {
		t.Errorf("one more than may wait: %v", err)
	}
	cancel()
	for range maxWaiting {
		if err := <-waiting; !errors.Is(err, context.Canceled) {
			t.Errorf("a client that left: %v", err)
		}
	}
	leave()
	if w.queue() != 0 || len(w.mine) != 0 || len(w.turns) != 0 {
		t.Errorf("left behind: %d waiting, %v", w.queue(), w.mine)
	}
}
