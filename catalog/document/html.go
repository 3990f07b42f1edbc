package document

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
)

// element is an open element and what it means for the text inside.
type element struct {
	tag    atom.Atom
	name   string
	hidden bool // not shown, or no text: scripts, styles, drawings
	margin bool // what frames the page
	list   *list
}

// list is an open list and the number of its last item.
type list struct {
	ordered bool
	style   string // the attribute type: 1, a, A, i, I
	next    int
}

// page holds the state of reading HTML.
type page struct {
	*builder
	open    []element
	text    strings.Builder
	kind    Kind
	level   int
	label   string
	title   strings.Builder
	inTitle bool
}

// blockTags are the elements that begin a block of their own.
var blockTags = map[atom.Atom]bool{
	atom.Address: true, atom.Article: true, atom.Aside: true, atom.Blockquote: true, atom.Body: true, atom.Caption: true, atom.Center: true,
	atom.Dd: true, atom.Details: true, atom.Dialog: true, atom.Div: true, atom.Dl: true, atom.Dt: true, atom.Fieldset: true, atom.Figcaption: true,
	atom.Figure: true, atom.Footer: true, atom.Form: true, atom.Header: true, atom.Hgroup: true, atom.Hr: true, atom.Legend: true, atom.Li: true,
	atom.Main: true, atom.Menu: true, atom.Nav: true, atom.Ol: true, atom.P: true, atom.Pre: true, atom.Section: true, atom.Summary: true,
	atom.Table: true, atom.Tbody: true, atom.Td: true, atom.Tfoot: true, atom.Th: true, atom.Thead: true, atom.Tr: true, atom.Ul: true,
	atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true,
}

var voidTags = map[atom.Atom]bool{
	atom.Area: true, atom.Base: true, atom.Br: true, atom.Col: true, atom.Embed: true, atom.Hr: true, atom.Img: true, atom.Input: true,
	atom.Link: true, atom.Meta: true, atom.Param: true, atom.Source: true, atom.Track: true, atom.Wbr: true,
}

// skipped holds no text of the document.
var skipped = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Template: true, atom.Noscript: true, atom.Iframe: true, atom.Object: true, atom.Svg: true,
	atom.Math: true, atom.Canvas: true, atom.Audio: true, atom.Video: true, atom.Select: true, atom.Textarea: true, atom.Button: true,
	atom.Noframes: true, atom.Noembed: true, atom.Datalist: true,
}

// closes says which open elements a start tag ends without their end tag, up to the element that holds them.
var closes = map[atom.Atom]struct{ ends, within []atom.Atom }{
	atom.Li:     {[]atom.Atom{atom.Li}, []atom.Atom{atom.Ol, atom.Ul, atom.Menu}},
	atom.Dt:     {[]atom.Atom{atom.Dt, atom.Dd}, []atom.Atom{atom.Dl}},
	atom.Dd:     {[]atom.Atom{atom.Dt, atom.Dd}, []atom.Atom{atom.Dl}},
	atom.Td:     {[]atom.Atom{atom.Td, atom.Th}, []atom.Atom{atom.Tr, atom.Table}},
	atom.Th:     {[]atom.Atom{atom.Td, atom.Th}, []atom.Atom{atom.Tr, atom.Table}},
	atom.Tr:     {[]atom.Atom{atom.Tr}, []atom.Atom{atom.Table}},
	atom.Option: {[]atom.Atom{atom.Option}, []atom.Atom{atom.Select}},
}

// html reads a web page as it is shown without scripts: headings, paragraphs, lists with their numbers, tables. Nothing
// is run or fetched. It works on tags as they come, so that its memory does not grow with what is nested.
func (b *builder) html(data []byte) error {
	enc, name, sure := charset.DetermineEncoding(data[:min(len(data), 1024)], "")
	if guess, ok := guessEncoding(data); !sure && ok && guess == "UTF-8" {
		enc, name = nil, "utf-8"
	} else if !sure {
		b.note("the page declares no encoding; it was read as Latin-1 (Windows-1252): look at the accents", "la page ne déclare pas d'encodage ; elle a été lue comme du Latin-1 (Windows-1252) : vérifier les accents")
	}
	b.doc.Encoding = strings.ToUpper(name)
	if strings.HasPrefix(name, "windows-") {
		b.doc.Encoding = "W" + name[1:]
	}
	var src io.Reader = bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if enc != nil && name != "utf-8" {
		src = enc.NewDecoder().Reader(src)
	}
	z := html.NewTokenizer(src)
	z.SetMaxBuf(MaxText)
	p := &page{builder: b, kind: Paragraph}
	for b.err == nil {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				return refuse(Malformed, "the page cannot be read: %v", "la page est illisible : %v", z.Err())
			}
			p.flush()
			b.doc.Title = b.clean(p.title.String())
			return b.err
		case html.TextToken:
			p.words(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			p.start(z)
		case html.EndTagToken:
			name, _ := z.TagName()
			p.end(string(name))
		}
	}
	return b.err
}

func (p *page) hidden() bool { return len(p.open) > 0 && p.open[len(p.open)-1].hidden }

func (p *page) words(s string) {
	switch {
	case p.inTitle:
		if p.title.Len() < 2000 {
			p.title.WriteString(html.UnescapeString(s))
		}
	case !p.hidden():
		if p.text.Len()+len(s) > MaxText {
			p.err = refuse(TooLarge, "one paragraph of the page is longer than %d MiB", "un paragraphe de la page dépasse %d Mio", MaxText>>20)
			return
		}
		p.text.WriteString(s)
	}
}

