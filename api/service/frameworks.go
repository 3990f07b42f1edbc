package service

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/framework"
)

// frameworks keeps the services that judge under published frameworks, by hash. Frameworks never change: what was compiled
// once is good for as long as the program runs.
type frameworks struct {
	mu   sync.Mutex
	kept map[string]*Service
}

// maxFrameworks bounds how many are compiled at once.
const maxFrameworks = 16

// FrameworkLine is one framework that can be judged under.
type FrameworkLine struct {
	ID      string           `json:"id"`
	Version string           `json:"version"`
	Status  framework.Status `json:"status"`
	Title   wording.Text     `json:"title"`
	Hash    string           `json:"hash"`
	Default bool             `json:"default"`          // judged under when none is named
	Leaf    *int64           `json:"leaf,omitempty"`   // entry of the log; none: shipped with the program
	Entity  string           `json:"entity,omitempty"` // that it belongs to; empty: shared by all
}

func line(f *framework.Framework) FrameworkLine {
	return FrameworkLine{ID: f.ID, Version: f.Version, Status: f.Status, Title: f.Title, Hash: f.Hash()}
}

// maxListed bounds what is read for one list.
const maxListed = 1000

// Frameworks lists the frameworks that can be judged under: the default one, then those published, newest first.
func (s *Service) Frameworks(ctx context.Context) ([]FrameworkLine, error) {
	first := line(s.Framework.Framework)
	first.Default = true
	out := []FrameworkLine{first}
	if s.Store == nil {
		return out, nil
	}
	in, err := s.ledger(ctx, account.Read)
	if err != nil {
		return nil, err
	}
	docs, err := in.Documents(ctx, store.Framework, nil, 0, maxListed)
	if err != nil {
		return nil, err
	}
	for _, d := range docs {
		if d.Index["publishes"] != "" { // says who published one
			continue
		}
		if d.Hash == first.Hash {
			out[0].Leaf = &d.Leaf
			continue
		}
		f, err := readKept[framework.Framework](ctx, in, store.Framework, d.Hash)
		if err != nil {
			return nil, err
		}
		l := line(f)
		l.Leaf, l.Entity = &d.Leaf, d.Entity
		out = append(out, l)
	}
	return out, nil
}

// under gives the service that judges under a framework: hash, or id@version; empty: this one.
func (s *Service) under(ctx context.Context, ref string) (*Service, error) {
	if ref == "" || s.Framework == nil {
		return s, nil
	}
	if f := s.Framework.Framework; ref == f.Hash() || ref == f.ID+"@"+f.Version {
		return s, nil
	}
	if s.Store == nil {
		return nil, s.noFramework(ref, nil)
	}
	in, err := s.ledger(ctx, account.Read)
	if err != nil {
		return nil, err
	}
	hash := ref
	if !catalog.ValidSHA256(ref) {
		docs, err := in.Documents(ctx, store.Framework, map[string]string{"name": ref}, 0, 1)
		if err != nil {
			return nil, err
		}
		if len(docs) == 0 {
			return nil, s.noFramework(ref, func() ([]FrameworkLine, error) { return s.Frameworks(ctx) })
		}
		hash = docs[0].Hash
	}
	return s.underKept(ctx, in, hash)
}

func (s *Service) noFramework(ref string, list func() ([]FrameworkLine, error)) error {
	names := []string{s.Framework.ID + "@" + s.Framework.Version}
	if list != nil {
		lines, err := list()
		if err != nil {
			return err
		}
		for _, l := range lines {
			names = append(names, l.ID+"@"+l.Version)
		}
	}
	return &catalog.NotFoundError{What: wording.Textf("framework", "référentiel"), ID: ref, Nearest: wording.NearestFew(ref, names, 3)}
}

// underKept gives the service that judges under a framework that the store keeps.
func (s *Service) underKept(ctx context.Context, in store.Reader, hash string) (*Service, error) {
	f, err := readKept[framework.Framework](ctx, in, store.Framework, hash) // also when it is compiled already: who asks must see it
	if err != nil {
		return nil, err
	}
	s.others.mu.Lock()
	defer s.others.mu.Unlock()
	if kept := s.others.kept[hash]; kept != nil {
		return kept, nil
	}
	env, err := Environment(s.Dictionary, true)
	if err != nil {
		return nil, err
	}
	c, err := f.Compile(env)
	if err != nil {
		return nil, fmt.Errorf("kept framework %s: %w", hash, err)
	}
	if f.Hash() != hash {
		return nil, fmt.Errorf("kept framework %s: its content has the hash %s", hash, f.Hash())
	}
	docs, err := in.Documents(ctx, store.WeightSet, map[string]string{"framework": hash, "with": "framework"}, 0, maxListed)
	if err != nil {
		return nil, err
	}
	for _, d := range docs {
		w, err := readKept[framework.WeightSet](ctx, in, store.WeightSet, d.Hash)
		if err != nil {
			return nil, err
		}
		c.WeightSets[w.ID] = w
	}
	says, err := publicationKept(ctx, in, hash)
	if err != nil {
		return nil, err
	}
	if says != nil {
		for _, w := range says.WeightSets {
			c.WeightSets[w.ID] = w
		}
	}
	if s.others.kept == nil || len(s.others.kept) >= maxFrameworks {
		s.others.kept = map[string]*Service{}
	}
	out := s.with(c)
	s.others.kept[hash] = out
	return out, nil
}

