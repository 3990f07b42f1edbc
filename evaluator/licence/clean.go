package licence

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"vigie/catalog/wording"
)

// MaxText is how much of a text is read, in bytes once decoded: twenty times the longest licence known. The
// rest is cut, and the answer says so.
const MaxText = 512 << 10

// encoding says how the bytes of an input were read.
type encoding string

const (
	utf8Text     encoding = "utf-8"
	utf16LE      encoding = "utf-16le"
	utf16BE      encoding = "utf-16be"
	windows1252  encoding = "windows-1252"
	pdfFile      encoding = "pdf"
	zipFile      encoding = "zip"
	binaryFile   encoding = "binary"
	maxDecodable          = 2 * MaxText
)

// Readable gives the text that offsets of an Identification point into: the input as UTF-8, at most MaxText bytes.
// It is empty when the input is no text.
func Readable(raw []byte) []byte {
	text, _, _ := decode(raw)
	return text
}

// decode reads raw bytes as text. cut reports that the end was left out.
func decode(raw []byte) (text []byte, enc encoding, cut bool) {
	switch {
	case bytes.HasPrefix(bytes.TrimLeft(head(raw, 1024), "\x00\t\n\r "), []byte("%PDF-")):
		return nil, pdfFile, false
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return nil, zipFile, false
	}
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xfe")):
		text, cut = fromUTF16(raw[2:], false)
		return text, utf16LE, cut
	case bytes.HasPrefix(raw, []byte("\xfe\xff")):
		text, cut = fromUTF16(raw[2:], true)
		return text, utf16BE, cut
	}
	if big, ok := looksUTF16(head(raw, 4096)); ok {
		enc = utf16LE
		if big {
			enc = utf16BE
		}
		text, cut = fromUTF16(raw, big)
		return text, enc, cut
	}
	if looksBinary(head(raw, 64<<10)) {
		return nil, binaryFile, false
	}
	text = raw
	if len(text) > MaxText {
		text, cut = text[:MaxText], true
		for i := 0; i < utf8.UTFMax && len(text) > 0 && !utf8.Valid(text[len(text)-min(len(text), utf8.UTFMax):]); i++ {
			text = text[:len(text)-1]
		}
		if len(text) < MaxText-utf8.UTFMax+1 {
			text = raw[:MaxText]
		}
	}
	if utf8.Valid(text) {
		return text, utf8Text, cut
	}
	// Mostly UTF-8 with a few broken bytes stays UTF-8: the words around them are still right.
	if broken := bytes.Count(bytes.ToValidUTF8(text, []byte{0}), []byte{0}); broken*20 < highBytes(text) {
		return clip(bytes.ToValidUTF8(text, []byte("\ufffd")), &cut), utf8Text, cut
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(text)
	if err != nil {
		return nil, binaryFile, false
	}
	return clip(out, &cut), windows1252, cut
}

func clip(b []byte, cut *bool) []byte {
	if len(b) <= MaxText {
		return b
	}
	*cut = true
	n := MaxText
	for !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}

func head(b []byte, n int) []byte { return b[:min(len(b), n)] }

func highBytes(b []byte) (n int) {
	for _, c := range b {
		if c >= 0x80 {
			n++
		}
	}
	return n
}

func looksUTF16(b []byte) (big, ok bool) {
	if len(b) < 8 {
		return false, false
	}
	var zero [2]int
	for i, c := range b {
		if c == 0 {
			zero[i&1]++
		}
	}
	half := len(b) / 2
	switch {
	case zero[1]*10 > half*6 && zero[0]*20 < half:
		return false, true
	case zero[0]*10 > half*6 && zero[1]*20 < half:
		return true, true
	}
	return false, false
}

func looksBinary(b []byte) bool {
	bad := 0
	for _, c := range b {
		if c == 0 || c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v' && c != 0x1b {
			bad++
		}
	}
	return bad*50 > len(b)
}

