// Package phrasebook says in French what the shipped catalogue records in English: notes, places in a document,
// copies that were read.
//
// Claims are leaves of a log, so their texts stay as they were recorded, in files, in the JSON API and in proofs.
// What is here is for showing only. A text that the book does not hold is shown as recorded: what people write in
// their own catalogue is theirs.
package phrasebook

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// File is the name of the shipped book in messages.
const File = "catalog/phrasebook/french.yaml"

//go:embed french.yaml
var shipped []byte

// Book holds texts as recorded and as a reader sees them. It never changes once loaded.
type Book struct {
	phrases, places map[string]wording.Text
}

// entry is a text as recorded, and what is shown for it; en only where the recorded words are not fit to be read.
type entry struct {
	strict.Pos
	Text string `yaml:"text,required"`
	EN   string `yaml:"en"`
	FR   string `yaml:"fr,required"`
}

// word is a text of a list, with its place.
type word struct {
	strict.Pos
	text string
}

// DecodeNode implements strict.Custom.
func (w *word) DecodeNode(r *strict.Reader, n *yaml.Node, at string) {
	w.Pos = r.Pos(n)
	w.text, _ = r.Scalar(n, at, wording.Textf("a text", "un texte"))
}

// Load reads a book. The error is a strict.Faults with every fault: what strict reading finds, a text given twice,
// words with spaces around them, a translation that says what was recorded, another format.
func Load(file string, data []byte) (*Book, error) {
	var f struct {
		strict.Pos
		Format  string  `yaml:"format,required"`
		Phrases []entry `yaml:"phrases,required"`
		Places  []entry `yaml:"places,required"`
		Alike   []word  `yaml:"alike,required"`
	}
	if err := strict.Decode(file, data, &f); err != nil {
		return nil, err
	}
	var faults strict.Faults
	if f.Format != format {
		faults.Add(f.Pos, "format", strict.NotIn(f.Format, []string{format}))
	}
	b := &Book{phrases: make(map[string]wording.Text, len(f.Phrases)), places: make(map[string]wording.Text, len(f.Places))}
	fill := func(at string, into map[string]wording.Text, list []entry) {
		for _, e := range list {
			if e.EN == "" {
				e.EN = e.Text
			}
			switch _, twice := into[e.Text]; {
			case twice:
				faults.Add(e.Pos, at, wording.Textf("the text %s is there twice", "le texte %s y est deux fois", wording.Quoted(e.Text)))
			case strings.TrimSpace(e.Text) != e.Text || strings.TrimSpace(e.FR) != e.FR || strings.TrimSpace(e.EN) != e.EN:
				faults.Add(e.Pos, at, wording.Textf("the text %s or its words have spaces around them", "le texte %s ou ses mots sont entourés d'espaces", wording.Quoted(e.Text)))
			case e.FR == e.Text:
				faults.Add(e.Pos, at, wording.Textf("the French of %s is the text itself: list it under alike", "le français de %s est le texte même : le mettre sous alike", wording.Quoted(e.Text)))
			}
			into[e.Text] = wording.Text{EN: e.EN, FR: e.FR}
		}
	}
	fill("phrases", b.phrases, f.Phrases)
	fill("places", b.places, f.Places)
	for _, w := range f.Alike {
		_, phrase := b.phrases[w.text]
		_, place := b.places[w.text]
		if phrase || place {
			faults.Add(w.Pos, "alike", wording.Textf("the text %s is there twice", "le texte %s y est deux fois", wording.Quoted(w.text)))
		}
		b.phrases[w.text], b.places[w.text] = wording.Same(w.text), wording.Same(w.text)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return b, nil
}

const format = "vigie-phrasebook/1"

// builtin is the shipped book, read when first needed. The file is tested: a fault in it leaves texts as they were
// recorded, never a program that stops.
var builtin = sync.OnceValue(func() *Book {
	b, err := Load(File, shipped)
	if err != nil {
		return &Book{}
	}
	return b
})

// Say shows a note, a copy, a publisher or a title in one language; as recorded when the shipped book does not hold it.
func Say(l wording.Lang, recorded string) string { return builtin().Say(l, recorded) }

// Place shows a place in a document in one language; as recorded when the shipped book does not hold it.
func Place(l wording.Lang, recorded string) string { return builtin().Place(l, recorded) }

// Say shows a whole text in one language; as recorded when the book does not hold it.
func (b *Book) Say(l wording.Lang, recorded string) string {
	if t, ok := b.phrases[recorded]; ok {
		return t.In(l)
	}
	return recorded
}

// Place shows a place in a document in one language. A locator that the book does not hold whole is taken apart at
// its commas, semicolons and colons: every part must be in the book, be numbered (section 14, appendix 2), or be
// one that stays in every language (a file, a code, a heading with its capital letter). One part of running text that
// the book does not hold leaves the whole as recorded, so that two languages never mix in a sentence.
func (b *Book) Place(l wording.Lang, recorded string) string {
	if t, ok := b.places[recorded]; ok {
		return t.In(l)
	}
	if l != wording.FR {
		return recorded
	}
	var out strings.Builder
	known := false
	for rest := recorded; rest != ""; {
		part, mark, after := cut(rest)
		french, ok := b.part(part)
		switch {
		case ok:
			known = true
		case !stays(part):
			return recorded
		}
		out.WriteString(french)
		out.WriteString(frenchMarks[mark])
		rest = after
	}
	if !known {
		return recorded
	}
	return out.String()
}

// frenchMarks writes with its spaces what stands between two parts.
var frenchMarks = map[string]string{"": "", ", ": ", ", "; ": " ; ", ": ": " : "}

// cut takes the first part of a locator and the mark after it.
func cut(s string) (part, mark, rest string) {
	for i := 0; i+1 < len(s); i++ {
		if s[i+1] == ' ' && strings.IndexByte(",;:", s[i]) >= 0 && i+2 < len(s) {
			return s[:i], s[i : i+2], s[i+2:]
		}
	}
	return s, "", ""
}

// part is the French of one part; false, and the part itself, when the book has no word for it.
func (b *Book) part(s string) (string, bool) {
	if t, ok := b.places[s]; ok {
		return t.FR, true
	}
	if m := numbered.FindStringSubmatch(s); m != nil {
		return frenchPlaces[m[1]] + " " + numberJoin.Replace(m[2]), true
	}
	if m := headed.FindStringSubmatch(s); m != nil {
		return frenchPlaces[m[1]] + " « " + m[2] + " »", true
	}
	return s, false
}

var frenchPlaces = map[string]string{
	"section": "section", "sections": "sections", "appendix": "annexe", "annex": "annexe", "table": "tableau",
	"page": "page", "pages": "pages", "clause": "clause", "clauses": "clauses", "art.": "art.", "article": "article",
	"articles": "articles", "paragraph": "paragraphe", "paragraphs": "paragraphes", "point": "point", "points": "points",
	"line": "ligne", "lines": "lignes", "row": "ligne", "footnote": "note de bas de page", "note": "note", "figure": "figure",
}

// A number is 14, 3a, 1.4(e), I.3.a, IV or S5; several are joined by "and", "to" or a comma without a space.
const number = `(?:[0-9]+[a-z]?|[IVXLC]+|[A-Z][0-9]*)(?:\.[0-9A-Za-z]+)*(?:\([0-9A-Za-z]+\))*`

var (
	numbered   = regexp.MustCompile(`^(` + placeWords() + `) (` + number + `(?: (?:and|to) ` + number + `)*)$`)
	headed     = regexp.MustCompile(`^(section|row) (\p{Lu}.*)$`)
	numberJoin = strings.NewReplacer(" and ", " et ", " to ", " à ")
)

func placeWords() string {
	var words []string
	for w := range frenchPlaces {
		words = append(words, regexp.QuoteMeta(w))
	}
	slices.Sort(words)
	return strings.Join(words, "|")
}

// stays reports whether a part reads alike in every language: it begins with a capital letter or a figure, as a
// heading, a name or a number does, or is one word that is no plain word, as a file or a code is. A space at its end
// comes before a mark as French writes it: the locator is in French already.
func stays(part string) bool {
	if strings.HasSuffix(part, " ") {
		return false
	}
	if first, _ := utf8.DecodeRuneInString(part); unicode.IsUpper(first) || unicode.IsDigit(first) {
		return true
	}
	return !strings.Contains(part, " ") && strings.ContainsFunc(part, func(r rune) bool { return r < 'a' || r > 'z' })
}
