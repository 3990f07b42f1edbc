package fetch

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/dns/dnsmessage"
)

// inside are forms of addresses that lead into the house or out of https (RELIABILITY S9). None may connect.
var inside = []string{
	// loopback, in every way of writing it
	"https://127.0.0.1/", "https://127.0.0.1:8443/", "https://127.1/", "https://127.0.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/",
	"https://0177.0.0.1/", "https://017700000001/", "https://127.0.0.1./", "https://127.255.255.254/", "https://0/", "https://0.0.0.0/", "https://[::1]/", "https://[::]/",
	"https://[0:0:0:0:0:0:0:1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::127.0.0.1]/", "https://[64:ff9b::127.0.0.1]/", "https://[64:ff9b::7f00:1]/",
	"https://[64:ff9b:1::7f00:1]/", "https://[2002:7f00:1::]/", "https://[2001:0:7f00:1::]/", "https://localhost/", "https://localhost./", "https://LOCALHOST/", "https://a.localhost/",
	// private and link-local networks, the metadata services of clouds
	"https://10.0.0.1/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/", "https://100.64.0.1/", "https://100.127.255.255/", "https://169.254.169.254/",
	"https://[::ffff:169.254.169.254]/", "https://[fd00:ec2::254]/", "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fc00::1]/", "https://[fec0::1]/", "https://metadata.google.internal/",
	"https://192.0.0.170/", "https://198.18.0.1/", "https://192.0.2.1/", "https://203.0.113.7/", "https://224.0.0.1/", "https://255.255.255.255/", "https://240.0.0.1/",
	"https://[ff02::1]/", "https://[2001:db8::1]/", "https://[3fff::1]/", "https://[100::1]/",
	// names of the house
	"https://intranet/", "https://printer.local/", "https://router.lan/", "https://1.0.0.127.in-addr.arpa/",
	// other ways out
	"http://example.com/", "file:///etc/passwd", "gopher://example.com/", "ftp://example.com/", "https:127.0.0.1", "//example.com/", "https:///etc/passwd", "javascript:alert(1)", "data:text/plain,x",
	"https://user@example.com/", "https://user:secret@example.com/", "https://example.com@127.0.0.1/", "https://127.0.0.1\\@example.com/", "https://example.com:0/", "https://example.com:99999/",
	"https://exa\x00mple.com/", "https://ⅼocalhost/", "https://１２７.0.0.1/", "", "https://" + strings.Repeat("a", 3000) + ".com/",
}

func TestNothingInsideIsReached(t *testing.T) {
	if len(inside) < 60 {
		t.Fatalf("%d forms only", len(inside))
	}
	var dialled atomic.Int64
	c := New(Options{On: true})
	control := c.control
	d := &net.Dialer{Timeout: 200 * time.Millisecond, Resolver: answering(t, func(string) []netip.Addr { return nil })}
	d.Control = nil
	c.http.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if _, err := netip.ParseAddrPort(address); err != nil {
			return d.DialContext(ctx, network, address) // a name that nobody knows
		}
		if err := control(network, address, nil); err != nil {
			return nil, err
		}
		dialled.Add(1)
		return nil, errors.New("connected")
	}
	for _, address := range inside {
		_, err := c.Get(t.Context(), address)
		var refused *RefusedError
		if !errors.As(err, &refused) {
			t.Errorf("%q: %v", address, err)
			continue
		}
		if refused.Text.FR == "" || strings.Contains(refused.Text.EN, "127.0.0.1") {
			t.Errorf("%q: says %q", address, refused.Text)
		}
	}
	if n := dialled.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

// answering is a resolver that asks a name server of the test's own.
func answering(t *testing.T, addresses func(name string) []netip.Addr) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
			for _, a := range addresses(q.Name.String()) {
				if a.Is4() && q.Type == dnsmessage.TypeA {
					m.Answers = append(m.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: a.As4()}})
				}
			}
			if out, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(out, from) // who does not get it asks again
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// TestRebinding has a name that is public when it is looked at, and inside when it is connected to.
func TestRebinding(t *testing.T) {
	served := false
	srv := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served = true }))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	var asked atomic.Int64
	resolver := answering(t, func(string) []netip.Addr {
		if asked.Add(1) == 1 {
			return []netip.Addr{netip.MustParseAddr("93.184.216.34")}
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	})
	if got, err := resolver.LookupNetIP(t.Context(), "ip4", "rebind.example.com."); err != nil || len(got) != 1 || !Public(got[0]) {
		t.Fatalf("%v, %v", got, err)
	}
	c := New(Options{On: true, Resolver: resolver, Roots: roots(srv)})
	if _, err := c.Get(t.Context(), "https://rebind.example.com:"+port+"/"); !errors.Is(err, errInside) || served {
		t.Errorf("%v, served %v", err, served)
	}
}

