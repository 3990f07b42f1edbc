package service

import (
	"context"
	"maps"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// reading is the catalogue on a day, as known on another and as who asks may see it: a file that is wholly in memory, or
// a store that is read as little as possible.
type reading struct {
	s           *Service
	on, knownOn catalog.Date
	view        *catalog.View // of a file
	store       store.Reader  // as who asks sees it, when there is no view
	assumed     []catalog.Assumption
}

// reading begins to read. Errors are those of permissions.
func (s *Service) reading(ctx context.Context, on, knownOn catalog.Date) (*reading, error) {
	if knownOn == "" {
		knownOn = on
	}
	r := &reading{s: s, on: on, knownOn: knownOn}
	if s.Store != nil {
		if err := account.Need(ctx, account.Read); err != nil {
			return nil, err
		}
		r.store = s.seen(ctx)
		return r, nil
	}
	r.view = s.fileView(on, knownOn)
	return r, nil
}

// assume gives the same under assumptions. Some that cannot be made are only found out by gather.
func (r *reading) assume(list []catalog.Assumption) (*reading, error) {
	if len(list) == 0 {
		return r, nil
	}
	if err := r.s.checkAssumedLaws(list); err != nil {
		return nil, err
	}
	out := *r
	out.assumed = list
	if r.view == nil {
		return &out, nil
	}
	var err error
	out.view, err = r.view.Assume(list)
	return &out, err
}

// gather collects a dossier.
func (r *reading) gather(ctx context.Context, q catalog.Query) (*catalog.Dossier, error) {
	if r.view != nil {
		return r.view.Gather(q)
	}
	in, err := r.s.judgedWithin(ctx, r.store, q)
	if err != nil {
		return nil, err
	}
	if len(r.assumed) == 0 {
		if v := r.s.inMemory(ctx, in, r.on, r.knownOn); v != nil {
			if d, err := v.Gather(q); err == nil {
				return d, nil
			}
		} // a refusal names what is near, which the store knows best
	}
	return in.Gather(ctx, r.on, r.knownOn, q, r.assumed...)
}

// record gives one record as it stood, with the sources that its facts cite.
func (r *reading) record(ctx context.Context, ref catalog.Ref) (*catalog.DossierRecord, []catalog.Source, error) {
	if r.view != nil {
		rec, ok := r.view.Record(ref)
		if !ok {
			return nil, nil, notFound(ref, r.view.IDs(ref.Kind))
		}
		return rec, r.sources(rec), nil
	}
	recs, sources, err := r.store.Facts(ctx, r.on, r.knownOn, ref)
	if err != nil {
		return nil, nil, err
	}
	if len(recs) == 0 {
		ids, err := r.ids(ctx, ref.Kind)
		if err != nil {
			return nil, nil, err
		}
		return nil, nil, notFound(ref, ids)
	}
	return &recs[0], sources, nil
}

// sources are those that a record of the view cites.
func (r *reading) sources(rec *catalog.DossierRecord) []catalog.Source {
	cited := map[string]bool{}
	for _, f := range rec.Facts {
		cited[f.Source] = true
		for _, c := range f.Contradicts {
			cited[c.Source] = true
		}
	}
	var out []catalog.Source
	for id := range cited {
		if src, ok := r.view.Source(id); ok {
			out = append(out, src)
		}
	}
	return out
}

// naming lists the records whose reference fact names the target of each link.
func (r *reading) naming(ctx context.Context, links ...catalog.Link) (map[catalog.Link][]catalog.Ref, error) {
	out := map[catalog.Link][]catalog.Ref{}
	if r.view != nil {
		for _, l := range links {
			out[l] = r.view.Naming(l.Path, l.Target)
		}
		return out, nil
	}
	return r.store.Naming(ctx, r.on, links...)
}

// names names records; those that are not there by their ids.
func (r *reading) names(ctx context.Context, refs []catalog.Ref) (map[catalog.Ref]wording.Text, error) {
	out := map[catalog.Ref]wording.Text{}
	for _, ref := range refs {
		out[ref] = wording.Same(ref.ID)
		if r.view != nil {
			out[ref] = r.view.Name(ref)
		}
	}
	if r.view != nil || len(refs) == 0 {
		return out, nil
	}
	recs, _, err := r.store.Facts(ctx, r.on, r.knownOn, refs...)
	for i := range recs {
		out[recs[i].Ref()] = recs[i].Name()
	}
	return out, err
}

// ids lists every record of a kind.
func (r *reading) ids(ctx context.Context, kind catalog.Kind) ([]string, error) {
	if r.view != nil {
		return r.view.IDs(kind), nil
	}
	return r.store.IDs(ctx, kind)
}

func notFound(ref catalog.Ref, near []string) error {
	return &catalog.NotFoundError{What: ref.Kind.Label().Lower(), ID: ref.ID, Nearest: wording.NearestFew(ref.ID, near, 3)}
}

// seen is the store as who asks sees it: what belongs to other entities of the group does not exist.
func (s *Service) seen(ctx context.Context) store.Reader {
	return s.Store.In(scopeOf(account.From(ctx)))
}

// state is what answers depend on besides the question: everything recorded so far, and whose eyes look.
type state struct {
	head  tlog.Hash
	scope string
}

// state tells the state of the store as who asks may see it. A file never changes.
func (s *Service) state(ctx context.Context) (state, error) {
	if s.Store == nil {
		return state{}, nil
	}
	if err := account.Need(ctx, account.Read); err != nil {
		return state{}, err
	}
	head, err := s.Store.Head(ctx)
	return state{head.Hash, s.seen(ctx).Scope().String()}, err
}

// LargeStore is the number of log entries from which a store is never read whole into memory.
const LargeStore = 200_000

// TooLargeError says that there is too much to be answered in one piece.
type TooLargeError struct{ Entries int64 }

func (e *TooLargeError) Error() string { return e.In(wording.EN) }

// In writes the error in one language.
func (e *TooLargeError) In(l wording.Lang) string {
	return wording.Textf("there is too much to be shown whole (%d entries): search, or ask for one page", "il y a trop à montrer en entier (%d entrées) : rechercher, ou demander une page", e.Entries).In(l)
}

// maxViews bounds how many days are kept resolved at once.
const maxViews = 8

// viewKey names a view: what is written later makes another.
type viewKey struct {
	on, knownOn catalog.Date
	state       state
}

// View is the catalogue as it stood on a day and as known on another; recent ones are kept until something is written.
// A large store gives a *TooLargeError: it is read with List, Sheet, Names and Assess.
func (s *Service) View(ctx context.Context, on, knownOn catalog.Date) (*catalog.View, error) {
	if knownOn == "" {
		knownOn = on
	}
	if s.Store == nil {
		return s.fileView(on, knownOn), nil
	}
	if err := account.Need(ctx, account.Read); err != nil {
		return nil, err
	}
	head, err := s.Store.Head(ctx)
	if err != nil {
		return nil, err
	}
	if head.N > LargeStore {
		return nil, &TooLargeError{head.N}
	}
	return s.views.get(viewKey{on, knownOn, state{head.Hash, s.seen(ctx).Scope().String()}}, func() (*catalog.View, error) {
		return s.seen(ctx).View(context.WithoutCancel(ctx), on, knownOn) // others may wait for it
	})
}

// inMemory is the whole of what a reader sees, if it was read already and nothing was written since; nil otherwise. What is
// gathered from it is the same as from the store, takes a hundredth of the time, and shares its facts with other dossiers.
func (s *Service) inMemory(ctx context.Context, in store.Reader, on, knownOn catalog.Date) *catalog.View {
	head, err := s.Store.Head(ctx)
	if err != nil {
		return nil // whoever reads the store is told
	}
	return s.views.ready(viewKey{on, knownOn, state{head.Hash, in.Scope().String()}})
}

// toMemory reads a store whole, for many questions that are judged on the same records as this one. It does nothing for a
// large store, and leaves errors to whoever asks the question.
func (s *Service) toMemory(ctx context.Context, q Request) {
	in, err := s.judgedWithin(ctx, s.seen(ctx), q.query())
	if err != nil {
		return
	}
	head, err := s.Store.Head(ctx)
	if err != nil || head.N > LargeStore {
		return
	}
	_, _ = s.views.get(viewKey{q.On, q.KnownOn, state{head.Hash, in.Scope().String()}}, func() (*catalog.View, error) {
		return in.View(context.WithoutCancel(ctx), q.On, q.KnownOn) // others may wait for it
	})
}

func (s *Service) fileView(on, knownOn catalog.Date) *catalog.View {
	v, _ := s.views.get(viewKey{on: on, knownOn: knownOn}, func() (*catalog.View, error) { return s.Catalogue.At(s.Dictionary, on, knownOn), nil })
	return v
}

// views keeps recent views; each is made once, however many ask for it at the same time.
type views struct {
	mu   sync.Mutex
	kept map[viewKey]*view
}

type view struct {
	mu sync.Mutex
	v  *catalog.View
}

// ready gives a view that is read already; nil: none, or one that is being read.
func (c *views) ready(k viewKey) *catalog.View {
	c.mu.Lock()
	x := c.kept[k]
	c.mu.Unlock()
	if x == nil || !x.mu.TryLock() {
		return nil
	}
	defer x.mu.Unlock()
	return x.v
}

func (c *views) get(k viewKey, read func() (*catalog.View, error)) (*catalog.View, error) {
	c.mu.Lock()
	x := c.kept[k]
	if x == nil {
		// What stood before the last write is not asked for again.
		maps.DeleteFunc(c.kept, func(old viewKey, _ *view) bool { return old.state.head != k.state.head })
		if len(c.kept) >= maxViews || c.kept == nil {
			c.kept = map[viewKey]*view{}
		}
		x = &view{}
		c.kept[k] = x
	}
	c.mu.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.v != nil {
		return x.v, nil
	}
	var err error
	x.v, err = read() // whoever comes next tries again after a failure
	return x.v, err
}

// Names names records on a day, reading what it is asked for from the store once. A record that cannot be read is named
// by its id.
type Names struct {
	store       store.Reader
	ctx         context.Context
	on, knownOn catalog.Date

	mu    sync.Mutex
	known map[catalog.Ref]wording.Text
}

// Names gives what names records on a day, for one answer: it lasts as long as ctx.
func (s *Service) Names(ctx context.Context, on, knownOn catalog.Date) (Namer, error) {
	if knownOn == "" {
		knownOn = on
	}
	if s.Store == nil {
		return s.fileView(on, knownOn), nil
	}
	if err := account.Need(ctx, account.Read); err != nil {
		return nil, err
	}
	return &Names{store: s.seen(ctx), ctx: ctx, on: on, knownOn: knownOn, known: map[catalog.Ref]wording.Text{}}, nil
}

// Read reads the names of many records at once.
func (n *Names) Read(refs ...catalog.Ref) error {
	recs, _, err := n.store.Facts(n.ctx, n.on, n.knownOn, refs...)
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range recs {
		n.known[recs[i].Ref()] = recs[i].Name()
	}
	return err
}

// Name names a record.
func (n *Names) Name(ref catalog.Ref) wording.Text {
	n.mu.Lock()
	name, ok := n.known[ref]
	n.mu.Unlock()
	if ok {
		return name
	}
	name = wording.Same(ref.ID)
	if recs, _, err := n.store.Facts(n.ctx, n.on, n.knownOn, ref); err == nil && len(recs) == 1 {
		name = recs[0].Name()
	}
	n.mu.Lock()
	n.known[ref] = name
	n.mu.Unlock()
	return name
}
