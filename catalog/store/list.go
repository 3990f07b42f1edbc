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
	After   string   // cursor of the page before; empty: the first page
	Limit   int      // at most 200; 0: 50
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
		stmt, args, err := l.statement(q, string(after))
		if err != nil {
			return err
		}
		list, err := rows[recordRow](q, stmt, args...)
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

// statement writes the query. It has three shapes: records in order, each looked up in the filters; the matches of the
// rarest filter, when they are few; or the names that hold the first word.
func (l ListQuery) statement(q query, after string) (string, []any, error) {
	var where strings.Builder
	on := string(l.On)
	from, args := "records r", []any{string(l.Kind), after}
	where.WriteString("r.kind = ? AND r.id > ?")
	drive, err := l.rarest(q)
	if err != nil {
		return "", nil, err
	}
	for i, f := range l.Filters {
		part := "EXISTS (SELECT 1 FROM periods p WHERE p.record = r.leaf AND p.path = ? AND p.value = ? AND p.from_day <= ? AND p.until_day > ?)"
		if i == drive {
			part = "r.leaf IN (SELECT p.record FROM periods p WHERE p.path = ? AND p.value = ? AND p.from_day <= ? AND p.until_day > ?)"
		}
		where.WriteString(" AND " + part)
		args = append(args, f.Path, f.Value, on, on)
	}
	if words := strings.Fields(fold(l.Search)); len(words) > 0 {
		name := "SELECT p.record FROM periods p WHERE p.path = ? AND p.value IS NOT NULL AND p.from_day <= ? AND p.until_day > ?"
		names := []any{l.Kind.NamePath(), on, on}
		for _, w := range words {
			name += " AND p.value LIKE ? ESCAPE '!'"
			names = append(names, like(w))
		}
		part := "r.leaf IN (" + name + ")"
		if drive >= 0 { // few are left: look each up
			part = "EXISTS (" + strings.Replace(name, "WHERE", "WHERE p.record = r.leaf AND", 1) + ")"
		}
		ids := ""
		for _, w := range words {
			ids += " AND r.id LIKE ? ESCAPE '!'"
			names = append(names, like(w))
		}
		where.WriteString(" AND (" + part + " OR (" + strings.TrimPrefix(ids, " AND ") + "))")
		args = append(args, names...)
	}
	return "SELECT r.leaf, r.kind, r.id, r.entity, r.revision FROM " + from + " WHERE " + where.String() + " ORDER BY r.id LIMIT ?", append(args, l.Limit+1), nil
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

// like escapes a word for LIKE.
func like(w string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(w) + "%"
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
	on := string(l.On)
	type count struct {
		Record int64
		N      int64
	}
	type named struct {
		Record int64
		Value  string
		French string
	}
	return padded(leaves, func(run []any) error {
		args := append(append([]any{}, run...), on, on)
		counts, err := rows[count](q, "SELECT p.record, count(DISTINCT p.path) AS n FROM periods p WHERE p.record IN ("+marks(len(run))+") AND p.nth = 0 AND p.from_day <= ? AND p.until_day > ? AND p.alone <> 2 GROUP BY p.record", args...)
		if err != nil {
			return err
		}
		for _, c := range counts {
			p.Entries[at[c.Record]].Facts = c.N
		}
		names, err := rows[named](q, "SELECT p.record, c.value, c.french FROM periods p JOIN claims c ON c.leaf = p.claim WHERE p.record IN ("+marks(len(run))+") AND p.path = ? AND p.nth = 0 AND p.value IS NOT NULL AND p.from_day <= ? AND p.until_day > ?",
			append(append([]any{}, run...), l.Kind.NamePath(), on, on)...)
		for _, n := range names {
			name := wording.Text{EN: n.Value, FR: n.French}
			if name.FR == "" {
				name.FR = name.EN
			}
			p.Entries[at[n.Record]].Name = name
		}
		return err
	})
}
