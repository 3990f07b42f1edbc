package api

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// BenchmarkEveryPage asks for every page of the demonstration as a browser does, twice: made for the first time, and again.
// It logs the slowest and reports the worst and the median of each, in milliseconds.
func BenchmarkEveryPage(b *testing.B) {
	type timed struct {
		at          string
		first, next float64
	}
	var pages []timed
	for b.Loop() {
		pages = pages[:0]
		h := testHandler(b)
		for _, l := range wording.Langs() {
			for _, at := range everyAddress(b, l) {
				pages = append(pages, timed{at, served(b, h, at), served(b, h, at)})
			}
		}
	}
	for _, x := range []struct {
		name string
		of   func(timed) float64
	}{{"first", func(p timed) float64 { return p.first }}, {"again", func(p timed) float64 { return p.next }}} {
		slices.SortFunc(pages, func(p, q timed) int { return cmp.Compare(x.of(q), x.of(p)) })
		b.ReportMetric(x.of(pages[0]), "worst-"+x.name+"-ms")
		b.ReportMetric(x.of(pages[len(pages)/2]), "median-"+x.name+"-ms")
		for _, p := range pages[:12] {
			b.Logf("%s %6.1f ms %s", x.name, x.of(p), p.at)
		}
	}
}

// served is how long an answer takes, in milliseconds.
func served(b *testing.B, h http.Handler, at string, headers ...string) float64 {
	b.Helper()
	req := httptest.NewRequest(http.MethodGet, at, nil)
	req.Header.Set("Accept-Encoding", asBrowsers)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	start := time.Now()
	h.ServeHTTP(w, req)
	took := time.Since(start)
	if w.Code >= 500 {
		b.Fatalf("%s: status %d", at, w.Code)
	}
	return float64(took.Microseconds()) / 1000
}

// BenchmarkWeightMoved moves a weight among twenty candidates, to another place each time.
func BenchmarkWeightMoved(b *testing.B) {
	svc, err := opened()
	if err != nil {
		b.Fatal(err)
	}
	h := testHandler(b)
	at := "/fr/compare/answer?use_case=office-assistant&offering=" + strings.Join(svc.Catalogue.IDs(catalog.Offering)[:20], "&offering=")
	served(b, h, at, "HX-Request", "true")
	n, worst := 0, 0.0
	for b.Loop() {
		n++
		worst = max(worst, served(b, h, fmt.Sprintf("%s&w.data=%d", at, 1+n%97), "HX-Request", "true"))
	}
	b.ReportMetric(worst, "worst-ms")
}
