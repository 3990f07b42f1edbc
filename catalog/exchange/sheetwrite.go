package exchange

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// WriteSheet writes an Excel sheet to be filled in: a vendor with all that is its own, one worksheet a section of the
// dictionary, a line a fact, with what is known and where it was read. Every text is stored as a text, never as a
// formula. Equal facts give equal bytes.
func WriteSheet(w io.Writer, s catalog.Shelf, dict *catalog.Dictionary, q SheetRequest) error {
	b, err := gatherSheet(s, dict, q)
	if err != nil {
		return err
	}
	x := &sheetWriter{sheetBook: b, f: excelize.NewFile(), lists: map[string]string{}, styles: map[string]int{}, used: map[string]bool{}}
	defer x.f.Close()
	x.write()
	if x.err != nil {
		return fmt.Errorf("write the sheet of %s: %w", q.About, x.err)
	}
	return x.f.Write(w)
}

type sheetWriter struct {
	*sheetBook
	f      *excelize.File
	lists  map[string]string // the range of a drop-down by what it holds
	listAt int               // the last row of the lists
	styles map[string]int
	used   map[string]bool // names of worksheets
	err    error
}

func (x *sheetWriter) keep(err error) {
	if x.err == nil {
		x.err = err
	}
}

func (x *sheetWriter) say(en, fr string, args ...any) string {
	return wording.Typeset(x.Lang, wording.Textf(en, fr, args...).In(x.Lang))
}

func (x *sheetWriter) in(t wording.Text) string { return wording.Typeset(x.Lang, t.In(x.Lang)) }

func cellName(col, row int) string {
	name, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return "" // columns and rows of ours are small
	}
	return name
}

// text writes a text as a text, whatever it begins with.
func (x *sheetWriter) text(sheet string, col, row int, s, style string) {
	at := cellName(col, row)
	if s != "" {
		x.keep(x.f.SetCellStr(sheet, at, cut32k(s)))
	}
	if style != "" {
		x.keep(x.f.SetCellStyle(sheet, at, at, x.style(style)))
	}
}

// cut32k keeps a text within what a cell holds.
func cut32k(s string) string {
	if utf8.RuneCountInString(s) <= excelize.TotalCellChars {
		return s
	}
	return string([]rune(s)[:excelize.TotalCellChars])
}

func (x *sheetWriter) style(name string) int {
	if id, ok := x.styles[name]; ok {
		return id
	}
	st := &excelize.Style{Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}, Font: &excelize.Font{Size: 10, Family: "Calibri"}}
	line := []excelize.Border{{Type: "bottom", Color: "D0D0D0", Style: 1}}
	switch name {
	case "title":
		st.Font.Size, st.Font.Bold, st.Alignment.WrapText = 15, true, false
	case "intro":
		st.Font.Color = "555555"
	case "head":
		st.Font.Bold, st.Font.Color = true, "FFFFFF"
		st.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"1F4E5F"}}
	case "record":
		st.Font.Bold, st.Border = true, line
	case "said":
		st.Border = line
	case "help":
		st.Font.Color, st.Border = "555555", line
	case "fill":
		st.Border, st.Fill = line, excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFF8DC"}}
	case "day":
		format := "yyyy-mm-dd"
		if x.Lang == wording.FR {
			format = "dd/mm/yyyy"
		}
		st.Border, st.Fill, st.CustomNumFmt = line, excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFF8DC"}}, &format
	}
	id, err := x.f.NewStyle(st)
	x.keep(err)
	x.styles[name] = id
	return id
}

func (x *sheetWriter) write() {
	first := x.sheet(x.say("How to fill in", "Mode d'emploi"), true)
	for _, sec := range x.dict.Sections {
		if sec.Record.IsRecord() {
			x.section(sec)
		}
	}
	x.instructions(first)
	x.meta()
	x.f.SetActiveSheet(0)
	x.keep(x.f.SetDocProps(&excelize.DocProperties{Creator: "Vigie", Title: x.name(x.About), Created: string(x.On) + "T00:00:00Z", Modified: string(x.On) + "T00:00:00Z", Language: string(x.Lang)}))
}

