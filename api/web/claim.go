package web

import (
	"context"
	"errors"
	"slices"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// FactPage is one fact of a record: what is recorded, everything ever said, contradictions, and the form to say more.
type FactPage struct {
	Base
	EntryForm
	Record    Link
	Sheet     Link
	Label     string
	Question  string
	Help      string
	Where     string
	Now       []Fact
	Disputed  bool
	Against   []SideClaim // two or more that contradict each other, to be settled
	Past      []SideClaim
	MayWrite  bool
	MaySettle bool
	SettleAt  string
	Settle    SettleFields
	Withdraw  string
	Conflict  string
	Text      *TextPane
	TextForm  *TextForm
}

// SettleFields are those of the form that settles a contradiction, as they were sent.
type SettleFields struct {
	Reason      string
	WhyFault    string
	ChoiceFault string
}

// SideClaim is one claim, with all that speaks for it.
type SideClaim struct {
	Hash      string
	ID        string
	Fact      Fact
	Who       string
	Holds     bool
	Withdrawn string // who withdrew it, when and why; empty: it stands
	Settled   string
	Fault     string // of the form that withdraws it
	Reason    string // what was written into that form
	Chosen    bool   // in the form that settles
}

// FactQuery says which fact, which source to cite and what to look for in it, and what was sent.
type FactQuery struct {
	Ref    catalog.Ref
	Path   string
	On     catalog.Date
	Source string
	Find   string
	Sent   Sent
	Form   string // the form that was sent: FormSettle or FormWithdraw; empty: the one that records
	About  string // the claim that the refused form was about
	Done   Done
}

// The forms of the page of a fact beside the one that records.
const (
	FormSettle   = "settle"
	FormWithdraw = "withdraw"
)

// def is the declaration of a fact of a record.
func (s *Site) def(ref catalog.Ref, path string) (*catalog.FactDef, error) {
	if def, ok := s.svc.Dictionary.Fact(path); ok && def.Record == ref.Kind {
		return def, nil
	}
	return nil, &catalog.NotFoundError{What: wording.Textf("fact", "fait"), ID: path}
}

// Fact makes the page of a fact.
func (s *Site) Fact(ctx context.Context, r Request, q FactQuery) ([]byte, error) {
	def, err := s.def(q.Ref, q.Path)
	if err != nil {
		return nil, err
	}
	sheet, err := s.svc.Sheet(ctx, q.Ref, q.On, q.On)
	if err != nil {
		return nil, err
	}
	b := s.base(r, navOf(q.Ref.Kind), "")
	d, err := s.newDesk(ctx, b, q.On)
	if err != nil {
		return nil, err
	}
	p := FactPage{Base: b, Record: Link{d.sp.Text(sheet.Name), b.At(recordPath(q.Ref))}, Sheet: Link{b.w("sheet.back"), b.At(sheetPath(q.Ref)) + "#" + q.Path},
		Label: d.sp.Text(def.Label), Help: d.sp.Text(def.Help), Where: d.sp.Where(q.Path), MayWrite: s.MayWrite(ctx), MaySettle: s.svc.Store != nil && account.Need(ctx, account.Settle) == nil}
	if !def.Question.IsZero() {
		p.Question = d.sp.Text(def.Question)
	}
	p.Title = b.w("fact.title", p.Label, p.Record.Text)
	at := b.At(factPath(q.Ref, q.Path))
	p.SettleAt, p.Withdraw = at+"/settle", at+"/withdraw"
	sources := slices.Clone(sheet.Sources)
	hist, err := s.svc.History(ctx, q.Ref, q.Path)
	if err != nil {
		return nil, err
	}
	for _, c := range hist.Claims {
		if c.Source != "" && !slices.ContainsFunc(sources, func(x catalog.Source) bool { return x.ID == c.Source }) {
			if x, err := s.svc.Source(ctx, c.Source); err == nil {
				sources = append(sources, x.Source)
			}
		}
	}
	pen := b.newPen(d.sp, sources)
	var now *catalog.Fact
	for _, sec := range sheet.Sections {
		for i, f := range sec.Facts {
			if f.Path == q.Path {
				p.Now = append(p.Now, s.cite(pen, pen.fact(f), f.Source))
				now = &sec.Facts[i]
				p.Disputed = p.Disputed || f.Disputed
			}
		}
	}
	if err := s.pastClaims(ctx, &p, pen, hist, now, q); err != nil {
		return nil, err
	}
	p.Text, p.TextForm, err = s.besides(ctx, b, b.At(factPath(q.Ref, q.Path)), q)
	if err != nil {
		return nil, err
	}
	if p.MayWrite {
		sent := q.Sent
		if q.Form != "" {
			sent = Sent{}
		}
		if p.EntryForm, err = d.entryForm([]*catalog.FactDef{def}, sheet, q.Source, sent, false); err != nil {
			return nil, err
		}
		p.Action, p.Go, p.Next = at, b.w("fact.record"), b.w("fact.record_next")
		if p.Revision, err = s.recordRevision(ctx, q.Ref); err != nil {
			return nil, err
		}
		if len(p.Entries) == 1 && p.Entries[0].Locator == "" && p.Text != nil {
			p.Entries[0].Locator = p.Text.Locator
		}
	}
	if d := b.sheetDone(q.Done); d != "" {
		p.Done = d
	}
	p.reviewed(q)
	return s.render("claim", p)
}

// reviewed puts what was wrong with the forms that settle and withdraw at their fields.
func (p *FactPage) reviewed(q FactQuery) {
	if q.Form == "" {
		return
	}
	if q.Sent.Refuse != nil {
		p.Errors = append(p.Errors, Link{Text: sentence(q.Sent.Refuse.In(p.Lang))})
	}
	for _, fault := range q.Sent.Faults {
		l := Link{Text: sentence(wording.Typeset(p.Lang, fault.Text.In(p.Lang)))}
		switch {
		case q.Form == FormSettle && len(p.Against) == 0: // settled meanwhile: the form is gone
		case q.Form == FormSettle && fault.Path == "reason":
			p.Settle.WhyFault, l.Href = l.Text, "#settle-reason"
		case q.Form == FormSettle:
			p.Settle.ChoiceFault, l.Href = l.Text, "#settle-"+p.Against[0].ID
		default:
			for _, x := range p.Past {
				if x.Fault != "" {
					l.Href = "#why-" + x.ID
				}
			}
		}
		p.Errors = append(p.Errors, l)
	}
	if q.Form == FormSettle {
		p.Settle.Reason = q.Sent.Value("reason")
	}
}

// cite makes the source of a fact lead to its page.
func (s *Site) cite(p *pen, f Fact, source string) Fact {
	if f.Evidence != nil && f.Evidence.Source != nil && source != "" {
		e := *f.Evidence
		e.Source = &Link{f.Evidence.Source.Text, withQuery(p.At("/sources/"+source), "find", e.place)}
		f.Evidence = &e
	}
	return f
}

// pastClaims tells everything ever said, the newest first, and which claims contradict each other.
func (s *Site) pastClaims(ctx context.Context, p *FactPage, pen *pen, hist *service.History, now *catalog.Fact, q FactQuery) error {
	b := p.Base
	people := map[string]string{}
	against := map[string]bool{}
	if now != nil && (len(now.Contradicts) > 0 || now.Disputed) {
		against[now.Claim] = true
		for _, c := range now.Contradicts {
			against[c.Claim] = true
		}
	}
	for i, c := range slices.Backward(hist.Claims) {
		f := pen.fact(catalog.Fact{Path: c.Path, State: c.State, Value: c.Value, Source: c.Source, Locator: c.Locator, Note: c.Note, AsOf: c.AsOf, Kind: s.kindOf(ctx, c.Source), Signed: s.signed(ctx, c.Source)})
		x := SideClaim{Hash: c.Hash, ID: "claim-" + itoa(i+1), Fact: s.cite(pen, f, c.Source), Holds: now != nil && now.Claim == c.Hash && !now.Disputed,
			Who: b.w("sheet.who", s.personName(ctx, b, c.RecordedBy, people), b.Day(catalog.DateOf(c.RecordedAt)))}
		for _, w := range hist.Withdrawals {
			if w.Claim == c.Hash {
				x.Withdrawn = b.w("fact.withdrawn", s.personName(ctx, b, w.By, people), b.Day(catalog.DateOf(w.At)), pen.sp.Tidy(w.Reason))
			}
		}
		for _, w := range hist.Settlements {
			if w.Claim == c.Hash {
				x.Settled = b.w("fact.settled_by", s.personName(ctx, b, w.By, people), b.Day(catalog.DateOf(w.At)), pen.sp.Tidy(w.Reason))
			}
		}
		if x.Chosen = q.Form == FormSettle && q.About == c.Hash; q.Form == FormWithdraw && q.About == c.Hash && x.Withdrawn == "" {
			x.Reason = q.Sent.Value("reason")
		}
		if q.Form == FormWithdraw && q.About == c.Hash && len(q.Sent.Faults) > 0 {
			x.Fault = sentence(wording.Typeset(b.Lang, q.Sent.Faults[0].Text.In(b.Lang)))
		}
		p.Past = append(p.Past, x)
		if against[c.Hash] && x.Withdrawn == "" {
			p.Against = append(p.Against, x)
		}
	}
	if len(p.Against) < 2 {
		p.Against = nil
	}
	return nil
}

func (s *Site) kindOf(ctx context.Context, source string) catalog.SourceKind {
	if source != "" {
		if x, err := s.svc.Source(ctx, source); err == nil {
			return x.Kind
		}
	}
	return catalog.KindNone
}

func (s *Site) signed(ctx context.Context, source string) bool {
	if source == "" {
		return false
	}
	x, err := s.svc.Source(ctx, source)
	return err == nil && x.Signed
}

// SectionPage is the form of all facts of a section that are not known.
type SectionPage struct {
	Base
	EntryForm
	Record   Link
	Sheet    Link
	Intro    string
	Text     *TextPane
	TextForm *TextForm
}

// SectionQuery says which section of which record.
type SectionQuery struct {
	Ref     catalog.Ref
	Section string
	On      catalog.Date
	Source  string
	Find    string
	Sent    Sent
}

// section gives a section with the facts that can be filled in: those that are not known, and those that were sent.
func (s *Site) section(sheet *service.Sheet, q SectionQuery) (*catalog.Section, []*catalog.FactDef, error) {
	for _, sec := range s.svc.Dictionary.Sections {
		if sec.ID != q.Section || sec.Record != q.Ref.Kind {
			continue
		}
		var defs []*catalog.FactDef
		for _, def := range sec.Facts {
			_, sent := q.Sent.Values["seen."+def.Path]
			if f := factOf(sheet, def.Path); sent || f.State == catalog.Unknown && !def.Cumulative {
				defs = append(defs, def)
			}
		}
		return sec, defs, nil
	}
	return nil, nil, &catalog.NotFoundError{What: wording.Textf("section", "rubrique"), ID: q.Section}
}

// FillSection makes the form of a section.
func (s *Site) FillSection(ctx context.Context, r Request, q SectionQuery) ([]byte, error) {
	if err := account.Need(ctx, account.Claim); err != nil {
		return nil, err
	}
	sheet, err := s.svc.Sheet(ctx, q.Ref, q.On, q.On)
	if err != nil {
		return nil, err
	}
	sec, defs, err := s.section(sheet, q)
	if err != nil {
		return nil, err
	}
	b := s.base(r, navOf(q.Ref.Kind), "")
	d, err := s.newDesk(ctx, b, q.On)
	if err != nil {
		return nil, err
	}
	p := SectionPage{Base: b, Record: Link{d.sp.Text(sheet.Name), b.At(recordPath(q.Ref))}, Sheet: Link{b.w("sheet.back"), b.At(sheetPath(q.Ref)) + "#s-" + sec.ID}, Intro: d.sp.Text(sec.Intro)}
	p.Title = d.sp.Text(sec.Title)
	if p.EntryForm, err = d.entryForm(defs, sheet, q.Source, q.Sent, true); err != nil {
		return nil, err
	}
	p.Action, p.Go = b.At("/records/"+string(q.Ref.Kind)+"/"+q.Ref.ID+"/sections/"+sec.ID), b.w("section.record")
	if p.Revision, err = s.recordRevision(ctx, q.Ref); err != nil {
		return nil, err
	}
	p.Text, p.TextForm, err = s.besides(ctx, b, p.Action, FactQuery{Ref: q.Ref, On: q.On, Source: q.Source, Find: q.Find, Sent: q.Sent})
	if err != nil {
		return nil, err
	}
	return s.render("section", p)
}

// RecordFacts records what a form says about a record. paths are the facts that the form asks for; empty: those of the
// section. The error is a *catalog.InvalidError with the faults at the fields of the form.
func (s *Site) RecordFacts(ctx context.Context, l wording.Lang, ref catalog.Ref, path, section string, on catalog.Date, sent Sent) error {
	sheet, err := s.svc.Sheet(ctx, ref, on, on)
	if err != nil {
		return err
	}
	var defs []*catalog.FactDef
	if path != "" {
		def, err := s.def(ref, path)
		if err != nil {
			return err
		}
		defs = append(defs, def)
	} else if _, defs, err = s.section(sheet, SectionQuery{Ref: ref, Section: section, Sent: sent}); err != nil {
		return err
	}
	d, err := s.newDesk(ctx, s.base(Request{Lang: l}, "", ""), on)
	if err != nil {
		return err
	}
	in, faults := d.enter(ref, defs, sent)
	if len(faults) > 0 {
		return &catalog.InvalidError{Fields: faults}
	}
	return s.commit(ctx, in, revisionOf(sent), sent, on)
}

// commit records what was entered from the revision that was seen. A change of other facts of the same record in between
// is no conflict.
func (s *Site) commit(ctx context.Context, in *Entered, revision int64, sent Sent, on catalog.Date) error {
	in.Batch.Expect = expectation(in.Record, revision)
	_, err := s.svc.Record(ctx, in.Batch)
	var conflict *store.ConflictError
	for range 3 {
		if !errors.As(err, &conflict) || conflict.Have == conflict.Want {
			break
		}
		sheet, serr := s.svc.Sheet(ctx, in.Record, on, on)
		if serr != nil {
			return serr
		}
		if changedSince(sheet, sent, in.Paths) {
			return &ChangedError{}
		}
		if revision, serr = s.svc.Revision(ctx, in.Record); serr != nil {
			return serr
		}
		in.Batch.Expect = expectation(in.Record, revision)
		_, err = s.svc.Record(ctx, in.Batch)
	}
	if sentBefore(err) {
		sheet, serr := s.svc.Sheet(ctx, in.Record, on, on)
		switch {
		case serr != nil:
			return serr
		case s.holds(sheet, in):
			return nil
		}
		return &SentBeforeError{}
	}
	var invalid *catalog.InvalidError
	if errors.As(err, &invalid) {
		return &catalog.InvalidError{Fields: placed(invalid.Fields, in.Paths)}
	}
	return err
}

// ChangedError says that somebody recorded something about the same fact since a form was opened.
type ChangedError struct{}

func (e *ChangedError) Error() string { return e.In(wording.EN) }

// In writes the error in one language.
func (*ChangedError) In(l wording.Lang) string {
	return wording.Typeset(l, wording.Textf("somebody recorded an answer while you were writing yours: nothing of yours is lost, compare the two and send again if yours still stands",
		"quelqu'un a enregistré une réponse pendant que vous écriviez la vôtre : rien de la vôtre n'est perdu, comparez les deux et renvoyez si la vôtre tient toujours").In(l))
}

// NextUnknown is the address of the next fact of the same section that nobody knows, or of the sheet when there is none.
func (s *Site) NextUnknown(ctx context.Context, l wording.Lang, ref catalog.Ref, path string, on catalog.Date, source string) string {
	root := "/" + string(l)
	sheet, err := s.svc.Sheet(ctx, ref, on, on)
	if err != nil {
		return root + sheetPath(ref)
	}
	after := false
	for _, sec := range s.svc.Dictionary.Sections {
		if sec.Record != ref.Kind {
			continue
		}
		for _, def := range sec.Facts {
			if def.Path == path {
				after = true
			} else if after && !def.Cumulative && factOf(sheet, def.Path).State == catalog.Unknown {
				return withQuery(root+factPath(ref, def.Path), "source", source, "done", string(DoneRecorded))
			}
		}
	}
	return withQuery(root+sheetPath(ref), "done", string(DoneRecorded))
}

// reason reads why something is done.
func reason(sent Sent) (string, error) {
	if v := strings.TrimSpace(sent.Value("reason")); v != "" {
		return v, nil
	}
	return "", &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "reason", Text: wording.Textf("say why: whoever reads this later must understand it", "dire pourquoi : qui le lira plus tard doit comprendre")}}}
}

// SettleFact makes one of several contradicting claims the one that holds.
func (s *Site) SettleFact(ctx context.Context, ref catalog.Ref, path string, sent Sent) error {
	why, err := reason(sent)
	if err != nil {
		return err
	}
	if sent.Value("claim") == "" {
		return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "claim", Text: wording.Textf("choose the claim that holds", "choisir l'allégation qui vaut")}}}
	}
	_, err = s.svc.Settle(ctx, "", ref, path, sent.Value("claim"), why)
	return err
}

// WithdrawClaim retracts a claim.
func (s *Site) WithdrawClaim(ctx context.Context, sent Sent) error {
	why, err := reason(sent)
	if err != nil {
		return err
	}
	_, err = s.svc.Withdraw(ctx, "", sent.Value("claim"), why)
	return err
}