func (p *page) start(z *html.Tokenizer) {
	raw, more := z.TagName()
	name := string(raw)
	e := element{tag: atom.Lookup(raw), name: name}
	if len(p.open) > 0 {
		above := p.open[len(p.open)-1]
		e.hidden, e.margin = above.hidden, above.margin
	}
	var value, start, typ string
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "hidden":
			e.hidden = e.hidden || string(v) != "until-found"
			p.note("text that the page hides was left out", "du texte que la page masque a été omis")
		case "style":
			if s := strings.ReplaceAll(strings.ToLower(string(v)), " ", ""); strings.Contains(s, "display:none") || strings.Contains(s, "visibility:hidden") {
				e.hidden = true
				p.note("text that the page hides was left out", "du texte que la page masque a été omis")
			}
		case "value":
			value = string(v)
		case "start":
			start = string(v)
		case "type":
			typ = string(v)
		case "role":
			e.margin = e.margin || string(v) == "navigation" || string(v) == "banner" || string(v) == "contentinfo"
		}
	}
	switch {
	case voidTags[e.tag]:
		if e.tag == atom.Br || e.tag == atom.Wbr {
			p.words(" ")
		} else if e.tag == atom.Hr {
			p.flush()
		}
		return
	case e.tag == atom.Title && !slices.ContainsFunc(p.open, func(o element) bool { return o.tag == atom.Svg }):
		p.inTitle = p.title.Len() == 0
		return
	case skipped[e.tag]:
		e.hidden = true
	}
	p.imply(e.tag)
	if len(p.open) >= MaxDepth {
		p.err = tooDeep()
		return
	}
	if blockTags[e.tag] {
		p.flush()
		p.begin(&e, value, start, typ)
	}
	p.open = append(p.open, e)
}

// imply ends the elements that a start tag ends by itself.
func (p *page) imply(tag atom.Atom) {
	if rule, ok := closes[tag]; ok {
		for i := len(p.open) - 1; i >= 0; i-- {
			if slices.Contains(rule.within, p.open[i].tag) {
				break
			}
			if slices.Contains(rule.ends, p.open[i].tag) {
				p.pop(i)
				break
			}
		}
	}
	if n := len(p.open); blockTags[tag] && n > 0 && p.open[n-1].tag == atom.P {
		p.pop(n - 1)
	}
}

func (p *page) pop(i int) {
	p.flush()
	p.open = p.open[:i]
	p.resume()
}

// resume sets what further text of an element around belongs to.
func (p *page) resume() {
	p.kind, p.level, p.label = Paragraph, 0, ""
	for i := len(p.open) - 1; i >= 0; i-- {
		switch p.open[i].tag {
		case atom.Li:
			p.kind, p.level = Item, p.listDepth()
			return
		case atom.Td, atom.Th:
			p.kind = Cell
			return
		}
	}
}

func (p *page) listDepth() int {
	n := 0
	for _, e := range p.open {
		if e.list != nil {
			n++
		}
	}
	return max(1, n)
}

// begin notes what the text of a block element is.
func (p *page) begin(e *element, value, start, typ string) {
	switch e.tag {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		p.kind, p.level, p.label = Heading, int(e.name[1]-'0'), ""
	case atom.Ol, atom.Ul, atom.Menu:
		e.list = &list{ordered: e.tag == atom.Ol, style: typ, next: 1}
		if n, err := strconv.Atoi(start); err == nil {
			e.list.next = n
		}
	case atom.Li:
		p.kind, p.level, p.label = Item, p.listDepth(), ""
		for i := len(p.open) - 1; i >= 0; i-- {
			if l := p.open[i].list; l != nil {
				if n, err := strconv.Atoi(value); err == nil {
					l.next = n
				}
				if l.ordered {
					p.label = l.number() + "."
				}
				l.next++
				break
			}
		}
	case atom.Tr:
		p.row++
	case atom.Td, atom.Th:
		p.kind, p.level, p.label = Cell, 0, ""
	case atom.Nav, atom.Aside:
		e.margin = true
	case atom.Header, atom.Footer:
		inside := slices.ContainsFunc(p.open, func(o element) bool { return o.tag == atom.Main || o.tag == atom.Article || o.tag == atom.Section })
		e.margin = e.margin || !inside
	case atom.P, atom.Div, atom.Dd, atom.Dt, atom.Blockquote, atom.Pre, atom.Section, atom.Summary:
		if p.kind == Heading {
			p.resume()
		}
	}
}

func (l *list) number() string {
	switch l.style {
	case "a":
		return letters(l.next)
	case "A":
		return strings.ToUpper(letters(l.next))
	case "i":
		return roman(l.next)
	case "I":
		return strings.ToUpper(roman(l.next))
	}
	return strconv.Itoa(l.next)
}

func (p *page) end(name string) {
	if name == "title" {
		p.inTitle = false
		return
	}
	for i := len(p.open) - 1; i >= 0; i-- {
		if p.open[i].name != name {
			// A stray end tag does not reach out of a cell or list.
			if t := p.open[i].tag; (t == atom.Td || t == atom.Th || t == atom.Table) && name != "table" && name != "tr" && name != "tbody" && name != "thead" && name != "body" && name != "html" {
				return
			}
			continue
		}
		if blockTags[p.open[i].tag] {
			p.pop(i)
		} else {
			p.open = slices.Delete(p.open, i, i+1)
		}
		return
	}
}

func (p *page) flush() {
	s := p.text.String()
	p.text.Reset()
	if strings.TrimSpace(s) == "" {
		return
	}
	k, margin := p.kind, len(p.open) > 0 && p.open[len(p.open)-1].margin
	if margin {
		k = Margin
	}
	p.add(k, p.level, p.label, s)
	p.label = ""
}
