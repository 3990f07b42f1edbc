package licence

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"vigie/catalog/wording"
)

// maxClassic is how much of a text the scanner of classics is given, in bytes: twice the longest of them. Its cost is not
// linear in all it may be fed.
const maxClassic = 96 << 10

// evidence asks the two scanners what they see and notes what each of the three means saw.
func (set *Set) evidence(id *Identification, text []byte, w *words, s *scan) {
	safe := defuse(text)
	for _, m := range classics(safe[:min(len(safe), maxClassic)]).Match {
		if m.IsURL {
			continue
		}
		id.Means = append(id.Means, Evidence{Means: "licensecheck", Licence: set.fromClassic(m.ID), Coverage: set.covered(w, m.Start, m.End), Start: m.Start, End: m.End})
	}
	for _, m := range set.titles.find(safe[:min(len(safe), nearStart*4)]) {
		if m.Start < nearStart {
			id.Means = append(id.Means, m)
		}
	}
	for i := range s.blocks {
		b := &s.blocks[i]
		e := Evidence{Means: "fingerprint", Licence: set.index.refs[b.ref].id, Coverage: round(min(1, b.share))}
		e.Start, e.End = w.span(b.from, b.to)
		id.Means = append(id.Means, e)
	}
}

// covered is the share of the words of a text between two places.
func (set *Set) covered(w *words, start, end int) float64 {
	n := w.after(int32(end)) - w.after(int32(start))
	return round(float64(n) / float64(max(1, len(w.list))))
}

// fromClassic gives Vigie's id of a licence that licensecheck names, its own name when Vigie has none.
func (set *Set) fromClassic(name string) string {
	if id, ok := set.classic[name]; ok {
		return id
	}
	return name
}

// claimed is the licence that the first title near the start names, when that title is no part of the body found.
func (set *Set) claimed(id *Identification, w *words) string {
	for _, m := range id.Means {
		if m.Means != "title" || m.Start > nearStart/3 {
			continue
		}
		for _, f := range id.Licences {
			if f.ID == m.Licence {
				return ""
			}
			for _, x := range f.Stretches {
				if m.Start >= x.Start && m.Start < x.End {
					return "" // the body itself speaks of the other licence
				}
			}
		}
		return m.Licence
	}
	return ""
}

// maxTitle bounds a stretch that only names a licence, in words.
const maxTitle = 24

// isName reports whether the words from to to only name a licence: its names and identifiers, whole, one after another.
//
// named says that a full name stands beside it already.
func (set *Set) isName(id string, w *words, from, to int, named bool) bool {
	if to-from > maxTitle {
		return false
	}
	for from < to {
		n := 0
		if w.list[from].hash == theWord {
			n = 1
		}
		for i, name := range set.nameWords[id] {
			if len(name) <= n || from+len(name) > to {
				continue
			}
			same := true
			for i, h := range name {
				same = same && w.list[from+i].hash == h
			}
			if same {
				n = len(name)
				named = named || i >= bareNames
			}
		}
		if n == 0 {
			return false
		}
		from += n
	}
	return named
}

// bareNames is how many entries of a licence's name words are mere identifiers: its id and its SPDX id.
const bareNames = 2

var theWord = hashOf("the")

// What a text without a known body may still be.
const (
	shortText   = 60 // words: up to here a text can be a mere name or a reference
	noticeWords = 400
	maxShort    = 16 << 10 // bytes
)

var (
	pointerRE = regexp.MustCompile(`(?i)\b(see|refer to|read|consult|voir|cf\.?|consulter)\b[^.]{0,80}\b(licen[cs]e|copying|notice|terms|conditions|file|fichier)\b`)
	spdxRE    = regexp.MustCompile(`(?i)(?:spdx-license-identifier:|^\s*licen[cs]e(?:_name)?\s*:)\s*([A-Za-z0-9.+_-]+)`)
	urlRE     = regexp.MustCompile(`(?i)\b(?:https?://|www\.)\S+`)
)

// unrecognised names what a text is that holds no body of a licence known by its fingerprint.
func (set *Set) unrecognised(id *Identification, w *words, ratings []rating) {
	text := w.text
	n := len(w.list)
	if len(text) > maxShort { // few words in many bytes are no reference either
		n = max(n, noticeWords+1)
		text = nil
	}
	names := set.namesIn(text, n)
	for _, x := range names {
		if !slices.ContainsFunc(id.Means, func(e Evidence) bool { return e.Means == "title" && e.Licence == x.Licence }) {
			id.Means = append(id.Means, x)
		}
	}
	if len(names) > 0 {
		id.Licence = names[0].Licence
		for _, x := range names {
			if x.Licence != id.Licence {
				id.Licence = ""
			}
		}
	}
	var classic *Evidence
	for i := range id.Means {
		if id.Means[i].Means == "licensecheck" && (classic == nil || id.Means[i].Coverage > classic.Coverage) {
			classic = &id.Means[i]
		}
	}
	bare := urlRE.ReplaceAll(text, nil)
	switch {
	case n <= shortText && len(urlRE.Find(text)) > 0 && len(split(bare).list) <= 12, n <= shortText && pointerRE.Match(text) && len(names) == 0:
		id.Verdict = Pointer
	case n <= noticeWords && (len(names) > 0 || classic != nil && classic.Coverage > 0.3) && noticeRE.Match(text):
		id.Verdict = Notice
		if id.Licence == "" && classic != nil {
			id.Licence = classic.Licence
		}
	case n <= shortText && len(names) > 0 && len(split(bare).list) <= 25:
		id.Verdict = NameOnly
	case classic != nil && classic.Coverage >= 0.75:
		id.Verdict, id.Licence = NameOnly, classic.Licence
	case n <= shortText && pointerRE.Match(text):
		id.Verdict = Pointer
	default:
		id.Verdict = Unknown
		if len(names) == 0 || n > noticeWords {
			id.Licence = ""
		}
	}
	if id.Verdict == NameOnly || id.Verdict == Notice || id.Verdict == Pointer {
		id.Nearest = nil
	}
	id.Message = set.message(id)
}

