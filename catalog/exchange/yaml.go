// Package exchange reads and writes claims as files. This file: the YAML catalogue format (docs/catalogue-files.md).
//
// Only translation lives here: what a claim means, and which claim holds, is decided in package catalog.
package exchange

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// Format names the catalogue format and its version.
const Format = "vigie-catalogue/1"

type file struct {
	strict.Pos
	Format      string          `yaml:"format,required"`
	Recorded    recorded        `yaml:"recorded,required"`
	Sources     []sourceLine    `yaml:"sources"`
	Records     []recordBlock   `yaml:"records"`
	Withdrawals []withdrawal    `yaml:"withdrawals"`
	Settlements []settlementRow `yaml:"settlements"`
}

type recorded struct {
	strict.Pos
	At string `yaml:"at,required"`
	By string `yaml:"by,required"`
}

type sourceLine struct {
	strict.Pos
	ID           string `yaml:"id,required"`
	Title        string `yaml:"title,required"`
	Publisher    string `yaml:"publisher"`
	Kind         string `yaml:"kind"`
	Signed       bool   `yaml:"signed"`
	URL          string `yaml:"url"`
	File         string `yaml:"file"`
	Published    string `yaml:"published"`
	Read         string `yaml:"read"`
	ValidUntil   string `yaml:"valid_until"`
	Via          string `yaml:"via"`
	Undated      bool   `yaml:"undated"`
	Confidential bool   `yaml:"confidential"`
	Note         string `yaml:"note"`
}

type recordBlock struct {
	strict.Pos
	Kind   catalog.Kind `yaml:"kind,required"`
	ID     string       `yaml:"id,required"`
	Name   name         `yaml:"name"`
	From   *claimFrom   `yaml:"from"`
	Claims []claimLine  `yaml:"claims"`
}

type claimFrom struct {
	Source  string `yaml:"source,required"`
	Locator string `yaml:"locator"`
	AsOf    string `yaml:"as_of,required"`
}

// name is a text, or one text in each language.
type name struct {
	wording.Text
	pos strict.Pos
}

// DecodeNode implements strict.Custom.
func (t *name) DecodeNode(r *strict.Reader, n *yaml.Node, at string) {
	t.pos = r.Pos(n)
	if n.Kind == yaml.MappingNode {
		r.ValueOf(n, &t.Text, at)
		return
	}
	if s, ok := r.Scalar(n, at, wording.Textf("a name", "un nom")); ok {
		t.Text = wording.Text{EN: s}
	}
}

type claimLine struct {
	strict.Pos
	Path     string    `yaml:"path,required"`
	Value    *rawValue `yaml:"value"`
	Absent   bool      `yaml:"absent"`
	Complete *bool     `yaml:"complete"`
	Source   string    `yaml:"source"`
	Locator  string    `yaml:"locator"`
	AsOf     string    `yaml:"as_of"`
	Note     string    `yaml:"note"`
	Recorded *recorded `yaml:"recorded"`
}

type rawValue struct{ node *yaml.Node }

// DecodeNode keeps the node until the type of its fact is known.
func (v *rawValue) DecodeNode(_ *strict.Reader, n *yaml.Node, _ string) { v.node = n }

type withdrawal struct {
	strict.Pos
	Claim  string `yaml:"claim,required"`
	By     string `yaml:"by,required"`
	At     string `yaml:"at,required"`
	Reason string `yaml:"reason,required"`
}

type settlementRow struct {
	strict.Pos
	Kind   catalog.Kind `yaml:"kind,required"`
	ID     string       `yaml:"id,required"`
	Path   string       `yaml:"path,required"`
	Claim  string       `yaml:"claim,required"`
	By     string       `yaml:"by,required"`
	At     string       `yaml:"at,required"`
	Reason string       `yaml:"reason,required"`
}

// MaxFiles and MaxTotal bound what one catalogue folder may hold.
const (
	MaxFiles = 20_000
	MaxTotal = 64 << 20
)

// Load reads a catalogue file, or every .yaml and .yml file of a folder and below. The error, if any, is a
// strict.Faults with every fault of every file, or a *catalog.NotFoundError-like text when path cannot be read.
func Load(path string, dict *catalog.Dictionary) (*catalog.Catalogue, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if !info.IsDir() {
		return LoadFS(os.DirFS(filepath.Dir(path)), []string{filepath.Base(path)}, dict)
	}
	fsys := os.DirFS(path)
	names, err := Files(fsys)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if len(names) == 0 {
		return nil, strict.Faults{{File: path, Text: wording.Textf("the folder holds no .yaml file", "le dossier ne contient aucun fichier .yaml")}}
	}
	return LoadFS(fsys, names, dict)
}

func unreadable(path string, err error) error {
	if os.IsNotExist(err) {
		return strict.Faults{{File: path, Text: wording.Textf("no such file or folder", "fichier ou dossier introuvable")}}
	}
	return strict.Faults{{File: path, Text: wording.Textf("cannot be read: %v", "illisible : %v", err)}}
}

