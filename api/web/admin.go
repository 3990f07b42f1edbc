package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"vigie/api/access"
	"vigie/catalog"
	"vigie/catalog/account"
	copies "vigie/catalog/store/files"
	"vigie/catalog/wording"
)

// tabs are the parts of the administration that who looks may open.
func (b Base) tabs(current string) []Option {
	var out []Option
	add := func(may bool, id, path, label string) {
		if may {
			out = append(out, Option{Value: b.At(path), Label: label, Selected: id == current})
		}
	}
	if b.Who == nil {
		return nil
	}
	add(b.Who.Administers, "people", "/people", b.w("admin.people"))
	add(true, "roles", "/admin/roles", b.w("admin.roles"))
	add(b.Who.Administers, "tokens", "/admin/tokens", b.w("admin.tokens"))
	add(b.Who.Administers && b.Who.Group, "storage", "/admin/storage", b.w("admin.storage"))
	add(b.Who.Group, "log", "/admin/log", b.w("admin.log"))
	add(true, "dictionary", "/admin/dictionary", b.w("admin.dictionary"))
	add(true, "jobs", "/admin/jobs", b.w("admin.jobs"))
	return out
}

// RolesPage says what each role may do.
type RolesPage struct {
	Base
	Tabs  []Option
	Roles []RoleColumn
	Rows  []RoleRow
}

// RoleColumn is a role, with how many people have it.
type RoleColumn struct {
	Name  string
	Means string
	Count string // empty for who does not administer
}

// RoleRow is a permission and which roles give it, in the order of the columns.
type RoleRow struct {
	Name  string
	What  string
	Cells []RoleCell
}

// RoleCell says whether a role gives a permission.
type RoleCell struct {
	Role string
	Yes  bool
}

// Roles makes the page of the roles. members are those whom who asks may see; nil when they do not administer.
func (s *Site) Roles(r Request, members []access.Member) ([]byte, error) {
	b := s.base(r, "admin", "")
	b.Title = b.w("roles.title")
	p := RolesPage{Base: b, Tabs: b.tabs("roles")}
	for _, role := range account.Roles() {
		c := RoleColumn{Name: sentence(b.text(role.Label())), Means: b.text(role.Means())}
		if _, after, ok := strings.Cut(c.Means, ":"); ok {
			c.Means = sentence(strings.TrimSpace(after))
		}
		if members != nil {
			n := 0
			for i := range members {
				if m := &members[i]; m.State == account.Active {
					for _, x := range m.Roles {
						if x == role {
							n++
						}
					}
				}
			}
			c.Count = b.n("roles.count", n)
		}
		p.Roles = append(p.Roles, c)
	}
	for _, perm := range account.Permissions() {
		row := RoleRow{Name: sentence(b.text(perm.Label())), What: b.permission(perm)}
		for i, role := range account.Roles() {
			row.Cells = append(row.Cells, RoleCell{Role: p.Roles[i].Name, Yes: role.Grants(perm)})
		}
		p.Rows = append(p.Rows, row)
	}
	return s.render("roles", p)
}

// permission says what a permission covers.
func (b Base) permission(p account.Permission) string {
	switch p {
	case account.Read:
		return b.w("roles.read")
	case account.ReadConfidential:
		return b.w("roles.read_confidential")
	case account.Claim:
		return b.w("roles.claim")
	case account.Settle:
		return b.w("roles.settle")
	case account.Review:
		return b.w("roles.review")
	case account.Assess:
		return b.w("roles.assess")
	case account.Decide:
		return b.w("roles.decide")
	case account.Issue:
		return b.w("roles.issue")
	case account.Configure:
		return b.w("roles.configure")
	case account.Administer:
		return b.w("roles.administer")
	}
	return ""
}

// TokensPage lists the tokens of the house.
type TokensPage struct {
	Base
	Form
	Tabs []Option
	Rows []TokenRow
	End  string
}

// TokenRow is one token: whose, what it may, until when.
type TokenRow struct {
	Name    string
	Owner   Link
	Person  string
	ID      string
	May     string
	Created string
	Used    string
	Until   string
	Past    bool
	Idle    bool // its owner is kept out, or has none of its rights any more
	Revoke  string
}

