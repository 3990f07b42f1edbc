package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"vigie/api/contract"
	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// listOf is a list as the API gives it. Items is never null.
type listOf[T any] struct {
	Items []T `json:"items"`
}

// paging says which page of a list.
type paging struct {
	Cursor string `query:"cursor" maxLength:"512"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200"`
}

// size is how many entries a page has.
func (p paging) size() int {
	if p.Limit == 0 {
		return 50
	}
	return p.Limit
}

// from reads the cursor of a list; list says which list, with its filters.
func (p paging) from(list string) (contract.Cursor, error) {
	c, err := contract.ReadCursor(list, p.Cursor)
	if err != nil {
		return c, invalid("query.cursor", wording.Textf("this cursor was not given for this list; ask for its first page again", "ce curseur n'a pas été donné pour cette liste ; redemander sa première page"))
	}
	return c, nil
}

// key names a list: what it is of, and what it was asked for.
func key(parts ...any) string {
	b, _ := json.Marshal(parts) // texts, days and lists of texts always have a form
	return string(b)
}

type listInput struct {
	Find string `query:"find"`
	days
	paging
}

type kindListInput struct {
	Kind string `path:"kind"`
	listInput
	Where []string `query:"where"`
}

type recordInput struct {
	Kind string `path:"kind"`
	ID   string `path:"id"`
	days
}

type idInput struct {
	ID string `path:"id"`
}

type offeringInput struct {
	ID string `path:"id"`
	days
}

func (s *server) recordOperations() {
	for _, x := range []struct {
		id, path string
		kind     catalog.Kind
	}{{"list-offerings", "/offerings", catalog.Offering}, {"list-use-cases", "/use-cases", catalog.UseCase}, {"list-organisations", "/organisations", catalog.Organisation}} {
		add(s, operation{id: x.id, method: http.MethodGet, path: root + x.path, tag: "records", needs: account.Read}, func(c *call, in *listInput) (service.Listed, error) {
			return s.listed(c, x.kind, *in, nil)
		})
	}
	add(s, operation{id: "list-records", method: http.MethodGet, path: root + "/records/{kind}", tag: "records", needs: account.Read}, func(c *call, in *kindListInput) (service.Listed, error) {
		kind, err := kindOf(in.Kind)
		if err != nil {
			return service.Listed{}, err
		}
		return s.listed(c, kind, in.listInput, in.Where)
	})
	add(s, operation{id: "get-record", method: http.MethodGet, path: root + "/records/{kind}/{id}", tag: "records", needs: account.Read}, func(c *call, in *recordInput) (canonicalBytes, error) {
		kind, err := kindOf(in.Kind)
		if err != nil {
			return canonicalBytes{}, err
		}
		return s.sheet(c, catalog.Ref{Kind: kind, ID: in.ID}, in.days)
	})
	add(s, operation{id: "get-offering", method: http.MethodGet, path: root + "/offerings/{id}", tag: "records", needs: account.Read}, func(c *call, in *offeringInput) (canonicalBytes, error) {
		return s.sheet(c, catalog.Ref{Kind: catalog.Offering, ID: in.ID}, in.days)
	})
}

// listed answers one page of a list.
func (s *server) listed(c *call, kind catalog.Kind, in listInput, where []string) (service.Listed, error) {
	list := key("records", kind, in.On, in.KnownOn, in.Find, where)
	from, err := in.from(list)
	if err != nil {
		return service.Listed{}, err
	}
	filters, err := s.filters(kind, where)
	if err != nil {
		return service.Listed{}, err
	}
	page, err := s.svc.Page(c.ctx, service.ListQuery{Kind: kind, On: in.On, KnownOn: in.KnownOn, Find: in.Find, Filters: filters, After: from.After, Limit: in.size()})
	if err != nil {
		return service.Listed{}, err
	}
	if page.Next != "" {
		page.Next = contract.Cursor{After: page.Next}.Write(list)
		c.next(page.Next)
	}
	return *page, nil
}

// filters reads path=value, once for each fact that must have a value. The value sent is never said back.
func (s *server) filters(kind catalog.Kind, where []string) ([]store.Filter, error) {
	bad := &catalog.InvalidError{}
	var out []store.Filter
	for i, w := range where {
		path, value, ok := strings.Cut(w, "=")
		def, known := s.svc.Dictionary.Fact(path)
		at := "query.where[" + strconv.Itoa(i) + "]"
		switch {
		case !ok || value == "":
			bad.Fields = append(bad.Fields, catalog.FieldError{Path: at, Text: wording.Textf("expected path=value, such as offering.deployment=saas", "attendu : chemin=valeur, par exemple offering.deployment=saas")})
		case !known || def.Record != kind:
			bad.Fields = append(bad.Fields, catalog.FieldError{Path: at, Text: wording.Textf("no fact of this kind of record has this path; GET /api/v1/dictionary lists them", "aucun fait de ce type de fiche n'a ce chemin ; GET /api/v1/dictionary les donne")})
		default:
			out = append(out, store.Filter{Path: path, Value: value})
		}
	}
	if len(bad.Fields) > 0 {
		return nil, bad
	}
	return out, nil
}

// sheet answers one record. Where a store keeps it, its tag begins with its revision, so that what was read can be sent
// back as If-Match; what follows tells the forms of one revision apart: other days, other records that name it.
func (s *server) sheet(c *call, ref catalog.Ref, d days) (canonicalBytes, error) {
	a, err := s.svc.Answer(c.ctx, &s.sheets, key(ref, d.On, d.KnownOn), func() (service.Answer, error) {
		revision, err := s.svc.Revision(c.ctx, ref) // before the facts: a change in between makes the tag too old, never too new
		if err != nil {
			return service.Answer{}, err
		}
		sheet, err := s.svc.Sheet(c.ctx, ref, d.On, d.KnownOn)
		if err != nil {
			return service.Answer{}, err
		}
		data, err := catalog.Canonical(sheet)
		sum := sha256.Sum256(data)
		return service.Answer{Tag: contract.RevisionTag(revision, hex.EncodeToString(sum[:8])), Body: data}, err
	})
	return canonicalBytes{a.Tag, a.Body}, err
}
