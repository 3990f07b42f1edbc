package store

import (
	"vigie/catalog/wording"
)

// Damage is one thing that does not fit: in which table, which record or row, and what.
type Damage struct {
	Table  string       `json:"table"`
	Record string       `json:"record"`
	What   wording.Text `json:"what"`
}

// In writes it in one language.
func (d Damage) In(l wording.Lang) string {
	return wording.Typeset(l, wording.Textf("%s, %s: %s", "%s, %s : %s", d.Table, d.Record, d.What).In(l))
}

func damaged(table, record, en, fr string, args ...any) *DamagedError {
	d := Damage{Table: table, Record: record, What: textf(en, fr, args...)}
	return &DamagedError{Damage: d, fault: fault{text: wording.Textf("the store is damaged: %s, %s: %s", "la base est endommagée : %s, %s : %s", table, record, d.What)}}
}
