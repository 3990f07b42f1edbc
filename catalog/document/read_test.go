package document

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog/wording"
)

// outline writes a document one block a line: kind and level, page, clause, text.
func outline(d *Document) string {
	var s strings.Builder
	for _, b := range d.Blocks {
		fmt.Fprintf(&s, "%s%d", b.Kind, b.Level)
		if b.Page > 0 {
			fmt.Fprintf(&s, " p%d", b.Page)
		}
		if b.Row > 0 {
			fmt.Fprintf(&s, " r%d", b.Row)
		}
		fmt.Fprintf(&s, " [%s] %s\n", b.Clause, b.Text)
	}
	return s.String()
}

const webPage = `<!doctype html><html><head><title>Terms &amp; Conditions</title><style>p{}</style><script>alert("<p>no</p>")</script></head>
<body><nav><ul><li>Home<li>About</ul></nav><main><h1>Conditions générales</h1><p>Préambule.
<p>Deuxième <b>para</b>graphe<br>suite.<h2>1. Données</h2><ol><li>Un<li>Deux<ol type=a><li>sous a</li><li>sous b</ol><li>Trois</ol>
<table><tr><th>Nom<th>Pays<tr><td>AWS<td>US</table><div hidden>caché <p>encore</p></div><p style="display: none">x</p>
<h2>Article 2 – Durée</h2><div>Texte <div>imbriqué</div> fin</div><svg><text>no</text></svg></main><footer>© 2026</footer></body></html>`

const terms = `---
title: "Conditions"
---
Conditions d'utilisation
========================

Texte *important* avec un [lien](https://example.org/a_(b)) et \*astérisque\*, snake_case, 5 * 3.

1\. Données
-----------

**1.1.** Le client confie *ses* données.
Suite de la ligne.

1.2.Sans espace. <!-- rien
du tout --> Fin.

(a) premier ;

(b) second ; et

(i) sous-point ;

Retour au corps.

*   Puce un
    continue
    1.  Numéro un
    2.  Numéro deux

### 1.3 Titre interne

Annexe 2

1. Objet

| Nom | Pays |
|-----|------|
| AWS | US \| FR |

` + "```\n*code* [x](y)\n```\n"

