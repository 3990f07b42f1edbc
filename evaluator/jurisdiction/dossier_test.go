package jurisdiction

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
)

// facts of one record: path to value. A value "absent" is a fact known to be absent; a list ends with "…" when it is
// not complete.
type facts map[string]any

// records by kind/id.
type records map[string]facts

func value(v any) (catalog.State, *catalog.Value) {
	switch x := v.(type) {
	case bool:
		b := catalog.BoolValue(x)
		return catalog.Known, &b
	case int:
		n := catalog.NumValue(catalog.TypePercent, wholePercent(x))
		return catalog.Known, &n
	case []string:
		out := catalog.Value{Type: catalog.TypeCountry, Many: true, Complete: true}
		for _, e := range x {
			if e == "…" {
				out.Complete = false
				continue
			}
			out.List = append(out.List, catalog.Value{Type: catalog.TypeCountry, Text: e})
		}
		return catalog.Known, &out
	case string:
		if x == "absent" {
			return catalog.Absent, nil
		}
		out := catalog.Value{Type: catalog.TypeChoice, Text: x}
		return catalog.Known, &out
	}
	panic("no such value")
}

// wholePercent writes a whole percentage.
func wholePercent(n int) string { return Share(n * int(Whole/100)).Percent(0) }

func dossier(r records) *catalog.Dossier {
	d := &catalog.Dossier{On: today, Offering: catalog.Ref{Kind: catalog.Offering, ID: "o"}}
	for _, key := range slices.Sorted(maps.Keys(r)) {
		kind, id, _ := strings.Cut(key, "/")
		rec := catalog.DossierRecord{Kind: catalog.Kind(kind), ID: id}
		for _, path := range slices.Sorted(maps.Keys(r[key])) {
			state, v := value(r[key][path])
			rec.Facts = append(rec.Facts, catalog.Fact{Path: path, State: state, Value: v})
		}
		d.Records = append(d.Records, rec)
		switch rec.Kind {
		case catalog.UseCase:
			d.UseCase = rec.Ref()
		case catalog.Organisation:
			d.Organisation = rec.Ref()
		case catalog.Terms:
			d.Roles.Terms = rec.Ref()
		case catalog.Model:
			d.Roles.Models = append(d.Roles.Models, rec.Ref())
		}
	}
	o := r["offering/o"]
	if v, ok := o["offering.vendor"].(string); ok {
		d.Roles.Vendor = catalog.Ref{Kind: catalog.Vendor, ID: v}
	}
	d.Roles.SelfHosted = o["offering.deployment"] == "self_hosted"
	if m, ok := r["model/m"]["model.provider"].(string); ok {
		d.Roles.Providers = []catalog.Ref{{Kind: catalog.Vendor, ID: m}}
	}
	return d
}

// european is a dossier in which everything is known, and everything is European.
func european() records {
	return records{
		"offering/o": {"offering.vendor": "v", "offering.deployment": "shared_api", "offering.processing_countries": []string{"FR"}, "offering.storage_countries": []string{"FR"}, "offering.metadata_countries": []string{"FR"},
			"offering.technical_data_countries": []string{"FR"}, "offering.admin_countries": []string{"FR"}, "offering.support_countries": []string{"FR", "DE"}, "offering.vendor_access": "logged", "offering.key_custody": "vendor",
			"offering.subprocessors_complete": true, "offering.operating_autonomy": "own_skills"},
		"vendor/v":         {"vendor.party_kind": "company", "vendor.incorporation_country": "FR", "vendor.headquarters_country": "FR", "vendor.market_countries": []string{"FR"}, "vendor.branch_countries": "absent", "vendor.owners_complete": true},
		"vendor/f":         {"vendor.party_kind": "individual", "vendor.incorporation_country": "FR", "vendor.nationalities": []string{"FR"}},
		"stake/s":          {"stake.vendor": "v", "stake.owner": "f", "stake.percent": 100, "stake.control": true, "stake.veto": false, "stake.board_majority": true},
		"terms/t":          {"terms.ownership_change_notice_days": 30},
		"use_case/u":       {"use_case.user_countries": []string{"FR"}, "use_case.data_subject_countries": []string{"FR"}, "use_case.personal_data": "ordinary"},
		"organisation/org": {"organisation.country": "FR", "organisation.sanctioned_by": "absent", "organisation.excluded_countries": []string{"CN", "RU"}},
	}
}

