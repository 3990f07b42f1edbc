package document

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
)

// Archive is an Office file: XML parts in a zip. Parts are read one at a time, to a limit each that holds whatever the
// archive says about its sizes. Their names are looked up and never used as paths.
type Archive struct {
	parts map[string]*zip.File
	names []string
}

// OpenArchive lists the parts of an Office file; nothing is unpacked. The error is a *RefusedError.
func OpenArchive(data []byte) (*Archive, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, refuse(Malformed, "the file is damaged: its archive cannot be opened; save it anew", "le fichier est abîmé : son archive ne s'ouvre pas ; le réenregistrer")
	}
	if len(z.File) > MaxParts {
		return nil, refuse(TooMany, "the file holds more than %d parts; no ordinary document does: save its content anew", "le fichier contient plus de %d parties ; aucun document ordinaire ne le fait : en réenregistrer le contenu", MaxParts)
	}
	a := &Archive{parts: map[string]*zip.File{}}
	for _, f := range z.File {
		name := strings.TrimPrefix(f.Name, "/")
		if f.Flags&1 != 0 {
			return nil, refuse(Locked, "the file is locked by a password: save it without one", "le fichier est verrouillé par un mot de passe : l'enregistrer sans mot de passe")
		}
		key := strings.ToLower(name)
		if _, twice := a.parts[key]; twice {
			return nil, refuse(Malformed, "the file holds the part %q twice: which one counts cannot be told", "le fichier contient deux fois la partie « %s » : impossible de savoir laquelle compte", cut(name, 80))
		}
		a.parts[key] = f
		a.names = append(a.names, name)
	}
	slices.Sort(a.names)
	return a, nil
}

// Has reports whether the archive holds a part.
func (a *Archive) Has(name string) bool { return a.parts[strings.ToLower(name)] != nil }

// Names lists the parts, sorted.
func (a *Archive) Names() []string { return a.names }

// Match lists the parts that a pattern of package path matches.
func (a *Archive) Match(pattern string) []string {
	var out []string
	for _, n := range a.names {
		if ok, err := path.Match(pattern, strings.ToLower(n)); err == nil && ok {
			out = append(out, n)
		}
	}
	return out
}

// Size is how large a part says that it is, unpacked.
func (a *Archive) Size(name string) uint64 {
	if f := a.parts[strings.ToLower(name)]; f != nil {
		return f.UncompressedSize64
	}
	return 0
}

// XML opens a part for reading tag by tag, up to max bytes. The error is a *RefusedError.
func (a *Archive) XML(name string, max int64) (*XML, error) {
	f := a.parts[strings.ToLower(name)]
	if f == nil {
		return nil, refuse(Malformed, "the file lacks its part %q; save it anew", "il manque au fichier sa partie « %s » ; le réenregistrer", name)
	}
	if f.UncompressedSize64 > uint64(max) {
		return nil, partTooLarge(name, max)
	}
	r, err := f.Open()
	if err != nil {
		return nil, unreadable(name)
	}
	x := &XML{name: name, max: max, left: max + 1, src: r}
	x.dec = xml.NewDecoder(x)
	return x, nil
}

func partTooLarge(name string, max int64) error {
	return refuse(TooLarge, "the part %q of the file unpacks to more than %d MiB; no ordinary document does: save its content anew", "la partie « %s » du fichier se décompresse en plus de %d Mio ; aucun document ordinaire ne le fait : en réenregistrer le contenu", cut(name, 80), max>>20)
}

func unreadable(name string) error {
	return refuse(Malformed, "the part %q of the file cannot be read; save the file anew", "la partie « %s » du fichier est illisible ; réenregistrer le fichier", cut(name, 80))
}

// XML reads one part tag by tag. A document type or entity declaration is refused before it means anything: an Office
// program writes none, and a reader that stepped over one in silence would show an empty file.
type XML struct {
	name  string
	max   int64
	left  int64
	src   io.ReadCloser
	dec   *xml.Decoder
	depth int
	tags  int
}

var errLong = errors.New("past the limit")

// Read counts what the decoder takes.
func (x *XML) Read(p []byte) (int, error) {
	if x.left <= 0 {
		return 0, errLong
	}
	if int64(len(p)) > x.left {
		p = p[:x.left]
	}
	n, err := x.src.Read(p)
	x.left -= int64(n)
	return n, err
}

// Close ends the reading.
func (x *XML) Close() { x.src.Close() }

// Next gives the next tag or text; nil at the end. The error is a *RefusedError.
func (x *XML) Next() (xml.Token, error) {
	t, err := x.dec.Token()
	switch {
	case err == io.EOF:
		return nil, nil
	case errors.Is(err, errLong):
		return nil, partTooLarge(x.name, x.max)
	case err != nil:
		return nil, unreadable(x.name)
	}
	switch t.(type) {
	case xml.Directive:
		return nil, refuse(Forbidden, "the part %q of the file declares a document type or entities (<!DOCTYPE…>); no Office program writes that: save the file anew", "la partie « %s » du fichier déclare un type de document ou des entités (<!DOCTYPE…>) ; aucun logiciel de bureautique n'écrit cela : réenregistrer le fichier", cut(x.name, 80))
	case xml.StartElement:
		x.tags++
		if x.depth++; x.depth > MaxDepth {
			return nil, tooDeep()
		}
		if x.tags > MaxTags {
			return nil, refuse(TooMany, "the part %q of the file holds more than %d elements; no ordinary document does: save its content anew", "la partie « %s » du fichier contient plus de %d éléments ; aucun document ordinaire ne le fait : en réenregistrer le contenu", cut(x.name, 80), MaxTags)
		}
	case xml.EndElement:
		x.depth--
	}
	return t, nil
}

// Skip passes over what is left of the element that was just begun.
func (x *XML) Skip() error {
	for inside := x.depth - 1; ; {
		t, err := x.Next()
		if err != nil {
			return err
		}
		if t == nil || x.depth <= inside {
			return nil
		}
	}
}

// Attr gives an attribute by its local name.
func Attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
