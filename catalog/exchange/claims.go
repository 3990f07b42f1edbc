package exchange

import (
	"slices"
	"strings"
	"time"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

type placed struct {
	catalog.Claim
	pos strict.Pos
	def *catalog.FactDef
}

type loader struct {
	dict    *catalog.Dictionary
	cat     *catalog.Catalogue
	faults  strict.Faults
	records map[catalog.Ref]strict.Pos
	sources map[string]strict.Pos
	claims  []placed
	reviews []review
	base    *catalog.Catalogue // what the files add to; nil: they stand alone
	dropped bool               // a claim has faults: what a review names may be that one
	partial bool               // a file could not be read at all: what seems missing may stand in it
}

// review is a withdrawal or a settlement at its place, to be held against the claim it names.
type review struct {
	pos   strict.Pos
	path  string
	claim string
	about catalog.FactRef // of a settlement
}

func newLoader(dict *catalog.Dictionary) *loader {
	return &loader{dict: dict, cat: &catalog.Catalogue{}, records: map[catalog.Ref]strict.Pos{}, sources: map[string]strict.Pos{}}
}

// finish checks what was added as a whole.
func (l *loader) finish() (*catalog.Catalogue, error) {
	l.check()
	if err := l.faults.Err(); err != nil {
		l.faults.Sort()
		return nil, err
	}
	if l.base != nil {
		l.cat.Merge(l.base)
	}
	l.cat.Sort()
	return l.cat, nil
}

func (l *loader) unread(name string, why wording.Text) {
	l.partial = true
	l.faults = append(l.faults, strict.Fault{File: name, Text: why})
}

// declare notes the records and sources of a file that has faults, so that those who name them get no second fault.
func (l *loader) declare(f *file) {
	l.partial = l.partial || len(f.Records)+len(f.Sources) == 0
	for _, s := range f.Sources {
		l.sources[s.ID] = s.Pos
	}
	for _, r := range f.Records {
		l.records[catalog.Ref{Kind: r.Kind, ID: r.ID}] = r.Pos
	}
}

func (l *loader) bad(p strict.Pos, path, en, fr string, args ...any) {
	l.faults.Add(p, path, wording.Textf(en, fr, args...))
}

func (l *loader) add(f *file) {
	if f.Format != Format {
		l.bad(f.Pos, "format", "expected %s, found %s", "attendu : %s ; trouvé : %s", Format, wording.Quoted(f.Format))
		l.declare(f)
		return
	}
	at, by := l.moment(f.Recorded.Pos, "recorded.at", f.Recorded.At), f.Recorded.By
	for _, s := range f.Sources {
		l.source(s)
	}
	for _, r := range f.Records {
		l.record(r, at, by)
	}
	for _, w := range f.Withdrawals {
		l.review(review{pos: w.Pos, path: "withdrawals", claim: w.Claim}, w.Reason)
		l.cat.Withdrawals = append(l.cat.Withdrawals, catalog.Withdrawal{Claim: w.Claim, By: w.By, At: l.moment(w.Pos, "at", w.At), Reason: w.Reason})
	}
	for _, s := range f.Settlements {
		about := catalog.FactRef{Record: catalog.Ref{Kind: s.Kind, ID: s.ID}, Path: s.Path}
		l.review(review{pos: s.Pos, path: "settlements", claim: s.Claim, about: about}, s.Reason)
		l.cat.Settlements = append(l.cat.Settlements, catalog.Settlement{Record: about.Record, Path: s.Path, Claim: s.Claim, By: s.By, At: l.moment(s.Pos, "at", s.At), Reason: s.Reason})
	}
}

func (l *loader) review(r review, reason string) {
	if strings.TrimSpace(reason) == "" {
		l.bad(r.pos, r.path, "the reason is empty: say why, for whoever reads it years later", "la raison est vide : dire pourquoi, pour qui la lira dans des années")
	}
	l.reviews = append(l.reviews, r)
}

// moment reads a day or an RFC 3339 time; a day stands for its first moment in UTC.
func (l *loader) moment(p strict.Pos, path, s string) time.Time {
	if d, ok := catalog.ParseDate(s); ok {
		return d.Time()
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if _, ok := catalog.ParseDate(string(catalog.DateOf(t))); err != nil || !ok {
		l.bad(p, path, "expected a day (2026-11-24) or a moment (2026-11-24T09:30:00Z), found %s", "attendu : un jour (2026-11-24) ou un instant (2026-11-24T09:30:00Z) ; trouvé : %s", wording.Quoted(s))
		return time.Time{}
	}
	return t.UTC()
}

func (l *loader) day(p strict.Pos, path, s string) catalog.Date {
	if s == "" {
		return ""
	}
	d, ok := catalog.ParseDate(s)
	if !ok {
		l.bad(p, path, "expected a day (YYYY-MM-DD), found %s", "attendu : un jour (AAAA-MM-JJ) ; trouvé : %s", wording.Quoted(s))
	}
	return d
}

func (l *loader) source(s sourceLine) {
	path := "sources." + s.ID
	l.id(s.Pos, path, s.ID)
	if s.ID == noSource {
		l.bad(s.Pos, path, "the id none is kept for claims without a source", "l'identifiant none est réservé aux allégations sans source")
	}
	if s.URL != "" && !catalog.ValidURL(s.URL) {
		l.bad(s.Pos, path+".url", "expected an address (https://…), found %s", "attendu : une adresse (https://…) ; trouvé : %s", wording.Quoted(s.URL))
	}
	if s.File != "" && !catalog.ValidSHA256(s.File) {
		l.bad(s.Pos, path+".file", "expected the SHA-256 of a stored file, found %s", "attendu : le SHA-256 d'un fichier conservé ; trouvé : %s", wording.Quoted(s.File))
	}
	if at, twice := l.sources[s.ID]; twice {
		l.bad(s.Pos, path, "this source is already described at %s:%d", "cette source est déjà décrite à %s:%d", at.File, at.Line)
	}
	l.sources[s.ID] = s.Pos
	allowed := catalog.SourceKind("").Allowed()
	switch {
	case s.Kind == "":
		l.bad(s.Pos, path, "a source needs its kind: %s", "une source doit dire sa nature : %s", strings.Join(allowed, ", "))
	case !slices.Contains(allowed, s.Kind):
		l.faults.Add(s.Pos, path+".kind", strict.NotIn(s.Kind, allowed))
	}
	l.cat.Sources = append(l.cat.Sources, catalog.Source{
		ID: s.ID, Title: s.Title, Publisher: s.Publisher, Kind: catalog.SourceKind(s.Kind), Signed: s.Signed, URL: s.URL, File: s.File,
		Published: l.day(s.Pos, path+".published", s.Published), Read: l.day(s.Pos, path+".read", s.Read),
		ValidUntil: l.day(s.Pos, path+".valid_until", s.ValidUntil), Via: s.Via, Undated: s.Undated, Confidential: s.Confidential, Note: s.Note,
	})
}

func (l *loader) id(p strict.Pos, path, id string) {
	if !catalog.ValidID(id) {
		l.bad(p, path, "an id holds at most 120 lower-case letters, digits, dots, dashes and underscores", "un identifiant contient au plus 120 minuscules, chiffres, points, tirets et soulignés")
	}
}

func (l *loader) record(b recordBlock, at time.Time, by string) {
	ref := catalog.Ref{Kind: b.Kind, ID: b.ID}
	path := ref.String()
	if !b.Kind.IsRecord() {
		l.bad(b.Pos, path, "no record is of this kind: sources stand under sources", "aucune fiche n'est de ce type : les sources se placent sous sources")
		return
	}
	l.id(b.Pos, path, b.ID)
	if p, twice := l.records[ref]; twice {
		l.bad(b.Pos, path, "this record already stands at %s:%d; put its claims together", "cette fiche figure déjà à %s:%d ; réunir ses allégations", p.File, p.Line)
	}
	l.records[ref] = b.Pos
	l.cat.Records = append(l.cat.Records, ref)
	first := catalog.DateOf(at)
	for _, c := range b.Claims {
		if l.faults.Full() {
			return
		}
		claim, ok := l.claim(ref, c, b.From, at, by)
		if !ok {
			l.dropped = true
			continue
		}
		if claim.AsOf != "" && claim.AsOf.Before(first) {
			first = claim.AsOf
		}
		l.claims = append(l.claims, claim)
	}
	if !b.Name.IsZero() {
		l.claims = append(l.claims, l.nameClaim(ref, b, first, at, by))
	}
}

// nameClaim is the claim that creates the record: as old as the oldest thing said about it.
func (l *loader) nameClaim(ref catalog.Ref, b recordBlock, first catalog.Date, at time.Time, by string) placed {
	v := catalog.TextValue(b.Name.EN)
	v.FR = b.Name.FR
	def, ok := l.dict.Fact(ref.Kind.NamePath())
	if !ok {
		def = &catalog.FactDef{Path: ref.Kind.NamePath(), Type: catalog.TypeText, Record: ref.Kind}
	}
	return placed{pos: b.Name.pos, def: def, Claim: catalog.Claim{Record: ref, Path: def.Path, State: catalog.Known, Value: &v, AsOf: first, RecordedAt: at, RecordedBy: by}}
}

func (l *loader) claim(ref catalog.Ref, c claimLine, from *claimFrom, at time.Time, by string) (placed, bool) {
	before, where := len(l.faults), ref.String()+":"+c.Path
	def, ok := l.dict.Fact(c.Path)
	if !ok {
		l.faults.Add(c.Pos, where, strict.NotIn(c.Path, l.pathsOf(ref.Kind)))
		return placed{}, false
	}
	if def.Record != ref.Kind {
		l.bad(c.Pos, where, "this fact belongs to records of kind %s", "ce fait appartient aux fiches de type %s", string(def.Record))
		return placed{}, false
	}
	out := catalog.Claim{Record: ref, Path: c.Path, Note: c.Note, RecordedAt: at, RecordedBy: by}
	if c.Recorded != nil {
		out.RecordedAt, out.RecordedBy = l.moment(c.Recorded.Pos, where, c.Recorded.At), c.Recorded.By
	}
	l.provenance(&out, c, from, where)
	l.answer(&out, def, c, where)
	if out.AsOf != "" && !out.RecordedAt.IsZero() && out.AsOf.After(catalog.DateOf(out.RecordedAt)) {
		l.bad(c.Pos, where, "says it was true on %s, after it was recorded on %s", "dit valoir au %s, après son enregistrement le %s", string(out.AsOf), string(catalog.DateOf(out.RecordedAt)))
	}
	return placed{Claim: out, pos: c.Pos, def: def}, len(l.faults) == before
}

func (l *loader) provenance(out *catalog.Claim, c claimLine, from *claimFrom, where string) {
	asOf := c.AsOf
	switch {
	case c.Source != "":
		out.Source, out.Locator = c.Source, c.Locator
	case from != nil:
		out.Source, out.Locator = from.Source, from.Locator
		if c.Locator != "" {
			out.Locator = c.Locator
		}
	default:
		l.bad(c.Pos, where, "which source says so? Write source: none when no source was read", "quelle source le dit ? Écrire source: none si aucune n'a été lue")
	}
	if asOf == "" && from != nil {
		asOf = from.AsOf
	}
	if out.Source == noSource {
		out.Source = ""
	}
	if asOf == "" {
		l.bad(c.Pos, where, "as_of is missing: on which day was it true?", "as_of manque : à quelle date était-ce vrai ?")
	}
	out.AsOf = l.day(c.Pos, where+".as_of", asOf)
}

func (l *loader) answer(out *catalog.Claim, def *catalog.FactDef, c claimLine, where string) {
	switch {
	case c.Absent && c.Value != nil, !c.Absent && c.Value == nil:
		l.bad(c.Pos, where, "a claim has either a value or absent: true", "une allégation a soit une valeur, soit absent: true")
		return
	case c.Absent:
		if def.AbsentRule == nil || def.AbsentRule.Forbidden {
			l.bad(c.Pos, where, "this fact cannot be absent; leave it out when it is not known", "ce fait ne peut être absent ; l'omettre s'il n'est pas connu")
		}
		out.State = catalog.Absent
		return
	}
	complete := c.Complete != nil && *c.Complete
	if def.Many != (c.Complete != nil) && !def.Cumulative {
		if def.Many {
			l.bad(c.Pos, where, "a list must say complete: true or complete: false", "une liste doit dire complete: true ou complete: false")
		} else {
			l.bad(c.Pos, where, "complete is only for lists", "complete ne vaut que pour les listes")
		}
	}
	r := strict.Reader{File: c.File}
	v := def.ParseNode(&r, c.Value.node, where, complete)
	l.faults = append(l.faults, r.Faults...)
	out.State, out.Value = catalog.Known, &v
}

func (l *loader) pathsOf(k catalog.Kind) []string {
	var out []string
	for _, f := range l.dict.Facts() {
		if f.Record == k {
			out = append(out, f.Path)
		}
	}
	return out
}
