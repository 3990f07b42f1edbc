package web

import (
	"context"
	"net/url"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// ChangeChain does what the form beside the picture says.
func (s *Site) ChangeChain(ctx context.Context, l wording.Lang, q ChainQuery, sent Sent) (Done, error) {
	if !hasChain(q.Subject.Kind) {
		return "", &catalog.NotFoundError{What: wording.Textf("chain of owners and sub-processors", "chaîne de détenteurs et de sous-traitants"), ID: q.Subject.String()}
	}
	switch {
	case q.Link.Kind != "" && q.Do == ChainWithdraw:
		return DoneWithdrawn, s.withdrawLink(ctx, q.Link, sent)
	case q.Link.Kind != "":
		sheet, err := s.svc.Sheet(ctx, q.Link, q.On, q.On)
		if err != nil {
			return "", err
		}
		return DoneRecorded, s.recordChanges(ctx, l, sheet, s.linkDefs(sheet, q), q.On, sent)
	case q.Add != "":
		field := "v.stake.vendor"
		switch {
		case q.Add == catalog.Subprocessing && q.Of.Kind == catalog.Offering:
			field = "v.subprocessing.offerings"
		case q.Add == catalog.Subprocessing:
			field = "v.subprocessing.user"
		}
		mine := Sent{Values: url.Values{}}
		for k, v := range sent.Values {
			mine.Values[k] = v
		}
		mine.Values[field] = []string{q.Of.ID}
		if q.Of.Kind == catalog.Offering {
			if sheet, err := s.svc.Sheet(ctx, q.Of, q.On, q.On); err == nil {
				if v := textOf(sheet, "offering.vendor"); v != "" {
					mine.Values["v.subprocessing.user"] = []string{v}
				}
			}
			mine.Values["c.subprocessing.offerings"] = []string{"1"}
		}
		if end := "v." + chainFacts[q.Add][0]; strings.TrimSpace(mine.Value(end)) == "" {
			return "", &catalog.InvalidError{Fields: []catalog.FieldError{{Path: end, Text: wording.Textf("name the party: a line without it would hold nobody", "nommer la partie : sans elle, la ligne ne désigne personne")}}}
		}
		_, err := s.MakeRecord(ctx, l, q.Add, q.On, mine)
		return DoneRecorded, err
	case q.Complete != "":
		path := completePath(q.Of, q.Complete)
		return DoneRecorded, s.RecordFacts(ctx, l, q.Of, path, "", q.On, sent)
	}
	return "", &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "link", Text: wording.Textf("choose what is to be changed", "choisir ce qui doit changer")}}}
}

// recordChanges records the answers of a form that differ from what holds, or that name a place in the source: who only
// looks through what is there says nothing new about it.
func (s *Site) recordChanges(ctx context.Context, l wording.Lang, sheet *service.Sheet, defs []*catalog.FactDef, on catalog.Date, sent Sent) error {
	d, err := s.newDesk(ctx, s.base(Request{Lang: l}, "", ""), on)
	if err != nil {
		return err
	}
	in, faults := d.enter(sheet.Record, defs, sent)
	if len(faults) > 0 {
		return &catalog.InvalidError{Fields: faults}
	}
	claims, paths := in.Batch.Claims[:0], in.Paths[:0:0]
	for _, c := range in.Batch.Claims {
		if c.Record == sheet.Record {
			f := factOf(sheet, c.Path)
			same := f.State == c.State && !f.Disputed && (f.Value == nil) == (c.Value == nil) && (c.Value == nil || c.Value.Equal(*f.Value))
			if same && c.Locator == "" {
				continue
			}
			paths = append(paths, c.Path)
		}
		claims = append(claims, c)
	}
	if len(paths) == 0 {
		return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "v." + defs[0].Path, Text: wording.Textf("nothing differs from what is recorded: change an answer, or say where in the source it stands to confirm it",
			"rien ne diffère de ce qui est enregistré : modifier une réponse, ou indiquer où elle figure dans la source pour la confirmer")}}}
	}
	in.Batch.Claims, in.Paths = claims, paths
	return s.commit(ctx, in, revisionOf(sent), sent, on)
}

// withdrawLink retracts everything that is said of a link but its name, at once.
func (s *Site) withdrawLink(ctx context.Context, ref catalog.Ref, sent Sent) error {
	why, err := reason(sent)
	if err != nil {
		return err
	}
	list, err := s.svc.ClaimsOf(ctx, ref)
	if err != nil {
		return err
	}
	gone := map[string]bool{}
	read := map[string]bool{}
	for _, c := range list {
		if read[c.Path] {
			continue
		}
		read[c.Path] = true
		h, err := s.svc.History(ctx, ref, c.Path)
		if err != nil {
			return err
		}
		for _, w := range h.Withdrawals {
			gone[w.Claim] = true
		}
	}
	batch := store.Batch{Key: sent.Value("key")}
	for _, c := range list {
		if !gone[c.Hash] && c.Path != ref.Kind.NamePath() {
			batch.Withdrawals = append(batch.Withdrawals, catalog.Withdrawal{Claim: c.Hash, Reason: why})
		}
	}
	if len(batch.Withdrawals) == 0 {
		return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "reason", Text: wording.Textf("everything about it is withdrawn already", "tout ce qui la concerne est déjà retiré")}}}
	}
	_, err = s.svc.Record(ctx, batch)
	return err
}
