package licence

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"unicode"
)

// alteration is one way to make, from a licence text, a text that is no longer that licence.
type alteration struct {
	name  string
	apply func(text string, r *rand.Rand) (string, bool)
}

var (
	anyNumber  = regexp.MustCompile(`[0-9]+`)
	anyWord    = regexp.MustCompile(`[A-Za-z]{4,}`)
	sentenceRE = regexp.MustCompile(`[A-Z][^.!?\n]{30,}[.!?](\s|$)`)
)

const (
	territoryLine     = "This Agreement does not apply in the European Union."
	noncommercialLine = "You may not use the Software for any commercial purpose."
	newClause         = "Licensee shall pay a royalty of ten percent of revenue to Licensor every quarter."
)

// alterations lists what the script does. Copyright lines are not touched: they are filled in by whoever publishes.
func alterations() []alteration {
	pick := func(re *regexp.Regexp, text string, r *rand.Rand) []int {
		var ok [][]int
		for _, m := range re.FindAllStringIndex(text, -1) {
			if !onCopyrightLine(text, m[0]) && !inMarkup(text, m[0]) {
				ok = append(ok, m)
			}
		}
		if len(ok) == 0 {
			return nil
		}
		return ok[r.IntN(len(ok))]
	}
	replace := func(re *regexp.Regexp, with func(string, *rand.Rand) string) func(string, *rand.Rand) (string, bool) {
		return func(text string, r *rand.Rand) (string, bool) {
			m := pick(re, text, r)
			if m == nil {
				return "", false
			}
			return text[:m[0]] + with(text[m[0]:m[1]], r) + text[m[1]:], true
		}
	}
	line := func(s string) func(string, *rand.Rand) (string, bool) {
		return func(text string, r *rand.Rand) (string, bool) {
			switch r.IntN(3) {
			case 0:
				return s + "\n\n" + text, true
			case 1:
				return text + "\n\n" + s + "\n", true
			}
			m := pick(regexp.MustCompile(`\n\n`), text, r)
			if m == nil {
				return text + "\n\n" + s + "\n", true
			}
			return text[:m[0]] + "\n\n" + s + text[m[0]:], true
		}
	}
	return []alteration{
		{"number changed", replace(anyNumber, func(s string, r *rand.Rand) string {
			b := []byte(s)
			i := r.IntN(len(b))
			b[i] = '0' + (b[i]-'0'+1+byte(r.IntN(8)))%10
			return string(b)
		})},
		{"number lengthened", replace(anyNumber, func(s string, _ *rand.Rand) string { return s + "0" })},
		{"word changed", replace(anyWord, func(s string, r *rand.Rand) string {
			for {
				w := []string{"shall", "revocable", "limited", "Licensor", "without", "hereby", "prohibited"}[r.IntN(7)]
				if !strings.EqualFold(w, s) {
					return w
				}
			}
		})},
		{"letter changed", replace(anyWord, func(s string, r *rand.Rand) string {
			b := []byte(s)
			i := r.IntN(len(b))
			b[i] = 'a' + (b[i]|0x20-'a'+1+byte(r.IntN(25)))%26
			return string(b)
		})},
		{"not inserted", replace(anyWord, func(s string, _ *rand.Rand) string { return s + " not" })},
		{"word removed", replace(anyWord, func(string, *rand.Rand) string { return "" })},
		{"sentence removed", replace(sentenceRE, func(string, *rand.Rand) string { return " " })},
		{"sentence inserted", replace(sentenceRE, func(s string, _ *rand.Rand) string { return s + newClause + " " })},
		{"sentence changed", replace(sentenceRE, func(string, *rand.Rand) string { return newClause + " " })},
		{"clause added", func(text string, _ *rand.Rand) (string, bool) { return text + "\n\n99. " + newClause + "\n", true }},
		{"territory line", line(territoryLine)},
		{"non-commercial line", line(noncommercialLine)},
		{"words swapped", func(text string, r *rand.Rand) (string, bool) {
			m := pick(regexp.MustCompile(`[A-Za-z]{3,} [A-Za-z]{3,}`), text, r)
			if m == nil {
				return "", false
			}
			a, b, _ := strings.Cut(text[m[0]:m[1]], " ")
			if strings.EqualFold(a, b) {
				return "", false
			}
			return text[:m[0]] + b + " " + a + text[m[1]:], true
		}},
	}
}

