package document

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// said writes the changes that matter, one a line, words removed in [-…-] and added in {+…+}.
func said(c *Comparison) string {
	var s strings.Builder
	for _, ch := range c.Changes {
		if ch.Kind == Kept && !ch.Renumbered && !ch.Cosmetic {
			continue
		}
		fmt.Fprintf(&s, "%s", ch.Kind)
		if ch.Renumbered {
			fmt.Fprintf(&s, " %s>%s", ch.Old.Clause, ch.New.Clause)
		}
		if ch.Cosmetic {
			s.WriteString(" (cosmetic)")
		}
		s.WriteString(": ")
		switch {
		case ch.Words != nil:
			for _, w := range ch.Words {
				s.WriteString(map[WordOp]string{SameWords: w.Text, RemovedWords: "[-" + w.Text + "-]", AddedWords: "{+" + w.Text + "+}"}[w.Op])
			}
		case ch.New != nil:
			s.WriteString(ch.New.Text)
		default:
			s.WriteString(ch.Old.Text)
		}
		s.WriteByte('\n')
	}
	return s.String()
}

const older = `# Terms

1. Data is kept for thirty (30) days after the end of the contract.

2. The vendor may change these terms with notice of ninety days to the customer.

3. Liability is limited to the fees paid over the last twelve months.

4. The law of France applies, and the courts of Paris decide all disputes between the parties.

5. Support is given in French and in English on working days.
`

