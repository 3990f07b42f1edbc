package store

import (
	"encoding/hex"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"vigie/catalog"
)

// openEnd stands for "no end": it sorts after every day.
const openEnd = "~"

// What a period's fact rests on.
const (
	contested int64 = 0 // a claim that others contradict, or that a reviewer chose: all are read
	alone     int64 = 1 // one claim, which says all of it
	disputed  int64 = 2 // equal and differing claims: unknown; all are read
)

// periodRow says which claim holds for a fact from a day until the day before another.
type periodRow struct {
	Record   int64
	Path     string
	FromDay  string
	Claim    int64
	Nth      int64
	UntilDay string
	Alone    int64
	Value    *string
}

func (p *periodRow) values() []any {
	return []any{p.Record, p.Path, p.FromDay, p.Claim, p.Nth, p.UntilDay, p.Alone, p.Value}
}

// weighed is a claim as the rule reads it, with its leaf.
type weighed struct {
	catalog.Recorded
	leaf int64
}

// periods works out the periods of one fact of one record from its claims that were not withdrawn and its newest
// settlement.
func periods(record int64, def *catalog.FactDef, claims []weighed, settled *catalog.Settlement) []periodRow {
	if len(claims) == 0 {
		return nil
	}
	recorded, leaves := make([]catalog.Recorded, len(claims)), map[string]int64{}
	for i, c := range claims {
		recorded[i], leaves[c.Hash] = c.Recorded, c.leaf
	}
	turns := catalog.Turns(recorded)
	var out, last []periodRow
	for i, day := range turns {
		until := openEnd
		if i+1 < len(turns) {
			until = string(turns[i+1])
		}
		var now []periodRow
		for _, f := range catalog.Resolve(def, recorded, settled, day) {
			now = append(now, holding(record, def, f, leaves, string(day), until)...)
		}
		if slices.EqualFunc(last, now, func(a, b periodRow) bool {
			return a.Claim == b.Claim && a.Nth == b.Nth && a.Alone == b.Alone && equalText(a.Value, b.Value)
		}) && len(now) > 0 {
			for j := range last {
				out[len(out)-len(last)+j].UntilDay = until
			}
			continue
		}
		out, last = append(out, now...), now
	}
	return out
}

