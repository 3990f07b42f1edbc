package exchange

import (
	"encoding/json"
	"errors"

	"vigie/catalog"
	"vigie/catalog/wording"
)

func (r *sheetReader) spot(sheet string, col, row int) Spot {
	return Spot{Sheet: sheet, Cell: cellName(col, row)}
}

// line reads one line; false when a cell of it cannot be read, which is then a fault.
func (r *sheetReader) line(sheet string, row int, cells []string, ref catalog.Ref, def *catalog.FactDef) (sheetLine, bool) {
	l := sheetLine{ref: ref, def: def, at: r.spot(sheet, colValue, row)}
	mark := cellAt(cells, colWas)
	l.known = json.Unmarshal([]byte(mark), &l.sent) == nil
	good := true
	bad := func(col int, code string, err error) {
		good = false
		if u, ok := errors.AsType[unfit](err); ok {
			r.p.fault(r.spot(sheet, col, row), code, u.text)
			return
		}
		r.p.fault(r.spot(sheet, col, row), code, wording.Same(err.Error()))
	}
	for col := colState; col <= colNote; col++ {
		if r.formulas[sheet][cellName(col, row)] {
			bad(col, "formula", unfitf("the cell holds a formula: copy it and paste its value in its place", "la cellule contient une formule : la copier et coller sa valeur à la place"))
		}
	}
	if !good {
		return l, false
	}
	state, ok := readState(cellAt(cells, colState))
	if !ok {
		bad(colState, "state", unfitf("expected %s, %s or %s, found %s", "attendu : %s, %s ou %s ; trouvé : %s", quoted(stateLabels[catalog.Known]), quoted(stateLabels[catalog.Absent]), quoted(stateLabels[catalog.Unknown]), wording.Quoted(cellAt(cells, colState))))
		return l, false
	}
	value := cellAt(cells, colValue)
	emptyList := def.Many && value == "" && state == catalog.Known
	switch {
	case value != "" && state == catalog.Absent:
		bad(colState, "state", unfitf("the line has a value and says that there is none: clear one of the two", "la ligne a une valeur et dit qu'il n'y en a pas : effacer l'un des deux"))
	case value != "": // a value that was filled in is an answer, whatever the state was left at
		state = catalog.Known
	case state == catalog.Known && !emptyList:
		bad(colValue, "value", unfitf("the state is Known and there is no value", "l'état est Connu et il n'y a pas de valeur"))
	case state == catalog.Absent && (def.AbsentRule == nil || def.AbsentRule.Forbidden):
		bad(colState, "state", unfitf("this fact cannot be absent: leave it Not known", "ce fait ne peut être absent : le laisser à Non connu"))
	}
	if state == "" {
		state = catalog.Unknown
	}
	l.said.State = state
	if state == catalog.Known && good {
		complete := false
		if words := cellAt(cells, colComplete); words != "" {
			var err error
			if complete, err = readYesNo(words); err != nil {
				bad(colComplete, "complete", err)
			}
		} else if def.Many && !def.Cumulative {
			bad(colComplete, "complete", unfitf("is the list complete? Yes or No", "la liste est-elle complète ? Oui ou Non"))
		}
		if good {
			v, err := r.answers.read(def, given{text: value, percent: r.shown100[sheet][cellName(colValue, row)]}, complete)
			if err != nil {
				bad(colValue, "value", err)
			} else {
				l.said.Value = &v
			}
		}
	}
	if state != catalog.Unknown {
		r.provenance(&l.said, cells, func(col int, err error) { bad(col, "source", err) })
	}
	l.same = good && l.said.mark() == mark
	return l, good
}

// provenance reads where a line was read.
func (r *sheetReader) provenance(w *was, cells []string, bad func(col int, err error)) {
	w.Title, w.URL, w.Locator, w.Note = cellAt(cells, colTitle), cellAt(cells, colURL), cellAt(cells, colLocator), cellAt(cells, colNote)
	for _, col := range []int{colTitle, colLocator, colNote} {
		if len([]rune(cellAt(cells, col))) > maxShortText {
			bad(col, unfitf("longer than %d letters", "plus de %d lettres", maxShortText))
		}
	}
	if w.URL != "" && !catalog.ValidURL(w.URL) {
		bad(colURL, unfitf("expected an address (https://…), found %s", "attendu : une adresse (https://…) ; trouvé : %s", wording.Quoted(w.URL)))
	}
	if s := cellAt(cells, colKind); s != "" {
		k, ok := readSourceKind(s)
		if !ok {
			bad(colKind, unfitf("choose the kind of source from the list; found %s", "choisir la nature de la source dans la liste ; trouvé : %s", wording.Quoted(s)))
		}
		w.Kind = string(k)
	}
	for _, col := range []int{colDate, colAsOf} {
		into := &w.Date
		if col == colAsOf {
			into = &w.AsOf
		}
		s := cellAt(cells, col)
		if s == "" {
			continue
		}
		d, err := r.answers.day(s)
		if err != nil {
			bad(col, err)
			continue
		}
		if col == colAsOf && d.After(r.o.Day) {
			bad(col, unfitf("the day %s is still to come", "le jour %s est à venir", string(d)))
		}
		*into = d
	}
	cited := w.Title != "" || w.URL != "" || w.Date != ""
	switch {
	case cited && w.Title == "":
		bad(colTitle, unfitf("the source needs a title", "il faut le titre de la source"))
	case cited && w.Kind == "":
		bad(colKind, unfitf("the source needs its kind: choose it from the list", "il faut la nature de la source : la choisir dans la liste"))
	case !cited:
		w.Kind = ""
	}
}