func TestCompare(t *testing.T) {
	cases := []struct{ name, newer, want string }{
		{"the same", older, ""},
		{"cosmetic", strings.NewReplacer("30", " 30 ", "ninety days", "ninety\ndays").Replace(older), "kept (cosmetic): 1. Data is kept for thirty ( 30 ) days after the end of the contract.\n"},
		{"words changed", strings.Replace(older, "thirty (30) days", "ninety (90) days", 1), "changed: Data is kept for [-thirty-]{+ninety+} ([-30-]{+90+}) days after the end of the contract.\n"},
		{"a clause removed, those after it renumbered", strings.NewReplacer("2. The vendor may change these terms with notice of ninety days to the customer.\n\n", "", "3. ", "2. ", "4. ", "3. ", "5. ", "4. ").Replace(older),
			"removed: 2. The vendor may change these terms with notice of ninety days to the customer.\nkept 3>2: 2. Liability is limited to the fees paid over the last twelve months.\nkept 4>3: 3. The law of France applies, and the courts of Paris decide all disputes between the parties.\nkept 5>4: 4. Support is given in French and in English on working days.\n"},
		{"a clause added", strings.Replace(older, "2. The", "The customer may audit the vendor once a year at its own cost.\n\n2. The", 1), "added: The customer may audit the vendor once a year at its own cost.\n"},
		{"a clause moved", "# Terms\n\n5. Support is given in French and in English on working days.\n\n" + strings.TrimPrefix(strings.Replace(older, "5. Support is given in French and in English on working days.\n", "", 1), "# Terms\n\n"),
			"moved: 5. Support is given in French and in English on working days.\n"},
		{"moved and changed", "# Terms\n\n5. Support is given in French and in German on working days.\n\n" + strings.TrimPrefix(strings.Replace(older, "5. Support is given in French and in English on working days.\n", "", 1), "# Terms\n\n"),
			"moved: Support is given in French and in [-English-]{+German+} on working days.\n"},
		{"broken into paragraphs otherwise", strings.Replace(older, "applies, and the courts", "applies, and\n\nthe courts", 1), "kept (cosmetic): 4. The law of France applies, and\nkept 4>4 (cosmetic): the courts of Paris decide all disputes between the parties.\n"},
	}
	a := read(t, "old.md", []byte(older))
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := said(Compare(a, read(t, "new.md", []byte(c.newer))))
			if c.name == "broken into paragraphs otherwise" {
				c.want = "kept (cosmetic): 4. The law of France applies, and\nkept (cosmetic): the courts of Paris decide all disputes between the parties.\n"
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// holds checks what every comparison must: each block of both sides once, words that give both texts back.
func holds(t testing.TB, a, b *Document) *Comparison {
	c := Compare(a, b)
	if d := cmp.Diff(said(c), said(Compare(a, b))); d != "" {
		t.Fatalf("twice, not the same: %s", d)
	}
	next, seen := 0, map[*Block]bool{}
	for _, ch := range c.Changes {
		switch {
		case ch.New == nil && ch.Kind != Removed, ch.Old == nil && ch.Kind != Added, ch.Old == nil && ch.New == nil:
			t.Fatalf("%s without its side", ch.Kind)
		}
		if ch.New != nil {
			for next < len(b.Blocks) && b.Blocks[next].Kind == Margin {
				next++
			}
			if ch.New != &b.Blocks[next] {
				t.Fatalf("the new blocks are not all there in order, from %s on", b.Blocks[next].ID)
			}
			next++
		}
		if ch.Old != nil {
			if seen[ch.Old] && !ch.Cosmetic {
				t.Fatalf("%s stands twice", ch.Old.ID)
			}
			seen[ch.Old] = true
		}
		if ch.Words != nil {
			var was, is strings.Builder
			for _, w := range ch.Words {
				if w.Op != AddedWords {
					was.WriteString(w.Text)
				}
				if w.Op != RemovedWords {
					is.WriteString(w.Text)
				}
			}
			if was.String() != ch.Old.Body() || is.String() != ch.New.Body() {
				t.Fatalf("the words do not give the texts back: %q %q", was.String(), is.String())
			}
		}
	}
	for i := range a.Blocks {
		if old := &a.Blocks[i]; old.Kind != Margin && !seen[old] && c.Counts[Kept] == 0 {
			t.Fatalf("%s is in no change", old.ID)
		}
	}
	return c
}

func TestComparisonHolds(t *testing.T) {
	para := rapid.SampledFrom([]string{"", "(a) keep data;", "1. Data is kept.", "Data is kept for thirty days.", "Data is kept for ninety days after the end.", "# Title", "2.1 The vendor pays all that is owed to the customer.", "x", "…"})
	text := rapid.Custom(func(t *rapid.T) string {
		return "start\n\n" + strings.Join(rapid.SliceOfN(para, 0, 12).Draw(t, "paragraphs"), "\n\n")
	})
	rapid.Check(t, func(r *rapid.T) {
		a, b := read(t, "a.md", []byte(text.Draw(r, "a"))), read(t, "b.md", []byte(text.Draw(r, "b")))
		holds(t, a, b)
		if c := Compare(a, a); !c.Same() || said(c) != "" {
			r.Fatalf("a document differs from itself: %s", said(c))
		}
	})
}

// The recorded versions of published terms, each with the next: cosmetic edits stay cosmetic, real ones are shown.
func TestCompareHistory(t *testing.T) {
	root := corpus(t, "terms", "history")
	for _, name := range []string{"le-chat/commercial-terms", "chatgpt/terms-of-service", "claudeai/commercial-terms", "llama-api/terms-of-service"} {
		paths, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(name), "*.md"))
		if err != nil || len(paths) < 2 {
			t.Fatalf("%s: %d versions, %v", name, len(paths), err)
		}
		same, pairs := 0, 0
		for i := 1; i < len(paths); i++ {
			c := holds(t, readFile(t, paths[i-1]), readFile(t, paths[i]))
			pairs++
			if c.Same() {
				same++
			}
			if c.Rough {
				t.Errorf("%s: only roughly compared", paths[i])
			}
		}
		t.Logf("%s: %d pairs, %d without a change of words", name, pairs, same)
	}
	// On 28 May 2026 Mistral renamed a product in its terms, and changed the date: eight blocks, four of them twice over.
	dir := filepath.Join(root, "le-chat", "commercial-terms")
	c := Compare(readFile(t, filepath.Join(dir, "2026-03-12T2333.md")), readFile(t, filepath.Join(dir, "2026-05-28T2231.md")))
	if diff := cmp.Diff(map[ChangeKind]int{Kept: 194, Changed: 8}, c.Counts); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	// Anthropic's terms only gained their numbers between two recordings.
	dir = filepath.Join(root, "claudeai", "commercial-terms")
	c = Compare(readFile(t, filepath.Join(dir, "2025-11-11T1522.md")), readFile(t, filepath.Join(dir, "2026-03-11T2330.md")))
	if !c.Same() {
		t.Errorf("numbers alone count as changes: %v", c.Counts)
	}
}

