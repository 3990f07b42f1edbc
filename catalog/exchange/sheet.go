package exchange

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// SheetFormat names the layout of the Excel sheet and its version.
const SheetFormat = "vigie-sheet/1"

// SheetRequest says what an Excel sheet holds.
type SheetRequest struct {
	About catalog.Ref // a vendor, with all that is its own; any other record stands alone
	On    catalog.Date
	Lang  wording.Lang
	Spare int // empty lines for new records in each section that repeats
}

// The columns of a section. The last ones are hidden: they say which claim a line is about, and what it said when the
// sheet was sent out.
const (
	colRecord = iota + 1
	colLabel
	colHelp
	colExpected
	colState
	colValue
	colComplete
	colTitle
	colURL
	colKind
	colDate
	colLocator
	colAsOf
	colNote
	colRef
	colPath
	colWas
	columns = colWas
)

const (
	headRow  = 4 // the title, the introduction and a blank line stand above
	metaName = "vigie"
	listName = "vigie-lists"
	newMark  = "+" // begins the id of a record that is not there yet
)

var columnHeads = [columns]wording.Text{
	{EN: "Record", FR: "Fiche"}, {EN: "Question", FR: "Question"}, {EN: "Help", FR: "Aide"}, {EN: "Expected answer", FR: "Réponse attendue"},
	{EN: "State", FR: "État"}, {EN: "Value", FR: "Valeur"}, {EN: "Is the list complete?", FR: "Liste complète ?"},
	{EN: "Source: title", FR: "Source : titre"}, {EN: "Source: address", FR: "Source : adresse"}, {EN: "Source: kind", FR: "Source : nature"},
	{EN: "Source: date", FR: "Source : date"}, {EN: "Page, clause", FR: "Page, clause"}, {EN: "True on", FR: "Vrai au"}, {EN: "Note", FR: "Note"},
	{EN: "vigie:record", FR: "vigie:record"}, {EN: "vigie:path", FR: "vigie:path"}, {EN: "vigie:was", FR: "vigie:was"},
}

// The states of an answer as a sheet writes them.
var stateLabels = map[catalog.State]wording.Text{
	catalog.Known:   {EN: "Known", FR: "Connu"},
	catalog.Absent:  {EN: "None: the document gives nothing", FR: "Aucun : le document ne donne rien"},
	catalog.Unknown: {EN: "Not known", FR: "Non connu"},
}

func readState(s string) (catalog.State, bool) {
	switch f := folded(s); f {
	case "":
		return "", true
	case "absent", "none", "aucun", "known to be absent", "connu absent", "absence connue":
		return catalog.Absent, true
	case "unknown", "inconnu":
		return catalog.Unknown, true
	default:
		for state, t := range stateLabels {
			if f == folded(t.EN) || f == folded(t.FR) {
				return state, true
			}
		}
	}
	return "", false
}

func readSourceKind(s string) (catalog.SourceKind, bool) {
	f := folded(s)
	for _, k := range catalog.SourceKinds() {
		if k != catalog.KindNone && (f == string(k) || f == folded(k.Label().EN) || f == folded(k.Label().FR)) {
			return k, true
		}
	}
	return "", false
}

// was is what a line of a sheet says, brought down to what makes a claim.
type was struct {
	State   catalog.State  `json:"state,omitempty"`
	Value   *catalog.Value `json:"value,omitempty"`
	Title   string         `json:"title,omitempty"`
	URL     string         `json:"url,omitempty"`
	Kind    string         `json:"kind,omitempty"`
	Date    catalog.Date   `json:"date,omitempty"`
	Locator string         `json:"locator,omitempty"`
	AsOf    catalog.Date   `json:"as_of,omitempty"`
	Note    string         `json:"note,omitempty"`
}

func (w was) source() was { return was{Title: w.Title, URL: w.URL, Kind: w.Kind, Date: w.Date} }

// mark is what a hidden cell keeps of a line, within what a cell can hold.
func (w was) mark() string {
	b, err := catalog.Canonical(w)
	if err != nil || len(b) > 30_000 {
		return "sha256:" + catalog.MustHash(w)
	}
	return string(b)
}