func TestReadFormats(t *testing.T) {
	cases := []struct {
		name, file, data, title, encoding, want string
	}{
		{"a web page: menus are margins, lists are numbered, hidden text and scripts are left out", "t.html", webPage, "Terms & Conditions", "UTF-8", `margin1 [] Home
margin1 [] About
heading1 [] Conditions générales
paragraph0 [] Préambule.
paragraph0 [] Deuxième paragraphe suite.
heading2 [1] 1. Données
item1 [1.1] 1. Un
item1 [1.2] 2. Deux
item2 [1.2(a)] a. sous a
item2 [1.2(b)] b. sous b
item1 [1.3] 3. Trois
cell0 r1 [1.3] Nom
cell0 r1 [1.3] Pays
cell0 r2 [1.3] AWS
cell0 r2 [1.3] US
heading2 [2] Article 2 – Durée
paragraph0 [2] Texte
paragraph0 [2] imbriqué
paragraph0 [2] fin
margin0 [] © 2026
`},
		{"Markdown: markup comes off, clauses are followed, annexes count anew", "t.md", terms, "Conditions", "UTF-8", `heading1 [] Conditions d'utilisation
paragraph0 [] Texte important avec un lien et *astérisque*, snake_case, 5 * 3.
heading2 [1] 1. Données
paragraph0 [1.1] 1.1. Le client confie ses données. Suite de la ligne.
paragraph0 [1.2] 1.2.Sans espace. Fin.
paragraph0 [1.2(a)] (a) premier ;
paragraph0 [1.2(b)] (b) second ; et
paragraph0 [1.2(b)(i)] (i) sous-point ;
paragraph0 [1.2] Retour au corps.
item1 [1.2(b)(i)] Puce un continue
item2 [1.2(b)(i).1] 1. Numéro un
item2 [1.2(b)(i).2] 2. Numéro deux
heading3 [1.3] 1.3 Titre interne
paragraph0 [Annexe 2] Annexe 2
item1 [Annexe 2, 1] 1. Objet
cell0 r1 [Annexe 2, 1] Nom
cell0 r1 [Annexe 2, 1] Pays
cell0 r2 [Annexe 2, 1] AWS
cell0 r2 [Annexe 2, 1] US | FR
paragraph0 [Annexe 2, 1] *code* [x](y)
`},
		{"plain text: lines are joined, numbers and capitals make titles", "t.txt", "LICENCE\n=======\n\n1. Rights.\n\na. Grant. You may use\n   the soft-\n   ware.\n\nb. Limits:\n- no resale;\n- no com-\npetition.\n\n2. Term. It ends in\n2030 or later.\n", "LICENCE", "UTF-8", `heading1 [] LICENCE
heading1 [1] 1. Rights.
paragraph0 [1(a)] a. Grant. You may use the software.
paragraph0 [1(b)] b. Limits:
item1 [1(b)] no resale;
item1 [1(b)] no competition.
paragraph0 [2] 2. Term. It ends in 2030 or later.
`},
		{"form feeds are pages", "t.txt", "First page.\n\fSecond page.\n", "First page.", "UTF-8", "paragraph0 p1 [] First page.\nparagraph0 p2 [] Second page.\n"},
		{"a name tells nothing of a page that is HTML", "t.txt", "<!-- c --><html><body><p>Hi", "Hi", "UTF-8", "paragraph0 [] Hi\n"},
		{"Latin-1, said", "t.txt", "Dur\xe9e \x80 5", "Durée € 5", "Windows-1252", "paragraph0 [] Durée € 5\n"},
		{"a page in declared Latin-1", "t.html", "<meta charset=iso-8859-1><p>Dur\xe9e", "Durée", "Windows-1252", "paragraph0 [] Durée\n"},
		{"UTF-16 with a mark", "t.txt", "\xff\xfe" + string(utf16le("Durée : 1 €")), "Durée : 1 €", "UTF-16LE", "paragraph0 [] Durée : 1 €\n"},
		{"UTF-16 without one, said", "t.txt", string(utf16le("Terms of use, 2026")), "Terms of use, 2026", "UTF-16LE", "paragraph0 [] Terms of use, 2026\n"},
		{"what turns the direction of the text is left out", "t.txt", "pay \u202enot\u202c 5\u200b0", "pay not 50", "UTF-8", "paragraph0 [] pay not 50\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := read(t, c.file, []byte(c.data))
			if diff := cmp.Diff(c.want, outline(d)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if d.Title != c.title || d.Encoding != c.encoding {
				t.Errorf("title %q, encoding %q", d.Title, d.Encoding)
			}
			whole(t, d)
		})
	}
}

