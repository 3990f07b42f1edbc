package api

import (
	"context"
	"runtime"
	"sync"
)

// Bounds on work that takes the processor: beyond what runs, some may wait, and one client only a part of that.
const (
	maxWaiting = 64 // of everybody
	maxMine    = 8  // of one client, running and waiting
)

// work lets heavy requests take turns, so that a flood of them leaves readers their processor.
type work struct {
	turns chan struct{}

	mu      sync.Mutex
	waiting int
	mine    map[string]int
}

func newWork() *work {
	return &work{turns: make(chan struct{}, max(2, runtime.GOMAXPROCS(0))), mine: map[string]int{}}
}

// enter waits for a turn; leave must be called when the work is done. Errors: *busy at once when too many wait already,
// and that of the context.
func (w *work) enter(ctx context.Context, client string) (leave func(), err error) {
	w.mu.Lock()
	switch {
	case w.mine[client] >= maxMine:
		w.mu.Unlock()
		return nil, &busy{mine: true}
	case w.waiting >= maxWaiting:
		w.mu.Unlock()
		return nil, &busy{}
	}
	w.mine[client]++
	w.waiting++
	w.mu.Unlock()
	select {
	case w.turns <- struct{}{}:
		w.waited()
		return func() { <-w.turns; w.gone(client) }, nil
	case <-ctx.Done():
		w.waited()
		w.gone(client)
		return nil, ctx.Err()
	}
}

// queue counts the requests that wait.
func (w *work) queue() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.waiting
}

func (w *work) waited() {
	w.mu.Lock()
	w.waiting--
	w.mu.Unlock()
}

func (w *work) gone(client string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.mine[client]--; w.mine[client] <= 0 {
		delete(w.mine, client)
	}
}