// sheetBook is what a sheet is made of, read from the shelf.
type sheetBook struct {
	SheetRequest
	dict    *catalog.Dictionary
	records map[catalog.Ref]*catalog.DossierRecord
	order   []catalog.Ref // of the records in the sheet
	names   map[catalog.Ref]string
	sources map[string]catalog.Source
}

// gatherSheet reads the records that belong in the sheet of a record and the names of those that they refer to.
func gatherSheet(s catalog.Shelf, dict *catalog.Dictionary, q SheetRequest) (*sheetBook, error) {
	b := &sheetBook{SheetRequest: q, dict: dict, records: map[catalog.Ref]*catalog.DossierRecord{}, names: map[catalog.Ref]string{}, sources: map[string]catalog.Source{}}
	if err := b.read(s, []catalog.Ref{q.About}); err != nil {
		return nil, err
	}
	if b.records[q.About] == nil {
		ids, err := s.IDs(q.About.Kind)
		if err != nil {
			return nil, err
		}
		return nil, &catalog.NotFoundError{What: q.About.Kind.Label().Lower(), ID: q.About.ID, Nearest: wording.NearestFew(q.About.ID, ids, 3)}
	}
	if q.About.Kind == catalog.Vendor {
		if err := b.vendor(s); err != nil {
			return nil, err
		}
	}
	for r := range b.records {
		b.order = append(b.order, r)
	}
	slices.SortFunc(b.order, func(x, y catalog.Ref) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(b.name(x), b.name(y)), cmp.Compare(x.ID, y.ID))
	})
	return b, b.readNames(s)
}

// vendor reads what is a vendor's own: its offerings with their terms, service levels and prices, its models, licences,
// stakes, sub-processors, certificates, statements and results. Models that others made are theirs.
func (b *sheetBook) vendor(s catalog.Shelf) error {
	id := b.About.ID
	if err := b.naming(s, catalog.Link{Path: "stake.vendor", Target: id}, catalog.Link{Path: "subprocessing.user", Target: id}, catalog.Link{Path: "certification.vendor", Target: id},
		catalog.Link{Path: "offering.vendor", Target: id}, catalog.Link{Path: "model.provider", Target: id}, catalog.Link{Path: "licence.holder", Target: id},
		catalog.Link{Path: "environmental_statement.about_vendor", Target: id}); err != nil {
		return err
	}
	var links []catalog.Link
	var refs []catalog.Ref
	for r, rec := range b.records {
		switch r.Kind {
		case catalog.Offering:
			for _, path := range []string{"price.offering", "subprocessing.offerings", "environmental_statement.about_offering", "benchmark_result.offering"} {
				links = append(links, catalog.Link{Path: path, Target: r.ID})
			}
			for path, kind := range map[string]catalog.Kind{"offering.terms": catalog.Terms, "offering.sla": catalog.SLA} {
				if f := rec.Fact(path); f.State == catalog.Known {
					refs = append(refs, catalog.Ref{Kind: kind, ID: f.Value.Text})
				}
			}
		case catalog.Model:
			links = append(links, catalog.Link{Path: "environmental_statement.about_model", Target: r.ID}, catalog.Link{Path: "benchmark_result.model", Target: r.ID})
		}
	}
	if err := b.naming(s, links...); err != nil {
		return err
	}
	return b.read(s, refs)
}

func (b *sheetBook) naming(s catalog.Shelf, links ...catalog.Link) error {
	found, err := s.Naming(links)
	if err != nil {
		return err
	}
	before, keep := maps.Clone(b.records), map[catalog.Ref]bool{}
	for l, rs := range found {
		if err := b.read(s, rs); err != nil {
			return err
		}
		// A store may name records whose link did not hold on the day.
		for _, r := range rs {
			keep[r] = keep[r] || b.records[r] != nil && holds(b.records[r], l)
		}
	}
	maps.DeleteFunc(b.records, func(r catalog.Ref, _ *catalog.DossierRecord) bool { return before[r] == nil && !keep[r] })
	return nil
}

func holds(rec *catalog.DossierRecord, l catalog.Link) bool {
	f := rec.Fact(l.Path)
	return f.State == catalog.Known && slices.Contains(f.Value.Texts(), l.Target)
}

