package web

import (
	"cmp"
	"context"
	"slices"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/wording"
)

// ImportPage takes a file to be read as a proposal, and lists those that wait for review.
type ImportPage struct {
	Base
	Form
	Action    string
	About     string
	Declared  *Input
	FileFault string
	Waiting   []Waiting
}

// Waiting is a proposal that waits for review.
type Waiting struct {
	Link
	Note string
}

// Import makes the page that takes a file.
func (s *Site) Import(ctx context.Context, r Request, about string, sent Sent) ([]byte, error) {
	if err := account.Need(ctx, account.Claim); err != nil {
		return nil, err
	}
	b := s.base(r, "", "")
	b.Title = b.w("import.title")
	p := ImportPage{Base: b, Action: b.At("/import"), About: about, Declared: &Input{Name: "declared", Type: "text", Label: b.w("import.declared"), Hint: b.w("import.declared_hint")}}
	for _, f := range sent.Faults {
		if f.Path == "file" {
			p.FileFault = sentence(wording.Typeset(b.Lang, f.Text.In(b.Lang)))
		}
	}
	sent.Faults = slices.DeleteFunc(slices.Clone(sent.Faults), func(f catalog.FieldError) bool { return f.Path == "file" })
	p.Form = b.fields(sent, p.Declared)
	if p.FileFault != "" {
		p.Errors = append(p.Errors, Link{p.FileFault, "#file"})
	}
	if s.svc.Store != nil {
		list, err := s.svc.Proposals(ctx)
		if err != nil {
			return nil, err
		}
		for _, x := range list {
			p.Waiting = append(p.Waiting, Waiting{Link{cmp.Or(x.From.Name, b.w("import.unnamed")), b.At("/proposals/" + x.ID)}, b.n("import.claims", len(x.Claims))})
		}
	}
	return s.render("import", p)
}

// ProposalPage is what a file would change, fact by fact, to be chosen from.
type ProposalPage struct {
	Base
	Form
	File     string
	Kind     string
	Action   string
	Revision int64
	Open     bool
	Groups   []ProposalGroup
	Count    string
	New      []string
	Faults   []string
	Notes    []string
}

// ProposalGroup is what is proposed about one record.
type ProposalGroup struct {
	Title string
	Link  Link
	New   bool
	Lines []ProposalLine
}

// ProposalLine is one proposed claim beside what is recorded.
type ProposalLine struct {
	N       int
	Label   string
	Was     string
	Becomes string
	Source  string
	At      string
	Changed bool // what is recorded changed since the sheet was sent out
	Chosen  bool
}

// Proposal makes the page of a proposal.
func (s *Site) Proposal(ctx context.Context, r Request, id string, on catalog.Date, sent Sent) ([]byte, error) {
	x, err := s.svc.Proposal(ctx, id)
	if err != nil {
		return nil, err
	}
	names, err := s.svc.Names(ctx, on, on)
	if err != nil {
		return nil, err
	}
	proposed := map[catalog.Ref]wording.Text{}
	for _, c := range x.Claims {
		if c.Path == c.Record.Kind.NamePath() && c.Value != nil {
			proposed[c.Record] = wording.Text{EN: c.Value.Text, FR: c.Value.FR}
			if c.Value.FR == "" {
				proposed[c.Record] = wording.Same(c.Value.Text)
			}
		}
	}
	sp := s.svc.Speaker(r.Lang, names)
	known := sp.Names
	sp.Names = func(ref catalog.Ref) wording.Text {
		if t, ok := proposed[ref]; ok && slices.Contains(x.Records, ref) {
			return t
		}
		return known(ref)
	}
	b := s.base(r, "", "")
	b.Title = b.w("proposal.title", x.From.Name)
	p := ProposalPage{Base: b, File: x.From.Name, Kind: sp.Text(x.From.Kind.Label()), Action: b.At("/proposals/" + id), Revision: x.Revision, Open: x.State == service.ProposalOpen, Count: b.n("import.claims", len(x.Claims))}
	p.Form = b.fields(sent)
	for i, l := range p.Errors {
		if l.Href == "" && len(sent.Faults) > 0 && len(x.Claims) > 0 {
			p.Errors[i].Href = "#p-0"
		}
	}
	if sent.Done == DoneRecorded {
		p.Done = b.w("proposal.done")
	}
	sources := map[string]string{}
	for _, src := range x.Sources {
		sources[src.ID] = src.Title
	}
	sheets := map[catalog.Ref]*service.Sheet{}
	at := map[catalog.Ref]int{}
	for i, c := range x.Claims {
		n, ok := at[c.Record]
		if !ok {
			n = len(p.Groups)
			at[c.Record] = n
			g := ProposalGroup{Title: sp.Text(sp.Names(c.Record)), New: slices.Contains(x.Records, c.Record)}
			if !g.New {
				g.Link = Link{g.Title, b.At(sheetPath(c.Record))}
				if sheets[c.Record], err = s.svc.Sheet(ctx, c.Record, on, on); err != nil {
					return nil, err
				}
			}
			p.Groups = append(p.Groups, g)
		}
		line := ProposalLine{N: i, Chosen: sent.Values == nil || slices.Contains(sent.Values["chosen"], itoa(i)), Label: sp.Label(c.Path), Was: b.w("proposal.nothing"), Becomes: sp.State(c.Path, c.State, c.Value, false), At: c.At.In(b.Lang), Source: sources[c.Source]}
		if sheet := sheets[c.Record]; sheet != nil {
			if f := factOf(sheet, c.Path); f.State != catalog.Unknown {
				line.Was = sp.State(c.Path, f.State, f.Value, f.Disputed)
				line.Changed = c.Was != nil && (c.Was.State != f.State || c.Was.Value == nil != (f.Value == nil) || f.Value != nil && !c.Was.Value.Equal(*f.Value))
			}
		}
		if line.Source == "" && c.Source != "" {
			if src, err := s.svc.Source(ctx, c.Source); err == nil {
				line.Source = src.Title
			}
		}
		p.Groups[n].Lines = append(p.Groups[n].Lines, line)
	}
	for _, f := range x.Faults {
		p.Faults = append(p.Faults, f.In(b.Lang))
	}
	for _, f := range x.Notes {
		p.Notes = append(p.Notes, f.In(b.Lang))
	}
	return s.render("proposal", p)
}