func equalText(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

// holding is one fact as rows: one, or one a value that lists are filtered by.
func holding(record int64, def *catalog.FactDef, f catalog.Fact, leaves map[string]int64, from, until string) []periodRow {
	p := periodRow{Record: record, Path: def.Path, FromDay: from, UntilDay: until, Claim: leaves[f.Claim], Alone: alone}
	if len(f.Contradicts) > 0 || f.Settled != "" {
		p.Alone = contested
	}
	if f.Disputed {
		p.Claim, p.Alone = leaves[f.Contradicts[0].Claim], disputed
	}
	values := filterValues(def, f)
	if len(values) == 0 {
		return []periodRow{p}
	}
	out := make([]periodRow, len(values))
	for i := range values {
		out[i] = p
		out[i].Nth, out[i].Value = int64(i), &values[i]
	}
	return out
}

// filterValues are the values that lists are filtered and searched by: codes, references, yes and no, and names.
func filterValues(def *catalog.FactDef, f catalog.Fact) []string {
	if f.State != catalog.Known {
		return nil
	}
	switch def.Type {
	case catalog.TypeReference, catalog.TypeChoice, catalog.TypeCountry, catalog.TypeLanguage:
		return f.Value.Texts()
	case catalog.TypeBoolean:
		if f.Value.Bool {
			return []string{"true"}
		}
		return []string{"false"}
	}
	if def.Path == def.Record.NamePath() {
		return []string{searchable(f.Value.Text, f.Value.FR)}
	}
	return nil
}

// searchable is a name as it is searched: without case or accents, both languages, at most 200 bytes a
// language: B-trees of PostgreSQL refuse long keys.
func searchable(en, fr string) string {
	text := fold(en)
	if fr != "" && fr != en {
		text += "\n" + fold(fr)
	}
	return text
}

// fold drops case and accents.
func fold(s string) string {
	out := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
	if len(out) > 200 {
		out = strings.ToValidUTF8(out[:200], "")
	}
	return out
}

// rewrite brings the periods of every touched fact up to date, in the transaction of what touched it.
func (w *work) rewrite() error {
	inBatch := map[int64][]*claimRow{} // claims of records that this batch made: all that there is about them
	for _, c := range w.added {
		if w.fresh[c.Record] {
			inBatch[c.Record] = append(inBatch[c.Record], c)
		}
	}
	refs := map[int64]catalog.Ref{}
	for ref, r := range w.records {
		refs[r.Leaf] = ref
	}
	records := make([]int64, 0, len(w.touched))
	for r := range w.touched {
		records = append(records, r)
	}
	slices.Sort(records)
	var list [][]any
	made := map[int64][]periodRow{}
	for _, r := range records {
		var paths []string
		for p := range w.touched[r] {
			paths = append(paths, p)
		}
		slices.Sort(paths)
		var claims []*claimRow
		var settled map[string]*catalog.Settlement
		var err error
		if w.fresh[r] && len(w.b.Withdrawals) == 0 && len(w.b.Settlements) == 0 {
			claims = inBatch[r]
		} else {
			if claims, err = standing(w.query, r, paths); err != nil {
				return err
			}
			if !w.allNew(claims, paths) { // else nothing stands yet about these facts
				if settled, err = settlements(w.query, r, refs[r], paths); err != nil {
					return err
				}
				if err := padded(anys(paths), func(run []any) error {
					_, err := w.exec("DELETE FROM periods WHERE record = ? AND path IN ("+marks(len(run))+")", append([]any{r}, run...)...)
					return err
				}); err != nil {
					return err
				}
			}
		}
		more, err := w.periodsOf(r, refs[r], paths, claims, settled)
		if err != nil {
			return err
		}
		for i := range more {
			list = append(list, more[i].values())
		}
		made[r] = more
	}
	if err := w.insert("periods", periodColumns, list); err != nil {
		return err
	}
	return w.rename(made)
}

// allNew reports whether every claim is one that this batch added, with some about each fact: then there are no periods of
// these facts yet, and no settlement could speak of them. A batch that withdraws or settles is never that simple.
func (w *work) allNew(claims []*claimRow, paths []string) bool {
	if len(w.b.Withdrawals)+len(w.b.Settlements) > 0 {
		return false
	}
	about := map[string]bool{}
	for _, c := range claims {
		if c.Leaf < w.out.First {
			return false
		}
		about[c.Path] = true
	}
	return len(about) == len(paths)
}

func (w *work) periodsOf(record int64, ref catalog.Ref, paths []string, claims []*claimRow, settled map[string]*catalog.Settlement) ([]periodRow, error) {
	var missing []string
	for _, c := range claims {
		if c.Source != "" && w.sources[c.Source] == nil {
			missing = append(missing, c.Source)
		}
	}
	if len(missing) > 0 {
		more, err := currentSources(w.query, missing)
		if err != nil {
			return nil, err
		}
		for i := range more {
			w.sources[more[i].ID] = &more[i]
		}
	}
	return periodsOf(w.store.Dictionary, record, ref, paths, claims, settled, func(id string) catalog.Source {
		if s := w.sources[id]; s != nil {
			return s.toSource()
		}
		return catalog.Source{}
	})
}

// periodsOf works out the periods of some facts of one record.
func periodsOf(dict *catalog.Dictionary, record int64, ref catalog.Ref, paths []string, claims []*claimRow, settled map[string]*catalog.Settlement, source func(string) catalog.Source) ([]periodRow, error) {
	byPath := map[string][]weighed{}
	for _, c := range claims {
		cl, err := c.toClaim(ref)
		if err != nil {
			return nil, err
		}
		r := catalog.Recorded{Claim: cl, Hash: hex.EncodeToString(c.Hash)}
		if c.Source != "" {
			r.Source = source(c.Source)
		}
		byPath[c.Path] = append(byPath[c.Path], weighed{r, c.Leaf})
	}
	var out []periodRow
	for _, p := range paths {
		if def, ok := dict.Fact(p); ok {
			out = append(out, periods(record, def, byPath[p], settled[p])...)
		}
	}
	return out, nil
}

// standing reads the claims about some facts of a record that were not withdrawn.
func standing(q query, record int64, paths []string) ([]*claimRow, error) {
	var out []*claimRow
	seen := map[int64]bool{}
	err := padded(anys(paths), func(run []any) error {
		var r claimRow
		return q.scan("SELECT "+claimColumns+" FROM claims WHERE record = ? AND path IN ("+marks(len(run))+") AND NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.claim = claims.leaf) ORDER BY leaf",
			append([]any{record}, run...), r.into(), func() error {
				if !seen[r.Leaf] {
					seen[r.Leaf] = true
					c := r
					c.Hash = slices.Clone(r.Hash)
					out = append(out, &c)
				}
				r.Entity = nil
				return nil
			})
	})
	return out, err
}

// settlements reads the settlement that holds for each of some facts of a record.
func settlements(q query, record int64, ref catalog.Ref, paths []string) (map[string]*catalog.Settlement, error) {
	out := map[string]*catalog.Settlement{}
	err := padded(anys(paths), func(run []any) error {
		list, err := rows[settlementRow](q, "SELECT s.*, c.hash AS claim_hash FROM settlements s JOIN claims c ON c.leaf = s.claim WHERE s.record = ? AND s.path IN ("+marks(len(run))+")",
			append([]any{record}, run...)...)
		for i := range list {
			holds(out, list[i].Path, list[i].toSettlement(ref))
		}
		return err
	})
	return out, err
}

// holds keeps the settlement that was decided last.
func holds(by map[string]*catalog.Settlement, key string, s catalog.Settlement) {
	if old := by[key]; old == nil || s.Overrules(*old) {
		by[key] = &s
	}
}

func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, x := range list {
		out[i] = x
	}
	return out
}

// marks is "?,?,?".
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }
