package decision

import (
	"math/big"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/jurisdiction"
)

// Holding is a decision in force with what is known of its offering today. Exposures may be nil.
type Holding struct {
	Decision  *Decision
	Judged    evaluator.Judged
	Exposures *jurisdiction.Exposures
}

// Dimension is what a portfolio can be concentrated on.
type Dimension string

// The dimensions.
const (
	ByVendor       Dimension = "vendor"
	ByOwner        Dimension = "ultimate_owner"
	ByHostCountry  Dimension = "host_country"
	BySubprocessor Dimension = "sub_processor"
	ByMaker        Dimension = "model_maker"
	ByLaw          Dimension = "law"
)

var dimensionWords = map[Dimension]wording.Text{
	ByVendor:       {EN: "Vendor", FR: "Fournisseur"},
	ByOwner:        {EN: "Ultimate owner", FR: "Propriétaire ultime"},
	ByHostCountry:  {EN: "Host country", FR: "Pays d'hébergement"},
	BySubprocessor: {EN: "Sub-processor", FR: "Sous-traitant ultérieur"},
	ByMaker:        {EN: "Model maker", FR: "Créateur du modèle"},
	ByLaw:          {EN: "Foreign law", FR: "Droit étranger"},
}

// Label names the dimension.
func (d Dimension) Label() wording.Text { return dimensionWords[d] }

// Portfolio is everything in force on a day and what it is exposed to together.
type Portfolio struct {
	Format         string          `json:"format"`
	On             catalog.Date    `json:"on"`
	Lines          []Line          `json:"lines"` // the first to end first
	Concentrations []Concentration `json:"concentrations"`
	Spend          Sum             `json:"spend_eur_month"`
	Energy         Sum             `json:"energy_kwh_month"`
	Carbon         Sum             `json:"carbon_kg_month"`
}

// PortfolioFormat names the form of a portfolio.
const PortfolioFormat = "vigie-portfolio/1"

// Sum adds up what is known, and says of how many lines it is not.
type Sum struct {
	Known   string `json:"known"` // decimal
	Unknown int    `json:"unknown"`
}

// Line is one decision in force. Empty figures are not known.
type Line struct {
	Decision string            `json:"decision"` // hash
	Offering string            `json:"offering"`
	Name     wording.Text      `json:"name"`
	UseCase  string            `json:"use_case"`
	Outcome  Outcome           `json:"outcome"`
	Verdict  evaluator.Verdict `json:"verdict"` // today's
	Until    catalog.Date      `json:"until"`
	Overdue  int               `json:"overdue"` // conditions past their day
	Spend    string            `json:"spend_eur_month,omitempty"`
	Energy   string            `json:"energy_kwh_month,omitempty"`
	Carbon   string            `json:"carbon_kg_month,omitempty"`
}

// Concentration is how approvals in force spread over one dimension. A line that several values share counts for each
// in equal parts. Herfindahl runs from near 0 to 10 000, when one value holds everything.
type Concentration struct {
	Dimension     Dimension `json:"dimension"`
	Herfindahl    int       `json:"herfindahl"`
	HerfindahlEUR *int      `json:"herfindahl_spend"` // by spend, over lines whose spend is known; nil when none is
	Unknown       int       `json:"unknown"`          // lines of which nothing is known here
	Entries       []Entry   `json:"entries"`          // the largest first
}

// Entry is one party, country or law and what depends on it.
type Entry struct {
	ID     string               `json:"id"`
	Name   wording.Text         `json:"name"`
	Share  evaluator.Hundredths `json:"share"`  // percent of the lines
	Falls  []string             `json:"falls"`  // hashes of the decisions that cannot go on without it
	Shaken []string             `json:"shaken"` // and of those that can, with effort: a supplier that can be replaced, weights at hand
	Spend  string               `json:"spend_eur_month,omitempty"`
}

// key is one value of a dimension for one holding.
type key struct {
	id     string
	name   wording.Text
	shaken bool
}

// NewPortfolio adds up holdings. Only approvals weigh in concentrations; every decision in force is a line.
func NewPortfolio(on catalog.Date, holdings []Holding) *Portfolio {
	p := &Portfolio{Format: PortfolioFormat, On: on, Lines: []Line{}, Concentrations: []Concentration{}}
	var spend, energy, carbon adder
	for _, h := range holdings {
		l := lineOf(h, on)
		p.Lines = append(p.Lines, l)
		if h.Decision.Outcome.Approves() {
			spend.add(l.Spend)
			energy.add(l.Energy)
			carbon.add(l.Carbon)
		}
	}
	p.Spend, p.Energy, p.Carbon = spend.sum(), energy.sum(), carbon.sum()
	slices.SortFunc(p.Lines, func(a, b Line) int { return strings.Compare(string(a.Until)+a.Decision, string(b.Until)+b.Decision) })
	for _, d := range []struct {
		dimension Dimension
		keys      func(Holding) []key
	}{{ByVendor, vendors}, {ByOwner, owners}, {ByHostCountry, countries}, {BySubprocessor, subprocessors}, {ByMaker, makers}, {ByLaw, laws}} {
		p.Concentrations = append(p.Concentrations, concentrate(d.dimension, holdings, d.keys))
	}
	return p
}

