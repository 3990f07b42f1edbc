package exchange

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// ReadOptions says how a file is read as a proposal.
type ReadOptions struct {
	Name string       // what the sender calls the file
	Day  catalog.Date // on which it is read: the as-of day of an answer that bears none
	// Declared makes the file itself the source of answers that cite none: a statement by whoever filled it in, of this
	// name. Empty: such answers have no source.
	Declared string
	// Shelf tells which records exist beside those that a sheet names; nil: those of the sheet only.
	Shelf catalog.Shelf
	// About is the record that a model card or an ML-BOM speaks of; zero: found by its name.
	About catalog.Ref
}

// ReadSheet reads a sheet that came back: each line that says something else than when it was sent out is a proposed
// claim. Lines left as they were give nothing. What cannot be read is a fault at its cell, and the rest is proposed all the
// same. The error, an *UnreadableError, is a file that is no such sheet or passes a limit.
func ReadSheet(data []byte, dict *catalog.Dictionary, o ReadOptions) (*Proposal, error) {
	g, err := checkWorkbook(data)
	if err != nil {
		return nil, named(o.Name, err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxSheetPart, RawCellValue: true})
	if err != nil {
		return nil, named(o.Name, tooMuch(Spot{}, "the workbook is damaged: %v", "le classeur est abîmé : %v", err))
	}
	defer f.Close()
	r := &sheetReader{guard: g, f: f, dict: dict, o: o, p: newProposal(VendorSheet, o.Name, data, o.Day), names: map[catalog.Ref]string{},
		byName: map[catalog.Kind]map[string]string{}, sources: map[string]string{}, made: map[catalog.Ref]string{}, seen: map[catalog.FactRef]Spot{}, fresh: map[catalog.Ref][]sheetLine{}}
	if err := r.read(); err != nil {
		return nil, named(o.Name, err)
	}
	return r.p.sort(), nil
}

// named gives an error the name of the file.
func named(name string, err error) error {
	err = refused(name, err)
	if u, ok := errors.AsType[*UnreadableError](err); ok {
		u.Name = fileName(name)
	}
	return err
}

// sheetLine is one line of the sheet, read.
type sheetLine struct {
	ref   catalog.Ref
	def   *catalog.FactDef
	at    Spot // of its value
	said  was
	sent  was
	known bool // sent could be read
	same  bool // as when it was sent out
}

type sheetReader struct {
	*guard
	f       *excelize.File
	dict    *catalog.Dictionary
	o       ReadOptions
	p       *Proposal
	answers answers
	names   map[catalog.Ref]string             // of the records that the sheet names
	byName  map[catalog.Kind]map[string]string // their ids by name, folded; "": several
	ids     map[catalog.Kind][]string          // of the shelf, when asked for
	sources map[string]string                  // ids by what a line says of them
	made    map[catalog.Ref]string             // thin records made for parties known by name, with it
	seen    map[catalog.FactRef]Spot
	fresh   map[catalog.Ref][]sheetLine // lines of records to be added
	order   []catalog.Ref               // of fresh
	filled  int
}

func (r *sheetReader) read() error {
	if err := r.meta(); err != nil {
		return err
	}
	for _, sheet := range r.f.GetSheetList() {
		if sheet == metaName || sheet == listName {
			continue
		}
		if err := r.worksheet(sheet); err != nil {
			return err
		}
	}
	if r.filled == 0 {
		return tooMuch(Spot{}, "no line of a Vigie sheet was found: its hidden columns may have been deleted; export a new sheet and copy the answers into it", "aucune ligne d'une fiche Vigie n'a été trouvée : ses colonnes masquées ont peut-être été supprimées ; réexporter une fiche et y recopier les réponses")
	}
	for _, ref := range r.order {
		r.newRecord(ref)
	}
	if len(r.p.Claims)+len(r.p.Records)+len(r.p.Sources) > MaxProposed {
		return tooMuch(Spot{}, "the sheet proposes more than %d claims", "la fiche propose plus de %d allégations", MaxProposed)
	}
	return nil
}

