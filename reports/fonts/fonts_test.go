package fonts

import "testing"

// The characters that reports rely on: accents, French spaces and quotation marks, dashes, arrows, marks, and the
// square that stands for what the face lacks.
const needed = "AÀÂÇÉÈÊËÎÏÔŒÙÛÜŸàâæçéèêëîïôœùûüÿß«»“”‘’–—…·•" +
	"\u00a0\u202f\u2011\u2212≤≥≠≈×→←↑↓✓✗□○●◆€£$%§№°±½ŁłŠšŽžĞğİıŐőŘřÅåØøÐðÞþΑΩαωЖжЯя"

func TestFacesHaveEveryCharacterThatReportsUse(t *testing.T) {
	for _, f := range []*Face{Regular(), SemiBold()} {
		for _, r := range needed {
			if !f.Has(r) {
				t.Errorf("%s lacks %U %c", f.Name, r, r)
			}
		}
		for _, r := range []rune{0, '\u202e', '\ufffd', '\u4e2d', 0x1f600, -1} {
			if f.Has(r) || f.Width(r) != 0 {
				t.Errorf("%s claims to have %U", f.Name, r)
			}
		}
	}
}

func TestWidthsAreThoseOfTheFont(t *testing.T) {
	f := Regular()
	for r, want := range map[rune]int{'A': 543, 'i': 246, ' ': 200, '\u00a0': 200, 'é': 496, '—': 800} {
		if got := f.Width(r); got != want {
			t.Errorf("width of %c: got %d, want %d", r, got, want)
		}
	}
	if got, want := f.WidthOf("Ai", 10), 7.89; got != want {
		t.Errorf("width of Ai at 10: got %v, want %v", got, want)
	}
}

func TestDamagedFontsAreRefused(t *testing.T) {
	whole := Regular().TTF
	for _, n := range []int{0, 3, 11, 12, 40, 300, 400, len(whole) / 2} {
		if _, err := parse("cut", whole[:n]); err == nil {
			t.Errorf("a font cut after %d bytes was read", n)
		}
	}
}
