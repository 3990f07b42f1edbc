package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

// filter keeps what the form asks for.
func (q OfferingsQuery) filter(list []*listed) []*listed {
	is := func(want, have string) bool { return want == "" || want == have }
	end := catalog.Date("")
	if q.Expires > 0 {
		end = addDays(q.On, q.Expires)
	}
	var out []*listed
	for _, x := range list {
		text := strings.Join([]string{x.name, x.by, x.id, x.words["models"].Text, x.words["deployment"].Text}, " ")
		if hasWords(text, q.Find) && is(q.Vendor, x.vendor) && is(q.Country, x.country) && is(q.Owner, x.owner) && is(q.Deployment, x.deployment) &&
			is(q.Verdict, x.verdict) && is(q.Rights, x.rights) && is(q.Exposure, x.exposure) && x.known >= q.Known &&
			(q.Certificate == "" || slices.Contains(x.certificates, q.Certificate)) && (end == "" || x.expires != "" && x.expires <= end) {
			out = append(out, x)
		}
	}
	return out
}

func (q OfferingsQuery) order(list []*listed) {
	name := func(x, y *listed) int { return cmp.Compare(strings.ToLower(x.name), strings.ToLower(y.name)) }
	last := func(x, y string) int { // what is not known comes last
		if (x == "") != (y == "") {
			return cmp.Compare(y, x)
		}
		return cmp.Compare(x, y)
	}
	rank := map[string]int{string(evaluator.Eligible): 0, string(evaluator.Undetermined): 1, string(evaluator.NotEligible): 2}
	slices.SortStableFunc(list, func(x, y *listed) int {
		n := 0
		switch q.Sort {
		case "score":
			n = cmp.Or(cmp.Compare(rank[x.verdict], rank[y.verdict]), cmp.Compare(y.score.Low+y.score.High, x.score.Low+x.score.High))
		case "known":
			n = cmp.Compare(y.known, x.known)
		case "country":
			n = last(x.words["country"].sortable(), y.words["country"].sortable())
		case "owner":
			n = last(x.words["owner"].sortable(), y.words["owner"].sortable())
		case "expires":
			n = last(string(x.expires), string(y.expires))
		}
		return cmp.Or(n, name(x, y))
	})
}

func (c OfferingCell) sortable() string {
	if c.State == "unknown" {
		return ""
	}
	return strings.ToLower(c.Text)
}

// OfferingsCSV writes the list as RFC 4180 asks: every column, in the language of the reader. Text that a spreadsheet
// would take for a formula is preceded by an apostrophe.
func (s *Site) OfferingsCSV(ctx context.Context, r Request, q OfferingsQuery) ([]byte, error) {
	b := s.base(r, "offerings", "")
	list, _, err := s.listed(ctx, b, q)
	if err != nil {
		return nil, err
	}
	rows := q.filter(list)
	q.order(rows)
	columns := factColumns
	if q.UseCase != "" {
		columns = OfferingColumns()
	}
	head := []string{b.w("offerings.id"), b.w("compare.offering"), b.w("home.vendor")}
	for _, c := range columns {
		head = append(head, b.column(c))
	}
	var out strings.Builder
	out.WriteString("\ufeff") // without it Excel takes UTF-8 for the encoding of the machine
	writeCSV(&out, head)
	for _, x := range rows {
		line := []string{x.id, x.name, x.by}
		for _, c := range columns {
			line = append(line, x.words[c].Text)
		}
		writeCSV(&out, line)
	}
	return []byte(out.String()), nil
}

func writeCSV(out *strings.Builder, fields []string) {
	for i, f := range fields {
		if i > 0 {
			out.WriteByte(',')
		}
		if f != "" && strings.ContainsRune("=+-@\t\r", rune(f[0])) {
			f = "'" + f
		}
		if strings.ContainsAny(f, ",\"\r\n") {
			f = `"` + strings.ReplaceAll(f, `"`, `""`) + `"`
		}
		out.WriteString(f)
	}
	out.WriteString("\r\n")
}

