package exchange

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// folded brings words to what people type alike: lower case, no accents, plain quotation marks and spaces.
func folded(s string) string {
	var out strings.Builder
	space := false
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case unicode.IsSpace(r):
			space = true
			continue
		case r == '’' || r == '‘' || r == '`' || r == '´':
			r = '\''
		case r >= 0x2010 && r <= 0x2015:
			r = '-'
		case unicode.IsControl(r) || r == 0xfeff || r >= 0x200b && r <= 0x200f:
			continue
		}
		if space && out.Len() > 0 {
			out.WriteByte(' ')
		}
		space = false
		out.WriteRune(unicode.ToLower(r))
	}
	s = strings.ReplaceAll(out.String(), "œ", "oe")
	return strings.ReplaceAll(s, "æ", "ae")
}
