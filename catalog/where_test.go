package catalog_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
)

// A link on weak evidence led on to what was well evidenced, and a knock-out could pass on it.
func TestALinkThatIsNotKeptLeadsNowhere(t *testing.T) {
	b := chain()
	b.source("press", catalog.KindPress)
	reference := func(id string) *catalog.Value { return &catalog.Value{Type: catalog.TypeReference, Text: id} }
	b.Claims = nil // the same links, each on its own kind of source
	for _, l := range []struct{ record, path, to, source string }{
		{"offering/o", "offering.vendor", "subsidiary", "press"},
		{"offering/o", "offering.terms", "t", "press"},
		{"model/tuned", "model.provider", "lab", "press"},
		{"model/tuned", "model.licence", "open", "page"},
		{"stake/s1", "stake.vendor", "subsidiary", "press"},
		{"stake/s1", "stake.owner", "parent", "press"},
		{"stake/s3", "stake.vendor", "subsidiary", "press"},
		{"stake/s3", "stake.owner", "fund", "page"},
		{"subprocessing/p1", "subprocessing.user", "subsidiary", "press"},
		{"subprocessing/p1", "subprocessing.vendor", "cloud", "press"},
	} {
		b.claim(l.record, l.path, reference(l.to), l.source, "2026-01-01")
	}
	models := catalog.ListValue(catalog.TypeReference, true, *reference("tuned"))
	b.claim("offering/o", "offering.models", &models, "press", "2026-01-01")
	b.claim("stake/s1", "stake.control", boolean(true), "page", "2026-01-01")
	b.claim("vendor/parent", "vendor.incorporation_country", &catalog.Value{Type: catalog.TypeCountry, Text: "FR"}, "page", "2026-01-01")
	whole := gather(t, b, catalog.Query{Offering: "o"})
	d := whole.Where(func(_ catalog.Ref, f catalog.Fact) bool { return f.Kind == catalog.KindPublication })
	states := map[string]catalog.State{}
	for _, r := range d.Records {
		for _, f := range whole.Record(r.Ref()).Facts {
			states[r.Ref().String()+" "+f.Path] = r.Fact(f.Path).State
		}
	}
	want := map[string]catalog.State{
		"offering/o offering.vendor": catalog.Known, "offering/o offering.terms": catalog.Known, "offering/o offering.models": catalog.Known,
		"model/tuned model.provider": catalog.Unknown, "model/tuned model.licence": catalog.Known,
		"stake/s1 stake.vendor": catalog.Known, "stake/s1 stake.owner": catalog.Unknown, "stake/s1 stake.control": catalog.Known,
		"stake/s3 stake.vendor": catalog.Known, "stake/s3 stake.owner": catalog.Known,
		"subprocessing/p1 subprocessing.user": catalog.Known, "subprocessing/p1 subprocessing.vendor": catalog.Unknown,
		"vendor/parent vendor.incorporation_country": catalog.Known,
	}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("facts (-want +got)\n%s", diff)
	}
	roles := whole.Roles
	roles.Providers = []catalog.Ref{}
	if diff := cmp.Diff(roles, d.Roles); diff != "" {
		t.Errorf("roles (-want +got)\n%s", diff)
	}
	if len(whole.Roles.Providers) != 1 {
		t.Error("the whole dossier lost its maker")
	}
}
