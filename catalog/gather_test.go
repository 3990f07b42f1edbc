package catalog_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// chain is an offering served by a subsidiary, with an owner above its parent, a model of someone else's and a
// sub-processor that has one of its own.
func chain() *builder {
	b := &builder{}
	b.source("page", catalog.KindPublication)
	b.link("offering/o", "offering.vendor", "subsidiary")
	b.link("offering/o", "offering.models", "tuned")
	b.link("offering/o", "offering.terms", "t")
	b.link("offering/o", "offering.sla", "s")
	b.record("terms/t", "sla/s", "vendor/subsidiary", "vendor/parent", "vendor/fund", "vendor/lab", "vendor/cloud", "vendor/chips", "vendor/cloud-owner",
		"licence/open", "vendor/stranger")
	b.link("model/tuned", "model.provider", "lab")
	b.link("model/tuned", "model.licence", "open")
	b.link("model/tuned", "model.base_models", "base")
	b.record("model/base")
	b.stake("s1", "parent", "subsidiary", "100")
	b.stake("s2", "fund", "parent", "20")
	b.stake("s3", "cloud-owner", "cloud", "100")
	b.supply("p1", "subsidiary", "cloud")
	b.supply("p2", "cloud", "chips")
	return b
}

func (b *builder) stake(id, owner, company, share string) {
	b.link("stake/"+id, "stake.owner", owner)
	b.link("stake/"+id, "stake.vendor", company)
	b.claim("stake/"+id, "stake.percent", percent(share), "", "2026-01-01")
}

func (b *builder) supply(id, user, vendor string, offerings ...string) {
	b.link("subprocessing/"+id, "subprocessing.vendor", vendor)
	if user != "" {
		b.link("subprocessing/"+id, "subprocessing.user", user)
	}
	if len(offerings) > 0 {
		b.link("subprocessing/"+id, "subprocessing.offerings", offerings...)
	}
}

