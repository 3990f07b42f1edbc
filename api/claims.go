package api

import (
	"errors"
	"net/http"

	"vigie/api/contract"
	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// claimBody is a claim as it is sent: who says so and when, the server knows.
type claimBody struct {
	Path    string         `json:"path" minLength:"1" maxLength:"200"`
	State   catalog.State  `json:"state" enum:"known,absent"`
	Value   *catalog.Value `json:"value,omitempty"`
	Source  string         `json:"source,omitempty" maxLength:"200"`
	Locator string         `json:"locator,omitempty" maxLength:"1000"`
	Note    string         `json:"note,omitempty" maxLength:"4000"`
	AsOf    catalog.Date   `json:"as_of,omitempty"`
}

// sourceBody is a source as it is sent.
type sourceBody struct {
	ID           string             `json:"id" minLength:"1" maxLength:"200"`
	Title        string             `json:"title" minLength:"1" maxLength:"500"`
	Publisher    string             `json:"publisher,omitempty" maxLength:"200"`
	Kind         catalog.SourceKind `json:"kind" enum:"audit,register,test,contract,publication,declaration,press"`
	Signed       bool               `json:"signed,omitempty"`
	URL          string             `json:"url,omitempty" maxLength:"2000"`
	File         string             `json:"file,omitempty" maxLength:"64"`
	Published    catalog.Date       `json:"published,omitempty"`
	Read         catalog.Date       `json:"read,omitempty"`
	ValidUntil   catalog.Date       `json:"valid_until,omitempty"`
	Via          string             `json:"via,omitempty" maxLength:"200"`
	Undated      bool               `json:"undated,omitempty"`
	Confidential bool               `json:"confidential,omitempty"`
	Note         string             `json:"note,omitempty" maxLength:"4000"`
}

func (b sourceBody) source() catalog.Source {
	return catalog.Source{ID: b.ID, Title: b.Title, Publisher: b.Publisher, Kind: b.Kind, Signed: b.Signed, URL: b.URL, File: b.File, Published: b.Published, Read: b.Read,
		ValidUntil: b.ValidUntil, Via: b.Via, Undated: b.Undated, Confidential: b.Confidential, Note: b.Note}
}

type newRecordBody struct {
	ID      string       `json:"id" minLength:"1" maxLength:"200"`
	Sources []sourceBody `json:"sources,omitempty" maxItems:"200"`
	Claims  []claimBody  `json:"claims,omitempty" maxItems:"1000"`
}

type newRecordInput struct {
	Kind string `path:"kind"`
	Body newRecordBody
}

type claimsBody struct {
	Sources []sourceBody `json:"sources,omitempty" maxItems:"200"`
	Claims  []claimBody  `json:"claims" minItems:"1" maxItems:"1000"`
}

type claimsInput struct {
	Kind string `path:"kind"`
	ID   string `path:"id"`
	Body claimsBody
}

type settleBody struct {
	Path   string `json:"path" minLength:"1" maxLength:"200"`
	Claim  string `json:"claim" pattern:"^[0-9a-f]{64}$"`
	Reason string `json:"reason" minLength:"1" maxLength:"4000"`
}

type withdrawInput struct {
	Kind string `path:"kind"`
	ID   string `path:"id"`
	Body withdrawBody
}

type withdrawBody struct {
	Claim  string `json:"claim" pattern:"^[0-9a-f]{64}$"`
	Reason string `json:"reason" minLength:"1" maxLength:"4000"`
}

type factInput struct {
	Kind string `path:"kind"`
	ID   string `path:"id"`
	Path string `path:"path"`
}

func (s *server) claimOperations() {
	add(s, operation{id: "create-record", method: http.MethodPost, path: root + "/records/{kind}", tag: "records", needs: account.Claim, status: http.StatusCreated, keyed: true, stored: true}, s.createRecord)
	add(s, operation{id: "record-claims", method: http.MethodPost, path: root + "/records/{kind}/{id}/claims", tag: "claims", needs: account.Claim, status: http.StatusCreated, keyed: true, revises: true, stored: true},
		func(c *call, in *claimsInput) (store.Receipt, error) {
			return s.change(c, in.Kind, in.ID, func(ref catalog.Ref, b *store.Batch) { s.fill(b, ref, in.Body.Sources, in.Body.Claims) })
		})
	add(s, operation{id: "withdraw-claim", method: http.MethodPost, path: root + "/records/{kind}/{id}/withdrawals", tag: "claims", needs: account.Claim, status: http.StatusCreated, keyed: true, revises: true, stored: true},
		func(c *call, in *withdrawInput) (store.Receipt, error) {
			return s.change(c, in.Kind, in.ID, func(_ catalog.Ref, b *store.Batch) {
				b.Withdrawals = []catalog.Withdrawal{{Claim: in.Body.Claim, Reason: in.Body.Reason}}
			})
		})
	add(s, operation{id: "settle-fact", method: http.MethodPost, path: root + "/records/{kind}/{id}/settlements", tag: "claims", needs: account.Settle, status: http.StatusCreated, keyed: true, revises: true, stored: true},
		func(c *call, in *settleBodyInput) (store.Receipt, error) {
			return s.change(c, in.Kind, in.ID, func(ref catalog.Ref, b *store.Batch) {
				b.Settlements = []catalog.Settlement{{Record: ref, Path: in.Body.Path, Claim: in.Body.Claim, Reason: in.Body.Reason}}
			})
		})
	add(s, operation{id: "fact-history", method: http.MethodGet, path: root + "/records/{kind}/{id}/facts/{path}", tag: "claims", needs: account.Read},
		func(c *call, in *factInput) (*service.History, error) {
			kind, err := kindOf(in.Kind)
			if err != nil {
				return nil, err
			}
			return s.svc.History(c.ctx, catalog.Ref{Kind: kind, ID: in.ID}, in.Path)
		})
	add(s, operation{id: "export-claims", method: http.MethodGet, path: root + "/export/claims.ndjson", tag: "claims", needs: account.Read, heavy: true, media: []string{mediaNDJSON}}, s.exportClaims)
}

type settleBodyInput struct {
	Kind string `path:"kind"`
	ID   string `path:"id"`
	Body settleBody
}

const mediaNDJSON = "application/x-ndjson"

func (s *server) createRecord(c *call, in *newRecordInput) (store.Receipt, error) {
	kind, err := kindOf(in.Kind)
	if err != nil {
		return store.Receipt{}, err
	}
	ref := catalog.Ref{Kind: kind, ID: in.Body.ID}
	if !catalog.ValidID(ref.ID) {
		return store.Receipt{}, invalid("body.id", wording.Textf("an id is lower-case letters, digits, dot, dash and underscore", "un identifiant est fait de minuscules, chiffres, point, tiret et tiret bas"))
	}
	b := store.Batch{Key: c.key, Records: []catalog.Ref{ref}}
	if c.key == "" { // a batch that is sent again finds its record there, rightly
		b.Expect = []store.Expectation{{Record: ref, Revision: 0}}
		if _, err := s.svc.Revision(c.ctx, ref); err == nil {
			return store.Receipt{}, errExists
		}
	}
	s.fill(&b, ref, in.Body.Sources, in.Body.Claims)
	receipt, err := s.svc.Record(c.ctx, b)
	var other *store.ConflictError
	switch {
	case errors.As(err, &other) && other.Have != other.Want:
		return receipt, errExists
	case err != nil:
		return receipt, placedClaims(err)
	}
	c.created("records", string(kind), ref.ID)
	return s.recorded(c, ref, receipt), nil
}

// fill puts what was sent into a batch.
func (s *server) fill(b *store.Batch, ref catalog.Ref, sources []sourceBody, claims []claimBody) {
	for _, x := range sources {
		b.Sources = append(b.Sources, x.source())
	}
	for _, x := range claims {
		b.Claims = append(b.Claims, catalog.Claim{Record: ref, Path: x.Path, State: x.State, Value: x.Value, Source: x.Source, Locator: x.Locator, Note: x.Note, AsOf: or(x.AsOf, s.Today())})
	}
}

// change records something about a record from the revision that was seen.
func (s *server) change(c *call, kind, id string, fill func(catalog.Ref, *store.Batch)) (store.Receipt, error) {
	k, err := kindOf(kind)
	if err != nil {
		return store.Receipt{}, err
	}
	ref := catalog.Ref{Kind: k, ID: id}
	b := store.Batch{Key: c.key}
	if s.svc.Store != nil {
		revision, err := s.svc.Revision(c.ctx, ref)
		if err != nil {
			return store.Receipt{}, err
		}
		switch {
		case c.match.Any:
		case c.match.Holds(revision):
			b.Expect = []store.Expectation{{Record: ref, Revision: revision}}
		case c.key != "" && len(c.match.Revisions) == 1:
			// It may be the first try that made the newer revision: the store knows its key, or refuses the old revision.
			b.Expect = []store.Expectation{{Record: ref, Revision: c.match.Revisions[0]}}
		default:
			return store.Receipt{}, &stale{revision}
		}
	}
	fill(ref, &b)
	receipt, err := s.svc.Record(c.ctx, b)
	if err != nil {
		return receipt, placedClaims(err)
	}
	c.created("records", string(k), ref.ID)
	return s.recorded(c, ref, receipt), nil
}

// recorded tags the answer with the new revision.
func (s *server) recorded(c *call, ref catalog.Ref, r store.Receipt) store.Receipt {
	if n, ok := r.Revisions[ref.String()]; ok {
		c.Header("ETag", contract.RevisionTag(n))
	}
	return r
}

// placedClaims puts the faults of a batch at the field of the body that holds them.
func placedClaims(err error) error {
	var bad *catalog.InvalidError
	if !errors.As(err, &bad) {
		return err
	}
	out := &catalog.InvalidError{}
	for _, f := range bad.Fields {
		switch {
		case f.Path == "":
			f.Path = "body"
		default:
			f.Path = "body." + f.Path
		}
		out.Fields = append(out.Fields, f)
	}
	return out
}

// exportClaims sends every claim that who asks may see, one a line: what was sent is never held whole.
func (s *server) exportClaims(c *call, _ *struct{}) (file, error) {
	begun := false
	err := s.svc.EachClaim(c.ctx, func(x service.HashedClaim) error {
		line, err := catalog.Canonical(x)
		if err != nil {
			return err
		}
		if !begun {
			c.exporting("claims.ndjson")
			begun = true
		}
		_, err = c.Writer.Write(append(line, '\n'))
		return err
	})
	if err == nil && !begun {
		c.exporting("claims.ndjson")
	}
	if err != nil && begun {
		panic(http.ErrAbortHandler) // a file cut short must not look whole
	}
	return file{}, err
}

func (c *call) exporting(name string) {
	c.Header("Content-Type", mediaNDJSON)
	c.Header("Content-Disposition", attachment("vigie-"+name))
	c.Header("Cache-Control", "no-store")
	c.Status(http.StatusOK)
	c.Writer.WriteHeaderNow()
	c.sent = true
}
