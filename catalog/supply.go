package catalog

import "slices"

// UsedFor reads a sub-processing line: whether it is used for an offering. A line that names no offering is used for all
// those of its user (the dictionary says so). One whose list is not complete, or disputed, and does not name the offering
// may be: it is neither a supplier nor none.
func (r *DossierRecord) UsedFor(offering Ref) (surely, possibly bool) {
	f := r.Fact("subprocessing.offerings")
	switch {
	case f.State == Unknown:
		return !f.Disputed, true
	case f.State != Known || f.Value.Contains(offering.ID):
		return true, true
	case f.Value.Complete:
		none := len(f.Value.List) == 0
		return none, none
	}
	return false, true
}

// SupplyLines parts the sub-processing lines of a dossier into those surely used for the offering, by those who serve it
// or by a sure supplier of theirs, and those that may be. Both are in order of id.
func (d *Dossier) SupplyLines() (sure, possible []*DossierRecord) {
	for _, line := range d.OfKind(Subprocessing) {
		if _, possibly := line.UsedFor(d.Offering); possibly {
			possible = append(possible, line)
		}
	}
	if len(possible) == 0 {
		return nil, nil
	}
	users := map[string]bool{d.Roles.Vendor.ID: true}
	for _, p := range d.Roles.Parents {
		users[p.ID] = true
	}
	delete(users, "")
	for again := true; again; {
		again = false
		left := possible[:0:0]
		for _, line := range possible {
			surely, _ := line.UsedFor(d.Offering)
			user, named := line.Fact("subprocessing.user"), line.Fact("subprocessing.offerings")
			if !surely || !(user.State == Known && users[user.Value.Text]) && !(named.State == Known && named.Value.Contains(d.Offering.ID)) {
				left = append(left, line)
				continue
			}
			sure, again = append(sure, line), true
			if v := line.Fact("subprocessing.vendor"); v.State == Known {
				users[v.Value.Text] = true
			}
		}
		possible = left
	}
	slices.SortFunc(sure, func(a, b *DossierRecord) int { return cmpString(a.ID, b.ID) })
	return sure, possible
}

// SuppliersComplete reads whether every sub-processor of the offering is stated to be recorded, and on which facts that
// rests; facts not known are listed too, as they would tell. The statement nearest to the offering prevails: its own,
// that of its terms, that of its vendor. One that is disputed states nothing, nor do those further away then.
func (d *Dossier) SuppliersComplete() (complete bool, on []FactRef) {
	at := []FactRef{{d.Offering, "offering.subprocessors_complete"}}
	if !d.Roles.SelfHosted {
		at = append(at, FactRef{d.Roles.Terms, "terms.subprocessors_complete"}, FactRef{d.Roles.Vendor, "vendor.subprocessors_complete"})
	}
	for _, a := range at {
		if a.Record.IsZero() {
			continue
		}
		f := d.Record(a.Record).Fact(a.Path)
		switch {
		case f.State == Known && f.Value.Bool:
			return true, []FactRef{a}
		case f.State == Known:
			return false, []FactRef{a}
		case f.State == Absent:
			return false, []FactRef{a}
		}
		on = append(on, a)
		if f.Disputed {
			break
		}
	}
	return false, on
}
