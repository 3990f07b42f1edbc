package web

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
)

const today catalog.Date = "2026-11-24"

var opened = sync.OnceValues(func() (*Site, error) {
	svc, err := service.Open(service.Options{Version: "test"})
	if err != nil {
		return nil, err
	}
	return New(service.Keep(svc), func() catalog.Date { return today })
})

func testSite(t testing.TB) *Site {
	t.Helper()
	s, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var keyUsed = regexp.MustCompile(`(?:\.W|\.N|\bw|\bn)[ (]"([a-z_]+(?:\.[a-z0-9_]+)*)"`)

// TestWords holds templates, builders and words together: every key that is used exists, and every key is used.
func TestWords(t *testing.T) {
	words, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{"or": true}
	for _, k := range catalog.Kinds() {
		key := "kinds." + string(k)
		if _, ok := words[key]; !ok {
			t.Errorf("words.yaml: %q is missing", key)
		}
		used[key] = true
	}
	for _, def := range testSite(t).svc.Dictionary.Facts() {
		if def.Type != catalog.TypeReference || linkColumns[def.Record] == nil {
			continue
		}
		key := "sheet.links." + def.Path
		if _, ok := words[key]; !ok {
			t.Errorf("words.yaml: %q is missing: the sheet of a record lists what names it", key)
		}
		used[key] = true
	}
	var sources []string
	for _, pattern := range []string{"*.go", "layout/*.html", "pages/*/*.html"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, names...)
	}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range keyUsed.FindAllSubmatch(data, -1) {
			key := string(m[1])
			_, whole := words[key]
			_, one := words[key+".one"]
			_, many := words[key+".many"]
			switch {
			case whole:
				used[key] = true
			case one && many:
				used[key+".one"], used[key+".many"] = true, true
			default:
				t.Errorf("%s uses %q, which words.yaml does not have", name, key)
			}
		}
	}
	for key, text := range words {
		if !used[key] {
			t.Errorf("words.yaml: nothing uses %q", key)
		}
		if en, fr := verbs(text.EN), verbs(text.FR); en != fr && !strings.HasSuffix(key, ".one") {
			t.Errorf("words.yaml: %s takes %q in English and %q in French", key, en, fr)
		}
	}
}

func verbs(s string) string {
	return strings.Join(regexp.MustCompile(`%[a-z]`).FindAllString(s, -1), "")
}

// page is one page of the site and how it is made.
type page struct {
	path string
	make func(Request) ([]byte, error)
}

// allPages are every page of the reference catalogue but assessments.
func allPages(s *Site) []page {
	pages := []page{
		{"/", func(r Request) ([]byte, error) { return s.Home(context.Background(), r, today, true) }},
		{"/offerings", func(r Request) ([]byte, error) {
			return s.Offerings(context.Background(), r, OfferingsQuery{On: today})
		}},
		{"/search", func(r Request) ([]byte, error) { return s.Search(context.Background(), r, "mistral", today) }},
		{"/use-cases", func(r Request) ([]byte, error) { return s.UseCases(context.Background(), r, today) }},
	}
	for _, k := range catalog.Kinds() {
		pages = append(pages, page{"/records/" + string(k), func(r Request) ([]byte, error) { return s.Records(context.Background(), r, k, "", today) }})
		for _, id := range s.svc.Catalogue.IDs(k) {
			ref := catalog.Ref{Kind: k, ID: id}
			pages = append(pages, page{"/records/" + ref.String(), func(r Request) ([]byte, error) { return s.Record(context.Background(), r, ref, today, today) }})
		}
	}
	pages = append(pages, failurePages(s)...)
	pages = append(pages, lawPages(s)...)
	pages = append(pages, sheetPages(s)...)
	pages = append(pages, committeePages(s)...)
	for _, id := range s.svc.Catalogue.IDs(catalog.Offering) {
		pages = append(pages, page{"/offerings/" + id, func(r Request) ([]byte, error) { return s.Offering(context.Background(), r, id, today) }})
	}
	return pages
}

// assessments are one page for each offering and each use case.
func assessments(s *Site) []page {
	var pages []page
	for _, id := range s.svc.Catalogue.IDs(catalog.Offering) {
		for _, uc := range s.svc.Catalogue.IDs(catalog.UseCase) {
			q := service.Request{Offering: id, UseCase: uc, On: today}
			pages = append(pages, page{"/offerings/" + id + "/assessment?use_case=" + uc, func(r Request) ([]byte, error) { return s.Assessment(context.Background(), r, q) }})
		}
	}
	for _, uc := range s.svc.Catalogue.IDs(catalog.UseCase) {
		pages = append(pages, page{"/offerings?use_case=" + uc, func(r Request) ([]byte, error) {
			return s.Offerings(context.Background(), r, OfferingsQuery{On: today, UseCase: uc})
		}})
	}
	return pages
}

// TestEveryPage renders every page of the reference catalogue in both languages and reads it as a reader does: no
// code where words exist, no broken sentence, no link to a page that does not exist, French as it is printed.
func TestEveryPage(t *testing.T) {
	s := testSite(t)
	plain := len(allPages(s))
	pages := append(allPages(s), assessments(s)...)
	if testing.Short() {
		pages = allPages(s)
	}
	exist := map[string]bool{"/": true, "/offerings.csv": true, "/compare/report.pdf": true, "/compare/workbook.xlsx": true}
	for _, p := range append(allPages(s), assessments(s)...) {
		path, _, _ := strings.Cut(p.path, "?")
		exist[path] = true
	}
	for _, l := range wording.Langs() {
		for i, p := range pages {
			if i >= plain && (i%2 == 0) == (l == wording.FR) { // half of the assessments in each language
				continue
			}
			path, query, _ := strings.Cut(p.path, "?")
			q, err := url.ParseQuery(query)
			if err != nil {
				t.Fatal(err)
			}
			body, err := p.make(Request{Lang: l, Path: path, Query: q})
			if errors.Is(err, errSkip) {
				continue
			}
			if err != nil {
				t.Errorf("/%s%s: %v", l, p.path, err)
				continue
			}
			for _, w := range readAs(t, l, body, exist) {
				t.Errorf("/%s%s: %s", l, p.path, w)
			}
		}
	}
}

