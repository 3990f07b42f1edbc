package api

import (
	"net/http"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/wording"
	"vigie/evaluator/jurisdiction"
	"vigie/evaluator/licence"
)

// lawListing is a law as a list shows it.
type lawListing struct {
	ID           string                  `json:"id"`
	Jurisdiction string                  `json:"jurisdiction"`
	Name         wording.Text            `json:"name"`
	Short        wording.Text            `json:"short"`
	Category     jurisdiction.Category   `json:"category"`
	Harms        []jurisdiction.Harm     `json:"harms"`
	Computed     bool                    `json:"computed"` // false: shown as a note, never given a status
	Confidence   jurisdiction.Confidence `json:"confidence"`
	Checked      string                  `json:"checked"` // day
}

// licenceListing is a licence as a list shows it.
type licenceListing struct {
	ID          string              `json:"id"`
	Names       []string            `json:"names"`
	Kind        string              `json:"kind"`
	Family      string              `json:"family"`
	Version     string              `json:"version,omitempty"`
	Identifiers licence.Identifiers `json:"identifiers"`
	Verified    bool                `json:"verified"` // each answer was read at its clause
}

// licenceSheet is what a licence says, for no one in particular, and what it allows in one situation.
type licenceSheet struct {
	licence.Judgement
	Names []string      `json:"names"`
	Says  []licence.Row `json:"says"`
}

type licenceInput struct {
	ID           string `path:"id"`
	UseCase      string `query:"use_case"`
	Organisation string `query:"organisation"`
	days
}

// identifyInput is a text to identify: as text/plain the body is the text and the rest are parameters.
type identifyInput struct {
	Name         string `query:"name"`
	UseCase      string `query:"use_case"`
	Organisation string `query:"organisation"`
	days
	Body textOr
}

// identifyRequest is the JSON form of the same.
type identifyRequest struct {
	Text         string       `json:"text" minLength:"1"`
	Name         string       `json:"name,omitempty" maxLength:"200"`
	UseCase      string       `json:"use_case,omitempty" maxLength:"200"`
	Organisation string       `json:"organisation,omitempty" maxLength:"200"`
	On           catalog.Date `json:"on,omitempty"`
	KnownOn      catalog.Date `json:"known_on,omitempty"`
}

func (s *server) lawOperations() {
	add(s, operation{id: "list-laws", method: http.MethodGet, path: root + "/laws", tag: "law", needs: account.Read},
		func(*call, *struct{}) (listOf[lawListing], error) {
			out := listOf[lawListing]{Items: []lawListing{}}
			for _, l := range s.svc.Knowledge.Laws.List {
				out.Items = append(out.Items, lawListing{ID: l.ID, Jurisdiction: l.Jurisdiction, Name: l.Name, Short: l.Short, Category: l.Category, Harms: l.Harms, Computed: l.Computed, Confidence: l.Confidence, Checked: l.Checked})
			}
			return out, nil
		})
	add(s, operation{id: "get-law", method: http.MethodGet, path: root + "/laws/{id}", tag: "law", needs: account.Read},
		func(_ *call, in *idInput) (*jurisdiction.Law, error) { return s.svc.Law(in.ID) })
	add(s, operation{id: "list-licences", method: http.MethodGet, path: root + "/licences", tag: "law", needs: account.Read},
		func(*call, *struct{}) (listOf[licenceListing], error) {
			out := listOf[licenceListing]{Items: []licenceListing{}}
			for _, id := range s.svc.Knowledge.Licences.IDs() {
				if l, ok := s.svc.Knowledge.Licences.Rights(id); ok {
					out.Items = append(out.Items, licenceListing{ID: id, Names: l.Names, Kind: l.Kind, Family: l.Family, Version: l.Version, Identifiers: l.Identifiers, Verified: l.Verified})
				}
			}
			return out, nil
		})
	add(s, operation{id: "get-licence", method: http.MethodGet, path: root + "/licences/{id}", tag: "law", needs: account.Read}, s.licence)
	add(s, operation{id: "identify-licence", method: http.MethodPost, path: root + "/licences/identify", tag: "law", needs: account.Read, heavy: true,
		accepts: []string{"application/json", "text/plain"}, errors: []int{http.StatusNotFound}}, s.identifyLicence)
}

func (s *server) licence(c *call, in *licenceInput) (licenceSheet, error) {
	j, err := s.svc.LicenceRights(c.ctx, in.ID, in.UseCase, in.Organisation, in.On, in.KnownOn)
	if err != nil {
		return licenceSheet{}, err
	}
	out := licenceSheet{Judgement: *j, Names: []string{}}
	out.Says, _ = s.svc.Knowledge.Licences.Sheet(j.Licence)
	if l, ok := s.svc.Knowledge.Licences.Rights(j.Licence); ok {
		out.Names = l.Names
	}
	return out, nil
}

func (s *server) identifyLicence(c *call, in *identifyInput) (*service.LicenceAnswer, error) {
	r := service.LicenceRequest{Text: in.Body.data, Name: in.Name, UseCase: in.UseCase, Organisation: in.Organisation, On: in.On, KnownOn: in.KnownOn}
	if in.Body.media == "application/json" {
		if len(c.p.values) > 0 {
			for name := range c.p.values {
				return nil, invalid("query."+name, wording.Textf("%s stands in the body when the text is sent as JSON", "%s figure dans le corps quand le texte est envoyé en JSON", name))
			}
		}
		var q identifyRequest
		if err := s.schemas.Decode(in.Body.data, s.identifySchema, &q); err != nil {
			return nil, err
		}
		r = service.LicenceRequest{Text: []byte(q.Text), Name: q.Name, UseCase: q.UseCase, Organisation: q.Organisation, On: or(q.On, in.On)}
		r.KnownOn = or(q.KnownOn, r.On)
	}
	c.Header("Cache-Control", "no-store") // the text is whose it is
	return s.svc.Licence(c.ctx, r)
}
