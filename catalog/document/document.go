// Package document reads source files as text with places: pages, headings, numbered clauses. It finds a quoted passage
// or a locator ("art. 4.2", "page 12") in them, and compares two versions of one.
//
// It shows what the file says and nothing else: what is left out (hidden text, pictures, deleted words) is noted, an
// encoding that was not declared is said, and what does not fit the limits is refused whole, with the limit and what to
// do about it. Files are hostile: nothing in one is run, fetched or followed, and no name inside one becomes a path.
package document

import (
	"bytes"
	"context"
	"path"
	"strings"
	"sync"
	"time"

	"vigie/catalog/wording"
)

// Format is what a file is, by its content. Its name only tells Markdown from plain text.
type Format string

// The formats that are read.
const (
	HTML     Format = "html"
	Markdown Format = "markdown"
	Text     Format = "text"
	DOCX     Format = "docx"
	PDF      Format = "pdf"
)

// MediaType is the type under which a file of this format may be handed out. It comes from the content, never from what
// the sender called the file.
func (f Format) MediaType() string {
	switch f {
	case HTML:
		return "text/html; charset=utf-8"
	case Markdown:
		return "text/markdown; charset=utf-8"
	case Text:
		return "text/plain; charset=utf-8"
	case DOCX:
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case PDF:
		return "application/pdf"
	}
	return "application/octet-stream"
}

// The limits of one document. What passes one is refused: a passage that was cut off could be the one that matters.
const (
	MaxBytes  = 25 << 20         // of the file, as the store of files has it
	MaxText   = 8 << 20          // of the text in it
	MaxBlocks = 100_000          // headings, paragraphs, items and cells
	MaxDepth  = 256              // elements inside each other
	MaxPages  = 5_000            // of a PDF
	MaxParts  = 4_000            // files inside a DOCX
	MaxPart   = 32 << 20         // of one part of a DOCX, unpacked
	MaxTags   = 2_000_000        // elements of one part
	MaxTime   = 20 * time.Second // for pdftotext
)

// Kind says what a block is on the page.
type Kind string

// The kinds of block. A margin is what frames a page (running heads, menus, page numbers): it is kept and shown, but
// left out when versions are compared.
const (
	Heading   Kind = "heading"
	Paragraph Kind = "paragraph"
	Item      Kind = "item"
	Cell      Kind = "cell"
	Note      Kind = "note"
	Margin    Kind = "margin"
)

// Block is one heading, paragraph, list item or table cell.
type Block struct {
	ID      string   `json:"id"` // b1, b2… in the order of the file
	Kind    Kind     `json:"kind"`
	Level   int      `json:"level,omitempty"`   // of a heading, or how deep an item lies in lists
	Number  string   `json:"number,omitempty"`  // as the document writes it: "4.2", "(b)", "Article 7"
	Clause  string   `json:"clause,omitempty"`  // the numbered clause that it belongs to, from the top: "4.2(b)"
	Heading []string `json:"heading,omitempty"` // headings above it, the outermost first
	Page    int      `json:"page,omitempty"`    // on which it begins; 0 when the format has no pages
	Row     int      `json:"row,omitempty"`     // of a cell: its row, counted over all tables
	Text    string   `json:"text"`              // with its number
	Start   int      `json:"start"`             // bytes in Document.Text
	End     int      `json:"end"`

	lead int    // bytes of Text that are its number
	path []step // of the clause
}

// Body is the text without its number.
func (b Block) Body() string { return b.Text[b.lead:] }

// Document is the text of a file.
type Document struct {
	Format   Format         `json:"format"`
	Encoding string         `json:"encoding,omitempty"` // of a text, as it was read
	Title    string         `json:"title,omitempty"`
	Pages    int            `json:"pages,omitempty"` // 0 when the format has none
	Blocks   []Block        `json:"blocks"`
	Notes    []wording.Text `json:"notes,omitempty"` // what a reader must know: what was left out or taken for granted

	text       string
	pageStarts []int // where each page begins in the text
	once       [2]sync.Once
	squeezed   [2]*squeezed // for searching; made at the first search, the second of margins
}

// Text is everything the document says, a block a line.
func (d *Document) Text() string { return d.text }

// pageAt is the page of an offset in the text, 0 when there are no pages.
func (d *Document) pageAt(offset int) int {
	page := 0
	for _, start := range d.pageStarts {
		if start > offset {
			break
		}
		page++
	}
	return page
}

