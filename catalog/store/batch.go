package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"vigie/catalog"
)

// Batch is what one request records: all of it, or nothing.
type Batch struct {
	// Key makes sending the batch again safe: a second time it changes nothing and gives the first receipt. The same key
	// with another content is a conflict. Empty: no key.
	Key string
	// Entity of the group that what is new belongs to; empty: shared by all.
	Entity string
	// Scope is what is there for who records; nil: everything. What lies outside cannot be spoken of, and who does not see
	// everything records only about what belongs to Entity. What is claimed and decided about a record belongs to the entity
	// of the record.
	Scope *Scope
	// By is the opaque id of who records, for claims and reviews that do not say so themselves.
	By string
	// Expect refuses the batch when a record has another revision than the one that the writer saw.
	Expect []Expectation

	Records     []catalog.Ref // new ones are made, those that exist stay
	Sources     []catalog.Source
	Claims      []catalog.Claim // RecordedAt zero: now
	Withdrawals []catalog.Withdrawal
	Settlements []catalog.Settlement
	Documents   []Document
}

// Expectation is the revision that a writer saw of a record.
type Expectation struct {
	Record   catalog.Ref
	Revision int64
}

// Receipt says what became of a batch.
type Receipt struct {
	// Claims are the hashes of the claims of the batch, in its order; Documents those of the documents.
	Claims    []string `json:"claims,omitempty"`
	Documents []string `json:"documents,omitempty"`
	// Leaves counts what was new: entries of the log from First on. What stood already makes none.
	First  int64 `json:"first"`
	Leaves int64 `json:"leaves"`
	// Revisions of the records touched, afterwards.
	Revisions map[string]int64 `json:"revisions,omitempty"`
	// Replayed: the batch had been recorded before, under the same key.
	Replayed bool `json:"replayed,omitempty"`
}

// Record records a batch. Errors: *catalog.InvalidError with every fault of the batch, *ConflictError, and those of the
// engine.
func (s *Store) Record(ctx context.Context, b Batch) (Receipt, error) {
	request, err := b.digest() // before waiting: it takes a while for a large batch
	if err != nil {
		return Receipt{}, err
	}
	var out Receipt
	err = s.change(ctx, func(c *change) (err error) {
		out, err = s.record(c, b, request, nil)
		return err
	})
	return out, err
}

// record does the work of Record in a transaction; request is the batch's digest, also runs with it.
func (s *Store) record(c *change, b Batch, request []byte, also func(*change) error) (Receipt, error) {
	if b.Key != "" {
		if old, found, err := c.receipt(b.Key, request); err != nil || found {
			return old, err
		}
	}
	w := &work{store: s, change: c, b: b, out: Receipt{First: c.base + int64(len(c.leaves))}}
	if err := w.run(); err != nil {
		return Receipt{}, err
	}
	if also != nil {
		if err := also(c); err != nil {
			return Receipt{}, err
		}
	}
	w.out.Leaves = c.base + int64(len(c.leaves)) - w.out.First
	if b.Key == "" {
		return w.out, nil
	}
	return w.out, c.keepReceipt(b, request, w.out)
}

// digest names the content of a batch, so that a key used for another one is seen; none without a key.
func (b Batch) digest() ([]byte, error) {
	if b.Key == "" {
		return nil, nil
	}
	b.Key = ""
	raw, err := json.Marshal(b)
	if err != nil {
		return nil, invalid("batch", "cannot be written down: %v", "ne peut être transcrit : %v", err)
	}
	sum := sha256.Sum256(raw)
	return sum[:], nil
}

type receiptRow struct {
	Key       string
	Entity    *string
	Request   []byte
	Receipt   []byte
	CreatedNs int64
	Digest    []byte
}

func (r *receiptRow) digest() string {
	return digestOf(r.Key, entityName(r.Entity), string(r.Request), string(r.Receipt), fmt.Sprint(r.CreatedNs))
}

