package web

import (
	"slices"
	"strings"
)

// HeldPage keeps what somebody wrote whose session ended meanwhile.
type HeldPage struct {
	Base
	Action   string
	Fields   []Pair
	SignIn   string
	FileLost bool
	Shown    []Pair // what a person typed, to be read and copied
}

// HeldQuery is a form that could not be taken.
type HeldQuery struct {
	Action   string
	Values   map[string][]string
	FileLost bool
	SignIn   string
}

// Held makes the page that holds a form until its writer has signed in again.
func (s *Site) Held(r Request, q HeldQuery) ([]byte, error) {
	b := s.base(r, "", "")
	b.Title = b.w("held.title")
	p := HeldPage{Base: b, Action: q.Action, SignIn: q.SignIn, FileLost: q.FileLost}
	var names []string
	for name := range q.Values {
		names = append(names, name)
	}
	slices.Sort(names)
	sp := s.svc.Dictionary
	for _, name := range names {
		for _, v := range q.Values[name] {
			p.Fields = append(p.Fields, Pair{name, v})
			if path, ok := strings.CutPrefix(name, "v."); ok && strings.TrimSpace(v) != "" {
				if def, ok := sp.Fact(path); ok {
					if c, ok := def.Choice(v); ok {
						v = c.Label().In(b.Lang)
					}
					p.Shown = append(p.Shown, Pair{def.Label.In(b.Lang), v})
				}
			}
		}
	}
	return s.render("held", p)
}
