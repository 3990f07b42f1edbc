package api

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"vigie/api/access"
	"vigie/api/service"
	"vigie/api/web"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/wording"
)

// adminRoutes are the pages from which a house is run: roles, tokens, storage, the log, the dictionary, jobs. People have
// their own (peopleRoutes).
func (s *server) adminRoutes(l wording.Lang, page func(string, pageHandler), form func(string, formHandler)) {
	root := "/" + string(l)
	raw := func(path string, h gin.HandlerFunc) {
		s.engine.GET(root+path, h)
		s.engine.HEAD(root+path, h)
	}
	raw("/admin", func(c *gin.Context) {
		switch p := account.From(c); {
		case p.May(account.Administer):
			goOn(c, root+"/people")
		default:
			goOn(c, root+"/admin/roles")
		}
	})
	page("/admin/roles", s.rolesPage)
	page("/admin/tokens", func(c *gin.Context, r web.Request) ([]byte, error) {
		return s.tokensWith(c, r, web.Sent{Done: web.Done(c.Query("done"))})
	})
	form("/admin/tokens/end", s.endTokenOf)
	page("/admin/storage", func(c *gin.Context, r web.Request) ([]byte, error) {
		if err := s.keeps(); err != nil {
			return nil, err
		}
		return s.site.Storage(c, r, s.Today())
	})
	page("/admin/log", s.logPage)
	page("/admin/log/:leaf", s.leafPage)
	raw("/admin/log/:leaf/proof", s.proofFile)
	raw("/admin/log/:leaf/entry", s.entryFile)
	form("/admin/log/checkpoints", s.signLog)
	raw("/admin/log/checkpoints/:size", s.checkpointFile)
	page("/admin/dictionary", s.dictionaryPage)
	form("/admin/dictionary", s.tryFacts)
	page("/admin/jobs", func(c *gin.Context, r web.Request) ([]byte, error) {
		return s.jobsWith(c, r, web.Sent{})
	})
	form("/admin/jobs", s.startJob)
	page("/admin/jobs/:id", func(c *gin.Context, r web.Request) ([]byte, error) {
		return s.jobWith(c, r, web.Sent{})
	})
	form("/admin/jobs/:id/cancel", s.cancelJob)
}

// keeps is nil where a store is behind the pages.
func (s *server) keeps() error {
	if s.svc.Store == nil || s.svc.Jobs == nil {
		return service.NotKeptError{}
	}
	return nil
}

func (s *server) rolesPage(c *gin.Context, r web.Request) ([]byte, error) {
	var members []access.Member
	if account.Need(c, account.Administer) == nil {
		var err error
		if members, err = s.Access.Members(c); err != nil {
			return nil, err
		}
	}
	return s.site.Roles(r, members)
}

func (s *server) tokensWith(c *gin.Context, r web.Request, sent web.Sent) ([]byte, error) {
	list, err := s.Access.HouseTokens(c)
	if err != nil {
		return nil, err
	}
	r.Path = "/admin/tokens"
	return s.site.Tokens(r, list, s.Access.Now(), sent)
}

func (s *server) endTokenOf(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	if err := s.Access.EndTokenOf(c, f.Get("person"), f.Get("token")); err != nil {
		return nil, nil, err
	}
	goOn(c, "/"+string(r.Lang)+"/admin/tokens?done="+string(web.DoneRevoked))
	return nil, nil, nil
}

func (s *server) logPage(c *gin.Context, r web.Request) ([]byte, error) {
	if err := s.keeps(); err != nil {
		return nil, err
	}
	p := s.params(c)
	q := web.LogQuery{Kind: p.text("kind"), Before: p.entry("before"), On: p.today}
	done := web.Done(p.text("done"))
	if err := p.err(); err != nil {
		return nil, err
	}
	r.Query = c.Request.URL.Query()
	r.Query.Del("done")
	return s.site.Log(c, r, q, web.Sent{Done: done})
}

// leafIndex reads the number of an entry of the log from the address.
func leafIndex(c *gin.Context) (int64, error) {
	n, err := strconv.ParseInt(c.Param("leaf"), 10, 64)
	if err != nil || n < 0 {
		return 0, &catalog.NotFoundError{What: wording.Textf("entry of the log", "entrée du journal"), ID: c.Param("leaf")}
	}
	return n, nil
}

func (s *server) leafPage(c *gin.Context, r web.Request) ([]byte, error) {
	if err := s.keeps(); err != nil {
		return nil, err
	}
	index, err := leafIndex(c)
	if err != nil {
		return nil, err
	}
	return s.site.Leaf(c, r, index, s.Today())
}

// saved sends bytes to be kept in a file.
func saved(c *gin.Context, name string, data []byte) {
	c.Header("Content-Disposition", attachment(name))
	c.Header("Cache-Control", "no-store")
	c.Data(http.StatusOK, "text/plain; charset=utf-8", data)
}

