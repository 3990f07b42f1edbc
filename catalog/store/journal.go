package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store/log"
	"vigie/catalog/wording"
)

// JournalEntry is an entry of the log with what is known of the row that it stands for.
type JournalEntry struct {
	Index int64
	Leaf  log.Leaf
	Bytes []byte // canonical JSON, as the log holds it
	// By is the opaque id of who recorded it, or a word for a program; empty: this kind of entry does not say.
	By     string
	Record catalog.Ref // that it is about; zero: none
	Path   string      // of the fact that it is about
	Title  string      // of a source, name of a file; the reason of a withdrawal, a settlement or an erasure
	Source string      // id of the source that is described
	Change *account.Event
}

// JournalQuery chooses entries of the log, newest first.
type JournalQuery struct {
	Kind   string // one of JournalKinds; empty: all
	Before int64  // older than this entry; 0: from the newest
	Limit  int
}

// JournalPage is some entries, newest first. Next continues the list; 0: there are none older.
type JournalPage struct {
	Entries []JournalEntry
	Next    int64
	Size    int64 // entries of the whole log
}

// JournalKinds are the kinds of entries, in the order in which people look for them.
func JournalKinds() []string {
	return []string{leafClaim, leafWithdrawal, leafSettlement, leafRecord, leafSource, leafFile,
		string(Assessment), string(Comparison), string(Decision), string(Report), string(Framework), string(WeightSet), string(Dossier), string(Knowledge), string(Dictionary),
		string(Role), leafPerson, leafErasure}
}

// JournalKindText names a kind of entry.
func JournalKindText(kind string) wording.Text {
	switch kind {
	case leafClaim:
		return textf("Claim", "Allégation")
	case leafWithdrawal:
		return textf("Withdrawal", "Retrait")
	case leafSettlement:
		return textf("Settlement", "Arbitrage")
	case leafRecord:
		return textf("Record", "Fiche")
	case leafSource:
		return textf("Source", "Source")
	case leafFile:
		return textf("File", "Fichier")
	case leafPerson:
		return textf("Person", "Personne")
	case leafErasure:
		return textf("Erasure", "Effacement")
	}
	return DocumentKind(kind).Label()
}

// maxLookedThrough bounds how many entries one page looks through for a kind that no table lists.
const maxLookedThrough = 100_000

// Journal reads entries of the log, newest first, with what the rows that they stand for say.
func (s *Store) Journal(ctx context.Context, j JournalQuery) (JournalPage, error) {
	var out JournalPage
	if j.Kind != "" && !slices.Contains(JournalKinds(), j.Kind) {
		return out, &catalog.NotFoundError{What: textf("kind of entry", "type d'entrée"), ID: j.Kind, Nearest: wording.NearestFew(j.Kind, JournalKinds(), 3)}
	}
	err := s.reading(ctx, func(q query) error {
		h, err := head(q, false)
		if err != nil {
			return err
		}
		out.Size = h.Size
		before := h.Size
		if j.Before > 0 && j.Before < before {
			before = j.Before
		}
		list, next, err := chosenLeaves(q, j.Kind, before, j.Limit)
		if err != nil {
			return err
		}
		out.Next = next
		out.Entries, err = explained(q, list)
		return err
	})
	return out, err
}

// JournalEntry reads one entry by its number in the log.
func (s *Store) JournalEntry(ctx context.Context, index int64) (JournalEntry, error) {
	var out JournalEntry
	err := s.reading(ctx, func(q query) error {
		list, err := rows[numberedLeaf](q, "SELECT idx, bytes FROM log_leaves WHERE idx = ?", index)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return &catalog.NotFoundError{What: textf("entry of the log", "entrée du journal"), ID: fmt.Sprint(index)}
		}
		entries, err := explained(q, list)
		if err == nil {
			out = entries[0]
		}
		return err
	})
	return out, err
}

// ProveEntry proves that an entry stands in the log, by its number.
func (s *Store) ProveEntry(ctx context.Context, index int64) (Proof, error) {
	signed, err := s.Checkpoint(ctx)
	if err != nil {
		return Proof{}, err
	}
	point, err := log.OpenCheckpoint(signed, s.public)
	if err != nil {
		return Proof{}, damaged("log_checkpoints", fmt.Sprint(index), "the signature does not fit", "la signature ne correspond pas")
	}
	var out Proof
	err = s.reading(ctx, func(q query) error {
		r, ok, err := row[numberedLeaf](q, "SELECT idx, bytes FROM log_leaves WHERE idx = ?", index)
		if err != nil {
			return err
		}
		if !ok || index >= point.Tree.N {
			return &catalog.NotFoundError{What: textf("entry of the log", "entrée du journal"), ID: fmt.Sprint(index)}
		}
		out.Leaf = r.Bytes
		out.Inclusion, err = log.Prove(index, point, signed, tileReader{q})
		return err
	})
	return out, err
}

