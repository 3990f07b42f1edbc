package web

import (
	"context"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/store/log"
	"vigie/catalog/wording"
	"vigie/evaluator/decision"
)

// logPage bounds how many entries a page of the log shows.
const logPage = 50

// LogPage is the log, newest entries first.
type LogPage struct {
	Base
	Form
	Tabs    []Option
	Size    string
	Action  string
	Kinds   []Option
	Rows    []LogRow
	Newer   string
	Older   string
	Key     string
	Origin  string
	Points  []PointRow
	Check   string // where checking everything is started; empty: not for who looks
	Sign    string
	Partial bool // entries of this kind were looked for in a part of the log only
}

// LogRow is one entry of the log in words.
type LogRow struct {
	Number string
	Href   string
	Kind   string
	About  []Link
	Notes  []string
	Who    string
	When   string
	Hash   string // of what was recorded, its first signs
}

// PointRow is one signed state of the log.
type PointRow struct {
	Size string
	Last string // day of the newest entry under it
	Root string
	File string
	Name string
}

// LogQuery chooses entries of the log.
type LogQuery struct {
	Kind   string
	Before int64 // older than this number; 0: from the newest
	On     catalog.Date
}

// Log makes a page of the log.
func (s *Site) Log(ctx context.Context, r Request, q LogQuery, sent Sent) ([]byte, error) {
	page, err := s.svc.Journal(ctx, store.JournalQuery{Kind: q.Kind, Before: q.Before, Limit: logPage})
	if err != nil {
		return nil, err
	}
	points, err := s.svc.Checkpoints(ctx, 0, 10)
	if err != nil {
		return nil, err
	}
	b := s.base(r, "admin", "")
	b.Title = b.w("log.title")
	p := LogPage{Base: b, Tabs: b.tabs("log"), Size: b.n("log.size", int(page.Size)), Action: b.At("/admin/log"), Key: s.svc.Store.PublicKey(), Origin: s.svc.Store.Origin(),
		Sign: b.At("/admin/log/checkpoints"), Partial: page.Next != 0 && len(page.Entries) < logPage}
	if b.Who != nil && b.Who.Administers {
		p.Check = b.At("/admin/jobs")
	}
	p.Kinds = []Option{{Value: "", Label: b.w("log.all"), Selected: q.Kind == ""}}
	for _, k := range store.JournalKinds() {
		p.Kinds = append(p.Kinds, Option{Value: k, Label: b.text(store.JournalKindText(k)), Selected: k == q.Kind})
	}
	told, err := s.teller(ctx, b, q.On)
	if err != nil {
		return nil, err
	}
	for i := range page.Entries {
		p.Rows = append(p.Rows, told.row(&page.Entries[i]))
	}
	at := func(before int64) string {
		v := ""
		if before > 0 {
			v = strconv.FormatInt(before, 10)
		}
		return withQuery(b.At("/admin/log"), "kind", q.Kind, "before", v)
	}
	if page.Next > 0 {
		p.Older = at(page.Next)
	}
	if q.Before > 0 {
		p.Newer = at(0)
	}
	for _, x := range points {
		row, err := s.pointRow(ctx, b, x)
		if err != nil {
			return nil, err
		}
		p.Points = append(p.Points, row)
	}
	p.Form = b.fields(sent)
	return s.render("log", p)
}

func (s *Site) pointRow(ctx context.Context, b Base, x store.KeptCheckpoint) (PointRow, error) {
	size := strconv.FormatInt(x.Size, 10)
	row := PointRow{Size: b.n("log.size", int(x.Size)), File: b.At("/admin/log/checkpoints/" + size), Name: b.w("log.point_file", wording.Number(b.Lang, size))}
	c, err := log.OpenCheckpoint([]byte(x.Note), s.svc.Store.PublicKey())
	if err != nil {
		return row, err
	}
	row.Root = hex.EncodeToString(c.Tree.Hash[:])[:16]
	if x.Size > 0 {
		e, err := s.svc.JournalEntry(ctx, x.Size-1)
		if err != nil {
			return row, err
		}
		row.Last = b.moment(leafTime(e.Leaf))
	}
	return row, nil
}