func roots(srv *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	return pool
}

// home lets a client reach the servers of this test by the name in their certificate.
func home(t *testing.T, srv *httptest.Server) (*Client, string) {
	t.Helper()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	lo := netip.MustParseAddr("127.0.0.1")
	c := New(Options{On: true, Inside: []netip.Prefix{netip.PrefixFrom(lo, 32)}, Roots: roots(srv), Resolver: answering(t, func(string) []netip.Addr { return []netip.Addr{lo} }), Agent: "vigie"})
	return c, "https://example.com:" + port
}

func TestGet(t *testing.T) {
	mux := http.NewServeMux()
	srv := httptest.NewTLSServer(mux)
	defer srv.Close()
	c, at := home(t, srv)
	mux.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<p>"+r.UserAgent())
	})
	mux.HandleFunc("/gone", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	mux.HandleFunc("/once", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/page", http.StatusFound) })
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/inside", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://169.254.169.254/latest/meta-data/", http.StatusFound)
	})
	mux.HandleFunc("/plain", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://example.com/", http.StatusFound)
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		chunk := bytes.Repeat([]byte("x"), 1<<20)
		for range MaxBytes>>20 + 1 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/announced", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "99999999999") })
	page, err := c.Get(t.Context(), at+"/once")
	if err != nil {
		t.Fatal(err)
	}
	page.At = time.Time{}
	if diff := cmp.Diff(&Page{URL: at + "/page", MediaType: "text/html", Data: []byte("<p>vigie")}, page); diff != "" {
		t.Error(diff)
	}
	for path, want := range map[string]error{"/loop": errMoves, "/inside": errInside, "/large": errLarge, "/announced": errLarge, "/plain": refuse("only https addresses are followed", "")} {
		if _, err := c.Get(t.Context(), at+path); err == nil || err.Error() != want.Error() {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
	if _, err := c.Get(t.Context(), at+"/gone"); err == nil || !strings.Contains(err.Error(), "410") {
		t.Errorf("gone: %v", err)
	}
	if _, err := New(Options{}).Get(t.Context(), at+"/page"); !errors.Is(err, errOff) {
		t.Errorf("turned off: %v", err)
	}
	late, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	if _, err := c.Get(late, at+"/page"); !errors.Is(err, errLong) {
		t.Errorf("too long: %v", err)
	}
}

// TestPost sends once: a redirect is the answer.
func TestPost(t *testing.T) {
	var got []string
	mux := http.NewServeMux()
	srv := httptest.NewTLSServer(mux)
	defer srv.Close()
	c, at := home(t, srv)
	mux.HandleFunc("/hook", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.Header.Get("Webhook-Id")+" "+string(body))
		http.Redirect(w, r, "/other", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/other", func(http.ResponseWriter, *http.Request) { got = append(got, "other") })
	status, err := c.Post(t.Context(), at+"/hook", http.Header{"Webhook-Id": {"1"}}, []byte("{}"))
	if err != nil || status != http.StatusTemporaryRedirect {
		t.Errorf("status %d, %v", status, err)
	}
	if diff := cmp.Diff([]string{"1 {}"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{"8.8.8.8": true, "2606:4700:4700::1111": true, "::ffff:8.8.8.8": true, "127.0.0.1": false, "::1": false, "10.1.2.3": false, "192.0.0.1": false, "2002::1": false} {
		if got := Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

func TestParseInside(t *testing.T) {
	got, err := ParseInside([]string{"10.1.2.3/16", "127.0.0.1"})
	if diff := cmp.Diff([]string{"10.1.0.0/16", "127.0.0.1/32"}, []string{got[0].String(), got[1].String()}); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if _, err := ParseInside([]string{"ten"}); err == nil {
		t.Error("a word is taken for a network")
	}
}

func FuzzCheck(f *testing.F) {
	for _, a := range inside {
		f.Add(a)
	}
	f.Add("https://example.com/path?q=1#f")
	f.Fuzz(func(t *testing.T, address string) {
		u, err := Check(address)
		if err == nil && (u.Scheme != "https" || u.Hostname() == "" || u.User != nil) {
			t.Errorf("%q is taken as %v", address, u)
		}
	})
}