// Code names why a document was refused, for programs.
type Code string

// The reasons for refusing a document.
const (
	TooLarge  Code = "too_large"
	TooDeep   Code = "too_deep"
	TooMany   Code = "too_many"
	TooSlow   Code = "too_slow"
	Malformed Code = "malformed"
	Locked    Code = "locked"    // encrypted, or a password is wanted
	Forbidden Code = "forbidden" // it declares entities or a document type
	NotText   Code = "not_text"  // another kind of file, or a scan without text
	NoTool    Code = "no_tool"   // pdftotext is not installed
)

// RefusedError says why a file was not read and what to do about it.
type RefusedError struct {
	Code Code
	Text wording.Text
}

func (e *RefusedError) Error() string { return e.Text.EN }

// In writes the error in one language.
func (e *RefusedError) In(l wording.Lang) string { return wording.Typeset(l, e.Text.In(l)) }

func refuse(code Code, en, fr string, args ...any) error {
	return &RefusedError{Code: code, Text: wording.Textf(en, fr, args...)}
}

// Recognise says what a file is. The second result is false for what cannot be read as a text.
func Recognise(name string, data []byte) (Format, bool) {
	head := data[:min(len(data), 4096)]
	switch {
	case bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")):
		return PDF, true
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		a, err := OpenArchive(data)
		return DOCX, err != nil || a.Has(mainPart) // what is wrong with the archive is said when it is read
	case isMarkup(head):
		return HTML, true
	}
	if _, ok := guessEncoding(data); !ok {
		return "", false
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdx":
		return Markdown, true
	}
	return Text, true
}

// isMarkup looks for what an HTML file begins with, after blanks and comments.
func isMarkup(head []byte) bool {
	s := strings.ToLower(string(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n\f")))
	for {
		rest, ok := strings.CutPrefix(s, "<!--")
		if !ok {
			break
		}
		_, after, ok := strings.Cut(rest, "-->")
		if !ok {
			return false
		}
		s = strings.TrimLeft(after, " \t\r\n\f")
	}
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body", "<title", "<meta", "<script", "<div", "<article", "<main", "<h1", "<p>", "<table"} {
		if rest, ok := strings.CutPrefix(s, tag); ok && (strings.HasSuffix(tag, ">") || rest == "" || strings.ContainsAny(rest[:1], " \t\r\n\f>")) {
			return true
		}
	}
	return strings.HasPrefix(s, "<?xml") && strings.Contains(s, "<html")
}

// Read reads a file as a document. name is what a person called it, and only tells Markdown from plain text; ctx ends
// the work of pdftotext. The error is a *RefusedError unless ctx ended.
func Read(ctx context.Context, name string, data []byte) (*Document, error) {
	if len(data) > MaxBytes {
		return nil, refuse(TooLarge, "the file is larger than %d MiB; keep only the document that is cited", "le fichier dépasse %d Mio ; ne garder que le document cité", MaxBytes>>20)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, refuse(NotText, "the file is empty", "le fichier est vide")
	}
	format, ok := Recognise(name, data)
	if !ok {
		return nil, notText(data)
	}
	b := newBuilder(format)
	var err error
	switch format {
	case PDF:
		err = b.pdf(ctx, data)
	case DOCX:
		err = b.docx(data)
	case HTML:
		err = b.html(data)
	default:
		err = b.plain(data, format)
	}
	if err != nil {
		return nil, err
	}
	return b.close()
}

func notText(data []byte) error {
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return refuse(NotText, "this archive is no Word document (.docx): give the document itself; an Excel sheet is read by vigie propose", "cette archive n'est pas un document Word (.docx) : donner le document lui-même ; une feuille Excel se lit par vigie propose")
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return refuse(NotText, "this is a file of an old Office format, or one locked by a password: save it as .docx or PDF, without password", "c'est un fichier d'un ancien format Office, ou verrouillé par mot de passe : l'enregistrer en .docx ou en PDF, sans mot de passe")
	case bytes.HasPrefix(data, []byte("{\\rtf")):
		return refuse(NotText, "this is an RTF file: save it as .docx or PDF", "c'est un fichier RTF : l'enregistrer en .docx ou en PDF")
	}
	return refuse(NotText, "this file is no text that can be read: HTML, Markdown, plain text, Word (.docx) and PDF are", "ce fichier n'est pas un texte lisible : HTML, Markdown, texte brut, Word (.docx) et PDF le sont")
}
