package exchange

import (
	"bytes"
	"encoding/xml"
	"errors"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"vigie/catalog/document"
	"vigie/catalog/wording"
)

// The limits of an Excel file that is read. Those of excelize alone would let a file of 600 KB unpack to gigabytes and a
// single cell in the last row stand for a million rows, so a file is held to these before it is opened.
const (
	maxSheetFile = 10 << 20 // of the file
	maxUnpacked  = 48 << 20 // of all its parts
	maxSheetPart = 16 << 20 // of one part
	maxSheets    = 120
	maxRows      = 5_000
	maxColumns   = 64
	maxCells     = 200_000 // over all worksheets
)

// guard is what was learnt of a workbook before it was opened.
type guard struct {
	a        *document.Archive
	cells    int
	names    map[string]string          // of worksheets, by part
	percents map[int]bool               // cell styles that show a percentage
	formulas map[string]map[string]bool // cells that hold one, by worksheet
	shown100 map[string]map[string]bool // cells that show a percentage
	date1904 bool
}

// refused makes an error about a file of one about a part of it.
func refused(name string, err error) error {
	if r, ok := errors.AsType[*document.RefusedError](err); ok {
		return &UnreadableError{Name: name, Text: r.Text}
	}
	return err
}

func tooMuch(at Spot, en, fr string, args ...any) error {
	return &UnreadableError{At: at, Text: wording.Textf(en, fr, args...)}
}

