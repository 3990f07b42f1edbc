package service

import (
	"context"
	"errors"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator/decision"
)

// NotKeptError says that what was asked is only there where a store keeps what is recorded: a file and a demonstration
// have no log, no documents and no jobs.
type NotKeptError struct{}

func (NotKeptError) Error() string { return NotKeptError{}.In(wording.EN) }

// In writes the error in one language.
func (NotKeptError) In(l wording.Lang) string {
	return wording.Typeset(l, wording.Textf("nothing is kept here: this is a demonstration on a catalogue file", "rien n'est conservé ici : c'est une démonstration sur un fichier de catalogue").In(l))
}

// ledger is the store as who asks may see it, once they are allowed something.
func (s *Service) ledger(ctx context.Context, what account.Permission) (store.Reader, error) {
	if err := account.Need(ctx, what); err != nil {
		return store.Reader{}, err
	}
	if s.Store == nil {
		return store.Reader{}, NotKeptError{}
	}
	return s.Store.In(scopeOf(account.From(ctx))), nil
}

// scopeOf is what a principal sees of a store.
func scopeOf(p *account.Principal) store.Scope {
	if p.Entity == "" {
		return store.Everything()
	}
	return store.Within(p.Entity)
}

// HashedClaim is a claim with its name.
type HashedClaim struct {
	Hash string `json:"hash"`
	catalog.Claim
}

// History is everything ever said about one fact of a record.
type History struct {
	Record      catalog.Ref          `json:"record"`
	Path        string               `json:"path"`
	Claims      []HashedClaim        `json:"claims"` // the oldest entry of the log first
	Withdrawals []catalog.Withdrawal `json:"withdrawals"`
	Settlements []catalog.Settlement `json:"settlements"`
}

// History reads what was ever said about a fact. Errors are *catalog.NotFoundError for a record or a fact that is none.
func (s *Service) History(ctx context.Context, ref catalog.Ref, path string) (*History, error) {
	if err := account.Need(ctx, account.Read); err != nil {
		return nil, err
	}
	def, ok := s.Dictionary.Fact(path)
	if !ok || def.Record != ref.Kind {
		var near []string
		for _, p := range s.Dictionary.Paths() {
			if d, _ := s.Dictionary.Fact(p); d.Record == ref.Kind {
				near = append(near, p)
			}
		}
		return nil, &catalog.NotFoundError{What: wording.Textf("fact", "fait"), ID: path, Nearest: wording.NearestFew(path, near, 3)}
	}
	cat := s.Catalogue
	if s.Store != nil {
		in, err := s.ledger(ctx, account.Read)
		if err != nil {
			return nil, err
		}
		if cat, err = in.Claims(ctx, ref, path); err != nil {
			return nil, err
		}
	} else if !cat.Has(ref) {
		_, err := cat.Find(ref.Kind, ref.ID)
		return nil, err
	}
	out := &History{Record: ref, Path: path, Claims: []HashedClaim{}, Withdrawals: []catalog.Withdrawal{}, Settlements: []catalog.Settlement{}}
	about := map[string]bool{}
	for _, c := range cat.Claims {
		if c.Record == ref && c.Path == path {
			h := c.Hash()
			about[h] = true
			out.Claims = append(out.Claims, HashedClaim{h, c})
		}
	}
	for _, w := range cat.Withdrawals {
		if about[w.Claim] {
			out.Withdrawals = append(out.Withdrawals, w)
		}
	}
	for _, x := range cat.Settlements {
		if x.Record == ref && x.Path == path {
			out.Settlements = append(out.Settlements, x)
		}
	}
	return out, nil
}

// Revision is the number of things recorded about a record, 0 where nothing is kept. The error is a
// *catalog.NotFoundError for a record that is not there for who asks.
func (s *Service) Revision(ctx context.Context, ref catalog.Ref) (int64, error) {
	if s.Store == nil {
		return 0, nil
	}
	in, err := s.ledger(ctx, account.Read)
	if err != nil {
		return 0, err
	}
	return in.Revision(ctx, ref)
}

