package strict

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"vigie/catalog/wording"
)

// MaxMarks bounds the commas, colons, brackets, dashes and line ends of one file, hence the values it can hold: the
// parser spends some 300 bytes on each. The largest shipped file has a fifth of it.
const MaxMarks = 250_000

// parse gives the root of the one document of a file, nil after a fault.
func (r *Reader) parse(data []byte) *yaml.Node {
	start := Pos{File: r.File, Line: 1, Column: 1}
	if len(data) > MaxBytes {
		r.Faults.Add(start, "", wording.Textf("the file is larger than %d MiB; split it", "le fichier dépasse %d Mio ; le découper", MaxBytes>>20))
		return nil
	}
	if marks(data) > MaxMarks {
		r.Faults.Add(start, "", wording.Textf("the file holds too many values to be read safely; split it", "le fichier contient trop de valeurs pour être lu sans risque ; le découper"))
		return nil
	}
	if i := notText(data); i >= 0 {
		r.Faults.Add(r.at(data, i), "", wording.Textf("not UTF-8 text, or a control character: save the file as UTF-8", "ce n'est pas du texte UTF-8, ou c'est un caractère de contrôle : enregistrer le fichier en UTF-8"))
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0 {
		r.Faults.Add(start, "", wording.Textf("the file is empty", "le fichier est vide"))
		return nil
	}
	if err != nil {
		r.syntax(data, err)
		return nil
	}
	var second yaml.Node
	switch err := dec.Decode(&second); {
	case err == nil:
		r.Fault(&second, "", wording.Textf("a second document starts here; put it in a file of its own", "un second document commence ici ; le mettre dans son propre fichier"))
	case !errors.Is(err, io.EOF):
		r.syntax(data, err)
	}
	return doc.Content[0]
}

func marks(data []byte) int {
	n := bytes.Count(data, []byte("- "))
	for _, c := range []string{",", ":", "[", "{", "\n", "?"} {
		n += bytes.Count(data, []byte(c))
	}
	return n
}

// notText is where the first byte stands that no UTF-8 text holds, -1 when there is none.
func notText(data []byte) int {
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && size == 1 || c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			return i
		}
		i += size
	}
	return -1
}

func (r *Reader) at(data []byte, i int) Pos {
	before := data[:i]
	return Pos{File: r.File, Line: 1 + bytes.Count(before, []byte("\n")), Column: 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])}
}

var yamlLine = regexp.MustCompile(`^line (\d+): `)

// syntax reports what the YAML parser said, in words that help whoever edits the file.
func (r *Reader) syntax(data []byte, err error) {
	said := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := yamlLine.FindStringSubmatch(said); m != nil {
		line, _ = strconv.Atoi(m[1])
		said = said[len(m[0]):]
	}
	what := wording.Textf("%s", "le lecteur YAML dit : %s", said)
	for _, p := range problems {
		if strings.HasPrefix(said, p.said) {
			what = p.text
			if p.early && line < 1+bytes.Count(data, []byte("\n")) {
				line++
			}
			break
		}
	}
	text, column := lineOf(data, line), 1
	if indent := len(text) - len(strings.TrimLeft(text, " \t")); strings.Contains(text[:indent], "\t") {
		what = tabbed
	} else {
		column += indent
	}
	r.Faults.Add(Pos{File: r.File, Line: line, Column: column}, "", wording.Textf("not valid YAML: %s", "YAML invalide : %s", what))
}

// lineOf is the text of a line: the parser tells its number only.
func lineOf(data []byte, line int) string {
	for range line - 1 {
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	text, _, _ := bytes.Cut(data, []byte("\n"))
	return string(text)
}

var tabbed = wording.Textf("a tab indents this line; use spaces", "une tabulation décale cette ligne ; employer des espaces")

// problems are the usual messages of the parser, said again for people. Early marks those for which it names the line
// before the one where the fault shows.
var problems = []struct {
	said  string
	early bool
	text  wording.Text
}{
	{"mapping values are not allowed", false, wording.Textf("a colon where none may stand: check the indentation, or put the text between quotation marks", "un deux-points mal placé : vérifier le retrait, ou mettre le texte entre guillemets")},
	{"did not find expected key", true, wording.Textf("expected a key here: check the indentation", "une clé était attendue ici : vérifier le retrait")},
	{"did not find expected '-' indicator", true, wording.Textf("expected another “- ” of the list here: check the indentation", "un autre « - » de la liste était attendu ici : vérifier le retrait")},
	{"did not find expected ',' or ']'", true, wording.Textf("a list opened by [ lacks a comma or its ]", "il manque une virgule, ou le ] d'une liste ouverte par [")},
	{"did not find expected ',' or '}'", true, wording.Textf("a block opened by { lacks a comma or its }", "il manque une virgule, ou le } d'un bloc ouvert par {")},
	{"did not find expected node content", true, wording.Textf("a value is missing here", "il manque une valeur ici")},
	{"did not find expected <document start>", true, wording.Textf("something follows the end of the document", "quelque chose suit la fin du document")},
	{"found unexpected end of stream", false, wording.Textf("a quotation mark is opened and never closed", "un guillemet ouvert n'est jamais refermé")},
	{"found character that cannot start any token", false, wording.Textf("a value cannot begin with @, %% or `; put it between quotation marks", "une valeur ne peut commencer par @, %% ou ` ; la mettre entre guillemets")},
	{"found a tab character", false, tabbed},
	{"could not find expected ':'", false, wording.Textf("a key is not followed by a colon", "une clé n'est pas suivie d'un deux-points")},
	{"found unknown escape character", false, wording.Textf(`an unknown \ sequence between double quotation marks; write \\ for a backslash`, `une suite \ inconnue entre guillemets doubles ; écrire \\ pour une barre oblique inverse`)},
	{"block sequence entries are not allowed", false, wording.Textf("a “- ” where no list may start", "un « - » là où aucune liste ne peut commencer")},
	{"exceeded max depth", false, wording.Textf("blocks are nested too deeply", "des blocs sont imbriqués trop profondément")},
	{"unknown anchor", false, wording.Textf("anchors and aliases are not allowed; a value that begins with * needs quotation marks", "les ancres et alias ne sont pas admis ; une valeur qui commence par * veut des guillemets")},
}
