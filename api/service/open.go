package service

import (
	"context"
	"fmt"
	"sync"

	"vigie/catalog/reference"
	"vigie/catalog/store"
	"vigie/evaluator"
)

// SeededBy is who records the shipped catalogue into a new store.
const SeededBy = "vigie"

// OpenStore is Open over a store: what is recorded there is what is judged. Options.Catalogue is not used. The store
// stays the caller's to close.
func OpenStore(o Options, st *store.Store) (*Service, error) {
	if o.Framework == shippedFramework {
		o.Framework = ""
	}
	s := &Service{Dictionary: st.Dictionary, Store: st, Version: o.Version, views: &views{}, others: &frameworks{}, decided: &sync.Map{}}
	s.Jobs = newJobs(s)
	var fromKnowledge, fromFramework error
	var wg sync.WaitGroup
	wg.Go(func() { s.Knowledge, fromKnowledge = evaluator.BuiltinKnowledge(st.Dictionary) })
	wg.Go(func() { s.Framework, fromFramework = openJudgement(o.Framework, st.Dictionary) })
	wg.Wait()
	switch {
	case fromKnowledge != nil:
		return nil, fmt.Errorf("shipped knowledge: %w", fromKnowledge)
	case fromFramework != nil:
		return nil, fromFramework
	}
	return s, nil
}

// Seed records the shipped catalogue into a store whose log is empty, in one piece, and reports whether it did. Several
// replicas may start at once: the key makes one of them do it.
func Seed(ctx context.Context, st *store.Store) (bool, error) {
	head, err := st.Head(ctx)
	if err != nil || head.N > 0 {
		return false, err
	}
	cat, err := reference.Builtin()
	if err != nil {
		return false, err
	}
	receipt, err := st.Record(ctx, store.Batch{Key: "seed", By: SeededBy, Records: cat.Records, Sources: cat.Sources, Claims: cat.Claims,
		Withdrawals: cat.Withdrawals, Settlements: cat.Settlements})
	if err != nil {
		return false, fmt.Errorf("record the shipped catalogue: %w", err)
	}
	return !receipt.Replayed, nil
}
