package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"vigie/catalog"
)

// days of the drawn catalogues, and moments at which things are recorded.
var days = []catalog.Date{"2025-01-10", "2025-03-01", "2025-06-15", "2025-12-31", "2026-02-28", "2026-07-14"}

func drawn(t *rapid.T) *catalog.Catalogue {
	pick := func(name string, list ...string) string { return rapid.SampledFrom(list).Draw(t, name) }
	day := func(name string) catalog.Date { return rapid.SampledFrom(days).Draw(t, name) }
	moment := func(name string) time.Time { return day(name).Time().Add(9 * time.Hour) }
	c := &catalog.Catalogue{}
	for _, id := range []string{"a", "b", "c"} {
		c.Records = append(c.Records, catalog.Ref{Kind: catalog.Vendor, ID: id})
	}
	for _, id := range []string{"o1", "o2"} {
		c.Records = append(c.Records, catalog.Ref{Kind: catalog.Offering, ID: id})
	}
	for _, id := range []string{"s1", "s2", "s3"} {
		c.Records = append(c.Records, catalog.Ref{Kind: catalog.Stake, ID: id})
	}
	for i, k := range []catalog.SourceKind{catalog.KindAudit, catalog.KindRegister, catalog.KindPress, catalog.KindPublication} {
		s := catalog.Source{ID: fmt.Sprintf("src%d", i), Title: "T", Kind: k}
		if i%2 == 0 {
			s.ValidUntil = day("valid until")
		}
		c.Sources = append(c.Sources, s)
	}
	seen := map[string]bool{}
	for range rapid.IntRange(5, 40).Draw(t, "claims") {
		cl := catalog.Claim{State: catalog.Known, Source: pick("source", "", "src0", "src1", "src2", "src3"), AsOf: "2025-01-01", RecordedBy: "p", RecordedAt: moment("recorded")}
		cl.AsOf = min(day("as of"), catalog.DateOf(cl.RecordedAt))
		ref := func(kind catalog.Kind, id, path, target string) {
			cl.Record, cl.Path, cl.Value = catalog.Ref{Kind: kind, ID: id}, path, &catalog.Value{Type: catalog.TypeReference, Text: target}
		}
		switch rapid.IntRange(0, 5).Draw(t, "what") {
		case 0:
			ref(catalog.Offering, pick("offering", "o1", "o2"), "offering.vendor", pick("vendor", "a", "b", "c"))
		case 1:
			ref(catalog.Stake, pick("stake", "s1", "s2", "s3"), "stake.vendor", pick("held", "a", "b", "c"))
		case 2:
			ref(catalog.Stake, pick("stake", "s1", "s2", "s3"), "stake.owner", pick("owner", "a", "b", "c"))
		case 3:
			v := catalog.NumValue(catalog.TypePercent, pick("percent", "10", "60", "100"))
			cl.Record, cl.Path, cl.Value = catalog.Ref{Kind: catalog.Stake, ID: pick("stake", "s1", "s2", "s3")}, "stake.percent", &v
		case 4:
			v := catalog.Value{Type: catalog.TypeCountry, Text: pick("country", "FR", "US")}
			cl.Record, cl.Path, cl.Value = catalog.Ref{Kind: catalog.Vendor, ID: pick("vendor", "a", "b", "c")}, "vendor.headquarters_country", &v
		default:
			v := catalog.TextValue(pick("name", "Été", "Hiver"))
			cl.Record, cl.Path, cl.Value = catalog.Ref{Kind: catalog.Vendor, ID: pick("vendor", "a", "b", "c")}, "vendor.name", &v
		}
		if h := cl.Hash(); !seen[h] {
			seen[h] = true
			c.Claims = append(c.Claims, cl)
		}
	}
	for i, cl := range c.Claims {
		switch rapid.IntRange(0, 9).Draw(t, "review") {
		case 0:
			c.Withdrawals = append(c.Withdrawals, catalog.Withdrawal{Claim: cl.Hash(), By: "p", At: moment("withdrawn").Add(time.Duration(i) * time.Second), Reason: "r"})
		case 1:
			c.Settlements = append(c.Settlements, catalog.Settlement{Record: cl.Record, Path: cl.Path, Claim: cl.Hash(), By: "p", At: moment("settled").Add(time.Duration(i) * time.Second), Reason: "r"})
		}
	}
	return c
}

