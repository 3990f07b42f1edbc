package derive

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/finding"
)

const certsPath = "certs.valid"

// fewLists bounds how many uncertain standards are spelt out as whole possible lists (two to that power).
const fewLists = 4

// standards lists the codes and names of the standards, from the declaration of certs.valid.
func standards() []catalog.Choice {
	all, _ := Declarations()
	i := slices.IndexFunc(all, func(d Declaration) bool { return d.Path == certsPath })
	if i < 0 {
		return nil
	}
	return all[i].Values
}

// certificate is one line and what it proves.
type certificate struct {
	standard fact
	in       tri // it counts: held, covering the offering, not expired
	trail    trail
}

// certificates answers which standards have a certificate that is held, covers the offering and is valid on the
// day. A line that records "none found" for the serving vendor excludes its standard, unless another line may
// prove it.
func (c *calc) certificates() finding.Derived {
	group := c.group()
	var sure, unsure, denied []string
	var t trail
	anyStandard := false
	for _, rec := range c.d.OfKind(catalog.Certification) {
		x := c.certificate(rec, group)
		known := x.standard.known()
		switch {
		case x.in == yes && known:
			sure = append(sure, x.standard.Value.Text)
			t.used = append(t.used, x.trail.used...)
		case x.in != no && known:
			unsure = append(unsure, x.standard.Value.Text)
			t.missing = append(t.missing, x.trail.missing...)
		case x.in != no:
			anyStandard = true
			t.missing = append(t.missing, x.trail.missing...)
		case known && factOf(rec, rec.Ref(), "certification.held").truth() == no && factOf(rec, rec.Ref(), "certification.vendor").is(c.d.Roles.Vendor.ID):
			denied = append(denied, x.standard.Value.Text)
			t.used = append(t.used, x.trail.used...)
		}
	}
	slices.Sort(sure)
	sure = slices.Compact(sure)
	complete := c.fact(c.d.Roles.Vendor, "vendor.certifications_complete")
	closed := complete.truth() == yes && !anyStandard
	if !c.d.Roles.Vendor.IsZero() {
		t.read(complete)
	}
	var left []string
	for _, s := range standards() {
		possible := slices.Contains(unsure, s.ID) || !closed && !slices.Contains(denied, s.ID)
		if possible && !slices.Contains(sure, s.ID) {
			left = append(left, s.ID)
		}
	}
	return c.certificatesFrom(sure, left, t)
}

func (c *calc) certificatesFrom(sure, left []string, t trail) finding.Derived {
	value := func(codes []string, complete bool) catalog.Value {
		elems := make([]catalog.Value, len(codes))
		for i, s := range codes {
			elems[i] = catalog.ChoiceValue(s)
		}
		return catalog.ListValue(catalog.TypeChoice, complete, elems...)
	}
	switch {
	case len(left) == 0 && len(sure) == 0:
		return settled(certsPath, value(nil, true), t, wording.Textf("No certificate covers the offering on %s.", "Aucun certificat ne couvre l'offre au %s.", day(c.on)))
	case len(left) == 0:
		return settled(certsPath, value(sure, true), t, wording.Textf("Held, covering the offering and valid on %s: %s.", "Détenus, couvrant l'offre et valables au %s : %s.", day(c.on), standardNames(sure)))
	case len(left) <= fewLists:
		var lists []catalog.Value
		for mask := range 1 << len(left) {
			codes := slices.Clone(sure)
			for i, s := range left {
				if mask&(1<<i) != 0 {
					codes = append(codes, s)
				}
			}
			lists = append(lists, value(codes, true))
		}
		return open(certsPath, lists, t, c.certsOpen(sure, left))
	case len(sure) == 0: // a list of which nothing is certain is simply not known
		return open(certsPath, nil, t, c.certsOpen(sure, left))
	}
	d := settled(certsPath, value(sure, false), t, c.certsOpen(sure, left))
	d.SettledBy = tidy(t.missing)
	if len(left)+len(sure) < len(standards()) {
		for _, s := range left {
			d.Possible = append(d.Possible, catalog.ChoiceValue(s))
		}
	}
	return d
}

func (c *calc) certsOpen(sure, left []string) wording.Text {
	if c.d.Roles.SelfHosted {
		return wording.Textf("The organisation hosts the offering itself: its vendor's certificates do not apply, and its own are not recorded.",
			"L'organisation héberge elle-même l'offre : les certificats d'un fournisseur ne s'appliquent pas, et les siens ne sont pas consignés.")
	}
	if c.d.Roles.Vendor.IsZero() {
		return wording.Textf("Who serves the offering is not known.", "On ignore qui sert l'offre.")
	}
	var certain, tail wording.Text
	if len(sure) > 0 {
		certain = wording.Textf("Certain: %s. ", "Certains : %s. ", standardNames(sure))
	} else {
		certain = wording.Textf("No certificate is certain. ", "Aucun certificat n'est certain. ")
	}
	if len(left) <= fewLists {
		tail = wording.Textf("Possible, some fact being missing: %s.", "Possibles, un fait manquant : %s.", standardNames(left))
	} else {
		tail = wording.Textf("The list of certificates is not known to be complete.", "La liste des certificats n'est pas déclarée complète.")
	}
	return wording.Text{EN: certain.EN + tail.EN, FR: certain.FR + tail.FR}
}

func standardNames(codes []string) wording.Text {
	var en, fr []string
	for _, s := range standards() {
		if slices.Contains(codes, s.ID) {
			en, fr = append(en, s.EN), append(fr, s.FR)
		}
	}
	return wording.Text{EN: strings.Join(en, ", "), FR: strings.Join(fr, ", ")}
}

func (c *calc) certificate(rec *catalog.DossierRecord, group []string) certificate {
	get := func(word string) fact { return factOf(rec, rec.Ref(), "certification."+word) }
	held, until := get("held"), get("valid_until")
	x := certificate{standard: get("standard")}
	x.trail.read(x.standard, held, until)
	valid := maybe
	if until.known() {
		valid = truthOf(!catalog.Date(until.Value.Text).Before(c.on))
	}
	offerings, covers := get("offerings"), get("covers_offering")
	var coverage tri
	switch {
	case names(offerings, c.d.Offering.ID):
		coverage = yes
		x.trail.read(offerings)
	case offerings.known() && !offerings.Value.Complete || offerings.Disputed:
		coverage = maybe
		x.trail.missing = append(x.trail.missing, offerings.at)
	case !offerings.unknown():
		coverage = no
	case slices.ContainsFunc(group, get("vendor").is):
		// It names no offering: it then speaks of the AI offerings of its vendor and of those that vendor controls.
		coverage = covers.truth()
		x.trail.read(covers)
	}
	x.in = and(held.truth(), coverage, valid)
	return x
}
