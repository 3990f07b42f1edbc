package access

import (
	"context"
	"net/netip"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
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

	crowd func(on bool) // is told when people begin to wait, and when none has for a while; nil: nobody is
	mu    sync.Mutex
	quiet *time.Timer // nil: no crowd
}

const (
	maxHashing = 2
	maxWaiting = 16
	maxWait    = 5 * time.Second
	maxRest    = 250 * time.Millisecond
	crowdEnds  = 10 * time.Second
)

func newQueue(crowd func(on bool)) *queue {
	// Half of the processors at most: the other half reads.
	return &queue{crowd: crowd, slots: make(chan struct{}, max(1, min(maxHashing, runtime.GOMAXPROCS(0)/2)))}
}

// do runs f when it is its turn; *BusyError when too many wait, or it waited too long.
func (q *queue) do(ctx context.Context, f func()) error {
	n := q.waiting.Add(1)
	if n > 2 {
		q.crowded()
	}
	if n > maxWaiting {
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
	start := time.Now()
	f()
	// The place rests as long as it worked, so that even a flood leaves most of the processor, and of the collector's time
	// for 19 MiB a hash, to readers. Nobody waits for that but who comes next.
	rest := min(time.Since(start), maxRest)
	time.AfterFunc(rest, func() { <-q.slots })
	return nil
}

func (q *queue) crowded() {
	if q.crowd == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.quiet != nil {
		q.quiet.Reset(crowdEnds)
		return
	}
	q.crowd(true)
	q.quiet = time.AfterFunc(crowdEnds, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.quiet = nil
		q.crowd(false)
	})
}

// CollectLess makes garbage collection rarer while many people sign in: each leaves 19 MiB behind, and with the usual
// pace the collector would run most of the time and slow every reader down. At most 256 MiB more are used meanwhile. It
// leaves a pace that GOGC or GOMEMLIMIT set alone.
func CollectLess(on bool) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	percent := 100
	if on {
		const more = 256 << 20
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		if n := live[0].Value; n.Kind() == metrics.KindUint64 && n.Uint64() > 0 {
			percent = max(percent, min(400, int(more*100/n.Uint64())))
		}
	}
	debug.SetGCPercent(percent)
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