// SourceSheet is a source with what it was before and what cites it.
type SourceSheet struct {
	catalog.Source
	Earlier []catalog.Source `json:"earlier"` // how it was described before, the oldest first
	Cited   []store.Cited    `json:"cited"`   // at most MaxCited
}

// MaxCited bounds how many claims a source's sheet lists.
const MaxCited = 1000

// Source reads a source. A confidential one is there for those only who may read such.
func (s *Service) Source(ctx context.Context, id string) (*SourceSheet, error) {
	if err := account.Need(ctx, account.Read); err != nil {
		return nil, err
	}
	out := &SourceSheet{Earlier: []catalog.Source{}, Cited: []store.Cited{}}
	missing := &catalog.NotFoundError{What: wording.Textf("source", "source"), ID: id}
	var revisions []catalog.Source
	if s.Store == nil {
		for _, x := range s.Catalogue.Sources {
			if x.ID == id {
				revisions = append(revisions, x)
			}
		}
		for _, c := range s.Catalogue.Claims {
			if c.Source == id && len(out.Cited) < MaxCited {
				out.Cited = append(out.Cited, store.Cited{Claim: c.Hash(), Record: c.Record, Path: c.Path})
			}
		}
	} else {
		in, err := s.ledger(ctx, account.Read)
		if err != nil {
			return nil, err
		}
		if revisions, err = in.SourceRevisions(ctx, id); err != nil {
			return nil, err
		}
		cited, err := in.ClaimsCiting(ctx, id, MaxCited)
		if err != nil {
			return nil, err
		}
		out.Cited = append(out.Cited, cited...)
	}
	if len(revisions) == 0 {
		return nil, missing
	}
	last := len(revisions) - 1
	out.Source, out.Earlier = revisions[last], append(out.Earlier, revisions[:last]...)
	if slices.ContainsFunc(revisions, func(x catalog.Source) bool { return x.Confidential }) && account.Need(ctx, account.ReadConfidential) != nil {
		return nil, missing
	}
	return out, nil
}

// Documents lists the documents of a kind that who asks may see, newest first, older than the leaf before (0: from the
// newest).
func (s *Service) Documents(ctx context.Context, kind store.DocumentKind, index map[string]string, before int64, limit int) ([]store.DocumentEntry, error) {
	in, err := s.ledger(ctx, account.Read)
	if err != nil {
		return nil, err
	}
	return in.Documents(ctx, kind, index, before, limit)
}

// Document reads a document back, byte for byte.
func (s *Service) Document(ctx context.Context, kind store.DocumentKind, hash string) (store.Document, error) {
	in, err := s.ledger(ctx, account.Read)
	if err != nil {
		return store.Document{}, err
	}
	return in.Document(ctx, kind, hash)
}

// Checkpoint signs the state of the log.
func (s *Service) Checkpoint(ctx context.Context) ([]byte, error) {
	if _, err := s.ledger(ctx, account.Read); err != nil {
		return nil, err
	}
	return s.Store.Checkpoint(ctx)
}

// Prove proves that what has this hash was recorded. Who knows a hash has seen what it names.
func (s *Service) Prove(ctx context.Context, hash string) (store.Proof, error) {
	if _, err := s.ledger(ctx, account.Read); err != nil {
		return store.Proof{}, err
	}
	return s.Store.Prove(ctx, hash)
}

// Consistent proves that nothing under an older checkpoint was changed.
func (s *Service) Consistent(ctx context.Context, older []byte) (store.Consistency, error) {
	if _, err := s.ledger(ctx, account.Read); err != nil {
		return store.Consistency{}, err
	}
	return s.Store.Consistent(ctx, older)
}

// errEnough ends a walk over the log.
var errEnough = errors.New("enough")

