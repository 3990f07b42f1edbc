package api

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// quick is the patience of the server of these tests: the kinds of limits are those of every server, only shorter.
var quick = patience{header: 300 * time.Millisecond, read: 600 * time.Millisecond, write: 5 * time.Second, idle: 400 * time.Millisecond}

// listening serves a handler with the limits on a port of this machine.
func listening(t *testing.T, h http.Handler) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := quick.over(h)
	go func() { _ = srv.Serve(ln) }()
	t.Cleanup(func() { srv.Close() })
	return ln.Addr().String()
}

// cut reports whether the other side closed the connection, however long that takes.
func cut(c net.Conn) bool {
	_, err := io.Copy(io.Discard, c) // ends when the server ends it
	return err == nil || strings.Contains(err.Error(), "reset by peer")
}

// S12: the limits that every server starts with.
func TestConnectionsHaveLimits(t *testing.T) {
	srv := usual.over(http.NotFoundHandler())
	if srv.ReadHeaderTimeout <= 0 || srv.ReadHeaderTimeout > 5*time.Second || srv.ReadTimeout <= 0 || srv.ReadTimeout > 15*time.Second ||
		srv.WriteTimeout <= 0 || srv.WriteTimeout > time.Minute || srv.IdleTimeout <= 0 || srv.IdleTimeout > time.Minute || srv.MaxHeaderBytes != 64<<10 {
		t.Errorf("%+v", srv)
	}
}

// S12: five hundred connections that send a byte now and then, in the header or in the body, a hundred that stay open,
// and some that never read: all of them are cut, and somebody who asks meanwhile is answered.
func TestSlowClientsAreCut(t *testing.T) {
	h := openHouse(t, nil)
	h.administrator()
	address := listening(t, h.engine)
	heads := []string{
		"GET /fr/signin HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
		"POST /fr/signin HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\nemail=",
		"POST /fr/signin HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nemail",
		"GET /fr/sig",
		"",
	}
	const slow = 500
	var held sync.WaitGroup
	left := make([]bool, slow+100)
	for i := range left {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		head := "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" // and then nothing more: an idle connection
		if i < slow {
			head = heads[i%len(heads)]
		}
		if _, err := io.WriteString(c, head); err != nil {
			t.Fatal(err)
		}
		if i < slow {
			go func() { // a byte now and then, until the connection is gone
				for {
					if _, err := c.Write([]byte("a")); err != nil {
						return
					}
					time.Sleep(50 * time.Millisecond)
				}
			}()
		}
		held.Go(func() { left[i] = cut(c) })
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for range 20 {
		r, err := client.Get("http://" + address + "/healthz")
		if err != nil {
			t.Fatalf("somebody who asks meanwhile: %v", err)
		}
		r.Body.Close()
		if r.StatusCode != http.StatusOK {
			t.Fatalf("somebody who asks meanwhile: status %d", r.StatusCode)
		}
	}
	held.Wait()
	for i, ok := range left {
		if !ok {
			t.Errorf("connection %d was not cut", i)
		}
	}
}

// A header that is too large, a message whose length is told twice, and what is no HTTP are refused and their
// connection ends: nothing of them is read as a second request.
func TestConfusedMessagesAreRefused(t *testing.T) {
	address := listening(t, testHandler(t))
	const smuggled = "GET /fr/laws HTTP/1.1\r\nHost: localhost\r\n\r\n"
	for name, sent := range map[string]string{
		"a header of 100 KiB":       "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + strings.Repeat("x", 100<<10) + "\r\n\r\n",
		"two lengths":               "POST /api/v1/compare HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}" + smuggled,
		"a length that is none":     "POST /api/v1/compare HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\n{}" + smuggled,
		"chunks that are none":      "POST /api/v1/compare HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + smuggled,
		"an encoding that is none":  "POST /api/v1/compare HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n" + smuggled,
		"no host":                   "GET /fr/laws HTTP/1.1\r\n\r\n",
		"two hosts":                 "GET /fr/laws HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"a name with a space":       "GET /fr/laws HTTP/1.1\r\nHost: localhost\r\nContent-Length : 5\r\n\r\n",
		"another protocol entirely": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\r\n\r\n",
	} {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, sent); err != nil && name != "a header of 100 KiB" {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(c)
		c.Close()
		if err != nil && !strings.Contains(err.Error(), "reset by peer") {
			t.Errorf("%s: the connection stays open: %v", name, err)
		}
		r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(string(answer))), nil)
		if err == nil && (r.StatusCode < 400 || r.StatusCode >= 502) || strings.Count(string(answer), "HTTP/1.1 ") > 1 {
			t.Errorf("%s: answered %.200q", name, answer)
		}
	}
}

// A server tells browsers to come back encrypted only where it is encrypted, or told that its proxy is; addresses of
// clients in headers count only from a proxy that was named.
func TestWhatProxiesMaySay(t *testing.T) {
	public := &url.URL{Scheme: "https", Host: "vigie.example.org"}
	for name, tt := range map[string]struct {
		set     func(*Config)
		tls     bool
		hsts    bool
		limited bool // by the address in the header
	}{
		"alone":                             {nil, false, false, false},
		"encrypted by itself":               {nil, true, true, false},
		"behind a proxy, not named":         {func(c *Config) { c.Public = public }, false, true, false},
		"behind a proxy that was named":     {func(c *Config) { c.Public = public; c.Proxies = []string{"10.0.0.1"} }, false, true, true},
		"behind another than the one named": {func(c *Config) { c.Public = public; c.Proxies = []string{"10.0.0.2"} }, false, true, false},
	} {
		h := openHouse(t, tt.set)
		link, err := h.Access.SetupLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ask := func(path, from string) (int, http.Header) {
			v := h.visitor()
			v.remote, v.host = "10.0.0.1:1000", "vigie.example.org"
			v.tls = tt.tls
			v.headers["X-Forwarded-For"] = from
			v.headers["X-Forwarded-Proto"] = "https"
			v.headers["X-Real-Ip"] = from
			w := v.post(path, url.Values{"email": {"nobody@example.org"}, "password": {"wrong"}, "pass": {link}})
			return w.Code, w.Header()
		}
		last := 0
		for i := range 7 {
			var head http.Header
			if last, head = ask("/fr/signin", fmt.Sprintf("192.0.2.%d", i)); (head.Get("Strict-Transport-Security") != "") != tt.hsts {
				t.Errorf("%s: HSTS %q", name, head.Get("Strict-Transport-Security"))
			}
		}
		// Seven tries from what claims to be seven places: without a named proxy they are one place, and slowed.
		if encrypted := tt.hsts; encrypted && (last == http.StatusTooManyRequests) == tt.limited {
			t.Errorf("%s: the seventh try: status %d", name, last)
		} else if !encrypted && last != http.StatusForbidden {
			t.Errorf("%s: a password over a connection that anybody reads: status %d", name, last)
		}
	}
}

// tlsState is what a request over TLS carries.
var tlsState = &tls.ConnectionState{Version: tls.VersionTLS13}

// A stopped server answers what it began and takes nothing more.
func TestServeEndsWithItsContext(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	svc, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{Service: svc, Log: testServer(t).Log, Today: testServer(t).Today})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, ln) }()
	r, err := http.Get("http://" + ln.Addr().String() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := http.Get("http://" + ln.Addr().String() + "/healthz"); err == nil {
		t.Error("it still answers")
	}
}
