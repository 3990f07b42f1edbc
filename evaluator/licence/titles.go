package licence

import (
	"slices"
	"strings"
	"sync"

	"github.com/google/licensecheck"
)

// titles is the second scanner: names of licences, as patterns. A name found says little: it counts only near the start
// of a text, or in a text that holds next to nothing else.
type titles struct {
	scanner *licensecheck.Scanner
	exact   map[string]string // one-word names and identifiers, folded → id
}

// nearStart is how far into a text, in bytes, a title may stand.
const nearStart = 600

// newTitles builds the scanner. Names of one word, or with letters that a pattern cannot hold, are looked up whole, as
// are codes: "llama 3" would be found in every title of the family.
func newTitles(names, codes map[string][]string) (*titles, error) {
	t := &titles{exact: map[string]string{}}
	ids := make([]string, 0, len(names))
	for id := range names {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	seen := map[string]bool{}
	var list []licensecheck.License
	for _, id := range ids {
		for _, name := range names[id] {
			key := plain(name)
			if _, taken := t.exact[key]; !taken {
				t.exact[key] = id
			}
			f := strings.Fields(key)
			if len(f) < 2 || seen[key] || !patternable(key) {
				continue
			}
			seen[key] = true
			list = append(list, licensecheck.License{ID: id, LRE: key})
			if short, ok := strings.CutSuffix(key, " agreement"); ok && len(f) > 4 && !seen[short] {
				seen[short] = true
				list = append(list, licensecheck.License{ID: id, LRE: short})
			}
		}
	}
	for _, id := range ids {
		for _, code := range codes[id] {
			if key := plain(code); t.exact[key] == "" {
				t.exact[key] = id
			}
		}
	}
	var err error
	t.scanner, err = licensecheck.NewScanner(list)
	return t, err
}

func patternable(s string) bool {
	for _, c := range s {
		if c != ' ' && (c >= 128 || classes[c] == other) {
			return false
		}
	}
	return true
}

// find gives the names found in a text, in its order.
func (t *titles) find(text []byte) []Evidence {
	var out []Evidence
	for _, m := range t.scanner.Scan(text).Match {
		out = append(out, Evidence{Means: "title", Licence: m.ID, Start: m.Start, End: m.End})
	}
	return out
}

// defuse breaks the two patterns that make licensecheck quadratic: an opening mark of a heading id or of a link target
// that is not closed nearby. The length stays, so that places stay right.
func defuse(text []byte) []byte {
	const reach = 300
	var out []byte
	for i := 0; i+1 < len(text); i++ {
		var closing byte
		switch {
		case text[i] == '{' && text[i+1] == '#':
			closing = '}'
		case text[i] == ']' && text[i+1] == '(':
			closing = ')'
		default:
			continue
		}
		end := min(len(text), i+2+reach)
		open := true
		for j := i + 2; j < end; j++ {
			if text[j] == closing {
				open = false
				break
			}
			if text[j] == text[i] && j+1 < end && text[j+1] == text[i+1] {
				break // a second opening first: this one is never closed
			}
		}
		if open {
			if out == nil {
				out = slices.Clone(text)
			}
			out[i] = ' '
		}
	}
	if out == nil {
		return text
	}
	return out
}

// classics scans for the licences that licensecheck knows.
func classics(text []byte) licensecheck.Coverage { return licensecheck.Scan(text) }

var warmClassics = sync.OnceFunc(func() { licensecheck.Scan([]byte("warm")) })
