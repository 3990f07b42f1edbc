package service

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/document"
	"vigie/catalog/exchange"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// MaxSources bounds how many sources are offered to be cited.
const MaxSources = 200

// Sources lists the sources that can be cited, the newest first, whose title, publisher or id hold every word of find.
// Confidential ones are there for those only who may read such.
func (s *Service) Sources(ctx context.Context, find string) ([]catalog.Source, error) {
	if err := account.Need(ctx, account.Read); err != nil {
		return nil, err
	}
	var list []catalog.Source
	if s.Store == nil {
		words := strings.Fields(strings.ToLower(find))
		for _, x := range s.Catalogue.Sources {
			in := strings.ToLower(x.Title + " " + x.Publisher + " " + x.ID)
			if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(in, w) }) && len(list) < MaxSources {
				list = append(list, x)
			}
		}
	} else {
		in, err := s.ledger(ctx, account.Read)
		if err != nil {
			return nil, err
		}
		if list, err = in.Sources(ctx, find, MaxSources); err != nil {
			return nil, err
		}
	}
	if account.Need(ctx, account.ReadConfidential) != nil {
		list = slices.DeleteFunc(list, func(x catalog.Source) bool { return x.Confidential })
	}
	return list, nil
}

// ClaimsOf gives every claim about a record, oldest first, withdrawn ones too: who said what, and when.
func (s *Service) ClaimsOf(ctx context.Context, ref catalog.Ref) ([]HashedClaim, error) {
	if err := account.Need(ctx, account.Read); err != nil {
		return nil, err
	}
	var list []catalog.Claim
	if s.Store == nil {
		for _, c := range s.Catalogue.Claims {
			if c.Record == ref {
				list = append(list, c)
			}
		}
	} else {
		in, err := s.ledger(ctx, account.Read)
		if err != nil {
			return nil, err
		}
		if list, err = in.ClaimsOf(ctx, ref); err != nil {
			return nil, err
		}
	}
	out := make([]HashedClaim, len(list))
	for i, c := range list {
		out[i] = HashedClaim{c.Hash(), c}
	}
	return out, nil
}

// texts are stored files read as documents, the last few: one is looked at again and again while facts are taken from it.
var texts struct {
	sync.Mutex
	kept  map[string]*document.Document
	order []string
}

const maxTexts = 8

