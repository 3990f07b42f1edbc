package store

import (
	"slices"
	"strings"

	"vigie/catalog"
)

// nameRow is the text that a record is searched by from a day until the day before another: a line with its id, and
// lines with its name when it has one.
type nameRow struct {
	Kind     string
	ID       string `gorm:"column:id"`
	FromDay  string
	UntilDay string
	Record   int64
	Text     string
}

const nameColumns = "kind, id, from_day, until_day, record, text"

func (n *nameRow) values() []any {
	return []any{n.Kind, n.ID, n.FromDay, n.UntilDay, n.Record, n.Text}
}

// namesOf works out the names of one record from its periods: one row holds on any day, so that a list finds every
// record in the order of ids, named or not.
func namesOf(ref catalog.Ref, record int64, periods []periodRow) []nameRow {
	var named []periodRow
	for _, p := range periods {
		if p.Path == ref.Kind.NamePath() && p.Nth == 0 && p.Value != nil {
			named = append(named, p)
		}
	}
	slices.SortFunc(named, func(a, b periodRow) int { return compareText(a.FromDay, b.FromDay) })
	var out []nameRow
	add := func(from, until, text string) {
		if text != "" {
			text = "\n" + text
		}
		out = append(out, nameRow{Kind: string(ref.Kind), ID: ref.ID, FromDay: from, UntilDay: until, Record: record, Text: ref.ID + text})
	}
	day := ""
	for _, p := range named {
		if p.FromDay > day {
			add(day, p.FromDay, "")
		}
		add(p.FromDay, p.UntilDay, *p.Value)
		day = p.UntilDay
	}
	if day != openEnd {
		add(day, openEnd, "")
	}
	return out
}

// anyName reports whether some of the facts names records.
func anyName(paths map[string]bool) bool {
	for p := range paths {
		kind, _, _ := strings.Cut(p, ".")
		if p == catalog.Kind(kind).NamePath() {
			return true
		}
	}
	return false
}

// rename writes the names of the records that a batch made, or whose name it touched. made holds their periods.
func (w *work) rename(made map[int64][]periodRow) error {
	refs := map[int64]catalog.Ref{}
	var leaves []int64
	for ref, r := range w.records {
		refs[r.Leaf] = ref
		if w.fresh[r.Leaf] || w.touched[r.Leaf][ref.Kind.NamePath()] {
			leaves = append(leaves, r.Leaf)
		}
	}
	for leaf, paths := range w.touched { // by a withdrawal or a source: the batch did not look at the record
		if _, known := refs[leaf]; known || !anyName(paths) {
			continue
		}
		r, ok, err := row[recordRow](w.query, "SELECT leaf, kind, id, entity, revision FROM records WHERE leaf = ?", leaf)
		if err != nil {
			return err
		}
		if ok {
			refs[leaf] = r.ref()
			leaves = append(leaves, leaf)
		}
	}
	slices.Sort(leaves)
	var list [][]any
	for _, leaf := range leaves {
		ref := refs[leaf]
		if !w.fresh[leaf] {
			if _, err := w.exec("DELETE FROM names WHERE kind = ? AND id = ?", string(ref.Kind), ref.ID); err != nil {
				return err
			}
		}
		for _, n := range namesOf(ref, leaf, made[leaf]) {
			list = append(list, n.values())
		}
	}
	return w.insert("names", nameColumns, list)
}