// rows calls do with each row of a worksheet that has something in it.
func (r *sheetReader) rows(sheet string, do func(row int, cells []string)) error {
	rows, err := r.f.Rows(sheet)
	if err != nil {
		return tooMuch(Spot{Sheet: sheet}, "the sheet cannot be read: %v", "la feuille est illisible : %v", err)
	}
	defer rows.Close()
	for n := 1; rows.Next(); n++ {
		if n > maxRows {
			return tooMuch(Spot{Sheet: sheet}, "more than %d rows", "plus de %d lignes", maxRows)
		}
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return tooMuch(Spot{Sheet: sheet, Cell: cellName(1, n)}, "the row cannot be read: %v", "la ligne est illisible : %v", err)
		}
		if len(cells) > 0 {
			do(n, cells)
		}
	}
	return nil
}

func cellAt(cells []string, col int) string {
	if col > len(cells) {
		return ""
	}
	return oneLine(cells[col-1])
}

// meta reads the hidden worksheet.
func (r *sheetReader) meta() error {
	notOurs := tooMuch(Spot{}, "this workbook is no sheet that Vigie wrote (vigie sheet write): it lacks its hidden page", "ce classeur n'est pas une fiche écrite par Vigie (vigie sheet write) : sa page masquée manque")
	if i, err := r.f.GetSheetIndex(metaName); err != nil || i < 0 {
		return notOurs
	}
	format := ""
	err := r.rows(metaName, func(row int, cells []string) {
		switch {
		case row == 1:
			format = cellAt(cells, 1)
			r.answers.lang = wording.EN
			if l, ok := wording.ParseLang(cellAt(cells, 2)); ok {
				r.answers.lang = l
			}
			if ref, ok := parseRef(cellAt(cells, 3)); ok {
				r.p.About = ref
			}
			if day, ok := catalog.ParseDate(cellAt(cells, 4)); ok && r.o.Day.Before(day) {
				r.p.note(Spot{}, "day", "the sheet was sent out on %s, after the day on which it is read", "la fiche a été émise le %s, après le jour où elle est lue", string(day))
			}
			if h := cellAt(cells, 5); h != r.dict.Hash() {
				r.p.note(Spot{}, "dictionary", "the sheet was made with another version of the dictionary: look at facts that are new or changed", "la fiche a été faite avec une autre version du dictionnaire : regarder les faits nouveaux ou modifiés")
			}
		case cellAt(cells, 1) == "record":
			if ref, ok := parseRef(cellAt(cells, 2)); ok {
				r.name(ref, cellAt(cells, 3))
			}
		case cellAt(cells, 1) == "source":
			if id, key := cellAt(cells, 2), cellAt(cells, 3); catalog.ValidID(id) && r.sources[key] == "" {
				r.sources[key] = id
			}
		}
	})
	if err != nil {
		return err
	}
	if format != SheetFormat {
		return notOurs
	}
	r.answers.date1904 = r.date1904
	r.answers.find, r.answers.makeRef = r.find, r.makeRef
	return nil
}

func parseRef(s string) (catalog.Ref, bool) {
	kind, id, ok := strings.Cut(s, "/")
	r := catalog.Ref{Kind: catalog.Kind(kind), ID: id}
	return r, ok && r.Kind.IsRecord() && (catalog.ValidID(id) || strings.HasPrefix(id, newMark) && catalog.ValidID(id[1:]))
}

func (r *sheetReader) name(ref catalog.Ref, name string) {
	r.names[ref] = name
	if r.byName[ref.Kind] == nil {
		r.byName[ref.Kind] = map[string]string{}
	}
	key := folded(name)
	if id, twice := r.byName[ref.Kind][key]; twice && id != ref.ID {
		r.byName[ref.Kind][key] = "" // two records of one name: it says neither
		return
	}
	r.byName[ref.Kind][key] = ref.ID
}

