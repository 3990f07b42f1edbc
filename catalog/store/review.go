package store

import (
	"fmt"
	"strings"

	"vigie/catalog"
)

// checkReviews completes withdrawals and settlements; whether their claims exist is seen when they are added.
func (w *work) checkReviews() {
	w.b.Withdrawals = append([]catalog.Withdrawal{}, w.b.Withdrawals...)
	for i := range w.b.Withdrawals {
		x, path := &w.b.Withdrawals[i], fmt.Sprintf("withdrawals[%d]", i)
		if x.At.IsZero() {
			x.At = w.now
		}
		if x.By == "" {
			x.By = w.b.By
		}
		x.At = x.At.UTC()
		w.checkReview(path, x.By, x.Reason)
		w.recordedAt(path+".at", x.At)
	}
	w.b.Settlements = append([]catalog.Settlement{}, w.b.Settlements...)
	for i := range w.b.Settlements {
		x, path := &w.b.Settlements[i], fmt.Sprintf("settlements[%d]", i)
		if x.At.IsZero() {
			x.At = w.now
		}
		if x.By == "" {
			x.By = w.b.By
		}
		x.At = x.At.UTC()
		w.checkReview(path, x.By, x.Reason)
		w.recordedAt(path+".at", x.At)
	}
}

func (w *work) checkReview(path, by, reason string) {
	if by == "" {
		w.bad(path+".by", "who decides this?", "qui décide ceci ?")
	}
	if strings.TrimSpace(reason) == "" {
		w.bad(path+".reason", "a reason is needed", "un motif est nécessaire")
	}
	w.text(path+".by", by)
	w.text(path+".reason", reason)
}

// addReviews adds withdrawals and settlements, each once.
func (w *work) addReviews() error {
	var named []string
	for _, x := range w.b.Withdrawals {
		named = append(named, x.Claim)
	}
	for _, x := range w.b.Settlements {
		named = append(named, x.Claim)
	}
	if len(named) == 0 {
		return nil
	}
	if err := w.knowClaims(named); err != nil {
		return err
	}
	if err := w.addWithdrawals(); err != nil {
		return err
	}
	return w.addSettlements()
}

// stands reports whether a review with this hash was recorded already.
func (w *work) stands(table, hash string) (bool, error) {
	_, ok, err := row[int64](w.query, "SELECT leaf FROM "+table+" WHERE hash = ?", hashBytes(hash))
	return ok, err
}

func (w *work) addWithdrawals() error {
	var list [][]any
	seen := map[string]bool{}
	for i, x := range w.b.Withdrawals {
		cl := w.claims[x.Claim]
		if cl != nil && !w.writes(cl.Entity) {
			w.notOurs(fmt.Sprintf("withdrawals[%d].claim", i), w.about[x.Claim].String())
			continue
		}
		if cl == nil {
			w.bad(fmt.Sprintf("withdrawals[%d].claim", i), "no claim has the hash %q", "aucune allégation n'a l'empreinte « %s »", x.Claim)
			continue
		}
		hash := catalog.MustHash(x)
		if ok, err := w.stands("withdrawals", hash); err != nil || ok || seen[hash] {
			if err != nil {
				return err
			}
			continue
		}
		seen[hash] = true
		leaf := w.leaf(leafWithdrawal, hash, entityName(cl.Entity), nil)
		w.bears(x.At.UnixNano())
		list = append(list, []any{leaf, hashBytes(hash), cl.Entity, cl.Leaf, x.By, x.At.UnixNano(), x.Reason})
		w.touch(cl.Record, cl.Path)
		w.bumps[cl.Record]++
	}
	return w.insert("withdrawals", "leaf, hash, entity, claim, decided_by, decided_ns, reason", list)
}

func (w *work) addSettlements() error {
	var list [][]any
	seen := map[string]bool{}
	for i, x := range w.b.Settlements {
		path := fmt.Sprintf("settlements[%d]", i)
		cl := w.claims[x.Claim]
		switch {
		case cl == nil:
			w.bad(path+".claim", "no claim has the hash %q", "aucune allégation n'a l'empreinte « %s »", x.Claim)
			continue
		case !w.writes(cl.Entity):
			w.notOurs(path+".claim", w.about[x.Claim].String())
			continue
		case w.about[x.Claim] != x.Record || cl.Path != x.Path:
			w.bad(path+".claim", "the claim is about %s, not about %s", "l'allégation porte sur %s, non sur %s",
				w.about[x.Claim].String()+":"+cl.Path, x.Record.String()+":"+x.Path)
			continue
		}
		hash := catalog.MustHash(x)
		if ok, err := w.stands("settlements", hash); err != nil || ok || seen[hash] {
			if err != nil {
				return err
			}
			continue
		}
		seen[hash] = true
		leaf := w.leaf(leafSettlement, hash, entityName(cl.Entity), nil)
		w.bears(x.At.UnixNano())
		list = append(list, []any{leaf, hashBytes(hash), cl.Entity, cl.Record, x.Path, cl.Leaf, x.By, x.At.UnixNano(), x.Reason})
		w.touch(cl.Record, cl.Path)
		w.bumps[cl.Record]++
	}
	return w.insert("settlements", "leaf, hash, entity, record, path, claim, decided_by, decided_ns, reason", list)
}
