package jurisdiction

import (
	"slices"
	"strings"

	"vigie/catalog"
)

// owners adds the holders of every party in the graph, theirs to the last, and what all of them hold.
func (b *builder) owners() {
	stakes := b.d.OfKind(catalog.Stake)
	done := make([]bool, len(stakes))
	for again := true; again; {
		again = false
		for i, rec := range stakes {
			if done[i] {
				continue
			}
			owner := catalog.Ref{Kind: catalog.Vendor, ID: b.text(rec.Ref(), "stake.owner")}
			of := catalog.Ref{Kind: catalog.Vendor, ID: b.text(rec.Ref(), "stake.vendor")}
			_, up := b.index[of]
			_, down := b.index[owner]
			if of.ID == "" || !up && (!down || owner.ID == "") || !b.holds(rec.Ref()) {
				continue
			}
			done[i], again = true, true
			b.stake(rec.Ref(), owner, of, up)
		}
	}
	order := func(s Stake) string { return s.Record.ID }
	slices.SortStableFunc(b.g.Stakes, func(x, y Stake) int { return strings.Compare(order(x), order(y)) })
}

// holds reports whether a stake is held on the day of the dossier.
func (b *builder) holds(stake catalog.Ref) bool {
	from, until := catalog.Date(b.text(stake, "stake.from")), catalog.Date(b.text(stake, "stake.until"))
	return (from == "" || !from.After(b.d.On)) && (until == "" || !until.Before(b.d.On))
}

func (b *builder) stake(r, owner, of catalog.Ref, up bool) {
	var holder *Party
	if owner.ID == "" {
		holder = b.nameless(r)
		holder.Kind = ""
		holder.Nationality = Anywhere
		holder.Refs[AttrSeat] = b.refs(r, "stake.owner")
		holder.Refs[AttrOwners] = b.refs(r, "stake.owner")
	} else {
		holder = b.party(owner)
	}
	if up {
		holder.Roles |= Owner
	}
	b.ownerCountry(holder, r)
	id := holder.ID
	held := b.party(of)
	if !up && held.Roles == 0 {
		held.Roles |= Affiliate
	}
	s := Stake{Owner: id, Of: held.ID, Percent: b.percent(r, "stake.percent", "stake.percent_min", "stake.percent_max"), Indirect: b.truth(r, "stake.indirect") == Yes, Record: r,
		Refs: Refs{AttrStake: b.refs(r, "stake.percent", "stake.voting_percent", "stake.control")}}
	if v := b.percent(r, "stake.voting_percent", "stake.voting_min", "stake.voting_max"); v != AnyShare {
		s.HasVotes, s.Votes = true, v
	}
	switch b.truth(r, "stake.control") {
	case Yes:
		s.Control = ControlYes
	case No:
		s.Control = ControlNo
	}
	b.g.Stakes = append(b.g.Stakes, s)
}

// ownerCountry takes the country on the line of an owner whose own record names none: the nationality and residence of
// a person, the seat of anyone else.
func (b *builder) ownerCountry(p *Party, stake catalog.Ref) {
	c := b.text(stake, "stake.owner_country")
	if c == "" || p.IncorporatedIn != "" || p.HeadquarteredIn != "" {
		return
	}
	p.HeadquarteredIn = c
	if p.Kind == Individual {
		p.IncorporatedIn = c
		if !known(p.Nationality) {
			p.Nationality = Places{Codes: []string{c}, Open: true}
		}
	}
	p.Refs[AttrSeat] = append(p.Refs[AttrSeat], b.refs(stake, "stake.owner_country")...)
}

func (b *builder) percent(r catalog.Ref, exact, low, high string) Range {
	read := func(path string) (Share, bool) {
		if f, _ := b.fact(r, path); f.State == catalog.Known && f.Value != nil {
			return ParsePercent(f.Value.Num)
		}
		return 0, false
	}
	if s, ok := read(exact); ok {
		return Exact(s)
	}
	out := AnyShare
	if s, ok := read(low); ok {
		out.Min = s
	}
	if s, ok := read(high); ok {
		out.Max = max(s, out.Min)
	}
	return out
}
