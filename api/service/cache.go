package service

import (
	"context"
	"runtime"
	"sync"

	"vigie/catalog"
)

// maxKept bounds how many results are kept: all reference offerings for a few uses and days.
const maxKept = 512

// Cached is a service that keeps recent results: an assessment depends on nothing but its request and what is recorded,
// so a kept one is as good as a new one until something is written.
type Cached struct {
	*Service

	mu   sync.Mutex
	kept map[keptKey]*kept
}

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
func Keep(s *Service) *Cached { return &Cached{Service: s, kept: map[keptKey]*kept{}} }

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
		if len(c.kept) >= maxKept {
			clear(c.kept)
		}
		k = &kept{}
		c.kept[key] = k
	}
	c.mu.Unlock()
	// Others may wait for this answer: it is finished for them when the one who asked first has gone.
	k.once.Do(func() { k.res, k.err = c.Service.Assess(context.WithoutCancel(ctx), r) })
	if k.err != nil { // an id that names nothing must not fill the store
		c.mu.Lock()
		if c.kept[key] == k {
			delete(c.kept, key)
		}
		c.mu.Unlock()
	}
	return k.res, k.err
}

// AssessAll answers requests in their order, several at a time. The error is the first one, in that order.
func (c *Cached) AssessAll(ctx context.Context, requests []Request) ([]*Result, error) {
	out, errs := make([]*Result, len(requests)), make([]error, len(requests))
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
	v, err := c.View(ctx, on, on)
	if err != nil {
		return // a large store, or one that cannot be read: whoever asks is told
	}
	for _, uc := range v.IDs(catalog.UseCase) {
		for _, id := range v.IDs(catalog.Offering) {
			if ctx.Err() != nil {
				return
			}
			if _, err := c.Assess(ctx, Request{Offering: id, UseCase: uc, On: on}); err != nil {
				return // whoever asks for it is told
			}
		}
	}
}
