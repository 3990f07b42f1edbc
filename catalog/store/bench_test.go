package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vigie/catalog"
)

// simpleFacts are facts of a kind that take a short text, a yes or no, a number or a code: what generated records bear.
func simpleFacts(b testing.TB, kind catalog.Kind) []*catalog.FactDef {
	var out []*catalog.FactDef
	for _, f := range dict(b).Facts() {
		if f.Record == kind && !f.Many && !f.Cumulative && f.Path != kind.NamePath() {
			switch f.Type {
			case catalog.TypeText, catalog.TypeBoolean, catalog.TypeInteger, catalog.TypePercent, catalog.TypeCountry, catalog.TypeChoice, catalog.TypeDate:
				out = append(out, f)
			}
		}
	}
	return out
}

// answer is some value of a fact.
func answer(f *catalog.FactDef, n int) *catalog.Value {
	v := catalog.Value{Type: f.Type}
	switch f.Type {
	case catalog.TypeBoolean:
		v.Bool = n%2 == 0
	case catalog.TypeInteger, catalog.TypePercent:
		v.Num = fmt.Sprint(n % 100)
	case catalog.TypeCountry:
		v.Text = []string{"FR", "DE", "US", "IE"}[n%4]
	case catalog.TypeChoice:
		v.Text = f.Values[n%len(f.Values)].ID
	case catalog.TypeDate:
		v.Text = fmt.Sprintf("2025-%02d-%02d", 1+n%12, 1+n%28)
	default:
		v.Text = fmt.Sprintf("Answer number %d", n)
	}
	return &v
}

// about makes claims about a record, by rounds: the second corrects the first, and so on.
func about(ref catalog.Ref, facts []*catalog.FactDef, claims int) []catalog.Claim {
	out := make([]catalog.Claim, 0, claims)
	at := time.Date(2025, 1, 1, 8, 0, 0, 0, time.UTC)
	for i := range claims {
		f := facts[i%len(facts)]
		round := i / len(facts)
		out = append(out, catalog.Claim{Record: ref, Path: f.Path, State: catalog.Known, Value: answer(f, i+len(ref.ID)*7+round), Source: "doc", Locator: fmt.Sprintf("p. %d", i),
			AsOf: catalog.Date(fmt.Sprintf("2025-%02d-01", 1+round%12)), RecordedBy: "p1", RecordedAt: at.AddDate(0, round, 0)})
	}
	return out
}

func named(ref catalog.Ref, name string) catalog.Claim {
	v := catalog.TextValue(name)
	return catalog.Claim{Record: ref, Path: ref.Kind.NamePath(), State: catalog.Known, Value: &v, AsOf: "2025-01-01", RecordedBy: "p1", RecordedAt: time.Date(2025, 1, 1, 8, 0, 0, 0, time.UTC)}
}

func linked(ref catalog.Ref, path, target string) catalog.Claim {
	return catalog.Claim{Record: ref, Path: path, State: catalog.Known, Value: &catalog.Value{Type: catalog.TypeReference, Text: target}, Source: "doc", AsOf: "2025-01-01", RecordedBy: "p1", RecordedAt: time.Date(2025, 1, 1, 8, 0, 0, 0, time.UTC)}
}

var doc = catalog.Source{ID: "doc", Title: "Documentation", Kind: catalog.KindPublication}

// Bulk import: 300 vendors with 30 claims each, under 0.7 s.
func BenchmarkImport300Vendors(b *testing.B) {
	facts := simpleFacts(b, catalog.Vendor)
	for b.Loop() {
		b.StopTimer()
		s := open(b, sqliteOptions(b))
		batch := Batch{Sources: []catalog.Source{doc}}
		for i := range 300 {
			ref := catalog.Ref{Kind: catalog.Vendor, ID: fmt.Sprintf("v%d", i)}
			batch.Records = append(batch.Records, ref)
			batch.Claims = append(append(batch.Claims, named(ref, "Vendor "+ref.ID)), about(ref, facts, 29)...)
		}
		b.StartTimer()
		record(b, s, batch)
		b.StopTimer()
		s.Close()
		b.StartTimer()
	}
}

