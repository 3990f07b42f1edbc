package web

import (
	"bytes"
	"context"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/jurisdiction"
	"vigie/evaluator/jurisdiction/drawing"
	"vigie/reports"
	"vigie/reports/html"
	"vigie/reports/tree"
)

// ExposurePage tells which foreign laws reach an offering, how sovereign it is, and what its licences allow.
type ExposurePage struct {
	Base
	Offering     Link
	UseCase      *Link
	Days         string
	Hypothetical bool
	Changes      []string // what the assumptions change
	Contents     []Link
	Body         template.HTML
	Sources      []Source
	Form         string
	JSON         string
	UseCases     []Option
	On, LawOn    catalog.Date
	KnownOn      catalog.Date // empty: the same day
	Assume       string
	AssumeForm   string
}

// Exposure makes the page. Errors are *catalog.NotFoundError for ids that name nothing, *catalog.InvalidError for laws
// and assumptions that are none.
func (s *Site) Exposure(ctx context.Context, r Request, q service.ExposureRequest) ([]byte, error) {
	res, err := s.svc.Exposure(ctx, q)
	if err != nil {
		return nil, err
	}
	d := res.Dossier
	names, err := s.svc.Names(ctx, d.On, d.KnownOn)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, names)
	b := s.base(r, "offerings", "")
	p := ExposurePage{Base: b, Offering: b.recordLink(sp, d.Offering), Days: b.w("exposure.days", b.Day(res.On), b.Day(res.LawOn)), Hypothetical: res.Hypothetical,
		Form: b.At("/offerings/" + url.PathEscape(q.Offering) + "/exposure"), On: q.On, LawOn: q.LawOn, Assume: strings.Join(q.Assume, " "), AssumeForm: "law:us-fisa-702=repealed"}
	p.Title = b.w("exposure.page_title", p.Offering.Text)
	p.Print = true
	if q.KnownOn != q.On {
		p.KnownOn = q.KnownOn
	}
	if !d.UseCase.IsZero() {
		l := b.recordLink(sp, d.UseCase)
		p.UseCase = &l
	}
	for _, c := range res.Changes() {
		after := b.w("exposure.gone")
		if c.After != "" {
			after = sp.Text(s.svc.ExposureStatus(c.After))
		}
		p.Changes = append(p.Changes, sp.Text(c.Short)+wording.Colon(b.Lang)+" "+sp.Text(s.svc.ExposureStatus(c.Before))+" → "+after)
	}
	sections, err := reports.Law(reports.Input{Dossier: d, Dictionary: s.svc.Dictionary, Knowledge: s.svc.Knowledge, Exposures: res.Exposures}, r.Lang)
	if err != nil {
		return nil, err
	}
	pen := b.newPen(sp, d.Sources)
	if p.Body, err = s.draw(pen, d, sections, res.Exposures); err != nil {
		return nil, err
	}
	p.Sources = pen.sources()
	for _, x := range sections {
		p.Contents = append(p.Contents, Link{x.Title, "#" + x.ID})
	}
	p.Contents = append(p.Contents, Link{b.w("sources.title"), "#sources"})
	if p.UseCases, err = s.useCases(ctx, sp, q.UseCase, d.On, d.KnownOn); err != nil {
		return nil, err
	}
	p.JSON = withQuery("/api/v1/offerings/"+url.PathEscape(q.Offering)+"/exposure", "use_case", q.UseCase, "organisation", q.Organisation, "on", string(q.On),
		"known_on", string(p.KnownOn), "law_on", string(q.LawOn), "assume", p.Assume)
	return s.render("exposure", p)
}