// with adds facts to one record.
func (r records) with(key string, more facts) records {
	if r[key] == nil {
		r[key] = facts{}
	}
	maps.Copy(r[key], more)
	return r
}

func (r records) without(key, path string) records {
	delete(r[key], path)
	return r
}

// reached writes the laws that are not settled as free.
func reached(e *Exposures) map[string]Status {
	out := map[string]Status{}
	for _, x := range e.Exposures {
		if x.Status != NotExposed {
			out[x.Law] = x.Status
		}
	}
	return out
}

func TestEverythingKnownAndEuropeanIsFree(t *testing.T) {
	laws := builtin(t)
	d := dossier(european())
	e := laws.Assess(FromDossier(d), today)
	if diff := cmp.Diff(map[string]Status{}, reached(e)); diff != "" {
		t.Error(diff)
	}
	if e.Immunity.Result != Pass || e.Sovereignty.CapSOV2 != [2]int{4, 4} || len(e.Questions) != 0 {
		t.Errorf("SecNumCloud %s %v %v, ceiling %v, questions %v", e.Immunity.Result, e.Immunity.Failing, e.Immunity.Open, e.Sovereignty.CapSOV2, e.Questions)
	}
	got := map[string]string{}
	for _, x := range Derive(d, e) {
		got[x.Path] = "unknown"
		if x.State == catalog.Known {
			got[x.Path] = x.Value.Text + x.Value.Num
			if x.Value.Type == catalog.TypeBoolean {
				got[x.Path] = Of(x.Value.Bool).String()
			}
		}
	}
	want := map[string]string{PathControlEEA: "yes", PathNonEEAMax: "0", PathNonEEATotal: "0", PathWorst: "none", PathHighRisk: "no", PathSuspension: "none", PathOutsideEEA: "no"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestOneMissingFact removes one fact at a time from the European dossier: what hangs on it is open, and is one question
// that cites the missing fact.
func TestOneMissingFact(t *testing.T) {
	laws := builtin(t)
	for _, c := range []struct{ record, path, question string }{
		{"offering/o", "offering.processing_countries", "data"},
		{"offering/o", "offering.metadata_countries", "metadata"},
		{"offering/o", "offering.admin_countries", "admin:v"},
		{"offering/o", "offering.subprocessors_complete", "suppliers"},
		{"vendor/v", "vendor.headquarters_country", "seat:v"},
		{"vendor/v", "vendor.market_countries", "serves:v"},
		{"vendor/v", "vendor.branch_countries", "branches:v"},
		{"vendor/f", "vendor.nationalities", "nationality:f"},
	} {
		d := dossier(european().without(c.record, c.path))
		e := laws.Assess(FromDossier(d), today)
		if len(reached(e)) == 0 {
			t.Errorf("without %s every law is settled", c.path)
		}
		for law, s := range reached(e) {
			if s != Undetermined {
				t.Errorf("without %s, %s is %s", c.path, law, s)
			}
		}
		if len(e.Questions) != 1 || e.Questions[0].ID != c.question {
			t.Errorf("without %s the questions are %+v, want one: %s", c.path, e.Questions, c.question)
			continue
		}
		cited := slices.ContainsFunc(e.Questions[0].Facts, func(f catalog.FactRef) bool { return f.Path == c.path })
		if !cited {
			t.Errorf("question %s does not cite %s: %v", c.question, c.path, e.Questions[0].Facts)
		}
	}
}

func TestOneUnknownOwnerIsOneQuestion(t *testing.T) {
	r := european().without("vendor/v", "vendor.owners_complete")
	delete(r, "stake/s")
	e := builtin(t).Assess(FromDossier(dossier(r)), today)
	if n := len(reached(e)); n != 19 {
		t.Errorf("%d laws are open, want 19", n)
	}
	for _, q := range e.Questions {
		if len(q.Laws) > 0 && q.ID != "owners:v" {
			t.Errorf("question %s besides the owner", q.ID)
		}
	}
}

func TestSelfHostedMakerHasNoHold(t *testing.T) {
	laws := builtin(t)
	r := european().with("offering/o", facts{"offering.deployment": "self_hosted", "offering.key_custody": "customer_only"}).
		with("model/m", facts{"model.provider": "maker", "model.weights": "open"}).
		with("vendor/maker", facts{"vendor.party_kind": "company", "vendor.incorporation_country": "CN", "vendor.headquarters_country": "CN", "vendor.market_countries": []string{"WORLD"}})
	delete(r["offering/o"], "offering.vendor")
	e := laws.Assess(FromDossier(dossier(r)), today)
	if diff := cmp.Diff(map[string]Status{}, reached(e)); diff != "" {
		t.Error(diff)
	}
	if e.Immunity.Result != NotApplicable {
		t.Errorf("SecNumCloud %s", e.Immunity.Result)
	}
	r.with("subprocessing/telemetry", facts{"subprocessing.vendor": "maker", "subprocessing.role": "telemetry", "subprocessing.offerings": []string{"o"}, "subprocessing.access": "metadata", "subprocessing.admin_countries": []string{"CN"}}).
		with("vendor/maker", facts{"vendor.owners_complete": true, "vendor.branch_countries": "absent"})
	e = laws.Assess(FromDossier(dossier(r)), today)
	if got := reached(e)["cn-intelligence-law"]; got != Exposed {
		t.Errorf("with telemetry to the maker: %q, want exposed", got)
	}
}

// TestSelfHostedDataStayWhereTheOrganisationAllows: its own rule bounds where its own machines are.
func TestSelfHostedDataStayWhereTheOrganisationAllows(t *testing.T) {
	laws := builtin(t)
	r := european().with("offering/o", facts{"offering.deployment": "self_hosted"})
	for _, p := range []string{"offering.vendor", "offering.processing_countries", "offering.storage_countries", "offering.metadata_countries"} {
		delete(r["offering/o"], p)
	}
	if n := len(reached(laws.Assess(FromDossier(dossier(r)), today))); n == 0 {
		t.Error("data whose place nobody knows are called free")
	}
	r.with("use_case/u", facts{"use_case.required_countries": []string{"FR", "DE"}})
	if diff := cmp.Diff(map[string]Status{}, reached(laws.Assess(FromDossier(dossier(r)), today))); diff != "" {
		t.Error(diff)
	}
}

func TestContractingCompanyServesAndOperatorHasTheAccess(t *testing.T) {
	r := european().with("terms/t", facts{"terms.contracting_entity": "ie"}).
		with("vendor/ie", facts{"vendor.party_kind": "company", "vendor.incorporation_country": "IE", "vendor.headquarters_country": "IE", "vendor.market_countries": []string{"FR"}, "vendor.branch_countries": "absent"}).
		with("vendor/v", facts{"vendor.incorporation_country": "US", "vendor.headquarters_country": "US"}).
		with("stake/ie", facts{"stake.vendor": "ie", "stake.owner": "v", "stake.percent": 100})
	e := builtin(t).Assess(FromDossier(dossier(r)), today)
	for _, x := range e.Exposures {
		if x.Law == "us-fisa-702" && (x.Status != Exposed || x.Path != "ie (IE) → v (US)") {
			t.Errorf("FISA 702: %s by %s", x.Status, x.Path)
		}
	}
}

func TestSuppliersOfTheParentAreInheritedAndSaySo(t *testing.T) {
	r := european().with("subprocessing/p", facts{"subprocessing.user": "parent", "subprocessing.vendor": "host", "subprocessing.role": "hosting", "subprocessing.sees_content": true, "subprocessing.processing_countries": []string{"FR"}}).
		with("vendor/host", facts{"vendor.party_kind": "company", "vendor.incorporation_country": "US", "vendor.headquarters_country": "US"}).
		with("vendor/parent", facts{"vendor.party_kind": "company", "vendor.incorporation_country": "FR", "vendor.headquarters_country": "FR", "vendor.owners_complete": true}).
		with("stake/s", facts{"stake.owner": "parent"})
	d := dossier(r)
	d.Roles.Parents = []catalog.Ref{{Kind: catalog.Vendor, ID: "parent"}}
	g := FromDossier(d)
	i := slices.IndexFunc(g.Parties, func(p Party) bool { return p.ID == "host" })
	if i < 0 || g.Parties[i].InheritedFrom != "parent" {
		t.Fatalf("parties %+v", g.Parties)
	}
	if got := reached(builtin(t).Assess(g, today))["us-sca-cloud-act"]; got != Exposed {
		t.Errorf("CLOUD Act %q through the parent's host", got)
	}
}

func TestAccessOfSuppliers(t *testing.T) {
	for _, c := range []struct {
		name string
		line facts
		want Level
	}{
		{"content in clear", facts{"subprocessing.sees_content": true}, Exactly(AccessPlaintext)},
		{"no content in clear may still be metadata or ciphertext", facts{"subprocessing.sees_content": false}, Level{AccessNone, AccessCiphertext}},
		{"a known level prevails", facts{"subprocessing.sees_content": false, "subprocessing.access": "metadata"}, Exactly(AccessMetadata)},
		{"a floor under an unknown level", facts{"subprocessing.access_min": "ciphertext"}, Level{AccessCiphertext, AccessPlaintext}},
		{"nothing recorded", facts{}, UnknownAccess},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.line["subprocessing.user"], c.line["subprocessing.vendor"], c.line["subprocessing.role"] = "v", "h", "other"
			g := FromDossier(dossier(european().with("subprocessing/x", c.line)))
			i := slices.IndexFunc(g.Parties, func(p Party) bool { return p.ID == "h" })
			if got := g.Parties[i].Access; got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestAccessOfTheVendor(t *testing.T) {
	for _, c := range []struct {
		name string
		more facts
		want Level
	}{
		{"whoever runs inference reads it", facts{"offering.key_custody": "customer_external"}, Exactly(AccessPlaintext)},
		{"a claim of impossibility is not proof", facts{"offering.vendor_access": "impossible"}, Level{AccessCiphertext, AccessPlaintext}},
		{"people who reach content have it in clear, whatever is attested", facts{"offering.confidential_computing": true}, Exactly(AccessPlaintext)},
		{"attested enclaves are no proof that nobody reaches it", facts{"offering.vendor_access": "", "offering.confidential_computing": true}, Level{AccessCiphertext, AccessPlaintext}},
		{"neither known, either may be", facts{"offering.vendor_access": ""}, Level{AccessCiphertext, AccessPlaintext}},
		{"both together settle it", facts{"offering.vendor_access": "impossible", "offering.confidential_computing": true}, Exactly(AccessCiphertext)},
		{"nothing at all in the customer's own tenancy", facts{"offering.deployment": "customer_cloud", "offering.vendor_access": "impossible"}, Exactly(AccessNone)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := FromDossier(dossier(european().with("offering/o", c.more))).Parties[0].Access; got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestStakesOfAnotherDayDoNotCount(t *testing.T) {
	laws := builtin(t)
	us := facts{"vendor.party_kind": "company", "vendor.incorporation_country": "US", "vendor.headquarters_country": "US", "vendor.owners_complete": true, "vendor.service_provider": true}
	for _, c := range []struct {
		name  string
		stake facts
		want  Status
	}{
		{"held today", facts{"stake.from": "2020-01-01"}, Exposed},
		{"sold", facts{"stake.until": "2026-11-23"}, ""},
		{"announced, not closed", facts{"stake.from": "2026-11-25"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := european().with("vendor/us", us).with("stake/s", facts{"stake.percent": 40, "stake.control": false})
			r.with("stake/z", c.stake).with("stake/z", facts{"stake.vendor": "v", "stake.owner": "us", "stake.percent": 60})
			if got := reached(laws.Assess(FromDossier(dossier(r)), today))["us-sca-cloud-act"]; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestAnEmptyDossier: of an offering about which nothing is recorded nothing is said, and the first question is who
// serves it.
func TestAnEmptyDossier(t *testing.T) {
	d := dossier(records{"offering/o": {}})
	e := builtin(t).Assess(FromDossier(d), today)
	for _, x := range e.Exposures {
		if x.Status != Undetermined && x.Flag == "" {
			t.Errorf("%s is %s", x.Law, x.Status)
		}
	}
	if e.Immunity.Result != Open || !slices.ContainsFunc(e.Questions, func(q Question) bool { return q.ID == "parties" }) {
		t.Errorf("SecNumCloud %s, questions %v", e.Immunity.Result, e.Questions)
	}
	for _, x := range Derive(d, e) {
		if x.State != catalog.Unknown {
			t.Errorf("%s is %v", x.Path, x.Value)
		}
	}
}

// TestLinksToNobody are reported, and the rest is judged.
func TestLinksToNobody(t *testing.T) {
	g := FromDossier(dossier(european()))
	g.Stakes = append(g.Stakes, Stake{Owner: "ghost", Of: "v", Percent: Exact(Whole)})
	g.Supplies = append(g.Supplies, Supply{From: "v", To: "phantom"})
	e := builtin(t).Assess(g, today)
	var got []string
	for _, p := range e.Problems {
		got = append(got, p.Code+": "+p.Text.EN)
	}
	want := []string{`nobody: The stake of "ghost" in "v" points to "ghost", which is not on file.`, `nobody: The use of "phantom" by "v" points to "phantom", which is not on file.`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestShape keeps the names that programs read at the top of the JSON.
func TestShape(t *testing.T) {
	data, err := json.Marshal(builtin(t).Assess(FromDossier(dossier(european().without("vendor/v", "vendor.market_countries"))), today))
	if err != nil {
		t.Fatal(err)
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(data, &top); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"offering", "on", "law_on", "exposures", "notes", "immunity", "sovereignty", "transfers", "questions", "gaps", "problems", "disclaimer"} {
		if top[k] == nil || string(top[k]) == "null" {
			t.Errorf("%s is missing", k)
		}
	}
	var list []map[string]any
	if err := json.Unmarshal(top["exposures"], &list); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"law", "status", "trigger", "paths", "severity", "worst", "decided_by", "mitigations", "cures", "confidence", "disputed"} {
		if _, ok := list[0][k]; !ok {
			t.Errorf("exposures: %s is missing", k)
		}
	}
}

// A qualification counts while it is known to be held and known to be valid.
func TestAQualificationIsHeldAndValid(t *testing.T) {
	vendor := catalog.Ref{Kind: catalog.Vendor, ID: "v"}
	for _, c := range []struct {
		name  string
		facts facts
		want  Truth
	}{
		{"held and valid", facts{"certification.held": true, "certification.valid_until": string(today)}, Yes},
		{"expired", facts{"certification.held": true, "certification.valid_until": "2020-01-01"}, Maybe},
		{"until when is not known", facts{"certification.held": true}, Maybe},
		{"whether it is held is not known", facts{"certification.valid_until": "2099-01-01"}, Maybe},
		{"none", facts{"certification.held": false, "certification.valid_until": "2099-01-01"}, Maybe},
	} {
		c.facts["certification.standard"], c.facts["certification.vendor"] = "secnumcloud", vendor.ID
		b := &builder{d: dossier(records{"certification/c": c.facts, "vendor/v": {"vendor.name": "V"}})}
		if got := b.qualified(vendor); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
