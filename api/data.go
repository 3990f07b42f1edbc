package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
)

// dataHandler answers JSON; its error becomes a problem document.
type dataHandler func(*gin.Context) error

func (s *server) data(h dataHandler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			s.fail(c, err)
		}
	}
}

// listOf is a list as the API gives it. Items is never null.
type listOf[T any] struct {
	Items []T `json:"items"`
}

func (s *server) json(c *gin.Context, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	c.Header("Cache-Control", "no-cache")
	c.Data(http.StatusOK, "application/json", b.Bytes())
	return nil
}

// unchanged answers 304 when the client has these bytes already; the tag names their content.
func unchanged(c *gin.Context, tag string) bool {
	tag = `"` + tag + `"`
	c.Header("ETag", tag)
	c.Header("Cache-Control", "no-cache")
	for part := range strings.SplitSeq(c.GetHeader("If-None-Match"), ",") {
		part = strings.TrimSpace(part)
		if strings.TrimPrefix(part, "W/") == tag || part == "*" {
			c.Status(http.StatusNotModified)
			c.Writer.WriteHeaderNow()
			return true
		}
	}
	return false
}

func (s *server) list(kind catalog.Kind) dataHandler {
	return func(c *gin.Context) error {
		p := s.params(c)
		find, on := p.text("find"), p.day("on", p.today)
		known := p.day("known_on", on)
		if err := p.err(); err != nil {
			return err
		}
		list, err := s.svc.List(c.Request.Context(), kind, on, known, find)
		if err != nil {
			return err
		}
		return s.json(c, listOf[service.Listing]{list})
	}
}

// weightSet is a weight set as the API gives it.
type weightSet struct {
	ID       string           `json:"id"`
	Title    wording.Text     `json:"title"`
	Reason   wording.Text     `json:"reason"`
	Hash     string           `json:"hash"`
	Families map[string]int64 `json:"families"`
}

func (s *server) weightSets(c *gin.Context) error {
	if err := s.params(c).err(); err != nil {
		return err
	}
	out := listOf[weightSet]{Items: []weightSet{}}
	for _, id := range s.svc.WeightSetIDs() {
		w := s.svc.Framework.WeightSets[id]
		out.Items = append(out.Items, weightSet{ID: id, Title: w.Title, Reason: w.Reason, Hash: w.Hash(), Families: w.Families})
	}
	return s.json(c, out)
}

func (s *server) record(c *gin.Context) error {
	kind, err := kindParam(c)
	if err != nil {
		return err
	}
	return s.sheet(c, catalog.Ref{Kind: kind, ID: c.Param("id")})
}

func (s *server) offering(c *gin.Context) error {
	return s.sheet(c, catalog.Ref{Kind: catalog.Offering, ID: c.Param("id")})
}

func (s *server) sheet(c *gin.Context, ref catalog.Ref) error {
	p := s.params(c)
	on := p.day("on", p.today)
	known := p.day("known_on", on)
	if err := p.err(); err != nil {
		return err
	}
	sheet, err := s.svc.Sheet(c.Request.Context(), ref, on, known)
	if err != nil {
		return err
	}
	return s.json(c, sheet)
}

// kindParam reads the kind of an address; one that is none is an address that does not exist.
func kindParam(c *gin.Context) (catalog.Kind, error) {
	k := catalog.Kind(c.Param("kind"))
	if k.IsRecord() {
		return k, nil
	}
	var names []string
	for _, x := range catalog.Kinds() {
		names = append(names, string(x))
	}
	return "", &catalog.NotFoundError{What: wording.Textf("kind of record", "type de fiche"), ID: string(k), Nearest: wording.NearestFew(string(k), names, 3)}
}

// question reads what an assessment is asked for.
func (s *server) question(c *gin.Context, p *params) service.Request {
	r := service.Request{Offering: c.Param("id"), UseCase: p.needed("use_case"), Organisation: p.text("organisation"), Weights: s.weightsParam(p), On: p.day("on", p.today)}
	r.KnownOn = p.day("known_on", r.On)
	return r
}

func (s *server) assessment(c *gin.Context) error {
	p := s.params(c)
	q := s.question(c, p)
	if err := p.err(); err != nil {
		return err
	}
	res, err := s.svc.Assess(c.Request.Context(), q)
	if err != nil {
		return err
	}
	if unchanged(c, res.Assessment.Hash) {
		return nil
	}
	body, err := catalog.Canonical(res.Assessment)
	if err != nil {
		return err
	}
	c.Data(http.StatusOK, "application/json", append(body, '\n'))
	return nil
}

func (s *server) reportPDF(c *gin.Context) error {
	p := s.params(c)
	q := s.question(c, p)
	l := p.lang(preferred(c))
	if err := p.err(); err != nil {
		return err
	}
	res, err := s.svc.Assess(c.Request.Context(), q)
	if err != nil {
		return err
	}
	if unchanged(c, res.Assessment.Hash+"-"+string(l)) {
		return nil
	}
	var b bytes.Buffer
	if err := s.svc.Report(&b, res, l); err != nil {
		return err
	}
	c.Header("Content-Language", string(l))
	c.Header("Content-Disposition", fmt.Sprintf(`attachment; filename="vigie-%s-%s-%s.%s.pdf"`, q.Offering, q.UseCase, q.On, l))
	c.Data(http.StatusOK, "application/pdf", b.Bytes())
	return nil
}
