package access

import (
	"context"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// queue lets few hash at once, and few wait: each hash takes 19 MiB and tens of milliseconds, and whoever reads must not
// wait behind a flood of people who sign in.
type queue struct {
	slots   chan struct{}
	waiting atomic.Int64
}

const (
	maxHashing = 2
	maxWaiting = 16
	maxWait    = 5 * time.Second
)

func newQueue() *queue {
	// Half of the processors at most: the other half reads.
	return &queue{slots: make(chan struct{}, max(1, min(maxHashing, runtime.GOMAXPROCS(0)/2)))}
}

// do runs f when it is its turn; *BusyError when too many wait, or it waited too long.
func (q *queue) do(ctx context.Context, f func()) error {
	if q.waiting.Add(1) > maxWaiting {
		q.waiting.Add(-1)
		return &BusyError{After: 2 * time.Second}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, maxWait, &BusyError{After: maxWait})
	defer cancel()
	select {
	case q.slots <- struct{}{}:
		q.waiting.Add(-1)
	case <-ctx.Done():
		q.waiting.Add(-1)
		return context.Cause(ctx)
	}
	defer func() { <-q.slots }()
	f()
	return nil
}

// limits lets each key through so many times at once, then at a rate. Memory is bounded: keys that were not seen for two
// rounds are forgotten, and a round ends early when it holds many.
type limits struct {
	mu        sync.Mutex
	now       func() time.Time
	every     time.Duration
	burst     int
	new, old  map[string]*rate.Limiter
	turned    time.Time
	maxInTurn int
}

func newLimits(now func() time.Time, every time.Duration, burst int) *limits {
	return &limits{now: now, every: every, burst: burst, new: map[string]*rate.Limiter{}, turned: now(), maxInTurn: 1 << 15}
}

// take counts one try; *TooManyError when the key has had too many.
func (l *limits) take(key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if full := l.every * time.Duration(l.burst); now.Sub(l.turned) > full || len(l.new) >= l.maxInTurn {
		l.old, l.new, l.turned = l.new, map[string]*rate.Limiter{}, now
	}
	x := l.new[key]
	if x == nil {
		if x = l.old[key]; x == nil {
			x = rate.NewLimiter(rate.Every(l.every), l.burst)
		}
		l.new[key] = x
	}
	if x.AllowN(now, 1) {
		return nil
	}
	// When the next try will be let through, for Retry-After; the reservation itself is given back.
	r := x.ReserveN(now, 1)
	after := r.DelayFrom(now)
	r.CancelAt(now)
	return &TooManyError{After: after}
}

// network is the part of an address that one household or office has: limits on single IPv6 addresses limit nobody.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return "?"
	}
	a = a.Unmap()
	if a.Is4() {
		return a.String()
	}
	p, _ := a.WithZone("").Prefix(64)
	return p.String()
}
