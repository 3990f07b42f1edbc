package web

import (
	"context"
	"net/url"
	"slices"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
)

// ChainPage is who holds a vendor and whom it uses, drawn and as a table, with the form of what was chosen at its side.
type ChainPage struct {
	Base
	EntryForm
	Name     string
	Sheet    Link
	Read     Link
	When     string
	MayWrite bool
	Kept     bool
	Drawing  *ChainDrawing
	Actions  []Link // what can be added to the whole
	Remarks  []string
	Cut      string
	Stakes   ChainTable
	Ended    ChainTable
	Uses     ChainTable
	Panel    ChainPanel
}

// ChainTable is the same as the picture, in rows.
type ChainTable struct {
	Title string
	Heads []string
	Rows  []ChainRow
}

// ChainRow is a stake or a sub-processing line of the table.
type ChainRow struct {
	Name     string // of the line, for who hears an action alone
	From, To Link
	ToHead   string
	Cells    []Cell
	Actions  []PanelLink
	Here     bool
}

// ChainPanel is what was chosen.
type ChainPanel struct {
	Kind    string // none, party, form, withdraw
	Title   string
	Lead    string
	Facts   []Fact
	Actions []PanelLink
	Hidden  []Option
	Close   string
	Fault   string // of the reason
	Reason  string
	Form    string
}

// PanelLink leads from what was chosen to something else: Here, when that is shown on this page.
type PanelLink struct {
	Link
	Here bool
}

// ChainQuery says whose chain, and what is chosen in it.
type ChainQuery struct {
	Subject  catalog.Ref
	On       catalog.Date
	Party    catalog.Ref
	Link     catalog.Ref
	Do       string       // with a link: "", "end", "withdraw"
	Add      catalog.Kind // a link of this kind is to be added
	Of       catalog.Ref  // to this party
	Complete string       // "owners" or "used": the list of Of is to be called complete
	Sent     Sent
	Done     Done
}

// What is done to a link.
const (
	ChainEnd      = "end"
	ChainWithdraw = "withdraw"
)

// Lists that can be called complete.
const (
	ChainOwners = "owners"
	ChainUsed   = "used"
)

func chainPath(ref catalog.Ref) string {
	return "/records/" + string(ref.Kind) + "/" + url.PathEscape(ref.ID) + "/chain"
}

// hasChain reports whether a record of a kind has owners and sub-processors.
func hasChain(k catalog.Kind) bool { return k == catalog.Vendor || k == catalog.Offering }

// chainFacts are what the form of a link asks for, its ends first.
var chainFacts = map[catalog.Kind][]string{
	catalog.Stake:         {"stake.owner", "stake.owner_country", "stake.percent", "stake.voting_percent", "stake.control", "stake.from", "stake.until"},
	catalog.Subprocessing: {"subprocessing.vendor", "subprocessing.country", "subprocessing.role", "subprocessing.processing_countries", "subprocessing.sees_content"},
}

// chainBounds are asked too where they are known.
var chainBounds = []string{"stake.percent_min", "stake.percent_max"}

func (s *Site) defsOf(paths []string) []*catalog.FactDef {
	var out []*catalog.FactDef
	for _, p := range paths {
		if def, ok := s.svc.Dictionary.Fact(p); ok {
			out = append(out, def)
		}
	}
	return out
}

// linkDefs are the facts that the form of a link asks for.
func (s *Site) linkDefs(sheet *service.Sheet, q ChainQuery) []*catalog.FactDef {
	if q.Do == ChainEnd && q.Link.Kind == catalog.Stake {
		return s.defsOf([]string{"stake.until"})
	}
	paths := slices.Clone(chainFacts[q.Link.Kind])
	for _, b := range chainBounds {
		if q.Link.Kind == catalog.Stake && factOf(sheet, b).State == catalog.Known {
			paths = append(paths, b)
		}
	}
	return s.defsOf(paths)
}

// completePath is the fact that says that a list is complete; empty: the party has no such list.
func completePath(of catalog.Ref, list string) string {
	switch {
	case of.Kind == catalog.Vendor && list == ChainOwners:
		return "vendor.owners_complete"
	case of.Kind == catalog.Vendor && list == ChainUsed:
		return "vendor.subprocessors_complete"
	case of.Kind == catalog.Offering && list == ChainUsed:
		return "offering.subprocessors_complete"
	}
	return ""
}

