package jurisdiction

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/catalog"
	"vigie/evaluator/finding"
)

var someCountries = []string{"FR", "DE", "US", "CN", "GB", "CA", "CH", "IL", "NO", "MX"}

// draw makes a random graph: what may be unknown is unknown now and then.
type draw struct{ *rapid.T }

func (d draw) n(low, high int, what string) int { return rapid.IntRange(low, high).Draw(d.T, what) }
func (d draw) is(what string) bool              { return rapid.Bool().Draw(d.T, what) }
func (d draw) truth(what string) Truth          { return Truth(d.n(0, 2, what)) }

func (d draw) country() string {
	return rapid.SampledFrom(append([]string{""}, someCountries...)).Draw(d.T, "country")
}

func (d draw) places() Places {
	p := Places{Open: d.n(0, 3, "open") == 0, World: d.n(0, 9, "world") == 0}
	for range d.n(0, 2, "codes") {
		p.Codes = append(p.Codes, rapid.SampledFrom(someCountries).Draw(d.T, "code"))
	}
	return p
}

func (d draw) level() Level {
	a, b := Access(d.n(0, 3, "min")), Access(d.n(0, 3, "max"))
	return Level{min(a, b), max(a, b)}
}

func (d draw) party(i int) Party {
	kinds := []Kind{Company, Company, Company, Fund, Individual, StateBody, Dispersed, ""}
	p := Party{ID: fmt.Sprint("p", i), Name: fmt.Sprint("P", i), Kind: rapid.SampledFrom(kinds).Draw(d.T, "kind"), IncorporatedIn: d.country(), HeadquarteredIn: d.country(),
		Nationality: d.places(), Roles: Roles(d.n(0, int(Affiliate)*2-1, "roles")), Access: d.level(), Provider: d.truth("provider"), Branches: d.places(), Serves: d.places(), AdminFrom: d.places(),
		Listed: d.truth("listed"), DPF: d.truth("dpf"), OwnersComplete: d.truth("complete"), HoldersComplete: d.truth("holders")}
	if p.Kind == Dispersed {
		p.IncorporatedIn, p.HeadquarteredIn, p.Access, p.Roles = "", "", Level{}, Owner
	}
	return p
}

func (d draw) share() Range {
	a, b := Share(d.n(0, 100, "low"))*(Whole/100), Share(d.n(0, 100, "high"))*(Whole/100)
	switch d.n(0, 2, "known") {
	case 0:
		return AnyShare
	case 1:
		return Range{min(a, b), max(a, b)}
	}
	return Exact(a)
}

func (d draw) graph() *Graph {
	g := &Graph{Offering: Offering{ID: "o", Deployment: rapid.SampledFrom([]Deployment{API, SaaS, OnPremises, ""}).Draw(d.T, "deployment"), DataIn: d.places(), MetadataIn: d.places(), TechnicalIn: d.places(),
		Keys: rapid.SampledFrom([]Keys{"", KeysCustomer, KeysVendor, KeysHost}).Draw(d.T, "keys"), PartiesKnown: Yes, SuppliersOpen: d.is("open list")},
		Use: Use{Users: d.places(), Subjects: d.places(), PersonalData: d.truth("personal")}, Organisation: Organisation{Home: d.country(), SanctionedBy: d.places(), Excluded: d.places()},
		Immunity: ImmunityFacts{Subject: "p0", Veto: d.truth("veto"), Board: d.truth("board"), Autonomy: d.truth("autonomy"), Notice: d.truth("notice")}}
	n := d.n(1, 6, "parties")
	for i := range n {
		g.Parties = append(g.Parties, d.party(i))
	}
	g.Parties[0].Roles |= ServingVendor
	g.Parties[0].Kind = Company
	for range d.n(0, 7, "stakes") {
		s := Stake{Owner: fmt.Sprint("p", d.n(0, n-1, "owner")), Of: fmt.Sprint("p", d.n(0, n-1, "of")), Percent: d.share()}
		// A recorded "no control" of a majority of votes contradicts itself; files may hold it, but then nothing
		// can be said of what learning or forgetting it does.
		s.Control = rapid.SampledFrom([]Control{ControlNotRecorded, ControlYes, ControlUnknown}).Draw(d.T, "control")
		if s.Percent.Max <= halfShare && d.is("no control") {
			s.Control = ControlNo
		}
		g.Stakes = append(g.Stakes, s)
	}
	for range d.n(0, 4, "supplies") {
		g.Supplies = append(g.Supplies, Supply{From: fmt.Sprint("p", d.n(0, n-1, "from")), To: fmt.Sprint("p", d.n(0, n-1, "to"))})
	}
	return g
}