// find gives the id of a record by its id or name.
func (r *sheetReader) find(k catalog.Kind, words string) (string, error) {
	if _, ok := r.names[catalog.Ref{Kind: k, ID: words}]; ok {
		return words, nil
	}
	if id := r.byName[k][folded(words)]; id != "" {
		return id, nil
	}
	ids, err := r.known(k)
	if err != nil {
		return "", err
	}
	if _, ok := slices.BinarySearch(ids, words); ok {
		return words, nil
	}
	var near []string
	for ref := range r.names {
		if ref.Kind == k {
			near = append(near, ref.ID)
		}
	}
	slices.Sort(near)
	near = append(near, ids...)
	if n := wording.Nearest(slug(words), near); n != "" {
		return "", unfitf("no record (%s) is called %s; did you mean %s?", "aucune fiche (%s) ne s'appelle %s ; vouliez-vous dire %s ?", k.Label().Lower(), wording.Quoted(words), n)
	}
	return "", unfitf("no record (%s) is called %s: write its name or id as Vigie knows it", "aucune fiche (%s) ne s'appelle %s : écrire son nom ou son identifiant tel que Vigie le connaît", k.Label().Lower(), wording.Quoted(words))
}

// known lists the ids of a kind that the shelf has.
func (r *sheetReader) known(k catalog.Kind) ([]string, error) {
	if r.o.Shelf == nil {
		return nil, nil
	}
	if ids, ok := r.ids[k]; ok {
		return ids, nil
	}
	ids, err := r.o.Shelf.IDs(k)
	if err != nil {
		return nil, err
	}
	if r.ids == nil {
		r.ids = map[catalog.Kind][]string{}
	}
	ids = slices.Sorted(slices.Values(ids))
	r.ids[k] = ids
	return ids, nil
}

// makeRef makes a thin record for a party that is known by name only: an owner, a sub-processor. A name that is nearly
// that of a known one is left to the person who wrote it.
func (r *sheetReader) makeRef(k catalog.Kind, name string) (string, bool) {
	if k != catalog.Vendor || strings.ContainsAny(name, "[];\n") || len(name) > 200 {
		return "", false
	}
	id := slug(name)
	if !catalog.ValidID(id) || id == noSource {
		return "", false
	}
	ref := catalog.Ref{Kind: k, ID: id}
	if _, ok := r.names[ref]; ok {
		return "", false
	}
	if ids, err := r.known(k); err != nil || slices.Contains(ids, id) {
		return "", false
	}
	if old, ok := r.made[ref]; ok && folded(old) != folded(name) {
		return "", false
	}
	r.made[ref] = name
	return id, true
}

// worksheet reads the lines of one section.
func (r *sheetReader) worksheet(sheet string) error {
	return r.rows(sheet, func(row int, cells []string) {
		id, path := cellAt(cells, colRef), cellAt(cells, colPath)
		if id == "" && path == "" {
			if row > headRow && (cellAt(cells, colValue) != "" || cellAt(cells, colState) != "") {
				r.p.fault(r.spot(sheet, colValue, row), "no_line", wording.Textf("this line was added by hand, so that it is not known what it is about: use the lines at the end of the sheet that begin with \"new\"", "cette ligne a été ajoutée à la main, si bien qu'on ignore son objet : employer les lignes « à ajouter » au bas de la feuille"))
			}
			return
		}
		ref, ok := parseRef(id)
		if !ok {
			return // the head
		}
		r.filled++
		def, ok := r.dict.Fact(path)
		if !ok || def.Record != ref.Kind {
			r.p.note(r.spot(sheet, colLabel, row), "fact", "the fact %s is not in this dictionary: the line was not read", "le fait %s n'est pas dans ce dictionnaire : la ligne n'a pas été lue", wording.Quoted(path))
			return
		}
		l, ok := r.line(sheet, row, cells, ref, def)
		if !ok {
			return
		}
		if strings.HasPrefix(ref.ID, newMark) {
			if r.fresh[ref] == nil {
				r.order = append(r.order, ref)
			}
			r.fresh[ref] = append(r.fresh[ref], l)
			return
		}
		if _, ok := r.names[ref]; !ok {
			r.p.note(r.spot(sheet, colRecord, row), "record", "the sheet's hidden page does not name the record %s", "la page masquée de la fiche ne nomme pas la fiche %s", ref.String())
			return
		}
		r.propose(l, ref)
	})
}

