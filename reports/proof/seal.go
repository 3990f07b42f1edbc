package proof

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"vigie/catalog"
	"vigie/reports/pdf"
	"vigie/reports/tree"
)

// Bounds of what Seal writes and Verify reads, in bytes.
const (
	MaxFile       = 128 << 20 // a whole sealed report
	maxAttachment = 32 << 20  // an attachment, unpacked
)

// The names under which things are attached, in the order that a name tree wants.
const (
	nameProof  = "proof.txt"
	nameReport = "report.json"
)

func (k Kind) file() string { return string(k) + ".json" }

// Seal attaches to a base what it prints, the document that registers it and, where there is one, the proof of the log.
// The base is a file of reports/pdf. The error says what does not belong together: the seal of a report holds when it
// is made.
func Seal(base []byte, s Subject, d Document, l *Log) ([]byte, error) {
	switch {
	case !s.Kind.valid():
		return nil, fmt.Errorf("seal: a report prints an assessment or a comparison, not %q", s.Kind)
	case d.Kind != s.Kind || d.Subject != s.Hash():
		return nil, errors.New("seal: the document registers the report of something else")
	case d.PDF != hashOf(base) || d.Size != int64(len(base)):
		return nil, errors.New("seal: the document registers another file")
	}
	f, err := readBase(base)
	if err != nil {
		return nil, err
	}
	plain := [][]byte{s.Body, nil, d.Bytes()}
	if l != nil {
		plain[1] = l.Text()
	}
	var parts []part
	for i, name := range []string{s.Kind.file(), nameProof, nameReport} {
		if plain[i] == nil {
			continue
		}
		packed, err := pack(plain[i])
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{name: name, size: len(plain[i]), packed: len(packed), raw: packed})
	}
	out := f.seal(parts, nil)
	if v := Verify(out, nil); !v.Holds {
		return nil, fmt.Errorf("seal: what was sealed does not hold: %s", v.failure())
	}
	return out, nil
}