type adder struct {
	total   big.Rat
	unknown int
}

func (a *adder) add(decimal string) {
	if decimal == "" {
		a.unknown++
		return
	}
	a.total.Add(&a.total, catalog.Rat(decimal))
}

func (a *adder) sum() Sum { return Sum{Known: catalog.Decimal(&a.total, 2), Unknown: a.unknown} }

func lineOf(h Holding, on catalog.Date) Line {
	d := h.Decision
	l := Line{Decision: d.Hash, Offering: d.Offering, Name: h.Judged.Dossier.Name(h.Judged.Dossier.Offering), UseCase: d.UseCase, Outcome: d.Outcome,
		Verdict: h.Judged.Assessment.Verdict, Until: d.Until, Overdue: len(d.Overdue(on))}
	l.Spend = derivedNumber(h, "cost.month_eur")
	wh, tokens := derivedNumber(h, "env.wh_per_1k_output_tokens"), ""
	if f := h.Judged.Dossier.Record(h.Judged.Dossier.UseCase).Fact("use_case.output_mtok_month"); f.State == catalog.Known {
		tokens = f.Value.Num
	}
	if wh != "" && tokens != "" { // Wh for a thousand tokens is kWh for a million
		kwh := new(big.Rat).Mul(catalog.Rat(wh), catalog.Rat(tokens))
		l.Energy = catalog.Decimal(kwh, 3)
		if g := derivedNumber(h, "env.grid_gco2e_per_kwh"); g != "" {
			kg := new(big.Rat).Mul(kwh, catalog.Rat(g))
			l.Carbon = catalog.Decimal(kg.Quo(kg, big.NewRat(1000, 1)), 3)
		}
	}
	return l
}

func derivedNumber(h Holding, path string) string {
	for _, d := range h.Judged.Assessment.Derived {
		if d.Path == path && d.State == catalog.Known && d.Value != nil {
			return d.Value.Num
		}
	}
	return ""
}

