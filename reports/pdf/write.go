// Package pdf draws a report as an A4 PDF: same document, same bytes, on any machine and in any year.
//
// It sets the text itself (widths, line breaks, page breaks) and leaves to fpdf what a PDF file needs: objects,
// font subsets, links and outline. Nothing active goes into the file, and addresses become links only when https.
package pdf

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"vigie/reports/fonts"
	"vigie/reports/tree"
)

// Write draws the document. The error is the writer's, or a day of the document that is none.
func Write(w io.Writer, doc *tree.Document) error {
	day, err := time.Parse(time.DateOnly, doc.Day)
	if err != nil {
		return fmt.Errorf("pdf: day of the document: %w", err)
	}
	s := setter{doc: doc}
	s.pages, s.tags = compose(doc)
	s.open(day)
	s.drawAll()
	var raw bytes.Buffer
	if err := s.f.Output(&raw); err != nil {
		return fmt.Errorf("pdf: %w", err)
	}
	out, err := finish(raw.Bytes(), s.tags)
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

// compose spreads the whole document over pages: cover, front, contents, sections.
func compose(doc *tree.Document) ([]*page, *structure) {
	c := &composer{lang: doc.Lang}
	var p paginator
	p.newPage()
	p.place(c.blocks(doc.Cover, textWidth))
	body := func(sections []tree.Section) {
		for _, s := range sections {
			p.place(c.section(s, 0))
		}
	}
	if doc.ToContents != "" || len(doc.Front)+len(doc.Sections) > 0 { // a letter is its first page, and no empty one after it
		p.newPage()
	}
	body(doc.Front)
	if doc.ToContents != "" {
		p.place(c.contents(doc))
	}
	body(doc.Sections)
	c.tags.begin()
	return p.pages, &c.tags
}

// contents is the table of contents, on one page: sections with the most parts are listed without them when all
// would not fit.
func (c *composer) contents(doc *tree.Document) []chunk {
	const section, inside, room = 22.0, 15.0, bottomY - topY - 50
	most := 0
	for _, s := range doc.Sections {
		most = max(most, len(s.Sections))
	}
	for height := room + 1; height > room && most > 0; {
		height = 0
		for _, s := range doc.Sections {
			height += section
			if len(s.Sections) <= most {
				height += float64(len(s.Sections)) * inside
			}
		}
		if height > room {
			most--
		}
	}
	_, leave := c.enter("Sect", "")
	defer leave()
	out := c.title(tree.Section{ID: "contents", Title: doc.ToContents, NewPage: true}, 0)
	_, leaveList := c.enter("TOC", "")
	defer leaveList()
	entry := func(s tree.Section, st style, indent, before float64) {
		ch := chunk{height: st.leading + 3, before: before}
		number := s.Number
		ch.put(indent, baseline(st), single(tree.T(number+" "), st, 30).ops)
		ln := single(tree.T(s.Title+" "), st, textWidth-indent-70)
		x := indent + 30
		ch.put(x, baseline(st), ln.ops)
		ch.add(op{kind: opPageRef, x: textWidth, y: baseline(st), text: s.ID, face: st.face, size: st.size, colour: ink},
			op{kind: opLink, w: textWidth, h: st.leading, text: s.ID},
			op{kind: opLine, colour: rule, x: x + ln.width + 6, y: baseline(st), w: textWidth - 24 - x - ln.width - 6, size: 0.4, dashed: true})
		out = append(out, tagged([]chunk{ch}, c.within("TOCI", ""))...)
	}
	for _, s := range doc.Sections {
		entry(s, style{semibold, 10, 14, ink}, 0, 5)
		if len(s.Sections) <= most {
			for _, sub := range s.Sections {
				entry(sub, style{regular, 9, 12, ink}, 30, 0)
			}
		}
	}
	return out
}

// A setter writes the pages into fpdf.
type setter struct {
	doc       *tree.Document
	f         *fpdf.Fpdf
	pages     []*page
	tags      *structure
	anchors   map[string]anchor
	buf       []byte
	resources [len(faceStyles)]string // names of the faces inside the file
	state     struct {
		face   face
		size   float64
		font   bool
		fill   colour
		stroke colour
		width  float64
		dashed bool
		fresh  bool
		el     int32 // of the run that is open
	}
}

type anchor struct {
	page, link int
	y          float64
}

func (s *setter) open(day time.Time) {
	d := s.doc
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: pageWidth, Ht: pageHeight}})
	f.SetCatalogSort(true)
	f.SetCompression(false) // finish compresses, at a tenth of the cost
	f.SetCreationDate(day)
	f.SetModificationDate(day)
	f.SetAutoPageBreak(false, 0)
	f.SetMargins(0, 0, 0)
	meta := func(s string) string { return oneLine(clean(s, fonts.Regular())) }
	f.SetTitle(meta(d.Title), true)
	f.SetSubject(meta(d.Subject), true)
	f.SetKeywords(meta(strings.Join(d.Keywords, ", ")), true)
	f.SetAuthor("Vigie", true)
	f.SetCreator(meta(d.Producer), true)
	f.SetProducer("Vigie", true)
	f.SetLang(string(d.Lang))
	for i, st := range faceStyles {
		f.AddUTF8FontFromBytes(family, st, faceOf(face(i)).TTF)
	}
	f.SetFont(family, faceStyles[regular], bodyStyle.size) // the outline wants a Unicode face selected
	s.f = f
}