// For any catalogue, recorded in any order and in any pieces, each record on each day, by what was known on each other
// day, is the one that catalog.View gives; dossiers too.
func TestAnyDayAsKnownOnAnyOther(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		checks := 0
		rapid.Check(t, func(r *rapid.T) {
			c := drawn(r)
			to := o
			if o.DSN != "" {
				if checks++; checks > 8 { // a database each takes long
					return
				}
				to = postgresOptions(t)
			}
			to.Dir = t.TempDir()
			s, err := Open(t.Context(), to)
			if err != nil {
				r.Fatal(err)
			}
			defer s.Close()
			record := func(b Batch) {
				if _, err := s.Record(t.Context(), b); err != nil {
					r.Fatal(err)
				}
			}
			record(Batch{Records: c.Records, Sources: c.Sources})
			order := rapid.Permutation(c.Claims).Draw(r, "order")
			cut := rapid.IntRange(0, len(order)).Draw(r, "cut")
			record(Batch{Claims: order[:cut]})
			record(Batch{Claims: order[cut:]})
			record(Batch{Withdrawals: c.Withdrawals, Settlements: c.Settlements})
			for _, on := range days[1:] {
				for _, known := range []catalog.Date{"2025-06-15", "2026-02-28", "2026-11-24"} {
					want := c.At(o.Dictionary, on, known)
					recs, _, err := s.Facts(t.Context(), on, known, c.Records...)
					if err != nil {
						r.Fatal(err)
					}
					for i := range recs {
						w, _ := want.Record(recs[i].Ref())
						if diff := cmp.Diff(w.Facts, recs[i].Facts, cmpopts.EquateEmpty()); diff != "" {
							r.Fatalf("%s on %s as known on %s:\n%s", recs[i].Ref(), on, known, diff)
						}
					}
					q := catalog.Query{Offering: "o1"}
					a, err := want.Gather(q)
					if err != nil {
						r.Fatal(err)
					}
					b, err := s.Gather(t.Context(), on, known, q)
					if err != nil {
						r.Fatal(err)
					}
					if a.Hash() != b.Hash() {
						r.Fatalf("dossier on %s as known on %s:\n%s", on, known, cmp.Diff(a, b, cmpopts.IgnoreUnexported(catalog.Dossier{})))
					}
				}
			}
			if v, err := s.Verify(t.Context(), VerifyOptions{SkipFiles: true}); err != nil || !v.OK() {
				r.Fatal(err, v.Damage)
			}
		})
	})
}

// A source described anew weighs otherwise: the periods of all that cite it follow.
func TestRevisedSourceReweighs(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		ref := catalog.Ref{Kind: catalog.Vendor, ID: "v"}
		country := func(code, source string) catalog.Claim {
			return catalog.Claim{Record: ref, Path: "vendor.headquarters_country", State: catalog.Known, Value: &catalog.Value{Type: catalog.TypeCountry, Text: code}, Source: source, AsOf: "2026-01-01", RecordedBy: "p"}
		}
		record(t, s, Batch{Records: []catalog.Ref{ref}, Sources: []catalog.Source{{ID: "a", Title: "A", Kind: catalog.KindPress}, {ID: "b", Title: "B", Kind: catalog.KindPublication}},
			Claims: []catalog.Claim{country("US", "a"), country("FR", "b")}})
		at := func() catalog.Fact {
			recs, _, err := s.Facts(t.Context(), "2026-11-24", "2026-11-24", ref)
			if err != nil {
				t.Fatal(err)
			}
			return recs[0].Fact("vendor.headquarters_country")
		}
		if f := at(); f.Value.Text != "FR" || len(f.Contradicts) != 1 {
			t.Errorf("%+v", f)
		}
		record(t, s, Batch{Sources: []catalog.Source{{ID: "a", Title: "A", Kind: catalog.KindAudit, ValidUntil: "2026-06-30"}}})
		if f := at(); f.Value.Text != "FR" || len(f.Contradicts) != 0 {
			t.Errorf("the audit has expired: %+v", f)
		}
		recs, _, err := s.Facts(t.Context(), "2026-03-01", "2026-11-24", ref)
		if err != nil || recs[0].Fact("vendor.headquarters_country").Value.Text != "US" {
			t.Errorf("while the audit was valid: %+v, %v", recs, err)
		}
		if list, err := s.SourceRevisions(t.Context(), "a"); err != nil || len(list) != 2 {
			t.Errorf("%d revisions: %v", len(list), err)
		}
		if v := verify(t, s); !v.OK() {
			t.Error(v.Damage)
		}
	})
}

