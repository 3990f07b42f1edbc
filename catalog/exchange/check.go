package exchange

import (
	"math/big"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/strict"
)

// check holds the rules that need the whole catalogue: references that lead nowhere, sources nobody described,
// the same claim twice, stakes above 100 %, reference chains that lead back to themselves.
func (l *loader) check() {
	ids := map[catalog.Kind][]string{}
	for r := range l.records {
		ids[r.Kind] = append(ids[r.Kind], r.ID)
	}
	for _, list := range ids {
		slices.Sort(list)
	}
	var sourceIDs []string
	for id := range l.sources {
		sourceIDs = append(sourceIDs, id)
	}
	slices.Sort(sourceIDs)
	seen := map[string]strict.Pos{}
	about := map[catalog.FactRef]int{}
	for _, c := range l.claims {
		about[catalog.FactRef{Record: c.Record, Path: c.Path}]++
	}
	for _, c := range l.claims {
		where := c.Record.String() + ":" + c.Path
		if _, ok := l.sources[c.Source]; c.Source != "" && !ok {
			l.bad(c.pos, where, "source: %s", "source : %s", strict.NotIn(c.Source, sourceIDs))
		}
		if c.Value != nil && c.def.Type == catalog.TypeReference {
			for _, id := range c.Value.Texts() {
				if _, ok := slices.BinarySearch(ids[c.def.RefersTo], id); !ok {
					l.bad(c.pos, where, "refers to a %s that is not there: %s", "renvoie à une fiche absente (%s) : %s", c.def.RefersTo.Label().Lower(), strict.NotIn(id, ids[c.def.RefersTo]))
				}
			}
		}
		// A claim alone about its fact has no twin: its hash is only needed to find what is withdrawn or settled.
		if len(l.cat.Withdrawals) > 0 || about[catalog.FactRef{Record: c.Record, Path: c.Path}] > 1 {
			h := c.Hash()
			if p, twice := seen[h]; twice {
				l.bad(c.pos, where, "the same claim already stands at %s:%d", "la même allégation figure déjà à %s:%d", p.File, p.Line)
			}
			seen[h] = c.pos
		}
		l.cat.Claims = append(l.cat.Claims, c.Claim)
	}
	for _, w := range l.cat.Withdrawals {
		if _, ok := seen[w.Claim]; !ok {
			l.bad(strict.Pos{}, "withdrawals", "no claim has the hash %s", "aucune allégation n'a l'empreinte %s", w.Claim)
		}
	}
	l.stakes()
	l.cycles()
}

// stakes adds up what is claimed of the same company on the same day by the same source: more than 100 % of
// capital or votes cannot be. Figures of different days or sources may overlap without fault.
func (l *loader) stakes() {
	type line struct {
		owner, company string
		percent        map[string]placed
	}
	lines := map[string]*line{}
	get := func(id string) *line {
		if lines[id] == nil {
			lines[id] = &line{percent: map[string]placed{}}
		}
		return lines[id]
	}
	for _, c := range l.claims {
		if c.Record.Kind != catalog.Stake || c.Value == nil {
			continue
		}
		switch c.Path {
		case "stake.vendor":
			get(c.Record.ID).company = c.Value.Text
		case "stake.percent", "stake.voting_percent":
			get(c.Record.ID).percent[c.Path+"\x00"+c.Source+"\x00"+string(c.AsOf)] = c
		}
	}
	sums, last := map[string]*big.Rat{}, map[string]placed{}
	for _, id := range sorted(lines) {
		ln := lines[id]
		for _, k := range sorted(ln.percent) {
			c := ln.percent[k]
			r := catalog.Rat(c.Value.Num)
			if r == nil {
				continue
			}
			key := ln.company + "\x00" + k
			if sums[key] == nil {
				sums[key] = new(big.Rat)
			}
			sums[key].Add(sums[key], r)
			last[key] = c
		}
	}
	hundred := big.NewRat(100, 1)
	for _, k := range sorted(sums) {
		if sums[k].Cmp(hundred) > 0 {
			company, _, _ := strings.Cut(k, "\x00")
			l.bad(last[k].pos, last[k].Record.String()+":"+last[k].Path,
				"the stakes in %s that this source gives for this day add up to %s %%, more than 100 %%", "les participations dans %s que donne cette source à cette date totalisent %s %%, plus de 100 %%",
				company, catalog.Decimal(sums[k], 2))
		}
	}
}

// cycles refuses a model that derives from itself. Owners may hold each other in a circle; models may not.
func (l *loader) cycles() {
	parent := map[string][]placed{}
	for _, c := range l.claims {
		if c.Path == "model.base_models" && c.Value != nil {
			parent[c.Record.ID] = append(parent[c.Record.ID], c)
		}
	}
	state := map[string]int{} // 1 on the path, 2 done
	var visit func(id string, trail []string)
	visit = func(id string, trail []string) {
		state[id] = 1
		for _, c := range parent[id] {
			for _, next := range c.Value.Texts() {
				if state[next] == 1 {
					l.bad(c.pos, c.Record.String()+":"+c.Path, "the model derives from itself: %s", "le modèle dérive de lui-même : %s", strings.Join(append(trail, id, next), " → "))
				} else if state[next] == 0 {
					visit(next, append(trail, id))
				}
			}
		}
		state[id] = 2
	}
	for _, id := range sorted(parent) {
		if state[id] == 0 {
			visit(id, nil)
		}
	}
}

func sorted[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
