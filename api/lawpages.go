package api

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"vigie/api/web"
	"vigie/catalog/wording"
)

func (s *server) lawRoutes(e *gin.Engine, l wording.Lang, page func(string, pageHandler)) {
	raw := func(path string, h gin.HandlerFunc) {
		e.GET("/"+string(l)+path, h)
		e.HEAD("/"+string(l)+path, h)
	}
	s.listRoutes(l, page, raw)
	s.committeeRoutes(l, page, raw)
	s.writingRoutes(l, page, raw)
	page("/offerings/:id/exposure", s.exposurePage)
	page("/laws", s.lawsPage)
	page("/laws/:id", s.lawPage)
	page("/licences", s.licencesPage)
	page("/licences/text", s.textForm)
	page("/licences/:id", s.licencePage)
	e.POST("/"+string(l)+"/licences/text", s.textAnswer(l))
	s.verifyRoutes(e, l, page)
}

func (s *server) exposurePage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q := s.exposureQuestion(c, p)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Exposure(c.Request.Context(), r, q)
}

func (s *server) lawsPage(c *gin.Context, r web.Request) ([]byte, error) {
	if err := s.params(c).err(); err != nil {
		return nil, err
	}
	return s.site.Laws(c.Request.Context(), r)
}

func (s *server) lawPage(c *gin.Context, r web.Request) ([]byte, error) {
	if err := s.params(c).err(); err != nil {
		return nil, err
	}
	return s.site.Law(c.Request.Context(), r, c.Param("id"))
}

func (s *server) licencesPage(c *gin.Context, r web.Request) ([]byte, error) {
	if err := s.params(c).err(); err != nil {
		return nil, err
	}
	return s.site.Licences(c.Request.Context(), r)
}

func (s *server) licencePage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	w := p.whose()
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Licence(c.Request.Context(), r, web.LicenceQuery{ID: c.Param("id"), UseCase: w.useCase, Organisation: w.organisation, On: w.on, KnownOn: w.knownOn})
}

func (s *server) textForm(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q := web.TextQuery{UseCase: p.text("use_case"), On: p.day("on", p.today)}
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.LicenceText(c.Request.Context(), r, q)
}

// formOverhead is what a form may hold besides the text: boundaries, names, the use case, line ends.
const formOverhead = 128 << 10

// textAnswer reads a form with a text and answers with a page: a form that cannot be answered comes back with the
// reason. Nothing of it is kept, neither here nor by what lies between.
func (s *server) textAnswer(l wording.Lang) gin.HandlerFunc {
	return func(c *gin.Context) {
		q, err := readTextForm(c)
		if err != nil {
			s.fail(c, err)
			return
		}
		q.On = s.Today()
		body, err := s.site.LicenceText(c.Request.Context(), web.Request{Lang: l, Path: "/licences/text", Who: s.who(c)}, q)
		if err != nil {
			s.fail(c, err)
			return
		}
		status := http.StatusOK
		switch q.Fault {
		case "too_large":
			status = http.StatusRequestEntityTooLarge
		case "broken":
			status = http.StatusBadRequest
		}
		c.Header("Content-Language", string(l))
		c.Header("Cache-Control", "no-store")
		c.Data(status, "text/html; charset=utf-8", body)
	}
}

// readTextForm reads the parts of a form without ever writing one to disk. A file counts before what was pasted.
func readTextForm(c *gin.Context) (web.TextQuery, error) {
	q := web.TextQuery{Sent: true}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, web.MaxForm+formOverhead)
	parts, err := c.Request.MultipartReader()
	if err != nil {
		return q, errMediaType
	}
	var pasted, uploaded []byte
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			q.Fault = faultOf(err)
			return q, nil
		}
		data, err := readPart(part)
		if err != nil {
			q.Fault = faultOf(err)
			return q, nil
		}
		switch part.FormName() {
		case "text":
			pasted = data
		case "file":
			uploaded, q.Name = data, part.FileName()
		case "use_case":
			q.UseCase = strings.TrimSpace(string(data))
		}
	}
	q.Text = pasted
	if len(uploaded) > 0 {
		q.Text = uploaded
	}
	return q, nil
}

func readPart(part *multipart.Part) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(part, web.MaxForm+1))
	if err == nil && len(data) > web.MaxForm {
		err = &tooLarge{web.MaxForm}
	}
	return data, err
}

func faultOf(err error) string {
	var (
		limit *http.MaxBytesError
		large *tooLarge
	)
	if errors.As(err, &limit) || errors.As(err, &large) {
		return "too_large"
	}
	return "broken"
}
