package api

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"vigie/api/contract"
	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// params reads a query once and gathers everything wrong with it. A parameter that nobody reads is a fault: a
// misspelt one must not be ignored in silence.
type params struct {
	values url.Values
	known  []string
	faults []catalog.FieldError
	today  catalog.Date
}

func (s *server) params(c *gin.Context) *params {
	v, err := url.ParseQuery(c.Request.URL.RawQuery)
	p := &params{values: v, today: s.Today()}
	if err != nil {
		p.bad("", wording.Textf("the query cannot be read; percent-encode its values", "la requête est illisible ; encoder ses valeurs en pourcent"))
	}
	return p
}

func (p *params) bad(name string, text wording.Text) {
	at := "query"
	if name != "" {
		at += "." + name
	}
	p.faults = append(p.faults, catalog.FieldError{Path: at, Text: text})
}

// text reads a parameter; an empty one counts as not given, because forms send those.
func (p *params) text(name string) string { return p.sized(name, 200) }

func (p *params) sized(name string, limit int) string {
	p.known = append(p.known, name)
	v := p.values[name]
	switch {
	case len(v) > 1:
		p.bad(name, wording.Textf("%s is given %d times; once is enough", "%s est donné %d fois ; une seule suffit", name, len(v)))
	case len(v) == 1 && len(v[0]) > limit:
		p.bad(name, wording.Textf("%s is longer than %d bytes", "%s dépasse %d octets", name, limit))
	case len(v) == 1 && !utf8.ValidString(v[0]):
		p.bad(name, wording.Textf("%s is not UTF-8", "%s n'est pas en UTF-8", name))
	case len(v) == 1:
		return strings.TrimSpace(v[0])
	}
	return ""
}

// maxTexts bounds a parameter that may be repeated.
const maxTexts = 100

// texts reads a parameter that may be repeated; empty ones count as not given.
func (p *params) texts(name string) []string {
	p.known = append(p.known, name)
	var out []string
	for _, v := range p.values[name] {
		if len(v) > 200 {
			p.bad(name, wording.Textf("%s is longer than 200 bytes", "%s dépasse 200 octets", name))
			return nil
		}
		if !utf8.ValidString(v) {
			p.bad(name, wording.Textf("%s is not UTF-8", "%s n'est pas en UTF-8", name))
			return nil
		}
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	if len(out) > maxTexts {
		p.bad(name, wording.Textf("%s is given %d times; at most %d", "%s est donné %d fois ; au plus %d", name, len(out), maxTexts))
	}
	return out
}

// notADay refuses a day. What was sent is not repeated, here as in every fault: an address or a body may hold what is
// nobody else's.
func notADay(name string) wording.Text {
	return wording.Textf("%s: expected a day that exists, written YYYY-MM-DD", "%s : attendu un jour existant, écrit AAAA-MM-JJ", name)
}

func (p *params) needed(name string) string {
	v := p.text(name)
	if v == "" && len(p.values[name]) < 2 {
		p.bad(name, wording.Textf("%s is needed", "il faut %s", name))
	}
	return v
}

func (p *params) day(name string, otherwise catalog.Date) catalog.Date {
	v := p.text(name)
	if v == "" {
		return otherwise
	}
	d, ok := catalog.ParseDate(v)
	if !ok {
		p.bad(name, notADay(name))
	}
	return d
}

func (p *params) lang(otherwise wording.Lang) wording.Lang {
	v := p.text("lang")
	if v == "" {
		return otherwise
	}
	l, ok := wording.ParseLang(v)
	if !ok {
		p.bad("lang", wording.Textf("lang: expected fr or en", "lang : attendu fr ou en"))
	}
	return l
}

// err is nil when nothing was wrong. It must be asked for after the last parameter was read.
func (p *params) err() error {
	var names []string
	for n := range p.values {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		if !slices.Contains(p.known, n) {
			n = contract.Name(n)
			if len(p.known) == 0 {
				p.bad(n, wording.Textf("no parameter is taken here", "aucun paramètre n'est admis ici"))
				continue
			}
			p.bad(n, strict.NotIn(n, p.known))
		}
	}
	if len(p.faults) > 0 {
		return &catalog.InvalidError{Fields: p.faults}
	}
	return nil
}

// languageOf is the language of the page that was asked for, else the one the browser prefers.
func languageOf(c *gin.Context) wording.Lang {
	for _, l := range wording.Langs() {
		root := "/" + string(l)
		if c.Request.URL.Path == root || strings.HasPrefix(c.Request.URL.Path, root+"/") {
			return l
		}
	}
	return preferred(c)
}

var matcher = language.NewMatcher([]language.Tag{language.English, language.French})

// preferred is the language the browser prefers; English when it names neither.
func preferred(c *gin.Context) wording.Lang {
	h := c.GetHeader("Accept-Language")
	if len(h) > 500 { // nobody speaks that many
		return wording.EN
	}
	tags, _, err := language.ParseAcceptLanguage(h)
	if err != nil || len(tags) == 0 {
		return wording.EN
	}
	if _, i, _ := matcher.Match(tags...); i == 1 {
		return wording.FR
	}
	return wording.EN
}
