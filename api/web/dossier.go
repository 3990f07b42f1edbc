package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
)

// DossierPage is one part of a dossier, line by line, for who reads contracts: each line can be linked to and cited.
type DossierPage struct {
	Base
	Offering Link
	UseCase  string
	When     string
	Parts    []Option
	Paper    Paper
	Sources  []Source
	Hash     string
}

// Paper is what the records of one part of a dossier say, line by line.
type Paper struct {
	ID      string
	Title   string
	Hint    string
	Records []PaperRecord
}

// PaperRecord is one record with all its facts.
type PaperRecord struct {
	Link
	Kind  string
	Facts []Fact
}

// parts are how a dossier is read: what binds, what is served, what it costs the planet, and the rest.
var parts = []struct {
	id          string
	title, hint func(Base) string
	kinds       []catalog.Kind
}{
	{"contract", func(b Base) string { return b.w("papers.contract") }, func(b Base) string { return b.w("papers.contract_hint") }, []catalog.Kind{catalog.Terms, catalog.Licence}},
	{"service", func(b Base) string { return b.w("papers.service") }, nil, []catalog.Kind{catalog.SLA, catalog.Price}},
	{"environment", func(b Base) string { return b.w("papers.environment") }, nil, []catalog.Kind{catalog.EnvironmentalStatement}},
	{"others", func(b Base) string { return b.w("papers.others") }, nil, []catalog.Kind{catalog.Offering, catalog.Vendor, catalog.Model, catalog.Certification, catalog.Stake, catalog.Subprocessing, catalog.BenchmarkResult}},
}

// DossierParts lists the parts that an address may name.
func DossierParts() []string {
	var out []string
	for _, p := range parts {
		out = append(out, p.id)
	}
	return out
}

func (s *Site) partAddress(b Base, q service.Request, part string) string {
	known := ""
	if q.KnownOn != q.On {
		known = string(q.KnownOn)
	}
	return withQuery(b.At("/offerings/"+url.PathEscape(q.Offering)+"/dossier"), "use_case", q.UseCase, "organisation", q.Organisation, "weights", q.Weights, "on", string(q.On),
		"known_on", known, "part", part)
}

// paperLinks leads to each part of the dossier of an assessment.
func (s *Site) paperLinks(b Base, q service.Request) []Link {
	var out []Link
	for _, p := range parts {
		out = append(out, Link{p.title(b), s.partAddress(b, q, p.id)})
	}
	return out
}

// Dossier makes the page of one part of a dossier. Errors are *catalog.NotFoundError for ids that name nothing.
func (s *Site) Dossier(ctx context.Context, r Request, q service.Request, part string) ([]byte, error) {
	if q.KnownOn == "" {
		q.KnownOn = q.On
	}
	if part == "" {
		part = parts[0].id
	}
	res, err := s.svc.Assess(ctx, q)
	if err != nil {
		return nil, err
	}
	names, err := s.svc.Names(ctx, q.On, q.KnownOn)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, names)
	b := s.base(r, "offerings", "")
	a, d := res.Assessment, res.Dossier
	at := s.assessmentAddress(b, CompareQuery{UseCase: q.UseCase, Organisation: q.Organisation, Weights: q.Weights, On: q.On, KnownOn: q.KnownOn}, q.Offering)
	pen := b.newPen(sp, sourcesOf(d, part))
	p := DossierPage{Base: b, Offering: Link{sp.Text(d.Name(d.Offering)), at}, UseCase: sp.Text(d.Name(d.UseCase)), When: b.Day(q.On), Paper: paper(pen, d, part, a.Hash), Sources: pen.sources(), Hash: a.Hash}
	p.Title, p.Print = b.w("papers.page_title", p.Paper.Title, p.Offering.Text), true
	for _, x := range parts {
		p.Parts = append(p.Parts, Option{s.partAddress(b, q, x.id), x.title(b), x.id == part})
	}
	return s.render("dossier", p)
}

// sourcesOf are the sources that the records of one part cite.
func sourcesOf(d *catalog.Dossier, part string) []catalog.Source {
	ids := map[string]bool{}
	for _, x := range parts {
		for _, r := range d.Records {
			if x.id != part || !slices.Contains(x.kinds, r.Kind) {
				continue
			}
			for _, f := range r.Facts {
				ids[f.Source] = true
				for _, c := range f.Contradicts {
					ids[c.Source] = true
				}
			}
		}
	}
	var out []catalog.Source
	for _, src := range d.Sources {
		if ids[src.ID] {
			out = append(out, src)
		}
	}
	return out
}

// paper lays out the facts of one part of a dossier.
func paper(pen *pen, d *catalog.Dossier, part, hash string) Paper {
	var p Paper
	for _, x := range parts {
		if x.id != part {
			continue
		}
		p.ID, p.Title = x.id, x.title(pen.Base)
		if x.hint != nil {
			p.Hint = x.hint(pen.Base)
		}
		for _, k := range x.kinds {
			for _, r := range d.Records {
				if r.Kind == k && len(r.Facts) > 0 {
					p.Records = append(p.Records, pen.paperRecord(&r, hash))
				}
			}
		}
	}
	return p
}

func (p *pen) paperRecord(r *catalog.DossierRecord, hash string) PaperRecord {
	rec := PaperRecord{Link: p.recordLink(p.sp, r.Ref()), Kind: p.sp.Text(r.Kind.Label())}
	seen := map[string]int{}
	for _, f := range r.Facts {
		x := p.fact(f)
		seen[f.Path]++
		x.ID = "fact-" + r.ID + "-" + f.Path
		if n := seen[f.Path]; n > 1 {
			x.ID += "-" + strconv.Itoa(n)
		}
		var words []string
		for _, l := range x.Value {
			words = append(words, l.Text)
		}
		x.Cite = p.w("cite.fact", rec.Text, x.Label, wording.List(p.Lang, words), p.citeSource(x.Evidence), hash[:12])
		rec.Facts = append(rec.Facts, x)
	}
	return rec
}

// citeSource names where a fact was read, as a citation does.
func (p *pen) citeSource(e *Evidence) string {
	if e == nil || e.Source == nil {
		return p.w("cite.no_source")
	}
	if e.Locator != "" {
		return e.Source.Text + ", " + e.Locator
	}
	return e.Source.Text
}
