// Package html draws sections of a report as a fragment of a page: the same words, tables and cards as the PDF, with
// the structure that screen readers and small screens need.
//
// It knows no address: who makes the page says where links lead and what a mark looks like. Everything of the tree is
// escaped; no style and no script is ever written.
package html

import (
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"

	"vigie/reports/tree"
)

// Options say what depends on the page.
type Options struct {
	// Level is that of the headings of the sections given, 2 when zero.
	Level int
	// Link gives the address of an anchor of the report; empty: the words stand without a link.
	Link func(anchor string) string
	// Icon draws a mark, as HTML; the word always follows it.
	Icon func(tree.Mark) string
	// Picture draws a picture, as HTML.
	Picture func(tree.Picture) string
}

// Draw writes sections one after the other. The error names a block that pages do not draw.
func Draw(sections []tree.Section, o Options) (string, error) {
	if o.Level == 0 {
		o.Level = 2
	}
	w := &writer{Options: o}
	for _, s := range sections {
		w.section(s, o.Level)
	}
	return w.String(), w.err
}

type writer struct {
	strings.Builder
	Options
	err   error
	level int  // of the headings inside the section being drawn
	open  bool // its cards stand open
}

func (w *writer) put(parts ...string) {
	for _, p := range parts {
		w.WriteString(p)
	}
}

func esc(s string) string { return html.EscapeString(s) }

func (w *writer) section(s tree.Section, level int) {
	h := "h" + strconv.Itoa(min(level, 6))
	w.put(`<section id="`, esc(s.ID), `" aria-labelledby="h-`, esc(s.ID), `"><`, h, ` id="h-`, esc(s.ID), `">`, esc(s.Title), `</`, h, ">\n")
	w.level, w.open = level+1, cards(s.Blocks) <= fewCards
	w.blocks(s.Blocks)
	for _, sub := range s.Sections {
		w.section(sub, level+1)
	}
	w.put("</section>\n")
}

func cards(bs []tree.Block) int {
	n := 0
	for _, b := range bs {
		if _, ok := b.(tree.Card); ok {
			n++
		}
	}
	return n
}

func (w *writer) blocks(bs []tree.Block) {
	for _, b := range bs {
		w.block(b)
	}
}

func (w *writer) block(b tree.Block) {
	switch b := b.(type) {
	case tree.Paragraph:
		class := ""
		if b.Size == tree.Small {
			class = ` class="small"`
		}
		w.put("<p", class, ">")
		w.text(b.Text)
		w.put("</p>\n")
	case tree.Heading:
		w.heading(b.Text, b.ID)
	case tree.List:
		w.list(b)
	case tree.Table:
		w.table(b)
	case tree.KeyValues:
		w.keyValues(b)
	case tree.Callout:
		w.put(`<div class="answer m-`, markNames[b.Mark], `"><p class="answer-title">`)
		w.text(tree.Text{{Mark: b.Mark}}.Add(b.Title))
		w.put("</p>\n")
		for _, l := range b.Lines {
			w.put("<p>")
			w.text(l)
			w.put("</p>\n")
		}
		w.put("</div>\n")
	case tree.Card:
		w.card(b)
	case tree.Picture:
		if w.Picture != nil {
			w.put(w.Picture(b))
		}
	case tree.PageBreak, tree.Space, tree.Rule:
	default:
		if w.err == nil {
			w.err = fmt.Errorf("html: pages draw no %T", b)
		}
	}
}

func (w *writer) heading(t tree.Text, id string) {
	h := "h" + strconv.Itoa(min(w.level, 6))
	w.put("<", h)
	if id != "" {
		w.put(` id="`, esc(id), `"`)
	}
	w.put(">")
	w.text(t)
	w.put("</", h, ">\n")
}

func (w *writer) list(l tree.List) {
	tag := "ul"
	if l.Ordered {
		tag = "ol"
	}
	class := "points"
	if l.Small {
		class += " small"
	}
	w.put("<", tag, ` class="`, class, `">`)
	for _, it := range l.Items {
		w.put("<li>")
		w.text(it)
		w.put("</li>\n")
	}
	w.put("</", tag, ">\n")
}

