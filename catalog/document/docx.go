package document

import (
	"encoding/xml"
	"strconv"
	"strings"
)

const mainPart = "word/document.xml"

// docx holds the state of reading a Word document.
type docx struct {
	*builder
	*docxStyles
	paras []*docxPara    // open; text frames put paragraphs inside paragraphs
	cells int            // table cells that are open
	notes map[string]int // foot and end notes by the number of their mark
	kind  Kind           // of paragraphs that are neither headings nor items
}

type docxPara struct {
	text    strings.Builder
	style   string
	outline int // 0: as the style says; -1: none
	num     docxNum
	inProps bool
	hidden  bool // this run
	pages   int  // page breaks inside
}

// skippedTags hold no text of the document, or text that is no longer part of it.
var skippedTags = map[string]bool{
	"del": true, "moveFrom": true, "Fallback": true, "instrText": true, "delText": true, "pPrChange": true, "rPrChange": true, "sectPrChange": true,
	"tblPrChange": true, "tcPrChange": true, "trPrChange": true, "numberingChange": true, "rubyPr": true, "rt": true, "sdtPr": true,
}

// docx reads a Word document: paragraphs, headings by their style, numbers as Word would count them, tables, notes.
func (b *builder) docx(data []byte) error {
	a, err := OpenArchive(data)
	if err != nil {
		return err
	}
	d := &docx{builder: b, kind: Paragraph, notes: map[string]int{}, docxStyles: &docxStyles{styles: map[string]docxStyle{}, abstracts: map[string]docxAbstract{},
		nums: map[string]docxNumbering{}, counters: map[string]map[int]int{}, begun: map[string]bool{}}}
	for _, part := range []struct {
		name string
		read func(*XML) error
	}{{"word/styles.xml", d.readStyles}, {"word/numbering.xml", d.readNumbering}, {"docProps/core.xml", d.readTitle}, {mainPart, d.body}} {
		if part.name != mainPart && !a.Has(part.name) {
			continue
		}
		if err := d.part(a, part.name, part.read); err != nil {
			return err
		}
	}
	for _, kind := range []string{"footnote", "endnote"} {
		if name := "word/" + kind + "s.xml"; a.Has(name) {
			if err := d.part(a, name, func(x *XML) error { return d.footnotes(x, kind) }); err != nil {
				return err
			}
		}
	}
	d.kind = Margin
	for _, name := range append(a.Match("word/header*.xml"), a.Match("word/footer*.xml")...) {
		if err := d.part(a, name, d.body); err != nil {
			return err
		}
	}
	if a.Has("word/comments.xml") {
		b.note("comments in the margin were left out", "les commentaires en marge ont été omis")
	}
	return b.err
}

func (d *docx) part(a *Archive, name string, read func(*XML) error) error {
	x, err := a.XML(name, MaxPart)
	if err != nil {
		return err
	}
	defer x.Close()
	if err := read(x); err != nil {
		return err
	}
	return d.err
}

func (d *docx) readTitle(x *XML) error {
	for {
		t, err := x.Next()
		if t == nil || err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "title" {
			if t, err = x.Next(); err != nil {
				return err
			}
			if s, ok := t.(xml.CharData); ok {
				d.doc.Title = cut(d.clean(string(s)), 200)
			}
		}
	}
}

// body reads a part that holds paragraphs.
func (d *docx) body(x *XML) error {
	inText := false
	for d.err == nil {
		t, err := x.Next()
		if t == nil || err != nil {
			return err
		}
		switch e := t.(type) {
		case xml.StartElement:
			inText = e.Name.Local == "t"
			if skippedTags[e.Name.Local] {
				if e.Name.Local == "del" || e.Name.Local == "moveFrom" {
					d.note("the document holds tracked changes: it was read as if all were accepted", "le document porte des modifications suivies : il a été lu comme si toutes étaient acceptées")
				}
				if err := x.Skip(); err != nil {
					return err
				}
				continue
			}
			d.start(e)
		case xml.EndElement:
			inText = false
			d.end(e.Name.Local)
		case xml.CharData:
			if p := d.para(); inText && p != nil {
				if p.hidden {
					d.note("hidden text was left out", "du texte masqué a été omis")
				} else if p.text.Len() <= MaxText {
					p.text.Write(e)
				}
			}
		}
	}
	return d.err
}

func (d *docx) para() *docxPara {
	if len(d.paras) == 0 {
		return nil
	}
	return d.paras[len(d.paras)-1]
}

