// Package service is what the program does, once, for commands, handlers and pages alike: open a catalogue,
// gather a dossier, evaluate it, print a report.
//
// It knows neither gin nor the command line. It reads no clock: days come with the request.
package service

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/exchange"
	"vigie/catalog/reference"
	"vigie/catalog/store"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/derive"
	"vigie/evaluator/expr"
	"vigie/evaluator/framework"
)

// Options say what to open. Empty ones mean what is shipped.
type Options struct {
	Catalogue string // file or folder; empty: the embedded reference catalogue; +PATH: that one and what PATH adds
	Framework string // folder; empty: vigie-baseline
	Version   string // of the program, printed in assessments
}

// Service holds what was opened. It is safe for concurrent use.
type Service struct {
	Dictionary *catalog.Dictionary
	Catalogue  *catalog.Catalogue
	Framework  *framework.Compiled
	Knowledge  *evaluator.Knowledge
	Version    string

	// Store keeps what is recorded; nil: a catalogue file, or the shipped one, that is only read.
	Store *store.Store

	// Jobs is the work in the background; nil without a store.
	Jobs *Jobs

	views  *views
	others *frameworks
	// decided keeps decisions that were read, by hash: they never change.
	decided *sync.Map

	indexOnce sync.Once
	index     *evaluator.Index
}

// shippedFramework may be named instead of left out.
const shippedFramework = "vigie-baseline"

// Open reads and checks everything. Errors about files are strict.Faults.
func Open(o Options) (*Service, error) {
	dict, err := dictionary.Builtin()
	if err != nil {
		return nil, fmt.Errorf("shipped dictionary: %w", err)
	}
	if o.Framework == shippedFramework {
		o.Framework = ""
	}
	s := &Service{Dictionary: dict, Version: o.Version, views: &views{}, others: &frameworks{}, decided: &sync.Map{}}
	// What is read from different files is read at the same time: the first page is waited for.
	var fromCatalogue, fromKnowledge, fromFramework error
	var wg sync.WaitGroup
	wg.Go(func() { s.Catalogue, fromCatalogue = LoadCatalogue(o.Catalogue, dict) })
	wg.Go(func() { s.Knowledge, fromKnowledge = evaluator.BuiltinKnowledge(dict) })
	wg.Go(func() { s.Framework, fromFramework = openJudgement(o.Framework, dict) })
	wg.Wait()
	switch {
	case fromCatalogue != nil:
		return nil, fromCatalogue
	case fromKnowledge != nil:
		return nil, fmt.Errorf("shipped knowledge: %w", fromKnowledge)
	case fromFramework != nil:
		return nil, fromFramework
	}
	return s, nil
}

// openJudgement compiles the framework at path, or the shipped one.
func openJudgement(path string, dict *catalog.Dictionary) (*framework.Compiled, error) {
	env, err := Environment(dict, path != "")
	if err != nil {
		return nil, err
	}
	if path != "" {
		return openFramework(path, env)
	}
	c, err := framework.Builtin(env)
	if err != nil {
		return nil, fmt.Errorf("shipped framework: %w", err)
	}
	return c, nil
}

// Environment is the expression environment over a dictionary and the derived facts; limited for frameworks that
// others wrote.
func Environment(dict *catalog.Dictionary, limited bool) (*expr.Env, error) {
	decls, err := derive.Declarations()
	if err != nil {
		return nil, fmt.Errorf("shipped derived facts: %w", err)
	}
	var list []expr.Declaration
	for _, d := range decls {
		x := expr.Declaration{Path: d.Path, Type: d.Type, Many: d.Many}
		for _, v := range d.Values {
			x.Values = append(x.Values, v.ID)
		}
		list = append(list, x)
	}
	if limited {
		return expr.New(dict, list, expr.Limited())
	}
	return expr.New(dict, list)
}

// LoadCatalogue reads the catalogue that Options.Catalogue names.
func LoadCatalogue(path string, dict *catalog.Dictionary) (*catalog.Catalogue, error) {
	if path == "" {
		return reference.Builtin()
	}
	if added, ok := strings.CutPrefix(path, "+"); ok {
		base, err := reference.Builtin()
		if err != nil {
			return nil, err
		}
		return exchange.LoadOver(base, added, dict)
	}
	return exchange.Load(path, dict)
}

