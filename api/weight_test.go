package api

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"testing"

	"github.com/andybalholm/brotli"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// What a page may weigh over the wire, in bytes: with everything that it loads, for who has never been here, and alone, for
// who keeps fonts, styles and scripts.
const (
	firstVisit = 100_000
	laterVisit = 30_000
)

// asBrowsers is what browsers accept over TLS.
const asBrowsers = "gzip, deflate, br, zstd"

var assetIn = regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"`)

// everyAddress is every page of the demonstration in a language, without the combinations of candidates that nobody can
// list: those to see have some of each.
func everyAddress(t testing.TB, l wording.Lang) []string {
	t.Helper()
	svc, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	root := "/" + string(l)
	turn := func(i int) bool { return (i%2 == 0) == (l == wording.FR) } // of many pages alike, half in each language
	var out []string
	for _, p := range pagesToSee {
		out = append(out, root+p)
	}
	for _, k := range catalog.Kinds() {
		out = append(out, root+"/records/"+string(k))
		for i, id := range svc.Catalogue.IDs(k) {
			if turn(i) {
				out = append(out, root+"/records/"+string(k)+"/"+id)
			}
		}
	}
	for _, id := range svc.Knowledge.Laws.IDs() {
		out = append(out, root+"/laws/"+id)
	}
	for _, id := range svc.Knowledge.Licences.IDs() {
		out = append(out, root+"/licences/"+id)
	}
	uses := svc.Catalogue.IDs(catalog.UseCase)
	for _, uc := range uses {
		out = append(out, root+"/offerings?use_case="+uc, root+"/compare/candidates?use_case="+uc)
	}
	for i, id := range svc.Catalogue.IDs(catalog.Offering) {
		of := root + "/offerings/" + id
		out = append(out, of, of+"/exposure?use_case="+uses[i%len(uses)])
		for j, part := range []string{"", "&part=service", "&part=environment", "&part=others"} {
			if turn(i + j) {
				out = append(out, of+"/dossier?use_case="+uses[i%len(uses)]+part)
			}
		}
		for j, uc := range uses {
			if turn(i + j) {
				out = append(out, of+"/assessment?use_case="+uc)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// fetched is an answer as a browser gets it.
func fetched(t testing.TB, h http.Handler, at string) (sent int, body []byte) {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, at, nil)
	req.Header.Set("Accept-Encoding", asBrowsers)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	r := io.Reader(bytes.NewReader(w.Body.Bytes()))
	var err error
	switch w.Header().Get("Content-Encoding") {
	case "br":
		r = brotli.NewReader(r)
	case "gzip":
		if r, err = gzip.NewReader(r); err != nil {
			t.Fatalf("%s: %v", at, err)
		}
	}
	if body, err = io.ReadAll(r); err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	return w.Body.Len(), body
}

// TestWeight weighs every page of the demonstration as the server sends it to a browser, in both languages.
func TestWeight(t *testing.T) {
	h := testHandler(t)
	assets := map[string]int{}
	pages, heaviest, most := 0, "", 0
	for _, l := range wording.Langs() {
		for _, at := range everyAddress(t, l) {
			page, body := fetched(t, h, at)
			whole, seen := page, map[string]bool{}
			for _, m := range assetIn.FindAllSubmatch(body, -1) {
				asset := string(m[1])
				if seen[asset] {
					continue
				}
				seen[asset] = true
				if _, known := assets[asset]; !known {
					assets[asset], _ = fetched(t, h, asset)
				}
				whole += assets[asset]
			}
			if len(seen) < 3 {
				t.Errorf("%s loads %d files: styles, script and font are expected", at, len(seen))
			}
			if page > laterVisit {
				t.Errorf("%s weighs %d bytes, more than %d", at, page, laterVisit)
			}
			if whole > firstVisit {
				t.Errorf("%s weighs %d bytes with what it loads, more than %d", at, whole, firstVisit)
			}
			pages++
			if page > most {
				heaviest, most = at, page
			}
		}
	}
	t.Logf("%d pages, the heaviest of %d bytes: %s", pages, most, heaviest)
}
