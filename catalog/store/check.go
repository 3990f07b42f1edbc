package store

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"vigie/catalog"
	"vigie/catalog/strict"
)

// ahead is how far in the future a claim may say that it was recorded: the zones of the world differ by a day.
const ahead = 24 * time.Hour

// check completes what the batch leaves to the store and refuses what does not fit, everything at once.
func (w *work) check() error {
	making := map[catalog.Ref]bool{}
	for i, ref := range w.b.Records {
		making[ref] = true
		path := fmt.Sprintf("records[%d]", i)
		if !ref.Kind.IsRecord() {
			w.bad(path+".kind", "no kind of record: %s", "type de fiche inconnu : %s", strict.NotIn(string(ref.Kind), kindNames()))
		}
		if !catalog.ValidID(ref.ID) {
			w.bad(path+".id", "an id holds at most 120 lower-case letters, digits, dots, dashes and underscores", "un identifiant contient au plus 120 minuscules, chiffres, points, tirets et soulignés")
		}
	}
	describing := map[string]bool{}
	for i, src := range w.b.Sources {
		if describing[src.ID] {
			w.bad(fmt.Sprintf("sources[%d].id", i), "the batch describes this source twice", "le lot décrit deux fois cette source")
		}
		describing[src.ID] = true
		w.checkSource(fmt.Sprintf("sources[%d]", i), src)
	}
	w.b.Claims = append([]catalog.Claim{}, w.b.Claims...)
	for i := range w.b.Claims {
		w.checkClaim(fmt.Sprintf("claims[%d]", i), &w.b.Claims[i], making, describing)
	}
	w.checkReviews()
	for i, d := range w.b.Documents {
		w.checkDocument(fmt.Sprintf("documents[%d]", i), d)
	}
	w.text("by", w.b.By)
	w.text("entity", w.b.Entity)
	return nil
}

func kindNames() []string {
	var out []string
	for _, k := range catalog.Kinds() {
		out = append(out, string(k))
	}
	return out
}

// text refuses what PostgreSQL cannot hold and what JSON would change: both engines take the same.
func (w *work) text(path, s string) {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		w.bad(path, "holds bytes that are no text (a NUL, or no UTF-8)", "contient des octets qui ne sont pas du texte (NUL, ou hors UTF-8)")
	}
}

