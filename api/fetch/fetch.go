// Package fetch follows addresses that somebody else wrote: pages that sources name, and receivers of webhooks. It
// reaches public hosts by https only, and looks at the address it really connects to, after names are resolved, so that
// neither a redirect nor a name that changes its mind leads inside the house (OWASP API7, server-side request forgery).
//
// It is off unless a setting turns it on.
package fetch

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"vigie/catalog/wording"
)

// The bounds of one request.
const (
	MaxBytes     = 25 << 20
	MaxRedirects = 3
	Timeout      = 10 * time.Second

	maxURL    = 2000
	maxHeader = 64 << 10
)

// Options say what may be reached.
type Options struct {
	On bool // false: nothing is ever fetched
	// Inside are networks of the house that may be reached all the same, such as that of a receiver of webhooks.
	Inside []netip.Prefix
	// Roots are the authorities trusted for TLS; nil: those of the system.
	Roots *x509.CertPool
	// Resolver finds addresses of names; nil: that of the system.
	Resolver *net.Resolver
	Agent    string // of the header User-Agent
}

// RefusedError says why an address was not followed. Its text names neither the address found nor what is there: who
// may write an address must not learn the map of the house from it.
type RefusedError struct{ Text wording.Text }

func (e *RefusedError) Error() string { return e.Text.EN }

// In writes the error in one language.
func (e *RefusedError) In(l wording.Lang) string { return wording.Typeset(l, e.Text.In(l)) }

func refuse(en, fr string, args ...any) error { return &RefusedError{wording.Textf(en, fr, args...)} }

var (
	errOff    = refuse("following addresses is turned off", "suivre des adresses est désactivé")
	errInside = refuse("this address is not a public one", "cette adresse n'est pas publique")
	errFailed = refuse("nothing answered at this address", "rien n'a répondu à cette adresse")
	errLong   = refuse("it took more than %d seconds", "cela a pris plus de %d secondes", int(Timeout/time.Second))
	errLarge  = refuse("it is larger than %d MB", "il dépasse %d Mo", MaxBytes>>20)
	errMoves  = refuse("it sends on more than %d times", "elle renvoie ailleurs plus de %d fois", MaxRedirects)
)

// Client follows addresses. It is safe for concurrent use.
type Client struct {
	o    Options
	http *http.Client
}

// New makes a client.
func New(o Options) *Client {
	c := &Client{o: o}
	d := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: -1, Resolver: o.Resolver, Control: c.control}
	t := &http.Transport{
		DialContext:            d.DialContext,
		Proxy:                  nil, // a proxy would connect where we did not look
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  Timeout,
		MaxResponseHeaderBytes: maxHeader,
		DisableCompression:     true, // sizes are those that were sent
		DisableKeepAlives:      true, // each request looks at its address anew
		ForceAttemptHTTP2:      true,
	}
	if o.Roots != nil {
		t.TLSClientConfig = tlsWith(o.Roots)
	}
	c.http = &http.Client{Transport: t, Timeout: Timeout, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if len(via) > MaxRedirects {
			return errMoves
		}
		_, err := Check(r.URL.String())
		return err
	}}
	return c
}

// Page is what was found.
type Page struct {
	URL       string // where it came from in the end
	MediaType string // as it says of itself; files decide by content
	Data      []byte
	At        time.Time
}

// Get reads what stands at an address. Errors are *RefusedError.
func (c *Client) Get(ctx context.Context, address string) (*Page, error) {
	res, err := c.send(ctx, http.MethodGet, address, nil, nil)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, refuse("it answered with status %s", "elle a répondu par le statut %s", strconv.Itoa(res.StatusCode))
	}
	if res.ContentLength > MaxBytes {
		return nil, errLarge
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, MaxBytes+1))
	switch {
	case err != nil:
		return nil, told(err)
	case len(data) > MaxBytes:
		return nil, errLarge
	}
	media, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil {
		media = "application/octet-stream"
	}
	return &Page{URL: res.Request.URL.String(), MediaType: media, Data: data, At: time.Now().UTC()}, nil
}