// forget gives the same graph with one fact turned unknown.
func (d draw) forget(g *Graph) *Graph {
	out := *g
	out.Parties, out.Stakes = slices.Clone(g.Parties), slices.Clone(g.Stakes)
	p := &out.Parties[d.n(0, len(out.Parties)-1, "which party")]
	switch d.n(0, 18, "what") {
	case 0:
		p.IncorporatedIn = map[bool]string{true: "", false: p.IncorporatedIn}[p.Kind != Dispersed]
	case 1:
		p.HeadquarteredIn = map[bool]string{true: "", false: p.HeadquarteredIn}[p.Kind != Dispersed]
	case 2:
		if p.Kind != Dispersed {
			p.Kind = ""
			p.Nationality.Open = true
		}
	case 3:
		p.Access.Min = AccessNone
	case 4:
		p.Access.Max = AccessPlaintext
	case 5:
		p.Provider = Maybe
	case 6:
		p.Branches.Open = true
	case 7:
		p.Serves.Open = true
	case 8:
		p.AdminFrom.Open = true
	case 9:
		p.OwnersComplete = Maybe
	case 10:
		out.Offering.DataIn.Open = true
	case 11:
		out.Offering.MetadataIn.Open = true
	case 12:
		out.Use.Users.Open = true
	case 13:
		out.Offering.SuppliersOpen = true
	case 14:
		out.Offering.Keys = ""
	case 15:
		out.Organisation.SanctionedBy.Open = true
	case 16:
		out.Use.Subjects = Places{Open: true}
	case 17, 18:
		if len(out.Stakes) > 0 {
			s := &out.Stakes[d.n(0, len(out.Stakes)-1, "which stake")]
			if d.is("figure") {
				s.Percent = Range{0, max(s.Percent.Max, Whole)}
				if s.Control == ControlNo {
					s.Control = ControlUnknown
				}
			} else if s.Control == ControlYes || s.Control == ControlNo {
				s.Control = ControlUnknown
			}
		}
	}
	return &out
}

// possible lists the settled statuses that an exposure leaves open.
func possible(x *Exposure) []Status {
	switch {
	case x.Status != Undetermined:
		return []Status{x.Status}
	case x.CouldBe == Exposed && x.Floor == Arguable:
		return []Status{Arguable, Exposed}
	case x.CouldBe == Exposed:
		return []Status{NotExposed, Arguable, Exposed}
	}
	return []Status{NotExposed, Arguable}
}

// TestForgettingOnlyWidens: what was possible with a fact is possible without it, so that an unknown never turns
// exposed or undetermined into not exposed, and learning a fact only moves undetermined to a status it could be.
func TestForgettingOnlyWidens(t *testing.T) {
	laws := builtin(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := draw{rt}
		g := d.graph()
		less := d.forget(g)
		narrows(rt, laws.Assess(g, today), laws.Assess(less, today))
	})
}

// narrows checks that what is said with a fact was possible without it.
func narrows(rt *rapid.T, knowing, ignoring *Exposures) {
	rt.Helper()
	for i := range knowing.Exposures {
		a, b := &knowing.Exposures[i], &ignoring.Exposures[i]
		for _, s := range possible(a) {
			if !slices.Contains(possible(b), s) {
				rt.Fatalf("%s: with the fact %v (%s), without it %v (%s)", a.Law, possible(a), a.Trigger, possible(b), b.Trigger)
			}
		}
		if b.Worst < a.Worst {
			rt.Fatalf("%s: worst %d with the fact, %d without it", a.Law, a.Worst, b.Worst)
		}
	}
	if k, i := knowing.Sovereignty.CapSOV2, ignoring.Sovereignty.CapSOV2; i[0] > k[0] || i[1] < k[1] {
		rt.Fatalf("ceiling %v with the fact, %v without it", k, i)
	}
	if k, i := knowing.Immunity.Result, ignoring.Immunity.Result; k != i && i != Open && !(k == Open && i == Fail) {
		rt.Fatalf("SecNumCloud %s with the fact, %s without it", k, i)
	}
	for n, with := range Derive(nil, knowing) {
		without := Derive(nil, ignoring)[n]
		if !within(with, without) {
			rt.Fatalf("%s: %v of %v with the fact is not among %v without it", with.Path, with.Value, with.Possible, without.Possible)
		}
		if without.State == "known" && (with.State != "known" || !with.Value.Equal(*without.Value)) {
			rt.Fatalf("%s: %v %v with the fact, %v without it", with.Path, with.State, with.Value, without.Value)
		}
	}
}

