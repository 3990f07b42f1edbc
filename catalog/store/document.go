package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// DocumentKind says what a document is.
type DocumentKind string

// The kinds of documents. Each is a kind of leaf of the log.
const (
	Assessment DocumentKind = "assessment"
	Comparison DocumentKind = "comparison"
	Decision   DocumentKind = "decision"
	Dossier    DocumentKind = "dossier"
	Framework  DocumentKind = "framework"
	WeightSet  DocumentKind = "weight_set"
	Knowledge  DocumentKind = "knowledge"
	Dictionary DocumentKind = "dictionary"
	Report     DocumentKind = "report" // issued: printed and handed out
	Role       DocumentKind = "role"   // a change of who may do what
)

// Allowed implements strict.Enum.
func (DocumentKind) Allowed() []string {
	return []string{"assessment", "comparison", "decision", "dossier", "framework", "weight_set", "knowledge", "dictionary", "report", "role"}
}

var documentLabels = map[DocumentKind]wording.Text{
	Assessment: {EN: "Assessment", FR: "Évaluation"}, Comparison: {EN: "Comparison", FR: "Comparaison"}, Decision: {EN: "Decision", FR: "Décision"},
	Dossier: {EN: "Dossier", FR: "Dossier"}, Framework: {EN: "Framework", FR: "Référentiel"}, WeightSet: {EN: "Weight set", FR: "Jeu de pondérations"},
	Knowledge: {EN: "Knowledge", FR: "Connaissances"}, Dictionary: {EN: "Dictionary", FR: "Dictionnaire"}, Report: {EN: "Report", FR: "Rapport"},
	Role: {EN: "Change of role", FR: "Changement de rôle"},
}

// Label names the kind.
func (k DocumentKind) Label() wording.Text { return documentLabels[k] }

// Document is bytes that the store keeps under their SHA-256 and never reads. Index says what they are found by, such
// as offering, use_case, framework or on; it is part of the log too.
type Document struct {
	Kind   DocumentKind
	Body   []byte
	Index  map[string]string
	Entity string // read back only: a batch gives its own
	// Sole is a key of the index: the batch is a conflict when another document of the kind has the same value there. For
	// what only one may take the place of.
	Sole string `json:",omitempty"`
}

// Hash names the document, in hex.
func (d Document) Hash() string {
	sum := sha256.Sum256(d.Body)
	return hex.EncodeToString(sum[:])
}

func (w *work) checkDocument(path string, d Document) {
	if allowed := DocumentKind("").Allowed(); !contains(allowed, string(d.Kind)) {
		w.bad(path+".kind", "not a kind of document: %s", "type de document inconnu : %s", strict.NotIn(string(d.Kind), allowed))
	}
	if len(d.Body) == 0 {
		w.bad(path+".body", "the document is empty", "le document est vide")
	}
	for k, v := range d.Index {
		w.text(path+".index", k)
		w.text(path+".index", v)
		if len(k) > 60 || len(v) > 400 {
			w.bad(path+".index", "a key has at most 60 bytes, a value 400", "une clé a au plus 60 octets, une valeur 400")
		}
	}
}

// addDocuments adds those that do not stand yet; the first index given to a document stays.
func (w *work) addDocuments() error {
	seen := map[string]bool{}
	for _, d := range w.b.Documents {
		hash := d.Hash()
		w.out.Documents = append(w.out.Documents, hash)
		k := string(d.Kind) + hash
		_, stands, err := row[int64](w.query, "SELECT leaf FROM documents WHERE kind = ? AND hash = ?", string(d.Kind), hashBytes(hash))
		if err != nil {
			return err
		}
		if stands || seen[k] {
			continue
		}
		seen[k] = true
		if err := w.sole(d, hash); err != nil {
			return err
		}
		leaf := w.leaf(string(d.Kind), hash, w.b.Entity, d.Index)
		if err := w.insert("documents", "leaf, kind, hash, entity, body", [][]any{{leaf, string(d.Kind), hashBytes(hash), entity(w.b.Entity), d.Body}}); err != nil {
			return err
		}
		var list [][]any
		for _, key := range slices.Sorted(maps.Keys(d.Index)) {
			list = append(list, []any{leaf, key, d.Index[key]})
		}
		if err := w.insert("document_index", "leaf, key, value", list); err != nil {
			return err
		}
	}
	return nil
}

