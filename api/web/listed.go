package web

import (
	"context"
	"slices"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

// listed is an offering with what filters and orders need.
type listed struct {
	id, name, vendor, by, byHref string
	country, owner, deployment   string // codes
	certificates                 []string
	rights, exposure, verdict    string // codes
	words                        map[string]OfferingCell
	score                        evaluator.Interval
	known                        int // percent
	expires                      catalog.Date
}

// listed gathers every offering, judged for the use case once one is chosen.
func (s *Site) listed(ctx context.Context, b Base, q OfferingsQuery) ([]*listed, *Link, error) {
	v, err := s.svc.View(ctx, q.On, q.On)
	if err != nil {
		return nil, nil, err
	}
	sp := s.svc.Speaker(b.Lang, v)
	var use *Link
	if q.UseCase != "" {
		if _, ok := v.Record(catalog.Ref{Kind: catalog.UseCase, ID: q.UseCase}); !ok {
			return nil, nil, &catalog.NotFoundError{What: catalog.UseCase.Label().Lower(), ID: q.UseCase, Nearest: wording.NearestFew(q.UseCase, v.IDs(catalog.UseCase), 3)}
		}
		l := b.recordLink(sp, catalog.Ref{Kind: catalog.UseCase, ID: q.UseCase})
		use = &l
	}
	w := listWriter{Base: b, sp: sp, v: v, q: q, asked: s.asked()}
	var out []*listed
	var requests []service.Request
	for _, id := range v.IDs(catalog.Offering) {
		rec, _ := v.Record(catalog.Ref{Kind: catalog.Offering, ID: id})
		out = append(out, w.facts(s, rec))
		requests = append(requests, service.Request{Offering: id, UseCase: q.UseCase, On: q.On})
	}
	if q.UseCase == "" {
		return out, use, nil
	}
	results, err := s.svc.AssessAll(ctx, requests)
	if err != nil {
		return nil, nil, err
	}
	for i, x := range out {
		w.judge(x, results[i])
	}
	return out, use, nil
}

// asked is how many facts the dictionary asks of an offering.
func (s *Site) asked() int {
	n := 0
	for _, def := range s.svc.Dictionary.Facts() {
		if root, _, _ := strings.Cut(def.Path, "."); root == string(catalog.Offering) {
			n++
		}
	}
	return max(n, 1)
}

type listWriter struct {
	Base
	sp    service.Speaker
	v     *catalog.View
	q     OfferingsQuery
	asked int
}

func (w *listWriter) known(n, of int) OfferingCell {
	return OfferingCell{Text: w.w("offerings.known_of", n, of)}
}

func (w *listWriter) country(code string) OfferingCell {
	if code == "" {
		return OfferingCell{Text: w.w("offerings.unknown"), State: "unknown"}
	}
	return OfferingCell{Text: w.sp.Text(catalog.CountryName(code))}
}

func (w *listWriter) facts(s *Site, rec *catalog.DossierRecord) *listed {
	x := &listed{id: rec.ID, name: w.sp.Text(rec.Name()), words: map[string]OfferingCell{}}
	dep, ven := rec.Fact("offering.deployment"), rec.Fact("offering.vendor")
	x.vendor, x.by, x.byHref, _ = s.servedBy(w.Base, w.sp, w.v, dep, ven)
	say := func(path string) OfferingCell {
		f := rec.Fact(path)
		if f.State == catalog.Unknown || f.Disputed {
			return OfferingCell{Text: w.sp.State(path, f.State, f.Value, f.Disputed), State: stateClass(f.State, f.Disputed)}
		}
		return OfferingCell{Text: w.sp.State(path, f.State, f.Value, false)}
	}
	x.words["deployment"], x.words["places"], x.words["models"] = say("offering.deployment"), say("offering.processing_countries"), say("offering.models")
	if dep.State == catalog.Known {
		x.deployment = dep.Value.Text
	}
	if ven.State == catalog.Known {
		vendor := catalog.Ref{Kind: catalog.Vendor, ID: ven.Value.Text}
		x.country = w.incorporated(vendor)
		x.owner = w.controller(vendor, map[catalog.Ref]bool{})
		w.certificates(x, vendor)
	}
	x.words["country"], x.words["owner"] = w.country(x.country), w.country(x.owner)
	if x.vendor == SelfHosted {
		x.words["country"], x.words["owner"] = OfferingCell{Text: w.w("offerings.own")}, OfferingCell{Text: w.w("offerings.own")}
	}
	n := 0
	for _, f := range rec.Facts {
		if f.State != catalog.Unknown {
			n++
		}
		w.ends(x, f)
	}
	x.known = 100 * n / w.asked
	x.words["known"] = w.known(n, w.asked)
	x.words["expires"] = OfferingCell{Text: w.w("offerings.no_end"), State: "unknown"}
	if x.expires != "" {
		x.words["expires"] = OfferingCell{Text: w.Day(x.expires)}
	}
	return x
}

// ends notes the first day on which something that an offering rests on ends.
func (w *listWriter) ends(x *listed, f catalog.Fact) {
	if src, ok := w.v.Source(f.Source); ok {
		w.first(x, src.ValidUntil)
	}
}

func (w *listWriter) first(x *listed, d catalog.Date) {
	if d != "" && (x.expires == "" || d < x.expires) {
		x.expires = d
	}
}

func (w *listWriter) incorporated(vendor catalog.Ref) string {
	if rec, ok := w.v.Record(vendor); ok {
		if f := rec.Fact("vendor.incorporation_country"); f.State == catalog.Known && !f.Disputed {
			return f.Value.Text
		}
	}
	return ""
}

// controller is the country of who controls a vendor in the end, as far as the stakes recorded tell; empty when they do
// not. A vendor that no recorded stake controls is taken for its own.
func (w *listWriter) controller(vendor catalog.Ref, seen map[catalog.Ref]bool) string {
	if seen[vendor] {
		return ""
	}
	seen[vendor] = true
	for _, ref := range w.v.Naming("stake.vendor", vendor.ID) {
		rec, ok := w.v.Record(ref)
		if !ok {
			continue
		}
		if !rec.ControlsOn(w.q.On) {
			continue
		}
		if f := rec.Fact("stake.owner"); f.State == catalog.Known {
			return w.controller(catalog.Ref{Kind: catalog.Vendor, ID: f.Value.Text}, seen)
		}
		if f := rec.Fact("stake.owner_country"); f.State == catalog.Known {
			return f.Value.Text
		}
		return ""
	}
	return w.incorporated(vendor)
}

func (w *listWriter) certificates(x *listed, vendor catalog.Ref) {
	var names []string
	for _, ref := range w.v.Naming("certification.vendor", vendor.ID) {
		rec, ok := w.v.Record(ref)
		if !ok {
			continue
		}
		held, standard := rec.Fact("certification.held"), rec.Fact("certification.standard")
		until := rec.Fact("certification.valid_until")
		if held.State != catalog.Known || !held.Value.Bool || standard.State != catalog.Known {
			continue
		}
		if of := rec.Fact("certification.offerings"); of.State == catalog.Known && !slices.Contains(of.Value.Texts(), x.id) {
			continue
		}
		if until.State == catalog.Known {
			d := catalog.Date(until.Value.Text)
			if d < w.q.On {
				continue
			}
			w.first(x, d)
		}
		x.certificates = append(x.certificates, standard.Value.Text)
		names = appendNew(names, w.sp.State(standard.Path, standard.State, standard.Value, false))
	}
	slices.Sort(names)
	x.words["certificates"] = OfferingCell{Text: strings.Join(names, " · ")}
	if len(names) == 0 {
		x.words["certificates"] = OfferingCell{Text: w.w("offerings.no_certificate"), State: "unknown"}
	}
}

func (w *listWriter) judge(x *listed, res *service.Result) {
	a := res.Assessment
	verdict, bar := w.verdict(a), w.bar(a.Score)
	bar.Words = service.Whole(a.Score)
	x.verdict, x.score = string(a.Verdict), a.Score
	x.words["verdict"], x.words["score"] = OfferingCell{Text: verdict.Word, Verdict: &verdict}, OfferingCell{Text: bar.Words, Bar: &bar}
	x.known = 100 * a.Coverage.Known / max(a.Coverage.Total, 1)
	x.words["known"] = w.known(a.Coverage.Known, a.Coverage.Total)
	for _, d := range a.Derived {
		switch d.Path {
		case "exposure.worst", "rights.worst":
			cell := OfferingCell{Text: w.w("offerings.not_settled"), State: "unknown"}
			code := "open"
			if d.State == catalog.Known && d.Value != nil {
				code = d.Value.Text
				cell = OfferingCell{Text: w.sp.State(d.Path, d.State, d.Value, false)}
			}
			if d.Path == "exposure.worst" {
				x.exposure, x.words["exposure"] = code, cell
			} else {
				x.rights, x.words["rights"] = code, cell
			}
		}
	}
}

// SelfHosted stands in the vendor filter for offerings that the organisation serves to itself.
const SelfHosted = "self"

func (s *Site) servedBy(b Base, sp service.Speaker, v *catalog.View, dep, ven catalog.Fact) (key, title, href, country string) {
	switch {
	case dep.State == catalog.Known && dep.Value.Text == "self_hosted":
		return SelfHosted, b.w("home.self_hosted"), "", ""
	case ven.State == catalog.Known:
		ref := catalog.Ref{Kind: catalog.Vendor, ID: ven.Value.Text}
		if rec, ok := v.Record(ref); ok {
			if f := rec.Fact("vendor.incorporation_country"); f.State == catalog.Known {
				country = sp.State(f.Path, f.State, f.Value, false)
			}
		}
		return ref.ID, sp.Text(v.Name(ref)), b.At(recordPath(ref)), country
	}
	return "unknown", b.w("home.vendor_unknown"), "", ""
}
