package licence

import (
	"regexp"
	"strconv"
	"strings"

	"vigie/catalog/wording"
)

// vocabulary is words.yaml: every code of a licence file, by group, in words.
type vocabulary struct {
	Answer         map[string]wording.Text `yaml:"answer,required"`
	Consequence    map[string]wording.Text `yaml:"consequence,required"`
	Redistribution map[string]wording.Text `yaml:"redistribution_condition,required"`
	Use            map[string]wording.Text `yaml:"use,required"`
	ShareAlike     map[string]wording.Text `yaml:"share_alike,required"`
	PatentGrant    map[string]wording.Text `yaml:"patent_grant,required"`
	PatentEnd      map[string]wording.Text `yaml:"patent_end,required"`
	Revocable      map[string]wording.Text `yaml:"revocable,required"`
	MayChange      map[string]wording.Text `yaml:"may_change,required"`
	OutputsOwner   map[string]wording.Text `yaml:"outputs_owner,required"`
	Train          map[string]wording.Text `yaml:"train,required"`
	OSAID          map[string]wording.Text `yaml:"osaid,required"`
	Because        map[string]wording.Text `yaml:"because,required"`
	Kind           map[string]wording.Text `yaml:"kind,required"`
	Covers         map[string]wording.Text `yaml:"covers,required"`
	Window         map[string]wording.Text `yaml:"window,required"`
	Whose          map[string]wording.Text `yaml:"whose,required"`
	Of             map[string]wording.Text `yaml:"of,required"`
	By             map[string]wording.Text `yaml:"by,required"`
	Where          map[string]wording.Text `yaml:"where,required"`
	FieldSource    map[string]wording.Text `yaml:"field_source,required"`
	PolicyChange   map[string]wording.Text `yaml:"policy_may_change,required"`
	Arbitration    map[string]wording.Text `yaml:"arbitration,required"`
	Indemnifies    map[string]wording.Text `yaml:"indemnifies,required"`
	Warranty       map[string]wording.Text `yaml:"warranty,required"`
	Hosted         map[string]wording.Text `yaml:"hosted,required"`
	DisplayWhen    map[string]wording.Text `yaml:"display_when,required"`
	ClausePhrase   map[string]wording.Text `yaml:"clause_phrase,required"`
	Document       map[string]wording.Text `yaml:"document,required"`
}

// clauseRef is one place that a clause reference names.
type clauseRef struct {
	path string // "1.b.iii", or "" for a place that has no number
	name string // "definitions", "attachment a", "patent license"
}

var (
	numberRef = regexp.MustCompile(`^(?:(s|art)\.\s+)?([0-9]{1,3}|[ivxIVX]{1,5}|[a-z])((?:\.[0-9a-z]{1,4}|\([0-9a-zA-Z]{1,4}\))*)(?:(?:-| to )([0-9ivxa-z().]+))?$`)
	aside     = regexp.MustCompile(`\s*\(([^()]{5,})\)`)
)

// splitClause cuts "s. 1.b.i, 1.b.iii" at its commas; a remark in brackets belongs to what it follows.
func splitClause(s string) []string {
	var out []string
	depth, from := 0, 0
	for i, c := range s {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0 && (c == ',' || c == ';'):
			out = append(out, strings.TrimSpace(s[from:i]))
			from = i + 1
		}
	}
	return append(out, strings.TrimSpace(s[from:]))
}

// parseClause reads a clause reference as places that a fingerprint's labels can be compared with.
func parseClause(s string) []clauseRef {
	var out []clauseRef
	for _, p := range splitClause(s) {
		p = aside.ReplaceAllString(p, "")
		m := numberRef.FindStringSubmatch(p)
		if m == nil {
			out = append(out, clauseRef{name: plain(p)})
			continue
		}
		path := strings.ToLower(m[2] + strings.NewReplacer("(", ".", ")", "").Replace(m[3]))
		out = append(out, clauseRef{path: path})
		if m[4] != "" {
			out = append(out, rangeRefs(path, strings.ToLower(strings.NewReplacer("(", ".", ")", "").Replace(m[4])))...)
		}
	}
	return out
}

