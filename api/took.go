package api

import (
	"io"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"
)

// tookCookie tells the page that comes after a form that the server took it, so that the browser forgets what it kept of
// it. Only the script of the pages reads it; it opens nothing.
const tookCookie = "vigie_took"

// draftField is the name that the script gave to what it keeps of a form.
const draftField = "draft"

// draft takes that name out of a form: it is nothing that was asked.
func (s *server) draft(c *gin.Context, values url.Values) {
	id := values.Get(draftField)
	values.Del(draftField)
	if id == "" || len(id) > 40 {
		return
	}
	for _, r := range id {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return
		}
	}
	c.Set(draftField, &http.Cookie{Name: tookCookie, Value: id, Path: "/", MaxAge: 60, Secure: s.secure(c), SameSite: http.SameSiteLaxMode})
}

// took tells the browser that its form was taken.
func took(c *gin.Context) {
	if v, ok := c.Get(draftField); ok {
		http.SetCookie(c.Writer, v.(*http.Cookie))
	}
}

// maxDrained is how much of a form that is too large is read to its end all the same: a browser shows the answer only
// once it has sent everything.
const maxDrained = 32 << 20

// drain reads what is left of a body that was refused.
func drain(c *gin.Context, body io.Reader) {
	_, _ = io.Copy(io.Discard, io.LimitReader(body, maxDrained)) // what cannot be read any more needs no answer
}
