package api

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"vigie/api/web"
	"vigie/catalog/wording"
	"vigie/reports/proof"
)

// verifyRoutes are the page on which anybody checks a report: signed in or not, since who holds a report need not have an
// account with who made it. Nothing is read of the store but its public key.
func (s *server) verifyRoutes(e *gin.Engine, l wording.Lang, page func(string, pageHandler)) {
	page("/verify", func(c *gin.Context, r web.Request) ([]byte, error) {
		if err := s.params(c).err(); err != nil {
			return nil, err
		}
		return s.site.Verify(c.Request.Context(), r, web.VerifyQuery{})
	})
	e.POST("/"+string(l)+"/verify", s.verifyAnswer(l))
}

// verifyAnswer checks the file of a form and answers with a page. Files are read in turns of their own: whoever sends
// slowly, or much, keeps others from checking reports and from nothing else, and what waits is not in memory.
func (s *server) verifyAnswer(l wording.Lang) gin.HandlerFunc {
	return func(c *gin.Context) {
		leave, err := s.checks.enter(c.Request.Context(), client(c))
		if err != nil {
			s.fail(c, err)
			return
		}
		defer leave()
		q, err := readReportForm(c)
		if err != nil {
			s.fail(c, err)
			return
		}
		body, err := s.site.Verify(c.Request.Context(), web.Request{Lang: l, Path: "/verify", Who: s.who(c)}, q)
		if err != nil {
			s.fail(c, err)
			return
		}
		status := http.StatusOK
		switch q.Fault {
		case web.ReportTooLarge:
			status = http.StatusRequestEntityTooLarge
		case web.BrokenReport:
			status = http.StatusBadRequest
		case web.NoReport, web.EmptyReport, web.BadKey:
			status = http.StatusUnprocessableEntity
		}
		c.Header("Content-Language", string(l))
		c.Header("Cache-Control", "no-store")
		c.Data(status, "text/html; charset=utf-8", body)
	}
}

// readReportForm reads the parts of a form without ever writing one to disk.
func readReportForm(c *gin.Context) (web.VerifyQuery, error) {
	q := web.VerifyQuery{Sent: true, Fault: web.NoReport}
	_ = http.NewResponseController(c.Writer).SetReadDeadline(time.Now().Add(uploadTimeout)) // where it cannot be set, the usual one holds
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, web.MaxReport+formOverhead)
	parts, err := c.Request.MultipartReader()
	if err != nil {
		return q, errMediaType
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		var data []byte
		if err == nil {
			data, err = io.ReadAll(io.LimitReader(part, web.MaxReport+1))
		}
		if err != nil {
			q.Fault = web.BrokenReport
			if faultOf(err) == "too_large" {
				q.Fault = web.ReportTooLarge
			}
			return q, nil
		}
		switch part.FormName() {
		case "key":
			q.Key = strings.TrimSpace(string(data[:min(len(data), 500)]))
		case "file":
			if part.FileName() == "" { // the field was left empty
				continue
			}
			q.File, q.Name, q.Fault = data, part.FileName(), ""
			switch {
			case len(data) == 0:
				q.Fault = web.EmptyReport
			case len(data) > web.MaxReport:
				q.Fault = web.ReportTooLarge
				return q, nil
			}
		}
	}
	if q.Key != "" && proof.CheckKey(q.Key) != nil {
		q.Fault = web.BadKey
	}
	return q, nil
}