// rangeRefs gives the places of "1.b.iii-v" after the first.
func rangeRefs(from, to string) []clauseRef {
	at := strings.LastIndexByte(from, '.') + 1
	stem, first := from[:at], from[at:]
	if i := strings.LastIndexByte(to, '.'); i >= 0 {
		to = to[i+1:]
	}
	var out []clauseRef
	for i := range 40 {
		next := successor(first, i+1)
		if next == "" {
			break
		}
		out = append(out, clauseRef{path: stem + next})
		if next == to {
			return out
		}
	}
	return []clauseRef{{path: stem + to}}
}

func successor(s string, by int) string {
	if n := roman(s); n > 0 && (len(s) > 1 || s == "i") {
		if n+by < len(romans) {
			return romans[n+by]
		}
		return ""
	}
	if len(s) == 1 && s[0] >= 'a' && s[0] <= 'z' && int(s[0])+by <= 'z' {
		return string(rune(int(s[0]) + by))
	}
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return ""
		}
		n = n*10 + int(c-'0')
	}
	return strconv.Itoa(n + by)
}

// touches reports whether a difference in the clause with this label can change what stands at the reference. A place
// that is not numbered in the text is touched by any difference: no one can say that it is not.
func (r clauseRef) touches(label string, labels map[string]bool) bool {
	if label == "" {
		return true
	}
	if r.path == "" {
		if !labels[r.name] {
			return true
		}
		return label == r.name || strings.HasPrefix(label, r.name+".")
	}
	for _, l := range suffixes(label) {
		if l == r.path || strings.HasPrefix(l, r.path+".") || strings.HasPrefix(r.path, l+".") {
			return true
		}
	}
	return !known(r.path, labels)
}

// suffixes gives a label and the label without its first part: "ii.3.a" may be cited as 3.a.
func suffixes(label string) []string {
	if i := strings.IndexByte(label, '.'); i >= 0 {
		return []string{label, label[i+1:]}
	}
	return []string{label}
}

func known(path string, labels map[string]bool) bool {
	for l := range labels {
		for _, s := range suffixes(l) {
			if s == path || strings.HasPrefix(s, path+".") {
				return true
			}
		}
	}
	return false
}

// clauseText writes a clause reference in both languages.
func (v *vocabulary) clauseText(s string) wording.Text {
	if s == "" {
		return wording.Text{}
	}
	var en, fr []string
	for _, p := range splitClause(s) {
		t := v.clausePart(p)
		en, fr = append(en, t.EN), append(fr, t.FR)
	}
	return wording.Text{EN: strings.Join(en, ", "), FR: strings.Join(fr, ", ")}
}

func (v *vocabulary) clausePart(p string) wording.Text {
	if m := aside.FindStringSubmatchIndex(p); m != nil {
		head, inside, tail := strings.TrimSpace(p[:m[0]]), p[m[2]:m[3]], p[m[1]:]
		h := v.clausePart(head)
		i, ok := v.ClausePhrase[inside]
		if !ok {
			i = wording.Same(inside)
		}
		return wording.Text{EN: h.EN + " (" + i.EN + ")" + tail, FR: h.FR + " (" + i.FR + ")" + tail}
	}
	if t, ok := v.ClausePhrase[p]; ok {
		return t
	}
	if rest, ok := strings.CutPrefix(p, "s. "); ok {
		fr := strings.ReplaceAll(rest, " to ", " à ")
		if head, tail, ok := strings.Cut(rest, " and following"); ok {
			return wording.Text{EN: p, FR: "art. " + head + " et suivants" + tail}
		}
		return wording.Text{EN: p, FR: "art. " + fr}
	}
	// "attachment A", "key things 1-2", "display for Cosmos s. 3", "definitions (h)"
	for cut := len(p) - 1; cut > 0; cut-- {
		if p[cut] != ' ' {
			continue
		}
		if t, ok := v.ClausePhrase[p[:cut]]; ok {
			return wording.Text{EN: p, FR: t.FR + strings.Replace(p[cut:], " s. ", " art. ", 1)}
		}
	}
	if numberRef.MatchString(p) {
		return wording.Text{EN: p, FR: strings.ReplaceAll(p, " to ", " à ")}
	}
	// A heading of the licence itself stays in its own language.
	return wording.Text{EN: "“" + p + "”", FR: "« " + p + " »"}
}