// draw writes sections of a report into a page: links lead to what the page holds, to records, and to the pages of laws.
func (s *Site) draw(b *pen, d *catalog.Dossier, sections []tree.Section, e *jurisdiction.Exposures) (template.HTML, error) {
	here := map[string]bool{}
	anchors(sections, here)
	var failed error
	out, err := html.Draw(sections, html.Options{
		Link: func(anchor string) string {
			if here[anchor] {
				return "#" + anchor
			}
			if n, err := strconv.Atoi(strings.TrimPrefix(anchor, "source-")); err == nil && n >= 1 && n <= len(b.cited) {
				return "#" + anchorOf(b.cited[n-1].ID)
			}
			if id, ok := strings.CutPrefix(anchor, "law-file-"); ok {
				return b.At("/laws/" + url.PathEscape(id))
			}
			if ref, ok := recordOf(anchor); ok {
				if d.Record(ref) != nil {
					return b.At(recordPath(ref))
				}
			}
			return ""
		},
		Icon: func(m tree.Mark) string {
			icon, err := s.icon(m)
			if err != nil {
				failed = err
			}
			return icon
		},
		Picture: func(p tree.Picture) string {
			svg := drawing.NewWithin(s.svc.Knowledge.Laws, e, drawing.ForPaper).SVG(b.Lang)
			esc := template.HTMLEscapeString
			return `<figure class="chain"><div class="scroll" tabindex="0" role="region" aria-label="` + esc(b.w("exposure.picture")) + `">` + string(svg) +
				`</div><figcaption><details><summary>` + esc(b.w("exposure.in_words")) + `</summary><p class="small">` + esc(p.Alt) + `</p></details></figcaption></figure>` + "\n"
		},
	})
	if failed != nil {
		return "", failed
	}
	// html.Draw escapes all it is given, and the rest is made of constants.
	return template.HTML(out), err
}

var iconNames = map[tree.Mark]string{tree.MarkPassed: "passed", tree.MarkFailed: "failed", tree.MarkOpen: "open", tree.MarkNotApplicable: "not_applicable",
	tree.MarkUnknown: "unknown", tree.MarkAbsent: "absent", tree.MarkWarning: "warning"}

// icon draws a mark as the templates do.
func (s *Site) icon(m tree.Mark) (string, error) {
	var out bytes.Buffer
	err := s.pages["exposure"].ExecuteTemplate(&out, "icon", iconNames[m])
	return out.String(), err
}

// anchors gathers the places that links of the same sections may lead to.
func anchors(ss []tree.Section, into map[string]bool) {
	var blocks func([]tree.Block)
	blocks = func(bs []tree.Block) {
		for _, x := range bs {
			switch x := x.(type) {
			case tree.Card:
				into[x.ID] = true
				blocks(x.Body)
			case tree.Table:
				for _, r := range x.Rows {
					into[r.ID] = true
				}
			case tree.Heading:
				into[x.ID] = true
			}
		}
	}
	for _, s := range ss {
		into[s.ID] = true
		blocks(s.Blocks)
		anchors(s.Sections, into)
	}
	delete(into, "")
}

// recordOf reads the record that an anchor of a report names.
func recordOf(anchor string) (catalog.Ref, bool) {
	rest, ok := strings.CutPrefix(anchor, "record-")
	if !ok {
		return catalog.Ref{}, false
	}
	kind, id, ok := strings.Cut(rest, "-")
	return catalog.Ref{Kind: catalog.Kind(kind), ID: id}, ok && catalog.Kind(kind).IsRecord()
}

// LawsPage lists the laws by country.
type LawsPage struct {
	Base
	Groups []LawGroup
}

// LawGroup is the laws of one country.
type LawGroup struct {
	Country string
	Laws    []LawLine
}

// LawLine is a law in a list.
type LawLine struct {
	Link
	Name string
	Note string
}

// Laws makes the list of laws.
func (s *Site) Laws(ctx context.Context, r Request) ([]byte, error) {
	b := s.base(r, "laws", "")
	b.Title = b.w("laws.title")
	p := LawsPage{Base: b}
	for _, l := range s.svc.Knowledge.Laws.List {
		country := b.text(s.svc.Knowledge.Laws.Countries.Name(l.Jurisdiction))
		i := slices.IndexFunc(p.Groups, func(g LawGroup) bool { return g.Country == country })
		if i < 0 {
			i = len(p.Groups)
			p.Groups = append(p.Groups, LawGroup{Country: country})
		}
		line := LawLine{Link: Link{b.text(l.Short), b.At("/laws/" + url.PathEscape(l.ID))}, Name: b.text(l.Name)}
		if !l.Computed {
			line.Note = b.w("laws.note")
		}
		p.Groups[i].Laws = append(p.Groups[i].Laws, line)
	}
	return s.render("laws", p)
}

