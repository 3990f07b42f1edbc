package licence

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"vigie/catalog/strict"
)

// Fingerprint is what Vigie keeps of one reference text: figures per clause, no sentence. From it a text can be
// recognised and its differences placed, but not written again: of each clause it keeps one digest and a thinned,
// sorted set of hashes of five-word runs.
type Fingerprint struct {
	ID      string
	Clauses []ClausePrint
	// Whole is a SHA-256 over the words of all clauses that a copy may not lack, in order.
	Whole      [16]byte
	vocabulary []uint32
}

// Fingerprints is a set of them. Vocabulary holds short hashes of the words that occur in the texts, to tell a misread
// letter from a changed word.
type Fingerprints struct {
	List       []Fingerprint
	Vocabulary []uint32
}

func gather(list []Fingerprint) Fingerprints {
	out := Fingerprints{List: list}
	for _, f := range list {
		out.Vocabulary = append(out.Vocabulary, f.vocabulary...)
	}
	slices.Sort(out.Vocabulary)
	out.Vocabulary = slices.Compact(out.Vocabulary)
	return out
}

// ClausePrint is the fingerprint of one clause.
type ClausePrint struct {
	Label    string // "1.b.i", "preamble", "attachment a"
	Words    int
	Digest   uint64   // depends on every word and their order
	Anchor   uint32   // the run the clause starts with; 0 for a clause shorter than a run
	Grams    []uint32 // sorted, winnowed
	Number   []uint64 // hashes of the words of its number, which a copy may lack
	Optional bool     // a copy without it is still the licence
	Slot     bool     // before it, a copy names its holder
}

// Reference is a text to take a fingerprint of.
type Reference struct {
	ID   string
	Text []byte
	Template
}

// Template says where copies of a text may differ from it and still be the licence.
type Template struct {
	// MayLack names clauses (by label) that a copy may lack: instructions how to apply, an explanatory preamble.
	MayLack []string
	// MayFill names phrases in whose place a copy puts the name of its own holder.
	MayFill []string
}

// Take makes the fingerprint of a reference text.
func Take(r Reference) (Fingerprint, error) {
	text, enc, cut := decode(r.Text)
	if text == nil || cut {
		return Fingerprint{}, fmt.Errorf("licence: %s: %s", r.ID, notText(enc).EN)
	}
	src := clean(text)
	w := splitSource(text, src)
	f := Fingerprint{ID: r.ID}
	h := sha256.New()
	for _, c := range segment(w, src, r.Template) {
		f.Clauses = append(f.Clauses, w.clausePrint(c))
		if !c.optional {
			hashWords(h.Write, w.list[c.from:c.to])
		}
	}
	if len(f.Clauses) == 0 {
		return Fingerprint{}, fmt.Errorf("licence: %s: no words to take a fingerprint of", r.ID)
	}
	copy(f.Whole[:], h.Sum(nil))
	for _, x := range w.list {
		f.vocabulary = append(f.vocabulary, short(x.hash))
	}
	slices.Sort(f.vocabulary)
	f.vocabulary = slices.Compact(f.vocabulary)
	return f, nil
}

func hashWords(write func([]byte) (int, error), list []word) {
	var b [8]byte
	for _, x := range list {
		binary.LittleEndian.PutUint64(b[:], x.hash)
		_, _ = write(b[:])
	}
}

func (w *words) clausePrint(c clause) ClausePrint {
	n := c.to - c.from
	p := ClausePrint{Label: c.label, Words: n, Digest: w.digest(c.from, n), Number: c.enum, Optional: c.optional, Slot: c.slot}
	if n >= gramWords {
		p.Anchor = w.gram(c.from)
		p.Grams = w.winnowed(c.from, c.to)
	}
	return p
}

// winnowed keeps, of every window of runs between two words, the one with the smallest hash, and always the first and
// the last run, so that each word of the clause is covered by a run that was kept.
func (w *words) winnowed(from, to int) []uint32 {
	last := to - gramWords
	grams := make([]uint32, 0, last-from+1)
	for i := from; i <= last; i++ {
		grams = append(grams, w.gram(i))
	}
	kept := []uint32{grams[0], grams[len(grams)-1]}
	for i := 0; i+winnow <= len(grams); i++ {
		kept = append(kept, slices.Min(grams[i:i+winnow]))
	}
	slices.Sort(kept)
	return slices.Compact(kept)
}

// The file of fingerprints: a magic line, the distinct clauses, then per fingerprint its clauses by number. Counts are
// varints, hashes are fixed.
const printMagic = "vigie-fingerprints 1\n"

// ErrFingerprints says that a fingerprint file is not one that this version reads.
var ErrFingerprints = errors.New("licence: not a fingerprint file of this version, or damaged")

// body is what two licences that share a clause share.
type body struct {
	words  int
	digest uint64
}

