package store

import (
	"context"
	"slices"
	"strings"

	"vigie/catalog"
)

// Scope is whose records are there for who asks: those that all share, and those of some entities of the group. What lies
// outside does not exist: no list, dossier, link or count tells of it. The zero Scope is what all share.
type Scope struct {
	all      bool
	entities []string
}

// Everything is the scope of the group itself, and of programs that work for all.
func Everything() Scope { return Scope{all: true} }

// Within is what all share, and what belongs to some entities.
func Within(entities ...string) Scope {
	entities = slices.DeleteFunc(slices.Clone(entities), func(e string) bool { return e == "" })
	slices.Sort(entities)
	return Scope{entities: slices.Compact(entities)}
}

// Sees reports whether what belongs to an entity is in the scope; empty: what all share.
func (sc Scope) Sees(entity string) bool {
	return sc.all || entity == "" || slices.Contains(sc.entities, entity)
}

// All reports whether the scope is everything.
func (sc Scope) All() bool { return sc.all }

// String names the scope: equal ones have the same name.
func (sc Scope) String() string {
	if sc.all {
		return "*"
	}
	return "=" + strings.Join(sc.entities, "\x1f")
}

// where is the condition on the column that holds the entity, to be added to others with its arguments.
func (sc Scope) where(column string) (string, []any) {
	switch {
	case sc.all:
		return "", nil
	case len(sc.entities) == 0:
		return " AND " + column + " IS NULL", nil
	}
	return " AND (" + column + " IS NULL OR " + column + " IN (" + marks(len(sc.entities)) + "))", anys(sc.entities)
}

// Reader reads a store as one scope sees it. Its methods are those of Store.
type Reader struct {
	s     *Store
	scope Scope
}

// In reads within a scope.
func (s *Store) In(sc Scope) Reader { return Reader{s, sc} }

// Scope is what the reader sees.
func (r Reader) Scope() Scope { return r.scope }

func (r Reader) shelf(q query, on, knownOn catalog.Date) (*shelf, error) {
	at, err := r.s.at(q, on, knownOn)
	return &shelf{store: r.s, q: q, at: at, scope: r.scope}, err
}

// Gather is Store.Gather within the scope.
func (r Reader) Gather(ctx context.Context, on, knownOn catalog.Date, q catalog.Query, assumed ...catalog.Assumption) (*catalog.Dossier, error) {
	var out *catalog.Dossier
	err := r.s.reading(ctx, func(tx query) error {
		shelf, err := r.shelf(tx, on, knownOn)
		if err != nil {
			return err
		}
		out, err = catalog.GatherFrom(shelf, r.s.Dictionary, on, knownOn, assumed, q)
		return err
	})
	return out, err
}

// Facts is Store.Facts within the scope.
func (r Reader) Facts(ctx context.Context, on, knownOn catalog.Date, refs ...catalog.Ref) ([]catalog.DossierRecord, []catalog.Source, error) {
	var recs []catalog.DossierRecord
	var sources []catalog.Source
	err := r.s.reading(ctx, func(tx query) error {
		shelf, err := r.shelf(tx, on, knownOn)
		if err == nil {
			recs, sources, err = shelf.Records(refs)
		}
		return err
	})
	return recs, sources, err
}

// Naming is Store.Naming within the scope.
func (r Reader) Naming(ctx context.Context, on catalog.Date, links ...catalog.Link) (map[catalog.Link][]catalog.Ref, error) {
	var out map[catalog.Link][]catalog.Ref
	err := r.s.reading(ctx, func(tx query) (err error) {
		out, err = (&shelf{store: r.s, q: tx, at: asOf{on: on, knownOn: on}, scope: r.scope}).Naming(links)
		return err
	})
	return out, err
}

// View is Store.View within the scope.
func (r Reader) View(ctx context.Context, on, knownOn catalog.Date) (*catalog.View, error) {
	var out *catalog.View
	err := r.s.reading(ctx, func(tx query) error {
		shelf, err := r.shelf(tx, on, knownOn)
		if err != nil {
			return err
		}
		seen, args := r.scope.where("entity")
		all, err := rows[recordRow](tx, "SELECT leaf, kind, id, entity, revision FROM records WHERE 1 = 1"+seen, args...)
		if err != nil {
			return err
		}
		refs := make([]catalog.Ref, len(all))
		for i := range all {
			refs[i] = all[i].ref()
		}
		recs, sources, err := shelf.Records(refs)
		if err == nil {
			out = catalog.Complete(r.s.Dictionary, on, knownOn, recs, sources)
		}
		return err
	})
	return out, err
}

// IDs lists every id of a kind, in order.
func (r Reader) IDs(ctx context.Context, kind catalog.Kind) ([]string, error) {
	var out []string
	err := r.s.reading(ctx, func(q query) (err error) {
		out, err = (&shelf{store: r.s, q: q, scope: r.scope}).IDs(kind)
		return err
	})
	return out, err
}

// seen reads the row of a record; one outside the scope is not found.
func (r Reader) seen(q query, ref catalog.Ref) (recordRow, error) {
	list, err := recordRows(q, []catalog.Ref{ref})
	if err != nil {
		return recordRow{}, err
	}
	if len(list) == 0 || !r.scope.Sees(entityName(list[0].Entity)) {
		return recordRow{}, (&shelf{store: r.s, q: q, scope: r.scope}).notFound(ref)
	}
	return list[0], nil
}