// sheet makes a worksheet; its name has no sign that Excel refuses, and is one that no other has.
func (x *sheetWriter) sheet(title string, first bool) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || r == '\u00a0' || r == '\u202f' {
			return ' '
		}
		return r
	}, title)
	name = strings.Trim(strings.Join(strings.Fields(name), " "), "' ")
	if short := cutRunes(name, 31); short != name {
		if i := strings.LastIndexByte(short, ' '); i > 15 { // between words
			short = short[:i]
		}
		name = strings.TrimRight(short, " ,:'")
	}
	for i := 2; x.used[strings.ToLower(name)]; i++ {
		tail := " " + strconv.Itoa(i)
		name = strings.TrimSpace(cutRunes(name, 31-len(tail))) + tail
	}
	x.used[strings.ToLower(name)] = true
	if first {
		x.keep(x.f.SetSheetName("Sheet1", name))
	} else if _, err := x.f.NewSheet(name); err != nil {
		x.keep(err)
	}
	return name
}

func cutRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// section writes a worksheet: for each record of its kind, a line a fact.
func (x *sheetWriter) section(sec *catalog.Section) {
	var refs []catalog.Ref
	for _, r := range x.order {
		if r.Kind == sec.Record {
			refs = append(refs, r)
		}
	}
	if sec.Repeat && x.About.Kind == catalog.Vendor && opens(sec.Record) {
		for i := range x.Spare {
			refs = append(refs, catalog.Ref{Kind: sec.Record, ID: newMark + strconv.Itoa(i+1)})
		}
	}
	if len(refs) == 0 {
		return
	}
	name := x.sheet(x.in(sec.Title), false)
	x.text(name, 1, 1, x.in(sec.Title), "title")
	if !sec.Intro.IsZero() {
		x.text(name, 1, 2, x.in(sec.Intro), "intro")
		x.keep(x.f.MergeCell(name, cellName(1, 2), cellName(colState, 2)))
		x.keep(x.f.SetRowHeight(name, 2, 45))
	}
	for i, h := range columnHeads {
		x.text(name, i+1, headRow, x.in(h), "head")
	}
	row := headRow + 1
	for _, r := range refs {
		for _, def := range sec.Facts {
			for _, f := range x.facts(r, def) {
				x.line(name, row, r, def, f)
				row++
			}
		}
	}
	x.dropDowns(name, headRow+1, row-1)
	for col, width := range map[int]float64{colRecord: 24, colLabel: 34, colHelp: 46, colExpected: 30, colState: 16, colValue: 36, colComplete: 11, colTitle: 28, colURL: 28,
		colKind: 18, colDate: 12, colLocator: 18, colAsOf: 12, colNote: 28} {
		letter, _ := excelize.ColumnNumberToName(col)
		x.keep(x.f.SetColWidth(name, letter, letter, width))
	}
	for _, col := range []int{colRef, colPath, colWas} {
		letter, _ := excelize.ColumnNumberToName(col)
		x.keep(x.f.SetColVisible(name, letter, false))
	}
	x.keep(x.f.SetPanes(name, &excelize.Panes{Freeze: true, XSplit: colLabel, YSplit: headRow, TopLeftCell: cellName(colLabel+1, headRow+1), ActivePane: "bottomRight"}))
	landscape, wide, fit := "landscape", 1, 0
	x.keep(x.f.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &wide, FitToHeight: &fit}))
}

// opens reports whether new records of a kind may be added in a vendor's sheet: those that name the vendor.
func opens(k catalog.Kind) bool { return ownLink(k) != "" }

// ownLink is the fact by which a record belongs to a vendor.
func ownLink(k catalog.Kind) string {
	switch k {
	case catalog.Stake:
		return "stake.vendor"
	case catalog.Subprocessing:
		return "subprocessing.user"
	case catalog.Certification:
		return "certification.vendor"
	case catalog.EnvironmentalStatement:
		return "environmental_statement.about_vendor"
	}
	return ""
}