// Encode writes fingerprints as bytes; the same fingerprints give the same bytes.
func (set Fingerprints) Encode() []byte {
	e := encoder{b: []byte(printMagic)}
	var bodies []ClausePrint
	number := map[body]int{}
	for _, f := range set.List {
		for _, c := range f.Clauses {
			k := body{c.Words, c.Digest}
			if _, ok := number[k]; !ok {
				number[k] = len(bodies)
				bodies = append(bodies, c)
			}
		}
	}
	e.uint(uint64(len(bodies)))
	for _, c := range bodies {
		e.uint(uint64(c.Words))
		e.b = binary.LittleEndian.AppendUint64(e.b, c.Digest)
		if c.Words >= gramWords {
			e.b = binary.LittleEndian.AppendUint32(e.b, c.Anchor)
			e.hashes(c.Grams)
		}
	}
	e.uint(uint64(len(set.List)))
	for _, f := range set.List {
		e.string(f.ID)
		e.b = append(e.b, f.Whole[:]...)
		e.uint(uint64(len(f.Clauses)))
		previous := ""
		for _, c := range f.Clauses {
			var flags uint64
			if c.Optional {
				flags |= 1
			}
			if c.Label == previous {
				flags |= 2
			}
			if c.Slot {
				flags |= 4
			}
			e.uint(flags)
			if c.Label != previous {
				e.string(c.Label)
			}
			previous = c.Label
			e.uint(uint64(number[body{c.Words, c.Digest}]))
			e.uint(uint64(len(c.Number)))
			for _, h := range c.Number {
				e.b = binary.LittleEndian.AppendUint64(e.b, h)
			}
		}
	}
	e.hashes(set.Vocabulary)
	return e.b
}

type encoder struct{ b []byte }

func (e *encoder) uint(v uint64)   { e.b = binary.AppendUvarint(e.b, v) }
func (e *encoder) string(s string) { e.uint(uint64(len(s))); e.b = append(e.b, s...) }
func (e *encoder) hashes(list []uint32) {
	e.uint(uint64(len(list)))
	for _, v := range list {
		e.b = binary.LittleEndian.AppendUint32(e.b, v)
	}
}

type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

// count reads a length and refuses one that the bytes left cannot hold.
func (d *decoder) count() int {
	v := d.uint()
	if v > uint64(len(d.b)) {
		d.bad, d.b = true, nil
		return 0
	}
	return int(v)
}

func (d *decoder) take(n int) []byte {
	if n > len(d.b) {
		d.bad, d.b = true, nil
		return make([]byte, n)
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

func (d *decoder) string() string { return string(d.take(d.count())) }

func (d *decoder) hashes() []uint32 {
	n := d.count()
	b := d.take(4 * n)
	out := make([]uint32, n)
	for i := range out {
		out[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return out
}

// DecodeFingerprints reads what Encode wrote; anything else is ErrFingerprints.
func DecodeFingerprints(b []byte) (Fingerprints, error) {
	var none Fingerprints
	rest, ok := bytes.CutPrefix(b, []byte(printMagic))
	if !ok {
		return none, ErrFingerprints
	}
	d := decoder{b: rest}
	bodies := make([]ClausePrint, d.count())
	for i := range bodies {
		c := &bodies[i]
		c.Words = int(d.uint())
		if d.bad || c.Words <= 0 || c.Words > maxClause {
			return none, ErrFingerprints
		}
		c.Digest = binary.LittleEndian.Uint64(d.take(8))
		if c.Words >= gramWords {
			c.Anchor = binary.LittleEndian.Uint32(d.take(4))
			c.Grams = d.hashes()
		}
	}
	var set Fingerprints
	for range d.count() {
		f := Fingerprint{ID: d.string()}
		copy(f.Whole[:], d.take(16))
		label := ""
		for range d.count() {
			flags := d.uint()
			if flags&2 == 0 {
				label = d.string()
			}
			at := d.uint()
			if d.bad || at >= uint64(len(bodies)) {
				return none, ErrFingerprints
			}
			c := bodies[at]
			c.Label, c.Optional, c.Slot = label, flags&1 != 0, flags&4 != 0
			for range d.count() {
				c.Number = append(c.Number, binary.LittleEndian.Uint64(d.take(8)))
			}
			f.Clauses = append(f.Clauses, c)
		}
		set.List = append(set.List, f)
	}
	set.Vocabulary = d.hashes()
	if d.bad || len(d.b) != 0 {
		return none, ErrFingerprints
	}
	return set, nil
}

// TakeFolder takes the fingerprint of every "<id>.txt" of a folder, in the order of the names. template says, for an id,
// where copies may differ.
func TakeFolder(folder fs.FS, template func(id string) Template) (Fingerprints, error) {
	names, err := fs.Glob(folder, "*.txt")
	if err != nil {
		return Fingerprints{}, err
	}
	slices.Sort(names)
	out := make([]Fingerprint, 0, len(names))
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return Fingerprints{}, err
		}
		id := strings.TrimSuffix(name, ".txt")
		f, err := Take(Reference{ID: id, Text: text, Template: template(id)})
		if err != nil {
			return Fingerprints{}, err
		}
		out = append(out, f)
	}
	return gather(out), nil
}

// Templates reads, from a folder of rights files, where copies of each licence may differ from its text.
func Templates(rights fs.FS) func(id string) Template {
	return func(id string) Template {
		data, err := fs.ReadFile(rights, id+".yaml")
		if err != nil {
			return Template{}
		}
		var x Licence
		if strict.Decode(id+".yaml", data, &x) != nil {
			return Template{}
		}
		return Template{MayLack: x.CopyMayLack, MayFill: x.CopyMayFill}
	}
}