// FileText reads a stored file as a text, for those to whom OpenFile would give it. The error is a *document.RefusedError
// for a file that has no text.
func (s *Service) FileText(ctx context.Context, sum string) (*document.Document, error) {
	r, f, err := s.OpenFile(ctx, sum)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	texts.Lock()
	d := texts.kept[sum]
	texts.Unlock()
	if d != nil {
		return d, nil
	}
	data, err := io.ReadAll(io.LimitReader(r, document.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if d, err = document.Read(ctx, f.Name, data); err != nil {
		return nil, err
	}
	texts.Lock()
	defer texts.Unlock()
	if texts.kept == nil {
		texts.kept = map[string]*document.Document{}
	}
	if texts.kept[sum] == nil {
		if texts.order = append(texts.order, sum); len(texts.order) > maxTexts {
			delete(texts.kept, texts.order[0])
			texts.order = texts.order[1:]
		}
	}
	texts.kept[sum] = d
	return d, nil
}

// FillSheet writes the Excel sheet of a record as who asks may see it.
func (s *Service) FillSheet(ctx context.Context, w io.Writer, q exchange.SheetRequest) error {
	view, err := s.View(ctx, q.On, q.On)
	if err != nil {
		return err
	}
	return exchange.WriteSheet(w, exchange.ShelfOf(view), s.Dictionary, q)
}

// The states of a proposal under review.
const (
	ProposalOpen   = "open"
	ProposalClosed = "accepted"
)

// Proposed is a proposal with where its review stands.
type Proposed struct {
	ID       string
	State    string
	Revision int64
	*exchange.Proposal
}

// Propose reads a file (a sheet that came back, a model card, an ML-BOM) and keeps what it would claim for review. The
// file itself is kept as a source file. Errors: *exchange.UnreadableError for what is no such file, *files.RefusedError.
func (s *Service) Propose(ctx context.Context, data []byte, o exchange.ReadOptions) (*Proposed, error) {
	p, err := s.writer(ctx, account.Claim)
	if err != nil {
		return nil, err
	}
	view, err := s.View(ctx, o.Day, o.Day)
	if err != nil {
		return nil, err
	}
	o.Shelf = exchange.ShelfOf(view)
	x, err := exchange.Propose(data, s.Dictionary, o)
	if err != nil {
		return nil, err
	}
	if _, err := s.Store.AddFile(ctx, bytes.NewReader(data), o.Name, "", int64(len(data)), p.Entity); err != nil {
		return nil, err
	}
	body, err := x.Encode()
	if err != nil {
		return nil, err
	}
	subject := ""
	if !x.About.IsZero() {
		subject = x.About.String()
	}
	d, err := s.Store.AddDraft(ctx, store.Draft{Sort: store.ProposalDraft, Entity: p.Entity, State: ProposalOpen, Subject: subject, Body: body, ChangedBy: person(p)})
	if err != nil {
		return nil, err
	}
	return &Proposed{d.ID, d.State, d.Revision, x}, nil
}

// Proposal reads a proposal under review.
func (s *Service) Proposal(ctx context.Context, id string) (*Proposed, error) {
	d, err := s.Draft(ctx, account.Read, store.ProposalDraft, id)
	if err != nil {
		return nil, err
	}
	x, err := exchange.DecodeProposal(d.Body, s.Dictionary)
	if err != nil {
		// A proposal of another origin has another form; only files are reviewed here.
		return nil, fmt.Errorf("proposal %s: %w", id, err)
	}
	return &Proposed{d.ID, d.State, d.Revision, x}, nil
}

// AcceptProposal records the chosen claims of a proposal, by their place in its list, with the records and sources that
// they need, and closes it: both or neither. revision is the one of the review that was looked at.
func (s *Service) AcceptProposal(ctx context.Context, id string, revision int64, chosen []int) (store.Receipt, error) {
	p, err := s.writer(ctx, account.Review)
	if err != nil {
		return store.Receipt{}, err
	}
	x, err := s.Proposal(ctx, id)
	if err != nil {
		return store.Receipt{}, err
	}
	b := s.batch(p, "")
	needed, cited := map[catalog.Ref]bool{}, map[string]bool{}
	for _, i := range chosen {
		if i < 0 || i >= len(x.Claims) {
			continue
		}
		c := x.Claims[i].Claim(b.By, time.Time{})
		b.Claims = append(b.Claims, c)
		needed[c.Record], cited[c.Source] = true, true
		if def, ok := s.Dictionary.Fact(c.Path); ok && def.Type == catalog.TypeReference && c.Value != nil {
			for _, t := range c.Value.Texts() {
				needed[catalog.Ref{Kind: def.RefersTo, ID: t}] = true
			}
		}
	}
	if len(b.Claims) == 0 {
		return store.Receipt{}, &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "chosen", Text: wording.Textf("tick at least one fact to record", "cocher au moins un fait à enregistrer")}}}
	}
	for _, r := range x.Records {
		if needed[r] {
			b.Records = append(b.Records, r)
		}
	}
	for _, src := range x.Sources {
		if cited[src.ID] {
			b.Sources = append(b.Sources, src)
		}
	}
	d, err := s.Draft(ctx, account.Review, store.ProposalDraft, id)
	if err != nil {
		return store.Receipt{}, err
	}
	d.Revision, d.State, d.ChangedBy = revision, ProposalClosed, person(p)
	_, receipt, err := s.Store.ReplaceDraft(ctx, d, &b)
	return receipt, err
}

// reviewed reports whether a body is that of a proposal.
func reviewed(body []byte) bool {
	var x struct{ Format string }
	return json.Unmarshal(body, &x) == nil && x.Format == exchange.ProposalFormat
}

// Proposals lists the proposals that wait for review.
func (s *Service) Proposals(ctx context.Context) ([]*Proposed, error) {
	list, err := s.Drafts(ctx, account.Read, store.ProposalDraft, ProposalOpen, "", "", MaxSources)
	if err != nil {
		return nil, err
	}
	var out []*Proposed
	for _, d := range list {
		if !reviewed(d.Body) {
			continue
		}
		x, err := exchange.DecodeProposal(d.Body, s.Dictionary)
		if err != nil {
			continue // written by another version: its own page says so
		}
		out = append(out, &Proposed{d.ID, d.State, d.Revision, x})
	}
	return out, nil
}
