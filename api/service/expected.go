package service

import (
	"context"
	"fmt"

	"vigie/catalog"
	"vigie/evaluator/expr"
)

// Expected says whether a fact of a record is one that the dictionary expects to be answered.
type Expected int8

// A fact is expected, or not, or that depends on facts that are not known.
const (
	NotExpected Expected = iota
	MaybeExpected
	IsExpected
)

// Expectations decides which facts are expected of a record: those that the dictionary requires, and those that it
// requires when a condition holds. It is safe for concurrent use.
type Expectations struct {
	dict *catalog.Dictionary
	env  *expr.Env
	when map[string]*condition // by path of the fact
}

// condition is when a fact is expected.
type condition struct {
	program *expr.Program
	own     []string                  // paths of the record itself that it reads
	others  map[catalog.Kind][]string // paths of other records
}

// NewExpectations compiles the conditions of a dictionary. The error is a fault of the dictionary.
func NewExpectations(dict *catalog.Dictionary) (*Expectations, error) {
	env, err := Environment(dict, false)
	if err != nil {
		return nil, err
	}
	e := &Expectations{dict: dict, env: env, when: map[string]*condition{}}
	for _, def := range dict.Facts() {
		if def.RequiredWhen == "" {
			continue
		}
		p, err := env.Compile(def.RequiredWhen)
		if err != nil {
			return nil, fmt.Errorf("required_when of %s: %w", def.Path, err)
		}
		c := &condition{program: p, others: map[catalog.Kind][]string{}}
		for _, path := range p.Reads() {
			switch of, ok := dict.Fact(path); {
			case !ok: // the day, or the countries of the EEA: always known
			case of.Record == def.Record:
				c.own = append(c.own, path)
			default:
				c.others[of.Record] = append(c.others[of.Record], path)
			}
		}
		e.when[def.Path] = c
	}
	return e, nil
}

// Of tells which facts are expected of the record of a sheet. read gives other sheets, nil for one that is not there:
// conditions look at the records that name this one and that it names, so that terms are asked what the offerings under
// them need. useCase, when it is not nil, is the use that is thought of; without one, what depends on the use stays open.
// What is expected under one of several records is expected. The error is that of read, or of a condition.
func (e *Expectations) Of(sheet *Sheet, useCase *Sheet, read func(catalog.Ref) (*Sheet, error)) (map[string]Expected, error) {
	out := map[string]Expected{}
	related := map[catalog.Kind][]*Sheet{}
	for _, def := range e.dict.Facts() {
		if def.Record != sheet.Record.Kind {
			continue
		}
		if def.Required {
			out[def.Path] = IsExpected
			continue
		}
		c := e.when[def.Path]
		if c == nil {
			continue
		}
		scenes := []*expr.Facts{e.env.NewFacts(sheet.On)}
		e.put(scenes[0], sheet, c.own)
		for _, kind := range catalog.Kinds() {
			paths := c.others[kind]
			if len(paths) == 0 || kind == catalog.UseCase {
				continue
			}
			if _, known := related[kind]; !known {
				list, err := e.related(sheet, kind, read)
				if err != nil {
					return nil, err
				}
				related[kind] = list
			}
			if len(related[kind]) == 0 || len(scenes) > 1 {
				continue // stays unknown
			}
			scenes = nil
			for _, other := range related[kind] {
				f := e.env.NewFacts(sheet.On)
				e.put(f, sheet, c.own)
				e.put(f, other, paths)
				scenes = append(scenes, f)
			}
		}
		for _, f := range scenes {
			e.put(f, useCase, c.others[catalog.UseCase])
			o, err := c.program.Eval(f)
			if err != nil {
				return nil, err
			}
			switch o.Truth {
			case expr.True:
				out[def.Path] = IsExpected
			case expr.Maybe:
				out[def.Path] = max(out[def.Path], MaybeExpected)
			}
		}
	}
	return out, nil
}

// maxRelated bounds the records that a condition looks at: those that are left out leave it open.
const maxRelated = 40

// related reads the records of a kind that name the record of a sheet, or that it names.
func (e *Expectations) related(sheet *Sheet, kind catalog.Kind, read func(catalog.Ref) (*Sheet, error)) ([]*Sheet, error) {
	var refs []catalog.Ref
	for _, l := range sheet.Links {
		if l.Record.Kind == kind {
			refs = append(refs, l.Record)
		}
	}
	for _, sec := range sheet.Sections {
		for _, f := range sec.Facts {
			def, ok := e.dict.Fact(f.Path)
			if !ok || def.Type != catalog.TypeReference || def.RefersTo != kind || f.State != catalog.Known || f.Disputed || f.Value == nil {
				continue
			}
			for _, id := range f.Value.Texts() {
				refs = append(refs, catalog.Ref{Kind: kind, ID: id})
			}
		}
	}
	if len(refs) > maxRelated {
		refs = refs[:maxRelated]
	}
	var out []*Sheet
	seen := map[catalog.Ref]bool{}
	for _, r := range refs {
		if seen[r] {
			continue
		}
		seen[r] = true
		x, err := read(r)
		if err != nil {
			return nil, err
		}
		if x != nil {
			out = append(out, x)
		}
	}
	return out, nil
}

// put sets what a sheet knows of some paths. What is disputed, or not recorded, stays unknown.
func (e *Expectations) put(f *expr.Facts, sheet *Sheet, paths []string) {
	if sheet == nil {
		return
	}
	for _, sec := range sheet.Sections {
		for _, x := range sec.Facts {
			for _, path := range paths {
				if x.Path != path || x.Disputed {
					continue
				}
				def, _ := e.dict.Fact(path)
				switch {
				case x.State == catalog.Known && x.Value != nil:
					f.Set(path, *x.Value)
				case x.State == catalog.Absent && def.AbsentRule != nil && def.AbsentRule.Value != nil:
					f.Set(path, *def.AbsentRule.Value)
				}
			}
		}
	}
}

// Expecting tells which facts are expected of a record on a day, for a use when one is named.
func (s *Service) Expecting(ctx context.Context, e *Expectations, sheet *Sheet, useCase string) (map[string]Expected, error) {
	read := func(ref catalog.Ref) (*Sheet, error) {
		x, err := s.Sheet(ctx, ref, sheet.On, sheet.KnownOn)
		if _, missing := err.(*catalog.NotFoundError); missing {
			return nil, nil
		}
		return x, err
	}
	var use *Sheet
	if useCase != "" {
		var err error
		if use, err = read(catalog.Ref{Kind: catalog.UseCase, ID: useCase}); err != nil {
			return nil, err
		}
	}
	return e.Of(sheet, use, read)
}
