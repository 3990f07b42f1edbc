package service

import (
	"context"
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
	s := &Service{Dictionary: dict, Version: o.Version, views: &views{}}
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
func (s *Service) Sheet(ctx context.Context, ref catalog.Ref, on, knownOn catalog.Date) (*Sheet, error) {
	in, err := s.reading(ctx, on, knownOn)
	if err != nil {
		return nil, err
	}
	rec, sources, err := in.record(ctx, ref)
	if err != nil {
		return nil, err
	}
	out := &Sheet{Record: ref, Name: rec.Name(), On: on, KnownOn: in.knownOn, Sections: []SheetSection{}, Links: []Link{}, Sources: []catalog.Source{}}
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
	for _, src := range sources {
		if cited[src.ID] {
			out.Sources = append(out.Sources, src)
		}
	}
	slices.SortFunc(out.Sources, func(a, b catalog.Source) int { return strings.Compare(a.ID, b.ID) })
	if out.Links, err = in.links(ctx, ref); err != nil {
		return nil, err
	}
	return out, nil
}

// links lists the records that name one, by the facts that do, in the order of the dictionary.
func (r *reading) links(ctx context.Context, ref catalog.Ref) ([]Link, error) {
	var asked []catalog.Link
	for _, def := range r.s.Dictionary.Facts() {
		if def.Type == catalog.TypeReference && def.RefersTo == ref.Kind {
			asked = append(asked, catalog.Link{Path: def.Path, Target: ref.ID})
		}
	}
	named, err := r.naming(ctx, asked...)
	if err != nil {
		return nil, err
	}
	var refs []catalog.Ref
	for _, k := range asked {
		refs = append(refs, named[k]...)
	}
	names, err := r.names(ctx, refs)
	if err != nil {
		return nil, err
	}
	out := []Link{}
	for _, k := range asked {
		for _, x := range named[k] {
			out = append(out, Link{Record: x, Name: names[x], Path: k.Path})
		}
	}
	return out, nil
}