func (b *sheetBook) read(s catalog.Shelf, refs []catalog.Ref) error {
	var missing []catalog.Ref
	for _, r := range refs {
		if b.records[r] == nil {
			missing = append(missing, r)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	recs, sources, err := s.Records(missing)
	if err != nil {
		return err
	}
	for i := range recs {
		b.records[recs[i].Ref()] = &recs[i]
	}
	for _, src := range sources {
		b.sources[src.ID] = src
	}
	return nil
}

// readNames reads the names of the records that answers refer to.
func (b *sheetBook) readNames(s catalog.Shelf) error {
	var refs []catalog.Ref
	for r, rec := range b.records {
		b.names[r] = rec.Name().In(b.Lang)
		for _, f := range rec.Facts {
			def, ok := b.dict.Fact(f.Path)
			if !ok || def.Type != catalog.TypeReference || f.State != catalog.Known {
				continue
			}
			for _, id := range f.Value.Texts() {
				if o := (catalog.Ref{Kind: def.RefersTo, ID: id}); b.records[o] == nil {
					refs = append(refs, o)
				}
			}
		}
	}
	slices.SortFunc(refs, catalog.Ref.Compare)
	recs, _, err := s.Records(slices.Compact(refs))
	if err != nil {
		return err
	}
	for i := range recs {
		b.names[recs[i].Ref()] = recs[i].Name().In(b.Lang)
	}
	return nil
}

func (b *sheetBook) name(r catalog.Ref) string {
	if n, ok := b.names[r]; ok {
		return n
	}
	if rec := b.records[r]; rec != nil {
		return rec.Name().In(b.Lang)
	}
	return ""
}

// expected says what kind of answer a fact takes, for the people who fill it in.
func expected(def *catalog.FactDef, dict *catalog.Dictionary) wording.Text {
	var t wording.Text
	switch def.Type {
	case catalog.TypeBoolean:
		t = wording.Textf("yes or no", "oui ou non")
	case catalog.TypeInteger:
		t = wording.Textf("a whole number", "un nombre entier")
	case catalog.TypeNumber:
		t = wording.Textf("a number", "un nombre")
	case catalog.TypePercent:
		t = wording.Textf("a percentage from 0 to 100", "un pourcentage de 0 à 100")
	case catalog.TypeMoney:
		t = wording.Textf("an amount and its currency: 12.5 EUR", "un montant et sa devise : 12,5 EUR")
	case catalog.TypeDate:
		t = wording.Textf("a date", "une date")
	case catalog.TypeCountry:
		t = wording.Textf("a country", "un pays")
	case catalog.TypeLanguage:
		t = wording.Textf("a language code: fr, en", "un code de langue : fr, en")
	case catalog.TypeChoice:
		t = wording.Textf("one of the list", "un choix de la liste")
		if def.Many {
			t = wording.Text{EN: "among: " + strings.Join(labels(def, wording.EN), listMark+" "), FR: "parmi : " + strings.Join(labels(def, wording.FR), listMark+" ")}
		}
	case catalog.TypeReference:
		t = wording.Textf("a record (%s): its name or id", "une fiche (%s) : son nom ou identifiant", def.RefersTo.Label().Lower())
	case catalog.TypeURL:
		t = wording.Textf("an address (https://…)", "une adresse (https://…)")
	case catalog.TypeFile:
		t = wording.Textf("the SHA-256 of a stored file", "le SHA-256 d'un fichier conservé")
	default:
		t = wording.Textf("a text", "un texte")
	}
	if def.Unit != "" && def.Type != catalog.TypePercent {
		u := dict.Unit(def.Unit)
		t = wording.Text{EN: t.EN + " (" + u.EN + ")", FR: t.FR + " (" + u.FR + ")"}
	}
	if def.Many && def.Type != catalog.TypeText {
		t = wording.Text{EN: t.EN + "; several: separated by ;", FR: t.FR + " ; plusieurs : séparés par ;"}
	}
	return t
}

func labels(def *catalog.FactDef, l wording.Lang) []string {
	out := make([]string, len(def.Values))
	for i, c := range def.Values {
		out[i] = choiceLabel(def, c.ID, l)
	}
	return out
}
