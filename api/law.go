package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/jurisdiction"
)

// exposureQuestion reads what an exposure is asked for. The use case may be left out: what depends on users and persons
// stays undetermined then.
func (s *server) exposureQuestion(c *gin.Context, p *params) service.ExposureRequest {
	r := service.ExposureRequest{Request: service.Request{Offering: c.Param("id"), UseCase: p.text("use_case"), Organisation: p.text("organisation"), On: p.day("on", p.today)}}
	r.KnownOn = p.day("known_on", r.On)
	r.LawOn = p.day("law_on", "")
	r.Laws, r.Assume = p.texts("law"), p.texts("assume")
	return r
}

func (s *server) exposure(c *gin.Context) error {
	p := s.params(c)
	q := s.exposureQuestion(c, p)
	if err := p.err(); err != nil {
		return err
	}
	res, err := s.svc.Exposure(c.Request.Context(), q)
	if err != nil {
		return inQuery(err, "assume")
	}
	return s.canonical(c, res)
}

// inQuery places faults that the service found under the parameters that hold them; those without a parameter of their
// own are about the one named.
func inQuery(err error, otherwise string) error {
	var invalid *catalog.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	out := &catalog.InvalidError{}
	for _, f := range invalid.Fields {
		switch f.Path {
		case "law", "organisation", "use_case":
			f.Path = "query." + f.Path
		default:
			if f.Path != "" {
				f.Text = wording.Text{EN: f.Path + ": " + f.Text.EN, FR: f.Path + " : " + f.Text.FR}
			}
			f.Path = "query." + otherwise
		}
		out.Fields = append(out.Fields, f)
	}
	return out
}

// canonical answers the canonical form of a value, named by its content.
func (s *server) canonical(c *gin.Context, v any) error {
	body, err := catalog.Canonical(v)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	if unchanged(c, hex.EncodeToString(sum[:])) {
		return nil
	}
	c.Data(http.StatusOK, "application/json", append(body, '\n'))
	return nil
}

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

func (s *server) laws(c *gin.Context) error {
	if err := s.params(c).err(); err != nil {
		return err
	}
	out := listOf[lawListing]{Items: []lawListing{}}
	for _, l := range s.svc.Knowledge.Laws.List {
		out.Items = append(out.Items, lawListing{ID: l.ID, Jurisdiction: l.Jurisdiction, Name: l.Name, Short: l.Short, Category: l.Category, Harms: l.Harms, Computed: l.Computed, Confidence: l.Confidence, Checked: l.Checked})
	}
	return s.canonical(c, out)
}

func (s *server) law(c *gin.Context) error {
	if err := s.params(c).err(); err != nil {
		return err
	}
	l, err := s.svc.Law(c.Param("id"))
	if err != nil {
		return err
	}
	return s.canonical(c, l)
}
