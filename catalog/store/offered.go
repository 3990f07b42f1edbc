package store

import (
	"context"
	"strings"

	"vigie/catalog"
)

// Sources lists the sources that were recorded last, newest first, whose title, publisher or id hold every word of find
// (empty: all). limit bounds them.
func (r Reader) Sources(ctx context.Context, find string, limit int) ([]catalog.Source, error) {
	var out []catalog.Source
	seen, args := r.scope.where("s.entity")
	where := "s.revision = (SELECT MAX(o.revision) FROM sources o WHERE o.id = s.id)" + seen
	for word := range strings.FieldsSeq(strings.ToLower(find)) {
		where += " AND LOWER(s.title || ' ' || s.publisher || ' ' || s.id) LIKE ? ESCAPE '!'"
		args = append(args, "%"+strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(word)+"%")
	}
	err := r.s.reading(ctx, func(q query) error {
		list, err := rows[sourceRow](q, "SELECT "+prefixed("s", sourceColumns)+" FROM sources s WHERE "+where+" ORDER BY s.leaf DESC LIMIT ?", append(args, limit)...)
		for i := range list {
			out = append(out, list[i].toSource())
		}
		return err
	})
	return out, err
}

// prefixed puts the name of a table before each column of a list.
func prefixed(table, columns string) string {
	list := strings.Split(columns, ",")
	for i, c := range list {
		list[i] = table + "." + strings.TrimSpace(c)
	}
	return strings.Join(list, ", ")
}

// ClaimsOf gives every claim about a record, whatever the fact, oldest first. The error is a *catalog.NotFoundError for a
// record that is not there.
func (r Reader) ClaimsOf(ctx context.Context, ref catalog.Ref) ([]catalog.Claim, error) {
	var out []catalog.Claim
	err := r.s.reading(ctx, func(q query) error {
		row, err := r.seen(q, ref)
		if err != nil {
			return err
		}
		var c claimRow
		return q.scan("SELECT "+claimColumns+" FROM claims WHERE record = ? ORDER BY leaf", []any{row.Leaf}, c.into(), func() error {
			x, err := c.toClaim(ref)
			out = append(out, x)
			c.Entity = nil
			return err
		})
	})
	return out, err
}