// inMarkup reports a place inside a tag, the scheme of an address or the target of a link within the text: no reader
// sees it.
func inMarkup(text string, at int) bool {
	rest := text[at:]
	if strings.HasPrefix(rest, "http") || strings.LastIndexByte(text[max(0, at-60):at], '<') > strings.LastIndexByte(text[max(0, at-60):at], '>') {
		return true
	}
	return strings.LastIndex(text[max(0, at-40):at], "](#") > strings.LastIndexByte(text[max(0, at-40):at], ')')
}

func onCopyrightLine(text string, at int) bool {
	from := strings.LastIndexByte(text[:at], '\n') + 1
	to := strings.IndexByte(text[at:], '\n')
	if to < 0 {
		to = len(text) - at
	}
	w := split([]byte(text[from : at+to]))
	return nameLine(w, 0, len(w.list)) || strings.HasPrefix(strings.TrimLeftFunc(strings.ToLower(text[from:at+to]), unicode.IsSpace), "copyright")
}

// disguises change how a licence is carried, not what it says.
func disguises() map[string]func(string) string {
	wrap := func(width int, hyphens bool, prefix string) func(string) string {
		return func(text string) string {
			var b strings.Builder
			for p := range strings.SplitSeq(text, "\n") {
				col := 0
				b.WriteString(prefix)
				for _, word := range strings.Fields(p) {
					if hyphens && col > 0 && col+len(word)+1 > width && len(word) > 9 && isPlain(word) {
						b.WriteString(" " + word[:5] + "-\n" + prefix + word[5:])
						col = len(word) - 5
						continue
					}
					if col > 0 && col+1+len(word) > width {
						b.WriteString("\n" + prefix)
						col = 0
					}
					if col > 0 {
						b.WriteByte(' ')
						col++
					}
					b.WriteString(word)
					col += len(word)
				}
				b.WriteByte('\n')
			}
			return b.String()
		}
	}
	return map[string]func(string) string{
		"wrapped at 40":              wrap(40, false, ""),
		"wrapped at 40 with hyphens": wrap(40, true, ""),
		"quoted mail":                wrap(72, false, "> "),
		"comment":                    wrap(76, false, " * "),
		"upper case":                 strings.ToUpper,
		"curly quotes":               strings.NewReplacer(`"`, "”", "'", "’", "-", "‐").Replace,
		"byte order mark":            func(s string) string { return "\ufeff" + s },
		"windows line ends":          func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"html": func(s string) string {
			return "<html><body><p>" + strings.ReplaceAll(htmlEscape(s), "\n", "</p>\n<p>") + "</p></body></html>"
		},
		"html escaped twice": func(s string) string { return htmlEscape(htmlEscape(s)) },
		"json":               func(s string) string { return `{"license": ` + jsonQuote(s) + `}` },
		"utf-16le":           func(s string) string { return toUTF16(s, false) },
		"utf-16be":           func(s string) string { return toUTF16(s, true) },
		"zero width":         func(s string) string { return strings.ReplaceAll(s, "th", "t\u200bh") },
		"no blank lines":     func(s string) string { return regexp.MustCompile(`\n\s*\n`).ReplaceAllString(s, "\n") },
		"one line":           func(s string) string { return strings.Join(strings.Fields(s), " ") },
	}
}

func isPlain(s string) bool {
	for _, c := range s {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

func htmlEscape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").Replace(s)
}

func jsonQuote(s string) string {
	r := strings.NewReplacer("\\", `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)
	return `"` + r.Replace(s) + `"`
}

func toUTF16(s string, big bool) string {
	var b strings.Builder
	put := func(u uint16) {
		if big {
			b.WriteByte(byte(u >> 8))
			b.WriteByte(byte(u))
			return
		}
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	put(0xfeff)
	for _, c := range s {
		if c > 0xffff {
			c -= 0x10000
			put(0xd800 | uint16(c>>10))
			put(0xdc00 | uint16(c&0x3ff))
			continue
		}
		put(uint16(c))
	}
	return b.String()
}

func seeded(parts ...any) *rand.Rand {
	h := hashOf(fmt.Sprint(parts...))
	return rand.New(rand.NewPCG(h, 5))
}