// Leaves reads entries of the log, from one on, at most limit. The log is whole or nothing: it is for those of the group,
// who see every entity; to others it does not exist.
func (s *Service) Leaves(ctx context.Context, from int64, limit int) ([]string, error) {
	if _, err := s.ledger(ctx, account.Read); err != nil {
		return nil, err
	}
	if account.From(ctx).Entity != "" {
		return nil, &catalog.NotFoundError{What: wording.Textf("log", "journal"), ID: "leaves"}
	}
	out := []string{}
	err := s.Store.EachLeaf(ctx, from, func(_ int64, leaf []byte) error {
		if len(out) == limit {
			return errEnough
		}
		out = append(out, string(leaf))
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return out, err
}

// EachClaim gives every claim that who asks may see, with its hash, in the order of the catalogue.
func (s *Service) EachClaim(ctx context.Context, do func(HashedClaim) error) error {
	if err := account.Need(ctx, account.Read); err != nil {
		return err
	}
	cat := s.Catalogue
	var in store.Reader
	if s.Store != nil {
		var err error
		if in, err = s.ledger(ctx, account.Read); err != nil {
			return err
		}
		head, err := s.Store.Head(ctx)
		if err != nil {
			return err
		}
		if head.N > LargeStore {
			return &TooLargeError{head.N}
		}
		if cat, err = s.Store.Catalogue(ctx); err != nil {
			return err
		}
	}
	var visible map[catalog.Ref]string
	if s.Store != nil {
		var err error
		if visible, err = in.Entities(ctx, cat.Records...); err != nil {
			return err
		}
	}
	for _, c := range cat.Claims {
		if _, ok := visible[c.Record]; s.Store != nil && !ok {
			continue
		}
		if err := do(HashedClaim{c.Hash(), c}); err != nil {
			return err
		}
	}
	return nil
}

// Drafts lists drafts of a sort that who asks may see, oldest first, after an id.
func (s *Service) Drafts(ctx context.Context, what account.Permission, sort store.DraftSort, state, subject, after string, limit int) ([]store.Draft, error) {
	in, err := s.ledger(ctx, what)
	if err != nil {
		return nil, err
	}
	return in.Drafts(ctx, sort, state, subject, after, limit)
}

// Draft reads one draft of a sort.
func (s *Service) Draft(ctx context.Context, what account.Permission, sort store.DraftSort, id string) (store.Draft, error) {
	in, err := s.ledger(ctx, what)
	if err != nil {
		return store.Draft{}, err
	}
	d, err := in.Draft(ctx, id)
	if err == nil && d.Sort != sort {
		err = &catalog.NotFoundError{What: wording.Textf("draft", "brouillon"), ID: id}
	}
	return d, err
}

// DecisionHistory reads every decision that who asks may see, with the entity that each belongs to.
func (s *Service) DecisionHistory(ctx context.Context) (*decision.History, map[string]string, error) {
	h, entries, err := s.history(ctx)
	if err != nil {
		return nil, nil, err
	}
	entities := map[string]string{}
	for _, e := range entries {
		entities[e.Hash] = e.Entity
	}
	return h, entities, nil
}

// Expiring lists the sources whose validity ends, that who asks may see.
func (s *Service) Expiring(ctx context.Context, on catalog.Date) ([]catalog.Source, error) {
	v, err := s.View(ctx, on, on)
	if err != nil {
		return nil, err
	}
	confidential := account.Need(ctx, account.ReadConfidential) == nil
	var out []catalog.Source
	for _, kind := range catalog.Kinds() {
		for _, id := range v.IDs(kind) {
			rec, _ := v.Record(catalog.Ref{Kind: kind, ID: id})
			for _, f := range rec.Facts {
				if x, ok := v.Source(f.Source); ok && x.ValidUntil != "" && (confidential || !x.Confidential) {
					out = append(out, x)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b catalog.Source) int { return strings.Compare(a.ID, b.ID) })
	return slices.CompactFunc(out, func(a, b catalog.Source) bool { return a.ID == b.ID }), nil
}