// text is a text of the data in the language of the page.
func (b Base) text(t wording.Text) string { return wording.Typeset(b.Lang, t.In(b.Lang)) }

// LawPage is one law.
type LawPage struct {
	Base
	Name     string
	Short    string
	Country  string
	Lines    []Pair
	Triggers []LawTrigger
	Measures []Pair
	Disputed []Pair
	Sources  []Source
	Checked  string
}

// LawTrigger is one way in which a law reaches an offering.
type LawTrigger struct {
	Text, Basis, Status, Class string
}

// Law makes the page of a law. The error is a *catalog.NotFoundError for an id that names none.
func (s *Site) Law(ctx context.Context, r Request, id string) ([]byte, error) {
	l, err := s.svc.Law(id)
	if err != nil {
		return nil, err
	}
	laws := s.svc.Knowledge.Laws
	b := s.base(r, "laws", "")
	p := LawPage{Name: b.text(l.Name), Short: b.text(l.Short), Country: b.text(laws.Countries.Name(l.Jurisdiction)), Checked: b.w("law.checked", b.Day(catalog.Date(l.Checked)), b.text(l.Recheck))}
	b.Title, b.Print = p.Short, true
	p.Base = b
	add := func(key, value string) { p.Lines = append(p.Lines, Pair{key, value}) }
	add(b.w("law.citation"), b.text(l.Citation.Text()))
	add(b.w("law.compels"), b.text(l.Compels))
	add(b.w("law.from_whom"), b.text(l.FromWhom))
	add(b.w("law.reach"), b.text(l.Reach.Text))
	add(b.w("law.gag"), b.text(l.Gag.Text))
	add(b.w("law.in_force"), b.inForce(l))
	add(b.w("law.severity"), b.w("law.level", l.Severity.Base, b.text(l.Severity.Argument)))
	add(b.w("law.europe"), b.text(l.EURelation.Text))
	for _, t := range l.Triggers {
		class := map[jurisdiction.Status]string{jurisdiction.Exposed: "failed", jurisdiction.Arguable: "warning"}[t.Status]
		p.Triggers = append(p.Triggers, LawTrigger{Text: b.text(t.Text), Basis: b.text(t.Basis), Status: b.text(s.svc.ExposureStatus(t.Status)), Class: class})
	}
	for _, id := range l.MitigatedBy {
		for _, m := range laws.Vocabulary.Mitigations {
			if m.ID == id {
				p.Measures = append(p.Measures, Pair{b.text(m.Text), b.text(m.Lowers)})
			}
		}
	}
	for _, d := range l.Disputed {
		p.Disputed = append(p.Disputed, Pair{b.text(d.Question), b.text(d.Text)})
	}
	for i, src := range l.Sources {
		x := Source{Number: i + 1, Title: src.Title, Publisher: src.Publisher, URL: webAddress(src.URL), Published: dayOrAsWritten(b, src.Date)}
		if !src.Verified {
			x.Kind = b.w("law.unverified")
		} else if src.Read != nil {
			x.Kind = b.text(*src.Read)
		}
		p.Sources = append(p.Sources, x)
	}
	return s.render("law", p)
}

func (b Base) inForce(l *jurisdiction.Law) string {
	var spans []string
	for _, x := range l.InForce.Periods {
		if x.To == "" {
			spans = append(spans, b.w("law.since", b.Day(x.From)))
		} else {
			spans = append(spans, b.w("law.span", b.Day(x.From), b.Day(x.To)))
		}
	}
	out := strings.Join(spans, ", ")
	if l.InForce.Note != nil {
		out += ". " + b.text(*l.InForce.Note)
	}
	return out
}

// dayOrAsWritten writes a day in words, and a month or a year as it is.
func dayOrAsWritten(b Base, s string) string {
	if d, ok := catalog.ParseDate(s); ok {
		return b.Day(d)
	}
	return s
}