// Revision is Store.Revision within the scope.
func (r Reader) Revision(ctx context.Context, ref catalog.Ref) (int64, error) {
	var out int64
	err := r.s.reading(ctx, func(q query) error {
		row, err := r.seen(q, ref)
		out = row.Revision
		return err
	})
	return out, err
}

// Entities tells to which entity some records belong; those outside the scope, or that do not exist, are left out.
func (r Reader) Entities(ctx context.Context, refs ...catalog.Ref) (map[catalog.Ref]string, error) {
	out := map[catalog.Ref]string{}
	err := r.s.reading(ctx, func(q query) error {
		list, err := recordRows(q, refs)
		for i := range list {
			if e := entityName(list[i].Entity); r.scope.Sees(e) {
				out[list[i].ref()] = e
			}
		}
		return err
	})
	return out, err
}

// Claims is Store.Claims within the scope.
func (r Reader) Claims(ctx context.Context, ref catalog.Ref, path string) (*catalog.Catalogue, error) {
	out := &catalog.Catalogue{}
	err := r.s.reading(ctx, func(q query) error {
		row, err := r.seen(q, ref)
		if err != nil {
			return err
		}
		out.Records = []catalog.Ref{ref}
		return collect(q, out, map[int64]catalog.Ref{row.Leaf: ref}, "record = ? AND path = ?", row.Leaf, path)
	})
	return out, err
}

// SourceRevisions is Store.SourceRevisions within the scope.
func (r Reader) SourceRevisions(ctx context.Context, id string) ([]catalog.Source, error) {
	var out []catalog.Source
	err := r.s.reading(ctx, func(q query) error {
		list, err := rows[sourceRow](q, "SELECT "+sourceColumns+" FROM sources WHERE id = ? ORDER BY revision", id)
		for i := range list {
			if r.scope.Sees(entityName(list[i].Entity)) {
				out = append(out, list[i].toSource())
			}
		}
		return err
	})
	return out, err
}

// ClaimsCiting is Store.ClaimsCiting within the scope.
func (r Reader) ClaimsCiting(ctx context.Context, source string, limit int) ([]Cited, error) {
	var out []Cited
	seen, more := r.scope.where("r.entity")
	err := r.s.reading(ctx, func(q query) error {
		type row struct {
			Hash []byte
			Kind string
			ID   string `gorm:"column:id"`
			Path string
		}
		args := append([]any{source}, more...)
		list, err := rows[row](q, "SELECT c.hash, r.kind, r.id, c.path FROM claims c JOIN records r ON r.leaf = c.record WHERE c.source = ? AND c.source <> ''"+seen+" ORDER BY c.leaf LIMIT ?", append(args, limit)...)
		for _, x := range list {
			out = append(out, Cited{Claim: hexOf(x.Hash), Record: catalog.Ref{Kind: catalog.Kind(x.Kind), ID: x.ID}, Path: x.Path})
		}
		return err
	})
	return out, err
}

// Cited is a claim that cites a source.
type Cited struct {
	Claim  string      `json:"claim"` // hash
	Record catalog.Ref `json:"record"`
	Path   string      `json:"path"`
}

// List is Store.List within the scope.
func (r Reader) List(ctx context.Context, l ListQuery) (Page, error) {
	l.scope = &r.scope
	return r.s.List(ctx, l)
}

// Document is Store.Document within the scope.
func (r Reader) Document(ctx context.Context, kind DocumentKind, hash string) (Document, error) {
	d, err := r.s.Document(ctx, kind, hash)
	if err == nil && !r.scope.Sees(d.Entity) {
		return Document{}, &catalog.NotFoundError{What: kind.Label().Lower(), ID: hash}
	}
	return d, err
}

// Entry tells where a document stands, without reading it.
func (r Reader) Entry(ctx context.Context, kind DocumentKind, hash string) (DocumentEntry, error) {
	var out DocumentEntry
	missing := &catalog.NotFoundError{What: kind.Label().Lower(), ID: hash}
	if !catalog.ValidSHA256(hash) {
		return out, missing
	}
	err := r.s.reading(ctx, func(q query) error {
		d, ok, err := row[documentRow](q, "SELECT leaf, kind, hash, entity FROM documents WHERE kind = ? AND hash = ?", string(kind), hashBytes(hash))
		if err != nil {
			return err
		}
		if !ok || !r.scope.Sees(entityName(d.Entity)) {
			return missing
		}
		out = DocumentEntry{Kind: kind, Hash: hash, Leaf: d.Leaf, Entity: entityName(d.Entity)}
		out.Index, err = indexOf(q, d.Leaf)
		return err
	})
	return out, err
}

// Person is Store.Person within the scope.
func (r Reader) Person(ctx context.Context, id string) (Person, error) {
	err := r.s.reading(ctx, func(q query) error {
		type owned struct{ Entity *string }
		x, ok, err := row[owned](q, "SELECT entity FROM people WHERE id = ?", id)
		if err == nil && (!ok || !r.scope.Sees(entityName(x.Entity))) {
			err = noPerson(id)
		}
		return err
	})
	if err != nil {
		return Person{}, err
	}
	return r.s.Person(ctx, id)
}

// Draft is Store.Draft within the scope.
func (r Reader) Draft(ctx context.Context, id string) (Draft, error) {
	d, err := r.s.Draft(ctx, id)
	if err == nil && !r.scope.Sees(d.Entity) {
		return Draft{}, noDraft(id)
	}
	return d, err
}
