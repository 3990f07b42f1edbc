package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"vigie/catalog/store/log"
)

// job is one change that waits for its turn.
type job struct {
	ctx      context.Context
	do       func(*change) error
	err      error
	panicked any
	done     bool
	wake     chan bool // true: it is done; false: it leads now
}

// together bounds how many waiting changes share one transaction: one wait for the disk acknowledges them all.
const together = 64

// change is the transaction that changes share: each adds its rows and leaves, or is taken back alone.
type change struct {
	query
	now    time.Time // stamps what is recorded; later than everything recorded before, even if the clock went back
	base   int64     // size of the log at the start
	leaves [][]byte
	latest int64 // nanoseconds
}

// leaf adds a leaf and gives its index.
func (c *change) leaf(kind, hash, entity string, index map[string]string) int64 {
	l := log.Leaf{At: c.now.Format(time.RFC3339Nano), Entity: entity, Hash: hash, Index: index, Kind: kind}
	c.leaves = append(c.leaves, l.Bytes())
	return c.base + int64(len(c.leaves)) - 1
}

// bears notes the moment that a row bears.
func (c *change) bears(ns int64) { c.latest = max(c.latest, ns) }

// change waits for its turn and runs do in a transaction with whoever waits too. When it returns nil, what do wrote is
// on the disk.
func (s *Store) change(ctx context.Context, do func(*change) error) error {
	if e := s.stopped.Load(); e != nil {
		return e
	}
	j := &job{ctx: ctx, do: do, wake: make(chan bool, 1)}
	s.queueMu.Lock()
	s.queue = append(s.queue, j)
	lead := !s.leading
	s.leading = true
	if len(s.queue) == s.crowd {
		select {
		case s.arrived <- struct{}{}:
		default:
		}
	}
	s.queueMu.Unlock()
	if lead || !<-j.wake {
		s.lead(j)
	}
	if j.panicked != nil {
		panic(j.panicked) // where it belongs, not with whoever led
	}
	return j.err
}

// lead runs what waits, its own change among it, and hands over to the next who waits. One leads at a time and those whose
// change is done wait for no lock, so that they are answered while the next transaction runs.
func (s *Store) lead(own *job) {
	defer func() {
		s.queueMu.Lock()
		defer s.queueMu.Unlock()
		if s.leading = len(s.queue) > 0; s.leading {
			s.queue[0].wake <- false
		}
	}()
	for !own.done {
		s.turn(own)
	}
}

// turn runs one transaction of those who wait.
func (s *Store) turn(own *job) {
	s.writer.Lock()
	defer s.writer.Unlock()
	s.gather()
	s.queueMu.Lock()
	n := min(len(s.queue), together)
	jobs := s.queue[:n:n]
	s.queue = s.queue[n:]
	s.queueMu.Unlock()
	defer func() {
		s.queueMu.Lock()
		s.crowd = len(jobs) + len(s.queue)
		s.queueMu.Unlock()
		for _, j := range jobs {
			if !j.done { // the transaction itself panicked
				j.done, j.err = true, afterCommit(errors.New("the transaction was broken off"))
			}
			if j != own {
				j.wake <- true
			}
		}
	}()
	s.run(jobs)
}

// gather waits a moment for those who took part last time or came meanwhile: who was just answered often writes again at
// once, and one wait for the disk then acknowledges all. It waits a quarter of what the disk took last, if at all.
func (s *Store) gather() {
	s.queueMu.Lock()
	select {
	case <-s.arrived:
	default:
	}
	missing := len(s.queue) < s.crowd
	s.queueMu.Unlock()
	if !missing || s.commit < 400*time.Microsecond {
		return
	}
	wait := time.NewTimer(min(s.commit/4, time.Millisecond))
	defer wait.Stop()
	select {
	case <-s.arrived:
	case <-wait.C:
	}
}

// run gives every job its outcome.
func (s *Store) run(jobs []*job) {
	err := s.transact(jobs)
	for _, j := range jobs {
		if j.done = true; j.err == nil {
			j.err = err
		}
		j.err = explain(j.err)
	}
	if stop, ok := errors.AsType[*StoppedError](explain(err)); ok {
		s.stopped.Store(stop)
	} else if unknown, ok := errors.AsType[*UnknownOutcomeError](err); ok && !s.engine.postgres {
		s.stopped.Store(&StoppedError{fault{cause: unknown, text: textf(
			"the database failed while it was acknowledging: writing is stopped until the program starts again; reading goes on",
			"la base de données a failli au moment de confirmer : l'écriture est arrêtée jusqu'au redémarrage du programme ; la lecture continue")}})
	}
}