var (
	spelt = regexp.MustCompile(`[a-z]+[._][a-z0-9_.]+`)
	loose = map[wording.Lang]*regexp.Regexp{ // in French a line may break there; in English there is no space at all
		wording.FR: regexp.MustCompile(`\S [:;?!%»]( |$)|« `),
		wording.EN: regexp.MustCompile(`\S [:;?!]( |$)`),
	}
)

// codes are the words that programs use for what readers have words for: paths, choices, kinds.
var codes = sync.OnceValue(func() map[string]bool {
	s, err := opened()
	if err != nil {
		return nil
	}
	out := map[string]bool{"not_eligible": true, "not_applicable": true}
	for _, k := range catalog.Kinds() {
		out[string(k)] = strings.Contains(string(k), "_")
	}
	for _, p := range s.svc.Framework.Reads {
		out[p] = true
	}
	for _, f := range s.svc.Dictionary.Facts() {
		out[f.Path] = true
		for _, c := range f.Codes() {
			out[c] = strings.Contains(c, "_")
		}
	}
	return out
})

func codeIn(text string) string {
	for _, w := range spelt.FindAllString(text, -1) {
		if codes()[w] {
			return w
		}
	}
	if strings.Contains(text, "%!") {
		return "%!"
	}
	return ""
}

// readAs gives what a reader would stumble over.
func readAs(t *testing.T, l wording.Lang, body []byte, exist map[string]bool) []string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	var bad []string
	var walk func(n *html.Node, quoted bool)
	walk = func(n *html.Node, quoted bool) {
		if n.Type == html.ElementNode {
			class := attr(n, "class")
			// Titles, places in documents and notes are quoted as they stand in the source.
			quoted = quoted || n.Data == "code" || n.Data == "cite" || n.Data == "style" || slices.ContainsFunc(strings.Fields(class), func(c string) bool { return c == "ev" || c == "src" })
			if href := attr(n, "href"); n.Data == "a" && strings.HasPrefix(href, "/"+string(l)+"/") {
				path, _, _ := strings.Cut(strings.TrimPrefix(href, "/"+string(l)), "?")
				path, _, _ = strings.Cut(path, "#")
				if !exist[path] {
					bad = append(bad, "a link to nothing: "+href)
				}
			}
		}
		if n.Type == html.TextNode && !quoted {
			if m := codeIn(n.Data); m != "" {
				bad = append(bad, "a code where words belong: "+m+" in "+n.Data)
			}
			if loose[l].MatchString(n.Data) {
				bad = append(bad, "a space that does not belong: "+n.Data)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, quoted)
		}
	}
	walk(doc, false)
	return bad
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// TestAtOnce renders pages of both languages at the same time: none takes words of the other.
func TestAtOnce(t *testing.T) {
	s := testSite(t)
	want := map[wording.Lang]string{}
	for _, l := range wording.Langs() {
		body, err := s.UseCases(context.Background(), Request{Lang: l, Path: "/use-cases"}, today)
		if err != nil {
			t.Fatal(err)
		}
		want[l] = string(body)
	}
	var wg sync.WaitGroup
	for i := range 64 {
		l := wording.Langs()[i%2]
		wg.Go(func() {
			body, err := s.UseCases(context.Background(), Request{Lang: l, Path: "/use-cases"}, today)
			if err != nil || string(body) != want[l] {
				t.Errorf("a page in %s differs when others are made: %v", l, err)
			}
		})
	}
	wg.Wait()
}

// TestStyleSheet holds the style sheet to what the policy lets through and to files that exist.
func TestStyleSheet(t *testing.T) {
	var data []byte
	for _, n := range styles {
		part, err := fs.ReadFile(files, "static/styles/"+n+".css")
		if err != nil {
			t.Fatal(err)
		}
		data = append(data, part...)
	}
	for _, m := range regexp.MustCompile(`url\("([^"]*)"\)`).FindAllSubmatch(data, -1) {
		if _, err := fs.Stat(files, "static/"+string(m[1])); err != nil {
			t.Errorf("the style sheet names %s: %v", m[1], err)
		}
	}
	if strings.Contains(string(data), "@import") {
		t.Error("the style sheet imports another")
	}
}

// BenchmarkAssessmentPage is one page of an assessment that is kept already.
func BenchmarkAssessmentPage(b *testing.B) {
	s := testSite(b)
	q := service.Request{Offering: "mistral-api-medium-3.5", UseCase: "office-assistant", On: today}
	b.ReportAllocs()
	for b.Loop() {
		body, err := s.Assessment(context.Background(), Request{Lang: wording.FR, Path: "/"}, q)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(body)))
	}
}

// BenchmarkHome is the first page.
func BenchmarkHome(b *testing.B) {
	s := testSite(b)
	for b.Loop() {
		if _, err := s.Home(context.Background(), Request{Lang: wording.FR, Path: "/"}, today, true); err != nil {
			b.Fatal(err)
		}
	}
}