func (c *change) receipt(key string, request []byte) (Receipt, bool, error) {
	r, ok, err := row[receiptRow](c.query, "SELECT key, entity, request, receipt, created_ns, digest FROM idempotency WHERE key = ?", key)
	if err != nil || !ok {
		return Receipt{}, false, err
	}
	if hex.EncodeToString(r.Digest) != r.digest() {
		return Receipt{}, false, damaged("idempotency", key, "the row does not fit its digest", "la ligne ne correspond pas à son empreinte")
	}
	if string(r.Request) != string(request) {
		used := conflict("this idempotency key was used for another request: use a new one", "cette clé d'idempotence a servi à une autre requête : en prendre une nouvelle")
		used.KeyUsed = true
		return Receipt{}, false, used
	}
	var out Receipt
	if err := json.Unmarshal(r.Receipt, &out); err != nil {
		return Receipt{}, false, damaged("idempotency", key, "the receipt cannot be read", "le reçu est illisible")
	}
	out.Replayed = true
	return out, true, nil
}

func (c *change) keepReceipt(b Batch, request []byte, out Receipt) error {
	body, err := json.Marshal(out)
	if err != nil {
		return err
	}
	r := receiptRow{Key: b.Key, Entity: entity(b.Entity), Request: request, Receipt: body, CreatedNs: c.now.UnixNano()}
	return c.insert("idempotency", "key, entity, request, receipt, created_ns, digest",
		[][]any{{r.Key, r.Entity, r.Request, r.Receipt, r.CreatedNs, hashBytes(r.digest())}})
}

// ForgetReceipts drops the answers kept for keys that were used before a moment; sending those batches again would
// record what is new in them.
func (s *Store) ForgetReceipts(ctx context.Context, before time.Time) (int64, error) {
	var n int64
	err := s.change(ctx, func(c *change) (err error) {
		n, err = c.exec("DELETE FROM idempotency WHERE created_ns < ?", before.UnixNano())
		return err
	})
	return n, err
}

// work is one batch being recorded.
type work struct {
	*change
	store *Store
	b     Batch
	out   Receipt

	faults  []catalog.FieldError
	records map[catalog.Ref]*recordRow
	fresh   map[int64]bool            // records made by this batch: nothing else is known of them
	sources map[string]*sourceRow     // current revisions
	claims  map[string]*claimRow      // by hash: those of the batch and those that reviews name
	about   map[string]catalog.Ref    // the record of each of them
	touched map[int64]map[string]bool // facts to rewrite: record, path
	bumps   map[int64]int64           // how much each record's revision grows
	added   []*claimRow
	taken   map[string]bool // records and sources that exist outside the scope of who records
}

func (w *work) bad(path, en, fr string, args ...any) {
	w.faults = append(w.faults, catalog.FieldError{Path: path, Text: textf(en, fr, args...)})
}

func (w *work) run() error {
	w.records, w.sources = map[catalog.Ref]*recordRow{}, map[string]*sourceRow{}
	w.fresh, w.bumps, w.touched = map[int64]bool{}, map[int64]int64{}, map[int64]map[string]bool{}
	w.claims, w.about = map[string]*claimRow{}, map[string]catalog.Ref{}
	w.taken = map[string]bool{}
	for _, step := range []func() error{w.lookUp, w.expect, w.check, w.belong, w.addRecords, w.addSources, w.addClaims, w.addReviews, w.addDocuments, w.rewrite, w.revise} {
		if err := step(); err != nil {
			return err
		}
		if len(w.faults) > 0 {
			return &catalog.InvalidError{Fields: w.faults}
		}
	}
	return nil
}

