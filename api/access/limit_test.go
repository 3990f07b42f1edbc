package access

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Of a crowd that hashes at once at most two do, some wait, and the rest are sent away at once.
func TestFewHashAtOnce(t *testing.T) {
	var crowd atomic.Int64
	q := newQueue(func(on bool) {
		if on {
			crowd.Add(1)
		}
	})
	var now, most, done, sent atomic.Int64
	gate := make(chan struct{})
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			err := q.do(context.Background(), func() {
				n := now.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				<-gate
				now.Add(-1)
			})
			if e, busy := errors.AsType[*BusyError](err); busy && e.After > 0 {
				sent.Add(1)
			} else if err == nil {
				done.Add(1)
			} else {
				t.Error(err)
			}
		})
	}
	for sent.Load() < 40-maxWaiting-maxHashing { // those for whom there is no place are told so while nobody is done
		time.Sleep(time.Millisecond)
	}
	close(gate)
	wg.Wait()
	if m := most.Load(); m < 1 || m > maxHashing {
		t.Errorf("%d hash at once", m)
	}
	if done.Load()+sent.Load() != 40 || done.Load() < maxWaiting || crowd.Load() != 1 {
		t.Errorf("%d done, %d sent away, a crowd %d times", done.Load(), sent.Load(), crowd.Load())
	}
	// Who gives up waiting leaves the place to others.
	ctx, cancel := context.WithCancel(t.Context())
	for range cap(q.slots) {
		q.slots <- struct{}{}
	}
	cancel()
	if err := q.do(ctx, func() { t.Error("run after all") }); !errors.Is(err, context.Canceled) || q.waiting.Load() != 0 {
		t.Errorf("%v, %d wait", err, q.waiting.Load())
	}
}