// transact runs the jobs in one transaction. Its error is what happened to all those that had none of their own.
func (s *Store) transact(jobs []*job) error {
	if s.engine == nil {
		return &UnavailableError{fault{text: textf("the store is closed", "la base est fermée")}}
	}
	if e := s.stopped.Load(); e != nil {
		return e
	}
	// Who gives up waiting must not take back what others wait for.
	tx, err := s.engine.begin(context.Background())
	if err != nil {
		return explain(err)
	}
	defer tx.rollback()
	c := &change{query: tx.query}
	h, err := head(c.query, true)
	if err != nil {
		return err
	}
	edge, err := s.edgeAt(c.query, h)
	if err != nil {
		return err
	}
	c.base, c.latest = h.Size, h.LatestNs
	for _, j := range jobs {
		if j.err = j.ctx.Err(); j.err != nil {
			continue
		}
		if err := s.apply(c, j, len(jobs) > 1); err != nil {
			return err
		}
	}
	if len(c.leaves) > 0 {
		if err := c.extend(edge, h); err != nil {
			return err
		}
	}
	start := time.Now()
	err = tx.commit()
	s.commit = time.Since(start)
	if err != nil {
		s.edge = nil
		return afterCommit(err)
	}
	s.edge = edge
	if s.witness != nil && len(c.leaves) > 0 {
		s.witness.note(edge.Size, edge.Root())
	}
	return nil
}

// apply runs one job. The error is one that ends the whole transaction; a job's own refusal is kept with the job, and
// what it wrote is taken back.
func (s *Store) apply(c *change, j *job, shared bool) error {
	now := s.now().UTC().UnixNano()
	c.now = moment(max(now, c.latest+1))
	leaves, latest := len(c.leaves), c.latest
	if shared {
		if _, err := c.exec("SAVEPOINT one"); err != nil {
			return err
		}
	}
	j.err = j.safely(c)
	if j.err == nil {
		if shared {
			_, err := c.exec("RELEASE SAVEPOINT one")
			return err
		}
		return nil
	}
	switch failureOf(j.err) {
	case failureFull, failureIO, failureLost, failureCorrupt, failureBusy, failureReadOnly:
		return j.err
	}
	if !shared {
		return j.err
	}
	c.leaves, c.latest = c.leaves[:leaves], latest
	_, err := c.exec("ROLLBACK TO SAVEPOINT one")
	return err
}

// safely runs the job; one that panics is taken back alone.
func (j *job) safely(c *change) (err error) {
	defer func() {
		if j.panicked = recover(); j.panicked != nil {
			err = fmt.Errorf("panic: %v", j.panicked)
		}
	}()
	return j.do(c)
}

// edgeAt gives a copy of the border of the log to append to.
func (s *Store) edgeAt(q query, h headRow) (*log.Edge, error) {
	if s.edge != nil && s.edge.Size == h.Size {
		if root := s.edge.Root(); string(root[:]) == string(h.Root) {
			return s.edge.Clone(), nil
		}
	}
	edge, err := log.LoadEdge(h.Size, tileReader{q})
	if err != nil {
		return nil, err
	}
	if root := edge.Root(); string(root[:]) != string(h.Root) {
		return nil, damaged("log_head", "1", "the root of the log does not fit its tiles", "la racine du journal ne correspond pas à ses tuiles")
	}
	return edge, nil
}

// extend writes leaves, tiles and head.
func (c *change) extend(edge *log.Edge, h headRow) error {
	list, hashes := make([][]any, len(c.leaves)), make([]tlog.Hash, len(c.leaves))
	for i, b := range c.leaves {
		list[i], hashes[i] = []any{c.base + int64(i), b}, tlog.RecordHash(b)
	}
	if err := c.insert("log_leaves", "idx, bytes", list); err != nil {
		return err
	}
	for _, t := range edge.Append(hashes...) {
		if _, err := c.exec("INSERT INTO log_tiles (level, n, data) VALUES (?, ?, ?) ON CONFLICT (level, n) DO UPDATE SET data = excluded.data", t.Level, t.N, t.Data); err != nil {
			return err
		}
	}
	root := edge.Root()
	n, err := c.exec("UPDATE log_head SET size = ?, root = ?, latest_ns = ? WHERE id = 1 AND size = ?", edge.Size, root[:], c.latest, h.Size)
	if err == nil && n != 1 {
		err = fmt.Errorf("the head of the log moved while it was locked")
	}
	return err
}

// writing runs do in a write transaction of its own, without the log. The caller holds the writer's lock.
func (s *Store) writing(ctx context.Context, do func(q query) error) error {
	tx, err := s.engine.begin(ctx)
	if err != nil {
		return explain(err)
	}
	defer tx.rollback()
	if err := do(tx.query); err != nil {
		return explain(err)
	}
	return afterCommit(tx.commit())
}