// Chain makes the page of a chain.
func (s *Site) Chain(ctx context.Context, r Request, q ChainQuery) ([]byte, error) {
	if !hasChain(q.Subject.Kind) {
		return nil, &catalog.NotFoundError{What: wording.Textf("chain of owners and sub-processors", "chaîne de détenteurs et de sous-traitants"), ID: q.Subject.String()}
	}
	c, err := s.chainOf(ctx, q.Subject, q.On)
	if err != nil {
		return nil, err
	}
	b := s.base(r, navOf(q.Subject.Kind), "")
	d, err := s.newDesk(ctx, b, q.On)
	if err != nil {
		return nil, err
	}
	p := ChainPage{Base: b, Name: d.sp.Text(d.sp.Names(q.Subject)), When: b.Day(q.On), MayWrite: s.MayWrite(ctx), Kept: s.svc.Store != nil,
		Sheet: Link{b.w("sheet.back"), b.At(sheetPath(q.Subject))}, Read: Link{d.sp.Text(d.sp.Names(q.Subject)), b.At(recordPath(q.Subject))}}
	p.Title, p.Class = b.w("chain.title", p.Name), "wide"
	p.Drawing = c.draw(b, d.sp, q)
	p.Remarks = c.remarks(b, d.sp)
	if c.cut {
		p.Cut = b.w("chain.cut", itoa(maxParties))
	}
	if p.MayWrite {
		p.Actions = c.additions(b, q.Subject)
	}
	c.table(&p, b, d.sp, q)
	if err := s.chainPanel(&p, c, d, q); err != nil {
		return nil, err
	}
	p.Done = b.sheetDone(q.Done)
	return s.render("chain", p)
}

// additions are what can be said about the lists of a party.
func (c *chain) additions(b Base, of catalog.Ref) []Link {
	held := of
	if of.Kind == catalog.Offering {
		held = c.heldFirst()
	}
	var out []Link
	if !held.IsZero() {
		out = append(out, Link{b.w("chain.add_owner"), b.chainAt(c.subject, "add", string(catalog.Stake), "of", held.String())})
	}
	out = append(out, Link{b.w("chain.add_used"), b.chainAt(c.subject, "add", string(catalog.Subprocessing), "of", of.String())})
	if !held.IsZero() {
		out = append(out, Link{b.w("chain.complete_owners"), b.chainAt(c.subject, "complete", ChainOwners, "of", held.String())})
	}
	return append(out, Link{b.w("chain.complete_used"), b.chainAt(c.subject, "complete", ChainUsed, "of", of.String())})
}

// remarks says in words what does not add up and what is not known.
func (c *chain) remarks(b Base, sp service.Speaker) []string {
	name := func(r catalog.Ref) string { return sp.Text(sp.Names(r)) }
	var out []string
	for _, v := range c.held() {
		sum, figures, n := c.owned(v)
		switch rest := hundred.Cmp(sum); {
		case rest < 0:
			out = append(out, b.w("chain.over", name(v), wording.Percent(b.Lang, decimal(sum))))
		case !c.ownersOpen(v):
		case n == 0:
			out = append(out, b.w("chain.no_owner", name(v)))
		case rest > 0 && figures:
			out = append(out, b.w("chain.part_known", wording.Percent(b.Lang, decimal(sum)), name(v)))
		default:
			out = append(out, b.w("chain.owners_open", name(v)))
		}
	}
	for _, circle := range c.circles() {
		if len(circle) == 1 {
			out = append(out, b.w("chain.itself", name(circle[0])))
			continue
		}
		var names []string
		for _, v := range circle {
			names = append(names, name(v))
		}
		out = append(out, b.w("chain.circle", wording.List(b.Lang, names)))
	}
	for _, k := range c.stakes {
		if !k.ended && k.from.IsZero() {
			out = append(out, b.w("chain.stake_of_nobody", name(k.to)))
		}
	}
	for _, k := range c.uses {
		if k.to.IsZero() {
			out = append(out, b.w("chain.use_of_nobody", name(k.from)))
		}
	}
	if c.subject.Kind == catalog.Offering && len(c.serving) == 0 {
		out = append(out, b.w("chain.nobody_serves", name(c.subject)))
	}
	if c.usedOpen() {
		out = append(out, b.w("chain.used_open", name(c.subject)))
	}
	return out
}