// KeptCheckpoint is a signed state of the log that the store remembers.
type KeptCheckpoint struct {
	Size int64
	Note string // as it was signed
}

// Checkpoints lists the checkpoints that were signed, newest first, of fewer entries than before (0: from the newest).
func (s *Store) Checkpoints(ctx context.Context, before int64, limit int) ([]KeptCheckpoint, error) {
	var out []KeptCheckpoint
	if before <= 0 {
		before = math.MaxInt64
	}
	err := s.reading(ctx, func(q query) error {
		list, err := rows[checkpointRow](q, "SELECT size, note FROM log_checkpoints WHERE size < ? ORDER BY size DESC LIMIT ?", before, limit)
		for _, r := range list {
			out = append(out, KeptCheckpoint(r))
		}
		return err
	})
	return out, err
}

type numberedLeaf struct {
	Idx   int64
	Bytes []byte
}

// chosenLeaves finds entries of a kind below one, newest first, and where to go on; 0: nowhere.
func chosenLeaves(q query, kind string, before int64, limit int) ([]numberedLeaf, int64, error) {
	if kind == leafPerson || kind == leafErasure { // who was described again has no row of its old leaf
		return lookThrough(q, kind, before, limit)
	}
	const from = "SELECT idx, bytes FROM log_leaves "
	var list []numberedLeaf
	var err error
	switch table := tableOf(kind); {
	case kind == "":
		list, err = rows[numberedLeaf](q, from+"WHERE idx < ? ORDER BY idx DESC LIMIT ?", before, limit+1)
	case table == "documents":
		list, err = rows[numberedLeaf](q, from+"WHERE idx IN (SELECT leaf FROM documents WHERE kind = ? AND leaf < ? ORDER BY leaf DESC LIMIT ?) ORDER BY idx DESC", kind, before, limit+1)
	default:
		list, err = rows[numberedLeaf](q, from+"WHERE idx IN (SELECT leaf FROM "+table+" WHERE leaf < ? ORDER BY leaf DESC LIMIT ?) ORDER BY idx DESC", before, limit+1)
	}
	if err != nil || len(list) <= limit {
		return list, 0, err
	}
	return list[:limit], list[limit-1].Idx, nil
}

func lookThrough(q query, kind string, before int64, limit int) ([]numberedLeaf, int64, error) {
	end := []byte(`"kind":"` + kind + `"}`)
	var out []numberedLeaf
	for looked := 0; looked < maxLookedThrough; {
		list, err := rows[numberedLeaf](q, "SELECT idx, bytes FROM log_leaves WHERE idx < ? ORDER BY idx DESC LIMIT 4096", before)
		if err != nil || len(list) == 0 {
			return out, 0, err
		}
		for _, r := range list {
			if before = r.Idx; !bytes.HasSuffix(r.Bytes, end) {
				continue
			}
			if out = append(out, r); len(out) == limit {
				return out, before, nil
			}
		}
		looked += len(list)
	}
	return out, before, nil
}

func tableOf(kind string) string {
	switch kind {
	case leafClaim, leafWithdrawal, leafSettlement, leafRecord, leafSource, leafFile:
		return kind + "s"
	case leafPerson, leafErasure:
		return ""
	}
	return "documents"
}

