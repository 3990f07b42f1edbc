package pdf

import (
	"strings"
	"testing"
	"unicode/utf8"

	"vigie/reports/fonts"
	"vigie/reports/tree"
)

func TestCleanKeepsWhatCanBeReadAndShowsWhatCannot(t *testing.T) {
	for in, want := range map[string]string{
		"Été, « œuvre » — 12\u202f000\u00a0€ ≤ 1/2 → ✓": "Été, « œuvre » — 12\u202f000\u00a0€ ≤ 1/2 → ✓",
		"e\u0301te\u0301":       "été",
		"a\tb\r\nc\nd":          "a b\nc\nd",
		"a\rb":                  "a□b",
		"\x00\x1b\u0085":        "□□□",
		"x\u202ey\u2066z\u200b": "x□y□z□",
		"soft\u00adhyphen":      "soft□hyphen",
		"😀 深":                   "□ □",
		"\xff":                  "□",
		"\ue000\ufdd0":          "□□",
	} {
		if got := clean(in, fonts.Regular()); got != want {
			t.Errorf("clean(%q): got %q, want %q", in, got, want)
		}
	}
}

func TestLinesBreakWhereAReaderExpects(t *testing.T) {
	st := style{regular, 10, 12, ink}
	for name, c := range map[string]struct {
		text  string
		width float64
		want  []string
	}{
		"at spaces":                     {"un deux trois quatre", 45, []string{"un deux", "trois", "quatre"}},
		"never at non-breaking spaces":  {"vraiment\u00a0? oui", 45, []string{"vraiment\u00a0?", "oui"}},
		"never inside French quotes":    {"dit «\u00a0oui\u00a0»", 35, []string{"dit", "«\u00a0oui\u00a0»"}},
		"after hyphens and slashes":     {"sous-traitant et/ou tiers", 60, []string{"sous-traitant", "et/ou tiers"}},
		"never at non-breaking hyphens": {"art. 8\u20112 bis", 28, []string{"art.", "8\u20112 bis"}},
		"in addresses, at their marks":  {"https://a.example/chemin/page.html?q=1", 70, []string{"https://a.", "example/", "chemin/page.", "html?q=1"}},
		"anywhere when nothing else is": {"mmmmmmmmmmmm", 40, []string{"mmmm", "mmmm", "mmmm"}},
		"where the text says":           {"un\ndeux\n\ntrois", 100, []string{"un", "deux", "", "trois"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, ln := range wrap(tree.T(c.text), st, c.width) {
				s := ""
				for _, o := range ln.ops {
					s += o.text
				}
				got = append(got, strings.TrimRight(s, " "))
			}
			if strings.Join(got, "|") != strings.Join(c.want, "|") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestStringsAreEscaped(t *testing.T) {
	var s setter
	s.literal("a(\\)\u010d\u0d28\u5c0d")
	want := "(\x00a\x00\\(\x00\\\\\x00\\)\x01\\r\\r\\(\\\\\\r)"
	if got := string(s.buf); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzWrap(f *testing.F) {
	for _, s := range hostile {
		f.Add(s[:min(len(s), 400)], 80.0)
	}
	f.Fuzz(func(t *testing.T, s string, width float64) {
		if len(s) > 5000 || !(width >= 20 && width <= 600) {
			t.Skip()
		}
		st := style{semibold, 9, 12, ink}
		face := faceOf(st.face)
		got := ""
		for _, ln := range wrap(tree.T(s), st, width) {
			line := ""
			for _, o := range ln.ops {
				line += o.text
			}
			if w := face.WidthOf(strings.TrimRight(line, " "), st.size); w > width+0.1 {
				t.Fatalf("%q is %.2f wide in %.2f", line, w, width)
			}
			got += line
		}
		want := clean(s, face)
		if !utf8.ValidString(want) || strings.ContainsFunc(want, func(r rune) bool { return r > 0xffff || r != '\n' && !face.Has(r) }) {
			t.Fatalf("clean gave %q", want)
		}
		if squeeze(got) != squeeze(want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}