// table lists what the picture shows, and the stakes that ended.
func (c *chain) table(p *ChainPage, b Base, sp service.Speaker, q ChainQuery) {
	party := func(r catalog.Ref) Link {
		if r.IsZero() {
			return Link{Text: b.w("chain.nobody")}
		}
		return Link{sp.Text(sp.Names(r)), b.chainAt(c.subject, "party", r.String())}
	}
	cell := func(k chainLink, path string) Cell {
		f := factOf(k.sheet, path)
		return Cell{sp.Label(path), sp.State(path, f.State, f.Value, f.Disputed)}
	}
	stakes, uses := []string{"stake.control", "stake.from", "stake.until"}, []string{"subprocessing.role", "subprocessing.processing_countries", "subprocessing.sees_content"}
	p.Stakes = ChainTable{Title: b.w("chain.stakes"), Heads: []string{sp.Label("stake.owner"), sp.Label("stake.vendor"), sp.Label("stake.percent")}}
	p.Uses = ChainTable{Title: b.w("chain.used"), Heads: []string{sp.Label("subprocessing.user"), sp.Label("subprocessing.vendor")}}
	for _, path := range stakes {
		p.Stakes.Heads = append(p.Stakes.Heads, sp.Label(path))
	}
	for _, path := range uses {
		p.Uses.Heads = append(p.Uses.Heads, sp.Label(path))
	}
	p.Stakes.Heads, p.Uses.Heads = append(p.Stakes.Heads, b.w("chain.do")), append(p.Uses.Heads, b.w("chain.do"))
	p.Ended = ChainTable{Title: b.w("chain.ended"), Heads: p.Stakes.Heads}
	for _, k := range c.stakes {
		row := ChainRow{Name: k.called(b, sp), From: party(k.from), To: party(k.to), ToHead: sp.Label("stake.vendor"), Here: q.Link == k.ref, Cells: []Cell{{sp.Label("stake.percent"), k.shareWords(b, sp)}}}
		for _, path := range stakes {
			row.Cells = append(row.Cells, cell(k, path))
		}
		row.Actions = c.actions(b, k, p.MayWrite)
		if k.ended {
			p.Ended.Rows = append(p.Ended.Rows, row)
		} else {
			p.Stakes.Rows = append(p.Stakes.Rows, row)
		}
	}
	for _, k := range c.uses {
		row := ChainRow{Name: k.called(b, sp), From: party(k.from), To: party(k.to), ToHead: sp.Label("subprocessing.vendor"), Here: q.Link == k.ref}
		for _, path := range uses {
			row.Cells = append(row.Cells, cell(k, path))
		}
		row.Actions = c.actions(b, k, p.MayWrite)
		p.Uses.Rows = append(p.Uses.Rows, row)
	}
}

// shareWords is the share in a table, where "unknown" is a word.
func (k chainLink) shareWords(b Base, sp service.Speaker) string {
	if x := k.figure(b, sp); x != "?" {
		return x
	}
	f := factOf(k.sheet, "stake.percent")
	return sp.State("stake.percent", f.State, f.Value, f.Disputed)
}

// actions are what can be done with a link. Each is named with what it is about, for who hears it alone.
func (c *chain) actions(b Base, k chainLink, may bool) []PanelLink {
	at := func(do string) string { return b.chainAt(c.subject, "link", k.ref.String(), "do", do) }
	if !may {
		return []PanelLink{{Link{b.w("chain.see"), at("")}, true}}
	}
	out := []PanelLink{{Link{b.w("chain.change"), at("")}, true}}
	if k.ref.Kind == catalog.Stake && !k.ended {
		out = append(out, PanelLink{Link{b.w("chain.end"), at(ChainEnd)}, true})
	}
	for _, path := range chainFacts[k.ref.Kind] {
		if f := factOf(k.sheet, path); f.Disputed || len(f.Contradicts) > 0 {
			out = append(out, PanelLink{Link{b.w("chain.settle"), b.At(factPath(k.ref, path)) + "#contradictions"}, false})
			break
		}
	}
	return append(out, PanelLink{Link{b.w("chain.withdraw"), at(ChainWithdraw)}, true})
}