// propose adds the claim of a line, unless it says what it said.
func (r *sheetReader) propose(l sheetLine, ref catalog.Ref) {
	if l.same {
		return
	}
	at := catalog.FactRef{Record: ref, Path: l.def.Path}
	if l.said.State == catalog.Unknown {
		if l.known && l.sent.State != catalog.Unknown {
			r.p.note(l.at, "cleared", "the answer was cleared. A sheet takes nothing back: to withdraw the claim, say why in Vigie", "la réponse a été effacée. Une fiche ne retire rien : pour retirer l'allégation, en donner la raison dans Vigie")
		}
		return
	}
	if first, twice := r.seen[at]; twice && !l.def.Cumulative {
		r.p.fault(l.at, "twice", wording.Textf("this fact of this record already has an answer at %s", "ce fait de cette fiche a déjà une réponse en %s", wording.Text{EN: first.In(wording.EN), FR: first.In(wording.FR)}))
		return
	}
	r.seen[at] = l.at
	x := Proposed{Record: ref, Path: l.def.Path, State: l.said.State, Value: l.said.Value, Locator: l.said.Locator, Note: l.said.Note, AsOf: cmp.Or(l.said.AsOf, l.said.Date, r.o.Day), At: l.at}
	if x.AsOf.After(r.o.Day) {
		x.AsOf = r.o.Day
	}
	x.Source = r.source(l.said)
	if l.known && l.sent.State != catalog.Unknown && l.sent.State != "" {
		x.Was = &Was{State: l.sent.State, Value: l.sent.Value}
		if changed := catalog.MustHash(Was{l.said.State, l.said.Value}) != catalog.MustHash(*x.Was); changed && l.sent.source() == l.said.source() && l.sent.AsOf == l.said.AsOf {
			r.p.note(l.at, "same_source", "the answer changed and its source did not: does this document of that day really say so?", "la réponse a changé et pas sa source : ce document, à cette date, le dit-il vraiment ?")
		}
	}
	if x.Source == "" {
		r.p.note(l.at, "no_source", "no source is given", "aucune source n'est donnée")
	}
	r.parties(x)
	r.p.Claims = append(r.p.Claims, x)
}

// parties adds the thin records that a claim refers to.
func (r *sheetReader) parties(x Proposed) {
	if x.Value == nil || x.Value.Type != catalog.TypeReference {
		return
	}
	for _, id := range x.Value.Texts() {
		ref := catalog.Ref{Kind: catalog.Vendor, ID: id}
		name, ok := r.made[ref]
		if !ok || slices.Contains(r.p.Records, ref) {
			continue
		}
		r.p.record(ref)
		v := catalog.TextValue(name)
		r.p.Claims = append(r.p.Claims, Proposed{Record: ref, Path: catalog.Vendor.NamePath(), State: catalog.Known, Value: &v, Source: x.Source, AsOf: x.AsOf, At: x.At})
		if near := r.similar(name); near != "" {
			r.p.note(x.At, "new_party", "%s is not known yet: a new record, by its name only. Is it not %s?", "%s n'est pas encore connu : une fiche nouvelle, par son seul nom. N'est-ce pas %s ?", wording.Quoted(name), wording.Quoted(near))
		} else {
			r.p.note(x.At, "new_party", "%s is not known yet: a new record, by its name only", "%s n'est pas encore connu : une fiche nouvelle, par son seul nom", wording.Quoted(name))
		}
	}
}

func quoted(t wording.Text) wording.Text {
	return wording.Text{EN: wording.Quote(wording.EN, t.EN), FR: wording.Quote(wording.FR, t.FR)}
}