func TestAlign(t *testing.T) {
	seq := rapid.SliceOfN(rapid.Int32Range(0, 4), 0, 20)
	rapid.Check(t, func(t *rapid.T) {
		a, b := seq.Draw(t, "a"), seq.Draw(t, "b")
		for _, align := range []func(a, b []int32, budget int) ([]edit, bool){align, anchored} {
			edits, ok := align(a, b, 10_000)
			if !ok {
				t.Fatal("out of budget")
			}
			i, j, same := 0, 0, 0
			for _, e := range edits {
				if e.a >= 0 {
					if e.a != i {
						t.Fatalf("a out of order: %v", edits)
					}
					i++
				}
				if e.b >= 0 {
					if e.b != j {
						t.Fatalf("b out of order: %v", edits)
					}
					j++
				}
				if e.a >= 0 && e.b >= 0 {
					same++
					if a[e.a] != b[e.b] {
						t.Fatalf("unequal pair: %v", edits)
					}
				}
			}
			if i != len(a) || j != len(b) {
				t.Fatalf("not all is there: %v", edits)
			}
			if want := longestCommon(a, b); same > want {
				t.Fatalf("more than can be in common")
			}
		}
		edits, _ := align(a, b, 10_000)
		same := 0
		for _, e := range edits {
			if e.a >= 0 && e.b >= 0 {
				same++
			}
		}
		if want := longestCommon(a, b); same != want {
			t.Fatalf("%d kept, %d could be", same, want)
		}
	})
}

func longestCommon(a, b []int32) int {
	best := make([][]int, len(a)+1)
	best[0] = make([]int, len(b)+1)
	for i := range a {
		best[i+1] = make([]int, len(b)+1)
		for j := range b {
			best[i+1][j+1] = max(best[i][j+1], best[i+1][j])
			if a[i] == b[j] {
				best[i+1][j+1] = best[i][j] + 1
			}
		}
	}
	return best[len(a)][len(b)]
}

// Two long texts that have nothing in common are compared within bounds.
func TestCompareLarge(t *testing.T) {
	text := func(seed int) []byte {
		var s strings.Builder
		for i := range 6000 {
			fmt.Fprintf(&s, "Clause %d-%d says that party %d pays %d.\n\n", seed, i, i*seed, i%(seed+3))
		}
		return []byte(s.String())
	}
	a, b := read(t, "a.md", text(1)), read(t, "b.md", text(2))
	if c := holds(t, a, b); !c.Rough {
		t.Error("it does not say that some pairs were not looked for")
	}
}

func BenchmarkRead(b *testing.B) {
	html, md := []byte("<main>"+strings.Repeat(webPage, 100)), []byte(strings.Repeat(contract, 300))
	docx := word(b, strings.Repeat(wordBody, 100))
	for name, data := range map[string][]byte{"a.html": html, "a.md": md, "a.txt": md, "a.docx": docx} {
		b.Run(strings.TrimPrefix(filepath.Ext(name), "."), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				read(b, name, data)
			}
		})
	}
	b.Run("pdf", func(b *testing.B) {
		need(b, "pdftotext")
		data, err := os.ReadFile(filepath.Join("testdata", "terms.pdf"))
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			read(b, "a.pdf", data)
		}
	})
}

func BenchmarkCompare(b *testing.B) {
	dir := corpus(b, "terms", "history", "chatgpt", "terms-of-service")
	x, y := readFile(b, filepath.Join(dir, "2025-11-11T1519.md")), readFile(b, filepath.Join(dir, "2026-07-26T1030.md"))
	for b.Loop() {
		Compare(x, y)
	}
}

func BenchmarkFind(b *testing.B) {
	d := read(b, "a.md", []byte(strings.Repeat(contract, 1000)+"The last clause is here.\n"))
	for b.Loop() {
		if len(d.Find("the last clause is here")) != 1 {
			b.Fatal("not found")
		}
	}
}