func leafTime(l log.Leaf) time.Time {
	at, err := time.Parse(time.RFC3339Nano, l.At)
	if err != nil {
		return time.Time{}
	}
	return at
}

// teller says entries of the log in words, reading each name once.
type teller struct {
	s      *Site
	ctx    context.Context
	b      Base
	sp     service.Speaker
	names  service.Namer
	people map[string]string
}

func (s *Site) teller(ctx context.Context, b Base, on catalog.Date) (*teller, error) {
	names, err := s.svc.Names(ctx, on, on)
	if err != nil {
		return nil, err
	}
	return &teller{s: s, ctx: ctx, b: b, sp: s.svc.Speaker(b.Lang, names), names: names, people: map[string]string{}}, nil
}

func (t *teller) row(e *store.JournalEntry) LogRow {
	b := t.b
	number := strconv.FormatInt(e.Index, 10)
	row := LogRow{Number: wording.Number(b.Lang, number), Href: b.At("/admin/log/" + number), Kind: b.text(store.JournalKindText(e.Leaf.Kind)), Who: t.who(e.By), When: b.moment(leafTime(e.Leaf)), Hash: e.Leaf.Hash[:min(12, len(e.Leaf.Hash))]}
	row.About, row.Notes = t.about(e)
	return row
}

// who names who recorded something: a person, a program, or nobody that the entry would tell of.
func (t *teller) who(by string) string {
	b := t.b
	switch by {
	case "":
		return ""
	case service.SeededBy:
		return b.w("sheet.by_program")
	case service.ByLocal, "command":
		return b.w("log.by_command")
	case "setup":
		return b.w("log.by_setup")
	case "provider":
		return b.w("log.by_provider")
	}
	return t.s.personName(t.ctx, b, by, t.people)
}

// about gives what an entry is about: links to it, and what else is known in words.
func (t *teller) about(e *store.JournalEntry) (links []Link, notes []string) {
	b, sp, index := t.b, t.sp, e.Leaf.Index
	record := func(kind catalog.Kind, id string) {
		if id != "" {
			links = append(links, b.recordLink(sp, catalog.Ref{Kind: kind, ID: id}))
		}
	}
	note := func(s string) {
		if s != "" {
			notes = append(notes, s)
		}
	}
	switch kind := e.Leaf.Kind; kind {
	case "claim", "withdrawal", "settlement":
		record(e.Record.Kind, e.Record.ID)
		fact := Link{Text: sp.Label(e.Path), Href: b.At("/records/" + string(e.Record.Kind) + "/" + url.PathEscape(e.Record.ID) + "/facts/" + url.PathEscape(e.Path))}
		links = append(links, fact)
		note(sp.Tidy(e.Title))
	case "record":
		record(e.Record.Kind, e.Record.ID)
	case "source":
		if e.Source == "" {
			note(b.w("log.confidential"))
			break
		}
		links = append(links, Link{Text: sp.Tidy(e.Title), Href: b.At("/sources/" + url.PathEscape(e.Source))})
	case "file":
		if e.Title == "" {
			note(b.w("log.confidential"))
			break
		}
		note(e.Title)
	case "erasure":
		note(sp.Tidy(e.Title))
	case "person":
		if b.Who != nil && b.Who.Administers {
			links = append(links, Link{Text: t.s.personName(t.ctx, b, index["person"], t.people), Href: b.At("/people/" + url.PathEscape(index["person"]))})
		}
	case string(store.Role):
		if e.Change == nil {
			note(b.w("log.role_hidden"))
			break
		}
		links = append(links, Link{Text: t.s.personName(t.ctx, b, e.Change.Person, t.people), Href: b.At("/people/" + url.PathEscape(e.Change.Person))})
		for _, c := range e.Change.Changes {
			note(b.change(c))
		}
		if slices.Contains(e.Change.Changes, account.ChangedRoles) || slices.Contains(e.Change.Changes, account.MadeAccount) {
			var roles []string
			for _, r := range e.Change.Roles {
				roles = append(roles, b.text(r.Label()))
			}
			note(sentence(strings.Join(roles, ", ")))
		}
	default:
		if kind == string(store.Decision) {
			links = append(links, Link{Text: b.w("log.see_decision"), Href: b.At("/decisions/" + e.Leaf.Hash)})
			if o := decision.Outcome(index["outcome"]); slices.Contains(o.Allowed(), string(o)) {
				note(b.text(o.Label()))
			}
		}
		record(catalog.Offering, index["offering"])
		record(catalog.UseCase, index["use_case"])
		if d, ok := parseDay(index["on"]); ok {
			note(b.w("log.on", b.Day(d)))
		}
		if kind == string(store.Framework) {
			note(index["name"])
		}
	}
	return links, notes
}

