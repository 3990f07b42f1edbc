package service

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"vigie/catalog"
	"vigie/catalog/account"
)

// maxKept bounds how many results are kept: all reference offerings for a few uses and days. A result from a store shares
// nothing with others (a third of a megabyte), and the store needs room of its own.
const (
	maxKept      = 512
	maxKeptStore = 128
)

func (c *Cached) most() int {
	if c.Store != nil {
		return maxKeptStore
	}
	return maxKept
}

// room makes some, when there is none, by forgetting half of what is kept.
func room[K comparable, V any](m map[K]V, most int) {
	if len(m) < most {
		return
	}
	for k := range m {
		if delete(m, k); len(m) <= most/2 {
			return
		}
	}
}

// Cached is a service that keeps recent results: an assessment depends on nothing but its request and what is recorded,
// so a kept one is as good as a new one until something is written.
type Cached struct {
	*Service

	mu     sync.Mutex
	head   tlog.Hash // that kept is of
	kept   map[keptKey]*kept
	judged map[judgedKey]*Result

	waits standings // what is to be done, by whom

	agendas map[string]*Agenda // by the hashes of the assessments that they rest on
}

// judgedKey is what a result rests on: when something is written that does not touch a dossier, it is read again, and not
// judged again.
type judgedKey struct{ dossier, framework, weights string }

type keptKey struct {
	Request
	state state
}

type kept struct {
	once sync.Once
	res  *Result
	err  error
}

// Keep wraps a service.
func Keep(s *Service) *Cached {
	return &Cached{Service: s, kept: map[keptKey]*kept{}, judged: map[judgedKey]*Result{}, agendas: map[string]*Agenda{}}
}

// Assess gathers and evaluates, once for equal requests that run at the same time. The result is shared: callers
// must not change it.
func (c *Cached) Assess(ctx context.Context, r Request) (*Result, error) {
	if r.KnownOn == "" {
		r.KnownOn = r.On
	}
	now, err := c.state(ctx)
	if err != nil {
		return nil, err
	}
	key := keptKey{r, now}
	c.mu.Lock()
	k := c.kept[key]
	if k == nil {
		if c.head != now.head { // what stood before the last write is not asked for again
			clear(c.kept)
			c.head = now.head
		}
		room(c.kept, c.most())
		k = &kept{}
		c.kept[key] = k
	}
	c.mu.Unlock()
	// Others may wait for this answer: it is finished for them when the one who asked first has gone.
	k.once.Do(func() { k.res, k.err = c.assess(context.WithoutCancel(ctx), r) })
	if k.err != nil { // an id that names nothing must not fill the store
		c.mu.Lock()
		if c.kept[key] == k {
			delete(c.kept, key)
		}
		c.mu.Unlock()
	}
	return k.res, k.err
}

// assess reads what a request is judged on and judges it, unless just that was judged before.
func (c *Cached) assess(ctx context.Context, r Request) (*Result, error) {
	if c.Store == nil { // a file does not change
		return c.Service.Assess(ctx, r)
	}
	s, d, w, err := c.asked(ctx, r)
	if err != nil {
		return nil, err
	}
	k := judgedKey{d.Hash(), s.Framework.Hash(), w.Hash()}
	c.mu.Lock()
	res := c.judged[k]
	c.mu.Unlock()
	if res != nil {
		return res, nil
	}
	if res, err = s.judge(d, w); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	room(c.judged, c.most())
	c.judged[k] = res
	return res, nil
}

// manyAtOnce is how many questions are worth reading a store whole for.
const manyAtOnce = 8

// AssessAll answers requests in their order, several at a time. The error is the first one, in that order.
func (c *Cached) AssessAll(ctx context.Context, requests []Request) ([]*Result, error) {
	out, errs := make([]*Result, len(requests)), make([]error, len(requests))
	if c.Store != nil && len(requests) >= manyAtOnce && account.Need(ctx, account.Read) == nil {
		first := requests[0]
		if first.KnownOn == "" {
			first.KnownOn = first.On
		}
		c.toMemory(ctx, first)
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(requests)) {
		wg.Go(func() {
			for i := range next {
				out[i], errs[i] = c.Assess(ctx, requests[i])
			}
		})
	}
	for i := range requests {
		next <- i
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Warm assesses every offering for every use case on a day, one after the other, so that pages find the answer ready.
// It stops when ctx ends.
func (c *Cached) Warm(ctx context.Context, on catalog.Date) {
	if c.Store != nil { // for the people of the group, who are most
		ctx = account.With(ctx, account.Local())
	}
	v, err := c.View(ctx, on, on)
	if err != nil {
		return // a large store, or one that cannot be read: whoever asks is told
	}
	ready := c.most() - 1
	if c.Store != nil { // the next write makes what is ready old
		ready = c.most() / 2
		c.toMemory(ctx, Request{On: on, KnownOn: on})
	}
	for _, uc := range v.IDs(catalog.UseCase) {
		for _, id := range v.IDs(catalog.Offering) {
			c.mu.Lock()
			full := len(c.kept) >= ready
			c.mu.Unlock()
			if ctx.Err() != nil || full {
				return
			}
			if _, err := c.Assess(ctx, Request{Offering: id, UseCase: uc, On: on}); err != nil {
				return // whoever asks for it is told
			}
		}
	}
}
