package store

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"vigie/catalog"
	"vigie/catalog/store/log"
)

// rowTables reads, beside the log, the rows of each table in the order of their leaves.
type rowTables struct {
	v       *verifier
	by      map[string]*cursor // kind of leaf
	refs    map[int64]catalog.Ref
	latest  int64
	persons map[string]int64 // newest leaf of each person
	erased  map[string]int64
}

// cursor gives the rows of a table page by page: PostgreSQL cannot read two results at once on one connection.
type cursor struct {
	table string
	page  []stored
	next  int64
	done  bool
	read  func(from int64) ([]stored, error)
}

// stored is a row as the log should know it.
type stored struct {
	leaf   int64
	name   string // for a person who reads of damage
	hash   string // recomputed from the row
	kept   string // as the row bears it, empty when it does not
	kind   string // documents only
	entity string
	index  map[string]string
	moment int64 // that the row bears; 0: none
	atLeaf bool  // moment is the leaf's own
}

const pageSize = 2048

func (c *cursor) peek() (*stored, error) {
	if len(c.page) == 0 && !c.done {
		var err error
		if c.page, err = c.read(c.next); err != nil {
			return nil, err
		}
		if len(c.page) == 0 {
			c.done = true
		} else {
			c.next = c.page[len(c.page)-1].leaf + 1
		}
	}
	if len(c.page) == 0 {
		return nil, nil
	}
	return &c.page[0], nil
}

func (v *verifier) tables() *rowTables {
	t := &rowTables{v: v, by: map[string]*cursor{}, refs: map[int64]catalog.Ref{}, persons: map[string]int64{}, erased: map[string]int64{}}
	documents := &cursor{table: "documents", read: t.documents}
	for _, k := range DocumentKind("").Allowed() {
		t.by[k] = documents
	}
	t.by[leafRecord] = &cursor{table: "records", read: t.records}
	t.by[leafSource] = &cursor{table: "sources", read: t.sources}
	t.by[leafClaim] = &cursor{table: "claims", read: t.claims}
	t.by[leafWithdrawal] = &cursor{table: "withdrawals", read: t.withdrawals}
	t.by[leafSettlement] = &cursor{table: "settlements", read: t.settlements}
	t.by[leafFile] = &cursor{table: "files", read: t.files}
	return t
}

// match compares an entry of the log with the row that it speaks of.
func (t *rowTables) match(i int64, l log.Leaf) error {
	switch l.Kind {
	case leafPerson:
		t.persons[l.Index["person"]] = i
		return nil
	case leafErasure:
		t.erased[l.Index["person"]] = i
		return nil
	}
	c := t.by[l.Kind]
	if c == nil {
		return t.v.bad("log_leaves", fmt.Sprint(i), "the entry is of a kind that nobody knows", "l'entrée est d'un type inconnu")
	}
	r, err := c.peek()
	if err != nil {
		return err
	}
	if r == nil || r.leaf != i {
		// The row of this entry is gone, or a row says it is of an entry that is not its own.
		for r != nil && r.leaf < i {
			if err := t.v.bad(c.table, r.name, "no entry of the log speaks of this row", "aucune entrée du journal ne parle de cette ligne"); err != nil {
				return err
			}
			c.page = c.page[1:]
			if r, err = c.peek(); err != nil {
				return err
			}
		}
		if r == nil || r.leaf != i {
			return t.v.bad(c.table, fmt.Sprintf("%s %s", l.Kind, l.Hash), "the row of entry %d of the log is gone", "la ligne de l'entrée %d du journal a disparu", i)
		}
	}
	c.page = c.page[1:]
	switch {
	case r.hash != l.Hash || r.kept != "" && r.kept != l.Hash:
		return t.v.bad(c.table, r.name, "the row is not what was recorded", "la ligne n'est pas ce qui a été enregistré")
	case r.kind != "" && r.kind != l.Kind, r.entity != l.Entity, !maps.Equal(r.index, l.Index):
		return t.v.bad(c.table, r.name, "the row is filed elsewhere than it was recorded", "la ligne est classée ailleurs qu'enregistrée")
	}
	if r.atLeaf {
		at, err := time.Parse(time.RFC3339Nano, l.At)
		if err != nil || at.UnixNano() != r.moment {
			return t.v.bad(c.table, r.name, "the moment is not the one recorded", "l'instant n'est pas celui qui a été enregistré")
		}
	}
	t.latest = max(t.latest, r.moment)
	switch l.Kind {
	case leafRecord:
		t.v.out.Records++
	case leafClaim:
		t.v.out.Claims++
	}
	if c.table == "documents" {
		t.v.out.Documents++
	}
	return nil
}