// change says a change of who may do what.
func (b Base) change(c account.Change) string {
	switch c {
	case account.MadeAccount:
		return b.w("log.account_made")
	case account.ChangedRoles:
		return b.w("log.roles")
	case account.ChangedState:
		return b.w("log.state")
	case account.ChangedEntity:
		return b.w("log.entity")
	case account.ChangedLogin:
		return b.w("log.login")
	case account.ChangedSubject:
		return b.w("log.provider")
	case account.ChangedSecret:
		return b.w("log.password")
	case account.ChangedTOTP:
		return b.w("log.totp")
	case account.ChangedCodes:
		return b.w("log.codes")
	case account.AddedPasskey:
		return b.w("log.passkey_added")
	case account.RemovedPasskey:
		return b.w("log.passkey_removed")
	case account.AddedToken:
		return b.w("log.token_made")
	case account.RemovedToken:
		return b.w("log.token_ended")
	case account.MadeLink:
		return b.w("log.link")
	case account.Erased:
		return b.w("log.erased")
	}
	return ""
}

// LeafPage is one entry of the log with the proof that it stands there.
type LeafPage struct {
	Base
	Tabs          []Option
	Row           LogRow
	Whole         string // hash of what was recorded
	Entity        string
	Proof, Leaf   string
	Key           string
	Under         string
	ProofFile     string
	LeafFile      string
	Before, After string
}

// Leaf makes the page of one entry of the log.
func (s *Site) Leaf(ctx context.Context, r Request, index int64, on catalog.Date) ([]byte, error) {
	e, err := s.svc.JournalEntry(ctx, index)
	if err != nil {
		return nil, err
	}
	proof, err := s.svc.ProveEntry(ctx, index)
	if err != nil {
		return nil, err
	}
	point, err := proof.Inclusion.Check(proof.Leaf, s.svc.Store.PublicKey())
	if err != nil {
		return nil, err
	}
	b := s.base(r, "admin", "")
	told, err := s.teller(ctx, b, on)
	if err != nil {
		return nil, err
	}
	row := told.row(&e)
	b.Title = b.w("leaf.title", row.Number)
	p := LeafPage{Base: b, Tabs: b.tabs("log"), Row: row, Whole: e.Leaf.Hash, Entity: e.Leaf.Entity, Proof: proof.Inclusion.Text(), Leaf: string(proof.Leaf), Key: s.svc.Store.PublicKey(),
		Under: b.n("leaf.under", int(point.Tree.N)), ProofFile: row.Href + "/proof", LeafFile: row.Href + "/entry"}
	if index > 0 {
		p.Before = b.At("/admin/log/" + strconv.FormatInt(index-1, 10))
	}
	if index+1 < point.Tree.N {
		p.After = b.At("/admin/log/" + strconv.FormatInt(index+1, 10))
	}
	return s.render("leaf", p)
}