func gather(t testing.TB, b *builder, q catalog.Query) *catalog.Dossier {
	t.Helper()
	d, err := b.At(shippedDictionary(t), today, today).Gather(q)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func recordsOf(d *catalog.Dossier) []string {
	var out []string
	for _, r := range d.Records {
		out = append(out, r.Ref().String())
	}
	return out
}

func TestGatherFollowsEveryLinkToItsEnd(t *testing.T) {
	d := gather(t, chain(), catalog.Query{Offering: "o"})
	want := []string{
		"licence/open", "model/base", "model/tuned", "offering/o", "sla/s", "stake/s1", "stake/s2", "stake/s3",
		"subprocessing/p1", "subprocessing/p2", "terms/t",
		"vendor/chips", "vendor/cloud", "vendor/cloud-owner", "vendor/fund", "vendor/lab", "vendor/parent", "vendor/subsidiary",
	}
	if diff := cmp.Diff(want, recordsOf(d)); diff != "" {
		t.Errorf("records (-want +got)\n%s", diff)
	}
	roles := catalog.Roles{
		Vendor: ref("vendor/subsidiary"), Parents: []catalog.Ref{ref("vendor/parent")}, Models: []catalog.Ref{ref("model/tuned")},
		Providers: []catalog.Ref{ref("vendor/lab")}, Licences: []catalog.Ref{ref("licence/open")}, Terms: ref("terms/t"), SLA: ref("sla/s"),
	}
	if diff := cmp.Diff(roles, d.Roles); diff != "" {
		t.Errorf("roles (-want +got)\n%s", diff)
	}
}

func TestGather(t *testing.T) {
	cases := []struct {
		name   string
		change func(b *builder)
		in     []string // records the dossier must hold
		out    []string // and must not
	}{
		{
			name: "owners that hold each other end the walk",
			change: func(b *builder) {
				b.stake("c1", "fund", "subsidiary", "60")
				b.stake("c2", "subsidiary", "fund", "60")
				b.stake("c3", "fund", "fund", "10")
			},
			in: []string{"stake/c1", "stake/c2", "stake/c3", "vendor/fund"},
		},
		{
			name: "sub-processors that use each other end the walk",
			change: func(b *builder) {
				b.supply("c1", "chips", "cloud")
				b.supply("c2", "chips", "subsidiary")
			},
			in: []string{"subprocessing/c1", "subprocessing/c2"},
		},
		{
			name: "an owner reached by two ways is there once",
			change: func(b *builder) {
				b.stake("d1", "fund", "cloud", "30")
				b.stake("d2", "fund", "lab", "30")
			},
			in: []string{"stake/d1", "stake/d2", "vendor/fund"},
		},
		{
			name: "a company met first as a holding of an owner is still followed up to its own owners when it is a sub-processor",
			change: func(b *builder) {
				b.stake("h1", "fund", "chips", "15")
				b.record("vendor/chips-owner")
				b.stake("h2", "chips-owner", "chips", "85")
			},
			in: []string{"stake/h1", "stake/h2", "vendor/chips-owner"},
		},
		{
			name: "what an owner holds besides is taken in, but not who else owns that",
			change: func(b *builder) {
				b.record("vendor/sister", "vendor/sister-owner")
				b.stake("h1", "parent", "sister", "60")
				b.stake("h2", "sister-owner", "sister", "40")
			},
			in:  []string{"stake/h1", "vendor/sister"},
			out: []string{"stake/h2", "vendor/sister-owner"},
		},
		{
			name: "a sub-processor of other offerings alone is left out",
			change: func(b *builder) {
				b.record("vendor/elsewhere", "offering/other")
				b.supply("o1", "subsidiary", "elsewhere", "other")
			},
			out: []string{"subprocessing/o1", "vendor/elsewhere"},
		},
		{
			name: "a sub-processor that names this offering is taken in without its user",
			change: func(b *builder) {
				b.record("vendor/tool")
				b.supply("o1", "", "tool", "o")
			},
			in: []string{"subprocessing/o1", "vendor/tool"},
		},
		{
			name: "an offering that bears a vendor's id does not take that vendor's sub-processors",
			change: func(b *builder) {
				b.record("vendor/o", "vendor/unrelated")
				b.supply("o1", "o", "unrelated")
			},
			out: []string{"subprocessing/o1", "vendor/unrelated"},
		},
		{
			name: "a self-hosted offering has no serving vendor, and its model's maker no sub-processor in it",
			change: func(b *builder) {
				b.claim("offering/o", "offering.deployment", choice("self_hosted"), "", "2026-01-01")
			},
			in:  []string{"vendor/lab"},
			out: []string{"vendor/subsidiary", "subprocessing/p1", "vendor/cloud"},
		},
		{
			name: "prices, certificates, statements and results about what is in come along",
			change: func(b *builder) {
				b.link("price/p", "price.offering", "o")
				b.link("certification/c", "certification.vendor", "parent")
				b.link("certification/lab", "certification.vendor", "lab")
				b.link("environmental_statement/e", "environmental_statement.about_model", "tuned")
				b.link("benchmark_result/r", "benchmark_result.model", "tuned")
				b.link("benchmark_result/base", "benchmark_result.model", "base")
			},
			in:  []string{"price/p", "certification/c", "environmental_statement/e", "benchmark_result/r"},
			out: []string{"certification/lab", "benchmark_result/base"},
		},
		{
			name: "a disputed link leads nowhere",
			change: func(b *builder) {
				b.source("other", catalog.KindPublication)
				b.record("vendor/x", "vendor/y")
				x, y := catalog.Value{Type: catalog.TypeReference, Text: "x"}, catalog.Value{Type: catalog.TypeReference, Text: "y"}
				b.claim("terms/t", "terms.contracting_entity", &x, "page", "2026-01-01")
				b.claim("terms/t", "terms.contracting_entity", &y, "other", "2026-01-01")
			},
			out: []string{"vendor/x", "vendor/y"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := chain()
			c.change(b)
			got := recordsOf(gather(t, b, catalog.Query{Offering: "o"}))
			for _, r := range append(c.in, "offering/o", "model/base") {
				if !slices.Contains(got, r) {
					t.Errorf("%s is missing from %v", r, got)
				}
			}
			for _, r := range append(c.out, "vendor/stranger") {
				if slices.Contains(got, r) {
					t.Errorf("%s has no business in %v", r, got)
				}
			}
		})
	}
}

func TestParentsControl(t *testing.T) {
	cases := []struct {
		name    string
		claims  map[string]*catalog.Value
		parents []catalog.Ref
	}{
		{"a declared control", map[string]*catalog.Value{"stake.control": boolean(true), "stake.percent": percent("30")}, []catalog.Ref{ref("vendor/owner")}},
		{"a declared absence of control, whatever the share", map[string]*catalog.Value{"stake.control": boolean(false), "stake.percent": percent("80")}, []catalog.Ref{}},
		{"more than half of the votes", map[string]*catalog.Value{"stake.voting_percent": percent("50.1"), "stake.percent": percent("10")}, []catalog.Ref{ref("vendor/owner")}},
		{"exactly half is no control", map[string]*catalog.Value{"stake.percent": percent("50")}, []catalog.Ref{}},
		{"a lower bound above half", map[string]*catalog.Value{"stake.percent_min": percent("68")}, []catalog.Ref{ref("vendor/owner")}},
		{"a lower bound below half decides nothing, the capital does", map[string]*catalog.Value{"stake.voting_min": percent("10"), "stake.percent": percent("60")}, []catalog.Ref{ref("vendor/owner")}},
		{"a stake sold the day before", map[string]*catalog.Value{"stake.percent": percent("100"), "stake.until": day("2026-11-23")}, []catalog.Ref{}},
		{"a stake bought tomorrow", map[string]*catalog.Value{"stake.percent": percent("100"), "stake.from": day("2026-11-25")}, []catalog.Ref{}},
		{"an unknown share", nil, []catalog.Ref{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := &builder{}
			b.link("offering/o", "offering.vendor", "v")
			b.record("vendor/v", "vendor/owner")
			b.link("stake/s", "stake.owner", "owner")
			b.link("stake/s", "stake.vendor", "v")
			for path, v := range c.claims {
				b.claim("stake/s", path, v, "", "2026-01-01")
			}
			if diff := cmp.Diff(c.parents, gather(t, b, catalog.Query{Offering: "o"}).Roles.Parents); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// vendor.bug_bounty is a practice that a subsidiary shares with its parent; vendor.employees is not.
func TestGatherBeforeAnyClaim(t *testing.T) {
	b := chain()
	d, err := b.At(shippedDictionary(t), "2019-01-01", today).Gather(catalog.Query{Offering: "o"})
	if err != nil {
		t.Fatalf("a day before any claim is not an error: %v", err)
	}
	want := &catalog.Dossier{
		Format: catalog.DossierFormat, Offering: ref("offering/o"), On: "2019-01-01", KnownOn: today,
		Roles:   catalog.Roles{Parents: []catalog.Ref{}, Models: []catalog.Ref{}, Providers: []catalog.Ref{}, Licences: []catalog.Ref{}},
		Records: []catalog.DossierRecord{{Kind: catalog.Offering, ID: "o", Facts: []catalog.Fact{}}}, Sources: []catalog.Source{},
	}
	if diff := cmp.Diff(want, d, cmpopts.IgnoreUnexported(catalog.Dossier{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if d.Hash() != want.Hash() {
		t.Error("the hash kept when gathered is not that of the content")
	}
}

func TestGatherListsTheSourcesCited(t *testing.T) {
	b := chain()
	b.source("press", catalog.KindPress)
	b.source("never-cited", catalog.KindAudit)
	b.claim("offering/o", "offering.seal_level", integer("3"), "page", "2026-01-01")
	b.claim("offering/o", "offering.seal_level", integer("4"), "press", "2026-02-01")
	var got []string
	for _, s := range gather(t, b, catalog.Query{Offering: "o"}).Sources {
		got = append(got, s.ID)
	}
	if diff := cmp.Diff([]string{"page", "press"}, got); diff != "" {
		t.Errorf("a contradicting source is cited too (-want +got)\n%s", diff)
	}
}

func TestGatherNamesTheNearest(t *testing.T) {
	b := chain()
	b.record("offering/mistral-api-eu", "offering/mistral-api-global", "use_case/hr")
	view := b.At(shippedDictionary(t), today, today)
	cases := []struct {
		query  catalog.Query
		en, fr string
	}{
		{catalog.Query{Offering: "mistral-api-ue"}, `no offering is called "mistral-api-ue"; the nearest: mistral-api-eu, mistral-api-global`,
			"offre : « mistral-api-ue » n'existe pas ; les plus proches : mistral-api-eu, mistral-api-global"},
		{catalog.Query{Offering: "o", UseCase: "sales"}, `no use case is called "sales"`, "cas d'usage : « sales » n'existe pas"},
		{catalog.Query{Offering: "o", Organisation: "acme"}, `no organisation is called "acme"`, "organisation : « acme » n'existe pas"},
	}
	for _, c := range cases {
		_, err := view.Gather(c.query)
		var missing *catalog.NotFoundError
		if !errors.As(err, &missing) {
			t.Errorf("%+v: %v", c.query, err)
			continue
		}
		if diff := cmp.Diff([]string{c.en, wording.Typeset(wording.FR, c.fr)}, []string{missing.In(wording.EN), missing.In(wording.FR)}); diff != "" {
			t.Errorf("%+v (-want +got)\n%s", c.query, diff)
		}
	}
}

// drawCatalogue draws a tangle of vendors, stakes and sub-processors around one offering, with contradicting
// claims of every kind of source, withdrawals and settlements.
func drawCatalogue(t *rapid.T) *builder {
	b := &builder{}
	for _, k := range catalog.SourceKinds() {
		if k != catalog.KindNone {
			b.source("src-"+string(k), k)
			b.source("src2-"+string(k), k, func(s *catalog.Source) { s.Signed = k == catalog.KindContract })
		}
	}
	parties := []string{"a", "b", "c", "d", "e"}
	for _, p := range parties {
		b.record("vendor/" + p)
	}
	b.link("offering/o", "offering.vendor", "a")
	party := rapid.SampledFrom(parties)
	date := rapid.SampledFrom([]catalog.Date{"2026-01-01", "2026-02-01", "2026-03-01"})
	for i := range rapid.IntRange(0, 8).Draw(t, "stakes") {
		b.stake(string(rune('a'+i)), party.Draw(t, "owner"), party.Draw(t, "company"), rapid.SampledFrom([]string{"10", "51"}).Draw(t, "share"))
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "supplies") {
		b.supply(string(rune('a'+i)), party.Draw(t, "user"), party.Draw(t, "supplier"))
	}
	paths := []string{"vendor.bug_bounty", "vendor.incident_reports"}
	for range rapid.IntRange(0, 12).Draw(t, "claims") {
		path := rapid.SampledFrom(paths).Draw(t, "path")
		code := rapid.SampledFrom([]string{"none", map[string]string{"vendor.bug_bounty": "includes_model", "vendor.incident_reports": "public"}[path]}).Draw(t, "code")
		source := ""
		if rapid.Bool().Draw(t, "sourced") {
			source = rapid.SampledFrom(b.Sources).Draw(t, "source").ID
		}
		c := b.claim("vendor/"+party.Draw(t, "of"), path, choice(code), source, date.Draw(t, "as of"), recordedOn(date.Draw(t, "recorded")))
		switch rapid.IntRange(0, 6).Draw(t, "fate") {
		case 0:
			b.Withdrawals = append(b.Withdrawals, catalog.Withdrawal{Claim: c.Hash(), By: "u2", At: date.Draw(t, "withdrawn").Time(), Reason: "r"})
		case 1:
			b.Settlements = append(b.Settlements, catalog.Settlement{Record: c.Record, Path: c.Path, Claim: c.Hash(), By: "u2",
				At: date.Draw(t, "settled").Time(), Reason: rapid.SampledFrom([]string{"r", "s"}).Draw(t, "reason")})
		}
	}
	return b
}

func TestOrderChangesNothing(t *testing.T) {
	dict := shippedDictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		b := drawCatalogue(t)
		other := catalog.Catalogue{
			Records:     rapid.Permutation(b.Records).Draw(t, "records"),
			Claims:      rapid.Permutation(b.Claims).Draw(t, "claims order"),
			Sources:     rapid.Permutation(b.Sources).Draw(t, "sources"),
			Withdrawals: rapid.Permutation(b.Withdrawals).Draw(t, "withdrawals"),
			Settlements: rapid.Permutation(b.Settlements).Draw(t, "settlements"),
		}
		on := rapid.SampledFrom([]catalog.Date{"2025-12-31", "2026-02-15", today}).Draw(t, "on")
		known := rapid.SampledFrom([]catalog.Date{"2026-01-15", "2026-02-15", today}).Draw(t, "known on")
		d1, err1 := b.At(dict, on, known).Gather(catalog.Query{Offering: "o"})
		d2, err2 := other.At(dict, on, known).Gather(catalog.Query{Offering: "o"})
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if diff := cmp.Diff(d1, d2, cmpopts.IgnoreUnexported(catalog.Dossier{})); diff != "" || d1.Hash() != d2.Hash() {
			t.Fatalf("the order of claims and files changed the dossier\n%s", diff)
		}
		one, two := b.Catalogue, other
		one.Sort()
		two.Sort()
		if diff := cmp.Diff(one, two); diff != "" {
			t.Fatalf("Sort leaves an order behind\n%s", diff)
		}
	})
}

// A fact never rests on a claim that was withdrawn, not yet recorded or about a later day, and it is unknown exactly
// when no claim is left or the best ones are disputed.
func TestFactsRestOnLiveClaims(t *testing.T) {
	dict := shippedDictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		b := drawCatalogue(t)
		on := rapid.SampledFrom([]catalog.Date{"2025-12-31", "2026-01-15", "2026-02-15", today}).Draw(t, "on")
		known := rapid.SampledFrom([]catalog.Date{"2026-01-15", "2026-02-15", today}).Draw(t, "known on")
		live := map[catalog.FactRef]map[string]catalog.Claim{}
		for _, c := range b.Claims {
			gone := slices.ContainsFunc(b.Withdrawals, func(w catalog.Withdrawal) bool {
				return w.Claim == c.Hash() && !catalog.DateOf(w.At).After(known)
			})
			if gone || c.AsOf.After(on) || catalog.DateOf(c.RecordedAt).After(known) {
				continue
			}
			k := catalog.FactRef{Record: c.Record, Path: c.Path}
			if live[k] == nil {
				live[k] = map[string]catalog.Claim{}
			}
			live[k][c.Hash()] = c
		}
		view := b.At(dict, on, known)
		for _, r := range b.Records {
			rec, _ := view.Record(r)
			for _, def := range dict.Facts() {
				k := catalog.FactRef{Record: r, Path: def.Path}
				f := rec.Fact(def.Path)
				switch {
				case len(live[k]) == 0:
					if f.State != catalog.Unknown || f.Disputed {
						t.Fatalf("%s is %s though nothing is known", k, f.State)
					}
				case f.Disputed:
					if f.State != catalog.Unknown || f.Value != nil || len(f.Contradicts) < 2 {
						t.Fatalf("%s is disputed: %+v", k, f)
					}
				default:
					c, ok := live[k][f.Claim]
					if !ok || f.State != c.State || !f.Value.Equal(*c.Value) || f.AsOf != c.AsOf || f.Source != c.Source {
						t.Fatalf("%s does not say what its claim says: %+v, %+v", k, f, c)
					}
				}
			}
		}
	})
}

func TestDossierHashIsStable(t *testing.T) {
	b := chain()
	b.claim("vendor/subsidiary", "vendor.bug_bounty", choice("none"), "page", "2026-01-01")
	d := gather(t, b, catalog.Query{Offering: "o"})
	const want = "5aa8b100ad161d5e35a75b65d86b2676fdf28e695440274658fd4c4d763da0c6"
	if got := d.Hash(); got != want {
		t.Errorf("the canonical form of a dossier changed: hash %s, want %s.\nIf that is meant and a release knows the old form, DossierFormat must change with it.", got, want)
	}
}
