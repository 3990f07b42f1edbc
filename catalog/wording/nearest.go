package wording

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// maxMisspelt bounds what is compared: a longer text is no misspelt name, and comparing it would cost seconds.
const maxMisspelt = 120

// Nearest gives the candidate closest in spelling to word, or "" when none is close enough to be what was
// meant: at most a third of its letters differ, or one contains the other, or the word is the misspelt beginning of
// a longer one.
func Nearest(word string, candidates []string) string {
	if word == "" || len(word) > maxMisspelt {
		return ""
	}
	best, bestDistance := "", 1<<30
	w := strings.ToLower(word)
	for _, c := range candidates {
		k := strings.ToLower(c)
		d := levenshtein.ComputeDistance(w, k)
		if d > 0 && len(w) > 3 && (strings.Contains(k, w) || strings.Contains(w, k) && len(k) > 3) {
			d = min(d, 2)
		}
		if len(w) > 5 && len(k) > len(w) {
			d = min(d, 1+levenshtein.ComputeDistance(w, beginning(k, len(w))))
		}
		if d < bestDistance || d == bestDistance && c < best {
			best, bestDistance = c, d
		}
	}
	if bestDistance > max(2, len(w)/3) {
		return ""
	}
	return best
}

// beginning cuts a word at the separator nearest to n letters, or at n.
func beginning(k string, n int) string {
	for _, i := range []int{n, n + 1, n - 1, n + 2} {
		if i > 0 && i < len(k) && strings.ContainsRune("-._/ ", rune(k[i])) {
			return k[:i]
		}
	}
	return k[:n]
}

// NearestFew gives up to n candidates in order of closeness, for a list of suggestions.
func NearestFew(word string, candidates []string, n int) []string {
	left := append([]string(nil), candidates...)
	var out []string
	for len(out) < n {
		c := Nearest(word, left)
		if c == "" {
			return out
		}
		out = append(out, c)
		for i := range left {
			if left[i] == c {
				left = append(left[:i], left[i+1:]...)
				break
			}
		}
	}
	return out
}