func (s *server) proofFile(c *gin.Context) {
	err := s.keeps()
	if err == nil {
		var index int64
		if index, err = leafIndex(c); err == nil {
			proof, perr := s.svc.ProveEntry(c, index)
			if err = perr; err == nil {
				saved(c, "vigie-"+strconv.FormatInt(index, 10)+".tlog-proof", []byte(proof.Inclusion.Text()))
				return
			}
		}
	}
	s.fail(c, err)
}

func (s *server) entryFile(c *gin.Context) {
	err := s.keeps()
	if err == nil {
		var index int64
		if index, err = leafIndex(c); err == nil {
			e, rerr := s.svc.JournalEntry(c, index)
			if err = rerr; err == nil {
				saved(c, "vigie-"+strconv.FormatInt(index, 10)+".leaf", e.Bytes)
				return
			}
		}
	}
	s.fail(c, err)
}

func (s *server) signLog(c *gin.Context, r web.Request, _ url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	if err := s.keeps(); err != nil {
		return nil, nil, err
	}
	if _, err := s.svc.Checkpoints(c, 0, 1); err != nil { // not there for the people of an entity
		return nil, nil, err
	}
	if _, err := s.svc.Checkpoint(c); err != nil {
		return nil, nil, err
	}
	goOn(c, "/"+string(r.Lang)+"/admin/log?done="+string(web.DoneSigned)+"#checkpoints")
	return nil, nil, nil
}

func (s *server) checkpointFile(c *gin.Context) {
	missing := &catalog.NotFoundError{What: wording.Textf("checkpoint", "point de contrôle"), ID: c.Param("size")}
	err := s.keeps()
	if err == nil {
		var size int64
		if size, err = strconv.ParseInt(c.Param("size"), 10, 62); err != nil {
			err = missing
		} else if list, lerr := s.svc.Checkpoints(c, size+1, 1); lerr != nil {
			err = lerr
		} else if len(list) == 0 || list[0].Size != size {
			err = missing
		} else {
			saved(c, "vigie-"+strconv.FormatInt(size, 10)+".checkpoint", []byte(list[0].Note))
			return
		}
	}
	s.fail(c, err)
}

func (s *server) dictionaryPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	section := p.text("section")
	if err := p.err(); err != nil {
		return nil, err
	}
	if section != "" {
		r.Query = url.Values{"section": {section}}
	}
	return s.site.Dictionary(c, r, section, web.Sent{})
}

func (s *server) tryFacts(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	again := func(sent web.Sent) ([]byte, error) { return s.site.Dictionary(c, r, "", sent) }
	if err := s.site.TryFacts(c, f.Get("text")); err != nil {
		return again, nil, err
	}
	body, err := again(web.Sent{Values: f, Done: web.DoneTried})
	return nil, body, err
}

func (s *server) jobsWith(c *gin.Context, r web.Request, sent web.Sent) ([]byte, error) {
	if err := s.keeps(); err != nil {
		return nil, err
	}
	r.Path = "/admin/jobs"
	return s.site.Jobs(c, r, sent, live(c))
}

func (s *server) startJob(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	if err := s.keeps(); err != nil {
		return nil, nil, err
	}
	id, err := s.site.StartJob(c, f.Get("kind"), s.Today())
	if err != nil {
		return func(sent web.Sent) ([]byte, error) { return s.jobsWith(c, r, sent) }, nil, err
	}
	goOn(c, "/"+string(r.Lang)+"/admin/jobs/"+url.PathEscape(id))
	return nil, nil, nil
}

func (s *server) jobWith(c *gin.Context, r web.Request, sent web.Sent) ([]byte, error) {
	if err := s.keeps(); err != nil {
		return nil, err
	}
	r.Path = "/admin/jobs/" + url.PathEscape(c.Param("id"))
	return s.site.Job(c, r, c.Param("id"), s.Today(), sent, live(c))
}

func (s *server) cancelJob(c *gin.Context, r web.Request, _ url.Values) (func(web.Sent) ([]byte, error), []byte, error) {
	if err := s.keeps(); err != nil {
		return nil, nil, err
	}
	if _, err := s.svc.Jobs.Cancel(c, c.Param("id")); err != nil {
		return nil, nil, err
	}
	goOn(c, "/"+string(r.Lang)+"/admin/jobs/"+url.PathEscape(c.Param("id")))
	return nil, nil, nil
}

// entry is the number of an entry of the log that a parameter gives; 0 when it is not there.
func (p *params) entry(name string) int64 {
	v := p.text(name)
	if v == "" {
		return 0
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		p.bad(name, wording.Textf("%s: expected a whole number", "%s : attendu un nombre entier", name))
	}
	return n
}
