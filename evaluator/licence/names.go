package licence

import (
	"strings"
)

// maxName bounds the words of a copyright line: longer than that, something else is in it.
const maxName = 32

var (
	nameWords = wordSet("and the of by for its all rights reserved authors author contributors contributor affiliates team project inc ltd llc gmbh " +
		"co corp corporation company limited foundation university institute group portions et al others other et des de du la le les to present " +
		"from year yyyy name owner holder holders fullname developers maintainers project users")
	// ruleWords never stand in the name of a holder: with one of them the line says more than who holds the rights.
	ruleWords = wordSet("not no non only use used uses using may must shall will can cannot except excluding exclude excluded unless provided prohibited " +
		"forbidden commercial noncommercial territory territories region country countries licence license licensed permission permitted without " +
		"subject restricted restriction restrictions if in any never granted grant purpose purposes research internal evaluation under apply applies " +
		"distribution redistribution distribute modify sell europe european eu union")
)

// nameLine reports whether the words from a to b are nothing but copyright lines: the sign, years and names.
//
// Names are words with a capital, initials, addresses and a few connecting words; a line with a word of rule in it is
// no name, so that a restriction cannot hide behind a copyright sign.
func nameLine(w *words, a, b int) bool {
	if b <= a || b-a > maxName {
		return false
	}
	first := w.folded(a)
	if first != "copyright" && !(first == "c" && b-a > 1) && first != "portions" && first != "spdxfilecopyrighttext" {
		return false
	}
	return onlyNames(w, a, b, true) && holds(w, a, b)
}

// holds asks a copyright line for something that makes it one: a year, the sign, a placeholder or a name.
func holds(w *words, a, b int) bool {
	for i := a; i < b; i++ {
		s := w.folded(i)
		if s == "c" || yearLike(s) || bracketed(w, i) || !nameWords[s] && s != "copyright" && s != "portions" {
			return true
		}
	}
	return false
}

// onlyNames reports whether the words from a to b can be a holder's name. With years, dates of rights may be among them.
func onlyNames(w *words, a, b int, years bool) bool {
	small := 0 // names that are written without a capital: of a project, of a user
	for i := a; i < b; i++ {
		s := w.folded(i)
		switch {
		case s == "copyright" || s == "c" || s == "copr" || s == "r":
		case ruleWords[s]:
			return false
		case nameWords[s]:
		case s == "" || s[0] >= '0' && s[0] <= '9':
			if !years || !yearLike(s) {
				return false
			}
		default:
			raw := w.bytes(i)
			if c := raw[0]; !(c >= 'A' && c <= 'Z') && c < 0x80 && !inAddress(w, i) && !bracketed(w, i) {
				if small++; small > 1 {
					return false
				}
			}
		}
	}
	return true
}

// maxFill bounds the name that stands in a slot, in words.
const maxFill = 8

// fills reports whether the words from a to b may name a holder where a text leaves room for one: few, and none of rule.
func fills(w *words, a, b int) bool {
	if b-a > maxFill {
		return false
	}
	if generic(w, a, b) {
		return true
	}
	for i := a; i < b; i++ {
		s := w.folded(i)
		if s == "copyright" || holderWords[s] {
			return false // nearly the words that stand for a holder: an alteration, not a name
		}
		if ruleWords[s] || s != "" && s[0] >= '0' && s[0] <= '9' && !yearLike(s) {
			return false
		}
	}
	return true
}

var holderWords = wordSet("holder holders owner owners")

// generic reports the words that stand for any holder: "the copyright holder".
func generic(w *words, a, b int) bool {
	if a < b && w.folded(a) == "the" {
		a++
	}
	return b-a == 2 && w.folded(a) == "copyright" && holderWords[w.folded(a+1)]
}

func yearLike(s string) bool {
	return len(s) == 4 && (strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20"))
}

// inAddress reports whether word i belongs to an e-mail or web address.
func inAddress(w *words, i int) bool {
	t, x := w.text, w.list[i]
	before, after := byte(' '), byte(' ')
	if x.start > 0 {
		before = t[x.start-1]
	}
	if int(x.end) < len(t) {
		after = t[x.end]
	}
	return before == '@' || after == '@' || before == '/' || before == '.' || after == '.' && int(x.end)+1 < len(t) && t[x.end+1] > ' '
}

// bracketed reports whether word i stands in a placeholder such as <year> or [name of copyright owner].
func bracketed(w *words, i int) bool {
	t := w.text
	for j := int(w.list[i].start) - 1; j >= 0 && j > int(w.list[i].start)-40; j-- {
		switch t[j] {
		case '<', '[', '{':
			return true
		case '>', ']', '}', '\n':
			return false
		}
	}
	return false
}

// pageLine reports whether the words from a to b only count pages.
func pageLine(w *words, a, b int) bool {
	if b-a < 2 || b-a > 4 || w.folded(a) != "page" {
		return false
	}
	for i := a + 1; i < b; i++ {
		if s := w.folded(i); s != "of" && s != "sur" && (s == "" || s[0] < '0' || s[0] > '9') {
			return false
		}
	}
	return true
}