func oneLine(s string) string { return strings.ReplaceAll(s, "\n", " ") }

func (s *setter) drawAll() {
	s.index()
	s.markUsed()
	for i, pg := range s.pages {
		s.f.AddPage()
		s.state.fresh, s.state.el = true, unmarked
		s.tags.pages = append(s.tags.pages, nil)
		if s.doc.Watermark != "" {
			s.mark(0)
			s.watermark()
		}
		pg.parted(func(o op, el int32) {
			if o.paints() {
				s.mark(el)
			}
			s.draw(o)
		})
		s.mark(0)
		for _, o := range s.furniture(i) {
			s.draw(o)
		}
		s.endMark()
		s.flush()
	}
	for _, a := range s.anchors {
		s.f.SetLink(a.link, a.y, a.page)
	}
}

// index finds the places that links reach. Of two anchors with one name the first counts.
func (s *setter) index() {
	s.anchors = map[string]anchor{}
	var names []string
	for i, pg := range s.pages {
		pg.each(func(o op) {
			if o.kind != opAnchor {
				return
			}
			if _, twice := s.anchors[o.text]; !twice {
				s.anchors[o.text] = anchor{page: i + 1, y: max(0, o.y-12)}
				names = append(names, o.text)
			}
		})
	}
	for _, n := range names {
		a := s.anchors[n]
		a.link = s.f.AddLink()
		s.anchors[n] = a
	}
}

// furniture is the running header and the foot of a page. The cover bears the name of the program instead.
func (s *setter) furniture(i int) []op {
	const headY, footY = 46.0, 806.0
	if i == 0 {
		out := []op{{kind: opRect, colour: accent, x: marginX, y: headY + 14, w: 28, h: 2.2}}
		for _, o := range single(tree.T("Vigie"), style{semibold, 12, 15, accent}, textWidth).ops {
			out = append(out, o.at(marginX, headY+6))
		}
		return out
	}
	var out []op
	text := func(t string, y float64, right bool, room float64) {
		ln := single(tree.T(oneLine(t)), runStyle, room)
		x := marginX
		if right {
			x = pageWidth - marginX - ln.width
		}
		for _, o := range ln.ops {
			out = append(out, o.at(x, y))
		}
	}
	text(s.doc.HeadLeft, headY, false, textWidth-150)
	text(s.doc.HeadRight, headY, true, 140)
	text(s.doc.Foot, footY, false, textWidth-60)
	text(fmt.Sprintf("%d / %d", i+1, len(s.pages)), footY, true, 60)
	return append(out, op{kind: opLine, colour: rule, x: marginX, y: headY + 7, w: textWidth, size: 0.4},
		op{kind: opLine, colour: rule, x: marginX, y: footY - 14, w: textWidth, size: 0.4})
}

// httpsOnly gives the address in ASCII when it may become a link, "" otherwise.
func httpsOnly(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	out := u.String()
	for i := range len(out) {
		if out[i] <= ' ' || out[i] > '~' {
			return ""
		}
	}
	return out
}
