package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vigie/catalog"
)

// quantile of durations, for figures only.
func quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[min(len(d)-1, int(q*float64(len(d))))]
}

// R6: 50 clients edit one record, each from the revision that it saw. As many succeed as the revision grew; each other
// is told that it was changed, with both revisions; no change is lost.
func TestEditsOfOneRecordNeverOverwrite(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		clients, edits := 50, 200
		if testing.Short() || o.DSN != "" {
			clients, edits = 50, 20
		}
		s := open(t, o)
		ref := catalog.Ref{Kind: catalog.Vendor, ID: "one"}
		record(t, s, Batch{By: "tests", Records: []catalog.Ref{ref}})
		var ok, refused atomic.Int64
		var mu sync.Mutex
		var took []time.Duration
		var wait sync.WaitGroup
		for client := range clients {
			wait.Go(func() {
				for i := range edits {
					rev, err := s.Revision(context.Background(), ref)
					if err != nil {
						t.Error(err)
						return
					}
					b := nameBatch("one", fmt.Sprintf("by %d, edit %d", client, i))
					b.Key, b.Records, b.Expect = "", nil, []Expectation{{ref, rev}}
					start := time.Now()
					_, err = s.Record(context.Background(), b)
					d := time.Since(start)
					mu.Lock()
					took = append(took, d)
					mu.Unlock()
					if c, conflict := errors.AsType[*ConflictError](err); conflict {
						if c.Want != rev || c.Have <= rev {
							t.Errorf("revisions %d, %d; saw %d", c.Have, c.Want, rev)
						}
						refused.Add(1)
					} else if err != nil {
						t.Error(err)
					} else {
						ok.Add(1)
					}
				}
			})
		}
		wait.Wait()
		rev, err := s.Revision(t.Context(), ref)
		if err != nil || rev != ok.Load()+1 || ok.Load()+refused.Load() != int64(clients*edits) {
			t.Errorf("revision %d after %d edits and %d refusals: %v", rev, ok.Load(), refused.Load(), err)
		}
		if v := verify(t, s); !v.OK() || v.Claims != ok.Load() {
			t.Errorf("%d claims, %v", v.Claims, v.Damage)
		}
		t.Logf("R6 %s: %d clients × %d edits: %d recorded, %d told of a conflict, 0 lost; p50 %v, p99 %v", s.Engine(), clients, edits, ok.Load(), refused.Load(), quantile(took, .5), quantile(took, .99))
	})
}

// R8: backups while 16 clients write hold every write acknowledged before each began, and verify where they are restored.
func TestBackupUnderLoad(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		times := 20
		if testing.Short() || o.DSN != "" {
			times = 4
		}
		s := open(t, o)
		var acks sync.Map
		var count atomic.Int64
		ctx, cancel := context.WithCancel(context.Background())
		var wait sync.WaitGroup
		for client := range 16 {
			wait.Go(func() {
				for i := 0; ctx.Err() == nil; i++ {
					id := fmt.Sprintf("v-%d-%d", client, i)
					if _, err := s.Record(context.Background(), nameBatch(id, id)); err != nil {
						t.Error(err)
						return
					}
					acks.Store(id, true)
					count.Add(1)
					time.Sleep(2 * time.Millisecond)
				}
			})
		}
		var took []time.Duration
		for i := range times {
			for count.Load() == 0 {
				time.Sleep(time.Millisecond)
			}
			var before []string
			acks.Range(func(k, _ any) bool { before = append(before, k.(string)); return true })
			dir := filepath.Join(t.TempDir(), fmt.Sprint(i))
			start := time.Now()
			if _, err := s.Backup(t.Context(), dir); err != nil {
				t.Fatal(err)
			}
			took = append(took, time.Since(start))
			to := sqliteOptions(t)
			if _, err := Restore(t.Context(), dir, to); err != nil {
				t.Fatal(err)
			}
			back := open(t, to)
			if err := lost(present(t, back), before); err != nil {
				t.Fatal(err)
			}
			back.Close()
		}
		cancel()
		wait.Wait()
		t.Logf("R8 %s: %d backups under %d writes, each restored and verified; p50 %v", s.Engine(), times, count.Load(), quantile(took, .5))
	})
}