func fromUTF16(b []byte, big bool) (text []byte, cut bool) {
	if len(b) > maxDecodable {
		b, cut = b[:maxDecodable], true
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		if big {
			units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
		} else {
			units[i] = uint16(b[2*i+1])<<8 | uint16(b[2*i])
		}
	}
	return clip([]byte(string(utf16.Decode(units))), &cut), cut
}

// notText is what to tell someone who handed in something that is no text.
func notText(enc encoding) wording.Text {
	switch enc {
	case pdfFile:
		return wording.Textf("this is a PDF file, not text: copy the text out of it and hand that in",
			"ceci est un fichier PDF, non du texte : en extraire le texte et le soumettre")
	case zipFile:
		return wording.Textf("this is an archive or an office document: save it as plain text and hand that in",
			"ceci est une archive ou un document bureautique : l'enregistrer en texte brut et le soumettre")
	}
	return wording.Textf("this is not text: hand in the licence as plain text, HTML or Markdown",
		"ceci n'est pas du texte : soumettre la licence en texte brut, HTML ou Markdown")
}

// source is a cleaned text with, for each byte, its place in the readable text (nil: the same place).
type source struct {
	b  []byte
	at []int32
}

func (s source) pos(i int) int32 {
	if s.at == nil {
		return int32(i)
	}
	if i >= len(s.at) {
		if len(s.at) == 0 {
			return 0
		}
		return s.at[len(s.at)-1] + 1
	}
	return s.at[i]
}

// clean undoes what carries a text without being part of it: JSON escapes, entities, HTML tags.
func clean(text []byte) source {
	s := source{b: text}
	if n := bytes.Count(text, []byte(`\n`)); n >= 3 && n > 2*bytes.Count(text, []byte("\n")) {
		s = unescapeJSON(s)
	}
	for range 3 {
		if !hasEntity(s.b) {
			break
		}
		s = unescapeEntities(s)
	}
	if isHTML(s.b) {
		s = stripTags(s)
	}
	return s
}

type rewriter struct {
	from source
	out  source
}

func newRewriter(s source) *rewriter {
	return &rewriter{from: s, out: source{b: make([]byte, 0, len(s.b)), at: make([]int32, 0, len(s.b))}}
}

func (r *rewriter) put(c byte, i int) {
	r.out.b = append(r.out.b, c)
	r.out.at = append(r.out.at, r.from.pos(i))
}

func (r *rewriter) puts(s string, i int) {
	for j := range len(s) {
		r.put(s[j], i)
	}
}

// jsonKey is the wrapping of a text that travels as the value of a field.
var jsonKey = regexp.MustCompile(`^\s*\{\s*"(?i:licen[cs]e(_?text)?|text|content|body)"\s*:\s*`)

func unescapeJSON(s source) source {
	r := newRewriter(s)
	start := 0
	if m := jsonKey.FindIndex(head(s.b, 64)); m != nil {
		start = m[1]
	}
	for i := start; i < len(s.b); i++ {
		c := s.b[i]
		if c != '\\' || i+1 >= len(s.b) {
			r.put(c, i)
			continue
		}
		switch e := s.b[i+1]; e {
		case 'n', 'r':
			r.put('\n', i)
		case 't':
			r.put(' ', i)
		case '"', '\\', '/':
			r.put(e, i)
		case 'u':
			v, ok := hex4(s.b[i+2:])
			if !ok {
				r.put(c, i)
				continue
			}
			r.puts(string(v), i)
			i += 4
		default:
			r.put(c, i)
			continue
		}
		i++
	}
	return r.out
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var v rune
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			v = v<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			v = v<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return v, true
}

// maxEntity is the length of the longest entity worth decoding, "&thinsp;" and numbers included.
const maxEntity = 12

func entityAt(b []byte, i int) (end int, ok bool) {
	for j := i + 1; j < len(b) && j < i+maxEntity; j++ {
		c := b[j]
		switch {
		case c == ';':
			return j + 1, j > i+1
		case c == '#' && j == i+1, c >= '0' && c <= '9', c|0x20 >= 'a' && c|0x20 <= 'z':
		default:
			return 0, false
		}
	}
	return 0, false
}

