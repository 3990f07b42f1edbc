package web

import (
	"fmt"
	"net/url"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
)

// Base is what every page has. Language is its data: templates are shared by all languages.
type Base struct {
	Lang        wording.Lang
	Title       string
	Description string
	Nav         string // part of the site that the page belongs to
	FR, EN      string // this page in each language
	Version     string
	Print       bool   // a sheet that people print: its address is shown at its foot
	Find        string // what was searched for, in the field at the top
	Class       string // of the body: "wide" takes the whole screen
	Present     bool   // for a projector: no head, no foot, large type
	Live        bool   // parts of the page are renewed as things are moved
	Who         *Who   // who looks at it; nil: nobody in particular
	Keeps       bool   // a store is behind it: things can be recorded

	words map[string]wording.Text
	root  string
}

// Request is what a page needs to know of the request: language, address without the language, day.
type Request struct {
	Lang  wording.Lang
	Path  string // "/offerings/x"
	Query url.Values
	Who   *Who
}

func (s *Site) base(r Request, nav, title string) Base {
	q := ""
	if len(r.Query) > 0 {
		q = "?" + r.Query.Encode()
	}
	return Base{Lang: r.Lang, Title: title, Nav: nav, FR: "/fr" + r.Path + q, EN: "/en" + r.Path + q, Version: s.svc.Version,
		Who: r.Who, Keeps: s.svc.Store != nil, words: s.words, root: "/" + string(r.Lang)}
}

// W is a sentence of words.yaml in the language of the page. A key that does not exist stops the page: tests render
// all of them.
func (b Base) W(key string, args ...any) (string, error) {
	t, ok := b.words[key]
	if !ok {
		return "", fmt.Errorf("words.yaml has no %q", key)
	}
	s := t.In(b.Lang)
	if len(args) > 0 {
		s = fmt.Sprintf(s, args...)
	}
	return wording.Typeset(b.Lang, s), nil
}

// N is a sentence that depends on a number: key.one or key.many. French counts 0 and 1 as one.
func (b Base) N(key string, n int) (string, error) {
	form := ".many"
	if n == 1 || n == 0 && b.Lang == wording.FR {
		form = ".one"
	}
	if strings.Contains(b.words[key+form].In(b.Lang), "%s") {
		return b.W(key+form, wording.Number(b.Lang, fmt.Sprint(n)))
	}
	return b.W(key + form)
}

// w is W for page builders, whose keys are constants held by the tests.
func (b Base) w(key string, args ...any) string {
	s, err := b.W(key, args...)
	if err != nil {
		panic(err)
	}
	return s
}

func (b Base) n(key string, n int) string {
	s, err := b.N(key, n)
	if err != nil {
		panic(err)
	}
	return s
}

// At is an address of the site in the language of the page.
func (b Base) At(path string) string { return b.root + path }

// Day writes a day in words.
func (b Base) Day(d catalog.Date) string { return d.In(b.Lang) }

// Link is a name that may lead somewhere.
type Link struct {
	Text string
	Href string
}

// recordLink leads to the page of a record.
func (b Base) recordLink(sp service.Speaker, r catalog.Ref) Link {
	return Link{Text: sp.Text(sp.Names(r)), Href: b.At(recordPath(r))}
}

func recordPath(r catalog.Ref) string {
	if r.Kind == catalog.Offering {
		return "/offerings/" + url.PathEscape(r.ID)
	}
	return "/records/" + string(r.Kind) + "/" + url.PathEscape(r.ID)
}

// withQuery adds parameters that are not empty to an address.
func withQuery(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// Option is a choice of a form.
type Option struct {
	Value    string
	Label    string
	Selected bool
}

func hasWords(text, find string) bool {
	text = strings.ToLower(text)
	for word := range strings.FieldsSeq(strings.ToLower(find)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
