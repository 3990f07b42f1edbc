package access

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"vigie/catalog/account"
)

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func encoded(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b64(b)
}

// signed writes an ID token with a key.
func signed(t *testing.T, key *rsa.PrivateKey, head, claims map[string]any) string {
	t.Helper()
	text := encoded(t, head) + "." + encoded(t, claims)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + b64(sig)
}

// Whoever stands between Vigie and the provider, or has a token of the provider for somebody else, does not get in: by no
// signature, one of another key or kind, one whose key the token itself brings, a token for another service, of another
// provider, of another visit, or of another time. The right one, last, does.
func TestForgedIDTokens(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	jwk := func(k *rsa.PrivateKey) map[string]any {
		return map[string]any{"kty": "RSA", "kid": "1", "alg": "RS256", "use": "sig", "n": b64(k.N.Bytes()), "e": b64(big.NewInt(int64(k.E)).Bytes())}
	}
	var idToken, issuer string
	claimed := "" // what the metadata say the issuer is
	mux := http.NewServeMux()
	answer := func(path string, v func() any) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(v())
		})
	}
	answer("/.well-known/openid-configuration", func() any {
		return map[string]any{"issuer": claimed, "authorization_endpoint": issuer + "/auth", "token_endpoint": issuer + "/token", "jwks_uri": issuer + "/keys", "id_token_signing_alg_values_supported": []string{"RS256", "none", "HS256"}}
	})
	answer("/keys", func() any { return map[string]any{"keys": []any{jwk(key)}} })
	answer("/token", func() any {
		return map[string]any{"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": idToken}
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	issuer = srv.URL
	h := openWith(t, Options{Public: &url.URL{Scheme: "https", Host: "vigie.example.org"}, Provider: &Provider{Issuer: issuer, ClientID: "vigie", Name: "x", Default: []account.Role{account.Reader}}})

	claimed = "https://elsewhere.example"
	if _, _, err := h.BeginProvider(t.Context(), "/fr/", here); !errors.Is(err, ErrProvider) {
		t.Errorf("metadata of another issuer: %v", err)
	}
	claimed = issuer
	der := x509.MarshalPKCS1PublicKey(&key.PublicKey)
	rs := map[string]any{"alg": "RS256", "kid": "1", "typ": "JWT"}
	with := func(m map[string]any, k string, v any) map[string]any {
		out := maps.Clone(m)
		if out[k] = v; v == nil {
			delete(out, k)
		}
		return out
	}
	type claims = map[string]any
	now := time.Now() // the library's clock
	for _, c := range []struct {
		name string
		make func(good claims) string
		in   bool
	}{
		{"no token", func(claims) string { return "" }, false},
		{"no signature", func(g claims) string { return encoded(t, claims{"alg": "none"}) + "." + encoded(t, g) + "." }, false},
		{"a signature that was cut off", func(g claims) string { return encoded(t, rs) + "." + encoded(t, g) + "." }, false},
		{"another key", func(g claims) string { return signed(t, other, rs, g) }, false},
		{"a key that the token brings", func(g claims) string { return signed(t, other, with(rs, "jwk", jwk(other)), g) }, false},
		{"a key at an address that the token names", func(g claims) string {
			return signed(t, other, with(with(rs, "jku", issuer+"/other"), "kid", "2"), g)
		}, false},
		{"the public key as a secret", func(g claims) string {
			text := encoded(t, claims{"alg": "HS256", "kid": "1"}) + "." + encoded(t, g)
			m := hmac.New(sha256.New, der)
			m.Write([]byte(text))
			return text + "." + b64(m.Sum(nil))
		}, false},
		{"claims that were changed", func(g claims) string {
			good := signed(t, key, rs, g)
			bad := signed(t, key, rs, with(g, "sub", "root"))
			return bad[:len(encoded(t, rs))] + "." + encoded(t, with(g, "sub", "root")) + good[len(encoded(t, rs))+1+len(encoded(t, g)):]
		}, false},
		{"for another service", func(g claims) string { return signed(t, key, rs, with(g, "aud", "another")) }, false},
		{"of another provider", func(g claims) string { return signed(t, key, rs, with(g, "iss", "https://elsewhere.example")) }, false},
		{"of another visit", func(g claims) string { return signed(t, key, rs, with(g, "nonce", "another")) }, false},
		{"of no visit", func(g claims) string { return signed(t, key, rs, with(g, "nonce", nil)) }, false},
		{"expired", func(g claims) string { return signed(t, key, rs, with(g, "exp", now.Add(-time.Hour).Unix())) }, false},
		{"not good yet", func(g claims) string { return signed(t, key, rs, with(g, "nbf", now.Add(time.Hour).Unix())) }, false},
		{"the right one", func(g claims) string { return signed(t, key, rs, g) }, true},
	} {
		to, token, err := h.BeginProvider(t.Context(), "/fr/", here)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(to)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		idToken = c.make(claims{"iss": issuer, "aud": "vigie", "sub": "anne", "nonce": q.Get("nonce"), "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "name": "Anne Onyme", "email": "anne@example.org"})
		entry, _, err := h.FinishProvider(t.Context(), token, url.Values{"state": {q.Get("state")}, "code": {"x"}}, here)
		if c.in != (err == nil && entry.Session != "") || !c.in && !errors.Is(err, ErrProvider) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
