package web

// FailurePage says what went wrong and what to do.
type FailurePage struct {
	Base
	Status    int
	What      string
	Details   []string
	Reference string // of a fault of the program: the log has the truth
}

// Failure makes the page of an error. Status chooses the words; details are already in the language of the page.
func (s *Site) Failure(r Request, status int, details []string, reference string) ([]byte, error) {
	b := s.base(Request{Lang: r.Lang, Path: "/"}, "", "")
	b.Title = b.w("failure.title")
	p := FailurePage{Base: b, Status: status, Details: details, Reference: reference}
	switch status {
	case 400:
		p.What = b.w("failure.400")
	case 403:
		p.What = b.w("failure.403")
	case 404:
		p.What = b.w("failure.404")
	case 405:
		p.What = b.w("failure.405")
	default:
		p.What = b.w("failure.500")
	}
	b.Title = p.What
	p.Base = b
	return s.render("failure", p)
}
