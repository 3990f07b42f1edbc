package web

import (
	"context"
	"math/big"
	"slices"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
)

// chain is who holds a vendor, or whoever serves an offering, and whom they use, as recorded on one day.
type chain struct {
	s       *Site
	ctx     context.Context
	on      catalog.Date
	subject catalog.Ref
	sheets  map[catalog.Ref]*service.Sheet

	serving []catalog.Ref   // of an offering: who serves it
	above   [][]catalog.Ref // owners, row by row away from the subject
	below   [][]catalog.Ref // sub-processors, row by row away from it
	placed  map[catalog.Ref]bool
	stakes  []chainLink
	uses    []chainLink
	cut     bool // there are more parties than are shown
}

// chainLink is a stake, or a sub-processing line.
type chainLink struct {
	ref      catalog.Ref
	from, to catalog.Ref // the owner and the company held; the user and who is used. Zero: not known
	ended    bool
	sheet    *service.Sheet
}

// maxParties bounds what one picture shows: more could not be read.
const maxParties = 60

// chainOf follows owners upwards and sub-processors downwards. A circle ends the walk, not the program.
func (s *Site) chainOf(ctx context.Context, subject catalog.Ref, on catalog.Date) (*chain, error) {
	c := &chain{s: s, ctx: ctx, on: on, subject: subject, sheets: map[catalog.Ref]*service.Sheet{}, placed: map[catalog.Ref]bool{subject: true}}
	sheet, err := c.sheet(subject)
	if err != nil {
		return nil, err
	}
	held := []catalog.Ref{subject}
	if subject.Kind == catalog.Offering {
		held = nil
		if id := textOf(sheet, "offering.vendor"); id != "" {
			v := catalog.Ref{Kind: catalog.Vendor, ID: id}
			held, c.serving, c.placed[v] = []catalog.Ref{v}, []catalog.Ref{v}, true
		}
	}
	users := append([]catalog.Ref{subject}, c.serving...)
	for len(held) > 0 {
		if held, err = c.owners(held); err != nil {
			return nil, err
		}
		if len(held) > 0 {
			c.above = append(c.above, held)
		}
	}
	for len(users) > 0 {
		if users, err = c.used(users); err != nil {
			return nil, err
		}
		if len(users) > 0 {
			c.below = append(c.below, users)
		}
	}
	return c, nil
}

