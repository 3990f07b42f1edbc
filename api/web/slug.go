package web

import (
	"strconv"
	"strings"
)

// slug makes the words of a name into an id: "Éditeur d'IA" gives editeur-d-ia. It is empty when nothing is left.
func slug(name string) string {
	var b strings.Builder
	for _, r := range folded(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.' && b.Len() > 0:
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 60 {
			break
		}
	}
	return strings.Trim(b.String(), "-.")
}

func itoa(n int) string { return strconv.Itoa(n) }
