package api

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator/licence"
)

// maxLicenceBody bounds a text that is sent; what identification reads of it is bounded again, and says so.
const maxLicenceBody = 1 << 20

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

func (s *server) licences(c *gin.Context) error {
	if err := s.params(c).err(); err != nil {
		return err
	}
	out := listOf[licenceListing]{Items: []licenceListing{}}
	for _, id := range s.svc.Knowledge.Licences.IDs() {
		if l, ok := s.svc.Knowledge.Licences.Rights(id); ok {
			out.Items = append(out.Items, licenceListing{ID: id, Names: l.Names, Kind: l.Kind, Family: l.Family, Version: l.Version, Identifiers: l.Identifiers, Verified: l.Verified})
		}
	}
	return s.canonical(c, out)
}

// licenceSheet is what a licence says, for no one in particular, and what it allows in one situation.
type licenceSheet struct {
	licence.Judgement
	Names []string      `json:"names"`
	Says  []licence.Row `json:"says"`
}

// whose are the parameters that say for whom rights are judged.
type whose struct {
	useCase, organisation string
	on, knownOn           catalog.Date
}

func (p *params) whose() whose {
	w := whose{useCase: p.text("use_case"), organisation: p.text("organisation"), on: p.day("on", p.today)}
	w.knownOn = p.day("known_on", w.on)
	return w
}

func (s *server) licence(c *gin.Context) error {
	p := s.params(c)
	w := p.whose()
	if err := p.err(); err != nil {
		return err
	}
	j, err := s.svc.LicenceRights(c.Request.Context(), c.Param("id"), w.useCase, w.organisation, w.on, w.knownOn)
	if err != nil {
		return err
	}
	out := licenceSheet{Judgement: *j}
	out.Says, _ = s.svc.Knowledge.Licences.Sheet(j.Licence)
	if l, ok := s.svc.Knowledge.Licences.Rights(j.Licence); ok {
		out.Names = l.Names
	}
	return s.canonical(c, out)
}

// identifyRequest is the JSON form of a request; as text/plain the body is the text and the rest are parameters.
type identifyRequest struct {
	Text         string `json:"text"`
	Name         string `json:"name"`
	UseCase      string `json:"use_case"`
	Organisation string `json:"organisation"`
	On           string `json:"on"`
	KnownOn      string `json:"known_on"`
}

func (s *server) identifyLicence(c *gin.Context) error {
	kind, params, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || kind != "text/plain" && kind != "application/json" {
		return errMediaType
	}
	if cs := strings.ToLower(params["charset"]); kind == "application/json" && cs != "" && cs != "utf-8" {
		return errMediaType
	}
	body, err := readBody(c, maxLicenceBody)
	if err != nil {
		return err
	}
	p := s.params(c)
	var r service.LicenceRequest
	if kind == "text/plain" {
		r = service.LicenceRequest{Text: body, Name: p.text("name")}
		w := p.whose()
		r.UseCase, r.Organisation, r.On, r.KnownOn = w.useCase, w.organisation, w.on, w.knownOn
	} else if r, err = p.identifyJSON(body); err != nil {
		return err
	}
	if err := p.err(); err != nil {
		return err
	}
	ans, err := s.svc.Licence(c.Request.Context(), r)
	if err != nil {
		return err
	}
	out, err := catalog.Canonical(ans)
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "no-store") // the text is whose it is
	c.Data(http.StatusOK, "application/json", append(out, '\n'))
	return nil
}

func (p *params) identifyJSON(body []byte) (service.LicenceRequest, error) {
	var q identifyRequest
	if err := json.Unmarshal(body, &q, json.RejectUnknownMembers(true)); err != nil {
		return service.LicenceRequest{}, badBody(err)
	}
	day := func(name, v string, otherwise catalog.Date) catalog.Date {
		if v == "" {
			return otherwise
		}
		d, ok := catalog.ParseDate(v)
		if !ok {
			p.faults = append(p.faults, catalog.FieldError{Path: "body." + name, Text: notADay(name, v)})
		}
		return d
	}
	r := service.LicenceRequest{Text: []byte(q.Text), Name: q.Name, UseCase: q.UseCase, Organisation: q.Organisation, On: day("on", q.On, p.today)}
	r.KnownOn = day("known_on", q.KnownOn, r.On)
	return r, nil
}

// badBody says what of a JSON body is wrong, and where. The value itself is never repeated.
func badBody(err error) error {
	var semantic *json.SemanticError
	f := catalog.FieldError{Path: "body", Text: wording.Textf("expected a JSON object with text, and name, use_case, organisation, on, known_on if need be",
		"attendu : un objet JSON avec text, et au besoin name, use_case, organisation, on, known_on")}
	if errors.As(err, &semantic) {
		at := strings.ReplaceAll(strings.TrimPrefix(string(semantic.JSONPointer), "/"), "/", ".")
		if at != "" {
			f.Path = "body." + at
		}
		switch {
		case errors.Is(err, json.ErrUnknownName):
			f.Text = strict.NotIn(at, []string{"text", "name", "use_case", "organisation", "on", "known_on"})
		case at != "":
			f.Text = wording.Textf("%s: expected a text", "%s : attendu un texte", at)
		}
	}
	return &catalog.InvalidError{Fields: []catalog.FieldError{f}}
}

// readBody reads a body no larger than a limit.
func readBody(c *gin.Context, limit int64) ([]byte, error) {
	data, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, &tooLarge{limit}
	case err != nil:
		return nil, errBroken
	}
	return data, nil
}