// Post sends a body and gives the status of the answer, of which nothing is read. A redirect is an answer, not followed:
// what is signed is for one receiver.
func (c *Client) Post(ctx context.Context, address string, header http.Header, body []byte) (int, error) {
	res, err := c.send(ctx, http.MethodPost, address, header, body)
	if err != nil {
		return 0, err
	}
	res.Body.Close()
	return res.StatusCode, nil
}

func (c *Client) send(ctx context.Context, method, address string, header http.Header, body []byte) (*http.Response, error) {
	if !c.o.On {
		return nil, errOff
	}
	u, err := Check(address)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, errFailed
	}
	for k, v := range header {
		r.Header[k] = v
	}
	r.Header.Set("User-Agent", c.o.Agent)
	client := c.http
	if method == http.MethodPost {
		once := *c.http
		once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		client = &once
	}
	res, err := client.Do(r)
	if err != nil {
		return nil, told(err)
	}
	return res, nil
}

// told says what is wrong in words that give nothing away.
func told(err error) error {
	var refused *RefusedError
	var timeout net.Error
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &timeout) && timeout.Timeout():
		return errLong
	}
	return errFailed
}

// Check looks at an address as it is written: https, a host that is a name or a public address, nothing else. What the
// name leads to is looked at when it is connected to.
func Check(address string) (*url.URL, error) {
	if len(address) > maxURL {
		return nil, refuse("the address is longer than %d bytes", "l'adresse dépasse %d octets", maxURL)
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, refuse("this is not a web address", "ce n'est pas une adresse du web")
	case u.Scheme != "https":
		return nil, refuse("only https addresses are followed", "seules les adresses https sont suivies")
	case u.User != nil:
		return nil, refuse("an address with a name or a password in it is not followed", "une adresse contenant un nom ou un mot de passe n'est pas suivie")
	}
	host := strings.ToLower(u.Hostname())
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return nil, refuse("this is not a web address", "ce n'est pas une adresse du web")
		}
	}
	u.Fragment = ""
	if _, err := netip.ParseAddr(host); err == nil {
		return u, nil // Control decides
	}
	return u, checkName(strings.TrimSuffix(host, "."))
}

// checkName refuses names that some resolver reads as an address, or that never leave the house.
func checkName(host string) error {
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch {
	case host == "" || len(host) > 253 || strings.ContainsAny(host, "%\\/ \t\x00") || !isASCII(host):
		return refuse("this is not a web address", "ce n'est pas une adresse du web")
	case last == "" || last[0] >= '0' && last[0] <= '9': // 0x7f.1, 2130706433, 0177.0.0.1, 127.1: numbers in disguise
		return errInside
	case !strings.Contains(host, "."), last == "localhost", last == "local", last == "internal", last == "home", last == "lan", last == "arpa":
		return errInside
	}
	return nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] < ' ' {
			return false
		}
	}
	return true
}

// control is asked by the dialer for each connection, with the address that was resolved.
func (c *Client) control(network, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !strings.HasPrefix(network, "tcp") {
		return errInside
	}
	a := at.Addr().Unmap().WithZone("")
	for _, p := range c.o.Inside {
		if p.Contains(a) {
			return nil
		}
	}
	if at.Addr().Zone() != "" || !Public(a) {
		return errInside
	}
	return nil
}

// reserved are the parts of the address space that lead nowhere public, after the IANA special-purpose registries
// (RFC 6890 and its updates). Some carry an IPv4 address inside, which could be any.
var reserved = prefixes("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
	"2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")

// publicSix is the only part of IPv6 given out for public use.
var publicSix = netip.MustParsePrefix("2000::/3")

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		out[i] = netip.MustParsePrefix(t)
	}
	return out
}

// Public reports whether an address is one of the public internet.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Is6() && !publicSix.Contains(a) {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// ParseInside reads the networks of the house that a setting names.
func ParseInside(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range list {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			a, err := netip.ParseAddr(text)
			if err != nil {
				return nil, fmt.Errorf("%q is neither an address nor a network such as 10.1.0.0/16", text)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		out = append(out, p.Masked())
	}
	return out, nil
}
