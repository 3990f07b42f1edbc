package store

import (
	"context"
	"encoding/base64"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Filter keeps the records whose fact has a value on the day: a code, a reference, "true" or "false". For a list, one of
// its elements.
type Filter struct {
	Path  string
	Value string
}

// ListQuery says which records to list, in order of id.
type ListQuery struct {
	Kind    catalog.Kind
	On      catalog.Date
	Search  string   // words that the id or the name, in one language or the other, all hold; case and accents do not count
	Filters []Filter // all must hold
	Entity  string   // of who reads: what is shared, and what belongs to this entity; empty: everything
	After   string   // cursor of the page before; empty: the first page
	Limit   int      // at most 200; 0: 50

	scope *Scope // of a Reader
}

// Entry is a line of a list.
type Entry struct {
	Record   catalog.Ref  `json:"record"`
	Entity   string       `json:"entity,omitempty"`
	Name     wording.Text `json:"name"`
	Facts    int64        `json:"facts"` // known, or known to be absent
	Revision int64        `json:"revision"`
}

// Page is one page of a list.
type Page struct {
	Entries []Entry `json:"entries"`
	Next    string  `json:"next,omitempty"` // cursor of the page after; empty: this is the last
}

// few is the number of matches up to which a list starts from them; past it, from the records in their order.
const few = 2000

// List lists records as they stand on a day, by everything recorded.
func (s *Store) List(ctx context.Context, l ListQuery) (Page, error) {
	if l.Limit <= 0 {
		l.Limit = 50
	}
	l.Limit = min(l.Limit, 200)
	after, err := base64.RawURLEncoding.DecodeString(l.After)
	if err != nil || l.After != "" && !catalog.ValidID(string(after)) {
		return Page{}, invalid("after", "not a cursor that a list gave", "ce n'est pas un curseur donné par une liste")
	}
	out := Page{Entries: []Entry{}}
	err = s.reading(ctx, func(q query) error {
		list, err := l.page(q, string(after))
		if err != nil {
			return err
		}
		if len(list) > l.Limit {
			list = list[:l.Limit]
			out.Next = base64.RawURLEncoding.EncodeToString([]byte(list[len(list)-1].ID))
		}
		return out.fill(q, l, list)
	})
	return out, err
}

// onDay is what makes a row of periods (p) hold on a day, twice asked for.
const onDay = "p.from_day <= ? AND p.until_day > ?"

// page reads the records of one page and one more.
func (l ListQuery) page(q query, after string) ([]recordRow, error) {
	drive, err := l.rarest(q)
	if err != nil {
		return nil, err
	}
	stmt, args := l.statement(q, after, drive)
	return rows[recordRow](q, stmt, args...)
}

// statement writes the query. It starts from the matches of the filter drive when there is one (they are few), else walks
// names in the order of ids when words are searched, else the records in theirs; what else is asked is looked up record
// by record. The CROSS JOIN keeps SQLite to that order, and (p.value || ”) to the primary key of periods: the index on
// values would be walked once a record.
func (l ListQuery) statement(q query, after string, drive int) (string, []any) {
	on, words := string(l.On), strings.Fields(fold(l.Search))
	var stmt strings.Builder
	var args []any
	add := func(part string, more ...any) {
		stmt.WriteString(part)
		args = append(args, more...)
	}
	add("SELECT r.leaf, r.kind, r.id, r.entity, r.revision FROM ")
	switch {
	case drive >= 0:
		f := l.Filters[drive]
		add("(SELECT DISTINCT p.record FROM periods p WHERE p.path = ? AND p.value = ? AND "+onDay+") m CROSS JOIN records r", f.Path, f.Value, on, on)
		if len(words) > 0 {
			add(" CROSS JOIN names n")
		}
		add(" WHERE r.leaf = m.record AND r.kind = ? AND r.id > ?", string(l.Kind), after)
		if len(words) > 0 {
			add(" AND n.kind = r.kind AND n.id = r.id AND ")
			l.search(q, words, add)
		}
	case len(words) > 0:
		add("names n CROSS JOIN records r WHERE r.leaf = n.record AND n.kind = ? AND n.id > ? AND ", string(l.Kind), after)
		l.search(q, words, add)
	default:
		add("records r WHERE r.kind = ? AND r.id > ?", string(l.Kind), after)
	}
	if l.Entity != "" {
		add(" AND (r.entity IS NULL OR r.entity = ?)", l.Entity)
	}
	if l.scope != nil {
		seen, args := l.scope.where("r.entity")
		add(seen, args...)
	}
	for i, f := range l.Filters {
		if i != drive {
			add(" AND EXISTS (SELECT 1 FROM periods p WHERE p.record = r.leaf AND p.path = ? AND (p.value || '') = ? AND "+onDay+")", f.Path, f.Value, on, on)
		}
	}
	order := "r.id"
	if drive < 0 && len(words) > 0 {
		order = "n.id" // the same, and what the walk gives without sorting
	}
	add(" ORDER BY "+order+" LIMIT ?", l.Limit+1)
	return stmt.String(), args
}

// search asks that a row of names (n) holds on the day and that all words are in the name, or all in the id. It looks first
// for each word anywhere: most rows end there, and that is most of the time that a search takes.
func (l ListQuery) search(q query, words []string, add func(string, ...any)) {
	position := "instr"
	if q.postgres {
		position = "strpos"
	}
	add("CASE")
	for _, w := range words {
		add(" WHEN "+position+"(n.text, ?) = 0 THEN FALSE", w)
	}
	add(" ELSE n.from_day <= ? AND n.until_day > ?", string(l.On), string(l.On))
	if len(words) > 1 {
		for i, in := range []string{"substr(n.text, length(n.id) + 1)", "n.id"} {
			add([]string{" AND (", " OR "}[i])
			for j, w := range words {
				if j > 0 {
					add(" AND ")
				}
				add(position+"("+in+", ?) > 0", w)
			}
		}
		add(")")
	}
	add(" END")
}

// rarest is the filter with the fewest matches when they are few, -1 otherwise.
func (l ListQuery) rarest(q query) (int, error) {
	best, least := -1, int64(few)
	for i, f := range l.Filters {
		n, _, err := row[int64](q, "SELECT count(*) FROM (SELECT 1 FROM periods WHERE path = ? AND value = ? LIMIT ?) few", f.Path, f.Value, few)
		if err != nil {
			return 0, err
		}
		if n < least {
			best, least = i, n
		}
	}
	return best, nil
}

// fill adds names and counts.
func (p *Page) fill(q query, l ListQuery, list []recordRow) error {
	if len(list) == 0 {
		return nil
	}
	leaves, at := make([]any, len(list)), map[int64]int{}
	for i := range list {
		r := &list[i]
		leaves[i], at[r.Leaf] = r.Leaf, i
		p.Entries = append(p.Entries, Entry{Record: r.ref(), Entity: entityName(r.Entity), Name: wording.Same(r.ID), Revision: r.Revision})
	}
	return padded(leaves, func(run []any) error {
		var record int64
		var n int64
		stmt, args := l.counts(run)
		if err := q.scan(stmt, args, []any{&record, &n}, func() error {
			p.Entries[at[record]].Facts = n
			return nil
		}); err != nil {
			return err
		}
		var en, fr string
		stmt, args = l.names(run)
		return q.scan(stmt, args, []any{&record, &en, &fr}, func() error {
			if fr == "" {
				fr = en
			}
			p.Entries[at[record]].Name = wording.Text{EN: en, FR: fr}
			return nil
		})
	})
}

// counts asks how many facts each record has; a disputed one is unknown, a cumulative one counts once.
func (l ListQuery) counts(leaves []any) (string, []any) {
	return "SELECT p.record, count(DISTINCT p.path) FROM periods p WHERE p.record IN (" + marks(len(leaves)) + ") AND p.nth = 0 AND " + onDay + " AND p.alone <> 2 GROUP BY p.record",
		append(append([]any{}, leaves...), string(l.On), string(l.On))
}

// names asks for the name of each record, where one is known.
func (l ListQuery) names(leaves []any) (string, []any) {
	return "SELECT p.record, c.value, c.french FROM periods p JOIN claims c ON c.leaf = p.claim WHERE p.record IN (" + marks(len(leaves)) + ") AND p.path = ? AND p.nth = 0 AND p.alone <> 2 AND " + onDay,
		append(append([]any{}, leaves...), l.Kind.NamePath(), string(l.On), string(l.On))
}