// sheet reads a record; nil without an error: it is not there, or not there for who asks.
func (c *chain) sheet(ref catalog.Ref) (*service.Sheet, error) {
	if x, ok := c.sheets[ref]; ok {
		return x, nil
	}
	x, err := c.s.svc.Sheet(c.ctx, ref, c.on, c.on)
	if _, missing := err.(*catalog.NotFoundError); missing && ref != c.subject {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	c.sheets[ref] = x
	return x, nil
}

// textOf is the text of a fact that is known and not disputed; empty else.
func textOf(sheet *service.Sheet, path string) string {
	if sheet == nil {
		return ""
	}
	if f := factOf(sheet, path); f.State == catalog.Known && !f.Disputed && f.Value != nil {
		return f.Value.Text
	}
	return ""
}

func isTrue(sheet *service.Sheet, path string) bool {
	if sheet == nil {
		return false
	}
	f := factOf(sheet, path)
	return f.State == catalog.Known && !f.Disputed && f.Value != nil && f.Value.Bool
}

func vendorRef(id string) catalog.Ref {
	if id == "" {
		return catalog.Ref{}
	}
	return catalog.Ref{Kind: catalog.Vendor, ID: id}
}

// place takes a party in, once.
func (c *chain) place(ref catalog.Ref) bool {
	if ref.IsZero() || c.placed[ref] {
		return false
	}
	if len(c.placed) >= maxParties {
		c.cut = true
		return false
	}
	c.placed[ref] = true
	return true
}

// owners gathers the stakes in some companies, and lists the owners that were not met before.
func (c *chain) owners(of []catalog.Ref) (next []catalog.Ref, err error) {
	for _, v := range of {
		sheet, err := c.sheet(v)
		if err != nil {
			return nil, err
		}
		if sheet == nil {
			continue
		}
		for _, l := range sheet.Links {
			if l.Path != "stake.vendor" {
				continue
			}
			x, err := c.sheet(l.Record)
			if err != nil {
				return nil, err
			}
			k := chainLink{ref: l.Record, from: vendorRef(textOf(x, "stake.owner")), to: v, sheet: x}
			if until := textOf(x, "stake.until"); until != "" && catalog.Date(until).Before(c.on) {
				k.ended = true
			}
			c.stakes = append(c.stakes, k)
			if !k.ended && c.place(k.from) {
				next = append(next, k.from)
			}
		}
	}
	return next, nil
}

// used gathers the sub-processing lines of some users, and lists who is used and was not met before.
func (c *chain) used(by []catalog.Ref) (next []catalog.Ref, err error) {
	for _, u := range by {
		sheet, err := c.sheet(u)
		if err != nil {
			return nil, err
		}
		if sheet == nil {
			continue
		}
		path := "subprocessing.user"
		if u.Kind == catalog.Offering {
			path = "subprocessing.offerings"
		}
		for _, l := range sheet.Links {
			if l.Path != path || slices.ContainsFunc(c.uses, func(k chainLink) bool { return k.ref == l.Record }) {
				continue
			}
			x, err := c.sheet(l.Record)
			if err != nil {
				return nil, err
			}
			if !c.concerns(x) {
				continue
			}
			k := chainLink{ref: l.Record, from: u, to: vendorRef(textOf(x, "subprocessing.vendor")), sheet: x}
			c.uses = append(c.uses, k)
			if c.place(k.to) {
				next = append(next, k.to)
			}
		}
	}
	return next, nil
}

// concerns reports whether a sub-processing line may be used for the offering that is drawn; for a vendor every line is.
func (c *chain) concerns(line *service.Sheet) bool {
	if c.subject.Kind != catalog.Offering || line == nil {
		return true
	}
	f := factOf(line, "subprocessing.offerings")
	return f.State != catalog.Known || f.Value == nil || f.Value.Contains(c.subject.ID) || !f.Value.Complete || len(f.Value.List) == 0
}

// share is the part of the capital that a stake is at least; false: no figure is known.
func (k chainLink) share() (*big.Rat, bool) {
	for _, path := range []string{"stake.percent", "stake.percent_min"} {
		if f := factOf(k.sheet, path); f.State == catalog.Known && !f.Disputed && f.Value != nil {
			if r, ok := new(big.Rat).SetString(f.Value.Num); ok {
				return r, true
			}
		}
	}
	return nil, false
}

var hundred = big.NewRat(100, 1)

// owned says of a company how much of its capital the stakes in force make up, and whether each has a figure.
func (c *chain) owned(v catalog.Ref) (sum *big.Rat, figures bool, n int) {
	sum, figures = new(big.Rat), true
	for _, k := range c.stakes {
		if k.to != v || k.ended {
			continue
		}
		n++
		if r, ok := k.share(); ok {
			sum.Add(sum, r)
		} else {
			figures = false
		}
	}
	return sum, figures, n
}

// decimal writes a share with at most two decimals.
func decimal(r *big.Rat) string {
	return strings.TrimSuffix(strings.TrimRight(r.FloatString(2), "0"), ".")
}

// held lists the companies of the picture whose owners are followed, the subject or who serves it first.
func (c *chain) held() []catalog.Ref {
	var out []catalog.Ref
	if c.subject.Kind == catalog.Vendor {
		out = append(out, c.subject)
	}
	out = append(out, c.serving...)
	for _, row := range c.above {
		out = append(out, row...)
	}
	return out
}

// circles finds the companies that hold each other: each circle once, in the order in which they were met.
func (c *chain) circles() [][]catalog.Ref {
	owns := map[catalog.Ref][]catalog.Ref{}
	for _, k := range c.stakes {
		if !k.ended && !k.from.IsZero() {
			owns[k.from] = append(owns[k.from], k.to)
		}
	}
	reach := func(from catalog.Ref) map[catalog.Ref]bool {
		seen, todo := map[catalog.Ref]bool{}, owns[from]
		for len(todo) > 0 {
			x := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			if !seen[x] {
				seen[x] = true
				todo = append(todo, owns[x]...)
			}
		}
		return seen
	}
	var out [][]catalog.Ref
	done := map[catalog.Ref]bool{}
	all := c.held()
	for _, v := range all {
		if done[v] {
			continue
		}
		below := reach(v)
		if !below[v] {
			continue
		}
		var circle []catalog.Ref
		for _, w := range all {
			if below[w] && reach(w)[v] {
				done[w] = true
				circle = append(circle, w)
			}
		}
		out = append(out, circle)
	}
	return out
}

// ownersOpen reports whether a company may have owners that are not recorded. Persons, states and scattered shareholders
// have none.
func (c *chain) ownersOpen(v catalog.Ref) bool {
	sheet := c.sheets[v]
	switch textOf(sheet, "vendor.party_kind") {
	case "individual", "state", "dispersed":
		return false
	}
	return sheet != nil && !isTrue(sheet, "vendor.owners_complete")
}