// facts gives what a line each is written for: the fact of a path, or each remark and an empty line for a further one.
func (x *sheetWriter) facts(r catalog.Ref, def *catalog.FactDef) []catalog.Fact {
	rec := x.records[r]
	if rec == nil { // a record that is not there yet belongs to the vendor
		if def.Path == ownLink(r.Kind) {
			v := catalog.Value{Type: catalog.TypeReference, Text: x.About.ID}
			return []catalog.Fact{{Path: def.Path, State: catalog.Known, Value: &v}}
		}
		return []catalog.Fact{{Path: def.Path, State: catalog.Unknown}}
	}
	if !def.Cumulative {
		return []catalog.Fact{rec.Fact(def.Path)}
	}
	var out []catalog.Fact
	for _, f := range rec.Facts {
		if f.Path == def.Path && f.State != catalog.Unknown {
			out = append(out, f)
		}
	}
	return append(out, catalog.Fact{Path: def.Path, State: catalog.Unknown})
}

func (x *sheetWriter) line(sheet string, row int, r catalog.Ref, def *catalog.FactDef, f catalog.Fact) {
	shown := x.name(r)
	if x.records[r] == nil {
		shown = x.say("new: %s %s", "à ajouter : %s %s", r.Kind.Label().Lower(), strings.TrimPrefix(r.ID, newMark))
	}
	x.text(sheet, colRecord, row, shown, "record")
	label := x.in(def.Label)
	if def.Required {
		label += " *"
	}
	x.text(sheet, colLabel, row, label, "said")
	x.text(sheet, colHelp, row, x.in(def.Help), "help")
	x.text(sheet, colExpected, row, x.in(expected(def, x.dict)), "help")
	state, source := f.State, x.sources[f.Source]
	x.text(sheet, colState, row, stateLabels[state].In(x.Lang), "fill")
	w := was{State: state}
	x.text(sheet, colValue, row, "", "fill")
	x.text(sheet, colComplete, row, "", "fill")
	if state == catalog.Known {
		w.Value = x.value(sheet, row, def, *f.Value)
		if def.Many && !def.Cumulative {
			x.text(sheet, colComplete, row, yesNoOf(f.Value.Complete).In(x.Lang), "fill")
		}
	}
	for _, col := range []int{colTitle, colURL, colKind, colLocator, colNote} {
		x.text(sheet, col, row, "", "fill")
	}
	x.day(sheet, colDate, row, "")
	x.day(sheet, colAsOf, row, "")
	if state != catalog.Unknown {
		if f.Source != "" {
			w.Title, w.URL, w.Kind, w.Date = oneLine(source.Title), source.URL, string(source.Kind), source.Published
			x.text(sheet, colTitle, row, w.Title, "fill")
			x.text(sheet, colURL, row, w.URL, "fill")
			x.text(sheet, colKind, row, source.Kind.Label().In(x.Lang), "fill")
			x.day(sheet, colDate, row, w.Date)
		}
		w.Locator, w.AsOf, w.Note = oneLine(f.Locator), f.AsOf, oneLine(f.Note)
		x.text(sheet, colLocator, row, w.Locator, "fill")
		x.day(sheet, colAsOf, row, w.AsOf)
		x.text(sheet, colNote, row, w.Note, "fill")
	}
	x.text(sheet, colRef, row, r.String(), "")
	x.text(sheet, colPath, row, def.Path, "")
	x.text(sheet, colWas, row, w.mark(), "")
}