// lookUp reads the records and sources that the batch speaks of, in a few statements.
func (w *work) lookUp() error {
	refs := slices.Clone(w.b.Records)
	var ids []string
	for _, c := range w.b.Claims {
		refs = append(refs, c.Record)
		if c.Value != nil && c.Value.Type == catalog.TypeReference {
			if def, ok := w.store.Dictionary.Fact(c.Path); ok && def.RefersTo != "" {
				for _, id := range c.Value.Texts() {
					refs = append(refs, catalog.Ref{Kind: def.RefersTo, ID: id})
				}
			}
		}
		if c.Source != "" {
			ids = append(ids, c.Source)
		}
	}
	for _, x := range w.b.Settlements {
		refs = append(refs, x.Record)
	}
	for _, x := range w.b.Expect {
		refs = append(refs, x.Record)
	}
	for _, x := range w.b.Sources {
		ids = append(ids, x.ID)
	}
	found, err := recordRows(w.query, refs)
	if err != nil {
		return err
	}
	for i := range found {
		if !w.sees(found[i].Entity) {
			w.taken[found[i].ref().String()] = true
			continue
		}
		w.records[found[i].ref()] = &found[i]
	}
	current, err := currentSources(w.query, ids)
	if err != nil {
		return err
	}
	for i := range current {
		if !w.sees(current[i].Entity) {
			w.taken["source/"+current[i].ID] = true
			continue
		}
		w.sources[current[i].ID] = &current[i]
	}
	return nil
}

func (w *work) expect() error {
	for _, x := range w.b.Expect {
		r := w.records[x.Record]
		have := int64(0)
		if r != nil {
			have = r.Revision
		}
		if have != x.Revision {
			e := conflict("%s was changed since: revision %d, not %d; look at it again", "%s a été modifié entre-temps : révision %d et non %d ; le relire", x.Record.String(), have, x.Revision)
			e.Have, e.Want = have, x.Revision
			return e
		}
	}
	return nil
}

func (w *work) addRecords() error {
	var list [][]any
	for _, ref := range w.b.Records {
		if w.records[ref] != nil {
			continue
		}
		r := &recordRow{Kind: string(ref.Kind), ID: ref.ID, Entity: entity(w.b.Entity)}
		r.Leaf = w.leaf(leafRecord, catalog.MustHash(ref), w.b.Entity, nil)
		w.records[ref] = r
		w.fresh[r.Leaf] = true
		w.bumps[r.Leaf] = 1
		list = append(list, []any{r.Leaf, r.Kind, r.ID, r.Entity, 0})
	}
	return w.insert("records", "leaf, kind, id, entity, revision", list)
}

// The kinds of leaves.
const (
	leafRecord     = "record"
	leafSource     = "source"
	leafClaim      = "claim"
	leafWithdrawal = "withdrawal"
	leafSettlement = "settlement"
	leafFile       = "file"
	leafPerson     = "person"
	leafErasure    = "erasure"
)

func (w *work) addSources() error {
	var list [][]any
	var weighs []string // sources whose word now weighs otherwise
	for _, src := range w.b.Sources {
		hash := catalog.MustHash(src)
		old := w.sources[src.ID]
		if old != nil && hex.EncodeToString(old.Hash) == hash {
			continue
		}
		r := fromSource(src)
		r.Hash, r.Entity, r.Revision, r.RecordedNs = hashBytes(hash), entity(w.b.Entity), 1, w.now.UnixNano()
		if old != nil {
			r.Revision, r.Entity = old.Revision+1, old.Entity
			if old.Kind != r.Kind || old.Signed != r.Signed || old.ValidUntil != r.ValidUntil {
				weighs = append(weighs, src.ID)
			}
		}
		r.Leaf = w.leaf(leafSource, hash, entityName(r.Entity), nil)
		w.bears(r.RecordedNs)
		w.sources[src.ID] = &r
		list = append(list, r.values())
	}
	if err := w.insert("sources", sourceColumns, list); err != nil {
		return err
	}
	type fact struct {
		Record int64
		Path   string
	}
	for _, id := range weighs {
		facts, err := rows[fact](w.query, "SELECT DISTINCT record, path FROM claims WHERE source = ?", id)
		if err != nil {
			return err
		}
		for _, f := range facts {
			w.touch(f.Record, f.Path)
		}
	}
	return nil
}

