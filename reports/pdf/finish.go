package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"sync"
)

// finish rewrites what fpdf leaves unsaid or says wrong in a finished file: a file identifier made from its content,
// dates with their zone, the outline closed and counted, the title shown by viewers, no name tree without names.
//
// fpdf writes every object as plain text between the offsets of one cross-reference table. Streams are compressed
// here; otherwise only dictionaries are touched.
func finish(raw []byte) ([]byte, error) {
	objects, root, info, err := split(raw)
	if err != nil {
		return nil, err
	}
	if err := compress(objects); err != nil {
		return nil, err
	}
	closeOutline(objects)
	objects[info] = zone.ReplaceAll(objects[info], []byte("(D:${1}Z)"))
	objects[root] = emptyNames.ReplaceAll(objects[root], nil)
	objects[root] = bytes.Replace(objects[root], []byte("/Type /Catalog\n"),
		[]byte("/Type /Catalog\n/ViewerPreferences <</DisplayDocTitle true>>\n"), 1)
	return join(objects, root, info), nil
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

// join writes the objects in order of their numbers, their table and the trailer.
func join(objects map[int][]byte, root, info int) []byte {
	var b bytes.Buffer
	size := 1024
	for _, o := range objects {
		size += len(o) + 24
	}
	b.Grow(size)
	b.WriteString("%PDF-1.7\n%\xb5\xb6\xb5\xb6\n")
	offsets := make([]int, len(objects)+1)
	for n := 1; n <= len(objects); n++ {
		offsets[n] = b.Len()
		b.Write(objects[n])
	}
	id := sha256.Sum256(b.Bytes())
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets))
	for _, o := range offsets[1:] {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<<\n/Size %d\n/Root %d 0 R\n/Info %d 0 R\n/ID [<%x> <%x>]\n>>\nstartxref\n%d\n%%%%EOF\n",
		len(offsets), root, info, id[:16], id[:16], at)
	return b.Bytes()
}