func utf16le(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// whole checks what holds for every document: blocks are the text, in order, with their numbers in front.
func whole(t testing.TB, d *Document) {
	t.Helper()
	end := -1
	for i, b := range d.Blocks {
		switch {
		case d.Text()[b.Start:b.End] != b.Text || b.Text == "":
			t.Fatalf("block %s is not its part of the text", b.ID)
		case b.Start != end+1:
			t.Fatalf("block %s does not follow the one before", b.ID)
		case b.ID != fmt.Sprintf("b%d", i+1):
			t.Fatalf("block %d is called %s", i, b.ID)
		case !strings.HasPrefix(b.Text, b.Number):
			t.Fatalf("block %s does not begin with its number %q: %q", b.ID, b.Number, b.Text)
		case (b.Page > 0) != (d.Pages > 0) || b.Page > d.Pages:
			t.Fatalf("block %s is on page %d of %d", b.ID, b.Page, d.Pages)
		}
		end = b.End
	}
	if end != len(d.Text()) && end >= 0 {
		t.Fatalf("the text goes on after the last block")
	}
}

const wordBody = `
<w:p><w:pPr><w:pStyle w:val="Titre1"/></w:pPr><w:r><w:t>Objet</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="Sous"/></w:pPr><w:r><w:t xml:space="preserve">Le client </w:t></w:r><w:del><w:r><w:delText>ne</w:delText></w:r></w:del><w:ins><w:r><w:t>confie</w:t></w:r></w:ins><w:r><w:t xml:space="preserve"> ses données</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>.</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="Sous"/></w:pPr><w:r><w:t>Second alinéa</w:t><w:tab/><w:t>suite</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>CACHÉ</w:t></w:r></w:p>
<w:p><w:pPr><w:numPr><w:ilvl w:val="2"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>lettre</w:t></w:r></w:p>
<w:p><w:pPr><w:numPr><w:ilvl w:val="2"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>encore</w:t></w:r></w:p>
<w:p><w:r><w:br w:type="page"/></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="Titre1"/></w:pPr><w:r><w:t>Durée</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="Sous"/></w:pPr><w:r><w:t>Un an.</w:t></w:r></w:p>
<w:p><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr><w:r><w:t>puce</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="Titre1"/><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr><w:r><w:t>Sans numéro</w:t></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>A1</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>B1</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:t>cadre</w:t></mc:Choice><mc:Fallback><w:t>cadre</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>`

func TestReadWord(t *testing.T) {
	const w = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`
	d := read(t, "contrat.docx", word(t, wordBody,
		part{"word/footnotes.xml", `<w:footnotes ` + w + `><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>---</w:t></w:r></w:p></w:footnote><w:footnote w:id="2"><w:p><w:r><w:t>Au sens du RGPD.</w:t></w:r></w:p></w:footnote></w:footnotes>`},
		part{"word/header1.xml", `<w:hdr ` + w + `><w:p><w:r><w:t>Version 3</w:t></w:r></w:p></w:hdr>`},
		part{"word/comments.xml", `<w:comments ` + w + `/>`},
		part{"docProps/core.xml", `<cp:coreProperties xmlns:cp="c" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Contrat</dc:title></cp:coreProperties>`}))
	want := `heading1 p1 [I] Article I Objet
item2 p1 [1.1] 1.1 Le client confie ses données [1].
item2 p1 [1.2] 1.2 Second alinéa suite
item3 p1 [1.2(a)] (a) lettre
item3 p1 [1.2(b)] (b) encore
heading1 p2 [II] Article II Durée
item2 p2 [2.1] 2.1 Un an.
item1 p2 [2.1] puce
heading1 p2 [] Sans numéro
cell0 p2 r1 [] A1
cell0 p2 r1 [] B1
paragraph0 p2 [] cadre
note0 p2 [] [1] Au sens du RGPD.
margin0 p2 [] Version 3
`
	if diff := cmp.Diff(want, outline(d)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if d.Title != "Contrat" || d.Pages != 2 {
		t.Errorf("title %q, %d pages", d.Title, d.Pages)
	}
	var notes []string
	for _, n := range d.Notes {
		notes = append(notes, n.In(wording.FR))
	}
	wantNotes := []string{
		"le document porte des modifications suivies : il a été lu comme si toutes étaient acceptées",
		"du texte masqué a été omis",
		"les pages sont celles que Word a tracées en dernier ; un autre logiciel peut les couper ailleurs",
		"les commentaires en marge ont été omis",
	}
	if diff := cmp.Diff(wantNotes, notes); diff != "" {
		t.Errorf("notes (-want +got)\n%s", diff)
	}
	whole(t, d)
}

func TestReadPDF(t *testing.T) {
	need(t, "pdftotext")
	d := readFile(t, filepath.Join("testdata", "terms.pdf"))
	golden(t, "terms.pdf.txt", fmt.Sprintf("%s, %d pages\n%s", d.Title, d.Pages, outline(d)))
	whole(t, d)
}

// golden compares a text with a file of testdata, which -update writes.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", name, diff)
	}
}

// Every text of the corpus is read, and most of the terms have numbered clauses.
func TestReadCorpus(t *testing.T) {
	numbered, n := 0, 0
	for _, pattern := range []string{"licences/*.txt", "terms/latest/*/*.md", "terms/history/*/*/*.md"} {
		paths, err := filepath.Glob(filepath.Join(corpus(t), filepath.FromSlash(pattern)))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
		}
		for _, p := range paths {
			d := readFile(t, p)
			whole(t, d)
			n++
			clauses := map[string]bool{}
			for _, b := range d.Blocks {
				clauses[b.Clause] = true
			}
			if len(clauses) > 5 {
				numbered++
			}
		}
	}
	t.Logf("%d documents, %d with numbered clauses", n, numbered)
	if 2*numbered < n {
		t.Errorf("numbered clauses were found in %d of %d documents only", numbered, n)
	}
}

func TestCancelled(t *testing.T) {
	need(t, "pdftotext")
	data, err := os.ReadFile(filepath.Join("testdata", "terms.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Read(ctx, "t.pdf", data); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