// checkWorkbook holds a file to the limits. It reads each worksheet tag by tag and stops at the first cell outside.
func checkWorkbook(data []byte) (*guard, error) {
	if len(data) > maxSheetFile {
		return nil, tooMuch(Spot{}, "the file is larger than %d MiB", "le fichier dépasse %d Mio", maxSheetFile>>20)
	}
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return nil, tooMuch(Spot{}, "this is no Excel workbook (.xlsx); an old .xls or one locked by a password must be saved anew", "ce n'est pas un classeur Excel (.xlsx) ; un ancien .xls ou un classeur verrouillé est à réenregistrer")
	}
	a, err := document.OpenArchive(data)
	if err != nil {
		return nil, err
	}
	g := &guard{a: a, names: map[string]string{}, percents: map[int]bool{}, formulas: map[string]map[string]bool{}, shown100: map[string]map[string]bool{}}
	total := uint64(0)
	for _, n := range a.Names() {
		size := a.Size(n)
		if total += size; size > maxSheetPart || total > maxUnpacked {
			return nil, tooMuch(Spot{}, "the file unpacks to more than a filled-in sheet holds (%d MiB, %d MiB a part): export a new sheet and copy the answers into it", "le fichier se décompresse en plus que ne contient une fiche remplie (%d Mio, %d Mio par partie) : réexporter une fiche et y recopier les réponses", maxUnpacked>>20, maxSheetPart>>20)
		}
	}
	if err := g.prologs(); err != nil {
		return nil, err
	}
	if err := g.workbook(); err != nil {
		return nil, err
	}
	if a.Has("xl/styles.xml") {
		if err := g.styles(); err != nil {
			return nil, err
		}
	}
	for _, part := range a.Match("xl/worksheets/*.xml") {
		if err := g.worksheet(part); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// prologs refuses a document type in any XML part: excelize would read such a part as empty and say nothing.
func (g *guard) prologs() error {
	for _, n := range g.a.Names() {
		if low := strings.ToLower(n); !strings.HasSuffix(low, ".xml") && !strings.HasSuffix(low, ".rels") && !strings.HasSuffix(low, ".vml") {
			continue
		}
		if err := g.each(n, func(xml.StartElement, *document.XML) (bool, error) { return false, nil }); err != nil {
			return err
		}
	}
	return nil
}

// each calls do with each start tag of a part until it says stop.
func (g *guard) each(part string, do func(e xml.StartElement, x *document.XML) (more bool, err error)) error {
	x, err := g.a.XML(part, maxSheetPart)
	if err != nil {
		return err
	}
	defer x.Close()
	for {
		t, err := x.Next()
		if t == nil || err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok {
			if more, err := do(e, x); !more || err != nil {
				return err
			}
		}
	}
}

// workbook reads which worksheet stands in which part.
func (g *guard) workbook() error {
	const part = "xl/workbook.xml"
	if !g.a.Has(part) {
		return tooMuch(Spot{}, "this is no Excel workbook (.xlsx)", "ce n'est pas un classeur Excel (.xlsx)")
	}
	byID := map[string]string{}
	n := 0
	err := g.each(part, func(e xml.StartElement, _ *document.XML) (bool, error) {
		switch e.Name.Local {
		case "sheet":
			id := ""
			for _, at := range e.Attr {
				if at.Name.Local == "id" {
					id = at.Value
				}
			}
			byID[id] = document.Attr(e, "name")
			if n++; n > maxSheets {
				return false, tooMuch(Spot{}, "the workbook has more than %d sheets", "le classeur a plus de %d feuilles", maxSheets)
			}
		case "workbookPr":
			g.date1904 = document.Attr(e, "date1904") == "1" || document.Attr(e, "date1904") == "true"
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	const rels = "xl/_rels/workbook.xml.rels"
	if !g.a.Has(rels) {
		return tooMuch(Spot{}, "this is no Excel workbook (.xlsx)", "ce n'est pas un classeur Excel (.xlsx)")
	}
	return g.each(rels, func(e xml.StartElement, _ *document.XML) (bool, error) {
		if e.Name.Local == "Relationship" {
			if name, ok := byID[document.Attr(e, "Id")]; ok {
				target := strings.TrimPrefix(document.Attr(e, "Target"), "/")
				g.names[strings.ToLower("xl/"+strings.TrimPrefix(target, "xl/"))] = name
			}
		}
		return true, nil
	})
}

// styles finds the cell styles that show a percentage.
func (g *guard) styles() error {
	formats := map[string]bool{"9": true, "10": true}
	inXfs, n := false, 0
	return g.each("xl/styles.xml", func(e xml.StartElement, x *document.XML) (bool, error) {
		switch e.Name.Local {
		case "numFmt":
			if strings.Contains(document.Attr(e, "formatCode"), "%") {
				formats[document.Attr(e, "numFmtId")] = true
			}
		case "cellStyleXfs":
			return true, x.Skip()
		case "cellXfs":
			inXfs = true
		case "cellStyles", "dxfs":
			inXfs = false
		case "xf":
			if inXfs {
				g.percents[n] = formats[document.Attr(e, "numFmtId")]
				n++
			}
		}
		return true, nil
	})
}

// worksheet counts rows, columns and cells, and notes formulas.
func (g *guard) worksheet(part string) error {
	name := g.names[strings.ToLower(part)]
	formulas, shown := map[string]bool{}, map[string]bool{}
	g.formulas[name], g.shown100[name] = formulas, shown
	cell, row, col := "", 0, 0
	return g.each(part, func(e xml.StartElement, _ *document.XML) (bool, error) {
		switch e.Name.Local {
		case "row":
			row++
			if r := document.Attr(e, "r"); r != "" {
				n, err := strconv.Atoi(r)
				if err != nil {
					return false, tooMuch(Spot{Sheet: name}, "a row is numbered %s", "une ligne est numérotée %s", wording.Quoted(r))
				}
				row = n
			}
			col = 0
			if row < 1 || row > maxRows {
				return false, tooMuch(Spot{Sheet: name}, "row %d: a filled-in sheet has at most %d rows; delete what stands below", "ligne %d : une fiche remplie a au plus %d lignes ; supprimer ce qui se trouve plus bas", row, maxRows)
			}
		case "c":
			col++
			cell = document.Attr(e, "r")
			if cell == "" {
				cell = cellName(col, max(1, row))
			}
			c, r, err := excelize.CellNameToCoordinates(cell)
			if err != nil {
				return false, tooMuch(Spot{Sheet: name}, "a cell is called %s", "une cellule s'appelle %s", wording.Quoted(cell))
			}
			col = c
			if c > maxColumns || r > maxRows {
				return false, tooMuch(Spot{Sheet: name, Cell: cell}, "a cell outside what a filled-in sheet holds (%d columns, %d rows); delete it", "une cellule hors de ce que contient une fiche remplie (%d colonnes, %d lignes) ; la supprimer", maxColumns, maxRows)
			}
			if g.cells++; g.cells > maxCells {
				return false, tooMuch(Spot{Sheet: name, Cell: cell}, "the workbook has more than %d cells", "le classeur a plus de %d cellules", maxCells)
			}
			if s, err := strconv.Atoi(document.Attr(e, "s")); err == nil && g.percents[s] {
				shown[cell] = true
			}
		case "f":
			formulas[cell] = true
		}
		return true, nil
	})
}