// Files lists the catalogue files of a tree, sorted.
func Files(fsys fs.FS) ([]string, error) {
	var names []string
	err := fs.WalkDir(fsys, ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if ext := strings.ToLower(filepath.Ext(p)); !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
			names = append(names, p)
		}
		if len(names) > MaxFiles {
			return fmt.Errorf("more than %d files", MaxFiles)
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

// LoadFS reads the named files as one catalogue and checks it whole.
func LoadFS(fsys fs.FS, names []string, dict *catalog.Dictionary) (*catalog.Catalogue, error) {
	l := loader{dict: dict, cat: &catalog.Catalogue{}, records: map[catalog.Ref]strict.Pos{}, sources: map[string]strict.Pos{}}
	total := 0
	for _, n := range names {
		f, err := fsys.Open(n)
		if err != nil {
			l.faults = append(l.faults, strict.Fault{File: n, Text: wording.Textf("cannot be read: %v", "illisible : %v", err)})
			continue
		}
		if info, err := f.Stat(); err == nil {
			total += int(min(info.Size(), MaxTotal+1))
		}
		if total > MaxTotal {
			f.Close()
			l.faults = append(l.faults, strict.Fault{File: n, Text: wording.Textf("the catalogue is larger than %d MiB; nothing was read", "le catalogue dépasse %d Mio ; rien n'a été lu", MaxTotal>>20)})
			break
		}
		var doc file
		err = strict.Read(n, f, &doc)
		f.Close()
		if faults, ok := err.(strict.Faults); ok {
			l.faults = append(l.faults, faults...)
			continue // its claims would only repeat the same faults
		}
		l.add(&doc)
	}
	l.check()
	if err := l.faults.Err(); err != nil {
		return nil, err
	}
	l.cat.Sort()
	return l.cat, nil
}

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
}

func (l *loader) bad(p strict.Pos, path, en, fr string, args ...any) {
	l.faults.Add(p, path, wording.Textf(en, fr, args...))
}

func (l *loader) add(f *file) {
	if f.Format != Format {
		l.bad(f.Pos, "format", "expected %s, found %q", "attendu : %s ; trouvé : « %s »", Format, f.Format)
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
		l.cat.Withdrawals = append(l.cat.Withdrawals, catalog.Withdrawal{Claim: w.Claim, By: w.By, At: l.moment(w.Pos, "at", w.At), Reason: w.Reason})
	}
	for _, s := range f.Settlements {
		l.cat.Settlements = append(l.cat.Settlements, catalog.Settlement{Record: catalog.Ref{Kind: s.Kind, ID: s.ID}, Path: s.Path, Claim: s.Claim, By: s.By, At: l.moment(s.Pos, "at", s.At), Reason: s.Reason})
	}
}

// moment reads a day or an RFC 3339 time; a day stands for its first moment in UTC.
func (l *loader) moment(p strict.Pos, path, s string) time.Time {
	if d, ok := catalog.ParseDate(s); ok {
		return d.Time()
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		l.bad(p, path, "expected a day (2026-11-24) or a moment (2026-11-24T09:30:00Z), found %q", "attendu : un jour (2026-11-24) ou un instant (2026-11-24T09:30:00Z) ; trouvé : « %s »", s)
	}
	return t.UTC()
}

func (l *loader) day(p strict.Pos, path, s string) catalog.Date {
	if s == "" {
		return ""
	}
	d, ok := catalog.ParseDate(s)
	if !ok {
		l.bad(p, path, "expected a day (YYYY-MM-DD), found %q", "attendu : un jour (AAAA-MM-JJ) ; trouvé : « %s »", s)
	}
	return d
}

func (l *loader) source(s sourceLine) {
	path := "sources." + s.ID
	if !catalog.ValidID(s.ID) {
		l.bad(s.Pos, path, "an id holds lower-case letters, digits, dots, dashes and underscores", "un identifiant ne contient que minuscules, chiffres, points, tirets et soulignés")
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

func (l *loader) record(b recordBlock, at time.Time, by string) {
	ref := catalog.Ref{Kind: b.Kind, ID: b.ID}
	path := ref.String()
	if !b.Kind.IsRecord() {
		l.bad(b.Pos, path, "no record is of kind %q", "aucune fiche n'est de type « %s »", string(b.Kind))
		return
	}
	if !catalog.ValidID(b.ID) {
		l.bad(b.Pos, path, "an id holds lower-case letters, digits, dots, dashes and underscores", "un identifiant ne contient que minuscules, chiffres, points, tirets et soulignés")
	}
	if p, twice := l.records[ref]; twice {
		l.bad(b.Pos, path, "this record already stands at %s:%d; put its claims together", "cette fiche figure déjà à %s:%d ; réunir ses allégations", p.File, p.Line)
	}
	l.records[ref] = b.Pos
	l.cat.Records = append(l.cat.Records, ref)
	first := catalog.DateOf(at)
	for _, c := range b.Claims {
		claim, ok := l.claim(ref, c, b.From, at, by)
		if !ok {
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
	where := ref.String() + ":" + c.Path
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
	if out.AsOf != "" && out.AsOf.After(catalog.DateOf(out.RecordedAt)) {
		l.bad(c.Pos, where, "says it was true on %s, after it was recorded on %s", "dit valoir au %s, après son enregistrement le %s", string(out.AsOf), string(catalog.DateOf(out.RecordedAt)))
	}
	return placed{Claim: out, pos: c.Pos, def: def}, true
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
	if out.Source == "none" {
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