// Tokens makes the page of the tokens of the house.
func (s *Site) Tokens(r Request, list []access.HouseToken, now time.Time, sent Sent) ([]byte, error) {
	b := s.base(r, "admin", "")
	b.Title = b.w("tokens.title")
	p := TokensPage{Base: b, Tabs: b.tabs("tokens"), End: b.At("/admin/tokens/end")}
	for _, t := range list {
		row := TokenRow{Name: t.Name, Owner: Link{Text: t.Owner.Name, Href: b.At("/people/" + t.Owner.Person)}, Person: t.Owner.Person, ID: t.ID, Past: t.Expired(now),
			Idle: len(t.Gives) == 0, Created: b.moment(t.Created), Used: b.moment(t.Used), Revoke: b.w("tokens.revoke_what", t.Name, t.Owner.Name)}
		if row.Owner.Text == "" {
			row.Owner.Text = b.w("people.unnamed")
		}
		var scopes []string
		for _, x := range t.Scopes {
			scopes = append(scopes, b.text(x.Label()))
		}
		row.May = sentence(strings.Join(scopes, ", "))
		d, _ := parseDay(t.Expires.Format("2006-01-02"))
		row.Until = b.Day(d)
		p.Rows = append(p.Rows, row)
	}
	p.Form = b.fields(sent)
	return s.render("tokens", p)
}

// StoragePage says what is kept and where.
type StoragePage struct {
	Base
	Tabs    []Option
	Sources []Pair
	Files   []Pair
	Types   []Pair
	Store   []Pair
	Verify  string
}

// Storage makes the page of the sources and of what is stored.
func (s *Site) Storage(ctx context.Context, r Request, on catalog.Date) ([]byte, error) {
	h, err := s.svc.Holdings(ctx, on)
	if err != nil {
		return nil, err
	}
	b := s.base(r, "admin", "")
	b.Title = b.w("storage.title")
	num := func(n int64) string { return wording.Number(b.Lang, strconv.FormatInt(n, 10)) }
	place := b.w("storage.in_bucket")
	if _, disk := s.svc.Store.Files.(*copies.Disk); disk {
		place = b.w("storage.in_folder")
	}
	p := StoragePage{Base: b, Tabs: b.tabs("storage"), Verify: b.At("/admin/jobs"),
		Sources: []Pair{{b.w("storage.sources"), num(h.Sources)}, {b.w("storage.confidential"), num(h.Confidential)}, {b.w("storage.expired", b.Day(on)), num(h.Expired)},
			{b.w("storage.without"), num(h.WithoutFile)}, {b.w("storage.on_web"), num(h.OnWeb)}},
		Files: []Pair{{b.w("storage.files"), num(h.Files)}, {b.w("storage.size"), b.size(h.Bytes)}, {b.w("storage.place"), place}},
		Store: []Pair{{b.w("storage.database"), s.svc.Store.Engine()}, {b.w("storage.entries"), num(h.Entries)}, {b.w("storage.records"), num(h.Records)},
			{b.w("storage.claims"), num(h.Claims)}, {b.w("storage.documents"), num(h.Documents)}, {b.w("storage.checkpoints"), num(h.Checkpoints)}},
	}
	for _, t := range h.Types {
		p.Types = append(p.Types, Pair{b.media(t.MediaType), b.w("storage.type", num(t.Files), b.size(t.Bytes))})
	}
	return s.render("storage", p)
}

// media names a type of content as people call it.
func (b Base) media(t string) string {
	t, _, _ = strings.Cut(t, ";")
	switch {
	case t == "application/pdf":
		return b.w("storage.pdf")
	case t == "text/html":
		return b.w("storage.html")
	case t == "text/plain":
		return b.w("storage.text")
	case strings.HasPrefix(t, "image/"):
		return b.w("storage.image")
	case strings.Contains(t, "spreadsheet"):
		return b.w("storage.sheet")
	case strings.Contains(t, "wordprocessing"), strings.Contains(t, "opendocument"):
		return b.w("storage.office")
	}
	return b.w("storage.other")
}

// size writes a number of bytes with the unit that people read.
func (b Base) size(n int64) string {
	units := map[wording.Lang][]string{wording.EN: {"bytes", "kB", "MB", "GB", "TB"}, wording.FR: {"octets", "ko", "Mo", "Go", "To"}}[b.Lang]
	x, u := float64(n), 0
	for x >= 1000 && u < len(units)-1 {
		x, u = x/1000, u+1
	}
	decimals := 0
	if u > 0 && x < 100 {
		decimals = 1
	}
	return wording.Unit(b.Lang, strconv.FormatFloat(x, 'f', decimals, 64), units[u])
}
