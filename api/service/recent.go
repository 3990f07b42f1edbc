package service

import (
	"context"
	"slices"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
)

// Recent is what somebody did of late, in one piece: entries of the log that came at the same moment and are about the
// same.
type Recent struct {
	Kind    string        // of the log
	At      string        // RFC 3339
	By      string        // opaque id, or a word for a program; empty: the log does not say
	Records []catalog.Ref // that it is about
	Path    string        // of the fact, when it is one
	Title   string        // of a source or a file
	Source  string
	Hash    string
	Index   map[string]string // of a document
	Count   int
	Many    bool // there are more than Count: not all of the log was looked through
	Change  *account.Event
}

// what a person did, and which other entries of the same moment it takes with it.
var doings = map[string][]string{
	"record": {"claim", "source"}, "claim": {"source"}, "withdrawal": nil, "settlement": nil, "source": nil, "file": nil,
	string(store.Decision):   {string(store.Assessment), string(store.Comparison), string(store.WeightSet)},
	string(store.Comparison): {string(store.Assessment), string(store.WeightSet)},
	string(store.Assessment): {string(store.WeightSet)},
	string(store.Report):     nil, string(store.Framework): {string(store.WeightSet)}, string(store.WeightSet): nil, string(store.Role): nil,
}

// recentRead is how many entries of the log are looked through for what was done of late.
const recentRead = 300

// Recent lists what was done last that who asks may see, newest first. Of an entity of the group, that is what belongs to
// it and what all share.
func (s *Service) Recent(ctx context.Context, most int) ([]Recent, error) {
	in, err := s.ledger(ctx, account.Read)
	if err != nil {
		return nil, err
	}
	page, err := s.Store.Journal(ctx, store.JournalQuery{Limit: recentRead})
	if err != nil {
		return nil, err
	}
	var out []Recent
	taken := map[string]bool{} // a kind at a moment that goes with something else
	for i := range page.Entries {
		if e := &page.Entries[i]; e.Leaf.Kind == string(store.Knowledge) { // the first that is kept brings what all rest on: nobody published that
			taken[e.Leaf.At+string(store.Framework)] = true
		}
	}
	for i := range page.Entries {
		e := &page.Entries[i]
		also, told := doings[e.Leaf.Kind]
		if !told || taken[e.Leaf.At+e.Leaf.Kind] || !in.Scope().Sees(e.Leaf.Entity) {
			continue
		}
		x := Recent{Kind: e.Leaf.Kind, At: e.Leaf.At, By: e.By, Path: e.Path, Hash: e.Leaf.Hash, Index: e.Leaf.Index, Count: 1}
		if e.Record.ID != "" {
			x.Records = []catalog.Ref{e.Record}
		}
		// One moment is one thing that was done: a new record comes with its claims, a decision with what it rests on.
		if n := len(out) - 1; n >= 0 && out[n].At == x.At {
			last := &out[n]
			switch {
			case last.Kind == x.Kind && x.Index == nil && x.Kind != "source" && x.Kind != "file":
				last.Count++
				if e.Record.ID != "" && !slices.Contains(last.Records, e.Record) {
					last.Records = append(last.Records, e.Record)
				}
				continue
			case slices.Contains(doings[last.Kind], x.Kind):
				continue
			case slices.Contains(also, last.Kind):
				if x.By == "" {
					x.By = last.By
				}
				for _, k := range also {
					taken[x.At+k] = true
				}
				*last = x
				continue
			}
		}
		if len(out) == most {
			break
		}
		if err := hide(ctx, in, e); err != nil {
			return nil, err
		}
		x.Title, x.Source, x.Change = e.Title, e.Source, e.Change
		if x.Kind == string(store.Role) && x.Change == nil || (x.Kind == "source" || x.Kind == "file") && x.Title == "" {
			continue
		}
		out = append(out, x)
	}
	if n := len(out); n > 0 && page.Next > 0 && out[n-1].At == page.Entries[len(page.Entries)-1].Leaf.At {
		out[n-1].Many = true
	}
	return out, nil
}

// Compared tells what a kept comparison is about: its use, its day and the offerings as they rank.
func (c *Cached) Compared(ctx context.Context, hash string) (useCase string, on catalog.Date, offerings []string, err error) {
	x, err := (&waits{Cached: c, ctx: ctx}).comparison(hash)
	if err != nil {
		return "", "", nil, err
	}
	return x.useCase, x.on, x.offerings, nil
}
