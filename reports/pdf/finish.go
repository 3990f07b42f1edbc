package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"sync"
)

// finish rewrites what fpdf leaves unsaid or says wrong in a finished file: a file identifier made from its content,
// dates with their zone, the outline closed and counted, the title shown by viewers, no name tree without names, and the
// logical structure.
//
// fpdf writes every object as plain text between the offsets of one cross-reference table. Streams are compressed
// here; otherwise only dictionaries are touched.
func finish(raw []byte, tags *structure) ([]byte, error) {
	objects, root, info, err := split(raw)
	if err != nil {
		return nil, err
	}
	pages := pageObjects(objects)
	if len(pages) != len(tags.pages) {
		return nil, errLayout
	}
	for i, n := range pages {
		objects[n] = bytes.Replace(objects[n], pageHead, fmt.Appendf(bytes.Clone(pageHead), "/StructParents %d\n/Tabs /S\n", i), 1)
	}
	if err := compress(objects); err != nil {
		return nil, err
	}
	closeOutline(objects)
	objects[info] = zone.ReplaceAll(objects[info], []byte("(D:${1}Z)"))
	objects[root] = emptyNames.ReplaceAll(objects[root], nil)
	objects[root] = bytes.Replace(objects[root], []byte("/Type /Catalog\n"),
		fmt.Appendf(nil, "/Type /Catalog\n/ViewerPreferences <</DisplayDocTitle true>>\n/MarkInfo <</Marked true>>\n/StructTreeRoot %d 0 R\n", len(objects)+1), 1)
	return join(objects, root, info, tags.objects(len(objects)+1, pages))
}

var pageHead = []byte("<</Type /Page\n")