func concentrate(dim Dimension, holdings []Holding, keys func(Holding) []key) Concentration {
	out := Concentration{Dimension: dim, Entries: []Entry{}}
	type weight struct{ lines, spend big.Rat }
	entries, weights := map[string]*Entry{}, map[string]*weight{}
	var lines, spend big.Rat
	for _, h := range holdings {
		if !h.Decision.Outcome.Approves() {
			continue
		}
		list := keys(h)
		if len(list) == 0 && !none(dim, h) {
			out.Unknown++
			continue
		}
		cost := derivedNumber(h, "cost.month_eur")
		lines.Add(&lines, big.NewRat(1, 1))
		if cost != "" {
			spend.Add(&spend, catalog.Rat(cost))
		}
		for _, k := range list {
			part := big.NewRat(1, int64(len(list)))
			e := entries[k.id]
			if e == nil {
				e = &Entry{ID: k.id, Name: k.name, Falls: []string{}, Shaken: []string{}}
				entries[k.id], weights[k.id] = e, &weight{}
			}
			if k.shaken {
				e.Shaken = append(e.Shaken, h.Decision.Hash)
			} else {
				e.Falls = append(e.Falls, h.Decision.Hash)
			}
			w := weights[k.id]
			w.lines.Add(&w.lines, part)
			if cost != "" {
				w.spend.Add(&w.spend, new(big.Rat).Mul(part, catalog.Rat(cost)))
			}
		}
	}
	var byLines, bySpend big.Rat
	for id, e := range entries {
		w := weights[id]
		share := new(big.Rat).Quo(&w.lines, &lines)
		byLines.Add(&byLines, new(big.Rat).Mul(share, share))
		e.Share = evaluator.Hundredths(rounded(new(big.Rat).Mul(share, big.NewRat(10000, 1))))
		if spend.Sign() > 0 {
			s := new(big.Rat).Quo(&w.spend, &spend)
			bySpend.Add(&bySpend, s.Mul(s, s))
		}
		if w.spend.Sign() > 0 {
			e.Spend = catalog.Decimal(&w.spend, 2)
		}
		slices.Sort(e.Falls)
		slices.Sort(e.Shaken)
		out.Entries = append(out.Entries, *e)
	}
	out.Herfindahl = int(rounded(byLines.Mul(&byLines, big.NewRat(10000, 1))))
	if spend.Sign() > 0 {
		n := int(rounded(bySpend.Mul(&bySpend, big.NewRat(10000, 1))))
		out.HerfindahlEUR = &n
	}
	slices.SortFunc(out.Entries, func(a, b Entry) int {
		if a.Share != b.Share {
			return int(b.Share - a.Share)
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

// none reports whether a holding is known to depend on nothing in a dimension: no law reaches it, or its list of
// sub-processors is complete and empty.
func none(dim Dimension, h Holding) bool {
	switch dim {
	case ByLaw:
		return h.Exposures != nil && !slices.ContainsFunc(h.Exposures.Exposures, func(e jurisdiction.Exposure) bool { return e.Status == jurisdiction.Undetermined })
	case BySubprocessor:
		complete, _ := h.Judged.Dossier.SuppliersComplete()
		return complete
	}
	return false
}

func rounded(r *big.Rat) int64 {
	n := new(big.Int).Mul(r.Num(), big.NewInt(2))
	n.Add(n, r.Denom())
	return n.Div(n, new(big.Int).Mul(r.Denom(), big.NewInt(2))).Int64()
}

func vendors(h Holding) []key {
	d := h.Judged.Dossier
	switch {
	case !d.Roles.Vendor.IsZero():
		return []key{{id: d.Roles.Vendor.ID, name: d.Name(d.Roles.Vendor)}}
	case d.Roles.SelfHosted && !d.Organisation.IsZero():
		return []key{{id: d.Organisation.ID, name: d.Name(d.Organisation)}}
	}
	return nil
}

// owners gives the last of those who control the vendor; a vendor that nobody is known to control stands for itself.
func owners(h Holding) []key {
	d := h.Judged.Dossier
	if n := len(d.Roles.Parents); n > 0 {
		top := d.Roles.Parents[n-1]
		return []key{{id: top.ID, name: d.Name(top)}}
	}
	return vendors(h)
}

func countries(h Holding) []key {
	d := h.Judged.Dossier
	var out []key
	for _, path := range []string{"offering.processing_countries", "offering.storage_countries"} {
		f := d.Record(d.Offering).Fact(path)
		if f.State != catalog.Known {
			continue
		}
		for _, c := range f.Value.Texts() {
			if !slices.ContainsFunc(out, func(k key) bool { return k.id == c }) {
				out = append(out, key{id: c, name: catalog.CountryName(c)})
			}
		}
	}
	if len(out) == 0 && d.Roles.SelfHosted {
		if f := d.Record(d.Organisation).Fact("organisation.country"); f.State == catalog.Known {
			out = append(out, key{id: f.Value.Text, name: catalog.CountryName(f.Value.Text)})
		}
	}
	return out
}

// subprocessors lists the companies used; one that may be used for other offerings only shakes at most.
func subprocessors(h Holding) []key {
	d := h.Judged.Dossier
	var out []key
	sure, possible := d.SupplyLines()
	for i, r := range slices.Concat(sure, possible) {
		f := r.Fact("subprocessing.vendor")
		if f.State != catalog.Known {
			continue
		}
		can := r.Fact("subprocessing.replaceable")
		k := key{id: f.Value.Text, name: d.Name(catalog.Ref{Kind: catalog.Vendor, ID: f.Value.Text}), shaken: i >= len(sure) || can.State == catalog.Known && can.Value.Bool}
		if n := slices.IndexFunc(out, func(o key) bool { return o.id == k.id }); n >= 0 {
			out[n].shaken = out[n].shaken && k.shaken
			continue
		}
		out = append(out, k)
	}
	return out
}

// makers: an offering whose maker serves it falls with it; weights that others hold go on.
func makers(h Holding) []key {
	d := h.Judged.Dossier
	var out []key
	for _, m := range d.Roles.Models {
		rec := d.Record(m)
		f := rec.Fact("model.provider")
		if f.State != catalog.Known {
			continue
		}
		maker := catalog.Ref{Kind: catalog.Vendor, ID: f.Value.Text}
		w := rec.Fact("model.weights")
		held := w.State == catalog.Known && (w.Value.Text == "open" || w.Value.Text == "gated")
		k := key{id: maker.ID, name: d.Name(maker), shaken: held && maker != d.Roles.Vendor && !slices.Contains(d.Roles.Parents, maker)}
		if i := slices.IndexFunc(out, func(o key) bool { return o.id == k.id }); i >= 0 {
			out[i].shaken = out[i].shaken && k.shaken
			continue
		}
		out = append(out, k)
	}
	return out
}

// laws lists the foreign laws that reach the offering, certainly or arguably; those that are only arguable shake it.
func laws(h Holding) []key {
	if h.Exposures == nil {
		return nil
	}
	var out []key
	for _, e := range h.Exposures.Exposures {
		if e.Status == jurisdiction.Exposed || e.Status == jurisdiction.Arguable {
			out = append(out, key{id: e.Law, name: e.Short, shaken: e.Status == jurisdiction.Arguable})
		}
	}
	return out
}