// TestLearningForWhichOfferingsOnlyNarrows: a line whose list of offerings goes on is neither a supplier nor none; the
// missing element only narrows, whatever it is. It used to be read as none.
func TestLearningForWhichOfferingsOnlyNarrows(t *testing.T) {
	laws := builtin(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := draw{rt}
		pick := func(what string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, what) }
		some := func(f facts, path string, v any) {
			if d.is(path) {
				f[path] = v
			}
		}
		line := facts{"subprocessing.user": pick("user", "v", "v", "host"), "subprocessing.vendor": pick("company", "zz", "zz", "host", "f")}
		some(line, "subprocessing.role", pick("role", "hosting", "compute", "support", "key_custody", "technology", "moderation"))
		some(line, "subprocessing.sees_content", d.is("sees"))
		some(line, "subprocessing.access", pick("access", "none", "metadata", "ciphertext", "plaintext"))
		some(line, "subprocessing.country", pick("line country", "FR", "US", "CN"))
		some(line, "subprocessing.processing_countries", [][]string{{"FR"}, {"US"}, {"CN", "…"}, {"WORLD"}, {}}[d.n(0, 4, "processing")])
		some(line, "subprocessing.admin_countries", [][]string{{"FR"}, {"US"}, {"CN", "…"}}[d.n(0, 2, "admin")])
		zz := facts{"vendor.party_kind": "company"}
		some(zz, "vendor.incorporation_country", pick("seat", "FR", "US", "CN"))
		some(zz, "vendor.headquarters_country", pick("head office", "FR", "US", "CN"))
		some(zz, "vendor.owners_complete", true)
		some(zz, "vendor.branch_countries", "absent")
		some(zz, "vendor.market_countries", []string{"FR", "CN"})
		some(zz, "vendor.dpf_listed", d.is("dpf"))
		r := european().with("subprocessing/zz", line).with("vendor/zz", zz).
			with("subprocessing/h", facts{"subprocessing.user": "v", "subprocessing.vendor": "host", "subprocessing.role": "hosting", "subprocessing.access": "plaintext", "subprocessing.processing_countries": []string{"FR"}, "subprocessing.admin_countries": []string{"FR"}}).
			with("vendor/host", facts{"vendor.party_kind": "company", "vendor.incorporation_country": "FR", "vendor.headquarters_country": "FR", "vendor.owners_complete": true, "vendor.market_countries": []string{"FR"}, "vendor.branch_countries": "absent"}).
			with("subprocessing/own", facts{"subprocessing.user": "zz", "subprocessing.vendor": "deep", "subprocessing.access": "plaintext", "subprocessing.processing_countries": []string{"US"}}).
			with("vendor/deep", facts{"vendor.party_kind": "company", "vendor.incorporation_country": "US", "vendor.headquarters_country": "US", "vendor.owners_complete": true})
		if d.is("owned") {
			r.with("stake/zz", facts{"stake.vendor": "zz", "stake.owner": pick("owner", "top", "v", "person"), "stake.percent": 100}).
				with("vendor/top", facts{"vendor.party_kind": "company", "vendor.incorporation_country": "US", "vendor.headquarters_country": "US", "vendor.owners_complete": true}).
				with("vendor/person", facts{"vendor.party_kind": "individual", "vendor.nationalities": []string{"CN"}, "vendor.incorporation_country": "CN"})
		}
		for path, v := range map[string]any{"offering.key_custody": pick("keys", "vendor", "customer_external", "customer_only"), "offering.deployment": pick("deployment", "shared_api", "customer_cloud"),
			"offering.vendor_access": pick("staff", "impossible", "logged"), "offering.confidential_computing": d.is("enclaves"), "offering.operating_autonomy": pick("autonomy", "none", "own_skills")} {
			r["offering/o"][path] = v
		}
		listed := func(offerings ...string) *Exposures {
			r["subprocessing/zz"]["subprocessing.offerings"] = offerings
			return laws.Assess(FromDossier(dossier(r)), today)
		}
		before := listed("someone-elses", "…")
		for _, after := range [][]string{{"someone-elses", "o"}, {"someone-elses"}, {"someone-elses", "another"}, {"someone-elses", "another", "…"}} {
			narrows(rt, listed(after...), before)
		}
	})
}

// within reports whether every value that one answer leaves possible is possible in the other; an answer that lists
// none excludes none.
func within(a, b finding.Derived) bool {
	if len(b.Possible) == 0 {
		return true
	}
	values := a.Possible
	if a.Value != nil {
		values = []catalog.Value{*a.Value}
	}
	for _, v := range values {
		if !slices.ContainsFunc(b.Possible, v.Equal) {
			return false
		}
	}
	return len(values) > 0
}

