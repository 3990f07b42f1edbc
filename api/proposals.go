package api

import (
	"net/http"
	"strings"

	"vigie/api/contract"
	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/document"
	"vigie/catalog/exchange"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// proposalSheet is a proposal whole, with where its review stands.
type proposalSheet struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	Revision int64  `json:"revision"`
	exchange.Proposal
}

func proposalOf(x *service.Proposed) proposalSheet {
	return proposalSheet{ID: x.ID, State: x.State, Revision: x.Revision, Proposal: *x.Proposal}
}

type proposeInput struct {
	Name     string `query:"name"`
	Declared string `query:"declared"`
	About    string `query:"about"`
	Body     upload
}

type acceptInput struct {
	ID   string `path:"draft"`
	Body acceptBody
}

// acceptBody says which claims of a proposal are recorded, by their place in its list.
type acceptBody struct {
	Chosen []int `json:"chosen" minItems:"1" maxItems:"10000"`
}

type refuseInput struct {
	ID   string `path:"draft"`
	Body reasonBody
}

type sourcesInput struct {
	Find string `query:"find"`
}

// maxProposal bounds a file that is read for review.
const maxProposal = 10 << 20

func (s *server) proposalOperations() {
	add(s, operation{id: "propose", method: http.MethodPost, path: root + "/proposals", tag: "proposals", needs: account.Claim, status: http.StatusCreated, heavy: true, stored: true, limit: maxProposal,
		accepts: []string{"application/octet-stream", mediaXLSX, "application/vnd.cyclonedx+json", "text/markdown"}}, s.proposeFile)
	add(s, operation{id: "get-proposal", method: http.MethodGet, path: root + "/proposals/{draft}", tag: "proposals", needs: account.Read, stored: true},
		func(c *call, in *draftInput) (proposalSheet, error) {
			x, err := s.svc.Proposal(c.ctx, in.ID)
			if err != nil {
				return proposalSheet{}, err
			}
			c.Header("ETag", contract.RevisionTag(x.Revision))
			return proposalOf(x), nil
		})
	add(s, operation{id: "accept-proposal", method: http.MethodPost, path: root + "/proposals/{draft}/acceptance", tag: "proposals", needs: account.Review, revises: true, stored: true, errors: []int{http.StatusConflict}},
		func(c *call, in *acceptInput) (store.Receipt, error) {
			revision, err := s.reviewedDraft(c, in.ID)
			if err != nil {
				return store.Receipt{}, err
			}
			r, err := s.svc.AcceptProposal(c.ctx, in.ID, revision, in.Body.Chosen)
			return r, placedClaims(err)
		})
	add(s, operation{id: "refuse-proposal", method: http.MethodPost, path: root + "/proposals/{draft}/refusal", tag: "proposals", needs: account.Review, revises: true, stored: true, errors: []int{http.StatusConflict}},
		func(c *call, in *refuseInput) (nothing, error) {
			revision, err := s.reviewedDraft(c, in.ID)
			if err != nil {
				return nothing{}, err
			}
			return nothing{}, s.svc.RefuseProposal(c.ctx, in.ID, revision, in.Body.Reason)
		})
	add(s, operation{id: "list-sources", method: http.MethodGet, path: root + "/sources", tag: "sources", needs: account.Read},
		func(c *call, in *sourcesInput) (listOf[catalog.Source], error) {
			all, err := s.svc.Sources(c.ctx, in.Find)
			return listOf[catalog.Source]{all}, err
		})
	add(s, operation{id: "file-text", method: http.MethodGet, path: root + "/files/{sha256}/text", tag: "sources", needs: account.Read, heavy: true, stored: true, errors: []int{http.StatusUnprocessableEntity}},
		func(c *call, in *sumInput) (*document.Document, error) {
			if err := in.valid(); err != nil {
				return nil, err
			}
			return s.svc.FileText(c.ctx, in.SHA256)
		})
}

func (s *server) proposeFile(c *call, in *proposeInput) (proposalSheet, error) {
	o := exchange.ReadOptions{Name: in.Name, Day: s.Today(), Declared: in.Declared}
	if in.About != "" {
		kind, id, _ := strings.Cut(in.About, "/")
		o.About = catalog.Ref{Kind: catalog.Kind(kind), ID: id}
		if !o.About.Kind.IsRecord() || !catalog.ValidID(id) {
			return proposalSheet{}, invalid("query.about", wording.Textf("a record is written kind/id, such as model/mistral-medium-3.5", "une fiche s'écrit type/identifiant, comme model/mistral-medium-3.5"))
		}
	}
	data, err := readAll(in.Body, maxProposal)
	if err != nil {
		return proposalSheet{}, err
	}
	x, err := s.svc.Propose(c.ctx, data, o)
	if err != nil {
		return proposalSheet{}, err
	}
	c.created("proposals", x.ID)
	return proposalOf(x), nil
}

// reviewed is the revision of a proposal that the condition of a request names.
func (s *server) reviewedDraft(c *call, id string) (int64, error) {
	d, err := s.svc.Draft(c.ctx, account.Review, store.ProposalDraft, id)
	switch {
	case err != nil:
		return 0, err
	case !c.match.Holds(d.Revision):
		return 0, &stale{d.Revision}
	case d.State != service.ProposalOpen:
		return 0, errReviewed
	}
	return d.Revision, nil
}
