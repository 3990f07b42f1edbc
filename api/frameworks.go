package api

import (
	"net/http"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/wording"
	"vigie/evaluator/framework"
)

// weightSet is a weight set as the API gives it.
type weightSet struct {
	ID       string           `json:"id"`
	Title    wording.Text     `json:"title"`
	Reason   wording.Text     `json:"reason"`
	Hash     string           `json:"hash"`
	Families map[string]int64 `json:"families"`
}

// factSheet is a fact that can be recorded, as the dictionary defines it.
type factSheet struct {
	Path       string            `json:"path"`
	Record     catalog.Kind      `json:"record"` // kind of record it is about
	Section    string            `json:"section"`
	Label      wording.Text      `json:"label"`
	Help       wording.Text      `json:"help"`
	Question   *wording.Text     `json:"question,omitempty"` // as a vendor is asked
	Type       catalog.ValueType `json:"type"`
	Many       bool              `json:"many,omitempty"`       // a list of such values
	Cumulative bool              `json:"cumulative,omitempty"` // every claim stands on its own
	Unit       string            `json:"unit,omitempty"`
	RefersTo   catalog.Kind      `json:"refers_to,omitempty"`
	Values     []factChoice      `json:"values,omitempty"`
	StaleAfter int64             `json:"stale_after_months,omitempty"`
}

type factChoice struct {
	ID    string       `json:"id"`
	Label wording.Text `json:"label"`
}

// dictionarySheet is every fact that can be recorded.
type dictionarySheet struct {
	Hash  string      `json:"hash"`
	Items []factSheet `json:"items"`
}

// frameworkListing is a framework as a list shows it.
type frameworkListing struct {
	ID      string           `json:"id"`
	Version string           `json:"version"`
	Status  framework.Status `json:"status"`
	Title   wording.Text     `json:"title"`
	Summary wording.Text     `json:"summary"`
	Hash    string           `json:"hash"`
}

func (s *server) frameworkOperations() {
	add(s, operation{id: "list-weight-sets", method: http.MethodGet, path: root + "/weight-sets", tag: "frameworks", needs: account.Read},
		func(*call, *struct{}) (listOf[weightSet], error) {
			out := listOf[weightSet]{Items: []weightSet{}}
			for _, id := range s.svc.WeightSetIDs() {
				w := s.svc.Framework.WeightSets[id]
				out.Items = append(out.Items, weightSet{ID: id, Title: w.Title, Reason: w.Reason, Hash: w.Hash(), Families: w.Families})
			}
			return out, nil
		})
	add(s, operation{id: "list-frameworks", method: http.MethodGet, path: root + "/frameworks", tag: "frameworks", needs: account.Read},
		func(*call, *struct{}) (listOf[frameworkListing], error) {
			f := s.svc.Framework.Framework
			return listOf[frameworkListing]{[]frameworkListing{{ID: f.ID, Version: f.Version, Status: f.Status, Title: f.Title, Summary: f.Summary, Hash: f.Hash()}}}, nil
		})
	add(s, operation{id: "get-framework", method: http.MethodGet, path: root + "/frameworks/{id}", tag: "frameworks", needs: account.Read},
		func(_ *call, in *idInput) (*framework.Framework, error) {
			f := s.svc.Framework.Framework
			if in.ID != f.ID && in.ID != f.Hash() {
				return nil, &catalog.NotFoundError{What: wording.Textf("framework", "référentiel"), ID: in.ID, Nearest: []string{f.ID}}
			}
			return f, nil
		})
	add(s, operation{id: "get-dictionary", method: http.MethodGet, path: root + "/dictionary", tag: "frameworks", needs: account.Read},
		func(*call, *struct{}) (dictionarySheet, error) {
			out := dictionarySheet{Hash: s.svc.Dictionary.Hash(), Items: []factSheet{}}
			for _, d := range s.svc.Dictionary.Facts() {
				f := factSheet{Path: d.Path, Record: d.Record, Section: d.Section, Label: d.Label, Help: d.Help, Type: d.Type, Many: d.Many, Cumulative: d.Cumulative,
					Unit: d.Unit, RefersTo: d.RefersTo, StaleAfter: d.StaleAfter}
				if !d.Question.IsZero() {
					f.Question = &d.Question
				}
				for _, v := range d.Values {
					f.Values = append(f.Values, factChoice{v.ID, v.Label()})
				}
				out.Items = append(out.Items, f)
			}
			return out, nil
		})
}