// left names the rows that no entry of the log spoke of, and checks people.
func (t *rowTables) left() error {
	for _, k := range slices.Sorted(maps.Keys(t.by)) {
		c := t.by[k]
		for {
			r, err := c.peek()
			if err != nil {
				return err
			}
			if r == nil {
				break
			}
			c.page = c.page[1:]
			if err := t.v.bad(c.table, r.name, "no entry of the log speaks of this row", "aucune entrée du journal ne parle de cette ligne"); err != nil {
				return err
			}
		}
	}
	if err := t.people(); err != nil {
		return err
	}
	n, _, err := row[int64](t.v.query, "SELECT count(*) FROM document_index i WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.leaf = i.leaf)")
	if err == nil && n > 0 {
		err = t.v.bad("document_index", "-", "%d rows are of no document", "%d lignes ne sont d'aucun document", n)
	}
	return err
}

// people compares each person with the newest entry about them.
func (t *rowTables) people() error {
	list, err := rows[personRow](t.v.query, "SELECT leaf, id, entity, digest, salt, body, erased FROM people ORDER BY id")
	if err != nil {
		return err
	}
	for _, r := range list {
		leaf, ok := t.persons[r.ID]
		delete(t.persons, r.ID)
		bytes, _, err := row[leafBytes](t.v.query, "SELECT bytes FROM log_leaves WHERE idx = ?", r.Leaf)
		if err != nil {
			return err
		}
		l, _ := log.ParseLeaf(bytes.Bytes)
		erased, wasErased := t.erased[r.ID]
		fits := ok && leaf == r.Leaf && l.Hash == hexOf(r.Digest) && l.Entity == entityName(r.Entity)
		if r.Erased == nil {
			fits = fits && !wasErased && hexOf(r.Digest) == r.digest()
		} else {
			fits = fits && wasErased && erased == *r.Erased && r.Body == nil && r.Salt == nil
		}
		if !fits {
			if err := t.v.bad("people", r.ID, "the row is not what was recorded", "la ligne n'est pas ce qui a été enregistré"); err != nil {
				return err
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(t.persons)) {
		if err := t.v.bad("people", id, "the row is gone", "la ligne a disparu"); err != nil {
			return err
		}
	}
	return nil
}

type leafBytes struct{ Bytes []byte }

func (t *rowTables) records(from int64) ([]stored, error) {
	list, err := rows[recordRow](t.v.query, "SELECT leaf, kind, id, entity, revision FROM records WHERE leaf >= ? ORDER BY leaf LIMIT ?", from, pageSize)
	out := make([]stored, len(list))
	for i, r := range list {
		t.refs[r.Leaf] = r.ref()
		out[i] = stored{leaf: r.Leaf, name: r.ref().String(), hash: hashOf(r.ref()), entity: entityName(r.Entity)}
	}
	return out, err
}

func (t *rowTables) sources(from int64) ([]stored, error) {
	list, err := rows[sourceRow](t.v.query, "SELECT "+sourceColumns+" FROM sources WHERE leaf >= ? ORDER BY leaf LIMIT ?", from, pageSize)
	out := make([]stored, len(list))
	for i := range list {
		r := &list[i]
		out[i] = stored{leaf: r.Leaf, name: r.ID, hash: hashOf(r.toSource()), kept: hexOf(r.Hash), entity: entityName(r.Entity), moment: r.RecordedNs, atLeaf: true}
	}
	return out, err
}

func (t *rowTables) claims(from int64) ([]stored, error) {
	var out []stored
	var r claimRow
	err := t.v.scan("SELECT "+claimColumns+" FROM claims WHERE leaf >= ? ORDER BY leaf LIMIT ?", []any{from, pageSize}, r.into(), func() error {
		ref, known := t.refs[r.Record]
		s := stored{leaf: r.Leaf, name: ref.String() + ":" + r.Path, kept: hexOf(r.Hash), entity: entityName(r.Entity), moment: r.RecordedNs}
		c, err := r.toClaim(ref)
		if err == nil && known {
			s.hash = hashOf(c)
		}
		if again, err := fromClaim(c, r.Hash); err != nil || again.Form != r.Form || again.Type != r.Type || again.Value != r.Value ||
			again.French != r.French || again.Currency != r.Currency {
			s.hash = "" // says the same in another spelling: some column is not as it was written
		}
		out = append(out, s)
		r.Entity = nil
		return nil
	})
	return out, err
}

func (t *rowTables) withdrawals(from int64) ([]stored, error) {
	list, err := rows[withdrawalRow](t.v.query, "SELECT w.*, c.hash AS claim_hash FROM withdrawals w LEFT JOIN claims c ON c.leaf = w.claim WHERE w.leaf >= ? ORDER BY w.leaf LIMIT ?", from, pageSize)
	out := make([]stored, len(list))
	for i := range list {
		r := &list[i]
		out[i] = stored{leaf: r.Leaf, name: hexOf(r.Hash), hash: hashOf(r.toWithdrawal()), kept: hexOf(r.Hash), entity: entityName(r.Entity), moment: r.DecidedNs}
	}
	return out, err
}

func (t *rowTables) settlements(from int64) ([]stored, error) {
	list, err := rows[settlementRow](t.v.query, "SELECT s.*, c.hash AS claim_hash FROM settlements s LEFT JOIN claims c ON c.leaf = s.claim WHERE s.leaf >= ? ORDER BY s.leaf LIMIT ?", from, pageSize)
	out := make([]stored, len(list))
	for i := range list {
		r := &list[i]
		x := r.toSettlement(t.refs[r.Record])
		out[i] = stored{leaf: r.Leaf, name: x.Record.String() + ":" + x.Path, hash: hashOf(x), kept: hexOf(r.Hash), entity: entityName(r.Entity), moment: r.DecidedNs}
	}
	return out, err
}

func (t *rowTables) documents(from int64) ([]stored, error) {
	list, err := rows[documentRow](t.v.query, "SELECT leaf, kind, hash, entity, body FROM documents WHERE leaf >= ? ORDER BY leaf LIMIT 64", from)
	out := make([]stored, len(list))
	for i, r := range list {
		index, err := indexOf(t.v.query, r.Leaf)
		if err != nil {
			return nil, err
		}
		out[i] = stored{leaf: r.Leaf, name: r.Kind + " " + hexOf(r.Hash), hash: Document{Body: r.Body}.Hash(), kept: hexOf(r.Hash), kind: r.Kind, entity: entityName(r.Entity), index: index}
	}
	return out, err
}

func (t *rowTables) files(from int64) ([]stored, error) {
	list, err := rows[fileRow](t.v.query, "SELECT leaf, hash, entity, size, media_type, name FROM files WHERE leaf >= ? ORDER BY leaf LIMIT ?", from, pageSize)
	out := make([]stored, len(list))
	for i := range list {
		r := &list[i]
		out[i] = stored{leaf: r.Leaf, name: hexOf(r.Hash), hash: hexOf(r.Hash), entity: entityName(r.Entity), index: r.index()}
	}
	return out, err
}

// derived makes periods and names again from the claims and compares them, some records at a time.
func (v *verifier) derived() error {
	dict := v.store.Dictionary
	all, err := rows[sourceRow](v.query, "SELECT "+sourceColumns+" FROM sources ORDER BY id, revision")
	if err != nil {
		return err
	}
	sources := map[string]catalog.Source{}
	revision := map[string]int64{}
	for i := range all {
		if all[i].Revision != revision[all[i].ID]+1 {
			if err := v.bad("sources", all[i].ID, "revision %d does not follow %d", "la révision %d ne suit pas la %d", all[i].Revision, revision[all[i].ID]); err != nil {
				return err
			}
		}
		revision[all[i].ID] = all[i].Revision
		sources[all[i].ID] = all[i].toSource()
	}
	return v.strays(eachRecord(v.query, func(list []recordRow) error { return v.periodsOf(dict, list, sources) }))
}

// strays names periods and names of records that do not exist.
func (v *verifier) strays(err error) error {
	if err != nil {
		return err
	}
	for _, t := range []struct{ table, of string }{{"periods", "r.leaf = x.record"}, {"names", "r.leaf = x.record AND r.kind = x.kind AND r.id = x.id"}} {
		n, _, err := row[int64](v.query, "SELECT count(*) FROM "+t.table+" x WHERE NOT EXISTS (SELECT 1 FROM records r WHERE "+t.of+")")
		if err == nil && n > 0 {
			err = v.bad(t.table, "-", "%d rows are of no record", "%d lignes ne sont d'aucune fiche", n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) periodsOf(dict *catalog.Dictionary, list []recordRow, sources map[string]catalog.Source) error {
	want, broken, err := made(v.query, dict, list, sources)
	if err != nil {
		return err
	}
	leaves := make([]any, len(list))
	for i := range list {
		leaves[i] = list[i].Leaf
	}
	got := map[int64][]periodRow{}
	var p periodRow
	if err := v.scan("SELECT "+periodColumns+" FROM periods WHERE record IN ("+marks(len(list))+") ORDER BY record, path, from_day, claim, nth", leaves,
		[]any{&p.Record, &p.Path, &p.FromDay, &p.Claim, &p.Nth, &p.UntilDay, &p.Alone, &p.Value}, func() error {
			got[p.Record] = append(got[p.Record], p)
			p.Value = nil
			return nil
		}); err != nil {
		return err
	}
	names, err := v.namesOf(list)
	if err != nil {
		return err
	}
	for _, rec := range list {
		if broken[rec.Leaf] {
			continue // a claim that cannot be read was named already
		}
		want := want[rec.Leaf]
		if !slices.Equal(namesOf(rec.ref(), rec.Leaf, want), names[rec.Leaf]) {
			if err := v.bad("names", rec.ref().String(), "the name is not the one that the claims make", "le nom n'est pas celui que font les allégations"); err != nil {
				return err
			}
		}
		slices.SortFunc(want, comparePeriods)
		if i := firstUnequal(want, got[rec.Leaf]); i >= 0 {
			where := rec.ref().String()
			if i < len(want) {
				where += ":" + want[i].Path
			}
			if err := v.bad("periods", where, "the period is not the one that the claims make", "la période n'est pas celle que font les allégations"); err != nil {
				return err
			}
		}
	}
	return nil
}

// namesOf reads the names of some records, by leaf.
func (v *verifier) namesOf(list []recordRow) (map[int64][]nameRow, error) {
	out := map[int64][]nameRow{}
	err := padded(list, func(run []recordRow) error {
		args := make([]any, 0, 2*len(run))
		for _, r := range run {
			args = append(args, r.Kind, r.ID)
		}
		found, err := rows[nameRow](v.query, "WITH asked (kind, id) AS (VALUES "+tuples(2, len(run))+") SELECT DISTINCT n.kind, n.id, n.from_day, n.until_day, n.record, n.text FROM asked CROSS JOIN names n WHERE n.kind = asked.kind AND n.id = asked.id ORDER BY n.kind, n.id, n.from_day", args...)
		for _, n := range found {
			out[n.Record] = append(out[n.Record], n)
		}
		return err
	})
	return out, err
}

func comparePeriods(a, b periodRow) int {
	for _, c := range []int{compareText(a.Path, b.Path), compareText(a.FromDay, b.FromDay), compareInt(a.Claim, b.Claim), compareInt(a.Nth, b.Nth)} {
		if c != 0 {
			return c
		}
	}
	return 0
}

func compareInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func firstUnequal(want, got []periodRow) int {
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) {
			return i
		}
		a, b := want[i], got[i]
		if !equalText(a.Value, b.Value) {
			return i
		}
		a.Value, b.Value = nil, nil
		if a != b {
			return i
		}
	}
	return -1
}

// revisions compares each record's revision with what was recorded about it.
func (v *verifier) revisions() error {
	type bump struct {
		Record int64
		N      int64
	}
	want := map[int64]int64{}
	for _, stmt := range []string{
		"SELECT leaf AS record, 1 AS n FROM records",
		"SELECT record, count(*) AS n FROM claims GROUP BY record",
		"SELECT record, count(*) AS n FROM settlements GROUP BY record",
		"SELECT c.record, count(*) AS n FROM withdrawals w JOIN claims c ON c.leaf = w.claim GROUP BY c.record",
	} {
		list, err := rows[bump](v.query, stmt)
		if err != nil {
			return err
		}
		for _, b := range list {
			want[b.Record] += b.N
		}
	}
	list, err := rows[recordRow](v.query, "SELECT leaf, kind, id, entity, revision FROM records ORDER BY leaf")
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.Revision != want[r.Leaf] {
			if err := v.bad("records", r.ref().String(), "revision %d, but %d things were recorded", "révision %d, mais %d choses ont été enregistrées", r.Revision, want[r.Leaf]); err != nil {
				return err
			}
		}
	}
	return nil
}

// replaceable compares rows that may be replaced with their digest.
func (v *verifier) replaceable() error {
	drafts, err := rows[draftRow](v.query, "SELECT "+draftColumns+" FROM drafts ORDER BY id")
	if err != nil {
		return err
	}
	for i := range drafts {
		if r := &drafts[i]; hex.EncodeToString(r.Digest) != r.digest() {
			if err := v.bad("drafts", r.ID, "the row does not fit its digest", "la ligne ne correspond pas à son empreinte"); err != nil {
				return err
			}
		}
	}
	receipts, err := rows[receiptRow](v.query, "SELECT key, entity, request, receipt, created_ns, digest FROM idempotency ORDER BY key")
	if err != nil {
		return err
	}
	for i := range receipts {
		if r := &receipts[i]; hex.EncodeToString(r.Digest) != r.digest() {
			if err := v.bad("idempotency", r.Key, "the row does not fit its digest", "la ligne ne correspond pas à son empreinte"); err != nil {
				return err
			}
		}
	}
	return nil
}
