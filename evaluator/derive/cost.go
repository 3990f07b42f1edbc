package derive

import (
	"math/big"
	"slices"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/finding"
)

const (
	costPath   = "cost.month_eur"
	budgetPath = "cost.budget_eur_month"
)

// parts are what a month is billed for: the price, and the volume of the use case it multiplies ("": once).
var parts = []struct {
	price, volume string
	en, fr        string
}{
	{"price.input_mtok", "use_case.input_mtok_month", "input", "entrée"},
	{"price.output_mtok", "use_case.output_mtok_month", "output", "sortie"},
	{"price.seat_month", "use_case.seats", "seats", "postes"},
	{"price.fixed_month", "", "fixed part", "part fixe"},
}

// bill is what one price list gives for the workload.
type bill struct {
	total   *big.Rat // in euros; nil when not known
	euro    tri      // the list is in euros
	rateDay catalog.Date
	noRate  string // the currency that has no rate
	trail   trail
	en, fr  []string // parts whose price or volume is missing
}

// cost computes the month's bill from the newest price list of the offering. Of lists as new as each other, one in
// euros goes first, then the dearest. A price or volume that is not recorded leaves the cost unknown: only a volume
// of nought makes a price needless, and a price of nought, or known not to be asked, a volume.
func (c *calc) cost() finding.Derived {
	var newest catalog.Date
	var lists []catalog.Ref
	for _, rec := range c.d.OfKind(catalog.Price) {
		f := factOf(rec, rec.Ref(), "price.offering")
		switch {
		case !f.is(c.d.Offering.ID) || f.AsOf.Before(newest):
			continue
		case f.AsOf.After(newest):
			newest, lists = f.AsOf, nil
		}
		lists = append(lists, rec.Ref())
	}
	if len(lists) == 0 {
		var t trail
		why := wording.Textf("No price of the offering is recorded.", "Aucun prix de l'offre n'est consigné.")
		if c.d.Roles.SelfHosted {
			why = wording.Textf("The organisation hosts the offering itself: the cost of its own servers and staff is not recorded.", "L'organisation héberge elle-même l'offre : le coût de ses serveurs et de son personnel n'est pas consigné.")
			t.want(c.d.Offering, "price.fixed_month")
			return open(costPath, nil, t, why)
		}
		for _, p := range parts {
			t.want(c.d.Offering, p.price)
		}
		return open(costPath, nil, t, why)
	}
	var bills []bill
	inEuro := false
	for _, l := range lists {
		b := c.billOf(l)
		bills = append(bills, b)
		inEuro = inEuro || b.euro == yes
	}
	if inEuro {
		bills = slices.DeleteFunc(bills, func(b bill) bool { return b.euro == no })
	}
	return c.costOf(bills)
}

func (c *calc) costOf(bills []bill) finding.Derived {
	dearest := bills[0]
	var all trail
	for _, b := range bills {
		all.add(b.trail)
		if dearest.total != nil && (b.total == nil || b.total.Cmp(dearest.total) > 0) {
			dearest = b
		}
	}
	switch {
	case dearest.total == nil && dearest.noRate != "":
		return open(costPath, nil, all, wording.Textf("No exchange rate of %s is known by %s.", "Aucun taux de change de %s n'est connu au %s.", dearest.noRate, day(c.on)))
	case dearest.total == nil:
		missing := wording.Text{EN: wording.List(wording.EN, dearest.en), FR: wording.List(wording.FR, dearest.fr)}
		return open(costPath, nil, all, wording.Textf("Price or volume not recorded: %s.", "Prix ou volume non consigné : %s.", missing))
	}
	v := catalog.NumValue(catalog.TypeNumber, catalog.Decimal(dearest.total, 2))
	why := wording.Text{
		EN: "The workload costs " + wording.Money(wording.EN, v.Num, "EUR") + " a month",
		FR: "La charge coûte " + wording.Money(wording.FR, v.Num, "EUR") + " par mois",
	}
	return settled(costPath, v, dearest.trail, atRate(why, dearest.rateDay))
}

// atRate ends a sentence with the day of the exchange rate, when one was used.
func atRate(t wording.Text, rate catalog.Date) wording.Text {
	if rate == "" {
		return wording.Text{EN: t.EN + ".", FR: t.FR + "."}
	}
	return wording.Text{EN: t.EN + ", at the reference rate of " + rate.In(wording.EN) + ".", FR: t.FR + ", au taux de référence du " + rate.In(wording.FR) + "."}
}

func (c *calc) billOf(list catalog.Ref) bill {
	b := bill{total: new(big.Rat), euro: yes}
	for _, p := range parts {
		price := c.fact(list, p.price)
		volume := big.NewRat(1, 1)
		var v fact
		if p.volume != "" {
			v = c.fact(c.d.UseCase, p.volume)
			volume = nil
			if v.known() {
				volume = catalog.Rat(v.Value.Num)
			}
		}
		switch {
		case volume != nil && volume.Sign() == 0:
			b.trail.read(v)
			continue
		case price.State == catalog.Absent, price.known() && catalog.Rat(price.Value.Num).Sign() == 0:
			b.trail.read(price)
			continue
		}
		switch {
		case !price.known(), price.Value.Currency != "EUR" && volume == nil: // a volume of nought would leave it out
			b.euro = and(b.euro, maybe)
		case price.Value.Currency != "EUR":
			b.euro = no
		}
		b.trail.read(price)
		if p.volume != "" {
			b.trail.read(v)
		}
		if !price.known() || volume == nil {
			b.total, b.en, b.fr = nil, append(b.en, p.en), append(b.fr, p.fr)
			continue
		}
		amount, rate, ok := c.k.ToEuro(new(big.Rat).Mul(catalog.Rat(price.Value.Num), volume), price.Value.Currency, c.on)
		if !ok {
			b.total, b.noRate = nil, price.Value.Currency
			continue
		}
		b.rateDay = max(b.rateDay, rate)
		if b.total != nil {
			b.total.Add(b.total, amount)
		}
	}
	return b
}

// budget converts the monthly budget of the use case.
func (c *calc) budget() finding.Derived {
	var t trail
	if c.d.UseCase.IsZero() {
		return open(budgetPath, nil, t, wording.Textf("No use case is given.", "Aucun cas d'usage n'est indiqué."))
	}
	f := c.fact(c.d.UseCase, "use_case.budget_month")
	t.read(f)
	if !f.known() {
		return open(budgetPath, nil, t, wording.Textf("The budget of the use case is not recorded.", "Le budget du cas d'usage n'est pas consigné."))
	}
	euros, rate, ok := c.k.ToEuro(catalog.Rat(f.Value.Num), f.Value.Currency, c.on)
	if !ok {
		return open(budgetPath, nil, t, wording.Textf("No exchange rate of %s is known by %s.", "Aucun taux de change de %s n'est connu au %s.", f.Value.Currency, day(c.on)))
	}
	v := catalog.NumValue(catalog.TypeNumber, catalog.Decimal(euros, 2))
	why := wording.Text{EN: "Monthly budget: " + wording.Money(wording.EN, v.Num, "EUR"), FR: "Budget mensuel : " + wording.Money(wording.FR, v.Num, "EUR")}
	return settled(budgetPath, v, t, atRate(why, rate))
}