// TestUndeterminedNamesWhatDecides: an open law always comes with a question.
func TestUndeterminedNamesWhatDecides(t *testing.T) {
	laws := builtin(t)
	rapid.Check(t, func(rt *rapid.T) {
		e := laws.Assess(draw{rt}.graph(), today)
		ids := map[string]bool{}
		for _, q := range e.Questions {
			ids[q.ID] = true
		}
		for _, x := range e.Exposures {
			if x.Status == Undetermined && len(x.DecidedBy) == 0 {
				rt.Fatalf("%s is undetermined (%s, %s) and asks nothing", x.Law, x.Trigger, x.Path)
			}
			for _, id := range x.DecidedBy {
				if !ids[id] {
					rt.Fatalf("%s is decided by %s, which is no question", x.Law, id)
				}
			}
		}
	})
}

// verdicts is what must not depend on the order of records.
func verdicts(e *Exposures) map[string]string {
	out := map[string]string{}
	for _, x := range e.Exposures {
		triggers := append([]string{x.Trigger}, x.Also...)
		slices.Sort(triggers)
		out[x.Law] = fmt.Sprint(x.Status, x.CouldBe, x.Floor, x.Severity, x.Worst, triggers, x.OpenPaths)
	}
	out["immunity"] = fmt.Sprint(e.Immunity.Result, e.Immunity.Failing, e.Immunity.Open)
	out["sovereignty"] = fmt.Sprint(e.Sovereignty.CapSOV2, e.Sovereignty.Score)
	for _, t := range e.Transfers {
		out["transfer "+t.Country] = t.Short()
	}
	for _, d := range Derive(nil, e) {
		out[d.Path] = fmt.Sprint(d.State, d.Value, d.Possible)
	}
	return out
}

func TestOrderOfRecordsChangesNothing(t *testing.T) {
	laws := builtin(t)
	rapid.Check(t, func(rt *rapid.T) {
		g := draw{rt}.graph()
		rnd := rand.New(rand.NewPCG(uint64(rapid.IntRange(0, 1<<30).Draw(rt, "seed")), 1))
		mixed := *g
		mixed.Parties, mixed.Stakes, mixed.Supplies = slices.Clone(g.Parties), slices.Clone(g.Stakes), slices.Clone(g.Supplies)
		rnd.Shuffle(len(mixed.Parties), func(i, j int) { mixed.Parties[i], mixed.Parties[j] = mixed.Parties[j], mixed.Parties[i] })
		rnd.Shuffle(len(mixed.Stakes), func(i, j int) { mixed.Stakes[i], mixed.Stakes[j] = mixed.Stakes[j], mixed.Stakes[i] })
		rnd.Shuffle(len(mixed.Supplies), func(i, j int) {
			mixed.Supplies[i], mixed.Supplies[j] = mixed.Supplies[j], mixed.Supplies[i]
		})
		// Only one party serves, so that "the serving vendor" is the same in both orders.
		for _, x := range []*Graph{g, &mixed} {
			for i := range x.Parties {
				if x.Parties[i].ID != "p0" {
					x.Parties[i].Roles &^= ServingVendor
				}
			}
		}
		if diff := cmp.Diff(verdicts(laws.Assess(g, today)), verdicts(laws.Assess(&mixed, today))); diff != "" {
			rt.Fatal(diff)
		}
	})
}

// TestEuropeAloneIsFree: parties, places, people, markets and users of the EEA only, all known, leave no exposure.
func TestEuropeAloneIsFree(t *testing.T) {
	laws := builtin(t)
	eea := []string{"FR", "DE", "NO", "IS", "NL"}
	only := func(p Places) Places {
		return In(slices.DeleteFunc(slices.Clone(p.Codes), func(c string) bool { return !slices.Contains(eea, c) })...)
	}
	rapid.Check(t, func(rt *rapid.T) {
		d := draw{rt}
		g := d.graph()
		home := func() string { return rapid.SampledFrom(eea).Draw(rt, "home") }
		for i := range g.Parties {
			p := &g.Parties[i]
			if p.Kind != Dispersed {
				p.IncorporatedIn, p.HeadquarteredIn = home(), home()
			}
			p.Nationality, p.Branches, p.Serves, p.AdminFrom = only(p.Nationality), only(p.Branches), only(p.Serves), only(p.AdminFrom)
			p.OwnersComplete, p.HoldersComplete = Yes, Yes
		}
		g.Offering.DataIn, g.Offering.MetadataIn, g.Offering.SuppliersOpen = only(g.Offering.DataIn), only(g.Offering.MetadataIn), false
		g.Use.Users, g.Use.Subjects = only(g.Use.Users), only(g.Use.Subjects)
		e := laws.Assess(g, today)
		for _, x := range e.Exposures {
			if x.Status != NotExposed {
				rt.Fatalf("%s %s by %s %s", x.Law, x.Status, x.Trigger, x.Path)
			}
		}
		if len(e.Transfers)+len(e.Gaps) != 0 {
			rt.Fatalf("transfers %v gaps %v", e.Transfers, e.Gaps)
		}
	})
}