// R11: the clock jumps back a day, forth a day, over a leap day, in a zone of its own: what is recorded later is later, in
// the log and in what it says of itself, and is seen at once.
func TestClockThatJumps(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		zone := time.FixedZone("far east", 14*3600)
		moments := []time.Time{today, today.AddDate(0, 0, -1), today.AddDate(0, 0, 1), today, time.Date(2028, 2, 29, 23, 30, 0, 0, zone), today.In(zone),
			time.Date(2026, 3, 29, 2, 30, 0, 0, time.FixedZone("CEST", 7200)), today}
		at := 0
		o.Now = func() time.Time { return moments[at] }
		s := open(t, o)
		var last time.Time
		for at = range moments {
			b := nameBatch("one", fmt.Sprintf("Name %d", at))
			b.Key = fmt.Sprint(at)
			record(t, s, b)
			c, err := s.Claims(t.Context(), catalog.Ref{Kind: catalog.Vendor, ID: "one"}, "vendor.name")
			if err != nil || len(c.Claims) != at+1 {
				t.Fatal(err)
			}
			newest := c.Claims[at] // in the order of the log
			if !newest.RecordedAt.After(last) || newest.RecordedAt.Location() != time.UTC {
				t.Errorf("recorded at %v, after %v", newest.RecordedAt, last)
			}
			last = newest.RecordedAt
			day := catalog.DateOf(moments[at])
			recs, _, err := s.Facts(t.Context(), max(day, "2026-01-01"), day, catalog.Ref{Kind: catalog.Vendor, ID: "one"})
			if err != nil {
				t.Fatal(err)
			}
			if got := recs[0].Name().EN; got != fmt.Sprintf("Name %d", at) {
				t.Errorf("at %v the name is %q, recorded just before: Name %d", moments[at], got, at)
			}
		}
		if v := verify(t, s); !v.OK() {
			t.Error(v.Damage)
		}
	})
}

// Rows and values are the same thing: a claim and a source with every field filled come back as they were.
func TestRowsRoundTrip(t *testing.T) {
	at := time.Date(2026, 11, 24, 8, 27, 59, 360_000_001, time.UTC)
	for _, v := range []*catalog.Value{nil, {Type: catalog.TypeText, Text: "a \"b\" <c>", FR: "é"}, {Type: catalog.TypeMoney, Num: "12.5", Currency: "EUR"},
		{Type: catalog.TypeBoolean}, {Type: catalog.TypeBoolean, Bool: true}, {Type: catalog.TypePercent, Num: "99.95"}, {Type: catalog.TypeCountry, Many: true, List: []catalog.Value{{Type: catalog.TypeCountry, Text: "FR"}}, Complete: true},
		{Type: catalog.TypeReference, Many: true, List: []catalog.Value{}}, {Type: catalog.TypeDate, Text: "2026-01-01"}} {
		want := catalog.Claim{Record: catalog.Ref{Kind: catalog.Vendor, ID: "v"}, Path: "vendor.name", State: catalog.Known, Value: v, Source: "s", Locator: "p. 3", Note: "n", AsOf: "2026-01-01", RecordedBy: "p", RecordedAt: at}
		r, err := fromClaim(want, hashBytes(want.Hash()))
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.toClaim(want.Record)
		if diff := cmp.Diff(want, got); err != nil || diff != "" || got.Hash() != want.Hash() {
			t.Error(err, diff)
		}
	}
	want := catalog.Source{ID: "s", Title: "T", Publisher: "P", Kind: catalog.KindContract, Signed: true, URL: "https://x", File: hexOf(make([]byte, 32)), Published: "2026-01-01",
		Read: "2026-01-02", ValidUntil: "2026-01-03", Via: "v", Undated: true, Confidential: true, Note: "n"}
	r := fromSource(want)
	if diff := cmp.Diff(want, r.toSource()); diff != "" {
		t.Error(diff)
	}
}
