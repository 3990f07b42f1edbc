package document

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/catalog/wording"
)

const contract = `Agreement
=========

1\. Data
--------

1.1 The “Customer” keeps all rights in its data – the Vendor's use is limited to 1.5 TB. The Vendor shall (a) keep data secret; (b) erase it within thirty (30) days; and (c) prove it.

1.2 Training. No training on customer data.

(a) not for models;

(b) not for tests.

2\. Term
--------

2.1 One year.

2.2 The term is 12 months, and (i) ends, or (ii) renews.

Annex 1

1. Sub-processors

| Row | Country |
|---|---|
| AWS | US |
| OVH | FR |

License
-------

Apache.
`

func TestFind(t *testing.T) {
	d := read(t, "a.md", []byte(contract))
	cases := []struct {
		name, quote string
		want        []string // what was found, with its label
	}{
		{"as it stands", "erase it within thirty (30) days", []string{"clause 1.1 | erase it within thirty (30) days"}},
		{"other quotation marks, dashes, spaces and line breaks", "The \"Customer\"  keeps all rights in its data - the Vendor’s\nuse", []string{"clause 1.1 | The “Customer” keeps all rights in its data – the Vendor's use"}},
		{"hyphenated at the end of a line", "No train-\ning on cus\u00adtomer data", []string{"clause 1.2 | No training on customer data"}},
		{"words left out", "The “Customer” keeps all rights […] erase it within thirty (30) days", []string{"clause 1.1 | The “Customer” keeps all rights in its data – the Vendor's use is limited to 1.5 TB. The Vendor shall (a) keep data secret; (b) erase it within thirty (30) days"}},
		{"over several blocks", "not for models; not for tests", nil},
		{"over several blocks, with their numbers", "not for models; (b) not for tests", []string{"clause 1.2(a) | not for models;\n(b) not for tests"}},
		{"a decimal separator counts", "limited to 15 TB", nil},
		{"whole words only", "ear", nil},
		{"every place", "term", []string{"clause 2 | Term", "clause 2.2 | term"}},
		{"too little to look for", "-", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, p := range d.Find(c.quote) {
				got = append(got, p.Label(wording.EN)+" | "+d.Text()[p.Start:p.End])
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	if p := d.Find("erase it within thirty (30) days"); !p[0].Verbatim {
		t.Error("a quotation letter for letter is not said to be one")
	}
	if p := d.Find("ERASE it within thirty (30) days"); p[0].Verbatim {
		t.Error("a quotation in other letters is said to be verbatim")
	}
}

func TestLocate(t *testing.T) {
	d := read(t, "a.md", []byte(contract))
	cases := []struct{ locator, want string }{
		{"art. 1.2", "1.2 Training. No training on customer data.\n(a) not for models;\n(b) not for tests."},
		{"Article 1.2(b)", "(b) not for tests."},
		{"§ 1.2 (a)", "(a) not for models;"},
		{"1.2(a)", "(a) not for models;"},
		{"section 1.1(b)", "(b) erase it within thirty (30) days; and "},
		{"clause 2.2(ii)", "(ii) renews."},
		{"section 2.1, duration", "2.1 One year."},
		{"sections 2.1 to 2.2", "2.1 One year.\n2.2 The term is 12 months, and (i) ends, or (ii) renews."},
		{"DPA section 2.1", "2.1 One year."},
		{"annex 1, point 1", "1. Sub-processors\nRow\nCountry\nAWS\nUS\nOVH\nFR"},
		{"appendix 1", "Annex 1\n1. Sub-processors\nRow\nCountry\nAWS\nUS\nOVH\nFR"},
		{"row OVH", "OVH\nFR"},
		{"section License", "License\nApache."},
		{"Training", "1.2 Training. No training on customer data."},
		{"title", "Agreement"},
		{"art. 7", ""},
		{"page 3", ""},
		{"no such words", ""},
		{"section IV", ""},
	}
	for _, c := range cases {
		t.Run(c.locator, func(t *testing.T) {
			got := ""
			if ps := d.Locate(c.locator); len(ps) > 0 {
				got = d.Text()[ps[0].Start:ps[0].End]
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	if got := d.Locate("section 2.1, save sections 1.1 and 2.2"); len(got) != 3 || got[0].Clause != "2.1" || got[1].Clause != "1.1" || got[2].Clause != "2.2" {
		t.Errorf("three clauses have the places %+v", got)
	}
	if got := d.Locate("whole document: nothing is promised"); len(got) != 1 || got[0].End != len(d.Text()) {
		t.Errorf("the whole document is %+v", got)
	}
}

func TestPages(t *testing.T) {
	d := read(t, "a.txt", []byte("One.\n\n4.2 First.\n\fTwo.\n\n4.3 Second, (a) x; (b) y.\n\f4.2 Third.\n"))
	for locator, want := range map[string]string{
		"page 2": "Two.\n4.3 Second, (a) x; (b) y.\n", "p. 3": "4.2 Third.", "pages 1-2": "One.\n4.2 First.\nTwo.\n4.3 Second, (a) x; (b) y.\n",
		"page 3, § 4.2": "4.2 Third.", "page 9": "", "§ 4.3(b)": "(b) y.",
	} {
		got := ""
		if ps := d.Locate(locator); len(ps) > 0 {
			got = d.Text()[ps[0].Start:ps[0].End]
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", locator, got, want)
		}
	}
	if p := d.Find("Two. 4.3 Second"); len(p) != 1 || p[0].Label(wording.FR) != "page 2, clause 4.2" {
		t.Errorf("got %+v", p)
	}
}

// A passage of a PDF that runs over a page break is found, on both pages.
func TestFindOverPages(t *testing.T) {
	need(t, "pdftotext")
	d := readFile(t, filepath.Join("testdata", "terms.pdf"))
	for i, start := range d.pageStarts[1:] {
		words := strings.Fields(d.Text()[max(0, start-60):min(len(d.Text()), start+60)])
		t.Logf("page %d begins at …%s…", i+2, strings.Join(words, " "))
	}
	found := false
	for _, b := range d.Blocks {
		if b.Kind != Paragraph || d.pageAt(b.Start) == d.pageAt(b.End-1) {
			continue
		}
		found = true
		if p := d.Find(b.Text); len(p) == 0 || p[0].LastPage != p[0].Page+1 {
			t.Errorf("%s: %+v", b.ID, p)
		}
	}
	if !found {
		t.Error("no paragraph runs over a page break")
	}
}

// The locators of clauses in the shipped catalogue's claims about Mistral's terms lead to their clauses in the text that
// was read.
func TestLocateRecorded(t *testing.T) {
	claims, err := os.ReadFile(filepath.Join("..", "reference", "mistral.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for source, name := range map[string]string{"mis-terms": "commercial-terms", "mis-dpa": "data-processor"} {
		paths, err := filepath.Glob(filepath.Join(corpus(t, "terms", "latest", "vibe"), name+"*.md"))
		if err != nil || len(paths) != 1 {
			t.Fatalf("%s: %v, %v", name, paths, err)
		}
		d := readFile(t, paths[0])
		for _, m := range regexp.MustCompile(`source: `+source+`, locator: "([^"]*?sections? (\d+(?:\.\d+)?)[^"]*)"`).FindAllStringSubmatch(string(claims), -1) {
			ps := d.Locate(m[1])
			if len(ps) == 0 {
				t.Errorf("%q leads nowhere", m[1])
				continue
			}
			if strings.HasPrefix(m[1], "section") && ps[0].Clause != m[2] {
				t.Errorf("%q leads to clause %s", m[1], ps[0].Clause)
			}
			found++
		}
	}
	if found < 20 {
		t.Errorf("only %d locators were looked up", found)
	}
}

// Whatever stretch of a text is quoted, however its spaces and quotation marks are typed, its place is found.
func TestFindWhatIsThere(t *testing.T) {
	d := read(t, "a.md", []byte(contract))
	rapid.Check(t, func(t *rapid.T) {
		words := strings.Fields(d.Text())
		i := rapid.IntRange(0, len(words)-1).Draw(t, "from")
		j := rapid.IntRange(i+1, min(len(words), i+12)).Draw(t, "to")
		quote := strings.Join(words[i:j], rapid.SampledFrom([]string{" ", "  ", "\n", " \t"}).Draw(t, "space"))
		quote = strings.NewReplacer("“", `"`, "”", "»", "–", "-").Replace(quote)
		if len([]rune(squeezeText(quote))) < 3 {
			return
		}
		ps := d.Find(quote)
		if len(ps) == 0 {
			t.Fatalf("%q was not found", quote)
		}
		for _, p := range ps {
			if squeezeText(d.Text()[p.Start:p.End]) != squeezeText(quote) {
				t.Fatalf("%q was found as %q", quote, d.Text()[p.Start:p.End])
			}
		}
	})
}
