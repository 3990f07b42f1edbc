package licence

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
)

func mustBuiltin(t testing.TB) *Set {
	t.Helper()
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// inParallel runs f for each id on a few goroutines; f must only use t.Errorf.
func inParallel(ids []string, f func(id string)) {
	var wg sync.WaitGroup
	work := make(chan string)
	for range 2 {
		wg.Go(func() {
			for id := range work {
				f(id)
			}
		})
	}
	for _, id := range ids {
		work <- id
	}
	close(work)
	wg.Wait()
}

// TestCorpus identifies every text of the corpus as itself, and nothing but itself.
func TestCorpus(t *testing.T) {
	set := mustBuiltin(t)
	texts := corpusTexts(t)
	for _, id := range slices.Sorted(maps.Keys(texts)) {
		r := set.Identify(texts[id], id+".txt")
		if r.Verdict != Identified || r.Licence != id || len(r.Differences) != 0 || r.Coverage != 1 {
			t.Errorf("%s: verdict %s, licence %q, coverage %v, %d differences; want identified as itself", id, r.Verdict, r.Licence, r.Coverage, len(r.Differences))
		}
	}
}

// TestDisguises carries every text of the corpus in other ways; none may change the answer. Two texts are excused in
// one disguise each, where the disguise breaks markup inside a tag.
func TestDisguises(t *testing.T) {
	set := mustBuiltin(t)
	texts := corpusTexts(t)
	excused := map[string]bool{"llama-3.1-use-policy/quoted mail": true}
	ways := disguises()
	inParallel(slices.Sorted(maps.Keys(texts)), func(id string) {
		for _, way := range slices.Sorted(maps.Keys(ways)) {
			if excused[id+"/"+way] {
				continue
			}
			if r := set.Identify([]byte(ways[way](string(texts[id]))), ""); r.Verdict != Identified || r.Licence != id {
				t.Errorf("%s, %s: %s %q, %d differences", id, way, r.Verdict, r.Licence, len(r.Differences))
			}
		}
	})
}

// TestAlterations runs the script of alterations over the corpus: no altered text may come out clean, and the licence
// it was made from must still be named. It prints its counts with -v.
func TestAlterations(t *testing.T) {
	set := mustBuiltin(t)
	texts := corpusTexts(t)
	rounds := 2
	if testing.Short() {
		rounds = 1
	}
	var mu sync.Mutex
	counts := map[string]map[Verdict]int{}
	total, other := 0, 0
	groups := map[string][4]int{} // texts, altered copies, with differences placed, named after another licence
	inParallel(slices.Sorted(maps.Keys(texts)), func(id string) {
		g := group(set, id)
		mu.Lock()
		n := groups[g]
		n[0]++
		groups[g] = n
		mu.Unlock()
		for _, a := range alterations() {
			for k := range rounds {
				text, ok := a.apply(string(texts[id]), seeded(id, a.name, k))
				if !ok || text == string(texts[id]) {
					continue
				}
				r := set.Identify([]byte(text), "")
				mu.Lock()
				if counts[a.name] == nil {
					counts[a.name] = map[Verdict]int{}
				}
				counts[a.name][r.Verdict]++
				total++
				n := groups[g]
				n[1]++
				if len(r.Differences) > 0 {
					n[2]++
				}
				if r.Licence != id && !(len(r.Licences) > 0 && slices.ContainsFunc(r.Licences, func(f Found) bool { return f.ID == id })) {
					other++
					n[3]++
				}
				groups[g] = n
				mu.Unlock()
				if r.Verdict == Identified {
					t.Errorf("%s, %s, round %d: a clean identity (%s) for an altered text", id, a.name, k, r.Licence)
				}
				if r.Verdict != Identified && len(r.Differences) == 0 && r.Verdict != Conflict {
					t.Errorf("%s, %s, round %d: %s without a difference", id, a.name, k, r.Verdict)
				}
			}
		}
	})
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%-20s %s", name, fmt.Sprint(counts[name]))
	}
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		n := groups[g]
		t.Logf("%-14s %3d texts, %4d altered: 0 clean, %4d with their differences placed, %d named after another licence", g, n[0], n[1], n[2], n[3])
	}
	t.Logf("%d altered texts, 0 clean, %d named after another licence", total, other)
	if other*100 > total {
		t.Errorf("%d of %d altered texts are named after another licence", other, total)
	}
}

// group sorts the corpus for the table: classics that licensecheck or SPDX know, AI texts of which near versions exist,
// other AI texts.
func group(set *Set, id string) string {
	l, ok := set.Rights(id)
	if !ok {
		return "other"
	}
	if l.Identifiers.SPDX != "" || l.Identifiers.LicenseCheck != "" {
		return "classics"
	}
	family := 0
	for _, other := range set.IDs() {
		if o, _ := set.Rights(other); o.Family == l.Family {
			family++
		}
	}
	if family > 1 {
		return "near versions"
	}
	return "AI licences"
}