// pageObjects lists the pages in their order: fpdf numbers them as they come.
func pageObjects(objects map[int][]byte) []int {
	var out []int
	for n, o := range objects {
		if bytes.Contains(o[:min(len(o), 40)], pageHead) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

var (
	zone       = regexp.MustCompile(`\(D:(\d{14})\)`)
	emptyNames = regexp.MustCompile(`/Names <<\n/EmbeddedFiles (<<\s*(/Names \[\s*\])?\s*>>)?\s*>>\n`)
	entry      = regexp.MustCompile(`^\d{10} \d{5} n`)
	rootRef    = regexp.MustCompile(`/Root (\d+) 0 R`)
	infoRef    = regexp.MustCompile(`/Info (\d+) 0 R`)
	parentRef  = regexp.MustCompile(`/Parent (\d+) 0 R`)
)

var errLayout = errors.New("pdf: the file is not laid out as expected")

// split takes the file apart: objects by number, from 1 on, and the numbers of the catalogue and the information
// dictionary.
func split(raw []byte) (objects map[int][]byte, root, info int, err error) {
	at := bytes.LastIndex(raw, []byte("\nxref\n"))
	if at < 0 {
		return nil, 0, 0, errLayout
	}
	table, trailer, ok := bytes.Cut(raw[at+6:], []byte("trailer"))
	r, i := rootRef.FindSubmatch(trailer), infoRef.FindSubmatch(trailer)
	rows := bytes.Split(table, []byte("\n"))
	if !ok || r == nil || i == nil || len(rows) < 3 {
		return nil, 0, 0, errLayout
	}
	root, info = atoi(r[1]), atoi(i[1])
	starts := map[int]int{}
	n := 0
	for _, row := range rows[2:] {
		if !entry.Match(row) {
			continue
		}
		n++
		from := atoi(row[:10])
		head := fmt.Appendf(nil, "%d 0 obj\n", n)
		if from <= 0 || from >= at || !bytes.HasPrefix(raw[from:], head) {
			return nil, 0, 0, errLayout
		}
		starts[n] = from
	}
	if starts[root] == 0 || starts[info] == 0 {
		return nil, 0, 0, errLayout
	}
	// An object ends where the next one in the file begins.
	ends := slices.Sorted(maps.Values(starts))
	ends = append(ends, at+1)
	objects = map[int][]byte{}
	for k, from := range starts {
		i, _ := slices.BinarySearch(ends, from)
		objects[k] = raw[from:ends[i+1]]
	}
	return objects, root, info, nil
}

func atoi(b []byte) int {
	n, _ := strconv.Atoi(string(b))
	return n
}

// deflaters are kept between documents: a compressor holds a megabyte.
var deflaters = sync.Pool{New: func() any {
	z, _ := zlib.NewWriterLevel(nil, zlib.BestSpeed) // the level is one that exists
	return z
}}

var plainStream = regexp.MustCompile(`^\d+ 0 obj\n<</Length \d+>>\nstream\n`)

// compress deflates the streams that fpdf was told to leave plain. One compressor serves them all: fpdf makes a new
// one, of a megabyte, for every page.
func compress(objects map[int][]byte) error {
	var packed bytes.Buffer
	z := deflaters.Get().(*zlib.Writer)
	defer deflaters.Put(z)
	for n, o := range objects {
		head := plainStream.Find(o)
		if head == nil {
			continue
		}
		body, ok := bytes.CutSuffix(o[len(head):], []byte("\nendstream\nendobj\n"))
		if !ok {
			return errLayout
		}
		packed.Reset()
		z.Reset(&packed)
		if _, err := z.Write(body); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		out := fmt.Appendf(make([]byte, 0, packed.Len()+96), "%d 0 obj\n<</Filter /FlateDecode /Length %d>>\nstream\n", n, packed.Len())
		out = append(out, packed.Bytes()...)
		objects[n] = append(out, "\nendstream\nendobj\n"...)
	}
	return nil
}

// closeOutline gives every entry that has entries under it their number, negative for closed, and the outline the
// number of those at its top. Entries without any bear no count.
func closeOutline(objects map[int][]byte) {
	children := map[int]int{}
	for _, o := range objects {
		if m := parentRef.FindSubmatch(o); m != nil && bytes.HasSuffix(o, []byte("/Count 0>>\nendobj\n")) {
			children[atoi(m[1])]++
		}
	}
	for n, o := range objects {
		switch {
		case bytes.HasSuffix(o, []byte("/Count 0>>\nendobj\n")):
			count := ""
			if children[n] > 0 {
				count = fmt.Sprintf("/Count -%d", children[n])
			}
			objects[n] = append(bytes.TrimSuffix(bytes.Clone(o), []byte("/Count 0>>\nendobj\n")), count+">>\nendobj\n"...)
		case bytes.Contains(o[:min(len(o), 60)], []byte("<</Type /Outlines")):
			objects[n] = append(bytes.TrimSuffix(bytes.Clone(o), []byte(">>\nendobj\n")), fmt.Sprintf(" /Count %d>>\nendobj\n", children[n])...)
		}
	}
}

// perStream is how many objects share a stream.
const perStream = 400

// join writes the objects in order of their numbers, those of the structure packed in streams (there are thousands, all
// alike), then the table of where each is, which is a stream too (ISO 32000-1, 7.5.7 and 7.5.8).
func join(objects map[int][]byte, root, info int, structure [][]byte) ([]byte, error) {
	z := deflaters.Get().(*zlib.Writer)
	defer deflaters.Put(z)
	var b, packed bytes.Buffer
	size := 64 << 10
	for _, o := range objects {
		size += len(o)
	}
	b.Grow(size)
	b.WriteString("%PDF-1.7\n%\xb5\xb6\xb5\xb6\n")
	n := len(objects)
	streams := (len(structure) + perStream - 1) / perStream
	self := n + len(structure) + streams + 1 // the table
	var table []byte
	entry := func(kind byte, where uint32, at int) {
		table = append(binary.BigEndian.AppendUint32(append(table, kind), where), byte(at>>8), byte(at))
	}
	deflate := func(dict string, plain ...[]byte) error {
		packed.Reset()
		z.Reset(&packed)
		for _, p := range plain {
			if _, err := z.Write(p); err != nil {
				return err
			}
		}
		if err := z.Close(); err != nil {
			return err
		}
		fmt.Fprintf(&b, "<<%s /Filter /FlateDecode /Length %d>>\nstream\n", dict, packed.Len())
		b.Write(packed.Bytes())
		b.WriteString("\nendstream\nendobj\n")
		return nil
	}
	entry(0, 0, 0xffff)
	for k := 1; k <= n; k++ {
		entry(1, uint32(b.Len()), 0)
		b.Write(objects[k])
	}
	for k := range structure {
		entry(2, uint32(n+len(structure)+1+k/perStream), k%perStream)
	}
	for k := range streams {
		some := structure[k*perStream : min((k+1)*perStream, len(structure))]
		var head, body []byte
		for i, o := range some {
			head = fmt.Appendf(head, "%d %d ", n+1+k*perStream+i, len(body))
			body = append(append(body, o...), '\n')
		}
		entry(1, uint32(b.Len()), 0)
		fmt.Fprintf(&b, "%d 0 obj\n", n+len(structure)+1+k)
		if err := deflate(fmt.Sprintf("/Type /ObjStm /N %d /First %d", len(some), len(head)), head, body); err != nil {
			return nil, err
		}
	}
	id := sha256.Sum256(b.Bytes())
	at := b.Len()
	entry(1, uint32(at), 0)
	fmt.Fprintf(&b, "%d 0 obj\n", self)
	if err := deflate(fmt.Sprintf("/Type /XRef /Size %d /Root %d 0 R /Info %d 0 R /ID [<%x> <%x>] /W [1 4 2]", self+1, root, info, id[:16], id[:16]), table); err != nil {
		return nil, err
	}
	fmt.Fprintf(&b, "startxref\n%d\n%%%%EOF\n", at)
	return b.Bytes(), nil
}
