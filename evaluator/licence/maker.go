package licence

import "vigie/catalog"

// servedByMaker: the company that made the model, or one of its group, serves it. Whoever buys that service exercises no
// right under the licence of the weights: between them the terms of the service say what may be done. A third party
// that serves open weights is their licensee, and passes their limits on.
func servedByMaker(d *catalog.Dossier, model catalog.Ref) bool {
	f := d.Record(model).Fact("model.provider")
	if d.Roles.SelfHosted || d.Roles.Vendor.ID == "" || f.State != catalog.Known {
		return false
	}
	maker := f.Value.Text
	if maker == d.Roles.Vendor.ID {
		return true
	}
	for _, p := range d.Roles.Parents {
		if p.ID == maker {
			return true
		}
	}
	return controls(d, d.Roles.Vendor.ID, maker)
}

// ServedByMaker reports whether the offering of a dossier is a service of the company that made one of its models, or
// of its group: the terms of the service then say what may be done, not the licence of the weights.
func ServedByMaker(d *catalog.Dossier, model catalog.Ref) bool { return servedByMaker(d, model) }

// controls reports a recorded, declared control of one company by another, on the day of the dossier.
func controls(d *catalog.Dossier, owner, company string) bool {
	for _, s := range d.OfKind(catalog.Stake) {
		o, c, k := s.Fact("stake.owner"), s.Fact("stake.vendor"), s.Fact("stake.control")
		if o.State == catalog.Known && c.State == catalog.Known && k.State == catalog.Known && o.Value.Text == owner && c.Value.Text == company && k.Value.Bool && s.ControlsOn(d.On) {
			return true
		}
	}
	return false
}
