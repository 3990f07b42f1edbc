package api

import (
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkReadingOneRecord reads one record over HTTP by 16 clients that are signed in, in turn with a bare handler
// that reads the same bytes from SQLite by key, and, where VIGIE_ANCHOR names the address of a record of another
// server, with that one. The bar is a ratio in one run.
func BenchmarkReadingOneRecord(b *testing.B) {
	h, _ := keepingHouse(b)
	link, err := h.Access.SetupLink(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	reader := h.visitor()
	if w := reader.post("/fr/welcome", map[string][]string{"pass": {link}, "name": {"Anne"}, "email": {"anne@example.org"}, "password": {phrase}}); w.Code != http.StatusSeeOther {
		b.Fatal(w.Code, text(w))
	}
	session := reader.cookies[loopbackCookie].Value
	ours := httptest.NewServer(h.engine)
	defer ours.Close()
	const path = "/api/v1/records/vendor/mistral"
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}}
	ask := func(address, tag string) (int, string, []byte) {
		r, err := http.NewRequest("GET", address, nil)
		if err != nil {
			b.Fatal(err)
		}
		r.AddCookie(&http.Cookie{Name: loopbackCookie, Value: session})
		if tag != "" {
			r.Header.Set("If-None-Match", tag)
		}
		res, err := client.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			b.Fatal(err)
		}
		return res.StatusCode, res.Header.Get("ETag"), body
	}
	status, tag, body := ask(ours.URL+path, "")
	if status != http.StatusOK || tag == "" {
		b.Fatalf("status %d, tag %q: %s", status, tag, body)
	}
	bare := bareServer(b, body)
	targets := []struct{ name, address, tag string }{
		{"bare", bare, ""}, {"whole", ours.URL + path, ""}, {"unchanged", ours.URL + path, tag},
	}
	if x := os.Getenv("VIGIE_ANCHOR"); x != "" {
		targets = append(targets, struct{ name, address, tag string }{"anchor", x, ""})
	}
	rates := map[string][]float64{}
	for b.Loop() {
		for _, t := range targets {
			rates[t.name] = append(rates[t.name], rate(16, time.Second, func() { ask(t.address, t.tag) }))
		}
	}
	for _, t := range targets {
		slices.Sort(rates[t.name])
		b.ReportMetric(rates[t.name][len(rates[t.name])/2], t.name+"/s")
	}
}

// rate is how many times a second clients do something together.
func rate(clients int, during time.Duration, do func()) float64 {
	var wg sync.WaitGroup
	counts := make([]int, clients)
	start := time.Now()
	for i := range clients {
		wg.Go(func() {
			for time.Since(start) < during {
				do()
				counts[i]++
			}
		})
	}
	wg.Wait()
	n := 0
	for _, c := range counts {
		n += c
	}
	return float64(n) / time.Since(start).Seconds()
}

// bareServer answers bytes that SQLite keeps under a key, and does nothing else.
func bareServer(b *testing.B, body []byte) string {
	db, err := sql.Open("sqlite", fmt.Sprintf("file:%s/x.db?_pragma=journal_mode(WAL)", b.TempDir()))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	if _, err := db.Exec("CREATE TABLE r (id TEXT PRIMARY KEY, body BLOB)"); err != nil {
		b.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO r VALUES (?, ?)", "mistral", body); err != nil {
		b.Fatal(err)
	}
	read, err := db.Prepare("SELECT body FROM r WHERE id = ?")
	if err != nil {
		b.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body []byte
		if err := read.QueryRowContext(r.Context(), "mistral").Scan(&body); err != nil {
			http.Error(w, "", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	b.Cleanup(s.Close)
	return s.URL
}