// publishedWeights finds a weight set that was published for the framework, by id or hash; nil: there is none.
func (s *Service) publishedWeights(ctx context.Context, id string) (*framework.WeightSet, error) {
	if s.Store == nil {
		return nil, nil
	}
	in, err := s.ledger(ctx, account.Read)
	if err != nil {
		return nil, err
	}
	if catalog.ValidSHA256(id) {
		w, err := readKept[framework.WeightSet](ctx, in, store.WeightSet, id)
		if isNotFound(err) {
			return nil, nil
		}
		return w, err
	}
	docs, err := in.Documents(ctx, store.WeightSet, map[string]string{"publishes_for": s.Framework.Hash(), "id": id}, 0, 1)
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	return readKept[framework.WeightSet](ctx, in, store.WeightSet, docs[0].Index["weight_set"])
}

// publication makes a weight set the one that its id names for a framework, from then on. After is the publication before
// it, so that going back to an earlier set is a publication of its own.
type publication struct {
	Format    string `json:"format"`
	ID        string `json:"id"`
	Framework string `json:"framework"`  // hash
	WeightSet string `json:"weight_set"` // hash
	By        string `json:"by"`
	After     string `json:"after,omitempty"`
}

const publicationFormat = "vigie-weights-published/1"

// PublishFramework records a framework with its weight sets, read from files as a folder holds them, so that it can be
// judged under. A version that was published never changes: another content needs another version (*store.ConflictError).
// Faults of the files are strict.Faults.
func (s *Service) PublishFramework(ctx context.Context, files fs.FS) (*FrameworkLine, error) {
	p, err := s.writer(ctx, account.Configure)
	if err != nil {
		return nil, err
	}
	env, err := Environment(s.Dictionary, true)
	if err != nil {
		return nil, err
	}
	c, err := framework.Load(files, env)
	if err != nil {
		return nil, err
	}
	b, err := s.publicationOf(ctx, p, c, "", wording.Text{})
	if err != nil {
		return nil, err
	}
	if _, err := s.Store.Record(ctx, b); err != nil {
		return nil, err
	}
	l := line(c.Framework)
	return &l, nil
}

func frameworkDocument(f *framework.Framework) (store.Document, error) {
	body, err := catalog.Canonical(f)
	return store.Document{Kind: store.Framework, Body: body, Index: map[string]string{"name": f.ID + "@" + f.Version, "id": f.ID, "version": f.Version}}, err
}

func weightDocument(w *framework.WeightSet, of string) (store.Document, error) {
	body, err := catalog.Canonical(w)
	return store.Document{Kind: store.WeightSet, Body: body, Index: map[string]string{"id": w.ID, "framework": of}}, err
}

// PublishWeights records a weight set for a framework, under which assessments and comparisons can be made. The author is
// who publishes. A newer one of the same id takes the place of an older one; both stay.
func (s *Service) PublishWeights(ctx context.Context, ref string, w evaluator.Weighing) (*framework.WeightSet, error) {
	p, err := s.writer(ctx, account.Configure)
	if err != nil {
		return nil, err
	}
	s, err = s.under(ctx, ref)
	if err != nil {
		return nil, err
	}
	w.Author = person(p)
	set, err := w.WeightSet(s.Framework.Framework)
	if err != nil {
		return nil, err
	}
	if _, shipped := s.Framework.WeightSets[set.ID]; shipped {
		return nil, &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "id", Text: wording.Textf("%q comes with the framework: choose another id", "« %s » fait partie du référentiel : choisir un autre identifiant", set.ID)}}}
	}
	d, err := weightDocument(set, s.Framework.Hash())
	if err != nil {
		return nil, err
	}
	in := s.Store.In(scopeOf(p))
	before, err := in.Documents(ctx, store.WeightSet, map[string]string{"publishes_for": s.Framework.Hash(), "id": set.ID}, 0, 1)
	if err != nil {
		return nil, err
	}
	x := publication{Format: publicationFormat, ID: set.ID, Framework: s.Framework.Hash(), WeightSet: set.Hash(), By: person(p)}
	if len(before) > 0 {
		if before[0].Index["weight_set"] == set.Hash() {
			return set, nil
		}
		x.After = before[0].Hash
	}
	body, err := catalog.Canonical(x)
	if err != nil {
		return nil, err
	}
	b := s.batch(p, "")
	b.Documents = []store.Document{d, {Kind: store.WeightSet, Body: body, Index: map[string]string{"id": set.ID, "publishes_for": s.Framework.Hash(), "weight_set": set.Hash()}}}
	_, err = s.Store.Record(ctx, b)
	return set, err
}

// Weights lists the weight sets under which a framework can be used: those that come with it, then those published, sorted
// by id.
func (s *Service) Weights(ctx context.Context, ref string) ([]*framework.WeightSet, error) {
	s, err := s.under(ctx, ref)
	if err != nil {
		return nil, err
	}
	by := map[string]*framework.WeightSet{}
	if s.Store != nil {
		in, err := s.ledger(ctx, account.Read)
		if err != nil {
			return nil, err
		}
		docs, err := in.Documents(ctx, store.WeightSet, map[string]string{"publishes_for": s.Framework.Hash()}, 0, maxListed)
		if err != nil {
			return nil, err
		}
		for _, d := range docs { // newest first
			if by[d.Index["id"]] != nil {
				continue
			}
			if by[d.Index["id"]], err = readKept[framework.WeightSet](ctx, in, store.WeightSet, d.Index["weight_set"]); err != nil {
				return nil, err
			}
		}
	}
	for id, w := range s.Framework.WeightSets {
		by[id] = w
	}
	out := make([]*framework.WeightSet, 0, len(by))
	for _, w := range by {
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b *framework.WeightSet) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}
