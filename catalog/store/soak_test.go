package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vigie/catalog"
)

// R12: mixed load for a bounded time (five seconds; VIGIE_SOAK=10m before a release). Goroutines and open files are as
// many at the end as after the first tenth; what the program holds on to, per thing recorded, is nothing that grows.
func TestSoak(t *testing.T) {
	span, _ := time.ParseDuration(os.Getenv("VIGIE_SOAK"))
	if span == 0 {
		span = 5 * time.Second
	}
	o := sqliteOptions(t)
	o.Now = nil
	s := open(t, o)
	record(t, s, Batch{By: "tests", Sources: []catalog.Source{doc}})
	var writes, reads, failures atomic.Int64
	load := func(span time.Duration) {
		ctx, cancel := context.WithTimeout(context.Background(), span)
		defer cancel()
		fail := func(err error) {
			if err != nil && ctx.Err() == nil {
				failures.Add(1)
				t.Error(err)
			}
		}
		var wait sync.WaitGroup
		for client := range 4 {
			wait.Go(func() {
				for i := 0; ctx.Err() == nil; i++ {
					id := fmt.Sprintf("v%d-%d", client, i%500) // a bounded catalogue: what grows is the history
					b := nameBatch(id, fmt.Sprintf("Name %d of %s", writes.Add(1), id))
					b.Key = ""
					_, err := s.Record(ctx, b)
					fail(err)
				}
			})
			wait.Go(func() {
				for ctx.Err() == nil {
					ref := catalog.Ref{Kind: catalog.Vendor, ID: fmt.Sprintf("v%d-%d", client, rand.IntN(500))}
					_, _, err := s.Facts(ctx, catalog.DateOf(time.Now()), catalog.DateOf(time.Now()), ref)
					fail(err)
					_, err = s.List(ctx, ListQuery{Kind: catalog.Vendor, On: catalog.DateOf(time.Now()), Search: "name 1"})
					fail(err)
					reads.Add(2)
				}
			})
		}
		wait.Wait()
	}
	type state struct {
		goroutines, files int
		heap              uint64
	}
	// Between loads: the drivers' own goroutines end when their statement has, which takes a moment.
	look := func(most int) state {
		for range 200 {
			if runtime.NumGoroutine() <= most {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		list, _ := os.ReadDir("/proc/self/fd")
		return state{runtime.NumGoroutine(), len(list), m.HeapAlloc}
	}
	before := look(0)
	load(span / 10)
	early := look(before.goroutines)
	load(span - span/10)
	late := look(early.goroutines)
	if v := verify(t, s); !v.OK() {
		t.Error(v.Damage)
	}
	t.Logf("R12: %v, %d writes, %d reads, %d failures; goroutines %d then %d, files %d then %d, heap %d then %d KiB", span, writes.Load(), reads.Load(), failures.Load(),
		early.goroutines, late.goroutines, early.files, late.files, early.heap>>10, late.heap>>10)
	if late.goroutines > early.goroutines {
		t.Errorf("%d goroutines, %d after a tenth of the time", late.goroutines, early.goroutines)
	}
	if late.files > early.files {
		t.Errorf("%d open files, %d after a tenth of the time", late.files, early.files)
	}
	if late.heap > early.heap+early.heap/4+4<<20 {
		t.Errorf("%d KiB of heap, %d after a tenth of the time", late.heap>>10, early.heap>>10)
	}
}

// A change that panics harms nobody else: those who share its transaction are answered, and writing goes on.
func TestAPanicStaysAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		s.writer.Lock() // so that all wait, and share
		var panicked, done atomic.Int64
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() {
				defer func() {
					if recover() != nil {
						panicked.Add(1)
					}
				}()
				if i == 3 {
					s.change(context.Background(), func(c *change) error {
						c.leaf("claim", fmt.Sprintf("%064d", 1), "", nil)
						panic("a fault of the program")
					})
				} else if _, err := s.Record(context.Background(), nameBatch(fmt.Sprintf("v%d", i), "N")); err == nil {
					done.Add(1)
				}
			})
		}
		for {
			s.queueMu.Lock()
			n := len(s.queue)
			s.queueMu.Unlock()
			if n == 8 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		s.writer.Unlock()
		wait.Wait()
		if panicked.Load() != 1 || done.Load() != 7 {
			t.Errorf("%d panicked, %d recorded", panicked.Load(), done.Load())
		}
		record(t, s, nameBatch("after", "After"))
		if v := verify(t, s); !v.OK() {
			t.Error(v.Damage)
		}
	})
}
