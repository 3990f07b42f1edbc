package store

import (
	"fmt"

	"vigie/catalog"
)

// sees reports whether what belongs to an entity is there for who records.
func (w *work) sees(entity *string) bool {
	return w.b.Scope == nil || w.b.Scope.Sees(entityName(entity))
}

// writes reports whether who records may record about what belongs to an entity: the group about everything, an entity's
// people about its own.
func (w *work) writes(entity *string) bool {
	return w.b.Scope == nil || w.b.Scope.all || entityName(entity) == w.b.Entity && entity != nil
}

func (w *work) notOurs(path, what string) {
	w.bad(path, "%s is shared by all entities: only the people of the group record about it", "%s est commun à toutes les entités : seules les personnes du groupe y enregistrent", what)
}

// belong holds the batch to the entities of the group: nobody speaks of what they do not see, an entity's people record
// about its own records only, and what all share rests on nothing that one entity keeps to itself.
func (w *work) belong() error {
	for _, ref := range w.b.Records {
		if w.taken[ref.String()] {
			return conflict("the id %s is taken: choose another", "l'identifiant %s est pris : en choisir un autre", ref.String())
		}
	}
	for i, src := range w.b.Sources {
		if w.taken["source/"+src.ID] {
			return conflict("the id of source %s is taken: choose another", "l'identifiant de source %s est pris : en choisir un autre", src.ID)
		}
		if old := w.sources[src.ID]; old != nil && !w.writes(old.Entity) && hexOf(old.Hash) != catalog.MustHash(src) {
			w.notOurs(fmt.Sprintf("sources[%d]", i), src.ID)
		}
	}
	for i, c := range w.b.Claims {
		w.belongs(fmt.Sprintf("claims[%d]", i), c)
	}
	return nil
}

// entityOf is the entity that a record belongs to, once the batch is recorded.
func (w *work) entityOf(ref catalog.Ref) *string {
	if r := w.records[ref]; r != nil {
		return r.Entity
	}
	return entity(w.b.Entity)
}

func (w *work) belongs(path string, c catalog.Claim) {
	owner := w.entityOf(c.Record)
	if !w.writes(owner) {
		w.notOurs(path+".record", c.Record.String())
	}
	within := func(e *string) bool { return e == nil || entityName(e) == entityName(owner) }
	if c.Source != "" {
		of := entity(w.b.Entity)
		if src := w.sources[c.Source]; src != nil {
			of = src.Entity
		}
		if !within(of) {
			w.bad(path+".source", "%q belongs to one entity, %s does not: a claim cites what those who see it may read", "« %s » appartient à une entité, %s non : une allégation cite ce que ses lecteurs peuvent lire", c.Source, c.Record.String())
		}
	}
	def, ok := w.store.Dictionary.Fact(c.Path)
	if !ok || def.RefersTo == "" || c.Value == nil || c.Value.Type != catalog.TypeReference {
		return
	}
	for _, id := range c.Value.Texts() {
		if to := (catalog.Ref{Kind: def.RefersTo, ID: id}); !within(w.entityOf(to)) {
			w.bad(path+".value", "%s belongs to one entity, %s does not", "%s appartient à une entité, %s non", to.String(), c.Record.String())
		}
	}
}
