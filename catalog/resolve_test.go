package catalog_test

import (
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
)

// held is what a case expects of a fact: the answer, whether it is disputed, to be checked or settled, and the
// sources that say otherwise, in order.
type held struct {
	State    catalog.State
	Value    *catalog.Value
	Source   string
	Disputed bool
	ToCheck  bool
	Settled  string
	Against  []string
}

func heldBy(f catalog.Fact) held {
	h := held{State: f.State, Value: f.Value, Source: f.Source, Disputed: f.Disputed, ToCheck: f.ToCheck(), Settled: f.Settled}
	for _, c := range f.Contradicts {
		h.Against = append(h.Against, c.Source)
	}
	return h
}

func signed(s *catalog.Source) { s.Signed = true }

func validUntil(d catalog.Date) func(*catalog.Source) {
	return func(s *catalog.Source) { s.ValidUntil = d }
}

// The cases are those that the reference catalogue met; the notes name them.
func TestWhichClaimHolds(t *testing.T) {
	const terms, training = "terms/t", "terms.trains_on_customer_data"
	const sla, availability = "sla/s", "sla.availability_percent"
	cases := []struct {
		name  string
		build func(b *builder)
		fact  catalog.FactRef
		on    catalog.Date // today when empty
		known catalog.Date // on when empty
		want  held
	}{
		{
			name: "nothing recorded is unknown, neither absent nor zero",
			build: func(b *builder) {
				b.record(terms)
			},
			fact: catalog.FactRef{Record: ref(terms), Path: training},
			want: held{State: catalog.Unknown},
		},
		{
			name: "Mistral: the contract holds against the documentation",
			build: func(b *builder) {
				b.source("mistral-docs", catalog.KindPublication)
				b.source("mistral-commercial", catalog.KindContract)
				b.claim(terms, training, choice("never_by_contract"), "mistral-docs", "2026-02-01")
				b.claim(terms, training, choice("on_by_default"), "mistral-commercial", "2026-03-01")
			},
			fact: catalog.FactRef{Record: ref(terms), Path: training},
			want: held{State: catalog.Known, Value: choice("on_by_default"), Source: "mistral-commercial", Against: []string{"mistral-docs"}},
		},
		{
			name: "Vertex: newer press does not unseat Google's SLA but must be checked",
			build: func(b *builder) {
				b.source("google-sla", catalog.KindContract)
				b.source("blog", catalog.KindPress)
				b.claim(sla, availability, percent("99.5"), "google-sla", "2026-01-10")
				b.claim(sla, availability, percent("99.9"), "blog", "2026-06-10")
			},
			fact: catalog.FactRef{Record: ref(sla), Path: availability},
			want: held{State: catalog.Known, Value: percent("99.5"), Source: "google-sla", ToCheck: true, Against: []string{"blog"}},
		},
		{
			name: "OpenAI: older press is a contradiction, not something to check",
			build: func(b *builder) {
				b.source("agreement", catalog.KindContract)
				b.source("directory", catalog.KindPress)
				b.claim(sla, availability, nil, "agreement", "2026-01-01")
				b.claim(sla, availability, percent("99.9"), "directory", "2025-06-01")
			},
			fact: catalog.FactRef{Record: ref(sla), Path: availability},
			want: held{State: catalog.Absent, Source: "agreement", Against: []string{"directory"}},
		},
		{
			name: "Llama 3.3: the vendor's corrected page is history, not a contradiction",
			build: func(b *builder) {
				b.source("llama-card", catalog.KindPublication)
				b.claim("environmental_statement/e", "environmental_statement.value", &catalog.Value{Type: catalog.TypeNumber, Num: "2040"}, "llama-card", "2024-12-06")
				b.claim("environmental_statement/e", "environmental_statement.value", &catalog.Value{Type: catalog.TypeNumber, Num: "12.9"}, "llama-card", "2025-02-12")
			},
			fact: catalog.FactRef{Record: ref("environmental_statement/e"), Path: "environmental_statement.value"},
			want: held{State: catalog.Known, Value: &catalog.Value{Type: catalog.TypeNumber, Num: "12.9"}, Source: "llama-card"},
		},
		{
			name: "of one source and day, what was recorded last corrects a misreading",
			build: func(b *builder) {
				b.source("dpa", catalog.KindContract)
				b.claim(terms, "terms.retention_days", integer("90"), "dpa", "2026-03-01", recordedOn("2026-03-02"))
				b.claim(terms, "terms.retention_days", integer("30"), "dpa", "2026-03-01", recordedOn("2026-03-05"))
			},
			fact: catalog.FactRef{Record: ref(terms), Path: "terms.retention_days"},
			want: held{State: catalog.Known, Value: integer("30"), Source: "dpa"},
		},
		{
			name: "OVHcloud: two equal figures that differ leave the fact unknown",
			build: func(b *builder) {
				b.source("ovh-a", catalog.KindPublication)
				b.source("ovh-b", catalog.KindPublication)
				b.claim("offering/o", "offering.pue", &catalog.Value{Type: catalog.TypeNumber, Num: "1.29"}, "ovh-a", "2023-08-31")
				b.claim("offering/o", "offering.pue", &catalog.Value{Type: catalog.TypeNumber, Num: "1.28"}, "ovh-b", "2023-08-31", recordedOn("2023-09-01"))
			},
			fact: catalog.FactRef{Record: ref("offering/o"), Path: "offering.pue"},
			want: held{State: catalog.Unknown, Disputed: true, Against: []string{"ovh-b", "ovh-a"}},
		},
		{
			name: "Mistral Large 3: of two equal sources the newer day holds",
			build: func(b *builder) {
				b.source("blog", catalog.KindPress)
				b.source("changelog", catalog.KindPress)
				b.claim("model/m", "model.release_date", day("2025-12-02"), "blog", "2025-12-02")
				b.claim("model/m", "model.release_date", day("2025-12-04"), "changelog", "2026-01-15")
			},
			fact: catalog.FactRef{Record: ref("model/m"), Path: "model.release_date"},
			want: held{State: catalog.Known, Value: day("2025-12-04"), Source: "changelog", Against: []string{"blog"}},
		},
		{
			name: "the organisation's own signed contract stands above newer public terms",
			build: func(b *builder) {
				b.source("our-contract", catalog.KindContract, signed)
				b.source("public-terms", catalog.KindContract)
				b.claim(terms, "terms.zero_retention", choice("standard"), "our-contract", "2026-02-01")
				b.claim(terms, "terms.zero_retention", choice("on_approval"), "public-terms", "2026-09-01")
			},
			fact: catalog.FactRef{Record: ref(terms), Path: "terms.zero_retention"},
			want: held{State: catalog.Known, Value: choice("standard"), Source: "our-contract", ToCheck: true, Against: []string{"public-terms"}},
		},
		{
			name: "an audit, a register and a measure are equal: the newest holds",
			build: func(b *builder) {
				b.source("audit", catalog.KindAudit)
				b.source("probe", catalog.KindTest)
				b.claim(sla, "sla.measured_availability_percent", percent("99.95"), "audit", "2026-01-01")
				b.claim(sla, "sla.measured_availability_percent", percent("99.2"), "probe", "2026-10-01")
			},
			fact: catalog.FactRef{Record: ref(sla), Path: "sla.measured_availability_percent"},
			want: held{State: catalog.Known, Value: percent("99.2"), Source: "probe", Against: []string{"audit"}},
		},
		{
			name: "ISO 42001: a declaration stands above the press, and a claim without source below both",
			build: func(b *builder) {
				b.source("trust-page", catalog.KindDeclaration)
				b.source("efros", catalog.KindPress)
				b.claim("certification/c", "certification.held", boolean(true), "trust-page", "2026-05-01")
				b.claim("certification/c", "certification.held", boolean(false), "efros", "2026-05-01")
				b.claim("certification/c", "certification.held", boolean(false), "", "2026-05-02")
			},
			fact: catalog.FactRef{Record: ref("certification/c"), Path: "certification.held"},
			want: held{State: catalog.Known, Value: boolean(true), Source: "trust-page", ToCheck: true, Against: []string{"efros", ""}},
		},
		{
			name: "agreeing sources do not contradict, and the strongest is cited",
			build: func(b *builder) {
				b.source("dpa", catalog.KindContract)
				b.source("page", catalog.KindPublication)
				b.claim(terms, "terms.breach_notice_hours", integer("48"), "page", "2026-05-01")
				b.claim(terms, "terms.breach_notice_hours", integer("48"), "dpa", "2026-01-01")
			},
			fact: catalog.FactRef{Record: ref(terms), Path: "terms.breach_notice_hours"},
			want: held{State: catalog.Known, Value: integer("48"), Source: "dpa"},
		},
		{
			name: "a claim about a later day is not seen yet",
			build: func(b *builder) {
				b.source("terms-2026", catalog.KindContract)
				b.source("terms-2025", catalog.KindContract)
				b.claim(terms, training, choice("off_by_default"), "terms-2025", "2025-01-01")
				b.claim(terms, training, choice("always"), "terms-2026", "2026-06-01")
			},
			fact: catalog.FactRef{Record: ref(terms), Path: training},
			on:   "2026-05-31",
			want: held{State: catalog.Known, Value: choice("off_by_default"), Source: "terms-2025"},
		},
		{
			name: "what was recorded later was not known then, though it was true",
			build: func(b *builder) {
				b.source("terms", catalog.KindContract)
				b.claim(terms, training, choice("always"), "terms", "2026-01-01", recordedOn("2026-03-04"))
			},
			fact:  catalog.FactRef{Record: ref(terms), Path: training},
			known: "2026-03-03",
			want:  held{State: catalog.Unknown},
		},
		{
			name: "known on the day of recording, to its last moment",
			build: func(b *builder) {
				b.source("terms", catalog.KindContract)
				b.claim(terms, training, choice("always"), "terms", "2026-01-01", func(c *catalog.Claim) {
					c.RecordedAt = time.Date(2026, 3, 3, 23, 59, 59, 999, time.UTC)
				})
			},
			fact:  catalog.FactRef{Record: ref(terms), Path: training},
			known: "2026-03-03",
			want:  held{State: catalog.Known, Value: choice("always"), Source: "terms"},
		},
		{
			name: "an expired source proves nothing any more, and the weaker one behind it holds",
			build: func(b *builder) {
				b.source("certificate", catalog.KindAudit, validUntil("2026-11-23"))
				b.source("page", catalog.KindPublication)
				b.claim("certification/c", "certification.covers_offering", boolean(true), "certificate", "2025-11-01")
				b.claim("certification/c", "certification.covers_offering", boolean(false), "page", "2026-01-01")
			},
			fact: catalog.FactRef{Record: ref("certification/c"), Path: "certification.covers_offering"},
			want: held{State: catalog.Known, Value: boolean(false), Source: "page"},
		},
		{
			name: "on its last day a source still holds",
			build: func(b *builder) {
				b.source("certificate", catalog.KindAudit, validUntil(today))
				b.claim("certification/c", "certification.covers_offering", boolean(true), "certificate", "2026-01-01")
			},
			fact: catalog.FactRef{Record: ref("certification/c"), Path: "certification.covers_offering"},
			want: held{State: catalog.Known, Value: boolean(true), Source: "certificate"},
		},
		{
			name: "a withdrawn claim is gone, and the older one of its source is back",
			build: func(b *builder) {
				b.source("dpa", catalog.KindContract)
				b.claim(terms, "terms.retention_days", integer("30"), "dpa", "2025-12-01")
				c := b.claim(terms, "terms.retention_days", integer("3"), "dpa", "2026-03-01")
				b.Withdrawals = append(b.Withdrawals, catalog.Withdrawal{Claim: c.Hash(), By: "u2", At: catalog.Date("2026-04-01").Time(), Reason: "misread: 30"})
			},
			fact: catalog.FactRef{Record: ref(terms), Path: "terms.retention_days"},
			want: held{State: catalog.Known, Value: integer("30"), Source: "dpa"},
		},
		{
			name: "before its withdrawal was recorded, the claim held",
			build: func(b *builder) {
				b.source("dpa", catalog.KindContract)
				c := b.claim(terms, "terms.retention_days", integer("3"), "dpa", "2026-03-01")
				b.Withdrawals = append(b.Withdrawals, catalog.Withdrawal{Claim: c.Hash(), By: "u2", At: catalog.Date("2026-04-01").Time(), Reason: "misread"})
			},
			fact:  catalog.FactRef{Record: ref(terms), Path: "terms.retention_days"},
			known: "2026-03-31",
			want:  held{State: catalog.Known, Value: integer("3"), Source: "dpa"},
		},
		{
			name: "an incomplete list does not contradict a complete one that holds its elements",
			build: func(b *builder) {
				b.source("guide", catalog.KindPublication)
				b.source("dpa", catalog.KindContract)
				b.claim("offering/o", "offering.processing_countries", countries(false, "FR"), "guide", "2026-05-01")
				b.claim("offering/o", "offering.processing_countries", countries(true, "DE", "FR"), "dpa", "2026-01-01")
			},
			fact: catalog.FactRef{Record: ref("offering/o"), Path: "offering.processing_countries"},
			want: held{State: catalog.Known, Value: countries(true, "DE", "FR"), Source: "dpa"},
		},
		{
			name: "an incomplete list that names another country does",
			build: func(b *builder) {
				b.source("guide", catalog.KindPublication)
				b.source("dpa", catalog.KindContract)
				b.claim("offering/o", "offering.processing_countries", countries(false, "US"), "guide", "2026-05-01")
				b.claim("offering/o", "offering.processing_countries", countries(true, "DE", "FR"), "dpa", "2026-01-01")
			},
			fact: catalog.FactRef{Record: ref("offering/o"), Path: "offering.processing_countries"},
			want: held{State: catalog.Known, Value: countries(true, "DE", "FR"), Source: "dpa", ToCheck: true, Against: []string{"guide"}},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var b builder
			c.build(&b)
			on, known := orDay(c.on, today), orDay(c.known, today)
			rec, ok := b.At(shippedDictionary(t), on, known).Record(c.fact.Record)
			if !ok {
				t.Fatalf("no record %s", c.fact.Record)
			}
			if diff := cmp.Diff(c.want, heldBy(rec.Fact(c.fact.Path))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func orDay(d, otherwise catalog.Date) catalog.Date {
	if d == "" {
		return otherwise
	}
	return d
}

// The dictionary lets terms.retention_days grow six months old; a stale fact holds all the same.
func TestStale(t *testing.T) {
	var b builder
	b.source("dpa", catalog.KindContract)
	b.claim("terms/t", "terms.retention_days", integer("30"), "dpa", "2026-03-31")
	for on, stale := range map[catalog.Date]bool{"2026-03-31": false, "2026-09-30": false, "2026-10-01": true} {
		rec, _ := b.At(shippedDictionary(t), on, on).Record(ref("terms/t"))
		if f := rec.Fact("terms.retention_days"); f.State != catalog.Known || f.Stale != stale {
			t.Errorf("on %s: %s, stale %v; want known, stale %v", on, f.State, f.Stale, stale)
		}
	}
}

// A reviewer chose the weaker of two claims in February; what is recorded afterwards was not before their eyes.
func TestSettlement(t *testing.T) {
	const path = "terms.zero_retention"
	build := func() (*builder, catalog.Claim) {
		b := &builder{}
		b.source("public-terms", catalog.KindContract)
		b.source("answer", catalog.KindDeclaration)
		b.claim("terms/t", path, choice("on_approval"), "public-terms", "2026-01-01")
		chosen := b.claim("terms/t", path, choice("standard"), "answer", "2026-01-15")
		b.Settlements = append(b.Settlements, catalog.Settlement{Record: ref("terms/t"), Path: path, Claim: chosen.Hash(), By: "u3",
			At: catalog.Date("2026-02-01").Time(), Reason: "seen in our tenant"})
		return b, chosen
	}
	settled := held{State: catalog.Known, Value: choice("standard"), Source: "answer", Settled: "seen in our tenant", Against: []string{"public-terms"}}
	cases := []struct {
		name  string
		later func(b *builder)
		known catalog.Date
		want  held
	}{
		{name: "the settled claim holds over a stronger one", want: settled},
		{name: "before the settlement was recorded, the rule alone decides", known: "2026-01-31",
			want: held{State: catalog.Known, Value: choice("on_approval"), Source: "public-terms", ToCheck: true, Against: []string{"answer"}}},
		{name: "a stronger claim recorded afterwards holds", later: func(b *builder) {
			b.source("our-contract", catalog.KindContract, signed)
			b.claim("terms/t", path, choice("not_available"), "our-contract", "2026-03-01")
		}, want: held{State: catalog.Known, Value: choice("not_available"), Source: "our-contract", Against: []string{"public-terms", "answer"}}},
		{name: "a weaker newer one recorded afterwards is to be checked", later: func(b *builder) {
			b.source("blog", catalog.KindPress)
			b.claim("terms/t", path, choice("not_available"), "blog", "2026-03-01")
		}, want: held{State: catalog.Known, Value: choice("standard"), Source: "answer", Settled: "seen in our tenant", ToCheck: true, Against: []string{"public-terms", "blog"}}},
		{name: "an equal one of the same day reopens the dispute", later: func(b *builder) {
			b.source("other-answer", catalog.KindDeclaration)
			b.claim("terms/t", path, choice("not_available"), "other-answer", "2026-01-15", recordedOn("2026-03-01"))
		}, want: held{State: catalog.Unknown, Disputed: true, Against: []string{"answer", "public-terms", "other-answer"}}},
		{name: "once its own source has replaced the settled claim, the rule decides again", later: func(b *builder) {
			b.claim("terms/t", path, choice("not_available"), "answer", "2026-03-01")
		}, want: held{State: catalog.Known, Value: choice("on_approval"), Source: "public-terms", ToCheck: true, Against: []string{"answer"}}},
		{name: "a later settlement overrules", later: func(b *builder) {
			b.Settlements = append(b.Settlements, catalog.Settlement{Record: ref("terms/t"), Path: path, Claim: b.Claims[0].Hash(), By: "u3",
				At: catalog.Date("2026-04-01").Time(), Reason: "the tenant was a trial"})
		}, want: held{State: catalog.Known, Value: choice("on_approval"), Source: "public-terms", Settled: "the tenant was a trial", Against: []string{"answer"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b, _ := build()
			if c.later != nil {
				c.later(b)
			}
			rec, _ := b.At(shippedDictionary(t), today, orDay(c.known, today)).Record(ref("terms/t"))
			if diff := cmp.Diff(c.want, heldBy(rec.Fact(path))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestSettlementEndsADispute(t *testing.T) {
	var b builder
	b.source("a", catalog.KindPublication)
	b.source("b", catalog.KindPublication)
	one := b.claim("offering/o", "offering.seal_level", integer("2"), "a", "2026-01-01")
	b.claim("offering/o", "offering.seal_level", integer("3"), "b", "2026-01-01")
	b.Settlements = []catalog.Settlement{{Record: ref("offering/o"), Path: "offering.seal_level", Claim: one.Hash(), By: "u3", At: catalog.Date("2026-02-01").Time(), Reason: "asked"}}
	rec, _ := b.At(shippedDictionary(t), today, today).Record(ref("offering/o"))
	want := held{State: catalog.Known, Value: integer("2"), Source: "a", Settled: "asked", Against: []string{"b"}}
	if diff := cmp.Diff(want, heldBy(rec.Fact("offering.seal_level"))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Remarks add up: each claim stands on its own, none contradicts another.
func TestCumulativeFacts(t *testing.T) {
	var b builder
	b.source("a", catalog.KindPress)
	first, second := catalog.TextValue("opened in Paris"), catalog.TextValue("moved to Lyon")
	b.claim("vendor/v", "vendor.remark", &first, "a", "2026-01-01")
	b.claim("vendor/v", "vendor.remark", &second, "a", "2026-02-01")
	b.Merge(&catalog.Catalogue{Claims: b.Claims[:1]}) // a claim that two files share is one claim
	rec, _ := b.At(shippedDictionary(t), today, today).Record(ref("vendor/v"))
	var got []string
	for _, f := range rec.Facts {
		if f.Contradicts != nil {
			t.Errorf("%q is contradicted", f.Value.Text)
		}
		got = append(got, f.Value.Text)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"moved to Lyon", "opened in Paris"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The dictionary may put a kind of source first for one fact: a measure tells availability better than an audit.
func TestDictionaryOrdersSourcesPerFact(t *testing.T) {
	dict, err := catalog.LoadDictionary(fstest.MapFS{"1.yaml": {Data: []byte(`section: sla
order: 1
record: sla
title: {en: Service, fr: Service}
facts:
- path: sla.measured
  type: percent
  strongest: [test, press]
  label: {en: Measured, fr: Mesuré}
  help: {en: Measured, fr: Mesuré}
- path: sla.promised
  type: percent
  label: {en: Promised, fr: Promis}
  help: {en: Promised, fr: Promis}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	var b builder
	b.source("audit", catalog.KindAudit)
	b.source("press", catalog.KindPress)
	b.source("probe", catalog.KindTest)
	for _, path := range []string{"sla.measured", "sla.promised"} {
		b.claim("sla/s", path, percent("99.99"), "audit", "2026-09-01")
		b.claim("sla/s", path, percent("99.5"), "press", "2026-08-01")
		b.claim("sla/s", path, percent("99.1"), "probe", "2026-07-01")
	}
	rec, _ := b.At(dict, today, today).Record(ref("sla/s"))
	if diff := cmp.Diff(held{State: catalog.Known, Value: percent("99.1"), Source: "probe", ToCheck: true, Against: []string{"press", "audit"}}, heldBy(rec.Fact("sla.measured"))); diff != "" {
		t.Errorf("measured (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(held{State: catalog.Known, Value: percent("99.99"), Source: "audit", Against: []string{"probe", "press"}}, heldBy(rec.Fact("sla.promised"))); diff != "" {
		t.Errorf("promised (-want +got)\n%s", diff)
	}
}
