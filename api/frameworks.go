package api

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"slices"

	"vigie/api/contract"
	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/strict"
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

func weightSetOf(w *framework.WeightSet) weightSet {
	return weightSet{ID: w.ID, Title: w.Title, Reason: w.Reason, Hash: w.Hash(), Families: w.Families}
}

type weightsInput struct {
	Framework string `query:"framework"`
}

type publishWeightsInput struct{ Body publishWeightsBody }

type publishWeightsBody struct {
	Framework string `json:"framework,omitempty" maxLength:"200"`
	weighingBody
}

type publishFrameworkInput struct{ Body publishFrameworkBody }

// publishFrameworkBody is the folder of a framework: the text of each file under its name, such as framework.yaml and
// families/privacy.yaml.
type publishFrameworkBody struct {
	Files map[string]string `json:"files"`
}

// publishFramework reads the files as a folder holds them. They are put into an archive in memory, because its reader is
// a file system with the checks of names that one needs.
func (s *server) publishFramework(c *call, in *publishFrameworkInput) (*service.FrameworkLine, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(in.Body.Files)) {
		if !fs.ValidPath(name) || name == "." {
			return nil, invalid("body.files", wording.Textf("the name of a file is a path below the folder, such as families/privacy.yaml", "le nom d'un fichier est un chemin dans le dossier, comme families/privacy.yaml"))
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: name})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(in.Body.Files[name])); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	folder, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		return nil, err
	}
	l, err := s.svc.PublishFramework(c.ctx, folder)
	var faults strict.Faults
	if errors.As(err, &faults) {
		return nil, faultsOf(faults)
	}
	if err == nil {
		c.created("frameworks", l.Hash)
	}
	return l, err
}

// faultsOf places the faults of files under the body: the file, and the line and column in the words.
func faultsOf(list strict.Faults) error {
	out := &catalog.InvalidError{}
	for i, f := range list {
		if i == 50 {
			break
		}
		at := "body.files"
		if f.File != "" {
			at += "." + contract.Name(f.File)
		}
		t := f.Text
		if f.Line > 0 {
			t = wording.Textf("line %d, column %d: %s", "ligne %d, colonne %d : %s", f.Line, f.Column, t)
		}
		out.Fields = append(out.Fields, catalog.FieldError{Path: at, Text: t})
	}
	return out
}

func (s *server) frameworkOperations() {
	add(s, operation{id: "list-weight-sets", method: http.MethodGet, path: root + "/weight-sets", tag: "frameworks", needs: account.Read, errors: []int{http.StatusNotFound}},
		func(c *call, in *weightsInput) (listOf[weightSet], error) {
			out := listOf[weightSet]{Items: []weightSet{}}
			all, err := s.svc.Weights(c.ctx, in.Framework)
			for _, w := range all {
				out.Items = append(out.Items, weightSetOf(w))
			}
			return out, err
		})
	add(s, operation{id: "publish-weights", method: http.MethodPost, path: root + "/weight-sets", tag: "frameworks", needs: account.Configure, status: http.StatusCreated, stored: true, errors: []int{http.StatusConflict, http.StatusNotFound}},
		func(c *call, in *publishWeightsInput) (weightSet, error) {
			w, err := s.svc.PublishWeights(c.ctx, in.Body.Framework, in.Body.weighing())
			if err != nil {
				return weightSet{}, placedClaims(err)
			}
			c.created("documents", "weight-set", w.Hash())
			return weightSetOf(w), nil
		})
	add(s, operation{id: "publish-framework", method: http.MethodPost, path: root + "/frameworks", tag: "frameworks", needs: account.Configure, status: http.StatusCreated, stored: true, errors: []int{http.StatusConflict, http.StatusNotFound}}, s.publishFramework)
	add(s, operation{id: "list-frameworks", method: http.MethodGet, path: root + "/frameworks", tag: "frameworks", needs: account.Read},
		func(c *call, _ *struct{}) (listOf[service.FrameworkLine], error) {
			all, err := s.svc.Frameworks(c.ctx)
			return listOf[service.FrameworkLine]{all}, err
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