func (d *docx) start(e xml.StartElement) {
	switch e.Name.Local {
	case "p":
		d.paras = append(d.paras, &docxPara{})
		return
	case "tr":
		d.row++
		return
	case "tc":
		d.cells++
		return
	}
	p := d.para()
	if p == nil {
		return
	}
	switch e.Name.Local {
	case "pPr":
		p.inProps = true
	case "r":
		p.hidden = false
	case "pStyle":
		p.style = Attr(e, "val")
	case "outlineLvl":
		if p.inProps {
			if p.outline = atoi(Attr(e, "val"), 9) + 1; p.outline > 9 {
				p.outline = -1
			}
		}
	case "numId":
		p.num.id = Attr(e, "val")
	case "ilvl":
		p.num.level = atoi(Attr(e, "val"), 0)
	case "vanish":
		if !p.inProps {
			p.hidden = isOn(e)
		}
	case "tab", "cr", "ptab":
		if !p.inProps {
			p.text.WriteByte(' ')
		}
	case "noBreakHyphen":
		p.text.WriteRune('‑')
	case "br":
		p.text.WriteByte(' ')
		if Attr(e, "type") == "page" {
			p.pages++
		}
	case "lastRenderedPageBreak":
		p.pages++
	case "footnoteReference", "endnoteReference":
		kind := strings.TrimSuffix(e.Name.Local, "Reference")
		id := kind + Attr(e, "id")
		if d.notes[id] == 0 {
			d.notes[id] = len(d.notes) + 1
		}
		p.text.WriteString(" [" + strconv.Itoa(d.notes[id]) + "]")
	}
}

func (d *docx) end(name string) {
	switch name {
	case "tc":
		d.cells = max(0, d.cells-1)
	case "pPr":
		if p := d.para(); p != nil {
			p.inProps = false
		}
	case "p":
		if p := d.para(); p != nil {
			d.paras = d.paras[:len(d.paras)-1]
			d.finish(p)
		}
	}
}

// finish adds a paragraph. A page break inside one counts from the next on, for the place of a break in the text is
// only where Word last drew it.
func (d *docx) finish(p *docxPara) {
	text := p.text.String()
	if p.pages > 0 && strings.TrimSpace(text) == "" {
		d.breaks(p.pages)
		p.pages = 0
	}
	st := d.style(p.style)
	outline := st.outline
	if p.outline != 0 {
		outline = max(0, p.outline)
	}
	num := st.num
	if p.num.id != "" {
		num = p.num
	}
	label, bullet := "", false
	if num.id != "" && num.id != "0" && strings.TrimSpace(text) != "" && d.kind == Paragraph {
		label, bullet = d.number(num)
	}
	if st.hidden {
		d.note("hidden text was left out", "du texte masqué a été omis")
		return
	}
	switch {
	case d.kind != Paragraph:
		d.add(d.kind, 0, "", text)
	case d.cells > 0:
		if label != "" {
			text = label + " " + text
		}
		d.add(Cell, 0, "", text)
	case outline > 0:
		d.add(Heading, outline, label, text)
	case label != "" || bullet:
		d.add(Item, num.level+1, label, text)
	default:
		d.add(Paragraph, 0, "", text)
	}
	d.breaks(p.pages)
}

func (d *docx) breaks(n int) {
	for ; n > 0; n-- {
		if d.page == 0 {
			d.note("pages are those that Word last drew; another program may break them elsewhere", "les pages sont celles que Word a tracées en dernier ; un autre logiciel peut les couper ailleurs")
			d.page = 1
			d.doc.pageStarts = append(d.doc.pageStarts, 0)
			for i := range d.doc.Blocks {
				d.doc.Blocks[i].Page = 1
			}
		}
		if d.page < MaxPages {
			d.newPage()
		}
	}
}

// footnotes reads foot or end notes, each after the mark that the text has for it.
func (d *docx) footnotes(x *XML, kind string) error {
	label, keep := "", false
	var text strings.Builder
	for d.err == nil {
		t, err := x.Next()
		if t == nil || err != nil {
			return err
		}
		switch e := t.(type) {
		case xml.StartElement:
			switch {
			case skippedTags[e.Name.Local]:
				if err := x.Skip(); err != nil {
					return err
				}
			case e.Name.Local == kind:
				label, keep = d.mark(kind+Attr(e, "id")), Attr(e, "type") == "" || Attr(e, "type") == "normal"
				text.Reset()
			}
		case xml.CharData:
			if keep && text.Len() <= MaxText {
				text.Write(e)
			}
		case xml.EndElement:
			if e.Name.Local == kind && keep {
				d.add(Note, 0, label, text.String())
			}
		}
	}
	return d.err
}

func (d *docx) mark(id string) string {
	if n := d.notes[id]; n > 0 {
		return "[" + strconv.Itoa(n) + "]"
	}
	return "[–]"
}