// openFramework reads the framework of a folder with its weight sets.
func openFramework(path string, env *expr.Env) (*framework.Compiled, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return nil, strict.Faults{{File: path, Text: wording.Textf("expected the folder of a framework (framework.yaml and its families)", "attendu : le dossier d'un référentiel (framework.yaml et ses familles)")}}
	}
	return framework.Load(os.DirFS(path), env)
}

// Request is one question to the evaluator.
type Request struct {
	Offering     string
	UseCase      string
	Organisation string       // empty: the one the use case names, if any
	Weights      string       // id of a weight set; empty: the use case's own, else the framework's
	WeightsFile  string       // a file instead; only ever a path that the user of this machine named
	Framework    string       // hash, or id@version, of one that was published; empty: the one that the service was opened with
	On           catalog.Date // facts and law of that day
	KnownOn      catalog.Date // empty: the same day
}

// Result is an assessment and what it rests on.
type Result struct {
	Assessment *evaluator.Assessment
	Dossier    *catalog.Dossier
	Weights    *framework.WeightSet
}

// Assess gathers and evaluates. Errors are *catalog.NotFoundError for ids that name nothing.
func (s *Service) Assess(ctx context.Context, r Request) (*Result, error) {
	s, d, w, err := s.asked(ctx, r)
	if err != nil {
		return nil, err
	}
	return s.judge(d, w)
}

// asked is what a request is judged on: by which framework, on which dossier, under which weights.
func (s *Service) asked(ctx context.Context, r Request) (*Service, *catalog.Dossier, *framework.WeightSet, error) {
	s, err := s.under(ctx, r.Framework)
	if err != nil {
		return nil, nil, nil, err
	}
	in, err := s.reading(ctx, r.On, r.KnownOn)
	if err != nil {
		return nil, nil, nil, err
	}
	d, err := in.gather(ctx, r.query())
	if err != nil {
		return nil, nil, nil, err
	}
	w, err := s.weights(ctx, r)
	return s, d, w, err
}

func (r Request) query() catalog.Query {
	return catalog.Query{Offering: r.Offering, UseCase: r.UseCase, Organisation: r.Organisation}
}

// judge evaluates a dossier.
func (s *Service) judge(d *catalog.Dossier, w *framework.WeightSet) (*Result, error) {
	a, err := evaluator.Evaluate(s.input(d, w))
	if err != nil {
		return nil, fmt.Errorf("assess %s: %w", d.Offering.ID, err)
	}
	return &Result{Assessment: a, Dossier: d, Weights: w}, nil
}

func (s *Service) weights(ctx context.Context, r Request) (*framework.WeightSet, error) {
	if r.WeightsFile != "" {
		return s.weightFile(r.WeightsFile)
	}
	id := r.Weights
	if id == "" {
		id = framework.DefaultWeights
		if _, ok := s.Framework.WeightSets[r.UseCase]; ok {
			id = r.UseCase
		}
	}
	if w, ok := s.Framework.WeightSets[id]; ok {
		return w, nil
	}
	if w, err := s.publishedWeights(ctx, id); err != nil || w != nil {
		return w, err
	}
	return nil, &catalog.NotFoundError{What: wording.Textf("weight set", "jeu de pondérations"), ID: id, Nearest: wording.NearestFew(id, s.WeightSetIDs(), 3)}
}

// weightFile reads a weight set from a file of the user's.
func (s *Service) weightFile(path string) (*framework.WeightSet, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, strict.Faults{{File: path, Text: wording.Textf("no such file, or it cannot be read", "fichier introuvable ou illisible")}}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, strict.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	return framework.ReadWeights(path, data, s.Framework.Framework)
}

// WeightSetIDs lists the weight sets of the framework, sorted.
func (s *Service) WeightSetIDs() []string {
	out := make([]string, 0, len(s.Framework.WeightSets))
	for id := range s.Framework.WeightSets {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}