func TestSameBytesTwice(t *testing.T) {
	laws := builtin(t)
	rapid.Check(t, func(rt *rapid.T) {
		g := draw{rt}.graph()
		a, err := json.Marshal(laws.Assess(g, today))
		if err != nil {
			rt.Fatal(err)
		}
		b, _ := json.Marshal(laws.Assess(g, today))
		if string(a) != string(b) {
			rt.Fatal("two runs differ")
		}
		e := laws.Assess(g, today)
		for i, v := range laws.Verdicts(g, today) {
			x := e.Exposures[i]
			if v.Law != x.Law || v.Status != x.Status || v.Trigger != x.Trigger || v.Party != x.Party || v.Severity != x.Severity || v.Worst != x.Worst {
				rt.Fatalf("verdict and assessment of %s differ", x.Law)
			}
		}
	})
}

// TestCutAnswersAsTheWholeRegister compares a cut with the graph of everything.
func TestCutAnswersAsTheWholeRegister(t *testing.T) {
	laws := builtin(t)
	rapid.Check(t, func(rt *rapid.T) {
		g := draw{rt}.graph()
		g.Offering.Deployment = API
		for i := range g.Parties {
			g.Parties[i].Roles &^= ServingVendor | Customer
		}
		g.Parties[0].Roles |= ServingVendor
		cut := NewRegister(g.Parties, g.Stakes, g.Supplies).Cut("p0", g.Offering)
		cut.Use, cut.Organisation, cut.Immunity = g.Use, g.Organisation, g.Immunity
		takesPart := map[string]bool{"p0": true}
		for range g.Parties {
			for _, s := range g.Supplies {
				if takesPart[s.From] {
					takesPart[s.To] = true
				}
			}
		}
		for i := range g.Parties {
			if p := &g.Parties[i]; !takesPart[p.ID] {
				p.Roles, p.Access = p.Roles&(Owner|Affiliate), Level{}
			}
		}
		g.Supplies = slices.DeleteFunc(g.Supplies, func(s Supply) bool { return !takesPart[s.From] })
		whole, part := laws.Assess(g, today), laws.Assess(cut, today)
		for i := range whole.Exposures {
			a, b := whole.Exposures[i], part.Exposures[i]
			if a.Status != b.Status || a.CouldBe != b.CouldBe || a.Floor != b.Floor || a.Severity != b.Severity {
				rt.Fatalf("%s: %s/%s/%s %d on the whole, %s/%s/%s %d on the cut", a.Law, a.Status, a.CouldBe, a.Floor, a.Severity, b.Status, b.CouldBe, b.Floor, b.Severity)
			}
		}
		if fmt.Sprint(whole.Immunity.Failing, whole.Immunity.Open) != fmt.Sprint(part.Immunity.Failing, part.Immunity.Open) {
			rt.Fatalf("SecNumCloud: %v %v on the whole, %v %v on the cut", whole.Immunity.Failing, whole.Immunity.Open, part.Immunity.Failing, part.Immunity.Open)
		}
	})
}

// TestLessExplainedSaysTheSame: Facts gives Derive the same facts, to the byte, and Brief the same values.
func TestLessExplainedSaysTheSame(t *testing.T) {
	laws := builtin(t)
	rapid.Check(t, func(rt *rapid.T) {
		g := draw{rt}.graph()
		whole, facts, brief := Derive(nil, laws.Assess(g, today)), Derive(nil, laws.Facts(g, today)), Derive(nil, laws.Brief(g, today))
		if diff := cmp.Diff(whole, facts); diff != "" {
			rt.Fatal(diff)
		}
		for i, x := range brief {
			w := whole[i]
			if x.State != w.State || !slices.EqualFunc(x.Possible, w.Possible, catalog.Value.Equal) || (x.Value == nil) != (w.Value == nil) || x.Value != nil && !x.Value.Equal(*w.Value) {
				rt.Fatalf("%s: in brief %v %v %v, else %v %v %v", x.Path, x.State, x.Value, x.Possible, w.State, w.Value, w.Possible)
			}
		}
	})
}