// Unregistered draws a report that no log registers, and seals it with what it prints.
func Unregistered(w io.Writer, doc *tree.Document, s Subject) error {
	var base bytes.Buffer
	if err := pdf.Write(&base, doc); err != nil {
		return err
	}
	out, err := Seal(base.Bytes(), s, NewDocument(base.Bytes(), s, doc.Lang, catalog.Date(doc.Day), doc.Producer, nil), nil)
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

// part is one attachment.
type part struct {
	name   string
	size   int    // unpacked
	packed int    // as it stands in the file
	raw    []byte // packed; nil: taken from the file that is checked
}

func pack(b []byte) ([]byte, error) {
	if len(b) > maxAttachment {
		return nil, fmt.Errorf("seal: an attachment has at most %d bytes", maxAttachment)
	}
	var out bytes.Buffer
	z, err := zlib.NewWriterLevel(&out, zlib.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// unpack gives back exactly size bytes, from the whole of the packed ones.
func unpack(packed []byte, size int) ([]byte, error) {
	in := bytes.NewReader(packed)
	z, err := zlib.NewReader(in)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, min(size, 1<<20))
	buf := bytes.NewBuffer(out)
	n, err := io.Copy(buf, io.LimitReader(z, int64(size)+1))
	switch {
	case err != nil:
		return nil, err
	case n != int64(size) || in.Len() != 0:
		return nil, errors.New("an attachment is not as long as it says")
	}
	return buf.Bytes(), nil
}

// base is a file of reports/pdf, as far as a section appended to it must know it.
type baseFile struct {
	data       []byte
	root, info int
	size, xref int
	id         string
	created    string // date of the file, as PDF writes it
	catalogue  []byte // inside of the dictionary
}

var (
	baseEnd   = regexp.MustCompile(`\nstartxref\n(\d{1,10})\n%%EOF\n$`)
	baseTable = regexp.MustCompile(`^\d{1,7} 0 obj\n<</Type /XRef /Size (\d{1,7}) /Root (\d{1,7}) 0 R /Info (\d{1,7}) 0 R /ID \[<([0-9a-f]{32})> <([0-9a-f]{32})>\] /W \[1 4 2\] /Filter /FlateDecode /Length \d{1,9}>>\nstream\n`)
	created   = regexp.MustCompile(`/CreationDate \((D:\d{14}Z)\)`)
)

var errBase = errors.New("the file is not one that Vigie's reports are made of")

// readBase reads the table's dictionary, and the objects that it names, of a file as reports/pdf lays it out.
func readBase(data []byte) (*baseFile, error) {
	end := baseEnd.FindSubmatch(data[max(0, len(data)-40):])
	if end == nil || !bytes.HasPrefix(data, []byte("%PDF-1.7\n")) {
		return nil, errBase
	}
	f := &baseFile{data: data, xref: atoi(end[1])}
	if f.xref >= len(data) {
		return nil, errBase
	}
	m := baseTable.FindSubmatch(data[f.xref:min(len(data), f.xref+400)])
	if m == nil {
		return nil, errBase
	}
	f.size, f.root, f.info, f.id = atoi(m[1]), atoi(m[2]), atoi(m[3]), string(m[4])
	d := created.FindSubmatch(f.object(f.info))
	inside, ok := bytes.CutPrefix(f.object(f.root), []byte("<<\n"))
	inside, ok2 := bytes.CutSuffix(inside, []byte(">>\n"))
	if d == nil || !ok || !ok2 || string(m[4]) != string(m[5]) || bytes.Contains(inside, []byte("/Names")) || bytes.Contains(inside, []byte("/AF")) {
		return nil, errBase
	}
	f.created, f.catalogue = string(d[1]), inside
	return f, nil
}

// object is the inside of an object that is not packed into a stream. The table is not asked: reports/pdf puts the
// information and the catalogue after every stream of pages and fonts, and each is looked for from the end.
func (f *baseFile) object(n int) []byte {
	head := fmt.Appendf(nil, "\nendobj\n%d 0 obj\n", n)
	at := bytes.LastIndex(f.data[:f.xref], head)
	if at < 0 {
		return nil
	}
	inside := f.data[at+len(head) : f.xref]
	return inside[:max(0, bytes.Index(inside, []byte("endobj\n")))]
}

func atoi(b []byte) int {
	n, _ := strconv.Atoi(string(b))
	return n
}

// descriptions tell a reader of the list of attachments what each is.
var descriptions = map[string]string{
	Assessment.file(): "What was assessed, canonical JSON / Ce qui a été évalué, JSON canonique",
	Comparison.file(): "What was compared, canonical JSON / Ce qui a été comparé, JSON canonique",
	nameProof:         "Proof of registration in the log / Preuve d'inscription au journal",
	nameReport:        "The statement that registers this report / L'écrit qui enregistre ce rapport",
}

// relationships and types of the attachments, ISO 32000-2 table 43.
var (
	relationships = map[string]string{Assessment.file(): "Source", Comparison.file(): "Source", nameProof: "Supplement", nameReport: "Data"}
	mediaTypes    = map[string]string{Assessment.file(): "application#2Fjson", Comparison.file(): "application#2Fjson", nameProof: "text#2Fplain", nameReport: "application#2Fjson"}
)

// sealLine stands before the table of the appended section and tells a checker how to take the file apart: length of
// the base, then for each attachment its name, its length in the file and unpacked.
const sealLine = "%vigie-seal/1"

// seal writes the whole file: the base, and an incremental update (ISO 32000-1, 7.5.6) that attaches the parts. The
// bytes of a part that has none are taken from the place in another file where they stand if it was sealed alike.
//
// The second identifier is a hash of the section, so that even what means nothing, such as the way an attachment is
// packed, cannot change unseen.
func (f *baseFile) seal(parts []part, from []byte) []byte {
	room := len(f.data) + 8192
	for _, p := range parts {
		room += p.packed
	}
	b := bytes.NewBuffer(make([]byte, 0, room))
	b.Write(f.data)
	offsets := map[int]int{}
	begin := func(n int) {
		offsets[n] = b.Len()
		fmt.Fprintf(b, "%d 0 obj\n", n)
	}
	var names, specs []string
	for i := range parts {
		p := &parts[i]
		file, spec := f.size+2*i, f.size+2*i+1
		names = append(names, fmt.Sprintf("(%s) %d 0 R", p.name, spec))
		specs = append(specs, fmt.Sprintf("%d 0 R", spec))
		begin(file)
		fmt.Fprintf(b, "<</Type /EmbeddedFile /Subtype /%s /Filter /FlateDecode /Length %d /Params <</Size %d /ModDate (%s)>>>>\nstream\n", mediaTypes[p.name], p.packed, p.size, f.created)
		if at := b.Len(); p.raw == nil && at+p.packed <= len(from) {
			p.raw = from[at : at+p.packed]
		}
		b.Write(p.raw)
		b.WriteString("\nendstream\nendobj\n")
		begin(spec)
		fmt.Fprintf(b, "<</Type /Filespec /F (%s) /UF (%s) /Desc <%s> /AFRelationship /%s /EF <</F %d 0 R /UF %d 0 R>>>>\nendobj\n",
			p.name, p.name, utf16Hex(descriptions[p.name]), relationships[p.name], file, file)
	}
	begin(f.root)
	fmt.Fprintf(b, "<<\n%s/AF [%s]\n/Names <</EmbeddedFiles <</Names [%s]>>>>\n>>\nendobj\n", f.catalogue, strings.Join(specs, " "), strings.Join(names, " "))
	fmt.Fprintf(b, "%s %d", sealLine, len(f.data))
	for _, p := range parts {
		fmt.Fprintf(b, " %s %d %d", p.name, p.packed, p.size)
	}
	b.WriteString("\n")
	id := sha256.Sum256(b.Bytes()[len(f.data):])
	table := f.size + 2*len(parts)
	begin(table)
	fmt.Fprintf(b, "<</Type /XRef /Size %d /Root %d 0 R /Info %d 0 R /Prev %d /ID [<%s> <%x>] /W [1 4 2] /Index [%d 1 %d %d] /Length %d>>\nstream\n",
		table+1, f.root, f.info, f.xref, f.id, id[:16], f.root, f.size, table+1-f.size, 7*(2+table-f.size))
	entry := func(n int) {
		b.Write(binary.BigEndian.AppendUint32([]byte{1}, uint32(offsets[n])))
		b.Write([]byte{0, 0})
	}
	entry(f.root)
	for n := f.size; n <= table; n++ {
		entry(n)
	}
	fmt.Fprintf(b, "\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", offsets[table])
	return b.Bytes()
}

// utf16Hex writes a text string of a PDF in hex.
func utf16Hex(s string) string {
	out := "FEFF"
	for _, u := range utf16.Encode([]rune(s)) {
		out += fmt.Sprintf("%04X", u)
	}
	return out
}