// explained reads entries and adds what their rows say.
func explained(q query, list []numberedLeaf) ([]JournalEntry, error) {
	out := make([]JournalEntry, len(list))
	at := map[int64]*JournalEntry{}
	of := map[string][]any{}
	for i, r := range list {
		l, err := log.ParseLeaf(r.Bytes)
		if err != nil {
			return nil, damaged("log_leaves", fmt.Sprint(r.Idx), "the entry cannot be read", "l'entrée est illisible")
		}
		out[i] = JournalEntry{Index: r.Idx, Leaf: l, Bytes: r.Bytes, By: l.Index["by"]}
		if l.Kind == leafErasure {
			out[i].Title = l.Index["reason"]
		}
		at[r.Idx] = &out[i]
		if t := tableOf(l.Kind); t != "" {
			of[t] = append(of[t], r.Idx)
		}
	}
	// What each table says: who, about which record, which fact, in which words.
	columns := map[string]string{
		"claims":      "SELECT x.leaf, x.recorded_by, r.kind, r.id, x.path, x.source FROM claims x JOIN records r ON r.leaf = x.record WHERE x.leaf IN ",
		"withdrawals": "SELECT x.leaf, x.decided_by, r.kind, r.id, c.path, x.reason FROM withdrawals x JOIN claims c ON c.leaf = x.claim JOIN records r ON r.leaf = c.record WHERE x.leaf IN ",
		"settlements": "SELECT x.leaf, x.decided_by, r.kind, r.id, x.path, x.reason FROM settlements x JOIN records r ON r.leaf = x.record WHERE x.leaf IN ",
		"records":     "SELECT x.leaf, '', x.kind, x.id, '', '' FROM records x WHERE x.leaf IN ",
		"sources":     "SELECT x.leaf, '', '', x.id, '', x.title FROM sources x WHERE x.leaf IN ",
		"files":       "SELECT x.leaf, '', '', '', '', x.name FROM files x WHERE x.leaf IN ",
	}
	for _, table := range []string{"claims", "withdrawals", "settlements", "records", "sources", "files"} {
		leaves := of[table]
		if len(leaves) == 0 {
			continue
		}
		var leaf int64
		var by, kind, id, path, text string
		err := q.scan(columns[table]+"("+marks(len(leaves))+")", leaves, []any{&leaf, &by, &kind, &id, &path, &text}, func() error {
			e := at[leaf]
			e.By, e.Path = strings.Clone(by), strings.Clone(path)
			switch table {
			case "sources":
				e.Source, e.Title = strings.Clone(id), strings.Clone(text)
			case "files":
				e.Title = strings.Clone(text)
			default:
				e.Record = catalog.Ref{Kind: catalog.Kind(strings.Clone(kind)), ID: strings.Clone(id)}
				if table != "claims" {
					e.Title = strings.Clone(text)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for i := range out {
		if e := &out[i]; e.Leaf.Kind == string(Role) {
			var body []byte
			err := q.scan("SELECT body FROM documents WHERE leaf = ?", []any{e.Index}, []any{&body}, func() error { return nil })
			if err != nil {
				return nil, err
			}
			if err := json.Unmarshal(body, &e.Change); err != nil {
				return nil, damaged("documents", fmt.Sprint(e.Index), "the change of role cannot be read", "le changement de rôle est illisible")
			}
		}
	}
	return out, nil
}

// Holdings counts what a store keeps.
type Holdings struct {
	Entries     int64 // of the log
	Records     int64
	Claims      int64
	Documents   int64
	Checkpoints int64

	Sources      int64
	Confidential int64
	WithoutFile  int64 // sources without a stored copy
	OnWeb        int64 // of these, that have an address on the web
	Expired      int64 // past their validity on the day asked
	Files        int64 // stored copies, each counted once whoever keeps it
	Bytes        int64 // of these
	Types        []FileType
}

// FileType counts stored files of a kind of content.
type FileType struct {
	MediaType string
	Files     int64
	Bytes     int64
}

// Holdings counts what is kept; what has expired is counted on a day.
func (s *Store) Holdings(ctx context.Context, on catalog.Date) (Holdings, error) {
	var out Holdings
	err := s.reading(ctx, func(q query) error {
		one := func(stmt string, args ...any) func(...*int64) error {
			return func(into ...*int64) error {
				to := make([]any, len(into))
				for i := range into {
					to[i] = into[i]
				}
				return q.scan(stmt, args, to, func() error { return nil })
			}
		}
		h, err := head(q, false)
		if err != nil {
			return err
		}
		out.Entries = h.Size
		for table, n := range map[string]*int64{"records": &out.Records, "claims": &out.Claims, "documents": &out.Documents, "log_checkpoints": &out.Checkpoints} {
			if err := one("SELECT count(*) FROM " + table)(n); err != nil {
				return err
			}
		}
		newest := "FROM sources s WHERE s.revision = (SELECT max(revision) FROM sources n WHERE n.id = s.id)"
		if err := one(`SELECT count(*), coalesce(sum(confidential), 0), coalesce(sum(CASE WHEN file = '' THEN 1 ELSE 0 END), 0),
			coalesce(sum(CASE WHEN file = '' AND url <> '' THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN valid_until <> '' AND valid_until < ? THEN 1 ELSE 0 END), 0) `+newest, string(on))(
			&out.Sources, &out.Confidential, &out.WithoutFile, &out.OnWeb, &out.Expired); err != nil {
			return err
		}
		out.Types, err = rows[FileType](q, "SELECT media_type, count(*) AS files, sum(size) AS bytes FROM (SELECT hash, min(media_type) AS media_type, min(size) AS size FROM files GROUP BY hash) f GROUP BY media_type ORDER BY bytes DESC, media_type")
		for _, t := range out.Types {
			out.Files += t.Files
			out.Bytes += t.Bytes
		}
		return err
	})
	return out, err
}