// oneLine is a text as a cell gives it back.
func oneLine(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// value writes an answer and gives it back as it will be read.
func (x *sheetWriter) value(sheet string, row int, def *catalog.FactDef, v catalog.Value) *catalog.Value {
	at := cellName(colValue, row)
	shown := showAnswer(def, v, x.Lang, x.name)
	switch {
	case def.Type == catalog.TypeDate && !v.Many:
		x.day(sheet, colValue, row, catalog.Date(v.Text))
	case def.Type.IsNumeric() && def.Type != catalog.TypeMoney && !v.Many && isFloat(v.Num):
		f, err := strconv.ParseFloat(v.Num, 64)
		x.keep(err)
		x.keep(x.f.SetCellFloat(sheet, at, f, -1, 64))
		x.keep(x.f.SetCellStyle(sheet, at, at, x.style("fill")))
	default:
		x.text(sheet, colValue, row, shown, "fill")
	}
	a := answers{lang: x.Lang, find: func(_ catalog.Kind, word string) (string, error) { return word, nil }, makeRef: func(catalog.Kind, string) (string, bool) { return "", false }}
	back, err := a.read(def, given{text: shown}, v.Complete)
	if err != nil {
		x.keep(fmt.Errorf("%s: %w", def.Path, err))
		return nil
	}
	return &back
}

// isFloat reports whether a decimal is kept as it is by a cell that holds a number.
func isFloat(decimal string) bool {
	f, err := strconv.ParseFloat(decimal, 64)
	return err == nil && strconv.FormatFloat(f, 'f', -1, 64) == decimal && len(strings.Trim(decimal, "-.")) <= 15
}

func (x *sheetWriter) day(sheet string, col, row int, d catalog.Date) {
	at := cellName(col, row)
	if d != "" {
		x.keep(x.f.SetCellValue(sheet, at, d.Time()))
	}
	x.keep(x.f.SetCellStyle(sheet, at, at, x.style("day")))
}

// dropDowns lets people choose where the dictionary has a list.
func (x *sheetWriter) dropDowns(sheet string, first, last int) {
	byList := map[string][]string{}
	add := func(words []string, cell string) {
		key := strings.Join(words, "\x00")
		byList[key] = append(byList[key], cell)
	}
	state := func(s catalog.State) string { return stateLabels[s].In(x.Lang) }
	var kinds []string
	for _, k := range catalog.SourceKinds() {
		if k != catalog.KindNone {
			kinds = append(kinds, k.Label().In(x.Lang))
		}
	}
	answersYesNo := []string{yesNoOf(true).In(x.Lang), yesNoOf(false).In(x.Lang)}
	for row := first; row <= last; row++ {
		path, err := x.f.GetCellValue(sheet, cellName(colPath, row))
		x.keep(err)
		def, ok := x.dict.Fact(path)
		if !ok {
			continue
		}
		states := []string{state(catalog.Known), state(catalog.Unknown)}
		if def.AbsentRule != nil && !def.AbsentRule.Forbidden {
			states = []string{state(catalog.Known), state(catalog.Absent), state(catalog.Unknown)}
		}
		add(states, cellName(colState, row))
		switch {
		case def.Many:
			if !def.Cumulative {
				add(answersYesNo, cellName(colComplete, row))
			}
		case def.Type == catalog.TypeBoolean:
			add(answersYesNo, cellName(colValue, row))
		case def.Type == catalog.TypeChoice:
			add(labels(def, x.Lang), cellName(colValue, row))
		case def.Type == catalog.TypeReference:
			if names := x.known(def.RefersTo); len(names) > 0 {
				add(names, cellName(colValue, row))
			}
		}
		add(kinds, cellName(colKind, row))
	}
	for _, key := range sorted(byList) {
		words := strings.Split(key, "\x00")
		v := excelize.NewDataValidation(true)
		v.SetSqref(strings.Join(byList[key], " "))
		v.SetSqrefDropList(x.list(words))
		v.ShowErrorMessage = false // a new party may be named, and a list may be pasted
		x.keep(x.f.AddDataValidation(sheet, v))
	}
}

// known lists the records of a kind that the sheet names, as answers write them.
func (x *sheetWriter) known(k catalog.Kind) []string {
	var out []string
	for r := range x.names {
		if r.Kind == k {
			out = append(out, showRef(r, x.name))
		}
	}
	slices.Sort(out)
	return out[:min(len(out), 500)]
}

// list keeps the words of a drop-down on a hidden worksheet: inside a cell's rule they may have 255 letters only.
func (x *sheetWriter) list(words []string) string {
	key := strings.Join(words, "\x00")
	if at, ok := x.lists[key]; ok {
		return at
	}
	if len(x.lists) == 0 {
		_, err := x.f.NewSheet(listName)
		x.keep(err)
	}
	first := x.listAt + 1
	for _, w := range words {
		x.listAt++
		x.text(listName, 1, x.listAt, w, "")
	}
	at := fmt.Sprintf("'%s'!$A$%d:$A$%d", listName, first, x.listAt)
	x.lists[key] = at
	return at
}

func (x *sheetWriter) instructions(sheet string) {
	x.text(sheet, 1, 1, x.say("%s: information sheet", "%s : fiche de renseignements", x.name(x.About)), "title")
	for i, t := range []wording.Text{
		wording.Textf("Facts as they stood on %s. One sheet a subject; fill in the yellow cells. A star marks what is always needed.", "Faits tels que connus au %s. Une feuille par sujet ; remplir les cellules jaunes. L'étoile marque ce qui est toujours demandé.", x.on()),
		wording.Textf("State: Known, with a value; None, when somebody looked and the document gives nothing; Not known otherwise. A line left as it is changes nothing.", "État : Connu, avec une valeur ; Aucun, quand le document a été lu et ne donne rien ; sinon Non connu. Une ligne laissée telle quelle ne change rien."),
		wording.Textf("Several values: separated by ; and say whether the list is complete.", "Plusieurs valeurs : séparées par ; et préciser si la liste est complète."),
		wording.Textf("Dates: 24/11/2026 (day first), 2026-11-24 or 24 November 2026. Amounts with their currency: 12.5 EUR. Percentages from 0 to 100.", "Dates : 24/11/2026, 2026-11-24 ou 24 novembre 2026. Montants avec leur devise : 12,5 EUR. Pourcentages de 0 à 100."),
		wording.Textf("For each answer, cite the document where it can be read: title, address, kind, date, page or clause. When you change an answer, change its source too.", "Pour chaque réponse, citer le document où elle se lit : titre, adresse, nature, date, page ou clause. En changeant une réponse, changer aussi sa source."),
		wording.Textf("Write values, not formulas. Do not delete the hidden columns: they say what each line is about. New records go on the lines that begin with \"new\".", "Écrire des valeurs, pas de formules. Ne pas supprimer les colonnes masquées : elles disent l'objet de chaque ligne. Les nouvelles fiches se remplissent sur les lignes « à ajouter »."),
		wording.Textf("Nothing is recorded by sending this sheet back: a person reviews each answer first.", "Renvoyer cette fiche n'enregistre rien : une personne relit d'abord chaque réponse."),
	} {
		x.text(sheet, 1, i+3, x.in(t), "")
		at := cellName(1, i+3)
		x.keep(x.f.SetCellStyle(sheet, at, at, x.style("plain")))
	}
	x.keep(x.f.SetColWidth(sheet, "A", "A", 110))
}

func (x *sheetWriter) on() wording.Text {
	return wording.Text{EN: x.On.In(wording.EN), FR: x.On.In(wording.FR)}
}

// meta keeps on a hidden worksheet what is needed to read the sheet back: the records and sources that it names.
func (x *sheetWriter) meta() {
	_, err := x.f.NewSheet(metaName)
	x.keep(err)
	for i, s := range []string{SheetFormat, string(x.Lang), x.About.String(), string(x.On), x.dict.Hash()} {
		x.text(metaName, i+1, 1, s, "")
	}
	row := 2
	put := func(cells ...string) {
		for i, s := range cells {
			x.text(metaName, i+1, row, s, "")
		}
		row++
	}
	var refs []catalog.Ref
	for r := range x.names {
		refs = append(refs, r)
	}
	slices.SortFunc(refs, catalog.Ref.Compare)
	for _, r := range refs {
		put("record", r.String(), x.name(r))
	}
	for _, id := range slices.SortedFunc(keysOf(x.sources), cmp.Compare) {
		s := x.sources[id]
		put("source", id, was{Title: oneLine(s.Title), URL: s.URL, Kind: string(s.Kind), Date: s.Published}.mark())
	}
	x.keep(x.f.SetSheetVisible(metaName, false, true))
	if len(x.lists) > 0 {
		x.keep(x.f.SetSheetVisible(listName, false, true))
	}
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
