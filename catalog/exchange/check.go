package exchange

import (
	"math/big"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// check holds the rules that need the whole catalogue: references that lead nowhere, sources nobody described,
// the same claim twice, stakes above 100 %, reference chains that lead back to themselves.
func (l *loader) check() {
	ids := map[catalog.Kind][]string{}
	for r := range l.records {
		ids[r.Kind] = append(ids[r.Kind], r.ID)
	}
	var sourceIDs []string
	for id := range l.sources {
		sourceIDs = append(sourceIDs, id)
	}
	if l.base != nil {
		for _, r := range l.base.Records {
			ids[r.Kind] = append(ids[r.Kind], r.ID)
		}
		for _, s := range l.base.Sources {
			at, twice := l.sources[s.ID]
			same := func(o catalog.Source) bool { return o == s }
			switch {
			case !twice:
				sourceIDs = append(sourceIDs, s.ID)
			case slices.ContainsFunc(l.cat.Sources, same): // a proposal's file stands alone, and so repeats what it cites
				l.cat.Sources = slices.DeleteFunc(l.cat.Sources, same)
			default:
				l.bad(at, "sources."+s.ID, "the catalogue that this adds to already describes a source of this id, and otherwise", "le catalogue que ceci complète décrit déjà une source de cet identifiant, et autrement")
			}
		}
	}
	for _, list := range ids {
		slices.Sort(list)
	}
	slices.Sort(sourceIDs)
	seen := map[string]placed{}
	about := map[catalog.FactRef]int{}
	for _, c := range l.claims {
		about[catalog.FactRef{Record: c.Record, Path: c.Path}]++
	}
	for _, c := range l.claims {
		where := c.Record.String() + ":" + c.Path
		if _, ok := slices.BinarySearch(sourceIDs, c.Source); c.Source != "" && !ok && !l.partial {
			l.bad(c.pos, where, "source: %s", "source : %s", strict.NotIn(c.Source, sourceIDs))
		}
		if c.Value != nil && c.def.Type == catalog.TypeReference && !l.partial {
			for _, id := range c.Value.Texts() {
				if _, ok := slices.BinarySearch(ids[c.def.RefersTo], id); !ok {
					l.bad(c.pos, where, "refers to a record that is not there (%s): %s", "renvoie à une fiche absente (%s) : %s", c.def.RefersTo.Label().Lower(), strict.NotIn(id, ids[c.def.RefersTo]))
				}
			}
		}
		// A claim alone about its fact has no twin: its hash is only needed to find what is withdrawn or settled.
		if len(l.reviews) > 0 || about[catalog.FactRef{Record: c.Record, Path: c.Path}] > 1 {
			h := c.Hash()
			if p, twice := seen[h]; twice {
				l.bad(c.pos, where, "the same claim already stands at %s:%d", "la même allégation figure déjà à %s:%d", p.pos.File, p.pos.Line)
			}
			seen[h] = c
		}
		l.cat.Claims = append(l.cat.Claims, c.Claim)
	}
	if l.base != nil && len(l.reviews) > 0 {
		for _, c := range l.base.Claims {
			seen[c.Hash()] = placed{Claim: c}
		}
	}
	l.reviewed(seen)
	l.stakes()
	l.cycles()
	l.servers()
}

// servers refuses an offering that is said to be self-hosted and served by a vendor by the same source: it is one or
// the other.
func (l *loader) servers() {
	hosted := map[string]placed{}
	key := func(c placed) string { return c.Record.ID + "\x00" + c.Source + "\x00" + string(c.AsOf) }
	for _, c := range l.claims {
		if c.Path == "offering.deployment" && c.Value != nil && c.Value.Text == "self_hosted" {
			hosted[key(c)] = c
		}
	}
	for _, c := range l.claims {
		if d, ok := hosted[key(c)]; ok && c.Path == "offering.vendor" && c.Value != nil {
			l.bad(c.pos, c.Record.String()+":"+c.Path, "an offering that the organisation hosts itself (line %d) has no vendor; leave one of the two out", "une offre que l'organisation héberge elle-même (ligne %d) n'a pas de fournisseur ; omettre l'un des deux", d.pos.Line)
		}
	}
}

// reviewed holds withdrawals and settlements against the claims that they name.
func (l *loader) reviewed(claims map[string]placed) {
	for _, r := range l.reviews {
		c, ok := claims[r.claim]
		switch {
		case !ok && !l.partial && !l.dropped:
			l.bad(r.pos, r.path, "no claim has the hash %s", "aucune allégation n'a l'empreinte %s", wording.Quoted(r.claim))
		case ok && r.path == "settlements" && r.about != (catalog.FactRef{Record: c.Record, Path: c.Path}):
			l.bad(r.pos, r.path, "the claim is about %s, not about %s", "l'allégation porte sur %s, non sur %s", c.Record.String()+":"+c.Path, r.about.String())
		}
	}
}

// stakes adds up the direct shares of one company that one source gives for one day: more than 100 % of capital or of
// votes cannot be. Figures of different days or sources may overlap without fault, and indirect shares count again
// what the companies between hold.
func (l *loader) stakes() {
	type share struct {
		path, source string
		asOf         catalog.Date
	}
	type line struct {
		company  string
		indirect bool
		shares   map[share]placed
	}
	lines := map[string]*line{}
	for _, c := range l.claims {
		if c.Record.Kind != catalog.Stake || c.Value == nil {
			continue
		}
		if lines[c.Record.ID] == nil {
			lines[c.Record.ID] = &line{shares: map[share]placed{}}
		}
		switch ln := lines[c.Record.ID]; c.Path {
		case "stake.vendor":
			ln.company = c.Value.Text
		case "stake.indirect":
			ln.indirect = c.Value.Bool
		case "stake.percent", "stake.percent_min", "stake.voting_percent", "stake.voting_min":
			k := share{c.Path, c.Source, c.AsOf}
			if old, ok := ln.shares[k]; !ok || c.RecordedAt.After(old.RecordedAt) {
				ln.shares[k] = c // a later recording corrects the same share
			}
		}
	}
	type group struct {
		company string
		share
	}
	sums := map[group]*big.Rat{}
	hundred := big.NewRat(100, 1)
	for _, id := range sorted(lines) {
		ln := lines[id]
		if ln.company == "" || ln.indirect {
			continue
		}
		for s, c := range ln.shares { // each in a sum of its own: their order is nothing
			k := group{ln.company, s}
			if sums[k] == nil {
				sums[k] = new(big.Rat)
			}
			before := sums[k].Cmp(hundred)
			if sums[k].Add(sums[k], catalog.Rat(c.Value.Num)); before <= 0 && sums[k].Cmp(hundred) > 0 {
				l.bad(c.pos, c.Record.String()+":"+c.Path, "with this share, those of %s that this source gives for this day add up to %s, more than 100%%", "avec cette part, celles de %s que donne cette source à cette date totalisent %s, plus de 100 %%",
					ln.company, percent(catalog.Decimal(sums[k], 2)))
			}
		}
	}
}

func percent(d string) wording.Text {
	return wording.Text{EN: wording.Percent(wording.EN, d), FR: wording.Percent(wording.FR, d)}
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
