package api

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"vigie/api/web"
)

// sayAbsent records that a fact is known to be absent, as of today, from the source that a sheet cites. What cannot be
// recorded so is shown on the form of the fact, with what is wrong.
func (s *server) sayAbsent(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	ref, err := s.refOf(c)
	if err != nil {
		return nil, err
	}
	fact, source := f.Get("path"), f.Get("source")
	from := "existing"
	if source == "" {
		from = "none"
	}
	said := web.Sent{Values: url.Values{"s." + fact: {"absent"}, "from": {from}, "source": {source}, "as_of": {string(s.Today())}}}
	again := func(sent web.Sent) ([]byte, error) {
		sent.Values = said.Values
		return s.site.Fact(c, r, web.FactQuery{Ref: ref, Path: fact, On: s.Today(), Sent: sent})
	}
	if err := s.site.RecordFacts(c, r.Lang, ref, fact, "", s.Today(), said); err != nil {
		return again, err
	}
	to := "/" + string(r.Lang) + "/records/" + string(ref.Kind) + "/" + url.PathEscape(ref.ID) + "/sheet?done=recorded"
	if source != "" {
		to += "&source=" + url.QueryEscape(source)
	}
	goOn(c, to+"#"+fact)
	return nil, nil
}

// beginSource shows the form of a new source with the document that was dropped on a sheet: it is received, and what it
// is remains to be said. A document that was refused says why at its field.
func (s *server) beginSource(c *gin.Context, r web.Request, f url.Values, again func(web.Sent) ([]byte, error)) error {
	name := f.Get("src.file_name")
	f.Set("src.title", strings.TrimSpace(strings.TrimSuffix(name, path.Ext(name))))
	f.Del("begin")
	sent, status := web.Sent{Values: f}, http.StatusOK
	if err := refusedFile(c); err != nil {
		refused, code, _ := entryRefused(err)
		sent.Faults, sent.Refuse, status = refused.Faults, refused.Refuse, code
	}
	body, err := again(sent)
	if err != nil {
		return err
	}
	s.sendForm(c, r.Lang, status, body)
	return nil
}