func (w *work) checkSource(path string, s catalog.Source) {
	if !catalog.ValidID(s.ID) || s.ID == "none" {
		w.bad(path+".id", "an id holds at most 120 lower-case letters, digits, dots, dashes and underscores, and is not none", "un identifiant contient au plus 120 minuscules, chiffres, points, tirets et soulignés, et n'est pas none")
	}
	if allowed := catalog.SourceKind("").Allowed(); !contains(allowed, string(s.Kind)) {
		w.bad(path+".kind", "not a kind of source: %s", "nature de source inconnue : %s", strict.NotIn(string(s.Kind), allowed))
	}
	if strings.TrimSpace(s.Title) == "" {
		w.bad(path+".title", "a source needs a title", "une source doit avoir un titre")
	}
	if s.URL != "" && !catalog.ValidURL(s.URL) {
		w.bad(path+".url", "expected an address (https://…)", "attendu : une adresse (https://…)")
	}
	if s.File != "" && !catalog.ValidSHA256(s.File) {
		w.bad(path+".file", "expected the SHA-256 of a stored file", "attendu : le SHA-256 d'un fichier conservé")
	}
	for _, d := range []struct {
		name string
		day  catalog.Date
	}{{"published", s.Published}, {"read", s.Read}, {"valid_until", s.ValidUntil}} {
		if _, ok := catalog.ParseDate(string(d.day)); !ok && d.day != "" {
			w.bad(path+"."+d.name, "expected a day (YYYY-MM-DD)", "attendu : un jour (AAAA-MM-JJ)")
		}
	}
	for name, t := range map[string]string{"title": s.Title, "publisher": s.Publisher, "via": s.Via, "note": s.Note} {
		w.text(path+"."+name, t)
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func (w *work) checkClaim(path string, c *catalog.Claim, making map[catalog.Ref]bool, describing map[string]bool) {
	if c.RecordedAt.IsZero() {
		c.RecordedAt = w.now
	}
	if c.RecordedBy == "" {
		c.RecordedBy = w.b.By
	}
	c.RecordedAt = c.RecordedAt.UTC()
	if c.RecordedBy == "" {
		w.bad(path+".recorded_by", "who records this?", "qui enregistre ceci ?")
	}
	w.recordedAt(path+".recorded_at", c.RecordedAt)
	if w.records[c.Record] == nil && !making[c.Record] {
		w.bad(path+".record", "there is no record %s", "la fiche %s n'existe pas", c.Record.String())
	}
	for name, t := range map[string]string{"locator": c.Locator, "note": c.Note, "recorded_by": c.RecordedBy} {
		w.text(path+"."+name, t)
	}
	if _, ok := catalog.ParseDate(string(c.AsOf)); !ok {
		w.bad(path+".as_of", "expected a day (YYYY-MM-DD): on which day was it true?", "attendu : un jour (AAAA-MM-JJ) : à quelle date était-ce vrai ?")
	} else if c.AsOf.After(catalog.DateOf(c.RecordedAt.Add(ahead))) {
		w.bad(path+".as_of", "says it was true on %s, after it was recorded on %s", "dit valoir au %s, après son enregistrement le %s", string(c.AsOf), string(catalog.DateOf(c.RecordedAt)))
	}
	if c.Source != "" && w.sources[c.Source] == nil && !describing[c.Source] {
		w.bad(path+".source", "no source is called %q", "aucune source ne s'appelle « %s »", c.Source)
	}
	def, ok := w.store.Dictionary.Fact(c.Path)
	switch {
	case !ok:
		w.bad(path+".path", "no such fact: %s", "fait inconnu : %s", strict.NotIn(c.Path, w.store.Dictionary.Paths()))
		return
	case def.Record != c.Record.Kind:
		w.bad(path+".path", "this fact belongs to records of kind %s", "ce fait appartient aux fiches de type %s", string(def.Record))
		return
	}
	w.checkAnswer(path, c, def, making)
}

func (w *work) checkAnswer(path string, c *catalog.Claim, def *catalog.FactDef, making map[catalog.Ref]bool) {
	switch {
	case c.State == catalog.Absent && c.Value == nil:
		if def.AbsentRule == nil || def.AbsentRule.Forbidden {
			w.bad(path+".state", "this fact cannot be absent; leave it out when it is not known", "ce fait ne peut être absent ; l'omettre s'il n'est pas connu")
		}
		return
	case c.State != catalog.Known || c.Value == nil:
		w.bad(path+".state", "a claim is known, with a value, or absent, without one", "une allégation est soit connue, avec une valeur, soit absente, sans valeur")
		return
	}
	for _, t := range def.Faults(*c.Value) {
		w.bad(path+".value", "%s: %s", "%s : %s", c.Path, t)
	}
	for _, t := range c.Value.Texts() {
		w.text(path+".value", t)
	}
	w.text(path+".value", c.Value.FR)
	if def.Type != catalog.TypeReference || len(w.faults) > 0 {
		return
	}
	for _, id := range c.Value.Texts() {
		if to := (catalog.Ref{Kind: def.RefersTo, ID: id}); w.records[to] == nil && !making[to] {
			w.bad(path+".value", "refers to a record that is not there: %s", "renvoie à une fiche absente : %s", to.String())
		}
	}
}

// recordedAt refuses moments that nanoseconds since 1970 cannot hold, and those to come.
func (w *work) recordedAt(path string, t time.Time) {
	switch {
	case t.Before(time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)), t.Unix() > math.MaxInt64/int64(time.Second)-1:
		w.bad(path, "the moment is out of range: %s", "l'instant est hors des bornes : %s", t.Format(time.RFC3339))
	case t.After(w.now.Add(ahead)):
		w.bad(path, "lies in the future: %s", "est dans l'avenir : %s", t.Format(time.RFC3339))
	}
}
