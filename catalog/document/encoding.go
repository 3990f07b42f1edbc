package document

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// guessEncoding names the encoding of a text from its first bytes and its form: a byte order mark, UTF-16 by its zero
// bytes, UTF-8 when it is valid, else Windows-1252, which holds Latin-1. The second result is false for what is no text.
func guessEncoding(data []byte) (string, bool) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return "UTF-8", true
	case bytes.HasPrefix(data, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(data, []byte("\x00\x00\xfe\xff")):
		return "", false // UTF-32 is nobody's text file
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return "UTF-16LE", true
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return "UTF-16BE", true
	}
	head := data[:min(len(data), 64<<10)]
	var zeros [2]int
	odd := 0 // bytes that no text holds
	for i, c := range head {
		switch {
		case c == 0:
			zeros[i%2]++
		case c < 0x09, c > 0x0d && c < 0x20 && c != 0x1b, c == 0x7f:
			odd++
		}
	}
	switch half := len(head) / 2; {
	case zeros[0]+zeros[1] == 0:
	case len(data)%2 != 0 || len(data) < 16:
		return "", false
	case zeros[1] > half*6/10 && zeros[0] <= half/50:
		return "UTF-16LE", true
	case zeros[0] > half*6/10 && zeros[1] <= half/50:
		return "UTF-16BE", true
	default:
		return "", false
	}
	if odd > len(head)/200 {
		return "", false
	}
	if utf8.Valid(data) {
		return "UTF-8", true
	}
	high := 0
	for _, c := range head {
		if c >= 0x80 {
			high++
		}
	}
	if high > len(head)*3/10 {
		return "", false // most bytes of a text in a Latin script are ASCII
	}
	return "Windows-1252", true
}

// decode reads a text and says how. What is not declared is told to the reader.
func (b *builder) decode(data []byte) (string, error) {
	name, ok := guessEncoding(data)
	if !ok {
		return "", notText(data)
	}
	var enc encoding.Encoding
	switch name {
	case "UTF-8":
		data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
		if !utf8.Valid(data) { // a mark that lies
			data = bytes.ToValidUTF8(data, []byte("\ufffd"))
			b.note("the file says that it is UTF-8 and is not everywhere: unreadable bytes show as �", "le fichier se dit en UTF-8 et ne l'est pas partout : les octets illisibles apparaissent comme �")
		}
		b.doc.Encoding = name
		return string(data), nil
	case "UTF-16LE":
		enc = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
		if !bytes.HasPrefix(data, []byte("\xff\xfe")) {
			enc = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
			b.note("the file declares no encoding; it was read as UTF-16", "le fichier ne déclare pas d'encodage ; il a été lu comme de l'UTF-16")
		}
	case "UTF-16BE":
		enc = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
		if !bytes.HasPrefix(data, []byte("\xfe\xff")) {
			enc = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
			b.note("the file declares no encoding; it was read as UTF-16", "le fichier ne déclare pas d'encodage ; il a été lu comme de l'UTF-16")
		}
	default:
		enc = charmap.Windows1252
		b.note("the file declares no encoding; it was read as Latin-1 (Windows-1252): look at the accents", "le fichier ne déclare pas d'encodage ; il a été lu comme du Latin-1 (Windows-1252) : vérifier les accents")
	}
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		return "", refuse(Malformed, "the text cannot be read as %s", "le texte est illisible en %s", name)
	}
	b.doc.Encoding = name
	return string(out), nil
}