// similar names a party that is known and called nearly so.
func (r *sheetReader) similar(name string) string {
	ids, err := r.known(catalog.Vendor)
	if err != nil {
		return ""
	}
	names := slices.Clone(ids)
	for ref := range r.names {
		if ref.Kind == catalog.Vendor {
			names = append(names, ref.ID)
		}
	}
	slices.Sort(names)
	return wording.Nearest(slug(name), slices.Compact(names))
}

// source gives the id of the source that a line cites, and adds one that is new.
func (r *sheetReader) source(w was) string {
	if w.Title == "" {
		if r.o.Declared == "" {
			return ""
		}
		return declared(r.p, r.o)
	}
	key := w.source().mark()
	if id := r.sources[key]; id != "" {
		return id
	}
	s := catalog.Source{ID: newSourceID(w.Title, key), Title: w.Title, URL: w.URL, Kind: catalog.SourceKind(w.Kind), Published: w.Date, Undated: w.Date == ""}
	r.sources[key] = s.ID
	r.p.Sources = append(r.p.Sources, s)
	return s.ID
}

// newSourceID makes an id of a title and of what tells it from others of that title, the same each time.
func newSourceID(title, key string) string {
	id := slug(title)
	if len(id) > 40 {
		id = strings.Trim(id[:40], "-.")
	}
	return strings.Trim(id+"-"+catalog.MustHash(key)[:8], "-")
}

// declared gives the id of the file itself as a source: a statement by whoever sent it.
func declared(p *Proposal, o ReadOptions) string {
	id := "declared-" + p.From.SHA256[:12]
	if !slices.ContainsFunc(p.Sources, func(s catalog.Source) bool { return s.ID == id }) {
		title := cmp.Or(p.From.Name, p.From.Kind.Label().EN)
		p.Sources = append(p.Sources, catalog.Source{ID: id, Title: title, Publisher: o.Declared, Kind: catalog.KindDeclaration, File: p.From.SHA256, Published: o.Day, Read: o.Day})
	}
	return id
}

// newRecord proposes a record that was filled in on spare lines, if any of them says something.
func (r *sheetReader) newRecord(ref catalog.Ref) {
	lines := r.fresh[ref]
	if !slices.ContainsFunc(lines, func(l sheetLine) bool { return !l.same && l.said.State != catalog.Unknown }) {
		return
	}
	name := ""
	for _, l := range lines {
		switch {
		case l.said.Value == nil:
		case l.def.Path == ref.Kind.NamePath():
			name = l.said.Value.Text
		case name == "" && l.def.Type == catalog.TypeReference && !l.def.Many && l.def.Path != ownLink(ref.Kind):
			name = cmp.Or(r.made[catalog.Ref{Kind: l.def.RefersTo, ID: l.said.Value.Text}], r.names[catalog.Ref{Kind: l.def.RefersTo, ID: l.said.Value.Text}], l.said.Value.Text)
		}
	}
	base := slug(r.p.About.ID) + "--" + cmp.Or(slug(name), strings.TrimPrefix(ref.ID, newMark))
	if len(base) > 110 {
		base = strings.Trim(base[:110], "-.")
	}
	made := catalog.Ref{Kind: ref.Kind, ID: base}
	ids, err := r.known(ref.Kind)
	for n := 2; ; n++ {
		_, named := r.names[made]
		if err == nil && !named && !slices.Contains(ids, made.ID) && !slices.Contains(r.p.Records, made) {
			break
		}
		if err != nil || n > 1000 {
			r.p.fault(lines[0].at, "record", wording.Textf("no id is free for the new record", "aucun identifiant n'est libre pour la nouvelle fiche"))
			return
		}
		made.ID = base + "-" + string(rune('0'+n%10))
		if n > 9 {
			made.ID = base + "-" + catalog.MustHash(n)[:6]
		}
	}
	r.p.record(made)
	for _, l := range lines {
		if l.same && l.def.Path == ownLink(ref.Kind) {
			l.same = false // it belongs to the vendor
		}
		r.propose(l, made)
	}
}
