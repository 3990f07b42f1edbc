package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"github.com/oklog/ulid/v2"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Person is what a person may be known by. Documents and claims bear only the id; what stands here can be erased.
type Person struct {
	ID     string            // opaque; empty when added: the store gives one
	Fields map[string]string // name, e-mail, nationality, the text of a dissent…
	Erased bool
}

type personRow struct {
	Leaf   int64
	ID     string `gorm:"column:id"`
	Entity *string
	Digest []byte
	Salt   []byte
	Body   []byte
	Erased *int64
}

// digest is what the log bears of a person: salted, so that after an erasure nobody can try names against it.
func (r *personRow) digest() string { return digestOf(r.ID, string(r.Salt), string(r.Body)) }

// newID is a fresh identifier that sorts by its moment, in lower case.
func newID(c *change) (string, error) {
	id, err := ulid.New(ulid.Timestamp(c.now), rand.Reader)
	if err != nil {
		return "", err
	}
	return lower(id.String()), nil
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// PutPerson adds a person, or replaces what is known of one. Each time the log gets the salted digest.
func (s *Store) PutPerson(ctx context.Context, p Person, group string) (string, error) {
	err := s.change(ctx, func(c *change) error { return c.putPerson(&p, group) })
	return p.ID, err
}

// putPerson gives a new person an id.
func (c *change) putPerson(p *Person, group string) error {
	body, err := json.Marshal(p.Fields)
	if err != nil {
		return err
	}
	if p.ID == "" {
		if p.ID, err = newID(c); err != nil {
			return err
		}
	} else if !catalog.ValidID(p.ID) {
		return invalid("id", "an id holds at most 120 lower-case letters, digits, dots, dashes and underscores", "un identifiant contient au plus 120 minuscules, chiffres, points, tirets et soulignés")
	}
	r := personRow{ID: p.ID, Entity: entity(group), Body: body, Salt: make([]byte, 32)}
	rand.Read(r.Salt) // never fails
	old, known, err := row[personRow](c.query, "SELECT leaf, id, entity, digest, salt, body, erased FROM people WHERE id = ?", p.ID)
	if err != nil {
		return err
	}
	if known && old.Erased != nil {
		return conflict("this person was erased: add a new one", "cette personne a été effacée : en créer une nouvelle")
	}
	r.Leaf = c.leaf(leafPerson, r.digest(), group, map[string]string{"person": p.ID})
	if known {
		_, err = c.exec("UPDATE people SET leaf = ?, entity = ?, digest = ?, salt = ?, body = ? WHERE id = ?", r.Leaf, r.Entity, hashBytes(r.digest()), r.Salt, r.Body, r.ID)
		return err
	}
	return c.insert("people", "leaf, id, entity, digest, salt, body, erased", [][]any{{r.Leaf, r.ID, r.Entity, hashBytes(r.digest()), r.Salt, r.Body, nil}})
}

func noPerson(id string) error {
	return &catalog.NotFoundError{What: wording.Textf("person", "personne"), ID: id}
}

// Person reads a person; an erased one has no fields.
func (s *Store) Person(ctx context.Context, id string) (Person, error) {
	var out Person
	err := s.reading(ctx, func(q query) error {
		r, ok, err := row[personRow](q, "SELECT leaf, id, entity, digest, salt, body, erased FROM people WHERE id = ?", id)
		switch {
		case err != nil:
			return err
		case !ok:
			return noPerson(id)
		}
		out = Person{ID: r.ID, Erased: r.Erased != nil}
		if out.Erased {
			return nil
		}
		if hexOf(r.Digest) != r.digest() {
			return damaged("people", id, "the row does not fit its digest", "la ligne ne correspond pas à son empreinte")
		}
		return json.Unmarshal(r.Body, &out.Fields)
	})
	return out, err
}

// ErasePerson forgets what is known of a person and writes into the log that it was done. On SQLite the bytes are
// overwritten and the write-ahead log is emptied; on PostgreSQL they go with its next vacuum. Backups made before still
// hold them.
func (s *Store) ErasePerson(ctx context.Context, id, by, reason string) error {
	if err := s.change(ctx, func(c *change) error { return c.erasePerson(id, by, reason) }); err != nil {
		return err
	}
	return s.emptyWAL(ctx)
}

func (c *change) erasePerson(id, by, reason string) error {
	r, ok, err := row[personRow](c.query, "SELECT leaf, id, entity, digest, salt, body, erased FROM people WHERE id = ?", id)
	switch {
	case err != nil:
		return err
	case !ok:
		return &catalog.NotFoundError{What: wording.Textf("person", "personne"), ID: id}
	case r.Erased != nil:
		return nil
	}
	leaf := c.leaf(leafErasure, hexOf(r.Digest), entityName(r.Entity), map[string]string{"by": by, "person": id, "reason": reason})
	_, err = c.exec("UPDATE people SET salt = NULL, body = NULL, erased = ? WHERE id = ?", leaf, id)
	return err
}

// emptyWAL brings what was overwritten to the database file, so that the write-ahead log no longer holds it.
func (s *Store) emptyWAL(ctx context.Context) error {
	if s.engine.postgres {
		return nil
	}
	s.writer.Lock()
	defer s.writer.Unlock()
	if err := s.engine.writer.WithContext(ctx).Exec("PRAGMA wal_checkpoint(TRUNCATE)").Error; err != nil {
		return fmt.Errorf("erase a person: empty the write-ahead log: %w", explain(err))
	}
	return nil
}