// sole refuses a document that another one was faster than.
func (w *work) sole(d Document, hash string) error {
	if d.Sole == "" {
		return nil
	}
	_, taken, err := row[int64](w.query, "SELECT d.leaf FROM document_index i JOIN documents d ON d.leaf = i.leaf WHERE i.key = ? AND i.value = ? AND d.kind = ? AND d.hash <> ? LIMIT 1", d.Sole, d.Index[d.Sole], string(d.Kind), hashBytes(hash))
	if err == nil && taken {
		err = conflict("another one took the place of %s already: look at the newest", "un autre a déjà pris la place de %s : regarder le plus récent", d.Index[d.Sole])
	}
	return err
}

type documentRow struct {
	Leaf   int64
	Kind   string
	Hash   []byte
	Entity *string
	Body   []byte
}

// Document reads a document back; its bytes are checked against its hash.
func (s *Store) Document(ctx context.Context, kind DocumentKind, hash string) (Document, error) {
	var out Document
	if !catalog.ValidSHA256(hash) {
		return out, &catalog.NotFoundError{What: kind.Label().Lower(), ID: hash}
	}
	err := s.reading(ctx, func(q query) error {
		r, ok, err := row[documentRow](q, "SELECT leaf, kind, hash, entity, body FROM documents WHERE kind = ? AND hash = ?", string(kind), hashBytes(hash))
		if err != nil {
			return err
		}
		if !ok {
			return &catalog.NotFoundError{What: kind.Label().Lower(), ID: hash}
		}
		out = Document{Kind: kind, Body: r.Body, Entity: entityName(r.Entity)}
		if out.Hash() != hash {
			return damaged("documents", string(kind)+" "+hash, "the bytes do not have the hash that names them", "les octets n'ont pas l'empreinte qui les nomme")
		}
		out.Index, err = indexOf(q, r.Leaf)
		return err
	})
	return out, err
}

type indexRow struct {
	Leaf  int64
	Key   string
	Value string
}

func indexOf(q query, leaf int64) (map[string]string, error) {
	list, err := rows[indexRow](q, "SELECT leaf, key, value FROM document_index WHERE leaf = ?", leaf)
	if len(list) == 0 {
		return nil, err
	}
	out := map[string]string{}
	for _, r := range list {
		out[r.Key] = r.Value
	}
	return out, err
}

// DocumentEntry is a line of a list of documents.
type DocumentEntry struct {
	Kind   DocumentKind      `json:"kind"`
	Hash   string            `json:"hash"`
	Leaf   int64             `json:"leaf"` // index in the log: newer documents have higher ones
	Entity string            `json:"entity,omitempty"`
	Index  map[string]string `json:"index,omitempty"`
}

// Documents lists the documents of a kind whose index holds every pair asked for, newest first: at most limit, older than
// the leaf before (0: from the newest).
func (s *Store) Documents(ctx context.Context, kind DocumentKind, index map[string]string, before int64, limit int) ([]DocumentEntry, error) {
	return s.In(Everything()).Documents(ctx, kind, index, before, limit)
}

// Documents is Store.Documents within the scope.
func (r Reader) Documents(ctx context.Context, kind DocumentKind, index map[string]string, before int64, limit int) ([]DocumentEntry, error) {
	stmt := strings.Builder{}
	seen, args := r.scope.where("d.entity")
	stmt.WriteString("SELECT d.leaf, d.kind, d.hash, d.entity FROM documents d WHERE d.kind = ?" + seen)
	args = append([]any{string(kind)}, args...)
	for _, k := range slices.Sorted(maps.Keys(index)) {
		stmt.WriteString(" AND d.leaf IN (SELECT leaf FROM document_index WHERE key = ? AND value = ?)")
		args = append(args, k, index[k])
	}
	if before > 0 {
		stmt.WriteString(" AND d.leaf < ?")
		args = append(args, before)
	}
	stmt.WriteString(" ORDER BY d.leaf DESC LIMIT ?")
	args = append(args, limit)
	out := []DocumentEntry{}
	err := r.s.reading(ctx, func(q query) error {
		list, err := rows[documentRow](q, stmt.String(), args...)
		if err != nil {
			return err
		}
		for _, r := range list {
			e := DocumentEntry{Kind: DocumentKind(r.Kind), Hash: fmt.Sprintf("%x", r.Hash), Leaf: r.Leaf, Entity: entityName(r.Entity)}
			if e.Index, err = indexOf(q, r.Leaf); err != nil {
				return err
			}
			out = append(out, e)
		}
		return nil
	})
	return out, err
}