// chainPanel fills in what stands beside the picture.
func (s *Site) chainPanel(p *ChainPage, c *chain, d *desk, q ChainQuery) (err error) {
	b := p.Base
	p.Panel = ChainPanel{Kind: "none", Close: b.At(chainPath(q.Subject)), Form: b.At(chainPath(q.Subject))}
	hide := func(pairs ...string) {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i+1] != "" {
				p.Panel.Hidden = append(p.Panel.Hidden, Option{Value: pairs[i+1], Label: pairs[i]})
			}
		}
	}
	form := func(defs []*catalog.FactDef, rec *service.Sheet, of catalog.Ref) error {
		p.Panel.Kind = "form"
		if p.EntryForm, err = d.entryForm(defs, rec, "", q.Sent, len(defs) > 1); err != nil {
			return err
		}
		if rec != nil {
			p.Revision, err = s.recordRevision(d.ctx, of)
		}
		p.Go = b.w("fact.record")
		return err
	}
	switch {
	case !q.Link.IsZero():
		sheet, err := s.svc.Sheet(d.ctx, q.Link, q.On, q.On)
		if err != nil {
			return err
		}
		k := linkOf(q.Link, sheet)
		p.Panel.Title = k.called(b, d.sp)
		if !p.MayWrite {
			return s.chainRead(p, d, sheet, []PanelLink{{Link: Link{b.w("chain.all_facts"), b.At(sheetPath(q.Link))}}})
		}
		hide("link", q.Link.String(), "do", q.Do)
		p.Panel.Actions = []PanelLink{{Link: Link{b.w("chain.all_facts"), b.At(sheetPath(q.Link))}}}
		chosen := b.chainAt(q.Subject, "link", q.Link.String(), "do", q.Do)
		for _, x := range c.actions(b, k, true) {
			if x.Href != chosen {
				p.Panel.Actions = append(p.Panel.Actions, x)
			}
		}
		if q.Do == ChainWithdraw {
			if p.Key = q.Sent.Value("key"); p.Key == "" {
				p.Key = newKey()
			}
			p.Panel.Kind, p.Panel.Lead, p.Panel.Reason = "withdraw", b.w("chain.withdraw_lead"), q.Sent.Value("reason")
			if len(q.Sent.Faults) > 0 {
				p.Panel.Fault = sentence(wording.Typeset(b.Lang, q.Sent.Faults[0].Text.In(b.Lang)))
			}
			return nil
		}
		p.Panel.Lead = b.w("chain.change_lead")
		if q.Do == ChainEnd {
			p.Panel.Lead = b.w("chain.end_lead")
		}
		return form(s.linkDefs(sheet, q), sheet, q.Link)
	case q.Add != "" && p.MayWrite:
		defs := s.defsOf(chainFacts[q.Add])
		hide("add", string(q.Add), "of", q.Of.String())
		p.Panel.Title = b.w("chain.new_used", d.sp.Text(d.sp.Names(q.Of)))
		if q.Add == catalog.Stake {
			p.Panel.Title = b.w("chain.new_owner", d.sp.Text(d.sp.Names(q.Of)))
		}
		p.Panel.Lead = b.w("chain.new_lead")
		return form(defs, nil, q.Of)
	case q.Complete != "" && p.MayWrite:
		path := completePath(q.Of, q.Complete)
		def, ok := s.svc.Dictionary.Fact(path)
		if !ok {
			return &catalog.NotFoundError{What: wording.Textf("list", "liste"), ID: q.Complete}
		}
		sheet, err := s.svc.Sheet(d.ctx, q.Of, q.On, q.On)
		if err != nil {
			return err
		}
		hide("complete", q.Complete, "of", q.Of.String())
		p.Panel.Title, p.Panel.Lead = d.sp.Text(d.sp.Names(q.Of)), b.w("chain.complete_lead")
		return form([]*catalog.FactDef{def}, sheet, q.Of)
	case !q.Party.IsZero():
		sheet, err := s.svc.Sheet(d.ctx, q.Party, q.On, q.On)
		if err != nil {
			return err
		}
		p.Panel.Title = d.sp.Text(sheet.Name)
		links := []PanelLink{{Link: Link{b.w("chain.sheet_of"), b.At(sheetPath(q.Party))}}}
		if q.Party != q.Subject {
			links = append(links, PanelLink{Link: Link{b.w("chain.chain_of"), b.At(chainPath(q.Party))}})
		}
		if p.MayWrite {
			for _, x := range c.additions(b, q.Party) {
				links = append(links, PanelLink{x, true})
			}
		}
		return s.chainRead(p, d, sheet, links)
	}
	return nil
}

// linkOf reads the two ends of a link.
func linkOf(ref catalog.Ref, sheet *service.Sheet) chainLink {
	k := chainLink{ref: ref, sheet: sheet}
	if ref.Kind == catalog.Stake {
		k.from, k.to = vendorRef(textOf(sheet, "stake.owner")), vendorRef(textOf(sheet, "stake.vendor"))
	} else {
		k.from, k.to = vendorRef(textOf(sheet, "subprocessing.user")), vendorRef(textOf(sheet, "subprocessing.vendor"))
	}
	return k
}

// partyFacts are what is told of a party that was chosen; of a link, what its form would ask.
var partyFacts = []string{"vendor.party_kind", "vendor.legal_name", "vendor.headquarters_country", "vendor.incorporation_country", "vendor.owners_complete", "vendor.subprocessors_complete",
	"offering.vendor", "offering.deployment", "offering.processing_countries", "offering.subprocessors_complete"}

// chainRead shows what was chosen, to be read.
func (s *Site) chainRead(p *ChainPage, d *desk, sheet *service.Sheet, links []PanelLink) error {
	pen := p.Base.newPen(d.sp, sheet.Sources)
	p.Panel.Kind, p.Panel.Actions = "party", links
	paths := partyFacts
	if of := chainFacts[sheet.Record.Kind]; of != nil {
		paths = of
	}
	for _, path := range paths {
		if def, ok := s.svc.Dictionary.Fact(path); ok && def.Record == sheet.Record.Kind {
			f := factOf(sheet, path)
			p.Panel.Facts = append(p.Panel.Facts, s.cite(pen, pen.fact(f), f.Source))
		}
	}
	return nil
}