var noticeRE = regexp.MustCompile(`(?i)licen[cs]ed under|released under|distributed under|available under|governed by|under the terms of|sous licence|soumis à|subject to|redistribute it`)

// namesIn finds names and identifiers of licences in a short text, anywhere.
func (set *Set) namesIn(text []byte, n int) []Evidence {
	if n > noticeWords {
		return nil
	}
	var out []Evidence
	safe := defuse(text)
	for _, m := range spdxRE.FindAllSubmatchIndex(safe, 4) {
		if id, ok := set.byName(string(safe[m[2]:m[3]])); ok {
			out = append(out, Evidence{Means: "title", Licence: id, Start: m[2], End: m[3]})
		}
	}
	out = append(out, set.titles.find(safe)...)
	if whole := strings.TrimSpace(string(safe)); len(whole) < 120 {
		if id, ok := set.byName(whole); ok && len(out) == 0 {
			out = append(out, Evidence{Means: "title", Licence: id, End: len(safe)})
		}
	}
	return out
}

// byName finds a licence by a name, an id or an identifier of another collection, in any case.
func (set *Set) byName(name string) (string, bool) {
	id, ok := set.titles.exact[plain(name)]
	return id, ok
}

// message says the verdict in a sentence.
func (set *Set) message(id *Identification) wording.Text {
	name := wording.Same(id.Licence)
	if l := set.licences[id.Licence]; l != nil {
		name = wording.Same(l.Names[0])
	}
	n := len(id.Differences)
	switch id.Verdict {
	case Identified:
		return wording.Textf("this is %s, word for word", "ceci est %s, mot pour mot", name)
	case WithDifferences:
		if n == 1 {
			return wording.Textf("this resembles %s but differs from it in one place: it is not that licence until someone has read it",
				"ceci ressemble à %s mais en diffère à un endroit : ce n'est pas cette licence tant que personne ne l'a lu", name)
		}
		return wording.Textf("this resembles %s but differs from it in %d places: it is not that licence until someone has read them",
			"ceci ressemble à %s mais en diffère en %d endroits : ce n'est pas cette licence tant que personne ne les a lus", name, n)
	case Several:
		var ids []string
		for _, l := range id.Licences {
			ids = append(ids, l.ID)
		}
		list := strings.Join(ids, ", ")
		if n > 0 {
			return wording.Textf("several texts in one file: %s, with %d differences; each part has its own rights", "plusieurs textes en un fichier : %s, avec %d différences ; chacun a ses propres droits", list, n)
		}
		return wording.Textf("several texts in one file: %s; the strictest answer of all holds", "plusieurs textes en un fichier : %s ; la réponse la plus stricte de tous l'emporte", list)
	case Conflict:
		return wording.Textf("the title names %s but the body is that of %s", "le titre nomme %s mais le corps est celui de %s", id.Claimed, name)
	case Variant:
		return wording.Textf("a text of the family of %s, too far from it to be called a copy", "un texte de la famille de %s, trop éloigné pour être une copie", name)
	case Partial:
		return wording.Textf("only a part of %s", "une partie seulement de %s", name)
	case Notice:
		return wording.Textf("a notice that names %s; the text of the licence is not here", "une mention qui nomme %s ; le texte de la licence n'est pas ici", orUnnamed(name))
	case NameOnly:
		return wording.Textf("only the name of %s, or a text that Vigie has no fingerprint of: hand in the text itself", "seulement le nom de %s, ou un texte dont Vigie n'a pas l'empreinte : soumettre le texte même", orUnnamed(name))
	case Pointer:
		return wording.Textf("only a reference to another document: hand in that document", "seulement un renvoi à un autre document : soumettre ce document")
	}
	return wording.Textf("no licence that Vigie knows; someone must read it", "aucune licence connue de Vigie ; quelqu'un doit la lire")
}

func orUnnamed(t wording.Text) wording.Text {
	if t.EN == "" {
		return wording.Text{EN: "a licence", FR: "une licence"}
	}
	return t
}

// hint gives the licence that a file's name speaks of, such as "LICENSE.apache-2.0.txt".
func (set *Set) hint(name string) (string, bool) {
	base := strings.ToLower(path.Base(name))
	for _, ext := range []string{".txt", ".md", ".html"} {
		base = strings.TrimSuffix(base, ext)
	}
	base = strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(base, "license"), "licence"), "-_.")
	return set.byName(base)
}
