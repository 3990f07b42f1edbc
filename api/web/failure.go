package web

import (
	"strings"
	"unicode"
)

// FailurePage says what went wrong, why, and what to do.
type FailurePage struct {
	Base
	Status    int
	What      string
	Details   []string
	Do        []string // what can be done, the first first
	Searches  bool     // offers to look for it
	Again     string   // the sign-in, for whoever is signed out
	Reference string   // of a fault of the program: the log has the truth
}

// Trouble sorts failures that share a status.
type Trouble string

// What may be behind a 403, the one status with several reasons.
const (
	TroubleRole     Trouble = "role"     // a role is missing
	TroubleForeign  Trouble = "foreign"  // the form of another site
	TroubleReadOnly Trouble = "readonly" // nothing is recorded here
	TroubleUnsafe   Trouble = "unsafe"   // the connection is not encrypted
)

// FailureQuery is a failure as a reader may see it; details are in the language of the page.
type FailureQuery struct {
	Status    int
	Trouble   Trouble
	Details   []string
	Reference string
	SignIn    string // where to sign in, for a 401
}

// Failure makes the page of an error.
func (s *Site) Failure(r Request, q FailureQuery) ([]byte, error) {
	b := s.base(Request{Lang: r.Lang, Path: "/", Who: r.Who}, "", "")
	p := FailurePage{Status: q.Status, Details: q.Details, Reference: q.Reference}
	do := func(sentences ...string) { p.Do = append(p.Do, sentences...) }
	switch q.Status {
	case 400:
		p.What = b.w("failure.400")
		do(b.w("failure.do_address"))
	case 401:
		p.What, p.Again = b.w("failure.401"), q.SignIn
		do(b.w("failure.do_signin"))
	case 403:
		switch q.Trouble {
		case TroubleRole:
			p.What = b.w("failure.403_role")
			do(b.w("failure.do_role"))
		case TroubleReadOnly:
			p.What = b.w("failure.403_readonly")
			do(b.w("failure.do_read"))
		case TroubleUnsafe:
			p.What = b.w("failure.403_unsafe")
			do(b.w("failure.do_unsafe"))
		default:
			p.What = b.w("failure.403")
			do(b.w("failure.do_foreign"))
		}
	case 404:
		p.What, p.Searches = b.w("failure.404"), true
		b.Find = wordsOf(r.Path)
		do(b.w("failure.do_search"))
	case 405:
		p.What = b.w("failure.405")
		do(b.w("failure.do_address"))
	case 409, 412, 428:
		p.What = b.w("failure.409")
		do(b.w("failure.do_compare"))
	case 413:
		p.What = b.w("failure.413")
		do(b.w("failure.do_back"), b.w("failure.do_shorter"))
	case 415, 422:
		p.What = b.w("failure.422")
		do(b.w("failure.do_back"))
	case 429:
		p.What = b.w("failure.429")
		do(b.w("failure.do_wait"))
	case 503:
		p.What = b.w("failure.503")
		do(b.w("failure.do_back"), b.w("failure.do_wait"), b.w("failure.do_tell"))
	case 507:
		p.What = b.w("failure.507")
		do(b.w("failure.do_back"), b.w("failure.do_room"))
	default:
		p.What = b.w("failure.500")
	}
	b.Title = p.What
	p.Base = b
	return s.render("failure", p)
}

// wordsOf guesses what somebody looked for from the end of an address that leads nowhere.
func wordsOf(path string) string {
	last := path[strings.LastIndexByte(path, '/')+1:]
	last = strings.Join(strings.FieldsFunc(last, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
	if len(last) > MaxSearch {
		return ""
	}
	return last
}

// Sentence makes the start of a message a capital, unless it begins with a name that programs use.
func Sentence(s string) string {
	first, _, _ := strings.Cut(s, " ")
	if strings.ContainsAny(first, "_.") {
		return s
	}
	return sentence(s)
}