func hasEntity(b []byte) bool {
	for i := 0; ; {
		n := bytes.IndexByte(b[i:], '&')
		if n < 0 {
			return false
		}
		i += n
		if _, ok := entityAt(b, i); ok {
			return true
		}
		i++
	}
}

func unescapeEntities(s source) source {
	r := newRewriter(s)
	for i := 0; i < len(s.b); i++ {
		if s.b[i] == '&' {
			if end, ok := entityAt(s.b, i); ok {
				r.puts(html.UnescapeString(string(s.b[i:end])), i)
				i = end - 1
				continue
			}
		}
		r.put(s.b[i], i)
	}
	return r.out
}

var htmlTags = wordSet("a abbr article b big blockquote body br button center code dd del div dl dt em figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i img input " +
	"ins label li link main meta nav ol p path pre s script section small span strong style sub sup svg table tbody td tfoot th thead title tr tt u ul")

// tagAt reads an HTML tag at b[i] == '<'. Placeholders such as <year> and addresses in angle brackets are no tags.
func tagAt(b []byte, i int) (name string, closing bool, end int, ok bool) {
	j := i + 1
	if j < len(b) && b[j] == '/' {
		closing = true
		j++
	}
	start := j
	for j < len(b) && j-start < 12 && (b[j]|0x20 >= 'a' && b[j]|0x20 <= 'z' || b[j] >= '1' && b[j] <= '6' && j > start) {
		j++
	}
	name = string(bytes.ToLower(b[start:j]))
	if !htmlTags[name] || j >= len(b) || b[j] != '>' && b[j] != ' ' && b[j] != '/' && b[j] != '\n' && b[j] != '\r' && b[j] != '\t' {
		return "", false, 0, false
	}
	// A tag ends before the next one starts; what does not is text.
	for end := j; end < len(b) && end < j+4096; end++ {
		switch b[end] {
		case '>':
			return name, closing, end + 1, true
		case '<':
			return "", false, 0, false
		}
	}
	return "", false, 0, false
}

// isHTML asks for a closing tag or a line break tag: a plain text with one angle bracket is no page.
func isHTML(b []byte) bool {
	for i := 0; ; i++ {
		n := bytes.IndexByte(b[i:], '<')
		if n < 0 {
			return false
		}
		i += n
		if name, closing, _, ok := tagAt(b, i); ok && (closing || name == "br" || name == "p") {
			return true
		}
	}
}

// inline lists the tags that may stand inside a word: they leave no gap.
var inline = wordSet("a b i em strong span u font s small big tt code ins del abbr")

func stripTags(s source) source {
	r := newRewriter(s)
	for i := 0; i < len(s.b); i++ {
		if s.b[i] != '<' {
			r.put(s.b[i], i)
			continue
		}
		if bytes.HasPrefix(s.b[i:], []byte("<!")) {
			if end := declarationEnd(s.b, i); end > 0 {
				r.put('\n', i)
				i = end - 1
				continue
			}
		}
		name, closing, end, ok := tagAt(s.b, i)
		if !ok {
			r.put(s.b[i], i)
			continue
		}
		if !closing && (name == "script" || name == "style") {
			stop := bytes.Index(bytes.ToLower(head(s.b[end:], 64<<10)), []byte("</"+name))
			if stop >= 0 {
				end += stop
			}
		}
		if !inline[name] {
			r.put('\n', i)
		}
		i = end - 1
	}
	return r.out
}

// declarationEnd is the end of a comment or doctype at b[i]; a comment that is never closed is text.
func declarationEnd(b []byte, i int) int {
	stop, skip := []byte(">"), 2
	if bytes.HasPrefix(b[i:], []byte("<!--")) {
		stop, skip = []byte("-->"), 4
	}
	window := b[min(len(b), i+skip):min(len(b), i+skip+(4<<10))]
	if n := bytes.Index(window, stop); n >= 0 {
		return i + skip + n + len(stop)
	}
	return 0
}

func wordSet(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}
