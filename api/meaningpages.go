package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"vigie/catalog/wording"
)

// meanings answers a field that completes what is typed.
func (s *server) meanings(l wording.Lang) gin.HandlerFunc {
	return func(c *gin.Context) {
		kind, err := kindParam(c)
		if err != nil {
			s.fail(c, err)
			return
		}
		p := s.params(c)
		typed := p.sized("q", 500)
		if err := p.err(); err != nil {
			s.fail(c, err)
			return
		}
		out, err := s.site.Meanings(c, l, kind, typed, p.today)
		if err != nil {
			s.fail(c, err)
			return
		}
		c.Header("Cache-Control", "no-store")
		c.Header("Content-Language", string(l))
		c.JSON(http.StatusOK, out)
	}
}