// A key sent twice, even at once, records once; another content under the same key is a conflict.
func TestIdempotencyKeys(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		b := nameBatch("one", "One")
		var replayed atomic.Int64
		var receipts [8]Receipt
		var wait sync.WaitGroup
		for i := range receipts {
			wait.Go(func() {
				r, err := s.Record(context.Background(), b)
				if err != nil {
					t.Error(err)
				}
				if r.Replayed {
					replayed.Add(1)
				}
				receipts[i] = r
			})
		}
		wait.Wait()
		if replayed.Load() != 7 {
			t.Errorf("%d of 8 were replayed", replayed.Load())
		}
		for _, r := range receipts {
			if r.Leaves != 2 || len(r.Claims) != 1 || r.Claims[0] != receipts[0].Claims[0] {
				t.Errorf("%+v", r)
			}
		}
		other := nameBatch("two", "Two")
		other.Key = b.Key
		if _, err := s.Record(t.Context(), other); !isConflict(err) {
			t.Errorf("the key for another content: %v", err)
		}
		if n, err := s.ForgetReceipts(t.Context(), today.Add(time.Hour)); n != 1 || err != nil {
			t.Errorf("forgot %d: %v", n, err)
		}
	})
}

func isConflict(err error) bool { _, ok := errors.AsType[*ConflictError](err); return ok }

// One refused batch does not take back those that share its transaction.
func TestRefusalsStayAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		s.writer.Lock() // so that all wait, and share
		var wait sync.WaitGroup
		var bad atomic.Int64
		for i := range 30 {
			wait.Go(func() {
				b := nameBatch(fmt.Sprintf("v%d", i), "N")
				if i%3 == 0 {
					b.Claims[0].Path = "vendor.nmae"
				}
				if _, err := s.Record(context.Background(), b); err != nil {
					bad.Add(1)
				}
			})
		}
		for {
			s.queueMu.Lock()
			n := len(s.queue)
			s.queueMu.Unlock()
			if n == 30 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		s.writer.Unlock()
		wait.Wait()
		if got := len(present(t, s)); bad.Load() != 10 || got != 20 {
			t.Errorf("%d refused, %d recorded", bad.Load(), got)
		}
		if v := verify(t, s); !v.OK() {
			t.Error(v.Damage)
		}
	})
}

// R7: two replicas on one PostgreSQL database, whose connections are cut again and again, and one whose server is killed.
func TestPostgresReplicasAndCutConnections(t *testing.T) {
	o := postgresOptions(t)
	a := open(t, o)
	b := open(t, o) // the same key, from the same folder
	cuts := 100
	if testing.Short() {
		cuts = 10
	}
	var acks sync.Map
	var failed, acked atomic.Int64
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	for i, s := range []*Store{a, b, a, b} {
		wait.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				id := fmt.Sprintf("w%d-%d", i, n)
				for try := 0; ; try++ { // sent again with its key until it is told
					_, err := s.Record(context.Background(), nameBatch(id, id))
					if err == nil {
						acks.Store(id, true)
						acked.Add(1)
						break
					}
					failed.Add(1)
					_, lost := errors.AsType[*UnavailableError](err)
					_, unknown := errors.AsType[*UnknownOutcomeError](err)
					if !lost && !unknown || try > 20_000 {
						t.Errorf("%T %v", err, err)
						acked.Add(1 << 30) // nobody waits for this one
						return
					}
					time.Sleep(5 * time.Millisecond)
				}
			}
		})
	}
	pool := open(t, o).engine.pool
	conn, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range cuts {
		for seen := acked.Load(); acked.Load() < seen+3; { // the writers are at work again
			time.Sleep(time.Millisecond)
		}
		if _, err := conn.ExecContext(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"); err != nil {
			t.Fatal(err)
		}
	}
	conn.Close()
	if err := server.run("pg_ctl", "-D", server.dir+"/data", "-m", "immediate", "-w", "stop"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	server.up()
	if server.err != "" {
		t.Fatal(server.err)
	}
	for seen := acked.Load(); acked.Load() < seen+20; {
		time.Sleep(time.Millisecond)
	}
	cancel()
	wait.Wait()
	var list []string
	acks.Range(func(k, _ any) bool { list = append(list, k.(string)); return true })
	if err := lost(present(t, a), list); err != nil {
		t.Fatal(err)
	}
	if v := verify(t, b); !v.OK() {
		t.Error(v.Damage)
	}
	t.Logf("R7: two replicas, %d cuts and a killed server: %d acknowledged, 0 lost, %d failures answered and sent again", cuts, acked.Load(), failed.Load())
}