// filters fills in the form and what can be taken away again.
func (s *Site) filters(ctx context.Context, p *OfferingsPage, list []*listed) error {
	q := p.Query
	names, err := s.svc.Names(ctx, q.On, q.On)
	if err != nil {
		return err
	}
	sp := s.svc.Speaker(p.Lang, names)
	uses, err := s.useCases(ctx, sp, q.UseCase, q.On, q.On)
	if err != nil {
		return err
	}
	vendors, countries, owners := map[string]string{}, map[string]string{}, map[string]string{}
	certificates := map[string]string{}
	certificate := sp.Def("certification.standard")
	for _, x := range list {
		vendors[x.vendor] = x.by
		if x.country != "" {
			countries[x.country] = x.words["country"].Text
		}
		if x.owner != "" {
			owners[x.owner] = x.words["owner"].Text
		}
		for _, c := range x.certificates {
			if choice, ok := certificate.Choice(c); ok {
				certificates[c] = sp.Text(choice.Label())
			}
		}
	}
	add := func(to *[]Filter, name, label, chosen string, options []Option, set func(*OfferingsQuery)) {
		*to = append(*to, Filter{name, label, p.w("home.all"), options})
		if chosen == "" || chosen == "0" {
			return
		}
		words := chosen
		for _, o := range options {
			if o.Selected {
				words = o.Label
			}
		}
		p.Applied = append(p.Applied, Link{p.w("offerings.applied", label, words), q.address(p.Form, set)})
		if to == &p.More {
			p.MoreOpen = true
		}
	}
	choices := func(path, chosen string) []Option {
		var out []Option
		if def := sp.Def(path); def != nil {
			for _, c := range def.Values {
				out = append(out, Option{c.ID, sp.Text(c.Label()), c.ID == chosen})
			}
		}
		return out
	}
	p.Filters = append(p.Filters, Filter{"use_case", p.w("home.use_case"), p.w("home.choose_use"), uses})
	add(&p.Filters, "vendor", p.w("home.vendor"), q.Vendor, sorted(vendors, q.Vendor), func(q *OfferingsQuery) { q.Vendor = "" })
	add(&p.Filters, "deployment", p.w("home.deployment"), q.Deployment, choices("offering.deployment", q.Deployment), func(q *OfferingsQuery) { q.Deployment = "" })
	add(&p.More, "country", p.w("offerings.country"), q.Country, sorted(countries, q.Country), func(q *OfferingsQuery) { q.Country = "" })
	add(&p.More, "owner", p.w("offerings.owner"), q.Owner, sorted(owners, q.Owner), func(q *OfferingsQuery) { q.Owner = "" })
	add(&p.More, "certificate", p.w("offerings.certificate"), q.Certificate, sorted(certificates, q.Certificate), func(q *OfferingsQuery) { q.Certificate = "" })
	if q.UseCase != "" {
		var vs []Option
		for _, x := range verdicts {
			vs = append(vs, Option{string(x), sp.Text(service.VerdictText(x)), string(x) == q.Verdict})
		}
		open := Option{"open", p.w("offerings.not_settled"), false}
		add(&p.More, "verdict", p.w("offerings.verdict"), q.Verdict, vs, func(q *OfferingsQuery) { q.Verdict = "" })
		open.Selected = q.Exposure == "open"
		add(&p.More, "exposure", p.w("offerings.exposure"), q.Exposure, append(choices("exposure.worst", q.Exposure), open), func(q *OfferingsQuery) { q.Exposure = "" })
		open.Selected = q.Rights == "open"
		add(&p.More, "rights", p.w("offerings.rights"), q.Rights, append(choices("rights.worst", q.Rights), open), func(q *OfferingsQuery) { q.Rights = "" })
	}
	var knowns, ends []Option
	for _, n := range []int{25, 50, 75} {
		knowns = append(knowns, Option{strconv.Itoa(n), p.w("offerings.at_least", wording.Percent(p.Lang, fmt.Sprint(n))), n == q.Known})
	}
	for _, n := range []int{30, 90, 180, 365} {
		ends = append(ends, Option{strconv.Itoa(n), p.w("offerings.within", n), n == q.Expires})
	}
	add(&p.More, "known", p.w("offerings.known"), strconv.Itoa(q.Known), knowns, func(q *OfferingsQuery) { q.Known = 0 })
	add(&p.More, "expires", p.w("offerings.expires"), strconv.Itoa(q.Expires), ends, func(q *OfferingsQuery) { q.Expires = 0 })
	if q.Find != "" {
		p.Applied = append(p.Applied, Link{p.w("offerings.applied", p.w("home.find"), q.Find), q.address(p.Form, func(q *OfferingsQuery) { q.Find = "" })})
	}
	p.Clear = OfferingsQuery{UseCase: q.UseCase, Columns: q.Columns, Sort: q.Sort}.address(p.Form, nil)
	return nil
}

func sorted(m map[string]string, chosen string) []Option {
	var out []Option
	for id, label := range m {
		out = append(out, Option{id, label, id == chosen})
	}
	slices.SortFunc(out, func(x, y Option) int { return cmp.Compare(strings.ToLower(x.Label), strings.ToLower(y.Label)) })
	return out
}

func addDays(d catalog.Date, n int) catalog.Date {
	return catalog.Date(d.Time().AddDate(0, 0, n).Format("2006-01-02"))
}
