package service

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/wording"
)

// OpenCatalogue opens only what looking needs: no framework is compiled, and Assess must not be called.
func OpenCatalogue(o Options) (*Service, error) {
	dict, err := dictionary.Builtin()
	if err != nil {
		return nil, err
	}
	s := &Service{Dictionary: dict, Version: o.Version, views: map[[2]catalog.Date]*catalog.View{}}
	s.Catalogue, err = LoadCatalogue(o.Catalogue, dict)
	return s, err
}

// Sheet is one record as it stood: its facts by section of the dictionary, the records that name it, and the
// sources cited.
type Sheet struct {
	Record   catalog.Ref      `json:"record"`
	Name     wording.Text     `json:"name"`
	On       catalog.Date     `json:"on"`
	KnownOn  catalog.Date     `json:"known_on"`
	Sections []SheetSection   `json:"sections"`
	Links    []Link           `json:"links"`
	Sources  []catalog.Source `json:"sources"`
}

// SheetSection is the facts of one section of the dictionary of which something is recorded.
type SheetSection struct {
	ID    string         `json:"id"`
	Title wording.Text   `json:"title"`
	Facts []catalog.Fact `json:"facts"`
}

// Link is a record whose fact Path names the record of the sheet.
type Link struct {
	Record catalog.Ref  `json:"record"`
	Name   wording.Text `json:"name"`
	Path   string       `json:"path"`
}

// Source gives a cited source by id.
func (s *Sheet) Source(id string) (catalog.Source, bool) {
	i, ok := slices.BinarySearchFunc(s.Sources, id, func(x catalog.Source, id string) int { return strings.Compare(x.ID, id) })
	if !ok {
		return catalog.Source{}, false
	}
	return s.Sources[i], true
}

// Sheet shows a record. The error is a *catalog.NotFoundError for an id that names nothing.
func (s *Service) Sheet(ref catalog.Ref, on, knownOn catalog.Date) (*Sheet, error) {
	v := s.View(on, knownOn)
	rec, ok := v.Record(ref)
	if !ok {
		return nil, &catalog.NotFoundError{What: ref.Kind.Label().Lower(), ID: ref.ID, Nearest: wording.NearestFew(ref.ID, v.IDs(ref.Kind), 3)}
	}
	out := &Sheet{Record: ref, Name: rec.Name(), On: on, KnownOn: knownOn, Sections: []SheetSection{}, Links: []Link{}, Sources: []catalog.Source{}}
	cited := map[string]bool{}
	for _, sec := range s.Dictionary.Sections {
		if sec.Record != ref.Kind {
			continue
		}
		var facts []catalog.Fact
		for _, def := range sec.Facts {
			for _, f := range rec.Facts {
				if f.Path != def.Path {
					continue
				}
				facts = append(facts, f)
				cited[f.Source] = true
				for _, c := range f.Contradicts {
					cited[c.Source] = true
				}
			}
		}
		if len(facts) > 0 {
			out.Sections = append(out.Sections, SheetSection{ID: sec.ID, Title: sec.Title, Facts: facts})
		}
	}
	for _, def := range s.Dictionary.Facts() {
		if def.Type != catalog.TypeReference || def.RefersTo != ref.Kind {
			continue
		}
		for _, r := range v.Naming(def.Path, ref.ID) {
			out.Links = append(out.Links, Link{Record: r, Name: v.Name(r), Path: def.Path})
		}
	}
	delete(cited, "")
	for id := range cited {
		if src, ok := v.Source(id); ok {
			out.Sources = append(out.Sources, src)
		}
	}
	slices.SortFunc(out.Sources, func(a, b catalog.Source) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}