// One claim with its period and log leaf in one FULL transaction, alone and with 16 clients.
func BenchmarkRecordOneClaim(b *testing.B) {
	for _, clients := range []int{1, 16} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			s := open(b, sqliteOptions(b))
			var n atomic.Int64
			var mu sync.Mutex
			var took []time.Duration
			var wait sync.WaitGroup
			per := b.N/clients + 1
			b.ResetTimer()
			for range clients {
				wait.Go(func() {
					for range per {
						id := fmt.Sprintf("v%d", n.Add(1))
						batch := nameBatch(id, id)
						batch.Key = ""
						start := time.Now()
						if _, err := s.Record(context.Background(), batch); err != nil {
							b.Error(err)
							return
						}
						d := time.Since(start)
						mu.Lock()
						took = append(took, d)
						mu.Unlock()
					}
				})
			}
			wait.Wait()
			b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "writes/s")
			b.ReportMetric(float64(quantile(took, .99).Microseconds())/1000, "p99-ms")
		})
	}
}

// Verify on a store of 100 000 entries of the log.
func BenchmarkVerify100k(b *testing.B) {
	s := open(b, sqliteOptions(b))
	facts := simpleFacts(b, catalog.Vendor)
	for i := 0; ; i++ {
		batch := Batch{Sources: []catalog.Source{doc}}
		for j := range 100 {
			ref := catalog.Ref{Kind: catalog.Vendor, ID: fmt.Sprintf("v%d-%d", i, j)}
			batch.Records = append(batch.Records, ref)
			batch.Claims = append(batch.Claims, about(ref, facts, 40)...)
		}
		record(b, s, batch)
		if t, err := s.Head(b.Context()); err != nil || t.N >= 100_000 {
			break
		}
	}
	for b.Loop() {
		if v := verify(b, s); !v.OK() {
			b.Fatal(v.Damage)
		}
	}
}

