package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"vigie/catalog"
)

// OfferingsQuery is the form above the list of offerings, all of it in the address.
type OfferingsQuery struct {
	Find        string
	UseCase     string
	Vendor      string
	Country     string // where the vendor is incorporated
	Owner       string // country of who controls it in the end
	Deployment  string
	Certificate string
	Verdict     string
	Rights      string
	Exposure    string
	Known       int // at least so many percent of the facts asked for
	Expires     int // a certificate or source ends within so many days
	Columns     []string
	Sort        string
	Chosen      []string // offerings in the basket
	On          catalog.Date
}

// Columns of the list, in their order; those after "verdict" need a use case.
var (
	factColumns  = []string{"country", "owner", "deployment", "places", "models", "certificates", "known", "expires"}
	judgeColumns = []string{"verdict", "score", "exposure", "rights"}
)

// OfferingColumns lists the columns that an address may name.
func OfferingColumns() []string { return slices.Concat(judgeColumns, factColumns) }

// OfferingSorts lists the orders that an address may name.
func OfferingSorts() []string {
	return []string{"name", "score", "known", "country", "owner", "expires"}
}

func (q OfferingsQuery) columns() []string {
	shown := q.Columns
	if len(shown) == 0 {
		shown = []string{"country", "owner", "deployment", "places", "certificates", "known"}
		if q.UseCase != "" {
			shown = []string{"verdict", "score", "exposure", "rights", "country", "owner"}
		}
	}
	var out []string
	for _, c := range OfferingColumns() {
		if slices.Contains(shown, c) && (q.UseCase != "" || !slices.Contains(judgeColumns, c)) {
			out = append(out, c)
		}
	}
	return out
}

// Values writes the query back into an address.
func (q OfferingsQuery) Values() url.Values {
	v := url.Values{}
	for _, x := range []struct{ name, value string }{{"find", q.Find}, {"use_case", q.UseCase}, {"vendor", q.Vendor}, {"country", q.Country}, {"owner", q.Owner}, {"deployment", q.Deployment},
		{"certificate", q.Certificate}, {"verdict", q.Verdict}, {"rights", q.Rights}, {"exposure", q.Exposure}, {"sort", q.Sort}} {
		if x.value != "" {
			v.Set(x.name, x.value)
		}
	}
	if q.Known > 0 {
		v.Set("known", strconv.Itoa(q.Known))
	}
	if q.Expires > 0 {
		v.Set("expires", strconv.Itoa(q.Expires))
	}
	if len(q.Columns) > 0 {
		v["column"] = q.Columns
	}
	if len(q.Chosen) > 0 {
		v["offering"] = q.Chosen
	}
	return v
}

func (q OfferingsQuery) address(path string, change func(*OfferingsQuery)) string {
	if change != nil {
		change(&q)
	}
	if e := q.Values().Encode(); e != "" {
		return path + "?" + e
	}
	return path
}

// OfferingsPage is the catalogue of offerings.
type OfferingsPage struct {
	Base
	Query    OfferingsQuery
	Filters  []Filter // those always in view
	More     []Filter
	MoreOpen bool
	Applied  []Link // a press takes the filter away
	Clear    string
	UseCase  *Link
	Count    int
	Heads    []Head
	Rows     []OfferingRow
	Columns  []Option
	Hidden   []Option // what the form of columns sends besides
	CSV      string
	Form     string
	Compare  string
}

// Filter is a choice of the form.
type Filter struct {
	Name    string
	Label   string
	Any     string // what leaves it open
	Options []Option
}

// Head is the head of a column, which sorts by it.
type Head struct {
	ID    string
	Text  string
	Href  string // empty: not sorted by
	Order string // ascending, descending: of the column sorted by
}

// OfferingRow is one offering.
type OfferingRow struct {
	Link
	ID     string
	By     Link
	Chosen bool
	Cells  []OfferingCell
}

// OfferingCell is one fact of an offering, or where it stands.
type OfferingCell struct {
	Text    string
	State   string // unknown: said as such
	Verdict *Verdict
	Bar     *Bar
}

// Offerings makes the list of offerings. Errors are *catalog.NotFoundError for an unknown use case.
func (s *Site) Offerings(ctx context.Context, r Request, q OfferingsQuery) ([]byte, error) {
	b := s.base(r, "offerings", "")
	b.Title, b.Description = b.w("offerings.title"), b.w("home.lead")
	b.Class = "wide"
	p := OfferingsPage{Base: b, Query: q, Form: b.At("/offerings"), Compare: b.At("/compare")}
	list, use, err := s.listed(ctx, b, q)
	if err != nil {
		return nil, err
	}
	p.UseCase = use
	if err := s.filters(ctx, &p, list); err != nil {
		return nil, err
	}
	rows := q.filter(list)
	q.order(rows)
	p.Count = len(rows)
	columns := q.columns()
	p.Heads = p.heads(columns)
	for _, x := range rows {
		row := OfferingRow{Link: Link{x.name, b.At("/offerings/" + url.PathEscape(x.id))}, ID: x.id, By: Link{x.by, x.byHref}, Chosen: slices.Contains(q.Chosen, x.id)}
		if q.UseCase != "" {
			row.Href = withQuery(row.Href+"/assessment", "use_case", q.UseCase)
		}
		for _, c := range columns {
			row.Cells = append(row.Cells, x.words[c])
		}
		p.Rows = append(p.Rows, row)
	}
	for _, c := range OfferingColumns() {
		if q.UseCase != "" || !slices.Contains(judgeColumns, c) {
			p.Columns = append(p.Columns, Option{c, p.column(c), slices.Contains(columns, c)})
		}
	}
	bare := q
	bare.Columns = nil
	p.Hidden = hidden(bare.Values())
	p.CSV = q.address(b.At("/offerings.csv"), func(q *OfferingsQuery) { q.Chosen = nil })
	return s.render("offerings", p)
}

// column names a column.
func (b Base) column(id string) string {
	switch id {
	case "verdict":
		return b.w("offerings.verdict")
	case "score":
		return b.w("offerings.score")
	case "exposure":
		return b.w("offerings.exposure")
	case "rights":
		return b.w("offerings.rights")
	case "country":
		return b.w("offerings.country")
	case "owner":
		return b.w("offerings.owner")
	case "deployment":
		return b.w("home.deployment")
	case "places":
		return b.w("offerings.places")
	case "models":
		return b.w("kinds.model")
	case "certificates":
		return b.w("kinds.certification")
	case "known":
		return b.w("offerings.known")
	}
	return b.w("offerings.expires")
}

func (p *OfferingsPage) heads(columns []string) []Head {
	sorted := p.Query.Sort
	if sorted == "" {
		sorted = "name"
	}
	head := func(id, text string) Head {
		h := Head{ID: id, Text: text}
		if slices.Contains(OfferingSorts(), id) {
			h.Href = p.Query.address(p.Form, func(q *OfferingsQuery) { q.Sort = id })
			if id == sorted {
				h.Order = "ascending"
				if id == "score" || id == "known" {
					h.Order = "descending"
				}
			}
		}
		return h
	}
	out := []Head{head("name", p.w("compare.offering"))}
	for _, c := range columns {
		out = append(out, head(c, p.column(c)))
	}
	return out
}