func (w *work) touch(record int64, path string) {
	if w.touched[record] == nil {
		w.touched[record] = map[string]bool{}
	}
	w.touched[record][path] = true
}

func (w *work) addClaims() error {
	hashes := make([]string, len(w.b.Claims))
	for i := range w.b.Claims {
		hashes[i] = w.b.Claims[i].Hash()
	}
	w.out.Claims = hashes
	var given []string // a claim stamped just now, later than any other, cannot stand already
	for i := range w.b.Claims {
		if !w.b.Claims[i].RecordedAt.Equal(w.now) {
			given = append(given, hashes[i])
		}
	}
	if err := w.knowClaims(given); err != nil {
		return err
	}
	var list [][]any
	for i, cl := range w.b.Claims {
		if w.claims[hashes[i]] != nil {
			continue
		}
		r, err := fromClaim(cl, hashBytes(hashes[i]))
		if err != nil {
			return err
		}
		about := w.records[cl.Record]
		r.Record, r.Entity = about.Leaf, about.Entity
		r.Leaf = w.leaf(leafClaim, hashes[i], entityName(about.Entity), nil)
		w.bears(r.RecordedNs)
		w.claims[hashes[i]], w.about[hashes[i]] = &r, cl.Record
		w.added = append(w.added, &r)
		list = append(list, r.values())
		w.touch(r.Record, r.Path)
		w.bumps[r.Record]++
	}
	return w.insert("claims", claimColumns, list)
}

// knowClaims reads the claims with these hashes that stand already.
func (w *work) knowClaims(hashes []string) error {
	var raw []any
	for _, h := range hashes {
		if catalog.ValidSHA256(h) && w.claims[h] == nil {
			raw = append(raw, hashBytes(h))
		}
	}
	return padded(raw, func(run []any) error {
		type known struct {
			Leaf   int64
			Hash   []byte
			Record int64
			Path   string
			Kind   string
			ID     string `gorm:"column:id"`
			Entity *string
		}
		list, err := rows[known](w.query, "SELECT c.leaf, c.hash, c.record, c.path, r.kind, r.id, r.entity FROM claims c JOIN records r ON r.leaf = c.record WHERE c.hash IN ("+marks(len(run))+")", run...)
		for _, k := range list {
			h := hex.EncodeToString(k.Hash)
			if !w.sees(k.Entity) {
				continue
			}
			w.claims[h], w.about[h] = &claimRow{Leaf: k.Leaf, Hash: k.Hash, Record: k.Record, Path: k.Path, Entity: k.Entity}, catalog.Ref{Kind: catalog.Kind(k.Kind), ID: k.ID}
		}
		return err
	})
}

// revise raises the revision of each record by what was recorded about it.
func (w *work) revise() error {
	w.out.Revisions = map[string]int64{}
	byLeaf := map[int64]*recordRow{}
	for _, r := range w.records {
		byLeaf[r.Leaf] = r
	}
	leaves := make([]int64, 0, len(w.bumps))
	for leaf := range w.bumps {
		leaves = append(leaves, leaf)
	}
	slices.Sort(leaves)
	// Records that grow by as much share a statement: a bulk import has thousands.
	groups := map[int64][]any{}
	for _, leaf := range leaves {
		groups[w.bumps[leaf]] = append(groups[w.bumps[leaf]], leaf)
	}
	for by, list := range groups {
		if err := padded(list, func(run []any) error {
			_, err := w.exec("UPDATE records SET revision = revision + ? WHERE leaf IN ("+marks(len(run))+")", append([]any{by}, run...)...)
			return err
		}); err != nil {
			return err
		}
	}
	for _, leaf := range leaves {
		if r := byLeaf[leaf]; r != nil {
			w.out.Revisions[r.ref().String()] = r.Revision + w.bumps[leaf]
		}
	}
	return nil
}