// Dossiers of the shipped catalogue, by the store and over the whole catalogue in memory.
func BenchmarkGatherShipped(b *testing.B) {
	s, c := open(b, sqliteOptions(b)), shipped(b)
	record(b, s, whole(c))
	view := c.At(s.Dictionary, "2026-11-24", "2026-11-24")
	ids := view.IDs(catalog.Offering)
	b.Run("store", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := s.Gather(b.Context(), "2026-11-24", "2026-11-24", catalog.Query{Offering: ids[i%len(ids)]}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("memory", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := view.Gather(catalog.Query{Offering: ids[i%len(ids)]}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// big is the store of the speed section: 10 000 vendors, 50 000 offerings, 3 million claims. VIGIE_BIG names the folder in
// which it is kept between runs; without it these benchmarks are skipped, for it takes minutes to make.
func big(b *testing.B) *Store {
	dir := os.Getenv("VIGIE_BIG")
	if dir == "" {
		b.Skip("VIGIE_BIG=folder makes and keeps the store of 3 million claims")
	}
	o := sqliteOptions(b)
	o.Dir = dir
	_, err := os.Stat(filepath.Join(dir, databaseName))
	fresh := os.IsNotExist(err)
	s := open(b, o)
	if !fresh {
		return s
	}
	start := time.Now()
	fill(b, s, 10_000, 50_000, 3_000_000)
	tree, err := s.Head(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("made %d entries of the log in %v", tree.N, time.Since(start))
	return s
}

func fill(b testing.TB, s *Store, vendors, offerings, claims int) {
	record(b, s, Batch{Sources: []catalog.Source{doc}})
	flush := func(batch *Batch) {
		record(b, s, *batch)
		*batch = Batch{}
	}
	var batch Batch
	id := func(kind string, i int) string { return fmt.Sprintf("%s-%05d", kind, i) }
	each := claims / (vendors + offerings)
	vf, of, tf := simpleFacts(b, catalog.Vendor), simpleFacts(b, catalog.Offering), simpleFacts(b, catalog.Terms)
	for i := range vendors {
		ref := catalog.Ref{Kind: catalog.Vendor, ID: id("vendor", i)}
		batch.Records = append(batch.Records, ref)
		batch.Claims = append(append(batch.Claims, named(ref, fmt.Sprintf("Société numéro %d", i))), about(ref, vf, each-6)...)
		// Groups of twelve: each vendor is held by the first of its group.
		stake := catalog.Ref{Kind: catalog.Stake, ID: id("stake", i)}
		percent := catalog.NumValue(catalog.TypePercent, "60")
		share := linked(stake, "stake.percent", "")
		share.Value = &percent
		if i%12 > 0 {
			batch.Records = append(batch.Records, stake)
			batch.Claims = append(batch.Claims, linked(stake, "stake.vendor", ref.ID), linked(stake, "stake.owner", id("vendor", i/12*12)), share)
		}
		if len(batch.Claims) > 8000 {
			flush(&batch)
		}
	}
	flush(&batch)
	for i := range offerings {
		ref, terms := catalog.Ref{Kind: catalog.Offering, ID: id("offering", i)}, catalog.Ref{Kind: catalog.Terms, ID: id("terms", i)}
		batch.Records = append(batch.Records, ref, terms)
		batch.Claims = append(append(batch.Claims, named(ref, fmt.Sprintf("Modèle %d en ligne", i)), linked(ref, "offering.vendor", id("vendor", (i*7)%vendors)), linked(ref, "offering.terms", terms.ID)), about(ref, of, 25)...)
		batch.Claims = append(batch.Claims, about(terms, tf, each-28)...)
		if len(batch.Claims) > 8000 {
			flush(&batch)
		}
	}
	flush(&batch)
}

func BenchmarkBigGather(b *testing.B) {
	s := big(b)
	draw := rand.New(rand.NewPCG(1, 1))
	records, facts, n := 0, 0, 0
	for b.Loop() {
		d, err := s.Gather(b.Context(), "2026-11-24", "2026-11-24", catalog.Query{Offering: fmt.Sprintf("offering-%05d", draw.IntN(50_000))})
		if err != nil {
			b.Fatal(err)
		}
		n++
		records += len(d.Records)
		for _, r := range d.Records {
			facts += len(r.Facts)
		}
	}
	b.ReportMetric(float64(records)/float64(n), "records")
	b.ReportMetric(float64(facts)/float64(n), "facts")
	memory(b)
}

func memory(b *testing.B) {
	runtime.GC()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return
	}
	for _, l := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(l, "VmRSS") || strings.HasPrefix(l, "VmHWM") {
			b.Log(l)
		}
	}
}

// Lists of 50: by the store, and the same query in raw SQL.
func BenchmarkBigList(b *testing.B) {
	s := big(b)
	for name, l := range map[string]ListQuery{
		"plain":           {Kind: catalog.Offering, On: "2026-11-24"},
		"filter-wide":     {Kind: catalog.Offering, On: "2026-11-24", Filters: []Filter{{"offering.deployment", "shared_api"}}},
		"filter-narrow":   {Kind: catalog.Offering, On: "2026-11-24", Filters: []Filter{{"offering.vendor", "vendor-00700"}}},
		"filter-search":   {Kind: catalog.Offering, On: "2026-11-24", Filters: []Filter{{"offering.vendor", "vendor-00700"}}, Search: "MODELE"},
		"search-rare":     {Kind: catalog.Offering, On: "2026-11-24", Search: "49999"},
		"search-vendors":  {Kind: catalog.Vendor, On: "2026-11-24", Search: "societe 77"},
		"filter-wide-and": {Kind: catalog.Offering, On: "2026-11-24", Filters: []Filter{{"offering.deployment", "shared_api"}}, Search: "modele 12"},
	} {
		b.Run(name, func(b *testing.B) {
			got := 0
			for b.Loop() {
				p, err := s.List(b.Context(), l)
				if err != nil {
					b.Fatal(err)
				}
				got = len(p.Entries)
			}
			b.ReportMetric(float64(got), "entries")
		})
		b.Run(name+"/raw", func(b *testing.B) {
			pool := s.engine.pool
			l := l
			l.Limit = 50
			var stmt string
			var args []any
			if err := s.reading(b.Context(), func(q query) error {
				drive, err := l.rarest(q)
				stmt, args = l.statement(q, "", drive)
				return err
			}); err != nil {
				b.Fatal(err)
			}
			// The same three statements: the page, how many facts, the names.
			raw := func(stmt string, args []any) (leaves []any) {
				rows, err := pool.QueryContext(b.Context(), stmt, args...)
				if err != nil {
					b.Fatal(err)
				}
				defer rows.Close()
				cols, err := rows.Columns()
				if err != nil {
					b.Fatal(err)
				}
				vals := make([]any, len(cols))
				into := make([]any, len(cols))
				for i := range vals {
					into[i] = &vals[i]
				}
				for rows.Next() {
					if err := rows.Scan(into...); err != nil {
						b.Fatal(err)
					}
					leaves = append(leaves, vals[0])
				}
				return leaves
			}
			for b.Loop() {
				if leaves := raw(stmt, args); len(leaves) > 0 {
					raw(l.counts(leaves))
					raw(l.names(leaves))
				}
			}
		})
	}
	memory(b)
}
