package derive

import (
	"slices"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/finding"
)

const notReplaceablePath = "chain.not_replaceable"

// notReplaceable counts the companies that the vendor relies on directly for the offering and could not replace
// within 3 months. What those rely on in turn is theirs to replace. A line whose company is not known counts as a
// company of its own.
func (c *calc) notReplaceable() finding.Derived {
	group := c.group()
	worst := map[catalog.Ref]tri{} // by company: does it count?
	var t trail
	var companies []catalog.Ref
	for _, rec := range c.d.OfKind(catalog.Subprocessing) {
		user, offerings := factOf(rec, rec.Ref(), "subprocessing.user"), factOf(rec, rec.Ref(), "subprocessing.offerings")
		if !names(offerings, c.d.Offering.ID) && !slices.ContainsFunc(group, user.is) {
			continue
		}
		surely, possibly := rec.UsedFor(c.d.Offering)
		used := yes
		switch {
		case !possibly:
			continue
		case !surely:
			used = maybe
			t.missing = append(t.missing, offerings.at)
		}
		company := rec.Ref()
		if v := factOf(rec, rec.Ref(), "subprocessing.vendor"); v.known() {
			company = catalog.Ref{Kind: catalog.Vendor, ID: v.Value.Text}
		}
		replaceable := factOf(rec, rec.Ref(), "subprocessing.replaceable")
		t.read(replaceable)
		if _, seen := worst[company]; !seen {
			companies = append(companies, company)
		}
		worst[company] = or(worst[company], and(used, replaceable.truth().not()))
	}
	low, high := int64(0), int64(0)
	var held []catalog.Ref
	for _, company := range companies {
		switch worst[company] {
		case yes:
			low, high = low+1, high+1
			held = append(held, company)
		case maybe:
			high++
		}
	}
	if !c.chainComplete(&t) {
		return open(notReplaceablePath, nil, t, wording.Textf("The list of sub-processors is not known to be complete (recorded: %d; not replaceable: %d).",
			"La liste des sous-traitants n'est pas déclarée complète (consignés : %d ; non remplaçables : %d).", len(companies), low))
	}
	var left []catalog.Value
	for n := low; n <= high; n++ {
		left = append(left, integer(n))
	}
	none := wording.Textf("Every sub-processor of the complete list can be replaced within 3 months.", "Chaque sous-traitant de la liste complète est remplaçable en 3 mois.")
	known := wording.Textf("Not replaceable within 3 months: %s.", "Non remplaçables en 3 mois : %s.", c.list(held))
	if low == 0 {
		known = none
	}
	return among(notReplaceablePath, left, len(left)+1, t, known,
		wording.Textf("Whether some sub-processors can be replaced within 3 months is not known.", "On ignore si certains sous-traitants sont remplaçables en 3 mois."))
}

// chainComplete reports whether somebody states that every supplier of the offering is recorded.
func (c *calc) chainComplete(t *trail) bool {
	complete, on := c.d.SuppliersComplete()
	for _, at := range on {
		t.read(c.fact(at.Record, at.Path))
	}
	return complete
}

func integer(n int64) catalog.Value { return catalog.NumValue(catalog.TypeInteger, decimalInt(n)) }