// table writes each cell with the title of its column, which small screens show beside it.
func (w *writer) table(t tree.Table) {
	titled := false
	for _, c := range t.Columns {
		titled = titled || c.Title != ""
	}
	w.put(`<table class="t`)
	if !titled {
		w.put(" t-pairs")
	}
	w.put(`">`)
	if titled {
		w.put("<thead><tr>")
		for _, c := range t.Columns {
			if c.Title == "" {
				w.put("<td></td>")
				continue
			}
			w.put(`<th scope="col"`, align(c.Align), ">", esc(c.Title), "</th>")
		}
		w.put("</tr></thead>")
	}
	w.put("<tbody>\n")
	for _, r := range t.Rows {
		if len(r.Group) > 0 {
			w.put(`<tr class="t-group"><th scope="colgroup" colspan="`, strconv.Itoa(len(t.Columns)), `">`)
			w.text(r.Group)
			w.put("</th></tr>\n")
			continue
		}
		w.put("<tr")
		if r.ID != "" {
			w.put(` id="`, esc(r.ID), `"`)
		}
		w.put(">")
		for i, c := range r.Cells {
			w.tableCell(t.Columns[i], c, i == 0)
		}
		w.put("</tr>\n")
	}
	w.put("</tbody></table>\n")
}

func (w *writer) tableCell(col tree.Column, c tree.Cell, first bool) {
	tag := "td"
	if first {
		tag = "th"
	}
	w.put("<", tag)
	if first {
		w.put(` scope="row"`)
	}
	if len(c) == 0 {
		w.put(` class="none"`)
	}
	w.put(align(col.Align))
	if col.Title != "" {
		w.put(` data-label="`, esc(col.Title), `"`)
	}
	w.put(">")
	w.cell(c)
	w.put("</", tag, ">")
}

func align(a tree.Align) string {
	switch a {
	case tree.Right:
		return ` data-align="right"`
	case tree.Centre:
		return ` data-align="centre"`
	}
	return ""
}

// cell writes one paragraph as it is, several as paragraphs.
func (w *writer) cell(c tree.Cell) {
	if len(c) == 1 {
		w.text(c[0])
		return
	}
	for _, t := range c {
		w.put("<p>")
		w.text(t)
		w.put("</p>")
	}
}

func (w *writer) keyValues(kv tree.KeyValues) {
	w.put(`<dl class="kv">`)
	for _, p := range kv.Pairs {
		w.put("<div><dt>", esc(p.Key), "</dt><dd>")
		w.cell(p.Value)
		w.put("</dd></div>\n")
	}
	w.put("</dl>\n")
}

// fewCards is how many cards of a section stand open; beyond it their heads alone are seen first.
const fewCards = 3

// card is a disclosure, so that a page with many of them stays short. What is open is printed open.
func (w *writer) card(c tree.Card) {
	mark := tree.NoMark
	if len(c.Title) > 0 {
		mark = c.Title[0].Mark
	}
	w.put(`<details class="card-t m-`, markNames[mark], `"`)
	if c.ID != "" {
		w.put(` id="`, esc(c.ID), `"`)
	}
	if w.open {
		w.put(" open")
	}
	h := "h" + strconv.Itoa(min(w.level, 6))
	w.put("><summary><", h, ">")
	w.text(c.Title)
	w.put("</", h, ">")
	if len(c.Right) > 0 {
		w.put(`<span class="tag">`)
		w.text(c.Right)
		w.put("</span>")
	}
	w.put("</summary>\n")
	w.blocks(c.Body)
	w.put("</details>\n")
}

// markNames are the classes of marks.
var markNames = map[tree.Mark]string{tree.NoMark: "none", tree.MarkPassed: "passed", tree.MarkFailed: "failed", tree.MarkOpen: "open",
	tree.MarkNotApplicable: "na", tree.MarkUnknown: "unknown", tree.MarkAbsent: "absent", tree.MarkWarning: "warning"}

func (w *writer) text(t tree.Text) {
	for _, s := range t {
		if s.Mark != tree.NoMark && w.Icon != nil {
			w.put(`<span class="mark m-`, markNames[s.Mark], `">`, w.Icon(s.Mark), "</span>")
			if s.Text != "" {
				w.put("\u00a0")
			}
		}
		w.span(s)
	}
}

func (w *writer) span(s tree.Span) {
	if s.Text == "" {
		return
	}
	words := strings.ReplaceAll(esc(s.Text), "\n", "<br>")
	switch s.Style {
	case tree.Strong:
		words = "<strong>" + words + "</strong>"
	case tree.Quiet:
		words = `<span class="quiet">` + words + "</span>"
	}
	href, rel := "", ""
	switch {
	case s.To != "" && w.Link != nil:
		href = w.Link(s.To)
	case s.URL != "":
		href, rel = webAddress(s.URL), ` rel="noreferrer"`
	}
	if href != "" {
		class := ""
		if s.Style == tree.Reference {
			class = ` class="ref"`
		}
		words = "<a" + class + ` href="` + esc(href) + `"` + rel + ">" + words + "</a>"
	}
	w.put(words)
}

// webAddress lets only addresses of the web become links.
func webAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	return u.String()
}
